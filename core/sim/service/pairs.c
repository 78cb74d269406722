/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/service/pairs.h"

#include <math.h>

/* --- those who wait --- */

static uint32_t new_wait(kh_pairs *pairs)
{
    uint32_t index = pairs->free_wait;
    if (index != KH_NO_INDEX) {
        pairs->free_wait = pairs->waits[index].next;
        return index;
    }
    if (pairs->n_waits == pairs->waits_capacity) {
        bool too_many = pairs->n_waits >= KH_PAIRS_MOST_WAITING;
        kh_pairs_wait *bigger = NULL;
        if (!too_many)
            bigger = kh_arena_grow(pairs->arena, pairs->waits, pairs->n_waits, &pairs->waits_capacity, sizeof *bigger);
        if (bigger == NULL) {
            pairs->kernel->queue.status = too_many ? KH_ELIMIT : KH_ENOMEM;
            return KH_NO_INDEX;
        }
        pairs->waits = bigger;
    }
    return (uint32_t)pairs->n_waits++;
}

static void enqueue(kh_pairs *pairs, uint32_t demand, uint32_t ticket)
{
    kh_pairs_store *store = &pairs->stores[demand];
    uint32_t index = new_wait(pairs);
    if (index == KH_NO_INDEX)
        return;
    kh_ns now = kh_kernel_now(pairs->kernel), deadline = now + pairs->relay->demands[demand].late_after;
    kh_pairs_wait *wait = &pairs->waits[index];
    *wait = (kh_pairs_wait){
        .since = now, .demand = demand, .ticket = ticket, .next = KH_NO_INDEX, .previous = store->tail, .counted = true};
    wait->deadline = kh_queue_push_timer(&pairs->kernel->queue, deadline, pairs->deadline, index);
    *(store->tail == KH_NO_INDEX ? &store->head : &pairs->waits[store->tail].next) = index;
    store->tail = index;
    kh_tally_waits(&store->tally, now, +1);
}

/* Takes one out of its queue and gives its place free. */
static kh_pairs_wait dequeue(kh_pairs *pairs, uint32_t index)
{
    kh_pairs_wait wait = pairs->waits[index];
    kh_pairs_store *store = &pairs->stores[wait.demand];
    *(wait.previous == KH_NO_INDEX ? &store->head : &pairs->waits[wait.previous].next) = wait.next;
    *(wait.next == KH_NO_INDEX ? &store->tail : &pairs->waits[wait.next].previous) = wait.previous;
    pairs->waits[index] = (kh_pairs_wait){.next = pairs->free_wait};
    pairs->free_wait = index;
    kh_tally_waits(&store->tally, kh_kernel_now(pairs->kernel), -1);
    return wait;
}

/* --- key in and out --- */

static void tell_client(const kh_pairs_store *store, uint32_t demand, uint32_t ticket, bool served)
{
    if (store->client.tell != NULL)
        store->client.tell(store->client.self, demand, ticket, served);
}

static void draw(kh_pairs_store *store)
{
    store->level -= store->unit;
    store->drawn += store->unit;
    if (store->level < store->lowest)
        store->lowest = store->level;
    store->filling = store->filling || store->level < store->refill_below;
}

static bool another_fits(const kh_pairs_store *store)
{
    return store->level + (store->under_way + 1) * store->unit <= store->capacity;
}

/* A relay may end while it is asked for, and its key may be drawn at once: only the outermost call loops. */
static void fill(kh_pairs *pairs, uint32_t demand)
{
    kh_pairs_store *store = &pairs->stores[demand];
    if (store->busy)
        return;
    store->busy = true;
    while (store->filling && store->under_way < KH_PAIRS_AT_ONCE && another_fits(store)) {
        store->under_way++;
        kh_relay_issue(pairs->relay, demand, 0);
    }
    store->busy = false;
}

static void serve_waiting(kh_pairs *pairs, uint32_t demand)
{
    kh_pairs_store *store = &pairs->stores[demand];
    while (store->head != KH_NO_INDEX && store->level >= store->unit) {
        (void)kh_queue_cancel(&pairs->kernel->queue, pairs->waits[store->head].deadline);
        kh_pairs_wait wait = dequeue(pairs, store->head);
        draw(store);
        kh_tally_served(&store->tally, kh_kernel_now(pairs->kernel), wait.since, wait.counted);
        tell_client(store, demand, wait.ticket, true);
    }
}

/* A relay of the store has ended. */
static void hear(void *self, uint32_t demand, uint32_t ticket, bool served)
{
    (void)ticket;
    kh_pairs *pairs = self;
    kh_pairs_store *store = &pairs->stores[demand];
    store->under_way--;
    if (!served) {
        store->filling = false;
        store->failed++;
        return;
    }
    store->level += store->unit;
    store->filled += store->unit;
    if (store->level + store->unit > store->capacity)
        store->filling = false;
    serve_waiting(pairs, demand);
    fill(pairs, demand);
}

void kh_pairs_ask(kh_pairs *pairs, uint32_t demand, uint32_t ticket)
{
    kh_pairs_store *store = pairs->stores == NULL ? NULL : &pairs->stores[demand];
    if (store == NULL || !store->exists) {
        kh_relay_issue(pairs->relay, demand, ticket);
        return;
    }
    store->tally.requests++;
    bool at_once = store->head == KH_NO_INDEX && store->level >= store->unit;
    if (at_once) {
        kh_ns now = kh_kernel_now(pairs->kernel);
        draw(store);
        kh_tally_served(&store->tally, now, now, true);
    } else {
        store->filling = true;
        enqueue(pairs, demand, ticket);
    }
    fill(pairs, demand);
    if (at_once)
        tell_client(store, demand, ticket, true);
}

static void expire(void *self, uint32_t index)
{
    kh_pairs *pairs = self;
    kh_pairs_wait wait = dequeue(pairs, index);
    kh_pairs_store *store = &pairs->stores[wait.demand];
    kh_tally_blocked(&store->tally, kh_kernel_now(pairs->kernel), wait.counted);
    tell_client(store, wait.demand, wait.ticket, false);
}

static void first_fill(void *self, uint32_t demand)
{
    fill(self, demand);
}

/* --- as a part --- */

static void restart(void *self)
{
    kh_pairs *pairs = self;
    for (size_t i = 0; i < pairs->n; i++) {
        kh_pairs_store *store = &pairs->stores[i];
        store->initial = store->lowest = store->level;
        store->filled = store->drawn = 0;
        store->failed = 0;
        kh_tally_restart(&store->tally, kh_kernel_now(pairs->kernel));
    }
    for (size_t i = 0; i < pairs->n_waits; i++)
        pairs->waits[i].counted = false;
}

static void visit(void *self, kh_state *state)
{
    kh_pairs *pairs = self;
    for (size_t i = 0; i < pairs->n; i++) {
        kh_pairs_store *store = &pairs->stores[i];
        KH_STATE(state, store->level);
        KH_STATE(state, store->initial);
        KH_STATE(state, store->filled);
        KH_STATE(state, store->drawn);
        KH_STATE(state, store->lowest);
        KH_STATE(state, store->failed);
        KH_STATE(state, store->tally);
        KH_STATE(state, store->head);
        KH_STATE(state, store->tail);
        KH_STATE(state, store->under_way);
        KH_STATE(state, store->filling);
    }
    pairs->waits = kh_state_array(state, pairs->waits, &pairs->n_waits, &pairs->waits_capacity, sizeof *pairs->waits);
    KH_STATE(state, pairs->free_wait);
}

static kh_status audit(const void *self, kh_error *err)
{
    const kh_pairs *pairs = self;
    for (size_t i = 0; i < pairs->n; i++) {
        const kh_pairs_store *store = &pairs->stores[i];
        bool balances = store->initial + store->filled == store->drawn + store->level;
        if (!balances || store->level < 0 || store->level > store->capacity)
            return kh_fail(err, KH_EINTERNAL,
                           "audit: initial + filled = drawn + stored, 0 <= stored <= capacity is broken at t = %.9f s in the store "
                           "of demand '%s': %lld + %lld, %lld + %lld bit, capacity %lld",
                           kh_s_from_ns(kh_kernel_now(pairs->kernel)), pairs->net->demands[i].id, (long long)store->initial,
                           (long long)store->filled, (long long)store->drawn, (long long)store->level, (long long)store->capacity);
    }
    return KH_OK;
}

static const kh_part_ops ops = {.name = "pairs", .restart = restart, .visit = visit, .audit = audit};

static bool has_store(const kh_demand *demand)
{
    return demand->key_store.capacity_keys > 0 && kh_demand_needs_qkd(demand);
}

static void init_store(kh_pairs *pairs, uint32_t i)
{
    kh_pairs_store *store = &pairs->stores[i];
    const kh_pair_store *policy = &pairs->net->demands[i].key_store;
    double below = isnan(policy->refill_below_keys) ? KH_REFILL_SHARE * policy->capacity_keys : policy->refill_below_keys;
    *store = (kh_pairs_store){.exists = has_store(&pairs->net->demands[i]), .head = KH_NO_INDEX, .tail = KH_NO_INDEX};
    if (!store->exists)
        return;
    store->unit = pairs->relay->demands[i].key_bits;
    store->capacity = (int64_t)(policy->capacity_keys * KH_KEY_BITS);
    store->refill_below = (int64_t)(fmin(below, policy->capacity_keys) * KH_KEY_BITS);
    store->level = (int64_t)(fmin(policy->initial_keys, policy->capacity_keys) * KH_KEY_BITS);
    store->initial = store->lowest = store->level;
    store->filling = store->level < store->refill_below;
    pairs->relay->demands[i].client = (kh_relay_client){hear, pairs};
    if (store->filling)
        kh_queue_push(&pairs->kernel->queue, 0, pairs->fill, i);
}

kh_status kh_pairs_init(kh_pairs *pairs, const kh_net *net, kh_relay *relay, kh_arena *arena, kh_error *err)
{
    kh_kernel *kernel = relay->kernel;
    *pairs = (kh_pairs){.kernel = kernel, .relay = relay, .arena = arena, .net = net, .free_wait = KH_NO_INDEX};
    size_t n = 0;
    for (size_t i = 0; i < net->n_demands; i++)
        n += has_store(&net->demands[i]);
    if (n == 0)
        return KH_OK;
    pairs->n = net->n_demands;
    pairs->stores = KH_NEW(arena, kh_pairs_store, pairs->n);
    if (pairs->stores == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for stores of %zu demands", n);
    KH_TRY(kh_kernel_handle(kernel, "fill", first_fill, pairs, &pairs->fill, err));
    KH_TRY(kh_kernel_handle(kernel, "store-deadline", expire, pairs, &pairs->deadline, err));
    for (uint32_t i = 0; i < pairs->n; i++)
        init_store(pairs, i);
    return kh_kernel_join(kernel, &ops, pairs, err);
}

void kh_pairs_set_client(kh_pairs *pairs, uint32_t demand, kh_relay_client client)
{
    if (kh_pairs_of(pairs, demand) != NULL)
        pairs->stores[demand].client = client;
    else
        pairs->relay->demands[demand].client = client;
}

const kh_pairs_store *kh_pairs_of(const kh_pairs *pairs, uint32_t demand)
{
    return pairs->stores != NULL && pairs->stores[demand].exists ? &pairs->stores[demand] : NULL;
}
