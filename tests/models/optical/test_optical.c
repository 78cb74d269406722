/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/units.h"
#include "models/optical/chain.h"
#include "models/optical/optical.h"
#include "models/optical/optical_elements.h"
#include "models/optical/optical_fibre.h"
#include "models/optical/optical_nli.h"
#include "models/optical/optical_state.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const kh_optical_fibre ssmf = {
    .length_km = 80, .attenuation_db_km = 0.2, .dispersion_ps_nm_km = 16.7, .effective_area_um2 = 83, .pmd_ps_sqrt_km = 0.04};

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
    kh_optical_grid grid = {.first_thz = 193, .spacing_ghz = 50, .channels = channels, .baud_gbd = 32, .launch_dbm = launch_dbm};
    assert_int_equal(kh_optical_comb_grid(&grid, *state, &comb, NULL), KH_OK);
    return comb;
}

static void run_text(void **state, const char *text, double channels, double launch_dbm, kh_optical_path *path)
{
    kh_optical_chain chain;
    kh_optical_comb comb = make_comb(state, channels, launch_dbm);
    assert_int_equal(kh_chain_parse(text, *state, &chain, NULL), KH_OK);
    assert_int_equal(kh_optical_run(&chain, &comb, (double)INFINITY, NULL, *state, path, NULL), KH_OK);
}

static void fibre_constants_are_those_of_standard_fibre(void **state)
{
    (void)state;
    double f0 = KH_LIGHT_M_PER_S / 1550e-9;
    double gamma = 2.0 * KH_PI * 2.6e-20 / 1550e-9 / 83e-12; /* by hand: the stated area holds at 1550 nm */
    assert_true(fabs(kh_optical_fibre_gamma_per_w_m(&ssmf, f0) / gamma - 1.0) < 1e-12);
    assert_true(kh_optical_fibre_gamma_per_w_m(&ssmf, 196e12) > kh_optical_fibre_gamma_per_w_m(&ssmf, 191e12));
    assert_true(fabs(kh_optical_fibre_beta2_s2_m(&ssmf, f0) * 1e27 + 21.30) < 0.01); /* -21.3 ps2/km */
    assert_true(fabs(kh_optical_fibre_cd_ps_nm(&ssmf, f0) - 1336.0) < 1e-9);
    assert_true(fabs(kh_optical_fibre_latency_ms(&ssmf) - 0.391738) < 5e-7);
    double alpha = 0.2 / 4342.944819;
    assert_true(fabs(kh_optical_fibre_effective_length_m(&ssmf) - (1.0 - exp(-alpha * 80e3)) / alpha) < 1e-3);
    kh_optical_fibre sloped = ssmf;
    sloped.slope_ps_nm2_km = 0.06; /* 10 nm above 1550 nm: 17.3 ps/(nm km), seen through the square of the wavelength */
    double cd = kh_optical_fibre_cd_ps_nm(&sloped, KH_LIGHT_M_PER_S / 1560e-9);
    assert_true(fabs(cd - 17.3 * 80.0 * (1560.0 / 1550.0) * (1560.0 / 1550.0)) < 1e-6);
}

/* The formula of the model as it is printed, with two asinh. */
static double plain_nli_w(const kh_optical_fibre *f, const kh_optical_comb *comb, size_t i)
{
    double alpha = f->attenuation_db_km * 1e-3 / (10.0 * log10(exp(1.0))), decay = 1.0 / alpha;
    double effective = (1.0 - exp(-alpha * f->length_km * 1e3)) / alpha, sum = 0.0;
    for (size_t j = 0; j < comb->n; j++) {
        double b = fabs(kh_optical_fibre_beta2_s2_m(f, comb->freq_hz[i]) + kh_optical_fibre_beta2_s2_m(f, comb->freq_hz[j])) / 2.0;
        double k = KH_PI * KH_PI * decay * b * comb->baud_hz[i], d = comb->freq_hz[j] - comb->freq_hz[i],
               half = comb->baud_hz[j] / 2.0;
        double psi = effective * effective / (2.0 * KH_PI * b * decay) * 0.5 * (asinh(k * (d + half)) - asinh(k * (d - half)));
        double gamma = kh_optical_fibre_gamma_per_w_m(f, comb->freq_hz[i]), weight = i == j ? 16.0 / 27.0 : 32.0 / 27.0;
        sum += gamma * gamma * weight * psi * pow(comb->launch_w[j] / comb->baud_hz[j], 2.0);
    }
    return sum * comb->launch_w[i];
}

static void interference_of_a_mixed_comb_is_the_printed_sum(void **state)
{
    kh_chain_comb_text text = {.freq_thz = "191.3 191.4 191.55 191.65 191.7",
                               .slot_ghz = "75 75 150 50 50",
                               .baud_gbd = "64 63.1 130 32 32",
                               .launch_dbm = "3 2.9 6 0 1"};
    kh_optical_comb comb;
    double nli_w[5];
    assert_int_equal(kh_chain_comb_parse(&text, *state, &comb, NULL), KH_OK);
    kh_optical_cache *cache = kh_optical_cache_create(*state);
    assert_int_equal(kh_optical_cache_bind(cache, &comb, NULL), KH_OK);
    assert_int_equal(kh_optical_nli_compute(cache, &ssmf, comb.launch_w, nli_w, NULL), KH_OK);
    for (size_t i = 0; i < comb.n; i++)
        assert_true(fabs(nli_w[i] / plain_nli_w(&ssmf, &comb, i) - 1.0) < 1e-11);
}

static void spans_of_one_kind_share_a_matrix_whatever_their_length(void **state)
{
    kh_optical_comb comb = make_comb(state, 9, 0), fewer = make_comb(state, 8, 0);
    double first[9], second[9];
    kh_optical_fibre longer = ssmf;
    longer.length_km = 120;
    kh_optical_cache *cache = kh_optical_cache_create(*state);
    assert_int_equal(kh_optical_cache_bind(cache, &comb, NULL), KH_OK);
    assert_int_equal(kh_optical_nli_compute(cache, &ssmf, comb.launch_w, first, NULL), KH_OK);
    assert_int_equal(kh_optical_nli_compute(cache, &longer, comb.launch_w, second, NULL), KH_OK);
    assert_int_equal(kh_optical_cache_misses(cache), 1);
    assert_true(second[4] > first[4] && fabs(second[4] / plain_nli_w(&longer, &comb, 4) - 1.0) < 1e-11);
    assert_int_equal(kh_optical_cache_bind(cache, &fewer, NULL), KH_OK);
    assert_int_equal(kh_optical_nli_compute(cache, &ssmf, fewer.launch_w, first, NULL), KH_OK);
    assert_int_equal(kh_optical_cache_misses(cache), 2);
    assert_true(fabs(first[4] / plain_nli_w(&ssmf, &fewer, 4) - 1.0) < 1e-11);
}

static void more_kinds_of_fibre_than_the_cache_holds_give_the_same(void **state)
{
    kh_optical_comb comb = make_comb(state, 3, 0);
    double nli_w[3];
    kh_optical_cache *cache = kh_optical_cache_create(*state);
    assert_int_equal(kh_optical_cache_bind(cache, &comb, NULL), KH_OK);
    for (int i = 0; i < 300; i++) {
        kh_optical_fibre fibre = ssmf;
        fibre.attenuation_db_km = 0.16 + 0.001 * (double)(i % 150);
        assert_int_equal(kh_optical_nli_compute(cache, &fibre, comb.launch_w, nli_w, NULL), KH_OK);
        assert_true(fabs(nli_w[1] / plain_nli_w(&fibre, &comb, 1) - 1.0) < 1e-11);
    }
}

static void saturation_clamps_the_total_power(void **state)
{
    kh_optical_path path;
    run_text(state, "F(km=50,att=0.2,D=16.7,Aeff=83) E(g=30,nf=5,pmax=13)", 10, 3, &path);
    double total_w = 0.0;
    for (size_t i = 0; i < path.n; i++)
        total_w += kh_watt_from_dbm(path.channels[i].rx_power_dbm);
    assert_true(fabs(kh_dbm_from_watt(total_w) - 13.0) < 0.01); /* its own noise comes on top */
}

static void noise_of_one_amplifier_follows_from_first_principles(void **state)
{
    kh_optical_path path;
    run_text(state, "F(km=100,att=0.2,D=16.7,Aeff=83) E(g=20,nf=5)", 1, -10, &path);
    double osnr_db = -10.0 - 20.0 - 5.0 - kh_dbm_from_watt(KH_PLANCK_JS * 193e12 * 12.5e9); /* the "58 dB" rule */
    assert_true(fabs(path.channels[0].osnr_01nm_db - osnr_db) < 1e-3);
    assert_true(fabs(path.channels[0].gsnr_01nm_db - path.channels[0].gsnr_db - 10.0 * log10(32.0 / 12.5)) < 1e-9);
}

static void gain_below_the_least_costs_noise(void **state)
{
    (void)state;
    kh_optical_amplifier a = {.noise_db = {5}, .gain_db = 12, .gain_min_db = 15, .gain_max_db = 26, .power_max_dbm = 23};
    assert_true(kh_optical_amplifier_noise_figure_db(&a, 12, 0) == 8.0);
    assert_true(kh_optical_amplifier_noise_figure_db(&a, 16, 0) == 5.0);
    a.noise = KH_OPTICAL_NOISE_VARIABLE_GAIN;
    a.noise_db[0] = 6;
    a.noise_db[1] = 10;
    assert_int_equal(kh_optical_amplifier_check(&a, NULL), KH_OK);
    assert_true(fabs(kh_optical_amplifier_noise_figure_db(&a, 26, 0) - 6.0) < 1e-9);
    assert_true(kh_optical_amplifier_noise_figure_db(&a, 15, 0) > 7.0);
    assert_true(fabs(kh_optical_amplifier_noise_figure_db(&a, 10, 0) - kh_optical_amplifier_noise_figure_db(&a, 15, 0) - 5.0) <
                1e-9);
    a.noise_db[1] = 5;
    assert_int_equal(kh_optical_amplifier_check(&a, NULL), KH_ERANGE);
}

static void a_roadm_equalises_and_never_amplifies(void **state)
{
    kh_optical_path path;
    run_text(state, "R(express,tgt=-20,maxloss=10)", 2, 0, &path);
    assert_true(fabs(path.channels[0].rx_power_dbm + 20.0) < 1e-12);
    run_text(state, "R(express,tgt=-20,maxloss=10)", 2, -15, &path);
    assert_true(fabs(path.channels[0].rx_power_dbm + 25.0) < 1e-12);
}

static void add_and_drop_share_their_noise_and_express_has_none(void **state)
{
    kh_optical_path path;
    run_text(state, "R(add,tgt=-20,ado=38,pmd=3,pdl=0.3) R(express,tgt=-20,ado=38,pmd=4,pdl=0.4) R(drop,tgt=-20,ado=38)", 1, 0,
             &path);
    assert_true(fabs(path.channels[0].gsnr_01nm_db - 38.0) < 1e-9);
    assert_true(fabs(path.pmd_ps - 5.0) < 1e-12 && fabs(path.pdl_db - 0.5) < 1e-12);
    run_text(state, "R(express,tgt=-20,ado=38)", 1, 0, &path);
    assert_true(isinf(path.channels[0].gsnr_01nm_db) && isinf(path.channels[0].snr_nli_db));
}

static void a_transmitter_added_later_is_the_same_as_at_once(void **state)
{
    kh_optical_chain chain;
    kh_optical_path at_once, later;
    kh_optical_comb comb = make_comb(state, 8, 1);
    assert_int_equal(kh_chain_parse("5x[F(km=90,att=0.2,D=16.7,Aeff=83) E(g=18,nf=5)]", *state, &chain, NULL), KH_OK);
    assert_int_equal(kh_optical_run(&chain, &comb, 30.0, NULL, *state, &at_once, NULL), KH_OK);
    assert_int_equal(kh_optical_run(&chain, &comb, (double)INFINITY, NULL, *state, &later, NULL), KH_OK);
    kh_optical_path_add_tx(&later, &comb, 30.0);
    assert_int_equal(at_once.worst, later.worst);
    for (size_t i = 0; i < comb.n; i++) {
        assert_true(fabs(at_once.channels[i].gsnr_db - later.channels[i].gsnr_db) < 1e-9);
        assert_true(fabs(at_once.channels[i].osnr_01nm_db - later.channels[i].osnr_01nm_db) < 1e-9);
    }
}

static void values_outside_their_range_name_element_and_range(void **state)
{
    static const struct {
        const char *text, *steps, *message;
    } wrong[] = {
        {"E(g=1,nf=5) F(km=0,att=0.2,D=17,Aeff=80)", "element 2: ", "length_km is 0, must be in [1e-06, 1000]"},
        {"F(km=80,att=0,D=17,Aeff=80)", "element 1: ", "attenuation in dB/km is 0, must be in [0.001, 100]"},
        {"F(km=80,att=0.2,D=0,Aeff=80)", "element 1: ", "dispersion in ps/(nm km) is 0, must be in [1, 40]"},
        {"F(km=80,att=0.2,D=17,Aeff=8)", "element 1: ", "effective area in um2 is 8, must be in [20, 300]"},
        {"F(km=80,att=0.2,D=17,Aeff=80,ci=-1)", "element 1: ", "connector loss at the input in dB is -1, must be in [0, 100]"},
        {"E(g=200,nf=5)", "element 1: ", "gain in dB is 200, must be in [-10, 100]"},
        {"E(g=20,nf=50)", "element 1: ", "noise figure in dB is 50, must be in [-10, 30]"},
        {"R(add,tgt=50)", "element 1: ", "ROADM target in dBm is 50, must be in [-60, 30]"},
        {"R(add,tgt=-20,ado=-1)", "element 1: ", "add/drop OSNR is -1 dB, must be at least 0"},
    };
    kh_optical_comb comb = make_comb(state, 2, 0);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        kh_optical_chain chain;
        kh_optical_path path = {.n = 77};
        kh_error err = {0};
        assert_int_equal(kh_chain_parse(wrong[i].text, *state, &chain, &err), KH_OK);
        assert_int_equal(kh_optical_run(&chain, &comb, (double)INFINITY, NULL, *state, &path, &err), KH_ERANGE);
        assert_string_equal(err.steps, wrong[i].steps);
        assert_string_equal(err.message, wrong[i].message);
        assert_int_equal(path.n, 77);
    }
}

static void absurd_grids_are_refused(void **state)
{
    static const struct {
        kh_optical_grid grid;
        const char *message;
    } wrong[] = {
        {{193, 50, 0, 32, 0}, "channels is 0, must be a whole number in [1, 512]"},
        {{193, 50, 1e9, 32, 0}, "channels is 1e+09, must be a whole number in [1, 512]"},
        {{193, 50, 10, 32, 99}, "launch_dbm is 99, must be in [-40, 30]"},
        {{193, 0, 10, 32, 0}, "spacing_ghz is 0, must be in [1, 10000]"},
        {{193, 50, 10, 64, 0}, "symbol rate of channel 1 is 64 GBd, must be above 0 and at most its spacing of 50 GHz"},
        {{193, 50, 500, 32, 0}, "500 channels of 50 GHz from first_thz 193 end at 217.95 THz, must lie in [180, 210] THz"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        kh_optical_comb comb;
        kh_error err = {0};
        assert_int_equal(kh_optical_comb_grid(&wrong[i].grid, *state, &comb, &err), KH_ERANGE);
        assert_string_equal(err.message, wrong[i].message);
    }
}

static void memory_that_runs_out_is_told(void **state)
{
    kh_optical_chain chain;
    kh_optical_comb comb = make_comb(state, 4, 0);
    kh_optical_path path = {.n = 77};
    assert_int_equal(kh_chain_parse("F(km=80,att=0.2,D=17,Aeff=80)", *state, &chain, NULL), KH_OK);
    kh_status status = KH_ENOMEM;
    for (uint64_t nth = 1; status == KH_ENOMEM && nth < 50; nth++) {
        assert_int_equal(path.n, 77);
        kh_arena_fail_after(*state, nth);
        status = kh_optical_run(&chain, &comb, 40.0, NULL, *state, &path, NULL);
        kh_arena_fail_after(*state, 0);
        assert_true(nth > 5 || status == KH_ENOMEM); /* channels, scratch, cache, its comb, its matrix */
    }
    assert_int_equal(status, KH_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fibre_constants_are_those_of_standard_fibre),
        cmocka_unit_test(interference_of_a_mixed_comb_is_the_printed_sum),
        cmocka_unit_test(spans_of_one_kind_share_a_matrix_whatever_their_length),
        cmocka_unit_test(more_kinds_of_fibre_than_the_cache_holds_give_the_same),
        cmocka_unit_test(saturation_clamps_the_total_power),
        cmocka_unit_test(noise_of_one_amplifier_follows_from_first_principles),
        cmocka_unit_test(gain_below_the_least_costs_noise),
        cmocka_unit_test(a_roadm_equalises_and_never_amplifies),
        cmocka_unit_test(add_and_drop_share_their_noise_and_express_has_none),
        cmocka_unit_test(a_transmitter_added_later_is_the_same_as_at_once),
        cmocka_unit_test(values_outside_their_range_name_element_and_range),
        cmocka_unit_test(absurd_grids_are_refused),
        cmocka_unit_test(memory_that_runs_out_is_told),
    };
    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
