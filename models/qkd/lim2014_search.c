/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/lim2014_search.h"

#include "models/num/logistic.h"
#include "models/num/simplex.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { N_FREE = 5 }; /* ln mu_1; logits of mu_2/mu_1, p_1, p_2/(1-p_1), p_X */

/* one of the two smooth problems */
typedef struct valley {
    const kh_lim2014_search *search;
    kh_lim2014_errors errors;
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
    return v->search->score(&choice, v->errors, v->search->context);
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
/* tolerances of the descents, and how far from the best, relative, a place may be to be looked at further */
static const double SHORT = 1e-2, FOLLOWED = 1e-4, SETTLED = 3e-6;
static const double WITHIN = 5e-2; /* bounds, after short descents */
static const double CLOSE = 1e-2;  /* places of one bound, after short descents */
static const double WORTH = 2e-3;  /* bounds, after those that follow */
static const double BESIDE = 0.1;  /* in every coordinate: within the reach of settling */
static const double MUCH = 0.15;   /* a rough descent that brings more is repeated */

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

/* where a first, short descent ended */
typedef struct candidate {
    double x[N_FREE], score;
} candidate;

static double descend(const valley *v, double *x, double step, double tolerance)
{
    kh_simplex_options options = {.step = step, .tolerance = tolerance, .max_calls = 600};
    return kh_simplex_minimise(score_at, v, x, N_FREE, options);
}

/* Where the two bounds meet the score has a kink, on which a simplex may collapse: it is spread anew until that brings nothing. */
static double settle(const valley *v, double *x, double score)
{
    static const double STEPS[] = {0.1, -0.2, 0.3, -0.1};
    for (size_t i = 0; i < sizeof STEPS / sizeof STEPS[0]; i++) {
        double before = score;
        score = descend(v, x, STEPS[i], SETTLED);
        if (i > 0 && before - score <= 3.0 * SETTLED * fabs(score))
            break;
    }
    return score;
}

/* short descents from the best starts under one bound of the errors @return how many */
static int find_candidates(const valley *v, candidate *found)
{
    double starts[N_STARTS][N_FREE];
    int n = choose_starts(v, starts);
    for (int i = 0; i < n; i++) {
        memcpy(found[i].x, starts[i], sizeof starts[i]);
        found[i].score = descend(v, found[i].x, 0.5, SHORT);
    }
    return n;
}

static double best_score_of(const candidate *found, int n)
{
    double best = INFINITY;
    for (int i = 0; i < n; i++)
        best = fmin(best, found[i].score);
    return best;
}

static bool is_within(double share, double score, double best)
{
    return score <= best + share * fabs(best);
}

/* follows the best candidates of one bound @return the one that came farthest */
static candidate *follow(const valley *v, candidate *found, int n)
{
    double start = best_score_of(found, n);
    candidate *best = NULL;
    for (int i = 0; i < n; i++) {
        if (!is_within(CLOSE, found[i].score, start))
            continue;
        found[i].score = descend(v, found[i].x, 0.2, FOLLOWED);
        if (best == NULL || found[i].score < best->score)
            best = &found[i];
    }
    return best;
}

static bool is_beside(const candidate *a, const candidate *b)
{
    double farthest = 0.0;
    for (int j = 0; j < N_FREE; j++)
        farthest = fmax(farthest, fabs(a->x[j] - b->x[j]));
    return farthest < BESIDE;
}

/* the better one settles under both bounds at once; the other one too when it may win and does not lie beside it */
static const candidate *settle_best(const kh_lim2014_search *search, candidate *first, candidate *second)
{
    const valley both = {search, KH_LIM2014_ERRORS_LEAST};
    if (second->score < first->score) {
        candidate *better = second;
        second = first;
        first = better;
    }
    bool may_win = is_within(WITHIN, second->score, first->score) && !is_beside(first, second);
    first->score = settle(&both, first->x, first->score);
    if (!may_win)
        return first;
    second->score = descend(&both, second->x, 0.1, FOLLOWED);
    if (is_within(WORTH, second->score, first->score))
        second->score = settle(&both, second->x, second->score);
    return second->score < first->score ? second : first;
}

/* One short descent under both bounds; more of them where that brings much, as near the end of the reach. */
static kh_lim2014_choice search_roughly(const kh_lim2014_search *search)
{
    const valley both = {search, KH_LIM2014_ERRORS_LEAST};
    double x[N_FREE], before;
    place_near(search->near, x);
    double score = score_at(x, &both);
    do {
        before = score;
        score = descend(&both, x, 0.4, search->rough);
    } while (before - score > MUCH * fabs(score));
    return choice_at(search->mu_3, x);
}

/* The key under the smaller of two error bounds is the larger of the keys under each: two smoother problems in place of one with
 * a kink between two valleys. Of the places where short descents end, those near the best are followed further; the best one of
 * each bound settles under both at once. */
kh_lim2014_choice kh_lim2014_search_best(const kh_lim2014_search *search)
{
    if (search->rough > 0.0 && search->near != NULL)
        return search_roughly(search);
    static const kh_lim2014_errors BOUNDS[] = {KH_LIM2014_ERRORS_ALL, KH_LIM2014_ERRORS_BY_DECOYS};
    candidate found[2][N_DESCENTS], *best[2];
    int n = 0;
    for (int k = 0; k < 2; k++)
        n = find_candidates(&(valley){search, BOUNDS[k]}, found[k]);
    double best_score = fmin(best_score_of(found[0], n), best_score_of(found[1], n));
    for (int k = 0; k < 2; k++) {
        best[k] = &found[k][0];
        if (is_within(WITHIN, best_score_of(found[k], n), best_score))
            best[k] = follow(&(valley){search, BOUNDS[k]}, found[k], n);
    }
    return choice_at(search->mu_3, settle_best(search, best[0], best[1])->x);
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
