/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/import/import.h"

#include "core/base/str.h"
#include "tools/import/gnpy.h"
#include "tools/import/qpi.h"

#include <string.h>

typedef struct format {
    const char *name;
    kh_status (*read)(const kh_import_input *input, kh_arena *arena, kh_findings *findings, kh_imported *out, kh_error *err);
} format;

static const format formats[] = {{"gnpy", kh_gnpy_import}, {"qpi", kh_qpi_import}};
enum { N_FORMATS = sizeof formats / sizeof formats[0] };

static kh_status unknown_format(const char *name, kh_error *err)
{
    const char *names[N_FORMATS];
    for (size_t i = 0; i < N_FORMATS; i++)
        names[i] = formats[i].name;
    const char *nearest = kh_str_nearest(name, names, N_FORMATS);
    if (nearest == NULL)
        return kh_fail(err, KH_EUSAGE, "unknown format '%.40s', must be gnpy or qpi", name);
    return kh_fail(err, KH_EUSAGE, "unknown format '%.40s'; did you mean '%s'?", name, nearest);
}

kh_status kh_import_read(const char *name, const kh_import_input *input, kh_arena *arena, kh_findings *findings, kh_imported *out,
                         kh_error *err)
{
    for (size_t i = 0; i < N_FORMATS; i++)
        if (strcmp(formats[i].name, name) == 0)
            return formats[i].read(input, arena, findings, out, err);
    return unknown_format(name, err);
}

const char *kh_import_node(const kh_imported *imported, const char *name)
{
    for (size_t i = 0; i < imported->n_names; i++)
        if (strcmp(imported->names[i].name, name) == 0)
            return imported->names[i].node_id;
    return NULL;
}
