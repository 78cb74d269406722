/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/secure/plain.h"

#include "solvers/flow/equilibrium.h"

#include <math.h>

static const double ROUGH = 0.03; /* closer costs more rounds, and the programs of secrecy soon prove less than this bound */

kh_status kh_plain_find(const kh_keyflow_problem *flow, const bool *joined, double deadline_s, kh_arena *arena, kh_plain *plain,
                        kh_error *err)
{
    kh_keyflow_problem problem = {.graph = flow->graph, .capacity_bps = flow->capacity_bps};
    kh_keyflow_demand *demands = KH_NEW(arena, kh_keyflow_demand, flow->n_demands);
    if (demands == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu demands", flow->n_demands);
    for (size_t k = 0; k < flow->n_demands; k++)
        if (joined[k])
            demands[problem.n_demands++] = flow->demands[k];
    problem.demands = demands;
    kh_pricer pricer;
    kh_pool pool;
    kh_equilibrium found;
    const kh_equilibrium_options options = {.gap = ROUGH, .deadline_s = deadline_s};
    KH_TRY(kh_pricer_init(&pricer, &problem, arena, err));
    KH_TRY(kh_pool_init(&pool, problem.n_demands, arena, err));
    KH_TRY(kh_equilibrium_find(&pricer, &options, &pool, arena, &found, err));
    double value = found.congestion > 0 ? fmin(1 / found.congestion, flow->level_cap) : 0;
    *plain = (kh_plain){value, found.bound, found.prices};
    return KH_OK;
}
