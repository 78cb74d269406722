/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd_link.h"

#include "core/base/units.h"
#include "models/bounds.h"
#include "models/fibre.h"
#include "models/qkd.h"

#include <math.h>

static const double NOTABLE_DB = 3.0;  /* half of the key: worth naming */
static const double STRIKING_DB = 6.0; /* three quarters: named even when the loss costs more, which is nothing new to a planner */
static const kh_effects EFFECTS_UNKNOWN = {(double)NAN, (double)NAN, (double)NAN, (double)NAN, (double)NAN, (double)NAN};

/* the link with what belongs to it; device is NULL when there is none */
typedef struct subject {
    const kh_qkd_link *link;
    const kh_device *device;
    const kh_qkd_protocol *protocol;
    bool has_fibres;
    double loss_db, length_km;
    double arms_db[2]; /**< with a middle station */
} subject;

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

static bool remove_dark_counts(kh_qkd_system *s)
{
    bool had_dark = replace(&s->detector.dark_per_gate, 0.0), had_excess = replace(&s->cv.excess_noise, 0.0);
    return replace(&s->cv.electronic_noise, 0.0) || had_dark || had_excess;
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
    return replace(&s->detector.dead_time_s, 0.0);
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

static kh_status effects_of(const kh_qkd_protocol *protocol, const kh_qkd_system *system, const kh_qkd_key *key,
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

static void apply_device(const kh_device *device, double loss_db, kh_qkd_rate *rate)
{
    if (loss_db > device->max_loss_db) {
        rate->per_module_bps = 0.0;
        rate->limit = KH_LIMIT_DEVICE_LOSS;
    } else if (rate->per_module_bps > device->max_key_rate_bps) {
        rate->per_module_bps = device->max_key_rate_bps;
        rate->limit = KH_LIMIT_ELECTRONICS;
    }
}

static kh_status compute(const subject *s, kh_qkd_rate *rate, kh_error *err)
{
    double noise = s->link->noise_per_gate;
    if (!(noise >= 0.0 && noise < 1.0))
        return kh_fail(err, KH_ERANGE, "noise_per_gate is %g, must be in [0, 1)", noise);
    kh_qkd_system system = kh_qkd_system_of(s->protocol, s->device, s->loss_db, s->link->source_at, noise);
    if (s->protocol->is_relayed) {
        system.loss_a_db = s->arms_db[0];
        system.loss_b_db = s->arms_db[1];
    }
    kh_qkd_key key;
    KH_TRY(kh_qkd_compute(s->protocol, &system, &key, err));
    KH_TRY(effects_of(s->protocol, &system, &key, &rate->effects, err));
    rate->per_module_bps = key.rate_bps;
    if (!rate->qber_measured)
        rate->qber = key.qber;
    rate->sifted_rate_bps = key.sifted_rate_bps;
    rate->block_s = key.block_s;
    rate->block_key_bits = key.block_key_bits;
    rate->limit = key.rate_bps > 0.0 ? limit_with_key(&rate->effects) : limit_without_key(&rate->effects);
    apply_device(s->device, s->loss_db, rate);
    return KH_OK;
}

static kh_status take_measured(const subject *s, kh_qkd_rate *rate, kh_error *err)
{
    double measured_bps = s->link->measured_key_rate_bps;
    if (!(measured_bps >= 0.0 && isfinite(measured_bps)))
        return kh_fail(err, KH_ERANGE, "measured key rate is %g bit/s, must be 0 or more", measured_bps);
    if (measured_bps > rate->ceiling_bps)
        return kh_fail(err, KH_ERANGE,
                       "measured key rate is %g bit/s, but no more than %g bit/s can pass %g dB at a clock of %g Hz", measured_bps,
                       rate->ceiling_bps, s->loss_db, s->device->clock_hz);
    rate->measured = true;
    rate->per_module_bps = measured_bps;
    rate->limit = KH_LIMIT_MEASURED;
    return KH_OK;
}

static kh_status find_subject(const kh_net *net, kh_qkd_link_id id, subject *s, kh_error *err)
{
    const kh_qkd_link *link = &net->qkd_links[id.i];
    *s = (subject){.link = link, .has_fibres = link->n_via > 0, .loss_db = NAN, .length_km = NAN};
    if (link->device.i != KH_NO_INDEX) {
        s->device = &net->devices[link->device.i];
        s->protocol = kh_qkd_protocol_of(link->protocol);
    }
    if (!(link->modules >= 0.0 && isfinite(link->modules)))
        return kh_fail(err, KH_ERANGE, "modules is %g, must be 0 or more", link->modules);
    if (!isnan(link->measured_qber) && !(link->measured_qber >= 0.0 && link->measured_qber <= 0.5))
        return kh_fail(err, KH_ERANGE, "measured qber is %g, must be in [0, 0.5]", link->measured_qber);
    if (s->has_fibres) {
        KH_TRY(kh_fibre_chain_loss(net, link->via, link->n_via, link->extra_loss_db, &s->loss_db, err));
        s->length_km = kh_net_chain_length_km(net, link->via, link->n_via);
        if (s->protocol != NULL && s->protocol->is_relayed)
            KH_TRY(kh_fibre_arms(net, link, s->arms_db, err));
    }
    return KH_OK;
}

static double ceiling_of(const subject *s)
{
    if (s->protocol != NULL && s->protocol->is_relayed)
        return kh_qkd_ceiling(s->protocol, s->arms_db[0], s->arms_db[1]);
    return kh_bound_plob(s->loss_db);
}

kh_status kh_qkd_link_rate(const kh_net *net, kh_qkd_link_id link, kh_qkd_rate *rate, kh_error *err)
{
    subject s;
    KH_TRY(find_subject(net, link, &s, err));
    kh_qkd_rate result = {
        .qber = s.link->measured_qber,
        .qber_measured = !isnan(s.link->measured_qber),
        .loss_db = s.loss_db,
        .length_km = s.length_km,
        .ceiling_bps = INFINITY,
        .repeater_ceiling_bps = INFINITY,
        .sifted_rate_bps = NAN,
        .limit = KH_LIMIT_NO_MODEL,
        .effects = EFFECTS_UNKNOWN,
    };
    if (s.has_fibres && s.device != NULL) {
        result.ceiling_bps = s.device->clock_hz * ceiling_of(&s);
        result.repeater_ceiling_bps = s.device->clock_hz * kh_bound_single_repeater(s.loss_db);
    }
    if (!isnan(s.link->measured_key_rate_bps))
        KH_TRY(take_measured(&s, &result, err));
    else if (s.has_fibres && s.protocol != NULL)
        KH_TRY(compute(&s, &result, err));
    /* no way over one station beats this; the bound of the protocol itself, which is lower, was asserted where the rate was made */
    if (!(result.per_module_bps <= result.repeater_ceiling_bps * (1.0 + 1e-9)))
        return kh_fail(err, KH_EINTERNAL, "the key rate is %g bit/s, above the single-repeater bound of %g bit/s at %g dB",
                       result.per_module_bps, result.repeater_ceiling_bps, s.loss_db);
    if (s.link->modules == 0.0)
        result.limit = KH_LIMIT_NO_MODULE;
    result.key_rate_bps = result.per_module_bps * s.link->modules;
    *rate = result;
    return KH_OK;
}
