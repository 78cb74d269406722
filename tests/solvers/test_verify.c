/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/verify.h"

#include "tests/solvers/builder.h"
#include "tests/solvers/near.h"

/* A ring with a tail: two routes, a bottleneck, an untrusted corner and a demand without a path. */
static kh_builder make_network(void)
{
    kh_builder b = kh_builder_create(16);
    kh_builder_nodes(&b, 8);
    kh_builder_link(&b, 0, 1, 100);
    kh_builder_link(&b, 1, 2, 80);
    kh_builder_link(&b, 2, 3, 60);
    kh_builder_link(&b, 3, 0, 40);
    kh_builder_link(&b, 2, 4, 30);
    kh_builder_link(&b, 4, 5, 30);
    kh_builder_link(&b, 6, 7, 10);
    b.net.nodes[4].trusted = false;
    kh_builder_demand(&b, 0, 2, 200);
    kh_builder_demand(&b, 1, 3, 20);
    kh_builder_demand(&b, 0, 5, 7);
    kh_builder_demand(&b, 0, 6, 9);
    kh_builder_demand(&b, 1, 4, 1);
    return b;
}

static size_t count_wrong(const kh_builder *b, const kh_plan *plan)
{
    kh_findings *findings = kh_findings_create();
    assert_non_null(findings);
    kh_status status = kh_verify(&b->net, &b->rates, plan, findings, NULL);
    size_t n = kh_findings_count(findings, KH_ERROR);
    kh_findings_destroy(findings);
    assert_int_equal(status, n > 0 ? KH_UNMET : KH_OK);
    return n;
}

/* One thing changed in a sound plan, and what belongs to it left as it was. */
typedef void mutation(kh_builder *b, kh_plan *plan);

static void raise_a_rate(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->demands[0].routes[0].rate_bps *= 1.001;
}
static void claim_a_rate(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->demands[1].rate_bps *= 1.000001;
}
static void ask_for_less(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->demands[0].requested_bps = 100;
}
static void drop_a_link(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->demands[0].routes[0].n_links--;
}
static void turn_a_route(kh_builder *b, kh_plan *plan)
{
    (void)b;
    kh_qkd_link_id first = plan->demands[0].routes[0].links[0];
    plan->demands[0].routes[0].links[0] = plan->demands[0].routes[0].links[1];
    plan->demands[0].routes[0].links[1] = first;
}
static void swap_a_link(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->demands[0].routes[0].links[0].i = 6;
}
static void name_no_link(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->demands[0].routes[0].links[0].i = 99;
}
static void distrust_a_relay(kh_builder *b, kh_plan *plan)
{
    (void)plan;
    b->net.nodes[1].trusted = false;
}
static void make_a_relay_a_switch(kh_builder *b, kh_plan *plan)
{
    (void)plan;
    b->net.nodes[1].kind = KH_NODE_SWITCH;
}
static void lose_a_rate(kh_builder *b, kh_plan *plan)
{
    (void)plan;
    b->rates.qkd[1].key_rate_bps = 0;
}
static void lower_a_rate(kh_builder *b, kh_plan *plan)
{
    (void)plan;
    b->rates.qkd[1].key_rate_bps *= 0.99;
}
static void alter_the_value(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->value *= 1.0001;
}
static void alter_the_bound(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->bound *= 1.0001;
}
static void alter_the_gap(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->gap = 0.01;
}
static void alter_a_price(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->prices[6] = plan->prices[1] + 1;
}
static void make_a_price_negative(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->prices[1] = -1;
}
static void make_a_price_nan(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->prices[1] = NAN;
}
static void alter_a_shadow_price(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->links[1].shadow_price *= 2;
}
static void alter_the_use(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->links[1].used_bps -= 1;
}
static void alter_the_capacity(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->links[1].capacity_bps += 1;
}
static void count_one_more(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->n_met++;
}
static void hide_a_shortfall(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->demands[0].shortfall = KH_SHORTFALL_NONE;
}
static void blame_trust(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->demands[0].shortfall = KH_SHORTFALL_UNTRUSTED;
}
static void blame_trust_for_no_path(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->demands[3].shortfall = KH_SHORTFALL_UNTRUSTED;
}
static void move_a_site_out(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->demands[0].cut.n_side = 0;
}
static void forget_a_cut_link(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->demands[0].cut.n_links--;
}
static void alter_the_cut(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->demands[0].cut.capacity_bps += 1;
}
static void alter_what_is_asked(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->demands[2].cut.requested_bps += 1;
}
static void name_nobody(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->demands[2].cut.n_untrusted = 0;
}
static void name_the_wrong_one(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->demands[2].cut.untrusted[0].i = 1;
}
static void shrink_a_closed_side(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->demands[3].cut.n_side = 1;
}
static void lose_a_demand(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->n_demands--;
}

static void sound_plans_pass(void **state)
{
    (void)state;
    kh_builder b = make_network();
    for (int objective = 0; objective < 2; objective++) {
        kh_plan *plan = kh_builder_plan(&b, (kh_objective)objective);
        assert_int_equal(count_wrong(&b, plan), 0);
        assert_int_equal(plan->demands[0].shortfall, KH_SHORTFALL_CAPACITY);
        assert_int_equal(plan->demands[2].shortfall, KH_SHORTFALL_UNTRUSTED);
        assert_int_equal(plan->demands[3].shortfall, KH_SHORTFALL_NO_PATH);
    }
    kh_builder_destroy(&b);
}

static void every_mutation_is_found(void **state)
{
    (void)state;
#define MUTATION(name)                                                                                                             \
    {                                                                                                                              \
#name, name                                                                                                                \
    }
    static const struct {
        const char *name;
        mutation *apply;
    } mutations[] = {
        MUTATION(raise_a_rate),          MUTATION(claim_a_rate),       MUTATION(ask_for_less),
        MUTATION(drop_a_link),           MUTATION(turn_a_route),       MUTATION(swap_a_link),
        MUTATION(name_no_link),          MUTATION(distrust_a_relay),   MUTATION(lose_a_rate),
        MUTATION(make_a_relay_a_switch), MUTATION(lower_a_rate),       MUTATION(alter_the_value),
        MUTATION(alter_the_bound),       MUTATION(alter_the_gap),      MUTATION(alter_a_price),
        MUTATION(make_a_price_negative), MUTATION(make_a_price_nan),   MUTATION(alter_a_shadow_price),
        MUTATION(alter_the_use),         MUTATION(alter_the_capacity), MUTATION(count_one_more),
        MUTATION(hide_a_shortfall),      MUTATION(blame_trust),        MUTATION(blame_trust_for_no_path),
        MUTATION(move_a_site_out),       MUTATION(forget_a_cut_link),  MUTATION(alter_the_cut),
        MUTATION(alter_what_is_asked),   MUTATION(name_nobody),        MUTATION(name_the_wrong_one),
        MUTATION(shrink_a_closed_side),  MUTATION(lose_a_demand),
    };
    for (size_t i = 0; i < sizeof mutations / sizeof *mutations; i++) {
        kh_builder b = make_network();
        kh_plan *plan = kh_builder_plan(&b, KH_OBJECTIVE_CONCURRENT);
        mutations[i].apply(&b, plan);
        if (count_wrong(&b, plan) == 0)
            fail_msg("not found: %s", mutations[i].name);
        kh_builder_destroy(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sound_plans_pass),
        cmocka_unit_test(every_mutation_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
