/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_STUDY_LIGHT_PATH_H
#define KH_TOOLS_STUDY_LIGHT_PATH_H

#include "core/base/arena.h"
#include "core/net/net.h"
#include "models/optical/optical_route.h"

/** Light from one node to another over the line systems, the shortest way by length of fibre, and every channel at its end. */
typedef struct kh_light_path {
    kh_optical_hop *hops; /**< [n_hops] */
    size_t n_hops;
    kh_line_rate rate;    /**< what the whole way can do, as of one line system */
    kh_optical_comb comb; /**< that of the first line; symbol rates it does not say are those of the mode, without one 32 GBd */
    kh_optical_path path; /**< transmitter included */
    double tx_osnr_db;    /**< of the transmitter, in 0.1 nm; INFINITY: none included */
} kh_light_path;

/** @param ends        different nodes where line systems end; they meet at nodes with ROADMs
 *  @param tx_osnr_db  of the transmitter, in 0.1 nm; NAN: that of the mode chosen, INFINITY when none is feasible
 *  @param arena       where the path lives
 *  @return KH_OK; KH_INFEASIBLE: no line systems lead there, or no light gets through (the message says what stands in the way);
 *          KH_ERANGE, KH_EDATA as kh_optical_route_run(); KH_ENOMEM
 *  A line system as built with amplifiers in one direction only is passed in that direction only. */
kh_status kh_light_path_find(const kh_net *net, const kh_node_id ends[2], double tx_osnr_db, kh_arena *arena, kh_light_path *out,
                             kh_error *err);

#endif
