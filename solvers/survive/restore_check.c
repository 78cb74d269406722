/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/survive/restore_check.h"

#include "core/net/ids.h"
#include "solvers/graph/incidence.h"

#include <math.h>
#include <string.h>

static const double TOLERANCE = 1e-9; /* relative */

typedef struct work {
    const kh_restore_problem *problem;
    const kh_restoration *found;
    kh_findings *findings;
    size_t m;
    kh_incidence at;                      /* links of each node */
    double *load, *len, *distance, *rate; /* [m], [m], [n_nodes], [n_working] */
    double *working;                      /* [m] of the routes that work, at the share found */
    uint32_t *open;                       /* [n_nodes] */
    bool *bare;                           /* [n_working] */
    bool *taken, *struck;                 /* [n_losses][m], [n_working][n_losses] */
} work;

#define WRONG(w, ...) kh_findings_add((w)->findings, KH_ERROR, (kh_place){0}, NULL, __VA_ARGS__)

/* Place of the next yes, n: none. */
static size_t next_yes(const bool *list, size_t n, size_t from)
{
    const bool *at = from < n ? memchr(&list[from], true, n - from) : NULL;
    return at == NULL ? n : (size_t)(at - list);
}

static bool stands_in(const uint32_t *list, size_t n, uint32_t item)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] == item)
            return true;
    return false;
}

static bool is_taken(const work *w, const kh_loss *loss, uint32_t link)
{
    const uint32_t *ends = w->problem->network->graph.ends[link];
    return stands_in(loss->links, loss->n_links, link) || stands_in(loss->nodes, loss->n_nodes, ends[0]) ||
           stands_in(loss->nodes, loss->n_nodes, ends[1]);
}

static bool takes(const work *w, size_t loss, uint32_t link)
{
    return w->taken[loss * w->m + link];
}

static bool strikes(const work *w, size_t loss, size_t working)
{
    return w->struck[working * w->problem->n_losses + loss];
}

/* Losses that take a link of the route, and leave both ends of its demand. */
static void mark_struck(work *w, size_t route, const bool *takers)
{
    const kh_keyflow_route *r = &w->problem->working[route];
    const uint32_t *ends = w->problem->network->demands[r->demand].ends;
    size_t n = w->problem->n_losses;
    bool *struck = &w->struck[route * n];
    for (size_t i = 0; i < r->n_links; i++)
        for (size_t s = 0; s < n; s++)
            struck[s] |= takers[r->links[i] * n + s];
    for (size_t s = 0; s < n; s++) {
        const kh_loss *l = &w->problem->losses[s];
        if (stands_in(l->nodes, l->n_nodes, ends[0]) || stands_in(l->nodes, l->n_nodes, ends[1]))
            struck[s] = false;
    }
}

/* @p takers: [m][n_losses], what is taken link by link, as routes go */
static void look_up(work *w, bool *takers)
{
    for (size_t s = 0; s < w->problem->n_losses; s++)
        for (uint32_t e = 0; e < w->m; e++)
            w->taken[s * w->m + e] = takers[e * w->problem->n_losses + s] = is_taken(w, &w->problem->losses[s], e);
    for (size_t i = 0; i < w->problem->n_working; i++)
        mark_struck(w, i, takers);
}

static void check_backup(work *w, size_t number)
{
    const kh_backup *backup = &w->found->backups[number];
    const kh_graph *graph = &w->problem->network->graph;
    if (backup->working >= w->problem->n_working || !(backup->rate_bps > 0) || isinf(backup->rate_bps)) {
        WRONG(w, "backup %zu is of route %u at %g bit/s", number, backup->working, backup->rate_bps);
        return;
    }
    const kh_keyflow_route *route = &w->problem->working[backup->working];
    const uint32_t *ends = w->problem->network->demands[route->demand].ends;
    uint32_t at = ends[0];
    for (size_t i = 0; i < backup->n_links; i++) {
        uint32_t e = backup->links[i];
        if (e >= w->m || (graph->ends[e][0] != at && graph->ends[e][1] != at) ||
            (i > 0 && graph->relays != NULL && !graph->relays[at])) {
            WRONG(w, "backup %zu: link %u does not lead on", number, e);
            return;
        }
        at = graph->ends[e][0] == at ? graph->ends[e][1] : graph->ends[e][0];
    }
    for (size_t s = 0; s < w->problem->n_losses; s++)
        for (size_t i = 0; i < backup->n_links && strikes(w, s, backup->working); i++)
            if (takes(w, s, backup->links[i]))
                WRONG(w, "backup %zu and its working route are both hit by loss %zu", number, s);
    if (at != ends[1])
        WRONG(w, "backup %zu ends at node %u instead of %u", number, at, ends[1]);
    w->rate[backup->working] += backup->rate_bps;
}

static void check_rates(work *w)
{
    for (size_t i = 0; i < w->found->n_bare; i++)
        if (w->found->bare[i] < w->problem->n_working)
            w->bare[w->found->bare[i]] = true;
    for (size_t i = 0; i < w->problem->n_working; i++) {
        double due = w->bare[i] ? 0 : w->found->value * w->problem->working[i].rate_bps;
        if (!(fabs(w->rate[i] - due) <= TOLERANCE * due))
            WRONG(w, "the backups of route %zu carry %.17g bit/s instead of %.17g", i, w->rate[i], due);
    }
}

static void sum_working(const work *w, double share, double *load)
{
    memset(load, 0, w->m * sizeof *load);
    for (size_t i = 0; i < w->problem->n_working; i++)
        for (size_t j = 0; j < w->problem->working[i].n_links; j++)
            load[w->problem->working[i].links[j]] += share * w->problem->working[i].rate_bps;
}

/* @p loss NULL: none, or under dedicated backups the one that hits all. */
static void check_loads(work *w, const kh_loss *loss, size_t number)
{
    memcpy(w->load, w->working, w->m * sizeof *w->load);
    for (size_t i = 0; i < w->found->n_backups; i++) {
        const kh_backup *backup = &w->found->backups[i];
        bool called = loss != NULL ? strikes(w, number, backup->working) : w->problem->dedicated;
        for (size_t j = 0; called && j < backup->n_links; j++)
            w->load[backup->links[j]] += backup->rate_bps;
    }
    for (uint32_t e = 0; e < w->m; e++)
        if (!(loss != NULL && takes(w, number, e)) && w->load[e] > w->problem->network->capacity_bps[e] * (1 + TOLERANCE))
            WRONG(w, "after loss %zu link %u carries %.17g of %.17g bit/s", number, e, w->load[e],
                  w->problem->network->capacity_bps[e]);
}

/* What links cost the backups of a route under the prices; those that some loss of the route takes are not there.
   @return whether any costs something */
static bool set_lengths(work *w, size_t route)
{
    bool any = false;
    for (uint32_t e = 0; e < w->m; e++)
        w->len[e] = w->problem->network->capacity_bps[e] > 0 ? 0 : HUGE_VAL;
    size_t n = w->problem->n_losses;
    const bool *struck = &w->struck[route * n];
    for (size_t s = next_yes(struck, n, 0); s < n; s = next_yes(struck, n, s + 1))
        for (size_t e = next_yes(&w->taken[s * w->m], w->m, 0); e < w->m; e = next_yes(&w->taken[s * w->m], w->m, e + 1))
            w->len[e] = HUGE_VAL;
    for (size_t i = 0; i < w->found->n_prices; i++) {
        const kh_reserve_price *p = &w->found->prices[i];
        bool called = p->loss < w->problem->n_losses ? strikes(w, p->loss, route) : p->loss != KH_NO_INDEX && w->problem->dedicated;
        if (called)
            w->len[p->link] += p->price;
        any = any || called;
    }
    return any;
}

/* The nearest of the nodes reached first; they are few enough for a plain list. INFINITY: there is no way */
static double shortest(const work *w, const uint32_t ends[2])
{
    const kh_graph *graph = &w->problem->network->graph;
    size_t n = 1;
    for (size_t v = 0; v < graph->n_nodes; v++)
        w->distance[v] = HUGE_VAL;
    w->distance[ends[0]] = 0;
    w->open[0] = ends[0];
    while (n > 0) {
        size_t best = 0;
        for (size_t i = 1; i < n; i++)
            best = w->distance[w->open[i]] < w->distance[w->open[best]] ? i : best;
        uint32_t node = w->open[best];
        w->open[best] = w->open[--n];
        if (node == ends[1])
            break;
        bool leads_on = node == ends[0] || graph->relays == NULL || graph->relays[node];
        for (size_t i = w->at.first[node]; i < w->at.first[node + 1] && leads_on; i++) {
            uint32_t e = w->at.item[i], far = graph->ends[e][graph->ends[e][0] == node];
            double distance = w->distance[node] + w->len[e];
            if (!(distance < w->distance[far]))
                continue;
            if (isinf(w->distance[far]))
                w->open[n++] = far;
            w->distance[far] = distance;
        }
    }
    return w->distance[ends[1]];
}

static void sum_distances(work *w, double *asked)
{
    for (size_t i = 0; i < w->problem->n_working; i++) {
        const kh_keyflow_route *route = &w->problem->working[i];
        bool is_free =
            !set_lengths(w, i) && w->rate[i] > 0; /* its own backup, found to avoid its losses, is a way that costs nothing */
        double distance = is_free ? 0 : shortest(w, w->problem->network->demands[route->demand].ends);
        if (w->bare[i] != isinf(distance))
            WRONG(w, "route %zu has %s way around", i, isinf(distance) ? "no" : "a");
        *asked += isinf(distance) ? 0 : route->rate_bps * distance;
    }
}

static void check_bound(work *w)
{
    double carried = 0, asked = 0, value = w->found->value, bound = w->found->bound;
    sum_working(w, 1, w->load);
    for (size_t i = 0; i < w->found->n_prices; i++) {
        const kh_reserve_price *p = &w->found->prices[i];
        if (p->link >= w->m || !(p->price >= 0) || isinf(p->price) ||
            (p->loss < w->problem->n_losses && takes(w, p->loss, p->link))) {
            WRONG(w, "price %zu is %g on link %u", i, p->price, p->link);
            return;
        }
        carried += p->price * w->problem->network->capacity_bps[p->link];
        asked += p->price * w->load[p->link];
    }
    sum_distances(w, &asked);
    if (asked > 0 && !(carried / asked <= bound * (1 + TOLERANCE)))
        WRONG(w, "the prices prove %.17g, not the bound of %.17g", carried / asked, bound);
    if (!(value >= 0 && value <= bound * (1 + TOLERANCE)) || (w->found->complete && bound > value * (1 + TOLERANCE)))
        WRONG(w, "value %.17g and bound %.17g do not meet", value, bound);
}

static kh_status check(work *w, kh_arena *arena, kh_error *err)
{
    size_t n_nodes = w->problem->network->graph.n_nodes, n = w->problem->n_working;
    bool *takers = KH_NEW(arena, bool, w->problem->n_losses * w->m);
    w->load = KH_NEW(arena, double, w->m);
    w->len = KH_NEW(arena, double, w->m);
    w->distance = KH_NEW(arena, double, n_nodes);
    w->rate = KH_NEW(arena, double, n);
    w->working = KH_NEW(arena, double, w->m);
    w->open = KH_NEW(arena, uint32_t, n_nodes);
    w->at =
        kh_incidence_build(n_nodes, w->m, &w->problem->network->graph.ends[0][0], sizeof *w->problem->network->graph.ends, arena);
    w->bare = KH_NEW(arena, bool, n);
    w->taken = KH_NEW(arena, bool, w->problem->n_losses * w->m);
    w->struck = KH_NEW(arena, bool, n * w->problem->n_losses);
    if (w->load == NULL || w->len == NULL || w->distance == NULL || w->rate == NULL || w->working == NULL || w->open == NULL ||
        w->bare == NULL || w->at.item == NULL || w->taken == NULL || w->struck == NULL || takers == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to check %zu backups", w->found->n_backups);
    look_up(w, takers);
    size_t before = kh_findings_count(w->findings, KH_ERROR);
    for (size_t i = 0; i < w->found->n_backups; i++)
        check_backup(w, i);
    check_rates(w);
    if (kh_findings_count(w->findings, KH_ERROR) > before)
        return KH_OK;
    sum_working(w, w->found->value, w->working);
    for (size_t s = 0; s < w->problem->n_losses && !w->problem->dedicated; s++)
        check_loads(w, &w->problem->losses[s], s);
    check_loads(w, NULL, w->problem->n_losses);
    check_bound(w);
    return KH_OK;
}

kh_status kh_restore_check(const kh_restore_problem *problem, const kh_restoration *restoration, kh_findings *findings,
                           kh_error *err)
{
    size_t before = kh_findings_count(findings, KH_ERROR);
    kh_arena *arena = kh_arena_create(0);
    if (arena == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to check backups");
    work w = {.problem = problem, .found = restoration, .findings = findings, .m = problem->network->graph.n_links};
    kh_status status = check(&w, arena, err);
    kh_arena_destroy(arena);
    KH_TRY(status);
    size_t wrong = kh_findings_count(findings, KH_ERROR) - before;
    return wrong == 0 ? KH_OK : kh_fail(err, KH_UNMET, "%zu things are wrong with the backups", wrong);
}
