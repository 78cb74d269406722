/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/kernel/event.h"

#include <math.h>

kh_ns kh_ns_from_s(double seconds)
{
    return (kh_ns)llround((seconds < KH_LONGEST_S ? seconds : KH_LONGEST_S) * KH_NS_PER_S);
}
