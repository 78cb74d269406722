/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Laws of lines with Raman scattering between channels, on random lines of both bands. */
#include "core/base/rng.h"
#include "core/base/units.h"
#include "models/optical/optical.h"
#include "models/optical/optical_isrs.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { LINES = 24, SPANS_MAX = 6 };

typedef struct line {
    kh_optical_element elements[2 * SPANS_MAX];
    kh_optical_grid grid;
    size_t n_spans;
} line;

static double between(kh_rng *rng, double low, double high)
{
    return low + (high - low) * kh_rng_uniform(rng);
}

static void draw_line(kh_rng *rng, line *l)
{
    l->n_spans = 1 + (size_t)kh_rng_below(rng, SPANS_MAX);
    for (size_t i = 0; i < l->n_spans; i++) {
        kh_optical_fibre fibre = {.length_km = between(rng, 40, 100),
                                  .attenuation_db_km = between(rng, 0.155, 0.25),
                                  .dispersion_ps_nm_km = between(rng, 4, 22),
                                  .effective_area_um2 = between(rng, 70, 150)};
        kh_optical_amplifier amplifier = {.noise_db = {between(rng, 4, 7)},
                                          .gain_db = fibre.length_km * fibre.attenuation_db_km,
                                          .gain_max_db = (double)INFINITY,
                                          .power_max_dbm = (double)INFINITY,
                                          .levels = true};
        l->elements[2 * i] = (kh_optical_element){.kind = KH_OPTICAL_FIBRE, .fibre = fibre};
        l->elements[2 * i + 1] = (kh_optical_element){.kind = KH_OPTICAL_AMPLIFIER, .amplifier = amplifier};
    }
    l->grid = (kh_optical_grid){.first_thz = 186.2, .spacing_ghz = between(rng, 75, 200)};
    l->grid.channels = floor(9700.0 / l->grid.spacing_ghz) - (double)kh_rng_below(rng, 40);
    l->grid.baud_gbd = l->grid.spacing_ghz * between(rng, 0.5, 1.0);
    l->grid.launch_dbm = kh_db_from_linear(l->grid.spacing_ghz / 75.0) + between(rng, -4, 2);
}

static kh_optical_comb make_comb(const line *l, kh_arena *arena)
{
    kh_optical_comb comb;
    assert_int_equal(kh_optical_comb_grid(&l->grid, arena, &comb, NULL), KH_OK);
    return comb;
}

static kh_optical_path run(const line *l, size_t n_spans, kh_arena *arena)
{
    kh_optical_comb comb = make_comb(l, arena);
    kh_optical_chain chain = {.elements = l->elements, .n_elements = 2 * n_spans, .physics = kh_optical_physics_of(KH_NLI_ISRS_GN)};
    kh_optical_path path;
    kh_error err = {0};
    if (kh_optical_run(&chain, &comb, (double)INFINITY, NULL, arena, &path, &err) != KH_OK)
        fail_msg("%s%s", err.steps, err.message);
    return path;
}

/* Calls the law on random lines, each reproducible by its number. */
static void for_random_lines(void (*law)(line *l, kh_arena *arena))
{
    kh_arena *arena = kh_arena_create(0);
    assert_non_null(arena);
    for (int i = 0; i < LINES; i++) {
        char name[24];
        (void)snprintf(name, sizeof name, "line %d", i);
        kh_rng rng = kh_rng_stream(20, name, "optical");
        line l;
        draw_line(&rng, &l);
        law(&l, arena);
        kh_arena_reset(arena);
    }
    kh_arena_destroy(arena);
}

static void falls_with_spans(line *l, kh_arena *arena)
{
    kh_optical_path before = run(l, 1, arena);
    for (size_t n = 2; n <= l->n_spans; n++) {
        kh_optical_path path = run(l, n, arena);
        for (size_t i = 0; i < path.n; i++)
            assert_true(path.channels[i].gsnr_db < before.channels[i].gsnr_db);
        before = path;
    }
}

static void gsnr_of_every_channel_falls_with_every_span(void **state)
{
    (void)state;
    for_random_lines(falls_with_spans);
}

static void has_one_optimum(line *l, kh_arena *arena)
{
    bool falling = false;
    double before_db = -(double)INFINITY, first_dbm = l->grid.launch_dbm - 8.0;
    for (double power = 0.0; power < 10.0; power += 1.0) {
        l->grid.launch_dbm = first_dbm + power;
        kh_optical_path path = run(l, l->n_spans, arena);
        double gsnr_db = path.channels[path.worst].gsnr_db;
        assert_true(!falling || gsnr_db < before_db);
        falling = gsnr_db < before_db;
        before_db = gsnr_db;
    }
}

static void power_has_one_optimum_and_falls_beyond_it(void **state)
{
    (void)state;
    for_random_lines(has_one_optimum);
}

static void moves_photons_only(line *l, kh_arena *arena)
{
    kh_optical_comb comb = make_comb(l, arena);
    kh_optical_isrs *isrs = kh_optical_isrs_create(arena);
    kh_optical_span span = {.power_w = comb.launch_w,
                            .fibre = &l->elements[0].fibre,
                            .raman = true,
                            .nli_w = KH_NEW(arena, double, comb.n),
                            .gain = KH_NEW(arena, double, comb.n)};
    assert_true(isrs != NULL && span.nli_w != NULL && span.gain != NULL);
    assert_int_equal(kh_optical_isrs_bind(isrs, &comb, NULL), KH_OK);
    assert_int_equal(kh_optical_isrs_compute(isrs, &span, NULL), KH_OK);
    double before = 0.0, after = 0.0;
    for (size_t i = 0; i < comb.n; i++) {
        before += comb.launch_w[i] / comb.freq_hz[i];
        after += comb.launch_w[i] * span.gain[i] / comb.freq_hz[i];
        assert_true(span.nli_w[i] > 0.0 && span.gain[i] > 0.0);
        assert_true(i == 0 || span.gain[i] < span.gain[i - 1]);
    }
    assert_true(fabs(after / before - 1.0) < 2e-3);
}

static void raman_scattering_moves_photons_downwards_and_loses_none(void **state)
{
    (void)state;
    for_random_lines(moves_photons_only);
}

static void stays_below_its_parts(line *l, kh_arena *arena)
{
    kh_optical_path path = run(l, l->n_spans, arena);
    for (size_t i = 0; i < path.n; i++) {
        const kh_optical_channel *c = &path.channels[i];
        double noise = kh_linear_from_db(-c->osnr_db) + kh_linear_from_db(-c->snr_nli_db);
        assert_true(fabs(c->gsnr_db + kh_db_from_linear(noise)) < 1e-9);
    }
}

static void gsnr_is_made_of_osnr_and_interference(void **state)
{
    (void)state;
    for_random_lines(stays_below_its_parts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gsnr_of_every_channel_falls_with_every_span),
        cmocka_unit_test(power_has_one_optimum_and_falls_beyond_it),
        cmocka_unit_test(raman_scattering_moves_photons_downwards_and_loses_none),
        cmocka_unit_test(gsnr_is_made_of_osnr_and_interference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
