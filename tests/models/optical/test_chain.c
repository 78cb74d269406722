/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/optical/chain.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int make_arena(void **state)
{
    *state = kh_arena_create(64 << 20);
    return *state == NULL;
}

static int drop_arena(void **state)
{
    kh_arena_destroy(*state);
    return 0;
}

static void elements_carry_all_their_values(void **state)
{
    kh_optical_chain chain;
    const char text[] = "R(add,tgt=-20,ado=38,pmd=1,pdl=0.5,maxloss=16) E(g=21,nf=5.5,gmin=15,gflat=26,pmax=23) "
                        "F(km=77.1,att=0.2,D=16.7,Aeff=83,S=0.06,pmd=0.05,ci=0.3,co=0.4)";
    assert_int_equal(kh_chain_parse(text, *state, &chain, NULL), KH_OK);
    assert_int_equal(chain.n_elements, 3);
    const kh_optical_roadm *roadm = &chain.elements[0].roadm;
    assert_int_equal(chain.elements[0].kind, KH_OPTICAL_ROADM);
    assert_int_equal(roadm->role, KH_OPTICAL_ADD);
    assert_true(roadm->target_dbm == -20 && roadm->add_drop_osnr_db == 38 && roadm->pmd_ps == 1 && roadm->pdl_db == 0.5);
    assert_true(roadm->max_loss_db == 16);
    const kh_optical_amplifier *amplifier = &chain.elements[1].amplifier;
    assert_int_equal(chain.elements[1].kind, KH_OPTICAL_AMPLIFIER);
    assert_true(amplifier->gain_db == 21 && amplifier->noise_db[0] == 5.5 && amplifier->power_max_dbm == 23);
    assert_true(amplifier->gain_min_db == 15 && amplifier->gain_max_db == 26);
    const kh_optical_fibre *fibre = &chain.elements[2].fibre;
    assert_int_equal(chain.elements[2].kind, KH_OPTICAL_FIBRE);
    assert_true(fibre->length_km == 77.1 && fibre->attenuation_db_km == 0.2 && fibre->dispersion_ps_nm_km == 16.7);
    assert_true(fibre->effective_area_um2 == 83 && fibre->slope_ps_nm2_km == 0.06 && fibre->pmd_ps_sqrt_km == 0.05);
    assert_true(fibre->connector_in_db == 0.3 && fibre->connector_out_db == 0.4);
}

static void what_is_not_given_is_neutral(void **state)
{
    kh_optical_chain chain;
    assert_int_equal(kh_chain_parse("F(km=1,att=0.2,D=17,Aeff=80) E(g=1,nf=5) R(drop,tgt=-20)", *state, &chain, NULL), KH_OK);
    assert_true(chain.elements[0].fibre.connector_in_db == 0 && chain.elements[0].fibre.pmd_ps_sqrt_km == 0);
    assert_true(isinf(chain.elements[1].amplifier.power_max_dbm) && chain.elements[1].amplifier.gain_min_db <= -10);
    assert_true(isinf(chain.elements[2].roadm.add_drop_osnr_db) && chain.elements[2].roadm.max_loss_db == 0);
}

static void amplifiers_have_every_kind_of_noise(void **state)
{
    kh_optical_chain chain;
    const char text[] =
        "E(g=20,nf=pre) E(g=20,nf=none,tilt=1,voa=2,pmd=3,pdl=0.5) E(g=30,nf=ds(-1,12,12,vg(6,10),15,26)) L(db=1.5)";
    assert_int_equal(kh_chain_parse(text, *state, &chain, NULL), KH_OK);
    assert_int_equal(chain.n_elements, 4);
    const kh_optical_amplifier *preamp = &chain.elements[0].amplifier, *booster = &chain.elements[1].amplifier;
    const kh_optical_amplifier *dual = &chain.elements[2].amplifier;
    assert_int_equal(preamp->noise, KH_OPTICAL_NOISE_OPENROADM_PREAMP);
    assert_int_equal(booster->noise, KH_OPTICAL_NOISE_NONE);
    assert_true(booster->tilt_db == 1 && booster->voa_db == 2 && booster->pmd_ps == 3 && booster->pdl_db == 0.5);
    assert_int_equal(dual->noise, KH_OPTICAL_NOISE_DUAL_STAGE);
    assert_true(dual->stages[0].noise_db[0] == -1 && dual->stages[0].gain_max_db == 12);
    assert_int_equal(dual->stages[1].noise, KH_OPTICAL_NOISE_VARIABLE_GAIN);
    assert_true(dual->stages[1].noise_db[1] == 10 && dual->stages[1].gain_min_db == 15 && dual->stages[1].gain_max_db == 26);
    assert_int_equal(chain.elements[3].kind, KH_OPTICAL_LOSS);
    assert_true(chain.elements[3].loss_db == 1.5);
}

static void roadms_equalise_by_channel_symbol_rate_or_slot(void **state)
{
    kh_optical_chain chain;
    assert_int_equal(kh_chain_parse("R(add,tgt=-20) R(express,psd=0.001) R(drop,pss=0.01)", *state, &chain, NULL), KH_OK);
    const kh_optical_equalise wanted[3] = {KH_OPTICAL_BY_CHANNEL, KH_OPTICAL_BY_BAUD, KH_OPTICAL_BY_SLOT};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(chain.elements[i].roadm.equalise, wanted[i]);
        assert_true(fabs(chain.elements[i].roadm.target_dbm + (i == 1 ? 30 : 20)) < 1e-12);
    }
}

static void repeats_unfold_also_inside_each_other(void **state)
{
    kh_optical_chain chain;
    const char text[] = "2x[E(g=1,nf=5) 3x[E(g=2,nf=5) E(g=3,nf=5)]] E(g=4,nf=5)";
    static const double gains[] = {1, 2, 3, 2, 3, 2, 3, 1, 2, 3, 2, 3, 2, 3, 4};
    assert_int_equal(kh_chain_parse(text, *state, &chain, NULL), KH_OK);
    assert_int_equal(chain.n_elements, sizeof gains / sizeof gains[0]);
    for (size_t i = 0; i < chain.n_elements; i++)
        assert_true(chain.elements[i].amplifier.gain_db == gains[i]);
}

static void noise_of_an_amplifier_has_three_forms(void **state)
{
    kh_optical_chain chain;
    const char text[] = "E(g=1,nf=5) E(g=1,nf=vg(6,10),gmin=15,gflat=26) E(g=1,nf=or(-0.0008104,-0.06221,-0.5889,37.62))";
    assert_int_equal(kh_chain_parse(text, *state, &chain, NULL), KH_OK);
    assert_int_equal(chain.elements[0].amplifier.noise, KH_OPTICAL_NOISE_FIXED);
    assert_int_equal(chain.elements[1].amplifier.noise, KH_OPTICAL_NOISE_VARIABLE_GAIN);
    assert_true(chain.elements[1].amplifier.noise_db[1] == 10);
    assert_int_equal(chain.elements[2].amplifier.noise, KH_OPTICAL_NOISE_OPENROADM);
    assert_true(chain.elements[2].amplifier.noise_db[3] == 37.62);
}

static void wrong_chains_are_refused_with_their_column(void **state)
{
    static const struct {
        const char *text, *message;
        kh_status status;
    } wrong[] = {
        {"", "the chain is empty", KH_EDATA},
        {"   ", "the chain is empty", KH_EDATA},
        {"X(km=1)", "column 1: 'X(km=1)' is neither F(...), E(...), R(...), L(...) nor a count with x[...]", KH_EDATA},
        {"F km=1", "column 2: '(' is missing before ' km=1'", KH_EDATA},
        {"F()", "column 3: a word is missing before ')'", KH_EDATA},
        {"F(km=1,att=0.2,D=17)", "column 20: key 'Aeff' is missing", KH_EDATA},
        {"E(g=1,nf=5", "column 11: ')' is missing before ''", KH_EDATA},
        {"E(g=1,nf=5,pmxa=3)", "column 12: unknown key 'pmxa', did you mean 'pmax'?", KH_EDATA},
        {"E(g=1,nf=5,zz=3)", "column 12: unknown key 'zz'", KH_EDATA},
        {"E(g=1,g=2,nf=5)", "column 7: key 'g' comes twice", KH_EDATA},
        {"E(g=one,nf=5)", "column 5: 'one,nf=5)' does not start with a number", KH_EDATA},
        {"E(g=inf,nf=5)", "column 5: 'inf,nf=5)' does not start with a number", KH_EDATA},
        {"E(g=1e999,nf=5)", "column 5: '1e999,nf=5)' does not start with a number", KH_EDATA},
        {"E(g=1-2,nf=5)", "column 5: '1-2,nf=5)' does not start with a number", KH_EDATA},
        {"E(g=1,nf=vh(6,10))", "column 10: noise 'vh' is neither a number, vg(...), or(...), ds(...), pre nor none", KH_EDATA},
        {"E(g=1,nf=vg(6))", "column 14: ',' is missing before '))'", KH_EDATA},
        {"R(pass,tgt=-20)", "column 3: ROADM is 'pass', must be add, express or drop", KH_EDATA},
        {"R(add,pmd=1)", "column 12: key 'tgt' is missing", KH_EDATA},
        {"R(add,tgt=-20,psd=1e-3)", "column 23: more than one of the keys 'tgt', 'psd' and 'pss'", KH_EDATA},
        {"E(g=1,nf=ds(5,1,20))", "column 19: ',' is missing before '))'", KH_EDATA},
        {"E(g=1,nf=ds(ds(5,1,20),1,20,5,1,20))",
         "column 13: noise 'ds' is neither a number, vg(...), or(...), ds(...), pre nor none", KH_EDATA},
        {"L(loss=1)", "column 3: unknown key 'loss'", KH_EDATA},
        {"R(add)", "column 6: ',' is missing before ')'", KH_EDATA},
        {"E(g=1,nf=5)E(g=1,nf=5)", "column 12: a blank is missing before 'E(g=1,nf=5)'", KH_EDATA},
        {"3[E(g=1,nf=5)]", "column 2: 'x' is missing before '[E(g=1,nf=5)]'", KH_EDATA},
        {"0x[E(g=1,nf=5)]", "column 1: the count must be in [1, 2000]", KH_EDATA},
        {"99999999999999999999x[E(g=1,nf=5)]", "column 1: the count must be in [1, 2000]", KH_EDATA},
        {"3x[]", "column 4: nothing stands inside the brackets", KH_EDATA},
        {"3x[E(g=1,nf=5)", "column 15: ']' is missing at the end", KH_EDATA},
        {"E(g=1,nf=5)]", "column 12: ']' without its '['", KH_EDATA},
        {"9x[9x[9x[9x[9x[9x[9x[9x[9x[E(g=1,nf=5)]]]]]]]]]", "column 25: more than 8 brackets inside each other", KH_ELIMIT},
        {"1999x[1999x[E(g=1,nf=5)]]", "column 25: more than 2000 elements", KH_ELIMIT},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        kh_optical_chain chain = {.n_elements = 77};
        kh_error err = {0};
        assert_int_equal(kh_chain_parse(wrong[i].text, *state, &chain, &err), wrong[i].status);
        assert_string_equal(err.message, wrong[i].message);
        assert_int_equal(chain.n_elements, 77);
    }
}

static void a_comb_is_a_grid_or_a_list(void **state)
{
    kh_optical_comb comb;
    kh_chain_comb_text grid = {.freq_thz = "191.35:50GHz:76", .slot_ghz = "50", .baud_gbd = "32", .launch_dbm = "0"};
    assert_int_equal(kh_chain_comb_parse(&grid, *state, &comb, NULL), KH_OK);
    assert_int_equal(comb.n, 76);
    assert_true(fabs(comb.freq_hz[75] - 195.1e12) < 1.0 && comb.launch_w[75] == 1e-3);
    kh_chain_comb_text list = {
        .freq_thz = "191.3 191.4 191.55", .slot_ghz = "75 75 150", .baud_gbd = "64 63.1 130", .launch_dbm = "3 3 6"};
    assert_int_equal(kh_chain_comb_parse(&list, *state, &comb, NULL), KH_OK);
    assert_int_equal(comb.n, 3);
    assert_true(comb.baud_hz[2] == 130e9 && comb.slot_hz[1] == 75e9);
}

static void wrong_combs_are_refused_by_name(void **state)
{
    static const struct {
        kh_chain_comb_text text;
        const char *message;
        kh_status status;
    } wrong[] = {
        {{"", "50", "32", "0"}, "freq_thz is empty", KH_EDATA},
        {{"191.35:50:76", "50", "32", "0"},
         "freq_thz '191.35:50:76' is neither a list of numbers nor 'first:stepGHz:count'",
         KH_EDATA},
        {{"191.35:50GHz:7.5", "50", "32", "0"}, "freq_thz has 7.5 channels, must be a whole number in [1, 512]", KH_ERANGE},
        {{"191.35:50GHz:5000", "50", "32", "0"}, "freq_thz has 5000 channels, must be a whole number in [1, 512]", KH_ERANGE},
        {{"191.35 x", "50", "32", "0"}, "freq_thz: 'x' does not start with a number", KH_EDATA},
        {{"191.35 191.4", "50 50 50", "32", "0"}, "slot_ghz has 3 values for 2 channels, must have 1 or as many", KH_EDATA},
        {{"191.35 191.4", "50", "nan", "0"}, "baud_gbd: 'nan' does not start with a number", KH_EDATA},
        {{"191.4 191.35", "50", "32", "0"}, "channel 2 at 191.35 THz overlaps the one before it at 191.4 THz", KH_ERANGE},
        {{"191.35 191.39", "50", "32", "0"}, "channel 2 at 191.39 THz overlaps the one before it at 191.35 THz", KH_ERANGE},
        {{"191.35", "50", "64", "0"},
         "symbol rate of channel 1 is 64 GBd, must be above 0 and at most its spacing of 50 GHz",
         KH_ERANGE},
        {{"191.35", "50", "32", "60"}, "launch_dbm of channel 1 is 60, must be in [-40, 30]", KH_ERANGE},
        {{"19.135", "50", "32", "0"}, "channel 1 at 19.135 THz is outside the bands, must be in [180, 210] THz", KH_ERANGE},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        kh_optical_comb comb = {.n = 77};
        kh_error err = {0};
        assert_int_equal(kh_chain_comb_parse(&wrong[i].text, *state, &comb, &err), wrong[i].status);
        assert_string_equal(err.message, wrong[i].message);
        assert_int_equal(comb.n, 77);
    }
}

static void memory_that_runs_out_is_told(void **state)
{
    kh_optical_chain chain;
    kh_status status = KH_ENOMEM;
    for (uint64_t nth = 1; status == KH_ENOMEM && nth < 50; nth++) {
        kh_arena_fail_after(*state, nth);
        status = kh_chain_parse("200x[E(g=1,nf=5)]", *state, &chain, NULL);
        kh_arena_fail_after(*state, 0);
        assert_true(nth > 1 || status == KH_ENOMEM);
    }
    assert_int_equal(status, KH_OK);
    assert_int_equal(chain.n_elements, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_carry_all_their_values),
        cmocka_unit_test(what_is_not_given_is_neutral),
        cmocka_unit_test(amplifiers_have_every_kind_of_noise),
        cmocka_unit_test(roadms_equalise_by_channel_symbol_rate_or_slot),
        cmocka_unit_test(repeats_unfold_also_inside_each_other),
        cmocka_unit_test(noise_of_an_amplifier_has_three_forms),
        cmocka_unit_test(wrong_chains_are_refused_with_their_column),
        cmocka_unit_test(a_comb_is_a_grid_or_a_list),
        cmocka_unit_test(wrong_combs_are_refused_by_name),
        cmocka_unit_test(memory_that_runs_out_is_told),
    };
    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
