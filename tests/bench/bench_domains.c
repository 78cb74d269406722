/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Price exchange between domains: rounds to a gap, what it reaches of the central optimum, what fixed borders reach, bytes, CPU
   time, peak memory of one process that holds the instance and all its domains. Instances are split into bands of equal size from
   west to east.

   bench_domains                        the shipped generated instances, 2 to 4 domains, 1 %
   bench_domains GAP FILE.qpi...        these instances */
#include "solvers/domains/yardstick.h"
#include "tools/validate/instance.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_DOMAINS = 4 };

static double cpu_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double peak_mb(void)
{
    struct rusage usage = {0};
    (void)getrusage(RUSAGE_SELF, &usage);
    return 1e-3 * (double)usage.ru_maxrss;
}

typedef struct instance {
    const char *name;
    kh_keyflow_problem problem;
    double *along, *length_km, *resistance;
    double optimum;
} instance;

static kh_status load(const char *path, kh_arena *arena, instance *in, kh_error *err)
{
    kh_qpi qpi;
    kh_keyflow flow;
    KH_TRY(kh_qpi_read(path, arena, &qpi, err));
    KH_TRY(kh_instance_load(path, arena, &in->problem, err));
    const char *slash = strrchr(path, '/');
    in->name = slash != NULL ? slash + 1 : path;
    in->along = KH_NEW(arena, double, qpi.n_nodes);
    in->length_km = KH_NEW(arena, double, qpi.n_edges);
    in->resistance = KH_NEW(arena, double, qpi.n_edges);
    if (in->along == NULL || in->length_km == NULL || in->resistance == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for '%s'", path);
    for (size_t v = 0; v < qpi.n_nodes; v++)
        in->along[v] = qpi.nodes[v].longitude;
    for (size_t e = 0; e < qpi.n_edges; e++) {
        in->length_km[e] = qpi.edges[e].length_km;
        in->resistance[e] = qpi.edges[e].rate_kbps > 0 ? 1 / qpi.edges[e].rate_kbps : 0;
    }
    KH_TRY(kh_keyflow_solve(&in->problem, arena, &flow, err));
    in->optimum = flow.value;
    return KH_OK;
}

static kh_status run(const instance *in, uint32_t n, double gap, kh_arena *arena, kh_error *err)
{
    kh_part parts[MOST_DOMAINS];
    kh_federation f;
    const kh_member_options options = {.gap = gap, .most_rounds = 100, .most_promises = 16};
    uint32_t *domain_of = KH_NEW(arena, uint32_t, in->problem.graph.n_nodes);
    double by_length, by_rate, busiest;
    if (domain_of == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %u domains", n);
    KH_TRY(kh_part_bands(in->along, in->problem.graph.n_nodes, n, domain_of, err));
    for (uint32_t i = 0; i < n; i++)
        KH_TRY(kh_part_cut(&in->problem, domain_of, (uint32_t[2]){i, n}, arena, &parts[i], err));
    double start_s = cpu_s();
    kh_status status = kh_federation_run(parts, n, &options, NULL, arena, &f, err);
    double spent_s = cpu_s() - start_s, most_mb = peak_mb();
    if (status == KH_OK)
        status = kh_yardstick_busiest(&f, &busiest, err);
    kh_member_report r = status == KH_OK ? kh_member_report_of(f.members[0]) : (kh_member_report){0};
    size_t n_crossings = status == KH_OK ? kh_member_atlas(f.members[0])->n_crossings : 0;
    kh_federation_clear(&f);
    KH_TRY(status);
    KH_TRY(kh_yardstick_fixed(&in->problem, domain_of, n, in->length_km, arena, &by_length, err));
    KH_TRY(kh_yardstick_fixed(&in->problem, domain_of, n, in->resistance, arena, &by_rate, err));
    printf("%-24s %u %4zu %4zu  %.1e %.6f %.6f   %.3f %.3f %9.3f %6.2f %5.0f\n", in->name, n, n_crossings, r.n_rounds,
           r.bound / r.value - 1, r.value / in->optimum, busiest, by_length / in->optimum, by_rate / in->optimum,
           1e-6 * (double)f.bytes, spent_s, most_mb);
    fflush(stdout);
    return KH_OK;
}

/* A process of its own, whose peak is that of this split. */
static kh_status run_apart(const instance *in, uint32_t n, double gap, kh_arena *arena, kh_error *err)
{
    int ended = 0;
    pid_t child = fork();
    if (child == 0) {
        kh_status status = run(in, n, gap, arena, err);
        if (status != KH_OK)
            (void)fprintf(stderr, "%s%s\n", err->steps, err->message);
        _exit(kh_status_exit(status));
    }
    bool passed = child > 0 && waitpid(child, &ended, 0) == child && WIFEXITED(ended) && WEXITSTATUS(ended) == 0;
    return passed ? KH_OK : kh_fail(err, KH_EINTERNAL, "%s in %u domains fails", in->name, n);
}

static kh_status run_all(const char *path, double gap, kh_error *err)
{
    kh_arena *arena = kh_arena_create(0);
    instance in;
    kh_status status = arena != NULL ? load(path, arena, &in, err) : KH_ENOMEM;
    for (uint32_t n = 2; n <= MOST_DOMAINS && status == KH_OK; n++)
        status = run_apart(&in, n, gap, arena, err);
    kh_arena_destroy(arena);
    return status;
}

int main(int argc, char **argv)
{
    static const char *const shipped[] = {"tests/ref/instances/gen50-500-s2-dim.qpi", "tests/ref/instances/gen100-1000-s3-dim.qpi"};
    double gap = argc > 1 ? strtod(argv[1], NULL) : 0.01;
    kh_error err = {0};
    kh_status status = KH_OK;
    printf("%-24s %s %s %s  %-7s %-8s %-8s   %-5s %-5s %9s %6s %5s\n", "instance", "n", "link", "rnds", "gap", "reached", "busiest",
           "length", "rate", "MB", "CPU s", "RAM");
    fflush(stdout);
    for (int i = 2; i < argc && status == KH_OK; i++)
        status = run_all(argv[i], gap, &err);
    for (size_t i = 0; argc <= 2 && i < sizeof shipped / sizeof shipped[0] && status == KH_OK; i++)
        status = run_all(shipped[i], gap, &err);
    if (status != KH_OK)
        (void)fprintf(stderr, "%s%s\n", err.steps, err.message);
    return kh_status_exit(status);
}
