/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/supply/eavesdropping.h"

#include "core/sim/supply/rule.h"

#include <math.h>

static const double S_PER_H = 3600;

/* --- what he does to the key --- */

static double entropy(double p)
{
    return p > 0 && p < 1 ? -p * log2(p) - (1 - p) * log2(1 - p) : 0;
}

static double secret_share(double qber)
{
    return qber < 0.5 ? fmax(1 - 2 * entropy(qber), 0) : 0;
}

double kh_eavesdropping_key_share(double qber, double added)
{
    double alone = secret_share(isnan(qber) ? 0 : qber);
    return alone > 0 ? secret_share((isnan(qber) ? 0 : qber) + added) / alone : 0;
}

/* --- a spell --- */

static void note(const kh_eavesdropping *e, const kh_eavesdropper *attack, const char *what)
{
    if (!kh_kernel_journals(e->kernel))
        return;
    kh_note made = kh_kernel_note(e->kernel, what);
    kh_note_text(&made, "link", e->links->net->qkd_links[attack->link].id);
    kh_kernel_tell(e->kernel, &made);
}

static void start(kh_eavesdropping *e, kh_eavesdropper *attack)
{
    const kh_fault *fault = attack->fault;
    double qber = kh_links_qber(e->links, attack->link);
    attack->attacks++;
    attack->noticed = attack->overlooked = false;
    attack->is_heard = (isnan(qber) ? 0 : qber) + fault->qber > fault->alarm_qber;
    if (attack->is_heard)
        kh_links_tap(e->links, attack->link);
    else
        kh_links_set_key_share(e->links, attack->link,
                               isnan(fault->key_share) ? kh_eavesdropping_key_share(qber, fault->qber) : fault->key_share);
}

static void stop(kh_eavesdropping *e, kh_eavesdropper *attack)
{
    attack->overlooked = !attack->noticed;
    attack->unnoticed += attack->overlooked;
    if (attack->is_heard)
        kh_links_untap(e->links, attack->link);
    else
        kh_links_set_key_share(e->links, attack->link, 1);
}

static void start_or_stop(void *self, uint32_t index, bool starts)
{
    kh_eavesdropping *e = self;
    kh_eavesdropper *attack = &e->all[index];
    note(e, attack, starts ? "eavesdropping" : "eavesdropping over");
    (starts ? start : stop)(e, attack);
}

/* --- alarm and quarantine --- */

static void hear(void *self, uint32_t link, kh_link_news news)
{
    kh_eavesdropping *e = self;
    uint32_t index = e->of_link[link];
    if (news != KH_LINK_TAPPED || index == KH_NO_INDEX || !kh_links_up(e->links, link))
        return;
    kh_eavesdropper *attack = &e->all[index];
    attack->unnoticed -= attack->overlooked; /* its last block, ready only now, gives it away */
    attack->overlooked = false;
    attack->noticed = attack->quarantined = true;
    attack->alarms++;
    attack->quarantined_since = kh_kernel_now(e->kernel);
    note(e, attack, "alarm");
    kh_links_break(e->links, link);
    kh_queue_push(&e->kernel->queue, kh_kernel_now(e->kernel) + attack->quarantine, e->release, index);
}

static void release(void *self, uint32_t index)
{
    kh_eavesdropping *e = self;
    kh_eavesdropper *attack = &e->all[index];
    attack->quarantined = false;
    attack->quarantine_ns += kh_kernel_now(e->kernel) - attack->quarantined_since;
    note(e, attack, "quarantine over");
    kh_links_repair(e->links, attack->link);
}

kh_ns kh_eavesdropper_quarantine_ns(const kh_eavesdropper *attack, kh_ns end)
{
    return attack->quarantine_ns + (attack->quarantined ? end - attack->quarantined_since : 0);
}

/* --- as a part --- */

static void restart(void *self)
{
    kh_eavesdropping *e = self;
    for (size_t i = 0; i < e->spells.n; i++) {
        kh_eavesdropper *attack = &e->all[i];
        attack->attacks = attack->alarms = attack->unnoticed = 0;
        attack->overlooked = false;
        attack->quarantine_ns = 0;
        attack->quarantined_since = kh_kernel_now(e->kernel);
    }
}

static void visit(void *self, kh_state *state)
{
    kh_eavesdropping *e = self;
    kh_spells_visit(&e->spells, state);
    for (size_t i = 0; i < e->spells.n; i++) {
        kh_eavesdropper *attack = &e->all[i];
        KH_STATE(state, attack->is_heard);
        KH_STATE(state, attack->noticed);
        KH_STATE(state, attack->overlooked);
        KH_STATE(state, attack->quarantined);
        KH_STATE(state, attack->quarantined_since);
        KH_STATE(state, attack->attacks);
        KH_STATE(state, attack->alarms);
        KH_STATE(state, attack->unnoticed);
        KH_STATE(state, attack->quarantine_ns);
    }
}

static void reseed(void *self, uint64_t salt)
{
    kh_eavesdropping *e = self;
    kh_spells_reseed(&e->spells, salt);
}

static const kh_part_ops ops = {.name = "eavesdropping", .restart = restart, .visit = visit, .reseed = reseed};

static kh_status check(const kh_fault *fault, kh_error *err)
{
    if (!(fault->qber > 0 && fault->qber <= 0.5) || !(fault->alarm_qber > 0) || !(fault->quarantine_h >= 0))
        return kh_fail(err, KH_ERANGE,
                       "eavesdropping on '%s': qber is %g, alarm_qber %g and quarantine_h %g, they must be in "
                       "(0, 0.5], > 0 and >= 0",
                       fault->on, fault->qber, fault->alarm_qber, fault->quarantine_h);
    return KH_OK;
}

static kh_status add(kh_eavesdropping *e, const kh_eavesdropping_setup *setup, const kh_fault *fault, uint32_t link, kh_error *err)
{
    KH_TRY(check(fault, err));
    uint32_t index = (uint32_t)e->spells.n;
    kh_eavesdropper *attack = &e->all[index];
    *attack = (kh_eavesdropper){.link = link, .fault = fault, .quarantine = kh_ns_from_s(fault->quarantine_h * S_PER_H)};
    kh_rng stream = kh_rng_stream(setup->seed, setup->net->qkd_links[link].id, "eavesdropping");
    e->of_link[link] = index;
    return kh_spells_add(&e->spells, fault, fault->mtbf_h, stream, err);
}

kh_status kh_eavesdropping_init(kh_eavesdropping *e, const kh_eavesdropping_setup *setup, kh_arena *arena, kh_error *err)
{
    *e = (kh_eavesdropping){.kernel = setup->kernel, .links = setup->links};
    KH_TRY(kh_spells_init(&e->spells, "eavesdropping", setup->kernel, start_or_stop, e, err));
    KH_TRY(kh_kernel_handle(setup->kernel, "quarantine over", release, e, &e->release, err));
    KH_TRY(kh_kernel_join(setup->kernel, &ops, e, err));
    if (!setup->play || kh_rule_entries(setup->net, KH_FAULT_EAVESDROPPING) == 0)
        return KH_OK;
    size_t n_links = setup->net->n_qkd_links;
    e->all = KH_NEW(arena, kh_eavesdropper, n_links);
    e->of_link = KH_NEW(arena, uint32_t, n_links);
    if (e->all == NULL || e->of_link == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for attacks on %zu links", n_links);
    KH_TRY(kh_spells_reserve(&e->spells, n_links, arena, err));
    for (uint32_t i = 0; i < n_links; i++) {
        const kh_fault *fault = kh_rule_find(setup->net, KH_FAULT_EAVESDROPPING, i);
        e->of_link[i] = KH_NO_INDEX;
        if (fault != NULL)
            KH_TRY(add(e, setup, fault, i, err));
    }
    return kh_links_listen(setup->links, hear, e, err);
}
