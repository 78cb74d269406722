/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/supply/production.h"

#include <math.h>

/* A link whose rate is known but not its blocks: a second's key at a time, or whole keys where a second makes less. */
static const double BLOCK_S = 1.0, BLOCK_KEYS = 4;

/* The rate contains that the link works only for a share of the time; its blocks do not. */
static void set_blocks(kh_link_state *state, const kh_qkd_rate *rate, double on_share)
{
    if (!(rate->key_rate_bps > 0) || rate->n_passes > 0)
        return;
    double rate_bps = rate->key_rate_bps / on_share;
    bool finite = rate->block_s > 0;
    double period_s = finite ? rate->block_s * on_share : fmax(BLOCK_S, BLOCK_KEYS * KH_KEY_BITS / rate_bps);
    double whole = rate->block_key_bits * state->modules, made = rate_bps * period_s;
    /* The model's block, unless the electronics limit the rate below it. */
    state->block_bits = finite && whole > 0 && made > whole * (1 - 1e-9) ? whole : made;
    state->period = kh_ns_from_s(period_s);
    if (state->period == 0)
        state->period = 1;
}

static bool slots_differ(const kh_rates *rates, uint32_t link)
{
    for (size_t i = 1; i < rates->n_slots && rates->slots != NULL; i++)
        if (rates->slots[link * rates->n_slots + i].key_rate_bps != rates->slots[link * rates->n_slots].key_rate_bps)
            return true;
    return false;
}

static double mean_bits_per_ns(const kh_link_state *state)
{
    return state->block_bits / (double)state->period;
}

kh_status kh_production_init(kh_links *links, uint32_t link, kh_arena *arena, kh_error *err)
{
    kh_link_state *state = &links->states[link];
    double on_share = kh_net_on_share(links->net, (kh_qkd_link_id){link});
    set_blocks(state, &links->rates->qkd[link], on_share);
    if (state->period == 0 || (on_share == 1 && !slots_differ(links->rates, link)))
        return KH_OK;
    state->variation = KH_NEW(arena, kh_variation, 1);
    if (state->variation == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for the rates of %zu links", links->n);
    *state->variation = (kh_variation){.bits_per_ns = mean_bits_per_ns(state)};
    return KH_OK;
}

/* --- a rate that varies --- */

static void bring_up_to_date(const kh_links *links, kh_variation *v)
{
    kh_ns now = kh_kernel_now(links->kernel), elapsed = now - v->since;
    v->bits += v->bits_per_ns * (double)elapsed;
    v->left -= elapsed;
    v->since = now;
}

static void go_on(kh_links *links, uint32_t link)
{
    kh_variation *v = links->states[link].variation;
    v->since = kh_kernel_now(links->kernel);
    v->timer = kh_queue_push_timer(&links->kernel->queue, v->since + v->left, links->block, link);
}

static bool is_at_work(const kh_link_state *state)
{
    return state->producing && state->variation->paused == 0;
}

void kh_production_pause(kh_links *links, uint32_t link)
{
    kh_link_state *state = &links->states[link];
    if (state->variation == NULL)
        return;
    if (is_at_work(state)) {
        bring_up_to_date(links, state->variation);
        (void)kh_queue_cancel(&links->kernel->queue, state->variation->timer);
    }
    state->variation->paused++;
    kh_links_tell(links, link, KH_LINK_RATE);
}

void kh_production_resume(kh_links *links, uint32_t link)
{
    kh_link_state *state = &links->states[link];
    if (state->variation == NULL)
        return;
    state->variation->paused--;
    if (is_at_work(state))
        go_on(links, link);
    kh_links_tell(links, link, KH_LINK_RATE);
}

void kh_production_scale(kh_links *links, uint32_t link, double factor)
{
    kh_link_state *state = &links->states[link];
    if (is_at_work(state))
        bring_up_to_date(links, state->variation);
    state->variation->bits_per_ns = factor * mean_bits_per_ns(state);
    kh_links_tell(links, link, KH_LINK_RATE);
}

double kh_production_rate_bps(const kh_links *links, uint32_t link)
{
    const kh_link_state *state = &links->states[link];
    const kh_variation *v = state->variation;
    if (state->period == 0 || (v != NULL && v->paused > 0))
        return 0;
    return (v != NULL ? v->bits_per_ns : mean_bits_per_ns(state)) * KH_NS_PER_S;
}

static void start_varying(kh_links *links, uint32_t link)
{
    kh_variation *v = links->states[link].variation;
    v->bits = 0;
    v->left = links->states[link].period;
    if (v->paused == 0)
        go_on(links, link);
}

/* --- blocks --- */

void kh_production_start(kh_links *links, uint32_t link)
{
    kh_link_state *state = &links->states[link];
    if (state->producing || state->period == 0 || !state->store.wants_key)
        return;
    state->producing = true;
    if (state->variation != NULL)
        start_varying(links, link);
    else
        kh_queue_push(&links->kernel->queue, kh_kernel_now(links->kernel) + state->period, links->block, link);
}

void kh_production_finish(void *self, uint32_t link)
{
    kh_links *links = self;
    kh_link_state *state = &links->states[link];
    if (state->variation != NULL)
        bring_up_to_date(links, state->variation);
    double all = state->variation != NULL ? state->variation->bits : state->block_bits;
    state->producing = false;
    kh_links_deliver(links, link, all);
}
