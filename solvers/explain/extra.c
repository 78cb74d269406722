/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/explain/extra.h"

#include "core/base/clock.h"
#include "core/net/ids.h"
#include "solvers/flow/pricer.h"
#include "solvers/flow/settle.h"
#include "solvers/lp/lp_build.h"

#include <math.h>
#include <string.h>

static const double PRICE_FLOOR = 1e-12;  /* a link without a dual costs this, so that ties go to few hops */
static const double WORTH_IT = 1 - 1e-12; /* a path must be cheaper than its demand's dual by more than rounding */
static const double PROVEN = 1e-10;       /* relative gap at which it is done */
static const double SERVED = 1 - 1e-9;

typedef struct work {
    const kh_keyflow_problem *problem;
    const bool *may_add;
    kh_arena *arena, *scratch; /* scratch: one LP */
    kh_extra *extra;
    kh_keyflow_problem open; /* with room for everything on links that may grow */
    kh_pricer pricer;
    kh_pool pool;
    double unit_bps;    /* the largest request: what the LP counts in */
    double *share;      /* [room] of its demand that a path carries, by the last LP */
    uint8_t *row_place; /* [n_links + n_demands] */
    uint8_t *place;     /* [n_links + room] */
    size_t room;
    bool warm;
    double *price, *below, *distance; /* [n_links], [n_demands], [n_demands] */
    double deadline_s;
} work;

static kh_status no_memory(const work *w, kh_error *err)
{
    return kh_fail(err, KH_ENOMEM, "no memory to look for the least key rate to add to %zu links", w->problem->graph.n_links);
}

static void build_columns(const work *w, double cost, kh_lp_build *lp)
{
    size_t m = w->problem->graph.n_links;
    for (size_t e = 0; e < m; e++) {
        kh_lp_build_column(lp, cost, 0, w->may_add[e] ? INFINITY : 0);
        kh_lp_build_entry(lp, e, -1);
    }
    for (size_t p = 0; p < w->pool.n_paths; p++) {
        const kh_pool_path *path = &w->pool.paths[p];
        kh_lp_build_column(lp, 0, 0, INFINITY);
        for (size_t i = 0; i < path->n_links; i++)
            kh_lp_build_entry(lp, w->pool.links[path->first + i], w->problem->demands[path->demand].requested_bps / w->unit_bps);
        kh_lp_build_entry(lp, m + path->demand, 1);
    }
}

/* @p cost: of a unit added */
static kh_status build(work *w, double cost, kh_lp *program, kh_error *err)
{
    size_t m = w->problem->graph.n_links;
    kh_lp_build lp;
    kh_arena_reset(w->scratch);
    KH_TRY(kh_lp_build_init(&lp, m + w->problem->n_demands, w->scratch, err));
    for (size_t e = 0; e < m; e++)
        kh_lp_build_row(&lp, e, -INFINITY, w->problem->capacity_bps[e] / w->unit_bps);
    for (size_t k = 0; k < w->problem->n_demands; k++)
        kh_lp_build_row(&lp, m + k, 1, INFINITY);
    build_columns(w, cost, &lp);
    return kh_lp_build_program(&lp, false, program, err);
}

/* Places and shares of new paths are 0: at their bound, without flow. */
static kh_status make_room(work *w, kh_error *err)
{
    size_t m = w->problem->graph.n_links, n = w->pool.n_paths;
    if (n <= w->room)
        return KH_OK;
    double *share = KH_NEW(w->arena, double, 2 * n);
    uint8_t *place = KH_NEW(w->arena, uint8_t, m + 2 * n);
    if (share == NULL || place == NULL)
        return no_memory(w, err);
    if (w->room > 0) {
        memcpy(share, w->share, w->room * sizeof *share);
        memcpy(place, w->place, m + w->room);
    }
    w->share = share;
    w->place = place;
    w->room = 2 * n;
    return KH_OK;
}

static void take_duals(work *w, const double *dual)
{
    size_t m = w->problem->graph.n_links;
    for (size_t e = 0; e < m; e++) {
        double most = w->may_add[e] ? 1 : INFINITY;
        w->price[e] = w->open.capacity_bps[e] > 0 ? fmin(fmax(-dual[e], PRICE_FLOOR), most) : 0;
    }
    for (size_t k = 0; k < w->problem->n_demands; k++)
        w->below[k] = dual[m + k] * w->unit_bps / w->problem->demands[k].requested_bps * WORTH_IT;
}

static kh_status solve_program(work *w, double *total_bps, kh_error *err)
{
    size_t m = w->problem->graph.n_links, rows = m + w->problem->n_demands;
    double left_s = w->deadline_s - kh_clock_s();
    if (!(left_s > 0))
        return kh_fail(err, KH_TIMELIMIT, "the time limit passed before the least key rate to add was found");
    kh_lp lp;
    KH_TRY(make_room(w, err));
    KH_TRY(build(w, 1, &lp, err));
    double *primal = KH_NEW(w->scratch, double, lp.n_columns), *dual = KH_NEW(w->scratch, double, rows);
    if (primal == NULL || dual == NULL)
        return no_memory(w, err);
    kh_lp_options options = {.program = w->problem->lp_program, .time_limit_s = left_s};
    kh_lp_solution solution = {
        .warm = w->warm, .row_place = w->row_place, .column_place = w->place, .primal = primal, .dual = dual};
    KH_TRY(kh_lp_solve(&lp, &options, &solution, err));
    w->warm = true;
    memcpy(w->share, &primal[m], w->pool.n_paths * sizeof *w->share);
    *total_bps = solution.objective * w->unit_bps;
    take_duals(w, dual);
    return KH_OK;
}

static double bound_of(const work *w)
{
    double bound_bps = 0;
    for (size_t k = 0; k < w->problem->n_demands; k++)
        bound_bps += w->problem->demands[k].requested_bps * w->distance[k];
    for (size_t e = 0; e < w->problem->graph.n_links; e++)
        bound_bps -= w->problem->capacity_bps[e] * w->price[e];
    return bound_bps;
}

static kh_status generate(work *w, kh_error *err)
{
    for (;;) {
        double total_bps = 0;
        size_t n_added;
        kh_error failure = {0};
        kh_status status = solve_program(w, &total_bps, &failure);
        if ((status == KH_TIMELIMIT || status == KH_EINTERNAL) && w->warm) /* the answer before serves all, if not with the least */
            return KH_OK;
        if (status != KH_OK && err != NULL)
            *err = failure;
        KH_TRY(status);
        KH_TRY(kh_pricer_run(&w->pricer, w->price, w->below, &w->pool, w->distance, &n_added, err));
        double bound_bps = bound_of(w);
        if (bound_bps > w->extra->bound_bps) {
            w->extra->bound_bps = bound_bps;
            memcpy(w->extra->prices, w->price, w->problem->graph.n_links * sizeof *w->price);
        }
        if (n_added == 0 || total_bps - w->extra->bound_bps <= PROVEN * total_bps)
            return KH_OK;
    }
}

static kh_status write_program(work *w, kh_error *err)
{
    kh_lp lp;
    if (w->problem->mps == NULL)
        return KH_OK;
    KH_TRY(build(w, w->unit_bps, &lp, err));
    return kh_lp_write_mps(&lp,
                           "Columns: what is added to each link, in units of the largest request, then the share of its demand on\n"
                           "each path. Rows: links, then demands. The optimum is in bit/s.",
                           w->problem->mps, err);
}

/* Each demand is served to the last bit; what is then too much for a link is what has to be added there. */
static kh_status write(work *w, kh_error *err)
{
    kh_settle settle;
    kh_keyflow flow = {.rate_bps = KH_NEW(w->scratch, double, w->problem->n_demands)};
    KH_TRY(kh_settle_init(&settle, &w->pricer, &w->pool, w->arena, err));
    if (flow.rate_bps == NULL)
        return no_memory(w, err);
    for (size_t k = 0; k < w->problem->n_demands; k++) {
        double sum = 0;
        for (uint32_t p = w->pool.last[k]; p != KH_NO_INDEX; p = w->pool.paths[p].previous)
            sum += p < w->room && w->share[p] > PRICE_FLOOR ? w->share[p] : 0;
        for (uint32_t p = w->pool.last[k]; p != KH_NO_INDEX; p = w->pool.paths[p].previous)
            if (w->share[p] > PRICE_FLOOR)
                settle.rate_bps[p] = w->share[p] / sum * w->problem->demands[k].requested_bps;
    }
    kh_settle_sum(&settle);
    for (size_t e = 0; e < w->problem->graph.n_links; e++)
        if (w->may_add[e]) {
            w->extra->extra_bps[e] = fmax(settle.load_bps[e] - w->problem->capacity_bps[e], 0);
            w->extra->total_bps += w->extra->extra_bps[e];
        }
    KH_TRY(kh_settle_write(&settle, w->arena, &flow, err));
    w->extra->routes = flow.routes;
    w->extra->n_routes = flow.n_routes;
    return KH_OK;
}

/* With room for all requests on every link that may grow. */
static kh_status open_up(work *w, kh_error *err)
{
    size_t m = w->problem->graph.n_links;
    double *capacity_bps = KH_NEW(w->arena, double, m), all_bps = 0;
    if (capacity_bps == NULL)
        return no_memory(w, err);
    for (size_t k = 0; k < w->problem->n_demands; k++) {
        all_bps += w->problem->demands[k].requested_bps;
        w->unit_bps = fmax(w->unit_bps, w->problem->demands[k].requested_bps);
    }
    for (size_t e = 0; e < m; e++) {
        bool is_loop = w->problem->graph.ends[e][0] == w->problem->graph.ends[e][1];
        capacity_bps[e] = w->problem->capacity_bps[e] + (w->may_add[e] && !is_loop ? all_bps : 0);
    }
    w->open = *w->problem;
    w->open.capacity_bps = capacity_bps;
    w->open.max_min = false;
    w->open.level_cap = 1;
    w->open.gap = 0;
    w->open.mps = NULL;
    w->open.start = NULL;
    return KH_OK;
}

static kh_status init(work *w, kh_error *err)
{
    size_t m = w->problem->graph.n_links, n = w->problem->n_demands;
    w->price = KH_NEW(w->arena, double, m);
    w->below = KH_NEW(w->arena, double, n);
    w->distance = KH_NEW(w->arena, double, n);
    w->row_place = KH_NEW(w->arena, uint8_t, m + n);
    *w->extra = (kh_extra){.extra_bps = KH_NEW(w->arena, double, m), .prices = KH_NEW(w->arena, double, m)};
    if (w->price == NULL || w->below == NULL || w->distance == NULL || w->row_place == NULL || w->extra->extra_bps == NULL ||
        w->extra->prices == NULL)
        return no_memory(w, err);
    return open_up(w, err);
}

static kh_status solve(work *w, kh_error *err)
{
    kh_keyflow first;
    KH_TRY(init(w, err));
    KH_TRY(kh_keyflow_solve(&w->open, w->arena, &first, err));
    bool all_joined = true;
    for (size_t k = 0; k < w->problem->n_demands; k++)
        all_joined = all_joined && first.joined[k];
    w->extra->possible = all_joined && (w->problem->n_demands == 0 || first.value >= SERVED);
    if (!w->extra->possible && all_joined && !first.complete && first.bound >= 1)
        return kh_fail(err, KH_TIMELIMIT, "the time limit passed before a way to serve all demands was found");
    if (!w->extra->possible || w->problem->n_demands == 0)
        return KH_OK;
    KH_TRY(kh_pricer_init(&w->pricer, &w->open, w->arena, err));
    KH_TRY(kh_pool_init(&w->pool, w->problem->n_demands, w->arena, err));
    KH_TRY(kh_settle_take(&w->pricer, &first, &w->pool, err));
    KH_TRY(generate(w, err));
    KH_TRY(write(w, err));
    return write_program(w, err);
}

kh_status kh_extra_solve(const kh_keyflow_problem *problem, const bool *may_add, kh_arena *arena, kh_extra *extra, kh_error *err)
{
    kh_extra answer;
    work w = {.problem = problem,
              .may_add = may_add,
              .arena = arena,
              .scratch = kh_arena_create(0),
              .extra = &answer,
              .deadline_s = kh_clock_s() + problem->time_limit_s};
    kh_status status = w.scratch == NULL ? no_memory(&w, err) : solve(&w, err);
    kh_arena_destroy(w.scratch);
    if (status == KH_OK)
        *extra = answer;
    return status;
}
