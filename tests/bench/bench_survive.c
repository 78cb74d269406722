/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CPU times of sweeps over all links and of one more module on each, and their ratios to the same problems solved from nothing.

   bench_survive                 the shipped generated instances
   bench_survive FOLDER          germany50-dim and gen200-2000-s4-dim of that folder against their limits, and others without one
   bench_survive FILE.qpi...     these instances */
#include "solvers/survive/gain.h"
#include "solvers/survive/outages.h"
#include "solvers/survive/restore.h"
#include "tools/validate/instance.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FOLDER "tests/ref/instances/"
enum { TURNS = 3, COLD = 20, MOST_BACKED_UP = 700 };

static double cpu_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static double median(double *values)
{
    qsort(values, TURNS, sizeof *values, compare);
    return values[TURNS / 2];
}

static kh_loss *each_link(size_t n_links, kh_arena *arena)
{
    kh_loss *losses = KH_NEW(arena, kh_loss, n_links);
    uint32_t *link = KH_NEW(arena, uint32_t, n_links);
    for (uint32_t e = 0; losses != NULL && link != NULL && e < n_links; e++) {
        link[e] = e;
        losses[e] = (kh_loss){.links = &link[e], .n_links = 1};
    }
    return losses;
}

/* Seconds of one solve from nothing, the mean over some of the losses; the largest difference of the values. */
static kh_status solve_cold(const kh_keyflow_problem *problem, const kh_outages *sweep, double *each_s, double *apart,
                            kh_error *err)
{
    size_t m = problem->graph.n_links, step = m > COLD ? m / COLD : 1, n = 0;
    double spent_s = 0;
    *apart = 0;
    for (size_t e = 0; e < m; e += step) {
        kh_arena *arena = kh_arena_create(0);
        double *capacity_bps = KH_NEW(arena, double, m);
        memcpy(capacity_bps, problem->capacity_bps, m * sizeof *capacity_bps);
        capacity_bps[e] = 0;
        kh_keyflow_problem less = *problem;
        kh_keyflow flow;
        less.capacity_bps = capacity_bps;
        double start_s = cpu_s();
        kh_status status = kh_keyflow_solve(&less, arena, &flow, err);
        spent_s += cpu_s() - start_s;
        n++;
        if (status == KH_OK)
            *apart = fmax(*apart, fabs(sweep->outcome[e].value / flow.value - 1));
        kh_arena_destroy(arena);
        KH_TRY(status);
    }
    *each_s = spent_s / (double)n;
    return KH_OK;
}

static double worst_gap(const kh_outages *sweep)
{
    double gap = 0;
    for (size_t i = 0; i < sweep->n_outcomes; i++)
        if (sweep->outcome[i].value > 0)
            gap = fmax(gap, sweep->outcome[i].bound / sweep->outcome[i].value - 1);
    return gap;
}

static const char *over(double spent_s, double limit_s)
{
    return spent_s > limit_s ? "OVER" : "";
}

static kh_status bench_sweep(const kh_keyflow_problem *problem, double limit_s, kh_error *err)
{
    double spent_s[TURNS], each_s = 0, apart = 0;
    for (int turn = 0; turn < TURNS; turn++) {
        kh_arena *arena = kh_arena_create(0);
        kh_outages sweep;
        size_t m = problem->graph.n_links;
        kh_loss *losses = each_link(m, arena);
        double start_s = cpu_s();
        kh_status status = kh_outages_run(problem, losses, m, &(kh_outages_options){0}, arena, &sweep, err);
        spent_s[turn] = cpu_s() - start_s;
        if (status == KH_OK && turn == TURNS - 1) {
            status = solve_cold(problem, &sweep, &each_s, &apart, err);
            double s = median(spent_s);
            printf("  N-1 %.3f s, limit %.1f %s; %zu losses, %zu kept, %zu from nothing, %zu steps, gap <= %.0e\n", s, limit_s,
                   over(s, limit_s), m, sweep.n_kept, sweep.n_again, sweep.n_steps, worst_gap(&sweep));
            printf("      from nothing %.4f s each: ratio %.1f; values apart by %.0e at most\n", each_s, each_s * (double)m / s,
                   apart);
        }
        kh_arena_destroy(arena);
        KH_TRY(status);
    }
    return KH_OK;
}

static kh_status bench_gain(const kh_keyflow_problem *problem, double limit_s, kh_error *err)
{
    double spent_s[TURNS];
    for (int turn = 0; turn < TURNS; turn++) {
        kh_arena *arena = kh_arena_create(0);
        kh_gains gains;
        double start_s = cpu_s();
        kh_status status = kh_gain_find(problem, problem->capacity_bps, arena, &gains, err);
        spent_s[turn] = cpu_s() - start_s;
        if (status == KH_OK && turn == TURNS - 1) {
            double s = median(spent_s), gap = 0;
            for (size_t e = 0; e < problem->graph.n_links; e++)
                gap = fmax(gap, gains.of[e].bound / gains.of[e].value - 1);
            printf("  one more module %.3f s, limit %.1f %s; %zu of %zu links kept, gap <= %.0e\n", s, limit_s, over(s, limit_s),
                   gains.n_kept, problem->graph.n_links, gap);
        }
        kh_arena_destroy(arena);
        KH_TRY(status);
    }
    return KH_OK;
}

/* Backups against the loss of each link for the routes of the best share: reserves shared between losses, and one's own. */
static kh_status bench_backup(const kh_keyflow_problem *problem, kh_arena *arena, kh_error *err)
{
    kh_keyflow flow;
    kh_restoration shared, own;
    size_t m = problem->graph.n_links;
    KH_TRY(kh_keyflow_solve(problem, arena, &flow, err));
    kh_restore_problem wanted = {problem, flow.routes, flow.n_routes, each_link(m, arena), m, false};
    double start_s = cpu_s();
    KH_TRY(kh_restore_solve(&wanted, arena, &shared, err));
    double spent_s = cpu_s() - start_s;
    wanted.dedicated = true;
    KH_TRY(kh_restore_solve(&wanted, arena, &own, err));
    double share = shared.reserved_bps / shared.value, own_share = own.reserved_bps / own.value;
    printf("  shared backups of %zu routes %.3f s: share %.4g, gap %.0e; own 1+1: share %.4g; reserve for the same share %.0f %%\n",
           flow.n_routes, spent_s, shared.value, fmax(shared.bound / shared.value - 1, 0), own.value, 100 * share / own_share);
    return KH_OK;
}

static int bench(const char *path, double limit_s)
{
    kh_error err = {0};
    kh_arena *arena = kh_arena_create(0);
    kh_keyflow_problem problem;
    kh_status status = kh_instance_load(path, arena, &problem, &err);
    if (status == KH_OK) {
        printf("%s\n", strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path);
        status = bench_sweep(&problem, limit_s, &err);
    }
    if (status == KH_OK)
        status = bench_gain(&problem, limit_s, &err);
    if (status == KH_OK && problem.n_demands <= MOST_BACKED_UP)
        status = bench_backup(&problem, arena, &err);
    if (status != KH_OK)
        fprintf(stderr, "%s: %s%s\n", path, err.steps, err.message);
    kh_arena_destroy(arena);
    return status == KH_OK ? 0 : 1;
}

static bool is_file(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot != NULL && strcmp(dot, ".qpi") == 0;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        double limit_s;
    } known[] = {{"germany50-dim", 0.2},
                 {"germany50", HUGE_VAL},
                 {"gen200-2000-s4-dim", 5},
                 {"gen200-2000-s4", HUGE_VAL},
                 {"gen100-1000-s3-dim", HUGE_VAL}};
    static const char *const shipped[] = {FOLDER "gen20-100-s1.qpi", FOLDER "gen50-500-s2.qpi", FOLDER "gen100-1000-s3.qpi",
                                          FOLDER "gen100-1000-s3-dim.qpi"};
    int wrong = 0;
    for (size_t i = 0; argc == 1 && i < sizeof shipped / sizeof *shipped; i++)
        wrong |= bench(shipped[i], HUGE_VAL);
    if (argc == 2 && !is_file(argv[1])) {
        for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
            char path[500];
            (void)snprintf(path, sizeof path, "%s/%s.qpi", argv[1], known[i].name);
            wrong |= bench(path, known[i].limit_s);
        }
        return wrong;
    }
    for (int i = 1; i < argc; i++)
        wrong |= bench(argv[i], HUGE_VAL);
    return wrong;
}
