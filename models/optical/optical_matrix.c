/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/optical/optical_matrix.h"

#include <string.h>

enum { LANES = 8 };

size_t kh_optical_matrix_stride(size_t n)
{
    return (n + LANES - 1) / LANES * LANES;
}

/* Eight channels at a time, written out so that the sums stay in registers; each row is read once. */
static void sum_lanes(const double *row, size_t stride, size_t n_rows, const double *weights, double sums[LANES])
{
    double s0 = 0.0, s1 = 0.0, s2 = 0.0, s3 = 0.0, s4 = 0.0, s5 = 0.0, s6 = 0.0, s7 = 0.0;
    for (size_t j = 0; j < n_rows; j++, row += stride) {
        double q = weights[j];
        s0 += row[0] * q;
        s1 += row[1] * q;
        s2 += row[2] * q;
        s3 += row[3] * q;
        s4 += row[4] * q;
        s5 += row[5] * q;
        s6 += row[6] * q;
        s7 += row[7] * q;
    }
    const double all[LANES] = {s0, s1, s2, s3, s4, s5, s6, s7};
    memcpy(sums, all, sizeof all);
}

void kh_optical_matrix_weigh(const double *matrix, size_t n, size_t n_rows, const double *weights, double *out)
{
    size_t stride = kh_optical_matrix_stride(n);
    for (size_t first = 0; first < n; first += LANES) {
        double sums[LANES];
        sum_lanes(matrix + first, stride, n_rows, weights, sums);
        memcpy(out + first, sums, (n - first < LANES ? n - first : LANES) * sizeof *out);
    }
}
