/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text/file.h"
#include "solvers/secure/secure.h"
#include "solvers/secure/survey.h"
#include "tools/validate/instance.h"
#include "tools/validate/instance_design.h"
#include "tools/validate/instance_sites.h"
#include "tools/validate/rows.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A row under work: its instance, and what the column params says of it, such as "t=1" or "theta=1.931 F=2". */
typedef struct question {
    const char *path, *params, *lp_program;
    kh_arena *arena; /* of the row */
} question;

/* The number behind "name=" in params, or what it is without. */
static double param(const question *q, const char *name, double otherwise)
{
    size_t n = strlen(name);
    for (const char *at = q->params; *at != '\0'; at += strcspn(at, " "), at += strspn(at, " ")) {
        double value;
        if (strncmp(at, name, n) == 0 && sscanf(at + n, "=%lf", &value) == 1)
            return value;
    }
    return otherwise;
}

static kh_status solve_flow(const question *q, bool max_min, kh_keyflow *flow, size_t *n_demands, kh_error *err)
{
    kh_keyflow_problem problem;
    KH_TRY(kh_instance_load(q->path, q->arena, &problem, err));
    problem.max_min = max_min;
    problem.lp_program = q->lp_program;
    *n_demands = problem.n_demands;
    return kh_keyflow_solve(&problem, q->arena, flow, err);
}

static kh_status concurrent_flow(const question *q, double *value, kh_error *err)
{
    kh_keyflow flow;
    size_t n;
    KH_TRY(solve_flow(q, false, &flow, &n, err));
    *value = flow.value;
    return KH_OK;
}

/* Another number of levels than params says is no agreement, whatever the value. */
static double if_levels(const question *q, const kh_keyflow *flow, double value)
{
    return param(q, "levels", (double)flow->n_levels) == (double)flow->n_levels ? value : (double)NAN;
}

static kh_status fair_top_level(const question *q, double *value, kh_error *err)
{
    kh_keyflow flow;
    size_t n;
    KH_TRY(solve_flow(q, true, &flow, &n, err));
    *value = if_levels(q, &flow, flow.n_levels > 0 ? flow.level[flow.n_levels - 1] : 0);
    return KH_OK;
}

static kh_status fair_total_rate(const question *q, double *value, kh_error *err)
{
    kh_keyflow flow;
    size_t n;
    double sum = 0;
    KH_TRY(solve_flow(q, true, &flow, &n, err));
    for (size_t k = 0; k < n; k++)
        sum += flow.rate_bps[k];
    *value = if_levels(q, &flow, sum);
    return KH_OK;
}

/* Counts other than those params tells are no agreement. */
static kh_status disjoint_pairs(const question *q, double *value, kh_error *err)
{
    kh_keyflow_problem problem;
    kh_survey pairs, triples;
    double *length_km;
    KH_TRY(kh_instance_load(q->path, q->arena, &problem, err));
    KH_TRY(kh_instance_lengths(q->path, q->arena, &length_km, err));
    KH_TRY(kh_survey_disjoint(&problem, length_km, 2, KH_DISJOINT_NODES, q->arena, &pairs, err));
    KH_TRY(kh_survey_disjoint(&problem, length_km, 3, KH_DISJOINT_NODES, q->arena, &triples, err));
    double ge2 = (double)triples.at_least[2], ge3 = (double)triples.at_least[3], sum = 0;
    for (size_t k = 0; k < problem.n_demands; k++)
        sum += pairs.n_ways[k] == 2 ? pairs.length[k] : 0;
    *value = param(q, "ge2", ge2) == ge2 && param(q, "ge3", ge3) == ge3 ? sum : (double)NAN;
    return KH_OK;
}

/* Sites to open besides the terminals. */
static kh_status count_sites(const question *q, unsigned n_routes, double *value, kh_error *err)
{
    const kh_site_rule rule = {.reach_km = param(q, "reach", 100), .step_km = param(q, "step", 50)};
    kh_site_join_problem problem;
    kh_site_join join;
    KH_TRY(kh_instance_sites(q->path, (size_t)param(q, "terminals", 2), &rule, q->arena, &problem, err));
    problem.n_routes = n_routes;
    problem.lp_program = q->lp_program;
    KH_TRY(kh_site_join_solve(&problem, q->arena, &join, err));
    KH_TRY(kh_site_join_verify(&problem, &join, err));
    *value = join.price;
    return KH_OK;
}

static kh_status fewest_sites(const question *q, double *value, kh_error *err)
{
    return count_sites(q, 1, value, err);
}

static kh_status fewest_sites_two_routes(const question *q, double *value, kh_error *err)
{
    return count_sites(q, 2, value, err);
}

/* The table asks for all demands: 0 when one of them cannot be secret at all. */
static kh_status secret_flow(const question *q, kh_secrecy secrecy, double *value, kh_error *err)
{
    kh_secure secure;
    kh_secure_problem problem = {.secrecy = secrecy, .colluders = (uint32_t)param(q, "t", 1)};
    KH_TRY(kh_instance_load(q->path, q->arena, &problem.flow, err));
    problem.flow.lp_program = q->lp_program;
    KH_TRY(kh_secure_solve(&problem, q->arena, &secure, err));
    *value = secure.value;
    for (size_t k = 0; k < problem.flow.n_demands; k++)
        *value = secure.joined[k] ? *value : 0;
    return KH_OK;
}

static kh_status secret_by_disjoint_paths(const question *q, double *value, kh_error *err)
{
    return secret_flow(q, KH_SECRECY_DISJOINT, value, err);
}

static kh_status secret_by_ramp(const question *q, double *value, kh_error *err)
{
    return secret_flow(q, KH_SECRECY_RAMP, value, err);
}

static kh_status key_store(const question *q, double *value, kh_error *err)
{
    kh_keyflow_problem flow;
    kh_expanded_problem problem;
    kh_expanded answer;
    double periods = param(q, "T", 1);
    if (!(periods >= 1 && periods <= 10000))
        return kh_fail(err, KH_ERANGE, "T is %g, must be in [1, 10000]", periods);
    KH_TRY(kh_instance_load(q->path, q->arena, &flow, err));
    KH_TRY(kh_instance_cycle(&flow, (size_t)periods, q->arena, &problem, err));
    problem.lp_program = q->lp_program;
    KH_TRY(kh_expanded_solve(&problem, q->arena, &answer, err));
    *value = answer.value;
    return KH_OK;
}

static const double MOST_DESIGN_S = 60;

typedef enum bears { NO_LOSS, EVERY_LINK, EVERY_NODE } bears;

static kh_status dimension(const question *q, bears what, double *value, kh_error *err)
{
    kh_modules_problem problem;
    kh_modules_design design;
    KH_TRY(kh_instance_design(q->path, param(q, "theta", 1), param(q, "F", 0), q->arena, &problem, err));
    if (what != NO_LOSS)
        KH_TRY(kh_instance_losses(what == EVERY_NODE, q->arena, &problem, err));
    problem.lp_program = q->lp_program;
    problem.time_limit_s = MOST_DESIGN_S;
    kh_status status = kh_modules_solve(&problem, q->arena, &design, err);
    if (status != KH_OK && status != KH_TIMELIMIT)
        return status;
    KH_TRY(kh_modules_verify(&problem, &design, err));
    *value = design.cost; /* the best known when the time passed */
    return KH_OK;
}

static kh_status modular_dimensioning(const question *q, double *value, kh_error *err)
{
    return dimension(q, NO_LOSS, value, err);
}

static kh_status dimensioning_against_links(const question *q, double *value, kh_error *err)
{
    return dimension(q, EVERY_LINK, value, err);
}

static kh_status dimensioning_against_nodes(const question *q, double *value, kh_error *err)
{
    return dimension(q, EVERY_NODE, value, err);
}

/* A model is one line here; a row of any other is skipped. */
static const struct {
    const char *name;
    kh_status (*compute)(const question *q, double *value, kh_error *err);
} models[] = {
    {"max_concurrent_flow", concurrent_flow},
    {"maxmin_fair_top_level", fair_top_level},
    {"maxmin_fair_total_rate", fair_total_rate},
    {"min_trusted_nodes", fewest_sites},
    {"min_trusted_nodes_2disjoint", fewest_sites_two_routes},
    {"node_disjoint_pair_total_km", disjoint_pairs},
    {"max_concurrent_secure_disjoint", secret_by_disjoint_paths},
    {"max_concurrent_secure_ramp", secret_by_ramp},
    {"time_expanded_key_store", key_store},
    {"min_cost_modular_dimensioning", modular_dimensioning},
    {"min_cost_modular_any_link_lost", dimensioning_against_links},
    {"min_cost_modular_any_node_lost", dimensioning_against_nodes},
};
enum { N_MODELS = sizeof models / sizeof models[0] };

typedef struct columns {
    size_t id, instance, model, params, objective, unit, tolerance, check, source;
} columns;

static columns find_columns(const kh_csv *csv)
{
    return (columns){.id = kh_csv_column(csv, "id"),
                     .instance = kh_csv_column(csv, "instance"),
                     .model = kh_csv_column(csv, "model"),
                     .params = kh_csv_column(csv, "params"),
                     .objective = kh_csv_column(csv, "objective"),
                     .unit = kh_csv_column(csv, "unit"),
                     .tolerance = kh_csv_column(csv, "tol_rel"),
                     .check = kh_csv_column(csv, "check"),
                     .source = kh_csv_column(csv, "source")};
}

static const char *instance_path(const kh_rows *rows, const char *name)
{
    if (rows->options->instances != NULL)
        return kh_arena_printf(rows->arena, "%s/%s.qpi", rows->options->instances, name);
    const char *beside = kh_arena_printf(rows->arena, "instances/%s.qpi", name);
    return beside == NULL ? NULL : kh_file_beside(rows->path, beside, rows->arena);
}

/* *usable is false when a finding was made instead. */
static kh_status compute(kh_rows *rows, const columns *c, size_t row, kh_validate_row *made, bool *usable)
{
    size_t i = 0;
    while (i < N_MODELS && strcmp(models[i].name, made->model) != 0)
        i++;
    *usable = true;
    made->note = "not built yet";
    if (i == N_MODELS)
        return KH_OK;
    question q = {.path = instance_path(rows, kh_csv_cell(rows->csv, row, c->instance)),
                  .params = kh_csv_cell(rows->csv, row, c->params),
                  .lp_program = rows->options->lp_program,
                  .arena = kh_arena_create(0)};
    kh_error err = {0};
    kh_status status = q.path == NULL || q.arena == NULL ? kh_fail(&err, KH_ENOMEM, "no memory for an instance")
                                                         : models[i].compute(&q, &made->computed, &err);
    kh_arena_destroy(q.arena);
    made->evaluated = status == KH_OK;
    made->note = NULL;
    *usable = status == KH_OK || status == KH_ENOINPUT;
    return status == KH_OK ? KH_OK : kh_rows_refuse(rows, row, status, &err, &made->note);
}

static kh_status evaluate_row(kh_rows *rows, const columns *c, size_t row)
{
    const kh_csv *csv = rows->csv;
    kh_validate_row made = {.id = kh_csv_cell(csv, row, c->id),
                            .model = kh_csv_cell(csv, row, c->model),
                            .quantity = "objective",
                            .unit = kh_csv_cell(csv, row, c->unit),
                            .source = kh_csv_cell(csv, row, c->source),
                            .computed = (double)NAN};
    bool usable;
    if (!kh_rows_number(rows, row, c->objective, &made.expected) || !kh_rows_number(rows, row, c->tolerance, &made.tolerance))
        return KH_OK;
    KH_TRY(compute(rows, c, row, &made, &usable));
    if (!usable)
        return KH_OK;
    if (!kh_rows_compare(&made, kh_csv_cell(csv, row, c->check))) {
        kh_rows_complain(rows, row, KH_ROWS_CHECKS, "unknown check");
        return KH_OK;
    }
    return kh_rows_add(rows, made);
}

kh_status kh_rows_evaluate_optimiser(kh_rows *rows)
{
    columns c = find_columns(rows->csv);
    for (size_t row = 0; row < rows->csv->n_rows; row++)
        KH_TRY(evaluate_row(rows, &c, row));
    return KH_OK;
}
