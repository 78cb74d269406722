/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_FLUID_LIMITS_H
#define KH_CORE_SIM_FLUID_LIMITS_H

#include "core/sim/supply/links.h"

/** Whether links and demands can be a fluid: key that ages, calls, data that are moved, stores of pairs and key management that
 * takes time need the block level.
 *  @return KH_OK; KH_ERANGE, naming the link or demand and the reason */
kh_status kh_limits_check(const kh_links *links, kh_error *err);

#endif
