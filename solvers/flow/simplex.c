/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/flow/simplex.h"

#include "core/net/ids.h"

#include <math.h>
#include <string.h>

static const double FEASIBLE = 1e-11; /* share of a demand, of a link's scale */
static const double LEAST_PIVOT = 1e-9;
static const double PAYS = 1e-12; /* share of its demand's dual by which a path must be cheaper */
static const double TIE = 1e-11;
enum { MOST_STALLED = 20 };

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

/* A path with a demand that is asked for, not yet basic and not barred, may come in. */
static void find_open(kh_keyed *b)
{
    for (uint32_t p = 0; p < b->pool->n_paths; p++)
        b->open[p] = b->place[p] == 0 && !b->barred[p] && b->asked[b->pool->paths[p].demand] && !is_key(b, p);
}

static double cost_of(const kh_keyed *b, const kh_pool_path *p, const double *weight)
{
    const uint32_t *link = &b->pool->links[p->first];
    double sum = 0;
    for (uint32_t i = 0; i < p->n_links; i++)
        sum += weight[link[i]];
    return sum * b->unit[p->demand];
}

/* Cost of a demand's key, worked out once a turn: only demands with an open path are asked for. */
static inline double key_cost(kh_keyed *b, uint32_t demand, const double *weight)
{
    if (b->looked_up[demand] != b->turn) {
        b->looked_up[demand] = b->turn;
        b->at_key[demand] = cost_of(b, &b->pool->paths[b->key[demand]], weight);
    }
    return b->at_key[demand];
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

static bool exchange(kh_keyed *b, const step *s)
{
    if (s->in_path != KH_NO_INDEX)
        return s->out_column > 0 ? replace_path(b, s->out_column, s->in_path) : grow(b, s->out_link, s->in_path);
    return s->out_column > 0 ? shrink(b, s->out_column, s->in_row) : replace_link(b, s->in_row, s->out_link);
}

static bool pivot(kh_keyed *b, const step *s)
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
    b->open[b->key[k]] = !b->barred[b->key[k]];
    b->open[path] = false;
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

/* Squared length of a row of the inverse of the whole basis, as far as tight links go. */
static double row_length(const kh_keyed *b, const double *row)
{
    double sum = 0;
    for (size_t r = 0; r < b->working.n; r++)
        sum += row[r] * row[r];
    return sum;
}

static double slack_length(kh_keyed *b, uint32_t link)
{
    fill_row(b, link, b->rhs);
    kh_working_solve_rows(&b->working, b->rhs, b->solved);
    return 1 + row_length(b, b->solved);
}

/* The key of a demand with extras: the line of t less those of the extras. */
static double key_length(kh_keyed *b, uint32_t demand)
{
    size_t n = b->working.n, room = b->working.room;
    for (size_t r = 0; r < n; r++)
        b->solved[r] = b->asked[demand] ? b->working.inverse[r] : 0;
    for (size_t i = 1; i < n; i++)
        for (size_t r = 0; b->pool->paths[b->extra[i]].demand == demand && r < n; r++)
            b->solved[r] -= b->working.inverse[i * room + r];
    return row_length(b, b->solved);
}

typedef struct breach {
    double score;
    step out;
    uint32_t key_of;
} breach;

static void take_worst(breach *worst, double by, double length, step out, uint32_t key_of)
{
    double score = by * by / length;
    if (score > worst->score)
        *worst = (breach){score, out, key_of};
}

/* The row of a slack is at least 1 long, and not worked out when that is enough to know. */
static bool may_be_worst(const breach *worst, double by)
{
    return by > FEASIBLE && by * by > worst->score;
}

/* Barred paths leave before all others. */
static bool choose_barred(const kh_keyed *b, step *s, double *sign)
{
    double most = -1;
    for (uint32_t i = 1; i < b->working.n; i++)
        if (b->barred[b->extra[i]] && fabs(b->value[i]) > most) {
            most = fabs(b->value[i]);
            *s = (step){.out_column = i};
            *sign = b->value[i] > 0 ? 1 : -1;
        }
    return most >= 0;
}

/* Finds what breaks its bound by most lengths of its row (steepest edges); a key that does is swapped with an extra.
   @return false: nothing does */
static bool choose_out(kh_keyed *b, step *s, double *sign)
{
    breach worst = {0, {0}, KH_NO_INDEX};
    if (choose_barred(b, s, sign))
        return true;
    *sign = -1;
    for (uint32_t i = 1; i < b->working.n; i++) {
        uint32_t k = b->pool->paths[b->extra[i]].demand;
        double key_share = kh_keyed_key_share(b, k);
        if (b->value[i] < -FEASIBLE)
            take_worst(&worst, b->value[i], row_length(b, &b->working.inverse[i * b->working.room]), (step){.out_column = i},
                       KH_NO_INDEX);
        if (key_share < -FEASIBLE)
            take_worst(&worst, key_share, key_length(b, k), (step){0}, k);
    }
    for (uint32_t e = 0; e < b->problem->graph.n_links; e++)
        if (b->row[e] == KH_NO_INDEX && may_be_worst(&worst, b->load[e] - b->room[e]))
            take_worst(&worst, b->load[e] - b->room[e], slack_length(b, e), (step){.out_link = e}, KH_NO_INDEX);
    *s = worst.out;
    if (worst.key_of == KH_NO_INDEX)
        return worst.score > 0;
    s->out_column = extra_of(b, worst.key_of);
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

/* Reduced costs under the basis' own prices; those below 0 count as 0 from here on, as if the costs were others. */
static void set_reduced(kh_keyed *b)
{
    const kh_pool *pool = b->pool;
    find_open(b);
    kh_keyed_set_prices(b);
    b->turn++;
    for (uint32_t p = 0; p < pool->n_paths; p++)
        b->reduced[p] =
            b->open[p] ? fmax(cost_of(b, &pool->paths[p], b->weight) - key_cost(b, pool->paths[p].demand, b->weight), 0) : 0;
    for (size_t r = 0; r < b->working.n; r++)
        b->slack_reduced[b->tight[r]] = fmax(b->price[b->tight[r]], 0);
}

static void try_slacks(const kh_keyed *b, const step *s, bool either, candidate *best, step *found)
{
    for (uint32_t r = 0; r < b->working.n; r++) {
        uint32_t e = b->tight[r];
        double size = either ? fabs(b->line[e]) : b->line[e];
        if (size < LEAST_PIVOT)
            continue;
        /* a link that is gone is never tight in the end: it goes with what still crosses it */
        candidate c = {b->room[e] > 0 ? b->slack_reduced[e] / size : -1, size};
        if (better(&c, best)) {
            *best = c;
            *found = (step){s->out_column, s->out_link, KH_NO_INDEX, r};
        }
    }
}

/* The row's entries of all paths, and the best of them. line: per bit/s by now. */
static void try_paths(kh_keyed *b, const step *s, bool either, candidate *best, step *found)
{
    const kh_pool *pool = b->pool;
    b->turn++;
    for (uint32_t p = 0; p < pool->n_paths; p++) {
        if (!b->open[p])
            continue;
        b->entry[p] = cost_of(b, &pool->paths[p], b->line) - key_cost(b, pool->paths[p].demand, b->line);
        double size = either ? fabs(b->entry[p]) : b->entry[p];
        if (size < LEAST_PIVOT)
            continue;
        candidate c = {b->reduced[p] / size, size};
        if (better(&c, best)) {
            *best = c;
            *found = (step){s->out_column, s->out_link, p, 0};
        }
    }
}

/* What reduced costs are once @p s is done. line: not yet per bit/s for slacks, so these were kept in column. */
static void update_reduced(kh_keyed *b, const step *s, const double *slack_entry)
{
    uint32_t in_link = s->in_path == KH_NO_INDEX ? b->tight[s->in_row] : KH_NO_INDEX;
    double move = s->in_path != KH_NO_INDEX ? b->reduced[s->in_path] / b->entry[s->in_path]
                                            : b->slack_reduced[in_link] / slack_entry[s->in_row];
    for (uint32_t p = 0; p < b->pool->n_paths; p++)
        if (b->open[p]) {
            double left = b->reduced[p] - move * b->entry[p];
            b->reduced[p] = left > 0 ? left : 0;
        }
    for (size_t r = 0; r < b->working.n; r++)
        b->slack_reduced[b->tight[r]] = fmax(b->slack_reduced[b->tight[r]] - move * slack_entry[r], 0);
    if (s->out_column > 0)
        b->reduced[b->extra[s->out_column]] = fabs(move);
    else
        b->slack_reduced[s->out_link] = fabs(move);
}

/* The row's entries of the slacks go to @p slack_entry, then the line is per bit/s. */
static void scale_line(kh_keyed *b, double *slack_entry)
{
    for (size_t r = 0; r < b->working.n; r++)
        slack_entry[r] = b->line[b->tight[r]];
    for (size_t e = 0; e < b->problem->graph.n_links; e++)
        b->line[e] *= b->per_scale[e];
}

kh_simplex_end kh_simplex_dual(kh_keyed *b, size_t *left)
{
    set_reduced(b);
    for (; *left > 0; --*left) {
        step out = {0}, found = {0};
        double sign = -1;
        kh_keyed_set_values(b);
        if (!choose_out(b, &out, &sign))
            return KH_SIMPLEX_DONE;
        bool either = out.out_column > 0 && b->barred[b->extra[out.out_column]] && fabs(b->value[out.out_column]) < FEASIBLE;
        candidate best = {INFINITY, 0};
        set_line(b, &out, sign);
        try_slacks(b, &out, either, &best, &found);
        scale_line(b, b->column);
        try_paths(b, &out, either, &best, &found);
        if (isinf(best.ratio)) {
            for (size_t e = 0; e < b->problem->graph.n_links; e++)
                b->line[e] = fmax(-b->line[e], 0);
            return KH_SIMPLEX_STUCK;
        }
        update_reduced(b, &found, b->column);
        if (!pivot(b, &found))
            return KH_SIMPLEX_FAILED;
    }
    return KH_SIMPLEX_FAILED;
}

/* -- primal -------------------------------------------------------------------------------------------------------- */

/* 1 while steps lead on; where many in a row did not, a number that is another one for each path and step, so that no
   sequence of them comes back. */
static double luck(size_t number, uint32_t path, size_t stalled)
{
    uint64_t x = (uint64_t)number * 0x9e3779b97f4a7c15u + path;
    x = (x ^ (x >> 31)) * 0xbf58476d1ce4e5b9u;
    return stalled < MOST_STALLED ? 1 : (double)(x >> 40) / (double)(1 << 24);
}

typedef struct luck_of {
    size_t number, stalled;
} luck_of;

/* The best of some paths; those that pay are the candidates of the next step. Only when none of them pays are all looked at. */
static bool choose_among(kh_keyed *b, const uint32_t *paths, size_t n, double *most, const luck_of *by, step *s)
{
    const kh_pool *pool = b->pool;
    bool any = false;
    b->turn++;
    b->n_candidates = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t p = paths[i];
        if (!b->open[p])
            continue;
        double dual = key_cost(b, pool->paths[p].demand, b->weight), gain = dual - cost_of(b, &pool->paths[p], b->weight);
        if (gain <= PAYS * dual + 1e-17)
            continue;
        any = true;
        b->candidate[b->n_candidates++] = p;
        gain *= luck(by->number, p, by->stalled);
        if (gain > *most) {
            *most = gain;
            s->in_path = p;
        }
    }
    return any;
}

/* The path or slack that raises t most per unit. */
static bool choose_in(kh_keyed *b, size_t number, size_t stalled, step *s)
{
    double most = 0;
    *s = (step){.in_path = KH_NO_INDEX, .in_row = KH_NO_INDEX};
    for (uint32_t r = 0; r < b->working.n; r++) {
        double gain = -b->price[b->tight[r]];
        if (gain > 1e-13 && gain * luck(number, r, stalled) > most) {
            most = gain * luck(number, r, stalled);
            s->in_row = r;
        }
    }
    if (!choose_among(b, b->candidate, b->n_candidates, &most, &(luck_of){number, stalled}, s)) {
        for (uint32_t p = 0; p < b->pool->n_paths; p++)
            b->candidate[p] = p;
        (void)choose_among(b, b->candidate, b->pool->n_paths, &most, &(luck_of){number, stalled}, s);
    }
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

/* By how much the keys of demands with extras fall, and that of the path that comes in, in at_key. */
static void set_key_falls(kh_keyed *b, const step *s)
{
    uint32_t in = s->in_path != KH_NO_INDEX ? b->pool->paths[s->in_path].demand : KH_NO_INDEX;
    for (size_t i = 1; i < b->working.n; i++) {
        uint32_t k = b->pool->paths[b->extra[i]].demand;
        b->at_key[k] = b->asked[k] ? b->solved[0] : 0;
    }
    if (in != KH_NO_INDEX)
        b->at_key[in] = (b->asked[in] ? b->solved[0] : 0) + 1;
    for (size_t i = 1; i < b->working.n; i++)
        b->at_key[b->pool->paths[b->extra[i]].demand] -= b->solved[i];
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

static void find_blocking(kh_keyed *b, const step *s, blocking *block)
{
    *block = (blocking){.best = {INFINITY, 0}, .link = KH_NO_INDEX, .key_of = KH_NO_INDEX};
    const blocking none = *block;
    set_key_falls(b, s);
    for (uint32_t i = 1; i < b->working.n; i++) {
        blocking extra = none, key = none;
        extra.column = i;
        consider(block, b->value[i], b->solved[i], extra);
        key.key_of = b->pool->paths[b->extra[i]].demand;
        consider(block, kh_keyed_key_share(b, key.key_of), b->at_key[key.key_of], key);
    }
    if (s->in_path != KH_NO_INDEX) {
        blocking key = none;
        key.key_of = b->pool->paths[s->in_path].demand;
        consider(block, kh_keyed_key_share(b, key.key_of), b->at_key[key.key_of], key);
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
    size_t stalled = 0;
    b->n_candidates = 0;
    find_open(b);
    for (; *left > 0; --*left) {
        step s;
        blocking block;
        kh_keyed_set_values(b);
        kh_keyed_set_prices(b);
        if (!choose_in(b, *left, stalled, &s))
            return KH_SIMPLEX_DONE;
        set_direction(b, &s);
        find_blocking(b, &s, &block);
        stalled = block.best.ratio > 1e-13 ? 0 : stalled + 1;
        if (isinf(block.best.ratio) || !take_step(b, &s, &block))
            return KH_SIMPLEX_FAILED;
    }
    return KH_SIMPLEX_FAILED;
}
