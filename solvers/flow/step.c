/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/flow/step.h"

#include "core/net/ids.h"

static bool is_key(const kh_keyed *b, uint32_t path)
{
    return b->key[b->pool->paths[path].demand] == path;
}

void kh_step_find_open(kh_keyed *b)
{
    for (uint32_t p = 0; p < b->pool->n_paths; p++)
        b->open[p] = b->place[p] == 0 && !b->barred[p] && b->asked[b->pool->paths[p].demand] && !is_key(b, p);
}

void kh_step_fill_row(const kh_keyed *b, uint32_t link, double *row)
{
    row[0] = b->key_load[link];
    for (size_t i = 1; i < b->working.n; i++)
        row[i] = kh_keyed_entry(b, b->extra[i], link);
}

static void put_tight(kh_keyed *b, uint32_t link, size_t row)
{
    b->tight[row] = link;
    b->row[link] = (uint32_t)row;
}

static void put_extra(kh_keyed *b, uint32_t path, uint32_t column)
{
    b->extra[column] = path;
    b->place[path] = column;
}

static bool grow(kh_keyed *b, uint32_t link, uint32_t path)
{
    size_t n = b->working.n;
    kh_keyed_column(b, path, b->column);
    kh_step_fill_row(b, link, b->rhs);
    if (!kh_working_grow(&b->working, b->column, b->rhs, kh_keyed_entry(b, path, link)))
        return false;
    put_tight(b, link, n);
    put_extra(b, path, (uint32_t)n);
    return true;
}

static bool shrink(kh_keyed *b, uint32_t column, uint32_t row)
{
    size_t last = b->working.n - 1;
    if (!kh_working_shrink(&b->working, column, row))
        return false;
    b->place[b->extra[column]] = 0;
    b->row[b->tight[row]] = KH_NO_INDEX;
    if (column != last)
        put_extra(b, b->extra[last], column);
    if (row != last)
        put_tight(b, b->tight[last], row);
    return true;
}

static bool replace_path(kh_keyed *b, uint32_t column, uint32_t path)
{
    kh_keyed_column(b, path, b->column);
    kh_working_solve(&b->working, b->column, b->solved);
    if (!kh_working_replace_column(&b->working, column, b->solved))
        return false;
    b->place[b->extra[column]] = 0;
    put_extra(b, path, column);
    return true;
}

static bool replace_link(kh_keyed *b, uint32_t row, uint32_t link)
{
    kh_step_fill_row(b, link, b->rhs);
    kh_working_solve_rows(&b->working, b->rhs, b->solved);
    if (!kh_working_replace_row(&b->working, row, b->solved))
        return false;
    b->row[b->tight[row]] = KH_NO_INDEX;
    put_tight(b, link, row);
    return true;
}

static bool exchange(kh_keyed *b, const kh_step *s)
{
    if (s->in_path != KH_NO_INDEX)
        return s->out_column > 0 ? replace_path(b, s->out_column, s->in_path) : grow(b, s->out_link, s->in_path);
    return s->out_column > 0 ? shrink(b, s->out_column, s->in_row) : replace_link(b, s->in_row, s->out_link);
}

bool kh_step_take(kh_keyed *b, const kh_step *s)
{
    uint32_t out_path = s->out_column > 0 ? b->extra[s->out_column] : KH_NO_INDEX;
    if (!exchange(b, s))
        return false;
    if (out_path != KH_NO_INDEX)
        b->open[out_path] = !b->barred[out_path];
    if (s->in_path != KH_NO_INDEX)
        b->open[s->in_path] = false;
    return true;
}

/* Only the column of t changes, and that of a frozen demand not even this. */
bool kh_step_replace_key(kh_keyed *b, uint32_t path)
{
    uint32_t k = b->pool->paths[path].demand;
    if (kh_keyed_grows(b, k)) {
        kh_keyed_column(b, path, b->column);
        kh_working_solve(&b->working, b->column, b->solved);
        b->solved[0] += 1;
        if (!kh_working_replace_column(&b->working, 0, b->solved))
            return false;
    }
    b->open[b->key[k]] = !b->barred[b->key[k]];
    b->open[path] = false;
    kh_keyed_replace_key(b, path);
    return true;
}

/* The new column joins with the row of the link it fills, or takes that of the extra. The old t's own column has no say: what
   stands in it of other rows goes when it leaves. */
static bool bring_in_t(kh_keyed *b, const kh_step *s)
{
    kh_keyed_column_of_t(b, b->column);
    if (s->out_column > 0) {
        kh_working_solve(&b->working, b->column, b->solved);
        return kh_working_replace_column(&b->working, s->out_column, b->solved);
    }
    kh_step_fill_row(b, s->out_link, b->rhs);
    b->rhs[0] = 0;
    if (!kh_working_grow(&b->working, b->column, b->rhs, b->key_load[s->out_link]))
        return false;
    put_tight(b, s->out_link, b->working.n - 1);
    return true;
}

bool kh_step_renew_t(kh_keyed *b, const kh_step *s, uint32_t row)
{
    if (!bring_in_t(b, s))
        return false;
    size_t last = b->working.n - 1;
    if (!kh_working_shrink(&b->working, 0, row)) /* the last column comes to the front */
        return false;
    b->row[b->tight[row]] = KH_NO_INDEX;
    if (row != last)
        put_tight(b, b->tight[last], row);
    if (s->out_column == 0)
        return true;
    b->place[b->extra[s->out_column]] = 0;
    if (s->out_column != last) {
        kh_working_swap_columns(&b->working, 0, s->out_column);
        put_extra(b, b->extra[last], s->out_column);
    }
    return true;
}

uint32_t kh_step_extra_of(const kh_keyed *b, uint32_t demand)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < b->working.n; i++)
        if (b->pool->paths[b->extra[i]].demand == demand && !b->barred[b->extra[i]] && (best == 0 || b->value[i] > b->value[best]))
            best = i;
    return best;
}
