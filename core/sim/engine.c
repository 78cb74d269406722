/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/engine.h"

#include "core/sim/engine_fluid.h"
#include "core/sim/result.h"
#include "core/sim/supply/rule.h"

#include <math.h>

enum { EVENTS_PER_FULL_AUDIT = 4096 };
static const double MOST_EVENTS = 1e10, DEFAULT_HOP_LATENCY_S = 0.002;

static kh_status check_inputs(const kh_engine_inputs *inputs, kh_error *err)
{
    const kh_net *net = inputs->net;
    const kh_rates *rates = inputs->rates;
    const kh_plan *plan = inputs->plan;
    const kh_sim_options *options = inputs->options;
    if (rates->n_qkd != net->n_qkd_links || plan->n_demands != net->n_demands)
        return kh_fail(err, KH_ERANGE, "rates of %zu links and a plan of %zu demands do not fit a network with %zu and %zu",
                       rates->n_qkd, plan->n_demands, net->n_qkd_links, net->n_demands);
    if (!(options->duration_s >= 1e-9 && options->duration_s <= KH_LONGEST_S))
        return kh_fail(err, KH_ERANGE, "duration_s is %g, must be > 0 and at most %d years", options->duration_s, KH_LONGEST_YEARS);
    if (!(options->warm_up_s >= 0 && options->warm_up_s < options->duration_s))
        return kh_fail(err, KH_ERANGE, "warm_up_s is %g, must be in [0, %g)", options->warm_up_s, options->duration_s);
    kh_ns counted = kh_ns_from_s(options->duration_s) - kh_ns_from_s(options->warm_up_s);
    if (counted == 0)
        return kh_fail(err, KH_ERANGE, "warm_up_s is %g of %g s: nothing is counted", options->warm_up_s, options->duration_s);
    if (options->batches > KH_SIM_MOST_BATCHES || options->batches > (uint64_t)counted)
        return kh_fail(err, KH_ERANGE, "batches is %zu, must be at most %d, of a nanosecond or more", options->batches,
                       KH_SIM_MOST_BATCHES);
    if (options->hop_latency_s < 0 || options->hop_latency_s > KH_LONGEST_S)
        return kh_fail(err, KH_ERANGE, "hop_latency_s is %g, must be >= 0", options->hop_latency_s);
    return KH_OK;
}

static kh_status make_result(kh_sim_result *result, const kh_net *net, kh_arena *arena, kh_error *err)
{
    *result = (kh_sim_result){.n_demands = net->n_demands, .n_links = net->n_qkd_links, .n_domains = net->n_domains};
    result->demands = KH_NEW(arena, kh_sim_demand, net->n_demands);
    result->links = KH_NEW(arena, kh_sim_link, net->n_qkd_links);
    result->domains = KH_NEW(arena, kh_sim_domain, net->n_domains);
    if (result->demands == NULL || result->links == NULL || result->domains == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for the result of %zu links", net->n_qkd_links);
    return KH_OK;
}

static int64_t level_of(const kh_engine *engine, size_t link)
{
    bool fluid = engine->options.level == KH_SIM_FLUID;
    return fluid ? llround(engine->fluid.tanks[link].tank.level) : engine->links.states[link].store.level;
}

static kh_recorder *recorder_of(kh_engine *engine, size_t link)
{
    bool fluid = engine->options.level == KH_SIM_FLUID;
    return fluid ? &engine->fluid.recorders[link] : &engine->links.states[link].recorder;
}

static kh_status start_series(kh_engine *engine, kh_arena *arena, kh_error *err)
{
    size_t points = engine->options.series_points;
    for (size_t i = 0; i < engine->net->n_qkd_links; i++) {
        kh_series *series = &engine->results[0].links[i].level;
        series->t_s = KH_NEW(arena, double, points);
        series->level_bits = KH_NEW(arena, double, points);
        if (series->t_s == NULL || series->level_bits == NULL)
            return kh_fail(err, KH_ENOMEM, "out of memory for series of %zu points", points);
        kh_recorder_init(recorder_of(engine, i), series, points, engine->end, level_of(engine, i));
        engine->links.states[i].recorded = engine->links.states[i].recorder.span != 0;
    }
    return KH_OK;
}

static kh_status make_results(kh_engine *engine, kh_arena *arena, kh_error *err)
{
    engine->results = KH_NEW(arena, kh_sim_result, engine->n_results);
    if (engine->results == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for %zu results", engine->n_results);
    for (size_t i = 0; i < engine->n_results; i++)
        KH_TRY(make_result(&engine->results[i], engine->net, arena, err));
    return start_series(engine, arena, err);
}

static double expected_events(const kh_engine *engine)
{
    double end_ns = (double)engine->end, events = kh_users_expected_events(&engine->users, engine->end);
    events += kh_spells_events(&engine->faults.spells, engine->end);
    events += kh_spells_events(&engine->eavesdropping.spells, engine->end);
    events += kh_spells_events(&engine->exposure.spells, engine->end);
    events += kh_spells_events(&engine->rush.spells, engine->end);
    events += kh_switches_events(&engine->switches, engine->end) + kh_calibration_events(&engine->calibration, engine->end);
    events += kh_slots_events(&engine->slots, engine->end);
    for (size_t i = 0; i < engine->links.n; i++)
        if (engine->links.states[i].period > 0 && engine->options.level == KH_SIM_BLOCK)
            events += end_ns / (double)engine->links.states[i].period;
    return events;
}

/* What would take hours is refused at once rather than begun. */
static kh_status check_size(const kh_engine *engine, kh_error *err)
{
    double events = expected_events(engine);
    if (events <= MOST_EVENTS)
        return KH_OK;
    return kh_fail(err, KH_ELIMIT,
                   "about %.2g requests, blocks of key, faults and changes of rates in %g s, at most %g can be played; play less "
                   "time, or let demands "
                   "fetch more keys at once",
                   events, engine->options.duration_s, MOST_EVENTS);
}

static kh_sim_routing report_routing(const kh_engine *engine, uint32_t i)
{
    const kh_routing *routing = &engine->routing;
    double keys = engine->relay.demands[i].keys;
    kh_sim_routing made = {.refused = (double)engine->relay.demands[i].refused * keys,
                           .rerouted = (double)routing->demands[i].rerouted * keys,
                           .mean_restoration_s = (double)NAN};
    if (routing->sets != NULL) {
        made.disjoint_paths = routing->homes[i].n;
        made.node_disjoint = routing->homes[i].by_node;
        made.fewer_shares = (double)engine->sharing.fewer[i] * keys;
    }
    if (routing->options.policy != KH_ROUTING_RESTORE)
        return made;
    const kh_restoration_demand *restored = &routing->restoration.demands[i];
    made.restorations = (double)restored->restorations;
    if (restored->restorations > 0)
        made.mean_restoration_s = kh_s_from_ns(restored->took_ns) / made.restorations;
    return made;
}

static kh_sim_exposure report_exposure(const kh_engine *engine, uint32_t i)
{
    if (engine->exposure.demands == NULL)
        return (kh_sim_exposure){0};
    const kh_exposure_counts *counts = &engine->exposure.demands[i];
    double keys = engine->relay.demands[i].keys, bits = (double)engine->relay.demands[i].key_bits;
    return (kh_sim_exposure){.exposed_keys = (double)counts->exposed * keys,
                             .exposed_bits = (double)counts->exposed * bits,
                             .at_ends_keys = (double)counts->at_ends * keys,
                             .saved_keys = (double)counts->saved * keys};
}

static kh_sim_eavesdropping report_eavesdropping(const kh_engine *engine, uint32_t link, kh_ns to)
{
    const kh_eavesdropping *e = &engine->eavesdropping;
    kh_sim_eavesdropping report = {.discarded_bits = (double)engine->links.states[link].blocks.tapped_bits};
    if (e->of_link == NULL || e->of_link[link] == KH_NO_INDEX)
        return report;
    const kh_eavesdropper *attack = &e->all[e->of_link[link]];
    report.attacks = (double)attack->attacks;
    report.alarms = (double)attack->alarms;
    report.unnoticed = (double)attack->unnoticed;
    report.quarantine_s = kh_s_from_ns(kh_eavesdropper_quarantine_ns(attack, to));
    return report;
}

static void report_link(const kh_engine *engine, uint32_t i, kh_ns to)
{
    const kh_link_state *state = &engine->links.states[i];
    kh_sim_link *link = &engine->results[engine->batch].links[i];
    link->initial_bits = (double)state->store.initial;
    link->generated_bits = (double)state->store.generated;
    link->delivered_bits = (double)state->store.delivered;
    link->relayed_bits = (double)state->store.relayed;
    link->lost_bits = (double)state->store.lost;
    link->expired_bits = (double)state->store.expired;
    link->transit_bits = (double)state->store.transit;
    link->stored_bits = (double)state->store.level;
    link->lowest_bits = (double)state->store.lowest;
    link->up_fraction = kh_links_up_fraction(&engine->links, i, engine->counted_from, to);
    link->eavesdropping = report_eavesdropping(engine, i, to);
}

static void report_borders(kh_engine *engine)
{
    const kh_sim_result *result = &engine->results[engine->batch];
    kh_borders_sum(&engine->borders);
    for (size_t i = 0; i < result->n_domains; i++) {
        const kh_borders_load *load = &engine->borders.transit[i];
        double price_per_mbit = engine->net->domains[i].transit_price_per_mbit;
        result->domains[i] = (kh_sim_domain){load->keys, load->bits, load->bits * 1e-6 * price_per_mbit};
    }
    for (size_t i = 0; i < result->n_links; i++)
        result->links[i].handed_over_keys = engine->borders.handed_over[i].keys;
}

/* Closes the statistics of [counted_from, to] into the present result. */
static void report(kh_engine *engine, kh_ns to)
{
    kh_sim_result *result = &engine->results[engine->batch];
    result->duration_s = kh_s_from_ns(to);
    result->warm_up_s = kh_s_from_ns(engine->counted_from);
    result->seed = engine->options.seed;
    result->events = engine->kernel.events - engine->events_before;
    result->fibre_cuts = engine->faults.starts[KH_FAULT_FIBRE_CUT];
    result->node_failures = engine->faults.starts[KH_FAULT_NODE];
    result->module_failures = engine->faults.starts[KH_FAULT_MODULE];
    result->link_failures = engine->faults.starts[KH_FAULT_LINK];
    result->shared_failures = engine->faults.starts[KH_FAULT_SHARED_RISK];
    result->compromises = engine->exposure.starts;
    result->flash_demands = engine->rush.starts;
    result->maintenances = engine->faults.starts[KH_FAULT_MAINTENANCE];
    if (engine->options.level == KH_SIM_FLUID) {
        kh_engine_fluid_report(engine, to);
        return;
    }
    for (uint32_t i = 0; i < result->n_demands; i++) {
        result->demands[i] = kh_users_report(&engine->users, i, engine->counted_from, to);
        result->demands[i].routing = report_routing(engine, i);
        result->demands[i].exposure = report_exposure(engine, i);
    }
    for (uint32_t i = 0; i < result->n_links; i++)
        report_link(engine, i, to);
    report_borders(engine);
}

static void begin_statistics(kh_engine *engine)
{
    kh_kernel_restart(&engine->kernel);
    engine->counted_from = kh_kernel_now(&engine->kernel);
}

static void end_warm_up(void *self, uint32_t subject)
{
    (void)subject;
    begin_statistics(self);
}

static void end_batch(void *self, uint32_t batch)
{
    kh_engine *engine = self;
    report(engine, kh_kernel_now(&engine->kernel));
    begin_statistics(engine);
    engine->events_before = engine->kernel.events;
    engine->batch = batch + 1;
}

/* The first events of their instants. */
static kh_status schedule_statistics(kh_engine *engine, kh_error *err)
{
    kh_event_kind kind;
    KH_TRY(kh_kernel_handle(&engine->kernel, "warm-up", end_warm_up, engine, &kind, err));
    KH_TRY(kh_kernel_handle(&engine->kernel, "batch", end_batch, engine, &engine->cut, err));
    kh_queue_push(&engine->kernel.queue, engine->warm_up, kind, 0);
    kh_ns counted = engine->end - engine->warm_up, n = (kh_ns)engine->n_results;
    for (kh_ns i = 1; i < n; i++)
        kh_queue_push(&engine->kernel.queue, engine->warm_up + counted / n * i, engine->cut, (uint32_t)(i - 1));
    return KH_OK;
}

static kh_status start_eavesdropping(kh_engine *engine, const kh_engine_inputs *inputs, kh_arena *scratch, kh_error *err)
{
    kh_eavesdropping_setup setup = {.net = inputs->net,
                                    .kernel = &engine->kernel,
                                    .links = &engine->links,
                                    .seed = inputs->options->seed,
                                    .play = inputs->options->faults};
    return kh_eavesdropping_init(&engine->eavesdropping, &setup, scratch, err);
}

static kh_status start_rush(kh_engine *engine, const kh_engine_inputs *inputs, kh_arena *scratch, kh_error *err)
{
    kh_rush_setup setup = {.net = inputs->net,
                           .kernel = &engine->kernel,
                           .asking = &engine->asking,
                           .calls = &engine->users.calls,
                           .seed = inputs->options->seed,
                           .play = inputs->options->faults};
    return kh_rush_init(&engine->rush, &setup, scratch, err);
}

/* The parts, in the order in which the events of time 0 run. */
static kh_status start_parts(kh_engine *engine, const kh_engine_inputs *inputs, kh_arena *scratch, kh_error *err)
{
    const kh_net *net = inputs->net;
    const kh_sim_options *options = inputs->options;
    kh_kernel *kernel = &engine->kernel;
    double latency_s = isnan(options->hop_latency_s) ? DEFAULT_HOP_LATENCY_S : options->hop_latency_s;
    KH_TRY(kh_links_init(&engine->links, net, inputs->rates, kernel, scratch, err));
    if (options->level == KH_SIM_BLOCK)
        kh_links_start(&engine->links);
    KH_TRY(kh_slots_init(&engine->slots, &engine->links, options->seed, err));
    KH_TRY(kh_calibration_init(&engine->calibration, &engine->links, options->seed, scratch, err));
    KH_TRY(kh_switches_init(&engine->switches, &engine->links, scratch, err));
    KH_TRY(kh_passes_init(&engine->passes, &engine->links, options->seed, scratch, err));
    KH_TRY(kh_lines_init(&engine->lines, net, kernel, scratch, err));
    kh_faults_setup faults = {.net = net,
                              .kernel = kernel,
                              .links = &engine->links,
                              .slots = &engine->slots,
                              .lines = &engine->lines,
                              .seed = options->seed,
                              .play = options->faults};
    KH_TRY(kh_faults_init(&engine->faults, &faults, scratch, err));
    KH_TRY(start_eavesdropping(engine, inputs, scratch, err));
    if (options->level == KH_SIM_FLUID)
        return kh_engine_fluid_start(engine, latency_s, scratch, err);
    kh_routing_setup routing = {.net = net,
                                .rates = inputs->rates,
                                .plan = inputs->plan,
                                .kernel = kernel,
                                .links = &engine->links,
                                .options = options->routing,
                                .classes = options->classes};
    KH_TRY(kh_routing_init(&engine->routing, &routing, scratch, err));
    KH_TRY(kh_borders_init(&engine->borders, net, scratch, err));
    kh_relay_setup relay = {.net = net,
                            .plan = inputs->plan,
                            .kernel = kernel,
                            .links = &engine->links,
                            .routing = &engine->routing,
                            .hop_latency = kh_ns_from_s(latency_s),
                            .handover = engine->borders.handover,
                            .late_after_s = options->late_after_s,
                            .fetch_s = options->fetch_s};
    KH_TRY(kh_relay_init(&engine->relay, &relay, scratch, err));
    KH_TRY(kh_sharing_init(&engine->sharing, &engine->relay, scratch, err));
    KH_TRY(kh_borders_watch(&engine->borders, &engine->relay, err));
    kh_users_setup users = {.net = net,
                            .rates = inputs->rates,
                            .relay = &engine->relay,
                            .asking = &engine->asking,
                            .lines = &engine->lines,
                            .seed = options->seed};
    users.rushes = options->faults && kh_rule_entries(net, KH_FAULT_FLASH_DEMAND) > 0;
    KH_TRY(kh_users_init(&engine->users, &users, scratch, err));
    KH_TRY(start_rush(engine, inputs, scratch, err));
    kh_exposure_setup readers = {.net = net,
                                 .kernel = kernel,
                                 .links = &engine->links,
                                 .relay = &engine->relay,
                                 .seed = options->seed,
                                 .play = options->faults};
    return kh_exposure_init(&engine->exposure, &readers, scratch, err);
}

kh_status kh_engine_init(kh_engine *engine, const kh_engine_inputs *inputs, kh_arena *scratch, kh_arena *arena, kh_error *err)
{
    KH_TRY(check_inputs(inputs, err));
    *engine = (kh_engine){.net = inputs->net, .inputs = *inputs, .options = *inputs->options};
    engine->end = kh_ns_from_s(inputs->options->duration_s);
    engine->warm_up = kh_ns_from_s(inputs->options->warm_up_s);
    engine->n_results = inputs->options->batches > 1 ? inputs->options->batches : 1;
    kh_kernel_init(&engine->kernel, scratch);
    engine->kernel.journal = inputs->options->journal;
    KH_TRY(schedule_statistics(engine, err));
    KH_TRY(start_parts(engine, inputs, scratch, err));
    KH_TRY(check_size(engine, err));
    return make_results(engine, arena, err);
}

static kh_status audit(kh_engine *engine, const kh_event *event, kh_error *err)
{
    bool back = event->time < engine->last_time;
    if (back || (event->time == engine->last_time && event->sequence <= engine->last_sequence))
        return kh_fail(err, KH_EINTERNAL, "audit: time never goes back is broken at t = %.9f s by event %llu, '%s' of %u",
                       kh_s_from_ns(event->time), (unsigned long long)event->sequence, engine->kernel.kinds[event->kind].name,
                       (unsigned)event->subject);
    engine->last_time = event->time;
    engine->last_sequence = event->sequence;
    KH_TRY(kh_kernel_audit_touched(&engine->kernel, err));
    return engine->kernel.events % EVENTS_PER_FULL_AUDIT == 0 ? kh_kernel_audit(&engine->kernel, err) : KH_OK;
}

/* What went wrong in the last event, if anything. */
static kh_status look(const kh_engine *engine, kh_error *err)
{
    const kh_queue *queue = &engine->kernel.queue;
    if (queue->status == KH_ELIMIT)
        return kh_fail(err, KH_ELIMIT,
                       "at t = %.3f s more requests for keys wait at once than can be kept, %d for relays or stores of pairs and "
                       "%zu at one key "
                       "management; let demands fetch more keys at once, or ask for less",
                       kh_s_from_ns(queue->now), KH_RELAY_MOST_REQUESTS, KH_KMS_MOST_WAITING);
    if (queue->status != KH_OK)
        return kh_fail(err, queue->status, "event %llu at t = %.9f s: %s", (unsigned long long)engine->kernel.events,
                       kh_s_from_ns(queue->now), kh_status_text(queue->status));
    return KH_OK;
}

kh_status kh_engine_step(kh_engine *engine, bool *more, kh_error *err)
{
    kh_event event;
    *more = kh_kernel_step(&engine->kernel, engine->end, &event);
    KH_TRY(look(engine, err));
    return *more && engine->options.audit ? audit(engine, &event, err) : KH_OK;
}

kh_status kh_engine_run(kh_engine *engine, uint64_t most, bool *more, kh_error *err)
{
    if (!engine->options.audit) {
        *more = kh_kernel_run_some(&engine->kernel, engine->end, most);
        return look(engine, err);
    }
    for (*more = true; *more && most > 0; most--)
        KH_TRY(kh_engine_step(engine, more, err));
    return KH_OK;
}

void kh_engine_visit(kh_engine *engine, kh_state *state)
{
    KH_STATE(state, engine->last_time);
    KH_STATE(state, engine->last_sequence);
    KH_STATE(state, engine->counted_from);
    KH_STATE(state, engine->events_before);
    KH_STATE(state, engine->batch);
    for (size_t i = 0; i < engine->batch && state->status == KH_OK; i++)
        kh_sim_result_visit_counts(&engine->results[i], state);
    kh_kernel_visit(&engine->kernel, state);
}

kh_status kh_engine_finish(kh_engine *engine, kh_error *err)
{
    report(engine, engine->end);
    for (size_t i = 0; i < engine->links.n; i++)
        kh_recorder_finish(recorder_of(engine, i), engine->end, level_of(engine, i));
    return engine->options.audit ? kh_kernel_audit(&engine->kernel, err) : KH_OK;
}
