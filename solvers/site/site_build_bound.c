/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/site/site_build_bound.h"

#include "core/net/ids.h"
#include "solvers/site/site_build_start.h"
#include "solvers/site/site_join.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static kh_status out_of_memory(kh_error *err)
{
    return kh_fail(err, KH_ENOMEM, "no memory for the bound of a building plan");
}

static bool gets_dearer(const kh_site_build_problem *p)
{
    for (size_t y = 1; y < p->n_years; y++)
        if (p->factor[y] > p->factor[y - 1] || (p->years_left != NULL && p->years_left[y] > p->years_left[y - 1]))
            return true;
    return false;
}

static double rate_in(const kh_site_build_problem *p, size_t year, size_t demand)
{
    return p->rate_bps[year * p->n_demands + demand];
}

static kh_status bound_alone(const kh_site_build_problem *p, size_t year, double *bound, kh_error *err)
{
    for (size_t k = 0; k < p->n_demands; k++) {
        double price;
        KH_TRY(kh_site_year_alone(p, year, k, &price, err));
        *bound = fmax(*bound, price);
    }
    return KH_OK;
}

/* What a tree is for: the demands of a year from a rate on. What serves them is bought by then, at that year's prices or more. */
typedef struct part {
    const kh_site_build_problem *problem;
    size_t year;
    double floor_bps;
} part;

/* Ends of these demands that hang together, by the least of their sites. */
static void group_ends(const part *of, uint32_t *group)
{
    const kh_site_build_problem *p = of->problem;
    for (uint32_t v = 0; v < p->layout->n_sites; v++)
        group[v] = KH_NO_INDEX;
    for (bool grows = true; grows;) {
        grows = false;
        for (size_t k = 0; k < p->n_demands; k++) {
            const uint32_t *ends = p->demands[k];
            if (!(rate_in(p, of->year, k) >= of->floor_bps))
                continue;
            uint32_t least = ends[0] < ends[1] ? ends[0] : ends[1];
            least = group[ends[0]] < least ? group[ends[0]] : least;
            least = group[ends[1]] < least ? group[ends[1]] : least;
            grows = grows || group[ends[0]] != least || group[ends[1]] != least;
            group[ends[0]] = group[ends[1]] = least;
        }
    }
}

typedef struct tree {
    kh_site_join_problem problem;
    double *price;     /* [n_sites] the problem's */
    double ends_price; /* of all ends' sites, which are paid in any case */
} tree;

/* Sites and spans at the prices of the year. A span costs one pair, and what the least of the demands costs at the
   best price for rate: pick a route of each demand by chance, as likely as its part of the flow, and the union of the routes, which
   holds a tree, costs no more than the plan on average. */
static kh_status price_tree(const part *of, kh_arena *arena, tree *t, kh_error *err)
{
    const kh_site_build_problem *p = of->problem;
    const kh_site_layout *layout = p->layout;
    uint32_t(*span)[2] = kh_arena_alloc(arena, layout->n_spans, sizeof *span);
    double *span_price = KH_NEW(arena, double, layout->n_spans), *of_pair = KH_NEW(arena, double, layout->n_spans);
    double *of_rate = KH_NEW(arena, double, layout->n_spans);
    double *price = KH_NEW(arena, double, layout->n_sites);
    if (span == NULL || span_price == NULL || of_pair == NULL || of_rate == NULL || price == NULL)
        return out_of_memory(err);
    for (size_t s = 0; s < layout->n_spans; s++)
        of_pair[s] = of_rate[s] = HUGE_VAL;
    for (size_t o = 0; o < p->n_offers; o++) {
        uint32_t s = p->offers[o].span;
        double cost = kh_site_build_cost(p, of->year, p->offers[o].price, p->offers[o].upkeep);
        of_pair[s] = fmin(of_pair[s], cost);
        of_rate[s] = fmin(of_rate[s], cost / p->offers[o].rate_bps * of->floor_bps);
    }
    for (size_t s = 0; s < layout->n_spans; s++)
        if (of_pair[s] < HUGE_VAL) {
            memcpy(span[t->problem.n_spans], layout->spans[s].ends, sizeof span[0]);
            span_price[t->problem.n_spans++] = fmax(of_pair[s], of_rate[s]);
        }
    for (size_t v = 0; v < layout->n_sites; v++)
        price[v] = kh_site_build_cost(p, of->year, p->price[v], p->upkeep == NULL ? 0 : p->upkeep[v]);
    t->problem.n_sites = layout->n_sites;
    t->problem.span = (const uint32_t(*)[2])span;
    t->problem.span_price = span_price;
    t->problem.price = t->price = price;
    t->problem.relays = p->relays;
    t->problem.n_routes = 1;
    return KH_OK;
}

/* The largest group is a tree; the ends of all demands are paid besides. */
static kh_status bound_tree(const part *of, double time_limit_s, kh_arena *arena, double *bound, kh_error *err)
{
    const kh_site_build_problem *p = of->problem;
    size_t n = p->layout->n_sites;
    tree t = {.problem = {.time_limit_s = time_limit_s}};
    uint32_t *group = KH_NEW(arena, uint32_t, n), *terminals = KH_NEW(arena, uint32_t, n);
    if (group == NULL || terminals == NULL)
        return out_of_memory(err);
    KH_TRY(price_tree(of, arena, &t, err));
    group_ends(of, group);
    size_t most = 0;
    uint32_t largest = 0;
    for (uint32_t v = 0; v < n; v++) {
        size_t members = 0;
        for (uint32_t u = 0; u < n && group[v] == v; u++)
            members += group[u] == v;
        if (members > most) {
            most = members;
            largest = v;
        }
    }
    for (uint32_t v = 0; v < n && most > 0; v++)
        if (group[v] == largest)
            terminals[t.problem.n_terminals++] = v;
    for (size_t k = 0; k < p->n_demands; k++)
        for (int e = 0; e < 2 && rate_in(p, of->year, k) > 0; e++) {
            t.ends_price += t.price[p->demands[k][e]];
            t.price[p->demands[k][e]] = 0; /* once */
        }
    t.problem.terminals = terminals;
    double of_tree = 0;
    if (t.problem.n_terminals > 1)
        KH_TRY(kh_site_join_bound(&t.problem, &of_tree, err));
    *bound = fmax(*bound, t.ends_price + of_tree);
    return KH_OK;
}

static int by_rate(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* All demands by their least rate; then the larger half and the largest quarter by theirs. */
static kh_status bound_trees(const kh_site_build_problem *p, size_t year, double time_limit_s, kh_arena *arena, double *bound,
                             kh_error *err)
{
    double *rate_bps = KH_NEW(arena, double, p->n_demands);
    size_t n = 0;
    if (rate_bps == NULL)
        return out_of_memory(err);
    for (size_t k = 0; k < p->n_demands; k++)
        if (rate_in(p, year, k) > 0)
            rate_bps[n++] = rate_in(p, year, k);
    qsort(rate_bps, n, sizeof *rate_bps, by_rate);
    const size_t from[] = {0, n / 2, n - n / 4 - 1};
    for (size_t i = 0; i < 3 && n > 0; i++)
        if (i == 0 || rate_bps[from[i]] > rate_bps[from[i - 1]]) {
            const part of = {p, year, rate_bps[from[i]]};
            KH_TRY(bound_tree(&of, time_limit_s / 3, arena, bound, err));
        }
    return KH_OK;
}

kh_status kh_site_build_bound(const kh_site_build_problem *problem, double time_limit_s, double *bound, kh_error *err)
{
    *bound = 0;
    if (gets_dearer(problem))
        return KH_OK;
    kh_arena *arena = kh_arena_create(0);
    kh_status status = arena == NULL ? out_of_memory(err) : KH_OK;
    for (size_t y = 0; y < problem->n_years && status == KH_OK; y++)
        status = bound_alone(problem, y, bound, err);
    if (status == KH_OK)
        status = bound_trees(problem, 0, time_limit_s / 2, arena, bound, err);
    if (status == KH_OK && problem->n_years > 1)
        status = bound_trees(problem, problem->n_years - 1, time_limit_s / 2, arena, bound, err);
    kh_arena_destroy(arena);
    return status;
}
