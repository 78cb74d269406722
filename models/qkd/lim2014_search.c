/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/lim2014_search.h"

#include "models/num/descent.h"
#include "models/num/logistic.h"
#include "models/num/simplex.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { N_FREE = 5 }; /* ln mu_1; logits of mu_2/mu_1, p_1, p_2/(1-p_1), p_X */

/* the problem, or one piece of it */
typedef struct valley {
    const kh_lim2014_search *search;
    kh_lim2014_piece piece;
} valley;

static kh_lim2014_choice choice_at(double mu_3, const double *x)
{
    double mu_1 = fmin(exp(x[0]), KH_LIM2014_MU_1_MAX);
    double mu_2 = fmax(mu_1 * kh_logistic_shares(x[1]).share, mu_3 + KH_LIM2014_MU_GAP);
    mu_1 = fmax(mu_1, mu_2 + mu_3 + KH_LIM2014_MU_GAP);
    kh_shares p_1 = kh_logistic_shares(x[2]), p_2 = kh_logistic_shares(x[3]);
    return (kh_lim2014_choice){
        .mu = {mu_1, mu_2, mu_3},
        .p = {p_1.share, p_1.rest * p_2.share, p_1.rest * p_2.rest},
        .p_x = kh_logistic_shares(x[4]).share,
    };
}

static double score_at(const double *x, const void *context)
{
    const valley *v = context;
    kh_lim2014_choice choice = choice_at(v->search->mu_3, x);
    return v->search->score(&choice, &v->piece, v->search->context);
}

double kh_lim2014_score_without_key(const kh_lim2014_block *block)
{
    double single = fmin(block->single_x, block->single_z) / block->n_x;
    if (single <= 0.0)
        return 1e6 - single;
    return -block->key_bits / block->n_x + fmax(0.0, block->phase_error - 0.5);
}

/* (mu_1, mu_2/mu_1, p_1, p_2/(1-p_1), p_X): optima from small to large blocks, and near the end of the reach */
static const double STARTS[][N_FREE] = {
    {0.47, 0.45, 0.55, 0.70, 0.88}, {0.40, 0.40, 0.60, 0.60, 0.40}, {0.40, 0.20, 0.05, 0.55, 0.80}, {0.45, 0.40, 0.15, 0.60, 0.30},
    {0.50, 0.25, 0.85, 0.70, 0.97}, {0.35, 0.12, 0.02, 0.50, 0.80}, {0.30, 0.24, 0.04, 0.50, 0.12},
};
enum { N_STARTS = sizeof STARTS / sizeof STARTS[0], N_DESCENTS = 3 };
enum { FIRST_TURNS = 10, TURNS = 30 };
/* tolerances of the descents, relative */
static const double FIRST = 5e-2, FOLLOWED = 1e-3, SETTLED = 1e-6;
/* how far from the best, relative, a place may be to be looked at further */
static const double WITHIN = 5e-2;   /* bounds, after first descents */
static const double CLOSE = 2e-2;    /* places of one bound, after first descents */
static const double BEYOND = 0.3;    /* the same place in another piece */
static const double ROUNDING = 1e-9; /* what is no farther is the same piece */
static const double BESIDE = 0.1;    /* in every coordinate: on the way to the same place */
static const double MUCH = 0.15;     /* a rough descent that brings more is repeated */

static void place(const double *start, double *x)
{
    x[0] = log(start[0]);
    for (int j = 1; j < N_FREE; j++)
        x[j] = kh_logistic_inverse(start[j]);
}

static void place_near(const kh_lim2014_choice *near, double *x)
{
    const double start[N_FREE] = {near->mu[0], near->mu[1] / near->mu[0], near->p[0], near->p[1] / (1.0 - near->p[0]), near->p_x};
    place(start, x);
}

/* the starts in order of score, best first */
static void order_starts(const valley *v, double ordered[N_STARTS][N_FREE])
{
    double scores[N_STARTS];
    for (int i = 0; i < N_STARTS; i++) {
        double x[N_FREE];
        place(STARTS[i], x);
        double value = score_at(x, v);
        int k = i;
        for (; k > 0 && value < scores[k - 1]; k--) {
            scores[k] = scores[k - 1];
            memcpy(ordered[k], ordered[k - 1], sizeof x);
        }
        scores[k] = value;
        memcpy(ordered[k], x, sizeof x);
    }
}

/* @return how many to take */
static int choose_starts(const valley *v, double starts[N_STARTS][N_FREE])
{
    if (v->search->near != NULL) {
        place_near(v->search->near, starts[0]);
        return 1;
    }
    order_starts(v, starts);
    return N_DESCENTS;
}

/* first descents from the best starts @return how many */
static int find_candidates(const valley *v, kh_descent *found)
{
    double starts[N_STARTS][N_FREE];
    int n = choose_starts(v, starts);
    for (int i = 0; i < n; i++) {
        found[i] = (kh_descent){.f = score_at, .context = v, .n = N_FREE, .difference = 1e-4, .reach = 1.0};
        memcpy(found[i].x, starts[i], sizeof starts[i]);
        kh_descent_begin(&found[i]);
        kh_descent_continue(&found[i], FIRST, FIRST_TURNS);
    }
    return n;
}

static kh_descent *best_of(kh_descent *found, int n)
{
    kh_descent *best = &found[0];
    for (int i = 1; i < n; i++)
        best = found[i].value < best->value ? &found[i] : best;
    return best;
}

static bool is_within(double share, double score, double best)
{
    return score <= best + share * fabs(best);
}

/* a better one lies beside it */
static bool is_spare(const kh_descent *one, const kh_descent *found, int n)
{
    for (int i = 0; i < n; i++) {
        double farthest = 0.0;
        for (int j = 0; j < N_FREE; j++)
            farthest = fmax(farthest, fabs(found[i].x[j] - one->x[j]));
        if (found[i].value < one->value && farthest < BESIDE)
            return true;
    }
    return false;
}

/* those near the best go on */
static void race(kh_descent *found, int n, double share, double tolerance)
{
    double leading = best_of(found, n)->value;
    for (int i = 0; i < n; i++)
        if (is_within(share, found[i].value, leading) && !is_spare(&found[i], found, n))
            kh_descent_continue(&found[i], tolerance, TURNS);
}

/* Where a bound meets 0 the score has a kink, like a ridge, which no descent crosses; the piece from beyond goes on on this side.
 */
static void look_beyond(const valley *v, kh_descent *best, int side)
{
    static const kh_lim2014_side OTHERS[] = {KH_LIM2014_SIDE_BOUND, KH_LIM2014_SIDE_ZERO};
    for (size_t i = 0; i < sizeof OTHERS / sizeof OTHERS[0]; i++) {
        valley beyond = *v;
        beyond.piece.sides[side] = OTHERS[i];
        double value = score_at(best->x, &beyond);
        if (!is_within(BEYOND, value, best->value) || is_within(ROUNDING, value, best->value))
            continue;
        kh_descent other = *best;
        other.context = &beyond;
        kh_descent_resume(&other);
        kh_descent_continue(&other, FOLLOWED, TURNS);
        if (is_within(FOLLOWED, other.value, best->value))
            kh_descent_continue(&other, SETTLED, TURNS);
        if (other.value < best->value) {
            other.context = best->context;
            *best = other;
        }
    }
}

/* One short descent under both bounds; more of them where that brings much, as near the end of the reach. */
static kh_lim2014_choice search_roughly(const kh_lim2014_search *search)
{
    const valley both = {search, {.errors = KH_LIM2014_ERRORS_LEAST}};
    double x[N_FREE], before;
    place_near(search->near, x);
    double score = score_at(x, &both);
    do {
        before = score;
        score = kh_simplex_minimise(score_at, &both, x, N_FREE, (kh_simplex_options){0.4, search->rough, 600});
    } while (before - score > MUCH * fabs(score));
    return choice_at(search->mu_3, x);
}

/* The key under the smaller of two error bounds is the larger of the keys under each: two smoother problems in place of one with
 * a kink between two valleys. Of the places where first descents end, those near the best are followed; the best one of all looks
 * beyond the kinks that are left. */
kh_lim2014_choice kh_lim2014_search_best(const kh_lim2014_search *search)
{
    if (search->rough > 0.0 && search->near != NULL)
        return search_roughly(search);
    const valley valleys[2] = {{search, {.errors = KH_LIM2014_ERRORS_ALL}}, {search, {.errors = KH_LIM2014_ERRORS_BY_DECOYS}}};
    const valley both = {search, {.errors = KH_LIM2014_ERRORS_LEAST}};
    kh_descent found[2][N_DESCENTS], *best[2];
    int n = 0;
    for (int k = 0; k < 2; k++) {
        n = find_candidates(&valleys[k], found[k]);
        best[k] = best_of(found[k], n);
    }
    double leading = fmin(best[0]->value, best[1]->value);
    for (int k = 0; k < 2; k++)
        if (is_within(WITHIN, best[k]->value, leading)) {
            race(found[k], n, CLOSE, FOLLOWED);
            race(found[k], n, FOLLOWED, SETTLED);
            best[k] = best_of(found[k], n);
        }
    look_beyond(&valleys[1], best[1], KH_LIM2014_ERRORS_3);
    kh_descent *winner = best[1]->value < best[0]->value ? best[1] : best[0];
    look_beyond(&both, winner, KH_LIM2014_VACUUM_X);
    look_beyond(&both, winner, KH_LIM2014_VACUUM_Z);
    return choice_at(search->mu_3, winner->x);
}

kh_lim2014_choice kh_lim2014_choice_usual(double mu_3)
{
    double x[N_FREE];
    place(STARTS[0], x);
    return choice_at(mu_3, x);
}

kh_lim2014_choice kh_lim2014_choice_of(const double *parameters, double mu_3)
{
    double p_1 = parameters[2], p_2 = parameters[3];
    return (kh_lim2014_choice){.mu = {parameters[0], parameters[1], mu_3}, .p = {p_1, p_2, 1.0 - p_1 - p_2}, .p_x = parameters[4]};
}
