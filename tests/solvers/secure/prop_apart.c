/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Paths that share no risk against all pairs of simple paths of small random networks. */
#include "core/base/rng.h"
#include "solvers/secure/apart.h"
#include "tests/solvers/near.h"

#include <string.h>

enum { NETWORKS = 400, MOST_NODES = 7, MOST_LINKS = 14, GROUPS = 4, MOST_PATHS = 5000 };

typedef struct path {
    uint32_t nodes, links; /* inside, by their bits */
    double length;
} path;

typedef struct network {
    kh_arena *arena;
    kh_rng rng;
    uint32_t ends[MOST_LINKS][2], node_bits[GROUPS], link_bits[GROUPS];
    bool use[MOST_LINKS], relays[MOST_NODES];
    double length[MOST_LINKS];
    kh_coalition groups[GROUPS];
    kh_apart_problem problem;
    path paths[MOST_PATHS];
    size_t n_paths;
} network;

static void draw_group(network *x, size_t j, size_t n, size_t m)
{
    uint32_t *nodes = KH_NEW(x->arena, uint32_t, n), *links = KH_NEW(x->arena, uint32_t, m);
    kh_coalition g = {.nodes = nodes, .links = links};
    for (uint32_t v = 0; v < n; v++)
        if (j == 0 && kh_rng_uniform(&x->rng) < 0.25) {
            nodes[g.n_nodes++] = v;
            x->node_bits[j] |= 1u << v;
        }
    for (uint32_t e = 0; e < m; e++)
        if (kh_rng_uniform(&x->rng) < 0.25) {
            links[g.n_links++] = e;
            x->link_bits[j] |= 1u << e;
        }
    x->groups[j] = g;
}

static void draw_network(network *x, uint64_t seed)
{
    memset(x, 0, sizeof *x);
    x->arena = kh_arena_create(0);
    x->rng = kh_rng_stream(seed, "", "apart");
    size_t n = 3 + kh_rng_below(&x->rng, MOST_NODES - 2), m = 7 + kh_rng_below(&x->rng, MOST_LINKS - 6);
    for (size_t v = 0; v < n; v++)
        x->relays[v] = kh_rng_uniform(&x->rng) > 0.1;
    for (size_t e = 0; e < m; e++) {
        x->use[e] = kh_rng_uniform(&x->rng) > 0.05;
        x->length[e] = 1 + 9 * kh_rng_uniform(&x->rng);
        for (int i = 0; i < 2; i++)
            x->ends[e][i] = (uint32_t)kh_rng_below(&x->rng, n);
    }
    for (size_t j = 0; j < GROUPS; j++)
        draw_group(x, j, n, m);
    x->problem = (kh_apart_problem){.graph = {n, m, (const uint32_t(*)[2])x->ends, x->relays},
                                    .use = x->use,
                                    .length = x->length,
                                    .ends = {0, (uint32_t)n - 1},
                                    .n_ways = 2,
                                    .groups = x->groups,
                                    .n_groups = GROUPS,
                                    .time_limit_s = HUGE_VAL};
}

static void walk(network *x, path so_far, uint32_t node, uint32_t visited)
{
    if (node == x->problem.ends[1]) {
        assert_true(x->n_paths < MOST_PATHS);
        x->paths[x->n_paths++] = so_far;
        return;
    }
    if (node != x->problem.ends[0] && !x->relays[node])
        return;
    so_far.nodes |= node != x->problem.ends[0] ? 1u << node : 0;
    for (uint32_t e = 0; e < x->problem.graph.n_links; e++) {
        uint32_t to = kh_graph_far_end(x->ends[e], node);
        if (!x->use[e] || (x->ends[e][0] != node && x->ends[e][1] != node) || (visited >> to & 1))
            continue;
        walk(x, (path){so_far.nodes, so_far.links | 1u << e, so_far.length + x->length[e]}, to, visited | 1u << to);
    }
}

static bool touches(const network *x, size_t j, const path *p)
{
    bool owns = (x->node_bits[j] >> x->problem.ends[0] & 1) || (x->node_bits[j] >> x->problem.ends[1] & 1);
    return !owns && ((x->node_bits[j] & p->nodes) || (x->link_bits[j] & p->links));
}

static bool are_apart(const network *x, const path *a, const path *b, bool with_groups)
{
    bool apart = !(a->nodes & b->nodes) && !(a->links & b->links);
    for (size_t j = 0; j < GROUPS && with_groups; j++)
        apart = apart && !(touches(x, j, a) && touches(x, j, b));
    return apart;
}

static double shortest_pair(const network *x, bool with_groups)
{
    double best = HUGE_VAL;
    for (size_t i = 0; i < x->n_paths; i++)
        for (size_t k = i + 1; k < x->n_paths; k++)
            if (are_apart(x, &x->paths[i], &x->paths[k], with_groups))
                best = fmin(best, x->paths[i].length + x->paths[k].length);
    return best;
}

static path path_of(const network *x, kh_disjoint_way way)
{
    path p = {.length = way.length};
    uint32_t node = x->problem.ends[0];
    for (size_t i = 0; i < way.n_links; i++) {
        p.links |= 1u << way.links[i];
        p.nodes |= i > 0 ? 1u << node : 0;
        node = kh_graph_far_end(x->ends[way.links[i]], node);
    }
    assert_int_equal(node, x->problem.ends[1]);
    return p;
}

static void no_pair_of_paths_is_shorter_and_shares_no_risk(void **unused)
{
    (void)unused;
    static network x; /* large */
    size_t n_found = 0, n_harder = 0;
    for (uint64_t seed = 0; seed < NETWORKS; seed++) {
        kh_apart apart;
        draw_network(&x, seed);
        walk(&x, (path){0}, x.problem.ends[0], 1u << x.problem.ends[0]);
        double best = shortest_pair(&x, true);
        n_harder += best > shortest_pair(&x, false) + 1e-9;
        assert_int_equal(kh_apart_find(&x.problem, x.arena, &apart, NULL), KH_OK);
        assert_true((apart.ways != NULL) == !isinf(best));
        if (apart.ways != NULL) {
            path a = path_of(&x, apart.ways[0]), b = path_of(&x, apart.ways[1]);
            assert_true(are_apart(&x, &a, &b, true));
            assert_near(apart.length, best, 1e-9);
            assert_near(apart.bound, best, 1e-6);
            n_found++;
        } else {
            assert_true(isinf(apart.bound) && isinf(apart.length));
        }
        kh_arena_destroy(x.arena);
    }
    assert_true(n_found > 30 && n_harder > 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(no_pair_of_paths_is_shorter_and_shares_no_risk)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
