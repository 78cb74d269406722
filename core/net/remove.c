/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/loader.h"

#include <string.h>

/* Whether a record cannot be without the target: its ends, a fibre of its chain, or what it must name. Other references are
 * emptied. */
static bool is_vital(const kh_field *field)
{
    return field->type == KH_FIELD_PAIR || (field->type == KH_FIELD_REFERENCES && field->target == KH_NOUN_FIBRES) ||
           (field->type == KH_FIELD_REFERENCE && field->required);
}

static bool is_reference(const kh_field *field)
{
    return field->type == KH_FIELD_PAIR || field->type == KH_FIELD_REFERENCES || field->type == KH_FIELD_REFERENCE;
}

/* The indices that a field of a record holds. */
static uint32_t *indices_of(const kh_field *field, unsigned char *record, size_t *n)
{
    unsigned char *at = record + field->offset;
    *n = field->type == KH_FIELD_PAIR ? 2 : 1;
    if (field->type != KH_FIELD_REFERENCES)
        return (uint32_t *)(void *)at;
    uint32_t *list;
    memcpy(&list, at, sizeof list);
    memcpy(n, record + field->second_offset, sizeof *n);
    return list;
}

static uint32_t first_gone(const kh_field *field, unsigned char *record, bool *const gone[KH_NOUN_COUNT])
{
    size_t n;
    const uint32_t *indices = indices_of(field, record, &n);
    for (size_t i = 0; i < n; i++)
        if (indices[i] != KH_NO_INDEX && gone[field->target][indices[i]])
            return indices[i];
    return KH_NO_INDEX;
}

static void note_loss(const kh_loader *l, kh_noun noun, const unsigned char *record, kh_place place, const char *missing)
{
    const kh_layout *layout = kh_schema_layout(noun);
    kh_findings_add(l->findings, KH_NOTE, place, NULL, "%s '%s' goes too, since it uses '%s'", layout->table->singular,
                    kh_record_id(layout, record), missing);
}

static bool mark_dependents(kh_loader *l, kh_noun noun, bool *gone[KH_NOUN_COUNT], kh_place place)
{
    const kh_schema_table *table = kh_schema_layout(noun)->table;
    bool marked = false;
    if (noun == KH_NOUN_FAULTS) /* a group goes on without one of its members */
        return false;
    for (size_t i = 0; i < *kh_record_count(l->net, noun); i++) {
        for (size_t f = 0; f < table->n_fields && !gone[noun][i]; f++) {
            const kh_field *field = &table->fields[f];
            unsigned char *record = kh_record_at(l->net, noun, i);
            uint32_t missing = is_vital(field) ? first_gone(field, record, gone) : KH_NO_INDEX;
            if (missing == KH_NO_INDEX)
                continue;
            const kh_layout *target = kh_schema_layout((kh_noun)field->target);
            note_loss(l, noun, record, place, kh_record_id(target, kh_record_at(l->net, (kh_noun)field->target, missing)));
            gone[noun][i] = marked = true;
        }
    }
    return marked;
}

/* The nouns that the name of a fault may belong to. */
static bool names_one_gone(const kh_loader *l, const kh_fault *fault, bool *const gone[KH_NOUN_COUNT])
{
    static const kh_noun any[] = {KH_NOUN_NODES, KH_NOUN_FIBRES, KH_NOUN_QKD_LINKS, KH_NOUN_DOMAINS};
    kh_noun own = kh_fault_noun(fault->kind);
    const kh_noun *nouns = own == KH_NOUN_COUNT ? any : &own;
    size_t n = own == KH_NOUN_COUNT ? sizeof any / sizeof any[0] : 1;
    for (size_t i = 0; i < n; i++) {
        uint32_t index = kh_map_get(&l->ids[nouns[i]], fault->on, strlen(fault->on));
        if (index != KH_MAP_NONE && gone[nouns[i]][index])
            return true;
    }
    return false;
}

/* A member that was never found is not taken away. */
static bool is_gone(const bool *gone, uint32_t index)
{
    return index != KH_NO_INDEX && gone[index];
}

/* The last of its members goes; one that still has some goes on. */
static bool loses_all(const kh_fault *fault, bool *const gone[KH_NOUN_COUNT])
{
    size_t left = 0;
    for (size_t i = 0; i < fault->n_fibres; i++)
        left += !is_gone(gone[KH_NOUN_FIBRES], fault->fibres[i].i);
    for (size_t i = 0; i < fault->n_nodes; i++)
        left += !is_gone(gone[KH_NOUN_NODES], fault->nodes[i].i);
    for (size_t i = 0; i < fault->n_links; i++)
        left += !is_gone(gone[KH_NOUN_QKD_LINKS], fault->links[i].i);
    return left == 0;
}

/* What the fault is on, when it lists that or names a group that does; else NULL. */
static const kh_fault *list_of(const kh_loader *l, const kh_fault *fault)
{
    if (fault->n_fibres + fault->n_nodes + fault->n_links > 0)
        return fault;
    return fault->kind == KH_FAULT_MAINTENANCE ? kh_fault_group(l->net, fault->on) : NULL;
}

/* Faults name what they are on by text. */
static void mark_faults(kh_loader *l, bool *gone[KH_NOUN_COUNT], kh_place place)
{
    for (size_t i = 0; i < l->net->n_faults; i++) {
        const kh_fault *fault = &l->net->faults[i];
        if (l->broken[KH_NOUN_FAULTS][i] || gone[KH_NOUN_FAULTS][i])
            continue;
        const kh_fault *list = list_of(l, fault);
        if (list != NULL ? !loses_all(list, gone) : !names_one_gone(l, fault, gone))
            continue;
        gone[KH_NOUN_FAULTS][i] = true;
        if (list == NULL)
            note_loss(l, KH_NOUN_FAULTS, kh_record_at(l->net, KH_NOUN_FAULTS, i), place, fault->on);
        else
            kh_findings_add(l->findings, KH_NOTE, place, NULL, "fault '%s' goes too, since nothing that it is on is left",
                            fault->on);
    }
}

static void renumber_field(const kh_field *field, unsigned char *record, uint32_t *const new_index[KH_NOUN_COUNT])
{
    size_t n, kept = 0;
    uint32_t *indices = indices_of(field, record, &n);
    for (size_t i = 0; i < n; i++) {
        uint32_t renumbered = indices[i] == KH_NO_INDEX ? KH_NO_INDEX : new_index[field->target][indices[i]];
        if (field->type != KH_FIELD_REFERENCES || renumbered != KH_NO_INDEX)
            indices[kept++] = renumbered;
    }
    if (field->type == KH_FIELD_REFERENCES)
        memcpy(record + field->second_offset, &kept, sizeof kept);
}

static void renumber(kh_loader *l, kh_noun noun, uint32_t *const new_index[KH_NOUN_COUNT])
{
    const kh_schema_table *table = kh_schema_layout(noun)->table;
    for (size_t i = 0; i < *kh_record_count(l->net, noun); i++)
        for (size_t f = 0; f < table->n_fields; f++)
            if (is_reference(&table->fields[f]))
                renumber_field(&table->fields[f], kh_record_at(l->net, noun, i), new_index);
}

static void close_gaps(kh_loader *l, kh_noun noun, const bool *gone)
{
    size_t n = *kh_record_count(l->net, noun), kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (gone[i])
            continue;
        memmove(kh_record_at(l->net, noun, kept), kh_record_at(l->net, noun, i), kh_schema_layout(noun)->table->size);
        l->broken[noun][kept++] = l->broken[noun][i];
    }
    *kh_record_count(l->net, noun) = kept;
}

static kh_status index_again(kh_loader *l, kh_noun noun, kh_error *err)
{
    const kh_layout *layout = kh_schema_layout(noun);
    l->ids[noun] = (kh_map){.arena = l->scratch};
    for (size_t i = 0; layout->has_id && i < *kh_record_count(l->net, noun); i++) {
        const char *id = kh_record_id(layout, kh_record_at(l->net, noun, i));
        if (!kh_map_put(&l->ids[noun], id, strlen(id), (uint32_t)i))
            return kh_fail(err, KH_ENOMEM, "out of memory while removing entries");
    }
    return KH_OK;
}

static kh_status number_anew(kh_loader *l, kh_noun noun, const bool *gone, uint32_t **new_index, kh_error *err)
{
    size_t n = *kh_record_count(l->net, noun);
    uint32_t next = 0;
    *new_index = KH_NEW(l->scratch, uint32_t, n);
    if (*new_index == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory while removing entries");
    for (size_t i = 0; i < n; i++)
        (*new_index)[i] = gone[i] ? KH_NO_INDEX : next++;
    return KH_OK;
}

kh_status kh_loader_remove(kh_loader *l, bool *gone[KH_NOUN_COUNT], kh_place place, kh_error *err)
{
    uint32_t *new_index[KH_NOUN_COUNT] = {NULL};
    bool marked = true;
    while (marked) {
        marked = false;
        for (size_t noun = 0; noun < KH_NOUN_COSTS; noun++)
            marked = mark_dependents(l, (kh_noun)noun, gone, place) || marked;
    }
    mark_faults(l, gone, place);
    for (size_t noun = 0; noun < KH_NOUN_COSTS; noun++)
        KH_TRY(number_anew(l, (kh_noun)noun, gone[noun], &new_index[noun], err));
    for (size_t noun = 0; noun < KH_NOUN_COSTS; noun++)
        renumber(l, (kh_noun)noun, new_index);
    for (size_t noun = 0; noun < KH_NOUN_COSTS; noun++)
        close_gaps(l, (kh_noun)noun, gone[noun]);
    for (size_t noun = 0; noun < KH_NOUN_COSTS; noun++)
        KH_TRY(index_again(l, (kh_noun)noun, err));
    return KH_OK;
}
