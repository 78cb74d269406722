/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_SIMULATION_H
#define KH_TOOLS_CLI_SIMULATION_H

#include "core/text/json.h"
#include "tools/study/pipeline.h"

/** Prints what the demands got and how low the stores went, as tables on standard output. */
kh_status cli_print_simulation(const kh_pipeline *pipeline, kh_error *err);

/** Sets {mean, half_width_95}. */
void cli_json_estimate(kh_json *object, const char *key, kh_estimate e);

#endif
