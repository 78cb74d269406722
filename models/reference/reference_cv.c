/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/reference/reference_rows.h"

#include "models/fibre/fibre.h"
#include "models/qkd/cv_block.h"

#include <math.h>
#include <string.h>

static kh_status read_reception(const kh_json *inputs, bool *heterodyne, kh_error *err)
{
    const char *text = kh_json_as_text(kh_json_get(inputs, "det"));
    bool known = text != NULL && (strncmp(text, "hom", 3) == 0 || strncmp(text, "het", 3) == 0);
    if (!known)
        return kh_fail(err, KH_ERANGE, "det is '%s', must be hom or het", text == NULL ? "" : text);
    *heterodyne = text[2] == 't';
    return KH_OK;
}

/* the limit of endless modulation, by a variance large enough for seven digits */
static kh_status cv_limit(const kh_json *inputs, double *computed, kh_error *err)
{
    kh_cv_receiver receiver = {.efficiency = 1.0};
    double transmittance = 0.0;
    const kh_reference_input wanted[] = {{"T", 1e-9, 1.0 - 1e-9, &transmittance},
                                         {"beta", 1e-9, 1.0, &receiver.reconciliation},
                                         {"xi", 0.0, 0.0, &receiver.excess_noise}};
    KH_REFERENCE_READ(inputs, wanted, err);
    KH_TRY(read_reception(inputs, &receiver.heterodyne, err));
    *computed = kh_cv_rate(&receiver, transmittance, 1e8);
    return KH_OK;
}

static kh_status read_cv(const kh_json *inputs, kh_cv_receiver *receiver, double *transmittance, double *variance, kh_error *err)
{
    double loss_db = 0.0;
    const kh_reference_input wanted[] = {{"loss_dB", 0.0, 1000.0, &loss_db},
                                         {"VA", 1e-9, 1e9, variance},
                                         {"xi_in", 0.0, 10.0, &receiver->excess_noise},
                                         {"eta", 1e-9, 1.0, &receiver->efficiency},
                                         {"vel", 0.0, 100.0, &receiver->electronic_noise},
                                         {"beta", 1e-9, 1.0, &receiver->reconciliation}};
    KH_REFERENCE_READ(inputs, wanted, err);
    *transmittance = kh_fibre_transmittance(loss_db);
    return read_reception(inputs, &receiver->heterodyne, err);
}

static kh_status cv_endless(const kh_json *inputs, double *computed, kh_error *err)
{
    kh_cv_receiver receiver;
    double transmittance, variance = 0.0;
    KH_TRY(read_cv(inputs, &receiver, &transmittance, &variance, err));
    *computed = kh_cv_rate(&receiver, transmittance, variance);
    return KH_OK;
}

typedef struct row {
    kh_cv_receiver receiver;
    kh_cv_block block;
    double transmittance, variance;
} row;

static kh_status read_row(const kh_json *inputs, row *read, kh_error *err)
{
    *read = (row){0};
    KH_TRY(read_cv(inputs, &read->receiver, &read->transmittance, &read->variance, err));
    const kh_reference_input wanted[] = {{"N", 1.0, 1e30, &read->block.symbols},
                                         {"n_over_N", 1e-9, 1.0 - 1e-9, &read->block.key_share},
                                         {"eps", 1e-100, 1.0 - 1e-9, &read->block.eps}};
    KH_REFERENCE_READ(inputs, wanted, err);
    return KH_OK;
}

static kh_status cv_finite(const kh_json *inputs, double *computed, kh_error *err)
{
    row r;
    KH_TRY(read_row(inputs, &r, err));
    *computed = kh_cv_rate_of_block(&r.receiver, r.transmittance, r.variance, &r.block);
    return KH_OK;
}

static kh_status cv_composable(const kh_json *inputs, double *computed, kh_error *err)
{
    row r;
    KH_TRY(read_row(inputs, &r, err));
    const kh_reference_input wanted[] = {{"eps_cor", 1e-100, 1.0 - 1e-9, &r.block.eps_cor},
                                         {"digits", 1.0, 16.0, &r.receiver.digits}};
    KH_REFERENCE_READ(inputs, wanted, err);
    *computed = kh_cv_rate_composable(&r.receiver, r.transmittance, r.variance, &r.block);
    return KH_OK;
}

const kh_reference_model kh_reference_cv[] = {
    {"cv_gmcs_limit", cv_limit},
    {"cv_gmcs_trusted", cv_endless},
    {"cv_gmcs_finite_lgg2010", cv_finite},
    {"cv_gmcs_composable", cv_composable},
    {NULL, NULL},
};
