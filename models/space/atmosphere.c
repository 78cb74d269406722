/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/space/atmosphere.h"

#include "core/base/units.h"

#include <math.h>

static const double MOLECULES_KM = 8.0, HAZE_KM = 2.0; /* heights over which they thin to 1/e */

kh_atmosphere kh_atmosphere_clear(double wavelength_nm, double zenith_transmission)
{
    double um = 1e-3 * wavelength_nm;
    kh_atmosphere air = {.molecules = 0.00877 * pow(um, -4.05), .haze = 0.08 * pow(um, -1.3)};
    if (!isnan(zenith_transmission)) {
        double scale = -log(zenith_transmission) / (air.molecules + air.haze);
        air.molecules *= scale;
        air.haze *= scale;
    }
    return air;
}

/* exp(y^2) erfc(y); the series for large y, where the factors overflow */
static double scaled_erfc(double y)
{
    if (y < 5.0)
        return exp(y * y) * erfc(y);
    double z = 0.5 / (y * y);
    return (1.0 - z * (1.0 - 3.0 * z * (1.0 - 5.0 * z * (1.0 - 7.0 * z)))) / (y * sqrt(KH_PI));
}

/* Chapman's function where the scale height is small against the radius: 1 / sin(elevation), but finite at the horizon */
static double air_mass(double height_km, double elevation_rad)
{
    double half = 0.5 * KH_EARTH_RADIUS_KM / height_km;
    return sqrt(KH_PI * half) * scaled_erfc(sqrt(half) * sin(elevation_rad));
}

double kh_atmosphere_transmission(const kh_atmosphere *atmosphere, double elevation_rad)
{
    return exp(-atmosphere->molecules * air_mass(MOLECULES_KM, elevation_rad) -
               atmosphere->haze * air_mass(HAZE_KM, elevation_rad));
}
