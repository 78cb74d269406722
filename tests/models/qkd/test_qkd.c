/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/qkd.h"

#include "tests/models/typical.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const kh_device device = {
    .protocol = KH_PROTOCOL_BB84_DECOY,
    .clock_hz = 1e9,
    .duty = 1.0,
    .detector_efficiency = 0.2,
    .receiver_loss_db = 3.0,
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
    .max_loss_db = INFINITY,
};

static int is_near(double a, double b, double relative)
{
    return fabs(a - b) <= relative * fabs(b);
}

static void every_protocol_of_the_network_has_a_model(void **state)
{
    (void)state;
    for (int p = KH_PROTOCOL_BB84_DECOY; p <= KH_PROTOCOL_BBM92; p++) {
        const kh_qkd_protocol *protocol = kh_qkd_protocol_of((kh_protocol)p);
        assert_non_null(protocol);
        assert_int_equal(protocol->protocol, p);
        kh_qkd_key key;
        assert_int_equal(kh_qkd_compute(protocol, &typical, &key, NULL), KH_OK);
        assert_true(key.rate_bps > 0.0 && key.qber > 0.0 && key.qber < 0.11 && key.sifted_rate_bps > key.rate_bps);
    }
    assert_null(kh_qkd_protocol_of((kh_protocol)99));
}

static void a_block_takes_as_long_as_its_detections(void **state)
{
    (void)state;
    kh_qkd_key key;
    assert_int_equal(kh_qkd_compute(&kh_qkd_bb84_finite, &typical, &key, NULL), KH_OK);
    assert_true(is_near(key.block_s * key.sifted_rate_bps, typical.block_bits, 1e-12));
    assert_true(is_near(key.block_key_bits / key.block_s, key.rate_bps, 1e-12));
    assert_true(key.block_key_bits == floor(key.block_key_bits));
}

static void the_same_input_gives_the_same_bits(void **state)
{
    (void)state;
    kh_qkd_key one, two;
    assert_int_equal(kh_qkd_compute(&kh_qkd_bb84_finite, &typical, &one, NULL), KH_OK);
    assert_int_equal(kh_qkd_compute(&kh_qkd_bb84_finite, &typical, &two, NULL), KH_OK);
    assert_memory_equal(&one, &two, sizeof one);
}

static void expect_refused(const kh_qkd_protocol *protocol, kh_qkd_system system, const char *words)
{
    kh_qkd_key key = {.rate_bps = 7.0};
    kh_error err = {0};
    assert_int_equal(kh_qkd_compute(protocol, &system, &key, &err), KH_ERANGE);
    if (strstr(err.message, words) == NULL)
        fail_msg("'%s' is not in '%s'", words, err.message);
    assert_true(key.rate_bps == 7.0);
}

#define REFUSE(protocol, field, wrong, words)                                                                                      \
    do {                                                                                                                           \
        kh_qkd_system system_ = typical;                                                                                           \
        system_.field = (wrong);                                                                                                   \
        expect_refused(&(protocol), system_, (words));                                                                             \
    } while (0)

static void values_out_of_range_are_named_with_their_range(void **state)
{
    (void)state;
    REFUSE(kh_qkd_bb84_finite, detector.efficiency, 1.2, "efficiency (optics included) is 1.2, must be in (0, 1]");
    REFUSE(kh_qkd_bb84_finite, detector.efficiency, 0.0, "must be in (0, 1]");
    REFUSE(kh_qkd_bb84_finite, detector.dark_per_gate, 0.5, "must be in [0, 0.5)");
    REFUSE(kh_qkd_bb84_finite, detector.misalignment, 0.5, "misalignment is 0.5, must be in [0, 0.5)");
    REFUSE(kh_qkd_bb84_finite, detector.afterpulse, -0.1, "afterpulse");
    REFUSE(kh_qkd_bb84_finite, detector.dead_time_s, NAN, "dead time");
    REFUSE(kh_qkd_bb84_finite, detector.detectors, 0.0, "detectors is 0, must be in [1, 4]");
    REFUSE(kh_qkd_bb84_finite, loss_b_db, -1.0, "loss_b_db is -1");
    REFUSE(kh_qkd_bb84_finite, loss_b_db, INFINITY, "loss_b_db");
    REFUSE(kh_qkd_bb84_finite, clock_hz, 0.0, "clock_hz");
    REFUSE(kh_qkd_bb84_finite, ec_efficiency, 0.9, "ec_efficiency is 0.9");
    REFUSE(kh_qkd_bb84_finite, block_bits, 0.0, "block_bits");
    REFUSE(kh_qkd_bb84_finite, eps_sec, 0.0, "eps_sec");
    REFUSE(kh_qkd_bb84_finite, eps_cor, 1.0, "eps_cor");
    REFUSE(kh_qkd_bbm92, pairs_per_pulse, -1.0, "pairs_per_pulse");
    REFUSE(kh_qkd_bbm92_cw, detector.gate_s, 0.0, "gate (s) is 0, must be in (0, 1]");
    REFUSE(kh_qkd_bb84_finite, detector.jitter_s, 1e-10, "gate (s) is 0, must be in (0, 1]");
    REFUSE(kh_qkd_bb84_finite, detector.jitter_s, -1e-10, "jitter (s)");
    REFUSE(kh_qkd_bb84_finite, detector.max_count_hz, -1.0, "max_count_hz");
}

static void protocols_without_blocks_do_not_look_at_them(void **state)
{
    (void)state;
    kh_qkd_system system = typical;
    system.block_bits = system.eps_sec = system.eps_cor = NAN;
    kh_qkd_key key;
    assert_int_equal(kh_qkd_compute(&kh_qkd_bb84_asymptotic, &system, &key, NULL), KH_OK);
    assert_true(key.block_s == 0.0 && key.block_key_bits == 0.0);
    assert_int_equal(kh_qkd_compute(&kh_qkd_bbm92_asymptotic, &system, &key, NULL), KH_OK);
    assert_true(key.block_s == 0.0);
}

static void given_pairs_are_used_and_the_search_does_no_worse(void **state)
{
    (void)state;
    kh_qkd_system system = typical;
    kh_qkd_key best, given;
    assert_int_equal(kh_qkd_compute(&kh_qkd_bbm92, &system, &best, NULL), KH_OK);
    for (double pairs = 0.001; pairs < 1.0; pairs *= 1.3) {
        system.pairs_per_pulse = pairs;
        assert_int_equal(kh_qkd_compute(&kh_qkd_bbm92, &system, &given, NULL), KH_OK);
        assert_true(given.rate_bps <= best.rate_bps * (1.0 + 1e-9));
    }
    system.pairs_per_pulse = 0.0;
    system.detector.dark_per_gate = 0.0;
    assert_int_equal(kh_qkd_compute(&kh_qkd_bbm92, &system, &given, NULL), KH_OK);
    assert_true(given.rate_bps == 0.0 && isnan(given.qber)); /* no light, no clicks */
}

static void the_loss_is_divided_where_the_source_stands(void **state)
{
    (void)state;
    kh_qkd_channel channel = kh_qkd_channel_dark(&kh_qkd_bbm92, 30.0, KH_SOURCE_IN_MIDDLE);
    channel.noise_per_gate = 1e-6;
    kh_qkd_system middle = kh_qkd_system_of(&kh_qkd_bbm92, &device, &channel);
    assert_true(middle.loss_a_db == 15.0 && middle.loss_b_db == 15.0);
    channel = kh_qkd_channel_dark(&kh_qkd_bbm92, 30.0, KH_SOURCE_AT_B);
    kh_qkd_system at_b = kh_qkd_system_of(&kh_qkd_bbm92, &device, &channel);
    assert_true(at_b.loss_a_db == 30.0 && at_b.loss_b_db == 0.0);
    channel = kh_qkd_channel_dark(&kh_qkd_bb84_finite, 30.0, KH_SOURCE_AT_B);
    kh_qkd_system prepared = kh_qkd_system_of(&kh_qkd_bb84_finite, &device, &channel);
    assert_true(prepared.loss_a_db == 0.0 && prepared.loss_b_db == 30.0);
    assert_true(is_near(middle.detector.dark_per_gate, 1.5e-6, 1e-12));
    assert_true(is_near(middle.detector.efficiency, 0.2 * pow(10.0, -0.3), 1e-12));
}

static void slots_without_quantum_pulses_make_no_key(void **state)
{
    (void)state;
    kh_device half = device;
    half.protocol = KH_PROTOCOL_TF_CAL_ASYMPTOTIC; /* no block, no dead time: the rate goes with the slots */
    kh_qkd_key whole_key, half_key;
    assert_int_equal(kh_qkd_device_rate(&half, 30.0, &whole_key, NULL), KH_OK);
    half.duty = 0.5;
    assert_int_equal(kh_qkd_device_rate(&half, 30.0, &half_key, NULL), KH_OK);
    assert_true(whole_key.rate_bps > 0.0 && is_near(half_key.rate_bps, 0.5 * whole_key.rate_bps, 1e-9));
}

static void limits_of_the_device_count(void **state)
{
    (void)state;
    kh_device limited = device;
    kh_qkd_key key;
    assert_int_equal(kh_qkd_device_rate(&limited, 10.0, &key, NULL), KH_OK);
    assert_true(key.rate_bps > 1e5);
    limited.max_key_rate_bps = 1e5;
    assert_int_equal(kh_qkd_device_rate(&limited, 10.0, &key, NULL), KH_OK);
    assert_true(key.rate_bps == 1e5);
    limited.max_loss_db = 9.0;
    assert_int_equal(kh_qkd_device_rate(&limited, 10.0, &key, NULL), KH_OK);
    assert_true(key.rate_bps == 0.0);
    double reach_db = 0.0;
    assert_int_equal(kh_qkd_reach_db(&limited, &reach_db, NULL), KH_OK);
    assert_true(reach_db == 9.0);
}

static void there_is_key_up_to_the_reach_and_none_beyond(void **state)
{
    (void)state;
    double reach_db = 0.0;
    kh_qkd_key key;
    assert_int_equal(kh_qkd_reach_db(&device, &reach_db, NULL), KH_OK);
    assert_true(reach_db > 30.0 && reach_db < 45.0);
    assert_int_equal(kh_qkd_device_rate(&device, reach_db, &key, NULL), KH_OK);
    assert_true(key.rate_bps > 0.0);
    assert_int_equal(kh_qkd_device_rate(&device, reach_db + 0.01, &key, NULL), KH_OK);
    assert_true(key.rate_bps == 0.0);
}

static void a_device_that_never_gives_key_has_no_reach(void **state)
{
    (void)state;
    kh_device blind = device;
    blind.misalignment = 0.2;
    double reach_db = 7.0;
    assert_int_equal(kh_qkd_reach_db(&blind, &reach_db, NULL), KH_OK);
    assert_true(reach_db == 0.0);
    blind.detector_efficiency = 2.0;
    reach_db = 7.0;
    assert_int_equal(kh_qkd_reach_db(&blind, &reach_db, NULL), KH_ERANGE);
    assert_true(reach_db == 7.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_protocol_of_the_network_has_a_model),
        cmocka_unit_test(a_block_takes_as_long_as_its_detections),
        cmocka_unit_test(the_same_input_gives_the_same_bits),
        cmocka_unit_test(values_out_of_range_are_named_with_their_range),
        cmocka_unit_test(protocols_without_blocks_do_not_look_at_them),
        cmocka_unit_test(given_pairs_are_used_and_the_search_does_no_worse),
        cmocka_unit_test(the_loss_is_divided_where_the_source_stands),
        cmocka_unit_test(slots_without_quantum_pulses_make_no_key),
        cmocka_unit_test(limits_of_the_device_count),
        cmocka_unit_test(there_is_key_up_to_the_reach_and_none_beyond),
        cmocka_unit_test(a_device_that_never_gives_key_has_no_reach),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
