/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_SATELLITE_OUT_H
#define KH_TOOLS_CLI_SATELLITE_OUT_H

#include "core/text/json.h"
#include "tools/study/pipeline.h"

/** Satellite links as `rates` prints them. */

/** A table of the year, and what was assumed; nothing without satellite links. */
void cli_satellites_text(const kh_pipeline *p, kh_str *out);

/** The year of one link, null when it is none. Keys: tools/cli/README.md. */
kh_json *cli_json_satellite(const kh_qkd_rate *rate);

#endif
