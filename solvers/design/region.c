/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/region.h"

#include "core/base/clock.h"
#include "solvers/lp/lp.h"

#include <math.h>
#include <string.h>

static const double WORTH_IT = 3e-3; /* broken by less is not worth a row */
static const double GOOD = 0.03;     /* broken by this much of what could be: taken though a better one may exist */
static const double ABSENT = 1e-4;   /* what a column without modules counts, so that its coefficient is small too */
static const double NOTHING = 1e-7;
static const size_t MOST_NODES = 400; /* for one cover: GLPK gets lost in a few of them */
enum { MOST_CUTS = 600, MOST_POINTS = 250, MOST_KNOWN = 30 };

/* One separation. */
typedef struct hull {
    const kh_region *region;
    size_t n;
    uint32_t *column;      /* [n] choices across parts */
    uint8_t (*between)[2]; /* [n] their parts */
    double *upper, *here;  /* [n] here: the point */
    size_t n_cuts;
    double *least; /* [n_cuts] */
    double *rate;  /* [n_cuts][n] */
    size_t n_points;
    double *points; /* [n_points][n] designs of the region */
    double *weight; /* [n] */
} hull;

static bool collect(hull *h)
{
    const kh_cutset_space *space = h->region->space;
    const kh_graph *graph = &space->problem->graph;
    for (size_t e = 0; e < graph->n_links; e++) {
        uint8_t a = h->region->part[graph->ends[e][0]], b = h->region->part[graph->ends[e][1]];
        for (size_t i = space->first[e]; a != b && i < space->first[e + 1]; i++) {
            if (h->n == KH_REGION_MOST_CHOICES)
                return false;
            h->between[h->n][0] = a;
            h->between[h->n][1] = b;
            h->upper[h->n] = h->region->upper[space->choice[i]];
            h->column[h->n++] = space->choice[i];
        }
    }
    return h->n > 0;
}

/* The parts that are joined to the first one of the set within it. */
static unsigned reach(const unsigned *near, unsigned set)
{
    unsigned reached = set & (~set + 1), before = 0;
    while (reached != before) {
        before = reached;
        for (unsigned i = 0; i < KH_REGION_MOST_PARTS; i++)
            reached |= (reached >> i & 1) ? near[i] & set : 0;
    }
    return reached;
}

static void add_cut(hull *h, unsigned set, double demand)
{
    double *rate = h->rate + h->n_cuts * h->n;
    for (size_t j = 0; j < h->n; j++) {
        bool crosses = (set >> h->between[j][0] & 1) != (set >> h->between[j][1] & 1);
        rate[j] = crosses ? fmin(h->region->space->problem->choices[h->column[j]].rate_bps / demand, 1) : 0;
    }
    h->least[h->n_cuts++] = 1;
}

/* Cuts whose two sides hang together say it all. */
static bool list_cuts(hull *h)
{
    const kh_modules_problem *problem = h->region->space->problem;
    size_t k = h->region->n_parts;
    double asked[KH_REGION_MOST_PARTS][KH_REGION_MOST_PARTS] = {{0}};
    unsigned near[KH_REGION_MOST_PARTS] = {0}, all = (1u << k) - 1;
    for (size_t i = 0; i < problem->n_demands; i++)
        asked[h->region->part[problem->demands[i].ends[0]]][h->region->part[problem->demands[i].ends[1]]] +=
            problem->theta * problem->demands[i].requested_bps;
    for (size_t j = 0; j < h->n; j++) {
        near[h->between[j][0]] |= 1u << h->between[j][1];
        near[h->between[j][1]] |= 1u << h->between[j][0];
    }
    for (unsigned set = 1; set < 1u << (k - 1); set++) {
        if (reach(near, set) != set || reach(near, all & ~set) != (all & ~set))
            continue;
        double demand = 0;
        for (size_t a = 0; a < k; a++)
            for (size_t b = 0; b < k; b++)
                demand += (set >> a & 1) != (set >> b & 1) ? asked[a][b] : 0;
        if (demand > 0 && h->n_cuts == MOST_CUTS)
            return false;
        if (demand > 0)
            add_cut(h, set, demand);
    }
    return h->n_cuts > 0;
}

/* Takes modules off again, dear ones first, while all cuts hold. left: what each cut still lacks, <= 0. */
static void prune(const hull *h, double *y, double *left)
{
    bool done[KH_REGION_MOST_CHOICES] = {false};
    for (size_t turn = 0; turn < h->n; turn++) {
        size_t j = h->n;
        for (size_t i = 0; i < h->n; i++)
            if (!done[i] && (j == h->n || h->weight[i] > h->weight[j]))
                j = i;
        done[j] = true;
        for (bool spare = true; spare && y[j] > 0;) {
            for (size_t i = 0; i < h->n_cuts && spare; i++)
                spare = left[i] + h->rate[i * h->n + j] <= 0;
            y[j] -= spare;
            for (size_t i = 0; i < h->n_cuts && spare; i++)
                left[i] += h->rate[i * h->n + j];
        }
    }
}

static size_t best_column(const hull *h, const double *y, const double *left)
{
    size_t best = h->n;
    double best_gain = 0;
    for (size_t j = 0; j < h->n; j++) {
        double gain = 0;
        if (y[j] >= h->upper[j])
            continue;
        for (size_t i = 0; i < h->n_cuts; i++)
            gain += left[i] > 0 ? fmin(left[i], h->rate[i * h->n + j]) : 0;
        gain /= h->weight[j] + NOTHING;
        if (gain > best_gain) {
            best_gain = gain;
            best = j;
        }
    }
    return best;
}

/* A cheap cover by greed. @return its weight; INFINITY: the limits leave none */
static double cover_greedily(const hull *h, double *y)
{
    double left[MOST_CUTS], sum = 0;
    bool lacks = true;
    memset(y, 0, h->n * sizeof *y);
    memcpy(left, h->least, h->n_cuts * sizeof *left);
    while (lacks) {
        size_t j = best_column(h, y, left);
        if (j == h->n)
            return HUGE_VAL;
        y[j]++;
        lacks = false;
        for (size_t i = 0; i < h->n_cuts; i++) {
            left[i] -= h->rate[i * h->n + j];
            lacks = lacks || left[i] > 0;
        }
    }
    prune(h, y, left);
    for (size_t j = 0; j < h->n; j++)
        sum += h->weight[j] * y[j];
    return sum;
}

/* Dense rows as a program's columns: entry (row i, column j) at dense[i * n + j]. */
static kh_status write_program(const hull *h, const double *dense, size_t n_rows, kh_lp *lp, kh_error *err)
{
    kh_arena *arena = h->region->scratch;
    size_t *start = KH_NEW(arena, size_t, h->n + 1), n = 0;
    uint32_t *row = KH_NEW(arena, uint32_t, h->n * n_rows);
    double *value = KH_NEW(arena, double, h->n *n_rows), *bounds = KH_NEW(arena, double, 2 * n_rows + h->n);
    if (start == NULL || row == NULL || value == NULL || bounds == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a region of %zu cuts", n_rows);
    for (size_t j = 0; j < h->n; j++) {
        for (size_t i = 0; i < n_rows; i++)
            if (dense[i * h->n + j] > 0) {
                row[n] = (uint32_t)i;
                value[n++] = dense[i * h->n + j];
            }
        start[j + 1] = n;
    }
    for (size_t i = 0; i < n_rows; i++) {
        bounds[i] = 1;
        bounds[n_rows + i] = HUGE_VAL;
    }
    *lp = (kh_lp){.n_rows = n_rows,
                  .n_columns = h->n,
                  .row_lower = bounds,
                  .row_upper = bounds + n_rows,
                  .column_lower = bounds + 2 * n_rows,
                  .start = start,
                  .row = row,
                  .value = value};
    return KH_OK;
}

/* The cheapest cover. *sum = -1: not found. */
static kh_status cover_exactly(const hull *h, double *y, double *sum, kh_error *err)
{
    kh_lp lp;
    kh_error ignored = {0};
    bool *integer = KH_NEW(h->region->scratch, bool, h->n);
    if (integer == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a region of %zu columns", h->n);
    KH_TRY(write_program(h, h->rate, h->n_cuts, &lp, err));
    memset(integer, 1, h->n * sizeof *integer);
    lp.integer = integer;
    lp.column_upper = h->upper;
    lp.cost = h->weight;
    kh_lp_solution solution = {.primal = y};
    const kh_lp_options options = {.time_limit_s = h->region->deadline_s - kh_clock_s(), .most_nodes = MOST_NODES};
    kh_status status = kh_lp_solve(&lp, &options, &solution, &ignored);
    *sum = status == KH_OK ? fmin(solution.objective, solution.bound) : -1;
    return status == KH_ENOMEM ? kh_fail(err, status, "no memory for the covers of a region") : KH_OK;
}

/* The weights that the point breaks most, with all designs known to keep them. *sum = 1: none. */
static kh_status weigh(const hull *h, double *sum, kh_error *err)
{
    kh_lp lp;
    kh_error ignored = {0};
    double *cost = KH_NEW(h->region->scratch, double, 2 * h->n);
    if (cost == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a region of %zu columns", h->n);
    KH_TRY(write_program(h, h->points, h->n_points, &lp, err));
    for (size_t j = 0; j < h->n; j++) {
        cost[j] = h->here[j] + ABSENT;
        cost[h->n + j] = 1;
    }
    lp.cost = cost;
    lp.column_upper = cost + h->n;
    kh_lp_solution solution = {.primal = h->weight};
    kh_status status = kh_lp_solve(&lp, NULL, &solution, &ignored);
    *sum = status == KH_OK ? solution.objective : 1;
    for (size_t j = 0; j < h->n; j++)
        h->weight[j] = h->weight[j] < NOTHING ? 0 : h->weight[j];
    return status == KH_ENOMEM ? kh_fail(err, status, "no memory for the inequalities of a region") : KH_OK;
}

static void write_row(const hull *h, double sum, kh_cutset_row *row)
{
    row->n = 0;
    row->least = 1;
    for (size_t j = 0; j < h->n; j++)
        if (h->weight[j] > 0) {
            row->column[row->n] = h->column[j];
            row->value[row->n++] = h->weight[j] / (sum * (1 - NOTHING));
        }
}

static bool is_known(const hull *h, const double *y)
{
    for (size_t p = 0; p < h->n_points; p++)
        if (memcmp(h->points + p * h->n, y, h->n * sizeof *y) == 0)
            return true;
    return false;
}

static void add_known(hull *h)
{
    for (size_t i = h->region->n_known; i-- > 0 && h->n_points < MOST_KNOWN;) {
        double *y = h->points + h->n_points * h->n;
        for (size_t j = 0; j < h->n; j++)
            y[j] = h->region->known[i][h->column[j]];
        h->n_points += !is_known(h, y);
    }
}

/* From here on h->points[n_points] is where the next design goes. */
static kh_status search(hull *h, kh_cutset_row *row, bool *found, kh_error *err)
{
    for (size_t j = 0; j < h->n; j++)
        h->weight[j] = h->region->space->problem->choices[h->column[j]].cost;
    if (isinf(cover_greedily(h, h->points + h->n_points * h->n)))
        return KH_OK;
    h->n_points++;
    while (h->n_points < MOST_POINTS && kh_clock_s() < h->region->deadline_s) {
        double sum = 1, cover = -1, *y = h->points + h->n_points * h->n;
        KH_TRY(weigh(h, &sum, err));
        if (sum > 1 - WORTH_IT)
            return KH_OK;
        if (cover_greedily(h, y) < 1 - NOTHING) {
            h->n_points++;
            continue;
        }
        KH_TRY(cover_exactly(h, y, &cover, err));
        if (!(cover > NOTHING) || cover >= 1 - WORTH_IT / 3 || sum < cover * (1 - GOOD)) {
            *found = cover > NOTHING && sum < cover * (1 - WORTH_IT / 3);
            if (*found)
                write_row(h, cover, row);
            return KH_OK;
        }
        for (size_t j = 0; j < h->n; j++)
            y[j] = nearbyint(y[j]);
        if (is_known(h, y))
            return KH_OK;
        h->n_points++;
    }
    return KH_OK;
}

kh_status kh_region_separate(const kh_region *region, const double *point, kh_cutset_row *row, bool *found, kh_error *err)
{
    kh_arena *arena = region->scratch;
    *found = false;
    kh_arena_reset(arena);
    hull h = {.region = region,
              .column = KH_NEW(arena, uint32_t, KH_REGION_MOST_CHOICES),
              .between = kh_arena_alloc(arena, KH_REGION_MOST_CHOICES, sizeof *h.between),
              .upper = KH_NEW(arena, double, KH_REGION_MOST_CHOICES),
              .here = KH_NEW(arena, double, KH_REGION_MOST_CHOICES),
              .weight = KH_NEW(arena, double, KH_REGION_MOST_CHOICES),
              .least = KH_NEW(arena, double, MOST_CUTS)};
    if (h.column == NULL || h.between == NULL || h.upper == NULL || h.here == NULL || h.weight == NULL || h.least == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a region");
    if (!collect(&h))
        return KH_OK;
    h.rate = KH_NEW(arena, double, MOST_CUTS *h.n);
    h.points = KH_NEW(arena, double, (MOST_POINTS + 1) * h.n);
    if (h.rate == NULL || h.points == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a region of %zu columns", h.n);
    for (size_t j = 0; j < h.n; j++)
        h.here[j] = point[h.column[j]];
    if (!list_cuts(&h))
        return KH_OK;
    add_known(&h);
    return search(&h, row, found, err);
}

/* Modules of all types on a link. */
static double modules_on(const kh_cutset_space *space, const double *point, size_t link)
{
    double sum = 0;
    for (size_t i = space->first[link]; i < space->first[link + 1]; i++)
        sum += point[space->choice[i]];
    return sum;
}

bool kh_region_choose_ball(kh_region *region, const double *point, kh_rng *rng, size_t n_parts)
{
    const kh_graph *graph = &region->space->problem->graph;
    uint8_t rest = (uint8_t)(n_parts - 1);
    if (graph->n_nodes < n_parts)
        return false;
    memset(region->part, rest, graph->n_nodes);
    region->part[kh_rng_below(rng, graph->n_nodes)] = 0;
    for (uint8_t next = 1; next < rest; next++) {
        double best = HUGE_VAL;
        uint32_t chosen = 0;
        for (size_t e = 0; e < graph->n_links; e++) {
            const uint32_t *ends = graph->ends[e];
            if ((region->part[ends[0]] == rest) == (region->part[ends[1]] == rest))
                continue;
            double y = modules_on(region->space, point, e), key = kh_rng_exponential(rng, 1) / (fmin(y, 1.5) + 0.3);
            if (key < best) {
                best = key;
                chosen = region->part[ends[0]] == rest ? ends[0] : ends[1];
            }
        }
        if (isinf(best))
            return false;
        region->part[chosen] = next;
    }
    region->n_parts = n_parts;
    return true;
}

static size_t merge(const kh_graph *graph, size_t link, uint32_t *label)
{
    uint32_t a = label[graph->ends[link][0]], b = label[graph->ends[link][1]];
    for (size_t v = 0; a != b && v < graph->n_nodes; v++)
        if (label[v] == a || label[v] == b)
            label[v] = a < b ? a : b; /* the part's first node */
    return a != b;
}

bool kh_region_choose_parts(kh_region *region, const double *point, kh_rng *rng, size_t n_parts)
{
    const kh_graph *graph = &region->space->problem->graph;
    kh_arena_reset(region->scratch);
    uint32_t *label = KH_NEW(region->scratch, uint32_t, graph->n_nodes);
    double *key = KH_NEW(region->scratch, double, graph->n_links);
    if (label == NULL || key == NULL)
        return false;
    for (uint32_t v = 0; v < graph->n_nodes; v++)
        label[v] = v;
    for (size_t e = 0; e < graph->n_links; e++)
        key[e] = kh_rng_exponential(rng, 1) / (fmin(modules_on(region->space, point, e), 2) + 0.02);
    size_t left = graph->n_nodes;
    for (size_t turn = 0; turn < graph->n_links && left > n_parts; turn++) {
        size_t first = 0;
        for (size_t e = 1; e < graph->n_links; e++)
            first = key[e] < key[first] ? e : first;
        key[first] = HUGE_VAL;
        left -= merge(graph, first, label);
    }
    region->n_parts = 0;
    for (uint32_t v = 0; v < graph->n_nodes && left == n_parts; v++) {
        region->part[v] = label[v] < v ? region->part[label[v]] : (uint8_t)region->n_parts;
        region->n_parts += label[v] == v;
    }
    return left == n_parts;
}
