/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_NET_SOURCE_H
#define KH_CORE_NET_SOURCE_H

#include "core/base/arena.h"
#include "core/base/findings.h"
#include "core/base/map.h"
#include "core/base/sha256.h"
#include "core/base/status.h"
#include "core/net/schema_net.h"
#include "core/text/yaml.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The files of a topology as they were written: every entry of every noun, not yet read into records. Used by the loader only. */
typedef struct kh_source_file {
    const char *path;      /**< as findings show it */
    const char *real_path; /**< tells whether a file was read before */
    const char *text;
    size_t length;
    bool open;                                   /**< its includes are being read: to include it now is a cycle */
    const kh_yaml_node *defaults[KH_NOUN_COUNT]; /**< NULL: none */
    bool defaults_used[KH_NOUN_COUNT];           /**< set when an entry starts from them */
} kh_source_file;

typedef struct kh_entry {
    const kh_yaml_node *node; /**< a mapping */
    uint32_t file;            /**< index of its file */
} kh_entry;

typedef struct kh_sources {
    kh_arena *arena; /**< trees and texts */
    kh_arena *paths; /**< names of files, which outlive the sources */
    kh_findings *findings;
    kh_source_file *files; /**< [n_files] in order of reading */
    size_t n_files, files_capacity;
    kh_entry *entries[KH_NOUN_COUNT]; /**< [n_entries]: those of included files first, so that a file's costs go over theirs */
    size_t n_entries[KH_NOUN_COUNT], entries_capacity[KH_NOUN_COUNT];
    const char *name, *description; /**< of the first file; NULL when not given */
    kh_yaml_budget budget;
    size_t bytes_left, includes_left, depth;
    kh_map by_path; /**< real path to file */
    kh_sha256 hash;
} kh_sources;

kh_sources kh_sources_start(kh_arena *arena, kh_arena *paths, kh_findings *findings);

/** Reads a text and all that it includes. Problems are findings; a file that cannot be read as YAML has no entries.
 *  @param text  borrowed while the sources live
 *  @return KH_OK; KH_ELIMIT, KH_ENOMEM end the reading */
kh_status kh_sources_read(kh_sources *sources, const char *path, const char *text, size_t length, kh_error *err);

#endif
