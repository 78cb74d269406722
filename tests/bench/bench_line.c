/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 45 spans of 80 km x 76 channels: CPU milliseconds an evaluation, cold and warm, and the ratios to a plain evaluation of the same
 * formulas (two asinh for each pair of channels in every span) and, when Python can import it, to GNPy itself.
 * bench_line wide: both bands, 192 channels, 5 and 45 spans, with Raman scattering between channels and without. */
#include "core/base/units.h"
#include "models/optical/chain.h"
#include "models/optical/optical.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SPANS = 45, CHANNELS = 76, REPEATS = 50 };

static const char line_text[] = "45x[F(km=80,att=0.2,D=16.7,Aeff=83,pmd=0.04,ci=0,co=0) E(g=16,nf=5)]";

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); /* other work on the machine does not count */
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

/* One span of the GN model as it stands in the paper; gives something to add up so that nothing is optimised away. */
static double plain_span(const kh_optical_comb *comb, double *power_w)
{
    double decay_m = 1.0 / (0.2e-3 * log(10.0) / 10.0), sum = 0.0;
    for (size_t i = 0; i < comb->n; i++) {
        double nli_w = 0.0;
        for (size_t j = 0; j < comb->n; j++) {
            double b = 21.3e-27, k = KH_PI * KH_PI * decay_m * b * comb->baud_hz[i], d = comb->freq_hz[j] - comb->freq_hz[i];
            double psi = asinh(k * (d + comb->baud_hz[j] / 2.0)) - asinh(k * (d - comb->baud_hz[j] / 2.0));
            nli_w += psi * power_w[i] * power_w[j] * power_w[j];
        }
        sum += nli_w;
    }
    return sum;
}

static double time_plain(const kh_optical_comb *comb)
{
    double power_w[CHANNELS], sum = 0.0, start = now_ms();
    for (size_t i = 0; i < comb->n; i++)
        power_w[i] = 1e-3;
    for (int span = 0; span < SPANS; span++) {
        power_w[0] *= 1.0 + 1e-15 * (double)span;
        sum += plain_span(comb, power_w);
    }
    double spent_ms = now_ms() - start;
    return isfinite(sum) ? spent_ms : -1.0;
}

static double time_run(const kh_optical_chain *chain, const kh_optical_comb *comb, kh_optical_cache *cache)
{
    kh_arena *arena = kh_arena_create(0);
    kh_optical_path path;
    double start = now_ms();
    kh_status status = arena == NULL ? KH_ENOMEM : kh_optical_run(chain, comb, (double)INFINITY, cache, arena, &path, NULL);
    double spent_ms = now_ms() - start;
    kh_arena_destroy(arena);
    return status == KH_OK ? spent_ms : (double)INFINITY;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_run(const kh_optical_chain *chain, const kh_optical_comb *comb, kh_optical_cache *cache)
{
    double ms[REPEATS];
    for (int i = 0; i < REPEATS; i++)
        ms[i] = time_run(chain, comb, cache);
    qsort(ms, REPEATS, sizeof ms[0], by_value);
    return ms[REPEATS / 2];
}

/* Best of three propagations of the same line by GNPy, and its GSNR of the first channel; false when there is no GNPy. */
static bool time_gnpy(double *ms, double *gsnr_01nm_db)
{
    FILE *pipe = popen("python3 tests/bench/gnpy_line.py 2>/dev/null", "r");
    if (pipe == NULL)
        return false;
    char line[200], *end = line;
    bool read = fgets(line, sizeof line, pipe) != NULL;
    *ms = read ? strtod(line, &end) : 0.0;
    *gsnr_01nm_db = read ? strtod(end, &end) : 0.0;
    read = read && *ms > 0.0 && *end == '\n';
    (void)pclose(pipe);
    return read;
}

static void compare_with_gnpy(const kh_optical_chain *chain, const kh_optical_comb *comb, kh_arena *arena, double cold_ms,
                              double warm_ms)
{
    kh_optical_path path;
    double gnpy_ms, gnpy_gsnr_db;
    if (!time_gnpy(&gnpy_ms, &gnpy_gsnr_db) || kh_optical_run(chain, comb, (double)INFINITY, NULL, arena, &path, NULL) != KH_OK) {
        printf("GNPy is not importable by python3: no ratio to it\n");
        return;
    }
    printf("GNPy: %.1f ms, ratio to cold %.0f, to warm %.0f; GSNR of channel 1: GNPy %.5f dB, Keyhaul %.5f dB\n", gnpy_ms,
           gnpy_ms / cold_ms, gnpy_ms / warm_ms, gnpy_gsnr_db, path.channels[0].gsnr_01nm_db);
}

/* Amplifiers level the tilt, or 45 spans would lose the highest channels. */
static void level_all(const kh_optical_chain *chain)
{
    for (size_t i = 0; i < chain->n_elements; i++)
        if (chain->elements[i].kind == KH_OPTICAL_AMPLIFIER)
            ((kh_optical_element *)(uintptr_t)&chain->elements[i])->amplifier.levels = true;
}

static void print_wide(kh_optical_chain *chain, const kh_optical_comb *comb, int spans, kh_nli_model model)
{
    kh_arena *arena = kh_arena_create(0);
    kh_optical_cache *cache = arena == NULL ? NULL : kh_optical_cache_create(arena);
    chain->physics = kh_optical_physics_of(model);
    double cold_ms = median_run(chain, comb, NULL);
    (void)time_run(chain, comb, cache);
    double warm_ms = median_run(chain, comb, cache);
    printf("%2d spans x %zu channels, %s: cold %.3f ms, warm %.3f ms, %.1f us a span\n", spans, comb->n,
           model == KH_NLI_GN ? "GN     " : "ISRS-GN", cold_ms, warm_ms, warm_ms / spans * 1e3);
    kh_arena_destroy(arena);
}

static kh_status bench_wide(kh_arena *arena, kh_error *err)
{
    kh_optical_grid grid = {.first_thz = 186.15, .spacing_ghz = 50, .channels = 192, .baud_gbd = 32, .launch_dbm = -1};
    kh_optical_comb comb;
    KH_TRY(kh_optical_comb_grid(&grid, arena, &comb, err));
    for (int spans = 5; spans <= SPANS; spans += SPANS - 5) {
        kh_optical_chain chain;
        const char *text = kh_arena_printf(arena, "%dx%s", spans, line_text + strlen("45x"));
        if (text == NULL)
            return kh_fail(err, KH_ENOMEM, "out of memory");
        KH_TRY(kh_chain_parse(text, arena, &chain, err));
        level_all(&chain);
        print_wide(&chain, &comb, spans, KH_NLI_GN);
        print_wide(&chain, &comb, spans, KH_NLI_ISRS_GN);
    }
    return KH_OK;
}

int main(int argc, char **argv)
{
    kh_arena *arena = kh_arena_create(0);
    kh_error err = {0};
    kh_optical_chain chain;
    kh_optical_comb comb;
    kh_optical_grid grid = {.first_thz = 191.35, .spacing_ghz = 50, .channels = CHANNELS, .baud_gbd = 32, .launch_dbm = 0};
    if (arena == NULL || kh_chain_parse(line_text, arena, &chain, &err) != KH_OK ||
        kh_optical_comb_grid(&grid, arena, &comb, &err) != KH_OK) {
        (void)fprintf(stderr, "bench_line: %s\n", err.message);
        return 1;
    }
    if (argc > 1 && strcmp(argv[1], "wide") == 0) {
        kh_status status = bench_wide(arena, &err);
        if (status != KH_OK)
            (void)fprintf(stderr, "bench_line: %s\n", err.message);
        kh_arena_destroy(arena);
        return status == KH_OK ? 0 : 1;
    }
    kh_optical_cache *cache = kh_optical_cache_create(arena);
    double cold_ms = median_run(&chain, &comb, NULL), plain_ms = time_plain(&comb);
    (void)time_run(&chain, &comb, cache);
    double warm_ms = median_run(&chain, &comb, cache);
    printf("%d spans x %d channels: cold %.3f ms, warm %.3f ms\n", SPANS, CHANNELS, cold_ms, warm_ms);
    printf("plain evaluation of the same sums: %.1f ms, ratio to cold %.0f, to warm %.0f\n", plain_ms, plain_ms / cold_ms,
           plain_ms / warm_ms);
    compare_with_gnpy(&chain, &comb, arena, cold_ms, warm_ms);
    kh_arena_destroy(arena);
    return 0;
}
