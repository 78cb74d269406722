/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/clock.h"
#include "solvers/light/assign_work.h"
#include "solvers/lp/lp_build.h"

#include <math.h>

/* Columns: classical channels; then for each quantum channel worth a try: itself, the points of its rate, the pieces between them.
   Rows: number of classical and of quantum channels; pairs too near; for each quantum channel: its points, its pieces, its noise,
   and for each point that it stands next to its piece. */
typedef struct program {
    const kh_assign_case *c;
    const kh_assign_problem *p;
    const bool *worth;
    kh_lp_build build;
    size_t *classical, *quantum; /* [n_channels] columns */
    size_t *row;                 /* [n_channels] first row of a quantum channel */
    size_t near_row;             /* first of the pairs too near */
    double unit_bps;             /* of rates */
} program;

static double noise_of(const program *g, size_t q, size_t v)
{
    return g->p->noise[q * g->p->n_channels + v] * g->p->levels[g->c->level].power / g->p->noise_at[g->p->n_points - 1];
}

static double noise_at(const program *g, size_t point)
{
    return g->p->noise_at[point] / g->p->noise_at[g->p->n_points - 1];
}

/* Noise on a channel when it is not quantum: any. */
static double most_noise(const program *g, size_t q)
{
    double sum = 0;
    for (size_t v = 0; v < g->p->n_channels; v++)
        sum += g->p->may_classical[v] ? noise_of(g, q, v) : 0;
    return sum;
}

static size_t count_rows(program *g)
{
    size_t n = 2;
    g->near_row = n;
    for (size_t q = 0; q < g->p->n_channels; q++)
        for (size_t v = 0; v < g->p->n_channels; v++)
            n += g->worth[q] && g->p->may_classical[v] && kh_assign_is_near(g->p, q, v);
    for (size_t q = 0; q < g->p->n_channels; q++) {
        g->row[q] = n;
        n += g->worth[q] ? 3 + g->p->n_points : 0;
    }
    return n;
}

static void add_rows(program *g)
{
    size_t end = g->build.n_rows;
    kh_lp_build_row(&g->build, 0, (double)g->c->n_classical, (double)g->c->n_classical);
    kh_lp_build_row(&g->build, 1, -INFINITY, (double)g->p->n_quantum);
    for (size_t r = g->near_row; r < end; r++)
        kh_lp_build_row(&g->build, r, -INFINITY, 1);
    for (size_t q = 0; q < g->p->n_channels; q++) {
        if (!g->worth[q])
            continue;
        kh_lp_build_row(&g->build, g->row[q], 0, 0);
        kh_lp_build_row(&g->build, g->row[q] + 1, 0, 0);
        kh_lp_build_row(&g->build, g->row[q] + 2, -most_noise(g, q), INFINITY);
        for (size_t i = 0; i < g->p->n_points; i++)
            kh_lp_build_row(&g->build, g->row[q] + 3 + i, -INFINITY, 0);
    }
}

static void add_classical(program *g, size_t v)
{
    size_t near = g->near_row;
    g->classical[v] = kh_lp_build_integer(&g->build, 0, 0, g->p->may_classical[v] ? 1 : 0);
    kh_lp_build_entry(&g->build, 0, 1);
    for (size_t q = 0; q < g->p->n_channels; q++)
        for (size_t u = 0; u < g->p->n_channels; u++) {
            if (!g->worth[q] || !g->p->may_classical[u] || !kh_assign_is_near(g->p, q, u))
                continue;
            if (u == v)
                kh_lp_build_entry(&g->build, near, 1);
            near++;
        }
    for (size_t q = 0; q < g->p->n_channels; q++)
        if (g->worth[q] && noise_of(g, q, v) > 0)
            kh_lp_build_entry(&g->build, g->row[q] + 2, -noise_of(g, q, v));
}

static void add_quantum(program *g, size_t q)
{
    const size_t points = g->p->n_points, row = g->row[q];
    size_t near = g->near_row;
    g->quantum[q] = kh_lp_build_integer(&g->build, 0, 0, 1);
    kh_lp_build_entry(&g->build, 1, 1);
    for (size_t u = 0; u < g->p->n_channels; u++)
        for (size_t v = 0; v < g->p->n_channels; v++) {
            if (!g->worth[u] || !g->p->may_classical[v] || !kh_assign_is_near(g->p, u, v))
                continue;
            if (u == q)
                kh_lp_build_entry(&g->build, near, 1);
            near++;
        }
    kh_lp_build_entry(&g->build, row, -1);
    kh_lp_build_entry(&g->build, row + 1, -1);
    kh_lp_build_entry(&g->build, row + 2, -most_noise(g, q));
    for (size_t i = 0; i < points; i++) {
        kh_lp_build_column(&g->build, g->p->rate_bps[q * points + i] / g->unit_bps, 0, 1);
        kh_lp_build_entry(&g->build, row, 1);
        if (i > 0)
            kh_lp_build_entry(&g->build, row + 2, noise_at(g, i));
        kh_lp_build_entry(&g->build, row + 3 + i, 1);
    }
    for (size_t i = 0; i + 1 < points; i++) {
        kh_lp_build_integer(&g->build, 0, 0, 1);
        kh_lp_build_entry(&g->build, row + 1, 1);
        kh_lp_build_entry(&g->build, row + 3 + i, -1);
        kh_lp_build_entry(&g->build, row + 4 + i, -1);
    }
}

static kh_status allocate(program *g, kh_arena *arena, kh_error *err)
{
    size_t n = g->p->n_channels;
    g->classical = KH_NEW(arena, size_t, n);
    g->quantum = KH_NEW(arena, size_t, n);
    g->row = KH_NEW(arena, size_t, n);
    if (g->classical == NULL || g->quantum == NULL || g->row == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu channels", n);
    for (size_t q = 0; q < n; q++)
        for (size_t i = 0; i < g->p->n_points; i++)
            g->unit_bps = fmax(g->unit_bps, g->p->rate_bps[q * g->p->n_points + i]);
    return KH_OK;
}

static kh_status lay_out(program *g, kh_arena *arena, kh_lp *lp, kh_error *err)
{
    KH_TRY(kh_lp_build_init(&g->build, count_rows(g), arena, err));
    add_rows(g);
    for (size_t v = 0; v < g->p->n_channels; v++)
        add_classical(g, v);
    for (size_t q = 0; q < g->p->n_channels; q++)
        if (g->worth[q])
            add_quantum(g, q);
    return kh_lp_build_program(&g->build, true, lp, err);
}

kh_status kh_assign_write_mps(const kh_assign_case *c, kh_arena *arena, FILE *file, kh_error *err)
{
    size_t n = c->problem->n_channels;
    bool *worth = KH_NEW(arena, bool, n);
    if (worth == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu channels", n);
    for (size_t q = 0; q < n; q++)
        worth[q] = !isinf(c->quietest[q]);
    program g = {.c = c, .p = c->problem, .worth = worth};
    kh_lp lp;
    KH_TRY(allocate(&g, arena, err));
    if (g.unit_bps <= 0)
        return KH_OK;
    KH_TRY(lay_out(&g, arena, &lp, err));
    for (size_t j = 0; j < lp.n_columns; j++)
        g.build.cost[j] *= g.unit_bps;
    return kh_lp_write_mps(
        &lp,
        "Quantum and classical channels on one fibre: minimise cost = -key rate in bit/s.\n"
        "Columns: classical channels; then for each quantum channel itself, the points of its rate over noise and\n"
        "the pieces between them.",
        file, err);
}

kh_status kh_assign_program(const kh_assign_case *c, const bool *worth, kh_arena *arena, kh_assign *made, double *bound,
                            kh_error *err)
{
    program g = {.c = c, .p = c->problem, .worth = worth};
    kh_lp lp;
    made->value = -1;
    made->complete = true;
    KH_TRY(allocate(&g, arena, err));
    if (g.unit_bps <= 0)
        return KH_OK;
    KH_TRY(lay_out(&g, arena, &lp, err));
    kh_lp_solution solution = {.primal = KH_NEW(arena, double, lp.n_columns)};
    if (solution.primal == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu columns", lp.n_columns);
    const kh_lp_options options = {.program = g.p->lp_program, .time_limit_s = c->deadline_s - kh_clock_s(), .gap = 1e-7};
    kh_status status = kh_lp_solve(&lp, &options, &solution, err);
    made->complete = status == KH_OK || status == KH_INFEASIBLE;
    if (status == KH_INFEASIBLE) {
        *bound = 0;
        return KH_OK;
    }
    if (status != KH_OK && status != KH_TIMELIMIT)
        return status;
    *bound = solution.bound * g.unit_bps * (1 + 1e-9);
    bool found = isfinite(solution.objective);
    made->value = found ? 0 : -1;
    for (size_t v = 0; v < g.p->n_channels && found; v++) {
        made->classical[v] = solution.primal[g.classical[v]] > 0.5;
        made->quantum[v] = worth[v] && solution.primal[g.quantum[v]] > 0.5;
    }
    return KH_OK;
}
