/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/flow/master.h"

#include <math.h>

static void fill_rows(const kh_master *master, kh_program *p)
{
    size_t m = master->problem->graph.n_links;
    for (size_t e = 0; e < m; e++) {
        p->row_lower[e] = -INFINITY;
        p->row_upper[e] = master->problem->capacity_bps[e];
    }
    for (size_t k = 0; k < master->problem->n_demands; k++)
        p->row_upper[m + k] = INFINITY; /* and at least 0: one that no path joins is 0 = 0 */
}

static void fill_columns(const kh_master *master, kh_program *p)
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
    for (size_t c = 0; c < master->pool->n_paths; c++) {
        const kh_pool_path *path = &master->pool->paths[c];
        p->start[1 + c] = n;
        p->column_upper[1 + c] = INFINITY;
        for (size_t i = 0; i < path->n_links; i++) {
            p->row[n] = master->pool->links[path->first + i];
            p->value[n++] = 1. / path->keys;
        }
        p->row[n] = m + path->demand;
        p->value[n++] = 1;
    }
    p->start[1 + master->pool->n_paths] = n;
}

kh_status kh_master_write_mps(kh_master *master, const char *about, FILE *file, kh_error *err)
{
    kh_arena_reset(master->scratch);
    kh_program p;
    KH_TRY(kh_master_allocate(master, &p, err));
    fill_rows(master, &p);
    fill_columns(master, &p);
    const kh_lp lp = kh_program_lp(&p);
    return kh_lp_write_mps(&lp, about, file, err);
}
