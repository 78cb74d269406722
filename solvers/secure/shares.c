/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/secure/shares.h"

#include "core/base/clock.h"
#include "core/net/ids.h"

#include <math.h>
#include <string.h>

/* As in master.c. */
static const double STEP_BACK = 1 - 1e-12;
/* Of a link's rate: entries further apart than this from those of 1 leave nothing of the program's tolerance. */
static const double UNFELT = 1e-12;
/* lambda leaves the present level behind beyond FAR; no further than FARTHEST in one program, since entries would go unfelt. */
enum { MOST_LEVELS = 100 };
static const double FAR = 1e3, FARTHEST = 1e6;
/* No column helps with more than its demand's rate, which is less than FAR; without this, rates of 1e12 flow along for nothing and
   the secret is a small difference. */
static const double MOST_FLOW = 1e4;

/* All of the pool's columns at once, each with what its demand asks for: lambda at which the busiest link is just full. */
static double first_level(const kh_keyflow_problem *problem, const kh_pool *pool, double *congestion)
{
    double busiest = 0;
    for (size_t p = 0; p < pool->n_paths; p++)
        for (size_t i = 0; i < pool->paths[p].n_links; i++) {
            uint32_t e = pool->links[pool->paths[p].first + i];
            congestion[e] += problem->demands[pool->paths[p].demand].requested_bps / problem->capacity_bps[e];
            busiest = fmax(busiest, congestion[e]);
        }
    return 1 / busiest;
}

void kh_shares_clear(kh_shares *s)
{
    kh_arena_destroy(s->scratch);
    s->scratch = NULL;
}

/* --- new columns ------------------------------------------------------------------------------------------------------------ */

static kh_status find_view(kh_shares *s, uint32_t demand, uint32_t coalition, uint32_t *view, kh_error *err)
{
    for (*view = s->last_view[demand]; *view != KH_NO_INDEX; *view = s->views[*view].previous)
        if (s->views[*view].coalition == coalition)
            return KH_OK;
    if (s->n_views == s->view_room) {
        kh_shares_view *views = kh_arena_grow(s->arena, s->views, s->n_views, &s->view_room, sizeof *views);
        if (views == NULL)
            return kh_fail(err, KH_ENOMEM, "no memory for %zu views of coalitions", s->n_views);
        s->views = views;
    }
    s->views[s->n_views] = (kh_shares_view){
        .demand = demand, .coalition = coalition, .previous = s->last_view[demand], .row = KH_NO_INDEX, .row_place = KH_LP_BASIC};
    *view = s->last_view[demand] = (uint32_t)s->n_views++;
    return KH_OK;
}

static kh_status look_at(kh_shares *s, size_t path, kh_error *err)
{
    const kh_pool_path *p = &s->pool->paths[path];
    const uint32_t *ends = s->problem->demands[p->demand].ends;
    size_t n = kh_watch_touched(s->watch, ends, ends[0], &s->pool->links[p->first], p->n_links, s->touched);
    while (s->seen_room - s->n_seen < n) {
        uint32_t *seen = kh_arena_grow(s->arena, s->seen, s->n_seen, &s->seen_room, sizeof *seen);
        if (seen == NULL)
            return kh_fail(err, KH_ENOMEM, "no memory for the views of %zu paths", path);
        s->seen = seen;
    }
    for (size_t i = 0; i < n; i++)
        KH_TRY(find_view(s, p->demand, s->touched[i], &s->seen[s->n_seen + i], err));
    s->seen_end[path] = s->n_seen += n;
    return KH_OK;
}

static kh_status make_room(kh_shares *s, size_t n, kh_error *err)
{
    if (n <= s->path_room)
        return KH_OK;
    size_t room = 2 * n;
    size_t *seen_end = KH_NEW(s->arena, size_t, room);
    uint8_t *place = KH_NEW(s->arena, uint8_t, room);
    double *flow = KH_NEW(s->arena, double, room), *kept_bps = KH_NEW(s->arena, double, room);
    if (seen_end == NULL || place == NULL || flow == NULL || kept_bps == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu paths", n);
    if (s->n_paths > 0) {
        memcpy(seen_end, s->seen_end, s->n_paths * sizeof *seen_end);
        memcpy(place, s->path_place, s->n_paths * sizeof *place);
        memcpy(flow, s->path_flow, s->n_paths * sizeof *flow);
        memcpy(kept_bps, s->kept_bps, s->n_kept * sizeof *kept_bps);
    }
    s->seen_end = seen_end;
    s->path_place = place;
    s->path_flow = flow;
    s->kept_bps = kept_bps;
    s->path_room = room;
    return KH_OK;
}

static kh_status take_in_paths(kh_shares *s, kh_error *err)
{
    bool first = s->n_paths == 0; /* a point to fall back to: all first columns, at the first level */
    KH_TRY(make_room(s, s->pool->n_paths, err));
    for (; s->n_paths < s->pool->n_paths; s->n_paths++) {
        s->path_flow[s->n_paths] = first ? 1 : 0;
        KH_TRY(look_at(s, s->n_paths, err));
    }
    return KH_OK;
}

kh_status kh_shares_init(kh_shares *s, const kh_keyflow_problem *problem, kh_watch *watch, const kh_pool *pool, kh_arena *arena,
                         kh_error *err)
{
    size_t m = problem->graph.n_links, n = problem->n_demands;
    *s = (kh_shares){.problem = problem,
                     .watch = watch,
                     .pool = pool,
                     .arena = arena,
                     .highest = HUGE_VAL,
                     .unit_bps = KH_NEW(arena, double, n),
                     .frozen = KH_NEW(arena, bool, n),
                     .last_view = KH_NEW(arena, uint32_t, n),
                     .link_place = KH_NEW(arena, uint8_t, m),
                     .demand_place = KH_NEW(arena, uint8_t, n),
                     .theta_place = KH_NEW(arena, uint8_t, n),
                     .theta = KH_NEW(arena, double, n),
                     .secret = KH_NEW(arena, double, n),
                     .link_dual = KH_NEW(arena, double, m),
                     .demand_dual = KH_NEW(arena, double, n),
                     .touched = KH_NEW(arena, uint32_t, watch->n_coalitions)};
    if (s->unit_bps == NULL || s->frozen == NULL || s->last_view == NULL || s->link_place == NULL || s->demand_place == NULL ||
        s->theta_place == NULL || s->theta == NULL || s->secret == NULL || s->link_dual == NULL || s->demand_dual == NULL ||
        s->touched == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the program of %zu links and %zu demands", m, n);
    s->level = s->lambda = first_level(problem, pool, s->link_dual); /* scratch until the first solution */
    for (size_t k = 0; k < n; k++) {
        s->last_view[k] = KH_NO_INDEX;
        s->unit_bps[k] = pool->last[k] != KH_NO_INDEX ? s->level * problem->demands[k].requested_bps : 0;
    }
    s->scratch = kh_arena_create(0);
    if (s->scratch == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the program of secret rates");
    kh_status status = take_in_paths(s, err);
    if (status != KH_OK)
        kh_shares_clear(s);
    else
        kh_shares_keep(s, s->lambda);
    return status;
}

/* --- the program: columns lambda, theta of each demand, paths; rows links, demands, views ------------------- */

static uint32_t demand_row(const kh_shares *s, size_t demand)
{
    return (uint32_t)(s->problem->graph.n_links + demand);
}

/* Of the i-th view that has one. */
static uint32_t view_row(const kh_shares *s, size_t i)
{
    return (uint32_t)(s->problem->graph.n_links + s->problem->n_demands + i);
}

static size_t path_column(const kh_shares *s, size_t path)
{
    return 1 + s->problem->n_demands + path;
}

static void fill_rows(const kh_shares *s, kh_program *lp)
{
    size_t m = s->problem->graph.n_links;
    for (size_t i = 0; i < lp->n_rows; i++) {
        bool is_demand = i >= m && i < m + s->problem->n_demands;
        lp->row_lower[i] = !is_demand || s->unit_bps[i - m] <= 0 ? -HUGE_VAL : s->frozen[i - m] ? 1 : 0;
        lp->row_upper[i] = is_demand ? HUGE_VAL : i < m ? 1 : 0;
    }
    memcpy(lp->row_place, s->link_place, m);
    memcpy(&lp->row_place[m], s->demand_place, s->problem->n_demands);
    for (size_t i = 0; i < s->n_rows; i++)
        lp->row_place[view_row(s, i)] = s->views[s->rows[i]].row_place;
}

static size_t put(kh_program *lp, size_t n, uint32_t row, double value)
{
    lp->row[n] = row;
    lp->value[n] = value;
    return n + 1;
}

static size_t fill_lambda_and_theta(const kh_shares *s, kh_program *lp)
{
    size_t n = 0;
    for (size_t k = 0; k < s->problem->n_demands; k++)
        if (s->unit_bps[k] > 0 && !s->frozen[k])
            n = put(lp, n, demand_row(s, k), -1);
    lp->cost[0] = 1;
    lp->column_lower[0] = s->lowest;
    lp->column_upper[0] = fmin(s->highest, FARTHEST);
    lp->column_place[0] = s->lambda_place;
    for (size_t k = 0; k < s->problem->n_demands; k++) {
        lp->start[1 + k] = n;
        if (s->unit_bps[k] > 0)
            n = put(lp, n, demand_row(s, k), -1);
        for (uint32_t v = s->last_view[k]; v != KH_NO_INDEX; v = s->views[v].previous)
            if (s->views[v].row != KH_NO_INDEX)
                n = put(lp, n, view_row(s, s->views[v].row), -1);
        lp->column_upper[1 + k] = s->last_view[k] != KH_NO_INDEX ? HUGE_VAL : 0;
        lp->column_place[1 + k] = s->theta_place[k];
    }
    return n;
}

static size_t fill_paths(const kh_shares *s, kh_program *lp, size_t n)
{
    for (size_t p = 0; p < s->n_paths; p++) {
        const kh_pool_path *path = &s->pool->paths[p];
        lp->start[path_column(s, p)] = n;
        for (size_t i = 0; i < path->n_links; i++) {
            uint32_t e = s->pool->links[path->first + i];
            double share = s->unit_bps[path->demand] / s->problem->capacity_bps[e];
            if (share > UNFELT)
                n = put(lp, n, e, share);
        }
        n = put(lp, n, demand_row(s, path->demand), 1);
        for (size_t i = p > 0 ? s->seen_end[p - 1] : 0; i < s->seen_end[p]; i++)
            if (s->views[s->seen[i]].row != KH_NO_INDEX)
                n = put(lp, n, view_row(s, s->views[s->seen[i]].row), 1);
        lp->column_upper[path_column(s, p)] = MOST_FLOW;
        lp->column_place[path_column(s, p)] = s->path_place[p];
    }
    return n;
}

static kh_status fill(const kh_shares *s, kh_program *lp, kh_error *err)
{
    size_t m = s->problem->graph.n_links, n = s->problem->n_demands;
    size_t entries = 2 * n + s->n_rows + s->pool->n_links + s->n_paths + s->n_seen;
    KH_TRY(kh_program_allocate(lp, m + n + s->n_rows, 1 + n + s->n_paths, entries, s->scratch, err));
    fill_rows(s, lp);
    lp->start[lp->n_columns] = fill_paths(s, lp, fill_lambda_and_theta(s, lp));
    return KH_OK;
}

static void take_solution(kh_shares *s, const kh_program *lp)
{
    size_t m = s->problem->graph.n_links, n = s->problem->n_demands;
    s->warm = true;
    s->lambda = lp->primal[0] * s->level;
    s->lambda_place = lp->column_place[0];
    memcpy(s->theta_place, &lp->column_place[1], n);
    memcpy(s->path_place, &lp->column_place[1 + n], s->n_paths);
    memcpy(s->link_place, lp->row_place, m);
    memcpy(s->demand_place, &lp->row_place[m], n);
    for (size_t p = 0; p < s->n_paths; p++)
        s->path_flow[p] = fmax(lp->primal[path_column(s, p)], 0);
    for (size_t e = 0; e < m; e++)
        s->link_dual[e] = fmax(lp->dual[e], 0);
    for (size_t k = 0; k < n; k++)
        s->demand_dual[k] = fmax(-lp->dual[demand_row(s, k)], 0);
    for (size_t k = 0; k < n; k++)
        s->theta[k] = fmax(lp->primal[1 + k], 0);
    for (size_t i = 0; i < s->n_rows; i++) {
        kh_shares_view *view = &s->views[s->rows[i]];
        view->row_place = lp->row_place[view_row(s, i)];
        view->dual = fmax(lp->dual[view_row(s, i)], 0);
    }
}

/* --- solving ----------------------------------------------------------------------------------------------------------------- */

static bool is_free(const kh_shares *s, size_t demand)
{
    return s->unit_bps[demand] > 0 && !s->frozen[demand];
}

/* Another level: the old unit of a free demand times its old flow is its new unit times its new flow. */
static void set_level(kh_shares *s, double level)
{
    double factor = s->level / level;
    for (size_t p = 0; p < s->n_paths; p++)
        if (is_free(s, s->pool->paths[p].demand))
            s->path_flow[p] *= factor;
    for (size_t k = 0; k < s->problem->n_demands; k++) {
        if (!is_free(s, k))
            continue;
        s->unit_bps[k] = level * s->problem->demands[k].requested_bps;
        s->theta[k] *= factor;
    }
    s->lowest *= factor;
    s->highest *= factor;
    s->level = level;
}

static kh_status solve_once(kh_shares *s, double time_limit_s, kh_error *err)
{
    kh_arena_reset(s->scratch);
    kh_program p;
    KH_TRY(fill(s, &p, err));
    kh_lp lp = kh_program_lp(&p);
    kh_lp_solution solution = kh_program_solution(&p, s->warm);
    const kh_lp_options options = {.program = s->problem->lp_program, .time_limit_s = time_limit_s};
    kh_status status = kh_lp_solve(&lp, &options, &solution, err);
    if (status == KH_OK || (status == KH_TIMELIMIT && isfinite(solution.objective)))
        take_solution(s, &p);
    return status;
}

kh_status kh_shares_write_mps(kh_shares *s, const char *about, FILE *file, kh_error *err)
{
    kh_arena_reset(s->scratch);
    kh_program p;
    KH_TRY(fill(s, &p, err));
    p.cost[0] = s->level;
    kh_lp lp = kh_program_lp(&p);
    return kh_lp_write_mps(&lp, about, file, err);
}

/* Whether lambda is so far from the level that it stands in the wrong unit: rows that came have brought it down, or columns up. */
static bool is_far(const kh_shares *s)
{
    bool high = s->lambda > FAR * s->level && s->lambda < s->highest * s->level * STEP_BACK;
    bool low = s->lambda < s->level / FAR && s->lambda > s->lowest * s->level / STEP_BACK && s->lambda > 0;
    return high || low;
}

kh_status kh_shares_solve(kh_shares *s, double time_limit_s, kh_error *err)
{
    double deadline_s = kh_clock_s() + time_limit_s;
    KH_TRY(take_in_paths(s, err));
    KH_TRY(solve_once(s, time_limit_s, err));
    for (int turn = 0; turn < MOST_LEVELS && is_far(s); turn++) {
        set_level(s, s->lambda);
        KH_TRY(solve_once(s, fmax(deadline_s - kh_clock_s(), 0), err));
    }
    return KH_OK;
}

/* --- levels ----------------------------------------------------------------------------------------------------------------- */

/* The free demand with the largest dual, KH_NO_INDEX when none is free. */
static uint32_t most_blocked(const kh_shares *s)
{
    uint32_t best = KH_NO_INDEX;
    for (uint32_t k = 0; k < s->problem->n_demands; k++)
        if (is_free(s, k) && (best == KH_NO_INDEX || s->demand_dual[k] > s->demand_dual[best]))
            best = k;
    return best;
}

size_t kh_shares_freeze(kh_shares *s, const bool *blocked, uint32_t number, uint32_t *level_of)
{
    uint32_t first = most_blocked(s);
    size_t left = 0;
    if (first == KH_NO_INDEX)
        return 0;
    if (s->lambda > 0) /* 0: time stopped the program where nothing flowed yet */
        set_level(s, fmin(s->lambda, s->problem->level_cap) * STEP_BACK);
    s->lowest = 1;
    s->highest = fmax(s->problem->level_cap / s->level, 1);
    /* as in kh_master_freeze(): lambda leaves the basis, the row that takes its place had a dual */
    if (s->lambda_place == KH_LP_BASIC)
        s->demand_place[first] = KH_LP_BASIC;
    s->lambda_place = KH_LP_AT_LOWER;
    for (uint32_t k = 0; k < s->problem->n_demands; k++) {
        if (!is_free(s, k))
            continue;
        if (blocked == NULL || k == first || blocked[k]) {
            s->frozen[k] = true;
            level_of[k] = number;
        } else {
            left++;
        }
    }
    return left;
}
