/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/rates_text.h"

#include "tools/cli/satellite_out.h"
#include "tools/cli/table.h"

#include <math.h>

static void write_links(const kh_pipeline *p, kh_str *out)
{
    cli_table table = cli_table_start(p->arena, "QKD link|>km|>dB|>key rate|>QBER %|what limits it");
    for (size_t i = 0; i < p->net->n_qkd_links; i++) {
        const kh_qkd_rate *rate = &p->rates->qkd[i];
        cli_table_cell(&table, "%s", p->net->qkd_links[i].id);
        cli_table_number(&table, rate->length_km, 1);
        cli_table_number(&table, rate->loss_db, 1);
        cli_table_rate(&table, rate->key_rate_bps);
        cli_table_number(&table, 100.0 * rate->qber, 2);
        cli_table_cell(&table, "%s", kh_limit_text(rate->limit));
    }
    cli_table_text(&table, out);
}

static void name_change(cli_table *table, const kh_change *change)
{
    if (change->what == NULL)
        cli_table_cell(table, "-");
    else if (isinf(change->factor))
        cli_table_cell(table, "%s: key at all", change->what);
    else
        cli_table_cell(table, "%s: x %.3g", change->what, change->factor);
}

static void write_effects(const kh_pipeline *p, kh_str *out)
{
    cli_table table = cli_table_start(p->arena, "what costs dB|>loss|>dark|>stray|>opt|>leak|>fin|>dead|best single change");
    for (size_t i = 0; i < p->net->n_qkd_links; i++) {
        const kh_effects *e = &p->rates->qkd[i].effects;
        if (isnan(e->loss_db))
            continue; /* measured, or no key: nothing to split */
        cli_table_cell(&table, "%s", p->net->qkd_links[i].id);
        const double costs_db[] = {e->loss_db,         e->dark_counts_db,      e->stray_light_db,
                                   e->misalignment_db, e->error_correction_db, e->finite_key_db,
                                   e->dead_time_db};
        for (size_t k = 0; k < sizeof costs_db / sizeof costs_db[0]; k++)
            cli_table_number(&table, costs_db[k], 1);
        name_change(&table, &p->rates->qkd[i].change);
    }
    if (table.n_cells > 0)
        kh_str_append(out, "\n");
    cli_table_text(&table, out);
}

static void write_chosen(const kh_pipeline *p, kh_str *out)
{
    cli_table table = cli_table_start(p->arena, "protocol best|device|protocol");
    for (size_t i = 0; i < p->net->n_qkd_links; i++) {
        const kh_qkd_link *link = &p->net->qkd_links[i];
        if (!link->is_chosen)
            continue;
        cli_table_cell(&table, "%s", link->id);
        cli_table_cell(&table, "%s", p->net->devices[link->device.i].id);
        cli_table_cell(&table, "%s", kh_protocol_name(link->protocol));
    }
    if (table.n_cells > 0)
        kh_str_append(out, "\n");
    cli_table_text(&table, out);
}

static void name_pauses(const kh_net *net, kh_qkd_link_id link, cli_table *table)
{
    const kh_optical_switch *at = kh_net_switch_of(net, link);
    kh_device_id device = net->qkd_links[link.i].device;
    bool calibrates = device.i != KH_NO_INDEX && net->devices[device.i].calibration_min > 0;
    const char *calibration = calibrates ? "calibration" : "", *and = calibrates && at != NULL ? ", " : "";
    if (at != NULL)
        cli_table_cell(table, "%s%sits turn at %s, one of %zu", calibration, and, at->id, at->n_links);
    else
        cli_table_cell(table, "%s", calibration);
}

void cli_working_time_text(const kh_pipeline *p, kh_str *out)
{
    cli_table table = cli_table_start(p->arena, "makes key only|>% of time|because of");
    for (uint32_t i = 0; i < p->net->n_qkd_links; i++) {
        if (p->rates->qkd[i].on_share == 1)
            continue;
        cli_table_cell(&table, "%s", p->net->qkd_links[i].id);
        cli_table_number(&table, 100.0 * p->rates->qkd[i].on_share, 1);
        name_pauses(p->net, (kh_qkd_link_id){i}, &table);
    }
    if (table.n_cells > 0)
        kh_str_append(out, "\n");
    cli_table_text(&table, out);
}

static bool feels_the_weather(const kh_rates *rates, size_t link)
{
    const kh_slot_rate *slots = &rates->slots[link * rates->n_slots];
    for (size_t i = 1; i < rates->n_slots; i++)
        if (slots[i].key_rate_bps != slots[0].key_rate_bps)
            return true;
    return false;
}

static void write_slots(const kh_pipeline *p, kh_str *out)
{
    cli_table table = cli_table_start(p->arena, "changes with time|time slot|>share %|>key rate|>QBER %");
    for (size_t i = 0; i < p->net->n_qkd_links; i++) {
        if (p->rates->n_slots == 0 || !feels_the_weather(p->rates, i))
            continue;
        for (size_t k = 0; k < p->rates->n_slots; k++) {
            const kh_slot_rate *slot = &p->rates->slots[i * p->rates->n_slots + k];
            cli_table_cell(&table, "%s", k == 0 ? p->net->qkd_links[i].id : "");
            cli_table_cell(&table, "%s", p->net->time_slots[k].id);
            cli_table_number(&table, 100.0 * p->net->time_slots[k].share, 1);
            cli_table_rate(&table, slot->key_rate_bps);
            cli_table_number(&table, 100.0 * slot->qber, 2);
        }
    }
    if (table.n_cells > 0)
        kh_str_append(out, "\n");
    cli_table_text(&table, out);
}

static void write_lines(const kh_pipeline *p, kh_str *out)
{
    cli_table table = cli_table_start(p->arena, "line system|>km|>GSNR dB|>Tb/s|>margin dB|>ms|what limits it");
    for (size_t i = 0; i < p->net->n_line_systems; i++) {
        const kh_line_rate *rate = &p->rates->line[i];
        cli_table_cell(&table, "%s", p->net->line_systems[i].id);
        cli_table_number(&table, rate->length_km, 0);
        cli_table_number(&table, rate->gsnr_01nm_db, 1);
        cli_table_number(&table, rate->capacity_gbps / 1000.0, 2);
        cli_table_number(&table, rate->margin_db, 1);
        cli_table_number(&table, rate->latency_ms, 2);
        cli_table_cell(&table, "%s", rate->reason == NULL ? "" : rate->reason);
    }
    if (table.n_cells > 0)
        kh_str_append(out, "\n");
    cli_table_text(&table, out);
}

void cli_rates_text(const kh_pipeline *p, kh_str *out)
{
    write_links(p, out);
    write_chosen(p, out);
    cli_working_time_text(p, out);
    write_slots(p, out);
    write_effects(p, out);
    cli_satellites_text(p, out);
    write_lines(p, out);
    if (p->net->n_qkd_links == 0 && p->net->n_line_systems == 0)
        kh_str_printf(out, "%s has neither QKD links nor line systems: nothing has a rate.\n", p->net->name);
}

void cli_crossovers_text(const kh_pipeline *p, const kh_choice_envelope *envelope, kh_str *out)
{
    cli_table table = cli_table_start(p->arena, "best device|>from dB|>key rate|>to dB|>key rate|protocol");
    for (size_t i = 0; i < envelope->n; i++) {
        const kh_choice_piece *piece = &envelope->pieces[i];
        const kh_device *device = &p->net->devices[piece->device.i];
        cli_table_cell(&table, "%s", device->id);
        cli_table_number(&table, piece->from_db, 2);
        cli_table_rate(&table, piece->from_bps);
        cli_table_number(&table, piece->to_db, 2);
        cli_table_rate(&table, piece->to_bps);
        cli_table_cell(&table, "%s", kh_protocol_name(device->protocol));
    }
    kh_str_append(out, table.n_cells > 0 ? "\n" : "\nno device of the topology gives key on a dark fibre\n");
    cli_table_text(&table, out);
}
