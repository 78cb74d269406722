/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/reference/reference_rows.h"

#include "models/fibre/fibre.h"
#include "models/num/num.h"
#include "models/qkd/lim2014.h"
#include "models/qkd/ma2005.h"
#include "models/qkd/one_decoy.h"

#include <string.h>

/* decoy BB84 over fibre of one attenuation, as a function of length */
typedef struct ma2005_line {
    kh_ma2005_setting setting;
    double receiver, loss_db_per_km, mu, nu;
    double (*rate)(const struct ma2005_line *line, double length_km);
} ma2005_line;

static kh_ma2005_setting setting_at(const ma2005_line *line, double length_km)
{
    kh_ma2005_setting setting = line->setting;
    setting.transmittance = line->receiver * kh_fibre_transmittance(line->loss_db_per_km * length_km);
    return setting;
}

static double infinite_rate_at(const ma2005_line *line, double length_km)
{
    kh_ma2005_setting setting = setting_at(line, length_km);
    return kh_ma2005_infinite_rate(&setting, line->mu);
}

static double weak_rate_at(const ma2005_line *line, double length_km)
{
    kh_ma2005_setting setting = setting_at(line, length_km);
    return kh_ma2005_weak_rate(&setting, line->mu, line->nu);
}

static double rate_at(double length_km, const void *context)
{
    const ma2005_line *line = (const ma2005_line *)context;
    return line->rate(line, length_km);
}

static kh_status read_line(const kh_json *inputs, ma2005_line *line, kh_error *err)
{
    *line = (ma2005_line){.setting = {.sifting = 1.0}};
    const kh_reference_input wanted[] = {
        {"Y0", 0.0, 1.0, &line->setting.background},    {"ed", 0.0, 0.5, &line->setting.misalignment},
        {"f", 1.0, 10.0, &line->setting.ec_efficiency}, {"eta_bob", 0.0, 1.0, &line->receiver},
        {"alpha", 1e-6, 100.0, &line->loss_db_per_km},  {"mu", 1e-6, 10.0, &line->mu},
    };
    KH_REFERENCE_READ(inputs, wanted, err);
    return KH_OK;
}

static kh_status read_decoy(const kh_json *inputs, ma2005_line *line, kh_error *err)
{
    const kh_reference_input wanted[] = {{"nu", 1e-9, line->mu * (1.0 - 1e-9), &line->nu}};
    KH_REFERENCE_READ(inputs, wanted, err);
    line->rate = weak_rate_at;
    return KH_OK;
}

static kh_status find_reach(const ma2005_line *line, double *reach_km, kh_error *err)
{
    const double lengths_km[2] = {0.0, 200.0 / line->loss_db_per_km};
    return kh_num_root(rate_at, line, lengths_km, 1e-9, reach_km, err);
}

static kh_status infinite_reach(const kh_json *inputs, double *computed, kh_error *err)
{
    ma2005_line line;
    KH_TRY(read_line(inputs, &line, err));
    line.rate = infinite_rate_at;
    return find_reach(&line, computed, err);
}

static kh_status weak_reach(const kh_json *inputs, double *computed, kh_error *err)
{
    ma2005_line line;
    KH_TRY(read_line(inputs, &line, err));
    KH_TRY(read_decoy(inputs, &line, err));
    return find_reach(&line, computed, err);
}

static kh_status weak_rate(const kh_json *inputs, double *computed, kh_error *err)
{
    ma2005_line line;
    double length_km = 0.0;
    KH_TRY(read_line(inputs, &line, err));
    KH_TRY(read_decoy(inputs, &line, err));
    const kh_reference_input wanted[] = {{"L_km", 0.0, 10000.0, &length_km}, {"q", 0.0, 1.0, &line.setting.sifting}};
    KH_REFERENCE_READ(inputs, wanted, err);
    *computed = weak_rate_at(&line, length_km);
    return KH_OK;
}

static kh_status best_mu(const kh_json *inputs, double *computed, kh_error *err)
{
    double misalignment = 0.0, ec_efficiency = 0.0;
    const kh_reference_input wanted[] = {{"ed", 0.0, 0.5, &misalignment}, {"f", 1.0, 10.0, &ec_efficiency}};
    KH_REFERENCE_READ(inputs, wanted, err);
    return kh_ma2005_mu_opt(misalignment, ec_efficiency, computed, err);
}

kh_status kh_reference_read_choice(const kh_json *inputs, kh_lim2014_choice *choice, kh_error *err)
{
    const kh_reference_input wanted[] = {{"pX", 1e-9, 1.0 - 1e-9, &choice->p_x}};
    KH_REFERENCE_READ(inputs, wanted, err);
    KH_TRY(kh_reference_read_array(inputs, "mu", choice->mu, 3, err));
    KH_TRY(kh_reference_read_array(inputs, "p", choice->p, 3, err));
    if (!(choice->mu[1] > choice->mu[2] && choice->mu[0] > choice->mu[1] + choice->mu[2]))
        return kh_fail(err, KH_ERANGE, "mu is [%g, %g, %g], must satisfy mu1 > mu2 + mu3 and mu2 > mu3", choice->mu[0],
                       choice->mu[1], choice->mu[2]);
    return KH_OK;
}

static kh_status key_length(const kh_json *inputs, double *computed, kh_error *err)
{
    kh_lim2014_setting setting = {.detector = {.efficiency = 1.0, .detectors = 2.0}};
    kh_lim2014_choice choice = {0};
    double n_pulses = 0.0, background = 0.0;
    const kh_reference_input wanted[] = {
        {"eta", 1e-100, 1.0, &setting.transmittance},
        {"N", 1.0, 1e30, &n_pulses},
        {"Y0", 0.0, 1.0, &background},
        {"ed", 0.0, 0.5, &setting.detector.misalignment},
        {"eps_sec", 1e-100, 1.0 - 1e-9, &setting.eps_sec},
        {"eps_cor", 1e-100, 1.0 - 1e-9, &setting.eps_cor},
        {"f", 1.0, 10.0, &setting.ec_efficiency},
    };
    KH_REFERENCE_READ(inputs, wanted, err);
    KH_TRY(kh_reference_read_choice(inputs, &choice, err));
    KH_TRY(kh_reference_check_convention(inputs, "gain", "1-(1-Y0)exp(-eta mu)", err));
    KH_TRY(kh_reference_check_convention(inputs, "err", "Y0/2+ed(G-Y0)", err));
    KH_TRY(kh_reference_check_convention(inputs, "leak", "f nX h(mX/nX)", err));
    setting.detector.dark_per_gate = 0.5 * background;
    setting.errors = kh_json_as_bool(kh_json_get(inputs, "cap_v1")) ? KH_LIM2014_ERRORS_LEAST : KH_LIM2014_ERRORS_BY_DECOYS;
    double n_x = kh_lim2014_detections(&setting, &choice, n_pulses);
    *computed = kh_lim2014_key(&setting, &choice, n_x).key_bits;
    return KH_OK;
}

/* the two tables of one decoy name the same probabilities differently */
static kh_status read_one_decoy(const kh_json *inputs, kh_one_decoy_choice *choice, kh_error *err)
{
    const char *p_key = kh_json_get(inputs, "p_key") != NULL ? "p_key" : "pX";
    const kh_reference_input wanted[] = {{p_key, 1e-9, 1.0 - 1e-9, &choice->p_key}};
    KH_REFERENCE_READ(inputs, wanted, err);
    if (kh_json_get(inputs, "p") != NULL) {
        KH_TRY(kh_reference_read_array(inputs, "p", &choice->p_1, 1, err));
    } else {
        const kh_reference_input first[] = {{"p1", 1e-9, 1.0 - 1e-9, &choice->p_1}};
        KH_REFERENCE_READ(inputs, first, err);
    }
    KH_TRY(kh_reference_read_array(inputs, "mu", choice->mu, 2, err));
    if (!(choice->mu[0] > choice->mu[1] && choice->mu[1] > 0.0 && choice->p_1 > 0.0 && choice->p_1 < 1.0))
        return kh_fail(err, KH_ERANGE, "mu is [%g, %g], p1 is %g, must satisfy mu1 > mu2 > 0, 0 < p1 < 1", choice->mu[0],
                       choice->mu[1], choice->p_1);
    return KH_OK;
}

static kh_status one_decoy_key(const kh_json *inputs, kh_one_decoy_setting *setting, double *computed, kh_error *err)
{
    kh_one_decoy_choice choice = {0};
    double length_km = 0.0, loss_db_per_km = 0.0, n_pulses = 0.0, dark_hz = 0.0, clock_hz = 0.0, misalignment = 0.0;
    const kh_reference_input wanted[] = {
        {"L_km", 0.0, 10000.0, &length_km},
        {"alpha", 1e-6, 100.0, &loss_db_per_km},
        {"N", 1.0, 1e30, &n_pulses},
        {"dcr_hz", 0.0, 1e9, &dark_hz},
        {"clock", 1.0, 1e12, &clock_hz},
        {"ed", 0.0, 0.49, &misalignment},
        {"f", 1.0, 10.0, &setting->ec_efficiency},
        {"eps_sec", 1e-100, 1.0 - 1e-9, &setting->eps_sec},
        {"eps_cor", 1e-100, 1.0 - 1e-9, &setting->eps_cor},
    };
    KH_REFERENCE_READ(inputs, wanted, err);
    KH_TRY(read_one_decoy(inputs, &choice, err));
    double background = dark_hz / clock_hz; /* both detectors together */
    if (!(background < 0.5))
        return kh_fail(err, KH_ERANGE, "dcr_hz is %g, must be below half of the clock", dark_hz);
    setting->transmittance = kh_fibre_transmittance(loss_db_per_km * length_km);
    /* the table counts errors of misalignment on every pulse with light, ours on those without dark count */
    setting->detector = (kh_detector){
        .efficiency = 1.0, .dark_per_gate = 0.5 * background, .misalignment = misalignment / (1.0 - background), .detectors = 2.0};
    setting->errors = KH_ONE_DECOY_ERRORS_BY_DECOYS;
    double n_key = kh_one_decoy_detections(setting, &choice, n_pulses);
    *computed = kh_one_decoy_key(setting, &choice, n_key).key_bits;
    return KH_OK;
}

static kh_status one_decoy_wiesemann(const kh_json *inputs, double *computed, kh_error *err)
{
    kh_one_decoy_setting setting = {.proof = KH_ONE_DECOY_WIESEMANN};
    return one_decoy_key(inputs, &setting, computed, err);
}

static kh_status one_decoy_rusca(const kh_json *inputs, double *computed, kh_error *err)
{
    kh_one_decoy_setting setting = {.proof = KH_ONE_DECOY_RUSCA};
    return one_decoy_key(inputs, &setting, computed, err);
}

const kh_reference_model kh_reference_bb84[] = {
    {"ma2005_infinite_reach", infinite_reach},
    {"ma2005_vw_reach", weak_reach},
    {"ma2005_vw_rate", weak_rate},
    {"ma2005_mu_opt", best_mu},
    {"lim2014_key_length", key_length},
    {"one_decoy_wiesemann2024", one_decoy_wiesemann},
    {"one_decoy_rusca2018", one_decoy_rusca},
    {NULL, NULL},
};
