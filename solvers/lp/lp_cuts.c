/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/lp/lp_backend.h"

#include <math.h>
#include <string.h>

static kh_status make_room(kh_lp_cuts *cuts, size_t n, kh_error *err)
{
    while (cuts->n_entries + n > cuts->entry_room) {
        size_t room = cuts->entry_room;
        uint32_t *column = kh_arena_grow(cuts->arena, cuts->column, cuts->n_entries, &room, sizeof *column);
        double *value = KH_NEW(cuts->arena, double, room);
        if (column == NULL || value == NULL)
            return kh_fail(err, KH_ENOMEM, "no memory for cuts of %zu entries", room);
        if (cuts->n_entries > 0)
            memcpy(value, cuts->value, cuts->n_entries * sizeof *value);
        cuts->column = column;
        cuts->value = value;
        cuts->entry_room = room;
    }
    if (cuts->n == cuts->room) {
        size_t room = cuts->room;
        size_t *end = kh_arena_grow(cuts->arena, cuts->end, cuts->n, &room, sizeof *end);
        double(*bounds)[2] = kh_arena_alloc(cuts->arena, room, sizeof *bounds);
        if (end == NULL || bounds == NULL)
            return kh_fail(err, KH_ENOMEM, "no memory for %zu cuts", room);
        if (cuts->n > 0)
            memcpy(bounds, cuts->bounds, cuts->n * sizeof *bounds);
        cuts->end = end;
        cuts->bounds = bounds;
        cuts->room = room;
    }
    return KH_OK;
}

static kh_status check(const kh_lp_cuts *cuts, size_t n, const uint32_t *column, const double *value, const double bounds[2],
                       kh_error *err)
{
    if (!(bounds[0] <= bounds[1]) || !(bounds[0] < HUGE_VAL) || !(bounds[1] > -HUGE_VAL))
        return kh_fail(err, KH_ERANGE, "a cut has bounds [%g, %g]", bounds[0], bounds[1]);
    for (size_t i = 0; i < n; i++) {
        if (column[i] >= cuts->n_columns || !isfinite(value[i]))
            return kh_fail(err, KH_ERANGE, "a cut has %g in column %u of %zu", value[i], column[i], cuts->n_columns);
        for (size_t h = 0; h < i; h++)
            if (column[h] == column[i])
                return kh_fail(err, KH_ERANGE, "a cut has column %u twice", column[i]);
    }
    return KH_OK;
}

kh_status kh_lp_cuts_add(kh_lp_cuts *cuts, size_t n, const uint32_t *column, const double *value, const double bounds[2],
                         kh_error *err)
{
    KH_TRY(check(cuts, n, column, value, bounds, err));
    KH_TRY(make_room(cuts, n, err));
    for (size_t i = 0; i < n; i++) {
        cuts->column[cuts->n_entries] = column[i];
        cuts->value[cuts->n_entries++] = value[i];
    }
    cuts->bounds[cuts->n][0] = bounds[0];
    cuts->bounds[cuts->n][1] = bounds[1];
    cuts->end[cuts->n++] = cuts->n_entries;
    return KH_OK;
}

typedef struct matrix {
    size_t *start;
    uint32_t *row;
    double *value, *row_lower, *row_upper;
} matrix;

static void join_rows(const kh_lp *lp, const kh_lp_cuts *cuts, const matrix *to)
{
    memcpy(to->row_lower, lp->row_lower, lp->n_rows * sizeof(double));
    memcpy(to->row_upper, lp->row_upper, lp->n_rows * sizeof(double));
    for (size_t i = 0; i < cuts->n; i++) {
        to->row_lower[lp->n_rows + i] = cuts->bounds[i][0];
        to->row_upper[lp->n_rows + i] = cuts->bounds[i][1];
    }
}

/* start[j + 1] is where the next entry of column j goes, until all of them are in. */
static void join_columns(const kh_lp *lp, const kh_lp_cuts *cuts, const matrix *to)
{
    size_t n = lp->n_columns, *next = to->start + 1;
    for (size_t k = 0; k < cuts->n_entries; k++)
        if (cuts->column[k] + 1 < n)
            next[cuts->column[k] + 1]++;
    for (size_t j = 0, extra = 0; j < n; j++) {
        extra += next[j];
        next[j] = lp->start[j] + extra;
    }
    for (size_t j = 0; j < n; j++)
        for (size_t k = lp->start[j]; k < lp->start[j + 1]; k++) {
            to->row[next[j]] = lp->row[k];
            to->value[next[j]++] = lp->value[k];
        }
    for (size_t i = 0, k = 0; i < cuts->n; i++)
        for (; k < cuts->end[i]; k++) {
            size_t at = next[cuts->column[k]]++;
            to->row[at] = (uint32_t)(lp->n_rows + i);
            to->value[at] = cuts->value[k];
        }
}

kh_status kh_lp_cuts_join(const kh_lp *lp, const kh_lp_cuts *cuts, kh_arena *arena, kh_lp *joined, kh_error *err)
{
    size_t m = lp->n_rows + cuts->n, entries = lp->start[lp->n_columns] + cuts->n_entries;
    matrix to = {KH_NEW(arena, size_t, lp->n_columns + 1), KH_NEW(arena, uint32_t, entries), KH_NEW(arena, double, entries),
                 KH_NEW(arena, double, m), KH_NEW(arena, double, m)};
    if (to.start == NULL || to.row == NULL || to.value == NULL || to.row_lower == NULL || to.row_upper == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a linear program of %zu entries", entries);
    join_rows(lp, cuts, &to);
    join_columns(lp, cuts, &to);
    *joined = *lp;
    joined->n_rows = m;
    joined->row_lower = to.row_lower;
    joined->row_upper = to.row_upper;
    joined->start = to.start;
    joined->row = to.row;
    joined->value = to.value;
    return KH_OK;
}
