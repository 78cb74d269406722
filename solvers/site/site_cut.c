/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/site/site_cut.h"

#include "core/net/ids.h"

#include <math.h>
#include <string.h>

static kh_status out_of_memory(kh_error *err)
{
    return kh_fail(err, KH_ENOMEM, "no memory for cuts of sites");
}

static uint64_t hash_of(const kh_site_row *row)
{
    uint64_t hash = 14695981039346656037u ^ (uint64_t)row->lower;
    for (size_t i = 0; i < row->n; i++)
        hash = (hash ^ row->column[i]) * 1099511628211u;
    return hash;
}

static bool is_known(const kh_site_cuts *cuts, const kh_site_row *row, uint64_t hash)
{
    for (size_t i = 0; i < cuts->n; i++) {
        const kh_site_row *known = &cuts->rows[i];
        if (known->hash == hash && known->n == row->n && known->cut.sites != NULL && !(known->lower < row->lower) &&
            memcmp(known->column, row->column, row->n * sizeof *row->column) == 0)
            return true;
    }
    return false;
}

static bool copy_row(kh_site_cuts *cuts, kh_site_row *row)
{
    uint32_t *column = KH_NEW(cuts->arena, uint32_t, row->n), *sites = KH_NEW(cuts->arena, uint32_t, row->cut.n);
    double *value = KH_NEW(cuts->arena, double, row->value == NULL ? 0 : row->n);
    if (column == NULL || sites == NULL || value == NULL)
        return false;
    memcpy(column, row->column, row->n * sizeof *column);
    if (row->value != NULL)
        row->value = memcpy(value, row->value, row->n * sizeof *value);
    if (row->cut.sites != NULL)
        row->cut.sites = memcpy(sites, row->cut.sites, row->cut.n * sizeof *sites);
    row->column = column;
    return true;
}

kh_status kh_site_cuts_keep(kh_site_cuts *cuts, const kh_site_row *row, kh_error *err)
{
    kh_site_row kept = *row;
    kept.hash = hash_of(row);
    if (is_known(cuts, row, kept.hash))
        return KH_OK;
    if (cuts->n == cuts->room) {
        kh_site_row *grown = kh_arena_grow(cuts->arena, cuts->rows, cuts->n, &cuts->room, sizeof *grown);
        if (grown == NULL)
            return out_of_memory(err);
        cuts->rows = grown;
    }
    if (!copy_row(cuts, &kept))
        return out_of_memory(err);
    cuts->rows[cuts->n++] = kept;
    return KH_OK;
}

static bool relays(const kh_site_join_problem *problem, size_t v)
{
    return problem->relays == NULL || problem->relays[v];
}

/* A tree out of the first terminal leaves only sites that relay, and comes to none that is of no use. */
static bool tree_takes(const kh_site_cuts *cuts, uint32_t from, uint32_t to)
{
    const kh_site_join_problem *p = cuts->problem;
    return to != p->terminals[0] && (from == p->terminals[0] || relays(p, from)) && (cuts->is_terminal[to] || relays(p, to));
}

static void number_arcs(kh_site_cuts *cuts)
{
    const kh_site_join_problem *p = cuts->problem;
    for (size_t a = 0; a < 2 * p->n_spans; a++) {
        bool taken = tree_takes(cuts, p->span[a / 2][a % 2], p->span[a / 2][1 - a % 2]);
        cuts->arc_column[a] = taken ? (uint32_t)cuts->n_columns++ : KH_NO_INDEX;
    }
}

/* What comes to a site is no more than the site is open; to a terminal, 1. */
static kh_status add_degrees(kh_site_cuts *cuts, kh_error *err)
{
    const kh_site_join_problem *p = cuts->problem;
    size_t *first = KH_NEW(cuts->arena, size_t, p->n_sites + 2);
    uint32_t *in = KH_NEW(cuts->arena, uint32_t, cuts->n_columns + p->n_sites);
    double *value = KH_NEW(cuts->arena, double, cuts->n_columns + 1);
    if (first == NULL || in == NULL || value == NULL)
        return out_of_memory(err);
    for (size_t a = 0; a < 2 * p->n_spans; a++)
        first[p->span[a / 2][1 - a % 2] + 2] += cuts->arc_column[a] != KH_NO_INDEX;
    for (size_t v = 0; v < p->n_sites; v++)
        first[v + 2] += first[v + 1] + (cuts->column[v] != KH_NO_INDEX);
    for (uint32_t v = 0; v < p->n_sites; v++)
        if (cuts->column[v] != KH_NO_INDEX)
            in[first[v + 1]++] = cuts->column[v];
    for (size_t a = 0; a < 2 * p->n_spans; a++)
        if (cuts->arc_column[a] != KH_NO_INDEX)
            in[first[p->span[a / 2][1 - a % 2] + 1]++] = cuts->arc_column[a];
    for (uint32_t v = 0; v < p->n_sites; v++) {
        bool choice = cuts->column[v] != KH_NO_INDEX;
        kh_site_row row = {.column = in + first[v], .value = value, .n = first[v + 1] - first[v], .lower = -HUGE_VAL};
        for (size_t i = 0; i < row.n; i++)
            value[i] = i == 0 && choice ? -1 : 1;
        row.upper = choice ? 0 : 1;
        row.cut.terminal = v;
        if (row.n > choice)
            KH_TRY(kh_site_cuts_keep(cuts, &row, err));
    }
    return KH_OK;
}

static bool take_memory(kh_site_cuts *cuts)
{
    const kh_site_join_problem *p = cuts->problem;
    size_t n = p->n_sites, m = p->n_routes == 1 ? 2 * p->n_spans : 0;
    kh_arena *arena = cuts->arena;
    cuts->flow = kh_site_flow_create(n, p->span, p->n_spans, arena);
    cuts->column = KH_NEW(arena, uint32_t, n);
    cuts->site = KH_NEW(arena, uint32_t, n);
    cuts->is_terminal = KH_NEW(arena, bool, n);
    cuts->capacity = KH_NEW(arena, double, n);
    cuts->raised = KH_NEW(arena, double, n);
    cuts->found = KH_NEW(arena, uint32_t, n);
    cuts->other = KH_NEW(arena, uint32_t, n);
    cuts->inside = KH_NEW(arena, bool, n);
    cuts->entries = KH_NEW(arena, uint32_t, n + m);
    cuts->ones = KH_NEW(arena, double, n + m);
    cuts->arc_room = KH_NEW(arena, double, m);
    cuts->arc_column = p->n_routes == 1 ? KH_NEW(arena, uint32_t, m) : NULL;
    return cuts->flow != NULL && cuts->column != NULL && cuts->site != NULL && cuts->is_terminal != NULL &&
           cuts->capacity != NULL && cuts->raised != NULL && cuts->found != NULL && cuts->other != NULL && cuts->inside != NULL &&
           cuts->entries != NULL && cuts->ones != NULL && cuts->arc_room != NULL &&
           (cuts->arc_column != NULL) == (p->n_routes == 1);
}

kh_status kh_site_cuts_create(const kh_site_join_problem *problem, kh_arena *arena, kh_site_cuts *cuts, kh_error *err)
{
    *cuts = (kh_site_cuts){.problem = problem, .arena = arena};
    if (!take_memory(cuts))
        return out_of_memory(err);
    for (size_t t = 0; t < problem->n_terminals; t++)
        cuts->is_terminal[problem->terminals[t]] = true;
    for (uint32_t v = 0; v < problem->n_sites; v++) {
        bool choice = relays(problem, v) && !cuts->is_terminal[v];
        cuts->column[v] = choice ? (uint32_t)cuts->n_choices : KH_NO_INDEX;
        if (choice)
            cuts->site[cuts->n_choices++] = v;
    }
    cuts->n_columns = cuts->n_choices;
    if (cuts->arc_column != NULL)
        number_arcs(cuts);
    for (size_t j = 0; j < cuts->n_columns; j++)
        cuts->ones[j] = 1;
    return cuts->arc_column != NULL ? add_degrees(cuts, err) : KH_OK;
}

size_t kh_site_cuts_unjoined(kh_site_cuts *cuts, const bool *open)
{
    const kh_site_join_problem *p = cuts->problem;
    for (size_t v = 0; v < p->n_sites; v++)
        cuts->raised[v] = (open[v] || cuts->is_terminal[v]) && relays(p, v);
    for (size_t t = 1; t < p->n_terminals; t++) {
        const uint32_t ends[2] = {p->terminals[0], p->terminals[t]};
        if (kh_site_flow_most(cuts->flow, cuts->raised, NULL, ends, p->n_routes) < p->n_routes - 0.5)
            return t;
    }
    return p->n_terminals;
}

typedef struct matrix {
    size_t *start;
    uint32_t *row;
    double *value, *row_lower, *row_upper, *column_lower, *column_upper, *cost;
    bool *integer;
} matrix;

static void fill(const kh_site_cuts *cuts, const matrix *m)
{
    for (size_t i = 0; i < cuts->n; i++) {
        m->row_lower[i] = cuts->rows[i].lower;
        m->row_upper[i] = cuts->rows[i].upper;
        for (size_t k = 0; k < cuts->rows[i].n; k++)
            m->start[cuts->rows[i].column[k] + 1]++;
    }
    for (size_t j = 0; j < cuts->n_columns; j++) {
        m->start[j + 1] += m->start[j];
        m->cost[j] = j < cuts->n_choices ? cuts->problem->price[cuts->site[j]] : 0;
        m->integer[j] = j < cuts->n_choices;
        m->column_upper[j] = 1;
    }
    for (size_t a = 0; cuts->problem->span_price != NULL && cuts->arc_column != NULL && a < 2 * cuts->problem->n_spans; a++)
        if (cuts->arc_column[a] != KH_NO_INDEX)
            m->cost[cuts->arc_column[a]] = cuts->problem->span_price[a / 2];
    for (size_t i = cuts->n; i-- > 0;) /* from behind: each start comes down to where it belongs */
        for (size_t k = 0; k < cuts->rows[i].n; k++) {
            size_t at = --m->start[cuts->rows[i].column[k] + 1];
            m->row[at] = (uint32_t)i;
            m->value[at] = cuts->rows[i].value == NULL ? 1 : cuts->rows[i].value[k];
        }
}

kh_status kh_site_cuts_lp(const kh_site_cuts *cuts, bool integer, kh_arena *arena, kh_lp *lp, kh_error *err)
{
    size_t n = cuts->n_columns, entries = 0;
    for (size_t i = 0; i < cuts->n; i++)
        entries += cuts->rows[i].n;
    matrix m = {KH_NEW(arena, size_t, n + 2),   KH_NEW(arena, uint32_t, entries), KH_NEW(arena, double, entries),
                KH_NEW(arena, double, cuts->n), KH_NEW(arena, double, cuts->n),   KH_NEW(arena, double, n),
                KH_NEW(arena, double, n),       KH_NEW(arena, double, n),         KH_NEW(arena, bool, n)};
    if (m.start == NULL || m.row == NULL || m.value == NULL || m.row_lower == NULL || m.row_upper == NULL ||
        m.column_lower == NULL || m.column_upper == NULL || m.cost == NULL || m.integer == NULL)
        return out_of_memory(err);
    fill(cuts, &m); /* start[j + 1] is now where column j begins */
    m.start[n + 1] = entries;
    *lp = (kh_lp){.n_rows = cuts->n,
                  .n_columns = n,
                  .row_lower = m.row_lower,
                  .row_upper = m.row_upper,
                  .column_lower = m.column_lower,
                  .column_upper = m.column_upper,
                  .cost = m.cost,
                  .start = m.start + 1,
                  .row = m.row,
                  .value = m.value,
                  .integer = integer ? m.integer : NULL};
    return KH_OK;
}
