/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Few paths and whole multiples on tiny random instances, against every choice of simple paths there is. */
#include "core/base/rng.h"
#include "solvers/flow/few.h"
#include "solvers/lp/lp.h"
#include "tests/solvers/near.h"

#include <string.h>

enum { INSTANCES = 150, MOST_NODES = 5, MOST_LINKS = 8, MOST_DEMANDS = 3, MOST_PATHS = 40 };

typedef struct path {
    uint32_t links[MOST_NODES];
    size_t n;
} path;

typedef struct instance {
    uint32_t ends[MOST_LINKS][2];
    double capacity_bps[MOST_LINKS];
    bool relays[MOST_NODES];
    kh_keyflow_demand demands[MOST_DEMANDS];
    kh_few_problem problem;
    path paths[MOST_DEMANDS][MOST_PATHS]; /* every simple path */
    size_t n_paths[MOST_DEMANDS];
    double best; /* of the choices tried so far */
} instance;

static uint32_t draw(kh_rng *rng, size_t n)
{
    return (uint32_t)kh_rng_below(rng, n);
}

static void walk(instance *in, size_t k, uint32_t node, path at, bool *passed)
{
    if (node == in->demands[k].ends[1]) {
        assert_true(in->n_paths[k] < MOST_PATHS);
        in->paths[k][in->n_paths[k]++] = at;
        return;
    }
    if (at.n > 0 && !in->relays[node])
        return;
    passed[node] = true;
    for (uint32_t e = 0; e < in->problem.flow.graph.n_links; e++)
        for (int i = 0; i < 2; i++) {
            uint32_t to = in->ends[e][1 - i];
            if (in->ends[e][i] != node || passed[to] || !(in->capacity_bps[e] > 0))
                continue;
            path next = at;
            next.links[next.n++] = e;
            walk(in, k, to, next, passed);
        }
    passed[node] = false;
}

static void draw_instance(instance *in, uint64_t seed)
{
    kh_rng rng = kh_rng_stream(seed, "", "few");
    *in = (instance){0};
    size_t n = 2 + draw(&rng, MOST_NODES - 1), m = draw(&rng, MOST_LINKS + 1), k = 1 + draw(&rng, MOST_DEMANDS);
    for (size_t v = 0; v < n; v++)
        in->relays[v] = kh_rng_uniform(&rng) > 0.1;
    for (size_t e = 0; e < m; e++) {
        in->ends[e][0] = draw(&rng, n);
        in->ends[e][1] = draw(&rng, n);
        in->capacity_bps[e] = kh_rng_uniform(&rng) < 0.05 ? 0 : 5 + 20 * kh_rng_uniform(&rng);
    }
    for (size_t i = 0; i < k; i++) {
        uint32_t a = draw(&rng, n), b = (a + 1 + draw(&rng, n - 1)) % (uint32_t)n;
        in->demands[i] = (kh_keyflow_demand){{a, b}, 5 + 20 * kh_rng_uniform(&rng)};
    }
    in->problem.flow = (kh_keyflow_problem){.graph = {n, m, (const uint32_t(*)[2])in->ends, in->relays},
                                            .capacity_bps = in->capacity_bps,
                                            .demands = in->demands,
                                            .n_demands = k,
                                            .level_cap = INFINITY,
                                            .time_limit_s = INFINITY};
    for (size_t i = 0; i < k; i++)
        walk(in, i, in->demands[i].ends[0], (path){.n = 0}, (bool[MOST_NODES]){false});
}

static void add(const instance *in, const path *p, double rate_bps, double *load)
{
    for (size_t i = 0; i < p->n; i++)
        load[p->links[i]] += rate_bps / in->capacity_bps[p->links[i]];
}

static double most_of(const double *load)
{
    double most = 0;
    for (size_t e = 0; e < MOST_LINKS; e++)
        most = fmax(most, load[e]);
    return most;
}

/* Every path of every demand. */
static void try_single(instance *in, size_t k, const double *load)
{
    while (k < in->problem.flow.n_demands && in->n_paths[k] == 0)
        k++;
    if (k == in->problem.flow.n_demands) {
        if (most_of(load) > 0)
            in->best = fmax(in->best, 1 / most_of(load));
        return;
    }
    for (size_t p = 0; p < in->n_paths[k]; p++) {
        double next[MOST_LINKS];
        memcpy(next, load, sizeof next);
        add(in, &in->paths[k][p], in->demands[k].requested_bps, next);
        try_single(in, k + 1, next);
    }
}

/* Every number of multiples on every path. @p floor: lowest share so far. */
static void try_multiples(instance *in, size_t k, size_t p, double left, double got, double floor_share, const double *load)
{
    if (floor_share <= in->best || most_of(load) > 1 + 1e-9)
        return;
    if (k == in->problem.flow.n_demands) {
        in->best = floor_share;
        return;
    }
    if (p == in->n_paths[k]) {
        double share = p > 0 ? got * in->problem.quantum_bps / in->demands[k].requested_bps : HUGE_VAL;
        double most = k + 1 < in->problem.flow.n_demands ? floor(in->demands[k + 1].requested_bps / in->problem.quantum_bps) : 0;
        try_multiples(in, k + 1, 0, most, 0, fmin(floor_share, share), load);
        return;
    }
    for (double n = 0; n <= left; n++) {
        double next[MOST_LINKS];
        memcpy(next, load, sizeof next);
        add(in, &in->paths[k][p], n * in->problem.quantum_bps, next);
        try_multiples(in, k, p + 1, left - n, got + n, floor_share, next);
    }
}

static void count_routes(const instance *in, const kh_keyflow *flow)
{
    size_t n[MOST_DEMANDS] = {0};
    double load[MOST_LINKS] = {0};
    for (size_t r = 0; r < flow->n_routes; r++) {
        const kh_keyflow_route *route = &flow->routes[r];
        n[route->demand]++;
        for (size_t i = 0; i < route->n_links; i++)
            load[route->links[i]] += route->rate_bps / in->capacity_bps[route->links[i]];
        if (in->problem.quantum_bps > 0)
            assert_near(fmod(route->rate_bps + in->problem.quantum_bps / 2, in->problem.quantum_bps), in->problem.quantum_bps / 2,
                        1e-6);
    }
    for (size_t k = 0; k < MOST_DEMANDS && in->problem.most_paths > 0; k++)
        assert_true(n[k] <= in->problem.most_paths);
    assert_true(most_of(load) <= 1 + 1e-9);
}

static kh_keyflow solve(instance *in, kh_few_proof *proof, kh_arena *arena)
{
    kh_keyflow flow;
    assert_int_equal(kh_few_solve(&in->problem, arena, &flow, proof, NULL), KH_OK);
    assert_true(flow.value <= flow.bound * (1 + 1e-9));
    assert_true(flow.value <= proof->bound * (1 + 1e-9));
    count_routes(in, &flow);
    return flow;
}

static void one_path_a_demand_is_the_best_of_all_choices(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < INSTANCES; seed++) {
        instance in;
        kh_few_proof proof;
        kh_arena *arena = kh_arena_create(0);
        draw_instance(&in, seed);
        in.problem.most_paths = 1;
        kh_keyflow flow = solve(&in, &proof, arena);
        try_single(&in, 0, (double[MOST_LINKS]){0});
        assert_near(flow.value, in.best, 1e-8 * in.best);
        assert_near(proof.bound, in.best, 1e-6 * in.best);
        kh_arena_destroy(arena);
    }
}

static void whole_multiples_are_the_best_of_all_choices(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < INSTANCES; seed++) {
        instance in;
        kh_few_proof proof;
        kh_arena *arena = kh_arena_create(0);
        draw_instance(&in, seed);
        in.problem.quantum_bps = 5;
        for (size_t k = 0; k < MOST_DEMANDS; k++)
            if (in.n_paths[k] > 6)
                in.problem.quantum_bps = 8;
        kh_keyflow flow = solve(&in, &proof, arena);
        if (flow.n_routes > 0) {
            try_multiples(&in, 0, 0, floor(in.demands[0].requested_bps / in.problem.quantum_bps), 0, HUGE_VAL,
                          (double[MOST_LINKS]){0});
            assert_near(flow.value, in.best, 1e-8);
        }
        kh_arena_destroy(arena);
    }
}

/* Between one path and no limit; with as many as the free flow uses, its value. */
static void more_paths_are_never_worse(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < INSTANCES; seed++) {
        instance in;
        kh_arena *arena = kh_arena_create(0);
        draw_instance(&in, seed);
        double before = 0;
        for (size_t paths = 1; paths <= 4; paths++) {
            kh_few_proof proof;
            in.problem.most_paths = paths;
            kh_keyflow flow = solve(&in, &proof, arena);
            assert_true(flow.value >= before * (1 - 1e-8));
            assert_true(!proof.searched || flow.value >= proof.bound * (1 - 1e-6));
            before = flow.value;
        }
        kh_arena_destroy(arena);
    }
}

static void limits_go_together(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < INSTANCES; seed++) {
        instance in;
        kh_few_proof both, multiples;
        kh_arena *arena = kh_arena_create(0);
        draw_instance(&in, seed);
        in.problem.quantum_bps = 4;
        double free_value = solve(&in, &multiples, arena).value;
        in.problem.most_paths = 1;
        assert_true(solve(&in, &both, arena).value <= fmin(free_value, multiples.bound) * (1 + 1e-8) || !multiples.searched);
        kh_arena_destroy(arena);
    }
}

static void limits_that_are_none_are_refused(void **state)
{
    (void)state;
    instance in;
    kh_keyflow flow;
    kh_arena *arena = kh_arena_create(0);
    draw_instance(&in, 3);
    in.problem.quantum_bps = -1;
    assert_int_equal(kh_few_solve(&in.problem, arena, &flow, NULL, NULL), KH_ERANGE);
    in.problem.quantum_bps = 0;
    in.problem.flow.max_min = true;
    assert_int_equal(kh_few_solve(&in.problem, arena, &flow, NULL, NULL), KH_ERANGE);
    kh_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_path_a_demand_is_the_best_of_all_choices),
                                       cmocka_unit_test(whole_multiples_are_the_best_of_all_choices),
                                       cmocka_unit_test(more_paths_are_never_worse), cmocka_unit_test(limits_go_together),
                                       cmocka_unit_test(limits_that_are_none_are_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
