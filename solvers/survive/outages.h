/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SURVIVE_OUTAGES_H
#define KH_SOLVERS_SURVIVE_OUTAGES_H

#include "solvers/flow/keyflow.h"

/** What is lost at once: links, and nodes with all their links. */
typedef struct kh_loss {
    const uint32_t *links, *nodes;
    size_t n_links, n_nodes;
} kh_loss;

/** Links and demands under a loss, for those who solve and those who check. */
typedef struct kh_loss_view {
    double *capacity_bps; /**< [n_links] 0: gone */
    bool *left_out;       /**< [n_demands] an end is gone */
} kh_loss_view;

/** @param[out] view  arrays of the caller */
void kh_loss_apply(const kh_loss *loss, const kh_keyflow_problem *problem, kh_loss_view *view);

typedef enum kh_loss_proof {
    KH_LOSS_KEPT,  /**< nothing that is gone carries key, and no demand with a path ends there: the flow and its proof stay */
    KH_LOSS_SOLVED /**< solved anew, with a proof of its own */
} kh_loss_proof;

typedef struct kh_loss_outcome {
    kh_loss_proof proof;
    double value;       /**< lambda with full rerouting, of the demands that still have ends and a path; 0 without any */
    double bound;       /**< C1 on what is left */
    uint32_t *left_out; /**< [n_left_out] demands with a path before, an end of which is gone */
    uint32_t *cut_off;  /**< [n_cut_off] demands with a path before, whose ends are there but parted */
    size_t n_left_out, n_cut_off;
} kh_loss_outcome;

/** Looks at one outcome while its routes are there.
 *  @param losses   the one loss, or two
 *  @param flow     routes, in full: value * requested, and the prices that prove the bound. They are a metric cut too: modules y on
 *                  the links serve theta of these demands after these losses only if sum_e prices_e R_e y_e >= theta (MODELS C4)
 *  @return anything but KH_OK ends the sweep with it */
typedef kh_status kh_outages_inspect(void *user, const kh_loss *const losses[2], const kh_loss_outcome *outcome,
                                     const kh_keyflow *flow, kh_error *err);

typedef struct kh_outages_options {
    bool pairs;                  /**< of losses: every two of them at once, instead of each by itself */
    kh_outages_inspect *inspect; /**< NULL: nobody looks */
    void *user;
} kh_outages_options;

/** Best shares after each loss, with full rerouting (MODELS C4). */
typedef struct kh_outages {
    bool complete;            /**< false: the time limit; the first n_outcomes are there */
    kh_keyflow whole;         /**< without a loss, routes in full: value * requested */
    kh_loss_outcome *outcome; /**< [n_outcomes] by loss; pairs: (0, 1), (0, 2)..., (1, 2)... */
    size_t n_outcomes;
    size_t n_kept, n_again, n_steps; /**< outcomes KEPT; solved from nothing (kh_resolve); simplex steps */
} kh_outages;

/** Every outcome is exact: bound <= value (1 + 1e-9), by warm re-solves (kh_resolve). Outcomes do not depend on each other.
 *  @param problem  concurrent, as kh_resolve_create(); its time limit is honoured
 *  @return KH_OK; KH_ERANGE: an unknown link or node; others as kh_resolve_solve() */
kh_status kh_outages_run(const kh_keyflow_problem *problem, const kh_loss *losses, size_t n_losses,
                         const kh_outages_options *options, kh_arena *arena, kh_outages *sweep, kh_error *err);

/** Number of outcomes of @p n losses. */
size_t kh_outages_count(size_t n_losses, bool pairs);

#endif
