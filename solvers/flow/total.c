/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/flow/total.h"

#include "core/base/clock.h"
#include "core/net/ids.h"
#include "solvers/flow/pricer.h"
#include "solvers/flow/program.h"
#include "solvers/flow/settle.h"

#include <math.h>
#include <string.h>

static const double PRICE_FLOOR = 1e-11;  /* as in keyflow.c: of the value, for all full links together */
static const double PROVEN = 1e-11;       /* relative gap at which it is done */
static const double WORTH_IT = 1 - 1e-12; /* a path must be cheaper than what its demand pays by more than rounding */
static const double STEP_BACK = 1 - 1e-9; /* the largest floor itself leaves the linear program no inside */
static const double NEAR = 0.01;          /* gap of the flow that shows that a floor can be kept */

typedef struct work {
    const kh_total_problem *problem;
    const kh_keyflow_problem *given;
    kh_arena *arena, *scratch; /* scratch: one LP */
    kh_keyflow *flow;
    kh_pricer pricer;
    kh_pool pool;
    double floor;
    double largest;                    /* weight * requested of one demand: the unit of the objective */
    double *rate_bps;                  /* [path_room] of the last solution */
    uint8_t *row_place, *column_place; /* [n_links + n_demands], [path_room] its basis */
    size_t n_paths, path_room;
    bool warm;
    double value;                     /* of the last solution */
    double *price, *below, *distance; /* [n_links], [n_demands], [n_demands] */
    double deadline_s;
} work;

static kh_status check(const kh_total_problem *problem, kh_error *err)
{
    if (!isnan(problem->floor) && !(problem->floor >= 0 && problem->floor <= 1))
        return kh_fail(err, KH_ERANGE, "a floor of %g of every request, must be between 0 and 1", problem->floor);
    for (size_t k = 0; k < problem->flow.n_demands; k++)
        if (!(problem->weight[k] > 0) || isinf(problem->weight[k]))
            return kh_fail(err, KH_ERANGE, "demand %zu has a weight of %g, must be finite and > 0", k, problem->weight[k]);
    return KH_OK;
}

/* --- the linear program over the paths so far ---------------------------------------------------------------------------- */

/* What its numbers count in: 1 of everything, or bit/s. */
typedef struct units {
    bool scaled;
} units;

static double unit_of(const work *w, units u, uint32_t demand)
{
    return u.scaled ? w->given->demands[demand].requested_bps : 1;
}

static void fill_rows(const work *w, units u, kh_program *lp)
{
    size_t m = w->given->graph.n_links;
    for (size_t e = 0; e < m; e++) {
        lp->row_lower[e] = -INFINITY;
        lp->row_upper[e] = u.scaled ? 1 : w->given->capacity_bps[e];
    }
    for (uint32_t k = 0; k < w->given->n_demands; k++) {
        double request = w->given->demands[k].requested_bps / unit_of(w, u, k);
        lp->row_lower[m + k] = w->flow->joined[k] ? w->floor * request : 0;
        lp->row_upper[m + k] = request;
    }
}

static void fill_columns(const work *w, units u, kh_program *lp)
{
    size_t n = 0;
    for (size_t p = 0; p < w->n_paths; p++) {
        const kh_pool_path *path = &w->pool.paths[p];
        double unit_bps = unit_of(w, u, path->demand);
        lp->start[p] = n;
        for (size_t i = 0; i < path->n_links; i++) {
            uint32_t e = w->pool.links[path->first + i];
            lp->row[n] = e;
            lp->value[n++] = u.scaled ? unit_bps / w->given->capacity_bps[e] : 1;
        }
        lp->row[n] = (uint32_t)(w->given->graph.n_links + path->demand);
        lp->value[n++] = 1;
        lp->column_upper[p] = INFINITY;
        lp->cost[p] = w->problem->weight[path->demand] * unit_bps / (u.scaled ? w->largest : 1);
    }
    lp->start[w->n_paths] = n;
}

static kh_status set_up(work *w, units u, kh_program *lp, kh_error *err)
{
    kh_arena_reset(w->scratch);
    size_t rows = w->given->graph.n_links + w->given->n_demands;
    KH_TRY(kh_program_allocate(lp, rows, w->n_paths, w->n_paths + w->pool.n_links, w->scratch, err));
    fill_rows(w, u, lp);
    fill_columns(w, u, lp);
    return KH_OK;
}

static kh_status take_in_paths(work *w, kh_error *err)
{
    size_t n = w->pool.n_paths;
    if (n > w->path_room) {
        size_t room = 2 * n;
        double *rate_bps = KH_NEW(w->arena, double, room);
        uint8_t *place = KH_NEW(w->arena, uint8_t, room);
        if (rate_bps == NULL || place == NULL)
            return kh_fail(err, KH_ENOMEM, "no memory for %zu paths", n);
        if (w->n_paths > 0) {
            memcpy(rate_bps, w->rate_bps, w->n_paths * sizeof *rate_bps);
            memcpy(place, w->column_place, w->n_paths);
        }
        w->rate_bps = rate_bps;
        w->column_place = place;
        w->path_room = room;
    }
    w->n_paths = n; /* new ones have no flow and stand at 0: never used before */
    return KH_OK;
}

static void take_solution(work *w, const kh_program *lp)
{
    size_t m = w->given->graph.n_links;
    w->value = 0;
    for (size_t p = 0; p < w->n_paths; p++) {
        uint32_t k = w->pool.paths[p].demand;
        w->rate_bps[p] = fmax(lp->primal[p], 0) * w->given->demands[k].requested_bps;
        w->value += w->problem->weight[k] * w->rate_bps[p];
    }
    memcpy(w->column_place, lp->column_place, w->n_paths);
    memcpy(w->row_place, lp->row_place, lp->n_rows);
    w->warm = true;
    double least = PRICE_FLOOR * w->value / (double)m;
    for (size_t e = 0; e < m; e++)
        w->price[e] =
            w->given->capacity_bps[e] > 0 ? fmax(fmax(lp->dual[e], 0) * w->largest, least) / w->given->capacity_bps[e] : 0;
    for (size_t k = 0; k < w->given->n_demands; k++)
        w->below[k] = (w->problem->weight[k] - lp->dual[m + k] * w->largest / w->given->demands[k].requested_bps) * WORTH_IT;
}

static kh_status solve_program(work *w, kh_error *err)
{
    double left_s = w->deadline_s - kh_clock_s();
    if (!(left_s > 0))
        return KH_TIMELIMIT;
    kh_program p;
    KH_TRY(take_in_paths(w, err));
    KH_TRY(set_up(w, (units){.scaled = true}, &p, err));
    if (w->warm) {
        memcpy(p.row_place, w->row_place, p.n_rows);
        memcpy(p.column_place, w->column_place, w->n_paths);
    }
    kh_lp lp = kh_program_lp(&p);
    kh_lp_solution solution = kh_program_solution(&p, w->warm);
    const kh_lp_options options = {.program = w->given->lp_program, .time_limit_s = left_s};
    kh_status status = kh_lp_solve(&lp, &options, &solution, err);
    if (status == KH_OK || (status == KH_TIMELIMIT && isfinite(solution.objective)))
        take_solution(w, &p);
    return status;
}

static kh_status write_mps(work *w, kh_error *err)
{
    kh_program p;
    KH_TRY(set_up(w, (units){.scaled = false}, &p, err));
    const kh_lp lp = kh_program_lp(&p);
    return kh_lp_write_mps(&lp, w->given->mps_about, w->given->mps, err);
}

/* --- column generation ---------------------------------------------------------------------------------------------------- */

/* Certificate C3 of the prices and distances at hand. */
static double bound_of(const work *w)
{
    double bound = 0;
    for (size_t e = 0; e < w->given->graph.n_links; e++)
        bound += w->given->capacity_bps[e] * w->price[e];
    for (size_t k = 0; k < w->given->n_demands; k++) {
        if (!w->flow->joined[k])
            continue;
        double gain = w->problem->weight[k] - w->distance[k];
        bound += w->given->demands[k].requested_bps * (gain > 0 ? gain : w->floor * gain);
    }
    return bound;
}

static void keep_bound(work *w)
{
    double bound = bound_of(w);
    if (bound >= w->flow->bound)
        return;
    w->flow->bound = bound;
    memcpy(w->flow->prices, w->price, w->given->graph.n_links * sizeof *w->price);
}

static kh_status generate(work *w, kh_error *err)
{
    double wanted = fmax(w->given->gap, PROVEN);
    for (;;) {
        kh_error failure = {0};
        kh_status status = solve_program(w, &failure);
        if (status == KH_ENOMEM || status == KH_ENOINPUT || status == KH_EWRITE) {
            if (err != NULL)
                *err = failure;
            return status;
        }
        if (status == KH_TIMELIMIT)
            w->flow->complete = false;
        if (status != KH_OK && !w->warm)
            return KH_OK; /* the flow that keeps the floor, and the bound of no prices, are the answer */
        size_t n_added;
        KH_TRY(kh_pricer_run(&w->pricer, w->price, w->below, &w->pool, w->distance, &n_added, err));
        keep_bound(w);
        if (status != KH_OK || n_added == 0 || w->flow->bound - w->value <= wanted * w->value)
            return KH_OK;
    }
}

/* --- before and after ------------------------------------------------------------------------------------------------------ */

/* A flow that keeps the floor: an approximate one shows what is well possible, an exact one what the largest floor is. */
static kh_status find_first(work *w, kh_keyflow *first, kh_error *err)
{
    kh_keyflow_problem easy = *w->given;
    double wanted = w->problem->floor;
    easy.max_min = false;
    easy.level_cap = 1;
    easy.mps = NULL;
    easy.gap = isnan(wanted) ? 0 : fmax(easy.gap, NEAR);
    KH_TRY(kh_keyflow_solve(&easy, w->arena, first, err));
    if (first->complete && easy.gap > 0 && first->value < wanted) {
        easy.gap = 0;
        KH_TRY(kh_keyflow_solve(&easy, w->arena, first, err));
    }
    return KH_OK;
}

/* Of the rates as they are: a flow that the time limit cut short may be stretchable, and the floor must hold without. */
static double lowest_share(const work *w, const kh_keyflow *first)
{
    double lowest = first->value;
    for (size_t k = 0; k < w->given->n_demands; k++)
        if (first->joined[k])
            lowest = fmin(lowest, first->rate_bps[k] / w->given->demands[k].requested_bps);
    return lowest;
}

static kh_status choose_floor(work *w, const kh_keyflow *first, kh_error *err)
{
    double lowest = lowest_share(w, first), most = fmin(lowest * STEP_BACK, 1);
    w->floor = isnan(w->problem->floor) || first->n_routes == 0 ? most : fmin(w->problem->floor, 1);
    if (first->n_routes == 0 || w->floor <= lowest)
        return KH_OK;
    w->floor = most;
    if (!first->complete)
        return kh_fail(err, KH_TIMELIMIT, "the time limit passed before a flow with a floor of %g was found", w->problem->floor);
    return kh_fail(err, KH_INFEASIBLE,
                   "a floor of %.6g of every request cannot be kept: at most %.6g of all of them can be carried at once",
                   w->problem->floor, first->value);
}

/* The paths of the first flow, with its rates: routes come one to a path. */
static kh_status start_from(work *w, const kh_keyflow *first, kh_error *err)
{
    KH_TRY(kh_settle_take(&w->pricer, first, &w->pool, err));
    KH_TRY(take_in_paths(w, err));
    for (size_t r = 0; r < first->n_routes; r++) {
        w->rate_bps[r] = first->routes[r].rate_bps;
        w->value += w->problem->weight[first->routes[r].demand] * first->routes[r].rate_bps;
    }
    w->flow->complete = first->complete;
    memcpy(w->flow->joined, first->joined, w->given->n_demands * sizeof *first->joined);
    for (size_t k = 0; k < w->given->n_demands; k++) {
        w->flow->level_of[k] = first->joined[k] ? 0 : KH_NO_INDEX;
        if (first->joined[k])
            w->flow->bound += w->problem->weight[k] * w->given->demands[k].requested_bps;
        w->largest = fmax(w->largest, w->problem->weight[k] * w->given->demands[k].requested_bps);
    }
    return KH_OK;
}

static kh_status init(work *w, kh_error *err)
{
    size_t m = w->given->graph.n_links, n = w->given->n_demands;
    w->price = KH_NEW(w->arena, double, m);
    w->below = KH_NEW(w->arena, double, n);
    w->distance = KH_NEW(w->arena, double, n);
    w->row_place = KH_NEW(w->arena, uint8_t, m + n);
    *w->flow = (kh_keyflow){.complete = true,
                            .prices = KH_NEW(w->arena, double, m),
                            .joined = KH_NEW(w->arena, bool, n),
                            .rate_bps = KH_NEW(w->arena, double, n),
                            .level_prices = KH_NEW(w->arena, double *, 1),
                            .level = KH_NEW(w->arena, double, 1),
                            .level_of = KH_NEW(w->arena, uint32_t, n)};
    if (w->price == NULL || w->below == NULL || w->distance == NULL || w->row_place == NULL || w->flow->prices == NULL ||
        w->flow->joined == NULL || w->flow->rate_bps == NULL || w->flow->level_prices == NULL || w->flow->level == NULL ||
        w->flow->level_of == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu links and %zu demands", m, n);
    KH_TRY(kh_pricer_init(&w->pricer, w->given, w->arena, err));
    return kh_pool_init(&w->pool, n, w->arena, err);
}

static kh_status write_flow(work *w, kh_error *err)
{
    kh_settle settle;
    KH_TRY(kh_settle_init(&settle, &w->pricer, &w->pool, w->arena, err));
    memcpy(settle.rate_bps, w->rate_bps, w->n_paths * sizeof *w->rate_bps);
    kh_settle_respect(&settle);
    KH_TRY(kh_settle_write(&settle, w->arena, w->flow, err));
    for (size_t k = 0; k < w->given->n_demands; k++)
        w->flow->value += w->problem->weight[k] * w->flow->rate_bps[k];
    w->flow->level_prices[0] = w->flow->prices;
    w->flow->level[0] = w->floor;
    w->flow->n_levels = 1;
    return KH_OK;
}

static kh_status solve(work *w, double *floor, kh_error *err)
{
    kh_keyflow first;
    KH_TRY(init(w, err));
    KH_TRY(find_first(w, &first, err));
    kh_status status = choose_floor(w, &first, err);
    *floor = w->floor;
    KH_TRY(status);
    KH_TRY(start_from(w, &first, err));
    if (first.n_routes == 0)
        return KH_OK;
    KH_TRY(generate(w, err));
    if (w->given->mps != NULL)
        KH_TRY(write_mps(w, err));
    return write_flow(w, err);
}

kh_status kh_total_solve(const kh_total_problem *problem, kh_arena *arena, kh_keyflow *flow, double *floor, kh_error *err)
{
    KH_TRY(check(problem, err));
    kh_keyflow answer;
    work w = {.problem = problem,
              .given = &problem->flow,
              .arena = arena,
              .scratch = kh_arena_create(0),
              .flow = &answer,
              .deadline_s = kh_clock_s() + problem->flow.time_limit_s};
    kh_status status = w.scratch == NULL ? kh_fail(err, KH_ENOMEM, "no memory for a linear program") : solve(&w, floor, err);
    kh_arena_destroy(w.scratch);
    if (status == KH_OK)
        *flow = answer;
    return status;
}
