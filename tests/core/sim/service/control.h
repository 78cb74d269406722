/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TESTS_CORE_SIM_SERVICE_CONTROL_H
#define KH_TESTS_CORE_SIM_SERVICE_CONTROL_H

#include "core/sim/stats/estimate.h"

#include "tests/core/sim/cmocka_all.h"

#include <math.h>

/* Estimates over replications, made narrower by a control variate: what a run was offered by chance is known beside its mean, and
 * the values are corrected for it by linear regression. */
enum { CONTROL_RUNS = 30 };

typedef struct control_sample {
    double values[CONTROL_RUNS], controls[CONTROL_RUNS];
} control_sample;

static inline kh_estimate control_estimate(const control_sample *s, double mean_of_control)
{
    double value = kh_estimate_of(s->values, CONTROL_RUNS).mean, control = kh_estimate_of(s->controls, CONTROL_RUNS).mean;
    double together = 0, alone = 0, corrected[CONTROL_RUNS];
    for (int i = 0; i < CONTROL_RUNS; i++) {
        together += (s->values[i] - value) * (s->controls[i] - control);
        alone += (s->controls[i] - control) * (s->controls[i] - control);
    }
    for (int i = 0; i < CONTROL_RUNS; i++)
        corrected[i] = s->values[i] - together / alone * (s->controls[i] - mean_of_control);
    return kh_estimate_of(corrected, CONTROL_RUNS);
}

/* The truth must lie within twice the 95 % half-width (about four standard errors), and that must be narrow. */
static inline void control_assert(kh_estimate estimate, double truth, double widest)
{
    print_message("%.5f +- %.5f, the formula gives %.5f\n", estimate.mean, estimate.half_width_95, truth);
    if (!(fabs(estimate.mean - truth) <= 2 * estimate.half_width_95 && estimate.half_width_95 <= widest))
        fail_msg("%.5f +- %.5f, the formula gives %.5f", estimate.mean, estimate.half_width_95, truth);
}

#endif
