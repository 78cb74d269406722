/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_QKD_H
#define KH_MODELS_QKD_QKD_H

#include "core/base/status.h"
#include "core/net/net.h"
#include "core/net/rates.h"
#include "models/qkd/cv.h"
#include "models/qkd/detector.h"
#include "models/qkd/qkd_channel.h"

/** Protocols of quantum key distribution behind one descriptor: a new protocol is one file and one line in the table of qkd.c. */

enum { KH_QKD_PARAMETERS = 7 };

/** What the protocol gives, before the limits of the electronics. */
typedef struct kh_qkd_key {
    double rate_bps; /**< secret key, >= 0 */
    double qber; /**< of the key basis, [0, 0.5]; with typical parameters when there is no key; NAN without clicks, and for CV */
    double sifted_rate_bps;               /**< key-basis detections; CV: symbols that make key */
    double block_s;                       /**< time to fill a block; 0 for an infinite one */
    double block_key_bits;                /**< secret bits of a block; 0 for an infinite one */
    double parameters[KH_QKD_PARAMETERS]; /**< the best ones, unused ones 0. BB84, finite: mu_1, mu_2, p_1, p_2, p_X; asymptotic:
                                               mu; one decoy: mu_1, mu_2, p_1, p of the key basis; CV: variance, key share; TF: u, p
                                             of sending; mode pairing: mu, span of pairs; CAL: mu of A, mu of B; MDI: mu of A, mu of
   B; finite: u of A, u of B, v and w of A, p_u, p_v, p_w; BBM92: pairs per pulse, share of the test; continuous: pairs a second,
   window in seconds, share of the test */
} kh_qkd_key;

/** One module pair over one channel: all that a protocol may look at. */
typedef struct kh_qkd_system {
    double
        loss_a_db; /**< from the source, or the middle station, to A; 0 for prepare-and-measure protocols, where A is the source */
    double loss_b_db;          /**< from the source or station to B, detector not included; [0, 1000] */
    kh_detector detector;      /**< of B, and of A when A detects too */
    double dark_a_per_gate;    /**< of A's detectors, noise included, when A detects too; kh_qkd_compute() fills it */
    kh_noise noise_a, noise_b; /**< light of others at A and B; kh_qkd_compute() adds it to the dark counts or the excess noise */
    double stray_per_gate;     /**< how much of detector.dark_per_gate is noise_per_gate of the link, [0, dark_per_gate] */
    double clock_hz;           /**< quantum pulses a second, > 0 */
    double ec_efficiency;      /**< f >= 1: leakage over the Shannon limit */
    double block_bits;         /**< key-basis detections per block, CV: symbols; INFINITY: no statistical fluctuation */
    double block_time_s;       /**< > 0: a block is what comes in that time, whatever block_bits says; 0: by block_bits */
    double eps_sec, eps_cor;   /**< (0, 1); only with a finite block */
    double pairs_per_pulse;    /**< pulsed entangled sources, [0, 100]; NAN: optimised */
    double pairs_hz;           /**< continuous entangled sources, [0, 1e15]; NAN: optimised */
    double phase_noise_rad;    /**< TF only, [0, 10] */
    double linewidth_hz, drift_rad_per_s; /**< mode pairing only: of each laser; of the phase between the arms; [0, 1e9] */
    kh_cv_receiver cv;                    /**< CV only; its efficiency is the detector's */
    double frame_error_rate;              /**< CV only, [0, 1) */
    const kh_qkd_key *near; /**< key of a similar system: a search of many parameters starts there alone, in a third of the time, at
                                 the risk of missing a better valley. NULL or without key: from scratch */
    const struct kh_pass_steps *pass; /**< satellite only: the channel in steps of time, relative to loss_b_db, which is the least;
                                           block_bits then counts passes. NULL: the channel stays as it is */
    bool rough;                       /**< with near: the rate to about 1e-3 will do, at a fraction of the time */
} kh_qkd_system;

/** A protocol. @c key computes the best rate over the protocol's free parameters; deterministic, no allocation that outlives it.
 *  The system was checked by kh_qkd_compute(), and its detector is the one behind the windows of the clock: kh_detector_timed(),
 *  unless it is continuous. */
typedef struct kh_qkd_protocol {
    const char *name; /**< as in YAML */
    const char *title;
    kh_protocol protocol;
    bool is_finite;       /**< looks at the block */
    double terms;         /**< error terms of the proof that share eps_sec evenly; 0: not evenly, or no block */
    bool is_entanglement; /**< source apart from A possible */
    bool is_continuous;   /**< no pulses: detectors have no windows, a use of the channel is a slot of the clock */
    bool is_relayed;      /**< both ends send to a station between them: arms in loss_a_db and loss_b_db */
    bool is_twin_field;   /**< of these, bounded by the single-repeater bound of the worse arm in place of PLOB */
    bool is_cv;           /**< looks at the receiver of continuous variables; counts no photons */
    kh_status (*key)(const kh_qkd_system *system, kh_qkd_key *key, kh_error *err);
} kh_qkd_protocol;

extern const kh_qkd_protocol kh_qkd_bb84_finite, kh_qkd_bb84_asymptotic, kh_qkd_bbm92, kh_qkd_bb84_one_decoy,
    kh_qkd_bb84_one_decoy_rusca, kh_qkd_cv_gaussian, kh_qkd_cv_gaussian_asymptotic, kh_qkd_tf_sns_asymptotic, kh_qkd_mdi,
    kh_qkd_tf_cal_asymptotic, kh_qkd_tf_cal, kh_qkd_tf_sns, kh_qkd_mode_pairing, kh_qkd_bbm92_asymptotic, kh_qkd_bbm92_cw,
    kh_qkd_bbm92_cw_asymptotic, kh_qkd_mdi_finite, kh_qkd_cv_gaussian_composable;

/** Size of a block of @p system when @p sifted_hz detections of the key basis come a second: what is given, or what the time gives.
 *  A protocol with a block looks here, so that its search weighs the size of the block too. @return >= 1; INFINITY: no block */
double kh_qkd_block_size(const kh_qkd_system *system, double sifted_hz);

/** @return the descriptor, or NULL for a value that is none. */
const kh_qkd_protocol *kh_qkd_protocol_of(kh_protocol protocol);

/** A device on a channel. Only arithmetic; kh_qkd_compute() checks.
 *  @param protocol  how the device is run; a link may choose another one than the device's own */
kh_qkd_system kh_qkd_system_of(const kh_qkd_protocol *protocol, const kh_device *device, const kh_qkd_channel *channel);

/** A dark fibre for a protocol: the loss divided at the source or the station.
 *  @param loss_db    of the whole way between A and B
 *  @param source_at  entangled sources only; a station stands in the middle */
kh_qkd_channel kh_qkd_channel_dark(const kh_qkd_protocol *protocol, double loss_db, kh_source_at source_at);

/** Best key rate of @p protocol on @p system.
 *  @return KH_OK (also when there is no key: rate 0); KH_ERANGE for a value outside the ranges given at kh_qkd_system and
 *          kh_detector; KH_EINTERNAL when the rate exceeds kh_qkd_ceiling(); KH_ENOMEM */
kh_status kh_qkd_compute(const kh_qkd_protocol *protocol, const kh_qkd_system *system, kh_qkd_key *key, kh_error *err);

/** Bound of the protocol in bit per use: PLOB of the whole channel; of the worse arm for twin field, whose station is a repeater.
 */
double kh_qkd_ceiling(const kh_qkd_protocol *protocol, double loss_a_db, double loss_b_db);

/** One module of @p device at @p loss_db, its protocol, no extra noise; entangled source or station in the middle. For tables
 * rate(loss). The limits of the device count: 0 beyond max_loss_db, never above max_key_rate_bps. */
kh_status kh_qkd_device_rate(const kh_device *device, double loss_db, kh_qkd_key *key, kh_error *err);

/** The same, searched from the key at a similar loss; a @p near without key: from scratch. */
kh_status kh_qkd_device_rate_near(const kh_device *device, double loss_db, const kh_qkd_key *near, kh_qkd_key *key, kh_error *err);

/** Largest loss at which @p device gives key (to 1e-3 dB), max_loss_db of the device included; 0 when it gives none at all.
 *  @param[out] reach_db  [0, 200] */
kh_status kh_qkd_reach_db(const kh_device *device, double *reach_db, kh_error *err);

#endif
