/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/verify/check.h"

#include <string.h>

/* W_k of solvers/secure/README.md: the least that one bit of secret of a demand costs under the plan's prices. */

enum { MOST_SUSPECTS = 12, MOST_STEPS = 100 };
static const double NOTHING_LEFT = 1e-12; /* of a path beside the adversary's shares */
static const double ROUNDING = 1e-13;

typedef struct label {
    double price, taken; /* of links; shares of relays on the way */
} label;

typedef struct arc {
    uint32_t tail, head, link; /* states of the split graph; link: KH_NO_INDEX inside a node */
} arc;

typedef struct work {
    kh_check *check;
    double *share; /* [n_nodes] of the demand, RAMP */
    label *labels; /* [n_nodes] */
    uint32_t suspects[MOST_SUSPECTS];
    double share_of[MOST_SUSPECTS];
    size_t n_suspects;
    /* disjoint paths */
    arc *arcs;        /* [n_nodes + 2 n_links] */
    bool *used;       /* of each arc */
    uint32_t *via;    /* [2 n_nodes] arc by which a state is reached */
    double *distance; /* [2 n_nodes] */
    size_t n_arcs;
} work;

/* --- any relays: y(p) / (1 - a(p)) ------------------------------------------------------------------------------------------ */

/* With w = infinity fewest shares first. */
static bool is_better(label a, label b, double w)
{
    if (isinf(w))
        return a.taken < b.taken || (a.taken <= b.taken && a.price < b.price);
    return a.price + w * a.taken < b.price + w * b.taken;
}

static label best_path(work *x, size_t k, double w)
{
    const kh_check *c = x->check;
    const kh_node_id *between = c->net->demands[k].between;
    for (size_t v = 0; v < c->net->n_nodes; v++)
        x->labels[v] = (label){HUGE_VAL, HUGE_VAL};
    x->labels[between[0].i] = (label){0, 0};
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t e = 0; e < c->net->n_qkd_links; e++)
            for (int turn = 0; turn < 2 && c->capacity_bps[e] > 0; turn++) {
                uint32_t from = kh_check_end(c, e, turn), to = kh_check_end(c, e, 1 - turn);
                bool starts = from == between[0].i;
                if ((!starts && !c->relays[from]) || isinf(x->labels[from].price) || from == between[1].i)
                    continue;
                label made = {x->labels[from].price + fmax(c->plan->prices[e], 0),
                              x->labels[from].taken + (starts ? 0 : x->share[from])};
                if (isinf(x->labels[to].price) || is_better(made, x->labels[to], w)) {
                    x->labels[to] = made;
                    changed = true;
                }
            }
    }
    return x->labels[between[1].i];
}

/* Newton's steps down from the path with fewest shares. */
static double worth_of_ramp(work *x, size_t k)
{
    double w = HUGE_VAL;
    for (int turn = 0; turn < MOST_STEPS; turn++) {
        label found = best_path(x, k, w);
        if (!isinf(w) && found.price + w * found.taken >= w * (1 - ROUNDING))
            return w;
        if (isinf(found.price) || found.taken >= 1 - NOTHING_LEFT)
            return 0; /* proves nothing */
        w = found.price / (1 - found.taken);
    }
    return 0;
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
    memset(c->mark, 0, c->net->n_nodes * sizeof *c->mark);
    memset(c->counted, 0, c->net->n_qkd_links * sizeof *c->counted);
    for (size_t i = 0; i < x->n_suspects; i++)
        if (!(allowed >> i & 1))
            bar(c, x->suspects[i]);
    for (size_t v = 0; v < c->net->n_nodes; v++)
        c->distance[v] = HUGE_VAL;
    c->distance[between[0].i] = 0;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t e = 0; e < c->net->n_qkd_links; e++)
            for (int turn = 0; turn < 2 && c->capacity_bps[e] > 0 && !c->counted[e]; turn++) {
                uint32_t from = kh_check_end(c, e, turn), to = kh_check_end(c, e, 1 - turn);
                double distance = c->distance[from] + fmax(c->plan->prices[e], 0);
                if ((from == between[0].i || (c->relays[from] && !c->mark[from])) && distance < c->distance[to]) {
                    c->distance[to] = distance;
                    changed = true;
                }
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

/* --- disjoint paths: augmenting on the split graph by Bellman and Ford ------------------------------------------------------ */

static void lay_out(work *x, size_t k)
{
    const kh_check *c = x->check;
    const kh_node_id *between = c->net->demands[k].between;
    x->n_arcs = 0;
    for (uint32_t v = 0; v < c->net->n_nodes; v++)
        if (c->relays[v] && v != between[0].i && v != between[1].i)
            x->arcs[x->n_arcs++] = (arc){2 * v, 2 * v + 1, KH_NO_INDEX};
    for (uint32_t e = 0; e < c->net->n_qkd_links; e++)
        for (int turn = 0; turn < 2 && c->capacity_bps[e] > 0; turn++)
            x->arcs[x->n_arcs++] = (arc){2 * kh_check_end(c, e, turn) + 1, 2 * kh_check_end(c, e, 1 - turn), e};
    memset(x->used, 0, x->n_arcs * sizeof *x->used);
}

static double price_of(const work *x, const arc *a)
{
    return a->link == KH_NO_INDEX ? 0 : fmax(x->check->plan->prices[a->link], 0);
}

/* Price of the cheapest way to one more path; below 0 by more than rounding it cannot be. */
static double augment(work *x, size_t k)
{
    const kh_node_id *between = x->check->net->demands[k].between;
    uint32_t from = 2 * between[0].i + 1, to = 2 * between[1].i;
    for (size_t s = 0; s < 2 * x->check->net->n_nodes; s++)
        x->distance[s] = HUGE_VAL;
    x->distance[from] = 0;
    bool changed = true;
    for (size_t round = 0; changed && round < 2 * x->check->net->n_nodes; round++) {
        changed = false;
        for (uint32_t i = 0; i < x->n_arcs; i++) {
            const arc *a = &x->arcs[i];
            uint32_t tail = x->used[i] ? a->head : a->tail, head = x->used[i] ? a->tail : a->head;
            double distance = x->distance[tail] + (x->used[i] ? -price_of(x, a) : price_of(x, a));
            if (!(distance < x->distance[head] - ROUNDING * fabs(distance)))
                continue;
            x->distance[head] = distance;
            x->via[head] = i;
            changed = true;
        }
    }
    if (isinf(x->distance[to]) || changed)
        return HUGE_VAL;
    for (uint32_t s = to; s != from;) {
        uint32_t i = x->via[s];
        s = x->used[i] ? x->arcs[i].head : x->arcs[i].tail;
        x->used[i] = !x->used[i];
    }
    return x->distance[to];
}

static double worth_of_disjoint(work *x, size_t k)
{
    double worth = 0;
    lay_out(x, k);
    for (uint32_t i = 0; i <= x->check->plan->secrecy.colluders; i++)
        worth += augment(x, k);
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
    bool grouped = c->plan->secrecy.kind == KH_SECRECY_COALITIONS;
    size_t n = grouped ? c->plan->secrecy.n_coalitions : c->plan->secrecy.kind == KH_SECRECY_RAMP ? c->net->n_nodes : 0;
    return s->demand.i < c->plan->n_demands && s->whom < n && s->share > 0 && s->share <= 1 &&
           !(grouped && owns_end(c, s->whom, s->demand.i));
}

/* The adversary of one demand: no more than all of each, and of t in all. */
static bool take_shares(work *x, size_t k, size_t *at)
{
    const kh_check *c = x->check;
    const kh_plan_secrecy *s = &c->plan->secrecy;
    double sum = 0;
    memset(x->share, 0, c->net->n_nodes * sizeof *x->share);
    x->n_suspects = 0;
    for (; *at < s->n_suspicions && s->suspicions[*at].demand.i == k; (*at)++) {
        const kh_suspicion *suspicion = &s->suspicions[*at];
        bool fits = s->kind != KH_SECRECY_COALITIONS || x->n_suspects < MOST_SUSPECTS;
        if (!is_sound(c, suspicion) || !fits || (s->kind == KH_SECRECY_RAMP && x->share[suspicion->whom] > 0))
            return false;
        sum += suspicion->share;
        if (s->kind == KH_SECRECY_RAMP) {
            x->share[suspicion->whom] = suspicion->share;
            continue;
        }
        x->suspects[x->n_suspects] = suspicion->whom;
        x->share_of[x->n_suspects++] = suspicion->share;
    }
    return sum <= s->colluders * (1 + KH_CHECK_SAME);
}

static void find_worths(work *x)
{
    kh_check *c = x->check;
    size_t at = 0;
    for (size_t k = 0; k < c->plan->n_demands; k++) {
        if (!take_shares(x, k, &at)) {
            KH_WRONG_DEMAND(c, k, "%s", "the certificate's shares of colluders are none");
            return;
        }
        if (!kh_check_counts(c, k))
            continue;
        c->worth[k] = c->plan->secrecy.kind == KH_SECRECY_RAMP         ? worth_of_ramp(x, k)
                      : c->plan->secrecy.kind == KH_SECRECY_COALITIONS ? worth_of_coalitions(x, k)
                                                                       : worth_of_disjoint(x, k);
    }
    if (at < c->plan->secrecy.n_suspicions)
        KH_WRONG_PLAN(c, "%s", "the certificate's shares of colluders are not demand by demand");
}

kh_status kh_check_worth(kh_check *c, kh_arena *arena, kh_error *err)
{
    size_t n = c->net->n_nodes, m = c->net->n_qkd_links;
    work x = {.check = c,
              .share = KH_NEW(arena, double, n),
              .labels = KH_NEW(arena, label, n),
              .arcs = KH_NEW(arena, arc, n + 2 * m),
              .used = KH_NEW(arena, bool, n + 2 * m),
              .via = KH_NEW(arena, uint32_t, 2 * n),
              .distance = KH_NEW(arena, double, 2 * n)};
    if (x.share == NULL || x.labels == NULL || x.arcs == NULL || x.used == NULL || x.via == NULL || x.distance == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to verify the bound of %zu demands", c->plan->n_demands);
    find_worths(&x);
    return KH_OK;
}
