/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_REFERENCE_REFERENCE_ROWS_H
#define KH_MODELS_REFERENCE_REFERENCE_ROWS_H

#include "core/base/status.h"
#include "core/text/json.h"
#include "models/qkd/lim2014.h"

#include <stddef.h>

/** What the rows of reference tables share: reading the inputs of a row, and one table of models per family. */

/** One number that a model reads. */
typedef struct kh_reference_input {
    const char *name;
    double low, high; /**< both ends allowed */
    double *value;
} kh_reference_input;

/** @return KH_ERANGE for the first input that is missing or out of range */
kh_status kh_reference_read(const kh_json *inputs, const kh_reference_input *wanted, size_t n, kh_error *err);
#define KH_REFERENCE_READ(inputs, wanted, err)                                                                                     \
    KH_TRY(kh_reference_read((inputs), (wanted), sizeof(wanted) / sizeof((wanted)[0]), (err)))

/** Reads @p n numbers in [0, 10] from the array @p name. */
kh_status kh_reference_read_array(const kh_json *inputs, const char *name, double *values, size_t n, kh_error *err);

/** Reads the choice of BB84 with two decoys: pX, mu[3], p[3]. */
kh_status kh_reference_read_choice(const kh_json *inputs, kh_lim2014_choice *choice, kh_error *err);

/** A table names its conventions: another one than @p ours must not pass in silence. */
kh_status kh_reference_check_convention(const kh_json *inputs, const char *name, const char *ours, kh_error *err);

/** One model of a table: its name in the column `model`, and how a row of it is computed. */
typedef struct kh_reference_model {
    const char *name;
    kh_status (*compute)(const kh_json *inputs, double *computed, kh_error *err);
} kh_reference_model;

/** The families; each ends with a name of NULL. */
extern const kh_reference_model kh_reference_bounds[], kh_reference_bb84[], kh_reference_bbm92[], kh_reference_cv[],
    kh_reference_relayed[], kh_reference_space[], kh_reference_raman[];

#endif
