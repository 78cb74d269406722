/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/fibre/fibre.h"
#include "models/num/logistic.h"
#include "models/num/simplex.h"
#include "models/qkd/one_decoy.h"
#include "models/qkd/qkd.h"

#include <math.h>
#include <string.h>

static const double MU_MIN = 1e-4; /* weaker pulses than that are not made */
static const double MU_MAX = 2.0;

enum { N_FREE = 4, N_FREE_INFINITE = 2 }; /* ln mu_1; logits of mu_2/mu_1, p_1, p_key */

typedef struct search {
    const kh_qkd_system *system;
    kh_one_decoy_setting setting;
    bool finite;
} search;

static kh_one_decoy_choice choice_at(const double *x, bool finite)
{
    double mu_1 = fmin(fmax(exp(x[0]), 2.0 * MU_MIN), MU_MAX), ratio = fmin(kh_logistic_shares(x[1]).share, 0.99);
    return (kh_one_decoy_choice){
        .mu = {mu_1, fmax(mu_1 * ratio, MU_MIN)},
        .p_1 = finite ? fmin(kh_logistic_shares(x[2]).share, 1.0 - 1e-9) : 1.0,
        .p_key = finite ? fmin(kh_logistic_shares(x[3]).share, 1.0 - 1e-9) : 1.0,
    };
}

/* pulses a second that meet a detector that is not blind */
static double used_hz(const search *s, const kh_one_decoy_choice *choice, double click)
{
    double clock_hz = s->system->clock_hz;
    return clock_hz * kh_detector_live_fraction_of_bases(&s->system->detector, clock_hz * click, choice->p_key);
}

static kh_one_decoy_block block_of(const search *s, const kh_one_decoy_choice *choice)
{
    double n_key = s->finite ? s->system->block_bits : (double)INFINITY;
    if (s->finite && s->system->block_time_s > 0.0) {
        double both = choice->p_key * choice->p_key, click = kh_one_decoy_detections(&s->setting, choice, 1.0) / both;
        n_key = kh_qkd_block_size(s->system, used_hz(s, choice, click) * both * click);
    }
    return kh_one_decoy_key(&s->setting, choice, n_key);
}

/* to be minimised: minus the rate where there is key; elsewhere a slope that leads to key */
static double score(const double *x, const void *context)
{
    const search *s = (const search *)context;
    kh_one_decoy_choice choice = choice_at(x, s->finite);
    kh_one_decoy_block block = block_of(s, &choice);
    if (block.key_bits > 0.0)
        return -used_hz(s, &choice, block.click) * block.key_bits / block.pulses;
    double single = fmin(block.single_key, block.single_test) / block.n_key;
    if (single <= 0.0)
        return 1e6 - single;
    return -block.key_bits / block.n_key + fmax(0.0, block.phase_error - 0.5);
}

/* (mu_1, mu_2/mu_1, p_1, p_key): large, middling and small blocks, near the end of the reach (two), and detectors that dead time
 * blinds:
 * then nearly all pulses are weak */
static const double STARTS[][N_FREE] = {{0.50, 0.30, 0.80, 0.90}, {0.45, 0.40, 0.50, 0.60}, {0.35, 0.25, 0.20, 0.60},
                                        {0.30, 0.50, 0.30, 0.30}, {0.20, 0.10, 0.95, 0.98}, {0.32, 0.12, 0.75, 0.50},
                                        {0.40, 0.15, 5e-3, 0.90}, {0.45, 0.02, 2e-4, 0.80}};
enum { N_STARTS = sizeof STARTS / sizeof STARTS[0] };

static void place(const double *start, double *x)
{
    x[0] = log(start[0]);
    for (int j = 1; j < N_FREE; j++)
        x[j] = kh_logistic_inverse(start[j]);
}

static int place_starts(const search *s, double starts[N_STARTS][N_FREE])
{
    const kh_qkd_key *near = s->system->near;
    if (near != NULL && near->rate_bps > 0.0) {
        const double *p = near->parameters;
        const double start[N_FREE] = {p[0], p[1] / p[0], p[2], p[3]};
        place(start, starts[0]);
        return 1;
    }
    for (int i = 0; i < N_STARTS; i++)
        place(STARTS[i], starts[i]);
    return N_STARTS;
}

/* down from every start; keeps in best_x what is better than best */
static double descend(const search *s, double best, double *best_x)
{
    size_t n_free = s->finite ? N_FREE : N_FREE_INFINITE;
    double starts[N_STARTS][N_FREE];
    int n_starts = place_starts(s, starts);
    for (int i = 0; i < n_starts; i++) {
        kh_simplex_options coarse = {.step = 0.5, .tolerance = 1e-6, .max_calls = 600};
        kh_simplex_options fine = {.step = 0.1, .tolerance = 1e-9, .max_calls = 400};
        (void)kh_simplex_minimise(score, s, starts[i], n_free, coarse);
        double value = kh_simplex_minimise(score, s, starts[i], n_free, fine);
        if (value < best) {
            best = value;
            memcpy(best_x, starts[i], sizeof starts[i]);
        }
    }
    return best;
}

static kh_qkd_key key_of(const search *s, const double *x)
{
    kh_one_decoy_choice choice = choice_at(x, s->finite);
    kh_one_decoy_block block = block_of(s, &choice);
    kh_qkd_key key = {
        .qber = block.qber,
        .sifted_rate_bps = used_hz(s, &choice, block.click) * block.n_key / block.pulses,
        .parameters = {choice.mu[0], choice.mu[1], choice.p_1, choice.p_key},
    };
    if (s->finite) { /* whole bits come out of a block */
        key.block_s = block.n_key / key.sifted_rate_bps;
        key.block_key_bits = fmax(0.0, floor(block.key_bits));
        key.rate_bps = key.block_key_bits / key.block_s;
    } else {
        key.rate_bps = fmax(0.0, key.sifted_rate_bps * block.key_bits);
    }
    return key;
}

/* The key under the smaller of two valid error bounds is the larger of the keys under each: two smooth searches. */
static kh_qkd_key best_of(search *s)
{
    double best_x[N_FREE] = {0}, typical_x[N_FREE];
    s->setting.errors = KH_ONE_DECOY_ERRORS_ALL;
    double best_all = descend(s, INFINITY, best_x);
    kh_qkd_key key = key_of(s, best_x);
    s->setting.errors = KH_ONE_DECOY_ERRORS_BY_DECOYS;
    if (descend(s, best_all, best_x) < best_all)
        key = key_of(s, best_x);
    if (key.rate_bps > 0.0)
        return key;
    place(STARTS[0], typical_x); /* without key the search ends anywhere */
    key = key_of(s, typical_x);
    key.rate_bps = key.block_key_bits = 0.0;
    return key;
}

static kh_qkd_key compute(const kh_qkd_system *system, kh_one_decoy_proof proof)
{
    search s = {
        .system = system,
        .setting = {.detector = system->detector,
                    .transmittance = kh_fibre_transmittance(system->loss_b_db),
                    .ec_efficiency = system->ec_efficiency,
                    .eps_sec = system->eps_sec,
                    .eps_cor = system->eps_cor,
                    .proof = proof},
        .finite = isfinite(kh_qkd_block_size(system, 0.0)),
    };
    return best_of(&s);
}

static kh_status compute_wiesemann(const kh_qkd_system *system, kh_qkd_key *key, kh_error *err)
{
    (void)err;
    *key = compute(system, KH_ONE_DECOY_WIESEMANN);
    return KH_OK;
}

static kh_status compute_rusca(const kh_qkd_system *system, kh_qkd_key *key, kh_error *err)
{
    (void)err;
    *key = compute(system, KH_ONE_DECOY_RUSCA);
    return KH_OK;
}

const kh_qkd_protocol kh_qkd_bb84_one_decoy = {
    .name = "bb84-one-decoy",
    .title = "BB84 with one decoy, finite key (Wiesemann 2024)",
    .protocol = KH_PROTOCOL_BB84_ONE_DECOY,
    .is_finite = true,
    .terms = 15.0,
    .key = compute_wiesemann,
};

const kh_qkd_protocol kh_qkd_bb84_one_decoy_rusca = {
    .name = "bb84-one-decoy-rusca",
    .title = "BB84 with one decoy, finite key (Rusca 2018)",
    .protocol = KH_PROTOCOL_BB84_ONE_DECOY_RUSCA,
    .is_finite = true,
    .terms = 19.0,
    .key = compute_rusca,
};
