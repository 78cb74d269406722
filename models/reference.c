/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/reference.h"

#include "models/bbm92.h"
#include "models/bounds.h"
#include "models/cv.h"
#include "models/fibre.h"
#include "models/lim2014.h"
#include "models/ma2005.h"
#include "models/mdi2012.h"
#include "models/num.h"
#include "models/one_decoy.h"
#include "models/sns2024.h"

#include <math.h>
#include <string.h>

/* one number that a model reads */
typedef struct input {
    const char *name;
    double low, high; /* both ends allowed */
    double *value;
} input;

static kh_status read_input(const kh_json *inputs, const input *wanted, kh_error *err)
{
    double value = kh_json_as_number(kh_json_get(inputs, wanted->name));
    if (!(value >= wanted->low && value <= wanted->high)) /* NAN when missing */
        return kh_fail(err, KH_ERANGE, "%s is %g, must be in [%g, %g]", wanted->name, value, wanted->low, wanted->high);
    *wanted->value = value;
    return KH_OK;
}

static kh_status read_inputs(const kh_json *inputs, const input *wanted, size_t n, kh_error *err)
{
    for (size_t i = 0; i < n; i++)
        KH_TRY(read_input(inputs, &wanted[i], err));
    return KH_OK;
}

static kh_status read_array(const kh_json *inputs, const char *name, double *values, size_t n, kh_error *err)
{
    const kh_json *array = kh_json_get(inputs, name);
    for (size_t k = 0; k < n; k++) {
        double value = kh_json_as_number(kh_json_at(array, k));
        if (!(value >= 0.0 && value <= 10.0))
            return kh_fail(err, KH_ERANGE, "%s[%zu] is %g, must be in [0, 10]", name, k, value);
        values[k] = value;
    }
    return KH_OK;
}

#define READ(inputs, wanted, err) KH_TRY(read_inputs((inputs), (wanted), sizeof(wanted) / sizeof((wanted)[0]), (err)))

static kh_status plob(const kh_json *inputs, double *computed, kh_error *err)
{
    double loss_db = 0.0;
    const input wanted[] = {{"loss_dB", 0.0, 1000.0, &loss_db}};
    READ(inputs, wanted, err);
    *computed = kh_bound_plob(loss_db);
    return KH_OK;
}

static kh_status single_repeater(const kh_json *inputs, double *computed, kh_error *err)
{
    double loss_db = 0.0;
    const input wanted[] = {{"loss_dB", 0.0, 1000.0, &loss_db}};
    READ(inputs, wanted, err);
    *computed = kh_bound_single_repeater(loss_db);
    return KH_OK;
}

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
    const input wanted[] = {
        {"Y0", 0.0, 1.0, &line->setting.background},    {"ed", 0.0, 0.5, &line->setting.misalignment},
        {"f", 1.0, 10.0, &line->setting.ec_efficiency}, {"eta_bob", 0.0, 1.0, &line->receiver},
        {"alpha", 1e-6, 100.0, &line->loss_db_per_km},  {"mu", 1e-6, 10.0, &line->mu},
    };
    READ(inputs, wanted, err);
    return KH_OK;
}

static kh_status read_decoy(const kh_json *inputs, ma2005_line *line, kh_error *err)
{
    const input wanted[] = {{"nu", 1e-9, line->mu * (1.0 - 1e-9), &line->nu}};
    READ(inputs, wanted, err);
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
    const input wanted[] = {{"L_km", 0.0, 10000.0, &length_km}, {"q", 0.0, 1.0, &line.setting.sifting}};
    READ(inputs, wanted, err);
    *computed = weak_rate_at(&line, length_km);
    return KH_OK;
}

static kh_status best_mu(const kh_json *inputs, double *computed, kh_error *err)
{
    double misalignment = 0.0, ec_efficiency = 0.0;
    const input wanted[] = {{"ed", 0.0, 0.5, &misalignment}, {"f", 1.0, 10.0, &ec_efficiency}};
    READ(inputs, wanted, err);
    return kh_ma2005_mu_opt(misalignment, ec_efficiency, computed, err);
}

/* the tables name their conventions: another one must not pass in silence */
static kh_status check_convention(const kh_json *inputs, const char *name, const char *ours, kh_error *err)
{
    const char *text = kh_json_as_text(kh_json_get(inputs, name));
    if (text != NULL && strcmp(text, ours) != 0)
        return kh_fail(err, KH_ERANGE, "%s is '%s', only '%s' is known", name, text, ours);
    return KH_OK;
}

static kh_status read_choice(const kh_json *inputs, kh_lim2014_choice *choice, kh_error *err)
{
    const input wanted[] = {{"pX", 1e-9, 1.0 - 1e-9, &choice->p_x}};
    READ(inputs, wanted, err);
    KH_TRY(read_array(inputs, "mu", choice->mu, 3, err));
    KH_TRY(read_array(inputs, "p", choice->p, 3, err));
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
    const input wanted[] = {
        {"eta", 1e-100, 1.0, &setting.transmittance},
        {"N", 1.0, 1e30, &n_pulses},
        {"Y0", 0.0, 1.0, &background},
        {"ed", 0.0, 0.5, &setting.detector.misalignment},
        {"eps_sec", 1e-100, 1.0 - 1e-9, &setting.eps_sec},
        {"eps_cor", 1e-100, 1.0 - 1e-9, &setting.eps_cor},
        {"f", 1.0, 10.0, &setting.ec_efficiency},
    };
    READ(inputs, wanted, err);
    KH_TRY(read_choice(inputs, &choice, err));
    KH_TRY(check_convention(inputs, "gain", "1-(1-Y0)exp(-eta mu)", err));
    KH_TRY(check_convention(inputs, "err", "Y0/2+ed(G-Y0)", err));
    KH_TRY(check_convention(inputs, "leak", "f nX h(mX/nX)", err));
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
    const input wanted[] = {{p_key, 1e-9, 1.0 - 1e-9, &choice->p_key}};
    READ(inputs, wanted, err);
    if (kh_json_get(inputs, "p") != NULL) {
        KH_TRY(read_array(inputs, "p", &choice->p_1, 1, err));
    } else {
        const input first[] = {{"p1", 1e-9, 1.0 - 1e-9, &choice->p_1}};
        READ(inputs, first, err);
    }
    KH_TRY(read_array(inputs, "mu", choice->mu, 2, err));
    if (!(choice->mu[0] > choice->mu[1] && choice->mu[1] > 0.0 && choice->p_1 > 0.0 && choice->p_1 < 1.0))
        return kh_fail(err, KH_ERANGE, "mu is [%g, %g], p1 is %g, must satisfy mu1 > mu2 > 0, 0 < p1 < 1", choice->mu[0],
                       choice->mu[1], choice->p_1);
    return KH_OK;
}

static kh_status one_decoy_key(const kh_json *inputs, kh_one_decoy_setting *setting, double *computed, kh_error *err)
{
    kh_one_decoy_choice choice = {0};
    double length_km = 0.0, loss_db_per_km = 0.0, n_pulses = 0.0, dark_hz = 0.0, clock_hz = 0.0, misalignment = 0.0;
    const input wanted[] = {
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
    READ(inputs, wanted, err);
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

static kh_status read_reception(const kh_json *inputs, bool *heterodyne, kh_error *err)
{
    const char *text = kh_json_as_text(kh_json_get(inputs, "det"));
    bool known = text != NULL && (strncmp(text, "hom", 3) == 0 || strncmp(text, "het", 3) == 0);
    if (!known)
        return kh_fail(err, KH_ERANGE, "det is '%s', must be hom or het", text == NULL ? "" : text);
    *heterodyne = text[2] == 't';
    return KH_OK;
}

/* the limit of endless modulation, by a variance large enough for seven digits */
static kh_status cv_limit(const kh_json *inputs, double *computed, kh_error *err)
{
    kh_cv_receiver receiver = {.efficiency = 1.0};
    double transmittance = 0.0;
    const input wanted[] = {{"T", 1e-9, 1.0 - 1e-9, &transmittance},
                            {"beta", 1e-9, 1.0, &receiver.reconciliation},
                            {"xi", 0.0, 0.0, &receiver.excess_noise}};
    READ(inputs, wanted, err);
    KH_TRY(read_reception(inputs, &receiver.heterodyne, err));
    *computed = kh_cv_rate(&receiver, transmittance, 1e8);
    return KH_OK;
}

static kh_status read_cv(const kh_json *inputs, kh_cv_receiver *receiver, double *transmittance, double *variance, kh_error *err)
{
    double loss_db = 0.0;
    const input wanted[] = {{"loss_dB", 0.0, 1000.0, &loss_db},
                            {"VA", 1e-9, 1e9, variance},
                            {"xi_in", 0.0, 10.0, &receiver->excess_noise},
                            {"eta", 1e-9, 1.0, &receiver->efficiency},
                            {"vel", 0.0, 100.0, &receiver->electronic_noise},
                            {"beta", 1e-9, 1.0, &receiver->reconciliation}};
    READ(inputs, wanted, err);
    *transmittance = kh_fibre_transmittance(loss_db);
    return read_reception(inputs, &receiver->heterodyne, err);
}

static kh_status cv_endless(const kh_json *inputs, double *computed, kh_error *err)
{
    kh_cv_receiver receiver;
    double transmittance, variance = 0.0;
    KH_TRY(read_cv(inputs, &receiver, &transmittance, &variance, err));
    *computed = kh_cv_rate(&receiver, transmittance, variance);
    return KH_OK;
}

static kh_status cv_finite(const kh_json *inputs, double *computed, kh_error *err)
{
    kh_cv_receiver receiver;
    kh_cv_block block = {0};
    double transmittance, variance = 0.0;
    KH_TRY(read_cv(inputs, &receiver, &transmittance, &variance, err));
    const input wanted[] = {{"N", 1.0, 1e30, &block.symbols},
                            {"n_over_N", 1e-9, 1.0 - 1e-9, &block.key_share},
                            {"eps", 1e-100, 1.0 - 1e-9, &block.eps}};
    READ(inputs, wanted, err);
    *computed = kh_cv_rate_of_block(&receiver, transmittance, variance, &block);
    return KH_OK;
}

static kh_status twin_field(const kh_json *inputs, double *computed, kh_error *err)
{
    kh_sns2024_setting setting = {0};
    kh_sns2024_choice choice = {0};
    double loss_db = 0.0, efficiency = 0.0, p_key = 0.0, clock_hz = 0.0;
    const input wanted[] = {
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
    READ(inputs, wanted, err);
    if (!(choice.v > choice.w && choice.u > choice.v + choice.w))
        return kh_fail(err, KH_ERANGE, "u, v, w are %g, %g, %g, must satisfy u > v + w and v > w", choice.u, choice.v, choice.w);
    setting.transmittance = efficiency * kh_fibre_transmittance(0.5 * loss_db);
    *computed = clock_hz * p_key * p_key * kh_sns2024_key_of(&setting, &choice).rate;
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
    const input wanted[] = {
        {"alpha", 1e-6, 100.0, &line->loss_db_per_km},  {"eta_det", 1e-9, 1.0, &line->efficiency},
        {"pd", 0.0, 0.5, &line->setting.dark_per_gate}, {"ed", 0.0, 0.5, &line->setting.misalignment},
        {"f", 1.0, 10.0, &line->setting.ec_efficiency},
    };
    READ(inputs, wanted, err);
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
    const input wanted[] = {{"L_km", 0.0, 10000.0, &length_km}, {"mu", 1e-6, 10.0, &line.mu}};
    READ(inputs, wanted, err);
    *computed = mdi_rate_at(length_km, &line);
    return KH_OK;
}

static kh_status mdi_reach(const kh_json *inputs, double *computed, kh_error *err)
{
    mdi_line line;
    KH_TRY(read_mdi_line(inputs, &line, err));
    KH_TRY(check_convention(inputs, "mu", "grid .02..0.9 step .02", err));
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

static kh_status pair_source(const kh_json *inputs, double *computed, kh_error *err)
{
    kh_bbm92_setting setting = {0};
    double pairs = 0.0, efficiency = 0.0, loss_a_db = 0.0, loss_b_db = 0.0;
    bool in_middle = kh_json_get(inputs, "loss_each_dB") != NULL;
    const input wanted[] = {
        {"mu_pairs", 0.0, 100.0, &pairs},
        {"eta_det", 0.0, 1.0, &efficiency},
        {"Y0", 0.0, 1.0, &setting.background_a},
        {"ed", 0.0, 0.5, &setting.misalignment},
        {"f", 1.0, 10.0, &setting.ec_efficiency},
        {"q", 0.0, 1.0, &setting.sifting},
        {in_middle ? "loss_each_dB" : "loss_A_dB", 0.0, 1000.0, &loss_a_db},
        {in_middle ? "loss_each_dB" : "loss_B_dB", 0.0, 1000.0, &loss_b_db},
    };
    READ(inputs, wanted, err);
    setting.background_b = setting.background_a;
    setting.eta_a = efficiency * kh_fibre_transmittance(loss_a_db);
    setting.eta_b = efficiency * kh_fibre_transmittance(loss_b_db);
    *computed = kh_bbm92_rate(&setting, pairs);
    return KH_OK;
}

static kh_status counted_pairs(const kh_json *inputs, double *computed, kh_error *err)
{
    double coincidences = 0.0, qber = 0.0, ec_efficiency = 0.0, sifting = 0.0;
    const input wanted[] = {
        {"coinc_per_s", 0.0, 1e15, &coincidences},
        {"qber", 0.0, 0.5, &qber},
        {"f", 1.0, 10.0, &ec_efficiency},
        {"q", 0.0, 1.0, &sifting},
    };
    READ(inputs, wanted, err);
    *computed = kh_bbm92_rate_of_counts(coincidences, qber, ec_efficiency, sifting);
    return KH_OK;
}

static const struct {
    const char *name;
    kh_status (*compute)(const kh_json *inputs, double *computed, kh_error *err);
} models[] = {
    {"plob", plob},
    {"single_repeater_bound", single_repeater},
    {"ma2005_infinite_reach", infinite_reach},
    {"ma2005_vw_reach", weak_reach},
    {"ma2005_vw_rate", weak_rate},
    {"ma2005_mu_opt", best_mu},
    {"lim2014_key_length", key_length},
    {"bbm92_pdc", pair_source},
    {"bbm92_counts", counted_pairs},
    {"cv_gmcs_limit", cv_limit},
    {"cv_gmcs_trusted", cv_endless},
    {"cv_gmcs_finite_lgg2010", cv_finite},
    {"sns_aopp_asym", twin_field},
    {"mdi_infinite_decoy", mdi_rate},
    {"mdi_infinite_decoy_reach", mdi_reach},
    {"one_decoy_wiesemann2024", one_decoy_wiesemann},
    {"one_decoy_rusca2018", one_decoy_rusca},
};

kh_status kh_reference_qkd(const char *model, const kh_json *inputs, double *computed, bool *known, kh_error *err)
{
    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++) {
        if (strcmp(models[i].name, model) != 0)
            continue;
        double value;
        kh_status status = models[i].compute(inputs, &value, err);
        if (status != KH_OK)
            return kh_while(err, status, "model '%s'", model);
        *computed = value;
        *known = true;
        return KH_OK;
    }
    *known = false;
    return KH_OK;
}
