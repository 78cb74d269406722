/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/rng.h"
#include "solvers/survive/pairs.h"
#include "tests/solvers/near.h"

#include <string.h>

enum { NODES = 6, LINKS = 9, LOSSES = 4, PATHS = 600 };

typedef struct path {
    uint32_t links[NODES], nodes[NODES]; /* nodes: relays */
    size_t n_links;
} path;

typedef struct tiny {
    uint32_t ends[LINKS][2];
    double rate[LINKS];
    bool relays[NODES];
    uint32_t lost_links[LOSSES][LINKS], lost_nodes[LOSSES][NODES];
    kh_loss losses[LOSSES];
    kh_keyflow_demand demand;
    kh_keyflow_problem problem;
    path paths[PATHS];
    size_t n_paths;
} tiny;

static uint32_t draw(kh_rng *rng, uint32_t n)
{
    return (uint32_t)kh_rng_below(rng, n);
}

static void draw_losses(tiny *t, kh_rng *rng)
{
    for (size_t s = 0; s < LOSSES; s++) {
        kh_loss *loss = &t->losses[s];
        for (uint32_t e = 0; e < LINKS; e++)
            if (draw(rng, 5) == 0)
                t->lost_links[s][loss->n_links++] = e;
        if (draw(rng, 3) == 0)
            t->lost_nodes[s][loss->n_nodes++] = draw(rng, NODES);
        loss->links = t->lost_links[s];
        loss->nodes = t->lost_nodes[s];
    }
}

static void draw_problem(tiny *t, kh_rng *rng)
{
    memset(t, 0, sizeof *t);
    for (size_t e = 0; e < LINKS; e++) {
        t->ends[e][0] = draw(rng, NODES);
        t->ends[e][1] = draw(rng, NODES);
        t->rate[e] = draw(rng, 8) > 0 ? 1 : 0;
    }
    for (size_t v = 0; v < NODES; v++)
        t->relays[v] = draw(rng, 6) > 0;
    t->demand = (kh_keyflow_demand){{0, 1 + draw(rng, NODES - 1)}, 1};
    t->problem = (kh_keyflow_problem){.graph = {NODES, LINKS, (const uint32_t(*)[2])t->ends, t->relays},
                                      .capacity_bps = t->rate,
                                      .demands = &t->demand,
                                      .n_demands = 1,
                                      .time_limit_s = INFINITY};
    draw_losses(t, rng);
}

/* All simple paths, by going on from node wherever a link leads. */
static void walk(tiny *t, path *so_far, uint32_t node)
{
    if (node == t->demand.ends[1]) {
        assert_true(t->n_paths < PATHS);
        t->paths[t->n_paths++] = *so_far;
        return;
    }
    if (so_far->n_links > 0 && !t->relays[node])
        return;
    if (so_far->n_links > 0)
        so_far->nodes[so_far->n_links - 1] = node;
    for (uint32_t e = 0; e < LINKS; e++)
        for (int i = 0; i < 2; i++) {
            uint32_t to = t->ends[e][1 - i];
            bool fresh = t->ends[e][i] == node && to != node && t->rate[e] > 0 && to != t->demand.ends[0];
            for (size_t h = 0; h < so_far->n_links; h++)
                fresh = fresh && so_far->nodes[h] != to;
            if (!fresh)
                continue;
            so_far->links[so_far->n_links++] = e;
            walk(t, so_far, to);
            so_far->n_links--;
        }
}

static bool has(const uint32_t *list, size_t n, uint32_t item)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] == item)
            return true;
    return false;
}

static bool takes(const kh_loss *loss, const path *p)
{
    for (size_t i = 0; i < p->n_links; i++)
        if (has(loss->links, loss->n_links, p->links[i]) || (i + 1 < p->n_links && has(loss->nodes, loss->n_nodes, p->nodes[i])))
            return true;
    return false;
}

static bool are_apart(const tiny *t, const path *a, const path *b)
{
    for (size_t i = 0; i < a->n_links; i++)
        if (has(b->links, b->n_links, a->links[i]) || (i + 1 < a->n_links && has(b->nodes, b->n_links - 1, a->nodes[i])))
            return false;
    for (size_t s = 0; s < LOSSES; s++) {
        const kh_loss *loss = &t->losses[s];
        bool of_end = has(loss->nodes, loss->n_nodes, t->demand.ends[0]) || has(loss->nodes, loss->n_nodes, t->demand.ends[1]);
        if (!of_end && takes(loss, a) && takes(loss, b))
            return false;
    }
    return true;
}

/* INFINITY: no two paths are apart. */
static double fewest_hops(tiny *t)
{
    path start = {.n_links = 0};
    double best = (double)INFINITY;
    walk(t, &start, t->demand.ends[0]);
    for (size_t i = 0; i < t->n_paths; i++)
        for (size_t j = 0; j < i; j++)
            if (are_apart(t, &t->paths[i], &t->paths[j]))
                best = fmin(best, (double)(t->paths[i].n_links + t->paths[j].n_links));
    return best;
}

static kh_status find(const tiny *t, kh_arena *arena, kh_pairs *pairs)
{
    assert_int_equal(kh_pairs_find(&t->problem, t->losses, LOSSES, arena, pairs, NULL), KH_OK);
    return kh_pairs_check(&t->problem, t->losses, LOSSES, pairs, NULL);
}

static void pairs_have_the_fewest_hops_of_all_paths(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(3, "", "pairs");
    size_t n_found = 0;
    for (int i = 0; i < 600; i++) {
        tiny t;
        kh_arena *arena = kh_arena_create(0);
        kh_pairs pairs;
        draw_problem(&t, &rng);
        double best = fewest_hops(&t);
        assert_int_equal(find(&t, arena, &pairs), KH_OK);
        assert_int_equal(pairs.n, 1);
        const kh_pair *pair = &pairs.of[0];
        assert_true(pair->found == isfinite(best));
        if (pair->found) {
            n_found++;
            assert_int_equal(pair->routes[0].n_links + pair->routes[1].n_links, (size_t)best);
            assert_near(pair->bound, best, 1e-6);
        } else {
            assert_true(isinf(pair->bound));
        }
        kh_arena_destroy(arena);
    }
    assert_in_range(n_found, 60, 540);
}

/* What must be noticed. */
static void spoil(kh_pair *pair, int how)
{
    static const uint32_t nowhere[] = {LINKS}, an_end[] = {0};
    if (!pair->found) {
        pair->nodes = an_end;
        pair->n_nodes = 1;
    } else if (how == 0)
        pair->routes[1] = pair->routes[0];
    else if (how == 1)
        pair->routes[0].n_links--;
    else if (how == 2)
        pair->routes[0] = (kh_pair_route){nowhere, 1};
    else
        pair->bound += 1;
}

static void the_check_refuses_changed_pairs(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(4, "", "pairs");
    for (int i = 0; i < 200; i++) {
        tiny t;
        kh_arena *arena = kh_arena_create(0);
        kh_pairs pairs;
        draw_problem(&t, &rng);
        assert_int_equal(find(&t, arena, &pairs), KH_OK);
        spoil(&pairs.of[0], i % 4);
        assert_int_equal(kh_pairs_check(&t.problem, t.losses, LOSSES, &pairs, NULL), KH_UNMET);
        kh_arena_destroy(arena);
    }
}

/* Routes over one duct: apart but for the loss of it. */
static void routes_through_one_duct_are_no_pair(void **state)
{
    (void)state;
    static const uint32_t ends[4][2] = {{0, 1}, {1, 3}, {0, 2}, {2, 3}}, duct[2] = {1, 3};
    static const double rate[4] = {1, 1, 1, 1};
    const kh_keyflow_demand demand = {{0, 3}, 1};
    const kh_loss loss = {.links = duct, .n_links = 2};
    const kh_keyflow_problem problem = {
        .graph = {4, 4, ends, NULL}, .capacity_bps = rate, .demands = &demand, .n_demands = 1, .time_limit_s = INFINITY};
    kh_arena *arena = kh_arena_create(0);
    kh_pairs pairs;
    assert_int_equal(kh_pairs_find(&problem, &loss, 1, arena, &pairs, NULL), KH_OK);
    assert_false(pairs.of[0].found);
    assert_int_equal(pairs.of[0].n_losses, 1);
    assert_int_equal(pairs.of[0].n_nodes, 0);
    assert_int_equal(kh_pairs_find(&problem, &loss, 0, arena, &pairs, NULL), KH_OK);
    assert_true(pairs.of[0].found);
    assert_int_equal(kh_pairs_check(&problem, &loss, 0, &pairs, NULL), KH_OK);
    assert_int_equal(kh_pairs_check(&problem, &loss, 1, &pairs, NULL), KH_UNMET);
    kh_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_have_the_fewest_hops_of_all_paths),
        cmocka_unit_test(the_check_refuses_changed_pairs),
        cmocka_unit_test(routes_through_one_duct_are_no_pair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
