/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CPU time of a modular design (solvers/design) on an instance: modules add the link's rate and cost its spans, nodes cost F. The
   time limit is of the clock on the wall.

   bench_design FILE.qpi THETA F [LIMIT_S [GAP [cbc]]] */
#include "tools/validate/instance_design.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double cpu_s(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static void print_design(const char *path, const kh_modules_problem *problem, const kh_modules_design *design, double spent_s)
{
    const char *name = strrchr(path, '/');
    kh_error wrong = {0};
    bool stands = isfinite(design->cost) && kh_modules_verify(problem, design, &wrong) == KH_OK;
    printf("%-22s cost %.10g bound %.10g gap %.2f %% (relaxation %.6g, by reasons alone %.6g) theta %.9g cuts %zu tests %zu %.2f s "
           "%s\n",
           name != NULL ? name + 1 : path, design->cost, design->bound, 100 * (design->cost - design->bound) / design->cost,
           design->root_bound, design->proof_bound, design->worst, design->n_cuts, design->n_tests, spent_s,
           stands ? "verified" : wrong.message);
}

static kh_status run(char **argv, int argc, kh_arena *arena, kh_error *err)
{
    kh_modules_problem problem;
    kh_modules_design design;
    KH_TRY(kh_instance_design(argv[1], atof(argv[2]), atof(argv[3]), arena, &problem, err));
    problem.time_limit_s = argc > 4 ? atof(argv[4]) : HUGE_VAL;
    problem.gap = argc > 5 ? atof(argv[5]) : 0;
    problem.lp_program = argc > 6 ? argv[6] : NULL;
    double start_s = cpu_s();
    kh_status status = kh_modules_solve(&problem, arena, &design, err);
    if (status == KH_OK || status == KH_TIMELIMIT)
        print_design(argv[1], &problem, &design, cpu_s() - start_s);
    return status;
}

int main(int argc, char **argv)
{
    kh_error err = {0};
    if (argc < 4) {
        fprintf(stderr, "bench_design FILE.qpi THETA F [LIMIT_S [GAP [cbc]]]\n");
        return 2;
    }
    kh_arena *arena = kh_arena_create(0);
    kh_status status = arena != NULL ? run(argv, argc, arena, &err) : KH_ENOMEM;
    if (status != KH_OK)
        fprintf(stderr, "%s: %s%s\n", argv[1], err.steps, err.message);
    kh_arena_destroy(arena);
    return status == KH_OK ? 0 : 1;
}
