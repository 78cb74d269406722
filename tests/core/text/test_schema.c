/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text/schema.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* A table of one field a type, so that the schema is tested without the nouns of the network. */
typedef enum colour { RED, GREEN } colour;
typedef struct thing {
    const char *id;
    double length_km, count, lat_deg, lon_deg, inner_km;
    bool ready;
    colour colour;
    uint32_t owner, ends[2];
    uint32_t *parts;
    size_t n_parts;
} thing;

static const char *const colours[] = {"red", "green", NULL};
static const char *const none_words[] = {"auto", NULL};
static const kh_field inner_fields[] = {
    {.name = "km",
     .unit = "km",
     .type = KH_FIELD_NUMBER,
     .offset = offsetof(thing, inner_km),
     .fallback = 3,
     .max = 10,
     .text = "T.",
     .required = true},
};
static const kh_schema_table inner = {.singular = "inner", .fields = inner_fields, .n_fields = 1};
static const kh_field fields[] = {
    {.name = "id", .type = KH_FIELD_TEXT, .offset = offsetof(thing, id), .required = true, .text = "Name."},
    {.name = "length_km",
     .unit = "km",
     .type = KH_FIELD_NUMBER,
     .offset = offsetof(thing, length_km),
     .fallback = 7,
     .max = 100,
     .min_open = true,
     .text = "L."},
    {.name = "count",
     .type = KH_FIELD_INTEGER,
     .offset = offsetof(thing, count),
     .fallback = (double)NAN,
     .min = 1,
     .max = (double)INFINITY,
     .fallback_text = "none",
     .text = "C."},
    {.name = "ready", .type = KH_FIELD_BOOL, .offset = offsetof(thing, ready), .fallback = 1, .text = "R."},
    {.name = "colour", .type = KH_FIELD_ENUM, .offset = offsetof(thing, colour), .fallback = GREEN, .words = colours, .text = "C."},
    {.name = "at",
     .type = KH_FIELD_POSITION,
     .offset = offsetof(thing, lat_deg),
     .second_offset = offsetof(thing, lon_deg),
     .fallback = (double)NAN,
     .text = "P."},
    {.name = "owner",
     .type = KH_FIELD_REFERENCE,
     .offset = offsetof(thing, owner),
     .noun = "things",
     .words = none_words,
     .text = "O."},
    {.name = "ends", .type = KH_FIELD_PAIR, .offset = offsetof(thing, ends), .noun = "things", .text = "E."},
    {.name = "parts",
     .type = KH_FIELD_REFERENCES,
     .offset = offsetof(thing, parts),
     .second_offset = offsetof(thing, n_parts),
     .noun = "things",
     .text = "P."},
    {.name = "inner", .type = KH_FIELD_MAPPING, .inner = &inner, .text = "I."},
    {.name = "note", .type = KH_FIELD_TEXT, .offset = KH_SCHEMA_UNSTORED, .text = "N."},
};
static const kh_schema_table table = {.noun = "things",
                                      .singular = "thing",
                                      .text = "Things.",
                                      .fields = fields,
                                      .n_fields = sizeof fields / sizeof fields[0],
                                      .size = sizeof(thing)};

/* Ids are the letters a, b, c. */
static uint32_t find(void *user, const kh_field *field, const char *id, size_t length)
{
    (void)user, (void)field;
    return length == 1 && id[0] >= 'a' && id[0] <= 'c' ? (uint32_t)(id[0] - 'a') : KH_SCHEMA_NONE;
}

static const char *nearest(void *user, const kh_field *field, const char *id)
{
    (void)user, (void)field, (void)id;
    return "a";
}

static kh_status keep(void *user, const kh_sourced *sourced, kh_error *err)
{
    (void)err;
    kh_str *kept = user;
    kh_str_printf(kept, "%s=%s from %s%s;", sourced->field->name, sourced->value, sourced->source == NULL ? "?" : sourced->source,
                  sourced->assumed ? ", assumed" : "");
    return KH_OK;
}

typedef struct outcome {
    thing record;
    kh_str findings, kept;
    kh_arena *arena;
} outcome;

static outcome read(const char *text)
{
    outcome o = {.arena = kh_arena_create(0)};
    kh_findings *findings = kh_findings_create();
    kh_yaml_budget budget = KH_YAML_BUDGET;
    const kh_yaml_source source = {.file = "t", .text = text, .length = strlen(text)};
    const kh_schema_reader reader = {
        .arena = o.arena, .findings = findings, .file = "t", .find = find, .nearest = nearest, .keep = keep, .user = &o.kept};
    kh_yaml_node *root = NULL;
    uint64_t seen = 0;
    assert_int_equal(kh_yaml_read(&source, &budget, o.arena, findings, &root, NULL), KH_OK);
    kh_schema_fill(&table, &o.record);
    assert_int_equal(kh_schema_read(&reader, &table, root, &o.record, &seen, NULL), KH_OK);
    kh_schema_require(&reader, &table, kh_yaml_place("t", root), seen);
    kh_findings_text(findings, false, &o.findings);
    kh_findings_destroy(findings);
    return o;
}

static void clear(outcome *o)
{
    kh_str_clear(&o->findings);
    kh_str_clear(&o->kept);
    kh_arena_destroy(o->arena);
}

static void expect_findings(const char *text, const char *expected)
{
    outcome o = read(text);
    assert_string_equal(kh_str_text(&o.findings), expected);
    clear(&o);
}

static void what_is_not_given_falls_back(void **state)
{
    (void)state;
    outcome o = read("{id: x}");
    assert_string_equal(kh_str_text(&o.findings), "");
    assert_string_equal(o.record.id, "x");
    assert_true(o.record.length_km == 7.0 && isnan(o.record.count) && o.record.ready && o.record.colour == GREEN);
    assert_true(isnan(o.record.lat_deg) && isnan(o.record.lon_deg) && o.record.inner_km == 3.0);
    assert_int_equal(o.record.owner, KH_SCHEMA_NONE);
    assert_int_equal(o.record.ends[1], KH_SCHEMA_NONE);
    assert_int_equal(o.record.n_parts, 0);
    clear(&o);
}

static void every_type_is_read(void **state)
{
    (void)state;
    outcome o = read("{inner: {km: 9}, id: 12, length_km: 1e2, count: 4, ready: false, colour: red, at: [-52, 179.5], owner: c,\n"
                     " ends: [b, a], parts: [c, b, c], note: free text}");
    assert_string_equal(kh_str_text(&o.findings), "");
    assert_string_equal(o.record.id, "12");
    assert_true(o.record.length_km == 100.0 && o.record.count == 4.0 && !o.record.ready && o.record.colour == RED);
    assert_true(o.record.lat_deg == -52.0 && o.record.lon_deg == 179.5 && o.record.inner_km == 9.0);
    assert_true(o.record.owner == 2 && o.record.ends[0] == 1 && o.record.ends[1] == 0);
    assert_int_equal(o.record.n_parts, 3);
    assert_int_equal(o.record.parts[0], 2);
    clear(&o);
}

static void a_word_can_mean_none(void **state)
{
    (void)state;
    outcome o = read("{id: x, owner: auto}");
    assert_string_equal(kh_str_text(&o.findings), "");
    assert_int_equal(o.record.owner, KH_SCHEMA_NONE);
    clear(&o);
}

static void any_value_may_come_with_its_source(void **state)
{
    (void)state;
    outcome o = read(
        "{id: x, length_km: {value: 5, source: map, assumed: true}, ends: {value: [a, b]}, inner: {value: {km: 1}, source: s}}");
    assert_string_equal(kh_str_text(&o.findings), "");
    assert_true(o.record.length_km == 5.0 && o.record.ends[1] == 1 && o.record.inner_km == 1.0);
    assert_string_equal(kh_str_text(&o.kept), "length_km=5 from map, assumed;ends=[a, b] from ?;inner={km: 1} from s;");
    clear(&o);
}

static void all_problems_come_at_once(void **state)
{
    (void)state;
    expect_findings("{length_km: 0, count: 2.5, colour: gren, ends: [a, z], lenght_km: 1, inner: {kn: 5}}",
                    "t:1:1: error: thing lacks 'id', text\n"
                    "t:1:13: error: length_km is 0, must be a number in (0, 100] km\n"
                    "t:1:23: error: count is 2.5, must be a whole number of at least 1\n"
                    "t:1:36: error: colour is 'gren', must be one of red, green\n"
                    "       did you mean 'green'?\n"
                    "t:1:52: error: ends names 'z', which is not among the things\n"
                    "       did you mean 'a'?\n"
                    "t:1:56: error: unknown key 'lenght_km' in thing\n"
                    "       did you mean 'length_km'?\n"
                    "t:1:77: error: inner lacks 'km', a number in [0, 10] km\n"
                    "t:1:78: error: unknown key 'kn' in inner\n"
                    "       did you mean 'km'?\n");
}

static void fields_are_found_by_name(void **state)
{
    (void)state;
    assert_ptr_equal(kh_schema_field(&table, "colour"), &fields[4]);
    assert_null(kh_schema_field(&table, "color"));
    assert_string_equal(kh_schema_nearest(&table, "color"), "colour");
    assert_null(kh_schema_nearest(&table, "bandwidth"));
}

static void the_reference_is_plain_text(void **state)
{
    (void)state;
    kh_str out = {0};
    kh_schema_reference(&table, &out);
    assert_non_null(strstr(kh_str_text(&out),
                           "## things\n\nThings. A list; defaults for the entries of one file: `defaults: {thing: {...}}`.\n"));
    assert_non_null(strstr(kh_str_text(&out), "- `length_km`: a number in (0, 100] km, default: 7. L.\n"));
    assert_non_null(strstr(kh_str_text(&out), "- `owner`: an id of things or auto. O.\n"));
    assert_non_null(strstr(kh_str_text(&out), "  - `km` (required): a number in [0, 10] km. T.\n"));
    kh_str_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_given_falls_back), cmocka_unit_test(every_type_is_read),
        cmocka_unit_test(a_word_can_mean_none),         cmocka_unit_test(any_value_may_come_with_its_source),
        cmocka_unit_test(all_problems_come_at_once),    cmocka_unit_test(fields_are_found_by_name),
        cmocka_unit_test(the_reference_is_plain_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
