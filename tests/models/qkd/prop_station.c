/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Laws of the protocols with a middle station, on random systems. */
#include "core/base/rng.h"
#include "models/fibre/fibre.h"
#include "models/qkd/bounds.h"
#include "models/qkd/cal2019.h"
#include "models/qkd/mdi2012.h"
#include "models/qkd/qkd.h"
#include "models/qkd/sns2024.h"
#include "models/qkd/zeng2022.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { N_SYSTEMS = 100 };
static const double SEARCH = 1e-6; /* the search for the best parameters is that good */
static const kh_qkd_protocol *const stations[] = {&kh_qkd_tf_sns_asymptotic, &kh_qkd_tf_cal_asymptotic, &kh_qkd_mode_pairing,
                                                  &kh_qkd_mdi};
enum { N_STATIONS = sizeof stations / sizeof stations[0] };

static double between(kh_rng *rng, double low, double high)
{
    return low + (high - low) * kh_rng_uniform(rng);
}

static kh_qkd_system random_system(kh_rng *rng)
{
    return (kh_qkd_system){
        .loss_a_db = between(rng, 0.0, 40.0),
        .loss_b_db = between(rng, 0.0, 40.0),
        .detector = {.efficiency = pow(10.0, between(rng, -1.0, 0.0)),
                     .dark_per_gate = pow(10.0, between(rng, -10.0, -6.0)),
                     .misalignment = between(rng, 0.0, 0.06),
                     .afterpulse = kh_rng_below(rng, 2) ? between(rng, 0.0, 0.02) : 0.0,
                     .dead_time_s = kh_rng_below(rng, 2) ? pow(10.0, between(rng, -8.0, -5.0)) : 0.0,
                     .detectors = 2.0},
        .clock_hz = 1e9,
        .ec_efficiency = between(rng, 1.0, 1.3),
        .phase_noise_rad = between(rng, 0.0, 0.3),
        .linewidth_hz = pow(10.0, between(rng, 1.0, 5.0)),
        .drift_rad_per_s = pow(10.0, between(rng, 2.0, 5.0)),
    };
}

static kh_qkd_key compute(const kh_qkd_protocol *protocol, const kh_qkd_system *system)
{
    kh_qkd_key key;
    kh_error err = {0};
    if (kh_qkd_compute(protocol, system, &key, &err) != KH_OK)
        fail_msg("%s", err.message);
    return key;
}

static void every_rate_is_below_its_bound(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(1, "station", "bound");
    for (int i = 0; i < N_SYSTEMS; i++) {
        kh_qkd_system system = random_system(&rng);
        double repeater = kh_bound_single_repeater(2.0 * fmax(system.loss_a_db, system.loss_b_db));
        for (int p = 0; p < N_STATIONS; p++) {
            kh_qkd_key key = compute(stations[p], &system);
            double bound = stations[p]->is_twin_field ? repeater : kh_bound_plob(system.loss_a_db + system.loss_b_db);
            assert_true(key.rate_bps <= system.clock_hz * bound && key.rate_bps <= key.sifted_rate_bps);
            assert_true(key.qber >= 0.0 && key.qber <= 0.5);
        }
    }
}

static void expect_no_more(const kh_qkd_system *better, const kh_qkd_system *worse, const char *what)
{
    for (int p = 0; p < N_STATIONS; p++) {
        double better_bps = compute(stations[p], better).rate_bps, worse_bps = compute(stations[p], worse).rate_bps;
        if (worse_bps > better_bps * (1.0 + SEARCH))
            fail_msg("%s: %s gives %.9g after %.9g bit/s at %g + %g dB", stations[p]->name, what, worse_bps, better_bps,
                     better->loss_a_db, better->loss_b_db);
    }
}

static void imperfections_never_help(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(2, "station", "imperfections");
    for (int i = 0; i < N_SYSTEMS; i++) {
        kh_qkd_system better = random_system(&rng), worse = better;
        worse.loss_a_db += between(&rng, 0.1, 5.0);
        expect_no_more(&better, &worse, "more loss to A");
        worse = better;
        worse.loss_b_db += between(&rng, 0.1, 5.0);
        expect_no_more(&better, &worse, "more loss to B");
        worse = better;
        worse.detector.dark_per_gate *= between(&rng, 1.1, 10.0);
        expect_no_more(&better, &worse, "more dark counts");
        worse = better;
        worse.detector.misalignment += between(&rng, 0.001, 0.05);
        expect_no_more(&better, &worse, "more misalignment");
        worse = better;
        worse.phase_noise_rad += between(&rng, 0.01, 0.3);
        expect_no_more(&better, &worse, "more phase noise");
        worse = better;
        worse.linewidth_hz *= between(&rng, 1.1, 10.0);
        expect_no_more(&better, &worse, "a wider line");
        worse = better;
        worse.drift_rad_per_s *= between(&rng, 1.1, 10.0);
        expect_no_more(&better, &worse, "more drift");
        worse = better;
        worse.detector.dead_time_s += 1e-6;
        expect_no_more(&better, &worse, "more dead time");
        worse = better;
        worse.ec_efficiency += between(&rng, 0.01, 0.3);
        expect_no_more(&better, &worse, "more leakage");
    }
}

static void sending_or_not_is_as_good_as_twice_its_worse_arm(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(3, "station", "arms");
    for (int i = 0; i < N_SYSTEMS; i++) {
        kh_qkd_system system = random_system(&rng), even = system, turned = system;
        even.loss_a_db = even.loss_b_db = fmax(system.loss_a_db, system.loss_b_db);
        turned.loss_a_db = system.loss_b_db;
        turned.loss_b_db = system.loss_a_db;
        double rate_bps = compute(&kh_qkd_tf_sns_asymptotic, &system).rate_bps;
        assert_true(rate_bps == compute(&kh_qkd_tf_sns_asymptotic, &even).rate_bps);
        assert_true(rate_bps == compute(&kh_qkd_tf_sns_asymptotic, &turned).rate_bps);
        double mdi_bps = compute(&kh_qkd_mdi, &system).rate_bps;
        assert_true(fabs(compute(&kh_qkd_mdi, &turned).rate_bps - mdi_bps) <= SEARCH * mdi_bps);
    }
}

/* attenuating the better arm is one choice among many: weaker pulses in place of it give no less */
static void coherent_states_use_what_the_better_arm_has(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(3, "station", "arms");
    for (int i = 0; i < N_SYSTEMS; i++) {
        kh_qkd_system system = random_system(&rng), even = system, turned = system;
        even.loss_a_db = even.loss_b_db = fmax(system.loss_a_db, system.loss_b_db);
        turned.loss_a_db = system.loss_b_db;
        turned.loss_b_db = system.loss_a_db;
        double rate_bps = compute(&kh_qkd_tf_cal_asymptotic, &system).rate_bps;
        assert_true(compute(&kh_qkd_tf_cal_asymptotic, &even).rate_bps <= rate_bps * (1.0 + SEARCH));
        assert_true(fabs(compute(&kh_qkd_tf_cal_asymptotic, &turned).rate_bps - rate_bps) <= SEARCH * rate_bps);
    }
}

static void twin_field_passes_the_bound_without_a_repeater(void **state)
{
    (void)state;
    kh_qkd_system system = {.detector = {.efficiency = 0.65, .dark_per_gate = 8e-9, .misalignment = 0.01, .detectors = 2.0},
                            .clock_hz = 5e8,
                            .ec_efficiency = 1.1,
                            .phase_noise_rad = 0.1};
    for (int p = 0; p < N_STATIONS; p++) {
        if (!stations[p]->is_twin_field)
            continue;
        system.loss_a_db = system.loss_b_db = 40.0;
        assert_true(compute(stations[p], &system).rate_bps > system.clock_hz * kh_bound_plob(80.0));
        system.loss_a_db = system.loss_b_db = 70.0;
        assert_true(compute(stations[p], &system).rate_bps == 0.0);
    }
}

static double random_rate_bps(const kh_qkd_system *s, const kh_qkd_protocol *protocol, kh_rng *rng)
{
    double to_a = kh_fibre_transmittance(s->loss_a_db) * s->detector.efficiency;
    double to_b = kh_fibre_transmittance(s->loss_b_db) * s->detector.efficiency;
    if (protocol == &kh_qkd_mdi) {
        kh_mdi2012_setting setting = {to_a, to_b, s->detector.dark_per_gate, s->detector.misalignment, s->ec_efficiency};
        return s->clock_hz * kh_mdi2012_key_of(&setting, between(rng, 0.001, 1.5), between(rng, 0.001, 1.5)).rate;
    }
    if (protocol == &kh_qkd_tf_cal_asymptotic) {
        kh_cal2019_light light = kh_cal2019_light_of(to_a, to_b);
        kh_cal2019_setting setting = {.light = &light,
                                      .dark_per_gate = s->detector.dark_per_gate,
                                      .misalignment = s->detector.misalignment,
                                      .phase_noise = s->phase_noise_rad,
                                      .ec_efficiency = s->ec_efficiency,
                                      .photons_known = KH_CAL2019_PHOTONS};
        double alpha2_a = pow(10.0, between(rng, -5.0, 0.0)), alpha2_b = pow(10.0, between(rng, -5.0, 0.0));
        return s->clock_hz * kh_cal2019_key_of(&setting, alpha2_a, alpha2_b).rate;
    }
    if (protocol == &kh_qkd_mode_pairing) {
        kh_zeng2022_setting setting = {.transmittance = fmin(to_a, to_b),
                                       .dark_per_gate = s->detector.dark_per_gate,
                                       .misalignment = s->detector.misalignment,
                                       .ec_efficiency = s->ec_efficiency,
                                       .slot_s = 1.0 / s->clock_hz,
                                       .linewidth_hz = s->linewidth_hz,
                                       .drift_rad_per_s = s->drift_rad_per_s};
        kh_zeng2022_choice choice = {.mu = between(rng, 1e-3, 2.0), .span = pow(10.0, between(rng, 0.0, 8.0))};
        return s->clock_hz * kh_zeng2022_key_of(&setting, &choice).rate;
    }
    kh_sns2024_setting setting = {fmin(to_a, to_b), s->detector.dark_per_gate, s->detector.misalignment, s->phase_noise_rad,
                                  s->ec_efficiency};
    kh_sns2024_choice choice = {between(rng, 0.05, 4.0), 0.01, 1e-4, between(rng, 0.001, 0.999)};
    return s->clock_hz * kh_sns2024_key_of(&setting, &choice).rate;
}

static void no_choice_of_parameters_beats_the_search(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(4, "station", "search");
    for (int i = 0; i < N_SYSTEMS; i++) {
        kh_qkd_system system = random_system(&rng);
        system.detector.afterpulse = system.detector.dead_time_s = 0.0;
        for (int p = 0; p < N_STATIONS; p++) {
            double found_bps = compute(stations[p], &system).rate_bps;
            for (int j = 0; j < 300; j++)
                assert_true(random_rate_bps(&system, stations[p], &rng) <= found_bps * (1.0 + SEARCH) + 1e-12);
        }
    }
}

static void the_arms_of_a_link_end_at_its_station(void **state)
{
    (void)state;
    kh_fibre fibres[] = {{.id = "A-M", .ends = {{0}, {1}}, .loss_db = 5.0},
                         {.id = "N-M", .ends = {{2}, {1}}, .loss_db = 7.0},
                         {.id = "N-B", .ends = {{2}, {3}}, .loss_db = 11.0}};
    kh_fibre_id via[] = {{0}, {1}, {2}};
    kh_net net = {.fibres = fibres, .n_fibres = 3};
    kh_qkd_link link = {
        .via = via, .n_via = 3, .ends = {{0}, {3}}, .charlie_at = {2}, .extra_loss_db = 1.0, .wavelength_nm = 1550.0};
    double arms_db[2];
    assert_int_equal(kh_fibre_arms(&net, &link, arms_db, NULL), KH_OK);
    assert_true(arms_db[0] == 12.5 && arms_db[1] == 11.5);
    link.charlie_at.i = 1;
    assert_int_equal(kh_fibre_arms(&net, &link, arms_db, NULL), KH_OK);
    assert_true(arms_db[0] == 5.5 && arms_db[1] == 18.5);
    link.charlie_at.i = 9;
    assert_int_equal(kh_fibre_arms(&net, &link, arms_db, NULL), KH_ERANGE);
    assert_true(arms_db[0] == 5.5 && arms_db[1] == 18.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rate_is_below_its_bound),
        cmocka_unit_test(imperfections_never_help),
        cmocka_unit_test(sending_or_not_is_as_good_as_twice_its_worse_arm),
        cmocka_unit_test(coherent_states_use_what_the_better_arm_has),
        cmocka_unit_test(twin_field_passes_the_bound_without_a_repeater),
        cmocka_unit_test(no_choice_of_parameters_beats_the_search),
        cmocka_unit_test(the_arms_of_a_link_end_at_its_station),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
