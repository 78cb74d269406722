/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_OPTICAL_OPTICAL_CHOICE_H
#define KH_MODELS_OPTICAL_OPTICAL_CHOICE_H

#include "models/optical/optical_mode.h"
#include "models/optical/optical_plan.h"
#include "models/optical/optical_route.h"

/** The modes that carry most over a route, one a comb. Inside the optical model only. */

/** How one mode fares on one comb. */
typedef struct kh_optical_trial {
    kh_mode_id mode;
    const char *misfit;         /**< NULL, or why no light is needed to refuse it: spacing, symbol rate */
    bool judged;                /**< the light was computed at its symbol rate */
    kh_optical_verdict verdict; /**< then */
} kh_optical_trial;

/** One comb with the modes that may run on it. */
typedef struct kh_optical_carrier {
    kh_optical_trial *trials; /**< [n] */
    size_t n;
    const kh_optical_trial *best; /**< or the nearest when none works; NULL when there is no mode */
    kh_optical_selection which;   /**< its channels in the comb of all */
} kh_optical_carrier;

typedef struct kh_optical_choice {
    const kh_net *net;
    const kh_optical_chain *chain;
    kh_optical_plan plan;
    double margin_db;
    kh_arena *arena;              /**< everything of the choice lives here */
    kh_optical_carrier *carriers; /**< [plan.n] */
    bool lit;                     /**< a mode fits somewhere: comb and path are there */
    kh_optical_comb comb;
    kh_optical_path path; /**< transmitters noiseless */
} kh_optical_choice;

/** Fills in the modes of every carrier: those that all lines of the route allow, or that of the comb. net, plan, arena and carriers
 *  are set. */
kh_status kh_optical_choice_list(kh_optical_choice *choice, const kh_optical_route *route, kh_error *err);

/** Finds the best modes: the sum of the rates counts, then the sum of the margins. Symbol rates are tried one comb after the other
 *  until no change helps, with all channels lit: the combs interfere. list, chain and margin_db are set. */
kh_status kh_optical_choice_find(kh_optical_choice *choice, kh_error *err);

#endif
