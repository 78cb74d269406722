/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/import/gnpy.h"

#include <math.h>
#include <string.h>

static const double same_length_km = 1e-6, same_loss_db_km = 1e-9;

static bool is_end(const kh_gnpy *g, uint32_t element)
{
    kh_gnpy_kind kind = g->elements[element].kind;
    return kind == KH_GNPY_TRANSCEIVER || kind == KH_GNPY_ROADM;
}

static kh_status no_memory(kh_error *err)
{
    return kh_fail(err, KH_ENOMEM, "out of memory while reading a network of GNPy");
}

/* The place where light ends that only ever goes on along the first connection; KH_GNPY_NONE in a circle. */
static uint32_t plain_end(const kh_gnpy *g, uint32_t at)
{
    for (size_t step = 0; step <= g->n_elements; step++) {
        if (is_end(g, at))
            return at;
        if (g->elements[at].n_next == 0)
            return KH_GNPY_NONE;
        at = g->elements[at].next[0];
    }
    return KH_GNPY_NONE;
}

/* The way on from an element. Where fibres of both directions meet in one fused element, the one that leads back is none. */
static uint32_t choose_next(const kh_gnpy *g, uint32_t start, uint32_t at)
{
    const kh_gnpy_element *e = &g->elements[at];
    if (e->n_next <= 1)
        return e->n_next == 1 ? e->next[0] : KH_GNPY_NONE;
    uint32_t found = KH_GNPY_NONE;
    for (size_t i = 0; i < e->n_next; i++) {
        uint32_t end = plain_end(g, e->next[i]);
        if (end == KH_GNPY_NONE || g->elements[end].node == g->elements[start].node)
            continue;
        if (found != KH_GNPY_NONE)
            return KH_GNPY_NONE;
        found = e->next[i];
    }
    return found;
}

/* An array that grows by one. NULL when memory is out. */
static uint32_t *append(kh_gnpy *g, uint32_t *array, size_t *n, size_t *capacity, uint32_t value)
{
    if (*n == *capacity)
        array = kh_arena_grow(g->build.arena, array, *n, capacity, sizeof *array);
    if (array != NULL)
        array[(*n)++] = value;
    return array;
}

/* Follows the light to the next end. KH_ENOMEM, or KH_OK with way NULL when it leads nowhere. */
static kh_status walk(kh_gnpy *g, uint32_t start, uint32_t first, kh_gnpy_section *out, kh_error *err)
{
    uint32_t *way = NULL, *fibres = NULL, at = first;
    size_t n = 0, n_fibres = 0, capacity = 0, fibre_capacity = 0;
    while (at != KH_GNPY_NONE && !is_end(g, at) && n <= g->n_elements) {
        way = append(g, way, &n, &capacity, at);
        bool glass = g->elements[at].kind == KH_GNPY_FIBRE;
        if (glass)
            fibres = append(g, fibres, &n_fibres, &fibre_capacity, at);
        if (way == NULL || (glass && fibres == NULL))
            return no_memory(err);
        at = choose_next(g, start, at);
    }
    bool arrived = at != KH_GNPY_NONE && is_end(g, at);
    *out = (kh_gnpy_section){.from = start,
                             .to = at,
                             .way = arrived ? way : NULL,
                             .n_way = n,
                             .fibres = fibres,
                             .n_fibres = n_fibres,
                             .back = KH_GNPY_NONE};
    return KH_OK;
}

/* Fibres and amplifiers carry light one way from one place; only fused elements may be shared. */
static bool claim(kh_gnpy *g, const kh_gnpy_section *s)
{
    for (size_t i = 0; i < s->n_way; i++) {
        kh_gnpy_element *e = &g->elements[s->way[i]];
        if (e->kind == KH_GNPY_FUSED)
            continue;
        if (e->is_claimed) {
            kh_build_error(&g->build, e->place, NULL, "element '%s' is on two ways between ROADMs", e->uid);
            return false;
        }
        e->is_claimed = true;
    }
    return true;
}

static bool is_usable(kh_gnpy *g, const kh_gnpy_section *s, uint32_t first)
{
    const kh_gnpy_element *from = &g->elements[s->from], *next = &g->elements[first];
    if (s->way == NULL)
        kh_build_error(&g->build, next->place, "every element between ROADMs must lead to one next element",
                       "light from '%s' by '%s' comes to no ROADM or transceiver", from->uid, next->uid);
    else if (s->n_fibres == 0)
        kh_build_warn(&g->build, next->place, "the way from '%s' by '%s' to '%s' has no fibre and is dropped", from->uid, next->uid,
                      g->elements[s->to].uid);
    else if (from->node == g->elements[s->to].node)
        kh_build_warn(&g->build, next->place, "the way from '%s' by '%s' comes back to where it began and is dropped", from->uid,
                      next->uid);
    else
        return claim(g, s);
    return false;
}

static kh_status add_section(kh_gnpy *g, uint32_t from, uint32_t first, size_t *capacity, kh_error *err)
{
    if (g->n_sections == *capacity) {
        kh_gnpy_section *bigger = kh_arena_grow(g->build.arena, g->sections, g->n_sections, capacity, sizeof *bigger);
        if (bigger == NULL)
            return no_memory(err);
        g->sections = bigger;
    }
    kh_gnpy_section *made = &g->sections[g->n_sections];
    KH_TRY(walk(g, from, first, made, err));
    g->n_sections += is_usable(g, made, first) ? 1 : 0;
    return KH_OK;
}

static kh_status find_all(kh_gnpy *g, kh_error *err)
{
    size_t capacity = 0;
    for (uint32_t i = 0; i < g->n_elements; i++) {
        const kh_gnpy_element *e = &g->elements[i];
        for (size_t k = 0; is_end(g, i) && k < e->n_next; k++)
            if (!is_end(g, e->next[k]))
                KH_TRY(add_section(g, i, e->next[k], &capacity, err));
    }
    return KH_OK;
}

/* --- there and back --- */

static bool is_same_glass(const kh_gnpy_element *a, const kh_gnpy_element *b)
{
    return a->type == b->type && fabs(a->length_km - b->length_km) < same_length_km &&
           fabs(a->loss_db_km - b->loss_db_km) < same_loss_db_km;
}

static bool is_way_back(const kh_gnpy *g, const kh_gnpy_section *a, const kh_gnpy_section *b)
{
    if (b->back != KH_GNPY_NONE || a->n_fibres != b->n_fibres || g->elements[a->from].node != g->elements[b->to].node ||
        g->elements[a->to].node != g->elements[b->from].node)
        return false;
    for (size_t i = 0; i < a->n_fibres; i++)
        if (!is_same_glass(&g->elements[a->fibres[i]], &g->elements[b->fibres[b->n_fibres - 1 - i]]))
            return false;
    return true;
}

static void pair(kh_gnpy *g)
{
    for (uint32_t i = 0; i < g->n_sections; i++)
        for (uint32_t k = i + 1; k < g->n_sections && g->sections[i].back == KH_GNPY_NONE; k++)
            if (is_way_back(g, &g->sections[i], &g->sections[k])) {
                g->sections[i].back = k;
                g->sections[k].back = i;
            }
}

/* --- what GNPy would still add --- */

static bool is_fibre(const kh_gnpy *g, uint32_t element)
{
    return g->elements[element].kind == KH_GNPY_FIBRE;
}

/* GNPy puts a booster between a ROADM and a fibre, a preamplifier between a fibre and a ROADM, and one between two fibres. */
static bool needs_amplifier(const kh_gnpy *g, const kh_gnpy_section *s)
{
    if (g->elements[s->from].kind == KH_GNPY_ROADM && is_fibre(g, s->way[0]))
        return true;
    if (g->elements[s->to].kind == KH_GNPY_ROADM && is_fibre(g, s->way[s->n_way - 1]))
        return true;
    for (size_t i = 0; i + 1 < s->n_way; i++)
        if (is_fibre(g, s->way[i]) && is_fibre(g, s->way[i + 1]))
            return true;
    return false;
}

static bool is_complete(const kh_gnpy_element *e, double max_span_km)
{
    if (e->kind == KH_GNPY_FIBRE)
        return e->length_km < max_span_km;
    const char *variety = kh_json_as_text(kh_json_get(e->json, "type_variety"));
    return e->kind != KH_GNPY_AMPLIFIER || (!isnan(e->gain_db) && variety != NULL && variety[0] != '\0');
}

static bool is_designed(const kh_gnpy *g)
{
    for (size_t i = 0; i < g->n_sections; i++)
        if (needs_amplifier(g, &g->sections[i]))
            return false;
    for (size_t i = 0; i < g->n_elements; i++)
        if (!is_complete(&g->elements[i], g->max_span_km))
            return false;
    return true;
}

kh_status kh_gnpy_find_sections(kh_gnpy *g, kh_error *err)
{
    KH_TRY(find_all(g, err));
    pair(g);
    g->designed = is_designed(g);
    return KH_OK;
}
