/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/domains/market_work.h"

#include "core/net/ids.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

kh_status kh_market_make_paths(kh_market *m, size_t room, kh_error *err)
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

double kh_market_coefficient(const kh_market *m, size_t path, size_t r)
{
    const kh_pool_path *p = &m->pool.paths[path];
    const double *row = m->row + r * m->n_pieces;
    double sum = -m->credit[r * m->atlas->n_domains + m->part->demands[p->demand].there];
    for (uint32_t i = 0; i < p->n_links; i++)
        sum += row[m->pool.links[p->first + i]];
    return sum * m->part->demands[p->demand].requested_bps;
}

/* A new row, all 0. */
kh_status kh_market_open_row(kh_market *m, double **row, kh_error *err)
{
    if (m->n_rows == m->row_room)
        KH_TRY(make_rows(m, 2 * m->row_room, err));
    *row = m->row + m->n_rows * m->n_pieces;
    return KH_OK;
}

void kh_market_close_row(kh_market *m)
{
    size_t r = m->n_rows++;
    for (size_t p = 0; p < m->n_coefs; p++)
        m->coef[p * m->row_room + r] = kh_market_coefficient(m, p, r);
}

static kh_status add_crossings(kh_market *m, kh_error *err)
{
    for (size_t x = 0; x < m->atlas->n_crossings; x++) {
        double *row;
        KH_TRY(kh_market_open_row(m, &row, err));
        row[x] = 1 / m->atlas->capacity_bps[x];
        kh_market_close_row(m);
    }
    return KH_OK;
}

uint32_t kh_market_domain_of_border(const kh_atlas *atlas, uint32_t border)
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
        KH_TRY(kh_market_open_row(m, &row, err));
        for (size_t x = 0; x < m->atlas->n_crossings && j != m->part->self; x++)
            for (int side = 0; side < 2; side++)
                if (kh_market_domain_of_border(m->atlas, m->atlas->ends[x][side]) == j)
                    row[x] += half;
        if (j != m->part->self)
            m->credit[m->n_rows * m->atlas->n_domains + j] = half;
        kh_market_close_row(m);
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
    KH_TRY(kh_market_make_paths(m, 2 * n + 1, err));
    KH_TRY(add_crossings(m, err));
    KH_TRY(add_contracts(m, err));
    *market = m;
    return KH_OK;
}

size_t kh_market_rows(const kh_market *market)
{
    return market->n_rows;
}
