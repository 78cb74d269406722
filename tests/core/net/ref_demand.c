/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The key rate that encryptors ask for, against the table of line rates and rekey policies in data/key_demand.csv. */
#include "core/net/load.h"
#include "core/text/csv.h"
#include "core/text/file.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const double ROUNDING = 0.51e-4; /* the table has four decimals */

/* The rekey keys of a policy such as "1 key/4 s", "60 s", "64 GiB per key", "4 TB per key". */
static void write_policy(const char *policy, kh_str *out)
{
    double number = strtod(policy, NULL);
    const char *slash = strchr(policy, '/');
    if (slash != NULL)
        kh_str_printf(out, "rekey_s: %g", strtod(slash + 1, NULL) > 0 ? strtod(slash + 1, NULL) : 1.0);
    else if (strstr(policy, "GiB") != NULL)
        kh_str_printf(out, "rekey_gib: %.17g", number);
    else if (strstr(policy, "TB") != NULL)
        kh_str_printf(out, "rekey_gib: %.17g", number * 1e12 / 0x1p30);
    else
        kh_str_printf(out, "rekey_s: %g", number);
}

static double load_rate(const kh_str *text)
{
    kh_findings *findings = kh_findings_create();
    kh_net *net = NULL;
    assert_int_equal(kh_net_load_text("d.yaml", text->data, text->length, NULL, 0, findings, &net, NULL), KH_OK);
    double rate_bps = net->demands[0].rate_bps;
    kh_net_destroy(net);
    kh_findings_destroy(findings);
    return rate_bps;
}

static double rate_of(const char *line_rate, const char *policy, int directions)
{
    double data_gbps = strtod(line_rate, NULL) * (strchr(line_rate, 'T') != NULL ? 1000 : 1);
    kh_str text = {0};
    kh_str_append(&text, "keyhaul: 1\nnodes: [{id: A, at: [52, 5]}, {id: B, at: [53, 5]}]\ndemands:\n"
                         "  - {id: D, between: [A, B], use: aes-256, ");
    write_policy(policy, &text);
    kh_str_printf(&text, ", data_gbps: %g, directions: %d}\n", data_gbps, directions);
    double rate_bps = load_rate(&text);
    kh_str_clear(&text);
    return rate_bps;
}

static void encryptors_ask_what_the_table_says(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    char *text = NULL;
    size_t length = 0;
    kh_csv csv = {0};
    assert_int_equal(kh_file_read("tests/core/net/data/key_demand.csv", 1 << 20, arena, &text, &length, NULL), KH_OK);
    assert_int_equal(kh_csv_read(text, length, arena, &csv, NULL), KH_OK);
    size_t rate = kh_csv_column(&csv, "line_rate"), policy = kh_csv_column(&csv, "policy");
    size_t one = kh_csv_column(&csv, "bit_s_one_direction"), two = kh_csv_column(&csv, "bit_s_two_directions");
    assert_int_equal(csv.n_rows, 40);
    for (size_t i = 0; i < csv.n_rows; i++) {
        const char *line_rate = kh_csv_cell(&csv, i, rate), *rekey = kh_csv_cell(&csv, i, policy);
        double expected_one = strtod(kh_csv_cell(&csv, i, one), NULL), expected_two = strtod(kh_csv_cell(&csv, i, two), NULL);
        double found_one = rate_of(line_rate, rekey, 1), found_two = rate_of(line_rate, rekey, 2);
        if (fabs(found_one - expected_one) > ROUNDING || fabs(found_two - expected_two) > ROUNDING)
            fail_msg("%s, %s: %.6f and %.6f bit/s, the table says %.4f and %.4f", line_rate, rekey, found_one, found_two,
                     expected_one, expected_two);
    }
    kh_arena_destroy(arena);
}

static double rate_with(const char *keys)
{
    kh_str text = {0};
    kh_str_printf(&text,
                  "keyhaul: 1\nnodes: [{id: A, at: [52, 5]}, {id: B, at: [53, 5]}]\ndemands:\n"
                  "  - {id: D, between: [A, B], use: aes-256, %s}\n",
                  keys);
    double rate_bps = load_rate(&text);
    kh_str_clear(&text);
    return rate_bps;
}

static void the_shorter_period_counts(void **state)
{
    (void)state;
    double volume_bps = 512 / (64 * 0x1p30 * 8 / 1.2e12);
    assert_true(fabs(rate_with("rekey_gib: 64, data_gbps: 1200, rekey_s: 60") - volume_bps) < 1e-9 * volume_bps);
    assert_true(fabs(rate_with("rekey_gib: 64, data_gbps: 1, rekey_s: 60") - 512 / 60.0) < 1e-9);
}

static void encryptors_share_the_traffic(void **state)
{
    (void)state;
    double alone_bps = rate_with("rekey_gib: 64, data_gbps: 1200");
    assert_true(fabs(rate_with("rekey_gib: 64, data_gbps: 1200, encryptors: 12") - alone_bps) < 1e-9 * alone_bps);
    assert_true(fabs(rate_with("rekey_s: 60, encryptors: 12") - 12 * 512 / 60.0) < 1e-9);
}

static void a_given_rate_goes_before_the_rule(void **state)
{
    (void)state;
    assert_true(rate_with("rekey_s: 60, rate_bps: 77") == 77.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encryptors_ask_what_the_table_says),
        cmocka_unit_test(the_shorter_period_counts),
        cmocka_unit_test(encryptors_share_the_traffic),
        cmocka_unit_test(a_given_rate_goes_before_the_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
