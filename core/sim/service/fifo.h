/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SERVICE_FIFO_H
#define KH_CORE_SIM_SERVICE_FIFO_H

#include "core/sim/kernel/state.h"

/** A queue, first in, first out: an array in an arena whose front moves on. Items must not need more than the alignment of memory
 *  from the arena; pointers to them last until the next push. */
typedef struct kh_fifo {
    kh_arena *arena;
    unsigned char *items; /* [capacity], those of the queue from first on */
    size_t size;          /* of an item */
    size_t first, n, capacity;
} kh_fifo;

/** Empty. */
kh_fifo kh_fifo_of(size_t size, kh_arena *arena);
/** @return false: memory is out */
bool kh_fifo_push(kh_fifo *fifo, const void *item);
/** @param i from 0, the front, below n */
void *kh_fifo_at(const kh_fifo *fifo, size_t i);
/** Takes the front away; n > 0. */
void kh_fifo_pop(kh_fifo *fifo);
void kh_fifo_visit(kh_fifo *fifo, kh_state *state);

#endif
