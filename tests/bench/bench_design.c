/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CPU times of the modular design (solvers/design), and plain solvers beside it.

   bench_design FILE.qpi THETA F [LIMIT_S [GAP]]     one instance: modules add the link's rate and cost its spans, nodes cost F */
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

int main(int argc, char **argv)
{
    kh_error err = {0};
    kh_arena *arena = kh_arena_create(0);
    kh_modules_problem problem;
    kh_modules_design design;
    if (argc < 4)
        return 2;
    kh_status status = kh_instance_design(argv[1], atof(argv[2]), atof(argv[3]), arena, &problem, &err);
    problem.time_limit_s = argc > 4 ? atof(argv[4]) : HUGE_VAL;
    problem.gap = argc > 5 ? atof(argv[5]) : 0;
    problem.lp_program = argc > 6 ? argv[6] : NULL;
    double start_s = cpu_s();
    if (status == KH_OK)
        status = kh_modules_solve(&problem, arena, &design, &err);
    if (status == KH_OK || status == KH_TIMELIMIT) {
        kh_error wrong = {0};
        if (kh_modules_verify(&problem, &design, &wrong) != KH_OK)
            fprintf(stderr, "%s\n", wrong.message);
        printf("proof %.8g with %zu reasons\n", design.proof_bound, design.n_reasons);
    }
    if (status == KH_OK || status == KH_TIMELIMIT)
        printf("%-28s cost %.10g bound %.10g gap %.2f %% root %.6g worst %.9g cuts %zu tests %zu %.2f s\n",
               strrchr(argv[1], '/') + 1, design.cost, design.bound, 100 * (design.cost - design.bound) / design.cost,
               design.root_bound, design.worst, design.n_cuts, design.n_tests, cpu_s() - start_s);
    if (status != KH_OK)
        fprintf(stderr, "%s: %s%s\n", argv[1], err.steps, err.message);
    kh_arena_destroy(arena);
    return status == KH_OK ? 0 : 1;
}
