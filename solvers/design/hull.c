/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/hull.h"

#include "core/base/clock.h"
#include "solvers/design/tableau.h"

#include <math.h>
#include <string.h>

static const double WORTH_IT = 3e-3; /* broken by less is not worth a row */
static const double GOOD = 0.1;      /* of what is broken: given away for an easier last question */
static const double ABSENT = 1e-4;   /* what a column without modules counts, so that its coefficient is small too */
static const double NOTHING = 1e-7;
enum { MOST_POINTS = 400 };

static kh_status add_point(kh_tableau *t, const double *y, kh_arena *arena, kh_error *err)
{
    return kh_tableau_add(t, y, 1, arena, err);
}

static kh_status start(kh_cover *cover, const double *here, kh_tableau *t, kh_error *err)
{
    size_t n = cover->n;
    double *cost = KH_NEW(cover->arena, double, 3 * n), *upper = cost + 2 * n;
    if (cost == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a hull of %zu columns", n);
    for (size_t j = 0; j < n; j++) {
        cost[j] = here[j] + ABSENT;
        upper[j] = 1;
    }
    return kh_tableau_init(t, n, 2 * n, cost, cost + n, upper, cover->arena, err);
}

/* The weights that the point breaks most, with all covers so far to keep them. @return their sum over the point; 1: none */
static double ask(kh_cover *cover, kh_tableau *t)
{
    if (kh_tableau_solve(t, HUGE_VAL, 50 * (t->n + t->n_rows)) != KH_TABLEAU_OPTIMAL)
        return 1;
    for (size_t j = 0; j < cover->n; j++) {
        double w = kh_tableau_at(t, j);
        cover->weight[j] = w < NOTHING ? 0 : w;
    }
    return t->value[0];
}

kh_status kh_hull_separate(kh_cover *cover, const double *here, const double *known, size_t n_known, double *least, kh_error *err)
{
    kh_tableau t;
    double *y = KH_NEW(cover->arena, double, cover->n);
    *least = 0;
    if (y == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a hull of %zu columns", cover->n);
    KH_TRY(start(cover, here, &t, err));
    for (size_t p = 0; p < n_known; p++)
        KH_TRY(add_point(&t, known + p * cover->n, cover->arena, err));
    while (t.n_rows < MOST_POINTS && kh_clock_s() < cover->until_s) {
        double sum = ask(cover, &t), enough = 1 - GOOD * (1 - sum);
        kh_cover_word word = KH_COVER_FOUND;
        if (sum > 1 - WORTH_IT)
            return KH_OK;
        if (!(kh_cover_greedily(cover, y) < 1 - NOTHING))
            KH_TRY(kh_cover_find(cover, enough, y, &word, err));
        if (word == KH_COVER_NONE)
            *least = enough;
        if (word != KH_COVER_FOUND)
            return KH_OK;
        KH_TRY(add_point(&t, y, cover->arena, err));
    }
    return KH_OK;
}
