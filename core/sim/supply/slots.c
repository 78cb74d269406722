/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/supply/slots.h"

#include "core/base/units.h"
#include "core/sim/supply/production.h"

#include <math.h>

static bool same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool any_differs(const kh_rates *rates)
{
    for (size_t i = 0; i < rates->n_qkd * rates->n_slots; i++) {
        const kh_slot_rate *slot = &rates->slots[i], *first = &rates->slots[i - i % rates->n_slots];
        if (!same(slot->key_rate_bps, first->key_rate_bps) || !same(slot->qber, first->qber))
            return true;
    }
    return false;
}

static bool wind_cuts(const kh_net *net)
{
    for (size_t i = 0; i < net->n_faults; i++)
        if (!isnan(net->faults[i].wind_above_m_s))
            return true;
    return false;
}

/* Slots are drawn by their shares, or by how often their spells begin. */
static uint32_t draw(kh_slots *slots, bool by_spells)
{
    const kh_net *net = slots->links->net;
    double sum = 0;
    for (size_t i = 0; i < net->n_time_slots; i++)
        sum += net->time_slots[i].share / (by_spells ? net->time_slots[i].mean_spell_h : 1);
    double left = kh_rng_uniform(&slots->rng) * sum;
    for (uint32_t i = 0; i + 1 < net->n_time_slots; i++) {
        left -= net->time_slots[i].share / (by_spells ? net->time_slots[i].mean_spell_h : 1);
        if (left < 0)
            return i;
    }
    return (uint32_t)net->n_time_slots - 1;
}

static void enter(kh_slots *slots, uint32_t slot)
{
    kh_links *links = slots->links;
    const kh_rates *rates = links->rates;
    for (uint32_t i = 0; i < links->n && slot != links->slot; i++)
        if (links->states[i].variation != NULL)
            kh_production_scale(links, i, rates->slots[i * rates->n_slots + slot].key_rate_bps / rates->qkd[i].key_rate_bps);
    bool changes = slot != links->slot;
    links->slot = slot;
    if (changes && slots->tell != NULL)
        slots->tell(slots->self);
    double spell_s = kh_rng_exponential(&slots->rng, links->net->time_slots[slot].mean_spell_h * KH_S_PER_H);
    kh_queue_push(&links->kernel->queue, kh_kernel_now(links->kernel) + kh_ns_from_s(spell_s), slots->next, 0);
}

static void end_spell(void *self, uint32_t subject)
{
    (void)subject;
    enter(self, draw(self, true));
}

double kh_slots_events(const kh_slots *slots, kh_ns end)
{
    const kh_net *net = slots->links->net;
    double shares = 0, per_h = 0;
    for (size_t i = 0; i < net->n_time_slots && slots->links->slot != KH_NO_INDEX; i++) {
        shares += net->time_slots[i].share;
        per_h += net->time_slots[i].share / net->time_slots[i].mean_spell_h;
    }
    return shares > 0 ? kh_s_from_ns(end) / KH_S_PER_H * per_h / shares : 0;
}

static void visit(void *self, kh_state *state)
{
    kh_slots *slots = self;
    KH_STATE(state, slots->rng);
    KH_STATE(state, slots->links->slot);
}

static void reseed(void *self, uint64_t salt)
{
    kh_rng_reseed(&((kh_slots *)self)->rng, salt);
}

static const kh_part_ops ops = {.name = "time slots", .visit = visit, .reseed = reseed};

kh_status kh_slots_init(kh_slots *slots, kh_links *links, uint64_t seed, kh_error *err)
{
    *slots = (kh_slots){.links = links, .rng = kh_rng_stream(seed, "", "time slots")};
    if (links->rates->slots == NULL || links->rates->n_slots != links->net->n_time_slots)
        return KH_OK;
    if (!any_differs(links->rates) && !wind_cuts(links->net))
        return KH_OK;
    KH_TRY(kh_kernel_handle(links->kernel, "time slot", end_spell, slots, &slots->next, err));
    enter(slots, draw(slots, false));
    return kh_kernel_join(links->kernel, &ops, slots, err);
}
