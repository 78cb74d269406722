/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/domains/market_work.h"

#include "core/net/ids.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const uint32_t *kh_market_own(const kh_market *market, size_t *n)
{
    *n = market->n_own;
    return market->own;
}

const uint32_t (*kh_market_inner(const kh_market *market, size_t *n))[2]
{
    *n = market->n_inner;
    return (const uint32_t(*)[2])market->inner;
}

size_t kh_market_far(const kh_market *market, uint32_t domain)
{
    return market->n_far[domain];
}
/* What is not joined inside is not joined by any table. */
static void take(kh_market *m, double *row, size_t first, const double *value, size_t n, bool is_first)
{
    for (size_t i = 0; i < n; i++) {
        bool joined = value[i] < (double)INFINITY;
        row[first + i] = joined ? value[i] : 0;
        if (is_first)
            m->exists[first + i] = joined;
        m->still[first + i] = value[i] <= 0 && (is_first || m->still[first + i]);
    }
}

kh_status kh_market_add_row(kh_market *market, uint32_t domain, const double *pairs, const double *far, kh_error *err)
{
    double *row;
    KH_TRY(kh_market_open_row(market, &row, err));
    bool is_first = !market->known[domain];
    size_t n_borders = kh_atlas_borders(market->atlas, domain);
    take(market, row, market->pair_at[domain], pairs, kh_atlas_pairs(n_borders), is_first);
    take(market, row, market->far_at[domain], far, market->n_far[domain] * n_borders, is_first);
    market->known[domain] = true;
    market->promise[market->n_rows] = market->atlas->policy[domain] != KH_PART_PRICES;
    kh_market_close_row(market);
    return KH_OK;
}

kh_status kh_market_add_own_row(kh_market *market, const double *pairs, const double *own, const double *inner, kh_error *err)
{
    double *row;
    KH_TRY(kh_market_open_row(market, &row, err));
    uint32_t self = market->part->self;
    bool is_first = !market->known[self];
    size_t n_borders = kh_atlas_borders(market->atlas, self);
    take(market, row, market->pair_at[self], pairs, kh_atlas_pairs(n_borders), is_first);
    take(market, row, market->own_at, own, market->n_own * n_borders, is_first);
    take(market, row, market->inner_at, inner, market->n_inner, is_first);
    market->known[self] = true;
    market->promise[market->n_rows] = market->part->policy != KH_PART_PRICES;
    kh_market_close_row(market);
    return KH_OK;
}

/* An end that is a border stands there in the graph, so that it may be left even if it does not relay. */
static kh_status join_ends(kh_market *m, kh_error *err)
{
    size_t n = m->problem.graph.n_nodes;
    uint32_t *stand = KH_NEW(m->arena, uint32_t, n);
    if (stand == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the ends of demands");
    for (uint32_t v = 0; v < n; v++)
        stand[v] = v;
    for (size_t i = m->atlas->n_crossings; i < m->n_pieces; i++)
        if (m->still[i] && m->piece_ends[i][0] >= m->atlas->first[m->atlas->n_domains])
            stand[m->piece_ends[i][0]] = m->piece_ends[i][1];
    for (size_t i = m->inner_at; i < m->inner_at + m->n_inner; i++)
        for (int side = 0; side < 2; side++)
            m->piece_ends[i][side] = stand[m->piece_ends[i][side]];
    for (size_t k = 0; k < m->part->n_demands; k++)
        for (int side = 0; side < 2; side++)
            m->demands[k].ends[side] = stand[m->demands[k].ends[side]];
    return KH_OK;
}

static kh_status get_ready(kh_market *m, kh_error *err)
{
    if (m->ready)
        return KH_OK;
    KH_TRY(join_ends(m, err));
    KH_TRY(kh_pricer_init(&m->pricer, &m->problem, m->arena, err));
    m->ready = true;
    return KH_OK;
}

static void price_pieces(kh_market *m, const double *price)
{
    memset(m->piece_price, 0, m->n_pieces * sizeof *m->piece_price);
    for (size_t r = 0; r < m->n_rows; r++) {
        const double *row = m->row + r * m->n_pieces;
        for (size_t i = 0; i < m->n_pieces; i++)
            m->piece_price[i] += price[r] * row[i];
    }
}

/* The demand's other ways make room for a new one; its first one takes it whole. */
static void start(kh_market *m, uint32_t path, double centre, double newcomer)
{
    uint32_t first = m->pool.paths[path].previous;
    m->share[path] = first == KH_NO_INDEX ? 1 : newcomer;
    m->asked[path] = m->best[path] = 0;
    m->slack[path] = centre / m->share[path];
    for (uint32_t p = first; p != KH_NO_INDEX; p = m->pool.paths[p].previous)
        m->share[p] *= 1 - newcomer;
    for (size_t r = 0; r < m->n_rows; r++)
        m->coef[path * m->row_room + r] = kh_market_coefficient(m, path, r);
}

double kh_market_cost_of(const kh_market *m, size_t path, const double *price)
{
    const double *coef = m->coef + path * m->row_room;
    double lane[4] = {0}; /* four sums side by side are what a processor adds at once */
    size_t r = 0;
    for (; r + 4 <= m->n_rows; r += 4)
        for (size_t i = 0; i < 4; i++)
            lane[i] += coef[r + i] * price[r + i];
    for (; r < m->n_rows; r++)
        lane[0] += coef[r] * price[r];
    return (lane[0] + lane[1]) + (lane[2] + lane[3]);
}

kh_status kh_market_look(kh_market *market, const double *price, double centre, double newcomer, double *asked, kh_error *err)
{
    kh_market *m = market;
    size_t n_added;
    KH_TRY(get_ready(m, err));
    price_pieces(m, price);
    KH_TRY(kh_pricer_run(&m->pricer, m->piece_price, m->below, &m->pool, m->distance, &n_added, err));
    if (m->pool.n_paths > m->path_room)
        KH_TRY(kh_market_make_paths(m, 2 * m->pool.n_paths, err));
    for (; m->n_coefs < m->pool.n_paths; m->n_coefs++)
        start(m, (uint32_t)m->n_coefs, centre, newcomer);
    double sum = 0;
    for (size_t k = 0; k < m->part->n_demands; k++) {
        double credit = 0;
        for (size_t r = 0; r < m->n_rows; r++)
            credit += price[r] * m->credit[r * m->atlas->n_domains + m->part->demands[k].there];
        if (m->distance[k] < (double)INFINITY)
            sum += m->part->demands[k].requested_bps * (m->distance[k] - credit);
    }
    *asked = sum;
    return KH_OK;
}
/* Shares of a demand sum to 1 again. */
static void complete(kh_market *m, double *share)
{
    for (uint32_t k = 0; k < m->part->n_demands; k++) {
        double all = 0;
        for (uint32_t p = m->pool.last[k]; p != KH_NO_INDEX; p = m->pool.paths[p].previous)
            all += share[p];
        for (uint32_t p = m->pool.last[k]; p != KH_NO_INDEX; p = m->pool.paths[p].previous)
            share[p] /= all;
    }
}

void kh_market_ask(kh_market *market, double least)
{
    kh_market *m = market;
    for (uint32_t k = 0; k < m->part->n_demands; k++) {
        double most = 0; /* the largest share stays, so the demand is whole */
        for (uint32_t p = m->pool.last[k]; p != KH_NO_INDEX; p = m->pool.paths[p].previous)
            most = fmax(most, m->share[p]);
        for (uint32_t p = m->pool.last[k]; p != KH_NO_INDEX; p = m->pool.paths[p].previous)
            m->asked[p] = m->share[p] < least * most ? 0 : m->share[p];
    }
    complete(m, m->asked);
}

kh_status kh_market_forget(kh_market *market, kh_error *err)
{
    kh_market *m = market;
    bool *keep = calloc(m->n_coefs + 1, sizeof *keep);
    if (keep == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu ways", m->n_coefs);
    double *of[PER_PATH] = {m->share, m->asked, m->best, m->slack, m->share_step, m->slack_step, m->cost};
    size_t n = 0;
    for (size_t p = 0; p < m->n_coefs; p++) {
        keep[p] = m->asked[p] > 0 || m->best[p] > 0;
        if (!keep[p])
            continue;
        for (size_t i = 0; i < PER_PATH; i++)
            of[i][n] = of[i][p];
        memmove(m->coef + n++ * m->row_room, m->coef + p * m->row_room, m->n_rows * sizeof *m->coef);
    }
    kh_pool_keep(&m->pool, m->part->n_demands, keep);
    m->n_coefs = n;
    complete(m, m->share);
    free(keep);
    return KH_OK;
}

void kh_market_keep(kh_market *market)
{
    memcpy(market->best, market->asked, market->n_coefs * sizeof *market->best);
}

static void sum_pieces(const kh_market *m, size_t first, size_t n, double *rate)
{
    memset(rate, 0, n * sizeof *rate);
    for (size_t p = 0; p < m->n_coefs; p++)
        for (uint32_t i = 0; i < m->pool.paths[p].n_links && m->asked[p] > 0; i++) {
            size_t piece = m->pool.links[m->pool.paths[p].first + i];
            if (piece >= first && piece < first + n)
                rate[piece - first] += m->asked[p] * m->part->demands[m->pool.paths[p].demand].requested_bps;
        }
}

void kh_market_request(const kh_market *market, uint32_t domain, double *pairs, double *far)
{
    size_t n_borders = kh_atlas_borders(market->atlas, domain);
    sum_pieces(market, market->pair_at[domain], kh_atlas_pairs(n_borders), pairs);
    sum_pieces(market, market->far_at[domain], market->n_far[domain] * n_borders, far);
}

void kh_market_request_own(const kh_market *market, double *own, double *inner)
{
    size_t n_borders = kh_atlas_borders(market->atlas, market->part->self);
    sum_pieces(market, market->own_at, market->n_own * n_borders, own);
    sum_pieces(market, market->inner_at, market->n_inner, inner);
}

void kh_market_asked_load(const kh_market *market, double *load)
{
    kh_market_sum_loads(market, market->asked, load);
}

bool kh_market_is_promise(const kh_market *market, size_t row)
{
    return market->promise[row];
}

/* Crossings of the way that touch the domain. */
static size_t touches(const kh_market *m, uint32_t path, uint32_t domain)
{
    const kh_pool_path *p = &m->pool.paths[path];
    size_t n = 0;
    for (uint32_t i = 0; i < p->n_links; i++)
        for (int side = 0; side < 2; side++) {
            uint32_t piece = m->pool.links[p->first + i];
            n += piece < m->atlas->n_crossings && kh_market_domain_of_border(m->atlas, m->atlas->ends[piece][side]) == domain;
        }
    return n;
}

static bool is_third(const kh_market *m, uint32_t demand, uint32_t domain)
{
    return domain != m->part->self && domain != m->part->demands[demand].there;
}

double kh_market_transit(const kh_market *market, uint32_t domain)
{
    double sum = 0;
    for (uint32_t p = 0; p < market->n_coefs; p++) {
        uint32_t k = market->pool.paths[p].demand;
        if (market->best[p] > 0 && is_third(market, k, domain))
            sum += 0.5 * (double)touches(market, p, domain) * market->best[p] * market->part->demands[k].requested_bps;
    }
    return sum;
}

void kh_market_seen(const kh_market *market, uint32_t demand, double *seen)
{
    for (uint32_t j = 0; j < market->atlas->n_domains; j++) {
        seen[j] = 0;
        for (uint32_t p = market->pool.last[demand]; p != KH_NO_INDEX && is_third(market, demand, j);
             p = market->pool.paths[p].previous)
            if (touches(market, p, j) > 0)
                seen[j] += market->best[p];
    }
}

bool kh_market_has_way(const kh_market *market, uint32_t demand)
{
    return market->pool.last[demand] != KH_NO_INDEX;
}
