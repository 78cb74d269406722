/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_RESULT_H
#define KH_CORE_SIM_RESULT_H

#include "core/sim/kernel/state.h"
#include "core/sim/sim.h"

/** The bytes of a result, between two processes of one program on one machine (native byte order; no file format).
 *  Loading fills *result from the state's arena. A failure is in state->status. */
void kh_sim_result_visit(kh_sim_result *result, kh_state *state);

/** The figures of a result, without its series, into a result of the same network that exists. */
void kh_sim_result_visit_counts(kh_sim_result *result, kh_state *state);

#endif
