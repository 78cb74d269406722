/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_FLOW_GIVEN_H
#define KH_SOLVERS_FLOW_GIVEN_H

#include "core/net/net.h"
#include "core/net/rates.h"
#include "solvers/flow/keyflow.h"

/** A network in the plain numbers of the solvers. Nodes and links keep their indices; demands that need no QKD key or ask for none
 *  are left out. */
typedef struct kh_given {
    kh_keyflow_problem problem; /**< concurrent, no cap, no time limit, exact: to be changed by the caller */
    uint32_t *sent;             /**< [problem.n_demands] the network's demand of each of the problem's */
} kh_given;

/** Only sites, ground stations and satellites hold key, only trusted ones of them relay; links at anything else have a rate of 0.
 *  @param arena  where the arrays of @p given live
 *  @return KH_OK; KH_ERANGE: a rate or request that is negative or not finite, a demand between a node and itself; KH_ENOMEM */
kh_status kh_given_make(const kh_net *net, const kh_rates *rates, kh_arena *arena, kh_given *given, kh_error *err);

#endif
