/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text/schema.h"

#include <math.h>
#include <string.h>

enum { LINE_WIDTH = 110 };

/* --- JSON Schema --- */

static kh_json *typed(const char *type)
{
    kh_json *json = kh_json_object();
    kh_json_set(json, "type", kh_json_text(type));
    return json;
}

static kh_json *bounded(const char *type, const kh_field *field)
{
    kh_json *json = typed(type);
    if (isfinite(field->min))
        kh_json_set(json, field->min_open ? "exclusiveMinimum" : "minimum", kh_json_number(field->min));
    if (isfinite(field->max))
        kh_json_set(json, field->max_open ? "exclusiveMaximum" : "maximum", kh_json_number(field->max));
    return json;
}

/* Text without quotes that looks like a number or a truth value is text all the same where text is asked. */
static kh_json *text_json(bool is_id)
{
    static const char *const types[] = {"string", "number", "boolean"};
    kh_json *json = kh_json_object(), *list = kh_json_array();
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        kh_json_append(list, kh_json_text(types[i]));
    kh_json_set(json, "type", list);
    kh_json_set(json, "minLength", kh_json_number(1));
    if (is_id)
        kh_json_set(json, "pattern", kh_json_text("^[^\\s,*]{1,100}$"));
    return json;
}

static kh_json *enum_json(const kh_field *field)
{
    kh_json *json = kh_json_object(), *list = kh_json_array();
    for (size_t i = 0; field->words[i] != NULL; i++)
        kh_json_append(list, kh_json_text(field->words[i]));
    kh_json_set(json, "enum", list);
    return json;
}

static kh_json *list_json(kh_json *items, double count)
{
    kh_json *json = typed("array");
    kh_json_set(json, "items", items);
    if (count > 0) {
        kh_json_set(json, "minItems", kh_json_number(count));
        kh_json_set(json, "maxItems", kh_json_number(count));
    }
    return json;
}

static kh_json *position_json(void)
{
    const kh_field lat = {.min = -90, .max = 90}, lon = {.min = -180, .max = 180};
    kh_json *items = kh_json_array();
    kh_json_append(items, bounded("number", &lat));
    kh_json_append(items, bounded("number", &lon));
    return list_json(items, 2);
}

static kh_json *points_json(const kh_field *field)
{
    kh_json *items = kh_json_array();
    for (size_t i = 0; i < 2; i++)
        kh_json_append(items, bounded("number", &field->inner->fields[i]));
    kh_json *list = list_json(list_json(items, 2), 0);
    kh_json_set(list, "minItems", kh_json_number(1));
    return list;
}

static kh_json *value_json(const kh_field *field)
{
    switch (field->type) {
    case KH_FIELD_NUMBER:
        return bounded("number", field);
    case KH_FIELD_INTEGER:
        return bounded("integer", field);
    case KH_FIELD_BOOL:
        return typed("boolean");
    case KH_FIELD_TEXT:
        return text_json(strcmp(field->name, "id") == 0);
    case KH_FIELD_REFERENCE:
        return text_json(true);
    case KH_FIELD_ENUM:
        return enum_json(field);
    case KH_FIELD_REFERENCES:
        return list_json(text_json(true), 0);
    case KH_FIELD_PAIR:
        return list_json(text_json(true), 2);
    case KH_FIELD_POSITION:
        return position_json();
    case KH_FIELD_POINTS:
        return points_json(field);
    case KH_FIELD_MAPPING:
        return kh_schema_json(field->inner, false);
    }
    return NULL;
}

static kh_json *sourced_json(const kh_field *field)
{
    kh_json *json = typed("object"), *properties = kh_json_object(), *required = kh_json_array();
    kh_json_append(required, kh_json_text("value"));
    kh_json_set(properties, "value", value_json(field));
    kh_json_set(properties, "source", text_json(false));
    kh_json_set(properties, "assumed", typed("boolean"));
    kh_json_set(json, "required", required);
    kh_json_set(json, "properties", properties);
    kh_json_set(json, "additionalProperties", kh_json_bool(false));
    return json;
}

static bool has_fallback(const kh_field *field)
{
    bool value = field->type == KH_FIELD_NUMBER || field->type == KH_FIELD_INTEGER || field->type == KH_FIELD_BOOL ||
                 field->type == KH_FIELD_ENUM;
    return value && !field->required && field->fallback_text == NULL && isfinite(field->fallback) &&
           field->offset != KH_SCHEMA_UNSTORED;
}

static kh_json *fallback_json(const kh_field *field)
{
    if (field->type == KH_FIELD_BOOL)
        return kh_json_bool(field->fallback == 1);
    if (field->type == KH_FIELD_ENUM)
        return kh_json_text(field->words[(size_t)field->fallback]);
    return kh_json_number(field->fallback);
}

static kh_json *field_json(const kh_field *field)
{
    kh_json *json = kh_json_object(), *choice = kh_json_array();
    kh_str text = {0};
    kh_str_append(&text, field->text);
    if (field->unit != NULL)
        kh_str_printf(&text, " Unit: %s.", field->unit);
    if (field->fallback_text != NULL)
        kh_str_printf(&text, " Default: %s.", field->fallback_text);
    kh_json_set(json, "description", text.failed ? NULL : kh_json_text(kh_str_text(&text)));
    kh_str_clear(&text);
    if (has_fallback(field))
        kh_json_set(json, "default", fallback_json(field));
    kh_json_append(choice, value_json(field));
    kh_json_append(choice, sourced_json(field));
    kh_json_set(json, "anyOf", choice);
    return json;
}

kh_json *kh_schema_json(const kh_schema_table *table, bool inside_defaults)
{
    kh_json *json = typed("object"), *properties = kh_json_object(), *required = kh_json_array();
    for (size_t i = 0; i < table->n_fields; i++) {
        const kh_field *field = &table->fields[i];
        bool is_id = strcmp(field->name, "id") == 0, is_inner = table->noun == NULL;
        if (inside_defaults && is_id)
            continue;
        kh_json_set(properties, field->name, field_json(field));
        if (field->required && !inside_defaults && (is_id || is_inner))
            kh_json_append(required, kh_json_text(field->name));
    }
    if (table->text != NULL)
        kh_json_set(json, "description", kh_json_text(table->text));
    kh_json_set(json, "properties", properties);
    kh_json_set(json, "required", required);
    kh_json_set(json, "additionalProperties", kh_json_bool(false));
    return json;
}

/* --- reference --- */

static void add_fallback(const kh_field *field, kh_str *out)
{
    if (field->required || (field->fallback_text == NULL && !has_fallback(field)))
        return;
    kh_str_append(out, ", default: ");
    if (field->fallback_text != NULL)
        kh_str_append(out, field->fallback_text);
    else if (field->type == KH_FIELD_BOOL)
        kh_str_append(out, field->fallback == 1 ? "true" : "false");
    else if (field->type == KH_FIELD_ENUM)
        kh_str_append(out, field->words[(size_t)field->fallback]);
    else
        kh_str_printf(out, "%.10g", field->fallback);
}

static void add_fields(const kh_schema_table *table, const char *indent, kh_str *out)
{
    for (size_t i = 0; i < table->n_fields; i++) {
        const kh_field *field = &table->fields[i];
        kh_str line = {0}, inner_indent = {0};
        kh_str_printf(&line, "`%s`%s: ", field->name, field->required ? " (required)" : "");
        kh_schema_describe(field, &line);
        add_fallback(field, &line);
        kh_str_printf(&line, ". %s", field->text);
        kh_str_printf(&inner_indent, "%s  ", indent);
        kh_str_printf(out, "%s- ", indent);
        kh_str_append_wrapped(out, kh_str_text(&line), LINE_WIDTH, kh_str_text(&inner_indent));
        kh_str_append(out, "\n");
        if (field->inner != NULL)
            add_fields(field->inner, kh_str_text(&inner_indent), out);
        out->failed = out->failed || line.failed || inner_indent.failed;
        kh_str_clear(&line);
        kh_str_clear(&inner_indent);
    }
}

void kh_schema_reference(const kh_schema_table *table, kh_str *out)
{
    kh_str_printf(out, "## %s\n\n%s", table->noun, table->text);
    if (!table->single)
        kh_str_printf(out, " A list; defaults for the entries of one file: `defaults: {%s: {...}}`.", table->singular);
    kh_str_append(out, "\n\n");
    add_fields(table, "", out);
    kh_str_append(out, "\n");
}
