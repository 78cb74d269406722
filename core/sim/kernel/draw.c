/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/kernel/draw.h"

kh_ns kh_draw_exponential(kh_rng *stream, double mean_ns)
{
    return kh_ns_from_s(kh_rng_exponential(stream, mean_ns) / KH_NS_PER_S);
}
