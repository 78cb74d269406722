/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/flow/working.h"

#include <math.h>
#include <string.h>

static const double SINGULAR = 1e-11; /* entries are shares of links and demands: 1 is a large one */
static const double DEPENDENT = 1e-9;

kh_status kh_working_init(kh_working *w, size_t room, kh_arena *arena, kh_error *err)
{
    *w = (kh_working){.room = room,
                      .inverse = KH_NEW(arena, double, room *room),
                      .along = KH_NEW(arena, double, room),
                      .across = KH_NEW(arena, double, room),
                      .order = KH_NEW(arena, size_t, room)};
    if (w->inverse == NULL || w->along == NULL || w->across == NULL || w->order == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a matrix of %zu rows", room);
    return KH_OK;
}

void kh_working_copy(const kh_working *from, kh_working *to)
{
    to->n = from->n;
    for (size_t i = 0; i < from->n; i++)
        memcpy(&to->inverse[i * to->room], &from->inverse[i * from->room], from->n * sizeof *to->inverse);
}

/* Four sums at once: a processor waits for each addition to one. */
static double dot(const double *a, const double *b, size_t n)
{
    double sum[4] = {0};
    size_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (size_t j = 0; j < 4; j++)
            sum[j] += a[i + j] * b[i + j];
    for (; i < n; i++)
        sum[0] += a[i] * b[i];
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

static double dot_sparse(const double *a, const double *b, const size_t *at, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += a[at[i]] * b[at[i]];
    return sum;
}

void kh_working_solve(const kh_working *w, const double *rhs, double *solution)
{
    size_t n_filled = 0;
    for (size_t r = 0; r < w->n; r++)
        if (rhs[r] != 0)
            w->order[n_filled++] = r;
    for (size_t i = 0; i < w->n; i++) {
        const double *line = &w->inverse[i * w->room];
        solution[i] = 4 * n_filled < w->n ? dot_sparse(line, rhs, w->order, n_filled) : dot(line, rhs, w->n);
    }
}

void kh_working_solve_rows(const kh_working *w, const double *cost, double *solution)
{
    memset(solution, 0, w->n * sizeof *solution);
    for (size_t i = 0; i < w->n; i++) {
        const double *line = &w->inverse[i * w->room];
        if (cost[i] == 0)
            continue;
        for (size_t r = 0; r < w->n; r++)
            solution[r] += cost[i] * line[r];
    }
}

static void add_line(double *to, const double *from, double factor, size_t n)
{
    for (size_t r = 0; r < n && factor != 0; r++)
        to[r] += factor * from[r];
}

bool kh_working_grow(kh_working *w, const double *column, const double *row, double corner)
{
    size_t n = w->n;
    double *z = w->along, *u = w->across;
    kh_working_solve(w, column, z);
    kh_working_solve_rows(w, row, u);
    double pivot = corner;
    for (size_t i = 0; i < n; i++)
        pivot -= row[i] * z[i];
    if (fabs(pivot) < SINGULAR || n == w->room)
        return false;
    for (size_t i = 0; i < n; i++) {
        add_line(&w->inverse[i * w->room], u, z[i] / pivot, n);
        w->inverse[i * w->room + n] = -z[i] / pivot;
    }
    double *last = &w->inverse[n * w->room];
    for (size_t r = 0; r < n; r++)
        last[r] = -u[r] / pivot;
    last[n] = 1 / pivot;
    w->n++;
    return true;
}

bool kh_working_shrink(kh_working *w, size_t column, size_t row)
{
    double *line = &w->inverse[column * w->room], pivot = line[row];
    if (fabs(pivot) < SINGULAR)
        return false;
    size_t last = --w->n;
    for (size_t i = 0; i <= last; i++)
        if (i != column)
            add_line(&w->inverse[i * w->room], line, -w->inverse[i * w->room + row] / pivot, last + 1);
    if (column != last)
        memcpy(line, &w->inverse[last * w->room], (last + 1) * sizeof *line);
    for (size_t i = 0; i < last; i++)
        w->inverse[i * w->room + row] = w->inverse[i * w->room + last];
    return true;
}

void kh_working_swap_columns(kh_working *w, size_t column, size_t other)
{
    for (size_t r = 0; r < w->n; r++) {
        double value = w->inverse[column * w->room + r];
        w->inverse[column * w->room + r] = w->inverse[other * w->room + r];
        w->inverse[other * w->room + r] = value;
    }
}

bool kh_working_replace_column(kh_working *w, size_t column, const double *solved)
{
    if (fabs(solved[column]) < SINGULAR)
        return false;
    double *line = &w->inverse[column * w->room];
    for (size_t r = 0; r < w->n; r++)
        line[r] /= solved[column];
    for (size_t i = 0; i < w->n; i++)
        if (i != column)
            add_line(&w->inverse[i * w->room], line, -solved[i], w->n);
    return true;
}

bool kh_working_replace_row(kh_working *w, size_t row, const double *solved)
{
    if (fabs(solved[row]) < SINGULAR)
        return false;
    for (size_t i = 0; i < w->n; i++) {
        double *line = &w->inverse[i * w->room], entry = line[row] / solved[row];
        add_line(line, solved, -entry, w->n);
        line[row] = entry;
    }
    return true;
}

/* The row still open with the largest entry of a column. */
static size_t find_pivot(const double *matrix, size_t room, size_t n, const bool *done, size_t column)
{
    size_t best = n;
    for (size_t r = 0; r < n; r++)
        if (!done[r] && (best == n || fabs(matrix[r * room + column]) > fabs(matrix[best * room + column])))
            best = r;
    return best;
}

/* One step of Gauss and Jordan on the matrix, and on the inverse, whose lines are in the order of the matrix's rows meanwhile. */
static void eliminate(kh_working *w, double *matrix, size_t n, const size_t at[2])
{
    double *from = &matrix[at[0] * w->room], *line = &w->inverse[at[0] * w->room], pivot = from[at[1]];
    for (size_t i = at[1]; i < n; i++)
        from[i] /= pivot;
    for (size_t i = 0; i < n; i++)
        line[i] /= pivot;
    for (size_t r = 0; r < n; r++) {
        double factor = -matrix[r * w->room + at[1]];
        if (r == at[0] || factor == 0)
            continue;
        add_line(&matrix[r * w->room + at[1]], &from[at[1]], factor, n - at[1]);
        add_line(&w->inverse[r * w->room], line, factor, n);
    }
}

/* Puts the line that belongs to each column in that column's place; @p matrix is scratch. */
static void order_lines(kh_working *w, double *matrix, size_t n)
{
    for (size_t i = 0; i < n; i++)
        memcpy(&matrix[i * w->room], &w->inverse[w->order[i] * w->room], n * sizeof *matrix);
    for (size_t i = 0; i < n; i++)
        memcpy(&w->inverse[i * w->room], &matrix[i * w->room], n * sizeof *matrix);
}

size_t kh_working_invert(kh_working *w, double *matrix, size_t n, bool *kept)
{
    size_t rank = 0;
    memset(kept, 0, 2 * n * sizeof *kept);
    for (size_t i = 0; i < n; i++) {
        memset(&w->inverse[i * w->room], 0, n * sizeof *w->inverse);
        w->inverse[i * w->room + i] = 1;
    }
    for (size_t i = 0; i < n; i++) {
        size_t r = find_pivot(matrix, w->room, n, kept, i);
        if (r == n || fabs(matrix[r * w->room + i]) < DEPENDENT)
            continue;
        eliminate(w, matrix, n, (const size_t[2]){r, i});
        kept[r] = kept[n + i] = true;
        w->order[i] = r;
        rank++;
    }
    if (rank == n) {
        order_lines(w, matrix, n);
        w->n = n;
    }
    return rank;
}
