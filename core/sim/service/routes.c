/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/service/routes.h"

#include <string.h>

enum { FIRST_TABLE = 64 };

void kh_routes_init(kh_routes *routes, kh_arena *arena)
{
    *routes = (kh_routes){.arena = arena};
}

/* FNV-1a over words, then the high bits mixed down. */
static uint64_t hash_of(const kh_qkd_link_id *links, size_t n_links)
{
    uint64_t hash = 14695981039346656037U;
    for (size_t i = 0; i < n_links; i++)
        hash = (hash ^ links[i].i) * 1099511628211U;
    return hash ^ (hash >> 29);
}

/* Where this sequence is in the table, or the free place where it belongs. */
static size_t find_place(const kh_routes *routes, const kh_qkd_link_id *links, size_t n_links)
{
    size_t mask = routes->table_size - 1, place = (size_t)hash_of(links, n_links) & mask;
    while (routes->table[place] != 0) {
        const kh_routes_entry *entry = &routes->entries[routes->table[place] - 1];
        if (entry->n_links == n_links && memcmp(entry->links, links, n_links * sizeof *links) == 0)
            break;
        place = (place + 1) & mask;
    }
    return place;
}

static void fill_table(kh_routes *routes)
{
    memset(routes->table, 0, routes->table_size * sizeof routes->table[0]);
    for (uint32_t route = 0; route < routes->n; route++)
        routes->table[find_place(routes, routes->entries[route].links, routes->entries[route].n_links)] = route + 1;
}

static bool widen_table(kh_routes *routes)
{
    size_t size = routes->table_size == 0 ? FIRST_TABLE : 2 * routes->table_size;
    uint32_t *table = KH_NEW(routes->arena, uint32_t, size);
    if (table == NULL)
        return false;
    routes->table = table;
    routes->table_size = size;
    fill_table(routes);
    return true;
}

/* Room for one more route, with the table at most half full. */
static bool make_room(kh_routes *routes)
{
    if (routes->n == routes->capacity) {
        kh_routes_entry *entries = kh_arena_grow(routes->arena, routes->entries, routes->n, &routes->capacity, sizeof *entries);
        if (entries == NULL)
            return false;
        routes->entries = entries;
    }
    return 2 * (routes->n + 1) <= routes->table_size || widen_table(routes);
}

/* @param links the pool's own from here on */
static uint32_t enter(kh_routes *routes, kh_qkd_link_id *links, uint32_t n_links)
{
    uint32_t route = (uint32_t)routes->n++;
    routes->entries[route] = (kh_routes_entry){links, n_links};
    routes->table[find_place(routes, links, n_links)] = route + 1;
    return route;
}

kh_status kh_routes_add(kh_routes *routes, const kh_qkd_link_id *links, size_t n_links, uint32_t *route)
{
    uint32_t found = routes->table_size == 0 ? 0 : routes->table[find_place(routes, links, n_links)];
    if (found != 0) {
        *route = found - 1;
        return KH_OK;
    }
    if (routes->n >= KH_ROUTES_MOST || n_links > KH_ROUTES_MOST_LINKS)
        return KH_ELIMIT;
    kh_qkd_link_id *copy = KH_NEW(routes->arena, kh_qkd_link_id, n_links);
    if (copy == NULL || !make_room(routes))
        return KH_ENOMEM;
    memcpy(copy, links, n_links * sizeof *links);
    *route = enter(routes, copy, (uint32_t)n_links);
    return KH_OK;
}

void kh_routes_close_setup(kh_routes *routes)
{
    routes->n_given = routes->n;
}

/* What is loaded is mostly what is there already: its memory serves again. @param n_before routes that were there */
static kh_qkd_link_id *memory_of(kh_routes *routes, size_t n_before, uint32_t n_links)
{
    if (routes->n < n_before && routes->entries[routes->n].n_links == n_links)
        return routes->entries[routes->n].links;
    return KH_NEW(routes->arena, kh_qkd_link_id, n_links);
}

static void load_route(kh_routes *routes, size_t n_before, kh_state *state)
{
    uint32_t n_links = 0;
    KH_STATE(state, n_links);
    if (state->status == KH_OK && n_links > KH_ROUTES_MOST_LINKS)
        state->status = KH_EDATA;
    if (state->status != KH_OK)
        return;
    kh_qkd_link_id *links = memory_of(routes, n_before, n_links);
    if (links == NULL || !make_room(routes)) {
        state->status = KH_ENOMEM;
        return;
    }
    kh_state_visit(state, links, n_links * sizeof *links);
    if (state->status == KH_OK && routes->table[find_place(routes, links, n_links)] != 0)
        state->status = KH_EDATA; /* twice the same */
    if (state->status == KH_OK)
        (void)enter(routes, links, n_links);
}

void kh_routes_visit(kh_routes *routes, kh_state *state)
{
    uint64_t n = routes->n;
    KH_STATE(state, n);
    if (!state->loading) {
        for (size_t i = routes->n_given; i < routes->n; i++) {
            KH_STATE(state, routes->entries[i].n_links);
            kh_state_visit(state, routes->entries[i].links, routes->entries[i].n_links * sizeof(kh_qkd_link_id));
        }
        return;
    }
    size_t n_before = routes->n;
    routes->n = routes->n_given;
    if (routes->table_size > 0)
        fill_table(routes);
    if (n > KH_ROUTES_MOST)
        state->status = KH_EDATA;
    while (state->status == KH_OK && routes->n < n)
        load_route(routes, n_before, state);
}
