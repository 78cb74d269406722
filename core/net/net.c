/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/net.h"

#include "core/base/units.h"

#include <math.h>
#include <string.h>

void kh_net_destroy(kh_net *net)
{
    if (net != NULL)
        kh_arena_destroy(net->arena); /* the network itself lives in it */
}

#define FIND_BY_ID(array, count)                                                                                                   \
    for (uint32_t i = 0; i < (count); i++)                                                                                         \
        if (strcmp((array)[i].id, id) == 0)                                                                                        \
            found.i = i;

kh_node_id kh_net_node(const kh_net *net, const char *id)
{
    kh_node_id found = {KH_NO_INDEX};
    FIND_BY_ID(net->nodes, net->n_nodes)
    return found;
}

kh_fibre_id kh_net_fibre(const kh_net *net, const char *id)
{
    kh_fibre_id found = {KH_NO_INDEX};
    FIND_BY_ID(net->fibres, net->n_fibres)
    return found;
}

kh_qkd_link_id kh_net_qkd_link(const kh_net *net, const char *id)
{
    kh_qkd_link_id found = {KH_NO_INDEX};
    FIND_BY_ID(net->qkd_links, net->n_qkd_links)
    return found;
}

kh_demand_id kh_net_demand(const kh_net *net, const char *id)
{
    kh_demand_id found = {KH_NO_INDEX};
    FIND_BY_ID(net->demands, net->n_demands)
    return found;
}

const char *kh_node_name(const kh_node *node)
{
    return node->label != NULL ? node->label : node->id;
}

kh_node_id kh_node_far_end(const kh_node_id *ends, kh_node_id node)
{
    return ends[0].i == node.i ? ends[1] : ends[0];
}

double kh_net_chain_length_km(const kh_net *net, const kh_fibre_id *via, size_t n_via)
{
    double sum = 0;
    for (size_t i = 0; i < n_via; i++)
        sum += net->fibres[via[i].i].length_km;
    return sum;
}

double kh_net_chain_loss_db(const kh_net *net, const kh_fibre_id *via, size_t n_via)
{
    double sum = 0;
    for (size_t i = 0; i < n_via; i++)
        sum += net->fibres[via[i].i].loss_db;
    return sum;
}

static double last_thz(double first_thz, double spacing_ghz, double channels)
{
    return first_thz + (channels - 1) * spacing_ghz / 1000;
}

double kh_line_first_thz(const kh_line_system *line)
{
    double lowest = line->n_combs == 0 ? line->first_thz : line->combs[0]->first_thz;
    for (size_t i = 1; i < line->n_combs; i++)
        lowest = line->combs[i]->first_thz < lowest ? line->combs[i]->first_thz : lowest;
    return lowest;
}

double kh_line_last_thz(const kh_line_system *line)
{
    if (line->n_combs == 0)
        return last_thz(line->first_thz, line->spacing_ghz, line->channels);
    double highest = 0;
    for (size_t i = 0; i < line->n_combs; i++) {
        const kh_comb *comb = line->combs[i];
        double last = last_thz(comb->first_thz, comb->spacing_ghz, comb->channels);
        highest = last > highest ? last : highest;
    }
    return highest;
}

bool kh_amplifier_covers(const kh_amplifier *amplifier, const kh_line_system *line)
{
    const double rounding_thz = 1e-6;
    return kh_line_first_thz(line) >= amplifier->lowest_thz - rounding_thz &&
           kh_line_last_thz(line) <= amplifier->highest_thz + rounding_thz;
}

bool kh_line_allows(const kh_line_system *line, kh_mode_id mode)
{
    for (size_t i = 0; i < line->n_modes; i++)
        if (line->modes[i].i == mode.i)
            return true;
    return line->n_modes == 0;
}

double kh_mode_need_ghz(const kh_mode *mode)
{
    return mode->min_spacing_ghz > mode->baud_gbd ? mode->min_spacing_ghz : mode->baud_gbd; /* NAN is not */
}

bool kh_device_is_for_space(const kh_device *device)
{
    const kh_optics *o = &device->optics;
    return o->transmit_diameter_m > 0 || o->receive_diameter_m > 0 || o->beam_waist_m > 0 || o->pointing_urad > 0 ||
           o->loss_db > 0 || o->zenith_transmission > 0 || o->filter_nm > 0 || o->field_of_view_urad > 0; /* NAN is not */
}

bool kh_qkd_link_shares_fibre(const kh_qkd_link *link, const kh_line_system *line)
{
    for (size_t i = 0; i < link->n_via; i++)
        for (size_t j = 0; j < line->n_via; j++)
            if (link->via[i].i == line->via[j].i)
                return true;
    return false;
}

bool kh_qkd_link_has_own_strand(const kh_net *net, const kh_qkd_link *link)
{
    for (size_t i = 0; i < net->n_line_systems && link->n_beside == 0; i++)
        if (kh_qkd_link_shares_fibre(link, &net->line_systems[i]))
            return true;
    return false;
}

bool kh_protocol_has_station(kh_protocol protocol)
{
    static const kh_protocol with_station[] = {
        KH_PROTOCOL_TF_SNS_ASYMPTOTIC, KH_PROTOCOL_TF_SNS, KH_PROTOCOL_TF_CAL_ASYMPTOTIC,      KH_PROTOCOL_TF_CAL,
        KH_PROTOCOL_MDI_ASYMPTOTIC,    KH_PROTOCOL_MDI,    KH_PROTOCOL_MODE_PAIRING_ASYMPTOTIC};
    for (size_t i = 0; i < sizeof with_station / sizeof with_station[0]; i++)
        if (with_station[i] == protocol)
            return true;
    return false;
}

bool kh_demand_needs_qkd(const kh_demand *demand)
{
    return demand->security == KH_SECURITY_QKD || demand->security == KH_SECURITY_HYBRID;
}

double kh_demand_weight(const kh_demand *demand)
{
    return 2 / (1 + demand->priority);
}

kh_fallback kh_demand_fallback(const kh_demand *demand)
{
    if ((uint32_t)demand->fallback != KH_NO_INDEX)
        return demand->fallback;
    return demand->security == KH_SECURITY_HYBRID ? KH_FALLBACK_PQC : KH_FALLBACK_NONE;
}

bool kh_demand_over_joins(const kh_net *net, const kh_demand *demand)
{
    kh_node_id at = demand->between[0];
    for (size_t i = 0; i < demand->n_over; i++) {
        const kh_node_id *ends = net->line_systems[demand->over[i].i].ends;
        if (ends[0].i != at.i && ends[1].i != at.i)
            return false;
        at = kh_node_far_end(ends, at);
    }
    return at.i == demand->between[1].i;
}

/* Entries with errors may lack their names. */
static bool is_named(const char *name, const char *wanted)
{
    return name != NULL && strcmp(name, wanted) == 0;
}

const kh_fault *kh_fault_group(const kh_net *net, const char *name)
{
    for (size_t i = 0; i < net->n_faults; i++)
        if (net->faults[i].kind == KH_FAULT_SHARED_RISK && is_named(net->faults[i].on, name))
            return &net->faults[i];
    return NULL;
}

bool kh_fault_holds(const kh_net *net, const char *on, kh_node_id node)
{
    if (is_named(net->nodes[node.i].id, on))
        return true;
    if (net->nodes[node.i].domain.i >= net->n_domains)
        return false;
    const kh_domain *domain = &net->domains[net->nodes[node.i].domain.i];
    return is_named(domain->id, on) || is_named(domain->operator_name, on) || is_named(domain->country, on);
}

const kh_optical_switch *kh_net_switch_of(const kh_net *net, kh_qkd_link_id link)
{
    for (size_t s = 0; s < net->n_optical_switches; s++)
        for (size_t i = 0; i < net->optical_switches[s].n_links; i++)
            if (net->optical_switches[s].links[i].i == link.i)
                return &net->optical_switches[s];
    return NULL;
}

static double calibration_share(const kh_net *net, const kh_qkd_link *link)
{
    if (link->device.i >= net->n_devices)
        return 0.0;
    const kh_device *device = &net->devices[link->device.i];
    bool pauses = device->calibration_min > 0.0 && !isnan(device->calibration_every_h);
    return pauses ? device->calibration_min * 60.0 / (device->calibration_every_h * KH_S_PER_H) : 0.0;
}

double kh_net_on_share(const kh_net *net, kh_qkd_link_id id)
{
    const kh_qkd_link *link = &net->qkd_links[id.i];
    if (link->n_via == 0)
        return 1.0;
    const kh_optical_switch *at = kh_net_switch_of(net, id);
    double turn = at == NULL || at->n_links < 2 ? 1.0 : at->dwell_s / ((double)at->n_links * (at->dwell_s + at->changeover_s));
    return turn * (1.0 - calibration_share(net, link));
}
