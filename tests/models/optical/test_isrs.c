/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/units.h"
#include "models/optical/chain.h"
#include "models/optical/optical_fibre.h"
#include "models/optical/optical_isrs.h"
#include "models/optical/optical_kernel.h"
#include "models/optical/optical_nli.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const kh_optical_fibre ssmf = {
    .length_km = 80, .attenuation_db_km = 0.2, .dispersion_ps_nm_km = 16.7, .effective_area_um2 = 83};
static const double beta2 = 21.3e-27, alpha = 0.2e-3 / 4.342944819;

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

static kh_optical_comb make_comb(void **state, double channels, double launch_dbm)
{
    kh_optical_comb comb = {0};
    kh_optical_grid grid = {.first_thz = 186.15, .spacing_ghz = 50, .channels = channels, .baud_gbd = 32, .launch_dbm = launch_dbm};
    assert_int_equal(kh_optical_comb_grid(&grid, *state, &comb, NULL), KH_OK);
    return comb;
}

/* One span over a comb; the arrays live in the arena. */
static kh_optical_span run_span(void **state, const kh_optical_fibre *fibre, const kh_optical_comb *comb, bool raman)
{
    kh_optical_isrs *isrs = kh_optical_isrs_create(*state);
    kh_optical_span span = {.fibre = fibre,
                            .power_w = comb->launch_w,
                            .raman = raman,
                            .nli_w = KH_NEW(*state, double, comb->n),
                            .gain = KH_NEW(*state, double, comb->n)};
    assert_true(isrs != NULL && span.nli_w != NULL && span.gain != NULL);
    assert_int_equal(kh_optical_isrs_bind(isrs, comb, NULL), KH_OK);
    assert_int_equal(kh_optical_isrs_compute(isrs, &span, NULL), KH_OK);
    return span;
}

/* --- kernels --- */

/* Middle points over f1 and f2, dense where both are small. */
static double own_integral(double baud_hz, double decay)
{
    enum { N = 1500 };
    double half = baud_hz / 2.0, sum = 0.0;
    for (int a = 0; a < N; a++)
        for (int b = 0; b < N; b++) {
            double x = (a + 0.5) / N, y = (b + 0.5) / N, f1 = half * x * x * x, f2 = half * y * y * y;
            double turn = 4.0 * KH_PI * KH_PI * beta2 * f1 * f2, quadrants = f1 + f2 < half ? 4.0 : 2.0;
            sum += quadrants * decay / (decay * decay + turn * turn) * 9.0 * x * x * y * y;
        }
    return sum * half * half / ((double)N * N);
}

static void the_kernel_of_a_channel_upon_itself_is_exact(void **state)
{
    (void)state;
    static const double bauds[] = {1e9, 16e9, 32e9, 64e9, 178.5e9};
    for (size_t i = 0; i < sizeof bauds / sizeof bauds[0]; i++)
        for (double decay = alpha; decay < 5.0 * alpha; decay += 3.0 * alpha) {
            double exact = kh_optical_kernel_self(beta2, bauds[i], decay);
            assert_true(fabs(own_integral(bauds[i], decay) / exact - 1.0) < 2e-3);
        }
}

static double pair_integral(double distance_hz, double baud_hz, double interferer_hz, double decay)
{
    enum { N = 400, M = 2000 };
    double half = interferer_hz / 2.0, sum = 0.0;
    for (int a = 0; a < N; a++)
        for (int b = 0; b < M; b++) {
            double u = half * ((a + 0.5) / N * 2.0 - 1.0), y = (b + 0.5) / M, f2 = baud_hz / 2.0 * y * y * y;
            double turn = 4.0 * KH_PI * KH_PI * beta2 * (distance_hz + u) * f2;
            double sides = (fabs(u + f2) < half ? 1.0 : 0.0) + (fabs(u - f2) < half ? 1.0 : 0.0);
            sum += sides * decay / (decay * decay + turn * turn) * 3.0 * y * y;
        }
    return sum * interferer_hz / N * baud_hz / 2.0 / M;
}

static void the_kernel_of_another_channel_is_within_the_stated_difference(void **state)
{
    (void)state;
    static const struct {
        double distance_hz, baud_hz, interferer_hz, most;
    } pairs[] = {
        {32e9, 32e9, 32e9, 0.048},   {50e9, 32e9, 32e9, 0.015},   {100e9, 32e9, 32e9, 0.003},  {5e12, 32e9, 32e9, 0.001},
        {100e9, 130e9, 32e9, 0.003}, {100e9, 32e9, 130e9, 0.025}, {200e9, 178e9, 16e9, 0.005},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        double closed = kh_optical_kernel_cross(beta2, pairs[i].distance_hz, pairs[i].baud_hz, pairs[i].interferer_hz, alpha);
        double integral = pair_integral(pairs[i].distance_hz, pairs[i].baud_hz, pairs[i].interferer_hz, alpha);
        assert_true(fabs(closed / integral - 1.0) < pairs[i].most);
    }
}

/* Over both squares and both triangles as one integral over v = turns x, x = f1 f2 / (R/2)^2 on a logarithmic axis. */
static double share_integral(double turns, double loss)
{
    enum { N = 200000 };
    double both_ends = 0.0, endless = 0.0;
    for (int k = 0; k < N; k++) {
        double t = -18.0 * (k + 0.5) / N, x = exp(t), v = turns * x;
        double density = x * (-t + (x < 0.25 ? 2.0 * atanh(sqrt(1.0 - 4.0 * x)) : 0.0)) / (1.0 + v * v);
        both_ends += density * (1.0 + exp(-2.0 * loss) - 2.0 * exp(-loss) * cos(v * loss));
        endless += density;
    }
    return both_ends / endless / (1.0 - exp(-2.0 * loss));
}

static void the_share_of_a_finite_fibre_is_within_the_stated_difference(void **state)
{
    (void)state;
    static const double turns[] = {0.1, 1.0, 5.0, 20.0, 80.0}, losses[] = {1.0, 2.1, 3.7, 6.0};
    for (size_t i = 0; i < 5; i++)
        for (size_t k = 0; k < 4; k++) {
            double share = kh_optical_kernel_self_share(turns[i], losses[k]), integral = share_integral(turns[i], losses[k]);
            assert_true(share > 0.0 && share <= 1.0 && fabs(share / integral - 1.0) < (losses[k] > 2.0 ? 0.055 : 0.14));
        }
    for (double loss = 1e-12; loss < 1.0; loss *= 10.0)
        assert_true(kh_optical_kernel_self_share(5.0, loss) >= tanh(loss / 2.0));
    double end = exp(-0.5); /* nothing turns: the square of the effective length */
    assert_true(fabs(kh_optical_kernel_self_share(1e-9, 0.5) / ((1.0 - end) / (1.0 + end)) - 1.0) < 1e-6);
}

/* --- a span --- */

/* The GN model takes a circle where the channel upon itself has a hexagon, and the nearest neighbours 11 % too strong; for the
 * fibre's end it takes (1 - exp(-alpha L))^2 of the whole, which is 5 % less. */
static void without_raman_scattering_it_is_close_to_the_gn_model(void **state)
{
    kh_optical_comb comb = make_comb(state, 96, 0);
    kh_optical_span span = run_span(state, &ssmf, &comb, false);
    kh_optical_cache *cache = kh_optical_cache_create(*state);
    double *gn_w = KH_NEW(*state, double, comb.n);
    assert_true(cache != NULL && gn_w != NULL);
    assert_int_equal(kh_optical_cache_bind(cache, &comb, NULL), KH_OK);
    assert_int_equal(kh_optical_nli_compute(cache, &ssmf, comb.launch_w, gn_w, NULL), KH_OK);
    for (size_t i = 0; i < comb.n; i++) {
        assert_true(fabs(kh_db_from_linear(span.nli_w[i] / gn_w[i])) < 0.3);
        assert_true(span.gain[i] == 1.0);
    }
}

static void little_power_exchanges_nothing(void **state)
{
    kh_optical_comb comb = make_comb(state, 192, -40);
    kh_optical_span with = run_span(state, &ssmf, &comb, true), without = run_span(state, &ssmf, &comb, false);
    for (size_t i = 0; i < comb.n; i++) {
        assert_true(fabs(with.gain[i] - 1.0) < 1e-4);
        assert_true(fabs(with.nli_w[i] / without.nli_w[i] - 1.0) < 1e-4);
    }
}

static void photons_are_conserved_and_power_nearly(void **state)
{
    kh_optical_comb comb = make_comb(state, 192, 0);
    kh_optical_span span = run_span(state, &ssmf, &comb, true);
    double before = 0.0, after = 0.0, before_w = 0.0, after_w = 0.0;
    for (size_t i = 0; i < comb.n; i++) {
        before += comb.launch_w[i] / comb.freq_hz[i];
        after += comb.launch_w[i] * span.gain[i] / comb.freq_hz[i];
        before_w += comb.launch_w[i];
        after_w += comb.launch_w[i] * span.gain[i];
        assert_true(i == 0 || span.gain[i] < span.gain[i - 1]); /* light flows downwards */
    }
    assert_true(fabs(after / before - 1.0) < 1e-4);
    assert_true(after_w < before_w && after_w > 0.99 * before_w); /* the rest warms the glass */
}

/* Zirngibl's straight line for the gain: tilt = 4.343 Ptot C_r Leff B, with the slope of the table over 9.55 THz. */
static void tilt_is_that_of_the_straight_line_within_a_tenth(void **state)
{
    kh_optical_comb comb = make_comb(state, 192, 0);
    kh_optical_span span = run_span(state, &ssmf, &comb, true);
    double tilt_db = kh_db_from_linear(span.gain[0] / span.gain[191]);
    double slope = 24.1e-15 / 83e-12 / 9.55 * 190.9 / 206.2; /* 1/(W m THz) */
    double straight_db = 4.343 * 0.192 * slope * kh_optical_fibre_effective_length_m(&ssmf) * 9.55;
    assert_true(fabs(tilt_db / straight_db - 1.0) < 0.1);
}

static void too_much_power_is_refused_with_the_channel(void **state)
{
    kh_optical_chain chain;
    kh_optical_path path = {.n = 77};
    kh_error err = {0};
    kh_optical_comb comb = make_comb(state, 192, 8);
    assert_int_equal(kh_chain_parse("F(km=80,att=0.2,D=16.7,Aeff=83)", *state, &chain, NULL), KH_OK);
    chain.physics = kh_optical_physics_of(KH_NLI_AUTO);
    assert_int_equal(kh_optical_run(&chain, &comb, (double)INFINITY, NULL, *state, &path, &err), KH_ERANGE);
    assert_non_null(strstr(err.message, "Raman scattering changes the channel at 195.7 THz by -"));
    assert_int_equal(path.n, 77);
}

static void run_levelled(void **state, bool levels, kh_optical_path *path, kh_optical_comb *comb)
{
    kh_optical_chain chain;
    *comb = make_comb(state, 192, 0);
    assert_int_equal(kh_chain_parse("3x[F(km=80,att=0.2,D=16.7,Aeff=83) E(g=16,nf=5)]", *state, &chain, NULL), KH_OK);
    for (size_t i = 1; i < chain.n_elements; i += 2)
        ((kh_optical_element *)(uintptr_t)&chain.elements[i])->amplifier.levels = levels;
    chain.physics = kh_optical_physics_of(KH_NLI_ISRS_GN);
    assert_int_equal(kh_optical_run(&chain, comb, (double)INFINITY, NULL, *state, path, NULL), KH_OK);
    assert_true(path->raman);
}

static void amplifiers_that_level_give_every_channel_its_power_back(void **state)
{
    kh_optical_path level, tilted;
    kh_optical_comb comb;
    run_levelled(state, true, &level, &comb);
    run_levelled(state, false, &tilted, &comb);
    for (size_t i = 0; i < comb.n; i++)
        assert_true(fabs(level.channels[i].rx_power_dbm) < 0.05); /* noise is part of it */
    assert_true(tilted.channels[0].rx_power_dbm - tilted.channels[191].rx_power_dbm > 10.0);
    assert_true(level.channels[level.worst].gsnr_db > tilted.channels[tilted.worst].gsnr_db);
}

/* Alone the smaller comb, then inside a larger one's cache, then again: the same bits. */
static void tables_that_are_kept_do_not_change_the_answer(void **state)
{
    kh_optical_comb small = make_comb(state, 40, 2), large = make_comb(state, 100, 2);
    kh_optical_span alone = run_span(state, &ssmf, &small, true), again = alone;
    kh_optical_isrs *isrs = kh_optical_isrs_create(*state);
    again.nli_w = KH_NEW(*state, double, 100);
    again.gain = KH_NEW(*state, double, 100);
    assert_true(isrs != NULL && again.nli_w != NULL && again.gain != NULL);
    const kh_optical_comb *order[] = {&small, &large, &small, &small};
    for (size_t k = 0; k < 4; k++) {
        again.power_w = order[k]->launch_w;
        assert_int_equal(kh_optical_isrs_bind(isrs, order[k], NULL), KH_OK);
        assert_int_equal(kh_optical_isrs_compute(isrs, &again, NULL), KH_OK);
        if (order[k] == &small) {
            assert_memory_equal(again.nli_w, alone.nli_w, 40 * sizeof(double));
            assert_memory_equal(again.gain, alone.gain, 40 * sizeof(double));
        }
    }
}

static void memory_that_runs_out_is_told(void **state)
{
    kh_optical_comb comb = make_comb(state, 192, 0);
    kh_optical_chain chain;
    kh_optical_path path;
    assert_int_equal(kh_chain_parse("F(km=80,att=0.2,D=16.7,Aeff=83) E(g=16,nf=5)", *state, &chain, NULL), KH_OK);
    chain.physics = kh_optical_physics_of(KH_NLI_ISRS_GN);
    kh_status status = KH_ENOMEM;
    for (uint64_t nth = 1; status == KH_ENOMEM && nth < 50; nth++) {
        kh_arena_fail_after(*state, nth);
        status = kh_optical_run(&chain, &comb, (double)INFINITY, NULL, *state, &path, NULL);
        kh_arena_fail_after(*state, 0);
        assert_true(nth > 1 || status == KH_ENOMEM);
    }
    assert_int_equal(status, KH_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_arena, drop_arena)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_kernel_of_a_channel_upon_itself_is_exact),
        cmocka_unit_test(the_kernel_of_another_channel_is_within_the_stated_difference),
        cmocka_unit_test(the_share_of_a_finite_fibre_is_within_the_stated_difference),
        TEST(without_raman_scattering_it_is_close_to_the_gn_model),
        TEST(little_power_exchanges_nothing),
        TEST(photons_are_conserved_and_power_nearly),
        TEST(tilt_is_that_of_the_straight_line_within_a_tenth),
        TEST(too_much_power_is_refused_with_the_channel),
        TEST(amplifiers_that_level_give_every_channel_its_power_back),
        TEST(tables_that_are_kept_do_not_change_the_answer),
        TEST(memory_that_runs_out_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
