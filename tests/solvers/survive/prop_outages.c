/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sweeps over random networks: every outcome stands before the check of its own, and no tampered one does; one more module on each
   link against the same problem solved from nothing. */
#include "core/base/rng.h"
#include "core/net/ids.h"
#include "solvers/survive/gain.h"
#include "solvers/survive/outages_check.h"
#include "solvers/survive/served.h"
#include "tests/solvers/near.h"

#include <string.h>

enum { INSTANCES = 60, MOST_NODES = 10, MOST_LINKS = 18, MOST_DEMANDS = 12 };

typedef struct instance {
    uint32_t ends[MOST_LINKS][2], link[MOST_LINKS], node[MOST_NODES];
    double capacity_bps[MOST_LINKS];
    bool relays[MOST_NODES];
    kh_keyflow_demand demands[MOST_DEMANDS];
    kh_keyflow_problem problem;
    kh_loss losses[MOST_LINKS + MOST_NODES];
    size_t n_losses;
    kh_arena *arena;
    kh_rng rng;
    size_t n_tampered;
    const kh_keyflow *before; /* to begin from, or NULL */
} instance;

static uint32_t draw(instance *in, size_t n)
{
    return (uint32_t)kh_rng_below(&in->rng, n);
}

static void draw_instance(instance *in, uint64_t seed)
{
    in->rng = kh_rng_stream(seed, "", "sweep");
    in->arena = kh_arena_create(0);
    size_t n = 3 + draw(in, MOST_NODES - 2), m = 1 + draw(in, MOST_LINKS), k = 1 + draw(in, MOST_DEMANDS);
    for (uint32_t v = 0; v < n; v++) {
        in->relays[v] = kh_rng_uniform(&in->rng) > 0.1;
        in->node[v] = v;
        in->losses[in->n_losses++] = (kh_loss){.nodes = &in->node[v], .n_nodes = 1};
    }
    for (uint32_t e = 0; e < m; e++) {
        in->ends[e][0] = draw(in, n);
        in->ends[e][1] = draw(in, n);
        in->capacity_bps[e] = kh_rng_uniform(&in->rng) < 0.1 ? 0 : exp(3 * kh_rng_uniform(&in->rng));
        in->link[e] = e;
        in->losses[in->n_losses++] = (kh_loss){.links = &in->link[e], .n_links = 1};
    }
    for (size_t i = 0; i < k; i++) {
        uint32_t a = draw(in, n), b = (a + 1 + draw(in, n - 1)) % (uint32_t)n;
        in->demands[i] = (kh_keyflow_demand){{a, b}, exp(3 * kh_rng_uniform(&in->rng))};
    }
    in->problem = (kh_keyflow_problem){.graph = {n, m, (const uint32_t(*)[2])in->ends, in->relays},
                                       .capacity_bps = in->capacity_bps,
                                       .demands = in->demands,
                                       .n_demands = k,
                                       .level_cap = INFINITY,
                                       .time_limit_s = INFINITY};
}

static kh_status check(const instance *in, const kh_loss *const losses[2], const kh_loss_outcome *outcome, const kh_keyflow *flow)
{
    kh_findings *findings = kh_findings_create();
    kh_status status = kh_outages_check(&in->problem, losses, outcome, flow, findings, NULL);
    if (status != KH_OK && status != KH_UNMET)
        fail_msg("check ended with %d", status);
    kh_findings_destroy(findings);
    return status;
}

static void expect_refusal(instance *in, const kh_loss *const losses[2], const kh_loss_outcome *outcome, const kh_keyflow *flow)
{
    in->n_tampered++;
    assert_int_equal(check(in, losses, outcome, flow), KH_UNMET);
}

/* Everything of an outcome, changed by itself. */
static kh_status tamper(void *user, const kh_loss *const losses[2], const kh_loss_outcome *outcome, const kh_keyflow *flow,
                        kh_error *err)
{
    instance *in = user;
    (void)err;
    assert_int_equal(check(in, losses, outcome, flow), KH_OK);
    if (flow->n_routes == 0)
        return KH_OK;
    kh_loss_outcome bad = *outcome;
    bad.value *= 1.0001;
    expect_refusal(in, losses, &bad, flow);
    bad = *outcome;
    bad.bound *= 0.9999;
    expect_refusal(in, losses, &bad, flow);
    kh_keyflow_route *routes = KH_NEW(in->arena, kh_keyflow_route, flow->n_routes), *one = &routes[draw(in, flow->n_routes)];
    kh_keyflow less = *flow;
    memcpy(routes, flow->routes, flow->n_routes * sizeof *routes);
    less.routes = routes;
    one->rate_bps *= 1.001;
    expect_refusal(in, losses, outcome, &less);
    one->rate_bps /= 1.001;
    one->n_links--;
    expect_refusal(in, losses, outcome, &less);
    one->n_links++;
    uint32_t gone = losses[0]->n_links > 0 ? losses[0]->links[0] : KH_NO_INDEX;
    if (gone != KH_NO_INDEX && one->links[0] != gone) {
        uint32_t links[MOST_NODES];
        memcpy(links, one->links, one->n_links * sizeof *links);
        links[0] = gone;
        one->links = links;
        expect_refusal(in, losses, outcome, &less);
        memcpy(routes, flow->routes, flow->n_routes * sizeof *routes);
    }
    if (outcome->n_cut_off > 0) {
        bad = *outcome;
        bad.n_cut_off--;
        expect_refusal(in, losses, &bad, flow);
    }
    bool relays[MOST_NODES] = {false};
    instance distrusted = *in;
    distrusted.problem.graph.relays = relays;
    if (one->n_links > 1)
        expect_refusal(&distrusted, losses, outcome, flow);
    return KH_OK;
}

static void every_outcome_is_proven_and_no_tampered_one_is(void **state)
{
    (void)state;
    size_t n_tampered = 0;
    for (uint64_t seed = 0; seed < INSTANCES; seed++) {
        instance in = {0};
        kh_outages sweep;
        draw_instance(&in, seed);
        for (int pairs = 0; pairs < 2; pairs++) {
            size_t n = pairs && in.n_losses > 12 ? 12 : in.n_losses;
            kh_outages_options options = {.pairs = pairs, .inspect = tamper, .user = &in};
            assert_int_equal(kh_outages_run(&in.problem, in.losses, n, &options, in.arena, &sweep, NULL), KH_OK);
            assert_true(sweep.complete);
            assert_int_equal(sweep.n_outcomes, kh_outages_count(n, pairs));
        }
        n_tampered += in.n_tampered;
        kh_arena_destroy(in.arena);
    }
    assert_true(n_tampered > 5000);
}

static double solve_with(instance *in, size_t link, double capacity_bps)
{
    kh_keyflow flow;
    double before_bps = in->capacity_bps[link];
    in->capacity_bps[link] = capacity_bps;
    assert_int_equal(kh_keyflow_solve(&in->problem, in->arena, &flow, NULL), KH_OK);
    in->capacity_bps[link] = before_bps;
    return flow.value;
}

static void one_more_module_brings_what_it_brings_from_nothing(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 3 * INSTANCES; seed++) {
        instance in = {0};
        kh_gains gains;
        double module_bps[MOST_LINKS];
        draw_instance(&in, seed);
        for (size_t e = 0; e < in.problem.graph.n_links; e++)
            module_bps[e] = exp(2 * kh_rng_uniform(&in.rng));
        assert_int_equal(kh_gain_find(&in.problem, module_bps, in.arena, &gains, NULL), KH_OK);
        for (size_t e = 0; e < in.problem.graph.n_links; e++) {
            const kh_gain *gain = &gains.of[e];
            if (in.capacity_bps[e] <= 0)
                continue;
            double value = solve_with(&in, e, in.capacity_bps[e] + module_bps[e]);
            assert_near(gain->value, value, 2e-9 * value);
            assert_true(gain->value <= gains.value + gain->first_order + 1e-9 * value);
            assert_true(gain->bound >= gain->value * (1 - 1e-12) && gain->bound <= gain->value * (1 + 2e-9));
            double scale = 1e-6 * gains.value / in.capacity_bps[e];
            assert_true(gain->price_low <= gains.prices[e] + scale && gains.prices[e] <= gain->price_high + scale);
            assert_true(gain->value - gains.value <= gain->price_low * module_bps[e] + 1e-6 * value);
        }
        kh_arena_destroy(in.arena);
    }
}

/* -- fair rates ---------------------------------------------------------------------------------------------------- */

/* More than nothing that a rate could rise by, or something wrong: the rates do not pass as fair. */
static bool passes(const instance *in, const kh_loss *const losses[2], const kh_keyflow *flow)
{
    double slack = 1;
    kh_findings *findings = kh_findings_create();
    kh_status status = kh_served_check(&in->problem, losses, flow, findings, &slack, NULL);
    kh_findings_destroy(findings);
    assert_true(status == KH_OK || status == KH_UNMET);
    return status == KH_OK && slack <= 1e-7;
}

static void refuse_tampered(instance *in, const kh_loss *const losses[2], const kh_keyflow *flow)
{
    size_t n = in->problem.n_demands, m = in->problem.graph.n_links;
    kh_keyflow bad = *flow;
    bad.routes = KH_NEW(in->arena, kh_keyflow_route, flow->n_routes);
    bad.rate_bps = KH_NEW(in->arena, double, n);
    memcpy(bad.routes, flow->routes, flow->n_routes * sizeof *bad.routes);
    memcpy(bad.rate_bps, flow->rate_bps, n * sizeof *bad.rate_bps);
    kh_keyflow_route *one = &bad.routes[draw(in, flow->n_routes)];
    const double times[] = {0.999, 1.001}; /* told: less is not fair, more does not fit or is above the request */
    for (int i = 0; i < 2; i++) {
        double rate_bps = one->rate_bps;
        one->rate_bps *= times[i];
        assert_false(passes(in, losses, &bad));
        bad.rate_bps[one->demand] += one->rate_bps - rate_bps;
        assert_false(passes(in, losses, &bad));
        bad.rate_bps[one->demand] = flow->rate_bps[one->demand];
        one->rate_bps = rate_bps;
        in->n_tampered += 2;
    }
    one->n_links--;
    assert_false(passes(in, losses, &bad));
    one->n_links++;
    double *free_prices = KH_NEW(in->arena, double, m), *levels[MOST_DEMANDS + 1];
    for (size_t i = 0; i < flow->n_levels; i++)
        levels[i] = free_prices;
    bad.level_prices = levels;
    if (flow->level[0] < 1 - 1e-6)
        assert_false(passes(in, losses, &bad));
    in->n_tampered += 2;
}

static kh_status serve(void *user, const kh_loss *const losses[2], const kh_loss_outcome *outcome, const kh_keyflow *even,
                       kh_error *err)
{
    instance *in = user;
    kh_keyflow fair;
    (void)err;
    assert_int_equal(kh_served_find(&in->problem, losses, in->before, in->arena, &fair, NULL), KH_OK);
    assert_true(passes(in, losses, &fair));
    double least = HUGE_VAL, share = 0;
    for (size_t k = 0; k < in->problem.n_demands; k++) {
        assert_int_equal(fair.joined[k], even->joined[k]);
        share = fair.rate_bps[k] / in->demands[k].requested_bps;
        least = fair.joined[k] ? fmin(least, share) : least;
    }
    if (!isinf(least))
        assert_near(least, fmin(outcome->value, 1), 1e-9);
    if (fair.n_routes > 0)
        refuse_tampered(in, losses, &fair);
    return KH_OK;
}

/* The lowest of the fair shares is the one share for all, and nobody can have more unless somebody with no more gets less. */
static void what_is_served_is_fair_and_starts_at_one_share_for_all(void **state)
{
    (void)state;
    size_t n_tampered = 0;
    for (uint64_t seed = 0; seed < INSTANCES; seed++) {
        instance in = {0};
        kh_outages sweep;
        kh_keyflow whole;
        draw_instance(&in, seed);
        assert_int_equal(kh_keyflow_solve(&in.problem, in.arena, &whole, NULL), KH_OK);
        in.before = seed % 2 == 0 ? &whole : NULL;
        for (int pairs = 0; pairs < 2; pairs++) {
            kh_outages_options options = {.pairs = pairs, .inspect = serve, .user = &in};
            assert_int_equal(kh_outages_run(&in.problem, in.losses, pairs && in.n_losses > 6 ? 6 : in.n_losses, &options, in.arena,
                                            &sweep, NULL),
                             KH_OK);
        }
        n_tampered += in.n_tampered;
        kh_arena_destroy(in.arena);
    }
    assert_true(n_tampered > 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_outcome_is_proven_and_no_tampered_one_is),
        cmocka_unit_test(what_is_served_is_fair_and_starts_at_one_share_for_all),
        cmocka_unit_test(one_more_module_brings_what_it_brings_from_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
