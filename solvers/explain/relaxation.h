/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_EXPLAIN_RELAXATION_H
#define KH_SOLVERS_EXPLAIN_RELAXATION_H

#include "core/base/arena.h"
#include "core/base/status.h"
#include "core/net/net.h"
#include "core/net/rates.h"
#include "core/net/relaxation.h"

#include <stdio.h>

typedef struct kh_relaxation_options {
    double time_limit_s;    /**< of all ways out together; 0: none, but 20 s for whole modules */
    const char *lp_program; /**< see kh_lp_options */
    FILE *mps;              /**< where the program of extra goes; NULL: nowhere */
} kh_relaxation_options;

/** The cheapest ways to serve all required demands at once (all demands that ask for key when none is required).
 *
 *  share: maximum concurrent flow, certificate C1. fewer: the largest total rate, certificate C3 with weights 1. extra: see
 *  extra.h. modules: modular design (design/modules.h) on top of what stands, links without a price left as they are.
 *  @param[out] relaxation  lives in @p arena
 *  @return KH_OK, also when some ways are not found; KH_ERANGE as kh_given_make(); KH_ENOMEM; others of kh_lp_solve() */
kh_status kh_relaxation_find(const kh_net *net, const kh_rates *rates, const kh_relaxation_options *options, kh_arena *arena,
                             kh_relaxation *relaxation, kh_error *err);

#endif
