/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/search.h"

#include "core/base/clock.h"
#include "solvers/design/climb.h"
#include "solvers/design/state.h"

#include <math.h>
#include <string.h>

static const double FLOW_GAP = 1e-4;
static const double FEW = 0.3; /* of a module in the relaxation: left out at the start */
enum { FIRST_SIZE = 14, LEAST_SIZE = 6, GROW = 4, PART_NODES = 3000 };

kh_status kh_search_init(kh_search *search, kh_root *root, kh_arena *arena, kh_error *err)
{
    size_t n = root->relax.n_columns;
    *search = (kh_search){.root = root,
                          .arena = arena,
                          .best = KH_NEW(arena, double, n),
                          .proven = KH_NEW(arena, double, n),
                          .cost = HUGE_VAL,
                          .lower = KH_NEW(arena, double, n),
                          .upper = KH_NEW(arena, double, n),
                          .price = KH_NEW(arena, double, n),
                          .count = KH_NEW(arena, double, n)};
    if (search->best == NULL || search->proven == NULL || search->lower == NULL || search->upper == NULL || search->price == NULL ||
        search->count == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for designs of %zu columns", n);
    return KH_OK;
}

/* Rows known, then the flow. */
static kh_status carries(kh_search *search, const double *count, bool *enough, kh_error *err)
{
    kh_root *root = search->root;
    kh_enough verdict;
    size_t n_added = 0;
    *enough = false;
    for (size_t i = 0; i < root->relax.n_rows; i++)
        if (kh_cutset_breaks(&root->relax.rows[i].row, count))
            return KH_OK;
    KH_TRY(kh_enough_test(&root->tester, count, FLOW_GAP, &verdict, err));
    if (verdict == KH_ENOUGH_NO)
        KH_TRY(kh_root_take_prices(root, count, &n_added, err));
    *enough = verdict == KH_ENOUGH_YES;
    return KH_OK;
}

kh_status kh_search_take(kh_search *search, const double *count, const kh_keyflow *flow, kh_error *err)
{
    const kh_relax *relax = &search->root->relax;
    memcpy(search->best, count, relax->n_columns * sizeof *count);
    memcpy(search->proven, count, relax->n_columns * sizeof *count);
    search->cost = kh_branch_price(relax, count);
    search->flow = *flow;
    return kh_root_remember(search->root, count, err);
}

/* Modules off, one at a time, dear ones first. */
static kh_status reduce(kh_search *search, double *count, kh_error *err)
{
    const kh_modules_problem *problem = search->root->relax.problem;
    bool *done = KH_NEW(search->arena, bool, problem->n_choices);
    if (done == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu types of modules", problem->n_choices);
    for (size_t turn = 0; turn < problem->n_choices; turn++) {
        size_t j = problem->n_choices;
        for (size_t i = 0; i < problem->n_choices; i++)
            if (!done[i] && (j == problem->n_choices || problem->choices[i].cost > problem->choices[j].cost))
                j = i;
        done[j] = true;
        for (bool enough = true; enough && count[j] > 0;) {
            count[j]--;
            KH_TRY(carries(search, count, &enough, err));
            count[j] += !enough;
        }
    }
    return KH_OK;
}

/* One more module of a type may stand on its link. */
static bool has_room(const kh_search *search, const double *count, size_t j)
{
    const kh_modules_problem *problem = search->root->relax.problem;
    const kh_cutset_space *space = &search->root->space;
    uint32_t link = problem->choices[j].link;
    double used = 0;
    for (size_t i = space->first[link]; i < space->first[link + 1]; i++)
        used += count[space->choice[i]];
    return count[j] < search->root->relax.upper[j] &&
           (problem->ports == NULL || problem->ports[link] == UINT32_MAX || used < problem->ports[link]);
}

/* The module that the prices of the last test want most for its cost; n_choices: none. */
static size_t most_wanted(const kh_search *search, const double *count)
{
    const kh_modules_problem *problem = search->root->relax.problem;
    size_t best = problem->n_choices;
    double best_gain = 0;
    for (size_t j = 0; j < problem->n_choices; j++) {
        const kh_modules_choice *c = &problem->choices[j];
        double gain = search->root->tester.weight[c->link] * c->rate_bps / (c->cost + 1e-9);
        if (gain > best_gain && kh_state_keeps(problem, search->root->tester.state, j) && has_room(search, count, j)) {
            best_gain = gain;
            best = j;
        }
    }
    return best;
}

/* Modules on, one at a time, until all is carried. */
static kh_status repair(kh_search *search, double *count, bool *enough, kh_error *err)
{
    kh_root *root = search->root;
    kh_enough verdict = KH_ENOUGH_NO;
    for (size_t step = 0; step < 4 * root->relax.problem->n_choices && verdict != KH_ENOUGH_YES; step++) {
        size_t n_added;
        KH_TRY(kh_enough_test(&root->tester, count, FLOW_GAP, &verdict, err));
        if (verdict == KH_ENOUGH_NO)
            KH_TRY(kh_root_take_prices(root, count, &n_added, err));
        size_t j = verdict == KH_ENOUGH_YES ? 0 : most_wanted(search, count);
        if (verdict != KH_ENOUGH_YES && j == root->relax.problem->n_choices)
            break;
        if (verdict != KH_ENOUGH_YES)
            count[j]++;
    }
    *enough = verdict == KH_ENOUGH_YES;
    return KH_OK;
}

kh_status kh_search_start(kh_search *search, kh_error *err)
{
    const kh_relax *relax = &search->root->relax;
    kh_keyflow flow;
    kh_enough verdict;
    bool enough;
    for (size_t j = 0; j < relax->problem->n_choices; j++)
        for (search->count[j] = 0; search->count[j] < relax->point[j] - FEW && has_room(search, search->count, j);)
            search->count[j]++;
    KH_TRY(repair(search, search->count, &enough, err));
    if (!enough)
        return KH_OK;
    KH_TRY(reduce(search, search->count, err));
    KH_TRY(kh_enough_prove(&search->root->tester, search->count, INFINITY, search->arena, &flow, &verdict, err));
    kh_branch_open_nodes(relax, search->count);
    return verdict == KH_ENOUGH_YES ? kh_search_take(search, search->count, &flow, err) : KH_OK;
}

/* Links with an end in a random connected set are free. Prices differ a little from costs, so that among equal designs each turn
   takes another. */
static void free_part(kh_search *search, size_t size, bool sideways)
{
    kh_root *root = search->root;
    const kh_relax *relax = &root->relax;
    const kh_modules_problem *problem = relax->problem;
    kh_cutset_grow(&root->space, &root->rng, size, root->side);
    double spread = relax->grain > 0 ? 0.9 * relax->grain / (search->cost + 1) : 1e-4;
    for (size_t j = 0; j < relax->n_columns; j++) {
        bool is_choice = j < problem->n_choices;
        const uint32_t *ends = is_choice ? problem->graph.ends[problem->choices[j].link] : NULL;
        bool is_free = is_choice ? root->side[ends[0]] && root->side[ends[1]] : true;
        search->lower[j] = is_free ? relax->lower[j] : search->best[j];
        search->upper[j] = is_free ? relax->upper[j] : search->best[j];
        search->price[j] = relax->cost[j] * (1 + (sideways ? spread * kh_rng_uniform(&root->rng) : 0));
    }
}

/* Plans the free part anew. *cost: of the design in search->count; INFINITY: none is better. KH_TIMELIMIT: not all was searched. */
static kh_status plan_part(kh_search *search, double until_s, double *cost, kh_error *err)
{
    const kh_relax *relax = &search->root->relax;
    kh_climb climb = {.count = search->count, .bound = -HUGE_VAL};
    for (size_t j = 0; j < relax->n_columns; j++)
        climb.cost += search->price[j] * search->best[j];
    const kh_climb_options options = {.lower = search->lower,
                                      .upper = search->upper,
                                      .cost = search->price,
                                      .until_s = until_s,
                                      .most_nodes = PART_NODES,
                                      .downwards = true};
    kh_status status = kh_climb_run(&climb, &options, search->root, search->arena, err);
    *cost = climb.found ? kh_branch_price(relax, climb.count) : HUGE_VAL;
    return status;
}

/* Routes the best exactly; if that fails, back to the one that was. */
static kh_status settle(kh_search *search, kh_error *err)
{
    size_t n = search->root->relax.n_columns;
    kh_keyflow flow;
    kh_enough verdict;
    if (!isfinite(search->cost) || memcmp(search->best, search->proven, n * sizeof *search->best) == 0)
        return KH_OK;
    KH_TRY(kh_enough_prove(&search->root->tester, search->best, INFINITY, search->arena, &flow, &verdict, err));
    if (verdict == KH_ENOUGH_YES)
        return kh_search_take(search, search->best, &flow, err);
    memcpy(search->best, search->proven, n * sizeof *search->best);
    search->cost = kh_branch_price(&search->root->relax, search->best);
    return KH_OK;
}

kh_status kh_search_improve(kh_search *search, double until_s, size_t patience, kh_error *err)
{
    kh_root *root = search->root;
    size_t n = root->space.problem->graph.n_nodes, size = n < FIRST_SIZE ? n : FIRST_SIZE;
    for (size_t idle = 0; idle < patience && kh_clock_s() < until_s && isfinite(search->cost); idle++) {
        kh_error ignored = {0};
        bool sideways = idle % 3 == 2;
        free_part(search, sideways ? size * 3 / 4 : size, sideways);
        double cost;
        kh_status status = plan_part(search, until_s, &cost, &ignored);
        if (status == KH_ENOMEM)
            return kh_fail(err, status, "no memory for a part of a design");
        if (cost < search->cost * (1 - 1e-9))
            idle = 0;
        if (status == KH_TIMELIMIT && size > LEAST_SIZE && !sideways)
            size--;
        else if (idle % GROW == GROW - 1 && size < n)
            size++;
        if (cost <= search->cost) {
            memcpy(search->best, search->count, root->relax.n_columns * sizeof *search->best);
            search->cost = cost;
        }
    }
    return settle(search, err);
}
