/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_LIGHT_ASSIGN_H
#define KH_SOLVERS_LIGHT_ASSIGN_H

#include "core/base/arena.h"
#include "core/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/** Quantum and classical channels on one fibre: who gets which channel of a grid, and how strong the classical ones are. First the
 *  wanted Gbit/s, then the most key. What light does to a quantum channel is a table that is handed in. */

/** A way to run the classical channels. */
typedef struct kh_assign_level {
    double power; /**< > 0, in units of the power that the noise table is for */
    double gbps;  /**< > 0, of one channel */
} kh_assign_level;

typedef struct kh_assign_problem {
    size_t n_channels;
    const double *noise; /**< [n_channels][n_channels] >= 0: on the quantum channel of the row by the classical one of the column */
    size_t n_points;
    const double *noise_at; /**< [n_points] two at least, rising, the first 0 */
    const double
        *rate_bps; /**< [n_channels][n_points] key rate of a quantum channel, not rising; straight lines between, 0 beyond */
    const bool *may_quantum, *may_classical; /**< [n_channels] */
    size_t guard;                            /**< channels that stay empty between a quantum and a classical one */
    size_t n_quantum;                        /**< quantum channels at most, >= 1 */
    const kh_assign_level *levels;
    size_t n_levels;
    double wanted_gbps;  /**< >= 0 */
    size_t n_elsewhere;  /**< classical channels that other fibres take */
    double time_limit_s; /**< of all levels, under kh_assign_front() of all points together; INFINITY: none */
    const char *lp_program;
    FILE *mps; /**< where the integer program of the chosen level goes, over all channels; NULL: nowhere */
} kh_assign_problem;

typedef struct kh_assign {
    bool complete;             /**< false: the time limit stopped it; bound still holds */
    bool *quantum, *classical; /**< [n_channels] */
    size_t level;              /**< which of the levels */
    double gbps;               /**< on this fibre and elsewhere, >= wanted */
    double *rate_bps;          /**< [n_channels] of the quantum channels */
    double value;              /**< their sum */
    double bound;              /**< no assignment of wanted_gbps has more */
} kh_assign;

/** @param[out] assign  lives in @p arena
 *  @return KH_OK; KH_INFEASIBLE: not so many channels; KH_ERANGE (malformed numbers); KH_ENOINPUT, KH_EWRITE; KH_ENOMEM;
 * KH_EINTERNAL Model  : MODELS E1: maximise sum_w R_w(power sum_v noise_wv a_v), sum a = the channels that wanted_gbps takes, q and
 * a apart Method : one quantum channel: for each place and level the quietest classical channels, which is the optimum. More:
 * exchange of channels from there; bound by each quantum channel alone with its quietest neighbours; then an integer program over
 * the places that can still beat what was found, straight lines of the rate by binaries */
kh_status kh_assign_solve(const kh_assign_problem *problem, kh_arena *arena, kh_assign *assign, kh_error *err);

/** One point of what can be had: no other has more of both. */
typedef struct kh_assign_offer {
    double gbps, rate_bps, bound_bps;
    size_t level;
} kh_assign_offer;

/** From no classical light to all channels, in rising gbps.
 *  @param offers  [room] room for (n_channels + 1) * n_levels
 *  @return as kh_assign_solve(); KH_TIMELIMIT with the points found by then: others are missing */
kh_status kh_assign_front(const kh_assign_problem *problem, kh_arena *arena, kh_assign_offer *offers, size_t *n, kh_error *err);

/** Checks an assignment with code of its own: channels apart and allowed, as many as the gbps take, key rates from the table, and
 *  the bound not below the value. That the bound holds is proven only where one quantum channel is wanted, by trying every place.
 *  @return KH_OK; KH_UNMET: the first thing that is wrong, in words */
kh_status kh_assign_verify(const kh_assign_problem *problem, const kh_assign *assign, kh_error *err);

#endif
