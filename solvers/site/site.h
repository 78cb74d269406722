/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SITE_SITE_H
#define KH_SOLVERS_SITE_SITE_H

#include "core/base/arena.h"
#include "core/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Where trusted nodes could stand along the fibres of a plant, and which two of them light could join. Plain numbers: site_net.h
 *  maps networks. */

typedef struct kh_site_plant {
    size_t n_nodes, n_fibres;
    const uint32_t (*ends)[2]; /**< [n_fibres] */
    const double *length_km;   /**< [n_fibres] > 0, finite */
    const double *loss_db;     /**< [n_fibres] >= 0, end to end, taken to be even along the fibre; NULL: none is known */
} kh_site_plant;

/** A place along a fibre. */
typedef struct kh_site_hut {
    uint32_t fibre;
    double from_km; /**< from ends[0], inside the fibre */
} kh_site_hut;

typedef struct kh_site_rule {
    double reach_km; /**< longest span, > 0 */
    double step_km;  /**< each fibre gets places that cut it into ceil(length / step) equal parts; INFINITY: none */
    const kh_site_hut *huts;
    size_t n_huts; /**< further places */
} kh_site_rule;

/** A candidate for a trusted node. */
typedef struct kh_site_place {
    uint32_t node;  /**< KH_NO_INDEX along a fibre */
    uint32_t fibre; /**< KH_NO_INDEX at a node */
    double from_km; /**< along the fibre, from its ends[0] */
} kh_site_place;

/** A stretch of fibre without a place inside. */
typedef struct kh_site_segment {
    uint32_t ends[2]; /**< sites */
    uint32_t fibre;
    double length_km, loss_db;
} kh_site_segment;

/** Two sites whose shortest way over fibre is within reach; light passes the sites between them. */
typedef struct kh_site_span {
    uint32_t ends[2]; /**< ends[0] < ends[1] */
    double length_km, loss_db;
    uint32_t *via; /**< [n_via] segments, from ends[0] to ends[1] */
    size_t n_via;
} kh_site_span;

typedef struct kh_site_layout {
    kh_site_place *sites; /**< [n_sites] node v is site v; then the places along fibres, fibre by fibre from ends[0] on */
    size_t n_sites;
    kh_site_segment *segments;
    size_t n_segments;
    kh_site_span *spans; /**< ascending by ends; one for each two sites */
    size_t n_spans;
} kh_site_layout;

/** Lays out sites, segments and spans in @p arena.
 *  @return KH_OK; KH_ERANGE: a number outside the ranges above; KH_ELIMIT: over 20,000 sites or 4 million spans; KH_ENOMEM
 *  Reach holds to 1e-9 relative: two halves of a reach are within it whatever rounding does. */
kh_status kh_site_layout_make(const kh_site_plant *plant, const kh_site_rule *rule, kh_arena *arena, kh_site_layout *layout,
                              kh_error *err);

#endif
