/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/flow/simplex.h"

#include "core/net/ids.h"

#include <math.h>
#include <string.h>

static const double FEASIBLE = 1e-11; /* share of a demand, of a link's scale */
static const double LEAST_PIVOT = 1e-9;
static const double PAYS = 1e-12; /* share of its demand's dual by which a path must be cheaper */
static const double TIE = 1e-11;

/* What leaves the basis: an extra path or a slack. Keys are swapped with an extra first. What comes in: a path or a slack. */
typedef struct step {
    uint32_t out_column; /* 0: a slack */
    uint32_t out_link;
    uint32_t in_path; /* KH_NO_INDEX: a slack */
    uint32_t in_row;
} step;

static bool is_key(const kh_keyed *b, uint32_t path)
{
    return b->key[b->pool->paths[path].demand] == path;
}

/* May come in: a path with a demand that is asked for, not yet basic and not barred. */
static bool may_enter(const kh_keyed *b, uint32_t path)
{
    return b->place[path] == 0 && !b->barred[path] && b->asked[b->pool->paths[path].demand] && !is_key(b, path);
}

static void fill_row(const kh_keyed *b, uint32_t link, double *row)
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
    fill_row(b, link, b->rhs);
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
    fill_row(b, link, b->rhs);
    kh_working_solve_rows(&b->working, b->rhs, b->solved);
    if (!kh_working_replace_row(&b->working, row, b->solved))
        return false;
    b->row[b->tight[row]] = KH_NO_INDEX;
    put_tight(b, link, row);
    return true;
}

static bool pivot(kh_keyed *b, const step *s)
{
    if (s->in_path != KH_NO_INDEX)
        return s->out_column > 0 ? replace_path(b, s->out_column, s->in_path) : grow(b, s->out_link, s->in_path);
    return s->out_column > 0 ? shrink(b, s->out_column, s->in_row) : replace_link(b, s->in_row, s->out_link);
}

/* A path becomes the key of a demand that has no extra: only the column of t changes. */
static bool replace_key(kh_keyed *b, uint32_t path)
{
    uint32_t k = b->pool->paths[path].demand;
    kh_keyed_column(b, path, b->column);
    kh_working_solve(&b->working, b->column, b->solved);
    b->solved[0] += 1;
    if (!kh_working_replace_column(&b->working, 0, b->solved))
        return false;
    kh_keyed_add_load(b, b->key[k], -1, b->key_load);
    kh_keyed_add_load(b, path, 1, b->key_load);
    b->key[k] = path;
    return true;
}

/* The extra of a demand with the largest share; 0: none. */
static uint32_t extra_of(const kh_keyed *b, uint32_t demand)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < b->working.n; i++)
        if (b->pool->paths[b->extra[i]].demand == demand && !b->barred[b->extra[i]] && (best == 0 || b->value[i] > b->value[best]))
            best = i;
    return best;
}

/* -- dual ---------------------------------------------------------------------------------------------------------- */

/* Finds what breaks its bound most; barred paths come before all. A key that does is swapped with an extra.
   @return false: nothing does */
static bool choose_out(kh_keyed *b, step *s, double *sign)
{
    double most = FEASIBLE, out = -1;
    uint32_t key_of = KH_NO_INDEX;
    *s = (step){0};
    for (uint32_t i = 1; i < b->working.n; i++) {
        uint32_t k = b->pool->paths[b->extra[i]].demand;
        if (b->barred[b->extra[i]] && fabs(b->value[i]) > out) {
            out = fabs(b->value[i]);
            s->out_column = i;
            *sign = b->value[i] > 0 ? 1 : -1;
        }
        if (out < 0 && -b->value[i] > most) {
            most = -b->value[i];
            s->out_column = i;
            *sign = -1;
        }
        if (out < 0 && -kh_keyed_key_share(b, k) > most) {
            most = -kh_keyed_key_share(b, k);
            key_of = k;
        }
    }
    if (out >= 0)
        return true;
    bool slack = false;
    for (uint32_t e = 0; e < b->problem->graph.n_links; e++)
        if (b->row[e] == KH_NO_INDEX && b->load[e] - b->room[e] > most) {
            most = b->load[e] - b->room[e];
            *s = (step){.out_link = e};
            slack = true;
        }
    if (slack)
        *sign = -1;
    if (slack || key_of == KH_NO_INDEX || most > -kh_keyed_key_share(b, key_of))
        return slack || s->out_column > 0;
    s->out_column = extra_of(b, key_of);
    *sign = -1;
    if (s->out_column > 0)
        kh_keyed_swap(b, s->out_column);
    return s->out_column > 0;
}

/* Row of the tableau of what leaves, on the links: entering paths have unit * (sum over the path - sum over the key), slacks of
   tight links the entry itself; positive ones bring the value to its bound. */
static void set_line(kh_keyed *b, const step *s, double sign)
{
    size_t n = b->working.n;
    memset(b->line, 0, b->problem->graph.n_links * sizeof *b->line);
    if (s->out_column > 0) {
        for (size_t r = 0; r < n; r++)
            b->line[b->tight[r]] = sign * b->working.inverse[s->out_column * b->working.room + r];
        return;
    }
    fill_row(b, s->out_link, b->rhs);
    kh_working_solve_rows(&b->working, b->rhs, b->solved);
    for (size_t r = 0; r < n; r++)
        b->line[b->tight[r]] = -sign * b->solved[r];
    b->line[s->out_link] = sign;
}

typedef struct candidate {
    double ratio, size;
} candidate;

/* Smaller ratios first; among equal ones the larger pivot. */
static bool better(const candidate *a, const candidate *best)
{
    return a->ratio < best->ratio - TIE || (a->ratio < best->ratio + TIE && a->size > best->size);
}

static void try_slacks(const kh_keyed *b, const step *s, bool barred, candidate *best, step *found)
{
    for (uint32_t r = 0; r < b->working.n; r++) {
        uint32_t e = b->tight[r];
        double size = barred ? fabs(b->line[e]) : b->line[e];
        if (size < LEAST_PIVOT)
            continue;
        /* a link that is gone is never tight in the end: it goes with what still crosses it */
        candidate c = {b->room[e] > 0 ? fmax(b->price[e], 0) / size : -1, size};
        if (better(&c, best)) {
            *best = c;
            *found = (step){s->out_column, s->out_link, KH_NO_INDEX, r};
        }
    }
}

static void try_paths(const kh_keyed *b, const step *s, bool barred, candidate *best, step *found)
{
    const kh_pool *pool = b->pool;
    for (uint32_t k = 0; k < b->problem->n_demands; k++) {
        if (!b->asked[k] || pool->paths[pool->last[k]].previous == KH_NO_INDEX)
            continue;
        double at_key = kh_keyed_cost(b, b->key[k], b->line), dual = -1;
        for (uint32_t p = pool->last[k]; p != KH_NO_INDEX; p = pool->paths[p].previous) {
            if (!may_enter(b, p))
                continue;
            double size = kh_keyed_cost(b, p, b->line) - at_key;
            if (barred)
                size = fabs(size);
            if (size < LEAST_PIVOT)
                continue;
            if (dual < 0)
                dual = kh_keyed_cost(b, b->key[k], b->weight);
            candidate c = {fmax(kh_keyed_cost(b, p, b->weight) - dual, 0) / size, size};
            if (better(&c, best)) {
                *best = c;
                *found = (step){s->out_column, s->out_link, p, 0};
            }
        }
    }
}

static void scale_line(kh_keyed *b)
{
    for (size_t e = 0; e < b->problem->graph.n_links; e++)
        b->line[e] *= b->per_scale[e];
}

kh_simplex_end kh_simplex_dual(kh_keyed *b, size_t *left)
{
    for (; *left > 0; --*left) {
        step out, found;
        double sign = -1;
        kh_keyed_set_values(b);
        kh_keyed_set_prices(b);
        if (!choose_out(b, &out, &sign))
            return KH_SIMPLEX_DONE;
        bool barred = out.out_column > 0 && b->barred[b->extra[out.out_column]] && fabs(b->value[out.out_column]) < FEASIBLE;
        candidate best = {INFINITY, 0};
        set_line(b, &out, sign);
        try_slacks(b, &out, barred, &best, &found);
        scale_line(b);
        try_paths(b, &out, barred, &best, &found);
        if (isinf(best.ratio)) {
            for (size_t e = 0; e < b->problem->graph.n_links; e++)
                b->line[e] = fmax(-b->line[e], 0);
            return KH_SIMPLEX_STUCK;
        }
        if (!pivot(b, &found))
            return KH_SIMPLEX_FAILED;
    }
    return KH_SIMPLEX_FAILED;
}

/* -- primal -------------------------------------------------------------------------------------------------------- */

/* The path or slack that raises t most per unit. */
static bool choose_in(const kh_keyed *b, step *s)
{
    const kh_pool *pool = b->pool;
    double most = 1e-13;
    *s = (step){.in_path = KH_NO_INDEX, .in_row = KH_NO_INDEX};
    for (uint32_t r = 0; r < b->working.n; r++)
        if (-b->price[b->tight[r]] > most) {
            most = -b->price[b->tight[r]];
            s->in_row = r;
        }
    most = 0;
    for (uint32_t k = 0; k < b->problem->n_demands; k++) {
        if (!b->asked[k] || pool->paths[pool->last[k]].previous == KH_NO_INDEX)
            continue;
        double dual = kh_keyed_cost(b, b->key[k], b->weight);
        for (uint32_t p = pool->last[k]; p != KH_NO_INDEX; p = pool->paths[p].previous) {
            double gain = may_enter(b, p) ? dual - kh_keyed_cost(b, p, b->weight) : 0;
            if (gain > most && gain > PAYS * dual + 1e-17) {
                most = gain;
                s->in_path = p;
            }
        }
    }
    if (s->in_path != KH_NO_INDEX)
        s->in_row = KH_NO_INDEX;
    return s->in_path != KH_NO_INDEX || s->in_row != KH_NO_INDEX;
}

/* solved: by how much t and the extras fall per unit of what comes in. line: the same for the loads of the links. */
static void set_direction(kh_keyed *b, const step *s)
{
    size_t n = b->working.n, m = b->problem->graph.n_links;
    if (s->in_path != KH_NO_INDEX) {
        kh_keyed_column(b, s->in_path, b->column);
        kh_working_solve(&b->working, b->column, b->solved);
    } else {
        for (size_t i = 0; i < n; i++)
            b->solved[i] = b->working.inverse[i * b->working.room + s->in_row];
    }
    for (size_t e = 0; e < m; e++)
        b->line[e] = b->key_load[e] * b->solved[0];
    for (size_t i = 1; i < n; i++) {
        kh_keyed_add_load(b, b->extra[i], b->solved[i], b->line);
        kh_keyed_add_load(b, b->key[b->pool->paths[b->extra[i]].demand], -b->solved[i], b->line);
    }
    if (s->in_path != KH_NO_INDEX) {
        kh_keyed_add_load(b, s->in_path, -1, b->line);
        kh_keyed_add_load(b, b->key[b->pool->paths[s->in_path].demand], 1, b->line);
    }
}

/* By how much a demand's key falls. */
static double key_falls(const kh_keyed *b, const step *s, uint32_t demand)
{
    double falls = b->asked[demand] ? b->solved[0] : 0;
    for (size_t i = 1; i < b->working.n; i++)
        if (b->pool->paths[b->extra[i]].demand == demand)
            falls -= b->solved[i];
    if (s->in_path != KH_NO_INDEX && b->pool->paths[s->in_path].demand == demand)
        falls += 1;
    return falls;
}

typedef struct blocking {
    candidate best;
    uint32_t column, link, key_of; /* one of them; 0 and KH_NO_INDEX: not it */
} blocking;

static void consider(blocking *block, double value, double falls, blocking who)
{
    if (falls < LEAST_PIVOT)
        return;
    candidate c = {fmax(value, 0) / falls, falls};
    if (better(&c, &block->best)) {
        *block = who;
        block->best = c;
    }
}

static void find_blocking(const kh_keyed *b, const step *s, blocking *block)
{
    *block = (blocking){.best = {INFINITY, 0}, .link = KH_NO_INDEX, .key_of = KH_NO_INDEX};
    const blocking none = *block;
    for (uint32_t i = 1; i < b->working.n; i++) {
        blocking extra = none, key = none;
        extra.column = i;
        consider(block, b->value[i], b->solved[i], extra);
        key.key_of = b->pool->paths[b->extra[i]].demand;
        consider(block, kh_keyed_key_share(b, key.key_of), key_falls(b, s, key.key_of), key);
    }
    if (s->in_path != KH_NO_INDEX) {
        blocking key = none;
        key.key_of = b->pool->paths[s->in_path].demand;
        consider(block, kh_keyed_key_share(b, key.key_of), key_falls(b, s, key.key_of), key);
    }
    for (uint32_t e = 0; e < b->problem->graph.n_links; e++)
        if (b->row[e] == KH_NO_INDEX) {
            blocking slack = none;
            slack.link = e;
            consider(block, b->room[e] - b->load[e], -b->line[e], slack);
        }
}

static bool take_step(kh_keyed *b, step *s, const blocking *block)
{
    s->out_column = block->column;
    s->out_link = block->link;
    if (block->key_of != KH_NO_INDEX) {
        s->out_column = extra_of(b, block->key_of);
        if (s->out_column == 0)
            return s->in_path != KH_NO_INDEX && replace_key(b, s->in_path);
        kh_keyed_swap(b, s->out_column);
    }
    return pivot(b, s);
}

kh_simplex_end kh_simplex_primal(kh_keyed *b, size_t *left)
{
    for (; *left > 0; --*left) {
        step s;
        blocking block;
        kh_keyed_set_values(b);
        kh_keyed_set_prices(b);
        if (!choose_in(b, &s))
            return KH_SIMPLEX_DONE;
        set_direction(b, &s);
        find_blocking(b, &s, &block);
        if (isinf(block.best.ratio) || !take_step(b, &s, &block))
            return KH_SIMPLEX_FAILED;
    }
    return KH_SIMPLEX_FAILED;
}
