/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/one_decoy.h"

#include "models/qkd/entropy.h"

#include <math.h>
#include <stdbool.h>

static const double LN2 = 0.69314718055994530942;

/* Everything is per pulse sent in the basis at hand, so that block size enters only through the fluctuations. */

typedef struct pulses {
    double click[2], error[2]; /* times e^mu */
    double weight[2];          /* e^mu / p */
    double mean_click, mean_error;
    double tau_0, tau_1;
} pulses;

/* half-width of the Hoeffding bounds of one basis, per pulse */
typedef struct deviations {
    double click, error;
} deviations;

static pulses send(const kh_one_decoy_setting *setting, const kh_one_decoy_choice *choice)
{
    const double p[2] = {choice->p_1, 1.0 - choice->p_1};
    pulses s = {0};
    for (int k = 0; k < 2; k++) {
        kh_clicks clicks = kh_detector_clicks(&setting->detector, setting->transmittance * choice->mu[k]);
        double growth = exp(choice->mu[k]);
        s.click[k] = clicks.click * growth;
        s.error[k] = clicks.error * growth;
        s.weight[k] = growth / p[k];
        s.mean_click += p[k] * clicks.click;
        s.mean_error += p[k] * clicks.error;
        s.tau_0 += p[k] / growth;
        s.tau_1 += p[k] * choice->mu[k] / growth;
    }
    return s;
}

double kh_one_decoy_detections(const kh_one_decoy_setting *setting, const kh_one_decoy_choice *choice, double n_pulses)
{
    return n_pulses * choice->p_key * choice->p_key * send(setting, choice).mean_click;
}

/* Bounds of what one intensity gave, times e^mu / p: between nothing and all that was seen. The weight is infinite where p is 0,
 * and then there is no deviation. */
static double least(const double *value, const pulses *s, int k, double deviation)
{
    return deviation == 0.0 ? value[k] : fmax(0.0, value[k] - s->weight[k] * deviation);
}

static double most(const double *value, const pulses *s, int k, double deviation, double all)
{
    return deviation == 0.0 ? value[k] : fmin(s->weight[k] * all, value[k] + s->weight[k] * deviation);
}

/* Rusca 2018, appendix: half of the vacuum events are errors. Never more than all events. */
static double most_vacuum(const pulses *s, deviations d)
{
    double bound = s->mean_click;
    for (int k = 0; k < 2; k++)
        bound = fmin(bound, 2.0 * (s->tau_0 * most(s->error, s, k, d.error, s->mean_error) + d.click));
    return bound;
}

static double least_vacuum(const kh_one_decoy_choice *c, const pulses *s, deviations d)
{
    double low_2 = least(s->click, s, 1, d.click), high_1 = most(s->click, s, 0, d.click, s->mean_click);
    return fmax(0.0, s->tau_0 * (c->mu[0] * low_2 - c->mu[1] * high_1) / (c->mu[0] - c->mu[1]));
}

/* Rusca 2018, appendix */
static double least_single(const kh_one_decoy_choice *c, const pulses *s, deviations d)
{
    double mu_1 = c->mu[0], mu_2 = c->mu[1], share = mu_2 * mu_2 / (mu_1 * mu_1);
    double low_2 = least(s->click, s, 1, d.click), high_1 = most(s->click, s, 0, d.click, s->mean_click);
    double rest = low_2 - share * high_1 - (1.0 - share) * most_vacuum(s, d) / s->tau_0;
    return fmin(s->mean_click, s->tau_1 * mu_1 / (mu_2 * (mu_1 - mu_2)) * rest);
}

static double most_wrong(const kh_one_decoy_setting *setting, const kh_one_decoy_choice *c, const pulses *s, deviations d)
{
    if (setting->errors == KH_ONE_DECOY_ERRORS_ALL)
        return s->mean_error;
    double high_1 = most(s->error, s, 0, d.error, s->mean_error), low_2 = least(s->error, s, 1, d.error);
    return fmax(0.0, s->tau_1 * (high_1 - low_2) / (c->mu[0] - c->mu[1]));
}

/* errors of the key basis beyond the rate b seen in @p test events, for @p key events */
static double sample_deviation(kh_one_decoy_proof proof, double ln_terms, double b, double key, double test)
{
    double pooled = (key + test) / (key * test);
    if (proof == KH_ONE_DECOY_WIESEMANN)
        return sqrt(pooled * (test + 1.0) / test * ln_terms);
    if (b <= 0.0 || b >= 1.0)
        return 0.0;
    double variance = (1.0 - b) * b;
    return sqrt(fmax(0.0, pooled * variance * (log(pooled / variance) + 2.0 * ln_terms)) / (LN2 * LN2));
}

/* the part of a block that its size makes */
typedef struct sizes {
    bool finite;
    double sent_key, sent_test; /* pulses in both bases alike */
    double ln_terms;
} sizes;

static deviations deviations_of(const pulses *s, const sizes *z, double sent)
{
    double half = z->finite ? sqrt(0.5 * z->ln_terms / sent) : 0.0;
    return (deviations){half * sqrt(s->mean_click), half * sqrt(s->mean_error)};
}

static double fixed_bits(const kh_one_decoy_setting *setting, const sizes *z)
{
    if (!z->finite)
        return 0.0;
    double correctness = log(2.0 / setting->eps_cor);
    double secrecy = setting->proof == KH_ONE_DECOY_RUSCA ? 6.0 * z->ln_terms : 4.0 * z->ln_terms - LN2;
    return (correctness + secrecy) / LN2;
}

static kh_one_decoy_block block_of(const kh_one_decoy_setting *setting, const kh_one_decoy_choice *choice, const pulses *s,
                                   const sizes *z)
{
    deviations key = deviations_of(s, z, z->sent_key), test = deviations_of(s, z, z->sent_test);
    kh_one_decoy_block b = {
        .qber = s->mean_error / s->mean_click,
        .click = s->mean_click,
        .single_key = least_single(choice, s, key) * z->sent_key,
        .single_test = least_single(choice, s, test) * z->sent_test,
        .phase_error = 1.0,
    };
    if (b.single_key > 0.0 && b.single_test > 0.0) {
        double rate = most_wrong(setting, choice, s, test) * z->sent_test / b.single_test;
        b.phase_error = rate;
        if (z->finite)
            b.phase_error += sample_deviation(setting->proof, z->ln_terms, rate, b.single_key, b.single_test);
    }
    double vacuum = setting->proof == KH_ONE_DECOY_RUSCA ? least_vacuum(choice, s, key) : 0.0;
    double leak = setting->ec_efficiency * s->mean_click * kh_entropy_of_error(b.qber);
    b.key_bits = z->sent_key * (vacuum - leak) + fmax(0.0, b.single_key) * (1.0 - kh_entropy_of_error(b.phase_error)) -
                 fixed_bits(setting, z);
    return b;
}

kh_one_decoy_block kh_one_decoy_key(const kh_one_decoy_setting *setting, const kh_one_decoy_choice *choice, double n_key)
{
    kh_one_decoy_choice used = *choice;
    double n_terms = setting->proof == KH_ONE_DECOY_RUSCA ? 19.0 : 15.0;
    sizes z = {.finite = isfinite(n_key), .ln_terms = log(n_terms / setting->eps_sec)};
    if (!z.finite) {
        used.p_1 = used.p_key = 1.0;
        n_key = 1.0;
    }
    pulses s = send(setting, &used);
    double test_per_key = z.finite ? (1.0 - used.p_key) / used.p_key : 1.0;
    z.sent_key = n_key / s.mean_click;
    z.sent_test = z.sent_key * test_per_key * test_per_key;
    kh_one_decoy_block block = block_of(setting, &used, &s, &z);
    block.n_key = n_key;
    block.pulses = z.sent_key / (used.p_key * used.p_key);
    return block;
}
