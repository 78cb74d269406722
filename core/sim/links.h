/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_LINKS_H
#define KH_CORE_SIM_LINKS_H

#include "core/net/rates.h"
#include "core/sim/event.h"
#include "core/sim/keystore.h"
#include "core/sim/trace.h"

/** The QKD links as they play: a key store each, and blocks of key that fill it. */

/** One link's production. A block starts when the store wants key and is ready one period later; the next starts at once while the
 *  store still wants key. Finite key: period and size of the model's block, all modules in step. Measured or asymptotic rate: one
 *  second's worth. Bits are whole; the fraction is carried to the next block, so the mean rate is exact. */
typedef struct kh_link_state {
    kh_keystore store;
    kh_trace trace;
    kh_ns period;      /**< 0: the link makes no key */
    double block_bits; /**< with all modules working */
    double carry;      /* [0, 1) */
    double modules;    /**< installed */
    bool producing;    /**< a block is under way */
    bool touched;      /* since the last audit */
} kh_link_state;

typedef struct kh_links {
    kh_link_state *states; /**< [n] by kh_qkd_link_id */
    size_t n;
    uint32_t *touched; /**< [n_touched] links changed since the last audit */
    size_t n_touched;
    kh_queue *queue;
} kh_links;

/** Stores with their initial fill; production starts where it is wanted. Levels are traced once kh_trace_init() was called. */
kh_status kh_links_init(kh_links *links, const kh_net *net, const kh_rates *rates, kh_queue *queue, kh_arena *arena, kh_error *err);

/** Takes bits that are there and starts the production when that is due. */
void kh_links_take(kh_links *links, uint32_t link, int64_t bits, bool first_hop);
void kh_links_forfeit(kh_links *links, uint32_t link, int64_t bits, bool first_hop);

/** A block is ready; the next one starts if wanted.
 *  @param working  modules that work; their share of the block is made
 *  @param up       false: the link is broken and the block is lost */
void kh_links_finish_block(kh_links *links, uint32_t link, double working, bool up);

#endif
