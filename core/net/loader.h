/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_NET_LOADER_H
#define KH_CORE_NET_LOADER_H

#include "core/base/map.h"
#include "core/net/load.h"
#include "core/net/source.h"

/** The parts of loading, in the order in which load.c calls them. Used within this room and by its tests only. */
typedef struct kh_loader {
    kh_arena *scratch; /**< gone after loading */
    kh_findings *findings;
    kh_sources sources;
    kh_map ids[KH_NOUN_COUNT]; /**< id to index */
    kh_net *net;
    kh_schema_reader reader;
    bool *broken[KH_NOUN_COUNT]; /**< [n] the entry had errors of its own: no further ones are sought in it */
    const char *noun, *id;       /**< of the entry being read, for provenance */
    size_t provenance_capacity;
    size_t guesses_left; /**< a suggestion looks at every id of a noun: not for thousands of errors */
} kh_loader;

/** What to load, with the two arenas so that a test can make them fail. */
typedef struct kh_load {
    const char *name, *text;
    size_t length;
    const kh_edit *edits;
    size_t n_edits;
    kh_findings *findings;
    kh_arena *arena, *scratch; /**< the network takes arena over on KH_OK */
} kh_load;
kh_status kh_load_in(const kh_load *load, kh_net **net, kh_error *err);

/** Reads all entries into the arrays of the network, references resolved to indices. (records.c) */
kh_status kh_loader_read_records(kh_loader *loader, kh_error *err);
/** Applies edits to the records. (edit.c) */
kh_status kh_loader_edit(kh_loader *loader, const kh_edit *edits, size_t n_edits, kh_error *err);
/** Fills what follows from other values; records with missing references are left alone. @return KH_OK; KH_ENOMEM (resolve.c) */
kh_status kh_loader_resolve(kh_loader *loader, kh_error *err);
/** Everything that needs more than one field. (check.c) */
void kh_loader_check(kh_loader *loader);
/** The part of it about amplified lines: amplifiers, modes, line systems, combs (check_line.c) and what is installed
 *  (check_installed.c). */
void kh_loader_check_lines(kh_loader *loader);
void kh_loader_check_installed(kh_loader *loader);
/** QKD links and lines over the same fibres. (check_beside.c) */
void kh_loader_check_beside(kh_loader *loader);

/** Nothing that ends a QKD link or a demand may be a place without key stores. (check.c) */
void kh_loader_check_end(const kh_loader *loader, const char *noun, const char *id, kh_place place, kh_node_id end);
/** One demand; the load of all key servers. (check_demand.c) */
void kh_loader_check_demand(kh_loader *loader, const kh_demand *demand);
void kh_loader_check_key_servers(const kh_loader *loader);
/** One fault, by its kind. (check_fault.c) */
void kh_loader_check_fault(kh_loader *loader, const kh_fault *fault);
/** What a fault of this kind is on; KH_NOUN_COUNT: it depends on the entry. (schema_fault.c) */
kh_noun kh_fault_noun(kh_fault_kind kind);

/** Calls check(loader, entry) for every entry without errors of its own. */
#define KH_CHECK_EACH(l, noun, array, check)                                                                                       \
    for (size_t i = 0; i < (l)->net->n_##array; i++)                                                                               \
        if (!(l)->broken[noun][i])                                                                                                 \
            check((l), &(l)->net->array[i]);

/** Values that follow from others, also for edits. NAN when they do not. (resolve.c) */
double kh_fibre_derived_loss_db(const kh_net *net, const kh_fibre *fibre);
double kh_demand_derived_rate_bps(const kh_demand *demand);

/** Takes marked records and all that cannot be without them out of the arrays; references follow. (remove.c)
 *  @param gone  [noun][n] true: to be removed; more are marked */
kh_status kh_loader_remove(kh_loader *loader, bool *gone[KH_NOUN_COUNT], kh_place place, kh_error *err);

/** The i-th record of a noun, the number of them, and the id of a record. (records.c) */
unsigned char *kh_record_at(kh_net *net, kh_noun noun, size_t i);
size_t *kh_record_count(kh_net *net, kh_noun noun);
const char *kh_record_id(const kh_layout *layout, const unsigned char *record);

#endif
