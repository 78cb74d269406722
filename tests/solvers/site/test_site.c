/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/site/site.h"
#include "solvers/site/site_build.h"
#include "solvers/site/site_join.h"
#include "solvers/site/site_net.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

typedef struct line {
    kh_arena *arena;
    kh_site_layout layout;
} line;

static kh_status lay(line *l, const double *length_km, size_t n, double step_km, double reach_km)
{
    static const uint32_t ends[4][2] = {{0, 1}, {1, 2}, {2, 3}, {3, 4}};
    l->arena = kh_arena_create(0);
    const kh_site_plant plant = {.n_nodes = n + 1, .n_fibres = n, .ends = ends, .length_km = length_km};
    const kh_site_rule rule = {.reach_km = reach_km, .step_km = step_km};
    return kh_site_layout_make(&plant, &rule, l->arena, &l->layout, NULL);
}

static void fibres_are_cut_into_equal_parts(void **state)
{
    (void)state;
    line l;
    assert_int_equal(lay(&l, (const double[]){100, 30}, 2, 40, 60), KH_OK);
    assert_int_equal(l.layout.n_sites, 3 + 2); /* 100 km in three parts, 30 km in one */
    assert_float_equal(l.layout.sites[3].from_km, 100.0 / 3, 1e-9);
    assert_int_equal(l.layout.n_segments, 4);
    assert_int_equal(l.layout.n_spans, 4); /* two parts are longer than the reach; 30 + 33.3 km as well */
    for (size_t s = 0; s < l.layout.n_spans; s++)
        assert_true(l.layout.spans[s].length_km <= 60);
    kh_arena_destroy(l.arena);
}

static void spans_take_the_shortest_way_past_closed_sites(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    const uint32_t ends[][2] = {{0, 1}, {1, 2}, {0, 2}, {2, 2}, {0, 1}};
    const double length_km[] = {20, 20, 50, 5, 15}, loss_db[] = {4, 4, 10, 1, 3};
    const kh_site_plant plant = {3, 5, ends, length_km, loss_db};
    const kh_site_rule rule = {.reach_km = 45, .step_km = HUGE_VAL};
    kh_site_layout layout;
    assert_int_equal(kh_site_layout_make(&plant, &rule, arena, &layout, NULL), KH_OK);
    assert_int_equal(layout.n_spans, 3);
    assert_float_equal(layout.spans[1].length_km, 35, 1e-12); /* over the shorter of two parallel fibres, past node 1 */
    assert_float_equal(layout.spans[1].loss_db, 7, 1e-12);
    assert_int_equal(layout.spans[1].n_via, 2);
    kh_arena_destroy(arena);
}

static void huts_stand_where_they_are_and_once(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    const uint32_t ends[][2] = {{0, 1}};
    const double length_km[] = {100};
    const kh_site_hut huts[] = {{0, 70}, {0, 50}, {0, 50}}, outside[] = {{0, 100}}, nowhere[] = {{1, 5}};
    const kh_site_plant plant = {.n_nodes = 2, .n_fibres = 1, .ends = ends, .length_km = length_km};
    kh_site_rule rule = {.reach_km = 50, .step_km = 50, .huts = huts, .n_huts = 3};
    kh_site_layout layout;
    assert_int_equal(kh_site_layout_make(&plant, &rule, arena, &layout, NULL), KH_OK);
    assert_int_equal(layout.n_sites, 4);
    assert_float_equal(layout.sites[2].from_km, 50, 1e-9);
    assert_float_equal(layout.sites[3].from_km, 70, 1e-9);
    rule.n_huts = 1;
    rule.huts = outside;
    assert_int_equal(kh_site_layout_make(&plant, &rule, arena, &layout, NULL), KH_ERANGE);
    rule.huts = nowhere;
    assert_int_equal(kh_site_layout_make(&plant, &rule, arena, &layout, NULL), KH_ERANGE);
    kh_arena_destroy(arena);
}

static void numbers_out_of_range_are_refused(void **state)
{
    (void)state;
    const double bad[][3] = {
        {0, 50, 100},           {-1, 50, 100}, {(double)NAN, 50, 100}, {HUGE_VAL, 50, 100},   {80, 0, 100},
        {80, (double)NAN, 100}, {80, 50, 0},   {80, 50, -3},           {80, 50, (double)NAN}, {80, 50, HUGE_VAL}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        line l;
        assert_int_equal(lay(&l, bad[i], 1, bad[i][1], bad[i][2]), KH_ERANGE);
        kh_arena_destroy(l.arena);
    }
    line l;
    assert_int_equal(lay(&l, (const double[]){1e6}, 1, 1e-3, 100), KH_ELIMIT);
    kh_arena_destroy(l.arena);
}

static void a_reach_below_the_step_joins_nothing(void **state)
{
    (void)state;
    line l;
    kh_error err = {0};
    kh_site_join join;
    assert_int_equal(lay(&l, (const double[]){100}, 1, 50, 40), KH_OK);
    assert_int_equal(l.layout.n_spans, 0);
    const double price[3] = {0};
    const uint32_t terminals[] = {0, 1};
    kh_site_join_problem problem = {
        .n_sites = 3, .price = price, .terminals = terminals, .n_terminals = 2, .n_routes = 1, .time_limit_s = HUGE_VAL};
    assert_int_equal(kh_site_join_solve(&problem, l.arena, &join, &err), KH_INFEASIBLE);
    assert_non_null(strstr(err.message, "site 1 cannot be joined to site 0"));
    problem.n_terminals = 1; /* nothing to be joined */
    assert_int_equal(kh_site_join_solve(&problem, l.arena, &join, &err), KH_OK);
    assert_float_equal(join.price, 0, 0);
    assert_int_equal(kh_site_join_verify(&problem, &join, &err), KH_OK);
    problem.n_terminals = 0;
    assert_int_equal(kh_site_join_solve(&problem, l.arena, &join, &err), KH_ERANGE);
    kh_arena_destroy(l.arena);
}

static void malformed_problems_are_refused(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    const uint32_t span[][2] = {{0, 1}, {1, 2}}, loop[][2] = {{1, 1}}, far[][2] = {{0, 7}}, twice[] = {0, 0}, outside[] = {0, 9},
                   good[] = {0, 2};
    const double price[] = {1, 1, 1}, minus[] = {1, -1, 1}, none[] = {1, (double)NAN, 1};
    const kh_site_join_problem fine = {.n_sites = 3,
                                       .n_spans = 2,
                                       .span = span,
                                       .price = price,
                                       .terminals = good,
                                       .n_terminals = 2,
                                       .n_routes = 1,
                                       .time_limit_s = HUGE_VAL};
    kh_site_join_problem wrong[8];
    for (int i = 0; i < 8; i++)
        wrong[i] = fine;
    wrong[0].span = loop;
    wrong[0].n_spans = 1;
    wrong[1].span = far;
    wrong[1].n_spans = 1;
    wrong[2].terminals = twice;
    wrong[3].terminals = outside;
    wrong[4].price = minus;
    wrong[5].price = none;
    wrong[6].n_routes = 3;
    wrong[7].gap = -1;
    kh_site_join join;
    for (int i = 0; i < 8; i++)
        assert_int_equal(kh_site_join_solve(&wrong[i], arena, &join, NULL), KH_ERANGE);
    assert_int_equal(kh_site_join_solve(&fine, arena, &join, NULL), KH_OK);
    assert_float_equal(join.price, 1, 1e-12);
    kh_arena_destroy(arena);
}

/* A grid of equal costs: many optima, one answer, and the time limit holds. */
static void equal_costs_give_the_same_answer_twice(void **state)
{
    (void)state;
    enum { SIDE = 7, N = SIDE * SIDE };
    kh_arena *arena = kh_arena_create(0);
    uint32_t span[2 * N][2];
    double price[N];
    size_t m = 0;
    for (uint32_t v = 0; v < N; v++) {
        price[v] = 1e6;
        if (v % SIDE + 1 < SIDE)
            memcpy(span[m++], (uint32_t[]){v, v + 1}, sizeof span[0]);
        if (v + SIDE < N)
            memcpy(span[m++], (uint32_t[]){v, v + SIDE}, sizeof span[0]);
    }
    const uint32_t terminals[] = {0, SIDE - 1, N - SIDE, N - 1};
    for (unsigned n_routes = 1; n_routes <= 2; n_routes++) {
        kh_site_join_problem problem = {.n_sites = N,
                                        .n_spans = m,
                                        .span = (const uint32_t(*)[2])span,
                                        .price = price,
                                        .terminals = terminals,
                                        .n_terminals = 4,
                                        .n_routes = n_routes,
                                        .time_limit_s = HUGE_VAL};
        kh_site_join first, second;
        assert_int_equal(kh_site_join_solve(&problem, arena, &first, NULL), KH_OK);
        assert_int_equal(kh_site_join_solve(&problem, arena, &second, NULL), KH_OK);
        assert_memory_equal(first.open, second.open, N * sizeof *first.open);
        assert_float_equal(first.price, n_routes == 1 ? 15e6 : 20e6, 1e-3); /* an H of 19 sites; the rim, of 24 */
        assert_int_equal(kh_site_join_verify(&problem, &first, NULL), KH_OK);
        problem.time_limit_s = 0;
        kh_status status = kh_site_join_solve(&problem, arena, &first, NULL);
        assert_int_equal(status, KH_OK);
        assert_false(first.complete);
        assert_true(first.bound <= first.price);
        assert_int_equal(kh_site_join_verify(&problem, &first, NULL), KH_OK);
    }
    kh_arena_destroy(arena);
}

static void rates_over_24_orders_are_built(void **state)
{
    (void)state;
    for (int e = -12; e <= 12; e += 6) {
        line l;
        assert_int_equal(lay(&l, (const double[]){60, 60}, 2, 60, 60), KH_OK);
        const double price[3] = {10, 10, 10}, factor[] = {1}, rate_bps[] = {2.5 * pow(10, e)};
        const uint32_t demands[][2] = {{0, 2}};
        const kh_site_offer offers[] = {{.span = 0, .rate_bps = pow(10, e), .price = 3},
                                        {.span = 1, .rate_bps = pow(10, e), .price = 3}};
        const kh_site_build_problem problem = {.layout = &l.layout,
                                               .price = price,
                                               .offers = offers,
                                               .n_offers = 2,
                                               .demands = demands,
                                               .n_demands = 1,
                                               .rate_bps = rate_bps,
                                               .factor = factor,
                                               .n_years = 1,
                                               .time_limit_s = HUGE_VAL};
        kh_site_build build;
        assert_int_equal(kh_site_build_solve(&problem, l.arena, &build, NULL), KH_OK);
        assert_float_equal(build.price, 30 + 2 * 3 * 3, 1e-9);
        assert_true(build.proven);
        assert_int_equal(kh_site_build_verify(&problem, &build, 60, NULL), KH_OK);
        kh_arena_destroy(l.arena);
    }
}

static void nothing_asked_costs_nothing(void **state)
{
    (void)state;
    line l;
    assert_int_equal(lay(&l, (const double[]){60}, 1, 60, 60), KH_OK);
    const double price[2] = {10, 10}, factor[] = {1}, rate_bps[] = {0};
    const uint32_t demands[][2] = {{0, 1}};
    kh_site_build_problem problem = {.layout = &l.layout,
                                     .price = price,
                                     .demands = demands,
                                     .rate_bps = rate_bps,
                                     .factor = factor,
                                     .n_years = 1,
                                     .time_limit_s = HUGE_VAL};
    kh_site_build build;
    for (size_t n = 0; n < 2; n++) { /* no demand; one for nothing */
        problem.n_demands = n;
        assert_int_equal(kh_site_build_solve(&problem, l.arena, &build, NULL), KH_OK);
        assert_float_equal(build.price, 0, 0);
        assert_int_equal(build.n_routes, 0);
        assert_int_equal(kh_site_build_verify(&problem, &build, 60, NULL), KH_OK);
    }
    const double some[] = {5};
    kh_error err = {0};
    problem.rate_bps = some;
    assert_int_equal(kh_site_build_solve(&problem, l.arena, &build, &err), KH_INFEASIBLE);
    assert_non_null(strstr(err.message, "no spans join sites 0 and 1"));
    kh_arena_destroy(l.arena);
}

static void growing_demands_are_met_when_they_come(void **state)
{
    (void)state;
    line l;
    assert_int_equal(lay(&l, (const double[]){60}, 1, 60, 60), KH_OK);
    const double price[2] = {0, 0}, factor[] = {1, 0.9, 0.81}, left[] = {3, 2, 1}, rate_bps[] = {8, 12, 25};
    const uint32_t demands[][2] = {{0, 1}};
    const kh_site_offer offers[] = {{.span = 0, .rate_bps = 10, .price = 100, .upkeep = 1}};
    const kh_site_build_problem problem = {.layout = &l.layout,
                                           .price = price,
                                           .offers = offers,
                                           .n_offers = 1,
                                           .demands = demands,
                                           .n_demands = 1,
                                           .rate_bps = rate_bps,
                                           .factor = factor,
                                           .years_left = left,
                                           .n_years = 3,
                                           .time_limit_s = HUGE_VAL};
    kh_site_build build;
    assert_int_equal(kh_site_build_solve(&problem, l.arena, &build, NULL), KH_OK);
    assert_int_equal(build.pairs[0], 1); /* as late as possible: money is discounted */
    assert_int_equal(build.pairs[1], 2);
    assert_int_equal(build.pairs[2], 3);
    assert_float_equal(build.price, (100 + 3) + (90 + 2) + (81 + 1), 1e-9);
    build.pairs[1] = 3; /* bought too early: the price is wrong then */
    assert_int_equal(kh_site_build_verify(&problem, &build, 60, NULL), KH_UNMET);
    build.pairs[1] = 1; /* bought too late */
    assert_int_equal(kh_site_build_verify(&problem, &build, 60, NULL), KH_UNMET);
    kh_arena_destroy(l.arena);
}

static void tables_are_read_between_samples(void **state)
{
    (void)state;
    const double rates[] = {1000, 100, 10, 0};
    const kh_site_table table = {.step_db = 10, .rate_bps = rates, .n = 4};
    assert_float_equal(kh_site_table_rate(&table, 0), 1000, 1e-9);
    assert_float_equal(kh_site_table_rate(&table, 15), sqrt(1000), 1e-9);
    assert_float_equal(kh_site_table_rate(&table, 20), 10, 1e-9);
    assert_float_equal(kh_site_table_rate(&table, 25), 0, 0);
    assert_float_equal(kh_site_table_rate(&table, 30), 0, 0);
    assert_float_equal(kh_site_table_rate(&table, 31), 0, 0);
    assert_float_equal(kh_site_table_rate(&table, (double)NAN), 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(fibres_are_cut_into_equal_parts),
                                       cmocka_unit_test(spans_take_the_shortest_way_past_closed_sites),
                                       cmocka_unit_test(huts_stand_where_they_are_and_once),
                                       cmocka_unit_test(numbers_out_of_range_are_refused),
                                       cmocka_unit_test(a_reach_below_the_step_joins_nothing),
                                       cmocka_unit_test(malformed_problems_are_refused),
                                       cmocka_unit_test(equal_costs_give_the_same_answer_twice),
                                       cmocka_unit_test(rates_over_24_orders_are_built),
                                       cmocka_unit_test(nothing_asked_costs_nothing),
                                       cmocka_unit_test(growing_demands_are_met_when_they_come),
                                       cmocka_unit_test(tables_are_read_between_samples)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
