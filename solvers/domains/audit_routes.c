/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/domains/audit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double SAME = 1e-9;

/* Two sums over pairs of nodes: what is carried, and what is asked or can be. */
typedef struct entry {
    uint32_t low, high;
    double carried, other;
} entry;

typedef struct tally {
    entry *entries;
    size_t n;
} tally;

static void add(tally *t, const uint32_t pair[2], double carried, double other)
{
    bool turned = pair[0] > pair[1];
    t->entries[t->n++] = (entry){pair[turned], pair[!turned], carried, other};
}

static int by_pair(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    if (x->low != y->low)
        return x->low < y->low ? -1 : 1;
    return x->high < y->high ? -1 : x->high > y->high;
}

static void close_tally(tally *t)
{
    size_t n = 0;
    qsort(t->entries, t->n, sizeof *t->entries, by_pair);
    for (size_t i = 0; i < t->n; i++)
        if (n > 0 && by_pair(&t->entries[n - 1], &t->entries[i]) == 0) {
            t->entries[n - 1].carried += t->entries[i].carried;
            t->entries[n - 1].other += t->entries[i].other;
        } else
            t->entries[n++] = t->entries[i];
    t->n = n;
}

static const kh_letter *request_of(const kh_record *record, uint32_t from, uint32_t to, size_t round)
{
    for (size_t i = 0; i < record->n; i++) {
        const kh_letter *l = &record->letters[i].letter;
        if (l->kind == KH_LETTER_REQUEST && l->from == from && record->letters[i].to == to && l->round == round)
            return l;
    }
    return NULL;
}

/* The last numbers of a request: pairs of borders, then nodes x borders. */
static void add_pairs(const kh_part *part, const double *rate, tally *asked)
{
    for (size_t high = 1; high < part->n_borders; high++)
        for (size_t low = 0; low < high; low++)
            add(asked, (uint32_t[2]){part->border[low], part->border[high]}, 0, *rate++);
}

static const double *add_to_borders(const kh_part *part, uint32_t node, const double *rate, tally *asked)
{
    for (size_t b = 0; b < part->n_borders; b++)
        add(asked, (uint32_t[2]){node, part->border[b]}, 0, *rate++);
    return rate;
}

/* Own ends in the order in which the demands name them first, then the demands inside. */
static void add_own(const kh_part *part, bool *seen, const double *rate, tally *asked)
{
    for (size_t k = 0; k < part->n_demands; k++) {
        const kh_part_demand *d = &part->demands[k];
        const uint32_t ends[2] = {d->here, (uint32_t)d->end};
        for (int side = 0; side < (d->there == part->self ? 2 : 1); side++) {
            if (!seen[ends[side]])
                rate = add_to_borders(part, ends[side], rate, asked);
            seen[ends[side]] = true;
        }
    }
    for (size_t k = 0; k < part->n_demands; k++)
        if (part->demands[k].there == part->self)
            add(asked, (uint32_t[2]){part->demands[k].here, (uint32_t)part->demands[k].end}, 0, *rate++);
}

static size_t count_numbers(const kh_part *part, uint32_t asker, bool *seen)
{
    size_t ends = 0, inner = 0;
    for (size_t i = 0; i < part->n_ends && asker != part->self; i++)
        ends += part->ends[i].asker == asker;
    for (size_t k = 0; k < part->n_demands && asker == part->self; k++) {
        const kh_part_demand *d = &part->demands[k];
        ends += !seen[d->here];
        seen[d->here] = true;
        if (d->there != part->self)
            continue;
        inner++;
        ends += !seen[d->end];
        seen[d->end] = true;
    }
    memset(seen, 0, part->graph.n_nodes * sizeof *seen);
    return kh_atlas_pairs(part->n_borders) + ends * part->n_borders + inner;
}

static kh_status add_requests(const kh_record *record, const kh_part *part, size_t round, tally *asked, kh_arena *arena,
                              kh_error *err)
{
    bool *seen = KH_NEW(arena, bool, part->graph.n_nodes);
    if (seen == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for an audit");
    for (uint32_t j = 0; j < part->n_domains; j++) {
        const kh_letter *l = request_of(record, j, part->self, round);
        size_t n = count_numbers(part, j, seen);
        if (l == NULL || l->n < n)
            return kh_fail(err, KH_EDATA, "domain %u asks nothing of domain %u in round %zu", j, part->self, round);
        const double *rate = l->number + l->n - n, *ends = rate + kh_atlas_pairs(part->n_borders);
        add_pairs(part, rate, asked);
        for (size_t i = 0; i < part->n_ends && j != part->self; i++)
            if (part->ends[i].asker == j)
                ends = add_to_borders(part, part->ends[i].node, ends, asked);
        if (j == part->self)
            add_own(part, seen, ends, asked);
    }
    return KH_OK;
}

static bool relays(const kh_part *part, uint32_t node)
{
    return part->graph.relays == NULL || part->graph.relays[node];
}

static kh_status add_routes(const kh_part *part, const kh_trace *trace, tally *pairs, tally *hops, kh_error *err)
{
    for (size_t i = 0; i < trace->n_routes; i++) {
        const kh_trace_route *route = &trace->routes[i];
        const uint32_t *node = trace->nodes + route->first;
        bool sound = route->n_nodes > 0 && route->first + route->n_nodes <= trace->n_nodes && route->rate_bps >= 0 &&
                     isfinite(route->rate_bps);
        for (size_t h = 0; sound && h < route->n_nodes; h++)
            sound = node[h] < part->graph.n_nodes && (h == 0 || h + 1 == route->n_nodes || relays(part, node[h]));
        if (!sound)
            return kh_fail(err, KH_EDATA, "route %zu inside domain %u has no rate or passes a node that does not relay", i,
                           part->self);
        add(pairs, (uint32_t[2]){node[0], node[route->n_nodes - 1]}, route->rate_bps, 0);
        for (size_t h = 1; h < route->n_nodes; h++)
            add(hops, (uint32_t[2]){node[h - 1], node[h]}, route->rate_bps, 0);
    }
    for (size_t e = 0; e < part->graph.n_links; e++)
        add(hops, part->graph.ends[e], 0, part->capacity_bps[e]);
    return KH_OK;
}

static kh_status compare(const kh_part *part, tally *pairs, tally *hops, double value, kh_error *err)
{
    close_tally(pairs);
    close_tally(hops);
    for (size_t i = 0; i < pairs->n; i++) {
        const entry *p = &pairs->entries[i];
        if (p->low != p->high && !(fabs(p->carried - p->other) <= SAME * p->other))
            return kh_fail(err, KH_EDATA, "domain %u carries %g between its nodes %u and %u; asked for is %g", part->self,
                           p->carried, p->low, p->high, p->other);
    }
    for (size_t i = 0; i < hops->n; i++) {
        const entry *h = &hops->entries[i];
        if (!(h->carried * value <= h->other * (1 + SAME)))
            return kh_fail(err, KH_EDATA, "domain %u carries %g between its nodes %u and %u, where %g is what its links can",
                           part->self, h->carried * value, h->low, h->high, h->other);
    }
    return KH_OK;
}

kh_status kh_audit_routes(const kh_record *record, const kh_part *part, const kh_trace *trace, kh_member_report report,
                          kh_arena *arena, kh_error *err)
{
    size_t most = trace->n_routes + part->n_demands + part->n_domains * kh_atlas_pairs(part->n_borders);
    most += (part->n_ends + 2 * part->n_demands) * part->n_borders;
    tally pairs = {KH_NEW(arena, entry, most), 0}, hops = {KH_NEW(arena, entry, trace->n_nodes + part->graph.n_links), 0};
    if (record->broken || report.best_round == 0)
        return kh_fail(err, KH_EDATA, "there are no letters that say what domain %u is to carry", part->self);
    if (pairs.entries == NULL || hops.entries == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for an audit");
    KH_TRY(add_requests(record, part, report.best_round - 1, &pairs, arena, err));
    KH_TRY(add_routes(part, trace, &pairs, &hops, err));
    return compare(part, &pairs, &hops, report.value, err);
}
