/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/str.h"
#include "core/base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void text_grows_as_it_is_written(void **state)
{
    (void)state;
    kh_str str = {0};
    assert_string_equal(kh_str_text(&str), "");
    for (int i = 0; i < 1000; i++)
        kh_str_printf(&str, "%03d", i);
    assert_int_equal(str.length, 3000);
    assert_int_equal(strlen(kh_str_text(&str)), 3000);
    assert_int_equal(strncmp(str.data + 2997, "999", 3), 0);
    assert_false(str.failed);
    kh_str_clear(&str);
    assert_string_equal(kh_str_text(&str), "");
    kh_str_append_n(&str, "abc", 2);
    kh_str_append(&str, "");
    assert_string_equal(kh_str_text(&str), "ab");
    kh_str_clear(&str);
}

static void the_nearest_word_is_suggested(void **state)
{
    (void)state;
    static const char *const words[] = {"length_km", "loss_db", NULL, "loss_db_per_km", "ends", "id"};
    assert_string_equal(kh_str_nearest("lenght_km", words, 6), "length_km"); /* a swap counts 1 */
    assert_string_equal(kh_str_nearest("LENGTH_KM", words, 6), "length_km");
    assert_string_equal(kh_str_nearest("los_db", words, 6), "loss_db");
    assert_string_equal(kh_str_nearest("loss_per_km", words, 6), "loss_db_per_km");
    assert_string_equal(kh_str_nearest("end", words, 6), "ends");
    assert_null(kh_str_nearest("colour", words, 6));
    assert_null(kh_str_nearest("", words, 6));
    assert_null(kh_str_nearest("x", words, 0));
}

static void the_first_of_equally_near_words_is_taken(void **state)
{
    (void)state;
    static const char *const words[] = {"site-1", "site-2", "site-3"};
    assert_string_equal(kh_str_nearest("site-9", words, 3), "site-1");
    assert_string_equal(kh_str_nearest("site-3", words, 3), "site-3");
}

static void a_very_long_word_has_no_neighbour(void **state)
{
    (void)state;
    char word[500];
    memset(word, 'a', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    static const char *const words[] = {"aaaa", "id"};
    const char *found = kh_str_nearest(word, words, 2);
    assert_true(found == NULL || found == words[0]);
}

static void long_lines_are_broken_at_spaces(void **state)
{
    (void)state;
    kh_str str = {0};
    kh_str_append_wrapped(&str, "one two three  fourfourfour five", 9, "  ");
    assert_string_equal(kh_str_text(&str), "one two\n  three\n  fourfourfour\n  five");
    kh_str_clear(&str);
    kh_str_append_wrapped(&str, "", 9, "  ");
    assert_string_equal(kh_str_text(&str), "");
    kh_str_clear(&str);
}

static void utf8_is_told_from_what_is_not(void **state)
{
    (void)state;
    assert_int_equal(kh_utf8_length("a"), 1);
    assert_int_equal(kh_utf8_length("\xC3\xA5"), 2);
    assert_int_equal(kh_utf8_length("\xE2\x82\xAC"), 3);
    assert_int_equal(kh_utf8_length("\xF0\x9F\x94\x91"), 4);
    static const char *const wrong[] = {
        "\x80", "\xC0\x80", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xF0\x80\x80\x80", "\xFF", "\xE2\x82"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(kh_utf8_length(wrong[i]), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_grows_as_it_is_written),
        cmocka_unit_test(the_nearest_word_is_suggested),
        cmocka_unit_test(the_first_of_equally_near_words_is_taken),
        cmocka_unit_test(a_very_long_word_has_no_neighbour),
        cmocka_unit_test(long_lines_are_broken_at_spaces),
        cmocka_unit_test(utf8_is_told_from_what_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
