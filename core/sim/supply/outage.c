/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/supply/outage.h"

/* A link that passes a fibre twice is there once. */
static bool is_new(const kh_qkd_link *link, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (link->via[k].i == link->via[i].i)
            return false;
    return true;
}

static void count_uses(const kh_net *net, uint32_t *first)
{
    for (size_t i = 0; i < net->n_qkd_links; i++)
        for (size_t k = 0; k < net->qkd_links[i].n_via; k++)
            first[net->qkd_links[i].via[k].i + 1] += is_new(&net->qkd_links[i], k);
    for (size_t i = 0; i < net->n_fibres; i++)
        first[i + 1] += first[i];
}

kh_status kh_outage_index_init(kh_outage_index *index, const kh_net *net, kh_arena *arena, kh_error *err)
{
    index->first = KH_NEW(arena, uint32_t, net->n_fibres + 1);
    uint32_t *next = KH_NEW(arena, uint32_t, net->n_fibres + 1);
    if (index->first == NULL || next == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for %zu fibres", net->n_fibres);
    count_uses(net, index->first);
    index->links = KH_NEW(arena, uint32_t, index->first[net->n_fibres]);
    if (index->links == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for links over %zu fibres", net->n_fibres);
    for (size_t i = 0; i < net->n_fibres; i++)
        next[i] = index->first[i];
    for (uint32_t i = 0; i < net->n_qkd_links; i++)
        for (size_t k = 0; k < net->qkd_links[i].n_via; k++)
            if (is_new(&net->qkd_links[i], k))
                index->links[next[net->qkd_links[i].via[k].i]++] = i;
    return KH_OK;
}

static size_t count_links(const kh_fault *members, const kh_outage_index *index)
{
    size_t n = members->n_links;
    for (size_t i = 0; i < members->n_fibres; i++)
        n += index->first[members->fibres[i].i + 1] - index->first[members->fibres[i].i];
    return n;
}

kh_status kh_outage_init(kh_outage *outage, const kh_fault *members, const kh_outage_index *index, kh_arena *arena, kh_error *err)
{
    *outage = (kh_outage){.n_fibres = members->n_fibres, .n_nodes = members->n_nodes};
    outage->fibres = KH_NEW(arena, kh_fibre_id, members->n_fibres);
    outage->nodes = KH_NEW(arena, kh_node_id, members->n_nodes);
    outage->links = KH_NEW(arena, uint32_t, count_links(members, index));
    if (outage->fibres == NULL || outage->nodes == NULL || outage->links == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for what fails together");
    for (size_t i = 0; i < members->n_nodes; i++)
        outage->nodes[i] = members->nodes[i];
    for (size_t i = 0; i < members->n_fibres; i++) {
        uint32_t fibre = members->fibres[i].i;
        outage->fibres[i].i = fibre;
        for (uint32_t k = index->first[fibre]; k < index->first[fibre + 1]; k++)
            outage->links[outage->n_links++] = index->links[k];
    }
    for (size_t i = 0; i < members->n_links; i++)
        outage->links[outage->n_links++] = members->links[i].i;
    return KH_OK;
}

void kh_outage_start(const kh_outage *outage, kh_links *links, kh_lines *lines)
{
    for (size_t i = 0; i < outage->n_nodes; i++)
        kh_links_break_node(links, outage->nodes[i].i);
    for (size_t i = 0; i < outage->n_links; i++)
        kh_links_break(links, outage->links[i]);
    for (size_t i = 0; i < outage->n_nodes; i++)
        kh_lines_break_node(lines, outage->nodes[i].i);
    for (size_t i = 0; i < outage->n_fibres; i++)
        kh_lines_break_fibre(lines, outage->fibres[i].i);
}

void kh_outage_end(const kh_outage *outage, kh_links *links, kh_lines *lines)
{
    for (size_t i = 0; i < outage->n_nodes; i++)
        kh_links_repair_node(links, outage->nodes[i].i);
    for (size_t i = 0; i < outage->n_links; i++)
        kh_links_repair(links, outage->links[i]);
    for (size_t i = 0; i < outage->n_nodes; i++)
        kh_lines_repair_node(lines, outage->nodes[i].i);
    for (size_t i = 0; i < outage->n_fibres; i++)
        kh_lines_repair_fibre(lines, outage->fibres[i].i);
}
