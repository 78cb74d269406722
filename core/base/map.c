/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/map.h"

#include <string.h>

typedef struct kh_map_slot {
    const char *text; /* NULL: free */
    uint32_t length, hash, value;
} slot;

enum { FIRST_CAPACITY = 32 };

/* FNV-1a with a final mix, since the low bits choose the slot. */
static uint32_t hash_text(const char *text, size_t length)
{
    uint64_t h = 0xCBF29CE484222325ull;
    for (size_t i = 0; i < length; i++)
        h = (h ^ (unsigned char)text[i]) * 0x100000001B3ull;
    return (uint32_t)(h ^ h >> 32);
}

/* The slot that holds the text, or the free one where it belongs. Never called on a full map. */
static slot *find_slot(slot *slots, size_t capacity, const char *text, size_t length, uint32_t hash)
{
    size_t i = hash & (capacity - 1);
    while (slots[i].text != NULL) {
        if (slots[i].hash == hash && slots[i].length == length && memcmp(slots[i].text, text, length) == 0)
            break;
        i = (i + 1) & (capacity - 1);
    }
    return &slots[i];
}

static bool grow(kh_map *map)
{
    size_t capacity = map->capacity == 0 ? FIRST_CAPACITY : map->capacity * 2;
    slot *slots = KH_NEW(map->arena, slot, capacity);
    if (slots == NULL)
        return false;
    for (size_t i = 0; i < map->capacity; i++)
        if (map->slots[i].text != NULL)
            *find_slot(slots, capacity, map->slots[i].text, map->slots[i].length, map->slots[i].hash) = map->slots[i];
    map->slots = slots;
    map->capacity = capacity;
    return true;
}

uint32_t kh_map_get(const kh_map *map, const char *text, size_t length)
{
    if (map->capacity == 0)
        return KH_MAP_NONE;
    const slot *s = find_slot(map->slots, map->capacity, text, length, hash_text(text, length));
    return s->text == NULL ? KH_MAP_NONE : s->value;
}

bool kh_map_put(kh_map *map, const char *text, size_t length, uint32_t value)
{
    if (map->used * 3 >= map->capacity * 2 && !grow(map))
        return false;
    uint32_t hash = hash_text(text, length);
    slot *s = find_slot(map->slots, map->capacity, text, length, hash);
    map->used += s->text == NULL;
    *s = (slot){.text = text, .length = (uint32_t)length, .hash = hash, .value = value};
    return true;
}
