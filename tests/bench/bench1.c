/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/bench1.h"

#include "tests/core/sim/handmade.h"

#include <time.h>

static const double BLOCK_BITS = 65536, CAPACITY_BITS = 1e6, MTBF_S = 1800, MTTR_S = 120, NS = 1e9, S_PER_H = 3600;

/* --- the benchmark's random numbers --- */

/* splitmix64 (Steele, Lea, Flood, OOPSLA 2014, doi 10.1145/2660193.2660195); its state is kept in the stream's block number. */
static uint64_t splitmix64(kh_rng *stream)
{
    uint64_t z = (stream->block += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static kh_ns draw_delay(kh_rng *stream, double mean_ns)
{
    double u = (double)(splitmix64(stream) >> 11) * 0x1p-53;
    return (kh_ns)(-log(1 - u) * (mean_ns / NS) * NS);
}

static kh_rng stream_of(uint64_t state)
{
    return (kh_rng){.block = state};
}

/* --- the network and its plan --- */

/* Paths of one source to all: parent links of a search breadth first. */
typedef struct tree {
    uint32_t *parent, *parent_link, *queue; /* [n_nodes] */
    uint32_t (*neighbours)[4][2];           /* [n_nodes] by rising number: node, link; KH_NO_INDEX: none */
} tree;

/* On a grid: up, left, right, down is the order of their numbers. */
static void find_neighbours(tree *t, const handmade *h, uint32_t columns)
{
    for (size_t i = 0; i < h->net.n_nodes; i++)
        for (int k = 0; k < 4; k++)
            t->neighbours[i][k][0] = KH_NO_INDEX;
    for (uint32_t link = 0; link < h->net.n_qkd_links; link++) {
        uint32_t a = h->net.qkd_links[link].ends[0].i, b = h->net.qkd_links[link].ends[1].i;
        bool along_row = b == a + 1 && b % columns != 0;
        uint32_t *from_a = t->neighbours[a][along_row ? 2 : 3], *from_b = t->neighbours[b][along_row ? 1 : 0];
        from_a[0] = b, from_b[0] = a;
        from_a[1] = from_b[1] = link;
    }
}

static tree make_tree(const handmade *h, uint32_t columns)
{
    size_t n = h->net.n_nodes;
    tree t = {.parent = handmade_check(KH_NEW(h->arena, uint32_t, n)),
              .parent_link = handmade_check(KH_NEW(h->arena, uint32_t, n)),
              .queue = handmade_check(KH_NEW(h->arena, uint32_t, n)),
              .neighbours = handmade_check(kh_arena_alloc(h->arena, n, sizeof *t.neighbours))};
    find_neighbours(&t, h, columns);
    return t;
}

static void search(tree *t, size_t n_nodes, uint32_t source)
{
    for (size_t i = 0; i < n_nodes; i++)
        t->parent[i] = KH_NO_INDEX;
    t->parent[source] = source;
    t->queue[0] = source;
    for (size_t head = 0, tail = 1; head < tail; head++)
        for (int k = 0; k < 4; k++) {
            const uint32_t *next = t->neighbours[t->queue[head]][k];
            if (next[0] == KH_NO_INDEX || t->parent[next[0]] != KH_NO_INDEX)
                continue;
            t->parent[next[0]] = t->queue[head];
            t->parent_link[next[0]] = next[1];
            t->queue[tail++] = next[0];
        }
}

static void add_route(handmade *h, const tree *t, const kh_demand *demand, uint32_t from, uint32_t to)
{
    size_t n = 0;
    for (uint32_t at = to; at != from; at = t->parent[at])
        n++;
    uint32_t *links = handmade_check(KH_NEW(h->arena, uint32_t, n)), *place = links + n;
    for (uint32_t at = to; at != from; at = t->parent[at])
        *--place = t->parent_link[at];
    handmade_route(h, demand, demand->rate_bps, n, links);
}

static void add_pairs(handmade *h, const kh_bench1_case *which)
{
    uint32_t n = which->rows * which->columns;
    tree t = make_tree(h, which->columns);
    for (uint32_t k = 0; k < which->pairs; k++) {
        uint32_t from = k % n, to = (from + 1 + (uint32_t)(UINT64_C(7) * k % (n - 1))) % n;
        search(&t, n, from);
        add_route(h, &t, handmade_demand(h, which->stochastic ? KH_USE_KEY : KH_USE_OTP, 256, 1), from, to);
    }
}

static handmade make_network(const kh_bench1_case *which)
{
    handmade h = handmade_grid(which->rows, which->columns, which->pairs);
    for (size_t l = 0; l < h.net.n_qkd_links; l++) {
        kh_ns period = (kh_ns)(BLOCK_BITS / h.rates.qkd[l].key_rate_bps * NS);
        handmade_blocks(&h, &h.net.qkd_links[l], BLOCK_BITS, kh_s_from_ns(period));
        h.net.qkd_links[l].key_store = (kh_store_policy){.capacity_keys = CAPACITY_BITS / KH_KEY_BITS,
                                                         .refill_below_keys = NOT_GIVEN,
                                                         .initial_keys = BLOCK_BITS / KH_KEY_BITS,
                                                         .when_full = KH_WHEN_FULL_DROP_BLOCK};
    }
    if (which->stochastic)
        (void)handmade_fault(&h, KH_FAULT_LINK, "all-links", MTBF_S / S_PER_H, MTTR_S / S_PER_H);
    add_pairs(&h, which);
    h.options.duration_s = which->duration_s;
    h.options.series_points = 0;
    return h;
}

/* --- its own first events --- */

static void start_link(kh_engine *engine, uint32_t link)
{
    kh_link_state *state = &engine->links.states[link];
    kh_queue *queue = &engine->kernel.queue;
    kh_ns first = (kh_ns)((double)state->period * ((link + 1.0) / (double)engine->links.n));
    kh_queue_push(queue, first, engine->links.block, link);
    if (engine->faults.spells.n == 0)
        return;
    kh_spells *faults = &engine->faults.spells;
    kh_spell *spell = &faults->all[link];
    spell->rng = stream_of(engine->options.seed * 1000003 + UINT64_C(7919) * link + 1);
    spell->up_ns = MTBF_S * NS, spell->down_ns = MTTR_S * NS; /* to the last bit */
    kh_queue_push(queue, faults->draw(&spell->rng, spell->up_ns), faults->toggle, link);
}

static void start_pair(kh_engine *engine, uint32_t pair)
{
    kh_traffic *traffic = &engine->asking.traffic[pair];
    engine->relay.demands[pair].late_after = 0;
    traffic->draw = draw_delay;
    traffic->rng = stream_of(engine->options.seed * 2000003 + UINT64_C(104729) * pair + 2);
    traffic->cycle = 0;
    if (!traffic->poisson) {
        traffic->phases[0] = (kh_ns)(NS * ((pair + 0.5) / (double)engine->asking.n));
        traffic->next_phase = 0;
    }
    kh_queue_push(&engine->kernel.queue, kh_traffic_next(traffic), engine->asking.request, pair);
}

/* Ties are broken by the order of pushes, so that of the first events is the benchmark's too. */
static void start(kh_engine *engine, kh_arena *arena)
{
    kh_queue_init(&engine->kernel.queue, arena);
    engine->faults.spells.draw = draw_delay;
    for (uint32_t l = 0; l < engine->links.n; l++)
        start_link(engine, l);
    for (uint32_t k = 0; k < engine->asking.n; k++)
        start_pair(engine, k);
}

/* --- playing it --- */

static kh_bench1_counts count(const kh_engine *engine)
{
    kh_bench1_counts counts = {.events = engine->kernel.events, .hop_keys = (uint64_t)engine->relay.ledger.taken / KH_KEY_BITS};
    for (size_t k = 0; k < engine->relay.n_demands; k++) {
        const kh_relay_demand *demand = &engine->relay.demands[k];
        counts.requests += demand->requests;
        counts.served += demand->served;
        counts.blocked += demand->blocked;
    }
    for (size_t l = 0; l < engine->links.n; l++) {
        const kh_link_state *state = &engine->links.states[l];
        counts.blocks += state->blocks.stored;
        counts.dropped += state->blocks.dropped;
        counts.lost += state->blocks.lost;
        counts.pool_bits += state->store.level;
    }
    return counts;
}

static double cpu_now_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / NS;
}

static kh_status play(handmade *h, kh_bench1_counts *counts, double *cpu_s, kh_error *err)
{
    kh_engine engine;
    kh_engine_inputs inputs = {.net = &h->net, .rates = &h->rates, .plan = &h->plan, .options = &h->options};
    KH_TRY(kh_engine_init(&engine, &inputs, h->arena, h->arena, err));
    start(&engine, h->arena);
    double begin_s = cpu_now_s();
    for (bool more = true; more;)
        KH_TRY(kh_engine_run(&engine, UINT64_MAX, &more, err));
    if (cpu_s != NULL)
        *cpu_s = cpu_now_s() - begin_s;
    KH_TRY(kh_engine_finish(&engine, err));
    *counts = count(&engine);
    return KH_OK;
}

kh_status kh_bench1_run(const kh_bench1_case *which, bool audit, kh_bench1_counts *counts, double *cpu_s, kh_error *err)
{
    handmade h = make_network(which);
    h.options.seed = which->seed;
    h.options.audit = audit;
    kh_status status = play(&h, counts, cpu_s, err);
    handmade_destroy(&h);
    return status;
}
