/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_OPTICAL_OPTICAL_LAYOUT_H
#define KH_MODELS_OPTICAL_OPTICAL_LAYOUT_H

#include "models/optical/optical.h"

/** The elements of a line system of the network, in order. The rules are told at kh_optical_line(). */
typedef struct kh_optical_layout {
    kh_optical_chain chain;
    size_t n_spans;
    double length_km, loss_db;
    const char *obstacle; /**< NULL, or why the line cannot be built: "span 'X' loses 53.4 dB, no amplifier ..."; then the chain is
                               empty */
    const char *assumed;  /**< NULL, or what was assumed for want of data */
} kh_optical_layout;

/** @param arena  where elements and texts live
 *  @return KH_OK also with an obstacle; KH_EDATA when the fibres do not meet; KH_ENOMEM */
kh_status kh_optical_layout_build(const kh_net *net, const kh_line_system *system, kh_arena *arena, kh_optical_layout *layout,
                                  kh_error *err);

#endif
