/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/plan_services.h"

#include "tools/cli/table.h"

/* "4 x 300G", for each section; or why not. */
static void write_wavelengths(const kh_service *service, kh_str *out)
{
    if (service->state != KH_SERVICE_CARRIED) {
        kh_str_append(out, kh_service_state_name(service->state));
        return;
    }
    for (size_t i = 0; i < service->n_sections; i++) {
        const kh_client_map *map = &service->sections[i].options[0].clients;
        kh_str_printf(out, "%s%zu x %gG", i > 0 ? ", " : "", map->wavelengths, map->wavelength_gbps);
    }
}

static void write_services(const kh_pipeline *p, kh_str *out)
{
    cli_table table = cli_table_start(p->arena, "service|>km|>ms|>regenerated|protection|wavelengths");
    for (size_t i = 0; i < p->services->n; i++) {
        const kh_service *service = &p->services->of[i];
        kh_str wavelengths = {0};
        if (!kh_service_is_asked(&p->net->demands[i]))
            continue;
        write_wavelengths(service, &wavelengths);
        cli_table_cell(&table, "%s", p->net->demands[i].id);
        cli_table_number(&table, service->length_km, 0);
        cli_table_number(&table, service->latency_ms, 1);
        cli_table_cell(&table, "%zu", service->regenerations);
        cli_table_cell(&table, "%s", kh_layer_name(service->guard.layer));
        cli_table_cell(&table, "%s", kh_str_text(&wavelengths));
        out->failed = out->failed || wavelengths.failed;
        kh_str_clear(&wavelengths);
    }
    if (table.n_cells > 0)
        kh_str_append(out, "\n");
    cli_table_text(&table, out);
}

static bool has_services(const kh_pipeline *p)
{
    for (size_t i = 0; i < p->services->n; i++)
        if (kh_service_is_asked(&p->net->demands[i]))
            return true;
    return false;
}

static void write_spectrum(const kh_pipeline *p, kh_str *out)
{
    cli_table table = cli_table_start(p->arena, "line|>free GHz|>channels left|>left");
    for (size_t i = 0; i < p->services->n_lines; i++) {
        const kh_service_room *room = &p->services->room[i];
        cli_table_cell(&table, "%s", p->net->line_systems[i].id);
        cli_table_number(&table, room->free_ghz, 0);
        cli_table_cell(&table, "%zu", room->channels);
        cli_table_rate(&table, room->left_gbps * 1e9);
    }
    if (table.n_cells > 0)
        kh_str_append(out, "\n");
    cli_table_text(&table, out);
}

void cli_services_text(const kh_pipeline *p, kh_str *out)
{
    if (!has_services(p))
        return;
    write_services(p, out);
    write_spectrum(p, out);
}
