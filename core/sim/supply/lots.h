/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SUPPLY_LOTS_H
#define KH_CORE_SIM_SUPPLY_LOTS_H

#include "core/sim/kernel/event.h"

/** Lots of key in the order of their birth: first in, first out. */
typedef struct kh_lot {
    kh_ns born;
    int64_t bits;
} kh_lot;

typedef struct kh_lots {
    kh_lot *ring; /**< [capacity], a power of two or 0; positions count up and wrap by mask */
    size_t head, n, capacity;
    int64_t bits; /**< in all lots */
} kh_lots;

/** Adds a lot at the end. @param born not before that of the last lot @return KH_OK; KH_ENOMEM */
kh_status kh_lots_push(kh_lots *lots, kh_lot lot, kh_arena *arena);
/** Joins bits to the last lot, which keeps its birth. There must be one. */
void kh_lots_join(kh_lots *lots, int64_t bits);
/** Takes the first lot out. There must be one. */
kh_lot kh_lots_pop(kh_lots *lots);
void kh_lots_clear(kh_lots *lots);

static inline const kh_lot *kh_lots_first(const kh_lots *lots)
{
    return lots->n == 0 ? NULL : &lots->ring[lots->head & (lots->capacity - 1)];
}
static inline const kh_lot *kh_lots_last(const kh_lots *lots)
{
    return lots->n == 0 ? NULL : &lots->ring[(lots->head + lots->n - 1) & (lots->capacity - 1)];
}

void kh_lots_visit(kh_lots *lots, kh_state *state);

#endif
