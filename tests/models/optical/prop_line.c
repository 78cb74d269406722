/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Laws of line systems on random networks: spans, combs, modes and amplifiers are drawn. */
#include "core/base/rng.h"
#include "core/base/str.h"
#include "core/net/load.h"
#include "models/optical/optical.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { NETWORKS = 60, SPANS_MAX = 8 };

typedef struct drawn {
    size_t n_spans;
    double length_km[SPANS_MAX + 1], launch_dbm, noise_db, gap_db;
    int spacing_ghz[2], count[2];
    bool variable_gain, roadms;
} drawn;

static double between(kh_rng *rng, double low, double high)
{
    return low + (high - low) * kh_rng_uniform(rng);
}

static drawn draw(kh_rng *rng)
{
    drawn d = {.n_spans = 1 + (size_t)kh_rng_below(rng, SPANS_MAX),
               .launch_dbm = between(rng, -3, 4),
               .noise_db = between(rng, 4, 7),
               .gap_db = between(rng, 0, 4),
               .variable_gain = kh_rng_below(rng, 2) == 0,
               .roadms = kh_rng_below(rng, 2) == 0};
    for (size_t i = 0; i <= SPANS_MAX; i++)
        d.length_km[i] = between(rng, 40, 110);
    for (size_t i = 0; i < 2; i++) {
        d.spacing_ghz[i] = 50 * (1 + (int)kh_rng_below(rng, 3));
        d.count[i] = 1 + (int)kh_rng_below(rng, 12);
    }
    return d;
}

static void write_plant(const drawn *d, size_t n_spans, kh_str *out)
{
    kh_str_append(out, "keyhaul: 1\nnodes:\n");
    for (size_t i = 0; i <= n_spans; i++)
        kh_str_printf(out, "  - {id: N%zu}\n", i);
    kh_str_append(out, "fibres:\n");
    for (size_t i = 0; i < n_spans; i++)
        kh_str_printf(out, "  - {id: F%zu, ends: [N%zu, N%zu], length_km: %.6g, loss_db_per_km: 0.2}\n", i, i, i + 1,
                      d->length_km[i]);
    kh_str_append(out, "amplifiers:\n");
    if (d->variable_gain)
        kh_str_append(out, "  - {id: vg, kind: variable-gain, nf_min_db: 6, nf_max_db: 10, gain_min_db: 15, gain_max_db: 26}\n");
    kh_str_printf(out, "  - {id: fixed, noise_figure_db: %.6g, gain_max_db: 40}\n", d->noise_db);
}

/* Fixed modes 3 dB above Shannon, and a generic one. */
static void write_modes(const drawn *d, const char *penalties, kh_str *out)
{
    static const int bauds[] = {32, 64, 95};
    kh_str_append(out, "modes:\n");
    for (size_t i = 0; i < 3; i++)
        for (int bits = 2; bits <= 6; bits += 2)
            kh_str_printf(out,
                          "  - {id: m%d-%d, baud_gbd: %d, rate_gbps: %d, required_osnr_db: %.6g, min_spacing_ghz: %d, "
                          "max_cd_ps_nm: 20000%s}\n",
                          bauds[i], bits, bauds[i], bauds[i] * bits, 10 * log10(2 * (exp2(bits / 2.0) - 1) * bauds[i] / 12.5),
                          bauds[i], penalties);
    kh_str_printf(out, "  - {id: generic, baud_gbd: 64, rate_gbps: 800, shannon_gap_db: %.6g, min_spacing_ghz: 75%s}\n", d->gap_db,
                  penalties);
}

static void write_line(const drawn *d, size_t n_spans, kh_str *out)
{
    kh_str_append(out, "line_systems:\n  - {id: L, margin_db: 1, via: [");
    for (size_t i = 0; i < n_spans; i++)
        kh_str_printf(out, "%sF%zu", i == 0 ? "" : ", ", i);
    kh_str_printf(out, "], channels: {launch_dbm: %.6g}", d->launch_dbm);
    if (d->roadms)
        kh_str_append(out, ", roadms: [N1], roadm_pdl_db: 0.5");
    kh_str_append(out, "}\ncombs:\n");
    double edge_thz = 191.4;
    for (size_t i = 0; i < 2; i++) {
        kh_str_printf(out, "  - {id: C%zu, line: L, first_thz: %.6f, spacing_ghz: %d, count: %d}\n", i,
                      edge_thz + d->spacing_ghz[i] / 2000.0, d->spacing_ghz[i], d->count[i]);
        edge_thz += d->spacing_ghz[i] * d->count[i] / 1000.0;
    }
}

static kh_line_rate rate(const drawn *d, size_t n_spans, const char *penalties, kh_arena *arena)
{
    kh_str text = {0}, found = {0};
    write_plant(d, n_spans, &text);
    write_modes(d, penalties, &text);
    write_line(d, n_spans, &text);
    kh_findings *findings = kh_findings_create();
    kh_net *net = NULL;
    kh_line_rate out = {0};
    kh_error err = {0};
    kh_status status = kh_net_load_text("drawn", kh_str_text(&text), text.length, NULL, 0, findings, &net, &err);
    kh_findings_text(findings, false, &found);
    if (status != KH_OK || kh_optical_line(net, (kh_line_id){0}, arena, &out, &err) != KH_OK)
        fail_msg("%s%s\n%s\n%s", err.steps, err.message, kh_str_text(&found), kh_str_text(&text));
    kh_str_clear(&text);
    kh_str_clear(&found);
    kh_findings_destroy(findings);
    kh_net_destroy(net);
    return out;
}

static void for_random_networks(void (*law)(kh_rng *rng, const drawn *d, kh_arena *arena))
{
    kh_arena *arena = kh_arena_create(0);
    assert_non_null(arena);
    for (int i = 0; i < NETWORKS; i++) {
        char name[24];
        (void)snprintf(name, sizeof name, "network %d", i);
        kh_rng rng = kh_rng_stream(21, name, "line");
        drawn d = draw(&rng);
        law(&rng, &d, arena);
        kh_arena_reset(arena);
    }
    kh_arena_destroy(arena);
}

static void below_shannon(kh_rng *rng, const drawn *d, kh_arena *arena)
{
    (void)rng;
    kh_line_rate all = rate(d, d->n_spans, "", arena);
    double sum_gbps = 0;
    for (size_t k = 0; k < all.n_combs; k++) {
        double carried_gbps = all.combs[k].channels * all.combs[k].rate_gbps;
        assert_true(carried_gbps <= all.combs[k].shannon_gbps);
        sum_gbps += carried_gbps;
    }
    assert_true(fabs(sum_gbps - all.capacity_gbps) < 1e-6);
}

static void capacity_is_below_shannon(void **state)
{
    (void)state;
    for_random_networks(below_shannon);
}

static void falls_with_a_span(kh_rng *rng, const drawn *d, kh_arena *arena)
{
    (void)rng;
    drawn uniform = *d; /* another symbol rate has another GSNR in 0.1 nm: one for all */
    uniform.spacing_ghz[0] = uniform.spacing_ghz[1] = 50;
    kh_line_rate here = rate(&uniform, d->n_spans, "", arena), further = rate(&uniform, d->n_spans + 1, "", arena);
    assert_true(further.gsnr_01nm_db < here.gsnr_01nm_db && further.capacity_gbps <= here.capacity_gbps);
    assert_true(further.latency_ms > here.latency_ms && further.pmd_ps > here.pmd_ps);
}

static void one_more_span_is_never_better(void **state)
{
    (void)state;
    for_random_networks(falls_with_a_span);
}

static void never_rises_with_penalties(kh_rng *rng, const drawn *d, kh_arena *arena)
{
    char penalties[200];
    double first = between(rng, 0, 5000), second = first + between(rng, 100, 30000), pdl = between(rng, 0.3, 3);
    (void)snprintf(penalties, sizeof penalties, ", penalties: {cd: [[%.6g, %.6g], [%.6g, %.6g]], pdl: [[%.6g, 1]]}", first,
                   between(rng, 0, 1), second, between(rng, 0, 3), pdl);
    assert_true(rate(d, d->n_spans, penalties, arena).capacity_gbps <= rate(d, d->n_spans, "", arena).capacity_gbps);
}

static void penalties_never_help(void **state)
{
    (void)state;
    for_random_networks(never_rises_with_penalties);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(capacity_is_below_shannon),
        cmocka_unit_test(one_more_span_is_never_better),
        cmocka_unit_test(penalties_never_help),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
