/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/light/assign.h"

#include "core/base/clock.h"
#include "solvers/light/assign_work.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double BETTER = 1e-12; /* relative gain that an exchange must bring */

/* Key rate of a quantum channel, from the table. */
static double rate_of(const kh_assign_problem *p, size_t channel, double noise)
{
    const double *rate = &p->rate_bps[channel * p->n_points];
    if (noise > p->noise_at[p->n_points - 1])
        return 0;
    size_t i = 1;
    while (i + 1 < p->n_points && noise > p->noise_at[i])
        i++;
    double share = (noise - p->noise_at[i - 1]) / (p->noise_at[i] - p->noise_at[i - 1]);
    return rate[i - 1] + share * (rate[i] - rate[i - 1]);
}

bool kh_assign_is_near(const kh_assign_problem *p, size_t quantum, size_t classical)
{
    return (quantum > classical ? quantum - classical : classical - quantum) <= p->guard;
}

/* Noise and rates of the channels that are set, added up. */
static void measure(const kh_assign_problem *p, kh_assign *a)
{
    a->value = 0;
    for (size_t w = 0; w < p->n_channels; w++) {
        double noise = 0;
        for (size_t v = 0; v < p->n_channels && a->quantum[w]; v++)
            noise += a->classical[v] ? p->noise[w * p->n_channels + v] * p->levels[a->level].power : 0;
        a->rate_bps[w] = a->quantum[w] ? rate_of(p, w, noise) : 0;
        a->value += a->rate_bps[w];
    }
}

static kh_status check(const kh_assign_problem *p, kh_error *err)
{
    if (p->n_channels == 0 || p->n_points < 2 || p->n_levels == 0 || p->n_quantum == 0 || p->noise_at[0] != 0)
        return kh_fail(
            err, KH_ERANGE,
            "%zu channels, %zu points of noise, %zu levels, %zu quantum channels: one each at least, two points, the first 0",
            p->n_channels, p->n_points, p->n_levels, p->n_quantum);
    for (size_t i = 1; i < p->n_points; i++)
        if (!(p->noise_at[i] > p->noise_at[i - 1]) || isinf(p->noise_at[i]))
            return kh_fail(err, KH_ERANGE, "point %zu of noise is %g, after %g", i, p->noise_at[i], p->noise_at[i - 1]);
    for (size_t i = 0; i < p->n_channels * p->n_points; i++)
        if (!(p->rate_bps[i] >= 0) || isinf(p->rate_bps[i]) || (i % p->n_points > 0 && p->rate_bps[i] > p->rate_bps[i - 1]))
            return kh_fail(err, KH_ERANGE, "channel %zu has a key rate of %g bit/s at point %zu, must be >= 0 and not rise",
                           i / p->n_points, p->rate_bps[i], i % p->n_points);
    for (size_t i = 0; i < p->n_channels * p->n_channels; i++)
        if (!(p->noise[i] >= 0) || isinf(p->noise[i]))
            return kh_fail(err, KH_ERANGE, "channel %zu puts a noise of %g on channel %zu", i % p->n_channels, p->noise[i],
                           i / p->n_channels);
    for (size_t l = 0; l < p->n_levels; l++)
        if (!(p->levels[l].power > 0 && p->levels[l].gbps > 0) || isinf(p->levels[l].power) || isinf(p->levels[l].gbps))
            return kh_fail(err, KH_ERANGE, "level %zu has a power of %g and %g Gbit/s", l, p->levels[l].power, p->levels[l].gbps);
    if (!(p->wanted_gbps >= 0) || isinf(p->wanted_gbps))
        return kh_fail(err, KH_ERANGE, "wanted_gbps is %g, must be finite and >= 0", p->wanted_gbps);
    return KH_OK;
}

static size_t channels_needed(const kh_assign_problem *p, size_t level)
{
    double all = ceil(p->wanted_gbps / p->levels[level].gbps * (1 - 1e-12));
    return all <= (double)p->n_elsewhere ? 0 : (size_t)fmin(all - (double)p->n_elsewhere, 1e9);
}

typedef struct work {
    const kh_assign_problem *problem;
    kh_arena *arena;
    kh_assign *best; /* of all cases */
    kh_assign trial;
    size_t *order; /* [n_channels] classical channels by what they cost */
    double *cost;  /* [n_channels] */
    double deadline_s;
} work;

typedef struct priced {
    double cost;
    size_t channel;
} priced;

static int by_cost(const void *a, const void *b)
{
    const priced *x = a, *y = b;
    if (x->cost != y->cost)
        return x->cost < y->cost ? -1 : 1;
    return x->channel < y->channel ? -1 : x->channel > y->channel;
}

/* Marks the cheapest channels that may be classical beside the quantum ones. @return false: there are not enough */
static bool take_cheapest(const work *w, const double *cost, const bool *quantum, size_t n, priced *list, bool *classical)
{
    const kh_assign_problem *p = w->problem;
    size_t found = 0;
    for (size_t v = 0; v < p->n_channels; v++) {
        bool fits = p->may_classical[v];
        for (size_t q = 0; q < p->n_channels && fits; q++)
            fits = !quantum[q] || !kh_assign_is_near(p, q, v);
        classical[v] = false;
        if (fits)
            list[found++] = (priced){cost[v], v};
    }
    if (found < n)
        return false;
    qsort(list, found, sizeof *list, by_cost);
    for (size_t i = 0; i < n; i++)
        classical[list[i].channel] = true;
    return true;
}

static void keep_better(work *w, kh_assign *trial)
{
    measure(w->problem, trial);
    if (w->best->value >= 0 && !(trial->value > w->best->value * (1 + BETTER)))
        return;
    size_t n = w->problem->n_channels;
    w->best->level = trial->level;
    w->best->value = trial->value;
    memcpy(w->best->quantum, trial->quantum, n * sizeof *trial->quantum);
    memcpy(w->best->classical, trial->classical, n * sizeof *trial->classical);
    memcpy(w->best->rate_bps, trial->rate_bps, n * sizeof *trial->rate_bps);
}

/* Every place of one quantum channel, with the quietest classical ones: for a single one that is all there is. */
static kh_status place_one(work *w, kh_assign_case *c, kh_error *err)
{
    const kh_assign_problem *p = w->problem;
    size_t n = p->n_channels;
    priced *list = KH_NEW(w->arena, priced, n);
    if (list == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu channels", n);
    w->trial.level = c->level;
    for (size_t q = 0; q < n; q++) {
        memset(w->trial.quantum, 0, n * sizeof *w->trial.quantum);
        c->quietest[q] = INFINITY;
        w->trial.quantum[q] = true;
        if (!p->may_quantum[q] || !take_cheapest(w, &p->noise[q * n], w->trial.quantum, c->n_classical, list, w->trial.classical))
            continue;
        c->quietest[q] = 0;
        for (size_t v = 0; v < n; v++)
            c->quietest[q] += w->trial.classical[v] ? p->noise[q * n + v] * p->levels[c->level].power : 0;
        keep_better(w, &w->trial);
    }
    memset(w->trial.quantum, 0, n * sizeof *w->trial.quantum);
    if (take_cheapest(w, p->noise, w->trial.quantum, c->n_classical, list, w->trial.classical))
        keep_better(w, &w->trial);
    return KH_OK;
}

/* Classical channels for a set of quantum ones: by their noise on all of them, weighed by what noise costs each. */
static void place_around(work *w, const kh_assign_case *c, priced *list)
{
    const kh_assign_problem *p = w->problem;
    size_t n = p->n_channels;
    for (int round = 0; round < 4; round++) {
        for (size_t v = 0; v < n; v++)
            w->cost[v] = 0;
        for (size_t q = 0; q < n; q++) {
            if (!w->trial.quantum[q])
                continue;
            double noise = c->quietest[q], step = fmax(noise, p->noise_at[p->n_points - 1] * 1e-3);
            for (size_t v = 0; v < n && round > 0; v++)
                noise += w->trial.classical[v] ? p->noise[q * n + v] * p->levels[c->level].power / round : 0;
            double slope = (rate_of(p, q, noise) - rate_of(p, q, noise + step)) / step;
            for (size_t v = 0; v < n; v++)
                w->cost[v] += p->noise[q * n + v] * fmax(slope, 1e-30);
        }
        if (!take_cheapest(w, w->cost, w->trial.quantum, c->n_classical, list, w->trial.classical))
            return;
        keep_better(w, &w->trial);
    }
}

/* More quantum channels: one after the other where it gains most, then each moved elsewhere while that gains. */
static kh_status place_more(work *w, const kh_assign_case *c, kh_error *err)
{
    const kh_assign_problem *p = w->problem;
    size_t n = p->n_channels;
    priced *list = KH_NEW(w->arena, priced, n);
    bool *set = KH_NEW(w->arena, bool, n);
    if (list == NULL || set == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu channels", n);
    for (bool gained = true; gained;) {
        double before = w->best->value;
        size_t used = 0;
        memcpy(set, w->best->quantum, n * sizeof *set);
        for (size_t q = 0; q < n; q++)
            used += set[q];
        for (size_t q = 0; q < n && kh_clock_s() < c->deadline_s; q++) {
            if (set[q] || isinf(c->quietest[q]))
                continue;
            for (size_t out = 0; out <= n; out++) { /* out = n: nothing leaves */
                if (out < n ? !set[out] : used >= p->n_quantum)
                    continue;
                memcpy(w->trial.quantum, set, n * sizeof *set);
                w->trial.quantum[q] = true;
                if (out < n)
                    w->trial.quantum[out] = false;
                place_around(w, c, list);
            }
        }
        gained = w->best->level == c->level && w->best->value > before + BETTER * fabs(before);
    }
    return KH_OK;
}

static int falling(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x > y ? -1 : x < y;
}

/* The best quantum channels, each alone with its quietest neighbours. @p rest: sum of all but one of them */
static kh_status bound_alone(work *w, const kh_assign_case *c, double *bound, double *rest, kh_error *err)
{
    const kh_assign_problem *p = w->problem;
    double *rate = KH_NEW(w->arena, double, p->n_channels);
    if (rate == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu channels", p->n_channels);
    for (size_t q = 0; q < p->n_channels; q++)
        rate[q] = isinf(c->quietest[q]) ? 0 : rate_of(p, q, c->quietest[q]);
    qsort(rate, p->n_channels, sizeof *rate, falling);
    *bound = *rest = 0;
    for (size_t i = 0; i < p->n_quantum && i < p->n_channels; i++) {
        *bound += rate[i];
        *rest += i + 1 < p->n_quantum ? rate[i] : 0;
    }
    return KH_OK;
}

/* What alone is left to an integer program: places that together with the best others could beat what is known. */
static kh_status close_gap(work *w, const kh_assign_case *c, double rest, double *bound, kh_error *err)
{
    const kh_assign_problem *p = w->problem;
    bool *worth = KH_NEW(w->arena, bool, p->n_channels);
    if (worth == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu channels", p->n_channels);
    for (size_t q = 0; q < p->n_channels; q++)
        worth[q] = !isinf(c->quietest[q]) && rate_of(p, q, c->quietest[q]) + rest > w->best->value;
    double proven = *bound;
    w->trial.level = c->level;
    KH_TRY(kh_assign_program(c, worth, w->arena, &w->trial, &proven, err));
    w->best->complete = w->best->complete && w->trial.complete;
    if (w->trial.value >= 0)
        keep_better(w, &w->trial);
    *bound = fmin(*bound, fmax(proven, w->best->value));
    return KH_OK;
}

static kh_status make_case(const work *w, size_t level, kh_assign_case *c, kh_error *err)
{
    *c = (kh_assign_case){.problem = w->problem,
                          .level = level,
                          .deadline_s = kh_clock_s() + (w->deadline_s - kh_clock_s()) / (double)(w->problem->n_levels - level),
                          .n_classical = channels_needed(w->problem, level),
                          .quietest = KH_NEW(w->arena, double, w->problem->n_channels)};
    if (c->quietest == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu channels", w->problem->n_channels);
    return KH_OK;
}

static kh_status solve_case(work *w, size_t level, double *bound, kh_error *err)
{
    kh_assign_case c;
    double rest = 0;
    *bound = 0;
    KH_TRY(make_case(w, level, &c, err));
    if (c.n_classical > w->problem->n_channels)
        return KH_OK;
    KH_TRY(place_one(w, &c, err));
    if (w->problem->n_quantum > 1)
        KH_TRY(place_more(w, &c, err));
    KH_TRY(bound_alone(w, &c, bound, &rest, err));
    if (w->problem->n_quantum == 1 || *bound <= w->best->value * (1 + 1e-9))
        return KH_OK;
    if (kh_clock_s() < c.deadline_s)
        return close_gap(w, &c, rest, bound, err);
    w->best->complete = false;
    return KH_OK;
}

static kh_status allocate(kh_assign *a, size_t n, kh_arena *arena, kh_error *err)
{
    *a = (kh_assign){.complete = true,
                     .quantum = KH_NEW(arena, bool, n),
                     .classical = KH_NEW(arena, bool, n),
                     .rate_bps = KH_NEW(arena, double, n),
                     .value = -1};
    if (a->quantum == NULL || a->classical == NULL || a->rate_bps == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu channels", n);
    return KH_OK;
}

/* place_one() finds out what is quietest. */
static kh_status write_program(work *w, kh_error *err)
{
    kh_assign_case c;
    if (w->problem->mps == NULL)
        return KH_OK;
    KH_TRY(make_case(w, w->best->level, &c, err));
    KH_TRY(place_one(w, &c, err));
    return kh_assign_write_mps(&c, w->arena, w->problem->mps, err);
}

kh_status kh_assign_solve(const kh_assign_problem *problem, kh_arena *arena, kh_assign *assign, kh_error *err)
{
    kh_assign made;
    KH_TRY(check(problem, err));
    KH_TRY(allocate(&made, problem->n_channels, arena, err));
    work w = {.problem = problem, .arena = arena, .best = &made, .cost = KH_NEW(arena, double, problem->n_channels)};
    w.deadline_s = kh_clock_s() + problem->time_limit_s;
    KH_TRY(allocate(&w.trial, problem->n_channels, arena, err));
    if (w.cost == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu channels", problem->n_channels);
    double most = 0;
    for (size_t l = 0; l < problem->n_levels; l++) {
        double bound;
        KH_TRY(solve_case(&w, l, &bound, err));
        most = fmax(most, bound);
    }
    if (made.value < 0)
        return kh_fail(err, KH_INFEASIBLE, "%g Gbit/s take more channels than there are", problem->wanted_gbps);
    KH_TRY(write_program(&w, err));
    made.bound = fmax(most, made.value);
    made.gbps = (double)problem->n_elsewhere;
    for (size_t v = 0; v < problem->n_channels; v++)
        made.gbps += made.classical[v];
    made.gbps *= problem->levels[made.level].gbps;
    *assign = made;
    return KH_OK;
}

static int by_gbps(const void *a, const void *b)
{
    const kh_assign_offer *x = a, *y = b;
    if (x->gbps != y->gbps)
        return x->gbps < y->gbps ? -1 : 1;
    return x->rate_bps > y->rate_bps ? -1 : x->rate_bps < y->rate_bps;
}

/* Every number of channels under every level, until the time is out. */
static kh_status list_offers(const kh_assign_problem *problem, kh_arena *arena, kh_assign_offer *offers, size_t *found,
                             kh_error *err)
{
    size_t n_left = problem->n_levels * (problem->n_channels + 1);
    double deadline_s = kh_clock_s() + problem->time_limit_s;
    for (size_t l = 0; l < problem->n_levels; l++)
        for (size_t m = 0; m <= problem->n_channels; m++, n_left--) {
            kh_assign_problem one = *problem;
            kh_assign made;
            one.levels = &problem->levels[l];
            one.n_levels = 1;
            one.mps = NULL;
            one.wanted_gbps = (double)(m + problem->n_elsewhere) * one.levels->gbps;
            one.time_limit_s = (deadline_s - kh_clock_s()) / (double)n_left;
            if (!(one.time_limit_s > 0) && *found > 0)
                return kh_fail(err, KH_TIMELIMIT, "the time limit passed with %zu points of the front to come", n_left);
            kh_status status = kh_assign_solve(&one, arena, &made, err);
            if (status == KH_INFEASIBLE)
                break;
            KH_TRY(status);
            offers[(*found)++] = (kh_assign_offer){one.wanted_gbps, made.value, made.bound, l};
        }
    return KH_OK;
}

kh_status kh_assign_front(const kh_assign_problem *problem, kh_arena *arena, kh_assign_offer *offers, size_t *n, kh_error *err)
{
    size_t found = 0, kept = 0;
    kh_status status = list_offers(problem, arena, offers, &found, err);
    if (status != KH_OK && status != KH_TIMELIMIT)
        return status;
    qsort(offers, found, sizeof *offers, by_gbps);
    for (size_t i = 0; i < found; i++) {
        bool beaten = false;
        for (size_t j = i + 1; j < found && !beaten; j++)
            beaten = offers[j].rate_bps >= offers[i].rate_bps;
        if (!beaten)
            offers[kept++] = offers[i];
    }
    *n = kept;
    return status;
}
