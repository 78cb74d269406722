/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/load.h"
#include "tools/study/light_path.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* A and B are joined by one line each way, B and C by a line that is lit both ways; D hangs on a line with bare ends. */
static const char text[] =
    "keyhaul: 1\n"
    "name: ways\n"
    "nodes: [{id: A}, {id: B}, {id: C}, {id: D}, {id: E}]\n"
    "fibre_types: [{id: G, loss_db_per_km: 0.2}]\n"
    "fibres:\n"
    "  - {id: AB, ends: [A, B], type: G, length_km: 80, connector_loss_db: 0}\n"
    "  - {id: BA, ends: [B, A], type: G, length_km: 70, connector_loss_db: 0}\n"
    "  - {id: BC, ends: [B, C], type: G, length_km: 60, connector_loss_db: 0}\n"
    "  - {id: CD, ends: [C, D], type: G, length_km: 50, connector_loss_db: 0}\n"
    "amplifiers: [{id: E, noise_figure_db: 5, gain_max_db: 30}]\n"
    "modes: [{id: m, baud_gbd: 32, rate_gbps: 100, required_osnr_db: 11, tx_osnr_db: 36, min_spacing_ghz: 50}]\n"
    "line_systems:\n"
    "  - {id: there, via: [AB], as_built: true}\n"
    "  - {id: back, via: [BA], as_built: true}\n"
    "  - {id: both, via: [BC]}\n"
    "  - {id: bare, via: [CD], bare_ends: true}\n"
    "installed_amplifiers:\n"
    "  - {id: e1, line: there, fibre: AB, side: before, type: E, gain_db: 20}\n"
    "  - {id: e2, line: there, fibre: AB, side: after, type: E, gain_db: 16}\n"
    "  - {id: e3, line: back, fibre: BA, side: before, type: E, gain_db: 20}\n"
    "  - {id: e4, line: back, fibre: BA, side: after, type: E, gain_db: 14}\n";

typedef struct bench {
    kh_net *net;
    kh_arena *arena;
    kh_light_path found;
    kh_error err;
} bench;

static int make_bench(void **state)
{
    static bench b;
    b = (bench){.arena = kh_arena_create(0)};
    kh_findings *findings = kh_findings_create();
    kh_status status = kh_net_load_text("ways.yaml", text, sizeof text - 1, NULL, 0, findings, &b.net, NULL);
    kh_findings_destroy(findings);
    *state = &b;
    return status == KH_OK ? 0 : 1;
}

static int drop_bench(void **state)
{
    bench *b = *state;
    kh_net_destroy(b->net);
    kh_arena_destroy(b->arena);
    return 0;
}

static kh_status find(bench *b, const char *from, const char *to, double tx_osnr_db)
{
    const kh_node_id ends[2] = {kh_net_node(b->net, from), kh_net_node(b->net, to)};
    return kh_light_path_find(b->net, ends, tx_osnr_db, b->arena, &b->found, &b->err);
}

static void expect_hop(const bench *b, size_t i, const char *line, bool backward)
{
    assert_string_equal(b->net->line_systems[b->found.hops[i].line.i].id, line);
    assert_int_equal(b->found.hops[i].backward, backward);
}

static void a_line_of_one_direction_is_passed_that_way(void **state)
{
    bench *b = *state;
    assert_int_equal(find(b, "A", "C", (double)NAN), KH_OK);
    assert_int_equal(b->found.n_hops, 2);
    expect_hop(b, 0, "there", false); /* though the other fibre is shorter */
    expect_hop(b, 1, "both", false);
    assert_true(fabs(b->found.path.length_km - 140.0) < 1e-9);
    assert_int_equal(find(b, "C", "A", (double)NAN), KH_OK);
    expect_hop(b, 0, "both", true);
    expect_hop(b, 1, "back", false);
    assert_true(fabs(b->found.path.length_km - 130.0) < 1e-9);
}

static void the_transmitter_is_that_of_the_mode_unless_told(void **state)
{
    bench *b = *state;
    assert_int_equal(find(b, "A", "B", (double)NAN), KH_OK);
    assert_true(b->found.tx_osnr_db == 36.0);
    double of_mode_db = b->found.path.channels[0].gsnr_01nm_db;
    assert_int_equal(find(b, "A", "B", (double)INFINITY), KH_OK);
    double noiseless_db = b->found.path.channels[0].gsnr_01nm_db;
    double expected_db = -10.0 * log10(pow(10.0, -noiseless_db / 10.0) + pow(10.0, -3.6));
    assert_true(fabs(of_mode_db - expected_db) < 1e-9);
    assert_true(b->found.rate.capacity_gbps == 7600.0);
}

static void ways_that_are_none_are_told(void **state)
{
    bench *b = *state;
    assert_int_equal(find(b, "B", "D", (double)NAN), KH_INFEASIBLE); /* no ROADM at C on the way to D */
    assert_int_equal(find(b, "A", "E", (double)NAN), KH_INFEASIBLE);
    assert_non_null(strstr(b->err.message, "no line systems lead from 'A' to 'E'"));
    assert_int_equal(find(b, "A", "A", (double)NAN), KH_INFEASIBLE);
    assert_int_equal(find(b, "C", "D", (double)NAN), KH_OK); /* bare ends are fine as the whole way */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_of_one_direction_is_passed_that_way),
        cmocka_unit_test(the_transmitter_is_that_of_the_mode_unless_told),
        cmocka_unit_test(ways_that_are_none_are_told),
    };
    return cmocka_run_group_tests(tests, make_bench, drop_bench);
}
