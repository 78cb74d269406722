/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/flow/levels.h"

#include "core/net/ids.h"
#include "solvers/flow/simplex.h"

#include <math.h>
#include <string.h>

enum { MOST_TURNS = 20 };

/* Steps cost the square of the tight links, and on dense networks nearly all are: beyond this a sparse program from where they got
   to takes half the time and less. */
enum { MOST_TIGHT = 128 };
static const double LEAST_MARK = 1e-9; /* a way over a mark is longer, whatever share of its links one key pays for */
static const double CLOSED = 1e-9;     /* relative gap above which a level is not reached */

static void set_units(kh_levels *l, double level)
{
    const kh_keyflow_problem *problem = l->ascent.problem;
    kh_keyed *b = &l->basis;
    l->ascent.level = level;
    for (size_t e = 0; e < problem->graph.n_links; e++) {
        l->ascent.capacity_bps[e] = problem->capacity_bps[e];
        b->per_scale[e] = problem->capacity_bps[e] > 0 ? 1 / problem->capacity_bps[e] : 0;
        b->room[e] = problem->capacity_bps[e] > 0 ? 1 : 0;
    }
    for (size_t k = 0; k < problem->n_demands; k++)
        b->unit[k] = level * problem->demands[k].requested_bps;
}

static void take_keys(kh_levels *l)
{
    const kh_pool *pool = l->ascent.pool;
    for (uint32_t p = 0; p < pool->n_paths; p++)
        if (pool->paths[p].previous == KH_NO_INDEX) {
            l->basis.key[pool->paths[p].demand] = p;
            l->basis.asked[pool->paths[p].demand] = true;
        }
}

kh_status kh_levels_init(kh_levels *l, const kh_pricer *pricer, kh_pool *pool, const kh_equilibrium *first, double deadline_s,
                         kh_arena *arena, kh_error *err)
{
    const kh_keyflow_problem *problem = pricer->problem;
    KH_TRY(kh_keyed_init(&l->basis, problem, pool, arena, err));
    KH_TRY(kh_ascent_init(&l->ascent, pricer, pool, &l->basis, arena, err));
    if (!problem->max_min && l->basis.working.room > MOST_TIGHT)
        l->basis.working.room = MOST_TIGHT;
    l->ascent.deadline_s = deadline_s;
    l->ascent.gap = fmax(l->ascent.gap, problem->gap);
    l->ascent.to_the_end = problem->max_min;
    l->rounding = KH_NEW(arena, double, l->basis.working.room);
    l->stops = KH_NEW(arena, bool, problem->n_demands);
    if (l->rounding == NULL || l->stops == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for levels of %zu demands", problem->n_demands);
    set_units(l, 1 / first->congestion);
    take_keys(l);
    return KH_OK;
}

static double lambda_of(kh_levels *l)
{
    kh_keyed_set_values(&l->basis);
    return l->basis.value[0] * l->ascent.level;
}

kh_status kh_levels_climb(kh_levels *l, double *bound, double *prices, double *lambda, kh_error *err)
{
    l->ascent.bound = *bound;
    if (l->basis.working.n == 0 && !kh_ascent_rebuild(&l->ascent))
        return kh_fail(err, KH_EINTERNAL, "no link bears the first paths");
    kh_status status = kh_ascent_run(&l->ascent, err);
    *lambda = lambda_of(l);
    if (l->ascent.bound < *bound) {
        *bound = l->ascent.bound;
        memcpy(prices, l->ascent.proof, l->ascent.problem->graph.n_links * sizeof *prices);
    }
    if (status != KH_OK || *bound <= *lambda * (1 + fmax(l->ascent.problem->gap, CLOSED)))
        return status;
    return kh_fail(err, KH_EINTERNAL, "the steps of the simplex did not end");
}

/* Links whose price is more than rounding cost 1, all others nothing. */
static void mark_priced(kh_levels *l)
{
    const kh_keyed *b = &l->basis;
    memset(l->ascent.price, 0, l->ascent.problem->graph.n_links * sizeof *l->ascent.price);
    kh_keyed_bound_rounding(&l->basis, l->rounding);
    for (size_t r = 0; r < b->working.n; r++)
        if (b->price[b->tight[r]] > l->rounding[r])
            l->ascent.price[b->tight[r]] = 1;
}

/* The growing demand whose way costs most. */
static uint32_t most_blocked(const kh_levels *l)
{
    const kh_keyed *b = &l->basis;
    uint32_t best = KH_NO_INDEX;
    double most = -1;
    for (uint32_t k = 0; k < l->ascent.problem->n_demands; k++) {
        double cost = kh_keyed_grows(b, k) ? kh_keyed_cost(b, b->key[k], b->weight) : -1;
        if (cost > most) {
            most = cost;
            best = k;
        }
    }
    return best;
}

static bool is_priced(const kh_levels *l, uint32_t path)
{
    const kh_pool_path *p = &l->ascent.pool->paths[path];
    for (uint32_t i = 0; i < p->n_links; i++)
        if (l->ascent.price[l->ascent.pool->links[p->first + i]] > 0)
            return true;
    return false;
}

/* Trees on the marks: distances are 0 where a way over links without a price is left, and that way is known then. */
static kh_status look_for_ways(kh_levels *l, kh_error *err)
{
    kh_ascent *c = &l->ascent;
    size_t n_added;
    mark_priced(l);
    for (size_t k = 0; k < c->problem->n_demands; k++)
        c->below[k] = kh_keyed_grows(&l->basis, k) ? LEAST_MARK : 0;
    KH_TRY(kh_pricer_run(c->pricer, c->price, c->below, c->pool, c->distance, &n_added, err));
    return kh_keyed_follow(&l->basis, c->arena, err);
}

/* Demands so small that what a cheaper way of theirs is worth to t is below rounding, and whose keys cost although they have one
   that costs nothing. */
static bool reroute(kh_levels *l, size_t *n_rerouted)
{
    kh_keyed *b = &l->basis;
    const kh_pool *pool = l->ascent.pool;
    *n_rerouted = 0;
    for (size_t k = 0; k < l->ascent.problem->n_demands; k++) {
        if (!kh_keyed_grows(b, k) || l->ascent.distance[k] > 0 || !is_priced(l, b->key[k]))
            continue;
        uint32_t p = pool->last[k];
        while (p != KH_NO_INDEX && is_priced(l, p))
            p = pool->paths[p].previous;
        if (p == KH_NO_INDEX || !kh_simplex_bring_in(b, p))
            return false;
        ++*n_rerouted;
    }
    return true;
}

/* Shares of 1 are what the growing demands have. */
static void bring_t_to_1(kh_levels *l)
{
    double t = l->basis.value[0];
    kh_keyed_rescale(&l->basis, t, true);
    l->ascent.level *= t;
    kh_keyed_sum_keys(&l->basis);
    kh_keyed_set_values(&l->basis);
    kh_keyed_set_prices(&l->basis);
}

static void follow_units(kh_levels *l)
{
    for (size_t k = 0; k < l->ascent.problem->n_demands; k++)
        if (kh_keyed_grows(&l->basis, k))
            l->ascent.level = l->basis.unit[k] / l->ascent.problem->demands[k].requested_bps;
}

/* @param[out] left  growing demands that go on */
static void choose_stops(kh_levels *l, size_t *left)
{
    uint32_t first = most_blocked(l);
    *left = 0;
    for (size_t k = 0; k < l->ascent.problem->n_demands; k++) {
        bool grows = kh_keyed_grows(&l->basis, k);
        l->stops[k] = grows && (k == first || l->ascent.distance[k] > 0);
        *left += grows && !l->stops[k];
    }
}

/* Small demands out of the way of prices first: moving them may let t rise by as little as they are. */
static kh_status find_blocked(kh_levels *l, size_t *left, kh_error *err)
{
    size_t n_rerouted = 1;
    for (int turn = 0; turn < MOST_TURNS && n_rerouted > 0; turn++) {
        if (turn > 0)
            KH_TRY(kh_ascent_run(&l->ascent, err));
        bring_t_to_1(l);
        KH_TRY(look_for_ways(l, err));
        if (!reroute(l, &n_rerouted))
            return kh_fail(err, KH_EINTERNAL, "no step leads around a price");
    }
    choose_stops(l, left);
    return KH_OK;
}

kh_status kh_levels_freeze(kh_levels *l, uint32_t number, uint32_t *level_of, size_t *left, kh_error *err)
{
    KH_TRY(find_blocked(l, left, err));
    if (*left == 0)
        return KH_OK;
    if (!kh_simplex_go_on(&l->basis, l->stops))
        return kh_fail(err, KH_EINTERNAL, "no step leads from level %u to the next", number);
    l->ascent.since++;
    follow_units(l);
    for (size_t k = 0; k < l->ascent.problem->n_demands; k++)
        if (l->stops[k])
            level_of[k] = number;
    return KH_OK;
}

void kh_levels_hold(kh_levels *l, double level)
{
    bring_t_to_1(l);
    if (l->ascent.level <= level)
        return;
    for (size_t k = 0; k < l->ascent.problem->n_demands; k++)
        if (kh_keyed_grows(&l->basis, k))
            l->basis.unit[k] *= level / l->ascent.level;
    l->ascent.level = level;
}
