/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/study/expand.h"

#include <string.h>

static const char BASE_NAME[] = "as designed";

/* --- edits in words --- */

/* "noun.id.field": the id may hold dots, so noun ends at the first and field starts after the last. */
static void say_entry(const char *path, size_t length, kh_str *out)
{
    const char *dot = memchr(path, '.', length);
    size_t noun = dot == NULL ? length : (size_t)(dot - path);
    size_t id = noun < length ? length - noun - 1 : 0;
    bool all = id == 1 && path[noun + 1] == '*';
    if (all)
        kh_str_append(out, "all ");
    for (size_t i = 0; i < noun; i++)
        kh_str_append_n(out, path[i] == '_' ? " " : &path[i], 1);
    if (!all && id > 0) {
        kh_str_append(out, " ");
        kh_str_append_n(out, path + noun + 1, id);
    }
}

static void say_edit(const kh_edit *edit, kh_str *out)
{
    const char *dot = strrchr(edit->path, '.');
    size_t entry = dot == NULL || edit->kind == KH_EDIT_REMOVE ? strlen(edit->path) : (size_t)(dot - edit->path);
    if (edit->kind != KH_EDIT_REMOVE && dot != NULL)
        kh_str_printf(out, "%s of ", dot + 1);
    say_entry(edit->path, entry, out);
    switch (edit->kind) {
    case KH_EDIT_SET:
        kh_str_printf(out, " = %s", edit->text);
        break;
    case KH_EDIT_TIMES:
        kh_str_printf(out, " x %g", edit->number);
        break;
    case KH_EDIT_ADD:
        kh_str_printf(out, " %+g", edit->number);
        break;
    case KH_EDIT_REMOVE:
        kh_str_append(out, " removed");
        break;
    }
}

static void say_option(const kh_study_axis *axis, const kh_edit *edit, kh_str *out)
{
    kh_str_append(out, axis->name);
    if (edit->kind == KH_EDIT_SET)
        kh_str_printf(out, " = %s", edit->text);
    else if (edit->kind == KH_EDIT_TIMES)
        kh_str_printf(out, " x %g", edit->number);
    else
        kh_str_printf(out, " %+g", edit->number);
}

static bool is_neutral(const kh_edit *edit)
{
    double neutral = edit->kind == KH_EDIT_TIMES ? 1 : 0;
    return edit->kind != KH_EDIT_SET && edit->number >= neutral && edit->number <= neutral;
}

/* --- cases --- */

typedef struct expansion {
    kh_arena *arena;
    kh_findings *findings;
    kh_study_case *cases;
    kh_place *places;
    size_t n;
    const char *path;
} expansion;

static const char *take(kh_arena *arena, kh_str *str)
{
    const char *text = str->failed ? NULL : kh_arena_strdup(arena, kh_str_text(str));
    kh_str_clear(str);
    return text;
}

static const char *changes_text(const expansion *x, const kh_edit *edits, size_t n)
{
    kh_str text = {0};
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            kh_str_append(&text, "; ");
        say_edit(&edits[i], &text);
    }
    return take(x->arena, &text);
}

static kh_status add(expansion *x, const char *name, kh_edit *edits, size_t n, kh_place place, kh_error *err)
{
    kh_study_case *c = &x->cases[x->n];
    *c = (kh_study_case){.name = name, .changes = changes_text(x, edits, n), .edits = edits, .n_edits = n};
    if (name == NULL || c->changes == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for case %zu", x->n + 1);
    x->places[x->n++] = place;
    return KH_OK;
}

/* Combination number @which, counted like an odometer whose last wheel is the last axis. */
static kh_status add_combination(expansion *x, const kh_study_file *file, size_t which, kh_error *err)
{
    kh_edit *edits = KH_NEW(x->arena, kh_edit, file->n_axes);
    if (edits == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a combination");
    size_t n = 0;
    kh_str name = {0};
    for (size_t i = file->n_axes; i > 0; i--) {
        const kh_study_axis *axis = &file->axes[i - 1];
        edits[i - 1] = axis->options[which % axis->n_options];
        which /= axis->n_options;
    }
    for (size_t i = 0; i < file->n_axes; i++) {
        if (is_neutral(&edits[i]))
            continue;
        if (n > 0)
            kh_str_append(&name, ", ");
        say_option(&file->axes[i], &edits[i], &name);
        edits[n++] = edits[i];
    }
    if (n == 0) {
        kh_str_clear(&name);
        return KH_OK;
    }
    return add(x, take(x->arena, &name), edits, n, edits[0].place, err);
}

static size_t count_combinations(const kh_study_file *file)
{
    size_t n = file->n_axes > 0 ? 1 : 0;
    for (size_t i = 0; i < file->n_axes; i++) {
        size_t options = file->axes[i].n_options;
        if (options > KH_EXPAND_MOST_CASES || n * options > KH_EXPAND_MOST_CASES)
            return KH_EXPAND_MOST_CASES + (size_t)1;
        n *= options;
    }
    return n;
}

/* --- names are unique: a run file knows its cases by name --- */

static uint64_t hash_of(const char *text)
{
    uint64_t h = 14695981039346656037u; /* FNV-1a */
    for (; *text != '\0'; text++)
        h = (h ^ (unsigned char)*text) * 1099511628211u;
    return h;
}

static kh_status check_names(const expansion *x, kh_error *err)
{
    size_t slots = 2 * x->n + 1;
    uint32_t *table = KH_NEW(x->arena, uint32_t, slots); /* index + 1 of a case; 0 = free */
    if (table == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu names", x->n);
    bool twice = false;
    for (size_t i = 0; i < x->n; i++) {
        size_t at = hash_of(x->cases[i].name) % slots;
        while (table[at] != 0 && strcmp(x->cases[table[at] - 1].name, x->cases[i].name) != 0)
            at = (at + 1) % slots;
        if (table[at] == 0) {
            table[at] = (uint32_t)i + 1;
            continue;
        }
        kh_findings_add(x->findings, KH_ERROR, x->places[i], "name it otherwise", "two cases are called '%s'", x->cases[i].name);
        twice = true;
    }
    return twice ? kh_fail(err, KH_EDATA, "'%s' has errors", x->path) : KH_OK;
}

static kh_status add_all(expansion *x, const kh_study_file *file, size_t combinations, kh_error *err)
{
    KH_TRY(add(x, BASE_NAME, NULL, 0, (kh_place){x->path, 1, 1}, err));
    for (size_t i = 0; i < combinations; i++)
        KH_TRY(add_combination(x, file, i, err));
    for (size_t i = 0; i < file->n_cases; i++)
        KH_TRY(add(x, file->cases[i].name, file->cases[i].edits, file->cases[i].n_edits, file->cases[i].place, err));
    return check_names(x, err);
}

kh_status kh_expand_cases(const kh_study_file *file, const char *path, kh_arena *arena, kh_findings *findings, kh_study *study,
                          kh_error *err)
{
    size_t combinations = count_combinations(file), most = 1 + combinations + file->n_cases;
    if (combinations > KH_EXPAND_MOST_CASES) {
        kh_findings_add(findings, KH_ERROR, (kh_place){path, 1, 1}, NULL, "the axes make more than %d combinations",
                        KH_EXPAND_MOST_CASES);
        return kh_fail(err, KH_EDATA, "'%s' has errors", path);
    }
    expansion x = {.arena = arena,
                   .findings = findings,
                   .cases = KH_NEW(arena, kh_study_case, most),
                   .places = KH_NEW(arena, kh_place, most),
                   .path = path};
    if (x.cases == NULL || x.places == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu cases", most);
    KH_TRY(add_all(&x, file, combinations, err));
    study->cases = x.cases;
    study->n_cases = x.n;
    return KH_OK;
}
