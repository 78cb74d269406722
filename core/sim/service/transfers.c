/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/service/transfers.h"

#include <math.h>

static const double S_PER_H = 3600, BITS_PER_TB = 8e12;

/* --- moving --- */

static void settle(kh_transfers_demand *demand, kh_ns now)
{
    double since_s = kh_s_from_ns(now - demand->settled);
    demand->settled = now;
    if (demand->queue.n == 0)
        return;
    demand->stalled_lines_s += demand->lines_up ? 0 : since_s;
    demand->stalled_keys_s += demand->lines_up ? since_s * (1 - demand->share_up) : 0;
    double exact = demand->rate_bps * since_s + demand->carry;
    int64_t whole = exact < (double)demand->left ? (int64_t)exact : demand->left;
    demand->carry = exact < (double)demand->left ? exact - (double)whole : 0;
    demand->left -= whole;
    demand->moved += (uint64_t)whole;
}

/* --- who moves how fast --- */

static double cap_bps(const kh_transfers_demand *demand)
{
    return demand->most_bps * demand->share_up;
}

static void look_around(const kh_transfers *transfers, kh_transfers_demand *demand)
{
    demand->lines_up = true;
    for (size_t i = 0; i < demand->n_over; i++) {
        uint32_t line = demand->over[i].i;
        demand->lines_up = demand->lines_up && kh_lines_up(transfers->lines, line) && transfers->capacity_bps[line] > 0;
    }
    demand->share_up = kh_encryptors_share_up(transfers->encryptors, demand->demand);
}

static void begin_filling(kh_transfers *transfers)
{
    for (size_t i = 0; i < transfers->lines->n; i++) {
        transfers->spare_bps[i] = transfers->capacity_bps[i];
        transfers->sharing[i] = 0;
    }
    for (size_t i = 0; i < transfers->n; i++) {
        kh_transfers_demand *demand = &transfers->demands[i];
        demand->rate_bps = 0;
        transfers->rising[i] = demand->queue.n > 0 && demand->lines_up && cap_bps(demand) > 0;
        for (size_t k = 0; transfers->rising[i] && k < demand->n_over; k++)
            transfers->sharing[demand->over[k].i]++;
    }
}

/* By how much all that rise can rise together. INFINITY: none does. */
static double next_step_bps(const kh_transfers *transfers)
{
    double step_bps = (double)INFINITY;
    for (size_t i = 0; i < transfers->n; i++) {
        const kh_transfers_demand *demand = &transfers->demands[i];
        if (!transfers->rising[i])
            continue;
        step_bps = fmin(step_bps, cap_bps(demand) - demand->rate_bps);
        for (size_t k = 0; k < demand->n_over; k++)
            step_bps = fmin(step_bps, transfers->spare_bps[demand->over[k].i] / transfers->sharing[demand->over[k].i]);
    }
    return step_bps;
}

static const double FULL = 1e-12; /* what is left of a whole when only rounding is */

static bool can_rise(const kh_transfers *transfers, const kh_transfers_demand *demand)
{
    if (demand->rate_bps >= cap_bps(demand) * (1 - FULL))
        return false;
    for (size_t k = 0; k < demand->n_over; k++) {
        uint32_t line = demand->over[k].i;
        if (transfers->spare_bps[line] <= transfers->capacity_bps[line] * FULL)
            return false;
    }
    return true;
}

static void raise_all(kh_transfers *transfers, double step_bps)
{
    for (size_t i = 0; i < transfers->lines->n; i++)
        transfers->spare_bps[i] -= step_bps * transfers->sharing[i];
    for (size_t i = 0; i < transfers->n; i++)
        transfers->demands[i].rate_bps += transfers->rising[i] ? step_bps : 0;
    for (size_t i = 0; i < transfers->n; i++) {
        const kh_transfers_demand *demand = &transfers->demands[i];
        if (!transfers->rising[i] || can_rise(transfers, demand))
            continue;
        transfers->rising[i] = false;
        for (size_t k = 0; k < demand->n_over; k++)
            transfers->sharing[demand->over[k].i]--;
    }
}

static void schedule_end(kh_transfers *transfers, uint32_t index)
{
    kh_transfers_demand *demand = &transfers->demands[index];
    (void)kh_queue_cancel(&transfers->kernel->queue, demand->done);
    demand->done = (kh_timer){0};
    if (!(demand->rate_bps > 0))
        return;
    double left_s = fmin(((double)demand->left - demand->carry) / demand->rate_bps, KH_LONGEST_S);
    kh_ns end = kh_kernel_now(transfers->kernel) + (kh_ns)ceil(left_s * KH_NS_PER_S);
    demand->done = kh_queue_push_timer(&transfers->kernel->queue, end, transfers->done, index);
}

/* After any change: everyone is settled, then rates are dealt out anew (progressive filling). An unchanged rate keeps its end. */
static void share_out(kh_transfers *transfers)
{
    kh_ns now = kh_kernel_now(transfers->kernel);
    for (size_t i = 0; i < transfers->n; i++) {
        settle(&transfers->demands[i], now);
        look_around(transfers, &transfers->demands[i]);
    }
    begin_filling(transfers);
    for (double step_bps = next_step_bps(transfers); isfinite(step_bps); step_bps = next_step_bps(transfers))
        raise_all(transfers, step_bps);
    for (uint32_t i = 0; i < transfers->n; i++)
        schedule_end(transfers, i);
}

/* --- events --- */

static void schedule_start(kh_transfers *transfers, uint32_t index)
{
    kh_transfers_demand *demand = &transfers->demands[index];
    kh_ns next;
    if (demand->poisson)
        next = demand->last_start + transfers->draw(&demand->rng, demand->every_s * KH_NS_PER_S);
    else
        next = kh_ns_from_s(demand->start_s + demand->every_s * (double)demand->started);
    demand->started++;
    demand->last_start = next;
    kh_queue_push(&transfers->kernel->queue, next, transfers->start, index);
}

static void start(void *self, uint32_t index)
{
    kh_transfers *transfers = self;
    kh_transfers_demand *demand = &transfers->demands[index];
    kh_ns now = kh_kernel_now(transfers->kernel);
    demand->begun++;
    if (!kh_fifo_push(&demand->queue, &now)) {
        transfers->kernel->queue.status = KH_ENOMEM;
        return;
    }
    if (demand->queue.n == 1) {
        demand->settled = now;
        demand->left = demand->volume;
        demand->carry = 0;
        share_out(transfers);
    }
    schedule_start(transfers, index);
}

static void complete(void *self, uint32_t index)
{
    kh_transfers *transfers = self;
    kh_transfers_demand *demand = &transfers->demands[index];
    kh_ns now = kh_kernel_now(transfers->kernel);
    settle(demand, now);
    demand->moved += (uint64_t)demand->left; /* what rounding of the rate left over: a bit or so */
    double took_s = kh_s_from_ns(now - *(const kh_ns *)kh_fifo_at(&demand->queue, 0));
    demand->completed++;
    demand->completion_s += took_s;
    demand->longest_s = fmax(demand->longest_s, took_s);
    kh_fifo_pop(&demand->queue);
    demand->left = demand->queue.n > 0 ? demand->volume : 0;
    demand->carry = 0;
    share_out(transfers);
}

static void hear_line(void *self, uint32_t line)
{
    (void)line;
    share_out(self);
}

static void hear_keys(void *self, uint32_t demand)
{
    kh_transfers *transfers = self;
    if (transfers->demands[transfers->of[demand]].queue.n > 0)
        share_out(transfers);
}

/* --- reading out --- */

static int64_t moved_of_front(const kh_transfers_demand *demand)
{
    return demand->queue.n > 0 ? demand->volume - demand->left : 0;
}

double kh_transfers_moved_bits(const kh_transfers_demand *demand)
{
    return (double)demand->completed * (double)demand->volume + (double)(moved_of_front(demand) - demand->moved_before);
}

const kh_transfers_demand *kh_transfers_settled(kh_transfers *transfers, uint32_t demand, kh_ns end)
{
    if (transfers->of == NULL || transfers->of[demand] == KH_NO_INDEX)
        return NULL;
    kh_transfers_demand *found = &transfers->demands[transfers->of[demand]];
    settle(found, end);
    return found;
}

double kh_transfers_expected_events(const kh_transfers *transfers, kh_ns end)
{
    double events = 0;
    for (size_t i = 0; i < transfers->n; i++)
        events += 2 * kh_s_from_ns(end) / transfers->demands[i].every_s;
    return events;
}

/* --- as a part --- */

static void restart(void *self)
{
    kh_transfers *transfers = self;
    for (size_t i = 0; i < transfers->n; i++) {
        kh_transfers_demand *demand = &transfers->demands[i];
        settle(demand, kh_kernel_now(transfers->kernel));
        demand->moved_before = moved_of_front(demand);
        demand->moved = demand->begun = demand->completed = 0;
        demand->completion_s = demand->longest_s = demand->stalled_lines_s = demand->stalled_keys_s = 0;
    }
}

static void visit_demand(kh_transfers_demand *demand, kh_state *state)
{
    KH_STATE(state, demand->rng);
    KH_STATE(state, demand->started);
    KH_STATE(state, demand->last_start);
    kh_fifo_visit(&demand->queue, state);
    KH_STATE(state, demand->left);
    KH_STATE(state, demand->carry);
    KH_STATE(state, demand->rate_bps);
    KH_STATE(state, demand->share_up);
    KH_STATE(state, demand->lines_up);
    KH_STATE(state, demand->settled);
    KH_STATE(state, demand->done);
    KH_STATE(state, demand->moved);
    KH_STATE(state, demand->moved_before);
    KH_STATE(state, demand->begun);
    KH_STATE(state, demand->completed);
    KH_STATE(state, demand->completion_s);
    KH_STATE(state, demand->longest_s);
    KH_STATE(state, demand->stalled_lines_s);
    KH_STATE(state, demand->stalled_keys_s);
}

static void visit(void *self, kh_state *state)
{
    kh_transfers *transfers = self;
    for (size_t i = 0; i < transfers->n; i++)
        visit_demand(&transfers->demands[i], state);
}

static void reseed(void *self, uint64_t salt)
{
    kh_transfers *transfers = self;
    for (size_t i = 0; i < transfers->n; i++)
        kh_rng_reseed(&transfers->demands[i].rng, salt);
}

/* What was moved bit by bit is what is gone from the transfers. */
static kh_status audit(const void *self, kh_error *err)
{
    const kh_transfers *transfers = self;
    for (size_t i = 0; i < transfers->n; i++) {
        const kh_transfers_demand *demand = &transfers->demands[i];
        uint64_t gone = demand->completed * (uint64_t)demand->volume + (uint64_t)(moved_of_front(demand) - demand->moved_before);
        if (gone != demand->moved || demand->left < 0 || demand->left > demand->volume)
            return kh_fail(err, KH_EINTERNAL,
                           "audit: data moved = data gone from transfers is broken at t = %.9f s for demand '%s': %llu, %llu bit",
                           kh_s_from_ns(kh_kernel_now(transfers->kernel)), transfers->net->demands[demand->demand].id,
                           (unsigned long long)demand->moved, (unsigned long long)gone);
    }
    return KH_OK;
}

static const kh_part_ops ops = {.name = "transfers", .restart = restart, .visit = visit, .audit = audit, .reseed = reseed};

/* --- setting up --- */

static kh_transfers_demand demand_of(const kh_transfers_setup *setup, uint32_t i, kh_arena *arena)
{
    const kh_demand *demand = &setup->net->demands[i];
    const kh_transfer *given = &demand->transfer;
    return (kh_transfers_demand){.demand = i,
                                 .over = demand->over,
                                 .n_over = demand->n_over,
                                 .most_bps = demand->data_gbps * 1e9,
                                 .volume = (int64_t)llround(given->volume_tb * BITS_PER_TB),
                                 .start_s = given->start_h * S_PER_H,
                                 .every_s = given->every_h * S_PER_H,
                                 .poisson = given->rhythm == KH_RHYTHM_POISSON,
                                 .rng = kh_rng_stream(setup->seed, demand->id, "transfers"),
                                 .last_start = kh_ns_from_s(given->start_h * S_PER_H),
                                 .queue = kh_fifo_of(sizeof(kh_ns), arena)};
}

static kh_status allocate(kh_transfers *transfers, const kh_transfers_setup *setup, kh_arena *arena, kh_error *err)
{
    size_t n_lines = setup->net->n_line_systems, n_demands = setup->net->n_demands;
    if (setup->rates->n_line != n_lines)
        return kh_fail(err, KH_ERANGE, "rates of %zu line systems do not fit a network with %zu", setup->rates->n_line, n_lines);
    transfers->demands = KH_NEW(arena, kh_transfers_demand, n_demands);
    transfers->of = KH_NEW(arena, uint32_t, n_demands);
    transfers->rising = KH_NEW(arena, bool, n_demands);
    transfers->capacity_bps = KH_NEW(arena, double, n_lines);
    transfers->spare_bps = KH_NEW(arena, double, n_lines);
    transfers->sharing = KH_NEW(arena, uint32_t, n_lines);
    if (transfers->demands == NULL || transfers->of == NULL || transfers->rising == NULL || transfers->capacity_bps == NULL ||
        transfers->spare_bps == NULL || transfers->sharing == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for transfers of %zu demands", n_demands);
    for (size_t i = 0; i < n_lines; i++)
        transfers->capacity_bps[i] = setup->rates->line[i].capacity_gbps * 1e9;
    return KH_OK;
}

kh_status kh_transfers_init(kh_transfers *transfers, const kh_transfers_setup *setup, kh_arena *arena, kh_error *err)
{
    const kh_net *net = setup->net;
    *transfers = (kh_transfers){
        .kernel = setup->kernel, .net = net, .lines = setup->lines, .encryptors = setup->encryptors, .draw = kh_draw_exponential};
    if (setup->lines->n == 0)
        return KH_OK;
    KH_TRY(allocate(transfers, setup, arena, err));
    KH_TRY(kh_kernel_handle(setup->kernel, "transfer", start, transfers, &transfers->start, err));
    KH_TRY(kh_kernel_handle(setup->kernel, "moved", complete, transfers, &transfers->done, err));
    KH_TRY(kh_kernel_join(setup->kernel, &ops, transfers, err));
    setup->lines->tell = hear_line;
    setup->encryptors->tell = hear_keys;
    setup->lines->self = setup->encryptors->self = transfers;
    for (uint32_t i = 0; i < net->n_demands; i++) {
        bool moves = net->demands[i].transfer.volume_tb > 0;
        transfers->of[i] = moves ? (uint32_t)transfers->n : KH_NO_INDEX;
        if (!moves)
            continue;
        transfers->demands[transfers->n] = demand_of(setup, i, arena);
        KH_TRY(kh_encryptors_watch(setup->encryptors, i, arena, err));
        schedule_start(transfers, (uint32_t)transfers->n++);
    }
    return KH_OK;
}
