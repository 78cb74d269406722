/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_RUN_STORE_H
#define KH_CORE_RUN_STORE_H

#include "core/run/run.h"

#include <stdbool.h>

/** Runs in a file. One contract; store_sqlite.c is the backend. One transaction per case: a killed study keeps whole cases only. */
typedef struct kh_store kh_store;

/** Opens for writing; makes the file when it is not there.
 *  @param run  its provenance and base tables are written when the file is new; when the file holds the same input_hash, its
 *              finished cases are kept (resume); another hash is KH_EDATA unless @p overwrite
 *  @return KH_OK; KH_EWRITE (cannot be created, disk full); KH_EDATA (not a Keyhaul run, or another study's) */
kh_status kh_store_create(const char *path, const kh_run *run, bool overwrite, kh_store **store, kh_error *err);
/** True when the case of that name is already there, whole. */
kh_status kh_store_has_case(kh_store *store, const char *name, bool *has, kh_error *err);
/** Writes one case in one transaction. */
kh_status kh_store_put_case(kh_store *store, const kh_run_case *run_case, kh_error *err);
/** Closes; NULL is fine. */
void kh_store_destroy(kh_store *store);

/** Reads a whole run file into @p arena.
 *  @return KH_OK; KH_ENOINPUT; KH_EDATA when it is no run file or of a later format */
kh_status kh_store_load(const char *path, kh_arena *arena, kh_run **run, kh_error *err);

#endif
