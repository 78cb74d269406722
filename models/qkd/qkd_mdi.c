/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/fibre/fibre.h"
#include "models/num/simplex.h"
#include "models/qkd/mdi2012.h"
#include "models/qkd/qkd.h"

#include <math.h>

static const double MU_MIN = 1e-6, MU_MAX = 2.0;

enum { N_FREE = 2 }; /* ln mu_a, ln mu_b */

typedef struct search {
    const kh_qkd_system *system;
    kh_mdi2012_setting setting;
} search;

static double mu_at(double ln_mu)
{
    return fmin(fmax(exp(ln_mu), MU_MIN), MU_MAX);
}

static double photons_of(const search *s, double mu_a, double mu_b)
{
    return s->setting.eta_a * mu_a + s->setting.eta_b * mu_b;
}

static kh_mdi2012_setting setting_at(const search *s, double mu_a, double mu_b)
{
    return kh_mdi2012_with_afterpulses(&s->setting, photons_of(s, mu_a, mu_b), s->system->detector.afterpulse);
}

static kh_mdi2012_key key_at(const search *s, double mu_a, double mu_b)
{
    kh_mdi2012_setting setting = setting_at(s, mu_a, mu_b);
    return kh_mdi2012_key_of(&setting, mu_a, mu_b);
}

/* clicks of all four detectors, for their dead time */
static double used_hz(const search *s, double mu_a, double mu_b)
{
    kh_mdi2012_setting setting = setting_at(s, mu_a, mu_b);
    double click = kh_mdi2012_click(&setting, photons_of(s, mu_a, mu_b));
    return s->system->clock_hz * kh_detector_live_fraction(&s->system->detector, s->system->clock_hz * click);
}

static double score(const double *x, const void *context)
{
    const search *s = (const search *)context;
    double mu_a = mu_at(x[0]), mu_b = mu_at(x[1]);
    return -used_hz(s, mu_a, mu_b) * key_at(s, mu_a, mu_b).rate;
}

static kh_status compute(const kh_qkd_system *system, kh_qkd_key *key, kh_error *err)
{
    (void)err;
    const kh_detector *d = &system->detector;
    double eta_a = kh_fibre_transmittance(system->loss_a_db) * d->efficiency;
    double eta_b = kh_fibre_transmittance(system->loss_b_db) * d->efficiency;
    search s = {.system = system,
                .setting = {.eta_a = eta_a,
                            .eta_b = eta_b,
                            .dark_per_gate = d->dark_per_gate,
                            .misalignment = d->misalignment,
                            .ec_efficiency = system->ec_efficiency}};
    double balance = log(eta_a / eta_b); /* a better arm asks for weaker pulses, so that both reach the station alike */
    const double starts[][N_FREE] = {{-1.0, -1.0},
                                     {-3.0, -3.0},
                                     {-0.5, -2.0},
                                     {-2.0, -0.5},
                                     {-1.0 - fmax(0.0, balance), -1.0 + fmin(0.0, balance)},
                                     {-1.0 - 0.5 * fmax(0.0, balance), -1.0 + 0.5 * fmin(0.0, balance)}};
    double best = INFINITY, best_x[N_FREE] = {0};
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        double x[N_FREE] = {starts[i][0], starts[i][1]};
        kh_simplex_options coarse = {.step = 0.5, .tolerance = 1e-7, .max_calls = 300};
        kh_simplex_options fine = {.step = 0.05, .tolerance = 1e-12, .max_calls = 300};
        (void)kh_simplex_minimise(score, &s, x, N_FREE, coarse);
        double value = kh_simplex_minimise(score, &s, x, N_FREE, fine);
        if (value < best) {
            best = value;
            best_x[0] = x[0];
            best_x[1] = x[1];
        }
    }
    const double *shown = best < 0.0 ? best_x : starts[0]; /* without key the search ends anywhere */
    double mu_a = mu_at(shown[0]), mu_b = mu_at(shown[1]);
    kh_mdi2012_key found = key_at(&s, mu_a, mu_b);
    *key = (kh_qkd_key){
        .rate_bps = fmax(0.0, -best),
        .qber = found.qber,
        .sifted_rate_bps = used_hz(&s, mu_a, mu_b) * found.gain,
        .parameters = {mu_a, mu_b},
    };
    return KH_OK;
}

const kh_qkd_protocol kh_qkd_mdi = {
    .name = "mdi-asymptotic",
    .title = "measurement-device-independent, infinite decoys and key (Ma 2012)",
    .protocol = KH_PROTOCOL_MDI_ASYMPTOTIC,
    .is_relayed = true,
    .key = compute,
};
