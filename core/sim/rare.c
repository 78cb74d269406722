/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/rare.h"

#include "core/base/units.h"
#include "core/sim/rare_pilot.h"

static const double S_PER_YEAR = 365 * KH_S_PER_DAY;

/* --- stages --- */

/* States at the first threshold. */
typedef struct crossings {
    double threshold;
    bool rested; /* since the last crossing */
    kh_rare_states *kept;
    kh_arena *arena;
} crossings;

static kh_status watch_crossing(kh_rare_player *p, void *user)
{
    crossings *c = user;
    if (kh_rare_player_is_at_rest(p)) {
        c->rested = true;
        return KH_OK;
    }
    if (!c->rested || !kh_rare_player_is_below(p, c->threshold))
        return KH_OK;
    c->rested = false;
    return kh_rare_player_keep(p, c->kept, c->arena);
}

static kh_status play_stage(kh_rare_player *p, const kh_rare_states *from, double threshold, kh_rare_states *kept, kh_arena *arena)
{
    for (size_t i = 0; from->n > 0 && i < p->options->runs_per_stage; i++) {
        bool passed;
        double least;
        KH_TRY(kh_rare_player_load(p, from));
        KH_TRY(kh_rare_player_fall(p, threshold, &passed, &least));
        if (passed)
            KH_TRY(kh_rare_player_keep(p, kept, arena));
    }
    return KH_OK;
}

/* Mean time for which the demand is starved until it rests again. */
static kh_status play_outages(kh_rare_player *p, const kh_rare_states *from, double *mean_s)
{
    double sum_s = 0;
    for (size_t i = 0; from->n > 0 && i < p->options->runs_per_stage; i++) {
        bool passed;
        double least;
        KH_TRY(kh_rare_player_load(p, from));
        kh_ns before = kh_rare_player_starved_ns(p);
        KH_TRY(kh_rare_player_fall(p, -1, &passed, &least));
        sum_s += kh_s_from_ns(kh_rare_player_starved_ns(p) - before);
    }
    *mean_s = from->n > 0 ? sum_s / (double)p->options->runs_per_stage : 0;
    return KH_OK;
}

/* Stages one after the other, each into the states of the other shelf. */
typedef struct shelves {
    kh_arena *arenas[2];
    kh_rare_states kept[2];
} shelves;

static kh_status clear_shelf(const kh_rare_player *p, shelves *s, size_t stage)
{
    kh_arena_reset(s->arenas[stage % 2]);
    return kh_rare_states_init(p, s->arenas[stage % 2], p->options->runs_per_stage, &s->kept[stage % 2]);
}

static kh_status play_first(kh_rare_player *p, shelves *s, size_t repetition)
{
    KH_TRY(kh_rare_player_start(p, repetition));
    KH_TRY(clear_shelf(p, s, 0));
    crossings c = {.threshold = p->result->thresholds[0], .kept = &s->kept[0], .arena = s->arenas[0]};
    return kh_rare_player_run(p, watch_crossing, &c);
}

static kh_status play_next(kh_rare_player *p, shelves *s, size_t stage)
{
    KH_TRY(clear_shelf(p, s, stage));
    return play_stage(p, &s->kept[(stage + 1) % 2], p->result->thresholds[stage], &s->kept[stage % 2], s->arenas[stage % 2]);
}

static kh_status play_pilot(kh_rare_player *p, shelves *s, kh_rare_samples *scratch)
{
    KH_TRY(kh_rare_pilot_rest(p, scratch));
    KH_TRY(kh_rare_pilot_first(p, scratch));
    KH_TRY(play_first(p, s, 0));
    for (size_t stage = 1; p->result->thresholds[stage - 1] > 0; stage++) {
        const kh_rare_states *from = &s->kept[(stage + 1) % 2];
        if (from->n == 0) /* nothing came so far: the last threshold stands for all that lies below */
            return kh_fail(p->err, KH_INFEASIBLE, "no fall of demand '%s' reaches %.3g of its stores: play longer",
                           p->inputs.net->demands[p->options->demand.i].id, p->result->thresholds[stage - 1]);
        KH_TRY(kh_rare_pilot_next(p, scratch, from));
        KH_TRY(play_next(p, s, stage));
    }
    return KH_OK;
}

/* --- repetitions --- */

typedef struct outcome {
    double per_year, share;
} outcome;

static kh_status play_repetition(kh_rare_player *p, shelves *s, size_t repetition, outcome *o)
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

static kh_status play_all(kh_rare_player *p, shelves *s, kh_arena *arena)
{
    size_t n = p->options->repetitions;
    double *per_year = KH_NEW(arena, double, n), *share = KH_NEW(arena, double, n);
    kh_rare_samples *scratch = KH_NEW(arena, kh_rare_samples, 1);
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

/* --- all --- */

static kh_status check_options(const kh_rare_player *p)
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
    if (options->sim.level != KH_SIM_BLOCK)
        return kh_fail(p->err, KH_ERANGE, "rare outages are played at the block level, not as a fluid");
    return KH_OK;
}

kh_status kh_rare_run(const kh_net *net, const kh_rates *rates, const kh_plan *plan, const kh_rare_options *options,
                      kh_rare_result *result, kh_error *err)
{
    kh_arena *arena = kh_arena_create(0), *memory = kh_arena_create(0);
    shelves s = {.arenas = {kh_arena_create(0), kh_arena_create(0)}};
    kh_rare_result made = {0};
    kh_rare_player p = {.options = options, .inputs = {net, rates, plan, NULL}, .memory = memory, .result = &made, .err = err};
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
