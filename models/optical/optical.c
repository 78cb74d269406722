/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/optical/optical.h"

#include "core/base/units.h"
#include "models/optical/optical_elements.h"
#include "models/optical/optical_fibre.h"
#include "models/optical/optical_nli.h"
#include "models/optical/optical_range.h"
#include "models/optical/optical_state.h"

#include <math.h>

/* One run: the light, and what adds up beside it. */
typedef struct run {
    const kh_optical_comb *comb;
    kh_optical_physics physics;
    kh_optical_cache *cache;
    kh_optical_isrs *isrs; /* of the cache; NULL when not needed */
    kh_optical_state state;
    double *noise_w, *gain; /* [n] scratch */
    double *tilt;           /* [n] gain beyond the stated loss since the last amplifier that levels, or ROADM */
    kh_optical_channel *channels;
    double pmd_sq_ps2, pdl_sq_db2, latency_ms, length_km;
    double added_noise_01nm; /* 1/OSNR of transmitter, add and drop, in 0.1 nm */
} run;

static double inverse_from_db(double db)
{
    return db == (double)INFINITY ? 0.0 : kh_linear_from_db(-db);
}

/* Interference and, with Raman scattering, the gain over the fibre. */
static kh_status interfere(run *r, const kh_optical_fibre *fibre, kh_error *err)
{
    if (!r->physics.isrs)
        KH_TRY(kh_optical_nli_compute(r->cache, fibre, r->state.power_w, r->noise_w, err));
    if (r->isrs == NULL)
        return KH_OK;
    kh_optical_span span = {.fibre = fibre,
                            .power_w = r->state.power_w,
                            .raman = r->physics.raman,
                            .nli_w = r->physics.isrs ? r->noise_w : NULL,
                            .gain = r->gain};
    return kh_optical_isrs_compute(r->isrs, &span, err);
}

static void exchange(run *r)
{
    for (size_t i = 0; i < r->comb->n; i++) {
        r->state.power_w[i] *= r->gain[i];
        r->tilt[i] *= r->gain[i];
    }
}

static void forget_tilt(run *r)
{
    for (size_t i = 0; i < r->comb->n; i++)
        r->tilt[i] = 1.0;
}

static void level(run *r)
{
    for (size_t i = 0; i < r->comb->n; i++)
        r->state.power_w[i] /= r->tilt[i];
    forget_tilt(r);
}

static kh_status pass_fibre(run *r, const kh_optical_fibre *fibre, kh_error *err)
{
    KH_TRY(kh_optical_fibre_check(fibre, err));
    if (fibre->connector_in_db > 0.0)
        kh_optical_state_scale(&r->state, kh_linear_from_db(-fibre->connector_in_db));
    KH_TRY(interfere(r, fibre, err));
    kh_optical_state_add_nli(&r->state, r->noise_w);
    kh_optical_state_scale(&r->state, kh_linear_from_db(fibre->connector_in_db - kh_optical_fibre_loss_db(fibre)));
    if (r->isrs != NULL)
        exchange(r);
    for (size_t i = 0; i < r->comb->n; i++)
        r->channels[i].cd_ps_nm += kh_optical_fibre_cd_ps_nm(fibre, r->comb->freq_hz[i]);
    r->pmd_sq_ps2 += fibre->pmd_ps_sqrt_km * fibre->pmd_ps_sqrt_km * fibre->length_km;
    r->latency_ms += kh_optical_fibre_latency_ms(fibre);
    r->length_km += fibre->length_km;
    return KH_OK;
}

static kh_status pass_amplifier(run *r, const kh_optical_amplifier *amplifier, kh_error *err)
{
    KH_TRY(kh_optical_amplifier_check(amplifier, err));
    kh_optical_amplifier_apply(amplifier, r->comb, r->noise_w, &r->state);
    if (amplifier->levels && r->isrs != NULL)
        level(r);
    r->pmd_sq_ps2 += amplifier->pmd_ps * amplifier->pmd_ps;
    r->pdl_sq_db2 += amplifier->pdl_db * amplifier->pdl_db;
    return KH_OK;
}

static kh_status pass_roadm(run *r, const kh_optical_roadm *roadm, kh_error *err)
{
    KH_TRY(kh_optical_roadm_check(roadm, err));
    kh_optical_roadm_apply(roadm, r->comb, &r->state);
    forget_tilt(r);
    r->pmd_sq_ps2 += roadm->pmd_ps * roadm->pmd_ps;
    r->pdl_sq_db2 += roadm->pdl_db * roadm->pdl_db;
    if (roadm->role != KH_OPTICAL_EXPRESS) /* add and drop carry half of the stated noise each */
        r->added_noise_01nm += inverse_from_db(roadm->add_drop_osnr_db) / 2.0;
    else if (roadm->express_osnr_db > 0.0)
        r->added_noise_01nm += inverse_from_db(roadm->express_osnr_db);
    return KH_OK;
}

static kh_status pass_loss(run *r, double loss_db, kh_error *err)
{
    KH_TRY(kh_optical_range_check("loss in dB", loss_db, 0.0, 200.0, err));
    kh_optical_state_scale(&r->state, kh_linear_from_db(-loss_db));
    return KH_OK;
}

static kh_status pass_element(run *r, const kh_optical_element *element, kh_error *err)
{
    switch (element->kind) {
    case KH_OPTICAL_FIBRE:
        return pass_fibre(r, &element->fibre, err);
    case KH_OPTICAL_AMPLIFIER:
        return pass_amplifier(r, &element->amplifier, err);
    case KH_OPTICAL_ROADM:
        return pass_roadm(r, &element->roadm, err);
    case KH_OPTICAL_LOSS:
        return pass_loss(r, element->loss_db, err);
    }
    return kh_fail(err, KH_EINTERNAL, "unknown kind of element %d", (int)element->kind);
}

static double ratio_db(double signal, double noise)
{
    return noise > 0.0 ? kh_db_from_linear(signal / noise) : (double)INFINITY;
}

static void receive_channel(const run *r, size_t i)
{
    double bandwidth = r->comb->baud_hz[i] / KH_OPTICAL_B0_HZ; /* of the signal, in units of 0.1 nm */
    double signal = r->state.signal[i];
    double ase = r->state.ase[i] + signal * r->added_noise_01nm * bandwidth, nli = r->state.nli[i];
    kh_optical_channel *channel = &r->channels[i];
    channel->gsnr_db = ratio_db(signal, ase + nli);
    channel->osnr_db = ratio_db(signal, ase);
    channel->snr_nli_db = ratio_db(signal, nli);
    channel->gsnr_01nm_db = channel->gsnr_db + kh_db_from_linear(bandwidth);
    channel->osnr_01nm_db = channel->osnr_db + kh_db_from_linear(bandwidth);
    channel->rx_power_dbm = kh_dbm_from_watt(r->state.power_w[i]);
}

static size_t find_worst(const kh_optical_channel *channels, size_t n)
{
    size_t worst = 0;
    for (size_t i = 1; i < n; i++)
        if (channels[i].gsnr_01nm_db < channels[worst].gsnr_01nm_db)
            worst = i;
    return worst;
}

static kh_optical_physics resolve_physics(kh_optical_physics asked, const kh_optical_comb *comb)
{
    size_t last = comb->n - 1;
    double edges_hz = (comb->slot_hz[0] + comb->slot_hz[last]) / 2.0;
    bool wide = asked.by_width && comb->freq_hz[last] - comb->freq_hz[0] + edges_hz > KH_OPTICAL_WIDE_HZ;
    return (kh_optical_physics){.isrs = asked.isrs || wide, .raman = asked.raman || wide};
}

kh_optical_physics kh_optical_physics_of(kh_nli_model model)
{
    return (kh_optical_physics){
        .isrs = model == KH_NLI_ISRS_GN, .raman = model == KH_NLI_ISRS_GN, .by_width = model == KH_NLI_AUTO};
}

static kh_status start(run *r, kh_optical_physics asked, kh_arena *arena, kh_error *err)
{
    KH_TRY(kh_optical_comb_check(r->comb, err));
    size_t n = r->comb->n;
    double *room = KH_NEW(arena, double, 3 * n);
    r->channels = KH_NEW(arena, kh_optical_channel, n);
    if (r->cache == NULL)
        r->cache = kh_optical_cache_create(arena);
    if (r->channels == NULL || room == NULL || r->cache == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for %zu channels", n);
    r->noise_w = room;
    r->gain = room + n;
    r->tilt = room + 2 * n;
    forget_tilt(r);
    KH_TRY(kh_optical_cache_bind(r->cache, r->comb, err));
    r->physics = resolve_physics(asked, r->comb);
    if (r->physics.isrs || r->physics.raman)
        KH_TRY(kh_optical_cache_isrs(r->cache, r->comb, &r->isrs, err));
    return kh_optical_state_create(r->comb, arena, &r->state, err);
}

kh_status kh_optical_run(const kh_optical_chain *chain, const kh_optical_comb *comb, double tx_osnr_db, kh_optical_cache *cache,
                         kh_arena *arena, kh_optical_path *path, kh_error *err)
{
    run r = {.comb = comb, .cache = cache, .added_noise_01nm = inverse_from_db(tx_osnr_db)};
    KH_TRY(start(&r, chain->physics, arena, err));
    for (size_t i = 0; i < chain->n_elements; i++) {
        kh_status status = pass_element(&r, &chain->elements[i], err);
        if (status != KH_OK)
            return kh_while(err, status, "element %zu", i + 1);
    }
    for (size_t i = 0; i < comb->n; i++)
        receive_channel(&r, i);
    *path = (kh_optical_path){.channels = r.channels,
                              .n = comb->n,
                              .worst = find_worst(r.channels, comb->n),
                              .pmd_ps = sqrt(r.pmd_sq_ps2),
                              .pdl_db = sqrt(r.pdl_sq_db2),
                              .latency_ms = r.latency_ms,
                              .length_km = r.length_km,
                              .raman = r.physics.raman};
    return KH_OK;
}

static double add_noise_db(double ratio, double noise_01nm)
{
    double noise = inverse_from_db(ratio) + noise_01nm;
    return noise > 0.0 ? -kh_db_from_linear(noise) : (double)INFINITY;
}

void kh_optical_channel_add_tx(kh_optical_channel *channel, double baud_hz, double tx_osnr_db)
{
    double noise_01nm = inverse_from_db(tx_osnr_db), bandwidth_db = kh_db_from_linear(baud_hz / KH_OPTICAL_B0_HZ);
    channel->gsnr_01nm_db = add_noise_db(channel->gsnr_01nm_db, noise_01nm);
    channel->osnr_01nm_db = add_noise_db(channel->osnr_01nm_db, noise_01nm);
    channel->gsnr_db = channel->gsnr_01nm_db - bandwidth_db;
    channel->osnr_db = channel->osnr_01nm_db - bandwidth_db;
}

void kh_optical_path_add_tx(kh_optical_path *path, const kh_optical_comb *comb, double tx_osnr_db)
{
    for (size_t i = 0; i < path->n; i++)
        kh_optical_channel_add_tx(&path->channels[i], comb->baud_hz[i], tx_osnr_db);
    path->worst = find_worst(path->channels, path->n);
}

double kh_optical_channel_shannon_bps(const kh_optical_channel *channel, double baud_hz)
{
    return 2.0 * baud_hz * log2(1.0 + kh_linear_from_db(channel->gsnr_db));
}

double kh_optical_shannon_bps(const kh_optical_path *path, const kh_optical_comb *comb)
{
    double sum_bps = 0.0;
    for (size_t i = 0; i < path->n; i++)
        sum_bps += kh_optical_channel_shannon_bps(&path->channels[i], comb->baud_hz[i]);
    return sum_bps;
}
