/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/flow/ascent.h"

#include "core/base/clock.h"
#include "solvers/flow/simplex.h"

#include <math.h>

static const double PROVEN = 1e-11; /* relative gap at which an optimum is done */
static const double WORTH_IT = 1 - 1e-12;
static const double TIE_PRICE = 1e-12; /* of all links together, more on loaded ones: ties go to short paths with room */
enum { MOST_ROUNDS = 200, MOST_STEPS = 20000, MOST_SINCE = 200 };

kh_status kh_ascent_init(kh_ascent *c, const kh_pricer *pricer, kh_pool *pool, kh_keyed *basis, kh_arena *arena, kh_error *err)
{
    const kh_keyflow_problem *problem = pricer->problem;
    size_t m = problem->graph.n_links, n = problem->n_demands, room = basis->working.room;
    *c = (kh_ascent){.problem = problem,
                     .pricer = pricer,
                     .pool = pool,
                     .basis = basis,
                     .arena = arena,
                     .deadline_s = INFINITY,
                     .gap = PROVEN,
                     .bound = INFINITY,
                     .capacity_bps = KH_NEW(arena, double, m),
                     .price = KH_NEW(arena, double, m),
                     .proof = KH_NEW(arena, double, m),
                     .below = KH_NEW(arena, double, n),
                     .distance = KH_NEW(arena, double, n),
                     .matrix = KH_NEW(arena, double, room *room),
                     .kept = KH_NEW(arena, bool, 2 * room)};
    if (c->capacity_bps == NULL || c->price == NULL || c->proof == NULL || c->below == NULL || c->distance == NULL ||
        c->matrix == NULL || c->kept == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for prices of %zu links and %zu demands", m, n);
    return KH_OK;
}

bool kh_ascent_rebuild(kh_ascent *c)
{
    c->since = 0;
    return kh_keyed_rebuild(c->basis, c->matrix, c->kept);
}

void kh_ascent_set_prices(kh_ascent *c, double soft, double most_busy)
{
    size_t m = c->problem->graph.n_links;
    const kh_keyed *b = c->basis;
    for (size_t e = 0; e < m; e++) {
        double busy = b->room[e] > 0 ? fmin(b->load[e] / b->room[e], most_busy) : 0;
        c->price[e] = fmax(b->weight[e], 0) + soft / (double)m * exp(5 * (busy - 1)) * b->per_scale[e];
        if (b->room[e] <= 0)
            c->price[e] = KH_ASCENT_GONE;
    }
}

/* Trees of all sources; paths shorter than below come into the pool. */
static kh_status look_around(kh_ascent *c, size_t *n_added, kh_error *err)
{
    KH_TRY(kh_pricer_run(c->pricer, c->price, c->below, c->pool, c->distance, n_added, err));
    c->n_trees += c->pricer->n_groups;
    return kh_keyed_follow(c->basis, c->arena, err);
}

/* Certificate C1: t * sum_grows(d dist) + sum_frozen(r dist) <= sum(c y). */
static double certify(const kh_ascent *c, double *asked)
{
    const kh_keyed *b = c->basis;
    double carried = 0;
    *asked = 0;
    for (size_t e = 0; e < c->problem->graph.n_links; e++)
        if (c->capacity_bps[e] > 0)
            carried += c->capacity_bps[e] * c->price[e];
    for (size_t k = 0; k < c->problem->n_demands; k++)
        if (kh_keyed_grows(b, k))
            *asked += c->problem->demands[k].requested_bps * c->distance[k];
        else if (b->asked[k])
            carried -= b->unit[k] * c->distance[k];
    return *asked > 0 ? carried / *asked : HUGE_VAL;
}

static void keep_proof(kh_ascent *c, double bound, double asked)
{
    if (!(bound < c->bound))
        return;
    c->bound = bound;
    for (size_t e = 0; e < c->problem->graph.n_links; e++)
        c->proof[e] = c->capacity_bps[e] > 0 ? c->price[e] / asked : 0;
}

/* Looks for paths that pay under the duals, and proves what they are worth. */
static kh_status price_out(kh_ascent *c, size_t *n_added, kh_error *err)
{
    const kh_keyed *b = c->basis;
    kh_ascent_set_prices(c, TIE_PRICE, 1);
    for (size_t k = 0; k < c->problem->n_demands; k++)
        c->below[k] = b->asked[k] ? kh_keyed_cost(b, b->key[k], b->weight) / b->unit[k] * WORTH_IT : 0;
    KH_TRY(look_around(c, n_added, err));
    double asked, bound = certify(c, &asked);
    keep_proof(c, bound, asked);
    return KH_OK;
}

/* The dual steps found no path that helps: those that do are shorter than their key under the row's own weights. */
static kh_status look_for_room(kh_ascent *c, size_t *n_added, kh_error *err)
{
    const kh_keyed *b = c->basis;
    for (size_t e = 0; e < c->problem->graph.n_links; e++)
        c->price[e] = b->room[e] > 0 ? b->line[e] : KH_ASCENT_GONE;
    for (size_t k = 0; k < c->problem->n_demands; k++)
        c->below[k] = b->asked[k] ? kh_keyed_cost(b, b->key[k], b->line) / b->unit[k] * (1 - 1e-9) : 0;
    return look_around(c, n_added, err);
}

static bool is_closed(const kh_ascent *c)
{
    return !c->to_the_end && c->bound <= c->basis->value[0] * c->level * (1 + c->gap);
}

/* Steps over the known paths, then those that are missing. */
static kh_status take_turn(kh_ascent *c, size_t *left, kh_simplex_end *end, size_t *n_added, kh_error *err)
{
    size_t before = *left;
    *n_added = 0;
    *end = kh_simplex_dual(c->basis, left);
    if (*end == KH_SIMPLEX_STUCK)
        KH_TRY(look_for_room(c, n_added, err));
    if (*end == KH_SIMPLEX_DONE)
        *end = kh_simplex_primal(c->basis, left);
    c->since += before - *left;
    return *end == KH_SIMPLEX_DONE ? price_out(c, n_added, err) : KH_OK;
}

kh_status kh_ascent_run(kh_ascent *c, kh_error *err)
{
    size_t left = MOST_STEPS, n_added;
    c->basis->deadline_s = c->deadline_s;
    for (int round = 0; round < MOST_ROUNDS; round++) {
        kh_simplex_end end;
        KH_TRY(take_turn(c, &left, &end, &n_added, err));
        c->n_steps = MOST_STEPS - left;
        if (kh_clock_s() > c->deadline_s)
            return kh_fail(err, KH_TIMELIMIT, "the time limit of %g s passed", c->problem->time_limit_s);
        if (end == KH_SIMPLEX_DONE && (n_added == 0 || is_closed(c)))
            break;
        bool stuck = end == KH_SIMPLEX_FAILED || n_added == 0;
        if (stuck && c->since == 0)
            break;
        if ((stuck || c->since > MOST_SINCE + 2 * c->basis->working.n) && !kh_ascent_rebuild(c))
            break;
    }
    return KH_OK;
}
