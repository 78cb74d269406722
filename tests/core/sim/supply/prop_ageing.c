/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lifetime, synchronisation and full stores against a list of lots that is kept by hand, on random policies. */
#include "core/sim/supply/ageing.h"
#include "tests/core/sim/supply/rig.h"

#include "tests/core/sim/cmocka_all.h"

enum { RUNS = 60, TAKES = 400, MOST_LOTS = 20000 };

/* One lot after the other, oldest first, each with what is left of it. */
typedef struct naive {
    kh_lot lots[MOST_LOTS];
    size_t first, n;
    int64_t level, lost, expired;
    kh_ns next_block, period, lifetime, sync;
    int64_t block_bits, capacity;
    kh_when_full when_full;
} naive;

static void expire_naively(naive *s, kh_ns now)
{
    for (; s->first < s->n && s->lots[s->first].born + s->lifetime < now; s->first++) {
        s->expired += s->lots[s->first].bits;
        s->level -= s->lots[s->first].bits;
    }
}

static void drop_oldest(naive *s, int64_t bits)
{
    s->level -= bits;
    for (; bits > 0; s->first += s->lots[s->first].bits == 0) {
        int64_t part = bits < s->lots[s->first].bits ? bits : s->lots[s->first].bits;
        s->lots[s->first].bits -= part;
        bits -= part;
    }
}

static void store_naively(naive *s, kh_ns born)
{
    int64_t bits = s->block_bits, room = s->capacity - s->level;
    if (bits > room && s->when_full == KH_WHEN_FULL_DROP_OLDEST) {
        int64_t stays = bits < s->capacity ? bits : s->capacity;
        drop_oldest(s, stays - room);
        s->lost += bits - room;
        bits = stays;
    } else if (bits > room) {
        s->lost += s->when_full == KH_WHEN_FULL_KEEP ? bits - room : bits;
        bits = s->when_full == KH_WHEN_FULL_KEEP ? room : 0;
    }
    assert_true(s->n < MOST_LOTS);
    s->lots[s->n++] = (kh_lot){born, bits};
    s->level += bits;
}

static void advance(naive *s, kh_ns now)
{
    for (; s->next_block + s->sync < now; s->next_block += s->period) {
        expire_naively(s, s->next_block + s->sync);
        store_naively(s, s->next_block);
    }
    expire_naively(s, now);
}

static naive naive_of(const rig *r)
{
    const kh_store_policy *policy = &r->h.net.qkd_links[0].key_store;
    return (naive){.lots[0] = {0, r->links.states[0].store.level},
                   .n = 1,
                   .level = r->links.states[0].store.level,
                   .next_block = r->links.states[0].period,
                   .period = r->links.states[0].period,
                   .lifetime = kh_ns_from_s(policy->lifetime_h * 3600),
                   .sync = kh_ns_from_s(policy->sync_s),
                   .block_bits = (int64_t)r->links.states[0].block_bits,
                   .capacity = r->links.states[0].store.capacity,
                   .when_full = policy->when_full};
}

static void draw_policy(kh_store_policy *policy, kh_rng *rng)
{
    policy->capacity_keys = 20 + (double)kh_rng_below(rng, 200);
    policy->initial_keys = (double)kh_rng_below(rng, 20);
    policy->lifetime_h = (20 + 200 * kh_rng_uniform(rng)) / 3600;
    policy->sync_s = kh_rng_below(rng, 2) == 0 ? 0 : 15 * kh_rng_uniform(rng);
    policy->when_full = (kh_when_full)kh_rng_below(rng, 3);
}

static void a_store_is_what_a_list_of_lots_says(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(1, "ageing", "draw");
    static rig r;
    static naive s;
    int64_t expired = 0, lost = 0;
    for (int run = 0; run < RUNS; run++) {
        handmade h = rig_pool(1000 + (double)kh_rng_below(&rng, 9000), 1 + 10 * kh_rng_uniform(&rng));
        draw_policy(&h.net.qkd_links[0].key_store, &rng);
        rig_start(&r, h);
        s = naive_of(&r);
        kh_ns now = 0;
        for (int i = 0; i < TAKES; i++) {
            const kh_keystore *store = &r.links.states[0].store;
            now += kh_ns_from_s(kh_rng_exponential(&rng, 3));
            rig_play(&r, now);
            advance(&s, now);
            assert_int_equal(store->level, s.level);
            assert_int_equal(store->expired, s.expired);
            assert_int_equal(store->lost, s.lost);
            int64_t bits = (int64_t)kh_rng_below(&rng, (uint64_t)s.level + 1) / (1 + 6 * (run % 4));
            r.kernel.queue.now = now; /* the take happens between events */
            kh_links_take(&r.links, 0, bits, true);
            drop_oldest(&s, bits); /* of which expire_naively() left nothing too old */
        }
        expired += s.expired;
        lost += s.lost;
        rig_end(&r);
    }
    assert_true(expired > 1000000 && lost > 1000000); /* hard enough to test something */
}

/* Blocks much closer than a 4096th of the lifetime: memory is bounded, what is kept is right to that part of the lifetime. */
static void close_blocks_share_a_lot(void **state)
{
    (void)state;
    static rig r;
    handmade h = rig_pool(1000, 1);
    const double lifetime_s = 40000;
    h.net.qkd_links[0].key_store.lifetime_h = lifetime_s / 3600;
    rig_start(&r, h);
    double worst = 0;
    for (int hour = 1; hour < 40; hour++) {
        rig_play(&r, kh_ns_from_s(3607.0 * hour + 0.5));
        double kept_s = (double)r.links.states[0].store.level / 1000, right_s = fmin(3607.0 * hour, lifetime_s);
        assert_true(kept_s <= right_s && kept_s >= right_s - 1 - lifetime_s / KH_AGEING_LOTS);
        worst = fmax(worst, right_s - kept_s);
        assert_true(r.links.states[0].age->young.n <= KH_AGEING_LOTS + 1);
        assert_true(r.links.states[0].age->young.capacity <= 2 * KH_AGEING_LOTS);
    }
    assert_true(worst > 1);
    rig_end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_store_is_what_a_list_of_lots_says),
        cmocka_unit_test(close_blocks_share_a_lot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
