/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/supply/faults.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double NS_PER_H = 3600.0 * KH_NS_PER_S;
enum { MOST_MODULES = 100000 };

static size_t count_entities(const kh_net *net, kh_fault_kind kind)
{
    switch (kind) {
    case KH_FAULT_FIBRE_CUT:
        return net->n_fibres;
    case KH_FAULT_NODE:
        return net->n_nodes;
    case KH_FAULT_MODULE:
    case KH_FAULT_LINK:
        return net->n_qkd_links;
    }
    return 0;
}

static const char *entity_id(const kh_net *net, kh_fault_kind kind, uint32_t i)
{
    switch (kind) {
    case KH_FAULT_FIBRE_CUT:
        return net->fibres[i].id;
    case KH_FAULT_NODE:
        return net->nodes[i].id;
    case KH_FAULT_MODULE:
    case KH_FAULT_LINK:
        return net->qkd_links[i].id;
    }
    return "";
}

static bool is_on_all(const kh_fault *fault)
{
    static const char *const all[] = {"all-fibres", "all-nodes", "all-links", "all-links"};
    return strcmp(fault->on, all[fault->kind]) == 0;
}

/* The entry that rules this entity, or NULL. */
static const kh_fault *find_fault(const kh_net *net, kh_fault_kind kind, const char *id)
{
    const kh_fault *found = NULL;
    bool named = false;
    for (size_t i = 0; i < net->n_faults; i++) {
        const kh_fault *fault = &net->faults[i];
        if (fault->kind != kind)
            continue;
        bool names_it = strcmp(fault->on, id) == 0;
        if (!names_it && (named || !is_on_all(fault)))
            continue;
        found = fault;
        named = names_it;
    }
    return found;
}

static kh_status check_faults(const kh_net *net, kh_error *err)
{
    for (size_t i = 0; i < net->n_faults; i++) {
        const kh_fault *fault = &net->faults[i];
        bool known = is_on_all(fault);
        for (uint32_t k = 0; k < count_entities(net, fault->kind) && !known; k++)
            known = strcmp(fault->on, entity_id(net, fault->kind, k)) == 0;
        if (!known)
            return kh_fail(err, KH_ERANGE, "fault on '%s': there is nothing of that name", fault->on);
        bool per_length = isnan(fault->mtbf_h) && fault->kind == KH_FAULT_FIBRE_CUT;
        double mtbf_h = per_length ? fault->mtbf_h_per_1000km : fault->mtbf_h;
        if (!(mtbf_h > 0) || !(fault->mttr_h > 0))
            return kh_fail(err, KH_ERANGE, "fault on '%s': mtbf is %g h and mttr is %g h, both must be > 0", fault->on, mtbf_h,
                           fault->mttr_h);
    }
    return KH_OK;
}

static double mean_up_ns(const kh_net *net, const kh_fault *fault, uint32_t entity)
{
    double mtbf_h = fault->mtbf_h;
    if (isnan(mtbf_h) && fault->kind == KH_FAULT_FIBRE_CUT)
        mtbf_h = fault->mtbf_h_per_1000km * 1000 / net->fibres[entity].length_km;
    return mtbf_h * NS_PER_H;
}

/* How often the link depends on the entity. */
static size_t count_uses(const kh_qkd_link *link, uint32_t link_index, const kh_fault_process *process)
{
    if (process->kind == KH_FAULT_MODULE || process->kind == KH_FAULT_LINK)
        return link_index == process->entity;
    if (process->kind == KH_FAULT_NODE)
        return link->ends[0].i == process->entity || link->ends[1].i == process->entity;
    size_t uses = 0;
    for (size_t i = 0; i < link->n_via; i++)
        uses += link->via[i].i == process->entity;
    return uses;
}

/* What all steps of kh_faults_init() share. */
typedef struct builder {
    kh_faults *faults;
    const kh_net *net;
    uint64_t seed;
    kh_arena *arena;
    kh_error *err;
} builder;

static kh_status find_links(const builder *b, kh_fault_process *process)
{
    const kh_net *net = b->net;
    size_t n = 0;
    for (uint32_t i = 0; i < net->n_qkd_links; i++)
        n += count_uses(&net->qkd_links[i], i, process);
    process->links = KH_NEW(b->arena, uint32_t, n);
    if (process->links == NULL)
        return kh_fail(b->err, KH_ENOMEM, "out of memory for %zu links of a fault", n);
    for (uint32_t i = 0; i < net->n_qkd_links; i++)
        for (size_t uses = count_uses(&net->qkd_links[i], i, process); uses > 0; uses--)
            process->links[process->n_links++] = i;
    return KH_OK;
}

static void schedule(kh_faults *faults, uint32_t index)
{
    kh_fault_process *process = &faults->processes[index];
    kh_ns wait = faults->draw(&process->rng, process->broken ? process->down_ns : process->up_ns);
    kh_queue_push(&faults->kernel->queue, kh_kernel_now(faults->kernel) + wait, faults->toggle, index);
}

/* One process of an entity. @param module number from 1; of links only */
static kh_status add_process(const builder *b, const kh_fault *fault, uint32_t entity, unsigned module)
{
    char purpose[32];
    static const char *const purposes[] = {[KH_FAULT_FIBRE_CUT] = "cut", [KH_FAULT_NODE] = "failure", [KH_FAULT_LINK] = "link"};
    if (fault->kind == KH_FAULT_MODULE)
        (void)snprintf(purpose, sizeof purpose, "module %u", module);
    else
        (void)snprintf(purpose, sizeof purpose, "%s", purposes[fault->kind]);
    kh_faults *faults = b->faults;
    kh_fault_process *process = &faults->processes[faults->n_processes];
    *process = (kh_fault_process){.kind = fault->kind, .entity = entity};
    process->up_ns = mean_up_ns(b->net, fault, entity);
    process->down_ns = fault->mttr_h * NS_PER_H;
    process->rng = kh_rng_stream(b->seed, entity_id(b->net, fault->kind, entity), purpose);
    KH_TRY(find_links(b, process));
    schedule(faults, (uint32_t)faults->n_processes++);
    return KH_OK;
}

static unsigned count_processes(const kh_net *net, kh_fault_kind kind, uint32_t entity)
{
    if (kind != KH_FAULT_MODULE)
        return 1;
    return (unsigned)fmin(net->qkd_links[entity].modules, MOST_MODULES);
}

static kh_status add_processes(const builder *b, kh_fault_kind kind)
{
    for (uint32_t entity = 0; entity < count_entities(b->net, kind); entity++) {
        const kh_fault *fault = find_fault(b->net, kind, entity_id(b->net, kind, entity));
        unsigned n = fault == NULL ? 0 : count_processes(b->net, kind, entity);
        for (unsigned i = 1; i <= n; i++)
            KH_TRY(add_process(b, fault, entity, i));
    }
    return KH_OK;
}

static const kh_fault_kind kinds[] = {KH_FAULT_FIBRE_CUT, KH_FAULT_NODE, KH_FAULT_MODULE, KH_FAULT_LINK};
enum { N_KINDS = sizeof kinds / sizeof kinds[0] };

static kh_status play_faults(const builder *b)
{
    KH_TRY(check_faults(b->net, b->err));
    size_t most = 0;
    for (int k = 0; k < N_KINDS; k++)
        for (uint32_t entity = 0; entity < count_entities(b->net, kinds[k]); entity++)
            most += count_processes(b->net, kinds[k], entity);
    b->faults->processes = KH_NEW(b->arena, kh_fault_process, most);
    if (b->faults->processes == NULL)
        return kh_fail(b->err, KH_ENOMEM, "out of memory for %zu fault processes", most);
    for (int k = 0; k < N_KINDS; k++)
        KH_TRY(add_processes(b, kinds[k]));
    return KH_OK;
}

static void break_or_repair(kh_faults *faults, const kh_fault_process *process)
{
    bool breaks = process->broken;
    switch (process->kind) {
    case KH_FAULT_MODULE:
        (breaks ? kh_links_break_module : kh_links_repair_module)(faults->links, process->entity);
        faults->module_failures += breaks;
        break;
    case KH_FAULT_LINK:
        (breaks ? kh_links_break : kh_links_repair)(faults->links, process->entity);
        faults->link_failures += breaks;
        break;
    case KH_FAULT_NODE:
        (breaks ? kh_links_break_node : kh_links_repair_node)(faults->links, process->entity);
        (breaks ? kh_lines_break_node : kh_lines_repair_node)(faults->lines, process->entity);
        faults->node_failures += breaks;
        break;
    case KH_FAULT_FIBRE_CUT:
        for (size_t i = 0; i < process->n_links; i++)
            (breaks ? kh_links_break : kh_links_repair)(faults->links, process->links[i]);
        (breaks ? kh_lines_break_fibre : kh_lines_repair_fibre)(faults->lines, process->entity);
        faults->fibre_cuts += breaks;
        break;
    }
}

static void note_fault(const kh_faults *faults, const kh_fault_process *process)
{
    static const char *const nouns[] = {"fibre", "node", "link"};
    if (!kh_kernel_journals(faults->kernel))
        return;
    kh_note note = kh_kernel_note(faults->kernel, process->broken ? "broken" : "repaired");
    kh_note_text(&note, nouns[process->kind], entity_id(faults->links->net, process->kind, process->entity));
    kh_kernel_tell(faults->kernel, &note);
}

static void toggle(void *self, uint32_t index)
{
    kh_faults *faults = self;
    kh_fault_process *process = &faults->processes[index];
    process->broken = !process->broken;
    note_fault(faults, process);
    break_or_repair(faults, process);
    schedule(faults, index);
}

static void restart(void *self)
{
    kh_faults *faults = self;
    faults->fibre_cuts = faults->node_failures = faults->module_failures = faults->link_failures = 0;
}

static void visit(void *self, kh_state *state)
{
    kh_faults *faults = self;
    for (size_t i = 0; i < faults->n_processes; i++) {
        KH_STATE(state, faults->processes[i].broken);
        KH_STATE(state, faults->processes[i].rng);
    }
    KH_STATE(state, faults->fibre_cuts);
    KH_STATE(state, faults->node_failures);
    KH_STATE(state, faults->module_failures);
    KH_STATE(state, faults->link_failures);
}

static const kh_part_ops ops = {.name = "faults", .restart = restart, .visit = visit};

kh_status kh_faults_init(kh_faults *faults, const kh_faults_setup *setup, kh_arena *arena, kh_error *err)
{
    *faults = (kh_faults){.kernel = setup->kernel, .links = setup->links, .lines = setup->lines, .draw = kh_draw_exponential};
    KH_TRY(kh_kernel_handle(setup->kernel, "fault", toggle, faults, &faults->toggle, err));
    KH_TRY(kh_kernel_join(setup->kernel, &ops, faults, err));
    if (!setup->play)
        return KH_OK;
    return play_faults(&(builder){.faults = faults, .net = setup->net, .seed = setup->seed, .arena = arena, .err = err});
}
