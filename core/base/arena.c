/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

enum { FIRST_BLOCK = 4096, LARGEST_BLOCK = 1 << 20 };

typedef struct block {
    struct block *next;
    size_t used, size;
    alignas(max_align_t) unsigned char data[];
} block;

struct kh_arena {
    block *blocks; /* the newest first; only it has room */
    size_t limit_bytes, used_bytes;
    uint64_t until_failure; /* 0 = no injection; 1 = fail now */
};

kh_arena *kh_arena_create(size_t limit_bytes)
{
    kh_arena *arena = calloc(1, sizeof *arena);
    if (arena != NULL)
        arena->limit_bytes = limit_bytes;
    return arena;
}

static void free_blocks(block *b)
{
    while (b != NULL) {
        block *next = b->next;
        free(b);
        b = next;
    }
}

void kh_arena_destroy(kh_arena *arena)
{
    if (arena == NULL)
        return;
    free_blocks(arena->blocks);
    free(arena);
}

void kh_arena_reset(kh_arena *arena)
{
    block *kept = arena->blocks;
    if (kept != NULL) {
        free_blocks(kept->next);
        kept->next = NULL;
        memset(kept->data, 0, kept->used);
        kept->used = 0;
    }
    arena->used_bytes = 0;
}

static int injected_failure(kh_arena *arena)
{
    if (arena->until_failure == 0)
        return 0;
    if (arena->until_failure > 1) {
        arena->until_failure--;
        return 0;
    }
    return 1;
}

static block *add_block(kh_arena *arena, size_t need)
{
    size_t size = arena->blocks == NULL ? FIRST_BLOCK : arena->blocks->size * 2;
    if (size > LARGEST_BLOCK)
        size = LARGEST_BLOCK;
    if (size < need)
        size = need;
    block *b = calloc(1, sizeof *b + size);
    if (b == NULL)
        return NULL;
    b->size = size;
    b->next = arena->blocks;
    arena->blocks = b;
    return b;
}

void *kh_arena_alloc(kh_arena *arena, size_t count, size_t size)
{
    if (injected_failure(arena))
        return NULL;
    if (size != 0 && count > (SIZE_MAX / 2) / size)
        return NULL;
    size_t align = alignof(max_align_t);
    size_t need = (count * size + align - 1) / align * align;
    if (arena->limit_bytes != 0 && need > arena->limit_bytes - arena->used_bytes)
        return NULL;
    block *b = arena->blocks;
    if (b == NULL || need > b->size - b->used) {
        b = add_block(arena, need);
        if (b == NULL)
            return NULL;
    }
    void *out = b->data + b->used;
    b->used += need;
    arena->used_bytes += need;
    return out;
}

void *kh_arena_alloc_lines(kh_arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > (SIZE_MAX / 2 - KH_CACHE_LINE) / size)
        return NULL;
    unsigned char *bytes = kh_arena_alloc(arena, count * size + KH_CACHE_LINE, 1);
    if (bytes == NULL)
        return NULL;
    return bytes + (KH_CACHE_LINE - (uintptr_t)bytes % KH_CACHE_LINE) % KH_CACHE_LINE;
}

char *kh_arena_strndup(kh_arena *arena, const char *text, size_t length)
{
    if (text == NULL)
        return NULL;
    char *copy = KH_NEW(arena, char, length + 1);
    if (copy != NULL)
        memcpy(copy, text, length);
    return copy;
}

char *kh_arena_strdup(kh_arena *arena, const char *text)
{
    return text == NULL ? NULL : kh_arena_strndup(arena, text, strlen(text));
}

char *kh_arena_printf(kh_arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = length < 0 ? NULL : KH_NEW(arena, char, (size_t)length + 1);
    if (text != NULL)
        (void)vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

void *kh_arena_grow(kh_arena *arena, const void *array, size_t used, size_t *capacity, size_t size)
{
    size_t wanted = *capacity < 8 ? 16 : *capacity * 2;
    void *bigger = kh_arena_alloc(arena, wanted, size);
    if (bigger == NULL)
        return NULL;
    if (used > 0)
        memcpy(bigger, array, used * size);
    *capacity = wanted;
    return bigger;
}

void kh_arena_release(kh_arena *arena, const void *array)
{
    for (block **at = &arena->blocks; *at != NULL; at = &(*at)->next) {
        block *b = *at;
        if ((const void *)b->data != array || b->size <= LARGEST_BLOCK)
            continue;
        *at = b->next;
        arena->used_bytes -= b->used;
        free(b);
        return;
    }
}

size_t kh_arena_used(const kh_arena *arena)
{
    return arena->used_bytes;
}

void kh_arena_fail_after(kh_arena *arena, uint64_t nth)
{
    arena->until_failure = nth;
}

void kh_arena_keep_memory(void)
{
#ifdef __GLIBC__
    (void)mallopt(M_MMAP_THRESHOLD, 1 << 26);
    (void)mallopt(M_TRIM_THRESHOLD, 1 << 28);
#endif
}
