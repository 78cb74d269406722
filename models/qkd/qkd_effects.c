/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/qkd_effects.h"

#include "core/base/units.h"

#include <math.h>
#include <stddef.h>

static const double NOTABLE_DB = 3.0;  /* half of the key: worth naming */
static const double STRIKING_DB = 6.0; /* three quarters: named even when the loss costs more, which is nothing new to a planner */
static const double WORTH_IT = 1.01;   /* a change that brings less is not named */

/* removals: the effect as if it were not there; false when it is not there as it is */
static bool replace(double *value, double ideal)
{
    bool differs = *value != ideal;
    *value = ideal;
    return differs;
}

static bool remove_loss(kh_qkd_system *s)
{
    bool had_a = replace(&s->loss_a_db, 0.0);
    return replace(&s->loss_b_db, 0.0) || had_a;
}

static bool remove_noise(kh_noise *noise)
{
    bool had_any = noise->raman > 0.0 || noise->fwm > 0.0 || noise->leakage > 0.0;
    *noise = (kh_noise){0};
    return had_any;
}

static bool remove_dark_counts(kh_qkd_system *s)
{
    bool had_dark = replace(&s->detector.dark_per_gate, s->stray_per_gate), had_excess = replace(&s->cv.excess_noise, 0.0);
    return replace(&s->cv.electronic_noise, 0.0) || had_dark || had_excess;
}

static bool remove_stray_light(kh_qkd_system *s)
{
    bool had_a = remove_noise(&s->noise_a), had_b = remove_noise(&s->noise_b);
    s->detector.dark_per_gate -= s->stray_per_gate;
    return replace(&s->stray_per_gate, 0.0) || had_a || had_b;
}

static bool remove_misalignment(kh_qkd_system *s)
{
    bool had_phase_noise = replace(&s->phase_noise_rad, 0.0), had_lines = replace(&s->linewidth_hz, 0.0);
    bool had_drift = replace(&s->drift_rad_per_s, 0.0);
    return replace(&s->detector.misalignment, 0.0) || had_phase_noise || had_lines || had_drift;
}

static bool remove_leakage(kh_qkd_system *s)
{
    bool had_leakage = replace(&s->ec_efficiency, 1.0);
    return replace(&s->cv.reconciliation, 1.0) || had_leakage;
}

static bool remove_block_size(kh_qkd_system *s)
{
    bool had_time = replace(&s->block_time_s, 0.0);
    return replace(&s->block_bits, INFINITY) || had_time;
}

static bool remove_dead_time(kh_qkd_system *s)
{
    bool had_limit = replace(&s->detector.max_count_hz, 0.0);
    return replace(&s->detector.dead_time_s, 0.0) || had_limit;
}

/* changes: a step that a planner can take against the effect */
static void ease_loss(kh_qkd_system *s)
{
    double share_a = s->loss_a_db / fmax(s->loss_a_db + s->loss_b_db, 1e-300);
    s->loss_a_db = fmax(0.0, s->loss_a_db - 3.0 * share_a);
    s->loss_b_db = fmax(0.0, s->loss_b_db - 3.0 * (1.0 - share_a));
}

static void ease_dark_counts(kh_qkd_system *s)
{
    s->detector.dark_per_gate = s->stray_per_gate + 0.1 * (s->detector.dark_per_gate - s->stray_per_gate);
    s->cv.excess_noise *= 0.5;
}

static void ease_stray_light(kh_qkd_system *s)
{
    (void)remove_stray_light(s);
}

static void ease_misalignment(kh_qkd_system *s)
{
    s->detector.misalignment *= 0.5;
    s->phase_noise_rad *= 0.5;
    s->linewidth_hz *= 0.5;
    s->drift_rad_per_s *= 0.5;
}

static void ease_leakage(kh_qkd_system *s)
{
    s->ec_efficiency = 1.0 + 0.5 * (s->ec_efficiency - 1.0);
    s->cv.reconciliation = 1.0 - 0.5 * (1.0 - s->cv.reconciliation);
}

static void ease_block_size(kh_qkd_system *s)
{
    s->block_bits *= 10.0;
    s->block_time_s *= 10.0;
}

static void ease_dead_time(kh_qkd_system *s)
{
    s->detector.dead_time_s *= 0.1;
    s->detector.max_count_hz *= 10.0;
}

typedef struct effect {
    size_t member; /* of kh_effects */
    bool (*remove)(kh_qkd_system *system);
    void (*ease)(kh_qkd_system *system);
    const char *change, *change_cv;
    kh_limit limit;
} effect;

/* Without key, the first whose removal alone gives key is called the limit; the loss is the last resort. */
static const effect EFFECTS[] = {
    {offsetof(kh_effects, finite_key_db), remove_block_size, ease_block_size, "a block ten times as long",
     "a block ten times as long", KH_LIMIT_FINITE_KEY},
    {offsetof(kh_effects, stray_light_db), remove_stray_light, ease_stray_light, "no light of others at the receiver",
     "no light of others at the receiver", KH_LIMIT_STRAY_LIGHT},
    {offsetof(kh_effects, dark_counts_db), remove_dark_counts, ease_dark_counts, "a tenth of the dark counts",
     "half the excess noise", KH_LIMIT_DARK_COUNTS},
    {offsetof(kh_effects, misalignment_db), remove_misalignment, ease_misalignment, "half the optical errors",
     "half the optical errors", KH_LIMIT_MISALIGNMENT},
    {offsetof(kh_effects, dead_time_db), remove_dead_time, ease_dead_time, "a tenth of the dead time of the detector",
     "a tenth of the dead time of the detector", KH_LIMIT_DEAD_TIME},
    {offsetof(kh_effects, error_correction_db), remove_leakage, ease_leakage, "error correction twice as near to its limit",
     "reconciliation twice as near to its limit", KH_LIMIT_NONE},
    {offsetof(kh_effects, loss_db), remove_loss, ease_loss, "3 dB less loss", "3 dB less loss", KH_LIMIT_LOSS},
};
enum { N_EFFECTS = sizeof EFFECTS / sizeof EFFECTS[0] };

static double *cost_of(kh_effects *effects, size_t i)
{
    return (double *)((char *)effects + EFFECTS[i].member);
}

static double known_cost_db(const kh_effects *effects, size_t i)
{
    kh_effects copy = *effects;
    return *cost_of(&copy, i);
}

static double cost_db(double with_bps, double without_bps)
{
    if (with_bps > 0.0)
        return fmax(0.0, kh_db_from_linear(without_bps / with_bps)); /* below 0 only by rounding in the search */
    return without_bps > 0.0 ? (double)INFINITY : (double)NAN;
}

/* the rate of a changed system, searched near the key of the one it comes from */
static kh_status rate_near(const kh_qkd_protocol *protocol, kh_qkd_system *changed, const kh_qkd_key *key, double *rate_bps,
                           kh_error *err)
{
    changed->near = key;
    changed->rough = true;
    kh_qkd_key made;
    KH_TRY(kh_qkd_compute(protocol, changed, &made, err));
    *rate_bps = made.rate_bps;
    return KH_OK;
}

kh_status kh_qkd_effects_find(const kh_qkd_protocol *protocol, const kh_qkd_system *system, const kh_qkd_key *key,
                              kh_effects *effects, kh_error *err)
{
    kh_effects found = {0};
    for (size_t i = 0; i < N_EFFECTS; i++) {
        kh_qkd_system changed = *system;
        double rate_bps = key->rate_bps;
        if (EFFECTS[i].remove(&changed))
            KH_TRY(rate_near(protocol, &changed, key, &rate_bps, err));
        *cost_of(&found, i) = cost_db(key->rate_bps, rate_bps);
    }
    *effects = found;
    return KH_OK;
}

/* No change brings more than the removal of its effect, so effects that cost less than what was found need no search. */
kh_status kh_qkd_effects_change(const kh_qkd_protocol *protocol, const kh_qkd_system *system, const kh_qkd_key *key,
                                const kh_effects *effects, kh_change *change, kh_error *err)
{
    kh_change best = {.what = NULL};
    double best_bps = key->rate_bps * WORTH_IT;
    for (size_t k = N_EFFECTS; k-- > 0;) { /* the loss first: it costs most as a rule */
        if (!(kh_linear_from_db(known_cost_db(effects, k)) * key->rate_bps > best_bps) && key->rate_bps > 0.0)
            continue;
        if (key->rate_bps == 0.0 && !isinf(known_cost_db(effects, k)))
            continue;
        kh_qkd_system changed = *system;
        double rate_bps;
        EFFECTS[k].ease(&changed);
        KH_TRY(rate_near(protocol, &changed, key, &rate_bps, err));
        if (rate_bps > best_bps) {
            best_bps = rate_bps;
            best.what = protocol->is_cv ? EFFECTS[k].change_cv : EFFECTS[k].change;
        }
    }
    if (best.what == NULL)
        best.factor = 1.0;
    else
        best.factor = key->rate_bps > 0.0 ? best_bps / key->rate_bps : (double)INFINITY;
    *change = best;
    return KH_OK;
}

static kh_limit limit_without_key(const kh_effects *effects)
{
    for (size_t i = 0; i < N_EFFECTS; i++)
        if (EFFECTS[i].limit != KH_LIMIT_NONE && isinf(known_cost_db(effects, i)))
            return EFFECTS[i].limit;
    return KH_LIMIT_LOSS;
}

static kh_limit limit_with_key(const kh_effects *effects)
{
    kh_limit worst = KH_LIMIT_NONE;
    double worst_db = 0.0;
    for (size_t i = 0; i < N_EFFECTS; i++) {
        bool named = EFFECTS[i].limit != KH_LIMIT_NONE && EFFECTS[i].limit != KH_LIMIT_LOSS;
        if (named && known_cost_db(effects, i) > worst_db) {
            worst = EFFECTS[i].limit;
            worst_db = known_cost_db(effects, i);
        }
    }
    if (worst_db >= STRIKING_DB || worst_db > effects->loss_db)
        return worst_db >= NOTABLE_DB ? worst : KH_LIMIT_NONE;
    return effects->loss_db >= NOTABLE_DB ? KH_LIMIT_LOSS : KH_LIMIT_NONE;
}

kh_limit kh_qkd_effects_limit(const kh_effects *effects, bool has_key)
{
    return has_key ? limit_with_key(effects) : limit_without_key(effects);
}
