/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Laws of the downlink on random systems. */
#include "core/base/rng.h"
#include "core/base/units.h"
#include "models/qkd/lim2014_search.h"
#include "models/space/background.h"
#include "models/space/downlink.h"
#include "models/space/pass.h"
#include "models/space/passes.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { N_RANDOM = 12 };

static double pick(kh_rng *rng, double low, double high)
{
    return low + (high - low) * kh_rng_uniform(rng);
}

static kh_downlink random_link(kh_rng *rng)
{
    double aperture_m = pick(rng, 0.03, 0.3);
    return (kh_downlink){
        .diffraction =
            kh_diffraction_prepare(aperture_m, pick(rng, 0.2, 1.0), aperture_m * pick(rng, 0.3, 2.0), pick(rng, 600, 1600)),
        .atmosphere = kh_atmosphere_clear(810.0, pick(rng, 0.6, 0.97)),
        .pointing_rad = 1e-6 * pick(rng, 0.0, 3.0),
        .transmittance = kh_linear_from_db(-pick(rng, 2.0, 8.0)),
    };
}

static kh_track random_track(kh_rng *rng)
{
    double altitude_km = pick(rng, 300, 1200);
    return (kh_track){.altitude_km = altitude_km,
                      .rate_rad_s = kh_orbit_rate(altitude_km),
                      .offset_rad = kh_orbit_central_angle(altitude_km, kh_radian_from_degree(pick(rng, 40, 90)))};
}

static kh_pass_system random_system(kh_rng *rng)
{
    return (kh_pass_system){.setting = {.detector = {.efficiency = pick(rng, 0.3, 0.9),
                                                     .dark_per_gate = pow(10.0, pick(rng, -8, -5)),
                                                     .misalignment = pick(rng, 0.001, 0.02),
                                                     .afterpulse = pick(rng, 0, 0.01),
                                                     .dead_time_s = pick(rng, 0, 1e-7),
                                                     .detectors = 2.0},
                                        .ec_efficiency = 1.16,
                                        .eps_sec = 1e-9,
                                        .eps_cor = 1e-15,
                                        .errors = KH_LIM2014_ERRORS_LEAST,
                                        .tail = KH_LIM2014_TAIL_CHERNOFF,
                                        .leak = KH_LIM2014_LEAK_GREATER},
                            .clock_hz = pow(10.0, pick(rng, 8, 9)),
                            .mu_3 = KH_LIM2014_MU_3,
                            .passes = 1.0};
}

typedef struct sample {
    kh_downlink link;
    kh_track track;
    kh_profile profile;
    kh_pass_steps steps;
    kh_pass_system system;
} sample;

static void draw(sample *s, uint64_t i, const char *purpose)
{
    kh_rng rng = kh_rng_stream(i, "pass", purpose);
    s->link = random_link(&rng);
    s->track = random_track(&rng);
    s->system = random_system(&rng);
    (void)kh_downlink_profile(&s->link, &s->track, kh_radian_from_degree(15), &s->profile);
    s->steps = (kh_pass_steps){s->profile.seconds, s->profile.transmittance, KH_PROFILE_CELLS};
}

static void no_more_light_arrives_than_was_sent_and_less_from_further(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 200; i++) {
        kh_rng rng = kh_rng_stream(i, "beam", "light");
        double aperture_m = pick(&rng, 0.01, 2.0);
        kh_diffraction d =
            kh_diffraction_prepare(aperture_m, pick(&rng, 0.05, 5.0), aperture_m * pow(10.0, pick(&rng, -1, 1)), 1000.0);
        double before = 1.0;
        for (double range_km = 10.0; range_km < 1e5; range_km *= 1.5) {
            double share = kh_diffraction_collected(&d, range_km);
            assert_true(share > 0.0 && share <= before + 2e-3); /* where the series ends, 1e-3 of the tail's formula */
            before = share;
        }
        assert_true(before < 1.0);
    }
}

static void light_rises_with_elevation(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 50; i++) {
        sample s;
        draw(&s, i, "elevation");
        for (size_t k = 1; k < KH_PROFILE_CELLS; k++)
            assert_true(s.profile.transmittance[k] < s.profile.transmittance[k - 1]);
    }
}

/* the middle of sixteen steps against every tenth of a second */
static void sixteen_steps_sum_up_a_pass(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < N_RANDOM; i++) {
        sample s;
        draw(&s, i, "steps");
        double half_s = kh_track_half_time_s(&s.track, kh_radian_from_degree(15)), fine = 0.0, coarse = 0.0;
        int n = (int)(10.0 * half_s);
        for (int k = 0; k < n; k++)
            fine += 2.0 * half_s / n * kh_downlink_transmittance(&s.link, kh_track_sight(&s.track, (k + 0.5) * half_s / n));
        for (size_t k = 0; k < KH_PROFILE_CELLS; k++)
            coarse += s.profile.seconds[k] * s.profile.transmittance[k];
        assert_true(fabs(coarse / fine - 1.0) < 1e-3);
    }
}

static void the_best_window_is_the_best_of_all_windows(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < N_RANDOM; i++) {
        sample s;
        draw(&s, i, "window");
        s.system.setting.detector.dark_per_gate *= 30.0; /* so that the ends of the pass are not worth having */
        kh_pass_key best = kh_pass_best_window(&s.system, &s.steps, (kh_pass_search){0});
        for (size_t n = 2; n <= KH_PROFILE_CELLS; n += 2) {
            kh_pass_steps window = s.steps;
            window.n = n;
            const kh_pass_search near = {.near = best.key_bits > 0.0 ? &best.choice : NULL};
            assert_true(kh_pass_best(&s.system, &window, near).key_bits <= best.key_bits * (1.0 + 2e-4));
        }
    }
}

static void more_loss_or_noise_never_gives_more_key(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < N_RANDOM; i++) {
        sample s;
        draw(&s, i, "loss");
        kh_pass_key before = kh_pass_best_window(&s.system, &s.steps, (kh_pass_search){0});
        for (int step = 0; step < 4; step++) {
            for (size_t k = 0; k < KH_PROFILE_CELLS; k++)
                s.profile.transmittance[k] *= 0.6;
            s.system.setting.detector.dark_per_gate *= 1.5;
            const kh_pass_search near = {.near = before.key_bits > 0.0 ? &before.choice : NULL};
            kh_pass_key key = kh_pass_best_window(&s.system, &s.steps, near);
            assert_true(key.key_bits <= before.key_bits);
            before = key;
        }
    }
}

static void passes_together_give_at_least_what_they_give_alone(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < N_RANDOM; i++) {
        sample s;
        draw(&s, i, "pool");
        kh_pass_key alone = kh_pass_best_window(&s.system, &s.steps, (kh_pass_search){0});
        double before = alone.key_bits;
        for (double passes = 3.0; passes < 1e3; passes *= 10.0) {
            s.system.passes = passes;
            double each = kh_pass_best_window(&s.system, &s.steps, (kh_pass_search){0}).key_bits / passes;
            assert_true(each >= before * (1.0 - 1e-4) - 1.0);
            before = each;
        }
    }
}

static void no_pass_beats_the_bound_of_its_channel(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 2 * N_RANDOM; i++) {
        sample s;
        draw(&s, i, "bound");
        s.system.passes = 1e9;
        double each = kh_pass_best_window(&s.system, &s.steps, (kh_pass_search){0}).key_bits / 1e9;
        assert_true(each <= kh_pass_ceiling_bits(s.system.clock_hz, &s.steps));
    }
}

static void a_search_from_a_neighbour_finds_as_much(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < N_RANDOM; i++) {
        sample s;
        draw(&s, i, "near");
        kh_pass_key first = kh_pass_best_window(&s.system, &s.steps, (kh_pass_search){0});
        for (size_t k = 0; k < KH_PROFILE_CELLS; k++)
            s.profile.transmittance[k] *= 0.85;
        double cold = kh_pass_best_window(&s.system, &s.steps, (kh_pass_search){0}).key_bits;
        if (first.key_bits <= 0.0 || cold < 1000.0)
            continue;
        double warm = kh_pass_best_window(&s.system, &s.steps, (kh_pass_search){.near = &first.choice}).key_bits;
        double rough = kh_pass_best_window(&s.system, &s.steps, (kh_pass_search){.near = &first.choice, .rough = true}).key_bits;
        assert_true(fabs(warm / cold - 1.0) < 1e-3);
        assert_true(fabs(rough / cold - 1.0) < 1e-2);
    }
}

/* the pass as a great circle against the satellite and the station each on its own way */
typedef struct exact {
    kh_orbit orbit;
    kh_station station;
    double worst_km;
    int n;
} exact;

static double range_km(const exact *e, double t_s)
{
    const double turn = 7.2921159e-5, flat = 6378.137 / (KH_EARTH_RADIUS_KM + e->orbit.altitude_km);
    double rate = kh_orbit_rate(e->orbit.altitude_km), tilt = kh_radian_from_degree(e->orbit.inclination_deg);
    double node = kh_radian_from_degree(e->orbit.ascending_node_deg) - 1.5 * 1.08262668e-3 * flat * flat * rate * cos(tilt) * t_s;
    double u = kh_radian_from_degree(e->orbit.phase_deg) + rate * t_s, lat = kh_radian_from_degree(e->station.lat_deg);
    double angle = kh_radian_from_degree(99.968 + e->station.lon_deg) + turn * t_s;
    const double up[3] = {cos(node) * cos(u) - sin(node) * cos(tilt) * sin(u), sin(node) * cos(u) + cos(node) * cos(tilt) * sin(u),
                          sin(tilt) * sin(u)};
    const double here[3] = {cos(lat) * cos(angle), cos(lat) * sin(angle), sin(lat)};
    double sum = 0.0;
    for (int j = 0; j < 3; j++) {
        double d = (KH_EARTH_RADIUS_KM + e->orbit.altitude_km) * up[j] - KH_EARTH_RADIUS_KM * here[j];
        sum += d * d;
    }
    return sqrt(sum);
}

static void compare_ranges(const kh_passage *passage, void *user)
{
    exact *e = user;
    if (e->n++ % 37 != 0)
        return;
    const kh_track track = {e->orbit.altitude_km, passage->rate_rad_s, passage->offset_rad};
    for (double t_s = -200.0; t_s <= 200.0; t_s += 50.0)
        e->worst_km = fmax(e->worst_km, fabs(range_km(e, passage->culmination_s + t_s) - kh_track_sight(&track, t_s).range_km));
}

static void passes_of_a_year_are_where_the_satellite_is(void **state)
{
    (void)state;
    const double orbits[][2] = {{500, 97.4}, {500, 51.6}, {1000, 75.0}};
    for (size_t i = 0; i < 3; i++) {
        exact e = {.orbit = {orbits[i][0], orbits[i][1], 40.0, 70.0},
                   .station = {.lat_deg = 48.0, .lon_deg = 11.0, .horizon_rad = kh_radian_from_degree(10.0)}};
        kh_passes_visit(&e.orbit, &e.station, compare_ranges, &e);
        assert_true(e.n > 700 && e.n < 5000);
        assert_true(e.worst_km < 20.0); /* 200 s from the culmination, of more than 1500 km: the ground track bends */
    }
}

/* no pass is missed or told twice: every minute of a month with the satellite in sight belongs to one */
typedef struct month {
    exact where;
    double tops[400];
    int n;
} month;

static void keep_top(const kh_passage *passage, void *user)
{
    month *m = user;
    if (passage->culmination_s < 30.0 * KH_S_PER_DAY && m->n < 400)
        m->tops[m->n++] = passage->culmination_s;
}

static void every_pass_is_found_once(void **state)
{
    (void)state;
    month m = {.where = {.orbit = {500.0, 97.4, 200.0, 0.0},
                         .station = {.lat_deg = 60.0, .lon_deg = 25.0, .horizon_rad = kh_radian_from_degree(20.0)}}};
    kh_passes_visit(&m.where.orbit, &m.where.station, keep_top, &m);
    double in_sight_km = 500.0, widest = kh_orbit_central_angle(500.0, kh_radian_from_degree(20.0));
    double r = KH_EARTH_RADIUS_KM, a = r + 500.0;
    in_sight_km = sqrt(r * r + a * a - 2.0 * r * a * cos(widest));
    int seen = 0;
    bool was_in_sight = false;
    for (double t_s = 0.0; t_s < 30.0 * KH_S_PER_DAY; t_s += 1.0) {
        bool in_sight = range_km(&m.where, t_s) < in_sight_km;
        seen += in_sight && !was_in_sight;
        was_in_sight = in_sight;
    }
    assert_true(abs(seen - m.n) <= 1); /* one may touch the horizon for less than a second */
    for (int i = 1; i < m.n; i++)
        assert_true(m.tops[i] - m.tops[i - 1] > 3000.0);
}

static void a_brighter_sky_makes_more_noise_in_proportion(void **state)
{
    (void)state;
    const kh_background b = {.receive_diameter_m = 1.0,
                             .field_of_view_urad = 100.0,
                             .filter_nm = 1.0,
                             .wavelength_nm = 850.0,
                             .gate_s = 1e-9,
                             .transmittance = 0.5,
                             .detectors = 2.0};
    double one = kh_background_photons(&b, 1.0);
    assert_true(one > 0.0 && fabs(kh_background_photons(&b, 20.0) / one - 20.0) < 1e-9);
    assert_true(fabs(kh_background_noise_per_gate(&b, 0.5, 1e-3) / (one * 1e-3 * 0.25) - 1.0) < 1e-3);
    assert_true(kh_background_noise_per_gate(&b, 0.5, 1e9) <= 1.0 && kh_background_noise_per_gate(&b, 0.5, 0.0) == 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_more_light_arrives_than_was_sent_and_less_from_further),
        cmocka_unit_test(light_rises_with_elevation),
        cmocka_unit_test(sixteen_steps_sum_up_a_pass),
        cmocka_unit_test(the_best_window_is_the_best_of_all_windows),
        cmocka_unit_test(more_loss_or_noise_never_gives_more_key),
        cmocka_unit_test(passes_together_give_at_least_what_they_give_alone),
        cmocka_unit_test(no_pass_beats_the_bound_of_its_channel),
        cmocka_unit_test(a_search_from_a_neighbour_finds_as_much),
        cmocka_unit_test(passes_of_a_year_are_where_the_satellite_is),
        cmocka_unit_test(every_pass_is_found_once),
        cmocka_unit_test(a_brighter_sky_makes_more_noise_in_proportion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
