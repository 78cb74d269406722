/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Modes judged on paths made by hand and on random ones. */
#include "core/base/rng.h"
#include "core/base/units.h"
#include "models/optical/optical_mode.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { CHANNELS = 3, RANDOM = 2000 };

/* Three channels of 32 GBd, the middle one the worst. */
typedef struct fixture {
    double freq_hz[CHANNELS], baud_hz[CHANNELS], slot_hz[CHANNELS], launch_w[CHANNELS];
    kh_optical_channel channels[CHANNELS];
    kh_optical_comb comb;
    kh_optical_path path;
    kh_mode mode;
} fixture;

static void set_gsnr(fixture *f, size_t i, double gsnr_01nm_db)
{
    f->channels[i].gsnr_01nm_db = f->channels[i].osnr_01nm_db = gsnr_01nm_db;
    f->channels[i].gsnr_db = f->channels[i].osnr_db = gsnr_01nm_db - kh_db_from_linear(f->baud_hz[i] / KH_OPTICAL_B0_HZ);
}

static fixture *make(fixture *f)
{
    static const double gsnr_db[CHANNELS] = {20, 18, 19};
    *f = (fixture){0};
    for (size_t i = 0; i < CHANNELS; i++) {
        f->freq_hz[i] = 193e12 + 50e9 * (double)i;
        f->baud_hz[i] = 32e9;
        f->slot_hz[i] = 50e9;
        f->channels[i].cd_ps_nm = 10000;
        set_gsnr(f, i, gsnr_db[i]);
    }
    f->comb = (kh_optical_comb){CHANNELS, f->freq_hz, f->baud_hz, f->slot_hz, f->launch_w, NULL};
    f->path = (kh_optical_path){.channels = f->channels, .n = CHANNELS, .pmd_ps = 12, .pdl_db = 1.5};
    f->mode = (kh_mode){.id = "m",
                        .baud_gbd = 32,
                        .rate_gbps = 200,
                        .required_osnr_db = 14,
                        .shannon_gap_db = (double)NAN,
                        .tx_osnr_db = (double)NAN,
                        .max_cd_ps_nm = (double)INFINITY,
                        .max_pmd_ps = (double)INFINITY};
    return f;
}

static kh_optical_verdict judge(const fixture *f)
{
    return kh_optical_mode_judge(&f->mode, 2, &f->path, &f->comb, NULL);
}

static void expect_text(const fixture *f, const char *text)
{
    kh_arena *arena = kh_arena_create(0);
    kh_optical_verdict verdict = judge(f);
    assert_string_equal(kh_optical_mode_explain(&f->mode, 2, &f->path, &verdict, arena), text);
    kh_arena_destroy(arena);
}

static void the_worst_channel_decides(void **state)
{
    (void)state;
    fixture f;
    kh_optical_verdict verdict = judge(make(&f));
    assert_int_equal(verdict.obstacle, KH_OPTICAL_CLEAR);
    assert_int_equal(verdict.worst, 1);
    assert_true(fabs(verdict.margin_db - 2) < 1e-12 && verdict.gsnr_01nm_db == 18 && verdict.rate_gbps == 200);
    const size_t outer[] = {0, 2};
    const kh_optical_selection which = {outer, 2};
    verdict = kh_optical_mode_judge(&f.mode, 2, &f.path, &f.comb, &which);
    assert_int_equal(verdict.worst, 2);
    assert_true(fabs(verdict.margin_db - 3) < 1e-12);
}

/* The rule of GNPy's request.py: round(GSNR, 2) > OSNR + margin. */
static void what_is_left_is_rounded_and_must_be_above(void **state)
{
    (void)state;
    static const struct {
        double gsnr_db;
        kh_optical_obstacle obstacle;
    } cases[] = {{16.0, KH_OPTICAL_LACKS_OSNR},
                 {16.0049, KH_OPTICAL_LACKS_OSNR},
                 {16.0051, KH_OPTICAL_CLEAR},
                 {15.9999, KH_OPTICAL_LACKS_OSNR},
                 {16.01, KH_OPTICAL_CLEAR}};
    fixture f;
    make(&f);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        set_gsnr(&f, 1, cases[i].gsnr_db);
        kh_optical_verdict verdict = judge(&f);
        assert_int_equal(verdict.obstacle, cases[i].obstacle);
        assert_true((verdict.rate_gbps > 0) == (verdict.obstacle == KH_OPTICAL_CLEAR));
    }
}

static void the_transmitter_adds_its_noise(void **state)
{
    (void)state;
    fixture f;
    make(&f)->mode.tx_osnr_db = 18;
    kh_optical_verdict verdict = judge(&f);
    assert_true(fabs(verdict.gsnr_01nm_db - (18 - kh_db_from_linear(2))) < 1e-9);
    assert_int_equal(verdict.obstacle, KH_OPTICAL_LACKS_OSNR);
    assert_true(f.channels[1].gsnr_01nm_db == 18); /* the path stays */
    expect_text(&f, "misses 14 dB + 2 dB margin by 1.0 dB (GSNR 15.0 dB in 0.1 nm)");
}

/* The tables of OpenROADM MSA 5.0, 100 Gbit/s at 31.57 GBd, as GNPy's library gives them. */
static void penalties_are_straight_between_points_and_infinite_outside(void **state)
{
    (void)state;
    static const double cd[] = {-1000, 0, 4000, 0, 48000, 0.5}, pdl[] = {1, 0.5, 2, 1, 4, 2.5}, one[] = {3, 1};
    const kh_points cd_table = {cd, 3}, pdl_table = {pdl, 3}, single = {one, 1}, none = {NULL, 0};
    const struct {
        const kh_points *table;
        double x, penalty_db;
    } cases[] = {{&cd_table, -1000, 0},
                 {&cd_table, 0, 0},
                 {&cd_table, 26000, 0.25},
                 {&cd_table, 48000, 0.5},
                 {&pdl_table, 0, 0},
                 {&pdl_table, 0.5, 0.25},
                 {&pdl_table, 1.5, 0.75},
                 {&pdl_table, 4, 2.5},
                 {&single, 1.5, 0.5},
                 {&single, 3, 1},
                 {&none, 1e9, 0},
                 {&cd_table, -1001, INFINITY},
                 {&cd_table, 48001, INFINITY},
                 {&pdl_table, 4.01, INFINITY},
                 {&single, 3.1, INFINITY}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double found_db = kh_optical_mode_penalty_db(cases[i].table, cases[i].x);
        assert_true(found_db == cases[i].penalty_db || fabs(found_db - cases[i].penalty_db) < 1e-12);
    }
}

static void penalties_add_up_and_count_like_missing_gsnr(void **state)
{
    (void)state;
    static const double cd[] = {4000, 0, 18000, 0.5}, pmd[] = {10, 0, 30, 0.5}, pdl[] = {1, 0.5, 2, 1, 4, 2.5};
    fixture f;
    make(&f);
    f.mode.cd_penalty = (kh_points){cd, 2};
    f.mode.pmd_penalty = (kh_points){pmd, 2};
    f.mode.pdl_penalty = (kh_points){pdl, 3};
    double expected_db = 0.5 * 6 / 14 + 0.05 + 0.75;
    kh_optical_verdict verdict = judge(&f);
    assert_true(fabs(verdict.penalty_db - expected_db) < 1e-12 && fabs(verdict.margin_db - (2 - expected_db)) < 1e-12);
    f.mode.required_osnr_db = 15.5;
    expect_text(&f, "misses 15.5 dB + 1.0 dB penalties + 2 dB margin by 0.5 dB (GSNR 18.0 dB in 0.1 nm)");
    f.mode.required_osnr_db = 14;
    f.channels[2].cd_ps_nm = 20000; /* not the worst channel, and beyond the table */
    assert_int_equal(judge(&f).obstacle, KH_OPTICAL_TOO_MUCH_CD);
    expect_text(&f, "corrects 18000 ps/nm of dispersion, the line has 20000 ps/nm");
    f.channels[2].cd_ps_nm = 10000;
    f.path.pdl_db = 4.5;
    assert_int_equal(judge(&f).obstacle, KH_OPTICAL_TOO_MUCH_PDL);
    expect_text(&f, "bears 4 dB of PDL, the line has 4.5 dB");
    f.path.pmd_ps = 31;
    expect_text(&f, "bears 30 ps of PMD, the line has 31.0 ps");
}

static void a_generic_mode_lowers_its_rate(void **state)
{
    (void)state;
    fixture f;
    make(&f);
    f.mode.required_osnr_db = (double)NAN;
    f.mode.shannon_gap_db = 3;
    f.mode.rate_gbps = 10000;
    kh_optical_verdict verdict = judge(&f);
    double snr_db = 18 - kh_db_from_linear(32 / 12.5);
    assert_true(fabs(verdict.rate_gbps - 64 * log2(1 + kh_linear_from_db(snr_db - 5))) < 1e-9 && verdict.margin_db == 0);
    assert_int_equal(verdict.obstacle, KH_OPTICAL_CLEAR);
    f.mode.rate_gbps = 100;
    verdict = judge(&f);
    assert_true(verdict.rate_gbps == 100);
    assert_true(fabs(verdict.margin_db - (snr_db - 5 - kh_db_from_linear(exp2(100.0 / 64) - 1))) < 1e-9);
}

/* --- laws on random paths --- */

static void draw(kh_rng *rng, fixture *f, double *pdl)
{
    make(f);
    for (size_t i = 0; i < CHANNELS; i++)
        set_gsnr(f, i, 8 + 20 * kh_rng_uniform(rng));
    f->mode.required_osnr_db = 8 + 16 * kh_rng_uniform(rng);
    f->mode.tx_osnr_db = 25 + 20 * kh_rng_uniform(rng);
    f->path.pdl_db = 3 * kh_rng_uniform(rng);
    pdl[0] = 2 * kh_rng_uniform(rng);
    pdl[1] = kh_rng_uniform(rng);
    pdl[2] = pdl[0] + 0.1 + 2 * kh_rng_uniform(rng);
    pdl[3] = pdl[1] + kh_rng_uniform(rng);
}

static void penalties_never_help(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(3, "penalties", "optical");
    for (int i = 0; i < RANDOM; i++) {
        fixture f;
        double pdl[4];
        draw(&rng, &f, pdl);
        kh_optical_verdict without = judge(&f);
        f.mode.pdl_penalty = (kh_points){pdl, 2};
        kh_optical_verdict with = judge(&f);
        assert_true(with.margin_db <= without.margin_db && with.rate_gbps <= without.rate_gbps);
        if (without.obstacle != KH_OPTICAL_CLEAR)
            assert_int_not_equal(with.obstacle, KH_OPTICAL_CLEAR);
    }
}

static void a_generic_mode_stays_below_shannon_and_falls_with_gap_and_margin(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(4, "generic", "optical");
    for (int i = 0; i < RANDOM; i++) {
        fixture f;
        double pdl[4], gap_db = 6 * kh_rng_uniform(&rng), margin_db = 4 * kh_rng_uniform(&rng);
        draw(&rng, &f, pdl);
        f.mode.required_osnr_db = (double)NAN;
        f.mode.rate_gbps = 1e6;
        f.mode.shannon_gap_db = gap_db;
        double rate_gbps = kh_optical_mode_judge(&f.mode, margin_db, &f.path, &f.comb, NULL).rate_gbps;
        double shannon_gbps = (double)INFINITY;
        for (size_t k = 0; k < CHANNELS; k++)
            shannon_gbps = fmin(shannon_gbps, kh_optical_channel_shannon_bps(&f.channels[k], 32e9) * 1e-9);
        assert_true(rate_gbps > 0 && rate_gbps <= shannon_gbps);
        f.mode.shannon_gap_db += 0.5;
        double wider_gbps = kh_optical_mode_judge(&f.mode, margin_db, &f.path, &f.comb, NULL).rate_gbps;
        assert_true(wider_gbps < rate_gbps);
        assert_true(kh_optical_mode_judge(&f.mode, margin_db + 0.5, &f.path, &f.comb, NULL).rate_gbps < wider_gbps);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worst_channel_decides),
        cmocka_unit_test(what_is_left_is_rounded_and_must_be_above),
        cmocka_unit_test(the_transmitter_adds_its_noise),
        cmocka_unit_test(penalties_are_straight_between_points_and_infinite_outside),
        cmocka_unit_test(penalties_add_up_and_count_like_missing_gsnr),
        cmocka_unit_test(a_generic_mode_lowers_its_rate),
        cmocka_unit_test(penalties_never_help),
        cmocka_unit_test(a_generic_mode_stays_below_shannon_and_falls_with_gap_and_margin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
