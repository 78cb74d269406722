/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/domains/market_work.h"

#include "core/net/ids.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void add_times(double *restrict sum, const double *restrict value, double factor, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sum[i] += factor * value[i];
}

void kh_market_sum_loads(const kh_market *m, const double *share, double *load)
{
    memset(load, 0, m->n_rows * sizeof *load);
    for (size_t p = 0; p < m->n_coefs; p++)
        if (share[p] > 0)
            add_times(load, m->coef + p * m->row_room, share[p], m->n_rows);
}

void kh_market_load(const kh_market *market, double *load)
{
    kh_market_sum_loads(market, market->share, load);
}

static bool has_choice(const kh_market *m, uint32_t demand)
{
    uint32_t last = m->pool.last[demand];
    return last != KH_NO_INDEX && m->pool.paths[last].previous != KH_NO_INDEX;
}

size_t kh_market_ways(const kh_market *market)
{
    size_t n = 0;
    for (size_t p = 0; p < market->n_coefs; p++)
        n += has_choice(market, market->pool.paths[p].demand);
    return n;
}

void kh_market_centre(kh_market *market, const double *price, double centre, double least)
{
    kh_market *m = market;
    for (uint32_t k = 0; k < m->part->n_demands; k++) {
        double all = 0, worth = 0;
        for (uint32_t p = m->pool.last[k]; p != KH_NO_INDEX; p = m->pool.paths[p].previous)
            all += m->share[p] = fmax(m->share[p], least);
        for (uint32_t p = m->pool.last[k]; p != KH_NO_INDEX; p = m->pool.paths[p].previous) {
            m->share[p] /= all;
            m->slack[p] = centre / m->share[p];
            worth += m->share[p] * (kh_market_cost_of(m, p, price) - m->slack[p]);
        }
        m->worth[k] = worth;
    }
}

/* share of a way if prices stayed, before the demand's own balance: centre / slack - share + ratio * (what slack is off) */
static double drift(const kh_market *m, uint32_t p, double centre)
{
    double off = m->slack[p] - m->cost[p] + m->worth[m->pool.paths[p].demand];
    return centre / m->slack[p] - m->share[p] + m->share[p] / m->slack[p] * off;
}

/* The rows in which the demand's ways are not all alike. */
static size_t list_rows(const kh_market *m, uint32_t k)
{
    size_t n = 0;
    const double *last = m->coef + m->pool.last[k] * m->row_room;
    for (uint32_t r = 0; r < m->n_rows; r++)
        for (uint32_t p = m->pool.paths[m->pool.last[k]].previous; p != KH_NO_INDEX; p = m->pool.paths[p].previous)
            if (m->coef[p * m->row_room + r] != last[r]) {
                m->differ[n++] = r;
                break;
            }
    return n;
}

static void add_way(kh_market *m, uint32_t p, size_t n, double centre, double *push)
{
    const double *coef = m->coef + p * m->row_room;
    double ratio = m->share[p] / m->slack[p], moved = drift(m, p, centre);
    for (size_t i = 0; i < n; i++)
        m->off[i] = coef[m->differ[i]] - m->mean[i];
    for (size_t j = 0; j < n; j++) {
        add_times(m->block + j * (j + 1) / 2, m->off, ratio * m->off[j], j + 1);
        push[m->differ[j]] += moved * m->off[j];
    }
}

static void add_demand(kh_market *m, uint32_t k, double centre, double *curve, double *push)
{
    size_t n = list_rows(m, k);
    double all = 0;
    memset(m->mean, 0, n * sizeof *m->mean);
    memset(m->block, 0, n * (n + 1) / 2 * sizeof *m->block);
    for (uint32_t p = m->pool.last[k]; p != KH_NO_INDEX; p = m->pool.paths[p].previous) {
        double ratio = m->share[p] / m->slack[p];
        all += ratio;
        for (size_t i = 0; i < n; i++)
            m->mean[i] += ratio * m->coef[p * m->row_room + m->differ[i]];
    }
    for (size_t i = 0; i < n; i++)
        m->mean[i] /= all; /* the mean way, weighted by how easily it moves */
    for (uint32_t p = m->pool.last[k]; p != KH_NO_INDEX; p = m->pool.paths[p].previous)
        add_way(m, p, n, centre, push);
    for (size_t j = 0; j < n; j++) {
        double *column = curve + (size_t)m->differ[j] * (m->differ[j] + 1) / 2;
        for (size_t i = 0; i <= j; i++)
            column[m->differ[i]] += m->block[j * (j + 1) / 2 + i];
    }
}

void kh_market_curve(kh_market *market, const double *price, double centre, double *curve, double *push)
{
    kh_market *m = market;
    memset(curve, 0, m->n_rows * (m->n_rows + 1) / 2 * sizeof *curve);
    memset(push, 0, m->n_rows * sizeof *push);
    for (size_t p = 0; p < m->n_coefs; p++)
        m->cost[p] = kh_market_cost_of(m, p, price);
    for (uint32_t k = 0; k < m->part->n_demands; k++)
        if (has_choice(m, k))
            add_demand(m, k, centre, curve, push);
}

static void shorten(double value, double step, double *most)
{
    if (step < 0)
        *most = fmin(*most, -0.95 * value / step);
}

void kh_market_plan_step(kh_market *market, const double *price_step, double centre, double most[2])
{
    kh_market *m = market;
    most[0] = most[1] = 1;
    for (uint32_t k = 0; k < m->part->n_demands; k++) {
        if (!has_choice(m, k))
            continue;
        double all = 0, gone = 0;
        for (uint32_t p = m->pool.last[k]; p != KH_NO_INDEX; p = m->pool.paths[p].previous) {
            double ratio = m->share[p] / m->slack[p];
            m->slack_step[p] = kh_market_cost_of(m, p, price_step);
            m->share_step[p] = drift(m, p, centre) - ratio * m->slack_step[p];
            all += ratio;
            gone += m->share_step[p];
        }
        m->worth_step[k] = -gone / all;
        for (uint32_t p = m->pool.last[k]; p != KH_NO_INDEX; p = m->pool.paths[p].previous) {
            double off = m->slack[p] - m->cost[p] + m->worth[k];
            m->share_step[p] += m->share[p] / m->slack[p] * m->worth_step[k];
            m->slack_step[p] -= m->worth_step[k] + off;
            shorten(m->share[p], m->share_step[p], &most[0]);
            shorten(m->slack[p], m->slack_step[p], &most[1]);
        }
    }
}

void kh_market_step(kh_market *market, const double length[2])
{
    kh_market *m = market;
    for (uint32_t k = 0; k < m->part->n_demands; k++) {
        if (!has_choice(m, k))
            continue;
        m->worth[k] += length[1] * m->worth_step[k];
        for (uint32_t p = m->pool.last[k]; p != KH_NO_INDEX; p = m->pool.paths[p].previous) {
            m->share[p] += length[0] * m->share_step[p];
            m->slack[p] += length[1] * m->slack_step[p];
        }
    }
}
