/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_LIGHT_ASSIGN_WORK_H
#define KH_SOLVERS_LIGHT_ASSIGN_WORK_H

#include "solvers/light/assign.h"

/** One level of the problem: so many classical channels of such power. */
typedef struct kh_assign_case {
    const kh_assign_problem *problem;
    double deadline_s; /**< of kh_clock_s() */
    size_t level, n_classical;
    double *quietest; /**< [n_channels] noise on a quantum channel with its quietest neighbours; INFINITY: no room for them */
} kh_assign_case;

/** True when a quantum and a classical channel may not stand there together. */
bool kh_assign_is_near(const kh_assign_problem *problem, size_t quantum, size_t classical);

/** The best assignment of the case by an integer program, over the quantum channels worth a try.
 *  @param worth       [n_channels] quantum channels worth a try
 *  @param[out] made   its level and channels are meant; value < 0: none was found; complete: the time limit did not stop it
 *  @param[out] bound  no assignment of the case over these channels has more
 *  @return KH_OK, also when the time limit passed; others of kh_lp_solve() */
kh_status kh_assign_program(const kh_assign_case *c, const bool *worth, kh_arena *arena, kh_assign *made, double *bound,
                            kh_error *err);

/** Writes that integer program over all quantum channels that have a rate in the case, to be maximised, in bit/s.
 *  @return KH_OK, KH_ENOMEM, KH_EWRITE */
kh_status kh_assign_write_mps(const kh_assign_case *c, kh_arena *arena, FILE *file, kh_error *err);

#endif
