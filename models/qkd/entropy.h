/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_ENTROPY_H
#define KH_MODELS_QKD_ENTROPY_H

/** Binary Shannon entropy h(p) = -p log2 p - (1-p) log2 (1-p), in bit.
 *  @param p  probability; arguments <= 0 or >= 1 give 0 @return [0, 1]; NAN for NAN */
double kh_entropy_binary(double p);

/** The same with the error rate of a key in mind: never falling, so an error rate of 1/2 or more gives 1.
 *  @return [0, 1]; NAN for NAN */
double kh_entropy_of_error(double error_rate);

#endif
