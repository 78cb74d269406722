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
    corner corners[KH_SIMPLEX_DIMENSIONS_MAX + 1]; /* best first, worst last */
} simplex;

static void measure(simplex *s, corner *c)
{
    c->value = s->f(c->x, s->context);
    s->calls++;
}

/* insertion sort: one corner is new, the others are in order */
static void sort_corners(simplex *s)
{
    for (size_t i = 1; i <= s->n; i++) {
        corner moving = s->corners[i];
        size_t k = i;
        for (; k > 0 && moving.value < s->corners[k - 1].value; k--)
            s->corners[k] = s->corners[k - 1];
        s->corners[k] = moving;
    }
}

static void spread(simplex *s, const double *start, double step)
{
    for (size_t i = 0; i <= s->n; i++) {
        memcpy(s->corners[i].x, start, s->n * sizeof *start);
        if (i > 0)
            s->corners[i].x[i - 1] += step;
        measure(s, &s->corners[i]);
    }
    sort_corners(s);
}

/* point on the line from the worst corner through the centre of the others: 1 = mirrored, -1 = the worst corner itself */
static corner along(simplex *s, const double *centre, double factor)
{
    corner c = {.value = 0.0};
    for (size_t j = 0; j < s->n; j++)
        c.x[j] = centre[j] + factor * (centre[j] - s->corners[s->n].x[j]);
    measure(s, &c);
    return c;
}

static void shrink(simplex *s)
{
    for (size_t i = 1; i <= s->n; i++) {
        for (size_t j = 0; j < s->n; j++)
            s->corners[i].x[j] = 0.5 * (s->corners[i].x[j] + s->corners[0].x[j]);
        measure(s, &s->corners[i]);
    }
}

static void centre_of_others(const simplex *s, double *centre)
{
    memset(centre, 0, KH_SIMPLEX_DIMENSIONS_MAX * sizeof *centre);
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = 0; j < s->n; j++)
            centre[j] += s->corners[i].x[j] / (double)s->n;
}

static void improve_worst(simplex *s)
{
    double centre[KH_SIMPLEX_DIMENSIONS_MAX];
    centre_of_others(s, centre);
    corner *worst = &s->corners[s->n];
    corner mirrored = along(s, centre, 1.0);
    if (mirrored.value < s->corners[0].value) {
        corner further = along(s, centre, 2.0);
        *worst = further.value < mirrored.value ? further : mirrored;
        return;
    }
    if (mirrored.value < s->corners[s->n - 1].value) {
        *worst = mirrored;
        return;
    }
    bool outside = mirrored.value < worst->value;
    corner nearer = along(s, centre, outside ? 0.5 : -0.5);
    if (nearer.value < (outside ? mirrored.value : worst->value))
        *worst = nearer;
    else
        shrink(s);
}

double kh_simplex_minimise(kh_simplex_function f, const void *context, double *x, size_t n, kh_simplex_options options)
{
    if (n < 1 || n > KH_SIMPLEX_DIMENSIONS_MAX)
        return NAN;
    simplex s = {.f = f, .context = context, .n = n};
    spread(&s, x, options.step);
    while (s.calls < options.max_calls) {
        double best = s.corners[0].value, worst = s.corners[n].value;
        if (worst - best <= options.tolerance * fabs(best))
            break;
        improve_worst(&s);
        sort_corners(&s);
    }
    memcpy(x, s.corners[0].x, n * sizeof *x);
    return s.corners[0].value;
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
