/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_NET_SCHEMA_NET_H
#define KH_CORE_NET_SCHEMA_NET_H

#include "core/base/status.h"
#include "core/base/str.h"
#include "core/text/schema.h"

#include <stddef.h>

/** The field tables of the topology's nouns, and what is printed from them. */
typedef enum kh_noun {
    KH_NOUN_DOMAINS,
    KH_NOUN_NODES,
    KH_NOUN_FIBRE_TYPES,
    KH_NOUN_FIBRES,
    KH_NOUN_DEVICES,
    KH_NOUN_QKD_LINKS,
    KH_NOUN_AMPLIFIERS,
    KH_NOUN_MODES,
    KH_NOUN_LINE_SYSTEMS,
    KH_NOUN_COMBS,
    KH_NOUN_INSTALLED_AMPLIFIERS,
    KH_NOUN_INSTALLED_LOSSES,
    KH_NOUN_INSTALLED_ROADMS,
    KH_NOUN_DEMANDS,
    KH_NOUN_TIME_SLOTS,
    KH_NOUN_OPTICAL_SWITCHES,
    KH_NOUN_FAULTS,
    KH_NOUN_COSTS,
    KH_NOUN_COUNT
} kh_noun;

/** How a noun lies in kh_net. */
typedef struct kh_layout {
    const kh_schema_table *table;
    size_t array_offset, count_offset; /**< in kh_net; the record itself and KH_SCHEMA_UNSTORED for costs */
    size_t id_offset, place_offset;    /**< in the record; KH_SCHEMA_UNSTORED for costs. Faults go by what they are on */
    bool has_id;                       /**< entries have an id that others may name */
} kh_layout;
const kh_layout *kh_schema_layout(kh_noun noun);
/** KH_NOUN_COUNT when there is no such noun. */
kh_noun kh_schema_noun(const char *name);
/** Keys of a topology that are not nouns: keyhaul, name, description, include, defaults; NULL at the end. */
const char *const *kh_schema_header_keys(void);

/** JSON Schema (draft-07) of a topology file, indented, with a newline at the end. */
kh_status kh_net_schema_json(kh_str *out, kh_error *err);
/** All nouns with all fields: Markdown that reads well as plain text. */
void kh_net_schema_reference(kh_str *out);

#endif
