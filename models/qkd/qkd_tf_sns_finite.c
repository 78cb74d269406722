/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/fibre/fibre.h"
#include "models/num/logistic.h"
#include "models/num/simplex.h"
#include "models/qkd/qkd.h"
#include "models/qkd/sns_finite.h"

#include <math.h>

static const double V_MIN = 0.01, WEAKEST = 1e-4; /* those of the endless key, so that it stays above */
static const double U_MIN = 0.05, U_MAX = 4.0, P_MIN = 1e-4, SLICE_MIN = 1e-3, SLICE_MAX = 1.5;

/* ln u; where v lies below it; logits: p of sending, p_key, p_u, share of p_v in what is left; ln of the slice */
enum { N_FREE = 7 };

typedef struct search {
    const kh_qkd_system *system;
    kh_sns2024_setting setting;
    kh_privacy_target target;
} search;

static double share_at(double x)
{
    return fmin(fmax(kh_logistic_shares(x).share, P_MIN), 1.0 - P_MIN);
}

static kh_sns_finite_choice choice_at(const double *x)
{
    double u = fmin(fmax(exp(x[0]), U_MIN), U_MAX), p_u = share_at(x[4]), p_v = (1.0 - p_u) * share_at(x[5]);
    return (kh_sns_finite_choice){
        .light = {.u = u, .v = V_MIN + (0.9 * u - V_MIN) * kh_logistic_shares(x[1]).share, .w = WEAKEST, .send = share_at(x[2])},
        .p_key = share_at(x[3]),
        .p_u = p_u,
        .p_v = p_v,
        .p_w = 1.0 - p_u - p_v,
        .slice_rad = fmin(fmax(exp(x[6]), SLICE_MIN), SLICE_MAX),
    };
}

/* afterpulses know nothing of the photons: dark counts in proportion to the clicks, half of them at each detector */
static kh_sns2024_setting setting_at(const search *s, const kh_sns_finite_choice *choice)
{
    kh_sns2024_setting setting = s->setting;
    if (s->system->detector.afterpulse > 0.0) {
        double click = kh_sns_finite_key(&setting, &s->target, choice, 1.0).click;
        setting.dark_per_gate = fmin(0.5, setting.dark_per_gate + 0.5 * s->system->detector.afterpulse * click);
    }
    return setting;
}

static double used_hz(const search *s, const kh_sns_finite_block *block)
{
    return s->system->clock_hz * kh_detector_live_fraction(&s->system->detector, s->system->clock_hz * block->click);
}

/* @param[out] n_paired  size of the block */
static kh_sns_finite_block block_at(const search *s, const kh_sns2024_setting *setting, const kh_sns_finite_choice *choice,
                                    double *n_paired)
{
    *n_paired = s->system->block_bits;
    if (s->system->block_time_s > 0.0) {
        kh_sns_finite_block one = kh_sns_finite_key(setting, &s->target, choice, 1.0);
        *n_paired = kh_qkd_block_size(s->system, used_hz(s, &one) / one.pulses);
    }
    return kh_sns_finite_key(setting, &s->target, choice, *n_paired);
}

static double score(const double *x, const void *context)
{
    const search *s = (const search *)context;
    kh_sns_finite_choice choice = choice_at(x);
    kh_sns2024_setting setting = setting_at(s, &choice);
    double n_paired;
    kh_sns_finite_block block = block_at(s, &setting, &choice, &n_paired);
    return -used_hz(s, &block) * block.key_bits / block.pulses;
}

static const double STARTS[][N_FREE] = {
    {-0.1, -1.5, -1.0, 1.0, -1.5, 0.0, -1.2}, {-0.5, -1.0, -2.0, 0.0, -2.0, 0.5, -1.0}, {-0.1, -2.0, -0.8, 3.0, -2.0, 0.0, -1.8}};
enum { N_STARTS = sizeof STARTS / sizeof STARTS[0] };

static kh_qkd_key key_of(const search *s, const double *x, bool has_key)
{
    kh_sns_finite_choice choice = choice_at(x);
    kh_sns2024_setting setting = setting_at(s, &choice);
    double n_paired;
    kh_sns_finite_block block = block_at(s, &setting, &choice, &n_paired);
    kh_qkd_key key = {
        .qber = kh_sns2024_key_of(&setting, &choice.light).qber,
        .sifted_rate_bps = used_hz(s, &block) * n_paired / block.pulses,
        .block_key_bits = has_key ? fmax(0.0, floor(block.key_bits)) : 0.0, /* whole bits come out of a block */
        .parameters = {choice.light.u, choice.light.send, choice.light.v, choice.p_key, choice.slice_rad},
    };
    key.block_s = n_paired / key.sifted_rate_bps;
    key.rate_bps = key.block_key_bits / key.block_s;
    return key;
}

static kh_status compute(const kh_qkd_system *system, kh_qkd_key *key, kh_error *err)
{
    if (isinf(kh_qkd_block_size(system, 0.0)))
        return kh_qkd_tf_sns_asymptotic.key(system, key, err);
    /* the better arm is attenuated to match the other: both fields must meet with one strength */
    double arm_db = fmax(system->loss_a_db, system->loss_b_db);
    const kh_detector *d = &system->detector;
    search s = {.system = system,
                .setting = {.transmittance = kh_fibre_transmittance(arm_db) * d->efficiency,
                            .dark_per_gate = d->dark_per_gate,
                            .misalignment = d->misalignment,
                            .phase_noise = system->phase_noise_rad,
                            .ec_efficiency = system->ec_efficiency},
                .target = {.eps_sec = system->eps_sec, .eps_cor = system->eps_cor}};
    double x[N_FREE];
    double best = kh_simplex_search(score, &s, STARTS[0], N_STARTS, x, N_FREE);
    *key = best < 0.0 ? key_of(&s, x, true) : key_of(&s, STARTS[0], false); /* without key the search ends anywhere */
    return KH_OK;
}

const kh_qkd_protocol kh_qkd_tf_sns = {
    .name = "tf-sns",
    .title = "twin field, sending or not sending with pairing, finite block by Chernoff bounds (estimate, not the published proof)",
    .protocol = KH_PROTOCOL_TF_SNS,
    .is_finite = true,
    .terms = KH_PRIVACY_TERMS,
    .is_relayed = true,
    .is_twin_field = true,
    .key = compute,
};
