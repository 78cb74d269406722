/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_TEXT_JSON_H
#define KH_CORE_TEXT_JSON_H

#include "core/base/findings.h"
#include "core/base/status.h"
#include "core/base/str.h"

#include <stdbool.h>
#include <stddef.h>

/** JSON values: a tree to build and write, and a strict reader (RFC 8259; duplicate keys and trailing text are errors). */
typedef struct kh_json kh_json;

typedef enum kh_json_kind { KH_JSON_NULL, KH_JSON_BOOL, KH_JSON_NUMBER, KH_JSON_TEXT, KH_JSON_ARRAY, KH_JSON_OBJECT } kh_json_kind;

/** New values. NULL when memory is out; every adding function takes NULL and then marks its container as failed, so that
 *  a whole tree is built without looking and kh_json_write() tells. */
kh_json *kh_json_object(void);
kh_json *kh_json_array(void);
kh_json *kh_json_number(double number);  /**< NAN and infinities become null, since JSON has neither */
kh_json *kh_json_text(const char *text); /**< UTF-8; NULL becomes null */
kh_json *kh_json_bool(bool value);

/** Adds and takes ownership of @p value. Keys keep their order. */
void kh_json_set(kh_json *object, const char *key, kh_json *value);
void kh_json_append(kh_json *array, kh_json *value);

/** Frees a tree; only for its root. NULL is fine. */
void kh_json_destroy(kh_json *json);

/** Appends the text. Numbers have the shortest form that reads back the same; whole numbers below 2^53 have no point.
 *  @param indent  spaces a level; 0: one line
 *  @return KH_OK; KH_ENOMEM when the tree or the text is incomplete */
kh_status kh_json_write(const kh_json *json, int indent, kh_str *out, kh_error *err);

/** Reads one value. Depth at most 64. On KH_EDATA the message has line and column.
 *  @param[out] json owned by the caller */
kh_status kh_json_read(const char *text, size_t length, kh_json **json, kh_error *err);

/** Looking. A NULL value or one of another kind gives NULL, NAN, 0 or false: no need to check at every step. */
kh_json_kind kh_json_kind_of(const kh_json *json);
const kh_json *kh_json_get(const kh_json *object, const char *key);
const kh_json *kh_json_at(const kh_json *array, size_t i);
size_t kh_json_length(const kh_json *array_or_object);
const char *kh_json_key_at(const kh_json *object, size_t i);
double kh_json_as_number(const kh_json *json);
const char *kh_json_as_text(const kh_json *json);
bool kh_json_as_bool(const kh_json *json);

/** Where a value that was read begins, for findings; line 0 for one that was made, or NULL. */
kh_place kh_json_place(const char *file, const kh_json *json);

#endif
