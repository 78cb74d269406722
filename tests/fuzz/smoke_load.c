/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The corpus and a few thousand mutations of it through the fuzz target, the same ones each time, in any compiler.
 *
 *     smoke_load MUTATIONS FILE...  */
#include "core/base/rng.h"
#include "tests/fuzz/fuzz_load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST = 1 << 16, MOST_CHANGES = 4 };

static const char *const words[] = {"{",
                                    "}",
                                    "[",
                                    "]",
                                    ": ",
                                    "- ",
                                    "\n",
                                    "\t",
                                    "&a ",
                                    "*a",
                                    "!!x ",
                                    "---\n",
                                    "%",
                                    "|\n",
                                    "? ",
                                    "<<: ",
                                    "\"",
                                    "'",
                                    "#",
                                    ".nan",
                                    ".inf",
                                    "-1",
                                    "1e999",
                                    "0x1F",
                                    "null",
                                    "~",
                                    "true",
                                    "\xFF",
                                    "\xEF\xBB\xBF",
                                    "\x01",
                                    "value: 5",
                                    "include: [a.yaml]",
                                    "id: A",
                                    "via: []",
                                    "A",
                                    "9999999999",
                                    "@"};

static size_t read_whole(const char *path, uint8_t *data)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        (void)fprintf(stderr, "smoke_load: cannot open '%s'\n", path);
        exit(EXIT_FAILURE);
    }
    size_t size = fread(data, 1, LARGEST / 2, file);
    (void)fclose(file);
    return size;
}

static size_t replace(uint8_t *data, size_t size, size_t at, size_t cut, const char *word)
{
    size_t length = strlen(word);
    if (at + cut > size)
        cut = size - at;
    if (size - cut + length > LARGEST)
        return size;
    memmove(data + at + length, data + at + cut, size - at - cut);
    memcpy(data + at, word, length);
    return size - cut + length;
}

static size_t mutate(kh_rng *rng, uint8_t *data, size_t size)
{
    size_t at = (size_t)kh_rng_below(rng, size + 1);
    switch (kh_rng_below(rng, 5)) {
    case 0:
        return replace(data, size, at, 0, words[kh_rng_below(rng, sizeof words / sizeof words[0])]);
    case 1:
        return replace(data, size, at, (size_t)kh_rng_below(rng, 8), words[kh_rng_below(rng, sizeof words / sizeof words[0])]);
    case 2:
        return replace(data, size, at, (size_t)kh_rng_below(rng, 60), "");
    case 3:
        if (at < size)
            data[at] = (uint8_t)kh_rng_below(rng, 256);
        return size;
    default:
        return at; /* cut off */
    }
}

int main(int argc, char **argv)
{
    static uint8_t seed[LARGEST], data[LARGEST];
    long mutations = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
    for (int i = 2; i < argc; i++) {
        size_t seed_size = read_whole(argv[i], seed);
        const char *slash = strrchr(argv[i], '/');
        kh_rng rng = kh_rng_stream(1, slash == NULL ? argv[i] : slash + 1, "mutations");
        (void)LLVMFuzzerTestOneInput(seed, seed_size);
        for (long m = 0; m < mutations / (argc - 2); m++) {
            size_t size = seed_size;
            memcpy(data, seed, seed_size);
            for (uint64_t changes = 1 + kh_rng_below(&rng, MOST_CHANGES); changes > 0; changes--)
                size = mutate(&rng, data, size);
            (void)LLVMFuzzerTestOneInput(data, size);
        }
    }
    (void)printf("%d files, %ld mutations\n", argc - 2, mutations);
    return argc > 2 ? EXIT_SUCCESS : EXIT_FAILURE;
}
