/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/site_cut.h"

#include "core/net/ids.h"

#include <math.h>
#include <string.h>

static const double BROKEN = 1e-5;     /* short of what is needed by more than this */
static const double PREFER_FEW = 1e-7; /* of capacity on every site: of equal cuts the one of fewer sites */

static kh_status out_of_memory(kh_error *err)
{
    return kh_fail(err, KH_ENOMEM, "no memory for cuts of sites");
}

static bool relays(const kh_site_join_problem *problem, size_t v)
{
    return problem->relays == NULL || problem->relays[v];
}

kh_status kh_site_cuts_create(const kh_site_join_problem *problem, kh_arena *arena, kh_site_cuts *cuts, kh_error *err)
{
    size_t n = problem->n_sites;
    *cuts = (kh_site_cuts){.problem = problem,
                           .arena = arena,
                           .flow = kh_site_flow_create(n, problem->span, problem->n_spans, arena),
                           .column = KH_NEW(arena, uint32_t, n),
                           .site = KH_NEW(arena, uint32_t, n),
                           .is_terminal = KH_NEW(arena, bool, n),
                           .capacity = KH_NEW(arena, double, n),
                           .raised = KH_NEW(arena, double, n),
                           .found = KH_NEW(arena, uint32_t, n),
                           .other = KH_NEW(arena, uint32_t, n),
                           .ones = KH_NEW(arena, double, n)};
    if (cuts->flow == NULL || cuts->column == NULL || cuts->site == NULL || cuts->is_terminal == NULL || cuts->capacity == NULL ||
        cuts->raised == NULL || cuts->found == NULL || cuts->other == NULL || cuts->ones == NULL)
        return out_of_memory(err);
    for (size_t t = 0; t < problem->n_terminals; t++)
        cuts->is_terminal[problem->terminals[t]] = true;
    for (uint32_t v = 0; v < n; v++) {
        bool free = relays(problem, v) && !cuts->is_terminal[v];
        cuts->column[v] = free ? (uint32_t)cuts->n_columns : KH_NO_INDEX;
        if (free)
            cuts->site[cuts->n_columns++] = v;
        cuts->ones[v] = 1;
    }
    return KH_OK;
}

static uint64_t hash_of(uint32_t terminal_need, const uint32_t *sites, size_t n)
{
    uint64_t hash = 14695981039346656037u ^ terminal_need;
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ sites[i]) * 1099511628211u;
    return hash;
}

static bool is_known(const kh_site_cuts *cuts, uint64_t hash, const kh_site_cut *cut)
{
    for (size_t i = 0; i < cuts->n; i++)
        if (cuts->hash[i] == hash && cuts->cuts[i].n == cut->n && !(cuts->cuts[i].needed < cut->needed) &&
            memcmp(cuts->cuts[i].sites, cut->sites, cut->n * sizeof *cut->sites) == 0)
            return true;
    return false;
}

static kh_status keep(kh_site_cuts *cuts, const kh_site_cut *cut, kh_error *err)
{
    uint64_t hash = hash_of((uint32_t)cut->needed, cut->sites, cut->n);
    if (is_known(cuts, hash, cut))
        return KH_OK;
    if (cuts->n == cuts->room) {
        kh_site_cut *grown = kh_arena_grow(cuts->arena, cuts->cuts, cuts->n, &cuts->room, sizeof *grown);
        uint64_t *hashes = kh_arena_grow(cuts->arena, cuts->hash, cuts->n, &cuts->hash_room, sizeof *hashes);
        if (grown == NULL || hashes == NULL)
            return out_of_memory(err);
        cuts->cuts = grown;
        cuts->hash = hashes;
    }
    kh_site_cut kept = *cut;
    kept.sites = KH_NEW(cuts->arena, uint32_t, cut->n);
    if (kept.sites == NULL)
        return out_of_memory(err);
    memcpy(kept.sites, cut->sites, cut->n * sizeof *cut->sites);
    cuts->hash[cuts->n] = hash;
    cuts->cuts[cuts->n++] = kept;
    return KH_OK;
}

/* A cut of the flow without the terminals in it. *broken: what is open there is too little. */
static kh_status take_cut(kh_site_cuts *cuts, uint32_t terminal, bool last, bool *broken, kh_error *err)
{
    size_t n = kh_site_flow_cut(cuts->flow, last, cuts->other);
    kh_site_cut cut = {.terminal = terminal, .sites = cuts->found, .needed = cuts->problem->n_routes};
    cut.needed -= kh_site_flow_is_direct(cuts->flow);
    double open = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t v = cuts->other[i];
        if (cuts->column[v] != KH_NO_INDEX) {
            cuts->found[cut.n++] = v;
            open += cuts->capacity[v];
        } else if (relays(cuts->problem, v)) {
            cut.needed--;
        }
    }
    *broken = open < cut.needed - BROKEN;
    if (*broken && (double)cut.n < cut.needed)
        return kh_fail(err, KH_EINTERNAL, "terminal %u cannot be joined with all sites open", terminal);
    return *broken ? keep(cuts, &cut, err) : KH_OK;
}

/* Cut by cut: the sites of one are taken as open, then the next is looked for beyond it. */
static kh_status find_for(kh_site_cuts *cuts, uint32_t terminal, size_t most, kh_error *err)
{
    const kh_site_join_problem *p = cuts->problem;
    const uint32_t ends[2] = {p->terminals[0], p->terminals[terminal]};
    for (size_t v = 0; v < p->n_sites; v++)
        cuts->raised[v] = cuts->capacity[v] + (cuts->column[v] != KH_NO_INDEX ? PREFER_FEW : 0);
    for (size_t round = 0; round < most; round++) {
        bool broken = false, also = false;
        double wanted = p->n_routes;
        if (!(kh_site_flow_most(cuts->flow, cuts->raised, ends, wanted) < wanted - BROKEN))
            return KH_OK;
        KH_TRY(take_cut(cuts, terminal, true, &also, err));
        KH_TRY(take_cut(cuts, terminal, false, &broken, err));
        if (!broken)
            return KH_OK;
        size_t n = kh_site_flow_cut(cuts->flow, false, cuts->other);
        for (size_t i = 0; i < n; i++)
            cuts->raised[cuts->other[i]] = cuts->column[cuts->other[i]] != KH_NO_INDEX ? 1 : cuts->raised[cuts->other[i]];
    }
    return KH_OK;
}

kh_status kh_site_cuts_find(kh_site_cuts *cuts, const double *point, size_t most_each, size_t *n_new, kh_error *err)
{
    size_t before = cuts->n;
    for (size_t v = 0; v < cuts->problem->n_sites; v++)
        cuts->capacity[v] = cuts->column[v] != KH_NO_INDEX ? fmin(fmax(point[cuts->column[v]], 0), 1) : relays(cuts->problem, v);
    for (uint32_t t = 1; t < cuts->problem->n_terminals; t++)
        KH_TRY(find_for(cuts, t, most_each, err));
    *n_new = cuts->n - before;
    return KH_OK;
}

size_t kh_site_cuts_unjoined(kh_site_cuts *cuts, const bool *open)
{
    const kh_site_join_problem *p = cuts->problem;
    for (size_t v = 0; v < p->n_sites; v++)
        cuts->raised[v] = (open[v] || cuts->is_terminal[v]) && relays(p, v);
    for (size_t t = 1; t < p->n_terminals; t++) {
        const uint32_t ends[2] = {p->terminals[0], p->terminals[t]};
        if (kh_site_flow_most(cuts->flow, cuts->raised, ends, p->n_routes) < p->n_routes - 0.5)
            return t;
    }
    return p->n_terminals;
}

void kh_site_cuts_row(const kh_site_cuts *cuts, const kh_site_cut *cut, uint32_t *column)
{
    for (size_t i = 0; i < cut->n; i++)
        column[i] = cuts->column[cut->sites[i]];
}

typedef struct matrix {
    size_t *start;
    uint32_t *row;
    double *value, *row_lower, *row_upper, *column_lower, *cost;
    bool *integer;
} matrix;

static void fill(const kh_site_cuts *cuts, const matrix *m)
{
    for (size_t i = 0; i < cuts->n; i++) {
        m->row_lower[i] = cuts->cuts[i].needed;
        m->row_upper[i] = HUGE_VAL;
        for (size_t k = 0; k < cuts->cuts[i].n; k++)
            m->start[cuts->column[cuts->cuts[i].sites[k]] + 1]++;
    }
    for (size_t j = 0; j < cuts->n_columns; j++) {
        m->start[j + 1] += m->start[j];
        m->cost[j] = cuts->problem->price[cuts->site[j]];
        m->integer[j] = true;
    }
    for (size_t i = cuts->n; i-- > 0;) /* from behind: each start comes down to where it belongs */
        for (size_t k = 0; k < cuts->cuts[i].n; k++)
            m->row[--m->start[cuts->column[cuts->cuts[i].sites[k]] + 1]] = (uint32_t)i;
}

kh_status kh_site_cuts_lp(const kh_site_cuts *cuts, bool integer, kh_arena *arena, kh_lp *lp, kh_error *err)
{
    size_t n = cuts->n_columns, entries = 0;
    for (size_t i = 0; i < cuts->n; i++)
        entries += cuts->cuts[i].n;
    matrix m = {KH_NEW(arena, size_t, n + 2),   KH_NEW(arena, uint32_t, entries),
                KH_NEW(arena, double, entries), KH_NEW(arena, double, cuts->n),
                KH_NEW(arena, double, cuts->n), KH_NEW(arena, double, n),
                KH_NEW(arena, double, n),       KH_NEW(arena, bool, n)};
    double *column_upper = KH_NEW(arena, double, n);
    if (m.start == NULL || m.row == NULL || m.value == NULL || m.row_lower == NULL || m.row_upper == NULL ||
        m.column_lower == NULL || m.cost == NULL || m.integer == NULL || column_upper == NULL)
        return out_of_memory(err);
    fill(cuts, &m); /* start[j + 1] is now where column j begins */
    m.start[n + 1] = entries;
    for (size_t k = 0; k < entries; k++)
        m.value[k] = 1;
    for (size_t j = 0; j < n; j++)
        column_upper[j] = 1;
    *lp = (kh_lp){.n_rows = cuts->n,
                  .n_columns = n,
                  .row_lower = m.row_lower,
                  .row_upper = m.row_upper,
                  .column_lower = m.column_lower,
                  .column_upper = column_upper,
                  .cost = m.cost,
                  .start = m.start + 1,
                  .row = m.row,
                  .value = m.value,
                  .integer = integer ? m.integer : NULL};
    return KH_OK;
}
