/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/lp/lp_backend.h"

#include <float.h>
#include <limits.h>
#include <math.h>

/* Entries closer together than this are only brought to 1: geometric means would not make the simplex quicker. */
static const int WIDE = 30;
static const int MOST_SHIFT = 300; /* a line never moves further: two of them stay inside the range of double */
enum { MOST_PASSES = 8 };

typedef struct span {
    int least, most;
} span;

static const span NOTHING = {INT_MAX, INT_MIN};

/* Of 1 it is 1. Exponents are all that scaling by powers of 2 needs, and they add up without rounding. */
static int exponent(double x)
{
    int e;
    (void)frexp(x, &e);
    return e;
}

static void widen(span *s, int e)
{
    s->least = e < s->least ? e : s->least;
    s->most = e > s->most ? e : s->most;
}

static int clamp(int shift)
{
    return shift < -MOST_SHIFT ? -MOST_SHIFT : shift > MOST_SHIFT ? MOST_SHIFT : shift;
}

static int to_the_middle(span s)
{
    return s.most < s.least ? 0 : clamp(-(s.least + s.most) / 2);
}

static int to_one(span s)
{
    return s.most < s.least ? 0 : clamp(-s.most);
}

typedef struct work {
    const kh_lp *lp;
    kh_lp_scale *scale;
    int *entry;                 /* [entries] exponents */
    span *rows;                 /* [n_rows] */
    bool bordered;              /* costs count as a row, bounds as a column */
    int cost_row, bound_column; /* shifts of these */
} work;

static bool is_fixed(const work *w, size_t column)
{
    return w->lp->integer != NULL && w->lp->integer[column];
}

static int width(span s)
{
    return s.most < s.least ? 0 : s.most - s.least;
}

static void widen_by(span *s, double x, int shift, int sign)
{
    if (x != 0 && !isinf(x))
        widen(s, sign * (exponent(x) - 1 + shift));
}

static span span_of_costs(const work *w)
{
    span costs = NOTHING;
    for (size_t j = 0; j < w->lp->n_columns; j++)
        widen_by(&costs, w->lp->cost[j], w->scale->column[j], 1);
    return costs;
}

static span span_of_bounds(const work *w)
{
    const kh_lp *lp = w->lp;
    span bounds = NOTHING;
    for (size_t i = 0; i < lp->n_rows; i++) {
        widen_by(&bounds, lp->row_lower[i], w->scale->row[i], 1);
        widen_by(&bounds, lp->row_upper[i], w->scale->row[i], 1);
    }
    for (size_t j = 0; j < lp->n_columns; j++) {
        widen_by(&bounds, lp->column_lower[j], -w->scale->column[j], 1);
        widen_by(&bounds, lp->column_upper[j], -w->scale->column[j], 1);
    }
    return bounds;
}

/* This and the next give the widest line as it was: how far its entries are apart. */
static int scale_rows(work *w, int (*shift)(span))
{
    for (size_t i = 0; i < w->lp->n_rows; i++)
        w->rows[i] = NOTHING;
    for (size_t j = 0; j < w->lp->n_columns; j++)
        for (size_t k = w->lp->start[j]; k < w->lp->start[j + 1]; k++)
            if (w->lp->value[k] != 0)
                widen(&w->rows[w->lp->row[k]], w->entry[k] + w->scale->column[j]);
    int widest = 0;
    for (size_t i = 0; i < w->lp->n_rows; i++) {
        if (w->bordered) {
            widen_by(&w->rows[i], w->lp->row_lower[i], w->bound_column, 1);
            widen_by(&w->rows[i], w->lp->row_upper[i], w->bound_column, 1);
        }
        w->scale->row[i] = shift(w->rows[i]);
        widest = width(w->rows[i]) > widest ? width(w->rows[i]) : widest;
    }
    if (w->bordered)
        w->cost_row = shift(span_of_costs(w));
    return widest;
}

static span span_of_column(const work *w, size_t j)
{
    span column = NOTHING;
    for (size_t k = w->lp->start[j]; k < w->lp->start[j + 1]; k++)
        if (w->lp->value[k] != 0)
            widen(&column, w->entry[k] + w->scale->row[w->lp->row[k]]);
    if (w->bordered) {
        widen_by(&column, w->lp->cost[j], w->cost_row, 1);
        widen_by(&column, w->lp->column_lower[j], w->bound_column, -1);
        widen_by(&column, w->lp->column_upper[j], w->bound_column, -1);
    }
    return column;
}

static int scale_columns(work *w, int (*shift)(span))
{
    int widest = 0;
    for (size_t j = 0; j < w->lp->n_columns; j++) {
        span column = span_of_column(w, j);
        w->scale->column[j] = is_fixed(w, j) ? 0 : shift(column);
        widest = width(column) > widest ? width(column) : widest;
    }
    if (w->bordered)
        w->bound_column = w->lp->integer != NULL ? 0 : shift(span_of_bounds(w));
    return widest;
}

static int none(span s)
{
    (void)s;
    return 0;
}

static void bring_to_the_middle(work *w)
{
    for (int pass = 0, before = INT_MAX, widest; pass < MOST_PASSES; pass++, before = widest) {
        scale_rows(w, to_the_middle);
        widest = scale_columns(w, to_the_middle);
        if (widest >= before)
            break;
    }
}

/* The wider kind of line comes last, so that it is the one whose largest entry is 1 in the end. */
static void scale_matrix(work *w)
{
    span all = NOTHING;
    for (size_t k = 0; k < w->lp->start[w->lp->n_columns]; k++) {
        w->entry[k] = exponent(w->lp->value[k]) - 1;
        if (w->lp->value[k] != 0)
            widen(&all, w->entry[k]);
    }
    bool columns_first = scale_rows(w, none) > scale_columns(w, none);
    if (width(all) > WIDE)
        bring_to_the_middle(w);
    if (columns_first)
        scale_columns(w, to_one);
    scale_rows(w, to_one);
    if (!columns_first)
        scale_columns(w, to_one);
}

/* Bounds or costs about 1 are left alone, whatever else there is: what is far from them seldom decides. */
static int base(span s)
{
    return s.most < s.least ? 0 : s.least > 0 ? clamp(s.least) : s.most < 0 ? clamp(s.most) : 0;
}

/* One size for all bounds and one for all costs, so that the tolerances of the solvers meet numbers about 1. Where they are too far
   apart for that, lines are scaled anew with their bounds and costs: parts of the program that no entry joins have a size each. */
static void scale_bounds_and_costs(work *w, bool careful)
{
    span bounds = span_of_bounds(w), costs = span_of_costs(w);
    if (careful || width(bounds) > WIDE || width(costs) > WIDE) {
        w->bordered = true;
        bring_to_the_middle(w);
        w->scale->size = -w->bound_column;
        w->scale->price = w->cost_row;
        return;
    }
    w->scale->size = w->lp->integer != NULL ? 0 : base(bounds);
    w->scale->price = -base(costs);
}

typedef struct arrays {
    double *row_lower, *row_upper, *column_lower, *column_upper, *cost, *value;
} arrays;

static void write_scaled(const work *w, const arrays *a)
{
    const kh_lp *lp = w->lp;
    const kh_lp_scale *s = w->scale;
    for (size_t i = 0; i < lp->n_rows; i++) {
        a->row_lower[i] = ldexp(lp->row_lower[i], s->row[i] - s->size);
        a->row_upper[i] = ldexp(lp->row_upper[i], s->row[i] - s->size);
    }
    for (size_t j = 0; j < lp->n_columns; j++) {
        a->column_lower[j] = ldexp(lp->column_lower[j], -s->column[j] - s->size);
        a->column_upper[j] = ldexp(lp->column_upper[j], -s->column[j] - s->size);
        a->cost[j] = ldexp(lp->cost[j], s->column[j] + s->price);
        for (size_t k = lp->start[j]; k < lp->start[j + 1]; k++)
            a->value[k] = ldexp(lp->value[k], s->row[lp->row[k]] + s->column[j]);
    }
}

static kh_status start(work *w, arrays *a, const kh_lp *lp, kh_lp_scale *scale, kh_arena *arena, kh_error *err)
{
    size_t m = lp->n_rows, n = lp->n_columns, entries = lp->start[n];
    *scale = (kh_lp_scale){.row = KH_NEW(arena, int, m), .column = KH_NEW(arena, int, n)};
    *w = (work){.lp = lp, .scale = scale, .entry = KH_NEW(arena, int, entries), .rows = KH_NEW(arena, span, m)};
    *a = (arrays){KH_NEW(arena, double, m), KH_NEW(arena, double, m), KH_NEW(arena, double, n),
                  KH_NEW(arena, double, n), KH_NEW(arena, double, n), KH_NEW(arena, double, entries)};
    if (scale->row == NULL || scale->column == NULL || w->entry == NULL || w->rows == NULL || a->row_lower == NULL ||
        a->row_upper == NULL || a->column_lower == NULL || a->column_upper == NULL || a->cost == NULL || a->value == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to scale a linear program of %zu entries", entries);
    return KH_OK;
}

static void finish(const work *w, const arrays *a, kh_lp *scaled)
{
    write_scaled(w, a);
    *scaled = *w->lp;
    scaled->row_lower = a->row_lower;
    scaled->row_upper = a->row_upper;
    scaled->column_lower = a->column_lower;
    scaled->column_upper = a->column_upper;
    scaled->cost = a->cost;
    scaled->value = a->value;
}

kh_status kh_lp_scale_make(const kh_lp *lp, bool careful, kh_arena *arena, kh_lp_scale *scale, kh_lp *scaled, kh_error *err)
{
    work w;
    arrays a;
    KH_TRY(start(&w, &a, lp, scale, arena, err));
    scale_matrix(&w);
    scale_bounds_and_costs(&w, careful);
    finish(&w, &a, scaled);
    return KH_OK;
}

/* How often a number is to be doubled until it is whole: never more than its digits need. */
static int doublings(double value, int shift)
{
    if (value == 0 || isinf(value))
        return 0;
    int need = DBL_MANT_DIG - exponent(value) - shift;
    return need > 0 ? need : 0;
}

static int most(int a, int b)
{
    return a > b ? a : b;
}

kh_status kh_lp_scale_whole(const kh_lp *lp, kh_arena *arena, kh_lp_scale *scale, kh_lp *scaled, kh_error *err)
{
    work w;
    arrays a;
    KH_TRY(start(&w, &a, lp, scale, arena, err));
    for (size_t j = 0; j < lp->n_columns; j++)
        scale->column[j] = -most(doublings(lp->column_lower[j], 0), doublings(lp->column_upper[j], 0));
    for (size_t i = 0; i < lp->n_rows; i++)
        scale->row[i] = most(doublings(lp->row_lower[i], 0), doublings(lp->row_upper[i], 0));
    for (size_t j = 0; j < lp->n_columns; j++) {
        scale->price = most(scale->price, doublings(lp->cost[j], scale->column[j]));
        for (size_t k = lp->start[j]; k < lp->start[j + 1]; k++)
            scale->row[lp->row[k]] = most(scale->row[lp->row[k]], doublings(lp->value[k], scale->column[j]));
    }
    finish(&w, &a, scaled);
    return KH_OK;
}
