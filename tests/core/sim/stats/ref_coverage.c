/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Intervals hold what they promise: of 200 runs of M/D/1 at load 0.8, 95 % intervals by batch means contain the formula's wait in
 * 186 to 196 (the range in which a binomial of 200 and 0.95 lies with 95 %), and so do intervals over replications. */
#include "tests/core/sim/service/queue.h"

#include "tests/core/sim/cmocka_all.h"

enum { RUNS = 200, LEAST = 186, MOST = 196, BATCHES = 20, REPLICATIONS = 10 };
static const double LOAD = 0.8, BATCH_S = 1500;

static bool contains(kh_estimate e, double value)
{
    return fabs(e.mean - value) <= e.half_width_95;
}

static kh_estimate by_batches(uint64_t seed)
{
    handmade h = queue_create(KH_LAW_FIXED, LOAD, 1000 + BATCHES * BATCH_S);
    h.options.batches = BATCHES;
    h.options.seed = seed;
    const kh_sim_result *batches = handmade_run(&h);
    double waits_s[BATCHES];
    for (int i = 0; i < BATCHES; i++)
        waits_s[i] = batches[i].demands[0].kms.mean_wait_s;
    handmade_destroy(&h);
    return kh_estimate_of(waits_s, BATCHES);
}

static kh_estimate by_replications(uint64_t seed)
{
    handmade h = queue_create(KH_LAW_FIXED, LOAD, 1000 + BATCH_S);
    kh_sim_options options = h.options;
    options.seed = seed;
    double waits_s[REPLICATIONS];
    for (size_t i = 0; i < REPLICATIONS; i++) {
        h.options = kh_sim_replication(&options, i);
        waits_s[i] = handmade_run(&h)->demands[0].kms.mean_wait_s;
    }
    handmade_destroy(&h);
    return kh_estimate_of(waits_s, REPLICATIONS);
}

static void assert_covers(kh_estimate (*estimate)(uint64_t seed))
{
    int contained = 0;
    for (uint64_t seed = 1; seed <= RUNS; seed++)
        contained += contains(estimate(seed), queue_formula_s(KH_LAW_FIXED, LOAD));
    print_message("%d of %d intervals contain the formula's value\n", contained, RUNS);
    assert_in_range(contained, LEAST, MOST);
}

static void intervals_of_batch_means_cover_as_they_promise(void **state)
{
    (void)state;
    assert_covers(by_batches);
}

static void intervals_of_replications_cover_as_they_promise(void **state)
{
    (void)state;
    assert_covers(by_replications);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_of_batch_means_cover_as_they_promise),
        cmocka_unit_test(intervals_of_replications_cover_as_they_promise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
