/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_SERVICES_GUARD_H
#define KH_TOOLS_SERVICES_GUARD_H

#include "core/base/arena.h"
#include "core/base/status.h"
#include "core/net/net.h"
#include "core/net/plan.h"
#include "core/net/rates.h"
#include "models/optical/optical_route.h"

/** What protects the data of a demand: the layer that holds, where its keys come from, and where on its way QKD is missing. */

typedef enum kh_layer {
    KH_LAYER_NONE,  /**< nothing quantum-safe: QKD alone was asked for and gives no key */
    KH_LAYER_PSK,   /**< pre-shared keys */
    KH_LAYER_PQC,   /**< post-quantum key exchange, also where hybrid was asked for and QKD gives no key */
    KH_LAYER_QKD,   /**< QKD keys */
    KH_LAYER_HYBRID /**< QKD and PQC: both must be broken */
} kh_layer;
const char *kh_layer_name(kh_layer layer); /**< "none", "psk", "pqc", "qkd", "hybrid" */

/** QKD beside one line system of the way. */
typedef struct kh_guard_line {
    kh_line_id line;
    double length_km, covered_km; /**< of all its fibres; of those that a QKD link with key runs on */
    kh_fibre_id *bare;            /**< [n_bare] fibres without, in order */
    size_t n_bare;
} kh_guard_line;

typedef struct kh_guard {
    kh_layer layer;
    double asked_bps, got_bps; /**< key from QKD, of the plan; 0 when none is needed */
    size_t n_routes;           /**< of the key; the routes themselves stand in the plan */
    kh_node_id *trusted;       /**< [n_trusted] nodes on these routes that hold the key in the clear, each once */
    size_t n_trusted;
    kh_guard_line *lines; /**< [n_lines] of the data's way, in order */
    size_t n_lines;
} kh_guard;

/** The layer and its keys.
 *  @param arena  where lists live
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_guard_find(const kh_net *net, const kh_plan *plan, kh_demand_id demand, kh_arena *arena, kh_guard *guard,
                        kh_error *err);

/** QKD along the way of the data, added to the guard.
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_guard_follow(const kh_net *net, const kh_rates *rates, const kh_optical_route *way, kh_arena *arena, kh_guard *guard,
                          kh_error *err);

#endif
