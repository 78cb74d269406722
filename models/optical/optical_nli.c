/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/optical/optical_nli.h"

#include "core/base/units.h"
#include "models/optical/optical_fibre.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

enum { SLOTS = 64, LANES = 8, BYTES_MAX = 32 << 20 };

/* One kind of fibre: what the matrix and the coefficients depend on, and both. */
typedef struct kind {
    double attenuation_db_km, dispersion_ps_nm_km, slope_ps_nm2_km, effective_area_um2;
    double *matrix;   /* [n][stride], row j = the interferer, so that all rows are read from left to right */
    double *gamma_sq; /* [n] */
} kind;

struct kh_optical_cache {
    kh_arena *arena;
    size_t n, stride, capacity; /* channels bound; row length; room for this many channels in each matrix */
    double *freq_hz, *baud_hz;  /* [n] the comb */
    double *square_w2;          /* [n] scratch */
    kind kinds[SLOTS];
    size_t n_kinds, n_slots, oldest, misses;
};

kh_optical_cache *kh_optical_cache_create(kh_arena *arena)
{
    kh_optical_cache *cache = KH_NEW(arena, kh_optical_cache, 1);
    if (cache != NULL)
        cache->arena = arena;
    return cache;
}

size_t kh_optical_cache_misses(const kh_optical_cache *cache)
{
    return cache->misses;
}

static bool is_bound_to(const kh_optical_cache *cache, const kh_optical_comb *comb)
{
    size_t size = comb->n * sizeof(double);
    return cache->n == comb->n && memcmp(cache->freq_hz, comb->freq_hz, size) == 0 &&
           memcmp(cache->baud_hz, comb->baud_hz, size) == 0;
}

static size_t padded(size_t n)
{
    return (n + LANES - 1) / LANES * LANES;
}

/* A larger comb than any before needs new room; the old stays with the arena. */
static kh_status make_room(kh_optical_cache *cache, size_t n, kh_error *err)
{
    double *arrays = KH_NEW(cache->arena, double, 3 * n);
    if (arrays == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for a comb of %zu channels", n);
    cache->freq_hz = arrays;
    cache->baud_hz = arrays + n;
    cache->square_w2 = arrays + 2 * n;
    memset(cache->kinds, 0, sizeof cache->kinds);
    cache->capacity = n;
    return KH_OK;
}

kh_status kh_optical_cache_bind(kh_optical_cache *cache, const kh_optical_comb *comb, kh_error *err)
{
    if (is_bound_to(cache, comb))
        return KH_OK;
    if (comb->n > cache->capacity)
        KH_TRY(make_room(cache, comb->n, err));
    cache->n = comb->n;
    cache->stride = padded(comb->n);
    memcpy(cache->freq_hz, comb->freq_hz, comb->n * sizeof(double));
    memcpy(cache->baud_hz, comb->baud_hz, comb->n * sizeof(double));
    size_t fit = BYTES_MAX / (cache->capacity * padded(cache->capacity) * sizeof(double));
    cache->n_slots = fit < 1 ? 1 : fit > SLOTS ? SLOTS : fit;
    cache->n_kinds = 0;
    cache->oldest = 0;
    return KH_OK;
}

/* asinh(k (d + R/2)) - asinh(k (d - R/2)) as one logarithm; d >= 0. */
static double asinh_difference(double k, double d_hz, double baud_hz)
{
    double high = k * (d_hz + baud_hz / 2.0), low = k * (d_hz - baud_hz / 2.0);
    return log((high + sqrt(high * high + 1.0)) / (low + sqrt(low * low + 1.0)));
}

/* M_ij without Leff^2, gamma^2 and powers; w is 16/27 for the channel itself and 32/27 for another. */
static double coefficient(const kh_optical_cache *cache, const double *beta2, double decay_m, size_t i, size_t j)
{
    double b = fabs(beta2[i] + beta2[j]) / 2.0;
    double k = KH_PI * KH_PI * decay_m * b * cache->baud_hz[i];
    double weight = i == j ? 16.0 / 27.0 : 32.0 / 27.0;
    double psi = asinh_difference(k, fabs(cache->freq_hz[j] - cache->freq_hz[i]), cache->baud_hz[j]) / (4.0 * KH_PI * b * decay_m);
    return weight * psi / (cache->baud_hz[j] * cache->baud_hz[j]);
}

/* Equal symbol rates make the matrix symmetric: half of the logarithms. */
static void fill_matrix(kh_optical_cache *cache, double *matrix, const double *beta2, double decay_m)
{
    for (size_t j = 0; j < cache->n; j++) {
        for (size_t i = 0; i <= j; i++) {
            double m_ij = coefficient(cache, beta2, decay_m, i, j);
            bool equal = cache->baud_hz[i] == cache->baud_hz[j];
            matrix[j * cache->stride + i] = m_ij;
            matrix[i * cache->stride + j] = equal ? m_ij : coefficient(cache, beta2, decay_m, j, i);
        }
        memset(matrix + j * cache->stride + cache->n, 0, (cache->stride - cache->n) * sizeof(double));
    }
}

static void compute_kind(kh_optical_cache *cache, const kh_optical_fibre *fibre, kind *k)
{
    double *beta2 = k->gamma_sq; /* the room serves twice: curvature first, then what stays */
    for (size_t i = 0; i < cache->n; i++)
        beta2[i] = kh_optical_fibre_beta2_s2_m(fibre, cache->freq_hz[i]);
    fill_matrix(cache, k->matrix, beta2, 1.0 / kh_optical_fibre_alpha_per_m(fibre));
    for (size_t i = 0; i < cache->n; i++) {
        double gamma = kh_optical_fibre_gamma_per_w_m(fibre, cache->freq_hz[i]);
        k->gamma_sq[i] = gamma * gamma;
    }
    k->attenuation_db_km = fibre->attenuation_db_km;
    k->dispersion_ps_nm_km = fibre->dispersion_ps_nm_km;
    k->slope_ps_nm2_km = fibre->slope_ps_nm2_km;
    k->effective_area_um2 = fibre->effective_area_um2;
    cache->misses++;
}

static bool is_of_kind(const kind *k, const kh_optical_fibre *fibre)
{
    return k->attenuation_db_km == fibre->attenuation_db_km && k->dispersion_ps_nm_km == fibre->dispersion_ps_nm_km &&
           k->slope_ps_nm2_km == fibre->slope_ps_nm2_km && k->effective_area_um2 == fibre->effective_area_um2;
}

static kh_status add_kind(kh_optical_cache *cache, const kh_optical_fibre *fibre, const kind **out, kh_error *err)
{
    bool full = cache->n_kinds == cache->n_slots;
    kind *k = &cache->kinds[full ? cache->oldest : cache->n_kinds];
    if (k->matrix == NULL) {
        size_t rows = cache->capacity;
        double *room = KH_NEW(cache->arena, double, rows *padded(rows) + rows);
        if (room == NULL)
            return kh_fail(err, KH_ENOMEM, "out of memory for the interference of %zu channels", rows);
        k->matrix = room;
        k->gamma_sq = room + rows * padded(rows);
    }
    compute_kind(cache, fibre, k);
    if (full)
        cache->oldest = (cache->oldest + 1) % cache->n_slots;
    else
        cache->n_kinds++;
    *out = k;
    return KH_OK;
}

static kh_status find_kind(kh_optical_cache *cache, const kh_optical_fibre *fibre, const kind **out, kh_error *err)
{
    for (size_t i = 0; i < cache->n_kinds; i++)
        if (is_of_kind(&cache->kinds[i], fibre)) {
            *out = &cache->kinds[i];
            return KH_OK;
        }
    return add_kind(cache, fibre, out, err);
}

/* Eight channels at a time, written out so that the sums stay in registers; each row is read once. */
static void sum_lanes(const kh_optical_cache *cache, const double *matrix, size_t first, double sums[LANES])
{
    double s0 = 0.0, s1 = 0.0, s2 = 0.0, s3 = 0.0, s4 = 0.0, s5 = 0.0, s6 = 0.0, s7 = 0.0;
    const double *row = matrix + first;
    for (size_t j = 0; j < cache->n; j++, row += cache->stride) {
        double q = cache->square_w2[j];
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

kh_status kh_optical_nli_compute(kh_optical_cache *cache, const kh_optical_fibre *fibre, const double *power_w, double *nli_w,
                                 kh_error *err)
{
    const kind *k = NULL;
    KH_TRY(find_kind(cache, fibre, &k, err));
    double effective_m = kh_optical_fibre_effective_length_m(fibre);
    for (size_t i = 0; i < cache->n; i++)
        cache->square_w2[i] = power_w[i] * power_w[i];
    for (size_t first = 0; first < cache->n; first += LANES) {
        double sums[LANES];
        sum_lanes(cache, k->matrix, first, sums);
        for (size_t i = first; i < first + LANES && i < cache->n; i++)
            nli_w[i] = k->gamma_sq[i] * effective_m * effective_m * power_w[i] * sums[i - first];
    }
    return KH_OK;
}
