/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/kernel/bucket.h"

enum { FIRST_CHUNKS = 16 };

/* By half of what there is: as much as is needed, but for a third. */
static bool grow(kh_bucket_pool *pool, kh_arena *arena)
{
    size_t more = pool->n / 2 < FIRST_CHUNKS ? FIRST_CHUNKS : pool->n / 2;
    if (pool->n + more > UINT32_MAX / KH_CHUNK_EVENTS) /* so the events of a bucket can be counted in 32 bits */
        return false;
    kh_chunk *chunks = KH_NEW(arena, kh_chunk, more);
    if (chunks == NULL)
        return false;
    for (size_t i = more; i > 0; i--)
        kh_bucket_free_chunk(pool, &chunks[i - 1]);
    pool->n += more;
    return true;
}

bool kh_bucket_extend(kh_bucket *bucket, kh_bucket_pool *pool, kh_arena *arena)
{
    if (pool->free == NULL && !grow(pool, arena))
        return false;
    kh_chunk *chunk = pool->free;
    pool->free = chunk->next;
    chunk->next = NULL;
    if (bucket->head == NULL)
        bucket->head = chunk;
    else
        bucket->tail->next = chunk;
    bucket->tail = chunk;
    bucket->room = KH_CHUNK_EVENTS;
    return true;
}

static void free_chunks(kh_bucket_pool *pool, kh_chunk *first)
{
    for (kh_chunk *chunk = first, *next; chunk != NULL; chunk = next) {
        next = chunk->next;
        kh_bucket_free_chunk(pool, chunk);
    }
}

void kh_bucket_empty(kh_bucket *bucket, kh_bucket_pool *pool)
{
    free_chunks(pool, bucket->head);
    *bucket = (kh_bucket){0};
}

/* In place: the writing never overtakes the reading. */
size_t kh_bucket_purge(kh_bucket *bucket, kh_bucket_pool *pool, const kh_timers *timers)
{
    kh_bucket kept = {.head = bucket->head, .tail = bucket->head, .room = KH_CHUNK_EVENTS};
    for (kh_chunk *from = bucket->head; from != NULL; from = from->next) {
        size_t fill = kh_bucket_fill(bucket, from);
        for (size_t i = 0; i < fill; i++) {
            if (kh_timers_is_stale(timers, &from->events[i]))
                continue;
            if (kept.room == 0) {
                kept.tail = kept.tail->next;
                kept.room = KH_CHUNK_EVENTS;
            }
            kept.tail->events[KH_CHUNK_EVENTS - kept.room--] = from->events[i];
            kept.n++;
        }
    }
    size_t stale = bucket->n - kept.n;
    if (kept.n == 0) {
        kh_bucket_empty(bucket, pool);
        return stale;
    }
    free_chunks(pool, kept.tail->next);
    kept.tail->next = NULL;
    *bucket = kept;
    return stale;
}
