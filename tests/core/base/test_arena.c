/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/arena.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void memory_is_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    unsigned char *last = NULL;
    for (size_t size = 0; size < 3000; size += 7) {
        unsigned char *p = kh_arena_alloc(arena, 1, size);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xAA, size);
        assert_true(p != last);
        last = size == 0 ? NULL : p; /* a request of nothing may share its place */
    }
    assert_non_null(kh_arena_alloc(arena, 1, 5 << 20)); /* larger than any block */
    kh_arena_destroy(arena);
    kh_arena_destroy(NULL);
}

static void lines_begin_at_lines_of_the_cache(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    for (size_t count = 0; count < 40; count++) {
        unsigned char *p = kh_arena_alloc_lines(arena, count, 100);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % KH_CACHE_LINE, 0);
        for (size_t i = 0; i < count * 100; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xAA, count * 100);
    }
    assert_null(kh_arena_alloc_lines(arena, SIZE_MAX / 2, 1));
    assert_null(kh_arena_alloc_lines(arena, SIZE_MAX, 3));
    kh_arena_fail_after(arena, 1);
    assert_null(kh_arena_alloc_lines(arena, 1, 1));
    kh_arena_destroy(arena);
}

static void a_product_that_overflows_is_refused(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    assert_null(kh_arena_alloc(arena, SIZE_MAX / 2, 3));
    assert_null(kh_arena_alloc(arena, SIZE_MAX, SIZE_MAX));
    assert_non_null(kh_arena_alloc(arena, SIZE_MAX, 0));
    kh_arena_destroy(arena);
}

static void the_limit_holds(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(1000);
    assert_non_null(kh_arena_alloc(arena, 1, 900));
    assert_null(kh_arena_alloc(arena, 1, 200));
    assert_non_null(kh_arena_alloc(arena, 1, 80));
    assert_true(kh_arena_used(arena) <= 1000);
    kh_arena_reset(arena);
    assert_int_equal(kh_arena_used(arena), 0);
    assert_non_null(kh_arena_alloc(arena, 1, 900));
    kh_arena_destroy(arena);
}

static void a_reset_arena_hands_out_zeroes_again(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    memset(kh_arena_alloc(arena, 1, 100), 0xFF, 100);
    memset(kh_arena_alloc(arena, 1, 100000), 0xFF, 100000);
    kh_arena_reset(arena);
    const unsigned char *p = kh_arena_alloc(arena, 1, 50000);
    for (size_t i = 0; i < 50000; i++)
        assert_int_equal(p[i], 0);
    kh_arena_destroy(arena);
}

static void texts_are_copied(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    assert_string_equal(kh_arena_strdup(arena, "text"), "text");
    assert_string_equal(kh_arena_strndup(arena, "text", 2), "te");
    assert_string_equal(kh_arena_printf(arena, "%d-%s", 5, "x"), "5-x");
    assert_null(kh_arena_strdup(arena, NULL));
    assert_null(kh_arena_strndup(arena, NULL, 5));
    kh_arena_destroy(arena);
}

static void an_array_grows_with_its_contents(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    int *numbers = NULL;
    size_t capacity = 0;
    for (size_t n = 0; n < 1000; n++) {
        if (n == capacity)
            numbers = kh_arena_grow(arena, numbers, n, &capacity, sizeof *numbers);
        numbers[n] = (int)n;
    }
    for (size_t n = 0; n < 1000; n++)
        assert_int_equal(numbers[n], n);
    size_t before = capacity;
    kh_arena_fail_after(arena, 1);
    assert_null(kh_arena_grow(arena, numbers, 1000, &capacity, sizeof *numbers));
    assert_int_equal(capacity, before);
    kh_arena_destroy(arena);
}

static void large_arrays_are_taken_back_and_small_ones_stay(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(8 << 20);
    unsigned char *small = kh_arena_alloc(arena, 1, 100);
    for (int turn = 0; turn < 10; turn++) { /* ten of them together would pass the limit */
        unsigned char *large = kh_arena_alloc(arena, 1, 5 << 20);
        assert_non_null(large);
        memset(large, turn, 5 << 20);
        small[turn] = (unsigned char)turn;
        kh_arena_release(arena, large);
    }
    kh_arena_release(arena, small);
    kh_arena_release(arena, NULL);
    for (int turn = 0; turn < 10; turn++)
        assert_int_equal(small[turn], turn);
    assert_int_equal(kh_arena_used(arena), 112);
    kh_arena_destroy(arena);
}

static void failures_come_when_they_are_ordered(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    kh_arena_fail_after(arena, 3);
    assert_non_null(kh_arena_alloc(arena, 1, 8));
    assert_non_null(kh_arena_alloc(arena, 1, 8));
    assert_null(kh_arena_alloc(arena, 1, 8));
    assert_null(kh_arena_strdup(arena, "x"));
    assert_null(kh_arena_printf(arena, "x"));
    kh_arena_fail_after(arena, 0);
    assert_non_null(kh_arena_alloc(arena, 1, 8));
    kh_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_aligned_and_apart),
        cmocka_unit_test(lines_begin_at_lines_of_the_cache),
        cmocka_unit_test(a_product_that_overflows_is_refused),
        cmocka_unit_test(the_limit_holds),
        cmocka_unit_test(a_reset_arena_hands_out_zeroes_again),
        cmocka_unit_test(texts_are_copied),
        cmocka_unit_test(large_arrays_are_taken_back_and_small_ones_stay),
        cmocka_unit_test(an_array_grows_with_its_contents),
        cmocka_unit_test(failures_come_when_they_are_ordered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
