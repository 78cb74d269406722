/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void what_was_put_is_found(void **state)
{
    (void)state;
    enum { N = 5000 };
    static char texts[N][12];
    kh_map map = {.arena = kh_arena_create(0)};
    assert_int_equal(kh_map_get(&map, "x", 1), KH_MAP_NONE);
    for (uint32_t i = 0; i < N; i++) {
        (void)snprintf(texts[i], sizeof texts[i], "id-%u", i);
        assert_true(kh_map_put(&map, texts[i], strlen(texts[i]), i));
    }
    for (uint32_t i = 0; i < N; i++)
        assert_int_equal(kh_map_get(&map, texts[i], strlen(texts[i])), i);
    assert_int_equal(kh_map_get(&map, "id-5000", 7), KH_MAP_NONE);
    assert_int_equal(kh_map_get(&map, "id-49999", 7), 4999); /* the length counts, not a NUL */
    kh_arena_destroy(map.arena);
}

static void the_last_value_counts(void **state)
{
    (void)state;
    kh_map map = {.arena = kh_arena_create(0)};
    assert_true(kh_map_put(&map, "", 0, 1));
    assert_true(kh_map_put(&map, "a", 1, 2));
    assert_true(kh_map_put(&map, "a", 1, 3));
    assert_int_equal(kh_map_get(&map, "", 0), 1);
    assert_int_equal(kh_map_get(&map, "a", 1), 3);
    assert_int_equal(map.used, 2);
    kh_arena_destroy(map.arena);
}

static void a_map_that_cannot_grow_stays_as_it_was(void **state)
{
    (void)state;
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    kh_map map = {.arena = kh_arena_create(0)};
    kh_arena_fail_after(map.arena, 2);
    uint32_t n = 0;
    while (n < 26 && kh_map_put(&map, letters + n, 1, n))
        n++;
    assert_in_range(n, 16, 25);
    for (uint32_t i = 0; i < n; i++)
        assert_int_equal(kh_map_get(&map, letters + i, 1), i);
    assert_int_equal(kh_map_get(&map, letters + n, 1), KH_MAP_NONE);
    kh_arena_destroy(map.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_put_is_found),
        cmocka_unit_test(the_last_value_counts),
        cmocka_unit_test(a_map_that_cannot_grow_stays_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
