/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text/json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void expect_written(kh_json *json, int indent, const char *expected)
{
    kh_str out = {0};
    assert_int_equal(kh_json_write(json, indent, &out, NULL), KH_OK);
    assert_string_equal(kh_str_text(&out), expected);
    kh_str_clear(&out);
    kh_json_destroy(json);
}

static kh_json *read(const char *text)
{
    kh_json *json = NULL;
    kh_error err = {0};
    if (kh_json_read(text, strlen(text), &json, &err) != KH_OK)
        fail_msg("%s", err.message);
    return json;
}

static void expect_refused(const char *text, const char *part_of_message)
{
    kh_json *json = NULL;
    kh_error err = {0};
    assert_int_equal(kh_json_read(text, strlen(text), &json, &err), KH_EDATA);
    assert_null(json);
    if (strstr(err.message, part_of_message) == NULL)
        fail_msg("'%s' does not say '%s'", err.message, part_of_message);
}

static void numbers_have_the_shortest_form_that_reads_back(void **state)
{
    (void)state;
    expect_written(kh_json_number(0.1), 0, "0.1");
    expect_written(kh_json_number(-0.0), 0, "0");
    expect_written(kh_json_number(1.0 / 3.0), 0, "0.3333333333333333");
    expect_written(kh_json_number(9007199254740991.0), 0, "9007199254740991");
    expect_written(kh_json_number(1e300), 0, "1e+300");
    expect_written(kh_json_number(NAN), 0, "null");
    expect_written(kh_json_number(-INFINITY), 0, "null");
}

static void every_number_written_reads_back_the_same(void **state)
{
    (void)state;
    double number = 1.0;
    for (int i = 0; i < 2000; i++) {
        number = fmod(number * 1.6180339887498949 + 1e-7, 1e6) * (i % 7 == 0 ? 1e-9 : 1.0);
        kh_json *json = kh_json_number(number);
        kh_str out = {0};
        assert_int_equal(kh_json_write(json, 0, &out, NULL), KH_OK);
        kh_json *again = read(kh_str_text(&out));
        assert_true(kh_json_as_number(again) == number);
        kh_json_destroy(again);
        kh_json_destroy(json);
        kh_str_clear(&out);
    }
}

static void text_is_escaped_and_always_valid(void **state)
{
    (void)state;
    expect_written(kh_json_text("a\"b\\c\n\x01 \xC3\xA5"), 0, "\"a\\\"b\\\\c\\n\\u0001 \xC3\xA5\"");
    expect_written(kh_json_text("\xFF"
                                "x\xC3"),
                   0, "\"\xEF\xBF\xBDx\xEF\xBF\xBD\"");
    expect_written(kh_json_text(NULL), 0, "null");
}

static void objects_keep_their_order_and_replace_a_key(void **state)
{
    (void)state;
    kh_json *object = kh_json_object();
    kh_json_set(object, "z", kh_json_number(1));
    kh_json_set(object, "a", kh_json_bool(true));
    kh_json *array = kh_json_array();
    kh_json_append(array, kh_json_text("x"));
    kh_json_append(array, kh_json_object());
    kh_json_set(object, "list", array);
    kh_json_set(object, "z", kh_json_number(2));
    expect_written(object, 0, "{\"z\": 2, \"a\": true, \"list\": [\"x\", {}]}");
}

static void indent_puts_one_value_a_line(void **state)
{
    (void)state;
    kh_json *object = kh_json_object();
    kh_json_set(object, "a", kh_json_array());
    kh_json *array = kh_json_array();
    kh_json_append(array, kh_json_number(1));
    kh_json_set(object, "b", array);
    expect_written(object, 2, "{\n  \"a\": [],\n  \"b\": [\n    1\n  ]\n}");
}

static void a_lost_value_is_told_when_the_tree_is_written(void **state)
{
    (void)state;
    kh_json *object = kh_json_object(), *inner = kh_json_array();
    kh_json_append(inner, NULL);
    kh_json_set(object, "inner", inner);
    kh_str out = {0};
    assert_int_equal(kh_json_write(object, 0, &out, NULL), KH_ENOMEM);
    assert_int_equal(kh_json_write(NULL, 0, &out, NULL), KH_ENOMEM);
    kh_str_clear(&out);
    kh_json_destroy(object);
    kh_json_set(NULL, "a", kh_json_number(1)); /* frees the value, does not crash */
    kh_json_append(NULL, NULL);
}

static void looking_never_crashes(void **state)
{
    (void)state;
    kh_json *json = read("{\"a\": [1, \"two\", null, true]}");
    const kh_json *list = kh_json_get(json, "a");
    assert_int_equal(kh_json_length(list), 4);
    assert_true(kh_json_as_number(kh_json_at(list, 0)) == 1.0);
    assert_string_equal(kh_json_as_text(kh_json_at(list, 1)), "two");
    assert_int_equal(kh_json_kind_of(kh_json_at(list, 2)), KH_JSON_NULL);
    assert_true(kh_json_as_bool(kh_json_at(list, 3)));
    assert_string_equal(kh_json_key_at(json, 0), "a");
    assert_null(kh_json_key_at(json, 1));
    assert_null(kh_json_at(list, 4));
    assert_null(kh_json_get(list, "a"));
    assert_null(kh_json_get(NULL, "a"));
    assert_null(kh_json_as_text(list));
    assert_true(isnan(kh_json_as_number(list)));
    assert_false(kh_json_as_bool(NULL));
    kh_json_destroy(json);
}

static void the_reader_is_strict(void **state)
{
    (void)state;
    expect_refused("{\"a\": 1,\n \"a\": 2}", "line 2");
    expect_refused("{} x", "line 1, column 4");
    expect_refused("", "line 1");
    expect_refused("[01]", "line 1");
    expect_refused("[NaN]", "line 1");
    expect_refused("[1e999]", "line 1");
    expect_refused("\"\xFF\"", "line 1");
    expect_refused("[1,]", "line 1");
}

static void depth_is_limited(void **state)
{
    (void)state;
    char deep[2 * 66 + 1];
    memset(deep, '[', 66);
    memset(deep + 66, ']', 66);
    deep[132] = '\0';
    expect_refused(deep, "nested deeper than 64");
    deep[131] = '\0';
    kh_json_destroy(read(deep + 1));
}

static void expect_place(const kh_json *json, uint32_t line, uint32_t column)
{
    kh_place place = kh_json_place("file", json);
    assert_string_equal(place.file, "file");
    assert_int_equal(place.line, line);
    assert_int_equal(place.column, column);
}

static void values_know_their_place(void **state)
{
    (void)state;
    kh_json *json = read("\n {\"a\" : [ ] ,\n  \"\xC3\xA9\": [1,-2.5e3, \"x\\\"]\" , {}],\"c\":null, \"d\": {\"e\":\n\ttrue}}");
    expect_place(json, 2, 2);
    expect_place(kh_json_get(json, "a"), 2, 9);
    const kh_json *list = kh_json_get(json, "\xC3\xA9");
    expect_place(list, 3, 8);
    expect_place(kh_json_at(list, 0), 3, 9);
    expect_place(kh_json_at(list, 1), 3, 11);
    expect_place(kh_json_at(list, 2), 3, 19);
    expect_place(kh_json_at(list, 3), 3, 28);
    expect_place(kh_json_get(json, "c"), 3, 36);
    expect_place(kh_json_get(kh_json_get(json, "d"), "e"), 4, 2);
    expect_place(NULL, 0, 0);
    kh_json_destroy(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_have_the_shortest_form_that_reads_back),
        cmocka_unit_test(every_number_written_reads_back_the_same),
        cmocka_unit_test(text_is_escaped_and_always_valid),
        cmocka_unit_test(objects_keep_their_order_and_replace_a_key),
        cmocka_unit_test(indent_puts_one_value_a_line),
        cmocka_unit_test(a_lost_value_is_told_when_the_tree_is_written),
        cmocka_unit_test(looking_never_crashes),
        cmocka_unit_test(the_reader_is_strict),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(values_know_their_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
