/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/suggest.h"

#include "tools/cli/json_put.h"
#include "tools/cli/table.h"

#include <math.h>

kh_status cli_suggestions_find(const kh_pipeline *p, double wanted_bps, cli_suggestions *suggestions, kh_error *err)
{
    cli_suggestions found = {.list = KH_NEW(p->arena, cli_suggested, p->net->n_qkd_links)};
    if (found.list == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for suggestions");
    for (uint32_t i = 0; i < p->net->n_qkd_links; i++) {
        if (!kh_suggest_applies(p->net, &p->net->qkd_links[i]))
            continue;
        cli_suggested *one = &found.list[found.n++];
        one->link.i = i;
        kh_status status = kh_suggest_wavelength(p->net, one->link, wanted_bps, &one->suggestion, err);
        if (status != KH_OK)
            return kh_while(err, status, "QKD link '%s'", p->net->qkd_links[i].id);
    }
    *suggestions = found;
    return KH_OK;
}

static void put_power(cli_table *table, const kh_suggestion *s)
{
    if (isinf(s->launch_dbm))
        cli_table_cell(table, "any");
    else if (isnan(s->launch_dbm))
        cli_table_cell(table, "-");
    else
        cli_table_cell(table, "%.1f", s->launch_dbm);
}

void cli_suggestions_text(const kh_pipeline *p, const cli_suggestions *suggestions, kh_str *out)
{
    cli_table table = cli_table_start(p->arena, "light beside|>now|>best nm|>key rate|>dark|>wanted|>dBm");
    for (size_t i = 0; i < suggestions->n; i++) {
        const kh_suggestion *s = &suggestions->list[i].suggestion;
        cli_table_cell(&table, "%s", p->net->qkd_links[suggestions->list[i].link.i].id);
        cli_table_rate(&table, s->now_rate_bps);
        cli_table_number(&table, s->wavelength_nm, 2);
        cli_table_rate(&table, s->key_rate_bps);
        cli_table_rate(&table, s->dark_rate_bps);
        cli_table_rate(&table, s->wanted_bps);
        put_power(&table, s);
    }
    kh_str_append(out, "\n");
    cli_table_text(&table, out);
    if (suggestions->n == 0)
        kh_str_append(out, "No QKD link has line systems beside it: name them in beside.\n");
    else
        kh_str_append(out, "now, key rate: with the light as it is; dark: on a strand without. dBm: launch\n"
                           "power of each channel up to which the best wavelength keeps the wanted rate.\n");
}

kh_json *cli_json_suggestions(const kh_pipeline *p, const cli_suggestions *suggestions)
{
    kh_json *array = kh_json_array();
    for (size_t i = 0; i < suggestions->n; i++) {
        const kh_suggestion *s = &suggestions->list[i].suggestion;
        kh_json *object = kh_json_object();
        set_text(object, "id", p->net->qkd_links[suggestions->list[i].link.i].id);
        set_number(object, "wavelength_nm", s->wavelength_nm);
        set_number(object, "key_rate_bps", s->key_rate_bps);
        set_number(object, "dark_rate_bps", s->dark_rate_bps);
        set_number(object, "now_rate_bps", s->now_rate_bps);
        set_number(object, "wanted_bps", s->wanted_bps);
        kh_json_set(object, "any_power", kh_json_bool(isinf(s->power_shift_db)));
        set_number(object, "power_shift_db", s->power_shift_db);
        set_number(object, "launch_dbm", s->launch_dbm);
        kh_json_append(array, object);
    }
    return array;
}

void cli_strands_text(const kh_pipeline *p, kh_str *out)
{
    size_t n = 0;
    for (size_t i = 0; i < p->net->n_qkd_links; i++)
        n += kh_qkd_link_has_own_strand(p->net, &p->net->qkd_links[i]) ? 1 : 0;
    if (n > 0)
        kh_str_printf(out, "\n%zu QKD link%s in fibres of line systems with none in beside:\nseparate strands are assumed.\n", n,
                      n == 1 ? " lies" : "s lie");
}
