/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_LIGHT_CHANNELS_H
#define KH_SOLVERS_LIGHT_CHANNELS_H

#include "core/base/arena.h"
#include "core/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Quantum channels that pass switches without a stop: each takes one wavelength on every link of its way, the same on all. */

/** A way that one demand's light could go; its key rate is known. */
typedef struct kh_channels_way {
    uint32_t demand;
    const uint32_t *links; /**< [n_links], one at least */
    size_t n_links;
    double rate_bps; /**< > 0, finite: of one channel */
} kh_channels_way;

typedef struct kh_channels_problem {
    size_t n_links, n_wavelengths;
    const bool *is_free; /**< [n_links][n_wavelengths] */
    const kh_channels_way *ways;
    size_t n_ways;
    const double *asked_bps; /**< [n_demands] > 0, finite: more is worth nothing */
    const double *weight;    /**< [n_demands] > 0: of a bit/s; NULL: 1 */
    size_t n_demands;
    double time_limit_s; /**< INFINITY: none */
    const char *lp_program;
} kh_channels_problem;

typedef struct kh_channels {
    bool complete;     /**< false: the time limit stopped it; everything else still holds */
    bool *lit;         /**< [n_ways][n_wavelengths] */
    double *rate_bps;  /**< [n_demands] what counts: at most asked_bps */
    double value;      /**< sum of weight * rate */
    double bound;      /**< of branch and bound, over the ways given */
    double relaxed;    /**< proven by the prices below */
    double *prices;    /**< [n_links][n_wavelengths] >= 0 */
    double *key_price; /**< [n_demands] >= 0: what a bit/s of channels is worth */
} kh_channels;

/** @param[out] channels  lives in @p arena
 *  @return KH_OK (also when the time limit passed: see complete); KH_ERANGE (malformed numbers); KH_ENOINPUT, KH_EWRITE; KH_ENOMEM;
 *          KH_EINTERNAL
 *  Model  : MODELS E2: maximise sum w_k r_k, r_k <= asked_k, r_k <= sum of rate over its channels, one channel for each link and
 *           wavelength. For any prices y and u >= 0: value <= sum asked max(0, w - u) + sum y + sum over ways and wavelengths of
 *           max(0, u rate - y of the way)
 *  Method : the linear relaxation, its columns taken in falling order, then an integer program from there */
kh_status kh_channels_solve(const kh_channels_problem *problem, kh_arena *arena, kh_channels *channels, kh_error *err);

/** Checks an answer with code of its own: channels are free and used once, rates follow, prices prove relaxed.
 *  @return KH_OK; KH_UNMET: the first thing that is wrong, in words; KH_ENOMEM */
kh_status kh_channels_verify(const kh_channels_problem *problem, const kh_channels *channels, kh_error *err);

#endif
