/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

typedef struct reading {
    kh_arena *arena;
    kh_findings *findings;
    kh_yaml_budget budget;
    kh_yaml_node *root;
    kh_status status;
} reading;

static reading read_limited(const char *text, size_t length, kh_yaml_budget budget)
{
    reading r = {.arena = kh_arena_create(0), .findings = kh_findings_create(), .budget = budget};
    const kh_yaml_source source = {.file = "t.yaml", .text = text, .length = length};
    r.status = kh_yaml_read(&source, &r.budget, r.arena, r.findings, &r.root, NULL);
    return r;
}

static reading read(const char *text)
{
    return read_limited(text, strlen(text), KH_YAML_BUDGET);
}

static void clear(reading *r)
{
    kh_arena_destroy(r->arena);
    kh_findings_destroy(r->findings);
}

static void expect_finding(reading r, kh_status status, uint32_t line, uint32_t column, const char *message)
{
    assert_int_equal(r.status, status);
    const kh_finding *f = kh_findings_at(r.findings, 0);
    assert_non_null(f);
    assert_string_equal(f->message, message);
    assert_int_equal(f->place.line, line);
    assert_int_equal(f->place.column, column);
    if (status != KH_OK)
        assert_null(r.root);
    clear(&r);
}

static void every_key_and_value_knows_its_place(void **state)
{
    (void)state;
    reading r = read("a: 1\nlist:\n  - {b: \"two\", \xC3\xA5: three}\n  - [x, y]\n");
    assert_int_equal(r.status, KH_OK);
    assert_int_equal(kh_yaml_size(r.root), 2);
    const kh_yaml_node *a = kh_yaml_get(r.root, "a"), *list = kh_yaml_get(r.root, "list");
    assert_string_equal(a->text, "1");
    assert_true(a->plain && a->line == 1 && a->column == 4);
    assert_int_equal(list->kind, KH_YAML_LIST);
    assert_int_equal(kh_yaml_size(list), 2);
    const kh_yaml_node *b = kh_yaml_get(list->child, "b");
    assert_true(!b->plain && b->line == 3 && b->column == 9);
    const kh_yaml_node *after_umlaut = kh_yaml_get(list->child, "\xC3\xA5");
    assert_true(after_umlaut->column == 19); /* characters, not bytes */
    assert_string_equal(list->child->next->child->next->text, "y");
    assert_null(list->child->next->child->next->next);
    kh_place place = kh_yaml_place("t.yaml", list->child->next);
    assert_true(place.line == 4 && place.column == 5);
    assert_null(kh_yaml_get(r.root, "none"));
    assert_null(kh_yaml_get(list, "a"));
    assert_string_equal(kh_yaml_kind_name(list), "a list");
    clear(&r);
}

static void long_and_folded_texts_come_whole(void **state)
{
    (void)state;
    static char text[40000];
    memset(text, 'q', sizeof text - 1);
    memcpy(text, "a: ", 3);
    reading r = read(text);
    assert_int_equal(kh_yaml_size(kh_yaml_get(r.root, "a")), sizeof text - 4);
    clear(&r);
    r = read("a: |\n  one\n  two\nb: >\n  one\n  two\n");
    assert_string_equal(kh_yaml_get(r.root, "a")->text, "one\ntwo\n");
    assert_string_equal(kh_yaml_get(r.root, "b")->text, "one two\n");
    assert_false(kh_yaml_get(r.root, "b")->plain);
    clear(&r);
}

static void an_alias_stands_for_its_anchor(void **state)
{
    (void)state;
    reading r = read("base: &b {x: 1, y: [2, 3]}\ncopy: *b\nword: &w text\n*w : 5\n");
    assert_int_equal(r.status, KH_OK);
    const kh_yaml_node *copy = kh_yaml_get(r.root, "copy");
    assert_string_equal(kh_yaml_get(copy, "x")->text, "1");
    assert_int_equal(copy->line, 2);
    assert_string_equal(kh_yaml_get(r.root, "text")->text, "5");
    clear(&r);
}

static void duplicate_keys_are_found_also_around_inner_mappings(void **state)
{
    (void)state;
    reading r = read("a: 1\nb: {a: 1, b: {a: 2}}\nc: [{a: 1}, {a: 2}]\na: 3\n");
    assert_int_equal(r.status, KH_OK);
    assert_int_equal(kh_findings_count(r.findings, KH_ERROR), 1);
    expect_finding(r, KH_OK, 4, 1, "key 'a' comes twice, first in line 1");
    r = read("{k: {x: 1}, k: {x: 1, x: 2}}");
    assert_int_equal(kh_findings_count(r.findings, KH_ERROR), 2);
    clear(&r);
}

static void nesting_up_to_the_limit_is_read(void **state)
{
    (void)state;
    char text[2 * KH_YAML_DEEPEST + 3] = {0};
    memset(text, '[', KH_YAML_DEEPEST);
    memset(text + KH_YAML_DEEPEST, ']', KH_YAML_DEEPEST);
    reading r = read(text);
    assert_int_equal(r.status, KH_OK);
    clear(&r);
    memset(text, '[', KH_YAML_DEEPEST + 1);
    memset(text + KH_YAML_DEEPEST + 1, ']', KH_YAML_DEEPEST + 1);
    expect_finding(read(text), KH_ELIMIT, 1, 65, "lists and mappings are nested deeper than 64");
}

static void the_budget_spans_files(void **state)
{
    (void)state;
    const kh_yaml_budget budget = {.nodes = 6, .expansion = 100};
    reading first = read_limited("{a: [1]}", 8, budget);
    assert_int_equal(first.status, KH_OK);
    assert_int_equal(first.budget.nodes, 2);
    expect_finding(read_limited("{a: [1]}", 8, first.budget), KH_ELIMIT, 1, 5, "too many keys and values to read");
    clear(&first);
}

static void an_expansion_counts_what_is_inside(void **state)
{
    (void)state;
    const char *text = "a: &a [1, 2, 3]\nb: &b [*a, *a]\nc: [*b, *b]\n";
    reading r = read_limited(text, strlen(text), (kh_yaml_budget){.nodes = 1000, .expansion = 26});
    assert_int_equal(r.status, KH_OK); /* 4 + 4 + 9 + 9 */
    assert_int_equal(r.budget.expansion, 0);
    clear(&r);
    expect_finding(read_limited(text, strlen(text), (kh_yaml_budget){.nodes = 1000, .expansion = 25}), KH_ELIMIT, 3, 9,
                   "aliases stand for more than 100000 keys and values");
}

static void what_is_not_yaml_has_a_place(void **state)
{
    (void)state;
    expect_finding(read(""), KH_EDATA, 0, 0, "the file is empty");
    expect_finding(read("# nothing\n"), KH_EDATA, 0, 0, "the file is empty");
    expect_finding(read("a: b\nc: \xFF\n"), KH_EDATA, 2, 4, "the text is not UTF-8");
    expect_finding(read("a: \xC3\xA5\xC3\xA5 \xE2\x82\n"), KH_EDATA, 1, 7, "the text is not UTF-8");
    expect_finding(read("a: \x01\n"), KH_EDATA, 1, 4, "a control character is not allowed in YAML");
    expect_finding(read("a: 1\n---\nb: 2\n"), KH_EDATA, 2, 1, "a second document starts here");
    expect_finding(read("a: &x [*x]\n"), KH_EDATA, 1, 8, "the alias stands for something that holds the alias itself");
    expect_finding(read("a: *x\n"), KH_EDATA, 1, 4, "the alias has no anchor");
    expect_finding(read("a: !!str x\n"), KH_EDATA, 1, 4, "tags ('!...') have no meaning here");
    expect_finding(read("{[a]: x}\n"), KH_EDATA, 1, 2, "a key must be text, this is a list or a mapping");
    expect_finding(read("a: \"\\0\"\n"), KH_EDATA, 1, 4, "text must not hold a NUL character");
}

static void a_byte_order_mark_is_passed_over(void **state)
{
    (void)state;
    reading r = read("\xEF\xBB\xBF"
                     "a: 1\n");
    assert_int_equal(r.status, KH_OK);
    assert_string_equal(r.root->child->text, "a");
    assert_int_equal(r.root->child->column, 1);
    clear(&r);
    expect_finding(read("\xEF\xBB\xBF"
                        "a: \xFF\n"),
                   KH_EDATA, 1, 4, "the text is not UTF-8");
}

static void every_failed_allocation_is_told(void **state)
{
    (void)state;
    kh_status status = KH_ENOMEM;
    uint64_t n = 1;
    for (; status != KH_OK; n++) {
        kh_findings *findings = kh_findings_create();
        kh_arena *arena = kh_arena_create(0);
        kh_arena_fail_after(arena, n);
        kh_yaml_budget budget = KH_YAML_BUDGET;
        const char *text = "a: &a [1, 2]\nb: *a\n'long': {c: 1, d: 2}\n";
        const kh_yaml_source source = {.file = "t.yaml", .text = text, .length = strlen(text)};
        kh_yaml_node *root = NULL;
        status = kh_yaml_read(&source, &budget, arena, findings, &root, NULL);
        assert_true(status == KH_ENOMEM || (status == KH_OK && root != NULL));
        kh_arena_destroy(arena);
        kh_findings_destroy(findings);
    }
    assert_true(n > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_and_value_knows_its_place),
        cmocka_unit_test(long_and_folded_texts_come_whole),
        cmocka_unit_test(an_alias_stands_for_its_anchor),
        cmocka_unit_test(duplicate_keys_are_found_also_around_inner_mappings),
        cmocka_unit_test(nesting_up_to_the_limit_is_read),
        cmocka_unit_test(the_budget_spans_files),
        cmocka_unit_test(an_expansion_counts_what_is_inside),
        cmocka_unit_test(what_is_not_yaml_has_a_place),
        cmocka_unit_test(a_byte_order_mark_is_passed_over),
        cmocka_unit_test(every_failed_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
