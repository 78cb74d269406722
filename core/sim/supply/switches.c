/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/supply/switches.h"

#include "core/sim/supply/production.h"

static void wait_for(kh_switches *switches, uint32_t i, kh_ns time)
{
    kh_kernel *kernel = switches->links->kernel;
    kh_queue_push(&kernel->queue, kh_kernel_now(kernel) + time, switches->step, i);
}

static void step(void *self, uint32_t i)
{
    kh_switches *switches = self;
    kh_turns *t = &switches->turns[i];
    if (!t->changes)
        kh_production_pause(switches->links, t->of->links[t->turn].i);
    t->changes = !t->changes && t->gap > 0;
    if (!t->changes) {
        t->turn = (uint32_t)((t->turn + 1) % t->of->n_links);
        kh_production_resume(switches->links, t->of->links[t->turn].i);
    }
    wait_for(switches, i, t->changes ? t->gap : t->dwell);
}

static void begin(kh_switches *switches, uint32_t i)
{
    kh_turns *t = &switches->turns[i];
    *t = (kh_turns){.of = &switches->links->net->optical_switches[i]};
    t->dwell = kh_ns_from_s(t->of->dwell_s);
    t->gap = kh_ns_from_s(t->of->changeover_s);
    if (t->of->n_links < 2)
        return;
    for (size_t k = 1; k < t->of->n_links; k++)
        kh_production_pause(switches->links, t->of->links[k].i);
    wait_for(switches, i, t->dwell);
}

double kh_switches_events(const kh_switches *switches, kh_ns end)
{
    double events = 0;
    for (size_t i = 0; i < switches->n; i++) {
        const kh_turns *t = &switches->turns[i];
        if (t->of->n_links > 1)
            events += (t->gap > 0 ? 2 : 1) * (double)end / (double)(t->dwell + t->gap);
    }
    return events;
}

static void visit(void *self, kh_state *state)
{
    kh_switches *switches = self;
    for (size_t i = 0; i < switches->n; i++) {
        KH_STATE(state, switches->turns[i].turn);
        KH_STATE(state, switches->turns[i].changes);
    }
}

static const kh_part_ops ops = {.name = "optical switches", .visit = visit};

kh_status kh_switches_init(kh_switches *switches, kh_links *links, kh_arena *arena, kh_error *err)
{
    *switches = (kh_switches){.links = links, .n = links->net->n_optical_switches};
    if (switches->n == 0)
        return KH_OK;
    switches->turns = KH_NEW(arena, kh_turns, switches->n);
    if (switches->turns == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for %zu optical switches", switches->n);
    KH_TRY(kh_kernel_handle(links->kernel, "switch", step, switches, &switches->step, err));
    for (uint32_t i = 0; i < switches->n; i++)
        begin(switches, i);
    return kh_kernel_join(links->kernel, &ops, switches, err);
}
