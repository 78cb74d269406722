/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/domains/member_state.h"

#include <math.h>
#include <string.h>

static const double LEAST_ASKED = 0.5; /* of its demand's largest way, times the market's gap: more ways cost time, not rounds */
static const double INSIDE_GAP = 0.2, MOST_INSIDE_GAP = 0.05; /* of the common gap: what a domain leaves to its own routing */

kh_status kh_member_write_requests(kh_member *member, kh_letter *out, kh_error *err)
{
    kh_member *m = member;
    size_t n_veiled = m->n_fixed * KH_VEIL_WIDE;
    double *load = kh_member_paper(m, kh_market_rows(m->market), err), *veiled = kh_member_paper(m, n_veiled, err);
    if (load == NULL || veiled == NULL)
        return KH_ENOMEM;
    kh_market_ask(m->market, LEAST_ASKED * fmin(1, m->market_gap));
    kh_market_asked_load(m->market, load);
    kh_veil_hide(&m->veil, load, m->n_fixed, KH_VEIL_WIDE, veiled);
    for (uint32_t j = 0; j < m->part->n_domains; j++) {
        size_t n_borders = kh_atlas_borders(&m->atlas, j), n_pairs = kh_atlas_pairs(n_borders);
        bool is_own = j == m->part->self; /* what it asks of itself is kept whole: nobody else reads it */
        size_t n_ends = is_own ? m->n_ways - m->own_at : kh_market_far(m->market, j) * n_borders, n = n_veiled + n_pairs + n_ends;
        double *number = kh_member_paper(m, n, err);
        if (number == NULL)
            return KH_ENOMEM;
        memcpy(number, veiled, n_veiled * sizeof *number);
        double *ends = number + n_veiled + n_pairs;
        kh_market_request(m->market, j, number + n_veiled, ends);
        if (is_own)
            kh_market_request_own(m->market, ends, ends + (m->inner_at - m->own_at));
        out[j] = (kh_letter){KH_LETTER_REQUEST, m->part->self, m->round, n, number};
    }
    m->phase = KH_MEMBER_ROUTE;
    return KH_OK;
}

static size_t count_ends(const kh_part *part, uint32_t asker)
{
    size_t n = 0;
    for (size_t i = 0; i < part->n_ends; i++)
        n += part->ends[i].asker == asker;
    return n;
}

/* Ends stand by asker, so the requests of one domain after the other fill them in order. */
static kh_status sum_requests(kh_member *m, const kh_letter *in, kh_error *err)
{
    double *ends = m->rate + m->ends_at;
    size_t n_veiled = m->n_fixed * KH_VEIL_WIDE;
    memset(m->rate, 0, m->n_ways * sizeof *m->rate);
    for (uint32_t j = 0; j < m->part->n_domains; j++) {
        bool is_own = j == m->part->self;
        size_t n_ends = is_own ? m->n_ways - m->own_at : count_ends(m->part, j) * m->part->n_borders;
        KH_TRY(kh_member_expect(m, &in[j], KH_LETTER_REQUEST, n_veiled + m->ends_at + n_ends, err));
        const double *rate = in[j].number + n_veiled;
        for (size_t i = 0; i < m->ends_at; i++)
            m->rate[i] += rate[i];
        memcpy(is_own ? m->rate + m->own_at : ends, rate + m->ends_at, n_ends * sizeof *ends);
        ends += is_own ? 0 : n_ends;
    }
    kh_member_sum(m, in, 0, m->n_fixed, KH_VEIL_WIDE, m->asked_load);
    return KH_OK;
}

kh_status kh_member_read_requests(kh_member *member, const kh_letter *in, kh_error *err)
{
    kh_member *m = member;
    KH_TRY(sum_requests(m, in, err));
    kh_arena *scratch = kh_arena_create(0);
    kh_keyflow_demand *pairs = scratch != NULL ? KH_NEW(scratch, kh_keyflow_demand, m->n_ways) : NULL;
    kh_status status = pairs != NULL ? KH_OK : kh_fail(err, KH_ENOMEM, "no memory for %zu requests", m->n_ways);
    size_t n = 0;
    for (size_t i = 0; i < m->n_ways && status == KH_OK; i++) {
        const uint32_t *ends = m->ways[i].ends;
        if (m->rate[i] > 0 && ends[0] != ends[1])
            pairs[n++] = (kh_keyflow_demand){{ends[0], ends[1]}, m->rate[i]};
    }
    double gap = fmin(MOST_INSIDE_GAP, fmax(m->options.gap, 0.3 * m->gap));
    if (status == KH_OK)
        status = kh_inside_route(m->inside, pairs, n, INSIDE_GAP * gap, &m->stretch, err);
    kh_arena_destroy(scratch);
    return status;
}
