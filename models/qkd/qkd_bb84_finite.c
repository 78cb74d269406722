/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/fibre/fibre.h"
#include "models/num/num.h"
#include "models/qkd/lim2014_search.h"
#include "models/qkd/qkd.h"

#include <math.h>

static const double EFFECT_TOLERANCE = 1e-2; /* 0.04 dB */
static const kh_lim2014_piece LARGEST = {.errors = KH_LIM2014_ERRORS_LEAST};

typedef struct search {
    const kh_qkd_system *system;
    kh_lim2014_frame frame;
    bool finite;
    bool rough; /* asked for, and possible */
} search;

/* pulses a second that meet a detector that is not blind */
static double used_hz(const search *s, const kh_lim2014_choice *choice, double click)
{
    double clock_hz = s->system->clock_hz, p_x = s->finite ? choice->p_x : 1.0;
    return clock_hz * kh_detector_live_fraction_of_bases(&s->system->detector, clock_hz * click, p_x);
}

static double block_size(const search *s, const kh_lim2014_choice *choice)
{
    if (!s->finite)
        return INFINITY;
    if (s->system->block_time_s == 0.0)
        return s->system->block_bits;
    double both = choice->p_x * choice->p_x, click = kh_lim2014_click(&s->frame, choice);
    return kh_qkd_block_size(s->system, used_hz(s, choice, click) * both * click);
}

static double rate_of(const search *s, const kh_lim2014_choice *choice, const kh_lim2014_block *block)
{
    return used_hz(s, choice, block->click) * block->key_bits / block->pulses;
}

/* to be minimised: minus the rate where there is key */
static double score(const search *s, const kh_lim2014_choice *choice, const kh_lim2014_piece *piece)
{
    kh_lim2014_block block = kh_lim2014_frame_key(&s->frame, choice, piece, block_size(s, choice));
    return block.key_bits > 0.0 ? -rate_of(s, choice, &block) : kh_lim2014_score_without_key(&block);
}

static double score_finite(const kh_lim2014_choice *choice, const kh_lim2014_piece *piece, const void *context)
{
    return score(context, choice, piece);
}

static kh_lim2014_choice best_finite(const search *s)
{
    const kh_qkd_key *near = s->system->near;
    kh_lim2014_choice start;
    kh_lim2014_search way = {
        .score = score_finite, .context = s, .mu_3 = KH_LIM2014_MU_3, .rough = s->rough ? EFFECT_TOLERANCE : 0.0};
    if (near != NULL && near->rate_bps > 0.0) {
        start = kh_lim2014_choice_of(near->parameters, KH_LIM2014_MU_3);
        way.near = &start;
    }
    return kh_lim2014_search_best(&way);
}

/* without fluctuations the weak decoy may be as weak as it likes, and nothing is lost on decoys and the test basis */
static kh_lim2014_choice choice_infinite(double mu_1)
{
    return (kh_lim2014_choice){
        .mu = {mu_1, KH_LIM2014_MU_3 + KH_LIM2014_MU_GAP, KH_LIM2014_MU_3}, .p = {1.0, 0.0, 0.0}, .p_x = 1.0};
}

static double score_infinite(double mu_1, const void *context)
{
    kh_lim2014_choice choice = choice_infinite(mu_1);
    return score(context, &choice, &LARGEST);
}

static kh_qkd_key key_of(const search *s, const kh_lim2014_choice *choice)
{
    kh_lim2014_block block = kh_lim2014_frame_key(&s->frame, choice, &LARGEST, block_size(s, choice));
    kh_qkd_key key = {
        .rate_bps = fmax(0.0, rate_of(s, choice, &block)),
        .qber = block.qber,
        .sifted_rate_bps = used_hz(s, choice, block.click) * block.n_x / block.pulses,
        .parameters = {choice->mu[0], choice->mu[1], choice->p[0], choice->p[1], choice->p_x},
    };
    if (s->finite) { /* whole bits come out of a block */
        key.block_s = block.n_x / key.sifted_rate_bps;
        key.block_key_bits = fmax(0.0, floor(block.key_bits));
        key.rate_bps = key.block_key_bits / key.block_s;
    }
    return key;
}

static kh_qkd_key key_typical(const search *s)
{
    kh_lim2014_choice choice = kh_lim2014_choice_usual(KH_LIM2014_MU_3);
    kh_qkd_key key = key_of(s, &choice);
    key.rate_bps = key.block_key_bits = 0.0;
    return key;
}

static kh_status compute_infinite(search *s, kh_qkd_key *key, kh_error *err)
{
    const double range[2] = {0.01, KH_LIM2014_MU_1_MAX};
    double mu_1;
    s->finite = false;
    KH_TRY(kh_num_minimum(score_infinite, s, range, 24, &mu_1, err));
    kh_lim2014_choice choice = choice_infinite(mu_1);
    *key = key_of(s, &choice);
    return KH_OK;
}

static bool is_rough(const kh_qkd_system *system)
{
    return system->rough && system->near != NULL && system->near->rate_bps > 0.0 && system->near->parameters[4] < 1.0;
}

/* Near an optimum the rate hardly depends on the choice: what changes it little at the neighbour's choice needs no search. */
static const double LITTLE = 0.1;

static kh_qkd_key compute_finite(const search *s)
{
    if (s->rough) {
        const kh_qkd_key *near = s->system->near;
        kh_lim2014_choice same = kh_lim2014_choice_of(near->parameters, KH_LIM2014_MU_3);
        kh_qkd_key key = key_of(s, &same);
        if (fabs(key.rate_bps - near->rate_bps) <= LITTLE * near->rate_bps)
            return key;
    }
    kh_lim2014_choice choice = best_finite(s);
    kh_qkd_key key = key_of(s, &choice);
    return key.rate_bps > 0.0 ? key : key_typical(s); /* without key the search ends anywhere */
}

static kh_status compute(const kh_qkd_system *system, kh_qkd_key *key, kh_error *err)
{
    const kh_lim2014_setting setting = {.detector = system->detector,
                                        .transmittance = kh_fibre_transmittance(system->loss_b_db),
                                        .ec_efficiency = system->ec_efficiency,
                                        .eps_sec = system->eps_sec,
                                        .eps_cor = system->eps_cor};
    search s = {.system = system, .rough = is_rough(system), .frame = kh_lim2014_frame_of(&setting, KH_LIM2014_MU_3)};
    bool has_block = isfinite(kh_qkd_block_size(system, 0.0));
    bool possible = true; /* without key from an endless block, no block is long enough */
    if (!has_block || !s.rough) {
        KH_TRY(compute_infinite(&s, key, err));
        possible = key->rate_bps > 0.0;
    }
    if (has_block) {
        s.finite = true;
        *key = possible ? compute_finite(&s) : key_typical(&s);
    }
    return KH_OK;
}

const kh_qkd_protocol kh_qkd_bb84_finite = {
    .name = "bb84-decoy",
    .title = "BB84 with two decoys, finite key (Lim 2014)",
    .protocol = KH_PROTOCOL_BB84_DECOY,
    .is_finite = true,
    .terms = 21.0,
    .key = compute,
};
