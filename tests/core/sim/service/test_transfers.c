/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/engine.h"
#include "tests/core/sim/handmade.h"
#include "tests/core/sim/service/control.h"

static const double S = 1.0 / 3600; /* in hours */
static kh_line_id lines[] = {{0}, {1}};

/* Two line systems of 100 Gbit/s, one fibre each, and demands that need no key and move data over them. */
static handmade two_lines(size_t most_demands)
{
    handmade h = handmade_create(3, 2, most_demands);
    h.net.line_systems = handmade_check(KH_NEW(h.arena, kh_line_system, 2));
    h.rates.line = handmade_check(KH_NEW(h.arena, kh_line_rate, 2));
    h.net.n_line_systems = h.rates.n_line = 2;
    for (uint32_t i = 0; i < 2; i++) {
        (void)handmade_link(&h, i, i + 1, 0);
        h.net.line_systems[i] = (kh_line_system){.id = handmade_id(&h, "l", i), .via = h.net.qkd_links[i].via, .n_via = 1};
        h.rates.line[i].capacity_gbps = 100;
    }
    h.options.hop_latency_s = 0;
    h.options.duration_s = 1000;
    return h;
}

static kh_demand *mover(handmade *h, double data_gbps, uint32_t first_line, size_t n_lines)
{
    kh_demand *demand = handmade_demand(h, KH_USE_AES_256, 0, 1);
    demand->security = KH_SECURITY_PQC;
    demand->data_gbps = data_gbps;
    demand->over = &lines[first_line];
    demand->n_over = n_lines;
    demand->transfer = (kh_transfer){.volume_tb = 1, .every_h = 1e3, .start_h = 0};
    return demand;
}

static void assert_near(double found, double expected)
{
    if (!(fabs(found - expected) <= 1e-7 * fmax(1, fabs(expected))))
        fail_msg("%.12g, expected %.12g", found, expected);
}

static void a_transfer_takes_its_volume_over_its_rate(void **state)
{
    (void)state;
    handmade h = two_lines(1);
    mover(&h, 80, 0, 2)->transfer.every_h = 200 * S;
    const kh_sim_transfers *t = &handmade_run(&h)->demands[0].transfers;
    assert_true(t->begun == 5 && t->completed == 5 && t->waiting == 0 && t->moved_bits == 5 * 8e12);
    assert_near(t->mean_completion_s, 100);
    assert_near(t->longest_completion_s, 100);
    assert_true(t->stalled_by_lines == 0 && t->stalled_by_keys == 0);
    h.net.demands[0].data_gbps = 1200; /* the lines carry less */
    assert_near(handmade_run(&h)->demands[0].transfers.mean_completion_s, 80);
    handmade_destroy(&h);
}

static void transfers_of_one_demand_go_one_after_the_other(void **state)
{
    (void)state;
    handmade h = two_lines(1);
    mover(&h, 80, 0, 1)->transfer.every_h = 60 * S;
    h.options.duration_s = 350;
    const kh_sim_transfers *t = &handmade_run(&h)->demands[0].transfers;
    assert_true(t->begun == 6 && t->completed == 3 && t->waiting == 3);
    assert_near(t->mean_completion_s, (100 + 140 + 180) / 3.0);
    assert_near(t->moved_bits, 80e9 * 350);
    handmade_destroy(&h);
}

/* One over both lines and one over the first share it; who cannot use his half leaves it to the other. */
static void demands_share_a_line_max_min_fairly(void **state)
{
    (void)state;
    handmade h = two_lines(2);
    (void)mover(&h, 1000, 0, 2);
    (void)mover(&h, 20, 0, 1);
    const kh_sim_result *result = handmade_run(&h);
    assert_near(result->demands[0].transfers.longest_completion_s, 100);
    assert_near(result->demands[1].transfers.longest_completion_s, 400);
    h.net.demands[1].data_gbps = 1000; /* 50 each until 160 s */
    h.net.demands[1].transfer.start_h = 40 * S;
    result = handmade_run(&h);
    assert_near(result->demands[0].transfers.longest_completion_s, 120);
    assert_near(result->demands[1].transfers.longest_completion_s, 120);
    h.rates.line[1].capacity_gbps = 25; /* the first is held up further on */
    h.net.demands[1].transfer.start_h = 0;
    result = handmade_run(&h);
    assert_near(result->demands[0].transfers.longest_completion_s, 320);
    assert_near(result->demands[1].transfers.longest_completion_s, 8000 / 75.0);
    handmade_destroy(&h);
}

/* --- lines that fail at the times of a script --- */

typedef struct script {
    kh_engine engine;
    kh_event_kind breaks, repairs;
} script;

static void break_it(void *self, uint32_t fibre)
{
    kh_lines_break_fibre(&((script *)self)->engine.lines, fibre);
}

static void repair_it(void *self, uint32_t fibre)
{
    kh_lines_repair_fibre(&((script *)self)->engine.lines, fibre);
}

static const kh_sim_result *run_with_cuts(handmade *h)
{
    script *s = handmade_check(KH_NEW(h->arena, script, 1));
    kh_engine_inputs inputs = {.net = &h->net, .rates = &h->rates, .plan = &h->plan, .options = &h->options};
    kh_error err = {0};
    bool more = true;
    assert_int_equal(kh_engine_init(&s->engine, &inputs, h->arena, h->arena, &err), KH_OK);
    assert_int_equal(kh_kernel_handle(&s->engine.kernel, "breaks", break_it, s, &s->breaks, &err), KH_OK);
    assert_int_equal(kh_kernel_handle(&s->engine.kernel, "repairs", repair_it, s, &s->repairs, &err), KH_OK);
    kh_queue *queue = &s->engine.kernel.queue;
    kh_queue_push(queue, kh_ns_from_s(30), s->breaks, 0);
    kh_queue_push(queue, kh_ns_from_s(50), s->breaks, 1);
    kh_queue_push(queue, kh_ns_from_s(70), s->repairs, 0);
    kh_queue_push(queue, kh_ns_from_s(75), s->repairs, 1);
    while (more)
        assert_int_equal(kh_engine_step(&s->engine, &more, &err), KH_OK);
    assert_int_equal(kh_engine_finish(&s->engine, &err), KH_OK);
    return s->engine.results;
}

static void a_cut_of_a_fibre_stalls_the_transfers_over_it(void **state)
{
    (void)state;
    handmade h = two_lines(2);
    (void)mover(&h, 80, 0, 2);
    (void)mover(&h, 10, 1, 1);
    const kh_sim_result *result = run_with_cuts(&h);
    assert_near(result->demands[0].transfers.longest_completion_s, 145);
    assert_near(result->demands[0].transfers.stalled_by_lines * 1000, 45);
    assert_near(result->demands[1].transfers.longest_completion_s, 825);
    assert_near(result->demands[1].transfers.stalled_by_lines * 1000, 25);
    handmade_destroy(&h);
}

/* --- keys --- */

/* One pair with a key for 100 s and no other, and ten seconds of grace. */
static handmade keyless(kh_fallback fallback)
{
    static const uint32_t path[] = {0};
    handmade h = two_lines(1);
    kh_demand *demand = mover(&h, 40, 0, 2);
    demand->security = KH_SECURITY_QKD;
    demand->rate_bps = 2.56;
    demand->rekey_s = 100;
    demand->grace_s = 10;
    demand->fallback = fallback;
    handmade_route(&h, demand, 2.56, 1, path);
    h.net.qkd_links[0].key_store.initial_keys = 1;
    return h;
}

static void data_stop_when_key_and_grace_are_over(void **state)
{
    (void)state;
    handmade h = keyless(KH_FALLBACK_NONE);
    const kh_sim_demand *demand = &handmade_run(&h)->demands[0];
    double up_s = (1 - demand->encryptors.stopped) * 1000;
    assert_true(up_s >= 110 && up_s <= 210); /* until its phase, a period and the grace */
    assert_near(demand->transfers.moved_bits, fmin(8e12, up_s * 40e9));
    assert_near(demand->transfers.stalled_by_keys, up_s < 200 ? demand->encryptors.stopped : 0);
    handmade_destroy(&h);
}

static void data_go_on_with_a_fallback(void **state)
{
    (void)state;
    handmade h = keyless(KH_FALLBACK_PSK);
    const kh_sim_demand *demand = &handmade_run(&h)->demands[0];
    assert_true(demand->encryptors.fallback > 0.5 && demand->transfers.completed == 1);
    assert_near(demand->transfers.longest_completion_s, 200);
    handmade_destroy(&h);
}

/* Key comes every 300 s for one period; each of two pairs carries half. */
static void data_move_at_the_share_of_the_pairs_that_have_key(void **state)
{
    (void)state;
    handmade h = keyless(KH_FALLBACK_NONE);
    kh_demand *demand = &h.net.demands[0];
    demand->encryptors = 2;
    demand->rate_bps = 5.12;
    demand->transfer.volume_tb = 100;
    handmade_blocks(&h, &h.net.qkd_links[0], 256, 300);
    h.options.duration_s = 20000;
    h.options.late_after_s = 1;
    const kh_sim_demand *found = &handmade_run(&h)->demands[0];
    assert_true(found->encryptors.stopped > 0.3 && found->encryptors.stopped < 0.9);
    assert_near(found->transfers.moved_bits, (1 - found->encryptors.stopped) * 40e9 * 20000);
    assert_near(found->transfers.stalled_by_keys, found->encryptors.stopped);
    handmade_destroy(&h);
}

static void rates_that_do_not_know_the_lines_are_refused(void **state)
{
    (void)state;
    handmade h = two_lines(1);
    (void)mover(&h, 80, 0, 2);
    h.rates.n_line = 1;
    kh_sim_result *result = NULL;
    kh_error err = {0};
    assert_int_equal(handmade_try(&h, &result, &err), KH_ERANGE);
    handmade_destroy(&h);
}

/* Transfers that come at random and go one after the other are M/D/1: W = rho / (2 mu (1 - rho)) + 1 / mu, here 80 s (1 + 2). */
static void random_transfers_wait_as_in_m_d_1(void **state)
{
    (void)state;
    control_sample sample;
    handmade h = two_lines(1);
    mover(&h, 100, 0, 1)->transfer = (kh_transfer){.volume_tb = 1, .every_h = 100 * S, .rhythm = KH_RHYTHM_POISSON};
    h.options.duration_s = 1e7;
    h.options.warm_up_s = 1e5;
    h.options.audit = false;
    for (uint64_t i = 0; i < CONTROL_RUNS; i++) {
        h.options.seed = 900 + i;
        const kh_sim_transfers *t = &handmade_run(&h)->demands[0].transfers;
        sample.values[i] = t->mean_completion_s;
        sample.controls[i] = t->moved_bits / 100e9 / 9.9e6;
    }
    handmade_destroy(&h);
    control_assert(control_estimate(&sample, 0.8), 240, 1.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_transfer_takes_its_volume_over_its_rate),
        cmocka_unit_test(transfers_of_one_demand_go_one_after_the_other),
        cmocka_unit_test(demands_share_a_line_max_min_fairly),
        cmocka_unit_test(a_cut_of_a_fibre_stalls_the_transfers_over_it),
        cmocka_unit_test(data_stop_when_key_and_grace_are_over),
        cmocka_unit_test(data_go_on_with_a_fallback),
        cmocka_unit_test(data_move_at_the_share_of_the_pairs_that_have_key),
        cmocka_unit_test(rates_that_do_not_know_the_lines_are_refused),
        cmocka_unit_test(random_transfers_wait_as_in_m_d_1),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
