/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/users.h"

#include <math.h>

kh_status kh_users_init(kh_users *users, const kh_users_setup *setup, kh_arena *arena, kh_error *err)
{
    const kh_net *net = setup->net;
    users->relay = setup->relay;
    users->asking = setup->asking;
    KH_TRY(kh_pairs_init(&users->pairs, net, setup->relay, arena, err));
    KH_TRY(kh_kms_init(&users->kms, net, setup->seed, &users->pairs, arena, err));
    kh_asking_setup asking = {.net = net, .kms = &users->kms, .relay = setup->relay, .seed = setup->seed, .varies = setup->rushes};
    KH_TRY(kh_asking_init(users->asking, &asking, arena, err));
    KH_TRY(kh_encryptors_init(&users->encryptors, net, users->asking, arena, err));
    KH_TRY(kh_pads_init(&users->pads, net, users->asking, arena, err));
    KH_TRY(kh_calls_init(&users->calls, net, setup->seed, &users->kms, arena, err));
    kh_transfers_setup transfers = {.net = net,
                                    .rates = setup->rates,
                                    .kernel = setup->relay->kernel,
                                    .lines = setup->lines,
                                    .encryptors = &users->encryptors,
                                    .seed = setup->seed};
    return kh_transfers_init(&users->transfers, &transfers, arena, err);
}

double kh_users_expected_events(const kh_users *users, kh_ns end)
{
    double events = kh_calls_expected_events(&users->calls, end) + kh_transfers_expected_events(&users->transfers, end);
    for (size_t i = 0; users->asking != NULL && i < users->asking->n; i++) {
        const kh_traffic *traffic = &users->asking->traffic[i];
        if (traffic->keys_at_once > 0)
            events += (double)end / traffic->interval_ns * (double)traffic->n_phases * traffic->keys_at_once;
    }
    return events;
}

kh_sim_demand kh_users_absent(void)
{
    const double none = (double)NAN;
    return (kh_sim_demand){
        .encryptors = {.fresh = none, .grace = none, .fallback = none, .stopped = none},
        .pads = {.starved = none, .longest_gap_s = none},
        .kms = {.mean_wait_s = none, .busy = none},
        .calls = {.mean_busy = none, .all_busy = none},
        .transfers = {.mean_completion_s = none, .longest_completion_s = none, .stalled_by_lines = none, .stalled_by_keys = none}};
}

static double mean(double sum, double n)
{
    return n > 0 ? sum / n : (double)NAN;
}

static kh_sim_encryptors report_encryptors(const kh_users *users, uint32_t demand, kh_ns now)
{
    kh_encryptors_sums sums = kh_encryptors_read(&users->encryptors, demand, now);
    return (kh_sim_encryptors){.flows = users->encryptors.demands[demand].n_flows,
                               .fresh = sums.share[KH_FLOW_FRESH],
                               .grace = sums.share[KH_FLOW_GRACE],
                               .fallback = sums.share[KH_FLOW_FALLBACK],
                               .stopped = sums.share[KH_FLOW_STOPPED],
                               .changes = sums.changes};
}

static kh_sim_pair_store report_store(const kh_users *users, uint32_t demand)
{
    const kh_pairs_store *store = kh_pairs_of(&users->pairs, demand);
    if (store == NULL)
        return (kh_sim_pair_store){0};
    return (kh_sim_pair_store){.initial_bits = (double)store->initial,
                               .filled_bits = (double)store->filled,
                               .drawn_bits = (double)store->drawn,
                               .stored_bits = (double)store->level,
                               .lowest_bits = (double)store->lowest,
                               .failed = (double)store->failed};
}

static kh_sim_kms report_kms(const kh_users *users, uint32_t demand, kh_ns from, kh_ns now)
{
    const kh_kms_server *server = kh_kms_of(&users->kms, demand);
    if (server == NULL)
        return kh_users_absent().kms;
    const kh_kms_count *count = &users->kms.counts[demand];
    return (kh_sim_kms){.requests = (double)count->begun,
                        .mean_wait_s = mean(count->wait_s, (double)count->begun),
                        .busy = kh_s_from_ns(kh_kms_busy_ns(server, now)) / kh_s_from_ns(now - from),
                        .longest_queue = (double)server->longest};
}

static kh_sim_calls report_calls(const kh_users *users, uint32_t demand, kh_ns from, kh_ns now)
{
    const kh_calls_demand *calls = kh_calls_of(&users->calls, demand);
    if (calls == NULL)
        return kh_users_absent().calls;
    return (kh_sim_calls){.offered = (double)calls->offered,
                          .without_line = (double)calls->without_line,
                          .without_key = (double)calls->without_key,
                          .cut = (double)calls->cut,
                          .mean_busy = kh_calls_mean_busy(calls, from, now),
                          .most_busy = calls->most_busy,
                          .all_busy = kh_calls_share_all_busy(calls, from, now)};
}

static kh_sim_transfers report_transfers(kh_users *users, uint32_t demand, kh_ns from, kh_ns now)
{
    const kh_transfers_demand *moves = kh_transfers_settled(&users->transfers, demand, now);
    kh_sim_transfers report = kh_users_absent().transfers;
    if (moves == NULL)
        return report;
    report.begun = (double)moves->begun;
    report.completed = (double)moves->completed;
    report.waiting = (double)moves->queue.n;
    report.moved_bits = kh_transfers_moved_bits(moves);
    report.mean_completion_s = mean(moves->completion_s, report.completed);
    report.longest_completion_s = moves->completed > 0 ? moves->longest_s : (double)NAN;
    report.stalled_by_lines = moves->stalled_lines_s / kh_s_from_ns(now - from);
    report.stalled_by_keys = moves->stalled_keys_s / kh_s_from_ns(now - from);
    return report;
}

/* How the requests of the application were served: by the pair's store, or by the relay itself. */
static kh_tally tally_of(const kh_users *users, uint32_t i)
{
    const kh_pairs_store *store = kh_pairs_of(&users->pairs, i);
    const kh_relay_demand *demand = &users->relay->demands[i];
    if (store != NULL)
        return store->tally;
    return (kh_tally){.requests = demand->requests,
                      .served = demand->served,
                      .late = demand->late,
                      .blocked = demand->blocked,
                      .wait_s = demand->wait_s,
                      .waiting = demand->waiting,
                      .missed = demand->missed,
                      .starved_since = demand->starved_since,
                      .starved_ns = demand->starved_ns};
}

kh_sim_demand kh_users_report(kh_users *users, uint32_t i, kh_ns from, kh_ns now)
{
    const kh_relay_demand *demand = &users->relay->demands[i];
    kh_tally tally = tally_of(users, i);
    kh_pads_gaps gaps = kh_pads_read(&users->pads, i, now);
    return (kh_sim_demand){
        .requests = (double)tally.requests * demand->keys,
        .served = (double)tally.served * demand->keys,
        .late = (double)tally.late * demand->keys,
        .blocked = (double)tally.blocked * demand->keys,
        .delivered_bits = (double)tally.served * (double)demand->key_bits,
        .mean_wait_s = mean(tally.wait_s, (double)tally.served),
        .availability = 1 - kh_s_from_ns(kh_tally_starved_ns(&tally, now)) / kh_s_from_ns(now - from),
        .encryptors = report_encryptors(users, i, now),
        .pads = {.starved = gaps.share, .longest_gap_s = gaps.longest_s},
        .store = report_store(users, i),
        .kms = report_kms(users, i, from, now),
        .calls = report_calls(users, i, from, now),
        .transfers = report_transfers(users, i, from, now),
    };
}
