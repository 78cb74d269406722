/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/satellite_out.h"

#include "tools/cli/table.h"

static void write_year(const kh_pipeline *p, kh_str *out)
{
    cli_table table = cli_table_start(p->arena, "a year from space|>Mbit|>low|>best|>mean|>with key|>of|>clear|>gap h");
    for (size_t i = 0; i < p->net->n_qkd_links; i++) {
        const kh_satellite_rate *s = &p->rates->qkd[i].satellite;
        if (!p->rates->qkd[i].is_satellite)
            continue;
        cli_table_cell(&table, "%s", p->net->qkd_links[i].id);
        cli_table_number(&table, 1e-6 * s->key_bits_year, 1);
        cli_table_number(&table, 1e-6 * s->low_key_bits_year, 1);
        cli_table_number(&table, 1e-6 * s->best_pass_bits, 2);
        cli_table_number(&table, 1e-6 * s->mean_pass_bits, 2);
        cli_table_number(&table, s->key_passes, 0);
        cli_table_number(&table, s->passes, 0);
        cli_table_number(&table, s->clear_passes, 0);
        cli_table_number(&table, s->longest_gap_s / 3600.0, 0);
    }
    if (table.n_cells > 0)
        kh_str_append(out, "\n");
    cli_table_text(&table, out);
}

static void write_assumed(const kh_pipeline *p, kh_str *out)
{
    cli_table table = cli_table_start(p->arena, "assumed|because the topology does not say");
    for (size_t i = 0; i < p->net->n_qkd_links; i++) {
        const kh_satellite_rate *s = &p->rates->qkd[i].satellite;
        kh_str list = {0};
        for (size_t k = 0; p->rates->qkd[i].is_satellite && k < s->n_assumed; k++)
            kh_str_printf(&list, "%s%s", k == 0 ? "" : ", ", s->assumed[k]);
        if (list.length > 0) {
            cli_table_cell(&table, "%s", p->net->qkd_links[i].id);
            cli_table_cell(&table, "%s", kh_str_text(&list));
        }
        kh_str_clear(&list);
    }
    if (table.n_cells > 0)
        kh_str_append(out, "\n");
    cli_table_text(&table, out);
}

void cli_satellites_text(const kh_pipeline *p, kh_str *out)
{
    write_year(p, out);
    write_assumed(p, out);
}

kh_json *cli_json_satellite(const kh_qkd_rate *rate)
{
    if (!rate->is_satellite)
        return kh_json_text(NULL);
    const kh_satellite_rate *s = &rate->satellite;
    const struct {
        const char *key;
        double value;
    } numbers[] = {
        {"key_bits_year", s->key_bits_year},
        {"low_key_bits_year", s->low_key_bits_year},
        {"best_pass_bits", s->best_pass_bits},
        {"mean_pass_bits", s->mean_pass_bits},
        {"passes", s->passes},
        {"night_passes", s->night_passes},
        {"key_passes", s->key_passes},
        {"clear_passes", s->clear_passes},
        {"longest_gap_s", s->longest_gap_s},
        {"best_elevation_deg", s->best_elevation_deg},
        {"best_window_s", s->best_window_s},
        {"night_noise_per_gate", s->night_noise_per_gate},
        {"day_noise_per_gate", s->day_noise_per_gate},
    };
    kh_json *object = kh_json_object(), *assumed = kh_json_array();
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        kh_json_set(object, numbers[i].key, kh_json_number(numbers[i].value));
    for (size_t i = 0; i < s->n_assumed; i++)
        kh_json_append(assumed, kh_json_text(s->assumed[i]));
    kh_json_set(object, "assumed", assumed);
    return object;
}
