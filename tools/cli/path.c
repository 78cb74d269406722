/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/path.h"

#include "tools/cli/cli.h"
#include "tools/cli/json_out.h"
#include "tools/cli/table.h"
#include "tools/study/light_path.h"

#include <math.h>
#include <string.h>

/* --- which nodes --- */

static kh_status find_node(const kh_net *net, const char *id, kh_arena *arena, kh_node_id *out, kh_error *err)
{
    *out = kh_net_node(net, id);
    if (out->i != KH_NO_INDEX)
        return KH_OK;
    const char **ids = KH_NEW(arena, const char *, net->n_nodes);
    for (size_t i = 0; ids != NULL && i < net->n_nodes; i++)
        ids[i] = net->nodes[i].id;
    const char *nearest = ids == NULL ? NULL : kh_str_nearest(id, ids, net->n_nodes);
    return kh_fail(err, KH_EUSAGE, "--path: there is no node '%s'%s%s%s", id, nearest == NULL ? "" : "; did you mean '",
                   nearest == NULL ? "" : nearest, nearest == NULL ? "" : "'?");
}

static kh_status find_ends(const kh_net *net, const char *path, kh_arena *arena, kh_node_id ends[2], kh_error *err)
{
    const char *comma = strchr(path, ',');
    char *first = comma == NULL ? NULL : kh_arena_strndup(arena, path, (size_t)(comma - path));
    if (comma == NULL || first == NULL)
        return kh_fail(err, KH_EUSAGE, "--path is '%s', must be two nodes with a comma between: A,B", path);
    KH_TRY(find_node(net, first, arena, &ends[0], err));
    KH_TRY(find_node(net, comma + 1, arena, &ends[1], err));
    return ends[0].i != ends[1].i ? KH_OK : kh_fail(err, KH_EUSAGE, "--path: '%s' is at both ends", first);
}

/* --- text --- */

static void write_way(const kh_net *net, const kh_light_path *p, kh_str *out)
{
    kh_str way = {0};
    for (size_t i = 0; i < p->n_hops; i++)
        kh_str_printf(&way, "%s%s%s", i == 0 ? "over " : ", ", net->line_systems[p->hops[i].line.i].id,
                      p->hops[i].backward ? " (backward)" : "");
    kh_str_append_wrapped(out, kh_str_text(&way), 80, "  ");
    kh_str_append(out, "\n");
    kh_str_clear(&way);
}

static void write_summary(const kh_net *net, const kh_node_id ends[2], const kh_light_path *p, kh_str *out)
{
    const kh_optical_channel *worst = &p->path.channels[p->path.worst];
    kh_str_printf(out, "%s to %s: %.1f km, %.0f span%s, %.3f ms\n", net->nodes[ends[0].i].id, net->nodes[ends[1].i].id,
                  p->path.length_km, p->rate.spans, p->rate.spans == 1.0 ? "" : "s", p->path.latency_ms);
    write_way(net, p, out);
    kh_str_printf(out,
                  "CD %.2f ps/nm, PMD %.2f ps, PDL %.2f dB on channel %zu,\n"
                  "which has the lowest GSNR, %.2f dB in 0.1 nm\n",
                  worst->cd_ps_nm, p->path.pmd_ps, p->path.pdl_db, p->path.worst + 1, worst->gsnr_01nm_db);
    if (isinf(p->tx_osnr_db))
        kh_str_append(out, "transmitters are noiseless here; ");
    else
        kh_str_printf(out, "transmitters of %g dB OSNR are included; ", p->tx_osnr_db);
    if (p->rate.capacity_gbps > 0.0)
        kh_str_printf(out, "capacity %.2f Tb/s\n", p->rate.capacity_gbps / 1000.0);
    else
        kh_str_append(out, "no mode works\n");
    if (p->rate.reason != NULL) {
        kh_str_append_wrapped(out, p->rate.reason, 80, "  ");
        kh_str_append(out, "\n");
    }
    kh_str_append(out, "\n");
}

static void write_channels(const kh_light_path *p, kh_arena *arena, kh_str *out)
{
    cli_table table = cli_table_start(arena, ">channel|>THz|>GBd|>dBm|>OSNR dB|>SNR NLI dB|>GSNR dB|>GSNR 0.1 nm");
    for (size_t i = 0; i < p->path.n; i++) {
        const kh_optical_channel *channel = &p->path.channels[i];
        cli_table_cell(&table, "%zu", i + 1);
        cli_table_number(&table, p->comb.freq_hz[i] / 1e12, 5);
        cli_table_number(&table, p->comb.baud_hz[i] / 1e9, 2);
        cli_table_number(&table, channel->rx_power_dbm, 2);
        cli_table_number(&table, channel->osnr_db, 2);
        cli_table_number(&table, channel->snr_nli_db, 2);
        cli_table_number(&table, channel->gsnr_db, 2);
        cli_table_number(&table, channel->gsnr_01nm_db, 2);
    }
    cli_table_text(&table, out);
}

/* --- JSON --- */

static kh_json *hops_json(const kh_net *net, const kh_light_path *p)
{
    kh_json *array = kh_json_array();
    for (size_t i = 0; i < p->n_hops; i++) {
        kh_json *hop = kh_json_object();
        kh_json_set(hop, "line", kh_json_text(net->line_systems[p->hops[i].line.i].id));
        kh_json_set(hop, "backward", kh_json_bool(p->hops[i].backward));
        kh_json_append(array, hop);
    }
    return array;
}

static kh_json *channels_json(const kh_light_path *p)
{
    kh_json *array = kh_json_array();
    for (size_t i = 0; i < p->path.n; i++) {
        const kh_optical_channel *channel = &p->path.channels[i];
        kh_json *object = kh_json_object();
        kh_json_set(object, "freq_thz", kh_json_number(p->comb.freq_hz[i] / 1e12));
        kh_json_set(object, "baud_gbd", kh_json_number(p->comb.baud_hz[i] / 1e9));
        kh_json_set(object, "rx_power_dbm", kh_json_number(channel->rx_power_dbm));
        kh_json_set(object, "osnr_db", kh_json_number(channel->osnr_db));
        kh_json_set(object, "snr_nli_db", kh_json_number(channel->snr_nli_db));
        kh_json_set(object, "gsnr_db", kh_json_number(channel->gsnr_db));
        kh_json_set(object, "gsnr_01nm_db", kh_json_number(channel->gsnr_01nm_db));
        kh_json_set(object, "osnr_01nm_db", kh_json_number(channel->osnr_01nm_db));
        kh_json_set(object, "cd_ps_nm", kh_json_number(channel->cd_ps_nm));
        kh_json_append(array, object);
    }
    return array;
}

static kh_json *path_json(const kh_net *net, const kh_node_id ends[2], const kh_light_path *p)
{
    kh_json *object = kh_json_object();
    kh_json_set(object, "from", kh_json_text(net->nodes[ends[0].i].id));
    kh_json_set(object, "to", kh_json_text(net->nodes[ends[1].i].id));
    kh_json_set(object, "hops", hops_json(net, p));
    kh_json_set(object, "length_km", kh_json_number(p->path.length_km));
    kh_json_set(object, "spans", kh_json_number(p->rate.spans));
    kh_json_set(object, "latency_ms", kh_json_number(p->path.latency_ms));
    kh_json_set(object, "pmd_ps", kh_json_number(p->path.pmd_ps));
    kh_json_set(object, "pdl_db", kh_json_number(p->path.pdl_db));
    kh_json_set(object, "tx_osnr_db", kh_json_number(p->tx_osnr_db));
    kh_json_set(object, "capacity_gbps", kh_json_number(p->rate.capacity_gbps));
    kh_json_set(object, "mode", kh_json_text(p->rate.mode.i == KH_NO_INDEX ? NULL : net->modes[p->rate.mode.i].id));
    kh_json_set(object, "reason", kh_json_text(p->rate.reason));
    kh_json_set(object, "channels", channels_json(p));
    return object;
}

/* --- */

static kh_status print(const kh_pipeline *p, const cli_path_request *request, bool json, kh_error *err)
{
    kh_node_id ends[2];
    kh_light_path found = {0};
    KH_TRY(find_ends(p->net, request->ends, p->arena, ends, err));
    KH_TRY(kh_light_path_find(p->net, ends, request->tx_osnr_db, p->arena, &found, err));
    if (json)
        return cli_json_print(path_json(p->net, ends, &found), err);
    kh_str out = {0};
    write_summary(p->net, ends, &found, &out);
    write_channels(&found, p->arena, &out);
    return cli_print(&out, err);
}

int cli_path_run(const char *file, const cli_path_request *request, bool json)
{
    kh_error err = {0};
    kh_pipeline pipeline = {0};
    kh_status status = kh_pipeline_run(&(kh_pipeline_options){.path = file, .until = KH_STAGE_LOAD}, &pipeline, &err);
    cli_print_findings(pipeline.findings);
    if (status == KH_OK)
        status = print(&pipeline, request, json, &err);
    kh_pipeline_clear(&pipeline);
    return cli_print_error(&err, status);
}
