/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/arena.h"
#include "solvers/design/modules.h"

#include <math.h>
#include <string.h>

static const double SLACK = 1e-9;       /* of rates and costs: sums in another order */
static const double BOUND_SLACK = 1e-6; /* of bounds */

typedef struct check {
    const kh_modules_problem *problem;
    const kh_modules_design *design;
    bool *mark, *use;                 /* [n_nodes], [n_links] */
    double *capacity, *load, *served; /* [n_links], [n_links], [n_demands] */
    double *distance;                 /* [n_nodes] */
    uint32_t *group, *left;           /* [n_nodes], [n_links] of merge() */
    double *slack;                    /* [n_choices] cost not yet explained */
} check;

static bool differ(double a, double b, double slack)
{
    return !(fabs(a - b) <= slack * fmax(1, fmax(fabs(a), fabs(b))));
}

static kh_status check_counts(const check *c, kh_error *err)
{
    const kh_modules_problem *p = c->problem;
    double *used = c->load; /* scratch */
    memset(used, 0, p->graph.n_links * sizeof *used);
    for (size_t j = 0; j < p->n_choices; j++) {
        const kh_modules_choice *choice = &p->choices[j];
        if (c->design->count[j] > choice->most)
            return kh_fail(err, KH_UNMET, "link %u has %u modules of type %zu, at most %u may stand there", choice->link,
                           c->design->count[j], j, choice->most);
        used[choice->link] += c->design->count[j];
    }
    for (size_t e = 0; p->ports != NULL && e < p->graph.n_links; e++)
        if (p->ports[e] < UINT32_MAX && used[e] > p->ports[e])
            return kh_fail(err, KH_UNMET, "link %zu has %g modules for %u ports", e, used[e], p->ports[e]);
    return KH_OK;
}

static kh_status check_cost(const check *c, kh_error *err)
{
    const kh_modules_problem *p = c->problem;
    double sum = 0;
    for (size_t k = 0; k < p->n_demands; k++)
        c->mark[p->demands[k].ends[0]] = c->mark[p->demands[k].ends[1]] = true;
    for (size_t j = 0; j < p->n_choices; j++) {
        sum += c->design->count[j] * p->choices[j].cost;
        if (c->design->count[j] > 0)
            c->mark[p->graph.ends[p->choices[j].link][0]] = c->mark[p->graph.ends[p->choices[j].link][1]] = true;
    }
    for (size_t v = 0; v < p->graph.n_nodes; v++) {
        if (c->mark[v] && !c->design->opened[v] && p->node_cost != NULL && p->node_cost[v] > 0)
            return kh_fail(err, KH_UNMET, "node %zu is needed and not opened", v);
        sum += c->design->opened[v] && p->node_cost != NULL ? p->node_cost[v] : 0;
    }
    if (differ(sum, c->design->cost, SLACK))
        return kh_fail(err, KH_UNMET, "the design costs %.12g, not %.12g", sum, c->design->cost);
    return KH_OK;
}

static bool is_lost(const check *c, size_t state, size_t choice)
{
    return state > 0 && c->problem->losses[state - 1].lost[choice];
}

static bool is_left_out(const check *c, size_t state, size_t demand)
{
    return state > 0 && c->problem->losses[state - 1].left_out[demand];
}

/* Follows a route from the demand's first end to the second. */
static kh_status check_route(const check *c, const kh_keyflow *flow, size_t r, kh_error *err)
{
    const kh_modules_problem *p = c->problem;
    const kh_keyflow_route *route = &flow->routes[r];
    if (route->demand >= p->n_demands || !(route->rate_bps > 0) || isinf(route->rate_bps))
        return kh_fail(err, KH_UNMET, "route %zu carries %g bit/s of demand %u", r, route->rate_bps, route->demand);
    uint32_t node = p->demands[route->demand].ends[0];
    memset(c->mark, 0, p->graph.n_nodes * sizeof *c->mark);
    c->mark[node] = true;
    for (size_t i = 0; i < route->n_links; i++) {
        uint32_t e = route->links[i];
        const uint32_t *ends = e < p->graph.n_links ? p->graph.ends[e] : NULL;
        if (ends == NULL || (ends[0] != node && ends[1] != node) || (i > 0 && p->graph.relays != NULL && !p->graph.relays[node]))
            return kh_fail(err, KH_UNMET, "route %zu cannot go on from node %u over link %u", r, node, e);
        node = ends[0] == node ? ends[1] : ends[0];
        if (c->mark[node])
            return kh_fail(err, KH_UNMET, "route %zu comes to node %u twice", r, node);
        c->mark[node] = true;
        c->load[e] += route->rate_bps;
    }
    if (node != p->demands[route->demand].ends[1])
        return kh_fail(err, KH_UNMET, "route %zu ends at node %u", r, node);
    c->served[route->demand] += route->rate_bps;
    return KH_OK;
}

static kh_status check_served(const check *c, size_t state, double worst, kh_error *err)
{
    const kh_modules_problem *p = c->problem;
    double least = HUGE_VAL;
    for (size_t k = 0; k < p->n_demands; k++) {
        if (is_left_out(c, state, k))
            continue;
        if (c->served[k] < p->theta * p->demands[k].requested_bps * (1 - 2 * SLACK))
            return kh_fail(err, KH_UNMET, "demand %zu gets %.12g bit/s, theta times its request is %.12g", k, c->served[k],
                           p->theta * p->demands[k].requested_bps);
        least = fmin(least, c->served[k] / p->demands[k].requested_bps);
    }
    if (isfinite(least) && differ(least, worst, SLACK))
        return kh_fail(err, KH_UNMET, "the worst demand gets %.12g of its request, not %.12g", least, worst);
    return KH_OK;
}

static kh_status check_flow(const check *c, size_t state, const kh_keyflow *flow, double worst, kh_error *err)
{
    const kh_modules_problem *p = c->problem;
    memset(c->load, 0, p->graph.n_links * sizeof *c->load);
    memset(c->capacity, 0, p->graph.n_links * sizeof *c->capacity);
    memset(c->served, 0, p->n_demands * sizeof *c->served);
    for (size_t j = 0; j < p->n_choices; j++)
        c->capacity[p->choices[j].link] += is_lost(c, state, j) ? 0 : c->design->count[j] * p->choices[j].rate_bps;
    for (size_t r = 0; r < flow->n_routes; r++)
        KH_TRY(check_route(c, flow, r, err));
    for (size_t e = 0; e < p->graph.n_links; e++)
        if (c->load[e] > c->capacity[e] * (1 + SLACK))
            return kh_fail(err, KH_UNMET, "link %zu carries %.12g bit/s, its modules give %.12g", e, c->load[e], c->capacity[e]);
    return check_served(c, state, worst, err);
}

/* Every loss by itself. */
static kh_status check_losses(const check *c, kh_error *err)
{
    for (size_t s = 1; s <= c->problem->n_losses; s++) {
        const kh_keyflow *flow = &c->design->after[s - 1];
        kh_status status = check_flow(c, s, flow, flow->value, err);
        if (status != KH_OK)
            return kh_while(err, status, "after the loss of '%s'", c->problem->losses[s - 1].name);
    }
    return KH_OK;
}

static bool relays(const kh_modules_problem *p, uint32_t node)
{
    return p->graph.relays == NULL || p->graph.relays[node];
}

/* Nodes that cost nothing to go between become one, called by its first node; links between others are left. */
static void merge(const check *c, const double *weight, size_t *n_left)
{
    const kh_modules_problem *p = c->problem;
    *n_left = 0;
    for (uint32_t v = 0; v < p->graph.n_nodes; v++)
        c->group[v] = v;
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t e = 0; e < p->graph.n_links; e++) {
            uint32_t *a = &c->group[p->graph.ends[e][0]], *b = &c->group[p->graph.ends[e][1]];
            if (!c->use[e] || weight[e] > 0 || *a == *b || !relays(p, p->graph.ends[e][0]) || !relays(p, p->graph.ends[e][1]))
                continue;
            *a = *b = *a < *b ? *a : *b;
            changed = true;
        }
    }
    for (uint32_t e = 0; e < p->graph.n_links; e++)
        if (c->use[e] && c->group[p->graph.ends[e][0]] != c->group[p->graph.ends[e][1]])
            c->left[(*n_left)++] = e;
}

/* Bellman's way: over all links left again and again. */
static void measure(const check *c, const double *weight, uint32_t source, size_t n_left)
{
    const kh_graph *graph = &c->problem->graph;
    for (size_t v = 0; v < graph->n_nodes; v++)
        c->distance[v] = v == source ? 0 : HUGE_VAL;
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t n = 0; n < 2 * n_left; n++) {
            uint32_t e = c->left[n / 2], u = c->group[graph->ends[e][n % 2]], v = c->group[graph->ends[e][1 - n % 2]];
            if ((u != source && !relays(c->problem, u)) || !(c->distance[u] + weight[e] < c->distance[v]))
                continue;
            c->distance[v] = c->distance[u] + weight[e];
            changed = true;
        }
    }
}

static double need(const check *c, size_t state, const double *weight)
{
    const kh_modules_problem *p = c->problem;
    double sum = 0;
    size_t n_left;
    memset(c->use, 0, p->graph.n_links * sizeof *c->use);
    for (size_t j = 0; j < p->n_choices; j++)
        c->use[p->choices[j].link] |= !is_lost(c, state, j);
    merge(c, weight, &n_left);
    for (uint32_t v = 0; v < p->graph.n_nodes; v++) {
        bool measured = false;
        for (size_t k = 0; k < p->n_demands && c->group[v] == v; k++) {
            if (c->group[p->demands[k].ends[0]] != v || is_left_out(c, state, k))
                continue;
            if (!measured)
                measure(c, weight, v, n_left);
            measured = true;
            sum += p->theta * p->demands[k].requested_bps * c->distance[c->group[p->demands[k].ends[1]]];
        }
    }
    return sum;
}

static uint32_t first_of(const check *c, uint32_t v)
{
    while (c->group[v] != v)
        v = c->group[v];
    return v;
}

static size_t join(const check *c, const uint32_t *ends)
{
    uint32_t a = first_of(c, ends[0]), b = first_of(c, ends[1]);
    c->group[a] = b;
    return a != b;
}

/* Links that the requests want at least between parts: a forest over those that they join. */
static size_t count_joints(const check *c, const double *weight)
{
    const kh_modules_problem *p = c->problem;
    size_t n = 0;
    for (uint32_t v = 0; v < p->graph.n_nodes; v++)
        c->group[v] = v;
    for (size_t j = 0; j < p->n_choices; j++)
        if (!(weight[p->choices[j].link] > 0))
            (void)join(c, p->graph.ends[p->choices[j].link]);
    for (size_t k = 0; k < p->n_demands; k++)
        n += join(c, p->demands[k].ends);
    return n;
}

static void weigh_joints(const check *c, const kh_modules_reason *reason, double *bound)
{
    *bound += reason->multiplier * (double)count_joints(c, reason->weight);
    for (size_t j = 0; j < c->problem->n_choices; j++)
        c->slack[j] -= reason->weight[c->problem->choices[j].link] > 0 ? reason->multiplier : 0;
}

/* One reason's share of the bound, and of the costs. */
static kh_status weigh_reason(const check *c, const kh_modules_reason *reason, double *bound, kh_error *err)
{
    const kh_modules_problem *p = c->problem;
    for (size_t e = 0; e < p->graph.n_links; e++)
        if (!(reason->weight[e] >= 0) || isinf(reason->weight[e]))
            return kh_fail(err, KH_UNMET, "a reason has weight %g", reason->weight[e]);
    if (!(reason->multiplier >= 0) || !(reason->divisor >= 0) || isinf(reason->divisor) || isinf(reason->multiplier))
        return kh_fail(err, KH_UNMET, "a reason has multiplier %g and divisor %g", reason->multiplier, reason->divisor);
    if (reason->state > p->n_losses)
        return kh_fail(err, KH_UNMET, "a reason is of loss %zu of %zu", reason->state, p->n_losses);
    if (reason->joins) {
        weigh_joints(c, reason, bound);
        return KH_OK;
    }
    double needed = need(c, reason->state, reason->weight), d = reason->divisor;
    double whole = d > 0 ? ceil(needed / d) : needed, part = d > 0 ? needed / d - floor(needed / d) : 1;
    if (d > 0 && !(part > 1e-5))
        return kh_fail(err, KH_UNMET, "a reason's divisor %g leaves no fraction of %g", d, needed);
    *bound += reason->multiplier * whole;
    for (size_t j = 0; j < p->n_choices; j++) {
        double a = is_lost(c, reason->state, j) ? 0 : reason->weight[p->choices[j].link] * p->choices[j].rate_bps;
        a = fmin(a, needed);
        if (d > 0)
            a = floor(a / d + 1e-12) + fmin(1, fmax(a / d - floor(a / d + 1e-12), 0) / part);
        c->slack[j] -= reason->multiplier * a;
    }
    return KH_OK;
}

/* More modules of a type than these are never needed, or not allowed. */
static double most_useful(const kh_modules_problem *p, size_t j, double total)
{
    const kh_modules_choice *choice = &p->choices[j];
    const uint32_t *ends = p->graph.ends[choice->link];
    double most = fmin(ceil(total / choice->rate_bps), choice->most);
    if (p->ports != NULL)
        most = fmin(most, p->ports[choice->link]);
    return ends[0] == ends[1] ? 0 : most;
}

/* Modules of a link that make the sum least: while some are worth having and ports are left. Uses the slack up. */
static double fill_link(const check *c, size_t link, double total)
{
    const kh_modules_problem *p = c->problem;
    double ports = p->ports != NULL && p->ports[link] < UINT32_MAX ? p->ports[link] : HUGE_VAL, sum = 0;
    while (ports > 0) {
        size_t best = p->n_choices;
        for (size_t j = 0; j < p->n_choices; j++)
            if (p->choices[j].link == link && c->slack[j] < 0 && (best == p->n_choices || c->slack[j] < c->slack[best]))
                best = j;
        if (best == p->n_choices)
            break;
        double taken = fmin(ports, most_useful(p, best, total));
        sum += c->slack[best] * taken;
        ports -= taken;
        c->slack[best] = 0;
    }
    return sum;
}

static double add_nodes_and_counts(const check *c)
{
    const kh_modules_problem *p = c->problem;
    double total = 0, sum = 0;
    memset(c->mark, 0, p->graph.n_nodes * sizeof *c->mark);
    for (size_t k = 0; k < p->n_demands; k++) {
        total += p->theta * p->demands[k].requested_bps;
        c->mark[p->demands[k].ends[0]] = c->mark[p->demands[k].ends[1]] = true;
    }
    for (size_t v = 0; v < p->graph.n_nodes && p->node_cost != NULL; v++)
        sum += c->mark[v] ? p->node_cost[v] : 0;
    for (size_t e = 0; e < p->graph.n_links; e++)
        sum += fill_link(c, e, total);
    return sum;
}

static kh_status check_bound(const check *c, kh_error *err)
{
    const kh_modules_problem *p = c->problem;
    const kh_modules_design *design = c->design;
    double bound = 0;
    for (size_t j = 0; j < p->n_choices; j++)
        c->slack[j] = p->choices[j].cost;
    for (size_t i = 0; i < design->n_reasons; i++)
        KH_TRY(weigh_reason(c, &design->reasons[i], &bound, err));
    bound += add_nodes_and_counts(c);
    if (!(design->proof_bound <= bound + BOUND_SLACK * fmax(1, fabs(bound))))
        return kh_fail(err, KH_UNMET, "the reasons prove %.12g, not %.12g", bound, design->proof_bound);
    if (!(design->bound >= design->proof_bound - BOUND_SLACK * fmax(1, fabs(bound))))
        return kh_fail(err, KH_UNMET, "the bound %.12g is below what the reasons prove, %.12g", design->bound, design->proof_bound);
    if (!(design->bound <= design->cost * (1 + SLACK)))
        return kh_fail(err, KH_UNMET, "the bound %.12g is above the cost %.12g", design->bound, design->cost);
    if (design->complete && design->cost - design->bound > fmax(p->gap, SLACK) * design->cost)
        return kh_fail(err, KH_UNMET, "the design is called proven with a gap of %g", design->cost - design->bound);
    return KH_OK;
}

static kh_status run(check *c, kh_arena *arena, kh_error *err)
{
    const kh_modules_problem *p = c->problem;
    size_t n = p->graph.n_nodes, m = p->graph.n_links;
    c->use = KH_NEW(arena, bool, m);
    c->mark = KH_NEW(arena, bool, n);
    c->capacity = KH_NEW(arena, double, m);
    c->load = KH_NEW(arena, double, m);
    c->served = KH_NEW(arena, double, p->n_demands);
    c->distance = KH_NEW(arena, double, n);
    c->slack = KH_NEW(arena, double, p->n_choices);
    c->group = KH_NEW(arena, uint32_t, n);
    c->left = KH_NEW(arena, uint32_t, m);
    if (c->use == NULL || c->mark == NULL || c->capacity == NULL || c->load == NULL || c->served == NULL || c->distance == NULL ||
        c->slack == NULL || c->group == NULL || c->left == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to check a design of %zu links", m);
    KH_TRY(check_counts(c, err));
    KH_TRY(check_cost(c, err));
    KH_TRY(check_flow(c, 0, &c->design->flow, c->design->worst, err));
    KH_TRY(check_losses(c, err));
    return check_bound(c, err);
}

kh_status kh_modules_verify(const kh_modules_problem *problem, const kh_modules_design *design, kh_error *err)
{
    check c = {.problem = problem, .design = design};
    kh_arena *arena = kh_arena_create(0);
    kh_status status = arena != NULL ? run(&c, arena, err) : kh_fail(err, KH_ENOMEM, "no memory to check a design");
    kh_arena_destroy(arena);
    return status;
}
