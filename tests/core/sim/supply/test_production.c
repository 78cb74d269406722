/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/supply/calibration.h"
#include "core/sim/supply/passes.h"
#include "core/sim/supply/production.h"
#include "core/sim/supply/switches.h"
#include "tests/core/sim/supply/rig.h"

#include "tests/core/sim/cmocka_all.h"

enum { MOST = 4096, DAY_S = 86400 };

/* When key came on which link. */
typedef struct arrivals {
    rig r;
    double t_s[MOST], made_bits[MOST];
    uint32_t link[MOST];
    size_t n;
} arrivals;

static void note_key(void *self, uint32_t link, kh_link_news news)
{
    arrivals *a = self;
    if (news != KH_LINK_KEY || a->n == MOST)
        return;
    a->t_s[a->n] = kh_s_from_ns(kh_kernel_now(&a->r.kernel));
    a->link[a->n] = link;
    a->made_bits[a->n++] = (double)a->r.links.states[link].store.generated;
}

static void start(arrivals *a, handmade h)
{
    a->n = 0;
    rig_start(&a->r, h);
    rig_check(&a->r, kh_links_listen(&a->r.links, note_key, a, &a->r.err));
}

/* The rates that a planner would have: means over all time. */
static void blocks_while_on(handmade *h, uint32_t link, double key_bits, double block_s)
{
    double on_share = kh_net_on_share(&h->net, (kh_qkd_link_id){link});
    handmade_blocks(h, &h->net.qkd_links[link], key_bits, block_s / on_share);
}

static void a_link_that_calibrates_makes_key_in_the_rest_of_the_time(void **state)
{
    (void)state;
    static arrivals a;
    handmade h = rig_pool(0, 0);
    kh_device device = {.id = "d", .calibration_every_h = 100 / 3600.0, .calibration_min = 25 / 60.0};
    h.net.devices = &device;
    h.net.n_devices = 1;
    assert_true(fabs(kh_net_on_share(&h.net, (kh_qkd_link_id){0}) - 0.75) < 1e-12);
    blocks_while_on(&h, 0, 1000, 10);
    start(&a, h);
    kh_calibration calibration;
    rig_check(&a.r, kh_calibration_init(&calibration, &a.r.links, 3, h.arena, &a.r.err));
    rig_play(&a.r, kh_ns_from_s(10000));
    assert_true(a.n >= 747 && a.n <= 751);
    double longest_s = 0;
    for (size_t i = 1; i < a.n; i++) {
        double gap_s = a.t_s[i] - a.t_s[i - 1];
        assert_true(fabs(gap_s - 10) < 1e-6 || fabs(gap_s - 35) < 1e-6); /* with or without a calibration in it */
        longest_s = fmax(longest_s, gap_s);
    }
    assert_true(longest_s > 30);
    assert_true(fabs(a.made_bits[a.n - 1] - 1000.0 * (double)a.n) <= 1); /* whole bits */
    rig_end(&a.r);
}

static void links_at_a_switch_fill_their_blocks_in_their_turns(void **state)
{
    (void)state;
    static arrivals a;
    handmade h = handmade_create(3, 2, 1);
    (void)handmade_link(&h, 0, 1, 0);
    (void)handmade_link(&h, 0, 2, 0);
    kh_qkd_link_id links[] = {{0}, {1}};
    kh_optical_switch at = {.id = "s", .links = links, .n_links = 2, .dwell_s = 30, .changeover_s = 10};
    h.net.optical_switches = &at;
    h.net.n_optical_switches = 1;
    blocks_while_on(&h, 0, 1000, 19);
    blocks_while_on(&h, 1, 2000, 25);
    start(&a, h);
    kh_switches switches;
    rig_check(&a.r, kh_switches_init(&switches, &a.r.links, h.arena, &a.r.err));
    rig_play(&a.r, kh_ns_from_s(200));
    /* turns: 0 [0, 30) [80, 110) [160, 190); 1 [40, 70) [120, 150) */
    static const double t_s[] = {19, 65, 88, 107, 140, 176};
    static const uint32_t link[] = {0, 1, 0, 0, 1, 0};
    assert_int_equal(a.n, 6);
    for (size_t i = 0; i < a.n; i++)
        assert_true(a.link[i] == link[i] && fabs(a.t_s[i] - t_s[i]) < 1e-6);
    rig_end(&a.r);
}

static void double_the_rate(void *self, uint32_t subject)
{
    (void)subject;
    kh_production_scale(&((arrivals *)self)->r.links, 0, 2);
}

static void a_block_across_a_change_has_of_each_rate_its_share_by_time(void **state)
{
    (void)state;
    static arrivals a;
    handmade h = rig_pool(1000, 10);
    kh_slot_rate slots[] = {{100, NOT_GIVEN}, {200, NOT_GIVEN}};
    kh_time_slot times[] = {{.id = "a", .share = 0.5, .mean_spell_h = 1}, {.id = "b", .share = 0.5, .mean_spell_h = 1}};
    h.rates.slots = slots;
    h.rates.n_slots = h.net.n_time_slots = 2;
    h.net.time_slots = times;
    start(&a, h);
    kh_production_scale(&a.r.links, 0, 1);
    rig_push(&a.r, kh_ns_from_s(14), rig_handle(&a.r, "double", double_the_rate, &a));
    rig_play(&a.r, kh_ns_from_s(31));
    assert_int_equal(a.n, 3);
    assert_true(fabs(a.made_bits[0] - 1000) <= 1);
    assert_true(fabs(a.made_bits[1] - (1000 + 400 + 6 * 200)) <= 1);
    assert_true(fabs(a.made_bits[2] - (2600 + 2000)) <= 1);
    rig_end(&a.r);
}

/* Two links of one station with passes that alternate, two a day each. */
static handmade station_with_passes(kh_pass *first, kh_pass *second, size_t n, double clear_share, double per_block)
{
    handmade h = handmade_create(3, 2, 1);
    for (uint32_t i = 0; i < 2; i++) {
        kh_qkd_link *link = handmade_link(&h, 0, i + 1, 1);
        kh_pass *passes = i == 0 ? first : second;
        link->n_via = 0;
        link->passes_per_block = per_block;
        link->key_store.capacity_keys = 1e9;
        h.net.nodes[i + 1].kind = KH_NODE_SATELLITE;
        for (uint32_t k = 0; k < n; k++)
            passes[k] = (kh_pass){.end_s = DAY_S * (k / 2 + 0.25 + 0.25 * (k % 2) + 0.1 * i),
                                  .key_bits = 1000 + k,
                                  .clear_share = clear_share,
                                  .day = k / 2};
        h.rates.qkd[i].passes = passes;
        h.rates.qkd[i].n_passes = n;
    }
    return h;
}

static void passes_of_a_year_come_again_each_year(void **state)
{
    (void)state;
    enum { N = 2 * 365 };
    static arrivals a;
    static kh_pass first[N], second[N];
    handmade h = station_with_passes(first, second, N, 1, 1);
    h.net.qkd_links[0].modules = 3;
    start(&a, h);
    kh_passes passes;
    rig_check(&a.r, kh_passes_init(&passes, &a.r.links, 1, h.arena, &a.r.err));
    rig_play(&a.r, kh_ns_from_s(2.0 * 365 * DAY_S));
    assert_int_equal(a.n, 4 * N);
    for (size_t i = 0; i < a.n; i++) {
        size_t k = i % (2 * N) / 2;
        assert_true(a.link[i] == i % 2);
        assert_true(fabs(a.t_s[i] - (i % 2 == 0 ? first : second)[k].end_s - (i < 2 * N ? 0 : 365.0 * DAY_S)) < 1e-3);
    }
    double year_bits = 1000.0 * N + N * (N - 1) / 2;
    assert_true(a.r.links.states[0].store.generated == 3 * 2 * year_bits && a.r.links.states[1].store.generated == 2 * year_bits);
    rig_end(&a.r);
}

static void all_passes_of_a_day_share_its_sky(void **state)
{
    (void)state;
    enum { N = 2 * 365 };
    static arrivals a;
    static kh_pass first[N], second[N];
    handmade h = station_with_passes(first, second, N, 0.4, 1);
    start(&a, h);
    kh_passes passes;
    rig_check(&a.r, kh_passes_init(&passes, &a.r.links, 1, h.arena, &a.r.err));
    rig_play(&a.r, kh_ns_from_s(365.0 * DAY_S));
    int on_day[365] = {0}, clear = 0;
    for (size_t i = 0; i < a.n; i++)
        on_day[(int)(a.t_s[i] / DAY_S)]++;
    for (int day = 0; day < 365; day++) {
        assert_true(on_day[day] == 0 || on_day[day] == 4);
        clear += on_day[day] == 4;
    }
    assert_true(abs(clear - 146) < 28); /* three standard deviations */
    rig_end(&a.r);
}

static void pooled_passes_give_their_key_with_the_last(void **state)
{
    (void)state;
    enum { N = 8 };
    static arrivals a;
    static kh_pass first[N], second[N];
    start(&a, station_with_passes(first, second, N, 1, 3));
    kh_passes passes;
    rig_check(&a.r, kh_passes_init(&passes, &a.r.links, 1, a.r.h.arena, &a.r.err));
    rig_play(&a.r, kh_ns_from_s(4.0 * DAY_S));
    assert_int_equal(a.n, 4);
    assert_true(fabs(a.t_s[0] - first[2].end_s) < 1e-6 && a.made_bits[0] == 3003);
    assert_true(fabs(a.t_s[2] - first[5].end_s) < 1e-6 && a.made_bits[2] == 3003 + 3012);
    rig_end(&a.r);
}

static void a_full_store_lets_passes_go_by(void **state)
{
    (void)state;
    enum { N = 8 };
    static arrivals a;
    static kh_pass first[N], second[N];
    handmade h = station_with_passes(first, second, N, 1, 1);
    h.net.qkd_links[0].key_store.capacity_keys = h.net.qkd_links[0].key_store.refill_below_keys = 5;
    start(&a, h);
    kh_passes passes;
    rig_check(&a.r, kh_passes_init(&passes, &a.r.links, 1, a.r.h.arena, &a.r.err));
    rig_play(&a.r, kh_ns_from_s(4.0 * DAY_S));
    assert_int_equal(a.r.links.states[0].store.generated, 1000 + 1001);
    assert_int_equal(a.r.links.states[0].store.level, 5 * KH_KEY_BITS);
    rig_end(&a.r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_that_calibrates_makes_key_in_the_rest_of_the_time),
        cmocka_unit_test(links_at_a_switch_fill_their_blocks_in_their_turns),
        cmocka_unit_test(a_block_across_a_change_has_of_each_rate_its_share_by_time),
        cmocka_unit_test(passes_of_a_year_come_again_each_year),
        cmocka_unit_test(all_passes_of_a_day_share_its_sky),
        cmocka_unit_test(pooled_passes_give_their_key_with_the_last),
        cmocka_unit_test(a_full_store_lets_passes_go_by),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
