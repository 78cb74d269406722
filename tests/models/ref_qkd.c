/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every row of tests/ref/qkd_acceptance.csv: closed forms, another author's code, publications; see the column "independent". */
#include "core/text/csv.h"
#include "core/text/json.h"
#include "models/reference.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { N_ROWS = 28 };

static char text[1 << 16];

static kh_csv read_table(kh_arena *arena)
{
    FILE *file = fopen("tests/ref/qkd_acceptance.csv", "rb");
    assert_non_null(file);
    size_t length = fread(text, 1, sizeof text, file);
    assert_int_equal(fclose(file), 0);
    assert_in_range(length, 1, sizeof text - 1);
    kh_csv table;
    assert_int_equal(kh_csv_read(text, length, arena, &table, NULL), KH_OK);
    return table;
}

static double compute(const char *model, const char *inputs)
{
    kh_json *json = NULL;
    kh_error err = {0};
    assert_int_equal(kh_json_read(inputs, strlen(inputs), &json, &err), KH_OK);
    double computed = NAN;
    bool known = false;
    if (kh_reference_qkd(model, json, &computed, &known, &err) != KH_OK)
        fail_msg("%s%s", err.steps, err.message);
    kh_json_destroy(json);
    assert_true(known);
    return computed;
}

static void every_row_is_within_its_tolerance(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    assert_non_null(arena);
    kh_csv table = read_table(arena);
    assert_int_equal(table.n_rows, N_ROWS);
    for (size_t row = 0; row < table.n_rows; row++) {
        const char *id = kh_csv_cell(&table, row, kh_csv_column(&table, "id"));
        assert_string_equal(kh_csv_cell(&table, row, kh_csv_column(&table, "check")), "equal");
        double expected = strtod(kh_csv_cell(&table, row, kh_csv_column(&table, "expected")), NULL);
        double tolerance = strtod(kh_csv_cell(&table, row, kh_csv_column(&table, "tol_rel")), NULL);
        double computed = compute(kh_csv_cell(&table, row, kh_csv_column(&table, "model")),
                                  kh_csv_cell(&table, row, kh_csv_column(&table, "inputs_json")));
        double error = fabs(computed / expected - 1.0);
        if (!(error <= tolerance))
            fail_msg("%s: expected %.16g, computed %.16g, error %.2e, tolerance %.0e", id, expected, computed, error, tolerance);
        print_message("%-18s %24.16g  error %.1e of %.0e\n", id, computed, error, tolerance);
    }
    kh_arena_destroy(arena);
}

static void an_unknown_model_is_said_to_be_unknown(void **state)
{
    (void)state;
    kh_json *inputs = kh_json_object();
    double computed = 7.0;
    bool known = true;
    assert_int_equal(kh_reference_qkd("cv_gmcs_trusted", inputs, &computed, &known, NULL), KH_OK);
    assert_false(known);
    assert_true(computed == 7.0);
    kh_json_destroy(inputs);
}

static void expect_refused(const char *model, const char *inputs, const char *word)
{
    kh_json *json = NULL;
    assert_int_equal(kh_json_read(inputs, strlen(inputs), &json, NULL), KH_OK);
    kh_error err = {0};
    double computed = 7.0;
    bool known = false;
    assert_int_equal(kh_reference_qkd(model, json, &computed, &known, &err), KH_ERANGE);
    assert_non_null(strstr(err.message, word));
    assert_true(computed == 7.0);
    kh_json_destroy(json);
}

static void missing_and_absurd_inputs_are_refused_by_name(void **state)
{
    (void)state;
    expect_refused("plob", "{}", "loss_dB");
    expect_refused("plob", "{\"loss_dB\": -1}", "loss_dB");
    expect_refused("bbm92_counts", "{\"coinc_per_s\": 9, \"qber\": 0.7, \"f\": 1, \"q\": 0.5}", "qber is 0.7");
    expect_refused("ma2005_mu_opt", "{\"ed\": 0.4, \"f\": 1.22}", "no change of sign");
    expect_refused("lim2014_key_length",
                   "{\"eta\":0.05,\"N\":1e9,\"Y0\":1.7e-6,\"ed\":0.033,\"pX\":0.8,\"f\":1.22,\"eps_sec\":1e-10,\"eps_cor\":1e-15,"
                   "\"mu\":[0.2,0.18,0.1],\"p\":[0.3,0.45,0.25]}",
                   "mu1 > mu2 + mu3");
    expect_refused("lim2014_key_length",
                   "{\"eta\":0.05,\"N\":1e9,\"Y0\":1.7e-6,\"ed\":0.033,\"pX\":0.8,\"f\":1.22,\"eps_sec\":1e-10,\"eps_cor\":1e-15,"
                   "\"mu\":[0.4,0.18,0.0],\"p\":[0.3,0.45,0.25],\"leak\":\"log M\"}",
                   "log M");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_within_its_tolerance),
        cmocka_unit_test(an_unknown_model_is_said_to_be_unknown),
        cmocka_unit_test(missing_and_absurd_inputs_are_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
