/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/site/site_cut.h"

#include "core/net/ids.h"

#include <math.h>
#include <string.h>

static const double BROKEN = 1e-5;     /* short of what is needed by more than this */
static const double PREFER_FEW = 1e-7; /* of capacity everywhere: of equal cuts the smallest */

static bool relays(const kh_site_join_problem *problem, size_t v)
{
    return problem->relays == NULL || problem->relays[v];
}

/* Sites of which too few are open; terminals among them count as open. *broken: it is really broken, and kept. */
static kh_status take_sites(kh_site_cuts *cuts, uint32_t terminal, bool last, bool *broken, kh_error *err)
{
    size_t n = kh_site_flow_cut(cuts->flow, last, cuts->other);
    kh_site_cut cut = {.terminal = terminal, .sites = cuts->found};
    double open = 0, needed = cuts->problem->n_routes - kh_site_flow_is_direct(cuts->flow);
    for (size_t i = 0; i < n; i++) {
        uint32_t v = cuts->other[i];
        if (cuts->column[v] != KH_NO_INDEX) {
            cuts->entries[cut.n] = cuts->column[v];
            cuts->found[cut.n++] = v;
            open += cuts->capacity[v];
        } else if (relays(cuts->problem, v)) {
            needed--;
        }
    }
    cut.needed = needed;
    *broken = open < needed - BROKEN;
    if (*broken && (double)cut.n < needed)
        return kh_fail(err, KH_EINTERNAL, "terminal %u cannot be joined with all sites open", terminal);
    kh_site_row row = {.column = cuts->entries, .n = cut.n, .lower = needed, .upper = HUGE_VAL, .cut = cut};
    return *broken ? kh_site_cuts_keep(cuts, &row, err) : KH_OK;
}

/* Cut by cut: the sites of one are taken as open, then the next is looked for beyond it. */
static kh_status find_sites(kh_site_cuts *cuts, uint32_t terminal, size_t most, kh_error *err)
{
    const kh_site_join_problem *p = cuts->problem;
    const uint32_t ends[2] = {p->terminals[0], p->terminals[terminal]};
    for (size_t v = 0; v < p->n_sites; v++)
        cuts->raised[v] = cuts->capacity[v] + (cuts->column[v] != KH_NO_INDEX ? PREFER_FEW : 0);
    for (size_t round = 0; round < most; round++) {
        bool broken = false, also = false;
        if (!(kh_site_flow_most(cuts->flow, cuts->raised, NULL, ends, p->n_routes) < p->n_routes - BROKEN))
            return KH_OK;
        KH_TRY(take_sites(cuts, terminal, true, &also, err));
        KH_TRY(take_sites(cuts, terminal, false, &broken, err));
        if (!broken)
            return KH_OK;
        size_t n = kh_site_flow_cut(cuts->flow, false, cuts->other);
        for (size_t i = 0; i < n; i++)
            if (cuts->column[cuts->other[i]] != KH_NO_INDEX)
                cuts->raised[cuts->other[i]] = 1;
    }
    return KH_OK;
}

/* The terminal's side of a smallest cut: too little leads into it. The spans into it are then taken as full. */
static kh_status take_side(kh_site_cuts *cuts, const double *point, uint32_t terminal, bool last, bool *broken, kh_error *err)
{
    const kh_site_join_problem *p = cuts->problem;
    kh_site_cut cut = {.terminal = terminal, .sites = cuts->found, .needed = 1};
    cut.n = kh_site_flow_side(cuts->flow, last, cuts->found);
    memset(cuts->inside, 0, p->n_sites * sizeof *cuts->inside);
    for (size_t i = 0; i < cut.n; i++)
        cuts->inside[cuts->found[i]] = true;
    kh_site_row row = {.column = cuts->entries, .lower = 1, .upper = HUGE_VAL, .cut = cut};
    double sum = 0;
    for (size_t a = 0; a < 2 * p->n_spans; a++) {
        uint32_t column = cuts->arc_column[a];
        if (column == KH_NO_INDEX || cuts->inside[p->span[a / 2][a % 2]] || !cuts->inside[p->span[a / 2][1 - a % 2]])
            continue;
        sum += fmax(point[column], 0);
        cuts->entries[row.n++] = column;
        if (!last)
            cuts->arc_room[a] = 1;
    }
    *broken = sum < 1 - BROKEN;
    if (*broken && row.n == 0)
        return kh_fail(err, KH_EINTERNAL, "terminal %u cannot be joined with all sites open", terminal);
    return *broken ? kh_site_cuts_keep(cuts, &row, err) : KH_OK;
}

static kh_status find_sides(kh_site_cuts *cuts, const double *point, uint32_t terminal, size_t most, kh_error *err)
{
    const kh_site_join_problem *p = cuts->problem;
    const uint32_t ends[2] = {p->terminals[0], p->terminals[terminal]};
    for (size_t a = 0; a < 2 * p->n_spans; a++) {
        uint32_t column = cuts->arc_column[a];
        cuts->arc_room[a] = column == KH_NO_INDEX ? 0 : fmax(point[column], 0) + PREFER_FEW;
    }
    for (size_t round = 0; round < most; round++) {
        bool broken = false, also = false;
        if (!(kh_site_flow_most(cuts->flow, NULL, cuts->arc_room, ends, 1) < 1 - BROKEN))
            return KH_OK;
        KH_TRY(take_side(cuts, point, terminal, true, &also, err));
        KH_TRY(take_side(cuts, point, terminal, false, &broken, err));
        if (!broken)
            return KH_OK;
    }
    return KH_OK;
}

kh_status kh_site_cuts_find(kh_site_cuts *cuts, const double *point, size_t most_each, size_t *n_new, kh_error *err)
{
    size_t before = cuts->n;
    for (size_t v = 0; v < cuts->problem->n_sites; v++)
        cuts->capacity[v] = cuts->column[v] != KH_NO_INDEX ? fmin(fmax(point[cuts->column[v]], 0), 1) : relays(cuts->problem, v);
    for (uint32_t t = 1; t < cuts->problem->n_terminals; t++)
        KH_TRY(cuts->arc_column != NULL ? find_sides(cuts, point, t, most_each, err) : find_sites(cuts, t, most_each, err));
    *n_new = cuts->n - before;
    return KH_OK;
}
