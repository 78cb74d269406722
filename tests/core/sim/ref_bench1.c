/* SPDX-License-Identifier: GPL-3.0-or-later */
/* QKDN-BENCH-1: every count of the engine equals that of a driver on the core of ns-3 3.37 (Map scheduler; its definition and its
 * random numbers in tests/bench/peers/bench1_ns3.cc), which printed this table. In the periodic cases many events fall on one
 * instant, so the counts tell whether ties are kept in order. */
#include "tests/bench/bench1.h"

#include "tests/core/sim/cmocka_all.h"

typedef struct row {
    kh_bench1_case which; /* rows, columns, pairs, duration, stochastic, seed */
    kh_bench1_counts counts;
} row;

// clang-format off
static const row rows[] = {
    /*                                       events   req     ok      blocked blocks dropped lost hopkeys poolbits */
    {{1, 6, 10, 3600, true, 7}, {116228, 35990, 35990, 0, 378, 440, 5, 79409, 4771584}},
    {{1, 6, 10, 3600, false, 1}, {116023, 36000, 36000, 0, 378, 445, 0, 79200, 4825088}},
    {{1, 6, 10, 3600, true, 20261123}, {115416, 35815, 35815, 0, 372, 398, 53, 78756, 4545536}},
    {{10, 10, 500, 60, true, 7}, {187615, 29573, 19804, 9765, 962, 0, 7, 147297, 37134080}},
    {{10, 10, 500, 60, false, 1}, {191050, 30000, 20277, 9718, 969, 0, 0, 150363, 36807936}},
    {{10, 10, 500, 60, true, 1}, {191281, 30112, 20150, 9954, 965, 0, 4, 150240, 36577280}},
    {{10, 10, 500, 60, true, 4294967311}, {185307, 30116, 19049, 11060, 935, 0, 34, 143152, 36425728}},
    {{10, 10, 500, 60, false, 2}, {191050, 30000, 20277, 9718, 969, 0, 0, 150363, 36807936}},
    {{10, 10, 500, 600, true, 7}, {1758755, 300463, 163862, 136593, 6715, 2618, 394, 1311894, 116025856}},
    {{10, 10, 500, 600, false, 1}, {1792900, 300000, 172393, 127602, 6949, 2778, 0, 1355571, 120179968}},
    {{30, 30, 5000, 20, true, 7}, {866164, 100443, 26083, 74306, 3160, 0, 20, 688211, 144944384}},
    {{30, 30, 5000, 20, false, 1}, {869180, 100000, 26072, 73874, 3180, 0, 0, 692126, 145252864}},
    {{7, 1, 3, 5000, true, 12}, {46343, 14995, 14995, 0, 199, 1225, 64, 29824, 5799936}},
    {{1, 2, 40, 1000, true, 3}, {79516, 39743, 7936, 31807, 30, 0, 0, 7936, 0}},
    {{5, 9, 211, 300, true, 99}, {316496, 63185, 49621, 13561, 1589, 412, 5, 237741, 48255744}},
    {{3, 3, 1000, 30, false, 1}, {64836, 30000, 4377, 25621, 25, 0, 0, 9190, 72192}},
};
// clang-format on

/* Audits the smaller ones: that changes nothing but the time it takes. */
static void assert_equal(const row *expected)
{
    kh_bench1_counts got = {0};
    kh_error err = {0};
    bool audit = expected->counts.events < 200000;
    if (kh_bench1_run(&expected->which, audit, &got, NULL, &err) != KH_OK)
        fail_msg("%s%s", err.steps, err.message);
    const kh_bench1_counts *want = &expected->counts;
    assert_int_equal(got.events, want->events);
    assert_int_equal(got.requests, want->requests);
    assert_int_equal(got.served, want->served);
    assert_int_equal(got.blocked, want->blocked);
    assert_int_equal(got.blocks, want->blocks);
    assert_int_equal(got.dropped, want->dropped);
    assert_int_equal(got.lost, want->lost);
    assert_int_equal(got.hop_keys, want->hop_keys);
    assert_int_equal(got.pool_bits, want->pool_bits);
}

static void assert_all_equal(bool stochastic)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].which.stochastic == stochastic)
            assert_equal(&rows[i]);
}

static void random_arrivals_and_failures_give_the_counts_of_ns3(void **state)
{
    (void)state;
    assert_all_equal(true);
}

static void simultaneous_events_give_the_counts_of_ns3(void **state)
{
    (void)state;
    assert_all_equal(false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_arrivals_and_failures_give_the_counts_of_ns3),
        cmocka_unit_test(simultaneous_events_give_the_counts_of_ns3),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
