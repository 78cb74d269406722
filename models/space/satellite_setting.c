/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/space/satellite_setting.h"

#include "core/base/units.h"

#include <math.h>

static void split_ends(const kh_net *net, const kh_qkd_link *link, const kh_node **satellite, const kh_node **ground)
{
    const kh_node *a = &net->nodes[link->ends[0].i], *b = &net->nodes[link->ends[1].i];
    *satellite = a->kind == KH_NODE_SATELLITE ? a : b;
    *ground = *satellite == a ? b : a;
}

bool kh_satellite_has_model(const kh_net *net, const kh_qkd_link *link)
{
    if (link->n_via > 0 || link->device.i == KH_NO_INDEX || link->ends[0].i >= net->n_nodes || link->ends[1].i >= net->n_nodes)
        return false;
    const kh_node *satellite, *ground;
    split_ends(net, link, &satellite, &ground);
    return link->protocol == KH_PROTOCOL_BB84_DECOY && satellite->kind == KH_NODE_SATELLITE && ground->kind == KH_NODE_OGS &&
           satellite->orbit.altitude_km > 0.0 && !isnan(ground->lat_deg);
}

/* the value, or the default and a note of it */
static double given(kh_satellite_setting *s, double value, double otherwise, const char *note)
{
    if (!isnan(value))
        return value;
    s->assumed[s->n_assumed++] = note;
    return otherwise;
}

static void set_sky(kh_satellite_setting *s, const kh_node *ground)
{
    const kh_sky *sky = &ground->sky;
    s->station = (kh_station){.lat_deg = ground->lat_deg, .lon_deg = ground->lon_deg};
    s->station.horizon_rad = kh_radian_from_degree(given(s, sky->horizon_deg, 20.0, "sky.horizon_deg: 20"));
    s->night_below_rad = kh_radian_from_degree(given(s, sky->night_below_deg, -12.0, "sky.night_below_deg: -12"));
    s->night_radiance_w_m2_sr_um =
        given(s, sky->night_radiance_w_m2_sr_um, 1.5e-3, "sky.night_radiance_w_m2_sr_um: 1.5e-3 (full moon)");
    s->day_radiance_w_m2_sr_um =
        given(s, sky->day_radiance_w_m2_sr_um, 15.0, "sky.day_radiance_w_m2_sr_um: 15 (clear, far from the sun)");
    const kh_clear_sky *clear = &ground->clear_sky;
    bool all_months = true;
    for (int m = 0; m < 12; m++)
        all_months = all_months && !isnan(clear->by_month[m]);
    double share = all_months ? 0.0 : given(s, clear->share, 0.5, "clear_sky.share: 0.5");
    for (int m = 0; m < 12; m++)
        s->clear_share[m] = isnan(clear->by_month[m]) ? share : clear->by_month[m];
}

static void set_light(kh_satellite_setting *s, const kh_device *device, const kh_qkd_link *link)
{
    const kh_optics *o = &device->optics;
    double transmit_m = given(s, o->transmit_diameter_m, 0.3, "optics.transmit_diameter_m: 0.3");
    double waist_m = given(s, o->beam_waist_m, 0.5 * transmit_m, "optics.beam_waist_m: half of transmit_diameter_m");
    double receive_m = given(s, o->receive_diameter_m, 1.2, "optics.receive_diameter_m: 1.2");
    double loss_db = given(s, o->loss_db, 5.0, "optics.loss_db: 5") + link->extra_loss_db;
    if (isnan(o->zenith_transmission))
        s->assumed[s->n_assumed++] = "optics.zenith_transmission: clear air at the wavelength";
    s->downlink = (kh_downlink){
        .diffraction = kh_diffraction_prepare(0.5 * transmit_m, 0.5 * receive_m, waist_m, link->wavelength_nm),
        .atmosphere = kh_atmosphere_clear(link->wavelength_nm, o->zenith_transmission),
        .pointing_rad = 1e-6 * given(s, o->pointing_urad, 1.2, "optics.pointing_urad: 1.2"),
        .transmittance = kh_linear_from_db(-loss_db),
    };
    s->background = (kh_background){
        .receive_diameter_m = receive_m,
        .field_of_view_urad = given(s, o->field_of_view_urad, 100.0, "optics.field_of_view_urad: 100"),
        .filter_nm = given(s, o->filter_nm, 1.0, "optics.filter_nm: 1"),
        .wavelength_nm = link->wavelength_nm,
        .gate_s = 1e-9 * device->gate_ns,
        .transmittance = kh_linear_from_db(-device->receiver_loss_db),
        .detectors = 2.0,
    };
}

kh_satellite_setting kh_satellite_setting_of(const kh_net *net, const kh_qkd_link *link)
{
    const kh_node *satellite, *ground;
    split_ends(net, link, &satellite, &ground);
    kh_satellite_setting s = {.orbit = satellite->orbit, .passes_per_block = link->passes_per_block};
    set_light(&s, &net->devices[link->device.i], link);
    set_sky(&s, ground);
    for (int m = 0; m < 12; m++)
        s.clear_share[m] *= link->pass_share;
    return s;
}
