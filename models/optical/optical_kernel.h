/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_OPTICAL_OPTICAL_KERNEL_H
#define KH_MODELS_OPTICAL_OPTICAL_KERNEL_H

/** How strongly four waves mix within two channels: integrals of a Lorentz curve of the phase mismatch over the frequencies that
 * can meet at the centre f of a channel, K = integral over f1, f2 of a / (a^2 + B^2),  B = 4 pi^2 beta2 (f1 - f) (f2 - f), with f1
 * and f1 + f2 - f in the interferer, f2 in the channel; spectra are rectangles as wide as their symbol rates. Pure functions.
 * Inside the optical model only.
 *
 *  @param beta2_s2_m     > 0
 *  @param decay_per_m    a > 0
 *  @return Hz^2 m */

/** A channel upon itself; exact:
 *      K = 2/c (Ti2(y) + 2 Im asinh^2(sqrt(i y) / 2)),  c = 4 pi^2 beta2,  y = pi^2 beta2 R^2 / a,
 *  Ti2 the inverse tangent integral: the two quadrants where f1 and f2 lie on different sides of f are squares, the other two
 *  triangles. */
double kh_optical_kernel_self(double beta2_s2_m, double baud_hz, double decay_per_m);

/** What is left of a channel upon itself in a fibre of finite length. Waves that hardly turn against each other along the fibre mix
 *  with the square of the effective length, all others with the sum over both ends: the result is the share of the latter, from
 *  (1 - E) / (1 + E), E = exp(-loss_neper), to 1.
 *  @param turns       y of kh_optical_kernel_self(), > 0
 *  @param loss_neper  a L, > 0
 *  @return (0, 1]
 *  Model : the mean of cos(f1 f2 s) over the two squares and two triangles as 1 / (1 + s / s0), right for small and for large s.
 *          Within 14 % of the integral for spans of more than 4 dB, 6 % above 9 dB; tests/models/optical/test_isrs.c. */
double kh_optical_kernel_self_share(double turns, double loss_neper);

/** Another channel, @p distance_hz > 0 away, without overlap. f1 - f counts as the distance while f2 varies; its mean inverse over
 *  the interferer is exact. Above the integral by 5 % for neighbours that touch, 1.3 % at 1.5 times the symbol rate, 0.2 % for the
 *  next channel (three times as much where dispersion is 4 ps/(nm km)); tests/models/optical/test_isrs.c. */
double kh_optical_kernel_cross(double beta2_s2_m, double distance_hz, double baud_hz, double interferer_baud_hz,
                               double decay_per_m);

#endif
