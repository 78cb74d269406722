/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/supply/ageing.h"
#include "core/sim/supply/production.h"

#include <math.h>

void kh_links_touch(kh_links *links, uint32_t link)
{
    kh_link_state *state = &links->states[link];
    if (state->touched)
        return;
    state->touched = true;
    links->touched[links->n_touched++] = link;
}

static kh_status check_link(const kh_qkd_link *link, const kh_qkd_rate *rate, kh_error *err)
{
    const kh_store_policy *policy = &link->key_store;
    if (!(policy->capacity_keys >= 0 && policy->reserve_keys >= 0 && policy->initial_keys >= 0))
        return kh_fail(err, KH_ERANGE, "link '%s': its key store has capacity %g, reserve %g and initial fill %g, all must be >= 0",
                       link->id, policy->capacity_keys, policy->reserve_keys, policy->initial_keys);
    /* 1e9 bit/s for ninety years stay within 63 bits */
    if (rate->key_rate_bps > 1e9 || rate->block_key_bits > 1e15 || isnan(rate->key_rate_bps))
        return kh_fail(err, KH_ERANGE, "link '%s': key rate is %g bit/s in blocks of %g bit, at most 1e9 and 1e15 can be played",
                       link->id, rate->key_rate_bps, rate->block_key_bits);
    return KH_OK;
}

/* --- what works --- */

void kh_links_tell(const kh_links *links, uint32_t link, kh_link_news news)
{
    for (size_t i = 0; i < links->n_listeners; i++)
        links->listeners[i].tell(links->listeners[i].self, link, news);
}

void kh_links_break(kh_links *links, uint32_t link)
{
    kh_link_health *health = &links->states[link].health;
    links->n_broken++;
    if (health->broken++ > 0)
        return;
    health->down_since = kh_kernel_now(links->kernel);
    kh_links_tell(links, link, KH_LINK_DOWN);
}

/* True when it works again. */
static bool mend(kh_links *links, uint32_t link)
{
    kh_link_health *health = &links->states[link].health;
    links->n_broken--;
    if (--health->broken > 0)
        return false;
    health->down_ns += kh_kernel_now(links->kernel) - health->down_since;
    return true;
}

void kh_links_repair(kh_links *links, uint32_t link)
{
    if (mend(links, link))
        kh_links_tell(links, link, KH_LINK_UP);
}

static bool ends_at(const kh_links *links, uint32_t link, uint32_t node)
{
    const kh_node_id *ends = links->net->qkd_links[link].ends;
    return ends[0].i == node || ends[1].i == node;
}

void kh_links_break_node(kh_links *links, uint32_t node)
{
    links->node_broken[node]++;
    for (uint32_t i = 0; i < links->n; i++)
        links->states[i].dead_ends += ends_at(links, i, node);
    for (uint32_t i = 0; i < links->n; i++) {
        if (!ends_at(links, i, node))
            continue;
        bool was_down = !kh_links_up(links, i);
        kh_links_break(links, i);
        if (was_down) /* its store cannot be used any more */
            kh_links_tell(links, i, KH_LINK_DOWN);
    }
}

void kh_links_forget(kh_links *links, uint32_t link)
{
    kh_keystore_forget(&links->states[link].store);
    if (links->states[link].age != NULL)
        kh_ageing_forget(links, link);
    kh_links_follow(links, link);
}

/* A node that was down has forgotten its key: the other end discards the rest of the pairs. */
static void resynchronise(kh_links *links, uint32_t link)
{
    if (links->states[link].dead_ends == 0 && links->net->qkd_links[link].key_store.is_volatile)
        kh_links_forget(links, link);
}

void kh_links_repair_node(kh_links *links, uint32_t node)
{
    links->node_broken[node]--;
    for (uint32_t i = 0; i < links->n; i++)
        if (ends_at(links, i, node)) {
            links->states[i].dead_ends--;
            (void)mend(links, i);
        }
    for (uint32_t i = 0; i < links->n; i++) /* even a link that is still cut: its store can be used again */
        if (ends_at(links, i, node)) {
            resynchronise(links, i);
            kh_links_tell(links, i, KH_LINK_UP);
        }
}

void kh_links_break_module(kh_links *links, uint32_t link)
{
    links->n_broken++;
    links->states[link].health.working_modules -= 1;
    kh_links_tell(links, link, KH_LINK_RATE);
    if (links->states[link].health.working_modules < 1)
        kh_links_break(links, link);
}

void kh_links_repair_module(kh_links *links, uint32_t link)
{
    links->n_broken--;
    links->states[link].health.working_modules += 1;
    kh_links_tell(links, link, KH_LINK_RATE);
    if (links->states[link].health.working_modules < 2) /* the first that works again */
        kh_links_repair(links, link);
}

void kh_links_tap(kh_links *links, uint32_t link)
{
    links->states[link].health.tapped = links->states[link].health.was_tapped = true;
}

void kh_links_untap(kh_links *links, uint32_t link)
{
    kh_link_state *state = &links->states[link];
    state->health.tapped = false;
    state->health.was_tapped = state->health.was_tapped && state->producing;
}

void kh_links_set_key_share(kh_links *links, uint32_t link, double share)
{
    links->states[link].health.key_share = share;
    kh_links_tell(links, link, KH_LINK_RATE);
}

bool kh_links_up(const kh_links *links, uint32_t link)
{
    return links->states[link].health.broken == 0;
}

double kh_links_qber(const kh_links *links, uint32_t link)
{
    const kh_rates *rates = links->rates;
    if (links->slot != KH_NO_INDEX)
        return rates->slots[link * rates->n_slots + links->slot].qber;
    return rates->qkd[link].qber;
}

double kh_links_rate_bps(const kh_links *links, uint32_t link)
{
    const kh_link_health *health = &links->states[link].health;
    return kh_production_rate_bps(links, link) * health->working_modules / links->states[link].modules * health->key_share;
}

double kh_links_up_fraction(const kh_links *links, uint32_t link, kh_ns from, kh_ns to)
{
    const kh_link_health *health = &links->states[link].health;
    kh_ns down = health->down_ns + (health->broken > 0 ? to - health->down_since : 0);
    return 1 - (double)down / (double)(to - from);
}

/* --- key --- */

void kh_links_follow(kh_links *links, uint32_t link)
{
    kh_link_state *state = &links->states[link];
    kh_recorder_record(&state->recorder, kh_kernel_now(links->kernel), state->store.level);
    kh_production_start(links, link);
    kh_links_touch(links, link);
}

static void note_block(const kh_links *links, uint32_t link, double made_bits)
{
    if (!kh_kernel_journals(links->kernel))
        return;
    kh_note note = kh_kernel_note(links->kernel, kh_links_up(links, link) ? "block" : "block lost");
    kh_note_text(&note, "link", links->net->qkd_links[link].id);
    kh_note_number(&note, "made_bits", made_bits);
    kh_note_number(&note, "level_bits", (double)links->states[link].store.level);
    kh_kernel_tell(links->kernel, &note);
}

/* What follows when key was made or has arrived. */
static void follow_key(kh_links *links, uint32_t link, int64_t bits, kh_link_news news)
{
    kh_link_state *state = &links->states[link];
    kh_recorder_record(&state->recorder, kh_kernel_now(links->kernel), state->store.level);
    note_block(links, link, (double)bits);
    kh_production_start(links, link);
    kh_links_touch(links, link);
    kh_links_tell(links, link, news);
}

static void count_stored(kh_link_state *state, int64_t stored_bits)
{
    *(stored_bits > 0 ? &state->blocks.stored : &state->blocks.dropped) += 1;
}

static void store_now(kh_links *links, uint32_t link, int64_t bits)
{
    kh_link_state *state = &links->states[link];
    int64_t stored = kh_keystore_deposit(&state->store, bits);
    count_stored(state, stored);
    if (state->age != NULL)
        kh_ageing_store(links, link, stored, kh_kernel_now(links->kernel));
}

void kh_links_deliver(kh_links *links, uint32_t link, double bits)
{
    kh_link_state *state = &links->states[link];
    double share = state->health.working_modules / state->modules * state->health.key_share;
    double made = bits * share + state->carry, whole = floor(made);
    bool tapped = state->health.was_tapped;
    state->carry = made - whole;
    state->health.was_tapped = state->health.tapped;
    if (state->health.broken > 0 || tapped) {
        kh_keystore_discard(&state->store, (int64_t)whole);
        state->blocks.lost++;
        state->blocks.tapped_bits += tapped ? (int64_t)whole : 0;
    } else if (state->age != NULL && state->age->sync > 0)
        kh_ageing_send(links, link, (int64_t)whole);
    else
        store_now(links, link, (int64_t)whole);
    follow_key(links, link, (int64_t)whole, tapped ? KH_LINK_TAPPED : KH_LINK_KEY);
}

void kh_links_store(kh_links *links, uint32_t link, int64_t bits, kh_ns born)
{
    kh_link_state *state = &links->states[link];
    int64_t stored = kh_keystore_arrive(&state->store, bits);
    count_stored(state, stored);
    kh_ageing_store(links, link, stored, born);
    follow_key(links, link, bits, KH_LINK_KEY);
}

int64_t kh_links_spent(const kh_links *links)
{
    int64_t bits = 0;
    for (size_t i = 0; i < links->n; i++)
        bits += links->states[i].store.delivered + links->states[i].store.relayed;
    return bits;
}

/* --- as a part --- */

static void restart(void *self)
{
    kh_links *links = self;
    for (size_t i = 0; i < links->n; i++) {
        kh_keystore_restart(&links->states[i].store);
        links->states[i].blocks = (kh_link_blocks){0};
        links->states[i].health.down_ns = 0;
        links->states[i].health.down_since = kh_kernel_now(links->kernel);
    }
}

static void visit(void *self, kh_state *state)
{
    kh_links *links = self;
    for (size_t i = 0; i < links->n; i++) {
        kh_link_state *link = &links->states[i];
        KH_STATE(state, link->store);
        KH_STATE(state, link->health);
        KH_STATE(state, link->blocks);
        KH_STATE(state, link->carry);
        KH_STATE(state, link->producing);
        KH_STATE(state, link->dead_ends);
        if (link->variation != NULL)
            KH_STATE(state, *link->variation);
        kh_recorder_visit(&link->recorder, state);
    }
    kh_state_visit(state, links->node_broken, links->net->n_nodes * sizeof links->node_broken[0]);
    KH_STATE(state, links->n_broken);
}

static kh_status audit_store(const kh_links *links, uint32_t link, kh_error *err)
{
    const kh_keystore *store = &links->states[link].store;
    const char *id = links->net->qkd_links[link].id;
    double t_s = kh_s_from_ns(kh_kernel_now(links->kernel));
    if (!kh_keystore_in_bounds(store))
        return kh_fail(err, KH_EINTERNAL,
                       "audit: 0 <= level <= capacity is broken at t = %.9f s on link '%s': level %lld of %lld bit", t_s, id,
                       (long long)store->level, (long long)store->capacity);
    if (!kh_keystore_balances(store))
        return kh_fail(
            err, KH_EINTERNAL,
            "audit: initial + generated = delivered + relayed + lost + expired + in transit + stored is broken at t = %.9f s "
            "on link '%s': %lld + %lld, %lld + %lld + %lld + %lld + %lld + %lld bit",
            t_s, id, (long long)store->initial, (long long)store->generated, (long long)store->delivered, (long long)store->relayed,
            (long long)store->lost, (long long)store->expired, (long long)store->transit, (long long)store->level);
    return KH_OK;
}

static kh_status audit_touched(void *self, kh_error *err)
{
    kh_links *links = self;
    while (links->n_touched > 0) {
        uint32_t link = links->touched[--links->n_touched];
        links->states[link].touched = false;
        KH_TRY(audit_store(links, link, err));
    }
    return KH_OK;
}

static kh_status audit(const void *self, kh_error *err)
{
    const kh_links *links = self;
    for (uint32_t i = 0; i < links->n; i++)
        KH_TRY(audit_store(links, i, err));
    return KH_OK;
}

static const kh_part_ops ops = {
    .name = "links", .restart = restart, .visit = visit, .audit_touched = audit_touched, .audit = audit};

kh_status kh_links_listen(kh_links *links, kh_link_listener tell_it, void *self, kh_error *err)
{
    if (links->n_listeners == KH_LINKS_MOST_LISTENERS)
        return kh_fail(err, KH_ELIMIT, "more than %d parts listen to links", KH_LINKS_MOST_LISTENERS);
    links->listeners[links->n_listeners++] = (struct kh_links_listener){tell_it, self};
    return KH_OK;
}

kh_status kh_links_init(kh_links *links, const kh_net *net, const kh_rates *rates, kh_kernel *kernel, kh_arena *arena,
                        kh_error *err)
{
    *links = (kh_links){.n = net->n_qkd_links, .net = net, .rates = rates, .kernel = kernel, .arena = arena, .slot = KH_NO_INDEX};
    links->states = kh_arena_alloc_lines(arena, links->n, sizeof *links->states);
    links->touched = KH_NEW(arena, uint32_t, links->n);
    links->node_broken = KH_NEW(arena, uint32_t, net->n_nodes);
    if (links->states == NULL || links->touched == NULL || links->node_broken == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for %zu links", links->n);
    for (uint32_t i = 0; i < links->n; i++) {
        kh_link_state *state = &links->states[i];
        KH_TRY(check_link(&net->qkd_links[i], &rates->qkd[i], err));
        state->store = kh_keystore_of(&net->qkd_links[i].key_store);
        state->modules = fmax(net->qkd_links[i].modules, 1); /* a rate without modules: a measured link, say */
        state->health.working_modules = state->modules;
        KH_TRY(kh_production_init(links, i, arena, err));
        state->health.key_share = 1;
    }
    KH_TRY(kh_kernel_handle(kernel, "block", kh_production_finish, links, &links->block, err));
    KH_TRY(kh_kernel_join(kernel, &ops, links, err));
    return kh_ageing_init(links, arena, err);
}

void kh_links_start(kh_links *links)
{
    for (uint32_t i = 0; i < links->n; i++)
        kh_production_start(links, i);
}
