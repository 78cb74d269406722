/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SUPPLY_PRODUCTION_H
#define KH_CORE_SIM_SUPPLY_PRODUCTION_H

#include "core/sim/supply/links.h"

/** Blocks of key in the making.
 *
 *  A block starts when the store wants key and is complete after the link has worked on it for one period; the next starts at once
 *  while the store still wants key. Finite key: period and size of the model's block, all modules in step. Measured or asymptotic
 *  rate: one second's worth, or four keys where that takes longer. Bits are whole; the fraction is carried to the next block, so
 *  the mean rate is exact.
 *  A link whose rate varies has a kh_variation: a block fills only while the link is not paused (calibration, another's turn at an
 *  optical switch), and its bits are the integral of the rate over that time: a block across a change of the time slot has from
 *  each slot its share by time. The period is that of the mean rate. */
typedef struct kh_variation {
    uint32_t paused;    /**< causes; 0: the link works */
    double bits_per_ns; /**< with all modules, now */
    double bits;        /**< of the block in the making */
    kh_ns left;         /**< working time until it is complete */
    kh_ns since;        /**< of bits and left, while it works on a block */
    kh_timer timer;     /**< of its end */
} kh_variation;

/** Period and size of the link's blocks, and whether its rate varies: when the network lets it work only part of the time
 *  (kh_net_on_share()), or when the rates of its time slots differ. @return KH_OK; KH_ENOMEM */
kh_status kh_production_init(kh_links *links, uint32_t link, kh_arena *arena, kh_error *err);

/** Starts a block when the store wants key and none is under way. */
void kh_production_start(kh_links *links, uint32_t link);
/** Event: a block is complete. @param self kh_links */
void kh_production_finish(void *self, uint32_t link);

/** One more cause keeps the link from working, one less. Without a variation, when it makes no key at all, nothing happens. */
void kh_production_pause(kh_links *links, uint32_t link);
void kh_production_resume(kh_links *links, uint32_t link);
/** From now on it makes so much while it works. It varies. @param factor of its mean rate, >= 0 */
void kh_production_scale(kh_links *links, uint32_t link, double factor);

/** What all its modules make now, bit/s; of whole blocks without a variation. */
double kh_production_rate_bps(const kh_links *links, uint32_t link);

#endif
