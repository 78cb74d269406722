/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PHOLD on the kernel: each event schedules the next one of its process after a random delay, so N events are pending all the time.
   phold N EVENTS MODE SEED    prints ns of CPU time per event, handler and draws included, and a checksum of the order of events
   MODE 0: exponential delays of mean 1 s; 1: 60 % exactly 1 s, which gives many ties, 30 % exponential, 10 % exactly 5 ms. */
#include "core/sim/kernel/kernel.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { STEPS = 1024, SHORT_NS = 5000000 };

/* --- delays: xoshiro256** (Blackman and Vigna), seeded by splitmix64; the exponential law by a table and straight lines --- */

typedef struct delays {
    uint64_t s[4];
    double quantiles_ns[STEPS + 1];
    bool ties;
} delays;

static uint64_t rotate(uint64_t x, unsigned by)
{
    return x << by | x >> (64 - by);
}

static uint64_t next_u64(delays *d)
{
    uint64_t *s = d->s, out = rotate(s[1] * 5, 7) * 9, shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate(s[3], 45);
    return out;
}

static void start_delays(delays *d, uint64_t seed, bool ties)
{
    for (int i = 0; i < 4; i++) {
        uint64_t z = seed += 0x9E3779B97F4A7C15u;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
        z = (z ^ z >> 27) * 0x94D049BB133111EBu;
        d->s[i] = z ^ z >> 31;
    }
    for (int i = 0; i < STEPS; i++)
        d->quantiles_ns[i] = -log(1.0 - i / (double)STEPS) * KH_NS_PER_S;
    d->quantiles_ns[STEPS] = d->quantiles_ns[STEPS - 1] + 2.0 * KH_NS_PER_S;
    d->ties = ties;
}

static kh_ns draw_exponential(delays *d)
{
    uint64_t u = next_u64(d);
    const double *step = &d->quantiles_ns[u % STEPS];
    return (kh_ns)(step[0] + (double)(u >> 11) * 0x1p-53 * (step[1] - step[0]));
}

static kh_ns draw(delays *d)
{
    if (!d->ties)
        return draw_exponential(d);
    unsigned p = (unsigned)(next_u64(d) >> 32) % 10;
    if (p < 6)
        return KH_NS_PER_S;
    return p < 9 ? draw_exponential(d) : SHORT_NS;
}

/* --- the model --- */

typedef struct phold {
    kh_kernel kernel;
    kh_event_kind fire;
    delays delays;
    uint32_t *processes; /* what a model does with an event: a little of its own memory */
    uint64_t warm_up, events, sum;
    double start_s, end_s;
} phold;

static double cpu_now_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / KH_NS_PER_S;
}

static void fire(void *self, uint32_t process)
{
    phold *p = self;
    kh_ns now = kh_kernel_now(&p->kernel);
    if (p->warm_up > 0) {
        if (--p->warm_up == 0)
            p->start_s = cpu_now_s();
    } else if (p->events > 0) {
        p->processes[process] += (uint32_t)(now & 0xFF);
        p->sum = p->sum * 1099511628211u + (uint64_t)now + process;
        if (--p->events == 0) {
            p->end_s = cpu_now_s();
            return;
        }
    } else {
        return; /* all are counted: what is left runs dry */
    }
    kh_queue_push(&p->kernel.queue, now + draw(&p->delays), p->fire, process);
}

static int play(phold *p, kh_arena *arena, uint32_t n, uint64_t seed, bool ties)
{
    kh_error err;
    p->processes = KH_NEW(arena, uint32_t, n);
    kh_kernel_init(&p->kernel, arena);
    if (p->processes == NULL || kh_kernel_handle(&p->kernel, "fire", fire, p, &p->fire, &err) != KH_OK)
        return 1;
    start_delays(&p->delays, seed, ties);
    p->warm_up = 3 * (uint64_t)n < 1500000 ? 3 * (uint64_t)n : 1500000;
    for (uint32_t i = 0; i < n; i++)
        kh_queue_push(&p->kernel.queue, draw(&p->delays), p->fire, i);
    kh_kernel_run(&p->kernel, INT64_MAX);
    return p->kernel.queue.status != KH_OK;
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: phold N EVENTS MODE SEED\n");
        return 2;
    }
    uint32_t n = (uint32_t)strtoul(argv[1], NULL, 10);
    uint64_t events = strtoull(argv[2], NULL, 10), seed = strtoull(argv[4], NULL, 10);
    kh_arena *arena = kh_arena_create(0);
    phold *p = arena == NULL ? NULL : KH_NEW(arena, phold, 1);
    if (n == 0 || events == 0 || p == NULL)
        return 2;
    p->events = events;
    int failed = play(p, arena, n, seed, strtol(argv[3], NULL, 10) != 0);
    if (!failed)
        printf("phold n=%u mode=%s events=%llu ns_per_event=%.1f sum=%016llx memory_bytes=%zu\n", n, argv[3],
               (unsigned long long)events, (p->end_s - p->start_s) * KH_NS_PER_S / (double)events, (unsigned long long)p->sum,
               kh_arena_used(arena));
    kh_arena_destroy(arena);
    return failed;
}
