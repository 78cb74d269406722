/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_STORES_OVER_TIME_H
#define KH_SOLVERS_STORES_OVER_TIME_H

#include "core/net/net.h"
#include "core/net/rates.h"
#include "solvers/stores/expanded.h"
#include "solvers/stores/schedule.h"

/** A network over some hours: which pass goes to which station, and what the key stores carry from one period to the next. */
typedef struct kh_over_time_options {
    double first_day;    /**< of the year, 0..364 */
    double hours;        /**< > 0, at most 8760 */
    double swing;        /**< [0, 1]: requests are 1 + swing cos(2 pi (t - 14 h) / 24 h) times theirs */
    bool total;          /**< passes for the most key in all; else for the largest share that all pairs get */
    double time_limit_s; /**< of the two together; INFINITY: none */
    const char *lp_program;
    FILE *mps; /**< where the program of the passes goes, without passes that of the stores; NULL: nowhere */
} kh_over_time_options;

typedef struct kh_over_time {
    kh_schedule_problem passes; /**< its demands: those that no fibre serves; when there are none, all pairs of ground stations with
                                     passes, 1 bit/s each */
    kh_schedule schedule;
    double *pair_bits;          /**< [passes.n_demands] over the hours, fair beyond the common share (lexicographic max-min) */
    uint32_t *pair_demand;      /**< [passes.n_demands] the network's demand; KH_NO_INDEX: a pair of stations */
    double *all_bits;           /**< [n_qkd_links] what all passes of a link would bring */
    kh_expanded_problem stores; /**< periods of an hour, longer where there would be more than 48; the hours repeat */
    kh_expanded flow;
    uint32_t *sent; /**< [stores.n_demands] the network's demand */
} kh_over_time;

/** Solves both, and verifies the answers. A pass brings the key of a clear sky times the chance of one, at its end; the satellite's
 *  passes are free for any station, whatever pass_share says. Link stores have their capacity, and end as they began; fibres make
 * the rate of @p rates at any time, and what other demands take of them is not subtracted when passes are scheduled.
 *  @return KH_OK; as kh_given_make(), kh_schedule_solve() and kh_expanded_solve(); KH_EINTERNAL: an answer that does not verify */
kh_status kh_over_time_solve(const kh_net *net, const kh_rates *rates, const kh_over_time_options *options, kh_arena *arena,
                             kh_over_time *over, kh_error *err);

#endif
