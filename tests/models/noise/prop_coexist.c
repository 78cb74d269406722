/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Light beside a link: by hand for one channel and one fibre, then what must hold for any. */
#include "tests/models/noise/beside.h"

#include "core/base/rng.h"
#include "core/base/units.h"
#include "models/fibre/attenuation.h"
#include "models/fibre/raman.h"
#include "models/qkd_link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int is_near(double a, double b, double relative)
{
    return fabs(a - b) <= relative * fabs(b);
}

static kh_qkd_channel channel_of(const beside *b)
{
    kh_qkd_channel channel;
    kh_error err = {0};
    if (find_beside(b, &channel, &err) != KH_OK)
        fail_msg("%s", err.message);
    return channel;
}

static kh_qkd_rate rate_of(const beside *b)
{
    kh_qkd_rate rate;
    kh_error err = {0};
    if (kh_qkd_link_rate(&b->net, (kh_qkd_link_id){0}, &rate, &err) != KH_OK)
        fail_msg("%s", err.message);
    return rate;
}

static double sum_of(const kh_stray_light *stray)
{
    return stray->raman_hz + stray->fwm_hz + stray->leakage_hz;
}

static void one_channel_over_one_fibre_is_the_closed_form(void **state)
{
    (void)state;
    beside b;
    build_beside(&b);
    b.line.channels = 1.0;
    b.link.n_via = 1;
    b.link.ends[1].i = 1;
    b.link.light = KH_LIGHT_CO;
    double quantum_hz = KH_LIGHT_M_PER_S / 1535e-9, band_nm = 50e9 * 1535e-9 * 1535e-9 / KH_LIGHT_M_PER_S * 1e9;
    const kh_raman_pair pair = {192e12, quantum_hz, 283.15, 80.0};
    double light_nm = KH_LIGHT_M_PER_S / 192e12 * 1e9;
    const kh_raman_fibre fibre = {30.0, KH_LN10_PER_10 * (0.2 + kh_attenuation_above_1550_db_km(&b.type, light_nm)),
                                  KH_LN10_PER_10 * (0.2 + kh_attenuation_above_1550_db_km(&b.type, 1535.0))};
    double scattered_w = 1e-4 * kh_raman_coefficient_per_km_nm(&pair) * band_nm;
    kh_qkd_channel co = channel_of(&b);
    assert_true(is_near(co.stray[1].raman_hz * KH_PLANCK_JS * quantum_hz, scattered_w * kh_raman_forward_km(&fibre), 1e-12));
    assert_true(co.stray[1].fwm_hz == 0.0 && sum_of(&co.stray[0]) == 0.0);
    double leak_w = 1e-4 * exp(-fibre.light_loss_per_km * 30.0) * 1e-9; /* 2 x 45 dB */
    assert_true(is_near(co.stray[1].leakage_hz * KH_PLANCK_JS * quantum_hz, leak_w, 1e-9));
    b.link.light = KH_LIGHT_COUNTER;
    kh_qkd_channel counter = channel_of(&b);
    assert_true(is_near(counter.stray[1].raman_hz * KH_PLANCK_JS * quantum_hz, scattered_w * kh_raman_backward_km(&fibre), 1e-12));
    b.link.light = KH_LIGHT_BOTH;
    b.link.extra_loss_db = 4.0; /* half of it before the receiver */
    double both_hz = sum_of(&channel_of(&b).stray[1]);
    assert_true(is_near(both_hz, pow(10.0, -0.2) * (sum_of(&co.stray[1]) + sum_of(&counter.stray[1])), 1e-12));
    b.type.raman_scale = 2.0;
    assert_true(is_near(channel_of(&b).stray[1].raman_hz,
                        2.0 * pow(10.0, -0.2) * (co.stray[1].raman_hz + counter.stray[1].raman_hz), 1e-12));
}

static void every_span_starts_at_the_launch_power_unless_the_light_passes_a_switch(void **state)
{
    (void)state;
    beside b;
    build_beside(&b);
    b.link.light = KH_LIGHT_CO;
    double amplified_hz = channel_of(&b).stray[1].raman_hz;
    b.nodes[1].kind = KH_NODE_SWITCH;
    double passed_hz = channel_of(&b).stray[1].raman_hz;
    assert_true(passed_hz < amplified_hz);
    kh_node_id roadm = {1};
    b.line.roadms = &roadm;
    b.line.n_roadms = 1;
    assert_true(channel_of(&b).stray[1].raman_hz == amplified_hz);
}

static void a_link_the_other_way_round_sees_the_same(void **state)
{
    (void)state;
    beside b;
    build_beside(&b);
    for (int way = KH_LIGHT_BOTH; way <= KH_LIGHT_COUNTER; way++) {
        beside turned = b;
        build_beside(&turned);
        b.link.light = (kh_light_way)way;
        turned.link.light = (kh_light_way)way;
        turned.line.via = turned.back; /* the order of a line does not matter: it has a strand each way */
        turned.line.ends[0].i = 2;
        turned.line.ends[1].i = 0;
        kh_qkd_channel one = channel_of(&b), other = channel_of(&turned);
        assert_true(is_near(sum_of(&one.stray[1]), sum_of(&other.stray[1]), 1e-12));
    }
}

static void stations_and_sources_between_see_what_reaches_them(void **state)
{
    (void)state;
    beside b;
    build_beside(&b);
    b.link.light = KH_LIGHT_CO;
    b.link.protocol = KH_PROTOCOL_MDI_ASYMPTOTIC;
    kh_qkd_channel station = channel_of(&b);
    assert_true(sum_of(&station.stray[0]) == 0.0 && sum_of(&station.stray[1]) > 0.0);
    b.link.protocol = KH_PROTOCOL_BBM92;
    b.link.source_at = KH_SOURCE_IN_MIDDLE;
    kh_qkd_channel middle = channel_of(&b);
    assert_true(middle.stray[0].raman_hz > 0.0 && middle.stray[1].raman_hz > 0.0);
    assert_true(middle.stray[0].fwm_hz == 0.0); /* light runs against the way to the first end */
    b.link.source_at = KH_SOURCE_AT_A;
    kh_qkd_channel at_a = channel_of(&b);
    assert_true(sum_of(&at_a.stray[0]) == 0.0 && at_a.stray[1].raman_hz > middle.stray[1].raman_hz);
    b.link.source_at = KH_SOURCE_AT_B;
    kh_qkd_channel at_b = channel_of(&b);
    assert_true(sum_of(&at_b.stray[1]) == 0.0 && at_b.stray[0].raman_hz > 0.0);
}

static void draw(kh_rng *rng, beside *b)
{
    build_beside(b);
    b->line.channels = 1.0 + (double)kh_rng_below(rng, 30);
    b->line.launch_dbm = -30.0 + 30.0 * kh_rng_uniform(rng);
    b->fibres[0].length_km = 1.0 + 60.0 * kh_rng_uniform(rng);
    b->fibres[0].loss_db = 0.2 * b->fibres[0].length_km;
    b->link.wavelength_nm = kh_rng_below(rng, 2) == 0 ? 1310.0 + 20.0 * kh_rng_uniform(rng) : 1520.0 + 10.0 * kh_rng_uniform(rng);
    b->link.light = (kh_light_way)kh_rng_below(rng, 3);
}

static void noise_grows_with_power_channels_and_temperature(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(11, "coexist", "noise");
    for (int i = 0; i < 100; i++) {
        beside b;
        draw(&rng, &b);
        double before_hz = sum_of(&channel_of(&b).stray[1]);
        b.line.launch_dbm += 3.0;
        double stronger_hz = sum_of(&channel_of(&b).stray[1]);
        assert_true(stronger_hz > 1.99 * before_hz);
        b.line.channels += 1.0;
        assert_true(sum_of(&channel_of(&b).stray[1]) > stronger_hz);
        double cold_hz = channel_of(&b).stray[1].raman_hz;
        b.fibres[0].temperature_c = b.fibres[1].temperature_c = 30.0;
        assert_true(channel_of(&b).stray[1].raman_hz > cold_hz);
    }
}

static void key_never_rises_with_the_power_beside(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(12, "coexist", "key");
    static const kh_protocol protocols[] = {KH_PROTOCOL_BB84_DECOY_ASYMPTOTIC, KH_PROTOCOL_CV_GAUSSIAN_ASYMPTOTIC,
                                            KH_PROTOCOL_MDI_ASYMPTOTIC};
    for (int i = 0; i < 24; i++) {
        beside b;
        draw(&rng, &b);
        b.link.protocol = protocols[i % 3];
        if (b.link.protocol == KH_PROTOCOL_CV_GAUSSIAN_ASYMPTOTIC) {
            b.device.dark_count_hz = 0.0;
            b.device.excess_noise_snu = 0.005;
            b.device.electronic_noise_snu = 0.05;
            b.device.reconciliation_efficiency = 0.95;
        }
        b.link.n_beside = 0;
        double before_bps = rate_of(&b).key_rate_bps;
        b.link.n_beside = 1;
        for (b.line.launch_dbm = -40.0; b.line.launch_dbm <= 20.0; b.line.launch_dbm += 6.0) {
            double now_bps = rate_of(&b).key_rate_bps;
            assert_true(now_bps <= before_bps * (1.0 + 1e-6));
            before_bps = now_bps;
        }
        assert_true(before_bps == 0.0 || b.link.protocol == KH_PROTOCOL_CV_GAUSSIAN_ASYMPTOTIC);
    }
}

static void noise_is_told_apart_in_the_rate(void **state)
{
    (void)state;
    beside b;
    build_beside(&b);
    b.link.wavelength_nm = KH_LIGHT_M_PER_S / 193.1e12 * 1e9; /* the next free place of the grid: mixing falls there */
    kh_qkd_rate rate = rate_of(&b);
    assert_true(rate.noise.raman > 0.0 && rate.noise.fwm > 0.0 && rate.noise.leakage > 0.0);
    b.link.n_beside = 0;
    kh_qkd_rate dark = rate_of(&b);
    assert_true(dark.noise.raman == 0.0 && dark.noise.fwm == 0.0 && dark.noise.leakage == 0.0);
    assert_true(dark.key_rate_bps > rate.key_rate_bps);
}

static void expect_refused(const beside *b, const char *words)
{
    kh_qkd_channel channel = {.loss_db = 7.0};
    kh_error err = {0};
    assert_int_equal(find_beside(b, &channel, &err), KH_ERANGE);
    assert_true(channel.loss_db == 7.0);
    if (strstr(err.message, words) == NULL)
        fail_msg("'%s' is not in '%s'", words, err.message);
}

static void light_that_cannot_be_is_refused(void **state)
{
    (void)state;
    beside b;
    build_beside(&b);
    b.link.wavelength_nm = 1560.0;
    expect_refused(&b, "overlaps the channel of line system 'L'");
    build_beside(&b);
    b.line.launch_dbm = 60.0;
    expect_refused(&b, "launch_dbm");
    build_beside(&b);
    b.link.filter.passes = 0.0;
    expect_refused(&b, "passes");
    build_beside(&b);
    b.fibres[0].temperature_c = -300.0;
    expect_refused(&b, "-300 degrees");
}

static void a_blinded_detector_gives_no_key_and_no_error(void **state)
{
    (void)state;
    beside b;
    build_beside(&b);
    b.line.launch_dbm = 20.0;
    b.link.filter.bandwidth_ghz = 1000.0;
    b.link.wavelength_nm = 1520.0;
    assert_true(rate_of(&b).key_rate_bps == 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_channel_over_one_fibre_is_the_closed_form),
        cmocka_unit_test(every_span_starts_at_the_launch_power_unless_the_light_passes_a_switch),
        cmocka_unit_test(a_link_the_other_way_round_sees_the_same),
        cmocka_unit_test(stations_and_sources_between_see_what_reaches_them),
        cmocka_unit_test(noise_grows_with_power_channels_and_temperature),
        cmocka_unit_test(key_never_rises_with_the_power_beside),
        cmocka_unit_test(noise_is_told_apart_in_the_rate),
        cmocka_unit_test(light_that_cannot_be_is_refused),
        cmocka_unit_test(a_blinded_detector_gives_no_key_and_no_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
