/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/flow/simplex.h"

#include "core/net/ids.h"
#include "solvers/flow/step.h"

#include <math.h>

static const double PAYS = 1e-12; /* share of its demand's dual by which a path must be cheaper */
static const double SLIP = 1e-12; /* share of a demand, of a link's scale, below 0 that a step may end */
enum { MOST_STALLED = 20 };

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
static bool choose_among(kh_keyed *b, const uint32_t *paths, size_t n, double *most, const luck_of *by, kh_step *s)
{
    const kh_pool *pool = b->pool;
    bool any = false;
    b->turn++;
    b->n_candidates = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t p = paths[i];
        if (!b->open[p])
            continue;
        double dual = kh_step_key_cost(b, pool->paths[p].demand, b->weight),
               gain = dual - kh_step_cost(b, &pool->paths[p], b->weight);
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
static bool choose_in(kh_keyed *b, size_t number, size_t stalled, kh_step *s)
{
    double most = 0;
    *s = (kh_step){.in_path = KH_NO_INDEX, .in_row = KH_NO_INDEX};
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

/* t itself, which column 0 then is not. */
static bool is_t(const kh_step *s)
{
    return s->in_path == KH_NO_INDEX && s->in_row == KH_NO_INDEX;
}

/* By how much t and the extras fall per unit of what comes in. */
static void solve_direction(kh_keyed *b, const kh_step *s)
{
    if (s->in_path == KH_NO_INDEX && s->in_row != KH_NO_INDEX) {
        for (size_t i = 0; i < b->working.n; i++)
            b->solved[i] = b->working.inverse[i * b->working.room + s->in_row];
        return;
    }
    if (is_t(s))
        kh_keyed_column_of_t(b, b->column);
    else
        kh_keyed_column(b, s->in_path, b->column);
    kh_working_solve(&b->working, b->column, b->solved);
    if (is_t(s))
        b->solved[0] = 0;
}

/* How t moves per unit of what comes in: down. */
static double fall_of_t(const kh_keyed *b, const kh_step *s)
{
    return is_t(s) ? -1 : b->solved[0];
}

/* solved: by how much t and the extras fall per unit of what comes in. line: the same for the loads of the links. */
static void set_direction(kh_keyed *b, const kh_step *s)
{
    size_t n = b->working.n, m = b->problem->graph.n_links;
    solve_direction(b, s);
    for (size_t e = 0; e < m; e++)
        b->line[e] = b->key_load[e] * fall_of_t(b, s);
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
static void set_key_falls(kh_keyed *b, const kh_step *s)
{
    uint32_t in = s->in_path != KH_NO_INDEX ? b->pool->paths[s->in_path].demand : KH_NO_INDEX;
    for (size_t i = 1; i < b->working.n; i++) {
        uint32_t k = b->pool->paths[b->extra[i]].demand;
        b->at_key[k] = kh_keyed_grows(b, k) ? fall_of_t(b, s) : 0;
    }
    if (in != KH_NO_INDEX)
        b->at_key[in] = (kh_keyed_grows(b, in) ? fall_of_t(b, s) : 0) + 1;
    for (size_t i = 1; i < b->working.n; i++)
        b->at_key[b->pool->paths[b->extra[i]].demand] -= b->solved[i];
}

typedef struct blocking {
    double ratio, falls;
    uint32_t column, link, key_of; /* one of them; 0 and KH_NO_INDEX: not it */
} blocking;

/* What could stop the step. First pass: how far it goes when everything may overshoot by SLIP; second: what falls fastest of all
   that would be over by then, since a small fall is a bad pivot. */
typedef struct race {
    bool is_second;
    double limit;
    blocking *first;
} race;

static void consider(race *r, double value, double falls, blocking who)
{
    double at = fmax(value, 0);
    if (!(falls > 0))
        return;
    if (!r->is_second) {
        r->limit = fmin(r->limit, (at + SLIP) / falls);
    } else if (at <= r->limit * falls && falls > r->first->falls) {
        *r->first = who;
        r->first->ratio = at / falls;
        r->first->falls = falls;
    }
}

static void consider_key(race *r, const kh_keyed *b, uint32_t demand)
{
    consider(r, kh_keyed_key_share(b, demand), b->at_key[demand], (blocking){.link = KH_NO_INDEX, .key_of = demand});
}

static void run_race(const kh_keyed *b, const kh_step *s, race *r)
{
    for (uint32_t i = 1; i < b->working.n; i++) {
        consider(r, b->value[i], b->solved[i], (blocking){.column = i, .link = KH_NO_INDEX, .key_of = KH_NO_INDEX});
        consider_key(r, b, b->pool->paths[b->extra[i]].demand);
    }
    if (s->in_path != KH_NO_INDEX)
        consider_key(r, b, b->pool->paths[s->in_path].demand);
    for (uint32_t e = 0; e < b->problem->graph.n_links; e++)
        if (b->row[e] == KH_NO_INDEX)
            consider(r, b->room[e] - b->load[e], -b->line[e], (blocking){.link = e, .key_of = KH_NO_INDEX});
}

/* @return false: nothing stops it */
static bool find_blocking(kh_keyed *b, const kh_step *s, blocking *block)
{
    race r = {.limit = INFINITY, .first = block};
    *block = (blocking){.ratio = INFINITY};
    set_key_falls(b, s);
    run_race(b, s, &r);
    r.is_second = true;
    run_race(b, s, &r);
    return isfinite(block->ratio);
}

static bool take_step(kh_keyed *b, kh_step *s, const blocking *block)
{
    s->out_column = block->column;
    s->out_link = block->link;
    if (block->key_of != KH_NO_INDEX) {
        s->out_column = kh_step_extra_of(b, block->key_of);
        if (s->out_column == 0)
            return s->in_path != KH_NO_INDEX && kh_step_replace_key(b, s->in_path);
        kh_keyed_swap(b, s->out_column);
    }
    return kh_step_take(b, s);
}

kh_simplex_end kh_simplex_primal(kh_keyed *b, size_t *left)
{
    size_t stalled = 0;
    b->n_candidates = 0;
    kh_step_find_open(b);
    for (; *left > 0 && !kh_step_is_late(b, *left); --*left) {
        kh_step s;
        blocking block;
        kh_keyed_set_values(b);
        kh_keyed_set_prices(b);
        if (!choose_in(b, *left, stalled, &s))
            return KH_SIMPLEX_DONE;
        set_direction(b, &s);
        if (!find_blocking(b, &s, &block) || !take_step(b, &s, &block))
            return KH_SIMPLEX_FAILED;
        stalled = block.ratio > 1e-13 ? 0 : stalled + 1;
    }
    return KH_SIMPLEX_FAILED;
}

bool kh_simplex_bring_in(kh_keyed *b, uint32_t path)
{
    kh_step s = {.in_path = path, .in_row = KH_NO_INDEX};
    blocking block;
    if (b->place[path] > 0) {
        kh_keyed_swap(b, b->place[path]);
        return true;
    }
    kh_keyed_set_values(b);
    set_direction(b, &s);
    return find_blocking(b, &s, &block) && take_step(b, &s, &block);
}

/* -- from level to level -------------------------------------------------------------------------------------------- */

static void freeze(kh_keyed *b, const bool *stops, bool frozen)
{
    for (size_t k = 0; k < b->problem->n_demands; k++)
        if (stops[k])
            b->frozen[k] = frozen;
    kh_keyed_sum_keys(b);
}

/* The growing demands would leave what their steps are measured by far behind: their units grow with them. */
static const double FAR = 100;

/* What t pushes out when it comes in; a key is swapped with an extra first. @return false: nothing, or it cannot be swapped */
static bool find_first_held(kh_keyed *b, const bool *stops, kh_step *t, double *ratio)
{
    blocking block;
    set_direction(b, t);
    if (!find_blocking(b, t, &block))
        return false;
    *ratio = block.ratio;
    t->out_column = block.column;
    t->out_link = block.link;
    if (block.key_of == KH_NO_INDEX)
        return true;
    t->out_column = kh_step_extra_of(b, block.key_of);
    if (t->out_column == 0)
        return false;
    freeze(b, stops, false); /* column 0 is that of the t before, which swapping follows up */
    kh_keyed_swap(b, t->out_column);
    freeze(b, stops, true);
    return true;
}

bool kh_simplex_go_on(kh_keyed *b, const bool *stops)
{
    kh_step t = {.in_path = KH_NO_INDEX, .in_row = KH_NO_INDEX};
    uint32_t row = b->row[kh_keyed_dearest(b)];
    double ratio;
    freeze(b, stops, true);
    bool found = find_first_held(b, stops, &t, &ratio);
    if (found && ratio > FAR)
        kh_keyed_rescale(b, ratio, false);
    if (found && kh_step_renew_t(b, &t, row))
        return true;
    freeze(b, stops, false);
    return false;
}
