/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_TEXT_SCHEMA_H
#define KH_CORE_TEXT_SCHEMA_H

#include "core/base/arena.h"
#include "core/base/findings.h"
#include "core/base/status.h"
#include "core/base/str.h"
#include "core/text/json.h"
#include "core/text/yaml.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** One field table a noun: it drives loading into structs, did-you-mean, the JSON Schema and the printed reference. */
typedef enum kh_field_type {
    KH_FIELD_NUMBER,     /**< double */
    KH_FIELD_INTEGER,    /**< double that holds a whole number */
    KH_FIELD_BOOL,       /**< bool */
    KH_FIELD_TEXT,       /**< const char * */
    KH_FIELD_ENUM,       /**< an enum that counts from 0 in the order of words */
    KH_FIELD_REFERENCE,  /**< uint32_t index of an entry of another noun, KH_SCHEMA_NONE when not given */
    KH_FIELD_REFERENCES, /**< uint32_t * and, at second_offset, size_t */
    KH_FIELD_PAIR,       /**< uint32_t[2] */
    KH_FIELD_POSITION,   /**< [lat, lon]: double at offset, double at second_offset, in degrees */
    KH_FIELD_POINTS,     /**< list of [x, y] with rising x: double *, x and y in turn, and, at second_offset, the size_t number of
                            points; inner has two number fields, x and y */
    KH_FIELD_MAPPING     /**< fields of inner; their offsets count from offset */
} kh_field_type;

#define KH_SCHEMA_NONE     UINT32_MAX
#define KH_SCHEMA_UNSTORED SIZE_MAX /**< as offset: checked and not kept */

typedef struct kh_field {
    const char *name, *unit, *text; /**< key as in YAML; unit for people, NULL = none; one sentence for the reference */
    kh_field_type type;
    bool required;
    size_t offset, second_offset; /**< bytes from the start of the record */
    double fallback;              /**< value when not given: number (NAN: none), bool (0 or 1), enum (index; -1: KH_SCHEMA_NONE) */
    const char *fallback_text;    /**< what happens when it is not given, in words; NULL: the fallback says it */
    double min, max;              /**< numbers */
    bool min_open, max_open;      /**< the end itself is not allowed */
    const char *const *words;     /**< enum: the names; reference: words that mean "none"; NULL at the end */
    const char *const *missing;   /**< enum: pairs of a word that people look for and why it is not there; NULL at the end */
    const char *noun;             /**< references: the noun they point to, "nodes" */
    uint32_t target;              /**< references: a number of that noun, for find() */
    const struct kh_schema_table *inner;
} kh_field;

typedef struct kh_schema_table {
    const char *noun, *singular, *text; /**< "fibres", "fibre", one sentence */
    const kh_field *fields;             /**< [n_fields], at most 64 */
    size_t n_fields, size;              /**< size of a record in bytes */
    bool single;                        /**< one mapping instead of a list of entries; has no id */
} kh_schema_table;

/** A value that came with its source: {value: 28.0, source: "...", assumed: true}. */
typedef struct kh_sourced {
    const kh_field *field;
    const char *value, *source; /**< as written; borrowed */
    bool assumed;
    kh_place place;
} kh_sourced;

/** Where records are read from and where what was found goes. */
typedef struct kh_schema_reader {
    kh_arena *arena; /**< texts and lists of the records */
    kh_findings *findings;
    const char *file; /**< for places */
    /** Index of the entry that @p id names, or KH_SCHEMA_NONE. */
    uint32_t (*find)(void *user, const kh_field *field, const char *id, size_t length);
    /** A similar id, or NULL. */
    const char *(*nearest)(void *user, const kh_field *field, const char *id);
    /** Told of every value with a source. */
    kh_status (*keep)(void *user, const kh_sourced *sourced, kh_error *err);
    void *user;
} kh_schema_reader;

/** Gives every field of the record its fallback. */
void kh_schema_fill(const kh_schema_table *table, void *record);

/** Reads the keys that @p mapping has into the record; the others stay. Problems are findings, the reading goes on.
 *  @param[in,out] seen  bit i is set when field i was given, right or wrong
 *  @return KH_OK; KH_ENOMEM */
kh_status kh_schema_read(const kh_schema_reader *reader, const kh_schema_table *table, const kh_yaml_node *mapping, void *record,
                         uint64_t *seen, kh_error *err);
/** A finding at @p place for every required field that was not seen. */
void kh_schema_require(const kh_schema_reader *reader, const kh_schema_table *table, kh_place place, uint64_t seen);
/** Reads one value into one field, as kh_schema_read() does. */
kh_status kh_schema_set(const kh_schema_reader *reader, const kh_field *field, const kh_yaml_node *value, void *record,
                        kh_error *err);
/** Checks a number against the field's range; the finding says the range. */
bool kh_schema_allows(const kh_schema_reader *reader, const kh_field *field, double number, kh_place place);

/** The field with this name, or NULL; and the name most like it, or NULL. */
const kh_field *kh_schema_field(const kh_schema_table *table, const char *name);
const char *kh_schema_nearest(const kh_schema_table *table, const char *name);

/** Appends "a number in (0, 20000] km", "true or false": what the field takes. */
void kh_schema_describe(const kh_field *field, kh_str *out);

/** JSON Schema (draft-07) of one entry: its id is required; other required fields may come from defaults that the schema of the
 *  whole file must look at. @param inside_defaults  nothing is required and there is no id */
kh_json *kh_schema_json(const kh_schema_table *table, bool inside_defaults);
/** The fields as a Markdown section. */
void kh_schema_reference(const kh_schema_table *table, kh_str *out);

#endif
