/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every row of tests/ref/qkd_acceptance.csv: closed forms, another author's code, publications; see the column "independent". */
#include "core/text/csv.h"
#include "core/text/json.h"
#include "models/reference/reference.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { N_ROWS = 89 };

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

/* Q of the paper is a difference of numbers close to 1; the wider type keeps enough of it to tell who is right. */
static long double printed_rate(double loss_each_db)
{
    long double eta = 0.145L * powl(10.0L, -(long double)loss_each_db / 10.0L), lambda = 0.05L, y = 6.02e-6L, e_d = 0.015L;
    long double a = 1.0L + eta * lambda, c = 1.0L + 2.0L * eta * lambda - eta * eta * lambda;
    long double gain = 1.0L - 2.0L * (1.0L - y) / (a * a) + (1.0L - y) * (1.0L - y) / (c * c);
    long double wrong = gain / 2.0L - 2.0L * (0.5L - e_d) * eta * eta * lambda * (1.0L + lambda) / (a * a * c);
    long double e = wrong / gain, h = -e * log2l(e) - (1.0L - e) * log2l(1.0L - e);
    return 0.5L * gain * (1.0L - 2.22L * h);
}

static void pair_rates_keep_their_digits_where_the_printed_form_cancels(void **state)
{
    (void)state;
    if (LDBL_MANT_DIG < 64)
        skip();
    const struct {
        double loss_each_db;
        const char *inputs;
    } cases[] = {
        {15.0, "{\"mu_pairs\":0.1,\"loss_each_dB\":15,\"Y0\":6.02e-6,\"ed\":0.015,\"f\":1.22,\"q\":0.5,\"eta_det\":0.145}"},
        {20.0, "{\"mu_pairs\":0.1,\"loss_each_dB\":20,\"Y0\":6.02e-6,\"ed\":0.015,\"f\":1.22,\"q\":0.5,\"eta_det\":0.145}"},
    };
    for (size_t i = 0; i < 2; i++) {
        double expected = (double)printed_rate(cases[i].loss_each_db);
        assert_true(fabs(compute("bbm92_pdc", cases[i].inputs) / expected - 1.0) < 1e-10);
    }
}

static void an_unknown_model_is_said_to_be_unknown(void **state)
{
    (void)state;
    kh_json *inputs = kh_json_object();
    double computed = 7.0;
    bool known = true;
    assert_int_equal(kh_reference_qkd("cow_asymptotic", inputs, &computed, &known, NULL), KH_OK);
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
        cmocka_unit_test(pair_rates_keep_their_digits_where_the_printed_form_cancels),
        cmocka_unit_test(an_unknown_model_is_said_to_be_unknown),
        cmocka_unit_test(missing_and_absurd_inputs_are_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
