/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TESTS_CORE_SIM_SERVICE_SCRIPTED_H
#define KH_TESTS_CORE_SIM_SERVICE_SCRIPTED_H

#include "core/sim/engine.h"
#include "tests/core/sim/handmade.h"

/* An engine in which links fail and requests come at the times of a script, and which writes down what is delivered. */

typedef enum scripted_act { ACT_ASK, ACT_BREAK, ACT_REPAIR, ACT_BREAK_MODULE } scripted_act;

typedef struct scripted_step {
    kh_ns time;
    scripted_act act;
    uint32_t on; /* demand, or link */
} scripted_step;

typedef struct scripted_delivery {
    kh_ns issued, time;
    uint32_t demand, n_routes, needed;
    uint32_t routes[KH_MOST_PATHS];
} scripted_delivery;

typedef struct scripted_note {
    kh_ns time;
    const char *what;
    double since_s; /* NAN: not said */
} scripted_note;

enum { SCRIPTED_MOST = 4096 };

typedef struct scripted {
    kh_engine engine;
    kh_arena *arena;
    kh_error err;
    const scripted_step *steps;
    size_t n_steps;
    kh_event_kind step;
    kh_journal journal;
    scripted_delivery deliveries[SCRIPTED_MOST];
    size_t n_deliveries;
    scripted_note notes[SCRIPTED_MOST]; /* of routing */
    size_t n_notes;
} scripted;

static inline void scripted_do(void *self, uint32_t i)
{
    scripted *s = self;
    const scripted_step *step = &s->steps[i];
    if (step->act == ACT_ASK)
        kh_relay_issue(&s->engine.relay, step->on, i);
    if (step->act == ACT_BREAK)
        kh_links_break(&s->engine.links, step->on);
    if (step->act == ACT_REPAIR)
        kh_links_repair(&s->engine.links, step->on);
    if (step->act == ACT_BREAK_MODULE)
        kh_links_break_module(&s->engine.links, step->on);
}

static inline void scripted_deliver(void *self, const kh_relay_delivery *delivery)
{
    scripted *s = self;
    if (s->n_deliveries == SCRIPTED_MOST)
        return;
    scripted_delivery *made = &s->deliveries[s->n_deliveries++];
    *made = (scripted_delivery){.issued = delivery->issued,
                                .time = kh_kernel_now(&s->engine.kernel),
                                .demand = delivery->demand,
                                .n_routes = delivery->n_routes,
                                .needed = delivery->needed};
    for (uint32_t i = 0; i < delivery->n_routes; i++)
        made->routes[i] = delivery->routes[i];
}

static inline void scripted_write(void *user, const kh_note *note)
{
    scripted *s = user;
    bool mine = strcmp(note->what, "fails") == 0 || strcmp(note->what, "restored") == 0 || strcmp(note->what, "reverts") == 0;
    if (!mine || s->n_notes == SCRIPTED_MOST)
        return;
    scripted_note *made = &s->notes[s->n_notes++];
    *made = (scripted_note){.time = note->time, .what = note->what, .since_s = NOT_GIVEN};
    for (size_t i = 0; i < note->n_fields; i++)
        if (strcmp(note->fields[i].key, "since_s") == 0)
            made->since_s = note->fields[i].number;
}

static inline void scripted_expect_ok(const scripted *s, kh_status status)
{
    if (status == KH_OK)
        return;
    (void)fprintf(stderr, "%s%s\n", s->err.steps, s->err.message);
    abort();
}

/* Sets the engine up; steps and h outlive it. */
static inline void scripted_start(scripted *s, handmade *h, const scripted_step *steps, size_t n_steps)
{
    *s = (scripted){.arena = handmade_check(kh_arena_create(0)), .steps = steps, .n_steps = n_steps};
    s->journal = (kh_journal){.write = scripted_write, .user = s, .to = INT64_MAX};
    h->options.journal = &s->journal;
    kh_engine_inputs inputs = {.net = &h->net, .rates = &h->rates, .plan = &h->plan, .options = &h->options};
    scripted_expect_ok(s, kh_engine_init(&s->engine, &inputs, s->arena, h->arena, &s->err));
    scripted_expect_ok(s, kh_kernel_handle(&s->engine.kernel, "step", scripted_do, s, &s->step, &s->err));
    scripted_expect_ok(s, kh_relay_watch(&s->engine.relay, scripted_deliver, s, &s->err));
    for (uint32_t i = 0; i < n_steps; i++)
        kh_queue_push(&s->engine.kernel.queue, steps[i].time, s->step, i);
}

static inline const kh_sim_result *scripted_run(scripted *s)
{
    bool more = true;
    while (more)
        scripted_expect_ok(s, kh_engine_step(&s->engine, &more, &s->err));
    scripted_expect_ok(s, kh_engine_finish(&s->engine, &s->err));
    return s->engine.results;
}

static inline void scripted_end(scripted *s)
{
    kh_arena_destroy(s->arena);
}

#endif
