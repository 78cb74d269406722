/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/flow/few.h"

#include "core/base/clock.h"
#include "core/net/ids.h"
#include "solvers/flow/few_work.h"
#include "solvers/flow/settle.h"

#include <math.h>
#include <string.h>

static const double NOTHING = 1e-12; /* share of a demand below which a route is rounding */

kh_status kh_few_follow_pool(kh_few *f, kh_error *err)
{
    if (f->pool.n_paths <= f->share_room)
        return KH_OK;
    size_t room = 2 * f->pool.n_paths;
    double *share = KH_NEW(f->arena, double, room);
    if (share == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the shares of %zu paths", room);
    if (f->share_room > 0)
        memcpy(share, f->share, f->share_room * sizeof *share);
    f->share = share;
    f->share_room = room;
    return KH_OK;
}

void kh_few_measure(kh_few *f)
{
    size_t m = f->given->graph.n_links;
    memset(f->load, 0, m * sizeof *f->load);
    for (size_t p = 0; p < f->pool.n_paths; p++) {
        const kh_pool_path *path = &f->pool.paths[p];
        for (size_t i = 0; f->share[p] > 0 && i < path->n_links; i++) {
            uint32_t e = f->pool.links[path->first + i];
            f->load[e] += f->share[p] * f->given->demands[path->demand].requested_bps / f->given->capacity_bps[e];
        }
    }
    f->congestion = 0;
    for (size_t e = 0; e < m; e++)
        f->congestion = fmax(f->congestion, f->load[e]);
}

static kh_status check(const kh_few_problem *problem, kh_error *err)
{
    if (problem->flow.max_min)
        return kh_fail(err, KH_ERANGE, "max-min rates over few paths are not offered");
    if (!(problem->quantum_bps >= 0) || isinf(problem->quantum_bps))
        return kh_fail(err, KH_ERANGE, "a quantum of %g bit/s, must be finite and >= 0", problem->quantum_bps);
    return KH_OK;
}

static kh_status init(kh_few *f, kh_error *err)
{
    f->load = KH_NEW(f->arena, double, f->given->graph.n_links);
    if (f->load == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the loads of %zu links", f->given->graph.n_links);
    KH_TRY(kh_pricer_init(&f->pricer, f->given, f->arena, err));
    return kh_pool_init(&f->pool, f->given->n_demands, f->arena, err);
}

static kh_status solve_first(kh_few *f, kh_error *err)
{
    kh_keyflow_problem free_problem = *f->given;
    free_problem.level_cap = INFINITY;
    KH_TRY(kh_keyflow_solve(&free_problem, f->arena, &f->first, err));
    KH_TRY(kh_settle_take(&f->pricer, &f->first, &f->pool, err));
    KH_TRY(kh_few_follow_pool(f, err));
    for (size_t r = 0; r < f->first.n_routes; r++)
        f->share[r] = f->first.routes[r].rate_bps / f->first.rate_bps[f->first.routes[r].demand];
    kh_few_measure(f);
    f->proof = (kh_few_proof){.bound = f->first.bound};
    return KH_OK;
}

static bool has_too_many(const kh_few *f)
{
    size_t n = 0;
    for (size_t r = 0; r < f->first.n_routes && f->problem->most_paths > 0; r++) {
        n = r > 0 && f->first.routes[r].demand == f->first.routes[r - 1].demand ? n + 1 : 1;
        if (n > f->problem->most_paths)
            return true;
    }
    return false;
}

static kh_status choose(kh_few *f, kh_error *err)
{
    bool limited = has_too_many(f);
    if (limited)
        KH_TRY(kh_few_search(f, err));
    if (limited && f->problem->most_paths > 1)
        KH_TRY(kh_few_fill_slots(f, err));
    if (f->problem->quantum_bps > 0)
        KH_TRY(kh_few_round(f, err));
    f->proof.n_paths = f->pool.n_paths;
    return limited || f->problem->quantum_bps > 0 ? kh_few_branch(f, err) : KH_OK;
}

/* --- the answer -------------------------------------------------------------------------------------------------------- */

static void set_rates(const kh_few *f, double level, double *rate_bps)
{
    for (size_t p = 0; p < f->pool.n_paths; p++) {
        double asked_bps = f->given->demands[f->pool.paths[p].demand].requested_bps;
        rate_bps[p] = f->units != NULL        ? f->units[p] * f->problem->quantum_bps
                      : f->share[p] > NOTHING ? f->share[p] * level * asked_bps
                                              : 0;
    }
}

/* How far the rates can be stretched together, times the lowest share: as in keyflow.c, by what the routes really carry. */
static double value_of(const kh_few *f, const kh_keyflow *flow, const double *load_bps)
{
    double lowest = INFINITY, stretch = INFINITY;
    for (size_t k = 0; k < f->given->n_demands; k++)
        if (flow->joined[k])
            lowest = fmin(lowest, flow->rate_bps[k] / f->given->demands[k].requested_bps);
    for (size_t e = 0; e < f->given->graph.n_links; e++)
        if (load_bps[e] > 0)
            stretch = fmin(stretch, f->given->capacity_bps[e] / load_bps[e]);
    if (isinf(lowest))
        return 0;
    return f->units != NULL ? lowest : isinf(stretch) ? 0 : lowest * stretch;
}

static kh_status write_flow(const kh_few *f, kh_keyflow *flow, kh_error *err)
{
    kh_settle settle;
    size_t n = f->given->n_demands;
    *flow = f->first;
    flow->shortest = false;
    flow->n_routes = 0;
    flow->rate_bps = KH_NEW(f->arena, double, n);
    if (flow->rate_bps == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the rates of %zu demands", n);
    double level = f->congestion > 0 ? fmin(1 / f->congestion, f->given->level_cap) : 0;
    KH_TRY(kh_settle_init(&settle, &f->pricer, &f->pool, f->arena, err));
    set_rates(f, level, settle.rate_bps);
    if (f->units != NULL)
        kh_settle_sum(&settle);
    else
        kh_settle_respect(&settle);
    KH_TRY(kh_settle_write(&settle, f->arena, flow, err));
    flow->value = value_of(f, flow, settle.load_bps);
    if (flow->n_levels > 0)
        flow->level[0] = level;
    return KH_OK;
}

static kh_status solve(kh_few *f, kh_keyflow *flow, kh_error *err)
{
    KH_TRY(init(f, err));
    KH_TRY(solve_first(f, err));
    if (f->first.n_routes > 0)
        KH_TRY(choose(f, err));
    KH_TRY(write_flow(f, flow, err));
    f->proof.bound = fmax(f->proof.bound, flow->value);
    return KH_OK;
}

kh_status kh_few_solve(const kh_few_problem *problem, kh_arena *arena, kh_keyflow *flow, kh_few_proof *proof, kh_error *err)
{
    KH_TRY(check(problem, err));
    kh_keyflow answer;
    kh_few f = {
        .problem = problem, .given = &problem->flow, .arena = arena, .deadline_s = kh_clock_s() + problem->flow.time_limit_s};
    KH_TRY(solve(&f, &answer, err));
    *flow = answer;
    if (proof != NULL)
        *proof = f.proof;
    return KH_OK;
}
