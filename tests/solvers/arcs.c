/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/solvers/arcs.h"

#include "solvers/lp/lp.h"

#include <math.h>

/* Columns: lambda, then for each source and link the flow in either direction. Rows: links, then for each source every node but it.
 */
typedef struct arcs {
    const kh_keyflow_problem *problem;
    const bool *joined;
    const double *rate_bps;            /* NULL: lambda times what is requested */
    const double *base_bps, *step_bps; /* instead: base + lambda step; NULL: not wanted */
    const double *weight;              /* of the rates, which are then columns of their own in place of lambda; NULL: none */
    double floor;
    uint32_t *source; /* [n_sources] */
    size_t n_sources;
    size_t *start;
    uint32_t *row;
    double *value, *row_lower, *row_upper, *column_lower, *column_upper, *cost, *primal, *dual;
    uint8_t *row_place, *column_place;
    size_t n_columns, n_entries;
} arcs;

static bool counts(const arcs *a, size_t k)
{
    if (a->step_bps != NULL)
        return a->base_bps[k] > 0 || a->step_bps[k] > 0;
    return a->rate_bps != NULL ? a->rate_bps[k] > 0 : a->joined[k];
}

static void find_sources(arcs *a)
{
    for (uint32_t v = 0; v < a->problem->graph.n_nodes; v++)
        for (size_t k = 0; k < a->problem->n_demands; k++)
            if (counts(a, k) && a->problem->demands[k].ends[0] == v) {
                a->source[a->n_sources++] = v;
                break;
            }
}

static uint32_t node_row(const arcs *a, size_t s, uint32_t node)
{
    return (uint32_t)(a->problem->graph.n_links + s * a->problem->graph.n_nodes + node);
}

static void add_entry(arcs *a, uint32_t row, double value)
{
    a->row[a->n_entries] = row;
    a->value[a->n_entries++] = value;
}

static void end_column(arcs *a)
{
    a->column_upper[a->n_columns] = INFINITY;
    a->start[++a->n_columns] = a->n_entries;
}

/* What stands still, and what goes with lambda. */
static void split_rate(const arcs *a, size_t k, double *base_bps, double *step_bps)
{
    double asked_bps = a->problem->demands[k].requested_bps;
    *base_bps = a->step_bps != NULL ? a->base_bps[k] : a->rate_bps != NULL ? a->rate_bps[k] : 0;
    *step_bps = a->step_bps != NULL ? a->step_bps[k] : a->rate_bps != NULL ? 0 : asked_bps;
}

static void add_lambda(arcs *a)
{
    a->cost[0] = a->rate_bps == NULL ? 1 : 0;
    for (size_t s = 0; s < a->n_sources; s++)
        for (uint32_t v = 0; v < a->problem->graph.n_nodes; v++) {
            double base_bps, step_bps, stands = 0, grows = 0;
            for (size_t k = 0; k < a->problem->n_demands; k++) {
                const uint32_t *ends = a->problem->demands[k].ends;
                if (!counts(a, k) || ends[0] != a->source[s] || ends[1] != v)
                    continue;
                split_rate(a, k, &base_bps, &step_bps);
                stands += base_bps;
                grows += step_bps;
            }
            a->row_lower[node_row(a, s, v)] = a->row_upper[node_row(a, s, v)] = stands;
            if (grows > 0)
                add_entry(a, node_row(a, s, v), -grows);
        }
    end_column(a);
}

/* A column for the rate of each demand. */
static void add_rates(arcs *a)
{
    for (size_t k = 0; k < a->problem->n_demands; k++) {
        size_t s = 0, column = a->n_columns;
        while (counts(a, k) && a->source[s] != a->problem->demands[k].ends[0])
            s++;
        if (counts(a, k))
            add_entry(a, node_row(a, s, a->problem->demands[k].ends[1]), -1);
        end_column(a);
        a->cost[column] = a->weight[k];
        a->column_upper[column] = counts(a, k) ? a->problem->demands[k].requested_bps : 0;
        a->column_lower[column] = a->floor * a->column_upper[column];
    }
}

static void add_arc(arcs *a, size_t s, uint32_t e, int turn)
{
    const kh_graph *graph = &a->problem->graph;
    uint32_t tail = graph->ends[e][turn], head = graph->ends[e][1 - turn];
    bool leaves = graph->relays == NULL || graph->relays[tail] || tail == a->source[s];
    if (!leaves || tail == head || !(a->problem->capacity_bps[e] > 0))
        return;
    add_entry(a, e, 1);
    add_entry(a, node_row(a, s, tail), -1);
    add_entry(a, node_row(a, s, head), 1);
    a->cost[a->n_columns] = a->rate_bps == NULL ? 0 : 1;
    end_column(a);
}

static void set_rows(arcs *a, size_t n_rows)
{
    for (size_t i = 0; i < n_rows; i++)
        a->row_place[i] = KH_LP_BASIC;
    for (size_t e = 0; e < a->problem->graph.n_links; e++) {
        a->row_lower[e] = -INFINITY;
        a->row_upper[e] = a->problem->capacity_bps[e];
    }
    for (size_t s = 0; s < a->n_sources; s++)
        a->row_lower[node_row(a, s, a->source[s])] = -INFINITY;
}

static kh_status solve(arcs *a, kh_arena *arena, double *value, kh_error *err)
{
    size_t m = a->problem->graph.n_links, n = a->problem->graph.n_nodes;
    a->source = KH_NEW(arena, uint32_t, n);
    find_sources(a);
    size_t rows = m + a->n_sources * n, columns = 1 + a->problem->n_demands + 2 * m * a->n_sources;
    size_t entries = a->n_sources * n + 3 * columns;
    a->start = KH_NEW(arena, size_t, columns + 1);
    a->row = KH_NEW(arena, uint32_t, entries);
    a->value = KH_NEW(arena, double, entries);
    a->row_lower = KH_NEW(arena, double, rows);
    a->row_upper = KH_NEW(arena, double, rows);
    a->column_lower = KH_NEW(arena, double, columns);
    a->column_upper = KH_NEW(arena, double, columns);
    a->cost = KH_NEW(arena, double, columns);
    a->primal = KH_NEW(arena, double, columns);
    a->dual = KH_NEW(arena, double, rows);
    a->row_place = KH_NEW(arena, uint8_t, rows);
    a->column_place = KH_NEW(arena, uint8_t, columns);
    if (a->weight != NULL)
        add_rates(a);
    else
        add_lambda(a);
    for (size_t s = 0; s < a->n_sources; s++)
        for (uint32_t e = 0; e < m; e++)
            for (int turn = 0; turn < 2; turn++)
                add_arc(a, s, e, turn);
    set_rows(a, rows);
    kh_lp lp = {a->rate_bps == NULL, rows,    a->n_columns, a->row_lower, a->row_upper, a->column_lower,
                a->column_upper,     a->cost, a->start,     a->row,       a->value,     NULL};
    kh_lp_solution solution = {
        .warm = true, .row_place = a->row_place, .column_place = a->column_place, .primal = a->primal, .dual = a->dual};
    const kh_lp_options options = {.program = a->problem->lp_program, .time_limit_s = INFINITY};
    KH_TRY(kh_lp_solve(&lp, &options, &solution, err));
    *value = solution.objective;
    return KH_OK;
}

static kh_status run(arcs *a, double *value, kh_error *err)
{
    kh_arena *arena = kh_arena_create(0);
    if (arena == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the arc LP");
    kh_status status = solve(a, arena, value, err);
    kh_arena_destroy(arena);
    return status;
}

kh_status kh_arcs_solve(const kh_keyflow_problem *problem, const bool *joined, double *value, kh_error *err)
{
    arcs a = {.problem = problem, .joined = joined};
    return run(&a, value, err);
}

kh_status kh_arcs_grow(const kh_keyflow_problem *problem, const double *base_bps, const double *step_bps, double *t, kh_error *err)
{
    arcs a = {.problem = problem, .base_bps = base_bps, .step_bps = step_bps};
    return run(&a, t, err);
}

kh_status kh_arcs_total(const kh_total_problem *problem, const bool *joined, double *value, kh_error *err)
{
    arcs a = {.problem = &problem->flow, .joined = joined, .weight = problem->weight, .floor = problem->floor};
    return run(&a, value, err);
}

kh_status kh_arcs_shorten(const kh_keyflow_problem *problem, const double *rate_bps, double *hops, kh_error *err)
{
    arcs a = {.problem = problem, .rate_bps = rate_bps};
    return run(&a, hops, err);
}
