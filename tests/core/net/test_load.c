/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/load.h"

#include "core/net/loader.h"
#include "tests/core/net/small_net.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static kh_net *load(void)
{
    kh_net *net = NULL;
    kh_str text = {0};
    kh_status status = load_small(NULL, 0, &net, &text);
    assert_string_equal(kh_str_text(&text), "");
    assert_int_equal(status, KH_OK);
    kh_str_clear(&text);
    return net;
}

static void every_noun_is_loaded(void **state)
{
    (void)state;
    kh_net *net = load();
    assert_string_equal(net->name, "Small");
    assert_string_equal(net->description, "every noun once");
    assert_string_equal(net->path, "small.yaml");
    assert_string_equal(net->source_path_list, "small.yaml\n");
    assert_int_equal(strlen(net->input_hash), 64);
    assert_int_equal(net->n_domains, 1);
    assert_int_equal(net->n_nodes, 4);
    assert_int_equal(net->n_fibres, 3);
    assert_int_equal(net->n_qkd_links, 2);
    assert_int_equal(net->n_line_systems, 1);
    assert_int_equal(net->n_demands, 3);
    assert_int_equal(net->n_faults, 2);
    assert_true(net->domains[0].transit_price_per_mbit == 0.5);
    assert_string_equal(net->domains[0].operator_name, "one");
    assert_true(net->nodes[0].lat_deg == 52.0 && net->nodes[0].lon_deg == 5.0);
    assert_string_equal(kh_node_name(&net->nodes[0]), "Alpha");
    assert_string_equal(kh_node_name(&net->nodes[1]), "B");
    assert_int_equal(net->nodes[1].domain.i, 0);
    assert_int_equal(net->nodes[3].kind, KH_NODE_AMPLIFIER);
    assert_int_equal(net->nodes[0].place.line, 10);
    assert_int_equal(net->nodes[0].place.column, 5);
    assert_string_equal(net->nodes[0].place.file, "small.yaml");
    kh_net_destroy(net);
}

static void defaults_apply_unless_the_entry_says_otherwise(void **state)
{
    (void)state;
    kh_net *net = load();
    assert_true(net->nodes[0].trusted);
    assert_false(net->nodes[2].trusted);
    assert_false(net->nodes[3].trusted); /* no key leaves the light at an amplifier */
    assert_int_equal(net->fibres[1].type.i, 0);
    assert_true(net->costs.years == 10.0);
    assert_true(net->costs.trusted_node_eur == 80000.0);
    kh_net_destroy(net);
}

static void fibre_loss_is_given_or_follows_from_the_length(void **state)
{
    (void)state;
    kh_net *net = load();
    assert_true(net->fibres[0].loss_is_given && net->fibres[0].loss_db == 9.5);
    assert_false(net->fibres[1].loss_is_given);
    assert_true(fabs(net->fibres[1].loss_db - (20 * 0.2 + 1.0)) < 1e-12);
    assert_true(fabs(net->fibres[2].loss_db - (20 * 0.25 + 0.5)) < 1e-12);
    assert_true(net->fibres[1].aerial_km == 20.0 && net->fibres[0].aerial_km == 0.0);
    kh_fibre_id chain[] = {{0}, {1}, {2}};
    assert_true(fabs(kh_net_chain_length_km(net, chain, 3) - 80) < 1e-12);
    assert_true(fabs(kh_net_chain_loss_db(net, chain, 3) - 20) < 1e-12);
    kh_net_destroy(net);
}

static void ends_follow_from_the_chain(void **state)
{
    (void)state;
    kh_net *net = load();
    const kh_qkd_link *bypass = &net->qkd_links[1];
    assert_string_equal(net->nodes[bypass->ends[0].i].id, "B");
    assert_string_equal(net->nodes[bypass->ends[1].i].id, "C");
    assert_string_equal(net->nodes[net->line_systems[0].ends[0].i].id, "A");
    assert_string_equal(net->nodes[net->line_systems[0].ends[1].i].id, "C");
    assert_int_equal(net->line_systems[0].n_roadms, 2);
    assert_int_equal(net->line_systems[0].amplifier.i, KH_NO_INDEX);
    assert_true(net->line_systems[0].channels == 40.0 && net->line_systems[0].spacing_ghz == 50.0);
    assert_true(isnan(net->line_systems[0].baud_gbd));
    kh_net_destroy(net);
}

static void links_take_protocol_from_the_device_and_store_from_the_nodes(void **state)
{
    (void)state;
    kh_net *net = load();
    assert_int_equal(net->qkd_links[0].protocol, KH_PROTOCOL_BBM92);
    assert_int_equal(net->qkd_links[1].protocol, KH_PROTOCOL_BB84_DECOY);
    assert_true(net->qkd_links[0].key_store.capacity_keys == 500.0);
    assert_true(net->qkd_links[0].key_store.refill_below_keys == 500.0); /* not more than the capacity */
    assert_true(net->qkd_links[1].key_store.capacity_keys == 500.0);
    assert_true(net->qkd_links[1].key_store.refill_below_keys == 400.0); /* 80 % */
    assert_true(net->qkd_links[1].key_store.initial_keys == 10.0);
    assert_true(net->qkd_links[0].key_store.reserve_keys == 0.0);
    kh_net_destroy(net);
}

static void demands_know_the_rate_they_ask_for(void **state)
{
    (void)state;
    kh_net *net = load();
    assert_true(net->demands[0].rate_bps == 100.0);
    assert_true(fabs(net->demands[1].rate_bps - 12 * 2 * 256 / 60.0) < 1e-9);
    assert_true(net->demands[2].rate_bps == 0.0);
    assert_true(kh_demand_needs_qkd(&net->demands[1]));
    assert_false(kh_demand_needs_qkd(&net->demands[2]));
    kh_net_destroy(net);
}

static void every_assumption_is_kept(void **state)
{
    (void)state;
    kh_net *net = load();
    assert_int_equal(net->n_provenance, 1);
    assert_string_equal(net->provenance[0].noun, "fibres");
    assert_string_equal(net->provenance[0].id, "AB");
    assert_string_equal(net->provenance[0].field, "loss_db");
    assert_string_equal(net->provenance[0].value, "9.5");
    assert_string_equal(net->provenance[0].source, "survey");
    assert_true(net->provenance[0].assumed);
    assert_int_equal(net->provenance[0].place.line, 17);
    kh_net_destroy(net);
}

static void ids_are_found(void **state)
{
    (void)state;
    kh_net *net = load();
    assert_int_equal(kh_net_node(net, "C").i, 2);
    assert_int_equal(kh_net_fibre(net, "XC").i, 2);
    assert_int_equal(kh_net_qkd_link(net, "Q2").i, 1);
    assert_int_equal(kh_net_demand(net, "dci").i, 1);
    assert_int_equal(kh_net_node(net, "nobody").i, KH_NO_INDEX);
    kh_net_destroy(net);
    kh_net_destroy(NULL);
}

/* --- files --- */

typedef struct outcome {
    kh_status status;
    size_t errors;
    kh_str text;
} outcome;

static outcome load_path(const char *path, kh_net **net)
{
    outcome o = {0};
    kh_findings *findings = kh_findings_create();
    o.status = kh_net_load(path, NULL, 0, findings, net, NULL);
    o.errors = kh_findings_count(findings, KH_ERROR);
    kh_findings_text(findings, false, &o.text);
    kh_findings_destroy(findings);
    return o;
}

static outcome load_text(const char *text, size_t length)
{
    outcome o = {0};
    kh_net *net = NULL;
    kh_findings *findings = kh_findings_create();
    o.status = kh_net_load_text("text.yaml", text, length, NULL, 0, findings, &net, NULL);
    o.errors = kh_findings_count(findings, KH_ERROR);
    kh_findings_text(findings, false, &o.text);
    kh_findings_destroy(findings);
    kh_net_destroy(net);
    return o;
}

static void expect(outcome o, kh_status status, const char *part)
{
    if (o.status != status || strstr(kh_str_text(&o.text), part) == NULL)
        fail_msg("status %s, '%.500s' does not say '%s'", kh_status_name(o.status), kh_str_text(&o.text), part);
    kh_str_clear(&o.text);
}

static void what_is_no_file_is_said_to_be_none(void **state)
{
    (void)state;
    kh_net *net = NULL;
    expect(load_path("tests/no-such-file.yaml", &net), KH_ENOINPUT, "No such file");
    expect(load_path("tests", &net), KH_ENOINPUT, "is a directory");
    expect(load_path("/dev/null", &net), KH_ENOINPUT, "not a regular file");
    assert_null(net);
}

static double peak_mb(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss * 1024 / 1e6;
}

static void a_file_of_100_mb_is_refused_before_it_is_read(void **state)
{
    (void)state;
    char path[] = "/tmp/keyhaul-large-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(ftruncate(file, 100000000), 0);
    double before_mb = peak_mb();
    kh_net *net = NULL;
    expect(load_path(path, &net), KH_ELIMIT, "has 95.4 MiB, at most 64.0 MiB");
    assert_true(peak_mb() - before_mb < 10);
    (void)close(file);
    (void)unlink(path);
}

static void all_files_together_are_limited(void **state)
{
    (void)state;
    char folder[] = "/tmp/keyhaul-parts-XXXXXX", main_path[64], part[64];
    assert_non_null(mkdtemp(folder));
    (void)snprintf(main_path, sizeof main_path, "%s/main.yaml", folder);
    FILE *file = fopen(main_path, "wb");
    assert_non_null(file);
    (void)fputs("keyhaul: 1\ninclude: [part.yaml]\n", file);
    (void)fclose(file);
    (void)snprintf(part, sizeof part, "%s/part.yaml", folder);
    file = fopen(part, "wb");
    assert_non_null(file);
    assert_int_equal(ftruncate(fileno(file), (64 << 20) - 10), 0);
    (void)fclose(file);
    kh_net *net = NULL;
    outcome o = load_path(main_path, &net);
    assert_non_null(strstr(kh_str_text(&o.text), "main.yaml:2:11: error: include:"));
    expect(o, KH_ELIMIT, "at most");
    (void)unlink(part);
    (void)unlink(main_path);
    (void)rmdir(folder);
}

static kh_str repeated(const char *head, const char *part, size_t n)
{
    kh_str text = {0};
    kh_str_append(&text, head);
    for (size_t i = 0; i < n; i++)
        kh_str_append(&text, part);
    return text;
}

static void nesting_of_10000_is_refused(void **state)
{
    (void)state;
    static const char *const parts[] = {"[", "{a: ", "- "};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        kh_str text = repeated("keyhaul: 1\nnodes:\n  ", parts[i], 10000);
        expect(load_text(text.data, text.length), KH_ELIMIT, "nested deeper than 64");
        kh_str_clear(&text);
    }
}

static void a_flood_of_values_is_refused_within_200_mb(void **state)
{
    (void)state;
    kh_str text = repeated("keyhaul: 1\nnodes:\n", "- {}\n- a\n", 1500000);
    expect(load_text(text.data, text.length), KH_ELIMIT, "too many keys and values");
    kh_str_clear(&text);
    text = repeated("keyhaul: 1\nqkd_links:\n", "- {}\n", 700000);
    expect(load_text(text.data, text.length), KH_ELIMIT, "at most 96 MiB");
    kh_str_clear(&text);
#if !defined(__SANITIZE_ADDRESS__)
    assert_true(peak_mb() < 200);
#endif
}

static void thousands_of_errors_take_no_time(void **state)
{
    (void)state;
    kh_str text = {0};
    kh_str_append(&text, "keyhaul: 1\nnodes:\n");
    for (int i = 0; i < 20000; i++)
        kh_str_printf(&text, "- {id: N-%d, at: [52, 5], domain: M-%d, colour: red}\n", i, i);
    kh_str_append(&text, "fibres:\n");
    for (int i = 0; i < 20000; i++)
        kh_str_printf(&text, "- {id: F-%d, ends: [X-%d, N-%d], length_km: 80, loss_db: 17}\n", i, i, i);
    outcome o = load_text(text.data, text.length);
    assert_int_equal(o.errors, 60000);
    expect(o, KH_EDATA, "and 59000 more");
    kh_str_clear(&text);
}

static void the_hash_names_the_input(void **state)
{
    (void)state;
    kh_net *a = load(), *b = load(), *c = NULL;
    assert_string_equal(a->input_hash, b->input_hash);
    kh_str text = {0};
    kh_str_append(&text, small_net);
    kh_str_append(&text, "# a remark\n");
    kh_findings *findings = kh_findings_create();
    assert_int_equal(kh_net_load_text("small.yaml", text.data, text.length, NULL, 0, findings, &c, NULL), KH_OK);
    assert_string_not_equal(a->input_hash, c->input_hash);
    kh_findings_destroy(findings);
    kh_str_clear(&text);
    kh_net_destroy(a);
    kh_net_destroy(b);
    kh_net_destroy(c);
}

/* --- allocation failure --- */

static kh_status load_failing(uint64_t nth_arena, uint64_t nth_scratch)
{
    static const kh_edit edits[] = {{.path = "fibres.*.loss_db", .kind = KH_EDIT_TIMES, .number = 1.1},
                                    {.path = "qkd_links.Q1.modules", .kind = KH_EDIT_SET, .text = "3"},
                                    {.path = "fibres.XC", .kind = KH_EDIT_REMOVE}};
    kh_findings *findings = kh_findings_create();
    kh_load load = {.name = "small.yaml", .text = small_net, .length = sizeof small_net - 1, .edits = edits, .n_edits = 3};
    load.findings = findings;
    load.arena = kh_arena_create(0);
    load.scratch = kh_arena_create(0);
    kh_arena_fail_after(load.arena, nth_arena);
    kh_arena_fail_after(load.scratch, nth_scratch);
    kh_net *net = NULL;
    kh_error err = {0};
    kh_status status = kh_load_in(&load, &net, &err);
    if (status != KH_OK) {
        assert_null(net);
        assert_int_equal(err.status, status);
    }
    kh_arena_destroy(load.arena);
    kh_arena_destroy(load.scratch);
    kh_findings_destroy(findings);
    return status;
}

static void every_failed_allocation_is_told(void **state)
{
    (void)state;
    kh_status status = KH_ENOMEM;
    uint64_t n = 1;
    for (; status != KH_OK; n++) {
        status = load_failing(n, 0);
        assert_true(status == KH_OK || status == KH_ENOMEM);
    }
    assert_true(n > 20);
    status = KH_ENOMEM;
    for (n = 1; status != KH_OK; n++) {
        status = load_failing(0, n);
        assert_true(status == KH_OK || status == KH_ENOMEM);
    }
    assert_true(n > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_noun_is_loaded),
        cmocka_unit_test(defaults_apply_unless_the_entry_says_otherwise),
        cmocka_unit_test(fibre_loss_is_given_or_follows_from_the_length),
        cmocka_unit_test(ends_follow_from_the_chain),
        cmocka_unit_test(links_take_protocol_from_the_device_and_store_from_the_nodes),
        cmocka_unit_test(demands_know_the_rate_they_ask_for),
        cmocka_unit_test(every_assumption_is_kept),
        cmocka_unit_test(ids_are_found),
        cmocka_unit_test(what_is_no_file_is_said_to_be_none),
        cmocka_unit_test(a_file_of_100_mb_is_refused_before_it_is_read),
        cmocka_unit_test(all_files_together_are_limited),
        cmocka_unit_test(nesting_of_10000_is_refused),
        cmocka_unit_test(a_flood_of_values_is_refused_within_200_mb),
        cmocka_unit_test(thousands_of_errors_take_no_time),
        cmocka_unit_test(the_hash_names_the_input),
        cmocka_unit_test(every_failed_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
