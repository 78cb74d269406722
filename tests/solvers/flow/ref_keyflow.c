/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The instances of tests/ref/instances: their optima are those of tests/ref/optimiser_acceptance.csv (tests/tools/validate), and
   here proven, by every program for linear programs that is installed. */
#include "tests/solvers/near.h"
#include "tools/validate/instance.h"

#include <math.h>
#include <stdio.h>

static const struct {
    const char *name;
    size_t levels; /* of max-min fair rates, 0: not asked */
} instances[] = {
    {"gen20-100-s1", 12},  {"gen20-100-s1-dim", 12},  {"gen50-500-s2", 0},      {"gen50-500-s2-dim", 0},
    {"gen100-1000-s3", 0}, {"gen100-1000-s3-dim", 0}, {"zoo-Funet", 24},        {"zoo-Funet-dim", 21},
    {"zoo-Nordu2010", 14}, {"zoo-Nordu2010-dim", 14}, {"zoo-Janetbackbone", 0}, {"zoo-PionierL1", 0},
};

static kh_status solve(size_t i, const char *program, bool max_min, kh_keyflow *flow, kh_arena *arena)
{
    char path[200];
    kh_keyflow_problem problem;
    (void)snprintf(path, sizeof path, "tests/ref/instances/%s.qpi", instances[i].name);
    assert_int_equal(kh_instance_load(path, arena, &problem, NULL), KH_OK);
    problem.max_min = max_min;
    problem.lp_program = program;
    return kh_keyflow_solve(&problem, arena, flow, NULL);
}

static void prove(size_t i, bool max_min)
{
    kh_arena *arena = kh_arena_create(0);
    kh_keyflow flow;
    assert_int_equal(solve(i, NULL, max_min, &flow, arena), KH_OK);
    assert_true(flow.bound >= flow.value * (1 - 1e-12));
    assert_true(flow.bound <= flow.value * (1 + 1e-9));
    if (max_min)
        assert_int_equal(flow.n_levels, instances[i].levels);
    kh_arena_destroy(arena);
}

static void the_certificate_closes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof instances / sizeof instances[0]; i++)
        prove(i, false);
}

static void max_min_has_as_many_levels_as_two_other_solvers_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof instances / sizeof instances[0]; i++)
        if (instances[i].levels > 0)
            prove(i, true);
}

static void the_wanted_gap_is_certified(void **state)
{
    (void)state;
    static const double gaps[] = {0.05, 0.01, 0.001};
    double value = 0, bound = INFINITY;
    for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++) {
        kh_arena *arena = kh_arena_create(0);
        kh_keyflow_problem problem;
        kh_keyflow flow;
        assert_int_equal(kh_instance_load("tests/ref/instances/gen100-1000-s3-dim.qpi", arena, &problem, NULL), KH_OK);
        problem.gap = gaps[i];
        assert_int_equal(kh_keyflow_solve(&problem, arena, &flow, NULL), KH_OK);
        assert_true(flow.bound <= flow.value * (1 + problem.gap));
        value = fmax(value, flow.value);
        bound = fmin(bound, flow.bound);
        kh_arena_destroy(arena);
    }
    assert_true(value <= bound * (1 + 1e-12));
}

static void agree(const char *program)
{
    for (size_t i = 0; i < 2; i++)
        for (int max_min = 0; max_min < 2; max_min++) {
            kh_arena *arena = kh_arena_create(0);
            kh_keyflow own, other;
            assert_int_equal(solve(i, NULL, max_min == 1, &own, arena), KH_OK);
            kh_status status = solve(i, program, max_min == 1, &other, arena);
            if (status == KH_ENOINPUT) {
                kh_arena_destroy(arena);
                print_message("%s is not installed\n", program);
                skip();
            }
            assert_int_equal(status, KH_OK);
            assert_near(other.value / own.value, 1, 1e-9);
            assert_near(other.bound / own.bound, 1, 1e-9);
            assert_int_equal(other.n_levels, own.n_levels);
            assert_near(other.level[other.n_levels - 1] / own.level[own.n_levels - 1], 1, 1e-9);
            kh_arena_destroy(arena);
        }
}

static void cbc_finds_the_same_optima(void **state)
{
    (void)state;
    agree("cbc");
}

static void clp_finds_the_same_optima(void **state)
{
    (void)state;
    agree("clp");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_wanted_gap_is_certified),
        cmocka_unit_test(the_certificate_closes),
        cmocka_unit_test(max_min_has_as_many_levels_as_two_other_solvers_found),
        cmocka_unit_test(cbc_finds_the_same_optima),
        cmocka_unit_test(clp_finds_the_same_optima),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
