/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/stores/expanded.h"

#include <math.h>

static double first_rise(const kh_expanded_problem *p, const double *prices, size_t e)
{
    return (prices[e] - prices[(p->n_periods - 1) * p->graph.n_links + e]) / p->period_s;
}

double kh_expanded_store_value(const kh_expanded_problem *p, const double *prices, size_t e)
{
    size_t m = p->graph.n_links;
    double first = first_rise(p, prices, e), sum = 0;
    if (p->start_bits == NULL)
        sum = first > 0 ? first : p->start_share * first;
    for (size_t t = 1; t < p->n_periods; t++)
        sum += fmax(0, prices[t * m + e] - prices[(t - 1) * m + e]) / p->period_s;
    return sum;
}

double kh_expanded_pair_store_value(const kh_expanded_problem *p, const double *pair_prices, size_t k)
{
    double sum = 0;
    for (size_t t = 0; t < p->n_periods; t++) {
        size_t before = t > 0 ? t - 1 : p->n_periods - 1;
        sum += fmax(0, pair_prices[t * p->n_demands + k] - pair_prices[before * p->n_demands + k]);
    }
    return sum / p->period_s;
}

/* A store buys low and sells high: its level at the start of each period is a choice of its own, worth the price of that period
   less that of the one before. */
static double store_earns(const kh_expanded_problem *p, const double *prices, size_t e)
{
    double start = p->start_bits != NULL ? first_rise(p, prices, e) * p->start_bits[e] : 0;
    return start + kh_expanded_store_value(p, prices, e) * p->store_bits[e];
}

double kh_expanded_bound(const kh_expanded_problem *p, const bool *joined, const double *prices, const double *pair_prices,
                         double *asked)
{
    size_t m = p->graph.n_links, n = p->n_demands;
    double earned = 0, paid = 0;
    for (size_t i = 0; i < p->n_periods * m; i++)
        earned += prices[i] * p->generated_bps[i];
    for (size_t e = 0; e < m; e++)
        earned += store_earns(p, prices, e);
    for (size_t k = 0; k < n; k++) {
        if (!joined[k])
            continue;
        if (p->pair_store_bits != NULL)
            earned += kh_expanded_pair_store_value(p, pair_prices, k) * p->pair_store_bits[k];
        for (size_t t = 0; t < p->n_periods; t++)
            paid += p->demands[k].requested_bps * (p->profile != NULL ? p->profile[t * n + k] : 1) * pair_prices[t * n + k];
    }
    if (asked != NULL)
        *asked = paid;
    return paid > 0 ? earned / paid : HUGE_VAL;
}
