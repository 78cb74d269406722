/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/service/classes.h"

#include <math.h>

enum { ALL = 1 << 16, USUAL_CLASSES = 2 };

kh_status kh_classes_init(kh_classes *classes, const kh_class_options *options, kh_error *err)
{
    uint32_t n = options->n == 0 ? USUAL_CLASSES : options->n;
    if (n > KH_MOST_CLASSES)
        return kh_fail(err, KH_ERANGE, "classes is %u, must be in 1 to %d", n, KH_MOST_CLASSES);
    if (!(options->admission_level >= 0 && options->admission_level <= 1))
        return kh_fail(err, KH_ERANGE, "admission_level is %g, must be in [0, 1]", options->admission_level);
    *classes = (kh_classes){.n = n, .limits_admission = options->admission == KH_ADMISSION_LEVEL};
    for (uint32_t rank = 1; rank < n; rank++) {
        double share = (double)rank / (n - 1);
        classes->kept[rank] = (uint32_t)lround(ALL * share);
        classes->admitted[rank] = (uint32_t)lround(ALL * share * options->admission_level);
    }
    return KH_OK;
}

uint32_t kh_classes_of(const kh_classes *classes, double priority)
{
    if (!(priority > 0))
        return 0;
    return (uint32_t)fmin(ceil(priority), classes->n - 1.0);
}
