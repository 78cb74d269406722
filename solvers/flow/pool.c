/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/flow/pool.h"

#include "core/net/ids.h"

#include <string.h>

kh_status kh_pool_init(kh_pool *pool, size_t n_demands, kh_arena *arena, kh_error *err)
{
    uint32_t *last = KH_NEW(arena, uint32_t, n_demands);
    if (last == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the paths of %zu demands", n_demands);
    for (size_t k = 0; k < n_demands; k++)
        last[k] = KH_NO_INDEX;
    *pool = (kh_pool){.arena = arena, .last = last};
    return KH_OK;
}

uint32_t kh_pool_find(const kh_pool *pool, uint32_t demand, const uint32_t *links, size_t n_links)
{
    for (uint32_t p = pool->last[demand]; p != KH_NO_INDEX; p = pool->paths[p].previous) {
        const kh_pool_path *path = &pool->paths[p];
        if (path->n_links == n_links && memcmp(&pool->links[path->first], links, n_links * sizeof *links) == 0)
            return p;
    }
    return KH_NO_INDEX;
}

static void *enlarge(kh_arena *arena, void *array, size_t used, size_t room, size_t size)
{
    void *larger = kh_arena_alloc(arena, room, size);
    if (larger == NULL)
        return NULL;
    if (used > 0)
        memcpy(larger, array, used * size);
    kh_arena_release(arena, array);
    return larger;
}

kh_status kh_pool_reserve(kh_pool *pool, size_t n_paths, size_t n_links, kh_error *err)
{
    if (n_paths > pool->path_room) {
        kh_pool_path *paths = enlarge(pool->arena, pool->paths, pool->n_paths, n_paths, sizeof *paths);
        if (paths == NULL)
            return kh_fail(err, KH_ENOMEM, "no memory for %zu paths", n_paths);
        pool->paths = paths;
        pool->path_room = n_paths;
    }
    if (n_links > pool->link_room) {
        uint32_t *links = enlarge(pool->arena, pool->links, pool->n_links, n_links, sizeof *links);
        if (links == NULL)
            return kh_fail(err, KH_ENOMEM, "no memory for %zu links of paths", n_links);
        pool->links = links;
        pool->link_room = n_links;
    }
    return KH_OK;
}

static size_t doubled(size_t room, size_t need)
{
    return need <= room ? room : need > 2 * room ? need + 16 : 2 * room;
}

static kh_status make_room(kh_pool *pool, size_t n_links, kh_error *err)
{
    return kh_pool_reserve(pool, doubled(pool->path_room, pool->n_paths + 1), doubled(pool->link_room, pool->n_links + n_links),
                           err);
}

kh_status kh_pool_add(kh_pool *pool, uint32_t demand, const uint32_t *links, size_t n_links, bool *added, kh_error *err)
{
    *added = false;
    if (kh_pool_find(pool, demand, links, n_links) != KH_NO_INDEX)
        return KH_OK;
    KH_TRY(make_room(pool, n_links, err));
    memcpy(&pool->links[pool->n_links], links, n_links * sizeof *links);
    pool->paths[pool->n_paths] = (kh_pool_path){pool->n_links, (uint32_t)n_links, demand, pool->last[demand], 1};
    pool->last[demand] = (uint32_t)pool->n_paths++;
    pool->n_links += n_links;
    *added = true;
    return KH_OK;
}

kh_status kh_pool_add_way(kh_pool *pool, uint32_t demand, const kh_oracle_way *way, bool *added, kh_error *err)
{
    KH_TRY(kh_pool_add(pool, demand, way->links, way->n_links, added, err));
    if (*added)
        pool->paths[pool->n_paths - 1].keys = way->keys;
    return KH_OK;
}

void kh_pool_keep(kh_pool *pool, size_t n_demands, const bool *keep)
{
    size_t n_paths = 0, n_links = 0;
    for (size_t k = 0; k < n_demands; k++)
        pool->last[k] = KH_NO_INDEX;
    for (size_t p = 0; p < pool->n_paths; p++) {
        kh_pool_path path = pool->paths[p];
        if (!keep[p])
            continue;
        memmove(&pool->links[n_links], &pool->links[path.first], path.n_links * sizeof *pool->links);
        path.first = n_links;
        path.previous = pool->last[path.demand];
        pool->last[path.demand] = (uint32_t)n_paths;
        pool->paths[n_paths++] = path;
        n_links += path.n_links;
    }
    pool->n_paths = n_paths;
    pool->n_links = n_links;
}

void kh_pool_cut(kh_pool *pool, size_t n_paths)
{
    while (pool->n_paths > n_paths) {
        const kh_pool_path *path = &pool->paths[--pool->n_paths];
        pool->last[path->demand] = path->previous;
        pool->n_links = path->first;
    }
}
