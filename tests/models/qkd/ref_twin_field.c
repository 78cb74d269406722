/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of models/qkd/TWIN_FIELD.md: twin-field experiments with the best parameters, as in tests/ref/twin_field.yaml. */
#include "models/qkd/qkd.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const kh_qkd_system zhou2023 = {
    .detector = {.efficiency = 0.6, .dark_per_gate = 8e-9, .misalignment = 0.0352, .detectors = 2.0},
    .clock_hz = 5e8,
    .ec_efficiency = 1.1,
    .block_bits = 1e6,
    .eps_sec = 1e-10,
    .eps_cor = 1e-15,
    .phase_noise_rad = 0.05,
};

static const kh_qkd_system pittaluga2021 = {
    .detector = {.efficiency = 0.73, .dark_per_gate = 2.8e-8, .misalignment = 0.0317, .detectors = 2.0},
    .clock_hz = 5e8,
    .ec_efficiency = 1.0,
    .block_bits = 1e7,
    .eps_sec = 1e-10,
    .eps_cor = 1e-15,
};

static const struct {
    const char *name;
    const kh_qkd_system *receiver;
    const kh_qkd_protocol *protocol;
    double loss_a_db, loss_b_db, rate_bps;
} rows[] = {
    {"zhou-404", &zhou2023, &kh_qkd_tf_sns_asymptotic, 38.42, 38.47, 521.0},
    {"zhou-404-finite", &zhou2023, &kh_qkd_tf_sns, 38.42, 38.47, 130.8},
    {"zhou-518", &zhou2023, &kh_qkd_tf_sns_asymptotic, 47.07, 46.95, 57.3},
    {"zhou-518-finite", &zhou2023, &kh_qkd_tf_sns, 47.07, 46.95, 8.92},
    {"zhou-616", &zhou2023, &kh_qkd_tf_sns_asymptotic, 55.13, 55.14, 0.0},
    {"pittaluga-369", &pittaluga2021, &kh_qkd_tf_cal_asymptotic, 34.216, 34.334, 2130.0},
    {"pittaluga-369-finite", &pittaluga2021, &kh_qkd_tf_cal, 34.216, 34.334, 648.4},
};

static void the_table_says_what_comes_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        kh_qkd_system system = *rows[i].receiver;
        system.loss_a_db = rows[i].loss_a_db;
        system.loss_b_db = rows[i].loss_b_db;
        kh_qkd_key key;
        assert_int_equal(kh_qkd_compute(rows[i].protocol, &system, &key, NULL), KH_OK);
        printf("%-22s %8.2f bit/s\n", rows[i].name, key.rate_bps);
        assert_true(fabs(key.rate_bps - rows[i].rate_bps) <= 0.005 * rows[i].rate_bps);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_table_says_what_comes_out)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
