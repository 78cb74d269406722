/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/survive/outages_check.h"

#include "solvers/survive/distances.h"

#include <math.h>
#include <string.h>

static const double TOLERANCE = 1e-9; /* relative */

typedef struct work {
    const kh_keyflow_problem *problem;
    const kh_loss *const *losses;
    const kh_loss_outcome *outcome;
    const kh_keyflow *flow;
    kh_findings *findings;
    bool *gone;                /* [n_links] */
    bool *end_gone;            /* [n_demands] */
    bool *missing, *routed;    /* [n_demands] listed; with a route */
    double *load, *rate, *len; /* [n_links], [n_demands], [n_links] */
    kh_distances from;         /* under lengths that part what is gone */
    double *distance;          /* [n_demands] between their ends */
    uint32_t *seen;            /* [n_nodes] */
    kh_incidence asking;       /* demands by their ends */
} work;

#define WRONG(w, ...) kh_findings_add((w)->findings, KH_ERROR, (kh_place){0}, NULL, __VA_ARGS__)

static bool is_gone(const work *w, uint32_t node)
{
    for (int i = 0; i < 2; i++)
        for (size_t j = 0; w->losses[i] != NULL && j < w->losses[i]->n_nodes; j++)
            if (w->losses[i]->nodes[j] == node)
                return true;
    return false;
}

static void find_gone(work *w)
{
    const kh_keyflow_problem *p = w->problem;
    for (size_t e = 0; e < p->graph.n_links; e++)
        w->gone[e] = !(p->capacity_bps[e] > 0) || is_gone(w, p->graph.ends[e][0]) || is_gone(w, p->graph.ends[e][1]);
    for (int i = 0; i < 2; i++)
        for (size_t j = 0; w->losses[i] != NULL && j < w->losses[i]->n_links; j++)
            w->gone[w->losses[i]->links[j]] = true;
    for (size_t k = 0; k < p->n_demands; k++)
        w->end_gone[k] = is_gone(w, p->demands[k].ends[0]) || is_gone(w, p->demands[k].ends[1]);
}

static void check_route(work *w, uint32_t number)
{
    const kh_keyflow_route *route = &w->flow->routes[number];
    const kh_graph *graph = &w->problem->graph;
    if (route->demand >= w->problem->n_demands) {
        WRONG(w, "route %u is of demand %u, there are %zu", number, route->demand, w->problem->n_demands);
        return;
    }
    const uint32_t *ends = w->problem->demands[route->demand].ends;
    uint32_t at = ends[0];
    w->seen[at] = number + 1;
    for (size_t i = 0; i < route->n_links; i++) {
        uint32_t e = route->links[i];
        bool leads = e < graph->n_links && (graph->ends[e][0] == at || graph->ends[e][1] == at);
        if (!leads || w->gone[e]) {
            WRONG(w, "route %u: link %u %s", number, e, leads ? "is gone" : "does not lead on");
            return;
        }
        if (i > 0 && graph->relays != NULL && !graph->relays[at])
            WRONG(w, "route %u: node %u does not relay", number, at);
        at = graph->ends[e][0] == at ? graph->ends[e][1] : graph->ends[e][0];
        if (w->seen[at] == number + 1)
            WRONG(w, "route %u: node %u twice", number, at);
        w->seen[at] = number + 1;
        w->load[e] += route->rate_bps;
    }
    if (at != ends[1])
        WRONG(w, "route %u ends at node %u instead of %u", number, at, ends[1]);
    if (!(route->rate_bps > 0) || isinf(route->rate_bps))
        WRONG(w, "route %u carries %g bit/s", number, route->rate_bps);
    w->rate[route->demand] += route->rate_bps;
}

static void check_loads(work *w)
{
    const kh_keyflow_problem *p = w->problem;
    for (size_t e = 0; e < p->graph.n_links; e++)
        if (w->load[e] > p->capacity_bps[e] * (1 + TOLERANCE))
            WRONG(w, "link %zu carries %.17g of %.17g bit/s", e, w->load[e], p->capacity_bps[e]);
}

static void check_rates(work *w)
{
    const kh_keyflow_problem *p = w->problem;
    check_loads(w);
    for (size_t k = 0; k < p->n_demands; k++) {
        double due = w->missing[k] ? 0 : w->outcome->value * p->demands[k].requested_bps;
        if (!(fabs(w->rate[k] - due) <= TOLERANCE * due))
            WRONG(w, "demand %zu gets %.17g bit/s, should get %.17g", k, w->rate[k], due);
    }
}

static void list_missing(work *w, const uint32_t *list, size_t n, bool end_gone)
{
    for (size_t i = 0; i < n; i++) {
        if (list[i] >= w->problem->n_demands || w->missing[list[i]] || w->end_gone[list[i]] != end_gone) {
            WRONG(w, "demand %u is not %s", list[i], end_gone ? "one that lost an end" : "one whose ends are there");
            continue;
        }
        w->missing[list[i]] = true;
    }
}

/* Distances of the demands, besides those that @p skip is set of. */
static void measure(work *w, const bool *skip)
{
    for (uint32_t v = 0; v < w->problem->graph.n_nodes; v++) {
        bool measured = false;
        for (size_t i = w->asking.first[v]; i < w->asking.first[v + 1]; i++) {
            uint32_t k = w->asking.item[i];
            if (skip[k] || w->problem->demands[k].ends[0] != v)
                continue;
            if (!measured)
                kh_distances_measure(&w->from, w->len, v);
            measured = true;
            w->distance[k] = w->from.of[w->problem->demands[k].ends[1]];
        }
    }
}

/* Routes show that a demand has a path; distances tell of the others. */
static void find_without_path(work *w, const bool *before, bool *parted)
{
    for (size_t e = 0; e < w->problem->graph.n_links; e++)
        w->len[e] = before[e] ? HUGE_VAL : 1;
    for (size_t k = 0; k < w->problem->n_demands; k++)
        w->routed[k] = w->rate[k] > 0;
    measure(w, w->routed);
    for (size_t k = 0; k < w->problem->n_demands; k++)
        parted[k] = !w->routed[k] && isinf(w->distance[k]);
}

static void check_missing(work *w, const bool *never, const bool *parted)
{
    list_missing(w, w->outcome->left_out, w->outcome->n_left_out, true);
    list_missing(w, w->outcome->cut_off, w->outcome->n_cut_off, false);
    for (size_t k = 0; k < w->problem->n_demands; k++) {
        bool lost = w->end_gone[k] || parted[k];
        if (!never[k] && w->missing[k] != lost)
            WRONG(w, "demand %zu is %s, but %s", k, lost ? "lost" : "not lost", w->missing[k] ? "listed" : "not listed");
        w->missing[k] = w->missing[k] || never[k];
    }
}

/* Requests times distances of the demands that are not missing. */
static double sum_distances(work *w)
{
    double asked = 0;
    measure(w, w->missing);
    for (size_t k = 0; k < w->problem->n_demands; k++)
        asked += w->missing[k] ? 0 : w->problem->demands[k].requested_bps * w->distance[k];
    return asked;
}

/* Prices become lengths. @param[out] carried  what the links could carry, at these prices */
static bool take_prices(work *w, const double *prices, double *carried)
{
    *carried = 0;
    for (size_t e = 0; e < w->problem->graph.n_links; e++) {
        if (!(prices[e] >= 0) || isinf(prices[e])) {
            WRONG(w, "link %zu has a price of %g", e, prices[e]);
            return false;
        }
        w->len[e] = w->gone[e] ? HUGE_VAL : prices[e];
        *carried += w->gone[e] ? 0 : prices[e] * w->problem->capacity_bps[e];
    }
    return true;
}

static void check_bound(work *w)
{
    double carried;
    if (!take_prices(w, w->flow->prices, &carried))
        return;
    double asked = sum_distances(w);
    double bound = asked > 0 ? carried / asked : 0, value = w->outcome->value;
    if (!(bound <= w->outcome->bound * (1 + TOLERANCE)))
        WRONG(w, "the prices prove %.17g, not the bound of %.17g", bound, w->outcome->bound);
    if (!(value >= 0 && value <= w->outcome->bound * (1 + TOLERANCE) && w->outcome->bound <= value * (1 + 2 * TOLERANCE)))
        WRONG(w, "value %.17g and bound %.17g do not meet", value, w->outcome->bound);
}

static void check(work *w, bool *before, bool *never, bool *parted)
{
    find_gone(w);
    for (size_t e = 0; e < w->problem->graph.n_links; e++)
        before[e] = !(w->problem->capacity_bps[e] > 0);
    for (uint32_t r = 0; r < w->flow->n_routes; r++)
        check_route(w, r);
    find_without_path(w, before, never);
    find_without_path(w, w->gone, parted);
    check_missing(w, never, parted);
    check_rates(w);
    check_bound(w);
}

static kh_status allocate(work *w, kh_arena *arena, kh_error *err)
{
    size_t m = w->problem->graph.n_links, n = w->problem->n_demands, v = w->problem->graph.n_nodes;
    w->gone = KH_NEW(arena, bool, m);
    w->end_gone = KH_NEW(arena, bool, n);
    w->missing = KH_NEW(arena, bool, n);
    w->routed = KH_NEW(arena, bool, n);
    w->load = KH_NEW(arena, double, m);
    w->rate = KH_NEW(arena, double, n);
    w->len = KH_NEW(arena, double, m);
    w->distance = KH_NEW(arena, double, n);
    w->seen = KH_NEW(arena, uint32_t, v);
    const uint32_t *ends = n > 0 ? w->problem->demands->ends : NULL;
    w->asking = kh_incidence_build(v, n, ends, sizeof *w->problem->demands, arena);
    if (w->gone == NULL || w->end_gone == NULL || w->missing == NULL || w->routed == NULL || w->load == NULL || w->rate == NULL ||
        w->len == NULL || w->distance == NULL || w->seen == NULL || w->asking.item == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to check %zu links and %zu demands", m, n);
    return kh_distances_init(&w->from, &w->problem->graph, arena, err);
}

static kh_status check_in(work *w, kh_arena *arena, kh_error *err)
{
    size_t m = w->problem->graph.n_links, n = w->problem->n_demands;
    bool *before = KH_NEW(arena, bool, m), *never = KH_NEW(arena, bool, n), *parted = KH_NEW(arena, bool, n);
    KH_TRY(allocate(w, arena, err));
    if (before == NULL || never == NULL || parted == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to check %zu links and %zu demands", m, n);
    check(w, before, never, parted);
    return KH_OK;
}

/* -- fair rates ---------------------------------------------------------------------------------------------------- */

static double share_of(const work *w, size_t demand)
{
    return w->rate[demand] / w->problem->demands[demand].requested_bps;
}

static void check_fair_rates(work *w)
{
    check_loads(w);
    for (size_t k = 0; k < w->problem->n_demands; k++) {
        double rate = w->rate[k], asked = w->problem->demands[k].requested_bps;
        if (w->missing[k] ? rate > 0 : !(rate > 0))
            WRONG(w, "demand %zu gets %.17g bit/s and has %s", k, rate, w->missing[k] ? "no path" : "a path");
        if (!(rate <= asked * (1 + TOLERANCE)) || !(fabs(rate - w->flow->rate_bps[k]) <= TOLERANCE * asked))
            WRONG(w, "demand %zu gets %.17g bit/s of %.17g, %.17g is claimed", k, rate, asked, w->flow->rate_bps[k]);
        if (w->flow->joined[k] == w->missing[k] || (!w->missing[k] && w->flow->level_of[k] >= w->flow->n_levels))
            WRONG(w, "demand %zu is on no level, or has no path", k);
    }
}

/* Lowest share among those that are not blocked below the level; those below have no larger one. */
static double lowest_at(work *w, size_t level)
{
    double lowest = HUGE_VAL, below = 0;
    for (size_t k = 0; k < w->problem->n_demands; k++) {
        if (w->missing[k])
            continue;
        if (w->flow->level_of[k] < level)
            below = fmax(below, share_of(w, k));
        else
            lowest = fmin(lowest, share_of(w, k));
    }
    if (!(below <= lowest * (1 + TOLERANCE)))
        WRONG(w, "level %zu: %.17g of a request, %.17g below it", level, lowest, below);
    return lowest;
}

/* Those below keep their rates and all others get the lowest share: what sum(c y) leaves is all that one more can be paid with. */
static void check_level(work *w, size_t level, double *slack)
{
    double carried, lowest = lowest_at(w, level);
    const kh_keyflow *flow = w->flow;
    if (!take_prices(w, flow->level_prices[level], &carried))
        return;
    measure(w, w->missing);
    for (size_t k = 0; k < w->problem->n_demands; k++)
        if (!w->missing[k])
            carried -= w->distance[k] * (flow->level_of[k] < level ? w->rate[k] : lowest * w->problem->demands[k].requested_bps);
    for (size_t k = 0; k < w->problem->n_demands; k++) {
        double share = share_of(w, k), priced = w->problem->demands[k].requested_bps * w->distance[k];
        if (w->missing[k] || flow->level_of[k] != level)
            continue;
        double more = priced > 0 ? lowest - share + fmax(carried, 0) / priced : HUGE_VAL;
        *slack = fmax(*slack, fmin(more, 1 - share));
    }
}

static kh_status check_fair(work *w, kh_arena *arena, double *slack, kh_error *err)
{
    size_t n = w->problem->n_demands, before = kh_findings_count(w->findings, KH_ERROR);
    bool *parted = KH_NEW(arena, bool, n);
    KH_TRY(allocate(w, arena, err));
    if (parted == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to check %zu demands", n);
    find_gone(w);
    for (uint32_t r = 0; r < w->flow->n_routes; r++)
        check_route(w, r);
    find_without_path(w, w->gone, parted);
    for (size_t k = 0; k < n; k++)
        w->missing[k] = parted[k] || w->end_gone[k];
    check_fair_rates(w);
    *slack = 0;
    if (kh_findings_count(w->findings, KH_ERROR) > before)
        return KH_OK;
    for (size_t i = 0; i < w->flow->n_levels; i++)
        check_level(w, i, slack);
    return KH_OK;
}

/* -- doors --------------------------------------------------------------------------------------------------------- */

kh_status kh_served_check(const kh_keyflow_problem *problem, const kh_loss *const losses[2], const kh_keyflow *flow,
                          kh_findings *findings, double *slack, kh_error *err)
{
    size_t before = kh_findings_count(findings, KH_ERROR);
    kh_arena *arena = kh_arena_create(0);
    if (arena == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to check what is served");
    kh_status status =
        check_fair(&(work){.problem = problem, .losses = losses, .flow = flow, .findings = findings}, arena, slack, err);
    kh_arena_destroy(arena);
    KH_TRY(status);
    size_t wrong = kh_findings_count(findings, KH_ERROR) - before;
    return wrong == 0 ? KH_OK : kh_fail(err, KH_UNMET, "%zu things are wrong with fair rates after a loss", wrong);
}

kh_status kh_outages_check(const kh_keyflow_problem *problem, const kh_loss *const losses[2], const kh_loss_outcome *outcome,
                           const kh_keyflow *flow, kh_findings *findings, kh_error *err)
{
    size_t before = kh_findings_count(findings, KH_ERROR);
    kh_arena *arena = kh_arena_create(0);
    if (arena == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to check what is left");
    kh_status status =
        check_in(&(work){.problem = problem, .losses = losses, .outcome = outcome, .flow = flow, .findings = findings}, arena, err);
    kh_arena_destroy(arena);
    KH_TRY(status);
    size_t wrong = kh_findings_count(findings, KH_ERROR) - before;
    return wrong == 0 ? KH_OK : kh_fail(err, KH_UNMET, "%zu things are wrong with what is left after a loss", wrong);
}
