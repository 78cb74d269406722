/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/validate/instance_sites.h"

#include "tools/import/qpi.h"

#include <math.h>

static kh_status out_of_memory(const char *path, kh_error *err)
{
    return kh_fail(err, KH_ENOMEM, "no memory for the sites of '%s'", path);
}

/* Edges of a node with itself join nothing, and fibres have a length. */
static kh_status lay_fibres(const kh_qpi *qpi, const char *path, kh_arena *arena, kh_site_plant *plant, kh_error *err)
{
    uint32_t(*ends)[2] = kh_arena_alloc(arena, qpi->n_edges, sizeof *ends);
    double *length_km = KH_NEW(arena, double, qpi->n_edges);
    if (ends == NULL || length_km == NULL)
        return out_of_memory(path, err);
    *plant = (kh_site_plant){.n_nodes = qpi->n_nodes, .ends = (const uint32_t(*)[2])ends, .length_km = length_km};
    for (size_t e = 0; e < qpi->n_edges; e++) {
        const kh_qpi_edge *edge = &qpi->edges[e];
        if (edge->ends[0] == edge->ends[1])
            continue;
        ends[plant->n_fibres][0] = edge->ends[0];
        ends[plant->n_fibres][1] = edge->ends[1];
        length_km[plant->n_fibres++] = fmax(edge->length_km, 1e-6);
    }
    return KH_OK;
}

static kh_status pick_terminals(const kh_qpi *qpi, const char *path, kh_arena *arena, kh_site_join_problem *problem, kh_error *err)
{
    double *sum = KH_NEW(arena, double, qpi->n_nodes);
    uint32_t *terminal = KH_NEW(arena, uint32_t, problem->n_terminals);
    if (sum == NULL || terminal == NULL)
        return out_of_memory(path, err);
    if (problem->n_terminals > qpi->n_nodes)
        return kh_fail(err, KH_ERANGE, "%zu terminals of %zu nodes", problem->n_terminals, qpi->n_nodes);
    for (size_t k = 0; k < qpi->n_demands; k++)
        for (int i = 0; i < 2; i++)
            sum[qpi->demands[k].ends[i]] += qpi->demands[k].rate_kbps;
    for (size_t t = 0; t < problem->n_terminals; t++) {
        uint32_t most = 0;
        for (uint32_t v = 1; v < qpi->n_nodes; v++)
            most = sum[v] > sum[most] ? v : most;
        terminal[t] = most;
        sum[most] = -1 - (double)t;
    }
    problem->terminals = terminal;
    return KH_OK;
}

kh_status kh_instance_sites(const char *path, size_t n_terminals, const kh_site_rule *rule, kh_arena *arena,
                            kh_site_join_problem *problem, kh_error *err)
{
    kh_qpi qpi;
    kh_site_plant plant;
    kh_site_layout layout;
    KH_TRY(kh_qpi_read(path, arena, &qpi, err));
    KH_TRY(lay_fibres(&qpi, path, arena, &plant, err));
    KH_TRY(kh_site_layout_make(&plant, rule, arena, &layout, err));
    uint32_t(*span)[2] = kh_arena_alloc(arena, layout.n_spans, sizeof *span);
    double *price = KH_NEW(arena, double, layout.n_sites);
    if (span == NULL || price == NULL)
        return out_of_memory(path, err);
    for (size_t s = 0; s < layout.n_spans; s++)
        for (int i = 0; i < 2; i++)
            span[s][i] = layout.spans[s].ends[i];
    for (size_t v = 0; v < layout.n_sites; v++)
        price[v] = 1;
    *problem = (kh_site_join_problem){.n_sites = layout.n_sites,
                                      .n_spans = layout.n_spans,
                                      .span = (const uint32_t(*)[2])span,
                                      .price = price,
                                      .n_terminals = n_terminals,
                                      .n_routes = 1,
                                      .time_limit_s = INFINITY};
    return pick_terminals(&qpi, path, arena, problem, err);
}
