/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/explain/relaxation.h"

#include "core/base/rng.h"
#include "solvers/verify.h"
#include "tests/solvers/hostile.h"
#include "tests/solvers/near.h"

static size_t count_wrong(const kh_builder *b, const kh_relaxation *relaxation, bool told)
{
    kh_findings *findings = kh_findings_create();
    kh_status status = kh_verify_relaxation(&b->net, &b->rates, relaxation, findings, NULL);
    size_t n = kh_findings_count(findings, KH_ERROR);
    if (n > 0 && told) {
        kh_str text = {0};
        kh_findings_text(findings, false, &text);
        print_error("%s", kh_str_text(&text));
        kh_str_clear(&text);
    }
    kh_findings_destroy(findings);
    assert_int_equal(status, n > 0 ? KH_UNMET : KH_OK);
    return n;
}

static kh_relaxation relax(kh_builder *b)
{
    kh_relaxation relaxation;
    kh_error err = {0};
    kh_status status = kh_relaxation_find(&b->net, &b->rates, &(kh_relaxation_options){0}, b->arena, &relaxation, &err);
    if (status != KH_OK)
        print_error("%s\n", err.message);
    assert_int_equal(status, KH_OK);
    assert_int_equal(count_wrong(b, &relaxation, true), 0);
    return relaxation;
}

/* A square: 0-1-2 in two hops, 0-3-2 in two others; a pair gives 40 bit/s and costs 1000, on the last link 10. */
static kh_builder make_square(double asked_bps)
{
    kh_builder b = kh_builder_create(8);
    kh_builder_nodes(&b, 4);
    kh_builder_link(&b, 0, 1, 100);
    kh_builder_link(&b, 1, 2, 60);
    kh_builder_link(&b, 0, 3, 40);
    kh_builder_link(&b, 3, 2, 40);
    kh_builder_demand(&b, 0, 2, asked_bps);
    b.net.devices = KH_NEW(b.arena, kh_device, 2);
    b.net.n_devices = 2;
    b.net.devices[0].cost_eur = 1000;
    b.net.devices[1].cost_eur = 10;
    for (int e = 0; e < 4; e++) {
        b.rates.qkd[e].per_module_bps = 40;
        b.net.qkd_links[e].device = (kh_device_id){0};
    }
    return b;
}

static void each_way_out_is_the_least_of_its_kind(void **state)
{
    (void)state;
    kh_builder b = make_square(130);
    kh_relaxation r = relax(&b);
    assert_near(r.share.value, 100 / 130.0, 1e-9);
    assert_near(r.fewer.value, 30, 1e-7);
    assert_near(r.fewer.change[0], 30, 1e-7);
    assert_near(r.extra.value, 30, 1e-7); /* all on 1-2: 0-1 has room */
    assert_near(r.extra.change[1], 30, 1e-7);
    assert_near(r.modules.value, 1000, 1e-7);
    assert_near(r.modules.change[1], 1, 0);
    b.net.qkd_links[2].device = b.net.qkd_links[3].device = (kh_device_id){1};
    r = relax(&b);
    assert_near(r.extra.value, 30, 1e-7);
    assert_near(r.modules.value, 20, 1e-7); /* two cheap pairs on the other way */
    assert_true(r.modules.bound >= 20 * (1 - 1e-9));
    kh_builder_destroy(&b);
}

static void nothing_gives_way_where_all_are_served(void **state)
{
    (void)state;
    kh_builder b = make_square(90);
    kh_relaxation r = relax(&b);
    assert_true(r.share.value >= 1);
    assert_near(r.fewer.value, 0, 1e-9);
    assert_near(r.extra.value, 0, 1e-9);
    assert_false(r.modules.found);
    kh_builder_destroy(&b);
}

static void only_required_demands_count_when_there_are_any(void **state)
{
    (void)state;
    kh_builder b = make_square(130);
    kh_builder_demand(&b, 0, 1, 1000);
    b.net.demands[0].required = true;
    kh_relaxation r = relax(&b);
    assert_int_equal(r.n_must, 1);
    assert_near(r.extra.value, 30, 1e-7);
    kh_builder_destroy(&b);
}

static void a_link_that_nobody_can_enlarge_leaves_fewer_requests_only(void **state)
{
    (void)state;
    kh_builder b = make_square(130);
    for (int e = 0; e < 4; e++)
        b.rates.qkd[e].per_module_bps = 0;
    kh_relaxation r = relax(&b);
    assert_true(r.share.found && r.fewer.found);
    assert_false(r.extra.found || r.modules.found);
    kh_builder_destroy(&b);
}

static void modules_make_a_path_where_there_is_none(void **state)
{
    (void)state;
    kh_builder b = make_square(30);
    for (int e = 0; e < 4; e++)
        b.rates.qkd[e].key_rate_bps = 0;
    kh_relaxation r = relax(&b);
    assert_int_equal(r.n_lost, 1);
    assert_int_equal(r.n_hopeless, 0);
    assert_false(r.share.found);
    assert_near(r.extra.value, 60, 1e-7);
    assert_near(r.modules.value, 2000, 1e-7);
    kh_builder_destroy(&b);
}

static void set_pairs(kh_builder *b, uint64_t seed)
{
    kh_rng rng = kh_rng_stream(seed, "", "pairs");
    for (size_t e = 0; e < b->net.n_qkd_links; e++)
        b->rates.qkd[e].per_module_bps = kh_rng_uniform(&rng) < 0.2 ? 0 : exp(5 * kh_rng_uniform(&rng));
    for (size_t k = 0; k < b->net.n_demands; k++)
        b->net.demands[k].required = kh_rng_uniform(&rng) < 0.3;
}

static void all_ways_are_proven_on_random_networks(void **state)
{
    (void)state;
    size_t n_found = 0;
    for (uint64_t seed = 0; seed < 300; seed++) {
        unsigned traits;
        kh_builder b = kh_hostile_draw(seed, &traits);
        set_pairs(&b, seed);
        if ((traits & KH_HOSTILE_RANGE) == 0) {
            kh_relaxation r = relax(&b);
            double scale = r.fewer.value + r.extra.value + 1;
            assert_near(r.share.bound, r.share.value, 1e-9 * r.share.value);
            assert_near(r.fewer.bound, r.fewer.value, 1e-7 * scale);
            assert_near(r.extra.bound, r.extra.value, 1e-7 * scale);
            assert_near(r.modules.bound, r.modules.value, 1e-6 * r.modules.value);
            assert_true(!r.share.found || (r.share.value < 1 - 1e-9) == (r.fewer.value > 1e-9 * scale));
            n_found += r.modules.found;
        }
        kh_builder_destroy(&b);
    }
    assert_true(n_found > 30);
}

static void change_number(const kh_builder *b, const kh_relaxation *r, double *field, double other, const char *what)
{
    double kept = *field;
    *field = other;
    if (count_wrong(b, r, false) == 0)
        fail_msg("%s was changed and is accepted", what);
    *field = kept;
}

static void change_way(const kh_builder *b, const kh_relaxation *r, kh_relaxed *way, const char *what)
{
    change_number(b, r, &way->value, way->value * 1.001 + 1e-3, what);
    change_number(b, r, &way->value, (double)NAN, what);
    change_number(b, r, &way->bound, way->value * 2 + 1, what);
    change_number(b, r, &way->routes[0].route.rate_bps, way->routes[0].route.rate_bps * 1.001, what);
    change_number(b, r, &way->routes[0].route.rate_bps, way->routes[0].route.rate_bps * 0.999, what);
    if (way->prices != NULL) {
        change_number(b, r, &way->prices[1], way->prices[1] + 0.5, what);
        change_number(b, r, &way->prices[1], -1, what);
        change_number(b, r, &way->prices[0], (double)NAN, what);
    }
    if (way->change != NULL)
        change_number(b, r, &way->change[0], way->change[0] + 1, what);
    uint32_t kept = way->routes[0].route.links[0].i;
    way->routes[0].route.links[0].i = 3 - kept;
    assert_true(count_wrong(b, r, false) > 0);
    way->routes[0].route.links[0].i = kept;
}

static void every_change_of_a_way_out_is_refused(void **state)
{
    (void)state;
    kh_builder b = make_square(130);
    kh_relaxation r = relax(&b);
    change_way(&b, &r, &r.share, "share");
    change_way(&b, &r, &r.fewer, "fewer");
    change_way(&b, &r, &r.extra, "extra");
    change_way(&b, &r, &r.modules, "modules");
    change_number(&b, &r, &r.modules.change[1], 1.5, "half a module");
    change_number(&b, &r, &b.rates.qkd[1].per_module_bps, 20, "rate of a pair");
    change_number(&b, &r, &b.net.devices[0].cost_eur, 999, "price of a pair");
    r.n_lost++;
    assert_true(count_wrong(&b, &r, false) > 0);
    r.n_lost--;
    r.must[0] = false;
    assert_true(count_wrong(&b, &r, false) > 0);
    r.must[0] = true;
    b.net.nodes[1].trusted = false;
    assert_true(count_wrong(&b, &r, false) > 0);
    kh_builder_destroy(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_way_out_is_the_least_of_its_kind),
        cmocka_unit_test(nothing_gives_way_where_all_are_served),
        cmocka_unit_test(only_required_demands_count_when_there_are_any),
        cmocka_unit_test(a_link_that_nobody_can_enlarge_leaves_fewer_requests_only),
        cmocka_unit_test(modules_make_a_path_where_there_is_none),
        cmocka_unit_test(all_ways_are_proven_on_random_networks),
        cmocka_unit_test(every_change_of_a_way_out_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
