/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text/yaml.h"

#include "core/base/map.h"

#include <string.h>
#include <yaml.h>

/* No file has many different keys or anchors, and each costs ten times what a node does. */
enum { TEXT_CHUNK = 16384, NODE_CHUNK = 512, MOST_NAMES = 100000 };

/* Keys come again and again: each is kept once. The marks find duplicates when a mapping ends, in one pass and without a set,
 * since every mapping inside it has ended before. */
typedef struct known_key {
    const char *text;
    const kh_yaml_node *in_mapping, *first;
} known_key;

typedef struct anchor {
    const kh_yaml_node *node;
    size_t size; /* nodes it stands for; 0 while it is still open */
} anchor;

typedef struct level {
    kh_yaml_node *container;
    kh_yaml_node **link; /* where the next child goes */
    bool at_key;
    uint32_t anchor; /* KH_MAP_NONE: none */
    size_t first_node;
} level;

typedef struct builder {
    const kh_yaml_source *source;
    const char *text; /* of the source, its byte order mark left out */
    size_t length;
    kh_yaml_budget *budget;
    kh_arena *arena;
    kh_findings *findings;
    kh_error *err;
    yaml_parser_t parser;
    level levels[KH_YAML_DEEPEST];
    size_t depth, n_documents;
    kh_yaml_node *root;
    size_t expanded; /* nodes so far, aliases counted in full */
    char *room;      /* of the present text chunk */
    size_t room_left;
    kh_yaml_node *nodes; /* of the present chunk, since the arena rounds each request up */
    size_t nodes_left;
    kh_map key_index, anchor_index;
    known_key *keys;
    size_t n_keys, keys_capacity;
    anchor *anchors;
    size_t n_anchors, anchors_capacity;
} builder;

static uint32_t column_of(yaml_mark_t mark)
{
    return mark.column < KH_YAML_LAST_COLUMN ? (uint32_t)mark.column + 1 : KH_YAML_LAST_COLUMN;
}

static kh_place place_of(const builder *b, yaml_mark_t mark)
{
    return (kh_place){.file = b->source->file, .line = (uint32_t)mark.line + 1, .column = column_of(mark)};
}

static kh_status out_of_memory(builder *b)
{
    return kh_fail(b->err, KH_ENOMEM, "out of memory while reading '%s'", b->source->file);
}

/* A finding after which the rest of the file is not read. */
static kh_status stop(builder *b, kh_status status, kh_place place, const char *hint, const char *message)
{
    kh_findings_add(b->findings, KH_ERROR, place, hint, "%s", message);
    return kh_fail(b->err, status, "'%s', line %u: %s", b->source->file, place.line, message);
}

static char *keep_text(builder *b, const char *text, size_t length)
{
    if (length + 1 > TEXT_CHUNK / 4)
        return kh_arena_strndup(b->arena, text, length);
    if (length + 1 > b->room_left) {
        b->room = KH_NEW(b->arena, char, TEXT_CHUNK);
        if (b->room == NULL) {
            b->room_left = 0;
            return NULL;
        }
        b->room_left = TEXT_CHUNK;
    }
    char *copy = b->room;
    memcpy(copy, text, length);
    b->room += length + 1;
    b->room_left -= length + 1;
    return copy;
}

static const char *keep_key(builder *b, const char *text, size_t length)
{
    uint32_t known = kh_map_get(&b->key_index, text, length);
    if (known != KH_MAP_NONE)
        return b->keys[known].text;
    if (b->n_keys == b->keys_capacity) {
        known_key *bigger = kh_arena_grow(b->arena, b->keys, b->n_keys, &b->keys_capacity, sizeof(known_key));
        if (bigger == NULL)
            return NULL;
        b->keys = bigger;
    }
    const char *copy = keep_text(b, text, length);
    if (copy == NULL || !kh_map_put(&b->key_index, copy, length, (uint32_t)b->n_keys))
        return NULL;
    b->keys[b->n_keys++] = (known_key){.text = copy};
    return copy;
}

static bool is_key_next(const builder *b)
{
    return b->depth > 0 && b->levels[b->depth - 1].at_key;
}

static void attach(builder *b, kh_yaml_node *node)
{
    if (b->depth == 0) {
        b->root = node;
        return;
    }
    level *top = &b->levels[b->depth - 1];
    *top->link = node;
    top->link = &node->next;
    if (top->container->kind == KH_YAML_MAPPING)
        top->at_key = !top->at_key;
}

static kh_status add_node(builder *b, kh_yaml_kind kind, yaml_mark_t mark, kh_yaml_node **node)
{
    if (b->budget->nodes == 0)
        return stop(b, KH_ELIMIT, place_of(b, mark), "split the work into several topologies", "too many keys and values to read");
    if (b->n_keys >= MOST_NAMES || b->n_anchors >= MOST_NAMES)
        return stop(b, KH_ELIMIT, place_of(b, mark), NULL, "more than 100000 different keys or anchors");
    if (kind != KH_YAML_SCALAR && is_key_next(b))
        return stop(b, KH_EDATA, place_of(b, mark), "write key: value", "a key must be text, this is a list or a mapping");
    if (b->nodes_left == 0) {
        b->nodes = KH_NEW(b->arena, kh_yaml_node, NODE_CHUNK);
        if (b->nodes == NULL)
            return out_of_memory(b);
        b->nodes_left = NODE_CHUNK;
    }
    kh_yaml_node *made = b->nodes++;
    b->nodes_left--;
    b->budget->nodes--;
    b->expanded++;
    made->kind = kind;
    made->line = (uint32_t)mark.line + 1;
    made->column = column_of(mark) & KH_YAML_LAST_COLUMN;
    *node = made;
    return KH_OK;
}

static kh_status open_anchor(builder *b, const yaml_char_t *name, const kh_yaml_node *node, uint32_t *index)
{
    *index = KH_MAP_NONE;
    if (name == NULL)
        return KH_OK;
    if (b->n_anchors == b->anchors_capacity) {
        anchor *bigger = kh_arena_grow(b->arena, b->anchors, b->n_anchors, &b->anchors_capacity, sizeof(anchor));
        if (bigger == NULL)
            return out_of_memory(b);
        b->anchors = bigger;
    }
    size_t length = strlen((const char *)name);
    const char *copy = keep_text(b, (const char *)name, length);
    if (copy == NULL || !kh_map_put(&b->anchor_index, copy, length, (uint32_t)b->n_anchors))
        return out_of_memory(b);
    *index = (uint32_t)b->n_anchors;
    b->anchors[b->n_anchors++] = (anchor){.node = node};
    return KH_OK;
}

static kh_status refuse_tag(builder *b, const yaml_char_t *tag, yaml_mark_t mark)
{
    return tag == NULL ? KH_OK : stop(b, KH_EDATA, place_of(b, mark), "leave the tag out", "tags ('!...') have no meaning here");
}

static kh_status add_scalar(builder *b, const yaml_event_t *event)
{
    KH_TRY(refuse_tag(b, event->data.scalar.tag, event->start_mark));
    kh_yaml_node *node = NULL;
    KH_TRY(add_node(b, KH_YAML_SCALAR, event->start_mark, &node));
    const char *text = (const char *)event->data.scalar.value;
    size_t length = event->data.scalar.length;
    if (length > KH_YAML_LONGEST_TEXT)
        return stop(b, KH_ELIMIT, place_of(b, event->start_mark), "is a quote missing?", "a text is longer than 64 KiB");
    if (memchr(text, '\0', length) != NULL) /* "\0" in quotes */
        return stop(b, KH_EDATA, place_of(b, event->start_mark), NULL, "text must not hold a NUL character");
    node->text = is_key_next(b) ? keep_key(b, text, length) : keep_text(b, text, length);
    if (node->text == NULL)
        return out_of_memory(b);
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    uint32_t index;
    KH_TRY(open_anchor(b, event->data.scalar.anchor, node, &index));
    if (index != KH_MAP_NONE)
        b->anchors[index].size = 1;
    attach(b, node);
    return KH_OK;
}

static kh_status open_container(builder *b, const yaml_event_t *event)
{
    bool list = event->type == YAML_SEQUENCE_START_EVENT;
    KH_TRY(refuse_tag(b, list ? event->data.sequence_start.tag : event->data.mapping_start.tag, event->start_mark));
    if (b->depth == KH_YAML_DEEPEST)
        return stop(b, KH_ELIMIT, place_of(b, event->start_mark), NULL, "lists and mappings are nested deeper than 64");
    level next = {.at_key = !list, .first_node = b->expanded};
    KH_TRY(add_node(b, list ? KH_YAML_LIST : KH_YAML_MAPPING, event->start_mark, &next.container));
    KH_TRY(
        open_anchor(b, list ? event->data.sequence_start.anchor : event->data.mapping_start.anchor, next.container, &next.anchor));
    attach(b, next.container);
    next.link = &next.container->child;
    b->levels[b->depth++] = next;
    return KH_OK;
}

static void find_duplicate_keys(builder *b, const kh_yaml_node *mapping)
{
    for (const kh_yaml_node *key = mapping->child; key != NULL; key = key->next->next) {
        known_key *known = &b->keys[kh_map_get(&b->key_index, key->text, strlen(key->text))];
        if (known->in_mapping == mapping) {
            kh_findings_add(b->findings, KH_ERROR, kh_yaml_place(b->source->file, key), "keep one of them",
                            "key '%.100s' comes twice, first in line %u", key->text, known->first->line);
        } else {
            known->in_mapping = mapping;
            known->first = key;
        }
    }
}

static void close_container(builder *b)
{
    level *top = &b->levels[--b->depth];
    if (top->anchor != KH_MAP_NONE)
        b->anchors[top->anchor].size = b->expanded - top->first_node;
    if (top->container->kind == KH_YAML_MAPPING)
        find_duplicate_keys(b, top->container);
}

static kh_status add_alias(builder *b, const yaml_event_t *event)
{
    const char *name = (const char *)event->data.alias.anchor;
    kh_place place = place_of(b, event->start_mark);
    uint32_t index = kh_map_get(&b->anchor_index, name, strlen(name));
    if (index == KH_MAP_NONE)
        return stop(b, KH_EDATA, place, "an anchor '&name' must come first", "the alias has no anchor");
    const anchor *target = &b->anchors[index];
    if (target->size == 0)
        return stop(b, KH_EDATA, place, NULL, "the alias stands for something that holds the alias itself");
    if (target->size > b->budget->expansion)
        return stop(b, KH_ELIMIT, place, NULL, "aliases stand for more than 100000 keys and values");
    kh_yaml_node *node = NULL;
    KH_TRY(add_node(b, (kh_yaml_kind)target->node->kind, event->start_mark, &node));
    b->budget->expansion -= target->size;
    b->expanded += target->size - 1;
    kh_yaml_node copy = *target->node;
    copy.next = NULL;
    copy.line = node->line;
    copy.column = node->column;
    if (is_key_next(b)) {
        copy.text = keep_key(b, copy.text, strlen(copy.text));
        if (copy.text == NULL)
            return out_of_memory(b);
    }
    *node = copy;
    attach(b, node);
    return KH_OK;
}

static kh_status open_document(builder *b, const yaml_event_t *event)
{
    if (b->n_documents++ == 0)
        return KH_OK;
    return stop(b, KH_EDATA, place_of(b, event->start_mark), "keep one document a file; use include for more",
                "a second document starts here");
}

static kh_status take_event(builder *b, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        return open_document(b, event);
    case YAML_ALIAS_EVENT:
        return add_alias(b, event);
    case YAML_SCALAR_EVENT:
        return add_scalar(b, event);
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        return open_container(b, event);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        close_container(b);
        return KH_OK;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        break;
    }
    return KH_OK;
}

/* The reader of libyaml knows only the byte; people want line and column. */
static kh_place place_of_byte(const builder *b, size_t offset)
{
    kh_place place = {.file = b->source->file, .line = 1, .column = 1};
    for (size_t i = 0; i < offset && i < b->length; i++) {
        unsigned char c = (unsigned char)b->text[i];
        if (c == '\n')
            place.line++, place.column = 1;
        else if ((c & 0xC0) != 0x80)
            place.column++;
    }
    return place;
}

/* Where the broken character starts, when libyaml points at a byte inside it. */
static size_t character_start(const builder *b, size_t offset)
{
    if (strstr(b->parser.problem, "trailing") == NULL)
        return offset;
    do
        offset--;
    while (offset > 0 && ((unsigned char)b->text[offset] & 0xC0) == 0x80);
    return offset;
}

static kh_status report_reader(builder *b)
{
    kh_place place = place_of_byte(b, character_start(b, b->parser.problem_offset));
    if (strstr(b->parser.problem, "control characters") != NULL)
        return stop(b, KH_EDATA, place, "is this a text file?", "a control character is not allowed in YAML");
    return stop(b, KH_EDATA, place, "save the file as UTF-8", "the text is not UTF-8");
}

static const char *syntax_hint(const builder *b)
{
    const yaml_parser_t *p = &b->parser;
    size_t offset = p->problem_mark.index; /* in characters; equal to bytes in ASCII files, else the hint may be missing */
    if (offset < b->length && b->text[offset] == '\t')
        return "indent with spaces, not with tabs";
    if (strstr(p->problem, "mapping values are not allowed") != NULL)
        return "put text that holds ': ' in quotes, and start keys of one mapping in the same column";
    if (strstr(p->problem, "cannot start any token") != NULL)
        return "put text that starts with one of @ ` % in quotes";
    return NULL;
}

static kh_status report_parser(builder *b)
{
    const yaml_parser_t *p = &b->parser;
    if (p->error == YAML_MEMORY_ERROR)
        return out_of_memory(b);
    if (p->error == YAML_READER_ERROR)
        return report_reader(b);
    kh_str message = {0};
    kh_str_append(&message, p->problem == NULL ? "not valid YAML" : p->problem);
    if (p->context != NULL)
        kh_str_printf(&message, " (%s that starts in line %zu)", p->context, p->context_mark.line + 1);
    kh_status status =
        message.failed ? out_of_memory(b) : stop(b, KH_EDATA, place_of(b, p->problem_mark), syntax_hint(b), kh_str_text(&message));
    kh_str_clear(&message);
    return status;
}

static kh_status build(builder *b)
{
    for (;;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&b->parser, &event))
            return report_parser(b);
        bool ended = event.type == YAML_STREAM_END_EVENT;
        kh_status status = take_event(b, &event);
        yaml_event_delete(&event);
        if (status != KH_OK || ended)
            return status;
    }
}

kh_status kh_yaml_read(const kh_yaml_source *source, kh_yaml_budget *budget, kh_arena *arena, kh_findings *findings,
                       kh_yaml_node **root, kh_error *err)
{
    builder b = {.source = source, .budget = budget, .arena = arena, .findings = findings, .err = err};
    b.key_index.arena = b.anchor_index.arena = arena;
    if (!yaml_parser_initialize(&b.parser))
        return out_of_memory(&b);
    size_t mark = source->length >= 3 && memcmp(source->text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0; /* byte order mark of UTF-8 */
    b.text = source->text + mark;
    b.length = source->length - mark;
    yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING); /* else UTF-16 is guessed, and the places are wrong */
    yaml_parser_set_input_string(&b.parser, (const unsigned char *)b.text, b.length);
    kh_status status = build(&b);
    yaml_parser_delete(&b.parser);
    KH_TRY(status);
    if (b.root == NULL)
        return stop(&b, KH_EDATA, (kh_place){.file = source->file}, NULL, "the file is empty");
    *root = b.root;
    return KH_OK;
}

const kh_yaml_node *kh_yaml_get(const kh_yaml_node *mapping, const char *key)
{
    if (mapping == NULL || mapping->kind != KH_YAML_MAPPING)
        return NULL;
    for (const kh_yaml_node *k = mapping->child; k != NULL; k = k->next->next)
        if (strcmp(k->text, key) == 0)
            return k->next;
    return NULL;
}

size_t kh_yaml_size(const kh_yaml_node *node)
{
    size_t n = 0;
    if (node->kind == KH_YAML_SCALAR)
        return strlen(node->text);
    for (const kh_yaml_node *child = node->child; child != NULL; child = child->next)
        n++;
    return node->kind == KH_YAML_MAPPING ? n / 2 : n;
}

kh_place kh_yaml_place(const char *file, const kh_yaml_node *node)
{
    return (kh_place){.file = file, .line = node->line, .column = node->column};
}

const char *kh_yaml_kind_name(const kh_yaml_node *node)
{
    switch ((kh_yaml_kind)node->kind) {
    case KH_YAML_SCALAR:
        return "text";
    case KH_YAML_LIST:
        return "a list";
    case KH_YAML_MAPPING:
        return "a mapping";
    }
    return "?";
}
