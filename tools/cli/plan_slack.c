/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/plan_slack.h"

#include "tools/cli/json_put.h"
#include "tools/cli/table.h"
#include "tools/study/phrase.h"
#include "tools/study/words.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_LINKS = 30, MOST_NAMES = 6 };
static const double FULL = 1 - 1e-6; /* used over capacity from which a link or cut is full: rates of LPs end in rounding */

static double free_bps(const kh_plan *plan, size_t link)
{
    return fmax(plan->links[link].capacity_bps - plan->links[link].used_bps, 0);
}

/* The first hop to run out when the demand's busiest route is to carry more; KH_NO_INDEX without a route. */
static uint32_t binding_hop(const kh_plan *plan, size_t demand)
{
    const kh_plan_demand *planned = &plan->demands[demand];
    uint32_t best = KH_NO_INDEX;
    for (size_t i = 0; planned->n_routes > 0 && i < planned->routes[0].n_links; i++) {
        uint32_t e = planned->routes[0].links[i].i;
        if (best == KH_NO_INDEX || free_bps(plan, e) < free_bps(plan, best))
            best = e;
    }
    return best;
}

static bool is_full(const kh_plan *plan, const kh_cut *cut)
{
    double used_bps = 0;
    for (size_t i = 0; i < cut->n_links; i++)
        used_bps += plan->links[cut->links[i].i].used_bps;
    return cut->n_links > 0 && used_bps >= FULL * cut->capacity_bps;
}

static bool is_same_cut(const kh_cut *a, const kh_cut *b)
{
    if (a->n_links != b->n_links)
        return false;
    for (size_t i = 0; i < a->n_links; i++)
        if (a->links[i].i != b->links[i].i)
            return false;
    return true;
}

/* The next demand from @p k on whose cut is full and was not told for a demand before. */
static size_t next_full_cut(const kh_plan *plan, size_t k)
{
    for (; k < plan->n_demands; k++) {
        bool told = !is_full(plan, &plan->demands[k].cut);
        for (size_t i = 0; i < k && !told; i++)
            told = is_same_cut(&plan->demands[i].cut, &plan->demands[k].cut);
        if (!told)
            return k;
    }
    return k;
}

/* --- text ------------------------------------------------------------------------------------------------------------------- */

typedef struct ranked {
    double share, rate_bps;
    uint32_t link;
} ranked;

static int by_share(const void *a, const void *b)
{
    const ranked *left = a, *right = b;
    if (left->share < right->share || left->share > right->share)
        return left->share < right->share ? -1 : 1;
    return left->link < right->link ? -1 : left->link > right->link;
}

static void write_links(const kh_pipeline *p, kh_str *out)
{
    size_t m = p->plan->n_links, n = 0;
    ranked *order = KH_NEW(p->arena, ranked, m);
    if (order == NULL) {
        out->failed = true;
        return;
    }
    for (uint32_t e = 0; e < m; e++)
        if (p->plan->links[e].capacity_bps > 0)
            order[n++] = (ranked){free_bps(p->plan, e) / p->plan->links[e].capacity_bps, free_bps(p->plan, e), e};
    if (n > 0)
        qsort(order, n, sizeof *order, by_share);
    cli_table table = cli_table_start(p->arena, "link|>capacity|>used|>free|>free %");
    for (size_t i = 0; i < n && i < MOST_LINKS; i++) {
        const kh_plan_link *link = &p->plan->links[order[i].link];
        cli_table_cell(&table, "%s", p->net->qkd_links[order[i].link].id);
        cli_table_rate(&table, link->capacity_bps);
        cli_table_rate(&table, link->used_bps);
        cli_table_rate(&table, order[i].rate_bps);
        cli_table_number(&table, 100 * order[i].share, 1);
    }
    cli_table_text(&table, out);
    if (n > MOST_LINKS)
        kh_str_printf(out, "The fullest %d of %zu links with key are told; --json tells of all.\n", (int)MOST_LINKS, n);
}

static void write_hops(const kh_pipeline *p, kh_str *out)
{
    cli_table table = cli_table_start(p->arena, "demand|>gets|hop that binds first|>free there");
    for (size_t k = 0; k < p->plan->n_demands; k++) {
        uint32_t hop = binding_hop(p->plan, k);
        if (hop == KH_NO_INDEX)
            continue;
        cli_table_cell(&table, "%s", p->net->demands[k].id);
        cli_table_rate(&table, p->plan->demands[k].rate_bps);
        cli_table_cell(&table, "%s", p->net->qkd_links[hop].id);
        cli_table_rate(&table, free_bps(p->plan, hop));
    }
    if (table.n_cells > 0)
        kh_str_append(out, "\n");
    cli_table_text(&table, out);
}

static void write_cuts(const kh_pipeline *p, kh_str *out)
{
    for (size_t k = next_full_cut(p->plan, 0); k < p->plan->n_demands; k = next_full_cut(p->plan, k + 1)) {
        const kh_cut *cut = &p->plan->demands[k].cut;
        kh_str text = {0};
        kh_str_append(&text, "Full cut around ");
        kh_phrase_nodes(p->net, cut->side, cut->n_side, MOST_NAMES, &text);
        kh_str_append(&text, ": ");
        kh_words_rate(cut->capacity_bps, &text);
        kh_str_printf(&text, " over %zu link%s, all in use; ", cut->n_links, cut->n_links == 1 ? "" : "s");
        kh_words_rate(cut->requested_bps, &text);
        kh_str_append(&text, " are asked across.");
        kh_str_append(out, "\n  ");
        kh_str_append_wrapped(out, kh_str_text(&text), 76, "  ");
        kh_str_append(out, "\n");
        out->failed = out->failed || text.failed;
        kh_str_clear(&text);
    }
}

void cli_slack_text(const kh_pipeline *p, kh_str *out)
{
    kh_str_append(out, "\nwhat is free\n");
    write_links(p, out);
    write_hops(p, out);
    write_cuts(p, out);
}

/* --- JSON ------------------------------------------------------------------------------------------------------------------- */

static kh_json *links_of(const kh_pipeline *p)
{
    kh_json *list = kh_json_array();
    for (size_t e = 0; e < p->plan->n_links; e++) {
        kh_json *object = kh_json_object();
        set_text(object, "id", p->net->qkd_links[e].id);
        set_number(object, "free_bps", free_bps(p->plan, e));
        kh_json_append(list, object);
    }
    return list;
}

static kh_json *hops_of(const kh_pipeline *p)
{
    kh_json *list = kh_json_array();
    for (size_t k = 0; k < p->plan->n_demands; k++) {
        uint32_t hop = binding_hop(p->plan, k);
        if (hop == KH_NO_INDEX)
            continue;
        kh_json *object = kh_json_object();
        set_text(object, "demand", p->net->demands[k].id);
        set_text(object, "link", p->net->qkd_links[hop].id);
        set_number(object, "free_bps", free_bps(p->plan, hop));
        kh_json_append(list, object);
    }
    return list;
}

static kh_json *cuts_of(const kh_pipeline *p)
{
    kh_json *list = kh_json_array();
    for (size_t k = next_full_cut(p->plan, 0); k < p->plan->n_demands; k = next_full_cut(p->plan, k + 1)) {
        const kh_cut *cut = &p->plan->demands[k].cut;
        kh_json *object = kh_json_object(), *sites = kh_json_array(), *links = kh_json_array();
        for (size_t i = 0; i < cut->n_side; i++)
            kh_json_append(sites, kh_json_text(p->net->nodes[cut->side[i].i].id));
        for (size_t i = 0; i < cut->n_links; i++)
            kh_json_append(links, kh_json_text(p->net->qkd_links[cut->links[i].i].id));
        kh_json_set(object, "sites", sites);
        kh_json_set(object, "links", links);
        set_number(object, "capacity_bps", cut->capacity_bps);
        set_number(object, "requested_bps", cut->requested_bps);
        kh_json_append(list, object);
    }
    return list;
}

kh_json *cli_slack_json(const kh_pipeline *p)
{
    kh_json *root = kh_json_object();
    kh_json_set(root, "links", links_of(p));
    kh_json_set(root, "binding_hops", hops_of(p));
    kh_json_set(root, "full_cuts", cuts_of(p));
    return root;
}
