/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_OPTIMISE_H
#define KH_SOLVERS_OPTIMISE_H

#include "core/base/arena.h"
#include "core/base/status.h"
#include "core/net/net.h"
#include "core/net/plan.h"
#include "core/net/rates.h"

#include <stdio.h>

typedef struct kh_optimise_options {
    kh_objective objective;
    double time_limit_s;    /**< 0 = none */
    double floor;           /**< total: share of its request that every demand with a path gets at least, 0 to 1; NAN: the largest
                                 that all can have at once */
    size_t most_paths;      /**< concurrent: routes of one demand; 0: any number */
    double quantum_bps;     /**< concurrent: routes carry whole multiples of it; 0: any rate */
    double gap;             /**< bound / value - 1 that is good enough; 0: the optimum, the only choice under max-min */
    kh_secrecy secrecy;     /**< not with total: rates of key that some of the relays cannot read (solvers/secure) */
    uint32_t colluders;     /**< DISJOINT and RAMP: relays that may be compromised at once, 1 or more */
    const char *coalitions; /**< COALITIONS: who may collude, see kh_coalitions_make() */
    const char *lp_program; /**< NULL: GLPK, built in; see kh_lp_options */
    FILE *mps;              /**< NULL, or where the linear program behind the plan's value goes as free MPS (README) */
} kh_optimise_options;

/** The door of the solvers: routes and rates for every demand, proven optimal or with the gap printed.
 *
 *  Maximum concurrent flow, lexicographic max-min fair rates and the largest weighted total rate in the path formulation (column
 * generation: GLPK solves the restricted LP, shortest paths price columns, igraph finds components and cuts; README). Only trusted
 * nodes relay; an end of a demand never relays for another unless it is trusted; amplifiers and switches hold no key. Demands
 * without a path do not pull the value to 0: they are left out and explained (plan.h, kh_shortfall). Under all objectives a demand
 * gets at most what it asks for: rates beyond lambda = 1 are not handed out.
 *  Under a wish for secrecy value, bound and rates are those of secret key, and demands that cannot have any are left out likewise.
 *  @param[out] plan  lives in @p arena; set for KH_OK and KH_TIMELIMIT
 *  @return KH_OK: the gap is below 1e-9 unless it says otherwise; KH_TIMELIMIT with a feasible plan and its honest gap;
 *          KH_EUSAGE: a wish for secrecy with total or limits on routes, or coalitions that do not exist;
 *          KH_INFEASIBLE: the floor cannot be kept, *plan is not set and the text names the largest that can; KH_ERANGE: a rate or
 * request that is negative or not finite, a demand between a node and itself; KH_ENOMEM; KH_EINTERNAL; KH_ENOINPUT, KH_EWRITE:
 * lp_program cannot be started, its files or mps cannot be written The same input gives the same plan bit for bit, without a time
 * limit. */
kh_status kh_optimise(const kh_net *net, const kh_rates *rates, const kh_optimise_options *options, kh_arena *arena, kh_plan **plan,
                      kh_error *err);

#endif
