/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/report/grid.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

kh_grid *kh_grid_create(kh_arena *arena, const char *name, const kh_head *heads, size_t n_columns, size_t n_rows)
{
    kh_grid *grid = KH_NEW(arena, kh_grid, 1);
    kh_cell *cells = KH_NEW(arena, kh_cell, n_columns * n_rows);
    if (grid == NULL || cells == NULL)
        return NULL;
    for (size_t i = 0; i < n_columns * n_rows; i++)
        cells[i] = (kh_cell){.sort = (double)NAN, .bar = (double)NAN, .case_index = SIZE_MAX};
    *grid = (kh_grid){.name = name, .heads = heads, .n_columns = n_columns, .n_rows = n_rows, .cells = cells};
    return grid;
}

kh_cell *kh_grid_text(kh_grid *grid, size_t row, size_t column, const char *text)
{
    kh_cell *cell = &grid->cells[row * grid->n_columns + column];
    cell->text = text;
    return cell;
}

kh_cell *kh_grid_number(kh_grid *grid, size_t row, size_t column, double sort, const char *text)
{
    grid->failed = grid->failed || text == NULL;
    kh_cell *cell = kh_grid_text(grid, row, column, isnan(sort) ? NULL : text);
    cell->sort = sort;
    return cell;
}

void kh_grid_truncate(kh_grid *grid, size_t n_rows)
{
    if (n_rows < grid->n_rows)
        grid->n_rows = n_rows;
}

bool kh_grid_column_is_empty(const kh_grid *grid, size_t column)
{
    for (size_t row = 0; row < grid->n_rows; row++) {
        const char *text = grid->cells[row * grid->n_columns + column].text;
        if (text != NULL && *text != '\0')
            return false;
    }
    return true;
}
