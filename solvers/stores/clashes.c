/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/stores/clashes.h"

#include <stdlib.h>

bool kh_clashes_between(const kh_schedule_problem *problem, size_t pass, size_t other)
{
    const kh_schedule_pass *a = &problem->passes[pass], *b = &problem->passes[other];
    const uint32_t *at = problem->graph.ends[a->link], *bt = problem->graph.ends[b->link];
    bool share = at[0] == bt[0] || at[0] == bt[1] || at[1] == bt[0] || at[1] == bt[1];
    return share && a->start_s < b->end_s + problem->pause_s && b->start_s < a->end_s + problem->pause_s;
}

typedef struct event {
    double start_s, end_s;
    uint32_t pass;
} event;

static int by_start(const void *a, const void *b)
{
    const event *x = a, *y = b;
    if (x->start_s != y->start_s)
        return x->start_s < y->start_s ? -1 : 1;
    return x->pass < y->pass ? -1 : x->pass > y->pass;
}

typedef struct sweep {
    const kh_schedule_problem *problem;
    kh_arena *arena;
    kh_clashes *found;
    event *event; /* [n] of one node, by start */
    size_t n;
    uint32_t *running; /* passes not yet over */
    size_t n_running;
    size_t clash_room, first_room, member_room;
} sweep;

static kh_status make_room(sweep *s, kh_error *err)
{
    kh_clashes *f = s->found;
    size_t n = f->n, n_members = f->first[n];
    if (n == s->clash_room)
        f->clashes = kh_arena_grow(s->arena, f->clashes, n, &s->clash_room, sizeof *f->clashes);
    size_t *first = f->first;
    if (n + 1 == s->first_room)
        first = kh_arena_grow(s->arena, f->first, n + 1, &s->first_room, sizeof *f->first);
    bool grown = f->clashes != NULL && first != NULL;
    while (grown && s->member_room - n_members < s->n_running) {
        f->member = kh_arena_grow(s->arena, f->member, n_members, &s->member_room, sizeof *f->member);
        grown = f->member != NULL;
    }
    if (!grown)
        return kh_fail(err, KH_ENOMEM, "no memory for the clashes of %zu passes", s->problem->n_passes);
    f->first = first;
    return KH_OK;
}

static kh_status keep(sweep *s, uint32_t node, double at_s, kh_error *err)
{
    kh_clashes *f = s->found;
    KH_TRY(make_room(s, err));
    size_t end = f->first[f->n];
    f->clashes[f->n] = (kh_schedule_clash){.node = node, .at_s = at_s};
    for (size_t i = 0; i < s->n_running; i++)
        f->member[end++] = s->running[i];
    f->first[++f->n] = end;
    return KH_OK;
}

static bool is_over(const sweep *s, uint32_t pass, double now_s)
{
    return s->problem->passes[pass].end_s + s->problem->pause_s <= now_s;
}

static void drop_those_over(sweep *s, double now_s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n_running; i++)
        if (!is_over(s, s->running[i], now_s))
            s->running[n++] = s->running[i];
    s->n_running = n;
}

/* A set is as large as it gets when the next event of the node ends one of its passes. */
static kh_status sweep_node(sweep *s, uint32_t node, kh_error *err)
{
    s->n_running = 0;
    for (size_t i = 0; i < s->n; i++) {
        drop_those_over(s, s->event[i].start_s);
        s->running[s->n_running++] = s->event[i].pass;
        bool last = i + 1 == s->n;
        for (size_t r = 0; r < s->n_running && !last; r++)
            last = is_over(s, s->running[r], s->event[i + 1].start_s);
        if (last && s->n_running > 1)
            KH_TRY(keep(s, node, s->event[i].start_s, err));
    }
    return KH_OK;
}

static kh_status list_by_pass(kh_clashes *c, size_t n_passes, kh_arena *arena, kh_error *err)
{
    size_t n = c->first[c->n];
    c->of = KH_NEW(arena, size_t, n_passes + 1);
    c->clash = KH_NEW(arena, uint32_t, n);
    if (c->of == NULL || c->clash == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the clashes of %zu passes", n_passes);
    for (size_t i = 0; i < n; i++)
        c->of[c->member[i]]++;
    for (size_t i = 0; i < n_passes; i++)
        c->of[i + 1] += c->of[i];
    for (size_t q = c->n; q-- > 0;)
        for (size_t i = c->first[q]; i < c->first[q + 1]; i++)
            c->clash[--c->of[c->member[i]]] = (uint32_t)q;
    return KH_OK;
}

kh_status kh_clashes_find(const kh_schedule_problem *problem, kh_arena *arena, kh_clashes *clashes, kh_error *err)
{
    size_t n = problem->n_passes;
    *clashes = (kh_clashes){.first = KH_NEW(arena, size_t, 1)};
    sweep s = {.problem = problem,
               .arena = arena,
               .found = clashes,
               .event = KH_NEW(arena, event, n),
               .running = KH_NEW(arena, uint32_t, n),
               .first_room = 1};
    if (clashes->first == NULL || s.event == NULL || s.running == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu passes", n);
    for (uint32_t node = 0; node < problem->graph.n_nodes; node++) {
        s.n = 0;
        for (uint32_t i = 0; i < n; i++) {
            const kh_schedule_pass *p = &problem->passes[i];
            const uint32_t *ends = problem->graph.ends[p->link];
            if (ends[0] == node || ends[1] == node)
                s.event[s.n++] = (event){p->start_s, p->end_s, i};
        }
        qsort(s.event, s.n, sizeof *s.event, by_start);
        KH_TRY(sweep_node(&s, node, err));
    }
    return list_by_pass(clashes, n, arena, err);
}
