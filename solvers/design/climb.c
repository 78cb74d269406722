/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/climb.h"

#include "core/base/clock.h"
#include "solvers/design/tree.h"

#include <math.h>
#include <string.h>

static const double STEPS = 20;    /* at most so many from bound to design */
static const double CLOSED = 1e-9; /* of the cost: the gap of a design that is optimal */

typedef struct work {
    kh_climb *climb;
    kh_root *root;
    kh_arena *arena;
    size_t n;            /* columns that are free */
    uint32_t *column;    /* [n] of the relaxation */
    double *count, *row; /* [n_columns], [n] scratch */
    size_t n_taken;      /* rows of the relaxation that the tableau has */
    kh_tableau tableau;
    kh_tree_search search;
    kh_tree_word word;
} work;

static kh_status choose_columns(work *w, kh_error *err)
{
    const kh_relax *relax = &w->root->relax;
    size_t n = relax->n_columns;
    w->column = KH_NEW(w->arena, uint32_t, n);
    w->count = KH_NEW(w->arena, double, n);
    w->row = KH_NEW(w->arena, double, 4 * n);
    if (w->column == NULL || w->count == NULL || w->row == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a tree over %zu columns", n);
    for (uint32_t j = 0; j < n; j++)
        if (relax->lower[j] < relax->upper[j])
            w->column[w->n++] = j;
    memcpy(w->count, relax->lower, n * sizeof *w->count);
    return KH_OK;
}

/* One row over all columns, in w->count's room: what fixed columns give goes to the other side. */
static kh_status add_row(work *w, const double *full, double least, kh_error *err)
{
    const kh_relax *relax = &w->root->relax;
    double unit = 0;
    for (size_t j = 0; j < relax->n_columns; j++)
        if (relax->lower[j] == relax->upper[j])
            least -= full[j] * relax->lower[j];
    for (size_t j = 0; j < w->n; j++) {
        w->row[j] = full[w->column[j]];
        unit = fmax(unit, fabs(w->row[j]));
    }
    for (size_t j = 0; j < w->n && unit > 0; j++)
        w->row[j] /= unit;
    return kh_tableau_add(&w->tableau, w->row, unit > 0 ? least / unit : least, w->arena, err);
}

static kh_status take_cut(work *w, const kh_cutset_row *cut, kh_error *err)
{
    double *full = w->row + w->n;
    memset(full, 0, w->root->relax.n_columns * sizeof *full);
    for (size_t k = 0; k < cut->n; k++)
        full[cut->column[k]] = cut->value[k];
    return add_row(w, full, cut->least, err);
}

/* *n_broken: by the whole point. */
static kh_status take_new_cuts(work *w, size_t *n_broken, kh_error *err)
{
    const kh_relax *relax = &w->root->relax;
    *n_broken = 0;
    for (; w->n_taken < relax->n_rows; w->n_taken++) {
        *n_broken += kh_cutset_breaks(&relax->rows[w->n_taken].row, w->count);
        KH_TRY(take_cut(w, &relax->rows[w->n_taken].row, err));
    }
    return KH_OK;
}

/* Rows of limits, which the relaxation writes before its cuts. */
static kh_status take_limits(work *w, kh_error *err)
{
    kh_relax *relax = &w->root->relax;
    kh_lp lp;
    KH_TRY(kh_relax_program(relax, NULL, &lp, err));
    double *full = w->row + w->n;
    for (size_t i = 0; i + relax->n_rows < lp.n_rows; i++) {
        bool is_upper = isinf(lp.row_lower[i]);
        memset(full, 0, relax->n_columns * sizeof *full);
        for (size_t j = 0; j < relax->n_columns; j++)
            for (size_t k = lp.start[j]; k < lp.start[j + 1]; k++)
                if (lp.row[k] == i)
                    full[j] = is_upper ? -lp.value[k] : lp.value[k];
        KH_TRY(add_row(w, full, is_upper ? -lp.row_upper[i] : lp.row_lower[i], err));
    }
    return KH_OK;
}

/* The flow itself says whether a design stands. */
static kh_status prove(work *w, kh_tree_word *word, kh_error *err)
{
    kh_root *root = w->root;
    kh_keyflow flow;
    kh_enough verdict;
    size_t n_added = 0, n_broken = 0;
    KH_TRY(kh_enough_prove(&root->tester, w->count, INFINITY, w->arena, &flow, &verdict, err));
    if (verdict == KH_ENOUGH_YES) {
        kh_branch_open_nodes(&root->relax, w->count);
        memcpy(w->climb->count, w->count, root->relax.n_columns * sizeof *w->count);
        w->climb->cost = kh_branch_price(&root->relax, w->count);
        w->climb->flow = flow;
        w->climb->found = true;
        *word = w->word = KH_TREE_STOP;
        return kh_root_remember(root, w->count, err);
    }
    if (verdict == KH_ENOUGH_NO)
        KH_TRY(kh_root_take_prices(root, w->count, &n_added, err));
    KH_TRY(take_new_cuts(w, &n_broken, err));
    if (n_broken == 0)
        return kh_fail(err, KH_EINTERNAL, "a design falls short of what is asked by rounding: carries %.12g", flow.value);
    return KH_OK;
}

static kh_status judge(void *user, kh_tree_search *search, const double *point, kh_tree_word *word, kh_error *err)
{
    work *w = user;
    size_t n_added, n_broken;
    (void)search;
    *word = KH_TREE_REFUSE;
    for (size_t j = 0; j < w->n; j++)
        w->count[w->column[j]] = point[j];
    KH_TRY(kh_root_separate(w->root, w->count, true, &n_added, err));
    KH_TRY(take_new_cuts(w, &n_broken, err));
    return n_broken > 0 ? KH_OK : prove(w, word, err);
}

static kh_status prepare(work *w, double until_s, kh_error *err)
{
    const kh_relax *relax = &w->root->relax;
    KH_TRY(choose_columns(w, err));
    double *cost = KH_NEW(w->arena, double, w->n + 1), *lower = KH_NEW(w->arena, double, w->n + 1),
           *upper = KH_NEW(w->arena, double, w->n + 1);
    w->search = (kh_tree_search){.tableau = &w->tableau,
                                 .arena = w->arena,
                                 .until_s = until_s,
                                 .most_nodes = UINT64_MAX,
                                 .most_pivots = UINT64_MAX,
                                 .judge = judge,
                                 .user = w,
                                 .gain = kh_arena_alloc(w->arena, w->n + 1, sizeof *w->search.gain),
                                 .tried = kh_arena_alloc(w->arena, w->n + 1, sizeof *w->search.tried)};
    if (cost == NULL || lower == NULL || upper == NULL || w->search.gain == NULL || w->search.tried == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a tree over %zu columns", w->n);
    for (size_t j = 0; j < w->n; j++) {
        cost[j] = relax->cost[w->column[j]];
        lower[j] = relax->lower[w->column[j]];
        upper[j] = relax->upper[w->column[j]];
    }
    size_t n_broken;
    KH_TRY(kh_tableau_init(&w->tableau, w->n, relax->n_rows + 64, cost, lower, upper, w->arena, err));
    KH_TRY(take_limits(w, err));
    return take_new_cuts(w, &n_broken, err);
}

/* What the columns cost that are not free. */
static double fixed_cost(const kh_relax *relax)
{
    double sum = 0;
    for (size_t j = 0; j < relax->n_columns; j++)
        sum += relax->lower[j] == relax->upper[j] ? relax->cost[j] * relax->lower[j] : 0;
    return sum;
}

static bool is_closed(const kh_climb *climb)
{
    return isfinite(climb->cost) && climb->cost - climb->bound <= fmax(climb->gap, CLOSED) * climb->cost;
}

kh_status kh_climb_run(kh_climb *climb, kh_root *root, double until_s, kh_arena *arena, kh_error *err)
{
    work w = {.climb = climb, .root = root, .arena = arena};
    const kh_relax *relax = &root->relax;
    climb->found = false;
    climb->n_nodes = 0;
    if (is_closed(climb))
        return KH_OK;
    KH_TRY(prepare(&w, until_s, err));
    double fixed = fixed_cost(relax), grain = relax->grain,
           spread = isfinite(climb->cost) ? climb->cost - climb->bound : climb->bound,
           step = grain > 0 ? floor(spread / STEPS / grain) * grain : spread / STEPS;
    while (!is_closed(climb)) {
        bool closed;
        double least_gain = grain > 0 ? grain : CLOSED * climb->bound;
        double target = fmin(climb->bound + step, climb->cost - least_gain);
        w.search.cutoff = target - fixed;
        w.word = KH_TREE_REFUSE;
        KH_TRY(kh_tree_run(&w.search, &closed, err));
        climb->n_nodes += w.search.n_nodes;
        if (closed)
            climb->bound = grain > 0 ? target + grain : target + CLOSED * climb->bound;
        else if (w.word != KH_TREE_STOP)
            return KH_TIMELIMIT;
        climb->bound = fmin(climb->bound, climb->cost);
    }
    return KH_OK;
}
