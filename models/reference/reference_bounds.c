/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/reference/reference_rows.h"

#include "models/qkd/bounds.h"

static kh_status plob(const kh_json *inputs, double *computed, kh_error *err)
{
    double loss_db = 0.0;
    const kh_reference_input wanted[] = {{"loss_dB", 0.0, 1000.0, &loss_db}};
    KH_REFERENCE_READ(inputs, wanted, err);
    *computed = kh_bound_plob(loss_db);
    return KH_OK;
}

static kh_status single_repeater(const kh_json *inputs, double *computed, kh_error *err)
{
    double loss_db = 0.0;
    const kh_reference_input wanted[] = {{"loss_dB", 0.0, 1000.0, &loss_db}};
    KH_REFERENCE_READ(inputs, wanted, err);
    *computed = kh_bound_single_repeater(loss_db);
    return KH_OK;
}

const kh_reference_model kh_reference_bounds[] = {
    {"plob", plob},
    {"single_repeater_bound", single_repeater},
    {NULL, NULL},
};
