/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/site/site_build_start.h"

#include "core/base/clock.h"
#include "core/base/rng.h"
#include "core/net/ids.h"
#include "solvers/graph/incidence.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PASSES = 50, MOST_ROUNDS = 400, IDLE_ROUNDS = 120 };
static const double SHORT_WAYS = 1e-9; /* of the dearest price, for each span: of equal ways the shortest */

/* Changes to routes are made here; everything else follows from them. */
typedef struct planner {
    const kh_site_build_problem *problem;
    const kh_site_frame *frame;
    size_t n_sites, n_spans, n_offers, n_demands;
    kh_arena *arena; /* of the planner */
    kh_incidence spans_at;
    kh_incidence offers_of;         /* "ends" of offer o are its span and itself moved behind the spans */
    double *load_bps;               /* [n_spans] */
    double *used;                   /* [n_segments] channels */
    bool *open, *closed;            /* [n_sites]; closed: not to be used in this try */
    bool *is_end;                   /* [n_sites] */
    double *site_cost, *offer_cost; /* [n_sites], [n_offers] in this year */
    uint32_t *pairs;                /* [n_offers] */
    uint32_t **route;               /* [n_demands] room for n_sites each */
    size_t *n_route;
    double price;
    double tiny;
    double *distance; /* [n_sites] */
    uint32_t *via;    /* [n_sites] span */
    bool *done;
    double *taste; /* [n_sites] what a site seems to cost: its price times this */
    kh_rng rng;
    bool in_parts; /* a part of a demand pays a part of a pair: for a bound */
} planner;

static kh_status out_of_memory(kh_error *err)
{
    return kh_fail(err, KH_ENOMEM, "no memory for a building plan");
}

static double most_of(const planner *p, uint32_t offer)
{
    return p->frame->at_most == NULL ? HUGE_VAL : p->frame->at_most->pairs[offer];
}

static uint32_t installed(const planner *p, uint32_t offer)
{
    return p->frame->installed == NULL ? 0 : p->frame->installed[offer];
}

/* Channels still free on every segment of a span. */
static double free_channels(const planner *p, uint32_t span)
{
    double free = HUGE_VAL;
    const kh_site_span *s = &p->problem->layout->spans[span];
    for (size_t i = 0; p->problem->channels != NULL && i < s->n_via; i++)
        free = fmin(free, p->problem->channels[s->via[i]] - p->used[s->via[i]]);
    return free;
}

/* Whatever the mix of offers: one pair at least, and the rate at the best price for rate. */
static double least_price(const planner *p, uint32_t span, double rate_bps)
{
    double of_one = HUGE_VAL, of_rate = HUGE_VAL;
    for (size_t i = p->offers_of.first[span]; i < p->offers_of.first[span + 1]; i++) {
        const kh_site_offer *offer = &p->problem->offers[p->offers_of.item[i]];
        double cost = p->offer_cost[p->offers_of.item[i]];
        of_one = fmin(of_one, cost);
        of_rate = fmin(of_rate, cost * rate_bps / offer->rate_bps);
    }
    return fmax(of_one, of_rate);
}

/* The number of pairs of one offer that bring what is missing; INFINITY when they cannot be had. */
static double number_of(const planner *p, uint32_t offer, double missing_bps, double room)
{
    double n = ceil(missing_bps / p->problem->offers[offer].rate_bps * (1 - 1e-12));
    double left = fmin(room, most_of(p, offer) - p->pairs[offer]);
    return n <= left && n < 1e9 ? n : HUGE_VAL;
}

/* The cheapest way to add a rate to a span: many pairs of one offer, the rest by another. Returns its price. */
static double add_pairs(const planner *p, uint32_t span, double missing_bps, uint32_t best[2], double n_best[2])
{
    const uint32_t *offer = p->offers_of.item + p->offers_of.first[span];
    size_t n = p->offers_of.first[span + 1] - p->offers_of.first[span];
    double least = HUGE_VAL, room = free_channels(p, span);
    for (size_t i = 0; i < n; i++) {
        const kh_site_offer *bulk = &p->problem->offers[offer[i]];
        double count = number_of(p, offer[i], missing_bps, room), price = count * p->offer_cost[offer[i]];
        if (count < HUGE_VAL && price < least) {
            least = price;
            best[0] = best[1] = offer[i];
            n_best[0] = count;
            n_best[1] = 0;
        }
        double whole = fmin(floor(missing_bps / bulk->rate_bps), fmin(room, most_of(p, offer[i]) - p->pairs[offer[i]]));
        for (size_t h = 0; h < n && whole > 0 && whole < 1e9; h++) {
            double rest = h == i ? HUGE_VAL : number_of(p, offer[h], missing_bps - whole * bulk->rate_bps, room - whole);
            price = whole * p->offer_cost[offer[i]] + rest * p->offer_cost[offer[h]];
            if (rest < HUGE_VAL && price < least) {
                least = price;
                best[0] = offer[i];
                best[1] = offer[h];
                n_best[0] = whole;
                n_best[1] = rest;
            }
        }
    }
    return least;
}

static double capacity_of(const planner *p, uint32_t span)
{
    double sum = 0;
    for (size_t i = p->offers_of.first[span]; i < p->offers_of.first[span + 1]; i++)
        sum += p->pairs[p->offers_of.item[i]] * p->problem->offers[p->offers_of.item[i]].rate_bps;
    return sum;
}

static double span_price(const planner *p, uint32_t span, double rate_bps)
{
    double missing_bps = p->load_bps[span] + rate_bps - capacity_of(p, span), n[2];
    uint32_t offer[2];
    if (p->in_parts)
        return least_price(p, span, rate_bps);
    return p->tiny + (missing_bps > 1e-9 * rate_bps ? add_pairs(p, span, missing_bps, offer, n) : 0);
}

static void install(planner *p, uint32_t span, double sign, uint32_t offer, double n)
{
    const kh_site_span *s = &p->problem->layout->spans[span];
    p->pairs[offer] = (uint32_t)(p->pairs[offer] + sign * n);
    for (size_t i = 0; i < s->n_via; i++)
        p->used[s->via[i]] += sign * n;
}

/* As few pairs as the load takes, beside those that are there. */
static void equip(planner *p, uint32_t span)
{
    uint32_t offer[2];
    double n[2];
    for (size_t i = p->offers_of.first[span]; i < p->offers_of.first[span + 1]; i++) {
        uint32_t o = p->offers_of.item[i];
        p->price -= (p->pairs[o] - installed(p, o)) * p->offer_cost[o];
        install(p, span, -1, o, p->pairs[o] - installed(p, o));
    }
    double missing_bps = p->load_bps[span] - capacity_of(p, span);
    if (missing_bps > 1e-9 * p->load_bps[span] && add_pairs(p, span, missing_bps, offer, n) < HUGE_VAL)
        for (int i = 0; i < 2; i++) {
            install(p, span, 1, offer[i], n[i]);
            p->price += n[i] * p->offer_cost[offer[i]];
        }
}

static bool stands(const planner *p, uint32_t site)
{
    return p->frame->stands != NULL && p->frame->stands[site];
}

static double site_price(const planner *p, uint32_t site, uint32_t target)
{
    if (site == target || p->open[site])
        return p->closed[site] ? HUGE_VAL : 0;
    bool may = (p->problem->relays == NULL || p->problem->relays[site]) && !p->closed[site] &&
               (p->frame->at_most == NULL || p->frame->at_most->open[site]);
    return may ? p->site_cost[site] * p->taste[site] : HUGE_VAL;
}

static bool passes_key(const planner *p, uint32_t site)
{
    return p->problem->relays == NULL || p->problem->relays[site];
}

/* Cheapest way by what it adds; Dijkstra over plain arrays, so that prices may be asked for as it goes. */
static bool find_way(planner *p, const uint32_t ends[2], double rate_bps)
{
    for (size_t v = 0; v < p->n_sites; v++) {
        p->distance[v] = HUGE_VAL;
        p->done[v] = false;
    }
    p->distance[ends[0]] = 0;
    for (;;) {
        uint32_t v = KH_NO_INDEX;
        for (uint32_t i = 0; i < p->n_sites; i++)
            if (!p->done[i] && p->distance[i] < HUGE_VAL && (v == KH_NO_INDEX || p->distance[i] < p->distance[v]))
                v = i;
        if (v == KH_NO_INDEX || v == ends[1])
            return v != KH_NO_INDEX;
        p->done[v] = true;
        if (v != ends[0] && !passes_key(p, v))
            continue;
        for (size_t k = p->spans_at.first[v]; k < p->spans_at.first[v + 1]; k++) {
            uint32_t span = p->spans_at.item[k];
            const uint32_t *pair = p->problem->layout->spans[span].ends;
            uint32_t to = pair[0] == v ? pair[1] : pair[0];
            double at = p->done[to] ? HUGE_VAL : p->distance[v] + site_price(p, to, ends[1]);
            if (at < p->distance[to] && (at += span_price(p, span, rate_bps)) < p->distance[to]) {
                p->distance[to] = at;
                p->via[to] = span;
            }
        }
    }
}

static void open_site(planner *p, uint32_t site)
{
    if (!p->open[site])
        p->price += p->site_cost[site];
    p->open[site] = true;
}

static bool insert(planner *p, size_t k)
{
    const uint32_t *ends = p->problem->demands[k];
    double rate_bps = p->frame->rate_bps[k];
    if (!(rate_bps > 0))
        return true;
    if (!find_way(p, ends, rate_bps))
        return false;
    size_t n = 0;
    for (uint32_t v = ends[1]; v != ends[0]; n++) {
        const uint32_t *pair = p->problem->layout->spans[p->via[v]].ends;
        open_site(p, v);
        p->load_bps[p->via[v]] += rate_bps;
        equip(p, p->via[v]);
        p->route[k][n] = p->via[v];
        v = pair[0] == v ? pair[1] : pair[0];
    }
    for (size_t i = 0; i < n / 2; i++) {
        uint32_t kept = p->route[k][i];
        p->route[k][i] = p->route[k][n - 1 - i];
        p->route[k][n - 1 - i] = kept;
    }
    p->n_route[k] = n;
    return true;
}

/* Loads, pairs and sites anew from the routes. */
static void rebuild(planner *p)
{
    memset(p->load_bps, 0, p->n_spans * sizeof *p->load_bps);
    memset(p->used, 0, p->problem->layout->n_segments * sizeof *p->used);
    p->price = 0;
    for (uint32_t v = 0; v < p->n_sites; v++)
        p->open[v] = stands(p, v);
    for (uint32_t o = 0; o < p->n_offers; o++) {
        p->pairs[o] = 0;
        install(p, p->problem->offers[o].span, 1, o, installed(p, o));
    }
    for (size_t k = 0; k < p->n_demands; k++) {
        for (int i = 0; i < 2 && p->frame->rate_bps[k] > 0; i++)
            open_site(p, p->problem->demands[k][i]);
        for (size_t i = 0; i < p->n_route[k]; i++) {
            const uint32_t *ends = p->problem->layout->spans[p->route[k][i]].ends;
            p->load_bps[p->route[k][i]] += p->frame->rate_bps[k];
            open_site(p, ends[0]);
            open_site(p, ends[1]);
        }
    }
    for (uint32_t s = 0; s < p->n_spans; s++)
        if (p->load_bps[s] > 0)
            equip(p, s);
}

typedef struct memory {
    uint32_t *spans;
    size_t n_spans, *n_route;
    double price;
} memory;

static void remember(const planner *p, memory *m)
{
    m->n_spans = 0;
    m->price = p->price;
    memcpy(m->n_route, p->n_route, p->n_demands * sizeof *m->n_route);
    for (size_t k = 0; k < p->n_demands; m->n_spans += p->n_route[k++])
        memcpy(m->spans + m->n_spans, p->route[k], p->n_route[k] * sizeof *m->spans);
}

static void recall(planner *p, const memory *m)
{
    const uint32_t *span = m->spans;
    memcpy(p->n_route, m->n_route, p->n_demands * sizeof *m->n_route);
    for (size_t k = 0; k < p->n_demands; span += p->n_route[k++])
        memcpy(p->route[k], span, p->n_route[k] * sizeof *span);
    rebuild(p);
}

static bool passes(const planner *p, size_t k, uint32_t site)
{
    for (size_t i = 0; i < p->n_route[k]; i++)
        for (int e = 0; e < 2; e++)
            if (p->problem->layout->spans[p->route[k][i]].ends[e] == site)
                return true;
    return false;
}

/* Takes off the demands over a site, or one demand (site KH_NO_INDEX), and routes them again without the site. */
static bool reroute(planner *p, size_t demand, uint32_t site, memory *m)
{
    remember(p, m);
    bool done = true;
    size_t n = 0;
    for (size_t k = 0; k < p->n_demands; k++)
        if (site == KH_NO_INDEX ? k == demand : passes(p, k, site)) {
            p->n_route[k] = 0;
            n++;
        }
    rebuild(p);
    if (site != KH_NO_INDEX)
        p->closed[site] = true;
    for (size_t k = 0; k < p->n_demands && done && n > 0; k++)
        if (p->n_route[k] == 0)
            done = insert(p, k);
    if (site != KH_NO_INDEX)
        p->closed[site] = false;
    if (done)
        rebuild(p);
    if (done && p->price < m->price * (1 - 1e-12))
        return true;
    recall(p, m);
    return false;
}

static void improve(planner *p, double deadline_s, memory *m)
{
    bool better = true;
    for (int pass = 0; better && pass < MOST_PASSES; pass++) {
        better = false;
        for (size_t k = 0; k < p->n_demands && kh_clock_s() < deadline_s; k++)
            better |= p->frame->rate_bps[k] > 0 && reroute(p, k, KH_NO_INDEX, m);
        for (uint32_t v = 0; v < p->n_sites && kh_clock_s() < deadline_s; v++)
            better |= p->open[v] && !stands(p, v) && !p->is_end[v] && reroute(p, 0, v, m);
    }
}

/* Takes some demands off and routes them again in another order, with other tastes. False: one found no way. */
static bool shake(planner *p)
{
    double share = kh_rng_uniform(&p->rng), spread = 0.8 * kh_rng_uniform(&p->rng);
    size_t first = kh_rng_below(&p->rng, p->n_demands);
    for (size_t k = 0; k < p->n_demands; k++)
        if (k == first || kh_rng_uniform(&p->rng) < share)
            p->n_route[k] = 0;
    rebuild(p);
    for (size_t v = 0; v < p->n_sites; v++)
        p->taste[v] = 1 + spread * (2 * kh_rng_uniform(&p->rng) - 1);
    bool done = true;
    for (size_t i = 0; i < p->n_demands && done; i++) {
        size_t k = (first + i) % p->n_demands;
        done = p->n_route[k] > 0 || insert(p, k);
    }
    for (size_t v = 0; v < p->n_sites; v++)
        p->taste[v] = 1;
    return done;
}

/* Keeps the best of many tries, each from the best so far. The same numbers every time. */
static void search(planner *p, double deadline_s, memory *best, memory *m)
{
    p->rng = kh_rng_stream(1, "", "sites");
    for (int round = 0, idle = 0; round < MOST_ROUNDS && idle < IDLE_ROUNDS && kh_clock_s() < deadline_s; round++) {
        remember(p, best);
        if (shake(p)) {
            rebuild(p);
            improve(p, deadline_s, m);
            idle = p->price < best->price * (1 - 1e-9) ? 0 : idle + 1;
            if (p->price <= best->price)
                continue;
        }
        recall(p, best);
    }
}

static bool take_memory(planner *p, kh_arena *arena)
{
    size_t n = p->n_sites;
    p->load_bps = KH_NEW(arena, double, p->n_spans);
    p->used = KH_NEW(arena, double, p->problem->layout->n_segments);
    p->open = KH_NEW(arena, bool, n);
    p->closed = KH_NEW(arena, bool, n);
    p->is_end = KH_NEW(arena, bool, n);
    p->site_cost = KH_NEW(arena, double, n);
    p->offer_cost = KH_NEW(arena, double, p->n_offers);
    p->pairs = KH_NEW(arena, uint32_t, p->n_offers);
    p->route = KH_NEW(arena, uint32_t *, p->n_demands);
    p->n_route = KH_NEW(arena, size_t, p->n_demands);
    p->distance = KH_NEW(arena, double, n);
    p->via = KH_NEW(arena, uint32_t, n);
    p->done = KH_NEW(arena, bool, n);
    p->taste = KH_NEW(arena, double, n);
    if (p->load_bps == NULL || p->used == NULL || p->open == NULL || p->closed == NULL || p->is_end == NULL ||
        p->site_cost == NULL || p->offer_cost == NULL || p->pairs == NULL || p->route == NULL || p->n_route == NULL ||
        p->distance == NULL || p->via == NULL || p->done == NULL || p->taste == NULL)
        return false;
    for (size_t k = 0; k < p->n_demands; k++)
        if ((p->route[k] = KH_NEW(arena, uint32_t, n)) == NULL)
            return false;
    return true;
}

/* Offers by span: an incidence whose second ends lie behind all spans. */
static kh_status sort_offers(planner *p, kh_error *err)
{
    uint32_t(*ends)[2] = kh_arena_alloc(p->arena, p->n_offers, sizeof *ends);
    if (ends == NULL)
        return out_of_memory(err);
    for (size_t o = 0; o < p->n_offers; o++) {
        ends[o][0] = p->problem->offers[o].span;
        ends[o][1] = (uint32_t)p->n_spans;
    }
    p->offers_of = kh_incidence_build(p->n_spans + 1, p->n_offers, &ends[0][0], sizeof *ends, p->arena);
    const kh_site_span *spans = p->problem->layout->spans;
    p->spans_at = kh_incidence_build(p->n_sites, p->n_spans, p->n_spans == 0 ? NULL : spans[0].ends, sizeof *spans, p->arena);
    return p->offers_of.item == NULL || p->spans_at.item == NULL ? out_of_memory(err) : KH_OK;
}

static kh_status prepare(planner *p, kh_arena *arena, kh_error *err)
{
    const kh_site_build_problem *problem = p->problem;
    p->n_sites = problem->layout->n_sites;
    p->n_spans = problem->layout->n_spans;
    p->n_offers = problem->n_offers;
    p->n_demands = problem->n_demands;
    if (!take_memory(p, arena))
        return out_of_memory(err);
    KH_TRY(sort_offers(p, err));
    for (size_t o = 0; o < p->n_offers; o++) {
        p->offer_cost[o] = kh_site_build_cost(problem, p->frame->year, problem->offers[o].price, problem->offers[o].upkeep);
        p->tiny = fmax(p->tiny, p->offer_cost[o] * SHORT_WAYS);
    }
    for (size_t v = 0; v < p->n_sites; v++)
        p->taste[v] = 1;
    for (size_t v = 0; v < p->n_sites; v++)
        p->site_cost[v] =
            kh_site_build_cost(problem, p->frame->year, problem->price[v], problem->upkeep == NULL ? 0 : problem->upkeep[v]);
    for (size_t k = 0; k < p->n_demands; k++)
        for (int i = 0; i < 2; i++)
            p->is_end[problem->demands[k][i]] |= p->frame->rate_bps[k] > 0;
    rebuild(p);
    return KH_OK;
}

/* Largest first; index by index among equal ones. */
static size_t next_demand(const planner *p, const bool *placed)
{
    size_t next = p->n_demands;
    for (size_t k = 0; k < p->n_demands; k++)
        if (!placed[k] && (next == p->n_demands || p->frame->rate_bps[k] > p->frame->rate_bps[next]))
            next = k;
    return next;
}

static kh_status find(planner *p, double deadline_s, kh_arena *arena, size_t *unserved, kh_error *err)
{
    KH_TRY(prepare(p, arena, err));
    bool *placed = KH_NEW(p->arena, bool, p->n_demands);
    memory m[2];
    for (int i = 0; i < 2; i++) {
        m[i].spans = KH_NEW(p->arena, uint32_t, p->n_demands * p->n_sites);
        m[i].n_route = KH_NEW(p->arena, size_t, p->n_demands);
        if (placed == NULL || m[i].spans == NULL || m[i].n_route == NULL)
            return out_of_memory(err);
    }
    for (size_t i = 0; i < p->n_demands; i++) {
        size_t k = next_demand(p, placed);
        placed[k] = true;
        *unserved = k;
        if (!insert(p, k))
            return KH_OK;
    }
    *unserved = p->n_demands;
    rebuild(p);
    improve(p, deadline_s, &m[0]);
    if (p->n_demands > 0)
        search(p, deadline_s, &m[1], &m[0]);
    return KH_OK;
}

kh_status kh_site_year_find(const kh_site_build_problem *problem, const kh_site_frame *frame, double deadline_s, kh_arena *arena,
                            kh_site_year *year, size_t *unserved, kh_error *err)
{
    planner p = {.problem = problem, .frame = frame, .arena = kh_arena_create(0)};
    kh_status status = p.arena == NULL ? out_of_memory(err) : find(&p, deadline_s, arena, unserved, err);
    kh_arena_destroy(p.arena);
    if (status == KH_OK)
        *year = (kh_site_year){p.route, p.n_route, p.open, p.pairs, p.price};
    return status;
}

kh_status kh_site_year_alone(const kh_site_build_problem *problem, size_t year, size_t demand, double *price, kh_error *err)
{
    kh_arena *arena = kh_arena_create(0);
    double *rates = arena == NULL ? NULL : KH_NEW(arena, double, problem->n_demands);
    const kh_site_frame frame = {.year = year, .rate_bps = rates};
    planner p = {.problem = problem, .frame = &frame, .arena = arena, .in_parts = true};
    kh_status status = rates == NULL ? out_of_memory(err) : KH_OK;
    if (status == KH_OK) {
        rates[demand] = problem->rate_bps[year * problem->n_demands + demand];
        status = prepare(&p, arena, err);
    }
    if (status == KH_OK) {
        bool found = find_way(&p, problem->demands[demand], rates[demand]);
        *price = !found ? HUGE_VAL : rates[demand] > 0 ? p.price + p.distance[problem->demands[demand][1]] : 0;
    }
    kh_arena_destroy(arena);
    return status;
}
