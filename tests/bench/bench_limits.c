/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How time limits are kept: wall and CPU time over the limit, and what was found by then.

   bench_limits FILE.qpi...   concurrent and max-min, limits of 0.1, 0.3 and 1 s */
#include "core/base/clock.h"
#include "tools/validate/instance.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static double cpu_s(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static kh_status run(const char *path, bool max_min, double limit_s, kh_error *err)
{
    kh_arena *arena = kh_arena_create(0);
    kh_keyflow_problem problem;
    kh_keyflow flow;
    kh_status status = kh_instance_load(path, arena, &problem, err);
    problem.max_min = max_min;
    problem.time_limit_s = limit_s;
    double wall_s = kh_clock_s(), spent_s = cpu_s();
    if (status == KH_OK)
        status = kh_keyflow_solve(&problem, arena, &flow, err);
    wall_s = kh_clock_s() - wall_s;
    spent_s = cpu_s() - spent_s;
    const char *name = strrchr(path, '/');
    if (status == KH_OK)
        printf("%-24s %-10s limit %.1f s: wall %.3f s (%+.0f %%), CPU %.3f s, value %.6g, gap %.2g%s\n",
               name != NULL ? name + 1 : path, max_min ? "max-min" : "concurrent", limit_s, wall_s, 100 * (wall_s / limit_s - 1),
               spent_s, flow.value, flow.bound / flow.value - 1, flow.complete ? ", done" : "");
    fflush(stdout);
    kh_arena_destroy(arena);
    return status;
}

int main(int argc, char **argv)
{
    static const double limits_s[] = {0.1, 0.3, 1};
    for (int i = 1; i < argc; i++)
        for (int max_min = 0; max_min < 2; max_min++)
            for (size_t l = 0; l < sizeof limits_s / sizeof *limits_s; l++) {
                kh_error err = {0};
                if (run(argv[i], max_min, limits_s[l], &err) != KH_OK) {
                    (void)fprintf(stderr, "%s: %s\n", argv[i], err.message);
                    return 1;
                }
            }
    return 0;
}
