/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/sim/service/classes.h"
#include "tests/core/sim/service/scripted.h"

#include "tests/core/sim/cmocka_all.h"

#define S(seconds) ((kh_ns)((seconds)*1e9))

static const uint32_t only_link[] = {0};

/* One link that makes no key; demand k has priority k. */
static handmade one_link(double initial_keys, double reserve_keys, size_t n_demands)
{
    handmade h = handmade_create(2, 1, n_demands);
    handmade_link(&h, 0, 1, 0)->key_store = (kh_store_policy){
        .capacity_keys = 100, .refill_below_keys = NOT_GIVEN, .reserve_keys = reserve_keys, .initial_keys = initial_keys};
    for (size_t k = 0; k < n_demands; k++) {
        kh_demand *demand = handmade_demand(&h, KH_USE_KEY, 0, 1);
        demand->priority = (double)k;
        handmade_route(&h, demand, 256, 1, only_link);
    }
    h.options.hop_latency_s = 0;
    h.options.late_after_s = 1e-9;
    return h;
}

static void a_class_draws_the_store_down_to_its_part_of_the_reserve(void **state)
{
    (void)state;
    handmade h = one_link(20, 8, 6);
    h.options.classes.n = 5;
    scripted_step steps[6 * 20];
    static const double served[] = {2, 2, 2, 2, 12, 0}; /* priority 5 is of the last class, too */
    size_t n = 0;
    for (uint32_t k = 6; k-- > 0;) /* the lowest first, each until nothing is left for it */
        for (int i = 0; i < 20; i++, n++)
            steps[n] = (scripted_step){S(10.0 + (double)n), ACT_ASK, k};
    static scripted s;
    h.options.duration_s = 200;
    scripted_start(&s, &h, steps, n);
    const kh_sim_result *result = scripted_run(&s);
    assert_true(result->demands[5].served == 12 && result->demands[4].served == 0);
    for (size_t k = 0; k < 4; k++)
        assert_true(result->demands[k].served == served[k]);
    scripted_end(&s);
    handmade_destroy(&h);
}

static void the_usual_classes_are_the_first_and_the_others(void **state)
{
    (void)state;
    kh_classes classes;
    assert_int_equal(kh_classes_init(&classes, &(kh_class_options){0}, NULL), KH_OK);
    kh_keystore store = kh_keystore_of(&(kh_store_policy){.capacity_keys = 100, .reserve_keys = 10, .initial_keys = 11});
    for (double priority = 0; priority < 4; priority += 0.5) {
        uint32_t rank = kh_classes_of(&classes, priority);
        assert_int_equal(rank, priority > 0);
        for (int64_t keys = 1; keys <= 12; keys++)
            assert_true(kh_classes_may_take(&classes, &store, keys * 256, rank) == kh_keystore_has(&store, keys * 256, rank == 0));
    }
    assert_int_equal(kh_classes_part(INT64_MAX, 1 << 16), INT64_MAX);
    assert_int_equal(kh_classes_part(1001, 1 << 15), 500);
}

static void higher_classes_are_served_first(void **state)
{
    (void)state;
    handmade h = one_link(0, 0, 3);
    handmade_blocks(&h, &h.net.qkd_links[0], 256, 20);
    h.options.classes.n = 3;
    h.options.late_after_s = 100;
    static const scripted_step steps[] = {
        {S(1), ACT_ASK, 2}, {S(2), ACT_ASK, 1}, {S(3), ACT_ASK, 2}, {S(4), ACT_ASK, 0}, {S(5), ACT_ASK, 1}};
    static scripted s;
    h.options.duration_s = 110;
    scripted_start(&s, &h, steps, 5);
    (void)scripted_run(&s);
    static const uint32_t order[] = {0, 1, 1, 2, 2};
    assert_int_equal(s.n_deliveries, 5);
    for (size_t i = 0; i < 5; i++)
        assert_true(s.deliveries[i].demand == order[i] && s.deliveries[i].time == S(20.0 * (double)(i + 1)));
    scripted_end(&s);
    handmade_destroy(&h);
}

static void below_its_level_a_class_is_refused_at_once_and_burns_no_key(void **state)
{
    (void)state;
    handmade h = one_link(60, 0, 3);
    h.options.classes = (kh_class_options){.n = 3, .admission = KH_ADMISSION_LEVEL, .admission_level = 0.5};
    h.options.late_after_s = 1000;
    scripted_step steps[3 * 60];
    for (uint32_t i = 0; i < 180; i++)
        steps[i] = (scripted_step){S(1.0 + i / 60 * 60 + i % 60), ACT_ASK, 2 - i / 60};
    static scripted s;
    h.options.duration_s = 300;
    scripted_start(&s, &h, steps, 180);
    const kh_sim_result *result = scripted_run(&s);
    static const double served[] = {24, 25, 11}; /* down to 49, to 24 and to 0 of 100 keys */
    for (size_t k = 0; k < 3; k++)
        assert_true(result->demands[k].served == served[k]);
    assert_true(result->demands[2].routing.refused == 49 && result->demands[2].blocked == 49);
    assert_true(result->demands[1].routing.refused == 35 && result->demands[0].routing.refused == 0);
    assert_true(result->demands[0].blocked == 0 && result->links[0].lost_bits == 0);
    scripted_end(&s);
    handmade_destroy(&h);
}

static void wrong_options_are_refused(void **state)
{
    (void)state;
    static const kh_class_options wrong[] = {{.n = KH_MOST_CLASSES + 1}, {.admission_level = 1.5}, {.admission_level = -1}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        kh_classes classes;
        kh_error err = {0};
        assert_int_equal(kh_classes_init(&classes, &wrong[i], &err), KH_ERANGE);
        assert_non_null(strstr(err.message, "must be in"));
    }
    kh_admission admission = KH_ADMISSION_NONE;
    assert_true(kh_admission_find("level", &admission) && admission == KH_ADMISSION_LEVEL);
    assert_false(kh_admission_find("", &admission));
    assert_string_equal(kh_admission_name(KH_ADMISSION_NONE), "none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_class_draws_the_store_down_to_its_part_of_the_reserve),
        cmocka_unit_test(the_usual_classes_are_the_first_and_the_others),
        cmocka_unit_test(higher_classes_are_served_first),
        cmocka_unit_test(below_its_level_a_class_is_refused_at_once_and_burns_no_key),
        cmocka_unit_test(wrong_options_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
