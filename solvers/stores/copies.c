/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/stores/copies.h"

#include "core/net/ids.h"

#include <math.h>

/* Of what a cycle generates: no cycle needs more room than that, and bounds that are never met have no price. */
static const double WIDE = 1.5;
/* Of the mean demand: what a period that asks for nothing routes towards the pair's store before the linear program decides. */
static const double TOKEN = 1e-3;

static const double LEAST = 1e-15; /* of the mean generation: what a link has in a period that it can serve */

static double generated_bits(const kh_expanded_problem *g, size_t e)
{
    double sum = 0;
    for (size_t t = 0; t < g->n_periods; t++)
        sum += g->generated_bps[t * g->graph.n_links + e] * g->period_s;
    return sum;
}

static kh_even_window window_of(const kh_expanded_problem *g, size_t e)
{
    double size = g->store_bits[e], wide = WIDE * generated_bits(g, e), least = g->start_share * size;
    kh_even_window w = {.first_low = least, .first_high = fmin(size, fmax(least, wide))};
    if (g->start_bits != NULL)
        w.first_low = w.first_high = g->start_bits[e];
    w.low = fmax(0, w.first_low - wide);
    w.high = fmin(size, w.first_high + wide);
    return w;
}

/* Whether a link can have key in a period at all: its own, or by way of the store with room or a start to draw on. */
static bool can_carry(const kh_expanded_problem *g, size_t t, size_t e)
{
    size_t m = g->graph.n_links, before = 0, after = 0;
    for (size_t i = 0; i < g->n_periods; i++) {
        before += i < t && g->generated_bps[i * m + e] > 0;
        after += i > t && g->generated_bps[i * m + e] > 0;
    }
    double size = g->store_bits[e], start = g->start_bits != NULL ? g->start_bits[e] : 0;
    bool stored = g->start_bits == NULL ? size > 0 && before + after > 0 : (before > 0 && start < size) || (after > 0 && start > 0);
    return g->generated_bps[t * m + e] > 0 || stored;
}

static double profile(const kh_expanded_problem *g, size_t t, size_t k)
{
    return g->profile != NULL ? g->profile[t * g->n_demands + k] : 1;
}

static void copy_graph(const kh_expanded_problem *g, uint32_t (*ends)[2], bool *relays)
{
    size_t n = g->graph.n_nodes, m = g->graph.n_links;
    for (size_t t = 0; t < g->n_periods; t++) {
        for (size_t e = 0; e < m; e++)
            for (int i = 0; i < 2; i++)
                ends[t * m + e][i] = (uint32_t)(t * n) + g->graph.ends[e][i];
        for (size_t v = 0; v < n; v++)
            relays[t * n + v] = g->graph.relays == NULL || g->graph.relays[v];
    }
}

static double mean_profile(const kh_expanded_problem *g, size_t k)
{
    double sum = 0;
    for (size_t t = 0; t < g->n_periods; t++)
        sum += profile(g, t, k) / (double)g->n_periods;
    return sum;
}

static void copy_demand(kh_copies *c, kh_keyflow_demand *demands, size_t t, size_t k)
{
    const kh_expanded_problem *g = c->given;
    const kh_keyflow_demand *d = &g->demands[k];
    bool has_store = g->pair_store_bits != NULL && g->pair_store_bits[k] > 0;
    double asked = d->requested_bps * profile(g, t, k), token = has_store ? d->requested_bps * TOKEN * mean_profile(g, k) : 0;
    if (asked <= 0 && token <= 0)
        return;
    size_t j = c->problem.n_demands++;
    uint32_t first = (uint32_t)(t * g->graph.n_nodes);
    demands[j] = (kh_keyflow_demand){{first + d->ends[0], first + d->ends[1]}, fmax(asked, token)};
    c->asked_bps[j] = asked;
    c->period[j] = (uint32_t)t;
    c->demand[j] = (uint32_t)k;
    c->place[t * g->n_demands + k] = (uint32_t)j;
}

static kh_status allocate(kh_copies *c, const kh_expanded_problem *given, kh_arena *arena, kh_error *err)
{
    size_t periods = given->n_periods, m = given->graph.n_links, n = periods * given->n_demands;
    *c = (kh_copies){.given = given,
                     .capacity_bps = KH_NEW(arena, double, periods *m),
                     .asked_bps = KH_NEW(arena, double, n),
                     .period = KH_NEW(arena, uint32_t, n),
                     .demand = KH_NEW(arena, uint32_t, n),
                     .place = KH_NEW(arena, uint32_t, n),
                     .window = KH_NEW(arena, kh_even_window, m),
                     .stored_bits = KH_NEW(arena, double, periods *m)};
    if (c->capacity_bps == NULL || c->asked_bps == NULL || c->period == NULL || c->demand == NULL || c->place == NULL ||
        c->window == NULL || c->stored_bits == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu periods of %zu links and %zu demands", periods, m, given->n_demands);
    return KH_OK;
}

/* The load of all demands, as if they went over every link. */
static kh_status even_out_at_first(kh_copies *c, kh_arena *arena, kh_error *err)
{
    const kh_expanded_problem *g = c->given;
    size_t m = g->graph.n_links;
    double *load_bps = KH_NEW(arena, double, g->n_periods *m);
    if (load_bps == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the loads of %zu links", m);
    for (size_t e = 0; e < m; e++) {
        c->window[e] = window_of(g, e);
        for (size_t t = 0; t < g->n_periods; t++)
            c->stored_bits[t * m + e] = c->window[e].first_high;
    }
    for (size_t j = 0; j < c->problem.n_demands; j++)
        for (size_t e = 0; e < m; e++)
            load_bps[c->period[j] * m + e] += c->asked_bps[j];
    return kh_copies_even_out(c, load_bps, arena, err);
}

kh_status kh_copies_make(kh_copies *copies, const kh_expanded_problem *given, const bool *joined, kh_arena *arena, kh_error *err)
{
    size_t periods = given->n_periods, n = given->graph.n_nodes, m = given->graph.n_links;
    KH_TRY(allocate(copies, given, arena, err));
    uint32_t(*ends)[2] = kh_arena_alloc(arena, periods * m, sizeof *ends);
    bool *relays = KH_NEW(arena, bool, periods *n);
    kh_keyflow_demand *demands = KH_NEW(arena, kh_keyflow_demand, periods * given->n_demands);
    if (ends == NULL || relays == NULL || demands == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu copies of %zu links", periods, m);
    copy_graph(given, ends, relays);
    copies->problem = (kh_keyflow_problem){.graph = {periods * n, periods * m, (const uint32_t(*)[2])ends, relays},
                                           .capacity_bps = copies->capacity_bps,
                                           .demands = demands,
                                           .level_cap = INFINITY,
                                           .time_limit_s = INFINITY};
    for (size_t t = 0; t < periods; t++)
        for (size_t k = 0; k < given->n_demands; k++) {
            copies->place[t * given->n_demands + k] = KH_NO_INDEX;
            if (joined[k])
                copy_demand(copies, demands, t, k);
        }
    return even_out_at_first(copies, arena, err);
}

kh_status kh_copies_even_out(kh_copies *copies, const double *load_bps, kh_arena *arena, kh_error *err)
{
    const kh_expanded_problem *g = copies->given;
    size_t n = g->n_periods, m = g->graph.n_links;
    double *generated = KH_NEW(arena, double, n), *load = KH_NEW(arena, double, n);
    double *stored = KH_NEW(arena, double, n), *available = KH_NEW(arena, double, n);
    if (generated == NULL || load == NULL || stored == NULL || available == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu periods", n);
    for (size_t e = 0; e < m; e++) {
        for (size_t t = 0; t < n; t++) {
            generated[t] = g->generated_bps[t * m + e] * g->period_s;
            load[t] = load_bps[t * m + e] * g->period_s;
            stored[t] = copies->stored_bits[t * m + e];
        }
        kh_even_out(&(kh_even_link){n, generated, load, copies->window[e]}, stored, available);
        for (size_t t = 0; t < n; t++) {
            copies->stored_bits[t * m + e] = stored[t];
            double least = LEAST * generated_bits(g, e) / (double)n; /* rounding must not take a link away */
            copies->capacity_bps[t * m + e] = can_carry(g, t, e) ? fmax(available[t], least) / g->period_s : 0;
        }
    }
    return KH_OK;
}
