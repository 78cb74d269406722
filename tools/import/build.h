/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_IMPORT_BUILD_H
#define KH_TOOLS_IMPORT_BUILD_H

#include "core/net/net.h"
#include "core/net/schema_net.h"
#include "tools/import/import.h"

/** A network being made from a foreign one: what every format needs. Inside this room only.
 *
 *  Memory that is out is noted in @c failed and told once, by kh_build_finish(): records handed out are then scratch. */
typedef struct kh_build {
    kh_net net;
    kh_arena *arena;
    kh_findings *findings;
    const char *source; /**< name of the foreign file, for findings */
    size_t capacity[KH_NOUN_COUNT], provenance_capacity;
    struct kh_map *ids; /**< [KH_NOUN_COUNT] ids taken */
    kh_str comment;     /**< top of the file */
    bool failed;
    max_align_t scratch[128]; /**< what kh_build_add() gives when memory is out */
} kh_build;

/** @return KH_ENOMEM */
kh_status kh_build_start(kh_build *build, kh_arena *arena, kh_findings *findings, const char *source, kh_error *err);
/** Frees what is not the arena's. */
void kh_build_clear(kh_build *build);

/** A new record of the noun with its defaults and this id, made fit (no spaces, commas, stars; at most 100 bytes) and unique.
 *  Never NULL. Pointers to earlier records of the noun may move. */
void *kh_build_add(kh_build *build, kh_noun noun, const char *id);
/** Its index. */
uint32_t kh_build_last(const kh_build *build, kh_noun noun);

/** Says where a value comes from; @p field "entry": the whole entry. Texts are copied, @p source may be NULL. */
void kh_build_source(kh_build *build, kh_noun noun, const char *id, const char *field, bool assumed, const char *source);

/** Text from the arena; "" when memory is out. */
const char *kh_build_text(kh_build *build, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** A line at the top of the file; kh_build_warn() is a warning among the findings too. */
void kh_build_remark(kh_build *build, const char *format, ...) __attribute__((format(printf, 2, 3)));
void kh_build_warn(kh_build *build, kh_place place, const char *format, ...) __attribute__((format(printf, 3, 4)));
void kh_build_error(kh_build *build, kh_place place, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/** Writes the network, unless @c findings has errors, and loads what was written: its findings are the import's.
 *  @return KH_OK; KH_EDATA; KH_ENOMEM */
kh_status kh_build_finish(kh_build *build, kh_imported *out, kh_error *err);

#endif
