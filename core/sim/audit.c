/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/engine.h"

static kh_status audit_store(const kh_engine *engine, uint32_t link, kh_error *err)
{
    const kh_keystore *store = &engine->links.states[link].store;
    const char *id = engine->net->qkd_links[link].id;
    double t_s = kh_s_from_ns(engine->queue.now);
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

static kh_status audit_relay(const kh_engine *engine, kh_error *err)
{
    const kh_relay_ledger *ledger = &engine->relay.ledger;
    int64_t under_way = kh_relay_bits_under_way(&engine->relay);
    if (ledger->taken == ledger->served + ledger->burnt + under_way)
        return KH_OK;
    return kh_fail(
        err, KH_EINTERNAL,
        "audit: bits taken = served + burnt + under way is broken at t = %.9f s over all requests: %lld, %lld + %lld + %lld bit",
        kh_s_from_ns(engine->queue.now), (long long)ledger->taken, (long long)ledger->served, (long long)ledger->burnt,
        (long long)under_way);
}

kh_status kh_audit_all(const kh_engine *engine, kh_error *err)
{
    for (uint32_t i = 0; i < engine->links.n; i++)
        KH_TRY(audit_store(engine, i, err));
    return audit_relay(engine, err);
}

kh_status kh_audit_event(kh_engine *engine, const kh_event *event, kh_error *err)
{
    bool back = event->time < engine->last_time;
    if (back || (event->time == engine->last_time && event->sequence <= engine->last_sequence))
        return kh_fail(err, KH_EINTERNAL, "audit: time never goes back is broken at t = %.9f s by event %llu of kind %d on %u",
                       kh_s_from_ns(event->time), (unsigned long long)event->sequence, (int)event->kind, (unsigned)event->subject);
    engine->last_time = event->time;
    engine->last_sequence = event->sequence;
    kh_links *links = &engine->links;
    while (links->n_touched > 0) {
        uint32_t link = links->touched[--links->n_touched];
        links->states[link].touched = false;
        KH_TRY(audit_store(engine, link, err));
    }
    return KH_OK;
}
