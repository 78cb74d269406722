/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_SIMULATION_H
#define KH_TOOLS_CLI_SIMULATION_H

#include "tools/study/pipeline.h"

/** Prints what the demands got and how low the stores went, as tables on standard output. */
kh_status cli_print_simulation(const kh_pipeline *pipeline, kh_error *err);

#endif
