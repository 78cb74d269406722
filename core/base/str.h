/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_BASE_STR_H
#define KH_CORE_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>

/** A growing text. Start with {0}; kh_str_clear() gives the memory back.
 *  When memory is out, the text stays as it was and @c failed is set: write all of it, then look once. */
typedef struct kh_str {
    char *data; /**< length bytes and a closing NUL; NULL while empty */
    size_t length, capacity;
    bool failed;
} kh_str;

void kh_str_append(kh_str *str, const char *text);
void kh_str_append_n(kh_str *str, const char *text, size_t length);
void kh_str_printf(kh_str *str, const char *format, ...) __attribute__((format(printf, 2, 3)));
void kh_str_clear(kh_str *str);
/** @return the text, "" while empty; lives until the next change. */
const char *kh_str_text(const kh_str *str);

/** Did-you-mean: the candidate nearest to @p word by edit distance (a swap of neighbours counts 1; case is ignored),
 *  or NULL when none is within a third of the word's length, at least 1.
 *  @param candidates  count texts, NULL entries are skipped */
const char *kh_str_nearest(const char *word, const char *const *candidates, size_t count);

/** The words that fit @p width columns a line, broken at spaces; a longer word stays whole.
 *  Appends @p text with each new line starting with @p indent. */
void kh_str_append_wrapped(kh_str *str, const char *text, size_t width, const char *indent);

#endif
