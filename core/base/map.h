/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_BASE_MAP_H
#define KH_CORE_BASE_MAP_H

#include "core/base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Text to number in constant time: ids to indices. Start with {.arena = a}; lives as long as the arena.
 *  The texts are borrowed: they must outlive the map. */
typedef struct kh_map {
    kh_arena *arena;
    struct kh_map_slot *slots; /**< [capacity], open addressing, capacity a power of two */
    size_t used, capacity;
} kh_map;

#define KH_MAP_NONE UINT32_MAX

/** @return the value of @p text (length bytes, no NUL needed), or KH_MAP_NONE */
uint32_t kh_map_get(const kh_map *map, const char *text, size_t length);
/** Sets the value of @p text, new or not. @return false when memory is out: the map is as before */
bool kh_map_put(kh_map *map, const char *text, size_t length, uint32_t value);

#endif
