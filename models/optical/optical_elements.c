/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/optical/optical_elements.h"

#include "core/base/units.h"
#include "models/optical/optical_range.h"

#include <math.h>
#include <stdbool.h>

static const double coil_step_db = 5.0; /* gain that the second coil of a variable-gain amplifier gives away, before any fit */

static const double tilt_band_hz = 196.125e12 - 191.275e12, tilt_middle_hz = (196.125e12 + 191.275e12) / 2.0;

/* Noise figures of the two coils such that the amplifier has the stated ones at its largest and its smallest gain. */
typedef struct coils {
    double first_db, second_db, step_db;
} coils;

static coils fit_coils(const kh_optical_amplifier *a)
{
    double nf_min = kh_linear_from_db(a->noise_db[0]), nf_max = kh_linear_from_db(a->noise_db[1]);
    double g1_min_db = a->gain_min_db - (a->gain_max_db - a->gain_min_db) - coil_step_db, g1_max_db = a->gain_max_db - coil_step_db;
    coils c = {.step_db = coil_step_db};
    c.second_db = kh_db_from_linear((nf_min - nf_max) / (1.0 / kh_linear_from_db(g1_max_db) - 1.0 / kh_linear_from_db(g1_min_db)));
    c.first_db = kh_db_from_linear(nf_min - kh_linear_from_db(c.second_db - g1_max_db));
    if (c.first_db + 0.3 < c.second_db && c.second_db < c.first_db + 2.0)
        return c;
    c.second_db = fmin(fmax(c.second_db, c.first_db + 0.3), c.first_db + 2.0);
    g1_max_db = kh_db_from_linear(kh_linear_from_db(c.second_db) / (nf_min - kh_linear_from_db(c.first_db)));
    c.step_db = a->gain_max_db - g1_max_db;
    return c;
}

static double variable_gain_noise_db(const kh_optical_amplifier *a, double gain_db)
{
    coils c = fit_coils(a);
    double g1_db = gain_db - c.step_db - fmax(a->gain_max_db - gain_db, 0.0);
    return kh_db_from_linear(kh_linear_from_db(c.first_db) + kh_linear_from_db(c.second_db - g1_db));
}

static kh_status check_coils(const kh_optical_amplifier *a, kh_error *err)
{
    if (!isfinite(a->gain_max_db) || !(a->gain_max_db > a->gain_min_db) || !(a->noise_db[1] > a->noise_db[0]))
        return kh_fail(err, KH_ERANGE,
                       "variable-gain noise needs gain_min < gain_max and NF at full gain < NF at least gain; "
                       "gains are %g and %g dB, noise figures %g and %g dB",
                       a->gain_min_db, a->gain_max_db, a->noise_db[0], a->noise_db[1]);
    coils c = fit_coils(a);
    if (c.first_db >= 4.0 && c.step_db >= 1.0 && c.step_db <= 11.0)
        return KH_OK;
    return kh_fail(err, KH_ERANGE, "no pair of coils has noise figures %g and %g dB at gains %g and %g dB", a->noise_db[0],
                   a->noise_db[1], a->gain_max_db, a->gain_min_db);
}

/* What the noise of one stage needs. */
static kh_status check_noise(const kh_optical_amplifier *a, kh_error *err)
{
    if (a->noise == KH_OPTICAL_NOISE_VARIABLE_GAIN)
        return check_coils(a, err);
    if (a->noise == KH_OPTICAL_NOISE_FIXED) /* below 0: Raman or remote pumping counted as one amplifier at the far end */
        return kh_optical_range_check("noise figure in dB", a->noise_db[0], -10.0, 30.0, err);
    for (size_t i = 0; i < 4 && a->noise == KH_OPTICAL_NOISE_OPENROADM; i++)
        if (!isfinite(a->noise_db[i]))
            return kh_fail(err, KH_ERANGE, "coefficient %zu of the OpenROADM noise mask is not a number", i);
    return KH_OK;
}

static bool is_stage(const kh_optical_amplifier *a)
{
    return a->noise == KH_OPTICAL_NOISE_FIXED || a->noise == KH_OPTICAL_NOISE_VARIABLE_GAIN || a->noise == KH_OPTICAL_NOISE_NONE;
}

static kh_status check_stages(const kh_optical_amplifier *a, kh_error *err)
{
    if (a->noise != KH_OPTICAL_NOISE_DUAL_STAGE)
        return check_noise(a, err);
    if (a->stages == NULL || !is_stage(&a->stages[0]) || !is_stage(&a->stages[1]) || !isfinite(a->stages[0].gain_max_db))
        return kh_fail(err, KH_ERANGE,
                       "an amplifier of two stages needs stages of fixed noise or variable gain, the first of a largest gain");
    KH_TRY(check_noise(&a->stages[0], err));
    return check_noise(&a->stages[1], err);
}

kh_status kh_optical_amplifier_check(const kh_optical_amplifier *a, kh_error *err)
{
    KH_TRY(kh_optical_range_check("gain in dB", a->gain_db, -10.0, 100.0, err));
    KH_TRY(kh_optical_range_check("least gain in dB", a->gain_min_db, -10.0, 60.0, err));
    if (!(a->gain_max_db >= a->gain_min_db) || !(a->power_max_dbm >= -30.0))
        return kh_fail(err, KH_ERANGE, "largest gain is %g dB and largest power %g dBm, must be at least %g dB and -30 dBm",
                       a->gain_max_db, a->power_max_dbm, a->gain_min_db);
    KH_TRY(kh_optical_range_check("gain tilt in dB", a->tilt_db, -20.0, 20.0, err));
    KH_TRY(kh_optical_range_check("attenuator behind an amplifier in dB", a->voa_db, 0.0, 60.0, err));
    KH_TRY(kh_optical_range_check("PMD of an amplifier in ps", a->pmd_ps, 0.0, 100.0, err));
    KH_TRY(kh_optical_range_check("PDL of an amplifier in dB", a->pdl_db, 0.0, 20.0, err));
    return check_stages(a, err);
}

static double mask_noise_db(const double c[4], double p_dbm)
{
    return p_dbm - (((c[0] * p_dbm + c[1]) * p_dbm + c[2]) * p_dbm + c[3]) + 58.0;
}

static double preamp_noise_db(double p_dbm)
{
    return p_dbm - fmin((4.0 * p_dbm + 275.0) / 7.0, 33.0) + 58.0;
}

/* Of an amplifier of one stage. */
static double stage_noise_db(const kh_optical_amplifier *a, double gain_db, double input_dbm)
{
    double pad_db = fmax(a->gain_min_db - gain_db, 0.0);
    switch (a->noise) {
    case KH_OPTICAL_NOISE_VARIABLE_GAIN:
        return variable_gain_noise_db(a, gain_db + pad_db) + pad_db;
    case KH_OPTICAL_NOISE_OPENROADM:
        return mask_noise_db(a->noise_db, input_dbm) + pad_db;
    case KH_OPTICAL_NOISE_OPENROADM_PREAMP:
        return preamp_noise_db(input_dbm) + pad_db;
    case KH_OPTICAL_NOISE_FIXED:
        return a->noise_db[0] + pad_db;
    case KH_OPTICAL_NOISE_NONE:
    case KH_OPTICAL_NOISE_DUAL_STAGE:
        break;
    }
    return -(double)INFINITY;
}

double kh_optical_amplifier_noise_figure_db(const kh_optical_amplifier *amplifier, double gain_db, double input_dbm)
{
    if (amplifier->noise != KH_OPTICAL_NOISE_DUAL_STAGE)
        return stage_noise_db(amplifier, gain_db, input_dbm);
    const kh_optical_amplifier *first = &amplifier->stages[0], *second = &amplifier->stages[1];
    double first_db = first->gain_max_db;
    return kh_db_from_linear(kh_linear_from_db(stage_noise_db(first, first_db, input_dbm)) +
                             kh_linear_from_db(stage_noise_db(second, gain_db - first_db, input_dbm + first_db) - first_db));
}

static void add_noise(const kh_optical_amplifier *amplifier, const kh_optical_comb *comb, double gain_db, double total_dbm,
                      double *scratch_w, kh_optical_state *state)
{
    bool by_power = amplifier->noise == KH_OPTICAL_NOISE_OPENROADM || amplifier->noise == KH_OPTICAL_NOISE_OPENROADM_PREAMP;
    double mean_dbm = total_dbm - kh_db_from_linear((double)state->n), factor = KH_PLANCK_JS;
    if (!by_power)
        factor *= kh_linear_from_db(kh_optical_amplifier_noise_figure_db(amplifier, gain_db, mean_dbm));
    for (size_t i = 0; i < state->n; i++) {
        scratch_w[i] = factor * comb->freq_hz[i] * comb->baud_hz[i];
        if (by_power) {
            double input_dbm = mean_dbm + kh_db_from_linear(50e9 / comb->slot_hz[i]);
            scratch_w[i] *= kh_linear_from_db(kh_optical_amplifier_noise_figure_db(amplifier, gain_db, input_dbm));
        }
    }
    kh_optical_state_add_ase(state, scratch_w);
}

static void tilt(const kh_optical_comb *comb, double tilt_db, kh_optical_state *state)
{
    for (size_t i = 0; i < state->n; i++)
        state->power_w[i] *= kh_linear_from_db(tilt_db * (tilt_middle_hz - comb->freq_hz[i]) / tilt_band_hz);
}

void kh_optical_amplifier_apply(const kh_optical_amplifier *amplifier, const kh_optical_comb *comb, double *scratch_w,
                                kh_optical_state *state)
{
    double total_dbm = kh_dbm_from_watt(kh_optical_state_total_w(state));
    double gain_db = fmin(amplifier->gain_db, amplifier->power_max_dbm - total_dbm);
    if (amplifier->noise != KH_OPTICAL_NOISE_NONE)
        add_noise(amplifier, comb, gain_db, total_dbm, scratch_w, state);
    kh_optical_state_scale(state, kh_linear_from_db(gain_db - amplifier->voa_db));
    if (amplifier->tilt_db != 0.0)
        tilt(comb, amplifier->tilt_db, state);
}

kh_status kh_optical_roadm_check(const kh_optical_roadm *roadm, kh_error *err)
{
    KH_TRY(kh_optical_range_check("ROADM target in dBm", roadm->target_dbm,
                                  roadm->equalise == KH_OPTICAL_BY_CHANNEL ? -60.0 : -90.0, 30.0, err));
    KH_TRY(kh_optical_range_check("ROADM loss in dB", roadm->max_loss_db, 0.0, 60.0, err));
    if (!(roadm->add_drop_osnr_db >= 0.0))
        return kh_fail(err, KH_ERANGE, "add/drop OSNR is %g dB, must be at least 0", roadm->add_drop_osnr_db);
    KH_TRY(kh_optical_range_check("OSNR of an express ROADM in dB", roadm->express_osnr_db, 0.0, 200.0, err));
    KH_TRY(kh_optical_range_check("ROADM PMD in ps", roadm->pmd_ps, 0.0, 100.0, err));
    return kh_optical_range_check("ROADM PDL in dB", roadm->pdl_db, 0.0, 20.0, err);
}

/* What the target is multiplied by for one channel. */
static double target_width(const kh_optical_roadm *roadm, const kh_optical_comb *comb, size_t i)
{
    switch (roadm->equalise) {
    case KH_OPTICAL_BY_BAUD:
        return comb->baud_hz[i] * 1e-9;
    case KH_OPTICAL_BY_SLOT:
        return comb->slot_hz[i] * 1e-9;
    case KH_OPTICAL_BY_CHANNEL:
        break;
    }
    return 1.0;
}

void kh_optical_roadm_apply(const kh_optical_roadm *roadm, const kh_optical_comb *comb, kh_optical_state *state)
{
    double target_w = kh_watt_from_dbm(roadm->target_dbm);
    double through = kh_linear_from_db(-roadm->max_loss_db);
    for (size_t i = 0; i < state->n; i++) {
        double wanted_w = target_w * target_width(roadm, comb, i);
        if (comb->offset_db != NULL)
            wanted_w *= kh_linear_from_db(comb->offset_db[i]);
        state->power_w[i] = fmin(state->power_w[i] * through, wanted_w);
    }
}
