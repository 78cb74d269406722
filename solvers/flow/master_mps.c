/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/flow/master.h"
#include "solvers/lp/lp.h"

#include <math.h>

typedef struct program {
    double *row_lower, *row_upper, *column_lower, *column_upper, *cost, *value;
    size_t *start;
    uint32_t *row;
} program;

static kh_status allocate(const kh_master *master, program *p, kh_error *err)
{
    kh_arena *arena = master->scratch;
    size_t rows = master->problem->graph.n_links + master->problem->n_demands, columns = 1 + master->n_paths;
    size_t entries = master->problem->n_demands + master->n_paths + master->pool->n_links;
    *p = (program){.row_lower = KH_NEW(arena, double, rows),
                   .row_upper = KH_NEW(arena, double, rows),
                   .column_lower = KH_NEW(arena, double, columns),
                   .column_upper = KH_NEW(arena, double, columns),
                   .cost = KH_NEW(arena, double, columns),
                   .value = KH_NEW(arena, double, entries),
                   .start = KH_NEW(arena, size_t, columns + 1),
                   .row = KH_NEW(arena, uint32_t, entries)};
    if (p->row_lower == NULL || p->row_upper == NULL || p->column_lower == NULL || p->column_upper == NULL || p->cost == NULL ||
        p->value == NULL || p->start == NULL || p->row == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a linear program of %zu entries", entries);
    return KH_OK;
}

static void fill_rows(const kh_master *master, program *p)
{
    size_t m = master->problem->graph.n_links;
    for (size_t e = 0; e < m; e++) {
        p->row_lower[e] = -INFINITY;
        p->row_upper[e] = master->problem->capacity_bps[e];
    }
    for (size_t k = 0; k < master->problem->n_demands; k++)
        p->row_upper[m + k] = INFINITY; /* and at least 0: one that no path joins is 0 = 0 */
}

static void fill_columns(const kh_master *master, program *p)
{
    uint32_t m = (uint32_t)master->problem->graph.n_links;
    size_t n = 0;
    p->cost[0] = 1;
    p->column_upper[0] = INFINITY;
    for (uint32_t k = 0; k < master->problem->n_demands; k++)
        if (master->unit_bps[k] > 0) {
            p->row[n] = m + k;
            p->value[n++] = -master->problem->demands[k].requested_bps;
        }
    for (size_t c = 0; c < master->n_paths; c++) {
        const kh_pool_path *path = &master->pool->paths[c];
        p->start[1 + c] = n;
        p->column_upper[1 + c] = INFINITY;
        for (size_t i = 0; i < path->n_links; i++) {
            p->row[n] = master->pool->links[path->first + i];
            p->value[n++] = 1;
        }
        p->row[n] = m + path->demand;
        p->value[n++] = 1;
    }
    p->start[1 + master->n_paths] = n;
}

kh_status kh_master_write_mps(kh_master *master, const char *about, FILE *file, kh_error *err)
{
    kh_arena_reset(master->scratch);
    program p;
    KH_TRY(allocate(master, &p, err));
    fill_rows(master, &p);
    fill_columns(master, &p);
    const kh_lp lp = {.maximise = true,
                      .n_rows = master->problem->graph.n_links + master->problem->n_demands,
                      .n_columns = 1 + master->n_paths,
                      .row_lower = p.row_lower,
                      .row_upper = p.row_upper,
                      .column_lower = p.column_lower,
                      .column_upper = p.column_upper,
                      .cost = p.cost,
                      .start = p.start,
                      .row = p.row,
                      .value = p.value};
    return kh_lp_write_mps(&lp, about, file, err);
}
