/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/stores/schedule_verify.h"

#include <math.h>

static const double NEAR = 1e-9;

typedef struct check {
    const kh_schedule_problem *p;
    const kh_schedule *s;
    double *bits;     /* [n_links] over the horizon, less what routes take */
    double *got_bps;  /* [n_demands] */
    double *distance; /* [n_nodes] */
    bool *seen;       /* [n_nodes] */
} check;

static bool touches(const kh_schedule_problem *p, size_t pass, uint32_t node)
{
    const uint32_t *ends = p->graph.ends[p->passes[pass].link];
    return ends[0] == node || ends[1] == node;
}

static kh_status check_times(const check *c, kh_error *err)
{
    const kh_schedule_problem *p = c->p;
    for (size_t i = 0; i < p->n_passes; i++)
        for (size_t j = 0; j < i && c->s->chosen[i]; j++) {
            const uint32_t *ends = p->graph.ends[p->passes[i].link];
            bool apart =
                p->passes[i].start_s >= p->passes[j].end_s + p->pause_s || p->passes[j].start_s >= p->passes[i].end_s + p->pause_s;
            if (c->s->chosen[j] && !apart && (touches(p, j, ends[0]) || touches(p, j, ends[1])))
                return kh_fail(err, KH_UNMET, "passes %zu and %zu clash", j, i);
        }
    return KH_OK;
}

static bool relays(const kh_graph *graph, uint32_t node)
{
    return graph->relays == NULL || graph->relays[node];
}

static kh_status check_route(const check *c, const kh_keyflow_route *r, size_t number, kh_error *err)
{
    const kh_graph *graph = &c->p->graph;
    if (r->demand >= c->p->n_demands || !(r->rate_bps > 0))
        return kh_fail(err, KH_UNMET, "route %zu has %g bit/s for demand %u", number, r->rate_bps, r->demand);
    uint32_t at = c->p->demands[r->demand].ends[0];
    for (size_t v = 0; v < graph->n_nodes; v++)
        c->seen[v] = v == at;
    for (size_t i = 0; i < r->n_links; i++) {
        uint32_t e = r->links[i];
        bool meets = e < graph->n_links && (graph->ends[e][0] == at || graph->ends[e][1] == at);
        if (!meets || (i > 0 && !relays(graph, at)))
            return kh_fail(err, KH_UNMET, "route %zu breaks at its link %zu", number, i);
        at = graph->ends[e][0] == at ? graph->ends[e][1] : graph->ends[e][0];
        if (c->seen[at])
            return kh_fail(err, KH_UNMET, "route %zu visits node %u twice", number, at);
        c->seen[at] = true;
        c->bits[e] -= r->rate_bps * c->p->horizon_s;
    }
    if (at != c->p->demands[r->demand].ends[1])
        return kh_fail(err, KH_UNMET, "route %zu does not join the ends of demand %u", number, r->demand);
    c->got_bps[r->demand] += r->rate_bps;
    return KH_OK;
}

static double given_bits(const check *c, size_t e, bool all)
{
    double bits = c->p->given_bps[e] * c->p->horizon_s;
    for (size_t i = 0; i < c->p->n_passes; i++)
        if (c->p->passes[i].link == e && (all || c->s->chosen[i]))
            bits += c->p->passes[i].key_bits;
    return bits;
}

static kh_status check_routes(const check *c, kh_error *err)
{
    for (size_t e = 0; e < c->p->graph.n_links; e++)
        c->bits[e] = given_bits(c, e, false);
    for (size_t i = 0; i < c->s->flow.n_routes; i++)
        KH_TRY(check_route(c, &c->s->flow.routes[i], i, err));
    for (size_t e = 0; e < c->p->graph.n_links; e++)
        if (c->bits[e] < -NEAR * given_bits(c, e, false))
            return kh_fail(err, KH_UNMET, "link %zu gives %g bit more than it has", e, -c->bits[e]);
    return KH_OK;
}

/* Under concurrent flow all routes may still be stretched until a link is full. */
static kh_status check_value(const check *c, kh_error *err)
{
    double lowest = HUGE_VAL, stretch = HUGE_VAL, sum = 0;
    for (size_t k = 0; k < c->p->n_demands; k++) {
        double asked = c->p->demands[k].requested_bps;
        if (c->s->joined[k])
            lowest = fmin(lowest, c->got_bps[k] / asked);
        if (c->p->weight != NULL) {
            sum += c->p->weight[k] * c->got_bps[k];
            if (c->got_bps[k] > asked * (1 + NEAR))
                return kh_fail(err, KH_UNMET, "demand %zu gets %g bit/s, more than it asks for", k, c->got_bps[k]);
        }
    }
    for (size_t e = 0; e < c->p->graph.n_links; e++) {
        double has = given_bits(c, e, false);
        if (has - c->bits[e] > 0)
            stretch = fmin(stretch, has / (has - c->bits[e]));
    }
    double value = c->p->weight != NULL ? sum : isinf(lowest) || isinf(stretch) ? 0 : lowest * stretch;
    if (!(fabs(c->s->value - value) <= NEAR * 10 * value))
        return kh_fail(err, KH_UNMET, "the value is %.12g, the routes make it %.12g", c->s->value, value);
    return KH_OK;
}

static void measure_from(const check *c, uint32_t source)
{
    const kh_graph *graph = &c->p->graph;
    for (size_t v = 0; v < graph->n_nodes; v++)
        c->distance[v] = v == source ? 0 : HUGE_VAL;
    for (bool moved = true; moved;) {
        moved = false;
        for (size_t e = 0; e < graph->n_links; e++)
            for (int i = 0; i < 2 && c->bits[e] > 0; i++) {
                uint32_t from = graph->ends[e][i], to = graph->ends[e][1 - i];
                if ((from == source || relays(graph, from)) && c->distance[from] + c->s->prices[e] < c->distance[to]) {
                    c->distance[to] = c->distance[from] + c->s->prices[e];
                    moved = true;
                }
            }
    }
}

/* What a node's times and a pass's own price pay for it must be what it is worth at the links' prices. */
static kh_status check_passes(const check *c, double *sum, kh_error *err)
{
    const kh_schedule_problem *p = c->p;
    for (size_t q = 0; q < c->s->n_clashes; q++) {
        if (!(c->s->clashes[q].price >= 0))
            return kh_fail(err, KH_UNMET, "clash %zu has a price of %g", q, c->s->clashes[q].price);
        *sum += c->s->clashes[q].price;
    }
    for (size_t i = 0; i < p->n_passes; i++) {
        double worth = p->passes[i].key_bits / p->horizon_s * c->s->prices[p->passes[i].link], paid = c->s->pass_price[i];
        for (size_t q = 0; q < c->s->n_clashes; q++) {
            const kh_schedule_clash *clash = &c->s->clashes[q];
            bool there = p->passes[i].start_s <= clash->at_s && clash->at_s < p->passes[i].end_s + p->pause_s;
            if (there && touches(p, i, clash->node))
                paid += clash->price;
        }
        if (!(c->s->pass_price[i] >= 0 && paid >= worth * (1 - NEAR)))
            return kh_fail(err, KH_UNMET, "pass %zu is worth %g, %g is paid for it", i, worth, paid);
        *sum += c->s->pass_price[i];
    }
    return KH_OK;
}

static kh_status check_bound(const check *c, kh_error *err)
{
    const kh_schedule_problem *p = c->p;
    double sum = 0, asked = 0;
    for (size_t e = 0; e < p->graph.n_links; e++) {
        if (!(c->s->prices[e] >= 0) || isinf(c->s->prices[e]))
            return kh_fail(err, KH_UNMET, "link %zu has a price of %g", e, c->s->prices[e]);
        sum += c->s->prices[e] * p->given_bps[e];
        c->bits[e] = given_bits(c, e, true);
    }
    KH_TRY(check_passes(c, &sum, err));
    for (size_t k = 0; k < p->n_demands; k++) {
        if (!c->s->joined[k])
            continue;
        measure_from(c, p->demands[k].ends[0]);
        double distance = c->distance[p->demands[k].ends[1]];
        if (p->weight != NULL)
            sum += p->demands[k].requested_bps * fmax(0, p->weight[k] - distance);
        else
            asked += p->demands[k].requested_bps * distance;
    }
    double relaxed = p->weight != NULL ? sum : asked > 0 ? sum / asked : c->s->value;
    if (!(c->s->relaxed >= relaxed * (1 - NEAR)))
        return kh_fail(err, KH_UNMET, "the relaxation is said to prove %.12g, it proves %.12g", c->s->relaxed, relaxed);
    if (!(c->s->value <= c->s->bound * (1 + NEAR) && c->s->bound <= fmax(c->s->relaxed, c->s->value) * (1 + 1e-6)))
        return kh_fail(err, KH_UNMET, "value %.12g, bound %.12g and relaxation %.12g do not rise", c->s->value, c->s->bound,
                       c->s->relaxed);
    return KH_OK;
}

static kh_status check_all(const check *c, kh_error *err)
{
    KH_TRY(check_times(c, err));
    KH_TRY(check_routes(c, err));
    KH_TRY(check_value(c, err));
    return check_bound(c, err);
}

kh_status kh_schedule_verify(const kh_schedule_problem *problem, const kh_schedule *schedule, kh_error *err)
{
    kh_arena *arena = kh_arena_create(0);
    if (arena == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to check a schedule");
    const check c = {.p = problem,
                     .s = schedule,
                     .bits = KH_NEW(arena, double, problem->graph.n_links),
                     .got_bps = KH_NEW(arena, double, problem->n_demands),
                     .distance = KH_NEW(arena, double, problem->graph.n_nodes),
                     .seen = KH_NEW(arena, bool, problem->graph.n_nodes)};
    kh_status status = KH_OK;
    if (c.bits == NULL || c.got_bps == NULL || c.distance == NULL || c.seen == NULL)
        status = kh_fail(err, KH_ENOMEM, "no memory to check a schedule");
    else
        status = check_all(&c, err);
    kh_arena_destroy(arena);
    return status;
}
