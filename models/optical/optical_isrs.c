/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/optical/optical_isrs.h"

#include "core/base/units.h"
#include "models/optical/optical_fibre.h"
#include "models/optical/optical_kernel.h"
#include "models/optical/optical_kinds.h"
#include "models/optical/optical_matrix.h"
#include "models/optical/optical_raman.h"

#include <math.h>
#include <string.h>

enum { TERMS = KH_OPTICAL_RAMAN_TERMS };

static const double limit_db = 7.5; /* where the series of the gain is within 0.03 dB still */

struct kh_optical_isrs {
    kh_optical_kinds kinds;
    size_t n;                                  /* room in the scratch */
    double *slope, *growth, *weight, *scratch; /* [TERMS][n] three times, [n] */
};

/* What one kind of fibre holds. */
typedef struct tables {
    double *kernel;   /* [TERMS][n][stride] */
    double *coupling; /* [n][stride] */
    double *gamma_sq; /* [n] */
    double *turns;    /* [n] of kh_optical_kernel_self_share() */
    double *alpha;    /* [n], and behind it their mean */
} tables;

kh_optical_isrs *kh_optical_isrs_create(kh_arena *arena)
{
    kh_optical_isrs *isrs = KH_NEW(arena, kh_optical_isrs, 1);
    if (isrs != NULL)
        isrs->kinds.arena = arena;
    return isrs;
}

double kh_optical_isrs_limit_db(void)
{
    return limit_db;
}

kh_status kh_optical_isrs_bind(kh_optical_isrs *isrs, const kh_optical_comb *comb, kh_error *err)
{
    size_t n = comb->n;
    if (n > isrs->n) { /* the old room stays with the arena */
        double *room = KH_NEW(isrs->kinds.arena, double, (3 * TERMS + 1) * n);
        if (room == NULL)
            return kh_fail(err, KH_ENOMEM, "out of memory for a comb of %zu channels", n);
        isrs->slope = room;
        isrs->growth = room + (size_t)TERMS * n;
        isrs->weight = isrs->growth + (size_t)TERMS * n;
        isrs->scratch = isrs->weight + (size_t)TERMS * n;
        isrs->n = n;
    }
    return kh_optical_kinds_bind(&isrs->kinds, comb, (TERMS + 1) * n * kh_optical_matrix_stride(n) + 3 * n + 1, err);
}

/* K_m(i, k) w / R_k^2 */
static double coefficient(const kh_optical_kinds *comb, const double *beta2, double decay_per_m, size_t i, size_t k)
{
    double baud_hz = comb->baud_hz[k], b = fabs(beta2[i] + beta2[k]) / 2.0;
    if (i == k)
        return 16.0 / 27.0 * kh_optical_kernel_self(b, baud_hz, decay_per_m) / (baud_hz * baud_hz);
    double distance_hz = fabs(comb->freq_hz[k] - comb->freq_hz[i]);
    return 32.0 / 27.0 * kh_optical_kernel_cross(b, distance_hz, comb->baud_hz[i], baud_hz, decay_per_m) / (baud_hz * baud_hz);
}

/* Equal symbol rates and attenuations make it symmetric. */
static void fill_kernel(const kh_optical_kinds *comb, const double *beta2, const double *alpha, double more_per_m, double *kernel)
{
    size_t n = comb->n, stride = kh_optical_matrix_stride(n);
    for (size_t k = 0; k < n; k++) {
        for (size_t i = 0; i <= k; i++) {
            bool equal = comb->baud_hz[i] == comb->baud_hz[k] && alpha[i] == alpha[k];
            double c_ik = coefficient(comb, beta2, alpha[k] + more_per_m, i, k);
            kernel[k * stride + i] = c_ik;
            kernel[i * stride + k] = equal ? c_ik : coefficient(comb, beta2, alpha[i] + more_per_m, k, i);
        }
        memset(kernel + k * stride + n, 0, (stride - n) * sizeof *kernel);
    }
}

static void fill_tables(const kh_optical_kinds *comb, const kh_optical_fibre *fibre, const tables *t)
{
    size_t n = comb->n, rows = n * kh_optical_matrix_stride(n);
    double *beta2 = t->gamma_sq, *mean = &t->alpha[n]; /* the first serves twice */
    *mean = 0.0;
    for (size_t i = 0; i < n; i++) {
        beta2[i] = kh_optical_fibre_beta2_s2_m(fibre, comb->freq_hz[i]);
        t->alpha[i] = kh_optical_fibre_alpha_at_per_m(fibre, comb->freq_hz[i]);
        *mean += t->alpha[i] / (double)n;
    }
    for (size_t m = 0; m < TERMS; m++)
        fill_kernel(comb, beta2, t->alpha, (double)m * *mean, t->kernel + m * rows);
    kh_optical_raman_fill(fibre, comb->freq_hz, n, t->coupling);
    for (size_t i = 0; i < n; i++) {
        t->turns[i] = KH_PI * KH_PI * fabs(beta2[i]) * comb->baud_hz[i] * comb->baud_hz[i] / t->alpha[i];
        double gamma = kh_optical_fibre_gamma_per_w_m(fibre, comb->freq_hz[i]);
        t->gamma_sq[i] = gamma * gamma;
    }
}

static kh_status find_tables(kh_optical_isrs *isrs, const kh_optical_fibre *fibre, tables *t, kh_error *err)
{
    size_t n = isrs->kinds.n, rows = n * kh_optical_matrix_stride(n);
    double *room = NULL;
    bool fresh = false;
    KH_TRY(kh_optical_kinds_find(&isrs->kinds, fibre, &room, &fresh, err));
    *t = (tables){.kernel = room,
                  .coupling = room + TERMS * rows,
                  .gamma_sq = room + (TERMS + 1) * rows,
                  .turns = room + (TERMS + 1) * rows + n,
                  .alpha = room + (TERMS + 1) * rows + 2 * n};
    if (fresh)
        fill_tables(&isrs->kinds, fibre, t);
    return KH_OK;
}

/* Powers of x = (1 - u) / alpha into powers of u = exp(-alpha z); growth[m] stands @p n apart. */
static void expand_exponentials(const double *growth, size_t n, size_t terms, double alpha, double c[TERMS])
{
    static const double binomial[TERMS][TERMS] = {{1, 0, 0, 0}, {1, -1, 0, 0}, {1, -2, 1, 0}, {1, -3, 3, -1}};
    double scale = 1.0;
    for (size_t m = 0; m < TERMS; m++)
        c[m] = 0.0;
    for (size_t k = 0; k < terms; k++, scale /= alpha)
        for (size_t m = 0; m <= k; m++)
            c[m] += binomial[k][m] * scale * growth[k * n];
}

/* Effective lengths of exp(-(2 a + s abar) z). */
static void find_lengths(double alpha, double mean, double length_m, double out[2 * TERMS - 1])
{
    for (size_t s = 0; s < 2 * TERMS - 1; s++) {
        double decay = 2.0 * alpha + (double)s * mean;
        out[s] = -expm1(-decay * length_m) / decay;
    }
}

/* W_km P_k^2 for all channels and exponentials. */
static void weigh_exponentials(const kh_optical_isrs *isrs, const kh_optical_span *span, const tables *t, size_t terms)
{
    size_t n = isrs->kinds.n;
    double mean = t->alpha[n], length_m = span->fibre->length_km * 1e3, lengths[2 * TERMS - 1];
    for (size_t k = 0; k < n; k++) {
        double c[TERMS], square_w2 = span->power_w[k] * span->power_w[k];
        if (k == 0 || t->alpha[k] != t->alpha[k - 1])
            find_lengths(t->alpha[k], mean, length_m, lengths);
        expand_exponentials(isrs->growth + k, n, terms, mean, c);
        for (size_t m = 0; m < terms; m++) {
            double sum = 0.0;
            for (size_t l = 0; l < terms; l++)
                sum += c[l] * lengths[m + l];
            isrs->weight[m * n + k] = 2.0 * c[m] * sum * square_w2;
        }
    }
}

static bool is_near(double a, double b)
{
    return fabs(a - b) <= 0.01 * fabs(b);
}

/* Takes back what a channel does to itself only in an endless fibre; channels that are nearly alike share one answer. */
static void shorten_own(const kh_optical_isrs *isrs, const kh_optical_span *span, const tables *t, size_t terms)
{
    size_t n = isrs->kinds.n, stride = kh_optical_matrix_stride(n);
    double turns = 0.0, loss_neper = 0.0, share = 1.0;
    for (size_t i = 0; i < n; i++) {
        double own = 0.0, here_neper = t->alpha[i] * span->fibre->length_km * 1e3;
        for (size_t m = 0; m < terms; m++)
            own += t->kernel[(m * n + i) * stride + i] * isrs->weight[m * n + i];
        if (!is_near(t->turns[i], turns) || !is_near(here_neper, loss_neper)) {
            turns = t->turns[i];
            loss_neper = here_neper;
            share = kh_optical_kernel_self_share(turns, loss_neper);
        }
        span->nli_w[i] -= (1.0 - share) * own;
    }
}

/* The kernels stand one behind the other and so do the weights: one long product. */
static void interfere(const kh_optical_isrs *isrs, const kh_optical_span *span, const tables *t)
{
    size_t n = isrs->kinds.n, terms = span->raman ? TERMS : 1;
    if (!span->raman)
        for (size_t k = 0; k < n; k++)
            isrs->growth[k] = 1.0;
    weigh_exponentials(isrs, span, t, terms);
    kh_optical_matrix_weigh(t->kernel, n, terms * n, isrs->weight, span->nli_w);
    shorten_own(isrs, span, t, terms);
    for (size_t i = 0; i < n; i++)
        span->nli_w[i] *= t->gamma_sq[i] * span->power_w[i];
}

static kh_status check_series(const kh_optical_isrs *isrs, double effective_m, kh_error *err)
{
    size_t most = 0, n = isrs->kinds.n;
    for (size_t i = 1; i < n; i++)
        if (!(fabs(isrs->slope[i]) <= fabs(isrs->slope[most])))
            most = i;
    double gain_db = kh_db_from_linear(exp(isrs->slope[most] * effective_m));
    if (fabs(gain_db) <= limit_db)
        return KH_OK;
    return kh_fail(err, KH_ERANGE,
                   "Raman scattering changes the channel at %.10g THz by %+.1f dB in one span, must be within %g dB: lower the "
                   "launch power",
                   isrs->kinds.freq_hz[most] * 1e-12, gain_db, limit_db);
}

/* The Raman series knows one attenuation: a channel that loses more counts as a weaker one, so that its effect at the end of the
 * fibre is right to first order. */
static void find_sources(const kh_optical_span *span, const tables *t, size_t n, double effective_m, double *source_w)
{
    double length_m = span->fibre->length_km * 1e3, share = 1.0;
    for (size_t k = 0; k < n; k++) {
        if (t->alpha[k] != t->alpha[k == 0 ? n : k - 1])
            share = -expm1(-t->alpha[k] * length_m) / t->alpha[k] / effective_m;
        source_w[k] = span->power_w[k] * share;
    }
}

static void find_gain(const kh_optical_isrs *isrs, const kh_optical_span *span, const tables *t, double effective_m)
{
    size_t n = isrs->kinds.n;
    double stated = kh_optical_fibre_alpha_per_m(span->fibre), length_m = span->fibre->length_km * 1e3;
    for (size_t i = 0; i < n; i++) {
        span->gain[i] = span->raman ? kh_optical_raman_gain(isrs->slope + i, n, effective_m) : 1.0;
        if (t->alpha[i] != stated)
            span->gain[i] *= exp((stated - t->alpha[i]) * length_m);
    }
}

kh_status kh_optical_isrs_compute(kh_optical_isrs *isrs, const kh_optical_span *span, kh_error *err)
{
    size_t n = isrs->kinds.n;
    tables t;
    KH_TRY(find_tables(isrs, span->fibre, &t, err));
    double length_m = span->fibre->length_km * 1e3, mean = t.alpha[n], effective_m = -expm1(-mean * length_m) / mean;
    if (span->raman) {
        find_sources(span, &t, n, effective_m, isrs->weight);
        kh_optical_raman_expand(t.coupling, n, isrs->weight, isrs->scratch, isrs->slope, isrs->growth);
        KH_TRY(check_series(isrs, effective_m, err));
    }
    if (span->nli_w != NULL)
        interfere(isrs, span, &t);
    if (span->gain != NULL)
        find_gain(isrs, span, &t, effective_m);
    return KH_OK;
}
