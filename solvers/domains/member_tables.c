/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/domains/member_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STRETCH, N_ROWS, HEAD }; /* of a table letter; then the rows, each over pairs of borders and the reader's ends x borders */

static void list_to_borders(kh_member *m, uint32_t node)
{
    for (size_t b = 0; b < m->part->n_borders; b++)
        m->ways[m->n_ways++] = (kh_keyflow_demand){{node, m->part->border[b]}, 0};
}

static void list(kh_member *m, const uint32_t *own, size_t n_own, const uint32_t (*inner)[2], size_t n_inner)
{
    for (size_t high = 1; high < m->part->n_borders; high++)
        for (size_t low = 0; low < high; low++)
            m->ways[m->n_ways++] = (kh_keyflow_demand){{m->part->border[low], m->part->border[high]}, 0};
    m->ends_at = m->n_ways;
    for (size_t i = 0; i < m->part->n_ends; i++)
        list_to_borders(m, m->part->ends[i].node);
    m->own_at = m->n_ways;
    for (size_t i = 0; i < n_own; i++)
        list_to_borders(m, own[i]);
    m->inner_at = m->n_ways;
    for (size_t i = 0; i < n_inner; i++)
        m->ways[m->n_ways++] = (kh_keyflow_demand){{inner[i][0], inner[i][1]}, 0};
}

kh_status kh_member_list_ways(kh_member *member, kh_error *err)
{
    size_t n_own, n_inner, n_borders = member->part->n_borders;
    const uint32_t *own = kh_market_own(member->market, &n_own);
    const uint32_t(*inner)[2] = kh_market_inner(member->market, &n_inner);
    size_t n = kh_atlas_pairs(n_borders) + (member->part->n_ends + n_own) * n_borders + n_inner;
    member->ways = KH_NEW(member->arena, kh_keyflow_demand, n);
    member->rate = KH_NEW(member->arena, double, n);
    if (member->ways == NULL || member->rate == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu ways", n);
    list(member, own, n_own, inner, n_inner);
    return KH_OK;
}

/* Ways of one first or second node stand together: its tree serves them all. */
static void measure(kh_member *m, double *row)
{
    uint32_t from = UINT32_MAX;
    for (size_t i = 0; i < m->n_ways; i++) {
        int side = i < m->ends_at; /* pairs of borders: the second one stays */
        if (m->ways[i].ends[side] != from) {
            from = m->ways[i].ends[side];
            kh_inside_distances(m->inside, from, m->distance);
        }
        row[i] = m->distance[m->ways[i].ends[!side]];
    }
}

static bool is_still(const kh_keyflow_demand *way)
{
    return way->ends[0] == way->ends[1];
}

/* How much of each way is thought likely: its own demands over all borders alike, and as much in all for each kind of others'. */
static void guess(kh_member *m)
{
    double own = 0;
    for (size_t k = 0; k < m->part->n_demands; k++)
        own += m->part->demands[k].requested_bps;
    if (!(own > 0))
        own = 1;
    size_t from[5] = {0, m->ends_at, m->own_at, m->inner_at, m->n_ways};
    for (int kind = 0; kind < 4; kind++)
        for (size_t i = from[kind]; i < from[kind + 1]; i++)
            m->ways[i].requested_bps = own / (double)(from[kind + 1] - from[kind]);
}

static kh_status promise(kh_member *m, double **rows, size_t *n_rows, kh_error *err)
{
    kh_keyflow_demand *moving = KH_NEW(m->arena, kh_keyflow_demand, m->n_ways);
    size_t n = 0, at = 0;
    double *made;
    if (moving == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu promises", m->n_ways);
    guess(m);
    for (size_t i = 0; i < m->n_ways; i++)
        if (!is_still(&m->ways[i]))
            moving[n++] = m->ways[i];
    KH_TRY(kh_inside_promise(m->inside, moving, n, m->options.most_promises, m->arena, &made, n_rows, err));
    *rows = kh_member_paper(m, *n_rows * m->n_ways, err);
    if (*rows == NULL)
        return KH_ENOMEM;
    for (size_t r = 0; r < *n_rows; r++, at = 0)
        for (size_t i = 0; i < m->n_ways; i++)
            (*rows)[r * m->n_ways + i] = is_still(&m->ways[i]) ? 0 : made[r * n + at++];
    return KH_OK;
}

/* One number for all ways: what the tightest of them needs at the tightest row. */
static void blacken(const kh_member *m, double *rows, size_t *n_rows)
{
    double most = 0;
    for (size_t i = 0; i < *n_rows * m->n_ways; i++)
        if (!isinf(rows[i]))
            most = fmax(most, rows[i]);
    for (size_t i = 0; i < m->n_ways; i++)
        rows[i] = isinf(rows[i]) || is_still(&m->ways[i]) ? rows[i] : most;
    *n_rows = 1;
}

/* Prices anew in every round; promises once. */
static kh_status make_rows(kh_member *m, double **rows, size_t *n_rows, kh_error *err)
{
    *n_rows = m->part->policy == KH_PART_PRICES;
    if (m->part->policy == KH_PART_PRICES) {
        *rows = kh_member_paper(m, m->n_ways, err);
        if (*rows == NULL)
            return KH_ENOMEM;
        measure(m, *rows);
    } else if (m->round == 0) {
        KH_TRY(promise(m, rows, n_rows, err));
        if (m->part->policy == KH_PART_NOTHING)
            blacken(m, *rows, n_rows);
    }
    return KH_OK;
}

static size_t ends_of(const kh_part *part, uint32_t asker, size_t *first)
{
    size_t n = 0;
    *first = 0;
    for (size_t i = 0; i < part->n_ends; i++) {
        *first += part->ends[i].asker < asker;
        n += part->ends[i].asker == asker;
    }
    return n;
}

static kh_status add_own_rows(kh_member *m, const double *rows, size_t n_rows, kh_error *err)
{
    for (size_t r = 0; r < n_rows; r++, rows += m->n_ways)
        KH_TRY(kh_market_add_own_row(m->market, rows, rows + m->own_at, rows + m->inner_at, err));
    return KH_OK;
}

/* The letter to itself carries all its rows: what it must not forget, and nobody else reads. */
static kh_status write_table(kh_member *m, uint32_t to, const double *rows, size_t n_rows, kh_letter *out, kh_error *err)
{
    size_t first, n_pairs = m->ends_at, n_ends = ends_of(m->part, to, &first) * m->part->n_borders;
    bool is_own = to == m->part->self;
    size_t length = is_own ? m->n_ways : n_pairs + n_ends, n = HEAD + n_rows * length;
    double *number = kh_member_paper(m, n, err);
    if (number == NULL)
        return KH_ENOMEM;
    number[STRETCH] = m->part->policy == KH_PART_PRICES ? m->stretch : 0;
    number[N_ROWS] = (double)n_rows;
    for (size_t r = 0; r < n_rows; r++) {
        double *row = number + HEAD + r * length;
        memcpy(row, rows + r * m->n_ways, (is_own ? length : n_pairs) * sizeof *row);
        if (!is_own)
            memcpy(row + n_pairs, rows + r * m->n_ways + m->ends_at + first * m->part->n_borders, n_ends * sizeof *row);
    }
    *out = (kh_letter){KH_LETTER_TABLE, m->part->self, m->round, n, number};
    return KH_OK;
}

kh_status kh_member_write_tables(kh_member *member, kh_letter *out, kh_error *err)
{
    double *rows = NULL;
    size_t n_rows;
    KH_TRY(make_rows(member, &rows, &n_rows, err));
    for (uint32_t j = 0; j < member->part->n_domains; j++)
        KH_TRY(write_table(member, j, rows, n_rows, &out[j], err));
    return KH_OK;
}

static kh_status read_table(kh_member *m, const kh_letter *letter, uint32_t from, kh_error *err)
{
    size_t n_borders = kh_atlas_borders(&m->atlas, from), n_pairs = kh_atlas_pairs(n_borders);
    bool is_own = from == m->part->self;
    size_t length = is_own ? m->n_ways : n_pairs + kh_market_far(m->market, from) * n_borders;
    double n_rows = letter->n >= HEAD ? letter->number[N_ROWS] : -1;
    double most = m->round == 0 ? (double)m->options.most_promises : m->atlas.policy[from] == KH_PART_PRICES;
    if (!(n_rows >= 0 && n_rows <= most) || n_rows != floor(n_rows))
        return kh_fail(err, KH_EDATA, "domain %u publishes %g tables in round %u", from, n_rows, m->round);
    KH_TRY(kh_member_expect(m, letter, KH_LETTER_TABLE, HEAD + (size_t)n_rows * length, err));
    const double *row = letter->number + HEAD;
    if (is_own)
        return add_own_rows(m, row, (size_t)n_rows, err);
    for (size_t r = 0; r < (size_t)n_rows; r++, row += length)
        KH_TRY(kh_market_add_row(m->market, from, row, row + n_pairs, err));
    return KH_OK;
}

kh_status kh_member_read_tables(kh_member *member, const kh_letter *in, double *stretch, kh_error *err)
{
    double most = 0;
    for (uint32_t j = 0; j < member->part->n_domains; j++) {
        KH_TRY(read_table(member, &in[j], j, err));
        most = fmax(most, in[j].number[STRETCH]);
    }
    *stretch = most;
    return kh_clearing_extend(&member->clearing, kh_market_rows(member->market), member->arena, err);
}
