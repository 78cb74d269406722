/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/cutset.h"

#include "core/net/ids.h"
#include "solvers/design/state.h"

#include <math.h>
#include <string.h>

static const double WHOLE = 1e-9;      /* nearer to an integer is one */
static const double LEAST_PART = 1e-4; /* a smaller fraction f makes the rounded row too steep to be trusted */
static const double BETTER = 1e-7;
enum { MOST_ROUNDS = 20 };

kh_status kh_cutset_row_init(kh_cutset_row *row, size_t n_choices, kh_arena *arena, kh_error *err)
{
    *row = (kh_cutset_row){.column = KH_NEW(arena, uint32_t, n_choices), .value = KH_NEW(arena, double, n_choices)};
    return row->column != NULL && row->value != NULL ? KH_OK : kh_fail(err, KH_ENOMEM, "no memory for a row of %zu", n_choices);
}

bool kh_cutset_breaks(const kh_cutset_row *row, const double *point)
{
    double left = 0;
    for (size_t i = 0; i < row->n; i++)
        left += row->value[i] * point[row->column[i]];
    return left < row->least * (1 - KH_CUTSET_BROKEN);
}

static void list_choices(const kh_cutset_space *space)
{
    const kh_modules_problem *problem = space->problem;
    size_t *first = space->first, m = problem->graph.n_links;
    for (size_t j = 0; j < problem->n_choices; j++)
        first[problem->choices[j].link + 1]++;
    for (size_t e = 0; e < m; e++)
        first[e + 1] += first[e];
    for (size_t j = problem->n_choices; j-- > 0;)
        space->choice[--first[problem->choices[j].link + 1]] = (uint32_t)j;
    memmove(first, first + 1, m * sizeof *first);
    first[m] = problem->n_choices;
}

static kh_status set_state(kh_cutset_space *space, size_t state, kh_arena *arena, kh_error *err)
{
    const kh_modules_problem *problem = space->problem;
    const kh_graph *graph = &problem->graph;
    bool *use = space->use[state] = KH_NEW(arena, bool, graph->n_links);
    for (size_t j = 0; use != NULL && j < problem->n_choices; j++) {
        const uint32_t *ends = graph->ends[problem->choices[j].link];
        if (ends[0] != ends[1] && kh_state_keeps(problem, state, j))
            use[problem->choices[j].link] = true;
    }
    space->asks_all[state] = true;
    for (size_t k = 0; k < problem->n_demands; k++)
        space->asks_all[state] = space->asks_all[state] && kh_state_asks(problem, state, k);
    if (use == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for cuts of %zu nodes", graph->n_nodes);
    return kh_ways_init(&space->ways[state], graph, use, arena, err);
}

kh_status kh_cutset_init(kh_cutset_space *space, const kh_modules_problem *problem, kh_arena *arena, kh_error *err)
{
    const kh_graph *graph = &problem->graph;
    size_t n = graph->n_nodes, m = graph->n_links, n_states = kh_state_count(problem);
    *space = (kh_cutset_space){.problem = problem,
                               .first = KH_NEW(arena, size_t, m + 1),
                               .choice = KH_NEW(arena, uint32_t, problem->n_choices),
                               .use = KH_NEW(arena, bool *, n_states),
                               .ways = KH_NEW(arena, kh_ways, n_states),
                               .asks_all = KH_NEW(arena, bool, n_states),
                               .asked = KH_NEW(arena, uint32_t, problem->n_demands),
                               .target = KH_NEW(arena, uint32_t, problem->n_demands)};
    if (space->first == NULL || space->choice == NULL || space->use == NULL || space->ways == NULL || space->asks_all == NULL ||
        space->asked == NULL || space->target == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu types of modules", problem->n_choices);
    KH_TRY(kh_cutset_row_init(&space->plain, problem->n_choices, arena, err));
    KH_TRY(kh_cutset_row_init(&space->rest, problem->n_choices, arena, err));
    list_choices(space);
    for (size_t s = 0; s < n_states; s++)
        KH_TRY(set_state(space, s, arena, err));
    space->links = kh_incidence_build(n, m, m > 0 ? graph->ends[0] : NULL, sizeof *graph->ends, arena);
    space->demands = kh_incidence_build(n, problem->n_demands, problem->n_demands > 0 ? problem->demands->ends : NULL,
                                        sizeof *problem->demands, arena);
    if (space->links.item == NULL || space->demands.item == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for cuts of %zu nodes", n);
    return KH_OK;
}

double kh_cutset_demand(const kh_cutset_space *space, size_t state, const bool *side)
{
    const kh_modules_problem *problem = space->problem;
    double sum = 0;
    for (size_t k = 0; k < problem->n_demands; k++)
        if (side[problem->demands[k].ends[0]] != side[problem->demands[k].ends[1]] && kh_state_asks(problem, state, k))
            sum += problem->demands[k].requested_bps;
    return problem->theta * sum;
}

static void add_link(const kh_cutset_space *space, size_t state, size_t link, double weight, kh_cutset_row *row)
{
    for (size_t i = space->first[link]; i < space->first[link + 1]; i++) {
        if (!kh_state_keeps(space->problem, state, space->choice[i]))
            continue;
        row->column[row->n] = space->choice[i];
        row->value[row->n++] = weight * space->problem->choices[space->choice[i]].rate_bps;
    }
}

/* The inequality of a cut, not rounded. */
static void cross(const kh_cutset_space *space, size_t state, const bool *side, double demand, kh_cutset_row *row)
{
    row->n = 0;
    row->least = demand;
    for (size_t e = 0; e < space->problem->graph.n_links; e++)
        if (side[space->problem->graph.ends[e][0]] != side[space->problem->graph.ends[e][1]])
            add_link(space, state, e, 1, row);
}

size_t kh_cutset_look(const kh_cutset_space *space, size_t state, uint32_t source)
{
    const kh_modules_problem *problem = space->problem;
    size_t n = 0;
    for (size_t i = space->demands.first[source]; i < space->demands.first[source + 1]; i++) {
        uint32_t k = space->demands.item[i];
        if (problem->demands[k].ends[0] != source || !kh_state_asks(problem, state, k)) /* it counts at its first end */
            continue;
        space->asked[n] = k;
        space->target[n++] = problem->demands[k].ends[1];
    }
    if (n > 0)
        kh_ways_look(&space->ways[state], source, space->target, n);
    return n;
}

void kh_cutset_of_weight(const kh_cutset_space *space, size_t state, const double *weight, kh_cutset_row *row)
{
    const kh_modules_problem *problem = space->problem;
    kh_ways *ways = &space->ways[state];
    row->n = 0;
    row->least = 0;
    for (size_t e = 0; e < problem->graph.n_links; e++)
        if (weight[e] > 0)
            add_link(space, state, e, weight[e], row);
    kh_ways_weigh(ways, weight);
    for (uint32_t v = 0; v < problem->graph.n_nodes; v++)
        for (size_t n = kh_cutset_look(space, state, v); n-- > 0;)
            row->least +=
                problem->theta * problem->demands[space->asked[n]].requested_bps * kh_ways_distance(ways, space->target[n]);
}

/* The coefficient of a value already divided, f = 0: no rounding. */
static double rounded(double value, double f)
{
    double whole = (double)(int64_t)(value + WHOLE), part = value - whole; /* value >= 0 */
    return whole + (part <= 0 ? 0 : part >= f ? 1 : part / f);
}

static bool splits(double least, double divisor, double *f, double *whole)
{
    double q = least / divisor;
    *f = q - floor(q);
    *whole = ceil(q);
    return *f >= LEAST_PART && *f <= 1 - WHOLE && q < 1e6;
}

/* (least - left side) / least of the row rounded by a divisor. */
static double broken_by(const kh_cutset_row *row, const double *point, double divisor)
{
    double f, whole, left = 0;
    if (!splits(row->least, divisor, &f, &whole))
        return -HUGE_VAL;
    double unit = 1 / divisor;
    for (size_t i = 0; i < row->n; i++) {
        double here = point[row->column[i]], value = row->value[i] < row->least ? row->value[i] : row->least;
        if (here > 0)
            left += rounded(value * unit, f) * here;
    }
    return 1 - left / whole;
}

static bool is_new(const kh_cutset_row *row, size_t i)
{
    for (size_t h = 0; h < i; h++)
        if (row->value[h] == row->value[i])
            return false;
    return true;
}

double kh_cutset_round(const kh_cutset_row *row, const double *point, double *divisor)
{
    double left = 0;
    *divisor = 0;
    for (size_t i = 0; i < row->n; i++)
        left += fmin(row->value[i], row->least) * point[row->column[i]];
    double best = 1 - left / row->least;
    for (size_t i = 0; i < row->n; i++) {
        if (!is_new(row, i))
            continue;
        double d = fmin(row->value[i], row->least * (1 + 1e-3)), broken = broken_by(row, point, d);
        if (broken > best + BETTER) {
            best = broken;
            *divisor = d;
        }
    }
    return best;
}

void kh_cutset_divide(kh_cutset_row *row, double divisor)
{
    double f = 1, whole = row->least, q = row->least;
    if (divisor > 0) {
        (void)splits(row->least, divisor, &f, &whole);
        q = row->least / divisor;
    }
    for (size_t i = 0; i < row->n; i++)
        row->value[i] = divisor > 0 ? rounded(fmin(row->value[i] / divisor, q), f) : fmin(row->value[i], q);
    row->least = whole;
}

/* The part of a cut that the point uses. @return its left side, coefficients at most the demand */
static double cross_used(const kh_cutset_space *space, size_t state, const double *point, const bool *side, double demand,
                         kh_cutset_row *used)
{
    const kh_modules_problem *problem = space->problem;
    double left = 0;
    used->n = 0;
    for (size_t e = 0; e < problem->graph.n_links; e++) {
        const uint32_t *ends = problem->graph.ends[e];
        for (size_t i = space->first[e]; side[ends[0]] != side[ends[1]] && i < space->first[e + 1]; i++) {
            uint32_t j = space->choice[i];
            if (!(point[j] > 0) || !kh_state_keeps(problem, state, j))
                continue;
            double value = problem->choices[j].rate_bps;
            value = value < demand ? value : demand;
            used->column[used->n] = j;
            used->value[used->n++] = value;
            left += value * point[j];
        }
    }
    return left;
}

/* As kh_cutset_round() of a cut when it is more than best, by divisors that the point uses only: for the search of sets. Rounding
 * never makes the left side smaller, so most divisors need not be tried. */
static double judge(const kh_cutset_space *space, size_t state, const double *point, const bool *side, double demand, double best)
{
    if (!(demand > 0))
        return best;
    kh_cutset_row row = space->plain;
    double left = cross_used(space, state, point, side, demand, &row);
    row.least = demand;
    best = fmax(best, 1 - left / demand);
    for (size_t i = 0; i < row.n; i++) {
        double d = row.value[i] < demand ? row.value[i] : demand * (1 + 1e-3);
        if (left < (1 - best) * d * ceil(demand / d))
            best = fmax(best, broken_by(&row, point, d));
    }
    return best;
}

static bool at_border(const kh_cutset_space *space, const bool *side, uint32_t node)
{
    for (size_t i = space->links.first[node]; i < space->links.first[node + 1]; i++) {
        const uint32_t *ends = space->problem->graph.ends[space->links.item[i]];
        if (side[ends[0]] != side[ends[1]])
            return true;
    }
    return false;
}

/* What crosses more when the node changes sides. */
static double demand_moved(const kh_cutset_space *space, size_t state, const bool *side, uint32_t node)
{
    double sum = 0;
    for (size_t i = space->demands.first[node]; i < space->demands.first[node + 1]; i++) {
        const kh_keyflow_demand *d = &space->problem->demands[space->demands.item[i]];
        if (kh_state_asks(space->problem, state, space->demands.item[i]))
            sum += side[d->ends[0]] != side[d->ends[1]] ? -d->requested_bps : d->requested_bps;
    }
    return space->problem->theta * sum;
}

/* Each node at the border once: it changes sides when that is better. */
static bool move_nodes(const kh_cutset_space *space, size_t state, const double *point, bool *side, double *best)
{
    double demand = kh_cutset_demand(space, state, side), first = *best;
    for (uint32_t v = 0; v < space->problem->graph.n_nodes; v++) {
        if (!at_border(space, side, v))
            continue;
        double then = demand + demand_moved(space, state, side, v);
        if (then <= WHOLE * demand)
            continue;
        side[v] = !side[v];
        double broken = judge(space, state, point, side, then, *best);
        if (broken > *best + BETTER) {
            *best = broken;
            demand = then;
        } else
            side[v] = !side[v];
    }
    return *best > first;
}

/* The state in which a cut is broken most. A loss that takes nothing of the cut asks for what the whole network asks for. */
static double choose_state(const kh_cutset_space *space, const double *point, const bool *side, size_t *state)
{
    const kh_modules_problem *problem = space->problem;
    kh_cutset_row all = space->plain, rest = space->rest;
    double divisor, demand = kh_cutset_demand(space, 0, side);
    *state = 0;
    cross(space, 0, side, demand, &all);
    double best = demand > 0 ? kh_cutset_round(&all, point, &divisor) : -HUGE_VAL;
    for (size_t s = 1; s < kh_state_count(problem); s++) {
        rest.n = 0;
        for (size_t i = 0; i < all.n; i++)
            if (kh_state_keeps(problem, s, all.column[i])) {
                rest.column[rest.n] = all.column[i];
                rest.value[rest.n++] = all.value[i];
            }
        if (rest.n == all.n)
            continue;
        rest.least = space->asks_all[s] ? demand : kh_cutset_demand(space, s, side);
        double broken = rest.least > 0 ? kh_cutset_round(&rest, point, &divisor) : -HUGE_VAL;
        if (broken > best + BETTER) {
            best = broken;
            *state = s;
        }
    }
    return best;
}

double kh_cutset_improve(const kh_cutset_space *space, const double *point, bool *side, size_t *state)
{
    double best = choose_state(space, point, side, state);
    for (int round = 0; round < MOST_ROUNDS && move_nodes(space, *state, point, side, &best); round++)
        ;
    return choose_state(space, point, side, state);
}

void kh_cutset_grow(const kh_cutset_space *space, kh_rng *rng, size_t size, bool *side)
{
    const kh_graph *graph = &space->problem->graph;
    memset(side, 0, graph->n_nodes * sizeof *side);
    side[kh_rng_below(rng, graph->n_nodes)] = true;
    for (size_t tries = 8 * size, n = 1; n < size && tries > 0 && graph->n_links > 0; tries--) {
        const uint32_t *ends = graph->ends[kh_rng_below(rng, graph->n_links)];
        if (side[ends[0]] == side[ends[1]])
            continue;
        side[ends[0]] = side[ends[1]] = true;
        n++;
    }
}
