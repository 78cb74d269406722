/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/verify/check.h"

#include "core/base/clock.h"

#include <string.h>

/* W_k of solvers/secure/README.md: the least that one bit of secret of a demand costs under the plan's prices. */

enum { MOST_SUSPECTS = 12 };
static const double NOTHING_LEFT = 1e-12; /* of a path beside the adversary's shares */

typedef struct arc {
    uint32_t tail, head, link; /* states of the split graph; link: KH_NO_INDEX inside a node */
} arc;

/* Places that are still to be looked at from, the nearest first. */
typedef struct queue {
    uint32_t *items; /* [n] a heap */
    size_t *where;   /* [n_places] in it, from 1; 0: not there */
    double *key;     /* [n_places] */
    size_t n;
} queue;

/* Arcs state by state. */
typedef struct fan {
    size_t *first;  /* [n_states + 1] into arc */
    uint32_t *arcs; /* [n_arcs] */
} fan;

typedef struct work {
    kh_check *check;
    uint32_t suspects[MOST_SUSPECTS];
    double share_of[MOST_SUSPECTS];
    size_t n_suspects;
    queue queue;
    arc *arcs;   /* [n_arcs] of nodes that relay, of links with key both ways */
    fan out, in; /* those that begin, that end in a state */
    /* disjoint paths */
    bool *used;       /* of each arc */
    uint32_t *via;    /* [2 n_nodes] arc by which a state is reached */
    double *distance; /* [2 n_nodes] */
    double *rest;     /* [2 n_nodes] price of the cheapest way on to the goal; INFINITY: there is none */
    size_t n_arcs;
    uint32_t goal; /* node that rest leads to, KH_NO_INDEX: none yet */
    double *known; /* [2 n_nodes] detour to a state by the paths so far, at most that of the last one */
} work;

static void put(queue *q, size_t at, uint32_t place)
{
    q->items[at] = place;
    q->where[place] = at + 1;
}

static void rise(queue *q, size_t at, uint32_t place)
{
    for (; at > 0 && q->key[q->items[(at - 1) / 2]] > q->key[place]; at = (at - 1) / 2)
        put(q, at, q->items[(at - 1) / 2]);
    put(q, at, place);
}

/* Also when it is there already, further away. */
static void push(queue *q, uint32_t place, double key)
{
    size_t at = q->where[place] > 0 ? q->where[place] - 1 : q->n++;
    q->key[place] = key;
    rise(q, at, place);
}

static bool pop(queue *q, uint32_t *place)
{
    if (q->n == 0)
        return false;
    *place = q->items[0];
    q->where[*place] = 0;
    uint32_t last = q->items[--q->n];
    size_t hole = 0;
    for (size_t child = 1; child < q->n; child = 2 * hole + 1) {
        child += child + 1 < q->n && q->key[q->items[child + 1]] < q->key[q->items[child]];
        put(q, hole, q->items[child]);
        hole = child;
    }
    if (q->n > 0)
        rise(q, hole, last);
    return true;
}

/* --- coalitions: all sets of those suspected -------------------------------------------------------------------------------- */

static void bar(const kh_check *c, uint32_t coalition)
{
    const kh_plan_coalition *who = &c->plan->secrecy.coalitions[coalition];
    for (size_t i = 0; i < who->n_nodes; i++)
        c->mark[who->nodes[i].i] = true;
    for (size_t i = 0; i < who->n_links; i++)
        c->counted[who->links[i].i] = true;
}

/* Cheapest path that none of the suspects outside @p allowed sees. */
static double price_past(work *x, size_t k, uint32_t allowed)
{
    kh_check *c = x->check;
    const kh_node_id *between = c->net->demands[k].between;
    uint32_t from;
    memset(c->mark, 0, c->net->n_nodes * sizeof *c->mark);
    memset(c->counted, 0, c->net->n_qkd_links * sizeof *c->counted);
    for (size_t i = 0; i < x->n_suspects; i++)
        if (!(allowed >> i & 1))
            bar(c, x->suspects[i]);
    for (size_t v = 0; v < c->net->n_nodes; v++)
        c->distance[v] = HUGE_VAL;
    c->distance[between[0].i] = 0;
    push(&x->queue, between[0].i, 0);
    while (pop(&x->queue, &from)) {
        if (from != between[0].i && (!c->relays[from] || c->mark[from]))
            continue;
        for (size_t i = x->out.first[2 * from + 1]; i < x->out.first[2 * from + 2]; i++) {
            const arc *a = &x->arcs[x->out.arcs[i]];
            uint32_t e = a->link, to = a->head / 2;
            double distance = c->distance[from] + fmax(c->plan->prices[e], 0);
            if (c->counted[e] || !(distance < c->distance[to]))
                continue;
            c->distance[to] = distance;
            push(&x->queue, to, distance);
        }
    }
    return c->distance[between[1].i];
}

static double worth_of_coalitions(work *x, size_t k)
{
    double worth = HUGE_VAL;
    for (uint32_t allowed = 0; allowed < 1u << x->n_suspects; allowed++) {
        double taken = 0;
        for (size_t i = 0; i < x->n_suspects; i++)
            taken += allowed >> i & 1 ? x->share_of[i] : 0;
        if (taken < 1 - NOTHING_LEFT)
            worth = fmin(worth, price_past(x, k, allowed) / (1 - taken));
    }
    return isinf(worth) ? 0 : worth;
}

/* --- disjoint paths: augmenting on the split graph, straight to the goal: a step costs what it adds to the way there -------- */

static double price_of(const work *x, const arc *a)
{
    return a->link == KH_NO_INDEX ? 0 : fmax(x->check->plan->prices[a->link], 0);
}

static void measure_rest(work *x, uint32_t goal)
{
    uint32_t state;
    if (x->goal == goal)
        return;
    x->goal = goal;
    for (size_t s = 0; s < 2 * x->check->net->n_nodes; s++)
        x->rest[s] = HUGE_VAL;
    x->rest[2 * goal] = 0;
    push(&x->queue, 2 * goal, 0);
    while (pop(&x->queue, &state))
        for (size_t i = x->in.first[state]; i < x->in.first[state + 1]; i++) {
            const arc *a = &x->arcs[x->in.arcs[i]];
            double made = x->rest[state] + price_of(x, a);
            if (!(made < x->rest[a->tail]))
                continue;
            x->rest[a->tail] = made;
            push(&x->queue, a->tail, made);
        }
}

/* Of an arc that leads on to the goal. */
static double detour(const work *x, const arc *a)
{
    return fmax(price_of(x, a) + x->rest[a->head] - x->rest[a->tail], 0);
}

/* Beyond what the paths so far have made of it: never below 0 but by rounding, over used arcs only back. */
static double step(const work *x, uint32_t by, bool back)
{
    const arc *a = &x->arcs[by];
    double ahead = detour(x, a) + x->known[a->tail] - x->known[a->head];
    return fmax(back ? -ahead : ahead, 0);
}

static void reach(work *x, uint32_t by, uint32_t head, double distance)
{
    if (!(distance < x->distance[head]) || distance > x->distance[2 * x->goal])
        return;
    x->distance[head] = distance;
    x->via[head] = by;
    push(&x->queue, head, distance);
}

/* From one state, on over arcs not used and back over used ones. Nothing goes through the demand's own ends. */
static void look_on(work *x, size_t k, uint32_t state)
{
    const kh_node_id *between = x->check->net->demands[k].between;
    for (size_t i = x->out.first[state]; i < x->out.first[state + 1]; i++) {
        uint32_t by = x->out.arcs[i];
        const arc *a = &x->arcs[by];
        bool is_end = a->link == KH_NO_INDEX && (state / 2 == between[0].i || state / 2 == between[1].i);
        if (!x->used[by] && !is_end && !isinf(x->rest[a->head]))
            reach(x, by, a->head, x->distance[state] + step(x, by, false));
    }
    for (size_t i = x->in.first[state]; i < x->in.first[state + 1]; i++)
        if (x->used[x->in.arcs[i]])
            reach(x, x->in.arcs[i], x->arcs[x->in.arcs[i]].tail, x->distance[state] + step(x, x->in.arcs[i], true));
}

/* What the cheapest way to one more path costs beyond the cheapest path. */
static double augment(work *x, size_t k)
{
    uint32_t from = 2 * x->check->net->demands[k].between[1].i + 1, to = 2 * x->goal, state;
    size_t n = 2 * x->check->net->n_nodes;
    for (size_t s = 0; s < n; s++)
        x->distance[s] = HUGE_VAL;
    x->distance[from] = 0;
    push(&x->queue, from, 0);
    while (pop(&x->queue, &state))
        if (x->distance[state] < x->distance[to])
            look_on(x, k, state);
    if (isinf(x->distance[to]))
        return HUGE_VAL;
    for (size_t s = 0; s < n; s++)
        x->known[s] += fmin(x->distance[s], x->distance[to]);
    for (uint32_t s = to; s != from;) {
        uint32_t i = x->via[s];
        s = x->used[i] ? x->arcs[i].head : x->arcs[i].tail;
        x->used[i] = !x->used[i];
    }
    return x->known[to];
}

/* From the second end to the first: many demands have the same first one. @return the price of the cheapest path */
static double start_paths(work *x, size_t k)
{
    const kh_node_id *between = x->check->net->demands[k].between;
    measure_rest(x, between[0].i);
    double each = x->rest[2 * between[1].i + 1];
    memset(x->known, 0, 2 * x->check->net->n_nodes * sizeof *x->known);
    memset(x->used, 0, x->n_arcs * sizeof *x->used);
    return each;
}

static double worth_of_disjoint(work *x, size_t k)
{
    double each = start_paths(x, k), worth = 0;
    for (uint32_t n = 0; n <= x->check->plan->secrecy.colluders && !isinf(each + worth); n++)
        worth += each + augment(x, k);
    return isinf(each + worth) ? 0 : worth;
}

static double price_of_direct(const work *x, size_t k)
{
    const kh_node_id *between = x->check->net->demands[k].between;
    double price = HUGE_VAL;
    for (size_t i = x->out.first[2 * between[0].i + 1]; i < x->out.first[2 * between[0].i + 2]; i++)
        if (x->arcs[x->out.arcs[i]].head == 2 * between[1].i)
            price = fmin(price, price_of(x, &x->arcs[x->out.arcs[i]]));
    return price;
}

/* n disjoint paths bring n - t bits. Each path is dearer than the one before: when that is dearer than a bit, so are all to come.
 */
static double worth_of_ramp(work *x, size_t k)
{
    double each = start_paths(x, k), worth = price_of_direct(x, k), sum = 0, last = 0;
    uint32_t lost = x->check->plan->secrecy.colluders;
    for (uint32_t n = 1; !isinf(each) && (n <= lost + 1 || last < worth); n++) {
        last = each + augment(x, k);
        if (isinf(last))
            break;
        sum += last;
        if (n > lost)
            worth = fmin(worth, sum / (n - lost));
    }
    return isinf(worth) ? 0 : worth;
}

/* --- all of it -------------------------------------------------------------------------------------------------------------- */

static bool owns_end(const kh_check *c, uint32_t coalition, size_t k)
{
    const kh_plan_coalition *who = &c->plan->secrecy.coalitions[coalition];
    for (size_t i = 0; i < who->n_nodes; i++)
        if (who->nodes[i].i == c->net->demands[k].between[0].i || who->nodes[i].i == c->net->demands[k].between[1].i)
            return true;
    return false;
}

static bool is_sound(const kh_check *c, const kh_suspicion *s)
{
    return s->demand.i < c->plan->n_demands && s->whom < c->plan->secrecy.n_coalitions && s->share > 0 && s->share <= 1 &&
           !owns_end(c, s->whom, s->demand.i);
}

/* The adversary of one demand looks at no more than all of it. */
static bool take_shares(work *x, size_t k, size_t *at)
{
    const kh_check *c = x->check;
    const kh_plan_secrecy *s = &c->plan->secrecy;
    double sum = 0;
    x->n_suspects = 0;
    for (; *at < s->n_suspicions && s->suspicions[*at].demand.i == k; (*at)++) {
        const kh_suspicion *suspicion = &s->suspicions[*at];
        if (!is_sound(c, suspicion) || x->n_suspects == MOST_SUSPECTS)
            return false;
        sum += suspicion->share;
        x->suspects[x->n_suspects] = suspicion->whom;
        x->share_of[x->n_suspects++] = suspicion->share;
    }
    return sum <= 1 + KH_CHECK_SAME;
}

static kh_status find_worths(work *x, kh_error *err)
{
    kh_check *c = x->check;
    size_t at = 0;
    for (size_t k = 0; k < c->plan->n_demands; k++) {
        if (!take_shares(x, k, &at)) {
            KH_WRONG_DEMAND(c, k, "%s", "the certificate's shares of colluders are none");
            return KH_OK;
        }
        if (!kh_check_counts(c, k))
            continue;
        if (kh_clock_s() > c->until_s)
            return kh_fail(err, KH_TIMELIMIT, "no time is left to check what is secret: %zu of %zu demands are", k,
                           c->plan->n_demands);
        c->worth[k] = c->plan->secrecy.kind == KH_SECRECY_RAMP         ? worth_of_ramp(x, k)
                      : c->plan->secrecy.kind == KH_SECRECY_COALITIONS ? worth_of_coalitions(x, k)
                                                                       : worth_of_disjoint(x, k);
    }
    if (at < c->plan->secrecy.n_suspicions)
        KH_WRONG_PLAN(c, "%s", "the certificate's shares of colluders are not demand by demand");
    return KH_OK;
}

/* --- arcs state by state ---------------------------------------------------------------------------------------------------- */

static void lay_arcs(work *x)
{
    const kh_check *c = x->check;
    for (uint32_t v = 0; v < c->net->n_nodes; v++)
        if (c->relays[v])
            x->arcs[x->n_arcs++] = (arc){2 * v, 2 * v + 1, KH_NO_INDEX};
    for (uint32_t e = 0; e < c->net->n_qkd_links; e++)
        for (int turn = 0; turn < 2 && c->capacity_bps[e] > 0; turn++)
            x->arcs[x->n_arcs++] = (arc){2 * kh_check_end(c, e, turn) + 1, 2 * kh_check_end(c, e, 1 - turn), e};
}

static bool sort_arcs(const work *x, bool by_head, fan *f, kh_arena *arena)
{
    size_t n = 2 * x->check->net->n_nodes;
    size_t *next = KH_NEW(arena, size_t, n + 1);
    f->first = KH_NEW(arena, size_t, n + 1);
    f->arcs = KH_NEW(arena, uint32_t, x->n_arcs);
    if (next == NULL || f->first == NULL || f->arcs == NULL)
        return false;
    for (size_t i = 0; i < x->n_arcs; i++)
        f->first[(by_head ? x->arcs[i].head : x->arcs[i].tail) + 1]++;
    for (size_t s = 0; s < n; s++)
        next[s + 1] = f->first[s + 1] += f->first[s];
    for (uint32_t i = 0; i < x->n_arcs; i++)
        f->arcs[next[by_head ? x->arcs[i].head : x->arcs[i].tail]++] = i;
    return true;
}

kh_status kh_check_worth(kh_check *c, kh_arena *arena, kh_error *err)
{
    size_t n = c->net->n_nodes, m = c->net->n_qkd_links;
    work x = {.check = c,
              .arcs = KH_NEW(arena, arc, n + 2 * m),
              .used = KH_NEW(arena, bool, n + 2 * m),
              .via = KH_NEW(arena, uint32_t, 2 * n),
              .queue = {KH_NEW(arena, uint32_t, 2 * n), KH_NEW(arena, size_t, 2 * n), KH_NEW(arena, double, 2 * n), 0},
              .distance = KH_NEW(arena, double, 2 * n),
              .rest = KH_NEW(arena, double, 2 * n),
              .known = KH_NEW(arena, double, 2 * n),
              .goal = KH_NO_INDEX};
    bool whole = x.arcs != NULL && x.used != NULL && x.via != NULL && x.distance != NULL && x.rest != NULL && x.known != NULL &&
                 x.queue.items != NULL && x.queue.where != NULL && x.queue.key != NULL;
    if (whole)
        lay_arcs(&x);
    if (!whole || !sort_arcs(&x, false, &x.out, arena) || !sort_arcs(&x, true, &x.in, arena))
        return kh_fail(err, KH_ENOMEM, "no memory to verify the bound of %zu demands", c->plan->n_demands);
    return find_worths(&x, err);
}
