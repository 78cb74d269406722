/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/simulation.h"

#include "core/base/units.h"
#include "tools/cli/cli.h"
#include "tools/cli/json_out.h"
#include "tools/cli/sim_fields.h"
#include "tools/cli/sim_notes.h"
#include "tools/cli/table.h"
#include "tools/study/figures.h"

#include <math.h>
#include <stdio.h>

/* The half-width with two digits, the mean with as many decimals. */
static void percent_cell(cli_table *table, kh_estimate e)
{
    double width = 100 * e.half_width_95;
    int decimals = width > 0 ? (int)fmax(0, 1 - floor(log10(width))) : 0;
    if (isfinite(width) && width > 5e-4)
        cli_table_cell(table, "%.*f+-%.*f", decimals, 100 * e.mean, decimals, width);
    else
        cli_table_cell(table, "%.5g", 100 * e.mean);
}

static void write_demands(const kh_pipeline *p, kh_str *out)
{
    cli_table table = cli_table_start(p->arena, "demand|>asked|>served|>late|>blocked|>wait s|>available %");
    for (size_t i = 0; i < p->net->n_demands; i++) {
        if (!kh_demand_needs_qkd(&p->net->demands[i]))
            continue;
        cli_table_cell(&table, "%s", p->net->demands[i].id);
        cli_table_number(&table, kh_figure_estimate(p, kh_figure_requests, i).mean, 0);
        cli_table_number(&table, kh_figure_estimate(p, kh_figure_served, i).mean, 0);
        cli_table_number(&table, kh_figure_estimate(p, kh_figure_late, i).mean, 0);
        cli_table_number(&table, kh_figure_estimate(p, kh_figure_blocked, i).mean, 0);
        cli_table_number(&table, kh_figure_estimate(p, kh_figure_mean_wait_s, i).mean, 2);
        percent_cell(&table, kh_figure_estimate(p, kh_figure_availability, i));
    }
    cli_table_text(&table, out);
}

static void write_links(const kh_pipeline *p, kh_str *out)
{
    cli_table table = cli_table_start(p->arena, "link|>up %|>lowest keys|>made Mbit|>lost %");
    for (size_t i = 0; i < p->net->n_qkd_links; i++) {
        double made = kh_figure_estimate(p, kh_figure_generated_bits, i).mean;
        if (!(made > 0.0))
            continue;
        cli_table_cell(&table, "%s", p->net->qkd_links[i].id);
        percent_cell(&table, kh_figure_estimate(p, kh_figure_up_fraction, i));
        cli_table_number(&table, kh_figure_estimate(p, kh_figure_lowest_bits, i).mean / KH_KEY_BITS, 0);
        cli_table_number(&table, made / 1e6, 1);
        double all = made + kh_figure_estimate(p, kh_figure_initial_bits, i).mean; /* what is lost may be of before */
        cli_table_number(&table, 100.0 * kh_figure_estimate(p, kh_figure_lost_bits, i).mean / all, 1);
    }
    if (table.n_cells > 0)
        kh_str_append(out, "\n");
    cli_table_text(&table, out);
}

static void write_head(const kh_pipeline *p, kh_str *out)
{
    const kh_sim_result *first = p->sims[0], *last = p->sims[p->n_sims - 1];
    const char *what = p->batched ? "batch" : "replication", *several = p->batched ? "es of one run" : "s";
    double days = (p->batched ? last : first)->duration_s / KH_S_PER_DAY;
    double warm_up_days = first->warm_up_s / KH_S_PER_DAY;
    kh_str head = {0};
    kh_str_printf(&head, "%s: %g days, %zu %s%s from seed %llu, not counting the first %g day%s.%s", p->net->name, days, p->n_sims,
                  what, p->n_sims == 1 ? "" : several, (unsigned long long)first->seed, warm_up_days, warm_up_days == 1 ? "" : "s",
                  p->paired ? " Every second replication mirrors the one before." : "");
    kh_str_append_wrapped(out, kh_str_text(&head), 80, "");
    kh_str_append(out, "\n\n");
    out->failed = out->failed || head.failed;
    kh_str_clear(&head);
}

static double available(const kh_sim_result *batch)
{
    double sum = 0;
    for (size_t i = 0; i < batch->n_demands; i++)
        sum += batch->demands[i].availability;
    return sum;
}

static double stored_bits(const kh_sim_result *batch)
{
    double sum = 0;
    for (size_t i = 0; i < batch->n_links; i++)
        sum += batch->links[i].stored_bits;
    return sum;
}

/* Whether the batches may be taken for independent, judged by the availability of all demands together, and whether the stores had
 * settled. */
static void write_judgement(const kh_pipeline *p, kh_str *out)
{
    for (size_t i = 0; i < p->n_sims; i++)
        p->sample[i] = available(p->sims[i]);
    double lag_1 = kh_estimate_lag_1(p->sample, p->n_sims);
    if (lag_1 > 2 / sqrt((double)p->n_sims))
        kh_str_printf(out,
                      "Neighbouring batches are alike (correlation %.2f): the intervals are too narrow; play longer or cut less.\n",
                      lag_1);
    for (size_t i = 0; i < p->n_sims; i++)
        p->sample[i] = stored_bits(p->sims[i]);
    size_t start_up = kh_estimate_start_up(p->sample, p->n_sims);
    if (start_up >= 2 && 10 * start_up >= p->n_sims)
        kh_str_printf(out, "The stores had not settled at the start: --warm-up %g would leave that out.\n",
                      p->sims[start_up]->warm_up_s / KH_S_PER_DAY);
}

static bool asks_for_key(const kh_pipeline *p)
{
    for (size_t i = 0; i < p->net->n_demands; i++)
        if (kh_demand_needs_qkd(&p->net->demands[i]))
            return true;
    return false;
}

static void write_figures(const kh_pipeline *p, kh_str *out)
{
    write_demands(p, out);
    write_links(p, out);
    cli_write_sim_fields(p, out);
    cli_write_sim_notes(p, out);
}

kh_status cli_print_simulation(const kh_pipeline *p, kh_error *err)
{
    kh_str out = {0};
    write_head(p, &out);
    if (asks_for_key(p))
        write_figures(p, &out);
    else
        kh_str_append(&out, "No demand asks for QKD key, so nothing is played. keyhaul plan has the data.\n");
    if (p->batched)
        write_judgement(p, &out);
    return cli_print(&out, err);
}

void cli_json_estimate(kh_json *object, const char *key, kh_estimate e)
{
    kh_json *pair = kh_json_object();
    kh_json_set(pair, "mean", kh_json_number(e.mean));
    kh_json_set(pair, "half_width_95", kh_json_number(e.half_width_95));
    kh_json_set(object, key, pair);
}

static kh_json *demand_of(const kh_pipeline *p, size_t i)
{
    kh_json *object = kh_json_object();
    kh_json_set(object, "id", kh_json_text(p->net->demands[i].id));
    cli_json_estimate(object, "requests", kh_figure_estimate(p, kh_figure_requests, i));
    cli_json_estimate(object, "served", kh_figure_estimate(p, kh_figure_served, i));
    cli_json_estimate(object, "late", kh_figure_estimate(p, kh_figure_late, i));
    cli_json_estimate(object, "blocked", kh_figure_estimate(p, kh_figure_blocked, i));
    cli_json_estimate(object, "mean_wait_s", kh_figure_estimate(p, kh_figure_mean_wait_s, i));
    cli_json_estimate(object, "availability", kh_figure_estimate(p, kh_figure_availability, i));
    cli_json_demand_fields(p, i, object);
    return object;
}

static kh_json *link_of(const kh_pipeline *p, size_t i)
{
    kh_json *object = kh_json_object();
    kh_json_set(object, "id", kh_json_text(p->net->qkd_links[i].id));
    cli_json_estimate(object, "up_fraction", kh_figure_estimate(p, kh_figure_up_fraction, i));
    cli_json_estimate(object, "lowest_bits", kh_figure_estimate(p, kh_figure_lowest_bits, i));
    cli_json_estimate(object, "initial_bits", kh_figure_estimate(p, kh_figure_initial_bits, i));
    cli_json_estimate(object, "generated_bits", kh_figure_estimate(p, kh_figure_generated_bits, i));
    cli_json_estimate(object, "delivered_bits", kh_figure_estimate(p, kh_figure_delivered_bits, i));
    cli_json_estimate(object, "relayed_bits", kh_figure_estimate(p, kh_figure_relayed_bits, i));
    cli_json_estimate(object, "lost_bits", kh_figure_estimate(p, kh_figure_lost_bits, i));
    cli_json_estimate(object, "stored_bits", kh_figure_estimate(p, kh_figure_stored_bits, i));
    cli_json_link_fields(p, i, object);
    return object;
}

kh_json *cli_json_simulation(const kh_pipeline *p)
{
    kh_json *root = kh_json_object(), *demands = kh_json_array(), *links = kh_json_array();
    for (size_t i = 0; i < p->net->n_demands; i++)
        kh_json_append(demands, demand_of(p, i));
    for (size_t i = 0; i < p->net->n_qkd_links; i++)
        kh_json_append(links, link_of(p, i));
    kh_json_set(root, "name", kh_json_text(p->net->name));
    kh_json_set(root, "input_hash", kh_json_text(p->net->input_hash));
    kh_json_set(root, "days", kh_json_number(p->sims[p->n_sims - 1]->duration_s / KH_S_PER_DAY));
    kh_json_set(root, "seed", kh_json_number((double)p->sims[0]->seed));
    kh_json_set(root, p->batched ? "batches" : "replications", kh_json_number((double)p->n_sims));
    kh_json_set(root, "antithetic", kh_json_bool(p->paired));
    kh_json_set(root, "demands", demands);
    kh_json_set(root, "links", links);
    kh_json_set(root, "faults", cli_json_faults(p));
    kh_json_set(root, "domains", cli_json_domains(p));
    kh_json_set(root, "findings", cli_json_findings(p->findings));
    return root;
}
