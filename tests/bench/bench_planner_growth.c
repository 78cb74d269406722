/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the cost of routing grows with the network: maximum concurrent flow, certified to a gap, on plane networks of n nodes with
   1.6 n links, links with half to twice the modules that shortest paths need. Each size in a process of its own, a line a size.

   bench_planner_growth [MOST_NODES [GAP [DEMANDS_A_NODE [LEAST_NODES]]]]     default 2000 0.01 10 100
   bench_planner_growth | python3 tests/bench/plot_growth.py growth.svg */
#include "core/base/rng.h"
#include "solvers/flow/keyflow.h"
#include "solvers/graph/hierarchy.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { NEAREST = 8 };

typedef struct instance {
    kh_arena *arena;
    kh_rng rng;
    size_t n_nodes, n_links, n_demands;
    double (*at)[2];
    uint32_t (*ends)[2];
    double *length, *capacity_bps;
    kh_keyflow_demand *demands;
} instance;

typedef struct near {
    double distance;
    uint32_t a, b;
} near;

static void *checked(void *pointer)
{
    if (pointer == NULL)
        abort();
    return pointer;
}
#define MAKE(in, type, n) ((type *)checked(KH_NEW((in)->arena, type, (n))))

static double distance(const instance *in, uint32_t a, uint32_t b)
{
    return hypot(in->at[a][0] - in->at[b][0], in->at[a][1] - in->at[b][1]);
}

static int by_distance(const void *a, const void *b)
{
    double left = ((const near *)a)->distance, right = ((const near *)b)->distance;
    return left < right ? -1 : left > right;
}

static void add_link(instance *in, uint32_t a, uint32_t b)
{
    in->ends[in->n_links][0] = a;
    in->ends[in->n_links][1] = b;
    in->length[in->n_links++] = distance(in, a, b);
}

/* The NEAREST earlier nodes of each: the first becomes a link, so that all hang together; the rest compete. */
static size_t list_pairs(instance *in, near *pairs)
{
    size_t n = 0;
    for (uint32_t v = 1; v < in->n_nodes; v++) {
        near row[NEAREST + 1]; /* the last is pushed out */
        for (uint32_t u = 0; u < v; u++) {
            near found = {distance(in, u, v), u, v};
            size_t i = u < NEAREST ? u : NEAREST;
            for (; i > 0 && row[i - 1].distance > found.distance; i--)
                row[i] = row[i - 1];
            row[i] = found;
        }
        add_link(in, row[0].a, v);
        for (size_t i = 1; i < v && i < NEAREST; i++)
            pairs[n++] = row[i];
    }
    return n;
}

static void draw_network(instance *in)
{
    size_t n = in->n_nodes, m = n * 8 / 5;
    in->at = checked(kh_arena_alloc(in->arena, n, sizeof *in->at));
    in->ends = checked(kh_arena_alloc(in->arena, m + n, sizeof *in->ends));
    in->length = MAKE(in, double, m + n);
    for (size_t v = 0; v < n; v++)
        for (int axis = 0; axis < 2; axis++)
            in->at[v][axis] = kh_rng_uniform(&in->rng);
    near *pairs = MAKE(in, near, n * NEAREST);
    size_t n_pairs = list_pairs(in, pairs);
    qsort(pairs, n_pairs, sizeof *pairs, by_distance);
    for (size_t i = 0; i < n_pairs && in->n_links < m; i++)
        add_link(in, pairs[i].a, pairs[i].b);
}

static void draw_demands(instance *in)
{
    in->demands = MAKE(in, kh_keyflow_demand, in->n_demands);
    for (size_t k = 0; k < in->n_demands; k++) {
        uint32_t a = (uint32_t)kh_rng_below(&in->rng, in->n_nodes), b = (uint32_t)kh_rng_below(&in->rng, in->n_nodes - 1);
        in->demands[k] = (kh_keyflow_demand){{a, b >= a ? b + 1 : b}, 1 + 99 * kh_rng_uniform(&in->rng)};
    }
}

/* A module gives less over longer links; a link has half to twice as many as its load on shortest paths asks for. */
static void set_capacities(instance *in)
{
    kh_graph graph = {in->n_nodes, in->n_links, (const uint32_t(*)[2])in->ends, NULL};
    bool *use = MAKE(in, bool, in->n_links);
    uint32_t *path = MAKE(in, uint32_t, in->n_nodes);
    double *load_bps = MAKE(in, double, in->n_links);
    in->capacity_bps = MAKE(in, double, in->n_links);
    for (size_t e = 0; e < in->n_links; e++)
        use[e] = true;
    kh_hierarchy *paths;
    if (kh_hierarchy_create(&graph, use, in->arena, &paths, NULL) != KH_OK)
        abort();
    kh_hierarchy_weigh(paths, in->length);
    for (size_t k = 0; k < in->n_demands; k++) {
        const kh_keyflow_demand *demand = &in->demands[k];
        kh_hierarchy_look(paths, demand->ends[0], &demand->ends[1], 1);
        size_t hops = kh_hierarchy_path(paths, demand->ends[1], path);
        for (size_t i = 0; i < hops; i++)
            load_bps[path[i]] += demand->requested_bps;
    }
    for (size_t e = 0; e < in->n_links; e++) {
        double module_bps = fmax(300 * exp(-in->length[e] * sqrt((double)in->n_nodes)), 5);
        in->capacity_bps[e] = module_bps * ceil(fmax(load_bps[e] * (0.5 + 1.5 * kh_rng_uniform(&in->rng)), 1) / module_bps);
    }
}

static double cpu_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double most_megabytes(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (double)usage.ru_maxrss / 1024 : (double)NAN;
}

static int measure(size_t n_nodes, size_t demands_a_node, double gap)
{
    instance in = {.arena = checked(kh_arena_create(0)),
                   .rng = kh_rng_stream(n_nodes, "", "growth"),
                   .n_nodes = n_nodes,
                   .n_demands = demands_a_node * n_nodes};
    draw_network(&in);
    draw_demands(&in);
    set_capacities(&in);
    kh_keyflow_problem problem = {.graph = {in.n_nodes, in.n_links, (const uint32_t(*)[2])in.ends, NULL},
                                  .capacity_bps = in.capacity_bps,
                                  .demands = in.demands,
                                  .n_demands = in.n_demands,
                                  .level_cap = INFINITY,
                                  .time_limit_s = INFINITY,
                                  .gap = gap};
    kh_keyflow flow;
    kh_arena *arena = checked(kh_arena_create(0));
    kh_error err = {0};
    double start_s = cpu_s();
    if (kh_keyflow_solve(&problem, arena, &flow, &err) != KH_OK) {
        (void)fprintf(stderr, "%zu nodes: %s\n", n_nodes, err.message);
        return 1;
    }
    printf("%g %%, %zu demands a node\t%zu\t%zu\t%.3f\t%.0f\t%.4g\n", 100 * gap, demands_a_node, in.n_links, in.n_demands,
           cpu_s() - start_s, most_megabytes(), flow.bound / flow.value - 1);
    (void)fflush(stdout);
    kh_arena_destroy(arena);
    kh_arena_destroy(in.arena);
    return 0;
}

int main(int argc, char **argv)
{
    static const size_t sizes[] = {100, 200, 500, 1000, 2000, 5000, 10000, 20000};
    size_t most = argc > 1 ? strtoul(argv[1], NULL, 10) : 2000;
    double gap = argc > 2 ? strtod(argv[2], NULL) : 0.01;
    size_t demands_a_node = argc > 3 ? strtoul(argv[3], NULL, 10) : 10, least = argc > 4 ? strtoul(argv[4], NULL, 10) : 100;
    puts("level\tlinks\tdemands\tcpu_s\tmegabytes\tgap");
    (void)fflush(stdout);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes && sizes[i] <= most; i++) {
        if (sizes[i] < least)
            continue;
        pid_t child = fork();
        if (child == 0)
            _exit(measure(sizes[i], demands_a_node, gap));
        int status = 0;
        if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0)
            return 1;
    }
    return 0;
}
