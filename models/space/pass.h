/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_SPACE_PASS_H
#define KH_MODELS_SPACE_PASS_H

#include "models/qkd/lim2014.h"
#include "models/qkd/qkd.h"

#include <stdbool.h>
#include <stddef.h>

/** Key of passes of a satellite: BB84 with two decoys, one finite block of all counts.
 *
 *  Counts are summed over the steps of the pass, each with its own transmittance and its own dead time, and then bounded as one
 *  block. The channel may change within a block: the bounds are on sums over pulses that were prepared the same way.
 *  Model : Lim et al. 2014 on summed counts, as SatQuMA does (Sidhu et al., npj Quantum Inf. 8, 18 (2022)); checked against its
 * code in the reference table (satq rows). Pure functions. */
typedef struct kh_pass_system {
    kh_lim2014_setting setting; /**< detector as kh_detector_timed() makes it; transmittance is not looked at */
    double clock_hz;
    double mu_3;
    double passes; /**< alike, in one block, > 0 */
} kh_pass_system;

/** Steps of a pass from its culmination outward. */
typedef struct kh_pass_steps {
    const double *seconds, *transmittance; /**< [n]; to the receiver's input */
    size_t n;                              /**< 0: no pass */
} kh_pass_steps;

typedef struct kh_pass_key {
    double key_bits;  /**< of the block, whole; 0: none */
    double qber, n_x; /**< of the key basis, and its detections in the block; without key for a usual choice */
    double seconds;   /**< of one pass in use */
    size_t n_steps;   /**< in use: the window */
    kh_lim2014_choice choice;
} kh_pass_key;

/** The block for a given choice and all steps. The errors of single photons are bounded as the setting says. */
kh_lim2014_block kh_pass_block(const kh_pass_system *system, const kh_pass_steps *steps, const kh_lim2014_choice *choice);

/** How to search. */
typedef struct kh_pass_search {
    const kh_lim2014_choice *near; /**< best choice of a similar pass: the search starts there; NULL: from scratch */
    bool rough;                    /**< with near: to about 1e-3, in a fifth of the time */
} kh_pass_search;

/** The best choice for all steps. Cost: 4000 blocks from scratch, 1200 from a neighbour, 250 roughly. */
kh_pass_key kh_pass_best(const kh_pass_system *system, const kh_pass_steps *steps, kh_pass_search how);

/** The best choice and the best window, which is the number of steps: in turn, until the window stays; roughly: the window for the
 *  neighbour's choice, then the choice. */
kh_pass_key kh_pass_best_window(const kh_pass_system *system, const kh_pass_steps *steps, kh_pass_search how);

/** BB84 with two decoys over the pass of a system (kh_qkd_system.pass), as a protocol, so that the costs of effects are found as
 * those of any link. The rate is that during the steps. Not in the table of protocols: links choose bb84-decoy. */
extern const kh_qkd_protocol kh_qkd_pass;

/** A system as passes see it: Chernoff bounds, leakage never below what no code can avoid, third intensity of links.
 *  @param system  not checked; passes_per_block in block_bits, loss_b_db is not looked at */
kh_pass_system kh_pass_system_of(const kh_qkd_system *system);

/** Secret bits that no protocol can exceed in these steps: clock times PLOB bound of the transmittance. */
double kh_pass_ceiling_bits(double clock_hz, const kh_pass_steps *steps);

#endif
