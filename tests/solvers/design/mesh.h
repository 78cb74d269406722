/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TESTS_SOLVERS_DESIGN_MESH_H
#define KH_TESTS_SOLVERS_DESIGN_MESH_H

/* A small random network, joined, with two types of modules on each link. */
#include "core/base/rng.h"
#include "solvers/design/modules.h"
#include "tests/solvers/near.h"

enum { MESH_NODES = 7, MESH_LINKS = 11, MESH_CHOICES = 2 * MESH_LINKS, MESH_DEMANDS = 8 };

typedef struct mesh {
    uint32_t ends[MESH_LINKS][2], ports[MESH_LINKS];
    double node_cost[MESH_NODES];
    kh_keyflow_demand demands[MESH_DEMANDS];
    kh_modules_choice choices[MESH_CHOICES];
    kh_modules_problem problem;
} mesh;

/* Without limits, and nodes cost nothing: a test sets problem.ports and problem.node_cost if it wants them. */
static inline void mesh_draw(mesh *m, kh_rng *rng)
{
    *m = (mesh){.problem = {.theta = 0.5 + kh_rng_uniform(rng), .time_limit_s = (double)INFINITY}};
    for (uint32_t e = 0; e < MESH_LINKS; e++) {
        uint32_t v = e + 1 < MESH_NODES ? e + 1 : (uint32_t)kh_rng_below(rng, MESH_NODES);
        m->ends[e][0] = v;
        m->ends[e][1] = e + 1 < MESH_NODES ? (uint32_t)kh_rng_below(rng, v)
                                           : (uint32_t)(v + 1 + kh_rng_below(rng, MESH_NODES - 1)) % MESH_NODES;
        m->ports[e] = 1 + (uint32_t)kh_rng_below(rng, 6);
        for (uint32_t i = 0; i < 2; i++)
            m->choices[2 * e + i] = (kh_modules_choice){.link = e,
                                                        .most = UINT32_MAX,
                                                        .rate_bps = (1 + i) * (2 + (double)kh_rng_below(rng, 4)),
                                                        .cost = (1 + i) * (1 + (double)kh_rng_below(rng, 5))};
    }
    for (uint32_t k = 0; k < MESH_DEMANDS; k++) {
        uint32_t u = (uint32_t)kh_rng_below(rng, MESH_NODES),
                 v = (uint32_t)(u + 1 + kh_rng_below(rng, MESH_NODES - 1)) % MESH_NODES;
        m->demands[k] = (kh_keyflow_demand){{u, v}, 1 + (double)kh_rng_below(rng, 9)};
    }
    for (uint32_t v = 0; v < MESH_NODES; v++)
        m->node_cost[v] = (double)kh_rng_below(rng, 4);
    m->problem.graph = (kh_graph){.n_nodes = MESH_NODES, .n_links = MESH_LINKS, .ends = (const uint32_t(*)[2])m->ends};
    m->problem.demands = m->demands;
    m->problem.n_demands = MESH_DEMANDS;
    m->problem.choices = m->choices;
    m->problem.n_choices = MESH_CHOICES;
}

/* Every demand has its way from end to end at its rate, and what stands on each link carries what crosses it. */
static inline void mesh_check_routes(const mesh *m, const kh_keyflow_route *routes, const double *count)
{
    double left[MESH_LINKS] = {0};
    for (size_t j = 0; j < MESH_CHOICES; j++)
        left[m->choices[j].link] += count[j] * m->choices[j].rate_bps;
    for (uint32_t k = 0; k < MESH_DEMANDS; k++) {
        uint32_t at = m->demands[k].ends[0];
        assert_near(routes[k].rate_bps, m->problem.theta * m->demands[k].requested_bps, 1e-12);
        for (size_t i = 0; i < routes[k].n_links; i++) {
            const uint32_t *ends = m->ends[routes[k].links[i]];
            assert_true(ends[0] == at || ends[1] == at);
            at = ends[0] == at ? ends[1] : ends[0];
            left[routes[k].links[i]] -= routes[k].rate_bps;
        }
        assert_int_equal(at, m->demands[k].ends[1]);
    }
    for (size_t e = 0; e < MESH_LINKS; e++)
        assert_true(left[e] >= -1e-6);
}

/* Modules alone. */
static inline double mesh_price(const mesh *m, const double *count)
{
    double sum = 0;
    for (size_t j = 0; j < MESH_CHOICES; j++)
        sum += count[j] * m->choices[j].cost;
    return sum;
}

#endif
