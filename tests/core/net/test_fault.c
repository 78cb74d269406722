/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults of a topology: what their names mean, and what becomes of them when what they are on is taken away. */
#include "core/net/load.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char text[] = "keyhaul: 1\n"
                           "name: faults\n"
                           "domains:\n"
                           "  - {id: one, operator: First, country: NL}\n"
                           "nodes:\n"
                           "  - {id: A, at: [52.0, 5.0], domain: one}\n"
                           "  - {id: B, at: [52.3, 5.0]}\n"
                           "  - {id: C, at: [52.6, 5.0]}\n"
                           "fibres:\n"
                           "  - {id: AB, ends: [A, B], length_km: 40, loss_db: 8}\n"
                           "  - {id: BC, ends: [B, C], length_km: 40, loss_db: 8}\n"
                           "faults:\n"
                           "  - {kind: shared-risk, on: duct, fibres: [AB, BC], mtbf_h: 1000, mttr_h: 8}\n"
                           "  - {kind: shared-risk, on: trench, fibres: [BC], mtbf_h: 1000, duration_h: 8}\n"
                           "  - {kind: maintenance, on: trench, first_h: 1, every_h: 24, duration_h: 8}\n"
                           "  - {kind: maintenance, on: BC, first_h: 1, duration_h: 8}\n"
                           "  - {kind: compromise, on: First, mtbf_h: 1000, mttr_h: 8}\n";

static kh_net *load(const kh_edit *edits, size_t n, const char *expected)
{
    kh_net *net = NULL;
    kh_str found = {0};
    kh_findings *findings = kh_findings_create();
    kh_status status = kh_net_load_text("faults.yaml", text, sizeof text - 1, edits, n, findings, &net, NULL);
    kh_findings_text(findings, false, &found);
    kh_findings_destroy(findings);
    assert_string_equal(kh_str_text(&found), expected);
    assert_int_equal(status, KH_OK);
    kh_str_clear(&found);
    return net;
}

static void members_times_and_defaults_are_read(void **state)
{
    (void)state;
    kh_net *net = load(NULL, 0, "");
    const kh_fault *duct = kh_fault_group(net, "duct");
    assert_true(duct == &net->faults[0] && duct->n_fibres == 2 && duct->fibres[1].i == 1 && duct->n_nodes == 0);
    assert_true(isnan(duct->first_h) && isnan(duct->duration_h) && duct->mttr_h == 8);
    assert_true(duct->alarm_qber == 0.11 && duct->quarantine_h == 24 && isnan(duct->qber));
    assert_true(net->faults[2].first_h == 1 && net->faults[2].every_h == 24 && isnan(net->faults[2].mtbf_h));
    assert_null(kh_fault_group(net, "AB"));
    kh_net_destroy(net);
}

static void a_compromise_is_on_a_node_a_domain_an_operator_or_a_country(void **state)
{
    (void)state;
    static const char *const names[] = {"A", "one", "First", "NL"};
    kh_net *net = load(NULL, 0, "");
    for (int i = 0; i < 4; i++)
        assert_true(kh_fault_holds(net, names[i], (kh_node_id){0}) && !kh_fault_holds(net, names[i], (kh_node_id){1}));
    kh_net_destroy(net);
}

static void a_group_goes_with_the_last_of_its_members(void **state)
{
    (void)state;
    const kh_edit edit = {.path = "fibres.BC", .kind = KH_EDIT_REMOVE, .place = {"study.yaml", 9, 7}};
    kh_net *net = load(&edit, 1,
                       "study.yaml:9:7: note: fault 'trench' goes too, since nothing that it is on is left\n"
                       "study.yaml:9:7: note: fault 'trench' goes too, since nothing that it is on is left\n"
                       "study.yaml:9:7: note: fault 'BC' goes too, since it uses 'BC'\n");
    assert_int_equal(net->n_faults, 2);
    assert_true(net->faults[0].n_fibres == 1 && strcmp(net->fibres[net->faults[0].fibres[0].i].id, "AB") == 0);
    assert_int_equal(net->faults[1].kind, KH_FAULT_COMPROMISE);
    kh_net_destroy(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_times_and_defaults_are_read),
        cmocka_unit_test(a_compromise_is_on_a_node_a_domain_an_operator_or_a_country),
        cmocka_unit_test(a_group_goes_with_the_last_of_its_members),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
