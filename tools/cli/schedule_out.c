/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/schedule_out.h"

#include "tools/cli/cli.h"
#include "tools/cli/json_out.h"
#include "tools/cli/json_put.h"
#include "tools/cli/table.h"

#include <math.h>
#include <stdio.h>

enum { WIDTH = 80, MOST_STORES = 12 };
static const double MB_BITS = 8e6, NOTHING = 1e-12; /* a bound that is 0 but for rounding */

/* Infinite: no bound was found, or nothing to compare it with. */
static double gap(double value, double bound)
{
    if (!(bound > value) || bound < NOTHING)
        return 0;
    return value > 0 ? bound / value - 1 : HUGE_VAL;
}

static const char *gap_text(kh_arena *arena, double value, double bound)
{
    if (isinf(gap(value, bound)))
        return "not proven to be the most that is possible";
    const char *text = gap(value, bound) < 1e-6
                           ? "proven to be the most that is possible"
                           : kh_arena_printf(arena, "proven: no more than %.2g %% above is possible", 100 * gap(value, bound));
    return text != NULL ? text : "";
}

static double requested_bps(const kh_over_time *o)
{
    double sum = 0;
    for (size_t k = 0; k < o->stores.n_demands; k++)
        sum += o->flow.joined[k] ? o->stores.demands[k].requested_bps : 0;
    return sum;
}

/* Key rate of all demands together that a megabyte more brings. */
static double megabyte_brings_bps(const kh_over_time *o, size_t link)
{
    return o->flow.store_value[link] * MB_BITS * requested_bps(o);
}

static size_t count(const bool *set, size_t n)
{
    size_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += set[i];
    return sum;
}

/* The station's end of a pass, or the satellite's. */
static const kh_node *end_of(const kh_net *net, const kh_schedule_pass *pass, bool satellite)
{
    const kh_node_id *ends = net->qkd_links[pass->link].ends;
    bool first_flies = net->nodes[ends[0].i].kind == KH_NODE_SATELLITE;
    return &net->nodes[ends[first_flies == satellite ? 0 : 1].i];
}

static const char *clock_text(kh_arena *arena, double t_s, bool one_day)
{
    int minutes = (int)(t_s / 60);
    const char *text = one_day ? kh_arena_printf(arena, "%02d:%02d", minutes / 60, minutes % 60)
                               : kh_arena_printf(arena, "day %d %02d:%02d", 1 + minutes / 1440, minutes / 60 % 24, minutes % 60);
    return text != NULL ? text : "";
}

static void write_passes(const kh_pipeline *p, const kh_over_time *o, bool one_day, kh_str *out)
{
    cli_table table = cli_table_start(p->arena, "satellite|station|>from|>min|>kbit");
    for (size_t i = 0; i < o->passes.n_passes; i++) {
        const kh_schedule_pass *pass = &o->passes.passes[i];
        if (!o->schedule.chosen[i])
            continue;
        cli_table_cell(&table, "%s", kh_node_name(end_of(p->net, pass, true)));
        cli_table_cell(&table, "%s", kh_node_name(end_of(p->net, pass, false)));
        cli_table_cell(&table, "%s", clock_text(p->arena, pass->start_s, one_day));
        cli_table_number(&table, (pass->end_s - pass->start_s) / 60, 1);
        cli_table_number(&table, 1e-3 * pass->key_bits, 1);
    }
    cli_table_text(&table, out);
}

static void write_pairs(const kh_pipeline *p, const kh_over_time *o, kh_str *out)
{
    cli_table table = cli_table_start(p->arena, "keys from the sky for|>kbit|>keys of 256 bit");
    for (size_t k = 0; k < o->passes.n_demands; k++) {
        const uint32_t *ends = o->passes.demands[k].ends;
        cli_table_cell(&table, "%s - %s", kh_node_name(&p->net->nodes[ends[0]]), kh_node_name(&p->net->nodes[ends[1]]));
        cli_table_number(&table, 1e-3 * o->pair_bits[k], 1);
        cli_table_number(&table, floor(o->pair_bits[k] / KH_KEY_BITS), 0);
    }
    if (table.n_cells > 0)
        kh_str_append(out, "\n");
    cli_table_text(&table, out);
}

static void write_schedule(const kh_pipeline *p, const kh_over_time_options *options, const kh_over_time *o, kh_str *out)
{
    kh_str words = {0};
    size_t n = o->passes.n_passes;
    if (n == 0) {
        kh_str_append(out, "No satellite brings key in these hours.\n");
        return;
    }
    write_passes(p, o, options->hours <= 24, out);
    write_pairs(p, o, out);
    bool stations = o->passes.n_demands > 0 && o->pair_demand[0] == KH_NO_INDEX;
    kh_str_printf(&words,
                  "%zu of %zu passes with key are used; the others overlap with one of them, at the satellite or at the station. ",
                  count(o->schedule.chosen, n), n);
    kh_str_append(&words, stations ? "No demand needs the sky, so all pairs of ground stations were served alike. "
                                   : "They serve the demands that no fibre can. ");
    kh_str_append(&words, options->total ? "The passes were chosen for the most key in all"
                                         : "The passes were chosen for the largest share that all of them get");
    kh_str_printf(&words, "; %s.", gap_text(p->arena, o->schedule.value, o->schedule.bound));
    if (o->schedule.value <= 0)
        kh_str_append(&words, " In these hours they bring some pair nothing: a pair needs passes at both its ends.");
    kh_str_append(out, "\n");
    kh_str_append_wrapped(out, kh_str_text(&words), WIDTH, "");
    kh_str_append(out, "\n");
    kh_str_clear(&words);
}

/* The links whose stores are worth most, in falling order. */
static size_t best_stores(const kh_over_time *o, uint32_t *best)
{
    size_t n = 0;
    for (uint32_t e = 0; e < o->stores.graph.n_links; e++) {
        size_t at = n;
        if (!(megabyte_brings_bps(o, e) >= 1e-3))
            continue;
        while (at > 0 && o->flow.store_value[best[at - 1]] < o->flow.store_value[e])
            at--;
        for (size_t i = n < MOST_STORES ? n++ : MOST_STORES - 1; i > at; i--)
            best[i] = best[i - 1];
        if (at < MOST_STORES)
            best[at] = e;
    }
    return n;
}

static void write_stores(const kh_pipeline *p, const kh_over_time *o, kh_str *out)
{
    uint32_t best[MOST_STORES];
    size_t n = best_stores(o, best), joined = count(o->flow.joined, o->stores.n_demands);
    kh_str words = {0};
    cli_table table = cli_table_start(p->arena, "key store of|>holds MB|>1 MB more brings");
    for (size_t i = 0; i < n; i++) {
        cli_table_cell(&table, "%s", p->net->qkd_links[best[i]].id);
        cli_table_number(&table, o->stores.store_bits[best[i]] / MB_BITS, 2);
        cli_table_rate(&table, megabyte_brings_bps(o, best[i]));
    }
    kh_str_append(out, "\n");
    cli_table_text(&table, out);
    if (o->stores.n_demands == 0)
        kh_str_append(&words, "No demand asks for key over fibre. ");
    else
        kh_str_printf(&words, "With these key stores %zu of %zu demands can have %.*f %% of what they ask for at every time (%s). ",
                      joined, o->stores.n_demands, o->flow.value >= 10 ? 0 : 2, 100 * o->flow.value,
                      gap_text(p->arena, o->flow.value, o->flow.bound));
    if (o->flow.why_open != NULL)
        kh_str_printf(&words, "It is not proven to the end: %s. ", o->flow.why_open);
    if (joined < o->stores.n_demands)
        kh_str_append(&words, "The others have no path in some period. ");
    kh_str_append(&words, n > 0 ? "A larger store brings what the table says, to all demands together, for small changes."
                                : "No store is too small: a larger one brings nothing.");
    kh_str_append_wrapped(out, kh_str_text(&words), WIDTH, "");
    kh_str_append(out, "\n");
    kh_str_clear(&words);
}

static void write_assumptions(const kh_over_time_options *options, const kh_over_time *o, kh_str *out)
{
    kh_str words = {0};
    kh_str_printf(
        &words,
        "Assumed: the %g hours repeat, in periods of %g min; fibres make their mean rate at any time; a pass brings the key "
        "of a clear sky times the chance of one, at its end; other demands take nothing from the links that the pairs above "
        "use; requests %s.",
        options->hours, o->stores.period_s / 60,
        options->swing > 0 ? "swing over the day, highest at 14 h" : "are the same at all hours (--swing)");
    kh_str_append(out, "\n");
    kh_str_append_wrapped(out, kh_str_text(&words), WIDTH, "");
    kh_str_append(out, "\n");
    kh_str_clear(&words);
}

kh_status cli_schedule_text(const kh_pipeline *p, const kh_over_time_options *options, const kh_over_time *over, kh_error *err)
{
    kh_str out = {0};
    kh_str_printf(&out, "%s: %g hours from day %g of the year, 0 h UTC\n\n", p->net->name, options->hours, options->first_day);
    write_schedule(p, options, over, &out);
    write_stores(p, over, &out);
    write_assumptions(options, over, &out);
    return cli_print(&out, err);
}

static kh_json *json_passes(const kh_pipeline *p, const kh_over_time *o)
{
    kh_json *list = kh_json_array();
    for (size_t i = 0; i < o->passes.n_passes; i++) {
        const kh_schedule_pass *pass = &o->passes.passes[i];
        kh_json *one = kh_json_object();
        set_text(one, "link", p->net->qkd_links[pass->link].id);
        set_text(one, "satellite", end_of(p->net, pass, true)->id);
        set_text(one, "station", end_of(p->net, pass, false)->id);
        set_number(one, "start_s", pass->start_s);
        set_number(one, "end_s", pass->end_s);
        set_number(one, "key_bits", pass->key_bits);
        kh_json_set(one, "used", kh_json_bool(o->schedule.chosen[i]));
        kh_json_append(list, one);
    }
    return list;
}

static kh_json *json_pairs(const kh_pipeline *p, const kh_over_time *o)
{
    kh_json *list = kh_json_array();
    for (size_t k = 0; k < o->passes.n_demands; k++) {
        kh_json *one = kh_json_object(), *ends = kh_json_array();
        for (int i = 0; i < 2; i++)
            kh_json_append(ends, kh_json_text(p->net->nodes[o->passes.demands[k].ends[i]].id));
        set_text(one, "demand", o->pair_demand[k] != KH_NO_INDEX ? p->net->demands[o->pair_demand[k]].id : NULL);
        kh_json_set(one, "between", ends);
        set_number(one, "key_bits", o->pair_bits[k]);
        kh_json_append(list, one);
    }
    return list;
}

static kh_json *json_stores(const kh_pipeline *p, const kh_over_time *o)
{
    kh_json *list = kh_json_array();
    for (size_t e = 0; e < o->stores.graph.n_links; e++) {
        kh_json *one = kh_json_object();
        set_text(one, "link", p->net->qkd_links[e].id);
        set_number(one, "capacity_bits", o->stores.store_bits[e]);
        set_number(one, "megabyte_brings_bps", megabyte_brings_bps(o, e));
        kh_json_append(list, one);
    }
    return list;
}

kh_json *cli_json_schedule(const kh_pipeline *p, const kh_over_time_options *options, const kh_over_time *over)
{
    kh_json *root = kh_json_object(), *passes = kh_json_object(), *stores = kh_json_object();
    set_text(root, "name", p->net->name);
    set_number(root, "first_day", options->first_day);
    set_number(root, "hours", options->hours);
    set_text(passes, "objective", options->total ? "total" : "concurrent");
    set_number(passes, "value", over->schedule.value);
    set_number(passes, "bound", over->schedule.bound);
    set_number(passes, "gap", gap(over->schedule.value, over->schedule.bound));
    kh_json_set(passes, "passes", json_passes(p, over));
    kh_json_set(passes, "pairs", json_pairs(p, over));
    kh_json_set(root, "schedule", passes);
    set_number(stores, "period_s", over->stores.period_s);
    set_number(stores, "value", over->flow.value);
    set_number(stores, "bound", over->flow.bound);
    set_number(stores, "gap", gap(over->flow.value, over->flow.bound));
    set_text(stores, "why_open", over->flow.why_open);
    set_number(stores, "n_joined", (double)count(over->flow.joined, over->stores.n_demands));
    set_number(stores, "n_demands", (double)over->stores.n_demands);
    kh_json_set(stores, "links", json_stores(p, over));
    kh_json_set(root, "stores", stores);
    kh_json_set(root, "findings", cli_json_findings(p->findings));
    return root;
}
