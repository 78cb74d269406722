/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Routes over several lines, combs of several rates, and what is installed, in networks written as topology files:
 * A --75 km-- I --80 km-- B --90 km-- C, I an amplifier. */
#include "core/base/str.h"
#include "core/net/load.h"
#include "models/optical/optical_route.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char plant[] = "keyhaul: 1\n"
                            "nodes:\n"
                            "  - {id: A}\n"
                            "  - {id: I, kind: amplifier}\n"
                            "  - {id: B}\n"
                            "  - {id: C}\n"
                            "fibre_types:\n"
                            "  - {id: ssmf, loss_db_per_km: 0.2}\n"
                            "fibres:\n"
                            "  - {id: A-I, ends: [A, I], length_km: 75, type: ssmf}\n"
                            "  - {id: I-B, ends: [B, I], length_km: 80, type: ssmf}\n"
                            "  - {id: B-C, ends: [B, C], length_km: 90, type: ssmf}\n"
                            "amplifiers:\n"
                            "  - {id: edfa, noise_figure_db: 5, gain_max_db: 30}\n"
                            "  - {id: noisy, noise_figure_db: 9, gain_max_db: 30}\n"
                            "modes:\n"
                            "  - {id: 32-100, baud_gbd: 32, rate_gbps: 100, required_osnr_db: 12, min_spacing_ghz: 37.5}\n"
                            "  - {id: 32-200, baud_gbd: 32, rate_gbps: 200, required_osnr_db: 18, min_spacing_ghz: 37.5}\n"
                            "  - {id: 64-400, baud_gbd: 64, rate_gbps: 400, required_osnr_db: 21, min_spacing_ghz: 75}\n"
                            "  - {id: 95-600, baud_gbd: 95, rate_gbps: 600, required_osnr_db: 23, min_spacing_ghz: 100}\n"
                            "  - {id: 95-800, baud_gbd: 95, rate_gbps: 800, required_osnr_db: 40, min_spacing_ghz: 100}\n";

static kh_net *load(const char *lines)
{
    kh_str text = {0}, found = {0};
    kh_findings *findings = kh_findings_create();
    kh_net *net = NULL;
    kh_error err = {0};
    kh_str_append(&text, plant);
    kh_str_append(&text, lines);
    kh_status status = kh_net_load_text("test", kh_str_text(&text), text.length, NULL, 0, findings, &net, &err);
    kh_findings_text(findings, false, &found);
    if (status != KH_OK)
        fail_msg("%s\n%s", err.message, kh_str_text(&found));
    kh_str_clear(&text);
    kh_str_clear(&found);
    kh_findings_destroy(findings);
    return net;
}

static kh_line_rate rate_route(const kh_net *net, const kh_optical_hop *hops, size_t n, kh_arena *arena)
{
    const kh_optical_route route = {hops, n};
    kh_line_rate rate = {0};
    kh_error err = {0};
    if (kh_optical_route_rate(net, &route, arena, &rate, &err) != KH_OK)
        fail_msg("%s%s", err.steps, err.message);
    return rate;
}

static kh_line_rate rate_line(const kh_net *net, uint32_t line, bool backward, kh_arena *arena)
{
    const kh_optical_hop hop = {{line}, backward};
    return rate_route(net, &hop, 1, arena);
}

static int make_arena(void **state)
{
    *state = kh_arena_create(0);
    return *state == NULL;
}

static int drop_arena(void **state)
{
    kh_arena_destroy(*state);
    return 0;
}

/* --- combs --- */

#define LINE                                                                                                                       \
    "line_systems:\n  - {id: L, via: [A-I, I-B], channels: {first_thz: 191.35, spacing_ghz: 50, count: 40, launch_dbm: 0}}\n"
#define COMBS  "combs:\n"
#define NARROW "  - {id: narrow, line: L, first_thz: 191.35, spacing_ghz: 50, count: 20}\n"
#define WIDE   "  - {id: wide, line: L, first_thz: 192.5, spacing_ghz: 100, count: 12}\n"

static void a_comb_like_the_fields_of_the_line_changes_nothing(void **state)
{
    kh_net *plain = load(LINE);
    kh_net *same = load(LINE COMBS "  - {id: all, line: L, first_thz: 191.35, spacing_ghz: 50, count: 40}\n");
    kh_line_rate a = rate_line(plain, 0, false, *state), b = rate_line(same, 0, false, *state);
    assert_true(a.gsnr_db == b.gsnr_db && a.capacity_gbps == b.capacity_gbps && a.margin_db == b.margin_db);
    assert_true(a.shannon_gbps == b.shannon_gbps && a.mode.i == b.mode.i && a.channels == 40 && b.channels == 40);
    assert_int_equal(a.combs[0].comb.i, KH_NO_INDEX);
    assert_int_equal(b.combs[0].comb.i, 0);
    kh_net_destroy(plain);
    kh_net_destroy(same);
}

static void every_comb_takes_its_best_mode_and_the_line_adds_them_up(void **state)
{
    kh_net *net = load(LINE COMBS NARROW WIDE);
    kh_line_rate rate = rate_line(net, 0, false, *state);
    assert_int_equal(rate.n_combs, 2);
    assert_string_equal(net->modes[rate.combs[0].mode.i].id, "32-200");
    assert_string_equal(net->modes[rate.combs[1].mode.i].id, "95-600");
    assert_true(rate.capacity_gbps == 20 * 200 + 12 * 600 && rate.channels == 32);
    assert_int_equal(rate.mode.i, rate.combs[1].mode.i);
    assert_true(rate.margin_db == fmin(rate.combs[0].margin_db, rate.combs[1].margin_db));
    assert_true(fabs(rate.shannon_gbps - rate.combs[0].shannon_gbps - rate.combs[1].shannon_gbps) < 1e-6);
    assert_true(rate.capacity_gbps < rate.shannon_gbps);
    assert_non_null(strstr(rate.reason, "comb 'narrow': mode '32-200' is "));
    assert_non_null(
        strstr(rate.reason, "more: '64-400' needs 75 GHz spacing, the comb has 50 GHz; comb 'wide': mode '95-600' is "));
    assert_non_null(strstr(rate.reason, "more: '95-800' misses 40 dB + 2 dB margin by "));
    kh_net_destroy(net);
}

static void a_comb_may_name_its_mode(void **state)
{
    kh_net *net = load(LINE COMBS NARROW "  - {id: wide, line: L, first_thz: 192.5, spacing_ghz: 100, count: 12, mode: 64-400}\n");
    kh_line_rate rate = rate_line(net, 0, false, *state);
    assert_true(rate.capacity_gbps == 20 * 200 + 12 * 400);
    kh_net_destroy(net);
}

static void a_comb_without_a_mode_is_lit_and_says_why_it_carries_nothing(void **state)
{
    kh_net *net = load(LINE COMBS "  - {id: thin, line: L, first_thz: 191.35, spacing_ghz: 25, count: 20}\n" WIDE);
    kh_net *alone = load(LINE COMBS WIDE);
    kh_line_rate rate = rate_line(net, 0, false, *state), undisturbed = rate_line(alone, 0, false, *state);
    assert_true(rate.capacity_gbps == 12 * 600 && rate.combs[0].rate_gbps == 0 && isnan(rate.combs[0].margin_db));
    assert_int_equal(rate.combs[0].mode.i, KH_NO_INDEX);
    assert_non_null(strstr(rate.reason, "comb 'thin': nearest mode '32-100' needs 37.5 GHz spacing, the comb has 25 GHz"));
    assert_true(rate.combs[1].margin_db < undisturbed.combs[0].margin_db);
    kh_net_destroy(net);
    kh_net_destroy(alone);
}

static void an_offset_moves_power_between_combs(void **state)
{
    kh_net *even = load(LINE COMBS NARROW WIDE);
    kh_net *louder =
        load(LINE COMBS NARROW "  - {id: wide, line: L, first_thz: 192.5, spacing_ghz: 100, count: 12, launch_offset_db: 2}\n");
    kh_line_rate a = rate_line(even, 0, false, *state), b = rate_line(louder, 0, false, *state);
    assert_true(b.combs[1].gsnr_01nm_db > a.combs[1].gsnr_01nm_db + 0.5);
    assert_true(b.combs[0].gsnr_01nm_db < a.combs[0].gsnr_01nm_db);
    kh_net_destroy(even);
    kh_net_destroy(louder);
}

/* Every combination of symbol rates, given in the file, against the search. */
static void the_search_finds_what_all_combinations_have(void **state)
{
    static const double launch_dbm[] = {-6, -3, 0, 3};
    static const int rates[] = {32, 64, 95};
    char text[600];
    for (size_t k = 0; k < sizeof launch_dbm / sizeof launch_dbm[0]; k++) {
        const char format[] = "line_systems:\n  - {id: L, via: [A-I, I-B], channels: {launch_dbm: %g}}\n"
                              "combs:\n  - {id: a, line: L, first_thz: 192, spacing_ghz: 100, count: 6%s}\n"
                              "  - {id: b, line: L, first_thz: 192.7, spacing_ghz: 100, count: 9%s}\n";
        (void)snprintf(text, sizeof text, format, launch_dbm[k], "", "");
        kh_net *net = load(text);
        double found_gbps = rate_line(net, 0, false, *state).capacity_gbps, best_gbps = 0;
        kh_net_destroy(net);
        for (size_t i = 0; i < 9; i++) {
            char a[20], b[20];
            (void)snprintf(a, sizeof a, ", baud_gbd: %d", rates[i / 3]);
            (void)snprintf(b, sizeof b, ", baud_gbd: %d", rates[i % 3]);
            (void)snprintf(text, sizeof text, format, launch_dbm[k], a, b);
            net = load(text);
            best_gbps = fmax(best_gbps, rate_line(net, 0, false, *state).capacity_gbps);
            kh_net_destroy(net);
        }
        assert_true(found_gbps > 0 && found_gbps == best_gbps);
    }
}

/* --- what is installed --- */

#define EDFA_LINE "line_systems:\n  - {id: L, via: [A-I, I-B], amplifiers: edfa, channels: {count: 40, launch_dbm: 0}}\n"

static kh_optical_layout build(const kh_net *net, const kh_optical_hop *hops, size_t n, kh_arena *arena)
{
    const kh_optical_route route = {hops, n};
    kh_optical_layout layout = {0};
    kh_error err = {0};
    if (kh_optical_route_build(net, &route, arena, &layout, &err) != KH_OK)
        fail_msg("%s%s", err.steps, err.message);
    return layout;
}

/* One letter an element: a(dd), e(xpress), d(rop), A(mplifier), F(ibre), L(oss). */
static const char *spell(const kh_optical_layout *layout, char out[32])
{
    static const char roles[] = {'a', 'e', 'd'};
    size_t n = 0;
    for (; n < layout->chain.n_elements && n < 31; n++) {
        const kh_optical_element *e = &layout->chain.elements[n];
        out[n] = e->kind == KH_OPTICAL_ROADM ? roles[e->roadm.role] : "FA?L"[e->kind];
    }
    out[n] = '\0';
    return out;
}

static void an_installed_amplifier_goes_before_the_one_that_would_be_placed(void **state)
{
    char text[32];
    const kh_optical_hop forward = {{0}, false}, backward = {{0}, true};
    kh_net *net = load(EDFA_LINE "installed_amplifiers:\n  - {id: X, line: L, fibre: A-I, type: noisy, gain_db: 14, voa_db: 1}\n");
    kh_optical_layout layout = build(net, &forward, 1, *state);
    assert_string_equal(spell(&layout, text), "aAFAFAd");
    const kh_optical_amplifier *placed = &layout.chain.elements[5].amplifier, *stands = &layout.chain.elements[3].amplifier;
    assert_true(stands->noise_db[0] == 9 && stands->gain_db == 14 && stands->voa_db == 1);
    assert_true(placed->noise_db[0] == 5 && fabs(placed->gain_db - 17) < 1e-9);
    layout = build(net, &backward, 1, *state); /* it amplifies the other direction */
    assert_true(layout.chain.elements[3].amplifier.noise_db[0] == 5 && layout.chain.elements[5].amplifier.noise_db[0] == 5);
    assert_true(fabs(layout.chain.elements[3].amplifier.gain_db - 17) < 1e-9);
    kh_net_destroy(net);
}

static void without_a_gain_it_makes_up_for_the_span_and_its_own_attenuators(void **state)
{
    char text[32];
    const kh_optical_hop forward = {{0}, false};
    kh_net *net = load(EDFA_LINE "installed_amplifiers:\n"
                                 "  - {id: X, line: L, fibre: A-I, type: noisy, in_voa_db: 1, voa_db: 2}\n"
                                 "  - {id: Y, line: L, fibre: A-I, side: before, type: noisy}\n"
                                 "installed_losses:\n"
                                 "  - {id: P, line: L, fibre: A-I, side: before, loss_db: 0.5}\n"
                                 "  - {id: Q, line: L, fibre: A-I, loss_db: 1.5}\n");
    kh_optical_layout layout = build(net, &forward, 1, *state);
    assert_string_equal(spell(&layout, text), "aALFLLAFAd");
    assert_true(fabs(layout.chain.elements[6].amplifier.gain_db - (16 + 0.5 + 1.5 + 1 + 2)) < 1e-9);
    assert_true(fabs(layout.chain.elements[1].amplifier.gain_db - 20) < 1e-9);
    kh_net_destroy(net);
}

static void as_built_places_nothing(void **state)
{
    char text[32];
    const kh_optical_hop forward = {{0}, false};
    kh_net *net = load("line_systems:\n  - {id: L, via: [A-I, I-B], as_built: true, bare_ends: true}\n"
                       "installed_amplifiers:\n  - {id: X, line: L, fibre: I-B, type: edfa, gain_db: 30}\n");
    kh_optical_layout layout = build(net, &forward, 1, *state);
    assert_string_equal(spell(&layout, text), "FFA");
    assert_null(layout.obstacle);
    const kh_optical_hop backward = {{0}, true};
    layout = build(net, &backward, 1, *state);
    assert_string_equal(spell(&layout, text), "FF");
    kh_net_destroy(net);
    net = load("line_systems:\n  - {id: L, via: [A-I, I-B], as_built: true}\n"
               "installed_amplifiers:\n  - {id: X, line: L, fibre: I-B, type: edfa, in_voa_db: 3}\n");
    assert_string_equal(rate_line(net, 0, false, *state).reason, "amplifier 'X' needs 36.0 dB of gain, 'edfa' has at most 30.0 dB");
    kh_net_destroy(net);
}

/* --- routes --- */

#define TWO_LINES                                                                                                                  \
    "line_systems:\n  - {id: L1, via: [A-I, I-B], amplifiers: edfa, channels: {count: 40}, margin_db: 1, roadm_pmd_ps: 3}\n"       \
    "  - {id: L2, via: [B-C], amplifiers: edfa, channels: {count: 40, launch_dbm: 1}, margin_db: 3, roadm_pdl_db: 1.5, "           \
    "roadm_target_dbm: -18}\n"

static void a_route_passes_the_roadm_between_its_lines(void **state)
{
    char text[32];
    const kh_optical_hop hops[] = {{{0}, false}, {{1}, false}};
    kh_net *net = load(TWO_LINES);
    kh_optical_layout layout = build(net, hops, 2, *state);
    assert_string_equal(spell(&layout, text), "aAFAFAeAFAd");
    const kh_optical_element *e = layout.chain.elements;
    assert_true(e[0].roadm.pmd_ps == 3 && e[0].roadm.target_dbm == -20 && e[1].amplifier.gain_db == 20);
    assert_true(e[6].roadm.pdl_db == 1.5 && e[6].roadm.target_dbm == -18 && e[7].amplifier.gain_db == 19);
    assert_true(layout.n_spans == 3 && layout.length_km == 245);
    kh_line_rate whole = rate_route(net, hops, 2, *state);
    kh_line_rate first = rate_line(net, 0, false, *state), second = rate_line(net, 1, false, *state);
    assert_true(whole.gsnr_01nm_db < fmin(first.gsnr_01nm_db, second.gsnr_01nm_db));
    assert_true(fabs(whole.latency_ms - first.latency_ms - second.latency_ms) < 1e-12);
    assert_true(fabs(whole.pdl_db - 1.5 * sqrt(2.0)) < 1e-9 && whole.spans == 3);
    kh_net_destroy(net);
}

static void a_route_back_sees_the_spans_in_the_other_order(void **state)
{
    const kh_optical_hop hops[] = {{{1}, true}, {{0}, true}};
    char text[32];
    kh_net *net = load(TWO_LINES);
    kh_optical_layout layout = build(net, hops, 2, *state);
    assert_string_equal(spell(&layout, text), "aAFAeAFAFAd");
    assert_true(layout.chain.elements[2].fibre.length_km == 90 && layout.chain.elements[6].fibre.length_km == 80);
    assert_true(fabs(layout.chain.elements[7].amplifier.gain_db - 17) < 1e-9);
    kh_net_destroy(net);
}

static void the_largest_margin_of_the_lines_counts(void **state)
{
    const kh_optical_hop hops[] = {{{0}, false}, {{1}, false}};
    kh_net *net = load(TWO_LINES);
    kh_line_rate rate = rate_route(net, hops, 2, *state);
    assert_non_null(strstr(rate.reason, "+ 3 dB margin"));
    kh_net_destroy(net);
}

static void expect_refused(const kh_net *net, const kh_optical_hop *hops, size_t n, const char *message, kh_arena *arena)
{
    const kh_optical_route route = {hops, n};
    kh_optical_layout layout = {.n_spans = 77};
    kh_error err = {0};
    assert_int_not_equal(kh_optical_route_build(net, &route, arena, &layout, &err), KH_OK);
    assert_string_equal(err.message, message);
    assert_int_equal(layout.n_spans, 77);
}

static void lines_that_do_not_meet_are_refused(void **state)
{
    kh_net *net = load(TWO_LINES "  - {id: L3, via: [B-C], bare_ends: true}\n");
    const kh_optical_hop gap[] = {{{0}, false}, {{1}, true}}, bare[] = {{{0}, false}, {{2}, false}};
    expect_refused(net, gap, 2, "line system 'L2' does not start where the one before it ends", *state);
    expect_refused(net, bare, 2, "line system 'L3' has no ROADMs at its ends to pass light on", *state);
    expect_refused(net, gap, 0, "a route of 0 line systems, must be in [1, 64]", *state);
    kh_net_destroy(net);
}

static void a_route_that_cannot_be_built_says_why(void **state)
{
    kh_net *net = load("line_systems:\n  - {id: L, via: [A-I, I-B], amplifiers: edfa, channels: {count: 76, launch_dbm: 10}}\n");
    const kh_optical_hop hop = {{0}, false};
    const kh_optical_route route = {&hop, 1};
    kh_optical_comb comb;
    kh_optical_path path = {.n = 77};
    kh_error err = {0};
    assert_int_equal(kh_optical_route_comb(net, (kh_line_id){0}, 32, *state, &comb, &err), KH_OK);
    assert_int_equal(kh_optical_route_run(net, &route, &comb, *state, &path, &err), KH_INFEASIBLE);
    assert_non_null(strstr(err.message, "76 channels of 10 dBm are 28.8 dBm, the line's amplifier does not give both"));
    assert_int_equal(path.n, 77);
    kh_net_destroy(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_comb_like_the_fields_of_the_line_changes_nothing),
        cmocka_unit_test(every_comb_takes_its_best_mode_and_the_line_adds_them_up),
        cmocka_unit_test(a_comb_may_name_its_mode),
        cmocka_unit_test(a_comb_without_a_mode_is_lit_and_says_why_it_carries_nothing),
        cmocka_unit_test(an_offset_moves_power_between_combs),
        cmocka_unit_test(the_search_finds_what_all_combinations_have),
        cmocka_unit_test(an_installed_amplifier_goes_before_the_one_that_would_be_placed),
        cmocka_unit_test(without_a_gain_it_makes_up_for_the_span_and_its_own_attenuators),
        cmocka_unit_test(as_built_places_nothing),
        cmocka_unit_test(a_route_passes_the_roadm_between_its_lines),
        cmocka_unit_test(a_route_back_sees_the_spans_in_the_other_order),
        cmocka_unit_test(the_largest_margin_of_the_lines_counts),
        cmocka_unit_test(lines_that_do_not_meet_are_refused),
        cmocka_unit_test(a_route_that_cannot_be_built_says_why),
    };
    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
