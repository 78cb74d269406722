/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_KERNEL_DRAW_H
#define KH_CORE_SIM_KERNEL_DRAW_H

#include "core/base/rng.h"
#include "core/sim/kernel/event.h"

/** How a part draws its exponential delays. A part keeps the function, so that after set-up another one can take its place: a run
 *  can then repeat the random numbers of another program. The stream may be used as that function likes.
 *  @param mean_ns > 0
 *  @return whole nanoseconds, >= 0 */
typedef kh_ns (*kh_draw)(kh_rng *stream, double mean_ns);

/** The engine's own: kh_rng_exponential(), rounded to the nearest. */
kh_ns kh_draw_exponential(kh_rng *stream, double mean_ns);

#endif
