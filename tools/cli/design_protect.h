/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_DESIGN_PROTECT_H
#define KH_TOOLS_CLI_DESIGN_PROTECT_H

#include "core/text/json.h"
#include "tools/cli/design_modules.h"

/** `keyhaul design --protect KIND`: what a design bears, and what that costs. */

/** Appends what protection costs, the losses that leave least, and whom no design protects. */
void cli_protect_text(const cli_modules *modules, kh_str *out);

/** Of one design: what is left after each loss, in the network's order. */
kh_json *cli_protect_losses_json(const cli_modules *modules, const kh_dimension *design);

#endif
