/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Some paths a demand: every demand has so many slots. The linear program finds the best shares of the paths in them; a path that
   gets none makes room for one that pays. The value never falls. */
#include "core/base/clock.h"
#include "core/net/ids.h"
#include "solvers/flow/few_work.h"
#include "solvers/flow/master.h"

#include <math.h>
#include <string.h>

enum { MOST_ROUNDS = 100, MOST_IDLE = 3 };
static const double WORTH_IT = 1 - 1e-9, BETTER = 1 + 1e-9, PRICE_FLOOR = 1e-11;

typedef struct work {
    kh_few *few;
    kh_pool slots;
    kh_master master;
    size_t *n_used;                   /* [n_demands] */
    double *price, *below, *distance; /* [n_links], [n_demands], [n_demands] */
} work;

static kh_status keep(work *w, uint32_t path, kh_error *err)
{
    const kh_pool_path *p = &w->few->pool.paths[path];
    bool added;
    return kh_pool_add(&w->slots, p->demand, &w->few->pool.links[p->first], p->n_links, &added, err);
}

/* The demand's paths with the largest shares, the largest first. */
static kh_status fill(work *w, uint32_t demand, kh_error *err)
{
    kh_few *f = w->few;
    for (size_t i = 0; i < f->problem->most_paths; i++) {
        uint32_t most = KH_NO_INDEX;
        for (uint32_t p = f->pool.last[demand]; p != KH_NO_INDEX; p = f->pool.paths[p].previous)
            if (f->share[p] > (most == KH_NO_INDEX ? 0 : f->share[most]))
                most = p;
        if (most == KH_NO_INDEX)
            return KH_OK;
        f->share[most] = 0;
        KH_TRY(keep(w, most, err));
    }
    return KH_OK;
}

static void set_prices(work *w)
{
    const kh_keyflow_problem *given = w->few->given;
    size_t m = given->graph.n_links;
    for (size_t e = 0; e < m; e++)
        w->price[e] =
            given->capacity_bps[e] > 0 ? fmax(w->master.link_dual[e], PRICE_FLOOR / (double)m) / given->capacity_bps[e] : 0;
    memset(w->n_used, 0, given->n_demands * sizeof *w->n_used);
    for (size_t p = 0; p < w->slots.n_paths; p++)
        w->n_used[w->slots.paths[p].demand]++;
    for (size_t k = 0; k < given->n_demands; k++)
        w->below[k] = w->master.unit_bps[k] > 0 && w->n_used[k] < w->few->problem->most_paths
                          ? w->master.demand_dual[k] / w->master.unit_bps[k] * WORTH_IT
                          : 0;
}

static kh_status generate(work *w, kh_error *err)
{
    double reached = 0;
    for (int round = 0, idle = 0; round < MOST_ROUNDS && idle < MOST_IDLE; round++) {
        double left_s = w->few->deadline_s - kh_clock_s();
        if (!(left_s > 0))
            return KH_OK;
        KH_TRY(kh_master_solve(&w->master, left_s, err));
        idle = w->master.lambda > reached * BETTER ? 0 : idle + 1;
        reached = fmax(reached, w->master.lambda);
        KH_TRY(kh_master_prune(&w->master, &w->slots, err));
        set_prices(w);
        size_t n_added;
        KH_TRY(kh_pricer_run(&w->few->pricer, w->price, w->below, &w->slots, w->distance, &n_added, err));
        if (n_added == 0)
            return KH_OK;
    }
    return KH_OK;
}

/* The paths in the slots come first in the pool from now on, the others stay candidates. */
static kh_status take_shares(work *w, kh_error *err)
{
    kh_few *f = w->few;
    size_t n = w->master.n_paths;
    for (uint32_t p = 0; p < f->pool.n_paths; p++)
        KH_TRY(keep(w, p, err));
    f->pool = w->slots;
    KH_TRY(kh_few_follow_pool(f, err));
    memset(f->share, 0, f->pool.n_paths * sizeof *f->share);
    memset(w->below, 0, f->given->n_demands * sizeof *w->below);
    for (size_t p = 0; p < n; p++)
        w->below[f->pool.paths[p].demand] += w->master.path_flow[p];
    for (size_t p = 0; p < n; p++)
        f->share[p] = w->master.path_flow[p] / w->below[f->pool.paths[p].demand];
    kh_few_measure(f);
    return KH_OK;
}

static kh_status run(work *w, kh_error *err)
{
    kh_error failure = {0};
    kh_status status = generate(w, &failure);
    if (status == KH_ENOMEM || status == KH_ENOINPUT || status == KH_EWRITE) {
        if (err != NULL)
            *err = failure;
        return status;
    }
    return take_shares(w, err);
}

kh_status kh_few_fill_slots(kh_few *f, kh_error *err)
{
    size_t m = f->given->graph.n_links, n = f->given->n_demands;
    work w = {.few = f,
              .n_used = KH_NEW(f->arena, size_t, n),
              .price = KH_NEW(f->arena, double, m),
              .below = KH_NEW(f->arena, double, n),
              .distance = KH_NEW(f->arena, double, n)};
    if (w.n_used == NULL || w.price == NULL || w.below == NULL || w.distance == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to choose the paths of %zu demands", n);
    KH_TRY(kh_pool_init(&w.slots, n, f->arena, err));
    for (uint32_t k = 0; k < n; k++)
        KH_TRY(fill(&w, k, err));
    KH_TRY(kh_master_init(&w.master, f->given, &w.slots, f->arena, err));
    kh_status status = run(&w, err);
    kh_master_clear(&w.master);
    return status;
}
