/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_FLOW_KEYFLOW_H
#define KH_SOLVERS_FLOW_KEYFLOW_H

#include "core/base/arena.h"
#include "solvers/flow/oracle.h"
#include "solvers/graph/graph.h"

#include <stdio.h>

/** Key flow over fixed link rates: maximum concurrent flow and lexicographic max-min fair rates, by column generation over paths.
 *  Plain numbers only: optimise.c maps networks and plans. */

typedef struct kh_keyflow_demand {
    uint32_t ends[2];
    double requested_bps; /**< > 0, finite */
} kh_keyflow_demand;

typedef struct kh_keyflow kh_keyflow;

typedef struct kh_keyflow_problem {
    kh_graph graph;
    const double *capacity_bps; /**< [n_links] >= 0, finite; 0: no link. Both directions together */
    const kh_keyflow_demand *demands;
    size_t n_demands;
    bool max_min;        /**< go on after the lowest level until every demand is blocked or at the cap */
    double level_cap;    /**< rates of at most level_cap * requested are handed out; INFINITY: no cap */
    double time_limit_s; /**< INFINITY: none */
    double gap;          /**< (bound - value) / value that is good enough; 0: the optimum. Not with max_min, which needs optima */
    const char *lp_program;  /**< external program for the linear programs, NULL: GLPK; see kh_lp_options */
    FILE *mps;               /**< where the program of the first level goes, with all its paths; NULL: nowhere */
    const char *mps_about;   /**< lines of comment at its top */
    const kh_keyflow *start; /**< answer to a similar problem to begin from: the same nodes, links and ends of demands in the same
                                  order; other rates of links (0: the link is gone) and requests. NULL: none */
    const kh_oracle *oracle; /**< what takes the place of shortest paths, by the order of a pricer for this problem; routes are then
                                  its ways, rates are of key, prices and bound speak of them. NULL: paths. Not with start */
} kh_keyflow_problem;

typedef struct kh_keyflow_route {
    uint32_t demand;
    uint32_t *links; /**< [n_links] from ends[0] to ends[1] */
    size_t n_links;
    double rate_bps; /**< > 0 */
} kh_keyflow_route;

struct kh_keyflow {
    bool complete;            /**< false: the time limit stopped it; everything else still holds */
    bool shortest;            /**< no flow of these rates and this value spends less key (rate * hops in all) by more than 1e-9 */
    double value;             /**< lowest rate / requested of the joined demands, all rates stretched until a link is full */
    double afterwards_s;      /**< what who explains and checks an oracle's answer is taken to need; 0 without one */
    double bound;             /**< sum(c y) / sum(d dist_y) >= the optimum of value */
    double *prices;           /**< [n_links] y, scaled so that sum(d dist_y) = 1 over the joined demands; 0 without a link */
    bool *joined;             /**< [n_demands] a path exists */
    double *rate_bps;         /**< [n_demands] sum of the routes */
    kh_keyflow_route *routes; /**< [n_routes] demand by demand */
    size_t n_routes;
    double **level_prices; /**< [n_levels][n_links] prices that proved each level */
    double *level;         /**< [n_levels] rate / requested reached, not falling */
    size_t n_levels;
    uint32_t *level_of; /**< [n_demands] level at which the demand was blocked, KH_NO_INDEX: not joined */
};

/** Solves. The answer lives in @p arena.
 *  @return KH_OK (also when the time limit passed: see complete); KH_ERANGE (malformed numbers); KH_ENOINPUT, KH_EWRITE
 *          (the program for linear programs); KH_ENOMEM; KH_EINTERNAL
 *  Model  : maximise lambda, paths x >= 0, sum_p x_p >= lambda d_k, sum_{p over e} x_p <= c_e; levels as in D. Nace, M. Pioro,
 *           IEEE Commun. Surveys 10(4), 2008: demands with a positive dual are blocked in every optimum and keep their rate.
 *           Among the flows that hand out these rates at this value, one that spends the least key: see shorten.h.
 *  Cost   : one LP over the known paths and one shortest-path tree per source and round */
kh_status kh_keyflow_solve(const kh_keyflow_problem *problem, kh_arena *arena, kh_keyflow *flow, kh_error *err);

#endif
