/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Combs, amplifiers and what is installed, as they stand after loading. */
#include "core/base/str.h"
#include "core/net/load.h"
#include "core/net/save.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char text[] =
    "keyhaul: 1\n"
    "nodes:\n  - {id: A}\n  - {id: B}\n"
    "fibres:\n  - {id: F1, ends: [A, B], length_km: 50, loss_db: 11}\n  - {id: F2, ends: [A, B], length_km: 60, loss_db: 13}\n"
    "amplifiers:\n"
    "  - {id: both, kind: dual-stage, preamp: first, booster: second}\n"
    "  - {id: first, noise_figure_db: -1, gain_max_db: 12}\n"
    "  - {id: second, kind: variable-gain, nf_min_db: 6, nf_max_db: 10, gain_min_db: 15, gain_max_db: 26}\n"
    "  - {id: usual, kind: openroadm-ila, osnr_mask: {c0: 27.99}}\n"
    "modes:\n"
    "  - {id: m, baud_gbd: 32, rate_gbps: 100, required_osnr_db: 12, min_spacing_ghz: 50, penalties: {cd: [[4000, 0], [48000, "
    "0.5]], "
    "pdl: [[1, 0.5]]}}\n"
    "line_systems:\n"
    "  - {id: L1, via: [F1]}\n"
    "  - {id: L2, via: [F2]}\n"
    "combs:\n"
    "  - {id: C1, line: L2, first_thz: 193, spacing_ghz: 100, count: 10}\n"
    "  - {id: C2, line: L1, first_thz: 192}\n"
    "  - {id: C3, line: L2, first_thz: 191.4, spacing_ghz: 75, count: 4, mode: m}\n"
    "installed_amplifiers:\n"
    "  - {id: I1, line: L2, fibre: F2, type: second}\n"
    "  - {id: I2, line: L1, fibre: F1, type: second, direction: backward, side: before, gain_db: 20}\n"
    "installed_losses:\n  - {id: P, line: L1, fibre: F1, loss_db: 1}\n"
    "installed_roadms:\n  - {id: R, line: L2, node: B, target_mw_per_ghz: 3e-4}\n";

static kh_net *load(const char *source, size_t length, const kh_edit *edits, size_t n)
{
    kh_findings *findings = kh_findings_create();
    kh_str found = {0};
    kh_net *net = NULL;
    kh_error err = {0};
    kh_status status = kh_net_load_text("lines.yaml", source, length, edits, n, findings, &net, &err);
    kh_findings_text(findings, false, &found);
    if (status != KH_OK)
        fail_msg("%s\n%s", err.message, kh_str_text(&found));
    kh_str_clear(&found);
    kh_findings_destroy(findings);
    return net;
}

static void every_line_knows_its_combs(void **state)
{
    (void)state;
    kh_net *net = load(text, strlen(text), NULL, 0);
    assert_int_equal(net->line_systems[0].n_combs, 1);
    assert_int_equal(net->line_systems[1].n_combs, 2);
    assert_string_equal(net->line_systems[1].combs[1]->id, "C3");
    assert_true(kh_line_first_thz(&net->line_systems[1]) == 191.4 && fabs(kh_line_last_thz(&net->line_systems[1]) - 193.9) < 1e-12);
    assert_true(net->line_systems[0].combs[0]->channels == 1 && isnan(net->line_systems[0].combs[0]->baud_gbd));
    assert_int_equal(net->combs[0].mode.i, KH_NO_INDEX);
    assert_int_equal(net->combs[2].mode.i, 0);
    kh_net_destroy(net);
}

static void an_amplifier_covers_a_line_when_it_takes_all_combs(void **state)
{
    (void)state;
    kh_net *net = load(text, strlen(text), NULL, 0);
    kh_amplifier narrow = net->amplifiers[1];
    narrow.lowest_thz = 191.5;
    assert_true(kh_amplifier_covers(&net->amplifiers[1], &net->line_systems[1]));
    assert_false(kh_amplifier_covers(&narrow, &net->line_systems[1]));
    kh_net_destroy(net);
}

static void gain_that_is_not_given_follows(void **state)
{
    (void)state;
    kh_net *net = load(text, strlen(text), NULL, 0);
    assert_true(net->amplifiers[0].gain_max_db == 38 && net->amplifiers[3].gain_max_db == 30);
    assert_true(net->amplifiers[3].osnr_mask.c0 == 27.99 && isnan(net->amplifiers[3].osnr_mask.c1));
    kh_net_destroy(net);
}

static void a_removed_line_takes_along_what_belongs_to_it(void **state)
{
    (void)state;
    const kh_edit remove = {.path = "line_systems.L1", .kind = KH_EDIT_REMOVE};
    kh_net *net = load(text, strlen(text), &remove, 1);
    assert_int_equal(net->n_combs, 2);
    assert_int_equal(net->line_systems[0].n_combs, 2);
    assert_int_equal(net->n_installed_amplifiers, 1);
    assert_string_equal(net->installed_amplifiers[0].id, "I1");
    assert_int_equal(net->installed_amplifiers[0].line.i, 0);
    assert_int_equal(net->n_installed_losses, 0);
    assert_int_equal(net->n_installed_roadms, 1);
    kh_net_destroy(net);
}

static void tables_can_be_changed_and_are_written_again(void **state)
{
    (void)state;
    const kh_edit set = {.path = "modes.m.penalties.pdl", .kind = KH_EDIT_SET, .text = "[[1, 0.25], [2, 1]]"};
    kh_net *net = load(text, strlen(text), &set, 1);
    kh_str saved = {0};
    assert_int_equal(kh_net_save(net, NULL, &saved, NULL), KH_OK);
    kh_net *again = load(kh_str_text(&saved), saved.length, NULL, 0);
    const kh_points *pdl = &again->modes[0].pdl_penalty, *cd = &again->modes[0].cd_penalty;
    assert_true(pdl->n == 2 && pdl->xy[0] == 1 && pdl->xy[1] == 0.25 && pdl->xy[2] == 2 && pdl->xy[3] == 1);
    assert_true(cd->n == 2 && cd->xy[2] == 48000 && again->modes[0].pmd_penalty.n == 0);
    assert_int_equal(again->installed_amplifiers[1].direction, KH_DIRECTION_BACKWARD);
    assert_int_equal(again->installed_amplifiers[1].side, KH_SIDE_BEFORE);
    assert_true(again->installed_roadms[0].target_mw_per_ghz == 3e-4 && isnan(again->installed_roadms[0].target_dbm));
    kh_str_clear(&saved);
    kh_net_destroy(net);
    kh_net_destroy(again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_knows_its_combs),
        cmocka_unit_test(an_amplifier_covers_a_line_when_it_takes_all_combs),
        cmocka_unit_test(gain_that_is_not_given_follows),
        cmocka_unit_test(a_removed_line_takes_along_what_belongs_to_it),
        cmocka_unit_test(tables_can_be_changed_and_are_written_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
