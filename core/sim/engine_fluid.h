/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_ENGINE_FLUID_H
#define KH_CORE_SIM_ENGINE_FLUID_H

#include "core/sim/engine.h"

/** The engine's wiring at the fluid level. */

/** Flows in place of requests, after links and faults. @return as kh_fluid_init(); KH_ERANGE names a feature that a fluid does not
 *  carry */
kh_status kh_engine_fluid_start(kh_engine *engine, double hop_latency_s, kh_arena *scratch, kh_error *err);

/** Demands and links of the present batch's result, up to @p to. */
void kh_engine_fluid_report(kh_engine *engine, kh_ns to);

#endif
