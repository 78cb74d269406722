/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/json_out.h"
#include "tools/cli/json_put.h"

static kh_json *slots_of(const kh_service_section *section)
{
    kh_json *array = kh_json_array();
    for (size_t i = 0; section->slots != NULL && i < section->options[0].clients.wavelengths; i++) {
        kh_json *slot = kh_json_object();
        set_number(slot, "n", section->slots[i].n);
        set_number(slot, "m", section->slots[i].m);
        set_number(slot, "low_thz", kh_spectrum_low_thz(section->slots[i]));
        set_number(slot, "high_thz", kh_spectrum_high_thz(section->slots[i]));
        kh_json_append(array, slot);
    }
    return array;
}

static kh_json *clients_of(const kh_client_map *map)
{
    kh_json *object = kh_json_object();
    set_number(object, "port_gbps", map->port_gbps);
    set_number(object, "ports", (double)map->ports);
    set_number(object, "flexe_slots", (double)map->slots);
    set_number(object, "flexe_slots_used", (double)map->slots_used);
    set_number(object, "otuc", (double)map->otuc);
    set_number(object, "tributary_slots", (double)map->tributary);
    set_number(object, "tributary_slots_used", (double)map->tributary_used);
    set_number(object, "oduc_gbps", map->oduc_gbps);
    set_number(object, "fill", map->fill);
    set_number(object, "overhead", map->overhead);
    return object;
}

static kh_json *option_of(const kh_net *net, const kh_service_option *option)
{
    kh_json *object = kh_json_object();
    set_text(object, "mode", net->modes[option->light->mode.i].id);
    set_number(object, "wavelengths", (double)option->clients.wavelengths);
    set_number(object, "wavelength_gbps", option->clients.wavelength_gbps);
    kh_json_set(object, "works", kh_json_bool(option->light->works));
    set_number(object, "width_ghz", option->light->width_ghz);
    set_number(object, "gsnr_01nm_db", option->light->gsnr_01nm_db);
    set_number(object, "margin_db", option->light->margin_db);
    set_number(object, "shannon_gbps", option->light->shannon_gbps);
    set_text(object, "obstacle", option->light->obstacle);
    kh_json_set(object, "clients", clients_of(&option->clients));
    return object;
}

static kh_json *section_of(const kh_net *net, const kh_service_section *section)
{
    kh_json *object = kh_json_object(), *lines = kh_json_array(), *options = kh_json_array();
    for (size_t h = 0; h < section->stretch->n_hops; h++)
        kh_json_append(lines, kh_json_text(net->line_systems[section->stretch->hops[h].line.i].id));
    for (size_t o = 0; o < section->n_options; o++)
        kh_json_append(options, option_of(net, &section->options[o]));
    set_text(object, "from", net->nodes[kh_service_section_start(net, section).i].id);
    kh_json_set(object, "lines", lines);
    set_number(object, "length_km", section->stretch->length_km);
    set_number(object, "latency_ms", section->stretch->latency_ms);
    set_text(object, "obstacle", section->stretch->obstacle);
    set_number(object, "free_gbps", section->free_gbps);
    kh_json_set(object, "slots", slots_of(section));
    kh_json_set(object, "options", options);
    return object;
}

static kh_json *guard_line_of(const kh_net *net, const kh_guard_line *line)
{
    kh_json *object = kh_json_object(), *bare = kh_json_array();
    for (size_t i = 0; i < line->n_bare; i++)
        kh_json_append(bare, kh_json_text(net->fibres[line->bare[i].i].id));
    set_text(object, "line", net->line_systems[line->line.i].id);
    set_number(object, "length_km", line->length_km);
    set_number(object, "qkd_km", line->covered_km);
    kh_json_set(object, "without_qkd", bare);
    return object;
}

static kh_json *guard_of(const kh_net *net, const kh_guard *guard)
{
    kh_json *object = kh_json_object(), *trusted = kh_json_array(), *lines = kh_json_array();
    for (size_t i = 0; i < guard->n_trusted; i++)
        kh_json_append(trusted, kh_json_text(net->nodes[guard->trusted[i].i].id));
    for (size_t i = 0; i < guard->n_lines; i++)
        kh_json_append(lines, guard_line_of(net, &guard->lines[i]));
    set_text(object, "layer", kh_layer_name(guard->layer));
    set_number(object, "key_asked_bps", guard->asked_bps);
    set_number(object, "key_got_bps", guard->got_bps);
    set_number(object, "key_routes", (double)guard->n_routes);
    kh_json_set(object, "trusted", trusted);
    kh_json_set(object, "lines", lines);
    return object;
}

static kh_json *sections_of(const kh_net *net, const kh_service_section *sections, size_t n)
{
    kh_json *array = kh_json_array();
    for (size_t i = 0; i < n; i++)
        kh_json_append(array, section_of(net, &sections[i]));
    return array;
}

/* Where a new section begins, but for the first. */
static kh_json *meetings_of(const kh_net *net, const kh_service_section *sections, size_t n)
{
    kh_json *array = kh_json_array();
    for (size_t i = 1; i < n; i++)
        kh_json_append(array, kh_json_text(net->nodes[kh_service_section_start(net, &sections[i]).i].id));
    return array;
}

static kh_json *upgrade_of(const kh_net *net, const kh_service_upgrade *upgrade)
{
    kh_json *object = kh_json_object();
    set_number(object, "wavelengths", (double)upgrade->wavelengths);
    kh_json_set(object, "regenerated_at", meetings_of(net, upgrade->sections, upgrade->n_sections));
    kh_json_set(object, "sections", sections_of(net, upgrade->sections, upgrade->n_sections));
    return object;
}

static kh_json *service_of(const kh_pipeline *p, size_t i)
{
    const kh_service *service = &p->services->of[i];
    kh_json *object = kh_json_object(), *upgrades = kh_json_array();
    for (size_t u = 0; u < service->n_upgrades; u++)
        kh_json_append(upgrades, upgrade_of(p->net, &service->upgrades[u]));
    set_text(object, "demand", p->net->demands[i].id);
    set_text(object, "state", kh_service_state_name(service->state));
    set_number(object, "data_gbps", p->net->demands[i].data_gbps);
    set_number(object, "capacity_gbps", service->capacity_gbps);
    set_number(object, "length_km", service->length_km);
    set_number(object, "latency_ms", service->latency_ms);
    set_number(object, "shannon_gbps", kh_service_shannon_gbps(service));
    set_number(object, "transceivers", (double)service->transceivers);
    kh_json_set(object, "regenerated_at", meetings_of(p->net, service->sections, service->n_sections));
    kh_json_set(object, "sections", sections_of(p->net, service->sections, service->n_sections));
    kh_json_set(object, "upgrades", upgrades);
    kh_json_set(object, "protection", guard_of(p->net, &service->guard));
    return object;
}

kh_json *cli_json_services(const kh_pipeline *p)
{
    kh_json *array = kh_json_array();
    for (size_t i = 0; i < p->services->n; i++)
        if (kh_service_is_asked(&p->net->demands[i]))
            kh_json_append(array, service_of(p, i));
    return array;
}

kh_json *cli_json_spectrum(const kh_pipeline *p)
{
    kh_json *array = kh_json_array();
    for (size_t i = 0; i < p->services->n_lines; i++) {
        const kh_service_room *room = &p->services->room[i];
        kh_json *object = kh_json_object();
        set_text(object, "line", p->net->line_systems[i].id);
        set_number(object, "free_ghz", room->free_ghz);
        set_number(object, "widest_ghz", room->widest_ghz);
        set_number(object, "channels_left", (double)room->channels);
        set_number(object, "left_gbps", room->left_gbps);
        kh_json_append(array, object);
    }
    return array;
}
