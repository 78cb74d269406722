/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A thousand small networks with everything nasty mixed in: each plan against programs that share nothing with the planner. */
#include "solvers/flow/given.h"
#include "solvers/optimise.h"
#include "tests/solvers/arcs.h"
#include "tests/solvers/hostile.h"
#include "tests/solvers/near.h"

#include <math.h>
#include <string.h>

enum { INSTANCES = 1000, EVERY_LEVELS = 4, EVERY_PROGRAM = 50 };

static double within(double a, double b)
{
    return fabs(a - b) / fmax(fmax(fabs(a), fabs(b)), 1e-300);
}

static kh_given given_of(kh_builder *b)
{
    kh_given given;
    assert_int_equal(kh_given_make(&b->net, &b->rates, b->arena, &given, NULL), KH_OK);
    return given;
}

static bool has_path(const kh_plan_demand *demand)
{
    return demand->shortfall == KH_SHORTFALL_NONE || demand->shortfall == KH_SHORTFALL_CAPACITY;
}

/* [problem.n_demands] what each joined demand asks for, 0 for the others. */
static double *asked_of(kh_builder *b, const kh_given *given, const kh_plan *plan, double *largest)
{
    double *asked_bps = KH_NEW(b->arena, double, given->problem.n_demands);
    assert_non_null(asked_bps);
    *largest = 0;
    for (size_t i = 0; i < given->problem.n_demands; i++) {
        asked_bps[i] = has_path(&plan->demands[given->sent[i]]) ? given->problem.demands[i].requested_bps : 0;
        *largest = fmax(*largest, asked_bps[i]);
    }
    return asked_bps;
}

static void assert_finite(const kh_plan *plan)
{
    assert_true(isfinite(plan->value) && isfinite(plan->bound) && isfinite(plan->gap));
    for (size_t e = 0; e < plan->n_links; e++)
        assert_true(isfinite(plan->prices[e]) && isfinite(plan->links[e].used_bps) && isfinite(plan->links[e].shadow_price));
    for (size_t k = 0; k < plan->n_demands; k++) {
        const kh_plan_demand *demand = &plan->demands[k];
        assert_true(isfinite(demand->rate_bps) && isfinite(demand->cut.capacity_bps) && isfinite(demand->cut.requested_bps));
    }
}

/* The optimum over arcs, and the certificate at or above it. Where rates span 24 orders of magnitude the arc program, solved to
   1e-7 of its terms, says too much (seed 105: 5 % above what the prices prove): there value = bound is the proof. */
static void both_programs_agree(void **state)
{
    (void)state;
    size_t n_compared = 0;
    for (uint64_t seed = 0; seed < INSTANCES; seed++) {
        unsigned traits;
        kh_builder b = kh_hostile_draw(seed, &traits);
        kh_plan *plan = kh_builder_plan(&b, KH_OBJECTIVE_CONCURRENT);
        assert_finite(plan);
        assert_true(plan->gap <= 1e-9);
        kh_given given = given_of(&b);
        double largest, value = 0, *step_bps = asked_of(&b, &given, plan, &largest);
        if (largest > 0 && (traits & KH_HOSTILE_RANGE) == 0) {
            double *base_bps = KH_NEW(b.arena, double, given.problem.n_demands);
            assert_int_equal(kh_arcs_grow(&given.problem, base_bps, step_bps, &value, NULL), KH_OK);
            n_compared++;
        }
        bool is_compared = largest <= 0 || value > 0;
        if (is_compared && (within(plan->value, value) > 1e-7 || plan->bound < value * (1 - 1e-9)))
            fail_msg("seed %d: value %.17g, bound %.17g, over arcs %.17g", (int)seed, plan->value, plan->bound, value);
        kh_builder_destroy(&b);
    }
    assert_true(n_compared > INSTANCES / 2);
}

/* Max-min fair shares the slow way: the highest common level of all that are free, then for each of these how far it could go alone
   while the others keep their level; those that cannot are blocked there. No duals, no columns. */
static void raise_levels(const kh_keyflow_problem *problem, double *asked_bps, double *rate_bps, kh_arena *arena)
{
    size_t n = problem->n_demands, n_free = 0;
    double *step_bps = KH_NEW(arena, double, n), *base_bps = KH_NEW(arena, double, n), level;
    bool *is_free = KH_NEW(arena, bool, n);
    for (size_t k = 0; k < n; k++)
        n_free += is_free[k] = asked_bps[k] > 0;
    while (n_free > 0) {
        for (size_t k = 0; k < n; k++) {
            step_bps[k] = is_free[k] ? asked_bps[k] : 0;
            base_bps[k] = is_free[k] ? 0 : rate_bps[k] * (1 - 1e-10);
        }
        assert_int_equal(kh_arcs_grow(problem, base_bps, step_bps, &level, NULL), KH_OK);
        level = fmin(level, 1);
        for (size_t k = 0; k < n; k++)
            base_bps[k] = rate_bps[k] = is_free[k] ? level * asked_bps[k] * (1 - 1e-10) : rate_bps[k];
        for (size_t k = 0; k < n; k++)
            base_bps[k] *= 1 - 1e-10;
        memset(step_bps, 0, n * sizeof *step_bps);
        for (size_t k = 0; k < n; k++) {
            double more;
            if (!is_free[k])
                continue;
            step_bps[k] = asked_bps[k];
            assert_int_equal(kh_arcs_grow(problem, base_bps, step_bps, &more, NULL), KH_OK);
            step_bps[k] = 0;
            is_free[k] = level < 1 && more > 1e-7 * level;
            n_free -= !is_free[k];
        }
    }
}

static void max_min_is_that_of_the_slow_way(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < INSTANCES; seed += EVERY_LEVELS) {
        unsigned traits;
        kh_builder b = kh_hostile_draw(seed, &traits);
        kh_plan *plan = kh_builder_plan(&b, KH_OBJECTIVE_MAX_MIN);
        kh_given given = given_of(&b);
        double largest, *asked_bps = asked_of(&b, &given, plan, &largest);
        double *rate_bps = KH_NEW(b.arena, double, given.problem.n_demands);
        if (largest > 0 && (traits & KH_HOSTILE_RANGE) == 0)
            raise_levels(&given.problem, asked_bps, rate_bps, b.arena);
        for (size_t i = 0; i < given.problem.n_demands && (traits & KH_HOSTILE_RANGE) == 0; i++)
            if (within(plan->demands[given.sent[i]].rate_bps, rate_bps[i]) > 1e-6)
                fail_msg("seed %d, demand %d: %.17g, the slow way %.17g", (int)seed, (int)i, plan->demands[given.sent[i]].rate_bps,
                         rate_bps[i]);
        kh_builder_destroy(&b);
    }
}

static void assert_same_demand(const kh_plan_demand *a, const kh_plan_demand *b)
{
    assert_memory_equal(&a->rate_bps, &b->rate_bps, sizeof a->rate_bps);
    assert_int_equal(a->shortfall, b->shortfall);
    assert_int_equal(a->n_routes, b->n_routes);
    for (size_t r = 0; r < a->n_routes; r++) {
        assert_memory_equal(&a->routes[r].rate_bps, &b->routes[r].rate_bps, sizeof a->routes[r].rate_bps);
        assert_int_equal(a->routes[r].n_links, b->routes[r].n_links);
        assert_memory_equal(a->routes[r].links, b->routes[r].links, a->routes[r].n_links * sizeof *a->routes[r].links);
    }
    assert_int_equal(a->cut.n_side, b->cut.n_side);
    if (a->cut.n_side > 0)
        assert_memory_equal(a->cut.side, b->cut.side, a->cut.n_side * sizeof *a->cut.side);
    assert_int_equal(a->cut.n_untrusted, b->cut.n_untrusted);
}

static void the_same_network_gets_the_same_plan_bit_for_bit(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < INSTANCES; seed++) {
        kh_builder first = kh_hostile_draw(seed, NULL), second = kh_hostile_draw(seed, NULL);
        kh_plan *a = kh_builder_plan(&first, KH_OBJECTIVE_MAX_MIN), *b = kh_builder_plan(&second, KH_OBJECTIVE_MAX_MIN);
        assert_finite(a);
        assert_memory_equal(&a->value, &b->value, sizeof a->value);
        assert_memory_equal(&a->bound, &b->bound, sizeof a->bound);
        if (a->n_links > 0) {
            assert_memory_equal(a->prices, b->prices, a->n_links * sizeof *a->prices);
            assert_memory_equal(a->links, b->links, a->n_links * sizeof *a->links);
        }
        for (size_t k = 0; k < a->n_demands; k++)
            assert_same_demand(&a->demands[k], &b->demands[k]);
        kh_builder_destroy(&first);
        kh_builder_destroy(&second);
    }
}

/* By clp when it is installed. */
static void another_program_for_linear_programs_finds_the_same(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < INSTANCES; seed += EVERY_PROGRAM) {
        kh_builder b = kh_hostile_draw(seed, NULL);
        for (int objective = 0; objective < 2; objective++) {
            kh_plan *own = kh_builder_plan(&b, (kh_objective)objective), *other = NULL;
            kh_optimise_options options = {.objective = (kh_objective)objective, .lp_program = "clp"};
            kh_status status = kh_optimise(&b.net, &b.rates, &options, b.arena, &other, NULL);
            if (status == KH_ENOINPUT) {
                kh_builder_destroy(&b);
                skip();
            }
            assert_int_equal(status, KH_OK);
            assert_true(within(own->value, other->value) <= 1e-9);
            kh_builder_assert_verified(&b, other);
            for (size_t k = 0; k < own->n_demands; k++)
                assert_true(within(own->demands[k].rate_bps, other->demands[k].rate_bps) <= 1e-6);
        }
        kh_builder_destroy(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_programs_agree),
        cmocka_unit_test(max_min_is_that_of_the_slow_way),
        cmocka_unit_test(the_same_network_gets_the_same_plan_bit_for_bit),
        cmocka_unit_test(another_program_for_linear_programs_finds_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
