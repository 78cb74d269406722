/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/survive/losses.h"

#include <string.h>

const char *kh_loss_kind_name(kh_loss_kind kind)
{
    static const char *const names[] = {"link", "node", "risk", "domain", "vendor"};
    return names[kind];
}

kh_loss_kind kh_loss_kind_find(const char *name)
{
    int kind = 0;
    while (kind < KH_LOSS_KINDS && strcmp(name, kh_loss_kind_name((kh_loss_kind)kind)) != 0)
        kind++;
    return (kh_loss_kind)kind;
}

typedef struct work {
    const kh_net *net;
    const kh_keyflow_problem *problem;
    kh_arena *arena;
    kh_losses *losses;
    bool *link, *node; /* marks of the loss being put together */
} work;

static bool has_key(const work *w, size_t link)
{
    return w->problem->capacity_bps[link] > 0;
}

static bool runs_over(const kh_qkd_link *link, kh_fibre_id fibre)
{
    for (size_t i = 0; i < link->n_via; i++)
        if (link->via[i].i == fibre.i)
            return true;
    return false;
}

/* Fibres in between are patched at the node, so it takes the link along. */
static bool needs_node(const kh_net *net, const kh_qkd_link *link, uint32_t node)
{
    if (link->ends[0].i == node || link->ends[1].i == node || link->charlie_at.i == node)
        return true;
    for (size_t i = 0; i < link->n_via; i++) {
        const kh_fibre *fibre = &net->fibres[link->via[i].i];
        if (fibre->ends[0].i == node || fibre->ends[1].i == node)
            return true;
    }
    return false;
}

static void mark_fibre(const work *w, kh_fibre_id fibre)
{
    for (size_t e = 0; e < w->net->n_qkd_links; e++)
        if (has_key(w, e) && runs_over(&w->net->qkd_links[e], fibre))
            w->link[e] = true;
}

static void mark_node(const work *w, uint32_t node)
{
    w->node[node] = true;
    for (size_t e = 0; e < w->net->n_qkd_links; e++)
        if (has_key(w, e) && needs_node(w->net, &w->net->qkd_links[e], node))
            w->link[e] = true;
}

static uint32_t *list_marked(const work *w, const bool *mark, size_t n, size_t *n_marked)
{
    *n_marked = 0;
    for (size_t i = 0; i < n; i++)
        *n_marked += mark[i];
    uint32_t *list = KH_NEW(w->arena, uint32_t, *n_marked);
    for (uint32_t i = 0, at = 0; list != NULL && i < n; i++)
        if (mark[i])
            list[at++] = i;
    return list;
}

/* What is marked becomes a loss, if it takes links with key. */
static kh_status add(const work *w, const char *name, kh_error *err)
{
    kh_loss loss;
    uint32_t *links = list_marked(w, w->link, w->net->n_qkd_links, &loss.n_links);
    uint32_t *nodes = list_marked(w, w->node, w->net->n_nodes, &loss.n_nodes);
    if (links == NULL || nodes == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a loss of %zu links", loss.n_links);
    loss.links = links;
    loss.nodes = nodes;
    if (loss.n_links > 0) {
        w->losses->name[w->losses->n] = name;
        w->losses->loss[w->losses->n++] = loss;
    }
    memset(w->link, 0, w->net->n_qkd_links * sizeof *w->link);
    memset(w->node, 0, w->net->n_nodes * sizeof *w->node);
    return KH_OK;
}

static kh_status list_links(const work *w, kh_error *err)
{
    for (size_t e = 0; e < w->net->n_qkd_links; e++) {
        w->link[e] = has_key(w, e);
        KH_TRY(add(w, w->net->qkd_links[e].id, err));
    }
    return KH_OK;
}

static kh_status list_nodes(const work *w, kh_error *err)
{
    for (uint32_t v = 0; v < w->net->n_nodes; v++) {
        mark_node(w, v);
        KH_TRY(add(w, w->net->nodes[v].id, err));
    }
    return KH_OK;
}

static kh_status list_risks(const work *w, kh_error *err)
{
    for (uint32_t f = 0; f < w->net->n_fibres; f++) {
        mark_fibre(w, (kh_fibre_id){f});
        KH_TRY(add(w, w->net->fibres[f].id, err));
    }
    for (size_t i = 0; i < w->net->n_faults; i++) {
        const kh_fault *fault = &w->net->faults[i];
        if (fault->kind != KH_FAULT_SHARED_RISK)
            continue;
        for (size_t j = 0; j < fault->n_fibres; j++)
            mark_fibre(w, fault->fibres[j]);
        for (size_t j = 0; j < fault->n_nodes; j++)
            mark_node(w, fault->nodes[j].i);
        for (size_t j = 0; j < fault->n_links; j++)
            w->link[fault->links[j].i] = has_key(w, fault->links[j].i);
        KH_TRY(add(w, fault->on, err));
    }
    return KH_OK;
}

static kh_status list_domains(const work *w, kh_error *err)
{
    for (uint32_t d = 0; d < w->net->n_domains; d++) {
        for (uint32_t v = 0; v < w->net->n_nodes; v++)
            if (w->net->nodes[v].domain.i == d)
                mark_node(w, v);
        KH_TRY(add(w, w->net->domains[d].id, err));
    }
    return KH_OK;
}

static const char *vendor_of(const kh_net *net, size_t link)
{
    uint32_t device = net->qkd_links[link].device.i;
    return device < net->n_devices ? net->devices[device].vendor : NULL;
}

static kh_status list_vendors(const work *w, kh_error *err)
{
    for (size_t e = 0; e < w->net->n_qkd_links; e++) {
        const char *vendor = vendor_of(w->net, e);
        bool known = vendor == NULL || vendor[0] == '\0';
        for (size_t i = 0; i < w->losses->n && !known; i++)
            known = strcmp(w->losses->name[i], vendor) == 0;
        if (known)
            continue;
        for (size_t f = 0; f < w->net->n_qkd_links; f++)
            w->link[f] = has_key(w, f) && vendor_of(w->net, f) != NULL && strcmp(vendor_of(w->net, f), vendor) == 0;
        KH_TRY(add(w, vendor, err));
    }
    return KH_OK;
}

kh_status kh_losses_list(const kh_net *net, const kh_keyflow_problem *problem, kh_loss_kind kind, kh_arena *arena,
                         kh_losses *losses, kh_error *err)
{
    static kh_status (*const list[])(const work *, kh_error *) = {list_links, list_nodes, list_risks, list_domains, list_vendors};
    size_t most = net->n_qkd_links + net->n_nodes + net->n_fibres + net->n_faults + net->n_domains;
    *losses = (kh_losses){.loss = KH_NEW(arena, kh_loss, most), .name = KH_NEW(arena, const char *, most)};
    work w = {net, problem, arena, losses, KH_NEW(arena, bool, net->n_qkd_links), KH_NEW(arena, bool, net->n_nodes)};
    if (losses->loss == NULL || losses->name == NULL || w.link == NULL || w.node == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu losses", most);
    return list[kind](&w, err);
}
