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
