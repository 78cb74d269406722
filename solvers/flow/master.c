/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/flow/master.h"

#include "core/net/ids.h"

#include <math.h>
#include <string.h>

/* A frozen rate fixed at the level itself makes the next level infeasible by rounding. */
static const double STEP_BACK = 1 - 1e-12;
static const double NOTHING = 1e-12; /* share of a demand below which a path's flow is rounding */

static bool is_first(const kh_pool *pool, size_t path)
{
    return pool->paths[path].previous == KH_NO_INDEX;
}

/* Load of each link when every demand takes its first path, per link rate; the busiest link and its congestion. */
static double busiest_link(const kh_keyflow_problem *problem, const kh_pool *pool, double *congestion, uint32_t *link)
{
    for (size_t p = 0; p < pool->n_paths; p++)
        for (size_t i = 0; is_first(pool, p) && i < pool->paths[p].n_links; i++) {
            uint32_t e = pool->links[pool->paths[p].first + i];
            congestion[e] += problem->demands[pool->paths[p].demand].requested_bps / pool->paths[p].keys / problem->capacity_bps[e];
        }
    *link = 0;
    for (uint32_t e = 1; e < problem->graph.n_links; e++)
        if (congestion[e] > congestion[*link])
            *link = e;
    return congestion[*link];
}

static void set_first_point(kh_master *master, uint32_t full_link)
{
    const kh_pool *pool = master->pool;
    size_t m = master->problem->graph.n_links;
    memset(master->row_place, KH_LP_BASIC, m + master->problem->n_demands);
    master->row_place[full_link] = KH_LP_AT_UPPER;
    for (size_t p = 0; p < pool->n_paths; p++) {
        uint32_t k = pool->paths[p].demand;
        if (!is_first(pool, p))
            continue;
        master->unit_bps[k] = master->level * master->problem->demands[k].requested_bps;
        master->path_place[p] = KH_LP_BASIC;
        master->path_flow[p] = 1;
        master->row_place[m + k] = KH_LP_AT_LOWER;
    }
    master->n_paths = pool->n_paths;
}

kh_status kh_master_init(kh_master *master, const kh_keyflow_problem *problem, const kh_pool *pool, kh_arena *arena, kh_error *err)
{
    size_t m = problem->graph.n_links, n = problem->n_demands;
    *master = (kh_master){.problem = problem,
                          .pool = pool,
                          .arena = arena,
                          .highest = INFINITY,
                          .lambda_place = KH_LP_BASIC,
                          .unit_bps = KH_NEW(arena, double, n),
                          .frozen = KH_NEW(arena, bool, n),
                          .row_place = KH_NEW(arena, uint8_t, m + n),
                          .link_dual = KH_NEW(arena, double, m),
                          .demand_dual = KH_NEW(arena, double, n),
                          .path_place = KH_NEW(arena, uint8_t, pool->n_paths),
                          .path_flow = KH_NEW(arena, double, pool->n_paths),
                          .path_room = pool->n_paths};
    if (master->unit_bps == NULL || master->frozen == NULL || master->row_place == NULL || master->link_dual == NULL ||
        master->demand_dual == NULL || master->path_place == NULL || master->path_flow == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the master problem of %zu links and %zu demands", m, n);
    master->scratch = kh_arena_create(0);
    if (master->scratch == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the master problem");
    uint32_t full_link;
    master->level = 1 / busiest_link(problem, pool, master->link_dual, &full_link); /* duals: scratch until the first solution */
    master->lambda = master->level;
    set_first_point(master, full_link);
    return KH_OK;
}

void kh_master_clear(kh_master *master)
{
    kh_arena_destroy(master->scratch);
    master->scratch = NULL;
}

void kh_master_take_flow(kh_master *master, double level, const double *share, uint32_t *level_of)
{
    master->level = master->lambda = level;
    memcpy(master->path_flow, share, master->n_paths * sizeof *share);
    for (size_t k = 0; k < master->problem->n_demands; k++) {
        if (master->unit_bps[k] <= 0)
            continue;
        master->unit_bps[k] = level * master->problem->demands[k].requested_bps;
        master->frozen[k] = true;
        level_of[k] = 0;
    }
}

static kh_status take_in_paths(kh_master *master, kh_error *err)
{
    size_t n = master->pool->n_paths;
    if (n > master->path_room) {
        size_t room = 2 * n;
        uint8_t *place = KH_NEW(master->arena, uint8_t, room);
        double *flow = KH_NEW(master->arena, double, room);
        if (place == NULL || flow == NULL)
            return kh_fail(err, KH_ENOMEM, "no memory for %zu paths", n);
        memcpy(place, master->path_place, master->n_paths * sizeof *place);
        memcpy(flow, master->path_flow, master->n_paths * sizeof *flow);
        master->path_place = place;
        master->path_flow = flow;
        master->path_room = room;
    }
    for (size_t p = master->n_paths; p < n; p++) {
        master->path_place[p] = KH_LP_AT_LOWER;
        master->path_flow[p] = 0;
    }
    master->n_paths = n;
    return KH_OK;
}

static void take_paths(kh_master *master, const kh_keyed *b)
{
    memset(master->path_place, KH_LP_AT_LOWER, master->n_paths);
    memset(master->path_flow, 0, master->n_paths * sizeof *master->path_flow);
    for (size_t i = 1; i < b->working.n; i++) {
        master->path_place[b->extra[i]] = KH_LP_BASIC;
        master->path_flow[b->extra[i]] = b->value[i] > NOTHING ? b->value[i] : 0;
    }
    for (uint32_t k = 0; k < master->problem->n_demands; k++)
        if (b->asked[k]) {
            double share = kh_keyed_key_share(b, k);
            master->path_place[b->key[k]] = KH_LP_BASIC;
            master->path_flow[b->key[k]] = share > NOTHING ? share : 0;
        }
}

kh_status kh_master_take_basis(kh_master *master, const kh_keyed *b, double level, kh_error *err)
{
    size_t m = master->problem->graph.n_links, n = master->problem->n_demands;
    KH_TRY(take_in_paths(master, err));
    take_paths(master, b);
    memset(master->row_place, KH_LP_BASIC, m + n);
    for (size_t r = 0; r < b->working.n; r++)
        master->row_place[b->tight[r]] = KH_LP_AT_UPPER;
    for (size_t k = 0; k < n; k++) {
        if (!b->asked[k])
            continue;
        master->row_place[m + k] = KH_LP_AT_LOWER;
        master->frozen[k] = b->frozen[k];
        master->unit_bps[k] = b->unit[k];
        master->demand_dual[k] = fmax(kh_keyed_cost(b, b->key[k], b->weight), 0);
        if (b->frozen[k])
            master->highest = fmax(master->problem->level_cap / level, 1);
    }
    memcpy(master->link_dual, b->price, m * sizeof *master->link_dual);
    master->lambda_place = KH_LP_BASIC;
    master->level = level;
    return KH_OK;
}

void kh_master_forget_basis(kh_master *master)
{
    memset(master->row_place, KH_LP_BASIC, master->problem->graph.n_links + master->problem->n_demands);
    memset(master->path_place, KH_LP_AT_LOWER, master->n_paths);
    master->lambda_place = KH_LP_AT_LOWER;
}

kh_status kh_master_allocate(const kh_master *master, kh_program *lp, kh_error *err)
{
    size_t rows = master->problem->graph.n_links + master->problem->n_demands;
    size_t entries = master->problem->n_demands + master->pool->n_paths + master->pool->n_links;
    return kh_program_allocate(lp, rows, 1 + master->pool->n_paths, entries, master->scratch, err);
}

static void fill_rows(const kh_master *master, kh_program *lp)
{
    size_t m = master->problem->graph.n_links;
    for (size_t e = 0; e < m; e++) {
        lp->row_lower[e] = -INFINITY;
        lp->row_upper[e] = 1;
    }
    for (size_t k = 0; k < master->problem->n_demands; k++) {
        lp->row_lower[m + k] = master->unit_bps[k] <= 0 ? -INFINITY : master->frozen[k] ? 1 : 0;
        lp->row_upper[m + k] = INFINITY;
    }
    memcpy(lp->row_place, master->row_place, m + master->problem->n_demands);
}

static size_t fill_lambda(const kh_master *master, kh_program *lp)
{
    size_t n = 0;
    for (size_t k = 0; k < master->problem->n_demands; k++)
        if (master->unit_bps[k] > 0 && !master->frozen[k]) {
            lp->row[n] = (uint32_t)(master->problem->graph.n_links + k);
            lp->value[n++] = -1;
        }
    lp->column_lower[0] = master->lowest;
    lp->column_upper[0] = master->highest;
    lp->cost[0] = master->hop_bps > 0 ? 0 : 1;
    lp->column_place[0] = master->lambda_place;
    return n;
}

static void fill_paths(const kh_master *master, kh_program *lp, size_t n)
{
    const kh_keyflow_problem *problem = master->problem;
    for (size_t p = 0; p < master->n_paths; p++) {
        const kh_pool_path *path = &master->pool->paths[p];
        lp->start[1 + p] = n;
        for (size_t i = 0; i < path->n_links; i++) {
            uint32_t e = master->pool->links[path->first + i];
            lp->row[n] = e;
            lp->value[n++] = master->unit_bps[path->demand] / path->keys / problem->capacity_bps[e];
        }
        lp->row[n] = (uint32_t)(problem->graph.n_links + path->demand);
        lp->value[n++] = 1;
        lp->column_upper[1 + p] = INFINITY;
        lp->cost[1 + p] = master->hop_bps > 0 ? -(master->unit_bps[path->demand] / master->hop_bps) * path->n_links : 0;
        lp->column_place[1 + p] = master->path_place[p];
    }
    lp->start[1 + master->n_paths] = n;
}

static void take_solution(kh_master *master, const kh_program *lp)
{
    size_t m = master->problem->graph.n_links;
    master->lambda = lp->primal[0] * master->level;
    master->lambda_place = lp->column_place[0];
    for (size_t p = 0; p < master->n_paths; p++) {
        master->path_flow[p] = fmax(lp->primal[1 + p], 0);
        master->path_place[p] = lp->column_place[1 + p];
    }
    for (size_t e = 0; e < m; e++)
        master->link_dual[e] = fmax(lp->dual[e], 0);
    for (size_t k = 0; k < master->problem->n_demands; k++)
        master->demand_dual[k] = fmax(-lp->dual[m + k], 0);
    memcpy(master->row_place, lp->row_place, m + master->problem->n_demands);
}

kh_status kh_master_solve(kh_master *master, double time_limit_s, kh_error *err)
{
    KH_TRY(take_in_paths(master, err));
    kh_arena_reset(master->scratch);
    kh_program p;
    KH_TRY(kh_master_allocate(master, &p, err));
    fill_rows(master, &p);
    fill_paths(master, &p, fill_lambda(master, &p));
    kh_lp lp = kh_program_lp(&p);
    kh_lp_solution solution = kh_program_solution(&p, true);
    const kh_lp_options options = {.program = master->problem->lp_program, .time_limit_s = time_limit_s};
    kh_status status = kh_lp_solve(&lp, &options, &solution, err);
    if (status == KH_OK || (status == KH_TIMELIMIT && isfinite(solution.objective)))
        take_solution(master, &p);
    return status;
}

kh_status kh_master_prune(kh_master *master, kh_pool *pool, kh_error *err)
{
    KH_TRY(take_in_paths(master, err));
    bool *keep = KH_NEW(master->arena, bool, pool->n_paths);
    if (keep == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu paths", pool->n_paths);
    size_t n = 0;
    for (size_t p = 0; p < master->n_paths; p++) {
        keep[p] = master->path_place[p] == KH_LP_BASIC || master->path_flow[p] > 0;
        if (!keep[p])
            continue;
        master->path_place[n] = master->path_place[p];
        master->path_flow[n++] = master->path_flow[p];
    }
    master->n_paths = n;
    kh_pool_keep(pool, master->problem->n_demands, keep);
    return KH_OK;
}

/* The free demand with the largest dual, KH_NO_INDEX when none is free. */
static uint32_t most_blocked(const kh_master *master)
{
    uint32_t best = KH_NO_INDEX;
    for (uint32_t k = 0; k < master->problem->n_demands; k++)
        if (master->unit_bps[k] > 0 && !master->frozen[k] &&
            (best == KH_NO_INDEX || master->demand_dual[k] > master->demand_dual[best]))
            best = k;
    return best;
}

/* The old unit of a demand times its old flow is its new unit times its new flow. */
static void set_units(kh_master *master, double level)
{
    double cap = master->problem->level_cap;
    double factor = master->level / level;
    for (size_t p = 0; p < master->n_paths; p++)
        if (!master->frozen[master->pool->paths[p].demand])
            master->path_flow[p] *= factor;
    for (size_t k = 0; k < master->problem->n_demands; k++)
        if (master->unit_bps[k] > 0 && !master->frozen[k])
            master->unit_bps[k] = level * master->problem->demands[k].requested_bps;
    master->level = level;
    master->lowest = 1;
    master->highest = fmax(cap / level, 1);
}

size_t kh_master_freeze(kh_master *master, const bool *blocked, uint32_t number, uint32_t *level_of)
{
    uint32_t first = most_blocked(master);
    if (first == KH_NO_INDEX)
        return 0;
    set_units(master, fmin(master->lambda, master->problem->level_cap) * STEP_BACK);
    /* lambda leaves the basis at its new lower bound; the row that takes its place had a dual, so the basis stays regular */
    if (master->lambda_place == KH_LP_BASIC)
        master->row_place[master->problem->graph.n_links + first] = KH_LP_BASIC;
    master->lambda_place = KH_LP_AT_LOWER;
    size_t left = 0;
    for (uint32_t k = 0; k < master->problem->n_demands; k++) {
        if (master->unit_bps[k] <= 0 || master->frozen[k])
            continue;
        master->frozen[k] = blocked == NULL || k == first || blocked[k];
        left += !master->frozen[k];
        if (master->frozen[k])
            level_of[k] = number;
    }
    return left;
}
