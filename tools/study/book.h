/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_STUDY_BOOK_H
#define KH_TOOLS_STUDY_BOOK_H

#include "core/base/str.h"
#include "core/run/run.h"

#include <stdbool.h>

/** Tables being filled. Out of memory is remembered: add all columns of a table, look at @c failed once, then fill. */
enum { KH_BOOK_MOST_TABLES = 8 };

typedef struct kh_book {
    kh_arena *arena;
    kh_table *tables; /**< [KH_BOOK_MOST_TABLES] */
    size_t n_tables;
    bool failed;
} kh_book;

kh_book kh_book_start(kh_arena *arena);
/** The next table; NULL when memory is out. Its pointer holds while the book is filled. */
kh_table *kh_book_table(kh_book *book, const char *name, size_t n_rows, size_t n_columns);
double *kh_book_number(kh_book *book, kh_table *table, const char *column);
const char **kh_book_text(kh_book *book, kh_table *table, const char *column);
/** A copy in the book's arena; NULL for NULL. */
const char *kh_book_copy(kh_book *book, const char *text);
/** Copies @p str and clears it. */
const char *kh_book_take(kh_book *book, kh_str *str);

#endif
