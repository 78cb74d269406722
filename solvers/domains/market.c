/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/domains/market.h"

#include "core/net/ids.h"
#include "solvers/flow/pricer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct kh_market {
    const kh_atlas *atlas;
    const kh_part *part;
    kh_arena *arena;
    uint32_t *own; /* [n_own] nodes of the part */
    uint32_t (*inner)[2];
    size_t n_own, n_inner;
    size_t *n_far;                              /* [n_domains] */
    size_t *pair_at, *far_at, own_at, inner_at; /* where pieces begin */
    size_t n_pieces;
    kh_keyflow_problem problem; /* a graph of borders and ends; links are the pieces */
    bool *known;                /* [n_domains] a row of it has come */
    double *exists;             /* [n_pieces] 1 or 0: the capacities of the problem */
    bool *still; /* [n_pieces] 0 in every row: the end is that border. A way that a promise's row does not hold back is not */
    uint32_t (*piece_ends)[2];
    kh_keyflow_demand *demands;
    kh_pricer pricer;
    bool ready;
    double *row;    /* [row_room][n_pieces] */
    double *credit; /* [row_room][n_domains] off every way that ends in the domain */
    bool *promise;  /* [row_room] */
    size_t n_rows, row_room;
    double *piece_price;      /* [n_pieces] */
    double *mean, *off;       /* [row_room] of one demand's ways */
    double *block;            /* [row_room (row_room + 1) / 2] its part of the curve, over the rows where its ways differ */
    uint32_t *differ;         /* [row_room] those rows */
    double *below, *distance; /* [n_demands] */
    kh_pool pool;
    double *coef;                            /* [path_room][row_room] */
    double *share, *asked, *best;            /* [path_room] of the demand: now, in the last request, in the best one */
    double *slack, *share_step, *slack_step; /* [path_room] cost of the way beyond its demand's worth */
    double *cost;                            /* [path_room] under the prices of the last curve */
    double *worth, *worth_step;              /* [n_demands] */
    size_t n_coefs, path_room;               /* paths whose coefficients are there */
};

static size_t pieces_of(const kh_market *m, size_t n_ends, uint32_t domain)
{
    return n_ends * kh_atlas_borders(m->atlas, domain);
}

static uint32_t place_of(uint32_t *place, uint32_t *nodes, size_t *n, uint32_t node)
{
    if (place[node] == KH_NO_INDEX) {
        place[node] = (uint32_t)*n;
        nodes[(*n)++] = node;
    }
    return place[node];
}

static int by_key(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Keys of the ends in one domain, rising, each once: the order in which that domain has them too. */
static size_t list_far(const kh_part *part, uint32_t domain, uint64_t *key)
{
    size_t n = 0, kept = 0;
    for (size_t k = 0; k < part->n_demands; k++)
        if (part->demands[k].there == domain)
            key[n++] = part->demands[k].end;
    qsort(key, n, sizeof *key, by_key);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || key[i] != key[i - 1])
            key[kept++] = key[i];
    return kept;
}

typedef struct builder {
    kh_market *m;
    uint32_t (*ends)[2];
    size_t n_nodes, n;
    bool *relays;
    kh_keyflow_demand *demands;
    uint32_t *place; /* [part nodes] */
    uint64_t *key;   /* [n_demands] */
} builder;

static void join(builder *b, size_t a, size_t c)
{
    b->ends[b->n][0] = (uint32_t)a;
    b->ends[b->n++][1] = (uint32_t)c;
}

static void join_to_borders(builder *b, size_t n_ends, uint32_t domain)
{
    const kh_atlas *atlas = b->m->atlas;
    for (size_t i = 0; i < n_ends; i++, b->n_nodes++)
        for (size_t v = atlas->first[domain]; v < atlas->first[domain + 1]; v++)
            join(b, b->n_nodes, v);
}

static void lay_borders(builder *b)
{
    const kh_atlas *atlas = b->m->atlas;
    b->n_nodes = atlas->first[atlas->n_domains];
    memcpy(b->relays, atlas->relays, b->n_nodes * sizeof *b->relays);
    for (size_t x = 0; x < atlas->n_crossings; x++)
        join(b, atlas->ends[x][0], atlas->ends[x][1]);
    for (uint32_t j = 0; j < atlas->n_domains; j++) {
        b->m->pair_at[j] = b->n;
        for (size_t high = 1; high < kh_atlas_borders(atlas, j); high++)
            for (size_t low = 0; low < high; low++)
                join(b, atlas->first[j] + low, atlas->first[j] + high);
    }
}

static void lay_far(builder *b, uint32_t domain)
{
    kh_market *m = b->m;
    size_t first_node = b->n_nodes, n = list_far(m->part, domain, b->key);
    m->n_far[domain] = n;
    m->far_at[domain] = b->n;
    join_to_borders(b, n, domain);
    for (size_t k = 0; k < m->part->n_demands; k++) {
        const kh_part_demand *d = &m->part->demands[k];
        if (d->there != domain)
            continue;
        const uint64_t *at = bsearch(&d->end, b->key, n, sizeof *b->key, by_key);
        b->demands[k].ends[1] = (uint32_t)(first_node + (size_t)(at - b->key));
    }
}

static void lay_own(builder *b)
{
    kh_market *m = b->m;
    size_t first_node = b->n_nodes;
    memset(b->place, 0xff, m->part->graph.n_nodes * sizeof *b->place);
    for (size_t k = 0; k < m->part->n_demands; k++) {
        const kh_part_demand *d = &m->part->demands[k];
        b->demands[k].requested_bps = d->requested_bps;
        b->demands[k].ends[0] = (uint32_t)first_node + place_of(b->place, m->own, &m->n_own, d->here);
        if (d->there != m->part->self)
            continue;
        m->inner[m->n_inner][0] = d->here;
        m->inner[m->n_inner++][1] = (uint32_t)d->end;
        b->demands[k].ends[1] = (uint32_t)first_node + place_of(b->place, m->own, &m->n_own, (uint32_t)d->end);
    }
    m->own_at = b->n;
    join_to_borders(b, m->n_own, m->part->self);
    m->inner_at = b->n;
    for (size_t k = 0; k < m->part->n_demands; k++)
        if (m->part->demands[k].there == m->part->self)
            join(b, b->demands[k].ends[0], b->demands[k].ends[1]);
}

static size_t most_pieces(const kh_market *m)
{
    size_t most = m->atlas->n_crossings + m->part->n_demands;
    for (uint32_t j = 0; j < m->atlas->n_domains; j++)
        most += kh_atlas_pairs(kh_atlas_borders(m->atlas, j)) + pieces_of(m, 2 * m->part->n_demands, j);
    return most;
}

static kh_status lay_out(kh_market *m, kh_error *err)
{
    size_t n_demands = m->part->n_demands, most = most_pieces(m);
    size_t n_borders = m->atlas->first[m->atlas->n_domains], most_nodes = n_borders + 3 * n_demands;
    builder b = {.m = m,
                 .ends = kh_arena_alloc(m->arena, most, sizeof *b.ends),
                 .relays = KH_NEW(m->arena, bool, most_nodes),
                 .demands = KH_NEW(m->arena, kh_keyflow_demand, n_demands),
                 .place = KH_NEW(m->arena, uint32_t, m->part->graph.n_nodes),
                 .key = KH_NEW(m->arena, uint64_t, n_demands)};
    if (b.ends == NULL || b.relays == NULL || b.demands == NULL || b.place == NULL || b.key == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the ways across %u domains", m->atlas->n_domains);
    lay_borders(&b);
    lay_own(&b);
    for (uint32_t j = 0; j < m->atlas->n_domains; j++) {
        m->far_at[j] = b.n;
        if (j != m->part->self)
            lay_far(&b, j);
    }
    m->n_pieces = b.n;
    m->exists = KH_NEW(m->arena, double, b.n);
    m->still = KH_NEW(m->arena, bool, b.n);
    m->piece_ends = b.ends;
    m->demands = b.demands;
    if (m->exists == NULL || m->still == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the ways across %u domains", m->atlas->n_domains);
    for (size_t x = 0; x < m->atlas->n_crossings; x++)
        m->exists[x] = 1;
    m->problem = (kh_keyflow_problem){.graph = {b.n_nodes, b.n, (const uint32_t(*)[2])b.ends, b.relays},
                                      .capacity_bps = m->exists,
                                      .demands = b.demands,
                                      .n_demands = n_demands};
    return KH_OK;
}

static kh_status make_rows(kh_market *m, size_t room, kh_error *err)
{
    double *row = KH_NEW(m->arena, double, room * m->n_pieces), *credit = KH_NEW(m->arena, double, room * m->atlas->n_domains);
    double *scratch = KH_NEW(m->arena, double, 2 * room + room * (room + 1) / 2);
    double *coef = KH_NEW(m->arena, double, m->path_room *room);
    uint32_t *differ = KH_NEW(m->arena, uint32_t, room);
    bool *promise = KH_NEW(m->arena, bool, room);
    if (promise == NULL || row == NULL || credit == NULL || scratch == NULL || coef == NULL || differ == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu rows", room);
    if (m->n_rows > 0) {
        memcpy(promise, m->promise, m->n_rows * sizeof *promise);
        memcpy(row, m->row, m->n_rows * m->n_pieces * sizeof *row);
        memcpy(credit, m->credit, m->n_rows * m->atlas->n_domains * sizeof *credit);
        for (size_t p = 0; p < m->n_coefs; p++)
            memcpy(coef + p * room, m->coef + p * m->row_room, m->n_rows * sizeof *coef);
    }
    m->row = row;
    m->credit = credit;
    m->mean = scratch;
    m->off = scratch + room;
    m->block = scratch + 2 * room;
    m->promise = promise;
    m->differ = differ;
    m->coef = coef;
    m->row_room = room;
    return KH_OK;
}

enum { PER_PATH = 7 };

static kh_status make_paths(kh_market *m, size_t room, kh_error *err)
{
    double *coef = KH_NEW(m->arena, double, room * m->row_room), *numbers = KH_NEW(m->arena, double, PER_PATH *room);
    if (coef == NULL || numbers == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu ways", room);
    double **of[PER_PATH] = {&m->share, &m->asked, &m->best, &m->slack, &m->share_step, &m->slack_step, &m->cost};
    if (m->n_coefs > 0)
        memcpy(coef, m->coef, m->n_coefs * m->row_room * sizeof *coef);
    for (size_t i = 0; i < PER_PATH; i++) {
        if (m->n_coefs > 0)
            memcpy(numbers + i * room, *of[i], m->n_coefs * sizeof *numbers);
        *of[i] = numbers + i * room;
    }
    m->coef = coef;
    m->path_room = room;
    return KH_OK;
}

static double coefficient(const kh_market *m, size_t path, size_t r)
{
    const kh_pool_path *p = &m->pool.paths[path];
    const double *row = m->row + r * m->n_pieces;
    double sum = -m->credit[r * m->atlas->n_domains + m->part->demands[p->demand].there];
    for (uint32_t i = 0; i < p->n_links; i++)
        sum += row[m->pool.links[p->first + i]];
    return sum * m->part->demands[p->demand].requested_bps;
}

/* A new row, all 0. */
static kh_status open_row(kh_market *m, double **row, kh_error *err)
{
    if (m->n_rows == m->row_room)
        KH_TRY(make_rows(m, 2 * m->row_room, err));
    *row = m->row + m->n_rows * m->n_pieces;
    return KH_OK;
}

static void close_row(kh_market *m)
{
    size_t r = m->n_rows++;
    for (size_t p = 0; p < m->n_coefs; p++)
        m->coef[p * m->row_room + r] = coefficient(m, p, r);
}

static kh_status add_crossings(kh_market *m, kh_error *err)
{
    for (size_t x = 0; x < m->atlas->n_crossings; x++) {
        double *row;
        KH_TRY(open_row(m, &row, err));
        row[x] = 1 / m->atlas->capacity_bps[x];
        close_row(m);
    }
    return KH_OK;
}

static uint32_t domain_of_border(const kh_atlas *atlas, uint32_t border)
{
    uint32_t j = 0;
    while (border >= atlas->first[j + 1])
        j++;
    return j;
}

/* Every visit of a domain that is neither asker nor end takes two crossings; the last one of a way that ends there takes one. */
static kh_status add_contracts(kh_market *m, kh_error *err)
{
    for (uint32_t j = 0; j < m->atlas->n_domains; j++) {
        double *row, half = 0.5 / m->atlas->transit_bps[j];
        if (isinf(m->atlas->transit_bps[j]))
            continue;
        KH_TRY(open_row(m, &row, err));
        for (size_t x = 0; x < m->atlas->n_crossings && j != m->part->self; x++)
            for (int side = 0; side < 2; side++)
                if (domain_of_border(m->atlas, m->atlas->ends[x][side]) == j)
                    row[x] += half;
        if (j != m->part->self)
            m->credit[m->n_rows * m->atlas->n_domains + j] = half;
        close_row(m);
    }
    return KH_OK;
}

kh_status kh_market_create(const kh_atlas *atlas, const kh_part *part, kh_arena *arena, kh_market **market, kh_error *err)
{
    size_t n = part->n_demands;
    kh_market *m = KH_NEW(arena, kh_market, 1);
    if (m == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a domain's demands");
    *m = (kh_market){.atlas = atlas,
                     .part = part,
                     .arena = arena,
                     .own = KH_NEW(arena, uint32_t, 2 * n),
                     .inner = kh_arena_alloc(arena, n, sizeof *m->inner),
                     .n_far = KH_NEW(arena, size_t, atlas->n_domains),
                     .pair_at = KH_NEW(arena, size_t, atlas->n_domains),
                     .far_at = KH_NEW(arena, size_t, atlas->n_domains),
                     .known = KH_NEW(arena, bool, atlas->n_domains),
                     .below = KH_NEW(arena, double, n),
                     .distance = KH_NEW(arena, double, n),
                     .worth = KH_NEW(arena, double, n),
                     .worth_step = KH_NEW(arena, double, n)};
    if (m->own == NULL || m->inner == NULL || m->n_far == NULL || m->pair_at == NULL || m->far_at == NULL || m->known == NULL ||
        m->below == NULL || m->distance == NULL || m->worth == NULL || m->worth_step == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a domain's demands");
    for (size_t k = 0; k < n; k++)
        m->below[k] = INFINITY;
    KH_TRY(lay_out(m, err));
    m->piece_price = KH_NEW(arena, double, m->n_pieces);
    if (m->piece_price == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a domain's demands");
    KH_TRY(kh_pool_init(&m->pool, n, arena, err));
    KH_TRY(make_rows(m, 2 * (atlas->n_crossings + 4 * (size_t)atlas->n_domains), err));
    KH_TRY(make_paths(m, 2 * n + 1, err));
    KH_TRY(add_crossings(m, err));
    KH_TRY(add_contracts(m, err));
    *market = m;
    return KH_OK;
}

size_t kh_market_rows(const kh_market *market)
{
    return market->n_rows;
}

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
    KH_TRY(open_row(market, &row, err));
    bool is_first = !market->known[domain];
    size_t n_borders = kh_atlas_borders(market->atlas, domain);
    take(market, row, market->pair_at[domain], pairs, kh_atlas_pairs(n_borders), is_first);
    take(market, row, market->far_at[domain], far, market->n_far[domain] * n_borders, is_first);
    market->known[domain] = true;
    market->promise[market->n_rows] = market->atlas->policy[domain] != KH_PART_PRICES;
    close_row(market);
    return KH_OK;
}

kh_status kh_market_add_own_row(kh_market *market, const double *pairs, const double *own, const double *inner, kh_error *err)
{
    double *row;
    KH_TRY(open_row(market, &row, err));
    uint32_t self = market->part->self;
    bool is_first = !market->known[self];
    size_t n_borders = kh_atlas_borders(market->atlas, self);
    take(market, row, market->pair_at[self], pairs, kh_atlas_pairs(n_borders), is_first);
    take(market, row, market->own_at, own, market->n_own * n_borders, is_first);
    take(market, row, market->inner_at, inner, market->n_inner, is_first);
    market->known[self] = true;
    market->promise[market->n_rows] = market->part->policy != KH_PART_PRICES;
    close_row(market);
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
        m->coef[path * m->row_room + r] = coefficient(m, path, r);
}

static double cost_of(const kh_market *m, size_t path, const double *price)
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
        KH_TRY(make_paths(m, 2 * m->pool.n_paths, err));
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

static void add_times(double *restrict sum, const double *restrict value, double factor, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sum[i] += factor * value[i];
}

static void sum_loads(const kh_market *m, const double *share, double *load)
{
    memset(load, 0, m->n_rows * sizeof *load);
    for (size_t p = 0; p < m->n_coefs; p++)
        if (share[p] > 0)
            add_times(load, m->coef + p * m->row_room, share[p], m->n_rows);
}

void kh_market_load(const kh_market *market, double *load)
{
    sum_loads(market, market->share, load);
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
            worth += m->share[p] * (cost_of(m, p, price) - m->slack[p]);
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
        m->cost[p] = cost_of(m, p, price);
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
            m->slack_step[p] = cost_of(m, p, price_step);
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
    sum_loads(market, market->asked, load);
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
            n += piece < m->atlas->n_crossings && domain_of_border(m->atlas, m->atlas->ends[piece][side]) == domain;
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
