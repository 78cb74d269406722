/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/schema_net.h"

#include <string.h>

static kh_json *object(const char *description)
{
    kh_json *json = kh_json_object();
    kh_json_set(json, "description", kh_json_text(description));
    kh_json_set(json, "type", kh_json_text("object"));
    return json;
}

static kh_json *either(const char *type, const char *other, const char *description)
{
    kh_json *json = kh_json_object(), *types = kh_json_array();
    kh_json_append(types, kh_json_text(type));
    kh_json_append(types, kh_json_text(other));
    kh_json_set(json, "description", kh_json_text(description));
    kh_json_set(json, "type", types);
    return json;
}

static kh_json *version_json(void)
{
    kh_json *json = kh_json_object(), *versions = kh_json_array();
    kh_json_append(versions, kh_json_number(1));
    kh_json_append(versions, kh_json_text("1"));
    kh_json_set(json, "description", kh_json_text("Version of the format: 1."));
    kh_json_set(json, "enum", versions);
    return json;
}

static kh_json *include_json(void)
{
    kh_json *json = either("array", "null", "Other topology files, relative to this one; each is read once."),
            *item = kh_json_object();
    kh_json_set(item, "type", kh_json_text("string"));
    kh_json_set(item, "minLength", kh_json_number(1));
    kh_json_set(json, "items", item);
    return json;
}

static kh_json *defaults_json(void)
{
    kh_json *json = object("Values for the entries of this file that do not give their own."), *properties = kh_json_object();
    for (size_t i = 0; i < KH_NOUN_COUNT; i++) {
        const kh_schema_table *table = kh_schema_layout((kh_noun)i)->table;
        if (!table->single)
            kh_json_set(properties, table->singular, kh_schema_json(table, true));
    }
    kh_json_set(json, "properties", properties);
    kh_json_set(json, "additionalProperties", kh_json_bool(false));
    return json;
}

static kh_json *noun_json(const kh_schema_table *table)
{
    if (table->single)
        return kh_schema_json(table, false);
    kh_json *json = either("array", "null", table->text);
    kh_json_set(json, "items", kh_schema_json(table, false));
    return json;
}

static kh_json *requiring(const char *key)
{
    kh_json *json = kh_json_object(), *required = kh_json_array();
    kh_json_append(required, kh_json_text(key));
    kh_json_set(json, "required", required);
    return json;
}

/* {required: [key], properties: {key: inner}} */
static kh_json *holding(const char *key, kh_json *inner)
{
    kh_json *json = requiring(key), *properties = kh_json_object();
    kh_json_set(properties, key, inner);
    kh_json_set(json, "properties", properties);
    return json;
}

/* A required field comes with the defaults of the noun or with every entry. */
static kh_json *required_json(const kh_schema_table *table, const char *field)
{
    kh_json *json = kh_json_object(), *choice = kh_json_array();
    kh_json *entries = kh_json_object(), *properties = kh_json_object(), *items = kh_json_object();
    kh_json_set(items, "items", requiring(field));
    kh_json_set(properties, table->noun, items);
    kh_json_set(entries, "properties", properties);
    kh_json_append(choice, entries);
    kh_json_append(choice, holding("defaults", holding(table->singular, requiring(field))));
    kh_json_set(json, "anyOf", choice);
    return json;
}

static kh_json *all_required_json(void)
{
    kh_json *all = kh_json_array();
    for (size_t i = 0; i < KH_NOUN_COUNT; i++) {
        const kh_schema_table *table = kh_schema_layout((kh_noun)i)->table;
        for (size_t f = 0; f < table->n_fields; f++)
            if (table->fields[f].required && strcmp(table->fields[f].name, "id") != 0)
                kh_json_append(all, required_json(table, table->fields[f].name));
    }
    return all;
}

kh_status kh_net_schema_json(kh_str *out, kh_error *err)
{
    kh_json *json = kh_json_object(), *properties = kh_json_object(), *required = kh_json_array();
    kh_json_append(required, kh_json_text("keyhaul"));
    kh_json_set(properties, "keyhaul", version_json());
    kh_json_set(properties, "name", either("string", "number", "Name of the network. That of an included file does not count."));
    kh_json_set(properties, "description", either("string", "number", "What it is, in a sentence or more."));
    kh_json_set(properties, "include", include_json());
    kh_json_set(properties, "defaults", defaults_json());
    for (size_t i = 0; i < KH_NOUN_COUNT; i++)
        kh_json_set(properties, kh_schema_layout((kh_noun)i)->table->noun, noun_json(kh_schema_layout((kh_noun)i)->table));
    kh_json_set(json, "$schema", kh_json_text("http://json-schema.org/draft-07/schema#"));
    kh_json_set(json, "title", kh_json_text("Keyhaul topology"));
    kh_json_set(json, "type", kh_json_text("object"));
    kh_json_set(json, "required", required);
    kh_json_set(json, "properties", properties);
    kh_json_set(json, "additionalProperties", kh_json_bool(false));
    kh_json_set(json, "allOf", all_required_json());
    kh_status status = kh_json_write(json, 2, out, err);
    kh_str_append(out, "\n");
    kh_json_destroy(json);
    return status == KH_OK && out->failed ? kh_fail(err, KH_ENOMEM, "out of memory while writing the schema") : status;
}

void kh_net_schema_reference(kh_str *out)
{
    kh_str_append(
        out, "# The topology file\n\n"
             "YAML, one flat list for each noun; the unit is in the key; unknown keys are errors. Any value may be written as\n"
             "`{value: 28.0, source: \"where from\", assumed: true}`: the report lists every assumption.\n\n"
             "- `keyhaul` (required): 1, the version of the format.\n"
             "- `name`, `description`: text.\n"
             "- `include`: a list of files, relative to this one; each is read once.\n"
             "- `defaults`: `{noun in the singular: {field: value}}`, for the entries of this file.\n\n");
    for (size_t i = 0; i < KH_NOUN_COUNT; i++)
        kh_schema_reference(kh_schema_layout((kh_noun)i)->table, out);
}
