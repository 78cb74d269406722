/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_SPACE_BACKGROUND_H
#define KH_MODELS_SPACE_BACKGROUND_H

/** Light of the sky in a telescope. */
typedef struct kh_background {
    double receive_diameter_m, field_of_view_urad; /**< full angle */
    double filter_nm, wavelength_nm;
    double gate_s;
    double transmittance; /**< from the aperture to the detector, its efficiency not included */
    double detectors;     /**< that share the light of one basis; 2 */
} kh_background;

/** Photons of the sky that reach the telescope's detectors in one gate: H Omega A dlambda dt / (h nu), times the transmittance,
 * with Omega = pi/4 fov^2, A = pi/4 D^2.
 *  @param radiance_w_m2_sr_um  of the sky, by night or by day, or of a slot of time in between @return >= 0 */
double kh_background_photons(const kh_background *b, double radiance_w_m2_sr_um);

/** Probability that they make one detector click within a gate: 1 - exp(-photons efficiency / detectors). What `noise_per_gate` of
 * a link means. */
double kh_background_noise_per_gate(const kh_background *b, double efficiency, double radiance_w_m2_sr_um);

#endif
