/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Laws of faults and attacks of every kind at once, on random networks. */
#include "core/sim/engine.h"
#include "tests/core/sim/drawn.h"

#include "tests/core/sim/cmocka_all.h"

#include <string.h>

enum { NETWORKS = 8 };

static kh_fibre_id duct_fibres[] = {{3}, {4}};
static kh_node_id duct_nodes[] = {{7}};
static kh_qkd_link_id duct_links[] = {{9}, {10}};

static kh_fault *planned(handmade *h, kh_fault_kind kind, const char *on, double first_h, double every_h)
{
    kh_fault *fault = handmade_fault(h, kind, on, NOT_GIVEN, 0.01);
    fault->first_h = first_h;
    fault->every_h = every_h;
    return fault;
}

/* Beside fibre cuts, nodes and modules of the drawn network, all other kinds, random and planned, in 600 s. */
static handmade troubled_network(uint64_t seed)
{
    handmade h = drawn_network(seed);
    (void)handmade_fault(&h, KH_FAULT_LINK, "all-links", 0.2, 0.01);
    kh_fault *duct = handmade_fault(&h, KH_FAULT_SHARED_RISK, "duct", 0.05, 0.01);
    duct->fibres = duct_fibres, duct->n_fibres = 2;
    duct->nodes = duct_nodes, duct->n_nodes = 1;
    duct->links = duct_links, duct->n_links = 2;
    (void)planned(&h, KH_FAULT_MAINTENANCE, "duct", 0.02, 0.04);
    (void)planned(&h, KH_FAULT_MAINTENANCE, "n12", 0.01, NOT_GIVEN);
    kh_fault *heard = handmade_fault(&h, KH_FAULT_EAVESDROPPING, "all-links", 0.1, 0.01);
    heard->qber = 0.2;
    heard->quarantine_h = 0.01;
    kh_fault *unheard = handmade_fault(&h, KH_FAULT_EAVESDROPPING, "q5", 0.01, 0.01);
    unheard->qber = 0.03;
    (void)handmade_fault(&h, KH_FAULT_COMPROMISE, "n12", 0.05, 0.03);
    (void)planned(&h, KH_FAULT_COMPROMISE, "n6", 0.02, 0.05);
    handmade_fault(&h, KH_FAULT_FLASH_DEMAND, "all-demands", 0.05, 0.01)->factor = 3;
    handmade_fault(&h, KH_FAULT_FLASH_DEMAND, "d3", 0.02, 0.01)->factor = 10;
    return h;
}

static void play(handmade *h, kh_engine *engine)
{
    kh_engine_inputs inputs = {.net = &h->net, .rates = &h->rates, .plan = &h->plan, .options = &h->options};
    kh_error err = {0};
    kh_status status = kh_engine_init(engine, &inputs, h->arena, h->arena, &err);
    for (bool more = true; more && status == KH_OK;)
        status = kh_engine_step(engine, &more, &err);
    if (status == KH_OK)
        status = kh_engine_finish(engine, &err);
    if (status != KH_OK)
        fail_msg("%s%s", err.steps, err.message);
}

/* What keeps a link down at the end, counted from the spells that are on. */
static uint32_t causes_of(const kh_engine *engine, uint32_t link)
{
    uint32_t causes = engine->links.states[link].health.working_modules < 1; /* no module left */
    const kh_faults *faults = &engine->faults;
    for (size_t i = 0; i < faults->spells.n; i++) {
        const kh_outage *outage = &faults->processes[i].outage;
        if (!faults->spells.all[i].on)
            continue;
        for (size_t k = 0; k < outage->n_links; k++)
            causes += outage->links[k] == link;
        for (size_t k = 0; k < outage->n_nodes; k++)
            for (int end = 0; end < 2; end++)
                causes += engine->net->qkd_links[link].ends[end].i == outage->nodes[k].i;
    }
    uint32_t attack = engine->eavesdropping.of_link[link];
    return causes + (attack != KH_NO_INDEX && engine->eavesdropping.all[attack].quarantined);
}

static void every_break_is_matched_by_a_repair(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < NETWORKS; seed++) {
        handmade h = troubled_network(seed);
        kh_engine engine;
        play(&h, &engine);
        double broken_modules = 0, down = 0;
        for (size_t i = 0; i < engine.faults.spells.n; i++)
            broken_modules += engine.faults.processes[i].kind == KH_FAULT_MODULE && engine.faults.spells.all[i].on;
        for (uint32_t i = 0; i < engine.links.n; i++) {
            const kh_link_health *health = &engine.links.states[i].health;
            assert_int_equal(health->broken, causes_of(&engine, i));
            broken_modules -= engine.links.states[i].modules - health->working_modules;
            down += health->broken > 0;
        }
        assert_true(broken_modules == 0 && down > 0);
        handmade_destroy(&h);
    }
}

static void assert_conserved(const kh_sim_link *link)
{
    double in = link->initial_bits + link->generated_bits;
    assert_true(in == link->delivered_bits + link->relayed_bits + link->lost_bits + link->stored_bits);
    const kh_sim_eavesdropping *heard = &link->eavesdropping;
    assert_true(heard->discarded_bits >= 0 && heard->discarded_bits <= link->lost_bits);
    assert_true(heard->unnoticed <= heard->attacks + 1 && heard->quarantine_s >= 0);
    assert_true(1 - link->up_fraction >= heard->quarantine_s / 600 - 1e-9); /* a link in quarantine is down */
}

static void no_bit_is_lost_or_made_whatever_happens(void **state)
{
    (void)state;
    double alarms = 0, unnoticed = 0, exposed = 0, at_ends = 0, shared = 0, rushes = 0;
    for (uint64_t seed = 0; seed < NETWORKS; seed++) {
        handmade h = troubled_network(seed);
        const kh_sim_result *result = handmade_run(&h); /* audited after every event */
        for (size_t i = 0; i < result->n_links; i++) {
            assert_conserved(&result->links[i]);
            alarms += result->links[i].eavesdropping.alarms;
            unnoticed += result->links[i].eavesdropping.unnoticed;
        }
        for (size_t i = 0; i < result->n_demands; i++) {
            const kh_sim_demand *demand = &result->demands[i];
            assert_true(demand->served + demand->blocked <= demand->requests);
            assert_true(demand->exposure.exposed_keys + demand->exposure.at_ends_keys <= demand->served);
            assert_true(demand->exposure.exposed_bits <= demand->delivered_bits && demand->exposure.saved_keys == 0);
            exposed += demand->exposure.exposed_keys;
            at_ends += demand->exposure.at_ends_keys;
        }
        assert_true(result->link_failures > 0 && result->compromises >= 3 && result->maintenances == 1 + 4);
        shared += (double)result->shared_failures;
        rushes += (double)result->flash_demands;
        handmade_destroy(&h);
    }
    assert_true(shared > 10 && rushes > 10);
    assert_true(alarms > 100 && unnoticed > 100 && exposed > 100 && at_ends > 100);
}

/* Common random numbers: what is added to one link leaves the times of all others as they were. */
static void a_fault_added_to_one_link_leaves_the_others_alone(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < NETWORKS; seed++) {
        handmade h = troubled_network(seed);
        const kh_sim_result *before = handmade_run(&h);
        (void)handmade_fault(&h, KH_FAULT_LINK, "q0", 0.01, 0.02);
        const kh_sim_result *after = handmade_run(&h);
        assert_true(before->links[0].up_fraction != after->links[0].up_fraction);
        assert_int_equal(before->fibre_cuts, after->fibre_cuts);
        assert_int_equal(before->shared_failures, after->shared_failures);
        assert_int_equal(before->flash_demands, after->flash_demands);
        for (size_t i = 0; i < before->n_demands; i++)
            assert_true(before->demands[i].requests == after->demands[i].requests);
        handmade_destroy(&h);
    }
}

/* The same without quarantines, whose times depend on blocks: then down times are equal to the last bit. */
static void down_times_of_others_stay_to_the_last_bit(void **state)
{
    (void)state;
    handmade h = troubled_network(3);
    h.net.faults[7].qber = 0.01; /* nobody hears them now */
    const kh_sim_result *before = handmade_run(&h);
    (void)handmade_fault(&h, KH_FAULT_LINK, "q0", 0.01, 0.02);
    const kh_sim_result *after = handmade_run(&h);
    assert_true(before->links[0].up_fraction != after->links[0].up_fraction);
    for (size_t i = 1; i < before->n_links; i++)
        assert_true(before->links[i].up_fraction == after->links[i].up_fraction);
    handmade_destroy(&h);
}

typedef struct kept {
    uint8_t *bytes;
    size_t n;
} kept;

static kh_status keep(void *user, const kh_sim_checkpoint *checkpoint, kh_error *err)
{
    (void)err;
    kept *k = user;
    if (k->bytes == NULL) {
        k->bytes = test_malloc(checkpoint->n);
        k->n = checkpoint->n;
        memcpy(k->bytes, checkpoint->bytes, checkpoint->n);
    }
    return KH_OK;
}

static void assert_same(const kh_sim_result *a, const kh_sim_result *b)
{
    assert_int_equal(a->events, b->events);
    assert_memory_equal(a->demands, b->demands, a->n_demands * sizeof a->demands[0]);
    for (size_t i = 0; i < a->n_links; i++)
        assert_memory_equal(&a->links[i], &b->links[i], offsetof(kh_sim_link, level));
}

static void a_run_with_every_kind_goes_on_from_a_checkpoint(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 3; seed++) {
        handmade h = troubled_network(seed);
        kept k = {0};
        kh_sim_checkpoints saving = {.every_s = 311, .keep = keep, .user = &k};
        const kh_sim_result *whole = handmade_run(&h);
        h.options.checkpoints = &saving;
        assert_same(whole, handmade_run(&h));
        kh_sim_checkpoints loading = {.resume = k.bytes, .n_resume = k.n};
        h.options.checkpoints = &loading;
        assert_same(whole, handmade_run(&h));
        test_free(k.bytes);
        handmade_destroy(&h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_break_is_matched_by_a_repair),
        cmocka_unit_test(no_bit_is_lost_or_made_whatever_happens),
        cmocka_unit_test(a_fault_added_to_one_link_leaves_the_others_alone),
        cmocka_unit_test(down_times_of_others_stay_to_the_last_bit),
        cmocka_unit_test(a_run_with_every_kind_goes_on_from_a_checkpoint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
