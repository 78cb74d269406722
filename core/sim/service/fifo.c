/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/service/fifo.h"

#include <string.h>

kh_fifo kh_fifo_of(size_t size, kh_arena *arena)
{
    return (kh_fifo){.arena = arena, .size = size};
}

/* To the front when half of the room is behind it, so that a move pays for itself; else into more room. */
static bool make_room(kh_fifo *fifo)
{
    if (fifo->first > 0 && fifo->first >= fifo->n) {
        memmove(fifo->items, kh_fifo_at(fifo, 0), fifo->n * fifo->size);
        fifo->first = 0;
        return true;
    }
    unsigned char *bigger = kh_arena_grow(fifo->arena, fifo->items, fifo->first + fifo->n, &fifo->capacity, fifo->size);
    if (bigger == NULL)
        return false;
    fifo->items = bigger;
    return true;
}

bool kh_fifo_push(kh_fifo *fifo, const void *item)
{
    if (fifo->first + fifo->n == fifo->capacity && !make_room(fifo))
        return false;
    fifo->n++;
    memcpy(kh_fifo_at(fifo, fifo->n - 1), item, fifo->size);
    return true;
}

void *kh_fifo_at(const kh_fifo *fifo, size_t i)
{
    return fifo->items + (fifo->first + i) * fifo->size;
}

void kh_fifo_pop(kh_fifo *fifo)
{
    fifo->n--;
    fifo->first = fifo->n == 0 ? 0 : fifo->first + 1;
}

void kh_fifo_visit(kh_fifo *fifo, kh_state *state)
{
    size_t used = fifo->first + fifo->n;
    fifo->items = kh_state_array(state, fifo->items, &used, &fifo->capacity, fifo->size);
    KH_STATE(state, fifo->first);
    KH_STATE(state, fifo->n);
}
