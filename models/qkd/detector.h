/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_DETECTOR_H
#define KH_MODELS_QKD_DETECTOR_H

#include <math.h>
#include <stdbool.h>

/** Single-photon detectors as all discrete-variable protocols see them. Pure functions, no checks: the callers check.
 *
 *  A basis is read by two detectors. A gate clicks when a photon is seen or one of the two has a dark count.
 *  The gate is the window of time in which a click counts. A gated detector is blind outside of it; a free-running one is not: what
 *  it sees there is dropped, but costs dead time. */
typedef struct kh_detector {
    double efficiency;    /**< receiver optics included, (0, 1] */
    double dark_per_gate; /**< per detector; dark counts and extra noise together, [0, 0.5) */
    double misalignment;  /**< a photon that is seen is in the wrong detector with this probability, [0, 0.5) */
    double afterpulse;    /**< further clicks per click, [0, 1); half of them are errors */
    double dead_time_s;   /**< >= 0, not paralysable */
    double detectors;     /**< 1..4 that share the clicks; 1, 2: they read both bases; 3, 4: two read the key basis */
    double max_count_hz;  /**< limit of the clicks of one detector; 0: none but dead time */
    bool is_free_running;
    double gate_s;   /**< the window; with jitter or free running > 0, else without effect */
    double jitter_s; /**< FWHM of a Gaussian, source included; 0: none */
    /* made by kh_detector_timed(), 0 before */
    double outside_hz;    /**< noise clicks of one detector outside its windows */
    double outside_share; /**< other clicks outside per click inside */
} kh_detector;

/** Probabilities per gate. */
typedef struct kh_clicks {
    double click; /**< of a click, afterpulses included */
    double error; /**< of a click with the wrong value */
} kh_clicks;

/** The detector behind the windows of a clock: what @p detector is for a protocol that sends @p clock_hz pulses a second.
 *
 *  - Jitter: of the photons, erf(sqrt(ln 2) w / t_FWHM) fall into the window w of their own pulse. Those that fall into windows of
 *    other pulses click there at random: they count as light of which half is wrong. The others are lost.
 *  - Free running: noise clicks as densely outside the windows as inside, afterpulses come at any time.
 *  A window is not taken longer than the time between pulses. Without jitter a gated detector stays as it is. */
kh_detector kh_detector_timed(const kh_detector *detector, double clock_hz);

/** Clicks for a coherent pulse of which @p photons reach the detector's input on average.
 *
 *  D = 1 - (1 - 2 p_dc) exp(-eta photons), click = D (1 + p_ap),
 *  error = p_dc + e_mis (D - 2 p_dc) + p_ap D / 2.
 *  Model : Lim, Curty, Walenta, Xu, Zbinden, PRA 89, 022307 (2014), section V; there e_mis multiplies
 *          1 - exp(-eta photons), which is larger by the factor 1 / (1 - 2 p_dc). Here since it sits in
 *          the hot path. */
static inline kh_clicks kh_detector_clicks(const kh_detector *detector, double photons)
{
    /* 1 - (1 - 2p) e^-x = 2p + (1 - 2p)(1 - e^-x): no cancellation when both are small */
    double seen = -(1.0 - 2.0 * detector->dark_per_gate) * expm1(-detector->efficiency * photons);
    double any = 2.0 * detector->dark_per_gate + seen;
    return (kh_clicks){
        .click = any * (1.0 + detector->afterpulse),
        .error = detector->dark_per_gate + detector->misalignment * seen + 0.5 * detector->afterpulse * any,
    };
}

/** Dark counts per gate and detector. */
double kh_detector_dark_per_gate(double dark_count_hz, double gate_ns);

/** Share of the clicks that is left after dead time, 1 / (1 + r t_d / n), not paralysable. A limit of the
 *  counts is come near as with the dead time 1 / max_count_hz, when that is the longer one.
 *  Clicks are shared evenly; those outside the windows are added here.
 *  @param clicks_hz  r, clicks in all windows before sifting @return (0, 1] */
double kh_detector_live_fraction(const kh_detector *detector, double clicks_hz);

/** The same when the receiver takes the key basis with probability @p p_key. With three or four detectors the bases have their own:
 *  then the busier basis counts, and the other is taken to lose as much, which is a lower bound. */
double kh_detector_live_fraction_of_bases(const kh_detector *detector, double clicks_hz, double p_key);

#endif
