/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Laws of the users of key, on random grids with faults. */
#include "tests/core/sim/drawn.h"

#include "tests/core/sim/cmocka_all.h"

#include <string.h>

enum { NETWORKS = 10 };

static bool is_share(double x)
{
    return x >= 0 && x <= 1 + 1e-12;
}

static void check_encryptors(const kh_sim_encryptors *e, const kh_demand *demand, double counted_s)
{
    if (e->flows == 0) {
        assert_true(isnan(e->fresh) && e->changes == 0);
        return;
    }
    assert_true(is_share(e->fresh) && is_share(e->grace) && is_share(e->fallback) && is_share(e->stopped));
    assert_true(fabs(e->fresh + e->grace + e->fallback + e->stopped - 1) < 1e-12);
    assert_true((demand->fallback == KH_FALLBACK_NONE ? e->fallback : e->stopped) == 0);
    double per_s = demand->rate_bps / demand->key_bits; /* no more keys are due than are asked for */
    assert_true(e->changes <= per_s * counted_s + e->flows + 1);
}

static void check_store(const kh_sim_demand *found, const kh_demand *demand)
{
    const kh_sim_pair_store *s = &found->store;
    assert_true(s->initial_bits + s->filled_bits == s->drawn_bits + s->stored_bits);
    if (!(demand->key_store.capacity_keys > 0))
        return;
    assert_true(s->drawn_bits == found->delivered_bits || found->requests < found->served); /* asked for in the warm-up */
    assert_true(s->lowest_bits >= 0 && s->stored_bits <= demand->key_store.capacity_keys * 256);
}

static void check_calls(const kh_sim_calls *c, const kh_demand *demand)
{
    if (!(demand->calls.per_h > 0)) {
        assert_true(c->offered == 0 && isnan(c->mean_busy));
        return;
    }
    assert_true(c->without_line + c->without_key + c->cut <= c->offered);
    assert_true(c->most_busy <= demand->calls.lines && c->mean_busy <= c->most_busy && is_share(c->all_busy));
    if (demand->calls.sources > 0)
        assert_true(c->most_busy <= demand->calls.sources);
}

static void check_transfers(const kh_sim_transfers *t, const kh_sim_encryptors *e, const kh_demand *demand, double counted_s)
{
    if (!(demand->transfer.volume_tb > 0)) {
        assert_true(t->begun == 0 && t->moved_bits == 0 && isnan(t->stalled_by_keys));
        return;
    }
    assert_true(is_share(t->stalled_by_lines) && is_share(t->stalled_by_keys));
    assert_true(t->moved_bits <= demand->data_gbps * 1e9 * counted_s * (1 - t->stalled_by_lines) + 1);
    if (e->flows > 0 && !(demand->calls.per_h > 0))
        assert_true(t->stalled_by_keys <= e->stopped + 1e-9);
    if (t->completed > 0)
        assert_true(t->longest_completion_s >= t->mean_completion_s * (1 - 1e-12));
}

static void laws_hold_on_random_networks(void **state)
{
    (void)state;
    double stopped = 0, cut = 0, without_line = 0, without_key = 0, completed = 0, stalled = 0, drawn = 0, waited = 0;
    for (uint64_t seed = 0; seed < NETWORKS; seed++) {
        handmade h = drawn_network(seed);
        drawn_users(&h, seed);
        h.options.warm_up_s = seed % 2 == 0 ? 0 : 100;
        h.options.fetch_s = seed % 3 == 0 ? 10 : 0;
        double counted_s = h.options.duration_s - h.options.warm_up_s;
        const kh_sim_result *result = handmade_run(&h); /* audited after every event */
        for (size_t i = 0; i < result->n_demands; i++) {
            const kh_sim_demand *found = &result->demands[i];
            const kh_demand *demand = &h.net.demands[i];
            check_encryptors(&found->encryptors, demand, counted_s);
            check_store(found, demand);
            check_calls(&found->calls, demand);
            check_transfers(&found->transfers, &found->encryptors, demand, counted_s);
            assert_true(found->served + found->blocked <= found->requests && found->late <= found->served);
            stopped += found->encryptors.flows > 0 ? found->encryptors.stopped : 0;
            cut += found->calls.cut;
            without_line += found->calls.without_line;
            without_key += found->calls.without_key;
            completed += found->transfers.completed;
            stalled += demand->transfer.volume_tb > 0 ? found->transfers.stalled_by_lines * found->transfers.stalled_by_keys : 0;
            drawn += found->store.drawn_bits;
            waited += found->kms.requests > 0 ? found->kms.mean_wait_s : 0;
        }
        handmade_destroy(&h);
    }
    assert_true(stopped > 1 && cut > 10 && without_line > 100 && without_key > 10); /* hard enough to test something */
    assert_true(completed > 10 && stalled > 0 && drawn > 0 && waited > 0);
}

/* What a demand meets by chance is its own: more users elsewhere change nothing for one that shares no link or server with them. */
static void users_elsewhere_change_nothing(void **state)
{
    (void)state;
    static const uint32_t paths[] = {0, 1};
    const kh_sim_result *results[2];
    handmade h = handmade_create(4, 2, 2);
    for (uint32_t i = 0; i < 2; i++) {
        (void)handmade_link(&h, 2 * i, 2 * i + 1, 300);
        kh_demand *demand = handmade_demand(&h, KH_USE_KEY, 256, 1);
        demand->between[0].i = 2 * i;
        handmade_route(&h, demand, 256, 1, &paths[i]);
    }
    h.net.demands[0].calls = (kh_calls){.per_h = 3600, .mean_s = 3, .lines = 3};
    h.net.nodes[0].kms.service_ms = 100;
    for (int run = 0; run < 2; run++) {
        results[run] = handmade_run(&h);
        h.net.demands[1].calls = (kh_calls){.per_h = 360, .mean_s = 30, .lines = 5, .sources = 9};
        h.net.demands[1].key_store = (kh_pair_store){.capacity_keys = 20, .refill_below_keys = 10};
        h.net.nodes[2].kms = (kh_kms){.service_ms = 50, .law = KH_LAW_EXPONENTIAL};
    }
    assert_memory_equal(&results[0]->demands[0], &results[1]->demands[0], sizeof(kh_sim_demand));
    assert_true(results[0]->demands[1].requests != results[1]->demands[1].requests);
    handmade_destroy(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(laws_hold_on_random_networks),
        cmocka_unit_test(users_elsewhere_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
