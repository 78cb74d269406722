/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All entities, faults, attacks, users and policies in one network: the laws hold after every event, no number is lost, and a run
 * that goes on from a checkpoint ends as if it had never stopped. */
#include "tests/core/sim/drawn_all.h"
#include "tests/core/sim/same.h"
#include "tests/core/sim/shelf.h"

enum { NETWORKS = 8 };

/* What is a count, a sum or a share of time is a number in every result. */
static void check_numbers(const kh_sim_result *result)
{
    for (size_t i = 0; i < result->n_demands; i++) {
        const kh_sim_demand *d = &result->demands[i];
        assert_true(d->served + d->blocked <= d->requests && d->late <= d->served);
        assert_true(d->availability >= -1e-12 && d->availability <= 1 + 1e-12);
        assert_true(isfinite(d->delivered_bits) && isfinite(d->routing.rerouted) && isfinite(d->store.stored_bits));
        assert_true(d->exposure.exposed_keys + d->exposure.at_ends_keys + d->exposure.saved_keys <=
                    d->served + d->store.filled_bits);
    }
    for (size_t i = 0; i < result->n_links; i++) {
        const kh_sim_link *l = &result->links[i];
        double in = l->initial_bits + l->generated_bits;
        assert_true(in == l->delivered_bits + l->relayed_bits + l->lost_bits + l->expired_bits + l->transit_bits + l->stored_bits);
        assert_true(l->up_fraction >= 0 && l->up_fraction <= 1 && l->lowest_bits >= 0);
        assert_true(l->eavesdropping.quarantine_s >= 0 && l->eavesdropping.discarded_bits <= l->lost_bits);
    }
    for (size_t i = 0; i < result->n_domains; i++)
        assert_true(isfinite(result->domains[i].transit_eur));
}

typedef struct met {
    double cuts, nodes, modules, links, shared, works, compromises, rushes, alarms, unnoticed, exposed, transit, expired,
        in_transit;
    double rerouted, restorations, fewer, refused, completed, cut, changes;
} met;

static void count(met *m, const kh_sim_result *r)
{
    m->cuts += (double)r->fibre_cuts;
    m->nodes += (double)r->node_failures;
    m->modules += (double)r->module_failures;
    m->links += (double)r->link_failures;
    m->shared += (double)r->shared_failures;
    m->works += (double)r->maintenances;
    m->compromises += (double)r->compromises;
    m->rushes += (double)r->flash_demands;
    for (size_t i = 0; i < r->n_links; i++) {
        m->alarms += r->links[i].eavesdropping.alarms;
        m->unnoticed += r->links[i].eavesdropping.unnoticed;
        m->expired += r->links[i].expired_bits;
        m->in_transit += r->links[i].transit_bits;
    }
    for (size_t i = 0; i < r->n_demands; i++) {
        m->exposed += r->demands[i].exposure.exposed_keys;
        m->rerouted += r->demands[i].routing.rerouted;
        m->restorations += r->demands[i].routing.restorations;
        m->fewer += r->demands[i].routing.fewer_shares;
        m->refused += r->demands[i].routing.refused;
        m->completed += r->demands[i].transfers.completed;
        m->cut += r->demands[i].calls.cut;
        m->changes += r->demands[i].encryptors.changes;
    }
    for (size_t i = 0; i < r->n_domains; i++)
        m->transit += r->domains[i].transit_keys;
}

/* Hard enough to test something: each of them happened. */
static void check_met(const met *m)
{
    assert_true(m->cuts > 10 && m->nodes > 10 && m->modules > 10 && m->links > 10 && m->shared > 1 && m->works > 10);
    assert_true(m->compromises > 1 && m->rushes > 1 && m->alarms > 1 && m->unnoticed > 1 && m->exposed > 1 && m->transit > 10);
    assert_true(m->expired > 1 && m->in_transit > 1 && m->rerouted > 1 && m->restorations > 0 && m->fewer > 1);
    assert_true(m->refused > 1 && m->completed > 1 && m->cut > 1 && m->changes > 10);
}

/* Whole, and from each checkpoint on. */
static void assert_goes_on(handmade *h, const kh_sim_result *whole)
{
    shelf kept = {.most = 2};
    kh_sim_checkpoints checkpoints = {.every_s = 187, .keep = shelf_keep, .user = &kept};
    h->options.audit = false;
    h->options.checkpoints = &checkpoints;
    assert_same_results(&h->options, whole, handmade_run(h));
    assert_int_equal(kept.n, 2);
    for (size_t i = 0; i < kept.n; i++) {
        kh_sim_checkpoints from = {.resume = kept.bytes[i], .n_resume = kept.sizes[i]};
        h->options.checkpoints = &from;
        assert_same_results(&h->options, whole, handmade_run(h));
    }
    shelf_clear(&kept);
}

static void a_run_with_everything_goes_on_as_if_it_had_never_stopped(void **state)
{
    (void)state;
    met m = {0};
    for (uint64_t seed = 1; seed <= NETWORKS; seed++) {
        handmade h = drawn_everything(seed);
        const kh_sim_result *whole = handmade_run(&h); /* audited after every event */
        check_numbers(whole);
        count(&m, whole);
        assert_goes_on(&h, whole);
        handmade_destroy(&h);
    }
    check_met(&m);
}

static void so_does_a_run_as_a_fluid(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= NETWORKS; seed++) {
        handmade h = drawn_for_fluid(seed);
        assert_goes_on(&h, handmade_run(&h));
        handmade_destroy(&h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_with_everything_goes_on_as_if_it_had_never_stopped),
        cmocka_unit_test(so_does_a_run_as_a_fluid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
