/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_DETECTOR_H
#define KH_MODELS_QKD_DETECTOR_H

/** Gated single-photon detectors as all discrete-variable protocols see them. Pure functions, no checks: the callers check.
 *
 *  A basis is read by two detectors. A gate clicks when a photon is seen or one of the two has a dark count. */
typedef struct kh_detector {
    double efficiency;    /**< receiver optics included, (0, 1] */
    double dark_per_gate; /**< per detector; dark counts and extra noise together, [0, 0.5) */
    double misalignment;  /**< a photon that is seen is in the wrong detector with this probability, [0, 0.5) */
    double afterpulse;    /**< further clicks per click, [0, 1); half of them are errors */
    double dead_time_s;   /**< >= 0, not paralysable */
    double detectors;     /**< detectors that share the clicks, 1..4 */
} kh_detector;

/** Probabilities per gate. */
typedef struct kh_clicks {
    double click; /**< of a click, afterpulses included */
    double error; /**< of a click with the wrong value */
} kh_clicks;

/** Clicks for a coherent pulse of which @p photons reach the detector's input on average.
 *
 *  D = 1 - (1 - 2 p_dc) exp(-eta photons), click = D (1 + p_ap),
 *  error = p_dc + e_mis (D - 2 p_dc) + p_ap D / 2.
 *  Model : Lim, Curty, Walenta, Xu, Zbinden, PRA 89, 022307 (2014), section V; there e_mis multiplies
 *          1 - exp(-eta photons), which is larger by the factor 1 / (1 - 2 p_dc). */
kh_clicks kh_detector_clicks(const kh_detector *detector, double photons);

/** Dark counts per gate and detector. */
double kh_detector_dark_per_gate(double dark_count_hz, double gate_ns);

/** Share of the clicks that is left after dead time: 1 / (1 + r t_d / n), not paralysable, clicks shared evenly.
 *  @param clicks_hz  r, all clicks of the receiver before sifting @return (0, 1] */
double kh_detector_live_fraction(const kh_detector *detector, double clicks_hz);

#endif
