/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/fibre/fibre.h"
#include "models/num/logistic.h"
#include "models/num/num.h"
#include "models/num/simplex.h"
#include "models/qkd/lim2014.h"
#include "models/qkd/qkd.h"

#include <math.h>
#include <string.h>

static const double MU_3 = 2e-4;   /* an intensity modulator does not go dark: Lim 2014, section V */
static const double MU_GAP = 1e-3; /* kept between intensities: the bounds divide by their difference */
static const double MU_1_MAX = 2.0;

enum { N_FREE = 5 }; /* ln mu_1; logits of mu_2/mu_1, p_1, p_2/(1-p_1), p_X */

typedef struct search {
    const kh_qkd_system *system;
    kh_lim2014_setting setting;
    double n_x;
} search;

static kh_lim2014_choice choice_at(const double *x)
{
    double mu_1 = fmin(exp(x[0]), MU_1_MAX);
    double mu_2 = fmax(mu_1 * kh_logistic_shares(x[1]).share, MU_3 + MU_GAP);
    mu_1 = fmax(mu_1, mu_2 + MU_3 + MU_GAP);
    kh_shares p_1 = kh_logistic_shares(x[2]), p_2 = kh_logistic_shares(x[3]);
    return (kh_lim2014_choice){
        .mu = {mu_1, mu_2, MU_3},
        .p = {p_1.share, p_1.rest * p_2.share, p_1.rest * p_2.rest},
        .p_x = kh_logistic_shares(x[4]).share,
    };
}

/* pulses a second that meet a detector that is not blind */
static double used_hz(const search *s, const kh_lim2014_choice *choice, const kh_lim2014_block *block)
{
    double clock_hz = s->system->clock_hz, p_x = isfinite(s->n_x) ? choice->p_x : 1.0;
    return clock_hz * kh_detector_live_fraction_of_bases(&s->system->detector, clock_hz * block->click, p_x);
}

static double rate_of(const search *s, const kh_lim2014_choice *choice, const kh_lim2014_block *block)
{
    return used_hz(s, choice, block) * block->key_bits / block->pulses;
}

/* to be minimised: minus the rate where there is key; elsewhere a slope that leads to key, so that no start is lost on a plateau */
static double score(const search *s, const kh_lim2014_choice *choice)
{
    kh_lim2014_block block = kh_lim2014_key(&s->setting, choice, s->n_x);
    if (block.key_bits > 0.0)
        return -rate_of(s, choice, &block);
    double single = fmin(block.single_x, block.single_z) / block.n_x;
    if (single <= 0.0)
        return 1e6 - single;
    return -block.key_bits / block.n_x + fmax(0.0, block.phase_error - 0.5);
}

static double score_finite(const double *x, const void *context)
{
    kh_lim2014_choice choice = choice_at(x);
    return score(context, &choice);
}

/* (mu_1, mu_2/mu_1, p_1, p_2/(1-p_1), p_X): optima from small to large blocks, and near the end of the reach */
static const double STARTS[][N_FREE] = {
    {0.47, 0.45, 0.55, 0.70, 0.88}, {0.40, 0.40, 0.60, 0.60, 0.40}, {0.40, 0.20, 0.05, 0.55, 0.80}, {0.45, 0.40, 0.15, 0.60, 0.30},
    {0.50, 0.25, 0.85, 0.70, 0.97}, {0.35, 0.12, 0.02, 0.50, 0.80}, {0.30, 0.24, 0.04, 0.50, 0.12},
};
enum { N_STARTS = sizeof STARTS / sizeof STARTS[0], N_DESCENTS = 3 };

static void place(const double *start, double *x)
{
    x[0] = log(start[0]);
    for (int j = 1; j < N_FREE; j++)
        x[j] = kh_logistic_inverse(start[j]);
}

static void place_near(const double *parameters, double *x)
{
    const double start[N_FREE] = {parameters[0], parameters[1] / parameters[0], parameters[2],
                                  parameters[3] / (1.0 - parameters[2]), parameters[4]};
    place(start, x);
}

/* the starts in order of score, best first */
static void order_starts(const search *s, double ordered[N_STARTS][N_FREE])
{
    double scores[N_STARTS];
    for (int i = 0; i < N_STARTS; i++) {
        double x[N_FREE];
        place(STARTS[i], x);
        double value = score_finite(x, s);
        int k = i;
        for (; k > 0 && value < scores[k - 1]; k--) {
            scores[k] = scores[k - 1];
            memcpy(ordered[k], ordered[k - 1], sizeof x);
        }
        scores[k] = value;
        memcpy(ordered[k], x, sizeof x);
    }
}

/* @return how many to take */
static int choose_starts(const search *s, double starts[N_STARTS][N_FREE])
{
    const kh_qkd_key *near = s->system->near;
    if (near != NULL && near->rate_bps > 0.0) {
        place_near(near->parameters, starts[0]);
        return 1;
    }
    order_starts(s, starts);
    return N_DESCENTS;
}

/* down from the best starts under one bound of the errors; keeps in best_x what is better than best */
static double descend(const search *s, kh_lim2014_errors errors, double best, double *best_x)
{
    search smooth = *s;
    smooth.setting.errors = errors;
    double starts[N_STARTS][N_FREE];
    int n_starts = choose_starts(&smooth, starts);
    for (int i = 0; i < n_starts; i++) {
        kh_simplex_options coarse = {.step = 0.5, .tolerance = 1e-4, .max_calls = 600};
        double value = kh_simplex_minimise(score_finite, &smooth, starts[i], N_FREE, coarse);
        if (value < best) {
            best = value;
            memcpy(best_x, starts[i], sizeof starts[i]);
        }
    }
    return best;
}

/* The key under the smaller of two error bounds is the larger of the keys under each: two smoother problems in place of one with
 * a kink between two valleys. */
static kh_lim2014_choice best_finite(const search *s)
{
    double best_x[N_FREE];
    double best = descend(s, KH_LIM2014_ERRORS_ALL, INFINITY, best_x);
    (void)descend(s, KH_LIM2014_ERRORS_BY_DECOYS, best, best_x);
    kh_simplex_options fine = {.step = 0.1, .tolerance = 1e-9, .max_calls = 600};
    (void)kh_simplex_minimise(score_finite, s, best_x, N_FREE, fine);
    return choice_at(best_x);
}

/* without fluctuations the weak decoy may be as weak as it likes, and nothing is lost on decoys and the test basis */
static kh_lim2014_choice choice_infinite(double mu_1)
{
    return (kh_lim2014_choice){.mu = {mu_1, MU_3 + MU_GAP, MU_3}, .p = {1.0, 0.0, 0.0}, .p_x = 1.0};
}

static double score_infinite(double mu_1, const void *context)
{
    kh_lim2014_choice choice = choice_infinite(mu_1);
    return score(context, &choice);
}

static kh_qkd_key key_of(const search *s, const kh_lim2014_choice *choice)
{
    kh_lim2014_block block = kh_lim2014_key(&s->setting, choice, s->n_x);
    kh_qkd_key key = {
        .rate_bps = fmax(0.0, rate_of(s, choice, &block)),
        .qber = block.qber,
        .sifted_rate_bps = used_hz(s, choice, &block) * block.n_x / block.pulses,
        .parameters = {choice->mu[0], choice->mu[1], choice->p[0], choice->p[1], choice->p_x},
    };
    if (isfinite(s->n_x)) { /* whole bits come out of a block */
        key.block_s = block.n_x / key.sifted_rate_bps;
        key.block_key_bits = fmax(0.0, floor(block.key_bits));
        key.rate_bps = key.block_key_bits / key.block_s;
    }
    return key;
}

static kh_qkd_key key_typical(const search *s)
{
    double x[N_FREE];
    place(STARTS[0], x);
    kh_lim2014_choice choice = choice_at(x);
    kh_qkd_key key = key_of(s, &choice);
    key.rate_bps = key.block_key_bits = 0.0;
    return key;
}

static kh_status compute_infinite(search *s, kh_qkd_key *key, kh_error *err)
{
    const double range[2] = {0.01, MU_1_MAX};
    double mu_1;
    s->n_x = INFINITY;
    KH_TRY(kh_num_minimum(score_infinite, s, range, 24, &mu_1, err));
    kh_lim2014_choice choice = choice_infinite(mu_1);
    *key = key_of(s, &choice);
    return KH_OK;
}

static kh_qkd_key compute_finite(const search *s)
{
    kh_lim2014_choice choice = best_finite(s);
    kh_qkd_key key = key_of(s, &choice);
    return key.rate_bps > 0.0 ? key : key_typical(s); /* without key the search ends anywhere */
}

static kh_status compute(const kh_qkd_system *system, kh_qkd_key *key, kh_error *err)
{
    search s = {
        .system = system,
        .setting = {.detector = system->detector,
                    .transmittance = kh_fibre_transmittance(system->loss_b_db),
                    .ec_efficiency = system->ec_efficiency,
                    .eps_sec = system->eps_sec,
                    .eps_cor = system->eps_cor,
                    .errors = KH_LIM2014_ERRORS_LEAST},
    };
    kh_qkd_key best;
    KH_TRY(compute_infinite(&s, &best, err));
    if (isfinite(system->block_bits)) {
        bool possible = best.rate_bps > 0.0; /* else no block is long enough */
        s.n_x = system->block_bits;
        best = possible ? compute_finite(&s) : key_typical(&s);
    }
    *key = best;
    return KH_OK;
}

const kh_qkd_protocol kh_qkd_bb84_finite = {
    .name = "bb84-decoy",
    .title = "BB84 with two decoys, finite key (Lim 2014)",
    .protocol = KH_PROTOCOL_BB84_DECOY,
    .is_finite = true,
    .key = compute,
};
