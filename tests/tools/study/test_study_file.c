/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/study/study_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

typedef struct reading {
    kh_arena *arena;
    kh_findings *findings;
    kh_study_file file;
} reading;

static kh_status read_text(reading *r, const char *text)
{
    kh_error err = {0};
    return kh_study_file_read("s.yaml", text, strlen(text), r->arena, r->findings, &r->file, &err);
}

/* --- good --- */

static void a_full_study_is_read(void **state)
{
    reading *r = *state;
    assert_int_equal(
        read_text(r, "keyhaul_study: 1\n"
                     "name: What-ifs\n"
                     "topology: net.yaml\n"
                     "objective: concurrent\n"
                     "simulate: {days: 60, replications: 5, seed: 7}\n"
                     "axes:\n"
                     "  - {name: loss, set: fibres.*.loss_db, times: [1, 1.1]}\n"
                     "  - {name: device, set: qkd_links.Q1.device, values: [a, b, c]}\n"
                     "cases:\n"
                     "  - name: cut\n"
                     "    changes: [{remove: fibres.F.1}, {set: nodes.N.trusted, value: false}, {set: a.b.c, add: -2}]\n"),
        KH_OK);
    const kh_study_file *f = &r->file;
    assert_string_equal(f->name, "What-ifs");
    assert_string_equal(f->topology, "net.yaml");
    assert_int_equal(f->objective, KH_OBJECTIVE_CONCURRENT);
    assert_float_equal(f->days, 60, 0);
    assert_float_equal(f->warm_up_days, 1, 0);
    assert_float_equal(f->replications, 5, 0);
    assert_float_equal(f->seed, 7, 0);
    assert_int_equal(f->n_axes, 2);
    assert_int_equal(f->axes[0].n_options, 2);
    assert_int_equal(f->axes[0].options[1].kind, KH_EDIT_TIMES);
    assert_float_equal(f->axes[0].options[1].number, 1.1, 1e-6);
    assert_int_equal(f->axes[1].options[2].kind, KH_EDIT_SET);
    assert_string_equal(f->axes[1].options[2].text, "c");
    assert_int_equal(f->axes[1].options[2].place.line, 8);
    assert_int_equal(f->n_cases, 1);
    assert_int_equal(f->cases[0].n_edits, 3);
    assert_int_equal(f->cases[0].edits[0].kind, KH_EDIT_REMOVE);
    assert_string_equal(f->cases[0].edits[0].path, "fibres.F.1");
    assert_string_equal(f->cases[0].edits[1].text, "false");
    assert_int_equal(f->cases[0].edits[2].kind, KH_EDIT_ADD);
    assert_float_equal(f->cases[0].edits[2].number, -2, 0);
}

static void the_shortest_study_plans_only(void **state)
{
    reading *r = *state;
    assert_int_equal(read_text(r, "keyhaul_study: 1\ntopology: net.yaml\n"), KH_OK);
    assert_int_equal(r->file.objective, KH_OBJECTIVE_MAX_MIN);
    assert_float_equal(r->file.replications, 0, 0);
    assert_int_equal(r->file.n_axes + r->file.n_cases, 0);
}

static void an_empty_simulate_has_the_defaults(void **state)
{
    reading *r = *state;
    assert_int_equal(read_text(r, "keyhaul_study: 1\ntopology: net.yaml\nsimulate: {days: 5}\n"), KH_OK);
    assert_float_equal(r->file.days, 5, 0);
    assert_float_equal(r->file.warm_up_days, 0.5, 1e-6);
    assert_float_equal(r->file.replications, 3, 0);
    assert_float_equal(r->file.seed, 1, 0);
}

static void a_study_is_known_by_its_key(void **state)
{
    (void)state;
    assert_true(kh_study_file_is("keyhaul_study: 1\n"));
    assert_true(kh_study_file_is("# of what\nkeyhaul_study: 1\n"));
    assert_true(kh_study_file_is("\xEF\xBB\xBFkeyhaul_study: 1\n"));
    assert_false(kh_study_file_is("keyhaul: 1\nname: about keyhaul_study files\n"));
    assert_false(kh_study_file_is(""));
}

/* --- wrong: each finding --- */

typedef struct wrong {
    const char *text; /* after the two lines that every study has */
    const char *finding, *hint;
    uint32_t line;
} wrong;

static const wrong wrongs[] = {
    {"topolgy: x.yaml\n", "unknown key 'topolgy' in the study", "did you mean 'topology'?", 3},
    {"axis: []\n", "unknown key 'axis' in the study", "did you mean 'axes'?", 3},
    {"objective: best\n", "objective is 'best', must be", NULL, 3},
    {"simulate: 30\n", "simulate", NULL, 3},
    {"simulate: {days: -1}\n", "days is -1, must be", NULL, 3},
    {"simulate: {replications: 2.5}\n", "replications", NULL, 3},
    {"simulate: {day: 3}\n", "unknown key 'day' in simulate", "did you mean 'days'?", 3},
    {"simulate: {days: 2, warm_up_days: 2}\n", "warm_up_days is 2, must be less than days, 2", NULL, 3},
    {"axes: {name: a}\n", "axes must be a list with at least one entry", NULL, 3},
    {"axes: []\n", "axes must be a list with at least one entry", NULL, 3},
    {"axes: [loss]\n", "an entry of axes is text, must be a mapping", NULL, 3},
    {"axes: [{name: a, set: f.*.x}]\n", "an axis needs exactly one of values, times and add, has 0", NULL, 3},
    {"axes: [{name: a, set: f.*.x, times: [1], add: [1]}]\n", "an axis needs exactly one of values, times and add, has 2", NULL, 3},
    {"axes: [{name: a, set: f.*.x, times: [1, much]}]\n", "times is 'much', must be a number", NULL, 3},
    {"axes: [{name: a, set: f.*.x, values: [[1]]}]\n", "an entry of values is a list, must be one value", NULL, 3},
    {"axes: [{name: a, set: loss_db, values: [1]}]\n", "'loss_db' names no field, must be noun.id.field", NULL, 3},
    {"axes: [{set: f.*.x, values: [1]}]\n", "axis lacks 'name'", NULL, 3},
    {"axes: [{name: a, values: [1]}]\n", "axis lacks 'set'", NULL, 3},
    {"axes: [{name: a, set: f.*.x, value: [1]}]\n", "unknown key 'value' in axis", "did you mean 'values'?", 3},
    {"cases: [{name: a}]\n", "case lacks 'changes'", NULL, 3},
    {"cases: [{changes: [{remove: f.x}]}]\n", "case lacks 'name'", NULL, 3},
    {"cases: [{name: a, changes: [{set: f.x.y}]}]\n", "a change is {set: noun.id.field} with one of", NULL, 3},
    {"cases: [{name: a, changes: [{remove: f.x, value: 3}]}]\n", "a change is {set: noun.id.field} with one of", NULL, 3},
    {"cases: [{name: a, changes: [{set: f.x.y, remove: f.x}]}]\n", "a change is {set: noun.id.field} with one of", NULL, 3},
    {"cases: [{name: a, changes: [{set: f.x.y, value: [1]}]}]\n", "value is a list, must be one value", NULL, 3},
    {"cases: [{name: a, changes: [{remove: fibres}]}]\n", "'fibres' names no entry, must be noun.id", NULL, 3},
    {"cases: [{name: a, changes: [{set: f.x.y, times: two}]}]\n", "times is 'two', must be", NULL, 3},
};

static void expect_finding(reading *r, const wrong *w)
{
    for (size_t i = 0; i < kh_findings_kept(r->findings); i++) {
        const kh_finding *f = kh_findings_at(r->findings, i);
        if (strstr(f->message, w->finding) == NULL)
            continue;
        if (f->place.line != w->line)
            fail_msg("'%s' is at line %u", f->message, f->place.line);
        assert_string_equal(f->place.file, "s.yaml");
        if (w->hint != NULL)
            assert_string_equal(f->hint, w->hint);
        assert_non_null(f->excerpt);
        return;
    }
    fail_msg("no finding '%s' for: %s", w->finding, w->text);
}

static void every_mistake_has_its_finding(void **state)
{
    reading *r = *state;
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        char text[400] = "keyhaul_study: 1\ntopology: net.yaml\n";
        (void)strcat(text, wrongs[i].text);
        kh_findings_destroy(r->findings);
        r->findings = kh_findings_create();
        r->file.n_cases = 77;
        assert_int_equal(read_text(r, text), KH_EDATA);
        assert_int_equal(r->file.n_cases, 77);
        expect_finding(r, &wrongs[i]);
    }
}

static void missing_keys_and_versions_are_told(void **state)
{
    reading *r = *state;
    assert_int_equal(read_text(r, "name: x\n"), KH_EDATA);
    expect_finding(r, &(wrong){"", "the study lacks 'keyhaul_study'", NULL, 1});
    expect_finding(r, &(wrong){"", "the study lacks 'topology'", NULL, 1});
    assert_int_equal(read_text(r, "keyhaul_study: 2\ntopology: a\n"), KH_EDATA);
    expect_finding(r, &(wrong){"", "keyhaul_study is 2, must be", NULL, 1});
    assert_int_equal(read_text(r, "- a\n"), KH_EDATA);
    expect_finding(r, &(wrong){"", "a study is a mapping, this is a list", NULL, 1});
}

static void all_mistakes_are_told_at_once(void **state)
{
    reading *r = *state;
    assert_int_equal(
        read_text(r, "keyhaul_study: 1\ntopology: t\nfoo: 1\naxes: [{name: a, set: x, values: [1]}]\ncases: [{nme: b}]\n"),
        KH_EDATA);
    assert_true(kh_findings_count(r->findings, KH_ERROR) >= 5);
}

static void memory_that_is_out_is_told(void **state)
{
    reading *r = *state;
    static const char text[] =
        "keyhaul_study: 1\ntopology: t\naxes: [{name: a, set: x.y.z, values: [1]}]\ncases: [{name: c, changes: [{remove: a.b}]}]\n";
    kh_status status = KH_ENOMEM;
    for (uint64_t nth = 1; status == KH_ENOMEM && nth < 1000; nth++) {
        kh_arena_fail_after(r->arena, nth);
        status = read_text(r, text);
    }
    assert_int_equal(status, KH_OK);
}

static int start(void **state)
{
    static reading r;
    r = (reading){.arena = kh_arena_create(0), .findings = kh_findings_create()};
    *state = &r;
    return r.arena == NULL || r.findings == NULL;
}

static int end(void **state)
{
    reading *r = *state;
    kh_arena_destroy(r->arena);
    kh_findings_destroy(r->findings);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_full_study_is_read, start, end),
        cmocka_unit_test_setup_teardown(the_shortest_study_plans_only, start, end),
        cmocka_unit_test_setup_teardown(an_empty_simulate_has_the_defaults, start, end),
        cmocka_unit_test(a_study_is_known_by_its_key),
        cmocka_unit_test_setup_teardown(every_mistake_has_its_finding, start, end),
        cmocka_unit_test_setup_teardown(missing_keys_and_versions_are_told, start, end),
        cmocka_unit_test_setup_teardown(all_mistakes_are_told_at_once, start, end),
        cmocka_unit_test_setup_teardown(memory_that_is_out_is_told, start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
