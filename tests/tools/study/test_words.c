/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/study/words.h"

#include "tests/tools/study/small.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* --- numbers --- */

static void expect_rate(double rate_bps, const char *expected)
{
    kh_str out = {0};
    kh_words_rate(rate_bps, &out);
    assert_string_equal(kh_str_text(&out), expected);
    kh_str_clear(&out);
}

static void rates_have_three_digits_and_the_right_unit(void **state)
{
    (void)state;
    expect_rate(0, "0 bit/s");
    expect_rate(0.0001, "under 0.001 bit/s");
    expect_rate(12.7, "12.7 bit/s");
    expect_rate(999.4, "999 bit/s");
    expect_rate(999.6, "1 kbit/s");
    expect_rate(1234, "1.23 kbit/s");
    expect_rate(2.5e6, "2.5 Mbit/s");
    expect_rate(1.2e12, "1.2 Tbit/s");
    expect_rate(4.321e15, "4321 Tbit/s");
    expect_rate((double)NAN, "an unknown rate");
}

/* --- demands --- */

typedef void words_of(const kh_net *, const kh_rates *, const kh_plan *, kh_demand_id, kh_str *);

static void expect(words_of *words, const small *s, const char *expected)
{
    kh_str out = {0};
    words(&s->net, &s->rates, &s->plan, (kh_demand_id){0}, &out);
    assert_false(out.failed);
    assert_string_equal(kh_str_text(&out), expected);
    kh_str_clear(&out);
}

static void expect_part(words_of *words, const small *s, const char *part)
{
    kh_str out = {0};
    words(&s->net, &s->rates, &s->plan, (kh_demand_id){0}, &out);
    assert_false(out.failed);
    if (strstr(kh_str_text(&out), part) == NULL)
        fail_msg("'%s' is not in: %s", part, kh_str_text(&out));
    kh_str_clear(&out);
}

/* Bristol - Powergate - Cambridge, 128 kbit/s over a leg that gives 1.9 */
typedef struct bristol {
    small s;
    kh_node_id ends[2], middle;
    kh_qkd_link_id links[2];
    kh_route route;
} bristol;

static void start_bristol(bristol *b, kh_shortfall shortfall)
{
    small_start(&b->s);
    b->ends[0] = small_node(&b->s, "Bristol", false);
    b->middle = small_node(&b->s, "Powergate", true);
    b->ends[1] = small_node(&b->s, "Cambridge CAPE", false);
    b->links[0] = small_link(&b->s, "Q-BRI-POW", small_fibre(&b->s, "F1", b->middle, b->ends[0], 60, 14), 1, 400000);
    b->links[1] = small_link(&b->s, "Q-POW-CAM", small_fibre(&b->s, "F2", b->middle, b->ends[1], 163.5, 37), 1, 1900);
    (void)small_demand(&b->s, b->ends[0], b->ends[1], 128000, shortfall);
    b->route = (kh_route){b->links, 2, 1900};
    b->s.plan.n_asking = 1;
}

static void make_short(bristol *b)
{
    kh_plan_demand *d = &b->s.plan_demands[0];
    d->rate_bps = 1900;
    d->routes = &b->route;
    d->n_routes = 1;
    d->cut = (kh_cut){.links = &b->links[1], .n_links = 1, .capacity_bps = 1900, .requested_bps = 128500};
}

static void a_met_demand_names_its_route(void **state)
{
    (void)state;
    bristol b;
    start_bristol(&b, KH_SHORTFALL_NONE);
    b.route.rate_bps = b.s.plan_demands[0].rate_bps = 128000;
    b.s.plan_demands[0].routes = &b.route;
    b.s.plan_demands[0].n_routes = 1;
    expect(kh_words_demand, &b.s,
           "Bristol - Cambridge CAPE asks 128 kbit/s of one-time pad and gets all of it, over 2 QKD links by way of Powergate.");
    expect(kh_words_advice, &b.s, "");
}

static void a_narrow_link_is_named_with_what_one_more_pair_brings(void **state)
{
    (void)state;
    bristol b;
    start_bristol(&b, KH_SHORTFALL_CAPACITY);
    make_short(&b);
    expect(
        kh_words_demand, &b.s,
        "Bristol - Cambridge CAPE asks 128 kbit/s of one-time pad; the plan gives 1.9 kbit/s (1.5 %), over 2 QKD links by way of "
        "Powergate. The bottleneck is the link Q-POW-CAM (Powergate - Cambridge CAPE, 163.5 km, 37.0 dB): 1.9 kbit/s for 128 "
        "kbit/s "
        "asked across it. One more pair there would bring 1.9 kbit/s.");
}

static void advice_for_a_narrow_link_counts_pairs_and_offers_a_split_and_aes(void **state)
{
    (void)state;
    bristol b;
    start_bristol(&b, KH_SHORTFALL_CAPACITY);
    make_short(&b);
    expect_part(kh_words_advice, &b.s, "takes 67 more pairs on Q-POW-CAM (EUR 6.70 million)."); /* (128.5 - 1.9) / 1.9 = 66.6 */
    expect_part(kh_words_advice, &b.s,
                "A trusted node half way on Q-POW-CAM (two parts of 81.8 km, 18.5 dB) would lift it to about ");
    expect_part(kh_words_advice, &b.s,
                "would renew the keys of 445 AES-256 encryptor pairs every 60 s."); /* 1900 * 60 / 256 = 445.3 */
}

static void a_measured_link_without_a_device_has_no_price_and_no_split(void **state)
{
    (void)state;
    bristol b;
    start_bristol(&b, KH_SHORTFALL_CAPACITY);
    make_short(&b);
    b.s.links[1].device = (kh_device_id){KH_NO_INDEX};
    kh_str text = {0};
    kh_words_advice(&b.s.net, &b.s.rates, &b.s.plan, (kh_demand_id){0}, &text);
    assert_non_null(strstr(kh_str_text(&text), "takes 67 more pairs on Q-POW-CAM. "));
    assert_null(strstr(kh_str_text(&text), "half way"));
    kh_str_clear(&text);
}

static void a_cut_of_two_links_is_added_up(void **state)
{
    (void)state;
    bristol b;
    start_bristol(&b, KH_SHORTFALL_CAPACITY);
    make_short(&b);
    b.s.plan_demands[0].cut =
        (kh_cut){.side = b.ends, .n_side = 1, .links = b.links, .n_links = 2, .capacity_bps = 401900, .requested_bps = 500000};
    expect_part(
        kh_words_demand, &b.s,
        "The bottleneck is the cut of 2 links, Q-BRI-POW (400 kbit/s) and Q-POW-CAM (1.9 kbit/s), around Bristol: 402 kbit/s "
        "together for 500 kbit/s asked across it. One more pair on Q-BRI-POW would bring 400 kbit/s.");
}

static void an_untrusted_node_is_named(void **state)
{
    (void)state;
    bristol b;
    start_bristol(&b, KH_SHORTFALL_UNTRUSTED);
    b.s.nodes[b.middle.i].trusted = false;
    b.s.plan_demands[0].cut = (kh_cut){.side = b.ends, .n_side = 1, .untrusted = &b.middle, .n_untrusted = 1};
    expect(kh_words_demand, &b.s,
           "Bristol - Cambridge CAPE asks 128 kbit/s of one-time pad; the plan gives none: links with key join the two, but only "
           "through "
           "Powergate, which is not a trusted node.");
    expect_part(kh_words_advice, &b.s, "trust in Powergate");
    expect_part(kh_words_advice, &b.s, "EUR 120,000");
    expect_part(kh_words_advice, &b.s, "1.9 kbit/s (1.5 % of what is asked)");
}

static void a_demand_for_pqc_needs_no_key(void **state)
{
    (void)state;
    bristol b;
    start_bristol(&b, KH_SHORTFALL_NOT_NEEDED);
    b.s.demands[0].security = KH_SECURITY_PQC;
    b.s.demands[0].use = KH_USE_AES_256;
    b.s.demands[0].rate_bps = 8.5333;
    b.s.demands[0].encryptors = 1;
    b.s.demands[0].rekey_s = 60;
    expect(
        kh_words_demand, &b.s,
        "Bristol - Cambridge CAPE asks 8.53 bit/s of key for 1 AES-256 encryptor pair that changes keys every 60 s; it comes from "
        "post-quantum key exchange (PQC), so no QKD key is planned for it.");
    expect(kh_words_advice, &b.s, "");
}

/* --- the sea --- */

/* Eemshaven =308 km of sea= Fano, and round by Hamburg over two links without pairs */
static void start_sea(small *s, bool detour)
{
    small_start(s);
    kh_node_id eemshaven = small_node(s, "Eemshaven", false), fano = small_node(s, "Fano", false);
    kh_fibre_id sea = small_fibre(s, "SEA", eemshaven, fano, 308, 53.4);
    s->fibres[sea.i].medium = KH_MEDIUM_SUBSEA;
    (void)small_link(s, "Q-SEA", sea, 1, 0);
    s->qkd[0].limit = KH_LIMIT_DEVICE_LOSS;
    if (detour) {
        kh_node_id hamburg = small_node(s, "Hamburg", true);
        (void)small_link(s, "QH-1", small_fibre(s, "H1", eemshaven, hamburg, 200, 18), 0, 30000);
        (void)small_link(s, "QH-2", small_fibre(s, "H2", hamburg, fano, 180, 20), 0, 20000);
    }
    (void)small_demand(s, eemshaven, fano, 1000, KH_SHORTFALL_NO_PATH);
}

static void a_subsea_span_beyond_reach_is_an_honest_no(void **state)
{
    (void)state;
    small s;
    start_sea(&s, false);
    expect(
        kh_words_demand, &s,
        "Eemshaven - Fano asks 1 kbit/s of one-time pad; the plan gives none, since no chain of QKD links with key joins the two.");
    expect_part(kh_words_advice, &s,
                "the subsea span Eemshaven - Fano (308.0 km, 53.4 dB) carries no key; the best device of the library, snspd, "
                "reaches 45.0 dB. "
                "No trusted node can stand in the sea.");
    expect_part(
        kh_words_advice, &s,
        "No QKD route over the fibres of this topology joins the two. What would serve: PQC; a satellite with a ground station");
}

static void the_detour_over_land_is_found_and_priced(void **state)
{
    (void)state;
    small s;
    start_sea(&s, true);
    expect_part(
        kh_words_advice, &s,
        "What would serve: the detour over Hamburg, 2 hops in all; 2 links stand in the topology without a pair (QH-1 and QH-2). "
        "It "
        "takes 2 QKD pairs (worst hop 20.0 dB), EUR 200,000 of equipment and fit-out at this topology's prices, and brings 20 "
        "kbit/s (all that is asked) if no other demand uses it; the narrowest hop is Hamburg - Fano. Without it, PQC would have to "
        "serve this leg; a satellite with a ground station on each side would be another way.");
}

static void on_land_trusted_nodes_along_the_span_are_offered(void **state)
{
    (void)state;
    small s;
    start_sea(&s, false);
    s.fibres[0].medium = KH_MEDIUM_BURIED;
    expect_part(kh_words_advice, &s, "On land, 1 trusted node along it (2 parts of 154.0 km, 26.7 dB) would give ");
}

/* --- the whole plan --- */

static void the_plan_names_the_tightest_place(void **state)
{
    (void)state;
    bristol b;
    start_bristol(&b, KH_SHORTFALL_CAPACITY);
    make_short(&b);
    b.s.plan.value = b.s.plan.bound = 1900.0 / 128000;
    b.s.plan_links[b.links[1].i].shadow_price = 1.0 / 128000;
    b.s.plan.cost = (kh_plan_cost){.modules_eur = 350000, .trusted_nodes_eur = 80000, .total_eur = 430000, .n_modules = 2};
    kh_str out = {0};
    kh_words_plan(&b.s.net, &b.s.rates, &b.s.plan, &out);
    assert_string_equal(kh_str_text(&out), "0 of 1 demands for QKD key are met in full. Every demand with a route gets at least "
                                           "1.5 % of what it asks, and no plan can do "
                                           "better: the bound proves it. With all requests served the busiest link would carry "
                                           "67.4 times its rate. The tightest place is Q-POW-CAM (Powergate - Cambridge "
                                           "CAPE, 163.5 km, 37.0 dB): one more pair there "
                                           "(1.9 kbit/s) lifts that level from 1.5 % to 3 %, to first order. Cost over 10 years: "
                                           "EUR 430,000 (2 QKD pairs EUR 350,000, "
                                           "trusted nodes EUR 80,000).");
    kh_str_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_have_three_digits_and_the_right_unit),
        cmocka_unit_test(a_met_demand_names_its_route),
        cmocka_unit_test(a_narrow_link_is_named_with_what_one_more_pair_brings),
        cmocka_unit_test(advice_for_a_narrow_link_counts_pairs_and_offers_a_split_and_aes),
        cmocka_unit_test(a_measured_link_without_a_device_has_no_price_and_no_split),
        cmocka_unit_test(a_cut_of_two_links_is_added_up),
        cmocka_unit_test(an_untrusted_node_is_named),
        cmocka_unit_test(a_demand_for_pqc_needs_no_key),
        cmocka_unit_test(a_subsea_span_beyond_reach_is_an_honest_no),
        cmocka_unit_test(the_detour_over_land_is_found_and_priced),
        cmocka_unit_test(on_land_trusted_nodes_along_the_span_are_offered),
        cmocka_unit_test(the_plan_names_the_tightest_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
