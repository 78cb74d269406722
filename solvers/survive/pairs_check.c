/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/arena.h"
#include "solvers/survive/pairs.h"

#include <math.h>
#include <string.h>

typedef struct check {
    const kh_keyflow_problem *problem;
    const kh_loss *losses;
    size_t n_losses;
    bool *met;   /* [n_nodes] inside a route, or reached */
    bool *taken; /* [n_nodes] a loss, or a relay, away */
    bool *gone;  /* [n_links] likewise */
} check;

static bool may_relay(const check *c, uint32_t node)
{
    return c->problem->graph.relays == NULL || c->problem->graph.relays[node];
}

/* Nodes inside the first route stay marked for the second. */
static kh_status check_route(const check *c, const uint32_t ends[2], const kh_pair_route *route, kh_error *err)
{
    const kh_graph *graph = &c->problem->graph;
    uint32_t node = ends[0];
    for (size_t i = 0; i < route->n_links; i++) {
        uint32_t e = route->links[i];
        if (e >= graph->n_links || !(c->problem->capacity_bps[e] > 0) || (graph->ends[e][0] != node && graph->ends[e][1] != node))
            return kh_fail(err, KH_UNMET, "a route cannot go on from node %u over link %u", node, e);
        node = graph->ends[e][0] == node ? graph->ends[e][1] : graph->ends[e][0];
        if (i + 1 == route->n_links)
            break;
        if (node == ends[0] || node == ends[1] || c->met[node] || !may_relay(c, node))
            return kh_fail(err, KH_UNMET, "node %u is passed twice, or may not pass key on", node);
        c->met[node] = true;
    }
    return node == ends[1] ? KH_OK : kh_fail(err, KH_UNMET, "a route ends at node %u", node);
}

static bool is_listed(const uint32_t *list, size_t n, uint32_t item)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] == item)
            return true;
    return false;
}

static bool is_hit(const check *c, const kh_loss *loss, const kh_pair_route *route)
{
    for (size_t i = 0; i < route->n_links; i++) {
        const uint32_t *ends = c->problem->graph.ends[route->links[i]];
        if (is_listed(loss->links, loss->n_links, route->links[i]) || is_listed(loss->nodes, loss->n_nodes, ends[0]) ||
            is_listed(loss->nodes, loss->n_nodes, ends[1]))
            return true;
    }
    return false;
}

static bool has_end(const kh_loss *loss, const uint32_t ends[2])
{
    return is_listed(loss->nodes, loss->n_nodes, ends[0]) || is_listed(loss->nodes, loss->n_nodes, ends[1]);
}

static kh_status check_found(const check *c, const uint32_t ends[2], const kh_pair *pair, kh_error *err)
{
    double hops = (double)(pair->routes[0].n_links + pair->routes[1].n_links);
    memset(c->met, 0, c->problem->graph.n_nodes * sizeof *c->met);
    for (int i = 0; i < 2; i++)
        KH_TRY(check_route(c, ends, &pair->routes[i], err));
    if (pair->routes[0].n_links == 1 && pair->routes[1].n_links == 1 && pair->routes[0].links[0] == pair->routes[1].links[0])
        return kh_fail(err, KH_UNMET, "both routes are link %u", pair->routes[0].links[0]);
    for (size_t s = 0; s < c->n_losses; s++)
        if (!has_end(&c->losses[s], ends) && is_hit(c, &c->losses[s], &pair->routes[0]) &&
            is_hit(c, &c->losses[s], &pair->routes[1]))
            return kh_fail(err, KH_UNMET, "loss %zu takes both routes", s);
    if (!(pair->bound <= hops * (1 + 1e-9)))
        return kh_fail(err, KH_UNMET, "%g hops are below the bound %g", hops, pair->bound);
    return KH_OK;
}

/* Spreads over what is left until nothing changes. */
static bool is_parted(const check *c, const uint32_t ends[2])
{
    const kh_graph *graph = &c->problem->graph;
    memset(c->met, 0, graph->n_nodes * sizeof *c->met);
    c->met[ends[0]] = true;
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t e = 0; e < graph->n_links; e++)
            for (int i = 0; i < 2; i++) {
                uint32_t from = graph->ends[e][i], to = graph->ends[e][1 - i];
                bool open = c->problem->capacity_bps[e] > 0 && !c->gone[e] && !c->taken[from] && !c->taken[to];
                if (!open || !c->met[from] || c->met[to] || (from != ends[0] && !may_relay(c, from)))
                    continue;
                c->met[to] = changed = true;
            }
    }
    return !c->met[ends[1]];
}

static kh_status check_parts(const check *c, const uint32_t ends[2], const kh_loss *loss, kh_error *err)
{
    memset(c->taken, 0, c->problem->graph.n_nodes * sizeof *c->taken);
    memset(c->gone, 0, c->problem->graph.n_links * sizeof *c->gone);
    for (size_t i = 0; i < loss->n_nodes; i++)
        c->taken[loss->nodes[i]] = true;
    for (size_t i = 0; i < loss->n_links; i++)
        c->gone[loss->links[i]] = true;
    if (has_end(loss, ends) || !is_parted(c, ends))
        return kh_fail(err, KH_UNMET, "what is said to stand in the way leaves a route");
    return KH_OK;
}

static kh_status check_obstacles(const check *c, const uint32_t ends[2], const kh_pair *pair, kh_error *err)
{
    for (size_t i = 0; i < pair->n_nodes; i++)
        KH_TRY(check_parts(c, ends, &(kh_loss){.nodes = &pair->nodes[i], .n_nodes = 1}, err));
    for (size_t i = 0; i < pair->n_losses; i++) {
        if (pair->losses[i] >= c->n_losses)
            return kh_fail(err, KH_UNMET, "loss %u of %zu", pair->losses[i], c->n_losses);
        KH_TRY(check_parts(c, ends, &c->losses[pair->losses[i]], err));
    }
    return KH_OK;
}

static kh_status run(check *c, const kh_pairs *pairs, kh_arena *arena, kh_error *err)
{
    c->met = KH_NEW(arena, bool, c->problem->graph.n_nodes);
    c->taken = KH_NEW(arena, bool, c->problem->graph.n_nodes);
    c->gone = KH_NEW(arena, bool, c->problem->graph.n_links);
    if (c->met == NULL || c->taken == NULL || c->gone == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to check pairs of routes");
    if (pairs->n > c->problem->n_demands)
        return kh_fail(err, KH_UNMET, "%zu pairs for %zu demands", pairs->n, c->problem->n_demands);
    for (size_t k = 0; k < pairs->n; k++) {
        const kh_pair *pair = &pairs->of[k];
        const uint32_t *ends = c->problem->demands[k].ends;
        kh_status status = pair->found ? check_found(c, ends, pair, err) : check_obstacles(c, ends, pair, err);
        if (status != KH_OK)
            return kh_while(err, status, "the two routes of demand %zu", k);
    }
    return KH_OK;
}

kh_status kh_pairs_check(const kh_keyflow_problem *problem, const kh_loss *losses, size_t n_losses, const kh_pairs *pairs,
                         kh_error *err)
{
    check c = {.problem = problem, .losses = losses, .n_losses = n_losses};
    kh_arena *arena = kh_arena_create(0);
    kh_status status = arena != NULL ? run(&c, pairs, arena, err) : kh_fail(err, KH_ENOMEM, "no memory to check pairs of routes");
    kh_arena_destroy(arena);
    return status;
}
