/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/service/sharing.h"

#include <string.h>

/* --- the pool of keys under way --- */

static uint32_t new_key(kh_sharing *sharing)
{
    uint32_t index = sharing->free_key;
    if (index != KH_NO_INDEX) {
        sharing->free_key = sharing->keys[index].next;
        return index;
    }
    if (sharing->n_keys == sharing->keys_capacity) {
        kh_sharing_key *bigger =
            kh_arena_grow(sharing->arena, sharing->keys, sharing->n_keys, &sharing->keys_capacity, sizeof *bigger);
        if (bigger == NULL) {
            sharing->relay->kernel->queue.status = KH_ENOMEM;
            return KH_NO_INDEX;
        }
        sharing->keys = bigger;
    }
    return (uint32_t)sharing->n_keys++;
}

static void free_key(kh_sharing *sharing, uint32_t index)
{
    sharing->keys[index] = (kh_sharing_key){.next = sharing->free_key};
    sharing->free_key = index;
}

/* --- the life of a key --- */

static void update_waits(kh_sharing *sharing, kh_sharing_key *key)
{
    bool waits = !key->over && key->n - key->lost - key->waiting < key->needed;
    if (waits != key->waits)
        kh_relay_count_waiting(sharing->relay, key->demand, waits);
    key->waits = waits;
}

static void hear_waits(void *self, uint32_t index, bool waits)
{
    kh_sharing *sharing = self;
    kh_sharing_key *key = &sharing->keys[index];
    key->waiting = (uint8_t)(waits ? key->waiting + 1 : key->waiting - 1);
    update_waits(sharing, key);
}

static void note(const kh_sharing *sharing, const kh_sharing_key *key, const char *what)
{
    const kh_relay *relay = sharing->relay;
    if (!kh_kernel_journals(relay->kernel))
        return;
    kh_note made = kh_kernel_note(relay->kernel, what);
    kh_note_text(&made, "demand", relay->links->net->demands[key->demand].id);
    kh_note_number(&made, "shares", key->n);
    kh_note_number(&made, "arrived", key->arrived);
    kh_note_number(&made, "since_s", kh_s_from_ns(kh_kernel_now(relay->kernel) - key->issued));
    kh_kernel_tell(relay->kernel, &made);
}

static void serve(kh_sharing *sharing, const kh_sharing_key *key)
{
    kh_relay_delivery delivery = {.demand = key->demand,
                                  .ticket = key->ticket,
                                  .n_routes = key->n,
                                  .needed = key->needed,
                                  .routes = key->routes,
                                  .bits = sharing->relay->demands[key->demand].key_bits,
                                  .issued = key->issued,
                                  .counted = key->counted,
                                  .late = key->late};
    kh_relay_serve(sharing->relay, &delivery);
}

/* Keys may move while clients are told: they may ask for more. */
static void hear_ended(void *self, uint32_t index, bool arrived, bool late)
{
    kh_sharing *sharing = self;
    kh_sharing_key *key = &sharing->keys[index];
    key->arrived += arrived;
    key->lost += !arrived;
    key->late |= arrived && late && !key->over;
    bool served = !key->over && key->arrived == key->needed, blocked = !key->over && key->n - key->lost < key->needed;
    key->over |= served || blocked;
    update_waits(sharing, key);
    kh_sharing_key copy = *key;
    if (copy.arrived + copy.lost == copy.n)
        free_key(sharing, index);
    if (served || blocked)
        note(sharing, &copy, served ? "served" : "blocked");
    if (served)
        serve(sharing, &copy);
    if (blocked)
        kh_relay_fail(sharing->relay, copy.demand, copy.ticket, copy.counted);
}

static bool is_admitted(const kh_sharing *sharing, const kh_routing_set *set, uint32_t needed, uint32_t rank)
{
    uint32_t admitted = 0;
    for (uint32_t i = 0; i < set->n; i++)
        admitted += kh_routing_admits(sharing->routing, set->routes[i], rank);
    return admitted >= needed;
}

static void issue(void *self, uint32_t demand, uint32_t ticket)
{
    kh_sharing *sharing = self;
    const kh_relay_demand *asking = &sharing->relay->demands[demand];
    bool any = kh_routing_choose(sharing->routing, demand, asking->key_bits, asking->rank) != KH_NO_INDEX;
    kh_routing_set set = sharing->routing->sets[demand]; /* a client that is told may ask anew, which may change it */
    uint32_t needed = sharing->n_needed < set.n ? sharing->n_needed : set.n;
    bool admitted = any && is_admitted(sharing, &set, needed, asking->rank);
    if (!admitted) {
        kh_relay_turn_away(sharing->relay, demand, ticket, any);
        return;
    }
    uint32_t index = new_key(sharing);
    if (index == KH_NO_INDEX)
        return;
    sharing->fewer[demand] += set.n < sharing->n_shares;
    kh_sharing_key key = {.issued = kh_kernel_now(sharing->relay->kernel), .demand = demand, .ticket = ticket, .counted = true};
    key.n = (uint8_t)set.n;
    key.needed = (uint8_t)needed;
    memcpy(key.routes, set.routes, sizeof key.routes);
    sharing->keys[index] = key;
    for (uint32_t i = 0; i < set.n; i++)
        kh_relay_send_share(sharing->relay, demand, set.routes[i], index);
}

/* --- as a part --- */

static void restart(void *self)
{
    kh_sharing *sharing = self;
    for (size_t i = 0; i < sharing->n_keys; i++)
        sharing->keys[i].counted = false;
    memset(sharing->fewer, 0, sharing->relay->n_demands * sizeof sharing->fewer[0]);
}

static void visit(void *self, kh_state *state)
{
    kh_sharing *sharing = self;
    sharing->keys = kh_state_array(state, sharing->keys, &sharing->n_keys, &sharing->keys_capacity, sizeof *sharing->keys);
    KH_STATE(state, sharing->free_key);
    kh_state_visit(state, sharing->fewer, sharing->relay->n_demands * sizeof sharing->fewer[0]);
}

static const kh_part_ops ops = {.name = "sharing", .restart = restart, .visit = visit};

kh_status kh_sharing_init(kh_sharing *sharing, kh_relay *relay, kh_arena *arena, kh_error *err)
{
    const kh_routing_options *options = &relay->routing->options;
    *sharing = (kh_sharing){.relay = relay, .routing = relay->routing, .arena = arena, .free_key = KH_NO_INDEX};
    if (relay->routing->sets == NULL)
        return KH_OK;
    sharing->n_shares = options->disjoint_paths;
    sharing->n_needed = options->shares_needed > 0 ? options->shares_needed : options->disjoint_paths;
    sharing->fewer = KH_NEW(arena, uint64_t, relay->n_demands);
    if (sharing->fewer == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for shares of %zu demands", relay->n_demands);
    relay->splitter = (kh_relay_splitter){.issue = issue, .waits = hear_waits, .ended = hear_ended, .self = sharing};
    return kh_kernel_join(relay->kernel, &ops, sharing, err);
}
