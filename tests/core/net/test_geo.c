/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/rng.h"
#include "core/base/units.h"
#include "core/net/geo.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void known_distances_come_out(void **state)
{
    (void)state;
    double quarter_km = KH_PI / 2 * KH_EARTH_RADIUS_KM;
    assert_true(fabs(kh_geo_distance_km(0, 0, 0, 90) - quarter_km) < 1e-6);
    assert_true(fabs(kh_geo_distance_km(0, 0, 90, 123) - quarter_km) < 1e-6);
    assert_true(fabs(kh_geo_distance_km(90, 0, -90, 0) - 2 * quarter_km) < 1e-6);
    assert_true(fabs(kh_geo_distance_km(0, 179.5, 0, -179.5) - quarter_km / 90) < 1e-6); /* across the date line */
    assert_true(kh_geo_distance_km(52, 5, 52, 5) == 0.0);
    assert_true(isnan(kh_geo_distance_km(NAN, 5, 52, 5)));
    assert_true(isnan(kh_geo_distance_km(52, 5, 52, NAN)));
}

/* Geodesic on WGS 84 between Paris and New York (48.8566, 2.3522) - (40.7128, -74.0060): 5852.9 km by Vincenty's formula, evaluated
 * here so that the stated error of the sphere is tested and not believed. */
static double vincenty_km(double lat_a, double lon_a, double lat_b, double lon_b)
{
    const double a = 6378.137, f = 1 / 298.257223563, b = a * (1 - f);
    double L = kh_radian_from_degree(lon_b - lon_a), U1 = atan((1 - f) * tan(kh_radian_from_degree(lat_a))),
           U2 = atan((1 - f) * tan(kh_radian_from_degree(lat_b)));
    double lambda = L, sigma = 0, sin_sigma = 0, cos_sigma = 1, cos2_alpha = 1, cos_2m = 0;
    for (int i = 0; i < 100; i++) {
        double x = cos(U2) * sin(lambda), y = cos(U1) * sin(U2) - sin(U1) * cos(U2) * cos(lambda);
        sin_sigma = sqrt(x * x + y * y);
        cos_sigma = sin(U1) * sin(U2) + cos(U1) * cos(U2) * cos(lambda);
        sigma = atan2(sin_sigma, cos_sigma);
        double sin_alpha = cos(U1) * cos(U2) * sin(lambda) / sin_sigma;
        cos2_alpha = 1 - sin_alpha * sin_alpha;
        cos_2m = cos2_alpha > 0 ? cos_sigma - 2 * sin(U1) * sin(U2) / cos2_alpha : 0;
        double C = f / 16 * cos2_alpha * (4 + f * (4 - 3 * cos2_alpha));
        lambda = L + (1 - C) * f * sin_alpha * (sigma + C * sin_sigma * (cos_2m + C * cos_sigma * (2 * cos_2m * cos_2m - 1)));
    }
    double u2 = cos2_alpha * (a * a - b * b) / (b * b);
    double A = 1 + u2 / 16384 * (4096 + u2 * (-768 + u2 * (320 - 175 * u2))),
           B = u2 / 1024 * (256 + u2 * (-128 + u2 * (74 - 47 * u2)));
    double d = B * sin_sigma *
               (cos_2m + B / 4 *
                             (cos_sigma * (2 * cos_2m * cos_2m - 1) -
                              B / 6 * cos_2m * (4 * sin_sigma * sin_sigma - 3) * (4 * cos_2m * cos_2m - 3)));
    return b * A * (sigma - d);
}

static void the_sphere_is_within_its_stated_error(void **state)
{
    (void)state;
    assert_true(fabs(vincenty_km(48.8566, 2.3522, 40.7128, -74.0060) - 5852.9) < 0.1);
    kh_rng rng = kh_rng_stream(1, "geo", "places");
    for (int i = 0; i < 2000; i++) {
        double lat_a = 160 * kh_rng_uniform(&rng) - 80, lon_a = 100 * kh_rng_uniform(&rng);
        double lat_b = 160 * kh_rng_uniform(&rng) - 80, lon_b = 100 * kh_rng_uniform(&rng);
        double sphere_km = kh_geo_distance_km(lat_a, lon_a, lat_b, lon_b), ellipsoid_km = vincenty_km(lat_a, lon_a, lat_b, lon_b);
        assert_true(fabs(sphere_km / ellipsoid_km - 1) < 0.006);
        assert_true(fabs(sphere_km - kh_geo_distance_km(lat_b, lon_b, lat_a, lon_a)) < 1e-9 * sphere_km);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_distances_come_out),
        cmocka_unit_test(the_sphere_is_within_its_stated_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
