/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_SIM_NOTES_H
#define KH_TOOLS_CLI_SIM_NOTES_H

#include "core/text/json.h"
#include "tools/study/pipeline.h"

/** What to know when reading the figures of a simulation: what broke, what cannot work, what the words mean. */

/** How many faults of each kind began. */
kh_json *cli_json_faults(const kh_pipeline *p);

/** Sentences below the tables, wrapped. */
void cli_write_sim_notes(const kh_pipeline *p, kh_str *out);

#endif
