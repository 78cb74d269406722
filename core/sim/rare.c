/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/rare.h"

#include "core/base/rng.h"
#include "core/base/units.h"
#include "core/sim/engine.h"

#include <math.h>
#include <stdlib.h>

/* MARGIN: below what stores reach in their regular ups and downs */
static const double PASSED_WANTED = 0.2, MARGIN = 0.03, S_PER_YEAR = 365 * KH_S_PER_DAY;

/* States in which a threshold was met; a sample of them when there are more than room. */
typedef struct states {
    uint8_t **bytes; /* [room] */
    size_t *sizes, n, room, met;
} states;

/* One engine that is loaded over and over, and what all stages share. */
typedef struct player {
    const kh_rare_options *options;
    kh_sim_options sim;
    kh_engine_inputs inputs;
    kh_arena *memory; /* of the engine; states have their own */
    kh_engine *engine;
    double rest;
    uint64_t salt;
    kh_rng rng; /* which state a run starts from */
    kh_rare_result *result;
    kh_error *err;
} player;

/* --- what is watched --- */

static double link_fill(const kh_links *links, uint32_t link, bool first)
{
    const kh_keystore *store = &links->states[link].store;
    double usable = (double)(store->level - (first ? 0 : store->reserve));
    return kh_links_ends_up(links, link) && usable > 0 ? usable / (double)store->capacity : 0;
}

static double fill_of(const player *p)
{
    const kh_plan_demand *planned = &p->inputs.plan->demands[p->options->demand.i];
    bool first = p->inputs.net->demands[p->options->demand.i].priority <= 0;
    double best = 0;
    for (size_t r = 0; r < planned->n_routes; r++) {
        double least = 1;
        for (size_t i = 0; i < planned->routes[r].n_links; i++)
            least = fmin(least, link_fill(&p->engine->links, planned->routes[r].links[i].i, first));
        best = fmax(best, least);
    }
    return best;
}

static bool is_starved(const player *p)
{
    const kh_relay_demand *demand = &p->engine->relay.demands[p->options->demand.i];
    return demand->waiting > 0 || demand->missed;
}

/* A threshold of 0 stands for the outage. */
static bool is_below(const player *p, double threshold)
{
    return is_starved(p) || (threshold > 0 && fill_of(p) < threshold);
}

static bool is_at_rest(const player *p)
{
    return !is_starved(p) && fill_of(p) >= p->rest;
}

static kh_status step(player *p, kh_ns end, bool *more)
{
    kh_event event;
    *more = kh_kernel_step(&p->engine->kernel, end, &event);
    p->result->events += *more;
    kh_status status = p->engine->kernel.queue.status;
    if (status != KH_OK)
        return kh_fail(p->err, status, "at t = %.3f s: %s", kh_s_from_ns(event.time), kh_status_text(status));
    return p->sim.stop != NULL && *p->sim.stop != 0 ? kh_fail(p->err, KH_EINTERRUPTED, "stopped") : KH_OK;
}

/* --- states --- */

static kh_status make_states(const player *p, kh_arena *arena, size_t room, states *made)
{
    *made = (states){.bytes = KH_NEW(arena, uint8_t *, room), .sizes = KH_NEW(arena, size_t, room), .room = room};
    return made->bytes == NULL || made->sizes == NULL ? kh_fail(p->err, KH_ENOMEM, "out of memory for %zu states", room) : KH_OK;
}

/* The n-th that is met stays with probability room / n. */
static kh_status keep(player *p, states *kept, kh_arena *arena)
{
    size_t place = kept->met++;
    if (place >= kept->room)
        place = (size_t)kh_rng_below(&p->rng, kept->met);
    if (place >= kept->room)
        return KH_OK;
    kh_state state = kh_state_saving(arena);
    kh_engine_visit(p->engine, &state);
    if (state.status != KH_OK)
        return kh_fail(p->err, state.status, "out of memory for a state of the run");
    kept->bytes[place] = state.bytes;
    kept->sizes[place] = state.n;
    if (kept->n < kept->room)
        kept->n++;
    return KH_OK;
}

/* Any of the states, with fresh luck from there on. */
static kh_status start_from(player *p, const states *from)
{
    size_t i = (size_t)kh_rng_below(&p->rng, from->n);
    kh_state state = {.loading = true, .bytes = from->bytes[i], .n = from->sizes[i], .arena = p->memory};
    kh_engine_visit(p->engine, &state);
    if (state.status != KH_OK)
        return kh_fail(p->err, state.status, "a state of the run cannot be loaded: %s", kh_status_text(state.status));
    kh_kernel_reseed(&p->engine->kernel, ++p->salt);
    return KH_OK;
}

/* --- stages --- */

/* Something done at each event of stage 1 after the warm-up. */
typedef kh_status visitor(player *p, void *user);

static kh_status play_network(player *p, visitor *visit, void *user)
{
    bool more = true;
    while (more) {
        KH_TRY(step(p, p->engine->end, &more));
        if (more && kh_kernel_now(&p->engine->kernel) >= p->engine->warm_up)
            KH_TRY(visit(p, user));
    }
    return KH_OK;
}

/* States at the first threshold. */
typedef struct crossings {
    double threshold;
    bool rested; /* since the last crossing */
    states *kept;
    kh_arena *arena;
} crossings;

static kh_status watch_crossing(player *p, void *user)
{
    crossings *c = user;
    if (is_at_rest(p)) {
        c->rested = true;
        return KH_OK;
    }
    if (!c->rested || !is_below(p, c->threshold))
        return KH_OK;
    c->rested = false;
    return keep(p, c->kept, c->arena);
}

/* One run from a state to the threshold or to rest. @param threshold < 0: to rest. @param[out] least fill on the way */
static kh_status play_fall(player *p, double threshold, bool *passed, double *least)
{
    kh_ns end = kh_kernel_now(&p->engine->kernel) + p->engine->end;
    bool more = true;
    *passed = false;
    *least = 1;
    while (more) {
        *least = fmin(*least, is_starved(p) ? 0 : fill_of(p));
        if (threshold >= 0 && is_below(p, threshold)) {
            *passed = true;
            return KH_OK;
        }
        if (is_at_rest(p))
            return KH_OK;
        KH_TRY(step(p, end, &more));
    }
    return kh_fail(p->err, KH_INFEASIBLE, "demand '%s' does not come to rest within %g days: it is not well supplied",
                   p->inputs.net->demands[p->options->demand.i].id, p->sim.duration_s / KH_S_PER_DAY);
}

static kh_status play_stage(player *p, const states *from, double threshold, states *kept, kh_arena *arena)
{
    for (size_t i = 0; from->n > 0 && i < p->options->runs_per_stage; i++) {
        bool passed;
        double least;
        KH_TRY(start_from(p, from));
        KH_TRY(play_fall(p, threshold, &passed, &least));
        if (passed)
            KH_TRY(keep(p, kept, arena));
    }
    return KH_OK;
}

/* Mean time for which the demand is starved until it rests again. */
static kh_status play_outages(player *p, const states *from, double *mean_s)
{
    kh_relay_demand *demand = &p->engine->relay.demands[p->options->demand.i];
    double sum_s = 0;
    for (size_t i = 0; from->n > 0 && i < p->options->runs_per_stage; i++) {
        bool passed;
        double least;
        KH_TRY(start_from(p, from));
        kh_ns before = kh_relay_starved_ns(demand, kh_kernel_now(&p->engine->kernel));
        KH_TRY(play_fall(p, -1, &passed, &least));
        sum_s += kh_s_from_ns(kh_relay_starved_ns(demand, kh_kernel_now(&p->engine->kernel)) - before);
    }
    *mean_s = from->n > 0 ? sum_s / (double)p->options->runs_per_stage : 0;
    return KH_OK;
}

/* --- an engine for one repetition --- */

static kh_status check_options(const player *p)
{
    const kh_rare_options *options = p->options;
    if (options->demand.i >= p->inputs.net->n_demands)
        return kh_fail(p->err, KH_ERANGE, "there is no demand %u", (unsigned)options->demand.i);
    if (p->inputs.plan->demands[options->demand.i].n_routes == 0)
        return kh_fail(p->err, KH_INFEASIBLE, "demand '%s' has no route: it is always without key",
                       p->inputs.net->demands[options->demand.i].id);
    if (options->runs_per_stage < 10 || options->repetitions < 2)
        return kh_fail(p->err, KH_ERANGE, "%zu runs a stage and %zu repetitions, must be at least 10 and 2",
                       options->runs_per_stage, options->repetitions);
    return KH_OK;
}

static kh_status start_engine(player *p, size_t repetition)
{
    kh_arena_reset(p->memory);
    p->sim = kh_sim_replication(&p->options->sim, repetition);
    p->sim.journal = NULL;
    p->sim.checkpoints = NULL;
    p->sim.batches = p->sim.series_points = 0;
    p->inputs.options = &p->sim;
    p->rng = kh_rng_stream(p->sim.seed, "", "splitting");
    p->salt = 0;
    p->engine = KH_NEW(p->memory, kh_engine, 1);
    if (p->engine == NULL)
        return kh_fail(p->err, KH_ENOMEM, "out of memory for a run");
    return kh_engine_init(p->engine, &p->inputs, p->memory, p->memory, p->err);
}

/* --- the pilot: where to rest, and the thresholds --- */

enum { MOST_SAMPLES = 20000 };

typedef struct samples {
    double values[MOST_SAMPLES];
    size_t n, met;
    kh_ns next, every; /* of samples in time */
    double least;      /* of the present fall */
} samples;

static void sample(player *p, samples *s, double value)
{
    size_t place = s->met++;
    if (place >= MOST_SAMPLES)
        place = (size_t)kh_rng_below(&p->rng, s->met);
    if (place >= MOST_SAMPLES)
        return;
    s->values[place] = value;
    s->n += s->n < MOST_SAMPLES;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(samples *s, double share)
{
    qsort(s->values, s->n, sizeof s->values[0], compare);
    return s->n == 0 ? 0 : s->values[(size_t)(share * (double)(s->n - 1))];
}

static kh_status watch_fill(player *p, void *user)
{
    samples *s = user;
    kh_ns now = kh_kernel_now(&p->engine->kernel);
    if (now < s->next)
        return KH_OK;
    s->next = now + s->every;
    sample(p, s, fill_of(p));
    return KH_OK;
}

static kh_status watch_falls(player *p, void *user)
{
    samples *s = user;
    if (is_at_rest(p)) {
        if (s->least < p->rest)
            sample(p, s, s->least);
        s->least = 1;
    } else {
        s->least = fmin(s->least, is_starved(p) ? 0 : fill_of(p));
    }
    return KH_OK;
}

static kh_status find_rest(player *p, samples *s)
{
    KH_TRY(start_engine(p, 0));
    *s = (samples){.every = (p->engine->end - p->engine->warm_up) / MOST_SAMPLES};
    KH_TRY(play_network(p, watch_fill, s));
    p->rest = quantile(s, 0.5);
    return p->rest > 0 ? KH_OK
                       : kh_fail(p->err, KH_INFEASIBLE, "demand '%s' is without key half of the time: plain runs tell more",
                                 p->inputs.net->demands[p->options->demand.i].id);
}

/* The next threshold: so many of the falls get below it. 0 when as many come to the outage, or below it nothing is told apart. */
static double threshold_of(samples *s, double share, double before)
{
    double found = quantile(s, fmin(share, PASSED_WANTED));
    return found < before ? found : 0;
}

static kh_status find_first(player *p, samples *s)
{
    KH_TRY(start_engine(p, 0));
    *s = (samples){.least = 1};
    KH_TRY(play_network(p, watch_falls, s));
    double wanted = (double)p->options->runs_per_stage / (double)(s->met > 0 ? s->met : 1);
    double found = threshold_of(s, wanted, p->rest);
    p->result->thresholds[0] = fmax(0, found - MARGIN * p->rest);
    p->result->n_stages = 1;
    return KH_OK;
}

static kh_status find_next(player *p, samples *s, const states *from)
{
    double before = p->result->thresholds[p->result->n_stages - 1];
    *s = (samples){.n = 0};
    for (size_t i = 0; i < p->options->runs_per_stage; i++) {
        bool passed;
        double least;
        KH_TRY(start_from(p, from));
        KH_TRY(play_fall(p, 0, &passed, &least));
        sample(p, s, passed ? 0 : least);
    }
    bool last = p->result->n_stages + 1 == KH_RARE_MOST_STAGES;
    p->result->thresholds[p->result->n_stages++] = last ? 0 : threshold_of(s, PASSED_WANTED, before);
    return KH_OK;
}

/* Stages one after the other, each into the states of the other shelf. */
typedef struct shelves {
    kh_arena *arenas[2];
    states kept[2];
} shelves;

static kh_status clear_shelf(const player *p, shelves *s, size_t stage)
{
    kh_arena_reset(s->arenas[stage % 2]);
    return make_states(p, s->arenas[stage % 2], p->options->runs_per_stage, &s->kept[stage % 2]);
}

static kh_status play_first(player *p, shelves *s, size_t repetition)
{
    KH_TRY(start_engine(p, repetition));
    KH_TRY(clear_shelf(p, s, 0));
    crossings c = {.threshold = p->result->thresholds[0], .kept = &s->kept[0], .arena = s->arenas[0]};
    return play_network(p, watch_crossing, &c);
}

static kh_status play_next(player *p, shelves *s, size_t stage)
{
    KH_TRY(clear_shelf(p, s, stage));
    return play_stage(p, &s->kept[(stage + 1) % 2], p->result->thresholds[stage], &s->kept[stage % 2], s->arenas[stage % 2]);
}

static kh_status play_pilot(player *p, shelves *s, samples *scratch)
{
    KH_TRY(find_rest(p, scratch));
    KH_TRY(find_first(p, scratch));
    KH_TRY(play_first(p, s, 0));
    for (size_t stage = 1; p->result->thresholds[stage - 1] > 0; stage++) {
        const states *from = &s->kept[(stage + 1) % 2];
        if (from->n == 0) /* nothing came so far: the last threshold stands for all that lies below */
            return kh_fail(p->err, KH_INFEASIBLE, "no fall of demand '%s' reaches %.3g of its stores: play longer",
                           p->inputs.net->demands[p->options->demand.i].id, p->result->thresholds[stage - 1]);
        KH_TRY(find_next(p, scratch, from));
        KH_TRY(play_next(p, s, stage));
    }
    return KH_OK;
}

/* --- repetitions --- */

typedef struct outcome {
    double per_year, share;
} outcome;

static kh_status play_repetition(player *p, shelves *s, size_t repetition, outcome *o)
{
    double runs = (double)p->options->runs_per_stage, repetitions = (double)p->options->repetitions, mean_s;
    KH_TRY(play_first(p, s, repetition));
    o->per_year = (double)s->kept[0].met / kh_s_from_ns(p->engine->end - p->engine->warm_up) * S_PER_YEAR;
    p->result->passed[0] += o->per_year / repetitions;
    for (size_t stage = 1; stage < p->result->n_stages; stage++) {
        KH_TRY(play_next(p, s, stage));
        double passed = (double)s->kept[stage % 2].met / runs;
        p->result->passed[stage] += passed / repetitions;
        o->per_year *= passed;
    }
    KH_TRY(play_outages(p, &s->kept[(p->result->n_stages - 1) % 2], &mean_s));
    o->share = o->per_year * mean_s / S_PER_YEAR;
    return KH_OK;
}

static kh_status play_all(player *p, shelves *s, kh_arena *arena)
{
    size_t n = p->options->repetitions;
    double *per_year = KH_NEW(arena, double, n), *share = KH_NEW(arena, double, n);
    samples *scratch = KH_NEW(arena, samples, 1);
    if (per_year == NULL || share == NULL || scratch == NULL)
        return kh_fail(p->err, KH_ENOMEM, "out of memory for %zu repetitions", n);
    KH_TRY(play_pilot(p, s, scratch));
    for (size_t i = 0; i < n; i++) {
        outcome o;
        KH_TRY(play_repetition(p, s, i + 1, &o));
        per_year[i] = o.per_year;
        share[i] = o.share;
    }
    p->result->outages_per_year = kh_estimate_of(per_year, n);
    p->result->starved_share = kh_estimate_of(share, n);
    return KH_OK;
}

kh_status kh_rare_run(const kh_net *net, const kh_rates *rates, const kh_plan *plan, const kh_rare_options *options,
                      kh_rare_result *result, kh_error *err)
{
    kh_arena *arena = kh_arena_create(0), *memory = kh_arena_create(0);
    shelves s = {.arenas = {kh_arena_create(0), kh_arena_create(0)}};
    kh_rare_result made = {0};
    player p = {.options = options, .inputs = {net, rates, plan, NULL}, .memory = memory, .result = &made, .err = err};
    kh_status status = check_options(&p);
    if (status == KH_OK && (arena == NULL || memory == NULL || s.arenas[0] == NULL || s.arenas[1] == NULL))
        status = kh_fail(err, KH_ENOMEM, "out of memory for a run");
    if (status == KH_OK)
        status = play_all(&p, &s, arena);
    if (status == KH_OK)
        *result = made;
    kh_arena_destroy(s.arenas[0]);
    kh_arena_destroy(s.arenas[1]);
    kh_arena_destroy(memory);
    kh_arena_destroy(arena);
    return status;
}
