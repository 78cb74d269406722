/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Secret plans of hostile networks: they verify, close their gap, are the same twice, cost what plain plans can do at most, and
   never verify again when a rate is raised, a route moved or a bound lowered. */
#include "solvers/optimise.h"
#include "solvers/verify.h"
#include "tests/solvers/hostile.h"
#include "tests/solvers/near.h"

#include <string.h>

enum { NETWORKS = 600 };

static const struct {
    kh_secrecy secrecy;
    uint32_t colluders;
    const char *coalitions;
} wishes[] = {{KH_SECRECY_RAMP, 1, NULL},
              {KH_SECRECY_RAMP, 2, NULL},
              {KH_SECRECY_DISJOINT, 1, NULL},
              {KH_SECRECY_DISJOINT, 2, NULL},
              {KH_SECRECY_COALITIONS, 0, "n0+n1+n2,n3+n4,n2+n5"},
              {KH_SECRECY_COALITIONS, 0, "vendor"}};
enum { N_WISHES = sizeof wishes / sizeof *wishes };

static kh_plan *make_plan(kh_builder *b, size_t wish, kh_objective objective)
{
    const kh_optimise_options options = {.objective = objective,
                                         .secrecy = wishes[wish].secrecy,
                                         .colluders = wishes[wish].colluders,
                                         .coalitions = wishes[wish].coalitions};
    kh_plan *plan = NULL;
    kh_error err = {0};
    kh_status status = kh_optimise(&b->net, &b->rates, &options, b->arena, &plan, &err);
    if (status == KH_EUSAGE && wishes[wish].secrecy == KH_SECRECY_COALITIONS)
        return NULL; /* fewer nodes than named, or no vendor */
    if (status != KH_OK)
        fail_msg("%s%s", err.steps, err.message);
    return plan;
}

static size_t count_wrong(const kh_builder *b, const kh_plan *plan, bool tell)
{
    kh_findings *findings = kh_findings_create();
    assert_non_null(findings);
    (void)kh_verify(&b->net, &b->rates, plan, findings, NULL);
    size_t n = kh_findings_count(findings, KH_ERROR);
    for (size_t i = 0; tell && i < kh_findings_kept(findings); i++)
        print_error("%s\n", kh_findings_at(findings, i)->message);
    kh_findings_destroy(findings);
    return n;
}

static void check_twice(kh_builder *b, size_t wish, kh_objective objective, const kh_plan *plan)
{
    const kh_plan *again = make_plan(b, wish, objective);
    assert_memory_equal(&plan->value, &again->value, sizeof plan->value);
    assert_memory_equal(&plan->bound, &again->bound, sizeof plan->bound);
    for (size_t k = 0; k < plan->n_demands; k++)
        assert_memory_equal(&plan->demands[k].carried_bps, &again->demands[k].carried_bps, sizeof(double));
}

/* Who can have a secret key has some: a value of 0 hides nothing. */
static void check_some(const kh_plan *plan, uint64_t seed, size_t wish)
{
    for (size_t k = 0; k < plan->n_demands; k++)
        if (plan->demands[k].shortfall == KH_SHORTFALL_CAPACITY && !(plan->demands[k].rate_bps > 0))
            fail_msg("seed %lu, wish %zu: demand %zu gets nothing, and could", (unsigned long)seed, wish, k);
}

static void hold(kh_builder *b, uint64_t seed, size_t wish, kh_objective objective)
{
    kh_plan *plan = make_plan(b, wish, objective);
    if (plan == NULL)
        return;
    if (count_wrong(b, plan, true) > 0)
        fail_msg("seed %lu, wish %zu, %s: the plan does not verify", (unsigned long)seed, wish, kh_objective_name(objective));
    if (!(plan->gap < 1e-6))
        fail_msg("seed %lu, wish %zu, %s: a gap of %g", (unsigned long)seed, wish, kh_objective_name(objective), plan->gap);
    assert_true(plan->value <= plan->secrecy.plain_bound * (1 + 1e-9));
    check_some(plan, seed, wish);
    check_twice(b, wish, objective, plan);
}

static void every_plan_of_a_hostile_network_verifies(void **unused)
{
    (void)unused;
    for (uint64_t seed = 0; seed < NETWORKS; seed++) {
        kh_builder b = kh_hostile_draw(seed, NULL);
        for (size_t wish = 0; wish < N_WISHES; wish++)
            hold(&b, seed, wish, (seed + wish) % 2 == 0 ? KH_OBJECTIVE_CONCURRENT : KH_OBJECTIVE_MAX_MIN);
        kh_builder_destroy(&b);
    }
}

/* A rate is told too high, by more than verification leaves to rounding. */
static bool raise(kh_plan *plan)
{
    for (size_t k = 0; k < plan->n_demands; k++)
        if (plan->demands[k].rate_bps > 0) {
            plan->demands[k].rate_bps *= 1 + 1e-6;
            return true;
        }
    return false;
}

static bool lower_bound(kh_plan *plan)
{
    plan->bound *= 1 - 1e-6;
    return plan->bound > 0;
}

static bool swap_shares(kh_plan *plan)
{
    if (plan->secrecy.n_suspicions == 0)
        return false;
    plan->secrecy.suspicions[0].share = nextafter(1, 2);
    return true;
}

static bool forget_a_route(kh_plan *plan)
{
    for (size_t k = 0; k < plan->n_demands; k++)
        if (plan->demands[k].n_routes > 0) {
            plan->demands[k].n_routes--;
            return true;
        }
    return false;
}

static bool expose(kh_plan *plan)
{
    for (size_t k = 0; k < plan->n_demands; k++)
        if (plan->demands[k].shortfall == KH_SHORTFALL_CAPACITY) {
            plan->demands[k].shortfall = KH_SHORTFALL_EXPOSED;
            return true;
        }
    return false;
}

static void every_change_is_found(void **unused)
{
    (void)unused;
    bool (*const changes[])(kh_plan *) = {raise, lower_bound, swap_shares, forget_a_route, expose};
    for (uint64_t seed = 0; seed < NETWORKS / 2; seed++)
        for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
            kh_builder b = kh_hostile_draw(seed, NULL);
            size_t wish = (seed + i) % N_WISHES;
            kh_plan *plan = make_plan(&b, wish, KH_OBJECTIVE_CONCURRENT);
            if (plan != NULL && changes[i](plan) && count_wrong(&b, plan, false) == 0)
                fail_msg("seed %lu, wish %zu: change %zu is not found", (unsigned long)seed, wish, i);
            kh_builder_destroy(&b);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_plan_of_a_hostile_network_verifies),
        cmocka_unit_test(every_change_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
