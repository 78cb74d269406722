/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/stock.h"

#include "core/net/ids.h"

#include <math.h>
#include <string.h>

static const double NEAR = 0.3;    /* of its least: a row with more to spare at first comes when it is broken */
enum { MOST_IDLE = 20, FULL = 2 }; /* rows per column: fewer are no burden */

static kh_status fit(kh_stock *s, size_t room, kh_error *err)
{
    if (room <= s->room)
        return KH_OK;
    kh_stock old = *s;
    s->room = 2 * room;
    s->held = KH_NEW(s->arena, bool, 2 * s->room);
    s->from = KH_NEW(s->arena, uint32_t, 2 * s->room);
    s->first = KH_NEW(s->arena, size_t, s->room + 1);
    s->needed = KH_NEW(s->arena, double, s->room);
    if (s->held == NULL || s->from == NULL || s->first == NULL || s->needed == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a stock of %zu rows", s->room);
    s->drop = s->held + s->room;
    s->idle = s->from + s->room;
    if (old.room > 0) {
        memcpy(s->held, old.held, old.room * sizeof *s->held);
        memcpy(s->from, old.from, old.room * sizeof *s->from);
        memcpy(s->idle, old.idle, old.room * sizeof *s->idle);
        memcpy(s->first, old.first, (old.room + 1) * sizeof *s->first);
        memcpy(s->needed, old.needed, old.room * sizeof *s->needed);
    }
    return KH_OK;
}

static bool is_free(const kh_stock *s, size_t j)
{
    return s->lower[j] < s->upper[j];
}

/* The row in s->full over the free columns: what the others give goes to the other side. */
static kh_status add_row(kh_stock *s, double least, uint32_t from, kh_error *err)
{
    kh_tableau *t = s->tableau;
    double unit = 0;
    KH_TRY(fit(s, t->n_rows + 1, err));
    for (size_t j = 0; j < s->relax->n_columns; j++)
        if (!is_free(s, j))
            least -= s->full[j] * s->lower[j];
    for (size_t j = 0; j < t->n; j++) {
        s->row[j] = s->full[s->column[j]];
        unit = fmax(unit, fabs(s->row[j]));
    }
    for (size_t j = 0; j < t->n && unit > 0; j++)
        s->row[j] /= unit;
    s->from[t->n_rows] = from;
    s->idle[t->n_rows] = 0;
    return kh_tableau_add(t, s->row, unit > 0 ? least / unit : least, s->arena, err);
}

static double left_side(const kh_cutset_row *row, const double *count)
{
    double sum = 0;
    for (size_t k = 0; k < row->n; k++)
        sum += row->value[k] * count[row->column[k]];
    return sum;
}

static bool is_broken(const kh_stock *s, size_t i, const double *count)
{
    double left = 0;
    for (size_t k = s->first[i]; k < s->first[i + 1]; k++)
        left += s->term[k] * count[s->term_column[k]];
    return left < s->needed[i];
}

static kh_status take(kh_stock *s, uint32_t i, kh_error *err)
{
    const kh_cutset_row *cut = &s->relax->rows[i].row;
    s->held[i] = true;
    if (left_side(cut, s->lower) >= cut->least)
        return KH_OK;
    memset(s->full, 0, s->relax->n_columns * sizeof *s->full);
    for (size_t k = 0; k < cut->n; k++)
        s->full[cut->column[k]] = cut->value[k];
    return add_row(s, cut->least, i, err);
}

static kh_status pack_row(kh_stock *s, uint32_t i, kh_error *err)
{
    const kh_cutset_row *cut = &s->relax->rows[i].row;
    while (s->n_terms + cut->n > s->terms_room || s->n_terms + cut->n > s->columns_room) {
        s->term = kh_arena_grow(s->arena, s->term, s->n_terms, &s->terms_room, sizeof *s->term);
        s->term_column = kh_arena_grow(s->arena, s->term_column, s->n_terms, &s->columns_room, sizeof *s->term_column);
        if (s->term == NULL || s->term_column == NULL)
            return kh_fail(err, KH_ENOMEM, "no memory for a stock of %zu terms", s->n_terms);
    }
    s->needed[i] = cut->least * (1 - KH_CUTSET_BROKEN);
    s->first[i] = s->n_terms;
    for (size_t k = 0; k < cut->n; k++) {
        uint32_t j = cut->column[k];
        if (!is_free(s, j)) {
            s->needed[i] -= cut->value[k] * s->lower[j];
            continue;
        }
        s->term_column[s->n_terms] = j;
        s->term[s->n_terms++] = cut->value[k];
    }
    s->first[i + 1] = s->n_terms;
    s->held[i] = s->held[i] || !is_broken(s, i, s->lower); /* it never will be */
    return KH_OK;
}

static kh_status pack(kh_stock *s, kh_error *err)
{
    KH_TRY(fit(s, s->relax->n_rows, err));
    for (; s->n_packed < s->relax->n_rows; s->n_packed++)
        KH_TRY(pack_row(s, (uint32_t)s->n_packed, err));
    return KH_OK;
}

/* Rows of limits, which the relaxation writes before its cuts. */
static kh_status take_limits(kh_stock *s, kh_relax *relax, kh_error *err)
{
    kh_lp lp;
    KH_TRY(kh_relax_program(relax, &lp, err));
    for (size_t i = 0; i + relax->n_rows < lp.n_rows; i++) {
        bool is_upper = isinf(lp.row_lower[i]);
        memset(s->full, 0, relax->n_columns * sizeof *s->full);
        for (size_t j = 0; j < relax->n_columns; j++)
            for (size_t k = lp.start[j]; k < lp.start[j + 1]; k++)
                if (lp.row[k] == i)
                    s->full[j] = is_upper ? -lp.value[k] : lp.value[k];
        KH_TRY(add_row(s, is_upper ? -lp.row_upper[i] : lp.row_lower[i], KH_NO_INDEX, err));
    }
    s->n_limits = s->tableau->n_rows;
    return KH_OK;
}

kh_status kh_stock_init(kh_stock *stock, kh_error *err)
{
    kh_relax *relax = stock->relax;
    stock->full = KH_NEW(stock->arena, double, relax->n_columns);
    stock->row = KH_NEW(stock->arena, double, stock->tableau->n + 1);
    if (stock->full == NULL || stock->row == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a stock over %zu columns", relax->n_columns);
    KH_TRY(fit(stock, relax->n_rows + 1, err));
    KH_TRY(take_limits(stock, relax, err));
    for (uint32_t i = 0; i < relax->n_rows; i++)
        if (left_side(&relax->rows[i].row, relax->point) <= (1 + NEAR) * relax->rows[i].row.least)
            KH_TRY(take(stock, i, err));
    return KH_OK;
}

kh_status kh_stock_take(kh_stock *stock, const double *count, size_t *n_taken, kh_error *err)
{
    const kh_relax *relax = stock->relax;
    *n_taken = 0;
    KH_TRY(pack(stock, err));
    for (uint32_t i = 0; i < relax->n_rows; i++)
        if (!stock->held[i] && is_broken(stock, i, count)) {
            ++*n_taken;
            KH_TRY(take(stock, i, err));
        }
    return KH_OK;
}

void kh_stock_thin(kh_stock *stock)
{
    kh_tableau *t = stock->tableau;
    size_t kept = stock->n_limits;
    memset(stock->drop, 0, t->n_rows * sizeof *stock->drop);
    for (size_t h = 0; h < t->n_rows; h++)
        if (t->basic[h] >= t->n)
            stock->drop[t->basic[h] - t->n] = true;
    for (size_t i = 0; i < t->n_rows; i++)
        stock->idle[i] = stock->drop[i] ? stock->idle[i] + 1 : 0;
    if (t->n_rows <= FULL * t->n)
        return;
    for (size_t i = 0; i < t->n_rows; i++)
        stock->drop[i] = i >= stock->n_limits && stock->idle[i] > MOST_IDLE;
    for (size_t i = stock->n_limits; i < t->n_rows; i++) {
        if (stock->drop[i]) {
            stock->held[stock->from[i]] = false;
            continue;
        }
        stock->from[kept] = stock->from[i];
        stock->idle[kept++] = stock->idle[i];
    }
    kh_tableau_drop(t, stock->drop);
}
