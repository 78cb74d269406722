/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/load.h"
#include "tests/tools/import/file.h"
#include "tools/import/qpi.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define FOLDER "tests/ref/instances/"
#define SMALL                                                                                                                      \
    "# a drawing\nqpi 1 small\n# more\nnodes 3\n0 a 0 0\n1 b 30 40\n2 c 60 0\n\nedges 3\n0 0 1 60 1 300\n1 1 2 90 2 0\n"           \
    "2 2 1 9000 1 0.001\ndemands 2\n0 2 1.5\n2 1 0\n"

static trial read_text(const char *text)
{
    char path[] = "/tmp/keyhaul-qpi-XXXXXX";
    int file = mkstemp(path);
    if (file < 0 || write(file, text, strlen(text)) != (ssize_t)strlen(text))
        abort();
    (void)close(file);
    trial t = start_trial();
    t.status = kh_import_read("qpi", &(kh_import_input){.path = path}, t.arena, t.findings, &t.imported, &t.err);
    (void)unlink(path);
    return t;
}

static kh_net *load(const trial *t)
{
    kh_findings *findings = kh_findings_create();
    kh_net *net = NULL;
    assert_int_equal(kh_net_load_text("imported.yaml", t->imported.yaml, t->imported.length, NULL, 0, findings, &net, NULL), KH_OK);
    assert_int_equal(kh_findings_count(findings, KH_ERROR), 0);
    kh_findings_destroy(findings);
    return net;
}

static void compare(const kh_qpi *qpi, const kh_net *net)
{
    assert_int_equal(net->n_nodes, qpi->n_nodes);
    assert_int_equal(net->n_qkd_links, qpi->n_edges);
    assert_int_equal(net->n_demands, qpi->n_demands);
    for (size_t e = 0; e < qpi->n_edges; e++) {
        const kh_qkd_link *link = &net->qkd_links[e];
        assert_true(link->ends[0].i == qpi->edges[e].ends[0] && link->ends[1].i == qpi->edges[e].ends[1]);
        assert_true(link->measured_key_rate_bps == 1000 * qpi->edges[e].rate_kbps && link->modules == 1);
        assert_int_equal(link->n_via, 1);
        assert_true(net->fibres[link->via[0].i].length_km == qpi->edges[e].length_km);
    }
    for (size_t k = 0; k < qpi->n_demands; k++) {
        const kh_demand *demand = &net->demands[k];
        assert_true(demand->between[0].i == qpi->demands[k].ends[0] && demand->between[1].i == qpi->demands[k].ends[1]);
        assert_true(demand->rate_bps == 1000 * qpi->demands[k].rate_kbps && kh_demand_needs_qkd(demand));
    }
    for (size_t v = 0; v < qpi->n_nodes; v++)
        assert_true(net->nodes[v].trusted);
}

static void an_instance_comes_back_from_its_topology_to_the_digit(void **state)
{
    (void)state;
    static const char *const names[] = {"gen20-100-s1", "gen100-1000-s3-dim", "zoo-Nordu2010", "zoo-Garr201201", "zoo-Dfn-dim"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[200];
        (void)snprintf(path, sizeof path, FOLDER "%s.qpi", names[i]);
        trial t = start_trial();
        kh_qpi qpi;
        assert_int_equal(kh_import_read("qpi", &(kh_import_input){.path = path}, t.arena, t.findings, &t.imported, &t.err), KH_OK);
        assert_int_equal(kh_findings_count(t.findings, KH_ERROR), 0);
        assert_int_equal(kh_qpi_read(path, t.arena, &qpi, NULL), KH_OK);
        kh_net *net = load(&t);
        compare(&qpi, net);
        kh_net_destroy(net);
        end_trial(&t);
    }
}

static void drawings_are_laid_on_the_equator_and_long_links_have_no_fibre(void **state)
{
    (void)state;
    trial t = read_text(SMALL);
    assert_int_equal(t.status, KH_OK);
    kh_net *net = load(&t);
    assert_true(fabs(net->nodes[1].lat_deg - 40 / 111.2) < 1e-3 && fabs(net->nodes[1].lon_deg - 30 / 111.2) < 1e-3);
    assert_int_equal(net->n_fibres, 2);
    assert_true(net->qkd_links[2].measured_key_rate_bps == 1);
    assert_non_null(strstr(t.imported.yaml, "# a drawing"));
    assert_non_null(strstr(t.imported.yaml, "in 2 spans"));
    kh_net_destroy(net);
    end_trial(&t);
}

static void what_is_wrong_is_told_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *line;
    } wrong[] = {
        {"", "line 1"},
        {"qpi 2 x\n", "line 1"},
        {"qpi 1 x\nnodes 99999999999\n", "line 2"},
        {"qpi 1 x\nnodes 9999999\n", "fewer lines"},
        {"qpi 1 x\nnodes 1\n0 a 0 nan\n", "line 3"},
        {"qpi 1 x\nnodes 1\n1 a 0 0\n", "line 3"},
        {"qpi 1 x\nnodes 1\n0 a 0 0\nlinks 1\n", "'edges'"},
        {"qpi 1 x\nnodes 1\n0 a 0 0\n# c\nedges 1\n0 0 1 1 1 1\n", "line 6"},
        {"qpi 1 x\nnodes 2\n0 a 0 0\n1 b 0 0\nedges 1\n0 0 1 1 1 -1\n", "line 6"},
        {"qpi 1 x\nnodes 2\n0 a 0 0\n1 b 0 0\nedges 0\ndemands 1\n0 1 1e999\n", "line 7"},
        {"qpi 1 x\nnodes 2\n0 a 0 0\n1 b 0 0\nedges 0\ndemands 1\n0 1 1\nmore\n", "line 8"},
        {"qpi 1 x\nnodes 2\n0 a 0 0\n1 b 0 0\nedges 0\ndemands 2\n0 1 1\n", "line 8"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        trial t = read_text(wrong[i].text);
        assert_int_equal(t.status, KH_EDATA);
        if (strstr(t.err.message, wrong[i].line) == NULL)
            fail_msg("'%s' does not say %s", t.err.message, wrong[i].line);
        end_trial(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_instance_comes_back_from_its_topology_to_the_digit),
        cmocka_unit_test(drawings_are_laid_on_the_equator_and_long_links_have_no_fibre),
        cmocka_unit_test(what_is_wrong_is_told_with_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
