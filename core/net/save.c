/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/save.h"

#include "core/base/map.h"
#include "core/base/utf8.h"
#include "core/net/loader.h"
#include "core/text/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WIDEST_LINE = 132 };

typedef struct saver {
    kh_net *net; /* read only: the layouts reach into it */
    kh_arena *scratch;
    kh_map by_field; /* "noun\nid\nfield" to the index of its provenance */
    kh_str *out;
    bool failed; /* memory was out while a source was sought */
    kh_error *err;
} saver;

/* The fields of one entry, each as "key: value". */
typedef struct lines {
    saver *saver;
    const kh_schema_table *table;
    const char *id;
    kh_place place;
    const char *texts[80];
    size_t n;
} lines;

/* --- scalars --- */

static bool is_plain_word(const char *text)
{
    static const char *const words[] = {"true", "false", "null", "yes", "no", "on", "off", "y", "n", NULL};
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+()-";
    double number = 0.0;
    if (text[0] == '\0' || strspn(text, safe) != strlen(text) || strchr("-.+/(", text[0]) != NULL || kh_number_read(text, &number))
        return false;
    for (size_t i = 0; words[i] != NULL; i++)
        if (strcmp(text, words[i]) == 0)
            return false;
    return text[0] > '9'; /* 12:30 and the like have meanings of their own */
}

static void write_text(const char *text, kh_str *out)
{
    if (is_plain_word(text)) {
        kh_str_append(out, text);
        return;
    }
    kh_str_append(out, "\"");
    while (*text != '\0') {
        size_t length = kh_utf8_length(text);
        if (length == 0)
            kh_str_append(out, "\xEF\xBF\xBD");
        else if (*text == '"' || *text == '\\')
            kh_str_printf(out, "\\%c", *text);
        else if ((unsigned char)*text < 0x20 || *text == 0x7F)
            kh_str_printf(out, "\\x%02x", (unsigned char)*text);
        else
            kh_str_append_n(out, text, length);
        text += length == 0 ? 1 : length;
    }
    kh_str_append(out, "\"");
}

/* The shortest decimal that reads back the same. */
static void write_number(double number, kh_str *out)
{
    char text[40];
    double back = 0.0;
    int digits = 6;
    do
        (void)snprintf(text, sizeof text, "%.*g", digits, number);
    while (digits++ < 17 && (!kh_number_read(text, &back) || back != number));
    kh_str_append(out, text);
}

/* --- one field --- */

static double number_at(const void *record, size_t offset)
{
    double number;
    memcpy(&number, (const unsigned char *)record + offset, sizeof number);
    return number;
}

static uint32_t index_at(const void *record, size_t offset)
{
    uint32_t index;
    memcpy(&index, (const unsigned char *)record + offset, sizeof index);
    return index;
}

static size_t count_at(const void *record, size_t offset)
{
    size_t count;
    memcpy(&count, (const unsigned char *)record + offset, sizeof count);
    return count;
}

static const void *pointer_at(const void *record, size_t offset)
{
    const void *pointer;
    memcpy(&pointer, (const unsigned char *)record + offset, sizeof pointer);
    return pointer;
}

static const char *id_of(const saver *s, const kh_field *field, uint32_t index)
{
    kh_noun noun = (kh_noun)field->target;
    return kh_record_id(kh_schema_layout(noun), kh_record_at(s->net, noun, index));
}

static bool is_same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

/* Whether the field stays away: it has its default, or nothing to say. */
static bool is_silent(const kh_field *field, const void *record)
{
    if (field->offset == KH_SCHEMA_UNSTORED && field->type != KH_FIELD_MAPPING)
        return true;
    switch (field->type) {
    case KH_FIELD_NUMBER:
    case KH_FIELD_INTEGER:
        return !isfinite(number_at(record, field->offset)) ||
               (!field->required && is_same(number_at(record, field->offset), field->fallback));
    case KH_FIELD_BOOL:
        return *(const bool *)((const unsigned char *)record + field->offset) == (field->fallback == 1);
    case KH_FIELD_TEXT:
        return pointer_at(record, field->offset) == NULL;
    case KH_FIELD_ENUM:
        return index_at(record, field->offset) == KH_SCHEMA_NONE ||
               (!field->required && (double)index_at(record, field->offset) == field->fallback);
    case KH_FIELD_REFERENCE:
    case KH_FIELD_PAIR:
        return index_at(record, field->offset) == KH_SCHEMA_NONE;
    case KH_FIELD_REFERENCES:
    case KH_FIELD_POINTS:
        return count_at(record, field->second_offset) == 0;
    case KH_FIELD_POSITION:
        return isnan(number_at(record, field->offset));
    case KH_FIELD_MAPPING:
        break;
    }
    return false;
}

static void write_ids(const saver *s, const kh_field *field, const uint32_t *indices, size_t n, kh_str *out)
{
    kh_str_append(out, "[");
    for (size_t i = 0; i < n; i++) {
        kh_str_append(out, i == 0 ? "" : ", ");
        write_text(id_of(s, field, indices[i]), out);
    }
    kh_str_append(out, "]");
}

static void write_pair(double first, double second, kh_str *out)
{
    kh_str_append(out, "[");
    write_number(first, out);
    kh_str_append(out, ", ");
    write_number(second, out);
    kh_str_append(out, "]");
}

static void write_points(const double *xy, size_t n, kh_str *out)
{
    kh_str_append(out, "[");
    for (size_t i = 0; i < n; i++) {
        kh_str_append(out, i == 0 ? "" : ", ");
        write_pair(xy[2 * i], xy[2 * i + 1], out);
    }
    kh_str_append(out, "]");
}

static void write_value(const saver *s, const kh_field *field, const void *record, kh_str *out)
{
    const unsigned char *at = (const unsigned char *)record + field->offset;
    uint32_t pair[2];
    switch (field->type) {
    case KH_FIELD_NUMBER:
    case KH_FIELD_INTEGER:
        write_number(number_at(record, field->offset), out);
        break;
    case KH_FIELD_BOOL:
        kh_str_append(out, *(const bool *)at ? "true" : "false");
        break;
    case KH_FIELD_TEXT:
        write_text(pointer_at(record, field->offset), out);
        break;
    case KH_FIELD_ENUM:
        kh_str_append(out, field->words[index_at(record, field->offset)]);
        break;
    case KH_FIELD_REFERENCE:
        write_text(id_of(s, field, index_at(record, field->offset)), out);
        break;
    case KH_FIELD_REFERENCES:
        write_ids(s, field, pointer_at(record, field->offset), count_at(record, field->second_offset), out);
        break;
    case KH_FIELD_PAIR:
        memcpy(pair, at, sizeof pair);
        write_ids(s, field, pair, 2, out);
        break;
    case KH_FIELD_POSITION:
        write_pair(number_at(record, field->offset), number_at(record, field->second_offset), out);
        break;
    case KH_FIELD_POINTS:
        write_points(pointer_at(record, field->offset), count_at(record, field->second_offset), out);
        break;
    case KH_FIELD_MAPPING:
        break; /* written by its fields */
    }
}

/* --- where values come from --- */

static const char *key_of(const saver *s, const char *noun, const char *id, const char *field)
{
    return kh_arena_printf(s->scratch, "%s\n%s\n%s", noun, id, field);
}

static kh_status no_memory(const saver *s)
{
    return kh_fail(s->err, KH_ENOMEM, "out of memory while writing a topology");
}

static kh_status index_provenance(saver *s)
{
    s->by_field.arena = s->scratch;
    for (size_t i = 0; i < s->net->n_provenance; i++) {
        const kh_provenance *p = &s->net->provenance[i];
        const char *key = key_of(s, p->noun, p->id, p->field);
        if (key == NULL || !kh_map_put(&s->by_field, key, strlen(key), (uint32_t)i))
            return no_memory(s);
    }
    return KH_OK;
}

/* An edit may have changed the value since its source was read. */
static bool still_holds(const kh_provenance *p, const kh_field *field, const void *record)
{
    double number = 0.0;
    if (field->type == KH_FIELD_NUMBER || field->type == KH_FIELD_INTEGER)
        return p->value == NULL || (kh_number_read(p->value, &number) && number == number_at(record, field->offset));
    return true;
}

/* The source of an entry's own value, or of the default of its file that it took. */
static const kh_provenance *find_source(const lines *l, const kh_field *field, const void *record)
{
    saver *s = l->saver;
    for (int own = 1; own >= 0; own--) {
        const char *key = key_of(s, l->table->noun, own == 1 ? l->id : "", field->name);
        s->failed = s->failed || key == NULL;
        uint32_t i = key == NULL ? KH_MAP_NONE : kh_map_get(&s->by_field, key, strlen(key));
        const kh_provenance *p = i == KH_MAP_NONE ? NULL : &s->net->provenance[i];
        if (p != NULL && (own == 1 || p->place.file == l->place.file) && still_holds(p, field, record))
            return p;
    }
    return NULL;
}

/* --- entries --- */

static kh_status keep(lines *l, kh_str *text)
{
    const char *copy = text->failed ? NULL : kh_arena_strdup(l->saver->scratch, kh_str_text(text));
    kh_str_clear(text);
    if (copy == NULL)
        return no_memory(l->saver);
    l->texts[l->n++] = copy;
    return KH_OK;
}

static void write_field(const lines *l, const kh_field *field, const void *record, kh_str *out)
{
    const kh_provenance *source = find_source(l, field, record);
    kh_str_printf(out, "%s: ", field->name);
    if (source != NULL)
        kh_str_append(out, "{value: ");
    write_value(l->saver, field, record, out);
    if (source == NULL)
        return;
    if (source->assumed)
        kh_str_append(out, ", assumed: true");
    if (source->source != NULL) {
        kh_str_append(out, ", source: ");
        write_text(source->source, out);
    }
    kh_str_append(out, "}");
}

static void write_mapping(const lines *l, const kh_field *field, const void *record, kh_str *out)
{
    const kh_schema_table *inner = field->inner;
    const void *inside =
        field->offset == KH_SCHEMA_UNSTORED ? record : (const void *)((const unsigned char *)record + field->offset);
    size_t n = 0;
    for (size_t i = 0; i < inner->n_fields; i++) {
        if (is_silent(&inner->fields[i], inside))
            continue;
        if (n++ == 0)
            kh_str_printf(out, "%s: {", field->name);
        else
            kh_str_append(out, ", ");
        write_field(l, &inner->fields[i], inside, out);
    }
    if (n > 0)
        kh_str_append(out, "}");
}

/* Values that the loader works out again from others. */
static bool follows(const saver *s, const kh_field *field, const void *record, kh_noun noun)
{
    if (noun == KH_NOUN_FIBRES) {
        const kh_fibre *fibre = record;
        if (field->offset == offsetof(kh_fibre, loss_db))
            return !fibre->loss_is_given && fibre->loss_db == kh_fibre_derived_loss_db(s->net, fibre);
        return field->offset == offsetof(kh_fibre, aerial_km) &&
               fibre->aerial_km == (fibre->medium == KH_MEDIUM_AERIAL ? fibre->length_km : 0);
    }
    if (noun == KH_NOUN_DEMANDS && field->offset == offsetof(kh_demand, rate_bps)) {
        const kh_demand *demand = record;
        return demand->rate_bps == kh_demand_derived_rate_bps(demand);
    }
    return false;
}

static kh_status collect_entry_source(lines *l)
{
    const char *key = key_of(l->saver, l->table->noun, l->id, "entry");
    uint32_t i = key == NULL ? KH_MAP_NONE : kh_map_get(&l->saver->by_field, key, strlen(key));
    if (i == KH_MAP_NONE)
        return key == NULL ? no_memory(l->saver) : KH_OK;
    const kh_provenance *p = &l->saver->net->provenance[i];
    kh_str text = {0};
    if (p->source != NULL) {
        kh_str_append(&text, "source: ");
        write_text(p->source, &text);
        KH_TRY(keep(l, &text));
    }
    if (p->assumed) {
        kh_str_append(&text, "assumed: true");
        KH_TRY(keep(l, &text));
    }
    return KH_OK;
}

static kh_status collect(lines *l, kh_noun noun, const void *record)
{
    for (size_t i = 0; i < l->table->n_fields; i++) {
        const kh_field *field = &l->table->fields[i];
        if (is_silent(field, record) || follows(l->saver, field, record, noun))
            continue;
        kh_str text = {0};
        if (field->type == KH_FIELD_MAPPING)
            write_mapping(l, field, record, &text);
        else
            write_field(l, field, record, &text);
        if (text.length > 0 || text.failed)
            KH_TRY(keep(l, &text));
    }
    return collect_entry_source(l);
}

static void write_flow(const lines *l, kh_str *out)
{
    kh_str_append(out, "  - {");
    for (size_t i = 0; i < l->n; i++)
        kh_str_printf(out, "%s%s", i == 0 ? "" : ", ", l->texts[i]);
    kh_str_append(out, "}\n");
}

static void write_block(const lines *l, const char *first, const char *next, kh_str *out)
{
    for (size_t i = 0; i < l->n; i++)
        kh_str_printf(out, "%s%s\n", i == 0 ? first : next, l->texts[i]);
}

static void write_entry(const lines *l, kh_str *out)
{
    size_t width = 6;
    for (size_t i = 0; i < l->n; i++)
        width += strlen(l->texts[i]) + 2;
    if (width <= WIDEST_LINE)
        write_flow(l, out);
    else
        write_block(l, "  - ", "    ", out);
}

static kh_status write_noun(saver *s, kh_noun noun)
{
    const kh_layout *layout = kh_schema_layout(noun);
    size_t n = layout->table->single ? 1 : *kh_record_count(s->net, noun);
    for (size_t i = 0; i < n; i++) {
        const unsigned char *record = kh_record_at(s->net, noun, i);
        lines l = {.saver = s, .table = layout->table, .id = ""};
        if (layout->id_offset != KH_SCHEMA_UNSTORED)
            l.id = kh_record_id(layout, record);
        if (layout->place_offset != KH_SCHEMA_UNSTORED)
            memcpy(&l.place, record + layout->place_offset, sizeof l.place);
        KH_TRY(collect(&l, noun, record));
        if (i == 0 && l.n > 0)
            kh_str_printf(s->out, "\n%s:\n", layout->table->noun);
        if (layout->table->single)
            write_block(&l, "  ", "  ", s->out);
        else
            write_entry(&l, s->out);
    }
    return KH_OK;
}

static void write_comment(const char *comment, kh_str *out)
{
    while (comment != NULL && *comment != '\0') {
        size_t length = strcspn(comment, "\n");
        kh_str_printf(out, "#%s%.*s\n", length == 0 ? "" : " ", (int)length, comment);
        comment += length + (comment[length] == '\n' ? 1 : 0);
    }
}

static void write_header(const saver *s, const char *comment)
{
    write_comment(comment, s->out);
    kh_str_append(s->out, "keyhaul: 1\nname: ");
    write_text(s->net->name == NULL ? "" : s->net->name, s->out);
    if (s->net->description != NULL) {
        kh_str_append(s->out, "\ndescription: ");
        write_text(s->net->description, s->out);
    }
    kh_str_append(s->out, "\n");
}

static kh_status save(saver *s, const char *comment)
{
    KH_TRY(index_provenance(s));
    write_header(s, comment);
    for (size_t noun = 0; noun < KH_NOUN_COUNT; noun++)
        KH_TRY(write_noun(s, (kh_noun)noun));
    return s->out->failed || s->failed ? no_memory(s) : KH_OK;
}

kh_status kh_net_save(const kh_net *net, const char *comment, kh_str *out, kh_error *err)
{
    kh_net layout = *net; /* the loader's accessors take a network that may be written to */
    saver s = {.net = &layout, .scratch = kh_arena_create(0), .out = out, .err = err};
    kh_status status = s.scratch == NULL ? no_memory(&s) : save(&s, comment);
    kh_arena_destroy(s.scratch);
    return status;
}
