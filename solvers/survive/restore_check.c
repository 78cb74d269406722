/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/survive/restore_check.h"

#include "core/net/ids.h"

#include <math.h>
#include <string.h>

static const double TOLERANCE = 1e-9; /* relative */

typedef struct work {
    const kh_restore_problem *problem;
    const kh_restoration *found;
    kh_findings *findings;
    size_t m;
    double *load, *len, *distance, *rate; /* [m], [m], [n_nodes], [n_working] */
    uint32_t *via;                        /* [n_nodes] */
    bool *bare;                           /* [n_working] */
    bool *taken, *struck;                 /* [n_losses][m], [n_losses][n_working] */
} work;

#define WRONG(w, ...) kh_findings_add((w)->findings, KH_ERROR, (kh_place){0}, NULL, __VA_ARGS__)

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

/* The loss takes a link of the route, and leaves both ends of its demand. */
static bool is_struck(const work *w, size_t loss, const kh_keyflow_route *route)
{
    const uint32_t *ends = w->problem->network->demands[route->demand].ends;
    const kh_loss *l = &w->problem->losses[loss];
    if (stands_in(l->nodes, l->n_nodes, ends[0]) || stands_in(l->nodes, l->n_nodes, ends[1]))
        return false;
    for (size_t i = 0; i < route->n_links; i++)
        if (takes(w, loss, route->links[i]))
            return true;
    return false;
}

static bool strikes(const work *w, size_t loss, size_t working)
{
    return w->struck[loss * w->problem->n_working + working];
}

static void look_up(work *w)
{
    for (size_t s = 0; s < w->problem->n_losses; s++) {
        for (uint32_t e = 0; e < w->m; e++)
            w->taken[s * w->m + e] = is_taken(w, &w->problem->losses[s], e);
        for (size_t i = 0; i < w->problem->n_working; i++)
            w->struck[s * w->problem->n_working + i] = is_struck(w, s, &w->problem->working[i]);
    }
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
        for (size_t s = 0; s < w->problem->n_losses; s++)
            if (takes(w, s, e) && strikes(w, s, backup->working))
                WRONG(w, "backup %zu and its working route are both hit by loss %zu", number, s);
    }
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

static void sum_working(work *w, double share)
{
    memset(w->load, 0, w->m * sizeof *w->load);
    for (size_t i = 0; i < w->problem->n_working; i++)
        for (size_t j = 0; j < w->problem->working[i].n_links; j++)
            w->load[w->problem->working[i].links[j]] += share * w->problem->working[i].rate_bps;
}

/* @p loss NULL: none, or under dedicated backups the one that hits all. */
static void check_loads(work *w, const kh_loss *loss, size_t number)
{
    sum_working(w, w->found->value);
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

/* What links cost the backups of a route under the prices; those that some loss of the route takes are not there. */
static void set_lengths(work *w, size_t route)
{
    for (uint32_t e = 0; e < w->m; e++)
        w->len[e] = w->problem->network->capacity_bps[e] > 0 ? 0 : HUGE_VAL;
    for (size_t s = 0; s < w->problem->n_losses; s++)
        for (uint32_t e = 0; e < w->m && strikes(w, s, route); e++)
            if (takes(w, s, e))
                w->len[e] = HUGE_VAL;
    for (size_t i = 0; i < w->found->n_prices; i++) {
        const kh_reserve_price *p = &w->found->prices[i];
        bool called = p->loss < w->problem->n_losses ? strikes(w, p->loss, route) : p->loss != KH_NO_INDEX && w->problem->dedicated;
        if (called)
            w->len[p->link] += p->price;
    }
}

static kh_status sum_distances(work *w, double *asked, kh_error *err)
{
    for (size_t i = 0; i < w->problem->n_working; i++) {
        const kh_keyflow_route *route = &w->problem->working[i];
        const uint32_t *ends = w->problem->network->demands[route->demand].ends;
        set_lengths(w, i);
        KH_TRY(kh_graph_tree(&w->problem->network->graph, w->len, ends[0], w->distance, w->via, err));
        double distance = w->distance[ends[1]];
        if (w->bare[i] != isinf(distance))
            WRONG(w, "route %zu has %s way around", i, isinf(distance) ? "no" : "a");
        *asked += isinf(distance) ? 0 : route->rate_bps * distance;
    }
    return KH_OK;
}

static kh_status check_bound(work *w, kh_error *err)
{
    double carried = 0, asked = 0, value = w->found->value, bound = w->found->bound;
    sum_working(w, 1);
    for (size_t i = 0; i < w->found->n_prices; i++) {
        const kh_reserve_price *p = &w->found->prices[i];
        if (p->link >= w->m || !(p->price >= 0) || isinf(p->price) ||
            (p->loss < w->problem->n_losses && takes(w, p->loss, p->link))) {
            WRONG(w, "price %zu is %g on link %u", i, p->price, p->link);
            return KH_OK;
        }
        carried += p->price * w->problem->network->capacity_bps[p->link];
        asked += p->price * w->load[p->link];
    }
    KH_TRY(sum_distances(w, &asked, err));
    if (asked > 0 && !(carried / asked <= bound * (1 + TOLERANCE)))
        WRONG(w, "the prices prove %.17g, not the bound of %.17g", carried / asked, bound);
    if (!(value >= 0 && value <= bound * (1 + TOLERANCE)) || (w->found->complete && bound > value * (1 + TOLERANCE)))
        WRONG(w, "value %.17g and bound %.17g do not meet", value, bound);
    return KH_OK;
}

static kh_status check(work *w, kh_arena *arena, kh_error *err)
{
    size_t n_nodes = w->problem->network->graph.n_nodes, n = w->problem->n_working;
    w->load = KH_NEW(arena, double, w->m);
    w->len = KH_NEW(arena, double, w->m);
    w->distance = KH_NEW(arena, double, n_nodes);
    w->rate = KH_NEW(arena, double, n);
    w->via = KH_NEW(arena, uint32_t, n_nodes);
    w->bare = KH_NEW(arena, bool, n);
    w->taken = KH_NEW(arena, bool, w->problem->n_losses * w->m);
    w->struck = KH_NEW(arena, bool, n * w->problem->n_losses);
    if (w->load == NULL || w->len == NULL || w->distance == NULL || w->rate == NULL || w->via == NULL || w->bare == NULL ||
        w->taken == NULL || w->struck == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to check %zu backups", w->found->n_backups);
    look_up(w);
    size_t before = kh_findings_count(w->findings, KH_ERROR);
    for (size_t i = 0; i < w->found->n_backups; i++)
        check_backup(w, i);
    check_rates(w);
    if (kh_findings_count(w->findings, KH_ERROR) > before)
        return KH_OK;
    for (size_t s = 0; s < w->problem->n_losses && !w->problem->dedicated; s++)
        check_loads(w, &w->problem->losses[s], s);
    check_loads(w, NULL, w->problem->n_losses);
    return check_bound(w, err);
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
