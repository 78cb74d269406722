/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/search.h"

#include "core/base/clock.h"
#include "solvers/design/branch.h"
#include "solvers/design/reroute.h"
#include "solvers/design/slope.h"

#include <math.h>
#include <string.h>

static const double LEAST_GAIN = 1e-6;  /* of the cost, by which the next design must be cheaper */
static const double STEPS = 40;         /* from a design to the goal: so far is the next target */
static const double SETTLE_SHARE = 0.2; /* of the time left, for exact routes */
enum { PATIENCE = 20 /* moves for each type */ };

kh_status kh_search_init(kh_search *search, kh_root *root, kh_arena *arena, kh_error *err)
{
    *search = (kh_search){.root = root, .arena = arena, .best = KH_NEW(arena, double, root->relax.n_columns), .cost = HUGE_VAL};
    return search->best != NULL ? KH_OK : kh_fail(err, KH_ENOMEM, "no memory for designs of %zu columns", root->relax.n_columns);
}

kh_status kh_search_take(kh_search *search, const double *count, const kh_keyflow *flow, kh_error *err)
{
    const kh_relax *relax = &search->root->relax;
    memmove(search->best, count, relax->n_columns * sizeof *count);
    search->cost = kh_branch_price(relax, count);
    search->flow = *flow;
    return kh_root_remember(search->root, count, err);
}

/* Rough first: most designs fall short by far, and nearly all others carry well enough. */
static kh_status test(kh_search *search, kh_enough *verdict, kh_error *err)
{
    static const double gaps[] = {0.03, 0.005, 1e-3, 1e-4, 1e-6};
    kh_enough_tester *tester = &search->root->tester;
    const double *count = search->walk.rows.count;
    kh_keyflow flow;
    for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++) {
        KH_TRY(kh_enough_test(tester, count, gaps[i], verdict, err));
        if (*verdict != KH_ENOUGH_UNSURE)
            return KH_OK;
    }
    return kh_enough_prove(tester, count, fmax(tester->deadline_s - kh_clock_s(), 0), search->arena, &flow, verdict, err);
}

/* The inequality of the last test's prices, as it is and rounded. */
static kh_status take_prices(kh_search *search, kh_error *err)
{
    kh_root *root = search->root;
    kh_weights *rows = &search->walk.rows;
    double divisor;
    kh_cutset_of_weight(&root->space, root->tester.state, root->tester.weight, &root->row);
    if (!(root->row.least > 0) || isinf(root->row.least))
        return KH_OK;
    KH_TRY(kh_weights_add(rows, &root->row, err));
    (void)kh_cutset_round(&root->row, rows->count, &divisor);
    if (divisor == 0)
        return KH_OK;
    kh_cutset_divide(&root->row, divisor);
    return kh_weights_add(rows, &root->row, err);
}

static kh_status start(kh_search *search, double until_s, kh_error *err)
{
    const kh_relax *relax = &search->root->relax;
    KH_TRY(kh_walk_init(&search->walk, relax, search->arena, err));
    for (size_t i = 0; i < relax->n_rows; i++)
        KH_TRY(kh_weights_add(&search->walk.rows, &relax->rows[i].row, err));
    kh_keyflow_route *routes = KH_NEW(search->arena, kh_keyflow_route, relax->problem->n_demands);
    if (routes == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu routes", relax->problem->n_demands);
    KH_TRY(kh_slope_counts(&search->root->space, search->best, routes, search->arena, err));
    KH_TRY(kh_reroute_improve(&search->root->space, routes, search->best, until_s, search->arena, err));
    KH_TRY(kh_enough_keep(&search->root->tester, routes, relax->problem->n_demands, err));
    for (size_t j = 0; j < relax->problem->n_choices; j++)
        kh_walk_put(&search->walk, j, search->best[j]);
    return KH_OK;
}

static double least_gain(const kh_search *search)
{
    double grain = search->root->relax.grain;
    return grain > 0 ? grain : LEAST_GAIN * search->walk.cost;
}

/* All inequalities known are kept: the flow itself is asked. */
static kh_status judge(kh_search *search, double goal, kh_error *err)
{
    const kh_relax *relax = &search->root->relax;
    kh_walk *walk = &search->walk;
    kh_enough verdict;
    KH_TRY(test(search, &verdict, err));
    if (verdict == KH_ENOUGH_NO)
        KH_TRY(take_prices(search, err));
    if (verdict == KH_ENOUGH_NO && kh_weights_look(&walk->rows) > 0)
        return KH_OK;
    search->target = walk->cost - fmax(least_gain(search), (walk->cost - goal) / STEPS);
    search->aimed_at = search->n_moves;
    if (verdict != KH_ENOUGH_YES)
        return KH_OK;
    memcpy(search->best, walk->rows.count, walk->rows.n * sizeof *search->best);
    kh_branch_open_nodes(relax, search->best);
    search->cost = kh_branch_price(relax, search->best);
    return KH_OK;
}

static kh_status step(kh_search *search, double goal, kh_error *err)
{
    kh_walk *walk = &search->walk;
    if (kh_weights_look(&walk->rows) == 0) {
        KH_TRY(judge(search, goal, err));
    } else {
        kh_walk_mend(walk);
        kh_weights_press(&walk->rows);
    }
    kh_walk_save(walk, search->target);
    return KH_OK;
}

/* A target not met for long was too far. */
static void aim_nearer(kh_search *search)
{
    double nearest = search->cost - least_gain(search);
    if (search->n_moves - search->aimed_at < PATIENCE * search->walk.rows.n || isinf(search->cost) || search->target >= nearest)
        return;
    search->target = fmin((search->target + search->cost) / 2, nearest);
    search->aimed_at = search->n_moves;
}

kh_status kh_search_settle(kh_search *search, kh_error *err)
{
    kh_enough_tester *tester = &search->root->tester;
    kh_enough verdict;
    bool fits = false;
    if (isinf(search->cost))
        return KH_OK;
    double left_s = fmax(search->root->deadline_s - kh_clock_s(), 0);
    KH_TRY(kh_enough_prove(tester, search->best, SETTLE_SHARE * left_s, search->arena, &search->flow, &verdict, err));
    if (verdict == KH_ENOUGH_UNSURE)
        KH_TRY(kh_enough_recall(tester, search->best, search->arena, &search->flow, &fits, err));
    left_s = fmax(search->root->deadline_s - kh_clock_s(), 0);
    if (verdict == KH_ENOUGH_UNSURE && !fits)
        KH_TRY(kh_enough_prove(tester, search->best, left_s, search->arena, &search->flow, &verdict, err));
    if (verdict == KH_ENOUGH_YES || fits)
        return kh_root_remember(search->root, search->best, err);
    search->cost = HUGE_VAL;
    return KH_OK;
}

kh_status kh_search_walk(kh_search *search, const kh_search_limits *limits, kh_error *err)
{
    kh_enough_tester *tester = &search->root->tester;
    search->target = HUGE_VAL;
    KH_TRY(start(search, limits->until_s, err));
    if (limits->salt > 0)
        kh_rng_reseed(&search->walk.rng, limits->salt);
    tester->deadline_s = limits->until_s;
    for (; search->n_moves < limits->most_moves && search->cost > limits->goal; search->n_moves++) {
        if (search->n_moves > 0 && kh_clock_s() > limits->until_s) /* the start is tested in any case */
            break;
        KH_TRY(step(search, limits->goal, err));
        aim_nearer(search);
    }
    tester->deadline_s = search->root->deadline_s;
    return KH_OK;
}
