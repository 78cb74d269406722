/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/load.h"
#include "core/text/file.h"
#include "tests/tools/import/file.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define FOLDER   "tests/ref/gnpy/"
#define LIBRARY  FOLDER "eqpt_config.json"
#define LIBRARY5 FOLDER "eqpt_config_openroadm_ver5.json"

/* What came out, loaded; the loader has nothing to say about it. */
static kh_net *load(const trial *t)
{
    kh_findings *findings = kh_findings_create();
    kh_net *net = NULL;
    kh_str text = {0};
    kh_status status = kh_net_load_text("imported.yaml", t->imported.yaml, t->imported.length, NULL, 0, findings, &net, NULL);
    kh_findings_text(findings, false, &text);
    assert_string_equal(kh_str_text(&text), "");
    assert_int_equal(status, KH_OK);
    kh_str_clear(&text);
    kh_findings_destroy(findings);
    return net;
}

static void expect_said(const trial *t, kh_severity severity, const char *what)
{
    for (size_t i = 0; i < kh_findings_kept(t->findings); i++) {
        const kh_finding *f = kh_findings_at(t->findings, i);
        if (f->severity == severity && strstr(f->message, what) != NULL)
            return;
    }
    kh_str text = {0};
    kh_findings_text(t->findings, false, &text);
    fail_msg("no %s with '%s' among:\n%s", kh_severity_name(severity), what, kh_str_text(&text));
}

static void the_small_example_is_written_as_it_was(void **state)
{
    (void)state;
    trial t = import_file(FOLDER "edfa_designed.json", LIBRARY);
    assert_int_equal(t.status, KH_OK);
    char *expected = NULL;
    size_t length = 0;
    assert_int_equal(kh_file_read("tests/tools/import/edfa.yaml", 1 << 20, t.arena, &expected, &length, NULL), KH_OK);
    assert_string_equal(t.imported.yaml, expected);
    end_trial(&t);
}

static void every_example_loads_without_findings(void **state)
{
    (void)state;
    static const struct {
        const char *path, *library;
        size_t nodes, lines, amplifiers;
        bool as_built;
    } examples[] = {
        {FOLDER "edfa_designed.json", LIBRARY, 2, 1, 1, true},
        {FOLDER "edfa_example_network.json", LIBRARY, 2, 1, 1, true},
        {FOLDER "mesh_designed.json", LIBRARY, 11, 6, 29, true},
        {FOLDER "mesh_variety_designed.json", LIBRARY, 16, 10, 29, true},
        {FOLDER "meshTopologyExampleV2.json", LIBRARY, 11, 6, 17, false},
        {FOLDER "sweden_v5_designed.json", LIBRARY5, 38, 22, 134, true},
        {FOLDER "Sweden_OpenROADMv5_example_network.json", LIBRARY5, 38, 22, 134, true},
        {FOLDER "coronet_paths_designed.json", LIBRARY, 105, 25, 133, true},
        {FOLDER "CORONET_CONUS_Topology.json", LIBRARY, 411, 99, 0, false},
        {FOLDER "CORONET_Global_Topology.json", LIBRARY, 1854, 136, 0, false},
    };
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        trial t = import_file(examples[i].path, examples[i].library);
        assert_int_equal(t.status, KH_OK);
        kh_net *net = load(&t);
        assert_int_equal(net->n_nodes, examples[i].nodes);
        assert_int_equal(net->n_line_systems, examples[i].lines);
        assert_int_equal(net->n_installed_amplifiers, examples[i].amplifiers);
        assert_int_equal(net->line_systems[0].as_built, examples[i].as_built);
        kh_net_destroy(net);
        end_trial(&t);
    }
}

/* --- one small network with everything in it --- */

static const char elements[] =
    "{\"uid\": \"trx A\", \"type\": \"Transceiver\", \"metadata\": {\"location\": {\"city\": \"Aa\", \"latitude\": 50, "
    "\"longitude\": 4}}},\n"
    "{\"uid\": \"roadm A\", \"type\": \"Roadm\", \"metadata\": {\"location\": {\"city\": \"Aa\", \"latitude\": 50, \"longitude\": "
    "4}},\n"
    " \"params\": {\"target_pch_out_db\": -18, \"per_degree_pch_out_db\": {\"booster A\": -19}}},\n"
    "{\"uid\": \"trx B\", \"type\": \"Transceiver\"},\n"
    "{\"uid\": \"roadm B\", \"type\": \"Roadm\", \"type_variety\": \"roadm_type_1\",\n"
    " \"metadata\": {\"location\": {\"city\": \"Bb, West\", \"latitude\": 50.5, \"longitude\": 4.5}}},\n"
    "{\"uid\": \"booster A\", \"type\": \"Edfa\", \"type_variety\": \"medium+low_gain\", \"operational\":\n"
    " {\"gain_target\": 27, \"delta_p\": 0, \"tilt_target\": 1, \"in_voa\": 0.5, \"out_voa\": 2}},\n"
    "{\"uid\": \"pad A\", \"type\": \"Fused\", \"params\": {\"loss\": 0.25}},\n"
    "{\"uid\": \"east 1\", \"type\": \"Fiber\", \"type_variety\": \"SSMF\", \"params\": {\"length\": 50000, \"length_units\": "
    "\"m\",\n"
    " \"loss_coef\": 0.2, \"con_in\": 0.5, \"con_out\": 0.7, \"att_in\": 3}},\n"
    "{\"uid\": \"splice\", \"type\": \"Fused\"},\n"
    "{\"uid\": \"east 2\", \"type\": \"RamanFiber\", \"type_variety\": \"SSMF\", \"params\": {\"length\": 40, \"length_units\": "
    "\"km\",\n"
    " \"loss_coef\": {\"value\": [0.3, 0.2], \"frequency\": [190e12, 196.829e12]}, \"con_in\": 0.5, \"con_out\": 0.5}},\n"
    "{\"uid\": \"preamp B\", \"type\": \"Edfa\", \"type_variety\": \"std_fixed_gain\", \"operational\": {\"gain_target\": 20, "
    "\"delta_p\": 0}},\n"
    "{\"uid\": \"west\", \"type\": \"Fiber\", \"type_variety\": \"LOF\", \"params\": {\"length\": 91, \"length_units\": \"km\",\n"
    " \"loss_coef\": 0.19, \"con_in\": 0.5, \"con_out\": 0.5, \"lumped_losses\": [{\"position\": 3, \"loss\": 0.91}]}},\n"
    "{\"uid\": \"patch B\", \"type\": \"Fused\", \"params\": {\"loss\": 0.5}},\n"
    "{\"uid\": \"preamp A\", \"type\": \"Edfa\", \"type_variety\": \"std_high_gain\", \"operational\": {\"gain_target\": 25, "
    "\"delta_p\": 0}}";

static const char *const edges[][2] = {
    {"trx A", "roadm A"},    {"roadm A", "trx A"},   {"trx B", "roadm B"}, {"roadm B", "trx B"}, {"roadm A", "booster A"},
    {"booster A", "pad A"},  {"pad A", "east 1"},    {"east 1", "splice"}, {"splice", "east 2"}, {"east 2", "preamp B"},
    {"preamp B", "roadm B"}, {"roadm B", "patch B"}, {"patch B", "west"},  {"west", "preamp A"}, {"preamp A", "roadm A"},
};

static trial import_network(const char *more_elements, const char *more_edges)
{
    kh_str text = {0};
    kh_str_printf(&text, "{\"network_name\": \"small\", \"elements\": [%s%s],\n\"connections\": [", elements, more_elements);
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++)
        kh_str_printf(&text, "%s{\"from_node\": \"%s\", \"to_node\": \"%s\"}", i == 0 ? "" : ", ", edges[i][0], edges[i][1]);
    kh_str_printf(&text, "%s]}", more_edges);
    trial t = import_text(text.data, text.length, LIBRARY);
    kh_str_clear(&text);
    return t;
}

static const kh_installed_amplifier *amplifier(const kh_net *net, const char *id)
{
    for (size_t i = 0; i < net->n_installed_amplifiers; i++)
        if (strcmp(net->installed_amplifiers[i].id, id) == 0)
            return &net->installed_amplifiers[i];
    fail_msg("no amplifier '%s'", id);
    return NULL;
}

static void every_kind_of_element_finds_its_place(void **state)
{
    (void)state;
    trial t = import_network("", "");
    assert_int_equal(t.status, KH_OK);
    kh_net *net = load(&t);
    assert_string_equal(kh_import_node(&t.imported, "trx A"), "Aa");
    assert_string_equal(kh_import_node(&t.imported, "roadm B"), "Bb__West");
    assert_null(kh_import_node(&t.imported, "east 1"));
    assert_string_equal(net->nodes[1].label, "Bb, West");

    assert_int_equal(net->n_line_systems, 2); /* the fibres back are others */
    const kh_line_system *there = &net->line_systems[0], *back = &net->line_systems[1];
    assert_int_equal(there->n_via, 2);
    assert_true(there->roadm_target_dbm == -19.0);
    assert_true(back->roadm_target_dbm == -18.0);
    assert_true(fabs(back->add_drop_osnr_db - 35.0) < 1e-12);
    assert_int_equal(net->n_installed_roadms, 2); /* where B drops: its own kind; where A drops: its own target */

    const kh_installed_amplifier *booster = amplifier(net, "booster_A");
    assert_int_equal(booster->side, KH_SIDE_BEFORE);
    assert_true(booster->gain_db == 27.0 && booster->tilt_db == 1.0 && booster->in_voa_db == 0.5);
    assert_true(booster->voa_db == 2.25); /* the pad stands behind it */
    const kh_amplifier *type = &net->amplifiers[booster->type.i];
    assert_int_equal(type->kind, KH_AMPLIFIER_DUAL_STAGE);
    assert_string_equal(net->amplifiers[type->preamp.i].id, "std_medium_gain");
    assert_true(type->gain_max_db == 42.0);
    assert_int_equal(amplifier(net, "preamp_A")->side, KH_SIDE_AFTER);

    const kh_fibre *first = &net->fibres[there->via[0].i], *second = &net->fibres[there->via[1].i];
    assert_true(first->length_km == 50.0 && fabs(first->loss_db - 11.0) < 1e-12); /* the connectors that both ends have */
    assert_true(fabs(second->loss_db_per_km - 0.25) < 1e-6);                      /* at 1550 nm, the middle of the table */
    assert_int_equal(net->nodes[first->ends[1].i].kind, KH_NODE_SWITCH);
    double lost_db = 0.0;
    for (size_t i = 0; i < net->n_installed_losses; i++)
        lost_db += net->installed_losses[i].loss_db;
    assert_true(fabs(lost_db - (3.0 + 0.2 + 1.0 + 0.5)) < 1e-12); /* att_in, con_out, the splice of GNPy's usual 1 dB, the patch */
    assert_true(fabs(net->fibres[back->via[0].i].loss_db_per_km - 0.2) < 1e-12);
    assert_true(fabs(net->fibre_types[net->fibres[back->via[0].i].type.i].effective_area_um2 - 125.0) < 1e-9);

    expect_said(&t, KH_WARNING, "RamanFiber 'east 2'");
    expect_said(&t, KH_WARNING, "fibre 'east 2': 'loss_coef' over frequency");
    expect_said(&t, KH_WARNING, "1 amplifiers have a tilt");
    expect_said(&t, KH_WARNING, "fibre 'west': lumped losses of 0.91 dB");
    kh_net_destroy(net);
    end_trial(&t);
}

static void what_has_no_counterpart_is_refused_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *elements, *edges, *said;
    } cases[] = {
        {",\n{\"uid\": \"C+L\", \"type\": \"Multiband_amplifier\"}", "",
         "element 'C+L' is refused: its type 'Multiband_amplifier'"},
        {",\n{\"uid\": \"x\"}", "", "element 'x' is refused: its type ''"},
        {",\n{\"type\": \"Fused\"}", "", "an element has no text 'uid'"},
        {",\n{\"uid\": \"west\", \"type\": \"Fused\"}", "", "uid 'west' comes twice"},
        {",\n{\"uid\": \"x\", \"type\": \"Fused\", \"params\": {\"loss\": \"1\"}}", "", "'loss' must be a number"},
        {",\n{\"uid\": \"x\", \"type\": \"Fiber\", \"type_variety\": \"XXX\", \"params\": {\"length\": 1, \"loss_coef\": 0.2}}", "",
         "fibre 'x': type_variety 'XXX' is not in the equipment"},
        {",\n{\"uid\": \"x\", \"type\": \"Fiber\", \"type_variety\": \"SSMF\"}", "", "fibre 'x' lacks its length or loss_coef"},
        {",\n{\"uid\": \"x\", \"type\": \"Edfa\", \"type_variety\": \"Juniper_BoosterHG\", \"operational\": {\"gain_target\": 15}}",
         "", "Edfa 'x' is refused: type_variety 'Juniper_BoosterHG'"},
        {"", ", {\"from_node\": \"roadm A\", \"to_node\": \"nowhere\"}", "to_node 'nowhere' is no element"},
        {"", ", {\"from_node\": \"roadm B\", \"to_node\": \"west\"}", "element 'west' is on two ways between ROADMs"},
        {",\n{\"uid\": \"x\", \"type\": \"Fused\"}", ", {\"from_node\": \"roadm B\", \"to_node\": \"x\"}",
         "light from 'roadm B' by 'x' comes to no ROADM or transceiver"},
        {",\n{\"uid\": \"x\", \"type\": \"Fiber\", \"type_variety\": \"SSMF\", \"params\": {\"length\": 1e9, \"loss_coef\": 0.2}}",
         ", {\"from_node\": \"roadm B\", \"to_node\": \"x\"}, {\"from_node\": \"x\", \"to_node\": \"roadm A\"}",
         "fibre 'x' is 1e+09 km long, must be at most 20000 km"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        trial t = import_network(cases[i].elements, cases[i].edges);
        assert_int_equal(t.status, KH_EDATA);
        assert_null(t.imported.yaml);
        expect_said(&t, KH_ERROR, cases[i].said);
        end_trial(&t);
    }
}

static void findings_know_line_and_column(void **state)
{
    (void)state;
    trial t = import_network(",\n  {\"uid\": \"C+L\", \"type\": \"Multiband_amplifier\"}", "");
    const kh_finding *first = kh_findings_at(t.findings, 0);
    assert_int_equal(first->place.line, 20);
    assert_int_equal(first->place.column, 3);
    end_trial(&t);

    static const char broken[] = "{\"elements\": [\n  {\"uid\": \"a\",, }]}";
    t = import_text(broken, sizeof broken - 1, LIBRARY);
    assert_int_equal(t.status, KH_EDATA);
    const kh_finding *syntax = kh_findings_at(t.findings, 0);
    assert_int_equal(syntax->place.line, 2);
    assert_true(syntax->place.column >= 14);
    assert_non_null(strstr(syntax->message, "no JSON: "));
    assert_non_null(strstr(syntax->excerpt, "\"uid\""));
    end_trial(&t);
}

static void ways_without_fibre_are_dropped_and_said(void **state)
{
    (void)state;
    trial t =
        import_network(",\n{\"uid\": \"x\", \"type\": \"Fused\"}",
                       ", {\"from_node\": \"roadm B\", \"to_node\": \"x\"}, {\"from_node\": \"x\", \"to_node\": \"roadm A\"}");
    assert_int_equal(t.status, KH_OK);
    expect_said(&t, KH_WARNING, "the way from 'roadm B' by 'x' to 'roadm A' has no fibre and is dropped");
    assert_non_null(strstr(t.imported.yaml, "has no fibre and is dropped"));
    end_trial(&t);
}

static void an_amplifier_made_of_itself_is_left_out(void **state)
{
    (void)state;
    static const char equipment[] =
        "{\"Edfa\": [{\"type_variety\": \"twice\", \"type_def\": \"dual_stage\", \"preamp_variety\": \"twice\", "
        "\"booster_variety\": \"twice\", \"gain_flatmax\": 20, \"allowed_for_design\": true}], "
        "\"Transceiver\": [{\"type_variety\": \"t\", \"mode\": [{\"format\": \"m\", \"baud_rate\": 32e9, "
        "\"bit_rate\": 100e9, \"OSNR\": 12, \"min_spacing\": 50e9}]}], \"Fiber\": [{\"type_variety\": \"SSMF\"}], \"SI\": [{}], "
        "\"Span\": [{}]}";
    static const char topology[] =
        "{\"elements\": [{\"uid\": \"a\", \"type\": \"Transceiver\"}, {\"uid\": \"b\", \"type\": \"Transceiver\"}, "
        "{\"uid\": \"f\", \"type\": \"Fiber\", \"type_variety\": \"SSMF\", \"params\": {\"length\": 200, "
        "\"length_units\": \"km\", \"loss_coef\": 0.2}}], \"connections\": [{\"from_node\": \"a\", \"to_node\": \"f\"}, "
        "{\"from_node\": \"f\", \"to_node\": \"b\"}]}";
    char path[] = "/tmp/keyhaul-equipment-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, equipment, sizeof equipment - 1), sizeof equipment - 1);
    (void)close(file);
    trial t = import_text(topology, sizeof topology - 1, path);
    (void)unlink(path);
    assert_int_equal(t.status, KH_OK);
    assert_null(strstr(t.imported.yaml, "twice"));
    end_trial(&t);
}

/* Both directions meet in one fused element: light does not turn round there. */
static void a_fused_element_may_serve_both_directions(void **state)
{
    (void)state;
    static const char fibre[] =
        ", \"type\": \"Fiber\", \"type_variety\": \"SSMF\", \"params\": {\"length\": 30, \"length_units\": \"km\", "
        "\"loss_coef\": 0.2}}";
    static const char *const pairs[][2] = {{"A", "a1"}, {"a1", "X"}, {"X", "b1"}, {"b1", "B"},
                                           {"B", "b2"}, {"b2", "X"}, {"X", "a2"}, {"a2", "A"}};
    kh_str text = {0};
    kh_str_append(&text, "{\"elements\": [{\"uid\": \"A\", \"type\": \"Roadm\"}, {\"uid\": \"B\", \"type\": \"Roadm\"}, "
                         "{\"uid\": \"X\", \"type\": \"Fused\", \"params\": {\"loss\": 2}}");
    for (const char *const *uid = (const char *const[]){"a1", "a2", "b1", "b2", NULL}; *uid != NULL; uid++)
        kh_str_printf(&text, ", {\"uid\": \"%s\"%s", *uid, fibre);
    kh_str_append(&text, "], \"connections\": [");
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        kh_str_printf(&text, "%s{\"from_node\": \"%s\", \"to_node\": \"%s\"}", i == 0 ? "" : ", ", pairs[i][0], pairs[i][1]);
    kh_str_append(&text, "]}");
    trial t = import_text(text.data, text.length, LIBRARY);
    kh_str_clear(&text);
    assert_int_equal(t.status, KH_OK);
    kh_net *net = load(&t);
    assert_int_equal(net->n_line_systems, 1);
    assert_int_equal(net->line_systems[0].n_via, 2);
    assert_int_equal(net->n_installed_losses, 2);
    assert_int_equal(net->n_nodes, 3);
    kh_net_destroy(net);
    end_trial(&t);
}

static void requests_become_demands(void **state)
{
    (void)state;
    trial t = start_trial();
    const kh_import_input input = {
        .path = FOLDER "mesh_designed.json", .equipment = LIBRARY, .services = FOLDER "meshTopologyExampleV2_services.json"};
    t.status = kh_import_read("gnpy", &input, t.arena, t.findings, &t.imported, &t.err);
    assert_int_equal(t.status, KH_OK);
    kh_net *net = load(&t);
    assert_int_equal(net->n_demands, 8);
    const kh_demand *demand = &net->demands[1];
    assert_string_equal(net->nodes[demand->between[0].i].id, "Brest_KLA");
    assert_string_equal(net->nodes[demand->between[1].i].id, "Vannes_KBE");
    assert_true(demand->data_gbps == 200.0 && demand->rate_bps == 0.0);
    expect_said(&t, KH_WARNING, "8 requests name a transceiver");
    expect_said(&t, KH_WARNING, "1 requests name nodes on their way");
    expect_said(&t, KH_WARNING, "2 groups of requests");
    kh_net_destroy(net);
    end_trial(&t);

    t = start_trial();
    const kh_import_input strange = {
        .path = FOLDER "edfa_designed.json", .equipment = LIBRARY, .services = FOLDER "meshTopologyExampleV2_services.json"};
    assert_int_equal(kh_import_read("gnpy", &strange, t.arena, t.findings, &t.imported, &t.err), KH_EDATA);
    expect_said(&t, KH_ERROR, "source 'trx Lorient_KMA' of a request is no place in the topology");
    end_trial(&t);
}

static void what_the_caller_forgot_is_a_usage_error(void **state)
{
    (void)state;
    trial t = start_trial();
    const kh_import_input input = {.path = FOLDER "edfa_designed.json"};
    assert_int_equal(kh_import_read("gnpy", &input, t.arena, t.findings, &t.imported, &t.err), KH_EUSAGE);
    assert_non_null(strstr(t.err.message, "--equipment"));
    assert_int_equal(kh_import_read("gnpi", &input, t.arena, t.findings, &t.imported, &t.err), KH_EUSAGE);
    assert_non_null(strstr(t.err.message, "did you mean 'gnpy'?"));
    end_trial(&t);
    t = import_file("tests/ref/gnpy/none.json", LIBRARY);
    assert_int_equal(t.status, KH_ENOINPUT);
    end_trial(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_small_example_is_written_as_it_was),
        cmocka_unit_test(every_example_loads_without_findings),
        cmocka_unit_test(every_kind_of_element_finds_its_place),
        cmocka_unit_test(what_has_no_counterpart_is_refused_by_name),
        cmocka_unit_test(findings_know_line_and_column),
        cmocka_unit_test(ways_without_fibre_are_dropped_and_said),
        cmocka_unit_test(an_amplifier_made_of_itself_is_left_out),
        cmocka_unit_test(a_fused_element_may_serve_both_directions),
        cmocka_unit_test(requests_become_demands),
        cmocka_unit_test(what_the_caller_forgot_is_a_usage_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
