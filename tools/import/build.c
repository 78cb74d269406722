/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/import/build.h"

#include "core/base/map.h"
#include "core/base/utf8.h"
#include "core/net/load.h"
#include "core/net/save.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST_ID = 90, LONGEST_REMARK = 120, LONGEST_MESSAGE = 500, MOST_REMARKS = 60 * LONGEST_REMARK };

kh_status kh_build_start(kh_build *b, kh_arena *arena, kh_findings *findings, const char *source, kh_error *err)
{
    *b = (kh_build){.arena = arena, .findings = findings, .source = source, .net = {.arena = arena}};
    b->ids = KH_NEW(arena, kh_map, KH_NOUN_COUNT);
    if (b->ids == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for a network");
    for (size_t i = 0; i < KH_NOUN_COUNT; i++)
        b->ids[i].arena = arena;
    kh_schema_fill(kh_schema_layout(KH_NOUN_COSTS)->table, &b->net.costs);
    return KH_OK;
}

void kh_build_clear(kh_build *b)
{
    kh_str_clear(&b->comment);
}

const char *kh_build_text(kh_build *b, const char *format, ...)
{
    char text[LONGEST_MESSAGE];
    va_list list;
    va_start(list, format);
    (void)vsnprintf(text, sizeof text, format, list);
    va_end(list);
    const char *copy = kh_arena_strdup(b->arena, text);
    b->failed = b->failed || copy == NULL;
    return copy == NULL ? "" : copy;
}

/* --- ids --- */

static size_t cut_length(const char *text, size_t most)
{
    size_t length = 0;
    while (text[length] != '\0') {
        size_t next = kh_utf8_length(text + length);
        next = next == 0 ? 1 : next;
        if (length + next > most)
            break;
        length += next;
    }
    return length;
}

static char *make_fit(kh_build *b, const char *id)
{
    char *fit = kh_arena_strndup(b->arena, id, cut_length(id, LONGEST_ID));
    for (char *at = fit; at != NULL && *at != '\0'; at++)
        if ((unsigned char)*at <= ' ' || *at == '*' || *at == ',' || *at == 0x7F)
            *at = '_';
    return fit != NULL && fit[0] == '\0' ? kh_arena_strdup(b->arena, "unnamed") : fit;
}

static const char *unique_id(kh_build *b, kh_noun noun, const char *wanted, uint32_t index)
{
    const char *fit = make_fit(b, wanted), *id = fit;
    for (unsigned n = 2; id != NULL && kh_map_get(&b->ids[noun], id, strlen(id)) != KH_MAP_NONE; n++)
        id = kh_arena_printf(b->arena, "%s-%u", fit, n);
    if (id != NULL && kh_map_put(&b->ids[noun], id, strlen(id), index))
        return id;
    b->failed = true;
    return "";
}

/* --- records --- */

static void *at_offset(void *base, size_t offset)
{
    return (unsigned char *)base + offset;
}

/* A place for one more record, or a scratch one. */
static unsigned char *make_room(kh_build *b, kh_noun noun)
{
    const kh_layout *layout = kh_schema_layout(noun);
    size_t *count = at_offset(&b->net, layout->count_offset);
    unsigned char *array;
    memcpy(&array, at_offset(&b->net, layout->array_offset), sizeof array);
    if (*count < b->capacity[noun])
        return array + layout->table->size * (*count)++;
    array = kh_arena_grow(b->arena, array, *count, &b->capacity[noun], layout->table->size);
    if (array == NULL)
        return NULL;
    memcpy(at_offset(&b->net, layout->array_offset), &array, sizeof array);
    return array + layout->table->size * (*count)++;
}

void *kh_build_add(kh_build *b, kh_noun noun, const char *id)
{
    const kh_layout *layout = kh_schema_layout(noun);
    unsigned char *record = make_room(b, noun);
    if (record == NULL) {
        b->failed = true;
        return b->scratch; /* larger than any record: the loader holds them to 64 fields */
    }
    memset(record, 0, layout->table->size);
    kh_schema_fill(layout->table, record);
    const char *unique = unique_id(b, noun, id, kh_build_last(b, noun));
    memcpy(record + layout->id_offset, &unique, sizeof unique);
    return record;
}

uint32_t kh_build_last(const kh_build *b, kh_noun noun)
{
    size_t count;
    memcpy(&count, (const unsigned char *)&b->net + kh_schema_layout(noun)->count_offset, sizeof count);
    return (uint32_t)(count - 1);
}

void kh_build_source(kh_build *b, kh_noun noun, const char *id, const char *field, bool assumed, const char *source)
{
    kh_net *net = &b->net;
    if (net->n_provenance == b->provenance_capacity) {
        kh_provenance *bigger =
            kh_arena_grow(b->arena, net->provenance, net->n_provenance, &b->provenance_capacity, sizeof *net->provenance);
        b->failed = b->failed || bigger == NULL;
        if (bigger == NULL)
            return;
        net->provenance = bigger;
    }
    net->provenance[net->n_provenance++] = (kh_provenance){.noun = kh_schema_layout(noun)->table->noun,
                                                           .id = id,
                                                           .field = field,
                                                           .source = kh_arena_strdup(b->arena, source),
                                                           .assumed = assumed};
}

/* --- words --- */

static void add_remark(kh_build *b, const char *text)
{
    if (b->comment.length > MOST_REMARKS) {
        if (strstr(kh_str_text(&b->comment), "\n- ...") == NULL)
            kh_str_append(&b->comment, "- ... and more: the messages of the import say them\n");
        return;
    }
    kh_str_append(&b->comment, "- ");
    kh_str_append_wrapped(&b->comment, text, LONGEST_REMARK, "  ");
    kh_str_append(&b->comment, "\n");
}

void kh_build_remark(kh_build *b, const char *format, ...)
{
    char text[LONGEST_MESSAGE];
    va_list list;
    va_start(list, format);
    (void)vsnprintf(text, sizeof text, format, list);
    va_end(list);
    add_remark(b, text);
}

void kh_build_warn(kh_build *b, kh_place place, const char *format, ...)
{
    char text[LONGEST_MESSAGE];
    va_list list;
    va_start(list, format);
    (void)vsnprintf(text, sizeof text, format, list);
    va_end(list);
    kh_findings_add(b->findings, KH_WARNING, place, NULL, "%s", text);
    add_remark(b, text);
}

void kh_build_error(kh_build *b, kh_place place, const char *hint, const char *format, ...)
{
    char text[LONGEST_MESSAGE];
    va_list list;
    va_start(list, format);
    (void)vsnprintf(text, sizeof text, format, list);
    va_end(list);
    kh_findings_add(b->findings, KH_ERROR, place, hint, "%s", text);
}

/* --- the end --- */

static kh_status count_errors(const kh_build *b, kh_error *err)
{
    size_t errors = kh_findings_count(b->findings, KH_ERROR);
    return errors == 0 ? KH_OK : kh_fail(err, KH_EDATA, "%zu errors in '%s'", errors, b->source);
}

/* What our own loader says of the result: a range that the foreign format does not know. */
static kh_status prove(const kh_build *b, const kh_str *text, kh_error *err)
{
    kh_net *net = NULL;
    const char *name = kh_arena_printf(b->arena, "%s (imported)", b->source);
    if (name == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for a network");
    kh_status status = kh_net_load_text(name, text->data, text->length, NULL, 0, b->findings, &net, err);
    kh_net_destroy(net);
    kh_findings_quote(b->findings, name, text->data, text->length);
    return status;
}

static kh_status write_and_prove(kh_build *b, kh_str *text, kh_imported *out, kh_error *err)
{
    KH_TRY(kh_net_save(&b->net, kh_str_text(&b->comment), text, err));
    if (b->failed || b->comment.failed)
        return kh_fail(err, KH_ENOMEM, "out of memory for a network");
    KH_TRY(prove(b, text, err));
    out->yaml = kh_arena_strndup(b->arena, text->data, text->length);
    out->length = text->length;
    return out->yaml == NULL ? kh_fail(err, KH_ENOMEM, "out of memory for a network") : KH_OK;
}

kh_status kh_build_finish(kh_build *b, kh_imported *out, kh_error *err)
{
    KH_TRY(count_errors(b, err));
    kh_str text = {0};
    kh_status status = write_and_prove(b, &text, out, err);
    kh_str_clear(&text);
    return status;
}
