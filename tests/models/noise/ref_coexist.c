/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Published experiments with data light beside the quantum channel, parameters partly guessed: within a factor of two. */
#include "core/net/load.h"
#include "models/evaluate.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void key_beside_data_is_within_a_factor_of_two_of_experiments(void **state)
{
    (void)state;
    static const struct {
        const char *link;
        double published_bps;
    } rows[] = {{"patel", 445e3}, {"mao-co", 4500.0}, {"mao-counter", 5100.0}};
    kh_findings *findings = kh_findings_create();
    kh_net *net = NULL;
    kh_error err = {0};
    assert_int_equal(kh_net_load("tests/ref/coexist.yaml", NULL, 0, findings, &net, &err), KH_OK);
    kh_arena *arena = kh_arena_create(0);
    kh_rates *rates = NULL;
    assert_int_equal(kh_evaluate(net, arena, &rates, &err), KH_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        kh_qkd_link_id id = kh_net_qkd_link(net, rows[i].link);
        assert_true(id.i != KH_NO_INDEX);
        double off_db = 10.0 * log10(rates->qkd[id.i].key_rate_bps / rows[i].published_bps);
        if (!(fabs(off_db) <= 10.0 * log10(2.0)))
            fail_msg("%s: %g bit/s, published %g bit/s", rows[i].link, rates->qkd[id.i].key_rate_bps, rows[i].published_bps);
    }
    kh_arena_destroy(arena);
    kh_net_destroy(net);
    kh_findings_destroy(findings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(key_beside_data_is_within_a_factor_of_two_of_experiments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
