/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/services/net.h"

#define CHANNELS "channels: {first_thz: 193.1, spacing_ghz: 75, count: 8, launch_dbm: 1}"
#define TWO_LINES                                                                                                                  \
    "line_systems:\n"                                                                                                              \
    "  - {id: L1, via: [A1, A2], " CHANNELS "}\n"                                                                                  \
    "  - {id: L2, via: [B1, B2], " CHANNELS "}\n"

static const kh_service *service(const planned *p, const char *demand)
{
    return &p->services->of[kh_net_demand(p->net, demand).i];
}

static void expect_state(const planned *p, const char *demand, kh_service_state state)
{
    const kh_service *s = service(p, demand);
    if (s->state != state)
        fail_msg("%s is %s, not %s", demand, kh_service_state_name(s->state), kh_service_state_name(state));
}

static void light_passes_where_lines_meet_and_the_best_mode_is_taken(void **state)
{
    (void)state;
    planned p;
    plan_text(&p, TWO_LINES "demands: [{id: d, between: [C, A], security: pqc, data_gbps: 700}]\n");
    const kh_service *s = service(&p, "d");
    expect_state(&p, "d", KH_SERVICE_CARRIED);
    assert_int_equal(s->n_sections, 1);
    assert_int_equal(s->regenerations, 0);
    assert_int_equal(s->sections[0].stretch->n_hops, 2);
    assert_true(s->sections[0].stretch->hops[0].backward);
    assert_near(s->length_km, 400, 1e-9);
    const kh_service_option *best = &s->sections[0].options[0];
    assert_near(best->clients.wavelength_gbps, 400, 0);
    assert_int_equal(best->clients.wavelengths, 2);
    assert_int_equal(s->transceivers, 4);
    assert_near(s->capacity_gbps, 8 * 400, 1e-9);
    assert_true(kh_service_shannon_gbps(s) > s->capacity_gbps);
    /* two slots of 75 GHz from the lower edge of the lowest channel on, 193.0625 THz */
    assert_int_equal(s->sections[0].slots[0].m, 6);
    assert_near(kh_spectrum_low_thz(s->sections[0].slots[0]), 193.0625, 1e-9);
    assert_near(kh_spectrum_high_thz(s->sections[0].slots[1]), 193.2125, 1e-9);
    assert_int_equal(kh_service_section_blocks(&s->sections[0]), 1);
    assert_int_equal(p.services->room[0].channels, 6);
    assert_near(p.services->room[0].left_gbps, 6 * 400, 1e-9);
    planned_end(&p);
}

/* Lines that let m400 through alone and not together, since the requirement is set between the two. */
static void the_way_is_cut_where_light_does_not_reach(void **state)
{
    (void)state;
    planned p;
    plan_text(&p, "line_systems:\n"
                  "  - {id: L1, via: [A1, A2], modes: [m400], " CHANNELS "}\n"
                  "  - {id: L2, via: [B1, B2], modes: [m400], " CHANNELS "}\n"
                  "  - {id: L3, via: [C1, C2], modes: [m400], " CHANNELS "}\n"
                  "  - {id: L4, via: [D1, D2], modes: [m400], " CHANNELS "}\n"
                  "demands: [{id: d, between: [A, E], security: pqc, data_gbps: 400}]\n");
    double one = p.rates->line[0].gsnr_01nm_db;
    const kh_service *s = service(&p, "d");
    const kh_light_stretch *whole = s->sections[0].stretch;
    double all = whole->modes[0].gsnr_01nm_db;
    assert_true(all < one - 2);
    /* now ask for what two lines give and three do not */
    kh_services *again = NULL;
    kh_arena *arena = kh_arena_create(0);
    kh_light *light = kh_light_create(p.net, arena);
    const kh_optical_hop hops[] = {{{0}, false}, {{1}, false}, {{2}, false}};
    const kh_light_stretch *two = NULL, *three = NULL;
    assert_int_equal(kh_light_find(light, &(kh_optical_route){hops, 2}, &two, NULL), KH_OK);
    assert_int_equal(kh_light_find(light, &(kh_optical_route){hops, 3}, &three, NULL), KH_OK);
    double between = (two->modes[0].gsnr_01nm_db + three->modes[0].gsnr_01nm_db) / 2;
    p.net->modes[2].required_osnr_db = between - 2;
    assert_int_equal(kh_services_plan(p.net, p.rates, p.plan, p.arena, &again, NULL), KH_OK);
    s = &again->of[0];
    assert_int_equal(s->state, KH_SERVICE_CARRIED);
    assert_int_equal(s->regenerations, 1);
    assert_int_equal(s->sections[0].stretch->n_hops, 2);
    assert_int_equal(kh_service_section_start(p.net, &s->sections[1]).i, kh_net_node(p.net, "C").i);
    assert_int_equal(s->transceivers, 4);
    kh_arena_destroy(arena);
    planned_end(&p);
}

/* A long first span comes last on the way back: the two directions differ, and what is told of a stretch must not. */
static void of_both_directions_the_worse_one_counts(void **state)
{
    (void)state;
    planned p;
    plan_text(&p, TWO_LINES "demands: [{id: d, between: [A, C], security: pqc, data_gbps: 100}]\n");
    p.net->fibres[0].length_km = 140;
    p.net->fibres[0].loss_db = 28;
    p.net->modes[2].required_osnr_db = 40;
    p.net->modes[2].tx_osnr_db = (double)INFINITY;
    kh_light *light = kh_light_create(p.net, p.arena);
    const kh_optical_hop forth[] = {{{0}, false}, {{1}, false}}, back[] = {{{1}, true}, {{0}, true}};
    const kh_light_stretch *there = NULL, *home = NULL;
    kh_optical_path path;
    kh_optical_comb comb;
    double least[2];
    for (int turn = 0; turn < 2; turn++) {
        kh_optical_route route = {turn == 0 ? forth : back, 2};
        assert_int_equal(kh_optical_route_comb(p.net, route.hops[0].line, 64, p.arena, &comb, NULL), KH_OK);
        assert_int_equal(kh_optical_route_run(p.net, &route, &comb, p.arena, &path, NULL), KH_OK);
        least[turn] = path.channels[path.worst].gsnr_01nm_db;
    }
    assert_true(fabs(least[0] - least[1]) > 1e-3);
    assert_int_equal(kh_light_find(light, &(kh_optical_route){forth, 2}, &there, NULL), KH_OK);
    assert_int_equal(kh_light_find(light, &(kh_optical_route){back, 2}, &home, NULL), KH_OK);
    for (size_t i = 0; i < there->n_modes; i++) {
        assert_int_equal(there->modes[i].works, home->modes[i].works);
        assert_near(there->modes[i].gsnr_01nm_db, home->modes[i].gsnr_01nm_db, 1e-9);
        assert_near(there->modes[i].margin_db, home->modes[i].margin_db, 1e-9);
    }
    assert_false(there->modes[2].works);
    assert_near(there->modes[2].gsnr_01nm_db, fmin(least[0], least[1]), 1e-9);
    planned_end(&p);
}

static void fewer_wavelengths_for_more_regenerations_are_found(void **state)
{
    (void)state;
    planned p;
    plan_text(&p, TWO_LINES "demands: [{id: d, between: [A, C], security: pqc, data_gbps: 800}]\n");
    /* m400 passes each line alone and not both; m200 passes both */
    double both = service(&p, "d")->sections[0].options[0].light->gsnr_01nm_db;
    kh_services *again = NULL;
    p.net->modes[2].required_osnr_db = both - 2 + 0.5;
    assert_int_equal(kh_services_plan(p.net, p.rates, p.plan, p.arena, &again, NULL), KH_OK);
    const kh_service *s = &again->of[0];
    assert_int_equal(s->regenerations, 0);
    assert_int_equal(s->sections[0].options[0].clients.wavelengths, 4);
    assert_int_equal(s->n_upgrades, 1);
    assert_int_equal(s->upgrades[0].n_sections, 2);
    assert_int_equal(s->upgrades[0].wavelengths, 2);
    assert_int_equal(again->room[0].channels, 4); /* nothing was taken for the upgrade */
    planned_end(&p);
}

static void a_way_without_regeneration_goes_before_a_shorter_one_with(void **state)
{
    (void)state;
    planned p;
    /* the short way has a middle that only the slow mode passes; over the direct line it goes in one */
    plan_text(&p, "line_systems:\n"
                  "  - {id: L1, via: [A1, A2], modes: [m400], " CHANNELS "}\n"
                  "  - {id: L2, via: [B1, B2], modes: [m100], " CHANNELS "}\n"
                  "  - {id: X1, via: [A1, A2, B1, B2], modes: [m100], " CHANNELS "}\n"
                  "demands: [{id: d, between: [A, C], security: pqc, data_gbps: 100}]\n");
    const kh_service *s = service(&p, "d");
    assert_int_equal(s->regenerations, 0);
    assert_string_equal(p.net->line_systems[s->sections[0].stretch->hops[0].line.i].id, "X1");
    planned_end(&p);
}

static void the_highest_priority_gets_its_spectrum_first(void **state)
{
    (void)state;
    planned p;
    plan_text(&p, TWO_LINES "demands:\n"
                            "  - {id: late, between: [A, C], security: pqc, data_gbps: 2000, priority: 2}\n"
                            "  - {id: first, between: [A, C], security: pqc, data_gbps: 2000, priority: 0}\n"
                            "  - {id: small, between: [A, B], security: pqc, data_gbps: 400, priority: 3}\n");
    expect_state(&p, "first", KH_SERVICE_CARRIED);
    expect_state(&p, "late", KH_SERVICE_NO_SPECTRUM);
    expect_state(&p, "small", KH_SERVICE_CARRIED);
    assert_near(service(&p, "late")->capacity_gbps, 3 * 400, 1e-9);
    assert_near(kh_spectrum_low_thz(service(&p, "first")->sections[0].slots[0]), 193.0625, 1e-9);
    /* the small one stands next to the first */
    assert_near(kh_spectrum_low_thz(service(&p, "small")->sections[0].slots[0]), 193.0625 + 5 * 0.075, 1e-9);
    assert_int_equal(p.services->room[0].channels, 2);
    assert_int_equal(p.services->room[1].channels, 3);
    planned_end(&p);
}

static void lines_on_one_fibre_pair_share_its_spectrum(void **state)
{
    (void)state;
    planned p;
    plan_text(&p, TWO_LINES "  - {id: X1, via: [A1, A2, B1, B2], " CHANNELS "}\n"
                            "demands:\n"
                            "  - {id: far, between: [A, C], security: pqc, data_gbps: 2800, over: [X1]}\n"
                            "  - {id: near, between: [A, B], security: pqc, data_gbps: 800}\n");
    expect_state(&p, "far", KH_SERVICE_CARRIED);
    expect_state(&p, "near", KH_SERVICE_NO_SPECTRUM);
    assert_near(service(&p, "near")->capacity_gbps, 400, 1e-9);
    planned_end(&p);
    plan_text(&p, TWO_LINES "  - {id: X1, via: [B2, B1], " CHANNELS "}\n"
                            "demands: [{id: d, between: [B, C], security: pqc, data_gbps: 400, over: [X1]}]\n");
    assert_int_equal(p.services->room[0].channels, 8);
    assert_int_equal(p.services->room[1].channels, 7);
    planned_end(&p);
}

static void the_reason_for_not_carrying_is_found(void **state)
{
    (void)state;
    planned p;
    plan_text(&p, "line_systems:\n"
                  "  - {id: narrow, via: [A1, A2], channels: {first_thz: 193.1, spacing_ghz: 12.5, count: 8}}\n"
                  "  - {id: hot, via: [B1, B2], modes: [m400], margin_db: 20, " CHANNELS "}\n"
                  "  - {id: weak, via: [C1, C2], modes: [m400, m200], margin_db: 25, " CHANNELS "}\n"
                  "demands:\n"
                  "  - {id: spacing, between: [A, B], security: pqc, data_gbps: 100}\n"
                  "  - {id: only, between: [B, C], security: pqc, data_gbps: 100}\n"
                  "  - {id: none, between: [C, D], security: pqc, data_gbps: 100}\n"
                  "  - {id: path, between: [D, E], security: pqc, data_gbps: 100}\n"
                  "  - {id: silent, between: [A, B], security: pqc}\n");
    expect_state(&p, "spacing", KH_SERVICE_NO_SPACING);
    expect_state(&p, "only", KH_SERVICE_BAD_MODE);
    expect_state(&p, "none", KH_SERVICE_NO_MODE);
    expect_state(&p, "path", KH_SERVICE_NO_PATH);
    assert_near(service(&p, "none")->capacity_gbps, 0, 0);
    assert_true(isnan(service(&p, "silent")->capacity_gbps));
    assert_string_equal(service(&p, "spacing")->sections[0].options[0].light->obstacle,
                        "needs 50 GHz spacing, narrow has 12.5 GHz");
    assert_true(service(&p, "only")->sections[0].options[0].light->margin_db < 0);
    planned_end(&p);
}

static void slots_are_as_wide_as_the_widest_plan_on_the_way(void **state)
{
    (void)state;
    planned p;
    plan_text(&p, "line_systems:\n"
                  "  - {id: L1, via: [A1, A2], channels: {first_thz: 193.1, spacing_ghz: 50, count: 40}}\n"
                  "  - {id: L2, via: [B1, B2], channels: {first_thz: 193.1, spacing_ghz: 100, count: 20}}\n"
                  "demands: [{id: d, between: [A, C], security: pqc, data_gbps: 150}]\n");
    const kh_service *s = service(&p, "d");
    expect_state(&p, "d", KH_SERVICE_CARRIED);
    assert_near(s->sections[0].options[0].clients.wavelength_gbps, 200, 0);
    assert_int_equal(s->sections[0].slots[0].m, 8);
    /* L2 begins at 193.05, L1 at 193.075: what both have starts there */
    assert_near(kh_spectrum_low_thz(s->sections[0].slots[0]), 193.075, 1e-9);
    planned_end(&p);
}

static void a_mode_takes_the_channels_of_a_mixed_plan_that_fit_it(void **state)
{
    (void)state;
    planned p;
    plan_text(&p, "line_systems: [{id: L1, via: [A1, A2], channels: {launch_dbm: 1}}]\n"
                  "combs:\n"
                  "  - {id: slim, line: L1, first_thz: 193.1, spacing_ghz: 50, count: 10, baud_gbd: 32}\n"
                  "  - {id: broad, line: L1, first_thz: 194.1, spacing_ghz: 100, count: 10, baud_gbd: 64}\n"
                  "demands:\n"
                  "  - {id: small, between: [A, B], security: pqc, data_gbps: 200}\n"
                  "  - {id: large, between: [A, B], security: pqc, data_gbps: 400}\n");
    expect_state(&p, "small", KH_SERVICE_CARRIED);
    expect_state(&p, "large", KH_SERVICE_CARRIED);
    const kh_service *small = service(&p, "small"), *large = service(&p, "large");
    assert_string_equal(p.net->modes[small->sections[0].options[0].light->mode.i].id, "m200");
    assert_near(small->sections[0].options[0].light->width_ghz, 50, 1e-9);
    assert_string_equal(p.net->modes[large->sections[0].options[0].light->mode.i].id, "m400");
    assert_near(large->sections[0].options[0].light->width_ghz, 100, 1e-9);
    planned_end(&p);
}

static void memory_that_is_out_is_told(void **state)
{
    (void)state;
    planned p;
    plan_text(&p, TWO_LINES "demands: [{id: d, between: [A, C], security: pqc, data_gbps: 700}]\n");
    kh_status status = KH_ENOMEM;
    for (uint64_t nth = 1; status == KH_ENOMEM; nth++) {
        kh_services *none = NULL;
        kh_arena_fail_after(p.arena, nth);
        status = kh_services_plan(p.net, p.rates, p.plan, p.arena, &none, NULL);
        assert_true((none == NULL) == (status != KH_OK));
        assert_true(nth < 1000);
    }
    assert_int_equal(status, KH_OK);
    planned_end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(light_passes_where_lines_meet_and_the_best_mode_is_taken),
        cmocka_unit_test(the_way_is_cut_where_light_does_not_reach),
        cmocka_unit_test(of_both_directions_the_worse_one_counts),
        cmocka_unit_test(fewer_wavelengths_for_more_regenerations_are_found),
        cmocka_unit_test(a_way_without_regeneration_goes_before_a_shorter_one_with),
        cmocka_unit_test(the_highest_priority_gets_its_spectrum_first),
        cmocka_unit_test(lines_on_one_fibre_pair_share_its_spectrum),
        cmocka_unit_test(the_reason_for_not_carrying_is_found),
        cmocka_unit_test(slots_are_as_wide_as_the_widest_plan_on_the_way),
        cmocka_unit_test(a_mode_takes_the_channels_of_a_mixed_plan_that_fit_it),
        cmocka_unit_test(memory_that_is_out_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
