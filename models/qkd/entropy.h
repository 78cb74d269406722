/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_ENTROPY_H
#define KH_MODELS_QKD_ENTROPY_H

#include <math.h>

/** Binary Shannon entropy h(p) = -p log2 p - (1-p) log2 (1-p), in bit.
 *  @param p  probability; arguments <= 0 or >= 1 give 0 @return [0, 1]; NAN for NAN */
static inline double kh_entropy_binary(double p)
{
    const double per_ln2 = 1.44269504088896340736;
    if (p <= 0.0 || p >= 1.0)
        return 0.0;
    return -(p * log(p) + (1.0 - p) * log1p(-p)) * per_ln2; /* log1p: exact for small p */
}

/** The same with the error rate of a key in mind: never falling, so an error rate of 1/2 or more gives 1.
 *  @return [0, 1]; NAN for NAN */
static inline double kh_entropy_of_error(double error_rate)
{
    return error_rate >= 0.5 ? 1.0 : kh_entropy_binary(error_rate);
}

#endif
