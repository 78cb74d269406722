/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_TEXT_YAML_H
#define KH_CORE_TEXT_YAML_H

#include "core/base/arena.h"
#include "core/base/findings.h"
#include "core/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A YAML document as a tree in which every key and value knows its place. Read-only after reading. */
typedef enum kh_yaml_kind { KH_YAML_SCALAR, KH_YAML_LIST, KH_YAML_MAPPING } kh_yaml_kind;

typedef struct kh_yaml_node {
    union {
        const char *text;           /**< scalar: UTF-8 with a closing NUL */
        struct kh_yaml_node *child; /**< list: first item; mapping: first key, its value is key->next, the next key comes after */
    };
    struct kh_yaml_node *next; /**< the next in the list or mapping that holds this one; NULL at its end */
    uint32_t line;             /**< from 1 */
    uint32_t column : 24;      /**< from 1, in characters; KH_YAML_LAST_COLUMN: that or more */
    uint32_t kind : 4;         /**< kh_yaml_kind */
    uint32_t plain : 1;        /**< scalar without quotes: may be a number or a truth value */
} kh_yaml_node;
#define KH_YAML_LAST_COLUMN ((1u << 24) - 1)

/** What may still be read, over all files of one load. */
typedef struct kh_yaml_budget {
    size_t nodes;     /**< keys and values; 24 bytes each */
    size_t expansion; /**< nodes that aliases may stand for */
} kh_yaml_budget;
#define KH_YAML_BUDGET ((kh_yaml_budget){.nodes = 2000000, .expansion = 100000})
enum { KH_YAML_DEEPEST = 64 };
#define KH_YAML_LONGEST_TEXT ((size_t)65536)    /**< bytes of one key or value */
#define KH_YAML_LARGEST      ((size_t)64 << 20) /**< bytes of all files together */

/** A text and the name that findings give it. */
typedef struct kh_yaml_source {
    const char *file;
    const char *text;
    size_t length;
} kh_yaml_source;

/** Reads one document.
 *
 *  Every problem is a finding with its place: syntax, text that is not UTF-8, duplicate keys, an empty file, a second document,
 *  nesting deeper than KH_YAML_DEEPEST, texts longer than KH_YAML_LONGEST_TEXT, tags, an alias within what it stands for, a budget
 * that is used up. Duplicate keys do not stop the reading: the tree comes with both.
 *  @param arena       where the tree lives; nothing in it points into the source
 *  @param[out] root   only on KH_OK
 *  @return KH_OK; KH_EDATA (findings say why); KH_ELIMIT (likewise); KH_ENOMEM
 *  Model   : YAML 1.1 as libyaml reads it. Merge keys ("<<") are keys like others. An alias shares the children of its anchor.
 *  Cost    : linear in the text. */
kh_status kh_yaml_read(const kh_yaml_source *source, kh_yaml_budget *budget, kh_arena *arena, kh_findings *findings,
                       kh_yaml_node **root, kh_error *err);

/** The value of @p key, or NULL. Linear. */
const kh_yaml_node *kh_yaml_get(const kh_yaml_node *mapping, const char *key);

/** Bytes of a scalar's text, items of a list, pairs of a mapping. Linear. */
size_t kh_yaml_size(const kh_yaml_node *node);

/** Place of a node in a finding. */
kh_place kh_yaml_place(const char *file, const kh_yaml_node *node);

/** "text", "a list" or "a mapping", for messages. */
const char *kh_yaml_kind_name(const kh_yaml_node *node);

#endif
