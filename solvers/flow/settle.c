/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/flow/settle.h"

#include "core/net/ids.h"

#include <math.h>
#include <string.h>

kh_status kh_settle_init(kh_settle *s, const kh_pricer *pricer, const kh_pool *pool, kh_arena *arena, kh_error *err)
{
    *s = (kh_settle){.pricer = pricer,
                     .pool = pool,
                     .rate_bps = KH_NEW(arena, double, pool->n_paths),
                     .load_bps = KH_NEW(arena, double, pricer->problem->graph.n_links)};
    if (s->rate_bps == NULL || s->load_bps == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the rates of %zu paths", pool->n_paths);
    return KH_OK;
}

void kh_settle_sum(kh_settle *s)
{
    memset(s->load_bps, 0, s->pricer->problem->graph.n_links * sizeof *s->load_bps);
    for (size_t p = 0; p < s->pool->n_paths; p++)
        for (size_t i = 0; i < s->pool->paths[p].n_links; i++)
            s->load_bps[s->pool->links[s->pool->paths[p].first + i]] += s->rate_bps[p] / s->pool->paths[p].keys;
}

void kh_settle_respect(kh_settle *s)
{
    const double *capacity_bps = s->pricer->problem->capacity_bps;
    kh_settle_sum(s);
    for (size_t p = 0; p < s->pool->n_paths; p++) {
        double factor = 1;
        for (size_t i = 0; i < s->pool->paths[p].n_links; i++) {
            uint32_t e = s->pool->links[s->pool->paths[p].first + i];
            if (s->load_bps[e] > capacity_bps[e])
                factor = fmin(factor, capacity_bps[e] / s->load_bps[e]);
        }
        s->rate_bps[p] *= factor;
    }
    kh_settle_sum(s);
}

/* The links of a path from ends[0] to ends[1] of its demand. */
static uint32_t *oriented(const kh_settle *s, const kh_pool_path *path, kh_arena *arena)
{
    uint32_t *links = KH_NEW(arena, uint32_t, path->n_links);
    for (size_t i = 0; links != NULL && i < path->n_links; i++)
        links[i] = s->pool->links[path->first + (s->pricer->forward[path->demand] ? i : path->n_links - 1 - i)];
    return links;
}

kh_status kh_settle_write(const kh_settle *s, kh_arena *arena, kh_keyflow *flow, kh_error *err)
{
    flow->routes = KH_NEW(arena, kh_keyflow_route, s->pool->n_paths);
    if (flow->routes == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu routes", s->pool->n_paths);
    for (uint32_t k = 0; k < s->pricer->problem->n_demands; k++)
        for (uint32_t p = s->pool->last[k]; p != KH_NO_INDEX; p = s->pool->paths[p].previous) {
            if (s->rate_bps[p] <= 0)
                continue;
            const kh_pool_path *path = &s->pool->paths[p];
            uint32_t *links = oriented(s, path, arena);
            if (links == NULL)
                return kh_fail(err, KH_ENOMEM, "no memory for a route of %u links", path->n_links);
            flow->routes[flow->n_routes++] = (kh_keyflow_route){k, links, path->n_links, s->rate_bps[p]};
            flow->rate_bps[k] += s->rate_bps[p];
        }
    return KH_OK;
}

kh_status kh_settle_take(const kh_pricer *pricer, const kh_keyflow *flow, kh_pool *pool, kh_error *err)
{
    for (size_t r = 0; r < flow->n_routes; r++) {
        const kh_keyflow_route *route = &flow->routes[r];
        size_t n = route->n_links;
        for (size_t i = 0; i < n; i++)
            pricer->scratch[i] = route->links[pricer->forward[route->demand] ? i : n - 1 - i];
        bool added;
        KH_TRY(kh_pool_add(pool, route->demand, pricer->scratch, n, &added, err));
    }
    return KH_OK;
}
