/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SITE_SITE_JOIN_H
#define KH_SOLVERS_SITE_SITE_JOIN_H

#include "core/base/arena.h"
#include "core/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/** Which sites to open so that terminals are joined over trusted nodes: a Steiner tree with prices on nodes, or its form with two
 *  routes for every terminal. Keys only, no rates: those are in site_build.h. */

typedef struct kh_site_join_problem {
    size_t n_sites, n_spans;
    const uint32_t (*span)[2]; /**< [n_spans] two sites that light joins when both are open; no pair twice, no span to itself */
    const double *price;       /**< [n_sites] of opening, >= 0, finite; terminals stand anyway and cost nothing here */
    const double *span_price;  /**< [n_spans] >= 0, of a tree's spans; NULL: none. Only for kh_site_join_bound() */
    const bool *relays;        /**< [n_sites] false: may be a terminal, passes no key on; NULL: all do */
    const uint32_t *terminals; /**< [n_terminals] different sites; all others are to be joined to the first */
    size_t n_terminals;
    unsigned n_routes;      /**< 1, or 2: by two routes that share no relay. A span from end to end is a route */
    double time_limit_s;    /**< INFINITY: none */
    double gap;             /**< bound >= price (1 - gap) is good enough; 0: the optimum */
    const char *lp_program; /**< NULL: GLPK; see kh_lp_options */
    FILE *mps;              /**< where the integer program goes, with all cuts found; NULL: nowhere */
} kh_site_join_problem;

/** What every choice must do, and what it adds to the bound.
 *
 *  With one route: `sites` hold a terminal and not the first one, and some span leads into them; the first site met inside is paid.
 *  With two: `sites` are relays that are no terminals, and so many of them must be open, since all but so few routes to the
 * terminal pass them. */
typedef struct kh_site_cut {
    uint32_t terminal; /**< index into terminals */
    uint32_t *sites;   /**< [n] */
    size_t n;
    double needed; /**< spans, sites: 1 or 2 */
    double weight; /**< > 0 */
} kh_site_cut;

typedef struct kh_site_route {
    uint32_t *sites; /**< [n] from the first terminal to this one */
    size_t n;
} kh_site_route;

typedef struct kh_site_join {
    bool complete;     /**< false: the time limit stopped it, everything else holds */
    bool *open;        /**< [n_sites] terminals too */
    double price;      /**< of the open sites that are no terminals */
    double bound;      /**< no choice costs less */
    double cut_bound;  /**< as much of the bound as the cuts prove by themselves: sum(needed weight) less what weights exceed prices
                          by,  site by site, rounded up to whole units. One route: the most that any one span brings to a site counts
                            against its price, and a terminal has none; two: what all cuts of a site weigh */
    double unit;       /**< every price is a whole multiple of it; 0: of no number known */
    kh_site_cut *cuts; /**< [n_cuts] */
    size_t n_cuts;
    kh_site_route *routes; /**< [(n_terminals - 1) * n_routes] terminal by terminal over open sites */
} kh_site_join;

/** Solves by branch and cut; the answer lives in @p arena.
 *  @return KH_OK (also when the time limit passed: see complete); KH_INFEASIBLE: the message names the first terminal that cannot
 * be joined; KH_ERANGE: a malformed problem; KH_ENOMEM; KH_ENOINPUT, KH_EWRITE: the program for linear programs; KH_EINTERNAL Model
 * : minimise sum(price z), z binary, sum of z over every set of sites that parts a terminal from the first >= n_routes; sets are
 * found by smallest cuts at the point of the linear program. */
kh_status kh_site_join_solve(const kh_site_join_problem *problem, kh_arena *arena, kh_site_join *join, kh_error *err);

/** What sites and spans of a tree over the terminals cost at least: the value of the linear program at the root, no search. What
 * was reached in the time limit is a bound too.
 *  @param problem     n_routes 1
 *  @param[out] bound  0 when not even that was found
 *  @return as kh_site_join_solve() */
kh_status kh_site_join_bound(const kh_site_join_problem *problem, double *bound, kh_error *err);

/** Checks an answer by itself: prices, routes, that every cut parts its terminal, what the cuts prove. Shares no code with solving.
 *  @return KH_OK; KH_UNMET: something is wrong, the message says what; KH_ENOMEM */
kh_status kh_site_join_verify(const kh_site_join_problem *problem, const kh_site_join *join, kh_error *err);

#endif
