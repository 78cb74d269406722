/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Key flow over time by hand: two nodes, a link that works in one period of two, a store between; and answers that were tampered
 * with. */
#include "solvers/stores/expanded_verify.h"
#include "tests/solvers/near.h"

#include <string.h>

typedef struct bench {
    kh_arena *arena;
    uint32_t ends[3][2];
    double generated_bps[6], store_bits[3], start_bits[3], pair_store_bits[1];
    bool relays[3];
    kh_keyflow_demand demands[1];
    kh_expanded_problem problem;
    kh_expanded answer;
} bench;

/* Nodes 0 - 1 - 2; the demand is 0 - 2 by way of 1. Link 0 makes 10 bit/s in the first of two periods of 100 s, link 1 10 bit/s
   always; link 2 joins 0 and 2 and is dead. */
static int set_up(void **state)
{
    static bench b;
    b = (bench){.arena = kh_arena_create(0),
                .ends = {{0, 1}, {1, 2}, {0, 2}},
                .generated_bps = {10, 10, 0, 0, 10, 0},
                .store_bits = {1000, 1000, 1000},
                .relays = {false, true, false},
                .demands = {{{0, 2}, 5}}};
    b.problem = (kh_expanded_problem){.graph = {3, 3, (const uint32_t(*)[2])b.ends, b.relays},
                                      .n_periods = 2,
                                      .period_s = 100,
                                      .generated_bps = b.generated_bps,
                                      .store_bits = b.store_bits,
                                      .demands = b.demands,
                                      .n_demands = 1,
                                      .time_limit_s = INFINITY};
    *state = &b;
    return 0;
}

static int tear_down(void **state)
{
    kh_arena_destroy(((bench *)*state)->arena);
    return 0;
}

static void solve(bench *b)
{
    kh_error err = {0};
    if (kh_expanded_solve(&b->problem, b->arena, &b->answer, &err) != KH_OK)
        fail_msg("%s", err.message);
    if (kh_expanded_verify(&b->problem, &b->answer, &err) != KH_OK)
        fail_msg("%s", err.message);
}

static void a_store_carries_the_day_into_the_night(void **state)
{
    bench *b = *state;
    solve(b);
    assert_near(b->answer.value, 1, 1e-9); /* 1000 bit in the first period, half of it kept for the second */
    assert_near(b->answer.bound, 1, 1e-9);
}

static void without_a_store_the_night_has_nothing(void **state)
{
    bench *b = *state;
    memset(b->store_bits, 0, sizeof b->store_bits);
    solve(b);
    assert_false(b->answer.joined[0]);
    assert_int_equal(b->answer.n_routes, 0);
}

static void a_small_store_has_a_value(void **state)
{
    bench *b = *state;
    b->store_bits[0] = 100;
    solve(b);
    assert_near(b->answer.value, 0.2, 1e-9); /* 100 bit for the night of 500 bit */
    assert_near(b->answer.store_value[0], 0.2 / 100, 1e-9);
    assert_near(b->answer.store_value[1], 0, 1e-9);
}

static void a_store_of_the_pair_helps_as_well(void **state)
{
    bench *b = *state;
    b->store_bits[0] = 100;
    b->pair_store_bits[0] = 150;
    b->problem.pair_store_bits = b->pair_store_bits;
    solve(b);
    assert_near(b->answer.value, 0.5, 1e-9);
    assert_near(b->answer.pair_store_value[0], 0.002, 1e-9);
}

static void what_it_starts_with_must_be_there_at_the_end(void **state)
{
    bench *b = *state;
    b->start_bits[0] = 900;
    b->start_bits[1] = 500;
    b->problem.start_bits = b->start_bits;
    solve(b);
    assert_near(b->answer.value, 0.2, 1e-9); /* the 100 bit that find room can be spent by night, no more */
}

static void endless_stores_do_not_spoil_the_numbers(void **state)
{
    bench *b = *state;
    for (int e = 0; e < 3; e++)
        b->store_bits[e] = 1e15;
    solve(b);
    assert_near(b->answer.value, 1, 1e-9);
    assert_near(b->answer.store_value[0], 0, 1e-20);
}

static void numbers_that_are_none_are_refused(void **state)
{
    bench *b = *state;
    kh_error err = {0};
    b->generated_bps[4] = (double)NAN;
    assert_int_equal(kh_expanded_solve(&b->problem, b->arena, &b->answer, &err), KH_ERANGE);
    assert_string_equal(err.message, "link 1 generates nan bit/s in period 1, must be finite and >= 0");
    b->generated_bps[4] = 10;
    b->store_bits[2] = -1;
    assert_int_equal(kh_expanded_solve(&b->problem, b->arena, &b->answer, &err), KH_ERANGE);
    b->store_bits[2] = 0;
    b->problem.n_periods = 0;
    assert_int_equal(kh_expanded_solve(&b->problem, b->arena, &b->answer, &err), KH_ERANGE);
}

static void expect_refusal(bench *b, const char *words)
{
    kh_error err = {0};
    assert_int_equal(kh_expanded_verify(&b->problem, &b->answer, &err), KH_UNMET);
    if (strstr(err.message, words) == NULL)
        fail_msg("'%s' does not say '%s'", err.message, words);
}

static void tampered_answers_are_refused(void **state)
{
    bench *b = *state;
    b->store_bits[0] = 100;
    solve(b);
    kh_expanded whole = b->answer;
    b->answer.value *= 1.001;
    expect_refusal(b, "are promised");
    b->answer = whole;
    b->answer.bound *= 0.999;
    expect_refusal(b, "the prices prove");
    b->answer = whole;
    kh_expanded_route *night = &b->answer.routes[b->answer.routes[0].period == 1 ? 0 : 1];
    night->rate_bps *= 1.5;
    expect_refusal(b, "do not leave");
    night->rate_bps /= 1.5;
    uint32_t link = night->links[1];
    night->links[1] = 2;
    expect_refusal(b, "breaks at its link 1");
    night->links[1] = link;
    b->answer.stored_bits[3] += 50;
    expect_refusal(b, "in a store of");
    b->answer.stored_bits[3] -= 50;
    b->answer.prices[3] /= 2;
    expect_refusal(b, "its shortest path costs");
    b->answer.prices[3] *= 2;
    b->answer.store_value[0] *= 2;
    expect_refusal(b, "a bit of store of link 0");
    b->answer.store_value[0] /= 2;
    b->relays[1] = false;
    expect_refusal(b, "which does not relay");
}

static void a_passed_time_limit_leaves_an_honest_answer(void **state)
{
    bench *b = *state;
    b->problem.time_limit_s = 0;
    solve(b);
    assert_true(b->answer.value <= b->answer.bound * (1 + 1e-9));
}

#define hand(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        hand(a_store_carries_the_day_into_the_night),
        hand(without_a_store_the_night_has_nothing),
        hand(a_small_store_has_a_value),
        hand(a_store_of_the_pair_helps_as_well),
        hand(what_it_starts_with_must_be_there_at_the_end),
        hand(endless_stores_do_not_spoil_the_numbers),
        hand(numbers_that_are_none_are_refused),
        hand(tampered_answers_are_refused),
        hand(a_passed_time_limit_leaves_an_honest_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
