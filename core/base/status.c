/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int exit_status;
    const char *text;
} status_table[KH_STATUS_COUNT] = {
#define X(name, exit_status, text) {#name, exit_status, text},
    KH_STATUS_LIST(X)
#undef X
};

kh_status kh_fail_at(kh_error *err, const char *c_file, int c_line, kh_status status, const char *format, ...)
{
    if (err == NULL)
        return status;
    char message[sizeof err->message]; /* a value in it may point into the error that it replaces */
    va_list args;
    va_start(args, format);
    (void)vsnprintf(message, sizeof message, format, args);
    va_end(args);
    *err = (kh_error){.status = status, .c_file = c_file, .c_line = c_line};
    memcpy(err->message, message, sizeof message);
    return status;
}

kh_status kh_while(kh_error *err, kh_status status, const char *format, ...)
{
    if (err == NULL || status == KH_OK)
        return status;
    char step[sizeof err->steps];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(step, sizeof step, format, args);
    va_end(args);
    if (length < 0)
        return status;
    size_t step_size = strnlen(step, sizeof step - 1);
    size_t old_size = strlen(err->steps);
    if (step_size + 2 + old_size >= sizeof err->steps) /* the outer steps say where to look; the inner ones may go */
        old_size = sizeof err->steps > step_size + 3 ? sizeof err->steps - step_size - 3 : 0;
    if (step_size + 3 > sizeof err->steps)
        step_size = sizeof err->steps - 3;
    memmove(err->steps + step_size + 2, err->steps, old_size);
    memcpy(err->steps, step, step_size);
    memcpy(err->steps + step_size, ": ", 2);
    err->steps[step_size + 2 + old_size] = '\0';
    return status;
}

const char *kh_status_name(kh_status status)
{
    return (unsigned)status < KH_STATUS_COUNT ? status_table[status].name : "?";
}

const char *kh_status_text(kh_status status)
{
    return (unsigned)status < KH_STATUS_COUNT ? status_table[status].text : "unknown status";
}

int kh_status_exit(kh_status status)
{
    return (unsigned)status < KH_STATUS_COUNT ? status_table[status].exit_status : 70;
}
