/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool cli_is_lively(int file_descriptor)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    bool dumb = term != NULL && strcmp(term, "dumb") == 0;
    return isatty(file_descriptor) && (no_color == NULL || *no_color == '\0') && !dumb;
}

/* The file itself could not be read: what follows the findings says just that. */
static bool is_unread(const kh_findings *findings)
{
    const kh_finding *only = kh_findings_kept(findings) == 1 ? kh_findings_at(findings, 0) : NULL;
    if (only == NULL || only->severity != KH_ERROR || only->place.file == NULL || only->message[0] != '\'')
        return false;
    return only->place.line == 0 && strncmp(&only->message[1], only->place.file, strlen(only->place.file)) == 0;
}

void cli_print_findings(const kh_findings *findings)
{
    if (findings == NULL || kh_findings_kept(findings) == 0 || is_unread(findings))
        return;
    kh_str text = {0};
    kh_findings_text(findings, cli_is_lively(STDERR_FILENO), &text);
    size_t errors = kh_findings_count(findings, KH_ERROR), warnings = kh_findings_count(findings, KH_WARNING);
    if (errors + warnings > 0)
        kh_str_printf(&text, "%zu error%s, %zu warning%s\n", errors, errors == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
    (void)fputs(kh_str_text(&text), stderr);
    kh_str_clear(&text);
}

int cli_print_error(const kh_error *err, kh_status status)
{
    if (status == KH_OK)
        return 0;
    if (err->message[0] != '\0')
        (void)fprintf(stderr, "keyhaul: %s%s\n", err->steps, err->message);
    else
        (void)fprintf(stderr, "keyhaul: %s\n", kh_status_text(status));
    if (status == KH_EINTERNAL && err->c_file != NULL)
        (void)fprintf(stderr, "keyhaul: raised at %s:%d\n", err->c_file, err->c_line);
    return kh_status_exit(status);
}

static kh_status write_all(int file, const kh_str *text, const char *name, kh_error *err)
{
    size_t done = 0;
    while (done < text->length) {
        ssize_t n = write(file, text->data + done, text->length - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return kh_fail(err, KH_EWRITE, "cannot write '%s': %s", name, strerror(errno));
        done += (size_t)n;
    }
    return KH_OK;
}

static kh_status write_stdout(const kh_str *text, kh_error *err)
{
    if (fflush(stdout) != 0)
        return kh_fail(err, KH_EWRITE, "cannot write to standard output: %s", strerror(errno));
    return write_all(STDOUT_FILENO, text, "standard output", err);
}

typedef struct place {
    const char *path, *temporary;
    mode_t mode;
} place;

static kh_status write_and_rename(int file, const place *to, const kh_str *text, kh_error *err)
{
    const char *path = to->path;
    kh_status status =
        fchmod(file, to->mode) == 0 ? KH_OK : kh_fail(err, KH_EWRITE, "cannot write '%s': %s", path, strerror(errno));
    if (status == KH_OK)
        status = write_all(file, text, path, err);
    if (status == KH_OK && fsync(file) != 0)
        status = kh_fail(err, KH_EWRITE, "cannot write '%s': %s", path, strerror(errno));
    if (close(file) != 0 && status == KH_OK)
        status = kh_fail(err, KH_EWRITE, "cannot write '%s': %s", path, strerror(errno));
    if (status == KH_OK && rename(to->temporary, path) != 0)
        status = kh_fail(err, KH_EWRITE, "cannot write '%s': %s", path, strerror(errno));
    if (status != KH_OK)
        (void)unlink(to->temporary);
    return status;
}

static kh_status write_to(const char *path, mode_t mode, const kh_str *text, kh_error *err)
{
    if (text->failed)
        return kh_fail(err, KH_ENOMEM, "out of memory while writing the output");
    if (path == NULL)
        return write_stdout(text, err);
    struct stat there;
    if (stat(path, &there) == 0 && !S_ISREG(there.st_mode)) { /* /dev/stdout, a pipe: no temporary beside it */
        int file = open(path, O_WRONLY);
        if (file < 0)
            return kh_fail(err, KH_EWRITE, "cannot write '%s': %s", path, strerror(errno));
        kh_status status = write_all(file, text, path, err);
        if (close(file) != 0 && status == KH_OK)
            status = kh_fail(err, KH_EWRITE, "cannot write '%s': %s", path, strerror(errno));
        return status;
    }
    kh_str temporary = {0};
    kh_str_printf(&temporary, "%s.XXXXXX", path);
    if (temporary.failed)
        return kh_fail(err, KH_ENOMEM, "out of memory");
    int file = mkstemp(temporary.data);
    kh_status status = file < 0 ? kh_fail(err, KH_EWRITE, "cannot write '%s': %s", path, strerror(errno))
                                : write_and_rename(file, &(place){path, temporary.data, mode}, text, err);
    kh_str_clear(&temporary);
    return status;
}

kh_status cli_write(const char *path, const kh_str *text, kh_error *err)
{
    return write_to(path, 0644, text, err);
}

kh_status cli_write_secret(const char *path, const kh_str *text, kh_error *err)
{
    return write_to(path, 0600, text, err);
}

void cli_say_limit(const char *what, double limit_s)
{
    (void)fprintf(stderr, "keyhaul: looking for %s, for at most %g s (--time-limit)\n", what, limit_s);
}

kh_status cli_print(kh_str *text, kh_error *err)
{
    kh_status status = cli_write(NULL, text, err);
    kh_str_clear(text);
    return status;
}
