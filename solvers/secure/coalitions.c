/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/secure/coalitions.h"

#include <string.h>

static kh_status no_memory(kh_error *err)
{
    return kh_fail(err, KH_ENOMEM, "no memory for coalitions");
}

/* --- by what nodes or links have in common ---------------------------------------------------------------------------------- */

static const char *name_of_node(const kh_net *net, uint32_t node, kh_coalition_kind kind)
{
    uint32_t domain = net->nodes[node].domain.i;
    if (domain >= net->n_domains || kind == KH_COALITION_VENDOR)
        return NULL;
    const kh_domain *d = &net->domains[domain];
    return kind == KH_COALITION_OPERATOR ? d->operator_name : kind == KH_COALITION_COUNTRY ? d->country : d->id;
}

static const char *name_of_link(const kh_net *net, uint32_t link, kh_coalition_kind kind)
{
    uint32_t device = net->qkd_links[link].device.i;
    return kind == KH_COALITION_VENDOR && device < net->n_devices ? net->devices[device].vendor : NULL;
}

static bool is_listed(const kh_plan_secrecy *s, const char *name)
{
    for (size_t j = 0; j < s->n_coalitions; j++)
        if (strcmp(s->coalitions[j].name, name) == 0)
            return true;
    return false;
}

static kh_status add_members(const kh_net *net, const char *name, kh_arena *arena, kh_plan_secrecy *s, kh_error *err)
{
    kh_plan_coalition *c = &s->coalitions[s->n_coalitions];
    *c = (kh_plan_coalition){
        .name = name, .nodes = KH_NEW(arena, kh_node_id, net->n_nodes), .links = KH_NEW(arena, kh_qkd_link_id, net->n_qkd_links)};
    if (c->nodes == NULL || c->links == NULL)
        return no_memory(err);
    for (uint32_t v = 0; v < net->n_nodes; v++) {
        const char *other = name_of_node(net, v, s->group);
        if (other != NULL && strcmp(other, name) == 0)
            c->nodes[c->n_nodes++].i = v;
    }
    for (uint32_t e = 0; e < net->n_qkd_links; e++) {
        const char *other = name_of_link(net, e, s->group);
        if (other != NULL && strcmp(other, name) == 0)
            c->links[c->n_links++].i = e;
    }
    s->n_coalitions++;
    return KH_OK;
}

static kh_status gather(const kh_net *net, kh_arena *arena, kh_plan_secrecy *s, kh_error *err)
{
    s->coalitions = KH_NEW(arena, kh_plan_coalition, net->n_domains + net->n_devices);
    if (s->coalitions == NULL)
        return no_memory(err);
    for (uint32_t i = 0; i < net->n_nodes + net->n_qkd_links; i++) {
        const char *name =
            i < net->n_nodes ? name_of_node(net, i, s->group) : name_of_link(net, i - (uint32_t)net->n_nodes, s->group);
        if (name != NULL && name[0] != '\0' && !is_listed(s, name))
            KH_TRY(add_members(net, name, arena, s, err));
    }
    if (s->n_coalitions == 0)
        return kh_fail(err, KH_EUSAGE, "'%s' names no %s: there is nobody to keep keys from", net->name,
                       kh_coalition_kind_name(s->group));
    return KH_OK;
}

/* --- by name ---------------------------------------------------------------------------------------------------------------- */

static uint32_t find_node(const kh_net *net, const char *name, size_t length)
{
    for (uint32_t v = 0; v < net->n_nodes; v++)
        if (strlen(net->nodes[v].id) == length && memcmp(net->nodes[v].id, name, length) == 0)
            return v;
    return KH_NO_INDEX;
}

static kh_status add_node(const kh_net *net, const char *name, size_t length, kh_plan_coalition *c, kh_error *err)
{
    uint32_t node = find_node(net, name, length);
    size_t i = c->n_nodes;
    if (node == KH_NO_INDEX)
        return kh_fail(err, KH_EUSAGE, "'%.*s' is no node, and none of operator, country, domain, vendor", (int)length, name);
    for (size_t k = 0; k < c->n_nodes; k++)
        if (c->nodes[k].i == node)
            return kh_fail(err, KH_EUSAGE, "'%.*s' stands twice in one coalition", (int)length, name);
    for (; i > 0 && c->nodes[i - 1].i > node; i--)
        c->nodes[i] = c->nodes[i - 1];
    c->nodes[i].i = node;
    c->n_nodes++;
    return KH_OK;
}

static kh_status read_list(const kh_net *net, const char *wish, kh_arena *arena, kh_plan_secrecy *s, kh_error *err)
{
    size_t most = 1;
    for (const char *at = wish; *at != '\0'; at++)
        most += *at == ',';
    s->coalitions = KH_NEW(arena, kh_plan_coalition, most);
    if (s->coalitions == NULL)
        return no_memory(err);
    for (const char *at = wish; s->n_coalitions < most; at += *at == ',') {
        size_t length = strcspn(at, ",");
        kh_plan_coalition *c = &s->coalitions[s->n_coalitions++];
        *c = (kh_plan_coalition){.name = kh_arena_strndup(arena, at, length), .nodes = KH_NEW(arena, kh_node_id, net->n_nodes)};
        if (c->name == NULL || c->nodes == NULL)
            return no_memory(err);
        for (const char *end = at + length; at <= end; at++) {
            size_t n = strcspn(at, "+,");
            KH_TRY(add_node(net, at, n, c, err));
            at += n;
        }
        at--;
    }
    return KH_OK;
}

kh_status kh_coalitions_make(const kh_net *net, const char *wish, kh_arena *arena, kh_plan_secrecy *secrecy, kh_error *err)
{
    kh_plan_secrecy made = {.kind = KH_SECRECY_COALITIONS, .colluders = 1, .group = KH_COALITION_LISTED};
    for (int kind = 0; kind < KH_COALITION_LISTED; kind++)
        if (strcmp(wish, kh_coalition_kind_name((kh_coalition_kind)kind)) == 0)
            made.group = (kh_coalition_kind)kind;
    KH_TRY(made.group == KH_COALITION_LISTED ? read_list(net, wish, arena, &made, err) : gather(net, arena, &made, err));
    *secrecy = made;
    return KH_OK;
}
