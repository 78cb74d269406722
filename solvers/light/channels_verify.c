/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/light/channels.h"

#include <math.h>

static const double NEAR = 1e-9;

static bool uses(const kh_channels_way *way, size_t link)
{
    for (size_t h = 0; h < way->n_links; h++)
        if (way->links[h] == link)
            return true;
    return false;
}

static kh_status check_slots(const kh_channels_problem *p, const kh_channels *a, kh_error *err)
{
    for (size_t e = 0; e < p->n_links; e++)
        for (size_t w = 0; w < p->n_wavelengths; w++) {
            size_t n = 0;
            for (size_t i = 0; i < p->n_ways; i++)
                n += a->lit[i * p->n_wavelengths + w] && uses(&p->ways[i], e);
            if (n > (p->is_free[e * p->n_wavelengths + w] ? 1U : 0U))
                return kh_fail(err, KH_UNMET, "wavelength %zu of link %zu is used %zu times", w, e, n);
        }
    return KH_OK;
}

static kh_status check_rates(const kh_channels_problem *p, const kh_channels *a, kh_error *err)
{
    double sum = 0;
    for (size_t k = 0; k < p->n_demands; k++) {
        double rate_bps = 0;
        for (size_t i = 0; i < p->n_ways; i++)
            for (size_t w = 0; w < p->n_wavelengths && p->ways[i].demand == k; w++)
                rate_bps += a->lit[i * p->n_wavelengths + w] ? p->ways[i].rate_bps : 0;
        rate_bps = fmin(rate_bps, p->asked_bps[k]);
        if (!(fabs(rate_bps - a->rate_bps[k]) <= NEAR * rate_bps))
            return kh_fail(err, KH_UNMET, "demand %zu has %g bit/s, %g are said", k, rate_bps, a->rate_bps[k]);
        sum += rate_bps * (p->weight != NULL ? p->weight[k] : 1);
    }
    if (!(fabs(sum - a->value) <= NEAR * sum))
        return kh_fail(err, KH_UNMET, "the value is %g, %g is said", sum, a->value);
    return KH_OK;
}

/* A channel brings its demand no more than is asked for. */
static double left_over(const kh_channels_problem *p, const kh_channels *a, const kh_channels_way *way, size_t w)
{
    double worth = a->key_price[way->demand] * fmin(way->rate_bps, p->asked_bps[way->demand]);
    for (size_t e = 0; e < p->n_links; e++)
        if (uses(way, e)) {
            worth -= a->prices[e * p->n_wavelengths + w];
            if (!p->is_free[e * p->n_wavelengths + w])
                return 0;
        }
    return fmax(worth, 0);
}

static kh_status check_bound(const kh_channels_problem *p, const kh_channels *a, kh_error *err)
{
    double sum = 0;
    bool negative = false;
    for (size_t i = 0; i < p->n_links * p->n_wavelengths; i++) {
        negative = negative || !(a->prices[i] >= 0);
        sum += a->prices[i];
    }
    for (size_t k = 0; k < p->n_demands; k++) {
        negative = negative || !(a->key_price[k] >= 0);
        sum += p->asked_bps[k] * fmax(0, (p->weight != NULL ? p->weight[k] : 1) - a->key_price[k]);
    }
    for (size_t i = 0; i < p->n_ways; i++)
        for (size_t w = 0; w < p->n_wavelengths; w++)
            sum += left_over(p, a, &p->ways[i], w);
    if (negative || !(a->relaxed >= sum * (1 - NEAR)))
        return kh_fail(err, KH_UNMET, "prices prove %.12g, %.12g is said", sum, a->relaxed);
    if (!(a->value <= a->bound * (1 + NEAR) && a->bound <= a->relaxed * (1 + NEAR)))
        return kh_fail(err, KH_UNMET, "value %g, bound %g and relaxation %g do not rise", a->value, a->bound, a->relaxed);
    return KH_OK;
}

kh_status kh_channels_verify(const kh_channels_problem *problem, const kh_channels *channels, kh_error *err)
{
    KH_TRY(check_slots(problem, channels, err));
    KH_TRY(check_rates(problem, channels, err));
    return check_bound(problem, channels, err);
}
