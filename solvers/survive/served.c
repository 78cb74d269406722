/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/survive/served.h"

#include <string.h>

kh_status kh_served_find(const kh_keyflow_problem *problem, const kh_loss *const losses[2], const kh_keyflow *start,
                         kh_arena *arena, kh_keyflow *flow, kh_error *err)
{
    size_t m = problem->graph.n_links, n = problem->n_demands;
    kh_loss_view view = {KH_NEW(arena, double, m), KH_NEW(arena, bool, n)};
    if (view.capacity_bps == NULL || view.left_out == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu links and %zu demands", m, n);
    if (m > 0)
        memcpy(view.capacity_bps, problem->capacity_bps, m * sizeof *view.capacity_bps);
    for (int i = 0; i < 2; i++)
        if (losses[i] != NULL)
            kh_loss_apply(losses[i], problem, &view);
    kh_keyflow_problem left = *problem;
    left.capacity_bps = view.capacity_bps; /* a lost end has no links: its demands have no path */
    left.max_min = true;
    left.level_cap = 1;
    left.gap = 0;
    left.mps = NULL;
    left.start = start;
    return kh_keyflow_solve(&left, arena, flow, err);
}
