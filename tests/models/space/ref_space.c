/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Geometry, diffraction and air against another author's code and closed forms. The table of passes:
 * tests/ref/space_acceptance.csv. */
#include "core/base/units.h"
#include "models/space/atmosphere.h"
#include "models/space/diffraction.h"
#include "models/space/orbit.h"
#include "models/space/passes.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* SatQuMA v2.0.0-beta (MIT, tests/ref/LICENSE.satquma), a pass at 500 km that culminates at 80 degrees; radii 0.15 m (waist too)
 * and 0.6 m, 810 nm: time, elevation, diffraction, range */
static const struct {
    double t_s, elevation_rad, collected, range_km;
} satquma[] = {
    {320, 0.030010296, 0.019555615, 2389.054952}, {250, 0.125433474, 0.030864192, 1896.705025},
    {150, 0.340947425, 0.074268269, 1210.222622}, {75, 0.689210159, 0.183860251, 748.047687},
    {30, 1.111988703, 0.312629142, 552.807462},   {0, 1.396263402, 0.360337719, 507.140229},
    {-30, 1.111988703, 0.312629142, 552.807462},
};

static void a_pass_that_misses_the_zenith_is_seen_as_satquma_sees_it(void **state)
{
    (void)state;
    const kh_track track = {.altitude_km = 500.0,
                            .rate_rad_s = kh_orbit_rate(500.0),
                            .offset_rad = kh_orbit_central_angle(500.0, kh_radian_from_degree(80.0))};
    const kh_diffraction d = kh_diffraction_prepare(0.15, 0.6, 0.15, 810.0);
    for (size_t i = 0; i < sizeof satquma / sizeof satquma[0]; i++) {
        kh_sight sight = kh_track_sight(&track, satquma[i].t_s);
        assert_true(fabs(sight.elevation_rad - satquma[i].elevation_rad) < 3e-5);
        assert_true(fabs(sight.range_km / satquma[i].range_km - 1.0) < 3e-5);
        assert_true(fabs(kh_diffraction_collected(&d, sight.range_km) / satquma[i].collected - 1.0) < 1e-4);
    }
}

static double range_at(double s)
{
    return 2.0 * KH_PI / 1e-6 * 0.1 * 0.5 / s / 1e3;
}

/* an aperture lit evenly: 1 - J0(s)^2 - J1(s)^2 (Born and Wolf, encircled energy; from memory) at s = 1, 2, 5, 10, 15 */
static void an_even_beam_has_airys_encircled_energy(void **state)
{
    (void)state;
    const double points[][2] = {
        {1.0, 0.220827982}, {2.0, 0.617261415}, {5.0, 0.861151295}, {10.0, 0.937625720}, {15.0, 0.957729998}};
    kh_diffraction d = kh_diffraction_prepare(0.1, 0.5, 100.0, 1000.0);
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++)
        assert_true(fabs(kh_diffraction_collected(&d, range_at(points[i][0])) - points[i][1]) < 2e-6);
}

/* at s = 30, beyond the series: to 1e-3 */
static void beyond_the_series_nearly_all_is_collected(void **state)
{
    (void)state;
    kh_diffraction d = kh_diffraction_prepare(0.1, 0.5, 100.0, 1000.0);
    assert_true(fabs(kh_diffraction_collected(&d, range_at(30.0)) - 0.978439) < 1e-3);
}

static void a_beam_that_is_not_cut_is_gaussian(void **state)
{
    (void)state;
    for (double aperture_m = 0.26; aperture_m < 0.5; aperture_m += 0.05) {
        kh_diffraction d = kh_diffraction_prepare(aperture_m, 0.4, 0.1, 850.0);
        for (double range_km = 200.0; range_km < 3000.0; range_km *= 2.0) {
            double width_m = 850e-9 * 1e3 * range_km / (KH_PI * 0.1), gauss = -expm1(-2.0 * 0.16 / (width_m * width_m));
            double edge = exp(-aperture_m * aperture_m / 0.01); /* the field that is cut away */
            assert_true(fabs(kh_diffraction_collected(&d, range_km) / gauss - 1.0) < 3.0 * edge + 1e-6);
            assert_true(fabs(kh_diffraction_radius_m(&d, range_km) / width_m - 1.0) < 8.0 * edge + 1e-6);
        }
    }
}

/* MODTRAN as it comes with SatQuMA, 785 and 1550 nm: a few values to hold the simple layers against. What differs: lines, haze. */
static void the_air_is_near_modtran(void **state)
{
    (void)state;
    const struct {
        double nm, elevation_deg, transmission, within;
    } modtran[] = {
        {785, 90, 0.876, 0.01},  {785, 30, 0.770, 0.01},  {785, 20, 0.684, 0.01},  {785, 10, 0.483, 0.03},
        {1550, 90, 0.960, 0.01}, {1550, 30, 0.923, 0.02}, {1550, 20, 0.891, 0.03}, {1550, 10, 0.802, 0.05},
    };
    for (size_t i = 0; i < sizeof modtran / sizeof modtran[0]; i++) {
        kh_atmosphere air = kh_atmosphere_clear(modtran[i].nm, (double)NAN);
        double ours = kh_atmosphere_transmission(&air, kh_radian_from_degree(modtran[i].elevation_deg));
        assert_true(fabs(ours / modtran[i].transmission - 1.0) < modtran[i].within);
    }
}

/* at Greenwich: noon is noon, and the sun is as high as the tilt of the Earth says, within a degree */
static void the_sun_is_where_the_year_has_it(void **state)
{
    (void)state;
    const kh_station greenwich = {.lat_deg = 51.5, .lon_deg = 0.0};
    const struct {
        double day, elevation_deg;
    } noons[] = {
        {0.5, 90 - 51.5 - 23.0}, {79.5, 90 - 51.5}, {171.5, 90 - 51.5 + 23.44}, {265.5, 90 - 51.5}, {355.5, 90 - 51.5 - 23.44}};
    for (size_t i = 0; i < sizeof noons / sizeof noons[0]; i++) {
        double noon = kh_passes_sun_elevation(&greenwich, noons[i].day * KH_S_PER_DAY) * 180.0 / KH_PI;
        double midnight = kh_passes_sun_elevation(&greenwich, (noons[i].day + 0.5) * KH_S_PER_DAY) * 180.0 / KH_PI;
        assert_true(fabs(noon - noons[i].elevation_deg) < 1.0);
        assert_true(midnight < -14.0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pass_that_misses_the_zenith_is_seen_as_satquma_sees_it),
        cmocka_unit_test(an_even_beam_has_airys_encircled_energy),
        cmocka_unit_test(beyond_the_series_nearly_all_is_collected),
        cmocka_unit_test(a_beam_that_is_not_cut_is_gaussian),
        cmocka_unit_test(the_air_is_near_modtran),
        cmocka_unit_test(the_sun_is_where_the_year_has_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
