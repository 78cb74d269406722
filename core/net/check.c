/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/units.h"
#include "core/net/geo.h"
#include "core/net/loader.h"

#include <math.h>
#include <string.h>

static const double SPHERE_ERROR = 0.006;         /* of kh_geo_distance_km() against the ellipsoid */
static const double COORDINATE_ERROR_KM = 0.2;    /* positions are often given to two or three decimals */
static const double LOWEST_LOSS_DB_PER_KM = 0.14; /* below any fibre made: 0.1400 dB/km is the record at 1550 nm */

#define ERROR(l, place, hint, ...) kh_findings_add((l)->findings, KH_ERROR, (place), (hint), __VA_ARGS__)
#define WARN(l, place, hint, ...)  kh_findings_add((l)->findings, KH_WARNING, (place), (hint), __VA_ARGS__)

static void check_node(const kh_loader *l, const kh_node *node)
{
    bool no_place = isnan(node->lat_deg), no_orbit = isnan(node->orbit.altitude_km);
    if (node->kind != KH_NODE_SATELLITE && !no_orbit)
        ERROR(l, node->place, "kind: satellite", "node '%s' has an orbit, but is of kind %s", node->id,
              kh_node_kind_name(node->kind));
    if (node->kind == KH_NODE_SATELLITE) {
        if (no_orbit)
            kh_findings_add(l->findings, KH_NOTE, node->place, "give orbit: {altitude_km: 500}",
                            "satellite '%s' has no orbit: its links carry measured key only", node->id);
    } else if (no_place)
        WARN(l, node->place, "add at: [latitude, longitude]", "node '%s' has no position: it will not be on the map", node->id);
}

/* --- fibres --- */

static double swapped_km(const kh_node *a, bool swap_a, const kh_node *b, bool swap_b)
{
    if ((swap_a && fabs(a->lon_deg) > 90) || (swap_b && fabs(b->lon_deg) > 90))
        return (double)INFINITY;
    return kh_geo_distance_km(swap_a ? a->lon_deg : a->lat_deg, swap_a ? a->lat_deg : a->lon_deg, swap_b ? b->lon_deg : b->lat_deg,
                              swap_b ? b->lat_deg : b->lon_deg);
}

/* A swap explains a fibre that is too short when the great circle then fits it: not longer, and not absurdly shorter. */
static bool explains(double distance_km, double length_km)
{
    return distance_km * (1 - SPHERE_ERROR) - COORDINATE_ERROR_KM <= length_km && distance_km > length_km / 4;
}

static const double MOST_LOSS_DB = 1000; /* what a fibre may be given, and what the models take */

static void check_distance(const kh_loader *l, const kh_fibre *fibre)
{
    const kh_node *a = &l->net->nodes[fibre->ends[0].i], *b = &l->net->nodes[fibre->ends[1].i];
    double distance_km = swapped_km(a, false, b, false);
    if (isnan(distance_km) || distance_km * (1 - SPHERE_ERROR) - COORDINATE_ERROR_KM <= fibre->length_km)
        return;
    kh_str hint = {0};
    bool a_explains = explains(swapped_km(a, true, b, false), fibre->length_km);
    bool b_explains = explains(swapped_km(a, false, b, true), fibre->length_km);
    if (a_explains && b_explains)
        kh_str_printf(&hint, "latitude comes first: is the position of '%s' or of '%s' swapped?", a->id, b->id);
    else if (a_explains || b_explains)
        kh_str_printf(&hint, "latitude comes first: is the position of '%s' swapped?", a_explains ? a->id : b->id);
    else if (explains(swapped_km(a, true, b, true), fibre->length_km))
        kh_str_printf(&hint, "latitude comes first: are the positions of '%s' and '%s' swapped?", a->id, b->id);
    WARN(l, fibre->place, hint.length == 0 ? "check the length and the positions" : kh_str_text(&hint),
         "fibre '%s' is %.4g km long, the great circle between '%s' and '%s' %.4g km", fibre->id, fibre->length_km, a->id, b->id,
         distance_km);
    kh_str_clear(&hint);
}

static void check_fibre(const kh_loader *l, const kh_fibre *fibre)
{
    if (fibre->ends[0].i == fibre->ends[1].i)
        ERROR(l, fibre->place, NULL, "fibre '%s' ends where it begins, at '%s'", fibre->id, l->net->nodes[fibre->ends[0].i].id);
    else
        check_distance(l, fibre);
    if (isnan(fibre->loss_db))
        ERROR(l, fibre->place, "give loss_db, loss_db_per_km or type", "the loss of fibre '%s' cannot be known", fibre->id);
    else if (fibre->loss_db > MOST_LOSS_DB)
        ERROR(l, fibre->place, "check length_km and loss_db_per_km", "fibre '%s' loses %.6g dB, must be at most %g dB", fibre->id,
              fibre->loss_db, MOST_LOSS_DB);
    else if (fibre->loss_db < LOWEST_LOSS_DB_PER_KM * fibre->length_km)
        WARN(l, fibre->place, "check loss and length",
             "fibre '%s' loses %.3g dB over %.4g km, less than any fibre made (%.2f dB/km)", fibre->id, fibre->loss_db,
             fibre->length_km, LOWEST_LOSS_DB_PER_KM);
    if (fibre->aerial_km > fibre->length_km)
        ERROR(l, fibre->place, NULL, "fibre '%s' has %.4g km on poles, more than its length of %.4g km", fibre->id,
              fibre->aerial_km, fibre->length_km);
}

/* --- links and lines --- */

static bool counts_photons(kh_protocol protocol)
{
    return protocol != KH_PROTOCOL_CV_GAUSSIAN && protocol != KH_PROTOCOL_CV_GAUSSIAN_ASYMPTOTIC &&
           protocol != KH_PROTOCOL_CV_GAUSSIAN_COMPOSABLE;
}

/* the windows of a continuous source are those of the coincidences */
static bool has_windows(kh_protocol protocol)
{
    return counts_photons(protocol) && protocol != KH_PROTOCOL_BBM92_CW && protocol != KH_PROTOCOL_BBM92_CW_ASYMPTOTIC;
}

static void check_device(const kh_loader *l, const kh_device *device)
{
    if (has_windows(device->protocol) && device->gate_ns * 1e-9 * device->clock_hz > 1 + 1e-9)
        WARN(l, device->place, "make gate_ns 1e9 / clock_hz or less",
             "device '%s' has windows of %g ns, longer than the %.4g ns between its pulses", device->id, device->gate_ns,
             1e9 / device->clock_hz);
    if (device->calibration_min >= device->calibration_every_h * 60)
        ERROR(l, device->place, "calibration_min is in minutes, calibration_every_h in hours",
              "device '%s' calibrates for %g min every %g min: no time is left for key", device->id, device->calibration_min,
              device->calibration_every_h * 60);
    if (device->calibration_min > 0 && isnan(device->calibration_every_h))
        ERROR(l, device->place, "give calibration_every_h", "device '%s' calibrates for %g min, but how often is not said",
              device->id, device->calibration_min);
}

static bool holds_no_key(const kh_node *node)
{
    return node->kind == KH_NODE_AMPLIFIER || node->kind == KH_NODE_SWITCH;
}

void kh_loader_check_end(const kh_loader *l, const char *noun, const char *id, kh_place place, kh_node_id end)
{
    const kh_node *node = &l->net->nodes[end.i];
    if (holds_no_key(node))
        ERROR(l, place, "its ends must be of kind site, ogs or satellite", "%s '%s' ends at '%s', which is of kind %s", noun, id,
              node->id, kh_node_kind_name(node->kind));
}

static void check_store(const kh_loader *l, const kh_qkd_link *link)
{
    const kh_store_policy *s = &link->key_store;
    const struct {
        const char *name;
        double keys;
    } parts[] = {{"refill_below_keys", s->refill_below_keys}, {"reserve_keys", s->reserve_keys}, {"initial_keys", s->initial_keys}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (parts[i].keys > s->capacity_keys)
            ERROR(l, link->place, "the capacity may come from the nodes",
                  "key store of qkd_link '%s': %s is %.10g, more than capacity_keys, %.10g", link->id, parts[i].name, parts[i].keys,
                  s->capacity_keys);
    if (s->sync_s >= s->lifetime_h * KH_S_PER_H)
        ERROR(l, link->place, "sync_s is in seconds, lifetime_h in hours",
              "key store of qkd_link '%s': key lives %g s, but can be used only after %g s", link->id, s->lifetime_h * KH_S_PER_H,
              s->sync_s);
}

static const double MOST_NOISE_PER_GATE = 0.5; /* from there on a detection says nothing */

/* A link through space has a model from a satellite with an orbit to a ground station on the map. */
static void check_space(const kh_loader *l, const kh_qkd_link *link)
{
    const kh_node *a = &l->net->nodes[link->ends[0].i], *b = &l->net->nodes[link->ends[1].i];
    const kh_node *satellite = a->kind == KH_NODE_SATELLITE ? a : b, *ground = satellite == a ? b : a;
    if (satellite->kind != KH_NODE_SATELLITE || ground->kind != KH_NODE_OGS || isnan(satellite->orbit.altitude_km))
        return;
    if (isnan(ground->lat_deg))
        ERROR(l, link->place, "add at: [latitude, longitude] to the ground station",
              "qkd_link '%s': whether '%s' passes over '%s' cannot be known", link->id, satellite->id, ground->id);
    if (link->protocol != KH_PROTOCOL_BB84_DECOY && link->protocol != KH_PROTOCOL_BEST)
        WARN(l, link->place, "protocol: bb84-decoy", "qkd_link '%s': there is no model of %s between a satellite and the ground",
             link->id, kh_protocol_name(link->protocol));
}

static void check_link(const kh_loader *l, const kh_qkd_link *link)
{
    kh_loader_check_end(l, "qkd_link", link->id, link->place, link->ends[0]);
    kh_loader_check_end(l, "qkd_link", link->id, link->place, link->ends[1]);
    check_store(l, link);
    if (link->ends[0].i == link->ends[1].i)
        ERROR(l, link->place, NULL, "qkd_link '%s' ends where it begins, at '%s'", link->id, l->net->nodes[link->ends[0].i].id);
    bool measured = !isnan(link->measured_key_rate_bps);
    if (!measured && link->n_via == 0)
        check_space(l, link);
    if (link->protocol == KH_PROTOCOL_BEST) {
        if (l->net->n_devices == 0)
            ERROR(l, link->place, "include a library of devices", "qkd_link '%s' asks for the best of no devices", link->id);
        return;
    }
    if (link->device.i == KH_NO_INDEX) {
        if (!measured)
            ERROR(l, link->place, "give device, or measured: {key_rate_bps: ...}", "nothing tells the key rate of qkd_link '%s'",
                  link->id);
        return;
    }
    const kh_device *device = &l->net->devices[link->device.i];
    double noise = device->dark_count_hz * device->gate_ns * 1e-9 + link->noise_per_gate;
    if (!measured && !(noise < MOST_NOISE_PER_GATE))
        ERROR(l, link->place, "check dark_count_hz and gate_ns of the device, noise_per_gate of the link",
              "qkd_link '%s' has %.4g dark counts and noise counts in a gate, must be less than %g", link->id, noise,
              MOST_NOISE_PER_GATE);
    else if (!measured && noise > 0 && !counts_photons(link->protocol))
        ERROR(l, link->place, "make dark_count_hz of the device and noise_per_gate of the link 0, and give excess_noise_snu",
              "qkd_link '%s' has %.4g dark counts and noise counts in a gate, but %s counts no photons", link->id, noise,
              kh_protocol_name(link->protocol));
    if (measured && link->measured_key_rate_bps > device->clock_hz)
        ERROR(l, link->place, "check the unit: key_rate_bps is in bit/s",
              "qkd_link '%s' measured %.4g bit/s, above the clock of '%s', %.4g Hz", link->id, link->measured_key_rate_bps,
              device->id, device->clock_hz);
}

/* --- optical switches and time slots --- */

static bool ends_at(const kh_qkd_link *link, kh_node_id node)
{
    return link->ends[0].i == node.i || link->ends[1].i == node.i;
}

static bool all_end_at(const kh_net *net, const kh_optical_switch *s, kh_node_id node)
{
    for (size_t i = 0; i < s->n_links; i++)
        if (!ends_at(&net->qkd_links[s->links[i].i], node))
            return false;
    return true;
}

/* how often the switches up to this one, its first n links included, name the link */
static size_t count_turns(const kh_net *net, const kh_optical_switch *s, size_t n)
{
    size_t turns = 0;
    uint32_t link = s->links[n - 1].i;
    for (const kh_optical_switch *other = net->optical_switches; other <= s; other++)
        for (size_t i = 0; i < (other == s ? n : other->n_links); i++)
            turns += other->links[i].i == link;
    return turns;
}

static void check_switch(const kh_loader *l, const kh_optical_switch *s)
{
    const kh_qkd_link *links = l->net->qkd_links;
    if (s->n_links < 2) {
        ERROR(l, s->place, "name two links or more", "optical_switch '%s' has %zu link(s) to switch between", s->id, s->n_links);
        return;
    }
    const kh_qkd_link *first = &links[s->links[0].i];
    if (!all_end_at(l->net, s, first->ends[0]) && !all_end_at(l->net, s, first->ends[1]))
        ERROR(l, s->place, "the transmitter stands at one node", "the links of optical_switch '%s' have no end in common", s->id);
    for (size_t i = 0; i < s->n_links; i++) {
        const kh_qkd_link *link = &links[s->links[i].i];
        if (count_turns(l->net, s, i + 1) > 1)
            ERROR(l, s->place, "a link has its turn at one switch", "optical_switch '%s': qkd_link '%s' is switched already", s->id,
                  link->id);
        if (link->n_via == 0)
            ERROR(l, s->place, "use pass_share", "optical_switch '%s': qkd_link '%s' runs through free space", s->id, link->id);
    }
}

/* The slots part the time between them. */
static void check_time_slots(const kh_loader *l)
{
    const kh_net *net = l->net;
    double sum = 0.0;
    for (size_t i = 0; i < net->n_time_slots; i++) {
        if (l->broken[KH_NOUN_TIME_SLOTS][i])
            return;
        sum += net->time_slots[i].share;
    }
    if (net->n_time_slots > 0 && !(fabs(sum - 1.0) < 1e-6))
        ERROR(l, net->time_slots[0].place, "make the shares of all time slots add up to 1",
              "the shares of the %zu time slots make %.6g", net->n_time_slots, sum);
}

void kh_loader_check(kh_loader *l)
{
    if (l->net->n_nodes == 0 && kh_findings_count(l->findings, KH_ERROR) == 0)
        WARN(l, (kh_place){.file = l->net->path}, NULL, "the topology has no nodes");
    KH_CHECK_EACH(l, KH_NOUN_NODES, nodes, check_node)
    KH_CHECK_EACH(l, KH_NOUN_FIBRES, fibres, check_fibre)
    KH_CHECK_EACH(l, KH_NOUN_DEVICES, devices, check_device)
    KH_CHECK_EACH(l, KH_NOUN_QKD_LINKS, qkd_links, check_link)
    kh_loader_check_lines(l);
    kh_loader_check_beside(l);
    KH_CHECK_EACH(l, KH_NOUN_DEMANDS, demands, kh_loader_check_demand)
    kh_loader_check_key_servers(l);
    check_time_slots(l);
    KH_CHECK_EACH(l, KH_NOUN_OPTICAL_SWITCHES, optical_switches, check_switch)
    KH_CHECK_EACH(l, KH_NOUN_FAULTS, faults, kh_loader_check_fault)
}
