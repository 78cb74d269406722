/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The headline numbers of the shipped networks against those kept beside this file, each with a tolerance of its own.
 *
 * When a model or a topology changes for a reason: KEYHAUL_RENEW_GOLDEN=1 build/release/tests/golden_test_golden, from the root;
 * then read the difference and say the reason in the commit. */
#include "core/text/json.h"
#include "tools/study/pipeline.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Counts are exact; rates come from searches that stop at about 1e-6; money and optical figures are closed forms. */
static const double EXACT = 0, CLOSED_FORM = 1e-6, SEARCHED = 1e-3;

static void add(kh_json *fields, const char *noun, const char *id, const char *what, double value, double tolerance)
{
    char name[200];
    (void)snprintf(name, sizeof name, "%s.%s%s%s", noun, id, id[0] == '\0' ? "" : ".", what);
    kh_json *field = kh_json_object();
    kh_json_set(field, "name", kh_json_text(name));
    kh_json_set(field, "value", kh_json_number(value));
    kh_json_set(field, "tol_rel", kh_json_number(tolerance));
    kh_json_append(fields, field);
}

static kh_json *fields_of(const kh_pipeline *p)
{
    kh_json *fields = kh_json_array();
    add(fields, "plan", "", "value", p->plan->value, SEARCHED);
    add(fields, "plan", "", "n_met", (double)p->plan->n_met, EXACT);
    add(fields, "plan", "", "n_asking", (double)p->plan->n_asking, EXACT);
    add(fields, "plan", "", "cost_total_eur", p->plan->cost.total_eur, CLOSED_FORM);
    for (size_t i = 0; i < p->net->n_qkd_links; i++) {
        add(fields, "links", p->net->qkd_links[i].id, "per_module_bps", p->rates->qkd[i].per_module_bps, SEARCHED);
        add(fields, "links", p->net->qkd_links[i].id, "key_rate_bps", p->rates->qkd[i].key_rate_bps, SEARCHED);
    }
    for (size_t i = 0; i < p->net->n_line_systems; i++) {
        add(fields, "lines", p->net->line_systems[i].id, "gsnr_01nm_db", p->rates->line[i].gsnr_01nm_db, CLOSED_FORM);
        add(fields, "lines", p->net->line_systems[i].id, "capacity_gbps", p->rates->line[i].capacity_gbps, EXACT);
    }
    for (size_t i = 0; i < p->net->n_demands; i++) {
        add(fields, "demands", p->net->demands[i].id, "rate_bps", p->plan->demands[i].rate_bps, SEARCHED);
        add(fields, "demands", p->net->demands[i].id, "shortfall", (double)p->plan->demands[i].shortfall, EXACT);
    }
    for (size_t i = 0; i < p->services->n; i++) {
        if (!kh_service_is_asked(&p->net->demands[i]))
            continue;
        add(fields, "services", p->net->demands[i].id, "state", (double)p->services->of[i].state, EXACT);
        add(fields, "services", p->net->demands[i].id, "regenerations", (double)p->services->of[i].regenerations, EXACT);
        add(fields, "services", p->net->demands[i].id, "transceivers", (double)p->services->of[i].transceivers, EXACT);
    }
    return fields;
}

static kh_json *read_kept(const char *path)
{
    kh_str text = {0};
    char chunk[4096];
    FILE *file = fopen(path, "r");
    if (file == NULL)
        fail_msg("%s is missing: see the head of this test", path);
    for (size_t n = fread(chunk, 1, sizeof chunk, file); n > 0; n = fread(chunk, 1, sizeof chunk, file))
        kh_str_append_n(&text, chunk, n);
    assert_int_equal(fclose(file), 0);
    kh_json *kept = NULL;
    assert_int_equal(kh_json_read(text.data, text.length, &kept, NULL), KH_OK);
    kh_str_clear(&text);
    return kept;
}

static void write_kept(const char *path, const char *topology, kh_json *fields)
{
    kh_str text = {0};
    kh_json *root = kh_json_object();
    kh_json_set(root, "topology", kh_json_text(topology));
    kh_json_set(root, "fields", fields);
    assert_int_equal(kh_json_write(root, 1, &text, NULL), KH_OK);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(kh_str_text(&text), file) >= 0 && fputs("\n", file) >= 0);
    assert_int_equal(fclose(file), 0);
    kh_str_clear(&text);
    kh_json_destroy(root);
}

/* @return 1 when the field is off, after saying so */
static int compare(const kh_json *kept, const kh_json *now)
{
    const char *name = kh_json_as_text(kh_json_get(now, "name")), *kept_name = kh_json_as_text(kh_json_get(kept, "name"));
    double expected = kh_json_as_number(kh_json_get(kept, "value")), value = kh_json_as_number(kh_json_get(now, "value"));
    double tolerance = kh_json_as_number(kh_json_get(kept, "tol_rel"));
    if (kept_name == NULL || strcmp(name, kept_name) != 0) {
        print_message("%s stands where %s was kept\n", name, kept_name == NULL ? "nothing" : kept_name);
        return 1;
    }
    if ((isnan(expected) && isnan(value)) || fabs(value - expected) <= tolerance * fabs(expected))
        return 0;
    print_message("%s is %.9g, kept %.9g, tolerance %g\n", name, value, expected, tolerance);
    return 1;
}

static void check(const char *name)
{
    char topology[100], golden[100];
    (void)snprintf(topology, sizeof topology, "topologies/%s.yaml", name);
    (void)snprintf(golden, sizeof golden, "tests/golden/%s.json", name);
    kh_pipeline p = {0};
    kh_error err = {0};
    kh_pipeline_options options = {.path = topology, .until = KH_STAGE_PLAN, .optimise = {.objective = KH_OBJECTIVE_MAX_MIN}};
    if (kh_pipeline_run(&options, &p, &err) != KH_OK)
        fail_msg("%s%s", err.steps, err.message);
    kh_json *now = fields_of(&p);
    kh_pipeline_clear(&p);
    if (getenv("KEYHAUL_RENEW_GOLDEN") != NULL) {
        write_kept(golden, topology, now);
        return;
    }
    kh_json *kept = read_kept(golden);
    const kh_json *fields = kh_json_get(kept, "fields");
    int off = kh_json_length(fields) != kh_json_length(now);
    for (size_t i = 0; i < kh_json_length(now); i++)
        off += compare(kh_json_at(fields, i), kh_json_at(now, i));
    kh_json_destroy(kept);
    kh_json_destroy(now);
    assert_int_equal(off, 0);
}

static void bristol_cambridge_is_as_kept(void **state)
{
    (void)state;
    check("bristol-cambridge");
}

static void amsterdam_kajaani_is_as_kept(void **state)
{
    (void)state;
    check("amsterdam-kajaani");
}

static void frankfurt_warsaw_prague_is_as_kept(void **state)
{
    (void)state;
    check("frankfurt-warsaw-prague");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bristol_cambridge_is_as_kept),
        cmocka_unit_test(amsterdam_kajaani_is_as_kept),
        cmocka_unit_test(frankfurt_warsaw_prague_is_as_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
