/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/site/site.h"

#include "core/net/ids.h"
#include "solvers/graph/tree.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SITES = 20000, MOST_SPANS = 4000000 };
static const double ROUNDING = 1e-9; /* of a reach, and of the place of a hut */

typedef struct work {
    const kh_site_plant *plant;
    const kh_site_rule *rule;
    kh_arena *arena, *scratch;
    kh_site_layout made;
    size_t span_room;
} work;

static kh_status out_of_memory(kh_error *err)
{
    return kh_fail(err, KH_ENOMEM, "no memory for sites along fibres");
}

static double parts_of(const work *w, size_t f)
{
    return fmax(1, ceil(w->plant->length_km[f] / w->rule->step_km * (1 - ROUNDING)));
}

static kh_status check_plant(const kh_site_plant *plant, kh_error *err)
{
    if (plant->n_nodes > MOST_SITES)
        return kh_fail(err, KH_ELIMIT, "%zu nodes, at most %d are sited", plant->n_nodes, MOST_SITES);
    for (size_t f = 0; f < plant->n_fibres; f++) {
        if (plant->ends[f][0] >= plant->n_nodes || plant->ends[f][1] >= plant->n_nodes)
            return kh_fail(err, KH_ERANGE, "fibre %zu ends at a node that does not exist", f);
        if (!(plant->length_km[f] > 0 && plant->length_km[f] < HUGE_VAL))
            return kh_fail(err, KH_ERANGE, "length_km of fibre %zu is %g, must be above 0 and finite", f, plant->length_km[f]);
        if (plant->loss_db != NULL && !(plant->loss_db[f] >= 0 && plant->loss_db[f] < HUGE_VAL))
            return kh_fail(err, KH_ERANGE, "loss_db of fibre %zu is %g, must be 0 or more and finite", f, plant->loss_db[f]);
    }
    return KH_OK;
}

static kh_status check_rule(const work *w, size_t *n_inside, kh_error *err)
{
    const kh_site_rule *rule = w->rule;
    if (!(rule->reach_km > 0 && rule->reach_km < HUGE_VAL))
        return kh_fail(err, KH_ERANGE, "reach_km is %g, must be above 0 and finite", rule->reach_km);
    if (!(rule->step_km > 0))
        return kh_fail(err, KH_ERANGE, "step_km is %g, must be above 0", rule->step_km);
    double n = (double)rule->n_huts;
    for (size_t f = 0; f < w->plant->n_fibres; f++)
        n += parts_of(w, f) - 1;
    if (!(n + (double)w->plant->n_nodes <= MOST_SITES))
        return kh_fail(err, KH_ELIMIT, "a step of %g km makes %.0f sites, more than %d: take a longer step", rule->step_km, n,
                       MOST_SITES);
    for (size_t h = 0; h < rule->n_huts; h++)
        if (rule->huts[h].fibre >= w->plant->n_fibres ||
            !(rule->huts[h].from_km > 0 && rule->huts[h].from_km < w->plant->length_km[rule->huts[h].fibre]))
            return kh_fail(err, KH_ERANGE, "hut %zu stands at %g km, which is not inside its fibre", h, rule->huts[h].from_km);
    *n_inside = (size_t)n;
    return KH_OK;
}

static int along_fibre(const void *a, const void *b)
{
    const kh_site_place *x = a, *y = b;
    if (x->fibre != y->fibre)
        return x->fibre < y->fibre ? -1 : 1;
    return (x->from_km > y->from_km) - (x->from_km < y->from_km);
}

/* Places along fibres in order; two at the same point are one. */
static size_t place_inside(const work *w, kh_site_place *place)
{
    size_t n = 0, kept = 0;
    for (uint32_t f = 0; f < w->plant->n_fibres; f++)
        for (double parts = parts_of(w, f), i = 1; i < parts; i++)
            place[n++] = (kh_site_place){KH_NO_INDEX, f, w->plant->length_km[f] * i / parts};
    for (size_t h = 0; h < w->rule->n_huts; h++)
        place[n++] = (kh_site_place){KH_NO_INDEX, w->rule->huts[h].fibre, w->rule->huts[h].from_km};
    qsort(place, n, sizeof *place, along_fibre);
    for (size_t i = 0; i < n; i++) {
        double apart = ROUNDING * w->plant->length_km[place[i].fibre];
        if (kept == 0 || place[kept - 1].fibre != place[i].fibre || place[i].from_km - place[kept - 1].from_km > apart)
            place[kept++] = place[i];
    }
    return kept;
}

static kh_status place_sites(work *w, kh_error *err)
{
    size_t n_inside = 0;
    KH_TRY(check_plant(w->plant, err));
    KH_TRY(check_rule(w, &n_inside, err));
    w->made.sites = KH_NEW(w->arena, kh_site_place, w->plant->n_nodes + n_inside);
    if (w->made.sites == NULL)
        return out_of_memory(err);
    for (uint32_t v = 0; v < w->plant->n_nodes; v++)
        w->made.sites[v] = (kh_site_place){v, KH_NO_INDEX, 0};
    w->made.n_sites = w->plant->n_nodes + place_inside(w, w->made.sites + w->plant->n_nodes);
    return KH_OK;
}

static kh_status cut_fibres(work *w, kh_error *err)
{
    const kh_site_plant *plant = w->plant;
    size_t inside = plant->n_nodes, n = 0;
    kh_site_segment *segment = KH_NEW(w->arena, kh_site_segment, plant->n_fibres + w->made.n_sites - plant->n_nodes);
    if (segment == NULL)
        return out_of_memory(err);
    for (uint32_t f = 0; f < plant->n_fibres; f++) {
        double loss_db = plant->loss_db == NULL ? 0 : plant->loss_db[f] / plant->length_km[f], at_km = 0;
        uint32_t from = plant->ends[f][0];
        for (; inside < w->made.n_sites && w->made.sites[inside].fibre == f; inside++) {
            double length_km = w->made.sites[inside].from_km - at_km;
            segment[n++] = (kh_site_segment){{from, (uint32_t)inside}, f, length_km, length_km * loss_db};
            at_km = w->made.sites[inside].from_km;
            from = (uint32_t)inside;
        }
        double length_km = plant->length_km[f] - at_km;
        segment[n++] = (kh_site_segment){{from, plant->ends[f][1]}, f, length_km, length_km * loss_db};
    }
    w->made.segments = segment;
    w->made.n_segments = n;
    return KH_OK;
}

/* The way is walked from its far end, so the list of links is turned round. */
static kh_status add_span(work *w, const kh_tree *tree, uint32_t from, uint32_t to, kh_error *err)
{
    if (w->made.n_spans == MOST_SPANS)
        return kh_fail(err, KH_ELIMIT, "a reach of %g km makes more than %d spans", w->rule->reach_km, MOST_SPANS);
    if (w->made.n_spans == w->span_room) {
        kh_site_span *grown = kh_arena_grow(w->arena, w->made.spans, w->made.n_spans, &w->span_room, sizeof *grown);
        if (grown == NULL)
            return out_of_memory(err);
        w->made.spans = grown;
    }
    uint32_t *way = KH_NEW(w->scratch, uint32_t, w->made.n_sites);
    if (way == NULL)
        return out_of_memory(err);
    kh_site_span span = {.ends = {from, to}, .length_km = kh_tree_distance(tree, to), .n_via = kh_tree_path(tree, to, way)};
    span.via = KH_NEW(w->arena, uint32_t, span.n_via);
    if (span.via == NULL)
        return out_of_memory(err);
    for (size_t i = 0; i < span.n_via; i++) {
        span.via[i] = way[span.n_via - 1 - i];
        span.loss_db += w->made.segments[span.via[i]].loss_db;
    }
    w->made.spans[w->made.n_spans++] = span;
    kh_arena_reset(w->scratch);
    return KH_OK;
}

static kh_status find_spans(work *w, kh_tree *tree, const double *length_km, kh_error *err)
{
    const double within_km = w->rule->reach_km * (1 + ROUNDING);
    for (uint32_t i = 0; i < w->made.n_sites; i++) {
        kh_tree_grow(tree, length_km, i, NULL, 0);
        for (uint32_t j = i + 1; j < w->made.n_sites; j++)
            if (kh_tree_distance(tree, j) <= within_km)
                KH_TRY(add_span(w, tree, i, j, err));
    }
    return KH_OK;
}

static kh_status join_sites(work *w, kh_arena *kept, kh_error *err)
{
    size_t m = w->made.n_segments;
    uint32_t(*ends)[2] = kh_arena_alloc(kept, m, sizeof *ends);
    double *length_km = KH_NEW(kept, double, m);
    bool *use = KH_NEW(kept, bool, m);
    if (ends == NULL || length_km == NULL || use == NULL)
        return out_of_memory(err);
    for (size_t s = 0; s < m; s++) {
        memcpy(ends[s], w->made.segments[s].ends, sizeof ends[s]);
        length_km[s] = w->made.segments[s].length_km;
        use[s] = true;
    }
    const kh_graph graph = {w->made.n_sites, m, (const uint32_t(*)[2])ends, NULL};
    kh_tree *tree = kh_tree_create(&graph, use, kept);
    return tree == NULL ? out_of_memory(err) : find_spans(w, tree, length_km, err);
}

kh_status kh_site_layout_make(const kh_site_plant *plant, const kh_site_rule *rule, kh_arena *arena, kh_site_layout *layout,
                              kh_error *err)
{
    kh_arena *kept = kh_arena_create(0), *scratch = kh_arena_create(0);
    work w = {.plant = plant, .rule = rule, .arena = arena, .scratch = scratch};
    kh_status status = kept == NULL || scratch == NULL ? out_of_memory(err) : place_sites(&w, err);
    if (status == KH_OK)
        status = cut_fibres(&w, err);
    if (status == KH_OK)
        status = join_sites(&w, kept, err);
    kh_arena_destroy(kept);
    kh_arena_destroy(scratch);
    if (status == KH_OK)
        *layout = w.made;
    return status;
}
