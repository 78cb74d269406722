/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rates that change with the weather. Winds over Thuringia: Weibull-like shares with a mean of 3.6 m/s, assumed. */
#include "core/net/load.h"
#include "models/evaluate.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char TEXT[] = "keyhaul: 1\n"
                           "name: wind\n"
                           "include: [topologies/library.yaml]\n"
                           "nodes: [{id: SUNDHAUSEN}, {id: ERFURT}, {id: JENA}]\n"
                           "fibres:\n"
                           "  - {id: S-E, ends: [SUNDHAUSEN, ERFURT], length_km: 70, loss_db: 17, aerial_km: 51}\n"
                           "  - {id: J-E, ends: [JENA, ERFURT], length_km: 69, loss_db: 21}\n"
                           "time_slots:\n"
                           "  - {id: still, share: 0.16, wind_m_s: 1}\n"
                           "  - {id: light, share: 0.24, wind_m_s: 2}\n"
                           "  - {id: mean, share: 0.28, wind_m_s: 3.5}\n"
                           "  - {id: fresh, share: 0.18, wind_m_s: 5}\n"
                           "  - {id: strong, share: 0.10, wind_m_s: 7}\n"
                           "  - {id: gale, share: 0.04, wind_m_s: 10}\n"
                           "qkd_links:\n"
                           "  - {id: aerial, via: [S-E], device: bbm92-c-band, modules: 1}\n"
                           "  - {id: buried, via: [J-E], device: bbm92-c-band, modules: 1}\n";

typedef struct fixture {
    kh_net *net;
    kh_arena *arena;
    kh_rates *rates;
} fixture;

static fixture build(const char *text)
{
    fixture f = {.arena = kh_arena_create(0)};
    kh_findings *findings = kh_findings_create();
    kh_error err = {0};
    assert_true(findings != NULL && f.arena != NULL);
    if (kh_net_load_text("wind.yaml", text, strlen(text), NULL, 0, findings, &f.net, &err) != KH_OK)
        fail_msg("%s", err.message);
    assert_int_equal(kh_evaluate(f.net, f.arena, &f.rates, &err), KH_OK);
    kh_findings_destroy(findings);
    return f;
}

static void destroy(fixture *f)
{
    kh_net_destroy(f->net);
    kh_arena_destroy(f->arena);
}

static void wind_turns_light_in_aerial_fibre_and_leaves_buried_fibre_alone(void **state)
{
    (void)state;
    fixture f = build(TEXT);
    assert_int_equal(f.rates->n_slots, 6);
    const kh_slot_rate *aerial = f.rates->slots, *buried = f.rates->slots + 6;
    double mean_bps = 0.0, mean_qber = 0.0;
    for (size_t i = 0; i < 6; i++) {
        mean_bps += f.net->time_slots[i].share * aerial[i].key_rate_bps;
        mean_qber += f.net->time_slots[i].share * aerial[i].qber;
        assert_true(buried[i].key_rate_bps == buried[0].key_rate_bps && buried[i].qber == buried[0].qber);
        assert_true(i == 0 || (aerial[i].qber > aerial[i - 1].qber && aerial[i].key_rate_bps <= aerial[i - 1].key_rate_bps));
    }
    assert_true(fabs(f.rates->qkd[0].key_rate_bps - mean_bps) < 1e-9 * mean_bps);
    assert_true(fabs(f.rates->qkd[0].qber - mean_qber) < 1e-12);
    destroy(&f);
}

/* Measured in 2026 over 22 days: 12.7 +- 10.3 bit/s at a QBER of 13.3 +- 9.6 %, which no constant error rate could give. */
static void a_mean_error_rate_above_the_limit_goes_with_key(void **state)
{
    (void)state;
    fixture f = build(TEXT);
    const kh_qkd_rate *rate = &f.rates->qkd[0];
    double spread = 0.0;
    for (size_t i = 0; i < 6; i++)
        spread += f.net->time_slots[i].share * pow(f.rates->slots[i].qber - rate->qber, 2.0);
    assert_true(rate->qber > 0.11 && rate->key_rate_bps > 0.0);
    assert_true(fabs(rate->qber - 0.133) < 0.02 && fabs(sqrt(spread) - 0.096) < 0.02);
    assert_true(rate->key_rate_bps > 12.7 / 2.0 && rate->key_rate_bps < 12.7 * 2.0);
    destroy(&f);
}

static void without_time_slots_there_is_no_wind(void **state)
{
    (void)state;
    char text[sizeof TEXT];
    strcpy(text, TEXT);
    char *slots = strstr(text, "time_slots:"), *links = strstr(text, "qkd_links:");
    memmove(slots, links, strlen(links) + 1);
    fixture without = build(text);
    fixture with = build(TEXT);
    assert_true(without.rates->slots == NULL);
    assert_true(without.rates->qkd[1].key_rate_bps == with.rates->qkd[1].key_rate_bps);
    assert_true(without.rates->qkd[0].qber < with.rates->slots[0].qber);
    destroy(&without);
    destroy(&with);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wind_turns_light_in_aerial_fibre_and_leaves_buried_fibre_alone),
        cmocka_unit_test(a_mean_error_rate_above_the_limit_goes_with_key),
        cmocka_unit_test(without_time_slots_there_is_no_wind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
