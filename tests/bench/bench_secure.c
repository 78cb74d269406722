/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CPU times of disjoint paths and of secret rates.

   bench_secure --secret T FILE.qpi...   the best share of all demands that is secret from T relays, by disjoint and by ramp shares,
   to 1 % and exact; on small networks GLPK's word on the ramp's program over arcs beside
   bench_secure --coalitions N FILE.qpi...   the best share that no one of N coalitions reads, exact: the nodes of N strips of the
   map, equally many in each, from west to east
   bench_secure FILE.qpi...    the shortest node-disjoint pair of every demand, and igraph's count of disjoint paths beside it (it
   has no call for the paths); the limit is 1 s for gen1000-10000-s6 */
#include "solvers/flow/program.h"
#include "solvers/secure/secure.h"
#include "solvers/secure/survey.h"
#include "tools/validate/instance.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double cpu_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Median of three. */
static kh_status time_pairs(const kh_keyflow_problem *problem, const double *length_km, kh_survey *survey, kh_arena *arena,
                            double *spent_s, kh_error *err)
{
    double s[3];
    for (int turn = 0; turn < 3; turn++) {
        double start_s = cpu_s();
        KH_TRY(kh_survey_disjoint(problem, length_km, 2, KH_DISJOINT_NODES, arena, survey, err));
        s[turn] = cpu_s() - start_s;
    }
    *spent_s = fmax(fmin(s[0], s[1]), fmin(fmax(s[0], s[1]), s[2]));
    return KH_OK;
}

static kh_status compare_pairs(const char *path, kh_arena *arena, kh_error *err)
{
    kh_keyflow_problem problem;
    kh_survey survey;
    double *length_km, spent_s, total_km = 0;
    KH_TRY(kh_instance_load(path, arena, &problem, err));
    KH_TRY(kh_instance_lengths(path, arena, &length_km, err));
    uint32_t *count = KH_NEW(arena, uint32_t, problem.n_demands);
    if (count == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu counts", problem.n_demands);
    KH_TRY(time_pairs(&problem, length_km, &survey, arena, &spent_s, err));
    for (size_t k = 0; k < problem.n_demands; k++)
        total_km += survey.n_ways[k] == 2 ? survey.length[k] : 0;
    const char *name = strrchr(path, '/');
    printf("%-24s %zu nodes: pairs of %zu of %zu demands, %.3f km, %.3f s", name != NULL ? name + 1 : path, problem.graph.n_nodes,
           survey.at_least[2], problem.n_demands, total_km, spent_s);
    (void)fflush(stdout);
    double start_s = cpu_s();
    KH_TRY(kh_graph_count_disjoint(&problem.graph, problem.demands->ends, sizeof *problem.demands, problem.n_demands, count, err));
    double igraph_s = cpu_s() - start_s;
    size_t ge2 = 0;
    for (size_t k = 0; k < problem.n_demands; k++)
        ge2 += count[k] >= 2;
    printf("; igraph counts %zu in %.2f s: ratio %.0f\n", ge2, igraph_s, igraph_s / spent_s);
    return KH_OK;
}

/* To a gap, 0: the optimum. */
static kh_status time_secret(kh_secure_problem *problem, double gap, kh_secure *secure, kh_arena *arena, kh_error *err)
{
    problem->flow.gap = gap;
    double start_s = cpu_s();
    KH_TRY(kh_secure_solve(problem, arena, secure, err));
    double spent_s = cpu_s() - start_s;
    size_t joined = 0;
    for (size_t k = 0; k < problem->flow.n_demands; k++)
        joined += secure->joined[k];
    printf("  %-10s to %-4g %14.10g, gap %.0e, %zu of %zu demands, %6zu routes, %8.3f s%s\n", kh_secrecy_name(problem->secrecy),
           gap, secure->value, secure->bound / secure->value - 1, joined, problem->flow.n_demands, secure->n_routes, spent_s,
           secure->complete ? "" : " (time limit)");
    (void)fflush(stdout);
    return KH_OK;
}

/* --- the ramp's program over arcs: lambda, then of each demand theta, xi of its relays, flow both ways over every link ------ */

enum { MOST_ARC_COLUMNS = 20000 };

typedef struct arcs {
    const kh_secure_problem *problem;
    kh_program lp;
    size_t n_entries, n_columns;
    double level; /* lambda that is about right: the program counts in it */
} arcs;

static void put(arcs *a, size_t row, double value)
{
    a->lp.row[a->n_entries] = (uint32_t)row;
    a->lp.value[a->n_entries++] = value;
}

static void end_column(arcs *a, double upper)
{
    a->lp.column_upper[a->n_columns++] = upper;
    a->lp.start[a->n_columns] = a->n_entries;
}

/* Rows: links; of each demand its secret rate, then balance and view of every node. */
static size_t secret_row(const arcs *a, size_t k)
{
    const kh_graph *graph = &a->problem->flow.graph;
    return graph->n_links + k * (1 + 2 * graph->n_nodes);
}

static void add_arc(arcs *a, size_t k, uint32_t link, bool backward)
{
    const kh_keyflow_problem *flow = &a->problem->flow;
    const kh_keyflow_demand *d = &flow->demands[k];
    uint32_t tail = flow->graph.ends[link][backward], head = flow->graph.ends[link][!backward];
    if (tail == head || head == d->ends[0] || tail == d->ends[1] || !(flow->capacity_bps[link] > 0))
        return;
    put(a, link, d->requested_bps * a->level / flow->capacity_bps[link]);
    if (tail == d->ends[0])
        put(a, secret_row(a, k), 1);
    else
        put(a, secret_row(a, k) + 1 + tail, 1);
    if (head != d->ends[1]) {
        put(a, secret_row(a, k) + 1 + head, -1);
        put(a, secret_row(a, k) + 1 + flow->graph.n_nodes + head, 1);
    }
    end_column(a, HUGE_VAL);
}

static void fill_demand(arcs *a, size_t k)
{
    const kh_graph *graph = &a->problem->flow.graph;
    size_t secret = secret_row(a, k);
    put(a, secret, -(double)a->problem->colluders);
    for (size_t v = 0; v < graph->n_nodes; v++)
        put(a, secret + 1 + graph->n_nodes + v, -1);
    end_column(a, HUGE_VAL);
    for (size_t v = 0; v < graph->n_nodes; v++) {
        put(a, secret, -1);
        put(a, secret + 1 + graph->n_nodes + v, -1);
        end_column(a, HUGE_VAL);
    }
    for (uint32_t e = 0; e < graph->n_links; e++) {
        add_arc(a, k, e, false);
        add_arc(a, k, e, true);
    }
    a->lp.row_upper[secret] = HUGE_VAL;
    for (size_t v = 0; v < graph->n_nodes; v++)
        a->lp.row_lower[secret + 1 + graph->n_nodes + v] = -HUGE_VAL;
}

static void fill_arcs(arcs *a, const bool *joined)
{
    const kh_keyflow_problem *flow = &a->problem->flow;
    for (size_t e = 0; e < flow->graph.n_links; e++) {
        a->lp.row_lower[e] = -HUGE_VAL;
        a->lp.row_upper[e] = 1;
    }
    for (size_t k = 0; k < flow->n_demands; k++)
        if (joined[k])
            put(a, secret_row(a, k), -1);
    a->lp.cost[0] = 1;
    end_column(a, HUGE_VAL);
    for (size_t k = 0; k < flow->n_demands; k++)
        fill_demand(a, k);
    for (; a->n_columns < a->lp.n_columns; a->n_columns++) /* those of links that lead into a source */
        a->lp.start[a->n_columns + 1] = a->n_entries;
}

static kh_status time_arcs(const kh_secure_problem *problem, const kh_secure *secure, kh_arena *arena, kh_error *err)
{
    const kh_graph *graph = &problem->flow.graph;
    size_t n = problem->flow.n_demands, columns = 1 + n * (1 + graph->n_nodes + 2 * graph->n_links);
    arcs a = {.problem = problem, .level = secure->value};
    if (columns > MOST_ARC_COLUMNS || !(secure->value > 0))
        return KH_OK;
    KH_TRY(kh_program_allocate(&a.lp, graph->n_links + n * (1 + 2 * graph->n_nodes), columns,
                               n + n * (1 + 3 * graph->n_nodes + 8 * graph->n_links), arena, err));
    fill_arcs(&a, secure->joined);
    kh_lp lp = kh_program_lp(&a.lp);
    kh_lp_solution solution = kh_program_solution(&a.lp, false);
    const kh_lp_options options = {.time_limit_s = 300};
    double start_s = cpu_s();
    KH_TRY(kh_lp_solve(&lp, &options, &solution, err));
    printf("  ramp over arcs     %14.10g by GLPK, %zu columns: %8.3f s\n", a.lp.primal[0] * a.level, columns, cpu_s() - start_s);
    return KH_OK;
}

/* --- all of it -------------------------------------------------------------------------------------------------------------- */

static kh_status compare_secrets(const char *path, uint32_t colluders, kh_arena *arena, kh_error *err)
{
    kh_secure_problem problem = {.colluders = colluders};
    kh_secure secure;
    KH_TRY(kh_instance_load(path, arena, &problem.flow, err));
    problem.flow.time_limit_s = 300;
    const char *name = strrchr(path, '/');
    printf("%s, %u compromised relays\n", name != NULL ? name + 1 : path, colluders);
    for (int i = 0; i < 4; i++) {
        problem.secrecy = i < 2 ? KH_SECRECY_DISJOINT : KH_SECRECY_RAMP;
        KH_TRY(time_secret(&problem, i % 2 == 0 ? 0.01 : 0, &secure, arena, err));
    }
    return time_arcs(&problem, &secure, arena, err);
}

static size_t count_west_of(const kh_qpi *qpi, size_t node)
{
    size_t n = 0;
    for (size_t v = 0; v < qpi->n_nodes; v++) {
        double x = qpi->nodes[v].longitude, own = qpi->nodes[node].longitude;
        n += x < own || (!(x > own) && v < node);
    }
    return n;
}

static kh_status cut_strips(const kh_qpi *qpi, size_t n, kh_arena *arena, kh_coalition **strips, kh_error *err)
{
    uint32_t *from_west = KH_NEW(arena, uint32_t, qpi->n_nodes);
    *strips = KH_NEW(arena, kh_coalition, n);
    if (from_west == NULL || *strips == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu coalitions", n);
    for (size_t v = 0; v < qpi->n_nodes; v++)
        from_west[count_west_of(qpi, v)] = (uint32_t)v;
    for (size_t i = 0; i < n; i++) {
        size_t first = i * qpi->n_nodes / n, end = (i + 1) * qpi->n_nodes / n;
        (*strips)[i] = (kh_coalition){.nodes = from_west + first, .n_nodes = end - first};
    }
    return KH_OK;
}

static kh_status keep_from_strips(const char *path, uint32_t n, kh_arena *arena, kh_error *err)
{
    kh_secure_problem problem = {.secrecy = KH_SECRECY_COALITIONS, .colluders = 1, .n_coalitions = n};
    kh_coalition *strips;
    kh_secure secure;
    kh_qpi qpi;
    KH_TRY(kh_qpi_read(path, arena, &qpi, err));
    KH_TRY(cut_strips(&qpi, n, arena, &strips, err));
    KH_TRY(kh_instance_load(path, arena, &problem.flow, err));
    problem.coalitions = strips;
    problem.flow.time_limit_s = 300;
    printf("%s, %u coalitions\n", qpi.name, n);
    return time_secret(&problem, 0, &secure, arena, err);
}

typedef enum question { PAIRS, SECRETS, COALITIONS } question;

static int run(const char *path, question what, uint32_t n)
{
    kh_error err = {0};
    kh_arena *arena = kh_arena_create(0);
    kh_status status = arena == NULL        ? KH_ENOMEM
                       : what == SECRETS    ? compare_secrets(path, n, arena, &err)
                       : what == COALITIONS ? keep_from_strips(path, n, arena, &err)
                                            : compare_pairs(path, arena, &err);
    if (status != KH_OK)
        (void)fprintf(stderr, "%s: %s%s\n", path, err.steps, err.message);
    kh_arena_destroy(arena);
    return status == KH_OK ? 0 : 1;
}

int main(int argc, char **argv)
{
    question what = argc <= 2                              ? PAIRS
                    : strcmp(argv[1], "--secret") == 0     ? SECRETS
                    : strcmp(argv[1], "--coalitions") == 0 ? COALITIONS
                                                           : PAIRS;
    int wrong = 0, first = what == PAIRS ? 1 : 3;
    uint32_t n = what == PAIRS ? 0 : (uint32_t)abs(atoi(argv[2]));
    if (argc <= first)
        wrong |= run("tests/ref/instances/gen100-1000-s3.qpi", what, n);
    for (int i = first; i < argc; i++)
        wrong |= run(argv[i], what, n);
    return wrong;
}
