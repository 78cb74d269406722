/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text/schema.h"

#include "core/text/schema_value.h"

#include <string.h>

enum { MOST_FIELDS = 64 };

/* --- {value, source, assumed} --- */

static const kh_field sourced_fields[] = {
    {.name = "value", .type = KH_FIELD_TEXT, .required = true, .offset = KH_SCHEMA_UNSTORED},
    {.name = "source", .type = KH_FIELD_TEXT, .offset = KH_SCHEMA_UNSTORED},
    {.name = "assumed", .type = KH_FIELD_BOOL, .offset = 0},
};
static const kh_schema_table sourced_table = {.singular = "a value with its source", .fields = sourced_fields, .n_fields = 3};

static void write_value(const kh_yaml_node *node, kh_str *out)
{
    if (node->kind == KH_YAML_SCALAR) {
        kh_str_append_n(out, node->text, kh_yaml_size(node));
        return;
    }
    bool mapping = node->kind == KH_YAML_MAPPING, key = true;
    kh_str_append(out, mapping ? "{" : "[");
    for (const kh_yaml_node *child = node->child; child != NULL; child = child->next) {
        write_value(child, out);
        if (child->next != NULL)
            kh_str_append(out, mapping && key ? ": " : ", ");
        key = !key;
    }
    kh_str_append(out, mapping ? "}" : "]");
}

static kh_status keep_sourced(const kh_schema_reader *reader, const kh_field *field, const kh_yaml_node *wrapper,
                              const kh_yaml_node *value, kh_error *err)
{
    bool assumed = false;
    for (const kh_yaml_node *key = wrapper->child; key != NULL; key = key->next->next) {
        const kh_field *part = kh_schema_field(&sourced_table, key->text);
        if (part == NULL)
            kh_schema_refuse_key(reader, &sourced_table, key);
        else if (part != &sourced_fields[0])
            KH_TRY(kh_schema_read_value(reader, part, key->next, &assumed, err));
    }
    const kh_yaml_node *source = kh_yaml_get(wrapper, "source");
    kh_str text = {0};
    write_value(value, &text);
    kh_sourced sourced = {.field = field, .value = kh_str_text(&text), .assumed = assumed};
    sourced.source = source != NULL && source->kind == KH_YAML_SCALAR ? source->text : NULL;
    sourced.place = kh_yaml_place(reader->file, value);
    kh_status status = text.failed            ? kh_fail(err, KH_ENOMEM, "out of memory while reading '%s'", reader->file)
                       : reader->keep == NULL ? KH_OK
                                              : reader->keep(reader->user, &sourced, err);
    kh_str_clear(&text);
    return status;
}

kh_status kh_schema_set(const kh_schema_reader *reader, const kh_field *field, const kh_yaml_node *value, void *record,
                        kh_error *err)
{
    const kh_yaml_node *inside = value->kind == KH_YAML_MAPPING ? kh_yaml_get(value, "value") : NULL;
    if (inside != NULL)
        KH_TRY(keep_sourced(reader, field, value, inside, err));
    return kh_schema_read_value(reader, field, inside != NULL ? inside : value, record, err);
}

/* --- records --- */

/* Entries of a file mostly keep their keys in one order, that of the table at best: start where the last key was found. */
static size_t find_field(const kh_schema_table *table, const char *name, size_t from)
{
    for (size_t i = 0; i < table->n_fields; i++) {
        size_t at = from + i < table->n_fields ? from + i : from + i - table->n_fields;
        if (table->fields[at].name[0] == name[0] && strcmp(table->fields[at].name, name) == 0)
            return at;
    }
    return table->n_fields;
}

kh_status kh_schema_read(const kh_schema_reader *reader, const kh_schema_table *table, const kh_yaml_node *mapping, void *record,
                         uint64_t *seen, kh_error *err)
{
    size_t from = 0;
    for (const kh_yaml_node *key = mapping->child; key != NULL; key = key->next->next) {
        size_t at = find_field(table, key->text, from);
        if (at == table->n_fields) {
            kh_schema_refuse_key(reader, table, key);
            continue;
        }
        *seen |= (uint64_t)1 << at;
        KH_TRY(kh_schema_set(reader, &table->fields[at], key->next, record, err));
        from = at + 1;
    }
    return KH_OK;
}

void kh_schema_require(const kh_schema_reader *reader, const kh_schema_table *table, kh_place place, uint64_t seen)
{
    for (size_t i = 0; i < table->n_fields; i++) {
        if (!table->fields[i].required || (seen >> i & 1) != 0)
            continue;
        kh_str expected = {0};
        kh_schema_describe(&table->fields[i], &expected);
        kh_findings_add(reader->findings, KH_ERROR, place, NULL, "%s lacks '%s', %s", table->singular, table->fields[i].name,
                        kh_str_text(&expected));
        kh_str_clear(&expected);
    }
}

static void fill_field(const kh_field *field, void *record)
{
    static const uint32_t none[2] = {KH_SCHEMA_NONE, KH_SCHEMA_NONE};
    bool truth = field->fallback == 1;
    unsigned word;
    switch (field->type) {
    case KH_FIELD_NUMBER:
    case KH_FIELD_INTEGER:
        kh_schema_put(record, field->offset, &field->fallback, sizeof(double));
        break;
    case KH_FIELD_BOOL:
        kh_schema_put(record, field->offset, &truth, sizeof truth);
        break;
    case KH_FIELD_ENUM:
        word = field->fallback < 0 ? KH_SCHEMA_NONE : (unsigned)field->fallback;
        kh_schema_put(record, field->offset, &word, sizeof word);
        break;
    case KH_FIELD_REFERENCE:
        kh_schema_put(record, field->offset, none, sizeof none[0]);
        break;
    case KH_FIELD_PAIR:
        kh_schema_put(record, field->offset, none, sizeof none);
        break;
    case KH_FIELD_POSITION:
        kh_schema_put(record, field->offset, &field->fallback, sizeof(double));
        kh_schema_put(record, field->second_offset, &field->fallback, sizeof(double));
        break;
    case KH_FIELD_MAPPING:
        kh_schema_fill(field->inner, kh_schema_member(record, field->offset));
        break;
    case KH_FIELD_TEXT:
    case KH_FIELD_REFERENCES:
    case KH_FIELD_POINTS:
        break; /* a zeroed record has them empty */
    }
}

void kh_schema_fill(const kh_schema_table *table, void *record)
{
    for (size_t i = 0; i < table->n_fields; i++)
        fill_field(&table->fields[i], record);
}

const kh_field *kh_schema_field(const kh_schema_table *table, const char *name)
{
    size_t at = find_field(table, name, 0);
    return at < table->n_fields ? &table->fields[at] : NULL;
}

const char *kh_schema_nearest(const kh_schema_table *table, const char *name)
{
    const char *names[MOST_FIELDS];
    for (size_t i = 0; i < table->n_fields; i++)
        names[i] = table->fields[i].name;
    return kh_str_nearest(name, names, table->n_fields);
}
