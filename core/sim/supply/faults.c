/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/supply/faults.h"

#include "core/sim/supply/rule.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_MODULES = 100000 };

/* What all steps of kh_faults_init() share. */
typedef struct builder {
    kh_faults *faults;
    const kh_net *net;
    kh_outage_index index;
    uint64_t seed;
    kh_arena *arena;
    kh_error *err;
} builder;

/* One more process; its first start is scheduled. @param members what goes down with it */
static kh_status add_process(const builder *b, const kh_fault_process *made, const kh_fault *members)
{
    kh_fault_process *process = &b->faults->processes[b->faults->spells.n - 1];
    *process = *made;
    return kh_outage_init(&process->outage, members, &b->index, b->arena, b->err);
}

/* --- wind --- */

static void set_wind(kh_fault_process *process, const kh_fault *fault, const kh_fibre *fibre)
{
    process->wind_above_m_s = fault->wind_above_m_s;
    process->wind_pace = 1 + fibre->aerial_km / fibre->length_km * (fault->factor - 1);
}

static void feel_wind(void *self)
{
    kh_faults *faults = self;
    const kh_net *net = faults->links->net;
    double wind_m_s = net->time_slots[faults->links->slot].wind_m_s;
    for (uint32_t i = 0; i < faults->spells.n; i++) {
        const kh_fault_process *process = &faults->processes[i];
        if (process->kind == KH_FAULT_FIBRE_CUT && !isnan(process->wind_above_m_s))
            kh_spells_set_pace(&faults->spells, i, wind_m_s > process->wind_above_m_s ? process->wind_pace : 1);
    }
}

/* The fibres that mind the wind are told of it from now on. */
static void watch_wind(kh_faults *faults, kh_slots *slots)
{
    if (faults->links->slot == KH_NO_INDEX)
        return;
    feel_wind(faults);
    slots->tell = feel_wind;
    slots->self = faults;
}

/* --- one entity --- */

static double mean_up_h(const kh_net *net, const kh_fault *fault, uint32_t entity)
{
    if (fault->kind == KH_FAULT_FIBRE_CUT && isnan(fault->mtbf_h))
        return fault->mtbf_h_per_1000km * 1000 / net->fibres[entity].length_km;
    return fault->mtbf_h;
}

/* @param module number from 1; of modules only */
static kh_rng stream_of(const builder *b, const kh_fault_process *process, unsigned module)
{
    static const char *const purposes[] = {[KH_FAULT_FIBRE_CUT] = "cut", [KH_FAULT_NODE] = "failure", [KH_FAULT_LINK] = "link"};
    char of_module[32];
    if (process->kind != KH_FAULT_MODULE)
        return kh_rng_stream(b->seed, process->id, purposes[process->kind]);
    (void)snprintf(of_module, sizeof of_module, "module %u", module);
    return kh_rng_stream(b->seed, process->id, of_module);
}

static kh_status add_entity(const builder *b, const kh_fault *fault, uint32_t entity, unsigned module)
{
    kh_fault_process process = {.kind = fault->kind, .entity = entity, .id = kh_rule_id(b->net, fault->kind, entity)};
    kh_fibre_id fibre = {entity};
    kh_node_id node = {entity};
    kh_qkd_link_id link = {entity};
    kh_fault members = {.fibres = &fibre, .nodes = &node, .links = &link};
    members.n_fibres = fault->kind == KH_FAULT_FIBRE_CUT;
    members.n_nodes = fault->kind == KH_FAULT_NODE;
    members.n_links = fault->kind == KH_FAULT_LINK;
    if (fault->kind == KH_FAULT_FIBRE_CUT)
        set_wind(&process, fault, &b->net->fibres[entity]);
    KH_TRY(kh_spells_add(&b->faults->spells, fault, mean_up_h(b->net, fault, entity), stream_of(b, &process, module), b->err));
    return add_process(b, &process, &members);
}

static unsigned count_processes(const kh_net *net, kh_fault_kind kind, uint32_t entity)
{
    if (kind != KH_FAULT_MODULE)
        return 1;
    return (unsigned)fmin(net->qkd_links[entity].modules, MOST_MODULES);
}

static kh_status add_entities(const builder *b, kh_fault_kind kind)
{
    for (uint32_t entity = 0; entity < kh_rule_count(b->net, kind); entity++) {
        const kh_fault *fault = kh_rule_find(b->net, kind, entity);
        unsigned n = fault == NULL ? 0 : count_processes(b->net, kind, entity);
        for (unsigned i = 1; i <= n; i++)
            KH_TRY(add_entity(b, fault, entity, i));
    }
    return KH_OK;
}

/* --- groups --- */

static bool find_named(const kh_net *net, kh_fault_kind kind, const char *id, uint32_t *found)
{
    for (uint32_t i = 0; i < kh_rule_count(net, kind); i++)
        if (strcmp(kh_rule_id(net, kind, i), id) == 0) {
            *found = i;
            return true;
        }
    return false;
}

/* A group under its name, with what its list says, what its shared risk lists, or the one that it names. */
static kh_status add_group(const builder *b, const kh_fault *fault)
{
    kh_fault_process process = {.kind = fault->kind, .id = fault->on};
    KH_TRY(kh_spells_add(&b->faults->spells, fault, fault->mtbf_h, kh_rule_stream(b->net, fault, b->seed), b->err));
    if (fault->n_fibres + fault->n_nodes + fault->n_links > 0)
        return add_process(b, &process, fault);
    const kh_fault *group = kh_fault_group(b->net, fault->on);
    if (group != NULL)
        return add_process(b, &process, group);
    kh_fibre_id fibre;
    kh_node_id node;
    kh_qkd_link_id link;
    kh_fault members = {.fibres = &fibre, .nodes = &node, .links = &link};
    members.n_nodes = find_named(b->net, KH_FAULT_NODE, fault->on, &node.i);
    members.n_fibres = find_named(b->net, KH_FAULT_FIBRE_CUT, fault->on, &fibre.i);
    members.n_links = find_named(b->net, KH_FAULT_LINK, fault->on, &link.i);
    if (members.n_nodes + members.n_fibres + members.n_links != 1)
        return kh_fail(b->err, KH_ERANGE, "%s on '%s': there is not one thing of that name", kh_fault_kind_name(fault->kind),
                       fault->on);
    return add_process(b, &process, &members);
}

static kh_status add_groups(const builder *b, kh_fault_kind kind)
{
    for (size_t i = 0; i < b->net->n_faults; i++)
        if (b->net->faults[i].kind == kind)
            KH_TRY(add_group(b, &b->net->faults[i]));
    return KH_OK;
}

/* --- all --- */

static const kh_fault_kind kinds_of_one[] = {KH_FAULT_FIBRE_CUT, KH_FAULT_NODE, KH_FAULT_MODULE, KH_FAULT_LINK};
static const kh_fault_kind kinds_of_groups[] = {KH_FAULT_SHARED_RISK, KH_FAULT_MAINTENANCE};
enum { N_OF_ONE = sizeof kinds_of_one / sizeof kinds_of_one[0], N_OF_GROUPS = sizeof kinds_of_groups / sizeof kinds_of_groups[0] };

static kh_status play_faults(const builder *b)
{
    KH_TRY(kh_rule_check(b->net, b->err));
    size_t most = b->net->n_faults;
    for (int k = 0; k < N_OF_ONE; k++)
        for (uint32_t entity = 0; entity < kh_rule_count(b->net, kinds_of_one[k]); entity++)
            most += count_processes(b->net, kinds_of_one[k], entity);
    b->faults->processes = KH_NEW(b->arena, kh_fault_process, most);
    if (b->faults->processes == NULL)
        return kh_fail(b->err, KH_ENOMEM, "out of memory for %zu fault processes", most);
    KH_TRY(kh_spells_reserve(&b->faults->spells, most, b->arena, b->err));
    for (int k = 0; k < N_OF_ONE; k++)
        KH_TRY(add_entities(b, kinds_of_one[k]));
    for (int k = 0; k < N_OF_GROUPS; k++)
        KH_TRY(add_groups(b, kinds_of_groups[k]));
    return KH_OK;
}

static void note_fault(const kh_faults *faults, const kh_fault_process *process, bool breaks)
{
    if (!kh_kernel_journals(faults->kernel))
        return;
    kh_note note = kh_kernel_note(faults->kernel, breaks ? "broken" : "repaired");
    kh_note_text(&note, "kind", kh_fault_kind_name(process->kind));
    kh_note_text(&note, "on", process->id);
    kh_kernel_tell(faults->kernel, &note);
}

static void break_or_repair(void *self, uint32_t index, bool breaks)
{
    kh_faults *faults = self;
    const kh_fault_process *process = &faults->processes[index];
    note_fault(faults, process, breaks);
    if (process->kind == KH_FAULT_MODULE)
        (breaks ? kh_links_break_module : kh_links_repair_module)(faults->links, process->entity);
    else
        (breaks ? kh_outage_start : kh_outage_end)(&process->outage, faults->links, faults->lines);
    faults->starts[process->kind] += breaks;
}

static void restart(void *self)
{
    kh_faults *faults = self;
    memset(faults->starts, 0, sizeof faults->starts);
}

static void visit(void *self, kh_state *state)
{
    kh_faults *faults = self;
    kh_spells_visit(&faults->spells, state);
    KH_STATE(state, faults->starts);
}

static void reseed(void *self, uint64_t salt)
{
    kh_faults *faults = self;
    kh_spells_reseed(&faults->spells, salt);
}

static const kh_part_ops ops = {.name = "faults", .restart = restart, .visit = visit, .reseed = reseed};

kh_status kh_faults_init(kh_faults *faults, const kh_faults_setup *setup, kh_arena *arena, kh_error *err)
{
    *faults = (kh_faults){.kernel = setup->kernel, .links = setup->links, .lines = setup->lines};
    KH_TRY(kh_spells_init(&faults->spells, "fault", setup->kernel, break_or_repair, faults, err));
    KH_TRY(kh_kernel_join(setup->kernel, &ops, faults, err));
    if (!setup->play || setup->net->n_faults == 0)
        return KH_OK;
    builder b = {.faults = faults, .net = setup->net, .seed = setup->seed, .arena = arena, .err = err};
    KH_TRY(kh_outage_index_init(&b.index, setup->net, arena, err));
    KH_TRY(play_faults(&b));
    watch_wind(faults, setup->slots);
    return KH_OK;
}
