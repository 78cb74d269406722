/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SECURE_QUOTE_H
#define KH_SOLVERS_SECURE_QUOTE_H

#include "solvers/secure/scout.h"
#include "solvers/secure/secure.h"
#include "solvers/secure/shares.h"

/** What one bit kept from every coalition costs each demand under link prices: the columns that make it cheaper, and a proof of how
 * cheap it can be at all. */
typedef struct kh_quote {
    const kh_secure_problem *problem;
    kh_watch *watch;
    double deadline_s; /**< on kh_clock_s(), of kh_quote_run(); INFINITY: none */
    kh_scout *scout;
    uint32_t *links;    /**< [n_nodes] one column */
    double *below;      /**< [n_demands] a column pays when it costs less */
    uint32_t *touched;  /**< [n_coalitions] */
    kh_charge *charges; /**< [n_coalitions] */
    double *share;      /**< [n_coalitions] of the demand at hand */
} kh_quote;

#define KH_QUOTE_MOST_SUSPECTS 12 /**< coalitions of several members that the bound looks at for one demand: the most blamed */

/** @return KH_OK, KH_ENOMEM */
kh_status kh_quote_init(kh_quote *quote, const kh_secure_problem *problem, kh_watch *watch, kh_arena *arena, kh_error *err);

/** The first columns: all at the demand's whole rate they carry at least that rate in secret. Demands for which no routes do get
 *  none.
 *  @param price            [n_links] > 0 where there is capacity
 *  @param[out] exposed_to  [n_demands] the one that sees every path, KH_NO_INDEX: none
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_quote_start(kh_quote *quote, const double *price, kh_pool *pool, uint32_t *exposed_to, kh_error *err);

/** Adds columns that pay under the duals of the last solution.
 *  @param price         [n_links] per bit/s
 *  @param shares        its views get their shares
 *  @param[out] worth    [n_demands] W_k: no bit of secret costs less; 0 for demands left out
 *  @param[out] n_added  columns new to the pool
 *  Method : with the adversary's shares a kept, W_k is the largest w with min_p (y(p) + w a(p)) >= w; Newton's steps on w from the
 *           dual down, and each that must go on has found a path that pays
 *  @return KH_OK; KH_TIMELIMIT: worth is not complete; KH_ENOMEM */
kh_status kh_quote_run(kh_quote *quote, const double *price, kh_shares *shares, kh_pool *pool, double *worth, size_t *n_added,
                       kh_error *err);

/** Who is blocked at the top of a level: free demands that some coalition keeps from any secret over links without a price, which
 * all flows of this level fill. Neither the demand's size nor that of its dual matters.
 *  @param[out] price    [n_links] 1 on links with a price, of more than 1e-11 of lambda per full link; else 0
 *  @param[out] blocked  [n_demands]
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_quote_find_blocked(kh_quote *quote, const kh_shares *shares, double *price, bool *blocked, kh_error *err);

#endif
