/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/rng.h"
#include "core/sim/service/routes.h"

#include "tests/core/sim/cmocka_all.h"

#include <string.h>

enum { MANY = 3000, MOST_HOPS = 6 };

static size_t draw(kh_rng *rng, kh_qkd_link_id *links)
{
    size_t n = 1 + kh_rng_below(rng, MOST_HOPS);
    for (size_t i = 0; i < n; i++)
        links[i].i = (uint32_t)kh_rng_below(rng, 4);
    return n;
}

static void a_sequence_of_links_has_one_number_for_good(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    kh_routes routes;
    kh_routes_init(&routes, arena);
    kh_rng rng = kh_rng_stream(1, "routes", "draw");
    for (int i = 0; i < MANY; i++) {
        kh_qkd_link_id links[MOST_HOPS];
        size_t n = draw(&rng, links), before = routes.n;
        uint32_t route = UINT32_MAX, same = UINT32_MAX;
        assert_int_equal(kh_routes_add(&routes, links, n, &route), KH_OK);
        assert_int_equal(kh_routes_add(&routes, links, n, &same), KH_OK);
        assert_true(route == same && (routes.n == before || route == before));
        assert_int_equal(routes.entries[route].n_links, n);
        assert_memory_equal(routes.entries[route].links, links, n * sizeof links[0]);
        for (uint32_t k = 0; i % 500 == 0 && k < routes.n; k++)
            assert_true(k == route || routes.entries[k].n_links != n ||
                        memcmp(routes.entries[k].links, links, n * sizeof links[0]) != 0);
    }
    assert_true(routes.n > 1000 && routes.n < MANY);
    kh_arena_destroy(arena);
}

static void routes_found_at_run_time_are_saved_and_loaded(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    kh_routes saved, loaded;
    kh_rng rng = kh_rng_stream(2, "routes", "draw");
    kh_routes_init(&saved, arena);
    kh_routes_init(&loaded, arena);
    static const kh_qkd_link_id given[] = {{7}, {8}}, other[] = {{9}};
    uint32_t route = 0;
    assert_int_equal(kh_routes_add(&saved, given, 2, &route), KH_OK);
    assert_int_equal(kh_routes_add(&loaded, given, 2, &route), KH_OK);
    kh_routes_close_setup(&saved);
    kh_routes_close_setup(&loaded);
    assert_int_equal(kh_routes_add(&loaded, other, 1, &route), KH_OK); /* to be forgotten */
    for (int i = 0; i < 100; i++) {
        kh_qkd_link_id links[MOST_HOPS];
        size_t n = draw(&rng, links);
        assert_int_equal(kh_routes_add(&saved, links, n, &route), KH_OK);
    }
    kh_state out = kh_state_saving(arena);
    kh_routes_visit(&saved, &out);
    kh_state in = kh_state_loading(out.bytes, out.n, arena);
    kh_routes_visit(&loaded, &in);
    assert_true(out.status == KH_OK && in.status == KH_OK);
    assert_int_equal(loaded.n, saved.n);
    for (uint32_t k = 0; k < saved.n; k++) {
        assert_int_equal(kh_routes_add(&loaded, saved.entries[k].links, saved.entries[k].n_links, &route), KH_OK);
        assert_int_equal(route, k);
    }
    for (size_t cut = 0; cut < out.n; cut += 7) { /* bytes that end too soon */
        kh_state short_in = kh_state_loading(out.bytes, cut, arena);
        kh_routes_visit(&loaded, &short_in);
        assert_int_not_equal(short_in.status, KH_OK);
    }
    kh_arena_destroy(arena);
}

/* A run that is loaded thousands of times does not grow with it. */
static void a_pool_that_is_loaded_again_takes_no_more_memory(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0), *bytes = kh_arena_create(0);
    kh_rng rng = kh_rng_stream(3, "routes", "draw");
    kh_routes routes;
    kh_routes_init(&routes, arena);
    for (int i = 0; i < 100; i++) {
        kh_qkd_link_id links[MOST_HOPS];
        uint32_t route;
        size_t n = draw(&rng, links);
        assert_int_equal(kh_routes_add(&routes, links, n, &route), KH_OK);
    }
    kh_state out = kh_state_saving(bytes);
    kh_routes_visit(&routes, &out);
    size_t used = kh_arena_used(arena);
    for (int i = 0; i < 10; i++) {
        kh_state in = kh_state_loading(out.bytes, out.n, bytes);
        kh_routes_visit(&routes, &in);
        assert_int_equal(in.status, KH_OK);
    }
    assert_int_equal(kh_arena_used(arena), used);
    kh_arena_destroy(arena);
    kh_arena_destroy(bytes);
}

static void a_pool_without_memory_stays_as_it_was(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    kh_routes routes;
    kh_routes_init(&routes, arena);
    static const kh_qkd_link_id links[] = {{1}, {2}};
    for (uint64_t nth = 1; nth <= 3; nth++) {
        uint32_t route = 42;
        kh_arena_fail_after(arena, nth);
        assert_int_equal(kh_routes_add(&routes, links, 2, &route), KH_ENOMEM);
        kh_arena_fail_after(arena, 0);
        assert_true(route == 42 && routes.n == 0);
    }
    uint32_t route = 42;
    assert_int_equal(kh_routes_add(&routes, links, 2, &route), KH_OK);
    assert_int_equal(route, 0);
    kh_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sequence_of_links_has_one_number_for_good),
        cmocka_unit_test(routes_found_at_run_time_are_saved_and_loaded),
        cmocka_unit_test(a_pool_that_is_loaded_again_takes_no_more_memory),
        cmocka_unit_test(a_pool_without_memory_stays_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
