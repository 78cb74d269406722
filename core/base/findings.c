/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/findings.h"

#include "core/base/arena.h"
#include "core/base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_EXCERPT = 120, LONGEST_MESSAGE = 1000 };

struct kh_findings {
    kh_arena *arena;
    kh_finding *kept;
    size_t n_kept, capacity;
    size_t counts[3];
};

const char *kh_severity_name(kh_severity severity)
{
    static const char *const names[] = {"note", "warning", "error"};
    return names[severity];
}

kh_findings *kh_findings_create(void)
{
    kh_findings *findings = calloc(1, sizeof *findings);
    if (findings == NULL)
        return NULL;
    findings->arena = kh_arena_create(0);
    if (findings->arena == NULL) {
        free(findings);
        return NULL;
    }
    return findings;
}

void kh_findings_destroy(kh_findings *findings)
{
    if (findings == NULL)
        return;
    kh_arena_destroy(findings->arena);
    free(findings);
}

/* Control characters of hostile input must not reach a terminal, nor broken UTF-8 a report. */
static void make_printable(char *text)
{
    while (*text != '\0') {
        unsigned char c = (unsigned char)*text;
        size_t length = kh_utf8_length(text);
        bool second_controls = c == 0xC2 && (unsigned char)text[1] < 0xA0; /* U+0080 to U+009F */
        if (c < 0x20 || c == 0x7F)
            *text = ' ';
        else if (length == 0 || second_controls)
            *text = '?';
        text += length == 0 || second_controls ? 1 : length;
    }
}

static char *copy_printable(kh_arena *arena, const char *text, size_t length)
{
    char *copy = kh_arena_strndup(arena, text, length);
    if (copy != NULL)
        make_printable(copy);
    return copy;
}

static kh_finding *next_slot(kh_findings *findings)
{
    if (findings->n_kept >= KH_FINDINGS_KEPT)
        return NULL;
    if (findings->n_kept == findings->capacity) {
        void *bigger = kh_arena_grow(findings->arena, findings->kept, findings->n_kept, &findings->capacity, sizeof(kh_finding));
        if (bigger == NULL)
            return NULL;
        findings->kept = bigger;
    }
    return &findings->kept[findings->n_kept];
}

void kh_findings_add(kh_findings *findings, kh_severity severity, kh_place place, const char *hint, const char *format, ...)
{
    findings->counts[severity]++;
    kh_finding *slot = next_slot(findings);
    if (slot == NULL)
        return;
    char message[LONGEST_MESSAGE];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(message, sizeof message, format, args);
    va_end(args);
    *slot = (kh_finding){.severity = severity, .place = place};
    slot->place.file = kh_arena_strdup(findings->arena, place.file);
    slot->message = copy_printable(findings->arena, message, strlen(message));
    slot->hint = hint == NULL ? NULL : copy_printable(findings->arena, hint, strlen(hint));
    if (slot->message != NULL)
        findings->n_kept++;
}

static const char *line_start(const char *text, size_t length, uint32_t line, size_t *from_line, size_t *offset)
{
    while (*from_line < line) {
        const char *newline = memchr(text + *offset, '\n', length - *offset);
        if (newline == NULL)
            return NULL;
        *offset = (size_t)(newline - text) + 1;
        (*from_line)++;
    }
    return text + *offset;
}

void kh_findings_quote(kh_findings *findings, const char *file, const char *text, size_t length)
{
    size_t at_line = 1, offset = 0;
    for (size_t i = 0; i < findings->n_kept; i++) {
        kh_finding *f = &findings->kept[i];
        if (f->excerpt != NULL || f->place.line == 0 || f->place.file == NULL || strcmp(f->place.file, file) != 0)
            continue;
        if (f->place.line < at_line)
            at_line = 1, offset = 0;
        const char *start = line_start(text, length, f->place.line, &at_line, &offset);
        if (start == NULL || f->place.column > LONGEST_EXCERPT)
            continue;
        size_t rest = length - (size_t)(start - text);
        const char *newline = memchr(start, '\n', rest);
        size_t size = newline == NULL ? rest : (size_t)(newline - start);
        f->excerpt = copy_printable(findings->arena, start, size < LONGEST_EXCERPT ? size : LONGEST_EXCERPT);
    }
}

size_t kh_findings_count(const kh_findings *findings, kh_severity severity)
{
    return findings->counts[severity];
}

size_t kh_findings_kept(const kh_findings *findings)
{
    return findings->n_kept;
}

const kh_finding *kh_findings_at(const kh_findings *findings, size_t i)
{
    return i < findings->n_kept ? &findings->kept[i] : NULL;
}

static int by_place(const void *left, const void *right)
{
    const kh_finding *a = *(const kh_finding *const *)left, *b = *(const kh_finding *const *)right;
    const char *file_a = a->place.file == NULL ? "" : a->place.file, *file_b = b->place.file == NULL ? "" : b->place.file;
    int files = strcmp(file_a, file_b);
    if (files != 0)
        return files;
    if (a->place.line != b->place.line)
        return a->place.line < b->place.line ? -1 : 1;
    if (a->place.column != b->place.column)
        return a->place.column < b->place.column ? -1 : 1;
    return a < b ? -1 : a > b; /* order of arrival */
}

static void write_place(const kh_place *place, kh_str *out)
{
    if (place->file == NULL)
        return;
    kh_str_append(out, place->file);
    if (place->line > 0)
        kh_str_printf(out, ":%u:%u", place->line, place->column);
    kh_str_append(out, ": ");
}

static void write_finding(const kh_finding *f, bool colour, kh_str *out)
{
    static const char *const colours[] = {"\033[36m", "\033[33m", "\033[31m"};
    write_place(&f->place, out);
    kh_str_printf(out, "%s%s:%s %s\n", colour ? colours[f->severity] : "", kh_severity_name(f->severity), colour ? "\033[0m" : "",
                  f->message);
    if (f->excerpt != NULL) {
        kh_str_printf(out, "%6u | %s\n", f->place.line, f->excerpt);
        if (f->place.column > 0)
            kh_str_printf(out, "       | %*s^\n", (int)f->place.column - 1, "");
    }
    if (f->hint != NULL)
        kh_str_printf(out, "       %s\n", f->hint);
}

void kh_findings_text(const kh_findings *findings, bool colour, kh_str *out)
{
    size_t n = findings->n_kept;
    const kh_finding **order = calloc(n == 0 ? 1 : n, sizeof(const kh_finding *));
    if (order == NULL) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < n; i++)
        order[i] = &findings->kept[i];
    qsort(order, n, sizeof(const kh_finding *), by_place);
    for (size_t i = 0; i < n; i++)
        write_finding(order[i], colour, out);
    free(order);
    size_t all = findings->counts[KH_NOTE] + findings->counts[KH_WARNING] + findings->counts[KH_ERROR];
    if (all > n)
        kh_str_printf(out, "and %zu more\n", all - n);
}
