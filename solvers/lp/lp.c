/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/lp/lp.h"

#include "core/base/clock.h"
#include "solvers/lp/lp_backend.h"

#include <limits.h>
#include <math.h>
#include <string.h>

static bool are_bounds(double lower, double upper)
{
    return lower <= upper && lower < HUGE_VAL && upper > -HUGE_VAL;
}

static kh_status check_lines(const kh_lp *lp, kh_error *err)
{
    if (lp->n_rows >= INT_MAX || lp->n_columns >= INT_MAX || lp->start[lp->n_columns] >= INT_MAX)
        return kh_fail(err, KH_ERANGE, "a linear program of %zu rows and %zu columns is too large", lp->n_rows, lp->n_columns);
    for (size_t i = 0; i < lp->n_rows; i++)
        if (!are_bounds(lp->row_lower[i], lp->row_upper[i]))
            return kh_fail(err, KH_ERANGE, "row %zu has bounds [%g, %g]", i, lp->row_lower[i], lp->row_upper[i]);
    for (size_t j = 0; j < lp->n_columns; j++)
        if (!are_bounds(lp->column_lower[j], lp->column_upper[j]) || !isfinite(lp->cost[j]))
            return kh_fail(err, KH_ERANGE, "column %zu has bounds [%g, %g] and cost %g", j, lp->column_lower[j],
                           lp->column_upper[j], lp->cost[j]);
    return KH_OK;
}

static kh_status check_entries(const kh_lp *lp, kh_arena *scratch, kh_error *err)
{
    size_t *seen = KH_NEW(scratch, size_t, lp->n_rows); /* 1 + the last column that has this row */
    if (seen == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a linear program of %zu rows", lp->n_rows);
    for (size_t j = 0; j < lp->n_columns; j++)
        for (size_t k = lp->start[j]; k < lp->start[j + 1]; k++) {
            if (!isfinite(lp->value[k]))
                return kh_fail(err, KH_ERANGE, "entry %zu of the matrix is %g", k, lp->value[k]);
            if (lp->row[k] >= lp->n_rows)
                return kh_fail(err, KH_ERANGE, "column %zu: row %u is out of range, there are %zu", j, lp->row[k], lp->n_rows);
            if (seen[lp->row[k]] == j + 1)
                return kh_fail(err, KH_ERANGE, "column %zu: row %u is a duplicate", j, lp->row[k]);
            seen[lp->row[k]] = j + 1;
        }
    return KH_OK;
}

kh_status kh_lp_work_backend(const kh_lp_work *work, const kh_lp_task *task, kh_lp_solution *solution, kh_error *err)
{
    return work->options->program == NULL || task->exact ? kh_lp_glpk_solve(task, solution, err)
                                                         : kh_lp_program_solve(task, solution, err);
}

static void unscale(const kh_lp *lp, const kh_lp_scale *scale, const kh_lp_solution *s)
{
    for (size_t j = 0; j < lp->n_columns; j++)
        s->primal[j] = ldexp(s->primal[j], scale->column[j] + scale->size);
    for (size_t i = 0; i < lp->n_rows; i++)
        s->dual[i] = ldexp(s->dual[i], scale->row[i] - scale->price);
}

/* Solves the scaled program and proves the answer: KH_EINTERNAL when it does not prove right. */
static kh_status try_scaled(kh_lp_work *w, const kh_lp_scale *scale, const kh_lp_task *task, kh_error *err)
{
    kh_status status = kh_lp_work_backend(w, task, &w->answer, err);
    if (status != KH_OK && (status != KH_TIMELIMIT || isnan(w->answer.objective)))
        return status;
    unscale(&w->lp, scale, &w->answer);
    kh_lp_solution point = w->answer;
    if (status == KH_TIMELIMIT)
        point.dual = NULL;
    kh_lp_proof proof;
    KH_TRY(kh_lp_prove(&w->lp, scale, &point, w->scratch, &proof, err));
    w->answer.objective = proof.feasible ? proof.objective : (double)NAN;
    if (status == KH_OK)
        w->answer.bound = proof.bound;
    if (status == KH_OK && !proof.optimal)
        return kh_fail(err, KH_EINTERNAL, "the answer to a linear program of %zu rows and %zu columns has %s", w->lp.n_rows,
                       w->lp.n_columns, proof.fault);
    return status;
}

static kh_status attempt(kh_lp_work *w, bool careful, kh_error *err)
{
    kh_lp scaled;
    kh_lp_scale scale;
    double start_s = kh_clock_s();
    kh_arena_reset(w->scratch);
    KH_TRY(kh_lp_scale_make(&w->lp, careful, w->scratch, &scale, &scaled, err));
    double now_s = kh_clock_s(); /* the proof takes about as long as the scaling took */
    const kh_lp_task task = {.lp = &scaled,
                             .program = w->options->program,
                             .time_limit_s = w->deadline_s - now_s - (now_s - start_s),
                             .careful = careful,
                             .grown = w->grown};
    scaled.integer = NULL;
    w->answer.warm = w->answer.warm && !careful;
    return try_scaled(w, &scale, &task, err);
}

/* From the basis where the simplex ended, wherever that is. */
static kh_status attempt_exactly(kh_lp_work *w, kh_error *err)
{
    kh_lp scaled;
    kh_lp_scale scale;
    kh_arena_reset(w->scratch);
    KH_TRY(kh_lp_scale_whole(&w->lp, w->scratch, &scale, &scaled, err));
    const kh_lp_task task = {.lp = &scaled, .exact = true, .time_limit_s = w->deadline_s - kh_clock_s()};
    scaled.integer = NULL;
    w->answer.warm = true;
    return try_scaled(w, &scale, &task, err);
}

kh_status kh_lp_work_linear(kh_lp_work *w, kh_error *err)
{
    w->answer.objective = (double)NAN;
    w->answer.bound = w->lp.maximise ? HUGE_VAL : -HUGE_VAL;
    if (!(w->deadline_s > kh_clock_s()))
        return kh_fail(err, KH_TIMELIMIT, "no time is left for a linear program");
    kh_status status = attempt(w, false, err);
    if (status == KH_EINTERNAL || status == KH_INFEASIBLE || status == KH_ERANGE)
        status = attempt(w, true, err);
    if (w->options->exact && status != KH_ENOMEM && status != KH_TIMELIMIT)
        status = attempt_exactly(w, err);
    if (status == KH_OK && err != NULL)
        *err = (kh_error){0};
    return status;
}

static kh_status allocate_rows(kh_lp_work *w, kh_error *err)
{
    uint8_t *place = KH_NEW(w->arena, uint8_t, w->lp.n_rows);
    double *dual = KH_NEW(w->arena, double, w->lp.n_rows);
    if (place == NULL || dual == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu rows", w->lp.n_rows);
    memset(place, KH_LP_BASIC, w->lp.n_rows);
    if (w->answer.row_place != NULL)
        memcpy(place, w->answer.row_place, w->given->n_rows);
    w->answer.row_place = place;
    w->answer.dual = dual;
    return KH_OK;
}

kh_status kh_lp_work_separate(kh_lp_work *w, bool integral, size_t *n_added, kh_error *err)
{
    size_t before = w->cuts.n;
    const kh_lp_separator *s = w->options->separator;
    *n_added = 0;
    if (s == NULL)
        return KH_OK;
    KH_TRY(s->separate(s->user, w->answer.primal, integral, &w->cuts, err));
    *n_added = w->cuts.n - before;
    if (*n_added == 0)
        return KH_OK;
    KH_TRY(kh_lp_cuts_join(w->given, &w->cuts, w->arena, &w->lp, err));
    w->grown = true;
    return allocate_rows(w, err);
}

static kh_status solve_linear(kh_lp_work *w, kh_error *err)
{
    for (size_t n_added = 1; n_added > 0;) {
        KH_TRY(kh_lp_work_linear(w, err));
        KH_TRY(kh_lp_work_separate(w, true, &n_added, err));
        w->answer.warm = true;
    }
    return KH_OK;
}

static kh_status start(kh_lp_work *w, const kh_lp_solution *given, kh_error *err)
{
    w->lp = *w->given;
    w->cuts = (kh_lp_cuts){.arena = w->arena, .n_columns = w->lp.n_columns};
    w->answer = (kh_lp_solution){.warm = given->warm && given->row_place != NULL && given->column_place != NULL,
                                 .column_place = KH_NEW(w->arena, uint8_t, w->lp.n_columns),
                                 .primal = KH_NEW(w->arena, double, w->lp.n_columns)};
    if (w->answer.column_place == NULL || w->answer.primal == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu columns", w->lp.n_columns);
    KH_TRY(allocate_rows(w, err));
    if (w->answer.warm) {
        memcpy(w->answer.row_place, given->row_place, w->lp.n_rows);
        memcpy(w->answer.column_place, given->column_place, w->lp.n_columns);
    }
    return KH_OK;
}

static bool is_integer(const kh_lp *lp)
{
    for (size_t j = 0; lp->integer != NULL && j < lp->n_columns; j++)
        if (lp->integer[j])
            return true;
    return false;
}

static void give(const kh_lp_work *w, kh_lp_solution *to)
{
    const kh_lp_solution *from = &w->answer;
    size_t m = w->given->n_rows, n = w->given->n_columns;
    memcpy(to->primal, from->primal, n * sizeof *to->primal);
    to->objective = from->objective;
    to->bound = from->bound;
    bool integer = is_integer(w->given);
    for (size_t i = 0; to->dual != NULL && i < m; i++)
        to->dual[i] = integer ? (double)NAN : from->dual[i];
    if (to->row_place != NULL && !integer)
        memcpy(to->row_place, from->row_place, m);
    if (to->column_place != NULL && !integer)
        memcpy(to->column_place, from->column_place, n);
}

static kh_status run(kh_lp_work *w, kh_lp_solution *solution, kh_error *err)
{
    if (w->arena == NULL || w->scratch == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a linear program");
    KH_TRY(check_entries(w->given, w->scratch, err));
    KH_TRY(start(w, solution, err));
    bool integer = is_integer(w->given);
    if (!integer)
        w->lp.integer = NULL;
    kh_status status = integer ? kh_lp_work_integer(w, err) : solve_linear(w, err);
    if (status == KH_OK || status == KH_TIMELIMIT)
        give(w, solution);
    return status;
}

kh_status kh_lp_solve(const kh_lp *lp, const kh_lp_options *options, kh_lp_solution *solution, kh_error *err)
{
    static const kh_lp_options plain = {.time_limit_s = INFINITY};
    KH_TRY(check_lines(lp, err));
    kh_lp_work w = {
        .given = lp, .options = options != NULL ? options : &plain, .arena = kh_arena_create(0), .scratch = kh_arena_create(0)};
    w.deadline_s = kh_clock_s() + w.options->time_limit_s;
    kh_status status = run(&w, solution, err);
    kh_arena_destroy(w.arena);
    kh_arena_destroy(w.scratch);
    return status;
}
