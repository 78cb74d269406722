/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/light/turns.h"

#include <math.h>

static const double NEAR = 1e-9;
enum { MOST_TRIED = 24 };

typedef struct check {
    const kh_turns_problem *p;
    const kh_turns *t;
    uint32_t *at_node, *on_link; /* paths of the set at hand */
} check;

/* Puts a path on, or takes it off. @return that everything is within its limits */
static bool put(const check *c, size_t pair, bool on)
{
    const kh_turns_pair *k = &c->p->pairs[pair];
    bool fits = true;
    for (int i = 0; i < 2; i++) {
        c->at_node[k->ends[i]] += on ? 1 : UINT32_MAX;
        fits = fits && c->at_node[k->ends[i]] <= c->p->transceivers[k->ends[i]];
    }
    for (size_t i = 0; i < k->n_links; i++) {
        c->on_link[k->links[i]] += on ? 1 : UINT32_MAX;
        fits = fits && c->on_link[k->links[i]] <= c->p->channels[k->links[i]];
    }
    return fits;
}

static kh_status check_set(const check *c, size_t i, kh_error *err)
{
    bool fits = true;
    for (size_t k = 0; k < c->p->n_pairs; k++)
        if (c->t->turns[i].on[k])
            fits = put(c, k, true) && fits;
    for (size_t k = 0; k < c->p->n_pairs; k++)
        if (c->t->turns[i].on[k])
            put(c, k, false);
    return fits ? KH_OK : kh_fail(err, KH_UNMET, "set %zu takes more transceivers or channels than there are", i);
}

static kh_status check_rates(const check *c, kh_error *err)
{
    double sum = 0;
    for (size_t i = 0; i < c->t->n_turns; i++) {
        KH_TRY(check_set(c, i, err));
        if (!(c->t->turns[i].share > 0))
            return kh_fail(err, KH_UNMET, "set %zu has a share of %g", i, c->t->turns[i].share);
        sum += c->t->turns[i].share;
    }
    if (!(sum <= (1 - c->p->lost_share) * (1 + NEAR)))
        return kh_fail(err, KH_UNMET, "shares add up to %g of the time", sum);
    for (size_t k = 0; k < c->p->n_pairs; k++) {
        double rate_bps = 0;
        for (size_t i = 0; i < c->t->n_turns; i++)
            rate_bps += c->t->turns[i].on[k] ? c->t->turns[i].share * c->p->pairs[k].rate_bps : 0;
        if (!(fabs(rate_bps - c->t->rate_bps[k]) <= NEAR * rate_bps))
            return kh_fail(err, KH_UNMET, "pair %zu has %g bit/s, %g are said", k, rate_bps, c->t->rate_bps[k]);
        if (c->t->joined[k] && !(rate_bps >= c->t->value * c->p->pairs[k].asked_bps * (1 - NEAR)))
            return kh_fail(err, KH_UNMET, "pair %zu has %g bit/s, less than promised", k, rate_bps);
    }
    return KH_OK;
}

/* Every set of the pairs from @p first on. */
static double most_worth(const check *c, size_t first)
{
    double best = 0;
    for (size_t k = first; k < c->p->n_pairs; k++) {
        double worth = c->t->prices[k] * c->p->pairs[k].rate_bps;
        if (!c->t->joined[k] || worth <= 0)
            continue;
        if (put(c, k, true))
            best = fmax(best, worth + most_worth(c, k + 1));
        put(c, k, false);
    }
    return best;
}

static kh_status check_bound(const check *c, kh_error *err)
{
    double asked = 0;
    for (size_t k = 0; k < c->p->n_pairs; k++) {
        if (!(c->t->prices[k] >= 0))
            return kh_fail(err, KH_UNMET, "pair %zu has a price of %g", k, c->t->prices[k]);
        asked += c->t->joined[k] ? c->t->prices[k] * c->p->pairs[k].asked_bps : 0;
    }
    if (!(c->t->value <= c->t->bound * (1 + NEAR)))
        return kh_fail(err, KH_UNMET, "the value %g is above the bound %g", c->t->value, c->t->bound);
    if (c->p->n_pairs > MOST_TRIED || !(asked > 0))
        return KH_OK;
    double bound = (1 - c->p->lost_share) * most_worth(c, 0) / asked;
    if (!(c->t->bound >= bound * (1 - NEAR)))
        return kh_fail(err, KH_UNMET, "the bound is %.12g, the prices prove %.12g", c->t->bound, bound);
    return KH_OK;
}

kh_status kh_turns_verify(const kh_turns_problem *problem, const kh_turns *turns, kh_error *err)
{
    kh_arena *arena = kh_arena_create(0);
    if (arena == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to check turns");
    const check c = {problem, turns, KH_NEW(arena, uint32_t, problem->n_nodes), KH_NEW(arena, uint32_t, problem->n_links)};
    kh_status status =
        c.at_node != NULL && c.on_link != NULL ? check_rates(&c, err) : kh_fail(err, KH_ENOMEM, "no memory to check turns");
    if (status == KH_OK)
        status = check_bound(&c, err);
    kh_arena_destroy(arena);
    return status;
}
