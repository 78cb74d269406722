/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_FLUID_SHARING_H
#define KH_CORE_SIM_FLUID_SHARING_H

#include "core/sim/fluid/fluid.h"

/** Who gets what of a store at present, by its level, what is made and what is asked for (MATHS.md, 3 and 4). */
typedef struct kh_sharing {
    kh_fluid_position position;
    double factor[KH_FLUID_GROUPS];
    kh_fluid_mode mode[2];
    double surplus_bps[2];
} kh_sharing;

kh_sharing kh_sharing_of(const kh_fluid_link *link);

#endif
