/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/kernel/timers.h"

static bool grow(kh_timers *timers, kh_arena *arena)
{
    kh_timer_slot *bigger = kh_arena_grow(arena, timers->slots, timers->n, &timers->capacity, sizeof *bigger);
    if (bigger == NULL || timers->capacity >= UINT32_MAX)
        return false;
    timers->slots = bigger;
    return true;
}

bool kh_timers_take(kh_timers *timers, kh_arena *arena, uint32_t *slot)
{
    if (timers->free != 0) {
        *slot = timers->free - 1;
        timers->free = timers->slots[*slot].subject;
        return true;
    }
    if (timers->n == timers->capacity && !grow(timers, arena))
        return false;
    *slot = (uint32_t)timers->n++;
    return true;
}

void kh_timers_release(kh_timers *timers, uint32_t slot)
{
    timers->slots[slot] = (kh_timer_slot){.subject = timers->free};
    timers->free = slot + 1;
}

void kh_timers_visit(kh_timers *timers, kh_state *state)
{
    timers->slots = kh_state_array(state, timers->slots, &timers->n, &timers->capacity, sizeof *timers->slots);
    KH_STATE(state, timers->free);
    if (!state->loading || state->status != KH_OK)
        return;
    bool fits = timers->free <= timers->n;
    for (size_t i = 0; i < timers->n; i++)
        fits = fits && (timers->slots[i].sequence != 0 || timers->slots[i].subject <= timers->n);
    if (!fits)
        state->status = KH_EDATA;
}
