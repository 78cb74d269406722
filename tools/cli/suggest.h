/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_SUGGEST_H
#define KH_TOOLS_CLI_SUGGEST_H

#include "core/text/json.h"
#include "models/suggest.h"
#include "tools/study/pipeline.h"

/** `keyhaul rates --suggest-wavelength`: what models/suggest.h says of every link with light beside it. */

/** One suggestion. */
typedef struct cli_suggested {
    kh_qkd_link_id link;
    kh_suggestion suggestion;
} cli_suggested;

typedef struct cli_suggestions {
    cli_suggested *list; /**< [n] */
    size_t n;
} cli_suggestions;

/** @param wanted_bps  of each link, NAN: a share of the rate of a dark strand
 *  @return KH_OK; as kh_suggest_wavelength() */
kh_status cli_suggestions_find(const kh_pipeline *pipeline, double wanted_bps, cli_suggestions *suggestions, kh_error *err);

void cli_suggestions_text(const kh_pipeline *pipeline, const cli_suggestions *suggestions, kh_str *out);

/** Keys: tools/cli/json.md. */
kh_json *cli_json_suggestions(const kh_pipeline *pipeline, const cli_suggestions *suggestions);

/** A sentence when QKD links lie in fibres of line systems and name none beside them; nothing else. */
void cli_strands_text(const kh_pipeline *pipeline, kh_str *out);

#endif
