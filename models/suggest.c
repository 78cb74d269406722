/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/suggest.h"

#include "core/base/arena.h"
#include "core/base/units.h"
#include "models/link_channel.h"

#include <math.h>

static const double GRID_ANCHOR_THZ = 193.1, GRID_THZ = 0.1;
static const double SHIFT_MOST_DB = 60.0, SHIFT_TOLERANCE_DB = 0.01;
enum { MOST_CANDIDATES = 512, SCRATCH_LIMIT = 16 << 20 };

static const struct {
    double low_nm, high_nm;
} bands[] = {{1260.0, 1360.0}, {1530.0, 1565.0}};

/* A wavelength with what a protocol meets there. */
typedef struct candidate {
    double wavelength_nm;
    kh_qkd_channel channel;
    double photons_a_hz, photons_b_hz; /* light of others */
} candidate;

typedef struct scanner {
    const kh_net *net;
    kh_qkd_link link; /* a copy, moved to each wavelength */
    const kh_device *device;
    const kh_qkd_protocol *protocol;
    kh_coexist_lines lines;
    candidate *candidates;
    size_t n;
    kh_error *err;
} scanner;

bool kh_suggest_applies(const kh_net *net, const kh_qkd_link *link)
{
    return link->n_via > 0 && link->n_beside > 0 && link->device.i < net->n_devices && kh_qkd_protocol_of(link->protocol) != NULL &&
           isnan(link->measured_key_rate_bps);
}

/* --- rates --- */

static double sum_of(const kh_stray_light *stray)
{
    return stray->raman_hz + stray->fwm_hz + stray->leakage_hz;
}

/* four-wave mixing takes three photons of that light */
static void scale(kh_stray_light *stray, double factor)
{
    stray->raman_hz *= factor;
    stray->fwm_hz *= factor * factor * factor;
    stray->leakage_hz *= factor;
}

/* Of all modules, with the light beside @p factor times as strong; the limits of the device count. */
static kh_status rate_of(const scanner *s, const candidate *c, double factor, double *rate_bps)
{
    kh_qkd_channel channel = c->channel;
    scale(&channel.stray[0], factor);
    scale(&channel.stray[1], factor);
    kh_qkd_system system = kh_qkd_system_of(s->protocol, s->device, &channel);
    kh_qkd_key key;
    KH_TRY(kh_qkd_compute(s->protocol, &system, &key, s->err));
    double one_bps = channel.loss_db > s->device->max_loss_db ? 0.0 : fmin(key.rate_bps, s->device->max_key_rate_bps);
    *rate_bps = one_bps * s->link.modules;
    return KH_OK;
}

/* --- wavelengths --- */

static kh_status find_candidate(scanner *s, double wavelength_nm, candidate *found)
{
    candidate made = {.wavelength_nm = wavelength_nm};
    s->link.wavelength_nm = wavelength_nm;
    KH_TRY(kh_link_channel_dark(s->net, &s->link, s->protocol, NULL, &made.channel, s->err));
    KH_TRY(kh_link_channel_light(s->net, &s->link, s->protocol, &s->lines, &made.channel, s->err));
    made.photons_a_hz = sum_of(&made.channel.stray[0]);
    made.photons_b_hz = sum_of(&made.channel.stray[1]);
    *found = made;
    return KH_OK;
}

static kh_status scan_band(scanner *s, double low_nm, double high_nm)
{
    double low_thz = KH_LIGHT_M_PER_S / high_nm * 1e-3, high_thz = KH_LIGHT_M_PER_S / low_nm * 1e-3;
    for (double n = ceil((low_thz - GRID_ANCHOR_THZ) / GRID_THZ); GRID_ANCHOR_THZ + n * GRID_THZ <= high_thz; n++) {
        s->link.wavelength_nm = KH_LIGHT_M_PER_S / (GRID_ANCHOR_THZ + n * GRID_THZ) * 1e-3;
        if (s->n == MOST_CANDIDATES || kh_coexist_clearance_hz(&s->link, &s->lines) < 0.0)
            continue;
        KH_TRY(find_candidate(s, s->link.wavelength_nm, &s->candidates[s->n]));
        s->n++;
    }
    return KH_OK;
}

/* No more loss and no more light of others anywhere, and less of one; of equals the first. */
static bool beats(const candidate *a, const candidate *b)
{
    const double loss_a = a->channel.loss_db, loss_b = b->channel.loss_db;
    bool no_worse = loss_a <= loss_b && a->photons_a_hz <= b->photons_a_hz && a->photons_b_hz <= b->photons_b_hz;
    bool better = loss_a < loss_b || a->photons_a_hz < b->photons_a_hz || a->photons_b_hz < b->photons_b_hz;
    return no_worse && (better || a < b);
}

static bool is_beaten(const scanner *s, const candidate *c)
{
    for (size_t i = 0; i < s->n; i++)
        if (beats(&s->candidates[i], c))
            return true;
    return false;
}

static bool is_quieter(const candidate *a, const candidate *b)
{
    return a->photons_a_hz + a->photons_b_hz < b->photons_a_hz + b->photons_b_hz;
}

/* The candidate of the largest rate; of equal ones, as where electronics limit or there is no key, that of least noise. */
static kh_status find_best(const scanner *s, const candidate **best, double *best_bps)
{
    *best = NULL;
    for (size_t i = 0; i < s->n; i++) {
        const candidate *c = &s->candidates[i];
        double rate_bps;
        if (is_beaten(s, c))
            continue;
        KH_TRY(rate_of(s, c, 1.0, &rate_bps));
        if (*best == NULL || rate_bps > *best_bps || (rate_bps == *best_bps && is_quieter(c, *best))) {
            *best = c;
            *best_bps = rate_bps;
        }
    }
    return KH_OK;
}

/* --- power --- */

static kh_status rate_at_shift(const scanner *s, const candidate *best, double shift_db, double *rate_bps)
{
    return rate_of(s, best, kh_linear_from_db(shift_db), rate_bps);
}

/* Bisection: the rate has steps and flat parts, which faster methods do not like. */
static kh_status find_shift(const scanner *s, const candidate *best, double wanted_bps, double *shift_db)
{
    double low_db = -SHIFT_MOST_DB, high_db = SHIFT_MOST_DB, rate_bps;
    KH_TRY(rate_at_shift(s, best, high_db, &rate_bps));
    if (rate_bps >= wanted_bps) {
        *shift_db = (double)INFINITY;
        return KH_OK;
    }
    KH_TRY(rate_at_shift(s, best, low_db, &rate_bps));
    if (rate_bps < wanted_bps) {
        *shift_db = (double)NAN;
        return KH_OK;
    }
    while (high_db - low_db > SHIFT_TOLERANCE_DB) {
        double middle_db = 0.5 * (low_db + high_db);
        KH_TRY(rate_at_shift(s, best, middle_db, &rate_bps));
        *(rate_bps >= wanted_bps ? &low_db : &high_db) = middle_db;
    }
    *shift_db = low_db;
    return KH_OK;
}

static double strongest_dbm(const kh_coexist_lines *lines)
{
    double most_w = 0.0;
    for (size_t l = 0; l < lines->n; l++)
        for (size_t i = 0; i < lines->lights[l].comb.n; i++)
            most_w = fmax(most_w, lines->lights[l].comb.launch_w[i]);
    return kh_dbm_from_watt(most_w);
}

/* --- together --- */

static kh_status find_now(scanner *s, double wavelength_nm, double *now_bps)
{
    candidate now;
    s->link.wavelength_nm = wavelength_nm;
    *now_bps = 0.0;
    if (kh_coexist_clearance_hz(&s->link, &s->lines) < 0.0)
        return KH_OK;
    KH_TRY(find_candidate(s, wavelength_nm, &now));
    return rate_of(s, &now, 1.0, now_bps);
}

static kh_status suggest(scanner *s, double wanted_bps, kh_suggestion *out)
{
    kh_suggestion made = {
        .wavelength_nm = (double)NAN, .wanted_bps = wanted_bps, .power_shift_db = (double)NAN, .launch_dbm = (double)NAN};
    KH_TRY(find_now(s, s->link.wavelength_nm, &made.now_rate_bps));
    for (size_t b = 0; b < sizeof bands / sizeof bands[0]; b++)
        KH_TRY(scan_band(s, bands[b].low_nm, bands[b].high_nm));
    const candidate *best;
    KH_TRY(find_best(s, &best, &made.key_rate_bps));
    if (best != NULL) {
        made.wavelength_nm = best->wavelength_nm;
        KH_TRY(rate_of(s, best, 0.0, &made.dark_rate_bps));
        if (isnan(wanted_bps))
            made.wanted_bps = KH_SUGGEST_WANTED_SHARE * made.dark_rate_bps;
        if (made.wanted_bps > 0.0)
            KH_TRY(find_shift(s, best, made.wanted_bps, &made.power_shift_db));
        made.launch_dbm = strongest_dbm(&s->lines) + made.power_shift_db;
    }
    *out = made;
    return KH_OK;
}

static kh_status prepare(scanner *s, kh_arena *scratch)
{
    s->candidates = KH_NEW(scratch, candidate, MOST_CANDIDATES);
    if (s->candidates == NULL)
        return kh_fail(s->err, KH_ENOMEM, "out of memory for a search of wavelengths");
    return kh_coexist_lines_make(s->net, &s->link, scratch, &s->lines, s->err);
}

kh_status kh_suggest_wavelength(const kh_net *net, kh_qkd_link_id id, double wanted_bps, kh_suggestion *suggestion, kh_error *err)
{
    const kh_qkd_link *link = &net->qkd_links[id.i];
    if (!kh_suggest_applies(net, link))
        return kh_fail(err, KH_ERANGE, "link '%s' has no light beside it, or no device", link->id);
    scanner s = {.net = net,
                 .link = *link,
                 .device = &net->devices[link->device.i],
                 .protocol = kh_qkd_protocol_of(link->protocol),
                 .err = err};
    kh_arena *scratch = kh_arena_create(SCRATCH_LIMIT);
    kh_status status =
        scratch == NULL ? kh_fail(err, KH_ENOMEM, "out of memory for a search of wavelengths") : prepare(&s, scratch);
    if (status == KH_OK)
        status = suggest(&s, wanted_bps, suggestion);
    kh_arena_destroy(scratch);
    return status;
}
