/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/reference/reference_rows.h"

#include "models/fibre/fibre.h"
#include "models/num/num.h"
#include "models/qkd/bbm92.h"
#include "models/qkd/neumann2021.h"
#include "models/qkd/tomamichel2012.h"

#include <math.h>

static kh_status pair_source(const kh_json *inputs, double *computed, kh_error *err)
{
    kh_bbm92_setting setting = {0};
    double pairs = 0.0, efficiency = 0.0, loss_a_db = 0.0, loss_b_db = 0.0;
    bool in_middle = kh_json_get(inputs, "loss_each_dB") != NULL;
    const kh_reference_input wanted[] = {
        {"mu_pairs", 0.0, 100.0, &pairs},
        {"eta_det", 0.0, 1.0, &efficiency},
        {"Y0", 0.0, 1.0, &setting.background_a},
        {"ed", 0.0, 0.5, &setting.misalignment},
        {"f", 1.0, 10.0, &setting.ec_efficiency},
        {"q", 0.0, 1.0, &setting.sifting},
        {in_middle ? "loss_each_dB" : "loss_A_dB", 0.0, 1000.0, &loss_a_db},
        {in_middle ? "loss_each_dB" : "loss_B_dB", 0.0, 1000.0, &loss_b_db},
    };
    KH_REFERENCE_READ(inputs, wanted, err);
    setting.background_b = setting.background_a;
    setting.eta_a = efficiency * kh_fibre_transmittance(loss_a_db);
    setting.eta_b = efficiency * kh_fibre_transmittance(loss_b_db);
    *computed = kh_bbm92_rate(&setting, pairs);
    return KH_OK;
}

static kh_status counted_pairs(const kh_json *inputs, double *computed, kh_error *err)
{
    double coincidences = 0.0, qber = 0.0, ec_efficiency = 0.0, sifting = 0.0;
    const kh_reference_input wanted[] = {
        {"coinc_per_s", 0.0, 1e15, &coincidences},
        {"qber", 0.0, 0.5, &qber},
        {"f", 1.0, 10.0, &ec_efficiency},
        {"q", 0.0, 1.0, &sifting},
    };
    KH_REFERENCE_READ(inputs, wanted, err);
    *computed = kh_bbm92_rate_of_counts(coincidences, qber, ec_efficiency, sifting);
    return KH_OK;
}

typedef struct counted_block {
    kh_tomamichel2012_setting proof;
    double sifted, qber;
} counted_block;

static double minus_key(double test_share, const void *context)
{
    const counted_block *b = (const counted_block *)context;
    return -kh_tomamichel2012_both(&b->proof, b->sifted, test_share, b->qber);
}

static kh_status finite_block(const kh_json *inputs, double *computed, kh_error *err)
{
    counted_block b = {0};
    const kh_reference_input wanted[] = {
        {"sifted_bits", 1e3, 1e18, &b.sifted},     {"qber", 0.0, 0.5, &b.qber},
        {"f", 1.0, 10.0, &b.proof.ec_efficiency},  {"eps_sec", 1e-30, 0.1, &b.proof.eps_sec},
        {"eps_cor", 1e-30, 0.1, &b.proof.eps_cor},
    };
    KH_REFERENCE_READ(inputs, wanted, err);
    const double range[2] = {1e-3, 0.999};
    double test_share;
    KH_TRY(kh_num_minimum(minus_key, &b, range, 200, &test_share, err));
    *computed = -minus_key(test_share, &b);
    return KH_OK;
}

static kh_status continuous_source(const kh_json *inputs, double *computed, kh_error *err)
{
    kh_neumann2021_setting setting = {0};
    double pairs_hz = 0.0, window_s = 0.0, loss_a_db = 0.0, loss_b_db = 0.0, ec_efficiency = 0.0, sifting = 0.0;
    const kh_reference_input wanted[] = {
        {"pairs_hz", 0.0, 1e15, &pairs_hz},
        {"t_cc_s", 1e-15, 1.0, &window_s},
        {"t_delta_s", 0.0, 1.0, &setting.jitter_s},
        {"loss_A_dB", 0.0, 1000.0, &loss_a_db},
        {"loss_B_dB", 0.0, 1000.0, &loss_b_db},
        {"dark_A_hz", 0.0, 1e12, &setting.dark_a_hz},
        {"dark_B_hz", 0.0, 1e12, &setting.dark_b_hz},
        {"ed", 0.0, 0.5, &setting.misalignment},
        {"f", 1.0, 10.0, &ec_efficiency},
        {"q", 0.0, 1.0, &sifting},
    };
    KH_REFERENCE_READ(inputs, wanted, err);
    setting.eta_a = kh_fibre_transmittance(loss_a_db);
    setting.eta_b = kh_fibre_transmittance(loss_b_db);
    kh_neumann2021_counts c = kh_neumann2021_counts_of(&setting, pairs_hz, window_s);
    *computed = kh_bbm92_rate_of_counts(c.coincidence_hz, c.error_hz / c.coincidence_hz, ec_efficiency, sifting);
    return KH_OK;
}

const kh_reference_model kh_reference_bbm92[] = {
    {"bbm92_pdc", pair_source},
    {"bbm92_counts", counted_pairs},
    {"bbm92_finite", finite_block},
    {"bbm92_cw", continuous_source},
    {NULL, NULL},
};
