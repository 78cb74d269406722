/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/evaluate.h"
#include "models/qkd/bounds.h"
#include "models/qkd/qkd.h"
#include "models/qkd_link.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* A network of one link, built anew for every test: A --20 dB-- B --8 dB-- C. */
typedef struct fixture {
    kh_fibre fibres[2];
    kh_fibre_id via[2];
    kh_device device;
    kh_qkd_link link;
    kh_net net;
} fixture;

static void build(fixture *f)
{
    *f = (fixture){
        .fibres = {{.id = "A-B", .loss_db = 20.0, .length_km = 90.0}, {.id = "B-C", .loss_db = 8.0, .length_km = 28.2}},
        .via = {{0}, {1}},
        .device = {.id = "ingaas",
                   .protocol = KH_PROTOCOL_BB84_DECOY,
                   .clock_hz = 1e9,
                   .duty = 1.0,
                   .detector_efficiency = 0.2,
                   .receiver_loss_db = 2.5,
                   .dark_count_hz = 1000.0,
                   .gate_ns = 0.5,
                   .misalignment = 0.01,
                   .afterpulse = 0.02,
                   .detectors = 2.0,
                   .ec_efficiency = 1.16,
                   .block_bits = 1e7,
                   .eps_sec = 1e-10,
                   .eps_cor = 1e-15,
                   .pairs_per_pulse = NAN,
                   .max_key_rate_bps = INFINITY,
                   .max_loss_db = INFINITY},
        .link = {.id = "Q1",
                 .n_via = 2,
                 .protocol = KH_PROTOCOL_BB84_DECOY,
                 .wavelength_nm = 1550.0,
                 .modules = 2.0,
                 .measured_key_rate_bps = NAN,
                 .measured_qber = NAN},
    };
    f->link.via = f->via;
    f->net = (kh_net){
        .fibres = f->fibres, .n_fibres = 2, .devices = &f->device, .n_devices = 1, .qkd_links = &f->link, .n_qkd_links = 1};
}

static kh_qkd_rate rate_of(const fixture *f)
{
    kh_qkd_rate rate;
    kh_error err = {0};
    if (kh_qkd_link_rate(&f->net, (kh_qkd_link_id){0}, &rate, &err) != KH_OK)
        fail_msg("%s", err.message);
    return rate;
}

static int is_near(double a, double b, double relative)
{
    return fabs(a - b) <= relative * fabs(b);
}

static void a_link_sums_its_fibres_and_multiplies_its_modules(void **state)
{
    (void)state;
    fixture f;
    build(&f);
    kh_qkd_rate rate = rate_of(&f);
    kh_qkd_key key;
    assert_int_equal(kh_qkd_device_rate(&f.device, 28.0, &key, NULL), KH_OK);
    assert_true(rate.loss_db == 28.0 && is_near(rate.length_km, 118.2, 1e-12));
    assert_true(rate.per_module_bps == key.rate_bps && rate.key_rate_bps == 2.0 * key.rate_bps);
    assert_true(rate.qber == key.qber && rate.sifted_rate_bps == key.sifted_rate_bps && rate.block_s == key.block_s);
    assert_true(is_near(rate.ceiling_bps, 1e9 * kh_bound_plob(28.0), 1e-12));
    assert_true(is_near(rate.repeater_ceiling_bps, 1e9 * kh_bound_single_repeater(28.0), 1e-12));
    assert_false(rate.measured || rate.qber_measured);
}

static void a_link_that_pauses_has_so_much_less_of_all_that_takes_time(void **state)
{
    (void)state;
    fixture f;
    build(&f);
    kh_qkd_rate always = rate_of(&f);
    assert_true(always.on_share == 1.0);
    f.device.calibration_every_h = 2.0;
    f.device.calibration_min = 12.0;
    kh_qkd_link_id links[] = {{0}, {0}, {0}}; /* three turns, as of three links */
    kh_optical_switch at = {.links = links, .n_links = 3, .dwell_s = 90.0, .changeover_s = 10.0};
    f.net.optical_switches = &at;
    f.net.n_optical_switches = 1;
    kh_qkd_rate rate = rate_of(&f);
    double share = 0.9 * 0.3;
    assert_true(is_near(rate.on_share, share, 1e-12));
    assert_true(is_near(rate.key_rate_bps, share * always.key_rate_bps, 1e-12));
    assert_true(is_near(rate.per_module_bps, share * always.per_module_bps, 1e-12));
    assert_true(is_near(rate.sifted_rate_bps, share * always.sifted_rate_bps, 1e-12));
    assert_true(is_near(rate.block_s, always.block_s / share, 1e-12) && rate.block_key_bits == always.block_key_bits);
    assert_true(is_near(rate.epsilon.year, share * always.epsilon.year, 1e-12) && rate.epsilon.block == always.epsilon.block);
    assert_true(rate.qber == always.qber && rate.ceiling_bps == always.ceiling_bps);
    f.link.measured_key_rate_bps = 100.0; /* while it makes key */
    assert_true(is_near(rate_of(&f).per_module_bps, share * 100.0, 1e-12));
}

static void effects_say_what_each_imperfection_costs(void **state)
{
    (void)state;
    fixture f;
    build(&f);
    kh_qkd_rate rate = rate_of(&f);
    const kh_effects *e = &rate.effects;
    assert_true(e->loss_db > 25.0 && e->loss_db < 40.0);
    assert_true(e->dark_counts_db > 0.1 && e->misalignment_db > 0.5 && e->error_correction_db > 0.05 && e->finite_key_db > 1.0);
    assert_true(e->dead_time_db == 0.0); /* the device has none */
    f.device.misalignment = 0.0;
    kh_qkd_rate aligned = rate_of(&f);
    assert_true(fabs(10.0 * log10(aligned.key_rate_bps / rate.key_rate_bps) - e->misalignment_db) < 0.05); /* of the rough search */
    assert_true(aligned.effects.misalignment_db == 0.0);
}

static void the_best_change_is_named_with_what_it_brings(void **state)
{
    (void)state;
    fixture f;
    build(&f);
    f.fibres[0].loss_db = 4.0;
    f.device.dead_time_us = 10.0;
    kh_qkd_rate slow = rate_of(&f);
    assert_string_equal(slow.change.what, "a tenth of the dead time of the detector");
    f.device.dead_time_us = 1.0;
    kh_qkd_rate fast = rate_of(&f);
    assert_true(fabs(fast.key_rate_bps / slow.key_rate_bps / slow.change.factor - 1.0) < 0.02);
    f.device.max_key_rate_bps = fast.per_module_bps / 5.0;
    kh_qkd_rate capped = rate_of(&f);
    assert_string_equal(capped.change.what, "electronics without their limit");
    assert_true(is_near(capped.change.factor, 5.0, 1e-9));
    build(&f);
    f.device.block_bits = 3000.0; /* too short for any key */
    kh_qkd_rate none = rate_of(&f);
    assert_true(none.key_rate_bps == 0.0 && isinf(none.change.factor));
    assert_string_equal(none.change.what, "a block ten times as long");
}

static void bounds_count_only_the_pulses_with_quantum_light(void **state)
{
    (void)state;
    fixture f;
    build(&f);
    kh_qkd_rate whole = rate_of(&f);
    f.device.duty = 0.25;
    kh_qkd_rate quarter = rate_of(&f);
    assert_true(is_near(quarter.ceiling_bps, 0.25 * whole.ceiling_bps, 1e-12));
    assert_true(is_near(quarter.repeater_ceiling_bps, 0.25 * whole.repeater_ceiling_bps, 1e-12));
    assert_true(is_near(quarter.key_rate_bps, 0.25 * whole.key_rate_bps, 1e-3)); /* no dead time */
}

static void a_link_without_modules_says_what_one_would_give(void **state)
{
    (void)state;
    fixture f;
    build(&f);
    double one = rate_of(&f).per_module_bps;
    f.link.modules = 0.0;
    kh_qkd_rate rate = rate_of(&f);
    assert_true(rate.key_rate_bps == 0.0 && rate.per_module_bps == one);
    assert_int_equal(rate.limit, KH_LIMIT_NO_MODULE);
}

static void a_measured_rate_overrides_and_nothing_is_computed(void **state)
{
    (void)state;
    fixture f;
    build(&f);
    f.link.measured_key_rate_bps = 1900.0;
    f.link.measured_qber = 0.031;
    kh_qkd_rate rate = rate_of(&f);
    assert_true(rate.measured && rate.qber_measured);
    assert_true(rate.key_rate_bps == 3800.0 && rate.per_module_bps == 1900.0 && rate.qber == 0.031);
    assert_int_equal(rate.limit, KH_LIMIT_MEASURED);
    assert_true(isnan(rate.effects.loss_db) && isnan(rate.sifted_rate_bps) && rate.block_s == 0.0);
    assert_true(isfinite(rate.ceiling_bps));
    f.link.measured_qber = NAN;
    assert_true(isnan(rate_of(&f).qber));
}

static void a_measured_error_rate_alone_is_shown_and_not_used(void **state)
{
    (void)state;
    fixture f;
    build(&f);
    double computed_bps = rate_of(&f).key_rate_bps;
    f.link.measured_qber = 0.05;
    kh_qkd_rate rate = rate_of(&f);
    assert_true(rate.qber == 0.05 && rate.qber_measured && !rate.measured);
    assert_true(rate.key_rate_bps == computed_bps);
}

static void expect_refused(fixture *f, const char *words)
{
    kh_rates *rates = NULL;
    kh_error err = {0};
    kh_arena *arena = kh_arena_create(0);
    assert_int_equal(kh_evaluate(&f->net, arena, &rates, &err), KH_ERANGE);
    assert_null(rates);
    assert_non_null(strstr(err.steps, "QKD link 'Q1'"));
    if (strstr(err.message, words) == NULL)
        fail_msg("'%s' is not in '%s'", words, err.message);
    kh_arena_destroy(arena);
}

static void a_measurement_above_the_bound_is_an_error_of_the_data(void **state)
{
    (void)state;
    fixture f;
    build(&f);
    f.link.measured_key_rate_bps = 3e6; /* 28 dB carry 2.29 Mbit/s at 1 GHz */
    expect_refused(&f, "no more than");
    f.link.measured_key_rate_bps = -1.0;
    expect_refused(&f, "must be 0 or more");
}

static void values_out_of_range_name_the_link(void **state)
{
    (void)state;
    fixture f;
    build(&f);
    f.device.detector_efficiency = 1.5;
    f.device.receiver_loss_db = 0.0;
    expect_refused(&f, "efficiency");
    build(&f);
    f.link.modules = -1.0;
    expect_refused(&f, "modules");
    build(&f);
    f.link.noise_per_gate = 1.0;
    expect_refused(&f, "noise_per_gate");
    build(&f);
    f.link.measured_qber = 0.6;
    expect_refused(&f, "qber is 0.6");
    build(&f);
    f.fibres[1].loss_db = -3.0;
    expect_refused(&f, "'B-C'");
}

static void free_space_has_no_model_but_takes_a_measurement(void **state)
{
    (void)state;
    fixture f;
    build(&f);
    f.link.n_via = 0;
    kh_qkd_rate rate = rate_of(&f);
    assert_true(rate.key_rate_bps == 0.0 && isnan(rate.loss_db) && isinf(rate.ceiling_bps));
    assert_int_equal(rate.limit, KH_LIMIT_NO_MODEL);
    f.link.measured_key_rate_bps = 47800.0;
    rate = rate_of(&f);
    assert_true(rate.key_rate_bps == 95600.0);
    assert_int_equal(rate.limit, KH_LIMIT_MEASURED);
}

static void limits_of_the_device_are_the_reason_when_they_bind(void **state)
{
    (void)state;
    fixture f;
    build(&f);
    f.device.max_key_rate_bps = 1000.0;
    kh_qkd_rate rate = rate_of(&f);
    assert_true(rate.per_module_bps == 1000.0 && rate.key_rate_bps == 2000.0);
    assert_int_equal(rate.limit, KH_LIMIT_ELECTRONICS);
    f.device.max_loss_db = 24.0;
    rate = rate_of(&f);
    assert_true(rate.key_rate_bps == 0.0);
    assert_int_equal(rate.limit, KH_LIMIT_DEVICE_LOSS);
}

static void the_costliest_effect_is_the_reason(void **state)
{
    (void)state;
    fixture f;
    build(&f);
    f.fibres[0].loss_db = 4.0;
    assert_int_equal(rate_of(&f).limit, KH_LIMIT_LOSS);
    f.device.dead_time_us = 10.0;
    assert_int_equal(rate_of(&f).limit, KH_LIMIT_DEAD_TIME);
    build(&f);
    f.device.block_bits = 2e4;
    assert_int_equal(rate_of(&f).limit, KH_LIMIT_FINITE_KEY);
    build(&f);
    f.device.block_bits = 1e11;
    f.device.misalignment = 0.05;
    f.device.dark_count_hz = 1.0;
    assert_int_equal(rate_of(&f).limit, KH_LIMIT_MISALIGNMENT);
    f.device.misalignment = 0.01;
    f.link.noise_per_gate = 5e-6;
    assert_int_equal(rate_of(&f).limit, KH_LIMIT_STRAY_LIGHT);
    f.link.noise_per_gate = 0.0;
    f.device.dark_count_hz = 5e-6 / (f.device.gate_ns * 1e-9);
    assert_int_equal(rate_of(&f).limit, KH_LIMIT_DARK_COUNTS);
    build(&f);
    f.link.n_via = 1;
    f.fibres[0].loss_db = 0.0;
    f.device.block_bits = 1e11;
    assert_int_equal(rate_of(&f).limit, KH_LIMIT_NONE);
}

static void without_key_the_reason_is_what_alone_would_bring_it_back(void **state)
{
    (void)state;
    fixture f;
    build(&f);
    f.fibres[0].loss_db = 45.0;
    kh_qkd_rate rate = rate_of(&f);
    assert_true(rate.key_rate_bps == 0.0);
    assert_int_equal(rate.limit, KH_LIMIT_DARK_COUNTS);
    assert_true(isinf(rate.effects.loss_db) && isinf(rate.effects.dark_counts_db) && isnan(rate.effects.finite_key_db));
    build(&f);
    f.device.block_bits = 500.0;
    assert_int_equal(rate_of(&f).limit, KH_LIMIT_FINITE_KEY);
    build(&f);
    f.device.misalignment = 0.2;
    rate = rate_of(&f);
    assert_int_equal(rate.limit, KH_LIMIT_MISALIGNMENT);
    assert_true(isnan(rate.effects.loss_db));
}

static void the_link_may_choose_another_protocol_than_its_device(void **state)
{
    (void)state;
    fixture f;
    build(&f);
    double finite_bps = rate_of(&f).key_rate_bps;
    f.link.protocol = KH_PROTOCOL_BB84_DECOY_ASYMPTOTIC;
    kh_qkd_rate rate = rate_of(&f);
    assert_true(rate.key_rate_bps > finite_bps && rate.block_s == 0.0 && rate.effects.finite_key_db == 0.0);
    f.link.protocol = KH_PROTOCOL_BBM92;
    f.link.source_at = KH_SOURCE_IN_MIDDLE;
    double middle_bps = rate_of(&f).key_rate_bps;
    f.link.source_at = KH_SOURCE_AT_B;
    assert_true(middle_bps > 0.0 && rate_of(&f).key_rate_bps > 0.0);
}

static void evaluate_fails_cleanly_wherever_memory_ends(void **state)
{
    (void)state;
    fixture f;
    build(&f);
    for (uint64_t nth = 1; nth <= 3; nth++) {
        kh_arena *arena = kh_arena_create(0);
        kh_arena_fail_after(arena, nth);
        kh_rates *rates = NULL;
        assert_int_equal(kh_evaluate(&f.net, arena, &rates, NULL), KH_ENOMEM);
        assert_null(rates);
        kh_arena_destroy(arena);
    }
    kh_arena *arena = kh_arena_create(0);
    kh_rates *rates = NULL;
    assert_int_equal(kh_evaluate(&f.net, arena, &rates, NULL), KH_OK);
    assert_int_equal(rates->n_qkd, 1);
    assert_int_equal(rates->n_line, 0);
    kh_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_sums_its_fibres_and_multiplies_its_modules),
        cmocka_unit_test(a_link_that_pauses_has_so_much_less_of_all_that_takes_time),
        cmocka_unit_test(effects_say_what_each_imperfection_costs),
        cmocka_unit_test(the_best_change_is_named_with_what_it_brings),
        cmocka_unit_test(bounds_count_only_the_pulses_with_quantum_light),
        cmocka_unit_test(a_link_without_modules_says_what_one_would_give),
        cmocka_unit_test(a_measured_rate_overrides_and_nothing_is_computed),
        cmocka_unit_test(a_measured_error_rate_alone_is_shown_and_not_used),
        cmocka_unit_test(a_measurement_above_the_bound_is_an_error_of_the_data),
        cmocka_unit_test(values_out_of_range_name_the_link),
        cmocka_unit_test(free_space_has_no_model_but_takes_a_measurement),
        cmocka_unit_test(limits_of_the_device_are_the_reason_when_they_bind),
        cmocka_unit_test(the_costliest_effect_is_the_reason),
        cmocka_unit_test(without_key_the_reason_is_what_alone_would_bring_it_back),
        cmocka_unit_test(the_link_may_choose_another_protocol_than_its_device),
        cmocka_unit_test(evaluate_fails_cleanly_wherever_memory_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
