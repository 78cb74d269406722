/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SECURE_APART_H
#define KH_SOLVERS_SECURE_APART_H

#include "solvers/secure/disjoint.h"
#include "solvers/secure/watch.h"

/** Paths of one pair that share no risk: no node but the ends, and nothing of a group such as the links in one duct. */
typedef struct kh_apart_problem {
    kh_graph graph;
    const bool *use;      /**< [n_links] */
    const double *length; /**< [n_links] > 0 and finite on the links in use */
    uint32_t ends[2];
    size_t n_ways;              /**< wanted, >= 1 */
    const kh_coalition *groups; /**< [n_groups] nodes and links of which at most one path may touch any; a group with an end in it
                                     does not count: nothing survives its loss */
    size_t n_groups;
    double time_limit_s;    /**< INFINITY: none */
    const char *lp_program; /**< see kh_lp_options */
} kh_apart_problem;

typedef struct kh_apart {
    kh_disjoint_way *ways; /**< [n_ways] shortest first; NULL: none were found */
    double length;         /**< of all; INFINITY: none were found */
    double bound;          /**< no such paths are shorter, INFINITY: there are none; the word of the solver, or Suurballe's proof */
} kh_apart;

/** The shortest ones. Where the node-disjoint paths of least length share no group they are the answer, and their length is a bound
 *  in any case; else by an integer program over arcs, since the problem is NP-hard.
 *  @param arena  where the answer lives
 *  @return KH_OK, also when there are none or the time limit passed: see bound; as kh_lp_solve() */
kh_status kh_apart_find(const kh_apart_problem *problem, kh_arena *arena, kh_apart *apart, kh_error *err);

#endif
