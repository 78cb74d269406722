/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_BASE_ARENA_H
#define KH_CORE_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

/** Memory with one lifetime: everything from an arena goes when the arena goes, so an early return leaks nothing.
 *
 *  A network, a plan or run, and scratch each have one. Not thread-safe; an arena belongs to one thread.
 */
typedef struct kh_arena kh_arena;

/** @param limit_bytes  most that may be handed out in all; 0 = no limit
 *  @return NULL when memory is out. */
kh_arena *kh_arena_create(size_t limit_bytes);
/** Frees the arena and all that came from it. NULL is fine. */
void kh_arena_destroy(kh_arena *arena);
/** Takes back everything that was handed out, keeps one block for reuse. */
void kh_arena_reset(kh_arena *arena);

/** Zeroed memory for @p count objects of @p size bytes, aligned for any type.
 *  @return NULL when memory or the limit is out, or count * size overflows. A request of 0 bytes gives a valid pointer. */
void *kh_arena_alloc(kh_arena *arena, size_t count, size_t size);
#define KH_NEW(arena, type, count) ((type *)kh_arena_alloc((arena), (count), sizeof(type)))

#define KH_CACHE_LINE 64
/** The same, beginning at a line of the cache, for records that are one or several lines long and used in no order. */
void *kh_arena_alloc_lines(kh_arena *arena, size_t count, size_t size);

/** Copies of text; NULL when memory is out or @p text is NULL. */
char *kh_arena_strdup(kh_arena *arena, const char *text);
char *kh_arena_strndup(kh_arena *arena, const char *text, size_t length);
char *kh_arena_printf(kh_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Grows an array that came from the arena (the old copy stays until the arena goes, or is released): doubles the capacity.
 *  @param array     NULL or the present array
 *  @param capacity  in: present capacity; out: the new one (unchanged on failure)
 *  @return the new array with the old contents, or NULL when memory is out. */
void *kh_arena_grow(kh_arena *arena, const void *array, size_t used, size_t *capacity, size_t size);

/** Takes back one array before the arena goes, such as the old copy of one that grew. Only arrays of more than 1 MiB have a block
 * to themselves: smaller ones, and NULL, stay as they are. */
void kh_arena_release(kh_arena *arena, const void *array);

/** Bytes handed out and not taken back. */
size_t kh_arena_used(const kh_arena *arena);

/** Failure injection for tests: the @p nth allocation from now on fails (1 = the next one), and so does every later one.
 *  0 switches it off. */
void kh_arena_fail_after(kh_arena *arena, uint64_t nth);

/** For programs that make and destroy arenas over and over, such as one for each replication of a simulation: what is given back
 *  stays with the process, up to 256 MiB, so that the next one need not be fetched from the system page by page. Call it once, at
 *  the start; elsewhere than with the GNU C library it does nothing. */
void kh_arena_keep_memory(void);

#endif
