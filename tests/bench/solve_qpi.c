/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Solves instances given as arguments: name, lambda, bound gap, levels, top level, total rate, CPU seconds.
   solve_qpi [--max-min] FILE.qpi... */
#include "tests/solvers/qpi.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static void print_one(const char *path, bool max_min)
{
    kh_arena *arena = kh_arena_create(0);
    kh_error err = {0};
    kh_qpi qpi;
    kh_keyflow flow;
    clock_t start = clock();
    kh_status status = kh_qpi_read(path, arena, &qpi, &err);
    if (status == KH_OK) {
        kh_keyflow_problem problem = kh_qpi_problem(&qpi, max_min);
        status = kh_keyflow_solve(&problem, arena, &flow, &err);
    }
    if (status != KH_OK) {
        printf("%s %s\n", path, err.message);
    } else {
        double total = 0;
        size_t distinct = 0;
        for (size_t k = 0; k < qpi.n_demands; k++)
            total += flow.rate_bps[k];
        for (size_t i = 0; i < flow.n_levels; i++)
            distinct += i == 0 || flow.level[i] > flow.level[i - 1] * (1 + 1e-9);
        const char *name = strrchr(path, '/');
        printf("%s value %.10g gap %.2e levels %zu (%zu) top %.10g total %.10g routes %zu cpu %.3f\n",
               name != NULL ? name + 1 : path, flow.value, flow.bound / flow.value - 1, distinct, flow.n_levels,
               flow.level[flow.n_levels - 1], total, flow.n_routes, (double)(clock() - start) / CLOCKS_PER_SEC);
    }
    fflush(stdout);
    kh_arena_destroy(arena);
}

int main(int argc, char **argv)
{
    bool max_min = argc > 1 && strcmp(argv[1], "--max-min") == 0;
    for (int i = max_min ? 2 : 1; i < argc; i++)
        print_one(argv[i], max_min);
    return 0;
}
