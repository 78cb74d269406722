/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/stores/expanded.h"

#include "core/base/clock.h"
#include "core/net/ids.h"
#include "solvers/flow/equilibrium.h"
#include "solvers/flow/settle.h"
#include "solvers/stores/joined.h"
#include "solvers/stores/replay.h"
#include "solvers/stores/store_master.h"

#include <math.h>
#include <string.h>

static const double PRICE_FLOOR = 1e-11;   /* of a full link, over all of them: ties go to links with room */
static const double PROVEN = 1e-11;        /* relative gap at which it is done */
static const double CLOSED = 1e-9;         /* with a larger one the LP is solved in rational numbers */
static const double WORTH_IT = 1 - 1e-12;  /* a path must be cheaper than its demand's dual by more than rounding */
static const double POOL_GAP = 0.004;      /* of the equilibrium that finds the first paths */
static const double POOL_SHARE = 1e-4;     /* paths with less of their demand are left to column generation */
static const double NOTHING = 1e-12;       /* share of a demand below which a route is rounding */
static const double AFTERWARDS = 12;       /* looks at all demands that writing and checking the answer takes */
static const double LATE = 0.1;            /* s, and share of the time limit, by which an answer may come after it */
static const double CHECK = 1.5;           /* shortest paths of all demands that the check takes as long as */
enum { MOST_TURNS = 4, MOST_EXACT = 400 }; /* rows of the LP in rational numbers */
enum { ROUNDS = 3 };                       /* equilibria, each with the stores evened out for the loads of the one before */

typedef struct work {
    const kh_expanded_problem *given;
    kh_arena *arena;
    kh_expanded *answer;
    kh_copies copies;
    kh_pricer pricer;
    kh_pool pool;
    double *rate_bps; /* [pool.n_paths] what each path carries at value */
    double deadline_s;
    bool looked;                      /* at all demands: the deadline leaves time for the check */
    bool exact;                       /* linear programs in rational numbers from now on */
    double *price, *below, *distance; /* [periods * n_links], [n], [n] of the copies */
    double *pair_price;               /* [periods * n_demands] */
} work;

static kh_status init(work *w, const kh_expanded_problem *p, kh_arena *arena, kh_expanded *answer, kh_error *err)
{
    size_t m = p->n_periods * p->graph.n_links, n = p->n_periods * p->n_demands;
    *w = (work){.given = p,
                .arena = arena,
                .answer = answer,
                .deadline_s = kh_clock_s() + p->time_limit_s,
                .price = KH_NEW(arena, double, m),
                .below = KH_NEW(arena, double, n),
                .distance = KH_NEW(arena, double, n),
                .pair_price = KH_NEW(arena, double, n)};
    *answer = (kh_expanded){.complete = true,
                            .bound = HUGE_VAL,
                            .joined = KH_NEW(arena, bool, p->n_demands),
                            .prices = KH_NEW(arena, double, m),
                            .pair_prices = KH_NEW(arena, double, n),
                            .store_value = KH_NEW(arena, double, p->graph.n_links),
                            .pair_store_value = KH_NEW(arena, double, p->n_demands),
                            .stored_bits = KH_NEW(arena, double, m),
                            .pair_stored_bits = KH_NEW(arena, double, n)};
    if (w->price == NULL || w->below == NULL || w->distance == NULL || w->pair_price == NULL || answer->joined == NULL ||
        answer->prices == NULL || answer->pair_prices == NULL || answer->store_value == NULL || answer->pair_store_value == NULL ||
        answer->stored_bits == NULL || answer->pair_stored_bits == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu periods of %zu links", p->n_periods, p->graph.n_links);
    return KH_OK;
}

/* A demand that has no path in one of the periods that ask is left out of all. */
static kh_status find_joined(work *w, kh_error *err)
{
    const kh_expanded_problem *p = w->given;
    size_t n_left_out = 0;
    for (size_t k = 0; k < p->n_demands; k++)
        w->answer->joined[k] = true;
    KH_TRY(kh_copies_make(&w->copies, p, w->answer->joined, w->arena, err));
    bool *joined = KH_NEW(w->arena, bool, w->copies.problem.n_demands);
    if (joined == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu demands", w->copies.problem.n_demands);
    KH_TRY(kh_joined_find(&w->copies.problem, w->arena, joined, err));
    for (size_t j = 0; j < w->copies.problem.n_demands; j++)
        if (!joined[j] && w->copies.asked_bps[j] > 0) {
            w->answer->joined[w->copies.demand[j]] = false;
            n_left_out++;
        }
    if (n_left_out > 0)
        KH_TRY(kh_copies_make(&w->copies, p, w->answer->joined, w->arena, err));
    return kh_pricer_init(&w->pricer, &w->copies.problem, w->arena, err);
}

/* Keeps the prices when they prove more. Pair prices: the lengths of shortest paths, or less where @p most says so. */
static void certify(work *w, const double *price, const double *most)
{
    const kh_expanded_problem *p = w->given;
    for (size_t i = 0; i < p->n_periods * p->n_demands; i++) {
        uint32_t j = w->copies.place[i];
        bool priced = j != KH_NO_INDEX && isfinite(w->distance[j]);
        w->pair_price[i] = !priced                                      ? 0
                           : most != NULL && p->pair_store_bits != NULL ? fmin(w->distance[j], most[j])
                                                                        : w->distance[j];
    }
    double asked, bound = kh_expanded_bound(p, w->answer->joined, price, w->pair_price, &asked);
    if (!(bound < w->answer->bound))
        return;
    w->answer->bound = bound;
    for (size_t i = 0; i < p->n_periods * p->graph.n_links; i++)
        w->answer->prices[i] = price[i] / asked;
    for (size_t i = 0; i < p->n_periods * p->n_demands; i++)
        w->answer->pair_prices[i] = w->pair_price[i] / asked;
}

/* One equilibrium over the copies as the stores stand, then the stores evened out for its loads, then what fits. */
static kh_status balance(work *w, double gap, double *level, kh_error *err)
{
    kh_equilibrium found;
    size_t m = w->copies.problem.graph.n_links, n_added;
    double end_s = w->deadline_s; /* in the first round, of all */
    const kh_equilibrium_options options = {.gap = gap,
                                            .least_share = w->given->gap > 0 ? 0 : POOL_SHARE,
                                            .deadline_s = w->deadline_s,
                                            .looks_left = w->looked ? 0 : AFTERWARDS};
    KH_TRY(kh_pool_init(&w->pool, w->copies.problem.n_demands, w->arena, err));
    KH_TRY(kh_equilibrium_find(&w->pricer, &options, &w->pool, w->arena, &found, err));
    w->deadline_s -= options.looks_left * found.look_s;
    bool first = !w->looked;
    w->looked = true;
    double *load_bps = KH_NEW(w->arena, double, m);
    w->rate_bps = KH_NEW(w->arena, double, w->pool.n_paths);
    if (load_bps == NULL || w->rate_bps == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the loads of %zu links", m);
    for (size_t q = 0; q < w->pool.n_paths; q++) {
        const kh_pool_path *path = &w->pool.paths[q];
        w->rate_bps[q] = found.share[q] * w->copies.problem.demands[path->demand].requested_bps;
        for (size_t i = 0; i < path->n_links; i++)
            load_bps[w->pool.links[path->first + i]] += w->rate_bps[q];
    }
    KH_TRY(kh_copies_even_out(&w->copies, load_bps, w->arena, err));
    double congestion = 0;
    for (size_t i = 0; i < m; i++)
        if (load_bps[i] > 0)
            congestion = fmax(congestion, load_bps[i] / w->copies.capacity_bps[i]);
    *level = congestion > 0 ? 1 / congestion : 0;
    for (size_t q = 0; q < w->pool.n_paths; q++)
        w->rate_bps[q] *= *level;
    double from_s = kh_clock_s();
    KH_TRY(kh_pricer_run(&w->pricer, found.prices, w->below, &w->pool, w->distance, &n_added, err));
    certify(w, found.prices, NULL);
    double over_s = kh_clock_s() + CHECK * (kh_clock_s() - from_s) - end_s;
    if (first && over_s > LATE * (1 + w->given->time_limit_s))
        return kh_fail(err, KH_TIMELIMIT, "%g s are too short for a first look at %zu demands in %zu periods, and its check",
                       w->given->time_limit_s, w->given->n_demands, w->given->n_periods);
    return KH_OK;
}

/* Prices per bit/s out of the duals, and the length below which a path pays. */
static void set_prices(work *w, const kh_store_master *master)
{
    size_t m = w->given->graph.n_links, rows = w->given->n_periods * m;
    for (size_t r = 0; r < rows; r++)
        w->price[r] = fmax(master->price[r], PRICE_FLOOR / (double)rows / master->row_unit_bps[r % m]);
    for (size_t j = 0; j < w->copies.problem.n_demands; j++)
        w->below[j] = master->demand_price[j] * WORTH_IT;
}

static bool is_done(const work *w, double value)
{
    return w->answer->bound <= value * (1 + fmax(w->given->gap, PROVEN));
}

static bool is_closed(const work *w, double value)
{
    return w->answer->bound <= value * (1 + fmax(w->given->gap, CLOSED));
}

static bool is_small(const work *w)
{
    return w->given->n_periods * w->given->graph.n_links + w->copies.problem.n_demands <= MOST_EXACT;
}

/* No path pays, and yet the bound stands off: the simplex takes for nothing what is below its tolerance, and numbers far apart
   hide the optimum there. */
static bool go_exact(work *w, double value)
{
    if (w->exact || is_closed(w, value) || !is_small(w))
        return false;
    w->exact = true;
    return true;
}

static bool is_fatal(kh_status status)
{
    return status == KH_ENOMEM || status == KH_ENOINPUT || status == KH_EWRITE;
}

/* Column generation: solve, price, add, until the bound meets the value or no path pays any more. A master problem that fails for
   its numbers is solved exactly; where that fails too, the last feasible point and the best bound stay. */
static kh_status generate(work *w, kh_store_master *master, kh_error *err)
{
    for (;;) {
        double left_s = w->deadline_s - kh_clock_s();
        kh_error failure = {0};
        master->exact = w->exact;
        kh_status status = left_s > 0 ? kh_store_master_solve(master, left_s, &failure) : KH_TIMELIMIT;
        if (is_fatal(status) && err != NULL)
            *err = failure;
        if (is_fatal(status))
            return status;
        if (status == KH_TIMELIMIT) {
            w->answer->complete = false;
            return KH_OK;
        }
        if (status != KH_OK) {
            if (go_exact(w, master->lambda))
                continue;
            w->answer->why_open = kh_arena_strdup(w->arena, failure.message);
            return w->answer->why_open != NULL ? KH_OK : kh_fail(err, KH_ENOMEM, "no memory for a reason");
        }
        size_t n_added;
        set_prices(w, master);
        KH_TRY(kh_pricer_run(&w->pricer, w->price, w->below, &w->pool, w->distance, &n_added, err));
        certify(w, w->price, master->demand_price);
        if (is_done(w, master->lambda) || (n_added == 0 && !go_exact(w, master->lambda)))
            return KH_OK;
    }
}

/* The rates of the master's last solution, and the stores it begins with. */
static kh_status take(work *w, const kh_store_master *master, kh_error *err)
{
    w->rate_bps = KH_NEW(w->arena, double, w->pool.n_paths);
    if (w->rate_bps == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the rates of %zu paths", w->pool.n_paths);
    for (size_t q = 0; q < master->n_paths; q++) {
        double flow = master->path_flow[q] > NOTHING ? master->path_flow[q] : 0;
        w->rate_bps[q] = flow * master->level * w->copies.problem.demands[w->pool.paths[q].demand].requested_bps;
    }
    memcpy(w->copies.stored_bits, master->stored_bits, w->copies.problem.graph.n_links * sizeof *master->stored_bits);
    memcpy(w->answer->pair_stored_bits, master->pair_stored_bits,
           w->given->n_periods * w->given->n_demands * sizeof *master->pair_stored_bits);
    return KH_OK;
}

static kh_status solve_at(work *w, double scale, double *lambda, kh_error *err)
{
    kh_store_master master;
    KH_TRY(kh_store_master_init(&master, &w->copies, &w->pool, scale, w->arena, err));
    kh_status status = generate(w, &master, err);
    if (status == KH_OK && master.lambda > *lambda)
        status = take(w, &master, err);
    *lambda = fmax(*lambda, master.lambda);
    kh_store_master_clear(&master);
    return status;
}

/* Where numbers are so far apart that the optimum is nowhere near what was expected, its digits are lost: again, in its own units.
 */
static kh_status solve_in_own_units(work *w, double *level, kh_error *err)
{
    double scale = *level, lambda = 0;
    for (int turn = 0; turn < MOST_TURNS; turn++) {
        KH_TRY(solve_at(w, scale, &lambda, err));
        bool near = lambda > scale * 0.1 && lambda < scale * 10;
        if (near || is_done(w, lambda) || !w->answer->complete)
            break;
        scale = lambda > scale * 1e-9 ? lambda : scale * 1e-9;
    }
    *level = lambda > 0 ? lambda : *level;
    return KH_OK;
}

static kh_status route(work *w, double *level, kh_error *err)
{
    double gap = w->given->gap > 0 ? fmax(w->given->gap / 3, 1e-6) : POOL_GAP;
    for (int round = 0; round < ROUNDS && (round == 0 || (!is_done(w, *level) && kh_clock_s() < w->deadline_s)); round++)
        KH_TRY(balance(w, gap, level, err));
    bool trusted = *level <= w->answer->bound * (1 + PROVEN); /* rates far apart round stores to more than there is */
    if (*level <= 0 || (is_done(w, *level) && trusted))
        return KH_OK;
    *level = fmin(*level, w->answer->bound);
    return solve_in_own_units(w, level, err);
}

/* From a period's store to the next one's: what the pair gets beside its paths. */
static double from_pair_store(const work *w, size_t t, size_t k)
{
    size_t n = w->given->n_demands, next = (t + 1) % w->given->n_periods;
    const double *stored = w->answer->pair_stored_bits;
    return (stored[t * n + k] - stored[next * n + k]) / w->given->period_s;
}

/* Paths carry no more than their demand needs at this level. */
static void trim(work *w, double level)
{
    for (size_t j = 0; j < w->copies.problem.n_demands; j++) {
        double sum = 0, needed = level * w->copies.asked_bps[j] - from_pair_store(w, w->copies.period[j], w->copies.demand[j]);
        for (uint32_t q = w->pool.last[j]; q != KH_NO_INDEX; q = w->pool.paths[q].previous)
            sum += w->rate_bps[q];
        for (uint32_t q = w->pool.last[j]; q != KH_NO_INDEX && sum > 0 && sum > needed; q = w->pool.paths[q].previous)
            w->rate_bps[q] *= fmax(needed, 0) / sum;
    }
}

/* The LP keeps stores within its tolerance only: all rates give way until every store plays through. */
static double fit(work *w, const double *load_bps)
{
    double *stored = w->answer->stored_bits;
    size_t m = w->given->graph.n_links;
    for (double less = 0; less < 1; less = fmax(2 * less, 1e-13)) {
        memcpy(stored, w->copies.stored_bits, m * sizeof *stored);
        if (kh_replay_stores(w->given, load_bps, 1 - less, stored))
            return 1 - less;
    }
    memcpy(stored, w->copies.stored_bits, m * sizeof *stored);
    kh_replay_stores(w->given, load_bps, 0, stored);
    return 0;
}

static double lowest_share(const work *w, const double *rate_bps)
{
    double lowest = INFINITY;
    for (size_t j = 0; j < w->copies.problem.n_demands; j++) {
        double asked = w->copies.asked_bps[j];
        if (asked > 0)
            lowest = fmin(lowest, (rate_bps[j] + from_pair_store(w, w->copies.period[j], w->copies.demand[j])) / asked);
    }
    return isinf(lowest) ? 0 : fmax(lowest, 0);
}

static kh_status write_routes(work *w, const kh_settle *settle, kh_error *err)
{
    kh_expanded *answer = w->answer;
    kh_keyflow flow = {.rate_bps = KH_NEW(w->arena, double, w->copies.problem.n_demands)};
    if (flow.rate_bps == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the rates of the demands");
    KH_TRY(kh_settle_write(settle, w->arena, &flow, err));
    answer->n_routes = 0;
    answer->routes = KH_NEW(w->arena, kh_expanded_route, flow.n_routes);
    if (answer->routes == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu routes", flow.n_routes);
    for (size_t i = 0; i < flow.n_routes; i++) {
        const kh_keyflow_route *r = &flow.routes[i];
        uint32_t period = w->copies.period[r->demand];
        for (size_t h = 0; h < r->n_links; h++)
            r->links[h] -= period * (uint32_t)w->given->graph.n_links;
        answer->routes[answer->n_routes++] =
            (kh_expanded_route){period, w->copies.demand[r->demand], r->links, r->n_links, r->rate_bps};
    }
    answer->value = lowest_share(w, flow.rate_bps);
    return KH_OK;
}

static kh_status finish(work *w, double level, kh_error *err)
{
    kh_settle settle;
    KH_TRY(kh_settle_init(&settle, &w->pricer, &w->pool, w->arena, err));
    if (w->rate_bps != NULL) {
        trim(w, level);
        memcpy(settle.rate_bps, w->rate_bps, w->pool.n_paths * sizeof *w->rate_bps);
    }
    kh_settle_sum(&settle);
    double scale = fit(w, settle.load_bps);
    for (size_t q = 0; q < w->pool.n_paths; q++)
        settle.rate_bps[q] *= scale;
    for (size_t i = 0; i < w->given->n_periods * w->given->n_demands; i++)
        w->answer->pair_stored_bits[i] *= scale;
    KH_TRY(write_routes(w, &settle, err));
    for (size_t e = 0; e < w->given->graph.n_links; e++)
        w->answer->store_value[e] = kh_expanded_store_value(w->given, w->answer->prices, e);
    for (size_t k = 0; k < w->given->n_demands; k++)
        w->answer->pair_store_value[k] = kh_expanded_pair_store_value(w->given, w->answer->pair_prices, k);
    return KH_OK;
}

static void explain(work *w)
{
    kh_expanded *a = w->answer;
    if (is_closed(w, a->value) || isinf(a->bound))
        a->why_open = NULL;
    else if (!a->complete)
        a->why_open = "the time limit passed";
    else if (!w->exact)
        a->why_open = "numbers are too far apart for 16 digits, and too many for rational ones";
    else if (a->why_open == NULL)
        a->why_open = "rounded to 16 digits, some store would run dry";
}

static kh_status write_program(work *w, double level, kh_error *err)
{
    kh_store_master master;
    if (w->given->mps == NULL || level <= 0)
        return KH_OK;
    KH_TRY(kh_store_master_init(&master, &w->copies, &w->pool, level, w->arena, err));
    kh_status status = kh_store_master_write_mps(&master, w->given->mps, err);
    kh_store_master_clear(&master);
    return status;
}

kh_status kh_expanded_solve(const kh_expanded_problem *problem, kh_arena *arena, kh_expanded *answer, kh_error *err)
{
    work w;
    kh_expanded made;
    double level = 0;
    KH_TRY(kh_expanded_check(problem, err));
    KH_TRY(init(&w, problem, arena, &made, err));
    KH_TRY(find_joined(&w, err));
    KH_TRY(route(&w, &level, err));
    KH_TRY(finish(&w, level, err));
    if (level > 0 && made.complete && go_exact(&w, made.value)) { /* the optimum was right, but its stores do not play through */
        KH_TRY(solve_in_own_units(&w, &level, err));
        KH_TRY(finish(&w, level, err));
    }
    explain(&w);
    KH_TRY(write_program(&w, level, err));
    *answer = made;
    return KH_OK;
}
