/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void a_file_is_read_whole(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    char *text = NULL;
    size_t length = 0;
    assert_int_equal(kh_file_read("tests/core/text/test_file.c", 1 << 20, arena, &text, &length, NULL), KH_OK);
    assert_int_equal(strlen(text), length);
    assert_int_equal(strncmp(text, "/* SPDX", 7), 0);
    kh_arena_destroy(arena);
}

static void what_cannot_be_read_says_why(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    char *text = NULL;
    size_t length = 0;
    kh_error err = {0};
    assert_int_equal(kh_file_read("tests/core/text/test_file.c", 10, arena, &text, &length, &err), KH_ELIMIT);
    assert_int_equal(kh_file_read("tests/none", 10, arena, &text, &length, &err), KH_ENOINPUT);
    assert_string_equal(err.message, "'tests/none' cannot be opened: No such file or directory");
    assert_int_equal(kh_file_read("tests", 10, arena, &text, &length, &err), KH_ENOINPUT);
    assert_int_equal(kh_file_read("/dev/zero", 10, arena, &text, &length, &err), KH_ENOINPUT);
    kh_arena_fail_after(arena, 1);
    assert_int_equal(kh_file_read("tests/core/text/test_file.c", 1 << 20, arena, &text, &length, &err), KH_ENOMEM);
    assert_null(text);
    kh_arena_destroy(arena);
}

static void names_count_from_the_folder_of_the_file_that_names_them(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    assert_string_equal(kh_file_beside("a/b.yaml", "c.yaml", arena), "a/c.yaml");
    assert_string_equal(kh_file_beside("b.yaml", "c.yaml", arena), "c.yaml");
    assert_string_equal(kh_file_beside("a/b.yaml", "/c.yaml", arena), "/c.yaml");
    assert_string_equal(kh_file_beside("/b.yaml", "c.yaml", arena), "/c.yaml");
    assert_string_equal(kh_file_real("tests/../tests/./core", arena), kh_file_real("tests/core", arena));
    assert_null(kh_file_real("tests/none", arena));
    kh_arena_destroy(arena);
}

static void a_file_that_is_not_beside_is_sought_one_folder_down(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    assert_string_equal(kh_file_near("tests/core/none.csv", "test_file.c", arena), "tests/core/./text/test_file.c");
    assert_string_equal(kh_file_near("tests/core/text/none.csv", "test_file.c", arena), "tests/core/text/test_file.c");
    assert_string_equal(kh_file_near("tests/none.csv", "test_file.c", arena), "tests/test_file.c"); /* two folders down */
    assert_string_equal(kh_file_near("none.csv", "CMakeLists.txt", arena), "CMakeLists.txt");
    assert_string_equal(kh_file_near("tests/ref/x.csv", "/none", arena), "/none");
    assert_string_equal(kh_file_near("tests/none.csv", "README.md", arena), "tests/README.md"); /* beside goes first */
    kh_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_read_whole),
        cmocka_unit_test(what_cannot_be_read_says_why),
        cmocka_unit_test(names_count_from_the_folder_of_the_file_that_names_them),
        cmocka_unit_test(a_file_that_is_not_beside_is_sought_one_folder_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
