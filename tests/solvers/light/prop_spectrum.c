/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Laws of spectrum assignment on random small networks, against a table of bytes that is searched place by place. */
#include "core/base/rng.h"
#include "solvers/light/spectrum.h"
#include "tests/solvers/near.h"

#include <string.h>

enum { CASES = 300, SERVICES = 60, MOST_EDGES = 7, MOST_UNITS = 200, ORIGIN = -90 };

typedef struct model {
    bool free[MOST_EDGES][MOST_UNITS];
    size_t n_edges;
} model;

typedef struct trial {
    kh_rng rng;
    kh_arena *arena;
    model plain;
    kh_spectrum_band bands[MOST_EDGES];
    kh_spectrum *spectrum;
    uint32_t edges[MOST_EDGES];
    kh_spectrum_route route;
} trial;

static size_t draw(trial *t, size_t n)
{
    return (size_t)kh_rng_below(&t->rng, n);
}

static void start(trial *t, uint64_t seed)
{
    *t = (trial){.rng = kh_rng_stream(seed, "", "spectrum"), .arena = kh_arena_create(0)};
    t->plain.n_edges = 1 + draw(t, MOST_EDGES);
    for (size_t e = 0; e < t->plain.n_edges; e++) {
        size_t low = draw(t, 20), high = MOST_UNITS - 1 - draw(t, 150);
        t->bands[e] = (kh_spectrum_band){ORIGIN + (int32_t)low, ORIGIN + (int32_t)high};
        for (size_t u = low; u <= high; u++)
            t->plain.free[e][u] = true;
    }
    assert_int_equal(kh_spectrum_create(t->plain.n_edges, t->bands, t->arena, &t->spectrum, NULL), KH_OK);
}

static void draw_route(trial *t)
{
    t->route = (kh_spectrum_route){t->edges, 1 + draw(t, t->plain.n_edges)};
    for (size_t i = 0; i < t->route.n_edges; i++)
        t->edges[i] = (uint32_t)draw(t, t->plain.n_edges);
}

static bool fits(const trial *t, size_t first, int32_t m)
{
    if (first + 2 * (size_t)m > MOST_UNITS)
        return false;
    for (size_t i = 0; i < t->route.n_edges; i++)
        for (size_t u = first; u < first + 2 * (size_t)m; u++)
            if (!t->plain.free[t->edges[i]][u])
                return false;
    return true;
}

static bool search(const trial *t, int32_t m, kh_spectrum_fit fit, kh_spectrum_slot *slot)
{
    bool found = false;
    for (size_t first = 0; first < MOST_UNITS; first++) {
        if (!fits(t, first, m) || (found && fit == KH_SPECTRUM_FIRST))
            continue;
        *slot = (kh_spectrum_slot){ORIGIN + (int32_t)first + m, m};
        found = true;
    }
    return found;
}

static void mark(trial *t, kh_spectrum_slot slot)
{
    for (size_t i = 0; i < t->route.n_edges; i++)
        for (int32_t u = slot.n - slot.m; u < slot.n + slot.m; u++)
            t->plain.free[t->edges[i]][u - ORIGIN] = false;
}

static void the_place_found_is_that_of_a_search_place_by_place(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < CASES; seed++) {
        trial t;
        start(&t, seed);
        for (int k = 0; k < SERVICES; k++) {
            kh_spectrum_slot slot = {0, 0}, expected = {0, 0};
            kh_spectrum_fit fit = draw(&t, 2) == 0 ? KH_SPECTRUM_FIRST : KH_SPECTRUM_LAST;
            int32_t m = 1 + (int32_t)draw(&t, 12);
            draw_route(&t);
            assert_int_equal(kh_spectrum_find(t.spectrum, &t.route, m, fit, &slot), search(&t, m, fit, &expected));
            assert_memory_equal(&slot, &expected, sizeof slot);
            if (slot.m == 0)
                continue;
            assert_int_equal(kh_spectrum_take(t.spectrum, &t.route, slot, NULL), KH_OK);
            mark(&t, slot);
        }
        kh_arena_destroy(t.arena);
    }
}

static void services_never_overlap_and_have_the_same_slot_all_along(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < CASES; seed++) {
        trial t;
        start(&t, seed + CASES);
        for (int k = 0; k < SERVICES; k++) {
            kh_spectrum_slot slots[4];
            size_t count = 1 + draw(&t, 4);
            int32_t m = 1 + (int32_t)draw(&t, 6);
            draw_route(&t);
            if (!kh_spectrum_assign(t.spectrum, &t.route, m, count, KH_SPECTRUM_FIRST, slots)) {
                assert_true(kh_spectrum_free(t.spectrum, &t.route, m).slots < count);
                continue;
            }
            for (size_t i = 0; i < count; i++) {
                assert_true(fits(&t, (size_t)(slots[i].n - m - ORIGIN), m)); /* on every edge, and on nobody's place */
                mark(&t, slots[i]);
            }
        }
        kh_arena_destroy(t.arena);
    }
}

/* Everything turned round: the lowest place becomes the highest. */
static void first_fit_is_the_mirror_of_last_fit(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < CASES; seed++) {
        trial t;
        start(&t, seed + 2 * CASES);
        kh_spectrum_band mirrored[MOST_EDGES];
        kh_spectrum *mirror = NULL;
        for (size_t e = 0; e < t.plain.n_edges; e++)
            mirrored[e] = (kh_spectrum_band){-1 - t.bands[e].last, -1 - t.bands[e].first};
        assert_int_equal(kh_spectrum_create(t.plain.n_edges, mirrored, t.arena, &mirror, NULL), KH_OK);
        for (int k = 0; k < SERVICES; k++) {
            kh_spectrum_slot slots[3], turned[3];
            size_t count = 1 + draw(&t, 3);
            int32_t m = 1 + (int32_t)draw(&t, 9);
            draw_route(&t);
            bool fit = kh_spectrum_assign(t.spectrum, &t.route, m, count, KH_SPECTRUM_FIRST, slots);
            assert_int_equal(kh_spectrum_assign(mirror, &t.route, m, count, KH_SPECTRUM_LAST, turned), fit);
            for (size_t i = 0; fit && i < count; i++)
                assert_int_equal(turned[i].n, -slots[i].n);
        }
        kh_arena_destroy(t.arena);
    }
}

static void room_is_what_a_greedy_search_can_still_place(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < CASES; seed++) {
        trial t;
        start(&t, seed + 3 * CASES);
        for (int k = 0; k < 8; k++) {
            kh_spectrum_slot slot;
            draw_route(&t);
            if (kh_spectrum_assign(t.spectrum, &t.route, 1 + (int32_t)draw(&t, 9), 1, (kh_spectrum_fit)draw(&t, 2), &slot))
                mark(&t, slot);
        }
        draw_route(&t);
        int32_t m = 1 + (int32_t)draw(&t, 9);
        kh_spectrum_room room = kh_spectrum_free(t.spectrum, &t.route, m);
        double free_units = 0, run = 0, widest = 0;
        for (size_t u = 0; u < MOST_UNITS; u++) {
            bool is_free = true;
            for (size_t i = 0; i < t.route.n_edges; i++)
                is_free = is_free && t.plain.free[t.edges[i]][u];
            run = is_free ? run + 1 : 0;
            widest = run > widest ? run : widest;
            free_units += is_free;
        }
        assert_near(room.free_ghz, 6.25 * free_units, 1e-12);
        assert_near(room.widest_ghz, 6.25 * widest, 1e-12);
        size_t placed = 0;
        for (kh_spectrum_slot slot; search(&t, m, KH_SPECTRUM_FIRST, &slot); placed++)
            mark(&t, slot);
        assert_int_equal(room.slots, placed);
        kh_arena_destroy(t.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_place_found_is_that_of_a_search_place_by_place),
        cmocka_unit_test(services_never_overlap_and_have_the_same_slot_all_along),
        cmocka_unit_test(first_fit_is_the_mirror_of_last_fit),
        cmocka_unit_test(room_is_what_a_greedy_search_can_still_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
