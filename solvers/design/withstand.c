/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/withstand.h"

#include "solvers/design/state.h"
#include "solvers/flow/resolve.h"

#include <math.h>
#include <string.h>

static void install(const kh_modules_problem *problem, const uint32_t *count, size_t state, double *capacity_bps)
{
    memset(capacity_bps, 0, problem->graph.n_links * sizeof *capacity_bps);
    for (size_t j = 0; j < problem->n_choices; j++) {
        const uint32_t *ends = problem->graph.ends[problem->choices[j].link];
        if (ends[0] != ends[1] && kh_state_keeps(problem, state, j))
            capacity_bps[problem->choices[j].link] += count[j] * problem->choices[j].rate_bps;
    }
}

static kh_status route_all(const kh_modules_problem *problem, kh_resolve *resolve, double *capacity_bps, kh_arena *arena,
                           kh_modules_design *design, kh_error *err)
{
    for (size_t s = 1; s < kh_state_count(problem); s++) {
        const kh_resolve_change change = {capacity_bps, problem->losses[s - 1].left_out};
        kh_resolve_answer answer;
        install(problem, design->count, s, capacity_bps);
        KH_TRY(kh_resolve_solve(resolve, &change, &answer, err));
        KH_TRY(kh_resolve_write(resolve, arena, &design->after[s - 1], err));
    }
    return KH_OK;
}

kh_status kh_withstand_route(const kh_modules_problem *problem, double time_limit_s, kh_arena *arena, kh_modules_design *design,
                             kh_error *err)
{
    size_t m = problem->graph.n_links;
    double *whole_bps = KH_NEW(arena, double, m), *rest_bps = KH_NEW(arena, double, m);
    kh_resolve *resolve;
    kh_resolve_answer answer;
    design->after = KH_NEW(arena, kh_keyflow, problem->n_losses);
    if (whole_bps == NULL || rest_bps == NULL || design->after == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for routes after %zu losses", problem->n_losses);
    if (problem->n_losses == 0)
        return KH_OK;
    install(problem, design->count, 0, whole_bps);
    const kh_keyflow_problem flow = {.graph = problem->graph,
                                     .capacity_bps = whole_bps,
                                     .demands = problem->demands,
                                     .n_demands = problem->n_demands,
                                     .level_cap = INFINITY,
                                     .time_limit_s = time_limit_s};
    KH_TRY(kh_resolve_create(&flow, arena, &resolve, err));
    KH_TRY(kh_resolve_solve(resolve, &(kh_resolve_change){0}, &answer, err));
    return route_all(problem, resolve, rest_bps, arena, design, err);
}
