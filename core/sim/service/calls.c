/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/service/calls.h"

#include <math.h>

static const double NS_PER_H = 3600.0 * KH_NS_PER_S;
enum { MOST_LINES = 1000000 };

/* --- lines --- */

static void set_busy(kh_calls_part *calls, kh_calls_demand *demand, uint32_t busy)
{
    kh_ns now = kh_kernel_now(calls->kernel);
    double since_s = kh_s_from_ns(now - demand->changed);
    demand->busy_line_s += since_s * demand->busy;
    demand->all_busy_s += demand->busy == demand->n_lines ? since_s : 0;
    demand->changed = now;
    demand->busy = busy;
    if (busy > demand->most_busy)
        demand->most_busy = busy;
}

static uint32_t take_line(kh_calls_part *calls, kh_calls_demand *demand)
{
    uint32_t index = demand->free_line;
    demand->free_line = calls->lines[index].next_free;
    set_busy(calls, demand, demand->busy + 1);
    return index;
}

static void schedule_arrival(kh_calls_part *calls, kh_calls_demand *demand, uint32_t source)
{
    kh_ns wait = calls->draw(&demand->arrivals, demand->between_ns / demand->hurry);
    kh_queue_push(&calls->kernel->queue, kh_kernel_now(calls->kernel) + wait, calls->arrival, source);
}

static void free_line(kh_calls_part *calls, uint32_t index)
{
    kh_calls_line *line = &calls->lines[index];
    kh_calls_demand *demand = &calls->demands[line->demand];
    uint32_t source = line->source;
    *line = (kh_calls_line){.demand = line->demand, .next_free = demand->free_line};
    demand->free_line = index;
    set_busy(calls, demand, demand->busy - 1);
    if (demand->finite)
        schedule_arrival(calls, demand, source);
}

/* --- the life of a call --- */

static void ask(kh_calls_part *calls, uint32_t index)
{
    kh_calls_line *line = &calls->lines[index];
    line->portions++;
    kh_kms_ask(calls->kms, line->demand, index);
}

static void schedule_advance(kh_calls_part *calls, uint32_t index)
{
    const kh_calls_line *line = &calls->lines[index];
    const kh_calls_demand *demand = &calls->demands[line->demand];
    kh_ns now = kh_kernel_now(calls->kernel), next = line->end;
    if (demand->portion_ns > 0) {
        double due_ns = demand->portion_ns * line->portions;
        if (due_ns < (double)line->length)
            next = line->start + (kh_ns)due_ns;
    }
    kh_queue_push(&calls->kernel->queue, next > now ? next : now, calls->advance, index);
}

/* The next portion is asked for, or the call ends. */
static void advance(void *self, uint32_t index)
{
    kh_calls_part *calls = self;
    if (kh_kernel_now(calls->kernel) < calls->lines[index].end)
        ask(calls, index);
    else
        free_line(calls, index);
}

static void arrive(void *self, uint32_t source)
{
    kh_calls_part *calls = self;
    uint32_t demand_index = calls->demand_of[source];
    kh_calls_demand *demand = &calls->demands[demand_index];
    kh_ns length =
        demand->law == KH_LAW_FIXED ? kh_ns_from_s(demand->mean_ns / KH_NS_PER_S) : calls->draw(&demand->lengths, demand->mean_ns);
    bool has_line = demand->busy < demand->n_lines;
    demand->offered++;
    demand->without_line += !has_line;
    if (!demand->finite || !has_line)
        schedule_arrival(calls, demand, source);
    if (!has_line)
        return;
    uint32_t index = take_line(calls, demand);
    calls->lines[index] =
        (kh_calls_line){.length = length, .source = source, .demand = demand_index, .state = KH_CALL_SETS_UP, .counted = true};
    ask(calls, index);
}

/* The first key, or a further portion, is there or not. */
static void hear(void *self, uint32_t demand_index, uint32_t index, bool served)
{
    kh_calls_part *calls = self;
    kh_calls_demand *demand = &calls->demands[demand_index];
    kh_calls_line *line = &calls->lines[index];
    kh_ns now = kh_kernel_now(calls->kernel);
    bool first = line->state == KH_CALL_SETS_UP;
    if (!served) {
        *(first ? &demand->without_key : &demand->cut) += line->counted;
        free_line(calls, index);
        return;
    }
    if (first) {
        line->state = KH_CALL_UP;
        line->start = now;
        line->end = now + line->length;
    }
    schedule_advance(calls, index);
}

void kh_calls_hurry(kh_calls_part *calls, uint32_t demand, double factor)
{
    if (calls->demands != NULL)
        calls->demands[demand].hurry = factor;
}

/* --- reading out --- */

const kh_calls_demand *kh_calls_of(const kh_calls_part *calls, uint32_t demand)
{
    return calls->demands != NULL && calls->demands[demand].between_ns > 0 ? &calls->demands[demand] : NULL;
}

double kh_calls_mean_busy(const kh_calls_demand *demand, kh_ns start, kh_ns end)
{
    return (demand->busy_line_s + kh_s_from_ns(end - demand->changed) * demand->busy) / kh_s_from_ns(end - start);
}

double kh_calls_share_all_busy(const kh_calls_demand *demand, kh_ns start, kh_ns end)
{
    double open_s = demand->busy == demand->n_lines ? kh_s_from_ns(end - demand->changed) : 0;
    return (demand->all_busy_s + open_s) / kh_s_from_ns(end - start);
}

double kh_calls_expected_events(const kh_calls_part *calls, kh_ns end)
{
    double events = 0;
    for (size_t i = 0; i < calls->n; i++) {
        const kh_calls_demand *demand = &calls->demands[i];
        if (!(demand->between_ns > 0))
            continue;
        double cycle_ns = demand->between_ns + (demand->finite ? demand->mean_ns : 0);
        double portions = demand->portion_ns > 0 ? demand->mean_ns / demand->portion_ns : 0;
        events += (double)end / cycle_ns * demand->n_sources * (2 + portions);
    }
    return events;
}

/* --- as a part --- */

static void restart(void *self)
{
    kh_calls_part *calls = self;
    for (size_t i = 0; i < calls->n; i++) {
        kh_calls_demand *demand = &calls->demands[i];
        demand->changed = kh_kernel_now(calls->kernel);
        demand->busy_line_s = demand->all_busy_s = 0;
        demand->offered = demand->without_line = demand->without_key = demand->cut = 0;
        demand->most_busy = demand->busy;
    }
    for (size_t i = 0; i < calls->n_lines; i++)
        calls->lines[i].counted = false;
}

static void visit_demand(kh_calls_demand *demand, kh_state *state)
{
    KH_STATE(state, demand->hurry);
    KH_STATE(state, demand->free_line);
    KH_STATE(state, demand->arrivals);
    KH_STATE(state, demand->lengths);
    KH_STATE(state, demand->busy);
    KH_STATE(state, demand->changed);
    KH_STATE(state, demand->busy_line_s);
    KH_STATE(state, demand->all_busy_s);
    KH_STATE(state, demand->offered);
    KH_STATE(state, demand->without_line);
    KH_STATE(state, demand->without_key);
    KH_STATE(state, demand->cut);
    KH_STATE(state, demand->most_busy);
}

static void visit(void *self, kh_state *state)
{
    kh_calls_part *calls = self;
    for (size_t i = 0; i < calls->n; i++)
        visit_demand(&calls->demands[i], state);
    kh_state_visit(state, calls->lines, calls->n_lines * sizeof calls->lines[0]);
}

static void reseed(void *self, uint64_t salt)
{
    kh_calls_part *calls = self;
    for (size_t i = 0; i < calls->n; i++) {
        kh_rng_reseed(&calls->demands[i].arrivals, salt);
        kh_rng_reseed(&calls->demands[i].lengths, salt);
    }
}

static kh_status audit(const void *self, kh_error *err)
{
    const kh_calls_part *calls = self;
    for (size_t i = 0; i < calls->n; i++) {
        const kh_calls_demand *demand = &calls->demands[i];
        uint32_t busy = 0;
        for (uint32_t k = 0; k < demand->n_lines; k++)
            busy += calls->lines[demand->first_line + k].state != KH_CALL_NONE;
        if (busy != demand->busy || busy > demand->n_lines)
            return kh_fail(
                err, KH_EINTERNAL,
                "audit: calls in progress = busy lines is broken at t = %.9f s for demand '%s': %u calls, %u of %u lines",
                kh_s_from_ns(kh_kernel_now(calls->kernel)), calls->net->demands[i].id, (unsigned)busy, (unsigned)demand->busy,
                (unsigned)demand->n_lines);
    }
    return KH_OK;
}

static const kh_part_ops ops = {.name = "calls", .restart = restart, .visit = visit, .audit = audit, .reseed = reseed};

/* --- setting up --- */

static bool makes_calls(const kh_demand *demand)
{
    return demand->calls.per_h > 0 && kh_demand_needs_qkd(demand);
}

static double sources_of(const kh_demand *demand)
{
    return demand->calls.sources > 0 ? demand->calls.sources : 1;
}

static void init_demand(kh_calls_part *calls, uint32_t i, uint64_t seed, size_t *n_sources)
{
    const kh_demand *demand = &calls->net->demands[i];
    const kh_calls *given = &demand->calls;
    kh_calls_demand *out = &calls->demands[i];
    if (!makes_calls(demand))
        return;
    *out = (kh_calls_demand){.between_ns = NS_PER_H / given->per_h,
                             .hurry = 1,
                             .mean_ns = given->mean_s * KH_NS_PER_S,
                             .law = given->law,
                             .portion_ns = given->pad_bps > 0 ? demand->key_bits / given->pad_bps * KH_NS_PER_S : 0,
                             .first_line = (uint32_t)calls->n_lines,
                             .n_lines = (uint32_t)given->lines,
                             .first_source = (uint32_t)*n_sources,
                             .n_sources = (uint32_t)sources_of(demand),
                             .finite = given->sources > 0};
    out->arrivals = kh_rng_stream(seed, demand->id, "calls");
    out->lengths = kh_rng_stream(seed, demand->id, "lengths");
    out->free_line = out->first_line;
    for (uint32_t k = 0; k < out->n_lines; k++)
        calls->lines[calls->n_lines++] = (kh_calls_line){.demand = i, .next_free = out->first_line + k + 1};
    for (uint32_t k = 0; k < out->n_sources; k++) {
        calls->demand_of[*n_sources] = i;
        schedule_arrival(calls, out, (uint32_t)(*n_sources)++);
    }
    kh_pairs_set_client(calls->kms->pairs, i, (kh_relay_client){hear, calls});
}

kh_status kh_calls_init(kh_calls_part *calls, const kh_net *net, uint64_t seed, kh_kms_desk *kms, kh_arena *arena, kh_error *err)
{
    *calls = (kh_calls_part){.kernel = kms->kernel, .kms = kms, .net = net, .draw = kh_draw_exponential};
    double lines = 0, sources = 0;
    for (size_t i = 0; i < net->n_demands; i++) {
        lines += makes_calls(&net->demands[i]) ? net->demands[i].calls.lines : 0;
        sources += makes_calls(&net->demands[i]) ? sources_of(&net->demands[i]) : 0;
    }
    if (lines == 0)
        return KH_OK;
    if (lines > MOST_LINES || sources > MOST_LINES)
        return kh_fail(err, KH_ELIMIT, "calls of %g sources on %g lines, at most %d each can be played", sources, lines,
                       MOST_LINES);
    calls->n = net->n_demands;
    calls->demands = KH_NEW(arena, kh_calls_demand, calls->n);
    calls->lines = KH_NEW(arena, kh_calls_line, (size_t)lines);
    calls->demand_of = KH_NEW(arena, uint32_t, (size_t)sources);
    if (calls->demands == NULL || calls->lines == NULL || calls->demand_of == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for calls on %g lines", lines);
    KH_TRY(kh_kernel_handle(calls->kernel, "call", arrive, calls, &calls->arrival, err));
    KH_TRY(kh_kernel_handle(calls->kernel, "call-goes-on", advance, calls, &calls->advance, err));
    KH_TRY(kh_kernel_join(calls->kernel, &ops, calls, err));
    size_t n_sources = 0;
    for (uint32_t i = 0; i < calls->n; i++)
        init_demand(calls, i, seed, &n_sources);
    return KH_OK;
}
