/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/service/relay.h"

#include "core/sim/service/fetch.h"
#include "core/sim/service/relay_audit.h"

#include <math.h>

static uint32_t present_link(const kh_relay_request *request)
{
    return request->links[request->hop].i;
}

/* --- how well a demand is served --- */

static bool is_starved(const kh_relay_demand *demand)
{
    return demand->waiting > 0 || demand->missed;
}

/* Call with is_starved() from before a change, after the change. */
static void update_starved(kh_relay_demand *demand, bool before, kh_ns now)
{
    bool after = is_starved(demand);
    if (!before && after)
        demand->starved_since = now;
    if (before && !after)
        demand->starved_ns += now - demand->starved_since;
}

static void count_blocked(kh_relay *relay, kh_relay_demand *demand, bool counted)
{
    bool before = is_starved(demand);
    demand->missed = true;
    demand->blocked += counted;
    update_starved(demand, before, kh_kernel_now(relay->kernel));
}

static void count_served(kh_relay *relay, kh_relay_demand *demand, const kh_relay_delivery *delivery)
{
    bool before = is_starved(demand);
    demand->missed = false;
    update_starved(demand, before, kh_kernel_now(relay->kernel));
    if (!delivery->counted)
        return;
    demand->served++;
    demand->late += delivery->late;
    demand->wait_s += kh_s_from_ns(kh_kernel_now(relay->kernel) - delivery->issued);
}

void kh_relay_count_waiting(kh_relay *relay, uint32_t index, bool waits)
{
    kh_relay_demand *demand = &relay->demands[index];
    bool before = is_starved(demand);
    demand->waiting = waits ? demand->waiting + 1 : demand->waiting - 1;
    update_starved(demand, before, kh_kernel_now(relay->kernel));
}

static void tell_client(const kh_relay_demand *demand, uint32_t index, uint32_t ticket, bool served)
{
    if (demand->client.tell != NULL)
        demand->client.tell(demand->client.self, index, ticket, served);
}

void kh_relay_serve(kh_relay *relay, const kh_relay_delivery *delivery)
{
    kh_relay_demand *demand = &relay->demands[delivery->demand];
    count_served(relay, demand, delivery);
    for (size_t i = 0; i < relay->n_watchers; i++)
        relay->watchers[i].tell(relay->watchers[i].self, delivery);
    tell_client(demand, delivery->demand, delivery->ticket, true);
}

void kh_relay_fail(kh_relay *relay, uint32_t index, uint32_t ticket, bool counted)
{
    kh_relay_demand *demand = &relay->demands[index];
    count_blocked(relay, demand, counted);
    tell_client(demand, index, ticket, false);
}

/* What became of a request. @param link where it was; KH_NO_INDEX: nowhere */
static void note_request(const kh_relay *relay, const char *what, const kh_relay_request *request, uint32_t link)
{
    if (!kh_kernel_journals(relay->kernel))
        return;
    kh_note note = kh_kernel_note(relay->kernel, what);
    kh_note_text(&note, "demand", relay->links->net->demands[request->demand].id);
    kh_note_number(&note, "bits", (double)request->bits);
    kh_note_number(&note, "hops", request->hop);
    kh_note_number(&note, "since_s", kh_s_from_ns(kh_kernel_now(relay->kernel) - request->issued));
    if (link != KH_NO_INDEX)
        kh_note_text(&note, "link", relay->links->net->qkd_links[link].id);
    kh_kernel_tell(relay->kernel, &note);
}

/* --- the pool of requests --- */

static uint32_t new_request(kh_relay *relay)
{
    uint32_t index = relay->free_request;
    if (index != KH_NO_INDEX) {
        relay->free_request = relay->requests[index].next;
        return index;
    }
    if (relay->n_requests == relay->requests_capacity) {
        bool too_many = relay->n_requests >= KH_RELAY_MOST_REQUESTS;
        kh_relay_request *bigger = NULL;
        if (!too_many)
            bigger = kh_arena_grow(relay->arena, relay->requests, relay->n_requests, &relay->requests_capacity, sizeof *bigger);
        if (bigger == NULL) {
            relay->kernel->queue.status = too_many ? KH_ELIMIT : KH_ENOMEM;
            return KH_NO_INDEX;
        }
        relay->requests = bigger;
    }
    return (uint32_t)relay->n_requests++;
}

static void free_request(kh_relay *relay, uint32_t index)
{
    relay->requests[index] = (kh_relay_request){.next = relay->free_request};
    relay->free_request = index;
}

/* --- queues of the stores --- */

static kh_relay_queue *queues_of(const kh_relay *relay, uint32_t link)
{
    return &relay->waiting[link * relay->classes.n];
}

static kh_relay_queue *queue_of(const kh_relay *relay, const kh_relay_request *request)
{
    return &queues_of(relay, present_link(request))[request->rank];
}

static void set_waiting(kh_relay *relay, kh_relay_request *request, bool waits)
{
    request->waits = waits;
    if (request->share)
        relay->splitter.waits(relay->splitter.self, request->ticket, waits);
    else
        kh_relay_count_waiting(relay, request->demand, waits);
}

static void enqueue(kh_relay *relay, uint32_t index)
{
    kh_relay_request *request = &relay->requests[index];
    kh_relay_queue *queue = queue_of(relay, request);
    request->next = KH_NO_INDEX;
    request->previous = queue->tail;
    *(queue->tail == KH_NO_INDEX ? &queue->head : &relay->requests[queue->tail].next) = index;
    queue->tail = index;
    request->late = true;
    set_waiting(relay, request, true);
}

static void dequeue(kh_relay *relay, uint32_t index)
{
    kh_relay_request *request = &relay->requests[index];
    kh_relay_queue *queue = queue_of(relay, request);
    *(request->previous == KH_NO_INDEX ? &queue->head : &relay->requests[request->previous].next) = request->next;
    *(request->next == KH_NO_INDEX ? &queue->tail : &relay->requests[request->next].previous) = request->previous;
    set_waiting(relay, request, false);
}

/* --- the life of a request --- */

static bool nodes_up(const kh_relay *relay, uint32_t link)
{
    return kh_links_ends_up(relay->links, link);
}

static bool can_take(const kh_relay *relay, uint32_t link, const kh_relay_request *request)
{
    return nodes_up(relay, link) &&
           kh_classes_may_take(&relay->classes, &relay->links->states[link].store, request->bits, request->rank);
}

static void end_share(const kh_relay *relay, const kh_relay_request *share, bool arrived)
{
    relay->splitter.ended(relay->splitter.self, share->ticket, arrived, share->late);
}

static void finish(kh_relay *relay, uint32_t index)
{
    kh_relay_request request = relay->requests[index];
    note_request(relay, request.share ? "share arrives" : "served", &request, KH_NO_INDEX);
    relay->ledger.served += request.bits * request.hop;
    relay->ledger.kept += request.bits * (request.hop - request.counted_from);
    free_request(relay, index);
    if (request.share)
        end_share(relay, &request, true);
    else
        kh_relay_serve(relay, &(kh_relay_delivery){.demand = request.demand,
                                                   .ticket = request.ticket,
                                                   .n_routes = 1,
                                                   .needed = 1,
                                                   .routes = &request.route,
                                                   .bits = request.bits,
                                                   .issued = request.issued,
                                                   .counted = request.counted,
                                                   .late = request.late});
}

static void do_hop(kh_relay *relay, uint32_t index);

/* The next hop, one latency from now; without latency it is done in this event, which spares an event a hop. */
static void go_on(kh_relay *relay, uint32_t index)
{
    kh_ns due = kh_kernel_now(relay->kernel) + relay->hop_latency;
    uint32_t link = present_link(&relay->requests[index]);
    kh_ns handover = relay->handover == NULL ? 0 : relay->handover[link];
    kh_links_expect(relay->links, link);
    if (handover > 0)
        kh_queue_push(&relay->kernel->queue, due + handover, relay->hop, index);
    else if (relay->hop_latency > 0)
        kh_queue_push_steady(&relay->kernel->queue, due, relay->hop, index);
    else
        do_hop(relay, index);
}

/* Takes the key of the present hop and goes on. */
static void pass_hop(kh_relay *relay, uint32_t index)
{
    kh_relay_request *request = &relay->requests[index];
    kh_links_take(relay->links, present_link(request), request->bits, request->hop == 0);
    relay->ledger.taken += request->bits;
    request->hop++;
    if (request->hop == request->n_links)
        finish(relay, index);
    else
        go_on(relay, index);
}

static void block(kh_relay *relay, uint32_t index)
{
    kh_relay_request request = relay->requests[index];
    for (uint32_t hop = request.counted_from; hop < request.hop; hop++)
        kh_links_forfeit(relay->links, request.links[hop].i, request.bits, hop == 0);
    relay->ledger.burnt += request.bits * request.hop;
    note_request(relay, request.share ? "share lost" : "blocked", &request, present_link(&request));
    free_request(relay, index);
    if (request.share)
        end_share(relay, &request, false);
    else
        kh_relay_fail(relay, request.demand, request.ticket, request.counted);
}

/* Of the same class or of a higher one. */
static bool others_wait(const kh_relay_queue *queues, uint32_t rank)
{
    for (uint32_t i = 0; i <= rank; i++)
        if (queues[i].head != KH_NO_INDEX)
            return true;
    return false;
}

static void do_hop(kh_relay *relay, uint32_t index)
{
    kh_relay_request *request = &relay->requests[index];
    uint32_t link = present_link(request);
    if (!others_wait(queues_of(relay, link), request->rank) && can_take(relay, link, request)) {
        pass_hop(relay, index);
        return;
    }
    kh_ns deadline = request->issued + relay->demands[request->demand].late_after;
    if (deadline <= kh_kernel_now(relay->kernel)) {
        block(relay, index);
        return;
    }
    note_request(relay, "waits", request, link);
    request->deadline = kh_queue_push_timer(&relay->kernel->queue, deadline, relay->deadline, index);
    enqueue(relay, index);
}

static void serve_link(kh_relay *relay, uint32_t link);

static void expire(void *self, uint32_t index)
{
    kh_relay *relay = self;
    uint32_t link = present_link(&relay->requests[index]);
    dequeue(relay, index);
    block(relay, index);
    serve_link(relay, link); /* the next in line may ask for less, or be allowed to take more */
}

static void serve_queue(kh_relay *relay, uint32_t link, kh_relay_queue *queue)
{
    while (queue->head != KH_NO_INDEX) {
        uint32_t index = queue->head;
        const kh_relay_request *request = &relay->requests[index];
        if (!can_take(relay, link, request))
            return;
        (void)kh_queue_cancel(&relay->kernel->queue, request->deadline);
        dequeue(relay, index);
        pass_hop(relay, index);
    }
}

static void serve_link(kh_relay *relay, uint32_t link)
{
    kh_relay_queue *queues = queues_of(relay, link);
    for (uint32_t rank = 0; rank < relay->classes.n; rank++) {
        serve_queue(relay, link, &queues[rank]);
        if (queues[rank].head != KH_NO_INDEX)
            return; /* nobody overtakes a higher class */
    }
}

void kh_relay_turn_away(kh_relay *relay, uint32_t index, uint32_t ticket, bool refused)
{
    kh_relay_demand *demand = &relay->demands[index];
    kh_relay_request request = {.demand = index, .bits = demand->key_bits, .issued = kh_kernel_now(relay->kernel)};
    note_request(relay, refused ? "refused" : "blocked", &request, KH_NO_INDEX);
    demand->refused += refused;
    kh_relay_fail(relay, index, ticket, true);
}

/* A request, or a share of one, sets out. */
static void send(kh_relay *relay, uint32_t demand_index, uint32_t route, uint32_t ticket, bool share)
{
    uint32_t index = new_request(relay);
    if (index == KH_NO_INDEX)
        return;
    const kh_relay_demand *demand = &relay->demands[demand_index];
    const kh_routes_entry *entry = &relay->routing->routes.entries[route];
    relay->requests[index] = (kh_relay_request){.links = entry->links,
                                                .n_links = entry->n_links,
                                                .bits = demand->key_bits,
                                                .issued = kh_kernel_now(relay->kernel),
                                                .demand = demand_index,
                                                .route = route,
                                                .ticket = ticket,
                                                .rank = demand->rank,
                                                .share = share,
                                                .in_use = true,
                                                .counted = true};
    go_on(relay, index);
}

void kh_relay_send_share(kh_relay *relay, uint32_t demand, uint32_t route, uint32_t key)
{
    send(relay, demand, route, key, true);
}

void kh_relay_warm(const kh_relay *relay, uint32_t index, unsigned step)
{
    const kh_relay_demand *demand = &relay->demands[index];
    if (step == 0) {
        __builtin_prefetch(demand);
        return;
    }
    if (demand->fixed_route == KH_NO_INDEX)
        return;
    const kh_routes_entry *entry = &relay->routing->routes.entries[demand->fixed_route];
    if (step == 1)
        __builtin_prefetch(entry);
    else if (step == 2)
        __builtin_prefetch(entry->links);
    else
        for (uint32_t i = 0; i < entry->n_links; i++)
            kh_links_expect(relay->links, entry->links[i].i);
}

void kh_relay_issue(kh_relay *relay, uint32_t index, uint32_t ticket)
{
    kh_relay_demand *demand = &relay->demands[index];
    demand->requests++;
    uint32_t route = demand->fixed_route;
    if (route == KH_NO_INDEX) {
        if (relay->splitter.self != NULL) {
            relay->splitter.issue(relay->splitter.self, index, ticket);
            return;
        }
        route = kh_routing_choose(relay->routing, index, demand->key_bits, demand->rank);
    }
    bool any = route != KH_NO_INDEX;
    if (any && (!relay->classes.limits_admission || kh_routing_admits(relay->routing, route, demand->rank)))
        send(relay, index, route, ticket, false);
    else
        kh_relay_turn_away(relay, index, ticket, any);
}

/* --- setting up and reading out --- */

static kh_relay_demand new_demand(const kh_relay_setup *setup, const kh_classes *classes, size_t i)
{
    const kh_demand *demand = &setup->net->demands[i];
    kh_relay_demand made = {.rank = (uint8_t)kh_classes_of(classes, demand->priority)};
    made.fixed_route = kh_routing_fixed(setup->routing, (uint32_t)i);
    made.keys = kh_fetch_keys(setup->net, demand, &setup->plan->demands[i], setup->fetch_s);
    made.key_bits = demand->key_bits > 0 ? (int64_t)(demand->key_bits * made.keys) : 0;
    made.late_after = kh_ns_from_s(kh_fetch_patience_s(demand, made.keys, setup->late_after_s, setup->fetch_s));
    return made;
}

static void restart(void *self)
{
    kh_relay *relay = self;
    for (size_t i = 0; i < relay->n_demands; i++) {
        kh_relay_demand *demand = &relay->demands[i];
        demand->requests = demand->served = demand->late = demand->blocked = demand->refused = 0;
        demand->wait_s = 0;
        demand->starved_ns = 0;
        demand->starved_since = kh_kernel_now(relay->kernel);
    }
    relay->ledger.kept = 0;
    for (size_t i = 0; i < relay->n_requests; i++) {
        relay->requests[i].counted = false;
        relay->requests[i].counted_from = relay->requests[i].hop;
    }
}

kh_ns kh_relay_starved_ns(const kh_relay_demand *demand, kh_ns end)
{
    return demand->starved_ns + (is_starved(demand) ? end - demand->starved_since : 0);
}

/* --- as a part --- */

static void visit_demand(kh_relay_demand *demand, kh_state *state)
{
    KH_STATE(state, demand->requests);
    KH_STATE(state, demand->served);
    KH_STATE(state, demand->late);
    KH_STATE(state, demand->blocked);
    KH_STATE(state, demand->refused);
    KH_STATE(state, demand->wait_s);
    KH_STATE(state, demand->waiting);
    KH_STATE(state, demand->missed);
    KH_STATE(state, demand->starved_since);
    KH_STATE(state, demand->starved_ns);
}

/* The addresses that were saved are of another process. */
static bool find_route(const kh_relay *relay, kh_relay_request *request)
{
    if (!request->in_use)
        return true;
    if (request->demand >= relay->n_demands || request->route >= relay->routing->routes.n)
        return false;
    const kh_routes_entry *route = &relay->routing->routes.entries[request->route];
    request->links = route->links;
    return request->n_links == route->n_links && request->hop < route->n_links;
}

static void visit_requests(kh_relay *relay, kh_state *state)
{
    relay->requests =
        kh_state_array(state, relay->requests, &relay->n_requests, &relay->requests_capacity, sizeof *relay->requests);
    for (size_t i = 0; state->loading && state->status == KH_OK && i < relay->n_requests; i++)
        if (!find_route(relay, &relay->requests[i]))
            state->status = KH_EDATA;
}

static void visit(void *self, kh_state *state)
{
    kh_relay *relay = self;
    for (size_t i = 0; i < relay->n_demands; i++)
        visit_demand(&relay->demands[i], state);
    visit_requests(relay, state);
    KH_STATE(state, relay->free_request);
    kh_state_visit(state, relay->waiting, relay->links->n * relay->classes.n * sizeof *relay->waiting);
    KH_STATE(state, relay->ledger);
}

static void hop_event(void *self, uint32_t index)
{
    do_hop(self, index);
}

/* Key arrived, or a node came back: those who wait may go on. */
static void hear(void *self, uint32_t link, kh_link_news news)
{
    if (news == KH_LINK_KEY || news == KH_LINK_UP)
        serve_link(self, link);
}

static const kh_part_ops ops = {.name = "relay", .restart = restart, .visit = visit, .audit = kh_relay_audit};

kh_status kh_relay_watch(kh_relay *relay, kh_relay_witness tell, void *self, kh_error *err)
{
    if (relay->n_watchers == KH_RELAY_MOST_WITNESSES)
        return kh_fail(err, KH_ELIMIT, "more than %d parts watch what is served", KH_RELAY_MOST_WITNESSES);
    relay->watchers[relay->n_watchers++] = (struct kh_relay_watcher){tell, self};
    return KH_OK;
}

kh_status kh_relay_init(kh_relay *relay, const kh_relay_setup *setup, kh_arena *arena, kh_error *err)
{
    const kh_classes *classes = &setup->routing->classes;
    size_t n_queues = setup->net->n_qkd_links * classes->n;
    *relay = (kh_relay){.kernel = setup->kernel,
                        .links = setup->links,
                        .routing = setup->routing,
                        .classes = *classes,
                        .arena = arena,
                        .hop_latency = setup->hop_latency,
                        .handover = setup->handover,
                        .n_demands = setup->net->n_demands,
                        .free_request = KH_NO_INDEX};
    relay->demands = kh_arena_alloc_lines(arena, relay->n_demands, sizeof *relay->demands);
    relay->waiting = KH_NEW(arena, kh_relay_queue, n_queues);
    if (relay->demands == NULL || relay->waiting == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for %zu demands", relay->n_demands);
    for (size_t i = 0; i < n_queues; i++)
        relay->waiting[i] = (kh_relay_queue){KH_NO_INDEX, KH_NO_INDEX};
    for (size_t i = 0; i < relay->n_demands; i++)
        relay->demands[i] = new_demand(setup, &relay->classes, i);
    KH_TRY(kh_kernel_handle(setup->kernel, "hop", hop_event, relay, &relay->hop, err));
    KH_TRY(kh_kernel_handle(setup->kernel, "deadline", expire, relay, &relay->deadline, err));
    KH_TRY(kh_kernel_join(setup->kernel, &ops, relay, err));
    return kh_links_listen(setup->links, hear, relay, err);
}
