/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/kernel/state.h"

#include "tests/core/sim/cmocka_all.h"

#include <string.h>

typedef struct part {
    uint64_t count;
    uint32_t *items;
    size_t n, capacity;
} part;

static void visit(part *p, kh_state *state)
{
    KH_STATE(state, p->count);
    p->items = kh_state_array(state, p->items, &p->n, &p->capacity, sizeof *p->items);
}

static int set_up(void **state)
{
    *state = kh_arena_create(1 << 20);
    return *state == NULL;
}

static int tear_down(void **state)
{
    kh_arena_destroy(*state);
    return 0;
}

static kh_state save(kh_arena *arena)
{
    static uint32_t items[] = {3, 1, 4, 1, 5};
    part p = {.count = 7, .items = items, .n = 5, .capacity = 5};
    kh_state saved = kh_state_saving(arena);
    visit(&p, &saved);
    assert_int_equal(saved.status, KH_OK);
    return saved;
}

static void what_was_saved_is_loaded(void **state)
{
    kh_state saved = save(*state), loading = kh_state_loading(saved.bytes, saved.n, *state);
    part p = {0};
    visit(&p, &loading);
    assert_int_equal(loading.status, KH_OK);
    assert_true(p.count == 7 && p.n == 5 && p.items[2] == 4 && p.items[4] == 5);
    assert_int_equal(loading.at, saved.n);
}

static void bytes_that_end_too_soon_are_told_and_change_nothing_more(void **state)
{
    kh_state saved = save(*state);
    for (size_t n = 0; n < saved.n; n++) {
        kh_state loading = kh_state_loading(saved.bytes, n, *state);
        part p = {0};
        visit(&p, &loading);
        assert_int_equal(loading.status, KH_EDATA);
        assert_int_equal(p.n, 0);
    }
}

/* 2^61 items of 4 bytes would wrap; a billion would not fit in the bytes that are left. */
static void lengths_that_cannot_be_are_refused_before_memory_is_asked_for(void **state)
{
    static const size_t lengths[] = {SIZE_MAX, (size_t)1 << 61, 1000000000, 6};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        kh_state saved = save(*state);
        memcpy(saved.bytes + sizeof(uint64_t), &lengths[i], sizeof lengths[i]);
        kh_state loading = kh_state_loading(saved.bytes, saved.n, *state);
        size_t used = kh_arena_used(*state);
        part p = {0};
        visit(&p, &loading);
        assert_int_equal(loading.status, KH_EDATA);
        assert_true(kh_arena_used(*state) == used);
    }
}

static void memory_out_is_remembered(void **state)
{
    kh_state saved = save(*state);
    kh_arena_fail_after(*state, 1);
    kh_state saving = kh_state_saving(*state);
    visit(&(part){0}, &saving);
    assert_int_equal(saving.status, KH_ENOMEM);
    kh_state loading = kh_state_loading(saved.bytes, saved.n, *state);
    assert_int_equal(loading.status, KH_ENOMEM);
    kh_arena_fail_after(*state, 2); /* the array, not the copy of the bytes */
    loading = kh_state_loading(saved.bytes, saved.n, *state);
    visit(&(part){0}, &loading);
    assert_int_equal(loading.status, KH_ENOMEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_saved_is_loaded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bytes_that_end_too_soon_are_told_and_change_nothing_more, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lengths_that_cannot_be_are_refused_before_memory_is_asked_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(memory_out_is_remembered, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
