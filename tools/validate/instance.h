/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_VALIDATE_INSTANCE_H
#define KH_TOOLS_VALIDATE_INSTANCE_H

#include "solvers/flow/keyflow.h"
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

#endif
