/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/source.h"

#include "core/text/file.h"

#include <string.h>

enum { DEEPEST_INCLUDE = 64, MOST_INCLUDES = 10000 };

kh_sources kh_sources_start(kh_arena *arena, kh_arena *paths, kh_findings *findings)
{
    return (kh_sources){.arena = arena,
                        .paths = paths,
                        .findings = findings,
                        .budget = KH_YAML_BUDGET,
                        .bytes_left = KH_YAML_LARGEST,
                        .includes_left = MOST_INCLUDES,
                        .by_path = {.arena = arena},
                        .hash = kh_sha256_start()};
}

static kh_status out_of_memory(kh_error *err)
{
    return kh_fail(err, KH_ENOMEM, "out of memory while reading the topology");
}

static void add_error(kh_sources *s, uint32_t file, const kh_yaml_node *node, const char *hint, const char *message)
{
    kh_findings_add(s->findings, KH_ERROR, kh_yaml_place(s->files[file].path, node), hint, "%s", message);
}

static kh_status add_file(kh_sources *s, const kh_source_file *file, uint32_t *index, kh_error *err)
{
    if (s->n_files == s->files_capacity) {
        kh_source_file *bigger = kh_arena_grow(s->arena, s->files, s->n_files, &s->files_capacity, sizeof(kh_source_file));
        if (bigger == NULL)
            return out_of_memory(err);
        s->files = bigger;
    }
    *index = (uint32_t)s->n_files;
    if (!kh_map_put(&s->by_path, file->real_path, strlen(file->real_path), *index))
        return out_of_memory(err);
    s->files[s->n_files++] = *file;
    kh_sha256_add(&s->hash, file->text, file->length);
    return KH_OK;
}

static kh_status add_entry(kh_sources *s, kh_noun noun, kh_entry entry, kh_error *err)
{
    if (s->n_entries[noun] == s->entries_capacity[noun]) {
        kh_entry *bigger =
            kh_arena_grow(s->arena, s->entries[noun], s->n_entries[noun], &s->entries_capacity[noun], sizeof(kh_entry));
        if (bigger == NULL)
            return out_of_memory(err);
        s->entries[noun] = bigger;
    }
    s->entries[noun][s->n_entries[noun]++] = entry;
    return KH_OK;
}

static bool is_empty(const kh_yaml_node *node)
{
    return node->kind == KH_YAML_SCALAR && node->plain &&
           (kh_yaml_size(node) == 0 || strcmp(node->text, "~") == 0 || strcmp(node->text, "null") == 0);
}

static kh_status take_entries(kh_sources *s, uint32_t file, kh_noun noun, const kh_yaml_node *node, kh_error *err)
{
    const kh_schema_table *table = kh_schema_layout(noun)->table;
    if (is_empty(node)) /* all entries commented out */
        return KH_OK;
    if (table->single && node->kind == KH_YAML_MAPPING)
        return add_entry(s, noun, (kh_entry){node, file}, err);
    if (table->single || node->kind != KH_YAML_LIST) {
        kh_findings_add(s->findings, KH_ERROR, kh_yaml_place(s->files[file].path, node), NULL, "%s must be %s, this is %s",
                        table->noun, table->single ? "a mapping" : "a list of entries", kh_yaml_kind_name(node));
        return KH_OK;
    }
    for (const kh_yaml_node *item = node->child; item != NULL; item = item->next) {
        if (item->kind == KH_YAML_MAPPING)
            KH_TRY(add_entry(s, noun, (kh_entry){item, file}, err));
        else
            kh_findings_add(s->findings, KH_ERROR, kh_yaml_place(s->files[file].path, item), "write - {id: ...}",
                            "an entry of %s must be a mapping, this is %s", table->noun, kh_yaml_kind_name(item));
    }
    return KH_OK;
}

static void hint_key(kh_sources *s, uint32_t file, const kh_yaml_node *key, const char *const *names, size_t n)
{
    const char *nearest = kh_findings_count(s->findings, KH_ERROR) < KH_FINDINGS_KEPT ? kh_str_nearest(key->text, names, n) : NULL;
    kh_str hint = {0};
    if (nearest != NULL)
        kh_str_printf(&hint, "did you mean '%s'?", nearest);
    kh_findings_add(s->findings, KH_ERROR, kh_yaml_place(s->files[file].path, key), nearest == NULL ? NULL : kh_str_text(&hint),
                    "unknown key '%.100s'", key->text);
    kh_str_clear(&hint);
}

static void take_defaults(kh_sources *s, uint32_t file, const kh_yaml_node *node)
{
    const char *names[KH_NOUN_COUNT];
    for (size_t i = 0; i < KH_NOUN_COUNT; i++)
        names[i] = kh_schema_layout((kh_noun)i)->table->single ? NULL : kh_schema_layout((kh_noun)i)->table->singular;
    if (node->kind != KH_YAML_MAPPING) {
        add_error(s, file, node, "write defaults: {fibre: {...}}", "defaults must be a mapping");
        return;
    }
    for (const kh_yaml_node *key = node->child; key != NULL; key = key->next->next) {
        size_t i = 0;
        while (i < KH_NOUN_COUNT && (names[i] == NULL || strcmp(names[i], key->text) != 0))
            i++;
        if (i == KH_NOUN_COUNT)
            hint_key(s, file, key, names, KH_NOUN_COUNT);
        else if (key->next->kind != KH_YAML_MAPPING)
            add_error(s, file, key->next, NULL, "the defaults of a noun must be a mapping");
        else
            s->files[file].defaults[i] = key->next;
    }
}

static kh_status read_file(kh_sources *s, const kh_source_file *given, kh_error *err);

static kh_status include(kh_sources *s, uint32_t from, const kh_yaml_node *item, kh_error *err)
{
    const char *including = s->files[from].path;
    if (item->kind != KH_YAML_SCALAR || kh_yaml_size(item) == 0) {
        add_error(s, from, item, NULL, "an include must be the name of a file");
        return KH_OK;
    }
    if (s->includes_left == 0 || s->depth >= DEEPEST_INCLUDE) {
        add_error(s, from, item, NULL, s->includes_left == 0 ? "more than 10000 includes" : "includes are nested deeper than 64");
        return kh_fail(err, KH_ELIMIT, "'%s' includes too much", including);
    }
    s->includes_left--;
    kh_source_file file = {.path = kh_file_beside(including, item->text, s->paths)};
    if (file.path == NULL)
        return out_of_memory(err);
    file.real_path = kh_file_real(file.path, s->arena);
    uint32_t known = file.real_path == NULL ? KH_MAP_NONE : kh_map_get(&s->by_path, file.real_path, strlen(file.real_path));
    if (known != KH_MAP_NONE) {
        if (s->files[known].open)
            kh_findings_add(s->findings, KH_ERROR, kh_yaml_place(including, item), "leave this include out",
                            "include cycle: '%s' is being read already", s->files[known].path);
        return KH_OK;
    }
    char *text = NULL;
    kh_error why = {0};
    kh_status status = kh_file_read(file.path, s->bytes_left, s->arena, &text, &file.length, &why);
    if (status == KH_ENOMEM)
        return out_of_memory(err);
    if (status != KH_OK) {
        kh_findings_add(s->findings, KH_ERROR, kh_yaml_place(including, item),
                        "the path counts from the folder of the including file", "include: %s", why.message);
        return status == KH_ELIMIT ? kh_fail(err, KH_ELIMIT, "%s", why.message) : KH_OK;
    }
    file.text = text;
    if (file.real_path == NULL)
        file.real_path = file.path;
    return read_file(s, &file, err);
}

static kh_status take_includes(kh_sources *s, uint32_t file, const kh_yaml_node *node, kh_error *err)
{
    if (is_empty(node))
        return KH_OK;
    if (node->kind != KH_YAML_LIST) {
        add_error(s, file, node, "write include: [file.yaml]", "include must be a list of files");
        return KH_OK;
    }
    s->files[file].open = true;
    for (const kh_yaml_node *item = node->child; item != NULL; item = item->next)
        KH_TRY(include(s, file, item, err));
    s->files[file].open = false;
    return KH_OK;
}

static void take_version(kh_sources *s, uint32_t file, const kh_yaml_node *version)
{
    if (version == NULL)
        kh_findings_add(s->findings, KH_ERROR, (kh_place){s->files[file].path, 1, 1}, "start the file with 'keyhaul: 1'",
                        "the file does not say which version of the format it has");
    else if (version->kind != KH_YAML_SCALAR || strcmp(version->text, "1") != 0)
        add_error(s, file, version, NULL, "keyhaul must be 1, the only version of the format");
}

static void take_text(kh_sources *s, uint32_t file, const kh_yaml_node *node, const char **text)
{
    if (node->kind != KH_YAML_SCALAR)
        add_error(s, file, node, NULL, "this must be text");
    else if (file == 0)
        *text = node->text;
}

static kh_status take_key(kh_sources *s, uint32_t file, const kh_yaml_node *key, kh_error *err)
{
    const kh_yaml_node *value = key->next;
    kh_noun noun = kh_schema_noun(key->text);
    if (noun != KH_NOUN_COUNT)
        return take_entries(s, file, noun, value, err);
    if (strcmp(key->text, "name") == 0) {
        take_text(s, file, value, &s->name);
    } else if (strcmp(key->text, "description") == 0) {
        take_text(s, file, value, &s->description);
    } else if (strcmp(key->text, "defaults") == 0) {
        take_defaults(s, file, value);
    } else if (strcmp(key->text, "keyhaul") != 0 && strcmp(key->text, "include") != 0) {
        const char *names[KH_NOUN_COUNT + 8];
        size_t n = 0;
        for (const char *const *header = kh_schema_header_keys(); *header != NULL; header++)
            names[n++] = *header;
        for (size_t i = 0; i < KH_NOUN_COUNT; i++)
            names[n++] = kh_schema_layout((kh_noun)i)->table->noun;
        hint_key(s, file, key, names, n);
    }
    return KH_OK;
}

static kh_status take_root(kh_sources *s, uint32_t file, const kh_yaml_node *root, kh_error *err)
{
    if (root->kind != KH_YAML_MAPPING) {
        add_error(s, file, root, "start the file with 'keyhaul: 1'", "a topology must be a mapping of keys to values");
        return KH_OK;
    }
    if (kh_yaml_get(root, "keyhaul_study") != NULL && kh_yaml_get(root, "keyhaul") == NULL) {
        add_error(s, file, root, "run it with 'keyhaul study', or give the topology that it names",
                  "this is a study, not a topology");
        return KH_OK;
    }
    take_version(s, file, kh_yaml_get(root, "keyhaul"));
    const kh_yaml_node *includes = kh_yaml_get(root, "include");
    if (includes != NULL)
        KH_TRY(take_includes(s, file, includes, err));
    for (const kh_yaml_node *key = root->child; key != NULL; key = key->next->next)
        KH_TRY(take_key(s, file, key, err));
    return KH_OK;
}

static kh_status read_file(kh_sources *s, const kh_source_file *given, kh_error *err)
{
    uint32_t file = 0;
    KH_TRY(add_file(s, given, &file, err));
    s->bytes_left -= given->length < s->bytes_left ? given->length : s->bytes_left;
    kh_yaml_node *root = NULL;
    const kh_yaml_source source = {.file = given->path, .text = given->text, .length = given->length};
    kh_error why = {0};
    kh_status status = kh_yaml_read(&source, &s->budget, s->arena, s->findings, &root, &why);
    if (status == KH_EDATA) /* the finding says it; the other files may have more to find */
        return KH_OK;
    if (status != KH_OK)
        return kh_fail(err, status, "%s", why.message);
    s->depth++;
    KH_TRY(take_root(s, file, root, err));
    s->depth--;
    return KH_OK;
}

kh_status kh_sources_read(kh_sources *sources, const char *path, const char *text, size_t length, kh_error *err)
{
    kh_source_file file = {.path = path, .real_path = kh_file_real(path, sources->arena), .text = text, .length = length};
    if (file.real_path == NULL)
        file.real_path = path;
    if (length > sources->bytes_left) {
        kh_findings_add(sources->findings, KH_ERROR, (kh_place){.file = path}, NULL,
                        "the text has %.1f MiB, at most 64 MiB can be read", (double)length / 0x1p20);
        return kh_fail(err, KH_ELIMIT, "'%s' is too large", path);
    }
    return read_file(sources, &file, err);
}
