/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/secure/spread.h"

#include "core/net/ids.h"

#include <math.h>
#include <string.h>

typedef struct work {
    const kh_spread_input *in;
    const kh_keyflow_problem *flow;
    kh_arena *arena;
    kh_secure *secure;
    double *rate_bps; /* [n_paths] of each column */
    double *load_bps; /* [n_links] */
    double *seen_bps; /* [n_coalitions] of one demand */
    uint32_t *touched;
} work;

static kh_status init(work *w, const kh_spread_input *in, kh_arena *arena, kh_secure *secure, kh_error *err)
{
    size_t n = in->watch != NULL ? in->watch->n_coalitions : 0;
    *w = (work){.in = in, .flow = &in->problem->flow, .arena = arena, .secure = secure};
    w->rate_bps = KH_NEW(arena, double, in->pool->n_paths);
    w->load_bps = KH_NEW(arena, double, w->flow->graph.n_links);
    w->seen_bps = KH_NEW(arena, double, n);
    w->touched = KH_NEW(arena, uint32_t, n);
    if (w->rate_bps == NULL || w->load_bps == NULL || w->seen_bps == NULL || w->touched == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the rates of %zu paths", in->pool->n_paths);
    memcpy(w->rate_bps, in->rate_bps, in->pool->n_paths * sizeof *w->rate_bps);
    return KH_OK;
}

static const uint32_t *links_of(const work *w, size_t path)
{
    return &w->in->pool->links[w->in->pool->paths[path].first];
}

static void sum_loads(work *w)
{
    memset(w->load_bps, 0, w->flow->graph.n_links * sizeof *w->load_bps);
    for (size_t p = 0; p < w->in->pool->n_paths; p++)
        for (size_t i = 0; i < w->in->pool->paths[p].n_links; i++)
            w->load_bps[links_of(w, p)[i]] += w->rate_bps[p];
}

/* --- what is secret --------------------------------------------------------------------------------------------------------- */

static double take_largest(double *seen_bps, size_t n)
{
    size_t best = 0;
    for (size_t j = 1; j < n; j++)
        if (seen_bps[j] > seen_bps[best])
            best = j;
    double largest = n > 0 ? seen_bps[best] : 0;
    if (n > 0)
        seen_bps[best] = 0;
    return largest;
}

/* What all paths carry, without what the t coalitions see that see most. */
static double secret_bps(work *w, uint32_t demand)
{
    const kh_pool *pool = w->in->pool;
    kh_watch *watch = w->in->watch;
    const uint32_t *ends = w->flow->demands[demand].ends;
    double secret = 0;
    if (watch != NULL)
        memset(w->seen_bps, 0, watch->n_coalitions * sizeof *w->seen_bps);
    for (uint32_t p = pool->last[demand]; p != KH_NO_INDEX; p = pool->paths[p].previous) {
        if (w->rate_bps[p] <= 0)
            continue;
        secret += w->rate_bps[p];
        size_t n = watch != NULL ? kh_watch_touched(watch, ends, ends[0], links_of(w, p), pool->paths[p].n_links, w->touched) : 0;
        for (size_t i = 0; i < n; i++)
            w->seen_bps[w->touched[i]] += w->rate_bps[p];
    }
    for (uint32_t i = 0; watch != NULL && i < w->in->problem->colluders; i++)
        secret -= take_largest(w->seen_bps, watch->n_coalitions);
    return fmax(secret, 0);
}

/* --- rates that fit --------------------------------------------------------------------------------------------------------- */

/* The program keeps a link's rate within its tolerance only: each column gives up the excess of its worst link. */
static void respect_links(work *w)
{
    sum_loads(w);
    for (size_t p = 0; p < w->in->pool->n_paths; p++) {
        double factor = 1;
        for (size_t i = 0; i < w->in->pool->paths[p].n_links; i++) {
            uint32_t e = links_of(w, p)[i];
            if (w->load_bps[e] > w->flow->capacity_bps[e])
                factor = fmin(factor, w->flow->capacity_bps[e] / w->load_bps[e]);
        }
        w->rate_bps[p] *= factor;
    }
}

/* The share of its request that a demand gets, of what its columns keep secret: under max-min that of its level, else the least. */
static double wanted_share(const work *w, uint32_t demand, double least)
{
    double share = w->secure->rate_bps[demand] / w->flow->demands[demand].requested_bps;
    if (!w->flow->max_min)
        return fmin(least, w->flow->level_cap);
    return fmin(share, fmin(w->secure->level[w->secure->level_of[demand]], w->flow->level_cap));
}

static double least_share(const work *w)
{
    double least = HUGE_VAL;
    for (size_t k = 0; k < w->flow->n_demands; k++)
        if (w->secure->joined[k])
            least = fmin(least, w->secure->rate_bps[k] / w->flow->demands[k].requested_bps);
    return least;
}

static void measure_secrets(work *w)
{
    for (uint32_t k = 0; k < w->flow->n_demands; k++)
        w->secure->rate_bps[k] = w->secure->joined[k] ? secret_bps(w, k) : 0;
}

/* All columns of a demand are stretched alike, and its secret rate with them. */
static void level_out(work *w)
{
    measure_secrets(w);
    double least = least_share(w);
    for (size_t p = 0; p < w->in->pool->n_paths; p++) {
        uint32_t k = w->in->pool->paths[p].demand;
        double share = w->secure->rate_bps[k] / w->flow->demands[k].requested_bps;
        w->rate_bps[p] *= share > 0 ? wanted_share(w, k, least) / share : 0;
    }
    measure_secrets(w);
    for (size_t k = 0; k < w->flow->n_demands; k++) /* what rounding adds is nobody's */
        w->secure->rate_bps[k] = fmin(w->secure->rate_bps[k], w->flow->level_cap * w->flow->demands[k].requested_bps);
}

/* Lowest share, times how far all rates can be stretched together. */
static double stretched(work *w)
{
    double stretch = HUGE_VAL;
    sum_loads(w);
    for (size_t e = 0; e < w->flow->graph.n_links; e++)
        if (w->load_bps[e] > 0)
            stretch = fmin(stretch, w->flow->capacity_bps[e] / w->load_bps[e]);
    return isinf(stretch) ? 0 : least_share(w) * stretch;
}

/* --- routes ----------------------------------------------------------------------------------------------------------------- */

static size_t most_routes(const work *w)
{
    size_t n = 0;
    for (size_t p = 0; p < w->in->pool->n_paths; p++)
        n += w->rate_bps[p] > 0;
    return w->in->watch != NULL ? n : n * ((size_t)w->in->problem->colluders + 1);
}

/* A set of disjoint paths is cut where the far end is reached; a single path is a set of one. */
static void write_column(work *w, uint32_t path)
{
    uint32_t k = w->in->pool->paths[path].demand;
    const uint32_t *ends = w->flow->demands[k].ends, *links = links_of(w, path);
    uint32_t node = ends[0];
    for (size_t i = 0, first = 0; i < w->in->pool->paths[path].n_links; i++) {
        node = kh_graph_far_end(w->flow->graph.ends[links[i]], node);
        if (node != ends[1])
            continue;
        uint32_t *copy = &w->in->pool->links[w->in->pool->paths[path].first + first]; /* of the answer's arena */
        w->secure->routes[w->secure->n_routes++] = (kh_keyflow_route){k, copy, i + 1 - first, w->rate_bps[path]};
        first = i + 1;
        node = ends[0];
    }
}

static kh_status write_routes(work *w, kh_error *err)
{
    w->secure->routes = KH_NEW(w->arena, kh_keyflow_route, most_routes(w));
    if (w->secure->routes == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the routes of %zu demands", w->flow->n_demands);
    for (uint32_t k = 0; k < w->flow->n_demands; k++)
        for (uint32_t p = w->in->pool->last[k]; p != KH_NO_INDEX; p = w->in->pool->paths[p].previous)
            if (w->rate_bps[p] > 0)
                write_column(w, p);
    return KH_OK;
}

kh_status kh_spread_write(const kh_spread_input *input, kh_arena *arena, kh_secure *secure, kh_error *err)
{
    work w;
    KH_TRY(init(&w, input, arena, secure, err));
    respect_links(&w);
    level_out(&w);
    secure->value = stretched(&w);
    return write_routes(&w, err);
}
