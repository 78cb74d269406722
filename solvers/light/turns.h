/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_LIGHT_TURNS_H
#define KH_SOLVERS_LIGHT_TURNS_H

#include "core/base/arena.h"
#include "core/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Optical paths that share transceivers and channels in time: the network is switched from one set of paths to the next, each for
 *  its share of the time. */

/** Two nodes that an optical path can join. */
typedef struct kh_turns_pair {
    uint32_t ends[2];
    const uint32_t *links; /**< [n_links] that the path takes a channel of */
    size_t n_links;
    double rate_bps;  /**< >= 0, finite: key rate while it is switched */
    double asked_bps; /**< > 0, finite */
} kh_turns_pair;

typedef struct kh_turns_problem {
    size_t n_nodes;
    const uint32_t *transceivers; /**< [n_nodes] paths that may end there at one time */
    size_t n_links;
    const uint32_t *channels; /**< [n_links] paths that may use it at one time */
    const kh_turns_pair *pairs;
    size_t n_pairs;
    double lost_share;   /**< [0, 1): of the time, while the network is switched */
    double time_limit_s; /**< INFINITY: none */
    const char *lp_program;
} kh_turns_problem;

/** One set of paths. */
typedef struct kh_turn {
    bool *on;     /**< [n_pairs] */
    double share; /**< of the time, > 0 */
} kh_turn;

typedef struct kh_turns {
    bool complete;    /**< false: the time limit stopped it; everything else still holds */
    double value;     /**< every joined pair has value * asked on average */
    double bound;     /**< proven by the prices: largest worth of a set, over sum(asked * price) */
    double *prices;   /**< [n_pairs] value per bit/s of the pair, sum(asked * price) = 1 */
    double *rate_bps; /**< [n_pairs] on average */
    bool *joined;     /**< [n_pairs] it can be switched and then makes key; others are left out */
    kh_turn *turns;   /**< [n_turns] */
    size_t n_turns;
    double permanent; /**< value if every joined pair had transceivers and a channel of its own, all the time */
} kh_turns;

/** @param[out] turns  lives in @p arena
 *  @return KH_OK (also when the time limit passed: see complete); KH_ERANGE (malformed numbers); KH_ENOINPUT, KH_EWRITE; KH_ENOMEM;
 *          KH_EINTERNAL
 *  Model  : MODELS E3: maximise lambda, shares t of sets >= 0, sum t <= 1 - lost, sum of rate_k t over the sets with k >= lambda
 * asked_k Method : column generation; the next set is the one of most worth at the prices, an integer program over transceivers and
 * channels. For any prices >= 0: lambda sum(asked price) <= (1 - lost) * largest worth of a set */
kh_status kh_turns_solve(const kh_turns_problem *problem, kh_arena *arena, kh_turns *turns, kh_error *err);

/** Checks an answer with code of its own: every set has its transceivers and channels, shares fit in the time, rates follow from
 *  them, and the prices prove the bound (by trying sets, up to 24 pairs).
 *  @return KH_OK; KH_UNMET: the first thing that is wrong, in words; KH_ENOMEM */
kh_status kh_turns_verify(const kh_turns_problem *problem, const kh_turns *turns, kh_error *err);

#endif
