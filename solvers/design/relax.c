/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/relax.h"

#include <math.h>
#include <string.h>

static const double TIGHT = 1e-9;
static const double SURE = 1e-6; /* of a bound, before it is brought up */

/* More modules of one type than carry everything are never needed. */
static double most_useful(const kh_modules_problem *problem, const kh_modules_choice *choice)
{
    double total = 0;
    for (size_t k = 0; k < problem->n_demands; k++)
        total += problem->theta * problem->demands[k].requested_bps;
    double most = fmin(ceil(total / choice->rate_bps), 1e9);
    if (choice->most < UINT32_MAX)
        most = fmin(most, choice->most);
    if (problem->ports != NULL && problem->ports[choice->link] < UINT32_MAX)
        most = fmin(most, problem->ports[choice->link]);
    return most;
}

static double common_grain(const kh_relax *relax)
{
    double grain = 0;
    for (size_t j = 0; j < relax->n_columns; j++) {
        double a = relax->cost[j];
        if (a != floor(a) || a > 1e9)
            return 0;
        while (a > 0) { /* Euclid */
            double rest = fmod(grain, a);
            grain = a;
            a = rest;
        }
    }
    return grain;
}

static void set_columns(kh_relax *relax)
{
    const kh_modules_problem *problem = relax->problem;
    size_t n = problem->n_choices;
    for (size_t j = 0; j < n; j++) {
        const kh_modules_choice *choice = &problem->choices[j];
        const uint32_t *ends = problem->graph.ends[choice->link];
        relax->upper[j] = ends[0] == ends[1] ? 0 : most_useful(problem, choice);
        relax->cost[j] = choice->cost;
        relax->integer[j] = true;
    }
    for (size_t v = 0; v < problem->graph.n_nodes; v++) {
        relax->upper[n + v] = 1;
        relax->cost[n + v] = problem->node_cost != NULL ? problem->node_cost[v] : 0;
        relax->integer[n + v] = true;
        relax->lower[n + v] = relax->cost[n + v] > 0 ? 0 : 1;
    }
    for (size_t k = 0; k < problem->n_demands; k++)
        for (int i = 0; i < 2; i++)
            relax->lower[n + problem->demands[k].ends[i]] = 1;
    relax->grain = common_grain(relax);
}

kh_status kh_relax_init(kh_relax *relax, const kh_modules_problem *problem, kh_arena *arena, kh_error *err)
{
    size_t n = problem->n_choices + problem->graph.n_nodes;
    *relax = (kh_relax){.problem = problem,
                        .arena = arena,
                        .scratch = kh_arena_create(0),
                        .n_columns = n,
                        .lower = KH_NEW(arena, double, n),
                        .upper = KH_NEW(arena, double, n),
                        .cost = KH_NEW(arena, double, n),
                        .integer = KH_NEW(arena, bool, n),
                        .point = KH_NEW(arena, double, n)};
    if (relax->scratch == NULL || relax->lower == NULL || relax->upper == NULL || relax->cost == NULL || relax->integer == NULL ||
        relax->point == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a program of %zu columns", n);
    set_columns(relax);
    return KH_OK;
}

void kh_relax_clear(kh_relax *relax)
{
    kh_arena_destroy(relax->scratch);
}

static bool is_same(const kh_cutset_row *a, const kh_cutset_row *b)
{
    return a->n == b->n && a->least == b->least && memcmp(a->column, b->column, a->n * sizeof *a->column) == 0 &&
           memcmp(a->value, b->value, a->n * sizeof *a->value) == 0;
}

kh_status kh_relax_add(kh_relax *relax, const kh_cutset_row *row, kh_modules_reason reason, bool *added, kh_error *err)
{
    *added = false;
    for (size_t i = 0; i < relax->n_rows; i++)
        if (is_same(&relax->rows[i].row, row))
            return KH_OK;
    if (relax->n_rows == relax->room) {
        relax->rows = kh_arena_grow(relax->arena, relax->rows, relax->n_rows, &relax->room, sizeof *relax->rows);
        if (relax->rows == NULL)
            return kh_fail(err, KH_ENOMEM, "no memory for %zu cuts", relax->n_rows);
    }
    kh_relax_row copy = {.reason = reason};
    KH_TRY(kh_cutset_row_init(&copy.row, row->n, relax->arena, err));
    memcpy(copy.row.column, row->column, row->n * sizeof *row->column);
    memcpy(copy.row.value, row->value, row->n * sizeof *row->value);
    copy.row.n = row->n;
    copy.row.least = row->least;
    relax->rows[relax->n_rows++] = copy;
    *added = true;
    return KH_OK;
}

/* A program under construction, by rows. */
typedef struct matrix {
    size_t n_rows, n_entries;
    size_t *end;
    uint32_t *column;
    double *value, *lower, *upper;
} matrix;

static void put(matrix *to, size_t column, double value)
{
    to->column[to->n_entries] = (uint32_t)column;
    to->value[to->n_entries++] = value;
}

static void end_row(matrix *to, double lower, double upper)
{
    to->lower[to->n_rows] = lower;
    to->upper[to->n_rows] = upper;
    to->end[to->n_rows++] = to->n_entries;
}

static void put_openings(const kh_relax *relax, matrix *to)
{
    const kh_modules_problem *problem = relax->problem;
    for (size_t j = 0; j < problem->n_choices; j++)
        for (int i = 0; i < 2; i++) {
            size_t node = problem->n_choices + problem->graph.ends[problem->choices[j].link][i];
            if (relax->lower[node] > 0 || relax->upper[j] <= 0)
                continue;
            put(to, j, 1 / relax->upper[j]);
            put(to, node, -1);
            end_row(to, -HUGE_VAL, 0);
        }
}

static void put_ports(const kh_relax *relax, matrix *to)
{
    const kh_modules_problem *problem = relax->problem;
    for (size_t e = 0; problem->ports != NULL && e < problem->graph.n_links; e++) {
        size_t before = to->n_entries;
        for (size_t j = 0; problem->ports[e] < UINT32_MAX && j < problem->n_choices; j++)
            if (problem->choices[j].link == e)
                put(to, j, 1);
        if (to->n_entries > before + 1)
            end_row(to, -HUGE_VAL, problem->ports[e]);
        else
            to->n_entries = before; /* a bound of the column says it */
    }
}

static void put_cuts(const kh_relax *relax, matrix *to)
{
    for (size_t i = 0; i < relax->n_rows; i++) {
        const kh_cutset_row *row = &relax->rows[i].row;
        for (size_t k = 0; k < row->n; k++)
            put(to, row->column[k], row->value[k] / row->least);
        end_row(to, 1, HUGE_VAL);
    }
}

static bool allocate(const kh_relax *relax, matrix *to)
{
    size_t entries = 5 * relax->problem->n_choices,
           n = 2 * relax->problem->n_choices + relax->problem->graph.n_links + relax->n_rows;
    for (size_t i = 0; i < relax->n_rows; i++)
        entries += relax->rows[i].row.n;
    *to = (matrix){.end = KH_NEW(relax->scratch, size_t, n),
                   .column = KH_NEW(relax->scratch, uint32_t, entries),
                   .value = KH_NEW(relax->scratch, double, entries),
                   .lower = KH_NEW(relax->scratch, double, n),
                   .upper = KH_NEW(relax->scratch, double, n)};
    return to->end != NULL && to->column != NULL && to->value != NULL && to->lower != NULL && to->upper != NULL;
}

/* From rows to columns. */
static kh_status transpose(const kh_relax *relax, const matrix *from, kh_lp *lp, kh_error *err)
{
    size_t n = relax->n_columns, *start = KH_NEW(relax->scratch, size_t, n + 2);
    uint32_t *row = KH_NEW(relax->scratch, uint32_t, from->n_entries);
    double *value = KH_NEW(relax->scratch, double, from->n_entries);
    if (start == NULL || row == NULL || value == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a program of %zu entries", from->n_entries);
    for (size_t k = 0; k < from->n_entries; k++)
        start[from->column[k] + 2]++;
    for (size_t j = 0; j < n; j++)
        start[j + 2] += start[j + 1];
    for (size_t i = 0, k = 0; i < from->n_rows; i++)
        for (; k < from->end[i]; k++) {
            size_t at = start[from->column[k] + 1]++;
            row[at] = (uint32_t)i;
            value[at] = from->value[k];
        }
    *lp = (kh_lp){.n_rows = from->n_rows,
                  .n_columns = n,
                  .row_lower = from->lower,
                  .row_upper = from->upper,
                  .column_lower = relax->lower,
                  .column_upper = relax->upper,
                  .cost = relax->cost,
                  .start = start,
                  .row = row,
                  .value = value,
                  .integer = relax->integer};
    return KH_OK;
}

kh_status kh_relax_program(kh_relax *relax, kh_lp *lp, kh_error *err)
{
    matrix rows;
    kh_arena_reset(relax->scratch);
    if (!allocate(relax, &rows))
        return kh_fail(err, KH_ENOMEM, "no memory for a program of %zu cuts", relax->n_rows);
    put_openings(relax, &rows);
    put_ports(relax, &rows);
    put_cuts(relax, &rows);
    return transpose(relax, &rows, lp, err);
}

kh_status kh_relax_solve(kh_relax *relax, double time_limit_s, kh_error *err)
{
    kh_lp lp;
    KH_TRY(kh_relax_program(relax, &lp, err));
    lp.integer = NULL;
    double *dual = KH_NEW(relax->scratch, double, lp.n_rows);
    if (dual == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu rows", lp.n_rows);
    kh_lp_options options = {.program = relax->problem->lp_program, .time_limit_s = time_limit_s};
    kh_lp_solution solution = {.primal = relax->point, .dual = dual};
    KH_TRY(kh_lp_solve(&lp, &options, &solution, err));
    relax->objective = solution.objective;
    const double *of_cuts = dual + (lp.n_rows - relax->n_rows);
    for (size_t i = 0; i < relax->n_rows; i++) {
        relax->rows[i].dual = of_cuts[i];
        relax->rows[i].idle = of_cuts[i] > TIGHT ? 0 : relax->rows[i].idle + 1;
    }
    return KH_OK;
}

void kh_relax_forget(kh_relax *relax, uint32_t most_idle)
{
    size_t kept = 0;
    for (size_t i = 0; i < relax->n_rows; i++)
        if (relax->rows[i].idle <= most_idle)
            relax->rows[kept++] = relax->rows[i];
    relax->n_rows = kept;
}

void kh_relax_keep_reasons(kh_relax *relax)
{
    size_t kept = 0;
    for (size_t i = 0; i < relax->n_rows; i++)
        if (relax->rows[i].reason.weight != NULL)
            relax->rows[kept++] = relax->rows[i];
    relax->n_rows = kept;
}

double kh_relax_raise(const kh_relax *relax, double bound)
{
    return relax->grain > 0 ? fmax(bound, ceil(bound / relax->grain - SURE) * relax->grain) : bound;
}
