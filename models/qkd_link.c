/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd_link.h"

#include "models/fibre/fibre.h"
#include "models/qkd/bounds.h"
#include "models/qkd/qkd.h"
#include "models/qkd/qkd_effects.h"

#include <math.h>

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
    KH_TRY(kh_qkd_effects_find(s->protocol, &system, &key, &rate->effects, err));
    rate->per_module_bps = key.rate_bps;
    if (!rate->qber_measured)
        rate->qber = key.qber;
    rate->sifted_rate_bps = key.sifted_rate_bps;
    rate->block_s = key.block_s;
    rate->block_key_bits = key.block_key_bits;
    rate->limit = kh_qkd_effects_limit(&rate->effects, key.rate_bps > 0.0);
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
