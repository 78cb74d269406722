/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TESTS_CORE_SIM_SUPPLY_RIG_H
#define KH_TESTS_CORE_SIM_SUPPLY_RIG_H

#include "core/sim/supply/links.h"
#include "tests/core/sim/handmade.h"

/* A kernel with the links of a handmade network alone: no relay, no faults but those of the test. */
typedef struct rig {
    handmade h;
    kh_kernel kernel;
    kh_links links;
    kh_error err;
} rig;

static inline void rig_check(const rig *r, kh_status status)
{
    if (status != KH_OK) {
        (void)fprintf(stderr, "%s%s\n", r->err.steps, r->err.message);
        abort();
    }
}

/* Takes the network over. @param r stays where it is */
static inline void rig_start(rig *r, handmade h)
{
    *r = (rig){.h = h};
    kh_kernel_init(&r->kernel, r->h.arena);
    rig_check(r, kh_links_init(&r->links, &r->h.net, &r->h.rates, &r->kernel, r->h.arena, &r->err));
    kh_links_start(&r->links);
}

static inline kh_event_kind rig_handle(rig *r, const char *name, kh_handler run, void *self)
{
    kh_event_kind kind = 0;
    rig_check(r, kh_kernel_handle(&r->kernel, name, run, self, &kind, &r->err));
    return kind;
}

static inline void rig_push(rig *r, kh_ns delay, kh_event_kind kind)
{
    kh_queue_push(&r->kernel.queue, kh_kernel_now(&r->kernel) + delay, kind, 0);
}

/* Plays all events before @p end, audited. */
static inline void rig_play(rig *r, kh_ns end)
{
    kh_event event;
    while (kh_kernel_step(&r->kernel, end, &event)) {
        rig_check(r, r->kernel.queue.status);
        rig_check(r, kh_kernel_audit_touched(&r->kernel, &r->err));
    }
    rig_check(r, kh_kernel_audit(&r->kernel, &r->err));
}

static inline void rig_end(rig *r)
{
    handmade_destroy(&r->h);
}

/* A network of one link with blocks, its store empty and endless but for the caller's changes. */
static inline handmade rig_pool(double block_bits, double block_s)
{
    handmade h = handmade_create(2, 1, 1);
    kh_qkd_link *link = handmade_link(&h, 0, 1, 0);
    link->key_store.capacity_keys = 1e9;
    if (block_bits > 0)
        handmade_blocks(&h, link, block_bits, block_s);
    return h;
}

#endif
