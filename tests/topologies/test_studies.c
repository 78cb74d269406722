/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every case of the shipped studies changes something that exists: a misspelt id would make a what-if of nothing. */
#include "core/base/str.h"
#include "core/net/load.h"
#include "tools/study/study.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const char *const shipped[] = {"bristol-cambridge", "amsterdam-kajaani", "frankfurt-warsaw-prague", "nokia-kddi", "europe"};

enum { MEMORY = 64 << 20 };

static void fail_with(const char *what, const kh_findings *findings, const kh_error *err)
{
    kh_str text = {0};
    kh_findings_text(findings, false, &text);
    fail_msg("%s: %s%s\n%s", what, err->steps, err->message, kh_str_text(&text));
}

static void check_case(const kh_study *study, const kh_study_case *c)
{
    kh_findings *findings = kh_findings_create();
    kh_error err = {0};
    kh_net *net = NULL;
    if (kh_net_load(study->topology, c->edits, c->n_edits, findings, &net, &err) != KH_OK)
        fail_with(c->name, findings, &err);
    kh_net_destroy(net);
    kh_findings_destroy(findings);
}

static void check_study(const char *name)
{
    char path[100];
    snprintf(path, sizeof path, "topologies/study-%s.yaml", name);
    kh_arena *arena = kh_arena_create(MEMORY);
    kh_findings *findings = kh_findings_create();
    kh_error err = {0};
    kh_study *study = NULL;
    if (kh_study_load(path, arena, findings, &study, &err) != KH_OK || kh_findings_count(findings, KH_WARNING) > 0)
        fail_with(path, findings, &err);
    assert_true(study->n_cases > 1);
    for (size_t i = 0; i < study->n_cases; i++)
        check_case(study, &study->cases[i]);
    kh_findings_destroy(findings);
    kh_arena_destroy(arena);
}

static void every_case_of_the_shipped_studies_loads(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof shipped / sizeof *shipped; i++)
        check_study(shipped[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_case_of_the_shipped_studies_loads)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
