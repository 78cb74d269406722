/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/supply/rule.h"

#include <stdio.h>
#include <string.h>

typedef enum array { NONE, FIBRES, NODES, LINKS, DEMANDS } array;
static const array arrays[KH_FAULT_KINDS] = {
    [KH_FAULT_FIBRE_CUT] = FIBRES, [KH_FAULT_NODE] = NODES,          [KH_FAULT_MODULE] = LINKS,
    [KH_FAULT_LINK] = LINKS,       [KH_FAULT_EAVESDROPPING] = LINKS, [KH_FAULT_FLASH_DEMAND] = DEMANDS,
};

size_t kh_rule_count(const kh_net *net, kh_fault_kind kind)
{
    const size_t counts[] = {
        [NONE] = 0, [FIBRES] = net->n_fibres, [NODES] = net->n_nodes, [LINKS] = net->n_qkd_links, [DEMANDS] = net->n_demands};
    return counts[arrays[kind]];
}

const char *kh_rule_id(const kh_net *net, kh_fault_kind kind, uint32_t entity)
{
    if (arrays[kind] == FIBRES)
        return net->fibres[entity].id;
    if (arrays[kind] == NODES)
        return net->nodes[entity].id;
    return arrays[kind] == DEMANDS ? net->demands[entity].id : net->qkd_links[entity].id;
}

size_t kh_rule_entries(const kh_net *net, kh_fault_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < net->n_faults; i++)
        n += net->faults[i].kind == kind;
    return n;
}

static bool is_on_all(const kh_fault *fault)
{
    const char *all = kh_fault_all_word(fault->kind);
    return all != NULL && strcmp(fault->on, all) == 0;
}

bool kh_rule_holds(const kh_net *net, const kh_fault *fault, uint32_t entity)
{
    return is_on_all(fault) || strcmp(fault->on, kh_rule_id(net, fault->kind, entity)) == 0;
}

const kh_fault *kh_rule_find(const kh_net *net, kh_fault_kind kind, uint32_t entity)
{
    const kh_fault *found = NULL;
    bool named = false;
    for (size_t i = 0; i < net->n_faults; i++) {
        const kh_fault *fault = &net->faults[i];
        if (fault->kind != kind || !kh_rule_holds(net, fault, entity))
            continue;
        bool names_it = !is_on_all(fault);
        if (named && !names_it)
            continue;
        found = fault;
        named = names_it;
    }
    return found;
}

kh_rng kh_rule_stream(const kh_net *net, const kh_fault *fault, uint64_t seed)
{
    unsigned nth = 1;
    for (const kh_fault *other = net->faults; other < fault; other++)
        nth += other->kind == fault->kind && strcmp(other->on, fault->on) == 0;
    char purpose[48];
    (void)snprintf(purpose, sizeof purpose, nth > 1 ? "%s %u" : "%s", kh_fault_kind_name(fault->kind), nth);
    return kh_rng_stream(seed, fault->on, purpose);
}

kh_status kh_rule_check(const kh_net *net, kh_error *err)
{
    for (size_t i = 0; i < net->n_faults; i++) {
        const kh_fault *fault = &net->faults[i];
        if (kh_fault_all_word(fault->kind) == NULL)
            continue; /* who plays it looks for what it is on */
        bool known = is_on_all(fault);
        for (uint32_t k = 0; k < kh_rule_count(net, fault->kind) && !known; k++)
            known = strcmp(fault->on, kh_rule_id(net, fault->kind, k)) == 0;
        if (!known)
            return kh_fail(err, KH_ERANGE, "fault on '%s': there is nothing of that name", fault->on);
    }
    return KH_OK;
}
