/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A network's losses by kind, and what is left after them, on a ring of four with a tail: n0 n1 n2 n3, n2 n4. */
#include "solvers/survive/survive.h"
#include "tests/solvers/builder.h"
#include "tests/solvers/near.h"

#include <string.h>

static kh_builder ring(void)
{
    kh_builder b = kh_builder_create(10);
    kh_builder_nodes(&b, 5);
    kh_builder_link(&b, 0, 1, 1000);
    kh_builder_link(&b, 1, 2, 1000);
    kh_builder_link(&b, 2, 3, 600);
    kh_builder_link(&b, 3, 0, 1000);
    kh_builder_link(&b, 2, 4, 5000);
    for (size_t e = 0; e < b.net.n_qkd_links; e++)
        b.net.qkd_links[e].charlie_at.i = KH_NO_INDEX;
    kh_builder_demand(&b, 0, 2, 1000);
    kh_builder_demand(&b, 2, 4, 1000);
    return b;
}

static kh_protection *protect(kh_builder *b, kh_loss_kind kind, bool pairs)
{
    kh_protection *found = NULL;
    const kh_protect_options options = {.kind = kind, .pairs = pairs};
    assert_int_equal(kh_survive_protect(&b->net, &b->rates, &options, b->arena, &found, NULL), KH_OK);
    assert_true(found->complete);
    return found;
}

static const kh_aftermath *after(const kh_protection *p, const char *lost)
{
    for (size_t i = 0; i < p->n; i++)
        if (strcmp(p->of[i].lost[0], lost) == 0)
            return &p->of[i];
    fail_msg("no loss of %s", lost);
    return NULL;
}

static void the_worst_link_comes_first_and_names_who_loses(void **state)
{
    (void)state;
    kh_builder b = ring();
    const kh_protection *p = protect(&b, KH_LOSS_LINK, false);
    assert_near(p->value, 1.6, 1e-9);
    assert_int_equal(p->n, 5);
    assert_string_equal(p->of[0].lost[0], "l4");
    assert_int_equal(p->of[0].n_cut_off, 1);
    assert_int_equal(p->of[0].cut_off[0].i, 1);
    assert_true(p->of[0].served.known);
    assert_near(p->of[0].served.share, 0.5, 1e-9);
    assert_int_equal(p->of[0].served.n_short, 0);
    assert_near(after(p, "l1")->value, 0.6, 1e-9);
    assert_near(after(p, "l2")->value, 1, 1e-9);
    kh_builder_destroy(&b);
}

/* n2 n4 has 5000 for itself: only n0 n2 is left with 600 of 1000. One share for all would hold both to 0.6. */
static void one_thin_way_holds_back_nobody_else(void **state)
{
    (void)state;
    kh_builder b = ring();
    const kh_protection *p = protect(&b, KH_LOSS_LINK, false);
    const kh_aftermath *thin = after(p, "l1");
    assert_near(thin->value, 0.6, 1e-9);
    assert_near(thin->served_evenly, 0.6, 1e-9);
    assert_true(thin->served.known && thin->served.slack < 1e-9);
    assert_near(thin->served.share, 0.8, 1e-9);
    assert_int_equal(thin->served.n_short, 1);
    assert_int_equal(thin->served.short_of[0].demand.i, 0);
    assert_near(thin->served.short_of[0].rate_bps, 600, 1e-6);
    assert_near(thin->served.short_of[0].requested_bps, 1000, 0);
    assert_int_equal(p->n_served, p->n);
    assert_true(p->served.known);
    assert_near(p->served.share, 1, 0);
    kh_builder_destroy(&b);
}

/* The ring short of key before any loss: 1600 of 2000 and all 1000. */
static void what_is_served_without_a_loss_is_told_too(void **state)
{
    (void)state;
    kh_builder b = ring();
    b.net.demands[0].rate_bps = 2000;
    const kh_protection *p = protect(&b, KH_LOSS_LINK, false);
    assert_near(p->value, 0.8, 1e-9);
    assert_near(p->served.share, 2600. / 3000, 1e-9);
    assert_int_equal(p->served.n_short, 1);
    assert_near(p->of[0].served.share, 1600. / 3000, 1e-9);
    assert_string_equal(p->of[0].lost[0], "l0");
    kh_builder_destroy(&b);
}

/* Without l4 the others have all they ask for, so nothing is to be worked out; l0 and l1 leave less for all than l2 and l3 do. */
static void fair_rates_of_as_many_losses_as_asked_for(void **state)
{
    (void)state;
    kh_builder b = ring();
    kh_protection *p = NULL;
    b.net.demands[0].rate_bps = 1500;
    const kh_protect_options options = {.kind = KH_LOSS_LINK, .n_fair = 2};
    assert_int_equal(kh_survive_protect(&b.net, &b.rates, &options, b.arena, &p, NULL), KH_OK);
    assert_int_equal(p->n, 5);
    assert_int_equal(p->n_served, 3);
    static const char *const lost[] = {"l4", "l0", "l1", "l2", "l3"};
    static const double served[] = {0.6, 0.64, 0.64};
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(p->of[i].lost[0], lost[i]);
        assert_int_equal(p->of[i].served.known, i < 3);
        if (i < 3)
            assert_near(p->of[i].served.share, served[i], 1e-9);
    }
    kh_builder_destroy(&b);
}

static void demands_of_a_lost_node_are_left_out(void **state)
{
    (void)state;
    kh_builder b = ring();
    const kh_protection *p = protect(&b, KH_LOSS_NODE, false);
    assert_int_equal(after(p, "n2")->n_left_out, 2);
    assert_near(after(p, "n2")->value, 0, 0);
    assert_int_equal(after(p, "n0")->n_left_out, 1);
    assert_near(after(p, "n0")->value, 5, 1e-9);
    assert_near(after(p, "n1")->value, 0.6, 1e-9);
    kh_builder_destroy(&b);
}

static void two_sides_of_a_ring_part_it(void **state)
{
    (void)state;
    kh_builder b = ring();
    const kh_protection *p = protect(&b, KH_LOSS_LINK, true);
    size_t n = 0;
    assert_int_equal(p->n, 10);
    for (size_t i = 0; i < p->n; i++)
        for (size_t j = 0; j < p->of[i].n_cut_off; j++)
            n += p->of[i].cut_off[j].i == 0;
    assert_int_equal(n, 4);
    kh_builder_destroy(&b);
}

static void one_more_module_is_worth_what_its_side_can_take(void **state)
{
    (void)state;
    kh_builder b = ring();
    kh_gains gains;
    double *module_bps;
    assert_int_equal(kh_survive_gain(&b.net, &b.rates, 0, b.arena, &gains, &module_bps, NULL), KH_OK);
    assert_near(gains.value, 1.6, 1e-9);
    assert_near(gains.of[2].value, 2, 1e-9);
    assert_near(gains.of[2].first_order, 0.6, 1e-6);
    assert_near(gains.of[4].value, 1.6, 1e-9);
    assert_true(gains.of[4].kept);
    assert_near(module_bps[2], 600, 0);
    kh_builder_destroy(&b);
}

static void backups_of_a_plan_go_the_other_way_round(void **state)
{
    (void)state;
    kh_builder b = ring();
    kh_backup_plan *backup;
    const kh_plan *plan = kh_builder_plan(&b, KH_OBJECTIVE_CONCURRENT);
    assert_int_equal(kh_survive_backup(&b.net, &b.rates, plan, KH_LOSS_LINK, &(kh_survive_options){0}, b.arena, &backup, NULL),
                     KH_OK);
    assert_int_equal(backup->shared.n_bare, 1);
    assert_true(backup->shared.value > 0 && backup->shared.value >= backup->dedicated.value * (1 - 1e-9));
    for (size_t i = 0; i < backup->shared.n_backups; i++)
        assert_int_equal(backup->working[backup->shared.backups[i].working].demand, 0);
    kh_builder_destroy(&b);
}

static void a_network_without_demands_or_links_loses_nothing(void **state)
{
    (void)state;
    kh_builder b = kh_builder_create(4);
    kh_builder_nodes(&b, 1);
    for (int kind = 0; kind < KH_LOSS_KINDS; kind++)
        assert_int_equal(protect(&b, (kh_loss_kind)kind, kind % 2 == 0)->n, 0);
    kh_gains gains;
    double *module_bps;
    assert_int_equal(kh_survive_gain(&b.net, &b.rates, 0, b.arena, &gains, &module_bps, NULL), KH_OK);
    assert_near(gains.value, 0, 0);
    kh_builder_destroy(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worst_link_comes_first_and_names_who_loses),
        cmocka_unit_test(one_thin_way_holds_back_nobody_else),
        cmocka_unit_test(what_is_served_without_a_loss_is_told_too),
        cmocka_unit_test(fair_rates_of_as_many_losses_as_asked_for),
        cmocka_unit_test(demands_of_a_lost_node_are_left_out),
        cmocka_unit_test(two_sides_of_a_ring_part_it),
        cmocka_unit_test(one_more_module_is_worth_what_its_side_can_take),
        cmocka_unit_test(backups_of_a_plan_go_the_other_way_round),
        cmocka_unit_test(a_network_without_demands_or_links_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
