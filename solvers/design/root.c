/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/root.h"

#include "core/base/clock.h"
#include "solvers/design/partition.h"
#include "solvers/design/slope.h"
#include "solvers/design/state.h"

#include <math.h>
#include <string.h>

static const double WORTH_IT = 1e-4; /* a row is added when broken by this part of its least */
static const double FLOW_GAP = 1e-3; /* of the flow that tests a point */
static const double FINE_GAP = 1e-6;
static const uint32_t MOST_IDLE = 8;
enum {
    RANDOM_SETS = 60,
    PATIENCE = 6,
    REGIONS = 60,
    FEW = 10,
    LEAST_PARTS = 3,
    FIRST_PARTS = 5,
    MOST_KNOWN = 30,
    MOST_GOOD = 40,
    LOOK_SETS = 8,
    COVER_NODES = 1000
};
static const double NODES_SHARE = 0.1; /* of the time, for cuts around nodes: at 500 nodes each takes 0.05 s */
static const double POOR = 0.05;       /* found in a smaller part of the regions: larger ones are next */
static const double PROGRESS = 1e-4;   /* of the bound, in PATIENCE rounds */

/* Takes in the inequality of prices, rounded as the point breaks it most. */
static kh_status keep_weight(kh_root *root, size_t state, const double *weight, const double *point, size_t *n_added, kh_error *err)
{
    double divisor;
    bool added;
    kh_cutset_of_weight(&root->space, state, weight, &root->row);
    if (!(root->row.least > 0) || isinf(root->row.least))
        return KH_OK;
    (void)kh_cutset_round(&root->row, point, &divisor);
    kh_cutset_divide(&root->row, divisor);
    KH_TRY(kh_relax_add(&root->relax, &root->row, (kh_modules_reason){.state = state, .weight = weight, .divisor = divisor}, &added,
                        err));
    *n_added += added;
    return KH_OK;
}

/* As prices, since way across and back counts twice then. */
static kh_status keep_side(kh_root *root, size_t state, const double *point, size_t *n_added, kh_error *err)
{
    const kh_graph *graph = &root->space.problem->graph;
    const bool *side = root->side;
    double *weight = KH_NEW(root->relax.arena, double, graph->n_links);
    if (weight == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a cut of %zu links", graph->n_links);
    for (size_t e = 0; e < graph->n_links; e++)
        weight[e] = root->space.use[state][e] && side[graph->ends[e][0]] != side[graph->ends[e][1]];
    return keep_weight(root, state, weight, point, n_added, err);
}

static kh_status add_node_cuts(kh_root *root, kh_error *err)
{
    size_t n_added = 0;
    double start_s = kh_clock_s(), until_s = start_s + NODES_SHARE * (root->deadline_s - start_s);
    for (size_t v = 0; v < root->space.problem->graph.n_nodes && kh_clock_s() < until_s; v++) {
        memset(root->side, 0, root->space.problem->graph.n_nodes * sizeof *root->side);
        root->side[v] = true;
        if (kh_cutset_demand(&root->space, 0, root->side) > 0)
            KH_TRY(keep_side(root, 0, root->relax.point, &n_added, err));
    }
    return KH_OK;
}

kh_status kh_root_init(kh_root *root, const kh_modules_problem *problem, double deadline_s, kh_arena *arena, kh_error *err)
{
    *root = (kh_root){.rng = kh_rng_stream(1, "", "design"),
                      .side = KH_NEW(arena, bool, problem->graph.n_nodes),
                      .deadline_s = deadline_s,
                      .pause_s = deadline_s};
    root->region = (kh_region){.space = &root->space,
                               .scratch = kh_arena_create(0),
                               .trials = kh_arena_create(0),
                               .part = KH_NEW(arena, uint8_t, problem->graph.n_nodes),
                               .most_nodes = COVER_NODES,
                               .deadline_s = deadline_s};
    root->known = KH_NEW(arena, const double *, MOST_KNOWN);
    root->good = KH_NEW(arena, uint8_t, MOST_GOOD * problem->graph.n_nodes);
    root->sets = KH_NEW(arena, bool, KH_ROOT_SETS * problem->graph.n_nodes);
    root->region.known = root->known;
    root->most_parts = FIRST_PARTS;
    if (root->side == NULL || root->region.scratch == NULL || root->region.trials == NULL || root->region.part == NULL ||
        root->known == NULL || root->good == NULL || root->sets == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a cut of %zu nodes", problem->graph.n_nodes);
    KH_TRY(kh_cutset_init(&root->space, problem, arena, err));
    KH_TRY(kh_cutset_row_init(&root->row, problem->n_choices, arena, err));
    KH_TRY(kh_relax_init(&root->relax, problem, arena, err));
    root->region.relax = &root->relax;
    KH_TRY(kh_enough_init(&root->tester, &root->space, arena, err));
    root->tester.deadline_s = deadline_s;
    return add_node_cuts(root, err);
}

void kh_root_clear(kh_root *root)
{
    kh_relax_clear(&root->relax);
    kh_enough_clear(&root->tester);
    kh_arena_destroy(root->region.scratch);
    kh_arena_destroy(root->region.trials);
}

static kh_status try_side(kh_root *root, const double *point, size_t *n_added, kh_error *err)
{
    size_t state;
    if (kh_cutset_improve(&root->space, point, root->side, &state) < WORTH_IT)
        return KH_OK;
    return keep_side(root, state, point, n_added, err);
}

static kh_status separate_cuts(kh_root *root, const double *point, size_t *n_added, kh_error *err)
{
    const kh_graph *graph = &root->space.problem->graph;
    size_t n = graph->n_nodes;
    for (size_t v = 0; v < n && kh_clock_s() < root->pause_s; v++) {
        memset(root->side, 0, n * sizeof *root->side);
        root->side[v] = true;
        KH_TRY(try_side(root, point, n_added, err));
    }
    for (size_t e = 0; e < graph->n_links && kh_clock_s() < root->pause_s; e++) {
        memset(root->side, 0, n * sizeof *root->side);
        root->side[graph->ends[e][0]] = root->side[graph->ends[e][1]] = true;
        KH_TRY(try_side(root, point, n_added, err));
    }
    for (int i = 0; i < RANDOM_SETS && n > 3 && kh_clock_s() < root->pause_s; i++) {
        kh_cutset_grow(&root->space, &root->rng, 3 + kh_rng_below(&root->rng, n / 2), root->side);
        KH_TRY(try_side(root, point, n_added, err));
    }
    return KH_OK;
}

kh_status kh_root_take_prices(kh_root *root, const double *point, size_t *n_added, kh_error *err)
{
    size_t m = root->space.problem->graph.n_links;
    double *weight = KH_NEW(root->relax.arena, double, m);
    if (weight == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the prices of %zu links", m);
    memcpy(weight, root->tester.weight, m * sizeof *weight);
    return keep_weight(root, root->tester.state, weight, point, n_added, err);
}

/* Of a whole point the first state that fails is enough; of fractions each gives its row. */
static kh_status separate_prices(kh_root *root, const double *point, bool integral, size_t *n_added, kh_error *err)
{
    kh_enough_tester *tester = &root->tester;
    kh_enough verdict;
    for (size_t s = 0; s < kh_state_count(root->space.problem) && !integral; s++) {
        KH_TRY(kh_enough_test_state(tester, s, point, FLOW_GAP, &verdict, err));
        if (verdict == KH_ENOUGH_NO)
            KH_TRY(kh_root_take_prices(root, point, n_added, err));
    }
    if (!integral)
        return KH_OK;
    KH_TRY(kh_enough_test(tester, point, FLOW_GAP, &verdict, err));
    if (verdict == KH_ENOUGH_UNSURE)
        KH_TRY(kh_enough_test(tester, point, FINE_GAP, &verdict, err));
    return verdict == KH_ENOUGH_NO ? kh_root_take_prices(root, point, n_added, err) : KH_OK;
}

kh_status kh_root_separate(kh_root *root, const double *point, bool integral, size_t *n_added, kh_error *err)
{
    *n_added = 0;
    if (!integral)
        KH_TRY(separate_cuts(root, point, n_added, err));
    if (*n_added == 0)
        KH_TRY(separate_prices(root, point, integral, n_added, err));

    if (*n_added > 0 && integral)
        KH_TRY(separate_cuts(root, point, n_added, err));
    return KH_OK;
}

kh_status kh_root_remember(kh_root *root, const double *count, kh_error *err)
{
    size_t n = root->space.problem->n_choices;
    double *copy = KH_NEW(root->relax.arena, double, n);
    if (copy == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a design of %zu counts", n);
    memcpy(copy, count, n * sizeof *copy);
    if (root->n_known == MOST_KNOWN) {
        root->n_known--;
        memmove(root->known, root->known + 1, root->n_known * sizeof *root->known);
    }
    root->known[root->n_known++] = copy;
    root->region.n_known = root->n_known;
    return KH_OK;
}

/* Cuts off the relaxation's point by the region chosen. */
static kh_status separate_region(kh_root *root, bool *added, kh_error *err)
{
    bool found;
    *added = false;
    KH_TRY(kh_region_separate(&root->region, root->relax.point, &root->row, &found, err));
    return found ? kh_relax_add(&root->relax, &root->row, (kh_modules_reason){0}, added, err) : KH_OK;
}

static uint8_t *good_region(const kh_root *root, size_t i)
{
    return root->good + i * root->space.problem->graph.n_nodes;
}

/* Regions that gave a row are asked again, since the point moves along their hulls. */
static kh_status separate_good_regions(kh_root *root, double until_s, size_t *n_added, kh_error *err)
{
    size_t n_kept = 0, n = root->space.problem->graph.n_nodes;
    for (size_t i = 0; i < root->n_good; i++) {
        bool added = true;
        if (kh_clock_s() < until_s) {
            kh_region_set(&root->region, good_region(root, i));
            KH_TRY(separate_region(root, &added, err));
            *n_added += added;
        }
        memmove(good_region(root, n_kept), good_region(root, i), n);
        n_kept += added;
    }
    root->n_good = n_kept;
    return KH_OK;
}

static void keep_region(kh_root *root)
{
    size_t at = root->n_good < MOST_GOOD ? root->n_good++ : kh_rng_below(&root->rng, MOST_GOOD);
    memcpy(good_region(root, at), root->region.part, root->space.problem->graph.n_nodes);
}

/* One round over random regions; poor ones make the next larger. */
static kh_status separate_regions(kh_root *root, double until_s, size_t *n_added, kh_error *err)
{
    size_t tried = 0, n_found = 0;
    const double *point = root->relax.point;
    KH_TRY(separate_good_regions(root, until_s, n_added, err));
    for (; tried < REGIONS && kh_clock_s() < until_s; tried++) {
        size_t n_parts = LEAST_PARTS + kh_rng_below(&root->rng, root->most_parts - LEAST_PARTS + 1);
        bool added, whole = tried % 3 == 0 ? kh_region_choose_parts(&root->region, point, &root->rng, n_parts)
                                           : kh_region_choose_ball(&root->region, point, &root->rng, n_parts);
        if (!whole)
            continue;
        KH_TRY(separate_region(root, &added, err));
        if (added)
            keep_region(root);
        n_found += added;
    }
    *n_added += n_found;
    if ((double)n_found < POOR * (double)tried && root->most_parts < KH_REGION_MOST_PARTS) {
        root->most_parts++;
        *n_added += 1; /* not the end yet */
    }
    return KH_OK;
}

/* A set that gave a row before, or a random one: the former give rows more often, the latter keep them apart. */
static void choose_set(kh_root *root, bool known)
{
    size_t n = root->space.problem->graph.n_nodes;
    if (known && root->n_sets > 0)
        memcpy(root->side, root->sets + n * kh_rng_below(&root->rng, root->n_sets < KH_ROOT_SETS ? root->n_sets : KH_ROOT_SETS),
               n * sizeof *root->side);
    else
        kh_cutset_grow(&root->space, &root->rng, 1 + kh_rng_below(&root->rng, n / 2), root->side);
}

kh_status kh_root_look(kh_root *root, const double *point, size_t *n_added, kh_error *err)
{
    size_t n = root->space.problem->graph.n_nodes;
    *n_added = 0;
    for (int i = 0; i < LOOK_SETS && kh_clock_s() < root->deadline_s; i++) {
        size_t before = *n_added;
        choose_set(root, i % 2 == 0);
        KH_TRY(try_side(root, point, n_added, err));
        if (*n_added > before)
            memcpy(root->sets + n * (root->n_sets++ % KH_ROOT_SETS), root->side, n * sizeof *root->side);
    }
    return KH_OK;
}

/* An answer that does not prove right is none: what is known of the bound stays, as when time is short. */
static kh_status solve_relaxation(kh_root *root, double until_s, kh_error *err)
{
    kh_status status = kh_relax_solve(&root->relax, until_s - kh_clock_s(), err);
    return status == KH_EINTERNAL ? KH_TIMELIMIT : status;
}

static kh_status close_rounds(kh_root *root, bool regions, double until_s, kh_error *err)
{
    double before = -INFINITY;
    size_t n_added = 1;
    for (int round = 1; n_added > 0; round++) {
        kh_status status = solve_relaxation(root, until_s, err);
        if (status == KH_TIMELIMIT && round > 1)
            return KH_OK;
        KH_TRY(status);
        if (round % PATIENCE == 0) {
            if (round > PATIENCE && (!regions || root->most_parts == KH_REGION_MOST_PARTS) &&
                root->relax.objective - before <= PROGRESS * fabs(before))
                return KH_OK;
            before = root->relax.objective;
        }
        kh_relax_forget(&root->relax, MOST_IDLE);
        KH_TRY(kh_root_separate(root, root->relax.point, false, &n_added, err));
        if (n_added < FEW && regions)
            KH_TRY(separate_regions(root, until_s, &n_added, err));
    }
    return KH_OK;
}

kh_status kh_root_close(kh_root *root, bool regions, double until_s, kh_error *err)
{
    root->pause_s = until_s;
    kh_status status = close_rounds(root, regions, until_s, err);
    root->pause_s = root->deadline_s;
    return status;
}

static kh_status take_costs(kh_root *root, const double *cost, kh_error *err)
{
    size_t n_added = 0;
    double *weight = KH_NEW(root->relax.arena, double, root->space.problem->graph.n_links);
    if (weight == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the prices of %zu links", root->space.problem->graph.n_links);
    kh_slope_prices(&root->space, cost, weight);
    return keep_weight(root, 0, weight, root->relax.lower, &n_added, err); /* at counts of 0 no rounding is better */
}

/* What the cuts known leave of the costs. */
static void subtract_cuts(const kh_relax *relax, double *left)
{
    memcpy(left, relax->cost, relax->n_columns * sizeof *left);
    for (size_t i = 0; i < relax->n_rows; i++)
        for (size_t k = 0; k < relax->rows[i].row.n; k++)
            left[relax->rows[i].row.column[k]] -=
                relax->rows[i].row.value[k] * fmax(relax->rows[i].dual, 0) / relax->rows[i].row.least;
}

kh_status kh_root_price(kh_root *root, double until_s, kh_error *err)
{
    kh_relax *relax = &root->relax;
    double *left = KH_NEW(relax->arena, double, relax->n_columns);
    if (left == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the costs of %zu columns", relax->n_columns);
    subtract_cuts(relax, left);
    KH_TRY(kh_partition_add(&root->space, relax->cost, relax, err));
    KH_TRY(take_costs(root, left, err));
    KH_TRY(take_costs(root, relax->cost, err));
    kh_status status = solve_relaxation(root, until_s, err);
    if (status != KH_TIMELIMIT)
        return status;
    if (relax->objective == 0 && relax->n_rows > 0) /* not one solve so far: whole costs prove what their row asks for */
        relax->rows[relax->n_rows - 1].dual = relax->rows[relax->n_rows - 1].row.least;
    return KH_OK;
}
