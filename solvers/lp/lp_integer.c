/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/clock.h"
#include "solvers/lp/lp_backend.h"

#include <math.h>
#include <string.h>

static const double WHOLE = 1e-5; /* how far from an integer a backend may leave a column */
/* At the root cuts are added while they move the bound by this much in so many rounds; branching does the rest. */
static const double WORTH_IT = 1e-5;
enum { PATIENCE = 5 };

typedef struct search {
    kh_lp_work *w;
    kh_lp_scale scale; /* of the tree */
    double *point;     /* [n_columns] where the tree is; then what it found */
    double *best;      /* [n_columns] */
    double best_objective;
    double bound;
    double *value; /* [n_columns] a scaled cut */
    double *lower, *upper;
} search;

static bool is_better(const search *s, double a, double b)
{
    return isnan(b) || (s->w->lp.maximise ? a > b : a < b);
}

static void tighten(search *s, double bound)
{
    if (s->w->lp.maximise ? bound < s->bound : bound > s->bound)
        s->bound = bound;
}

static bool is_whole(const kh_lp *lp, const double *primal)
{
    for (size_t j = 0; j < lp->n_columns; j++)
        if (lp->integer[j] && !(fabs(primal[j] - nearbyint(primal[j])) <= WHOLE))
            return false;
    return true;
}

static void round_off(const kh_lp *lp, double *primal)
{
    for (size_t j = 0; j < lp->n_columns; j++)
        if (lp->integer[j])
            primal[j] = nearbyint(primal[j]);
}

/* The best continuous columns for the point's integers: makes up for integers that were not quite. */
static kh_status settle_rest(search *s, kh_error *err)
{
    kh_lp_work *w = s->w;
    const kh_lp lp = w->lp;
    memcpy(s->lower, lp.column_lower, lp.n_columns * sizeof *s->lower);
    memcpy(s->upper, lp.column_upper, lp.n_columns * sizeof *s->upper);
    for (size_t j = 0; j < lp.n_columns; j++)
        if (lp.integer[j])
            s->lower[j] = s->upper[j] = fmin(fmax(s->point[j], lp.column_lower[j]), lp.column_upper[j]);
    w->lp.column_lower = s->lower;
    w->lp.column_upper = s->upper;
    w->answer.warm = false;
    kh_status status = kh_lp_work_linear(w, err);
    w->lp = lp;
    if (status == KH_OK)
        memcpy(s->point, w->answer.primal, lp.n_columns * sizeof *s->point);
    return status;
}

/* Checks s->point against every row known and, by the separator, unknown. *stands: it is feasible, and kept when it is the best. */
static kh_status try_point(search *s, bool *stands, size_t *n_added, kh_error *err)
{
    kh_lp_work *w = s->w;
    kh_lp scaled;
    kh_lp_scale scale;
    kh_lp_proof proof;
    *stands = false;
    *n_added = 0;
    if (!is_whole(&w->lp, s->point))
        return KH_OK;
    round_off(&w->lp, s->point);
    kh_arena_reset(w->scratch);
    KH_TRY(kh_lp_scale_make(&w->lp, false, w->scratch, &scale, &scaled, err));
    memcpy(w->answer.primal, s->point, w->lp.n_columns * sizeof *s->point);
    kh_lp_solution point = {.primal = w->answer.primal};
    KH_TRY(kh_lp_prove(&w->lp, &scale, &point, w->scratch, &proof, err));
    if (!proof.feasible) {
        kh_status status = settle_rest(s, err);
        if (status != KH_OK)
            return status == KH_INFEASIBLE || status == KH_EINTERNAL || status == KH_TIMELIMIT ? KH_OK : status;
        proof.objective = w->answer.objective;
    }
    KH_TRY(kh_lp_work_separate(w, true, n_added, err));
    *stands = *n_added == 0;
    if (*stands && is_better(s, proof.objective, s->best_objective)) {
        memcpy(s->best, w->answer.primal, w->lp.n_columns * sizeof *s->best);
        s->best_objective = proof.objective;
    }
    return KH_OK;
}

/* Called by the backend at a node: the point goes out unscaled, the rows come back scaled. */
static kh_status look(void *user, const double *primal, bool integral, kh_lp_cuts *scaled, kh_error *err)
{
    search *s = user;
    kh_lp_work *w = s->w;
    const kh_lp_separator *separator = w->options->separator;
    for (size_t j = 0; j < w->lp.n_columns; j++)
        s->point[j] = ldexp(primal[j], s->scale.column[j]);
    if (integral)
        round_off(&w->lp, s->point);
    size_t i = w->cuts.n;
    KH_TRY(separator->separate(separator->user, s->point, integral, &w->cuts, err));
    for (; i < w->cuts.n; i++) {
        size_t first = i > 0 ? w->cuts.end[i - 1] : 0, n = w->cuts.end[i] - first;
        const uint32_t *column = w->cuts.column + first;
        int largest = -10000, e;
        for (size_t k = 0; k < n; k++) {
            (void)frexp(w->cuts.value[first + k], &e);
            e += s->scale.column[column[k]];
            largest = w->cuts.value[first + k] != 0 && e > largest ? e : largest;
        }
        int shift = largest == -10000 ? 0 : 1 - largest;
        for (size_t k = 0; k < n; k++)
            s->value[k] = ldexp(w->cuts.value[first + k], shift + s->scale.column[column[k]]);
        const double bounds[2] = {ldexp(w->cuts.bounds[i][0], shift), ldexp(w->cuts.bounds[i][1], shift)};
        KH_TRY(kh_lp_cuts_add(scaled, n, column, s->value, bounds, err));
    }
    return KH_OK;
}

static double *scaled_best(const search *s)
{
    double *start = isnan(s->best_objective) ? NULL : KH_NEW(s->w->scratch, double, s->w->lp.n_columns);
    for (size_t j = 0; start != NULL && j < s->w->lp.n_columns; j++)
        start[j] = ldexp(s->best[j], -s->scale.column[j]);
    return start;
}

/* Branch and cut over the rows known now. What it finds is in s->point, s->bound; *found: a point came. */
static kh_status branch(search *s, bool *found, kh_error *err)
{
    kh_lp_work *w = s->w;
    const kh_lp_separator *separator = w->options->separator;
    kh_lp scaled;
    *found = false;
    kh_arena_reset(w->scratch);
    KH_TRY(kh_lp_scale_make(&w->lp, false, w->scratch, &s->scale, &scaled, err));
    kh_lp_cuts cuts = {.arena = w->arena, .n_columns = w->lp.n_columns};
    kh_lp_task task = {.lp = &scaled,
                       .program = w->options->program,
                       .time_limit_s = w->deadline_s - kh_clock_s(),
                       .gap = w->options->gap,
                       .most_nodes = w->options->most_nodes,
                       .incumbent = scaled_best(s),
                       .look = separator != NULL && !separator->solves_itself ? look : NULL,
                       .user = s,
                       .cuts = &cuts};
    w->answer.objective = (double)NAN;
    w->answer.bound = w->lp.maximise ? HUGE_VAL : -HUGE_VAL;
    if (!(task.time_limit_s > 0))
        return kh_fail(err, KH_TIMELIMIT, "the time limit of %g s passed", w->options->time_limit_s);
    kh_status status = kh_lp_work_backend(w, &task, &w->answer, err);
    if (status != KH_OK && status != KH_TIMELIMIT)
        return status;
    tighten(s, ldexp(w->answer.bound, -s->scale.price));
    *found = !isnan(w->answer.objective);
    for (size_t j = 0; *found && j < w->lp.n_columns; j++)
        s->point[j] = ldexp(w->answer.primal[j], s->scale.column[j]);
    return status;
}

/* Rows of the separator at the optimum of the linear relaxation. */
static kh_status cut_root(search *s, kh_error *err)
{
    kh_lp_work *w = s->w;
    double before = (double)NAN;
    size_t n_added = 1;
    for (int idle = 0; n_added > 0 && idle < PATIENCE;) {
        KH_TRY(kh_lp_work_linear(w, err));
        tighten(s, w->answer.bound);
        idle = fabs(w->answer.objective - before) <= WORTH_IT * fabs(before) ? idle + 1 : 0;
        before = w->answer.objective;
        KH_TRY(kh_lp_work_separate(w, is_whole(&w->lp, w->answer.primal), &n_added, err));
        w->answer.warm = true;
    }
    return KH_OK;
}

static kh_status search_tree(search *s, kh_error *err)
{
    for (size_t n_added = 1; n_added > 0;) {
        bool found, stands = false;
        kh_status status = branch(s, &found, err);
        if (status != KH_OK && status != KH_TIMELIMIT)
            return status;
        n_added = 0;
        if (found)
            KH_TRY(try_point(s, &stands, &n_added, err));
        if (status == KH_TIMELIMIT)
            return status;
        if (!stands && n_added == 0)
            return kh_fail(err, KH_EINTERNAL, "the point found for an integer program of %zu rows and %zu columns is not feasible",
                           s->w->lp.n_rows, s->w->lp.n_columns);
    }
    return KH_OK;
}

static kh_status prepare(search *s, kh_error *err)
{
    kh_lp_work *w = s->w;
    size_t n = w->lp.n_columns, n_added;
    bool stands;
    s->point = KH_NEW(w->arena, double, n);
    s->best = KH_NEW(w->arena, double, n);
    s->value = KH_NEW(w->arena, double, n);
    s->lower = KH_NEW(w->arena, double, n);
    s->upper = KH_NEW(w->arena, double, n);
    if (s->point == NULL || s->best == NULL || s->value == NULL || s->lower == NULL || s->upper == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu columns", n);
    if (w->options->incumbent == NULL)
        return KH_OK;
    memcpy(s->point, w->options->incumbent, n * sizeof *s->point);
    return try_point(s, &stands, &n_added, err);
}

kh_status kh_lp_work_integer(kh_lp_work *w, kh_error *err)
{
    search s = {.w = w, .best_objective = (double)NAN, .bound = w->lp.maximise ? HUGE_VAL : -HUGE_VAL};
    KH_TRY(prepare(&s, err));
    w->answer.warm = false;
    kh_status status = w->options->separator != NULL ? cut_root(&s, err) : KH_OK;
    if (status == KH_OK)
        status = search_tree(&s, err);
    if (status == KH_INFEASIBLE && !isnan(s.best_objective))
        return kh_fail(err, KH_EINTERNAL, "an integer program with a known point was called infeasible");
    if (status != KH_OK && status != KH_TIMELIMIT)
        return status;
    memcpy(w->answer.primal, s.best, w->lp.n_columns * sizeof *s.best);
    w->answer.objective = s.best_objective;
    w->answer.bound = isnan(s.best_objective) || is_better(&s, s.bound, s.best_objective) ? s.bound : s.best_objective;
    return status;
}
