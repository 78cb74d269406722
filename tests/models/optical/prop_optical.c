/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Laws of the classical line on random lines. */
#include "core/base/rng.h"
#include "core/base/units.h"
#include "models/optical/optical.h"
#include "models/optical/optical_elements.h"
#include "models/optical/optical_nli.h"
#include "models/optical/optical_state.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { LINES = 60, SPANS_MAX = 20 };

typedef struct line {
    kh_optical_element elements[2 * SPANS_MAX];
    kh_optical_comb comb;
    size_t n_spans;
} line;

static double between(kh_rng *rng, double low, double high)
{
    return low + (high - low) * kh_rng_uniform(rng);
}

static kh_optical_fibre draw_fibre(kh_rng *rng)
{
    return (kh_optical_fibre){.length_km = between(rng, 20, 120),
                              .attenuation_db_km = between(rng, 0.155, 0.25),
                              .dispersion_ps_nm_km = between(rng, 4, 22),
                              .effective_area_um2 = between(rng, 55, 150),
                              .pmd_ps_sqrt_km = between(rng, 0, 0.2),
                              .connector_in_db = between(rng, 0, 0.5),
                              .connector_out_db = between(rng, 0, 0.5)};
}

/* Spans with their loss made good, over a random grid. */
static void draw_line(kh_rng *rng, kh_arena *arena, line *l)
{
    l->n_spans = 1 + (size_t)kh_rng_below(rng, SPANS_MAX);
    for (size_t i = 0; i < l->n_spans; i++) {
        kh_optical_fibre fibre = draw_fibre(rng);
        double loss_db = fibre.length_km * fibre.attenuation_db_km + fibre.connector_in_db + fibre.connector_out_db;
        kh_optical_amplifier amplifier = {.noise_db = {between(rng, 4, 7)},
                                          .gain_db = loss_db,
                                          .gain_max_db = (double)INFINITY,
                                          .power_max_dbm = (double)INFINITY};
        l->elements[2 * i] = (kh_optical_element){.kind = KH_OPTICAL_FIBRE, .fibre = fibre};
        l->elements[2 * i + 1] = (kh_optical_element){.kind = KH_OPTICAL_AMPLIFIER, .amplifier = amplifier};
    }
    kh_optical_grid grid = {.first_thz = 191.4,
                            .spacing_ghz = between(rng, 40, 150),
                            .channels = 1 + (double)kh_rng_below(rng, 30),
                            .launch_dbm = between(rng, -4, 5)};
    grid.baud_gbd = grid.spacing_ghz * between(rng, 0.5, 1.0);
    assert_int_equal(kh_optical_comb_grid(&grid, arena, &l->comb, NULL), KH_OK);
}

static double worst_gsnr_db(const line *l, size_t n_elements, kh_arena *arena, kh_optical_path *path)
{
    kh_optical_chain chain = {.elements = l->elements, .n_elements = n_elements};
    kh_error err = {0};
    if (kh_optical_run(&chain, &l->comb, (double)INFINITY, NULL, arena, path, &err) != KH_OK)
        fail_msg("%s%s", err.steps, err.message);
    return path->channels[path->worst].gsnr_01nm_db;
}

/* Calls the law on random lines, each reproducible by its number. */
static void for_random_lines(void (*law)(kh_rng *rng, line *l, kh_arena *arena))
{
    kh_arena *arena = kh_arena_create(0);
    assert_non_null(arena);
    for (int i = 0; i < LINES; i++) {
        char name[24];
        (void)snprintf(name, sizeof name, "line %d", i);
        kh_rng rng = kh_rng_stream(20, name, "optical");
        line l = {0};
        draw_line(&rng, arena, &l);
        law(&rng, &l, arena);
        kh_arena_reset(arena);
    }
    kh_arena_destroy(arena);
}

static void falls_with_spans(kh_rng *rng, line *l, kh_arena *arena)
{
    (void)rng;
    double before_db = (double)INFINITY;
    kh_optical_path path;
    for (size_t spans = 1; spans <= l->n_spans; spans++) {
        double gsnr_db = worst_gsnr_db(l, 2 * spans, arena, &path);
        assert_true(gsnr_db < before_db);
        before_db = gsnr_db;
    }
}

static void gsnr_falls_with_every_span(void **state)
{
    (void)state;
    for_random_lines(falls_with_spans);
}

static void noisier_is_worse(kh_rng *rng, line *l, kh_arena *arena)
{
    kh_optical_path path;
    double before_db = worst_gsnr_db(l, 2 * l->n_spans, arena, &path);
    size_t i = (size_t)kh_rng_below(rng, l->n_spans);
    l->elements[2 * i + 1].amplifier.noise_db[0] += between(rng, 0.1, 3);
    assert_true(worst_gsnr_db(l, 2 * l->n_spans, arena, &path) < before_db);
}

static void more_noise_figure_is_never_better(void **state)
{
    (void)state;
    for_random_lines(noisier_is_worse);
}

static void a_neighbour_more_is_worse(kh_rng *rng, line *l, kh_arena *arena)
{
    (void)rng;
    kh_optical_path all, fewer;
    if (l->comb.n < 2)
        return;
    (void)worst_gsnr_db(l, 2 * l->n_spans, arena, &all);
    l->comb.n--;
    (void)worst_gsnr_db(l, 2 * l->n_spans, arena, &fewer);
    for (size_t i = 0; i < l->comb.n; i++)
        assert_true(all.channels[i].snr_nli_db < fewer.channels[i].snr_nli_db);
}

static void every_neighbour_adds_interference(void **state)
{
    (void)state;
    for_random_lines(a_neighbour_more_is_worse);
}

static void parts_add_up(kh_rng *rng, line *l, kh_arena *arena)
{
    (void)rng;
    kh_optical_path path;
    (void)worst_gsnr_db(l, 2 * l->n_spans, arena, &path);
    for (size_t i = 0; i < path.n; i++) {
        const kh_optical_channel *c = &path.channels[i];
        double together = 1.0 / (kh_linear_from_db(-c->osnr_db) + kh_linear_from_db(-c->snr_nli_db));
        assert_true(fabs(c->gsnr_db - kh_db_from_linear(together)) < 1e-9);
        assert_true(c->gsnr_db < c->osnr_db && c->gsnr_db < c->snr_nli_db);
    }
}

static void gsnr_is_made_of_osnr_and_interference(void **state)
{
    (void)state;
    for_random_lines(parts_add_up);
}

/* The bound knows nothing of the run: one amplifier of the least noise figure, none of the interference. */
static void is_below_the_linear_bound(kh_rng *rng, line *l, kh_arena *arena)
{
    (void)rng;
    kh_optical_path path;
    (void)worst_gsnr_db(l, 2 * l->n_spans, arena, &path);
    const kh_optical_fibre *fibre = &l->elements[0].fibre;
    double loss_db = fibre->length_km * fibre->attenuation_db_km + fibre->connector_in_db + fibre->connector_out_db,
           bound_bps = 0.0;
    double noise_factor = kh_linear_from_db(l->elements[1].amplifier.noise_db[0]);
    for (size_t i = 0; i < path.n; i++) {
        double noise_w = KH_PLANCK_JS * l->comb.freq_hz[i] * l->comb.baud_hz[i] * noise_factor;
        double snr = l->comb.launch_w[i] * kh_linear_from_db(-loss_db) / noise_w;
        bound_bps += 2.0 * l->comb.baud_hz[i] * log2(1.0 + snr);
    }
    double bps = kh_optical_shannon_bps(&path, &l->comb);
    assert_true(bps > 0.0 && bps < bound_bps);
}

static void capacity_is_below_shannon_of_the_first_span(void **state)
{
    (void)state;
    for_random_lines(is_below_the_linear_bound);
}

static void conserves_power(kh_rng *rng, line *l, kh_arena *arena)
{
    kh_optical_state light;
    double *add_w = KH_NEW(arena, double, l->comb.n);
    kh_optical_cache *cache = kh_optical_cache_create(arena);
    assert_true(add_w != NULL && cache != NULL);
    assert_int_equal(kh_optical_state_create(&l->comb, arena, &light, NULL), KH_OK);
    assert_int_equal(kh_optical_cache_bind(cache, &l->comb, NULL), KH_OK);
    for (size_t span = 0; span < l->n_spans; span++) {
        double before_w = kh_optical_state_total_w(&light), sum_w = before_w;
        assert_int_equal(kh_optical_nli_compute(cache, &l->elements[2 * span].fibre, light.power_w, add_w, NULL), KH_OK);
        kh_optical_state_add_nli(&light, add_w);
        assert_true(kh_optical_state_total_w(&light) == before_w);
        for (size_t i = 0; i < light.n; i++) {
            add_w[i] = light.power_w[i] * between(rng, 0, 0.1);
            sum_w += add_w[i];
        }
        kh_optical_state_add_ase(&light, add_w);
        assert_true(fabs(kh_optical_state_total_w(&light) / sum_w - 1.0) < 1e-12);
        for (size_t i = 0; i < light.n; i++) {
            assert_true(fabs(light.signal[i] + light.ase[i] + light.nli[i] - 1.0) < 1e-12);
            assert_true(light.signal[i] >= 0.0 && light.ase[i] >= 0.0 && light.nli[i] >= 0.0);
        }
    }
}

static void power_is_conserved(void **state)
{
    (void)state;
    for_random_lines(conserves_power);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gsnr_falls_with_every_span),
        cmocka_unit_test(more_noise_figure_is_never_better),
        cmocka_unit_test(every_neighbour_adds_interference),
        cmocka_unit_test(gsnr_is_made_of_osnr_and_interference),
        cmocka_unit_test(capacity_is_below_shannon_of_the_first_span),
        cmocka_unit_test(power_is_conserved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
