/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_SPACE_ATMOSPHERE_H
#define KH_MODELS_SPACE_ATMOSPHERE_H

/** What clear air lets through: molecules and haze, each in a layer that thins exponentially over a round Earth.
 *
 *  Optical depth straight up: molecules 0.00877 lambda^-4.05 (Rayleigh), haze 0.08 lambda^-1.3 (Angstrom, usual values of a clear
 *  sky), lambda in um; both from memory. At an angle each is multiplied by Chapman's function of its layer, 8 km and 2 km high. Not
 *  in it: absorption lines (water around 820 and 940 nm), refraction (below 3 degrees), turbulence, clouds.
 *  Valid : 500 to 2000 nm. Against MODTRAN as SatQuMA uses it: models/space/README.md. Pure functions. */
typedef struct kh_atmosphere {
    double molecules, haze; /**< optical depths straight up */
} kh_atmosphere;

/** @param wavelength_nm  > 0
 *  @param zenith_transmission  (0, 1]: both depths are scaled to give it; NAN: as above */
kh_atmosphere kh_atmosphere_clear(double wavelength_nm, double zenith_transmission);

/** @param elevation_rad  [0, pi/2] @return (0, 1], rising with elevation */
double kh_atmosphere_transmission(const kh_atmosphere *atmosphere, double elevation_rad);

#endif
