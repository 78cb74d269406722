/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/crowd.h"

#include "core/base/clock.h"
#include "solvers/design/branch.h"
#include "solvers/design/climb.h"

#include <math.h>
#include <string.h>

static const double SAME = 1e-9; /* of the cost */
enum {
    VOTES = 4,           /* after each walk */
    VOTERS = 5,          /* with more, the same few counts are open each time */
    MOST_FREE = 30,      /* counts; with more the tree seldom ends, with fewer it seldom finds */
    CHILD_NODES = 20000, /* of the tree: 0.5 s */
    LOOK_DEPTH = 6       /* deeper, looks for rows take most of the time */
};

kh_status kh_crowd_init(kh_crowd *crowd, kh_root *root, kh_arena *arena, kh_error *err)
{
    size_t n = root->relax.n_columns;
    double *room = KH_NEW(arena, double, (KH_CROWD_ROOM + 3) * n);
    *crowd = (kh_crowd){.root = root, .agree = KH_NEW(arena, uint32_t, 2 * n), .rng = kh_rng_stream(1, "", "design crowd")};
    if (room == NULL || crowd->agree == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %d designs of %zu columns", KH_CROWD_ROOM, n);
    for (size_t i = 0; i < KH_CROWD_ROOM; i++)
        crowd->count[i] = room + i * n;
    crowd->lower = room + KH_CROWD_ROOM * n;
    crowd->upper = crowd->lower + n;
    crowd->child = crowd->upper + n;
    crowd->order = crowd->agree + n;
    return KH_OK;
}

static bool is_there(const kh_crowd *crowd, const double *count)
{
    for (size_t i = 0; i < crowd->n; i++)
        if (memcmp(crowd->count[i], count, crowd->root->relax.problem->n_choices * sizeof *count) == 0)
            return true;
    return false;
}

size_t kh_crowd_best(const kh_crowd *crowd)
{
    size_t best = 0;
    for (size_t i = 1; i < crowd->n; i++)
        if (crowd->cost[i] < crowd->cost[best])
            best = i;
    return best;
}

static size_t dearest(const kh_crowd *crowd)
{
    size_t worst = 0;
    for (size_t i = 1; i < crowd->n; i++)
        if (crowd->cost[i] > crowd->cost[worst])
            worst = i;
    return worst;
}

void kh_crowd_join(kh_crowd *crowd, const double *count)
{
    if (is_there(crowd, count))
        return;
    size_t place = crowd->n < KH_CROWD_ROOM ? crowd->n++ : dearest(crowd);
    memcpy(crowd->count[place], count, crowd->root->relax.n_columns * sizeof *count);
    crowd->cost[place] = kh_branch_price(&crowd->root->relax, count);
}

static void choose_voters(kh_crowd *crowd, const double *voter[VOTERS])
{
    for (size_t i = 0; i < VOTERS; i++) {
        size_t a = kh_rng_below(&crowd->rng, crowd->n), b = kh_rng_below(&crowd->rng, crowd->n);
        voter[i] = crowd->count[crowd->cost[a] <= crowd->cost[b] ? a : b];
    }
}

/* child = the count that most want; agree = how many do. */
static void ask(kh_crowd *crowd, const double *const voter[VOTERS], size_t j)
{
    crowd->agree[j] = 0;
    for (size_t a = 0; a < VOTERS; a++) {
        uint32_t same = 0;
        for (size_t b = 0; b < VOTERS; b++)
            same += voter[a][j] == voter[b][j];
        if (same > crowd->agree[j]) {
            crowd->agree[j] = same;
            crowd->child[j] = voter[a][j];
        }
    }
}

/* Choices at random, those of least agreement first. */
static void put_in_order(kh_crowd *crowd, size_t n)
{
    uint32_t *order = crowd->order;
    for (uint32_t j = 0; j < n; j++) {
        size_t at = kh_rng_below(&crowd->rng, j + 1);
        order[j] = order[at];
        order[at] = j;
    }
    size_t placed = 0;
    for (uint32_t agree = 1; agree <= VOTERS; agree++)
        for (size_t i = placed; i < n; i++)
            if (crowd->agree[order[i]] == agree) {
                uint32_t j = order[i];
                order[i] = order[placed];
                order[placed++] = j;
            }
}

static void keep_agreed(kh_crowd *crowd)
{
    const kh_relax *relax = &crowd->root->relax;
    size_t n = relax->problem->n_choices;
    put_in_order(crowd, n);
    memcpy(crowd->lower, relax->lower, relax->n_columns * sizeof *crowd->lower);
    memcpy(crowd->upper, relax->upper, relax->n_columns * sizeof *crowd->upper);
    for (size_t i = 0; i < n; i++) {
        size_t j = crowd->order[i];
        if (i >= MOST_FREE || crowd->agree[j] == VOTERS)
            crowd->lower[j] = crowd->upper[j] = crowd->child[j];
    }
}

kh_status kh_crowd_vote(kh_crowd *crowd, double until_s, kh_error *err)
{
    const double *voter[VOTERS];
    bool early = crowd->n < VOTERS && crowd->n_walks > 0 && crowd->n_walks < VOTERS;
    if (crowd->n < 2 || early)
        return KH_OK;
    choose_voters(crowd, voter);
    for (size_t j = 0; j < crowd->root->relax.problem->n_choices; j++)
        ask(crowd, voter, j);
    keep_agreed(crowd);
    kh_climb climb = {.count = crowd->child, .bound = -HUGE_VAL, .cost = crowd->cost[kh_crowd_best(crowd)]};
    const kh_climb_options options = {.lower = crowd->lower,
                                      .upper = crowd->upper,
                                      .until_s = until_s,
                                      .most_nodes = CHILD_NODES,
                                      .look_depth = LOOK_DEPTH,
                                      .downwards = true};
    kh_status status = kh_climb_run(&climb, &options, crowd->root, NULL, err);
    if (climb.found)
        kh_crowd_join(crowd, crowd->child);
    return status == KH_TIMELIMIT ? KH_OK : status;
}

static kh_status walk(kh_crowd *crowd, const kh_search_limits *limits, kh_error *err)
{
    kh_arena *arena = kh_arena_create(0);
    kh_search search;
    if (arena == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a walk");
    kh_search_limits own = *limits;
    own.salt = ++crowd->n_walks;
    kh_status status = kh_search_init(&search, crowd->root, arena, err);
    if (status == KH_OK)
        status = kh_search_walk(&search, &own, err);
    if (status == KH_OK && isfinite(search.cost))
        kh_crowd_join(crowd, search.best);
    kh_arena_destroy(arena);
    return status;
}

/* The best with exact routes; the one that was stays when there is no time for those. */
static kh_status report(const kh_crowd *crowd, kh_search *search, kh_error *err)
{
    size_t best = kh_crowd_best(crowd), n = crowd->root->relax.n_columns;
    if (best == crowd->n || crowd->cost[best] >= search->cost * (1 - SAME))
        return KH_OK;
    kh_search before = *search;
    memcpy(crowd->child, search->best, n * sizeof *search->best);
    memcpy(search->best, crowd->count[best], n * sizeof *search->best);
    search->cost = crowd->cost[best];
    KH_TRY(kh_search_settle(search, err));
    if (isfinite(search->cost))
        return KH_OK;
    *search = before;
    memcpy(search->best, crowd->child, n * sizeof *search->best);
    return KH_OK;
}

kh_status kh_crowd_run(kh_crowd *crowd, kh_search *search, const kh_search_limits *limits, kh_error *err)
{
    if (isfinite(search->cost))
        kh_crowd_join(crowd, search->best);
    while (kh_clock_s() < limits->until_s && search->cost > limits->goal) {
        KH_TRY(walk(crowd, limits, err));
        for (int i = 0; i < VOTES && kh_clock_s() < limits->until_s; i++)
            KH_TRY(kh_crowd_vote(crowd, limits->until_s, err));
        KH_TRY(report(crowd, search, err));
    }
    return KH_OK;
}
