/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/plan_text.h"

#include "tools/cli/cli.h"
#include "tools/cli/plan_services.h"
#include "tools/cli/rates_text.h"
#include "tools/cli/table.h"
#include "tools/study/words.h"

#include <math.h>

/* Nobody reads more on a terminal. */
enum { MOST_TOLD = 200 };
static const double ALMOST = 0.9; /* as full as the fullest */

static void paragraph(kh_str *out, const kh_str *text)
{
    if (text->length == 0)
        return;
    kh_str_append(out, "  ");
    kh_str_append_wrapped(out, kh_str_text(text), 76, "  ");
    kh_str_append(out, "\n");
    out->failed = out->failed || text->failed;
}

static void write_demand_table(const kh_pipeline *p, kh_str *out)
{
    cli_table table = cli_table_start(p->arena, "demand|security|>asks|>gets|>%|routes");
    for (size_t i = 0; i < p->plan->n_demands; i++) {
        const kh_plan_demand *planned = &p->plan->demands[i];
        bool asking = kh_demand_needs_qkd(&p->net->demands[i]);
        cli_table_cell(&table, "%s", p->net->demands[i].id);
        cli_table_cell(&table, "%s", kh_security_name(p->net->demands[i].security));
        if (asking) {
            cli_table_rate(&table, planned->requested_bps);
            cli_table_rate(&table, planned->rate_bps);
        } else {
            cli_table_cell(&table, "-");
            cli_table_cell(&table, "-");
        }
        cli_table_number(
            &table, asking && planned->requested_bps > 0.0 ? 100.0 * planned->rate_bps / planned->requested_bps : (double)NAN, 1);
        cli_table_cell(&table, "%zu", planned->n_routes);
    }
    cli_table_text(&table, out);
}

static void write_epsilon(const kh_pipeline *p, kh_demand_id id, kh_str *out)
{
    kh_demand_epsilon epsilon = kh_plan_demand_epsilon(&p->plan->demands[id.i], p->rates);
    kh_str text = {0};
    if (!isnan(epsilon.key))
        kh_str_printf(&text, "Epsilon of a key is %.2g, of all keys of a year %.2g.", epsilon.key, epsilon.year);
    paragraph(out, &text);
    kh_str_clear(&text);
}

static void write_demand(const kh_pipeline *p, kh_demand_id id, kh_str *out)
{
    kh_str why = {0}, advice = {0}, data = {0};
    kh_words_demand(p->net, p->rates, p->plan, id, &why);
    kh_words_advice(p->net, p->rates, p->plan, id, &advice);
    kh_words_data(p->net, &p->services->of[id.i], id, &data);
    kh_str_printf(out, "\n%s\n", p->net->demands[id.i].id);
    paragraph(out, &why);
    write_epsilon(p, id, out);
    paragraph(out, &advice);
    paragraph(out, &data);
    kh_str_clear(&why);
    kh_str_clear(&advice);
    kh_str_clear(&data);
}

static void write_words(const kh_pipeline *p, kh_str *out)
{
    size_t n = p->plan->n_demands, told = n < MOST_TOLD ? n : MOST_TOLD;
    for (uint32_t i = 0; i < told; i++)
        write_demand(p, (kh_demand_id){i}, out);
    if (told < n)
        kh_str_printf(out, "\nThe first %zu of %zu demands are told in words; --json tells of all.\n", told, n);
}

/* A plan near the optimum prices every link a little: those that are far from full beside the fullest are not tight. */
static double least_tight_load(const kh_plan *plan)
{
    double fullest = 0;
    for (size_t i = 0; i < plan->n_links; i++)
        if (plan->links[i].capacity_bps > 0)
            fullest = fmax(fullest, plan->links[i].used_bps / plan->links[i].capacity_bps);
    return plan->gap < 1e-6 ? 0 : ALMOST * fullest;
}

static void write_tight_links(const kh_pipeline *p, kh_str *out)
{
    double least = least_tight_load(p->plan);
    cli_table table = cli_table_start(p->arena, "tight link|>capacity|>used|>price per kbit/s");
    for (size_t i = 0; i < p->plan->n_links; i++) {
        const kh_plan_link *link = &p->plan->links[i];
        if (link->shadow_price <= 0.0 || link->used_bps < least * link->capacity_bps)
            continue;
        cli_table_cell(&table, "%s", p->net->qkd_links[i].id);
        cli_table_rate(&table, link->capacity_bps);
        cli_table_rate(&table, link->used_bps);
        cli_table_cell(&table, "%.3g", 1000.0 * link->shadow_price);
    }
    if (table.n_cells > 0)
        kh_str_append(out, "\n");
    cli_table_text(&table, out);
}

kh_status cli_plan_text(const kh_pipeline *p, kh_error *err)
{
    kh_str out = {0}, words = {0};
    kh_words_plan(p->net, p->rates, p->plan, &words);
    kh_str_printf(&out, "%s\n", p->net->name);
    paragraph(&out, &words);
    kh_str_append(&out, "\n");
    kh_str_clear(&words);
    write_demand_table(p, &out);
    write_tight_links(p, &out);
    cli_working_time_text(p, &out);
    cli_services_text(p, &out);
    write_words(p, &out);
    return cli_print(&out, err);
}
