/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_TEXT_SCHEMA_VALUE_H
#define KH_CORE_TEXT_SCHEMA_VALUE_H

#include "core/text/schema.h"

/** One value into one field: the part of the schema that knows the types. Used by schema.c only. */

/** Reads a value that is not wrapped in {value, source, assumed}. @return KH_OK (problems are findings); KH_ENOMEM */
kh_status kh_schema_read_value(const kh_schema_reader *reader, const kh_field *field, const kh_yaml_node *node, void *record,
                               kh_error *err);
/** A finding for a key that the table does not have, with a suggestion. */
void kh_schema_refuse_key(const kh_schema_reader *reader, const kh_schema_table *table, const kh_yaml_node *key);

/** The member of a record, and writing to it; nothing is written at KH_SCHEMA_UNSTORED. */
unsigned char *kh_schema_member(void *record, size_t offset);
void kh_schema_put(void *record, size_t offset, const void *value, size_t size);

#endif
