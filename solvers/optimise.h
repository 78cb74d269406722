/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_OPTIMISE_H
#define KH_SOLVERS_OPTIMISE_H

#include "core/base/arena.h"
#include "core/base/status.h"
#include "core/net/net.h"
#include "core/net/plan.h"
#include "core/net/rates.h"

typedef struct kh_optimise_options {
    kh_objective objective;
    double time_limit_s; /**< 0 = none */
} kh_optimise_options;

/** The door of the solvers: routes and rates for every demand, proven optimal or with the gap printed.
 *
 *  Maximum concurrent flow and lexicographic max-min fair rates in the path formulation (column generation; GLPK solves the
 *  restricted LP, igraph's shortest paths price columns). Only trusted nodes relay; an end of a demand never relays for another
 *  unless it is trusted; amplifiers and switches hold no key.
 *  Demands without a path do not pull the value to 0: they are left out and explained (plan.h, kh_shortfall).
 *  Under both objectives a demand gets at most what it asks for: rates beyond lambda = 1 are not handed out.
 *  @return KH_OK; KH_TIMELIMIT with a feasible plan and its honest gap; KH_ENOMEM; KH_EINTERNAL */
kh_status kh_optimise(const kh_net *net, const kh_rates *rates, const kh_optimise_options *options, kh_arena *arena, kh_plan **plan,
                      kh_error *err);

#endif
