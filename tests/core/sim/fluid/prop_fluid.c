/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Laws of the fluid level on random networks, and its means against those of the block level. */
#include "core/sim/engine.h"
#include "tests/core/sim/drawn.h"

#include "tests/core/sim/cmocka_all.h"

#include <string.h>

enum { NETWORKS = 40 };

static handmade fluid_network(uint64_t seed)
{
    handmade h = drawn_network(seed);
    h.options.level = KH_SIM_FLUID;
    h.options.warm_up_s = 100;
    if (seed % 4 == 0)
        h.options.late_after_s = 1e-9;
    return h;
}

static void assert_link_balances(const kh_sim_link *link, double capacity)
{
    double in = link->initial_bits + link->generated_bits;
    double out = link->delivered_bits + link->relayed_bits + link->lost_bits + link->stored_bits;
    assert_true(fabs(in - out) <= 1e-9 * (in + out) + 1e-2);
    assert_true(link->stored_bits >= 0 && link->stored_bits <= capacity && link->lowest_bits >= 0);
    assert_true(link->delivered_bits >= -1e-3 && link->relayed_bits >= -1e-3 && link->lost_bits >= -1e-3);
    for (size_t i = 0; i < link->level.n; i++)
        assert_true(link->level.level_bits[i] >= 0 && link->level.level_bits[i] <= capacity);
}

static void keys_and_bits_are_conserved_on_random_networks(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= NETWORKS; seed++) {
        handmade h = fluid_network(seed);
        const kh_sim_result *r = handmade_run(&h); /* with the audit after every event */
        double delivered = 0, served = 0;
        for (size_t i = 0; i < r->n_links; i++) {
            assert_link_balances(&r->links[i], h.net.qkd_links[i].key_store.capacity_keys * 256);
            delivered += r->links[i].delivered_bits;
        }
        for (size_t i = 0; i < r->n_demands; i++) {
            const kh_sim_demand *d = &r->demands[i];
            double under_way = 8 * h.options.late_after_s * d->requests / 500 + 1e-3; /* of at most 8 hops */
            assert_true(d->served >= -1e-6 && d->blocked >= 0 && d->late >= -1e-6 && d->late <= d->served + 1e-6);
            assert_true(fabs(d->requests - d->served - d->blocked) <= under_way);
            assert_true(d->availability >= 0 && d->availability <= 1);
            served += d->delivered_bits;
        }
        assert_true(delivered > 0 && fabs(served - delivered) < 0.05 * delivered);
        handmade_destroy(&h);
    }
}

/* Not the blocks, but the outages: both levels draw the same. */
static void both_levels_see_the_same_outages(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        handmade h = fluid_network(seed);
        const kh_sim_result *fluid = handmade_run(&h);
        h.options.level = KH_SIM_BLOCK;
        const kh_sim_result *block = handmade_run(&h);
        assert_int_equal(fluid->fibre_cuts, block->fibre_cuts);
        assert_int_equal(fluid->node_failures, block->node_failures);
        assert_int_equal(fluid->module_failures, block->module_failures);
        for (size_t i = 0; i < fluid->n_links; i++)
            assert_true(fluid->links[i].up_fraction == block->links[i].up_fraction);
        handmade_destroy(&h);
    }
}

static void assert_same(const kh_sim_result *a, const kh_sim_result *b)
{
    assert_int_equal(a->events, b->events);
    assert_memory_equal(a->demands, b->demands, a->n_demands * sizeof a->demands[0]);
    for (size_t i = 0; i < a->n_links; i++) {
        assert_memory_equal(&a->links[i], &b->links[i], offsetof(kh_sim_link, level));
        assert_int_equal(a->links[i].level.n, b->links[i].level.n);
        assert_memory_equal(a->links[i].level.level_bits, b->links[i].level.level_bits, a->links[i].level.n * sizeof(double));
    }
}

static kh_engine *start(handmade *h)
{
    kh_engine *engine = handmade_check(KH_NEW(h->arena, kh_engine, 1));
    kh_engine_inputs *inputs = handmade_check(KH_NEW(h->arena, kh_engine_inputs, 1));
    *inputs = (kh_engine_inputs){.net = &h->net, .rates = &h->rates, .plan = &h->plan, .options = &h->options};
    assert_int_equal(kh_engine_init(engine, inputs, h->arena, h->arena, NULL), KH_OK);
    return engine;
}

static const kh_sim_result *finish(kh_engine *engine)
{
    bool more = true;
    while (more)
        assert_int_equal(kh_engine_step(engine, &more, NULL), KH_OK);
    assert_int_equal(kh_engine_finish(engine, NULL), KH_OK);
    return engine->results;
}

static void same_seed_same_bytes_also_from_a_saved_state(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        handmade h = fluid_network(seed);
        const kh_sim_result *whole = handmade_run(&h);
        kh_engine *first = start(&h), *second = start(&h);
        bool more = true;
        for (uint64_t i = 0; i < whole->events / 2; i++)
            assert_int_equal(kh_engine_step(first, &more, NULL), KH_OK);
        kh_state saved = kh_state_saving(h.arena);
        kh_engine_visit(first, &saved);
        kh_state loaded = kh_state_loading(saved.bytes, saved.n, h.arena);
        kh_engine_visit(second, &loaded);
        assert_int_equal(loaded.status, KH_OK);
        assert_same(whole, finish(first));
        assert_same(whole, finish(second));
        handmade_destroy(&h);
    }
}

/* --- against the block level --- */

enum { SIDE = 4, DEMANDS = 20, REPLICATIONS = 12, FIGURES = 4 };

/* Small blocks, small keys, a store of some minutes; outages of minutes. Hasty or patient. */
static handmade fine_network(uint64_t seed, bool patient)
{
    kh_rng rng = kh_rng_stream(seed, "network", "fine");
    handmade h = handmade_grid(SIDE, SIDE, DEMANDS);
    for (size_t i = 0; i < h.net.n_qkd_links; i++) {
        kh_store_policy *policy = &h.net.qkd_links[i].key_store;
        h.rates.qkd[i].key_rate_bps = h.rates.qkd[i].per_module_bps = 4000 + 6000 * kh_rng_uniform(&rng);
        policy->capacity_keys = 4000;
        policy->initial_keys = 4000 * kh_rng_uniform(&rng);
        if (i % 2 == 0)
            policy->refill_below_keys = 3000;
    }
    for (uint32_t i = 0; i < DEMANDS; i++) {
        uint32_t from = (uint32_t)kh_rng_below(&rng, SIDE * SIDE);
        uint32_t to = (from + 1 + (uint32_t)kh_rng_below(&rng, SIDE * SIDE - 1)) % (SIDE * SIDE);
        kh_demand *demand = handmade_demand(&h, i % 2 == 0 ? KH_USE_KEY : KH_USE_OTP, 500 + 2000 * kh_rng_uniform(&rng), 2);
        demand->key_bits = 128;
        demand->priority = 1;
        handmade_grid_route(&h, demand, SIDE, from, to, 1);
        handmade_grid_route(&h, demand, SIDE, from, to, 0);
    }
    (void)handmade_fault(&h, KH_FAULT_FIBRE_CUT, "all-fibres", 0.5, 0.05);
    (void)handmade_fault(&h, KH_FAULT_NODE, "all-nodes", 2, 0.02);
    h.options.duration_s = 1800;
    h.options.hop_latency_s = 0;
    h.options.late_after_s = patient ? 20 : 1e-9;
    h.options.audit = false;
    h.options.series_points = 0;
    return h;
}

static void figures_of(const kh_sim_result *r, double *figures)
{
    memset(figures, 0, FIGURES * sizeof *figures);
    double requests = 0;
    for (size_t i = 0; i < r->n_demands; i++) {
        requests += r->demands[i].requests;
        figures[0] += r->demands[i].served;
        figures[1] += r->demands[i].availability / (double)r->n_demands;
    }
    figures[0] /= requests;
    for (size_t i = 0; i < r->n_links; i++) {
        const kh_sim_link *link = &r->links[i];
        figures[2] += (link->delivered_bits + link->relayed_bits) / requests / 128;
        figures[3] += link->stored_bits / (double)r->n_links / 4000 / 256;
    }
}

/* The same outages at both levels, so the difference of a replication is small; its mean may differ from 0 by chance and by what
 * blocks and keys of one size make in a store that is short. */
static void compare(bool patient, double allowed)
{
    static const char *const names[FIGURES] = {"served", "available", "hops a request", "stored"};
    double differences[FIGURES][REPLICATIONS];
    for (uint64_t r = 0; r < REPLICATIONS; r++) {
        double figures[2][FIGURES];
        for (int level = 0; level < 2; level++) {
            handmade h = fine_network(1 + r % 4, patient);
            h.options.level = (kh_sim_level)level;
            h.options.seed = r;
            figures_of(handmade_run(&h), figures[level]);
            handmade_destroy(&h);
        }
        for (int i = 0; i < FIGURES; i++)
            differences[i][r] = figures[1][i] - figures[0][i];
    }
    for (int i = 0; i < FIGURES; i++) {
        kh_estimate e = kh_estimate_of(differences[i], REPLICATIONS);
        print_message("%s, %s: fluid - block = %.5f +- %.5f\n", patient ? "patient" : "hasty", names[i], e.mean, e.half_width_95);
        double block = i == 3 ? 1e4 / (4000 * 256) : 0; /* what is in the making is not stored yet: less than a block */
        assert_true(fabs(e.mean) < e.half_width_95 + allowed + block && e.half_width_95 < 0.03);
    }
}

static void the_means_are_those_of_the_block_level(void **state)
{
    (void)state;
    compare(false, 1e-3);
    compare(true, 1e-3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_and_bits_are_conserved_on_random_networks),
        cmocka_unit_test(both_levels_see_the_same_outages),
        cmocka_unit_test(same_seed_same_bytes_also_from_a_saved_state),
        cmocka_unit_test(the_means_are_those_of_the_block_level),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
