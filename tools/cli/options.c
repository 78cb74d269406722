/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/cli.h"

#include "core/base/str.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HELP_WIDTH = 80, HELP_INDENT = 29 };

/* In lines of 80 columns; a line of the source that ends a sentence ends a paragraph. */
static void write_about(const char *about, kh_str *out)
{
    kh_str paragraph = {0};
    for (const char *c = about; *c != '\0'; c++) {
        if (*c != '\n' || c[-1] != '.') {
            kh_str_printf(&paragraph, "%c", *c == '\n' ? ' ' : *c);
            continue;
        }
        kh_str_append_wrapped(out, kh_str_text(&paragraph), HELP_WIDTH, "");
        kh_str_append(out, "\n");
        kh_str_clear(&paragraph);
    }
    kh_str_append_wrapped(out, kh_str_text(&paragraph), HELP_WIDTH, "");
    out->failed = out->failed || paragraph.failed;
    kh_str_clear(&paragraph);
}

void cli_option_list_add(cli_option_list *list, const char *heading, const cli_option *options, size_t n)
{
    for (size_t i = 0; i < n && list->n < CLI_MOST_OPTIONS; i++) {
        list->options[list->n] = options[i];
        list->options[list->n++].heading = i == 0 ? heading : NULL;
    }
}

static void write_option(const char *left, const char *help, kh_str *out)
{
    char indent[HELP_INDENT + 1] = "";
    (void)snprintf(indent, sizeof indent, "%*s", HELP_INDENT, "");
    kh_str_printf(out, "  %-*s ", HELP_INDENT - 3, left);
    kh_str_append_wrapped(out, help, HELP_WIDTH - HELP_INDENT, indent);
    kh_str_append(out, "\n");
}

static void print_help(const cli_usage *usage)
{
    kh_str out = {0};
    kh_str_printf(&out, "%s\n\nUsage: %s\n\n", usage->examples, usage->line);
    write_about(usage->about, &out);
    kh_str_append(&out, "\n");
    for (size_t i = 0; i < usage->n_options; i++) {
        const cli_option *o = &usage->options[i];
        if (i == 0 || o->heading != NULL)
            kh_str_printf(&out, "\n%s:\n", o->heading != NULL ? o->heading : "Options");
        char left[64];
        (void)snprintf(left, sizeof left, "%s--%s%s%s", o->letter == 0 ? "    " : (char[]){'-', o->letter, ',', ' ', 0}, o->name,
                       o->argument == NULL ? "" : " ", o->argument == NULL ? "" : o->argument);
        write_option(left, o->help, &out);
    }
    write_option("-h, --help", "this text", &out);
    (void)fputs(kh_str_text(&out), stdout);
    kh_str_clear(&out);
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
    const char *names[CLI_MOST_OPTIONS];
    size_t n = usage->n_options < CLI_MOST_OPTIONS ? usage->n_options : CLI_MOST_OPTIONS;
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
static kh_status take_option(const cli_usage *usage, int argc, char **argv, int *at, bool *given_options, kh_error *err)
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
    given_options[o - usage->options] = true;
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

/* The first of the names that is given, NULL: none. */
static const char *first_given(const cli_usage *usage, const bool *given, const char *names)
{
    while (*names != '\0') {
        size_t length = strcspn(names, ",");
        const cli_option *o = find_long(usage, names, length);
        if (o != NULL && given[o - usage->options])
            return o->name;
        names += length + (names[length] == ',');
    }
    return NULL;
}

static const char *spell_out(const char *names, char *text, size_t size)
{
    size_t n = 0;
    for (; *names != '\0' && n < size; names += *names == ',') {
        size_t length = strcspn(names, ",");
        const char *joint = n == 0 ? "" : strchr(&names[length], ',') != NULL ? ", " : " or ";
        int written = snprintf(&text[n], size - n, "%s--%.*s", joint, (int)length, names);
        n += written > 0 ? (size_t)written : 0;
        names += length;
    }
    return text;
}

static kh_status check_company(const cli_usage *usage, const bool *given, kh_error *err)
{
    char text[200] = "";
    for (size_t i = 0; i < usage->n_company; i++) {
        const cli_company *c = &usage->company[i];
        if (first_given(usage, given, c->option) == NULL)
            continue;
        if (c->needs != NULL && first_given(usage, given, c->needs) == NULL)
            return kh_fail(err, KH_EUSAGE, "--%s goes with %s", c->option, spell_out(c->needs, text, sizeof text));
        const char *other = c->excludes != NULL ? first_given(usage, given, c->excludes) : NULL;
        if (other != NULL)
            return kh_fail(err, KH_EUSAGE, "--%s does not go with --%s", c->option, other);
    }
    return KH_OK;
}

kh_status cli_parse(const cli_usage *usage, int argc, char **argv, const char **files, bool *finished, kh_error *err)
{
    size_t n_files = 0;
    bool only_files = false, given[CLI_MOST_OPTIONS] = {false};
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
            KH_TRY(take_option(usage, argc, argv, &i, given, err));
        } else if (n_files == usage->n_files) {
            return kh_fail(err, KH_EUSAGE, "one argument too many: '%s'; usage: %s", argv[i], usage->line);
        } else {
            files[n_files++] = argv[i];
        }
    }
    if (n_files < usage->n_files)
        return kh_fail(err, KH_EUSAGE, "a file name is missing; usage: %s", usage->line);
    return check_company(usage, given, err);
}

kh_status cli_check_lp(const char *program, const char *what, kh_error *err)
{
    const char *slash = program == NULL ? NULL : strrchr(program, '/'), *name = slash == NULL ? program : slash + 1;
    if (program == NULL || strcmp(name, "cbc") == 0)
        return KH_OK;
    if (strcmp(name, "clp") != 0)
        return kh_fail(err, KH_EUSAGE, "--lp is '%s', must be cbc%s", program, what == NULL ? " or clp" : "");
    if (what != NULL)
        return kh_fail(err, KH_EUSAGE, "--lp is '%s', which solves no integer programs, and %s takes some: cbc does", program,
                       what);
    return KH_OK;
}
