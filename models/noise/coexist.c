/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/noise/coexist.h"

#include "core/base/units.h"
#include "models/fibre/attenuation.h"
#include "models/fibre/fwm.h"
#include "models/fibre/raman.h"
#include "models/noise/receiver_filter.h"
#include "models/optical/optical_fibre.h"

#include <math.h>

static const double BACKSCATTER_DB = 32.0; /* of a long fibre: Rayleigh scattering that the core guides back */
static const double KELVIN_AT_0_C = 273.15;
static const double STANDARD_AREA_UM2 = 83.0, STANDARD_DISPERSION_PS_NM_KM = 16.7; /* of fibres without a type */

/* One fibre on the way of the quantum light. */
typedef struct stretch {
    const kh_fibre *fibre;
    const kh_fibre_type *type; /* NULL: standard fibre */
    kh_fibre_id id;
    kh_node_id near, far; /* where the quantum light comes in and goes out */
    double skip_km;       /* it starts that far inside */
    double length_km;     /* that it passes */
    double connector_db;  /* at one end */
    double temperature_k;
    double quantum_loss_per_km;
    double after; /* share of the light leaving the fibre that reaches the receiver */
} stretch;

/* What one receiver sees. */
typedef struct receiver {
    const kh_net *net;
    const kh_qkd_link *link;
    const kh_coexist_lines *lines;
    double quantum_hz, band_hz;
    bool sees_with, sees_against; /* light with the quantum light, and against it */
    double raman_w, fwm_w, leakage_w;
} receiver;

/* --- fibres --- */

static double connector_db(const kh_fibre *fibre)
{
    return fibre->loss_is_given || isnan(fibre->connector_loss_db) ? 0.0 : 0.5 * fibre->connector_loss_db;
}

/* of the glass itself, as a natural logarithm of power */
static double loss_per_km(const stretch *s, double freq_hz)
{
    double wavelength_nm = KH_LIGHT_M_PER_S / freq_hz * 1e9;
    double glass_db_km = (s->fibre->loss_db - 2.0 * s->connector_db) / s->fibre->length_km;
    return KH_LN10_PER_10 * fmax(0.0, glass_db_km + kh_attenuation_above_1550_db_km(s->type, wavelength_nm));
}

static double area_um2(const stretch *s)
{
    return s->type == NULL ? STANDARD_AREA_UM2 : s->type->effective_area_um2;
}

/* --- what one fibre adds --- */

static void add_raman(receiver *r, const stretch *s, double light_hz, double with_w, double against_w)
{
    const kh_raman_pair pair = {
        .light_hz = light_hz, .quantum_hz = r->quantum_hz, .temperature_k = s->temperature_k, .area_um2 = area_um2(s)};
    const kh_raman_fibre fibre = {
        .length_km = s->length_km, .light_loss_per_km = loss_per_km(s, light_hz), .quantum_loss_per_km = s->quantum_loss_per_km};
    double scale = s->type == NULL ? 1.0 : s->type->raman_scale;
    double band_nm = r->band_hz * KH_LIGHT_M_PER_S / (r->quantum_hz * r->quantum_hz) * 1e9;
    double at_start_w = with_w * exp(-fibre.light_loss_per_km * s->skip_km);
    r->raman_w += scale * kh_raman_coefficient_per_km_nm(&pair) * band_nm * s->after *
                  (at_start_w * kh_raman_forward_km(&fibre) + against_w * kh_raman_backward_km(&fibre));
}

static kh_fwm_fibre fwm_fibre_of(const stretch *s, double quantum_hz)
{
    const kh_optical_fibre glass = {.dispersion_ps_nm_km =
                                        s->type == NULL ? STANDARD_DISPERSION_PS_NM_KM : s->type->dispersion_ps_nm_km,
                                    .slope_ps_nm2_km = s->type == NULL ? 0.0 : s->type->dispersion_slope_ps_nm2_km,
                                    .effective_area_um2 = area_um2(s)};
    double wavelength_m = KH_LIGHT_M_PER_S / quantum_hz;
    double dispersion_s_m2 =
        -2.0 * KH_PI * KH_LIGHT_M_PER_S / (wavelength_m * wavelength_m) * kh_optical_fibre_beta2_s2_m(&glass, quantum_hz);
    return (kh_fwm_fibre){.length_km = s->length_km,
                          .loss_per_km = fmax(s->quantum_loss_per_km, 1e-6),
                          .gamma_per_w_km = 1e3 * kh_optical_fibre_gamma_per_w_m(&glass, quantum_hz),
                          .dispersion_ps_nm_km = dispersion_s_m2 * 1e6,
                          .slope_ps_nm2_km = glass.slope_ps_nm2_km};
}

/* @param with  share of the launch power where the light comes in */
static void add_mixing(receiver *r, const stretch *s, const kh_optical_comb *comb, double with)
{
    const kh_fwm_fibre fibre = fwm_fibre_of(s, r->quantum_hz);
    const kh_fwm_comb launched = {.n = comb->n, .freq_hz = comb->freq_hz, .width_hz = comb->baud_hz, .power_w = comb->launch_w};
    const kh_fwm_band band = {.centre_hz = r->quantum_hz, .width_hz = r->band_hz};
    double at_start = with * exp(-fibre.loss_per_km * s->skip_km);
    r->fwm_w += kh_fwm_power_w(&fibre, &launched, &band) * at_start * at_start * at_start * s->after;
}

/* Share of the launch power at the glass; 0 when no light comes in at that end. */
static double share_at(const receiver *r, const stretch *s, const kh_line_system *line, kh_node_id entry, bool seen)
{
    double lost_db;
    if (!seen || !kh_line_light_entry(r->net, line, s->id, entry, &lost_db))
        return 0.0;
    return kh_linear_from_db(-lost_db - s->connector_db);
}

static void add_leakage(receiver *r, const stretch *s, const kh_optical_comb *comb, double with, double against)
{
    for (size_t i = 0; i < comb->n; i++) {
        double through = exp(-loss_per_km(s, comb->freq_hz[i]) * s->fibre->length_km);
        double coming = (with * through + against * kh_linear_from_db(-BACKSCATTER_DB)) * kh_linear_from_db(-s->connector_db);
        double isolation_db = kh_receiver_filter_isolation_db(&r->link->filter, r->quantum_hz, comb->freq_hz[i]);
        r->leakage_w += comb->launch_w[i] * coming * kh_linear_from_db(-isolation_db);
    }
}

static void add_line(receiver *r, const stretch *s, const kh_line_light *light, bool is_last)
{
    const kh_optical_comb *comb = &light->comb;
    double with = share_at(r, s, light->line, s->near, r->sees_with),
           against = share_at(r, s, light->line, s->far, r->sees_against);
    if (with == 0.0 && against == 0.0)
        return;
    for (size_t i = 0; i < comb->n; i++)
        add_raman(r, s, comb->freq_hz[i], with * comb->launch_w[i], against * comb->launch_w[i]);
    if (with > 0.0)
        add_mixing(r, s, comb, with);
    if (is_last)
        add_leakage(r, s, comb, with, against);
}

/* --- the way --- */

static kh_node_id node_before(const kh_net *net, const kh_qkd_link *link, size_t index)
{
    kh_node_id node = link->ends[0];
    for (size_t i = 0; i < index; i++)
        node = kh_node_far_end(net->fibres[link->via[i].i].ends, node);
    return node;
}

static kh_status find_stretch(const receiver *r, size_t index, const kh_coexist_path *path, stretch *s, kh_error *err)
{
    kh_fibre_id id = r->link->via[index];
    const kh_fibre *fibre = &r->net->fibres[id.i];
    kh_node_id first = node_before(r->net, r->link, index), second = kh_node_far_end(fibre->ends, first);
    double skip_km = index == (path->backward ? path->end - 1 : path->begin) ? path->skip_km : 0.0;
    double temperature_c = isnan(r->lines->temperature_c) ? fibre->temperature_c : r->lines->temperature_c;
    if (!(fibre->length_km > 0.0 && skip_km <= fibre->length_km && temperature_c > -KELVIN_AT_0_C))
        return kh_fail(err, KH_ERANGE, "fibre '%s' of %g km at %g degrees Celsius cannot be", fibre->id, fibre->length_km,
                       temperature_c);
    stretch found = {.fibre = fibre,
                     .type = kh_fibre_type_of(r->net, fibre),
                     .id = id,
                     .near = path->backward ? second : first,
                     .far = path->backward ? first : second,
                     .skip_km = skip_km,
                     .length_km = fibre->length_km - skip_km,
                     .temperature_k = temperature_c + KELVIN_AT_0_C,
                     .connector_db = connector_db(fibre)};
    found.quantum_loss_per_km = loss_per_km(&found, r->quantum_hz);
    *s = found;
    return KH_OK;
}

/* From the receiver back to the source, since what a fibre adds loses what comes behind it. */
static kh_status walk(receiver *r, const kh_coexist_path *path, kh_error *err)
{
    double after = kh_linear_from_db(-path->behind_db);
    for (size_t k = 0; k < path->end - path->begin; k++) {
        size_t index = path->backward ? path->begin + k : path->end - 1 - k;
        stretch s;
        KH_TRY(find_stretch(r, index, path, &s, err));
        s.after = after * kh_linear_from_db(-s.connector_db);
        for (size_t i = 0; i < r->lines->n; i++)
            add_line(r, &s, &r->lines->lights[i], k == 0);
        double loss_db;
        KH_TRY(kh_fibre_loss_at(r->net, s.fibre, r->link->wavelength_nm, &loss_db, err));
        after *= kh_linear_from_db(-loss_db);
    }
    r->leakage_w *= kh_linear_from_db(-path->behind_db);
    return KH_OK;
}

kh_status kh_coexist_add(const kh_net *net, const kh_qkd_link *link, const kh_coexist_lines *lines, const kh_coexist_path *path,
                         kh_stray_light *stray, kh_error *err)
{
    if (lines->n == 0)
        return KH_OK;
    kh_light_way against = path->backward ? KH_LIGHT_CO : KH_LIGHT_COUNTER;
    receiver r = {.net = net,
                  .link = link,
                  .lines = lines,
                  .quantum_hz = KH_LIGHT_M_PER_S / (link->wavelength_nm * 1e-9),
                  .band_hz = link->filter.bandwidth_ghz * 1e9,
                  .sees_with = link->light != against,
                  .sees_against = link->light == against || link->light == KH_LIGHT_BOTH};
    KH_TRY(walk(&r, path, err));
    double photon_j = KH_PLANCK_JS * r.quantum_hz;
    stray->raman_hz += r.raman_w / photon_j;
    stray->fwm_hz += r.fwm_w / photon_j;
    stray->leakage_hz += r.leakage_w / photon_j;
    stray->bandwidth_hz = r.band_hz;
    return KH_OK;
}

/* --- the lines --- */

/* The channel that leaves least room; lines[0] and channel 0 without any. */
static double find_nearest(const kh_qkd_link *link, const kh_coexist_lines *lines, size_t *line, size_t *channel)
{
    double quantum_hz = KH_LIGHT_M_PER_S / (link->wavelength_nm * 1e-9), least_hz = (double)INFINITY;
    *line = *channel = 0;
    for (size_t l = 0; l < lines->n; l++) {
        const kh_optical_comb *comb = &lines->lights[l].comb;
        for (size_t i = 0; i < comb->n; i++) {
            const kh_receiver_neighbour neighbour = {comb->freq_hz[i], comb->slot_hz[i]};
            double clearance_hz = kh_receiver_filter_clearance_hz(&link->filter, quantum_hz, &neighbour);
            if (clearance_hz < least_hz) {
                least_hz = clearance_hz;
                *line = l;
                *channel = i;
            }
        }
    }
    return least_hz;
}

double kh_coexist_clearance_hz(const kh_qkd_link *link, const kh_coexist_lines *lines)
{
    size_t line, channel;
    return find_nearest(link, lines, &line, &channel);
}

kh_status kh_coexist_check(const kh_qkd_link *link, const kh_coexist_lines *lines, kh_error *err)
{
    size_t line, channel;
    if (find_nearest(link, lines, &line, &channel) >= 0.0)
        return KH_OK;
    const kh_line_light *light = &lines->lights[line];
    return kh_fail(err, KH_ERANGE,
                   "the quantum channel at %.10g nm, %g GHz wide, overlaps the channel of line system '%s' at %.7g THz (%.2f nm); "
                   "choose another wavelength_nm or leave channels of the line out",
                   link->wavelength_nm, link->filter.bandwidth_ghz, light->line->id, light->comb.freq_hz[channel] * 1e-12,
                   KH_LIGHT_M_PER_S / light->comb.freq_hz[channel] * 1e9);
}

kh_status kh_coexist_lines_make(const kh_net *net, const kh_qkd_link *link, kh_arena *arena, kh_coexist_lines *lines, kh_error *err)
{
    kh_coexist_lines made = {
        .lights = KH_NEW(arena, kh_line_light, link->n_beside), .n = link->n_beside, .temperature_c = (double)NAN};
    if (made.lights == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for the light beside a link");
    KH_TRY(kh_receiver_filter_check(&link->filter, err));
    for (size_t i = 0; i < made.n; i++)
        KH_TRY(kh_line_light_make(net, link->beside[i], arena, &made.lights[i], err));
    *lines = made;
    return KH_OK;
}
