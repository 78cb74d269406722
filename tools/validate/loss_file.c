/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/validate/loss_file.h"

#include "core/text/file.h"
#include "core/text/number.h"

#include <string.h>

enum { SIZE_LIMIT = 1 << 20 };

/* the cell from @p text on, ended with a NUL; the rest of the line, or NULL at its end */
static char *cut_cell(char *text)
{
    char *comma = strchr(text, ',');
    if (comma == NULL)
        return NULL;
    *comma = '\0';
    return comma + 1;
}

/* @p line is cut into pieces */
static bool read_line(char *line, double *time_s, double *share)
{
    char *elevation = cut_cell(line), *third = elevation == NULL ? NULL : cut_cell(elevation);
    if (third == NULL)
        return false;
    (void)cut_cell(third);
    return kh_number_read(line, time_s) && kh_number_read(third, share);
}

static kh_status read_lines(const char *path, char *text, kh_json *times, kh_json *shares, kh_error *err)
{
    unsigned number = 1;
    for (char *line = text; line != NULL && *line != '\0'; number++) {
        char *end = strchr(line, '\n'), *next = end == NULL ? NULL : end + 1;
        line[strcspn(line, "\r\n")] = '\0';
        double time_s = 0.0, share = 0.0;
        if (line[0] != '#' && line[0] != '\0') {
            if (!read_line(line, &time_s, &share))
                return kh_fail(err, KH_EDATA, "'%s' line %u: must be time_s,elevation,transmittance", path, number);
            kh_json_append(times, kh_json_number(time_s));
            kh_json_append(shares, kh_json_number(share));
        }
        line = next;
    }
    return KH_OK;
}

kh_status kh_loss_file_add(const char *table, kh_arena *arena, kh_json *inputs, kh_error *err)
{
    const char *name = kh_json_as_text(kh_json_get(inputs, "loss_file"));
    if (name == NULL)
        return KH_OK;
    const char *path = kh_file_near(table, name, arena);
    char *text = NULL;
    size_t length = 0;
    if (path == NULL)
        return kh_fail(err, KH_ENOMEM, "loss_file '%s'", name);
    KH_TRY(kh_file_read(path, SIZE_LIMIT, arena, &text, &length, err));
    kh_json *times = kh_json_array(), *shares = kh_json_array();
    kh_status status = read_lines(path, text, times, shares, err);
    kh_json_set(inputs, "loss_time_s", times);
    kh_json_set(inputs, "loss_transmittance", shares);
    return status;
}
