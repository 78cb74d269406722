/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DESIGN_WALK_H
#define KH_SOLVERS_DESIGN_WALK_H

#include "solvers/design/relax.h"
#include "solvers/design/weights.h"

/** A design on its way: a module more where broken inequalities want it most for its cost, modules less where that breaks least.
 *  A module just put stays, one just taken stays away, for a few turns. */
typedef struct kh_walk {
    const kh_relax *relax;
    kh_weights rows; /**< with the counts */
    kh_rng rng;
    double cost;                    /**< with the nodes that are open */
    double least_price;             /**< what costs less counts as so much */
    double *at_node, *on_link;      /**< [n_nodes], [n_links] modules */
    uint64_t *put_from, *take_from; /**< [n_choices] turns at which it may move again */
    uint64_t *moved;                /**< [n_choices] turn of the last move */
} kh_walk;

/** Empty. @return KH_OK, KH_ENOMEM */
kh_status kh_walk_init(kh_walk *walk, const kh_relax *relax, kh_arena *arena, kh_error *err);

/** So many modules more as may stand there, at most @p by. */
void kh_walk_put(kh_walk *walk, size_t choice, double by);

/** One module more for a row that kh_weights_look() listed; none if none may be put now. */
void kh_walk_mend(kh_walk *walk);

/** Modules off until the design costs at most @p most. */
void kh_walk_save(kh_walk *walk, double most);

#endif
