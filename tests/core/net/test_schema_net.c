/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/schema_net.h"

#include "core/net/net.h"
#include "core/net/plan.h"
#include "core/net/rates.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static bool has_range(const kh_field *field)
{
    return field->type != KH_FIELD_NUMBER || field->min < field->max;
}

static bool is_inside(const kh_field *field, double number)
{
    return (field->min_open ? number > field->min : number >= field->min) &&
           (field->max_open ? number < field->max : number <= field->max);
}

static void check_field(const kh_schema_table *table, const kh_field *field)
{
    bool number = field->type == KH_FIELD_NUMBER || field->type == KH_FIELD_INTEGER;
    bool reference = field->type == KH_FIELD_REFERENCE || field->type == KH_FIELD_REFERENCES || field->type == KH_FIELD_PAIR;
    if (field->text == NULL || strlen(field->text) < 5 || field->text[strlen(field->text) - 1] != '.')
        fail_msg("%s.%s has no sentence", table->singular, field->name);
    if (!has_range(field))
        fail_msg("%s.%s has no range", table->singular, field->name);
    if (number && !field->required && isfinite(field->fallback) && !is_inside(field, field->fallback))
        fail_msg("%s.%s falls back to %g, outside its range", table->singular, field->name, field->fallback);
    if (number && !field->required && !isfinite(field->fallback) && field->fallback_text == NULL)
        fail_msg("%s.%s does not say what happens without it", table->singular, field->name);
    if (reference && (field->noun == NULL || strcmp(field->noun, kh_schema_layout((kh_noun)field->target)->table->noun) != 0))
        fail_msg("%s.%s names its target wrongly", table->singular, field->name);
    if (field->type == KH_FIELD_ENUM && (field->words == NULL || field->fallback < -1))
        fail_msg("%s.%s has no words", table->singular, field->name);
}

static void check_table(const kh_schema_table *table)
{
    assert_in_range(table->n_fields, 1, 64);
    for (size_t i = 0; i < table->n_fields; i++) {
        check_field(table, &table->fields[i]);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(table->fields[i].name, table->fields[j].name);
        if (table->fields[i].inner != NULL)
            check_table(table->fields[i].inner);
    }
}

static void every_field_has_sentence_range_and_fallback(void **state)
{
    (void)state;
    for (size_t i = 0; i < KH_NOUN_COUNT; i++) {
        const kh_schema_table *table = kh_schema_layout((kh_noun)i)->table;
        check_table(table);
        assert_int_equal(kh_schema_noun(table->noun), i);
    }
    assert_int_equal(kh_schema_noun("fibers"), KH_NOUN_COUNT);
}

static void the_reference_names_every_field(void **state)
{
    (void)state;
    kh_str out = {0};
    kh_net_schema_reference(&out);
    for (size_t i = 0; i < KH_NOUN_COUNT; i++) {
        const kh_schema_table *table = kh_schema_layout((kh_noun)i)->table;
        for (size_t f = 0; f < table->n_fields; f++) {
            kh_str entry = {0};
            kh_str_printf(&entry, "- `%s`", table->fields[f].name);
            assert_non_null(strstr(kh_str_text(&out), kh_str_text(&entry)));
            kh_str_clear(&entry);
        }
    }
    assert_non_null(strstr(kh_str_text(&out), "- `length_km` (required): a number in (0, 20000] km. "));
    assert_false(out.failed);
    kh_str_clear(&out);
}

static void the_json_schema_is_json(void **state)
{
    (void)state;
    kh_str out = {0};
    kh_json *json = NULL;
    assert_int_equal(kh_net_schema_json(&out, NULL), KH_OK);
    assert_int_equal(kh_json_read(out.data, out.length, &json, NULL), KH_OK);
    const kh_json *length_km = kh_json_get(
        kh_json_get(kh_json_get(kh_json_get(kh_json_get(json, "properties"), "fibres"), "items"), "properties"), "length_km");
    assert_true(kh_json_as_number(kh_json_get(kh_json_at(kh_json_get(length_km, "anyOf"), 0), "exclusiveMinimum")) == 0.0);
    assert_true(kh_json_as_number(kh_json_get(kh_json_at(kh_json_get(length_km, "anyOf"), 0), "maximum")) == 20000.0);
    kh_json_destroy(json);
    kh_str_clear(&out);
}

static void names_are_as_in_yaml(void **state)
{
    (void)state;
    assert_string_equal(kh_node_kind_name(KH_NODE_OGS), "ogs");
    assert_string_equal(kh_protocol_name(KH_PROTOCOL_BB84_DECOY), "bb84-decoy");
    assert_string_equal(kh_protocol_name(KH_PROTOCOL_BBM92), "bbm92");
    assert_string_equal(kh_use_name(KH_USE_AES_256), "aes-256");
    assert_string_equal(kh_security_name(KH_SECURITY_PSK), "psk");
    assert_string_equal(kh_objective_name(KH_OBJECTIVE_MAX_MIN), "max-min");
    for (int limit = KH_LIMIT_NONE; limit <= KH_LIMIT_NO_MODEL; limit++)
        assert_true(strlen(kh_limit_text((kh_limit)limit)) > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_has_sentence_range_and_fallback),
        cmocka_unit_test(the_reference_names_every_field),
        cmocka_unit_test(the_json_schema_is_json),
        cmocka_unit_test(names_are_as_in_yaml),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
