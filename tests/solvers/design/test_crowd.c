/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/crowd.h"

#include "solvers/design/branch.h"
#include "tests/solvers/design/mesh.h"

#include <string.h>

enum { MESHES = 25, VOTES = 8, MOVES = 3 * MESH_CHOICES * MESH_CHOICES };

typedef struct meeting {
    mesh net;
    kh_root root;
    kh_search search;
    kh_crowd crowd;
    kh_arena *arena;
} meeting;

static void start(meeting *m)
{
    m->net.problem.node_cost = m->net.node_cost;
    assert_int_equal(kh_root_init(&m->root, &m->net.problem, HUGE_VAL, m->arena, NULL), KH_OK);
    assert_int_equal(kh_search_init(&m->search, &m->root, m->arena, NULL), KH_OK);
    assert_int_equal(kh_crowd_init(&m->crowd, &m->root, m->arena, NULL), KH_OK);
}

static void stop(meeting *m)
{
    kh_root_clear(&m->root);
    kh_arena_reset(m->arena);
}

static void check_members(meeting *m)
{
    for (size_t i = 0; i < m->crowd.n; i++) {
        kh_enough verdict;
        assert_near(m->crowd.cost[i], kh_branch_price(&m->root.relax, m->crowd.count[i]), 1e-12);
        assert_int_equal(kh_enough_test(&m->root.tester, m->crowd.count[i], 1e-6, &verdict, NULL), KH_OK);
        assert_int_equal(verdict, KH_ENOUGH_YES);
        for (size_t h = 0; h < i; h++)
            assert_int_not_equal(memcmp(m->crowd.count[h], m->crowd.count[i], MESH_CHOICES * sizeof(double)), 0);
    }
}

/* The optimum and, on some links, a module or two too many. */
static void join_wasteful(meeting *m, const kh_modules_design *design, kh_rng *rng)
{
    double count[MESH_CHOICES + MESH_NODES];
    for (size_t j = 0; j < MESH_CHOICES; j++)
        count[j] = design->count[j] + (kh_rng_below(rng, 3) == 0 ? 1 + (double)kh_rng_below(rng, 2) : 0);
    kh_branch_open_nodes(&m->root.relax, count);
    kh_crowd_join(&m->crowd, count);
}

static void designs_with_waste_of_their_own_vote_for_the_proven_optimum(void **state)
{
    (void)state;
    meeting m = {.arena = kh_arena_create(0)};
    kh_rng rng = kh_rng_stream(7, "", "crowd");
    for (int turn = 0; turn < MESHES; turn++) {
        kh_modules_design design;
        mesh_draw(&m.net, &rng);
        start(&m);
        assert_int_equal(kh_modules_solve(&m.net.problem, m.arena, &design, NULL), KH_OK);
        for (int i = 0; i < 6; i++)
            join_wasteful(&m, &design, &rng);
        assert_true(m.crowd.cost[kh_crowd_best(&m.crowd)] > design.cost + 0.5);
        for (int i = 0; i < VOTES; i++)
            assert_int_equal(kh_crowd_vote(&m.crowd, HUGE_VAL, NULL), KH_OK);
        assert_near(m.crowd.cost[kh_crowd_best(&m.crowd)], design.cost, 1e-9);
        check_members(&m);
        stop(&m);
    }
    kh_arena_destroy(m.arena);
}

/* A run ends with the crowd's best, routed, and at the goal. */
static void walks_and_votes_end_at_the_goal_with_routes(void **state)
{
    (void)state;
    meeting m = {.arena = kh_arena_create(0)};
    kh_rng rng = kh_rng_stream(7, "", "crowd");
    size_t n_walks = 0;
    for (int turn = 0; turn < MESHES; turn++) {
        kh_modules_design design;
        mesh_draw(&m.net, &rng);
        start(&m);
        assert_int_equal(kh_modules_solve(&m.net.problem, m.arena, &design, NULL), KH_OK);
        const kh_search_limits limits = {.goal = design.cost * (1 + 1e-9), .most_moves = MOVES, .until_s = HUGE_VAL};
        assert_int_equal(kh_search_walk(&m.search, &limits, NULL), KH_OK);
        n_walks += m.search.cost > limits.goal;
        assert_int_equal(kh_search_settle(&m.search, NULL), KH_OK);
        assert_int_equal(kh_crowd_run(&m.crowd, &m.search, &limits, NULL), KH_OK);
        assert_near(m.search.cost, design.cost, 1e-9);
        assert_true(m.search.flow.value >= m.net.problem.theta * (1 - 1e-6));
        check_members(&m);
        stop(&m);
    }
    assert_true(n_walks > 0); /* or the crowd had nothing to do */
    kh_arena_destroy(m.arena);
}

/* Designs of one to KH_CROWD_ROOM + 6 modules on the first link. */
static void the_dearest_leaves_a_full_crowd_and_nobody_joins_twice(void **state)
{
    (void)state;
    meeting m = {.arena = kh_arena_create(0)};
    kh_rng rng = kh_rng_stream(8, "", "crowd");
    double count[MESH_CHOICES + MESH_NODES] = {0};
    mesh_draw(&m.net, &rng);
    start(&m);
    assert_int_equal(kh_crowd_best(&m.crowd), m.crowd.n);
    for (int turn = 0; turn < 2; turn++)
        for (count[0] = KH_CROWD_ROOM; count[0] > 0; count[0]--)
            kh_crowd_join(&m.crowd, count);
    assert_int_equal(m.crowd.n, KH_CROWD_ROOM);
    assert_near(m.crowd.count[kh_crowd_best(&m.crowd)][0], 1, 0);
    count[0] = 0.5;
    kh_crowd_join(&m.crowd, count);
    assert_int_equal(m.crowd.n, KH_CROWD_ROOM);
    for (size_t i = 0; i < m.crowd.n; i++)
        assert_true(m.crowd.count[i][0] < KH_CROWD_ROOM);
    assert_near(m.crowd.count[kh_crowd_best(&m.crowd)][0], 0.5, 0);
    stop(&m);
    kh_arena_destroy(m.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(designs_with_waste_of_their_own_vote_for_the_proven_optimum),
                                       cmocka_unit_test(walks_and_votes_end_at_the_goal_with_routes),
                                       cmocka_unit_test(the_dearest_leaves_a_full_crowd_and_nobody_joins_twice)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
