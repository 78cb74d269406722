/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_KERNEL_BUCKET_H
#define KH_CORE_SIM_KERNEL_BUCKET_H

#include "core/base/arena.h"
#include "core/sim/kernel/event.h"
#include "core/sim/kernel/timers.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Events in the order in which they were added, in chunks of 512 bytes. All buckets share one pool, so no memory is taken or given
 *  back while the number of events does not exceed what it has been before. */

enum { KH_CHUNK_EVENTS = 21 };

typedef struct kh_chunk {
    kh_event events[KH_CHUNK_EVENTS];
    struct kh_chunk *next;
} kh_chunk;

/** {0} is an empty one. */
typedef struct kh_bucket {
    kh_chunk *head, *tail;
    uint32_t n, room; /**< events in it; free places of the tail */
} kh_bucket;

typedef struct kh_bucket_pool {
    kh_chunk *free;
    size_t n; /**< chunks, in use or free */
} kh_bucket_pool;

/** One more chunk. @return false when memory is out */
bool kh_bucket_extend(kh_bucket *bucket, kh_bucket_pool *pool, kh_arena *arena);

/** Room for one more event, to be filled at once. @return NULL when memory is out */
static inline kh_event *kh_bucket_add(kh_bucket *bucket, kh_bucket_pool *pool, kh_arena *arena)
{
    if (bucket->room == 0 && !kh_bucket_extend(bucket, pool, arena))
        return NULL;
    bucket->n++;
    return &bucket->tail->events[KH_CHUNK_EVENTS - bucket->room--];
}

/** Events in one of its chunks. */
static inline size_t kh_bucket_fill(const kh_bucket *bucket, const kh_chunk *chunk)
{
    return chunk == bucket->tail ? KH_CHUNK_EVENTS - bucket->room : KH_CHUNK_EVENTS;
}

static inline void kh_bucket_free_chunk(kh_bucket_pool *pool, kh_chunk *chunk)
{
    chunk->next = pool->free;
    pool->free = chunk;
}

/** Gives all its chunks back. */
void kh_bucket_empty(kh_bucket *bucket, kh_bucket_pool *pool);

/** Throws out the stale events. @return how many */
size_t kh_bucket_purge(kh_bucket *bucket, kh_bucket_pool *pool, const kh_timers *timers);

#endif
