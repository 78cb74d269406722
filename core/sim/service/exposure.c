/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/service/exposure.h"

#include "core/sim/supply/rule.h"

#include <string.h>

/* --- which nodes are read when --- */

static void throw_away_keys(kh_exposure *x, uint32_t node)
{
    for (uint32_t i = 0; i < x->net->n_qkd_links; i++) {
        const kh_node_id *ends = x->net->qkd_links[i].ends;
        if (ends[0].i == node || ends[1].i == node)
            kh_links_forget(x->links, i);
    }
}

static void note(const kh_exposure *x, const kh_compromise *compromise, bool starts)
{
    if (!kh_kernel_journals(x->kernel))
        return;
    kh_note made = kh_kernel_note(x->kernel, starts ? "compromised" : "found out");
    kh_note_text(&made, "on", compromise->fault->on);
    kh_kernel_tell(x->kernel, &made);
}

static void start_or_stop(void *self, uint32_t index, bool starts)
{
    kh_exposure *x = self;
    const kh_compromise *compromise = &x->compromises[index];
    note(x, compromise, starts);
    x->starts += starts;
    for (size_t i = 0; i < compromise->n_nodes; i++) {
        uint32_t node = compromise->nodes[i];
        x->held[node] += starts ? 1 : UINT32_MAX; /* one more, or one less */
        x->until[node] = kh_kernel_now(x->kernel);
        if (!starts)
            throw_away_keys(x, node);
    }
}

static bool was_read(const kh_exposure *x, uint32_t node, kh_ns since)
{
    return x->held[node] > 0 || x->until[node] > since;
}

/* --- which keys that gives away --- */

/* The relays are where one link ends and the next begins. */
static bool passes_reader(const kh_exposure *x, const kh_relay_delivery *delivery, uint32_t route)
{
    const kh_routes_entry *entry = &x->relay->routing->routes.entries[route];
    uint32_t at = x->net->demands[delivery->demand].between[0].i;
    for (uint32_t i = 0; i + 1 < entry->n_links; i++) {
        const kh_node_id *ends = x->net->qkd_links[entry->links[i].i].ends;
        at = ends[ends[0].i == at ? 1 : 0].i;
        if (was_read(x, at, delivery->issued))
            return true;
    }
    return false;
}

static void witness(void *self, const kh_relay_delivery *delivery)
{
    kh_exposure *x = self;
    if (!delivery->counted)
        return;
    kh_exposure_counts *counts = &x->demands[delivery->demand];
    const kh_node_id *ends = x->net->demands[delivery->demand].between;
    if (was_read(x, ends[0].i, delivery->issued) || was_read(x, ends[1].i, delivery->issued)) {
        counts->at_ends++;
        return;
    }
    uint32_t shares = 0;
    for (uint32_t i = 0; i < delivery->n_routes; i++)
        shares += passes_reader(x, delivery, delivery->routes[i]);
    counts->exposed += shares > 0 && shares >= delivery->needed;
    counts->saved += shares > 0 && shares < delivery->needed;
}

/* --- as a part --- */

static void restart(void *self)
{
    kh_exposure *x = self;
    x->starts = 0;
    if (x->spells.n > 0)
        memset(x->demands, 0, x->net->n_demands * sizeof *x->demands);
}

static void visit(void *self, kh_state *state)
{
    kh_exposure *x = self;
    if (x->spells.n == 0)
        return;
    kh_spells_visit(&x->spells, state);
    KH_STATE(state, x->starts);
    kh_state_visit(state, x->held, x->net->n_nodes * sizeof *x->held);
    kh_state_visit(state, x->until, x->net->n_nodes * sizeof *x->until);
    kh_state_visit(state, x->demands, x->net->n_demands * sizeof *x->demands);
}

static void reseed(void *self, uint64_t salt)
{
    kh_exposure *x = self;
    kh_spells_reseed(&x->spells, salt);
}

static const kh_part_ops ops = {.name = "exposure", .restart = restart, .visit = visit, .reseed = reseed};

static kh_status find_nodes(kh_compromise *compromise, const kh_net *net, kh_arena *arena, kh_error *err)
{
    const char *on = compromise->fault->on;
    compromise->nodes = KH_NEW(arena, uint32_t, net->n_nodes);
    if (compromise->nodes == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for a compromise");
    for (uint32_t i = 0; i < net->n_nodes; i++)
        if (kh_fault_holds(net, on, (kh_node_id){i}))
            compromise->nodes[compromise->n_nodes++] = i;
    if (compromise->n_nodes == 0)
        return kh_fail(err, KH_ERANGE, "compromise on '%s': there is no node of that name, domain, operator or country", on);
    return KH_OK;
}

static kh_status add(kh_exposure *x, const kh_exposure_setup *setup, const kh_fault *fault, kh_arena *arena, kh_error *err)
{
    kh_compromise *compromise = &x->compromises[x->spells.n];
    *compromise = (kh_compromise){.fault = fault};
    KH_TRY(find_nodes(compromise, setup->net, arena, err));
    return kh_spells_add(&x->spells, fault, fault->mtbf_h, kh_rule_stream(setup->net, fault, setup->seed), err);
}

static kh_status make_arrays(kh_exposure *x, size_t most, kh_arena *arena, kh_error *err)
{
    x->compromises = KH_NEW(arena, kh_compromise, most);
    x->held = KH_NEW(arena, uint32_t, x->net->n_nodes);
    x->until = KH_NEW(arena, kh_ns, x->net->n_nodes);
    x->demands = KH_NEW(arena, kh_exposure_counts, x->net->n_demands);
    if (x->compromises == NULL || x->held == NULL || x->until == NULL || x->demands == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for %zu compromises", most);
    for (size_t i = 0; i < x->net->n_nodes; i++)
        x->until[i] = -1;
    return KH_OK;
}

kh_status kh_exposure_init(kh_exposure *x, const kh_exposure_setup *setup, kh_arena *arena, kh_error *err)
{
    const kh_net *net = setup->net;
    *x = (kh_exposure){.net = net, .kernel = setup->kernel, .links = setup->links, .relay = setup->relay};
    KH_TRY(kh_spells_init(&x->spells, "compromise", setup->kernel, start_or_stop, x, err));
    KH_TRY(kh_kernel_join(setup->kernel, &ops, x, err));
    size_t most = kh_rule_entries(net, KH_FAULT_COMPROMISE);
    if (most == 0 || !setup->play)
        return KH_OK;
    KH_TRY(kh_spells_reserve(&x->spells, most, arena, err));
    KH_TRY(make_arrays(x, most, arena, err));
    for (size_t i = 0; i < net->n_faults; i++)
        if (net->faults[i].kind == KH_FAULT_COMPROMISE)
            KH_TRY(add(x, setup, &net->faults[i], arena, err));
    return kh_relay_watch(setup->relay, witness, x, err);
}
