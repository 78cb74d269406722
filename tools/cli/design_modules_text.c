/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/state.h"
#include "tools/cli/design_modules.h"
#include "tools/cli/design_protect.h"
#include "tools/cli/json_out.h"
#include "tools/cli/json_put.h"
#include "tools/cli/table.h"
#include "tools/study/phrase.h"
#include "tools/study/words.h"

#include <math.h>

enum { MOST_REASONS = 3, MOST_NAMES = 6 };

void cli_modules_paragraph(kh_str *out, kh_str *text)
{
    kh_str_append(out, "  ");
    kh_str_append_wrapped(out, kh_str_text(text), 76, "  ");
    kh_str_append(out, "\n");
    out->failed = out->failed || text->failed;
    kh_str_clear(text);
}

void cli_modules_cost(const cli_modules *m, double cost, kh_str *out)
{
    if (m->request->dimension.by_modules)
        kh_str_printf(out, "%.0f pairs", cost);
    else
        kh_phrase_money(cost, out);
}

static double gap_of(const kh_modules_design *design)
{
    return design->cost > 0 ? (design->cost - design->bound) / design->cost : 0;
}

static void sum_up(const cli_modules *m, size_t i, kh_str *out)
{
    const kh_dimension *d = &m->designs[i];
    kh_str text = {0};
    kh_phrase_count(d->n_modules, "QKD pair", &text);
    kh_str_append(&text, d->n_modules == 1 ? " carries " : " carry ");
    if (m->theta[i] == 1)
        kh_str_printf(&text, "all that %zu demands ask for", d->problem.n_demands);
    else
        kh_str_printf(&text, "%.4g times what %zu demands ask for", m->theta[i], d->problem.n_demands);
    kh_str_printf(&text, ", at once, and would carry %.4g times that much. Cost: ",
                  d->problem.n_demands > 0 ? d->design.worst / m->theta[i] : 0.0);
    cli_modules_cost(m, d->design.cost, &text);
    if (d->design.complete && gap_of(&d->design) <= 1e-9)
        kh_str_append(&text, ", proven to be the least possible.");
    else {
        kh_str_append(&text, "; no design costs less than ");
        cli_modules_cost(m, d->design.bound, &text);
        kh_str_printf(&text, " (gap %.2f %%).%s", 100 * gap_of(&d->design),
                      d->design.complete ? "" : " A longer --time-limit may bring the two closer.");
    }
    cli_modules_paragraph(out, &text);
}

static void write_table(const cli_modules *m, const kh_dimension *d, kh_str *out)
{
    const kh_net *net = m->pipeline->net;
    cli_table table = cli_table_start(m->pipeline->arena, "link|>pairs|device|>each|>together");
    for (size_t j = 0; j < d->problem.n_choices; j++) {
        const kh_dimension_offer *offer = &d->offers[j];
        if (d->design.count[j] == 0)
            continue;
        cli_table_cell(&table, "%s", net->qkd_links[offer->link.i].id);
        cli_table_cell(&table, "%u", d->design.count[j]);
        cli_table_cell(&table, "%s", offer->device.i == KH_NO_INDEX ? "measured" : net->devices[offer->device.i].id);
        cli_table_rate(&table, offer->rate_bps);
        cli_table_rate(&table, d->design.count[j] * offer->rate_bps);
    }
    kh_str_append(out, "\n");
    cli_table_text(&table, out);
}

static void write_split(const cli_modules *m, const kh_dimension *d, kh_str *out)
{
    kh_str text = {0};
    if (m->request->dimension.by_modules) {
        kh_str_append(&text, "Counted by pairs: prices are not looked at.");
    } else {
        kh_phrase_money(d->modules_eur, &text);
        kh_str_append(&text, " for the pairs, ");
        kh_phrase_money(d->kms_eur, &text);
        kh_str_printf(&text, " for key management at %zu sites, ", d->n_opened);
        kh_phrase_money(d->fitout_eur, &text);
        kh_str_printf(&text, " to fit out %zu sites that only relay. ", d->n_fitted);
        kh_str_append(&text, "Not in it, since all designs need them or they follow later: encryptors (");
        kh_phrase_money(d->encryptors_eur, &text);
        kh_str_append(&text, "), fibre lease, operation.");
    }
    kh_str_append(out, "\n");
    cli_modules_paragraph(out, &text);
}

static uint32_t find_part(uint32_t *part, uint32_t v)
{
    for (; part[v] != v; v = part[v])
        part[v] = part[part[v]];
    return v;
}

/* What a cut leaves of the plant, each named by its first node; several where it parts more than two. */
static uint32_t *list_parts(const cli_modules *m, const kh_dimension *d, const kh_modules_reason *reason)
{
    const kh_graph *graph = &d->problem.graph;
    uint32_t *part = KH_NEW(m->pipeline->arena, uint32_t, graph->n_nodes);
    for (uint32_t v = 0; part != NULL && v < graph->n_nodes; v++)
        part[v] = v;
    for (size_t j = 0; part != NULL && j < d->problem.n_choices; j++) {
        uint32_t e = d->problem.choices[j].link;
        if (reason->weight[e] > 0 || !kh_state_keeps(&d->problem, reason->state, j))
            continue;
        uint32_t a = find_part(part, graph->ends[e][0]), b = find_part(part, graph->ends[e][1]);
        part[a > b ? a : b] = a > b ? b : a;
    }
    for (uint32_t v = 0; part != NULL && v < graph->n_nodes; v++)
        part[v] = find_part(part, v);
    return part;
}

/* The sites on the smaller side of a cut. 0: too many to be said, or the links part more than two sides from each other. */
static size_t find_side(const cli_modules *m, const kh_dimension *d, const kh_modules_reason *reason, kh_node_id *side)
{
    const kh_graph *graph = &d->problem.graph;
    const uint32_t *part = list_parts(m, d, reason), *sides = NULL;
    size_t size[2] = {0}, n = 0;
    for (size_t e = 0; part != NULL && e < graph->n_links; e++) {
        if (!(reason->weight[e] > 0))
            continue;
        const uint32_t *ends = graph->ends[e];
        uint32_t a = part[ends[0]], b = part[ends[1]];
        if (sides == NULL)
            sides = ends;
        if (a == b || (a != part[sides[0]] && a != part[sides[1]]) || (b != part[sides[0]] && b != part[sides[1]]))
            return 0;
    }
    for (size_t v = 0; sides != NULL && v < graph->n_nodes; v++)
        for (int i = 0; i < 2; i++)
            size[i] += part[v] == part[sides[i]];
    int least = size[1] < size[0];
    for (uint32_t v = 0; sides != NULL && v < graph->n_nodes && size[least] <= MOST_NAMES; v++)
        if (part[v] == part[sides[least]])
            side[n++].i = v;
    return n;
}

/* ", around A and B," as plan says it. */
static void write_side(const cli_modules *m, const kh_dimension *d, const kh_modules_reason *reason, kh_str *text)
{
    kh_node_id side[MOST_NAMES];
    size_t n = reason->is_cut ? find_side(m, d, reason, side) : 0;
    if (n == 0)
        return;
    kh_str_append(text, ", around ");
    kh_phrase_nodes(m->pipeline->net, side, n, MOST_NAMES, text);
    kh_str_append(text, ",");
}

static void write_share(const kh_dimension *d, const kh_modules_reason *reason, kh_str *text)
{
    kh_str_printf(text, ", which is %.0f %% of the proof. ", 100 * reason->share / fmax(d->design.proof_bound, 1e-300));
}

/* "The links A, B must carry 3.2 kbit/s together": the largest parts of the proof. */
static void write_reason(const cli_modules *m, const kh_dimension *d, const kh_modules_reason *reason, kh_str *text)
{
    const kh_net *net = m->pipeline->net;
    size_t told = 0, n = 0;
    for (size_t e = 0; e < net->n_qkd_links; e++)
        n += reason->weight[e] > 0;
    if (reason->state > 0)
        kh_str_printf(text, "After the loss of %s, l", d->problem.losses[reason->state - 1].name);
    else
        kh_str_append(text, "L");
    kh_str_append(text, n == 1 ? "ink" : "inks");
    for (size_t e = 0; e < net->n_qkd_links; e++)
        if (reason->weight[e] > 0 && told++ < MOST_NAMES)
            kh_str_printf(text, "%s %s", told > 1 ? "," : "", net->qkd_links[e].id);
    if (told > MOST_NAMES)
        kh_str_printf(text, " and %zu more", told - MOST_NAMES);
    write_side(m, d, reason, text);
    if (reason->joins) {
        kh_str_printf(text, " lie between parts of the network that demands join: pairs must stand on %.0f of them",
                      reason->share / reason->multiplier);
        write_share(d, reason, text);
        return;
    }
    const char *part = n == 1 ? " parts the network: " : " part the network: ";
    kh_str_append(text, reason->is_cut ? part : ", weighed by what key is worth there: ");
    kh_words_rate(reason->needed_bps, text);
    kh_str_append(text, " must cross");
    write_share(d, reason, text);
}

static void write_reasons(const cli_modules *m, const kh_dimension *d, kh_str *out)
{
    kh_str text = {0};
    if (d->design.n_reasons == 0)
        return;
    kh_str_append(&text, "Why not cheaper: ");
    for (size_t i = 0; i < d->design.n_reasons && i < MOST_REASONS; i++)
        write_reason(m, d, &d->design.reasons[i], &text);
    kh_str_printf(&text, "All %zu such needs together prove ", d->design.n_reasons);
    cli_modules_cost(m, d->design.proof_bound, &text);
    kh_str_append(&text, d->design.proof_bound < d->design.bound * (1 - 1e-9) ? "; branch and bound does the rest." : ".");
    kh_str_append(out, "\n");
    cli_modules_paragraph(out, &text);
}

static void write_left_out(const cli_modules *m, const kh_dimension *d, kh_str *out)
{
    kh_str text = {0};
    if (d->n_cut_off == 0)
        return;
    kh_str_append(&text, "Left out, since no chain of links that give key joins the ends:");
    for (size_t k = 0; k < m->pipeline->net->n_demands; k++)
        if (d->cut_off[k])
            kh_str_printf(&text, " %s", m->pipeline->net->demands[k].id);
    kh_str_append(&text, ". See keyhaul plan for what would help, --sites for new trusted nodes.");
    kh_str_append(out, "\n");
    cli_modules_paragraph(out, &text);
}

static void write_front(const cli_modules *m, kh_str *out)
{
    cli_table table = cli_table_start(m->pipeline->arena, ">theta|>worst demand|>pairs|>cost|>bound|>gap %");
    for (size_t i = 0; i < m->n; i++) {
        const kh_dimension *d = &m->designs[i];
        cli_table_cell(&table, "%.4g", m->theta[i]);
        cli_table_cell(&table, "%.4g", d->design.worst);
        cli_table_cell(&table, "%zu", d->n_modules);
        cli_table_cell(&table, "%.0f", d->design.cost);
        cli_table_cell(&table, "%.0f", d->design.bound);
        cli_table_number(&table, 100 * gap_of(&d->design), 2);
    }
    cli_table_text(&table, out);
    kh_str_append(out, "theta and worst demand: times what is asked; the second is what all get at once.\n");
    if (m->n < m->request->pareto)
        kh_str_append(out, "Beyond that no design is possible: most_modules of the links are the limit.\n");
}

void cli_modules_text(const cli_modules *m, kh_str *out)
{
    const kh_dimension *d = &m->designs[m->n - 1];
    kh_str_printf(out, "%s\n", m->pipeline->net->name);
    if (d->problem.n_demands == 0) {
        kh_str_append(out, "  No demand needs QKD key between ends that links join: nothing to build.\n");
        write_left_out(m, d, out);
        return;
    }
    if (m->request->pareto > 0) {
        write_front(m, out);
        kh_str_append(out, "\nThe last of them:\n");
    }
    sum_up(m, m->n - 1, out);
    if (m->unprotected != NULL)
        cli_protect_text(m, out);
    write_table(m, d, out);
    write_split(m, d, out);
    write_reasons(m, d, out);
    write_left_out(m, d, out);
}

static kh_json *links_json(const cli_modules *m, const kh_dimension *d)
{
    const kh_net *net = m->pipeline->net;
    kh_json *all = kh_json_array();
    for (size_t j = 0; j < d->problem.n_choices; j++) {
        const kh_dimension_offer *offer = &d->offers[j];
        if (d->design.count[j] == 0)
            continue;
        kh_json *one = kh_json_object();
        set_text(one, "link", net->qkd_links[offer->link.i].id);
        set_text(one, "device", offer->device.i == KH_NO_INDEX ? NULL : net->devices[offer->device.i].id);
        set_number(one, "pairs", d->design.count[j]);
        set_number(one, "per_pair_bps", offer->rate_bps);
        set_number(one, "price", d->problem.choices[j].cost);
        kh_json_append(all, one);
    }
    return all;
}

static kh_json *sites_json(const cli_modules *m, const kh_dimension *d)
{
    kh_json *all = kh_json_array();
    for (size_t v = 0; v < m->pipeline->net->n_nodes; v++)
        if (d->problem.node_cost[v] > 0 && d->design.opened[v])
            kh_json_append(all, kh_json_text(m->pipeline->net->nodes[v].id));
    return all;
}

static kh_json *reasons_json(const cli_modules *m, const kh_dimension *d)
{
    kh_json *all = kh_json_array();
    for (size_t i = 0; i < d->design.n_reasons; i++) {
        kh_json *one = kh_json_object(), *links = kh_json_array();
        for (size_t e = 0; e < m->pipeline->net->n_qkd_links; e++)
            if (d->design.reasons[i].weight[e] > 0)
                kh_json_append(links, kh_json_text(m->pipeline->net->qkd_links[e].id));
        kh_json_set(one, "links", links);
        size_t state = d->design.reasons[i].state;
        set_text(one, "lost", state > 0 ? d->problem.losses[state - 1].name : NULL);
        kh_json_set(one, "is_cut", kh_json_bool(d->design.reasons[i].is_cut));
        kh_json_set(one, "joins", kh_json_bool(d->design.reasons[i].joins));
        set_number(one, "needed_bps", d->design.reasons[i].needed_bps);
        set_number(one, "share", d->design.reasons[i].share);
        kh_json_append(all, one);
    }
    return all;
}

static kh_json *design_json(const cli_modules *m, double theta, const kh_dimension *d)
{
    kh_json *one = kh_json_object();
    set_number(one, "theta", theta);
    set_number(one, "worst", d->design.worst);
    set_number(one, "cost", d->design.cost);
    set_number(one, "bound", d->design.bound);
    set_number(one, "gap", gap_of(&d->design));
    kh_json_set(one, "complete", kh_json_bool(d->design.complete));
    set_number(one, "proof_bound", d->design.proof_bound);
    set_number(one, "modules_eur", m->request->dimension.by_modules ? (double)NAN : d->modules_eur);
    set_number(one, "kms_eur", d->kms_eur);
    set_number(one, "fitout_eur", d->fitout_eur);
    set_number(one, "encryptors_eur", d->encryptors_eur);
    kh_json_set(one, "links", links_json(m, d));
    kh_json_set(one, "sites", sites_json(m, d));
    kh_json_set(one, "reasons", reasons_json(m, d));
    if (d->perils.n > 0)
        kh_json_set(one, "losses", cli_protect_losses_json(m, d));
    return one;
}

kh_status cli_modules_json(const cli_modules *m, kh_error *err)
{
    kh_json *root = kh_json_object(), *designs = kh_json_array(), *out = kh_json_array();
    set_text(root, "name", m->pipeline->net->name);
    set_text(root, "by", m->request->by);
    set_text(root, "protect", m->request->protect);
    for (size_t i = 0; i < m->n; i++)
        kh_json_append(designs, design_json(m, m->theta[i], &m->designs[i]));
    kh_json_set(root, "designs", designs);
    if (m->unprotected != NULL && isfinite(m->unprotected->design.cost))
        kh_json_set(root, "unprotected", design_json(m, m->theta[m->n - 1], m->unprotected));
    for (size_t k = 0; k < m->pipeline->net->n_demands; k++)
        if (m->designs[m->n - 1].cut_off[k])
            kh_json_append(out, kh_json_text(m->pipeline->net->demands[k].id));
    kh_json_set(root, "left_out", out);
    kh_json_set(root, "findings", cli_json_findings(m->pipeline->findings));
    return cli_json_print(root, err);
}
