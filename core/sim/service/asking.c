/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/service/asking.h"

#include <math.h>

static const kh_ns LONG_OWN_TIME = INT64_C(1) << 61; /* with an interval between requests still within 63 bits */

/* Demands whose memory a processor keeps at hand by itself. */
enum { FITS_A_CACHE = 4096 };

static kh_ns due_of(const kh_asking_pace *pace)
{
    kh_ns own = pace->own_due - pace->own_since;
    return pace->since + (pace->factor == 1 ? own : kh_ns_from_s(kh_s_from_ns(own) / pace->factor));
}

/* The demand's own time counts from its present request on: in a rush it may be longer than any run. */
static void begin_own_time(kh_asking *asking, uint32_t demand)
{
    kh_asking_pace *pace = &asking->paces[demand];
    asking->traffic[demand].cycle -= pace->own_due;
    pace->since = kh_kernel_now(asking->kernel);
    pace->own_since = pace->own_due = 0;
}

static void schedule(kh_asking *asking, uint32_t demand)
{
    if (asking->paces != NULL && asking->paces[demand].own_due > LONG_OWN_TIME)
        begin_own_time(asking, demand);
    kh_ns due = kh_traffic_next(&asking->traffic[demand]);
    if (asking->paces != NULL) {
        kh_asking_pace *pace = &asking->paces[demand];
        pace->own_due = due;
        due = pace->due = due_of(pace);
    }
    kh_queue_push(&asking->kernel->queue, due, asking->request, demand);
}

static void ask(void *self, uint32_t demand)
{
    kh_asking *asking = self;
    if (asking->paces != NULL && asking->paces[demand].due != kh_kernel_now(asking->kernel))
        return; /* the request has moved */
    const kh_traffic *traffic = &asking->traffic[demand];
    size_t phase = (traffic->next_phase == 0 ? traffic->n_phases : traffic->next_phase) - 1; /* whose time has come */
    for (uint32_t i = 0; i < traffic->keys_at_once; i++)
        kh_kms_ask(asking->kms, demand, (uint32_t)phase * traffic->keys_at_once + i);
    schedule(asking, demand);
}

void kh_asking_hurry(kh_asking *asking, uint32_t demand, double factor)
{
    kh_asking_pace *pace = &asking->paces[demand];
    kh_ns now = kh_kernel_now(asking->kernel), before = pace->due;
    if (asking->traffic[demand].keys_at_once == 0 || factor == pace->factor)
        return;
    double own_passed = (double)(now - pace->since) * pace->factor;
    bool is_due = own_passed >= (double)(pace->own_due - pace->own_since);
    pace->own_since = is_due ? pace->own_due : pace->own_since + (kh_ns)llround(own_passed);
    pace->since = now;
    pace->factor = factor;
    pace->due = due_of(pace);
    if (pace->due != before)
        kh_queue_push(&asking->kernel->queue, pace->due, asking->request, demand);
}

static void warm(const void *self, uint32_t demand, unsigned step)
{
    const kh_asking *asking = self;
    const char *traffic = (const char *)&asking->traffic[demand];
    for (size_t i = 0; step == 0 && i < sizeof *asking->traffic; i += KH_CACHE_LINE)
        __builtin_prefetch(traffic + i);
    kh_relay_warm(asking->relay, demand, step);
}

static kh_status make_paces(kh_asking *asking, kh_arena *arena, kh_error *err)
{
    asking->paces = KH_NEW(arena, kh_asking_pace, asking->n);
    if (asking->paces == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for the pace of %zu demands", asking->n);
    for (size_t i = 0; i < asking->n; i++)
        asking->paces[i].factor = 1;
    return KH_OK;
}

static void visit(void *self, kh_state *state)
{
    kh_asking *asking = self;
    for (size_t i = 0; i < asking->n; i++) {
        kh_traffic *traffic = &asking->traffic[i];
        KH_STATE(state, traffic->carry);
        KH_STATE(state, traffic->next_phase);
        KH_STATE(state, traffic->cycle);
        KH_STATE(state, traffic->rng);
        if (asking->paces != NULL)
            KH_STATE(state, asking->paces[i]);
    }
}

static void reseed(void *self, uint64_t salt)
{
    kh_asking *asking = self;
    for (size_t i = 0; i < asking->n; i++)
        if (asking->traffic[i].poisson)
            kh_rng_reseed(&asking->traffic[i].rng, salt);
}

static const kh_part_ops ops = {.name = "asking", .visit = visit, .reseed = reseed};

kh_status kh_asking_init(kh_asking *asking, const kh_asking_setup *setup, kh_arena *arena, kh_error *err)
{
    *asking = (kh_asking){.kernel = setup->relay->kernel, .kms = setup->kms, .relay = setup->relay, .n = setup->net->n_demands};
    asking->traffic = KH_NEW(arena, kh_traffic, asking->n);
    if (asking->traffic == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for %zu demands", asking->n);
    KH_TRY(kh_kernel_handle(asking->kernel, "request", ask, asking, &asking->request, err));
    KH_TRY(kh_kernel_join(asking->kernel, &ops, asking, err));
    if (asking->n > FITS_A_CACHE)
        kh_kernel_warm(asking->kernel, asking->request, warm);
    if (setup->varies)
        KH_TRY(make_paces(asking, arena, err));
    for (uint32_t i = 0; i < asking->n; i++) {
        if (setup->net->demands[i].calls.per_h > 0)
            continue;
        kh_demand requests = setup->net->demands[i]; /* as the relay serves them: several keys in one */
        requests.key_bits *= setup->relay->demands[i].keys;
        kh_status status = kh_traffic_init(&asking->traffic[i], &requests, setup->seed, arena, err);
        if (status != KH_OK)
            return kh_while(err, status, "demand '%s'", setup->net->demands[i].id);
        if (asking->traffic[i].keys_at_once > 0)
            schedule(asking, i);
    }
    return KH_OK;
}
