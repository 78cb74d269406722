/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TESTS_TOOLS_IMPORT_FILE_H
#define KH_TESTS_TOOLS_IMPORT_FILE_H

#include "tools/import/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/** An import with what it needs and says; cleared as a whole. */
typedef struct trial {
    kh_arena *arena;
    kh_findings *findings;
    kh_imported imported;
    kh_error err;
    kh_status status;
} trial;

static inline trial start_trial(void)
{
    return (trial){.arena = kh_arena_create(0), .findings = kh_findings_create()};
}

static inline trial import_file(const char *path, const char *equipment)
{
    trial t = start_trial();
    t.status =
        kh_import_read("gnpy", &(kh_import_input){.path = path, .equipment = equipment}, t.arena, t.findings, &t.imported, &t.err);
    return t;
}

static inline void end_trial(trial *t)
{
    kh_arena_destroy(t->arena);
    kh_findings_destroy(t->findings);
}

/** Text through a file of the system's temporary folder. */
static inline trial import_text(const char *text, size_t length, const char *equipment)
{
    char path[] = "/tmp/keyhaul-import-XXXXXX";
    int file = mkstemp(path);
    if (file < 0 || write(file, text, length) != (ssize_t)length)
        abort();
    (void)close(file);
    trial t = import_file(path, equipment);
    (void)unlink(path);
    return t;
}

#endif
