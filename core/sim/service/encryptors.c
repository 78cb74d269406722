/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/service/encryptors.h"

#include <math.h>

/* --- the clock of a flow --- */

/* When key n is due. The periods of one request differ by a nanosecond at most, so that together they make its interval. */
static kh_ns due(const kh_encryptors_demand *demand, kh_ns phase, int64_t n)
{
    int64_t request = n / demand->keys, key = n % demand->keys;
    kh_ns within = key == 0 ? 0 : (kh_ns)((double)demand->interval * (double)key / (double)demand->keys);
    return phase + request * demand->interval + within;
}

/* How many keys are due before @p time. */
static int64_t due_before(const kh_encryptors_demand *demand, kh_ns phase, kh_ns time)
{
    if (time <= phase)
        return 0;
    int64_t request = (time - phase - 1) / demand->interval;
    int64_t n = request * demand->keys + 1;
    if (demand->keys > 1) { /* the guess may be one off either way */
        double share = (double)(time - phase - request * demand->interval) / (double)demand->interval;
        n += (int64_t)(share * (double)demand->keys);
        while (due(demand, phase, n - 1) >= time)
            n--;
        while (due(demand, phase, n) < time)
            n++;
    }
    return n;
}

static kh_ns phase_of(const kh_encryptors_demand *demand, uint32_t flow)
{
    return demand->phases[flow / demand->directions];
}

static kh_ns later(kh_ns a, kh_ns b)
{
    return a > b ? a : b;
}

static kh_ns earlier(kh_ns a, kh_ns b)
{
    return a < b ? a : b;
}

/* The time from settled to @p now, dealt out to the states. */
static void settle(const kh_encryptors_demand *demand, kh_encryptors_flow *flow, kh_ns now)
{
    kh_ns from = flow->settled;
    kh_ns fresh = later(earlier(now, flow->fresh_end) - from, 0);
    kh_ns grace = later(earlier(now, flow->fresh_end + demand->grace) - later(from, flow->fresh_end), 0);
    flow->sums[KH_FLOW_FRESH] += fresh;
    flow->sums[KH_FLOW_GRACE] += grace;
    flow->sums[demand->falls_back ? KH_FLOW_FALLBACK : KH_FLOW_STOPPED] += now - from - fresh - grace;
    flow->settled = now;
}

/* The same, and the keys changed in that time. @param next first key that is due at now or after */
static void settle_all(const kh_encryptors_demand *demand, kh_encryptors_flow *flow, kh_ns now, int64_t next)
{
    int64_t changed = (next < flow->keys ? next : flow->keys) - flow->next;
    settle(demand, flow, now);
    flow->changes += changed > 0 ? (uint64_t)changed : 0;
    flow->next = next;
}

/* --- keys come --- */

static kh_ns stop_time(const kh_encryptors_demand *demand, uint32_t flow)
{
    return demand->flows[flow].fresh_end + demand->grace;
}

static void set_stopped(kh_encryptors *encryptors, uint32_t demand_index, uint32_t flow, bool stopped)
{
    kh_encryptors_demand *demand = &encryptors->demands[demand_index];
    demand->stopped[flow] = stopped;
    demand->n_stopped = stopped ? demand->n_stopped + 1 : demand->n_stopped - 1;
    encryptors->tell(encryptors->self, demand_index);
}

static void schedule_stop(kh_encryptors *encryptors, const kh_encryptors_demand *demand, uint32_t flow)
{
    kh_queue_push(&encryptors->kernel->queue, stop_time(demand, flow), encryptors->stop, demand->first + flow);
}

/* A key that comes when its time is over counts from the last one that was due: it is put to use at once. */
static void put_to_use(kh_encryptors *encryptors, uint32_t demand_index, uint32_t index)
{
    kh_encryptors_demand *demand = &encryptors->demands[demand_index];
    kh_encryptors_flow *flow = &demand->flows[index];
    kh_ns now = kh_kernel_now(encryptors->kernel);
    if (flow->fresh_end > KH_LONGEST_NS)
        return; /* a rush brought more keys than can ever be due */
    if (now <= flow->fresh_end) {
        flow->keys += demand->keys;
        flow->fresh_end += demand->interval;
        return;
    }
    if (now - flow->fresh_end < demand->period) { /* the usual case: a key that took its time on the way */
        settle_all(demand, flow, now, flow->keys + 1);
        flow->keys += demand->keys;
        flow->fresh_end += demand->interval;
        flow->changes++;
    } else {
        kh_ns phase = phase_of(demand, index);
        int64_t n = due_before(demand, phase, now);
        bool is_due_now = due(demand, phase, n) == now;
        settle_all(demand, flow, now, n);
        flow->keys = n + demand->keys - (is_due_now ? 0 : 1);
        flow->fresh_end = due(demand, phase, flow->keys);
        flow->changes += is_due_now ? 0 : 1;
    }
    if (demand->watched && demand->stopped[index]) {
        set_stopped(encryptors, demand_index, index, false);
        schedule_stop(encryptors, demand, index);
    }
}

static void hear(void *self, uint32_t demand, uint32_t ticket, bool served)
{
    if (served)
        put_to_use(self, demand, ticket);
}

/* Keys that came in between have moved the time of the stop. */
static void may_stop(void *self, uint32_t watched)
{
    kh_encryptors *encryptors = self;
    uint32_t demand_index = encryptors->watched[watched];
    const kh_encryptors_demand *demand = &encryptors->demands[demand_index];
    uint32_t flow = watched - demand->first;
    if (stop_time(demand, flow) > kh_kernel_now(encryptors->kernel))
        schedule_stop(encryptors, demand, flow);
    else
        set_stopped(encryptors, demand_index, flow, true);
}

/* --- reading out --- */

double kh_encryptors_share_up(const kh_encryptors *encryptors, uint32_t demand)
{
    const kh_encryptors_demand *d = &encryptors->demands[demand];
    return d->n_flows == 0 ? 1 : 1 - (double)d->n_stopped / d->n_flows;
}

kh_encryptors_sums kh_encryptors_read(const kh_encryptors *encryptors, uint32_t demand, kh_ns end)
{
    const kh_encryptors_demand *d = &encryptors->demands[demand];
    kh_encryptors_sums sums = {{0}, 0};
    for (uint32_t i = 0; i < d->n_flows; i++) {
        kh_encryptors_flow flow = d->flows[i];
        settle_all(d, &flow, end, due_before(d, phase_of(d, i), end));
        for (int k = 0; k < KH_FLOW_STATES; k++)
            sums.share[k] += (double)flow.sums[k];
        sums.changes += (double)flow.changes;
    }
    double whole = (double)d->n_flows * (double)(end - encryptors->start);
    for (int k = 0; k < KH_FLOW_STATES; k++)
        sums.share[k] = d->n_flows == 0 ? (double)NAN : sums.share[k] / whole;
    return sums;
}

/* --- as a part --- */

static void restart(void *self)
{
    kh_encryptors *encryptors = self;
    encryptors->start = kh_kernel_now(encryptors->kernel);
    for (size_t i = 0; i < encryptors->n; i++) {
        kh_encryptors_demand *demand = &encryptors->demands[i];
        for (uint32_t k = 0; k < demand->n_flows; k++)
            demand->flows[k] = (kh_encryptors_flow){.keys = demand->flows[k].keys,
                                                    .fresh_end = demand->flows[k].fresh_end,
                                                    .next = due_before(demand, phase_of(demand, k), encryptors->start),
                                                    .settled = encryptors->start};
    }
}

static void visit(void *self, kh_state *state)
{
    kh_encryptors *encryptors = self;
    KH_STATE(state, encryptors->start);
    for (size_t i = 0; i < encryptors->n; i++) {
        kh_encryptors_demand *demand = &encryptors->demands[i];
        kh_state_visit(state, demand->flows, demand->n_flows * sizeof demand->flows[0]);
        if (demand->watched) {
            kh_state_visit(state, demand->stopped, demand->n_flows * sizeof demand->stopped[0]);
            KH_STATE(state, demand->n_stopped);
        }
    }
}

static kh_status audit(const void *self, kh_error *err)
{
    const kh_encryptors *encryptors = self;
    for (size_t i = 0; i < encryptors->n; i++) {
        const kh_encryptors_demand *demand = &encryptors->demands[i];
        for (uint32_t k = 0; k < demand->n_flows; k++) {
            const kh_encryptors_flow *flow = &demand->flows[k];
            kh_ns sum = 0;
            for (int s = 0; s < KH_FLOW_STATES; s++)
                sum += flow->sums[s];
            if (sum != flow->settled - encryptors->start)
                return kh_fail(
                    err, KH_EINTERNAL,
                    "audit: times in all states add up is broken at t = %.9f s for flow %u of demand %zu: %lld of %lld ns",
                    kh_s_from_ns(kh_kernel_now(encryptors->kernel)), (unsigned)k, i, (long long)sum,
                    (long long)(flow->settled - encryptors->start));
        }
    }
    return KH_OK;
}

static const kh_part_ops ops = {.name = "encryptors", .restart = restart, .visit = visit, .audit = audit};

static kh_status init_demand(kh_encryptors *encryptors, const kh_net *net, const kh_asking *asking, uint32_t i, kh_arena *arena)
{
    const kh_demand *demand = &net->demands[i];
    const kh_traffic *traffic = &asking->traffic[i];
    if (demand->use != KH_USE_AES_256 || traffic->keys_at_once == 0)
        return KH_OK;
    kh_encryptors_demand *out = &encryptors->demands[i];
    double keys = asking->relay->demands[i].keys, period_ns = traffic->interval_ns / keys;
    *out = (kh_encryptors_demand){.n_flows = (uint32_t)traffic->n_phases * traffic->keys_at_once,
                                  .directions = traffic->keys_at_once,
                                  .phases = traffic->phases,
                                  .interval = (kh_ns)traffic->interval_ns,
                                  .period = (kh_ns)floor(period_ns),
                                  .keys = (int64_t)keys};
    out->grace = kh_ns_from_s(isnan(demand->grace_s) ? period_ns / KH_NS_PER_S : demand->grace_s);
    out->falls_back = kh_demand_fallback(demand) != KH_FALLBACK_NONE;
    out->flows = KH_NEW(arena, kh_encryptors_flow, out->n_flows);
    if (out->flows == NULL)
        return KH_ENOMEM;
    for (uint32_t k = 0; k < out->n_flows; k++)
        out->flows[k].fresh_end = phase_of(out, k);
    kh_pairs_set_client(asking->kms->pairs, i, (kh_relay_client){hear, encryptors});
    return KH_OK;
}

kh_status kh_encryptors_init(kh_encryptors *encryptors, const kh_net *net, const kh_asking *asking, kh_arena *arena, kh_error *err)
{
    *encryptors = (kh_encryptors){.kernel = asking->kernel, .n = net->n_demands};
    encryptors->demands = KH_NEW(arena, kh_encryptors_demand, encryptors->n);
    kh_status status = encryptors->demands == NULL ? KH_ENOMEM : KH_OK;
    for (uint32_t i = 0; i < encryptors->n && status == KH_OK; i++)
        status = init_demand(encryptors, net, asking, i, arena);
    if (status != KH_OK)
        return kh_fail(err, status, "out of memory for the encryptors of %zu demands", encryptors->n);
    KH_TRY(kh_kernel_handle(encryptors->kernel, "stop", may_stop, encryptors, &encryptors->stop, err));
    return kh_kernel_join(encryptors->kernel, &ops, encryptors, err);
}

kh_status kh_encryptors_watch(kh_encryptors *encryptors, uint32_t demand_index, kh_arena *arena, kh_error *err)
{
    kh_encryptors_demand *demand = &encryptors->demands[demand_index];
    if (demand->falls_back || demand->n_flows == 0)
        return KH_OK; /* it never stops */
    size_t n = encryptors->n_watched + demand->n_flows;
    uint32_t *watched = KH_NEW(arena, uint32_t, n);
    demand->stopped = KH_NEW(arena, bool, demand->n_flows);
    if (watched == NULL || demand->stopped == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for %u flows", (unsigned)demand->n_flows);
    for (size_t i = 0; i < n; i++)
        watched[i] = i < encryptors->n_watched ? encryptors->watched[i] : demand_index;
    demand->watched = true;
    demand->first = (uint32_t)encryptors->n_watched;
    encryptors->watched = watched;
    encryptors->n_watched = n;
    for (uint32_t i = 0; i < demand->n_flows; i++)
        schedule_stop(encryptors, demand, i);
    return KH_OK;
}
