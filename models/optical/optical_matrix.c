/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/optical/optical_matrix.h"

#include <string.h>

enum { ROWS = 4, COLUMNS = 4, PADDING = 8 };

size_t kh_optical_matrix_stride(size_t n)
{
    return (n + PADDING - 1) / PADDING * PADDING;
}

/* Four rows at a time, each read from left to right, so that a sum is fetched once for four terms; four columns written out, which
 * compilers turn into vectors. The order of the terms in each sum is that of the rows. */
static void add_rows(const double *row, size_t stride, size_t n, const double *q, double *out)
{
    const double *r0 = row, *r1 = r0 + stride, *r2 = r1 + stride, *r3 = r2 + stride;
    size_t i = 0;
    for (; i + COLUMNS <= n; i += COLUMNS) {
        double s0 = out[i], s1 = out[i + 1], s2 = out[i + 2], s3 = out[i + 3];
        s0 += r0[i] * q[0], s1 += r0[i + 1] * q[0], s2 += r0[i + 2] * q[0], s3 += r0[i + 3] * q[0];
        s0 += r1[i] * q[1], s1 += r1[i + 1] * q[1], s2 += r1[i + 2] * q[1], s3 += r1[i + 3] * q[1];
        s0 += r2[i] * q[2], s1 += r2[i + 1] * q[2], s2 += r2[i + 2] * q[2], s3 += r2[i + 3] * q[2];
        s0 += r3[i] * q[3], s1 += r3[i + 1] * q[3], s2 += r3[i + 2] * q[3], s3 += r3[i + 3] * q[3];
        out[i] = s0, out[i + 1] = s1, out[i + 2] = s2, out[i + 3] = s3;
    }
    for (; i < n; i++)
        out[i] = out[i] + r0[i] * q[0] + r1[i] * q[1] + r2[i] * q[2] + r3[i] * q[3];
}

void kh_optical_matrix_weigh(const double *matrix, size_t n, size_t n_rows, const double *weights, double *out)
{
    size_t stride = kh_optical_matrix_stride(n), j = 0;
    memset(out, 0, n * sizeof *out);
    for (; j + ROWS <= n_rows; j += ROWS)
        add_rows(matrix + j * stride, stride, n, weights + j, out);
    for (; j < n_rows; j++)
        for (size_t i = 0; i < n; i++)
            out[i] += matrix[j * stride + i] * weights[j];
}
