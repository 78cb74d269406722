/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/num/simplex.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

typedef struct corner {
    double x[KH_SIMPLEX_DIMENSIONS_MAX];
    double value;
} corner;

typedef struct simplex {
    kh_simplex_function f;
    const void *context;
    size_t n;
    unsigned calls;
    corner corners[KH_SIMPLEX_DIMENSIONS_MAX + 1];
    corner *order[KH_SIMPLEX_DIMENSIONS_MAX + 1]; /* best first, worst last */
} simplex;

static void measure(simplex *s, corner *c)
{
    c->value = s->f(c->x, s->context);
    s->calls++;
}

/* the corners before @p k are in order */
static void insert(simplex *s, size_t k)
{
    corner *moving = s->order[k];
    for (; k > 0 && moving->value < s->order[k - 1]->value; k--)
        s->order[k] = s->order[k - 1];
    s->order[k] = moving;
}

static void spread(simplex *s, const double *start, double step)
{
    for (size_t i = 0; i <= s->n; i++) {
        memcpy(s->corners[i].x, start, s->n * sizeof *start);
        if (i > 0)
            s->corners[i].x[i - 1] += step;
        measure(s, &s->corners[i]);
        s->order[i] = &s->corners[i];
        insert(s, i);
    }
}

/* point on the line from the worst corner through the centre of the others: 1 = mirrored, -1 = the worst corner itself */
static void go_along(simplex *s, const double *centre, double factor, corner *c)
{
    const double *worst = s->order[s->n]->x;
    for (size_t j = 0; j < s->n; j++)
        c->x[j] = centre[j] + factor * (centre[j] - worst[j]);
    measure(s, c);
}

static void shrink(simplex *s)
{
    const double *best = s->order[0]->x;
    for (size_t i = 1; i <= s->n; i++) {
        corner *moved = s->order[i];
        for (size_t j = 0; j < s->n; j++)
            moved->x[j] = 0.5 * (moved->x[j] + best[j]);
        measure(s, moved);
    }
    for (size_t i = 1; i <= s->n; i++)
        insert(s, i);
}

static void find_centre_of_others(const simplex *s, double *centre)
{
    double share = 1.0 / (double)s->n;
    for (size_t j = 0; j < s->n; j++) {
        double sum = 0.0;
        for (size_t i = 0; i < s->n; i++)
            sum += s->order[i]->x[j];
        centre[j] = sum * share;
    }
}

static void replace_worst(simplex *s, const corner *better)
{
    corner *worst = s->order[s->n];
    memcpy(worst->x, better->x, s->n * sizeof *better->x);
    worst->value = better->value;
    insert(s, s->n);
}

static void improve_worst(simplex *s)
{
    double centre[KH_SIMPLEX_DIMENSIONS_MAX];
    find_centre_of_others(s, centre);
    double worst = s->order[s->n]->value;
    corner mirrored, other;
    go_along(s, centre, 1.0, &mirrored);
    if (mirrored.value < s->order[0]->value) {
        go_along(s, centre, 2.0, &other);
        replace_worst(s, other.value < mirrored.value ? &other : &mirrored);
        return;
    }
    if (mirrored.value < s->order[s->n - 1]->value) {
        replace_worst(s, &mirrored);
        return;
    }
    bool outside = mirrored.value < worst;
    go_along(s, centre, outside ? 0.5 : -0.5, &other);
    if (other.value < (outside ? mirrored.value : worst))
        replace_worst(s, &other);
    else
        shrink(s);
}

double kh_simplex_minimise(kh_simplex_function f, const void *context, double *x, size_t n, kh_simplex_options options)
{
    if (n < 1 || n > KH_SIMPLEX_DIMENSIONS_MAX)
        return NAN;
    simplex s;
    s.f = f;
    s.context = context;
    s.n = n;
    s.calls = 0;
    spread(&s, x, options.step);
    while (s.calls < options.max_calls) {
        double best = s.order[0]->value, worst = s.order[n]->value;
        if (worst - best <= options.tolerance * fabs(best))
            break;
        improve_worst(&s);
    }
    memcpy(x, s.order[0]->x, n * sizeof *x);
    return s.order[0]->value;
}

double kh_simplex_search(kh_simplex_function f, const void *context, const double *starts, size_t n_starts, double *x, size_t n)
{
    enum { N_REPEATS = 8 };
    static const double GAIN = 1e-7;
    const kh_simplex_options coarse = {.step = 0.5, .tolerance = 1e-4, .max_calls = 150 * (unsigned)n};
    const kh_simplex_options fine = {.step = 0.1, .tolerance = 1e-10, .max_calls = 150 * (unsigned)n};
    double best = INFINITY;
    for (size_t i = 0; i < n_starts; i++) {
        double tried[KH_SIMPLEX_DIMENSIONS_MAX];
        memcpy(tried, starts + i * n, n * sizeof *tried);
        double value = kh_simplex_minimise(f, context, tried, n, coarse);
        if (value < best) {
            best = value;
            memcpy(x, tried, n * sizeof *x);
        }
    }
    /* a simplex may collapse on a slope: with a new one it goes on */
    for (int i = 0; i < N_REPEATS && isfinite(best); i++) {
        double before = best;
        best = kh_simplex_minimise(f, context, x, n, fine);
        if (before - best <= GAIN * fabs(best))
            break;
    }
    return best;
}
