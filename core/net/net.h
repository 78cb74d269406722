/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_NET_NET_H
#define KH_CORE_NET_NET_H

#include "core/base/arena.h"
#include "core/base/findings.h"
#include "core/net/ids.h"

#include <stdbool.h>
#include <stddef.h>

/** The network: what the YAML topology says, resolved and checked. Plain arrays, one per noun, read-only after loading.
 *
 *  Physical fields carry their unit. "not given" is NAN for numbers and NULL for text, KH_NO_INDEX for references.
 *  Everything lives in the network's arena. Fields are filled by the field table in schema_net.c; their ranges stand there and are
 *  printed by `keyhaul schema`.
 */

typedef enum kh_node_kind { KH_NODE_SITE, KH_NODE_SWITCH, KH_NODE_AMPLIFIER, KH_NODE_OGS, KH_NODE_SATELLITE } kh_node_kind;
typedef enum kh_medium { KH_MEDIUM_BURIED, KH_MEDIUM_AERIAL, KH_MEDIUM_SUBSEA } kh_medium;
typedef enum kh_protocol {
    KH_PROTOCOL_BB84_DECOY,             /**< two decoys, finite key (Lim 2014), parameters optimised */
    KH_PROTOCOL_BB84_DECOY_ASYMPTOTIC,  /**< vacuum + weak decoy, infinite key (Ma 2005) */
    KH_PROTOCOL_BBM92,                  /**< entangled pairs, pulsed source (Ma 2007), finite key (Tomamichel 2012) */
    KH_PROTOCOL_BB84_ONE_DECOY,         /**< one decoy, finite key (Wiesemann 2024), parameters optimised */
    KH_PROTOCOL_BB84_ONE_DECOY_RUSCA,   /**< the same after Rusca 2018, whose proof was mended later */
    KH_PROTOCOL_CV_GAUSSIAN,            /**< Gaussian-modulated coherent states, finite key (Leverrier 2010) */
    KH_PROTOCOL_CV_GAUSSIAN_ASYMPTOTIC, /**< the same with an infinite key (Fossier 2009) */
    KH_PROTOCOL_TF_SNS_ASYMPTOTIC, /**< twin field over a middle station, sending or not sending (Bertaina 2024), infinite key */
    KH_PROTOCOL_MDI_ASYMPTOTIC,    /**< measurement at a middle station, infinite decoys and key (Ma 2012) */
    KH_PROTOCOL_TF_CAL_ASYMPTOTIC, /**< twin field with coherent states (Curty 2019), infinite decoys and key */
    KH_PROTOCOL_TF_CAL,            /**< the same with three decoys, finite key (after Curras-Lorenzo 2021) */
    KH_PROTOCOL_TF_SNS,            /**< sending or not sending, finite block by Chernoff bounds: an estimate */
    KH_PROTOCOL_MODE_PAIRING_ASYMPTOTIC, /**< a station without locked lasers, pairs of clicks (Zeng 2022), infinite key */
    KH_PROTOCOL_BBM92_ASYMPTOTIC,        /**< as BBM92 with an infinite key */
    KH_PROTOCOL_BBM92_CW,                /**< entangled pairs, continuous source (Neumann 2021), finite key (Tomamichel 2012) */
    KH_PROTOCOL_BBM92_CW_ASYMPTOTIC,     /**< the same with an infinite key */
    KH_PROTOCOL_MDI,                     /**< as MDI_ASYMPTOTIC with four intensities and a finite key (Zhou 2016) */
    KH_PROTOCOL_CV_GAUSSIAN_COMPOSABLE,  /**< as CV_GAUSSIAN with a composable proof (Pirandola 2024) */
    KH_PROTOCOL_BEST                     /**< of links only, before kh_choice_make(): the device that gives most; stands last */
} kh_protocol;
typedef enum kh_detector_mode { KH_DETECTOR_GATED, KH_DETECTOR_FREE_RUNNING } kh_detector_mode;
typedef enum kh_cv_detection { KH_CV_HOMODYNE, KH_CV_HETERODYNE } kh_cv_detection;
typedef enum kh_light_way {
    KH_LIGHT_BOTH,   /**< both directions on one strand; the safe side when it is not known */
    KH_LIGHT_CO,     /**< from the first end of the link to the second, as the quantum signal of a transmitter at the first end */
    KH_LIGHT_COUNTER /**< from the second end to the first */
} kh_light_way;
typedef enum kh_source_at { KH_SOURCE_AT_A, KH_SOURCE_IN_MIDDLE, KH_SOURCE_AT_B } kh_source_at;
typedef enum kh_use { KH_USE_KEY, KH_USE_OTP, KH_USE_AES_256 } kh_use;
typedef enum kh_security { KH_SECURITY_QKD, KH_SECURITY_HYBRID, KH_SECURITY_PQC, KH_SECURITY_PSK } kh_security;
typedef enum kh_fallback { KH_FALLBACK_NONE, KH_FALLBACK_PQC, KH_FALLBACK_PSK } kh_fallback;
typedef enum kh_law { KH_LAW_EXPONENTIAL, KH_LAW_FIXED } kh_law;
typedef enum kh_rhythm { KH_RHYTHM_PERIODIC, KH_RHYTHM_POISSON } kh_rhythm;
typedef enum kh_disclosure { KH_DISCLOSE_FULL, KH_DISCLOSE_RATES, KH_DISCLOSE_PRICES, KH_DISCLOSE_NOTHING } kh_disclosure;
/** Model of the interference between channels of a line; auto: isrs-gn for combs wider than the C band. */
typedef enum kh_nli_model { KH_NLI_AUTO, KH_NLI_GN, KH_NLI_ISRS_GN } kh_nli_model;
typedef enum kh_fault_kind {
    KH_FAULT_FIBRE_CUT,
    KH_FAULT_NODE,
    KH_FAULT_MODULE,
    KH_FAULT_LINK,
    KH_FAULT_SHARED_RISK,   /**< fibres, nodes and links fail together: one duct, one power feed */
    KH_FAULT_MAINTENANCE,   /**< planned work */
    KH_FAULT_EAVESDROPPING, /**< somebody listens on a link and raises its error rate */
    KH_FAULT_COMPROMISE,    /**< somebody reads the keys that nodes hold in the clear, until it is found out */
    KH_FAULT_FLASH_DEMAND,  /**< demands ask for more */
    KH_FAULT_KINDS          /* how many */
} kh_fault_kind;

typedef struct kh_domain {
    const char *id, *operator_name, *country;
    kh_place place;
    kh_disclosure discloses;
    double transit_price_per_mbit; /**< EUR per Mbit of key carried for others */
    double transit_max_rate_bps;   /**< most key that it carries for others; INFINITY, or 0 by hand: no limit */
    double handover_s;             /**< a hop between two domains takes that of both in addition */
} kh_domain;

#define KH_REFILL_SHARE 0.8 /**< of a store's capacity: below it the store is filled up, where nothing else is said */
#define KH_KEY_BITS     256 /**< the size of a key where none is said, and the unit of key stores */

/** What a key store does with a block of key for which it has no room. */
typedef enum kh_when_full {
    KH_WHEN_FULL_AS_NODES = -1, /**< only while loading: not given */
    KH_WHEN_FULL_KEEP,          /**< fills up; what does not fit is lost */
    KH_WHEN_FULL_DROP_BLOCK,    /**< the whole block is lost */
    KH_WHEN_FULL_DROP_OLDEST    /**< the oldest key makes room and is lost */
} kh_when_full;

/** Buffer of keys; sizes in keys of KH_KEY_BITS. */
typedef struct kh_store_policy {
    double capacity_keys;
    double
        refill_below_keys; /**< once below this the link makes key until full, then rests; NAN (not from a file): it never rests */
    double reserve_keys;   /**< kept for demands of the highest priority */
    double initial_keys;
    double lifetime_h;      /**< older key is discarded; INFINITY or 0: it keeps for ever */
    double sync_s;          /**< from the end of a block until both ends can use its key, >= 0 */
    kh_when_full when_full; /**< resolved after loading */
    bool is_volatile;       /**< an end that fails forgets its key, and the other end's copy is then of no use */
} kh_store_policy;

/** Orbit of a satellite, circular. The year starts on 1 January, 0 h UTC. */
typedef struct kh_orbit {
    double altitude_km; /**< NAN: no orbit is given */
    double inclination_deg;
    double ascending_node_deg; /**< right ascension of the ascending node at the start of the year */
    double phase_deg;          /**< angle from the ascending node to the satellite then */
} kh_orbit;

/** The sky over a ground station. NAN: the model's default, which its result names. */
typedef struct kh_sky {
    double horizon_deg;                                        /**< lowest elevation at which light passes */
    double night_below_deg;                                    /**< it is night when the sun is lower than this */
    double night_radiance_w_m2_sr_um, day_radiance_w_m2_sr_um; /**< at the wavelength of the link */
} kh_sky;

/** Share of days with a clear sky. */
typedef struct kh_clear_sky {
    double share;        /**< over the year; NAN: the model's default */
    double by_month[12]; /**< January first; NAN: the year's */
} kh_clear_sky;

/** Who answers requests for keys at a node: one at a time, first come first served. */
typedef struct kh_kms {
    double service_ms; /**< of one request, its mean; 0: none */
    kh_law law;
} kh_kms;

typedef struct kh_node {
    const char *id, *label;
    kh_place place;
    kh_node_kind kind;
    kh_domain_id domain;
    bool trusted;              /**< may relay keys in the clear inside its perimeter */
    double lat_deg, lon_deg;   /**< WGS 84; NAN when not given */
    kh_store_policy key_store; /**< default of the stores of the QKD links that end here (the smaller end counts) */
    double fitout_cost_eur;    /**< NAN: the cost table's trusted_node_eur when it relays */
    kh_kms kms;                /**< asked by the demands whose first user is here */
    kh_orbit orbit;            /**< satellites */
    kh_sky sky;                /**< this and the next: ground stations */
    kh_clear_sky clear_sky;
} kh_node;

typedef struct kh_fibre_type {
    const char *id;
    kh_place place;
    double loss_db_per_km, dispersion_ps_nm_km, effective_area_um2, pmd_ps_sqrt_km;
    double loss_1310_db_per_km;        /**< NAN: loss_db_per_km and what standard fibre loses more at 1310 nm than at 1550 nm */
    double raman_scale;                /**< of the spontaneous Raman scattering of silica in this effective area; 1 as computed */
    double dispersion_slope_ps_nm2_km; /**< 0: dispersion goes with the square of frequency */
} kh_fibre_type;

typedef struct kh_fibre {
    const char *id;
    kh_place place;
    kh_node_id ends[2];
    kh_fibre_type_id type;
    kh_medium medium;
    double length_km;
    double loss_db_per_km;    /**< NAN: the fibre type's */
    double connector_loss_db; /**< both ends together, used only when loss_db is not given */
    double loss_db;           /**< end to end, connectors and splices included; resolved after loading, never NAN */
    bool loss_is_given;       /**< false: loss_db = length * loss_db_per_km + connector_loss_db */
    double aerial_km;         /**< how much of it hangs on poles */
    double temperature_c;
    double sway_rad_per_m_s; /**< polarisation turn of one aerial kilometre per m/s of wind, standard deviation, what a receiver
                                does not follow; grows with the square root of aerial_km */
    double pairs;            /**< fibre pairs, whole number */
} kh_fibre;

/** Telescopes and filters of a system that works through the air, the transmitter in space. NAN: the model's default, which its
 *  result names. */
typedef struct kh_optics {
    double transmit_diameter_m, receive_diameter_m;
    double beam_waist_m;                  /**< radius at 1/e2 of the power, at the transmitter */
    double pointing_urad;                 /**< standard deviation of the error in each of two axes */
    double loss_db;                       /**< all else on the way; without receiver_loss_db and the detector */
    double zenith_transmission;           /**< of the clear air straight up */
    double filter_nm, field_of_view_urad; /**< width; full angle */
} kh_optics;

/** A QKD system: transmitter-receiver pair, or entangled source with two receivers. */
typedef struct kh_device {
    const char *id, *vendor;
    kh_place place;
    kh_protocol protocol;
    double clock_hz;
    double duty;                    /**< share of the slots that carry quantum pulses, (0, 1] */
    double detector_efficiency;     /**< (0, 1] */
    double receiver_loss_db;        /**< optics before the detector */
    double dark_count_hz;           /**< per detector */
    double gate_ns;                 /**< detection window: dark counts per gate = dark_count_hz * gate_ns * 1e-9 */
    kh_detector_mode detector_mode; /**< gated: blind outside the window; free-running: clicks there cost dead time */
    double jitter_ps;               /**< FWHM of the time of a detection, source included; 0: none */
    double misalignment;            /**< probability that a photon reaches the wrong detector, [0, 0.5) */
    double afterpulse;              /**< [0, 1) */
    double dead_time_us;
    double max_count_hz;  /**< most detections a second of one detector; INFINITY when no limit */
    double detectors;     /**< number of detectors sharing the clicks, 1..4 */
    double ec_efficiency; /**< f >= 1 */
    double block_bits;    /**< raw key bits per block of privacy amplification (key basis, at the receiver) */
    double block_time_s;  /**< length of a block in time, in place of block_bits; NAN: by block_bits */
    double eps_sec, eps_cor;
    double eps_auth;                  /**< chance that a forged message passes, per block */
    double pairs_per_pulse;           /**< BBM92, pulsed: mean pairs per pulse; NAN = optimised */
    double pairs_hz;                  /**< BBM92, continuous: pairs a second; NAN = optimised */
    double phase_noise_rad;           /**< twin field: standard deviation of the phase between the arms */
    double linewidth_hz;              /**< mode pairing: of each laser */
    double phase_drift_rad_per_s;     /**< mode pairing: of the phase between the arms */
    kh_cv_detection cv_detection;     /**< this and the next five: continuous variables only */
    double excess_noise_snu;          /**< of the channel at its input, shot-noise units */
    double electronic_noise_snu;      /**< of the receiver, trusted */
    double reconciliation_efficiency; /**< beta, (0, 1] */
    double frame_error_rate;          /**< share of blocks that error correction gives up, [0, 1) */
    double digitisation_bits;         /**< of the raw key, from one quadrature, [1, 16] */
    double block_symbols;             /**< symbols sent per block */
    kh_optics optics;                 /**< free space only */
    double max_key_rate_bps;          /**< limit of the electronics; INFINITY when none */
    double max_loss_db;               /**< vendor's limit; INFINITY when none */
    double calibration_every_h;       /**< from the start of one calibration to that of the next; NAN: never */
    double calibration_min;           /**< without key, each time; less than the time between them */
    double cost_eur;                  /**< one pair */
} kh_device;

/** The filter before a receiver of quantum light. Isolations are of one pass. */
typedef struct kh_receiver_filter {
    double bandwidth_ghz;
    double isolation_adjacent_db; /**< of light centred within 1.5 bandwidths */
    double isolation_db;          /**< of other light in the same band */
    double isolation_far_db;      /**< of light in another band, 50 nm or more away */
    double passes;                /**< filters in a row, whole number */
} kh_receiver_filter;

typedef struct kh_qkd_link {
    const char *id;
    kh_place place;
    kh_fibre_id *via; /**< [n_via], in order from ends[0] to ends[1]; empty for free space */
    size_t n_via;
    kh_node_id ends[2];   /**< resolved from via when not given */
    kh_protocol protocol; /**< the device's unless given */
    kh_device_id device;
    bool is_chosen;         /**< protocol `best` was asked for: protocol and device are what kh_choice_make() found */
    kh_source_at source_at; /**< entanglement only */
    kh_node_id charlie_at;  /**< middle station of twin field and MDI, resolved; KH_NO_INDEX for other protocols unless given */
    double wavelength_nm;
    double modules;          /**< installed pairs, whole number >= 0 */
    double most_modules;     /**< that a design may put here, whole number >= 0 */
    double passes_per_block; /**< satellite only: passes whose counts make one block, whole number >= 1 */
    double pass_share;       /**< satellite only: share of the passes that the satellite gives to this link, (0, 1] */
    double extra_loss_db;    /**< filters, switches, patches on the way */
    double noise_per_gate;   /**< extra detection probability per gate and detector (Raman, stray light), [0, 1) */
    kh_line_id *beside;      /**< [n_beside] line systems whose light runs on the same strand; empty: a strand of its own */
    size_t n_beside;
    kh_light_way light; /**< of the lines beside it */
    kh_receiver_filter filter;
    double measured_key_rate_bps; /**< of one module; NAN: computed */
    double measured_qber;         /**< NAN: not measured */
    kh_store_policy key_store;    /**< NAN fields: from the nodes, then the defaults */
} kh_qkd_link;

typedef enum kh_amplifier_kind {
    KH_AMPLIFIER_FIXED,                   /**< one noise figure */
    KH_AMPLIFIER_VARIABLE_GAIN,           /**< noise figure known at the largest and at the least gain */
    KH_AMPLIFIER_OPENROADM_ILA,           /**< OpenROADM in-line amplifier: OSNR mask over the input power, a cubic */
    KH_AMPLIFIER_OPENROADM_ILA_LOW_NOISE, /**< the same with the low-noise mask */
    KH_AMPLIFIER_OPENROADM_PREAMP,        /**< OpenROADM MW preamplifier: straight mask with a ceiling */
    KH_AMPLIFIER_OPENROADM_BOOSTER,       /**< OpenROADM MW booster: noiseless */
    KH_AMPLIFIER_DUAL_STAGE               /**< a preamplifier at its full gain, then a booster with the rest */
} kh_amplifier_kind;

/** OSNR in 0.1 nm over input power p of a channel in dBm a 50 GHz slot: c3 p^3 + c2 p^2 + c1 p + c0, in dB. */
typedef struct kh_osnr_mask {
    double c3, c2, c1, c0; /**< NAN: those of the kind */
} kh_osnr_mask;

typedef struct kh_amplifier {
    const char *id;
    kh_place place;
    kh_amplifier_kind kind;
    double noise_figure_db;          /**< fixed; NAN for the others */
    double nf_min_db, nf_max_db;     /**< variable gain: at the largest and at the least gain; NAN for the others */
    kh_osnr_mask osnr_mask;          /**< OpenROADM in-line amplifiers */
    double gain_min_db;              /**< below it an attenuator in front adds to the noise figure */
    double gain_max_db;              /**< of flat gain; resolved */
    double gain_extension_db;        /**< an installed one may have so much more, no longer flat */
    double power_max_dbm;            /**< total output */
    kh_amplifier_id preamp, booster; /**< dual stage */
    double lowest_thz, highest_thz;  /**< centres of the channels that it can amplify lie between */
    double pmd_ps, pdl_db;
} kh_amplifier;

/** A table of [x, y] points, x rising; between them straight lines. */
typedef struct kh_points {
    const double *xy; /**< [2 n]: x0, y0, x1, y1, ... */
    size_t n;         /**< 0: not given */
} kh_points;

/** One way to run a transceiver. */
typedef struct kh_mode {
    const char *id;
    kh_place place;
    double baud_gbd, rate_gbps;
    double required_osnr_db; /**< in 0.1 nm (12.5 GHz); NAN: a generic mode, whose rate follows from shannon_gap_db */
    double shannon_gap_db;   /**< generic: a channel carries min(rate_gbps, 2 R log2(1 + GSNR / gap)), the line's margin in the gap
                                too */
    double tx_osnr_db, min_spacing_ghz;
    double max_cd_ps_nm, max_pmd_ps;                /**< INFINITY when no limit */
    kh_points cd_penalty, pmd_penalty, pdl_penalty; /**< dB over ps/nm, ps and dB; outside the table the mode does not work */
} kh_mode;

struct kh_comb;

typedef struct kh_line_system {
    const char *id, *operator_note;
    kh_place place;
    kh_fibre_id *via; /**< [n_via], in order */
    size_t n_via;
    kh_node_id ends[2];
    kh_amplifier_id amplifier; /**< KH_NO_INDEX: `auto`, the first of the library that can do the span */
    bool as_built;             /**< no amplifiers but the installed ones */
    bool bare_ends;            /**< no ROADM at the ends: transmitters feed the first fibre */
    kh_node_id *roadms;        /**< [n_roadms] nodes on the way where power is equalised and channels may be added and dropped */
    size_t n_roadms;
    double first_thz, spacing_ghz, channels, launch_dbm, baud_gbd; /**< comb; baud: of the mode when NAN */
    double roadm_target_dbm;                                       /**< of a channel; NAN (not from a file): no ROADMs */
    double roadm_target_mw_per_ghz;                                /**< instead, above 0: times the symbol rate */
    double roadm_target_mw_per_slot_ghz;                           /**< instead, above 0: times the width of the slot */
    double roadm_max_loss_db;                                      /**< a channel too weak for its target leaves with this loss */
    double roadm_pmd_ps, roadm_pdl_db;                             /**< of one ROADM */
    double add_drop_osnr_db;                                       /**< add and drop together, in 0.1 nm */
    kh_nli_model nli_model;
    double margin_db;  /**< system margin on the required OSNR */
    kh_mode_id *modes; /**< [n_modes] allowed; empty: all of the library */
    size_t n_modes;
    const struct kh_comb **combs; /**< [n_combs] its entries in combs, resolved; they go before the comb above */
    size_t n_combs;
} kh_line_system;

/** A part of a line system's channels, all alike. A line with combs has these instead of the one in its own fields. */
typedef struct kh_comb {
    const char *id;
    kh_place place;
    kh_line_id line;
    double first_thz, spacing_ghz, channels;
    double baud_gbd;         /**< NAN: of the mode */
    double launch_offset_db; /**< on the line's launch power and on the targets of its ROADMs */
    kh_mode_id mode;         /**< KH_NO_INDEX: the best of the line's */
} kh_comb;

typedef enum kh_direction { KH_DIRECTION_FORWARD, KH_DIRECTION_BACKWARD, KH_DIRECTION_BOTH } kh_direction;
typedef enum kh_side { KH_SIDE_BEFORE, KH_SIDE_AFTER } kh_side;

/** An amplifier that stands, instead of the one that would be placed; sides and order are those of the light. */
typedef struct kh_installed_amplifier {
    const char *id;
    kh_place place;
    kh_line_id line;
    kh_direction direction; /**< of the light: forward from ends[0] of the line to ends[1] */
    kh_fibre_id fibre;
    kh_side side;
    kh_amplifier_id type;
    double gain_db; /**< NAN: what makes up for the loss, or lifts to the launch power */
    double tilt_db; /**< gain at the low end of the C band less gain at its high end, linear in frequency */
    double in_voa_db, voa_db;
} kh_installed_amplifier;

/** A fixed loss next to a fibre: patch, splitter, padding; nearer to the fibre than an amplifier on the same side. */
typedef struct kh_installed_loss {
    const char *id;
    kh_place place;
    kh_line_id line;
    kh_direction direction;
    kh_fibre_id fibre;
    kh_side side;
    double loss_db;
} kh_installed_loss;

/** What one ROADM of a line does to the light that goes on along the line (or, at the last end, is dropped), where it differs from
 *  the line's fields. Entries for either direction of two lines that meet at a node are its degrees. */
typedef struct kh_installed_roadm {
    const char *id;
    kh_place place;
    kh_line_id line;
    kh_direction direction;
    kh_node_id node;
    double target_dbm, target_mw_per_ghz, target_mw_per_slot_ghz; /**< at most one; NAN: as the line says */
    double max_loss_db, pmd_ps, pdl_db;                           /**< NAN: as the line says */
    double express_osnr_db;                                       /**< in 0.1 nm; NAN: noiseless */
    double add_osnr_db, drop_osnr_db;                             /**< of one stage, in 0.1 nm; NAN: 3 dB above add_drop_osnr_db */
} kh_installed_roadm;

/** End-to-end store of a demand, the same key at both users, filled ahead of need; sizes in keys of KH_KEY_BITS. */
typedef struct kh_pair_store {
    double capacity_keys;     /**< not > 0: none */
    double refill_below_keys; /**< once below this, keys are relayed until it is full; NAN: KH_REFILL_SHARE of the capacity */
    double initial_keys;
} kh_pair_store;

/** Calls of a demand. A call holds a line while it lasts and takes key when it starts. */
typedef struct kh_calls {
    double per_h;   /**< mean number of arrivals in an hour: of all, or of each idle source; not > 0: the demand makes no calls */
    double mean_s;  /**< length */
    kh_law law;     /**< of the length */
    double lines;   /**< calls at once, whole number >= 1 */
    double sources; /**< each makes one call at a time, whole number; not > 0: endlessly many, arrivals are Poisson */
    double pad_bps; /**< one-time pad while it lasts, in portions of key_bits; not > 0: one key at its start */
} kh_calls;

/** Data that a demand moves. */
typedef struct kh_transfer {
    double volume_tb; /**< of one transfer, 10^12 bytes; not > 0: the demand moves none */
    double every_h;   /**< between two, or the mean */
    double start_h;   /**< of the first one; poisson: of the time in which they come */
    kh_rhythm rhythm;
} kh_transfer;

typedef struct kh_demand {
    const char *id, *label;
    kh_place place;
    kh_node_id between[2];
    kh_use use;
    kh_security security;
    double rate_bps;   /**< key or one-time-pad rate; resolved after loading for every use: the key rate asked for */
    double encryptors; /**< aes-256: number of encryptor pairs */
    double rekey_s;    /**< aes-256: period of a key change */
    double rekey_gib;  /**< aes-256: or volume per key; NAN: no limit by volume */
    double data_gbps;  /**< traffic that the keys protect; NAN: not said */
    kh_line_id *over;  /**< [n_over] line systems that carry the data, in order from between[0]; empty: the planner finds them */
    size_t n_over;
    double grace_s;       /**< aes-256: a key may be used so long beyond its period; NAN: one more period */
    kh_fallback fallback; /**< aes-256: what protects the data after that; KH_SCHEMA_NONE: see kh_demand_fallback() */
    double directions;    /**< 1 or 2 keys per change */
    double key_bits;      /**< bits of one key or one request */
    double priority;      /**< 0 = highest */
    kh_pair_store key_store;
    kh_calls calls;
    kh_transfer transfer;
    bool required; /**< `--require` fails when it is not met */
} kh_demand;

/** A recurring part of the time with its own conditions; rates are computed in each and averaged. Day and
 *  night of satellite links are not among them: their passes know where the sun stands. */
typedef struct kh_time_slot {
    const char *id;
    kh_place place;
    double share;         /**< of the time, (0, 1]; all together 1 */
    double wind_m_s;      /**< mean wind at aerial fibres */
    double temperature_c; /**< of all fibres; NAN: each fibre's own mean */
    double mean_spell_h;  /**< in a run: mean time after which the slot is drawn anew, > 0 */
} kh_time_slot;

/** A switch that gives one transmitter to several links in turn: each makes key only in its turn. */
typedef struct kh_optical_switch {
    const char *id;
    kh_place place;
    kh_qkd_link_id *links; /**< [n_links] in the order of their turns; with fewer than two it does nothing */
    size_t n_links;
    double dwell_s;      /**< one turn, > 0 */
    double changeover_s; /**< between two turns: no link makes key, >= 0 */
} kh_optical_switch;

/** What goes wrong when, for how long. Starts: one of mtbf_h_per_1000km, mtbf_h, first_h; lasts: one of mttr_h, duration_h; the
 *  others are NAN. */
typedef struct kh_fault {
    kh_place place;
    kh_fault_kind kind;
    const char *on;      /**< "all-fibres" and the like, an id, or a name of its own: see the schema */
    kh_fibre_id *fibres; /**< [n_fibres] this and the next two: shared-risk, maintenance; without any: what `on` names */
    size_t n_fibres;
    kh_node_id *nodes; /**< [n_nodes] */
    size_t n_nodes;
    kh_qkd_link_id *links; /**< [n_links] */
    size_t n_links;
    double mtbf_h_per_1000km;      /**< fibre cuts per length, mean of an exponential time */
    double mtbf_h;                 /**< the same for one of them */
    double first_h, every_h;       /**< planned: from the start of the run; every_h NAN: once */
    double mttr_h;                 /**< mean of an exponential time */
    double duration_h;             /**< always as long */
    double factor, wind_above_m_s; /**< NAN: none */
    double qber;                   /**< added to the link's; NAN: not eavesdropping */
    double alarm_qber, quarantine_h;
    double key_share; /**< left of the key while nobody notices, [0, 1]; NAN: by the error rates */
} kh_fault;

typedef struct kh_costs {
    double trusted_node_eur, kms_node_eur, encryptor_pair_eur, fibre_eur_per_km_year, opex_fraction_per_year, years;
} kh_costs;

/** Where one value comes from: any value may be written as {value, source, assumed}. */
typedef struct kh_provenance {
    const char *noun;   /**< "fibres" */
    const char *id;     /**< id of the entry, or "" */
    const char *field;  /**< "loss_db" */
    const char *value;  /**< as written */
    const char *source; /**< NULL when not given */
    bool assumed;
    kh_place place;
} kh_provenance;

typedef struct kh_net {
    kh_arena *arena;
    const char *name, *description, *path;
    const char *source_path_list; /**< all files read, one a line */
    char input_hash[65];          /**< SHA-256 of all input files in order of reading, hexadecimal */
    kh_domain *domains;
    size_t n_domains;
    kh_node *nodes;
    size_t n_nodes;
    kh_fibre_type *fibre_types;
    size_t n_fibre_types;
    kh_fibre *fibres;
    size_t n_fibres;
    kh_device *devices;
    size_t n_devices;
    kh_qkd_link *qkd_links;
    size_t n_qkd_links;
    kh_amplifier *amplifiers;
    size_t n_amplifiers;
    kh_mode *modes;
    size_t n_modes;
    kh_line_system *line_systems;
    size_t n_line_systems;
    kh_comb *combs;
    size_t n_combs;
    kh_installed_amplifier *installed_amplifiers;
    size_t n_installed_amplifiers;
    kh_installed_loss *installed_losses;
    size_t n_installed_losses;
    kh_installed_roadm *installed_roadms;
    size_t n_installed_roadms;
    kh_demand *demands;
    size_t n_demands;
    kh_time_slot *time_slots;
    size_t n_time_slots;
    kh_optical_switch *optical_switches;
    size_t n_optical_switches;
    kh_fault *faults;
    size_t n_faults;
    kh_costs costs;
    kh_provenance *provenance;
    size_t n_provenance;
} kh_net;

/** Frees the network with all it owns. NULL is fine. */
void kh_net_destroy(kh_net *net);

/** Index of the entry with this id, or KH_NO_INDEX. O(log n) is not promised: linear, for tests and command lines. */
kh_node_id kh_net_node(const kh_net *net, const char *id);
kh_fibre_id kh_net_fibre(const kh_net *net, const char *id);
kh_qkd_link_id kh_net_qkd_link(const kh_net *net, const char *id);
kh_demand_id kh_net_demand(const kh_net *net, const char *id);

/** A name for people: the label, else the id. */
const char *kh_node_name(const kh_node *node);

/** The other of two ends. @param ends [2] */
kh_node_id kh_node_far_end(const kh_node_id *ends, kh_node_id node);

/** Sum over the fibres of a chain. */
double kh_net_chain_length_km(const kh_net *net, const kh_fibre_id *via, size_t n_via);
double kh_net_chain_loss_db(const kh_net *net, const kh_fibre_id *via, size_t n_via);

/** Part of the time in which a QKD link can make key, (0, 1]: not while its device calibrates, nor when it is not its turn at an
 *  optical switch. Of a link through free space: 1. */
double kh_net_on_share(const kh_net *net, kh_qkd_link_id link);

/** The switch at which the link has its turns, or NULL. */
const kh_optical_switch *kh_net_switch_of(const kh_net *net, kh_qkd_link_id link);

/** Centre of the lowest and of the highest channel, over all combs. */
double kh_line_first_thz(const kh_line_system *line);
double kh_line_last_thz(const kh_line_system *line);

/** True when all channels of the line lie within the amplifier's band. */
bool kh_amplifier_covers(const kh_amplifier *amplifier, const kh_line_system *line);

/** Whether the line's transceivers may run in this mode: a line that names none takes all. */
bool kh_line_allows(const kh_line_system *line, kh_mode_id mode);

/** The narrowest channel that takes the mode: min_spacing_ghz, never less than its symbol rate. */
double kh_mode_need_ghz(const kh_mode *mode);

/** The node where the middle station of a link stands: charlie_at when that lies between the ends, else the node between the ends
 *  nearest to half of the loss; KH_NO_INDEX when there is none. */
kh_node_id kh_net_station(const kh_net *net, const kh_qkd_link *link);

/** True when the device says something of its telescopes: then it is not offered for fibres. */
bool kh_device_is_for_space(const kh_device *device);

/** True when fibres of the link carry line systems and it names none beside it: then it is taken to have a strand of its own. */
bool kh_qkd_link_has_own_strand(const kh_net *net, const kh_qkd_link *link);

/** True when the two share a fibre. */
bool kh_qkd_link_shares_fibre(const kh_qkd_link *link, const kh_line_system *line);

/** True when the two ends send to a station between them: twin field, MDI. */
bool kh_protocol_has_station(kh_protocol protocol);

/** True when the demand needs key from QKD (security qkd or hybrid). */
bool kh_demand_needs_qkd(const kh_demand *demand);

/** What a bit/s of key for it is worth where rates are added up: 2 / (1 + priority), so 2 at priority 0 and 1 at 1. */
double kh_demand_weight(const kh_demand *demand);

/** What its encryptors fall back to: as given, else pqc when the security is hybrid (half of the protection is there anyway), else
 *  none. */
kh_fallback kh_demand_fallback(const kh_demand *demand);

/** True when the line systems of `over` lead from the demand's first end to its second, each from where the one before it ends. */
bool kh_demand_over_joins(const kh_net *net, const kh_demand *demand);

/** "all-fibres" and the like; NULL: the kind has no such word. */
const char *kh_fault_all_word(kh_fault_kind kind);

/** The shared risk of this name, or NULL. */
const kh_fault *kh_fault_group(const kh_net *net, const char *name);

/** Whether the node is what a compromise is on: the node itself, or one of that domain, operator or country. */
bool kh_fault_holds(const kh_net *net, const char *on, kh_node_id node);

/** Names as in YAML: "site", "bb84-decoy", "aes-256", "hybrid"... */
const char *kh_fault_kind_name(kh_fault_kind kind);
const char *kh_node_kind_name(kh_node_kind kind);
const char *kh_protocol_name(kh_protocol protocol);
const char *kh_use_name(kh_use use);
const char *kh_security_name(kh_security security);

#endif
