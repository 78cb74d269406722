/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/engine.h"
#include "tests/core/sim/handmade.h"

#include "tests/core/sim/cmocka_all.h"

static const double S_PER_H = 3600;

static kh_fault *plan(handmade *h, kh_fault_kind kind, const char *on, double first_s, double duration_s)
{
    kh_fault *fault = handmade_fault(h, kind, on, NOT_GIVEN, NOT_GIVEN);
    fault->first_h = first_s / S_PER_H;
    fault->duration_h = duration_s / S_PER_H;
    return fault;
}

/* n0 - n1 - n2 - n3, 100 s. */
static handmade chain(void)
{
    handmade h = handmade_create(4, 3, 1);
    for (uint32_t i = 0; i < 3; i++)
        (void)handmade_link(&h, i, i + 1, 0);
    return h;
}

static void assert_up(const kh_sim_result *result, double q0_s, double q1_s, double q2_s)
{
    const double up_s[] = {q0_s, q1_s, q2_s};
    for (int i = 0; i < 3; i++)
        assert_true(fabs(result->links[i].up_fraction - up_s[i] / 100) < 1e-12);
}

static void maintenance_is_when_it_was_planned(void **state)
{
    (void)state;
    handmade h = chain();
    kh_fault *nightly = plan(&h, KH_FAULT_MAINTENANCE, "q1", 10, 5);
    nightly->every_h = 30 / S_PER_H; /* 10, 40, 70, 100 */
    const kh_sim_result *result = handmade_run(&h);
    assert_true(result->maintenances == 3);
    assert_up(result, 100, 85, 100);
    nightly->every_h = NOT_GIVEN;
    nightly->on = "f2";
    assert_up(handmade_run(&h), 100, 100, 95);
    nightly->on = "n1";
    assert_up(handmade_run(&h), 95, 95, 100);
    handmade_destroy(&h);
}

static void a_shared_risk_takes_all_its_members_down_at_once(void **state)
{
    (void)state;
    static kh_fibre_id fibres[] = {{0}};
    static kh_qkd_link_id links[] = {{2}};
    handmade h = chain();
    kh_fault *duct = plan(&h, KH_FAULT_SHARED_RISK, "duct", 20, 30);
    duct->fibres = fibres, duct->n_fibres = 1;
    duct->links = links, duct->n_links = 1;
    const kh_sim_result *result = handmade_run(&h);
    assert_true(result->shared_failures == 1);
    assert_up(result, 70, 100, 70);
    (void)plan(&h, KH_FAULT_MAINTENANCE, "duct", 40, 20); /* overlaps by 10 s */
    assert_up(handmade_run(&h), 60, 100, 60);
    handmade_destroy(&h);
}

static void a_maintenance_may_list_what_it_is_on(void **state)
{
    (void)state;
    static kh_node_id nodes[] = {{0}, {3}};
    handmade h = chain();
    kh_fault *week = plan(&h, KH_FAULT_MAINTENANCE, "upgrade", 0, 25);
    week->nodes = nodes, week->n_nodes = 2;
    assert_up(handmade_run(&h), 75, 100, 75);
    handmade_destroy(&h);
}

static void a_name_with_no_meaning_or_two_is_refused(void **state)
{
    (void)state;
    handmade h = chain();
    kh_sim_result *result = NULL;
    (void)plan(&h, KH_FAULT_MAINTENANCE, "nowhere", 0, 25);
    assert_int_equal(handmade_try(&h, &result, NULL), KH_ERANGE);
    h.net.faults[0].on = "q1";
    h.net.fibres[0].id = "q1";
    assert_int_equal(handmade_try(&h, &result, NULL), KH_ERANGE);
    handmade_destroy(&h);
}

static void any_kind_can_be_planned_and_last_always_as_long(void **state)
{
    (void)state;
    handmade h = chain();
    (void)plan(&h, KH_FAULT_LINK, "q0", 10, 40);
    (void)plan(&h, KH_FAULT_FIBRE_CUT, "f1", 10, 30);
    (void)plan(&h, KH_FAULT_NODE, "n3", 10, 20);
    assert_up(handmade_run(&h), 60, 70, 80);
    handmade_destroy(&h);
}

static void a_start_that_finds_the_last_one_not_over_is_left_out(void **state)
{
    (void)state;
    kh_fault fault = {.on = "x", .first_h = 1, .every_h = 2, .mttr_h = 1, .duration_h = 5, .mtbf_h = NOT_GIVEN};
    kh_spell spell;
    kh_ns next = 0, hour = KH_NS_PER_S * (kh_ns)3600;
    assert_int_equal(kh_spell_init(&spell, &fault, NOT_GIVEN, kh_rng_stream(1, "x", "test"), NULL), KH_OK);
    assert_true(kh_spell_first(&spell, kh_draw_exponential) == hour);
    assert_true(kh_spell_toggle(&spell, hour, kh_draw_exponential, &next) && next == 6 * hour);
    assert_true(kh_spell_toggle(&spell, next, kh_draw_exponential, &next) && next == 7 * hour); /* not 3 h, not 5 h */
    fault.every_h = NOT_GIVEN;
    assert_int_equal(kh_spell_init(&spell, &fault, NOT_GIVEN, kh_rng_stream(1, "x", "test"), NULL), KH_OK);
    assert_true(kh_spell_toggle(&spell, hour, kh_draw_exponential, &next));
    assert_false(kh_spell_toggle(&spell, next, kh_draw_exponential, &next));
    assert_true(kh_spell_changes(&spell, 100 * hour) == 2);
}

static void what_a_fluid_does_not_play_is_refused(void **state)
{
    (void)state;
    static const kh_fault_kind kinds[] = {KH_FAULT_EAVESDROPPING, KH_FAULT_COMPROMISE, KH_FAULT_FLASH_DEMAND};
    static const char *const on[] = {"q0", "n0", "all-demands"};
    for (int i = 0; i < 3; i++) {
        handmade h = chain();
        kh_sim_result *result = NULL;
        kh_fault *fault = plan(&h, kinds[i], on[i], 10, 10);
        fault->factor = 2;
        fault->qber = 0.1;
        assert_int_equal(handmade_try(&h, &result, NULL), KH_OK);
        h.options.level = KH_SIM_FLUID;
        assert_int_equal(handmade_try(&h, &result, NULL), KH_ERANGE);
        h.options.faults = false;
        assert_int_equal(handmade_try(&h, &result, NULL), KH_OK);
        handmade_destroy(&h);
    }
}

/* f0 hangs on poles for a quarter of its length; half of the time there is a storm with 25 times as many cuts of aerial fibre. */
static void wind_cuts_aerial_fibre_more_often(void **state)
{
    (void)state;
    kh_time_slot slots[] = {{.id = "calm", .share = 0.5, .wind_m_s = 5, .mean_spell_h = 3},
                            {.id = "storm", .share = 0.5, .wind_m_s = 25, .mean_spell_h = 3}};
    kh_slot_rate rates[6] = {{0}};
    handmade h = chain();
    h.net.time_slots = slots;
    h.net.n_time_slots = h.rates.n_slots = 2;
    h.rates.slots = rates;
    h.net.fibres[0].aerial_km = 25;
    kh_fault *fault = handmade_fault(&h, KH_FAULT_FIBRE_CUT, "all-fibres", 10, NOT_GIVEN);
    fault->duration_h = 1e-6;
    h.options.duration_s = 10 * 3600.0 * 20000;
    double calm = (double)handmade_run(&h)->fibre_cuts;
    fault->wind_above_m_s = 20;
    fault->factor = 25;
    double windy = (double)handmade_run(&h)->fibre_cuts;
    assert_true(fabs(calm - 60000) < 5 * sqrt(60000));
    /* Cuts are Poisson given the wind; 66 667 spells of 3 h make its time uncertain by 548 h of 0.6 cuts more each. */
    assert_true(fabs(windy - (40000 + 20000 * (0.5 + 0.5 * 7))) < 5 * sqrt(120000 + 329.0 * 329));
    fault->wind_above_m_s = 25; /* not above */
    assert_true((double)handmade_run(&h)->fibre_cuts == calm);
    handmade_destroy(&h);
}

/* A start that is due in 30 s comes in 10 s when it comes three times as often from now on, and in 60 s when half as often. */
static void a_pending_start_moves_with_the_pace(void **state)
{
    (void)state;
    static const double paces[] = {3, 0.5, 1};
    kh_ns first = 0;
    for (int i = 2; i >= 0; i--) {
        handmade h = chain();
        (void)handmade_fault(&h, KH_FAULT_LINK, "q0", 1, 1);
        h.options.duration_s = 3600 * 100;
        kh_engine engine;
        kh_engine_inputs inputs = {.net = &h.net, .rates = &h.rates, .plan = &h.plan, .options = &h.options};
        assert_int_equal(kh_engine_init(&engine, &inputs, h.arena, h.arena, NULL), KH_OK);
        kh_spells_set_pace(&engine.faults.spells, 0, paces[i]);
        for (bool more = true; more && !engine.faults.spells.all[0].on;)
            assert_int_equal(kh_engine_step(&engine, &more, NULL), KH_OK);
        kh_ns now = kh_kernel_now(&engine.kernel);
        first = i == 2 ? now : first;
        assert_true(fabs((double)now * paces[i] - (double)first) < 10);
        handmade_destroy(&h);
    }
}

/* The entry that names q1 replaces the one on all, in either order. */
static void an_entry_that_names_one_replaces_one_on_all(void **state)
{
    (void)state;
    for (int order = 0; order < 2; order++) {
        handmade h = chain();
        (void)plan(&h, KH_FAULT_LINK, order == 0 ? "all-links" : "q1", 10, order == 0 ? 10 : 50);
        (void)plan(&h, KH_FAULT_LINK, order == 0 ? "q1" : "all-links", 10, order == 0 ? 50 : 10);
        assert_up(handmade_run(&h), 90, 50, 90);
        handmade_destroy(&h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(maintenance_is_when_it_was_planned),
        cmocka_unit_test(a_shared_risk_takes_all_its_members_down_at_once),
        cmocka_unit_test(a_maintenance_may_list_what_it_is_on),
        cmocka_unit_test(a_name_with_no_meaning_or_two_is_refused),
        cmocka_unit_test(any_kind_can_be_planned_and_last_always_as_long),
        cmocka_unit_test(a_start_that_finds_the_last_one_not_over_is_left_out),
        cmocka_unit_test(what_a_fluid_does_not_play_is_refused),
        cmocka_unit_test(wind_cuts_aerial_fibre_more_often),
        cmocka_unit_test(a_pending_start_moves_with_the_pace),
        cmocka_unit_test(an_entry_that_names_one_replaces_one_on_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
