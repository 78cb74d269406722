/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_SIM_FIELDS_H
#define KH_TOOLS_CLI_SIM_FIELDS_H

#include "core/text/json.h"
#include "tools/cli/table.h"
#include "tools/study/pipeline.h"

/** What a simulation tells of some demands, links and domains only: users of key, routing, attacks, transit. */

/** Sets the groups of figures of demand @p i (or link, or domain); null where there is nothing of the kind. */
void cli_json_demand_fields(const kh_pipeline *p, size_t i, kh_json *object);
void cli_json_link_fields(const kh_pipeline *p, size_t i, kh_json *object);
kh_json *cli_json_domains(const kh_pipeline *p);

/** A table for each group in which anything happened. */
void cli_write_sim_fields(const kh_pipeline *p, kh_str *out);

#endif
