/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/lp/lp_build.h"

#include <math.h>

kh_status kh_lp_build_init(kh_lp_build *build, size_t n_rows, kh_arena *arena, kh_error *err)
{
    *build = (kh_lp_build){.arena = arena,
                           .n_rows = n_rows,
                           .row_lower = KH_NEW(arena, double, n_rows),
                           .row_upper = KH_NEW(arena, double, n_rows),
                           .start = KH_NEW(arena, size_t, 1),
                           .start_room = 1};
    if (build->row_lower == NULL || build->row_upper == NULL || build->start == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a linear program of %zu rows", n_rows);
    for (size_t r = 0; r < n_rows; r++)
        kh_lp_build_row(build, r, -INFINITY, INFINITY);
    return KH_OK;
}

void kh_lp_build_row(kh_lp_build *build, size_t row, double lower, double upper)
{
    build->row_lower[row] = lower;
    build->row_upper[row] = upper;
}

static void *grow(kh_lp_build *build, const void *array, size_t used, size_t *room, size_t size)
{
    void *grown = kh_arena_grow(build->arena, array, used, room, size);
    build->out_of_memory |= grown == NULL;
    return grown;
}

static void make_column_room(kh_lp_build *build)
{
    size_t n = build->n_columns, rooms[4];
    if (n == build->column_room) {
        for (int i = 0; i < 4; i++)
            rooms[i] = n;
        build->column_lower = grow(build, build->column_lower, n, &rooms[0], sizeof *build->column_lower);
        build->column_upper = grow(build, build->column_upper, n, &rooms[1], sizeof *build->column_upper);
        build->cost = grow(build, build->cost, n, &rooms[2], sizeof *build->cost);
        build->integer = grow(build, build->integer, n, &rooms[3], sizeof *build->integer);
        build->column_room = rooms[0];
    }
    if (n + 1 == build->start_room)
        build->start = grow(build, build->start, n + 1, &build->start_room, sizeof *build->start);
}

size_t kh_lp_build_column(kh_lp_build *build, double cost, double lower, double upper)
{
    if (!build->out_of_memory)
        make_column_room(build);
    if (build->out_of_memory)
        return 0;
    size_t j = build->n_columns++;
    build->cost[j] = cost;
    build->column_lower[j] = lower;
    build->column_upper[j] = upper;
    build->integer[j] = false;
    build->start[j] = build->start[j + 1] = build->n_entries;
    return j;
}

size_t kh_lp_build_integer(kh_lp_build *build, double cost, double lower, double upper)
{
    size_t j = kh_lp_build_column(build, cost, lower, upper);
    if (!build->out_of_memory)
        build->integer[j] = true;
    return j;
}

void kh_lp_build_entry(kh_lp_build *build, size_t row, double value)
{
    size_t n = build->n_entries, row_room = n;
    if (n == build->entry_room && !build->out_of_memory) {
        build->row = grow(build, build->row, n, &row_room, sizeof *build->row);
        build->value = grow(build, build->value, n, &build->entry_room, sizeof *build->value);
    }
    if (build->out_of_memory)
        return;
    build->row[n] = (uint32_t)row;
    build->value[n] = value;
    build->start[build->n_columns] = ++build->n_entries;
}

kh_status kh_lp_build_program(const kh_lp_build *build, bool maximise, kh_lp *lp, kh_error *err)
{
    if (build->out_of_memory)
        return kh_fail(err, KH_ENOMEM, "no memory for a linear program of %zu rows", build->n_rows);
    *lp = (kh_lp){.maximise = maximise,
                  .n_rows = build->n_rows,
                  .n_columns = build->n_columns,
                  .row_lower = build->row_lower,
                  .row_upper = build->row_upper,
                  .column_lower = build->column_lower,
                  .column_upper = build->column_upper,
                  .cost = build->cost,
                  .start = build->start,
                  .row = build->row,
                  .value = build->value,
                  .integer = build->integer};
    return KH_OK;
}
