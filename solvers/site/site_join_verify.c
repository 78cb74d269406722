/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks a choice of sites from the problem alone: plain searches over a list of neighbours, nothing of what solving uses. */
#include "solvers/site/site_join.h"

#include <math.h>
#include <string.h>

static const double NEAR = 1e-7; /* relative, of sums of prices */

typedef struct checker {
    const kh_site_join_problem *problem;
    const kh_site_join *join;
    size_t *first; /* [n_sites + 1] into near */
    uint32_t *near;
    bool *terminal, *gone;    /* [n_sites] */
    uint8_t *used;            /* [n_sites] by how many routes of one terminal */
    uint32_t *stack, *came;   /* [2 n_sites] */
    uint32_t *before, *after; /* [n_sites] neighbours on the first route through a site */
} checker;

static bool can_relay(const checker *c, uint32_t v)
{
    return c->problem->relays == NULL || c->problem->relays[v];
}

static bool are_joined(const checker *c, uint32_t a, uint32_t b)
{
    for (size_t k = c->first[a]; k < c->first[a + 1]; k++)
        if (c->near[k] == b)
            return true;
    return false;
}

static kh_status prepare(checker *c, kh_arena *arena, kh_error *err)
{
    const kh_site_join_problem *p = c->problem;
    size_t n = p->n_sites;
    c->first = KH_NEW(arena, size_t, n + 2);
    c->near = KH_NEW(arena, uint32_t, 2 * p->n_spans);
    c->terminal = KH_NEW(arena, bool, n);
    c->gone = KH_NEW(arena, bool, n);
    c->used = KH_NEW(arena, uint8_t, n);
    c->stack = KH_NEW(arena, uint32_t, 2 * n);
    c->came = KH_NEW(arena, uint32_t, 2 * n);
    c->before = KH_NEW(arena, uint32_t, n);
    c->after = KH_NEW(arena, uint32_t, n);
    if (c->first == NULL || c->near == NULL || c->terminal == NULL || c->gone == NULL || c->used == NULL || c->stack == NULL ||
        c->came == NULL || c->before == NULL || c->after == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to check %zu sites", n);
    for (size_t s = 0; s < p->n_spans; s++)
        for (int i = 0; i < 2; i++)
            c->first[p->span[s][i] + 2]++;
    for (size_t v = 0; v < n; v++)
        c->first[v + 2] += c->first[v + 1];
    for (size_t s = 0; s < p->n_spans; s++)
        for (int i = 0; i < 2; i++)
            c->near[c->first[p->span[s][i] + 1]++] = p->span[s][1 - i];
    for (size_t t = 0; t < p->n_terminals; t++)
        c->terminal[p->terminals[t]] = true;
    return KH_OK;
}

static kh_status check_open(const checker *c, kh_error *err)
{
    double price = 0;
    for (uint32_t v = 0; v < c->problem->n_sites; v++) {
        if (!c->join->open[v] && c->terminal[v])
            return kh_fail(err, KH_UNMET, "site %u is a terminal and not open", v);
        if (c->join->open[v] && !c->terminal[v] && !can_relay(c, v))
            return kh_fail(err, KH_UNMET, "site %u is open and may not relay", v);
        price += c->join->open[v] && !c->terminal[v] ? c->problem->price[v] : 0;
    }
    if (!(fabs(price - c->join->price) <= NEAR * price))
        return kh_fail(err, KH_UNMET, "the open sites cost %.9g, not %.9g", price, c->join->price);
    return KH_OK;
}

static kh_status check_route(const checker *c, size_t t, const kh_site_route *route, kh_error *err)
{
    if (route->n < 2 || route->sites[0] != c->problem->terminals[0] || route->sites[route->n - 1] != c->problem->terminals[t])
        return kh_fail(err, KH_UNMET, "a route of terminal %zu does not join it to the first", t);
    for (size_t i = 0; i < route->n; i++) {
        uint32_t v = route->sites[i];
        if (v >= c->problem->n_sites || (i > 0 && !are_joined(c, route->sites[i - 1], v)))
            return kh_fail(err, KH_UNMET, "no span leads to site %u on a route of terminal %zu", v, t);
        if (i == 0 || i == route->n - 1)
            continue;
        if (!c->join->open[v] || !can_relay(c, v))
            return kh_fail(err, KH_UNMET, "site %u on a route of terminal %zu is closed or may not relay", v, t);
        if (c->used[v]++ > 0 || v == c->problem->terminals[0] || v == c->problem->terminals[t])
            return kh_fail(err, KH_UNMET, "site %u is met twice on the routes of terminal %zu", v, t);
    }
    return KH_OK;
}

static kh_status check_routes(const checker *c, kh_error *err)
{
    for (size_t t = 1; t < c->problem->n_terminals; t++) {
        const kh_site_route *route = &c->join->routes[(t - 1) * c->problem->n_routes];
        memset(c->used, 0, c->problem->n_sites);
        for (unsigned r = 0; r < c->problem->n_routes; r++)
            KH_TRY(check_route(c, t, &route[r], err));
        if (c->problem->n_routes == 2 && route[0].n == 2 && route[1].n == 2)
            return kh_fail(err, KH_UNMET, "both routes of terminal %zu are the same span", t);
    }
    return KH_OK;
}

static const uint32_t NONE = UINT32_MAX;

/* Takes the way found into the first route: before and after are its neighbours. */
static void mark_route(const checker *c, uint32_t source, uint32_t target)
{
    for (uint32_t v = target; v != source; v = c->came[2 * v]) {
        c->before[v] = c->came[2 * v];
        c->after[c->came[2 * v]] = v;
    }
}

/* Whether one more route exists that leaves out the sites gone. State 2 v: came to v over a span; 2 v + 1: came to v, which is on
   the first route, against that route, so that it may be left anywhere. */
static bool find_route(const checker *c, uint32_t source, uint32_t target, bool second)
{
    size_t n = 0;
    memset(c->came, 0xff, 2 * c->problem->n_sites * sizeof *c->came);
    c->came[2 * source] = c->came[2 * source + 1] = source;
    c->stack[n++] = 2 * source + 1;
    while (n > 0 && c->came[2 * target] == NONE) {
        uint32_t state = c->stack[--n], v = state / 2;
        bool on = second && v != source && c->before[v] != NONE;
        if (on && c->came[2 * c->before[v] + 1] == NONE) { /* back along the first route */
            c->came[2 * c->before[v] + 1] = v;
            c->stack[n++] = 2 * c->before[v] + 1;
        }
        if (on && state % 2 == 0)
            continue;
        for (size_t k = c->first[v]; k < c->first[v + 1]; k++) {
            uint32_t to = c->near[k];
            if (c->came[2 * to] != NONE || c->gone[to] || (to != target && !can_relay(c, to)) || (second && c->after[v] == to))
                continue;
            c->came[2 * to] = v;
            c->stack[n++] = 2 * to;
        }
    }
    return c->came[2 * target] != NONE;
}

static unsigned count_routes(const checker *c, uint32_t source, uint32_t target)
{
    memset(c->before, 0xff, c->problem->n_sites * sizeof *c->before);
    memset(c->after, 0xff, c->problem->n_sites * sizeof *c->after);
    if (!find_route(c, source, target, false))
        return 0;
    mark_route(c, source, target);
    return find_route(c, source, target, true) ? 2 : 1;
}

/* A tree that joins the terminal comes into the set over some span. */
static kh_status check_side(const checker *c, const kh_site_cut *cut, kh_error *err)
{
    const kh_site_join_problem *p = c->problem;
    if (c->gone[p->terminals[0]] || !c->gone[p->terminals[cut->terminal]] || cut->needed > 1)
        return kh_fail(err, KH_UNMET, "a cut of terminal %u has not the terminal alone, or needs %g spans", cut->terminal,
                       cut->needed);
    return KH_OK;
}

static kh_status check_separator(const checker *c, const kh_site_cut *cut, kh_error *err)
{
    for (size_t i = 0; i < cut->n; i++)
        if (c->terminal[cut->sites[i]])
            return kh_fail(err, KH_UNMET, "a cut of terminal %u has a terminal among its sites", cut->terminal);
    unsigned left = count_routes(c, c->problem->terminals[0], c->problem->terminals[cut->terminal]);
    if (left + cut->needed > c->problem->n_routes)
        return kh_fail(err, KH_UNMET, "a cut of terminal %u needs %g sites, but leaves %u routes without them", cut->terminal,
                       cut->needed, left);
    return KH_OK;
}

static kh_status check_cut(const checker *c, const kh_site_cut *cut, kh_error *err)
{
    const kh_site_join_problem *p = c->problem;
    if (cut->terminal == 0 || cut->terminal >= p->n_terminals || !(cut->weight > 0))
        return kh_fail(err, KH_UNMET, "a cut parts no terminal or weighs nothing");
    memset(c->gone, 0, p->n_sites * sizeof *c->gone);
    for (size_t i = 0; i < cut->n; i++) {
        if (cut->sites[i] >= p->n_sites || c->gone[cut->sites[i]])
            return kh_fail(err, KH_UNMET, "a cut of terminal %u has an unknown site or one twice", cut->terminal);
        c->gone[cut->sites[i]] = true;
    }
    return p->n_routes == 1 ? check_side(c, cut, err) : check_separator(c, cut, err);
}

static double price_of(const checker *c, uint32_t v)
{
    return c->terminal[v] ? 0 : c->problem->price[v];
}

/* The most that one span brings to each site, or what all cuts of a site weigh, over its price. */
static double excess(const checker *c, double *arc)
{
    const kh_site_join_problem *p = c->problem;
    double sum = 0;
    for (uint32_t v = 0; v < p->n_sites; v++) {
        double most = 0;
        for (size_t k = c->first[v]; k < c->first[v + 1] && p->n_routes == 1; k++)
            most = fmax(most, arc[k]);
        sum += fmax(0, (p->n_routes == 1 ? most : arc[v]) - price_of(c, v));
    }
    return sum;
}

/* arc[k]: span from near[k] into the site whose list has k; with two routes arc[v] is the site. */
static void weigh(const checker *c, const kh_site_cut *cut, double *arc)
{
    const kh_site_join_problem *p = c->problem;
    for (size_t i = 0; i < cut->n; i++) {
        uint32_t v = cut->sites[i];
        if (p->n_routes == 2)
            arc[v] += cut->weight;
        for (size_t k = c->first[v]; k < c->first[v + 1] && p->n_routes == 1; k++) {
            bool of_use = (c->near[k] == p->terminals[0] || can_relay(c, c->near[k])) && (c->terminal[v] || can_relay(c, v));
            arc[k] += !c->gone[c->near[k]] && of_use ? cut->weight : 0;
        }
    }
}

static kh_status check_bound(const checker *c, kh_arena *arena, kh_error *err)
{
    const kh_site_join *join = c->join;
    double *weight = KH_NEW(arena, double, 2 * c->problem->n_spans + c->problem->n_sites), proven = 0;
    if (weight == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to check %zu sites", c->problem->n_sites);
    for (size_t i = 0; i < join->n_cuts; i++) {
        KH_TRY(check_cut(c, &join->cuts[i], err));
        proven += join->cuts[i].needed * join->cuts[i].weight;
        weigh(c, &join->cuts[i], weight);
    }
    proven -= excess(c, weight);
    for (uint32_t v = 0; v < c->problem->n_sites; v++)
        if (join->unit > 0 && can_relay(c, v) && !(fabs(remainder(price_of(c, v), join->unit)) <= NEAR * price_of(c, v)))
            return kh_fail(err, KH_UNMET, "the price of site %u is no multiple of %.9g", v, join->unit);
    if (join->unit > 0) /* prices are whole units: so is the optimum */
        proven = fmax(proven, ceil(proven / join->unit - NEAR * fmax(1, proven / join->unit)) * join->unit);
    if (!(join->cut_bound <= fmax(0, proven) + NEAR * fabs(proven)))
        return kh_fail(err, KH_UNMET, "the cuts prove %.9g, not %.9g", proven, join->cut_bound);
    if (!(join->cut_bound <= join->bound * (1 + NEAR)) || !(join->bound <= join->price * (1 + NEAR)))
        return kh_fail(err, KH_UNMET, "the bound %.9g is not between %.9g and %.9g", join->bound, join->cut_bound, join->price);
    return KH_OK;
}

kh_status kh_site_join_verify(const kh_site_join_problem *problem, const kh_site_join *join, kh_error *err)
{
    checker c = {.problem = problem, .join = join};
    kh_arena *arena = kh_arena_create(0);
    kh_status status = arena == NULL ? kh_fail(err, KH_ENOMEM, "no memory to check sites") : prepare(&c, arena, err);
    if (status == KH_OK)
        status = check_open(&c, err);
    if (status == KH_OK)
        status = check_routes(&c, err);
    if (status == KH_OK)
        status = check_bound(&c, arena, err);
    kh_arena_destroy(arena);
    return status;
}
