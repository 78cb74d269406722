/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/flow/simplex.h"

#include "core/net/ids.h"
#include "solvers/flow/step.h"

#include <math.h>
#include <string.h>

static const double FEASIBLE = 1e-11; /* share of a demand, of a link's scale */

/* Squared length of a row of the inverse of the whole basis, as far as tight links go. */
static double row_length(const kh_keyed *b, const double *row)
{
    double sum = 0;
    for (size_t r = 0; r < b->working.n; r++)
        sum += row[r] * row[r];
    return sum;
}

static double slack_length(kh_keyed *b, uint32_t link)
{
    kh_step_fill_row(b, link, b->rhs);
    kh_working_solve_rows(&b->working, b->rhs, b->solved);
    return 1 + row_length(b, b->solved);
}

/* The key of a demand with extras: the line of t less those of the extras. */
static double key_length(kh_keyed *b, uint32_t demand)
{
    size_t n = b->working.n, room = b->working.room;
    for (size_t r = 0; r < n; r++)
        b->solved[r] = kh_keyed_grows(b, demand) ? b->working.inverse[r] : 0;
    for (size_t i = 1; i < n; i++)
        for (size_t r = 0; b->pool->paths[b->extra[i]].demand == demand && r < n; r++)
            b->solved[r] -= b->working.inverse[i * room + r];
    return row_length(b, b->solved);
}

typedef struct breach {
    double score;
    kh_step out;
    uint32_t key_of;
} breach;

static void take_worst(breach *worst, double by, double length, kh_step out, uint32_t key_of)
{
    double score = by * by / length;
    if (score > worst->score)
        *worst = (breach){score, out, key_of};
}

/* The row of a slack is at least 1 long, and not worked out when that is enough to know. */
static bool may_be_worst(const breach *worst, double by)
{
    return by > FEASIBLE && by * by > worst->score;
}

/* Barred paths leave before all others. */
static bool choose_barred(const kh_keyed *b, kh_step *s, double *sign)
{
    double most = -1;
    for (uint32_t i = 1; i < b->working.n; i++)
        if (b->barred[b->extra[i]] && fabs(b->value[i]) > most) {
            most = fabs(b->value[i]);
            *s = (kh_step){.out_column = i};
            *sign = b->value[i] > 0 ? 1 : -1;
        }
    return most >= 0;
}

/* Finds what breaks its bound by most lengths of its row (steepest edges); a key that does is swapped with an extra.
   @return false: nothing does */
static bool choose_out(kh_keyed *b, kh_step *s, double *sign)
{
    breach worst = {0, {0}, KH_NO_INDEX};
    if (choose_barred(b, s, sign))
        return true;
    *sign = -1;
    for (uint32_t i = 1; i < b->working.n; i++) {
        uint32_t k = b->pool->paths[b->extra[i]].demand;
        double key_share = kh_keyed_key_share(b, k);
        if (b->value[i] < -FEASIBLE)
            take_worst(&worst, b->value[i], row_length(b, &b->working.inverse[i * b->working.room]), (kh_step){.out_column = i},
                       KH_NO_INDEX);
        if (key_share < -FEASIBLE)
            take_worst(&worst, key_share, key_length(b, k), (kh_step){0}, k);
    }
    for (uint32_t e = 0; e < b->problem->graph.n_links; e++)
        if (b->row[e] == KH_NO_INDEX && may_be_worst(&worst, b->load[e] - b->room[e]))
            take_worst(&worst, b->load[e] - b->room[e], slack_length(b, e), (kh_step){.out_link = e}, KH_NO_INDEX);
    *s = worst.out;
    if (worst.key_of == KH_NO_INDEX)
        return worst.score > 0;
    s->out_column = kh_step_extra_of(b, worst.key_of);
    if (s->out_column > 0)
        kh_keyed_swap(b, s->out_column);
    return s->out_column > 0;
}

/* Row of the tableau of what leaves, on the links: entering paths have unit * (sum over the path - sum over the key), slacks of
   tight links the entry itself; positive ones bring the value to its bound. */
static void set_line(kh_keyed *b, const kh_step *s, double sign)
{
    size_t n = b->working.n;
    memset(b->line, 0, b->problem->graph.n_links * sizeof *b->line);
    if (s->out_column > 0) {
        for (size_t r = 0; r < n; r++)
            b->line[b->tight[r]] = sign * b->working.inverse[s->out_column * b->working.room + r];
        return;
    }
    kh_step_fill_row(b, s->out_link, b->rhs);
    kh_working_solve_rows(&b->working, b->rhs, b->solved);
    for (size_t r = 0; r < n; r++)
        b->line[b->tight[r]] = -sign * b->solved[r];
    b->line[s->out_link] = sign;
}

/* Reduced costs under the basis' own prices; those below 0 count as 0 from here on, as if the costs were others. */
static void set_reduced(kh_keyed *b)
{
    const kh_pool *pool = b->pool;
    kh_step_find_open(b);
    kh_keyed_set_prices(b);
    b->turn++;
    for (uint32_t p = 0; p < pool->n_paths; p++)
        b->reduced[p] =
            b->open[p]
                ? fmax(kh_step_cost(b, &pool->paths[p], b->weight) - kh_step_key_cost(b, pool->paths[p].demand, b->weight), 0)
                : 0;
    for (size_t r = 0; r < b->working.n; r++)
        b->slack_reduced[b->tight[r]] = fmax(b->price[b->tight[r]], 0);
}

static void try_slacks(const kh_keyed *b, const kh_step *s, bool either, kh_step_candidate *best, kh_step *found)
{
    for (uint32_t r = 0; r < b->working.n; r++) {
        uint32_t e = b->tight[r];
        double size = either ? fabs(b->line[e]) : b->line[e];
        if (size < KH_STEP_LEAST_PIVOT)
            continue;
        /* a link that is gone is never tight in the end: it goes with what still crosses it */
        kh_step_candidate c = {b->room[e] > 0 ? b->slack_reduced[e] / size : -1, size};
        if (kh_step_is_better(&c, best)) {
            *best = c;
            *found = (kh_step){s->out_column, s->out_link, KH_NO_INDEX, r};
        }
    }
}

/* The row's entries of all paths, and the best of them. line: per bit/s by now. */
static void try_paths(kh_keyed *b, const kh_step *s, bool either, kh_step_candidate *best, kh_step *found)
{
    const kh_pool *pool = b->pool;
    b->turn++;
    for (uint32_t p = 0; p < pool->n_paths; p++) {
        if (!b->open[p])
            continue;
        b->entry[p] = kh_step_cost(b, &pool->paths[p], b->line) - kh_step_key_cost(b, pool->paths[p].demand, b->line);
        double size = either ? fabs(b->entry[p]) : b->entry[p];
        if (size < KH_STEP_LEAST_PIVOT)
            continue;
        kh_step_candidate c = {b->reduced[p] / size, size};
        if (kh_step_is_better(&c, best)) {
            *best = c;
            *found = (kh_step){s->out_column, s->out_link, p, 0};
        }
    }
}

/* What reduced costs are once @p s is done. line: not yet per bit/s for slacks, so these were kept in column. */
static void update_reduced(kh_keyed *b, const kh_step *s, const double *slack_entry)
{
    uint32_t in_link = s->in_path == KH_NO_INDEX ? b->tight[s->in_row] : KH_NO_INDEX;
    double move = s->in_path != KH_NO_INDEX ? b->reduced[s->in_path] / b->entry[s->in_path]
                                            : b->slack_reduced[in_link] / slack_entry[s->in_row];
    for (uint32_t p = 0; p < b->pool->n_paths; p++)
        if (b->open[p]) {
            double left = b->reduced[p] - move * b->entry[p];
            b->reduced[p] = left > 0 ? left : 0;
        }
    for (size_t r = 0; r < b->working.n; r++)
        b->slack_reduced[b->tight[r]] = fmax(b->slack_reduced[b->tight[r]] - move * slack_entry[r], 0);
    if (s->out_column > 0)
        b->reduced[b->extra[s->out_column]] = fabs(move);
    else
        b->slack_reduced[s->out_link] = fabs(move);
}

/* The row's entries of the slacks go to @p slack_entry, then the line is per bit/s. */
static void scale_line(kh_keyed *b, double *slack_entry)
{
    for (size_t r = 0; r < b->working.n; r++)
        slack_entry[r] = b->line[b->tight[r]];
    for (size_t e = 0; e < b->problem->graph.n_links; e++)
        b->line[e] *= b->per_scale[e];
}

kh_simplex_end kh_simplex_dual(kh_keyed *b, size_t *left)
{
    set_reduced(b);
    for (; *left > 0 && !kh_step_is_late(b, *left); --*left) {
        kh_step out = {0}, found = {0};
        double sign = -1;
        kh_keyed_set_values(b);
        if (!choose_out(b, &out, &sign))
            return KH_SIMPLEX_DONE;
        bool either = out.out_column > 0 && b->barred[b->extra[out.out_column]] && fabs(b->value[out.out_column]) < FEASIBLE;
        kh_step_candidate best = {INFINITY, 0};
        set_line(b, &out, sign);
        try_slacks(b, &out, either, &best, &found);
        scale_line(b, b->column);
        try_paths(b, &out, either, &best, &found);
        if (isinf(best.ratio)) {
            for (size_t e = 0; e < b->problem->graph.n_links; e++)
                b->line[e] = fmax(-b->line[e], 0);
            return KH_SIMPLEX_STUCK;
        }
        update_reduced(b, &found, b->column);
        if (!kh_step_take(b, &found))
            return KH_SIMPLEX_FAILED;
    }
    return KH_SIMPLEX_FAILED;
}
