/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/findings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void expect_text(const kh_findings *findings, bool colour, const char *expected)
{
    kh_str text = {0};
    kh_findings_text(findings, colour, &text);
    assert_string_equal(kh_str_text(&text), expected);
    kh_str_clear(&text);
}

static void findings_read_like_a_compilers(void **state)
{
    (void)state;
    static const char text[] = "keyhaul: 1\n  lenght_km: 80\n";
    kh_findings *findings = kh_findings_create();
    kh_findings_add(findings, KH_ERROR, (kh_place){"net.yaml", 2, 3}, "did you mean 'length_km'?", "unknown key '%s'", "lenght_km");
    kh_findings_quote(findings, "net.yaml", text, sizeof text - 1);
    expect_text(findings, false,
                "net.yaml:2:3: error: unknown key 'lenght_km'\n"
                "     2 |   lenght_km: 80\n"
                "       |   ^\n"
                "       did you mean 'length_km'?\n");
    kh_findings_destroy(findings);
}

static void they_are_ordered_by_place_and_counted_by_severity(void **state)
{
    (void)state;
    kh_findings *findings = kh_findings_create();
    kh_findings_add(findings, KH_WARNING, (kh_place){"b", 1, 1}, NULL, "four");
    kh_findings_add(findings, KH_ERROR, (kh_place){"a", 2, 9}, NULL, "three");
    kh_findings_add(findings, KH_NOTE, (kh_place){"a", 2, 1}, NULL, "two");
    kh_findings_add(findings, KH_ERROR, (kh_place){0}, NULL, "one");
    expect_text(findings, false, "error: one\na:2:1: note: two\na:2:9: error: three\nb:1:1: warning: four\n");
    assert_int_equal(kh_findings_count(findings, KH_ERROR), 2);
    assert_int_equal(kh_findings_count(findings, KH_WARNING), 1);
    assert_int_equal(kh_findings_count(findings, KH_NOTE), 1);
    assert_string_equal(kh_findings_at(findings, 0)->message, "four");
    assert_null(kh_findings_at(findings, 4));
    kh_findings_destroy(findings);
}

static void beyond_the_limit_only_the_counts_go_up(void **state)
{
    (void)state;
    kh_findings *findings = kh_findings_create();
    for (int i = 0; i < KH_FINDINGS_KEPT + 5; i++)
        kh_findings_add(findings, KH_ERROR, (kh_place){"a", (uint32_t)i + 1, 1}, NULL, "number %d", i);
    assert_int_equal(kh_findings_kept(findings), KH_FINDINGS_KEPT);
    assert_int_equal(kh_findings_count(findings, KH_ERROR), KH_FINDINGS_KEPT + 5);
    kh_str text = {0};
    kh_findings_text(findings, false, &text);
    assert_non_null(strstr(kh_str_text(&text), "and 5 more\n"));
    kh_str_clear(&text);
    kh_findings_destroy(findings);
}

static void hostile_text_cannot_reach_the_terminal(void **state)
{
    (void)state;
    kh_findings *findings = kh_findings_create();
    kh_findings_add(findings, KH_ERROR, (kh_place){"a", 1, 1}, "\x1b[2J", "\x1b[31m \xFF \xC2\x9B \xC3\xA5");
    kh_findings_quote(findings, "a", "\x1b]0;owned\x07", 10);
    expect_text(findings, false, "a:1:1: error:  [31m ? ?? \xC3\xA5\n     1 |  ]0;owned \n       | ^\n        [2J\n");
    kh_findings_destroy(findings);
}

static void colours_stand_around_the_severity_only(void **state)
{
    (void)state;
    kh_findings *findings = kh_findings_create();
    kh_findings_add(findings, KH_WARNING, (kh_place){"a", 1, 1}, NULL, "text");
    expect_text(findings, true, "a:1:1: \033[33mwarning:\033[0m text\n");
    kh_findings_destroy(findings);
    kh_findings_destroy(NULL);
}

static void a_place_beyond_the_text_has_no_excerpt(void **state)
{
    (void)state;
    kh_findings *findings = kh_findings_create();
    kh_findings_add(findings, KH_ERROR, (kh_place){"a", 9, 1}, NULL, "far");
    kh_findings_add(findings, KH_ERROR, (kh_place){"a", 2, 1}, NULL, "last line without newline");
    kh_findings_quote(findings, "a", "one\ntwo", 7);
    assert_null(kh_findings_at(findings, 0)->excerpt);
    assert_string_equal(kh_findings_at(findings, 1)->excerpt, "two");
    kh_findings_destroy(findings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings_read_like_a_compilers),
        cmocka_unit_test(they_are_ordered_by_place_and_counted_by_severity),
        cmocka_unit_test(beyond_the_limit_only_the_counts_go_up),
        cmocka_unit_test(hostile_text_cannot_reach_the_terminal),
        cmocka_unit_test(colours_stand_around_the_severity_only),
        cmocka_unit_test(a_place_beyond_the_text_has_no_excerpt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
