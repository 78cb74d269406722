/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/domains/inside.h"

#include "core/net/ids.h"
#include "solvers/domains/canon.h"
#include "solvers/flow/equilibrium.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double EXACT_BELOW = 1e-3;

struct kh_inside {
    const kh_part *part;
    kh_canon canon;
    uint32_t *names; /* [n_nodes] of the canon, in the part */
    kh_tree *tree;
    double *price;   /* [n_links] of the canon */
    double *load[2]; /* [n_links] of the routing just made and of the one that stays */
    kh_trace trace[2];
};

kh_status kh_inside_create(const kh_part *part, kh_arena *arena, kh_inside **inside, kh_error *err)
{
    kh_inside *made = KH_NEW(arena, kh_inside, 1);
    if (made == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a domain");
    made->part = part;
    KH_TRY(kh_canon_make(part, arena, &made->canon, err));
    size_t m = made->canon.graph.n_links;
    bool *use = KH_NEW(arena, bool, m);
    double *numbers = KH_NEW(arena, double, 3 * m);
    if (use == NULL || numbers == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a domain of %zu links", m);
    made->price = numbers;
    made->load[0] = numbers + m;
    made->load[1] = numbers + 2 * m;
    for (size_t e = 0; e < m; e++) {
        use[e] = true;
        made->price[e] = 1 / (made->canon.capacity_bps[e] * (double)m);
    }
    made->tree = kh_tree_create(&made->canon.graph, use, arena);
    made->names = KH_NEW(arena, uint32_t, made->canon.graph.n_nodes);
    if (made->tree == NULL || made->names == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a domain of %zu links", m);
    for (uint32_t v = 0; v < part->graph.n_nodes; v++)
        if (made->canon.node_at[v] != KH_NO_INDEX)
            made->names[made->canon.node_at[v]] = v;
    KH_TRY(kh_trace_init(&made->trace[0], err));
    if (kh_trace_init(&made->trace[1], err) != KH_OK) {
        kh_trace_clear(&made->trace[0]);
        return KH_ENOMEM;
    }
    *inside = made;
    return KH_OK;
}

void kh_inside_destroy(kh_inside *inside)
{
    for (int i = 0; inside != NULL && i < 2; i++)
        kh_trace_clear(&inside->trace[i]);
}

static void take_prices(kh_inside *inside, const double *price)
{
    size_t m = inside->canon.graph.n_links;
    double all = 0;
    for (size_t e = 0; e < m; e++)
        all += price[e] * inside->canon.capacity_bps[e];
    for (size_t e = 0; e < m && all > 0; e++)
        inside->price[e] = price[e] / all;
}

static kh_status take_path(kh_inside *inside, const kh_trace_path *path, kh_error *err)
{
    for (size_t i = 0; i < path->n_links; i++)
        inside->load[0][path->links[i]] += path->rate_bps;
    return path->rate_bps > 0 ? kh_trace_add(&inside->trace[0], &inside->canon.graph, inside->names, path, err) : KH_OK;
}

static kh_status equilibrate(const kh_keyflow_problem *problem, double gap, kh_pool *pool, kh_arena *arena, kh_equilibrium *found,
                             kh_error *err)
{
    kh_pricer pricer;
    const kh_equilibrium_options options = {.gap = gap, .deadline_s = HUGE_VAL};
    KH_TRY(kh_pricer_init(&pricer, problem, arena, err));
    KH_TRY(kh_pool_init(pool, problem->n_demands, arena, err));
    return kh_equilibrium_find(&pricer, &options, pool, arena, found, err);
}

static kh_status route_nearly(kh_inside *inside, const kh_keyflow_problem *problem, kh_arena *arena, double *stretch, kh_error *err)
{
    kh_pool pool;
    kh_equilibrium found;
    KH_TRY(equilibrate(problem, problem->gap, &pool, arena, &found, err));
    take_prices(inside, found.prices);
    for (size_t p = 0; p < pool.n_paths; p++) {
        const kh_pool_path *path = &pool.paths[p];
        const kh_keyflow_demand *pair = &problem->demands[path->demand];
        const kh_trace_path taken = {pair->ends, pool.links + path->first, path->n_links, found.share[p] * pair->requested_bps};
        KH_TRY(take_path(inside, &taken, err));
    }
    *stretch = found.congestion;
    return KH_OK;
}

static kh_status route_exactly(kh_inside *inside, kh_keyflow_problem *problem, kh_arena *arena, double *stretch, kh_error *err)
{
    kh_keyflow flow;
    problem->gap = 0;
    KH_TRY(kh_keyflow_solve(problem, arena, &flow, err));
    take_prices(inside, flow.prices);
    for (size_t i = 0; i < flow.n_routes; i++) {
        const kh_keyflow_route *route = &flow.routes[i];
        const kh_trace_path taken = {problem->demands[route->demand].ends, route->links, route->n_links,
                                     route->rate_bps / flow.value};
        KH_TRY(take_path(inside, &taken, err));
    }
    *stretch = flow.value > 0 ? 1 / flow.value : 0;
    return KH_OK;
}

/* In the numbers of the canon, without what is not joined. */
static kh_keyflow_demand *translate(kh_inside *inside, const kh_keyflow_demand *pairs, size_t n, kh_arena *arena)
{
    kh_keyflow_demand *own = KH_NEW(arena, kh_keyflow_demand, n);
    for (size_t i = 0; own != NULL && i < n; i++)
        own[i] = (kh_keyflow_demand){{inside->canon.node_at[pairs[i].ends[0]], inside->canon.node_at[pairs[i].ends[1]]},
                                     pairs[i].requested_bps};
    return own;
}

static kh_keyflow_problem problem_of(const kh_inside *inside, const kh_keyflow_demand *demands, size_t n, double gap)
{
    return (kh_keyflow_problem){.graph = inside->canon.graph,
                                .capacity_bps = inside->canon.capacity_bps,
                                .demands = demands,
                                .n_demands = n,
                                .level_cap = HUGE_VAL,
                                .time_limit_s = HUGE_VAL,
                                .gap = gap};
}

kh_status kh_inside_route(kh_inside *inside, const kh_keyflow_demand *pairs, size_t n, double gap, double *stretch, kh_error *err)
{
    *stretch = 0;
    memset(inside->load[0], 0, inside->canon.graph.n_links * sizeof(double));
    kh_trace_reset(&inside->trace[0]);
    if (n == 0)
        return KH_OK;
    kh_arena *arena = kh_arena_create(0);
    const kh_keyflow_demand *own = arena != NULL ? translate(inside, pairs, n, arena) : NULL;
    kh_keyflow_problem problem = problem_of(inside, own, n, gap);
    kh_status status = own == NULL          ? kh_fail(err, KH_ENOMEM, "no memory for the routes of %zu rates", n)
                       : gap >= EXACT_BELOW ? route_nearly(inside, &problem, arena, stretch, err)
                                            : route_exactly(inside, &problem, arena, stretch, err);
    kh_arena_destroy(arena);
    return status;
}

void kh_inside_keep(kh_inside *inside)
{
    memcpy(inside->load[1], inside->load[0], inside->canon.graph.n_links * sizeof(double));
    kh_trace kept = inside->trace[0];
    inside->trace[0] = inside->trace[1];
    inside->trace[1] = kept;
}

const kh_trace *kh_inside_trace(const kh_inside *inside)
{
    return &inside->trace[1];
}

void kh_inside_loads(const kh_inside *inside, double *load_bps)
{
    const kh_canon *canon = &inside->canon;
    for (size_t e = 0; e < inside->part->graph.n_links; e++) {
        uint32_t at = canon->link_at[e];
        load_bps[e] = at == KH_NO_INDEX ? 0 : inside->load[1][at] * (inside->part->capacity_bps[e] / canon->capacity_bps[at]);
    }
}

void kh_inside_distances(kh_inside *inside, uint32_t node, double *distance)
{
    uint32_t from = inside->canon.node_at[node];
    kh_tree_grow(inside->tree, inside->price, from, NULL, 0);
    for (uint32_t v = 0; v < inside->part->graph.n_nodes; v++) {
        uint32_t at = inside->canon.node_at[v];
        distance[v] = at == KH_NO_INDEX ? (double)INFINITY : kh_tree_distance(inside->tree, at);
    }
}

/* What a unit of each pair puts on each link, as a share of its rate, when pairs are routed side by side. */
static kh_status fix_splits(kh_inside *inside, const kh_keyflow_demand *pairs, size_t n, double *row, kh_arena *scratch,
                            kh_error *err)
{
    kh_pool pool;
    kh_equilibrium found;
    const kh_keyflow_demand *own = translate(inside, pairs, n, scratch);
    if (own == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the routes of %zu rates", n);
    kh_keyflow_problem problem = problem_of(inside, own, n, 0.01);
    KH_TRY(equilibrate(&problem, problem.gap, &pool, scratch, &found, err));
    for (size_t p = 0; p < pool.n_paths; p++)
        for (uint32_t i = 0; i < pool.paths[p].n_links; i++) {
            uint32_t e = pool.links[pool.paths[p].first + i];
            row[e * n + pool.paths[p].demand] += found.share[p] / inside->canon.capacity_bps[e];
        }
    for (size_t k = 0; k < n; k++)
        if (pool.last[k] == KH_NO_INDEX)
            row[k] = INFINITY;
    return KH_OK;
}

kh_status kh_inside_promise(kh_inside *inside, const kh_keyflow_demand *pairs, size_t n, size_t most, kh_arena *arena,
                            double **rows, size_t *n_rows, kh_error *err)
{
    size_t m = inside->canon.graph.n_links;
    kh_arena *scratch = kh_arena_create(0);
    double *row = scratch != NULL ? KH_NEW(scratch, double, (m + 1) * n) : NULL, *few = KH_NEW(arena, double, (most + 1) * n);
    kh_status status = row == NULL || few == NULL ? kh_fail(err, KH_ENOMEM, "no memory for %zu promises", n) : KH_OK;
    if (status == KH_OK && n > 0)
        status = fix_splits(inside, pairs, n, row, scratch, err);
    size_t made = m == 0 ? 1 : m < most ? m : most;
    for (size_t e = 0; e < (m > 0 ? m : 1) && status == KH_OK; e++) {
        double *group = few + (m > 0 ? e * made / m : 0) * n;
        for (size_t i = 0; i < n; i++)
            group[i] = fmax(group[i], row[e * n + i]);
    }
    kh_arena_destroy(scratch);
    *rows = few;
    *n_rows = made;
    return status;
}
