/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/walk.h"

#include <math.h>

static const double LEAST_PRICE = 1e-4; /* of the dearest column */
enum { STAY = 3 };                      /* turns at most */

kh_status kh_walk_init(kh_walk *walk, const kh_relax *relax, kh_arena *arena, kh_error *err)
{
    const kh_modules_problem *problem = relax->problem;
    size_t n = problem->n_choices;
    *walk = (kh_walk){.relax = relax,
                      .rng = kh_rng_stream(1, "", "design walk"),
                      .at_node = KH_NEW(arena, double, problem->graph.n_nodes),
                      .on_link = KH_NEW(arena, double, problem->graph.n_links),
                      .put_from = KH_NEW(arena, uint64_t, n),
                      .take_from = KH_NEW(arena, uint64_t, n),
                      .moved = KH_NEW(arena, uint64_t, n)};
    if (walk->at_node == NULL || walk->on_link == NULL || walk->put_from == NULL || walk->take_from == NULL || walk->moved == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a search over %zu types of modules", n);
    double dearest = 0;
    for (size_t j = 0; j < relax->n_columns; j++) {
        dearest = fmax(dearest, relax->cost[j]);
        walk->cost += relax->cost[j] * relax->lower[j];
    }
    walk->least_price = dearest > 0 ? LEAST_PRICE * dearest : 1;
    return kh_weights_init(&walk->rows, n, arena, err);
}

/* By which the cost changes: nodes open with the first module and close with the last. */
static double price(const kh_walk *walk, size_t j, double by)
{
    const kh_relax *relax = walk->relax;
    const uint32_t *ends = relax->problem->graph.ends[relax->problem->choices[j].link];
    double sum = relax->cost[j] * by;
    for (int i = 0; i < 2; i++) {
        size_t node = relax->problem->n_choices + ends[i];
        double then = walk->at_node[ends[i]] + by;
        if (relax->lower[node] == 0)
            sum += relax->cost[node] * ((then > 0) - (walk->at_node[ends[i]] > 0));
    }
    return sum;
}

static double room(const kh_walk *walk, size_t j)
{
    const kh_modules_problem *problem = walk->relax->problem;
    uint32_t link = problem->choices[j].link;
    double left = walk->relax->upper[j] - walk->rows.count[j];
    if (problem->ports != NULL && problem->ports[link] < UINT32_MAX)
        left = fmin(left, problem->ports[link] - walk->on_link[link]);
    return left;
}

static void move(kh_walk *walk, size_t j, double by)
{
    const kh_modules_problem *problem = walk->relax->problem;
    uint32_t link = problem->choices[j].link;
    walk->cost += price(walk, j, by);
    walk->on_link[link] += by;
    walk->at_node[problem->graph.ends[link][0]] += by;
    walk->at_node[problem->graph.ends[link][1]] += by;
    walk->moved[j] = walk->rows.turn;
    kh_weights_move(&walk->rows, j, by);
}

void kh_walk_put(kh_walk *walk, size_t choice, double by)
{
    by = fmin(by, room(walk, choice));
    if (by > 0)
        move(walk, choice, by);
}

static uint64_t later(kh_walk *walk)
{
    return walk->rows.turn + 2 + kh_rng_below(&walk->rng, STAY);
}

void kh_walk_mend(kh_walk *walk)
{
    const kh_weights *rows = &walk->rows;
    const float *wanted = rows->value + rows->width * rows->broken[kh_rng_below(&walk->rng, rows->n_broken)];
    size_t best = rows->n;
    double best_gain = 0;
    kh_weights_help(&walk->rows);
    for (size_t j = 0; j < rows->n; j++) {
        if (!(wanted[j] > 0) || walk->put_from[j] > rows->turn || room(walk, j) < 1)
            continue;
        double gain = (double)rows->score[j] / fmax(price(walk, j, 1), walk->least_price);
        if (gain > best_gain || (gain == best_gain && best < rows->n && walk->moved[j] < walk->moved[best])) {
            best_gain = gain;
            best = j;
        }
    }
    if (best == rows->n)
        return;
    move(walk, best, 1);
    walk->take_from[best] = later(walk);
}

/* The module whose loss breaks least for what it saves; n: none. */
static size_t least_missed(const kh_walk *walk, bool even_new)
{
    const kh_weights *rows = &walk->rows;
    size_t best = rows->n;
    double best_loss = HUGE_VAL;
    for (size_t j = 0; j < rows->n; j++) {
        if (!(rows->count[j] > 0) || (!even_new && walk->take_from[j] > rows->turn))
            continue;
        double loss = (double)rows->score[j] / fmax(-price(walk, j, -1), walk->least_price);
        if (loss < best_loss || (loss == best_loss && walk->moved[j] < walk->moved[best])) {
            best_loss = loss;
            best = j;
        }
    }
    return best;
}

void kh_walk_save(kh_walk *walk, double most)
{
    size_t n = walk->rows.n;
    while (walk->cost > most) {
        kh_weights_harm(&walk->rows);
        size_t j = least_missed(walk, false);
        j = j < n ? j : least_missed(walk, true);
        if (j == n)
            return;
        move(walk, j, -1);
        walk->put_from[j] = later(walk);
    }
}
