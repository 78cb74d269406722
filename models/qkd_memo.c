/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd_memo.h"

#include <string.h>

typedef struct known {
    kh_qkd_memo_key key;
    kh_qkd_rate rate;
} known;

_Static_assert(sizeof(kh_qkd_memo_key) == sizeof(kh_qkd_channel) + sizeof(double) + 2 * sizeof(uint32_t), "no padding");

/* open addressing; at most half of the places are taken */
struct kh_qkd_memo {
    kh_arena *arena;
    known *all; /* [capacity] */
    size_t n, capacity;
    size_t *places; /* [n_places] 1 + index in all; 0: free */
    size_t n_places;
};

kh_qkd_memo *kh_qkd_memo_create(kh_arena *arena, size_t capacity)
{
    kh_qkd_memo *memo = KH_NEW(arena, kh_qkd_memo, 1);
    if (memo == NULL)
        return NULL;
    size_t n_places = 2;
    while (n_places / 2 < capacity)
        n_places *= 2;
    *memo = (kh_qkd_memo){.arena = arena,
                          .all = KH_NEW(arena, known, capacity),
                          .capacity = capacity,
                          .places = KH_NEW(arena, size_t, n_places),
                          .n_places = n_places};
    return memo->all != NULL && memo->places != NULL ? memo : NULL;
}

kh_arena *kh_qkd_memo_arena(const kh_qkd_memo *memo)
{
    return memo == NULL ? NULL : memo->arena;
}

/* FNV-1a */
static uint64_t hash_of(const kh_qkd_memo_key *key)
{
    const unsigned char *bytes = (const unsigned char *)key;
    uint64_t hash = 0xcbf29ce484222325U;
    for (size_t i = 0; i < sizeof *key; i++)
        hash = (hash ^ bytes[i]) * 0x100000001b3U;
    return hash;
}

/* the place of the key, or the free one where it belongs */
static size_t place_of(const kh_qkd_memo *memo, const kh_qkd_memo_key *key)
{
    size_t place = (size_t)hash_of(key) & (memo->n_places - 1);
    while (memo->places[place] != 0 && memcmp(&memo->all[memo->places[place] - 1].key, key, sizeof *key) != 0)
        place = (place + 1) & (memo->n_places - 1);
    return place;
}

const kh_qkd_rate *kh_qkd_memo_find(const kh_qkd_memo *memo, const kh_qkd_memo_key *key)
{
    size_t index = memo->places[place_of(memo, key)];
    return index == 0 ? NULL : &memo->all[index - 1].rate;
}

void kh_qkd_memo_add(kh_qkd_memo *memo, const kh_qkd_memo_key *key, const kh_qkd_rate *rate)
{
    if (memo->n == memo->capacity)
        return;
    memo->all[memo->n] = (known){*key, *rate};
    memo->places[place_of(memo, key)] = ++memo->n;
}
