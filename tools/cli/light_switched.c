/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/light_switched.h"

#include "core/base/clock.h"
#include "tools/cli/json_put.h"

kh_status cli_switched_find(const kh_pipeline *p, const cli_switched_options *options, size_t most_ways, kh_switched *found,
                            kh_error *err)
{
    kh_switched_options by = options->ways;
    by.most_ways = most_ways;
    by.until_s = kh_clock_s() + kh_pipeline_left_s(p, options->time_limit_s, 1);
    return kh_switched_find(p->net, &by, p->arena, found, err);
}

const char *cli_switched_proof(kh_arena *arena, double value, double bound)
{
    double gap = cli_switched_gap(value, bound);
    const char *text =
        gap < 2e-6 ? "no other choice gives more" : kh_arena_printf(arena, "no other choice gives %.2g %% more", 100 * gap);
    return text != NULL ? text : "";
}

/* Fibres side by side are told apart by name. */
static bool has_twin(const kh_net *net, uint32_t fibre)
{
    const kh_node_id *ends = net->fibres[fibre].ends;
    for (size_t e = 0; e < net->n_fibres; e++) {
        const kh_node_id *other = net->fibres[e].ends;
        bool same = (other[0].i == ends[0].i && other[1].i == ends[1].i) || (other[0].i == ends[1].i && other[1].i == ends[0].i);
        if (e != fibre && same)
            return true;
    }
    return false;
}

const char *cli_switched_way(const kh_net *net, const kh_switched *switched, const kh_switched_way *way, kh_arena *arena)
{
    kh_node_id at = net->demands[switched->sent[way->demand]].between[0];
    const char *text = net->nodes[at.i].id;
    for (size_t h = 0; h < way->n_fibres && text != NULL; h++) {
        const kh_fibre *fibre = &net->fibres[way->fibres[h]];
        at = kh_node_far_end(fibre->ends, at);
        text = has_twin(net, way->fibres[h]) ? kh_arena_printf(arena, "%s > (%s) %s", text, fibre->id, net->nodes[at.i].id)
                                             : kh_arena_printf(arena, "%s > %s", text, net->nodes[at.i].id);
    }
    return text != NULL ? text : "";
}

void cli_switched_left_out(const kh_net *net, const kh_switched *switched, kh_str *words)
{
    const char *comma = "";
    if (switched->n_left_out == 0)
        return;
    kh_str_append(words, "No fibre leads through switches alone, or it is too long, for ");
    for (size_t i = 0; i < switched->n_left_out; i++, comma = ", ")
        kh_str_printf(words, "%s%s", comma, net->demands[switched->left_out[i]].id);
    kh_str_append(words, ": that takes relays (keyhaul plan). ");
}

void cli_switched_json(const kh_pipeline *p, const cli_switched_options *options, const kh_switched *switched, kh_json *root)
{
    kh_json *left_out = kh_json_array();
    for (size_t i = 0; i < switched->n_left_out; i++)
        kh_json_append(left_out, kh_json_text(p->net->demands[switched->left_out[i]].id));
    set_text(root, "name", p->net->name);
    set_number(root, "channels", (double)options->n_channels);
    set_number(root, "switch_db", options->ways.switch_db);
    kh_json_set(root, "left_out", left_out);
}

kh_json *cli_switched_fibres(const kh_net *net, const kh_switched_way *way)
{
    kh_json *list = kh_json_array();
    for (size_t h = 0; h < way->n_fibres; h++)
        kh_json_append(list, kh_json_text(net->fibres[way->fibres[h]].id));
    return list;
}
