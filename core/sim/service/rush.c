/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/service/rush.h"

#include "core/sim/supply/rule.h"

/* Multiplied anew each time: rounding does not add up. */
static double factor_of(const kh_rush *rush, uint32_t demand)
{
    double factor = 1;
    for (size_t i = 0; i < rush->spells.n; i++)
        if (rush->spells.all[i].on && kh_rule_holds(rush->net, rush->entries[i], demand))
            factor *= rush->entries[i]->factor;
    return factor;
}

static void note(const kh_rush *rush, const kh_fault *entry, bool starts)
{
    if (!kh_kernel_journals(rush->kernel))
        return;
    kh_note made = kh_kernel_note(rush->kernel, starts ? "flash demand" : "flash demand over");
    kh_note_text(&made, "on", entry->on);
    kh_kernel_tell(rush->kernel, &made);
}

static void hurry(kh_rush *rush, uint32_t demand, double factor)
{
    kh_asking_hurry(rush->asking, demand, factor);
    kh_calls_hurry(rush->calls, demand, factor);
}

static void start_or_stop(void *self, uint32_t index, bool starts)
{
    kh_rush *rush = self;
    const kh_fault *entry = rush->entries[index];
    note(rush, entry, starts);
    rush->starts += starts;
    for (uint32_t i = 0; i < rush->net->n_demands; i++)
        if (kh_rule_holds(rush->net, entry, i))
            hurry(rush, i, factor_of(rush, i));
}

/* --- as a part --- */

static void restart(void *self)
{
    kh_rush *rush = self;
    rush->starts = 0;
}

static void visit(void *self, kh_state *state)
{
    kh_rush *rush = self;
    kh_spells_visit(&rush->spells, state);
    KH_STATE(state, rush->starts);
}

static void reseed(void *self, uint64_t salt)
{
    kh_rush *rush = self;
    kh_spells_reseed(&rush->spells, salt);
}

static const kh_part_ops ops = {.name = "rush", .restart = restart, .visit = visit, .reseed = reseed};

static kh_status add(kh_rush *rush, const kh_rush_setup *setup, const kh_fault *fault, kh_error *err)
{
    if (!(fault->factor > 0 && fault->factor <= 1e6))
        return kh_fail(err, KH_ERANGE, "flash-demand on '%s': factor is %g, must be in (0, 1e6]", fault->on, fault->factor);
    rush->entries[rush->spells.n] = fault;
    return kh_spells_add(&rush->spells, fault, fault->mtbf_h, kh_rule_stream(setup->net, fault, setup->seed), err);
}

kh_status kh_rush_init(kh_rush *rush, const kh_rush_setup *setup, kh_arena *arena, kh_error *err)
{
    const kh_net *net = setup->net;
    *rush = (kh_rush){.net = net, .kernel = setup->kernel, .asking = setup->asking, .calls = setup->calls};
    KH_TRY(kh_spells_init(&rush->spells, "flash demand", setup->kernel, start_or_stop, rush, err));
    KH_TRY(kh_kernel_join(setup->kernel, &ops, rush, err));
    size_t most = kh_rule_entries(net, KH_FAULT_FLASH_DEMAND);
    if (most == 0 || !setup->play)
        return KH_OK;
    KH_TRY(kh_spells_reserve(&rush->spells, most, arena, err));
    rush->entries = KH_NEW(arena, const kh_fault *, most);
    if (rush->entries == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for %zu rushes", most);
    for (size_t i = 0; i < net->n_faults; i++)
        if (net->faults[i].kind == KH_FAULT_FLASH_DEMAND)
            KH_TRY(add(rush, setup, &net->faults[i], err));
    return KH_OK;
}
