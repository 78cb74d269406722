/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SURVIVE_RESTORE_H
#define KH_SOLVERS_SURVIVE_RESTORE_H

#include "solvers/survive/outages.h"

/** Path restoration: working routes are given, each with backups that no loss takes together with it; after a loss the routes it
 * hits move to their backups, the others stay where they are.
 *
 *  Model   : maximise lambda, z >= 0; for each working route w with rate g_w at lambda = 1: sum_b z_wb = lambda g_w; for each link
 * e and loss s that leaves it: lambda sum_{w over e} g_w + sum_{w hit by s} sum_{b over e} z_wb <= c_e. Reserves are shared: a link
 * needs the largest of its losses, not their sum. Dedicated (1 + 1): one loss that hits every route. Proof   : for any prices p_es
 * >= 0, lambda <= sum c_e p_es / (sum_es p_es W_e + sum_w g_w dist_w), W_e the working load at lambda = 1, dist_w the shortest way
 * for w that no loss of w takes, a link costing sum_{s hits w} p_es. Its reason: the prices of what is carried are at most those of
 * what there is. Method  : columns (backups) by shortest paths, rows (link and loss) where they are broken. */
typedef struct kh_restore_problem {
    const kh_keyflow_problem *network; /**< graph, rates and demands; its mps: where the last program goes */
    const kh_keyflow_route *working;   /**< [n_working] each from end to end of its demand */
    size_t n_working;
    const kh_loss *losses; /**< [n_losses] */
    size_t n_losses;
    bool dedicated; /**< backups do not share */
} kh_restore_problem;

typedef struct kh_backup {
    uint32_t working;
    uint32_t *links; /**< [n_links] from ends[0] to ends[1] of its demand */
    size_t n_links;
    double rate_bps; /**< at lambda = value */
} kh_backup;

/** A price of the proof. */
typedef struct kh_reserve_price {
    uint32_t link, loss; /**< loss KH_NO_INDEX: without one; dedicated: n_losses, the one that hits all */
    double price;
} kh_reserve_price;

typedef struct kh_restoration {
    bool complete; /**< false: value and bound are apart: the time limit or the linear program stopped it, or rates too far apart */
    double value, bound; /**< lambda: this share of every working rate is carried, and protected unless listed below */
    kh_backup *backups;  /**< [n_backups] by working route */
    size_t n_backups;
    uint32_t *bare; /**< [n_bare] working routes that some loss hits without a way around; carried, not protected */
    size_t n_bare;
    double reserved_bps; /**< over all links, the largest need of any loss */
    kh_reserve_price *prices;
    size_t n_prices;
} kh_restoration;

/** @return KH_OK: bound <= value (1 + 1e-9) unless the time limit passed or the LP gave up, then the gap says so; KH_ERANGE: a
 * route that leads nowhere; others as kh_lp_solve() */
kh_status kh_restore_solve(const kh_restore_problem *problem, kh_arena *arena, kh_restoration *restoration, kh_error *err);

#endif
