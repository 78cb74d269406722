/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CPU times of key flow, and its ratios in one run against GLPK's arc LP and of the own trees against igraph's Dijkstra.

   bench_keyflow                           the shipped generated instances, the ratios on gen50-500-s2
   bench_keyflow [--max-min] FILE.qpi...   these instances only
   bench_keyflow --limits FOLDER           certified 1 %, 0.1 % and exact against the limits, on the instances of that folder, and
                                           the arc LP by GLPK and clp on 100 nodes
   bench_keyflow --total FILE.qpi...       weighted total, exact, with the largest floor and without one
   bench_keyflow --one FILE.qpi...         at most one path a demand; --two: two
   bench_keyflow --complete N...           complete graphs of N nodes, a demand beside each link: most links are full, exact */
#include "core/base/rng.h"
#include "solvers/flow/few.h"
#include "solvers/graph/tree.h"
#include "tests/solvers/arcs.h"
#include "tools/validate/instance.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define FOLDER "tests/ref/instances/"

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

/* Of this process and of the programs it called. */
static double cpu_s(void)
{
    struct rusage called;
    (void)getrusage(RUSAGE_CHILDREN, &called);
    return (double)clock() / CLOCKS_PER_SEC + seconds(called.ru_utime) + seconds(called.ru_stime);
}

static void print_flow(const char *path, size_t n_demands, const kh_keyflow *flow, double spent_s)
{
    double total = 0;
    for (size_t k = 0; k < n_demands; k++)
        total += flow->rate_bps[k];
    const char *name = strrchr(path, '/');
    printf("%-24s value %.10g  gap %.1e  levels %zu  top %.10g  total %.10g  routes %zu  %.3f s\n", name != NULL ? name + 1 : path,
           flow->value, flow->bound / flow->value - 1, flow->n_levels, flow->level[flow->n_levels - 1], total, flow->n_routes,
           spent_s);
    fflush(stdout);
}

static kh_status solve_file(const char *path, bool max_min, kh_arena *arena, kh_error *err)
{
    kh_keyflow_problem problem;
    kh_keyflow flow;
    KH_TRY(kh_instance_load(path, arena, &problem, err));
    problem.max_min = max_min;
    double start_s = cpu_s();
    KH_TRY(kh_keyflow_solve(&problem, arena, &flow, err));
    print_flow(path, problem.n_demands, &flow, cpu_s() - start_s);
    return KH_OK;
}

/* The arc formulation, by GLPK and by clp where it is installed, beside the exact key flow. */
static kh_status compare_arcs(kh_keyflow_problem problem, const bool *joined, double exact_s, kh_error *err)
{
    static const char *const programs[] = {NULL, "clp"};
    for (size_t i = 0; i < 2; i++) {
        double value, start_s = cpu_s();
        problem.lp_program = programs[i];
        kh_status status = kh_arcs_solve(&problem, joined, &value, err);
        const char *name = programs[i] != NULL ? programs[i] : "GLPK";
        if (status == KH_ENOINPUT)
            printf(" | arc LP by %s: not installed", name);
        else if (status == KH_OK)
            printf(" | arc LP by %s %.2f s, %.0f times exact, value %.10g", name, cpu_s() - start_s, (cpu_s() - start_s) / exact_s,
                   value);
        else
            return status;
        fflush(stdout);
    }
    return KH_OK;
}

static kh_status compare_programs(const char *path, kh_arena *arena, kh_error *err)
{
    kh_keyflow_problem problem;
    kh_keyflow flow;
    KH_TRY(kh_instance_load(path, arena, &problem, err));
    double start_s = cpu_s();
    KH_TRY(kh_keyflow_solve(&problem, arena, &flow, err));
    double exact_s = cpu_s() - start_s;
    printf("paths %.3f s, value %.10g", exact_s, flow.value);
    KH_TRY(compare_arcs(problem, flow.joined, exact_s, err));
    printf("\n");
    return KH_OK;
}

static kh_status compare_trees(const char *path, kh_arena *arena, kh_error *err)
{
    enum { ROUNDS = 20 };
    kh_keyflow_problem problem;
    KH_TRY(kh_instance_load(path, arena, &problem, err));
    const kh_graph graph = problem.graph;
    double *weight = KH_NEW(arena, double, graph.n_links), *distance = KH_NEW(arena, double, graph.n_nodes);
    uint32_t *via = KH_NEW(arena, uint32_t, graph.n_nodes);
    bool *use = KH_NEW(arena, bool, graph.n_links);
    for (size_t e = 0; e < graph.n_links; e++) {
        weight[e] = 1 / problem.capacity_bps[e];
        use[e] = true;
    }
    kh_tree *tree = kh_tree_create(&graph, use, arena);
    double start_s = cpu_s(), sum = 0;
    for (uint32_t i = 0; i < ROUNDS * graph.n_nodes; i++) {
        kh_tree_grow(tree, weight, i % (uint32_t)graph.n_nodes, NULL, 0);
        sum += kh_tree_distance(tree, 0);
    }
    double middle_s = cpu_s();
    for (uint32_t i = 0; i < ROUNDS * graph.n_nodes; i++) {
        KH_TRY(kh_graph_tree(&graph, weight, i % (uint32_t)graph.n_nodes, distance, via, err));
        sum -= distance[0];
    }
    double end_s = cpu_s();
    printf("%zu nodes, one tree: own %.1f us, igraph %.1f us: ratio %.1f (difference %.0e)\n", graph.n_nodes,
           (middle_s - start_s) / (ROUNDS * (double)graph.n_nodes) * 1e6,
           (end_s - middle_s) / (ROUNDS * (double)graph.n_nodes) * 1e6, (end_s - middle_s) / (middle_s - start_s), sum);
    return KH_OK;
}

/* CPU seconds allowed for 1 %, 0.1 % and exact; 0: no limit and not run. */
static const struct {
    const char *name;
    double limit_s[3];
} limits[] = {
    {"gen100-1000-s3-dim", {HUGE_VAL, HUGE_VAL, HUGE_VAL}},
    {"gen200-2000-s4-dim", {0.08, 0.16, 0.25}},
    {"gen500-5000-s5-dim", {0.4, 0.8, 1}},
    {"gen1000-10000-s6-dim", {1, 2, 8}},
    {"gen1000-10000-s6", {1, 2, 8}},
    {"gen2000-20000-s7-dim", {5, 10, 0}},
    {"zoo-Kdl-dim", {0, 8, 0}},
};

/* Least of three CPU times: the machine's other work only adds. */
static kh_status time_gap(const kh_keyflow_problem *problem, double *spent_s, double *gap, kh_error *err)
{
    *spent_s = HUGE_VAL;
    for (int turn = 0; turn < 3; turn++) {
        kh_arena *arena = kh_arena_create(0);
        kh_keyflow flow;
        double start_s = cpu_s();
        kh_status status = arena != NULL ? kh_keyflow_solve(problem, arena, &flow, err) : KH_ENOMEM;
        *spent_s = fmin(*spent_s, cpu_s() - start_s);
        *gap = status == KH_OK ? flow.bound / flow.value - 1 : HUGE_VAL;
        kh_arena_destroy(arena);
        KH_TRY(status);
    }
    return KH_OK;
}

static kh_status print_limits(const char *folder, size_t i, kh_arena *arena, kh_error *err)
{
    static const double gaps[] = {0.01, 0.001, 0};
    char path[500];
    kh_keyflow_problem problem;
    (void)snprintf(path, sizeof path, "%s/%s.qpi", folder, limits[i].name);
    KH_TRY(kh_instance_load(path, arena, &problem, err));
    printf("%-22s", limits[i].name);
    double spent_s = 0, gap;
    for (int g = 0; g < 3; g++) {
        if (limits[i].limit_s[g] <= 0) {
            printf(" | %38s", "-");
            continue;
        }
        problem.gap = gaps[g];
        KH_TRY(time_gap(&problem, &spent_s, &gap, err));
        printf(" | gap %7.1e %7.3f s, limit %5.2f %-4s", gap, spent_s, limits[i].limit_s[g],
               spent_s <= limits[i].limit_s[g] ? "" : "OVER");
        fflush(stdout);
    }
    if (i == 0) {
        bool *joined = KH_NEW(arena, bool, problem.n_demands);
        for (size_t k = 0; k < problem.n_demands; k++)
            joined[k] = true;
        KH_TRY(compare_arcs(problem, joined, spent_s, err));
        printf(" (limit 50)");
    }
    printf("\n");
    return KH_OK;
}

static int run_limits(const char *folder)
{
    int wrong = 0;
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        kh_error err = {0};
        kh_arena *arena = kh_arena_create(0);
        if (arena == NULL || print_limits(folder, i, arena, &err) != KH_OK) {
            fprintf(stderr, "%s: %s%s\n", limits[i].name, err.steps, err.message);
            wrong = 1;
        }
        kh_arena_destroy(arena);
    }
    return wrong;
}

typedef kh_status step(const char *path, kh_arena *arena, kh_error *err);

static kh_status solve_concurrent(const char *path, kh_arena *arena, kh_error *err)
{
    return solve_file(path, false, arena, err);
}

static kh_status solve_total(const char *path, kh_arena *arena, kh_error *err)
{
    static const double floors[] = {NAN, 0};
    for (size_t i = 0; i < 2; i++) {
        kh_total_problem problem = {.floor = floors[i]};
        kh_keyflow flow;
        double floor;
        KH_TRY(kh_instance_load(path, arena, &problem.flow, err));
        double *weight = KH_NEW(arena, double, problem.flow.n_demands);
        for (size_t k = 0; k < problem.flow.n_demands; k++)
            weight[k] = 1;
        problem.weight = weight;
        double start_s = cpu_s();
        KH_TRY(kh_total_solve(&problem, arena, &flow, &floor, err));
        printf("floor %.4f ", floor);
        print_flow(path, problem.flow.n_demands, &flow, cpu_s() - start_s);
    }
    return KH_OK;
}

static kh_status solve_few(const char *path, size_t most_paths, kh_arena *arena, kh_error *err)
{
    kh_few_problem problem = {.most_paths = most_paths};
    kh_keyflow flow;
    kh_few_proof proof;
    KH_TRY(kh_instance_load(path, arena, &problem.flow, err));
    double start_s = cpu_s();
    KH_TRY(kh_few_solve(&problem, arena, &flow, &proof, err));
    printf("at most %zu paths, %s ", most_paths, proof.searched ? "proven best" : "local search");
    print_flow(path, problem.flow.n_demands, &flow, cpu_s() - start_s);
    return KH_OK;
}

static kh_status solve_single(const char *path, kh_arena *arena, kh_error *err)
{
    return solve_few(path, 1, arena, err);
}

static kh_status solve_double(const char *path, kh_arena *arena, kh_error *err)
{
    return solve_few(path, 2, arena, err);
}

static kh_status solve_max_min(const char *path, kh_arena *arena, kh_error *err)
{
    return solve_file(path, true, arena, err);
}

/* Rates of 50 to 500, requests of 1 to 100. */
static kh_status solve_complete(const char *count, kh_arena *arena, kh_error *err)
{
    unsigned long n = strtoul(count, NULL, 10);
    size_t m = n > 1 && n <= 1000 ? n * (n - 1) / 2 : 0, e = 0;
    uint32_t(*ends)[2] = kh_arena_alloc(arena, m, sizeof *ends);
    double *capacity_bps = KH_NEW(arena, double, m);
    kh_keyflow_demand *demands = KH_NEW(arena, kh_keyflow_demand, m);
    if (m == 0 || ends == NULL || capacity_bps == NULL || demands == NULL)
        return kh_fail(err, KH_EUSAGE, "a complete graph has 2 to 1000 nodes here");
    kh_rng rng = kh_rng_stream(0, "", "complete");
    for (uint32_t a = 0; a < n; a++)
        for (uint32_t b = a + 1; b < n; b++, e++) {
            ends[e][0] = a;
            ends[e][1] = b;
            capacity_bps[e] = 50 + 450 * kh_rng_uniform(&rng);
            demands[e] = (kh_keyflow_demand){{a, b}, 1 + 99 * kh_rng_uniform(&rng)};
        }
    const kh_keyflow_problem problem = {.graph = {n, m, (const uint32_t(*)[2])ends, NULL},
                                        .capacity_bps = capacity_bps,
                                        .demands = demands,
                                        .n_demands = m,
                                        .level_cap = INFINITY,
                                        .time_limit_s = INFINITY};
    kh_keyflow flow;
    double start_s = cpu_s();
    KH_TRY(kh_keyflow_solve(&problem, arena, &flow, err));
    print_flow(count, m, &flow, cpu_s() - start_s);
    return KH_OK;
}

static int run(step *what, const char *path)
{
    kh_error err = {0};
    kh_arena *arena = kh_arena_create(0);
    kh_status status = arena != NULL ? what(path, arena, &err) : KH_ENOMEM;
    if (status != KH_OK)
        fprintf(stderr, "%s: %s%s\n", path, err.steps, err.message);
    kh_arena_destroy(arena);
    return status == KH_OK ? 0 : 1;
}

int main(int argc, char **argv)
{
    static const char *const shipped[] = {FOLDER "gen20-100-s1.qpi", FOLDER "gen50-500-s2.qpi", FOLDER "gen100-1000-s3.qpi",
                                          FOLDER "gen100-1000-s3-dim.qpi"};
    if (argc == 3 && strcmp(argv[1], "--limits") == 0)
        return run_limits(argv[2]);
    static const struct {
        const char *name;
        step *what;
    } modes[] = {{"--max-min", solve_max_min},
                 {"--total", solve_total},
                 {"--one", solve_single},
                 {"--two", solve_double},
                 {"--complete", solve_complete}};
    step *what = solve_concurrent;
    for (size_t i = 0; argc > 1 && i < sizeof modes / sizeof *modes; i++)
        what = strcmp(argv[1], modes[i].name) == 0 ? modes[i].what : what;
    int wrong = 0;
    for (int i = what != solve_concurrent ? 2 : 1; i < argc; i++)
        wrong |= run(what, argv[i]);
    if (argc > 1)
        return wrong;
    for (size_t i = 0; i < sizeof shipped / sizeof *shipped; i++)
        wrong |= run(solve_concurrent, shipped[i]);
    wrong |= run(solve_max_min, shipped[1]);
    wrong |= run(compare_programs, shipped[1]);
    wrong |= run(compare_trees, shipped[2]);
    return wrong;
}
