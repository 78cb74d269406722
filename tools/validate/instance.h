/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_VALIDATE_INSTANCE_H
#define KH_TOOLS_VALIDATE_INSTANCE_H

#include "solvers/flow/keyflow.h"
#include "solvers/stores/expanded.h"
#include "tools/import/qpi.h"

/** An instance as a key flow problem in kbit/s: every node trusted, no cap on rates, no time limit. Demands of a node with itself
 * or for nothing are left out.
 *  @param arena  where it lives
 *  @return as kh_qpi_read() */
kh_status kh_instance_load(const char *path, kh_arena *arena, kh_keyflow_problem *problem, kh_error *err);

/** The lengths of an instance's edges.
 *  @param[out] length_km  [n_links], lives in @p arena
 *  @return as kh_qpi_read() */
kh_status kh_instance_lengths(const char *path, kh_arena *arena, double **length_km, kh_error *err);

/** The instance as hours of a cycle with key stores, the model time_expanded_key_store: generation of link e in period t is its
 * rate * (1 + 0.5 sin(2 pi (t + e) / T)), demands are (1 + 0.8 cos(2 pi t / T)) times theirs, a store holds an hour of the link's
 * rate, is half full at the start and at least so at the end.
 *  @param flow  from kh_instance_load(), borrowed
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_instance_cycle(const kh_keyflow_problem *flow, size_t n_periods, kh_arena *arena, kh_expanded_problem *problem,
                            kh_error *err);

#endif
