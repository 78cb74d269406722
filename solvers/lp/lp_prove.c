/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/lp/lp_backend.h"

#include <math.h>

/* What may be missing: this much of the terms that a sum is made of, and this much of what is 1 after scaling, since a solver
   cannot tell less from 0. */
static const long double OF_TERMS = 1e-7L, OF_UNIT = 1e-8L;

typedef struct sum {
    long double value, size; /* size: of its terms without their signs */
} sum;

typedef struct work {
    const kh_lp *lp;
    const kh_lp_scale *scale;
    double *primal, *dual;
    sum *rows; /* [n_rows] A x */
    long double sign;
    sum objective, bound; /* as if to be maximised */
    const char *fault;
} work;

static void add(sum *s, long double term)
{
    s->value += term;
    s->size += fabsl(term);
}

static long double allowed(long double size, int unit)
{
    return OF_TERMS * size + ldexpl(OF_UNIT, unit);
}

static void accuse(work *w, const char *fault)
{
    w->fault = w->fault == NULL ? fault : w->fault;
}

static void add_up(work *w)
{
    const kh_lp *lp = w->lp;
    for (size_t j = 0; j < lp->n_columns; j++) {
        if (!isfinite(w->primal[j])) {
            accuse(w, "a column without a number");
            w->primal[j] = 0;
        }
        w->primal[j] = fmin(fmax(w->primal[j], lp->column_lower[j]), lp->column_upper[j]);
        add(&w->objective, w->sign * lp->cost[j] * w->primal[j]);
        for (size_t k = lp->start[j]; k < lp->start[j + 1]; k++)
            add(&w->rows[lp->row[k]], (long double)lp->value[k] * w->primal[j]);
    }
}

static void check_rows(work *w)
{
    for (size_t i = 0; i < w->lp->n_rows; i++) {
        const sum *row = &w->rows[i];
        double lower = w->lp->row_lower[i], upper = w->lp->row_upper[i];
        int unit = w->scale->size - w->scale->row[i];
        if ((isfinite(lower) && lower - row->value > allowed(fmaxl(row->size, fabs(lower)), unit)) ||
            (isfinite(upper) && row->value - upper > allowed(fmaxl(row->size, fabs(upper)), unit)))
            accuse(w, "a row beyond its bounds");
    }
}

/* A price on a bound, in a sum that no feasible point exceeds. A price that may be rounding counts where the point is, since its
   bound may be far or nowhere. */
static void add_price(work *w, long double price, const double bounds[2], long double at, long double small)
{
    double bound = price > 0 ? bounds[1] : bounds[0];
    if (fabsl(price) <= small || isinf(bound))
        add(&w->bound, price * at);
    else
        add(&w->bound, price * bound);
    if (isinf(bound) && fabsl(price) > small)
        accuse(w, "a dual of the wrong sign");
}

static void check_row_duals(work *w)
{
    const kh_lp *lp = w->lp;
    for (size_t i = 0; i < lp->n_rows; i++) {
        if (!isfinite(w->dual[i])) {
            accuse(w, "a dual without a number");
            w->dual[i] = 0;
        }
        const double bounds[2] = {lp->row_lower[i], lp->row_upper[i]};
        if (isinf(w->sign * w->dual[i] > 0 ? bounds[1] : bounds[0]))
            w->dual[i] = 0;
        add_price(w, w->sign * w->dual[i], bounds, w->rows[i].value, ldexpl(OF_UNIT, w->scale->row[i] - w->scale->price));
    }
}

static void check_reduced_costs(work *w)
{
    const kh_lp *lp = w->lp;
    for (size_t j = 0; j < lp->n_columns; j++) {
        sum cost = {0};
        add(&cost, w->sign * lp->cost[j]);
        for (size_t k = lp->start[j]; k < lp->start[j + 1]; k++)
            add(&cost, -w->sign * (long double)lp->value[k] * w->dual[lp->row[k]]);
        const double bounds[2] = {lp->column_lower[j], lp->column_upper[j]};
        add_price(w, cost.value, bounds, w->primal[j], allowed(cost.size, -w->scale->column[j] - w->scale->price));
    }
}

static void check_gap(work *w)
{
    long double gap = fabsl(w->bound.value - w->objective.value);
    if (!(gap <= allowed(w->bound.size + w->objective.size, w->scale->size - w->scale->price)))
        accuse(w, "a gap between primal and dual");
}

kh_status kh_lp_prove(const kh_lp *lp, const kh_lp_scale *scale, const kh_lp_solution *solution, kh_arena *scratch,
                      kh_lp_proof *proof, kh_error *err)
{
    work w = {.lp = lp,
              .scale = scale,
              .primal = solution->primal,
              .dual = solution->dual,
              .rows = KH_NEW(scratch, sum, lp->n_rows),
              .sign = lp->maximise ? 1 : -1};
    if (w.rows == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to check %zu rows", lp->n_rows);
    add_up(&w);
    check_rows(&w);
    *proof = (kh_lp_proof){.feasible = w.fault == NULL, .objective = (double)(w.sign * w.objective.value), .bound = INFINITY};
    if (w.dual != NULL) {
        check_row_duals(&w);
        check_reduced_costs(&w);
        check_gap(&w);
        proof->optimal = w.fault == NULL;
        proof->bound = (double)(w.sign * w.bound.value);
    }
    proof->fault = w.fault;
    return KH_OK;
}
