/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/cli.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_OPTIONS = 32 };

static void print_help(const cli_usage *usage)
{
    (void)printf("%s\n\nUsage: %s\n\n%s\n\nOptions:\n", usage->examples, usage->line, usage->about);
    for (size_t i = 0; i < usage->n_options; i++) {
        const cli_option *o = &usage->options[i];
        char left[64];
        (void)snprintf(left, sizeof left, "%s--%s%s%s", o->letter == 0 ? "    " : (char[]){'-', o->letter, ',', ' ', 0}, o->name,
                       o->argument == NULL ? "" : " ", o->argument == NULL ? "" : o->argument);
        (void)printf("  %-26s %s\n", left, o->help);
    }
    (void)printf("  %-26s %s\n", "-h, --help", "this text");
}

static const cli_option *find_long(const cli_usage *usage, const char *name, size_t length)
{
    for (size_t i = 0; i < usage->n_options; i++)
        if (strlen(usage->options[i].name) == length && strncmp(usage->options[i].name, name, length) == 0)
            return &usage->options[i];
    return NULL;
}

static const cli_option *find_short(const cli_usage *usage, char letter)
{
    for (size_t i = 0; i < usage->n_options; i++)
        if (usage->options[i].letter == letter)
            return &usage->options[i];
    return NULL;
}

static kh_status unknown_option(const cli_usage *usage, const char *given, kh_error *err)
{
    const char *names[MOST_OPTIONS];
    size_t n = usage->n_options < MOST_OPTIONS ? usage->n_options : MOST_OPTIONS;
    for (size_t i = 0; i < n; i++)
        names[i] = usage->options[i].name;
    const char *bare = given + strspn(given, "-");
    const char *nearest = kh_str_nearest(bare, names, n);
    if (nearest != NULL && given[1] == '-')
        return kh_fail(err, KH_EUSAGE, "unknown option '%s'; did you mean '--%s'?", given, nearest);
    return kh_fail(err, KH_EUSAGE, "unknown option '%s'; see --help", given);
}

static kh_status take_value(const cli_option *o, const char *text, kh_error *err)
{
    if (o->kind == CLI_TEXT) {
        *(const char **)o->target = text;
        return KH_OK;
    }
    char *end = NULL;
    errno = 0;
    double number = strtod(text, &end);
    if (end == text || *end != '\0' || errno != 0 || !isfinite(number))
        return kh_fail(err, KH_EUSAGE, "--%s is '%s', must be a number", o->name, text);
    if (number < o->low || number > o->high)
        return kh_fail(err, KH_EUSAGE, "--%s is %s, must be in [%g, %g]", o->name, text, o->low, o->high);
    if (o->kind == CLI_NUMBER) {
        *(double *)o->target = number;
        return KH_OK;
    }
    if (number != floor(number))
        return kh_fail(err, KH_EUSAGE, "--%s is %s, must be a whole number", o->name, text);
    *(uint64_t *)o->target = (uint64_t)number;
    return KH_OK;
}

/* One option at argv[*at]; moves *at past a value that stands apart. */
static kh_status take_option(const cli_usage *usage, int argc, char **argv, int *at, kh_error *err)
{
    const char *given = argv[*at], *value = NULL;
    const cli_option *o = NULL;
    if (given[1] == '-') {
        const char *equals = strchr(given, '=');
        size_t length = equals == NULL ? strlen(given + 2) : (size_t)(equals - given - 2);
        o = find_long(usage, given + 2, length);
        value = equals == NULL ? NULL : equals + 1;
    } else {
        o = find_short(usage, given[1]);
        value = given[2] == '\0' ? NULL : given + 2;
    }
    if (o == NULL)
        return unknown_option(usage, given, err);
    if (o->kind == CLI_FLAG) {
        if (value != NULL)
            return kh_fail(err, KH_EUSAGE, "--%s takes no value", o->name);
        *(bool *)o->target = true;
        return KH_OK;
    }
    if (value == NULL) {
        if (*at + 1 >= argc)
            return kh_fail(err, KH_EUSAGE, "--%s needs a value: %s", o->name, o->argument);
        value = argv[++*at];
    }
    return take_value(o, value, err);
}

kh_status cli_parse(const cli_usage *usage, int argc, char **argv, const char **files, bool *finished, kh_error *err)
{
    size_t n_files = 0;
    bool only_files = false;
    *finished = false;
    for (int i = 1; i < argc; i++) {
        if (!only_files && (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)) {
            print_help(usage);
            *finished = true;
            return KH_OK;
        }
        if (!only_files && strcmp(argv[i], "--") == 0) {
            only_files = true;
        } else if (!only_files && argv[i][0] == '-' && argv[i][1] != '\0') {
            KH_TRY(take_option(usage, argc, argv, &i, err));
        } else if (n_files == usage->n_files) {
            return kh_fail(err, KH_EUSAGE, "one argument too many: '%s'; usage: %s", argv[i], usage->line);
        } else {
            files[n_files++] = argv[i];
        }
    }
    if (n_files < usage->n_files)
        return kh_fail(err, KH_EUSAGE, "a file name is missing; usage: %s", usage->line);
    return KH_OK;
}
