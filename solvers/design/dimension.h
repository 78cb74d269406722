/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DESIGN_DIMENSION_H
#define KH_SOLVERS_DESIGN_DIMENSION_H

#include "core/net/net.h"
#include "core/net/rates.h"
#include "solvers/design/perils.h"

/** A design for a network of a topology: from links, devices and prices to plain numbers and back. */

/** A device that may stand on a link, and what a pair of it gives there. */
typedef struct kh_dimension_offer {
    kh_qkd_link_id link;
    kh_device_id device; /**< KH_NO_INDEX: the link names none, its rate is measured */
    double rate_bps;     /**< of one pair, > 0 */
} kh_dimension_offer;

typedef struct kh_dimension_options {
    double theta;    /**< every demand gets theta times what it asks for */
    bool by_modules; /**< count pairs, not EUR */
    bool protect;    /**< theta after each loss of the kind, too */
    kh_loss_kind against;
    double gap, time_limit_s;
    const char *lp_program;
    FILE *mps;
} kh_dimension_options;

typedef struct kh_dimension {
    kh_modules_problem problem; /**< choices are the offers that can be used, in their order */
    kh_modules_design design;
    const kh_dimension_offer *offers; /**< [problem.n_choices] */
    uint32_t *sent;                   /**< [problem.n_demands] the network's demand of each of the problem's */
    size_t n_modules, n_opened, n_fitted;
    double modules_eur, kms_eur, fitout_eur; /**< the design's cost in parts; pairs when counted by modules */
    double encryptors_eur;                   /**< beside the design's cost: the same in every design */
    bool *cut_off;                           /**< [net->n_demands] no chain of offers joins its ends: left out */
    size_t n_cut_off;
    kh_perils perils; /**< losses of the problem; n = 0: not protected */
} kh_dimension;

/** EUR: pairs at their device's price, key management at every site with modules, fitting out of those at which no demand ends.
 *  Most pairs a link: most_modules. Demands that no chain of offers joins are left out.
 *  @return as kh_modules_solve(); KH_UNMET never: the design is verified, a design that fails is KH_EINTERNAL */
kh_status kh_dimension_solve(const kh_net *net, const kh_dimension_offer *offers, size_t n_offers,
                             const kh_dimension_options *options, kh_arena *arena, kh_dimension *dimension, kh_error *err);

#endif
