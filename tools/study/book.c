/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/study/book.h"

kh_book kh_book_start(kh_arena *arena)
{
    kh_book book = {.arena = arena, .tables = KH_NEW(arena, kh_table, KH_BOOK_MOST_TABLES)};
    book.failed = book.tables == NULL;
    return book;
}

kh_table *kh_book_table(kh_book *book, const char *name, size_t n_rows, size_t n_columns)
{
    if (book->failed || book->n_tables == KH_BOOK_MOST_TABLES) {
        book->failed = true;
        return NULL;
    }
    kh_table *made = kh_table_create(book->arena, name, n_rows, n_columns);
    if (made == NULL) {
        book->failed = true;
        return NULL;
    }
    book->tables[book->n_tables] = *made;
    return &book->tables[book->n_tables++];
}

double *kh_book_number(kh_book *book, kh_table *table, const char *column)
{
    double *cells = book->failed ? NULL : kh_table_add_number(book->arena, table, column);
    book->failed = book->failed || cells == NULL;
    return cells;
}

const char **kh_book_text(kh_book *book, kh_table *table, const char *column)
{
    const char **cells = book->failed ? NULL : kh_table_add_text(book->arena, table, column);
    book->failed = book->failed || cells == NULL;
    return cells;
}

const char *kh_book_copy(kh_book *book, const char *text)
{
    if (text == NULL)
        return NULL;
    const char *copy = kh_arena_strdup(book->arena, text);
    book->failed = book->failed || copy == NULL;
    return copy;
}

const char *kh_book_take(kh_book *book, kh_str *str)
{
    const char *copy = kh_book_copy(book, kh_str_text(str));
    book->failed = book->failed || str->failed;
    kh_str_clear(str);
    return copy;
}
