/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/service/kms.h"

static bool enqueue(kh_kms_desk *desk, kh_kms_server *server, const kh_kms_request *request)
{
    kh_status status = server->queue.n < KH_KMS_MOST_WAITING ? KH_OK : KH_ELIMIT;
    if (status == KH_OK && !kh_fifo_push(&server->queue, request))
        status = KH_ENOMEM;
    if (status != KH_OK)
        desk->kernel->queue.status = status;
    else if (server->queue.n > server->longest)
        server->longest = server->queue.n;
    return status == KH_OK;
}

static void begin_service(kh_kms_desk *desk, uint32_t index)
{
    kh_kms_server *server = &desk->servers[index];
    const kh_kms_request *request = kh_fifo_at(&server->queue, 0);
    kh_ns now = kh_kernel_now(desk->kernel);
    kh_ns service = server->law == KH_LAW_FIXED ? kh_ns_from_s(server->service_ns / KH_NS_PER_S)
                                                : server->draw(&server->rng, server->service_ns);
    if (request->counted) {
        desk->counts[request->demand].begun++;
        desk->counts[request->demand].wait_s += kh_s_from_ns(now - request->since);
    }
    kh_queue_push(&desk->kernel->queue, now + service, desk->done, index);
}

/* The next service begins before the request goes on: what follows from it comes after in this instant. */
static void finish_service(void *self, uint32_t index)
{
    kh_kms_desk *desk = self;
    kh_kms_server *server = &desk->servers[index];
    kh_kms_request request = *(kh_kms_request *)kh_fifo_at(&server->queue, 0);
    kh_fifo_pop(&server->queue);
    if (server->queue.n > 0)
        begin_service(desk, index);
    else
        server->busy_ns += kh_kernel_now(desk->kernel) - server->busy_since;
    kh_pairs_ask(desk->pairs, request.demand, request.ticket);
}

void kh_kms_ask(kh_kms_desk *desk, uint32_t demand, uint32_t ticket)
{
    uint32_t index = desk->n_servers == 0 ? KH_NO_INDEX : desk->server_of[demand];
    if (index == KH_NO_INDEX) {
        kh_pairs_ask(desk->pairs, demand, ticket);
        return;
    }
    kh_kms_server *server = &desk->servers[index];
    kh_ns now = kh_kernel_now(desk->kernel);
    const kh_kms_request request = {.since = now, .demand = demand, .ticket = ticket, .counted = true};
    if (!enqueue(desk, server, &request) || server->queue.n > 1)
        return;
    server->busy_since = now;
    begin_service(desk, index);
}

const kh_kms_server *kh_kms_of(const kh_kms_desk *desk, uint32_t demand)
{
    bool has = desk->server_of != NULL && desk->server_of[demand] != KH_NO_INDEX;
    return has ? &desk->servers[desk->server_of[demand]] : NULL;
}

kh_ns kh_kms_busy_ns(const kh_kms_server *server, kh_ns end)
{
    return server->busy_ns + (server->queue.n > 0 ? end - server->busy_since : 0);
}

/* --- as a part --- */

static void restart(void *self)
{
    kh_kms_desk *desk = self;
    for (size_t i = 0; i < desk->n_servers; i++) {
        kh_kms_server *server = &desk->servers[i];
        server->longest = server->queue.n;
        server->busy_ns = 0;
        server->busy_since = kh_kernel_now(desk->kernel);
        for (size_t k = 0; k < server->queue.n; k++)
            ((kh_kms_request *)kh_fifo_at(&server->queue, k))->counted = false;
    }
    for (size_t i = 0; i < desk->n_demands; i++)
        desk->counts[i] = (kh_kms_count){0};
}

static void visit(void *self, kh_state *state)
{
    kh_kms_desk *desk = self;
    for (size_t i = 0; i < desk->n_servers; i++) {
        kh_kms_server *server = &desk->servers[i];
        kh_fifo_visit(&server->queue, state);
        KH_STATE(state, server->rng);
        KH_STATE(state, server->longest);
        KH_STATE(state, server->busy_since);
        KH_STATE(state, server->busy_ns);
    }
    kh_state_visit(state, desk->counts, desk->n_demands * sizeof desk->counts[0]);
}

static void reseed(void *self, uint64_t salt)
{
    kh_kms_desk *desk = self;
    for (size_t i = 0; i < desk->n_servers; i++)
        kh_rng_reseed(&desk->servers[i].rng, salt);
}

static const kh_part_ops ops = {.name = "kms", .restart = restart, .visit = visit, .reseed = reseed};

static kh_status make_servers(kh_kms_desk *desk, const kh_net *net, size_t n, kh_arena *arena, kh_error *err)
{
    desk->servers = KH_NEW(arena, kh_kms_server, n);
    desk->server_of = KH_NEW(arena, uint32_t, net->n_demands);
    desk->counts = KH_NEW(arena, kh_kms_count, net->n_demands);
    if (desk->servers == NULL || desk->server_of == NULL || desk->counts == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for key management at %zu nodes", n);
    desk->n_demands = net->n_demands;
    for (size_t i = 0; i < net->n_demands; i++)
        desk->server_of[i] = KH_NO_INDEX;
    return KH_OK;
}

static void add_server(kh_kms_desk *desk, const kh_net *net, uint32_t node, uint64_t seed)
{
    const kh_kms *kms = &net->nodes[node].kms;
    for (size_t i = 0; i < net->n_demands; i++)
        if (net->demands[i].between[0].i == node)
            desk->server_of[i] = (uint32_t)desk->n_servers;
    desk->servers[desk->n_servers++] = (kh_kms_server){.node = node,
                                                       .service_ns = kms->service_ms * 1e6,
                                                       .law = kms->law,
                                                       .queue = kh_fifo_of(sizeof(kh_kms_request), desk->arena),
                                                       .draw = kh_draw_exponential,
                                                       .rng = kh_rng_stream(seed, net->nodes[node].id, "kms")};
}

kh_status kh_kms_init(kh_kms_desk *desk, const kh_net *net, uint64_t seed, kh_pairs *pairs, kh_arena *arena, kh_error *err)
{
    *desk = (kh_kms_desk){.kernel = pairs->kernel, .pairs = pairs, .arena = arena};
    size_t n = 0;
    for (size_t i = 0; i < net->n_nodes; i++)
        n += net->nodes[i].kms.service_ms > 0;
    if (n == 0)
        return KH_OK;
    KH_TRY(make_servers(desk, net, n, arena, err));
    for (uint32_t i = 0; i < net->n_nodes; i++)
        if (net->nodes[i].kms.service_ms > 0)
            add_server(desk, net, i, seed);
    KH_TRY(kh_kernel_handle(desk->kernel, "kms", finish_service, desk, &desk->done, err));
    return kh_kernel_join(desk->kernel, &ops, desk, err);
}
