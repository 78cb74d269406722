/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/light/channels.h"
#include "tools/cli/cli.h"
#include "tools/cli/json_out.h"
#include "tools/cli/json_put.h"
#include "tools/cli/light_switched.h"

typedef struct through {
    const kh_pipeline *p;
    const cli_switched_options *options;
    kh_switched found;
    kh_channels_problem problem;
    kh_channels channels;
} through;

static kh_status make_problem(through *t, kh_error *err)
{
    kh_arena *arena = t->p->arena;
    const kh_switched *found = &t->found;
    size_t n_slots = t->p->net->n_fibres * t->options->n_channels;
    kh_channels_way *ways = KH_NEW(arena, kh_channels_way, found->n_ways);
    double *asked_bps = KH_NEW(arena, double, found->n_sent), *weight = KH_NEW(arena, double, found->n_sent);
    bool *is_free = KH_NEW(arena, bool, n_slots);
    if (ways == NULL || asked_bps == NULL || weight == NULL || is_free == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the channels of %zu ways", found->n_ways);
    for (size_t i = 0; i < n_slots; i++)
        is_free[i] = true;
    for (size_t i = 0; i < found->n_ways; i++) {
        const kh_switched_way *way = &found->ways[i];
        ways[i] = (kh_channels_way){way->demand, way->fibres, way->n_fibres, way->rate_bps};
    }
    for (size_t k = 0; k < found->n_sent; k++) {
        const kh_demand *demand = &t->p->net->demands[found->sent[k]];
        asked_bps[k] = demand->rate_bps;
        weight[k] = kh_demand_weight(demand);
    }
    t->problem = (kh_channels_problem){.n_links = t->p->net->n_fibres,
                                       .n_wavelengths = t->options->n_channels,
                                       .is_free = is_free,
                                       .ways = ways,
                                       .n_ways = found->n_ways,
                                       .asked_bps = asked_bps,
                                       .weight = weight,
                                       .n_demands = found->n_sent,
                                       .time_limit_s = kh_pipeline_left_s(t->p, t->options->time_limit_s, 1),
                                       .lp_program = t->options->lp_program};
    return KH_OK;
}

/* Channels of a way, neighbours together: "1-3, 5". */
static const char *channel_list(const through *t, size_t way)
{
    size_t n = t->problem.n_wavelengths;
    const bool *lit = &t->channels.lit[way * n];
    const char *text = "";
    for (size_t i = 0; i < n && text != NULL; i++) {
        size_t first = i + 1;
        if (!lit[i])
            continue;
        while (i + 1 < n && lit[i + 1])
            i++;
        const char *comma = *text != '\0' ? ", " : "";
        text = i + 1 > first ? kh_arena_printf(t->p->arena, "%s%s%zu-%zu", text, comma, first, i + 1)
                             : kh_arena_printf(t->p->arena, "%s%s%zu", text, comma, first);
    }
    return text != NULL ? text : "";
}

static void write_demands(const through *t, kh_str *out)
{
    cli_table table = cli_table_start(t->p->arena, "demand|>asks for|>gets");
    for (size_t k = 0; k < t->found.n_sent; k++) {
        cli_table_cell(&table, "%s", t->p->net->demands[t->found.sent[k]].id);
        cli_table_rate(&table, t->problem.asked_bps[k]);
        cli_table_rate(&table, t->channels.rate_bps[k]);
    }
    cli_table_text(&table, out);
}

static void write_ways(const through *t, kh_str *out)
{
    cli_table table = cli_table_start(t->p->arena, "demand|channels|>dB|>each|device|way");
    for (size_t i = 0; i < t->found.n_ways; i++) {
        const kh_switched_way *way = &t->found.ways[i];
        const char *list = channel_list(t, i);
        if (*list == '\0')
            continue;
        cli_table_cell(&table, "%s", t->p->net->demands[t->found.sent[way->demand]].id);
        cli_table_cell(&table, "%s", list);
        cli_table_number(&table, way->loss_db, 1);
        cli_table_rate(&table, way->rate_bps);
        cli_table_cell(&table, "%s", t->p->net->devices[way->device.i].id);
        cli_table_cell(&table, "%s", cli_switched_way(t->p->net, &t->found, way, t->p->arena));
    }
    kh_str_append(out, "\n");
    cli_table_text(&table, out);
}

static void write_words(const through *t, kh_str *out)
{
    const kh_switched *found = &t->found;
    size_t n_served = 0;
    kh_str words = {0};
    for (size_t k = 0; k < found->n_sent; k++)
        n_served += t->channels.rate_bps[k] >= t->problem.asked_bps[k] * (1 - 1e-9);
    if (found->n_sent > 0) {
        kh_str_printf(&words, "%zu of %zu demands have all that they ask for. Weighted by priority, %s", n_served, found->n_sent,
                      cli_switched_proof(t->p->arena, t->channels.value, t->channels.bound));
        if (found->complete)
            kh_str_append(&words, ". All ways that give key were looked at. ");
        else
            kh_str_printf(
                &words,
                ": that holds over the ways that were looked at, those of least loss, up to %zu for each demand; --ways N "
                "looks at more. ",
                t->options->ways.most_ways);
        if (!t->channels.complete)
            kh_str_printf(&words, "The search was stopped after %g s. ", t->options->time_limit_s);
    }
    cli_switched_left_out(t->p->net, found, &words);
    kh_str_printf(&words,
                  "Assumed: a strand of every fibre for quantum light, channels on it: %zu, alike in loss and without light of "
                  "others; a channel keeps its number through switches, each of which takes %g dB, and has a pair of modules of "
                  "its own.",
                  (size_t)t->options->n_channels, t->options->ways.switch_db);
    kh_str_append(out, "\n");
    kh_str_append_wrapped(out, kh_str_text(&words), CLI_SWITCHED_WIDTH, "");
    kh_str_append(out, "\n");
    kh_str_clear(&words);
}

static kh_status print_text(const through *t, kh_error *err)
{
    kh_str out = {0};
    kh_str_printf(&out, "%s: quantum channels through switches, without relays\n", t->p->net->name);
    if (t->found.n_sent > 0) {
        kh_str_append(&out, "\n");
        write_demands(t, &out);
        write_ways(t, &out);
    }
    write_words(t, &out);
    return cli_print(&out, err);
}

static kh_json *json_ways(const through *t, size_t demand)
{
    size_t n = t->problem.n_wavelengths;
    kh_json *list = kh_json_array();
    for (size_t i = 0; i < t->found.n_ways; i++) {
        const kh_switched_way *way = &t->found.ways[i];
        if (way->demand != demand)
            continue;
        kh_json *one = kh_json_object(), *channels = kh_json_array();
        for (size_t w = 0; w < n; w++)
            if (t->channels.lit[i * n + w])
                kh_json_append(channels, kh_json_number((double)w + 1));
        kh_json_set(one, "fibres", cli_switched_fibres(t->p->net, way));
        set_number(one, "loss_db", way->loss_db);
        set_number(one, "channel_bps", way->rate_bps);
        set_text(one, "device", t->p->net->devices[way->device.i].id);
        kh_json_set(one, "lit", channels);
        kh_json_append(list, one);
    }
    return list;
}

static kh_json *json_demands(const through *t)
{
    kh_json *list = kh_json_array();
    for (size_t k = 0; k < t->found.n_sent; k++) {
        kh_json *one = kh_json_object();
        set_text(one, "demand", t->p->net->demands[t->found.sent[k]].id);
        set_number(one, "asked_bps", t->problem.asked_bps[k]);
        set_number(one, "weight", t->problem.weight[k]);
        set_number(one, "rate_bps", t->channels.rate_bps[k]);
        set_number(one, "key_price", t->channels.key_price[k]);
        kh_json_set(one, "ways", json_ways(t, k));
        kh_json_append(list, one);
    }
    return list;
}

static kh_json *json_fibres(const through *t)
{
    size_t n = t->problem.n_wavelengths;
    kh_json *list = kh_json_array();
    for (size_t e = 0; e < t->problem.n_links; e++) {
        kh_json *one = kh_json_object();
        double price = 0;
        for (size_t w = 0; w < n; w++)
            price += t->channels.prices[e * n + w];
        set_text(one, "id", t->p->net->fibres[e].id);
        set_number(one, "price", price);
        kh_json_append(list, one);
    }
    return list;
}

static kh_json *to_json(const through *t)
{
    kh_json *root = kh_json_object();
    cli_switched_json(t->p, t->options, &t->found, root);
    set_number(root, "value", t->channels.value);
    set_number(root, "bound", t->channels.bound);
    set_number(root, "gap", cli_switched_gap(t->channels.value, t->channels.bound));
    set_number(root, "relaxed", t->channels.relaxed);
    kh_json_set(root, "all_ways", kh_json_bool(t->found.complete));
    kh_json_set(root, "demands", json_demands(t));
    kh_json_set(root, "fibres", json_fibres(t));
    kh_json_set(root, "findings", cli_json_findings(t->p->findings));
    return root;
}

kh_status cli_light_through(const kh_pipeline *p, const cli_switched_options *options, kh_error *err)
{
    through t = {.p = p, .options = options};
    KH_TRY(cli_switched_find(p, options, options->ways.most_ways, &t.found, err));
    KH_TRY(make_problem(&t, err));
    KH_TRY(kh_channels_solve(&t.problem, p->arena, &t.channels, err));
    if (kh_channels_verify(&t.problem, &t.channels, err) != KH_OK)
        return kh_while(err, KH_EINTERNAL, "checking the channels");
    return options->json ? cli_json_print(to_json(&t), err) : print_text(&t, err);
}
