/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Speed of the engine, in events per CPU second.
   bench_sim queue        the event queue alone (PHOLD: pop one, push one), against a 4-ary heap in the same process
   bench_sim grid         10 x 10 grid, 500 demands of one key a second, 600 s, finite-key blocks of 65536 bit
   bench_sim year [DAYS [FETCH_S]]  144 links with blocks of minutes, 30 demands of 24 encryptors, 60 s rekey, faults, 365 days */
#include "core/sim/kernel/queue.h"
#include "tests/core/sim/handmade.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BLOCK }; /* kinds of events */

static double cpu_s(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

/* --- the rival: a 4-ary heap of the same events --- */

typedef struct heap {
    kh_event *events;
    size_t n;
    uint64_t next_sequence;
} heap;

static bool before(const kh_event *a, const kh_event *b)
{
    return a->time < b->time || (a->time == b->time && a->sequence < b->sequence);
}

static void heap_push(heap *h, kh_ns time)
{
    kh_event event = {.time = time, .sequence = h->next_sequence++};
    size_t i = h->n++;
    while (i > 0 && before(&event, &h->events[(i - 1) / 4])) {
        h->events[i] = h->events[(i - 1) / 4];
        i = (i - 1) / 4;
    }
    h->events[i] = event;
}

static size_t least_child(const heap *h, size_t i)
{
    size_t first = 4 * i + 1, last = first + 4 < h->n ? first + 4 : h->n, least = first;
    for (size_t child = first + 1; child < last; child++)
        if (before(&h->events[child], &h->events[least]))
            least = child;
    return least;
}

static kh_event heap_pop(heap *h)
{
    kh_event top = h->events[0], last = h->events[--h->n];
    size_t i = 0;
    while (4 * i + 1 < h->n) {
        size_t child = least_child(h, i);
        if (!before(&h->events[child], &last))
            break;
        h->events[i] = h->events[child];
        i = child;
    }
    h->events[i] = last;
    return top;
}

/* --- PHOLD --- */

static kh_ns draw_delay(kh_rng *rng, bool ties)
{
    double u = kh_rng_uniform(rng);
    if (!ties || u < 0.3)
        return 1 + (kh_ns)(kh_rng_exponential(rng, 1) * 1e9);
    return u < 0.9 ? KH_NS_PER_S : 5000000;
}

enum { DELAYS = 1 << 16 };

static void bench_queue_of(size_t n, const kh_ns *delays, const char *name)
{
    long events = 4000000;
    kh_arena *arena = kh_arena_create(0);
    kh_queue queue;
    kh_queue_init(&queue, arena);
    heap rival = {.events = malloc((n + 1) * sizeof *rival.events)};
    if (rival.events == NULL)
        abort();
    for (size_t i = 0; i < n; i++) {
        kh_queue_push(&queue, delays[i % DELAYS], BLOCK, 0);
        heap_push(&rival, delays[i % DELAYS]);
    }
    kh_event event = {0};
    uint64_t sums[2] = {0};
    double start = cpu_s();
    for (long i = 0; i < events; i++) {
        (void)kh_queue_pop(&queue, &event);
        sums[0] += (uint64_t)event.time ^ event.sequence;
        kh_queue_push(&queue, event.time + delays[i % DELAYS], BLOCK, 0);
    }
    double middle = cpu_s();
    for (long i = 0; i < events; i++) {
        event = heap_pop(&rival);
        sums[1] += (uint64_t)event.time ^ (event.sequence + 1);
        heap_push(&rival, event.time + delays[i % DELAYS]);
    }
    double end = cpu_s();
    printf("%-12s N = %7zu: the queue %6.1f ns/event, 4-ary heap %6.1f ns/event, %s order\n", name, n,
           (middle - start) / (double)events * 1e9, (end - middle) / (double)events * 1e9,
           sums[0] == sums[1] ? "same" : "DIFFERENT");
    free(rival.events);
    kh_arena_destroy(arena);
}

static void bench_queue(void)
{
    static kh_ns delays[2][DELAYS];
    kh_rng rng = kh_rng_stream(1, "bench", "delays");
    for (int ties = 0; ties < 2; ties++)
        for (int i = 0; i < DELAYS; i++)
            delays[ties][i] = draw_delay(&rng, ties == 1);
    static const size_t sizes[] = {1000, 10000, 100000, 1000000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (int ties = 0; ties < 2; ties++)
            bench_queue_of(sizes[i], delays[ties], ties == 1 ? "many ties" : "exponential");
}

/* --- networks --- */

static void report(const char *name, handmade *h)
{
    h->options.audit = false;
    double start = cpu_s();
    const kh_sim_result *result = handmade_run(h);
    double used = cpu_s() - start, requests = 0, served = 0, hops = 0;
    for (size_t i = 0; i < result->n_demands; i++) {
        requests += result->demands[i].requests;
        served += result->demands[i].served;
    }
    for (size_t i = 0; i < result->n_links; i++)
        hops += (result->links[i].delivered_bits + result->links[i].relayed_bits) / 256;
    printf("%s: %.0f events (%.0f requests, %.0f served, %.0f hops), %.2f CPU s, %.2f M events/CPU s, %.0f simulated s/CPU s\n",
           name, (double)result->events, requests, served, hops, used, (double)result->events / used * 1e-6,
           result->duration_s / used);
}

static void bench_grid(void)
{
    handmade h = handmade_grid(10, 10, 500);
    for (uint32_t i = 0; i < h.net.n_qkd_links; i++) {
        handmade_blocks(&h, &h.net.qkd_links[i], 65536, 65536 / h.rates.qkd[i].key_rate_bps);
        h.net.qkd_links[i].key_store =
            (kh_store_policy){.capacity_keys = 3906, .refill_below_keys = NOT_GIVEN, .initial_keys = 256};
    }
    for (uint32_t k = 0; k < 500; k++) {
        uint32_t from = k % 100, to = (from + 1 + 7 * k % 99) % 100;
        handmade_grid_route(&h, handmade_demand(&h, KH_USE_KEY, 256, 1), 10, from, to, 1);
    }
    h.options.duration_s = 600;
    h.options.late_after_s = 1e-9;
    report("grid", &h);
    handmade_destroy(&h);
}

static void bench_year(double days, double fetch_s)
{
    handmade h = handmade_grid(9, 9, 30); /* 144 links */
    for (uint32_t i = 0; i < h.net.n_qkd_links; i++) {
        handmade_blocks(&h, &h.net.qkd_links[i], 500000, 100 + 2.0 * i);
        h.net.qkd_links[i].key_store = (kh_store_policy){.capacity_keys = 20000, .refill_below_keys = 16000, .initial_keys = 10000};
    }
    for (uint32_t k = 0; k < 30; k++) {
        kh_demand *demand = handmade_demand(&h, KH_USE_AES_256, 24 * 2 * 256 / 60.0, 2);
        demand->encryptors = 24;
        demand->directions = 2;
        demand->rekey_s = 60;
        uint32_t from = 7 * k % 81, to = (from + 22) % 81;
        handmade_grid_route(&h, demand, 9, from, to, 1);
        handmade_grid_route(&h, demand, 9, from, to, 0);
    }
    kh_fault *cuts = handmade_fault(&h, KH_FAULT_FIBRE_CUT, "all-fibres", NOT_GIVEN, 12);
    cuts->mtbf_h_per_1000km = 4380;
    h.options.duration_s = days * 86400;
    h.options.fetch_s = fetch_s;
    report("year", &h);
    handmade_destroy(&h);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "grid";
    if (strcmp(what, "queue") == 0)
        bench_queue();
    else if (strcmp(what, "year") == 0)
        bench_year(argc > 2 ? strtod(argv[2], NULL) : 365, argc > 3 ? strtod(argv[3], NULL) : 0);
    else
        bench_grid();
    return 0;
}
