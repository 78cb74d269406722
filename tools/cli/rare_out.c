/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/rare_out.h"

#include "core/base/units.h"
#include "tools/cli/cli.h"
#include "tools/cli/json_out.h"
#include "tools/cli/simulation.h"

#include <stdio.h>

static const double S_PER_YEAR = 365 * KH_S_PER_DAY, S_PER_H = 3600;

static void write_stages(const kh_rare_result *result, kh_str *out)
{
    kh_str_append(out, "\nstage  store on the best route falls below  share that gets there\n");
    for (size_t i = 0; i < result->n_stages; i++) {
        char level[32] = "its need: the outage";
        if (result->thresholds[i] > 0)
            (void)snprintf(level, sizeof level, "%.3g %%", 100 * result->thresholds[i]);
        kh_str_printf(out, "%5zu  %-38s  %.3g%s\n", i + 1, level, result->passed[i], i == 0 ? " times a year" : "");
    }
}

kh_status cli_print_rare(const kh_pipeline *p, const char *demand, const kh_rare_result *result, kh_error *err)
{
    kh_str out = {0};
    const kh_estimate *often = &result->outages_per_year, *share = &result->starved_share;
    kh_str_printf(&out, "%s: outages of demand '%s', by importance splitting\n\n", p->net->name, demand);
    kh_str_printf(&out, "outages a year     %.3g +- %.2g\n", often->mean, often->half_width_95);
    kh_str_printf(&out, "time without key   %.3g +- %.2g of all time\n", share->mean, share->half_width_95);
    if (often->mean > 0)
        kh_str_printf(&out, "mean length        %.3g h\nmean time between  %.3g years\n",
                      share->mean * S_PER_YEAR / often->mean / S_PER_H, 1 / often->mean);
    else
        kh_str_append(&out, "No fall came to the outage: play longer (--days), or repeat more often (-r).\n");
    write_stages(result, &out);
    kh_str_printf(&out, "\n+- is the half-width of the 95 %% confidence interval over %zu repetitions;\n%.3g events played.\n",
                  often->n, (double)result->events);
    return cli_print(&out, err);
}

kh_json *cli_json_rare(const kh_pipeline *p, const char *demand, const kh_rare_result *result)
{
    kh_json *root = kh_json_object(), *stages = kh_json_array();
    for (size_t i = 0; i < result->n_stages; i++) {
        kh_json *stage = kh_json_object();
        kh_json_set(stage, "threshold", kh_json_number(result->thresholds[i]));
        kh_json_set(stage, i == 0 ? "per_year" : "share", kh_json_number(result->passed[i]));
        kh_json_append(stages, stage);
    }
    kh_json_set(root, "name", kh_json_text(p->net->name));
    kh_json_set(root, "input_hash", kh_json_text(p->net->input_hash));
    kh_json_set(root, "demand", kh_json_text(demand));
    cli_json_estimate(root, "outages_per_year", result->outages_per_year);
    cli_json_estimate(root, "starved_share", result->starved_share);
    kh_json_set(root, "repetitions", kh_json_number((double)result->outages_per_year.n));
    kh_json_set(root, "events", kh_json_number((double)result->events));
    kh_json_set(root, "stages", stages);
    kh_json_set(root, "findings", cli_json_findings(p->findings));
    return root;
}
