/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DESIGN_STATE_H
#define KH_SOLVERS_DESIGN_STATE_H

#include "solvers/design/modules.h"

/** States that a design has to bear: 0 is the network as it is, s > 0 what losses[s - 1] leaves of it. */

static inline size_t kh_state_count(const kh_modules_problem *problem)
{
    return 1 + problem->n_losses;
}

static inline bool kh_state_keeps(const kh_modules_problem *problem, size_t state, size_t choice)
{
    return state == 0 || !problem->losses[state - 1].lost[choice];
}

static inline bool kh_state_asks(const kh_modules_problem *problem, size_t state, size_t demand)
{
    return state == 0 || !problem->losses[state - 1].left_out[demand];
}

#endif
