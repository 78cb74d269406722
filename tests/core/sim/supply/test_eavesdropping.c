/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/supply/eavesdropping.h"
#include "tests/core/sim/handmade.h"

#include "tests/core/sim/cmocka_all.h"

static const double S_PER_H = 3600;

/* One link with a block of 1000 keys every 10 s, attacked from 14 s to 36 s. */
static handmade attacked_link(double qber, double added, double quarantine_s)
{
    handmade h = handmade_create(2, 1, 1);
    kh_qkd_link *link = handmade_link(&h, 0, 1, 0);
    handmade_blocks(&h, link, 256 * 1000, 10);
    link->key_store.capacity_keys = 1e6;
    h.rates.qkd[0].qber = qber;
    kh_fault *attack = handmade_fault(&h, KH_FAULT_EAVESDROPPING, "all-links", NOT_GIVEN, NOT_GIVEN);
    attack->first_h = 14 / S_PER_H;
    attack->duration_h = 22 / S_PER_H;
    attack->qber = added;
    attack->quarantine_h = quarantine_s / S_PER_H;
    h.options.duration_s = 95;
    return h;
}

static void the_first_block_that_was_listened_to_is_thrown_away_and_the_link_shut(void **state)
{
    (void)state;
    handmade h = attacked_link(0.02, 0.10, 45); /* alarm at 20 s, quarantine to 65 s */
    const kh_sim_link *link = &handmade_run(&h)->links[0];
    assert_true(link->eavesdropping.attacks == 1 && link->eavesdropping.alarms == 1 && link->eavesdropping.unnoticed == 0);
    assert_true(link->eavesdropping.quarantine_s == 45);
    assert_true(link->eavesdropping.discarded_bits == 256 * 1000 * 3); /* the blocks of 20 s, 30 s and 40 s */
    assert_true(link->lost_bits == 256 * 1000 * 5);                    /* and, in quarantine, of 50 s and 60 s */
    assert_true(link->stored_bits == 256 * 1000 * 4);                  /* 10 s, 70 s, 80 s, 90 s */
    assert_true(fabs(link->up_fraction - 50.0 / 95) < 1e-12);
    handmade_destroy(&h);
}

static void an_attack_that_its_last_block_gives_away_is_not_unnoticed(void **state)
{
    (void)state;
    handmade h = attacked_link(0.02, 0.10, 4);
    h.net.faults[0].duration_h = 3 / S_PER_H; /* over at 17 s, alarm at 20 s */
    const kh_sim_link *link = &handmade_run(&h)->links[0];
    assert_true(link->eavesdropping.attacks == 1 && link->eavesdropping.alarms == 1 && link->eavesdropping.unnoticed == 0);
    handmade_destroy(&h);
}

static void an_attack_that_goes_on_after_the_quarantine_gives_the_alarm_again(void **state)
{
    (void)state;
    handmade h = attacked_link(0.02, 0.10, 4); /* alarms at 20, 30 and 40 s: that block was in the making at 36 s */
    const kh_sim_link *link = &handmade_run(&h)->links[0];
    assert_true(link->eavesdropping.attacks == 1 && link->eavesdropping.alarms == 3);
    assert_true(link->eavesdropping.quarantine_s == 12 && link->lost_bits == 256 * 1000 * 3);
    handmade_destroy(&h);
}

static void stored_key_stays_usable_in_quarantine(void **state)
{
    (void)state;
    handmade h = attacked_link(0.02, 0.10, 1000);
    static const uint32_t path[] = {0};
    h.net.qkd_links[0].key_store.initial_keys = 100;
    kh_demand *demand = handmade_demand(&h, KH_USE_OTP, 256, 1);
    handmade_route(&h, demand, demand->rate_bps, 1, path);
    assert_true(handmade_run(&h)->demands[0].blocked == 0);
    handmade_destroy(&h);
}

static void below_the_threshold_nobody_notices_and_there_is_less_key(void **state)
{
    (void)state;
    handmade h = attacked_link(0.02, 0.04, 45);
    h.net.faults[0].key_share = 0.25;
    const kh_sim_link *link = &handmade_run(&h)->links[0];
    assert_true(link->eavesdropping.attacks == 1 && link->eavesdropping.alarms == 0 && link->eavesdropping.unnoticed == 1);
    assert_true(link->eavesdropping.quarantine_s == 0 && link->eavesdropping.discarded_bits == 0);
    assert_true(link->generated_bits == 256 * (7 * 1000 + 2 * 250) && link->lost_bits == 0); /* blocks of 20 s and 30 s */
    assert_true(link->up_fraction == 1);
    handmade_destroy(&h);
}

static void at_the_threshold_itself_nobody_notices(void **state)
{
    (void)state;
    handmade h = attacked_link(0, 0.11, 45);
    assert_true(handmade_run(&h)->links[0].eavesdropping.unnoticed == 1);
    h.rates.qkd[0].qber = (double)NAN; /* not known: none */
    assert_true(handmade_run(&h)->links[0].eavesdropping.unnoticed == 1);
    h.net.faults[0].alarm_qber = 0.1;
    assert_true(handmade_run(&h)->links[0].eavesdropping.alarms == 1);
    handmade_destroy(&h);
}

static void who_listens_to_a_link_at_rest_hears_nothing(void **state)
{
    (void)state;
    handmade h = attacked_link(0.02, 0.10, 45);
    h.net.qkd_links[0].key_store = (kh_store_policy){.capacity_keys = 100, .refill_below_keys = 50, .initial_keys = 100};
    const kh_sim_link *link = &handmade_run(&h)->links[0];
    assert_true(link->eavesdropping.attacks == 1 && link->eavesdropping.unnoticed == 1 && link->lost_bits == 0);
    handmade_destroy(&h);
}

/* 1 - 2 h(0.05) = 0.42721, 1 - 2 h(0.03) = 0.61122, h(0.11) is almost 1/2. */
static void the_share_of_key_left_is_that_of_the_entropies(void **state)
{
    (void)state;
    assert_true(fabs(kh_eavesdropping_key_share(0.03, 0.02) - 0.427206 / 0.611216) < 1e-5);
    assert_true(fabs(kh_eavesdropping_key_share((double)NAN, 0.03) - 0.611216) < 1e-5);
    assert_true(kh_eavesdropping_key_share(0.03, 0.09) == 0);
    assert_true(kh_eavesdropping_key_share(0.2, 0.01) == 0);
}

static void without_faults_nobody_listens_and_wrong_numbers_are_refused(void **state)
{
    (void)state;
    handmade h = attacked_link(0.02, 0.10, 45);
    kh_sim_result *result = NULL;
    h.options.faults = false;
    assert_true(handmade_run(&h)->links[0].eavesdropping.attacks == 0);
    h.options.faults = true;
    h.net.faults[0].qber = 0.6;
    assert_int_equal(handmade_try(&h, &result, NULL), KH_ERANGE);
    h.net.faults[0].qber = 0.1;
    h.net.faults[0].on = "q7";
    assert_int_equal(handmade_try(&h, &result, NULL), KH_ERANGE);
    handmade_destroy(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_block_that_was_listened_to_is_thrown_away_and_the_link_shut),
        cmocka_unit_test(an_attack_that_its_last_block_gives_away_is_not_unnoticed),
        cmocka_unit_test(an_attack_that_goes_on_after_the_quarantine_gives_the_alarm_again),
        cmocka_unit_test(stored_key_stays_usable_in_quarantine),
        cmocka_unit_test(below_the_threshold_nobody_notices_and_there_is_less_key),
        cmocka_unit_test(at_the_threshold_itself_nobody_notices),
        cmocka_unit_test(who_listens_to_a_link_at_rest_hears_nothing),
        cmocka_unit_test(the_share_of_key_left_is_that_of_the_entropies),
        cmocka_unit_test(without_faults_nobody_listens_and_wrong_numbers_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
