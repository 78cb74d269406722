/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/link_channel.h"

#include "models/fibre/attenuation.h"
#include "models/fibre/fibre.h"
#include "models/noise/coexist.h"

#include <math.h>

static double turned_by_wind(const kh_net *net, const kh_qkd_link *link, const kh_time_slot *slot)
{
    double variance = 0.0;
    for (size_t i = 0; i < link->n_via && slot != NULL; i++) {
        const kh_fibre *fibre = &net->fibres[link->via[i].i];
        double per_km = fibre->sway_rad_per_m_s * slot->wind_m_s;
        variance += per_km * per_km * fibre->aerial_km;
    }
    return -0.5 * expm1(-2.0 * variance);
}

enum { SCRATCH_LIMIT = 16 << 20 };

static const double HALF = 0.5; /* of what is lost outside of the fibres stands before the receiver */

/* Where the source inside the chain stands: the fibre, and how far from its first end. */
typedef struct source_place {
    size_t fibre;
    double from_first_km;
} source_place;

/* @param share  of the loss of the fibres that lies before the source */
static kh_status find_source(const kh_net *net, const kh_qkd_link *link, double share, source_place *place, kh_error *err)
{
    kh_fibre_chain chain = {.via = link->via, .n_via = link->n_via, .wavelength_nm = link->wavelength_nm};
    double left_db;
    KH_TRY(kh_fibre_chain_loss(net, &chain, &left_db, err));
    left_db *= share;
    *place = (source_place){0};
    for (size_t i = 0; i < link->n_via; i++) {
        const kh_fibre *fibre = &net->fibres[link->via[i].i];
        double loss_db;
        KH_TRY(kh_fibre_loss_at(net, fibre, link->wavelength_nm, &loss_db, err));
        double inside = loss_db > 0.0 ? fmin(1.0, left_db / loss_db) : 0.0;
        *place = (source_place){i, inside * fibre->length_km};
        if (inside < 1.0)
            break;
        left_db -= loss_db;
    }
    return KH_OK;
}

/* What finds the light of others for one link. */
typedef struct finder {
    const kh_net *net;
    const kh_qkd_link *link;
    const kh_coexist_lines *lines;
    kh_qkd_channel *channel;
} finder;

static kh_status add_station(const finder *f, kh_error *err)
{
    size_t n_first;
    KH_TRY(kh_fibre_count_to_station(f->net, f->link, &n_first, err));
    double behind_db = HALF * HALF * f->link->extra_loss_db; /* the arms share it */
    const kh_coexist_path first = {.end = n_first, .behind_db = behind_db};
    const kh_coexist_path second = {.begin = n_first, .end = f->link->n_via, .backward = true, .behind_db = behind_db};
    KH_TRY(kh_coexist_add(f->net, f->link, f->lines, &first, &f->channel->stray[1], err));
    return kh_coexist_add(f->net, f->link, f->lines, &second, &f->channel->stray[1], err);
}

static kh_status add_source(const finder *f, kh_error *err)
{
    double share_a = f->channel->loss_db > 0.0 ? f->channel->arms_db[0] / f->channel->loss_db : 0.0;
    double behind_db = HALF * f->link->extra_loss_db;
    source_place place;
    KH_TRY(find_source(f->net, f->link, share_a, &place, err));
    if (share_a > 0.0) {
        double length_km = f->net->fibres[f->link->via[place.fibre].i].length_km;
        const kh_coexist_path to_a = {
            .end = place.fibre + 1, .backward = true, .skip_km = length_km - place.from_first_km, .behind_db = share_a * behind_db};
        KH_TRY(kh_coexist_add(f->net, f->link, f->lines, &to_a, &f->channel->stray[0], err));
    }
    if (share_a < 1.0) {
        const kh_coexist_path to_b = {
            .begin = place.fibre, .end = f->link->n_via, .skip_km = place.from_first_km, .behind_db = (1.0 - share_a) * behind_db};
        KH_TRY(kh_coexist_add(f->net, f->link, f->lines, &to_b, &f->channel->stray[1], err));
    }
    return KH_OK;
}

kh_status kh_link_channel_light(const kh_net *net, const kh_qkd_link *link, const kh_qkd_protocol *protocol,
                                const kh_coexist_lines *lines, kh_qkd_channel *channel, kh_error *err)
{
    kh_qkd_channel lit = *channel;
    lit.stray[0] = lit.stray[1] = (kh_stray_light){0};
    const finder f = {.net = net, .link = link, .lines = lines, .channel = &lit};
    KH_TRY(kh_coexist_check(link, lines, err));
    KH_TRY(protocol->is_relayed ? add_station(&f, err) : add_source(&f, err));
    *channel = lit;
    return KH_OK;
}

kh_status kh_link_channel_dark(const kh_net *net, const kh_qkd_link *link, const kh_qkd_protocol *protocol,
                               const kh_time_slot *slot, kh_qkd_channel *channel, kh_error *err)
{
    if (!(link->noise_per_gate >= 0.0 && link->noise_per_gate < 1.0))
        return kh_fail(err, KH_ERANGE, "noise_per_gate is %g, must be in [0, 1)", link->noise_per_gate);
    const kh_fibre_chain chain = {
        .via = link->via, .n_via = link->n_via, .extra_loss_db = link->extra_loss_db, .wavelength_nm = link->wavelength_nm};
    double loss_db;
    KH_TRY(kh_fibre_chain_loss(net, &chain, &loss_db, err));
    kh_qkd_channel found = kh_qkd_channel_dark(protocol, loss_db, link->source_at);
    if (protocol->is_relayed)
        KH_TRY(kh_fibre_arms(net, link, found.arms_db, err));
    found.length_km = kh_net_chain_length_km(net, link->via, link->n_via);
    found.noise_per_gate = link->noise_per_gate;
    found.misalignment = turned_by_wind(net, link, slot);
    *channel = found;
    return KH_OK;
}

/* What stands beside the link, for as long as its channel is found. */
static kh_status light_up(const kh_net *net, const kh_qkd_link *link, const kh_qkd_protocol *protocol, const kh_time_slot *slot,
                          kh_qkd_channel *channel, kh_error *err)
{
    kh_arena *scratch = kh_arena_create(SCRATCH_LIMIT);
    if (scratch == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for the light beside a link");
    kh_coexist_lines lines;
    kh_status status = kh_coexist_lines_make(net, link, scratch, &lines, err);
    if (status == KH_OK) {
        lines.temperature_c = slot == NULL ? (double)NAN : slot->temperature_c;
        status = kh_link_channel_light(net, link, protocol, &lines, channel, err);
    }
    kh_arena_destroy(scratch);
    return status;
}

kh_status kh_link_channel_find(const kh_net *net, const kh_qkd_link *link, const kh_qkd_protocol *protocol,
                               const kh_time_slot *slot, kh_qkd_channel *channel, kh_error *err)
{
    kh_qkd_channel found;
    KH_TRY(kh_link_channel_dark(net, link, protocol, slot, &found, err));
    if (link->n_beside > 0)
        KH_TRY(light_up(net, link, protocol, slot, &found, err));
    *channel = found;
    return KH_OK;
}
