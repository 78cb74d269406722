/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/kernel/state.h"

#include <string.h>

kh_state kh_state_saving(kh_arena *arena)
{
    return (kh_state){.arena = arena};
}

kh_state kh_state_loading(const uint8_t *bytes, size_t n, kh_arena *arena)
{
    uint8_t *mine = KH_NEW(arena, uint8_t, n);
    if (mine == NULL)
        return (kh_state){.loading = true, .status = KH_ENOMEM};
    if (n > 0)
        memcpy(mine, bytes, n);
    return (kh_state){.loading = true, .bytes = mine, .n = n, .arena = arena};
}

static bool make_room(kh_state *state, size_t size)
{
    while (state->capacity - state->n < size) {
        uint8_t *bigger = kh_arena_grow(state->arena, state->bytes, state->n, &state->capacity, 1);
        if (bigger == NULL) {
            state->status = KH_ENOMEM;
            return false;
        }
        state->bytes = bigger;
    }
    return true;
}

void kh_state_visit(kh_state *state, void *data, size_t size)
{
    if (state->status != KH_OK || size == 0)
        return;
    if (!state->loading) {
        if (!make_room(state, size))
            return;
        memcpy(state->bytes + state->n, data, size);
        state->n += size;
        return;
    }
    if (state->n - state->at < size) {
        state->status = KH_EDATA;
        return;
    }
    memcpy(data, state->bytes + state->at, size);
    state->at += size;
}

void *kh_state_array(kh_state *state, void *array, size_t *n, size_t *capacity, size_t size)
{
    size_t wanted = *n;
    KH_STATE(state, wanted);
    if (state->loading && state->status == KH_OK && wanted > (state->n - state->at) / size)
        state->status = KH_EDATA;
    if (state->status != KH_OK)
        return array;
    if (state->loading && wanted > *capacity) {
        array = kh_arena_alloc(state->arena, wanted, size);
        if (array == NULL) {
            state->status = KH_ENOMEM;
            return NULL;
        }
        *capacity = wanted;
    }
    *n = wanted;
    kh_state_visit(state, array, wanted * size);
    return array;
}
