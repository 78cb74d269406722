/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_NOISE_LINE_LIGHT_H
#define KH_MODELS_NOISE_LINE_LIGHT_H

#include "core/base/arena.h"
#include "core/base/status.h"
#include "core/net/net.h"
#include "models/optical/optical.h"

#include <stdbool.h>

/** The classical light of a line system in the fibres that it passes.
 *
 *  All channels are lit, in both directions, each direction on a strand of its own. Every span starts at the launch power,
 * whichever way the light runs; a span ends where the line amplifies, as told at kh_optical_line(). */
typedef struct kh_line_light {
    const kh_line_system *line;
    kh_optical_comb comb; /**< launch_w: into each span */
} kh_line_light;

/** @param arena  where the comb lives
 *  @return as kh_optical_comb_grid() */
kh_status kh_line_light_make(const kh_net *net, kh_line_id line, kh_arena *arena, kh_line_light *light, kh_error *err);

/** How far the light is below its launch power where it enters a fibre.
 *  @param entry         the end of the fibre at which the light comes in
 *  @param[out] lost_db  >= 0: fibres of the same span that it passed before
 *  @return false: the line does not use the fibre */
bool kh_line_light_entry(const kh_net *net, const kh_line_system *line, kh_fibre_id fibre, kh_node_id entry, double *lost_db);

#endif
