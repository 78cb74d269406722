/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_IMPORT_GNPY_H
#define KH_TOOLS_IMPORT_GNPY_H

#include "core/base/map.h"
#include "core/text/json.h"
#include "tools/import/build.h"

/** GNPy's topology and equipment JSON. The parts of the import, in the order of their work; inside this room only.
 *
 *  A topology is a directed graph of elements. Light runs from a ROADM (or a transceiver that stands at a fibre) through fibres,
 *  amplifiers and fused (passive) elements to the next ROADM: a section. Sections there and back over the same fibres become one
 *  line system; what stands in the way becomes installed amplifiers, losses and ROADMs with a direction. */

typedef enum kh_gnpy_kind {
    KH_GNPY_TRANSCEIVER,
    KH_GNPY_ROADM,
    KH_GNPY_FIBRE,
    KH_GNPY_FUSED,
    KH_GNPY_AMPLIFIER,
    KH_GNPY_REFUSED /**< a kind of element that Keyhaul has not */
} kh_gnpy_kind;

#define KH_GNPY_NONE UINT32_MAX

typedef struct kh_gnpy_element {
    const char *uid, *city;
    kh_gnpy_kind kind;
    kh_place place;
    const kh_json *json;
    double lat_deg, lon_deg; /**< NAN: not said */
    uint32_t *next, *previous;
    size_t n_next, n_previous;
    bool is_claimed; /**< a section has it */
    uint32_t node;   /**< of transceivers and ROADMs: index in the built network, shared by those at one place */
    double length_km, loss_db_km, con_in_db, con_out_db, att_in_db; /**< fibre */
    uint32_t type;                                                  /**< fibre type or amplifier; KH_GNPY_NONE: not designed */
    double gain_db, tilt_db, in_voa_db, out_voa_db;                 /**< amplifier; gain NAN: not designed */
    double loss_db;                                                 /**< fused */
} kh_gnpy_element;

/** What a ROADM does to light that it adds, passes on or drops. */
typedef struct kh_gnpy_roadm {
    double target_dbm, target_mw_per_ghz, target_mw_per_slot_ghz; /**< one of them, others NAN */
    double max_loss_db, pmd_ps, pdl_db, stage_osnr_db;
} kh_gnpy_roadm;

/** Light one way between two places. */
typedef struct kh_gnpy_section {
    uint32_t from, to;   /**< elements: ROADMs or transceivers */
    const uint32_t *way; /**< [n_way] elements between */
    size_t n_way;
    const uint32_t *fibres; /**< [n_fibres] those of them that are fibres */
    size_t n_fibres;
    uint32_t back; /**< section over the same fibres the other way; KH_GNPY_NONE */
} kh_gnpy_section;

typedef struct kh_gnpy {
    kh_build build;
    const char *topology_path, *equipment_path, *services_path; /**< services NULL: none */
    kh_json *topology, *equipment, *services;
    kh_gnpy_element *elements;
    size_t n_elements;
    kh_map by_uid;
    kh_map fibre_types, amplifiers; /**< key of what is used to its index in the built network */
    kh_gnpy_section *sections;
    size_t n_sections;
    size_t n_split; /**< fibres that became several */
    bool designed;  /**< GNPy would add no amplifier and knows every gain */
    double max_span_km, padding_db, extended_gain_db, con_in_db, con_out_db, eol_db; /**< Span of the equipment */
} kh_gnpy;

kh_status kh_gnpy_import(const kh_import_input *input, kh_arena *arena, kh_findings *findings, kh_imported *out, kh_error *err);

/** A JSON file as a tree; broken text is a finding. (gnpy_read.c) */
kh_status kh_gnpy_read_file(kh_gnpy *g, const char *path, kh_json **json, kh_error *err);
/** Number at a key; the fallback when it is missing or null; a finding when it is no number. @p file for the place */
double kh_gnpy_number(kh_gnpy *g, const char *file, const kh_json *object, const char *key, double fallback);
/** Elements and connections of the topology. (gnpy_read.c) */
kh_status kh_gnpy_read_topology(kh_gnpy *g, kh_error *err);

/** The last part of a path, for comments and sources. */
const char *kh_gnpy_base_name(const char *path);
/** The entry of the equipment file, or NULL; @p variety NULL: "default". (gnpy_equipment.c) */
const kh_json *kh_gnpy_equipment(const kh_gnpy *g, const char *category, const char *variety);
/** A number of such an entry. */
double kh_gnpy_equipment_number(kh_gnpy *g, const kh_json *entry, const char *key, double fallback);
/** Fills fibres, amplifiers and fused elements from their parameters and the equipment; transceiver modes; span rules. */
void kh_gnpy_read_equipment(kh_gnpy *g);
/** Amplifiers that `auto` may take, and those that stand in the topology, which learn their type. */
void kh_gnpy_add_design_library(kh_gnpy *g);
void kh_gnpy_add_amplifier_types(kh_gnpy *g);
/** One fibre and its type. (gnpy_fibre.c) */
void kh_gnpy_read_fibre(kh_gnpy *g, kh_gnpy_element *fibre);
/** @p role "express", "add" or "drop"; @p towards uid of the first element of the degree, NULL when dropped. (gnpy_roadm.c) */
kh_gnpy_roadm kh_gnpy_roadm_of(kh_gnpy *g, const kh_gnpy_element *roadm, const char *role, const char *towards);

/** Finds the sections, pairs them, and sees whether GNPy would still add something. (gnpy_sections.c) */
kh_status kh_gnpy_find_sections(kh_gnpy *g, kh_error *err);

/** Nodes of transceivers and ROADMs. (gnpy_places.c) */
void kh_gnpy_add_places(kh_gnpy *g);
/** Positions that contradict the lengths of fibres are of a drawing: scaled down, and said. (gnpy_places.c) */
void kh_gnpy_fit_places(kh_gnpy *g);

/** Line systems with their fibres, and what stands in them. (gnpy_lines.c) */
void kh_gnpy_add_lines(kh_gnpy *g);

/** Requests as demands that protect their data with pre-shared keys. (gnpy_services.c) */
void kh_gnpy_add_services(kh_gnpy *g);

#endif
