/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_JSON_OUT_H
#define KH_TOOLS_CLI_JSON_OUT_H

#include "core/base/findings.h"
#include "core/text/json.h"
#include "models/choice.h"
#include "tools/study/pipeline.h"

/** The JSON of the reading commands. Its keys are stable and documented in tools/cli/json.md. */
kh_json *cli_json_findings(const kh_findings *findings);
kh_json *cli_json_links(const kh_net *net, const kh_rates *rates);
kh_json *cli_json_lines(const kh_net *net, const kh_rates *rates);
kh_json *cli_json_crossovers(const kh_net *net, const kh_choice_envelope *envelope);
kh_json *cli_json_services(const kh_pipeline *pipeline); /**< of the demands that name data */
kh_json *cli_json_spectrum(const kh_pipeline *pipeline); /**< what is left on every line */
kh_json *cli_json_plan(const kh_pipeline *pipeline);
kh_json *cli_json_simulation(const kh_pipeline *pipeline);

/** Writes the tree to standard output and frees it. */
kh_status cli_json_print(kh_json *root, kh_error *err);

#endif
