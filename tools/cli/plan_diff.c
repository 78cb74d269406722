/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/plan_diff.h"

#include "solvers/explain/diff.h"
#include "tools/cli/cli.h"
#include "tools/cli/json_out.h"
#include "tools/cli/json_put.h"
#include "tools/cli/table.h"
#include "tools/study/phrase.h"
#include "tools/study/words.h"

#include <math.h>

enum { MOST_STATIONS = 6, MOST_ROUTES = 40 };

/* --- words ------------------------------------------------------------------------------------------------------------------ */

static void paragraph(kh_str *out, kh_str *text)
{
    kh_str_append(out, "  ");
    kh_str_append_wrapped(out, kh_str_text(text), 76, "  ");
    kh_str_append(out, "\n");
    out->failed = out->failed || text->failed;
    kh_str_clear(text);
}

static void say_value(const kh_plan *plan, kh_str *text)
{
    if (plan->objective == KH_OBJECTIVE_TOTAL)
        kh_words_rate(plan->value, text);
    else
        kh_str_printf(text, "%.4g", plan->value);
}

static bool is_close(double a, double b)
{
    return fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b));
}

static void say_totals(const kh_plan *old, const kh_plan *new, kh_str *text)
{
    kh_str_printf(text, "%zu of %zu demands are met, before %zu of %zu. ", new->n_met, new->n_asking, old->n_met, old->n_asking);
    kh_str_append(text, new->objective == KH_OBJECTIVE_TOTAL ? "All rates, weighted, add up to "
                                                             : "Of all requests at once the links could carry the share ");
    say_value(new, text);
    if (is_close(old->value, new->value))
        kh_str_append(text, ", as before.");
    else {
        kh_str_append(text, ", before ");
        say_value(old, text);
        kh_str_append(text, ".");
    }
}

static void say_cost(double old_eur, double new_eur, kh_str *text)
{
    if (isnan(old_eur) || isnan(new_eur))
        return;
    kh_str_append(text, " The cost is ");
    kh_phrase_money(new_eur, text);
    if (is_close(old_eur, new_eur)) {
        kh_str_append(text, ", as before.");
        return;
    }
    kh_str_append(text, ", ");
    kh_phrase_money(fabs(new_eur - old_eur), text);
    kh_str_append(text, new_eur > old_eur ? " more." : " less.");
}

static void say_counts(const size_t *of, const char *what, kh_str *text)
{
    kh_str_printf(text, " %s: %zu changed, %zu added, %zu removed, %zu as before.", what, of[KH_DIFF_CHANGED], of[KH_DIFF_ADDED],
                  of[KH_DIFF_REMOVED], of[KH_DIFF_SAME]);
}

static void pair_cell(cli_table *table, const double pair[2], kh_diff_kind kind)
{
    if (kind != KH_DIFF_ADDED)
        cli_table_rate(table, pair[0]);
    else
        cli_table_cell(table, "-");
    if (kind != KH_DIFF_REMOVED)
        cli_table_rate(table, pair[1]);
    else
        cli_table_cell(table, "-");
}

/* Links that are built otherwise; that others are used otherwise shows in the routes. */
static void write_links(const kh_pipeline *after, const kh_diff *diff, kh_str *out)
{
    cli_table table = cli_table_start(after->arena, "link||>pairs|>capacity|>now|>used|>now");
    for (size_t i = 0; i < diff->n_links; i++) {
        const kh_diff_link *link = &diff->links[i];
        bool is_built = link->kind >= KH_DIFF_ADDED || !is_close(link->modules[0], link->modules[1]) ||
                        !is_close(link->capacity_bps[0], link->capacity_bps[1]);
        if (!is_built)
            continue;
        cli_table_cell(&table, "%s", link->id);
        cli_table_cell(&table, "%s", kh_diff_kind_name(link->kind));
        cli_table_cell(&table, "%+.0f", link->modules[1] - link->modules[0]);
        pair_cell(&table, link->capacity_bps, link->kind);
        pair_cell(&table, link->used_bps, link->kind);
    }
    if (table.n_cells > 0)
        kh_str_append(out, "\n");
    cli_table_text(&table, out);
}

static void asked_cell(cli_table *table, const kh_diff_demand *demand)
{
    kh_str text = {0};
    bool is_same = demand->kind >= KH_DIFF_ADDED || is_close(demand->requested_bps[0], demand->requested_bps[1]);
    kh_words_rate(demand->requested_bps[demand->kind == KH_DIFF_REMOVED ? 0 : 1], &text);
    if (!is_same) {
        kh_str_append(&text, ", was ");
        kh_words_rate(demand->requested_bps[0], &text);
    }
    cli_table_cell(table, "%s", kh_str_text(&text));
    kh_str_clear(&text);
}

static void write_demands(const kh_pipeline *after, const kh_diff *diff, kh_str *out)
{
    cli_table table = cli_table_start(after->arena, "demand||>asks|>gets|>now|>routes");
    for (size_t i = 0; i < diff->n_demands; i++) {
        const kh_diff_demand *demand = &diff->demands[i];
        if (demand->kind == KH_DIFF_SAME)
            continue;
        cli_table_cell(&table, "%s", demand->id);
        cli_table_cell(&table, "%s", kh_diff_kind_name(demand->kind));
        asked_cell(&table, demand);
        pair_cell(&table, demand->rate_bps, demand->kind);
        cli_table_cell(&table, "+%zu -%zu", demand->n_fresh, demand->n_gone);
    }
    if (table.n_cells > 0)
        kh_str_append(out, "\n");
    cli_table_text(&table, out);
}

/* The demand's first node on each side, whose network may number it otherwise. */
static kh_node_id start_of(const kh_net *net, const kh_route *route)
{
    const kh_node_id *first = net->qkd_links[route->links[0].i].ends;
    if (route->n_links == 1)
        return first[0];
    const kh_node_id *second = net->qkd_links[route->links[1].i].ends;
    return first[0].i == second[0].i || first[0].i == second[1].i ? first[1] : first[0];
}

static void say_route(const kh_pipeline *p, const kh_route *route, const char *sign, kh_str *out)
{
    kh_str text = {0};
    kh_node_id *stations = KH_NEW(p->arena, kh_node_id, route->n_links + 1);
    if (stations == NULL) {
        out->failed = true;
        return;
    }
    stations[0] = start_of(p->net, route);
    for (size_t i = 0; i < route->n_links; i++)
        stations[i + 1] = kh_node_far_end(p->net->qkd_links[route->links[i].i].ends, stations[i]);
    kh_str_printf(&text, "%s ", sign);
    kh_words_rate(route->rate_bps, &text);
    kh_str_printf(&text, " over %zu link%s: ", route->n_links, route->n_links == 1 ? "" : "s");
    kh_phrase_stations(p->net, stations, route->n_links + 1, MOST_STATIONS, &text);
    paragraph(out, &text);
}

static void write_routes(const kh_pipeline *before, const kh_pipeline *after, const kh_diff *diff, kh_str *out)
{
    size_t told = 0, left = 0;
    for (size_t i = 0; i < diff->n_demands; i++) {
        const kh_diff_demand *demand = &diff->demands[i];
        if (demand->n_gone + demand->n_fresh == 0)
            continue;
        if (told + demand->n_gone + demand->n_fresh > MOST_ROUTES) {
            left++;
            continue;
        }
        told += demand->n_gone + demand->n_fresh;
        kh_str_printf(out, "\n%s\n", demand->id);
        for (size_t r = 0; r < demand->n_gone; r++)
            say_route(before, demand->gone[r], "no longer", out);
        for (size_t r = 0; r < demand->n_fresh; r++)
            say_route(after, demand->fresh[r], "now", out);
    }
    if (left > 0)
        kh_str_printf(out, "\nRoutes of %zu more demands changed; --json tells of all.\n", left);
}

static void write_text(const kh_pipeline *before, const kh_pipeline *after, const kh_diff *diff, kh_str *out)
{
    kh_str text = {0};
    kh_str_printf(out, "%s, against %s before\n", after->net->name, before->net->name);
    say_totals(before->plan, after->plan, &text);
    say_cost(before->plan->cost.total_eur, after->plan->cost.total_eur, &text);
    say_counts(diff->links_of, "QKD links", &text);
    say_counts(diff->demands_of, "Demands", &text);
    paragraph(out, &text);
    write_links(after, diff, out);
    write_demands(after, diff, out);
    write_routes(before, after, diff, out);
}

/* --- JSON ------------------------------------------------------------------------------------------------------------------- */

static kh_json *pair_of(double before, double after)
{
    kh_json *pair = kh_json_object();
    set_number(pair, "before", before);
    set_number(pair, "after", after);
    return pair;
}

static kh_json *routes_of(const kh_net *net, const kh_route **routes, size_t n)
{
    kh_json *list = kh_json_array();
    for (size_t r = 0; r < n; r++) {
        kh_json *route = kh_json_object(), *links = kh_json_array();
        for (size_t i = 0; i < routes[r]->n_links; i++)
            kh_json_append(links, kh_json_text(net->qkd_links[routes[r]->links[i].i].id));
        kh_json_set(route, "links", links);
        set_number(route, "rate_bps", routes[r]->rate_bps);
        kh_json_append(list, route);
    }
    return list;
}

static kh_json *links_of(const kh_diff *diff)
{
    kh_json *list = kh_json_array();
    for (size_t i = 0; i < diff->n_links; i++) {
        const kh_diff_link *link = &diff->links[i];
        if (link->kind == KH_DIFF_SAME)
            continue;
        kh_json *object = kh_json_object();
        set_text(object, "id", link->id);
        set_text(object, "kind", kh_diff_kind_name(link->kind));
        kh_json_set(object, "modules", pair_of(link->modules[0], link->modules[1]));
        kh_json_set(object, "capacity_bps", pair_of(link->capacity_bps[0], link->capacity_bps[1]));
        kh_json_set(object, "used_bps", pair_of(link->used_bps[0], link->used_bps[1]));
        kh_json_append(list, object);
    }
    return list;
}

static kh_json *demands_of(const kh_diff *diff)
{
    kh_json *list = kh_json_array();
    for (size_t i = 0; i < diff->n_demands; i++) {
        const kh_diff_demand *demand = &diff->demands[i];
        if (demand->kind == KH_DIFF_SAME)
            continue;
        kh_json *object = kh_json_object();
        set_text(object, "id", demand->id);
        set_text(object, "kind", kh_diff_kind_name(demand->kind));
        kh_json_set(object, "requested_bps", pair_of(demand->requested_bps[0], demand->requested_bps[1]));
        kh_json_set(object, "rate_bps", pair_of(demand->rate_bps[0], demand->rate_bps[1]));
        kh_json_set(object, "routes_gone", routes_of(diff->side[0].net, demand->gone, demand->n_gone));
        kh_json_set(object, "routes_new", routes_of(diff->side[1].net, demand->fresh, demand->n_fresh));
        kh_json_append(list, object);
    }
    return list;
}

static kh_json *json_of(const kh_pipeline *before, const kh_pipeline *after, const kh_diff *diff)
{
    const kh_plan *old = before->plan, *new = after->plan;
    kh_json *root = kh_json_object();
    set_text(root, "before", before->net->name);
    set_text(root, "after", after->net->name);
    kh_json_set(root, "value", pair_of(old->value, new->value));
    kh_json_set(root, "demands_met", pair_of((double)old->n_met, (double)new->n_met));
    kh_json_set(root, "demands_asking", pair_of((double)old->n_asking, (double)new->n_asking));
    kh_json_set(root, "total_eur", pair_of(old->cost.total_eur, new->cost.total_eur));
    kh_json_set(root, "links", links_of(diff));
    kh_json_set(root, "demands", demands_of(diff));
    return root;
}

/* --- both ------------------------------------------------------------------------------------------------------------------- */

static kh_status print(const kh_pipeline *before, const kh_pipeline *after, bool json, kh_error *err)
{
    kh_diff diff;
    KH_TRY(
        kh_diff_find((kh_diff_side){before->net, before->plan}, (kh_diff_side){after->net, after->plan}, after->arena, &diff, err));
    if (json)
        return cli_json_print(json_of(before, after, &diff), err);
    kh_str out = {0};
    write_text(before, after, &diff, &out);
    return cli_print(&out, err);
}

kh_status cli_diff(const kh_pipeline *before, const plan_args *args, kh_error *err)
{
    kh_pipeline after = {0};
    kh_pipeline_options run = {.path = args->diff_path, .until = KH_STAGE_PLAN, .optimise = args->optimise};
    run.optimise.time_limit_s = plan_args_left_s(args, PLAN_DIFF, before);
    kh_status status = kh_pipeline_run(&run, &after, err);
    cli_print_findings(after.findings);
    if (status == KH_OK)
        status = print(before, &after, args->json, err);
    kh_pipeline_clear(&after);
    return status;
}
