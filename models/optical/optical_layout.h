/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_OPTICAL_OPTICAL_LAYOUT_H
#define KH_MODELS_OPTICAL_OPTICAL_LAYOUT_H

#include "models/optical/optical.h"

/** One line system on the way of the light. */
typedef struct kh_optical_hop {
    kh_line_id line;
    bool backward; /**< from ends[1] of the line to ends[0] */
} kh_optical_hop;

/** The elements that light passes, in order. The rules are told at kh_optical_line(). */
typedef struct kh_optical_layout {
    kh_optical_chain chain;
    size_t n_spans;
    double length_km, loss_db; /**< of the fibres */
    const char *obstacle;      /**< NULL, or why the line cannot be built: "span 'X' loses 53.4 dB, no amplifier ..."; then the
                                  chain is empty */
    const char *assumed;       /**< NULL, or what was assumed for want of data */
} kh_optical_layout;

/** Where a layout grows. */
typedef struct kh_optical_builder {
    const kh_net *net;
    kh_arena *arena; /**< of elements and texts */
    kh_error *err;
    kh_optical_element *elements;
    size_t n, capacity;
    kh_optical_layout layout; /**< elements of its chain are left to the caller */
} kh_optical_builder;

/** Where a line system stands on a route. */
typedef struct kh_optical_position {
    bool first, last;
} kh_optical_position;

/** Appends the elements of one line system, the ROADM at its start included, that at its end only when it is the last.
 *  @return KH_OK also with an obstacle; KH_EDATA when the fibres do not meet; KH_ENOMEM */
kh_status kh_optical_layout_append(kh_optical_builder *builder, kh_optical_hop hop, kh_optical_position position);

#endif
