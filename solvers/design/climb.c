/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/climb.h"

#include "core/base/clock.h"
#include "solvers/design/stock.h"
#include "solvers/design/tree.h"

#include <math.h>
#include <string.h>

static const double STEPS = 20;    /* at most so many from bound to design */
static const double CLOSED = 1e-9; /* of the cost: the gap of a design that is optimal */
static const double SAME = 3e-9;   /* of the cost: costs that are nearer count as equal; more than the tree is unsure of */
static const double TEST_GAP = 1e-4;

typedef struct work {
    kh_climb *climb;
    kh_root *root;
    const kh_climb_options *options;
    kh_arena *arena, *scratch;   /* arena: the flow */
    const double *lower, *upper; /* [n_columns] */
    double fixed;                /* cost of the columns that are not free */
    size_t n;                    /* free columns */
    uint32_t *column;            /* [n] of the relaxation */
    double *count;               /* [n_columns] scratch */
    kh_tableau tableau;
    kh_stock stock;
    kh_tree_search search;
} work;

static kh_status choose_columns(work *w, kh_error *err)
{
    const kh_relax *relax = &w->root->relax;
    size_t n = relax->n_columns;
    w->lower = w->options->lower != NULL ? w->options->lower : relax->lower;
    w->upper = w->options->upper != NULL ? w->options->upper : relax->upper;
    w->column = KH_NEW(w->scratch, uint32_t, n);
    w->count = KH_NEW(w->scratch, double, n);
    if (w->column == NULL || w->count == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a tree over %zu columns", n);
    memcpy(w->count, w->lower, n * sizeof *w->count);
    for (uint32_t j = 0; j < n; j++)
        if (w->lower[j] < w->upper[j])
            w->column[w->n++] = j;
        else
            w->fixed += relax->cost[j] * w->lower[j];
    return KH_OK;
}

static double least_gain(const work *w)
{
    return w->root->relax.grain > 0 ? w->root->relax.grain
                                    : SAME * (1 + fabs(isfinite(w->climb->cost) ? w->climb->cost : w->climb->bound));
}

static kh_status take_design(work *w, const kh_keyflow *flow, kh_error *err)
{
    kh_root *root = w->root;
    kh_climb *climb = w->climb;
    kh_branch_open_nodes(&root->relax, w->count);
    memcpy(climb->count, w->count, root->relax.n_columns * sizeof *w->count);
    climb->cost = kh_branch_price(&root->relax, w->count);
    climb->flow = *flow;
    climb->found = true;
    w->search.cutoff = climb->cost - least_gain(w) - w->fixed;
    return kh_root_remember(root, w->count, err);
}

static bool is_late(const work *w)
{
    return kh_clock_s() >= w->options->until_s;
}

/* The flow itself says whether a design stands. On the way down equilibrium is enough: exact routes take long. Routes that are not
 * done in time say nothing. */
static kh_status prove(work *w, kh_tree_word *word, kh_error *err)
{
    kh_root *root = w->root;
    kh_keyflow flow = {0};
    kh_enough verdict = KH_ENOUGH_UNSURE;
    size_t n_added = 0, n_broken = 0;
    if (w->options->downwards)
        KH_TRY(kh_enough_test(&root->tester, w->count, TEST_GAP, &verdict, err));
    if (verdict != KH_ENOUGH_YES)
        KH_TRY(
            kh_enough_prove(&root->tester, w->count, fmax(w->options->until_s - kh_clock_s(), 0), w->arena, &flow, &verdict, err));
    if (verdict == KH_ENOUGH_UNSURE && is_late(w)) {
        *word = KH_TREE_STOP;
        return KH_OK;
    }
    if (verdict == KH_ENOUGH_YES) {
        *word = w->options->downwards ? KH_TREE_LOWER : KH_TREE_STOP;
        return take_design(w, &flow, err);
    }
    if (verdict == KH_ENOUGH_NO)
        KH_TRY(kh_root_take_prices(root, w->count, &n_added, err));
    KH_TRY(kh_stock_take(&w->stock, w->count, &n_broken, err));
    if (n_broken == 0)
        return kh_fail(err, KH_EINTERNAL, "a design falls short of what is asked by rounding: carries %.12g", flow.value);
    return KH_OK;
}

static void set_count(work *w, const double *point)
{
    for (size_t j = 0; j < w->n; j++)
        w->count[w->column[j]] = point[j];
}

static kh_status judge(void *user, kh_tree_search *search, const double *point, kh_tree_word *word, kh_error *err)
{
    work *w = user;
    size_t n_added, n_broken;
    (void)search;
    *word = KH_TREE_REFUSE;
    set_count(w, point);
    KH_TRY(kh_stock_take(&w->stock, w->count, &n_broken, err));
    if (n_broken > 0)
        return KH_OK;
    KH_TRY(kh_root_separate(w->root, w->count, true, &n_added, err));
    KH_TRY(kh_stock_take(&w->stock, w->count, &n_broken, err));
    if (n_broken == 0 && is_late(w)) { /* exact routes of a large network take long */
        *word = KH_TREE_STOP;
        return KH_OK;
    }
    return n_broken > 0 ? KH_OK : prove(w, word, err);
}

static kh_status recall(void *user, const double *point, bool *added, kh_error *err)
{
    work *w = user;
    size_t n_taken;
    set_count(w, point);
    kh_stock_thin(&w->stock);
    KH_TRY(kh_stock_take(&w->stock, w->count, &n_taken, err));
    *added = n_taken > 0;
    return KH_OK;
}

/* Cuts that a node's point breaks. Without them the tree has about fifty times as many nodes. */
static kh_status look(void *user, const double *point, bool *added, kh_error *err)
{
    work *w = user;
    size_t n_added, n_taken;
    set_count(w, point);
    KH_TRY(kh_root_look(w->root, w->count, &n_added, err));
    KH_TRY(kh_stock_take(&w->stock, w->count, &n_taken, err));
    *added = n_taken > 0;
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
                                 .recall = recall,
                                 .look = w->options->look_depth > 0 ? look : NULL,
                                 .look_depth = w->options->look_depth,
                                 .user = w,
                                 .gain = kh_arena_alloc(w->scratch, w->n + 1, sizeof *w->search.gain),
                                 .tried = kh_arena_alloc(w->scratch, w->n + 1, sizeof *w->search.tried)};
    if (cost == NULL || w->search.gain == NULL || w->search.tried == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a tree over %zu columns", w->n);
    for (size_t j = 0; j < w->n; j++) {
        cost[j] = w->root->relax.cost[w->column[j]];
        lower[j] = w->lower[w->column[j]];
        upper[j] = w->upper[w->column[j]];
    }
    KH_TRY(kh_tableau_init(&w->tableau, w->n, w->root->relax.n_rows + 64, cost, lower, upper, w->scratch, err));
    w->stock = (kh_stock){.relax = &w->root->relax,
                          .tableau = &w->tableau,
                          .arena = w->scratch,
                          .lower = w->lower,
                          .upper = w->upper,
                          .column = w->column};
    return kh_stock_init(&w->stock, err);
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
    const kh_climb *climb = w->climb;
    KH_TRY(prepare(w, err));
    double spread = isfinite(climb->cost) ? climb->cost - climb->bound : climb->bound, step = spread / STEPS;
    if (w->root->relax.grain > 0)
        step = floor(step / w->root->relax.grain) * w->root->relax.grain;
    if (w->options->downwards)
        return ask(w, isfinite(climb->cost) ? climb->cost - least_gain(w) : HUGE_VAL, err);
    for (double from_s, last_s = 0; !is_closed(w); last_s = kh_clock_s() - from_s) {
        from_s = kh_clock_s();
        if (from_s + w->options->growth * last_s > w->options->until_s)
            return KH_TIMELIMIT;
        KH_TRY(ask(w, fmin(climb->bound + step, climb->cost - least_gain(w)), err));
    }
    return KH_OK;
}

kh_status kh_climb_run(kh_climb *climb, const kh_climb_options *options, kh_root *root, kh_arena *arena, kh_error *err)
{
    work w = {.climb = climb, .root = root, .options = options, .scratch = kh_arena_create(0)};
    if (w.scratch == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a tree");
    w.arena = arena != NULL ? arena : w.scratch;
    climb->found = false;
    climb->n_nodes = 0;
    kh_status status = is_closed(&w) ? KH_OK : is_late(&w) ? KH_TIMELIMIT : run(&w, err);
    kh_arena_destroy(w.scratch);
    return status;
}
