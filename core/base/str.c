/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/str.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool make_room(kh_str *str, size_t more)
{
    if (str->capacity - str->length > more)
        return true;
    size_t wanted = str->capacity < 32 ? 64 : str->capacity;
    while (wanted - str->length <= more)
        wanted *= 2;
    char *data = realloc(str->data, wanted);
    if (data == NULL) {
        str->failed = true;
        return false;
    }
    str->data = data;
    str->capacity = wanted;
    return true;
}

void kh_str_append_n(kh_str *str, const char *text, size_t length)
{
    if (str->failed || !make_room(str, length))
        return;
    memcpy(str->data + str->length, text, length);
    str->length += length;
    str->data[str->length] = '\0';
}

void kh_str_append(kh_str *str, const char *text)
{
    kh_str_append_n(str, text, strlen(text));
}

void kh_str_printf(kh_str *str, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length >= 0 && !str->failed && make_room(str, (size_t)length)) {
        (void)vsnprintf(str->data + str->length, (size_t)length + 1, format, again);
        str->length += (size_t)length;
    }
    va_end(again);
}

void kh_str_clear(kh_str *str)
{
    free(str->data);
    *str = (kh_str){0};
}

const char *kh_str_text(const kh_str *str)
{
    return str->data == NULL ? "" : str->data;
}

enum { LONGEST_WORD = 64 };

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static int lower(const char *word, size_t i)
{
    return tolower((unsigned char)word[i]);
}

/* Optimal string alignment distance: insert, delete, replace, swap of neighbours. */
static size_t distance(const char *a, const char *b)
{
    size_t rows[3][LONGEST_WORD + 1];
    size_t length_a = strlen(a), length_b = strlen(b);
    if (length_a > LONGEST_WORD || length_b > LONGEST_WORD)
        return LONGEST_WORD;
    for (size_t j = 0; j <= length_b; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= length_a; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= length_b; j++) {
            size_t replace = above[j - 1] + (lower(a, i - 1) != lower(b, j - 1));
            row[j] = smaller(replace, smaller(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && lower(a, i - 1) == lower(b, j - 2) && lower(a, i - 2) == lower(b, j - 1))
                row[j] = smaller(row[j], two_above[j - 2] + 1);
        }
    }
    return rows[length_a % 3][length_b];
}

const char *kh_str_nearest(const char *word, const char *const *candidates, size_t count)
{
    size_t allowed = strlen(word) / 3 > 1 ? strlen(word) / 3 : 1;
    const char *best = NULL;
    for (size_t i = 0; i < count; i++) {
        if (candidates[i] == NULL)
            continue;
        size_t d = distance(word, candidates[i]);
        if (d < allowed || (d == allowed && best == NULL)) {
            allowed = d;
            best = candidates[i];
        }
    }
    return best;
}

void kh_str_append_wrapped(kh_str *str, const char *text, size_t width, const char *indent)
{
    size_t column = 0;
    while (*text != '\0') {
        size_t word = strcspn(text, " ");
        if (column > 0 && column + 1 + word > width) {
            kh_str_append(str, "\n");
            kh_str_append(str, indent);
            column = 0;
        } else if (column > 0) {
            kh_str_append(str, " ");
            column++;
        }
        kh_str_append_n(str, text, word);
        column += word;
        text += word;
        text += strspn(text, " ");
    }
}
