/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd_link.h"

#include "models/link_channel.h"
#include "models/qkd/bounds.h"
#include "models/qkd/epsilon.h"
#include "models/qkd/qkd.h"
#include "models/qkd/qkd_effects.h"
#include "models/space/pass.h"
#include "models/space/satellite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const kh_effects EFFECTS_UNKNOWN = {(double)NAN, (double)NAN, (double)NAN, (double)NAN,
                                           (double)NAN, (double)NAN, (double)NAN};

/* the link with what belongs to it; device is NULL when there is none */
typedef struct subject {
    const kh_qkd_link *link;
    const kh_device *device;
    const kh_qkd_protocol *protocol;
    bool has_fibres;
    kh_qkd_channel channel; /* with fibres */
    kh_arena *arena;        /* of timetables; NULL: none are made */
} subject;

/* that carry quantum light */
static double pulses_hz(const kh_device *device)
{
    return device->clock_hz * device->duty;
}

static void apply_device(const kh_device *device, double loss_db, kh_qkd_rate *rate)
{
    if (loss_db > device->max_loss_db) {
        rate->per_module_bps = 0.0;
        rate->limit = KH_LIMIT_DEVICE_LOSS;
        rate->change = (kh_change){"a device that is made for this loss", INFINITY};
    } else if (rate->per_module_bps > device->max_key_rate_bps) {
        rate->change = (kh_change){"electronics without their limit", rate->per_module_bps / device->max_key_rate_bps};
        rate->per_module_bps = device->max_key_rate_bps;
        rate->limit = KH_LIMIT_ELECTRONICS;
    }
}

static const kh_noise *noisier(const kh_noise *a, const kh_noise *b)
{
    return a->raman + a->fwm + a->leakage > b->raman + b->fwm + b->leakage ? a : b;
}

static kh_status compute(const subject *s, kh_qkd_rate *rate, kh_error *err)
{
    kh_qkd_system system = kh_qkd_system_of(s->protocol, s->device, &s->channel);
    rate->noise = *noisier(&system.noise_a, &system.noise_b);
    kh_qkd_key key;
    KH_TRY(kh_qkd_compute(s->protocol, &system, &key, err));
    KH_TRY(kh_qkd_effects_find(s->protocol, &system, &key, &rate->effects, err));
    KH_TRY(kh_qkd_effects_change(s->protocol, &system, &key, &rate->effects, &rate->change, err));
    rate->per_module_bps = key.rate_bps;
    if (!rate->qber_measured)
        rate->qber = key.qber;
    rate->sifted_rate_bps = key.sifted_rate_bps;
    rate->block_s = key.block_s;
    rate->block_key_bits = key.block_key_bits;
    rate->epsilon = kh_epsilon_of(s->protocol, s->device, &key, s->link->modules);
    rate->limit = kh_qkd_effects_limit(&rate->effects, key.rate_bps > 0.0);
    apply_device(s->device, s->channel.loss_db, rate);
    return KH_OK;
}

static kh_status take_measured(const subject *s, kh_qkd_rate *rate, kh_error *err)
{
    double measured_bps = s->link->measured_key_rate_bps;
    if (!(measured_bps >= 0.0 && isfinite(measured_bps)))
        return kh_fail(err, KH_ERANGE, "measured key rate is %g bit/s, must be 0 or more", measured_bps);
    if (measured_bps > rate->ceiling_bps)
        return kh_fail(err, KH_ERANGE,
                       "measured key rate is %g bit/s, but no more than %g bit/s can pass %g dB at %g pulses a second",
                       measured_bps, rate->ceiling_bps, s->channel.loss_db, pulses_hz(s->device));
    rate->measured = true;
    rate->per_module_bps = measured_bps;
    rate->limit = KH_LIMIT_MEASURED;
    return KH_OK;
}

static kh_status find_subject(const kh_net *net, kh_qkd_link_id id, const kh_time_slot *slot, subject *s, kh_error *err)
{
    const kh_qkd_link *link = &net->qkd_links[id.i];
    *s = (subject){.link = link, .has_fibres = link->n_via > 0, .channel = {.loss_db = NAN, .length_km = NAN}};
    if (link->device.i != KH_NO_INDEX) {
        s->device = &net->devices[link->device.i];
        s->protocol = kh_qkd_protocol_of(link->protocol);
    }
    if (!(link->modules >= 0.0 && isfinite(link->modules)))
        return kh_fail(err, KH_ERANGE, "modules is %g, must be 0 or more", link->modules);
    if (!isnan(link->measured_qber) && !(link->measured_qber >= 0.0 && link->measured_qber <= 0.5))
        return kh_fail(err, KH_ERANGE, "measured qber is %g, must be in [0, 0.5]", link->measured_qber);
    /* a link that is measured needs no device; its loss and length are told as those of any protocol */
    const kh_qkd_protocol *protocol = s->protocol != NULL ? s->protocol : &kh_qkd_bb84_finite;
    if (s->has_fibres && isnan(link->measured_key_rate_bps))
        KH_TRY(kh_link_channel_find(net, link, protocol, slot, &s->channel, err));
    else if (s->has_fibres)
        KH_TRY(kh_link_channel_dark(net, link, protocol, slot, &s->channel, err)); /* what was measured had its light */
    return KH_OK;
}

/* A year of passes: the average rate; the rest shows the best pass. */
static kh_status compute_satellite(const kh_net *net, const subject *s, kh_qkd_rate *rate, kh_error *err)
{
    kh_satellite_year year;
    KH_TRY(kh_satellite_year_compute(net, s->link, s->arena, &year, err));
    rate->is_satellite = true;
    rate->satellite = year.rate;
    if (year.n_steps == 0) {
        rate->limit = KH_LIMIT_NO_PASS;
        return KH_OK;
    }
    const kh_pass_steps steps = {year.seconds, year.transmittance, year.n_steps};
    year.system.pass = &steps;
    KH_TRY(kh_qkd_effects_find(&kh_qkd_pass, &year.system, &year.key, &rate->effects, err));
    KH_TRY(kh_qkd_effects_change(&kh_qkd_pass, &year.system, &year.key, &rate->effects, &rate->change, err));
    rate->limit = kh_qkd_effects_limit(&rate->effects, year.key.rate_bps > 0.0);
    rate->loss_db = year.system.loss_b_db;
    rate->length_km = year.range_km;
    if (!rate->qber_measured)
        rate->qber = year.key.qber;
    rate->ceiling_bps = year.ceiling_bits_year / KH_PASSES_YEAR_S;
    rate->repeater_ceiling_bps = pulses_hz(s->device) * kh_bound_single_repeater(rate->loss_db);
    rate->sifted_rate_bps = year.detections_year / KH_PASSES_YEAR_S;
    rate->per_module_bps = year.rate.key_bits_year / KH_PASSES_YEAR_S;
    if (year.rate.clear_passes > 0.0) {
        rate->block_s = KH_PASSES_YEAR_S * s->link->passes_per_block / year.rate.clear_passes;
        rate->block_key_bits = floor(year.rate.mean_pass_bits * s->link->passes_per_block);
    }
    const kh_qkd_key block = {.block_s = rate->block_s};
    rate->epsilon = kh_epsilon_of(&kh_qkd_pass, s->device, &block, s->link->modules);
    double before_bps = rate->per_module_bps;
    apply_device(s->device, rate->loss_db, rate);
    for (size_t i = 0; i < year.n_passes && before_bps > 0.0; i++)
        year.passes[i].key_bits *= rate->per_module_bps / before_bps;
    rate->passes = year.passes;
    rate->n_passes = rate->per_module_bps > 0.0 ? year.n_passes : 0;
    return KH_OK;
}

static kh_status rate_of(const kh_net *net, const subject *s, kh_qkd_rate *rate, kh_error *err)
{
    kh_qkd_rate result = {
        .qber = s->link->measured_qber,
        .qber_measured = !isnan(s->link->measured_qber),
        .loss_db = s->channel.loss_db,
        .length_km = s->channel.length_km,
        .ceiling_bps = INFINITY,
        .repeater_ceiling_bps = INFINITY,
        .sifted_rate_bps = NAN,
        .limit = KH_LIMIT_NO_MODEL,
        .epsilon = kh_epsilon_unknown(),
        .effects = EFFECTS_UNKNOWN,
        .change = {.factor = 1.0},
        .on_share = 1.0,
    };
    if (s->has_fibres && s->protocol != NULL) {
        result.ceiling_bps = pulses_hz(s->device) * kh_qkd_ceiling(s->protocol, s->channel.arms_db[0], s->channel.arms_db[1]);
        result.repeater_ceiling_bps = pulses_hz(s->device) * kh_bound_single_repeater(s->channel.loss_db);
    }
    if (!isnan(s->link->measured_key_rate_bps))
        KH_TRY(take_measured(s, &result, err));
    else if (s->has_fibres && s->protocol != NULL)
        KH_TRY(compute(s, &result, err));
    else if (kh_satellite_has_model(net, s->link))
        KH_TRY(compute_satellite(net, s, &result, err));
    /* no way over one station beats this; the bound of the protocol itself, which is lower, was asserted where the rate was made */
    if (!(result.per_module_bps <= result.repeater_ceiling_bps * (1.0 + 1e-9)))
        return kh_fail(err, KH_EINTERNAL, "the key rate is %g bit/s, above the single-repeater bound of %g bit/s at %g dB",
                       result.per_module_bps, result.repeater_ceiling_bps, s->channel.loss_db);
    if (s->link->modules == 0.0)
        result.limit = KH_LIMIT_NO_MODULE;
    result.key_rate_bps = result.per_module_bps * s->link->modules;
    *rate = result;
    return KH_OK;
}

/* what only depends on the key of the memo comes from there */
static kh_status rate_once(const kh_net *net, const subject *s, kh_qkd_memo *memo, kh_qkd_rate *rate, kh_error *err)
{
    bool is_alike = memo != NULL && s->has_fibres && s->protocol != NULL && isnan(s->link->measured_key_rate_bps) &&
                    isnan(s->link->measured_qber);
    if (!is_alike)
        return rate_of(net, s, rate, err);
    const kh_qkd_memo_key key = {s->channel, s->link->modules, s->link->device.i, (uint32_t)s->protocol->protocol};
    const kh_qkd_rate *known = kh_qkd_memo_find(memo, &key);
    if (known != NULL) {
        *rate = *known;
        return KH_OK;
    }
    KH_TRY(rate_of(net, s, rate, err));
    kh_qkd_memo_add(memo, &key, rate);
    return KH_OK;
}

/* the mean over the time; what is no rate comes from the slot with the largest share */
static kh_qkd_rate mean_of(const kh_net *net, const kh_qkd_rate *each)
{
    size_t longest = 0;
    double key_bps = 0.0, module_bps = 0.0, sifted_bps = 0.0, qber = 0.0;
    for (size_t i = 0; i < net->n_time_slots; i++) {
        double share = net->time_slots[i].share;
        longest = share > net->time_slots[longest].share ? i : longest;
        key_bps += share * each[i].key_rate_bps;
        module_bps += share * each[i].per_module_bps;
        sifted_bps += share * each[i].sifted_rate_bps;
        qber += share * each[i].qber;
    }
    kh_qkd_rate mean = each[longest];
    mean.key_rate_bps = key_bps;
    mean.per_module_bps = module_bps;
    mean.sifted_rate_bps = sifted_bps;
    mean.qber = qber;
    return mean;
}

/* a link works only part of the time: so much less of all that takes time */
static void apply_on_share(double share, kh_qkd_rate *rate, kh_slot_rate *slots, size_t n_slots)
{
    rate->on_share = share;
    if (share == 1.0)
        return;
    rate->key_rate_bps *= share;
    rate->per_module_bps *= share;
    rate->sifted_rate_bps *= share;
    rate->block_s /= share;
    rate->epsilon.blocks_per_year *= share;
    if (!isnan(rate->epsilon.block))
        rate->epsilon.year = fmin(1.0, rate->epsilon.block * rate->epsilon.blocks_per_year);
    for (size_t i = 0; i < n_slots && slots != NULL; i++)
        slots[i].key_rate_bps *= share;
}

/* while it works */
static kh_status rate_in_slots(const kh_net *net, kh_qkd_link_id link, kh_slot_rate *slots, kh_qkd_memo *memo, kh_qkd_rate *rate,
                               kh_error *err)
{
    kh_qkd_rate *each = calloc(net->n_time_slots, sizeof *each);
    if (each == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for the rates of a link");
    subject s = {0};
    kh_status status = KH_OK;
    for (size_t i = 0; i < net->n_time_slots && status == KH_OK; i++) {
        subject before = s;
        status = find_subject(net, link, &net->time_slots[i], &s, err);
        s.arena = kh_qkd_memo_arena(memo);
        bool unchanged =
            i > 0 && memcmp(&before.channel, &s.channel, sizeof s.channel) == 0; /* most links do not feel the weather */
        if (status == KH_OK && unchanged)
            each[i] = each[i - 1];
        else if (status == KH_OK)
            status = rate_once(net, &s, memo, &each[i], err);
    }
    for (size_t i = 0; i < net->n_time_slots && status == KH_OK && slots != NULL; i++)
        slots[i] = (kh_slot_rate){each[i].key_rate_bps, each[i].qber};
    if (status == KH_OK)
        *rate = mean_of(net, each);
    free(each);
    return status;
}

static kh_status rate_at_all_times(const kh_net *net, kh_qkd_link_id link, kh_qkd_memo *memo, kh_qkd_rate *rate, kh_error *err)
{
    subject s = {0};
    KH_TRY(find_subject(net, link, NULL, &s, err));
    s.arena = kh_qkd_memo_arena(memo);
    return rate_once(net, &s, memo, rate, err);
}

kh_status kh_qkd_link_rate_slots(const kh_net *net, kh_qkd_link_id link, kh_slot_rate *slots, kh_qkd_memo *memo, kh_qkd_rate *rate,
                                 kh_error *err)
{
    KH_TRY(net->n_time_slots == 0 ? rate_at_all_times(net, link, memo, rate, err)
                                  : rate_in_slots(net, link, slots, memo, rate, err));
    apply_on_share(kh_net_on_share(net, link), rate, slots, net->n_time_slots);
    return KH_OK;
}

kh_status kh_qkd_link_rate(const kh_net *net, kh_qkd_link_id link, kh_qkd_rate *rate, kh_error *err)
{
    return kh_qkd_link_rate_slots(net, link, NULL, NULL, rate, err);
}
