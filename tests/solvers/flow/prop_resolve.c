/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes of random networks solved from the optimum before them, against the same problems solved from nothing: each link gone,
   two links gone, rates that grow, demands left out. Parallel links, self loops, dead links, nodes that do not relay. */
#include "core/base/rng.h"
#include "solvers/flow/resolve.h"
#include "tests/solvers/near.h"

#include <string.h>

enum { INSTANCES = 200, MOST_NODES = 12, MOST_LINKS = 26, MOST_DEMANDS = 16 };

typedef struct instance {
    uint32_t ends[MOST_LINKS][2];
    double capacity_bps[MOST_LINKS];
    bool relays[MOST_NODES];
    kh_keyflow_demand demands[MOST_DEMANDS];
    kh_keyflow_problem problem;
    kh_arena *arena;
    kh_rng rng;
} instance;

static uint32_t draw(instance *in, size_t n)
{
    return (uint32_t)kh_rng_below(&in->rng, n);
}

/* Rates and requests: small whole numbers, so ties everywhere; some powers of e; far apart. */
static double draw_rate(instance *in, uint64_t seed, double spread)
{
    static const double wide[] = {0, 1, 8};
    return seed % 3 == 0 ? 1 + draw(in, 3) : exp(spread * wide[seed % 3] * (kh_rng_uniform(&in->rng) - 0.5));
}

static void draw_instance(instance *in, uint64_t seed)
{
    in->rng = kh_rng_stream(seed, "", "resolve");
    in->arena = kh_arena_create(0);
    size_t n = 2 + draw(in, MOST_NODES - 1), m = draw(in, MOST_LINKS + 1), k = 1 + draw(in, MOST_DEMANDS);
    for (size_t v = 0; v < n; v++)
        in->relays[v] = kh_rng_uniform(&in->rng) > 0.15;
    for (size_t e = 0; e < m; e++) {
        in->ends[e][0] = draw(in, n);
        in->ends[e][1] = draw(in, n);
        in->capacity_bps[e] = kh_rng_uniform(&in->rng) < 0.1 ? 0 : draw_rate(in, seed, 6);
    }
    for (size_t i = 0; i < k; i++) {
        uint32_t a = draw(in, n), b = (a + 1 + draw(in, n - 1)) % (uint32_t)n;
        in->demands[i] = (kh_keyflow_demand){{a, b}, draw_rate(in, seed, 4)};
    }
    in->problem = (kh_keyflow_problem){.graph = {n, m, (const uint32_t(*)[2])in->ends, in->relays},
                                       .capacity_bps = in->capacity_bps,
                                       .demands = in->demands,
                                       .n_demands = k,
                                       .level_cap = INFINITY,
                                       .time_limit_s = INFINITY};
}

/* What the routes carry, link by link, is what the answer says, and fits. */
static void check_routes(instance *in, const kh_resolve *resolve, const kh_resolve_answer *answer, const double *capacity_bps)
{
    kh_keyflow flow;
    double load_bps[MOST_LINKS] = {0};
    assert_int_equal(kh_resolve_write(resolve, in->arena, &flow, NULL), KH_OK);
    for (size_t r = 0; r < flow.n_routes; r++)
        for (size_t i = 0; i < flow.routes[r].n_links; i++)
            load_bps[flow.routes[r].links[i]] += flow.routes[r].rate_bps;
    for (size_t e = 0; e < in->problem.graph.n_links; e++)
        assert_true(load_bps[e] <= capacity_bps[e] * (1 + 1e-12));
    for (size_t k = 0; k < in->problem.n_demands; k++)
        if (answer->joined[k])
            assert_near(flow.rate_bps[k], answer->value * in->demands[k].requested_bps, 1e-9 * flow.rate_bps[k]);
}

static void compare(instance *in, kh_resolve *resolve, const kh_resolve_change *change)
{
    kh_keyflow_demand asked[MOST_DEMANDS];
    kh_keyflow_problem cold = in->problem;
    kh_keyflow flow;
    kh_resolve_answer answer;
    cold.demands = asked;
    cold.n_demands = 0;
    for (size_t k = 0; k < in->problem.n_demands; k++)
        if (change->left_out == NULL || !change->left_out[k])
            asked[cold.n_demands++] = in->demands[k];
    if (change->capacity_bps != NULL)
        cold.capacity_bps = change->capacity_bps;
    assert_int_equal(kh_keyflow_solve(&cold, in->arena, &flow, NULL), KH_OK);
    assert_int_equal(kh_resolve_solve(resolve, change, &answer, NULL), KH_OK);
    for (size_t k = 0, i = 0; k < in->problem.n_demands; k++)
        if (change->left_out != NULL && change->left_out[k])
            assert_false(answer.joined[k]);
        else
            assert_int_equal(answer.joined[k], flow.joined[i++]);
    assert_true(flow.bound <= flow.value * (1 + 1e-9));
    assert_near(answer.value, flow.value, 1e-9 * flow.value);
    assert_true(answer.bound >= answer.value * (1 - 1e-12));
    assert_true(answer.bound <= answer.value * (1 + 1e-9));
    check_routes(in, resolve, &answer, cold.capacity_bps);
}

static void try_changes(instance *in, kh_resolve *resolve)
{
    size_t m = in->problem.graph.n_links;
    double changed_bps[MOST_LINKS];
    bool left_out[MOST_DEMANDS];
    for (size_t e = 0; e < 2 * m; e++) {
        memcpy(changed_bps, in->capacity_bps, sizeof changed_bps);
        changed_bps[e % m] = 0;
        if (e >= m)
            changed_bps[draw(in, m)] = 0;
        for (size_t k = 0; k < in->problem.n_demands; k++)
            left_out[k] = e >= m && draw(in, 3) == 0;
        compare(in, resolve, &(kh_resolve_change){changed_bps, e >= m ? left_out : NULL});
        memcpy(changed_bps, in->capacity_bps, sizeof changed_bps);
        changed_bps[e % m] *= e < m ? 2 : 0.5;
        compare(in, resolve, &(kh_resolve_change){changed_bps, NULL});
    }
    compare(in, resolve, &(kh_resolve_change){NULL, NULL});
}

static void a_change_has_the_value_that_it_has_from_nothing(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < INSTANCES; seed++) {
        instance in = {0};
        kh_resolve *resolve;
        draw_instance(&in, seed);
        assert_int_equal(kh_resolve_create(&in.problem, in.arena, &resolve, NULL), KH_OK);
        try_changes(&in, resolve);
        kh_arena_destroy(in.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_has_the_value_that_it_has_from_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
