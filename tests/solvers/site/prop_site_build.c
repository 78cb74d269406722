/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tiny random plants against all numbers of pairs in all years; plans that were changed are refused. */
#include "solvers/flow/keyflow.h"
#include "solvers/site/site_build.h"

#include "tests/solvers/site/sites.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { MOST_NODES = 5, MOST_FIBRES = 5, MOST_OFFERS = 5, MOST_YEARS = 2, MOST_DEMANDS = 2, MOST_PAIRS = 2, CASES = 150 };
static const double REACH_KM = 60;

typedef struct sample {
    kh_arena *arena;
    kh_site_layout layout;
    kh_site_build_problem problem;
    uint32_t ends[MOST_FIBRES][2], demands[MOST_DEMANDS][2];
    double length_km[MOST_FIBRES], price[16], channels[32], rate_bps[MOST_YEARS * MOST_DEMANDS], factor[MOST_YEARS],
        years_left[MOST_YEARS], upkeep[16];
    bool relays[16];
    kh_site_offer offers[MOST_OFFERS];
} sample;

static void lay(sample *s, uint64_t *seed)
{
    uint32_t n = 3 + draw_below(seed, MOST_NODES - 2), m = n - 1 + draw_below(seed, MOST_FIBRES - n + 2);
    for (uint32_t f = 0; f < m; f++) {
        s->ends[f][0] = f < n - 1 ? f : draw_below(seed, n);
        s->ends[f][1] = f < n - 1 ? f + 1 : (s->ends[f][0] + 1 + draw_below(seed, n - 1)) % n;
        s->length_km[f] = 20 + 30 * draw(seed);
    }
    const kh_site_plant plant = {n, m, (const uint32_t(*)[2])s->ends, s->length_km, NULL};
    const kh_site_rule rule = {.reach_km = REACH_KM, .step_km = HUGE_VAL};
    assert_int_equal(kh_site_layout_make(&plant, &rule, s->arena, &s->layout, NULL), KH_OK);
}

static void make(sample *s, uint64_t seed)
{
    *s = (sample){.arena = kh_arena_create(0)};
    lay(s, &seed);
    uint32_t n = (uint32_t)s->layout.n_sites, n_years = 1 + draw_below(&seed, MOST_YEARS);
    size_t n_offers = n_years == 1 ? MOST_OFFERS : 3;
    for (uint32_t v = 0; v < n; v++) {
        s->price[v] = floor(10 * draw(&seed));
        s->upkeep[v] = floor(2 * draw(&seed));
        s->relays[v] = draw(&seed) < 0.9;
    }
    for (size_t o = 0; o < n_offers; o++)
        s->offers[o] = (kh_site_offer){.span = draw_below(&seed, (uint32_t)s->layout.n_spans),
                                       .kind = (uint32_t)o,
                                       .rate_bps = 50 + floor(100 * draw(&seed)),
                                       .price = 1 + floor(9 * draw(&seed)),
                                       .upkeep = floor(2 * draw(&seed))};
    for (size_t g = 0; g < s->layout.n_segments; g++)
        s->channels[g] = draw(&seed) < 0.8 ? HUGE_VAL : 2;
    size_t n_demands = 1 + draw_below(&seed, MOST_DEMANDS);
    for (size_t k = 0; k < n_demands; k++) {
        s->demands[k][0] = draw_below(&seed, n);
        s->demands[k][1] = (s->demands[k][0] + 1 + draw_below(&seed, n - 1)) % n;
        double rate_bps = 20 + 100 * draw(&seed);
        for (uint32_t y = 0; y < n_years; y++)
            s->rate_bps[y * n_demands + k] = rate_bps * (1 + 0.4 * y);
    }
    for (uint32_t y = 0; y < n_years; y++) {
        s->factor[y] = 1 / (1 + 0.1 * y);
        s->years_left[y] = n_years - y;
    }
    s->problem = (kh_site_build_problem){.layout = &s->layout,
                                         .price = s->price,
                                         .relays = s->relays,
                                         .offers = s->offers,
                                         .n_offers = n_offers,
                                         .channels = s->channels,
                                         .demands = (const uint32_t(*)[2])s->demands,
                                         .n_demands = n_demands,
                                         .rate_bps = s->rate_bps,
                                         .factor = s->factor,
                                         .years_left = s->years_left,
                                         .upkeep = s->upkeep,
                                         .n_years = n_years,
                                         .time_limit_s = HUGE_VAL};
}

/* Pairs of each offer in one year, as digits. */
static void read_digits(unsigned choice, size_t n, unsigned *pairs)
{
    for (size_t o = 0; o < n; o++, choice /= MOST_PAIRS + 1)
        pairs[o] = choice % (MOST_PAIRS + 1);
}

/* Whether the pairs carry a year's demands and their light finds room. All sites with pairs are open. */
static bool serves(const sample *s, size_t year, const unsigned *pairs)
{
    const kh_site_build_problem *p = &s->problem;
    uint32_t ends[64][2];
    double rate_bps[64] = {0}, used[32] = {0};
    kh_keyflow_demand demands[MOST_DEMANDS];
    for (size_t i = 0; i < s->layout.n_spans; i++)
        memcpy(ends[i], s->layout.spans[i].ends, sizeof ends[i]);
    for (size_t o = 0; o < p->n_offers; o++) {
        const kh_site_span *span = &s->layout.spans[s->offers[o].span];
        rate_bps[s->offers[o].span] += pairs[o] * s->offers[o].rate_bps;
        for (size_t i = 0; i < span->n_via; i++)
            if ((used[span->via[i]] += pairs[o]) > s->channels[span->via[i]])
                return false;
    }
    for (size_t k = 0; k < p->n_demands; k++)
        demands[k] = (kh_keyflow_demand){{s->demands[k][0], s->demands[k][1]}, s->rate_bps[year * p->n_demands + k]};
    const kh_keyflow_problem problem = {.graph = {s->layout.n_sites, s->layout.n_spans, (const uint32_t(*)[2])ends, s->relays},
                                        .capacity_bps = rate_bps,
                                        .demands = demands,
                                        .n_demands = p->n_demands,
                                        .level_cap = HUGE_VAL,
                                        .time_limit_s = HUGE_VAL};
    kh_arena *arena = kh_arena_create(0);
    kh_keyflow flow;
    assert_int_equal(kh_keyflow_solve(&problem, arena, &flow, NULL), KH_OK);
    bool all = flow.value >= 1 - 1e-9;
    for (size_t k = 0; k < p->n_demands; k++)
        all = all && flow.joined[k];
    kh_arena_destroy(arena);
    return all;
}

static double price_up(const sample *s, unsigned pairs[MOST_YEARS][MOST_OFFERS])
{
    const kh_site_build_problem *p = &s->problem;
    double price = 0;
    bool open[16] = {false};
    for (size_t y = 0; y < p->n_years; y++) {
        for (size_t k = 0; k < p->n_demands; k++)
            for (int e = 0; e < 2; e++) {
                price += open[s->demands[k][e]]
                             ? 0
                             : (p->factor[y] * s->price[s->demands[k][e]] + p->years_left[y] * s->upkeep[s->demands[k][e]]);
                open[s->demands[k][e]] = true;
            }
        for (size_t o = 0; o < p->n_offers; o++) {
            unsigned before = y == 0 ? 0 : pairs[y - 1][o];
            if (pairs[y][o] < before)
                return HUGE_VAL;
            price += (pairs[y][o] - before) * (p->factor[y] * s->offers[o].price + p->years_left[y] * s->offers[o].upkeep);
            for (int e = 0; e < 2 && pairs[y][o] > 0; e++) {
                uint32_t v = s->layout.spans[s->offers[o].span].ends[e];
                price += open[v] ? 0 : p->factor[y] * s->price[v] + p->years_left[y] * s->upkeep[v];
                open[v] = true;
            }
        }
    }
    return price;
}

static double least_price(const sample *s)
{
    double least = HUGE_VAL;
    unsigned n = 1, pairs[MOST_YEARS][MOST_OFFERS];
    for (size_t o = 0; o < s->problem.n_offers; o++)
        n *= MOST_PAIRS + 1;
    for (unsigned first = 0; first < n; first++)
        for (unsigned last = 0; last < (s->problem.n_years == 2 ? n : 1); last++) {
            read_digits(first, s->problem.n_offers, pairs[0]);
            read_digits(last, s->problem.n_offers, pairs[1]);
            double price = price_up(s, pairs);
            if (price < least && serves(s, 0, pairs[0]) && (s->problem.n_years == 1 || serves(s, 1, pairs[1])))
                least = price;
        }
    return least;
}

static void refuses(const sample *s, const kh_site_build *build)
{
    assert_int_equal(kh_site_build_verify(&s->problem, build, REACH_KM, NULL), KH_UNMET);
}

/* Each change is undone before the next. */
static void change(sample *s, kh_site_build *build)
{
    const kh_site_build kept = *build;
    const kh_site_build_problem *p = &s->problem;
    size_t last = p->n_years - 1, n = s->layout.n_sites;
    for (size_t v = 0; v < n; v++)
        if (build->open[last * n + v] && s->price[v] > 0) {
            build->open[last * n + v] = false;
            refuses(s, build);
            build->open[last * n + v] = true;
        }
    for (size_t o = 0; o < p->n_offers; o++)
        if (build->pairs[last * p->n_offers + o] > 0) {
            kh_site_span *span = &s->layout.spans[s->offers[o].span];
            build->pairs[last * p->n_offers + o]--;
            refuses(s, build);
            build->pairs[last * p->n_offers + o]++;
            s->layout.segments[span->via[0]].length_km += REACH_KM;
            refuses(s, build);
            s->layout.segments[span->via[0]].length_km -= REACH_KM;
        }
    build->price = kept.price * 1.01 + 1;
    refuses(s, build);
    *build = kept;
    build->bound = kept.price * 1.01 + 1;
    refuses(s, build);
    *build = kept;
    build->routes[0].rate_bps *= 0.5;
    refuses(s, build);
    build->routes[0].rate_bps *= 2;
    build->n_routes--;
    refuses(s, build);
    *build = kept;
    for (size_t r = 0; r < build->n_routes; r++)
        for (size_t i = 0; i + 1 < build->routes[r].n; i++)
            for (int e = 0; e < 2; e++) {
                uint32_t v = s->layout.spans[build->routes[r].spans[i]].ends[e];
                bool passed = v != s->demands[build->routes[r].demand][0];
                s->relays[v] = !passed && s->relays[v];
                if (passed)
                    refuses(s, build);
                s->relays[v] = passed || s->relays[v];
            }
    assert_int_equal(kh_site_build_verify(&s->problem, build, REACH_KM, NULL), KH_OK);
}

static void plans_are_the_cheapest_of_all_and_checked(void **state)
{
    (void)state;
    size_t served = 0, years = 0;
    for (uint64_t seed = 1; seed <= CASES; seed++) {
        sample s;
        kh_site_build build, rolled;
        kh_error err = {0};
        make(&s, seed * 104729);
        double least = least_price(&s);
        kh_status status = kh_site_build_solve(&s.problem, s.arena, &build, &err);
        if (least < HUGE_VAL && status == KH_OK) { /* more pairs than were tried may be cheaper */
            if (kh_site_build_verify(&s.problem, &build, REACH_KM, &err) != KH_OK)
                fail_msg("seed %d: %s", (int)seed, err.message);
            assert_true(build.price <= least * (1 + 1e-9) && build.proven);
            bool few = true;
            for (size_t i = 0; i < s.problem.n_years * s.problem.n_offers; i++)
                few = few && build.pairs[i] <= MOST_PAIRS;
            if (few)
                assert_float_equal(build.price, least, 1e-6);
            s.problem.rolling = true;
            assert_int_equal(kh_site_build_solve(&s.problem, s.arena, &rolled, &err), KH_OK);
            assert_int_equal(kh_site_build_verify(&s.problem, &rolled, REACH_KM, &err), KH_OK);
            assert_true(rolled.price >= build.price * (1 - 1e-9) && rolled.bound <= build.price * (1 + 1e-9));
            change(&s, &build);
            served++;
            years += s.problem.n_years > 1;
        }
        kh_arena_destroy(s.arena);
    }
    assert_true(served > CASES / 5);
    assert_true(years > CASES / 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(plans_are_the_cheapest_of_all_and_checked)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
