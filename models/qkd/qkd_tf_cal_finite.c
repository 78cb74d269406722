/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/fibre/fibre.h"
#include "models/num/logistic.h"
#include "models/num/simplex.h"
#include "models/qkd/cal_finite.h"
#include "models/qkd/qkd.h"

#include <math.h>

static const double MU_WEAKEST = 1e-4; /* a modulator does not go dark */
static const double MU_MAX = 2.0, ALPHA2_MIN = 1e-6, P_MIN = 1e-6;
static const double MU_WEAK_ENDLESS = 1e-3; /* with endless data the bounds get better as decoys get weaker */

/* ln alpha^2; ln mu_0; where mu_1 lies below it; logits: p_key, p_0, share of p_1 in what is left. With endless data the first two
 */
enum { N_FREE = 6, N_FREE_ENDLESS = 2 };

typedef struct search {
    const kh_qkd_system *system;
    kh_cal2019_setting setting;
    kh_privacy_target target;
    double n_key;
} search;

static double share_at(double x)
{
    return fmin(fmax(kh_logistic_shares(x).share, P_MIN), 1.0 - P_MIN);
}

static kh_cal_finite_choice choice_at(const search *s, const double *x)
{
    double mu_0 = fmin(fmax(exp(x[1]), 4.0 * MU_WEAK_ENDLESS), MU_MAX);
    kh_cal_finite_choice choice = {.alpha2 = fmin(fmax(exp(x[0]), ALPHA2_MIN), 0.9 * mu_0),
                                   .mu = {mu_0, MU_WEAK_ENDLESS, MU_WEAKEST}};
    if (isinf(s->n_key))
        return choice;
    double p_0 = share_at(x[4]), p_1 = (1.0 - p_0) * share_at(x[5]);
    choice.mu[1] = 2.0 * MU_WEAKEST + (0.9 * mu_0 - 2.0 * MU_WEAKEST) * kh_logistic_shares(x[2]).share;
    choice.p_key = share_at(x[3]);
    choice.p[0] = p_0;
    choice.p[1] = p_1;
    choice.p[2] = 1.0 - p_0 - p_1;
    return choice;
}

static double used_hz(const search *s, const kh_cal_finite_block *block)
{
    return s->system->clock_hz * kh_detector_live_fraction(&s->system->detector, s->system->clock_hz * block->click);
}

/* afterpulses know nothing of the photons: dark counts in proportion to the clicks, half of them at each detector
 * @param[out] n_key  size of the block */
static kh_cal_finite_block block_at(const search *s, const kh_cal_finite_choice *choice, double *n_key)
{
    kh_cal2019_setting setting = s->setting;
    if (s->system->detector.afterpulse > 0.0) {
        double click = kh_cal_finite_key(&setting, &s->target, choice, s->n_key).click;
        setting.dark_per_gate = fmin(0.5, setting.dark_per_gate + 0.5 * s->system->detector.afterpulse * click);
    }
    *n_key = s->n_key;
    if (s->system->block_time_s > 0.0) {
        kh_cal_finite_block one = kh_cal_finite_key(&setting, &s->target, choice, 1.0);
        *n_key = kh_qkd_block_size(s->system, used_hz(s, &one) / one.pulses);
    }
    return kh_cal_finite_key(&setting, &s->target, choice, *n_key);
}

static double score(const double *x, const void *context)
{
    const search *s = (const search *)context;
    kh_cal_finite_choice choice = choice_at(s, x);
    double n_key;
    kh_cal_finite_block block = block_at(s, &choice, &n_key);
    return isfinite(block.key_bits) ? -used_hz(s, &block) * block.key_bits / block.pulses : (double)INFINITY;
}

static const double STARTS[][N_FREE] = {{-4.0, -1.0, -1.2, 1.5, -2.0, -1.0}, {-4.5, -0.5, -1.0, 0.3, -2.5, -1.4}};
enum { N_STARTS = sizeof STARTS / sizeof STARTS[0] };

static kh_qkd_key key_of(const search *s, const double *x, bool has_key)
{
    kh_cal_finite_choice choice = choice_at(s, x);
    double n_key;
    kh_cal_finite_block block = block_at(s, &choice, &n_key);
    if (isinf(n_key))
        n_key = 1.0;
    kh_qkd_key key = {
        .qber = block.clicks.qber,
        .sifted_rate_bps = used_hz(s, &block) * n_key / block.pulses,
        .parameters = {choice.alpha2, choice.mu[0], choice.mu[1], choice.p[0], choice.p_key},
    };
    if (isinf(s->n_key)) {
        key.rate_bps = has_key ? key.sifted_rate_bps * block.key_bits : 0.0;
        return key;
    }
    key.block_s = n_key / key.sifted_rate_bps;
    key.block_key_bits = has_key ? fmax(0.0, floor(block.key_bits)) : 0.0; /* whole bits come out of a block */
    key.rate_bps = key.block_key_bits / key.block_s;
    return key;
}

static kh_status compute(const kh_qkd_system *system, kh_qkd_key *key, kh_error *err)
{
    (void)err;
    const kh_detector *d = &system->detector;
    kh_cal2019_light light = kh_cal2019_light_of(kh_fibre_transmittance(system->loss_a_db) * d->efficiency,
                                                 kh_fibre_transmittance(system->loss_b_db) * d->efficiency);
    search s = {.system = system,
                .setting = {.light = &light,
                            .dark_per_gate = d->dark_per_gate,
                            .misalignment = d->misalignment,
                            .phase_noise = system->phase_noise_rad,
                            .ec_efficiency = system->ec_efficiency},
                .target = {.eps_sec = system->eps_sec, .eps_cor = system->eps_cor},
                .n_key = kh_qkd_block_size(system, 0.0)};
    size_t n_free = isinf(s.n_key) ? N_FREE_ENDLESS : N_FREE;
    double starts[N_STARTS * N_FREE], x[N_FREE];
    for (size_t i = 0; i < N_STARTS; i++)
        for (size_t j = 0; j < n_free; j++)
            starts[i * n_free + j] = STARTS[i][j];
    double best = kh_simplex_search(score, &s, starts, N_STARTS, x, n_free);
    *key = best < 0.0 ? key_of(&s, x, true) : key_of(&s, STARTS[0], false); /* without key the search ends anywhere */
    return KH_OK;
}

const kh_qkd_protocol kh_qkd_tf_cal = {
    .name = "tf-cal",
    .title = "twin field with coherent states, three decoys, finite key (after Curras-Lorenzo 2021, own bounds)",
    .protocol = KH_PROTOCOL_TF_CAL,
    .is_finite = true,
    .terms = KH_PRIVACY_TERMS,
    .is_relayed = true,
    .is_twin_field = true,
    .key = compute,
};
