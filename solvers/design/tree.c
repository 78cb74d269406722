/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/tree.h"

#include "core/base/clock.h"

#include <math.h>
#include <string.h>

static const double WHOLE = 1e-6;  /* so near a whole number: whole */
static const double SURE = 1e-9;   /* of the cutoff, by which a bound must be beyond it */
static const double MARGIN = 1e-7; /* a node is solved until it is beyond by this much, so that the proof says so too */
enum { MOST_DEPTH = 400, ENOUGH_TRIES = 4, MOST_TRIES = 8, TRY_PIVOTS = 12, RESET_PIVOTS = 4000 };

/* What a level goes back to. */
typedef struct level {
    double *lower, *upper; /* [n] */
    size_t column;
    double below; /* this level's first half: column <= below */
    bool up_first, second;
} level;

typedef struct walk {
    kh_tree_search *search;
    kh_tableau *t, trial;
    level *levels;
    size_t depth;
    double *point, *reduced; /* [n] */
    bool *candidate;         /* [n] */
    bool stopped, empty;     /* empty: this node holds nothing */
} walk;

static double beyond(const walk *w)
{
    return w->search->cutoff + SURE * (1 + fabs(w->search->cutoff));
}

static double far_beyond(const walk *w)
{
    return beyond(w) + MARGIN * (1 + fabs(w->search->cutoff));
}

static uint64_t most_pivots(const kh_tableau *t)
{
    return 50 * (t->n + t->n_rows) + 100;
}

/* The bound that prices prove; columns that would cost too much lose what they cannot take. */
static bool is_cut(walk *w, kh_tableau_end end)
{
    kh_tableau *t = w->t;
    double cutoff = beyond(w), bound = kh_tableau_prove(t, end, cutoff, w->reduced);
    if (bound > cutoff)
        return true;
    for (size_t j = 0; j < t->n && end != KH_TABLEAU_EMPTY; j++) {
        double d = w->reduced[j];
        if (d == 0 || t->lower[j] == t->upper[j])
            continue;
        double most = floor((cutoff - bound) / fabs(d) + WHOLE);
        if (most < t->upper[j] - t->lower[j])
            kh_tableau_bound(t, j, d > 0 ? t->lower[j] : t->upper[j] - most, d > 0 ? t->lower[j] + most : t->upper[j]);
    }
    return false;
}

/* Solves the node. A cut that its prices cannot prove is solved again without old rounding; then the search is given up. */
static kh_tableau_end solve_node(walk *w)
{
    kh_tableau_end end = KH_TABLEAU_LIMIT;
    w->empty = false;
    if (w->t->n_since_reset > RESET_PIVOTS)
        kh_tableau_reset(w->t);
    for (int turn = 0; turn < 2; turn++) {
        end = kh_tableau_solve(w->t, far_beyond(w), most_pivots(w->t));
        w->empty = is_cut(w, end);
        if (w->empty || end == KH_TABLEAU_OPTIMAL)
            return end;
        kh_tableau_reset(w->t);
    }
    w->stopped = true;
    return end;
}

static bool read_point(walk *w)
{
    kh_tableau *t = w->t;
    bool whole = true;
    for (size_t j = 0; j < t->n; j++)
        w->point[j] = t->where[j] != UINT32_MAX ? t->at[t->where[j]] : 0;
    for (size_t i = 0; i < t->n_rows; i++)
        if (t->basic[i] < t->n)
            w->point[t->basic[i]] = t->value[i + 1];
    for (size_t j = 0; j < t->n; j++) {
        double near = nearbyint(w->point[j]);
        w->candidate[j] = fabs(w->point[j] - near) > WHOLE;
        whole = whole && !w->candidate[j];
        w->point[j] = w->candidate[j] ? w->point[j] : near;
    }
    return whole;
}

/* Cost that rounding adds, from what it added before. */
static double expect(const walk *w, size_t j, int way)
{
    const kh_tree_search *s = w->search;
    double by = way == 0 ? w->point[j] - floor(w->point[j]) : ceil(w->point[j]) - w->point[j];
    double per_unit = s->tried[j][way] > 0 ? s->gain[j][way] / s->tried[j][way] : w->t->cost[j] / 2;
    return per_unit * by;
}

static double score(double down, double up)
{
    return fmax(down, 1e-6) * fmax(up, 1e-6);
}

static size_t best_candidate(const walk *w, bool untried, const bool *seen)
{
    size_t best = w->t->n;
    double best_score = -1;
    for (size_t j = 0; j < w->t->n; j++) {
        bool known = w->search->tried[j][0] >= ENOUGH_TRIES && w->search->tried[j][1] >= ENOUGH_TRIES;
        if (!w->candidate[j] || (untried && (known || seen[j])))
            continue;
        double s = score(expect(w, j, 0), expect(w, j, 1));
        if (s > best_score) {
            best_score = s;
            best = j;
        }
    }
    return best;
}

static double try_half(walk *w, size_t j, int way)
{
    kh_tree_search *s = w->search;
    kh_tableau *trial = &w->trial;
    double x = w->point[j], by = way == 0 ? x - floor(x) : ceil(x) - x;
    kh_tableau_copy(trial, w->t);
    kh_tableau_bound(trial, j, way == 0 ? trial->lower[j] : ceil(x), way == 0 ? floor(x) : trial->upper[j]);
    kh_tableau_end end = kh_tableau_solve(trial, far_beyond(w), TRY_PIVOTS);
    double gain = fmax(0, fmin(trial->value[0], beyond(w)) - w->t->value[0]);
    if (end == KH_TABLEAU_EMPTY)
        gain = beyond(w) - w->t->value[0];
    s->gain[j][way] += gain / by;
    s->tried[j][way]++;
    return (end == KH_TABLEAU_EMPTY || end == KH_TABLEAU_CUT) && kh_tableau_prove(trial, end, beyond(w), w->reduced) > beyond(w)
               ? HUGE_VAL
               : gain;
}

static kh_status fit_trial(walk *w, kh_error *err)
{
    if (w->trial.room != w->t->room)
        KH_TRY(kh_tableau_init(&w->trial, w->t->n, w->t->room, w->t->cost, w->t->lower, w->t->upper, w->search->arena, err));
    w->trial.row = w->t->row; /* the same rows */
    w->trial.least = w->t->least;
    w->trial.n_rows = w->t->n_rows;
    return KH_OK;
}

/* Columns of which little is known are tried out. A half that holds nothing is closed at once. *changed: the node must be solved
 * again. */
static kh_status choose(walk *w, size_t *column, bool *changed, kh_error *err)
{
    bool *seen = w->candidate + w->t->n;
    *changed = false;
    KH_TRY(fit_trial(w, err));
    memset(seen, 0, w->t->n * sizeof *seen);
    for (int i = 0; i < MOST_TRIES; i++) {
        size_t j = best_candidate(w, true, seen);
        if (j == w->t->n)
            break;
        seen[j] = true;
        double down = try_half(w, j, 0), up = try_half(w, j, 1), x = w->point[j];
        if (isfinite(down) && isfinite(up))
            continue;
        *changed = true;
        w->empty = isinf(down) && isinf(up);
        if (!w->empty)
            kh_tableau_bound(w->t, j, isinf(down) ? ceil(x) : w->t->lower[j], isinf(down) ? w->t->upper[j] : floor(x));
        return KH_OK;
    }
    *column = best_candidate(w, false, NULL);
    return KH_OK;
}

static kh_status open_level(walk *w, size_t j, kh_error *err)
{
    kh_tableau *t = w->t;
    if (w->depth == MOST_DEPTH) {
        w->stopped = true;
        return KH_OK;
    }
    level *l = &w->levels[w->depth++];
    if (l->lower == NULL) {
        l->lower = KH_NEW(w->search->arena, double, 2 * t->n);
        if (l->lower == NULL)
            return kh_fail(err, KH_ENOMEM, "no memory for a tree of %zu levels", w->depth);
        l->upper = l->lower + t->n;
    }
    memcpy(l->lower, t->lower, t->n * sizeof *l->lower);
    memcpy(l->upper, t->upper, t->n * sizeof *l->upper);
    l->column = j;
    l->below = fmin(floor(w->point[j]), t->upper[j] - 1);
    l->second = false;
    l->up_first = w->point[j] - l->below > 0.5;
    if (l->up_first)
        kh_tableau_bound(t, j, l->below + 1, t->upper[j]);
    else
        kh_tableau_bound(t, j, t->lower[j], l->below);
    return KH_OK;
}

static void restore(walk *w, const double *lower, const double *upper)
{
    for (size_t j = 0; j < w->t->n; j++)
        if (w->t->lower[j] != lower[j] || w->t->upper[j] != upper[j])
            kh_tableau_bound(w->t, j, lower[j], upper[j]);
}

/* @return false: all is searched */
static bool next_half(walk *w)
{
    while (w->depth > 0) {
        level *l = &w->levels[w->depth - 1];
        restore(w, l->lower, l->upper);
        if (l->second) {
            w->depth--;
            continue;
        }
        l->second = true;
        if (l->up_first)
            kh_tableau_bound(w->t, l->column, w->t->lower[l->column], l->below);
        else
            kh_tableau_bound(w->t, l->column, l->below + 1, w->t->upper[l->column]);
        return true;
    }
    return false;
}

/* Rounding can hide that a whole point is beyond the cutoff. Then columns are halved until it shows. */
static bool costs_too_much(const walk *w)
{
    double sum = 0;
    for (size_t j = 0; j < w->t->n; j++)
        sum += w->t->cost[j] * w->point[j];
    return sum > beyond(w);
}

static size_t first_open(const kh_tableau *t)
{
    size_t j = 0;
    while (j < t->n && t->lower[j] == t->upper[j])
        j++;
    return j;
}

/* Rows for a node's point: known ones, then new ones high up, where one look pays, a second does not. */
static kh_status look_for_rows(walk *w, bool *looked, bool *added, kh_error *err)
{
    const kh_tree_search *search = w->search;
    *added = false;
    if (search->recall != NULL)
        KH_TRY(search->recall(search->user, w->point, added, err));
    if (*added || *looked || search->look == NULL || w->depth > search->look_depth)
        return KH_OK;
    *looked = true;
    return search->look(search->user, w->point, added, err);
}

/* One node until it is empty or has been halved. */
static kh_status visit(walk *w, kh_error *err)
{
    for (bool looked = false;;) {
        size_t column = 0;
        bool changed;
        kh_tree_word word = KH_TREE_REFUSE;
        (void)solve_node(w);
        if (w->empty || w->stopped)
            return KH_OK;
        bool whole = read_point(w);
        if (whole && costs_too_much(w)) {
            column = first_open(w->t);
            w->empty = column == w->t->n;
            return w->empty ? KH_OK : open_level(w, column, err);
        }
        if (whole) {
            KH_TRY(w->search->judge(w->search->user, w->search, w->point, &word, err));
            w->stopped = word == KH_TREE_STOP;
            if (w->stopped)
                return KH_OK;
            continue;
        }
        KH_TRY(look_for_rows(w, &looked, &changed, err));
        if (changed)
            continue;
        KH_TRY(choose(w, &column, &changed, err));
        if (w->empty)
            return KH_OK;
        if (!changed)
            return open_level(w, column, err);
    }
}

static bool out_of_limits(const kh_tree_search *search)
{
    return search->n_nodes >= search->most_nodes || kh_clock_s() > search->until_s;
}

kh_status kh_tree_run(kh_tree_search *search, bool *closed, kh_error *err)
{
    size_t n = search->tableau->n;
    walk w = {.search = search,
              .t = search->tableau,
              .levels = kh_arena_alloc(search->arena, MOST_DEPTH, sizeof *w.levels),
              .point = KH_NEW(search->arena, double, 4 * n),
              .candidate = KH_NEW(search->arena, bool, 2 * n)};
    if (w.levels == NULL || w.point == NULL || w.candidate == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a tree over %zu columns", n);
    w.reduced = w.point + n;
    double *lower = w.point + 2 * n, *upper = w.point + 3 * n;
    memcpy(lower, search->tableau->lower, n * sizeof *lower);
    memcpy(upper, search->tableau->upper, n * sizeof *upper);
    kh_status status = KH_OK;
    bool more = true;
    for (search->n_nodes = 0; status == KH_OK && more && !w.stopped; search->n_nodes++) {
        w.stopped = out_of_limits(search);
        if (!w.stopped)
            status = visit(&w, err);
        if (status == KH_OK && !w.stopped && w.empty)
            more = next_half(&w);
    }
    *closed = status == KH_OK && !w.stopped;
    restore(&w, lower, upper);
    return status;
}
