/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every tests/wrong/X.yaml gives exactly the findings of tests/wrong/X.expected: severity, place, message, hint, and the status.
 * After a wanted change: build/release/tests/core_net_test_wrong --write, from the root; then read the difference. */
#include "core/net/load.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FOLDER "tests/wrong/"

static void load_and_print(const char *name, kh_str *out)
{
    char path[400];
    (void)snprintf(path, sizeof path, FOLDER "%s.yaml", name);
    kh_findings *findings = kh_findings_create();
    assert_non_null(findings);
    kh_net *net = NULL;
    kh_error err = {0};
    kh_status status = kh_net_load(path, NULL, 0, findings, &net, &err);
    kh_findings_text(findings, false, out);
    kh_str_printf(out, "status: %s\n", kh_status_name(status));
    assert_true((status == KH_OK) == (net != NULL));
    assert_true((status == KH_OK) == (kh_findings_count(findings, KH_ERROR) == 0));
    assert_false(out->failed);
    kh_net_destroy(net);
    kh_findings_destroy(findings);
}

static char *read_expected(const char *name)
{
    char path[400];
    (void)snprintf(path, sizeof path, FOLDER "%s.expected", name);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return NULL;
    char *text = calloc(1, 1 << 16);
    if (text != NULL)
        text[fread(text, 1, (1 << 16) - 1, file)] = '\0';
    (void)fclose(file);
    return text;
}

static bool compare(const char *name)
{
    kh_str found = {0};
    load_and_print(name, &found);
    char *expected = read_expected(name);
    bool same = expected != NULL && strcmp(expected, kh_str_text(&found)) == 0;
    if (!same)
        print_error("--- %s: expected\n%s--- found\n%s", name, expected == NULL ? "(no file)\n" : expected, kh_str_text(&found));
    free(expected);
    kh_str_clear(&found);
    return same;
}

static bool write_expected(const char *name)
{
    char path[400];
    (void)snprintf(path, sizeof path, FOLDER "%s.expected", name);
    kh_str found = {0};
    load_and_print(name, &found);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    (void)fputs(kh_str_text(&found), file);
    (void)fclose(file);
    kh_str_clear(&found);
    return true;
}

static size_t for_every_file(bool (*visit)(const char *name), size_t *failures)
{
    DIR *folder = opendir(FOLDER);
    assert_non_null(folder);
    size_t n = 0;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char *dot = strrchr(entry->d_name, '.');
        if (dot == NULL || strcmp(dot, ".yaml") != 0)
            continue;
        *dot = '\0';
        n++;
        *failures += !visit(entry->d_name);
    }
    (void)closedir(folder);
    return n;
}

static void every_wrong_file_gives_its_findings(void **state)
{
    (void)state;
    size_t failures = 0;
    size_t n = for_every_file(compare, &failures);
    assert_true(n >= 30);
    assert_int_equal(failures, 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_wrong_file_gives_its_findings)};
    size_t failures = 0;
    if (argc > 1 && strcmp(argv[1], "--write") == 0)
        return for_every_file(write_expected, &failures) == 0;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
