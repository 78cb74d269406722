/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/qkd_effects.h"

#include "core/base/units.h"

#include <math.h>

static const double NOTABLE_DB = 3.0;  /* half of the key: worth naming */
static const double STRIKING_DB = 6.0; /* three quarters: named even when the loss costs more, which is nothing new to a planner */

/* removals of one effect: true when there was something to remove */
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
    bool had_a = remove_noise(&s->noise_a), had_b = remove_noise(&s->noise_b);
    bool had_dark = replace(&s->detector.dark_per_gate, 0.0), had_excess = replace(&s->cv.excess_noise, 0.0);
    return replace(&s->cv.electronic_noise, 0.0) || had_dark || had_excess || had_a || had_b;
}
static bool remove_misalignment(kh_qkd_system *s)
{
    bool had_phase_noise = replace(&s->phase_noise_rad, 0.0);
    return replace(&s->detector.misalignment, 0.0) || had_phase_noise;
}
static bool remove_leakage(kh_qkd_system *s)
{
    bool had_leakage = replace(&s->ec_efficiency, 1.0);
    return replace(&s->cv.reconciliation, 1.0) || had_leakage;
}
static bool remove_block_size(kh_qkd_system *s)
{
    return replace(&s->block_bits, INFINITY);
}
static bool remove_dead_time(kh_qkd_system *s)
{
    bool had_limit = replace(&s->detector.max_count_hz, 0.0);
    return replace(&s->detector.dead_time_s, 0.0) || had_limit;
}

static double cost_db(double with_bps, double without_bps)
{
    if (with_bps > 0.0)
        return fmax(0.0, kh_db_from_linear(without_bps / with_bps)); /* below 0 only by rounding in the search */
    return without_bps > 0.0 ? (double)INFINITY : (double)NAN;
}

static kh_status effect_of(const kh_qkd_protocol *protocol, const kh_qkd_system *system, const kh_qkd_key *key,
                           bool (*removal)(kh_qkd_system *), double *effect_db, kh_error *err)
{
    kh_qkd_system changed = *system;
    changed.near = key;
    kh_qkd_key without = *key;
    if (removal(&changed))
        KH_TRY(kh_qkd_compute(protocol, &changed, &without, err));
    *effect_db = cost_db(key->rate_bps, without.rate_bps);
    return KH_OK;
}

kh_status kh_qkd_effects_find(const kh_qkd_protocol *protocol, const kh_qkd_system *system, const kh_qkd_key *key,
                              kh_effects *effects, kh_error *err)
{
    kh_effects e = {0};
    const struct {
        bool (*removal)(kh_qkd_system *);
        double *effect_db;
    } parts[] = {
        {remove_loss, &e.loss_db},
        {remove_dark_counts, &e.dark_counts_db},
        {remove_misalignment, &e.misalignment_db},
        {remove_leakage, &e.error_correction_db},
        {remove_block_size, &e.finite_key_db},
        {remove_dead_time, &e.dead_time_db},
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        KH_TRY(effect_of(protocol, system, key, parts[i].removal, parts[i].effect_db, err));
    *effects = e;
    return KH_OK;
}

static kh_limit limit_without_key(const kh_effects *e)
{
    if (isinf(e->finite_key_db))
        return KH_LIMIT_FINITE_KEY;
    if (isinf(e->dark_counts_db))
        return KH_LIMIT_DARK_COUNTS;
    if (isinf(e->misalignment_db))
        return KH_LIMIT_MISALIGNMENT;
    return KH_LIMIT_LOSS;
}

static kh_limit limit_with_key(const kh_effects *e)
{
    const struct {
        double effect_db;
        kh_limit limit;
    } others[] = {
        {e->dead_time_db, KH_LIMIT_DEAD_TIME},
        {e->finite_key_db, KH_LIMIT_FINITE_KEY},
        {e->dark_counts_db, KH_LIMIT_DARK_COUNTS},
        {e->misalignment_db, KH_LIMIT_MISALIGNMENT},
    };
    size_t worst = 0;
    for (size_t i = 1; i < sizeof others / sizeof others[0]; i++)
        if (others[i].effect_db > others[worst].effect_db)
            worst = i;
    if (others[worst].effect_db >= STRIKING_DB || others[worst].effect_db > e->loss_db)
        return others[worst].effect_db >= NOTABLE_DB ? others[worst].limit : KH_LIMIT_NONE;
    return e->loss_db >= NOTABLE_DB ? KH_LIMIT_LOSS : KH_LIMIT_NONE;
}

kh_limit kh_qkd_effects_limit(const kh_effects *effects, bool has_key)
{
    return has_key ? limit_with_key(effects) : limit_without_key(effects);
}
