/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ways of light through switches: which there are, in which order, and what they lose. */
#include "core/base/clock.h"
#include "core/net/load.h"
#include "tools/study/switched.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

typedef struct bench {
    kh_net *net;
    kh_arena *arena;
    kh_findings *findings;
} bench;

static int set_up(void **state)
{
    static bench b;
    b = (bench){.arena = kh_arena_create(0), .findings = kh_findings_create()};
    *state = &b;
    return kh_net_load("tests/cli/switched.yaml", NULL, 0, b.findings, &b.net, NULL) == KH_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    bench *b = *state;
    kh_net_destroy(b->net);
    kh_findings_destroy(b->findings);
    kh_arena_destroy(b->arena);
    return 0;
}

static kh_switched find(const bench *b, size_t most_ways, double switch_db)
{
    kh_switched made;
    const kh_switched_options options = {.switch_db = switch_db, .most_ways = most_ways};
    assert_int_equal(kh_switched_find(b->net, &options, b->arena, &made, NULL), KH_OK);
    return made;
}

static void a_way_loses_what_its_fibres_and_switches_do(void **state)
{
    const bench *b = *state;
    kh_switched made = find(b, 8, 1.5);
    assert_true(made.complete);
    for (size_t i = 0; i < made.n_ways; i++) {
        const kh_switched_way *way = &made.ways[i];
        kh_node_id at = b->net->demands[made.sent[way->demand]].between[0];
        double loss_db = 0;
        for (size_t h = 0; h < way->n_fibres; h++) {
            const kh_fibre *fibre = &b->net->fibres[way->fibres[h]];
            at = kh_node_far_end(fibre->ends, at);
            loss_db += fibre->loss_db + (b->net->nodes[at.i].kind == KH_NODE_SWITCH ? 1.5 : 0);
            assert_true(h + 1 == way->n_fibres || b->net->nodes[at.i].kind == KH_NODE_SWITCH); /* never through a site */
        }
        assert_int_equal(at.i, b->net->demands[made.sent[way->demand]].between[1].i);
        assert_true(fabs(loss_db - way->loss_db) < 1e-12 && way->rate_bps > 0);
        assert_true(i == 0 || way[-1].demand != way->demand || way[-1].loss_db <= way->loss_db);
        assert_string_equal(b->net->devices[way->device.i].id, "photons");
    }
}

static void demands_without_a_way_are_named(void **state)
{
    const bench *b = *state;
    kh_switched made = find(b, 8, 1);
    assert_int_equal(made.n_sent, 5);
    assert_int_equal(made.n_left_out, 1);
    assert_string_equal(b->net->demands[made.left_out[0]].id, "a-far");
    assert_int_equal(find(b, 8, 100).n_sent, 1); /* a-c has a fibre of its own */
}

static void fewer_ways_are_the_first_of_many_and_not_complete(void **state)
{
    const bench *b = *state;
    kh_switched one = find(b, 1, 1), many = find(b, 8, 1);
    assert_false(one.complete);
    assert_int_equal(one.n_ways, one.n_sent);
    for (size_t i = 0, at = 0; i < one.n_ways; i++) {
        while (many.ways[at].demand != i)
            at++;
        assert_int_equal(many.ways[at].n_fibres, one.ways[i].n_fibres);
        assert_memory_equal(many.ways[at].fibres, one.ways[i].fibres, one.ways[i].n_fibres * sizeof(uint32_t));
    }
}

static void options_that_are_none_are_refused(void **state)
{
    const bench *b = *state;
    kh_switched made;
    kh_switched_options options = {.switch_db = (double)NAN, .most_ways = 1};
    assert_int_equal(kh_switched_find(b->net, &options, b->arena, &made, NULL), KH_ERANGE);
    options = (kh_switched_options){.switch_db = 1, .most_ways = 0};
    assert_int_equal(kh_switched_find(b->net, &options, b->arena, &made, NULL), KH_ERANGE);
    options = (kh_switched_options){.switch_db = 1, .most_ways = 1, .device = "photon"};
    assert_int_equal(kh_switched_find(b->net, &options, b->arena, &made, NULL), KH_EUSAGE);
}

static void tables_not_done_by_the_deadline_are_refused_by_the_name_of_a_device(void **state)
{
    const bench *b = *state;
    kh_switched made;
    kh_error err = {0};
    kh_switched_options options = {.switch_db = 1, .most_ways = 1, .until_s = kh_clock_s()};
    assert_int_equal(kh_switched_find(b->net, &options, b->arena, &made, &err), KH_TIMELIMIT);
    assert_non_null(strstr(err.steps, "photons"));
    assert_non_null(strstr(err.message, "no time is left"));
    options.until_s = (double)INFINITY;
    assert_int_equal(kh_switched_find(b->net, &options, b->arena, &made, NULL), KH_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_way_loses_what_its_fibres_and_switches_do, set_up, tear_down),
        cmocka_unit_test_setup_teardown(demands_without_a_way_are_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(fewer_ways_are_the_first_of_many_and_not_complete, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tables_not_done_by_the_deadline_are_refused_by_the_name_of_a_device, set_up, tear_down),
        cmocka_unit_test_setup_teardown(options_that_are_none_are_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
