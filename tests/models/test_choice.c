/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/load.h"
#include "models/choice.h"
#include "models/qkd/qkd.h"
#include "models/qkd_link.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char TEXT[] =
    "keyhaul: 1\n"
    "name: choice\n"
    "include: [topologies/library.yaml]\n"
    "nodes: [{id: A}, {id: M}, {id: B}]\n"
    "fibres:\n"
    "  - {id: A-M, ends: [A, M], length_km: 100, loss_db: 18}\n"
    "  - {id: M-B, ends: [M, B], length_km: 100, loss_db: 18}\n"
    "devices:\n"
    "  - {id: station, protocol: mdi, clock_hz: 1e11, detector_efficiency: 0.9, dark_count_hz: 1, gate_ns: 0.01}\n"
    "qkd_links:\n"
    "  - {id: short, via: [A-M], protocol: best}\n"
    "  - {id: long, via: [A-M, M-B], protocol: best}\n"
    "  - {id: far, via: [A-M], protocol: best, extra_loss_db: 100}\n";

static kh_net *load(void)
{
    kh_findings *findings = kh_findings_create();
    kh_net *net = NULL;
    kh_error err = {0};
    assert_non_null(findings);
    if (kh_net_load_text("choice.yaml", TEXT, sizeof TEXT - 1, NULL, 0, findings, &net, &err) != KH_OK)
        fail_msg("%s", err.message);
    kh_findings_destroy(findings);
    return net;
}

static kh_qkd_rate rate_of(const kh_net *net, uint32_t link)
{
    kh_qkd_rate rate;
    kh_error err = {0};
    assert_int_equal(kh_qkd_link_rate(net, (kh_qkd_link_id){link}, &rate, &err), KH_OK);
    return rate;
}

static void the_best_device_is_chosen_for_each_link(void **state)
{
    (void)state;
    kh_net *net = load();
    kh_error err = {0};
    assert_int_equal(kh_choice_make(net, &err), KH_OK);
    for (uint32_t i = 0; i < 2; i++) {
        double chosen_bps = rate_of(net, i).per_module_bps;
        assert_true(net->qkd_links[i].is_chosen && chosen_bps > 0.0);
        for (uint32_t d = 0; d < net->n_devices; d++) {
            kh_qkd_link *link = &net->qkd_links[i], kept = *link;
            bool fits = !kh_protocol_has_station(net->devices[d].protocol) || link->n_via > 1;
            link->device = (kh_device_id){d};
            link->protocol = net->devices[d].protocol;
            link->charlie_at = kh_net_station(net, link);
            if (fits && kh_qkd_protocol_of(link->protocol)->is_finite)
                assert_true(rate_of(net, i).per_module_bps <= chosen_bps);
            *link = kept;
        }
    }
    /* the fast station wins where a node for it stands on the way, and only there */
    assert_int_not_equal(net->qkd_links[0].protocol, KH_PROTOCOL_MDI);
    assert_int_equal(net->qkd_links[1].protocol, KH_PROTOCOL_MDI);
    assert_string_equal(net->nodes[net->qkd_links[1].charlie_at.i].id, "M");
    kh_net_destroy(net);
}

static void where_nothing_gives_key_the_device_of_the_largest_reach_stands_for_all(void **state)
{
    (void)state;
    kh_net *net = load();
    kh_error err = {0};
    assert_int_equal(kh_choice_make(net, &err), KH_OK);
    assert_true(net->qkd_links[2].is_chosen && rate_of(net, 2).per_module_bps == 0.0);
    assert_true(net->qkd_links[2].device.i < net->n_devices);
    kh_net_destroy(net);
}

static double device_bps(const kh_net *net, uint32_t device, double loss_db)
{
    kh_qkd_key key;
    kh_error err = {0};
    if (kh_qkd_device_rate(&net->devices[device], loss_db, &key, &err) != KH_OK)
        fail_msg("%s at %g dB: %s", net->devices[device].id, loss_db, err.message);
    return key.rate_bps;
}

static void no_device_is_above_the_envelope(void **state)
{
    (void)state;
    kh_net *net = load();
    kh_arena *arena = kh_arena_create(0);
    kh_choice_envelope envelope;
    kh_error err = {0};
    assert_non_null(arena);
    if (kh_choice_envelope_find(net, arena, &envelope, &err) != KH_OK)
        fail_msg("%s%s", err.steps, err.message);
    assert_true(envelope.n >= 1 && envelope.pieces[0].from_db == 0.0);
    for (size_t i = 0; i < envelope.n; i++) {
        const kh_choice_piece *piece = &envelope.pieces[i];
        assert_true(i == 0 || piece->from_db == envelope.pieces[i - 1].to_db);
        double middle_db = 0.5 * (piece->from_db + piece->to_db), best_bps = device_bps(net, piece->device.i, middle_db);
        bool finite = kh_qkd_protocol_of(net->devices[piece->device.i].protocol)->is_finite;
        for (uint32_t d = 0; d < net->n_devices; d++)
            if (kh_qkd_protocol_of(net->devices[d].protocol)->is_finite == finite && !kh_device_is_for_space(&net->devices[d]))
                assert_true(device_bps(net, d, middle_db) <= best_bps * (1.0 + 1e-6));
        /* at a crossover both give the same, to what 1e-3 dB can change, unless the first one ends there */
        if (i > 0)
            assert_true(envelope.pieces[i - 1].to_bps <= 1.01 * piece->from_bps || !finite);
    }
    kh_arena_destroy(arena);
    kh_net_destroy(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_device_is_chosen_for_each_link),
        cmocka_unit_test(where_nothing_gives_key_the_device_of_the_largest_reach_stands_for_all),
        cmocka_unit_test(no_device_is_above_the_envelope),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
