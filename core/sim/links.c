/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/links.h"

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
    kh_queue_push(links->queue, links->queue->now + state->period, KH_EVENT_BLOCK, link);
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

kh_status kh_links_init(kh_links *links, const kh_net *net, const kh_rates *rates, kh_queue *queue, kh_arena *arena, kh_error *err)
{
    kh_links made = {.n = net->n_qkd_links, .queue = queue};
    made.states = KH_NEW(arena, kh_link_state, made.n);
    made.touched = KH_NEW(arena, uint32_t, made.n);
    if (made.states == NULL || made.touched == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for %zu links", made.n);
    for (uint32_t i = 0; i < made.n; i++) {
        KH_TRY(check_link(&net->qkd_links[i], &rates->qkd[i], err));
        made.states[i].store = kh_keystore_of(&net->qkd_links[i].key_store);
        made.states[i].modules = fmax(net->qkd_links[i].modules, 1); /* a rate without modules: a measured link, say */
        set_production(&made.states[i], &rates->qkd[i]);
    }
    *links = made;
    for (uint32_t i = 0; i < made.n; i++)
        start_block(links, i);
    return KH_OK;
}

void kh_links_take(kh_links *links, uint32_t link, int64_t bits, bool first_hop)
{
    kh_link_state *state = &links->states[link];
    kh_keystore_take(&state->store, bits, first_hop);
    kh_trace_record(&state->trace, links->queue->now, state->store.level);
    start_block(links, link);
    touch(links, link);
}

void kh_links_forfeit(kh_links *links, uint32_t link, int64_t bits, bool first_hop)
{
    kh_keystore_forfeit(&links->states[link].store, bits, first_hop);
    touch(links, link);
}

void kh_links_finish_block(kh_links *links, uint32_t link, double working, bool up)
{
    kh_link_state *state = &links->states[link];
    double made = state->block_bits * (working / state->modules) + state->carry, whole = floor(made);
    state->carry = made - whole;
    if (up)
        kh_keystore_deposit(&state->store, (int64_t)whole);
    else
        kh_keystore_discard(&state->store, (int64_t)whole);
    kh_trace_record(&state->trace, links->queue->now, state->store.level);
    state->producing = false;
    start_block(links, link);
    touch(links, link);
}
