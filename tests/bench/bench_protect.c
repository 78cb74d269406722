/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CPU time of a design that bears the loss of each link, or of each node, on an instance; modules as in bench_design. Demands that
   a loss ends or parts are left out of it. The time limit is of the clock on the wall.

   bench_protect FILE.qpi THETA F link|node|none [LIMIT_S [GAP]] */
#include "tools/validate/instance_design.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static kh_status run(char **argv, int argc, kh_arena *arena, kh_error *err)
{
    kh_modules_problem problem;
    kh_modules_design design;
    kh_error wrong = {0};
    KH_TRY(kh_instance_design(argv[1], atof(argv[2]), atof(argv[3]), arena, &problem, err));
    if (strcmp(argv[4], "none") != 0)
        KH_TRY(kh_instance_losses(strcmp(argv[4], "node") == 0, arena, &problem, err));
    problem.time_limit_s = argc > 5 ? atof(argv[5]) : HUGE_VAL;
    problem.gap = argc > 6 ? atof(argv[6]) : 0;
    clock_t start = clock();
    kh_status status = kh_modules_solve(&problem, arena, &design, err);
    if (status != KH_OK && status != KH_TIMELIMIT)
        return status;
    double least = design.worst, spent_s = (double)(clock() - start) / CLOCKS_PER_SEC;
    for (size_t s = 0; s < problem.n_losses && isfinite(design.cost); s++)
        least = design.after[s].n_routes > 0 ? fmin(least, design.after[s].value) : least;
    bool stands = isfinite(design.cost) && kh_modules_verify(&problem, &design, &wrong) == KH_OK;
    printf(
        "%s %s: cost %.10g bound %.10g gap %.2f %% (relaxation %.6g) theta %.9g, after %zu losses %.9g; cuts %zu tests %zu %.2f s "
        "%s\n",
        argv[1], argv[4], design.cost, design.bound, 100 * (design.cost - design.bound) / design.cost, design.root_bound,
        design.worst, problem.n_losses, least, design.n_cuts, design.n_tests, spent_s, stands ? "verified" : wrong.message);
    return KH_OK;
}

int main(int argc, char **argv)
{
    kh_error err = {0};
    if (argc < 5) {
        fprintf(stderr, "bench_protect FILE.qpi THETA F link|node|none [LIMIT_S [GAP]]\n");
        return 2;
    }
    kh_arena *arena = kh_arena_create(0);
    kh_status status = arena != NULL ? run(argv, argc, arena, &err) : KH_ENOMEM;
    if (status != KH_OK)
        fprintf(stderr, "%s: %s%s\n", argv[1], err.steps, err.message);
    kh_arena_destroy(arena);
    return status == KH_OK ? 0 : 1;
}
