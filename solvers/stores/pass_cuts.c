/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/stores/pass_cuts.h"

#include "solvers/lp/lp_build.h"

#include <math.h>
#include <string.h>

static const double NOTHING = 1e-9; /* of the scale: a pass worth less counts as used in that cut */
static const double LITTLE = 1e-10;
static const double SAME = 1e-8;

kh_status kh_pass_cuts_add(kh_pass_cuts *cuts, double constant, const double *prices, kh_error *err)
{
    size_t m = cuts->problem->graph.n_links;
    if (cuts->n == cuts->room) {
        kh_pass_cut *grown = kh_arena_grow(cuts->arena, cuts->cuts, cuts->n, &cuts->room, sizeof *grown);
        if (grown == NULL)
            return kh_fail(err, KH_ENOMEM, "no memory for %zu cuts", cuts->n + 1);
        cuts->cuts = grown;
    }
    double *copy = KH_NEW(cuts->arena, double, m);
    if (copy == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu prices", m);
    memcpy(copy, prices, m * sizeof *copy);
    cuts->cuts[cuts->n++] = (kh_pass_cut){constant, copy};
    return KH_OK;
}

double kh_pass_cut_value(const kh_pass_cut *cut, const double *rate_bps, size_t n_links)
{
    double sum = cut->constant;
    for (size_t e = 0; e < n_links; e++)
        sum += cut->prices[e] * rate_bps[e];
    return sum;
}

/* What the first cut allows when all passes are used; programs for integers want a finite bound. */
static double most_promised(const kh_pass_cuts *c)
{
    const kh_schedule_problem *p = c->problem;
    double sum = kh_pass_cut_value(&c->cuts[0], p->given_bps, p->graph.n_links);
    for (size_t i = 0; i < p->n_passes; i++)
        sum += p->passes[i].key_bits / p->horizon_s * c->cuts[0].prices[p->passes[i].link];
    return sum * (1 + 1e-6);
}

/* In units of scale. */
static double worth_of(const kh_pass_cuts *c, size_t cut, size_t pass)
{
    const kh_schedule_pass *p = &c->problem->passes[pass];
    return p->key_bits / c->problem->horizon_s * c->cuts[cut].prices[p->link] / c->scale;
}

/* What a cut allows without any pass, and with those that count for next to nothing. What is little but not 0 counts as a bit more:
   programs whose bounds are many orders apart are solved badly. */
static double allowed_without(const kh_pass_cuts *c, size_t cut)
{
    double sum = kh_pass_cut_value(&c->cuts[cut], c->problem->given_bps, c->problem->graph.n_links) / c->scale;
    for (size_t i = 0; i < c->problem->n_passes; i++) {
        double worth = worth_of(c, cut, i);
        sum += worth < NOTHING ? worth : 0;
    }
    return sum > 0 ? fmax(sum, LITTLE) : sum;
}

/* Branch and bound stumbles over rows that are the same but for rounding; without one of them the bound is as right. */
static bool is_new(const kh_pass_cuts *c, size_t cut, const double *allowed)
{
    for (size_t r = 0; r < cut; r++) {
        bool same = fabs(allowed[r] - allowed[cut]) < SAME;
        for (size_t i = 0; i < c->problem->n_passes && same; i++)
            same = fabs(worth_of(c, r, i) - worth_of(c, cut, i)) < SAME * fmax(1, worth_of(c, r, i));
        if (same)
            return false;
    }
    return true;
}

/* The cuts as rows: what they allow without passes, and how much one pass may lift them. */
typedef struct cut_rows {
    double *allowed, *room; /* [n cuts] */
    bool *used;             /* [n cuts] */
} cut_rows;

/* Where passes are whole, one that alone lifts a cut to the most that any schedule has is worth no more than that: the cut is as
   right as before, and its numbers are near 1. */
static kh_status add_cut_rows(const kh_pass_cuts *c, bool integer, kh_lp_build *b, cut_rows *rows, kh_error *err)
{
    double most = most_promised(c) / c->scale;
    *rows = (cut_rows){KH_NEW(b->arena, double, c->n), KH_NEW(b->arena, double, c->n), KH_NEW(b->arena, bool, c->n)};
    if (rows->room == NULL || rows->allowed == NULL || rows->used == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu cuts", c->n);
    kh_lp_build_column(b, 1, 0, most);
    for (size_t r = 0; r < c->n; r++) {
        rows->allowed[r] = allowed_without(c, r);
        rows->used[r] = !integer || is_new(c, r, rows->allowed);
        rows->room[r] = integer ? fmax(most - rows->allowed[r], 0) : HUGE_VAL;
        if (!rows->used[r])
            continue;
        kh_lp_build_row(b, r, -INFINITY, rows->allowed[r]);
        kh_lp_build_entry(b, r, 1);
    }
    return KH_OK;
}

/* Rows: cuts, then clashes. Columns: the value, then passes. */
static kh_status build_program(const kh_pass_cuts *c, bool integer, kh_lp_build *b, kh_error *err)
{
    cut_rows rows;
    KH_TRY(kh_lp_build_init(b, c->n + c->clashes->n, b->arena, err));
    KH_TRY(add_cut_rows(c, integer, b, &rows, err));
    for (size_t q = 0; q < c->clashes->n; q++)
        kh_lp_build_row(b, c->n + q, -INFINITY, 1);
    for (size_t i = 0; i < c->problem->n_passes; i++) {
        (void)(integer ? kh_lp_build_integer(b, 0, 0, 1) : kh_lp_build_column(b, 0, 0, 1));
        for (size_t r = 0; r < c->n; r++) {
            double worth = worth_of(c, r, i);
            if (rows.used[r] && worth >= NOTHING)
                kh_lp_build_entry(b, r, -fmin(worth, rows.room[r]));
        }
        for (size_t k = c->clashes->of[i]; k < c->clashes->of[i + 1]; k++)
            kh_lp_build_entry(b, c->n + c->clashes->clash[k], 1);
    }
    return KH_OK;
}

static void take(const kh_pass_cuts *c, const kh_lp *lp, const kh_lp_solution *s, bool integer, kh_pass_point *point)
{
    memcpy(point->use, &s->primal[1], (lp->n_columns - 1) * sizeof *point->use);
    point->value = s->objective * c->scale;
    if (integer)
        return;
    double sum = 0;
    for (size_t r = 0; r < c->n; r++)
        sum += fmax(s->dual[r], 0);
    for (size_t r = 0; r < c->n; r++)
        point->cut_weight[r] = fmax(s->dual[r], 0) / sum;
    for (size_t q = 0; q < c->clashes->n; q++)
        point->clash_price[q] = fmax(s->dual[c->n + q], 0) / sum * c->scale;
}

/* The value of a schedule in the program: the least that a cut promises. */
static double promised(const kh_pass_cuts *c, const bool *chosen, double *rate_bps)
{
    const kh_schedule_problem *p = c->problem;
    memcpy(rate_bps, p->given_bps, p->graph.n_links * sizeof *rate_bps);
    for (size_t i = 0; i < p->n_passes; i++)
        if (chosen[i])
            rate_bps[p->passes[i].link] += p->passes[i].key_bits / p->horizon_s;
    double least = INFINITY;
    for (size_t r = 0; r < c->n; r++)
        least = fmin(least, kh_pass_cut_value(&c->cuts[r], rate_bps, p->graph.n_links));
    return least;
}

static kh_status start_from(const kh_pass_cuts *c, const bool *incumbent, kh_arena *scratch, double **point, kh_error *err)
{
    size_t n = c->problem->n_passes;
    double *rate_bps = KH_NEW(scratch, double, c->problem->graph.n_links);
    *point = KH_NEW(scratch, double, 1 + n);
    if (rate_bps == NULL || *point == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu passes", n);
    (*point)[0] = fmin(promised(c, incumbent, rate_bps), most_promised(c)) / c->scale;
    for (size_t i = 0; i < n; i++)
        (*point)[1 + i] = incumbent[i] ? 1 : 0;
    return KH_OK;
}

kh_status kh_pass_cuts_solve(const kh_pass_cuts *cuts, const bool *incumbent, double time_limit_s, kh_arena *scratch,
                             kh_pass_point *point, kh_error *err)
{
    kh_arena_reset(scratch);
    kh_lp_build build = {.arena = scratch};
    kh_lp lp;
    KH_TRY(build_program(cuts, incumbent != NULL, &build, err));
    KH_TRY(kh_lp_build_program(&build, true, &lp, err));
    kh_lp_solution solution = {.primal = KH_NEW(scratch, double, lp.n_columns), .dual = KH_NEW(scratch, double, lp.n_rows)};
    if (solution.primal == NULL || solution.dual == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu passes", cuts->problem->n_passes);
    kh_lp_options options = {.program = cuts->problem->lp_program, .time_limit_s = time_limit_s};
    if (incumbent != NULL) {
        double *known;
        KH_TRY(start_from(cuts, incumbent, scratch, &known, err));
        options.incumbent = known;
        options.gap = fmax(cuts->problem->gap / 2, 3e-7);
    }
    kh_status status = kh_lp_solve(&lp, &options, &solution, err);
    bool found = status == KH_OK || (status == KH_TIMELIMIT && isfinite(solution.objective));
    point->value = (double)NAN;
    if (found)
        take(cuts, &lp, &solution, incumbent != NULL, point);
    if (status == KH_OK || status == KH_TIMELIMIT)
        point->bound = solution.bound * cuts->scale;
    return status;
}

kh_status kh_pass_cuts_write_mps(const kh_pass_cuts *cuts, kh_arena *scratch, FILE *file, kh_error *err)
{
    kh_arena_reset(scratch);
    kh_lp_build build = {.arena = scratch};
    kh_lp lp;
    KH_TRY(build_program(cuts, true, &build, err));
    KH_TRY(kh_lp_build_program(&build, true, &lp, err));
    build.cost[0] = cuts->scale;
    return kh_lp_write_mps(
        &lp,
        "Which passes are used: minimise cost = -value of the key flow that they bring.\n"
        "Columns: the value in units of its cost, then passes by their start; rows: cuts of key flows, then passes\n"
        "that one node cannot serve together.",
        file, err);
}
