/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/survive/restore.h"

#include "core/base/clock.h"
#include "core/net/ids.h"
#include "solvers/flow/pool.h"
#include "solvers/flow/program.h"
#include "solvers/graph/tree.h"
#include "solvers/survive/restore_hits.h"

#include <math.h>
#include <string.h>

static const double GONE = 1e100;
static const double PROVEN = 1e-10;
static const double CLOSED = 5e-10; /* relative gap up to which an end of the rounds is the optimum, whatever the numbers */
static const double BROKEN = 1e-11; /* of a link's rate by which a row must be exceeded */
static const double PAYS = 1e-10;
static const double AFTERWARDS = 2; /* first looks at all routes that the check takes: it has a shortest path for each, too */
enum { MOST_ROUNDS = 500, ROWS_A_LOSS = 4 };

typedef struct row {
    uint32_t link, loss;
} row;

typedef struct work {
    const kh_restore_problem *problem;
    kh_arena *arena, *scratch;
    size_t m, n_losses; /* dedicated: one more loss, the last, hits all; only it counts for loads. Number n_losses: none */
    kh_restore_hits hits;
    bool *bare;   /* [n_working] */
    double *load; /* [m] of the working routes at lambda = 1 */
    kh_pool pool; /* backups, each working route a demand; links from ends[1] to ends[0] */
    row *rows;
    size_t n_rows, row_room;
    uint32_t *row_of; /* [n_losses + 1][m], the last line without a loss */
    kh_tree *tree;
    uint32_t *path;
    double *weight, *need; /* [m] */
    double level;          /* lambda counts in units of it */
    double lambda, *flow;  /* of the last program, flow in units of lambda = 1: [flow_room] */
    double *row_price;     /* [row_room] duals per unit of load share */
    uint8_t *row_place, *path_place, lambda_place;
    size_t flow_room;
    double deadline_s;
} work;

static bool *gone_in(const work *w, size_t loss)
{
    return &w->hits.gone[loss * w->m];
}

static bool hits(const work *w, size_t loss, size_t working)
{
    return w->hits.hit[working * (w->n_losses + 1) + loss];
}

/* The first one set from there on, n: none. */
static size_t next_set(const bool *set, size_t n, size_t from)
{
    const bool *at = from < n ? memchr(&set[from], true, n - from) : NULL;
    return at != NULL ? (size_t)(at - set) : n;
}

static kh_status check_route(const work *w, size_t working, kh_error *err)
{
    const kh_keyflow_route *route = &w->problem->working[working];
    const kh_graph *graph = &w->problem->network->graph;
    uint32_t at =
        route->demand < w->problem->network->n_demands ? w->problem->network->demands[route->demand].ends[0] : KH_NO_INDEX;
    bool sound = at != KH_NO_INDEX && route->rate_bps > 0 && isfinite(route->rate_bps);
    for (size_t i = 0; i < route->n_links && sound; i++) {
        uint32_t e = route->links[i];
        sound = e < w->m && (graph->ends[e][0] == at || graph->ends[e][1] == at) && w->problem->network->capacity_bps[e] > 0;
        at = sound ? kh_graph_far_end(graph->ends[e], at) : at;
    }
    if (!sound || at != w->problem->network->demands[route->demand].ends[1])
        return kh_fail(err, KH_ERANGE, "working route %zu does not lead from end to end of its demand", working);
    return KH_OK;
}

static bool counts(const work *w, size_t loss)
{
    return !w->problem->dedicated || loss >= w->problem->n_losses;
}

static kh_status add_row(work *w, uint32_t link, uint32_t loss, kh_error *err)
{
    uint32_t *place = &w->row_of[loss * w->m + link];
    if (*place != KH_NO_INDEX)
        return KH_OK;
    if (w->n_rows == w->row_room) {
        size_t room = w->row_room;
        row *rows = kh_arena_grow(w->arena, w->rows, w->n_rows, &room, sizeof *rows);
        uint8_t *places = KH_NEW(w->arena, uint8_t, room + w->problem->n_working);
        double *prices = KH_NEW(w->arena, double, room);
        if (rows == NULL || places == NULL || prices == NULL)
            return kh_fail(err, KH_ENOMEM, "no memory for %zu rows", room);
        if (w->row_place != NULL)
            memcpy(places, w->row_place, w->problem->n_working + w->n_rows);
        else
            memset(places, KH_LP_BASIC, w->problem->n_working);
        w->rows = rows;
        w->row_place = places;
        w->row_price = prices;
        w->row_room = room;
    }
    *place = (uint32_t)w->n_rows;
    w->row_place[w->problem->n_working + w->n_rows] = KH_LP_BASIC;
    w->rows[w->n_rows++] = (row){link, loss};
    return KH_OK;
}

/* -- backups ------------------------------------------------------------------------------------------------------- */

/* What a link costs a backup of this route: the prices of all losses that call for it. */
static void set_weights(work *w, size_t working)
{
    for (size_t e = 0; e < w->m; e++)
        w->weight[e] = 0;
    for (size_t i = 0; i < w->n_rows; i++)
        if (hits(w, w->rows[i].loss, working))
            w->weight[w->rows[i].link] += w->row_price[i] / w->problem->network->capacity_bps[w->rows[i].link];
    const bool *hit = &w->hits.hit[working * (w->n_losses + 1)];
    size_t n = w->problem->n_losses;
    for (size_t s = next_set(hit, n, 0); s < n; s = next_set(hit, n, s + 1))
        for (size_t e = next_set(gone_in(w, s), w->m, 0); e < w->m; e = next_set(gone_in(w, s), w->m, e + 1))
            w->weight[e] = GONE;
}

/* Sum over the known cheapest backup; INFINITY: none is known. */
static double known_cost(const work *w, uint32_t working)
{
    double least = INFINITY;
    for (uint32_t p = w->pool.last[working]; p != KH_NO_INDEX; p = w->pool.paths[p].previous) {
        double cost = 0;
        for (size_t i = 0; i < w->pool.paths[p].n_links; i++)
            cost += w->weight[w->pool.links[w->pool.paths[p].first + i]];
        least = fmin(least, cost);
    }
    return least;
}

/* The shortest backup of every route; those that pay become columns.
   @param[out] asked  denominator of the bound */
static kh_status price(work *w, double *asked, size_t *n_added, kh_error *err)
{
    *asked = 0;
    *n_added = 0;
    for (size_t i = 0; i < w->n_rows; i++)
        *asked += w->row_price[i] * w->load[w->rows[i].link] / w->problem->network->capacity_bps[w->rows[i].link];
    for (uint32_t i = 0; i < w->problem->n_working; i++) {
        const kh_keyflow_route *route = &w->problem->working[i];
        const uint32_t *ends = w->problem->network->demands[route->demand].ends;
        if (w->bare[i])
            continue;
        if (w->n_rows > 0 && kh_clock_s() > w->deadline_s) /* the first round gives every route a backup, however long it takes */
            return KH_TIMELIMIT;
        set_weights(w, i);
        kh_tree_grow(w->tree, w->weight, ends[0], &ends[1], 1);
        double distance = kh_tree_distance(w->tree, ends[1]);
        if (distance >= GONE) {
            w->bare[i] = true;
            continue;
        }
        *asked += route->rate_bps * distance;
        if (distance >= known_cost(w, i) * (1 - PAYS))
            continue;
        bool added;
        size_t n = kh_tree_path(w->tree, ends[1], w->path);
        KH_TRY(kh_pool_add(&w->pool, i, w->path, n, &added, err));
        *n_added += added;
    }
    return KH_OK;
}

/* -- program ------------------------------------------------------------------------------------------------------- */

static size_t count_entries(const work *w)
{
    size_t n = w->n_rows + w->problem->n_working;
    for (size_t p = 0; p < w->pool.n_paths; p++)
        n += 1 + (size_t)w->pool.paths[p].n_links * w->n_losses;
    return n;
}

/* Rows: working routes, then links under losses. Column 0 is lambda in units of level, 1 + p the share of its route on backup p. */
static size_t fill_column(const work *w, size_t path, kh_program *lp, size_t n)
{
    const kh_pool_path *p = &w->pool.paths[path];
    double unit = w->level * w->problem->working[p->demand].rate_bps;
    lp->row[n] = p->demand;
    lp->value[n++] = 1;
    for (size_t s = 0; s < w->n_losses; s++) {
        if (!counts(w, s) || !hits(w, s, p->demand))
            continue;
        for (size_t i = 0; i < p->n_links; i++) {
            uint32_t e = w->pool.links[p->first + i], r = w->row_of[s * w->m + e];
            if (r == KH_NO_INDEX)
                continue;
            lp->row[n] = (uint32_t)(w->problem->n_working + r);
            lp->value[n++] = unit / w->problem->network->capacity_bps[e];
        }
    }
    return n;
}

static void fill(const work *w, kh_program *lp)
{
    size_t n = 0, n_working = w->problem->n_working;
    lp->cost[0] = 1;
    lp->column_upper[0] = INFINITY;
    lp->column_place[0] = w->lambda_place;
    for (size_t i = 0; i < n_working; i++) {
        lp->row_upper[i] = INFINITY;
        lp->row_lower[i] = w->bare[i] ? -INFINITY : 0;
        lp->row[n] = (uint32_t)i;
        lp->value[n] = -1;
        n += !w->bare[i];
    }
    for (size_t i = 0; i < w->n_rows; i++) {
        uint32_t e = w->rows[i].link;
        lp->row_lower[n_working + i] = -INFINITY;
        lp->row_upper[n_working + i] = 1;
        if (w->load[e] > 0) {
            lp->row[n] = (uint32_t)(n_working + i);
            lp->value[n++] = w->level * w->load[e] / w->problem->network->capacity_bps[e];
        }
    }
    memcpy(lp->row_place, w->row_place, n_working + w->n_rows);
    for (size_t p = 0; p < w->pool.n_paths; p++) {
        lp->start[1 + p] = n;
        lp->column_upper[1 + p] = INFINITY;
        lp->column_place[1 + p] = w->path_place[p];
        n = fill_column(w, p, lp, n);
    }
    lp->start[1 + w->pool.n_paths] = n;
}

static kh_status make_flow_room(work *w, kh_error *err)
{
    if (w->pool.n_paths <= w->flow_room)
        return KH_OK;
    size_t room = 2 * w->pool.n_paths;
    double *flow = KH_NEW(w->arena, double, room);
    uint8_t *place = KH_NEW(w->arena, uint8_t, room);
    if (flow == NULL || place == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu backups", w->pool.n_paths);
    if (w->flow_room > 0) {
        memcpy(place, w->path_place, w->flow_room);
        memcpy(flow, w->flow, w->flow_room * sizeof *flow);
    }
    w->flow = flow;
    w->path_place = place;
    w->flow_room = room;
    return KH_OK;
}

static kh_status build(work *w, kh_program *p, kh_error *err)
{
    KH_TRY(make_flow_room(w, err));
    kh_arena_reset(w->scratch);
    KH_TRY(kh_program_allocate(p, w->problem->n_working + w->n_rows, 1 + w->pool.n_paths, count_entries(w), w->scratch, err));
    fill(w, p);
    return KH_OK;
}

/* In lambda itself. */
static kh_status write_program(work *w, kh_error *err)
{
    kh_program p;
    if (w->problem->network->mps == NULL)
        return KH_OK;
    KH_TRY(build(w, &p, err));
    p.cost[0] = w->level;
    const kh_lp lp = kh_program_lp(&p);
    return kh_lp_write_mps(&lp,
                           "Columns: lambda in a unit of its own, then the share of its route on each backup.\n"
                           "Rows: all of each route, then the load of links after losses.",
                           w->problem->network->mps, err);
}

static kh_status solve_program(work *w, kh_error *err)
{
    kh_program p;
    KH_TRY(build(w, &p, err));
    const kh_lp lp = kh_program_lp(&p);
    kh_lp_solution solution = kh_program_solution(&p, true);
    const kh_lp_options options = {.program = w->problem->network->lp_program, .time_limit_s = w->deadline_s - kh_clock_s()};
    KH_TRY(kh_lp_solve(&lp, &options, &solution, err));
    w->lambda = p.primal[0] * w->level;
    w->lambda_place = p.column_place[0];
    for (size_t i = 0; i < w->pool.n_paths; i++) {
        w->flow[i] = fmax(p.primal[1 + i], 0);
        w->path_place[i] = p.column_place[1 + i];
    }
    memcpy(w->row_place, p.row_place, w->problem->n_working + w->n_rows);
    for (size_t i = 0; i < w->n_rows; i++)
        w->row_price[i] = fmax(p.dual[w->problem->n_working + i], 0);
    return KH_OK;
}

/* -- losses -------------------------------------------------------------------------------------------------------- */

/* Every route whole on its backups: shares of each sum to 1. */
static void normalise(work *w)
{
    for (uint32_t i = 0; i < w->problem->n_working; i++) {
        double sum = 0;
        for (uint32_t p = w->pool.last[i]; p != KH_NO_INDEX; p = w->pool.paths[p].previous)
            sum += w->flow[p];
        for (uint32_t p = w->pool.last[i]; p != KH_NO_INDEX; p = w->pool.paths[p].previous)
            w->flow[p] = sum > 0 ? w->flow[p] / sum : p == w->pool.last[i];
    }
}

/* Rates on backups under a loss at lambda = 1. */
static void sum_needs(const work *w, size_t loss)
{
    memset(w->need, 0, w->m * sizeof *w->need);
    for (size_t p = 0; p < w->pool.n_paths; p++) {
        const kh_pool_path *path = &w->pool.paths[p];
        if (!hits(w, loss, path->demand) || w->flow[p] <= 0)
            continue;
        for (size_t i = 0; i < path->n_links; i++)
            w->need[w->pool.links[path->first + i]] += w->flow[p] * w->problem->working[path->demand].rate_bps;
    }
}

/* Adds the rows that lambda breaks most. @param[in,out] busiest  load per rate at lambda = 1 */
static kh_status find_broken(work *w, double *busiest, size_t *n_broken, kh_error *err)
{
    const double *capacity_bps = w->problem->network->capacity_bps;
    for (uint32_t s = 0; s <= w->n_losses; s++) {
        if (!counts(w, s))
            continue;
        sum_needs(w, s);
        for (int turn = 0; turn < ROWS_A_LOSS; turn++) {
            uint32_t worst = KH_NO_INDEX;
            double most = (1 + BROKEN) / w->lambda;
            for (uint32_t e = 0; e < w->m; e++) {
                bool left = capacity_bps[e] > 0 && !gone_in(w, s)[e];
                double share = left ? (w->load[e] + w->need[e]) / capacity_bps[e] : 0;
                *busiest = fmax(*busiest, share);
                if (share > most && w->row_of[s * w->m + e] == KH_NO_INDEX) {
                    most = share;
                    worst = e;
                }
            }
            if (worst == KH_NO_INDEX)
                break;
            KH_TRY(add_row(w, worst, s, err));
            ++*n_broken;
        }
    }
    return KH_OK;
}

static void keep_proof(work *w, double asked, kh_restoration *out)
{
    double carried = 0;
    for (size_t i = 0; i < w->n_rows; i++)
        carried += w->row_price[i];
    double bound = asked > 0 ? carried / asked : HUGE_VAL;
    if (!(bound < out->bound))
        return;
    out->bound = bound;
    out->n_prices = 0;
    for (size_t i = 0; i < w->n_rows; i++)
        if (w->row_price[i] > 0)
            out->prices[out->n_prices++] =
                (kh_reserve_price){w->rows[i].link, w->rows[i].loss < w->n_losses ? w->rows[i].loss : KH_NO_INDEX,
                                   w->row_price[i] / w->problem->network->capacity_bps[w->rows[i].link] / asked};
}

static kh_status make_price_room(work *w, kh_restoration *out, size_t *room, kh_error *err)
{
    if (w->n_rows <= *room)
        return KH_OK;
    *room = 2 * w->n_rows;
    kh_reserve_price *prices = KH_NEW(w->arena, kh_reserve_price, *room);
    if (prices == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu prices", *room);
    if (out->n_prices > 0)
        memcpy(prices, out->prices, out->n_prices * sizeof *prices);
    out->prices = prices;
    return KH_OK;
}

/* What the working routes alone take of the fullest link: a bound before any program is solved. */
static void keep_first_proof(work *w, kh_restoration *out)
{
    for (uint32_t e = 0; e < w->m; e++) {
        double bound = w->load[e] > 0 ? w->problem->network->capacity_bps[e] / w->load[e] : HUGE_VAL;
        if (!(bound < out->bound))
            continue;
        out->bound = bound;
        out->n_prices = 1;
        out->prices[0] = (kh_reserve_price){e, KH_NO_INDEX, 1 / w->load[e]};
    }
}

/* -- answer -------------------------------------------------------------------------------------------------------- */

static void sum_reserves(work *w, kh_restoration *out)
{
    out->reserved_bps = 0;
    double *most = w->weight;
    memset(most, 0, w->m * sizeof *most);
    for (size_t s = 0; s < w->n_losses; s++) {
        if (!counts(w, s))
            continue;
        sum_needs(w, s);
        for (size_t e = 0; e < w->m; e++)
            most[e] = fmax(most[e], w->need[e]);
    }
    for (size_t e = 0; e < w->m; e++)
        out->reserved_bps += most[e] * out->value;
}

/* Backups come from the trees from target to source; so they are turned round. */
static kh_status write_answer(work *w, kh_restoration *out, kh_error *err)
{
    out->backups = KH_NEW(w->arena, kh_backup, w->pool.n_paths);
    out->bare = KH_NEW(w->arena, uint32_t, w->problem->n_working);
    if (out->backups == NULL || out->bare == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu backups", w->pool.n_paths);
    for (uint32_t i = 0; i < w->problem->n_working; i++) {
        if (w->bare[i])
            out->bare[out->n_bare++] = i;
        for (uint32_t p = w->pool.last[i]; p != KH_NO_INDEX; p = w->pool.paths[p].previous) {
            if (w->flow[p] <= 0)
                continue;
            size_t n = w->pool.paths[p].n_links;
            uint32_t *links = KH_NEW(w->arena, uint32_t, n);
            if (links == NULL)
                return kh_fail(err, KH_ENOMEM, "no memory for a backup of %zu links", n);
            for (size_t j = 0; j < n; j++)
                links[j] = w->pool.links[w->pool.paths[p].first + n - 1 - j];
            out->backups[out->n_backups++] = (kh_backup){i, links, n, w->flow[p] * w->problem->working[i].rate_bps * out->value};
        }
    }
    sum_reserves(w, out);
    return KH_OK;
}

/* The first routing: every route whole on its shortest backup; lambda counts in what it reaches. */
static kh_status start(work *w, double *busiest, kh_error *err)
{
    double asked, from_s = kh_clock_s();
    size_t n_added, n_broken = 0;
    w->lambda = INFINITY;
    KH_TRY(price(w, &asked, &n_added, err));
    w->deadline_s -= AFTERWARDS * (kh_clock_s() - from_s);
    KH_TRY(make_flow_room(w, err));
    normalise(w);
    KH_TRY(find_broken(w, busiest, &n_broken, err));
    w->level = *busiest > 0 ? 1 / *busiest : 0;
    return KH_OK;
}

/* A program that fails for its numbers leaves the last routing and the best bound: the gap then says so. */
static kh_status solve_round(work *w, kh_restoration *out, bool *done, kh_error *err)
{
    kh_error failure = {0};
    kh_status status = kh_clock_s() < w->deadline_s ? solve_program(w, &failure) : KH_TIMELIMIT;
    if (status == KH_ENOMEM || status == KH_ENOINPUT || status == KH_EWRITE) {
        if (err != NULL)
            *err = failure;
        return status;
    }
    out->complete = status == KH_OK;
    *done = !out->complete;
    return KH_OK;
}

static kh_status iterate(work *w, kh_restoration *out, kh_error *err)
{
    size_t room = 0, n_added = 1, n_broken = 1;
    double busiest = 0;
    KH_TRY(start(w, &busiest, err));
    out->value = w->level;
    bool done = !(busiest > 0);
    out->bound = done ? 0 : HUGE_VAL;
    KH_TRY(make_price_room(w, out, &room, err));
    if (!done)
        keep_first_proof(w, out);
    for (int round = 0; round < MOST_ROUNDS && !done; round++) {
        KH_TRY(make_price_room(w, out, &room, err));
        KH_TRY(solve_round(w, out, &done, err));
        if (done)
            break;
        double asked;
        kh_status priced = price(w, &asked, &n_added, err);
        if (priced == KH_OK)
            keep_proof(w, asked, out);
        else if (priced != KH_TIMELIMIT)
            return priced;
        KH_TRY(make_flow_room(w, err));
        for (size_t p = w->pool.n_paths - n_added; p < w->pool.n_paths; p++) {
            w->path_place[p] = KH_LP_AT_LOWER;
            w->flow[p] = 0;
        }
        normalise(w);
        busiest = 0;
        n_broken = 0;
        KH_TRY(find_broken(w, &busiest, &n_broken, err));
        out->value = 1 / busiest;
        out->complete = priced == KH_OK;
        done = !out->complete || (n_added == 0 && n_broken == 0) || out->bound <= out->value * (1 + PROVEN);
    }
    out->complete = out->complete && out->bound <= out->value * (1 + CLOSED);
    return KH_OK;
}

static kh_status init(work *w, kh_error *err)
{
    const kh_restore_problem *p = w->problem;
    const kh_graph *graph = &p->network->graph;
    KH_TRY(kh_graph_check(graph, err));
    size_t n = p->n_working, lines = w->n_losses + 1;
    bool *use = KH_NEW(w->arena, bool, w->m);
    w->bare = KH_NEW(w->arena, bool, n);
    w->load = KH_NEW(w->arena, double, w->m);
    w->row_of = KH_NEW(w->arena, uint32_t, lines * w->m);
    w->path = KH_NEW(w->arena, uint32_t, graph->n_nodes);
    w->weight = KH_NEW(w->arena, double, w->m);
    w->need = KH_NEW(w->arena, double, w->m);
    if (use == NULL || w->bare == NULL || w->load == NULL || w->row_of == NULL || w->path == NULL || w->weight == NULL ||
        w->need == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu losses of %zu links", w->n_losses, w->m);
    memset(w->row_of, 0xff, lines * w->m * sizeof *w->row_of);
    for (size_t e = 0; e < w->m; e++)
        use[e] = p->network->capacity_bps[e] > 0;
    w->tree = kh_tree_create(graph, use, w->arena);
    if (w->tree == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a tree");
    for (size_t i = 0; i < n; i++) {
        KH_TRY(check_route(w, i, err));
        for (size_t j = 0; j < p->working[i].n_links; j++)
            w->load[p->working[i].links[j]] += p->working[i].rate_bps;
    }
    KH_TRY(kh_restore_hits_find(p, w->arena, &w->hits, err));
    return kh_pool_init(&w->pool, n, w->arena, err);
}

kh_status kh_restore_solve(const kh_restore_problem *problem, kh_arena *arena, kh_restoration *restoration, kh_error *err)
{
    work w = {.problem = problem,
              .arena = arena,
              .scratch = kh_arena_create(0),
              .m = problem->network->graph.n_links,
              .n_losses = problem->n_losses + problem->dedicated,
              .deadline_s = kh_clock_s() + problem->network->time_limit_s};
    if (w.scratch == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for backups");
    kh_restoration found = {.complete = true};
    kh_status status = init(&w, err);
    if (status == KH_OK)
        status = iterate(&w, &found, err);
    if (status == KH_OK)
        status = write_answer(&w, &found, err);
    if (status == KH_OK)
        status = write_program(&w, err);
    kh_arena_destroy(w.scratch);
    if (status == KH_OK)
        *restoration = found;
    return status;
}
