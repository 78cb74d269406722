/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/slope.h"

#include "solvers/design/reroute.h"
#include "tests/solvers/design/mesh.h"

#include <string.h>

enum { MESHES = 300 };

/* Two nodes, three links: two types on the first, one on the second, none on the third. */
typedef struct pair {
    kh_modules_problem problem;
    kh_cutset_space space;
    kh_arena *arena;
} pair;

static void open_pair(pair *p)
{
    static const uint32_t ends[3][2] = {{0, 1}, {0, 1}, {0, 1}};
    static const kh_keyflow_demand demand = {{0, 1}, 50};
    static const kh_modules_choice choices[] = {{0, UINT32_MAX, 10, 3}, {0, UINT32_MAX, 25, 6}, {1, UINT32_MAX, 100, 5}};
    p->problem = (kh_modules_problem){.graph = {2, 3, ends, NULL},
                                      .demands = &demand,
                                      .n_demands = 1,
                                      .theta = 1,
                                      .choices = choices,
                                      .n_choices = 3,
                                      .time_limit_s = (double)INFINITY};
    p->arena = kh_arena_create(0);
    assert_int_equal(kh_cutset_init(&p->space, &p->problem, p->arena, NULL), KH_OK);
}

static void a_flow_gets_the_modules_of_the_type_that_is_cheapest_for_it(void **state)
{
    (void)state;
    pair p;
    double count[3] = {7, 7, 7};
    open_pair(&p);
    assert_near(kh_slope_install(&p.space, 0, 0, count), 0, 0);
    assert_near(count[0] + count[1], 0, 0);
    assert_near(count[2], 7, 0); /* of another link */
    assert_near(kh_slope_install(&p.space, 0, 8, count), 3, 0);
    assert_near(count[0], 1, 0);
    assert_near(kh_slope_install(&p.space, 0, 21, count), 6, 0);
    assert_near(count[0], 0, 0);
    assert_near(count[1], 1, 0);
    assert_near(kh_slope_install(&p.space, 0, 30 * (1 + 1e-12), count), 9, 0); /* rounding asks for no module more */
    assert_near(count[0], 3, 0);
    assert_near(kh_slope_install(&p.space, 0, 50, NULL), 12, 0);
    assert_near(kh_slope_install(&p.space, 2, 50, NULL), 0, 0);
    kh_arena_destroy(p.arena);
}

static void a_bit_costs_what_it_costs_by_the_best_type(void **state)
{
    (void)state;
    pair p;
    double weight[3];
    open_pair(&p);
    kh_slope_prices(&p.space, (const double[]){3, 6, 5}, weight);
    assert_near(weight[0], 0.24, 1e-12);
    assert_near(weight[1], 0.05, 1e-12);
    assert_near(weight[2], 0, 0);
    kh_slope_prices(&p.space, (const double[]){-1, 6, 5}, weight); /* a price reduced below 0 counts as none */
    assert_near(weight[0], 0, 0);
    kh_arena_destroy(p.arena);
}

static void all_goes_by_the_link_that_is_cheapest_for_all(void **state)
{
    (void)state;
    pair p;
    double count[3] = {0};
    kh_keyflow_route route;
    open_pair(&p);
    assert_int_equal(kh_slope_counts(&p.space, count, &route, p.arena, NULL), KH_OK);
    assert_near(count[0] + count[1], 0, 0);
    assert_near(count[2], 1, 0);
    assert_int_equal(route.n_links, 1);
    assert_int_equal(route.links[0], 1);
    assert_near(route.rate_bps, 50, 0);
    kh_arena_destroy(p.arena);
}

/* Cheapest ways at what a bit/s costs at first, each rounded up to whole modules. */
static double first_price(const mesh *m, const kh_cutset_space *space, kh_arena *arena)
{
    double cost[MESH_CHOICES], weight[MESH_LINKS], flow[MESH_LINKS] = {0}, sum = 0;
    uint32_t path[MESH_NODES];
    kh_ways ways;
    for (size_t j = 0; j < MESH_CHOICES; j++)
        cost[j] = m->choices[j].cost;
    kh_slope_prices(space, cost, weight);
    assert_int_equal(kh_ways_init(&ways, &m->problem.graph, space->use[0], arena, NULL), KH_OK);
    kh_ways_weigh(&ways, weight);
    for (size_t k = 0; k < MESH_DEMANDS; k++) {
        kh_ways_look(&ways, m->demands[k].ends[0], &m->demands[k].ends[1], 1);
        for (size_t n = kh_ways_path(&ways, m->demands[k].ends[1], path); n-- > 0;)
            flow[path[n]] += m->problem.theta * m->demands[k].requested_bps;
    }
    for (size_t e = 0; e < MESH_LINKS; e++)
        sum += kh_slope_install(space, e, flow[e], NULL);
    return sum;
}

static void every_demand_has_a_way_over_modules_that_carry_it_and_rerouting_only_saves(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(1, "", "slope");
    kh_arena *arena = kh_arena_create(0);
    size_t n_saved = 0;
    for (int trial = 0; trial < MESHES; trial++) {
        mesh m;
        kh_cutset_space space;
        kh_keyflow_route routes[MESH_DEMANDS];
        double count[MESH_CHOICES] = {0};
        mesh_draw(&m, &rng);
        kh_arena_reset(arena);
        assert_int_equal(kh_cutset_init(&space, &m.problem, arena, NULL), KH_OK);
        assert_int_equal(kh_slope_counts(&space, count, routes, arena, NULL), KH_OK);
        mesh_check_routes(&m, routes, count);
        double slope = mesh_price(&m, count);
        assert_true(slope <= first_price(&m, &space, arena) + 1e-9);
        assert_int_equal(kh_reroute_improve(&space, routes, count, HUGE_VAL, arena, NULL), KH_OK);
        mesh_check_routes(&m, routes, count);
        assert_true(mesh_price(&m, count) <= slope);
        n_saved += mesh_price(&m, count) < slope;
    }
    assert_true(n_saved > MESHES / 10);
    kh_arena_destroy(arena);
}

/* A triangle: each of three neighbours over its own link, or two links for all. */
static void open_triangle(kh_modules_problem *problem, kh_cutset_space *space, kh_keyflow_route *routes, kh_arena *arena)
{
    static const uint32_t ends[3][2] = {{0, 1}, {1, 2}, {2, 0}};
    static const kh_keyflow_demand demands[] = {{{0, 1}, 1}, {{1, 2}, 1}, {{2, 0}, 1}};
    static const kh_modules_choice choices[] = {{0, UINT32_MAX, 10, 1}, {1, UINT32_MAX, 10, 1}, {2, UINT32_MAX, 10, 1}};
    *problem = (kh_modules_problem){.graph = {3, 3, ends, NULL},
                                    .demands = demands,
                                    .n_demands = 3,
                                    .theta = 1,
                                    .choices = choices,
                                    .n_choices = 3,
                                    .time_limit_s = (double)INFINITY};
    assert_int_equal(kh_cutset_init(space, problem, arena, NULL), KH_OK);
    for (uint32_t k = 0; k < 3; k++) {
        routes[k] = (kh_keyflow_route){k, KH_NEW(arena, uint32_t, 1), 1, 1};
        routes[k].links[0] = k;
    }
}

static void one_demand_leaves_the_link_that_it_has_to_itself(void **state)
{
    (void)state;
    kh_modules_problem problem;
    kh_cutset_space space;
    kh_keyflow_route routes[3];
    kh_arena *arena = kh_arena_create(0);
    double count[3] = {1, 1, 1};
    open_triangle(&problem, &space, routes, arena);
    assert_int_equal(kh_reroute_improve(&space, routes, count, HUGE_VAL, arena, NULL), KH_OK);
    assert_near(count[0] + count[1] + count[2], 2, 0);
    assert_int_equal(routes[0].n_links + routes[1].n_links + routes[2].n_links, 4);
    kh_arena_destroy(arena);
}

static void without_time_routes_stay_as_they_are(void **state)
{
    (void)state;
    kh_modules_problem problem;
    kh_cutset_space space;
    kh_keyflow_route routes[3];
    kh_arena *arena = kh_arena_create(0);
    double count[3] = {1, 1, 1};
    open_triangle(&problem, &space, routes, arena);
    assert_int_equal(kh_reroute_improve(&space, routes, count, 0, arena, NULL), KH_OK);
    for (uint32_t k = 0; k < 3; k++) {
        assert_near(count[k], 1, 0);
        assert_int_equal(routes[k].n_links, 1);
        assert_int_equal(routes[k].links[0], k);
    }
    kh_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flow_gets_the_modules_of_the_type_that_is_cheapest_for_it),
        cmocka_unit_test(a_bit_costs_what_it_costs_by_the_best_type),
        cmocka_unit_test(all_goes_by_the_link_that_is_cheapest_for_all),
        cmocka_unit_test(every_demand_has_a_way_over_modules_that_carry_it_and_rerouting_only_saves),
        cmocka_unit_test(one_demand_leaves_the_link_that_it_has_to_itself),
        cmocka_unit_test(without_time_routes_stay_as_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
