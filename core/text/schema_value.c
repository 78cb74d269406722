/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text/schema_value.h"

#include "core/text/number.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

unsigned char *kh_schema_member(void *record, size_t offset)
{
    return (unsigned char *)record + offset;
}

void kh_schema_put(void *record, size_t offset, const void *value, size_t size)
{
    if (offset != KH_SCHEMA_UNSTORED)
        memcpy(kh_schema_member(record, offset), value, size);
}

/* What to write instead, when that can be guessed. NULL: nothing to say. */
static const char *number_hint(const kh_field *field, const kh_yaml_node *node, kh_str *hint)
{
    const char *text = node->text;
    double ignored;
    size_t length = kh_number_length(text);
    const char *letters = text + strspn(text, "+-.");
    if (!node->plain && kh_number_read(text, &ignored))
        kh_str_append(hint, "write it without quotes");
    else if (tolower((unsigned char)letters[0]) == 'i' && tolower((unsigned char)letters[1]) == 'n')
        kh_str_append(hint, "leave the key out when there is no limit");
    else if (strncmp(letters, "nan", 3) == 0 || strncmp(letters, "NaN", 3) == 0 || strncmp(letters, "NAN", 3) == 0)
        kh_str_append(hint, "leave the key out when the value is not known");
    else if (letters[0] == '0' && strchr("xXoObB", letters[1]) != NULL && letters[1] != '\0')
        kh_str_append(hint, "write it as a decimal number");
    else if (length > 0 && (text[length] == ',' || text[length] == '_'))
        kh_str_append(hint, "decimals come after a point, thousands are not separated");
    else if (length > 0 && field->unit != NULL && length < 40 && text[length] != '.' && text[length] != '\0')
        kh_str_printf(hint, "the unit (%s) is part of the key: write only the number, %.*s", field->unit, (int)length, text);
    return hint->length == 0 || hint->failed ? NULL : kh_str_text(hint);
}

static void add_range(const kh_field *field, kh_str *out)
{
    bool low = isfinite(field->min), high = isfinite(field->max);
    if (low && high)
        kh_str_printf(out, " in %c%.10g, %.10g%c", field->min_open ? '(' : '[', field->min, field->max,
                      field->max_open ? ')' : ']');
    else if (low)
        kh_str_printf(out, " %s %.10g", field->min_open ? "above" : "of at least", field->min);
    else if (high)
        kh_str_printf(out, " %s %.10g", field->max_open ? "below" : "of at most", field->max);
    if (field->unit != NULL)
        kh_str_printf(out, " %s", field->unit);
}

void kh_schema_describe(const kh_field *field, kh_str *out)
{
    switch (field->type) {
    case KH_FIELD_NUMBER:
    case KH_FIELD_INTEGER:
        kh_str_append(out, field->type == KH_FIELD_INTEGER ? "a whole number" : "a number");
        add_range(field, out);
        break;
    case KH_FIELD_BOOL:
        kh_str_append(out, "true or false");
        break;
    case KH_FIELD_TEXT:
        kh_str_append(out, "text");
        break;
    case KH_FIELD_ENUM:
        kh_str_append(out, "one of");
        for (size_t i = 0; field->words[i] != NULL; i++)
            kh_str_printf(out, "%s %s", i == 0 ? "" : ",", field->words[i]);
        break;
    case KH_FIELD_REFERENCE:
        kh_str_printf(out, "an id of %s", field->noun);
        for (size_t i = 0; field->words != NULL && field->words[i] != NULL; i++)
            kh_str_printf(out, " or %s", field->words[i]);
        break;
    case KH_FIELD_REFERENCES:
        kh_str_printf(out, "a list of ids of %s", field->noun);
        break;
    case KH_FIELD_PAIR:
        kh_str_printf(out, "a list of two ids of %s", field->noun);
        break;
    case KH_FIELD_POSITION:
        kh_str_append(out, "[latitude, longitude] in degrees");
        break;
    case KH_FIELD_POINTS:
        kh_str_printf(out, "a list of [%s, %s], the first rising", field->inner->fields[0].name, field->inner->fields[1].name);
        break;
    case KH_FIELD_MAPPING:
        kh_str_append(out, "a mapping");
        break;
    }
}

/* --- findings --- */

static bool too_many(const kh_schema_reader *reader)
{
    return kh_findings_count(reader->findings, KH_ERROR) >= KH_FINDINGS_KEPT; /* not kept: do not spend time on hints */
}

static void refuse(const kh_schema_reader *reader, const kh_field *field, const kh_yaml_node *node, const char *hint)
{
    kh_str expected = {0};
    kh_schema_describe(field, &expected);
    kh_place place = kh_yaml_place(reader->file, node);
    if (node->kind == KH_YAML_SCALAR && kh_yaml_size(node) > 0)
        kh_findings_add(reader->findings, KH_ERROR, place, hint, "%s is '%.100s', must be %s", field->name, node->text,
                        kh_str_text(&expected));
    else
        kh_findings_add(reader->findings, KH_ERROR, place, hint, "%s is %s, must be %s", field->name,
                        node->kind == KH_YAML_SCALAR ? "empty" : kh_yaml_kind_name(node), kh_str_text(&expected));
    kh_str_clear(&expected);
}

static void refuse_number(const kh_schema_reader *reader, const kh_field *field, const kh_yaml_node *node)
{
    kh_str hint = {0};
    refuse(reader, field, node, node->kind == KH_YAML_SCALAR && !too_many(reader) ? number_hint(field, node, &hint) : NULL);
    kh_str_clear(&hint);
}

void kh_schema_refuse_key(const kh_schema_reader *reader, const kh_schema_table *table, const kh_yaml_node *key)
{
    kh_str hint = {0};
    const char *nearest = too_many(reader) ? NULL : kh_schema_nearest(table, key->text);
    if (nearest != NULL)
        kh_str_printf(&hint, "did you mean '%s'?", nearest);
    else if (strcmp(key->text, "<<") == 0)
        kh_str_append(&hint, "merge keys are not used here; 'defaults' does that");
    kh_findings_add(reader->findings, KH_ERROR, kh_yaml_place(reader->file, key), hint.length == 0 ? NULL : kh_str_text(&hint),
                    "unknown key '%.100s' in %s", key->text, table->singular);
    kh_str_clear(&hint);
}

/* What a number outside its range was probably meant to be, or NULL. */
static const char *range_hint(const kh_field *field, double number, kh_str *hint)
{
    bool is_share = field->type == KH_FIELD_NUMBER && field->unit == NULL && field->min >= 0.0 && field->max <= 1.0;
    double share = number / 100.0;
    if (is_share && number > 1.0 && share < field->max)
        kh_str_printf(hint, "%.10g %% is written as %.10g", number, share);
    else if (field->unit != NULL && strcmp(field->unit, "dBm") == 0 && number > field->max)
        kh_str_printf(hint, "0 dBm is 1 mW, 20 dBm is 100 mW, and this is %.3g W", pow(10.0, number / 10.0) / 1000.0);
    return hint->length == 0 || hint->failed ? NULL : kh_str_text(hint);
}

bool kh_schema_allows(const kh_schema_reader *reader, const kh_field *field, double number, kh_place place)
{
    bool low = field->min_open ? number <= field->min : number < field->min;
    bool high = field->max_open ? number >= field->max : number > field->max;
    bool broken = field->type == KH_FIELD_INTEGER && number != floor(number);
    if (!low && !high && !broken && isfinite(number))
        return true;
    kh_str expected = {0}, hint = {0};
    kh_schema_describe(field, &expected);
    kh_findings_add(reader->findings, KH_ERROR, place, range_hint(field, number, &hint), "%s is %.10g, must be %s", field->name,
                    number, kh_str_text(&expected));
    kh_str_clear(&expected);
    kh_str_clear(&hint);
    return false;
}

/* --- one function a type --- */

static void read_number(const kh_schema_reader *reader, const kh_field *field, const kh_yaml_node *node, void *record)
{
    double number;
    if (node->kind != KH_YAML_SCALAR || !node->plain || !kh_number_read(node->text, &number))
        refuse_number(reader, field, node);
    else if (kh_schema_allows(reader, field, number, kh_yaml_place(reader->file, node)))
        kh_schema_put(record, field->offset, &number, sizeof number);
}

static bool is_word(const kh_yaml_node *node, const char *word)
{
    return node->kind == KH_YAML_SCALAR && strcmp(node->text, word) == 0;
}

static void read_bool(const kh_schema_reader *reader, const kh_field *field, const kh_yaml_node *node, void *record)
{
    bool yes = is_word(node, "true"), no = is_word(node, "false");
    if (!node->plain || (!yes && !no))
        refuse(reader, field, node, NULL);
    else
        kh_schema_put(record, field->offset, &yes, sizeof yes);
}

static kh_status read_text(const kh_schema_reader *reader, const kh_field *field, const kh_yaml_node *node, void *record,
                           kh_error *err)
{
    bool nothing =
        node->kind != KH_YAML_SCALAR || kh_yaml_size(node) == 0 || (node->plain && (is_word(node, "~") || is_word(node, "null")));
    if (nothing) {
        refuse(reader, field, node, NULL);
        return KH_OK;
    }
    if (field->offset == KH_SCHEMA_UNSTORED)
        return KH_OK;
    const char *copy = kh_arena_strndup(reader->arena, node->text, kh_yaml_size(node));
    if (copy == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory while reading '%s'", reader->file);
    kh_schema_put(record, field->offset, &copy, sizeof copy);
    return KH_OK;
}

static size_t count_words(const char *const *words)
{
    size_t n = 0;
    while (words != NULL && words[n] != NULL)
        n++;
    return n;
}

static void hint_word(const kh_schema_reader *reader, const kh_field *field, const kh_yaml_node *node, const char *nearest)
{
    kh_str hint = {0};
    if (nearest != NULL)
        kh_str_printf(&hint, "did you mean '%s'?", nearest);
    refuse(reader, field, node, nearest == NULL ? NULL : kh_str_text(&hint));
    kh_str_clear(&hint);
}

static const char *why_missing(const kh_field *field, const kh_yaml_node *node)
{
    for (const char *const *pair = field->missing; pair != NULL && pair[0] != NULL; pair += 2)
        if (is_word(node, pair[0]))
            return pair[1];
    return NULL;
}

static void read_enum(const kh_schema_reader *reader, const kh_field *field, const kh_yaml_node *node, void *record)
{
    unsigned n = (unsigned)count_words(field->words);
    for (unsigned i = 0; i < n; i++) {
        if (is_word(node, field->words[i])) {
            kh_schema_put(record, field->offset, &i, sizeof i);
            return;
        }
    }
    const char *why = why_missing(field, node);
    if (why != NULL) {
        refuse(reader, field, node, why);
        return;
    }
    bool guess = node->kind == KH_YAML_SCALAR && !too_many(reader);
    hint_word(reader, field, node, guess ? kh_str_nearest(node->text, field->words, n) : NULL);
}

static uint32_t find_reference(const kh_schema_reader *reader, const kh_field *field, const kh_yaml_node *node)
{
    if (node->kind != KH_YAML_SCALAR || kh_yaml_size(node) == 0) {
        refuse(reader, field, node, NULL);
        return KH_SCHEMA_NONE;
    }
    uint32_t index = reader->find(reader->user, field, node->text, kh_yaml_size(node));
    if (index != KH_SCHEMA_NONE)
        return index;
    const char *nearest = too_many(reader) ? NULL : reader->nearest(reader->user, field, node->text);
    kh_str hint = {0};
    if (nearest != NULL)
        kh_str_printf(&hint, "did you mean '%s'?", nearest);
    kh_findings_add(reader->findings, KH_ERROR, kh_yaml_place(reader->file, node), hint.length == 0 ? NULL : kh_str_text(&hint),
                    "%s names '%.100s', which is not among the %s", field->name, node->text, field->noun);
    kh_str_clear(&hint);
    return KH_SCHEMA_NONE;
}

static void read_reference(const kh_schema_reader *reader, const kh_field *field, const kh_yaml_node *node, void *record)
{
    uint32_t none = KH_SCHEMA_NONE;
    for (size_t i = 0; i < count_words(field->words); i++) {
        if (is_word(node, field->words[i])) {
            kh_schema_put(record, field->offset, &none, sizeof none);
            return;
        }
    }
    uint32_t index = find_reference(reader, field, node);
    kh_schema_put(record, field->offset, &index, sizeof index);
}

static kh_status read_references(const kh_schema_reader *reader, const kh_field *field, const kh_yaml_node *node, void *record,
                                 kh_error *err)
{
    if (node->kind != KH_YAML_LIST) {
        refuse(reader, field, node, node->kind == KH_YAML_SCALAR ? "put it in brackets: [A]" : NULL);
        return KH_OK;
    }
    uint32_t *list = KH_NEW(reader->arena, uint32_t, kh_yaml_size(node));
    if (list == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory while reading '%s'", reader->file);
    size_t n = 0;
    for (const kh_yaml_node *item = node->child; item != NULL; item = item->next) {
        uint32_t index = find_reference(reader, field, item);
        if (index != KH_SCHEMA_NONE)
            list[n++] = index;
    }
    kh_schema_put(record, field->offset, &list, sizeof list);
    kh_schema_put(record, field->second_offset, &n, sizeof n);
    return KH_OK;
}

static void read_pair(const kh_schema_reader *reader, const kh_field *field, const kh_yaml_node *node, void *record)
{
    if (node->kind != KH_YAML_LIST || kh_yaml_size(node) != 2) {
        refuse(reader, field, node, "write [A, B]");
        return;
    }
    uint32_t pair[2] = {find_reference(reader, field, node->child), find_reference(reader, field, node->child->next)};
    kh_schema_put(record, field->offset, pair, sizeof pair);
}

static bool read_degree(const kh_schema_reader *reader, const char *name, double most, const kh_yaml_node *node, double *degree)
{
    const kh_field field = {.name = name, .unit = "degrees", .type = KH_FIELD_NUMBER, .min = -most, .max = most};
    if (node->kind != KH_YAML_SCALAR || !node->plain || !kh_number_read(node->text, degree)) {
        refuse_number(reader, &field, node);
        return false;
    }
    return kh_schema_allows(reader, &field, *degree, kh_yaml_place(reader->file, node));
}

static void read_position(const kh_schema_reader *reader, const kh_field *field, const kh_yaml_node *node, void *record)
{
    if (node->kind != KH_YAML_LIST || kh_yaml_size(node) != 2) {
        refuse(reader, field, node, "write [52.36, 4.95]");
        return;
    }
    double lat, lon, beyond;
    const kh_yaml_node *first = node->child, *second = first->next;
    if (first->kind == KH_YAML_SCALAR && kh_number_read(first->text, &beyond) && fabs(beyond) > 90 && fabs(beyond) <= 180) {
        kh_findings_add(reader->findings, KH_ERROR, kh_yaml_place(reader->file, first),
                        "latitude comes first: swap the two numbers?", "latitude is %.10g, must be a number in [-90, 90] degrees",
                        beyond);
        return;
    }
    bool good_lat = read_degree(reader, "latitude", 90, first, &lat),
         good_lon = read_degree(reader, "longitude", 180, second, &lon);
    if (!good_lat || !good_lon)
        return;
    kh_schema_put(record, field->offset, &lat, sizeof lat);
    kh_schema_put(record, field->second_offset, &lon, sizeof lon);
}

/* A number of a point, or a finding. */
static bool read_coordinate(const kh_schema_reader *reader, const kh_field *field, const kh_yaml_node *node, double *number)
{
    if (node->kind != KH_YAML_SCALAR || !node->plain || !kh_number_read(node->text, number)) {
        refuse_number(reader, field, node);
        return false;
    }
    return kh_schema_allows(reader, field, *number, kh_yaml_place(reader->file, node));
}

static bool read_point(const kh_schema_reader *reader, const kh_field *field, const kh_yaml_node *node, double point[2])
{
    if (node->kind == KH_YAML_LIST && kh_yaml_size(node) == 2)
        return read_coordinate(reader, &field->inner->fields[0], node->child, &point[0]) &&
               read_coordinate(reader, &field->inner->fields[1], node->child->next, &point[1]);
    refuse(reader, field, node, "write [[1, 0.5], [2, 1]]");
    return false;
}

static kh_status read_points(const kh_schema_reader *reader, const kh_field *field, const kh_yaml_node *node, void *record,
                             kh_error *err)
{
    if (node->kind != KH_YAML_LIST || kh_yaml_size(node) == 0) {
        refuse(reader, field, node, "write [[1, 0.5], [2, 1]]");
        return KH_OK;
    }
    double *points = KH_NEW(reader->arena, double, 2 * kh_yaml_size(node));
    if (points == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory while reading '%s'", reader->file);
    size_t n = 0;
    for (const kh_yaml_node *item = node->child; item != NULL; item = item->next, n++) {
        if (!read_point(reader, field, item, &points[2 * n]))
            return KH_OK;
        if (n > 0 && points[2 * n] <= points[2 * n - 2]) {
            kh_findings_add(reader->findings, KH_ERROR, kh_yaml_place(reader->file, item), "list the points in rising order",
                            "%s: %s is %.10g after %.10g, must rise", field->name, field->inner->fields[0].name, points[2 * n],
                            points[2 * n - 2]);
            return KH_OK;
        }
    }
    kh_schema_put(record, field->offset, &points, sizeof points);
    kh_schema_put(record, field->second_offset, &n, sizeof n);
    return KH_OK;
}

kh_status kh_schema_read_value(const kh_schema_reader *reader, const kh_field *field, const kh_yaml_node *node, void *record,
                               kh_error *err)
{
    switch (field->type) {
    case KH_FIELD_NUMBER:
    case KH_FIELD_INTEGER:
        read_number(reader, field, node, record);
        break;
    case KH_FIELD_BOOL:
        read_bool(reader, field, node, record);
        break;
    case KH_FIELD_TEXT:
        return read_text(reader, field, node, record, err);
    case KH_FIELD_ENUM:
        read_enum(reader, field, node, record);
        break;
    case KH_FIELD_REFERENCE:
        read_reference(reader, field, node, record);
        break;
    case KH_FIELD_REFERENCES:
        return read_references(reader, field, node, record, err);
    case KH_FIELD_PAIR:
        read_pair(reader, field, node, record);
        break;
    case KH_FIELD_POSITION:
        read_position(reader, field, node, record);
        break;
    case KH_FIELD_POINTS:
        return read_points(reader, field, node, record, err);
    case KH_FIELD_MAPPING:
        if (node->kind != KH_YAML_MAPPING) {
            refuse(reader, field, node, NULL);
            break;
        }
        uint64_t seen = 0;
        KH_TRY(kh_schema_read(reader, field->inner, node, kh_schema_member(record, field->offset), &seen, err));
        kh_schema_require(reader, field->inner, kh_yaml_place(reader->file, node), seen);
        break;
    }
    return KH_OK;
}
