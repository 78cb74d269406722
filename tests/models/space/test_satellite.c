/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Satellite links of a network. */
#include "core/net/load.h"
#include "models/choice.h"
#include "models/qkd_link.h"
#include "models/space/satellite.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* what a case changes in the topology below */
typedef struct topology {
    const char *orbit, *sky, *clear, *link, *device;
} topology;

static const topology usual = {.orbit = "altitude_km: 500, ascending_node_deg: 100",
                               .sky = "horizon_deg: 15",
                               .clear = "share: 0.5",
                               .link = "",
                               .device = ""};

static kh_net *load_text(const char *text)
{
    kh_net *net = NULL;
    kh_error err = {0};
    kh_findings *findings = kh_findings_create();
    if (kh_net_load_text("t", text, strlen(text), NULL, 0, findings, &net, &err) != KH_OK)
        fail_msg("%s%s", err.steps, err.message);
    kh_findings_destroy(findings);
    return net;
}

static kh_net *load(topology t)
{
    char text[2000];
    int length = snprintf(
        text, sizeof text,
        "keyhaul: 1\nname: t\n"
        "devices: [{id: d, protocol: bb84-decoy, clock_hz: 1e8, detector_efficiency: 0.5, dark_count_hz: 100, gate_ns: 1,\n"
        "           misalignment: 0.005, eps_sec: 1e-9, optics: {loss_db: 8}%s}]\n"
        "nodes: [{id: SAT, kind: satellite, orbit: {%s}},\n"
        "        {id: OGS, kind: ogs, at: [48.08, 11.28], sky: {%s}, clear_sky: {%s}}]\n"
        "qkd_links: [{id: L, ends: [OGS, SAT], device: d, wavelength_nm: 810%s}]\n",
        t.device, t.orbit, t.sky, t.clear, t.link);
    assert_true(length < (int)sizeof text);
    return load_text(text);
}

static kh_qkd_rate rate_of(topology t)
{
    kh_net *net = load(t);
    kh_qkd_rate rate;
    kh_error err = {0};
    if (kh_qkd_link_rate(net, (kh_qkd_link_id){0}, &rate, &err) != KH_OK)
        fail_msg("%s%s", err.steps, err.message);
    kh_net_destroy(net);
    return rate;
}

static bool assumes(const kh_qkd_rate *rate, const char *what)
{
    for (size_t i = 0; i < rate->satellite.n_assumed; i++)
        if (strstr(rate->satellite.assumed[i], what) != NULL)
            return true;
    return false;
}

static void the_rate_is_the_mean_of_a_year(void **state)
{
    (void)state;
    kh_qkd_rate rate = rate_of(usual);
    const kh_satellite_rate *s = &rate.satellite;
    assert_true(rate.is_satellite && rate.key_rate_bps > 0.0 && rate.key_rate_bps < rate.ceiling_bps);
    assert_true(fabs(rate.key_rate_bps * 365.0 * 86400.0 / s->key_bits_year - 1.0) < 1e-12);
    assert_true(s->low_key_bits_year < s->key_bits_year && s->low_key_bits_year > 0.8 * s->key_bits_year);
    assert_true(s->mean_pass_bits < s->best_pass_bits);
    assert_true(fabs(s->key_bits_year / (0.5 * s->mean_pass_bits * s->key_passes) - 1.0) < 1e-9);
    assert_true(s->key_passes <= s->night_passes && s->night_passes < s->passes);
    assert_true(s->best_elevation_deg > 80.0 && rate.length_km < 520.0 && s->longest_gap_s < 5.0 * 86400.0);
    assert_true(fabs(rate.block_s * s->clear_passes / (365.0 * 86400.0) - 1.0) < 1e-12);
}

static void the_effects_are_those_of_the_best_pass(void **state)
{
    (void)state;
    kh_qkd_rate rate = rate_of(usual);
    assert_true(rate.effects.loss_db > 10.0 && rate.effects.stray_light_db > 0.0 && rate.effects.finite_key_db > 0.1);
    assert_int_equal(rate.limit, KH_LIMIT_LOSS);
    assert_non_null(rate.change.what);
    assert_true(rate.qber > 0.005 && rate.qber < 0.02);
}

static void what_is_not_given_is_named(void **state)
{
    (void)state;
    kh_qkd_rate rate = rate_of(usual);
    assert_true(assumes(&rate, "optics.pointing_urad: 1.2") && assumes(&rate, "sky.night_radiance"));
    assert_false(assumes(&rate, "horizon") || assumes(&rate, "clear_sky") || assumes(&rate, "optics.loss_db"));
    topology monthly = usual;
    monthly.clear = "jan: 0, feb: 0, mar: 0, apr: 0, may: 0, jun: 1, jul: 1, aug: 1, sep: 0, oct: 0, nov: 0, dec: 0";
    rate = rate_of(monthly);
    assert_false(assumes(&rate, "clear_sky"));
    assert_true(rate.satellite.low_key_bits_year == rate.satellite.key_bits_year); /* nothing is left to chance */
    assert_true(rate.satellite.clear_passes < 0.5 * rate.satellite.key_passes);
}

static void clouds_and_shares_scale_the_key(void **state)
{
    (void)state;
    topology clear = usual, shared = usual;
    clear.clear = "share: 1";
    shared.link = ", pass_share: 0.25";
    double half = rate_of(usual).key_rate_bps;
    assert_true(fabs(rate_of(clear).key_rate_bps / half - 2.0) < 1e-9);
    assert_true(fabs(rate_of(shared).key_rate_bps / half - 0.25) < 1e-9);
}

static void a_higher_horizon_a_wider_view_and_more_clouds_cost_key(void **state)
{
    (void)state;
    double before = rate_of(usual).key_rate_bps;
    topology worse = usual;
    worse.sky = "horizon_deg: 35";
    double higher = rate_of(worse).key_rate_bps;
    assert_true(higher < before && higher > 0.0);
    worse.sky = "horizon_deg: 35, night_radiance_w_m2_sr_um: 0.1";
    assert_true(rate_of(worse).key_rate_bps < higher);
}

static void passes_in_one_block_give_more_key_less_often(void **state)
{
    (void)state;
    topology pooled = usual;
    pooled.link = ", passes_per_block: 10";
    kh_qkd_rate one = rate_of(usual), ten = rate_of(pooled);
    assert_true(ten.key_rate_bps > one.key_rate_bps && ten.key_rate_bps < ten.ceiling_bps);
    assert_true(ten.block_s > 5.0 * one.block_s && ten.satellite.longest_gap_s > one.satellite.longest_gap_s);
}

static void daylight_counts_when_its_noise_leaves_key(void **state)
{
    (void)state;
    topology dark = usual;
    dark.sky = "horizon_deg: 15, day_radiance_w_m2_sr_um: 0.0015";
    kh_qkd_rate night = rate_of(usual), both = rate_of(dark);
    assert_true(night.satellite.key_passes == night.satellite.night_passes);
    assert_true(both.satellite.key_passes > 1.5 * night.satellite.key_passes);
    assert_true(both.satellite.day_noise_per_gate == both.satellite.night_noise_per_gate);
    assert_true(night.satellite.day_noise_per_gate > 100.0 * night.satellite.night_noise_per_gate);
}

static void a_satellite_that_never_comes_has_no_rate(void **state)
{
    (void)state;
    topology equator = usual;
    equator.orbit = "altitude_km: 500, inclination_deg: 5";
    kh_qkd_rate rate = rate_of(equator);
    assert_true(rate.key_rate_bps == 0.0 && rate.satellite.passes == 0.0);
    assert_int_equal(rate.limit, KH_LIMIT_NO_PASS);
    assert_true(rate.satellite.longest_gap_s == 365.0 * 86400.0);
}

static void a_link_too_weak_says_what_would_bring_key(void **state)
{
    (void)state;
    topology weak = usual;
    weak.link = ", extra_loss_db: 30";
    kh_qkd_rate rate = rate_of(weak);
    assert_true(rate.key_rate_bps == 0.0 && rate.satellite.key_passes == 0.0 && rate.satellite.passes > 0.0);
    assert_true(rate.limit == KH_LIMIT_FINITE_KEY || rate.limit == KH_LIMIT_LOSS || rate.limit == KH_LIMIT_STRAY_LIGHT);
    topology bright = usual;
    bright.sky = "night_radiance_w_m2_sr_um: 1000";
    rate = rate_of(bright);
    assert_true(rate.key_rate_bps == 0.0);
    assert_int_equal(rate.limit, KH_LIMIT_STRAY_LIGHT);
}

static void other_protocols_have_no_model(void **state)
{
    (void)state;
    topology other = usual;
    other.link = ", protocol: bb84-decoy-asymptotic";
    kh_qkd_rate rate = rate_of(other);
    assert_true(rate.key_rate_bps == 0.0 && !rate.is_satellite);
    assert_int_equal(rate.limit, KH_LIMIT_NO_MODEL);
}

static void devices_for_space_are_for_space(void **state)
{
    (void)state;
    kh_net *net =
        load_text("keyhaul: 1\n"
                  "devices: [{id: up, protocol: bb84-decoy, clock_hz: 1e9, detector_efficiency: 0.9, dark_count_hz: 1,\n"
                  "           gate_ns: 0.5, optics: {loss_db: 8}},\n"
                  "          {id: down, protocol: bb84-decoy, clock_hz: 1e6, detector_efficiency: 0.1, dark_count_hz: 1000}]\n"
                  "nodes: [{id: SAT, kind: satellite, orbit: {altitude_km: 500, ascending_node_deg: 100}},\n"
                  "        {id: OGS, kind: ogs, at: [48.08, 11.28]}, {id: A, at: [48, 11]}]\n"
                  "fibres: [{id: F, ends: [A, OGS], length_km: 30, loss_db: 8}]\n"
                  "qkd_links: [{id: S, ends: [SAT, OGS], protocol: best}, {id: Q, via: [F], protocol: best}]\n");
    kh_error err = {0};
    if (kh_choice_make(net, &err) != KH_OK)
        fail_msg("%s%s", err.steps, err.message);
    assert_int_equal(net->qkd_links[0].device.i, 0);
    assert_int_equal(net->qkd_links[1].device.i, 1);
    kh_net_destroy(net);
}

static void the_limits_of_the_device_hold(void **state)
{
    (void)state;
    topology limited = usual;
    limited.device = ", max_loss_db: 5";
    kh_qkd_rate rate = rate_of(limited);
    assert_true(rate.key_rate_bps == 0.0);
    assert_int_equal(rate.limit, KH_LIMIT_DEVICE_LOSS);
}

/* classes against passes one by one: the year of a night satellite, every fifth pass */
typedef struct sums {
    const kh_net *net;
    const kh_satellite_year *year;
    double one_by_one, n;
    int i;
} sums;

static void add_pass(const kh_passage *passage, void *user)
{
    sums *s = user;
    if (passage->sun_elevation_rad >= -12.0 * 3.14159265358979 / 180.0)
        return;
    s->n += 1.0;
    if (s->i++ % 5 == 0)
        s->one_by_one += 5.0 * kh_satellite_pass_bits(s->net, &s->net->qkd_links[0], passage->offset_rad, false);
}

static void classes_sum_up_to_the_passes_one_by_one(void **state)
{
    (void)state;
    topology clear = usual;
    clear.clear = "share: 1";
    kh_net *net = load(clear);
    kh_satellite_year year;
    assert_int_equal(kh_satellite_year_compute(net, &net->qkd_links[0], NULL, &year, NULL), KH_OK);
    const kh_satellite_setting setting = kh_satellite_setting_of(net, &net->qkd_links[0]);
    sums s = {.net = net, .year = &year};
    kh_passes_visit(&setting.orbit, &setting.station, add_pass, &s);
    assert_true(s.n == year.rate.night_passes);
    assert_true(fabs(year.rate.key_bits_year / s.one_by_one - 1.0) <
                0.03); /* every fifth pass: 2 % of chance; bench_sat takes all */
    kh_net_destroy(net);
}

/* near what a search from scratch finds, from little loss to almost none of the passes giving key */
static void the_best_pass_is_that_of_a_search_from_scratch(void **state)
{
    (void)state;
    const char *const losses[] = {", extra_loss_db: 0", ", extra_loss_db: 6", ", extra_loss_db: 11", ", extra_loss_db: 12"};
    for (size_t i = 0; i < sizeof losses / sizeof losses[0]; i++) {
        topology t = usual;
        t.link = losses[i];
        kh_net *net = load(t);
        kh_satellite_year year;
        assert_int_equal(kh_satellite_year_compute(net, &net->qkd_links[0], NULL, &year, NULL), KH_OK);
        double offset_rad = kh_orbit_central_angle(500.0, year.rate.best_elevation_deg * 3.14159265358979 / 180.0);
        double alone = kh_satellite_pass_bits(net, &net->qkd_links[0], offset_rad, false);
        assert_true(alone > 0.0 && fabs(year.rate.best_pass_bits / alone - 1.0) < 5e-3);
        kh_net_destroy(net);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rate_is_the_mean_of_a_year),
        cmocka_unit_test(the_effects_are_those_of_the_best_pass),
        cmocka_unit_test(what_is_not_given_is_named),
        cmocka_unit_test(clouds_and_shares_scale_the_key),
        cmocka_unit_test(a_higher_horizon_a_wider_view_and_more_clouds_cost_key),
        cmocka_unit_test(passes_in_one_block_give_more_key_less_often),
        cmocka_unit_test(daylight_counts_when_its_noise_leaves_key),
        cmocka_unit_test(a_satellite_that_never_comes_has_no_rate),
        cmocka_unit_test(a_link_too_weak_says_what_would_bring_key),
        cmocka_unit_test(other_protocols_have_no_model),
        cmocka_unit_test(devices_for_space_are_for_space),
        cmocka_unit_test(the_limits_of_the_device_hold),
        cmocka_unit_test(classes_sum_up_to_the_passes_one_by_one),
        cmocka_unit_test(the_best_pass_is_that_of_a_search_from_scratch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
