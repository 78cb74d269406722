/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/flow/keyed.h"

#include "core/net/ids.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* The link that the keys fill first. */
static uint32_t busiest_link(const kh_keyed *b)
{
    uint32_t busiest = 0;
    double most = 0;
    for (uint32_t e = 0; e < b->problem->graph.n_links; e++) {
        double left = b->room[e] - b->held[e];
        if (left > 0 && b->key_load[e] / left > most) {
            most = b->key_load[e] / left;
            busiest = e;
        }
    }
    return busiest;
}

static void fill_column(kh_keyed *b, size_t column)
{
    if (column > 0)
        kh_keyed_column(b, b->extra[column], b->column);
    else
        kh_keyed_column_of_t(b, b->column);
}

/* Each column's largest entry is 1, and what it was goes to solved: demands far smaller than the links make small columns. */
static void fill_matrix(kh_keyed *b, double *matrix)
{
    size_t n = b->working.n, room = b->working.room;
    for (size_t i = 0; i < n; i++) {
        double most = 0;
        fill_column(b, i);
        for (size_t r = 0; r < n; r++)
            most = fmax(most, fabs(b->column[r]));
        b->solved[i] = most > 0 ? most : 1;
        for (size_t r = 0; r < n; r++)
            matrix[r * room + i] = b->column[r] / b->solved[i];
    }
}

static void scale_back(kh_keyed *b)
{
    for (size_t i = 0; i < b->working.n; i++)
        for (size_t r = 0; r < b->working.n; r++)
            b->working.inverse[i * b->working.room + r] /= b->solved[i];
}

void kh_keyed_bound_rounding(kh_keyed *b, double *rounding)
{
    size_t n = b->working.n;
    const double *price = b->working.inverse;
    memset(rounding, 0, n * sizeof *rounding);
    for (size_t i = 0; i < n; i++) {
        double left = i > 0 ? 0 : -1, size = 0;
        fill_column(b, i);
        for (size_t r = 0; r < n; r++) {
            left += price[r] * b->column[r];
            size += fabs(price[r] * b->column[r]);
        }
        double off = fabs(left) + 8 * DBL_EPSILON * size;
        for (size_t r = 0; r < n; r++)
            rounding[r] += off * fabs(b->working.inverse[i * b->working.room + r]);
    }
}

/* Rows and columns that depend on the others go. */
static void drop(kh_keyed *b, const bool *kept)
{
    size_t n = b->working.n, rows = 0;
    uint32_t columns = 0;
    for (size_t r = 0; r < n; r++) {
        uint32_t e = b->tight[r];
        b->row[e] = kept[r] ? (uint32_t)rows : KH_NO_INDEX;
        if (kept[r])
            b->tight[rows++] = e;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t p = b->extra[i];
        if (i > 0)
            b->place[p] = kept[n + i] ? columns : 0;
        if (kept[n + i])
            b->extra[columns++] = p;
    }
    b->working.n = rows;
}

/* Only t and the link that the keys fill first. */
static void start_over(kh_keyed *b, uint32_t busiest)
{
    for (size_t r = 0; r < b->working.n; r++)
        b->row[b->tight[r]] = KH_NO_INDEX;
    for (size_t i = 1; i < b->working.n; i++)
        b->place[b->extra[i]] = 0;
    b->working.n = 1;
    b->tight[0] = busiest;
    b->row[busiest] = 0;
}

bool kh_keyed_rebuild(kh_keyed *b, double *matrix, bool *kept)
{
    if (b->problem->graph.n_links == 0)
        return false;
    kh_keyed_sum_keys(b);
    uint32_t busiest = busiest_link(b);
    if (!(b->key_load[busiest] > 0) || !(b->room[busiest] > 0))
        return false;
    for (int turn = 0; turn < 3; turn++) {
        size_t n = b->working.n;
        fill_matrix(b, matrix);
        size_t rank = kh_working_invert(&b->working, matrix, n, kept);
        if (rank == n && n > 0) {
            scale_back(b);
            return true;
        }
        if (rank > 0 && kept[n])
            drop(b, kept);
        else
            start_over(b, busiest);
    }
    return false;
}
