/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/rng.h"
#include "solvers/design/modules.h"
#include "tests/solvers/near.h"

#include <string.h>

enum { MOST = 6 };

/* A small random design problem and room for it. */
typedef struct tiny {
    uint32_t ends[MOST][2], ports[MOST];
    bool relays[MOST];
    kh_keyflow_demand demands[MOST];
    kh_modules_choice choices[MOST];
    double node_cost[MOST];
    kh_modules_loss losses[MOST];
    bool lost[MOST][MOST], left_out[MOST][MOST];
    kh_modules_problem problem;
} tiny;

static uint32_t draw(kh_rng *rng, uint32_t n)
{
    return (uint32_t)kh_rng_below(rng, n);
}

static void draw_demands(tiny *t, kh_rng *rng, uint32_t n_nodes)
{
    t->problem.n_demands = draw(rng, 5);
    for (size_t k = 0; k < t->problem.n_demands; k++) {
        uint32_t u = draw(rng, n_nodes), v = (u + 1 + draw(rng, n_nodes - 1)) % n_nodes;
        t->demands[k] = (kh_keyflow_demand){{u, v}, 1 + draw(rng, 9)};
    }
}

/* Of types of modules on some link or on several; sometimes a demand goes with them. */
static void draw_losses(tiny *t, kh_rng *rng)
{
    t->problem.n_losses = draw(rng, 3) > 0 ? draw(rng, MOST) : 0;
    for (size_t s = 0; s < t->problem.n_losses; s++) {
        uint32_t link = draw(rng, (uint32_t)t->problem.graph.n_links);
        for (size_t j = 0; j < t->problem.n_choices; j++)
            t->lost[s][j] = t->choices[j].link == link || draw(rng, 8) == 0;
        for (size_t k = 0; k < t->problem.n_demands; k++)
            t->left_out[s][k] = draw(rng, 3) == 0;
        t->losses[s] = (kh_modules_loss){"it", t->lost[s], t->left_out[s]};
    }
    t->problem.losses = t->losses;
}

static void draw_problem(tiny *t, kh_rng *rng)
{
    uint32_t n = 2 + draw(rng, 4), m = 1 + draw(rng, MOST);
    *t = (tiny){.problem = {.theta = 0.5 + kh_rng_uniform(rng), .time_limit_s = INFINITY}};
    for (uint32_t v = 0; v < n; v++) {
        t->node_cost[v] = draw(rng, 4);
        t->relays[v] = draw(rng, 5) > 0;
    }
    for (uint32_t e = 0; e < m; e++) {
        t->ends[e][0] = draw(rng, n);
        t->ends[e][1] = draw(rng, n); /* loops and parallels too */
        t->ports[e] = draw(rng, 3) > 0 ? UINT32_MAX : draw(rng, 3);
    }
    t->problem.n_choices = draw(rng, MOST + 1);
    for (size_t j = 0; j < t->problem.n_choices; j++)
        t->choices[j] = (kh_modules_choice){draw(rng, m), draw(rng, 4), 1 + draw(rng, 12), 1 + draw(rng, 5)};
    draw_demands(t, rng, n);
    t->problem.graph = (kh_graph){n, m, (const uint32_t(*)[2])t->ends, t->relays};
    t->problem.demands = t->demands;
    t->problem.choices = t->choices;
    t->problem.node_cost = t->node_cost;
    t->problem.ports = t->ports;
    draw_losses(t, rng);
}

/* @p loss  NULL: none */
static bool carries_after(const tiny *t, const kh_modules_loss *loss, const uint32_t *count, kh_arena *arena)
{
    double capacity[MOST] = {0};
    kh_keyflow_demand demands[MOST];
    kh_keyflow flow;
    size_t n = 0;
    for (size_t j = 0; j < t->problem.n_choices; j++)
        capacity[t->choices[j].link] += loss != NULL && loss->lost[j] ? 0 : count[j] * t->choices[j].rate_bps;
    for (size_t k = 0; k < t->problem.n_demands; k++)
        if (loss == NULL || !loss->left_out[k])
            demands[n++] = t->demands[k];
    kh_keyflow_problem problem = {.graph = t->problem.graph,
                                  .capacity_bps = capacity,
                                  .demands = demands,
                                  .n_demands = n,
                                  .level_cap = INFINITY,
                                  .time_limit_s = INFINITY};
    assert_int_equal(kh_keyflow_solve(&problem, arena, &flow, NULL), KH_OK);
    for (size_t k = 0; k < problem.n_demands; k++)
        if (!flow.joined[k])
            return false;
    return problem.n_demands == 0 || flow.value >= t->problem.theta * (1 - 1e-9);
}

static bool carries(const tiny *t, const uint32_t *count, kh_arena *arena)
{
    bool all = carries_after(t, NULL, count, arena);
    for (size_t s = 0; s < t->problem.n_losses && all; s++)
        all = carries_after(t, &t->losses[s], count, arena);
    return all;
}

static double price(const tiny *t, const uint32_t *count)
{
    bool opened[MOST] = {false};
    double sum = 0;
    for (size_t k = 0; k < t->problem.n_demands; k++)
        opened[t->demands[k].ends[0]] = opened[t->demands[k].ends[1]] = true;
    for (size_t j = 0; j < t->problem.n_choices; j++) {
        sum += count[j] * t->choices[j].cost;
        for (int i = 0; i < 2 && count[j] > 0; i++)
            opened[t->ends[t->choices[j].link][i]] = true;
    }
    for (size_t v = 0; v < t->problem.graph.n_nodes; v++)
        sum += opened[v] ? t->node_cost[v] : 0;
    return sum;
}

static bool fits(const tiny *t, const uint32_t *count)
{
    uint32_t used[MOST] = {0};
    for (size_t j = 0; j < t->problem.n_choices; j++)
        used[t->choices[j].link] += count[j];
    for (size_t e = 0; e < t->problem.graph.n_links; e++)
        if (used[e] > t->ports[e])
            return false;
    return true;
}

/* The cheapest of all vectors; INFINITY: none carries all. */
static double try_all(const tiny *t, kh_arena *arena)
{
    uint32_t count[MOST] = {0};
    double best = (double)INFINITY;
    for (;;) {
        double cost = price(t, count);
        if (cost < best && fits(t, count) && carries(t, count, arena))
            best = cost;
        size_t j = 0;
        while (j < t->problem.n_choices && count[j] == t->choices[j].most)
            count[j++] = 0;
        if (j == t->problem.n_choices)
            return best;
        count[j]++;
    }
}

static void designs_are_as_cheap_as_the_best_of_all_vectors(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(5, "", "modules");
    size_t possible = 0;
    for (int i = 0; i < 600; i++) {
        kh_arena *arena = kh_arena_create(0);
        tiny t;
        kh_modules_design design;
        draw_problem(&t, &rng);
        double best = try_all(&t, arena);
        kh_status status = kh_modules_solve(&t.problem, arena, &design, NULL);
        assert_int_equal(status, isinf(best) ? KH_INFEASIBLE : KH_OK);
        if (status == KH_OK) {
            possible++;
            assert_near(design.cost, best, 1e-9);
            assert_near(design.bound, best, 1e-9);
            assert_near(price(&t, design.count), best, 1e-9);
            assert_true(fits(&t, design.count) && carries(&t, design.count, arena));
            assert_int_equal(kh_modules_verify(&t.problem, &design, NULL), KH_OK);
        }
        kh_arena_destroy(arena);
    }
    assert_in_range(possible, 120, 580);
}

/* One change of a design that carries something; what must be noticed. */
static void spoil(const tiny *t, kh_modules_design *design, int how)
{
    size_t used = 0;
    while (used < t->problem.n_choices && design->count[used] == 0)
        used++;
    kh_keyflow_route *route = &design->flow.routes[0];
    switch (how) {
    case 0:
        design->count[used]--; /* a module less: the cost is wrong */
        break;
    case 1:
        design->cost -= 1;
        break;
    case 2:
        route->rate_bps *= 0.5;
        break;
    case 3:
        route->links[route->n_links - 1] = MOST;
        break;
    case 4:
        design->opened[t->ends[t->choices[used].link][0]] = false;
        break;
    case 5:
        design->bound = design->cost + 1;
        break;
    case 6:
        design->proof_bound = design->bound = design->cost * 1.5 + 1;
        break;
    case 7:
        design->worst *= 1.1;
        break;
    default:
        design->count[used] = t->choices[used].most + 1;
        break;
    }
}

static void verify_refuses_a_changed_design(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(6, "", "modules");
    size_t tried = 0;
    for (int i = 0; i < 900; i++) {
        kh_arena *arena = kh_arena_create(0);
        tiny t;
        kh_modules_design design;
        draw_problem(&t, &rng);
        for (size_t v = 0; v < MOST; v++)
            t.node_cost[v]++;
        if (kh_modules_solve(&t.problem, arena, &design, NULL) == KH_OK && design.flow.n_routes > 0) {
            spoil(&t, &design, i % 9);
            assert_int_equal(kh_modules_verify(&t.problem, &design, NULL), KH_UNMET);
            tried++;
        }
        kh_arena_destroy(arena);
    }
    assert_in_range(tried, 60, 900);
}

/* The first loss after which something goes over a link that it takes without the loss; n_losses: none. */
static size_t find_felt(const tiny *t, const kh_modules_design *design)
{
    for (size_t s = 0; s < t->problem.n_losses; s++) {
        bool there[MOST] = {false};
        for (size_t j = 0; j < t->problem.n_choices; j++)
            there[t->choices[j].link] |= design->count[j] > 0 && !t->lost[s][j];
        for (size_t r = 0; r < design->flow.n_routes; r++)
            for (size_t i = 0; i < design->flow.routes[r].n_links; i++)
                if (!there[design->flow.routes[r].links[i]] && design->after[s].n_routes > 0)
                    return s;
    }
    return t->problem.n_losses;
}

/* A ring of four with two links doubled, modules enough on each, and the loss of any of them. */
static void draw_ring(tiny *t, kh_rng *rng)
{
    draw_problem(t, rng);
    t->problem.graph = (kh_graph){4, MOST, (const uint32_t(*)[2])t->ends, NULL};
    t->problem.ports = NULL;
    t->problem.n_choices = MOST;
    for (uint32_t e = 0; e < MOST; e++) {
        t->ends[e][0] = e % 4;
        t->ends[e][1] = (e + 1) % 4;
        t->choices[e] = (kh_modules_choice){e, UINT32_MAX, 1 + draw(rng, 12), 1 + draw(rng, 5)};
    }
    draw_demands(t, rng, 4);
    draw_losses(t, rng);
}

static void spoil_after(kh_modules_design *design, size_t loss, int how)
{
    kh_keyflow *after = &design->after[loss];
    if (how == 0)
        *after = design->flow; /* as if nothing were lost */
    else if (how == 1)
        after->routes[0].rate_bps *= 0.5;
    else if (how == 2)
        after->value *= 1.1;
    else
        after->n_routes--;
}

static void verify_refuses_changed_routes_after_a_loss(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(8, "", "modules");
    size_t tried = 0;
    for (int i = 0; i < 300; i++) {
        kh_arena *arena = kh_arena_create(0);
        tiny t;
        kh_modules_design design;
        draw_ring(&t, &rng);
        size_t felt = kh_modules_solve(&t.problem, arena, &design, NULL) == KH_OK ? find_felt(&t, &design) : t.problem.n_losses;
        if (felt < t.problem.n_losses) {
            assert_int_equal(kh_modules_verify(&t.problem, &design, NULL), KH_OK);
            spoil_after(&design, felt, i % 4);
            assert_int_equal(kh_modules_verify(&t.problem, &design, NULL), KH_UNMET);
            tried++;
        }
        kh_arena_destroy(arena);
    }
    assert_in_range(tried, 40, 300);
}

static void a_false_reason_is_refused(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(7, "", "modules");
    size_t tried = 0;
    for (int i = 0; i < 900; i++) {
        kh_arena *arena = kh_arena_create(0);
        tiny t;
        kh_modules_design design;
        draw_problem(&t, &rng);
        if (kh_modules_solve(&t.problem, arena, &design, NULL) == KH_OK && design.n_reasons > 0) {
            assert_true(design.proof_bound > 0 && design.proof_bound <= design.cost + 1e-6);
            design.reasons[0].multiplier = 0;
            assert_int_equal(kh_modules_verify(&t.problem, &design, NULL), KH_UNMET);
            tried++;
        }
        kh_arena_destroy(arena);
    }
    assert_in_range(tried, 60, 900);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(designs_are_as_cheap_as_the_best_of_all_vectors),
        cmocka_unit_test(verify_refuses_a_changed_design),
        cmocka_unit_test(verify_refuses_changed_routes_after_a_loss),
        cmocka_unit_test(a_false_reason_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
