/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_REPORT_GRID_H
#define KH_TOOLS_REPORT_GRID_H

#include "core/base/arena.h"

#include <stdbool.h>
#include <stddef.h>

/** A table for people: cells of text, ready to be written as HTML or Markdown. All texts live in the arena of the grid or longer.
 */

typedef enum kh_tone { KH_TONE_NONE, KH_TONE_GOOD, KH_TONE_WARN, KH_TONE_BAD, KH_TONE_QUIET } kh_tone;

typedef struct kh_cell {
    const char *text;  /**< NULL: empty */
    const char *small; /**< a second line in small letters; NULL: none */
    double sort;       /**< what sorting goes by; NAN: the text */
    double bar;        /**< length of a bar in [0, 1]; NAN: none */
    kh_tone tone;      /**< a coloured tag instead of plain text, unless NONE */
    size_t case_index; /**< the cell leads to this case; SIZE_MAX: to nowhere */
} kh_cell;

typedef struct kh_head {
    const char *text;
    bool number; /**< right-aligned */
    bool wide;   /**< prose: takes the room that is left */
} kh_head;

typedef struct kh_grid {
    const char *name; /**< of the table, in a few words, for readers that do not see it */
    const kh_head *heads;
    size_t n_columns, n_rows;
    kh_cell *cells; /**< [n_rows][n_columns] */
    bool failed;    /**< memory was out: the grid is not complete */
} kh_grid;

/** @return NULL when memory is out. @p heads has n_columns entries and outlives the grid. */
kh_grid *kh_grid_create(kh_arena *arena, const char *name, const kh_head *heads, size_t n_columns, size_t n_rows);

/** Sets one cell and returns it, for more. */
kh_cell *kh_grid_text(kh_grid *grid, size_t row, size_t column, const char *text);
/** @p text was made by kh_format_*: NULL marks the grid as failed. */
kh_cell *kh_grid_number(kh_grid *grid, size_t row, size_t column, double sort, const char *text);

/** Takes rows out of the grid that stand empty at its end. */
void kh_grid_truncate(kh_grid *grid, size_t n_rows);

/** True when no cell of the column has text: it can be left out. */
bool kh_grid_column_is_empty(const kh_grid *grid, size_t column);

#endif
