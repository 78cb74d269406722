/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/site/site_start.h"

#include "core/net/ids.h"

#include <math.h>
#include <stdlib.h>

typedef struct start {
    kh_site_cuts *cuts;
    const kh_site_join_problem *problem;
    const double *guide;
    bool *open;
    double *cost;    /* [n_sites] of passing a site */
    uint32_t *route; /* [n_sites] */
    bool *joined;    /* [n_terminals] */
} start;

/* Of two sites of one price the one that the linear program likes more; a little for each, so that short ways win. */
static void set_costs(start *s)
{
    const kh_site_cuts *c = s->cuts;
    double scale = 0;
    for (size_t j = 0; j < c->n_choices; j++)
        scale = fmax(scale, s->problem->price[c->site[j]]);
    for (size_t v = 0; v < s->problem->n_sites; v++) {
        double liked = s->guide != NULL && c->column[v] != KH_NO_INDEX ? s->guide[c->column[v]] : 0;
        if (c->column[v] != KH_NO_INDEX)
            s->cost[v] = s->problem->price[v] * (1 - 0.999 * fmin(fmax(liked, 0), 1)) + 1e-6 * scale;
        else
            s->cost[v] = s->problem->relays == NULL || s->problem->relays[v] ? 0 : HUGE_VAL;
    }
}

/* The unjoined terminal that costs least, and what it costs. */
static size_t nearest_terminal(start *s, double *least)
{
    const kh_site_join_problem *p = s->problem;
    size_t nearest = p->n_terminals;
    *least = HUGE_VAL;
    for (size_t t = 1; t < p->n_terminals; t++) {
        const uint32_t ends[2] = {p->terminals[0], p->terminals[t]};
        if (s->joined[t])
            continue;
        double cost = kh_site_flow_cheapest(s->cuts->flow, s->cost, ends, p->n_routes);
        if (cost < *least || nearest == p->n_terminals) {
            nearest = t;
            *least = cost;
        }
    }
    return nearest;
}

static void open_routes(start *s, size_t t)
{
    const kh_site_join_problem *p = s->problem;
    const uint32_t ends[2] = {p->terminals[0], p->terminals[t]};
    (void)kh_site_flow_cheapest(s->cuts->flow, s->cost, ends, p->n_routes);
    for (unsigned r = 0; r < p->n_routes; r++) {
        size_t n = kh_site_flow_route(s->cuts->flow, s->route);
        for (size_t i = 0; i < n; i++)
            if (s->cuts->column[s->route[i]] != KH_NO_INDEX) {
                s->open[s->route[i]] = true;
                s->cost[s->route[i]] = 0;
            }
    }
    s->joined[t] = true;
}

typedef struct rank {
    double price, liked;
    uint32_t site;
} rank;

static int dear_first(const void *a, const void *b)
{
    const rank *x = a, *y = b;
    if (x->price > y->price || x->price < y->price)
        return x->price > y->price ? -1 : 1;
    if (x->liked > y->liked || x->liked < y->liked)
        return x->liked < y->liked ? -1 : 1;
    return (x->site > y->site) - (x->site < y->site);
}

static kh_status close_needless(start *s, kh_arena *scratch, kh_error *err)
{
    const kh_site_cuts *c = s->cuts;
    rank *ranks = KH_NEW(scratch, rank, c->n_choices);
    size_t n = 0;
    if (ranks == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu sites", c->n_choices);
    for (size_t j = 0; j < c->n_choices; j++)
        if (s->open[c->site[j]])
            ranks[n++] = (rank){s->problem->price[c->site[j]], s->guide != NULL ? s->guide[j] : 0, c->site[j]};
    qsort(ranks, n, sizeof *ranks, dear_first);
    for (size_t i = 0; i < n; i++) {
        s->open[ranks[i].site] = false;
        s->open[ranks[i].site] = kh_site_cuts_unjoined(s->cuts, s->open) < s->problem->n_terminals;
    }
    return KH_OK;
}

static kh_status find(start *s, kh_arena *scratch, size_t *unjoined, kh_error *err)
{
    const kh_site_join_problem *p = s->problem;
    s->cost = KH_NEW(scratch, double, p->n_sites);
    s->route = KH_NEW(scratch, uint32_t, p->n_sites);
    s->joined = KH_NEW(scratch, bool, p->n_terminals);
    if (s->cost == NULL || s->route == NULL || s->joined == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu sites", p->n_sites);
    set_costs(s);
    for (size_t v = 0; v < p->n_sites; v++)
        s->open[v] = false;
    for (size_t i = 1; i < p->n_terminals; i++) {
        double least;
        size_t t = nearest_terminal(s, &least);
        *unjoined = t;
        if (!(least < HUGE_VAL))
            return KH_OK;
        open_routes(s, t);
    }
    *unjoined = p->n_terminals;
    return close_needless(s, scratch, err);
}

kh_status kh_site_start_find(kh_site_cuts *cuts, const double *guide, bool *open, double *price, size_t *unjoined, kh_error *err)
{
    start s = {.cuts = cuts, .problem = cuts->problem, .guide = guide, .open = open};
    kh_arena *scratch = kh_arena_create(0);
    kh_status status = scratch == NULL ? kh_fail(err, KH_ENOMEM, "no memory for sites") : find(&s, scratch, unjoined, err);
    kh_arena_destroy(scratch);
    *price = 0;
    for (size_t v = 0; v < cuts->problem->n_sites; v++)
        *price += open[v] ? cuts->problem->price[v] : 0;
    return status;
}
