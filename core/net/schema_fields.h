/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_NET_SCHEMA_FIELDS_H
#define KH_CORE_NET_SCHEMA_FIELDS_H

#include "core/net/schema_net.h"

#include <math.h>

/** Words in which the field tables are written, and the tables that stand in a file of their own. Used by schema_*.c only. */

/** [KH_NOUN_AMPLIFIERS .. KH_NOUN_INSTALLED_ROADMS], in that order: nouns of amplified lines. (schema_line.c) */
extern const kh_schema_table kh_schema_line_tables[];
/** Demands, and the key management of nodes. (schema_demand.c) */
extern const kh_schema_table kh_schema_demand_table, kh_schema_kms_table;
/** KH_NOUN_FAULTS. (schema_fault.c) */
extern const kh_schema_table kh_schema_fault_table;

#define NOT_GIVEN ((double)NAN)
#define NO_LIMIT  ((double)INFINITY)

#define FIELD(record, key, member, kind, unit_, fallback_, text_)                                                                  \
    .name = (key), .unit = (unit_), .text = (text_), .type = (kind), .offset = offsetof(record, member), .fallback = (fallback_)
#define NUMBER(record, member, unit, fallback, text) FIELD(record, #member, member, KH_FIELD_NUMBER, unit, fallback, text)
#define WHOLE(record, member, unit, fallback, text)  FIELD(record, #member, member, KH_FIELD_INTEGER, unit, fallback, text)
#define TEXT(record, member, text)                   FIELD(record, #member, member, KH_FIELD_TEXT, NULL, 0, text)
#define TRUTH(record, member, fallback, text)        FIELD(record, #member, member, KH_FIELD_BOOL, NULL, fallback, text)
#define CHOICE(record, member, fallback, text)       FIELD(record, #member, member, KH_FIELD_ENUM, NULL, fallback, text)
#define REFERENCE(record, key, member, text)         FIELD(record, key, member, KH_FIELD_REFERENCE, NULL, 0, text)
#define REFERENCES(record, member, text)                                                                                           \
    FIELD(record, #member, member, KH_FIELD_REFERENCES, NULL, 0, text), .second_offset = offsetof(record, n_##member)
#define PAIR(record, member, text) FIELD(record, #member, member, KH_FIELD_PAIR, NULL, 0, text)
#define WITHIN(low, high)          .min = (low), .max = (high)
#define AT_LEAST(low)              .min = (low), .max = NO_LIMIT
#define ABOVE(low)                 .min = (low), .min_open = true, .max = NO_LIMIT
#define ABOVE_TO(low, high)        .min = (low), .min_open = true, .max = (high)
#define FROM_BELOW(low, high)      .min = (low), .max = (high), .max_open = true
#define OF_NODES                   .noun = "nodes", .target = KH_NOUN_NODES
#define OF_FIBRES                  .noun = "fibres", .target = KH_NOUN_FIBRES
#define ID(record)                                                                                                                 \
    {                                                                                                                              \
        TEXT(record, id, "Name in this file and in results; unique among entries of its kind, no spaces."), .required = true       \
    }
#define NOTE                                                                                                                       \
    {                                                                                                                              \
        .name = "note", .type = KH_FIELD_TEXT, .offset = KH_SCHEMA_UNSTORED, .text = "Remark for people."                          \
    }
#define SOURCED                                                                                                                    \
    {.name = "source", .type = KH_FIELD_TEXT, .offset = KH_SCHEMA_UNSTORED, .text = "Where the entry as a whole comes from."},     \
    {                                                                                                                              \
        .name = "assumed", .type = KH_FIELD_BOOL, .offset = KH_SCHEMA_UNSTORED, .text = "True: the entry as a whole is assumed."   \
    }
#define COUNT(fields) (sizeof(fields) / sizeof((fields)[0]))

#define TABLE(noun_, singular_, record, fields_, text_)                                                                            \
    {                                                                                                                              \
        .noun = (noun_), .singular = (singular_), .text = (text_), .fields = (fields_), .n_fields = COUNT(fields_),                \
        .size = sizeof(record)                                                                                                     \
    }

#endif
