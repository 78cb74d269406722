/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/fibre/fibre.h"
#include "models/num/logistic.h"
#include "models/num/num.h"
#include "models/num/simplex.h"
#include "models/qkd/cv_block.h"
#include "models/qkd/qkd.h"

#include <math.h>

static const double VARIANCE_MIN = 1e-3, VARIANCE_MAX = 1e3; /* modulators do not reach further */
enum { N_ERRORS = 3, N_ERRORS_COMPOSABLE = 4 };              /* those of cv_block.h, which share eps_sec */

enum { N_FREE = 2 }; /* ln V_A; logit of the share of symbols that make key */

/* cv_block.h */
typedef double (*rate_of_block)(const kh_cv_receiver *, double transmittance, double variance, const kh_cv_block *);

typedef struct search {
    const kh_qkd_system *system;
    kh_cv_receiver receiver;
    double transmittance;
    rate_of_block rate; /* of a block */
    double eps;         /* of each error */
} search;

static double variance_at(double ln_variance)
{
    return fmin(fmax(exp(ln_variance), VARIANCE_MIN), VARIANCE_MAX);
}

static kh_cv_block block_at(const search *s, double x)
{
    return (kh_cv_block){
        .symbols = kh_qkd_block_size(s->system, s->system->clock_hz), /* every slot has one */
        .key_share = fmin(fmax(kh_logistic_shares(x).share, 1e-3), 1.0 - 1e-3),
        .eps = s->eps,
        .eps_cor = s->system->eps_cor,
    };
}

static double score_endless(double ln_variance, const void *context)
{
    const search *s = (const search *)context;
    return -kh_cv_rate(&s->receiver, s->transmittance, variance_at(ln_variance));
}

static double score_block(const double *x, const void *context)
{
    const search *s = (const search *)context;
    kh_cv_block block = block_at(s, x[1]);
    return -s->rate(&s->receiver, s->transmittance, variance_at(x[0]), &block);
}

static search prepare(const kh_qkd_system *system)
{
    search s = {.system = system, .receiver = system->cv, .transmittance = kh_fibre_transmittance(system->loss_b_db)};
    s.receiver.efficiency = system->detector.efficiency;
    return s;
}

static kh_qkd_key key_of(const search *s, double rate, double variance, double key_share)
{
    double kept_hz = s->system->clock_hz * (1.0 - s->system->frame_error_rate);
    return (kh_qkd_key){
        .rate_bps = fmax(0.0, kept_hz * rate),
        .qber = NAN, /* values, not bits, are measured */
        .sifted_rate_bps = kept_hz * key_share,
        .parameters = {variance, key_share},
    };
}

static kh_status compute_asymptotic(const kh_qkd_system *system, kh_qkd_key *key, kh_error *err)
{
    search s = prepare(system);
    const double range[2] = {log(VARIANCE_MIN), log(VARIANCE_MAX)};
    double ln_variance;
    KH_TRY(kh_num_minimum(score_endless, &s, range, 30, &ln_variance, err));
    *key = key_of(&s, -score_endless(ln_variance, &s), variance_at(ln_variance), 1.0);
    return KH_OK;
}

/* (V_A, share): small and large blocks */
static const double STARTS[][N_FREE] = {{4.0, 0.5}, {20.0, 0.7}, {2.0, 0.9}};
enum { N_STARTS = sizeof STARTS / sizeof STARTS[0] };

static void search_block(const search *s, kh_qkd_key *key)
{
    double best = INFINITY, variance = NAN, key_share = NAN;
    for (int i = 0; i < N_STARTS; i++) {
        double x[N_FREE] = {log(STARTS[i][0]), kh_logistic_inverse(STARTS[i][1])};
        kh_simplex_options coarse = {.step = 0.7, .tolerance = 1e-8, .max_calls = 300};
        kh_simplex_options fine = {.step = 0.1, .tolerance = 1e-12, .max_calls = 300};
        (void)kh_simplex_minimise(score_block, s, x, N_FREE, coarse);
        double value = kh_simplex_minimise(score_block, s, x, N_FREE, fine);
        if (value < best) {
            best = value;
            variance = variance_at(x[0]);
            key_share = block_at(s, x[1]).key_share;
        }
    }
    kh_qkd_key computed = key_of(s, -best, variance, key_share);
    computed.block_s = kh_qkd_block_size(s->system, s->system->clock_hz) / s->system->clock_hz;
    computed.block_key_bits = floor(computed.rate_bps * computed.block_s); /* whole bits come out of a block */
    computed.rate_bps = computed.block_key_bits / computed.block_s;
    *key = computed;
}

static kh_status compute_block(const kh_qkd_system *system, rate_of_block rate, double n_errors, kh_qkd_key *key, kh_error *err)
{
    if (!isfinite(kh_qkd_block_size(system, 0.0)))
        return compute_asymptotic(system, key, err);
    search s = prepare(system);
    s.rate = rate;
    s.eps = system->eps_sec / n_errors;
    search_block(&s, key);
    return KH_OK;
}

static kh_status compute_finite(const kh_qkd_system *system, kh_qkd_key *key, kh_error *err)
{
    return compute_block(system, kh_cv_rate_of_block, N_ERRORS, key, err);
}

static kh_status compute_composable(const kh_qkd_system *system, kh_qkd_key *key, kh_error *err)
{
    return compute_block(system, kh_cv_rate_composable, N_ERRORS_COMPOSABLE, key, err);
}

const kh_qkd_protocol kh_qkd_cv_gaussian = {
    .name = "cv-gaussian",
    .title = "Gaussian-modulated coherent states, finite key (Leverrier 2010)",
    .protocol = KH_PROTOCOL_CV_GAUSSIAN,
    .is_finite = true,
    .terms = N_ERRORS,
    .is_cv = true,
    .key = compute_finite,
};

const kh_qkd_protocol kh_qkd_cv_gaussian_composable = {
    .name = "cv-gaussian-composable",
    .title = "Gaussian-modulated coherent states, composable finite key (Pirandola 2024)",
    .protocol = KH_PROTOCOL_CV_GAUSSIAN_COMPOSABLE,
    .is_finite = true,
    .terms = N_ERRORS_COMPOSABLE,
    .is_cv = true,
    .key = compute_composable,
};

const kh_qkd_protocol kh_qkd_cv_gaussian_asymptotic = {
    .name = "cv-gaussian-asymptotic",
    .title = "Gaussian-modulated coherent states, infinite key (Fossier 2009)",
    .protocol = KH_PROTOCOL_CV_GAUSSIAN_ASYMPTOTIC,
    .is_cv = true,
    .key = compute_asymptotic,
};
