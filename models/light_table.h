/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_LIGHT_TABLE_H
#define KH_MODELS_LIGHT_TABLE_H

#include "core/base/arena.h"
#include "core/base/status.h"
#include "core/net/net.h"

#include <stdbool.h>

/** The models of coexistence as tables, for who decides which channel of a fibre is quantum and which classical. */

/** A launch power of the classical channels. */
typedef struct kh_light_level {
    double shift_db; /**< to the topology's */
    double power;    /**< the same as a factor */
    double gbps;     /**< one channel, by the best mode that works on the line */
} kh_light_level;

typedef struct kh_light_table {
    size_t n_channels;
    double *freq_thz; /**< [n_channels] rising: the grid of the line over the C band; and 1 THz steps of the O band, quantum only */
    bool *may_quantum; /**< [n_channels] */
    bool *may_classical;
    bool *is_lit;     /**< [n_channels] the line's own channels, as the topology has them */
    double *noise;    /**< [n_channels][n_channels] photons a second at the receiver of the row's channel by light on the column's:
                         Raman scattering both ways and leakage; without four-wave mixing, which has three partners */
    size_t guard;     /**< channels between a quantum and a classical one, so that filter and signal do not overlap */
    size_t n_points;  /**< of noise */
    double *noise_at; /**< [n_points] rising from 0 to where there is no key */
    double *rate_bps; /**< [n_channels][n_points] of one module */
    kh_light_level *levels;
    size_t n_levels;
} kh_light_table;

/** True for a link with fibres, a device, one line system beside it, and no measured rate. */
bool kh_light_table_applies(const kh_net *net, const kh_qkd_link *link);

/** @param arena  where the table lives
 *  @return KH_OK; KH_ERANGE for another link; as kh_link_channel_find() and kh_qkd_compute(); KH_ENOMEM
 *  Cost: a search of the best parameters for each point of noise and each 0.1 dB of loss that differs */
kh_status kh_light_table_make(const kh_net *net, kh_qkd_link_id link, kh_arena *arena, kh_light_table *table, kh_error *err);

/** A quantum channel of the table with classical ones beside it. */
typedef struct kh_light_choice {
    size_t quantum;
    const bool *classical; /**< [n_channels] */
    double power;
} kh_light_choice;

/** The key rate of one module with all that light, four-wave mixing included. @return as kh_light_table_make() */
kh_status kh_light_table_check(const kh_net *net, kh_qkd_link_id link, const kh_light_table *table, const kh_light_choice *choice,
                               double *rate_bps, kh_error *err);

#endif
