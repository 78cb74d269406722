/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sites of a long line against the spacing that costs least per length. */
#include "solvers/site/site_build.h"
#include "solvers/site/site_join.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const double LINE_KM = 130, REACH_KM = 65, DB_PER_KM = 0.2, BEST_BPS = 1e6, VOLUME_BPS = 1e9;
enum { PARTS = 30 };

static double rate(double length_km)
{
    return BEST_BPS * pow(10, -DB_PER_KM * length_km / 10);
}

/* Cost of the line in n equal spans: the minimum over n of D (1/l) (A V / R(l) + F), with A = 1. */
static unsigned best_spans(double site_price)
{
    unsigned best = 2;
    for (unsigned n = 2; n <= PARTS; n++) {
        double here = n * (VOLUME_BPS / rate(LINE_KM / n) + site_price);
        if (here < best * (VOLUME_BPS / rate(LINE_KM / best) + site_price))
            best = n;
    }
    return best;
}

/* Sites opened on the line, ends included. */
static size_t count_sites(double site_price, double *price, double *bound)
{
    kh_arena *arena = kh_arena_create(0);
    const uint32_t ends[1][2] = {{0, 1}}, demands[1][2] = {{0, 1}};
    const double length_km[1] = {LINE_KM}, volume_bps[1] = {VOLUME_BPS}, factor[1] = {1};
    const kh_site_plant plant = {.n_nodes = 2, .n_fibres = 1, .ends = ends, .length_km = length_km};
    const kh_site_rule rule = {.reach_km = REACH_KM, .step_km = LINE_KM / PARTS};
    kh_site_layout layout;
    assert_int_equal(kh_site_layout_make(&plant, &rule, arena, &layout, NULL), KH_OK);
    assert_int_equal(layout.n_sites, PARTS + 1);
    double *prices = KH_NEW(arena, double, layout.n_sites);
    kh_site_offer *offers = KH_NEW(arena, kh_site_offer, layout.n_spans);
    for (size_t v = 0; v < layout.n_sites; v++)
        prices[v] = site_price;
    for (uint32_t s = 0; s < layout.n_spans; s++)
        offers[s] = (kh_site_offer){.span = s, .rate_bps = rate(layout.spans[s].length_km), .price = 1};
    const kh_site_build_problem problem = {.layout = &layout,
                                           .price = prices,
                                           .offers = offers,
                                           .n_offers = layout.n_spans,
                                           .demands = demands,
                                           .n_demands = 1,
                                           .rate_bps = volume_bps,
                                           .factor = factor,
                                           .n_years = 1,
                                           .time_limit_s = HUGE_VAL,
                                           .gap = 1e-3};
    kh_site_build build;
    kh_error err = {0};
    if (kh_site_build_solve(&problem, arena, &build, &err) != KH_OK)
        fail_msg("%s", err.message);
    assert_int_equal(kh_site_build_verify(&problem, &build, REACH_KM, NULL), KH_OK);
    assert_true(build.proven);
    size_t n = 0;
    for (size_t v = 0; v < layout.n_sites; v++)
        n += build.open[v];
    *price = build.price;
    *bound = build.bound;
    kh_arena_destroy(arena);
    return n;
}

static void spacing_of_a_line_is_the_cheapest_per_length(void **state)
{
    (void)state;
    double price, bound, free_km = 10 / (DB_PER_KM * log(10)); /* where only pairs cost: 21.7 km */
    assert_int_equal(best_spans(0), (unsigned)lround(LINE_KM / free_km));
    for (int i = 0; i < 6; i++) {
        double site_price = i * 1000;
        unsigned spans = best_spans(site_price);
        assert_int_equal(count_sites(site_price, &price, &bound), spans + 1);
        double equal = spans * (VOLUME_BPS / rate(LINE_KM / spans) + site_price) + site_price;
        assert_true(price > equal * (1 - 1e-9)); /* equal spans of any length, parts of pairs: a bound */
        assert_true(price < equal * 1.02);       /* whole steps, whole pairs */
    }
    assert_true(best_spans(5000) < best_spans(0)); /* dear sites stand farther apart */
}

/* A chain of equal parts needs every second site when two parts are within reach. */
static void a_chain_opens_as_few_sites_as_reach_allows(void **state)
{
    (void)state;
    for (unsigned parts = 1; parts <= 40; parts += 3) {
        kh_arena *arena = kh_arena_create(0);
        const uint32_t ends[1][2] = {{0, 1}}, terminals[2] = {0, 1};
        const double length_km[1] = {50.0 * parts};
        const kh_site_plant plant = {.n_nodes = 2, .n_fibres = 1, .ends = ends, .length_km = length_km};
        const kh_site_rule rule = {.reach_km = 100, .step_km = 50};
        kh_site_layout layout;
        kh_site_join join;
        assert_int_equal(kh_site_layout_make(&plant, &rule, arena, &layout, NULL), KH_OK);
        assert_int_equal(layout.n_sites, parts + 1);
        assert_int_equal(layout.n_spans, parts + (parts - 1));
        uint32_t(*span)[2] = kh_arena_alloc(arena, layout.n_spans, sizeof *span);
        double *price = KH_NEW(arena, double, layout.n_sites);
        for (size_t s = 0; s < layout.n_spans; s++)
            for (int e = 0; e < 2; e++)
                span[s][e] = layout.spans[s].ends[e];
        for (size_t v = 0; v < layout.n_sites; v++)
            price[v] = 1;
        kh_site_join_problem problem = {.n_sites = layout.n_sites,
                                        .n_spans = layout.n_spans,
                                        .span = (const uint32_t(*)[2])span,
                                        .price = price,
                                        .terminals = terminals,
                                        .n_terminals = 2,
                                        .n_routes = 1,
                                        .time_limit_s = HUGE_VAL};
        assert_int_equal(kh_site_join_solve(&problem, arena, &join, NULL), KH_OK);
        assert_float_equal(join.price, floor((parts - 1) / 2.0), 1e-9);
        assert_float_equal(join.bound, join.price, 1e-9);
        problem.n_routes = 2; /* two routes over the even and the odd sites: all of them; a span from end to end is but one */
        kh_status status = kh_site_join_solve(&problem, arena, &join, NULL);
        assert_int_equal(status, parts > 1 ? KH_OK : KH_INFEASIBLE);
        if (parts > 1)
            assert_float_equal(join.price, (double)parts - 1, 1e-9);
        kh_arena_destroy(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(spacing_of_a_line_is_the_cheapest_per_length),
                                       cmocka_unit_test(a_chain_opens_as_few_sites_as_reach_allows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
