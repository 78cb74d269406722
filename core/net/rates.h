/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_NET_RATES_H
#define KH_CORE_NET_RATES_H

#include "core/net/ids.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What every link can do: the plain data in which models and solvers meet. Filled by models (kh_evaluate) or by hand. */

/** Why a QKD link does not give more. */
typedef enum kh_limit {
    KH_LIMIT_NONE,
    KH_LIMIT_NO_MODULE,    /**< nothing is installed */
    KH_LIMIT_LOSS,         /**< photons lost in the fibre */
    KH_LIMIT_DARK_COUNTS,  /**< noise of the detector eats the signal */
    KH_LIMIT_STRAY_LIGHT,  /**< light of others in the detector: Raman of classical channels, daylight */
    KH_LIMIT_MISALIGNMENT, /**< optical errors */
    KH_LIMIT_FINITE_KEY,   /**< block too small: no key although a longer block would give some */
    KH_LIMIT_DEAD_TIME,    /**< detector saturates */
    KH_LIMIT_ELECTRONICS,  /**< max_key_rate_bps of the device */
    KH_LIMIT_DEVICE_LOSS,  /**< beyond max_loss_db of the device */
    KH_LIMIT_MEASURED,     /**< the rate is a measurement, nothing was computed */
    KH_LIMIT_NO_PASS,      /**< the satellite never comes over the station's horizon */
    KH_LIMIT_NO_MODEL      /**< free space and others without a model yet: no rate */
} kh_limit;
const char *kh_limit_text(kh_limit limit); /**< a short phrase for people */

/** What one effect costs: 10 log10 of the key rate without the effect over the rate with it. */
typedef struct kh_effects {
    double loss_db, dark_counts_db, misalignment_db, error_correction_db, finite_key_db, dead_time_db; /**< >= 0; NAN: not known */
    double stray_light_db; /**< light of others: Raman and the like from classical channels, daylight */
} kh_effects;

/** What light of others adds at the receiver of a link, the noisier one of two: counts per gate and detector; for continuous
 *  variables excess noise at the input of the channel, in shot-noise units. */
typedef struct kh_noise {
    double raman;   /**< spontaneous Raman scattering of classical light on the same strand */
    double fwm;     /**< products of four-wave mixing that fall on the quantum channel */
    double leakage; /**< classical light and amplifier noise that the filters let through */
} kh_noise;

/** The one change, of a short list of changes that can be made, that would raise the key rate most. */
typedef struct kh_change {
    const char *what; /**< a short phrase; NULL when none raises it by 1 % or more */
    double factor;    /**< rate after over rate before, >= 1; INFINITY when there was none */
} kh_change;

enum { KH_SATELLITE_ASSUMED_MAX = 16 };

/** A year of passes of a satellite over a ground station, for one module. */
typedef struct kh_satellite_rate {
    double key_bits_year;     /**< expected, with the clouds of the station and the link's share of the passes */
    double low_key_bits_year; /**< one year of ten gives less: each day is clear or not, independent of the others */
    double best_pass_bits;    /**< of the passes of the year, clear sky */
    double mean_pass_bits;    /**< over the passes that give key, clear sky */
    double passes;            /**< a year, over the station's horizon, by night and day */
    double night_passes;
    double key_passes;                               /**< of these, passes that give key when the sky is clear */
    double clear_passes;                             /**< of these, expected with a clear sky and given to the link */
    double longest_gap_s;                            /**< between blocks of key, always clear; the whole year when there is none */
    double best_elevation_deg, best_window_s;        /**< of the best pass: culmination, and time in use */
    double night_noise_per_gate, day_noise_per_gate; /**< of the sky, per detector */
    const char *assumed[KH_SATELLITE_ASSUMED_MAX];   /**< [n_assumed] values that were not given, as "field: value"; static */
    size_t n_assumed;
} kh_satellite_rate;

/** One pass of a satellite that gives key when the sky is clear. */
typedef struct kh_pass {
    double start_s;     /**< over the horizon, as end_s */
    double end_s;       /**< below the horizon again, from the start of the year; sorted by the time of culmination */
    double key_bits;    /**< of one module with a clear sky, the limit of the electronics applied; > 0 */
    double clear_share; /**< chance that the link gets them: clear sky times the link's share of the passes, (0, 1] */
    uint32_t day;       /**< of the year, 0..364, in which it culminates */
} kh_pass;

/** How far keys may be from ideal ones, composable: what a user of the keys adds to his own chance of failure. NAN: not known,
 * since the key is that of an endless block or measured. */
typedef struct kh_epsilon {
    double block;           /**< of all key of one block: eps_sec + eps_cor + eps_auth of the device */
    double term;            /**< one error term of the proof where eps_sec is shared by them evenly; else NAN */
    double blocks_per_year; /**< of all modules, running without pause */
    double year;            /**< of all key of a year: sum over its blocks, at most 1 */
} kh_epsilon;

/** With time slots: rates and QBER are means over the time, the rest is of the slot with the largest share. */
typedef struct kh_qkd_rate {
    double key_rate_bps; /**< all modules together, >= 0 */
    double per_module_bps;
    double qber;        /**< [0, 0.5]; NAN when unknown */
    bool qber_measured; /**< qber is a measurement of the topology; a computed key rate does not use it */
    double loss_db;     /**< of the channel, without the detector */
    double length_km;
    double ceiling_bps; /**< clock * PLOB bound of the channel (twin field: of the worse arm), per module; INFINITY when not
                           computed */
    double repeater_ceiling_bps; /**< clock * single-repeater bound, per module */
    kh_noise noise;              /**< of light beside the link; all 0 on a strand of its own, or measured */
    double sifted_rate_bps;      /**< key-basis detections, per module */
    double block_s;              /**< time to fill one block = time to first key; 0 when asymptotic or measured */
    double block_key_bits;       /**< secret bits per block; 0 when asymptotic or measured */
    kh_epsilon epsilon;
    bool measured; /**< key rate is a measurement of the topology */
    kh_limit limit;
    kh_effects effects;
    kh_change change;  /**< nothing for measured rates */
    bool is_satellite; /**< the key rate is that of a year of passes; loss, length, effects, QBER and ceilings are those of the best
                            pass; block_s: mean time between blocks with the clouds of the year */
    kh_satellite_rate satellite;
    const kh_pass *passes; /**< [n_passes] of a year, which repeats; live as long as the rates; NULL: not listed */
    size_t n_passes;
    /** Part of the time in which the link can make key, (0, 1]: not while it calibrates, nor when it is not its turn at an optical
     *  switch. Contained in all rates and in block_s; 0 (by hand): 1. */
    double on_share;
} kh_qkd_rate;

/** A link in one time slot. */
typedef struct kh_slot_rate {
    double key_rate_bps; /**< all modules together */
    double qber;         /**< NAN when unknown */
} kh_slot_rate;

/** What one comb of a line system carries. */
typedef struct kh_comb_rate {
    kh_comb_id comb; /**< KH_NO_INDEX: the line's own channel fields */
    kh_mode_id mode; /**< of all its channels; KH_NO_INDEX when none is feasible */
    double channels;
    double rate_gbps;    /**< of one channel; 0 when no mode is feasible */
    double margin_db;    /**< as in kh_line_rate */
    double gsnr_01nm_db; /**< of its worst channel, transmitter included; NAN when no light gets through */
    double penalty_db;   /**< of CD, PMD and PDL on that channel */
    double shannon_gbps; /**< sum over its channels */
} kh_comb_rate;

typedef struct kh_line_rate {
    double length_km, loss_db;
    double spans;
    double gsnr_db; /**< worst channel, signal bandwidth of the chosen mode; 0.1 nm = gsnr_01nm_db */
    double gsnr_01nm_db, osnr_01nm_db;
    double capacity_gbps; /**< sum over combs of channels * rate of the chosen mode; 0 when none is feasible */
    double shannon_gbps;  /**< sum over channels of 2 R log2(1 + GSNR) */
    double
        margin_db; /**< of the chosen mode above required OSNR + system margin; of the nearest mode when none is feasible (< 0) */
    double cd_ps_nm, pmd_ps, pdl_db, latency_ms, rx_power_dbm;
    double channels;
    kh_mode_id mode;           /**< of the comb with most capacity; KH_NO_INDEX when none is feasible */
    const kh_comb_rate *combs; /**< [n_combs] at least one, unless no light gets through; lives as long as the rates */
    size_t n_combs;
    const char *reason; /**< why nothing is feasible, or what limits; lives as long as the rates */
} kh_line_rate;

typedef struct kh_rates {
    kh_qkd_rate *qkd; /**< [n_qkd] by kh_qkd_link_id */
    size_t n_qkd;
    kh_line_rate *line; /**< [n_line] by kh_line_id */
    size_t n_line;
    kh_slot_rate *slots; /**< [n_qkd * n_slots], the slots of a link side by side; NULL when the network has no time slots */
    size_t n_slots;
} kh_rates;

/** A chain of trusted nodes: an end-to-end key fails when a key of any hop does, so the epsilons of the hops add up.
 *  @param links  [n] QKD links @return of a key made from one block of each, at most 1; NAN when a hop's is not known, or n is 0 */
double kh_rates_chain_epsilon(const kh_rates *rates, const kh_qkd_link_id *links, size_t n);

#endif
