/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A modular design (solvers/design) of an instance: modules add the link's rate and cost its spans, nodes cost F. Beside it the
   textbook program with flows and counts together (MODELS.md B1), by the programs named. With --protect a design that bears the
   loss of each link or node, demands that the loss ends or parts left out. Time limits are of the clock on the wall, times printed
   are of the processor, programs included. */
#include "solvers/lp/lp_build.h"
#include "tools/validate/instance_design.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static const char *const usage = "bench_design FILE.qpi THETA F [LIMIT_S [GAP [glpk|cbc...]]]\n"
                                 "bench_design --protect link|node FILE.qpi THETA F [LIMIT_S [GAP]]\n";

static double spent_s(void)
{
    struct rusage own, others;
    getrusage(RUSAGE_SELF, &own);
    getrusage(RUSAGE_CHILDREN, &others);
    return (double)(own.ru_utime.tv_sec + own.ru_stime.tv_sec + others.ru_utime.tv_sec + others.ru_stime.tv_sec) +
           1e-6 * (double)(own.ru_utime.tv_usec + own.ru_stime.tv_usec + others.ru_utime.tv_usec + others.ru_stime.tv_usec);
}

static void print_answer(const char *who, double cost, double bound, double from_s)
{
    printf("%-8s cost %.10g bound %.6g gap %.2f %% %.2f s", who, cost, bound, 100 * (cost - bound) / cost, spent_s() - from_s);
}

/* The least that any state carries of what is left of the requests. */
static double least_after_losses(const kh_modules_problem *problem, const kh_modules_design *design)
{
    double least = design->worst;
    for (size_t s = 0; s < problem->n_losses && isfinite(design->cost); s++)
        least = design->after[s].n_routes > 0 ? fmin(least, design->after[s].value) : least;
    return least;
}

static kh_status run_keyhaul(const kh_modules_problem *problem, kh_arena *arena, kh_error *err)
{
    kh_modules_design design;
    double from_s = spent_s();
    kh_status status = kh_modules_solve(problem, arena, &design, err);
    if (status != KH_OK && status != KH_TIMELIMIT)
        return status;
    kh_error wrong = {0};
    print_answer("keyhaul", design.cost, design.bound, from_s);
    bool stands = isfinite(design.cost) && kh_modules_verify(problem, &design, &wrong) == KH_OK;
    printf(" (relaxation %.6g, by reasons alone %.6g; theta %.9g", design.root_bound, design.proof_bound, design.worst);
    if (problem->n_losses > 0)
        printf(", after %zu losses %.9g", problem->n_losses, least_after_losses(problem, &design));
    printf("; %zu cuts, %zu tests) %s\n", design.n_cuts, design.n_tests, stands ? "verified" : wrong.message);
    return KH_OK;
}

/* Columns: counts, openings, then for each source and link the flow in either direction. Rows: links, then for each choice and end
   "opened", then for each source every node but it. */
typedef struct textbook {
    const kh_modules_problem *problem;
    kh_lp_build build;
    bool *is_end, *is_source; /* [n_nodes] */
    double *asked;            /* [n_nodes][n_nodes] from source to node */
    double total;
} textbook;

static void read_demands(textbook *t)
{
    const kh_modules_problem *p = t->problem;
    for (size_t k = 0; k < p->n_demands; k++) {
        const uint32_t *ends = p->demands[k].ends;
        double rate = p->theta * p->demands[k].requested_bps;
        t->is_end[ends[0]] = t->is_end[ends[1]] = t->is_source[ends[0]] = true;
        t->asked[ends[0] * p->graph.n_nodes + ends[1]] += rate;
        t->total += rate;
    }
}

static size_t node_row(const textbook *t, size_t s, size_t v)
{
    const kh_modules_problem *p = t->problem;
    return p->graph.n_links + 2 * p->n_choices + s * p->graph.n_nodes + v;
}

static void add_counts(textbook *t)
{
    const kh_modules_problem *p = t->problem;
    for (size_t j = 0; j < p->n_choices; j++) {
        const kh_modules_choice *c = &p->choices[j];
        kh_lp_build_integer(&t->build, c->cost, 0, ceil(t->total / c->rate_bps));
        kh_lp_build_entry(&t->build, c->link, -c->rate_bps);
        for (size_t i = 0; i < 2; i++)
            kh_lp_build_entry(&t->build, p->graph.n_links + 2 * j + i, 1);
    }
    for (uint32_t v = 0; v < p->graph.n_nodes; v++) {
        kh_lp_build_integer(&t->build, p->node_cost[v], t->is_end[v], 1);
        for (size_t j = 0; j < p->n_choices; j++)
            for (size_t i = 0; i < 2; i++)
                if (p->graph.ends[p->choices[j].link][i] == v)
                    kh_lp_build_entry(&t->build, p->graph.n_links + 2 * j + i, -ceil(t->total / p->choices[j].rate_bps));
    }
}

static void add_flows(textbook *t, uint32_t s)
{
    const kh_graph *graph = &t->problem->graph;
    for (uint32_t e = 0; e < graph->n_links; e++)
        for (int turn = 0; turn < 2; turn++) {
            uint32_t tail = graph->ends[e][turn], head = graph->ends[e][1 - turn];
            if (tail == head || (graph->relays != NULL && !graph->relays[tail] && tail != s))
                continue;
            kh_lp_build_column(&t->build, 0, 0, INFINITY);
            kh_lp_build_entry(&t->build, e, 1);
            kh_lp_build_entry(&t->build, node_row(t, s, tail), -1);
            kh_lp_build_entry(&t->build, node_row(t, s, head), 1);
        }
    for (uint32_t v = 0; v < graph->n_nodes; v++)
        if (v != s)
            kh_lp_build_row(&t->build, node_row(t, s, v), t->asked[s * graph->n_nodes + v], t->asked[s * graph->n_nodes + v]);
}

static kh_status write_textbook(const kh_modules_problem *problem, kh_arena *arena, kh_lp *lp, kh_error *err)
{
    size_t n = problem->graph.n_nodes;
    textbook t = {.problem = problem,
                  .is_end = KH_NEW(arena, bool, n),
                  .is_source = KH_NEW(arena, bool, n),
                  .asked = kh_arena_alloc(arena, n * n, sizeof *t.asked)};
    if (t.is_end == NULL || t.is_source == NULL || t.asked == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for flows of %zu nodes", n);
    read_demands(&t);
    KH_TRY(kh_lp_build_init(&t.build, node_row(&t, n, 0), arena, err));
    for (size_t i = 0; i < node_row(&t, 0, 0); i++)
        kh_lp_build_row(&t.build, i, -INFINITY, 0);
    add_counts(&t);
    for (uint32_t s = 0; s < n; s++)
        if (t.is_source[s])
            add_flows(&t, s);
    return kh_lp_build_program(&t.build, false, lp, err);
}

static kh_status run_textbook(const kh_modules_problem *problem, const char *program, kh_arena *arena, kh_error *err)
{
    kh_lp lp;
    double from_s = spent_s();
    KH_TRY(write_textbook(problem, arena, &lp, err));
    const kh_lp_options options = {
        .program = strcmp(program, "glpk") == 0 ? NULL : program, .time_limit_s = problem->time_limit_s, .gap = problem->gap};
    kh_lp_solution solution = {.primal = KH_NEW(arena, double, lp.n_columns), .objective = (double)NAN, .bound = -INFINITY};
    if (solution.primal == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu columns", lp.n_columns);
    kh_status status = kh_lp_solve(&lp, &options, &solution, err);
    if (status != KH_OK && status != KH_TIMELIMIT)
        return status;
    print_answer(program, solution.objective, solution.bound, from_s);
    printf(" (%zu rows, %zu columns)%s\n", lp.n_rows, lp.n_columns,
           status == KH_OK             ? ""
           : isnan(solution.objective) ? " no design in time"
                                       : " out of time");
    return KH_OK;
}

/* @param lost  "link", "node"; NULL: nothing */
static kh_status run(int argc, char **argv, const char *lost, kh_arena *arena, kh_error *err)
{
    kh_modules_problem problem;
    KH_TRY(kh_instance_design(argv[0], atof(argv[1]), atof(argv[2]), arena, &problem, err));
    if (lost != NULL)
        KH_TRY(kh_instance_losses(strcmp(lost, "node") == 0, arena, &problem, err));
    problem.time_limit_s = argc > 3 ? atof(argv[3]) : HUGE_VAL;
    problem.gap = argc > 4 ? atof(argv[4]) : 0;
    const char *name = strrchr(argv[0], '/');
    printf("%s, theta %s, F %s\n", name != NULL ? name + 1 : argv[0], argv[1], argv[2]);
    KH_TRY(run_keyhaul(&problem, arena, err));
    for (int i = 5; i < argc; i++)
        KH_TRY(run_textbook(&problem, argv[i], arena, err));
    return KH_OK;
}

int main(int argc, char **argv)
{
    kh_error err = {0};
    bool protects = argc > 2 && strcmp(argv[1], "--protect") == 0;
    const char *lost = protects ? argv[2] : NULL;
    argv += protects ? 3 : 1;
    argc -= protects ? 3 : 1;
    if (argc < 3 || (protects && (argc > 5 || (strcmp(lost, "link") != 0 && strcmp(lost, "node") != 0)))) {
        fputs(usage, stderr);
        return 2;
    }
    kh_arena *arena = kh_arena_create(0);
    kh_status status = arena != NULL ? run(argc, argv, lost, arena, &err) : KH_ENOMEM;
    if (status != KH_OK)
        fprintf(stderr, "%s: %s%s\n", argv[0], err.steps, err.message);
    kh_arena_destroy(arena);
    return status == KH_OK ? 0 : 1;
}
