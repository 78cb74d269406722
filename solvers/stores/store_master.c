/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/stores/store_master.h"

#include "core/net/ids.h"
#include "solvers/lp/lp_build.h"

#include <math.h>
#include <string.h>

static size_t n_periods(const kh_store_master *m)
{
    return m->copies->given->n_periods;
}

static size_t n_links(const kh_store_master *m)
{
    return m->copies->given->graph.n_links;
}

static double pair_store(const kh_store_master *m, size_t k)
{
    const kh_expanded_problem *g = m->copies->given;
    return g->pair_store_bits != NULL && n_periods(m) > 1 ? g->pair_store_bits[k] : 0;
}

static double store_range(const kh_store_master *m, size_t e)
{
    const kh_even_window *w = &m->copies->window[e];
    return n_periods(m) > 1 ? w->high - w->low : 0;
}

/* The mean generation; what can flow in a period may be far above it or below. */
static double row_unit(const kh_expanded_problem *g, size_t e)
{
    double mean = 0;
    for (size_t t = 0; t < g->n_periods; t++)
        mean += g->generated_bps[t * g->graph.n_links + e] / (double)g->n_periods;
    return mean > 0 ? mean : 1;
}

/* Any start is feasible with nothing carried and every store level: the demands' first paths stand in the basis at 0, stores lie
   at their upper bounds. */
static void set_first_basis(kh_store_master *m)
{
    size_t rows = n_periods(m) * n_links(m), n = m->copies->problem.n_demands;
    memset(m->row_place, KH_LP_BASIC, rows + n);
    memset(m->store_place, KH_LP_AT_UPPER, rows);
    memset(m->pair_place, KH_LP_AT_UPPER, n_periods(m) * m->copies->given->n_demands);
    for (size_t j = 0; j < n; j++)
        if (m->pool->last[j] != KH_NO_INDEX)
            m->row_place[rows + j] = KH_LP_AT_LOWER;
}

kh_status kh_store_master_init(kh_store_master *m, const kh_copies *copies, const kh_pool *pool, double level, kh_arena *arena,
                               kh_error *err)
{
    const kh_expanded_problem *g = copies->given;
    size_t rows = g->n_periods * g->graph.n_links, pairs = g->n_periods * g->n_demands, n = copies->problem.n_demands;
    *m = (kh_store_master){.copies = copies,
                           .pool = pool,
                           .arena = arena,
                           .level = level,
                           .row_unit_bps = KH_NEW(arena, double, g->graph.n_links),
                           .row_place = KH_NEW(arena, uint8_t, rows + n),
                           .store_place = KH_NEW(arena, uint8_t, rows),
                           .pair_place = KH_NEW(arena, uint8_t, pairs),
                           .price = KH_NEW(arena, double, rows),
                           .demand_price = KH_NEW(arena, double, n),
                           .stored_bits = KH_NEW(arena, double, rows),
                           .pair_stored_bits = KH_NEW(arena, double, pairs)};
    if (m->row_unit_bps == NULL || m->row_place == NULL || m->store_place == NULL || m->pair_place == NULL || m->price == NULL ||
        m->demand_price == NULL || m->stored_bits == NULL || m->pair_stored_bits == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the master problem of %zu rows", rows + n);
    m->scratch = kh_arena_create(0);
    if (m->scratch == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the master problem");
    for (size_t e = 0; e < g->graph.n_links; e++)
        m->row_unit_bps[e] = row_unit(g, e);
    set_first_basis(m);
    return KH_OK;
}

void kh_store_master_clear(kh_store_master *m)
{
    kh_arena_destroy(m->scratch);
    m->scratch = NULL;
}

static kh_status take_in_paths(kh_store_master *m, kh_error *err)
{
    size_t n = m->pool->n_paths;
    if (n > m->path_room) {
        size_t room = 2 * n;
        uint8_t *place = KH_NEW(m->arena, uint8_t, room);
        double *flow = KH_NEW(m->arena, double, room);
        if (place == NULL || flow == NULL)
            return kh_fail(err, KH_ENOMEM, "no memory for %zu paths", n);
        if (m->n_paths > 0) {
            memcpy(place, m->path_place, m->n_paths * sizeof *place);
            memcpy(flow, m->path_flow, m->n_paths * sizeof *flow);
        }
        m->path_place = place;
        m->path_flow = flow;
        m->path_room = room;
    }
    for (size_t p = m->n_paths; p < n; p++) {
        m->path_place[p] = m->n_paths == 0 && m->pool->paths[p].previous == KH_NO_INDEX ? KH_LP_BASIC : KH_LP_AT_LOWER;
        m->path_flow[p] = 0;
    }
    m->n_paths = n;
    return KH_OK;
}

static double unit_bps(const kh_store_master *m, size_t j)
{
    return m->level * m->copies->problem.demands[j].requested_bps;
}

static void add_rows(const kh_store_master *m, kh_lp_build *b)
{
    const kh_expanded_problem *g = m->copies->given;
    size_t rows = n_periods(m) * n_links(m);
    for (size_t r = 0; r < rows; r++)
        kh_lp_build_row(b, r, -INFINITY, g->generated_bps[r] / m->row_unit_bps[r % n_links(m)]);
    for (size_t j = 0; j < m->copies->problem.n_demands; j++)
        kh_lp_build_row(b, rows + j, m->pool->last[j] != KH_NO_INDEX ? 0 : -INFINITY, INFINITY);
}

static void add_lambda(const kh_store_master *m, kh_lp_build *b)
{
    kh_lp_build_column(b, 1, 0, INFINITY);
    for (size_t j = 0; j < m->copies->problem.n_demands; j++)
        if (m->copies->asked_bps[j] > 0 && m->pool->last[j] != KH_NO_INDEX)
            kh_lp_build_entry(b, n_periods(m) * n_links(m) + j,
                              -m->copies->asked_bps[j] / m->copies->problem.demands[j].requested_bps);
}

/* What a store holds at the start of a period can be spent in it, and was kept back in the one before. */
static void add_store(const kh_store_master *m, kh_lp_build *b, size_t t, size_t e)
{
    const kh_even_window *w = &m->copies->window[e];
    double range = store_range(m, e), flow = range / (m->copies->given->period_s * m->row_unit_bps[e]);
    if (range <= 0)
        return;
    double lower = t == 0 ? (w->first_low - w->low) / range : 0, upper = t == 0 ? (w->first_high - w->low) / range : 1;
    kh_lp_build_column(b, 0, lower, upper);
    size_t before = t > 0 ? t - 1 : n_periods(m) - 1;
    kh_lp_build_entry(b, t * n_links(m) + e, -flow);
    kh_lp_build_entry(b, before * n_links(m) + e, flow);
}

static void add_pair_store(const kh_store_master *m, kh_lp_build *b, size_t t, size_t k)
{
    size_t pairs = m->copies->given->n_demands, before = t > 0 ? t - 1 : n_periods(m) - 1;
    uint32_t j = m->copies->place[t * pairs + k], i = m->copies->place[before * pairs + k];
    if (pair_store(m, k) <= 0 || i == KH_NO_INDEX || j == KH_NO_INDEX)
        return;
    size_t first = n_periods(m) * n_links(m);
    double flow = pair_store(m, k) / m->copies->given->period_s;
    kh_lp_build_column(b, 0, 0, 1);
    kh_lp_build_entry(b, first + j, flow / unit_bps(m, j));
    kh_lp_build_entry(b, first + i, -flow / unit_bps(m, i));
}

static void add_path(const kh_store_master *m, kh_lp_build *b, size_t p)
{
    const kh_pool_path *path = &m->pool->paths[p];
    kh_lp_build_column(b, 0, 0, INFINITY);
    for (size_t i = 0; i < path->n_links; i++) {
        uint32_t row = m->pool->links[path->first + i];
        kh_lp_build_entry(b, row, unit_bps(m, path->demand) / m->row_unit_bps[row % n_links(m)]);
    }
    kh_lp_build_entry(b, n_periods(m) * n_links(m) + path->demand, 1);
}

/* Notes where the columns of stores and pairs stand; one that has no column stands where the next one does. */
static void add_columns(const kh_store_master *m, kh_lp_build *b, size_t *store, size_t *pair)
{
    size_t pairs = m->copies->given->n_demands;
    add_lambda(m, b);
    for (size_t i = 0; i < n_periods(m) * n_links(m); i++) {
        store[i] = b->n_columns;
        add_store(m, b, i / n_links(m), i % n_links(m));
    }
    store[n_periods(m) * n_links(m)] = b->n_columns;
    for (size_t i = 0; i < n_periods(m) * pairs; i++) {
        pair[i] = b->n_columns;
        add_pair_store(m, b, i / pairs, i % pairs);
    }
    pair[n_periods(m) * pairs] = b->n_columns;
    for (size_t p = 0; p < m->n_paths; p++)
        add_path(m, b, p);
}

/* The columns of the program: where the store and the pair store of each period stand, an index that does not move on means none.
 */
typedef struct layout {
    size_t *store, *pair;
    uint8_t *place, *row_place;
    double *primal, *dual;
} layout;

static void place_columns(kh_store_master *m, const layout *at, bool out)
{
    size_t stores = n_periods(m) * n_links(m), pairs = n_periods(m) * m->copies->given->n_demands;
    struct {
        uint8_t *own;
        const size_t *column;
        size_t n;
    } parts[] = {{m->store_place, at->store, stores}, {m->pair_place, at->pair, pairs}};
    for (size_t part = 0; part < 2; part++)
        for (size_t i = 0; i < parts[part].n; i++) {
            size_t column = parts[part].column[i];
            if (column == parts[part].column[i + 1])
                continue;
            if (out)
                parts[part].own[i] = at->place[column];
            else
                at->place[column] = parts[part].own[i];
        }
}

static void take_prices(kh_store_master *m, const double *dual)
{
    size_t rows = n_periods(m) * n_links(m);
    for (size_t r = 0; r < rows; r++)
        m->price[r] = fmax(dual[r], 0) / m->row_unit_bps[r % n_links(m)];
    for (size_t j = 0; j < m->copies->problem.n_demands; j++)
        m->demand_price[j] = fmax(-dual[rows + j], 0) / unit_bps(m, j);
}

static void take_solution(kh_store_master *m, const layout *at)
{
    size_t stores = n_periods(m) * n_links(m), pairs = n_periods(m) * m->copies->given->n_demands;
    m->lambda = at->primal[0] * m->level;
    m->lambda_place = at->place[0];
    place_columns(m, at, true);
    for (size_t i = 0; i < stores; i++) {
        size_t e = i % n_links(m);
        const kh_even_window *w = &m->copies->window[e];
        bool moves = at->store[i] < at->store[i + 1];
        m->stored_bits[i] = moves ? w->low + at->primal[at->store[i]] * store_range(m, e) : w->first_high;
    }
    for (size_t i = 0; i < pairs; i++)
        m->pair_stored_bits[i] =
            at->pair[i] < at->pair[i + 1] ? at->primal[at->pair[i]] * pair_store(m, i % m->copies->given->n_demands) : 0;
    for (size_t p = 0; p < m->n_paths; p++) {
        m->path_flow[p] = fmax(at->primal[at->pair[pairs] + p], 0);
        m->path_place[p] = at->place[at->pair[pairs] + p];
    }
    memcpy(m->row_place, at->row_place, stores + m->copies->problem.n_demands);
    take_prices(m, at->dual);
}

static kh_status make_program(kh_store_master *m, kh_lp_build *b, layout *at, kh_lp *lp, kh_error *err)
{
    size_t stores = n_periods(m) * n_links(m), pairs = n_periods(m) * m->copies->given->n_demands;
    size_t rows = stores + m->copies->problem.n_demands;
    KH_TRY(kh_lp_build_init(b, rows, m->scratch, err));
    *at = (layout){.store = KH_NEW(m->scratch, size_t, stores + 1), .pair = KH_NEW(m->scratch, size_t, pairs + 1)};
    if (at->store == NULL || at->pair == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu stores", stores);
    add_rows(m, b);
    add_columns(m, b, at->store, at->pair);
    KH_TRY(kh_lp_build_program(b, true, lp, err));
    at->place = KH_NEW(m->scratch, uint8_t, lp->n_columns);
    at->row_place = KH_NEW(m->scratch, uint8_t, rows);
    at->primal = KH_NEW(m->scratch, double, lp->n_columns);
    at->dual = KH_NEW(m->scratch, double, rows);
    if (at->place == NULL || at->row_place == NULL || at->primal == NULL || at->dual == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a linear program of %zu columns", lp->n_columns);
    at->place[0] = m->lambda_place;
    place_columns(m, at, false);
    memcpy(&at->place[at->pair[pairs]], m->path_place, m->n_paths);
    memcpy(at->row_place, m->row_place, rows);
    return KH_OK;
}

kh_status kh_store_master_solve(kh_store_master *m, double time_limit_s, kh_error *err)
{
    kh_lp_build build;
    layout at;
    kh_lp lp;
    KH_TRY(take_in_paths(m, err));
    kh_arena_reset(m->scratch);
    KH_TRY(make_program(m, &build, &at, &lp, err));
    kh_lp_solution solution = {
        .warm = true, .row_place = at.row_place, .column_place = at.place, .primal = at.primal, .dual = at.dual};
    const kh_lp_options options = {.program = m->copies->given->lp_program, .time_limit_s = time_limit_s, .exact = m->exact};
    kh_status status = kh_lp_solve(&lp, &options, &solution, err);
    if (status == KH_OK || (status == KH_TIMELIMIT && isfinite(solution.objective)))
        take_solution(m, &at);
    return status;
}

kh_status kh_store_master_write_mps(kh_store_master *m, FILE *file, kh_error *err)
{
    kh_lp_build build;
    layout at;
    kh_lp lp;
    KH_TRY(take_in_paths(m, err));
    kh_arena_reset(m->scratch);
    KH_TRY(make_program(m, &build, &at, &lp, err));
    build.cost[0] = m->level;
    return kh_lp_write_mps(&lp,
                           "Key over time: minimise cost = -lambda, the share of every request in every period.\n"
                           "Columns: lambda in units of its cost, stores at the start of each period, routes.\n"
                           "Rows: what links make in each period, in units of their mean; then requests period by period.",
                           file, err);
}
