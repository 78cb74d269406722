/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Line systems of a network built by hand: A --80 km-- B --80 km-- C --80 km-- D, B an amplifier, C what the test says. */
#include "models/optical/chain.h"
#include "models/optical/optical.h"
#include "models/optical/optical_route.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { NODES = 4, FIBRES = 3, MODES = 4, AMPLIFIERS = 2 };

typedef struct fixture {
    kh_arena *arena;
    kh_node nodes[NODES];
    kh_fibre_type type;
    kh_fibre fibres[FIBRES];
    kh_amplifier amplifiers[AMPLIFIERS];
    kh_mode modes[MODES];
    kh_fibre_id via[FIBRES];
    kh_node_id roadm;
    kh_line_system system;
    kh_net net;
} fixture;

static kh_mode make_mode(const char *id, double baud_gbd, double rate_gbps, double osnr_db, double spacing_ghz)
{
    return (kh_mode){.id = id,
                     .baud_gbd = baud_gbd,
                     .rate_gbps = rate_gbps,
                     .required_osnr_db = osnr_db,
                     .tx_osnr_db = 36,
                     .min_spacing_ghz = spacing_ghz,
                     .max_cd_ps_nm = (double)INFINITY,
                     .max_pmd_ps = (double)INFINITY};
}

static void fill_fibres(fixture *f)
{
    static const char *const ids[FIBRES] = {"A-B", "B-C", "C-D"};
    for (uint32_t i = 0; i < FIBRES; i++) {
        f->fibres[i] = (kh_fibre){.id = ids[i], .ends = {{i}, {i + 1}}, .length_km = 80, .loss_db = 17, .loss_is_given = true};
        f->via[i] = (kh_fibre_id){i};
    }
}

static void fill_library(fixture *f)
{
    f->type = (kh_fibre_type){
        .id = "ssmf", .loss_db_per_km = 0.2, .dispersion_ps_nm_km = 16.7, .effective_area_um2 = 83, .pmd_ps_sqrt_km = 0.04};
    f->amplifiers[0] = (kh_amplifier){
        .id = "small", .noise_figure_db = 5, .gain_max_db = 20, .power_max_dbm = 21, .lowest_thz = 191.3, .highest_thz = 196.1};
    f->amplifiers[1] = (kh_amplifier){
        .id = "large", .noise_figure_db = 6, .gain_max_db = 40, .power_max_dbm = 23, .lowest_thz = 191.3, .highest_thz = 196.1};
    f->modes[0] = make_mode("qpsk-32", 32, 100, 12, 50);
    f->modes[1] = make_mode("16qam-32", 32, 200, 18, 50);
    f->modes[2] = make_mode("64qam-32", 32, 300, 30, 50);
    f->modes[3] = make_mode("16qam-64", 64, 400, 20, 75);
}

static int make_fixture(void **state)
{
    static fixture f;
    f = (fixture){.arena = kh_arena_create(0)};
    for (size_t i = 0; i < NODES; i++)
        f.nodes[i] = (kh_node){.kind = i == 0 || i == NODES - 1 ? KH_NODE_SITE : KH_NODE_AMPLIFIER};
    fill_fibres(&f);
    fill_library(&f);
    f.roadm = (kh_node_id){2};
    f.system = (kh_line_system){.id = "L1",
                                .via = f.via,
                                .n_via = FIBRES,
                                .ends = {{0}, {3}},
                                .amplifier = {KH_NO_INDEX},
                                .roadms = &f.roadm,
                                .n_roadms = 0,
                                .first_thz = 191.35,
                                .spacing_ghz = 50,
                                .channels = 40,
                                .launch_dbm = 0,
                                .baud_gbd = (double)NAN,
                                .roadm_target_dbm = -20,
                                .add_drop_osnr_db = 38,
                                .margin_db = 2};
    f.net = (kh_net){.nodes = f.nodes,
                     .n_nodes = NODES,
                     .fibre_types = &f.type,
                     .n_fibre_types = 1,
                     .fibres = f.fibres,
                     .n_fibres = FIBRES,
                     .amplifiers = f.amplifiers,
                     .n_amplifiers = AMPLIFIERS,
                     .modes = f.modes,
                     .n_modes = MODES,
                     .line_systems = &f.system,
                     .n_line_systems = 1};
    *state = &f;
    return f.arena == NULL;
}

static int drop_fixture(void **state)
{
    kh_arena_destroy(((fixture *)*state)->arena);
    return 0;
}

static kh_line_rate evaluate(fixture *f)
{
    kh_line_rate rate = {0};
    kh_error err = {0};
    if (kh_optical_line(&f->net, (kh_line_id){0}, f->arena, &rate, &err) != KH_OK)
        fail_msg("%s%s", err.steps, err.message);
    return rate;
}

static kh_optical_layout build(fixture *f)
{
    const kh_optical_hop hop = {.line = {0}};
    const kh_optical_route route = {.hops = &hop, .n_hops = 1};
    kh_optical_layout layout = {0};
    kh_error err = {0};
    if (kh_optical_route_build(&f->net, &route, f->arena, &layout, &err) != KH_OK)
        fail_msg("%s%s", err.steps, err.message);
    return layout;
}

/* The same line written as a chain, evaluated without any network. */
static void gsnr_is_that_of_the_chain_written_by_hand(void **state)
{
    fixture *f = *state;
    kh_optical_chain chain;
    kh_optical_comb comb;
    kh_optical_path path;
    const char text[] = "R(add,tgt=-20,ado=38) E(g=20,nf=5) 3x[F(km=80,att=0.2125,D=16.7,Aeff=83,pmd=0.04) E(g=17,nf=5,pmax=21)] "
                        "R(drop,tgt=-20,ado=38)";
    kh_optical_grid grid = {.first_thz = 191.35, .spacing_ghz = 50, .channels = 40, .baud_gbd = 32, .launch_dbm = 0};
    assert_int_equal(kh_chain_parse(text, f->arena, &chain, NULL), KH_OK);
    assert_int_equal(kh_optical_comb_grid(&grid, f->arena, &comb, NULL), KH_OK);
    assert_int_equal(kh_optical_run(&chain, &comb, 36, NULL, f->arena, &path, NULL), KH_OK);
    kh_line_rate rate = evaluate(f);
    assert_true(fabs(rate.gsnr_01nm_db - path.channels[path.worst].gsnr_01nm_db) < 1e-9);
    assert_true(fabs(rate.osnr_01nm_db - path.channels[path.worst].osnr_01nm_db) < 1e-9);
    assert_true(fabs(rate.shannon_gbps - kh_optical_shannon_bps(&path, &comb) * 1e-9) < 1e-6);
    assert_true(fabs(rate.cd_ps_nm - 240 * 16.7) < 1e-9 && fabs(rate.pmd_ps - 0.04 * sqrt(240.0)) < 1e-9);
    assert_true(rate.length_km == 240 && rate.loss_db == 51 && rate.spans == 3 && rate.channels == 40);
    assert_true(fabs(rate.rx_power_dbm + 20) < 1e-9 && fabs(rate.latency_ms - 240.0 * 1468.0 / 299792.458) < 1e-9);
}

static void the_largest_capacity_that_works_wins(void **state)
{
    fixture *f = *state;
    kh_line_rate rate = evaluate(f);
    assert_int_equal(rate.mode.i, 1);
    assert_true(rate.capacity_gbps == 40 * 200 && rate.capacity_gbps < rate.shannon_gbps);
    assert_true(fabs(rate.margin_db - (rate.gsnr_01nm_db - 18 - 2)) < 1e-9);
    assert_memory_equal(rate.reason, "mode '16qam-32' is ", 19);
    assert_non_null(strstr(rate.reason, "more: '64qam-32' misses 30 dB + 2 dB margin by "));
    f->system.spacing_ghz = 75;
    f->system.channels = 20;
    rate = evaluate(f);
    assert_int_equal(rate.mode.i, 3);
    assert_true(rate.capacity_gbps == 20 * 400);
}

static void only_the_allowed_modes_are_tried(void **state)
{
    fixture *f = *state;
    kh_mode_id allowed[] = {{0}};
    f->system.modes = allowed;
    f->system.n_modes = 1;
    kh_line_rate rate = evaluate(f);
    assert_int_equal(rate.mode.i, 0);
    assert_non_null(strstr(rate.reason, "is the largest allowed"));
    allowed[0].i = 3;
    rate = evaluate(f);
    assert_int_equal(rate.mode.i, KH_NO_INDEX);
    assert_true(rate.capacity_gbps == 0 && isnan(rate.gsnr_db) && isnan(rate.margin_db));
    assert_string_equal(rate.reason, "nearest mode '16qam-64' needs 75 GHz spacing, the line has 50 GHz");
}

static void a_mode_that_misses_says_by_how_much(void **state)
{
    fixture *f = *state;
    kh_mode_id allowed[] = {{2}};
    f->system.modes = allowed;
    f->system.n_modes = 1;
    kh_line_rate rate = evaluate(f);
    assert_int_equal(rate.mode.i, KH_NO_INDEX);
    assert_true(rate.margin_db < 0 && fabs(rate.margin_db - (rate.gsnr_01nm_db - 32)) < 1e-9);
    assert_memory_equal(rate.reason, "nearest mode '64qam-32' misses 30 dB + 2 dB margin by ", 54);
}

static void dispersion_and_pmd_have_limits(void **state)
{
    fixture *f = *state;
    f->system.n_modes = 0;
    f->net.n_modes = 1;
    f->modes[0].max_cd_ps_nm = 4000;
    kh_line_rate rate = evaluate(f);
    assert_string_equal(rate.reason, "nearest mode 'qpsk-32' corrects 4000 ps/nm of dispersion, the line has 4008 ps/nm");
    assert_true(rate.capacity_gbps == 0 && isnan(rate.margin_db) && rate.gsnr_01nm_db > 14);
    f->modes[0].max_cd_ps_nm = 5000;
    f->modes[0].max_pmd_ps = 0.5;
    rate = evaluate(f);
    assert_string_equal(rate.reason, "nearest mode 'qpsk-32' bears 0.5 ps of PMD, the line has 0.6 ps");
}

static void a_symbol_rate_of_the_line_excludes_others(void **state)
{
    fixture *f = *state;
    f->system.spacing_ghz = 75;
    f->system.channels = 20;
    f->system.baud_gbd = 32;
    assert_int_equal(evaluate(f).mode.i, 1);
}

static void fibres_that_meet_at_a_switch_are_one_span(void **state)
{
    fixture *f = *state;
    f->nodes[2].kind = KH_NODE_SWITCH;
    kh_optical_layout layout;
    layout = build(f);
    assert_int_equal(layout.n_spans, 2);
    assert_int_equal(layout.chain.n_elements, 8); /* add, booster, fibre, amplifier, fibre, fibre, amplifier, drop */
    assert_true(layout.chain.elements[6].amplifier.gain_db == 34 && layout.chain.elements[6].amplifier.noise_db[0] == 6);
    assert_true(layout.chain.elements[3].amplifier.gain_db == 17 && layout.chain.elements[3].amplifier.noise_db[0] == 5);
    f->system.n_roadms = 1; /* a ROADM there ends the span */
    layout = build(f);
    assert_int_equal(layout.n_spans, 3);
    assert_int_equal(layout.chain.n_elements, 11);
    assert_int_equal(layout.chain.elements[6].roadm.role, KH_OPTICAL_EXPRESS);
    assert_true(layout.chain.elements[7].amplifier.gain_db == 20);
}

static void without_a_target_the_light_goes_straight_into_the_fibre(void **state)
{
    fixture *f = *state;
    kh_optical_layout layout;
    f->system.roadm_target_dbm = (double)NAN;
    f->system.n_roadms = 1;
    layout = build(f);
    assert_int_equal(layout.chain.n_elements, 6);
    assert_int_equal(layout.chain.elements[0].kind, KH_OPTICAL_FIBRE);
    assert_true(fabs(evaluate(f).rx_power_dbm) < 0.1);
}

static void connectors_stand_at_the_ends_when_the_loss_was_computed(void **state)
{
    fixture *f = *state;
    kh_optical_layout layout;
    f->fibres[0].loss_is_given = false;
    f->fibres[0].connector_loss_db = 1;
    f->fibres[0].type.i = KH_NO_INDEX;
    layout = build(f);
    const kh_optical_fibre *first = &layout.chain.elements[2].fibre, *second = &layout.chain.elements[4].fibre;
    assert_true(first->attenuation_db_km == 0.2 && first->connector_in_db == 0.5 && first->connector_out_db == 0.5);
    assert_true(second->attenuation_db_km == 17.0 / 80.0 && second->connector_in_db == 0);
    assert_string_equal(layout.assumed, "fibre 'A-B' has no type, taken as standard single-mode");
    assert_non_null(strstr(evaluate(f).reason, "taken as standard single-mode"));
}

static void a_span_beyond_every_amplifier_is_an_honest_no(void **state)
{
    fixture *f = *state;
    f->fibres[1].length_km = 308;
    f->fibres[1].loss_db = 53.4;
    kh_line_rate rate = evaluate(f);
    assert_string_equal(rate.reason, "span 'B-C' loses 53.4 dB, no amplifier of the library has that gain (at most 40.0 dB)");
    assert_true(rate.capacity_gbps == 0 && rate.mode.i == KH_NO_INDEX && isnan(rate.gsnr_01nm_db));
    assert_true(rate.length_km == 468 && rate.latency_ms > 2.0);
    f->nodes[2].kind = KH_NODE_SWITCH;
    assert_non_null(strstr(evaluate(f).reason, "span 'B-C' to 'C-D' loses 70.4 dB without an amplifier between"));
    f->nodes[2].kind = KH_NODE_AMPLIFIER;
    f->system.amplifier.i = 0;
    assert_string_equal(evaluate(f).reason, "span 'B-C' loses 53.4 dB, the line's amplifier has less gain (at most 20.0 dB)");
    f->net.n_amplifiers = 0;
    f->system.amplifier.i = KH_NO_INDEX;
    assert_non_null(strstr(evaluate(f).reason, "the library has no amplifier"));
}

static void total_power_is_part_of_the_choice(void **state)
{
    fixture *f = *state;
    kh_optical_layout layout;
    f->system.launch_dbm = 6; /* 22 dBm for 40 channels */
    layout = build(f);
    assert_true(layout.chain.elements[3].amplifier.noise_db[0] == 6);
    f->system.launch_dbm = 8;
    kh_line_rate rate = evaluate(f);
    assert_non_null(strstr(rate.reason, "40 channels of 8 dBm are 24.0 dBm"));
}

static void absurd_values_are_refused_with_their_range(void **state)
{
    fixture *f = *state;
    static const struct {
        double first_thz, spacing_ghz, channels, launch_dbm, baud_gbd;
        const char *message;
    } wrong[] = {
        {191.35, 50, 40, 50, (double)NAN, "launch_dbm is 50, must be in [-40, 30]"},
        {191.35, 50, 40, (double)NAN, (double)NAN, "launch_dbm is nan, must be in [-40, 30]"},
        {191.35, 50, 40, 0, 64, "symbol rate of channel 1 is 64 GBd, must be above 0 and at most its spacing of 50 GHz"},
        {191.35, 0.1, 40, 0, (double)NAN, "spacing_ghz is 0.1, must be in [1, 10000]"},
        {191.35, 50, 4000, 0, (double)NAN, "channels is 4000, must be a whole number in [1, 512]"},
        {191.35, 50, 2.5, 0, (double)NAN, "channels is 2.5, must be a whole number in [1, 512]"},
        {19.135, 50, 40, 0, (double)NAN,
         "40 channels of 50 GHz from first_thz 19.135 end at 21.085 THz, must lie in [180, 210] THz"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        kh_line_rate rate = {.spans = 77};
        kh_error err = {0};
        f->system.first_thz = wrong[i].first_thz;
        f->system.spacing_ghz = wrong[i].spacing_ghz;
        f->system.channels = wrong[i].channels;
        f->system.launch_dbm = wrong[i].launch_dbm;
        f->system.baud_gbd = wrong[i].baud_gbd;
        assert_int_equal(kh_optical_line(&f->net, (kh_line_id){0}, f->arena, &rate, &err), KH_ERANGE);
        assert_string_equal(err.message, wrong[i].message);
        assert_true(rate.spans == 77);
    }
}

static void fibres_that_do_not_meet_are_refused(void **state)
{
    fixture *f = *state;
    kh_line_rate rate;
    kh_error err = {0};
    f->via[1].i = 2;
    assert_int_equal(kh_optical_line(&f->net, (kh_line_id){0}, f->arena, &rate, &err), KH_EDATA);
    assert_string_equal(err.message, "fibre 'C-D' does not start where the one before it ends");
}

static void memory_that_runs_out_is_told(void **state)
{
    fixture *f = *state;
    kh_line_rate rate = {.spans = 77};
    kh_status status = KH_ENOMEM;
    for (uint64_t nth = 1; status == KH_ENOMEM && nth < 50; nth++) {
        assert_true(rate.spans == 77);
        kh_arena_fail_after(f->arena, nth);
        status = kh_optical_line(&f->net, (kh_line_id){0}, f->arena, &rate, NULL);
        kh_arena_fail_after(f->arena, 0);
        assert_true(nth > 1 || status == KH_ENOMEM);
    }
    assert_int_equal(status, KH_OK);
}

static void amplifiers_take_the_channels_of_their_band_only(void **state)
{
    fixture *f = *state;
    f->system.first_thz = 186.15;
    kh_line_rate rate = evaluate(f);
    assert_true(rate.capacity_gbps == 0.0);
    assert_non_null(strstr(rate.reason, "no amplifier takes channels from 186.15 to 188.1 THz"));
    f->amplifiers[1].lowest_thz = 186.1; /* the second of the library now takes both bands */
    rate = evaluate(f);
    assert_true(rate.capacity_gbps > 0.0 && rate.osnr_01nm_db > 0.0);
}

/* Amplifiers level the tilt of 9.6 THz: Raman scattering makes itself felt, but no channel is lost. */
static void a_comb_of_both_bands_takes_raman_scattering_by_itself(void **state)
{
    fixture *f = *state;
    f->amplifiers[1].lowest_thz = 186.1;
    f->amplifiers[1].power_max_dbm = 25;
    f->system.first_thz = 186.15;
    f->system.channels = 192;
    kh_line_rate by_width = evaluate(f);
    assert_non_null(strstr(by_width.reason, "amplifiers level the tilt of Raman scattering"));
    f->system.nli_model = KH_NLI_ISRS_GN;
    kh_line_rate asked = evaluate(f);
    f->system.nli_model = KH_NLI_GN;
    kh_line_rate plain = evaluate(f);
    assert_true(by_width.gsnr_db == asked.gsnr_db && by_width.shannon_gbps == asked.shannon_gbps);
    assert_true(plain.gsnr_db != asked.gsnr_db && fabs(plain.gsnr_db - asked.gsnr_db) < 2.0);
    f->system.channels = 40;
    f->system.nli_model = KH_NLI_AUTO;
    by_width = evaluate(f);
    f->system.nli_model = KH_NLI_GN;
    plain = evaluate(f);
    assert_true(by_width.gsnr_db == plain.gsnr_db);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_fixture, drop_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(gsnr_is_that_of_the_chain_written_by_hand),
        TEST(the_largest_capacity_that_works_wins),
        TEST(only_the_allowed_modes_are_tried),
        TEST(a_mode_that_misses_says_by_how_much),
        TEST(dispersion_and_pmd_have_limits),
        TEST(a_symbol_rate_of_the_line_excludes_others),
        TEST(fibres_that_meet_at_a_switch_are_one_span),
        TEST(without_a_target_the_light_goes_straight_into_the_fibre),
        TEST(connectors_stand_at_the_ends_when_the_loss_was_computed),
        TEST(a_span_beyond_every_amplifier_is_an_honest_no),
        TEST(total_power_is_part_of_the_choice),
        TEST(amplifiers_take_the_channels_of_their_band_only),
        TEST(a_comb_of_both_bands_takes_raman_scattering_by_itself),
        TEST(absurd_values_are_refused_with_their_range),
        TEST(fibres_that_do_not_meet_are_refused),
        TEST(memory_that_runs_out_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
