/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/loader.h"

#include <string.h>

/* Fewer than this many bytes of records: a file of empty entries must not grow into gigabytes. */
static const size_t MOST_RECORD_BYTES = (size_t)96 << 20;
enum { LONGEST_ID = 100 };

static kh_status out_of_memory(kh_error *err)
{
    return kh_fail(err, KH_ENOMEM, "out of memory while reading the topology");
}

static void *at_offset(void *base, size_t offset)
{
    return (unsigned char *)base + offset;
}

static unsigned char *array_of(kh_net *net, kh_noun noun)
{
    const kh_layout *layout = kh_schema_layout(noun);
    if (layout->table->single)
        return at_offset(net, layout->array_offset);
    unsigned char *array;
    memcpy(&array, at_offset(net, layout->array_offset), sizeof array);
    return array;
}

unsigned char *kh_record_at(kh_net *net, kh_noun noun, size_t i)
{
    return array_of(net, noun) + i * kh_schema_layout(noun)->table->size;
}

size_t *kh_record_count(kh_net *net, kh_noun noun)
{
    return at_offset(net, kh_schema_layout(noun)->count_offset);
}

const char *kh_record_id(const kh_layout *layout, const unsigned char *record)
{
    const char *id;
    memcpy(&id, record + layout->id_offset, sizeof id);
    return id == NULL ? "" : id;
}

/* --- ids --- */

static const kh_yaml_node *id_of(const kh_yaml_node *entry)
{
    const kh_yaml_node *id = kh_yaml_get(entry, "id");
    const kh_yaml_node *inside = id == NULL ? NULL : kh_yaml_get(id, "value");
    id = inside == NULL ? id : inside;
    return id != NULL && id->kind == KH_YAML_SCALAR && kh_yaml_size(id) > 0 ? id : NULL;
}

/* Ids stand in paths of edits, in lists with spaces between, and in tables. */
static void check_id(kh_loader *l, const char *file, const kh_yaml_node *id)
{
    bool strange = strpbrk(id->text, " \t\r\n*,") != NULL;
    if (strange || kh_yaml_size(id) > LONGEST_ID)
        kh_findings_add(l->findings, KH_ERROR, kh_yaml_place(file, id), NULL,
                        strange ? "id '%.100s' holds a space, a comma or a star" : "id '%.100s...' is longer than 100 bytes",
                        id->text);
}

static kh_status index_entry(kh_loader *l, kh_noun noun, size_t i, kh_error *err)
{
    const kh_entry *entry = &l->sources.entries[noun][i];
    const kh_yaml_node *id = id_of(entry->node);
    if (id == NULL)
        return KH_OK;
    const char *file = l->sources.files[entry->file].path;
    check_id(l, file, id);
    uint32_t known = kh_map_get(&l->ids[noun], id->text, kh_yaml_size(id));
    if (known == KH_MAP_NONE)
        return kh_map_put(&l->ids[noun], id->text, kh_yaml_size(id), (uint32_t)i) ? KH_OK : out_of_memory(err);
    const kh_entry *first = &l->sources.entries[noun][known];
    kh_findings_add(l->findings, KH_ERROR, kh_yaml_place(file, id), "give one of them another id",
                    "id '%.100s' of %s is taken by the entry at %s:%u:%u", id->text, kh_schema_layout(noun)->table->noun,
                    l->sources.files[first->file].path, id_of(first->node)->line, id_of(first->node)->column);
    return KH_OK;
}

static kh_status index_ids(kh_loader *l, kh_error *err)
{
    for (size_t noun = 0; noun < KH_NOUN_COUNT; noun++) {
        l->ids[noun].arena = l->scratch;
        if (!kh_schema_layout((kh_noun)noun)->has_id)
            continue;
        for (size_t i = 0; i < l->sources.n_entries[noun]; i++)
            KH_TRY(index_entry(l, (kh_noun)noun, i, err));
    }
    return KH_OK;
}

/* --- the reader's three questions --- */

static uint32_t find_id(void *user, const kh_field *field, const char *id, size_t length)
{
    const kh_loader *l = user;
    return kh_map_get(&l->ids[field->target], id, length);
}

static const char *nearest_id(void *user, const kh_field *field, const char *word)
{
    kh_loader *l = user;
    size_t n = l->sources.n_entries[field->target];
    if (l->guesses_left == 0)
        return NULL;
    l->guesses_left--;
    const char **ids = KH_NEW(l->scratch, const char *, n);
    if (ids == NULL)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        const kh_yaml_node *id = id_of(l->sources.entries[field->target][i].node);
        ids[i] = id == NULL ? NULL : id->text;
    }
    return kh_str_nearest(word, ids, n);
}

static kh_status add_provenance(kh_loader *l, const kh_provenance *given, kh_error *err)
{
    kh_net *net = l->net;
    if (net->n_provenance == l->provenance_capacity) {
        kh_provenance *bigger =
            kh_arena_grow(net->arena, net->provenance, net->n_provenance, &l->provenance_capacity, sizeof(kh_provenance));
        if (bigger == NULL)
            return out_of_memory(err);
        net->provenance = bigger;
    }
    kh_provenance copy = *given;
    copy.id = kh_arena_strdup(net->arena, given->id);
    copy.value = kh_arena_strdup(net->arena, given->value);
    copy.source = kh_arena_strdup(net->arena, given->source);
    if (copy.id == NULL || copy.value == NULL || (copy.source == NULL && given->source != NULL))
        return out_of_memory(err);
    net->provenance[net->n_provenance++] = copy;
    return KH_OK;
}

static kh_status keep_sourced(void *user, const kh_sourced *sourced, kh_error *err)
{
    kh_loader *l = user;
    const kh_provenance p = {.noun = l->noun,
                             .id = l->id,
                             .field = sourced->field->name,
                             .value = sourced->value,
                             .source = sourced->source,
                             .assumed = sourced->assumed,
                             .place = sourced->place};
    return add_provenance(l, &p, err);
}

/* An entry may say of itself as a whole where it comes from. */
static kh_status keep_entry_source(kh_loader *l, const kh_yaml_node *entry, const char *file, kh_error *err)
{
    const kh_yaml_node *source = kh_yaml_get(entry, "source"), *assumed = kh_yaml_get(entry, "assumed");
    bool is_assumed = assumed != NULL && assumed->kind == KH_YAML_SCALAR && strcmp(assumed->text, "true") == 0;
    bool has_source = source != NULL && source->kind == KH_YAML_SCALAR;
    if (!is_assumed && !has_source)
        return KH_OK;
    const kh_provenance p = {.noun = l->noun,
                             .id = l->id,
                             .field = "entry",
                             .value = "",
                             .source = has_source ? source->text : NULL,
                             .assumed = is_assumed,
                             .place = kh_yaml_place(file, entry)};
    return add_provenance(l, &p, err);
}

/* --- records --- */

/* What an entry starts from: the fallbacks, then the defaults of its file. */
typedef struct start {
    uint32_t file;
    bool made;
    unsigned char *record;
    uint64_t seen;
} start;

static kh_status make_start(kh_loader *l, kh_noun noun, uint32_t file, start *from, kh_error *err)
{
    const kh_schema_table *table = kh_schema_layout(noun)->table;
    if (from->made && from->file == file)
        return KH_OK;
    *from = (start){.file = file, .made = true, .record = KH_NEW(l->scratch, unsigned char, table->size)};
    if (from->record == NULL)
        return out_of_memory(err);
    kh_schema_fill(table, from->record);
    const kh_yaml_node *defaults = l->sources.files[file].defaults[noun];
    if (defaults == NULL)
        return KH_OK;
    l->id = "";
    l->reader.file = l->sources.files[file].path;
    l->sources.files[file].defaults_used[noun] = true;
    const kh_yaml_node *id = kh_schema_layout(noun)->has_id ? kh_yaml_get(defaults, "id") : NULL;
    if (id != NULL)
        kh_findings_add(l->findings, KH_ERROR, kh_yaml_place(l->reader.file, id), NULL, "an id cannot be a default");
    return kh_schema_read(&l->reader, table, defaults, from->record, &from->seen, err);
}

static kh_status read_entry(kh_loader *l, kh_noun noun, size_t i, start *from, kh_error *err)
{
    const kh_layout *layout = kh_schema_layout(noun);
    const kh_entry *entry = &l->sources.entries[noun][i];
    KH_TRY(make_start(l, noun, entry->file, from, err));
    l->reader.file = l->sources.files[entry->file].path;
    unsigned char *record = kh_record_at(l->net, noun, i);
    memcpy(record, from->record, layout->table->size);
    kh_place place = kh_yaml_place(l->reader.file, entry->node);
    memcpy(record + layout->place_offset, &place, sizeof place);
    const kh_yaml_node *id = layout->has_id ? id_of(entry->node) : kh_yaml_get(entry->node, "on");
    l->id = id == NULL || id->kind != KH_YAML_SCALAR ? "" : id->text;
    uint64_t seen = from->seen;
    KH_TRY(kh_schema_read(&l->reader, layout->table, entry->node, record, &seen, err));
    kh_schema_require(&l->reader, layout->table, place, seen);
    return keep_entry_source(l, entry->node, l->reader.file, err);
}

/* Defaults that no entry starts from are checked all the same; what they assume is not kept, since nothing rests on it. */
static kh_status check_unused_defaults(kh_loader *l, kh_noun noun, kh_error *err)
{
    size_t kept = l->net->n_provenance;
    for (uint32_t file = 0; file < l->sources.n_files; file++) {
        start from = {0};
        if (!l->sources.files[file].defaults_used[noun])
            KH_TRY(make_start(l, noun, file, &from, err));
    }
    l->net->n_provenance = kept;
    return KH_OK;
}

static kh_status read_noun(kh_loader *l, kh_noun noun, kh_error *err)
{
    const kh_layout *layout = kh_schema_layout(noun);
    size_t n = l->sources.n_entries[noun];
    unsigned char *array = KH_NEW(l->net->arena, unsigned char, n * layout->table->size);
    l->broken[noun] = KH_NEW(l->scratch, bool, n);
    if (array == NULL || l->broken[noun] == NULL)
        return out_of_memory(err);
    memcpy(at_offset(l->net, layout->array_offset), &array, sizeof array);
    *kh_record_count(l->net, noun) = n;
    start from = {0};
    for (size_t i = 0; i < n; i++) {
        size_t errors = kh_findings_count(l->findings, KH_ERROR);
        KH_TRY(read_entry(l, noun, i, &from, err));
        l->broken[noun][i] = kh_findings_count(l->findings, KH_ERROR) > errors;
    }
    return check_unused_defaults(l, noun, err);
}

static kh_status read_single(kh_loader *l, kh_noun noun, kh_error *err)
{
    const kh_schema_table *table = kh_schema_layout(noun)->table;
    void *record = array_of(l->net, noun);
    kh_schema_fill(table, record);
    l->id = "";
    for (size_t i = 0; i < l->sources.n_entries[noun]; i++) {
        const kh_entry *entry = &l->sources.entries[noun][i];
        uint64_t seen = 0;
        l->reader.file = l->sources.files[entry->file].path;
        KH_TRY(kh_schema_read(&l->reader, table, entry->node, record, &seen, err));
        KH_TRY(keep_entry_source(l, entry->node, l->reader.file, err));
    }
    return KH_OK;
}

static kh_status check_size(kh_loader *l, kh_error *err)
{
    size_t bytes = 0;
    for (size_t noun = 0; noun < KH_NOUN_COUNT; noun++)
        bytes += l->sources.n_entries[noun] * kh_schema_layout((kh_noun)noun)->table->size;
    if (bytes <= MOST_RECORD_BYTES)
        return KH_OK;
    kh_findings_add(l->findings, KH_ERROR, (kh_place){.file = l->net->path}, "split the work into several topologies",
                    "the entries need %.0f MiB, at most 96 MiB are given", (double)bytes / 0x1p20);
    return kh_fail(err, KH_ELIMIT, "'%s' has too many entries", l->net->path);
}

kh_status kh_loader_read_records(kh_loader *l, kh_error *err)
{
    KH_TRY(check_size(l, err));
    KH_TRY(index_ids(l, err));
    l->reader = (kh_schema_reader){
        .arena = l->net->arena, .findings = l->findings, .find = find_id, .nearest = nearest_id, .keep = keep_sourced, .user = l};
    for (size_t i = 0; i < KH_NOUN_COUNT; i++) {
        const kh_schema_table *table = kh_schema_layout((kh_noun)i)->table;
        l->noun = table->noun;
        KH_TRY(table->single ? read_single(l, (kh_noun)i, err) : read_noun(l, (kh_noun)i, err));
    }
    return KH_OK;
}
