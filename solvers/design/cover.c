/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/cover.h"

#include "solvers/design/tree.h"

#include <math.h>
#include <string.h>

static const double NOTHING = 1e-7;
static const double ENOUGH = 1e-9; /* a cut that lacks less has what it needs */
static const double SPARE = 0.5;   /* a cut that has more than it needs by this is not rounded */
static const double BROKEN = 1e-3;
enum { FIRST_ROWS = 64, MOST_NEW = 4, EASY_NODES = 60, MOST_ROUNDS = 6 };

kh_status kh_cover_init(kh_cover *cover, kh_error *err)
{
    cover->left = KH_NEW(cover->arena, double, cover->n_cuts);
    cover->full = KH_NEW(cover->arena, double, cover->n);
    cover->rows = NULL;
    cover->n_rows = cover->room = 0;
    if (cover->left == NULL || cover->full == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for covers of %zu cuts", cover->n_cuts);
    return kh_cutset_row_init(&cover->plain, cover->n, cover->arena, err);
}

/* What each cut still lacks. @return the cut that lacks most */
static size_t measure(const kh_cover *cover, const double *y)
{
    size_t worst = 0;
    for (size_t i = 0; i < cover->n_cuts; i++) {
        const double *rate = cover->rate + i * cover->n;
        double left = 1;
        for (size_t j = 0; j < cover->n; j++)
            left -= rate[j] * y[j];
        cover->left[i] = left;
        worst = left > cover->left[worst] ? i : worst;
    }
    return worst;
}

/* As many of a column off as no cut misses. */
static void take_off(const kh_cover *cover, double *y, size_t j)
{
    double off = y[j];
    for (size_t i = 0; i < cover->n_cuts && off > 0; i++) {
        double rate = cover->rate[i * cover->n + j];
        if (rate > 0)
            off = fmin(off, floor((ENOUGH - cover->left[i]) / rate));
    }
    if (!(off > 0))
        return;
    y[j] -= off;
    for (size_t i = 0; i < cover->n_cuts; i++)
        cover->left[i] += off * cover->rate[i * cover->n + j];
}

/* Off with all that is not needed, heavy columns first. */
static void prune(const kh_cover *cover, double *y)
{
    double above = HUGE_VAL;
    size_t done = 0;
    (void)measure(cover, y);
    while (done < cover->n) {
        double next = -1;
        for (size_t j = 0; j < cover->n; j++)
            if (cover->weight[j] < above)
                next = fmax(next, cover->weight[j]);
        for (size_t j = 0; j < cover->n; j++)
            if (cover->weight[j] == next) {
                take_off(cover, y, j);
                done++;
            }
        above = next;
    }
}

static size_t best_column(const kh_cover *cover, const double *y, double *gain)
{
    size_t best = cover->n;
    memset(gain, 0, cover->n * sizeof *gain);
    for (size_t i = 0; i < cover->n_cuts; i++)
        for (size_t j = 0; cover->left[i] > ENOUGH && j < cover->n; j++)
            gain[j] += fmin(cover->left[i], cover->rate[i * cover->n + j]);
    double most = 0;
    for (size_t j = 0; j < cover->n; j++) {
        gain[j] /= cover->weight[j] + NOTHING;
        if (y[j] < cover->upper[j] && gain[j] > most) {
            most = gain[j];
            best = j;
        }
    }
    return best;
}

static double weigh(const kh_cover *cover, const double *y)
{
    double sum = 0;
    for (size_t j = 0; j < cover->n; j++)
        sum += cover->weight[j] * y[j];
    return sum;
}

double kh_cover_greedily(const kh_cover *cover, double *y)
{
    memset(y, 0, cover->n * sizeof *y);
    while (cover->left[measure(cover, y)] > ENOUGH) {
        size_t j = best_column(cover, y, cover->full);
        if (j == cover->n)
            return HUGE_VAL;
        y[j]++;
    }
    prune(cover, y);
    return weigh(cover, y);
}

/* One question. */
typedef struct question {
    kh_cover *cover;
    kh_tableau tableau;
    size_t n;
    uint32_t *column; /* [n] those that weigh something; the others are at their limits */
    double *row;      /* [n] */
    double *y;
    bool found;
} question;

static kh_status put_row(question *q, const kh_cutset_row *row, kh_error *err)
{
    kh_cover *cover = q->cover;
    double least = row->least, unit = 0, *full = cover->full;
    memset(full, 0, cover->n * sizeof *full);
    for (size_t k = 0; k < row->n; k++) {
        full[row->column[k]] = row->value[k];
        if (!(cover->weight[row->column[k]] > 0))
            least -= row->value[k] * cover->upper[row->column[k]];
    }
    for (size_t j = 0; j < q->n; j++) {
        q->row[j] = full[q->column[j]];
        unit = fmax(unit, q->row[j]);
    }
    if (least <= 0)
        return KH_OK;
    for (size_t j = 0; j < q->n && unit > 0; j++)
        q->row[j] /= unit;
    return kh_tableau_add(&q->tableau, q->row, unit > 0 ? least / unit : least, cover->scratch, err);
}

kh_status kh_cover_keep(kh_cover *cover, kh_error *err)
{
    const kh_cutset_row *plain = &cover->plain;
    kh_cutset_row copy;
    KH_TRY(kh_cutset_row_init(&copy, plain->n, cover->arena, err));
    memcpy(copy.column, plain->column, plain->n * sizeof *copy.column);
    memcpy(copy.value, plain->value, plain->n * sizeof *copy.value);
    copy.n = plain->n;
    copy.least = plain->least;
    if (cover->n_rows == cover->room) {
        cover->rows = kh_arena_grow(cover->arena, cover->rows, cover->n_rows, &cover->room, sizeof *cover->rows);
        if (cover->rows == NULL)
            return kh_fail(err, KH_ENOMEM, "no memory for %zu rows of covers", cover->n_rows);
    }
    cover->rows[cover->n_rows++] = copy;
    return KH_OK;
}

static void read_cut(kh_cover *cover, size_t cut)
{
    kh_cutset_row *plain = &cover->plain;
    plain->n = 0;
    plain->least = 1;
    for (uint32_t j = 0; j < cover->n; j++)
        if (cover->rate[cut * cover->n + j] > 0) {
            plain->column[plain->n] = j;
            plain->value[plain->n++] = cover->rate[cut * cover->n + j];
        }
}

/* Keeps the rounded inequality of a cut that a point breaks most. */
static kh_status keep_cut(kh_cover *cover, size_t cut, const double *y, kh_error *err)
{
    double divisor;
    read_cut(cover, cut);
    (void)kh_cutset_round(&cover->plain, y, &divisor);
    kh_cutset_divide(&cover->plain, divisor);
    return kh_cover_keep(cover, err);
}

/* A whole point is a cover, or the cuts that it misses most come. */
static kh_status judge(void *user, kh_tree_search *search, const double *point, kh_tree_word *word, kh_error *err)
{
    question *q = user;
    kh_cover *cover = q->cover;
    (void)search;
    for (size_t j = 0; j < cover->n; j++)
        q->y[j] = cover->upper[j];
    for (size_t j = 0; j < q->n; j++)
        q->y[q->column[j]] = point[j];
    size_t cut = measure(cover, q->y);
    q->found = cover->left[cut] <= ENOUGH;
    *word = q->found ? KH_TREE_STOP : KH_TREE_REFUSE;
    for (int i = 0; i < MOST_NEW && cover->left[cut] > ENOUGH; i++) {
        KH_TRY(keep_cut(cover, cut, q->y, err));
        KH_TRY(put_row(q, &cover->rows[cover->n_rows - 1], err));
        cover->left[cut] = 0;
        for (size_t h = 0; h < cover->n_cuts; h++)
            cut = cover->left[h] > cover->left[cut] ? h : cut;
    }
    return KH_OK;
}

static kh_status prepare(question *q, kh_tree_search *search, kh_error *err)
{
    kh_cover *cover = q->cover;
    kh_arena *arena = cover->scratch;
    double *cost = KH_NEW(arena, double, 4 * cover->n);
    q->column = KH_NEW(arena, uint32_t, cover->n);
    if (cost == NULL || q->column == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a cover of %zu columns", cover->n);
    double *lower = cost + cover->n, *upper = cost + 2 * cover->n;
    q->row = cost + 3 * cover->n;
    for (uint32_t j = 0; j < cover->n; j++)
        if (cover->weight[j] > 0) {
            cost[q->n] = cover->weight[j];
            upper[q->n] = cover->upper[j];
            q->column[q->n++] = j;
        }
    search->gain = kh_arena_alloc(arena, q->n + 1, sizeof *search->gain);
    search->tried = kh_arena_alloc(arena, q->n + 1, sizeof *search->tried);
    if (search->gain == NULL || search->tried == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a cover of %zu columns", cover->n);
    KH_TRY(kh_tableau_init(&q->tableau, q->n, cover->n_rows + FIRST_ROWS, cost, lower, upper, arena, err));
    for (size_t i = 0; i < cover->n_rows; i++)
        KH_TRY(put_row(q, &cover->rows[i], err));
    return KH_OK;
}

/* A row for each cut whose rounded inequality the linear relaxation's point breaks. */
static kh_status round_cuts(question *q, size_t *n_added, kh_error *err)
{
    kh_cover *cover = q->cover;
    for (size_t j = 0; j < cover->n; j++)
        q->y[j] = cover->upper[j];
    for (size_t j = 0; j < q->n; j++)
        q->y[q->column[j]] = kh_tableau_at(&q->tableau, j);
    (void)measure(cover, q->y);
    for (size_t i = 0; i < cover->n_cuts; i++) {
        double divisor;
        if (cover->left[i] < -SPARE)
            continue;
        read_cut(cover, i);
        if (kh_cutset_round(&cover->plain, q->y, &divisor) < BROKEN)
            continue;
        kh_cutset_divide(&cover->plain, divisor);
        KH_TRY(kh_cover_keep(cover, err));
        KH_TRY(put_row(q, &cover->rows[cover->n_rows - 1], err));
        ++*n_added;
    }
    return KH_OK;
}

/* Rounded cuts until none is broken or the relaxation is beyond the cutoff. */
static kh_status tighten(question *q, double cutoff, kh_error *err)
{
    size_t n_added = 1;
    for (int round = 0; round < MOST_ROUNDS && n_added > 0; round++) {
        n_added = 0;
        if (kh_tableau_solve(&q->tableau, cutoff, 50 * (q->n + q->tableau.n_rows)) != KH_TABLEAU_OPTIMAL)
            return KH_OK;
        KH_TRY(round_cuts(q, &n_added, err));
    }
    return KH_OK;
}

kh_status kh_cover_find(kh_cover *cover, double cutoff, double *y, kh_cover_word *word, kh_error *err)
{
    kh_arena_reset(cover->scratch);
    question q = {.cover = cover, .y = y};
    kh_tree_search search = {.tableau = &q.tableau,
                             .arena = cover->scratch,
                             .cutoff = cutoff,
                             .until_s = cover->until_s,
                             .most_nodes = EASY_NODES,
                             .judge = judge,
                             .user = &q};
    bool closed;
    KH_TRY(prepare(&q, &search, err));
    KH_TRY(kh_tree_run(&search, &closed, err));
    if (!closed && !q.found && cover->most_nodes > EASY_NODES) {
        KH_TRY(tighten(&q, cutoff, err));
        search.most_nodes = cover->most_nodes;
        KH_TRY(kh_tree_run(&search, &closed, err));
    }
    *word = q.found ? KH_COVER_FOUND : closed ? KH_COVER_NONE : KH_COVER_UNSURE;
    if (q.found)
        prune(cover, y);
    return KH_OK;
}
