/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/rng.h"
#include "core/text/file.h"
#include "tests/tools/import/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Whatever the file holds: an import ends with a result or with a reason, and frees what it took. */

static const char library[] = "tests/ref/gnpy/eqpt_config.json";

static void expect_an_end(const char *text, size_t length)
{
    trial t = import_text(text, length, library);
    if (t.status == KH_OK)
        assert_non_null(t.imported.yaml);
    else
        assert_true(kh_findings_count(t.findings, KH_ERROR) > 0);
    assert_true(t.status == KH_OK || t.status == KH_EDATA || t.status == KH_ELIMIT);
    end_trial(&t);
}

static char *contents(const char *path, kh_arena *arena, size_t *length)
{
    char *text = NULL;
    assert_int_equal(kh_file_read(path, 1 << 24, arena, &text, length, NULL), KH_OK);
    return text;
}

static void a_file_cut_anywhere_is_refused(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    size_t length = 0;
    char *text = contents("tests/ref/gnpy/edfa_designed.json", arena, &length);
    for (size_t cut = 0; cut < length; cut += 7)
        expect_an_end(text, cut);
    kh_arena_destroy(arena);
}

/* Another byte, a number of another size, one word for another, a piece taken out. */
static void mutate(char *text, size_t *length, kh_rng *rng)
{
    static const char *const words[] = {"null",      "1e9", "-1", "0",         "\"Fused\"", "\"Roadm\"",
                                        "\"Fiber\"", "[]",  "{}", "\"Span1\"", "9999"};
    size_t at = (size_t)(kh_rng_uniform(rng) * (double)*length), n = 1 + (size_t)(kh_rng_uniform(rng) * 30.0);
    double kind = kh_rng_uniform(rng);
    if (kind < 0.3) {
        text[at] = (char)(kh_rng_uniform(rng) * 256.0);
    } else if (kind < 0.8) { /* a value behind a colon */
        const char *word = words[(size_t)(kh_rng_uniform(rng) * (double)(sizeof words / sizeof words[0]))];
        size_t colon = at + strcspn(text + at, ":"), end = strcspn(text + colon, ",}\n"), size = strlen(word);
        if (text[colon] != ':' || end < size + 1)
            return;
        memset(text + colon + 1, ' ', end - 1);
        memcpy(text + colon + 1, word, size);
    } else if (at + n < *length) {
        memmove(text + at, text + at + n, *length - at - n + 1);
        *length -= n;
    }
}

static void mutated_files_never_crash(void **state)
{
    (void)state;
    static const char *const files[] = {"tests/ref/gnpy/edfa_designed.json", "tests/ref/gnpy/mesh_designed.json"};
    kh_arena *arena = kh_arena_create(0);
    kh_rng rng = kh_rng_stream(1, "import", "mutations");
    for (size_t f = 0; f < 2; f++)
        for (int round = 0; round < 300; round++) {
            size_t length = 0;
            char *text = contents(files[f], arena, &length);
            for (int i = 0; i < 1 + round % 4; i++)
                mutate(text, &length, &rng);
            expect_an_end(text, length);
            kh_arena_reset(arena);
        }
    kh_arena_destroy(arena);
}

static void memory_that_runs_out_is_told(void **state)
{
    (void)state;
    for (uint64_t nth = 1; nth < 4000; nth = nth * 5 / 4 + 1) {
        trial t = start_trial();
        kh_arena_fail_after(t.arena, nth);
        t.status = kh_import_read("gnpy", &(kh_import_input){.path = "tests/ref/gnpy/mesh_designed.json", .equipment = library},
                                  t.arena, t.findings, &t.imported, &t.err);
        if (t.status == KH_OK)
            assert_non_null(t.imported.yaml);
        else
            assert_int_equal(t.status, KH_ENOMEM);
        end_trial(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_cut_anywhere_is_refused),
        cmocka_unit_test(mutated_files_never_crash),
        cmocka_unit_test(memory_that_runs_out_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
