/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/validate/instance.h"

#include <math.h>

kh_status kh_instance_load(const char *path, kh_arena *arena, kh_keyflow_problem *problem, kh_error *err)
{
    kh_qpi qpi;
    KH_TRY(kh_qpi_read(path, arena, &qpi, err));
    uint32_t(*ends)[2] = kh_arena_alloc(arena, qpi.n_edges, sizeof *ends);
    double *rate_kbps = KH_NEW(arena, double, qpi.n_edges);
    kh_keyflow_demand *demands = KH_NEW(arena, kh_keyflow_demand, qpi.n_demands);
    if (ends == NULL || rate_kbps == NULL || demands == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the instance '%s'", path);
    size_t n = 0;
    for (size_t e = 0; e < qpi.n_edges; e++) {
        ends[e][0] = qpi.edges[e].ends[0];
        ends[e][1] = qpi.edges[e].ends[1];
        rate_kbps[e] = qpi.edges[e].rate_kbps;
    }
    for (size_t k = 0; k < qpi.n_demands; k++) {
        const kh_qpi_demand *d = &qpi.demands[k];
        if (d->ends[0] != d->ends[1] && d->rate_kbps > 0)
            demands[n++] = (kh_keyflow_demand){{d->ends[0], d->ends[1]}, d->rate_kbps};
    }
    *problem = (kh_keyflow_problem){.graph = {.n_nodes = qpi.n_nodes, .n_links = qpi.n_edges, .ends = (const uint32_t(*)[2])ends},
                                    .capacity_bps = rate_kbps,
                                    .demands = demands,
                                    .n_demands = n,
                                    .level_cap = INFINITY,
                                    .time_limit_s = INFINITY};
    return KH_OK;
}

kh_status kh_instance_lengths(const char *path, kh_arena *arena, double **length_km, kh_error *err)
{
    kh_qpi qpi;
    KH_TRY(kh_qpi_read(path, arena, &qpi, err));
    double *lengths = KH_NEW(arena, double, qpi.n_edges);
    if (lengths == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the instance '%s'", path);
    for (size_t e = 0; e < qpi.n_edges; e++)
        lengths[e] = qpi.edges[e].length_km;
    *length_km = lengths;
    return KH_OK;
}

kh_status kh_instance_cycle(const kh_keyflow_problem *flow, size_t n_periods, kh_arena *arena, kh_expanded_problem *problem,
                            kh_error *err)
{
    const double hour_s = 3600, turn = 6.283185307179586476925;
    size_t m = flow->graph.n_links, n = flow->n_demands;
    double *generated = KH_NEW(arena, double, n_periods *m), *store = KH_NEW(arena, double, m), *start = KH_NEW(arena, double, m);
    double *profile = KH_NEW(arena, double, n_periods *n);
    if (generated == NULL || store == NULL || start == NULL || profile == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu periods", n_periods);
    for (size_t e = 0; e < m; e++) {
        store[e] = hour_s * flow->capacity_bps[e];
        start[e] = 0.5 * store[e];
    }
    for (size_t t = 0; t < n_periods; t++) {
        for (size_t e = 0; e < m; e++)
            generated[t * m + e] = flow->capacity_bps[e] * (1 + 0.5 * sin(turn * (double)(t + e) / (double)n_periods));
        for (size_t k = 0; k < n; k++)
            profile[t * n + k] = 1 + 0.8 * cos(turn * (double)t / (double)n_periods);
    }
    *problem = (kh_expanded_problem){.graph = flow->graph,
                                     .n_periods = n_periods,
                                     .period_s = hour_s,
                                     .generated_bps = generated,
                                     .store_bits = store,
                                     .start_bits = start,
                                     .demands = flow->demands,
                                     .n_demands = n,
                                     .profile = profile,
                                     .time_limit_s = INFINITY};
    return KH_OK;
}
