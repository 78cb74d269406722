/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Both levels of the engine side by side on a 10 x 10 grid with 500 demands of one key a second and link failures (MTBF 1800 s,
   MTTR 120 s), 600 s, blocks of 65536 bit.
   bench_fluid [REPLICATIONS [BLOCK_BITS]]     means, CPU time of the fastest run and the ratio */
#include "tests/core/sim/handmade.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MOST = 1000, FIGURES = 6 };
static const char *const names[FIGURES] = {"requests", "served", "blocked", "hop keys", "stored Mbit", "availability"};

static double cpu_s(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static handmade make_grid(double block_bits)
{
    handmade h = handmade_grid(10, 10, 500);
    for (uint32_t i = 0; i < h.net.n_qkd_links; i++) {
        handmade_blocks(&h, &h.net.qkd_links[i], block_bits, block_bits / h.rates.qkd[i].key_rate_bps);
        h.net.qkd_links[i].key_store =
            (kh_store_policy){.capacity_keys = 3906, .refill_below_keys = NOT_GIVEN, .initial_keys = 256};
    }
    for (uint32_t k = 0; k < 500; k++) {
        uint32_t from = k % 100, to = (from + 1 + 7 * k % 99) % 100;
        handmade_grid_route(&h, handmade_demand(&h, KH_USE_KEY, 256, 1), 10, from, to, 1);
    }
    (void)handmade_fault(&h, KH_FAULT_FIBRE_CUT, "all-fibres", 0.5, 1.0 / 30);
    h.options.duration_s = 600;
    h.options.late_after_s = 1e-9;
    h.options.series_points = 0;
    h.options.audit = false;
    return h;
}

static void figures_of(const kh_sim_result *result, double *figures)
{
    for (int i = 0; i < FIGURES; i++)
        figures[i] = 0;
    for (size_t i = 0; i < result->n_demands; i++) {
        figures[0] += result->demands[i].requests;
        figures[1] += result->demands[i].served;
        figures[2] += result->demands[i].blocked;
        figures[5] += result->demands[i].availability / (double)result->n_demands;
    }
    for (size_t i = 0; i < result->n_links; i++) {
        const kh_sim_link *link = &result->links[i];
        figures[3] += (link->initial_bits + link->generated_bits - link->stored_bits) / 256;
        figures[4] += link->stored_bits * 1e-6;
    }
}

/* @return CPU s of the fastest run: others share the machine */
static double play(double block_bits, kh_sim_level level, size_t n, double (*values)[MOST], uint64_t *events)
{
    double fastest = (double)INFINITY;
    for (size_t r = 0; r < n; r++) {
        handmade h = make_grid(block_bits);
        h.options.level = level;
        h.options.seed = r + 1;
        double start = cpu_s(), figures[FIGURES];
        const kh_sim_result *result = handmade_run(&h);
        fastest = fmin(fastest, cpu_s() - start);
        figures_of(result, figures);
        for (int i = 0; i < FIGURES; i++)
            values[i][r] = figures[i];
        *events = result->events;
        handmade_destroy(&h);
    }
    return fastest;
}

int main(int argc, char **argv)
{
    static double blocks[FIGURES][MOST], fluid[FIGURES][MOST];
    kh_arena_keep_memory(); /* as the program does */
    size_t n = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 10;
    double block_bits = argc > 2 ? strtod(argv[2], NULL) : 65536;
    n = n > MOST ? MOST : n;
    uint64_t block_events = 0, fluid_events = 0;
    double block_s = play(block_bits, KH_SIM_BLOCK, n, blocks, &block_events);
    double fluid_s = play(block_bits, KH_SIM_FLUID, n, fluid, &fluid_events);
    printf("%-14s %22s %22s %9s\n", "", "block level", "fluid level", "fluid/block");
    for (int i = 0; i < FIGURES; i++) {
        kh_estimate b = kh_estimate_of(blocks[i], n), f = kh_estimate_of(fluid[i], n);
        double differences[MOST];
        for (size_t r = 0; r < n; r++)
            differences[r] = fluid[i][r] - blocks[i][r];
        kh_estimate d = kh_estimate_of(differences, n);
        printf("%-14s %12.6g +- %7.3g %12.6g +- %7.3g %9.4f  difference %.4g +- %.3g\n", names[i], b.mean, b.half_width_95, f.mean,
               f.half_width_95, f.mean / b.mean, d.mean, d.half_width_95);
    }
    printf("%-14s %22.0f %22.0f\n", "events", (double)block_events, (double)fluid_events);
    printf("%-14s %22.5f %22.5f %9.1f times faster\n", "CPU s", block_s, fluid_s, block_s / fluid_s);
    return 0;
}
