/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _XOPEN_SOURCE 700 /* realpath; NOLINT(bugprone-reserved-identifier) */
#include "core/text/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static kh_status check_kind(const char *path, size_t limit_bytes, size_t *size, kh_error *err)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return kh_fail(err, KH_ENOINPUT, "'%s' cannot be opened: %s", path, strerror(errno));
    if (S_ISDIR(info.st_mode))
        return kh_fail(err, KH_ENOINPUT, "'%s' is a directory, a file is needed", path);
    if (!S_ISREG(info.st_mode))
        return kh_fail(err, KH_ENOINPUT, "'%s' is not a regular file", path);
    if ((uint64_t)info.st_size > limit_bytes)
        return kh_fail(err, KH_ELIMIT, "'%s' has %.1f MiB, at most %.1f MiB can be read", path, (double)info.st_size / 0x1p20,
                       (double)limit_bytes / 0x1p20);
    *size = (size_t)info.st_size;
    return KH_OK;
}

kh_status kh_file_read(const char *path, size_t limit_bytes, kh_arena *arena, char **text, size_t *length, kh_error *err)
{
    size_t size = 0;
    KH_TRY(check_kind(path, limit_bytes, &size, err));
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return kh_fail(err, KH_ENOINPUT, "'%s' cannot be opened: %s", path, strerror(errno));
    kh_status status = KH_OK;
    char *buffer = KH_NEW(arena, char, size + 1);
    size_t got = buffer == NULL ? 0 : fread(buffer, 1, size, file); /* a file that grows meanwhile is cut at its first size */
    if (buffer == NULL)
        status = kh_fail(err, KH_ENOMEM, "out of memory while reading '%s'", path);
    else if (ferror(file))
        status = kh_fail(err, KH_ENOINPUT, "'%s' cannot be read: %s", path, strerror(errno));
    (void)fclose(file);
    if (status == KH_OK) {
        *text = buffer;
        *length = got;
    }
    return status;
}

char *kh_file_beside(const char *from, const char *name, kh_arena *arena)
{
    const char *slash = strrchr(from, '/');
    if (name[0] == '/' || slash == NULL)
        return kh_arena_strdup(arena, name);
    return kh_arena_printf(arena, "%.*s/%s", (int)(slash - from), from, name);
}

static bool is_file(const char *path)
{
    struct stat info;
    return path != NULL && stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

char *kh_file_near(const char *from, const char *name, kh_arena *arena)
{
    char *beside = kh_file_beside(from, name, arena), *best = NULL;
    const char *folder = kh_file_beside(from, ".", arena);
    if (folder == NULL || name[0] == '/' || is_file(beside))
        return beside;
    DIR *listing = opendir(folder);
    for (struct dirent *entry = NULL; listing != NULL && (entry = readdir(listing)) != NULL;) {
        char *path = entry->d_name[0] == '.' ? NULL : kh_arena_printf(arena, "%s/%s/%s", folder, entry->d_name, name);
        if (is_file(path) && (best == NULL || strcmp(path, best) < 0))
            best = path;
    }
    if (listing != NULL)
        (void)closedir(listing);
    return best == NULL ? beside : best;
}

char *kh_file_real(const char *path, kh_arena *arena)
{
    char *real = realpath(path, NULL);
    char *copy = kh_arena_strdup(arena, real);
    free(real);
    return copy;
}
