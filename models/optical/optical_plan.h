/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_OPTICAL_OPTICAL_PLAN_H
#define KH_MODELS_OPTICAL_OPTICAL_PLAN_H

#include "models/optical/optical.h"

/** The channel plan of a line system: its combs, or the one of its own fields. Inside the optical model only. */

typedef struct kh_optical_part {
    kh_comb_id comb;      /**< KH_NO_INDEX: the line's own fields */
    const char *id;       /**< NULL then */
    kh_optical_grid grid; /**< launch offset included; baud_gbd NAN: of the mode */
    double offset_db;     /**< on the targets of ROADMs */
    kh_mode_id mode;      /**< KH_NO_INDEX: any */
} kh_optical_part;

typedef struct kh_optical_plan {
    kh_optical_part *parts; /**< [n] */
    size_t n;
} kh_optical_plan;

/** @param arena  where the parts live */
kh_status kh_optical_plan_read(const kh_net *net, kh_line_id line, kh_arena *arena, kh_optical_plan *plan, kh_error *err);

/** The channels of all parts in ascending order.
 *  @param baud_gbd   [plan->n] symbol rate of each part
 *  @param arena      where the arrays live
 *  @param[out] owner NULL, or an array [comb->n] in the arena: the part that each channel belongs to
 *  @return KH_OK; KH_ERANGE as kh_optical_comb_check(); KH_ENOMEM */
kh_status kh_optical_plan_light(const kh_optical_plan *plan, const double *baud_gbd, kh_arena *arena, kh_optical_comb *comb,
                                size_t **owner, kh_error *err);

#endif
