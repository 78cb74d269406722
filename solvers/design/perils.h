/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DESIGN_PERILS_H
#define KH_SOLVERS_DESIGN_PERILS_H

#include "solvers/design/modules.h"
#include "solvers/survive/losses.h"

/** What may be lost in a network, as losses of a design (modules.h). */
typedef struct kh_peril {
    const uint32_t *left_out; /**< [n_left_out] demands of the design that lose an end */
    const uint32_t *cut_off;  /**< [n_cut_off] whose ends are there, but nothing that may be installed joins them */
    size_t n_left_out, n_cut_off;
} kh_peril;

typedef struct kh_perils {
    kh_modules_loss *losses; /**< [n] for the problem */
    kh_peril *of;            /**< [n] */
    size_t n;
} kh_perils;

/** Losses of a kind; only those that take modules of the problem. A vendor takes the modules of its devices, the others links.
 *  @param given    the network with a rate on each link that has a choice
 *  @param problem  graph, demands and choices
 *  @param vendor   [n_choices] NULL: not known
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_perils_list(const kh_net *net, const kh_keyflow_problem *given, kh_loss_kind kind, const kh_modules_problem *problem,
                         const char *const *vendor, kh_arena *arena, kh_perils *perils, kh_error *err);

/** Leaves out demands whose ends nothing that is left joins.
 *  @param lost              [n_choices]
 *  @param[in,out] left_out  [n_demands] what is left out already stays
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_perils_part(const kh_modules_problem *problem, const bool *lost, bool *left_out, kh_error *err);

#endif
