/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text/json.h"

#include "core/base/utf8.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 64 };

/* A tree of our own, since a jansson value can neither remember a failed addition nor print the shortest number. */
struct kh_json {
    kh_json_kind kind;
    bool failed; /* something that belongs in here was lost for want of memory */
    bool truth;
    uint32_t line, column;
    double number;
    char *text;
    char **keys; /* of an object, beside items */
    kh_json **items;
    size_t count, capacity;
};

static kh_json *new_value(kh_json_kind kind)
{
    kh_json *json = calloc(1, sizeof *json);
    if (json != NULL)
        json->kind = kind;
    return json;
}

static char *copy_text(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);
    if (copy != NULL)
        memcpy(copy, text, size);
    return copy;
}

static bool make_room(kh_json *container)
{
    if (container->count < container->capacity)
        return true;
    size_t wanted = container->capacity == 0 ? 4 : container->capacity * 2;
    kh_json **items = realloc(container->items, wanted * sizeof(kh_json *));
    if (items == NULL)
        return false;
    container->items = items;
    if (container->kind == KH_JSON_OBJECT) {
        char **keys = realloc(container->keys, wanted * sizeof(char *));
        if (keys == NULL)
            return false;
        container->keys = keys;
    }
    container->capacity = wanted;
    return true;
}

static size_t find_key(const kh_json *object, const char *key)
{
    size_t i = 0;
    while (i < object->count && strcmp(object->keys[i], key) != 0)
        i++;
    return i;
}

static void lose(kh_json *container, kh_json *value)
{
    if (container != NULL)
        container->failed = true;
    kh_json_destroy(value);
}

static void write_escaped(unsigned char c, kh_str *out)
{
    static const char letters[] = "btn?fr"; /* 0x08 ... 0x0D */
    if (c == '"' || c == '\\')
        kh_str_printf(out, "\\%c", c);
    else if (c >= 0x08 && c <= 0x0D && c != 0x0B)
        kh_str_printf(out, "\\%c", letters[c - 0x08]);
    else
        kh_str_printf(out, "\\u%04x", c);
}

static void write_text(const char *text, kh_str *out)
{
    kh_str_append_n(out, "\"", 1);
    while (*text != '\0') {
        size_t length = kh_utf8_length(text);
        if (length == 0)
            kh_str_append(out, "\xEF\xBF\xBD"); /* U+FFFD: what we write is JSON whatever was put in */
        else if ((unsigned char)*text < 0x20 || *text == '"' || *text == '\\')
            write_escaped((unsigned char)*text, out);
        else
            kh_str_append_n(out, text, length);
        text += length == 0 ? 1 : length;
    }
    kh_str_append_n(out, "\"", 1);
}

static void write_number(double number, kh_str *out)
{
    char text[40];
    if (number == floor(number) && fabs(number) < 0x1p53) {
        (void)snprintf(text, sizeof text, "%.0f", number == 0 ? 0.0 : number);
    } else {
        int digits = 15;
        do
            (void)snprintf(text, sizeof text, "%.*g", digits, number);
        while (digits++ < 17 && strtod(text, NULL) != number);
    }
    kh_str_append(out, text);
}

static void write_break(int indent, int level, kh_str *out)
{
    if (indent > 0)
        kh_str_printf(out, "\n%*s", indent * level, "");
}

static bool write_value(const kh_json *json, int indent, int level, kh_str *out);

static bool write_items(const kh_json *json, int indent, int level, kh_str *out)
{
    bool complete = !json->failed, object = json->kind == KH_JSON_OBJECT;
    kh_str_append(out, object ? "{" : "[");
    for (size_t i = 0; i < json->count; i++) {
        if (i > 0)
            kh_str_append(out, indent > 0 ? "," : ", ");
        write_break(indent, level + 1, out);
        if (object) {
            write_text(json->keys[i], out);
            kh_str_append(out, ": ");
        }
        complete = write_value(json->items[i], indent, level + 1, out) && complete;
    }
    if (json->count > 0)
        write_break(indent, level, out);
    kh_str_append(out, object ? "}" : "]");
    return complete;
}

static bool write_value(const kh_json *json, int indent, int level, kh_str *out)
{
    switch (json->kind) {
    case KH_JSON_NULL:
        kh_str_append(out, "null");
        break;
    case KH_JSON_BOOL:
        kh_str_append(out, json->truth ? "true" : "false");
        break;
    case KH_JSON_NUMBER:
        write_number(json->number, out);
        break;
    case KH_JSON_TEXT:
        write_text(json->text, out);
        break;
    case KH_JSON_ARRAY:
    case KH_JSON_OBJECT:
        return write_items(json, indent, level, out);
    }
    return !json->failed;
}

/* --- reading: jansson judges the text and makes the values; a walk beside it tells their places --- */

typedef struct walk {
    const char *at, *end;
    uint32_t line, column; /* of at, from 1, column in characters */
    bool too_deep;
} walk;

static void step(walk *w)
{
    if (*w->at == '\n') {
        w->line++;
        w->column = 0;
    }
    w->at++;
    if (w->at == w->end || ((unsigned char)*w->at & 0xC0) != 0x80)
        w->column++;
}

/* To the next value, bracket or key; the text is known to be right, so commas and colons need no look. */
static void skip_between(walk *w)
{
    while (w->at < w->end && strchr(" \t\r\n,:", *w->at) != NULL)
        step(w);
}

static void skip_text(walk *w)
{
    step(w);
    for (bool escaped = false; w->at < w->end && (*w->at != '"' || escaped); step(w))
        escaped = !escaped && *w->at == '\\';
    if (w->at < w->end)
        step(w);
}

static void skip_scalar(walk *w)
{
    if (w->at < w->end && *w->at == '"')
        skip_text(w);
    else
        while (w->at < w->end && strchr(" \t\r\n,]}", *w->at) == NULL)
            step(w);
}

static void skip_bracket(walk *w)
{
    skip_between(w);
    if (w->at < w->end)
        step(w);
}

static kh_json *convert(json_t *from, int depth, walk *w);

static kh_json *convert_array(json_t *from, int depth, walk *w)
{
    kh_json *array = kh_json_array();
    skip_bracket(w);
    for (size_t i = 0; i < json_array_size(from) && !w->too_deep; i++)
        kh_json_append(array, convert(json_array_get(from, i), depth + 1, w));
    skip_bracket(w);
    return array;
}

static kh_json *convert_object(json_t *from, int depth, walk *w)
{
    kh_json *object = kh_json_object();
    skip_bracket(w);
    /* in the order of the text: jansson keeps it */
    for (void *at = json_object_iter(from); at != NULL && !w->too_deep; at = json_object_iter_next(from, at)) {
        skip_between(w);
        skip_text(w);
        if (object == NULL || !make_room(object)) { /* the reader has seen to it that no key comes twice: no search */
            lose(object, NULL);
            break;
        }
        char *key = copy_text(json_object_iter_key(at));
        kh_json *value = convert(json_object_iter_value(at), depth + 1, w);
        if (key == NULL || value == NULL) {
            free(key);
            lose(object, value);
            break;
        }
        object->failed = object->failed || value->failed;
        object->keys[object->count] = key;
        object->items[object->count++] = value;
    }
    skip_bracket(w);
    return object;
}

static kh_json *convert_scalar(json_t *from, walk *w)
{
    skip_scalar(w);
    if (json_is_string(from))
        return kh_json_text(json_string_value(from));
    if (json_is_boolean(from))
        return kh_json_bool(json_is_true(from));
    return json_is_number(from) ? kh_json_number(json_number_value(from)) : new_value(KH_JSON_NULL);
}

static kh_json *convert(json_t *from, int depth, walk *w)
{
    if (depth > DEEPEST) {
        w->too_deep = true;
        return NULL;
    }
    skip_between(w);
    uint32_t line = w->line, column = w->column;
    kh_json *made = json_is_array(from)    ? convert_array(from, depth, w)
                    : json_is_object(from) ? convert_object(from, depth, w)
                                           : convert_scalar(from, w);
    if (made != NULL) {
        made->line = line;
        made->column = column;
    }
    return made;
}

static bool is_complete(const kh_json *json)
{
    if (json == NULL || json->failed)
        return false;
    for (size_t i = 0; i < json->count; i++)
        if (!is_complete(json->items[i]))
            return false;
    return true;
}

kh_json *kh_json_object(void)
{
    return new_value(KH_JSON_OBJECT);
}

kh_json *kh_json_array(void)
{
    return new_value(KH_JSON_ARRAY);
}

kh_json *kh_json_number(double number)
{
    kh_json *json = new_value(isfinite(number) ? KH_JSON_NUMBER : KH_JSON_NULL);
    if (json != NULL)
        json->number = number;
    return json;
}

kh_json *kh_json_text(const char *text)
{
    kh_json *json = new_value(text == NULL ? KH_JSON_NULL : KH_JSON_TEXT);
    if (json == NULL || text == NULL)
        return json;
    json->text = copy_text(text);
    if (json->text != NULL)
        return json;
    free(json);
    return NULL;
}

kh_json *kh_json_bool(bool value)
{
    kh_json *json = new_value(KH_JSON_BOOL);
    if (json != NULL)
        json->truth = value;
    return json;
}

void kh_json_set(kh_json *object, const char *key, kh_json *value)
{
    if (object == NULL || object->kind != KH_JSON_OBJECT || value == NULL) {
        lose(object, value);
        return;
    }
    size_t i = find_key(object, key);
    if (i < object->count) {
        kh_json_destroy(object->items[i]);
        object->items[i] = value;
        return;
    }
    char *copy = make_room(object) ? copy_text(key) : NULL;
    if (copy == NULL) {
        lose(object, value);
        return;
    }
    object->keys[object->count] = copy;
    object->items[object->count++] = value;
}

void kh_json_append(kh_json *array, kh_json *value)
{
    if (array == NULL || array->kind != KH_JSON_ARRAY || value == NULL || !make_room(array)) {
        lose(array, value);
        return;
    }
    array->items[array->count++] = value;
}

void kh_json_destroy(kh_json *json)
{
    if (json == NULL)
        return;
    for (size_t i = 0; i < json->count; i++) {
        kh_json_destroy(json->items[i]);
        if (json->keys != NULL)
            free(json->keys[i]);
    }
    free(json->items);
    free(json->keys);
    free(json->text);
    free(json);
}

kh_status kh_json_write(const kh_json *json, int indent, kh_str *out, kh_error *err)
{
    bool complete = json != NULL && write_value(json, indent, 0, out);
    if (!complete || out->failed)
        return kh_fail(err, KH_ENOMEM, "out of memory while writing JSON");
    return KH_OK;
}

kh_status kh_json_read(const char *text, size_t length, kh_json **json, kh_error *err)
{
    json_error_t at;
    json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, &at);
    if (root == NULL && json_error_code(&at) == json_error_out_of_memory)
        return kh_fail(err, KH_ENOMEM, "out of memory while reading JSON");
    if (root == NULL)
        return kh_fail(err, KH_EDATA, "line %d, column %d: %s", at.line, at.column, at.text);
    walk w = {.at = text, .end = text + length, .line = 1, .column = 1};
    kh_json *read = convert(root, 0, &w);
    json_decref(root);
    if (!w.too_deep && is_complete(read)) {
        *json = read;
        return KH_OK;
    }
    kh_json_destroy(read);
    if (w.too_deep)
        return kh_fail(err, KH_EDATA, "line 1, column 1: values are nested deeper than %d", DEEPEST);
    return kh_fail(err, KH_ENOMEM, "out of memory while reading JSON");
}

kh_json_kind kh_json_kind_of(const kh_json *json)
{
    return json == NULL ? KH_JSON_NULL : json->kind;
}

const kh_json *kh_json_get(const kh_json *object, const char *key)
{
    if (object == NULL || object->kind != KH_JSON_OBJECT)
        return NULL;
    size_t i = find_key(object, key);
    return i < object->count ? object->items[i] : NULL;
}

const kh_json *kh_json_at(const kh_json *array, size_t i)
{
    return array != NULL && i < array->count ? array->items[i] : NULL;
}

size_t kh_json_length(const kh_json *array_or_object)
{
    return array_or_object == NULL ? 0 : array_or_object->count;
}

const char *kh_json_key_at(const kh_json *object, size_t i)
{
    return object != NULL && object->kind == KH_JSON_OBJECT && i < object->count ? object->keys[i] : NULL;
}

double kh_json_as_number(const kh_json *json)
{
    return json != NULL && json->kind == KH_JSON_NUMBER ? json->number : (double)NAN;
}

const char *kh_json_as_text(const kh_json *json)
{
    return json != NULL && json->kind == KH_JSON_TEXT ? json->text : NULL;
}

bool kh_json_as_bool(const kh_json *json)
{
    return json != NULL && json->kind == KH_JSON_BOOL && json->truth;
}

kh_place kh_json_place(const char *file, const kh_json *json)
{
    return (kh_place){.file = file, .line = json == NULL ? 0 : json->line, .column = json == NULL ? 0 : json->column};
}
