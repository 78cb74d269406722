/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/services/lanes.h"

typedef struct opener {
    const kh_net *net;
    kh_light *light;
    kh_lanes *lanes;
    kh_arena *arena;
    kh_error *err;
} opener;

static kh_status no_memory(kh_error *err)
{
    return kh_fail(err, KH_ENOMEM, "spectrum of the line systems");
}

static size_t count_lines_on(const kh_net *net, uint32_t fibre)
{
    size_t n = 0;
    for (size_t l = 0; l < net->n_line_systems; l++)
        for (size_t i = 0; i < net->line_systems[l].n_via; i++)
            n += net->line_systems[l].via[i].i == fibre;
    return n;
}

static void widen(kh_spectrum_band *band, kh_spectrum_band by)
{
    if (band->last < band->first)
        *band = by;
    band->first = by.first < band->first ? by.first : band->first;
    band->last = by.last > band->last ? by.last : band->last;
}

/* @param shared  [n_fibres] becomes the edge of the fibre, KH_NO_INDEX where every line has a pair of its own */
static kh_status lay_edges(const opener *o, uint32_t *shared, size_t *n_edges)
{
    const kh_net *net = o->net;
    *n_edges = net->n_line_systems;
    for (uint32_t f = 0; f < net->n_fibres; f++)
        shared[f] = count_lines_on(net, f) > (size_t)net->fibres[f].pairs ? (uint32_t)(*n_edges)++ : KH_NO_INDEX;
    for (uint32_t l = 0; l < net->n_line_systems; l++) {
        const kh_line_system *line = &net->line_systems[l];
        uint32_t *edges = KH_NEW(o->arena, uint32_t, line->n_via + 1);
        if (edges == NULL)
            return no_memory(o->err);
        o->lanes->of[l] = (kh_spectrum_route){edges, 1};
        edges[0] = l;
        for (size_t i = 0; i < line->n_via; i++)
            if (shared[line->via[i].i] != KH_NO_INDEX)
                edges[o->lanes->of[l].n_edges++] = shared[line->via[i].i];
    }
    return KH_OK;
}

static kh_status find_bands(const opener *o, kh_spectrum_band *bands, size_t n_edges)
{
    for (size_t e = 0; e < n_edges; e++)
        bands[e] = (kh_spectrum_band){0, -1};
    for (uint32_t l = 0; l < o->net->n_line_systems; l++) {
        kh_light_band light;
        kh_status status = kh_light_find_band(o->light, (kh_line_id){l}, &light, o->err);
        KH_TRY(kh_while(o->err, status, "line system '%s'", o->net->line_systems[l].id));
        kh_spectrum_band band = kh_spectrum_band_between(light.low_thz, light.high_thz, 0);
        o->lanes->m[l] = kh_spectrum_m(light.slot_ghz);
        for (size_t i = 0; i < o->lanes->of[l].n_edges; i++)
            widen(&bands[o->lanes->of[l].edges[i]], band);
    }
    return KH_OK;
}

kh_status kh_lanes_open(const kh_net *net, kh_light *light, kh_arena *arena, kh_lanes **lanes, kh_error *err)
{
    opener o = {net, light, KH_NEW(arena, kh_lanes, 1), arena, err};
    uint32_t *shared = KH_NEW(arena, uint32_t, net->n_fibres);
    if (o.lanes == NULL || shared == NULL)
        return no_memory(err);
    *o.lanes = (kh_lanes){.of = KH_NEW(arena, kh_spectrum_route, net->n_line_systems),
                          .m = KH_NEW(arena, int32_t, net->n_line_systems),
                          .n = net->n_line_systems};
    if (o.lanes->of == NULL || o.lanes->m == NULL)
        return no_memory(err);
    size_t n_edges;
    KH_TRY(lay_edges(&o, shared, &n_edges));
    kh_spectrum_band *bands = KH_NEW(arena, kh_spectrum_band, n_edges);
    if (bands == NULL)
        return no_memory(err);
    KH_TRY(find_bands(&o, bands, n_edges));
    KH_TRY(kh_spectrum_create(n_edges, bands, arena, &o.lanes->spectrum, err));
    *lanes = o.lanes;
    return KH_OK;
}

kh_status kh_lanes_join(const kh_lanes *lanes, const kh_light_stretch *stretch, kh_arena *arena, kh_spectrum_route *route,
                        kh_error *err)
{
    size_t n = 0;
    for (size_t h = 0; h < stretch->n_hops; h++)
        n += lanes->of[stretch->hops[h].line.i].n_edges;
    uint32_t *edges = KH_NEW(arena, uint32_t, n);
    if (edges == NULL)
        return no_memory(err);
    *route = (kh_spectrum_route){edges, 0};
    for (size_t h = 0; h < stretch->n_hops; h++) {
        const kh_spectrum_route *line = &lanes->of[stretch->hops[h].line.i];
        for (size_t i = 0; i < line->n_edges; i++)
            edges[route->n_edges++] = line->edges[i];
    }
    return KH_OK;
}
