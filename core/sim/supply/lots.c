/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/supply/lots.h"

enum { FIRST_CAPACITY = 16 };

static kh_lot *at(const kh_lots *lots, size_t i)
{
    return &lots->ring[(lots->head + i) & (lots->capacity - 1)];
}

static kh_status grow(kh_lots *lots, kh_arena *arena)
{
    size_t capacity = lots->capacity == 0 ? FIRST_CAPACITY : 2 * lots->capacity;
    kh_lot *ring = KH_NEW(arena, kh_lot, capacity);
    if (ring == NULL)
        return KH_ENOMEM;
    for (size_t i = 0; i < lots->n; i++)
        ring[i] = *at(lots, i);
    lots->ring = ring;
    lots->capacity = capacity;
    lots->head = 0;
    return KH_OK;
}

kh_status kh_lots_push(kh_lots *lots, kh_lot lot, kh_arena *arena)
{
    if (lots->n == lots->capacity && grow(lots, arena) != KH_OK)
        return KH_ENOMEM;
    *at(lots, lots->n++) = lot;
    lots->bits += lot.bits;
    return KH_OK;
}

void kh_lots_join(kh_lots *lots, int64_t bits)
{
    at(lots, lots->n - 1)->bits += bits;
    lots->bits += bits;
}

kh_lot kh_lots_pop(kh_lots *lots)
{
    kh_lot first = *at(lots, 0);
    lots->head++;
    lots->n--;
    lots->bits -= first.bits;
    return first;
}

void kh_lots_clear(kh_lots *lots)
{
    lots->n = 0;
    lots->bits = 0;
}

void kh_lots_visit(kh_lots *lots, kh_state *state)
{
    size_t n = lots->n;
    KH_STATE(state, n);
    if (state->loading)
        kh_lots_clear(lots);
    for (size_t i = 0; i < n && state->status == KH_OK; i++) {
        kh_lot lot = state->loading ? (kh_lot){0} : *at(lots, i);
        KH_STATE(state, lot);
        if (state->loading && state->status == KH_OK && kh_lots_push(lots, lot, state->arena) != KH_OK)
            state->status = KH_ENOMEM;
    }
}
