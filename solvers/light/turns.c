/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/light/turns.h"

#include "core/base/clock.h"
#include "solvers/lp/lp_build.h"

#include <math.h>
#include <string.h>

static const double PROVEN = 1e-9;   /* relative gap at which it is done */
static const double NOTHING = 1e-12; /* share of the time below which a set is rounding */

typedef struct work {
    const kh_turns_problem *problem;
    kh_arena *arena, *scratch; /* scratch: one program */
    kh_turns *answer;
    kh_turn *sets; /* [n] found so far; share: of the last solution */
    size_t n, room;
    double scale;  /* lambda in units of this */
    double *price; /* [n_pairs] of the last solution */
    double deadline_s;
} work;

static kh_status check(const kh_turns_problem *p, kh_error *err)
{
    if (!(p->lost_share >= 0 && p->lost_share < 1))
        return kh_fail(err, KH_ERANGE, "lost_share is %g, must be in [0, 1)", p->lost_share);
    for (size_t k = 0; k < p->n_pairs; k++) {
        const kh_turns_pair *pair = &p->pairs[k];
        if (pair->ends[0] >= p->n_nodes || pair->ends[1] >= p->n_nodes || pair->ends[0] == pair->ends[1])
            return kh_fail(err, KH_ERANGE, "pair %zu is between nodes %u and %u of %zu", k, pair->ends[0], pair->ends[1],
                           p->n_nodes);
        for (size_t i = 0; i < pair->n_links; i++)
            if (pair->links[i] >= p->n_links)
                return kh_fail(err, KH_ERANGE, "pair %zu takes link %u of %zu", k, pair->links[i], p->n_links);
        if (!(pair->rate_bps >= 0) || isinf(pair->rate_bps) || !(pair->asked_bps > 0) || isinf(pair->asked_bps))
            return kh_fail(err, KH_ERANGE, "pair %zu makes %g bit/s and asks for %g", k, pair->rate_bps, pair->asked_bps);
    }
    return KH_OK;
}

static bool can_be_alone(const kh_turns_problem *p, const kh_turns_pair *pair)
{
    bool fits = pair->rate_bps > 0 && p->transceivers[pair->ends[0]] > 0 && p->transceivers[pair->ends[1]] > 0;
    for (size_t i = 0; i < pair->n_links; i++)
        fits = fits && p->channels[pair->links[i]] > 0;
    return fits;
}

static kh_status add_set(work *w, const bool *on, kh_error *err)
{
    size_t n = w->problem->n_pairs;
    if (w->n == w->room) {
        w->sets = kh_arena_grow(w->arena, w->sets, w->n, &w->room, sizeof *w->sets);
        if (w->sets == NULL)
            return kh_fail(err, KH_ENOMEM, "no memory for %zu sets of paths", w->n + 1);
    }
    bool *copy = KH_NEW(w->arena, bool, n);
    if (copy == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a set of %zu paths", n);
    memcpy(copy, on, n * sizeof *copy);
    w->sets[w->n++] = (kh_turn){.on = copy};
    return KH_OK;
}

/* --- the best shares of the sets so far ---------------------------------------------------------------------------------- */

/* Rows: pairs, then the time. Columns: lambda, then sets. */
static kh_status build_master(const work *w, kh_lp_build *b, kh_error *err)
{
    const kh_turns_problem *p = w->problem;
    KH_TRY(kh_lp_build_init(b, p->n_pairs + 1, w->scratch, err));
    kh_lp_build_column(b, 1, 0, INFINITY);
    for (size_t k = 0; k < p->n_pairs; k++) {
        if (!w->answer->joined[k])
            continue;
        kh_lp_build_row(b, k, 0, INFINITY);
        kh_lp_build_entry(b, k, -w->scale * p->pairs[k].asked_bps / p->pairs[k].rate_bps);
    }
    kh_lp_build_row(b, p->n_pairs, -INFINITY, 1 - p->lost_share);
    for (size_t i = 0; i < w->n; i++) {
        kh_lp_build_column(b, 0, 0, INFINITY);
        for (size_t k = 0; k < p->n_pairs; k++)
            if (w->sets[i].on[k])
                kh_lp_build_entry(b, k, 1);
        kh_lp_build_entry(b, p->n_pairs, 1);
    }
    return KH_OK;
}

static kh_status share_time(work *w, double *lambda, kh_error *err)
{
    const kh_turns_problem *p = w->problem;
    kh_lp_build build;
    kh_lp lp;
    kh_arena_reset(w->scratch);
    KH_TRY(build_master(w, &build, err));
    KH_TRY(kh_lp_build_program(&build, true, &lp, err));
    kh_lp_solution s = {.primal = KH_NEW(w->scratch, double, lp.n_columns), .dual = KH_NEW(w->scratch, double, lp.n_rows)};
    if (s.primal == NULL || s.dual == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu sets of paths", w->n);
    const kh_lp_options options = {.program = p->lp_program, .time_limit_s = fmax(w->deadline_s - kh_clock_s(), 0.01)};
    KH_TRY(kh_lp_solve(&lp, &options, &s, err));
    *lambda = s.objective * w->scale;
    for (size_t i = 0; i < w->n; i++)
        w->sets[i].share = s.primal[1 + i];
    for (size_t k = 0; k < p->n_pairs; k++)
        w->price[k] = w->answer->joined[k] ? fmax(-s.dual[k], 0) / p->pairs[k].rate_bps : 0;
    return KH_OK;
}

/* --- the next set -------------------------------------------------------------------------------------------------------- */

/* Rows: nodes, then links. Columns: pairs. */
static kh_status build_pricing(const work *w, const double *worth, kh_lp_build *b, kh_error *err)
{
    const kh_turns_problem *p = w->problem;
    KH_TRY(kh_lp_build_init(b, p->n_nodes + p->n_links, w->scratch, err));
    for (size_t v = 0; v < p->n_nodes; v++)
        kh_lp_build_row(b, v, -INFINITY, p->transceivers[v]);
    for (size_t e = 0; e < p->n_links; e++)
        kh_lp_build_row(b, p->n_nodes + e, -INFINITY, p->channels[e]);
    for (size_t k = 0; k < p->n_pairs; k++) {
        const kh_turns_pair *pair = &p->pairs[k];
        kh_lp_build_integer(b, worth[k], 0, w->answer->joined[k] ? 1 : 0);
        kh_lp_build_entry(b, pair->ends[0], 1);
        kh_lp_build_entry(b, pair->ends[1], 1);
        for (size_t i = 0; i < pair->n_links; i++)
            kh_lp_build_entry(b, p->n_nodes + pair->links[i], 1);
    }
    return KH_OK;
}

/* The set of most worth. @param[out] most  no set is worth more */
static kh_status find_set(work *w, bool *on, double *most, double *found, kh_error *err)
{
    const kh_turns_problem *p = w->problem;
    kh_lp_build build;
    kh_lp lp;
    kh_arena_reset(w->scratch);
    double *worth = KH_NEW(w->scratch, double, p->n_pairs), *known = KH_NEW(w->scratch, double, p->n_pairs), scale = 0;
    if (worth == NULL || known == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu pairs", p->n_pairs);
    for (size_t k = 0; k < p->n_pairs; k++)
        scale = fmax(scale, w->price[k] * p->pairs[k].rate_bps);
    for (size_t k = 0; k < p->n_pairs; k++)
        worth[k] = scale > 0 ? w->price[k] * p->pairs[k].rate_bps / scale : 0;
    KH_TRY(build_pricing(w, worth, &build, err));
    KH_TRY(kh_lp_build_program(&build, true, &lp, err));
    kh_lp_solution s = {.primal = KH_NEW(w->scratch, double, lp.n_columns)};
    if (s.primal == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu pairs", p->n_pairs);
    const kh_lp_options options = {
        .program = p->lp_program, .time_limit_s = fmax(w->deadline_s - kh_clock_s(), 0.01), .incumbent = known};
    kh_status status = kh_lp_solve(&lp, &options, &s, err);
    if (status != KH_OK && status != KH_TIMELIMIT)
        return status;
    *most = s.bound * scale;
    *found = 0;
    for (size_t k = 0; k < p->n_pairs; k++) {
        on[k] = status == KH_OK && s.primal[k] > 0.5;
        *found += on[k] ? w->price[k] * p->pairs[k].rate_bps : 0;
    }
    return status;
}

/* Keeps the prices when they prove more. */
static void certify(work *w, double most)
{
    const kh_turns_problem *p = w->problem;
    double asked = 0;
    for (size_t k = 0; k < p->n_pairs; k++)
        asked += w->price[k] * p->pairs[k].asked_bps;
    double bound = asked > 0 ? most * (1 - p->lost_share) / asked : HUGE_VAL;
    if (!(bound < w->answer->bound))
        return;
    w->answer->bound = bound;
    for (size_t k = 0; k < p->n_pairs; k++)
        w->answer->prices[k] = w->price[k] / asked;
}

static kh_status generate(work *w, kh_error *err)
{
    bool *on = KH_NEW(w->arena, bool, w->problem->n_pairs);
    if (on == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a set of paths");
    for (;;) {
        double lambda = 0, most = 0, found = 0, before = 0;
        kh_status status = kh_clock_s() < w->deadline_s ? share_time(w, &lambda, err) : KH_TIMELIMIT;
        if (status == KH_OK)
            status = find_set(w, on, &most, &found, err);
        if (status == KH_TIMELIMIT) {
            w->answer->complete = false;
            return KH_OK;
        }
        KH_TRY(status);
        certify(w, most);
        for (size_t i = 0; i < w->n; i++) {
            double worth = 0;
            for (size_t k = 0; k < w->problem->n_pairs; k++)
                worth += w->sets[i].on[k] ? w->price[k] * w->problem->pairs[k].rate_bps : 0;
            before = fmax(before, worth);
        }
        if (w->answer->bound <= lambda * (1 + PROVEN) || found <= before * (1 + 1e-12))
            return KH_OK;
        KH_TRY(add_set(w, on, err));
    }
}

/* --- together ------------------------------------------------------------------------------------------------------------ */

static kh_status start(work *w, kh_error *err)
{
    const kh_turns_problem *p = w->problem;
    bool *alone = KH_NEW(w->arena, bool, p->n_pairs);
    if (alone == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu pairs", p->n_pairs);
    double needed = 0;
    w->answer->permanent = INFINITY;
    for (size_t k = 0; k < p->n_pairs; k++) {
        w->answer->joined[k] = can_be_alone(p, &p->pairs[k]);
        if (!w->answer->joined[k])
            continue;
        double share = p->pairs[k].asked_bps / p->pairs[k].rate_bps;
        needed += share;
        w->answer->permanent = fmin(w->answer->permanent, 1 / share);
        alone[k] = true;
        KH_TRY(add_set(w, alone, err));
        alone[k] = false;
    }
    w->scale = needed > 0 ? 1 / needed : 1;
    w->answer->permanent = w->n > 0 ? w->answer->permanent : 0;
    return KH_OK;
}

/* Shares to the digit: they fit in the time, and what each pair gets is counted, not believed. */
static kh_status write_turns(work *w, kh_error *err)
{
    const kh_turns_problem *p = w->problem;
    kh_turns *a = w->answer;
    double sum = 0;
    a->turns = KH_NEW(w->arena, kh_turn, w->n);
    if (a->turns == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu sets of paths", w->n);
    for (size_t i = 0; i < w->n; i++)
        if (w->sets[i].share > NOTHING) {
            a->turns[a->n_turns++] = w->sets[i];
            sum += w->sets[i].share;
        }
    for (size_t i = 0; i < a->n_turns; i++) {
        if (sum > 1 - p->lost_share)
            a->turns[i].share *= (1 - p->lost_share) / sum;
        for (size_t k = 0; k < p->n_pairs; k++)
            a->rate_bps[k] += a->turns[i].on[k] ? a->turns[i].share * p->pairs[k].rate_bps : 0;
    }
    a->value = w->n > 0 ? INFINITY : 0;
    for (size_t k = 0; k < p->n_pairs; k++)
        if (a->joined[k])
            a->value = fmin(a->value, a->rate_bps[k] / p->pairs[k].asked_bps);
    a->bound = w->n > 0 ? fmax(a->bound, a->value) : 0;
    return KH_OK;
}

static kh_status solve(work *w, kh_error *err)
{
    KH_TRY(start(w, err));
    if (w->n > 0)
        KH_TRY(generate(w, err));
    return write_turns(w, err);
}

kh_status kh_turns_solve(const kh_turns_problem *problem, kh_arena *arena, kh_turns *turns, kh_error *err)
{
    size_t n = problem->n_pairs;
    KH_TRY(check(problem, err));
    kh_turns made = {.complete = true,
                     .bound = HUGE_VAL,
                     .prices = KH_NEW(arena, double, n),
                     .rate_bps = KH_NEW(arena, double, n),
                     .joined = KH_NEW(arena, bool, n)};
    work w = {.problem = problem,
              .arena = arena,
              .scratch = kh_arena_create(0),
              .answer = &made,
              .price = KH_NEW(arena, double, n),
              .deadline_s = kh_clock_s() + problem->time_limit_s};
    kh_status status = KH_OK;
    if (made.prices == NULL || made.rate_bps == NULL || made.joined == NULL || w.scratch == NULL || w.price == NULL)
        status = kh_fail(err, KH_ENOMEM, "no memory for %zu pairs", n);
    else
        status = solve(&w, err);
    kh_arena_destroy(w.scratch);
    if (status == KH_OK)
        *turns = made;
    return status;
}
