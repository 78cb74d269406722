/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CPU times of key flow, and its ratios in one run against GLPK's arc LP and of the own trees against igraph's Dijkstra.

   bench_keyflow                           the shipped generated instances, the ratios on gen50-500-s2
   bench_keyflow [--max-min] FILE.qpi...   these instances only
   bench_keyflow --limits FOLDER           certified 1 %, 0.1 % and exact against the limits, on the instances of that folder, and
                                           GLPK's arc LP on 100 nodes */
#include "solvers/graph/tree.h"
#include "tests/solvers/arcs.h"
#include "tools/validate/instance.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define FOLDER "tests/ref/instances/"

static double cpu_s(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
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

static kh_status compare_programs(const char *path, kh_arena *arena, kh_error *err)
{
    kh_keyflow_problem problem;
    kh_keyflow flow;
    double value;
    KH_TRY(kh_instance_load(path, arena, &problem, err));
    double start_s = cpu_s();
    KH_TRY(kh_keyflow_solve(&problem, arena, &flow, err));
    double middle_s = cpu_s();
    KH_TRY(kh_arcs_solve(&problem, flow.joined, &value, err));
    double end_s = cpu_s();
    printf("paths %.3f s, arcs %.3f s: ratio %.1f (values %.12g, %.12g)\n", middle_s - start_s, end_s - middle_s,
           (end_s - middle_s) / (middle_s - start_s), flow.value, value);
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
        double value, start_s = cpu_s();
        bool *joined = KH_NEW(arena, bool, problem.n_demands);
        for (size_t k = 0; k < problem.n_demands; k++)
            joined[k] = true;
        KH_TRY(kh_arcs_solve(&problem, joined, &value, err));
        double arcs_s = cpu_s() - start_s;
        printf(" | arc LP %.2f s, %.0f times exact (limit 50)", arcs_s, arcs_s / spent_s);
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

static kh_status solve_max_min(const char *path, kh_arena *arena, kh_error *err)
{
    return solve_file(path, true, arena, err);
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
    bool max_min = argc > 1 && strcmp(argv[1], "--max-min") == 0;
    int wrong = 0;
    for (int i = max_min ? 2 : 1; i < argc; i++)
        wrong |= run(max_min ? solve_max_min : solve_concurrent, argv[i]);
    if (argc > 1)
        return wrong;
    for (size_t i = 0; i < sizeof shipped / sizeof *shipped; i++)
        wrong |= run(solve_concurrent, shipped[i]);
    wrong |= run(solve_max_min, shipped[1]);
    wrong |= run(compare_programs, shipped[1]);
    wrong |= run(compare_trees, shipped[2]);
    return wrong;
}
