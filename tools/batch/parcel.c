/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/batch/parcel.h"

#include <string.h>

static const uint64_t NO_TEXT = UINT64_MAX;

/* --- packing --- */

static void pack_bytes(kh_str *out, const void *data, size_t size)
{
    kh_str_append_n(out, (const char *)data, size);
}
static void pack_whole(kh_str *out, uint64_t n)
{
    pack_bytes(out, &n, sizeof n);
}

static void pack_text(kh_str *out, const char *text)
{
    size_t length = text == NULL ? 0 : strlen(text);
    pack_whole(out, text == NULL ? NO_TEXT : length);
    if (length > 0)
        pack_bytes(out, text, length);
}

static void pack_findings(kh_str *out, const kh_findings *findings)
{
    size_t n = kh_findings_kept(findings);
    pack_whole(out, n);
    for (size_t i = 0; i < n; i++) {
        const kh_finding *f = kh_findings_at(findings, i);
        pack_whole(out, (uint64_t)f->severity);
        pack_text(out, f->place.file);
        pack_whole(out, f->place.line);
        pack_whole(out, f->place.column);
        pack_text(out, f->message);
        pack_text(out, f->hint);
    }
}

static void pack_column(kh_str *out, const kh_column *column, size_t n_rows)
{
    pack_text(out, column->name);
    pack_whole(out, column->text != NULL);
    if (column->text == NULL) {
        if (n_rows > 0)
            pack_bytes(out, column->number, n_rows * sizeof *column->number);
        return;
    }
    for (size_t i = 0; i < n_rows; i++)
        pack_text(out, column->text[i]);
}

static void pack_table(kh_str *out, const kh_table *table)
{
    pack_text(out, table->name);
    pack_whole(out, table->n_rows);
    pack_whole(out, table->n_columns);
    for (size_t i = 0; i < table->n_columns; i++)
        pack_column(out, &table->columns[i], table->n_rows);
}

static void pack_case(kh_str *out, const kh_run_case *run_case)
{
    pack_whole(out, run_case != NULL);
    if (run_case == NULL)
        return;
    pack_text(out, run_case->name);
    pack_text(out, run_case->changes);
    pack_whole(out, run_case->number);
    pack_whole(out, run_case->seed);
    pack_whole(out, run_case->replications);
    pack_whole(out, run_case->n_tables);
    for (size_t i = 0; i < run_case->n_tables; i++)
        pack_table(out, &run_case->tables[i]);
}

void kh_parcel_pack(const kh_parcel *parcel, const kh_findings *findings, kh_str *out)
{
    pack_whole(out, (uint64_t)parcel->status);
    pack_text(out, parcel->message);
    pack_text(out, parcel->steps);
    pack_findings(out, findings);
    pack_case(out, parcel->run_case);
}

/* --- unpacking: every count is checked against the bytes that are left --- */

typedef struct reader {
    const char *data;
    size_t left;
    kh_arena *arena;
    bool broken, no_memory;
} reader;

static const char *unpack_bytes(reader *r, uint64_t size)
{
    if (r->broken || size > r->left) {
        r->broken = true;
        return NULL;
    }
    const char *data = r->data;
    r->data += size;
    r->left -= (size_t)size;
    return data;
}

static uint64_t unpack_whole(reader *r)
{
    uint64_t n = 0;
    const char *data = unpack_bytes(r, sizeof n);
    if (data != NULL)
        memcpy(&n, data, sizeof n);
    return n;
}

/* A count of things that take at least 8 bytes each, so that it can be trusted for an allocation. */
static size_t unpack_count(reader *r)
{
    uint64_t n = unpack_whole(r);
    if (n > r->left / 8)
        r->broken = true;
    return r->broken ? 0 : (size_t)n;
}

static const char *unpack_text(reader *r)
{
    uint64_t length = unpack_whole(r);
    if (r->broken || length == NO_TEXT)
        return NULL;
    const char *data = unpack_bytes(r, length);
    const char *text = data == NULL ? NULL : kh_arena_strndup(r->arena, data, (size_t)length);
    r->no_memory = r->no_memory || (data != NULL && text == NULL);
    return text;
}

static void unpack_findings(reader *r, kh_findings *findings)
{
    size_t n = unpack_count(r);
    for (size_t i = 0; i < n && !r->broken; i++) {
        uint64_t severity = unpack_whole(r);
        kh_place place = {.file = unpack_text(r)};
        place.line = (uint32_t)unpack_whole(r);
        place.column = (uint32_t)unpack_whole(r);
        const char *message = unpack_text(r), *hint = unpack_text(r);
        r->broken = r->broken || severity > KH_ERROR;
        if (!r->broken && message != NULL)
            kh_findings_add(findings, (kh_severity)severity, place, hint, "%s", message);
    }
}

static void unpack_numbers(reader *r, double *cells, size_t n)
{
    const char *data = unpack_bytes(r, n * sizeof *cells);
    if (data != NULL && n > 0)
        memcpy(cells, data, n * sizeof *cells);
}

static void unpack_column(reader *r, kh_table *table)
{
    const char *name = unpack_text(r);
    bool is_text = unpack_whole(r) != 0;
    if (r->broken || r->no_memory || name == NULL)
        return;
    const char **text = is_text ? kh_table_add_text(r->arena, table, name) : NULL;
    double *numbers = is_text ? NULL : kh_table_add_number(r->arena, table, name);
    if (text == NULL && numbers == NULL) {
        r->no_memory = true;
        return;
    }
    if (numbers != NULL)
        unpack_numbers(r, numbers, table->n_rows);
    for (size_t i = 0; is_text && i < table->n_rows; i++)
        text[i] = unpack_text(r);
}

static void unpack_table(reader *r, kh_table *table)
{
    const char *name = unpack_text(r);
    uint64_t n_rows = unpack_whole(r);
    size_t n_columns = unpack_count(r);
    if (n_columns > 0 && n_rows > r->left / 8) /* a cell takes at least 8 bytes */
        r->broken = true;
    if (r->broken || r->no_memory || name == NULL)
        return;
    kh_table *made = kh_table_create(r->arena, name, (size_t)n_rows, n_columns);
    if (made == NULL) {
        r->no_memory = true;
        return;
    }
    for (size_t i = 0; i < n_columns && !r->broken && !r->no_memory; i++)
        unpack_column(r, made);
    *table = *made;
}

static kh_run_case *unpack_case(reader *r)
{
    if (unpack_whole(r) == 0 || r->broken)
        return NULL;
    kh_run_case *run_case = KH_NEW(r->arena, kh_run_case, 1);
    if (run_case == NULL) {
        r->no_memory = true;
        return NULL;
    }
    run_case->name = unpack_text(r);
    run_case->changes = unpack_text(r);
    run_case->number = unpack_whole(r);
    run_case->seed = unpack_whole(r);
    run_case->replications = unpack_whole(r);
    run_case->n_tables = unpack_count(r);
    run_case->tables = KH_NEW(r->arena, kh_table, run_case->n_tables);
    r->no_memory = r->no_memory || run_case->tables == NULL;
    for (size_t i = 0; i < run_case->n_tables && !r->broken && !r->no_memory; i++)
        unpack_table(r, &run_case->tables[i]);
    return run_case;
}

kh_status kh_parcel_unpack(const char *data, size_t length, kh_arena *arena, kh_findings *findings, kh_parcel *parcel,
                           kh_error *err)
{
    reader r = {.data = data, .left = length, .arena = arena};
    uint64_t status = unpack_whole(&r);
    kh_parcel read = {.status = (kh_status)status};
    read.message = unpack_text(&r);
    read.steps = unpack_text(&r);
    unpack_findings(&r, findings);
    read.run_case = unpack_case(&r);
    if (r.broken || (r.left > 0 && !r.no_memory) || status >= KH_STATUS_COUNT)
        return kh_fail(err, KH_EINTERNAL, "the result of a case is damaged, %zu bytes", length);
    if (r.no_memory)
        return kh_fail(err, KH_ENOMEM, "no memory for the result of a case");
    *parcel = read;
    return KH_OK;
}
