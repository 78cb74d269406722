/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_OPTICAL_OPTICAL_H
#define KH_MODELS_OPTICAL_OPTICAL_H

#include "core/base/arena.h"
#include "core/base/status.h"
#include "core/net/net.h"
#include "core/net/rates.h"

#include <stddef.h>

/** The amplified classical line: what every channel of a comb looks like after fibres, amplifiers and ROADMs.
 *
 *  Model   : closed-form incoherent GN model (Poggiolini, arXiv:1209.0394, eq. 120-123) with depletion: amplified noise and
 *            nonlinear interference are shares of the channel's total power, as in GNPy 2.14 and later. Noise figures are flat.
 *            With Raman scattering between channels, for combs wider than the C band or where asked for: optical_isrs.h.
 *  Valid   : dispersion above about 4 ps/(nm km).
 *  Checked : tests/tools/validate/ref_tables.c against the vectors of tests/ref/optical_acceptance.csv (GNPy v2.14.1).
 *  "0.1 nm" is 12.5 GHz everywhere. */

#define KH_OPTICAL_B0_HZ 12.5e9

enum { KH_OPTICAL_CHANNELS_MAX = 512 };

/** The channels that are lit, in ascending order of frequency. */
typedef struct kh_optical_comb {
    size_t n;
    double *freq_hz;   /**< [n] centres, 180e12 to 210e12 */
    double *baud_hz;   /**< [n] symbol rate = signal bandwidth, (0, slot] */
    double *slot_hz;   /**< [n] width of the slot */
    double *launch_w;  /**< [n] power of the transmitter into the first element */
    double *offset_db; /**< [n] added to the targets of ROADMs; NULL: nothing */
} kh_optical_comb;

/** One fibre with its connectors. */
typedef struct kh_optical_fibre {
    double length_km;                         /**< (0, 1000] */
    double attenuation_db_km;                 /**< (0, 100] */
    double dispersion_ps_nm_km;               /**< at 1550 nm, [1, 40] */
    double slope_ps_nm2_km;                   /**< 0: D(f) = D (f/f0)^2; else linear in wavelength */
    double effective_area_um2;                /**< at 1550 nm, [20, 300] */
    double pmd_ps_sqrt_km;                    /**< >= 0 */
    double connector_in_db, connector_out_db; /**< >= 0 */
    bool spectral;             /**< attenuation is that at 1550 nm and differs elsewhere (models/fibre/attenuation.h); counts where
                                    the physics is isrs or raman */
    const kh_fibre_type *type; /**< says how; NULL: standard fibre */
} kh_optical_fibre;

typedef enum kh_optical_noise {
    KH_OPTICAL_NOISE_FIXED,
    KH_OPTICAL_NOISE_VARIABLE_GAIN,
    KH_OPTICAL_NOISE_OPENROADM,        /**< in-line amplifier: cubic mask */
    KH_OPTICAL_NOISE_OPENROADM_PREAMP, /**< MW preamplifier: OSNR = min((4 p + 275) / 7, 33) dB */
    KH_OPTICAL_NOISE_NONE,             /**< MW booster */
    KH_OPTICAL_NOISE_DUAL_STAGE        /**< first stage at its full gain, the second gives the rest */
} kh_optical_noise;

/** An amplifier. */
typedef struct kh_optical_amplifier {
    kh_optical_noise noise;
    double noise_db[4]; /**< fixed: {NF}, below 0 for the effective one of distributed or remote pumping; variable gain: {NF at full
                           gain, NF at least gain}; OpenROADM ILA: {c3, c2, c1, c0} */
    double gain_db;     /**< target; saturation lowers it for all channels alike */
    double gain_min_db; /**< below it an attenuator in front adds to the noise figure */
    double gain_max_db; /**< of flat gain; INFINITY when not given; needed by the variable-gain noise */
    double power_max_dbm; /**< total output; INFINITY when not given */
    double tilt_db;       /**< gain at 191.275 THz less gain at 196.125 THz, linear in frequency, gain_db in the middle */
    double voa_db;        /**< attenuator behind it */
    bool levels; /**< takes out what Raman scattering and the spectrum of attenuation did since the amplifier before: dynamic
                      equalisation; without effect in the plain GN model */
    double pmd_ps, pdl_db;
    const struct kh_optical_amplifier *stages; /**< [2] dual stage: their noise and gain limits count, nothing else */
} kh_optical_amplifier;

typedef enum kh_optical_role { KH_OPTICAL_ADD, KH_OPTICAL_EXPRESS, KH_OPTICAL_DROP } kh_optical_role;

/** What the target of a ROADM is said of. */
typedef enum kh_optical_equalise {
    KH_OPTICAL_BY_CHANNEL, /**< target_dbm of a channel */
    KH_OPTICAL_BY_BAUD,    /**< target_dbm of 1 GHz of symbol rate */
    KH_OPTICAL_BY_SLOT     /**< target_dbm of 1 GHz of slot */
} kh_optical_equalise;

/** A ROADM: every channel comes out with the target power, the offset of the comb added, or, when it is too weak, with what is left
 *  after the loss. */
typedef struct kh_optical_roadm {
    kh_optical_role role;
    kh_optical_equalise equalise;
    double target_dbm, max_loss_db;
    double add_drop_osnr_db; /**< of add and drop together, in 0.1 nm; INFINITY: noiseless */
    double express_osnr_db;  /**< of light that passes; 0: noiseless */
    double pmd_ps, pdl_db;
} kh_optical_roadm;

typedef enum kh_optical_kind { KH_OPTICAL_FIBRE, KH_OPTICAL_AMPLIFIER, KH_OPTICAL_ROADM, KH_OPTICAL_LOSS } kh_optical_kind;

typedef struct kh_optical_element {
    kh_optical_kind kind;
    union {
        kh_optical_fibre fibre;
        kh_optical_amplifier amplifier;
        kh_optical_roadm roadm;
        double loss_db; /**< of all channels alike, >= 0 */
    };
} kh_optical_element;

/** What the receiver sees of one channel. Ratios in dB; INFINITY where there is no such noise. */
typedef struct kh_optical_channel {
    double gsnr_db, osnr_db, snr_nli_db; /**< in the signal's bandwidth */
    double gsnr_01nm_db, osnr_01nm_db;   /**< in 0.1 nm */
    double cd_ps_nm, rx_power_dbm;
} kh_optical_channel;

typedef struct kh_optical_path {
    kh_optical_channel *channels; /**< [n] in the order of the comb */
    size_t n;
    size_t worst; /**< channel of the lowest GSNR in 0.1 nm */
    double pmd_ps, pdl_db, latency_ms;
    double length_km;
    bool raman; /**< channels exchanged power by Raman scattering */
} kh_optical_path;

/** Interference matrices of one comb, kept from run to run: the second run over the same kinds of fibre costs no asinh.
 *  Belongs to its arena; a comb that differs empties it. Not for two threads at once. */
typedef struct kh_optical_cache kh_optical_cache;
kh_optical_cache *kh_optical_cache_create(kh_arena *arena); /**< NULL when memory is out */

/** Channels of equal spacing, symbol rate and power. */
typedef struct kh_optical_grid {
    double first_thz, spacing_ghz, channels, baud_gbd, launch_dbm;
} kh_optical_grid;

/** The comb of a grid.
 *  @param arena  where the arrays live
 *  @return KH_OK; KH_ERANGE: launch_dbm outside [-40, 30], spacing below the symbol rate, channels not whole or more than
 *          KH_OPTICAL_CHANNELS_MAX, frequencies outside 180 to 210 THz; KH_ENOMEM */
kh_status kh_optical_comb_grid(const kh_optical_grid *grid, kh_arena *arena, kh_optical_comb *comb, kh_error *err);

/** All ranges of a comb, and that no two slots overlap. */
kh_status kh_optical_comb_check(const kh_optical_comb *comb, kh_error *err);

/** How interference between channels is computed in each fibre; all false: the plain GN model. */
typedef struct kh_optical_physics {
    bool isrs;  /**< closed form for a power that Raman scattering changes along the way (optical_isrs.h) instead of the GN one */
    bool raman; /**< channels exchange power by stimulated Raman scattering */
    bool by_width; /**< both for a comb wider than KH_OPTICAL_WIDE_HZ from edge to edge, neither for another */
} kh_optical_physics;

#define KH_OPTICAL_WIDE_HZ 5e12 /* C band: 4.8 THz */

/** What a line system asks for. */
kh_optical_physics kh_optical_physics_of(kh_nli_model model);

typedef struct kh_optical_chain {
    const kh_optical_element *elements;
    size_t n_elements;
    kh_optical_physics physics;
} kh_optical_chain;

/** Sends a comb through a chain of elements.
 *  @param tx_osnr_db   of the transmitter, in 0.1 nm; INFINITY: noiseless
 *  @param cache        of any earlier run, or NULL
 *  @param arena        where the channels of @p path live
 *  @return KH_OK; KH_ERANGE outside the ranges above, the step names the element by its number from 1; KH_ENOMEM
 *  Cost: per fibre n^2 multiply-adds, and n^2/2 logarithms for each kind of fibre that the cache has not seen. */
kh_status kh_optical_run(const kh_optical_chain *chain, const kh_optical_comb *comb, double tx_osnr_db, kh_optical_cache *cache,
                         kh_arena *arena, kh_optical_path *path, kh_error *err);

/** One channel seen through a transmitter of an OSNR that was not in the run, in 0.1 nm: 1/GSNR' = 1/GSNR + 1/OSNR_tx. */
void kh_optical_channel_add_tx(kh_optical_channel *channel, double baud_hz, double tx_osnr_db);

/** The same path seen through transmitters of an OSNR that was not in the run (run with INFINITY): GSNR and OSNR are lowered,
 *  1/GSNR' = 1/GSNR + 1/OSNR_tx in 0.1 nm; @c worst is found again. */
void kh_optical_path_add_tx(kh_optical_path *path, const kh_optical_comb *comb, double tx_osnr_db);

/** 2 R log2(1 + GSNR), two polarisations, bit/s: of one channel, and the sum over all. */
double kh_optical_channel_shannon_bps(const kh_optical_channel *channel, double baud_hz);
double kh_optical_shannon_bps(const kh_optical_path *path, const kh_optical_comb *comb);

/** What a line system of the network can do.
 *
 *  Elements: an add ROADM at the first end and a booster up to launch_dbm; after each span an amplifier whose gain is the
 *  span's loss; at the nodes of `roadms` a ROADM and a booster; a drop ROADM at the last end.
 *  - bare_ends, or roadm_target_dbm NAN: transmitters go straight into the first fibre at launch_dbm.
 *  - Fibres that meet at a node of kind `switch`, with no ROADM there and no amplifier installed, are one span.
 *  - The loss of a fibre is spread evenly over its length; connectors, where the loss was computed from them, half at either end.
 *  - A fibre without a type is taken as standard fibre: 16.7 ps/(nm km), 83 um2, 0.04 ps/sqrt(km); the reason says so.
 *  - Amplifier `auto`: at each place the first of the library with enough gain, enough total power and the band of the channels.
 *  - What is installed goes before what would be placed; with as_built nothing else is placed. Fixed losses count to the span of
 *    their fibre.
 *  - A placed booster lifts the target of its ROADM to launch_dbm, where the target goes by symbol rate or slot that of the line's
 *    own channel fields (32 GBd when they say none); a target above launch_dbm comes down to it.
 *
 *  Modes: those of the line, or all of the library, one for each comb, with all channels of all combs lit. A mode works when its
 *  spacing fits and kh_optical_mode_judge() says so of the comb's channels. The largest sum of rates wins, then the larger margins;
 *  how it is searched: optical_choice.h.
 *
 *  @param arena     where out->reason and out->combs live
 *  @param[out] out  every field. Nothing feasible: capacity 0, mode none, reason says why, margin < 0 of the nearest mode; the
 *                   margin is NAN when no mode came as far as its OSNR, or the nearest did not fail by it. GSNR NAN when no light
 *                   gets through.
 *  @return KH_OK also when nothing is feasible; KH_ERANGE for absurd values (launch power, spacing, channels, band, fibre);
 *          KH_EDATA when the fibres do not meet; KH_ENOMEM. The caller names the line system. */
kh_status kh_optical_line(const kh_net *net, kh_line_id line, kh_arena *arena, kh_line_rate *out, kh_error *err);

#endif
