/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Laws that hold on any instance, tried on random small ones: sparse and dense, parallel links, self loops, dead links, untrusted
   nodes, isolated nodes. */
#include "core/base/rng.h"
#include "tests/solvers/arcs.h"
#include "tests/solvers/builder.h"
#include "tests/solvers/near.h"

#include <string.h>

enum { INSTANCES = 300, MOST_NODES = 12, MOST_LINKS = 24, MOST_DEMANDS = 14 };

typedef struct instance {
    kh_builder builder;
    uint32_t ends[MOST_LINKS][2];
    double capacity_bps[MOST_LINKS];
    bool relays[MOST_NODES];
    kh_keyflow_demand demands[MOST_DEMANDS];
    kh_keyflow_problem problem;
} instance;

static uint32_t draw(kh_rng *rng, size_t n)
{
    return (uint32_t)kh_rng_below(rng, n);
}

static void draw_instance(instance *in, uint64_t seed)
{
    kh_rng rng = kh_rng_stream(seed, "", "keyflow");
    in->builder = kh_builder_create(MOST_LINKS);
    size_t n = 2 + draw(&rng, MOST_NODES - 1), m = draw(&rng, MOST_LINKS + 1), k = 1 + draw(&rng, MOST_DEMANDS);
    kh_builder_nodes(&in->builder, n);
    for (size_t v = 0; v < n; v++) {
        in->relays[v] = kh_rng_uniform(&rng) > 0.2;
        in->builder.net.nodes[v].trusted = in->relays[v];
    }
    for (size_t e = 0; e < m; e++) {
        in->ends[e][0] = draw(&rng, n);
        in->ends[e][1] = draw(&rng, n);
        in->capacity_bps[e] = kh_rng_uniform(&rng) < 0.1 ? 0 : exp(6 * kh_rng_uniform(&rng));
        kh_builder_link(&in->builder, in->ends[e][0], in->ends[e][1], in->capacity_bps[e]);
    }
    for (size_t i = 0; i < k; i++) {
        uint32_t a = draw(&rng, n), b = (a + 1 + draw(&rng, n - 1)) % (uint32_t)n;
        in->demands[i] = (kh_keyflow_demand){{a, b}, exp(5 * kh_rng_uniform(&rng))};
        kh_builder_demand(&in->builder, a, b, in->demands[i].requested_bps);
    }
    in->problem = (kh_keyflow_problem){.graph = {n, m, (const uint32_t(*)[2])in->ends, in->relays},
                                       .capacity_bps = in->capacity_bps,
                                       .demands = in->demands,
                                       .n_demands = k,
                                       .level_cap = INFINITY,
                                       .time_limit_s = INFINITY};
}

typedef void law(instance *in, kh_keyflow *flow);

static void hold(law *check)
{
    for (uint64_t seed = 0; seed < INSTANCES; seed++) {
        instance in;
        kh_keyflow flow;
        draw_instance(&in, seed);
        assert_int_equal(kh_keyflow_solve(&in.problem, in.builder.arena, &flow, NULL), KH_OK);
        check(&in, &flow);
        kh_builder_destroy(&in.builder);
    }
}

static void compare_with_arcs(instance *in, kh_keyflow *flow)
{
    bool any = false;
    for (size_t k = 0; k < in->problem.n_demands; k++)
        any = any || flow->joined[k];
    if (!any)
        return;
    double value;
    assert_int_equal(kh_arcs_solve(&in->problem, flow->joined, &value, NULL), KH_OK);
    assert_near(flow->value / value, 1, 1e-7);
}

static void compare_with_bound(instance *in, kh_keyflow *flow)
{
    (void)in;
    assert_true(flow->bound >= flow->value * (1 - 1e-12));
    assert_true(flow->bound <= flow->value * (1 + 1e-9));
}

static void verify_both(instance *in, kh_keyflow *flow)
{
    kh_plan *concurrent = kh_builder_plan(&in->builder, KH_OBJECTIVE_CONCURRENT);
    kh_plan *fair = kh_builder_plan(&in->builder, KH_OBJECTIVE_MAX_MIN);
    (void)kh_builder_plan(&in->builder, KH_OBJECTIVE_TOTAL);
    assert_near(concurrent->value, flow->value, 1e-9 * flow->value);
    assert_near(fair->value, flow->value, 1e-9 * flow->value);
    for (size_t k = 0; k < fair->n_demands; k++)
        if (flow->joined[k])
            assert_true(fair->demands[k].rate_bps >= concurrent->demands[k].rate_bps * (1 - 1e-8));
}

/* Under max-min fairness what is not served in full is blocked: no path has room left for it. */
static void look_for_room(instance *in, kh_keyflow *flow)
{
    in->problem.max_min = true;
    assert_int_equal(kh_keyflow_solve(&in->problem, in->builder.arena, flow, NULL), KH_OK);
    double left_bps[MOST_LINKS], distance[MOST_NODES];
    uint32_t via[MOST_NODES];
    for (size_t e = 0; e < in->problem.graph.n_links; e++)
        left_bps[e] = in->capacity_bps[e];
    for (size_t r = 0; r < flow->n_routes; r++)
        for (size_t i = 0; i < flow->routes[r].n_links; i++)
            left_bps[flow->routes[r].links[i]] -= flow->routes[r].rate_bps;
    for (size_t e = 0; e < in->problem.graph.n_links; e++) {
        assert_true(left_bps[e] >= -1e-9 * in->capacity_bps[e]);
        left_bps[e] = left_bps[e] > 1e-7 * in->capacity_bps[e] ? 1 : HUGE_VAL;
    }
    for (size_t k = 0; k < in->problem.n_demands; k++) {
        assert_int_equal(kh_graph_tree(&in->problem.graph, left_bps, in->demands[k].ends[0], distance, via, NULL), KH_OK);
        assert_true(isinf(distance[in->demands[k].ends[1]]));
    }
}

/* To a wanted gap: the bound is one, the gap is true, the routes fit, and the same again bit for bit. */
static void stop_at_a_gap(instance *in, kh_keyflow *flow)
{
    static const double gaps[] = {0.1, 0.01, 0.001, 1e-7};
    for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++) {
        kh_keyflow rough, again;
        double load_bps[MOST_LINKS] = {0};
        in->problem.gap = gaps[i];
        assert_int_equal(kh_keyflow_solve(&in->problem, in->builder.arena, &rough, NULL), KH_OK);
        assert_int_equal(kh_keyflow_solve(&in->problem, in->builder.arena, &again, NULL), KH_OK);
        if (rough.n_routes == 0)
            return;
        assert_true(rough.complete);
        assert_true(rough.bound >= flow->value * (1 - 1e-12));
        assert_true(rough.value <= flow->value * (1 + 1e-9));
        assert_true(rough.bound <= rough.value * (1 + gaps[i]) * (1 + 1e-11));
        for (size_t r = 0; r < rough.n_routes; r++)
            for (size_t k = 0; k < rough.routes[r].n_links; k++)
                load_bps[rough.routes[r].links[k]] += rough.routes[r].rate_bps;
        for (size_t e = 0; e < in->problem.graph.n_links; e++)
            assert_true(load_bps[e] <= in->capacity_bps[e] * (1 + 1e-12));
        assert_int_equal(rough.n_routes, again.n_routes);
        assert_memory_equal(&rough.value, &again.value, sizeof rough.value);
        assert_memory_equal(rough.prices, again.prices, in->problem.graph.n_links * sizeof *rough.prices);
        assert_memory_equal(rough.rate_bps, again.rate_bps, in->problem.n_demands * sizeof *rough.rate_bps);
    }
}

/* Twice the rate on every link, twice the value. */
static void double_the_rates(instance *in, kh_keyflow *flow)
{
    for (size_t e = 0; e < in->problem.graph.n_links; e++)
        in->capacity_bps[e] *= 2;
    kh_keyflow doubled;
    assert_int_equal(kh_keyflow_solve(&in->problem, in->builder.arena, &doubled, NULL), KH_OK);
    assert_near(doubled.value, 2 * flow->value, 2e-9 * flow->value);
}

/* Rates over 24 orders of magnitude and requests over 12 in one network. */
static void stretch_the_range(instance *in, kh_keyflow *flow)
{
    kh_rng rng = kh_rng_stream(in->problem.graph.n_links, "", "range");
    for (size_t e = 0; e < in->problem.graph.n_links; e++)
        if (in->capacity_bps[e] > 0)
            in->capacity_bps[e] = in->builder.rates.qkd[e].key_rate_bps = pow(10, 24 * kh_rng_uniform(&rng) - 12);
    for (size_t k = 0; k < in->problem.n_demands; k++)
        in->demands[k].requested_bps = in->builder.net.demands[k].rate_bps = pow(10, 12 * kh_rng_uniform(&rng) - 6);
    (void)flow;
    for (int objective = 0; objective < 2; objective++) {
        const kh_plan *plan = kh_builder_plan(&in->builder, (kh_objective)objective);
        assert_true(plan->gap <= 1e-9);
    }
}

/* A tree of relays, its links @p decades apart and its demands 14, which have one path each. over[k][e]: it uses link e, which
   joins node e + 1 to an earlier one. */
static void make_tree(instance *in, kh_rng *rng, double decades, bool over[][MOST_LINKS])
{
    uint32_t n = 2 + draw(rng, MOST_NODES - 1);
    in->problem.graph.n_nodes = n;
    in->problem.graph.n_links = n - 1;
    in->problem.max_min = true;
    for (uint32_t e = 0; e + 1 < n; e++) {
        in->ends[e][0] = draw(rng, e + 1);
        in->ends[e][1] = e + 1;
        in->capacity_bps[e] = pow(10, decades * (kh_rng_uniform(rng) - 0.5));
    }
    for (uint32_t v = 0; v < n; v++)
        in->relays[v] = true;
    for (size_t k = 0; k < in->problem.n_demands; k++) {
        uint32_t a = draw(rng, n), b = (a + 1 + draw(rng, n - 1)) % n;
        in->demands[k] = (kh_keyflow_demand){{a, b}, pow(10, 14 * kh_rng_uniform(rng) - 7)};
        for (; a != b; *(a > b ? &a : &b) = in->ends[(a > b ? a : b) - 1][0])
            over[k][(a > b ? a : b) - 1] = true;
    }
}

/* Each link of a tree becomes two side by side that carry as much. */
static void split_links(instance *in, kh_rng *rng, double decades)
{
    size_t n = in->problem.graph.n_links;
    for (size_t e = 0; e < n; e++) {
        double share = pow(10, -decades * kh_rng_uniform(rng)) / 2;
        memcpy(in->ends[n + e], in->ends[e], sizeof *in->ends);
        in->capacity_bps[n + e] = in->capacity_bps[e] * share;
        in->capacity_bps[e] -= in->capacity_bps[n + e];
    }
    in->problem.graph.n_links = 2 * n;
}

/* Level at which the next link of a tree is full, and that link. */
static double next_full(const instance *in, bool over[][MOST_LINKS], const double *level, size_t *link)
{
    double least = INFINITY;
    size_t n = in->problem.graph.n_nodes - 1, beside = in->problem.graph.n_links - n;
    for (size_t e = 0; e < n; e++) {
        double left_bps = in->capacity_bps[e] + (beside > 0 ? in->capacity_bps[beside + e] : 0), asked_bps = 0;
        for (size_t k = 0; k < in->problem.n_demands; k++)
            if (over[k][e] && isfinite(level[k]))
                left_bps -= level[k] * in->demands[k].requested_bps;
            else if (over[k][e])
                asked_bps += in->demands[k].requested_bps;
        if (asked_bps > 0 && left_bps / asked_bps < least) {
            least = left_bps / asked_bps;
            *link = e;
        }
    }
    return least;
}

/* Filled like water: link after link, by hand. */
static void fill_a_tree(instance *in, kh_keyflow *flow)
{
    kh_rng rng = kh_rng_stream((uint64_t)(1e6 * in->demands->requested_bps), "", "tree");
    for (int turn = 0; turn < 4; turn++) {
        bool over[MOST_DEMANDS][MOST_LINKS] = {{false}};
        double level[MOST_DEMANDS], reached;
        size_t link = 0;
        make_tree(in, &rng, turn < 2 ? 3 : 14, over);
        if (turn % 2 == 1)
            split_links(in, &rng, 3);
        for (size_t k = 0; k < in->problem.n_demands; k++)
            level[k] = INFINITY;
        while (isfinite(reached = next_full(in, over, level, &link)))
            for (size_t k = 0; k < in->problem.n_demands; k++)
                if (over[k][link] && isinf(level[k]))
                    level[k] = reached;
        assert_int_equal(kh_keyflow_solve(&in->problem, in->builder.arena, flow, NULL), KH_OK);
        for (size_t k = 0; k < in->problem.n_demands; k++)
            assert_near(flow->rate_bps[k] / in->demands[k].requested_bps / level[k], 1, 1e-9);
    }
}

/* Under either objective, with and without a cap: the routes spend what the arc program proves to be the least. */
static void spend_the_least(instance *in, kh_keyflow *flow)
{
    for (int i = 0; i < 4; i++) {
        in->problem.max_min = i % 2 == 1;
        in->problem.level_cap = i < 2 ? 1 : INFINITY;
        assert_int_equal(kh_keyflow_solve(&in->problem, in->builder.arena, flow, NULL), KH_OK);
        if (flow->n_routes == 0)
            return;
        assert_true(flow->shortest);
        assert_true(flow->bound <= flow->value * (1 + 1e-9));
        double spent = 0, least, rate_bps[MOST_DEMANDS], stretch = i < 2 ? fmax(flow->value, 1) : 1;
        for (size_t r = 0; r < flow->n_routes; r++)
            spent += flow->routes[r].rate_bps * (double)flow->routes[r].n_links;
        for (size_t k = 0; k < in->problem.n_demands; k++)
            rate_bps[k] = flow->rate_bps[k] * stretch * (1 - 1e-10);
        assert_int_equal(kh_arcs_shorten(&in->problem, rate_bps, &least, NULL), KH_OK);
        assert_near(spent * stretch / least, 1, 1e-7);
    }
}

/* Links gone, come back, grown and shrunk, other requests: the earlier answer changes the way, not the value. */
static void begin_from_another_answer(instance *in, kh_keyflow *flow)
{
    kh_rng rng = kh_rng_stream(in->problem.graph.n_links, "", "start");
    for (size_t e = 0; e < in->problem.graph.n_links; e++) {
        double u = kh_rng_uniform(&rng);
        in->capacity_bps[e] = u < 0.15 ? 0 : u < 0.5 ? in->capacity_bps[e] : exp(6 * kh_rng_uniform(&rng));
    }
    for (size_t k = 0; k < in->problem.n_demands; k++)
        in->demands[k].requested_bps *= kh_rng_uniform(&rng) < 0.5 ? 1 : exp(2 * kh_rng_uniform(&rng));
    for (int i = 0; i < 3; i++) {
        kh_keyflow cold, warm;
        in->problem.gap = i == 2 ? 0.01 : 0;
        in->problem.max_min = i == 1;
        in->problem.start = NULL;
        assert_int_equal(kh_keyflow_solve(&in->problem, in->builder.arena, &cold, NULL), KH_OK);
        in->problem.start = flow;
        assert_int_equal(kh_keyflow_solve(&in->problem, in->builder.arena, &warm, NULL), KH_OK);
        assert_memory_equal(cold.joined, warm.joined, in->problem.n_demands * sizeof *cold.joined);
        assert_near(warm.value, cold.value, fmax(in->problem.gap, 1e-9) * cold.value);
        assert_true(warm.bound >= warm.value * (1 - 1e-12));
        assert_true(warm.bound <= warm.value * (1 + fmax(in->problem.gap, 1e-9)));
        for (size_t k = 0; i == 1 && k < in->problem.n_demands; k++)
            assert_near(warm.rate_bps[k], cold.rate_bps[k], 1e-7 * cold.rate_bps[k]);
    }
}

static void path_and_arc_programs_agree(void **state)
{
    (void)state;
    hold(compare_with_arcs);
}
static void the_certificate_is_above_the_value_and_close(void **state)
{
    (void)state;
    hold(compare_with_bound);
}
static void verify_accepts_every_plan(void **state)
{
    (void)state;
    hold(verify_both);
}
static void max_min_leaves_no_room_for_a_blocked_demand(void **state)
{
    (void)state;
    hold(look_for_room);
}
static void a_wanted_gap_is_certified_and_the_same_again(void **state)
{
    (void)state;
    hold(stop_at_a_gap);
}
static void the_value_scales_with_the_rates(void **state)
{
    (void)state;
    hold(double_the_rates);
}

static void any_range_of_rates_is_planned_and_proven(void **state)
{
    (void)state;
    hold(stretch_the_range);
}

static void fair_rates_of_demands_14_decades_apart_are_those_of_filling_by_hand(void **state)
{
    (void)state;
    hold(fill_a_tree);
}

static void warm_and_cold_give_the_same_value_and_certificate(void **state)
{
    (void)state;
    hold(begin_from_another_answer);
}

static void no_flow_of_these_rates_spends_less_key(void **state)
{
    (void)state;
    hold(spend_the_least);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(path_and_arc_programs_agree),
        cmocka_unit_test(the_certificate_is_above_the_value_and_close),
        cmocka_unit_test(verify_accepts_every_plan),
        cmocka_unit_test(max_min_leaves_no_room_for_a_blocked_demand),
        cmocka_unit_test(a_wanted_gap_is_certified_and_the_same_again),
        cmocka_unit_test(the_value_scales_with_the_rates),
        cmocka_unit_test(any_range_of_rates_is_planned_and_proven),
        cmocka_unit_test(fair_rates_of_demands_14_decades_apart_are_those_of_filling_by_hand),
        cmocka_unit_test(warm_and_cold_give_the_same_value_and_certificate),
        cmocka_unit_test(no_flow_of_these_rates_spends_less_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
