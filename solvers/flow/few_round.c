/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole multiples of a quantum: rounded down, then handed out one by one to the demand with the smallest share that can take one.
 */
#include "core/net/ids.h"
#include "solvers/flow/few_work.h"

#include <math.h>
#include <string.h>

static const double ROUNDING = 1e-9; /* share of a quantum that is none */
static const double FAR = 1e9;       /* hops that a full link counts for */

typedef struct work {
    kh_few *few;
    double quantum_bps;
    double *used_bps; /* [n_links] */
    double *got;      /* [n_demands] multiples */
    double *most;     /* [n_demands] that fit its request */
    bool *blocked;    /* [n_demands] */
    double *weight;   /* [n_links] */
} work;

static bool has_room(const work *w, uint32_t e)
{
    return w->used_bps[e] + w->quantum_bps <= w->few->given->capacity_bps[e] + ROUNDING * w->quantum_bps;
}

static bool fits(const work *w, uint32_t path)
{
    const kh_pool_path *p = &w->few->pool.paths[path];
    for (uint32_t i = 0; i < p->n_links; i++)
        if (!has_room(w, w->few->pool.links[p->first + i]))
            return false;
    return true;
}

static void give(work *w, uint32_t path, double n)
{
    const kh_pool_path *p = &w->few->pool.paths[path];
    w->few->units[path] += n;
    w->got[p->demand] += n;
    for (uint32_t i = 0; i < p->n_links; i++)
        w->used_bps[w->few->pool.links[p->first + i]] += n * w->quantum_bps;
}

static void round_down(work *w)
{
    kh_few *f = w->few;
    double level = f->congestion > 0 ? fmin(1 / f->congestion, 1) : 0;
    for (uint32_t p = 0; p < f->pool.n_paths; p++) {
        double rate_bps = f->share[p] * level * f->given->demands[f->pool.paths[p].demand].requested_bps;
        give(w, p, floor(rate_bps / w->quantum_bps + ROUNDING));
    }
}

/* The shortest path over links with room. KH_NO_INDEX: none. */
static kh_status find_way(work *w, uint32_t demand, uint32_t *path, kh_error *err)
{
    kh_few *f = w->few;
    const kh_keyflow_demand *d = &f->given->demands[demand];
    for (uint32_t e = 0; e < f->given->graph.n_links; e++)
        w->weight[e] = has_room(w, e) ? 1 : FAR;
    uint32_t source = d->ends[f->pricer.forward[demand]], target = d->ends[!f->pricer.forward[demand]];
    kh_tree_grow(f->pricer.tree, w->weight, source, &target, 1);
    if (kh_tree_distance(f->pricer.tree, target) >= FAR)
        return KH_OK;
    size_t n = kh_tree_path(f->pricer.tree, target, f->pricer.scratch);
    bool added;
    KH_TRY(kh_pool_add(&f->pool, demand, f->pricer.scratch, n, &added, err));
    *path = f->pool.last[demand];
    return KH_OK;
}

static kh_status follow_pool(work *w, kh_error *err)
{
    kh_few *f = w->few;
    size_t before = f->share_room;
    KH_TRY(kh_few_follow_pool(f, err));
    if (f->share_room == before)
        return KH_OK;
    double *units = KH_NEW(f->arena, double, f->share_room);
    if (units == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the rates of %zu paths", f->share_room);
    memcpy(units, f->units, before * sizeof *units);
    f->units = units;
    return KH_OK;
}

/* A path of the demand that can carry one more: one in use, or another while there may be more of them. */
static kh_status find_path(work *w, uint32_t demand, uint32_t *path, kh_error *err)
{
    kh_few *f = w->few;
    size_t n_used = 0;
    uint32_t spare = KH_NO_INDEX;
    *path = KH_NO_INDEX;
    for (uint32_t p = f->pool.last[demand]; p != KH_NO_INDEX; p = f->pool.paths[p].previous) {
        bool used = f->units[p] > 0;
        n_used += used;
        if (!fits(w, p))
            continue;
        if (used)
            *path = p;
        else
            spare = p;
    }
    if (*path != KH_NO_INDEX || (f->problem->most_paths > 0 && n_used >= f->problem->most_paths))
        return KH_OK;
    *path = spare;
    if (spare == KH_NO_INDEX)
        KH_TRY(find_way(w, demand, path, err));
    return follow_pool(w, err);
}

static double share_of(const work *w, uint32_t demand)
{
    return w->got[demand] * w->quantum_bps / w->few->given->demands[demand].requested_bps;
}

/* The demand with the smallest share below @p level that may still get more. */
static uint32_t poorest(const work *w, double level)
{
    uint32_t least = KH_NO_INDEX;
    for (uint32_t k = 0; k < w->few->given->n_demands; k++)
        if (!w->blocked[k] && share_of(w, k) < (least == KH_NO_INDEX ? level : share_of(w, least)))
            least = k;
    return least;
}

static kh_status hand_out(work *w, kh_error *err)
{
    double level = w->few->congestion > 0 ? fmin(1 / w->few->congestion, 1) : 0;
    for (uint32_t k; (k = poorest(w, level)) != KH_NO_INDEX;) {
        uint32_t path = KH_NO_INDEX;
        if (w->got[k] + 1 <= w->most[k])
            KH_TRY(find_path(w, k, &path, err));
        if (path == KH_NO_INDEX)
            w->blocked[k] = true;
        else
            give(w, path, 1);
    }
    return KH_OK;
}

kh_status kh_few_round(kh_few *f, kh_error *err)
{
    size_t m = f->given->graph.n_links, n = f->given->n_demands;
    work w = {.few = f,
              .quantum_bps = f->problem->quantum_bps,
              .used_bps = KH_NEW(f->arena, double, m),
              .got = KH_NEW(f->arena, double, n),
              .most = KH_NEW(f->arena, double, n),
              .blocked = KH_NEW(f->arena, bool, n),
              .weight = KH_NEW(f->arena, double, m)};
    f->units = KH_NEW(f->arena, double, f->share_room);
    if (w.used_bps == NULL || w.got == NULL || w.most == NULL || w.blocked == NULL || w.weight == NULL || f->units == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to round the rates of %zu demands", n);
    double possible = INFINITY;
    for (size_t k = 0; k < n; k++) {
        double requested_bps = f->given->demands[k].requested_bps;
        w.most[k] = floor(requested_bps / w.quantum_bps + ROUNDING);
        w.blocked[k] = !f->first.joined[k];
        if (f->first.joined[k])
            possible = fmin(possible, w.most[k] * w.quantum_bps / requested_bps);
    }
    round_down(&w);
    KH_TRY(hand_out(&w, err));
    f->lowest = INFINITY;
    for (uint32_t k = 0; k < n; k++)
        if (f->first.joined[k])
            f->lowest = fmin(f->lowest, share_of(&w, k));
    f->proof.bound = fmin(f->proof.bound, possible);
    return KH_OK;
}
