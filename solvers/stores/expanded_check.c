/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/stores/expanded.h"

#include <math.h>

static kh_status check_stores(const kh_expanded_problem *p, kh_error *err)
{
    for (size_t e = 0; e < p->graph.n_links; e++) {
        if (!(p->store_bits[e] >= 0) || isinf(p->store_bits[e]))
            return kh_fail(err, KH_ERANGE, "link %zu has a store of %g bit, must be finite and >= 0", e, p->store_bits[e]);
        if (p->start_bits != NULL && !(p->start_bits[e] >= 0 && p->start_bits[e] <= p->store_bits[e]))
            return kh_fail(err, KH_ERANGE, "link %zu starts with %g bit in a store of %g", e, p->start_bits[e], p->store_bits[e]);
    }
    for (size_t k = 0; p->pair_store_bits != NULL && k < p->n_demands; k++)
        if (!(p->pair_store_bits[k] >= 0) || isinf(p->pair_store_bits[k]))
            return kh_fail(err, KH_ERANGE, "demand %zu has a store of %g bit, must be finite and >= 0", k, p->pair_store_bits[k]);
    return KH_OK;
}

static kh_status check_demands(const kh_expanded_problem *p, kh_error *err)
{
    for (size_t k = 0; k < p->n_demands; k++) {
        const kh_keyflow_demand *d = &p->demands[k];
        if (d->ends[0] >= p->graph.n_nodes || d->ends[1] >= p->graph.n_nodes || d->ends[0] == d->ends[1])
            return kh_fail(err, KH_ERANGE, "demand %zu is between nodes %u and %u of %zu", k, d->ends[0], d->ends[1],
                           p->graph.n_nodes);
        if (!(d->requested_bps > 0) || isinf(d->requested_bps))
            return kh_fail(err, KH_ERANGE, "demand %zu asks for %g bit/s, must be finite and > 0", k, d->requested_bps);
        for (size_t t = 0; p->profile != NULL && t < p->n_periods; t++)
            if (!(p->profile[t * p->n_demands + k] >= 0) || isinf(p->profile[t * p->n_demands + k]))
                return kh_fail(err, KH_ERANGE, "demand %zu has a profile of %g in period %zu, must be finite and >= 0", k,
                               p->profile[t * p->n_demands + k], t);
    }
    return KH_OK;
}

kh_status kh_expanded_check(const kh_expanded_problem *p, kh_error *err)
{
    KH_TRY(kh_graph_check(&p->graph, err));
    if (p->n_periods == 0 || !(p->period_s > 0) || isinf(p->period_s))
        return kh_fail(err, KH_ERANGE, "%zu periods of %g s: at least one, finite and > 0 s long", p->n_periods, p->period_s);
    if (!(p->start_share >= 0 && p->start_share <= 1) || !(p->gap >= 0))
        return kh_fail(err, KH_ERANGE, "start_share is %g, must be in [0, 1]; gap is %g, must be >= 0", p->start_share, p->gap);
    if ((double)p->n_periods * (double)(p->graph.n_nodes + p->graph.n_links + p->n_demands) > UINT32_MAX / 4)
        return kh_fail(err, KH_ERANGE, "%zu periods of %zu links and %zu demands are too many", p->n_periods, p->graph.n_links,
                       p->n_demands);
    for (size_t i = 0; i < p->n_periods * p->graph.n_links; i++)
        if (!(p->generated_bps[i] >= 0) || isinf(p->generated_bps[i]))
            return kh_fail(err, KH_ERANGE, "link %zu generates %g bit/s in period %zu, must be finite and >= 0",
                           i % p->graph.n_links, p->generated_bps[i], i / p->graph.n_links);
    KH_TRY(check_stores(p, err));
    return check_demands(p, err);
}
