/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/domains/yardstick.h"

#include "core/base/clock.h"

#include "solvers/graph/tree.h"

#include <math.h>
#include <stdlib.h>

static const double INSIDE_GAP = 1e-3;

typedef struct walk {
    const kh_keyflow_problem *problem;
    const uint32_t *domain_of;
    kh_keyflow_demand *segments; /* of all domains */
    uint32_t *domain;            /* of each segment */
    size_t n, room;
    double *load;   /* [n_links] of the crossings */
    double until_s; /* of the routing inside domains */
} walk;

static kh_status add_segment(walk *w, uint32_t from, uint32_t to, double rate_bps, kh_arena *arena, kh_error *err)
{
    if (from == to)
        return KH_OK;
    if (w->n == w->room) {
        size_t room = w->room;
        w->domain = kh_arena_grow(arena, w->domain, w->n, &room, sizeof *w->domain);
        w->segments = kh_arena_grow(arena, w->segments, w->n, &w->room, sizeof *w->segments);
        if (w->domain == NULL || w->segments == NULL)
            return kh_fail(err, KH_ENOMEM, "no memory for the segments of fixed paths");
    }
    w->domain[w->n] = w->domain_of[from];
    w->segments[w->n++] = (kh_keyflow_demand){{from, to}, rate_bps};
    return KH_OK;
}

static kh_status split_path(walk *w, uint32_t node, const uint32_t *links, size_t n, double rate_bps, kh_arena *arena,
                            kh_error *err)
{
    uint32_t from = node;
    for (size_t i = 0; i < n; i++) {
        uint32_t next = kh_graph_far_end(w->problem->graph.ends[links[i]], node);
        if (w->domain_of[next] != w->domain_of[node]) {
            KH_TRY(add_segment(w, from, node, rate_bps, arena, err));
            w->load[links[i]] += rate_bps / w->problem->capacity_bps[links[i]];
            from = next;
        }
        node = next;
    }
    return add_segment(w, from, node, rate_bps, arena, err);
}

static kh_status split_all(walk *w, const double *weight, kh_arena *arena, kh_error *err)
{
    const kh_keyflow_problem *problem = w->problem;
    bool *use = KH_NEW(arena, bool, problem->graph.n_links);
    uint32_t *links = KH_NEW(arena, uint32_t, problem->graph.n_nodes);
    for (size_t e = 0; use != NULL && e < problem->graph.n_links; e++)
        use[e] = problem->capacity_bps[e] > 0;
    kh_tree *tree = use != NULL ? kh_tree_create(&problem->graph, use, arena) : NULL;
    if (tree == NULL || links == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for fixed paths");
    for (size_t k = 0; k < problem->n_demands; k++) {
        const kh_keyflow_demand *d = &problem->demands[k];
        kh_tree_grow(tree, weight, d->ends[0], &d->ends[1], 1);
        size_t n = kh_tree_path(tree, d->ends[1], links);
        if (n > 0)
            KH_TRY(split_path(w, d->ends[1], links, n, d->requested_bps, arena, err));
    }
    return KH_OK;
}

/* The stretch of one domain by its segments, translated to its part. */
static kh_status stretch_of(const walk *w, const kh_part *part, kh_arena *arena, double *stretch, kh_error *err)
{
    uint32_t *local = KH_NEW(arena, uint32_t, w->problem->graph.n_nodes);
    kh_keyflow_demand *own = KH_NEW(arena, kh_keyflow_demand, w->n);
    if (local == NULL || own == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the segments of a domain");
    for (uint32_t v = 0; v < part->graph.n_nodes; v++)
        local[part->node_of[v]] = v;
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++)
        if (w->domain[i] == part->self)
            own[n++] =
                (kh_keyflow_demand){{local[w->segments[i].ends[0]], local[w->segments[i].ends[1]]}, w->segments[i].requested_bps};
    const kh_keyflow_problem problem = {.graph = part->graph,
                                        .capacity_bps = part->capacity_bps,
                                        .demands = own,
                                        .n_demands = n,
                                        .level_cap = HUGE_VAL,
                                        .time_limit_s = fmax(w->until_s - kh_clock_s(), 0),
                                        .gap = INSIDE_GAP};
    kh_keyflow flow;
    *stretch = 0;
    if (n == 0)
        return KH_OK;
    KH_TRY(kh_keyflow_solve(&problem, arena, &flow, err));
    *stretch = 1 / flow.value;
    return KH_OK;
}

kh_status kh_yardstick_fixed(const kh_keyflow_problem *problem, const uint32_t *domain_of, uint32_t n_domains, const double *weight,
                             kh_arena *arena, double *value, kh_error *err)
{
    walk w = {.problem = problem,
              .domain_of = domain_of,
              .until_s = kh_clock_s() + problem->time_limit_s,
              .load = KH_NEW(arena, double, problem->graph.n_links)};
    if (w.load == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for fixed paths");
    KH_TRY(split_all(&w, weight, arena, err));
    double most = 0;
    for (size_t e = 0; e < problem->graph.n_links; e++)
        most = fmax(most, w.load[e]);
    for (uint32_t i = 0; i < n_domains; i++) {
        kh_part part;
        double stretch = 0;
        KH_TRY(kh_part_cut(problem, domain_of, (uint32_t[2]){i, n_domains}, arena, &part, err));
        KH_TRY(stretch_of(&w, &part, arena, &stretch, err));
        most = fmax(most, stretch);
    }
    *value = most > 0 ? 1 / most : 0;
    return KH_OK;
}

kh_status kh_yardstick_busiest(const kh_federation *federation, double *busiest, kh_error *err)
{
    double most = 0;
    for (uint32_t i = 0; i < federation->n_domains; i++) {
        const kh_part *part = &federation->parts[i];
        const kh_atlas *atlas = kh_member_atlas(federation->members[i]);
        double *load = calloc(part->graph.n_links + atlas->n_crossings + 1, sizeof *load);
        if (load == NULL)
            return kh_fail(err, KH_ENOMEM, "no memory for %zu loads", part->graph.n_links);
        kh_member_loads(federation->members[i], load);
        kh_member_crossings(federation->members[i], load + part->graph.n_links);
        for (size_t e = 0; e < part->graph.n_links; e++)
            most = fmax(most, load[e] / part->capacity_bps[e]);
        for (size_t x = 0; x < atlas->n_crossings; x++)
            most = fmax(most, load[part->graph.n_links + x] / atlas->capacity_bps[x]);
        free(load);
    }
    *busiest = most;
    return KH_OK;
}
