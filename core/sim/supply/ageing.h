/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SUPPLY_AGEING_H
#define KH_CORE_SIM_SUPPLY_AGEING_H

#include "core/sim/supply/links.h"
#include "core/sim/supply/lots.h"

/** Key that comes late and does not keep: synchronisation and lifetime of stores.
 *
 *  What is taken is the oldest, so a store holds the youngest key that was put in, and taking needs no book of lots: when a lot
 *  reaches its lifetime, all but the bits of younger lots is discarded. Age counts from the end of a block, that of an initial fill
 *  from 0; key may be used up to its lifetime, that instant included where the use comes first.
 *  Blocks that end within 1 / KH_AGEING_LOTS of a lifetime of one another are one lot, which has the age of its oldest: so memory
 *  is bounded, nothing older is ever used, and what is discarded is younger than its lifetime by no more than that. */
enum { KH_AGEING_LOTS = 4096 };

typedef struct kh_age {
    kh_ns lifetime;  /**< 0: key keeps for ever */
    kh_ns sync;      /**< from the end of a block until its key is at both ends */
    kh_lots young;   /**< with a lifetime: what was stored within it, used or not, but for what is surely used */
    kh_lots transit; /**< on the way */
    bool is_watched; /**< the end of the first lot is scheduled */
} kh_age;

/** Gives ages to the stores that have a lifetime or need synchronisation; joins the kernel when there are any.
 *  @return KH_OK; KH_ENOMEM; KH_ELIMIT */
kh_status kh_ageing_init(kh_links *links, kh_arena *arena, kh_error *err);

/** Bits of a block that has ended go on their way. The link's store needs synchronisation. */
void kh_ageing_send(kh_links *links, uint32_t link, int64_t bits);
/** Bits were stored that were made at @p born. The link has an age. */
void kh_ageing_store(kh_links *links, uint32_t link, int64_t bits, kh_ns born);
/** The store has forgotten all, with what is on the way. */
void kh_ageing_forget(kh_links *links, uint32_t link);

#endif
