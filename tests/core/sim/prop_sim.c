/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Laws that hold for every network, played on random grids with faults, queues, reserves and several routes per demand. */
#include "tests/core/sim/drawn.h"
#include "tests/core/sim/drawn_supply.h"

#include "tests/core/sim/cmocka_all.h"

#include <string.h>

enum { NETWORKS = 12 };

static void assert_conserved(const kh_sim_link *link)
{
    double in = link->initial_bits + link->generated_bits;
    assert_true(in == link->delivered_bits + link->relayed_bits + link->lost_bits + link->expired_bits + link->transit_bits +
                          link->stored_bits);
    assert_true(link->delivered_bits >= 0 && link->relayed_bits >= 0 && link->lost_bits >= 0);
    assert_true(link->lowest_bits >= 0 && link->lowest_bits <= link->stored_bits);
    assert_true(link->up_fraction >= 0 && link->up_fraction <= 1);
}

static void assert_counted(const kh_sim_demand *demand)
{
    assert_true(demand->served + demand->blocked <= demand->requests);
    assert_true(demand->late <= demand->served);
    assert_true(demand->availability >= 0 && demand->availability <= 1);
}

static void no_bit_is_lost_or_made_on_random_networks(void **state)
{
    (void)state;
    double late = 0, blocked = 0, lost = 0;
    for (uint64_t seed = 0; seed < NETWORKS; seed++) {
        handmade h = drawn_network(seed);
        h.options.warm_up_s = seed % 2 == 0 ? 0 : 100;
        h.options.fetch_s = seed % 3 == 0 ? 10 : 0;
        const kh_sim_result *result = handmade_run(&h); /* audited after every event */
        assert_true(result->events > 2000);
        for (size_t i = 0; i < result->n_links; i++) {
            assert_conserved(&result->links[i]);
            lost += result->links[i].lost_bits;
        }
        for (size_t i = 0; i < result->n_demands; i++) {
            assert_counted(&result->demands[i]);
            late += result->demands[i].late;
            blocked += result->demands[i].blocked;
        }
        assert_true(result->fibre_cuts > 0 && result->node_failures > 0 && result->module_failures > 0);
        handmade_destroy(&h);
    }
    assert_true(late > 1000 && blocked > 1000 && lost > 0); /* the networks are hard enough to test something */
}

/* As above, with every kind of store and of production. */
static void no_bit_is_lost_or_made_whatever_the_stores_and_the_supply(void **state)
{
    (void)state;
    double expired = 0, in_transit = 0, lost = 0;
    for (uint64_t seed = 0; seed < NETWORKS; seed++) {
        kh_rng rng = kh_rng_stream(seed, "supply", "draw");
        handmade h = drawn_network(seed);
        drawn_supply(&h, &rng);
        h.options.warm_up_s = seed % 2 == 0 ? 0 : 100;
        const kh_sim_result *result = handmade_run(&h); /* audited after every event */
        for (size_t i = 0; i < result->n_links; i++) {
            assert_conserved(&result->links[i]);
            expired += result->links[i].expired_bits;
            in_transit += result->links[i].transit_bits;
            lost += result->links[i].lost_bits;
        }
        handmade_destroy(&h);
    }
    assert_true(expired > 1e6 && in_transit > 1e5 && lost > 1e6);
}

static void the_fluid_level_refuses_what_it_does_not_play(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        handmade h = handmade_grid(2, 2, 1);
        kh_pass pass = {.end_s = 1, .key_bits = 1, .clear_share = 1};
        kh_store_policy *policy = &h.net.qkd_links[2].key_store;
        policy->lifetime_h = i == 1 ? 2 : (double)INFINITY;
        policy->is_volatile = i == 2;
        h.rates.qkd[2].passes = &pass;
        h.rates.qkd[2].n_passes = i == 3;
        h.options.level = KH_SIM_FLUID;
        kh_sim_result *result = NULL;
        kh_error err = {0};
        assert_int_equal(handmade_try(&h, &result, &err), i == 1 ? KH_ERANGE : KH_OK);
        assert_true(i != 1 || strstr(err.message, "link 'q2'") != NULL);
        handmade_destroy(&h);
    }
}

/* Bits used on links = bits of served keys times their hops: one route per demand, no request under way at the end. */
static void relays_use_bits_times_hops(void **state)
{
    (void)state;
    handmade h = handmade_grid(DRAWN_ROWS, DRAWN_COLUMNS, 40);
    kh_rng rng = kh_rng_stream(5, "network", "draw");
    drawn_stores(&h, &rng);
    drawn_demands(&h, &rng, 40);
    for (size_t i = 0; i < h.plan.n_demands; i++)
        h.plan.demands[i].n_routes = 1;
    h.options.duration_s = 300;
    h.options.hop_latency_s = 0; /* with no deadline to wait for: nothing stays under way */
    h.options.late_after_s = 1e-9;
    const kh_sim_result *result = handmade_run(&h);
    double first = 0, further = 0, delivered = 0, relayed = 0;
    for (size_t i = 0; i < result->n_demands; i++) {
        delivered += result->demands[i].delivered_bits;
        relayed += result->demands[i].delivered_bits * ((double)h.plan.demands[i].routes[0].n_links - 1);
    }
    for (size_t i = 0; i < result->n_links; i++) {
        first += result->links[i].delivered_bits;
        further += result->links[i].relayed_bits;
    }
    assert_true(delivered > 0 && first == delivered && further == relayed);
    handmade_destroy(&h);
}

static void assert_same(const kh_sim_result *a, const kh_sim_result *b, size_t n_links, size_t n_demands)
{
    assert_memory_equal(a->demands, b->demands, n_demands * sizeof *a->demands);
    for (size_t i = 0; i < n_links; i++) {
        assert_int_equal(a->links[i].level.n, b->links[i].level.n);
        assert_memory_equal(a->links[i].level.t_s, b->links[i].level.t_s, a->links[i].level.n * sizeof(double));
        assert_memory_equal(a->links[i].level.level_bits, b->links[i].level.level_bits, a->links[i].level.n * sizeof(double));
        kh_sim_link x = a->links[i], y = b->links[i];
        x.level = y.level = (kh_series){0};
        assert_memory_equal(&x, &y, sizeof x);
    }
}

static void the_same_seed_gives_the_same_bytes_and_another_seed_others(void **state)
{
    (void)state;
    handmade h = drawn_network(3);
    const kh_sim_result *first = handmade_run(&h), *again = handmade_run(&h);
    assert_true(first->events == again->events && first->fibre_cuts == again->fibre_cuts);
    assert_same(first, again, first->n_links, first->n_demands);
    h.options.audit = false;
    assert_same(first, handmade_run(&h), first->n_links, first->n_demands);
    h.options.seed++;
    assert_true(handmade_run(&h)->events != first->events);
    handmade_destroy(&h);
}

static void a_link_more_leaves_the_results_of_the_others_as_they_were(void **state)
{
    (void)state;
    handmade h = drawn_network(4);
    const kh_sim_result *before = handmade_run(&h);
    uint32_t added = (uint32_t)h.net.n_qkd_links;
    kh_demand *demand;
    (void)handmade_link(&h, 0, 24, 5000);
    demand = handmade_demand(&h, KH_USE_KEY, 500, 1);
    handmade_route(&h, demand, 500, 1, &added);
    const kh_sim_result *after = handmade_run(&h);
    assert_same(before, after, before->n_links, before->n_demands);
    assert_true(after->demands[before->n_demands].served > 0);
    assert_true(after->events > before->events);
    handmade_destroy(&h);
}

static void a_series_is_bounded_and_holds_the_extremes(void **state)
{
    (void)state;
    handmade h = drawn_network(6);
    static const size_t points[] = {0, 3, 4, 5, 50, 100000};
    for (size_t k = 0; k < sizeof points / sizeof points[0]; k++) {
        h.options.series_points = points[k];
        const kh_sim_result *result = handmade_run(&h);
        for (size_t i = 0; i < result->n_links; i++) {
            const kh_sim_link *link = &result->links[i];
            double lowest = link->initial_bits;
            assert_true(link->level.n <= points[k] && (points[k] < 4 || link->level.n >= 2));
            for (size_t p = 0; p < link->level.n; p++) {
                assert_true(p == 0 || link->level.t_s[p] >= link->level.t_s[p - 1]);
                lowest = fmin(lowest, link->level.level_bits[p]);
            }
            assert_true(link->level.n == 0 || lowest == link->lowest_bits);
            assert_true(link->level.n == 0 || link->level.level_bits[link->level.n - 1] == link->stored_bits);
        }
    }
    handmade_destroy(&h);
}

static void warm_up_only_changes_what_is_counted(void **state)
{
    (void)state;
    handmade h = drawn_network(7);
    const kh_sim_result *all = handmade_run(&h);
    h.options.warm_up_s = 300;
    const kh_sim_result *late = handmade_run(&h);
    assert_true(all->events == late->events);
    for (size_t i = 0; i < all->n_links; i++) {
        assert_true(all->links[i].stored_bits == late->links[i].stored_bits);
        assert_true(all->links[i].generated_bits >= late->links[i].generated_bits);
        assert_true(all->links[i].lowest_bits <= late->links[i].lowest_bits);
    }
    for (size_t i = 0; i < all->n_demands; i++)
        assert_true(late->demands[i].requests < all->demands[i].requests);
    handmade_destroy(&h);
}

static void batches_add_up_to_the_run(void **state)
{
    (void)state;
    enum { BATCHES = 7 };
    handmade h = drawn_network(8);
    h.options.warm_up_s = 51;
    const kh_sim_result *whole = handmade_run(&h);
    h.options.batches = BATCHES;
    const kh_sim_result *parts = handmade_run(&h);
    for (size_t i = 0; i < whole->n_links; i++) {
        double generated = 0, up = 0;
        for (int k = 0; k < BATCHES; k++) {
            generated += parts[k].links[i].generated_bits;
            up += parts[k].links[i].up_fraction / BATCHES;
            assert_true(k == 0 || parts[k].links[i].initial_bits == parts[k - 1].links[i].stored_bits);
        }
        assert_true(generated == whole->links[i].generated_bits);
        assert_true(fabs(up - whole->links[i].up_fraction) < 1e-9);
        assert_true(parts[BATCHES - 1].links[i].stored_bits == whole->links[i].stored_bits);
        assert_int_equal(parts[0].links[i].level.n, whole->links[i].level.n);
    }
    for (size_t i = 0; i < whole->n_demands; i++) {
        double requests = 0, available = 0;
        for (int k = 0; k < BATCHES; k++) {
            requests += parts[k].demands[i].requests;
            available += parts[k].demands[i].availability / BATCHES;
        }
        assert_true(requests == whole->demands[i].requests);
        assert_true(fabs(available - whole->demands[i].availability) < 1e-9);
    }
    handmade_destroy(&h);
}

static void a_mirrored_replication_has_the_same_network_and_other_luck(void **state)
{
    (void)state;
    handmade h = drawn_network(9);
    kh_sim_options options = h.options;
    options.antithetic = true;
    uint64_t cuts[4];
    for (size_t i = 0; i < 4; i++) {
        h.options = kh_sim_replication(&options, i);
        cuts[i] = handmade_run(&h)->events;
    }
    assert_true(kh_sim_replication(&options, 1).seed == (options.seed | KH_RNG_MIRRORED));
    assert_true(kh_sim_replication(&options, 2).seed == kh_sim_replication(&options, 3).seed % KH_RNG_MIRRORED);
    for (size_t i = 0; i < 4; i++)
        for (size_t k = i + 1; k < 4; k++)
            assert_true(cuts[i] != cuts[k]);
    handmade_destroy(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_bit_is_lost_or_made_on_random_networks),
        cmocka_unit_test(no_bit_is_lost_or_made_whatever_the_stores_and_the_supply),
        cmocka_unit_test(the_fluid_level_refuses_what_it_does_not_play),
        cmocka_unit_test(relays_use_bits_times_hops),
        cmocka_unit_test(the_same_seed_gives_the_same_bytes_and_another_seed_others),
        cmocka_unit_test(a_link_more_leaves_the_results_of_the_others_as_they_were),
        cmocka_unit_test(a_series_is_bounded_and_holds_the_extremes),
        cmocka_unit_test(batches_add_up_to_the_run),
        cmocka_unit_test(a_mirrored_replication_has_the_same_network_and_other_luck),
        cmocka_unit_test(warm_up_only_changes_what_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
