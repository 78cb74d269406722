/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/fibre/fwm.h"

#include "core/base/units.h"

#include <math.h>

static const double PS_NM_KM = 1e-3;          /* s/(m km) */
static const double PS_NM2_KM = 1e6;          /* s/(m2 km) */
static const double MANY_FRINGES_RAD = 200.0; /* less than 1 % of an interference is left when it is spread over so much phase */

double kh_fwm_mismatch_per_km(const kh_fwm_fibre *fibre, const kh_fwm_waves *waves)
{
    double x_hz = fabs(waves->i_hz - waves->k_hz), y_hz = fabs(waves->j_hz - waves->k_hz);
    double made_hz = waves->i_hz + waves->j_hz - waves->k_hz;
    double m2_per_m_hz = KH_LIGHT_M_PER_S / (made_hz * made_hz); /* lambda^2 / c */
    double slope = 0.5 * m2_per_m_hz * fibre->slope_ps_nm2_km * PS_NM2_KM * (x_hz + y_hz);
    return 2.0 * KH_PI * m2_per_m_hz * x_hz * y_hz * (fibre->dispersion_ps_nm_km * PS_NM_KM + slope);
}

/* sin^2(phase / 2), averaged over phases spread evenly around */
static double mean_square_sine(double phase_rad, double spread_rad)
{
    if (spread_rad > MANY_FRINGES_RAD)
        return 0.5;
    double left = spread_rad < 1e-6 ? 1.0 : sin(0.5 * spread_rad) / (0.5 * spread_rad);
    return 0.5 * (1.0 - left * cos(phase_rad));
}

/* what the loss of a fibre makes of every product */
typedef struct decay {
    double loss_per_km, length_km;
    double ripple; /* 4 exp(-a L) / (1 - exp(-a L))^2 */
} decay;

static decay decay_of(const kh_fwm_fibre *fibre)
{
    double lost = -expm1(-fibre->loss_per_km * fibre->length_km);
    return (decay){fibre->loss_per_km, fibre->length_km, 4.0 * (1.0 - lost) / (lost * lost)};
}

static double efficiency_of(const decay *d, double mismatch_per_km, double spread_per_km)
{
    double a = d->loss_per_km, ripple = mean_square_sine(mismatch_per_km * d->length_km, fabs(spread_per_km) * d->length_km);
    return a * a / (a * a + mismatch_per_km * mismatch_per_km) * (1.0 + d->ripple * ripple);
}

double kh_fwm_efficiency(const kh_fwm_fibre *fibre, double mismatch_per_km, double spread_per_km)
{
    decay d = decay_of(fibre);
    return efficiency_of(&d, mismatch_per_km, spread_per_km);
}

/* Distribution function of the sum of three numbers spread evenly over (-1/2, 1/2): the spectrum of a product. */
static double share_below(double x)
{
    double u = x + 1.5;
    if (u <= 0.0)
        return 0.0;
    if (u <= 1.0)
        return u * u * u / 6.0;
    if (u < 2.0)
        return 0.5 + 0.75 * x - x * x * x / 3.0;
    return u < 3.0 ? 1.0 - (3.0 - u) * (3.0 - u) * (3.0 - u) / 6.0 : 1.0;
}

static double share_in_band(double offset_hz, double band_hz, double width_hz)
{
    double low_hz = offset_hz - 0.5 * band_hz, high_hz = offset_hz + 0.5 * band_hz;
    if (width_hz <= 0.0)
        return low_hz <= 0.0 && high_hz >= 0.0 ? 1.0 : 0.0;
    return share_below(high_hz / width_hz) - share_below(low_hz / width_hz);
}

/* what stays the same for all products */
typedef struct mixing {
    const kh_fwm_fibre *fibre;
    const kh_fwm_comb *comb;
    const kh_fwm_band *band;
    decay decay;
    double reach_hz; /* a product centred further away does not touch the band */
} mixing;

/* One product, relative to (gamma / 3)^2 exp(-a L) L_eff^2. */
static double product_of(const mixing *m, size_t i, size_t j, size_t k)
{
    const double *freq_hz = m->comb->freq_hz, *width_hz = m->comb->width_hz, *power_w = m->comb->power_w;
    double offset_hz = m->band->centre_hz - (freq_hz[i] + freq_hz[j] - freq_hz[k]);
    double mean_width_hz = (width_hz[i] + width_hz[j] + width_hz[k]) / 3.0;
    double share = share_in_band(offset_hz, m->band->width_hz, mean_width_hz);
    if (share == 0.0)
        return 0.0;
    kh_fwm_waves waves = {freq_hz[i], freq_hz[j], freq_hz[k]};
    double mismatch = kh_fwm_mismatch_per_km(m->fibre, &waves);
    double spread = mismatch * mean_width_hz * (1.0 / fabs(waves.i_hz - waves.k_hz) + 1.0 / fabs(waves.j_hz - waves.k_hz));
    double degeneracy = i == j ? 3.0 : 6.0;
    return share * degeneracy * degeneracy * power_w[i] * power_w[j] * power_w[k] * efficiency_of(&m->decay, mismatch, spread);
}

/* All products of i and j; *first moves on to the first k that may reach the band, which rises with j. */
static double products_of_pair(const mixing *m, size_t i, size_t j, size_t *first)
{
    const kh_fwm_comb *comb = m->comb;
    double wanted_hz = comb->freq_hz[i] + comb->freq_hz[j] - m->band->centre_hz, sum = 0.0;
    while (*first < comb->n && comb->freq_hz[*first] < wanted_hz - m->reach_hz)
        ++*first;
    for (size_t k = *first; k < comb->n && comb->freq_hz[k] <= wanted_hz + m->reach_hz; k++)
        if (k != i && k != j)
            sum += product_of(m, i, j, k);
    return sum;
}

double kh_fwm_power_w(const kh_fwm_fibre *fibre, const kh_fwm_comb *comb, const kh_fwm_band *band)
{
    double widest_hz = 0.0, sum = 0.0;
    for (size_t i = 0; i < comb->n; i++)
        widest_hz = fmax(widest_hz, comb->width_hz[i]);
    mixing m = {
        .fibre = fibre, .comb = comb, .band = band, .decay = decay_of(fibre), .reach_hz = 0.5 * band->width_hz + 1.5 * widest_hz};
    double span_hz = comb->n == 0 ? 0.0 : comb->freq_hz[comb->n - 1] - comb->freq_hz[0] + m.reach_hz;
    if (comb->n == 0 || fabs(band->centre_hz - 0.5 * (comb->freq_hz[0] + comb->freq_hz[comb->n - 1])) > 1.5 * span_hz)
        return 0.0; /* no product reaches so far: spares the O band the search */
    for (size_t i = 0; i < comb->n; i++) {
        size_t first = 0;
        for (size_t j = i; j < comb->n; j++)
            sum += products_of_pair(&m, i, j, &first);
    }
    double loss = fibre->loss_per_km * fibre->length_km, effective_km = -expm1(-loss) / fibre->loss_per_km;
    double strength = fibre->gamma_per_w_km * effective_km / 3.0;
    return sum * strength * strength * exp(-loss);
}
