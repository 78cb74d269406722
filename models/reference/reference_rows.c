/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/reference/reference_rows.h"

#include <string.h>

static kh_status read_input(const kh_json *inputs, const kh_reference_input *wanted, kh_error *err)
{
    double value = kh_json_as_number(kh_json_get(inputs, wanted->name));
    if (!(value >= wanted->low && value <= wanted->high)) /* NAN when missing */
        return kh_fail(err, KH_ERANGE, "%s is %g, must be in [%g, %g]", wanted->name, value, wanted->low, wanted->high);
    *wanted->value = value;
    return KH_OK;
}

kh_status kh_reference_read(const kh_json *inputs, const kh_reference_input *wanted, size_t n, kh_error *err)
{
    for (size_t i = 0; i < n; i++)
        KH_TRY(read_input(inputs, &wanted[i], err));
    return KH_OK;
}

kh_status kh_reference_read_array(const kh_json *inputs, const char *name, double *values, size_t n, kh_error *err)
{
    const kh_json *array = kh_json_get(inputs, name);
    for (size_t k = 0; k < n; k++) {
        double value = kh_json_as_number(kh_json_at(array, k));
        if (!(value >= 0.0 && value <= 10.0))
            return kh_fail(err, KH_ERANGE, "%s[%zu] is %g, must be in [0, 10]", name, k, value);
        values[k] = value;
    }
    return KH_OK;
}

kh_status kh_reference_check_convention(const kh_json *inputs, const char *name, const char *ours, kh_error *err)
{
    const char *text = kh_json_as_text(kh_json_get(inputs, name));
    if (text != NULL && strcmp(text, ours) != 0)
        return kh_fail(err, KH_ERANGE, "%s is '%s', only '%s' is known", name, text, ours);
    return KH_OK;
}
