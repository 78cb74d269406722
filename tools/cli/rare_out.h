/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_RARE_OUT_H
#define KH_TOOLS_CLI_RARE_OUT_H

#include "core/sim/rare.h"
#include "core/text/json.h"
#include "tools/study/pipeline.h"

/** How rare the outages of a demand are, for people and as JSON (`simulate --rare`). */
kh_status cli_print_rare(const kh_pipeline *p, const char *demand, const kh_rare_result *result, kh_error *err);
kh_json *cli_json_rare(const kh_pipeline *p, const char *demand, const kh_rare_result *result);

#endif
