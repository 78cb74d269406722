/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/reference/reference_rows.h"

#include "models/fibre/fibre.h"
#include "models/num/num.h"
#include "models/qkd/cal2019.h"
#include "models/qkd/mdi2012.h"
#include "models/qkd/sns2024.h"

#include <math.h>
#include <string.h>

static kh_status twin_field_sns(const kh_json *inputs, double *computed, kh_error *err)
{
    kh_sns2024_setting setting = {0};
    kh_sns2024_choice choice = {0};
    double loss_db = 0.0, efficiency = 0.0, p_key = 0.0, clock_hz = 0.0;
    const kh_reference_input wanted[] = {
        {"loss_dB", 0.0, 1000.0, &loss_db},
        {"eta", 1e-9, 1.0, &efficiency},
        {"pdc", 0.0, 0.5, &setting.dark_per_gate},
        {"ed", 0.0, 0.5, &setting.misalignment},
        {"sigma", 0.0, 10.0, &setting.phase_noise},
        {"u", 1e-9, 10.0, &choice.u},
        {"v", 1e-9, 10.0, &choice.v},
        {"w", 0.0, 10.0, &choice.w},
        {"eps", 1e-9, 1.0 - 1e-9, &choice.send},
        {"pz", 0.0, 1.0, &p_key},
        {"f", 1.0, 10.0, &setting.ec_efficiency},
        {"clock", 1e-9, 1e15, &clock_hz},
    };
    KH_REFERENCE_READ(inputs, wanted, err);
    if (!(choice.v > choice.w && choice.u > choice.v + choice.w))
        return kh_fail(err, KH_ERANGE, "u, v, w are %g, %g, %g, must satisfy u > v + w and v > w", choice.u, choice.v, choice.w);
    setting.transmittance = efficiency * kh_fibre_transmittance(0.5 * loss_db);
    *computed = clock_hz * p_key * p_key * kh_sns2024_key_of(&setting, &choice).rate;
    return KH_OK;
}

/* with the pairs of photons as the authors' program weighs them: what the tables were made with */
static kh_status twin_field_cal(const kh_json *inputs, double *computed, kh_error *err)
{
    kh_cal2019_setting setting = {.photons_known = 2, .pairs = KH_CAL2019_PAIRS_BERTAINA2024};
    double loss_db = 0.0, efficiency = 0.0, p_key = 0.0, clock_hz = 0.0, alpha2 = 0.0, n_max = 0.0;
    const kh_reference_input wanted[] = {
        {"loss_dB", 0.0, 1000.0, &loss_db},
        {"eta", 1e-9, 1.0, &efficiency},
        {"pdc", 0.0, 0.5, &setting.dark_per_gate},
        {"ed", 0.0, 0.5, &setting.misalignment},
        {"sigma", 0.0, 10.0, &setting.phase_noise},
        {"alpha2", 1e-9, 1.0, &alpha2},
        {"pz", 0.0, 1.0, &p_key},
        {"f", 1.0, 10.0, &setting.ec_efficiency},
        {"clock", 1e-9, 1e15, &clock_hz},
        {"nmax", 20.0, 20.0, &n_max}, /* terms of each cat state in the table: up to 39 photons, as here */
    };
    KH_REFERENCE_READ(inputs, wanted, err);
    double eta = efficiency * kh_fibre_transmittance(0.5 * loss_db);
    kh_cal2019_light light = kh_cal2019_light_of(eta, eta);
    setting.light = &light;
    *computed = clock_hz * p_key * p_key * kh_cal2019_key_of(&setting, alpha2, alpha2).rate;
    return KH_OK;
}

/* MDI over fibre of one attenuation, the station in the middle */
typedef struct mdi_line {
    kh_mdi2012_setting setting;
    double efficiency, loss_db_per_km, mu;
} mdi_line;

static kh_status read_mdi_line(const kh_json *inputs, mdi_line *line, kh_error *err)
{
    *line = (mdi_line){.mu = NAN};
    const kh_reference_input wanted[] = {
        {"alpha", 1e-6, 100.0, &line->loss_db_per_km},  {"eta_det", 1e-9, 1.0, &line->efficiency},
        {"pd", 0.0, 0.5, &line->setting.dark_per_gate}, {"ed", 0.0, 0.5, &line->setting.misalignment},
        {"f", 1.0, 10.0, &line->setting.ec_efficiency},
    };
    KH_REFERENCE_READ(inputs, wanted, err);
    return KH_OK;
}

static double mdi_rate_at(double length_km, const void *context)
{
    const mdi_line *line = (const mdi_line *)context;
    kh_mdi2012_setting setting = line->setting;
    setting.eta_a = setting.eta_b = line->efficiency * kh_fibre_transmittance(0.5 * line->loss_db_per_km * length_km);
    return kh_mdi2012_key_of(&setting, line->mu, line->mu).rate;
}

static kh_status mdi_rate(const kh_json *inputs, double *computed, kh_error *err)
{
    mdi_line line;
    double length_km = 0.0;
    KH_TRY(read_mdi_line(inputs, &line, err));
    const kh_reference_input wanted[] = {{"L_km", 0.0, 10000.0, &length_km}, {"mu", 1e-6, 10.0, &line.mu}};
    KH_REFERENCE_READ(inputs, wanted, err);
    *computed = mdi_rate_at(length_km, &line);
    return KH_OK;
}

static kh_status mdi_reach(const kh_json *inputs, double *computed, kh_error *err)
{
    mdi_line line;
    KH_TRY(read_mdi_line(inputs, &line, err));
    KH_TRY(kh_reference_check_convention(inputs, "mu", "grid .02..0.9 step .02", err));
    double best_km = 0.0;
    const double lengths_km[2] = {0.0, 200.0 / line.loss_db_per_km};
    for (int k = 1; k <= 45; k++) {
        double reach_km;
        line.mu = 0.02 * k;
        if (mdi_rate_at(0.0, &line) <= 0.0)
            continue;
        KH_TRY(kh_num_root(mdi_rate_at, &line, lengths_km, 1e-9, &reach_km, err));
        best_km = fmax(best_km, reach_km);
    }
    *computed = best_km;
    return KH_OK;
}

const kh_reference_model kh_reference_relayed[] = {
    {"sns_aopp_asym", twin_field_sns},
    {"cal19_asym", twin_field_cal},
    {"mdi_infinite_decoy", mdi_rate},
    {"mdi_infinite_decoy_reach", mdi_reach},
    {NULL, NULL},
};
