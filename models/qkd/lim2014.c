/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/lim2014.h"

#include "models/qkd/entropy.h"

#include <math.h>
#include <stdbool.h>

static const double LN2 = 0.69314718055994530942;
static const double N_TERMS = 21.0; /* error terms of the proof, eps_sec / 21 each */

/* Everything below is per pulse pair sent in the key basis (N_X), so that block size enters only through the fluctuations. */

/* yields e^mu Q_mu and their fluctuation in one basis; the same for errors */
typedef struct yields {
    double value[3], fluctuation[3];
} yields;

/* lower bound of the vacuum events, eq. (2); not below zero, which a count cannot be */
static double bound_vacuum(const kh_lim2014_choice *c, const yields *y, double tau_0)
{
    double low_3 = y->value[2] - y->fluctuation[2];
    double high_2 = y->value[1] + y->fluctuation[1];
    return tau_0 * fmax(0.0, (c->mu[1] * low_3 - c->mu[2] * high_2) / (c->mu[1] - c->mu[2]));
}

/* lower bound of the single-photon events, eq. (3) */
static double bound_single(const kh_lim2014_choice *c, const yields *y, double tau_1, double vacuum_yield)
{
    double mu_1 = c->mu[0], mu_2 = c->mu[1], mu_3 = c->mu[2];
    double low_2 = y->value[1] - y->fluctuation[1];
    double high_3 = y->value[2] + y->fluctuation[2];
    double high_1 = y->value[0] + y->fluctuation[0];
    double squares = mu_2 * mu_2 - mu_3 * mu_3;
    double numerator = low_2 - high_3 - squares / (mu_1 * mu_1) * (high_1 - vacuum_yield);
    return tau_1 * mu_1 * numerator / (mu_1 * (mu_2 - mu_3) - squares);
}

/* upper bound of the single-photon errors, eq. (4) */
static double bound_errors(const kh_lim2014_choice *c, const yields *e, double tau_1)
{
    double high_2 = e->value[1] + e->fluctuation[1];
    double low_3 = fmax(0.0, e->value[2] - e->fluctuation[2]);
    return fmax(0.0, tau_1 * (high_2 - low_3) / (c->mu[1] - c->mu[2]));
}

/* gamma of eq. (5): errors of the key basis beyond the rate b seen in c test events, for d key events */
static double sample_deviation(double ln_terms, double b, double c, double d)
{
    if (b <= 0.0 || b >= 1.0)
        return 0.0;
    double spread = (c + d) / (c * d) * (1.0 - b) * b;
    double ratio = (c + d) / (c * d * (1.0 - b) * b);
    return sqrt(fmax(0.0, spread * (log(ratio) + 2.0 * ln_terms)) / (LN2 * LN2));
}

static yields fluctuating(const double value[3], const double weight[3], double deviation)
{
    yields y;
    for (int k = 0; k < 3; k++) {
        y.value[k] = value[k];
        y.fluctuation[k] = deviation == 0.0 ? 0.0 : weight[k] * deviation; /* weight is infinite where p is 0 */
    }
    return y;
}

typedef struct pulses {
    double click[3], error[3]; /* times e^mu */
    double weight[3];          /* e^mu / p */
    double mean_click, mean_error;
    double tau_0, tau_1;
} pulses;

static pulses send(const kh_lim2014_setting *setting, const kh_lim2014_choice *choice)
{
    pulses s = {0};
    for (int k = 0; k < 3; k++) {
        kh_clicks clicks = kh_detector_clicks(&setting->detector, setting->transmittance * choice->mu[k]);
        double growth = exp(choice->mu[k]);
        s.click[k] = clicks.click * growth;
        s.error[k] = clicks.error * growth;
        s.weight[k] = growth / choice->p[k];
        s.mean_click += choice->p[k] * clicks.click;
        s.mean_error += choice->p[k] * clicks.error;
        s.tau_0 += choice->p[k] / growth;
        s.tau_1 += choice->p[k] * choice->mu[k] / growth;
    }
    return s;
}

double kh_lim2014_detections(const kh_lim2014_setting *setting, const kh_lim2014_choice *choice, double n_pulses)
{
    return n_pulses * choice->p_x * choice->p_x * send(setting, choice).mean_click;
}

/* what is known of single photons, per pulse sent in the key basis or, for single_z, in the test basis */
typedef struct bounds {
    double vacuum_x, single_x, single_z, wrong_z;
} bounds;

static bounds bound_all(const kh_lim2014_setting *setting, const kh_lim2014_choice *choice, const pulses *s,
                        const double deviation[2])
{
    double qber = s->mean_error / s->mean_click;
    yields x = fluctuating(s->click, s->weight, deviation[0]);
    yields z = fluctuating(s->click, s->weight, deviation[1]);
    yields errors = fluctuating(s->error, s->weight, deviation[1] * sqrt(qber));
    double vacuum_x = bound_vacuum(choice, &x, s->tau_0), vacuum_z = bound_vacuum(choice, &z, s->tau_0);
    double wrong_z = s->mean_error;
    if (setting->errors != KH_LIM2014_ERRORS_ALL) {
        double by_decoys = bound_errors(choice, &errors, s->tau_1);
        wrong_z = setting->errors == KH_LIM2014_ERRORS_BY_DECOYS ? by_decoys : fmin(by_decoys, wrong_z);
    }
    return (bounds){
        .vacuum_x = vacuum_x,
        .single_x = bound_single(choice, &x, s->tau_1, vacuum_x / s->tau_0),
        .single_z = bound_single(choice, &z, s->tau_1, vacuum_z / s->tau_0),
        .wrong_z = wrong_z,
    };
}

/* eq. (5) @param sent  pulses in the key and in the test basis; infinite numbers do not fluctuate */
static double bound_phase_error(const bounds *b, const double sent[2], double ln_terms, bool finite)
{
    if (b->single_x <= 0.0 || b->single_z <= 0.0)
        return 1.0;
    double rate = b->wrong_z / b->single_z;
    return finite ? rate + sample_deviation(ln_terms, rate, b->single_z * sent[1], b->single_x * sent[0]) : rate;
}

kh_lim2014_block kh_lim2014_key(const kh_lim2014_setting *setting, const kh_lim2014_choice *choice, double n_x)
{
    bool finite = isfinite(n_x);
    kh_lim2014_choice used = *choice;
    if (!finite) {
        used.p[0] = used.p_x = 1.0;
        used.p[1] = used.p[2] = 0.0;
        n_x = 1.0;
    }
    pulses s = send(setting, &used);
    double z_per_x = finite ? (1.0 - used.p_x) / used.p_x : 1.0; /* square root of the ratio of pulses */
    const double sent[2] = {n_x / s.mean_click, z_per_x * z_per_x * n_x / s.mean_click};
    double ln_terms = log(N_TERMS / setting->eps_sec);
    double deviation_x = finite ? sqrt(0.5 * n_x * ln_terms) / sent[0] : 0.0;
    const double deviation[2] = {deviation_x, deviation_x / z_per_x};
    bounds b = bound_all(setting, &used, &s, deviation);
    double phase_error = bound_phase_error(&b, sent, ln_terms, finite);

    double qber = s.mean_error / s.mean_click;
    double secret = b.vacuum_x + fmax(0.0, b.single_x) * (1.0 - kh_entropy_of_error(phase_error));
    double leak = setting->ec_efficiency * s.mean_click * kh_entropy_of_error(qber);
    double fixed = finite ? (6.0 * ln_terms + log(2.0 / setting->eps_cor)) / LN2 : 0.0;
    return (kh_lim2014_block){
        .key_bits = sent[0] * (secret - leak) - fixed,
        .n_x = n_x,
        .pulses = sent[0] / (used.p_x * used.p_x),
        .qber = qber,
        .click = s.mean_click,
        .vacuum_x = b.vacuum_x * sent[0],
        .single_x = b.single_x * sent[0],
        .single_z = b.single_z * sent[1],
        .phase_error = phase_error,
    };
}
