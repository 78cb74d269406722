/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/supply/spells.h"

static void schedule(kh_spells *spells, uint32_t index, kh_ns next)
{
    spells->due[index] = next;
    spells->next[index] = kh_queue_push_timer(&spells->kernel->queue, next, spells->toggle, index);
}

static void move(kh_spells *spells, uint32_t index, kh_ns next)
{
    spells->due[index] = next;
    (void)kh_queue_move(&spells->kernel->queue, &spells->next[index], next);
}

static void toggle(void *self, uint32_t index)
{
    kh_spells *spells = self;
    kh_spell *spell = &spells->all[index];
    kh_ns next = 0;
    bool changes = kh_spell_toggle(spell, kh_kernel_now(spells->kernel), spells->draw, &next);
    spells->change(spells->self, index, spell->on);
    if (changes)
        schedule(spells, index, next);
}

kh_status kh_spells_init(kh_spells *spells, const char *name, kh_kernel *kernel, kh_spells_change change, void *self, kh_error *err)
{
    *spells = (kh_spells){.kernel = kernel, .draw = kh_draw_exponential, .change = change, .self = self};
    return kh_kernel_handle(kernel, name, toggle, spells, &spells->toggle, err);
}

kh_status kh_spells_reserve(kh_spells *spells, size_t most, kh_arena *arena, kh_error *err)
{
    spells->all = KH_NEW(arena, kh_spell, most);
    spells->next = KH_NEW(arena, kh_timer, most);
    spells->due = KH_NEW(arena, kh_ns, most);
    if (spells->all == NULL || spells->next == NULL || spells->due == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for %zu processes of faults", most);
    return KH_OK;
}

kh_status kh_spells_add(kh_spells *spells, const kh_fault *fault, double mtbf_h, kh_rng rng, kh_error *err)
{
    kh_spell *spell = &spells->all[spells->n];
    KH_TRY(kh_spell_init(spell, fault, mtbf_h, rng, err));
    schedule(spells, (uint32_t)spells->n++, kh_spell_first(spell, spells->draw));
    return KH_OK;
}

void kh_spells_set_pace(kh_spells *spells, uint32_t index, double pace)
{
    kh_spell *spell = &spells->all[index];
    double before = spell->pace;
    spell->pace = pace;
    if (spell->on || !(spell->up_ns > 0) || pace == before)
        return;
    kh_ns now = kh_kernel_now(spells->kernel);
    move(spells, index, now + kh_ns_from_s(kh_s_from_ns(spells->due[index] - now) * before / pace));
}

double kh_spells_events(const kh_spells *spells, kh_ns end)
{
    double events = 0;
    for (size_t i = 0; i < spells->n; i++)
        events += kh_spell_changes(&spells->all[i], end);
    return events;
}

void kh_spells_visit(kh_spells *spells, kh_state *state)
{
    for (size_t i = 0; i < spells->n; i++)
        kh_spell_visit(&spells->all[i], state);
    kh_state_visit(state, spells->next, spells->n * sizeof spells->next[0]);
    kh_state_visit(state, spells->due, spells->n * sizeof spells->due[0]);
}

void kh_spells_reseed(kh_spells *spells, uint64_t salt)
{
    for (size_t i = 0; i < spells->n; i++) {
        kh_ns next = 0;
        if (kh_spell_reseed(&spells->all[i], salt, kh_kernel_now(spells->kernel), spells->draw, &next))
            move(spells, (uint32_t)i, next);
    }
}
