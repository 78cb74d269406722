/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/solvers/expanded_arcs.h"

#include "solvers/lp/lp_build.h"

#include <math.h>

/* Rows: balance of each link in each period; for each period and source every node; then the pairs' stores feed their demand's
   target, so that a pair's row is that of its target. */
typedef struct arcs {
    const kh_expanded_problem *p;
    const bool *joined;
    double scale; /* lambda in units of this */
    kh_lp_build build;
} arcs;

static double asked(const kh_expanded_problem *p, size_t t, size_t k)
{
    return p->demands[k].requested_bps * (p->profile != NULL ? p->profile[t * p->n_demands + k] : 1);
}

static size_t balance_row(const arcs *a, size_t t, size_t e)
{
    return t * a->p->graph.n_links + e;
}

static size_t n_commodities(const arcs *a)
{
    return a->p->pair_store_bits != NULL ? a->p->n_demands : a->p->graph.n_nodes;
}

static uint32_t source_of(const arcs *a, size_t c)
{
    return a->p->pair_store_bits != NULL ? a->p->demands[c].ends[0] : (uint32_t)c;
}

static bool is_in(const arcs *a, size_t k, size_t c)
{
    return a->joined[k] && (a->p->pair_store_bits != NULL ? k == c : a->p->demands[k].ends[0] == c);
}

static size_t node_row(const arcs *a, size_t t, size_t c, size_t node)
{
    return a->p->n_periods * a->p->graph.n_links + (t * n_commodities(a) + c) * a->p->graph.n_nodes + node;
}

static void add_lambda(arcs *a)
{
    size_t n = a->p->graph.n_nodes;
    kh_lp_build_column(&a->build, 1, 0, INFINITY);
    for (size_t t = 0; t < a->p->n_periods; t++)
        for (size_t c = 0; c < n_commodities(a); c++)
            for (size_t v = 0; v < n; v++) {
                double sum = 0;
                for (size_t k = 0; k < a->p->n_demands; k++)
                    if (is_in(a, k, c) && a->p->demands[k].ends[1] == v)
                        sum += asked(a->p, t, k);
                if (sum > 0)
                    kh_lp_build_entry(&a->build, node_row(a, t, c, v), -sum * a->scale);
            }
}

static void add_arcs(arcs *a, size_t t, size_t c)
{
    uint32_t source = source_of(a, c);
    const kh_graph *graph = &a->p->graph;
    for (size_t e = 0; e < graph->n_links; e++)
        for (int i = 0; i < 2; i++) {
            uint32_t tail = graph->ends[e][i], head = graph->ends[e][1 - i];
            if (tail == head || (tail != source && graph->relays != NULL && !graph->relays[tail]))
                continue;
            kh_lp_build_column(&a->build, 0, 0, INFINITY);
            kh_lp_build_entry(&a->build, balance_row(a, t, e), 1);
            kh_lp_build_entry(&a->build, node_row(a, t, c, tail), -1);
            kh_lp_build_entry(&a->build, node_row(a, t, c, head), 1);
        }
}

static void add_stores(arcs *a)
{
    const kh_expanded_problem *p = a->p;
    for (size_t t = 0; p->n_periods > 1 && t < p->n_periods; t++)
        for (size_t e = 0; e < p->graph.n_links; e++) {
            double low = t > 0 ? 0 : p->start_bits != NULL ? p->start_bits[e] : p->start_share * p->store_bits[e];
            double high = t > 0 || p->start_bits == NULL ? p->store_bits[e] : p->start_bits[e];
            kh_lp_build_column(&a->build, 0, low / p->period_s, high / p->period_s);
            kh_lp_build_entry(&a->build, balance_row(a, t, e), -1);
            kh_lp_build_entry(&a->build, balance_row(a, (t + p->n_periods - 1) % p->n_periods, e), 1);
        }
}

static void add_pair_stores(arcs *a)
{
    const kh_expanded_problem *p = a->p;
    for (size_t t = 0; p->pair_store_bits != NULL && p->n_periods > 1 && t < p->n_periods; t++)
        for (size_t k = 0; k < p->n_demands; k++) {
            const uint32_t *ends = p->demands[k].ends;
            if (!a->joined[k])
                continue;
            kh_lp_build_column(&a->build, 0, 0, p->pair_store_bits[k] / p->period_s);
            kh_lp_build_entry(&a->build, node_row(a, t, k, ends[1]), 1);
            kh_lp_build_entry(&a->build, node_row(a, (t + p->n_periods - 1) % p->n_periods, k, ends[1]), -1);
        }
}

static kh_status fill(arcs *a, kh_arena *arena, kh_error *err)
{
    const kh_expanded_problem *p = a->p;
    size_t n = p->graph.n_nodes, rows = p->n_periods * (p->graph.n_links + n_commodities(a) * n);
    KH_TRY(kh_lp_build_init(&a->build, rows, arena, err));
    for (size_t t = 0; t < p->n_periods; t++) {
        for (size_t e = 0; e < p->graph.n_links; e++)
            kh_lp_build_row(&a->build, balance_row(a, t, e), -INFINITY, p->generated_bps[balance_row(a, t, e)]);
        for (size_t c = 0; c < n_commodities(a); c++)
            for (size_t v = 0; v < n; v++)
                if (v != source_of(a, c))
                    kh_lp_build_row(&a->build, node_row(a, t, c, v), 0, INFINITY);
    }
    add_lambda(a);
    for (size_t t = 0; t < p->n_periods; t++)
        for (size_t c = 0; c < n_commodities(a); c++) {
            bool any = false;
            for (size_t k = 0; k < p->n_demands; k++)
                any = any || is_in(a, k, c);
            if (any)
                add_arcs(a, t, c);
        }
    add_stores(a);
    add_pair_stores(a);
    return KH_OK;
}

/* Lambda of about 1: what is generated over what is asked for. */
static double rough_scale(const kh_expanded_problem *p)
{
    double made = 0, wanted = 0;
    for (size_t i = 0; i < p->n_periods * p->graph.n_links; i++)
        made += p->generated_bps[i];
    for (size_t k = 0; k < p->n_demands; k++)
        wanted += (double)p->n_periods * p->demands[k].requested_bps;
    return made > 0 && wanted > 0 ? made / wanted : 1;
}

static kh_status solve(const kh_expanded_problem *problem, const bool *joined, kh_arena *arena, double *value, kh_error *err)
{
    arcs a = {.p = problem, .joined = joined, .scale = rough_scale(problem)};
    kh_lp lp;
    KH_TRY(fill(&a, arena, err));
    KH_TRY(kh_lp_build_program(&a.build, true, &lp, err));
    kh_lp_solution solution = {.primal = KH_NEW(arena, double, lp.n_columns)};
    if (solution.primal == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu columns", lp.n_columns);
    KH_TRY(kh_lp_solve(&lp, NULL, &solution, err));
    *value = solution.objective * a.scale;
    return KH_OK;
}

kh_status kh_expanded_arcs_solve(const kh_expanded_problem *problem, const bool *joined, double *value, kh_error *err)
{
    kh_arena *arena = kh_arena_create(0);
    kh_status status =
        arena != NULL ? solve(problem, joined, arena, value, err) : kh_fail(err, KH_ENOMEM, "no memory for a linear program");
    kh_arena_destroy(arena);
    return status;
}
