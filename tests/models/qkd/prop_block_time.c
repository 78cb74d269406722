/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A block may be given by its size or by the time it takes; the best key is the same. */
#include "core/base/rng.h"
#include "models/qkd/qkd.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { N_SYSTEMS = 8 };

static double between(kh_rng *rng, double low, double high)
{
    return low + (high - low) * kh_rng_uniform(rng);
}

static kh_qkd_system random_system(kh_rng *rng, const kh_qkd_protocol *protocol)
{
    kh_qkd_system system = {
        .loss_a_db = protocol->is_relayed || protocol->is_entanglement ? between(rng, 0.0, 12.0) : 0.0,
        .loss_b_db = between(rng, 0.0, 12.0),
        .detector = {.efficiency = between(rng, 0.3, 1.0),
                     .dark_per_gate = protocol->is_cv ? 0.0 : pow(10.0, between(rng, -9.0, -7.0)),
                     .misalignment = between(rng, 0.001, 0.03),
                     .afterpulse = kh_rng_below(rng, 2) ? between(rng, 0.0, 0.05) : 0.0,
                     .dead_time_s = kh_rng_below(rng, 2) ? pow(10.0, between(rng, -8.0, -5.5)) : 0.0,
                     .detectors = (double)(1 + kh_rng_below(rng, 4)),
                     .gate_s = 1e-9},
        .clock_hz = pow(10.0, between(rng, 8.0, 9.0)),
        .ec_efficiency = 1.16,
        .block_bits = pow(10.0, between(rng, 7.0, 9.0)),
        .eps_sec = 1e-10,
        .eps_cor = 1e-15,
        .pairs_per_pulse = NAN,
        .pairs_hz = NAN,
        .phase_noise_rad = 0.1,
        .cv = {.excess_noise = 0.005, .electronic_noise = 0.1, .reconciliation = 0.95, .digits = 6.0},
    };
    return system;
}

static kh_qkd_key compute(const kh_qkd_protocol *protocol, const kh_qkd_system *system)
{
    kh_qkd_key key;
    kh_error err = {0};
    if (kh_qkd_compute(protocol, system, &key, &err) != KH_OK)
        fail_msg("%s", err.message);
    return key;
}

/* The search for a time sees what the one for a size found, and the other way round: each is as good with the block of the other.
 * @return whether there was key */
static bool expect_times_to_agree(const kh_qkd_protocol *protocol, const kh_qkd_system *by_size, double search)
{
    kh_qkd_key of_size = compute(protocol, by_size);
    if (!(of_size.rate_bps > 0.0))
        return false;
    kh_qkd_system by_time = *by_size;
    by_time.block_time_s = of_size.block_s;
    by_time.block_bits = 1.0; /* has no part in it */
    kh_qkd_key of_time = compute(protocol, &by_time);
    assert_true(fabs(of_time.block_s / of_size.block_s - 1.0) < 1e-9);
    kh_qkd_system again = *by_size;
    again.block_bits = of_time.block_s * (protocol->is_cv ? by_size->clock_hz : of_time.sifted_rate_bps);
    double again_bps = compute(protocol, &again).rate_bps;
    if (of_time.rate_bps < of_size.rate_bps * (1.0 - search) || again_bps < of_time.rate_bps * (1.0 - search))
        fail_msg("%s at %g dB: %.9g bit/s by size, %.9g by time, %.9g by its size", protocol->name, by_size->loss_b_db,
                 of_size.rate_bps, of_time.rate_bps, again_bps);
    return true;
}

static void a_block_by_time_is_as_good_as_the_same_block_by_size(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(8, "qkd", "time");
    for (int p = 0; kh_qkd_protocol_of((kh_protocol)p) != NULL; p++) {
        const kh_qkd_protocol *protocol = kh_qkd_protocol_of((kh_protocol)p);
        double search = protocol->is_relayed ? 1e-3 : 1e-4; /* how good the search of the protocol is */
        int n_with_key = 0;
        for (int i = 0; protocol->is_finite && i < N_SYSTEMS; i++) {
            kh_qkd_system system = random_system(&rng, protocol);
            n_with_key += expect_times_to_agree(protocol, &system, search);
        }
        assert_true(!protocol->is_finite || n_with_key > 0);
    }
}

static void a_time_without_end_is_no_time(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(9, "qkd", "time");
    kh_qkd_system system = random_system(&rng, &kh_qkd_bb84_finite);
    kh_qkd_key key = {.rate_bps = 7.0};
    system.block_time_s = INFINITY;
    assert_int_equal(kh_qkd_compute(&kh_qkd_bb84_finite, &system, &key, NULL), KH_ERANGE);
    system.block_time_s = -1.0;
    assert_int_equal(kh_qkd_compute(&kh_qkd_bb84_finite, &system, &key, NULL), KH_ERANGE);
    assert_true(key.rate_bps == 7.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_by_time_is_as_good_as_the_same_block_by_size),
        cmocka_unit_test(a_time_without_end_is_no_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
