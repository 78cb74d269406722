/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_NUM_BESSEL_H
#define KH_MODELS_NUM_BESSEL_H

/** I_0(x) - 1, the modified Bessel function of order 0 without its 1, exact to rounding also where x is tiny.
 *  @param x  [0, 20] */
double kh_bessel_i0_minus_one(double x);

#endif
