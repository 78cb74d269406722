/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/engine_fluid.h"

#include "core/sim/supply/rule.h"

#include <math.h>

/* Flows follow the plan; what a run asks for beyond it is told, not passed over. */
static kh_status check_options(const kh_sim_options *options, kh_error *err)
{
    if (options->routing.policy != KH_ROUTING_PLAN)
        return kh_fail(err, KH_ERANGE, "routing is '%s', must be '%s' at the fluid level",
                       kh_routing_policy_name(options->routing.policy), kh_routing_policy_name(KH_ROUTING_PLAN));
    if (options->routing.disjoint_paths > 1)
        return kh_fail(err, KH_ERANGE, "disjoint_paths is %u, must be 1 at the fluid level", options->routing.disjoint_paths);
    if (options->classes.n > 0 && options->classes.n != 2)
        return kh_fail(err, KH_ERANGE, "classes is %u, must be 2 at the fluid level", options->classes.n);
    if (options->classes.admission != KH_ADMISSION_NONE)
        return kh_fail(err, KH_ERANGE, "admission is '%s', must be '%s' at the fluid level",
                       kh_admission_name(options->classes.admission), kh_admission_name(KH_ADMISSION_NONE));
    return KH_OK;
}

static kh_status check_faults(const kh_engine *engine, kh_error *err)
{
    static const kh_fault_kind kinds[] = {KH_FAULT_EAVESDROPPING, KH_FAULT_COMPROMISE, KH_FAULT_FLASH_DEMAND};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && engine->options.faults; i++)
        if (kh_rule_entries(engine->net, kinds[i]) > 0)
            return kh_fail(err, KH_ERANGE, "%s is not played at the fluid level; play blocks, or leave the faults out",
                           kh_fault_kind_name(kinds[i]));
    return KH_OK;
}

kh_status kh_engine_fluid_start(kh_engine *engine, double hop_latency_s, kh_arena *scratch, kh_error *err)
{
    KH_TRY(check_options(&engine->options, err));
    KH_TRY(check_faults(engine, err));
    kh_fluid_setup setup = {.net = engine->net,
                            .plan = engine->inputs.plan,
                            .kernel = &engine->kernel,
                            .links = &engine->links,
                            .hop_latency_s = hop_latency_s,
                            .late_after_s = engine->options.late_after_s,
                            .fetch_s = engine->options.fetch_s,
                            .end = engine->end};
    return kh_fluid_init(&engine->fluid, &setup, scratch, err);
}

static void report_demand(kh_engine *engine, uint32_t i, double counted_s)
{
    kh_fluid_service service = kh_fluid_served(&engine->fluid, i);
    kh_sim_demand *report = &engine->results[engine->batch].demands[i];
    *report = kh_users_absent();
    report->requests = service.requests;
    report->served = service.served;
    report->late = service.late;
    report->blocked = service.blocked;
    report->delivered_bits = service.delivered_bits;
    report->mean_wait_s = service.mean_wait_s;
    report->availability = 1 - service.starved_s / counted_s;
}

static void report_link(kh_engine *engine, uint32_t i, kh_ns to)
{
    kh_sim_link *link = &engine->results[engine->batch].links[i];
    kh_fluid_ledger ledger = kh_fluid_ledger_of(&engine->fluid, i);
    link->initial_bits = ledger.initial;
    link->generated_bits = ledger.generated;
    link->delivered_bits = ledger.delivered;
    link->relayed_bits = ledger.relayed;
    link->lost_bits = ledger.lost;
    link->stored_bits = ledger.stored;
    link->lowest_bits = ledger.lowest;
    link->up_fraction = kh_links_up_fraction(&engine->links, i, engine->counted_from, to);
    const kh_qkd_link *planned = &engine->net->qkd_links[i];
    bool crosses = engine->net->nodes[planned->ends[0].i].domain.i != engine->net->nodes[planned->ends[1].i].domain.i;
    link->handed_over_keys = crosses ? (double)NAN : 0;
}

void kh_engine_fluid_report(kh_engine *engine, kh_ns to)
{
    double counted_s = kh_s_from_ns(to - engine->counted_from);
    kh_fluid_finish(&engine->fluid, to);
    for (uint32_t i = 0; i < engine->fluid.n_demands; i++)
        report_demand(engine, i, counted_s);
    for (uint32_t i = 0; i < engine->fluid.n_links; i++)
        report_link(engine, i, to);
    for (size_t i = 0; i < engine->net->n_domains; i++)
        engine->results[engine->batch].domains[i] = (kh_sim_domain){(double)NAN, (double)NAN, (double)NAN};
}
