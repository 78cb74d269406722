/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/site/site_build.h"

#include "core/base/clock.h"
#include "solvers/flow/keyflow.h"
#include "solvers/site/site_build_bound.h"
#include "solvers/site/site_build_lp.h"

#include <math.h>
#include <string.h>

static const double PART_OF_TIME = 0.4; /* for the start, the rest is for the proof */

typedef struct search {
    const kh_site_build_problem *problem;
    kh_arena *arena, *scratch;
    double start_s, deadline_s;
    kh_site_year *years; /* [n_years] the best plan with one route a demand */
    double price, bound;
    bool *open;      /* [n_years][n_sites] the best plan */
    uint32_t *pairs; /* [n_years][n_offers] */
    bool routed;     /* it is years; else its routes are still to be found */
    bool complete;
} search;

static kh_status out_of_memory(kh_error *err)
{
    return kh_fail(err, KH_ENOMEM, "no memory for a building plan");
}

static bool is_amount(double x)
{
    return x >= 0 && x < HUGE_VAL;
}

static kh_status check_offers(const kh_site_build_problem *p, kh_error *err)
{
    for (size_t o = 0; o < p->n_offers; o++) {
        const kh_site_offer *offer = &p->offers[o];
        if (offer->span >= p->layout->n_spans || !(offer->rate_bps > 0 && offer->rate_bps < HUGE_VAL) || !is_amount(offer->price) ||
            !is_amount(offer->upkeep))
            return kh_fail(err, KH_ERANGE, "offer %zu: span %u of %zu, rate_bps %g, price %g", o, offer->span, p->layout->n_spans,
                           offer->rate_bps, offer->price);
    }
    return KH_OK;
}

static kh_status check(const kh_site_build_problem *p, kh_error *err)
{
    size_t n = p->layout->n_sites;
    for (size_t v = 0; v < n; v++)
        if (!is_amount(p->price[v]) || (p->upkeep != NULL && !is_amount(p->upkeep[v])))
            return kh_fail(err, KH_ERANGE, "the price of site %zu is %g, it and its upkeep must be 0 or more and finite", v,
                           p->price[v]);
    for (size_t g = 0; p->channels != NULL && g < p->layout->n_segments; g++)
        if (!(p->channels[g] >= 0))
            return kh_fail(err, KH_ERANGE, "segment %zu has %g channels, must be 0 or more", g, p->channels[g]);
    for (size_t k = 0; k < p->n_demands; k++)
        if (p->demands[k][0] >= n || p->demands[k][1] >= n || p->demands[k][0] == p->demands[k][1])
            return kh_fail(err, KH_ERANGE, "demand %zu is between sites %u and %u of %zu", k, p->demands[k][0], p->demands[k][1],
                           n);
    for (size_t i = 0; i < p->n_years * p->n_demands; i++)
        if (!is_amount(p->rate_bps[i]))
            return kh_fail(err, KH_ERANGE, "rate %zu is %g bit/s, must be 0 or more and finite", i, p->rate_bps[i]);
    for (size_t y = 0; y < p->n_years; y++)
        if (!(p->factor[y] > 0 && p->factor[y] < HUGE_VAL) || (p->years_left != NULL && !is_amount(p->years_left[y])))
            return kh_fail(err, KH_ERANGE, "the factor of year %zu is %g, must be above 0 and finite", y, p->factor[y]);
    if (p->n_years < 1 || !(p->gap >= 0) || isnan(p->time_limit_s))
        return kh_fail(err, KH_ERANGE, "%zu years, gap %g, time_limit_s %g", p->n_years, p->gap, p->time_limit_s);
    return check_offers(p, err);
}

static kh_status unserved_demand(const search *s, size_t demand, kh_error *err)
{
    const kh_site_build_problem *p = s->problem;
    for (size_t k = 0; k < p->n_demands; k++) {
        double alone;
        KH_TRY(kh_site_year_alone(p, 0, k, &alone, err));
        if (!(alone < HUGE_VAL))
            return kh_fail(err, KH_INFEASIBLE, "no spans join sites %u and %u of demand %zu", p->demands[k][0], p->demands[k][1],
                           k);
    }
    return kh_fail(err, KH_INFEASIBLE, "no room was found for demand %zu between sites %u and %u: channels are too few", demand,
                   p->demands[demand][0], p->demands[demand][1]);
}

static double price_of(const kh_site_build_problem *p, const kh_site_year *years)
{
    double sum = 0;
    for (size_t y = 0; y < p->n_years; y++)
        sum += years[y].price;
    return sum;
}

/* Year after year over what stands; at_most: only what that plan has. *unserved is n_demands when all years found room. */
static kh_status roll(search *s, const kh_site_year *at_most, kh_site_year *years, size_t *unserved, kh_error *err)
{
    const kh_site_build_problem *p = s->problem;
    double each_s = PART_OF_TIME * p->time_limit_s / (2 * (double)p->n_years + 1);
    for (size_t y = 0; y < p->n_years; y++) {
        const kh_site_frame frame = {.year = y,
                                     .rate_bps = p->rate_bps + y * p->n_demands,
                                     .stands = y == 0 ? NULL : years[y - 1].open,
                                     .installed = y == 0 ? NULL : years[y - 1].pairs,
                                     .at_most = at_most};
        KH_TRY(kh_site_year_find(p, &frame, kh_clock_s() + each_s, s->arena, &years[y], unserved, err));
        if (*unserved < p->n_demands)
            return KH_OK;
    }
    return KH_OK;
}

/* Two plans: each year as if it were the last; and nothing but what the last year would have by itself. The cheaper one stays. */
static kh_status find_start(search *s, kh_error *err)
{
    const kh_site_build_problem *p = s->problem;
    size_t unserved = 0;
    kh_site_year last, *others = KH_NEW(s->arena, kh_site_year, p->n_years);
    s->years = KH_NEW(s->arena, kh_site_year, p->n_years);
    if (others == NULL || s->years == NULL)
        return out_of_memory(err);
    KH_TRY(roll(s, NULL, s->years, &unserved, err));
    bool found = unserved == p->n_demands;
    if (p->n_years > 1 && !p->rolling) {
        const kh_site_frame frame = {.year = p->n_years - 1, .rate_bps = p->rate_bps + (p->n_years - 1) * p->n_demands};
        size_t missing = 0;
        KH_TRY(kh_site_year_find(p, &frame, s->start_s + PART_OF_TIME * p->time_limit_s, s->arena, &last, &missing, err));
        if (missing == p->n_demands)
            KH_TRY(roll(s, &last, others, &missing, err));
        if (missing == p->n_demands && (!found || price_of(p, others) < price_of(p, s->years))) {
            s->years = others;
            found = true;
        }
    }
    if (!found)
        return unserved_demand(s, unserved, err);
    s->price = price_of(p, s->years);
    s->routed = true;
    return KH_OK;
}

static bool is_good_enough(const search *s)
{
    return s->bound >= s->price * (1 - s->problem->gap) - 1e-9 * s->price;
}

/* Pairs whose span has a closed end serve nothing: a point that is not yet the optimum may have some. */
static void drop_useless(const search *s)
{
    const kh_site_build_problem *p = s->problem;
    for (size_t y = 0; y < p->n_years; y++)
        for (size_t o = 0; o < p->n_offers; o++) {
            const uint32_t *ends = p->layout->spans[p->offers[o].span].ends;
            const bool *open = s->open + y * p->layout->n_sites;
            if (!open[ends[0]] || !open[ends[1]])
                s->pairs[y * p->n_offers + o] = 0;
        }
}

static double price_bought(const search *s)
{
    const kh_site_build_problem *p = s->problem;
    size_t n = p->layout->n_sites;
    double sum = 0;
    for (size_t y = 0; y < p->n_years; y++) {
        for (size_t v = 0; v < n; v++)
            if (s->open[y * n + v] && (y == 0 || !s->open[(y - 1) * n + v]))
                sum += kh_site_build_cost(p, y, p->price[v], p->upkeep == NULL ? 0 : p->upkeep[v]);
        for (size_t o = 0; o < p->n_offers; o++) {
            uint32_t before = y == 0 ? 0 : s->pairs[(y - 1) * p->n_offers + o];
            sum += (s->pairs[y * p->n_offers + o] - before) * kh_site_build_cost(p, y, p->offers[o].price, p->offers[o].upkeep);
        }
    }
    return sum;
}

/* What the program bought, summed over the years. */
static void take_point(search *s, const kh_site_program *program, const double *point)
{
    const kh_site_build_problem *p = s->problem;
    size_t n_sites = p->layout->n_sites;
    for (size_t y = 0; y < p->n_years; y++) {
        for (uint32_t v = 0; v < n_sites; v++) {
            size_t column = kh_site_program_site(program, y, v);
            s->open[y * n_sites + v] = (y > 0 && s->open[(y - 1) * n_sites + v]) || (column != SIZE_MAX && point[column] > 0.5);
        }
        for (size_t o = 0; o < p->n_offers; o++)
            s->pairs[y * p->n_offers + o] =
                (y > 0 ? s->pairs[(y - 1) * p->n_offers + o] : 0) + (uint32_t)lround(point[kh_site_program_offer(program, y, o)]);
    }
    drop_useless(s);
    s->price = price_bought(s);
    s->routed = false;
}

static kh_status solve_program(search *s, kh_error *err)
{
    kh_site_program program;
    kh_status status = kh_site_program_make(s->problem, s->scratch, &program, err);
    if (status == KH_ELIMIT) {
        s->complete = false;
        return KH_OK;
    }
    KH_TRY(status);
    double *start = KH_NEW(s->scratch, double, program.lp.n_columns);
    kh_lp_solution solution = {.primal = KH_NEW(s->scratch, double, program.lp.n_columns)};
    if (start == NULL || solution.primal == NULL)
        return out_of_memory(err);
    kh_site_program_point(&program, s->years, start);
    if (s->problem->rolling) /* only the bound is wanted */
        program.lp.integer = NULL;
    const kh_lp_options options = {.program = s->problem->lp_program,
                                   .time_limit_s = s->deadline_s - kh_clock_s(),
                                   .gap = s->problem->gap,
                                   .incumbent = start};
    kh_error late = {0};
    status = kh_lp_solve(&program.lp, &options, &solution, &late);
    s->complete = status == KH_OK;
    if (status == KH_EINTERNAL) /* numbers too far apart for the program: the start stands, with the bound it has */
        return KH_OK;
    if (status != KH_OK && status != KH_TIMELIMIT) {
        if (err != NULL)
            *err = late;
        return status;
    }
    if (solution.bound > s->bound)
        s->bound = fmin(solution.bound, s->price);
    if (!s->problem->rolling && solution.objective < s->price * (1 - 1e-9))
        take_point(s, &program, solution.primal);
    s->bound = fmin(s->bound, s->price);
    return KH_OK;
}

static kh_status write_program(search *s, kh_error *err)
{
    kh_site_program program;
    if (s->problem->mps == NULL)
        return KH_OK;
    kh_arena_reset(s->scratch);
    KH_TRY(kh_site_program_make(s->problem, s->scratch, &program, err));
    return kh_lp_write_mps(&program.lp, "Columns and rows: solvers/design/site_build.h, year by year.", s->problem->mps, err);
}

static kh_status add_route(kh_site_build *build, size_t *room, const kh_site_build_route *route, kh_arena *arena, kh_error *err)
{
    if (build->n_routes == *room) {
        kh_site_build_route *grown = kh_arena_grow(arena, build->routes, build->n_routes, room, sizeof *grown);
        if (grown == NULL)
            return out_of_memory(err);
        build->routes = grown;
    }
    build->routes[build->n_routes++] = *route;
    return KH_OK;
}

/* A year's demands over the pairs that are installed, as a key flow. */
static kh_status route_year(search *s, uint32_t y, kh_site_build *build, size_t *room, kh_error *err)
{
    const kh_site_build_problem *p = s->problem;
    const kh_site_layout *layout = p->layout;
    uint32_t(*ends)[2] = kh_arena_alloc(s->scratch, layout->n_spans, sizeof *ends),
    *of = KH_NEW(s->scratch, uint32_t, p->n_demands);
    double *rate_bps = KH_NEW(s->scratch, double, layout->n_spans);
    bool *relays = KH_NEW(s->scratch, bool, layout->n_sites);
    kh_keyflow_demand *demands = KH_NEW(s->scratch, kh_keyflow_demand, p->n_demands);
    if (ends == NULL || of == NULL || rate_bps == NULL || relays == NULL || demands == NULL)
        return out_of_memory(err);
    for (size_t i = 0; i < layout->n_spans; i++)
        memcpy(ends[i], layout->spans[i].ends, sizeof ends[i]);
    for (size_t o = 0; o < p->n_offers; o++)
        rate_bps[p->offers[o].span] += s->pairs[y * p->n_offers + o] * p->offers[o].rate_bps;
    for (size_t v = 0; v < layout->n_sites; v++)
        relays[v] = s->open[y * layout->n_sites + v] && (p->relays == NULL || p->relays[v]);
    size_t n = 0;
    for (uint32_t k = 0; k < p->n_demands; k++)
        if (p->rate_bps[y * p->n_demands + k] > 0) {
            demands[n] = (kh_keyflow_demand){{p->demands[k][0], p->demands[k][1]}, p->rate_bps[y * p->n_demands + k]};
            of[n++] = k;
        }
    kh_keyflow flow = {0};
    const kh_keyflow_problem problem = {.graph = {layout->n_sites, layout->n_spans, (const uint32_t(*)[2])ends, relays},
                                        .capacity_bps = rate_bps,
                                        .demands = demands,
                                        .n_demands = n,
                                        .level_cap = 1,
                                        .time_limit_s = INFINITY};
    if (n > 0)
        KH_TRY(kh_keyflow_solve(&problem, s->arena, &flow, err));
    for (size_t i = 0; i < flow.n_routes; i++) {
        const kh_keyflow_route *from = &flow.routes[i];
        double whole = flow.rate_bps[from->demand] / demands[from->demand].requested_bps; /* 1 but for rounding */
        if (!(whole > 1 - 1e-6))
            return kh_fail(err, KH_EINTERNAL, "the pairs bought carry %.9g of demand %u", whole, of[from->demand]);
        const kh_site_build_route route = {y, of[from->demand], from->links, from->n_links, from->rate_bps / whole};
        KH_TRY(add_route(build, room, &route, s->arena, err));
    }
    return KH_OK;
}

/* The start's own routes; pairs and sites year by year. */
static kh_status copy_years(search *s, kh_site_build *build, size_t *room, kh_error *err)
{
    const kh_site_build_problem *p = s->problem;
    for (uint32_t y = 0; y < p->n_years; y++) {
        memcpy(s->open + y * p->layout->n_sites, s->years[y].open, p->layout->n_sites * sizeof *s->open);
        memcpy(s->pairs + y * p->n_offers, s->years[y].pairs, p->n_offers * sizeof *s->pairs);
        for (uint32_t k = 0; k < p->n_demands; k++) {
            const kh_site_build_route route = {y, k, s->years[y].route[k], s->years[y].n_route[k],
                                               p->rate_bps[y * p->n_demands + k]};
            if (route.rate_bps > 0)
                KH_TRY(add_route(build, room, &route, s->arena, err));
        }
    }
    return KH_OK;
}

static kh_status give(search *s, kh_site_build *build, kh_error *err)
{
    kh_site_build made = {.complete = s->complete,
                          .proven = is_good_enough(s),
                          .price = s->price,
                          .bound = s->bound,
                          .open = s->open,
                          .pairs = s->pairs};
    size_t room = 0;
    if (s->routed)
        KH_TRY(copy_years(s, &made, &room, err));
    for (uint32_t y = 0; y < s->problem->n_years && !s->routed; y++) {
        kh_arena_reset(s->scratch);
        KH_TRY(route_year(s, y, &made, &room, err));
    }
    *build = made;
    return KH_OK;
}

static kh_status run(search *s, kh_site_build *build, kh_error *err)
{
    const kh_site_build_problem *p = s->problem;
    if (s->arena == NULL || s->scratch == NULL)
        return out_of_memory(err);
    KH_TRY(check(p, err));
    s->open = KH_NEW(s->arena, bool, p->n_years * p->layout->n_sites);
    s->pairs = KH_NEW(s->arena, uint32_t, p->n_years * p->n_offers);
    if (s->open == NULL || s->pairs == NULL)
        return out_of_memory(err);
    KH_TRY(find_start(s, err));
    KH_TRY(kh_site_build_bound(p, PART_OF_TIME * p->time_limit_s, &s->bound, err));
    s->bound = fmin(s->bound, s->price);
    if (!is_good_enough(s))
        KH_TRY(solve_program(s, err));
    KH_TRY(write_program(s, err));
    return give(s, build, err);
}

kh_status kh_site_build_solve(const kh_site_build_problem *problem, kh_arena *arena, kh_site_build *build, kh_error *err)
{
    double now_s = kh_clock_s();
    search s = {.problem = problem,
                .arena = arena,
                .scratch = kh_arena_create(0),
                .start_s = now_s,
                .deadline_s = now_s + problem->time_limit_s,
                .complete = true};
    kh_status status = run(&s, build, err);
    kh_arena_destroy(s.scratch);
    return status;
}
