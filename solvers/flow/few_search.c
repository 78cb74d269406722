/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One path a demand: the demands one after the other, largest first, move to where they add least to a soft maximum of congestion,
   sum over links of exp(beta (load / congestion of the best so far - 1)); beta grows until only the busiest links count. */
#include "core/base/clock.h"
#include "core/net/ids.h"
#include "solvers/flow/few_work.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double BETAS[] = {10, 20, 40, 80, 160, 320, 640};
enum { SWEEPS = 4, N_BETAS = sizeof BETAS / sizeof *BETAS };
static const double MOST_POWER = 500; /* of e: beyond it a link is as bad as any */
static const double NEAR = 6;         /* a path whose links are all more than NEAR / beta below the busiest stays */

typedef struct turn {
    uint32_t demand;
    double requested_bps;
} turn;

typedef struct work {
    kh_few *few;
    turn *turns; /* [n_turns] joined demands, largest first */
    size_t n_turns;
    uint32_t *chosen, *best; /* [n_demands] path */
    double least;            /* congestion of best */
    double *weight;          /* [n_links] */
    double beta;
} work;

static int by_size(const void *a, const void *b)
{
    const turn *x = a, *y = b;
    if (x->requested_bps > y->requested_bps || x->requested_bps < y->requested_bps)
        return x->requested_bps > y->requested_bps ? -1 : 1;
    return x->demand < y->demand ? -1 : x->demand > y->demand;
}

static void add_load(work *w, uint32_t path, double sign)
{
    const kh_pool *pool = &w->few->pool;
    const kh_pool_path *p = &pool->paths[path];
    double rate_bps = sign * w->few->given->demands[p->demand].requested_bps;
    for (uint32_t i = 0; i < p->n_links; i++) {
        uint32_t e = pool->links[p->first + i];
        w->few->load[e] += rate_bps / w->few->given->capacity_bps[e];
    }
}

static double congestion(const work *w)
{
    double most = 0;
    for (size_t e = 0; e < w->few->given->graph.n_links; e++)
        most = fmax(most, w->few->load[e]);
    return most;
}

static double badness(const work *w, double load)
{
    return exp(fmin(w->beta * (load / w->least - 1), MOST_POWER));
}

/* What the demand would add on a link. */
static double added(const work *w, uint32_t e, double requested_bps)
{
    double load = w->few->load[e];
    return badness(w, load + requested_bps / w->few->given->capacity_bps[e]) - badness(w, load);
}

static double cost_of(const work *w, uint32_t path)
{
    const kh_pool *pool = &w->few->pool;
    const kh_pool_path *p = &pool->paths[path];
    double cost = 0;
    for (uint32_t i = 0; i < p->n_links; i++)
        cost += added(w, pool->links[p->first + i], w->few->given->demands[p->demand].requested_bps);
    return cost;
}

static bool is_cool(const work *w, uint32_t path)
{
    const kh_pool *pool = &w->few->pool;
    const kh_pool_path *p = &pool->paths[path];
    double most = 0;
    for (uint32_t i = 0; i < p->n_links; i++)
        most = fmax(most, w->few->load[pool->links[p->first + i]]);
    return most < w->least * (1 - NEAR / w->beta);
}

/* The path that a tree finds, as the newest one of the pool when it is not there yet. */
static kh_status look_around(work *w, uint32_t demand, kh_error *err)
{
    kh_few *f = w->few;
    const kh_keyflow_demand *d = &f->given->demands[demand];
    for (uint32_t e = 0; e < f->given->graph.n_links; e++)
        w->weight[e] = f->given->capacity_bps[e] > 0 ? added(w, e, d->requested_bps) : 0;
    uint32_t source = d->ends[f->pricer.forward[demand]], target = d->ends[!f->pricer.forward[demand]];
    kh_tree_grow(f->pricer.tree, w->weight, source, &target, 1);
    size_t n = kh_tree_path(f->pricer.tree, target, f->pricer.scratch);
    bool is_new;
    return kh_pool_add(&f->pool, demand, f->pricer.scratch, n, &is_new, err);
}

static kh_status move(work *w, uint32_t demand, bool look, kh_error *err)
{
    if (is_cool(w, w->chosen[demand]))
        return KH_OK;
    add_load(w, w->chosen[demand], -1);
    if (look)
        KH_TRY(look_around(w, demand, err));
    double least = cost_of(w, w->chosen[demand]);
    for (uint32_t p = w->few->pool.last[demand]; p != KH_NO_INDEX; p = w->few->pool.paths[p].previous) {
        double cost = cost_of(w, p);
        if (cost < least) {
            least = cost;
            w->chosen[demand] = p;
        }
    }
    add_load(w, w->chosen[demand], 1);
    return KH_OK;
}

static void keep_best(work *w)
{
    double now = congestion(w);
    if (now >= w->least)
        return;
    w->least = now;
    memcpy(w->best, w->chosen, w->few->given->n_demands * sizeof *w->best);
}

static kh_status sweep(work *w, bool look, kh_error *err)
{
    for (size_t i = 0; i < w->n_turns && kh_clock_s() < w->few->deadline_s; i++)
        KH_TRY(move(w, w->turns[i].demand, look, err));
    return KH_OK;
}

static void start(work *w)
{
    kh_few *f = w->few;
    for (uint32_t k = 0; k < f->given->n_demands; k++) {
        uint32_t most = f->pool.last[k];
        if (most == KH_NO_INDEX)
            continue;
        for (uint32_t p = most; p != KH_NO_INDEX; p = f->pool.paths[p].previous)
            most = f->share[p] > f->share[most] ? p : most;
        w->chosen[k] = most;
        w->turns[w->n_turns++] = (turn){k, f->given->demands[k].requested_bps};
    }
    qsort(w->turns, w->n_turns, sizeof *w->turns, by_size);
}

/* Sums of rounded loads drift: they are taken anew from the paths. */
static void reload(work *w, const uint32_t *path)
{
    memset(w->few->load, 0, w->few->given->graph.n_links * sizeof *w->few->load);
    for (size_t i = 0; i < w->n_turns; i++)
        add_load(w, path[w->turns[i].demand], 1);
}

static kh_status improve(work *w, kh_error *err)
{
    start(w);
    w->least = INFINITY;
    reload(w, w->chosen);
    keep_best(w);
    for (size_t i = 0; i < N_BETAS; i++) {
        w->beta = BETAS[i];
        for (int round = 0; round < SWEEPS; round++) {
            KH_TRY(sweep(w, round == 0, err));
            reload(w, w->chosen);
            keep_best(w);
        }
    }
    return KH_OK;
}

kh_status kh_few_search(kh_few *f, kh_error *err)
{
    size_t n = f->given->n_demands;
    work w = {.few = f,
              .turns = KH_NEW(f->arena, turn, n),
              .chosen = KH_NEW(f->arena, uint32_t, n),
              .best = KH_NEW(f->arena, uint32_t, n),
              .weight = KH_NEW(f->arena, double, f->given->graph.n_links)};
    if (w.turns == NULL || w.chosen == NULL || w.best == NULL || w.weight == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to choose the paths of %zu demands", n);
    KH_TRY(improve(&w, err));
    KH_TRY(kh_few_follow_pool(f, err));
    if (f->problem->most_paths == 1)
        memset(f->share, 0, f->pool.n_paths * sizeof *f->share);
    for (size_t i = 0; i < w.n_turns; i++)
        f->share[w.best[w.turns[i].demand]] += 1; /* beside others: more than any of them */
    kh_few_measure(f);
    return KH_OK;
}
