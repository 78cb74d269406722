/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/site/site_join.h"

#include "core/base/clock.h"
#include "core/net/ids.h"
#include "solvers/site/site_cut.h"
#include "solvers/site/site_start.h"

#include <math.h>
#include <string.h>

enum { NESTED = 8, NESTED_IN_TREE = 2, MOST_STARTS = 30, MOST_IDLE = 3 };
static const double ROUNDING = 1e-7; /* of the bound, when it is rounded up to whole units */

typedef struct search {
    const kh_site_join_problem *problem;
    kh_arena *arena, *scratch;
    kh_site_cuts cuts;
    double deadline_s;
    double unit;
    bool *open, *tried; /* [n_sites] the best choice so far; the one under work */
    double price, bound;
    double *point, *dual; /* of the last linear program; dual [n_priced] */
    size_t n_priced;
    unsigned n_starts;
} search;

static kh_status out_of_memory(kh_error *err)
{
    return kh_fail(err, KH_ENOMEM, "no memory for siting");
}

static kh_status check(const kh_site_join_problem *p, kh_error *err)
{
    if (p->n_terminals < 1 || (p->n_routes != 1 && p->n_routes != 2))
        return kh_fail(err, KH_ERANGE, "%zu terminals, %u routes: one terminal or more by one route or two", p->n_terminals,
                       p->n_routes);
    for (size_t t = 0; t < p->n_terminals; t++)
        for (size_t h = 0; h <= t; h++)
            if (p->terminals[t] >= p->n_sites || (h < t && p->terminals[h] == p->terminals[t]))
                return kh_fail(err, KH_ERANGE, "terminal %zu is no site or one that was named before", t);
    for (size_t s = 0; s < p->n_spans; s++)
        if (p->span[s][0] >= p->n_sites || p->span[s][1] >= p->n_sites || p->span[s][0] == p->span[s][1])
            return kh_fail(err, KH_ERANGE, "span %zu joins sites %u and %u of %zu", s, p->span[s][0], p->span[s][1], p->n_sites);
    for (size_t v = 0; v < p->n_sites; v++)
        if (!(p->price[v] >= 0 && p->price[v] < HUGE_VAL))
            return kh_fail(err, KH_ERANGE, "the price of site %zu is %g, must be 0 or more and finite", v, p->price[v]);
    if (!(p->gap >= 0) || isnan(p->time_limit_s))
        return kh_fail(err, KH_ERANGE, "gap is %g, time_limit_s is %g", p->gap, p->time_limit_s);
    return KH_OK;
}

/* The largest number that divides all prices, which are whole numbers or all equal; 0: none is known. */
static double unit_of(const kh_site_cuts *cuts)
{
    double unit = 0, least = HUGE_VAL, most = 0;
    bool whole = true;
    for (size_t j = 0; j < cuts->n_choices; j++) {
        double price = cuts->problem->price[cuts->site[j]];
        least = fmin(least, price);
        most = fmax(most, price);
        whole = whole && price < 1e15 && price - floor(price) <= 0;
        for (double rest; whole && price > 0; price = rest) { /* of Euclid */
            rest = fmod(unit, price);
            unit = price;
        }
    }
    return whole ? unit : least < most ? 0 : most;
}

static double round_up(double unit, double bound)
{
    if (!(unit > 0))
        return bound;
    return fmax(bound, ceil(bound / unit - ROUNDING * fmax(1, bound / unit)) * unit);
}

static bool is_good_enough(const search *s)
{
    return s->price < HUGE_VAL && s->bound >= s->price * (1 - s->problem->gap) - 1e-9 * s->price;
}

static void raise_bound(search *s, double bound)
{
    s->bound = fmin(fmax(s->bound, round_up(s->unit, bound)), s->price);
}

static kh_status try_start(search *s, const double *guide, size_t *unjoined, kh_error *err)
{
    double price;
    KH_TRY(kh_site_start_find(&s->cuts, guide, s->tried, &price, unjoined, err));
    if (*unjoined == s->problem->n_terminals && price < s->price) {
        memcpy(s->open, s->tried, s->problem->n_sites * sizeof *s->open);
        s->price = price;
    }
    s->n_starts++;
    return KH_OK;
}

static kh_lp_options limits(const search *s)
{
    return (kh_lp_options){.program = s->problem->lp_program, .time_limit_s = s->deadline_s - kh_clock_s(), .gap = s->problem->gap};
}

/* The linear program over the cuts known now: s->point, s->dual. */
static kh_status solve_relaxed(search *s, kh_lp_solution *solution, kh_error *err)
{
    kh_lp lp;
    kh_arena_reset(s->scratch);
    KH_TRY(kh_site_cuts_lp(&s->cuts, false, s->scratch, &lp, err));
    uint8_t *place = KH_NEW(s->arena, uint8_t, s->cuts.n);
    s->dual = KH_NEW(s->arena, double, s->cuts.n);
    if (place == NULL || s->dual == NULL)
        return out_of_memory(err);
    memset(place, KH_LP_BASIC, s->cuts.n);
    if (s->n_priced > 0)
        memcpy(place, solution->row_place, s->n_priced);
    solution->warm = s->n_priced > 0;
    solution->row_place = place;
    solution->dual = s->dual;
    kh_lp_options options = limits(s);
    KH_TRY(kh_lp_solve(&lp, &options, solution, err));
    s->n_priced = s->cuts.n;
    return KH_OK;
}

/* Cuts that have been slack for long only cost time. Rows and their places in the basis move up together. */
static void drop_idle(search *s, const kh_lp_solution *solution)
{
    size_t n = 0;
    for (size_t i = 0; i < s->cuts.n; i++) {
        kh_site_row *row = &s->cuts.rows[i];
        row->idle = solution->row_place[i] == KH_LP_BASIC ? row->idle + 1 : 0;
        if (row->cut.sites != NULL && row->idle > MOST_IDLE)
            continue;
        solution->row_place[n] = solution->row_place[i];
        s->dual[n] = s->dual[i];
        s->cuts.rows[n++] = *row;
    }
    s->cuts.n = s->n_priced = n;
}

static kh_status cut_root(search *s, kh_error *err)
{
    kh_lp_solution solution = {.column_place = KH_NEW(s->arena, uint8_t, s->cuts.n_columns), .primal = s->point};
    if (solution.column_place == NULL)
        return out_of_memory(err);
    bool starts = s->problem->span_price == NULL; /* a start does not look at spans: only the bound is wanted */
    double before = 0;
    for (size_t n_new = 1, unjoined, round = 0; n_new > 0 && !is_good_enough(s); round++) {
        KH_TRY(kh_site_cuts_find(&s->cuts, s->point, NESTED, &n_new, err));
        if (n_new == 0)
            break;
        KH_TRY(solve_relaxed(s, &solution, err));
        raise_bound(s, solution.objective);
        if (solution.objective > before * (1 + 1e-9)) /* never twice at one value, so that it ends */
            drop_idle(s, &solution);
        before = solution.objective;
        if (starts && s->n_starts < MOST_STARTS && round % 3 == 2)
            KH_TRY(try_start(s, s->point, &unjoined, err));
    }
    size_t unjoined;
    return !starts || is_good_enough(s) ? KH_OK : try_start(s, s->point, &unjoined, err);
}

static kh_status separate(void *user, const double *primal, bool integral, kh_lp_cuts *rows, kh_error *err)
{
    search *s = user;
    size_t n_new, first = s->cuts.n;
    (void)integral;
    KH_TRY(kh_site_cuts_find(&s->cuts, primal, NESTED_IN_TREE, &n_new, err));
    for (size_t i = first; i < s->cuts.n; i++) {
        const kh_site_row *row = &s->cuts.rows[i];
        const double bounds[2] = {row->lower, row->upper};
        KH_TRY(kh_lp_cuts_add(rows, row->n, row->column, s->cuts.ones, bounds, err));
    }
    return KH_OK;
}

/* The best choice as a point: with one route, a tree over it, site by site out of the first terminal. */
static kh_status known_point(search *s, double *point, kh_error *err)
{
    const kh_site_join_problem *p = s->problem;
    for (size_t j = 0; j < s->cuts.n_choices; j++)
        point[j] = s->open[s->cuts.site[j]];
    bool *reached = KH_NEW(s->scratch, bool, p->n_sites);
    if (reached == NULL)
        return out_of_memory(err);
    reached[p->terminals[0]] = true;
    for (bool grows = s->cuts.arc_column != NULL; grows;) {
        grows = false;
        for (size_t a = 0; a < 2 * p->n_spans; a++) {
            uint32_t from = p->span[a / 2][a % 2], to = p->span[a / 2][1 - a % 2];
            bool stands = s->open[to] || s->cuts.is_terminal[to];
            if (s->cuts.arc_column[a] != KH_NO_INDEX && reached[from] && !reached[to] && stands) {
                reached[to] = grows = true;
                point[s->cuts.arc_column[a]] = 1;
            }
        }
    }
    return KH_OK;
}

static kh_status branch(search *s, kh_error *err)
{
    kh_lp lp;
    kh_arena_reset(s->scratch);
    KH_TRY(kh_site_cuts_lp(&s->cuts, true, s->scratch, &lp, err));
    double *incumbent = KH_NEW(s->scratch, double, s->cuts.n_columns);
    kh_lp_solution solution = {.primal = KH_NEW(s->scratch, double, s->cuts.n_columns)};
    if (incumbent == NULL || solution.primal == NULL)
        return out_of_memory(err);
    KH_TRY(known_point(s, incumbent, err));
    const kh_lp_separator separator = {.separate = separate, .user = s};
    kh_lp_options options = limits(s);
    options.incumbent = incumbent;
    options.separator = &separator;
    kh_status status = kh_lp_solve(&lp, &options, &solution, err);
    if (status != KH_OK && (status != KH_TIMELIMIT || isnan(solution.objective)))
        return status;
    if (solution.objective < s->price) {
        s->price = 0;
        for (size_t j = 0; j < s->cuts.n_choices; j++) {
            s->open[s->cuts.site[j]] = solution.primal[j] > 0.5;
            s->price += solution.primal[j] > 0.5 ? s->problem->price[s->cuts.site[j]] : 0;
        }
    }
    raise_bound(s, solution.bound);
    return status;
}

/* By how much weights exceed the prices of sites. */
static kh_status excess(const search *s, const kh_site_join *join, double *sum, kh_error *err)
{
    const kh_site_join_problem *p = s->problem;
    bool tree = s->cuts.arc_column != NULL;
    size_t n = tree ? 2 * p->n_spans : p->n_sites;
    double *weight = KH_NEW(s->scratch, double, n), *over = KH_NEW(s->scratch, double, p->n_sites);
    if (weight == NULL || over == NULL)
        return out_of_memory(err);
    for (size_t i = 0; i < join->n_cuts; i++) {
        const kh_site_cut *cut = &join->cuts[i];
        memset(s->cuts.inside, 0, p->n_sites * sizeof *s->cuts.inside);
        for (size_t k = 0; k < cut->n; k++)
            s->cuts.inside[cut->sites[k]] = true;
        for (size_t a = 0; a < n; a++)
            if (tree ? !s->cuts.inside[p->span[a / 2][a % 2]] && s->cuts.inside[p->span[a / 2][1 - a % 2]] : s->cuts.inside[a])
                weight[a] += !tree || s->cuts.arc_column[a] != KH_NO_INDEX ? cut->weight : 0;
    }
    for (size_t a = 0; a < n; a++) {
        size_t v = tree ? p->span[a / 2][1 - a % 2] : a;
        over[v] = fmax(over[v], weight[a] - (s->cuts.is_terminal[v] ? 0 : p->price[v]));
    }
    *sum = 0;
    for (size_t v = 0; v < p->n_sites; v++)
        *sum += over[v];
    return KH_OK;
}

static kh_status give_cuts(search *s, kh_site_join *join, kh_error *err)
{
    double proven = 0, over = 0;
    join->cuts = KH_NEW(s->arena, kh_site_cut, s->n_priced);
    if (join->cuts == NULL)
        return out_of_memory(err);
    for (size_t i = 0; i < s->n_priced; i++) {
        if (s->cuts.rows[i].cut.sites == NULL || !(s->dual[i] > 0))
            continue;
        kh_site_cut *cut = &join->cuts[join->n_cuts++];
        *cut = s->cuts.rows[i].cut;
        cut->weight = s->dual[i];
        proven += cut->weight * cut->needed;
    }
    KH_TRY(excess(s, join, &over, err));
    join->cut_bound = fmax(0, round_up(s->unit, proven - over));
    return KH_OK;
}

static kh_status give_routes(search *s, kh_site_join *join, kh_error *err)
{
    const kh_site_join_problem *p = s->problem;
    double *cost = KH_NEW(s->scratch, double, p->n_sites);
    join->routes = KH_NEW(s->arena, kh_site_route, p->n_terminals * p->n_routes);
    if (cost == NULL || join->routes == NULL)
        return out_of_memory(err);
    for (size_t v = 0; v < p->n_sites; v++)
        cost[v] = join->open[v] && (p->relays == NULL || p->relays[v]) ? 1 : HUGE_VAL; /* the fewest relays */
    for (size_t t = 1; t < p->n_terminals; t++) {
        const uint32_t ends[2] = {p->terminals[0], p->terminals[t]};
        if (!(kh_site_flow_cheapest(s->cuts.flow, cost, ends, p->n_routes) < HUGE_VAL))
            return kh_fail(err, KH_EINTERNAL, "terminal %zu is not joined by the sites that were chosen", t);
        for (unsigned r = 0; r < p->n_routes; r++) {
            kh_site_route *route = &join->routes[(t - 1) * p->n_routes + r];
            route->n = kh_site_flow_route(s->cuts.flow, s->cuts.found);
            route->sites = KH_NEW(s->arena, uint32_t, route->n);
            if (route->sites == NULL)
                return out_of_memory(err);
            memcpy(route->sites, s->cuts.found, route->n * sizeof *route->sites);
        }
    }
    return KH_OK;
}

static kh_status give(search *s, bool complete, kh_site_join *join, kh_error *err)
{
    kh_site_join made = {.complete = complete, .open = s->open, .price = s->price, .bound = s->bound, .unit = s->unit};
    kh_arena_reset(s->scratch);
    for (size_t t = 0; t < s->problem->n_terminals; t++)
        made.open[s->problem->terminals[t]] = true;
    KH_TRY(give_cuts(s, &made, err));
    KH_TRY(give_routes(s, &made, err));
    made.bound = fmax(made.bound, fmin(made.cut_bound, made.price));
    *join = made;
    return KH_OK;
}

static kh_status prepare(search *s, kh_error *err)
{
    size_t n = s->problem->n_sites, unjoined;
    KH_TRY(check(s->problem, err));
    KH_TRY(kh_site_cuts_create(s->problem, s->arena, &s->cuts, err));
    s->open = KH_NEW(s->arena, bool, n);
    s->tried = KH_NEW(s->arena, bool, n);
    s->point = KH_NEW(s->arena, double, s->cuts.n_columns);
    if (s->open == NULL || s->tried == NULL || s->point == NULL)
        return out_of_memory(err);
    s->unit = unit_of(&s->cuts);
    KH_TRY(try_start(s, NULL, &unjoined, err));
    if (unjoined < s->problem->n_terminals)
        return kh_fail(err, KH_INFEASIBLE, "site %u cannot be joined to site %u by %u route%s even with all sites open",
                       s->problem->terminals[unjoined], s->problem->terminals[0], s->problem->n_routes,
                       s->problem->n_routes > 1 ? "s that share no relay" : "");
    return KH_OK;
}

static kh_status write_program(search *s, kh_error *err)
{
    kh_lp lp;
    if (s->problem->mps == NULL)
        return KH_OK;
    kh_arena_reset(s->scratch);
    KH_TRY(kh_site_cuts_lp(&s->cuts, true, s->scratch, &lp, err));
    return kh_lp_write_mps(&lp, "Columns: sites to be opened, then arcs of a tree; rows: cuts found.", s->problem->mps, err);
}

kh_status kh_site_join_solve(const kh_site_join_problem *problem, kh_arena *arena, kh_site_join *join, kh_error *err)
{
    search s = {.problem = problem,
                .arena = arena,
                .scratch = kh_arena_create(0),
                .deadline_s = kh_clock_s() + problem->time_limit_s,
                .price = HUGE_VAL};
    kh_error late = {0};
    kh_status status = s.scratch == NULL ? out_of_memory(err) : prepare(&s, err);
    bool complete = true;
    if (status == KH_OK && !is_good_enough(&s))
        status = cut_root(&s, &late);
    if (status == KH_OK && !is_good_enough(&s))
        status = branch(&s, &late);
    if (status == KH_TIMELIMIT) {
        complete = false;
        status = KH_OK;
    }
    if (status != KH_OK && late.status != KH_OK && err != NULL)
        *err = late;
    if (status == KH_OK)
        status = write_program(&s, err);
    if (status == KH_OK)
        status = give(&s, complete, join, err);
    kh_arena_destroy(s.scratch);
    return status;
}

static kh_status bound_root(search *s, kh_error *err)
{
    KH_TRY(check(s->problem, err));
    for (size_t i = 0; s->problem->span_price != NULL && i < s->problem->n_spans; i++)
        if (!(s->problem->span_price[i] >= 0 && s->problem->span_price[i] < HUGE_VAL))
            return kh_fail(err, KH_ERANGE, "the price of span %zu is %g, must be 0 or more and finite", i,
                           s->problem->span_price[i]);
    if (s->arena == NULL || s->scratch == NULL)
        return out_of_memory(err);
    KH_TRY(kh_site_cuts_create(s->problem, s->arena, &s->cuts, err));
    s->point = KH_NEW(s->arena, double, s->cuts.n_columns);
    return s->point == NULL ? out_of_memory(err) : cut_root(s, err);
}

kh_status kh_site_join_bound(const kh_site_join_problem *problem, double *bound, kh_error *err)
{
    search s = {.problem = problem,
                .arena = kh_arena_create(0),
                .scratch = kh_arena_create(0),
                .deadline_s = kh_clock_s() + problem->time_limit_s,
                .price = HUGE_VAL};
    kh_error late = {0};
    kh_status status = bound_root(&s, &late);
    kh_arena_destroy(s.arena);
    kh_arena_destroy(s.scratch);
    if (status == KH_OK || status == KH_TIMELIMIT)
        *bound = s.bound;
    else if (err != NULL)
        *err = late;
    return status == KH_TIMELIMIT ? KH_OK : status;
}
