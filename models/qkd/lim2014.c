/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/lim2014.h"

#include "models/qkd/entropy.h"
#include "models/qkd/reconciliation.h"

#include <math.h>
#include <stdbool.h>

static const double LN2 = 0.69314718055994530942;
static const double N_TERMS = 21.0; /* error terms of the proof, eps_sec / 21 each */

/* Everything below is per pulse pair sent in the key basis (N_X), so that block size enters only through the fluctuations. */

/* e^mu Q_mu in one basis, or the same for errors, with its bounds */
typedef struct bracket {
    double low[3], high[3];
} bracket;

/* lower bound of the vacuum events, eq. (2); not below zero, which a count cannot be */
static double bound_vacuum(const kh_lim2014_choice *c, const bracket *y, double tau_0)
{
    return tau_0 * fmax(0.0, (c->mu[1] * y->low[2] - c->mu[2] * y->high[1]) / (c->mu[1] - c->mu[2]));
}

/* lower bound of the single-photon events, eq. (3) */
static double bound_single(const kh_lim2014_choice *c, const bracket *y, double tau_1, double vacuum_yield)
{
    double mu_1 = c->mu[0], mu_2 = c->mu[1], mu_3 = c->mu[2];
    double squares = mu_2 * mu_2 - mu_3 * mu_3;
    double numerator = y->low[1] - y->high[2] - squares / (mu_1 * mu_1) * (y->high[0] - vacuum_yield);
    return tau_1 * mu_1 * numerator / (mu_1 * (mu_2 - mu_3) - squares);
}

/* upper bound of the single-photon errors, eq. (4) */
static double bound_errors(const kh_lim2014_choice *c, const bracket *e, double tau_1)
{
    return fmax(0.0, tau_1 * (e->high[1] - fmax(0.0, e->low[2])) / (c->mu[1] - c->mu[2]));
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

/* what was sent in one basis */
typedef struct sample {
    double pulses;   /* infinite when nothing fluctuates */
    double ln_terms; /* ln(21 / eps_sec) */
    kh_lim2014_tail tail;
    const double *growth; /* [3] e^mu */
} sample;

/* @param rate  per pulse of each intensity  @param mean  over the intensities */
static bracket bracket_yields(const sample *s, const kh_lim2014_choice *c, const double rate[3], double mean)
{
    bracket y;
    bool finite = isfinite(s->pulses);
    double l = s->ln_terms, shared = finite && s->tail == KH_LIM2014_TAIL_HOEFFDING ? sqrt(0.5 * s->pulses * mean * l) : 0.0;
    for (int k = 0; k < 3; k++) {
        double growth = s->growth[k], below = shared, above = shared, unit = 0.0;
        if (finite)
            unit = growth / (c->p[k] * s->pulses); /* what one count is worth */
        if (finite && s->tail != KH_LIM2014_TAIL_HOEFFDING) {
            double twice = 2.0 * s->pulses * c->p[k] * rate[k] * l;
            below = 0.5 * l + sqrt(twice + 0.25 * l * l);
            above = l + sqrt(twice + l * l);
        }
        y.low[k] = rate[k] * growth - unit * below;
        y.high[k] = rate[k] * growth + unit * above;
    }
    return y;
}

typedef struct means {
    double click, error, tau_0, tau_1;
} means;

/* @param growth  e^mu */
static means average(const kh_lim2014_choice *choice, const double growth[3], const kh_lim2014_yields *yields)
{
    means m = {0};
    for (int k = 0; k < 3; k++) {
        double weight = choice->p[k] / growth[k];
        m.click += choice->p[k] * yields->click[k];
        m.error += choice->p[k] * yields->error[k];
        m.tau_0 += weight;
        m.tau_1 += weight * choice->mu[k];
    }
    return m;
}

static kh_lim2014_yields send(const kh_lim2014_setting *setting, const kh_lim2014_choice *choice)
{
    kh_lim2014_yields yields;
    for (int k = 0; k < 3; k++) {
        kh_clicks clicks = kh_detector_clicks(&setting->detector, setting->transmittance * choice->mu[k]);
        yields.click[k] = clicks.click;
        yields.error[k] = clicks.error;
    }
    return yields;
}

double kh_lim2014_detections(const kh_lim2014_setting *setting, const kh_lim2014_choice *choice, double n_pulses)
{
    kh_lim2014_yields yields = send(setting, choice);
    const double ones[3] = {1.0, 1.0, 1.0}; /* of no consequence for clicks */
    return n_pulses * choice->p_x * choice->p_x * average(choice, ones, &yields).click;
}

/* what is known of single photons, per pulse sent in the key basis or, for single_z, in the test basis */
typedef struct bounds {
    double vacuum_x, single_x, single_z, wrong_z;
} bounds;

static bounds bound_all(kh_lim2014_errors how, const kh_lim2014_choice *choice, const kh_lim2014_yields *seen, const means *m,
                        const sample sent[2])
{
    bracket x = bracket_yields(&sent[0], choice, seen->click, m->click);
    bracket z = bracket_yields(&sent[1], choice, seen->click, m->click);
    double vacuum_x = bound_vacuum(choice, &x, m->tau_0), vacuum_z = bound_vacuum(choice, &z, m->tau_0);
    double wrong_z = m->error;
    if (how != KH_LIM2014_ERRORS_ALL) {
        bracket errors = bracket_yields(&sent[1], choice, seen->error, m->error);
        double by_decoys = bound_errors(choice, &errors, m->tau_1);
        wrong_z = how == KH_LIM2014_ERRORS_BY_DECOYS ? by_decoys : fmin(by_decoys, wrong_z);
    }
    return (bounds){
        .vacuum_x = vacuum_x,
        .single_x = bound_single(choice, &x, m->tau_1, vacuum_x / m->tau_0),
        .single_z = bound_single(choice, &z, m->tau_1, vacuum_z / m->tau_0),
        .wrong_z = wrong_z,
    };
}

/* eq. (5); infinite numbers of pulses do not fluctuate */
static double bound_phase_error(const bounds *b, const sample sent[2])
{
    if (b->single_x <= 0.0 || b->single_z <= 0.0)
        return 1.0;
    double rate = b->wrong_z / b->single_z;
    if (!isfinite(sent[0].pulses))
        return rate;
    return rate + sample_deviation(sent[0].ln_terms, rate, b->single_z * sent[1].pulses, b->single_x * sent[0].pulses);
}

/* bits per detection */
static double leaked(const kh_lim2014_setting *setting, double qber, double n_x)
{
    double leak = setting->ec_efficiency * kh_entropy_of_error(qber);
    if (setting->leak == KH_LIM2014_LEAK_GREATER && isfinite(n_x))
        leak = fmax(leak, kh_reconciliation_leak(n_x, qber, setting->eps_cor) / n_x);
    return leak;
}

/* without fluctuations only the strongest intensity makes key */
static kh_lim2014_choice used_choice(const kh_lim2014_choice *choice, bool finite)
{
    kh_lim2014_choice used = *choice;
    if (!finite) {
        used.p[0] = used.p_x = 1.0;
        used.p[1] = used.p[2] = 0.0;
    }
    return used;
}

kh_lim2014_block kh_lim2014_key_of_yields(const kh_lim2014_setting *setting, const kh_lim2014_choice *choice,
                                          const kh_lim2014_yields *yields, double n_x)
{
    bool finite = isfinite(n_x);
    kh_lim2014_choice used = used_choice(choice, finite);
    const double growth[3] = {exp(used.mu[0]), exp(used.mu[1]), exp(used.mu[2])};
    means m = average(&used, growth, yields);
    double z_per_x = finite ? (1.0 - used.p_x) / used.p_x : 1.0; /* square root of the ratio of pulses */
    double ln_terms = log(N_TERMS / setting->eps_sec);
    const sample sent[2] = {{n_x / m.click, ln_terms, setting->tail, growth},
                            {z_per_x * z_per_x * n_x / m.click, ln_terms, setting->tail, growth}};
    bounds b = bound_all(setting->errors, &used, yields, &m, sent);
    double phase_error = bound_phase_error(&b, sent);

    double qber = m.error / m.click, pulses = finite ? sent[0].pulses : 1.0 / m.click;
    double secret = b.vacuum_x + fmax(0.0, b.single_x) * (1.0 - kh_entropy_of_error(phase_error));
    double fixed = finite ? (6.0 * ln_terms + log(2.0 / setting->eps_cor)) / LN2 : 0.0;
    return (kh_lim2014_block){
        .key_bits = pulses * (secret - m.click * leaked(setting, qber, n_x)) - fixed,
        .n_x = finite ? n_x : 1.0,
        .pulses = pulses / (used.p_x * used.p_x),
        .qber = qber,
        .click = m.click,
        .vacuum_x = b.vacuum_x * pulses,
        .single_x = b.single_x * pulses,
        .single_z = b.single_z * pulses * z_per_x * z_per_x,
        .phase_error = phase_error,
    };
}

kh_lim2014_block kh_lim2014_key(const kh_lim2014_setting *setting, const kh_lim2014_choice *choice, double n_x)
{
    kh_lim2014_yields yields = send(setting, choice);
    return kh_lim2014_key_of_yields(setting, choice, &yields, n_x);
}
