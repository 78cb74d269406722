/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/solvers/near.h"
#include "tests/tools/study/small.h"
#include "tools/study/words.h"

/* Two lines from Bristol over Powergate to Cambridge, 1.2 Tbit/s in one stretch of light; 600G does not reach. */
typedef struct story {
    small s;
    kh_mode modes[3];
    kh_optical_hop hops[2];
    kh_light_mode light[3];
    kh_light_stretch stretch;
    kh_service_option options[3];
    kh_spectrum_slot slots[4];
    kh_service_section sections[2];
    kh_guard_line lines[2];
    kh_fibre_id bare[1];
    kh_service service;
} story;

static void start(story *t)
{
    *t = (story){.hops = {{{0}, false}, {{1}, false}}, .slots = {{-276, 12}, {-252, 12}, {-228, 12}}};
    small_start(&t->s);
    kh_node_id a = small_node(&t->s, "Bristol", false), b = small_node(&t->s, "Powergate", true);
    kh_node_id c = small_node(&t->s, "Cambridge", false);
    small_fibre(&t->s, "F1", a, b, 60, 14);
    small_fibre(&t->s, "F2", b, c, 163.5, 37);
    t->s.net.modes = t->modes;
    t->modes[0].id = "m400";
    t->modes[1].id = "m200";
    t->modes[2].id = "m600";
    t->s.lines[0] = (kh_line_system){.id = "L1", .ends = {a, b}};
    t->s.lines[1] = (kh_line_system){.id = "L2", .ends = {b, c}};
    t->s.net.n_line_systems = 2;
    small_demand(&t->s, a, c, 25.6, KH_SHORTFALL_NOT_NEEDED);
    t->s.demands[0].use = KH_USE_AES_256;
    t->s.demands[0].security = KH_SECURITY_PQC;
    t->s.demands[0].data_gbps = 1200;
    t->light[0] = (kh_light_mode){
        .mode = {0}, .works = true, .rate_gbps = 400, .margin_db = 1.25, .gsnr_01nm_db = 19.2, .shannon_gbps = 43000};
    t->light[1] = (kh_light_mode){.mode = {1}, .works = true, .rate_gbps = 200, .margin_db = 5.5};
    t->light[2] = (kh_light_mode){.mode = {2}, .rate_gbps = 600, .margin_db = -1.9, .obstacle = "misses its OSNR by 1.9 dB"};
    t->stretch = (kh_light_stretch){.hops = t->hops, .n_hops = 2};
    for (size_t i = 0; i < 3; i++) {
        t->options[i].light = &t->light[i];
        assert_int_equal(kh_client_map_service(1200, t->light[i].rate_gbps, &t->options[i].clients, NULL), KH_OK);
    }
    t->sections[0] = (kh_service_section){&t->stretch, t->options, 3, t->slots, 9600};
    t->lines[0] = (kh_guard_line){{0}, 60, 60, t->bare, 0};
    t->bare[0].i = 1;
    t->lines[1] = (kh_guard_line){{1}, 163.5, 0, t->bare, 1};
    t->service = (kh_service){.state = KH_SERVICE_CARRIED,
                              .sections = t->sections,
                              .n_sections = 1,
                              .length_km = 223.5,
                              .latency_ms = 1.1,
                              .capacity_gbps = 9600,
                              .guard = {.layer = KH_LAYER_PQC, .lines = t->lines, .n_lines = 2}};
}

static void expect(const story *t, const char *part)
{
    kh_str out = {0};
    kh_words_data(&t->s.net, &t->service, (kh_demand_id){0}, &out);
    assert_false(out.failed);
    if (strstr(kh_str_text(&out), part) == NULL)
        fail_msg("'%s' is not in: %s", part, kh_str_text(&out));
    kh_str_clear(&out);
}

static void a_service_is_told_from_way_to_protection(void **state)
{
    (void)state;
    story t;
    start(&t);
    kh_str out = {0};
    kh_words_data(&t.s.net, &t.service, (kh_demand_id){0}, &out);
    assert_string_equal(
        kh_str_text(&out),
        "1.2 Tbit/s of data is asked from Bristol to Cambridge. It goes over L1 and L2 (224 km, 1.1 ms one way), in one stretch of "
        "light: 3 x 400 Gbit/s (m400, GSNR 19.2 dB in 0.1 nm, 1.2 dB to spare) at 191.30000-191.75000 THz. Instead: 6 x 200 "
        "Gbit/s works, 5.5 dB to spare; 2 x 600 Gbit/s misses its OSNR by 1.9 dB. Ports: 3 x 400GBASE-R bonded by FlexE (240 of "
        "240 "
        "calendar slots of 5 Gbit/s), an OTUC4 in each wavelength, 100 % full. The spectrum free before it has room for 9.6 "
        "Tbit/s; "
        "Shannon's limit with all channels lit is 43 Tbit/s. Protection: AES-256 with keys from post-quantum key exchange (PQC), "
        "end "
        "to end whatever the line; it rests on mathematics, not on QKD.");
    kh_str_clear(&out);
}

static void regenerations_and_pieces_of_spectrum_are_named(void **state)
{
    (void)state;
    story t;
    start(&t);
    kh_light_stretch halves[2] = {{.hops = t.hops, .n_hops = 1}, {.hops = t.hops + 1, .n_hops = 1}};
    t.slots[1].n += 24;
    t.slots[2].n += 24;
    t.sections[1] = t.sections[0];
    t.sections[0].stretch = &halves[0];
    t.sections[1].stretch = &halves[1];
    t.service.n_sections = 2;
    t.service.regenerations = 1;
    t.service.upgrades[0] = (kh_service_upgrade){t.sections, 2, 2};
    t.service.n_upgrades = 1;
    expect(&t, " With 1 regeneration (Powergate) 2 wavelengths would do. Ports:");
    expect(&t, ", received and sent again at Powergate: from Bristol 3 x 400 Gbit/s");
    expect(&t, "at 191.30000-191.45000 THz and 191.60000-191.90000 THz; from Powergate 3 x 400");
}

static void what_stands_in_the_way_is_said(void **state)
{
    (void)state;
    story t;
    start(&t);
    t.light[0] = (kh_light_mode){
        .mode = {0}, .rate_gbps = 400, .margin_db = -0.4, .gsnr_01nm_db = 17.6, .obstacle = "misses its OSNR by 0.4 dB"};
    t.service.state = KH_SERVICE_NO_MODE;
    t.sections[0].n_options = 1;
    t.service.capacity_gbps = 0;
    expect(
        &t,
        " It is not carried: the shortest way, over L1 and L2 (224 km, 1.1 ms one way), needs L1, where no mode works. Tried: 3 x "
        "400 Gbit/s misses its OSNR by 0.4 dB (GSNR 17.6 dB in 0.1 nm).");
    t.stretch.obstacle = "span 'F1' loses 53.4 dB";
    expect(&t, "needs L1, where no light gets through: span 'F1' loses 53.4 dB.");
    start(&t);
    t.service.state = KH_SERVICE_NO_SPECTRUM;
    t.service.capacity_gbps = 800;
    t.sections[0].slots = NULL;
    expect(&t, "services before it leave spectrum for 800 Gbit/s: 3 x 400 Gbit/s (m400, GSNR 19.2 dB in 0.1 nm, 1.2 dB to spare).");
    start(&t);
    t.service.state = KH_SERVICE_NO_PATH;
    t.s.net.n_line_systems = 1;
    expect(&t, " No chain of line systems joins the two ends; none ends at Cambridge.");
}

static void protection_tells_where_keys_come_from_and_where_qkd_is_missing(void **state)
{
    (void)state;
    story t;
    start(&t);
    kh_node_id trusted[] = {{1}};
    t.s.demands[0].security = KH_SECURITY_HYBRID;
    t.service.guard.layer = KH_LAYER_HYBRID;
    t.service.guard.asked_bps = 25.6;
    t.service.guard.got_bps = 12.8;
    t.service.guard.trusted = trusted;
    t.service.guard.n_trusted = 1;
    expect(
        &t,
        " Protection: AES-256 with keys from QKD (12.8 bit/s, 50 % of the key asked), relayed hop by hop through 1 trusted node; "
        "and PQC end to end: an attacker must break both. QKD with key stands on 60 of the way's 224 km; without: F2.");
    t.service.guard.got_bps = 0;
    expect(&t, "keys from QKD, but the plan gives it no key; PQC alone protects it, end to end.");
    t.s.demands[0].security = KH_SECURITY_QKD;
    expect(&t, "no key: nothing quantum-safe protects it.");
}

static void no_data_no_words(void **state)
{
    (void)state;
    story t;
    start(&t);
    t.s.demands[0].data_gbps = (double)NAN;
    kh_str out = {0};
    kh_words_data(&t.s.net, &t.service, (kh_demand_id){0}, &out);
    assert_int_equal(out.length, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_service_is_told_from_way_to_protection),
        cmocka_unit_test(regenerations_and_pieces_of_spectrum_are_named),
        cmocka_unit_test(what_stands_in_the_way_is_said),
        cmocka_unit_test(protection_tells_where_keys_come_from_and_where_qkd_is_missing),
        cmocka_unit_test(no_data_no_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
