/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/fibre/fibre.h"
#include "models/num/logistic.h"
#include "models/num/simplex.h"
#include "models/qkd/mdi2016.h"
#include "models/qkd/qkd.h"

#include <math.h>
#include <string.h>

/* Decoys that arrive alike interfere best, so the user with the better arm sends weaker ones, by the ratio of the arms. */

static const double MU_MAX = 2.0, DECOY_MAX = 0.6, DECOY_MIN = 1e-3, WEAK_MIN = 1e-4; /* weaker ones drown in rounding */

enum { N_FREE = 7 }; /* ln u_a, ln u_b, ln v; logits of 2 w/v, p_u, p_v/(1-p_u), p_w/(rest) */

typedef struct search {
    const kh_qkd_system *system;
    kh_mdi2012_setting channel;
    kh_mdi2016_setting setting;
    double dim_a, dim_b; /* factors on the decoys: 1 for the worse arm */
} search;

static kh_mdi2016_choice choice_at(const search *s, const double *x)
{
    double v = fmax(fmin(exp(x[2]), DECOY_MAX), DECOY_MIN), w = fmax(0.5 * v * kh_logistic_shares(x[3]).share, WEAK_MIN);
    kh_shares u = kh_logistic_shares(x[4]), decoy = kh_logistic_shares(x[5]), weak = kh_logistic_shares(x[6]);
    return (kh_mdi2016_choice){
        .mu_a = {fmin(exp(x[0]), MU_MAX), v * s->dim_a, w * s->dim_a, 0.0},
        .mu_b = {fmin(exp(x[1]), MU_MAX), v * s->dim_b, w * s->dim_b, 0.0},
        .p = {u.share, u.rest * decoy.share, u.rest * decoy.rest * weak.share, u.rest * decoy.rest * weak.rest},
    };
}

static double mean_photons(const double *mu, const double *p)
{
    double sum = 0.0;
    for (int i = 0; i < 4; i++)
        sum += mu[i] * p[i];
    return sum;
}

static double photons_of(const search *s, const kh_mdi2016_choice *c)
{
    return s->channel.eta_a * mean_photons(c->mu_a, c->p) + s->channel.eta_b * mean_photons(c->mu_b, c->p);
}

static kh_mdi2012_setting channel_at(const search *s, const kh_mdi2016_choice *c)
{
    return kh_mdi2012_with_afterpulses(&s->channel, photons_of(s, c), s->system->detector.afterpulse);
}

/* clicks of all four detectors, for their dead time */
static double used_hz(const search *s, const kh_mdi2016_choice *c)
{
    const kh_mdi2012_setting channel = channel_at(s, c);
    double click = kh_mdi2012_click(&channel, photons_of(s, c));
    return s->system->clock_hz * kh_detector_live_fraction(&s->system->detector, s->system->clock_hz * click);
}

static kh_mdi2016_block block_at(const search *s, const kh_mdi2016_choice *c)
{
    const kh_mdi2012_setting channel = channel_at(s, c);
    const kh_mdi2016_gains gains = kh_mdi2016_gains_of(&channel, c);
    double n_key = s->system->block_bits;
    if (s->system->block_time_s > 0.0) {
        kh_mdi2016_block one = kh_mdi2016_key(&s->setting, c, &gains, 1.0);
        n_key = kh_qkd_block_size(s->system, used_hz(s, c) / one.pulses);
    }
    return kh_mdi2016_key(&s->setting, c, &gains, n_key);
}

/* to be minimised: minus the rate where there is key; elsewhere a slope that leads to key */
static double score(const double *x, const void *context)
{
    const search *s = (const search *)context;
    kh_mdi2016_choice c = choice_at(s, x);
    kh_mdi2016_block block = block_at(s, &c);
    if (block.key_bits > 0.0)
        return -used_hz(s, &c) * block.key_bits / block.pulses;
    if (!(block.single > 0.0))
        return 1e6 * block.pulses; /* fewer pulses for the same block: brighter signals */
    return -block.key_bits / block.n_key + fmax(0.0, block.phase_error - 0.5);
}

/* (u, v, 2w/v, p_u, p_v/(1-p_u), p_w/(rest)): large and small blocks, short and long reach */
static const double STARTS[][6] = {
    {0.5, 0.15, 0.25, 0.80, 0.30, 0.80}, {0.3, 0.20, 0.50, 0.50, 0.20, 0.70}, {0.2, 0.30, 0.40, 0.20, 0.20, 0.80},
    {0.6, 0.10, 0.10, 0.95, 0.30, 0.70}, {0.1, 0.25, 0.30, 0.30, 0.15, 0.60},
};
enum { N_STARTS = sizeof STARTS / sizeof STARTS[0] };

static void place(const search *s, const double *start, double *x)
{
    x[0] = log(start[0] * s->dim_a);
    x[1] = log(start[0] * s->dim_b);
    x[2] = log(start[1]);
    for (int i = 3; i < N_FREE; i++)
        x[i] = kh_logistic_inverse(start[i - 1]);
}

/* a simplex of seven dimensions may collapse on the way, so it is spread anew around its best point until that brings nothing */
static double descend(const search *s, double *x, double enough)
{
    double value = INFINITY;
    for (int round = 0; round < 12; round++) {
        kh_simplex_options options = {.step = round % 2 == 0 ? 0.4 : -0.25, .tolerance = enough, .max_calls = 800};
        double before = value;
        value = kh_simplex_minimise(score, s, x, N_FREE, options);
        if (before - value <= enough * fabs(value))
            break;
    }
    return value;
}

static void place_near(const search *s, const double *p, double *x)
{
    const double shares[] = {2.0 * p[3] / p[2], p[4], p[5] / (1.0 - p[4]), p[6] / (1.0 - p[4] - p[5])};
    x[0] = log(p[0]);
    x[1] = log(p[1]);
    x[2] = log(p[2] / s->dim_a);
    for (int i = 3; i < N_FREE; i++)
        x[i] = kh_logistic_inverse(shares[i - 3]);
}

static bool has_near(const kh_qkd_system *system)
{
    return system->near != NULL && system->near->rate_bps > 0.0;
}

static kh_mdi2016_choice best_choice(const search *s)
{
    double best = INFINITY, best_x[N_FREE] = {0};
    int n_starts = has_near(s->system) ? 1 : N_STARTS;
    for (int i = 0; i < n_starts; i++) {
        double x[N_FREE];
        if (has_near(s->system))
            place_near(s, s->system->near->parameters, x);
        else
            place(s, STARTS[i], x);
        double value = descend(s, x, 1e-4);
        if (value < best) {
            best = value;
            memcpy(best_x, x, sizeof x);
        }
    }
    if (!(s->system->rough && has_near(s->system)))
        (void)descend(s, best_x, 1e-8);
    return choice_at(s, best_x);
}

static kh_qkd_key key_of(const search *s, const kh_mdi2016_choice *c)
{
    kh_mdi2016_block block = block_at(s, c);
    double per_pulse_hz = used_hz(s, c) / block.pulses;
    kh_qkd_key key = {
        .rate_bps = fmax(0.0, block.key_bits * per_pulse_hz),
        .qber = block.qber,
        .sifted_rate_bps = block.n_key * per_pulse_hz,
        .parameters = {c->mu_a[KH_MDI2016_U], c->mu_b[KH_MDI2016_U], c->mu_a[KH_MDI2016_V], c->mu_a[KH_MDI2016_W],
                       c->p[KH_MDI2016_U], c->p[KH_MDI2016_V], c->p[KH_MDI2016_W]},
    };
    if (isfinite(kh_qkd_block_size(s->system, 0.0))) { /* whole bits come out of a block */
        key.block_s = block.n_key / key.sifted_rate_bps;
        key.block_key_bits = fmax(0.0, floor(block.key_bits));
        key.rate_bps = key.block_key_bits / key.block_s;
    }
    return key;
}

static kh_status compute(const kh_qkd_system *system, kh_qkd_key *key, kh_error *err)
{
    /* where infinite decoys and an endless block give nothing, a search among tiny numbers must not find something */
    kh_qkd_key endless;
    KH_TRY(kh_qkd_mdi.key(system, &endless, err));
    const kh_detector *d = &system->detector;
    double eta_a = kh_fibre_transmittance(system->loss_a_db) * d->efficiency;
    double eta_b = kh_fibre_transmittance(system->loss_b_db) * d->efficiency;
    search s = {.system = system,
                .channel = {.eta_a = eta_a,
                            .eta_b = eta_b,
                            .dark_per_gate = d->dark_per_gate,
                            .misalignment = d->misalignment,
                            .ec_efficiency = system->ec_efficiency},
                .setting = {.ec_efficiency = system->ec_efficiency, .eps_sec = system->eps_sec, .eps_cor = system->eps_cor},
                .dim_a = fmin(1.0, eta_b / eta_a),
                .dim_b = fmin(1.0, eta_a / eta_b)};
    kh_mdi2016_choice best = {0};
    if (endless.rate_bps > 0.0) {
        best = best_choice(&s);
        *key = key_of(&s, &best);
    }
    if (endless.rate_bps == 0.0 || key->rate_bps == 0.0) { /* without key the search ends anywhere */
        double x[N_FREE];
        place(&s, STARTS[0], x);
        best = choice_at(&s, x);
        *key = key_of(&s, &best);
        key->rate_bps = key->block_key_bits = 0.0;
    }
    return KH_OK;
}

const kh_qkd_protocol kh_qkd_mdi_finite = {
    .name = "mdi",
    .title = "measurement-device-independent, four intensities, finite key (Zhou 2016)",
    .protocol = KH_PROTOCOL_MDI,
    .is_finite = true,
    .terms = 77.0,
    .is_relayed = true,
    .key = compute,
};
