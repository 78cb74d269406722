/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TESTS_CORE_SIM_SAME_H
#define KH_TESTS_CORE_SIM_SAME_H

#include "core/sim/sim.h"

#include "tests/core/sim/cmocka_all.h"

/* Results are the same bit for bit, but for where they are in memory. */

static inline void assert_same_link(const kh_sim_link *a, const kh_sim_link *b)
{
    kh_sim_link x = *a, y = *b;
    x.level.t_s = x.level.level_bits = y.level.t_s = y.level.level_bits = NULL;
    assert_memory_equal(&x, &y, sizeof x);
    if (a->level.n == 0)
        return;
    assert_memory_equal(a->level.t_s, b->level.t_s, a->level.n * sizeof a->level.t_s[0]);
    assert_memory_equal(a->level.level_bits, b->level.level_bits, a->level.n * sizeof a->level.level_bits[0]);
}

static inline void assert_same_result(const kh_sim_result *a, const kh_sim_result *b)
{
    kh_sim_result x = *a, y = *b;
    x.demands = y.demands = NULL;
    x.links = y.links = NULL;
    x.domains = y.domains = NULL;
    assert_memory_equal(&x, &y, sizeof x);
    for (size_t i = 0; i < a->n_demands; i++)
        assert_memory_equal(&a->demands[i], &b->demands[i], sizeof a->demands[i]);
    for (size_t i = 0; i < a->n_domains; i++)
        assert_memory_equal(&a->domains[i], &b->domains[i], sizeof a->domains[i]);
    for (size_t i = 0; i < a->n_links; i++)
        assert_same_link(&a->links[i], &b->links[i]);
}

/* Of all batches. */
static inline void assert_same_results(const kh_sim_options *options, const kh_sim_result *a, const kh_sim_result *b)
{
    for (size_t i = 0; i < options->batches || i < 1; i++)
        assert_same_result(&a[i], &b[i]);
}

#endif
