/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/flow/program.h"

kh_status kh_program_allocate(kh_program *p, size_t n_rows, size_t n_columns, size_t n_entries, kh_arena *arena, kh_error *err)
{
    *p = (kh_program){.n_rows = n_rows,
                      .n_columns = n_columns,
                      .row_lower = KH_NEW(arena, double, n_rows),
                      .row_upper = KH_NEW(arena, double, n_rows),
                      .column_lower = KH_NEW(arena, double, n_columns),
                      .column_upper = KH_NEW(arena, double, n_columns),
                      .cost = KH_NEW(arena, double, n_columns),
                      .start = KH_NEW(arena, size_t, n_columns + 1),
                      .row = KH_NEW(arena, uint32_t, n_entries),
                      .value = KH_NEW(arena, double, n_entries),
                      .primal = KH_NEW(arena, double, n_columns),
                      .dual = KH_NEW(arena, double, n_rows),
                      .row_place = KH_NEW(arena, uint8_t, n_rows),
                      .column_place = KH_NEW(arena, uint8_t, n_columns)};
    if (p->row_lower == NULL || p->row_upper == NULL || p->column_lower == NULL || p->column_upper == NULL || p->cost == NULL ||
        p->start == NULL || p->row == NULL || p->value == NULL || p->primal == NULL || p->dual == NULL || p->row_place == NULL ||
        p->column_place == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a linear program of %zu entries", n_entries);
    return KH_OK;
}

kh_lp kh_program_lp(const kh_program *p)
{
    return (kh_lp){.maximise = true,
                   .n_rows = p->n_rows,
                   .n_columns = p->n_columns,
                   .row_lower = p->row_lower,
                   .row_upper = p->row_upper,
                   .column_lower = p->column_lower,
                   .column_upper = p->column_upper,
                   .cost = p->cost,
                   .start = p->start,
                   .row = p->row,
                   .value = p->value};
}

kh_lp_solution kh_program_solution(const kh_program *p, bool warm)
{
    return (kh_lp_solution){
        .warm = warm, .row_place = p->row_place, .column_place = p->column_place, .primal = p->primal, .dual = p->dual};
}
