/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/tableau.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

static const double KEPT = 1e-7;   /* a bound broken by less is kept */
static const double PIVOT = 1e-9;  /* smaller entries are no pivots */
static const double ALIKE = 1e-10; /* ratios: the larger pivot decides */

static bool is_missing(const kh_tableau *t)
{
    return t->lower == NULL || t->upper == NULL || t->row == NULL || t->least == NULL || t->body == NULL || t->value == NULL ||
           t->basic == NULL || t->free == NULL || t->where == NULL || t->at == NULL || t->price == NULL || t->number == NULL;
}

kh_status kh_tableau_init(kh_tableau *t, size_t n, size_t room, const double *cost, const double *lower, const double *upper,
                          kh_arena *arena, kh_error *err)
{
    *t = (kh_tableau){.n = n,
                      .room = room,
                      .cost = cost,
                      .lower = KH_NEW(arena, double, n),
                      .upper = KH_NEW(arena, double, n),
                      .row = KH_NEW(arena, double, room *n),
                      .least = KH_NEW(arena, double, room),
                      .body = KH_NEW(arena, double, (room + 1) * n),
                      .value = KH_NEW(arena, double, room + 1),
                      .basic = KH_NEW(arena, uint32_t, room),
                      .free = KH_NEW(arena, uint32_t, n),
                      .where = KH_NEW(arena, uint32_t, n),
                      .at = KH_NEW(arena, double, n),
                      .price = KH_NEW(arena, double, room),
                      .number = KH_NEW(arena, uint32_t, room)};
    if (is_missing(t))
        return kh_fail(err, KH_ENOMEM, "no memory for a program of %zu columns", n);
    memcpy(t->lower, lower, n * sizeof *lower);
    memcpy(t->upper, upper, n * sizeof *upper);
    kh_tableau_reset(t);
    return KH_OK;
}

/* The row over the free variables of the present basis. */
static void enter_row(kh_tableau *t, size_t i)
{
    const double *row = t->row + i * t->n;
    double *out = t->body + (i + 1) * t->n;
    memset(out, 0, t->n * sizeof *out);
    t->value[i + 1] = -t->least[i];
    t->basic[i] = (uint32_t)(t->n + i);
    for (size_t j = 0; j < t->n; j++)
        if (t->where[j] != UINT32_MAX) {
            out[t->where[j]] += row[j];
            t->value[i + 1] += row[j] * t->at[t->where[j]];
        }
    for (size_t h = 0; h < t->n_rows; h++) {
        if (t->basic[h] >= t->n || row[t->basic[h]] == 0)
            continue;
        double a = row[t->basic[h]];
        const double *from = t->body + (h + 1) * t->n;
        t->value[i + 1] += a * t->value[h + 1];
        for (size_t k = 0; k < t->n; k++)
            out[k] += a * from[k];
    }
}

static kh_status grow(kh_tableau *t, kh_arena *arena, kh_error *err)
{
    kh_tableau old = *t;
    size_t n = t->n, m = t->n_rows, room = 2 * t->room + 8;
    KH_TRY(kh_tableau_init(t, n, room, old.cost, old.lower, old.upper, arena, err));
    memcpy(t->row, old.row, m * n * sizeof *t->row);
    memcpy(t->least, old.least, m * sizeof *t->least);
    t->n_rows = m;
    t->n_pivots = old.n_pivots;
    kh_tableau_copy(t, &old);
    return KH_OK;
}

kh_status kh_tableau_add(kh_tableau *t, const double *row, double least, kh_arena *arena, kh_error *err)
{
    if (t->n_rows == t->room)
        KH_TRY(grow(t, arena, err));
    memcpy(t->row + t->n_rows * t->n, row, t->n * sizeof *row);
    t->least[t->n_rows] = least;
    enter_row(t, t->n_rows);
    t->n_rows++;
    return KH_OK;
}

/* A variable's number after rows before its own have gone. */
static uint32_t renumber(const kh_tableau *t, uint32_t variable, const uint32_t *row)
{
    return variable < t->n ? variable : (uint32_t)t->n + row[variable - t->n];
}

static void move_row(kh_tableau *t, size_t from, size_t to)
{
    memmove(t->row + to * t->n, t->row + from * t->n, t->n * sizeof *t->row);
    t->least[to] = t->least[from];
}

static void move_basic(kh_tableau *t, size_t from, size_t to)
{
    memmove(t->body + (to + 1) * t->n, t->body + (from + 1) * t->n, t->n * sizeof *t->body);
    t->value[to + 1] = t->value[from + 1];
    t->basic[to] = t->basic[from];
}

void kh_tableau_drop(kh_tableau *t, const bool *drop)
{
    size_t m = t->n_rows, n_rows = 0, n_basic = 0;
    for (size_t h = 0; h < m; h++)
        if (t->basic[h] < t->n || !drop[t->basic[h] - t->n])
            move_basic(t, h, n_basic++);
    for (size_t i = 0; i < m; i++) {
        t->number[i] = (uint32_t)n_rows;
        if (!drop[i])
            move_row(t, i, n_rows++);
    }
    t->n_rows = n_rows;
    for (size_t h = 0; h < n_rows; h++)
        t->basic[h] = renumber(t, t->basic[h], t->number);
    for (size_t k = 0; k < t->n; k++)
        t->free[k] = renumber(t, t->free[k], t->number);
}

void kh_tableau_reset(kh_tableau *t)
{
    t->n_since_reset = 0;
    t->value[0] = 0;
    memcpy(t->body, t->cost, t->n * sizeof *t->body);
    for (uint32_t j = 0; j < t->n; j++) {
        t->free[j] = t->where[j] = j;
        t->at[j] = t->cost[j] >= 0 ? t->lower[j] : t->upper[j];
        t->value[0] += t->cost[j] * t->at[j];
    }
    size_t n_rows = t->n_rows;
    for (t->n_rows = 0; t->n_rows < n_rows; t->n_rows++)
        enter_row(t, t->n_rows);
}

void kh_tableau_bound(kh_tableau *t, size_t column, double lower, double upper)
{
    size_t k = t->where[column];
    t->lower[column] = lower;
    t->upper[column] = upper;
    if (k == UINT32_MAX)
        return;
    double to = t->body[k] >= 0 ? lower : upper, step = to - t->at[k];
    if (step == 0)
        return;
    t->at[k] = to;
    for (size_t i = 0; i <= t->n_rows; i++)
        t->value[i] += t->body[i * t->n + k] * step;
}

double kh_tableau_at(const kh_tableau *t, size_t column)
{
    if (t->where[column] != UINT32_MAX)
        return t->at[t->where[column]];
    for (size_t i = 0; i < t->n_rows; i++)
        if (t->basic[i] == column)
            return t->value[i + 1];
    return t->lower[column];
}

/* How far the basic variable of a row is off: > 0 too low, < 0 too high. */
static double lacks(const kh_tableau *t, size_t i)
{
    uint32_t v = t->basic[i];
    double x = t->value[i + 1], lower = v < t->n ? t->lower[v] : 0, upper = v < t->n ? t->upper[v] : HUGE_VAL;
    return x < lower - KEPT ? lower - x : x > upper + KEPT ? upper - x : 0;
}

/* Four at a time, so that the compiler takes them together. */
static double square_sum(const double *x, size_t n)
{
    double a = 0, b = 0, c = 0, d = 0;
    size_t k = 0;
    for (; k + 4 <= n; k += 4) {
        a += x[k] * x[k];
        b += x[k + 1] * x[k + 1];
        c += x[k + 2] * x[k + 2];
        d += x[k + 3] * x[k + 3];
    }
    for (; k < n; k++)
        a += x[k] * x[k];
    return (a + b) + (c + d);
}

static void add_times(double *restrict to, const double *restrict from, double by, size_t n)
{
    size_t k = 0;
    for (; k + 4 <= n; k += 4) {
        to[k] += by * from[k];
        to[k + 1] += by * from[k + 1];
        to[k + 2] += by * from[k + 2];
        to[k + 3] += by * from[k + 3];
    }
    for (; k < n; k++)
        to[k] += by * from[k];
}

/* The row that is farthest off in the measure of its own length. */
static size_t leaving_row(const kh_tableau *t)
{
    size_t best = t->n_rows;
    double best_square = 0;
    for (size_t i = 0; i < t->n_rows; i++) {
        double off = lacks(t, i);
        if (off == 0)
            continue;
        double length = 1 + square_sum(t->body + (i + 1) * t->n, t->n);
        if (off * off > best_square * length) {
            best_square = off * off / length;
            best = i;
        }
    }
    return best;
}

static bool is_fixed(const kh_tableau *t, size_t k)
{
    return t->free[k] < t->n && t->lower[t->free[k]] == t->upper[t->free[k]];
}

static size_t entering(const kh_tableau *t, size_t i, bool up)
{
    const double *row = t->body + (i + 1) * t->n;
    size_t best = t->n;
    double best_ratio = HUGE_VAL;
    for (size_t k = 0; k < t->n; k++) {
        bool at_lower = t->free[k] >= t->n || t->at[k] == t->lower[t->free[k]];
        double a = up == at_lower ? row[k] : -row[k];
        if (a < PIVOT || is_fixed(t, k))
            continue;
        double ratio = fabs(t->body[k]) / a;
        if (ratio < best_ratio - ALIKE || (ratio <= best_ratio + ALIKE && a > fabs(row[best]))) {
            best_ratio = fmin(ratio, best_ratio);
            best = k;
        }
    }
    return best;
}

static void pivot(kh_tableau *t, size_t i, size_t k, double off)
{
    size_t n = t->n;
    double *row = t->body + (i + 1) * n, p = row[k], step = off / p;
    uint32_t out = t->basic[i], in = t->free[k];
    for (size_t h = 0; h <= t->n_rows; h++)
        t->value[h] += t->body[h * n + k] * step;
    t->value[i + 1] = t->at[k] + step;
    for (size_t c = 0; c < n; c++)
        row[c] /= -p;
    row[k] = 1 / p;
    for (size_t h = 0; h <= t->n_rows; h++) {
        double *other = t->body + h * n, a = other[k];
        if (h == i + 1 || a == 0)
            continue;
        other[k] = 0;
        add_times(other, row, a, n);
    }
    t->basic[i] = in;
    t->free[k] = out;
    t->at[k] = out >= n ? 0 : off > 0 ? t->lower[out] : t->upper[out];
    if (in < n)
        t->where[in] = UINT32_MAX;
    if (out < n)
        t->where[out] = (uint32_t)k;
    t->n_pivots++;
    t->n_since_reset++;
}

kh_tableau_end kh_tableau_solve(kh_tableau *t, double cutoff, uint64_t most_pivots)
{
    for (uint64_t turn = 0; turn < most_pivots; turn++) {
        if (t->value[0] > cutoff)
            return KH_TABLEAU_CUT;
        size_t i = leaving_row(t);
        if (i == t->n_rows)
            return KH_TABLEAU_OPTIMAL;
        double off = lacks(t, i);
        size_t k = entering(t, i, off > 0);
        t->blocked = i;
        if (k == t->n)
            return KH_TABLEAU_EMPTY;
        pivot(t, i, k, off);
    }
    return KH_TABLEAU_LIMIT;
}

/* Prices of the rows; where a row cannot be kept, far along the ray that says so. */
static void set_prices(kh_tableau *t, kh_tableau_end end, double cutoff)
{
    memset(t->price, 0, t->n_rows * sizeof *t->price);
    bool is_empty = end == KH_TABLEAU_EMPTY;
    double off = is_empty ? lacks(t, t->blocked) : 0, far = is_empty ? 2 * (fabs(cutoff - t->value[0]) + 1) / fabs(off) : 0;
    const double *row = t->body + (t->blocked + 1) * t->n;
    for (size_t k = 0; k < t->n; k++)
        if (t->free[k] >= t->n)
            t->price[t->free[k] - t->n] = fmax(0, t->body[k] - (is_empty ? (off > 0 ? far : -far) * row[k] : 0));
    if (is_empty && t->basic[t->blocked] >= t->n)
        t->price[t->basic[t->blocked] - t->n] = far;
}

double kh_tableau_prove(kh_tableau *t, kh_tableau_end end, double cutoff, double *reduced)
{
    double sum = 0;
    set_prices(t, end, cutoff);
    memcpy(reduced, t->cost, t->n * sizeof *reduced);
    for (size_t i = 0; i < t->n_rows; i++) {
        if (t->price[i] == 0)
            continue;
        const double *row = t->row + i * t->n;
        sum += t->price[i] * t->least[i];
        for (size_t j = 0; j < t->n; j++)
            reduced[j] -= t->price[i] * row[j];
    }
    for (size_t j = 0; j < t->n; j++)
        sum += reduced[j] * (reduced[j] > 0 ? t->lower[j] : t->upper[j]);
    return sum;
}

void kh_tableau_copy(kh_tableau *to, const kh_tableau *from)
{
    size_t n = from->n, m = from->n_rows;
    memcpy(to->lower, from->lower, n * sizeof *to->lower);
    memcpy(to->upper, from->upper, n * sizeof *to->upper);
    memcpy(to->body, from->body, (m + 1) * n * sizeof *to->body);
    memcpy(to->value, from->value, (m + 1) * sizeof *to->value);
    memcpy(to->basic, from->basic, m * sizeof *to->basic);
    memcpy(to->free, from->free, n * sizeof *to->free);
    memcpy(to->where, from->where, n * sizeof *to->where);
    memcpy(to->at, from->at, n * sizeof *to->at);
    to->n_since_reset = from->n_since_reset;
}
