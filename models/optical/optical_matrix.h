/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_OPTICAL_OPTICAL_MATRIX_H
#define KH_MODELS_OPTICAL_OPTICAL_MATRIX_H

#include <stddef.h>

/** What one channel does to another: rows of kh_optical_matrix_stride(n), the row is the channel that acts, the column the one
 * acted upon; behind the last column stand zeros. Inside the optical model only. */

/** Room of a row of @p n columns. */
size_t kh_optical_matrix_stride(size_t n);

/** out[i] = sum over the rows j of matrix[j][i] weights[j].
 *  @param weights   [n_rows]
 *  @param[out] out  [n] */
void kh_optical_matrix_weigh(const double *matrix, size_t n, size_t n_rows, const double *weights, double *out);

#endif
