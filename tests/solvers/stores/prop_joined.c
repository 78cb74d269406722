/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which demands have a path, on random sparse networks with few relays, against a search from each end. */
#include "core/base/rng.h"
#include "solvers/stores/joined.h"
#include "tests/solvers/near.h"

#include <math.h>

enum { INSTANCES = 400, NODES = 12, LINKS = 14, DEMANDS = 20 };

typedef struct instance {
    uint32_t ends[LINKS][2];
    bool relays[NODES];
    double capacity_bps[LINKS], length[LINKS];
    kh_keyflow_demand demands[DEMANDS];
    kh_keyflow_problem problem;
} instance;

static void draw(instance *in, uint64_t seed)
{
    kh_rng rng = kh_rng_stream(seed, "joined", "network");
    for (size_t v = 0; v < NODES; v++)
        in->relays[v] = kh_rng_below(&rng, 3) > 0;
    for (size_t e = 0; e < LINKS; e++) {
        in->ends[e][0] = (uint32_t)kh_rng_below(&rng, NODES);
        in->ends[e][1] = (uint32_t)kh_rng_below(&rng, NODES);
        in->capacity_bps[e] = kh_rng_below(&rng, 5) > 0;
        in->length[e] = in->capacity_bps[e] > 0 ? 1 : HUGE_VAL;
    }
    for (size_t k = 0; k < DEMANDS; k++) {
        uint32_t a = (uint32_t)kh_rng_below(&rng, NODES), b = (a + 1 + (uint32_t)kh_rng_below(&rng, NODES - 1)) % NODES;
        in->demands[k] = (kh_keyflow_demand){{a, b}, 1};
    }
    in->problem = (kh_keyflow_problem){.graph = {NODES, LINKS, (const uint32_t(*)[2])in->ends, in->relays},
                                       .capacity_bps = in->capacity_bps,
                                       .demands = in->demands,
                                       .n_demands = DEMANDS};
}

static void a_demand_is_joined_when_a_search_finds_a_way(void **state)
{
    (void)state;
    size_t n_joined = 0;
    for (uint64_t seed = 1; seed <= INSTANCES; seed++) {
        instance in;
        bool joined[DEMANDS];
        double distance[NODES];
        uint32_t via[NODES];
        kh_arena *arena = kh_arena_create(0);
        draw(&in, seed);
        assert_int_equal(kh_joined_find(&in.problem, arena, joined, NULL), KH_OK);
        for (size_t k = 0; k < DEMANDS; k++) {
            const uint32_t *ends = in.demands[k].ends;
            assert_int_equal(kh_graph_tree(&in.problem.graph, in.length, ends[0], distance, via, NULL), KH_OK);
            assert_int_equal(joined[k], isfinite(distance[ends[1]]));
            n_joined += joined[k];
        }
        kh_arena_destroy(arena);
    }
    assert_in_range(n_joined, INSTANCES * DEMANDS / 10, INSTANCES * DEMANDS * 9 / 10); /* both happen */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_demand_is_joined_when_a_search_finds_a_way)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
