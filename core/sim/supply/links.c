/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/supply/links.h"

#include <math.h>

/* A link whose rate is known but not its blocks: a second's key at a time, or whole keys where a second makes less. */
static const double BLOCK_S = 1.0, BLOCK_KEYS = 4;

static void set_production(kh_link_state *state, const kh_qkd_rate *rate)
{
    if (!(rate->key_rate_bps > 0))
        return;
    bool finite = rate->block_s > 0;
    double period_s = finite ? rate->block_s : fmax(BLOCK_S, BLOCK_KEYS * KH_KEY_BITS / rate->key_rate_bps);
    double whole = rate->block_key_bits * state->modules, made = rate->key_rate_bps * period_s;
    /* The model's block, unless the electronics limit the rate below it. */
    state->block_bits = finite && whole > 0 && made > whole * (1 - 1e-9) ? whole : made;
    state->period = kh_ns_from_s(period_s);
    if (state->period == 0)
        state->period = 1;
}

static void touch(kh_links *links, uint32_t link)
{
    kh_link_state *state = &links->states[link];
    if (state->touched)
        return;
    state->touched = true;
    links->touched[links->n_touched++] = link;
}

static void start_block(kh_links *links, uint32_t link)
{
    kh_link_state *state = &links->states[link];
    if (state->producing || state->period == 0 || !state->store.wants_key)
        return;
    state->producing = true;
    kh_queue_push(&links->kernel->queue, kh_kernel_now(links->kernel) + state->period, links->block, link);
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

static void tell(const kh_links *links, uint32_t link, kh_link_news news)
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
    tell(links, link, KH_LINK_DOWN);
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
        tell(links, link, KH_LINK_UP);
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
    for (uint32_t i = 0; i < links->n; i++)
        if (ends_at(links, i, node))
            kh_links_break(links, i);
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
        if (ends_at(links, i, node))
            tell(links, i, KH_LINK_UP);
}

void kh_links_break_module(kh_links *links, uint32_t link)
{
    links->n_broken++;
    links->states[link].health.working_modules -= 1;
}

void kh_links_repair_module(kh_links *links, uint32_t link)
{
    links->n_broken--;
    links->states[link].health.working_modules += 1;
}

bool kh_links_up(const kh_links *links, uint32_t link)
{
    return links->states[link].health.broken == 0;
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
    start_block(links, link);
    touch(links, link);
}

void kh_links_forfeit(kh_links *links, uint32_t link, int64_t bits, bool first_hop)
{
    kh_keystore_forfeit(&links->states[link].store, bits, first_hop);
    touch(links, link);
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

/* Brings the block to the store, or loses it. */
static void deliver_block(kh_link_state *state, int64_t bits)
{
    if (state->health.broken > 0) {
        kh_keystore_discard(&state->store, bits);
        state->blocks.lost++;
        return;
    }
    int64_t before = state->store.level;
    kh_keystore_deposit(&state->store, bits);
    *(state->store.level > before ? &state->blocks.stored : &state->blocks.dropped) += 1;
}

static void finish_block(void *self, uint32_t link)
{
    kh_links *links = self;
    kh_link_state *state = &links->states[link];
    double share = state->health.working_modules / state->modules;
    double made = state->block_bits * share + state->carry, whole = floor(made);
    state->carry = made - whole;
    deliver_block(state, (int64_t)whole);
    kh_recorder_record(&state->recorder, kh_kernel_now(links->kernel), state->store.level);
    state->producing = false;
    note_block(links, link, whole);
    start_block(links, link);
    touch(links, link);
    tell(links, link, KH_LINK_KEY);
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
        return kh_fail(err, KH_EINTERNAL,
                       "audit: initial + generated = delivered + relayed + lost + stored is broken at t = %.9f s on link '%s': "
                       "%lld + %lld, %lld + %lld + %lld + %lld bit",
                       t_s, id, (long long)store->initial, (long long)store->generated, (long long)store->delivered,
                       (long long)store->relayed, (long long)store->lost, (long long)store->level);
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
    *links = (kh_links){.n = net->n_qkd_links, .net = net, .kernel = kernel};
    links->states = KH_NEW(arena, kh_link_state, links->n);
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
        set_production(state, &rates->qkd[i]);
    }
    KH_TRY(kh_kernel_handle(kernel, "block", finish_block, links, &links->block, err));
    KH_TRY(kh_kernel_join(kernel, &ops, links, err));
    for (uint32_t i = 0; i < links->n; i++)
        start_block(links, i);
    return KH_OK;
}
