/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/reference/reference_rows.h"

#include "core/base/units.h"
#include "models/space/downlink.h"
#include "models/space/pass.h"

#include <math.h>
#include <string.h>

enum { STEPS_MAX = 4000 }; /* seconds of a pass */

static kh_status diffraction(const kh_json *inputs, double *computed, kh_error *err)
{
    double t_s = 0.0, elevation_deg = 0.0, altitude_m = 0.0, aperture_m = 0.0, receiver_m = 0.0, waist_m = 0.0, wavelength_m = 0.0;
    const kh_reference_input wanted[] = {
        {"t_s", -10000.0, 10000.0, &t_s},  {"theta_max", 1.0, 90.0, &elevation_deg}, {"h", 1e5, 1e8, &altitude_m},
        {"aT", 1e-3, 10.0, &aperture_m},   {"aR", 1e-3, 100.0, &receiver_m},         {"w0", 1e-3, 10.0, &waist_m},
        {"wl", 1e-7, 1e-5, &wavelength_m},
    };
    KH_REFERENCE_READ(inputs, wanted, err);
    double altitude_km = 1e-3 * altitude_m;
    const kh_track track = {.altitude_km = altitude_km,
                            .rate_rad_s = kh_orbit_rate(altitude_km),
                            .offset_rad = kh_orbit_central_angle(altitude_km, kh_radian_from_degree(elevation_deg))};
    kh_diffraction d = kh_diffraction_prepare(aperture_m, receiver_m, waist_m, 1e9 * wavelength_m);
    *computed = kh_diffraction_collected(&d, kh_track_sight(&track, t_s).range_km);
    return KH_OK;
}

/* a pass second by second, both halves */
typedef struct seconds {
    double second[STEPS_MAX], transmittance[STEPS_MAX];
    size_t n;
} seconds;

/* the steps within the window, from the arrays that stand for the loss file */
static kh_status read_steps(const kh_json *inputs, seconds *s, kh_error *err)
{
    double window_s = 0.0, extra_db = 0.0;
    const kh_reference_input wanted[] = {{"window_s", 0.0, 1e5, &window_s}, {"extra_dB", 0.0, 100.0, &extra_db}};
    KH_REFERENCE_READ(inputs, wanted, err);
    const kh_json *times = kh_json_get(inputs, "loss_time_s"), *shares = kh_json_get(inputs, "loss_transmittance");
    if (times == NULL || shares == NULL || kh_json_length(times) != kh_json_length(shares))
        return kh_fail(err, KH_ERANGE, "the loss of the pass is not given: loss_file, or loss_time_s and loss_transmittance");
    s->n = 0;
    for (size_t i = 0; i < kh_json_length(times); i++) {
        double t_s = kh_json_as_number(kh_json_at(times, i)), share = kh_json_as_number(kh_json_at(shares, i));
        if (!(share > 0.0 && share < 1.0) || !isfinite(t_s))
            return kh_fail(err, KH_ERANGE, "the loss at step %zu is %g at %g s, must be in (0, 1)", i, share, t_s);
        if (fabs(t_s) > window_s)
            continue;
        if (s->n == STEPS_MAX)
            return kh_fail(err, KH_ERANGE, "the pass has more than %d steps in its window", STEPS_MAX);
        s->second[s->n] = 1.0;
        s->transmittance[s->n++] = share * kh_linear_from_db(-extra_db);
    }
    return s->n > 0 ? KH_OK : kh_fail(err, KH_ERANGE, "no step of the pass is within %g s", window_s);
}

/* what the table does not say */
static double otherwise(const kh_json *inputs, const char *name, double value)
{
    return kh_json_get(inputs, name) == NULL ? value : kh_json_as_number(kh_json_get(inputs, name));
}

static kh_status read_system(const kh_json *inputs, kh_pass_system *system, kh_error *err)
{
    kh_lim2014_setting *setting = &system->setting;
    double qber = 0.0;
    const kh_reference_input wanted[] = {
        {"pec", 0.0, 0.1, &setting->detector.dark_per_gate},
        {"pap", 0.0, 0.5, &setting->detector.afterpulse},
        {"qber_i", 0.0, 0.4, &qber},
    };
    *system = (kh_pass_system){.setting = {.detector = {.efficiency = 1.0, .detectors = 2.0}}, .passes = 1.0};
    KH_REFERENCE_READ(inputs, wanted, err);
    KH_TRY(kh_reference_check_convention(inputs, "bound", "chernoff", err));
    KH_TRY(kh_reference_check_convention(inputs, "leak", "logM", err));
    system->clock_hz = otherwise(inputs, "fs", 1e8);
    setting->ec_efficiency = otherwise(inputs, "f", 1.16);
    setting->eps_sec = otherwise(inputs, "eps_s", 1e-9);
    setting->eps_cor = otherwise(inputs, "eps_c", 1e-15);
    setting->tail = KH_LIM2014_TAIL_CHERNOFF;
    setting->leak = KH_LIM2014_LEAK_GREATER;
    bool capped = kh_json_get(inputs, "cap_v1") == NULL || kh_json_as_bool(kh_json_get(inputs, "cap_v1"));
    setting->errors = capped ? KH_LIM2014_ERRORS_LEAST : KH_LIM2014_ERRORS_BY_DECOYS;
    /* the table counts errors of misalignment on every pulse with light, and half of the afterpulses of afterpulses */
    kh_detector *detector = &setting->detector;
    detector->misalignment = qber / (1.0 - 2.0 * detector->dark_per_gate) + 0.5 * detector->afterpulse * detector->afterpulse;
    if (!(system->clock_hz > 0.0 && setting->ec_efficiency >= 1.0 && setting->eps_sec > 0.0 && setting->eps_cor > 0.0))
        return kh_fail(err, KH_ERANGE, "fs, f, eps_s or eps_c is out of range");
    return KH_OK;
}

static kh_status pass_finite(const kh_json *inputs, double *computed, kh_error *err)
{
    seconds s;
    kh_pass_system system;
    kh_lim2014_choice choice = {0};
    KH_TRY(read_steps(inputs, &s, err));
    KH_TRY(read_system(inputs, &system, err));
    KH_TRY(kh_reference_read_choice(inputs, &choice, err));
    const kh_pass_steps steps = {s.second, s.transmittance, s.n};
    *computed = kh_pass_block(&system, &steps, &choice).key_bits;
    return KH_OK;
}

static kh_status pass_optimised(const kh_json *inputs, double *computed, kh_error *err)
{
    seconds s;
    kh_pass_system system;
    KH_TRY(read_steps(inputs, &s, err));
    KH_TRY(read_system(inputs, &system, err));
    const kh_pass_steps steps = {s.second, s.transmittance, s.n};
    *computed = kh_pass_best(&system, &steps, (kh_pass_search){0}).key_bits;
    return KH_OK;
}

const kh_reference_model kh_reference_space[] = {
    {"sat_diffraction", diffraction},
    {"sat_pass_finite", pass_finite},
    {"sat_pass_optimised", pass_optimised},
    {NULL, NULL},
};
