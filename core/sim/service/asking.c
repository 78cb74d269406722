/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/service/asking.h"

static void schedule(kh_asking *asking, uint32_t demand)
{
    kh_queue_push(&asking->kernel->queue, kh_traffic_next(&asking->traffic[demand]), asking->request, demand);
}

static void ask(void *self, uint32_t demand)
{
    kh_asking *asking = self;
    const kh_traffic *traffic = &asking->traffic[demand];
    size_t phase = (traffic->next_phase == 0 ? traffic->n_phases : traffic->next_phase) - 1; /* whose time has come */
    for (uint32_t i = 0; i < traffic->keys_at_once; i++)
        kh_kms_ask(asking->kms, demand, (uint32_t)phase * traffic->keys_at_once + i);
    schedule(asking, demand);
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
    }
}

static const kh_part_ops ops = {.name = "asking", .visit = visit};

kh_status kh_asking_init(kh_asking *asking, const kh_asking_setup *setup, kh_arena *arena, kh_error *err)
{
    *asking = (kh_asking){.kernel = setup->relay->kernel, .kms = setup->kms, .relay = setup->relay, .n = setup->net->n_demands};
    asking->traffic = KH_NEW(arena, kh_traffic, asking->n);
    if (asking->traffic == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for %zu demands", asking->n);
    KH_TRY(kh_kernel_handle(asking->kernel, "request", ask, asking, &asking->request, err));
    KH_TRY(kh_kernel_join(asking->kernel, &ops, asking, err));
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
