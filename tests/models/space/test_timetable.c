/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The passes of the year one by one, as a simulation plays them. */
#include "core/net/load.h"
#include "models/evaluate.h"
#include "models/space/passes.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

typedef struct year {
    kh_net *net;
    kh_arena *arena;
    kh_rates *rates;
} year;

static year evaluate(const char *device, const char *link)
{
    char text[2000];
    int length = snprintf(
        text, sizeof text,
        "keyhaul: 1\nname: t\n"
        "devices: [{id: d, protocol: bb84-decoy, clock_hz: 1e8, detector_efficiency: 0.5, dark_count_hz: 100, gate_ns: 1,\n"
        "           misalignment: 0.005, eps_sec: 1e-9, optics: {loss_db: 8}%s}]\n"
        "nodes: [{id: SAT, kind: satellite, orbit: {altitude_km: 500, ascending_node_deg: 100}},\n"
        "        {id: OGS, kind: ogs, at: [48.08, 11.28], sky: {horizon_deg: 15},\n"
        "         clear_sky: {share: 0.5, jan: 0.3, jul: 0.7}}]\n"
        "qkd_links: [{id: L, ends: [OGS, SAT], device: d, wavelength_nm: 810%s}]\n",
        device, link);
    assert_true(length < (int)sizeof text);
    year y = {.arena = kh_arena_create(0)};
    kh_error err = {0};
    kh_findings *findings = kh_findings_create();
    if (kh_net_load_text("t", text, strlen(text), NULL, 0, findings, &y.net, &err) != KH_OK ||
        kh_evaluate(y.net, y.arena, &y.rates, &err) != KH_OK)
        fail_msg("%s%s", err.steps, err.message);
    kh_findings_destroy(findings);
    return y;
}

static void forget(year *y)
{
    kh_net_destroy(y->net);
    kh_arena_destroy(y->arena);
}

static void assert_sums_up(const char *device, const char *link)
{
    year y = evaluate(device, link);
    const kh_qkd_rate *rate = &y.rates->qkd[0];
    assert_true(rate->n_passes > 100 && rate->n_passes >= rate->satellite.key_passes);
    double bits = 0, before_s = 0;
    for (size_t i = 0; i < rate->n_passes; i++) {
        const kh_pass *pass = &rate->passes[i];
        assert_true(pass->key_bits > 0 && pass->clear_share > 0 && pass->clear_share <= 1 && pass->day < 365);
        double culmination_s = pass->day * 86400.0, long_s = 86400 + 600; /* the day, and half a pass */
        assert_true(pass->end_s > culmination_s && pass->end_s < culmination_s + long_s && pass->end_s > before_s);
        before_s = pass->end_s;
        bits += pass->key_bits * pass->clear_share;
    }
    assert_true(fabs(bits / (rate->per_module_bps * KH_PASSES_YEAR_S) - 1) < 1e-9);
    forget(&y);
}

static void the_passes_sum_up_to_the_key_of_the_year(void **state)
{
    (void)state;
    assert_sums_up("", "");
    assert_sums_up("", ", pass_share: 0.3, modules: 2");
    assert_sums_up("", ", passes_per_block: 5");
    assert_sums_up(", max_key_rate_bps: 10", ""); /* the electronics cut the mean, and each pass with it */
}

static void without_key_there_are_no_passes(void **state)
{
    (void)state;
    year y = evaluate("", ", extra_loss_db: 60");
    assert_true(y.rates->qkd[0].is_satellite && y.rates->qkd[0].key_rate_bps == 0 && y.rates->qkd[0].n_passes == 0);
    forget(&y);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_passes_sum_up_to_the_key_of_the_year),
        cmocka_unit_test(without_key_there_are_no_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
