/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/engine.h"

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
    if (options->hop_latency_s < 0 || options->hop_latency_s > KH_LONGEST_S)
        return kh_fail(err, KH_ERANGE, "hop_latency_s is %g, must be >= 0", options->hop_latency_s);
    return KH_OK;
}

static kh_status new_result(kh_engine *engine, kh_arena *arena, kh_error *err)
{
    const kh_net *net = engine->net;
    kh_sim_result *result = KH_NEW(arena, kh_sim_result, 1);
    size_t points = engine->options.series_points;
    if (result == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for a result");
    *result = (kh_sim_result){.n_demands = net->n_demands, .n_links = net->n_qkd_links};
    result->demands = KH_NEW(arena, kh_sim_demand, net->n_demands);
    result->links = KH_NEW(arena, kh_sim_link, net->n_qkd_links);
    if (result->demands == NULL || result->links == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for the result of %zu links", net->n_qkd_links);
    for (size_t i = 0; i < net->n_qkd_links; i++) {
        kh_link_state *state = &engine->links.states[i];
        kh_series *series = &result->links[i].level;
        series->t_s = KH_NEW(arena, double, points);
        series->level_bits = KH_NEW(arena, double, points);
        if (series->t_s == NULL || series->level_bits == NULL)
            return kh_fail(err, KH_ENOMEM, "out of memory for series of %zu points", points);
        kh_trace_init(&state->trace, series, points, engine->end, state->store.level);
    }
    engine->result = result;
    return KH_OK;
}

static double expected_events(const kh_engine *engine)
{
    double end_ns = (double)engine->end, events = 0;
    for (size_t i = 0; i < engine->net->n_demands; i++) {
        const kh_traffic *traffic = &engine->traffic[i];
        if (traffic->keys_at_once > 0)
            events += end_ns / traffic->interval_ns * (double)traffic->n_phases * traffic->keys_at_once;
    }
    for (size_t i = 0; i < engine->faults.n_processes; i++)
        events += 2 * end_ns / (engine->faults.processes[i].up_ns + engine->faults.processes[i].down_ns);
    for (size_t i = 0; i < engine->links.n; i++)
        if (engine->links.states[i].period > 0)
            events += end_ns / (double)engine->links.states[i].period;
    return events;
}

/* What would take hours is refused at once rather than begun. */
static kh_status check_size(const kh_engine *engine, kh_error *err)
{
    double events = expected_events(engine);
    if (events <= MOST_EVENTS)
        return KH_OK;
    return kh_fail(
        err, KH_ELIMIT,
        "about %.2g requests, blocks of key and faults in %g s, at most %g can be played; play less time, or let demands "
        "fetch more keys at once",
        events, engine->options.duration_s, MOST_EVENTS);
}

static kh_status start_traffic(kh_engine *engine, kh_arena *scratch, kh_error *err)
{
    const kh_net *net = engine->net;
    engine->traffic = KH_NEW(scratch, kh_traffic, net->n_demands);
    if (engine->traffic == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for %zu demands", net->n_demands);
    for (uint32_t i = 0; i < net->n_demands; i++) {
        kh_traffic *traffic = &engine->traffic[i];
        kh_demand requests = net->demands[i]; /* as the relay serves them: several keys in one */
        requests.key_bits *= engine->relay.demands[i].keys;
        kh_status status = kh_traffic_init(traffic, &requests, engine->options.seed, scratch, err);
        if (status != KH_OK)
            return kh_while(err, status, "demand '%s'", net->demands[i].id);
        if (traffic->keys_at_once > 0)
            kh_queue_push(&engine->queue, kh_traffic_next(traffic), KH_EVENT_REQUEST, i);
    }
    return KH_OK;
}

kh_status kh_engine_init(kh_engine *engine, const kh_engine_inputs *inputs, kh_arena *scratch, kh_arena *arena, kh_error *err)
{
    KH_TRY(check_inputs(inputs, err));
    const kh_net *net = inputs->net;
    const kh_sim_options *options = inputs->options;
    *engine = (kh_engine){.net = net, .options = *options};
    engine->end = kh_ns_from_s(options->duration_s);
    engine->warm_up = kh_ns_from_s(options->warm_up_s);
    kh_queue_init(&engine->queue, scratch);
    kh_queue_push(&engine->queue, engine->warm_up, KH_EVENT_WARM_UP, 0); /* first of its instant */
    KH_TRY(kh_links_init(&engine->links, net, inputs->rates, &engine->queue, scratch, err));
    KH_TRY(kh_faults_init(&engine->faults, net, options, &engine->queue, scratch, err));
    double latency_s = isnan(options->hop_latency_s) ? DEFAULT_HOP_LATENCY_S : options->hop_latency_s;
    kh_relay_setup setup = {.net = net,
                            .plan = inputs->plan,
                            .queue = &engine->queue,
                            .links = &engine->links,
                            .faults = &engine->faults,
                            .hop_latency = kh_ns_from_s(latency_s),
                            .late_after_s = options->late_after_s,
                            .fetch_s = options->fetch_s};
    KH_TRY(kh_relay_init(&engine->relay, &setup, scratch, err));
    KH_TRY(start_traffic(engine, scratch, err));
    KH_TRY(check_size(engine, err));
    return new_result(engine, arena, err);
}

static void restart_statistics(kh_engine *engine)
{
    for (size_t i = 0; i < engine->links.n; i++)
        kh_keystore_restart(&engine->links.states[i].store);
    kh_faults_restart(&engine->faults);
    kh_relay_restart(&engine->relay);
}

static void ask(kh_engine *engine, uint32_t demand)
{
    kh_traffic *traffic = &engine->traffic[demand];
    for (uint32_t i = 0; i < traffic->keys_at_once; i++)
        kh_relay_issue(&engine->relay, demand);
    kh_queue_push(&engine->queue, kh_traffic_next(traffic), KH_EVENT_REQUEST, demand);
}

static void toggle_fault(kh_engine *engine, uint32_t index)
{
    kh_faults_toggle(&engine->faults, index);
    const kh_fault_process *process = &engine->faults.processes[index];
    if (process->kind != KH_FAULT_NODE || process->broken)
        return;
    for (size_t i = 0; i < process->n_links; i++) /* those who waited for the node */
        kh_relay_serve_link(&engine->relay, process->links[i]);
}

static void handle(kh_engine *engine, const kh_event *event)
{
    switch (event->kind) {
    case KH_EVENT_WARM_UP:
        restart_statistics(engine);
        break;
    case KH_EVENT_BLOCK: {
        const kh_faults *faults = &engine->faults;
        uint32_t link = event->subject;
        kh_links_finish_block(&engine->links, link, faults->links[link].working_modules, kh_faults_link_up(faults, link));
        kh_relay_serve_link(&engine->relay, link);
        break;
    }
    case KH_EVENT_REQUEST:
        ask(engine, event->subject);
        break;
    case KH_EVENT_HOP:
        kh_relay_hop(&engine->relay, event->subject);
        break;
    case KH_EVENT_DEADLINE:
        kh_relay_expire(&engine->relay, event->subject);
        break;
    case KH_EVENT_FAULT:
        toggle_fault(engine, event->subject);
        break;
    }
}

kh_status kh_engine_step(kh_engine *engine, bool *more, kh_error *err)
{
    kh_event event;
    if (!kh_queue_pop(&engine->queue, &event) || event.time >= engine->end) {
        *more = false;
        return KH_OK;
    }
    handle(engine, &event);
    engine->events++;
    if (engine->queue.status == KH_ELIMIT)
        return kh_fail(
            err, KH_ELIMIT,
            "at t = %.3f s more than %d requests for keys wait at once; let demands fetch more keys at once, or ask for less",
            kh_s_from_ns(event.time), KH_RELAY_MOST_REQUESTS);
    if (engine->queue.status != KH_OK)
        return kh_fail(err, engine->queue.status, "event %llu at t = %.9f s: %s", (unsigned long long)engine->events,
                       kh_s_from_ns(event.time), kh_status_text(engine->queue.status));
    if (engine->options.audit)
        KH_TRY(kh_audit_event(engine, &event, err));
    if (engine->options.audit && engine->events % EVENTS_PER_FULL_AUDIT == 0)
        KH_TRY(kh_audit_all(engine, err));
    *more = true;
    return KH_OK;
}

static void report_demand(const kh_engine *engine, uint32_t i)
{
    const kh_relay_demand *demand = &engine->relay.demands[i];
    double counted_s = kh_s_from_ns(engine->end - engine->warm_up);
    engine->result->demands[i] = (kh_sim_demand){
        .requests = (double)demand->requests * demand->keys,
        .served = (double)demand->served * demand->keys,
        .late = (double)demand->late * demand->keys,
        .blocked = (double)demand->blocked * demand->keys,
        .delivered_bits = (double)demand->served * (double)demand->key_bits,
        .mean_wait_s = demand->served > 0 ? demand->wait_s / (double)demand->served : (double)NAN,
        .availability = 1 - kh_s_from_ns(kh_relay_starved_ns(demand, engine->end)) / counted_s,
    };
}

static void report_link(kh_engine *engine, uint32_t i)
{
    kh_link_state *state = &engine->links.states[i];
    kh_sim_link *link = &engine->result->links[i];
    kh_trace_finish(&state->trace, engine->end, state->store.level);
    link->initial_bits = (double)state->store.initial;
    link->generated_bits = (double)state->store.generated;
    link->delivered_bits = (double)state->store.delivered;
    link->relayed_bits = (double)state->store.relayed;
    link->lost_bits = (double)state->store.lost;
    link->stored_bits = (double)state->store.level;
    link->lowest_bits = (double)state->store.lowest;
    link->up_fraction = kh_faults_up_fraction(&engine->faults, i, engine->warm_up, engine->end);
}

kh_status kh_engine_finish(kh_engine *engine, kh_error *err)
{
    if (engine->options.audit)
        KH_TRY(kh_audit_all(engine, err));
    kh_sim_result *result = engine->result;
    result->duration_s = engine->options.duration_s;
    result->warm_up_s = engine->options.warm_up_s;
    result->seed = engine->options.seed;
    result->events = engine->events;
    result->fibre_cuts = engine->faults.fibre_cuts;
    result->node_failures = engine->faults.node_failures;
    result->module_failures = engine->faults.module_failures;
    for (uint32_t i = 0; i < result->n_demands; i++)
        report_demand(engine, i);
    for (uint32_t i = 0; i < result->n_links; i++)
        report_link(engine, i);
    return KH_OK;
}
