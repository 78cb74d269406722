/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/site/site_flow.h"

#include <math.h>
#include <string.h>

static const double NOTHING = 1e-9; /* less room than this on an arc is none */

/* Arc a and its return a ^ 1. Vertex 2 v is where flow enters site v, 2 v + 1 where it leaves; arc 2 v leads through it. */
struct kh_site_flow {
    size_t n_sites, n_arcs;
    uint32_t *head;      /* [n_arcs] */
    double *room, *cost; /* [n_arcs] left of the capacity; cost of passing */
    uint32_t *first;     /* [2 n_sites + 1] into out */
    uint32_t *out;       /* [n_arcs] arcs by their tail */
    uint32_t *level;     /* [2 n_sites] */
    uint32_t *next;      /* [2 n_sites] the arc to be tried */
    uint32_t *queue;     /* [2 n_sites] also the heap's vertices */
    uint32_t *place;     /* [2 n_sites] in the heap */
    uint32_t *came;      /* [2 n_sites] arc of the shortest way */
    double *distance, *potential;
    uint32_t ends[2];
    uint32_t direct; /* arc from end to end */
};

static const uint32_t UNSEEN = UINT32_MAX, SETTLED = UINT32_MAX - 1;

static void lay_arc(kh_site_flow *flow, size_t a, uint32_t tail, uint32_t head)
{
    flow->head[a] = head;
    flow->head[a ^ 1] = tail;
}

static void sort_arcs(kh_site_flow *flow)
{
    for (size_t a = 0; a < flow->n_arcs; a++)
        flow->first[flow->head[a ^ 1] + 1]++;
    for (size_t v = 0; v < 2 * flow->n_sites; v++)
        flow->first[v + 1] += flow->first[v];
    memcpy(flow->next, flow->first, 2 * flow->n_sites * sizeof *flow->next);
    for (size_t a = 0; a < flow->n_arcs; a++)
        flow->out[flow->next[flow->head[a ^ 1]]++] = (uint32_t)a;
}

static bool take_memory(kh_site_flow *flow, kh_arena *arena)
{
    size_t n = 2 * flow->n_sites, m = flow->n_arcs;
    flow->head = KH_NEW(arena, uint32_t, m);
    flow->room = KH_NEW(arena, double, m);
    flow->cost = KH_NEW(arena, double, m);
    flow->out = KH_NEW(arena, uint32_t, m);
    flow->first = KH_NEW(arena, uint32_t, n + 1);
    flow->level = KH_NEW(arena, uint32_t, n);
    flow->next = KH_NEW(arena, uint32_t, n);
    flow->queue = KH_NEW(arena, uint32_t, n);
    flow->place = KH_NEW(arena, uint32_t, n);
    flow->came = KH_NEW(arena, uint32_t, n);
    flow->distance = KH_NEW(arena, double, n);
    flow->potential = KH_NEW(arena, double, n);
    return flow->head != NULL && flow->room != NULL && flow->cost != NULL && flow->out != NULL && flow->first != NULL &&
           flow->level != NULL && flow->next != NULL && flow->queue != NULL && flow->place != NULL && flow->came != NULL &&
           flow->distance != NULL && flow->potential != NULL;
}

kh_site_flow *kh_site_flow_create(size_t n_sites, const uint32_t (*span)[2], size_t n_spans, kh_arena *arena)
{
    kh_site_flow *flow = KH_NEW(arena, kh_site_flow, 1);
    if (flow == NULL)
        return NULL;
    *flow = (kh_site_flow){.n_sites = n_sites, .n_arcs = 2 * n_sites + 4 * n_spans};
    if (!take_memory(flow, arena))
        return NULL;
    for (uint32_t v = 0; v < n_sites; v++)
        lay_arc(flow, 2 * (size_t)v, 2 * v, 2 * v + 1);
    for (size_t s = 0; s < n_spans; s++) {
        lay_arc(flow, 2 * n_sites + 4 * s, 2 * span[s][0] + 1, 2 * span[s][1]);
        lay_arc(flow, 2 * n_sites + 4 * s + 2, 2 * span[s][1] + 1, 2 * span[s][0]);
    }
    sort_arcs(flow);
    return flow;
}

static void fill_rooms(kh_site_flow *flow, const uint32_t ends[2], double of_span)
{
    for (size_t a = 2 * flow->n_sites; a < flow->n_arcs; a += 2) {
        flow->room[a] = of_span;
        flow->room[a + 1] = 0;
    }
    flow->direct = UNSEEN;
    for (int i = 0; i < 2; i++) {
        flow->ends[i] = ends[i];
        flow->room[2 * ends[i]] = HUGE_VAL;
        flow->room[2 * ends[i] + 1] = 0;
    }
    for (uint32_t k = flow->first[2 * ends[0] + 1]; k < flow->first[2 * ends[0] + 2]; k++)
        if (flow->out[k] % 2 == 0 && flow->head[flow->out[k]] == 2 * ends[1]) {
            flow->direct = flow->out[k];
            flow->room[flow->direct] = 1;
        }
}

bool kh_site_flow_is_direct(const kh_site_flow *flow)
{
    return flow->direct != UNSEEN;
}

/* Steps from the source over arcs with room; true when the target was met. */
static bool rank(kh_site_flow *flow)
{
    uint32_t source = 2 * flow->ends[0] + 1, target = 2 * flow->ends[1];
    size_t n = 0;
    memset(flow->level, 0xff, 2 * flow->n_sites * sizeof *flow->level);
    flow->level[source] = 0;
    flow->queue[n++] = source;
    for (size_t i = 0; i < n; i++)
        for (uint32_t v = flow->queue[i], k = flow->first[v]; k < flow->first[v + 1]; k++) {
            uint32_t a = flow->out[k], to = flow->head[a];
            if (flow->room[a] > NOTHING && flow->level[to] == UNSEEN) {
                flow->level[to] = flow->level[v] + 1;
                flow->queue[n++] = to;
            }
        }
    return flow->level[target] != UNSEEN;
}

/* The next arc that rises a level; UNSEEN: a dead end. */
static uint32_t step_on(kh_site_flow *flow, uint32_t at)
{
    for (; flow->next[at] < flow->first[at + 1]; flow->next[at]++) {
        uint32_t a = flow->out[flow->next[at]];
        if (flow->room[a] > NOTHING && flow->level[flow->head[a]] == flow->level[at] + 1)
            return a;
    }
    return UNSEEN;
}

/* One way of rising levels, by steps kept in queue: no recursion over long lines. 0 when none is left. */
static double push_way(kh_site_flow *flow, double most)
{
    uint32_t source = 2 * flow->ends[0] + 1, target = 2 * flow->ends[1], at = source;
    size_t depth = 0;
    while (at != target) {
        uint32_t a = step_on(flow, at);
        if (a != UNSEEN) {
            flow->queue[depth++] = a;
            at = flow->head[a];
        } else if (depth == 0) {
            return 0;
        } else {
            at = flow->head[flow->queue[--depth] ^ 1];
            flow->next[at]++;
        }
    }
    for (size_t i = 0; i < depth; i++)
        most = fmin(most, flow->room[flow->queue[i]]);
    for (size_t i = 0; i < depth; i++) {
        flow->room[flow->queue[i]] -= most;
        flow->room[flow->queue[i] ^ 1] += most;
    }
    return most;
}

double kh_site_flow_most(kh_site_flow *flow, const double *capacity, const double *arc, const uint32_t ends[2], double wanted)
{
    double sum = 0;
    for (size_t v = 0; v < flow->n_sites; v++) {
        flow->room[2 * v] = capacity == NULL ? HUGE_VAL : capacity[v];
        flow->room[2 * v + 1] = 0;
    }
    fill_rooms(flow, ends, HUGE_VAL);
    for (size_t a = 0; arc != NULL && 2 * flow->n_sites + 2 * a < flow->n_arcs; a++)
        flow->room[2 * flow->n_sites + 2 * a] = arc[a];
    while (wanted - sum > NOTHING && rank(flow)) {
        memcpy(flow->next, flow->first, 2 * flow->n_sites * sizeof *flow->next);
        for (double pushed = 1; pushed > 0 && wanted - sum > NOTHING; sum += pushed)
            pushed = push_way(flow, wanted - sum);
    }
    return sum;
}

/* Marks by level 0 what reaches the target. */
static void rank_back(kh_site_flow *flow)
{
    size_t n = 0;
    memset(flow->level, 0xff, 2 * flow->n_sites * sizeof *flow->level);
    flow->level[2 * flow->ends[1]] = 0;
    flow->queue[n++] = 2 * flow->ends[1];
    for (size_t i = 0; i < n; i++)
        for (uint32_t v = flow->queue[i], k = flow->first[v]; k < flow->first[v + 1]; k++) {
            uint32_t a = flow->out[k] ^ 1, from = flow->head[flow->out[k]];
            if (flow->room[a] > NOTHING && flow->level[from] == UNSEEN) {
                flow->level[from] = 0;
                flow->queue[n++] = from;
            }
        }
}

size_t kh_site_flow_cut(kh_site_flow *flow, bool last, uint32_t *sites)
{
    size_t n = 0;
    if (last)
        rank_back(flow);
    else
        (void)rank(flow);
    for (uint32_t v = 0; v < flow->n_sites; v++)
        if ((flow->level[2 * v] != UNSEEN) != (flow->level[2 * v + 1] != UNSEEN) && v != flow->ends[0] && v != flow->ends[1])
            sites[n++] = v;
    return n;
}

size_t kh_site_flow_side(kh_site_flow *flow, bool last, uint32_t *sites)
{
    size_t n = 0;
    if (last)
        rank_back(flow);
    else
        (void)rank(flow);
    for (uint32_t v = 0; v < flow->n_sites; v++) /* nothing leads into the first end, nothing out of the other */
        if (last ? flow->level[2 * v] != UNSEEN : flow->level[2 * v + 1] == UNSEEN)
            sites[n++] = v;
    return n;
}

static void lift(kh_site_flow *flow, uint32_t v, uint32_t i)
{
    for (; i > 0 && flow->distance[flow->queue[(i - 1) / 2]] > flow->distance[v]; i = (i - 1) / 2) {
        flow->queue[i] = flow->queue[(i - 1) / 2];
        flow->place[flow->queue[i]] = i;
    }
    flow->queue[i] = v;
    flow->place[v] = i;
}

static uint32_t take_nearest(kh_site_flow *flow, uint32_t *n)
{
    uint32_t nearest = flow->queue[0], moved = flow->queue[--*n], i = 0;
    for (uint32_t child = 1; child < *n; i = child, child = 2 * i + 1) {
        if (child + 1 < *n && flow->distance[flow->queue[child + 1]] < flow->distance[flow->queue[child]])
            child++;
        if (!(flow->distance[flow->queue[child]] < flow->distance[moved]))
            break;
        flow->queue[i] = flow->queue[child];
        flow->place[flow->queue[i]] = i;
    }
    flow->queue[i] = moved;
    flow->place[moved] = i;
    flow->place[nearest] = SETTLED;
    return nearest;
}

/* Dijkstra over arcs with room, costs made >= 0 by the potentials of the route before. */
static bool find_way(kh_site_flow *flow)
{
    uint32_t source = 2 * flow->ends[0] + 1, target = 2 * flow->ends[1], n = 1;
    for (size_t v = 0; v < 2 * flow->n_sites; v++) {
        flow->distance[v] = HUGE_VAL;
        flow->place[v] = UNSEEN;
    }
    flow->distance[source] = 0;
    flow->queue[0] = source;
    flow->place[source] = 0;
    while (n > 0) {
        uint32_t v = take_nearest(flow, &n);
        for (uint32_t k = flow->first[v]; k < flow->first[v + 1]; k++) {
            uint32_t a = flow->out[k], to = flow->head[a];
            if (!(flow->room[a] > 0) || flow->place[to] == SETTLED)
                continue;
            double at = flow->distance[v] + fmax(0, flow->cost[a] + flow->potential[v] - flow->potential[to]);
            if (at < flow->distance[to]) {
                flow->distance[to] = at;
                flow->came[to] = a;
                lift(flow, to, flow->place[to] == UNSEEN ? n++ : flow->place[to]);
            }
        }
    }
    return flow->distance[target] < HUGE_VAL;
}

static double take_way(kh_site_flow *flow)
{
    uint32_t source = 2 * flow->ends[0] + 1;
    double cost = 0;
    for (uint32_t v = 2 * flow->ends[1]; v != source; v = flow->head[flow->came[v] ^ 1]) {
        flow->room[flow->came[v]] -= 1;
        flow->room[flow->came[v] ^ 1] += 1;
        cost += flow->cost[flow->came[v]];
    }
    double farthest = flow->distance[2 * flow->ends[1]];
    for (size_t v = 0; v < 2 * flow->n_sites; v++)
        flow->potential[v] += fmin(flow->distance[v], farthest);
    return cost;
}

double kh_site_flow_cheapest(kh_site_flow *flow, const double *cost, const uint32_t ends[2], unsigned n_routes)
{
    double sum = 0;
    memset(flow->cost, 0, flow->n_arcs * sizeof *flow->cost);
    memset(flow->potential, 0, 2 * flow->n_sites * sizeof *flow->potential);
    for (size_t v = 0; v < flow->n_sites; v++) {
        flow->room[2 * v] = cost[v] < HUGE_VAL ? 1 : 0;
        flow->room[2 * v + 1] = 0;
        flow->cost[2 * v] = cost[v] < HUGE_VAL ? cost[v] : 0;
        flow->cost[2 * v + 1] = -flow->cost[2 * v];
    }
    fill_rooms(flow, ends, 1);
    for (int i = 0; i < 2; i++) /* nothing is won by coming back to an end */
        flow->room[2 * ends[i]] = 0;
    for (unsigned r = 0; r < n_routes; r++) {
        if (!find_way(flow))
            return HUGE_VAL;
        sum += take_way(flow);
    }
    return sum;
}

size_t kh_site_flow_route(kh_site_flow *flow, uint32_t *sites)
{
    size_t n = 0;
    uint32_t v = flow->ends[0], target = flow->ends[1];
    sites[n++] = v;
    while (v != target) {
        uint32_t taken = UNSEEN;
        for (uint32_t k = flow->first[2 * v + 1]; k < flow->first[2 * v + 2] && taken == UNSEEN; k++) {
            uint32_t a = flow->out[k];
            if (a >= 2 * flow->n_sites && a % 2 == 0 && flow->room[a] < 0.5)
                taken = a;
        }
        if (taken == UNSEEN)
            return 0;
        flow->room[taken] = 1;
        v = flow->head[taken] / 2;
        sites[n++] = v;
    }
    return n;
}
