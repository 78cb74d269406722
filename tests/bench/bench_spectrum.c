/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 1000 services over a net of 50 nodes and 100 lines, C band: microseconds a service with bitmaps, and with a table of bytes
 * searched place by place as a comparison; then GNPy's own assignment of the same services where Python can import it. */
#include "core/base/rng.h"
#include "solvers/light/routes.h"
#include "solvers/light/spectrum.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NODES = 50, LINES = 100, SERVICES = 1000, UNITS = 768, FIRST_UNIT = -288, REPEATS = 20 };

typedef struct instance {
    uint32_t ends[LINES][2];
    double length_km[LINES];
    kh_spectrum_route routes[SERVICES];
    int32_t m[SERVICES];
} instance;

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec * 1e-3;
}

/* A ring with chords, services between random ends on their shortest routes. */
static bool build(instance *in, kh_arena *arena)
{
    static const int32_t widths[] = {4, 6, 8, 12}; /* 50, 75, 100, 150 GHz */
    kh_rng rng = kh_rng_stream(1, "", "bench");
    for (uint32_t l = 0; l < LINES; l++) {
        uint32_t a = l % NODES, b = l < NODES ? (l + 1) % NODES : (a + 2 + (uint32_t)kh_rng_below(&rng, NODES - 3)) % NODES;
        in->ends[l][0] = a;
        in->ends[l][1] = b;
        in->length_km[l] = 100 + 900 * kh_rng_uniform(&rng);
    }
    kh_graph graph = {NODES, LINES, (const uint32_t(*)[2])in->ends, NULL};
    for (size_t i = 0; i < SERVICES; i++) {
        uint32_t a = (uint32_t)kh_rng_below(&rng, NODES), b = (a + 1 + (uint32_t)kh_rng_below(&rng, NODES - 1)) % NODES;
        kh_routes found;
        if (kh_routes_find(&graph, in->length_km, a, b, 1, arena, &found, NULL) != KH_OK || found.n == 0)
            return false;
        in->routes[i] = (kh_spectrum_route){found.routes[0].links, found.routes[0].n_links};
        in->m[i] = widths[kh_rng_below(&rng, 4)];
    }
    return true;
}

static size_t assign_with_bitmaps(const instance *in, kh_spectrum_slot *slots, double *spent_us)
{
    kh_arena *arena = kh_arena_create(0);
    kh_spectrum_band bands[LINES];
    kh_spectrum *spectrum = NULL;
    size_t done = 0;
    for (size_t l = 0; l < LINES; l++)
        bands[l] = (kh_spectrum_band){FIRST_UNIT, FIRST_UNIT + UNITS - 1};
    if (arena == NULL || kh_spectrum_create(LINES, bands, arena, &spectrum, NULL) != KH_OK)
        return 0;
    double start = now_us();
    for (size_t i = 0; i < SERVICES; i++) {
        slots[i] = (kh_spectrum_slot){0, 0};
        done += kh_spectrum_assign(spectrum, &in->routes[i], in->m[i], 1, KH_SPECTRUM_FIRST, &slots[i]);
    }
    *spent_us = now_us() - start;
    kh_arena_destroy(arena);
    return done;
}

static bool is_free(const unsigned char taken[LINES][UNITS], const kh_spectrum_route *route, int32_t first, int32_t length)
{
    for (size_t e = 0; e < route->n_edges; e++)
        for (int32_t u = first; u < first + length; u++)
            if (taken[route->edges[e]][u] != 0)
                return false;
    return true;
}

static size_t assign_with_bytes(const instance *in, const kh_spectrum_slot *slots, double *spent_us, size_t *differ)
{
    static unsigned char taken[LINES][UNITS];
    size_t done = 0;
    double start = now_us();
    memset(taken, 0, sizeof taken);
    for (size_t i = 0; i < SERVICES; i++) {
        int32_t length = 2 * in->m[i], first = 0;
        while (first + length <= UNITS && !is_free((const unsigned char(*)[UNITS])taken, &in->routes[i], first, length))
            first++;
        bool found = first + length <= UNITS;
        *differ += found ? slots[i].n != FIRST_UNIT + first + in->m[i] : slots[i].m != 0;
        for (size_t e = 0; found && e < in->routes[i].n_edges; e++)
            memset(&taken[in->routes[i].edges[e]][first], 1, (size_t)length);
        done += found;
    }
    *spent_us = now_us() - start;
    return done;
}

/* Writes the services for tests/bench/gnpy_spectrum.py, which prints GNPy's time and how many slots differ. */
static void compare_with_gnpy(const instance *in, const kh_spectrum_slot *slots)
{
    FILE *out = popen("python3 tests/bench/gnpy_spectrum.py", "w");
    if (out == NULL)
        return;
    (void)fprintf(out, "%d %d %d\n", LINES, FIRST_UNIT, UNITS);
    for (size_t i = 0; i < SERVICES; i++) {
        (void)fprintf(out, "%d %d", in->m[i], slots[i].m > 0 ? slots[i].n : 1000000);
        for (size_t e = 0; e < in->routes[i].n_edges; e++)
            (void)fprintf(out, " %u", in->routes[i].edges[e]);
        (void)fprintf(out, "\n");
    }
    (void)pclose(out);
}

int main(void)
{
    static instance in;
    static kh_spectrum_slot slots[SERVICES];
    kh_arena *arena = kh_arena_create(0);
    if (arena == NULL || !build(&in, arena))
        return 1;
    double best_us = 1e30, plain_us = 0;
    size_t done = 0, differ = 0, hops = 0;
    for (size_t i = 0; i < SERVICES; i++)
        hops += in.routes[i].n_edges;
    for (int repeat = 0; repeat < REPEATS; repeat++) {
        double spent_us = 0;
        done = assign_with_bitmaps(&in, slots, &spent_us);
        best_us = spent_us < best_us ? spent_us : best_us;
    }
    size_t plain_done = assign_with_bytes(&in, slots, &plain_us, &differ);
    printf("%d services over %d nodes, %d lines, %.1f lines each: %zu carried\n", SERVICES, NODES, LINES, (double)hops / SERVICES,
           done);
    printf("bitmaps: %.3f us a service; bytes, place by place: %.2f us (%.0f times), %zu carried, %zu slots differ\n",
           best_us / SERVICES, plain_us / SERVICES, plain_us / best_us, plain_done, differ);
    (void)fflush(stdout);
    compare_with_gnpy(&in, slots);
    kh_arena_destroy(arena);
    return differ == 0 && plain_done == done ? 0 : 1;
}
