/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/sns_finite.h"

#include "models/qkd/concentration.h"
#include "models/qkd/entropy.h"

#include <math.h>

static const double PI = 3.14159265358979323846;

/* u above, v and w on both sides, errors of v above and of w below, untagged bits of each value, their phase errors, untagged
 * pairs, their phase errors */
static const double N_TAILS = 12.0;

typedef struct block {
    const kh_sns2024_setting *setting;
    const kh_sns_finite_choice *choice;
    double pulses, tail;
} block;

/* what decoys tell of single photons, per slot */
typedef struct single {
    double yield, error; /**< at least; probability of a wrong click, at most */
} single;

typedef struct range {
    double low, high;
} range;

/* of a probability per slot, from its count in a share of the slots; freed of the weight of the vacuum */
static range estimate(const block *b, double probability, double share, double photons)
{
    double slots = b->pulses * (1.0 - b->choice->p_key) * (1.0 - b->choice->p_key) * share;
    double scale = exp(photons) / slots;
    return (range){.low = scale * kh_concentration_mean_at_least(slots * probability, b->tail),
                   .high = scale * kh_concentration_mean_at_most(slots * probability, b->tail)};
}

/* as sns2024.c does it for endless data */
static single bound_single(const block *b)
{
    const kh_sns_finite_choice *c = b->choice;
    double u = c->light.u, v = c->light.v, w = c->light.w;
    range of_u = estimate(b, kh_sns2024_click(b->setting, u), c->p_u * c->p_u, u);
    range of_v = estimate(b, kh_sns2024_click(b->setting, v), c->p_v * c->p_v, v);
    range of_w = estimate(b, kh_sns2024_click(b->setting, w), c->p_w * c->p_w, w);
    double vacuum = fmax(0.0, (v * of_w.low - w * of_v.high) / (v - w));
    double yield = (u * u * (of_v.low - of_w.high) - (v * v - w * w) * (of_u.high - vacuum)) / (u * (u - v - w) * (v - w));

    double in_slice = 2.0 * c->slice_rad / PI;
    kh_sns2024_setting sliced = *b->setting;
    sliced.misalignment = fmin(0.5, sliced.misalignment + 0.5 * (1.0 - sin(c->slice_rad) / c->slice_rad));
    range wrong_v = estimate(b, kh_sns2024_error(&sliced, v), in_slice * c->p_v * c->p_v, v);
    range wrong_w = estimate(b, kh_sns2024_error(&sliced, w), in_slice * c->p_w * c->p_w, w);
    return (single){.yield = fmax(0.0, yield), .error = fmax(0.0, (wrong_v.high - wrong_w.low) / (v - w))};
}

/* secret bits before error correction: untagged pairs less what their phase errors tell */
static double secret_bits(const block *b, double *phase_error)
{
    const kh_sns2024_choice *c = &b->choice->light;
    double signal = 0.5 * c->u, idle = 0.5 * c->w, one = c->send * (1.0 - c->send);
    double slots = b->pulses * b->choice->p_key * b->choice->p_key;
    double by_one = one * kh_sns2024_click(b->setting, signal + idle);
    double zeros = slots * (c->send * c->send * kh_sns2024_click(b->setting, 2.0 * signal) + by_one);
    double ones = slots * ((1.0 - c->send) * (1.0 - c->send) * kh_sns2024_click(b->setting, 2.0 * idle) + by_one);
    single photon = bound_single(b);
    double sent = slots * one * (signal + idle) * exp(-signal - idle); /* single photons behind each value of the bit */
    double untagged = kh_concentration_count_at_least(sent * photon.yield, b->tail);
    *phase_error = 0.5;
    if (!(untagged > 0.0))
        return 0.0;
    double wrong = fmin(0.5, kh_concentration_count_at_most(2.0 * sent * photon.error, b->tail) / (2.0 * untagged));
    double pairs = kh_concentration_count_at_least(untagged * untagged / fmax(zeros, ones), b->tail);
    if (!(pairs > 0.0))
        return 0.0;
    double wrong_pairs = kh_concentration_count_at_most(2.0 * wrong * (1.0 - wrong) * pairs, b->tail);
    *phase_error = fmin(0.5, wrong_pairs / pairs);
    return pairs * (1.0 - kh_entropy_of_error(*phase_error));
}

static double click_of(const kh_sns2024_setting *s, const kh_sns_finite_choice *c)
{
    enum { N_WAYS = 5 };
    const kh_sns2024_choice *l = &c->light;
    double other = 1.0 - c->p_key;
    const double photons[N_WAYS] = {0.5 * l->u, 0.5 * l->w, 0.5 * l->u, 0.5 * l->v, 0.5 * l->w};
    const double p[N_WAYS] = {c->p_key * l->send, c->p_key * (1.0 - l->send), other * c->p_u, other * c->p_v, other * c->p_w};
    double click = 0.0;
    for (int i = 0; i < N_WAYS; i++)
        for (int j = 0; j < N_WAYS; j++)
            click += p[i] * p[j] * kh_sns2024_click(s, photons[i] + photons[j]);
    return click;
}

kh_sns_finite_block kh_sns_finite_key(const kh_sns2024_setting *setting, const kh_privacy_target *target,
                                      const kh_sns_finite_choice *choice, double n_paired)
{
    kh_sns2024_key endless = kh_sns2024_key_of(setting, &choice->light);
    block b = {.setting = setting,
               .choice = choice,
               .pulses = n_paired / (choice->p_key * choice->p_key * endless.paired),
               .tail = kh_privacy_tail(target, N_TAILS)};
    kh_sns_finite_block result = {.pulses = b.pulses, .click = click_of(setting, choice)};
    double leak = setting->ec_efficiency * n_paired * kh_entropy_of_error(endless.qber);
    result.key_bits = secret_bits(&b, &result.phase_error) - leak - kh_privacy_cost_bits(target);
    return result;
}
