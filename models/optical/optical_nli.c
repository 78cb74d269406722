/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/optical/optical_nli.h"

#include "core/base/units.h"
#include "models/optical/optical_fibre.h"
#include "models/optical/optical_kinds.h"
#include "models/optical/optical_matrix.h"

#include <math.h>
#include <string.h>

/* Each kind of fibre holds its matrix, row j = the interferer, and behind it the square of gamma for each channel. */
struct kh_optical_cache {
    kh_optical_kinds kinds;
    double *square_w2; /* [n] scratch */
    size_t n;          /* room in it */
    kh_optical_isrs *isrs;
};

kh_optical_cache *kh_optical_cache_create(kh_arena *arena)
{
    kh_optical_cache *cache = KH_NEW(arena, kh_optical_cache, 1);
    if (cache != NULL)
        cache->kinds.arena = arena;
    return cache;
}

size_t kh_optical_cache_misses(const kh_optical_cache *cache)
{
    return cache->kinds.misses;
}

kh_status kh_optical_cache_bind(kh_optical_cache *cache, const kh_optical_comb *comb, kh_error *err)
{
    if (comb->n > cache->n) { /* the old room stays with the arena */
        double *scratch = KH_NEW(cache->kinds.arena, double, comb->n);
        if (scratch == NULL)
            return kh_fail(err, KH_ENOMEM, "out of memory for a comb of %zu channels", comb->n);
        cache->square_w2 = scratch;
        cache->n = comb->n;
    }
    return kh_optical_kinds_bind(&cache->kinds, comb, comb->n * kh_optical_matrix_stride(comb->n) + comb->n, err);
}

kh_status kh_optical_cache_isrs(kh_optical_cache *cache, const kh_optical_comb *comb, kh_optical_isrs **isrs, kh_error *err)
{
    if (cache->isrs == NULL)
        cache->isrs = kh_optical_isrs_create(cache->kinds.arena);
    if (cache->isrs == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for a comb of %zu channels", comb->n);
    *isrs = cache->isrs;
    return kh_optical_isrs_bind(cache->isrs, comb, err);
}

/* asinh(k (d + R/2)) - asinh(k (d - R/2)) as one logarithm; d >= 0. */
static double asinh_difference(double k, double d_hz, double baud_hz)
{
    double high = k * (d_hz + baud_hz / 2.0), low = k * (d_hz - baud_hz / 2.0);
    return log((high + sqrt(high * high + 1.0)) / (low + sqrt(low * low + 1.0)));
}

/* M_ij without Leff^2, gamma^2 and powers; w is 16/27 for the channel itself and 32/27 for another. */
static double coefficient(const kh_optical_kinds *comb, const double *beta2, double decay_m, size_t i, size_t j)
{
    double b = fabs(beta2[i] + beta2[j]) / 2.0;
    double k = KH_PI * KH_PI * decay_m * b * comb->baud_hz[i];
    double weight = i == j ? 16.0 / 27.0 : 32.0 / 27.0;
    double psi = asinh_difference(k, fabs(comb->freq_hz[j] - comb->freq_hz[i]), comb->baud_hz[j]) / (4.0 * KH_PI * b * decay_m);
    return weight * psi / (comb->baud_hz[j] * comb->baud_hz[j]);
}

/* Equal symbol rates make the matrix symmetric: half of the logarithms. */
static void fill_matrix(const kh_optical_kinds *comb, double *matrix, const double *beta2, double decay_m)
{
    size_t stride = kh_optical_matrix_stride(comb->n);
    for (size_t j = 0; j < comb->n; j++) {
        for (size_t i = 0; i <= j; i++) {
            double m_ij = coefficient(comb, beta2, decay_m, i, j);
            bool equal = comb->baud_hz[i] == comb->baud_hz[j];
            matrix[j * stride + i] = m_ij;
            matrix[i * stride + j] = equal ? m_ij : coefficient(comb, beta2, decay_m, j, i);
        }
        memset(matrix + j * stride + comb->n, 0, (stride - comb->n) * sizeof(double));
    }
}

static void fill_kind(const kh_optical_kinds *comb, const kh_optical_fibre *fibre, double *matrix, double *gamma_sq)
{
    double *beta2 = gamma_sq; /* the room serves twice: curvature first, then what stays */
    for (size_t i = 0; i < comb->n; i++)
        beta2[i] = kh_optical_fibre_beta2_s2_m(fibre, comb->freq_hz[i]);
    fill_matrix(comb, matrix, beta2, 1.0 / kh_optical_fibre_alpha_per_m(fibre));
    for (size_t i = 0; i < comb->n; i++) {
        double gamma = kh_optical_fibre_gamma_per_w_m(fibre, comb->freq_hz[i]);
        gamma_sq[i] = gamma * gamma;
    }
}

kh_status kh_optical_nli_compute(kh_optical_cache *cache, const kh_optical_fibre *fibre, const double *power_w, double *nli_w,
                                 kh_error *err)
{
    size_t n = cache->kinds.n;
    double *matrix = NULL;
    bool fresh = false;
    KH_TRY(kh_optical_kinds_find(&cache->kinds, fibre, &matrix, &fresh, err));
    double *gamma_sq = matrix + n * kh_optical_matrix_stride(n);
    if (fresh)
        fill_kind(&cache->kinds, fibre, matrix, gamma_sq);
    double effective_m = kh_optical_fibre_effective_length_m(fibre);
    for (size_t i = 0; i < n; i++)
        cache->square_w2[i] = power_w[i] * power_w[i];
    kh_optical_matrix_weigh(matrix, n, n, cache->square_w2, nli_w);
    for (size_t i = 0; i < n; i++)
        nli_w[i] = gamma_sq[i] * effective_m * effective_m * power_w[i] * nli_w[i];
    return KH_OK;
}
