/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_SPACE_DIFFRACTION_H
#define KH_MODELS_SPACE_DIFFRACTION_H

/** Share of the power of a truncated Gaussian beam that a receiver far away collects.
 *
 *  eta = (k/L)^2 int_0^aR rho |int_0^aT r u(r) J0(k rho r / L) dr|^2 d rho / int_0^aT r u(r)^2 dr, u = exp(-r^2/w0^2).
 *  With x = r/aT it depends on two numbers only, alpha = (aT/w0)^2 and s = k aT aR / L: that is what is computed, by the power
 * series of the inner integral and Gauss' rule for the outer one. Model : Fraunhofer far field, as given in the SatQuMA code;
 * checked against it in the reference table (satgeo rows). Valid : range far beyond aT^2/wavelength (0.1 m and 1 um: 10 km); no
 * turbulence, which matters little on the way down. */
enum { KH_DIFFRACTION_TERMS = 64 };

typedef struct kh_diffraction {
    double aperture_m, receiver_m, waist_m, wavenumber; /**< radii; 1/m */
    double alpha, power;                                /**< power through the aperture, over aT^2 */
    double series[KH_DIFFRACTION_TERMS];                /**< of the field in powers of (v/2)^2, v = k aT rho / L */
} kh_diffraction;

/** @param aperture_m, receiver_m  radii, > 0 @param waist_m  radius at 1/e2 of the power, > 0 @param wavelength_nm  > 0 */
kh_diffraction kh_diffraction_prepare(double aperture_m, double receiver_m, double waist_m, double wavelength_nm);

/** @param range_km  > 0 @return (0, 1]; to 1e-6 for s <= 20, beyond that to 1e-3 (nearly all is collected there). Cost: 1 us. */
double kh_diffraction_collected(const kh_diffraction *d, double range_km);

/** Radius at which the power falls to 1/e2 of the centre's, from the curvature of the beam at its centre.
 *  Without truncation it is lambda L / (pi w0). */
double kh_diffraction_radius_m(const kh_diffraction *d, double range_km);

#endif
