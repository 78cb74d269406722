/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/optical/optical_raman.h"

#include "models/fibre/raman_gain.h"
#include "models/optical/optical_fibre.h"
#include "models/optical/optical_matrix.h"

#include <math.h>
#include <string.h>

void kh_optical_raman_fill(const kh_optical_fibre *fibre, const double *freq_hz, size_t n, double *coupling)
{
    size_t stride = kh_optical_matrix_stride(n);
    memset(coupling, 0, n * stride * sizeof *coupling);
    for (size_t i = 0; i < n; i++)
        coupling[i * stride + i] = kh_optical_fibre_area_m2(fibre, freq_hz[i]); /* kept on the diagonal until it is done */
    for (size_t high = 1; high < n; high++)
        for (size_t low = 0; low < high; low++) {
            double area_m2 = (coupling[low * stride + low] + coupling[high * stride + high]) / 2.0;
            double gain = kh_raman_gain_m_per_w(freq_hz[high], freq_hz[low]) / area_m2;
            coupling[high * stride + low] = gain;
            coupling[low * stride + high] = -gain * freq_hz[high] / freq_hz[low];
        }
    for (size_t i = 0; i < n; i++)
        coupling[i * stride + i] = 0.0;
}

void kh_optical_raman_expand(const double *coupling, size_t n, const double *power_w, double *scratch, double *slope,
                             double *growth)
{
    for (size_t i = 0; i < n; i++)
        growth[i] = 1.0;
    for (size_t k = 0; k < KH_OPTICAL_RAMAN_TERMS; k++) {
        for (size_t i = 0; i < n; i++)
            scratch[i] = power_w[i] * growth[k * n + i];
        kh_optical_matrix_weigh(coupling, n, n, scratch, slope + k * n);
        if (k + 1 == KH_OPTICAL_RAMAN_TERMS)
            return;
        for (size_t i = 0; i < n; i++) {
            double sum = 0.0; /* of the product of both series */
            for (size_t m = 0; m <= k; m++)
                sum += growth[m * n + i] * slope[(k - m) * n + i];
            growth[(k + 1) * n + i] = sum / (double)(k + 1);
        }
    }
}

double kh_optical_raman_gain(const double *slope, size_t n, double effective_m)
{
    double exponent = 0.0;
    for (size_t k = KH_OPTICAL_RAMAN_TERMS; k-- > 0;)
        exponent = (exponent + slope[k * n] / (double)(k + 1)) * effective_m;
    return exp(exponent);
}
