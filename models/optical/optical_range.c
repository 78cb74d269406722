/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/optical/optical_range.h"

kh_status kh_optical_range_check(const char *name, double value, double low, double high, kh_error *err)
{
    if (value >= low && value <= high)
        return KH_OK;
    return kh_fail(err, KH_ERANGE, "%s is %g, must be in [%g, %g]", name, value, low, high);
}
