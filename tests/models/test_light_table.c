/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of light beside a quantum channel: they say what the models say. */
#include "core/net/load.h"
#include "models/light_table.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

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
    return kh_net_load("tests/ref/coexist.yaml", NULL, 0, b.findings, &b.net, NULL) == KH_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    bench *b = *state;
    kh_net_destroy(b->net);
    kh_findings_destroy(b->findings);
    kh_arena_destroy(b->arena);
    return 0;
}

static double by_table(const kh_light_table *t, size_t q, double noise)
{
    const double *rate = &t->rate_bps[q * t->n_points];
    for (size_t i = 1; i < t->n_points; i++)
        if (noise <= t->noise_at[i])
            return rate[i - 1] + (noise - t->noise_at[i - 1]) / (t->noise_at[i] - t->noise_at[i - 1]) * (rate[i] - rate[i - 1]);
    return 0;
}

/* All the line's channels as they are, seen from every place of the O band, where four-wave mixing does not reach. */
static void rates_of_the_table_are_those_of_the_models(void **state)
{
    bench *b = *state;
    static const char *const links[] = {"patel", "mao-co", "mao-counter"};
    for (size_t l = 0; l < 3; l++) {
        kh_qkd_link_id link = kh_net_qkd_link(b->net, links[l]);
        kh_light_table t;
        assert_int_equal(kh_light_table_make(b->net, link, b->arena, &t, NULL), KH_OK);
        for (size_t q = 0; q < t.n_channels; q++) {
            double noise = 0, rate_bps, top_bps = t.rate_bps[q * t.n_points];
            if (t.may_classical[q])
                continue;
            for (size_t v = 0; v < t.n_channels; v++)
                noise += t.is_lit[v] ? t.noise[q * t.n_channels + v] : 0;
            const kh_light_choice choice = {q, t.is_lit, 1};
            assert_int_equal(kh_light_table_check(b->net, link, &t, &choice, &rate_bps, NULL), KH_OK);
            assert_true(fabs(by_table(&t, q, noise) - rate_bps) <= 0.03 * top_bps);
        }
    }
}

static void more_light_never_means_more_key(void **state)
{
    bench *b = *state;
    kh_light_table t;
    assert_int_equal(kh_light_table_make(b->net, kh_net_qkd_link(b->net, "mao-counter"), b->arena, &t, NULL), KH_OK);
    for (size_t i = 0; i < t.n_channels * t.n_points; i++)
        assert_true(t.rate_bps[i] >= 0 && (i % t.n_points == 0 || t.rate_bps[i] <= t.rate_bps[i - 1]));
    for (size_t i = 1; i < t.n_points; i++)
        assert_true(t.noise_at[i] > t.noise_at[i - 1]);
    for (size_t i = 1; i < t.n_channels; i++)
        assert_true(t.freq_thz[i] > t.freq_thz[i - 1]);
}

static void a_link_without_light_beside_is_refused(void **state)
{
    bench *b = *state;
    kh_light_table t;
    kh_qkd_link_id dark = kh_net_qkd_link(b->net, "mao-dark");
    assert_false(kh_light_table_applies(b->net, &b->net->qkd_links[dark.i]));
    assert_int_equal(kh_light_table_make(b->net, dark, b->arena, &t, NULL), KH_ERANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rates_of_the_table_are_those_of_the_models, set_up, tear_down),
        cmocka_unit_test_setup_teardown(more_light_never_means_more_key, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_link_without_light_beside_is_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
