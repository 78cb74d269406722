/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/light_out.h"

#include "core/base/units.h"
#include "tools/cli/cli.h"
#include "tools/cli/json_out.h"
#include "tools/cli/json_put.h"
#include "tools/cli/table.h"

#include <math.h>

enum { WIDTH = 80, MOST_OFFERS = 12 };

static double gap(const cli_light_one *one)
{
    return one->assign.value > 0 ? fmax(one->assign.bound / one->assign.value - 1, 0) : 0;
}

static double nm_of(const kh_light_table *t, size_t channel)
{
    return KH_LIGHT_M_PER_S / t->freq_thz[channel] * 1e-3;
}

/* Neighbours together: "192.1-193.4, 194.0". */
static void write_bands(const kh_light_table *t, const bool *set, kh_str *out)
{
    const char *comma = "";
    for (size_t i = 0; i < t->n_channels; i++) {
        size_t first = i;
        if (!set[i])
            continue;
        while (i + 1 < t->n_channels && set[i + 1])
            i++;
        kh_str_printf(out, "%s%.2f", comma, t->freq_thz[first]);
        if (i > first)
            kh_str_printf(out, "-%.2f", t->freq_thz[i]);
        comma = ", ";
    }
}

static void write_quantum(const cli_light_one *one, kh_str *out)
{
    const char *comma = "";
    for (size_t q = 0; q < one->table.n_channels; q++)
        if (one->assign.quantum[q]) {
            kh_str_printf(out, "%s%.2f nm", comma, nm_of(&one->table, q));
            comma = ", ";
        }
}

static void write_words(const kh_pipeline *p, const cli_light_one *one, kh_str *out)
{
    kh_str words = {0};
    const kh_light_level *level = &one->table.levels[one->assign.level];
    kh_str_printf(&words, "%s: ", p->net->qkd_links[one->link.i].id);
    if (one->assign.value <= 0) {
        kh_str_printf(&words, "beside %.6g Gbit/s no channel gives key.", one->problem.wanted_gbps);
    } else {
        kh_str_append(&words, "quantum light at ");
        write_quantum(one, &words);
        bool none = true;
        for (size_t v = 0; v < one->table.n_channels; v++)
            none = none && !one->assign.classical[v];
        kh_str_append(&words, none ? "; no classical channel beside it" : "; classical channels at ");
        write_bands(&one->table, one->assign.classical, &words);
        if (!none)
            kh_str_append(&words, level->shift_db == 0 ? " THz, as strong as now" : " THz, ");
        if (!none && level->shift_db != 0)
            kh_str_printf(&words, "%.3g dB weaker than now", -level->shift_db);
        if (!none)
            kh_str_printf(&words, ", %.6g Gbit/s each", level->gbps);
        kh_str_append(&words, ". ");
        kh_str_printf(&words,
                      gap(one) < 1e-6 ? "By the table no other choice gives more key."
                                      : "By the table no other choice gives %.2g %% more key.",
                      100 * gap(one));
    }
    kh_str_append(out, "\n");
    kh_str_append_wrapped(out, kh_str_text(&words), WIDTH, "");
    kh_str_append(out, "\n");
    kh_str_clear(&words);
}

/* Some of the offers, evenly spread, both ends among them. */
static void write_front(const kh_pipeline *p, const cli_light_one *one, kh_str *out)
{
    cli_table table = cli_table_start(p->arena, ">Gbit/s|>key rate|>dB of launch power");
    size_t n = one->n_offers, shown = n < MOST_OFFERS ? n : MOST_OFFERS;
    for (size_t i = 0; i < shown; i++) {
        const kh_assign_offer *offer = &one->offers[shown > 1 ? i * (n - 1) / (shown - 1) : 0];
        cli_table_number(&table, offer->gbps, 0);
        cli_table_rate(&table, offer->rate_bps);
        cli_table_number(&table, one->table.levels[offer->level].shift_db, 0);
    }
    kh_str_printf(out, "\n%s: what can be had\n", p->net->qkd_links[one->link.i].id);
    cli_table_text(&table, out);
    if (!one->all_offers)
        kh_str_append(out, "The time limit passed before all choices were looked at: some are missing.\n");
}

static void write_table(const kh_pipeline *p, const cli_light *light, kh_str *out)
{
    cli_table table = cli_table_start(p->arena, "link|>Gbit/s now|>key now|>Gbit/s|>key rate|>by the table");
    for (size_t i = 0; i < light->n; i++) {
        const cli_light_one *one = &light->links[i];
        cli_table_cell(&table, "%s", p->net->qkd_links[one->link.i].id);
        cli_table_number(&table, one->now_gbps, 0);
        cli_table_rate(&table, one->now_bps);
        cli_table_number(&table, one->assign.gbps, 0);
        cli_table_rate(&table, one->checked_bps);
        cli_table_rate(&table, one->assign.value);
    }
    cli_table_text(&table, out);
}

kh_status cli_light_text(const kh_pipeline *p, const cli_light_options *options, const cli_light *light, kh_error *err)
{
    kh_str out = {0};
    write_table(p, light, &out);
    for (size_t i = 0; i < light->n; i++)
        write_words(p, &light->links[i], &out);
    for (size_t i = 0; options->front && i < light->n; i++)
        write_front(p, &light->links[i], &out);
    kh_str_append(&out, light->n > 0 ? "\n" : "");
    kh_str_append_wrapped(
        &out,
        light->n > 0 ? "Rates of one module for each quantum channel. The table holds Raman scattering both ways and leakage; "
                       "key rate is the models', four-wave mixing included. Quantum channels stand on the line's grid in "
                       "the C band or every THz of the O band."
                     : "No QKD link has one line system beside it (beside), so there is nothing to choose.",
        WIDTH, "");
    kh_str_append(&out, "\n");
    return cli_print(&out, err);
}

static kh_json *json_channels(const kh_light_table *t, const bool *set)
{
    kh_json *list = kh_json_array();
    for (size_t i = 0; i < t->n_channels; i++)
        if (set[i])
            kh_json_append(list, kh_json_number(t->freq_thz[i]));
    return list;
}

static kh_json *json_offers(const cli_light_one *one)
{
    kh_json *list = kh_json_array();
    for (size_t i = 0; i < one->n_offers; i++) {
        kh_json *offer = kh_json_object();
        set_number(offer, "gbps", one->offers[i].gbps);
        set_number(offer, "rate_bps", one->offers[i].rate_bps);
        set_number(offer, "bound_bps", one->offers[i].bound_bps);
        set_number(offer, "shift_db", one->table.levels[one->offers[i].level].shift_db);
        kh_json_append(list, offer);
    }
    return list;
}

kh_json *cli_json_light(const kh_pipeline *p, const cli_light *light)
{
    kh_json *root = kh_json_object(), *links = kh_json_array();
    for (size_t i = 0; i < light->n; i++) {
        const cli_light_one *one = &light->links[i];
        kh_json *object = kh_json_object();
        set_text(object, "id", p->net->qkd_links[one->link.i].id);
        set_number(object, "now_gbps", one->now_gbps);
        set_number(object, "now_bps", one->now_bps);
        set_number(object, "wanted_gbps", one->problem.wanted_gbps);
        set_number(object, "gbps", one->assign.gbps);
        set_number(object, "key_rate_bps", one->checked_bps);
        set_number(object, "value", one->assign.value);
        set_number(object, "bound", one->assign.bound);
        set_number(object, "gap", gap(one));
        set_number(object, "shift_db", one->table.levels[one->assign.level].shift_db);
        kh_json_set(object, "quantum_thz", json_channels(&one->table, one->assign.quantum));
        kh_json_set(object, "classical_thz", json_channels(&one->table, one->assign.classical));
        kh_json_set(object, "front", json_offers(one));
        if (one->offers != NULL)
            kh_json_set(object, "front_complete", kh_json_bool(one->all_offers));
        kh_json_append(links, object);
    }
    set_text(root, "name", p->net->name);
    kh_json_set(root, "links", links);
    kh_json_set(root, "findings", cli_json_findings(p->findings));
    return root;
}
