/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_FLUID_SETUP_H
#define KH_CORE_SIM_FLUID_SETUP_H

#include "core/sim/fluid/fluid.h"

/** Tanks, routes and demands, nothing flowing yet. Private to the room. @return as kh_fluid_init() */
kh_status kh_setup_fluid(kh_fluid *fluid, const kh_fluid_setup *setup, kh_arena *arena, kh_error *err);

#endif
