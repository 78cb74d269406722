/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/graph/tree.h"
#include "solvers/site/site_net.h"

#include <math.h>
#include <string.h>

/* The longest part of a way over fibre on which no trusted node may stand. */
typedef struct stretch {
    uint32_t from, to; /* sites */
    size_t first, n;   /* segments of the way */
    double length_km, loss_db;
} stretch;

/* Whether the demand's ends are joined by spans on which some device gives key. */
static bool is_served(const kh_site_net *made, const uint32_t ends[2], kh_arena *arena)
{
    const kh_site_build_problem *p = &made->problem;
    bool *reached = KH_NEW(arena, bool, made->layout.n_sites);
    if (reached == NULL)
        return true;
    reached[ends[0]] = true;
    for (bool grows = true; grows;) {
        grows = false;
        for (size_t o = 0; o < p->n_offers; o++)
            for (int back = 0; back < 2; back++) {
                uint32_t from = made->layout.spans[p->offers[o].span].ends[back];
                uint32_t to = made->layout.spans[p->offers[o].span].ends[1 - back];
                if (reached[from] && !reached[to] && (from == ends[0] || p->relays[from]))
                    reached[to] = grows = true;
            }
    }
    return reached[ends[1]];
}

/* Segments of the shortest way, from ends[0] on. @return how many; 0: there is none */
static size_t find_way(const kh_site_net *made, const uint32_t ends[2], kh_arena *arena, uint32_t *way)
{
    const kh_site_layout *layout = &made->layout;
    uint32_t(*pairs)[2] = kh_arena_alloc(arena, layout->n_segments, sizeof *pairs);
    double *length_km = KH_NEW(arena, double, layout->n_segments);
    bool *use = KH_NEW(arena, bool, layout->n_segments);
    if (pairs == NULL || length_km == NULL || use == NULL)
        return 0;
    for (size_t g = 0; g < layout->n_segments; g++) {
        memcpy(pairs[g], layout->segments[g].ends, sizeof pairs[g]);
        length_km[g] = layout->segments[g].length_km;
        use[g] = true;
    }
    const kh_graph graph = {layout->n_sites, layout->n_segments, (const uint32_t(*)[2])pairs, NULL};
    kh_tree *tree = kh_tree_create(&graph, use, arena);
    if (tree == NULL)
        return 0;
    kh_tree_grow(tree, length_km, ends[1], &ends[0], 1); /* from the far end, so that the way comes in order */
    return isfinite(kh_tree_distance(tree, ends[0])) ? kh_tree_path(tree, ends[0], way) : 0;
}

static stretch find_longest(const kh_site_net *made, const uint32_t ends[2], const uint32_t *way, size_t n)
{
    stretch longest = {0}, now = {.from = ends[0]};
    uint32_t at = ends[0];
    for (size_t i = 0; i < n; i++) {
        const kh_site_segment *segment = &made->layout.segments[way[i]];
        at = segment->ends[0] == at ? segment->ends[1] : segment->ends[0];
        now.to = at;
        now.n++;
        now.length_km += segment->length_km;
        now.loss_db += segment->loss_db;
        if (now.length_km > longest.length_km)
            longest = now;
        if (made->problem.relays[at])
            now = (stretch){.from = at, .first = i + 1};
    }
    return longest;
}

/* "fibre X" or "fibres X, Y". */
static const char *name_fibres(const kh_site_net *made, const uint32_t *way, const stretch *s, kh_arena *arena)
{
    const char *text = NULL;
    uint32_t last = KH_NO_INDEX;
    size_t n = 0;
    for (size_t i = s->first; i < s->first + s->n; i++) {
        uint32_t fibre = made->layout.segments[way[i]].fibre;
        if (fibre == last)
            continue;
        last = fibre;
        const char *id = made->net->fibres[fibre].id;
        text = n++ == 0 ? id : kh_arena_printf(arena, "%s, %s", text, id);
        if (text == NULL)
            return NULL;
    }
    return kh_arena_printf(arena, "fibre%s %s", n > 1 ? "s" : "", text);
}

const char *kh_site_net_obstacle(const kh_site_net *made, size_t demand, kh_arena *arena)
{
    const uint32_t *ends = made->problem.demands[demand];
    const char *id = made->net->demands[made->sent[demand]].id;
    const char *a = kh_site_net_name(made, ends[0], arena), *b = kh_site_net_name(made, ends[1], arena);
    uint32_t *way = KH_NEW(arena, uint32_t, made->layout.n_sites + 1);
    if (way == NULL || is_served(made, ends, arena))
        return NULL;
    size_t n = find_way(made, ends, arena, way);
    if (n == 0)
        return kh_arena_printf(arena, "demand '%s': no fibre leads from %s to %s", id, a, b);
    stretch s = find_longest(made, ends, way, n);
    const char *fibres = name_fibres(made, way, &s, arena), *from = kh_site_net_name(made, s.from, arena),
               *to = kh_site_net_name(made, s.to, arena);
    if (s.length_km > made->rule.reach_km)
        return kh_arena_printf(
            arena,
            "demand '%s': from %s to %s light would go %.1f km (%s) without a place for a trusted node, more than "
            "the reach of %g km: allow huts (a shorter step) or a longer reach",
            id, from, to, s.length_km, fibres, made->rule.reach_km);
    return kh_arena_printf(arena,
                           "demand '%s': no device gives key from %s to %s, %.1f km and %.1f dB (%s): allow huts nearer to each "
                           "other (a shorter step) or another device",
                           id, from, to, s.length_km, s.loss_db, fibres);
}
