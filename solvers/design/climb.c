/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/climb.h"

#include "solvers/design/tree.h"

#include <math.h>
#include <string.h>

static const double STEPS = 20;    /* at most so many from bound to design */
static const double CLOSED = 1e-9; /* of the cost: the gap of a design that is optimal */
static const double SAME = 3e-9;   /* of the cost: costs that are nearer count as equal; more than the tree is unsure of */
static const double TEST_GAP = 1e-4;
static const double NEAR = 0.3; /* of its least: a row with more to spare at the relaxation's point comes when it is broken */

typedef struct work {
    kh_climb *climb;
    kh_root *root;
    const kh_climb_options *options;
    kh_arena *arena, *scratch;           /* arena: the flow */
    const double *lower, *upper, *price; /* [n_columns] */
    double grain;                        /* of the price */
    double fixed;                        /* price of the columns that are not free */
    size_t n;                            /* free columns */
    uint32_t *column;                    /* [n] of the relaxation */
    double *count, *full, *row;          /* [n_columns], [n_columns], [n] scratch */
    bool *left_out;                      /* [n_first] rows of the relaxation that are not in the tableau yet */
    size_t n_first, n_taken;             /* rows at the start; looked at */
    kh_tableau tableau;
    kh_tree_search search;
} work;

static kh_status choose_columns(work *w, kh_error *err)
{
    const kh_relax *relax = &w->root->relax;
    size_t n = relax->n_columns;
    bool own = w->options->cost == NULL;
    w->lower = w->options->lower != NULL ? w->options->lower : relax->lower;
    w->upper = w->options->upper != NULL ? w->options->upper : relax->upper;
    w->price = own ? relax->cost : w->options->cost;
    w->grain = own ? relax->grain : 0;
    w->column = KH_NEW(w->scratch, uint32_t, n);
    w->count = KH_NEW(w->scratch, double, 3 * n);
    w->left_out = KH_NEW(w->scratch, bool, relax->n_rows + 1);
    if (w->column == NULL || w->count == NULL || w->left_out == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a tree over %zu columns", n);
    w->full = w->count + n;
    w->row = w->full + n;
    memcpy(w->count, w->lower, n * sizeof *w->count);
    for (uint32_t j = 0; j < n; j++)
        if (w->lower[j] < w->upper[j])
            w->column[w->n++] = j;
        else
            w->fixed += w->price[j] * w->lower[j];
    return KH_OK;
}

/* The row in w->full over the free columns: what the others give goes to the other side. */
static kh_status add_row(work *w, double least, kh_error *err)
{
    double unit = 0;
    for (size_t j = 0; j < w->root->relax.n_columns; j++)
        if (!(w->lower[j] < w->upper[j]))
            least -= w->full[j] * w->lower[j];
    for (size_t j = 0; j < w->n; j++) {
        w->row[j] = w->full[w->column[j]];
        unit = fmax(unit, fabs(w->row[j]));
    }
    for (size_t j = 0; j < w->n && unit > 0; j++)
        w->row[j] /= unit;
    return kh_tableau_add(&w->tableau, w->row, unit > 0 ? least / unit : least, w->scratch, err);
}

static double left_side(const kh_cutset_row *row, const double *count)
{
    double sum = 0;
    for (size_t k = 0; k < row->n; k++)
        sum += row->value[k] * count[row->column[k]];
    return sum;
}

static kh_status take_cut(work *w, const kh_cutset_row *cut, kh_error *err)
{
    if (left_side(cut, w->lower) >= cut->least)
        return KH_OK;
    memset(w->full, 0, w->root->relax.n_columns * sizeof *w->full);
    for (size_t k = 0; k < cut->n; k++)
        w->full[cut->column[k]] = cut->value[k];
    return add_row(w, cut->least, err);
}

/* Cuts that came since, and those left out that the whole point breaks. *n_broken: by it. */
static kh_status take_new_cuts(work *w, size_t *n_broken, kh_error *err)
{
    const kh_relax *relax = &w->root->relax;
    *n_broken = 0;
    for (size_t i = 0; i < w->n_first; i++)
        if (w->left_out[i] && kh_cutset_breaks(&relax->rows[i].row, w->count)) {
            w->left_out[i] = false;
            ++*n_broken;
            KH_TRY(take_cut(w, &relax->rows[i].row, err));
        }
    for (; w->n_taken < relax->n_rows; w->n_taken++) {
        *n_broken += kh_cutset_breaks(&relax->rows[w->n_taken].row, w->count);
        KH_TRY(take_cut(w, &relax->rows[w->n_taken].row, err));
    }
    return KH_OK;
}

static kh_status take_first_cuts(work *w, kh_error *err)
{
    const kh_relax *relax = &w->root->relax;
    for (w->n_first = 0; w->n_first < relax->n_rows; w->n_first++) {
        const kh_cutset_row *cut = &relax->rows[w->n_first].row;
        w->left_out[w->n_first] = left_side(cut, relax->point) > (1 + NEAR) * cut->least;
        if (!w->left_out[w->n_first])
            KH_TRY(take_cut(w, cut, err));
    }
    w->n_taken = w->n_first;
    return KH_OK;
}

/* Rows of limits, which the relaxation writes before its cuts. */
static kh_status take_limits(work *w, kh_error *err)
{
    kh_relax *relax = &w->root->relax;
    kh_lp lp;
    KH_TRY(kh_relax_program(relax, NULL, &lp, err));
    for (size_t i = 0; i + relax->n_rows < lp.n_rows; i++) {
        bool is_upper = isinf(lp.row_lower[i]);
        memset(w->full, 0, relax->n_columns * sizeof *w->full);
        for (size_t j = 0; j < relax->n_columns; j++)
            for (size_t k = lp.start[j]; k < lp.start[j + 1]; k++)
                if (lp.row[k] == i)
                    w->full[j] = is_upper ? -lp.value[k] : lp.value[k];
        KH_TRY(add_row(w, is_upper ? -lp.row_upper[i] : lp.row_lower[i], err));
    }
    return KH_OK;
}

static double least_gain(const work *w)
{
    return w->grain > 0 ? w->grain : SAME * (1 + fabs(isfinite(w->climb->cost) ? w->climb->cost : w->climb->bound));
}

static double price_of(const work *w, const double *count)
{
    double sum = 0;
    for (size_t j = 0; j < w->root->relax.n_columns; j++)
        sum += w->price[j] * count[j];
    return sum;
}

static kh_status take_design(work *w, const kh_keyflow *flow, kh_error *err)
{
    kh_root *root = w->root;
    kh_climb *climb = w->climb;
    kh_branch_open_nodes(&root->relax, w->count);
    memcpy(climb->count, w->count, root->relax.n_columns * sizeof *w->count);
    climb->cost = price_of(w, w->count);
    climb->flow = *flow;
    climb->found = true;
    w->search.cutoff = climb->cost - least_gain(w) - w->fixed;
    return kh_root_remember(root, w->count, err);
}

/* The flow itself says whether a design stands. On the way down equilibrium is enough: exact routes take long. */
static kh_status prove(work *w, kh_tree_word *word, kh_error *err)
{
    kh_root *root = w->root;
    kh_keyflow flow = {0};
    kh_enough verdict = KH_ENOUGH_UNSURE;
    size_t n_added = 0, n_broken = 0;
    if (w->options->downwards)
        KH_TRY(kh_enough_test(&root->tester, w->count, TEST_GAP, &verdict, err));
    if (verdict != KH_ENOUGH_YES)
        KH_TRY(kh_enough_prove(&root->tester, w->count, INFINITY, w->arena, &flow, &verdict, err));
    if (verdict == KH_ENOUGH_YES) {
        *word = w->options->downwards ? KH_TREE_LOWER : KH_TREE_STOP;
        return take_design(w, &flow, err);
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
    KH_TRY(take_new_cuts(w, &n_broken, err));
    if (n_broken > 0)
        return KH_OK;
    KH_TRY(kh_root_separate(w->root, w->count, true, &n_added, err));
    KH_TRY(take_new_cuts(w, &n_broken, err));
    return n_broken > 0 ? KH_OK : prove(w, word, err);
}

/* Cuts that a node's point breaks. Without them the tree has about fifty times as many nodes. */
static kh_status look(void *user, const double *point, bool *added, kh_error *err)
{
    work *w = user;
    size_t n_added, n_broken;
    for (size_t j = 0; j < w->n; j++)
        w->count[w->column[j]] = point[j];
    KH_TRY(kh_root_look(w->root, w->count, &n_added, err));
    KH_TRY(take_new_cuts(w, &n_broken, err));
    *added = n_broken > 0;
    return KH_OK;
}

static kh_status prepare(work *w, kh_error *err)
{
    KH_TRY(choose_columns(w, err));
    double *cost = KH_NEW(w->scratch, double, 3 * w->n + 1), *lower = cost + w->n, *upper = lower + w->n;
    w->search = (kh_tree_search){.tableau = &w->tableau,
                                 .arena = w->scratch,
                                 .until_s = w->options->until_s,
                                 .judge = judge,
                                 .look = w->options->look_depth > 0 ? look : NULL,
                                 .look_depth = w->options->look_depth,
                                 .user = w,
                                 .gain = kh_arena_alloc(w->scratch, w->n + 1, sizeof *w->search.gain),
                                 .tried = kh_arena_alloc(w->scratch, w->n + 1, sizeof *w->search.tried)};
    if (cost == NULL || w->search.gain == NULL || w->search.tried == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a tree over %zu columns", w->n);
    for (size_t j = 0; j < w->n; j++) {
        cost[j] = w->price[w->column[j]];
        lower[j] = w->lower[w->column[j]];
        upper[j] = w->upper[w->column[j]];
    }
    KH_TRY(kh_tableau_init(&w->tableau, w->n, w->root->relax.n_rows + 64, cost, lower, upper, w->scratch, err));
    KH_TRY(take_limits(w, err));
    return take_first_cuts(w, err);
}

static bool is_closed(const work *w)
{
    const kh_climb *climb = w->climb;
    return isfinite(climb->cost) && climb->cost - climb->bound <= fmax(w->options->gap, CLOSED) * climb->cost;
}

/* One tree. @return KH_OK: it says something new */
static kh_status ask(work *w, double target, kh_error *err)
{
    kh_climb *climb = w->climb;
    double before = climb->cost;
    bool closed;
    uint64_t most = w->options->most_nodes;
    w->search.most_nodes = most == 0 ? UINT64_MAX : most - climb->n_nodes;
    w->search.cutoff = target - w->fixed;
    KH_TRY(kh_tree_run(&w->search, &closed, err));
    climb->n_nodes += w->search.n_nodes;
    if (closed)
        climb->bound = fmin(climb->cost, target + least_gain(w));
    return closed || (climb->cost < before && !w->options->downwards) ? KH_OK : KH_TIMELIMIT;
}

static kh_status run(work *w, kh_error *err)
{
    kh_climb *climb = w->climb;
    KH_TRY(prepare(w, err));
    double spread = isfinite(climb->cost) ? climb->cost - climb->bound : climb->bound, step = spread / STEPS;
    if (w->grain > 0)
        step = floor(step / w->grain) * w->grain;
    if (w->options->downwards)
        return ask(w, isfinite(climb->cost) ? climb->cost - least_gain(w) : HUGE_VAL, err);
    while (!is_closed(w))
        KH_TRY(ask(w, fmin(climb->bound + step, climb->cost - least_gain(w)), err));
    return KH_OK;
}

kh_status kh_climb_run(kh_climb *climb, const kh_climb_options *options, kh_root *root, kh_arena *arena, kh_error *err)
{
    work w = {.climb = climb, .root = root, .options = options, .arena = arena, .scratch = kh_arena_create(0)};
    if (w.scratch == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a tree");
    climb->found = false;
    climb->n_nodes = 0;
    kh_status status = is_closed(&w) ? KH_OK : run(&w, err);
    kh_arena_destroy(w.scratch);
    return status;
}
