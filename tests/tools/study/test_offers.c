/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/clock.h"
#include "core/net/load.h"
#include "models/evaluate.h"
#include "tools/study/offers.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void rates_not_known_by_the_deadline_are_refused_by_the_name_of_a_link(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    kh_findings *findings = kh_findings_create();
    kh_net *net = NULL;
    kh_rates *rates;
    kh_dimension_offer *offers;
    kh_error err = {0};
    size_t n;
    assert_int_equal(kh_net_load("topologies/bristol-cambridge.yaml", NULL, 0, findings, &net, NULL), KH_OK);
    assert_int_equal(kh_evaluate(net, arena, &rates, NULL), KH_OK);
    const kh_offers_wish all = {"all", kh_clock_s()}, own = {NULL, kh_clock_s()};
    assert_int_equal(kh_offers_make(net, rates, &all, arena, &offers, &n, &err), KH_TIMELIMIT);
    assert_non_null(strstr(err.message, net->qkd_links[0].id));
    assert_int_equal(kh_offers_make(net, rates, &own, arena, &offers, &n, NULL), KH_OK); /* these are known already */
    assert_in_range(n, 1, net->n_qkd_links);
    kh_net_destroy(net);
    kh_findings_destroy(findings);
    kh_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_not_known_by_the_deadline_are_refused_by_the_name_of_a_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
