/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/core/net/small_net.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static kh_net *load_with(const kh_edit *edits, size_t n, const char *expected_text)
{
    kh_net *net = NULL;
    kh_str text = {0};
    kh_status status = load_small(edits, n, &net, &text);
    assert_string_equal(kh_str_text(&text), expected_text);
    assert_int_equal(status, KH_OK);
    kh_str_clear(&text);
    return net;
}

static kh_net *load_one(kh_edit edit)
{
    return load_with(&edit, 1, "");
}

static void expect_refused(kh_edit edit, const char *expected_text)
{
    kh_net *net = NULL;
    kh_str text = {0};
    edit.place = (kh_place){.file = "study.yaml", .line = 9, .column = 7};
    kh_status status = load_small(&edit, 1, &net, &text);
    assert_string_equal(kh_str_text(&text), expected_text);
    assert_int_equal(status, KH_EDATA);
    assert_null(net);
    kh_str_clear(&text);
}

static void a_value_is_set(void **state)
{
    (void)state;
    kh_net *net = load_one((kh_edit){.path = "fibres.AB.loss_db", .kind = KH_EDIT_SET, .text = "30"});
    assert_true(net->fibres[0].loss_db == 30.0);
    assert_int_equal(net->n_provenance, 0); /* the survey said nothing of the new value */
    kh_net_destroy(net);
    net = load_one((kh_edit){.path = "nodes.B.trusted", .kind = KH_EDIT_SET, .text = "false"});
    assert_false(net->nodes[1].trusted);
    kh_net_destroy(net);
    net = load_one((kh_edit){.path = "demands.dci.between", .kind = KH_EDIT_SET, .text = "[B, A]"});
    assert_int_equal(net->demands[1].between[0].i, 1);
    kh_net_destroy(net);
    net = load_one((kh_edit){.path = "demands.dci.security", .kind = KH_EDIT_SET, .text = "pqc"});
    assert_int_equal(net->demands[1].security, KH_SECURITY_PQC);
    kh_net_destroy(net);
}

static void an_id_may_hold_dots_and_a_field_may_be_inside(void **state)
{
    (void)state;
    kh_net *net = load_one((kh_edit){.path = "fibre_types.G.652.D.loss_db_per_km", .kind = KH_EDIT_SET, .text = "0.3"});
    assert_true(fabs(net->fibres[1].loss_db - 7) < 1e-12);
    kh_net_destroy(net);
    net = load_one((kh_edit){.path = "nodes.A.key_store.capacity_keys", .kind = KH_EDIT_SET, .text = "77"});
    assert_true(net->qkd_links[0].key_store.capacity_keys == 77.0);
    kh_net_destroy(net);
    net = load_one((kh_edit){.path = "qkd_links.Q1.measured.key_rate_bps", .kind = KH_EDIT_SET, .text = "5"});
    assert_true(net->qkd_links[0].measured_key_rate_bps == 5.0);
    kh_net_destroy(net);
    net = load_one((kh_edit){.path = "line_systems.L.channels.count", .kind = KH_EDIT_ADD, .number = 2});
    assert_true(net->line_systems[0].channels == 42.0);
    kh_net_destroy(net);
    net = load_one((kh_edit){.path = "costs.years", .kind = KH_EDIT_TIMES, .number = 2});
    assert_true(net->costs.years == 20.0);
    kh_net_destroy(net);
}

static void a_star_means_every_entry(void **state)
{
    (void)state;
    kh_net *net = load_one((kh_edit){.path = "fibres.X*.length_km", .kind = KH_EDIT_TIMES, .number = 2});
    assert_true(net->fibres[0].length_km == 40.0 && net->fibres[1].length_km == 40.0 && net->fibres[2].length_km == 40.0);
    kh_net_destroy(net);
    net = load_one((kh_edit){.path = "qkd_links.*.modules", .kind = KH_EDIT_ADD, .number = 1});
    assert_true(net->qkd_links[0].modules == 3.0 && net->qkd_links[1].modules == 2.0);
    kh_net_destroy(net);
}

static void a_value_that_follows_from_others_can_be_scaled(void **state)
{
    (void)state;
    kh_net *net = load_one((kh_edit){.path = "fibres.*.loss_db", .kind = KH_EDIT_TIMES, .number = 2});
    assert_true(fabs(net->fibres[0].loss_db - 19) < 1e-12);
    assert_true(fabs(net->fibres[1].loss_db - 10) < 1e-12);
    kh_net_destroy(net);
    net = load_one((kh_edit){.path = "demands.dci.rate_bps", .kind = KH_EDIT_TIMES, .number = 10});
    assert_true(fabs(net->demands[1].rate_bps - 1024) < 1e-9);
    kh_net_destroy(net);
}

static void changes_come_in_order(void **state)
{
    (void)state;
    const kh_edit edits[] = {{.path = "fibres.AB.loss_db", .kind = KH_EDIT_SET, .text = "10"},
                             {.path = "fibres.AB.loss_db", .kind = KH_EDIT_ADD, .number = 5},
                             {.path = "fibres.AB.loss_db", .kind = KH_EDIT_TIMES, .number = 2}};
    kh_net *net = load_with(edits, 3, "");
    assert_true(net->fibres[0].loss_db == 30.0);
    kh_net_destroy(net);
}

static void a_removed_fibre_takes_its_links_and_lines_along(void **state)
{
    (void)state;
    const kh_edit remove = {.path = "fibres.AB", .kind = KH_EDIT_REMOVE, .place = {"study.yaml", 9, 7}};
    kh_net *net = load_with(&remove, 1,
                            "study.yaml:9:7: note: qkd_link 'Q1' goes too, since it uses 'AB'\n"
                            "study.yaml:9:7: note: line_system 'L' goes too, since it uses 'AB'\n"
                            "study.yaml:9:7: note: fault 'AB' goes too, since it uses 'AB'\n");
    assert_int_equal(net->n_fibres, 2);
    assert_int_equal(net->n_qkd_links, 1);
    assert_string_equal(net->qkd_links[0].id, "Q2");
    assert_string_equal(net->fibres[net->qkd_links[0].via[0].i].id, "XB");
    assert_int_equal(net->n_line_systems, 0);
    assert_int_equal(net->n_faults, 1);
    assert_string_equal(net->nodes[net->qkd_links[0].ends[1].i].id, "C");
    kh_net_destroy(net);
}

static void a_removed_node_takes_all_that_ends_there(void **state)
{
    (void)state;
    const kh_edit remove = {.path = "nodes.X", .kind = KH_EDIT_REMOVE};
    kh_net *net = load_with(&remove, 1,
                            "note: fibre 'XB' goes too, since it uses 'X'\n"
                            "note: fibre 'XC' goes too, since it uses 'X'\n"
                            "note: qkd_link 'Q2' goes too, since it uses 'XB'\n"
                            "note: line_system 'L' goes too, since it uses 'XB'\n");
    assert_int_equal(net->n_nodes, 3);
    assert_int_equal(net->n_fibres, 1);
    assert_int_equal(net->n_demands, 3);
    assert_string_equal(net->nodes[net->demands[0].between[1].i].id, "C");
    kh_net_destroy(net);
}

static void what_an_entry_can_do_without_is_emptied(void **state)
{
    (void)state;
    const kh_edit edits[] = {{.path = "domains.one", .kind = KH_EDIT_REMOVE}, {.path = "demands.*", .kind = KH_EDIT_REMOVE}};
    kh_net *net = load_with(edits, 2, "");
    assert_int_equal(net->nodes[0].domain.i, KH_NO_INDEX);
    assert_int_equal(net->n_demands, 0);
    kh_net_destroy(net);
}

static void references_work_after_a_removal(void **state)
{
    (void)state;
    const kh_edit edits[] = {{.path = "demands.key", .kind = KH_EDIT_REMOVE},
                             {.path = "nodes.A.domain", .kind = KH_EDIT_SET, .text = "one"},
                             {.path = "demands.pqc.between", .kind = KH_EDIT_SET, .text = "[C, B]"}};
    kh_net *net = load_with(edits, 3, "");
    assert_int_equal(net->n_demands, 2);
    assert_int_equal(net->demands[1].between[0].i, 2);
    kh_net_destroy(net);
}

static void a_path_that_leads_nowhere_gets_a_suggestion(void **state)
{
    (void)state;
    expect_refused((kh_edit){.path = "fibers.AB.loss_db", .kind = KH_EDIT_SET, .text = "1"},
                   "study.yaml:9:7: error: change of 'fibers.AB.loss_db': there is no such noun\n       did you mean 'fibres'?\n");
    expect_refused(
        (kh_edit){.path = "fibres.AB.los_db", .kind = KH_EDIT_SET, .text = "1"},
        "study.yaml:9:7: error: change of 'fibres.AB.los_db': the noun has no such field\n       did you mean 'loss_db'?\n");
    expect_refused((kh_edit){.path = "fibres.AV.loss_db", .kind = KH_EDIT_SET, .text = "1"},
                   "study.yaml:9:7: error: change of 'fibres.AV.loss_db': no entry has this id\n       did you mean 'AB'?\n");
    expect_refused((kh_edit){.path = "nodes.A.key_store.capacity_key", .kind = KH_EDIT_SET, .text = "1"},
                   "study.yaml:9:7: error: change of 'nodes.A.key_store.capacity_key': the mapping has no such field\n"
                   "       did you mean 'capacity_keys'?\n");
    expect_refused((kh_edit){.path = "fibres", .kind = KH_EDIT_REMOVE},
                   "study.yaml:9:7: error: change of 'fibres': write noun.id of an entry\n");
    expect_refused((kh_edit){.path = "costs.years", .kind = KH_EDIT_REMOVE},
                   "study.yaml:9:7: error: change of 'costs.years': write noun.id of an entry\n");
    expect_refused((kh_edit){.path = "", .kind = KH_EDIT_SET, .text = "1"},
                   "study.yaml:9:7: error: change of '': there is no such noun\n");
}

static void a_new_value_is_checked_like_an_old_one(void **state)
{
    (void)state;
    expect_refused((kh_edit){.path = "fibres.*.length_km", .kind = KH_EDIT_TIMES, .number = 1e6},
                   "study.yaml:9:7: error: length_km is 40000000, must be a number in (0, 20000] km\n");
    expect_refused((kh_edit){.path = "qkd_links.Q1.modules", .kind = KH_EDIT_TIMES, .number = 1.25},
                   "study.yaml:9:7: error: modules is 2.5, must be a whole number in [0, 10000]\n");
    expect_refused((kh_edit){.path = "fibres.*.length_km", .kind = KH_EDIT_SET, .text = "80km"},
                   "study.yaml:9:7: error: length_km is '80km', must be a number in (0, 20000] km\n"
                   "       the unit (km) is part of the key: write only the number, 80\n");
    expect_refused((kh_edit){.path = "nodes.A.label", .kind = KH_EDIT_TIMES, .number = 2},
                   "study.yaml:9:7: error: change of 'nodes.A.label': times and add are for numbers\n");
    expect_refused((kh_edit){.path = "demands.*.rekey_gib", .kind = KH_EDIT_TIMES, .number = 2},
                   "study.yaml:9:7: error: change of 'demands.*.rekey_gib': there is no value to change; set one\n");
    expect_refused((kh_edit){.path = "fibres.AB.ends", .kind = KH_EDIT_SET, .text = "[A, Z]"},
                   "study.yaml:9:7: error: ends names 'Z', which is not among the nodes\n       did you mean 'A'?\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_set),
        cmocka_unit_test(an_id_may_hold_dots_and_a_field_may_be_inside),
        cmocka_unit_test(a_star_means_every_entry),
        cmocka_unit_test(a_value_that_follows_from_others_can_be_scaled),
        cmocka_unit_test(changes_come_in_order),
        cmocka_unit_test(a_removed_fibre_takes_its_links_and_lines_along),
        cmocka_unit_test(a_removed_node_takes_all_that_ends_there),
        cmocka_unit_test(what_an_entry_can_do_without_is_emptied),
        cmocka_unit_test(references_work_after_a_removal),
        cmocka_unit_test(a_path_that_leads_nowhere_gets_a_suggestion),
        cmocka_unit_test(a_new_value_is_checked_like_an_old_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
