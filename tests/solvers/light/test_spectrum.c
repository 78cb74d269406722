/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/light/spectrum.h"
#include "tests/solvers/near.h"

static const uint32_t both_edges[] = {0, 1};
static const kh_spectrum_route first_edge = {both_edges, 1}, second_edge = {both_edges + 1, 1}, whole_way = {both_edges, 2};

static kh_spectrum *make(kh_arena *arena, kh_spectrum_band a, kh_spectrum_band b)
{
    kh_spectrum *made = NULL;
    const kh_spectrum_band bands[] = {a, b};
    assert_int_equal(kh_spectrum_create(2, bands, arena, &made, NULL), KH_OK);
    return made;
}

static void assert_slot(kh_spectrum_slot slot, int32_t n, int32_t m)
{
    assert_int_equal(slot.n, n);
    assert_int_equal(slot.m, m);
}

static void slots_lie_on_the_grid_of_the_recommendation(void **state)
{
    (void)state;
    /* GNPy's documentation of its m_to_freq(): the slot (13, 7) reaches from 193.1375 to 193.225 THz */
    kh_spectrum_slot slot = {13, 7};
    assert_near(kh_spectrum_low_thz(slot), 193.1375, 1e-12);
    assert_near(kh_spectrum_high_thz(slot), 193.225, 1e-12);
    assert_int_equal(kh_spectrum_m(12.5), 1);
    assert_int_equal(kh_spectrum_m(37.5), 3);
    assert_int_equal(kh_spectrum_m(75), 6);
    assert_int_equal(kh_spectrum_m(75.1), 7);
    assert_int_equal(kh_spectrum_m(150), 12);
}

static void a_band_holds_the_whole_units_between_its_edges(void **state)
{
    (void)state;
    kh_spectrum_band c = kh_spectrum_band_between(191.3, 196.1, 0);
    assert_int_equal(c.first, -288);
    assert_int_equal(c.last, 479);
    kh_spectrum_band guarded = kh_spectrum_band_between(191.3, 196.1, 150);
    assert_int_equal(guarded.first, -288 + 24);
    assert_int_equal(guarded.last, 479 - 24);
    kh_spectrum_band odd = kh_spectrum_band_between(193.101, 193.111, 0);
    assert_true(odd.last < odd.first);
}

static void the_first_service_gets_the_lowest_place_and_the_last_fit_the_highest(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    kh_spectrum *s = make(arena, (kh_spectrum_band){-100, 99}, (kh_spectrum_band){-100, 99});
    kh_spectrum_slot slot;
    assert_true(kh_spectrum_find(s, &whole_way, 4, KH_SPECTRUM_FIRST, &slot));
    assert_slot(slot, -96, 4);
    assert_true(kh_spectrum_find(s, &whole_way, 4, KH_SPECTRUM_LAST, &slot));
    assert_slot(slot, 96, 4);
    kh_arena_destroy(arena);
}

static void a_slot_is_free_on_every_edge_of_its_route(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    kh_spectrum *s = make(arena, (kh_spectrum_band){0, 31}, (kh_spectrum_band){4, 31});
    kh_spectrum_slot slot;
    assert_int_equal(kh_spectrum_take(s, &first_edge, (kh_spectrum_slot){8, 4}, NULL), KH_OK);   /* units 4..11 */
    assert_int_equal(kh_spectrum_take(s, &second_edge, (kh_spectrum_slot){18, 4}, NULL), KH_OK); /* units 14..21 */
    assert_true(kh_spectrum_find(s, &whole_way, 1, KH_SPECTRUM_FIRST, &slot));
    assert_slot(slot, 13, 1);
    assert_true(kh_spectrum_find(s, &whole_way, 2, KH_SPECTRUM_FIRST, &slot));
    assert_slot(slot, 24, 2);
    assert_true(kh_spectrum_find(s, &first_edge, 2, KH_SPECTRUM_FIRST, &slot));
    assert_slot(slot, 2, 2);
    assert_false(kh_spectrum_find(s, &whole_way, 6, KH_SPECTRUM_FIRST, &slot));
    kh_arena_destroy(arena);
}

static void what_is_taken_cannot_be_taken_again(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    kh_error err = {0};
    kh_spectrum *s = make(arena, (kh_spectrum_band){0, 15}, (kh_spectrum_band){0, 15});
    assert_int_equal(kh_spectrum_take(s, &second_edge, (kh_spectrum_slot){4, 2}, &err), KH_OK);
    assert_int_equal(kh_spectrum_take(s, &whole_way, (kh_spectrum_slot){7, 2}, &err), KH_ERANGE);
    assert_int_equal(kh_spectrum_take(s, &whole_way, (kh_spectrum_slot){15, 2}, &err), KH_ERANGE);
    /* the refusal took nothing on the edge where it was free */
    assert_int_equal((int)kh_spectrum_free(s, &first_edge, 1).slots, 8);
    kh_arena_destroy(arena);
}

static void several_slots_come_as_one_block_or_one_by_one_or_not_at_all(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    kh_spectrum_slot slots[4];
    kh_spectrum *s = make(arena, (kh_spectrum_band){0, 31}, (kh_spectrum_band){0, 31});
    assert_true(kh_spectrum_assign(s, &whole_way, 2, 2, KH_SPECTRUM_FIRST, slots));
    assert_slot(slots[0], 2, 2);
    assert_slot(slots[1], 6, 2);
    assert_int_equal(kh_spectrum_take(s, &first_edge, (kh_spectrum_slot){18, 4}, NULL), KH_OK); /* leaves 8..13 and 22..31 */
    assert_false(kh_spectrum_assign(s, &whole_way, 2, 4, KH_SPECTRUM_FIRST, slots));
    assert_int_equal((int)kh_spectrum_free(s, &whole_way, 2).slots, 3);
    assert_true(kh_spectrum_assign(s, &whole_way, 2, 3, KH_SPECTRUM_FIRST, slots));
    assert_slot(slots[0], 10, 2);
    assert_slot(slots[1], 24, 2);
    assert_slot(slots[2], 28, 2);
    kh_arena_destroy(arena);
}

static void room_counts_what_still_fits(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    kh_spectrum *s = make(arena, (kh_spectrum_band){0, 99}, (kh_spectrum_band){10, 199});
    assert_int_equal(kh_spectrum_take(s, &first_edge, (kh_spectrum_slot){50, 6}, NULL), KH_OK);
    kh_spectrum_room room = kh_spectrum_free(s, &whole_way, 4); /* 10..43 and 56..99 */
    assert_near(room.free_ghz, 78 * 6.25, 1e-12);
    assert_near(room.widest_ghz, 44 * 6.25, 1e-12);
    assert_int_equal((int)room.slots, 4 + 5);
    kh_arena_destroy(arena);
}

static void too_wide_a_span_is_refused_and_no_band_is_no_room(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    kh_error err = {0};
    kh_spectrum *s = NULL;
    const kh_spectrum_band wide[] = {{0, 1}, {KH_SPECTRUM_UNITS_MAX, KH_SPECTRUM_UNITS_MAX}}, none[] = {{0, -1}};
    assert_int_equal(kh_spectrum_create(2, wide, arena, &s, &err), KH_ERANGE);
    assert_null(s);
    assert_int_equal(kh_spectrum_create(1, none, arena, &s, &err), KH_OK);
    kh_spectrum_slot slot;
    assert_false(kh_spectrum_find(s, &first_edge, 1, KH_SPECTRUM_FIRST, &slot));
    kh_arena_fail_after(arena, 1);
    assert_int_equal(kh_spectrum_create(1, none, arena, &s, &err), KH_ENOMEM);
    kh_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slots_lie_on_the_grid_of_the_recommendation),
        cmocka_unit_test(a_band_holds_the_whole_units_between_its_edges),
        cmocka_unit_test(the_first_service_gets_the_lowest_place_and_the_last_fit_the_highest),
        cmocka_unit_test(a_slot_is_free_on_every_edge_of_its_route),
        cmocka_unit_test(what_is_taken_cannot_be_taken_again),
        cmocka_unit_test(several_slots_come_as_one_block_or_one_by_one_or_not_at_all),
        cmocka_unit_test(room_counts_what_still_fits),
        cmocka_unit_test(too_wide_a_span_is_refused_and_no_band_is_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
