/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time of one link, cold and warm (search of the best parameters, decoy BB84 with finite blocks) and what it is in evaluations of
 * the formula. The ratio is the number to keep an eye on: it does not depend on the machine. */
#include "models/fibre/fibre.h"
#include "models/qkd/lim2014.h"
#include "models/qkd/qkd.h"
#include "tests/models/typical.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

enum { N_LOSSES = 25, N_ROUNDS = 40, N_EVALUATIONS = 200000 };

static double now_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return 1e6 * (double)t.tv_sec + 1e-3 * (double)t.tv_nsec;
}

/* all losses from 0 to 60 dB, those without key included; warm: each search starts at the key of the loss before */
static double time_links(bool warm, double *sum_bps)
{
    double start_us = now_us();
    for (int round = 0; round < N_ROUNDS; round++) {
        kh_qkd_key before = {0};
        for (int i = 0; i < N_LOSSES; i++) {
            kh_qkd_system system = typical;
            system.loss_b_db = 2.5 * i;
            system.near = warm ? &before : NULL;
            kh_qkd_key key = {0};
            if (kh_qkd_compute(&kh_qkd_bb84_finite, &system, &key, NULL) == KH_OK)
                *sum_bps += key.rate_bps;
            before = key;
        }
    }
    return (now_us() - start_us) / (N_ROUNDS * N_LOSSES);
}

static double time_evaluation(double *sum_bits)
{
    kh_lim2014_setting setting = {.detector = typical.detector,
                                  .transmittance = kh_fibre_transmittance(20.0),
                                  .ec_efficiency = typical.ec_efficiency,
                                  .eps_sec = typical.eps_sec,
                                  .eps_cor = typical.eps_cor,
                                  .errors = KH_LIM2014_ERRORS_LEAST};
    double start_us = now_us();
    for (int i = 0; i < N_EVALUATIONS; i++) {
        kh_lim2014_choice choice = {.mu = {0.46 + 1e-9 * i, 0.21, 2e-4}, .p = {0.55, 0.31, 0.14}, .p_x = 0.88};
        *sum_bits += kh_lim2014_key(&setting, &choice, typical.block_bits).key_bits;
    }
    return (now_us() - start_us) / N_EVALUATIONS;
}

int main(void)
{
    double check = 0.0;
    double evaluation_us = time_evaluation(&check), cold_us = time_links(false, &check), warm_us = time_links(true, &check);
    printf("evaluation_us %.3f\nlink_cold_us %.1f\nlink_warm_us %.1f\n", evaluation_us, cold_us, warm_us);
    printf("cold_in_evaluations %.0f\nwarm_in_evaluations %.0f\ncheck %.6g\n", cold_us / evaluation_us, warm_us / evaluation_us,
           check);
    return 0;
}
