/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Branch and bound over every path that could be part of a better answer than the present one.

   Let y be the prices of certificate C1, sum(c y) = B and sum(d dist_y) = 1. Demand k with a rate of at least r_k on a path longer
   than dist_y(k) by x leaves lambda <= B - r_k x; on its only path r_k = lambda d_k, so lambda <= B / (1 + d_k x). Paths for which
   that is no more than the present lambda are left out. */
#include "core/base/clock.h"
#include "core/net/ids.h"
#include "solvers/flow/few_work.h"
#include "solvers/flow/program.h"
#include "solvers/graph/incidence.h"

#include <math.h>
#include <string.h>

/* Measured: on 66 demands and 1600 paths GLPK does not end in a minute, cbc does. */
enum { MOST_PATHS = 500, MOST_OUTSIDE = 2000, MOST_STEPS = 1000000 };
static const size_t MOST_NODES = 2000; /* of GLPK's tree: the same on any machine */
static const double LONGEST_S = 10;    /* of another program, which counts no nodes for us */
static const double CLOSED = 1e-9;     /* relative gap at which nothing is left to search */
static const double MOST_UNITS = 1e6;  /* of a quantum on one path: beyond it simplex resolves no single one */

typedef struct work {
    kh_few *few;
    kh_incidence at;
    double *distance; /* [n_nodes] to the target, over nodes that relay */
    bool *passed;     /* [n_nodes] on the path at hand */
    uint32_t *links;  /* [n_nodes] the path at hand */
    size_t n_steps;
    bool overflow;
    kh_arena *scratch;
} work;

static double reached(const kh_few *f)
{
    return f->units != NULL ? f->lowest : 1 / f->congestion;
}

/* Length that a path of the demand may have. */
static double longest(const kh_few *f, uint32_t demand, double distance)
{
    double bound = f->first.bound, now = reached(f), spare = INFINITY;
    if (f->problem->most_paths == 1 && now > 0)
        spare = (bound / now - 1) / f->given->demands[demand].requested_bps;
    if (f->units != NULL)
        spare = fmin(spare, (bound - now) / f->problem->quantum_bps);
    return distance + spare * (1 + CLOSED) + distance * CLOSED;
}

static size_t most_paths(const kh_few *f)
{
    return f->given->lp_program == NULL ? MOST_PATHS : MOST_OUTSIDE;
}

static bool may_pass(const kh_graph *graph, uint32_t node)
{
    return graph->relays == NULL || graph->relays[node];
}

static kh_status add_path(work *w, uint32_t demand, size_t n_links, kh_error *err)
{
    bool added;
    KH_TRY(kh_pool_add(&w->few->pool, demand, w->links, n_links, &added, err));
    w->overflow = w->overflow || w->few->pool.n_paths > most_paths(w->few);
    return KH_OK;
}

/* All simple paths from a node to the target that are short enough; depth <= n_nodes. */
static kh_status extend(work *w, uint32_t demand, uint32_t node, size_t n_links, double left, kh_error *err)
{
    const kh_keyflow_problem *given = w->few->given;
    const uint32_t *ends = given->demands[demand].ends;
    if (node == ends[w->few->pricer.forward[demand]])
        return add_path(w, demand, n_links, err);
    if (n_links > 0 && !may_pass(&given->graph, node))
        return KH_OK;
    w->passed[node] = true;
    for (size_t i = w->at.first[node]; i < w->at.first[node + 1] && !w->overflow; i++) {
        uint32_t e = w->at.item[i], to = kh_graph_far_end(given->graph.ends[e], node);
        double price = w->few->first.prices[e];
        if (w->passed[to] || !(given->capacity_bps[e] > 0) || isinf(w->distance[to]) || price + w->distance[to] > left)
            continue;
        w->overflow = ++w->n_steps > MOST_STEPS;
        w->links[n_links] = e;
        KH_TRY(extend(w, demand, to, n_links + 1, left - price, err));
    }
    w->passed[node] = false;
    return KH_OK;
}

/* Paths of the pool run from target to source: the walk starts where the pricer's tree ends. */
static kh_status list_paths(work *w, uint32_t demand, kh_error *err)
{
    kh_few *f = w->few;
    const uint32_t *ends = f->given->demands[demand].ends;
    uint32_t from = ends[f->pricer.forward[demand] ? 0 : 1], to = ends[f->pricer.forward[demand] ? 1 : 0];
    kh_tree_grow(f->pricer.tree, f->first.prices, to, NULL, 0);
    for (uint32_t v = 0; v < f->given->graph.n_nodes; v++)
        w->distance[v] = kh_tree_distance(f->pricer.tree, v);
    return extend(w, demand, from, 0, longest(f, demand, w->distance[from]), err);
}

static kh_status list_all(work *w, kh_error *err)
{
    for (uint32_t k = 0; k < w->few->given->n_demands && !w->overflow; k++)
        if (w->few->first.joined[k])
            KH_TRY(list_paths(w, k, err));
    KH_TRY(kh_few_follow_pool(w->few, err));
    return KH_OK;
}

/* --- the integer program -------------------------------------------------------------------------------------------------- */

/* Columns: 0 is congestion * B, to be made small, or lambda / B, to be made large; then shares or multiples on the paths; then,
   with several paths a demand, which are used. Rows: links, then demands, then those that count what is used, then used or not. */
typedef struct layout {
    size_t m, k, p;
    bool units, switches;
} layout;

static layout lay_out(const kh_few *f)
{
    return (layout){f->given->graph.n_links, f->given->n_demands, f->pool.n_paths, f->units != NULL,
                    f->problem->most_paths > 1 || (f->units != NULL && f->problem->most_paths == 1)};
}

static double most_units(const kh_few *f, uint32_t demand)
{
    return floor(f->given->demands[demand].requested_bps / f->problem->quantum_bps + CLOSED);
}

static void fill_rows(const kh_few *f, layout l, kh_program *lp)
{
    for (size_t e = 0; e < l.m; e++) {
        lp->row_lower[e] = -INFINITY;
        lp->row_upper[e] = l.units ? 1 : 0;
    }
    for (size_t k = 0; k < l.k; k++) {
        bool joined = f->first.joined[k];
        lp->row_lower[l.m + k] = joined && !l.units ? 1 : 0;
        lp->row_upper[l.m + k] = l.units ? INFINITY : joined ? 1 : 0;
        if (l.units || l.switches)
            lp->row_lower[l.m + l.k + k] = -INFINITY;
        if (l.switches)
            lp->row_upper[l.m + l.k + k] = (double)f->problem->most_paths;
        if (l.units)
            lp->row_upper[l.m + 2 * l.k + k] = most_units(f, (uint32_t)k);
    }
    for (size_t p = 0; p < l.p && l.switches; p++)
        lp->row_lower[l.m + 3 * l.k + p] = -INFINITY;
}

static void put(kh_program *lp, size_t *n, size_t row, double value)
{
    lp->row[*n] = (uint32_t)row;
    lp->value[(*n)++] = value;
}

static void fill_first(const kh_few *f, layout l, kh_program *lp, size_t *n)
{
    double bound = f->first.bound, now = reached(f);
    if (l.units) {
        lp->column_lower[0] = fmin(now / bound, 1);
        lp->column_upper[0] = 1;
        for (size_t k = 0; k < l.k; k++)
            if (f->first.joined[k])
                put(lp, n, l.m + k, -1);
    } else {
        lp->column_lower[0] = 1;
        lp->column_upper[0] = fmax(bound / now, 1) * (1 + CLOSED);
        for (size_t e = 0; e < l.m; e++)
            if (f->given->capacity_bps[e] > 0)
                put(lp, n, e, -1);
    }
    lp->cost[0] = l.units ? 1 : -1;
}

static void fill_paths(const kh_few *f, layout l, kh_program *lp, size_t *n)
{
    for (size_t p = 0; p < l.p; p++) {
        const kh_pool_path *path = &f->pool.paths[p];
        double requested_bps = f->given->demands[path->demand].requested_bps;
        double step_bps = l.units ? f->problem->quantum_bps : requested_bps * f->first.bound;
        lp->start[1 + p] = *n;
        for (size_t i = 0; i < path->n_links; i++) {
            uint32_t e = f->pool.links[path->first + i];
            put(lp, n, e, step_bps / f->given->capacity_bps[e]);
        }
        put(lp, n, l.m + path->demand, l.units ? step_bps / (requested_bps * f->first.bound) : 1);
        if (l.units)
            put(lp, n, l.m + 2 * l.k + path->demand, 1);
        if (l.switches)
            put(lp, n, l.m + 3 * l.k + p, 1);
        lp->column_upper[1 + p] = l.units ? most_units(f, path->demand) : 1;
    }
}

static void fill_switches(const kh_few *f, layout l, kh_program *lp, size_t *n)
{
    for (size_t p = 0; p < l.p && l.switches; p++) {
        uint32_t k = f->pool.paths[p].demand;
        lp->start[1 + l.p + p] = *n;
        put(lp, n, l.m + l.k + k, 1);
        put(lp, n, l.m + 3 * l.k + p, l.units ? -most_units(f, k) : -1);
        lp->column_upper[1 + l.p + p] = 1;
    }
}

/* The present answer, where the program ends up unless it finds a better one. */
static void fill_incumbent(const kh_few *f, layout l, double *x)
{
    x[0] = l.units ? f->lowest / f->first.bound : f->congestion * f->first.bound;
    for (size_t p = 0; p < l.p; p++) {
        x[1 + p] = l.units ? f->units[p] : f->share[p];
        if (l.switches)
            x[1 + l.p + p] = x[1 + p] > 0 ? 1 : 0;
    }
}

static void take(kh_few *f, layout l, const kh_lp_solution *solution)
{
    double bound = l.units ? solution->bound * f->first.bound : f->first.bound / -solution->bound;
    f->proof.searched = true;
    f->proof.bound = fmin(f->proof.bound, bound);
    double value = l.units ? solution->primal[0] * f->first.bound : f->first.bound / solution->primal[0];
    if (value <= reached(f) * (1 + CLOSED))
        return;
    for (size_t p = 0; p < l.p; p++)
        *(l.units ? &f->units[p] : &f->share[p]) = solution->primal[1 + p];
    if (l.units)
        f->lowest = value;
    else
        kh_few_measure(f);
}

static kh_status solve_program(work *w, layout l, kh_error *err)
{
    kh_few *f = w->few;
    size_t columns = 1 + l.p * (l.switches ? 2 : 1), rows = l.m + 3 * l.k + (l.switches ? l.p : 0);
    kh_program p;
    KH_TRY(kh_program_allocate(&p, rows, columns, l.m + l.k + f->pool.n_links + 5 * l.p, w->scratch, err));
    bool *integer = KH_NEW(w->scratch, bool, columns);
    double *incumbent = KH_NEW(w->scratch, double, columns);
    if (integer == NULL || incumbent == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for an integer program of %zu columns", columns);
    size_t n = 0;
    fill_rows(f, l, &p);
    fill_first(f, l, &p, &n);
    fill_paths(f, l, &p, &n);
    p.start[1 + l.p] = n;
    fill_switches(f, l, &p, &n);
    p.start[columns] = n;
    for (size_t c = 1; c < columns; c++)
        integer[c] = l.units || !l.switches || c > l.p;
    fill_incumbent(f, l, incumbent);
    kh_lp lp = kh_program_lp(&p);
    lp.integer = integer;
    kh_lp_solution solution = {.primal = p.primal};
    double left_s = f->deadline_s - kh_clock_s();
    const kh_lp_options options = {.program = f->given->lp_program,
                                   .time_limit_s = f->given->lp_program != NULL ? fmin(LONGEST_S, left_s) : left_s,
                                   .most_nodes = MOST_NODES,
                                   .incumbent = incumbent};
    kh_status status = kh_lp_solve(&lp, &options, &solution, err);
    if (status == KH_OK)
        take(f, l, &solution);
    return status;
}

static bool is_worth_it(const kh_few *f)
{
    double possible = fmin(f->first.bound, f->proof.bound);
    if (reached(f) >= possible * (1 - CLOSED) || f->deadline_s <= kh_clock_s())
        return false;
    for (uint32_t k = 0; k < f->given->n_demands && f->units != NULL; k++)
        if (most_units(f, k) > MOST_UNITS)
            return false;
    return f->pool.n_paths <= most_paths(f);
}

static kh_status grow_units(kh_few *f, kh_error *err)
{
    if (f->units == NULL)
        return KH_OK;
    double *units = KH_NEW(f->arena, double, f->share_room);
    if (units == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the rates of %zu paths", f->share_room);
    memcpy(units, f->units, f->proof.n_paths * sizeof *units);
    f->units = units;
    return KH_OK;
}

static kh_status run(work *w, kh_error *err)
{
    kh_few *f = w->few;
    size_t n = f->given->graph.n_nodes;
    w->at = kh_incidence_build(n, f->given->graph.n_links, &f->given->graph.ends[0][0], sizeof *f->given->graph.ends, w->scratch);
    w->distance = KH_NEW(w->scratch, double, n);
    w->passed = KH_NEW(w->scratch, bool, n);
    w->links = KH_NEW(w->scratch, uint32_t, n);
    if (w->at.item == NULL || w->distance == NULL || w->passed == NULL || w->links == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to list the paths over %zu nodes", n);
    KH_TRY(list_all(w, err));
    KH_TRY(grow_units(f, err));
    if (w->overflow)
        return KH_OK;
    f->proof.n_paths = f->pool.n_paths;
    kh_error failure = {0};
    kh_status status = solve_program(w, lay_out(f), &failure);
    if (status != KH_ENOMEM && status != KH_ENOINPUT && status != KH_EWRITE)
        return KH_OK; /* out of time, or numbers too bad: the answer found before stays */
    if (err != NULL)
        *err = failure;
    return status;
}

kh_status kh_few_branch(kh_few *f, kh_error *err)
{
    if (!is_worth_it(f))
        return KH_OK;
    work w = {.few = f, .scratch = kh_arena_create(0)};
    if (w.scratch == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for an integer program");
    kh_status status = run(&w, err);
    kh_arena_destroy(w.scratch);
    return status;
}
