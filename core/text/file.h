/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_TEXT_FILE_H
#define KH_CORE_TEXT_FILE_H

#include "core/base/arena.h"
#include "core/base/status.h"

#include <stddef.h>

/** Reads a whole regular file; its size is looked at before a byte is read.
 *
 *  @param limit_bytes  most that it may hold
 *  @param[out] text    from @p arena, a NUL follows the @p length bytes
 *  @return KH_OK; KH_ENOINPUT when it cannot be opened or read, or is a directory, pipe or device (the message says why);
 *          KH_ELIMIT when it is larger than the limit; KH_ENOMEM */
kh_status kh_file_read(const char *path, size_t limit_bytes, kh_arena *arena, char **text, size_t *length, kh_error *err);

/** The path of @p name as seen from the folder of @p from: @p name itself when it is absolute. NULL when memory is out. */
char *kh_file_beside(const char *from, const char *name, kh_arena *arena);

/** As kh_file_beside(); a file that is not there is sought in the folders directly beside @p from, the first by name that has it.
 *  When none has it the path beside @p from. NULL when memory is out. */
char *kh_file_near(const char *from, const char *name, kh_arena *arena);

/** The path without links and dots, the same for every way to name a file. NULL when there is no such file or memory is out. */
char *kh_file_real(const char *path, kh_arena *arena);

#endif
