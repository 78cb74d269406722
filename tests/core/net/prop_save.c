/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/load.h"
#include "core/net/save.h"
#include "core/net/schema_net.h"

#include <glob.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Two networks compared field by field, by the tables. */

static const unsigned char *record_at(const kh_net *net, const kh_layout *layout, size_t i)
{
    const unsigned char *base = (const unsigned char *)net + layout->array_offset;
    if (layout->table->single)
        return base;
    const unsigned char *array;
    memcpy(&array, base, sizeof array);
    return array + i * layout->table->size;
}

static size_t count_of(const kh_net *net, const kh_layout *layout)
{
    return layout->table->single ? 1 : *(const size_t *)(const void *)((const unsigned char *)net + layout->count_offset);
}

static void expect_same_numbers(const kh_field *field, const unsigned char *a, const unsigned char *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double x, y;
        memcpy(&x, a + i * sizeof x, sizeof x);
        memcpy(&y, b + i * sizeof y, sizeof y);
        if (!(x == y || (isnan(x) && isnan(y))))
            fail_msg("%s is %.17g, then %.17g", field->name, x, y);
    }
}

static void expect_same_list(const kh_field *field, const unsigned char *a, const unsigned char *b, size_t item_size)
{
    size_t n, m;
    const unsigned char *x, *y;
    memcpy(&n, a + field->second_offset, sizeof n);
    memcpy(&m, b + field->second_offset, sizeof m);
    memcpy(&x, a + field->offset, sizeof x);
    memcpy(&y, b + field->offset, sizeof y);
    assert_int_equal(n, m);
    if (n > 0)
        assert_memory_equal(x, y, n * item_size);
}

static void expect_same_field(const kh_field *field, const unsigned char *a, const unsigned char *b)
{
    const char *x, *y;
    if (field->offset == KH_SCHEMA_UNSTORED && field->type != KH_FIELD_MAPPING)
        return;
    switch (field->type) {
    case KH_FIELD_NUMBER:
    case KH_FIELD_INTEGER:
        expect_same_numbers(field, a + field->offset, b + field->offset, 1);
        break;
    case KH_FIELD_BOOL:
        assert_int_equal(a[field->offset], b[field->offset]);
        break;
    case KH_FIELD_TEXT:
        memcpy(&x, a + field->offset, sizeof x);
        memcpy(&y, b + field->offset, sizeof y);
        assert_string_equal(x == NULL ? "" : x, y == NULL ? "" : y);
        break;
    case KH_FIELD_ENUM:
    case KH_FIELD_REFERENCE:
        assert_memory_equal(a + field->offset, b + field->offset, sizeof(uint32_t));
        break;
    case KH_FIELD_PAIR:
        assert_memory_equal(a + field->offset, b + field->offset, 2 * sizeof(uint32_t));
        break;
    case KH_FIELD_REFERENCES:
        expect_same_list(field, a, b, sizeof(uint32_t));
        break;
    case KH_FIELD_POINTS:
        expect_same_list(field, a, b, 2 * sizeof(double));
        break;
    case KH_FIELD_POSITION:
        expect_same_numbers(field, a + field->offset, b + field->offset, 1);
        expect_same_numbers(field, a + field->second_offset, b + field->second_offset, 1);
        break;
    case KH_FIELD_MAPPING:
        for (size_t i = 0; i < field->inner->n_fields; i++) {
            size_t inside = field->offset == KH_SCHEMA_UNSTORED ? 0 : field->offset;
            expect_same_field(&field->inner->fields[i], a + inside, b + inside);
        }
        break;
    }
}

static void expect_same(const kh_net *a, const kh_net *b)
{
    assert_string_equal(a->name, b->name);
    for (size_t noun = 0; noun < KH_NOUN_COUNT; noun++) {
        const kh_layout *layout = kh_schema_layout((kh_noun)noun);
        assert_int_equal(count_of(a, layout), count_of(b, layout));
        for (size_t i = 0; i < count_of(a, layout); i++)
            for (size_t f = 0; f < layout->table->n_fields; f++)
                expect_same_field(&layout->table->fields[f], record_at(a, layout, i), record_at(b, layout, i));
    }
}

/* --- */

static kh_net *load_text(const char *name, const char *text)
{
    kh_findings *findings = kh_findings_create();
    kh_net *net = NULL;
    kh_str shown = {0};
    kh_status status = kh_net_load_text(name, text, strlen(text), NULL, 0, findings, &net, NULL);
    kh_findings_text(findings, false, &shown);
    if (status != KH_OK)
        fail_msg("%s", kh_str_text(&shown));
    kh_str_clear(&shown);
    kh_findings_destroy(findings);
    return net;
}

static kh_net *load_file(const char *path)
{
    kh_findings *findings = kh_findings_create();
    kh_net *net = NULL;
    kh_status status = kh_net_load(path, NULL, 0, findings, &net, NULL);
    kh_findings_destroy(findings);
    return status == KH_OK ? net : NULL;
}

static void expect_round_trip(const kh_net *net, const char *name)
{
    kh_str text = {0}, again = {0};
    assert_int_equal(kh_net_save(net, "saved", &text, NULL), KH_OK);
    kh_net *back = load_text(name, kh_str_text(&text));
    expect_same(net, back);
    assert_int_equal(kh_net_save(back, "saved", &again, NULL), KH_OK);
    assert_string_equal(kh_str_text(&text), kh_str_text(&again));
    kh_net_destroy(back);
    kh_str_clear(&text);
    kh_str_clear(&again);
}

static void every_shipped_topology_comes_back_the_same(void **state)
{
    (void)state;
    glob_t files;
    assert_int_equal(glob("topologies/*.yaml", 0, NULL, &files), 0);
    size_t n = 0;
    for (size_t i = 0; i < files.gl_pathc; i++) {
        kh_net *net = load_file(files.gl_pathv[i]);
        if (net == NULL)
            continue; /* a study */
        expect_round_trip(net, files.gl_pathv[i]);
        kh_net_destroy(net);
        n++;
    }
    globfree(&files);
    assert_true(n >= 5);
}

static const char small[] = "keyhaul: 1\n"
                            "name: \"yes\"\n"
                            "description: \"two\\nlines: # no comment\"\n"
                            "defaults:\n"
                            "  fibre: {loss_db_per_km: {value: 0.22, assumed: true, source: \"rule, of thumb\"}}\n"
                            "nodes:\n"
                            "  - {id: A, at: [52, 4.9], trusted: {value: true, source: 'a \"b\"'}, source: map}\n"
                            "  - {id: '12:30', label: Örebro → x, at: [52.1, 4.91], kind: switch}\n"
                            "  - {id: C, at: [52.2, 4.92]}\n"
                            "fibres:\n"
                            "  - {id: F1, ends: [A, '12:30'], length_km: 30}\n"
                            "  - {id: F2, ends: ['12:30', C], length_km: 30.000000000000004, loss_db: 9}\n"
                            "qkd_links:\n"
                            "  - {id: Q, via: [F1, F2], measured: {key_rate_bps: 1000, qber: 0.02}}\n"
                            "demands:\n"
                            "  - {id: D, between: [A, C], use: aes-256, rekey_s: 60}\n";

static void strange_texts_and_given_values_survive(void **state)
{
    (void)state;
    kh_net *net = load_text("small.yaml", small);
    expect_round_trip(net, "small.yaml");
    kh_net_destroy(net);
}

static void sources_are_written_where_they_belong(void **state)
{
    (void)state;
    kh_net *net = load_text("small.yaml", small);
    kh_str text = {0};
    assert_int_equal(kh_net_save(net, "first\n\nlast", &text, NULL), KH_OK);
    const char *saved = kh_str_text(&text);
    assert_ptr_equal(strstr(saved, "# first\n#\n# last\nkeyhaul: 1\nname: \"yes\"\n"), saved);
    assert_non_null(strstr(saved, "trusted: {value: true, source: \"a \\\"b\\\"\"}, source: map}"));
    assert_non_null(strstr(saved,
                           "{id: F1, ends: [A, \"12:30\"], length_km: 30, loss_db_per_km: {value: 0.22, assumed: true, source: "
                           "\"rule, of thumb\"}}"));
    assert_null(strstr(saved, "rate_bps: 8")); /* follows from rekeying */
    assert_non_null(strstr(saved, "length_km: 30.000000000000004\n    loss_db: 9\n"));
    kh_net_destroy(net);
    kh_str_clear(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shipped_topology_comes_back_the_same),
        cmocka_unit_test(strange_texts_and_given_values_survive),
        cmocka_unit_test(sources_are_written_where_they_belong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
