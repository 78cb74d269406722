/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_RATES_TEXT_H
#define KH_TOOLS_CLI_RATES_TEXT_H

#include "models/choice.h"
#include "tools/study/pipeline.h"

/** The tables of `keyhaul rates`. */

/** Links, what `protocol: best` chose, effects and changes, line systems. */
void cli_rates_text(const kh_pipeline *pipeline, kh_str *out);

/** Links that work only part of the time, and why; nothing when all do. */
void cli_working_time_text(const kh_pipeline *pipeline, kh_str *out);

/** Which device of the topology is best at which loss. */
void cli_crossovers_text(const kh_pipeline *pipeline, const kh_choice_envelope *envelope, kh_str *out);

#endif
