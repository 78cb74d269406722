/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SERVICE_ROUTES_H
#define KH_CORE_SIM_SERVICE_ROUTES_H

#include "core/net/ids.h"
#include "core/sim/kernel/state.h"

/** Routes that keys may take, each a sequence of links, named by a number for the rest of the run. The same sequence has one
 *  number. The pool only grows, up to KH_ROUTES_MOST routes. */
typedef struct kh_routes_entry {
    kh_qkd_link_id *links; /**< [n_links] from a demand's first end to its second; stays where it is */
    uint32_t n_links;
} kh_routes_entry;

typedef struct kh_routes {
    kh_arena *arena;
    kh_routes_entry *entries; /**< [n] by route; moves as the pool grows */
    size_t n, capacity;
    size_t n_given;  /**< first so many: of the set-up, not saved */
    uint32_t *table; /* [table_size] open addressing, a power of two: route + 1, 0 = free */
    size_t table_size;
} kh_routes;

enum { KH_ROUTES_MOST = 1 << 20, KH_ROUTES_MOST_LINKS = 1 << 16 };

/** @param arena outlives the pool */
void kh_routes_init(kh_routes *routes, kh_arena *arena);

/** The route of this sequence, new or not.
 *  @param[out] route its number; untouched on failure @return KH_OK; KH_ELIMIT (the pool is full); KH_ENOMEM */
kh_status kh_routes_add(kh_routes *routes, const kh_qkd_link_id *links, size_t n_links, uint32_t *route);

/** All routes so far are of the set-up. */
void kh_routes_close_setup(kh_routes *routes);

/** Saves or loads the routes found at run time. */
void kh_routes_visit(kh_routes *routes, kh_state *state);

#endif
