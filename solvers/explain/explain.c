/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/explain/explain.h"

#include "solvers/explain/cut.h"
#include "solvers/graph/tree.h"

#include <math.h>
#include <string.h>

typedef struct work {
    const kh_explain_input *in;
    kh_plan *plan;
    kh_arena *arena, *scratch;
    bool *lost;          /* [n_demands of the network] asks, and has no path */
    bool *use;           /* [n_links] carries key */
    uint32_t *component; /* [n_nodes] over links with key */
    bool *side;          /* [n_nodes] */
    bool *shown;         /* [n_nodes] touches a link with key or a demand: worth a place in a cut */
    double *weight;      /* [n_links] */
    double *distance;    /* [n_nodes] */
    uint32_t *via;       /* [n_nodes] */
    bool *across, *is_end;
    kh_tree *tree; /* under the trusted rule */
} work;

static kh_status no_memory(kh_error *err)
{
    return kh_fail(err, KH_ENOMEM, "no memory to explain the shortfalls");
}

static bool is_short(const kh_plan_demand *demand)
{
    return demand->shortfall != KH_SHORTFALL_NOT_NEEDED && !kh_plan_demand_is_met(demand);
}

static kh_status write_side(work *w, const bool *side, bool value, kh_cut *cut, kh_error *err)
{
    size_t n = w->in->net->n_nodes;
    cut->n_side = 0;
    for (size_t v = 0; v < n; v++)
        cut->n_side += side[v] == value && w->shown[v];
    cut->side = KH_NEW(w->arena, kh_node_id, cut->n_side);
    if (cut->side == NULL)
        return no_memory(err);
    size_t i = 0;
    for (uint32_t v = 0; v < n; v++)
        if (side[v] == value && w->shown[v])
            cut->side[i++] = (kh_node_id){v};
    return KH_OK;
}

static kh_status write_across(work *w, kh_cut *cut, kh_error *err)
{
    size_t m = w->in->net->n_qkd_links;
    for (size_t e = 0; e < m; e++)
        cut->n_links += w->across[e];
    cut->links = KH_NEW(w->arena, kh_qkd_link_id, cut->n_links);
    if (cut->links == NULL)
        return no_memory(err);
    size_t i = 0;
    for (uint32_t e = 0; e < m; e++)
        if (w->across[e])
            cut->links[i++] = (kh_qkd_link_id){e};
    return KH_OK;
}

static double asked_in_vain(const work *w)
{
    double sum_bps = 0;
    for (size_t k = 0; k < w->in->net->n_demands; k++) {
        const kh_node_id *between = w->in->net->demands[k].between;
        if (w->lost[k] && w->side[between[0].i] != w->side[between[1].i])
            sum_bps += w->plan->demands[k].requested_bps;
    }
    return sum_bps;
}

/* The untrusted nodes inside the path that passes fewest of them: a link weighs half of each end, and a little for itself. */
static kh_status name_untrusted(work *w, const kh_node_id between[2], kh_cut *cut, kh_error *err)
{
    const kh_graph *graph = &w->in->problem->graph;
    double hop = 1 / (2.0 * (double)graph->n_nodes);
    for (size_t e = 0; e < graph->n_links; e++)
        w->weight[e] = !w->use[e]
                           ? HUGE_VAL
                           : hop + (graph->relays[graph->ends[e][0]] ? 0 : 0.5) + (graph->relays[graph->ends[e][1]] ? 0 : 0.5);
    kh_graph open = *graph;
    open.relays = NULL;
    KH_TRY(kh_graph_tree(&open, w->weight, between[0].i, w->distance, w->via, err));
    cut->untrusted = KH_NEW(w->arena, kh_node_id, graph->n_nodes);
    if (cut->untrusted == NULL)
        return no_memory(err);
    for (uint32_t v = between[1].i; v != between[0].i;) {
        v = kh_graph_far_end(graph->ends[w->via[v]], v);
        if (v != between[0].i && !graph->relays[v])
            cut->untrusted[cut->n_untrusted++] = (kh_node_id){v};
    }
    return KH_OK;
}

static kh_status explain_untrusted(work *w, uint32_t demand, kh_error *err)
{
    const kh_node_id *between = w->in->net->demands[demand].between;
    kh_cut *cut = &w->plan->demands[demand].cut;
    memset(w->weight, 0, w->in->problem->graph.n_links * sizeof *w->weight);
    kh_tree_grow(w->tree, w->weight, between[0].i, NULL, 0);
    for (uint32_t v = 0; v < w->in->net->n_nodes; v++)
        w->side[v] = v == between[0].i || (w->in->problem->graph.relays[v] && !isinf(kh_tree_distance(w->tree, v)));
    KH_TRY(write_side(w, w->side, true, cut, err));
    cut->requested_bps = asked_in_vain(w);
    return name_untrusted(w, between, cut, err);
}

static kh_status explain_lost(work *w, uint32_t demand, kh_error *err)
{
    const kh_node_id *between = w->in->net->demands[demand].between;
    kh_plan_demand *planned = &w->plan->demands[demand];
    if (w->component[between[0].i] == w->component[between[1].i]) {
        planned->shortfall = KH_SHORTFALL_UNTRUSTED;
        return explain_untrusted(w, demand, err);
    }
    planned->shortfall = KH_SHORTFALL_NO_PATH;
    for (size_t v = 0; v < w->in->net->n_nodes; v++)
        w->side[v] = w->component[v] == w->component[between[0].i];
    planned->cut.requested_bps = asked_in_vain(w);
    return write_side(w, w->side, true, &planned->cut, err);
}

/* Demands share cuts, and the arrays of those that begin on the same side. */
static kh_status write_cut(work *w, uint32_t demand, kh_cut_found *found, const kh_cut **written, kh_error *err)
{
    const kh_keyflow_problem *problem = w->in->problem;
    kh_cut *cut = &w->plan->demands[w->in->sent[demand]].cut;
    bool value = found->side[problem->demands[demand].ends[0]];
    const kh_cut **same = &written[2 * (size_t)found->number + value];
    if (*same != NULL) {
        *cut = **same;
        return KH_OK;
    }
    kh_cut_measure(problem, w->in->flow->joined, found, w->across, w->is_end);
    cut->capacity_bps = found->capacity_bps;
    cut->requested_bps = found->requested_bps;
    *same = cut;
    KH_TRY(write_across(w, cut, err));
    return write_side(w, found->side, value, cut, err);
}

static kh_status explain_joined(work *w, kh_error *err)
{
    const kh_keyflow_problem *problem = w->in->problem;
    bool *wanted = KH_NEW(w->scratch, bool, problem->n_demands);
    kh_cut_found *found = KH_NEW(w->scratch, kh_cut_found, problem->n_demands);
    const kh_cut **written = KH_NEW(w->scratch, const kh_cut *, 2 * (problem->n_demands + problem->graph.n_nodes));
    if (wanted == NULL || found == NULL || written == NULL)
        return no_memory(err);
    for (size_t i = 0; i < problem->n_demands; i++)
        wanted[i] = is_short(&w->plan->demands[w->in->sent[i]]);
    KH_TRY(kh_cut_explain(problem, w->in->flow, wanted, w->in->deadline_s, w->scratch, found, err));
    for (uint32_t i = 0; i < problem->n_demands; i++) {
        if (found[i].side == NULL)
            continue;
        w->plan->demands[w->in->sent[i]].shortfall = KH_SHORTFALL_CAPACITY;
        KH_TRY(write_cut(w, i, &found[i], written, err));
    }
    return KH_OK;
}

static void mark_lost(work *w)
{
    for (size_t k = 0; k < w->plan->n_demands; k++)
        w->lost[k] = is_short(&w->plan->demands[k]);
    for (size_t i = 0; i < w->in->problem->n_demands; i++)
        if (w->in->flow->joined[i])
            w->lost[w->in->sent[i]] = false;
}

static void mark_shown(work *w)
{
    const kh_net *net = w->in->net;
    for (size_t e = 0; e < net->n_qkd_links; e++)
        if (w->use[e])
            w->shown[net->qkd_links[e].ends[0].i] = w->shown[net->qkd_links[e].ends[1].i] = true;
    for (size_t k = 0; k < net->n_demands; k++)
        if (w->plan->demands[k].shortfall != KH_SHORTFALL_NOT_NEEDED)
            w->shown[net->demands[k].between[0].i] = w->shown[net->demands[k].between[1].i] = true;
}

static kh_status init(work *w, kh_error *err)
{
    const kh_graph *graph = &w->in->problem->graph;
    size_t n = graph->n_nodes, m = graph->n_links;
    w->lost = KH_NEW(w->scratch, bool, w->plan->n_demands);
    w->use = KH_NEW(w->scratch, bool, m);
    w->component = KH_NEW(w->scratch, uint32_t, n);
    w->side = KH_NEW(w->scratch, bool, n);
    w->shown = KH_NEW(w->scratch, bool, n);
    w->weight = KH_NEW(w->scratch, double, m);
    w->distance = KH_NEW(w->scratch, double, n);
    w->via = KH_NEW(w->scratch, uint32_t, n);
    w->across = KH_NEW(w->scratch, bool, m);
    w->is_end = KH_NEW(w->scratch, bool, n);
    if (w->lost == NULL || w->use == NULL || w->component == NULL || w->side == NULL || w->shown == NULL || w->weight == NULL ||
        w->distance == NULL || w->via == NULL || w->across == NULL || w->is_end == NULL)
        return no_memory(err);
    for (size_t e = 0; e < m; e++)
        w->use[e] = w->in->problem->capacity_bps[e] > 0;
    w->tree = kh_tree_create(graph, w->use, w->scratch);
    if (w->tree == NULL)
        return no_memory(err);
    mark_lost(w);
    mark_shown(w);
    return kh_graph_components(graph, w->use, w->component, err);
}

kh_status kh_explain_plan(const kh_explain_input *input, kh_plan *plan, kh_arena *arena, kh_arena *scratch, kh_error *err)
{
    work w = {.in = input, .plan = plan, .arena = arena, .scratch = scratch};
    KH_TRY(init(&w, err));
    for (uint32_t k = 0; k < plan->n_demands; k++)
        if (w.lost[k])
            KH_TRY(explain_lost(&w, k, err));
    return explain_joined(&w, err);
}
