/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/supply/ageing.h"

#include "core/base/units.h"

#include <math.h>

static void push_lot(kh_links *links, kh_lots *lots, kh_ns born, int64_t bits)
{
    if (kh_lots_push(lots, (kh_lot){born, bits}, links->arena) != KH_OK)
        links->kernel->queue.status = KH_ENOMEM;
}

/* --- lifetime --- */

/* Lots that are used up need no event of their own. */
static void watch(kh_links *links, uint32_t link)
{
    kh_age *age = links->states[link].age;
    const kh_lot *first = kh_lots_first(&age->young);
    while (first != NULL && age->young.bits - first->bits >= links->states[link].store.level) {
        (void)kh_lots_pop(&age->young);
        first = kh_lots_first(&age->young);
    }
    age->is_watched = first != NULL;
    if (first != NULL)
        kh_queue_push(&links->kernel->queue, first->born + age->lifetime, links->expiry, link);
}

void kh_ageing_store(kh_links *links, uint32_t link, int64_t bits, kh_ns born)
{
    kh_age *age = links->states[link].age;
    if (age->lifetime == 0 || bits == 0)
        return;
    const kh_lot *last = kh_lots_last(&age->young);
    if (last != NULL && born - last->born <= age->lifetime / KH_AGEING_LOTS)
        kh_lots_join(&age->young, bits);
    else
        push_lot(links, &age->young, born, bits);
    if (!age->is_watched)
        watch(links, link);
}

static void expire(void *self, uint32_t link)
{
    kh_links *links = self;
    kh_age *age = links->states[link].age;
    kh_keystore *store = &links->states[link].store;
    kh_ns now = kh_kernel_now(links->kernel);
    int64_t before = store->level;
    while (age->young.n > 0 && kh_lots_first(&age->young)->born + age->lifetime <= now)
        (void)kh_lots_pop(&age->young);
    kh_keystore_expire(store, age->young.bits);
    watch(links, link);
    if (store->level < before)
        kh_links_follow(links, link);
}

/* --- synchronisation --- */

void kh_ageing_send(kh_links *links, uint32_t link, int64_t bits)
{
    kh_link_state *state = &links->states[link];
    kh_ns now = kh_kernel_now(links->kernel);
    kh_keystore_send(&state->store, bits);
    push_lot(links, &state->age->transit, now, bits);
    kh_queue_push(&links->kernel->queue, now + state->age->sync, links->arrival, link);
}

/* Of lots that were forgotten the event still comes, and finds nothing that is due. */
static void arrive(void *self, uint32_t link)
{
    kh_links *links = self;
    kh_age *age = links->states[link].age;
    const kh_lot *first = kh_lots_first(&age->transit);
    if (first == NULL || first->born + age->sync > kh_kernel_now(links->kernel))
        return;
    kh_lot lot = kh_lots_pop(&age->transit);
    kh_links_store(links, link, lot.bits, lot.born);
}

void kh_ageing_forget(kh_links *links, uint32_t link)
{
    kh_lots_clear(&links->states[link].age->young);
    kh_lots_clear(&links->states[link].age->transit);
}

/* --- as a part --- */

static void visit(void *self, kh_state *state)
{
    kh_links *links = self;
    for (size_t i = 0; i < links->n; i++) {
        kh_age *age = links->states[i].age;
        if (age == NULL)
            continue;
        kh_lots_visit(&age->young, state);
        kh_lots_visit(&age->transit, state);
        KH_STATE(state, age->is_watched);
    }
}

static kh_status audit(const void *self, kh_error *err)
{
    const kh_links *links = self;
    for (size_t i = 0; i < links->n; i++) {
        const kh_age *age = links->states[i].age;
        const kh_keystore *store = &links->states[i].store;
        if (age == NULL)
            continue;
        if (age->lifetime > 0 && store->level > age->young.bits)
            return kh_fail(err, KH_EINTERNAL, "audit: no key is older than its lifetime is broken on link '%s': %lld of %lld bit",
                           links->net->qkd_links[i].id, (long long)(store->level - age->young.bits), (long long)store->level);
        if (store->transit != age->transit.bits)
            return kh_fail(err, KH_EINTERNAL,
                           "audit: key in transit is broken on link '%s': %lld bit in the ledger, %lld on the way",
                           links->net->qkd_links[i].id, (long long)store->transit, (long long)age->transit.bits);
    }
    return KH_OK;
}

static const kh_part_ops ops = {.name = "ages of key", .visit = visit, .audit = audit};

static bool has_lifetime(const kh_store_policy *policy)
{
    return policy->lifetime_h > 0 && policy->lifetime_h * KH_S_PER_H < KH_LONGEST_S;
}

static bool has_age(const kh_store_policy *policy)
{
    return has_lifetime(policy) || policy->sync_s > 0;
}

static kh_status add_age(kh_links *links, uint32_t link, kh_arena *arena, kh_error *err)
{
    const kh_store_policy *policy = &links->net->qkd_links[link].key_store;
    kh_age *age = KH_NEW(arena, kh_age, 1);
    if (age == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for the ages of key");
    *age = (kh_age){.sync = kh_ns_from_s(policy->sync_s)};
    if (has_lifetime(policy))
        age->lifetime = kh_ns_from_s(policy->lifetime_h * KH_S_PER_H);
    links->states[link].age = age;
    kh_ageing_store(links, link, links->states[link].store.level, 0);
    return KH_OK;
}

kh_status kh_ageing_init(kh_links *links, kh_arena *arena, kh_error *err)
{
    bool any = false;
    for (size_t i = 0; i < links->n; i++)
        any = any || has_age(&links->net->qkd_links[i].key_store);
    if (!any)
        return KH_OK;
    KH_TRY(kh_kernel_handle(links->kernel, "expiry", expire, links, &links->expiry, err));
    KH_TRY(kh_kernel_handle(links->kernel, "arrival", arrive, links, &links->arrival, err));
    for (uint32_t i = 0; i < links->n; i++)
        if (has_age(&links->net->qkd_links[i].key_store))
            KH_TRY(add_age(links, i, arena, err));
    return kh_kernel_join(links->kernel, &ops, links, err);
}
