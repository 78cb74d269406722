/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_FLOW_POOL_H
#define KH_SOLVERS_FLOW_POOL_H

#include "core/base/arena.h"
#include "core/base/status.h"
#include "solvers/flow/oracle.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** One path of one demand, or several that only work together (solvers/secure). */
typedef struct kh_pool_path {
    size_t first; /**< into links */
    uint32_t n_links;
    uint32_t demand;
    uint32_t previous; /**< the demand's path added before this one, KH_NO_INDEX at the first */
    uint32_t keys;     /**< bits of key for one bit on each of its links: 1 for a path */
} kh_pool_path;

/** The paths found so far, in order of arrival: flat arrays that only grow, so that indices stay. */
typedef struct kh_pool {
    kh_arena *arena;
    kh_pool_path *paths;
    size_t n_paths, path_room;
    uint32_t *links;
    size_t n_links, link_room;
    uint32_t *last; /**< [n_demands] the demand's newest path, KH_NO_INDEX: none */
} kh_pool;

/** @return KH_OK, KH_ENOMEM */
kh_status kh_pool_init(kh_pool *pool, size_t n_demands, kh_arena *arena, kh_error *err);

/** Room for this many paths and links in all, so that adding them copies nothing.
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_pool_reserve(kh_pool *pool, size_t n_paths, size_t n_links, kh_error *err);

/** @return the demand's path of these links in this order, KH_NO_INDEX: none */
uint32_t kh_pool_find(const kh_pool *pool, uint32_t demand, const uint32_t *links, size_t n_links);

/** Adds a path, of one key, unless the demand has it already.
 *  @param links       [n_links], in the order in which all paths of this demand are given
 *  @param[out] added  false when it was there
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_pool_add(kh_pool *pool, uint32_t demand, const uint32_t *links, size_t n_links, bool *added, kh_error *err);

/** The same for what an oracle found. */
kh_status kh_pool_add_way(kh_pool *pool, uint32_t demand, const kh_oracle_way *way, bool *added, kh_error *err);

/** Forgets the other paths; those kept move up in order, so indices change.
 *  @param keep  [n_paths] */
void kh_pool_keep(kh_pool *pool, size_t n_demands, const bool *keep);

/** Forgets all paths but the first @p n_paths. */
void kh_pool_cut(kh_pool *pool, size_t n_paths);

#endif
