/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/loader.h"

#include <math.h>
#include <string.h>

/* A path taken apart. Ids may hold dots, so the field is sought from the right. */
typedef struct target {
    kh_noun noun;
    const char *id;        /* pattern; "" for a noun without entries */
    const kh_field *field; /* NULL: the entry itself */
    size_t inner_offset;   /* of the mapping that the field is in */
} target;

static bool matches(const char *pattern, const char *text)
{
    const char *star = NULL, *resume = NULL;
    while (*text != '\0') {
        if (*pattern == '*') {
            star = pattern++;
            resume = text;
        } else if (*pattern == *text) {
            pattern++, text++;
        } else if (star != NULL) {
            pattern = star + 1;
            text = ++resume;
        } else {
            return false;
        }
    }
    return pattern[strspn(pattern, "*")] == '\0';
}

static void refuse_path(const kh_loader *l, const kh_edit *edit, const char *nearest, const char *what)
{
    kh_str hint = {0};
    if (nearest != NULL)
        kh_str_printf(&hint, "did you mean '%s'?", nearest);
    kh_findings_add(l->findings, KH_ERROR, edit->place, nearest == NULL ? NULL : kh_str_text(&hint), "change of '%s': %s",
                    edit->path, what);
    kh_str_clear(&hint);
}

/* Cuts the text at its last dot; NULL when it has none. */
static char *cut_last(char *text)
{
    char *dot = strrchr(text, '.');
    if (dot == NULL)
        return NULL;
    *dot = '\0';
    return dot + 1;
}

/* "rest" is id.field or id.mapping.field, for costs field alone. */
static bool find_field(const kh_loader *l, const kh_edit *edit, char *rest, target *t)
{
    const kh_schema_table *table = kh_schema_layout(t->noun)->table;
    char *last = cut_last(rest);
    char *name = last == NULL && table->single ? rest : last;
    t->field = name == NULL ? NULL : kh_schema_field(table, name);
    t->id = table->single ? "" : rest;
    if (t->field != NULL)
        return true;
    char *before = name == NULL || last == NULL ? NULL : cut_last(rest);
    const kh_field *mapping = before == NULL ? NULL : kh_schema_field(table, before);
    if (mapping == NULL || mapping->type != KH_FIELD_MAPPING) {
        refuse_path(l, edit, name == NULL ? NULL : kh_schema_nearest(table, name),
                    name == NULL ? "write noun.id.field" : "the noun has no such field");
        return false;
    }
    t->inner_offset = mapping->offset;
    t->field = kh_schema_field(mapping->inner, name);
    if (t->field == NULL)
        refuse_path(l, edit, kh_schema_nearest(mapping->inner, name), "the mapping has no such field");
    return t->field != NULL;
}

/* @p path is a copy that is cut into pieces. */
static bool find_target(const kh_loader *l, const kh_edit *edit, char *path, target *t)
{
    char *dot = strchr(path, '.');
    if (dot != NULL)
        *dot = '\0';
    *t = (target){.noun = kh_schema_noun(path)};
    if (t->noun == KH_NOUN_COUNT) {
        const char *nouns[KH_NOUN_COUNT];
        for (size_t i = 0; i < KH_NOUN_COUNT; i++)
            nouns[i] = kh_schema_layout((kh_noun)i)->table->noun;
        refuse_path(l, edit, kh_str_nearest(path, nouns, KH_NOUN_COUNT), "there is no such noun");
        return false;
    }
    if (dot == NULL || dot[1] == '\0' || (edit->kind == KH_EDIT_REMOVE && kh_schema_layout(t->noun)->table->single)) {
        refuse_path(l, edit, NULL, edit->kind == KH_EDIT_REMOVE ? "write noun.id of an entry" : "write noun.id.field");
        return false;
    }
    t->id = dot + 1;
    return edit->kind == KH_EDIT_REMOVE || find_field(l, edit, dot + 1, t);
}

static bool is_target(kh_net *net, const target *t, size_t i)
{
    const kh_layout *layout = kh_schema_layout(t->noun);
    return layout->table->single || matches(t->id, kh_record_id(layout, kh_record_at(net, t->noun, i)));
}

static size_t count_records(kh_net *net, const target *t)
{
    return kh_schema_layout(t->noun)->table->single ? 1 : *kh_record_count(net, t->noun);
}

static void refuse_id(kh_loader *l, const kh_edit *edit, const target *t)
{
    const kh_field field = {.target = t->noun};
    refuse_path(l, edit, l->reader.nearest(l, &field, t->id), "no entry has this id");
}

/* --- set --- */

static void move_to(kh_yaml_node *node, kh_place place)
{
    node->line = place.line;
    node->column = place.column & KH_YAML_LAST_COLUMN;
    for (kh_yaml_node *child = node->kind == KH_YAML_SCALAR ? NULL : node->child; child != NULL; child = child->next)
        move_to(child, place);
}

/* What the topology said of a value's source does not hold for the new one. */
static void forget_source(kh_loader *l, const target *t)
{
    kh_net *net = l->net;
    const char *noun = kh_schema_layout(t->noun)->table->noun;
    size_t kept = 0;
    for (size_t i = 0; i < net->n_provenance; i++) {
        const kh_provenance *p = &net->provenance[i];
        if (strcmp(p->noun, noun) != 0 || strcmp(p->field, t->field->name) != 0 || !matches(t->id, p->id))
            net->provenance[kept++] = *p;
    }
    net->n_provenance = kept;
}

static kh_status set_values(kh_loader *l, const kh_edit *edit, const target *t, size_t *changed, kh_error *err)
{
    const char *text = edit->text == NULL ? "" : edit->text;
    const kh_yaml_source source = {
        .file = edit->place.file == NULL ? edit->path : edit->place.file, .text = text, .length = strlen(text)};
    kh_yaml_node *value = NULL;
    kh_status status = kh_yaml_read(&source, &l->sources.budget, l->scratch, l->findings, &value, err);
    *changed = 1; /* a text that is no value has its finding */
    if (status == KH_EDATA)
        return KH_OK;
    KH_TRY(status);
    *changed = 0;
    move_to(value, edit->place);
    forget_source(l, t);
    l->reader.file = edit->place.file;
    l->noun = kh_schema_layout(t->noun)->table->noun;
    for (size_t i = 0; i < count_records(l->net, t); i++) {
        if (!is_target(l->net, t, i))
            continue;
        unsigned char *record = kh_record_at(l->net, t->noun, i);
        l->id = *t->id == '\0' ? "" : kh_record_id(kh_schema_layout(t->noun), record);
        size_t errors = kh_findings_count(l->findings, KH_ERROR);
        KH_TRY(kh_schema_set(&l->reader, t->field, value, record + t->inner_offset, err));
        ++*changed;
        if (kh_findings_count(l->findings, KH_ERROR) == errors)
            continue;
        if (l->broken[t->noun] != NULL)
            l->broken[t->noun][i] = true;
        break; /* it would be the same finding for every entry */
    }
    return KH_OK;
}

/* --- times, add --- */

static double present_value(const kh_loader *l, const target *t, const unsigned char *record)
{
    double value;
    memcpy(&value, record + t->inner_offset + t->field->offset, sizeof value);
    if (!isnan(value))
        return value;
    if (t->noun == KH_NOUN_FIBRES && strcmp(t->field->name, "loss_db") == 0)
        return kh_fibre_derived_loss_db(l->net, (const kh_fibre *)(const void *)record);
    if (t->noun == KH_NOUN_DEMANDS && strcmp(t->field->name, "rate_bps") == 0)
        return kh_demand_derived_rate_bps((const kh_demand *)(const void *)record);
    return value;
}

static void change_numbers(kh_loader *l, const kh_edit *edit, const target *t, size_t *changed)
{
    size_t without_value = 0;
    if (t->field->type != KH_FIELD_NUMBER && t->field->type != KH_FIELD_INTEGER) {
        refuse_path(l, edit, NULL, "times and add are for numbers");
        *changed = 1;
        return;
    }
    l->reader.file = edit->place.file;
    for (size_t i = 0; i < count_records(l->net, t); i++) {
        if (!is_target(l->net, t, i))
            continue;
        unsigned char *record = kh_record_at(l->net, t->noun, i);
        double value = present_value(l, t, record);
        ++*changed;
        if (!isfinite(value)) {
            without_value++;
            continue;
        }
        value = edit->kind == KH_EDIT_TIMES ? value * edit->number : value + edit->number;
        if (!kh_schema_allows(&l->reader, t->field, value, edit->place))
            return;
        memcpy(record + t->inner_offset + t->field->offset, &value, sizeof value);
    }
    if (*changed > 0 && without_value == *changed)
        refuse_path(l, edit, NULL, "there is no value to change; set one");
}

/* --- remove --- */

static kh_status remove_entries(kh_loader *l, const kh_edit *edit, const target *t, size_t *changed, kh_error *err)
{
    bool *gone[KH_NOUN_COUNT] = {NULL};
    for (size_t noun = 0; noun < KH_NOUN_COSTS; noun++) {
        gone[noun] = KH_NEW(l->scratch, bool, *kh_record_count(l->net, (kh_noun)noun));
        if (gone[noun] == NULL)
            return kh_fail(err, KH_ENOMEM, "out of memory while removing entries");
    }
    for (size_t i = 0; i < count_records(l->net, t); i++)
        if (is_target(l->net, t, i))
            gone[t->noun][i] = true, ++*changed;
    return *changed == 0 ? KH_OK : kh_loader_remove(l, gone, edit->place, err);
}

static kh_status apply(kh_loader *l, const kh_edit *edit, kh_error *err)
{
    char *path = kh_arena_strdup(l->scratch, edit->path);
    if (path == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory while changing the topology");
    target t;
    if (!find_target(l, edit, path, &t))
        return KH_OK;
    size_t changed = 0;
    switch (edit->kind) {
    case KH_EDIT_SET:
        KH_TRY(set_values(l, edit, &t, &changed, err));
        break;
    case KH_EDIT_TIMES:
    case KH_EDIT_ADD:
        change_numbers(l, edit, &t, &changed);
        break;
    case KH_EDIT_REMOVE:
        KH_TRY(remove_entries(l, edit, &t, &changed, err));
        break;
    }
    if (changed == 0)
        refuse_id(l, edit, &t);
    return KH_OK;
}

kh_status kh_loader_edit(kh_loader *l, const kh_edit *edits, size_t n_edits, kh_error *err)
{
    for (size_t i = 0; i < n_edits; i++)
        KH_TRY(apply(l, &edits[i], err));
    return KH_OK;
}
