/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/region.h"

#include "solvers/design/hull.h"

#include <math.h>
#include <string.h>

enum { MOST_CUTS = 3000 };

/* One separation. */
typedef struct cuts {
    const kh_region *region;
    size_t n;
    uint32_t *column;      /* [n] choices across parts */
    uint8_t (*between)[2]; /* [n] their parts */
    double *upper, *here;  /* [n] here: the point */
    size_t n_cuts;
    double *rate; /* [n_cuts][n] the part of the cut's need that a module gives */
} cuts;

static bool collect(cuts *h)
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
            h->upper[h->n] = h->region->relax->upper[space->choice[i]];
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

static void add_cut(cuts *h, unsigned set, double demand)
{
    double *rate = h->rate + h->n_cuts * h->n;
    for (size_t j = 0; j < h->n; j++) {
        bool crosses = (set >> h->between[j][0] & 1) != (set >> h->between[j][1] & 1);
        rate[j] = crosses ? fmin(h->region->space->problem->choices[h->column[j]].rate_bps / demand, 1) : 0;
    }
    h->n_cuts++;
}

/* Cuts whose two sides hang together say it all. */
static bool list_cuts(cuts *h)
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

/* The region's part of the designs that are known, each once. */
static size_t list_known(const cuts *h, double *points)
{
    size_t n = 0;
    for (size_t i = h->region->n_known; i-- > 0;) {
        double *y = points + n * h->n;
        bool is_new = true;
        for (size_t j = 0; j < h->n; j++)
            y[j] = h->region->known[i][h->column[j]];
        for (size_t p = 0; p < n && is_new; p++)
            is_new = memcmp(points + p * h->n, y, h->n * sizeof *y) != 0;
        n += is_new;
    }
    return n;
}

static void write_row(const cuts *h, const double *weight, double least, kh_cutset_row *row)
{
    row->n = 0;
    row->least = 1;
    for (size_t j = 0; j < h->n; j++)
        if (weight[j] > 0) {
            row->column[row->n] = h->column[j];
            row->value[row->n++] = weight[j] / least;
        }
}

/* Rows of the relaxation that speak of the region's columns only. */
static kh_status lend_rows(const cuts *h, kh_cover *cover, kh_error *err)
{
    const kh_relax *relax = h->region->relax;
    uint32_t *place = KH_NEW(h->region->scratch, uint32_t, relax->n_columns);
    if (place == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a region of %zu columns", h->n);
    memset(place, 0xff, relax->n_columns * sizeof *place);
    for (uint32_t j = 0; j < h->n; j++)
        place[h->column[j]] = j;
    for (size_t i = 0; i < relax->n_rows; i++) {
        const kh_cutset_row *row = &relax->rows[i].row;
        cover->plain.n = 0;
        cover->plain.least = row->least;
        while (cover->plain.n < row->n && place[row->column[cover->plain.n]] != UINT32_MAX) {
            cover->plain.column[cover->plain.n] = place[row->column[cover->plain.n]];
            cover->plain.value[cover->plain.n] = row->value[cover->plain.n];
            cover->plain.n++;
        }
        if (cover->plain.n == row->n)
            KH_TRY(kh_cover_keep(cover, err));
    }
    return KH_OK;
}

static kh_status search(const cuts *h, kh_cutset_row *row, bool *found, kh_error *err)
{
    const kh_region *region = h->region;
    kh_arena *arena = region->scratch;
    double *points = KH_NEW(arena, double, h->n *(region->n_known + 1)), least;
    kh_cover cover = {.n = h->n,
                      .upper = h->upper,
                      .n_cuts = h->n_cuts,
                      .rate = h->rate,
                      .weight = KH_NEW(arena, double, h->n),
                      .arena = arena,
                      .scratch = region->trials,
                      .most_nodes = region->most_nodes,
                      .until_s = region->deadline_s};
    if (points == NULL || cover.weight == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a region of %zu columns", h->n);
    KH_TRY(kh_cover_init(&cover, err));
    KH_TRY(lend_rows(h, &cover, err));
    for (size_t j = 0; j < h->n; j++)
        cover.weight[j] = region->space->problem->choices[h->column[j]].cost;
    size_t n_known = list_known(h, points);
    if (isinf(kh_cover_greedily(&cover, points + n_known * h->n)))
        return KH_OK;
    KH_TRY(kh_hull_separate(&cover, h->here, points, n_known + 1, &least, err));
    *found = least > 0;
    if (*found)
        write_row(h, cover.weight, least, row);
    return KH_OK;
}

kh_status kh_region_separate(const kh_region *region, const double *point, kh_cutset_row *row, bool *found, kh_error *err)
{
    kh_arena *arena = region->scratch;
    *found = false;
    kh_arena_reset(arena);
    cuts h = {.region = region,
              .column = KH_NEW(arena, uint32_t, KH_REGION_MOST_CHOICES),
              .between = kh_arena_alloc(arena, KH_REGION_MOST_CHOICES, sizeof *h.between),
              .upper = KH_NEW(arena, double, KH_REGION_MOST_CHOICES),
              .here = KH_NEW(arena, double, KH_REGION_MOST_CHOICES)};
    if (h.column == NULL || h.between == NULL || h.upper == NULL || h.here == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a region");
    if (!collect(&h))
        return KH_OK;
    h.rate = KH_NEW(arena, double, MOST_CUTS *h.n);
    if (h.rate == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a region of %zu columns", h.n);
    for (size_t j = 0; j < h.n; j++)
        h.here[j] = point[h.column[j]];
    return list_cuts(&h) ? search(&h, row, found, err) : KH_OK;
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

void kh_region_set(kh_region *region, const uint8_t *part)
{
    region->n_parts = 0;
    for (size_t v = 0; v < region->space->problem->graph.n_nodes; v++) {
        region->part[v] = part[v];
        region->n_parts = region->n_parts > part[v] ? region->n_parts : part[v] + 1u;
    }
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
