/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/light_table.h"

#include "core/base/units.h"
#include "models/link_channel.h"
#include "models/optical/optical.h"

#include <math.h>

static const double C_BAND_NM[] = {1530.0, 1565.0}, O_BAND_NM[] = {1260.0, 1360.0};
static const double O_STEP_THZ = 1.0, SAME_LOSS_DB = 0.1;
static const double SHIFTS_DB[] = {-9, -6, -3, 0};
/* Of the noise at which the channel of least loss has no key: where its curve bends. */
static const double POINTS[] = {0,    3e-4, 1e-3, 3e-3, 0.006, 0.01, 0.015, 0.022, 0.03, 0.04, 0.055, 0.07,
                                0.09, 0.11, 0.13, 0.15, 0.18,  0.21, 0.25,  0.3,   0.4,  0.6,  0.8,   1};
enum { N_SHIFTS = sizeof SHIFTS_DB / sizeof *SHIFTS_DB, N_POINTS = sizeof POINTS / sizeof *POINTS, MOST_CHANNELS = 400 };

typedef struct maker {
    const kh_net *net;
    kh_qkd_link link; /* a copy, moved to each wavelength */
    const kh_device *device;
    const kh_qkd_protocol *protocol;
    kh_coexist_lines lines;
    kh_arena *arena, *scratch;
    kh_light_table *table;
    kh_qkd_channel *dark; /* [n_channels] */
    double spacing_hz;
    kh_error *err;
} maker;

bool kh_light_table_applies(const kh_net *net, const kh_qkd_link *link)
{
    return link->n_via > 0 && link->n_beside == 1 && link->device.i < net->n_devices &&
           kh_qkd_protocol_of(link->protocol) != NULL && isnan(link->measured_key_rate_bps);
}

static double thz_of_nm(double wavelength_nm)
{
    return KH_LIGHT_M_PER_S / wavelength_nm * 1e-3;
}

/* --- channels --- */

/* The grid goes through the line's first channel; @p thz NULL: only counted. */
static size_t list_channels(const maker *m, double *thz)
{
    const kh_optical_comb *comb = &m->lines.lights[0].comb;
    double spacing_thz = m->spacing_hz * 1e-12, anchor_thz = comb->freq_hz[0] * 1e-12;
    double low = fmin(thz_of_nm(C_BAND_NM[1]), anchor_thz);
    double high = fmax(thz_of_nm(C_BAND_NM[0]), comb->freq_hz[comb->n - 1] * 1e-12);
    double first = anchor_thz - floor((anchor_thz - low) / spacing_thz + 1e-9) * spacing_thz;
    size_t n = 0;
    for (; n < MOST_CHANNELS && first + (double)n * spacing_thz <= high + 1e-6; n++)
        if (thz != NULL)
            thz[n] = first + (double)n * spacing_thz;
    for (double f = ceil(thz_of_nm(O_BAND_NM[1])); f <= thz_of_nm(O_BAND_NM[0]) && n < MOST_CHANNELS; f += O_STEP_THZ, n++)
        if (thz != NULL)
            thz[n] = f;
    return n;
}

static bool is_lit(const kh_optical_comb *comb, double thz)
{
    for (size_t i = 0; i < comb->n; i++)
        if (fabs(comb->freq_hz[i] * 1e-12 - thz) < 1e-4)
            return true;
    return false;
}

static kh_status make_channels(maker *m)
{
    kh_light_table *t = m->table;
    const kh_optical_comb *comb = &m->lines.lights[0].comb;
    size_t n = list_channels(m, NULL);
    t->n_channels = n;
    t->freq_thz = KH_NEW(m->arena, double, n);
    t->may_quantum = KH_NEW(m->arena, bool, n);
    t->may_classical = KH_NEW(m->arena, bool, n);
    t->is_lit = KH_NEW(m->arena, bool, n);
    t->noise = KH_NEW(m->arena, double, n *n);
    t->noise_at = KH_NEW(m->arena, double, N_POINTS);
    t->rate_bps = KH_NEW(m->arena, double, n *N_POINTS);
    t->levels = KH_NEW(m->arena, kh_light_level, N_SHIFTS);
    m->dark = KH_NEW(m->scratch, kh_qkd_channel, n);
    if (t->freq_thz == NULL || t->may_quantum == NULL || t->may_classical == NULL || t->is_lit == NULL || t->noise == NULL ||
        t->noise_at == NULL || t->rate_bps == NULL || t->levels == NULL || m->dark == NULL)
        return kh_fail(m->err, KH_ENOMEM, "no memory for a table of %zu channels", n);
    list_channels(m, t->freq_thz);
    double reach_hz = 0.5 * (comb->slot_hz[0] + m->link.filter.bandwidth_ghz * 1e9);
    t->guard = (size_t)fmax(0, ceil(reach_hz / m->spacing_hz - 1e-9) - 1);
    for (size_t i = 0; i < n; i++) {
        t->may_quantum[i] = true;
        t->may_classical[i] = t->freq_thz[i] < thz_of_nm(O_BAND_NM[1]) - 1;
        t->is_lit[i] = is_lit(comb, t->freq_thz[i]);
    }
    return KH_OK;
}

/* --- noise --- */

static double photons_of(const kh_qkd_channel *channel)
{
    const kh_stray_light *s = channel->stray;
    return fmax(s[0].raman_hz + s[0].leakage_hz, s[1].raman_hz + s[1].leakage_hz);
}

static bool is_near(const kh_light_table *t, size_t a, size_t b)
{
    return (a > b ? a - b : b - a) <= t->guard;
}

/* One classical channel at a time, with the power of the line's first one. */
static kh_status fill_noise(maker *m)
{
    kh_light_table *t = m->table;
    kh_line_light light = m->lines.lights[0];
    double freq_hz;
    light.comb = (kh_optical_comb){1, &freq_hz, light.comb.baud_hz, light.comb.slot_hz, light.comb.launch_w, light.comb.offset_db};
    const kh_coexist_lines one = {&light, 1, m->lines.temperature_c};
    for (size_t q = 0; q < t->n_channels; q++) {
        m->link.wavelength_nm = KH_LIGHT_M_PER_S / t->freq_thz[q] * 1e-3;
        KH_TRY(kh_link_channel_dark(m->net, &m->link, m->protocol, NULL, &m->dark[q], m->err));
        for (size_t v = 0; v < t->n_channels; v++) {
            kh_qkd_channel lit = m->dark[q];
            freq_hz = t->freq_thz[v] * 1e12;
            if (!t->may_classical[v] || is_near(t, q, v))
                continue;
            KH_TRY(kh_link_channel_light(m->net, &m->link, m->protocol, &one, &lit, m->err));
            t->noise[q * t->n_channels + v] = photons_of(&lit);
        }
    }
    return KH_OK;
}

/* --- rates --- */

static kh_status rate_of(const maker *m, const kh_qkd_channel *channel, double *rate_bps)
{
    kh_qkd_system system = kh_qkd_system_of(m->protocol, m->device, channel);
    kh_qkd_key key;
    KH_TRY(kh_qkd_compute(m->protocol, &system, &key, m->err));
    *rate_bps = channel->loss_db > m->device->max_loss_db ? 0.0 : fmin(key.rate_bps, m->device->max_key_rate_bps);
    return KH_OK;
}

static kh_status rate_with(const maker *m, size_t q, double photons_hz, double *rate_bps)
{
    kh_qkd_channel channel = m->dark[q];
    for (int i = 0; i < 2; i++)
        channel.stray[i] = (kh_stray_light){.raman_hz = photons_hz, .bandwidth_hz = m->link.filter.bandwidth_ghz * 1e9};
    return rate_of(m, &channel, rate_bps);
}

/* Bisection in powers of the noise that leaves nothing, at the channel of least loss. */
static kh_status find_scale(maker *m)
{
    size_t best = 0;
    double low = 1e-3, high = 1e12, rate_bps;
    for (size_t q = 1; q < m->table->n_channels; q++)
        if (m->dark[q].loss_db < m->dark[best].loss_db)
            best = q;
    while (high > low * 1.05) {
        double middle = sqrt(low * high);
        KH_TRY(rate_with(m, best, middle, &rate_bps));
        *(rate_bps > 0 ? &low : &high) = middle;
    }
    for (size_t i = 0; i < N_POINTS; i++)
        m->table->noise_at[i] = POINTS[i] * high;
    m->table->n_points = N_POINTS;
    return KH_OK;
}

/* Channels whose loss is the same to a hair have one curve. Searches of the best parameters may end a little lower at less noise.
 */
static kh_status fill_rates(maker *m)
{
    kh_light_table *t = m->table;
    KH_TRY(find_scale(m));
    for (size_t q = 0; q < t->n_channels; q++) {
        double *rate = &t->rate_bps[q * N_POINTS];
        size_t twin = 0;
        while (twin < q && fabs(m->dark[twin].loss_db - m->dark[q].loss_db) >= SAME_LOSS_DB)
            twin++;
        for (size_t i = 0; i < N_POINTS; i++)
            if (twin < q)
                rate[i] = t->rate_bps[twin * N_POINTS + i];
            else
                KH_TRY(rate_with(m, q, t->noise_at[i], &rate[i]));
        for (size_t i = N_POINTS - 1; i-- > 0;)
            rate[i] = fmax(rate[i], rate[i + 1]);
    }
    return KH_OK;
}

/* --- levels --- */

static kh_status fill_levels(maker *m)
{
    kh_light_table *t = m->table;
    uint32_t line = m->link.beside[0].i;
    kh_net net = *m->net;
    net.line_systems = KH_NEW(m->scratch, kh_line_system, net.n_line_systems);
    if (net.line_systems == NULL)
        return kh_fail(m->err, KH_ENOMEM, "no memory for %zu line systems", net.n_line_systems);
    for (size_t i = 0; i < N_SHIFTS; i++) {
        kh_line_rate rate;
        for (size_t l = 0; l < net.n_line_systems; l++)
            net.line_systems[l] = m->net->line_systems[l];
        net.line_systems[line].launch_dbm += SHIFTS_DB[i];
        KH_TRY(kh_optical_line(&net, (kh_line_id){line}, m->scratch, &rate, m->err));
        if (rate.capacity_gbps > 0 && rate.channels > 0)
            t->levels[t->n_levels++] =
                (kh_light_level){SHIFTS_DB[i], kh_linear_from_db(SHIFTS_DB[i]), rate.capacity_gbps / rate.channels};
    }
    return KH_OK;
}

static kh_status start(maker *m, const kh_net *net, kh_qkd_link_id id, kh_error *err)
{
    const kh_qkd_link *link = &net->qkd_links[id.i];
    if (!kh_light_table_applies(net, link))
        return kh_fail(err, KH_ERANGE, "link '%s': needs fibres, a device, one line system beside it, and no measured rate",
                       link->id);
    *m = (maker){.net = net,
                 .link = *link,
                 .device = &net->devices[link->device.i],
                 .protocol = kh_qkd_protocol_of(link->protocol),
                 .arena = m->arena,
                 .scratch = m->scratch,
                 .table = m->table,
                 .err = err};
    KH_TRY(kh_coexist_lines_make(net, &m->link, m->scratch, &m->lines, err));
    const kh_optical_comb *comb = &m->lines.lights[0].comb;
    m->spacing_hz = comb->slot_hz[0];
    for (size_t i = 1; i < comb->n; i++)
        m->spacing_hz = fmin(m->spacing_hz, comb->freq_hz[i] - comb->freq_hz[i - 1]);
    return KH_OK;
}

static kh_status make(maker *m, const kh_net *net, kh_qkd_link_id id, kh_error *err)
{
    KH_TRY(start(m, net, id, err));
    KH_TRY(make_channels(m));
    KH_TRY(fill_noise(m));
    KH_TRY(fill_rates(m));
    return fill_levels(m);
}

kh_status kh_light_table_make(const kh_net *net, kh_qkd_link_id link, kh_arena *arena, kh_light_table *table, kh_error *err)
{
    kh_light_table made = {0};
    maker m = {.arena = arena, .scratch = kh_arena_create(0), .table = &made};
    kh_status status = m.scratch != NULL ? make(&m, net, link, err) : kh_fail(err, KH_ENOMEM, "no memory for a table of light");
    kh_arena_destroy(m.scratch);
    if (status == KH_OK)
        *table = made;
    return status;
}

static kh_status check(maker *m, const kh_light_choice *choice, double *rate_bps)
{
    const kh_light_table *t = m->table;
    kh_line_light light = m->lines.lights[0];
    size_t n = t->n_channels;
    kh_optical_comb comb = {.freq_hz = KH_NEW(m->scratch, double, n),
                            .baud_hz = KH_NEW(m->scratch, double, n),
                            .slot_hz = KH_NEW(m->scratch, double, n),
                            .launch_w = KH_NEW(m->scratch, double, n)};
    if (comb.freq_hz == NULL || comb.baud_hz == NULL || comb.slot_hz == NULL || comb.launch_w == NULL)
        return kh_fail(m->err, KH_ENOMEM, "no memory for %zu channels", n);
    for (size_t v = 0; v < n; v++) {
        if (!choice->classical[v])
            continue;
        comb.freq_hz[comb.n] = t->freq_thz[v] * 1e12;
        comb.baud_hz[comb.n] = light.comb.baud_hz[0];
        comb.slot_hz[comb.n] = light.comb.slot_hz[0];
        comb.launch_w[comb.n++] = light.comb.launch_w[0] * choice->power;
    }
    light.comb = comb;
    const kh_coexist_lines lines = {&light, comb.n > 0 ? 1 : 0, m->lines.temperature_c};
    kh_qkd_channel channel;
    m->link.wavelength_nm = KH_LIGHT_M_PER_S / t->freq_thz[choice->quantum] * 1e-3;
    KH_TRY(kh_link_channel_dark(m->net, &m->link, m->protocol, NULL, &channel, m->err));
    KH_TRY(kh_link_channel_light(m->net, &m->link, m->protocol, &lines, &channel, m->err));
    return rate_of(m, &channel, rate_bps);
}

kh_status kh_light_table_check(const kh_net *net, kh_qkd_link_id link, const kh_light_table *table, const kh_light_choice *choice,
                               double *rate_bps, kh_error *err)
{
    kh_light_table copy = *table;
    maker m = {.scratch = kh_arena_create(0), .table = &copy};
    if (m.scratch == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the light beside a link");
    kh_status status = start(&m, net, link, err);
    if (status == KH_OK)
        status = check(&m, choice, rate_bps);
    kh_arena_destroy(m.scratch);
    return status;
}
