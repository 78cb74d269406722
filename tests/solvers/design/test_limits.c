/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/clock.h"
#include "solvers/design/climb.h"
#include "solvers/design/withstand.h"
#include "tests/solvers/near.h"

#include <string.h>

enum { NODES = 4, LINKS = 5 };

/* A ring of four with one chord, a type of modules on each link, and the loss of any link. */
typedef struct ring {
    uint32_t ends[LINKS][2];
    kh_keyflow_demand demands[NODES];
    kh_modules_choice choices[LINKS];
    kh_modules_loss losses[LINKS];
    bool lost[LINKS][LINKS], left_out[NODES];
    kh_modules_problem problem;
    kh_arena *arena;
} ring;

static void make(ring *r)
{
    static const uint32_t ends[LINKS][2] = {{0, 1}, {1, 2}, {2, 3}, {3, 0}, {0, 2}};
    *r = (ring){.problem = {.theta = 1, .time_limit_s = (double)INFINITY}, .arena = kh_arena_create(0)};
    memcpy(r->ends, ends, sizeof ends);
    for (uint32_t k = 0; k < NODES; k++)
        r->demands[k] = (kh_keyflow_demand){{k, (k + 1 + k % 2) % NODES}, 3 + k};
    for (uint32_t e = 0; e < LINKS; e++) {
        r->choices[e] = (kh_modules_choice){e, UINT32_MAX, 2 + e % 2, 1};
        r->lost[e][e] = true;
        r->losses[e] = (kh_modules_loss){"it", r->lost[e], r->left_out};
    }
    r->problem.graph = (kh_graph){NODES, LINKS, (const uint32_t(*)[2])r->ends, NULL};
    r->problem.demands = r->demands;
    r->problem.n_demands = NODES;
    r->problem.choices = r->choices;
    r->problem.n_choices = LINKS;
    r->problem.losses = r->losses;
    r->problem.n_losses = LINKS;
}

static void a_limit_already_past_leaves_no_design_but_a_word_and_a_bound(void **state)
{
    (void)state;
    ring r;
    kh_modules_design design, best;
    kh_error err = {0};
    make(&r);
    assert_int_equal(kh_modules_solve(&r.problem, r.arena, &best, NULL), KH_OK);
    r.problem.time_limit_s = 0;
    assert_int_equal(kh_modules_solve(&r.problem, r.arena, &design, &err), KH_TIMELIMIT);
    assert_true(isinf(design.cost) && !design.complete && design.worst == 0);
    assert_true(design.bound >= 0 && design.bound <= best.cost);
    assert_non_null(strstr(err.message, "the time limit of 0 s passed"));
    kh_arena_destroy(r.arena);
}

/* With any limit: a design that stands its check, or none. */
static void whatever_the_limit_a_design_stands_its_check(void **state)
{
    (void)state;
    ring r;
    kh_modules_design design, best;
    make(&r);
    assert_int_equal(kh_modules_solve(&r.problem, r.arena, &best, NULL), KH_OK);
    for (double limit_s = 1e-6; limit_s < 1; limit_s *= 2) {
        r.problem.time_limit_s = limit_s;
        kh_status status = kh_modules_solve(&r.problem, r.arena, &design, NULL);
        assert_true(status == KH_OK || status == KH_TIMELIMIT);
        assert_true(design.bound <= best.cost * (1 + 1e-9) && design.cost >= best.cost * (1 - 1e-9));
        if (isfinite(design.cost))
            assert_int_equal(kh_modules_verify(&r.problem, &design, NULL), KH_OK);
    }
    kh_arena_destroy(r.arena);
}

static void trees_find_nothing_after_their_time_and_say_so(void **state)
{
    (void)state;
    ring r;
    kh_root root;
    double count[LINKS + NODES];
    make(&r);
    assert_int_equal(kh_root_init(&root, &r.problem, (double)INFINITY, r.arena, NULL), KH_OK);
    assert_int_equal(kh_root_close(&root, false, (double)INFINITY, NULL), KH_OK);
    kh_branch branch = {.count = count};
    assert_int_equal(kh_branch_solve(&root, &(kh_branch_options){.time_limit_s = 0}, r.arena, &branch, NULL), KH_TIMELIMIT);
    assert_false(branch.found);
    kh_climb climb = {.bound = root.relax.objective, .cost = (double)INFINITY, .count = count};
    const kh_climb_options late = {.until_s = kh_clock_s()}, early = {.until_s = (double)INFINITY};
    assert_int_equal(kh_climb_run(&climb, &late, &root, r.arena, NULL), KH_TIMELIMIT);
    assert_false(climb.found);
    assert_int_equal(kh_climb_run(&climb, &early, &root, r.arena, NULL), KH_OK);
    assert_true(climb.found);
    kh_root_clear(&root);
    kh_arena_destroy(r.arena);
}

static void routes_after_losses_that_are_not_all_done_are_no_answer(void **state)
{
    (void)state;
    ring r;
    kh_modules_design design;
    make(&r);
    assert_int_equal(kh_modules_solve(&r.problem, r.arena, &design, NULL), KH_OK);
    assert_int_equal(kh_withstand_route(&r.problem, 0, r.arena, &design, NULL), KH_TIMELIMIT);
    assert_int_equal(kh_withstand_route(&r.problem, (double)INFINITY, r.arena, &design, NULL), KH_OK);
    assert_int_equal(kh_modules_verify(&r.problem, &design, NULL), KH_OK);
    kh_arena_destroy(r.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_limit_already_past_leaves_no_design_but_a_word_and_a_bound),
        cmocka_unit_test(whatever_the_limit_a_design_stands_its_check),
        cmocka_unit_test(trees_find_nothing_after_their_time_and_say_so),
        cmocka_unit_test(routes_after_losses_that_are_not_all_done_are_no_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
