/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_STORES_JOINED_H
#define KH_SOLVERS_STORES_JOINED_H

#include "solvers/flow/keyflow.h"

/** Which demands have a path over links with a rate, under the trusted rule: a link of their own, or a part of the relays that
 *  both ends touch. Without a search for each source.
 *  @param problem      graph, capacity_bps and demands
 *  @param[out] joined  [n_demands]
 *  @return KH_OK; KH_ERANGE: a malformed graph; KH_ENOMEM */
kh_status kh_joined_find(const kh_keyflow_problem *problem, kh_arena *arena, bool *joined, kh_error *err);

#endif
