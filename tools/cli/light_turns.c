/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/light/turns.h"
#include "tools/cli/cli.h"
#include "tools/cli/json_out.h"
#include "tools/cli/json_put.h"
#include "tools/cli/light_switched.h"

typedef struct in_turns {
    const kh_pipeline *p;
    const cli_switched_options *options;
    kh_switched found; /* one way a demand, so that pairs have its numbers */
    kh_turns_problem problem;
    kh_turns turns;
    size_t n_shared, n_permanent; /* transceivers */
} in_turns;

static const char *demand_id(const in_turns *t, size_t pair)
{
    return t->p->net->demands[t->found.sent[pair]].id;
}

/* A site needs no more transceivers than it has pairs. */
static void count_transceivers(in_turns *t, const uint32_t *pairs_at)
{
    for (size_t v = 0; v < t->problem.n_nodes; v++) {
        t->n_permanent += pairs_at[v];
        t->n_shared += pairs_at[v] < t->options->n_transceivers ? pairs_at[v] : t->options->n_transceivers;
    }
}

static kh_status make_problem(in_turns *t, kh_error *err)
{
    const kh_net *net = t->p->net;
    kh_turns_pair *pairs = KH_NEW(t->p->arena, kh_turns_pair, t->found.n_ways);
    uint32_t *transceivers = KH_NEW(t->p->arena, uint32_t, net->n_nodes), *channels = KH_NEW(t->p->arena, uint32_t, net->n_fibres);
    uint32_t *pairs_at = KH_NEW(t->p->arena, uint32_t, net->n_nodes);
    if (pairs == NULL || transceivers == NULL || channels == NULL || pairs_at == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu pairs", t->found.n_ways);
    for (size_t v = 0; v < net->n_nodes; v++)
        transceivers[v] = (uint32_t)t->options->n_transceivers;
    for (size_t e = 0; e < net->n_fibres; e++)
        channels[e] = (uint32_t)t->options->n_channels;
    for (size_t i = 0; i < t->found.n_ways; i++) {
        const kh_switched_way *way = &t->found.ways[i];
        const kh_demand *demand = &net->demands[t->found.sent[i]];
        pairs[i] = (kh_turns_pair){
            {demand->between[0].i, demand->between[1].i}, way->fibres, way->n_fibres, way->rate_bps, demand->rate_bps};
        for (size_t end = 0; end < 2; end++)
            pairs_at[demand->between[end].i]++;
    }
    t->problem = (kh_turns_problem){.n_nodes = net->n_nodes,
                                    .transceivers = transceivers,
                                    .n_links = net->n_fibres,
                                    .channels = channels,
                                    .pairs = pairs,
                                    .n_pairs = t->found.n_ways,
                                    .lost_share = t->options->lost_share,
                                    .time_limit_s = kh_pipeline_left_s(t->p, t->options->time_limit_s, 1),
                                    .lp_program = t->options->lp_program};
    count_transceivers(t, pairs_at);
    return KH_OK;
}

static void write_pairs(const in_turns *t, kh_str *out)
{
    cli_table table = cli_table_start(t->p->arena, "demand|>asks for|>in turns|>while on|>dB|way");
    for (size_t k = 0; k < t->problem.n_pairs; k++) {
        const kh_switched_way *way = &t->found.ways[k];
        cli_table_cell(&table, "%s", demand_id(t, k));
        cli_table_rate(&table, t->problem.pairs[k].asked_bps);
        cli_table_rate(&table, t->turns.rate_bps[k]);
        cli_table_rate(&table, t->problem.pairs[k].rate_bps);
        cli_table_number(&table, way->loss_db, 1);
        cli_table_cell(&table, "%s", cli_switched_way(t->p->net, &t->found, way, t->p->arena));
    }
    cli_table_text(&table, out);
}

static const char *joined_list(const in_turns *t, const kh_turn *turn)
{
    const char *text = "";
    for (size_t k = 0; k < t->problem.n_pairs && text != NULL; k++)
        if (turn->on[k])
            text = kh_arena_printf(t->p->arena, "%s%s%s", text, *text != '\0' ? ", " : "", demand_id(t, k));
    return text != NULL ? text : "";
}

static void write_turns(const in_turns *t, kh_str *out)
{
    cli_table table = cli_table_start(t->p->arena, ">% of the time|joined");
    for (size_t i = 0; i < t->turns.n_turns; i++) {
        cli_table_number(&table, 100 * t->turns.turns[i].share, 2);
        cli_table_cell(&table, "%s", joined_list(t, &t->turns.turns[i]));
    }
    kh_str_append(out, "\n");
    cli_table_text(&table, out);
}

static const char *times(const in_turns *t, double value)
{
    const char *text = kh_arena_printf(t->p->arena, value < 1000 ? "%.4g" : "%.0f", value);
    return text != NULL ? text : "";
}

static void write_words(const in_turns *t, kh_str *out)
{
    kh_str words = {0};
    if (t->problem.n_pairs > 0) {
        kh_str_printf(
            &words,
            "In turns every demand gets at least %s times what it asks for, with %zu transceivers; as shares of the time, %s. ",
            times(t, t->turns.value), t->n_shared, cli_switched_proof(t->p->arena, t->turns.value, t->turns.bound));
        kh_str_printf(&words, "Permanent links, with %zu transceivers and a channel for each pair, would give at least %s times. ",
                      t->n_permanent, times(t, t->turns.permanent));
        if (!t->turns.complete)
            kh_str_printf(&words, "The search was stopped after %g s. ", t->options->time_limit_s);
    }
    cli_switched_left_out(t->p->net, &t->found, &words);
    kh_str_printf(&words,
                  "Assumed: each demand takes its way of least loss; transceivers of a site: %zu, which can send and receive; "
                  "quantum channels of a fibre: %zu, on a strand of their own; a switch takes %g dB; %g %% of the time goes into "
                  "switching, and key is made at once after it.",
                  (size_t)t->options->n_transceivers, (size_t)t->options->n_channels, t->options->ways.switch_db,
                  100 * t->options->lost_share);
    kh_str_append(out, "\n");
    kh_str_append_wrapped(out, kh_str_text(&words), CLI_SWITCHED_WIDTH, "");
    kh_str_append(out, "\n");
    kh_str_clear(&words);
}

static kh_status print_text(const in_turns *t, kh_error *err)
{
    kh_str out = {0};
    kh_str_printf(&out, "%s: optical paths in turns, without relays\n", t->p->net->name);
    if (t->problem.n_pairs > 0) {
        kh_str_append(&out, "\n");
        write_pairs(t, &out);
        write_turns(t, &out);
    }
    write_words(t, &out);
    return cli_print(&out, err);
}

static kh_json *json_pairs(const in_turns *t)
{
    kh_json *list = kh_json_array();
    for (size_t k = 0; k < t->problem.n_pairs; k++) {
        kh_json *one = kh_json_object();
        set_text(one, "demand", demand_id(t, k));
        kh_json_set(one, "fibres", cli_switched_fibres(t->p->net, &t->found.ways[k]));
        set_number(one, "loss_db", t->found.ways[k].loss_db);
        set_text(one, "device", t->p->net->devices[t->found.ways[k].device.i].id);
        set_number(one, "asked_bps", t->problem.pairs[k].asked_bps);
        set_number(one, "channel_bps", t->problem.pairs[k].rate_bps);
        set_number(one, "rate_bps", t->turns.rate_bps[k]);
        set_number(one, "key_price", t->turns.prices[k]);
        kh_json_append(list, one);
    }
    return list;
}

static kh_json *json_turns(const in_turns *t)
{
    kh_json *list = kh_json_array();
    for (size_t i = 0; i < t->turns.n_turns; i++) {
        kh_json *one = kh_json_object(), *joined = kh_json_array();
        for (size_t k = 0; k < t->problem.n_pairs; k++)
            if (t->turns.turns[i].on[k])
                kh_json_append(joined, kh_json_text(demand_id(t, k)));
        set_number(one, "share", t->turns.turns[i].share);
        kh_json_set(one, "joined", joined);
        kh_json_append(list, one);
    }
    return list;
}

static kh_json *to_json(const in_turns *t)
{
    kh_json *root = kh_json_object(), *permanent = kh_json_object();
    cli_switched_json(t->p, t->options, &t->found, root);
    set_number(root, "lost_share", t->options->lost_share);
    set_number(root, "value", t->turns.value);
    set_number(root, "bound", t->turns.bound);
    set_number(root, "gap", cli_switched_gap(t->turns.value, t->turns.bound));
    set_number(root, "transceivers", (double)t->n_shared);
    set_number(permanent, "value", t->turns.permanent);
    set_number(permanent, "transceivers", (double)t->n_permanent);
    kh_json_set(root, "permanent", permanent);
    kh_json_set(root, "demands", json_pairs(t));
    kh_json_set(root, "turns", json_turns(t));
    kh_json_set(root, "findings", cli_json_findings(t->p->findings));
    return root;
}

kh_status cli_light_turns(const kh_pipeline *p, const cli_switched_options *options, kh_error *err)
{
    in_turns t = {.p = p, .options = options};
    KH_TRY(cli_switched_find(p, options, 1, &t.found, err));
    KH_TRY(make_problem(&t, err));
    KH_TRY(kh_turns_solve(&t.problem, p->arena, &t.turns, err));
    if (kh_turns_verify(&t.problem, &t.turns, err) != KH_OK)
        return kh_while(err, KH_EINTERNAL, "checking the turns");
    return options->json ? cli_json_print(to_json(&t), err) : print_text(&t, err);
}
