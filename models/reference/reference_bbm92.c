/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/reference/reference_rows.h"

#include "models/fibre/fibre.h"
#include "models/qkd/bbm92.h"

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

const kh_reference_model kh_reference_bbm92[] = {
    {"bbm92_pdc", pair_source},
    {"bbm92_counts", counted_pairs},
    {NULL, NULL},
};
