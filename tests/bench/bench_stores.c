/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CPU times of key flow over time with key stores, beside GLPK's arc program of the same problem, and of schedules of passes.

   bench_stores                        the shipped instances, 8 hours; arcs beside it on the smallest
   bench_stores HOURS FILE.qpi...      these instances only, without arcs */
#include "core/base/rng.h"
#include "solvers/stores/schedule.h"
#include "tests/solvers/expanded_arcs.h"
#include "tools/validate/instance.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FOLDER "tests/ref/instances/"

static double cpu_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static kh_status solve_file(const char *path, size_t hours, double gap, bool arcs, kh_error *err)
{
    kh_arena *arena = kh_arena_create(0);
    kh_keyflow_problem flow;
    kh_expanded_problem problem;
    kh_expanded answer;
    kh_status status = kh_instance_load(path, arena, &flow, err);
    if (status == KH_OK)
        status = kh_instance_cycle(&flow, hours, arena, &problem, err);
    if (status == KH_OK) {
        problem.gap = gap;
        double start_s = cpu_s();
        status = kh_expanded_solve(&problem, arena, &answer, err);
        double spent_s = cpu_s() - start_s, value = (double)NAN;
        const char *name = strrchr(path, '/');
        if (status == KH_OK)
            printf("%-22s %3zu h  gap %7.1e  value %.8g  routes %6zu  %7.3f s", name != NULL ? name + 1 : path, hours,
                   answer.bound / answer.value - 1, answer.value, answer.n_routes, spent_s);
        start_s = cpu_s();
        if (status == KH_OK && arcs)
            status = kh_expanded_arcs_solve(&problem, answer.joined, &value, err);
        if (status == KH_OK && arcs)
            printf("  arcs %.2f s, %.0f times (%.8g)", cpu_s() - start_s, (cpu_s() - start_s) / spent_s, value);
        printf("\n");
        (void)fflush(stdout);
    }
    kh_arena_destroy(arena);
    return status;
}

/* One satellite, some stations, passes of 5 to 10 minutes at random times of a week. */
static kh_status solve_passes(size_t n_passes, size_t n_stations, kh_error *err)
{
    enum { MOST = 1000, STATIONS = 8 };
    static kh_schedule_pass passes[MOST];
    static kh_keyflow_demand demands[STATIONS * STATIONS];
    uint32_t ends[STATIONS][2];
    double given_bps[STATIONS] = {0};
    size_t n = 0;
    kh_rng rng = kh_rng_stream(1, "", "bench");
    for (uint32_t g = 0; g < n_stations; g++) {
        ends[g][0] = 0;
        ends[g][1] = 1 + g;
        for (uint32_t h = 0; h < g; h++)
            demands[n++] = (kh_keyflow_demand){{1 + h, 1 + g}, 1};
    }
    for (size_t i = 0; i < n_passes; i++) {
        double start_s = 7 * 86400 * kh_rng_uniform(&rng);
        passes[i] = (kh_schedule_pass){(uint32_t)kh_rng_below(&rng, n_stations), start_s,
                                       start_s + 300 + 300 * kh_rng_uniform(&rng), 1e5 + 1e6 * kh_rng_uniform(&rng)};
    }
    const kh_schedule_problem problem = {.graph = {1 + n_stations, n_stations, (const uint32_t(*)[2])ends, NULL},
                                         .horizon_s = 7 * 86400,
                                         .given_bps = given_bps,
                                         .passes = passes,
                                         .n_passes = n_passes,
                                         .demands = demands,
                                         .n_demands = n,
                                         .time_limit_s = 20};
    kh_arena *arena = kh_arena_create(0);
    kh_schedule made;
    double start_s = cpu_s();
    kh_status status = kh_schedule_solve(&problem, arena, &made, err);
    if (status == KH_OK)
        printf("%4zu passes, %zu stations, all pairs: value %.6g  gap %.1e  relaxation %.1e above  %.2f s%s\n", n_passes,
               n_stations, made.value, made.bound / made.value - 1, made.relaxed / made.value - 1, cpu_s() - start_s,
               made.complete ? "" : "  (stopped)");
    kh_arena_destroy(arena);
    return status;
}

static int report(kh_status status, const kh_error *err)
{
    if (status != KH_OK)
        fprintf(stderr, "%s%s\n", err->steps, err->message);
    return status != KH_OK;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        double gap;
        bool arcs;
    } shipped[] = {{"gen20-100-s1-dim", 0, true},     {"zoo-Funet-dim", 0, true},       {"gen50-500-s2-dim", 0, false},
                   {"gen50-500-s2-dim", 0.01, false}, {"gen100-1000-s3-dim", 0, false}, {"gen100-1000-s3-dim", 0.01, false}};
    int wrong = 0;
    for (int i = 2; i < argc; i++) {
        kh_error err = {0};
        wrong |= report(solve_file(argv[i], strtoul(argv[1], NULL, 10), 0, false, &err), &err);
    }
    for (size_t i = 0; argc < 3 && i < sizeof shipped / sizeof *shipped; i++) {
        kh_error err = {0};
        char path[200];
        (void)snprintf(path, sizeof path, FOLDER "%s.qpi", shipped[i].name);
        wrong |= report(solve_file(path, 8, shipped[i].gap, shipped[i].arcs, &err), &err);
    }
    for (size_t n = 50; argc < 3 && n <= 800; n *= 4) {
        kh_error err = {0};
        wrong |= report(solve_passes(n, 5, &err), &err);
    }
    return wrong;
}
