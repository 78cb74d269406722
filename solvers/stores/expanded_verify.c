/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/stores/expanded_verify.h"

#include <math.h>

static const double NEAR = 1e-9;

typedef struct entry {
    double distance;
    uint32_t node;
} entry;

typedef struct check {
    const kh_expanded_problem *p;
    const kh_expanded *a;
    double *load_bps; /* [periods][n_links] */
    double *got_bps;  /* [periods][n_demands] */
    double *distance; /* [n_nodes] */
    bool *carries;    /* [periods][n_links] of can_carry() */
    bool *seen;       /* [n_nodes] */
    uint32_t *first;  /* [n_nodes + 1] into beside */
    uint32_t *beside; /* links at each node */
    entry *heap;      /* [2 n_links + 1] */
} check;

static bool relays(const kh_graph *graph, uint32_t node)
{
    return graph->relays == NULL || graph->relays[node];
}

static kh_status walk(const check *c, const kh_expanded_route *r, size_t number, kh_error *err)
{
    const kh_graph *graph = &c->p->graph;
    const uint32_t *ends = c->p->demands[r->demand].ends;
    uint32_t at = ends[0], goal = ends[1];
    for (size_t v = 0; v < graph->n_nodes; v++)
        c->seen[v] = false;
    if (r->n_links > 0 && r->links[0] < graph->n_links) {
        const uint32_t *first = graph->ends[r->links[0]];
        if (first[0] != at && first[1] != at) {
            at = ends[1];
            goal = ends[0];
        }
    }
    for (size_t i = 0; i < r->n_links; i++) {
        uint32_t e = r->links[i];
        if (e >= graph->n_links || (graph->ends[e][0] != at && graph->ends[e][1] != at) || c->seen[at])
            return kh_fail(err, KH_UNMET, "route %zu breaks at its link %zu", number, i);
        if (i > 0 && !relays(graph, at))
            return kh_fail(err, KH_UNMET, "route %zu is relayed by node %u, which does not relay", number, at);
        c->seen[at] = true;
        c->load_bps[r->period * graph->n_links + e] += r->rate_bps;
        at = graph->ends[e][0] == at ? graph->ends[e][1] : graph->ends[e][0];
    }
    if (at != goal || c->seen[at])
        return kh_fail(err, KH_UNMET, "route %zu does not join the ends of demand %u", number, r->demand);
    return KH_OK;
}

static kh_status check_routes(const check *c, kh_error *err)
{
    for (size_t i = 0; i < c->a->n_routes; i++) {
        const kh_expanded_route *r = &c->a->routes[i];
        if (r->demand >= c->p->n_demands || r->period >= c->p->n_periods || !(r->rate_bps > 0) || isinf(r->rate_bps))
            return kh_fail(err, KH_UNMET, "route %zu: demand %u, period %u, %g bit/s", i, r->demand, r->period, r->rate_bps);
        KH_TRY(walk(c, r, i, err));
        c->got_bps[r->period * c->p->n_demands + r->demand] += r->rate_bps;
    }
    return KH_OK;
}

static kh_status check_store(const check *c, size_t e, kh_error *err)
{
    const kh_expanded_problem *p = c->p;
    size_t m = p->graph.n_links;
    double size = p->store_bits[e];
    for (size_t t = 0; t < p->n_periods; t++) {
        double level = c->a->stored_bits[t * m + e], next = c->a->stored_bits[(t + 1) % p->n_periods * m + e];
        double made = p->generated_bps[t * m + e] * p->period_s, spent = c->load_bps[t * m + e] * p->period_s;
        double rounding = NEAR * (size + made);
        if (!(level >= -rounding && level <= size + rounding))
            return kh_fail(err, KH_UNMET, "link %zu, period %zu: %g bit in a store of %g", e, t, level, size);
        if (!(level + made - spent >= next - rounding))
            return kh_fail(err, KH_UNMET, "link %zu, period %zu: %g + %g - %g bit do not leave %g", e, t, level, made, spent, next);
    }
    double start = c->a->stored_bits[e];
    if (start < p->start_share * size - NEAR * size && p->start_bits == NULL)
        return kh_fail(err, KH_UNMET, "link %zu starts with %g bit, less than a share of %g", e, start, p->start_share);
    if (p->start_bits != NULL && fabs(start - p->start_bits[e]) > NEAR * size)
        return kh_fail(err, KH_UNMET, "link %zu starts with %g bit, not with %g", e, start, p->start_bits[e]);
    return KH_OK;
}

static double asked(const kh_expanded_problem *p, size_t t, size_t k)
{
    return p->demands[k].requested_bps * (p->profile != NULL ? p->profile[t * p->n_demands + k] : 1);
}

static kh_status check_pair(const check *c, size_t k, kh_error *err)
{
    const kh_expanded_problem *p = c->p;
    size_t n = p->n_demands;
    double size = p->pair_store_bits != NULL ? p->pair_store_bits[k] : 0;
    for (size_t t = 0; t < p->n_periods; t++) {
        double level = c->a->pair_stored_bits[t * n + k], next = c->a->pair_stored_bits[(t + 1) % p->n_periods * n + k];
        double got = c->got_bps[t * n + k] + (level - next) / p->period_s, needed = c->a->value * asked(p, t, k);
        if (!(level >= -NEAR * size && level <= size * (1 + NEAR)))
            return kh_fail(err, KH_UNMET, "demand %zu, period %zu: %g bit in a store of %g", k, t, level, size);
        if (c->a->joined[k] && !(got >= needed - NEAR * (needed + size / p->period_s)))
            return kh_fail(err, KH_UNMET, "demand %zu gets %g bit/s in period %zu, %g are promised", k, got, t, needed);
    }
    return KH_OK;
}

/* Key of the period itself; or of an earlier one that found room, or of the start when a later one makes up for it. */
static bool can_carry(const kh_expanded_problem *p, size_t t, size_t e)
{
    bool before = false, after = false;
    for (size_t i = 0; i < p->n_periods; i++) {
        bool makes = p->generated_bps[i * p->graph.n_links + e] > 0;
        if (makes && i == t)
            return true;
        before = before || (makes && i < t);
        after = after || (makes && i > t);
    }
    if (p->start_bits == NULL)
        return p->store_bits[e] > 0 && (before || after);
    return (before && p->start_bits[e] < p->store_bits[e]) || (after && p->start_bits[e] > 0);
}

static void list_links(const check *c)
{
    const kh_graph *graph = &c->p->graph;
    for (size_t v = 0; v <= graph->n_nodes; v++)
        c->first[v] = 0;
    for (size_t e = 0; e < graph->n_links; e++)
        for (int i = 0; i < 2; i++)
            c->first[graph->ends[e][i]]++;
    for (size_t v = 1; v <= graph->n_nodes; v++)
        c->first[v] += c->first[v - 1];
    for (size_t e = 0; e < graph->n_links; e++)
        for (int i = 0; i < 2; i++)
            c->beside[--c->first[graph->ends[e][i]]] = (uint32_t)e;
}

static void push(entry *heap, size_t *n, double distance, uint32_t node)
{
    size_t i = (*n)++;
    for (; i > 0 && heap[(i - 1) / 2].distance > distance; i = (i - 1) / 2)
        heap[i] = heap[(i - 1) / 2];
    heap[i] = (entry){distance, node};
}

static uint32_t pop(entry *heap, size_t *n)
{
    uint32_t nearest = heap[0].node;
    entry last = heap[--*n];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < *n; i = child) {
        child += child + 1 < *n && heap[child + 1].distance < heap[child].distance;
        if (heap[child].distance >= last.distance)
            break;
        heap[i] = heap[child];
    }
    heap[i] = last;
    return nearest;
}

/* Dijkstra's way, under the rule that only nodes that relay pass key on. */
static void measure(const check *c, const double *price, size_t t, uint32_t source)
{
    const kh_graph *graph = &c->p->graph;
    size_t n = 0;
    for (size_t v = 0; v < graph->n_nodes; v++) {
        c->distance[v] = v == source ? 0 : HUGE_VAL;
        c->seen[v] = false; /* is settled */
    }
    push(c->heap, &n, 0, source);
    while (n > 0) {
        uint32_t from = pop(c->heap, &n);
        bool passes = from == source || relays(graph, from);
        for (uint32_t i = c->first[from]; i < c->first[from + 1] && passes && !c->seen[from]; i++) {
            size_t e = c->beside[i], row = t * graph->n_links + e;
            uint32_t to = graph->ends[e][0] == from ? graph->ends[e][1] : graph->ends[e][0];
            if (!c->carries[row] || !(c->distance[from] + price[row] < c->distance[to]))
                continue;
            c->distance[to] = c->distance[from] + price[row];
            push(c->heap, &n, c->distance[to], to);
        }
        c->seen[from] = true;
    }
}

/* Demands that begin at one node share its distances. */
static kh_status check_source(const check *c, size_t t, uint32_t source, double *paid, kh_error *err)
{
    const kh_expanded_problem *p = c->p;
    bool measured = false;
    for (size_t k = 0; k < p->n_demands; k++) {
        double price = c->a->pair_prices[t * p->n_demands + k];
        if (!c->a->joined[k] || p->demands[k].ends[0] != source)
            continue;
        if (!measured)
            measure(c, c->a->prices, t, source);
        measured = true;
        if (!(price >= 0 && price <= c->distance[p->demands[k].ends[1]] * (1 + NEAR)))
            return kh_fail(err, KH_UNMET, "demand %zu, period %zu: a price of %g, its shortest path costs %g", k, t, price,
                           c->distance[p->demands[k].ends[1]]);
        *paid += asked(p, t, k) * price;
    }
    return KH_OK;
}

static kh_status check_prices(const check *c, double *paid, kh_error *err)
{
    const kh_expanded_problem *p = c->p;
    for (size_t i = 0; i < p->n_periods * p->graph.n_links; i++)
        if (!(c->a->prices[i] >= 0) || isinf(c->a->prices[i]))
            return kh_fail(err, KH_UNMET, "price %zu is %g", i, c->a->prices[i]);
    for (size_t t = 0; t < p->n_periods; t++)
        for (size_t e = 0; e < p->graph.n_links; e++)
            c->carries[t * p->graph.n_links + e] = can_carry(p, t, e);
    list_links(c);
    for (size_t t = 0; t < p->n_periods; t++)
        for (uint32_t v = 0; v < p->graph.n_nodes; v++)
            KH_TRY(check_source(c, t, v, paid, err));
    return KH_OK;
}

/* The dearest rises of one row of prices around the cycle; first: the rise into the first period, apart. */
static double rises(const double *price, size_t n, size_t stride, double *first)
{
    double sum = 0;
    for (size_t t = 1; t < n; t++)
        sum += fmax(price[t * stride] - price[(t - 1) * stride], 0);
    *first = price[0] - price[(n - 1) * stride];
    return sum;
}

static kh_status check_value(const char *what, size_t i, double said, double worth, kh_error *err)
{
    if (!(fabs(said - worth) <= NEAR * worth))
        return kh_fail(err, KH_UNMET, "a bit of store of %s %zu is worth %g, not %g", what, i, worth, said);
    return KH_OK;
}

static kh_status check_bound(const check *c, kh_error *err)
{
    const kh_expanded_problem *p = c->p;
    size_t m = p->graph.n_links, n = p->n_demands;
    double paid = 0, earned = 0, first;
    KH_TRY(check_prices(c, &paid, err));
    for (size_t i = 0; i < p->n_periods * m; i++)
        earned += c->a->prices[i] * p->generated_bps[i];
    for (size_t e = 0; e < m; e++) {
        double worth = rises(&c->a->prices[e], p->n_periods, m, &first) / p->period_s;
        first /= p->period_s;
        if (p->start_bits == NULL)
            worth += first > 0 ? first : p->start_share * first;
        else
            earned += first * p->start_bits[e];
        KH_TRY(check_value("link", e, c->a->store_value[e], worth, err));
        earned += worth * p->store_bits[e];
    }
    for (size_t k = 0; k < n; k++) {
        double worth = rises(&c->a->pair_prices[k], p->n_periods, n, &first) / p->period_s + fmax(first, 0) / p->period_s;
        KH_TRY(check_value("demand", k, c->a->pair_store_value[k], worth, err));
        earned += p->pair_store_bits != NULL && c->a->joined[k] ? worth * p->pair_store_bits[k] : 0;
    }
    double bound = paid > 0 ? earned / paid : HUGE_VAL;
    if (!(c->a->bound >= bound * (1 - NEAR)))
        return kh_fail(err, KH_UNMET, "the bound is %.12g, the prices prove %.12g", c->a->bound, bound);
    if (!(c->a->value <= bound * (1 + NEAR)))
        return kh_fail(err, KH_UNMET, "the value is %.12g, above the bound %.12g", c->a->value, bound);
    return KH_OK;
}

static kh_status check_all(const check *c, kh_error *err)
{
    KH_TRY(check_routes(c, err));
    for (size_t e = 0; e < c->p->graph.n_links; e++)
        KH_TRY(check_store(c, e, err));
    for (size_t k = 0; k < c->p->n_demands; k++)
        KH_TRY(check_pair(c, k, err));
    return check_bound(c, err);
}

kh_status kh_expanded_verify(const kh_expanded_problem *problem, const kh_expanded *answer, kh_error *err)
{
    kh_arena *arena = kh_arena_create(0);
    if (arena == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to check a plan");
    const check c = {.p = problem,
                     .a = answer,
                     .load_bps = KH_NEW(arena, double, problem->n_periods * problem->graph.n_links),
                     .got_bps = KH_NEW(arena, double, problem->n_periods * problem->n_demands),
                     .distance = KH_NEW(arena, double, problem->graph.n_nodes),
                     .carries = KH_NEW(arena, bool, problem->n_periods * problem->graph.n_links),
                     .seen = KH_NEW(arena, bool, problem->graph.n_nodes),
                     .first = KH_NEW(arena, uint32_t, problem->graph.n_nodes + 1),
                     .beside = KH_NEW(arena, uint32_t, 2 * problem->graph.n_links),
                     .heap = KH_NEW(arena, entry, 2 * problem->graph.n_links + 1)};
    kh_status status = KH_OK;
    if (c.load_bps == NULL || c.got_bps == NULL || c.distance == NULL || c.carries == NULL || c.seen == NULL || c.first == NULL ||
        c.beside == NULL || c.heap == NULL)
        status = kh_fail(err, KH_ENOMEM, "no memory to check a plan");
    else
        status = check_all(&c, err);
    kh_arena_destroy(arena);
    return status;
}
