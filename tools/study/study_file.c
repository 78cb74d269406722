/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/study/study_file.h"

#include "core/sim/sim.h"
#include "core/text/number.h"
#include "core/text/schema.h"
#include "core/text/yaml.h"

#include <math.h>
#include <string.h>

/* --- what may stand where --- */

static const char *const objective_words[] = {"concurrent", "max-min", NULL}; /* in the order of kh_objective */

typedef struct change {
    const char *set, *remove;
    double times, add;
} change;

#define TEXT(record, member)    .name = #member, .type = KH_FIELD_TEXT, .offset = offsetof(record, member)
#define NUMBER(record, member)  .name = #member, .type = KH_FIELD_NUMBER, .offset = offsetof(record, member)
#define INTEGER(record, member) .name = #member, .type = KH_FIELD_INTEGER, .offset = offsetof(record, member)

static const kh_field simulate_fields[] = {
    {NUMBER(kh_study_file, days), .fallback = 30, .min = 0, .min_open = true, .max = KH_SIM_MOST_DAYS},
    {NUMBER(kh_study_file, warm_up_days), .fallback = (double)NAN, .min = 0, .max = KH_SIM_MOST_DAYS},
    {INTEGER(kh_study_file, replications), .fallback = 3, .min = 1, .max = 1000},
    {INTEGER(kh_study_file, seed), .fallback = 1, .min = 0, .max = 9007199254740991.0},
};
static const kh_schema_table simulate_table = {.noun = "simulate",
                                               .singular = "simulate",
                                               .fields = simulate_fields,
                                               .n_fields = sizeof simulate_fields / sizeof *simulate_fields,
                                               .size = sizeof(kh_study_file),
                                               .single = true};

static const kh_field study_fields[] = {
    {.name = "keyhaul_study", .type = KH_FIELD_INTEGER, .offset = KH_SCHEMA_UNSTORED, .required = true, .min = 1, .max = 1},
    {TEXT(kh_study_file, name)},
    {TEXT(kh_study_file, topology), .required = true},
    {.name = "objective",
     .type = KH_FIELD_ENUM,
     .offset = offsetof(kh_study_file, objective),
     .fallback = KH_OBJECTIVE_MAX_MIN,
     .words = objective_words},
    {.name = "simulate", .type = KH_FIELD_MAPPING, .inner = &simulate_table},
};
static const kh_schema_table study_table = {.noun = "study",
                                            .singular = "the study",
                                            .fields = study_fields,
                                            .n_fields = sizeof study_fields / sizeof *study_fields,
                                            .size = sizeof(kh_study_file),
                                            .single = true};

static const kh_field axis_fields[] = {{TEXT(kh_study_axis, name), .required = true},
                                       {.name = "set", .type = KH_FIELD_TEXT, .offset = KH_SCHEMA_UNSTORED, .required = true}};
static const kh_schema_table axis_table = {
    .noun = "axes", .singular = "axis", .fields = axis_fields, .n_fields = 2, .size = sizeof(kh_study_axis), .single = true};

static const kh_field case_fields[] = {{TEXT(kh_study_written_case, name), .required = true}};
static const kh_schema_table case_table = {.noun = "cases",
                                           .singular = "case",
                                           .fields = case_fields,
                                           .n_fields = 1,
                                           .size = sizeof(kh_study_written_case),
                                           .single = true};

static const kh_field change_fields[] = {
    {TEXT(change, set)},
    {TEXT(change, remove)},
    {NUMBER(change, times), .fallback = (double)NAN, .min = -1e300, .max = 1e300},
    {NUMBER(change, add), .fallback = (double)NAN, .min = -1e300, .max = 1e300},
};
static const kh_schema_table change_table = {
    .noun = "changes", .singular = "change", .fields = change_fields, .n_fields = 4, .size = sizeof(change), .single = true};

/* --- reading --- */

typedef struct reading {
    kh_schema_reader schema;
    kh_arena *arena;
    kh_findings *findings;
    const char *path;
} reading;

static kh_status forget_source(void *user, const kh_sourced *sourced, kh_error *err)
{
    (void)user, (void)sourced, (void)err; /* a study's values are choices: their sources are for its reader */
    return KH_OK;
}

static kh_place place_of(const reading *r, const kh_yaml_node *node)
{
    return kh_yaml_place(r->path, node);
}

static bool is_among(const char *word, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strcmp(word, *words) == 0)
            return true;
    return false;
}

static void report_unknown(const reading *r, const kh_schema_table *table, const char *const *lists, const kh_yaml_node *key)
{
    const char *candidates[8];
    size_t n = 0;
    for (size_t i = 0; i < table->n_fields; i++)
        candidates[n++] = table->fields[i].name;
    for (; *lists != NULL; lists++)
        candidates[n++] = *lists;
    const char *nearest = kh_str_nearest(key->text, candidates, n);
    kh_str hint = {0};
    if (nearest != NULL)
        kh_str_printf(&hint, "did you mean '%s'?", nearest);
    kh_findings_add(r->findings, KH_ERROR, place_of(r, key), nearest == NULL ? NULL : kh_str_text(&hint),
                    "unknown key '%.100s' in %s", key->text, table->singular);
    kh_str_clear(&hint);
}

/* Reads the plain keys of a mapping into the record; @lists are keys that the caller reads itself. */
static kh_status read_keys(const reading *r, const kh_schema_table *table, const char *const *lists, const kh_yaml_node *mapping,
                           void *record, kh_error *err)
{
    uint64_t seen = 0;
    kh_schema_fill(table, record);
    for (const kh_yaml_node *key = mapping->child; key != NULL; key = key->next->next) {
        const kh_field *field = kh_schema_field(table, key->text);
        if (field == NULL) {
            if (!is_among(key->text, lists))
                report_unknown(r, table, lists, key);
            continue;
        }
        seen |= (uint64_t)1 << (field - table->fields);
        KH_TRY(kh_schema_set(&r->schema, field, key->next, record, err));
    }
    kh_schema_require(&r->schema, table, place_of(r, mapping), seen);
    return KH_OK;
}

/* The list under @key, or NULL; a finding when it is something else. */
static const kh_yaml_node *list_of(const reading *r, const kh_yaml_node *mapping, const char *key, kh_yaml_kind of)
{
    const kh_yaml_node *list = kh_yaml_get(mapping, key);
    if (list == NULL)
        return NULL;
    if (list->kind != KH_YAML_LIST || list->child == NULL) {
        kh_findings_add(r->findings, KH_ERROR, place_of(r, list), NULL, "%s must be a list with at least one entry", key);
        return NULL;
    }
    for (const kh_yaml_node *item = list->child; item != NULL; item = item->next) {
        if (item->kind == of)
            continue;
        kh_findings_add(r->findings, KH_ERROR, place_of(r, item), NULL, "an entry of %s is %s, must be %s", key,
                        kh_yaml_kind_name(item), of == KH_YAML_MAPPING ? "a mapping" : "one value");
        return NULL;
    }
    return list;
}

static bool check_path(const reading *r, const char *path, bool whole_entry, kh_place place)
{
    const char *first = path == NULL ? NULL : strchr(path, '.'), *last = path == NULL ? NULL : strrchr(path, '.');
    bool good = first != NULL && first != path && last[1] != '\0' && first[1] != '.' && (whole_entry || last > first);
    if (path != NULL && !good)
        kh_findings_add(r->findings, KH_ERROR, place, NULL, "'%.100s' names no %s, must be %s", path,
                        whole_entry ? "entry" : "field",
                        whole_entry ? "noun.id, such as fibres.F1" : "noun.id.field, such as fibres.*.loss_db");
    return good;
}

/* --- axes --- */

static bool read_option(const reading *r, const char *path, const char *key, const kh_yaml_node *value, kh_edit *edit)
{
    *edit = (kh_edit){.path = path, .kind = KH_EDIT_SET, .text = value->text, .place = place_of(r, value)};
    if (strcmp(key, "values") == 0)
        return true;
    edit->kind = strcmp(key, "times") == 0 ? KH_EDIT_TIMES : KH_EDIT_ADD;
    edit->text = NULL;
    if (kh_number_read(value->text, &edit->number))
        return true;
    kh_findings_add(r->findings, KH_ERROR, edit->place, NULL, "%s is '%.100s', must be a number", key, value->text);
    return false;
}

static kh_status read_options(const reading *r, const kh_yaml_node *node, const char *key, kh_study_axis *axis, kh_error *err)
{
    const kh_yaml_node *values = list_of(r, node, key, KH_YAML_SCALAR), *set = kh_yaml_get(node, "set");
    if (values == NULL || set == NULL || set->kind != KH_YAML_SCALAR || !check_path(r, set->text, false, place_of(r, set)))
        return KH_OK; /* said already */
    axis->options = KH_NEW(r->arena, kh_edit, kh_yaml_size(values));
    if (axis->options == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu values of an axis", kh_yaml_size(values));
    for (const kh_yaml_node *value = values->child; value != NULL; value = value->next)
        if (read_option(r, set->text, key, value, &axis->options[axis->n_options]))
            axis->n_options++;
    return KH_OK;
}

static kh_status read_axis(const reading *r, const kh_yaml_node *node, kh_study_axis *axis, kh_error *err)
{
    static const char *const lists[] = {"values", "times", "add", NULL};
    KH_TRY(read_keys(r, &axis_table, lists, node, axis, err));
    const char *given = NULL;
    size_t n = 0;
    for (size_t i = 0; lists[i] != NULL; i++) {
        if (kh_yaml_get(node, lists[i]) == NULL)
            continue;
        given = lists[i];
        n++;
    }
    if (n == 1)
        return read_options(r, node, given, axis, err);
    kh_findings_add(r->findings, KH_ERROR, place_of(r, node), NULL, "an axis needs exactly one of values, times and add, has %zu",
                    n);
    return KH_OK;
}

static kh_status read_axes(const reading *r, const kh_yaml_node *root, kh_study_file *file, kh_error *err)
{
    const kh_yaml_node *list = list_of(r, root, "axes", KH_YAML_MAPPING);
    if (list == NULL)
        return KH_OK;
    file->axes = KH_NEW(r->arena, kh_study_axis, kh_yaml_size(list));
    if (file->axes == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu axes", kh_yaml_size(list));
    for (const kh_yaml_node *node = list->child; node != NULL; node = node->next)
        KH_TRY(read_axis(r, node, &file->axes[file->n_axes++], err));
    return KH_OK;
}

/* --- explicit cases --- */

static bool fill_edit(const reading *r, const change *c, const kh_yaml_node *value, kh_edit *edit)
{
    int actions = (value != NULL) + !isnan(c->times) + !isnan(c->add);
    if ((c->remove != NULL) == (c->set != NULL) || (c->set != NULL && actions != 1) || (c->remove != NULL && actions != 0)) {
        kh_findings_add(r->findings, KH_ERROR, edit->place, NULL,
                        "a change is {set: noun.id.field} with one of value, times and add, or {remove: noun.id}");
        return false;
    }
    if (value != NULL && value->kind != KH_YAML_SCALAR) {
        kh_findings_add(r->findings, KH_ERROR, place_of(r, value), NULL, "value is %s, must be one value",
                        kh_yaml_kind_name(value));
        return false;
    }
    edit->path = c->remove != NULL ? c->remove : c->set;
    edit->kind = c->remove != NULL ? KH_EDIT_REMOVE : value != NULL ? KH_EDIT_SET : isnan(c->times) ? KH_EDIT_ADD : KH_EDIT_TIMES;
    edit->text = value != NULL ? value->text : NULL;
    edit->number = edit->kind == KH_EDIT_ADD ? c->add : edit->kind == KH_EDIT_TIMES ? c->times : 0;
    return check_path(r, edit->path, c->remove != NULL, edit->place);
}

static kh_status read_case(const reading *r, const kh_yaml_node *node, kh_study_written_case *written, kh_error *err)
{
    static const char *const lists[] = {"changes", NULL}, *const change_values[] = {"value", NULL};
    KH_TRY(read_keys(r, &case_table, lists, node, written, err));
    written->place = place_of(r, node);
    if (kh_yaml_get(node, "changes") == NULL)
        kh_findings_add(r->findings, KH_ERROR, written->place, NULL, "case lacks 'changes'");
    const kh_yaml_node *list = list_of(r, node, "changes", KH_YAML_MAPPING);
    if (list == NULL)
        return KH_OK;
    written->edits = KH_NEW(r->arena, kh_edit, kh_yaml_size(list));
    if (written->edits == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu changes", kh_yaml_size(list));
    for (const kh_yaml_node *item = list->child; item != NULL; item = item->next) {
        change c = {0};
        KH_TRY(read_keys(r, &change_table, change_values, item, &c, err));
        written->edits[written->n_edits].place = place_of(r, item);
        if (fill_edit(r, &c, kh_yaml_get(item, "value"), &written->edits[written->n_edits]))
            written->n_edits++;
    }
    return KH_OK;
}

static kh_status read_cases(const reading *r, const kh_yaml_node *root, kh_study_file *file, kh_error *err)
{
    const kh_yaml_node *list = list_of(r, root, "cases", KH_YAML_MAPPING);
    if (list == NULL)
        return KH_OK;
    file->cases = KH_NEW(r->arena, kh_study_written_case, kh_yaml_size(list));
    if (file->cases == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu cases", kh_yaml_size(list));
    for (const kh_yaml_node *node = list->child; node != NULL; node = node->next)
        KH_TRY(read_case(r, node, &file->cases[file->n_cases++], err));
    return KH_OK;
}

/* --- the whole --- */

static void settle_simulation(const reading *r, const kh_yaml_node *root, kh_study_file *file)
{
    const kh_yaml_node *simulate = kh_yaml_get(root, "simulate");
    if (simulate == NULL) {
        file->days = file->warm_up_days = file->replications = 0;
        return;
    }
    if (isnan(file->warm_up_days))
        file->warm_up_days = fmin(1, file->days / 10);
    if (file->warm_up_days >= file->days)
        kh_findings_add(r->findings, KH_ERROR, place_of(r, simulate), NULL, "warm_up_days is %g, must be less than days, %g",
                        file->warm_up_days, file->days);
}

static kh_status read_root(const reading *r, const kh_yaml_node *root, kh_study_file *file, kh_error *err)
{
    static const char *const lists[] = {"axes", "cases", NULL};
    if (root->kind != KH_YAML_MAPPING) {
        kh_findings_add(r->findings, KH_ERROR, place_of(r, root), NULL, "a study is a mapping, this is %s",
                        kh_yaml_kind_name(root));
        return KH_OK;
    }
    KH_TRY(read_keys(r, &study_table, lists, root, file, err));
    KH_TRY(read_axes(r, root, file, err));
    KH_TRY(read_cases(r, root, file, err));
    settle_simulation(r, root, file);
    return KH_OK;
}

bool kh_study_file_is(const char *text)
{
    static const char key[] = "keyhaul_study";
    for (const char *at = strstr(text, key); at != NULL; at = strstr(at + 1, key))
        if (at == text || at[-1] == '\n' || (unsigned char)at[-1] == 0xBF) /* the last byte of a byte order mark */
            return true;
    return false;
}

kh_status kh_study_file_read(const char *path, const char *text, size_t length, kh_arena *arena, kh_findings *findings,
                             kh_study_file *file, kh_error *err)
{
    kh_yaml_budget budget = KH_YAML_BUDGET;
    kh_yaml_node *root = NULL;
    reading r = {.schema = {.arena = arena, .findings = findings, .file = path, .keep = forget_source},
                 .arena = arena,
                 .findings = findings,
                 .path = path};
    kh_study_file read = {0};
    size_t errors = kh_findings_count(findings, KH_ERROR);
    kh_status status = kh_yaml_read(&(kh_yaml_source){path, text, length}, &budget, arena, findings, &root, err);
    if (status == KH_OK)
        status = read_root(&r, root, &read, err);
    kh_findings_quote(findings, path, text, length);
    KH_TRY(status);
    if (kh_findings_count(findings, KH_ERROR) > errors)
        return kh_fail(err, KH_EDATA, "'%s' has errors", path);
    *file = read;
    return KH_OK;
}
