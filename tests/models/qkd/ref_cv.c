/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Continuous variables again, without their formulas: all modes of sender, eavesdropper and receiver in one covariance matrix, light
 * that meets on beam splitters, entropies from symplectic eigenvalues found numerically. Shares no code with models/qkd/cv.c. */
#include "core/base/rng.h"
#include "models/qkd/cv.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { A, B, E, CLONE, FRONT, BEHIND, MODES, SIZE = 2 * MODES };

typedef struct state {
    double v[SIZE][SIZE]; /* x and p of each mode in turn, vacuum 1 */
} state;

static void entangle(state *s, int a, int b, double variance)
{
    double shared = sqrt(variance * variance - 1.0);
    for (int q = 0; q < 2; q++) {
        s->v[2 * a + q][2 * a + q] = s->v[2 * b + q][2 * b + q] = variance;
        s->v[2 * a + q][2 * b + q] = s->v[2 * b + q][2 * a + q] = q == 0 ? shared : -shared;
    }
}

static void turn(double *a, double *b, double t)
{
    double first = sqrt(t) * *a + sqrt(1.0 - t) * *b;
    *b = sqrt(t) * *b - sqrt(1.0 - t) * *a;
    *a = first;
}

static void split(state *s, int a, int b, double t)
{
    for (int q = 0; q < 2; q++) {
        for (int k = 0; k < SIZE; k++)
            turn(&s->v[k][2 * a + q], &s->v[k][2 * b + q], t);
        for (int k = 0; k < SIZE; k++)
            turn(&s->v[2 * a + q][k], &s->v[2 * b + q][k], t);
    }
}

/* What is left when quadrature q of a mode is read with that much noise of the reading. */
static void read_quadrature(state *s, int mode, int q, double noise)
{
    state before = *s;
    int r = 2 * mode + q;
    for (int i = 0; i < SIZE; i++)
        for (int j = 0; j < SIZE; j++)
            s->v[i][j] -= before.v[i][r] * before.v[r][j] / (before.v[r][r] + noise);
}

static void read_mode(state *s, int mode, bool both)
{
    read_quadrature(s, mode, 0, both ? 1.0 : 0.0);
    if (both)
        read_quadrature(s, mode, 1, 1.0);
}

/* --- entropies --- */

typedef struct square {
    int n;
    double m[SIZE][SIZE];
} square;

static square part(const state *s, const int *modes, int n_modes)
{
    square g = {.n = 2 * n_modes};
    for (int i = 0; i < g.n; i++)
        for (int j = 0; j < g.n; j++)
            g.m[i][j] = s->v[2 * modes[i / 2] + i % 2][2 * modes[j / 2] + j % 2];
    return g;
}

static square lower_root(const square *g)
{
    square l = {.n = g->n};
    for (int i = 0; i < g->n; i++)
        for (int j = 0; j <= i; j++) {
            double rest = g->m[i][j];
            for (int k = 0; k < j; k++)
                rest -= l.m[i][k] * l.m[j][k];
            l.m[i][j] = i == j ? sqrt(rest) : rest / l.m[j][j];
        }
    return l;
}

/* L' Omega L is antisymmetric with the symplectic eigenvalues in pairs; its square, negative, has their squares */
static square squared_form(const square *g)
{
    square l = lower_root(g), k = {.n = g->n}, result = {.n = g->n};
    for (int i = 0; i < g->n; i++)
        for (int j = 0; j < g->n; j++)
            for (int q = 0; q < g->n; q += 2)
                k.m[i][j] += l.m[q][i] * l.m[q + 1][j] - l.m[q + 1][i] * l.m[q][j];
    for (int i = 0; i < g->n; i++)
        for (int j = 0; j < g->n; j++)
            for (int q = 0; q < g->n; q++)
                result.m[i][j] += k.m[q][i] * k.m[q][j];
    return result;
}

static void rotate(square *a, int p, int q)
{
    double angle = 0.5 * atan2(2.0 * a->m[p][q], a->m[q][q] - a->m[p][p]), c = cos(angle), s = sin(angle);
    for (int k = 0; k < a->n; k++) {
        double x = a->m[k][p], y = a->m[k][q];
        a->m[k][p] = c * x - s * y;
        a->m[k][q] = s * x + c * y;
    }
    for (int k = 0; k < a->n; k++) {
        double x = a->m[p][k], y = a->m[q][k];
        a->m[p][k] = c * x - s * y;
        a->m[q][k] = s * x + c * y;
    }
}

static double entropy(const state *s, const int *modes, int n_modes)
{
    square g = part(s, modes, n_modes), a = squared_form(&g);
    for (int sweep = 0; sweep < 30; sweep++)
        for (int p = 0; p < a.n; p++)
            for (int q = p + 1; q < a.n; q++)
                rotate(&a, p, q);
    double sum = 0.0;
    for (int i = 0; i < a.n; i++) {
        double photons = 0.5 * (sqrt(a.m[i][i]) - 1.0);
        if (photons > 0.0)
            sum += 0.5 * ((photons + 1.0) * log2(photons + 1.0) - photons * log2(photons)); /* each twice */
    }
    return sum;
}

/* --- the protocol --- */

typedef struct link {
    kh_cv_receiver receiver;
    double transmittance, variance;
} link;

/* sender's pair, the eavesdropper's cloner in the line, the receiver's loss and noise as another pair */
static state prepare(const link *l)
{
    state s = {0};
    double t = l->transmittance, eta = l->receiver.efficiency, detectors = l->receiver.heterodyne ? 2.0 : 1.0;
    entangle(&s, A, B, l->variance + 1.0);
    entangle(&s, E, CLONE, 1.0 + t * l->receiver.excess_noise / (1.0 - t));
    entangle(&s, FRONT, BEHIND, 1.0 + detectors * l->receiver.electronic_noise / (1.0 - eta));
    split(&s, B, E, t);
    split(&s, B, FRONT, eta);
    return s;
}

static double known_to_eavesdropper(const link *l)
{
    static const int HERS[] = {E, CLONE};
    state s = prepare(l);
    double before = entropy(&s, HERS, 2);
    read_mode(&s, B, l->receiver.heterodyne);
    return before - entropy(&s, HERS, 2);
}

/* the same from what she does not have: the whole is pure */
static double known_by_the_others(const link *l)
{
    static const int THEIRS[] = {A, B, FRONT, BEHIND}, AFTER[] = {A, FRONT, BEHIND};
    state s = prepare(l);
    double before = entropy(&s, THEIRS, 4);
    read_mode(&s, B, l->receiver.heterodyne);
    return before - entropy(&s, AFTER, 3);
}

/* of the receiver's result and the coherent state sent, which is what reading both quadratures of A prepares */
static double known_to_sender(const link *l)
{
    state s = prepare(l);
    double noise = l->receiver.heterodyne ? 1.0 : 0.0, before = s.v[2 * B][2 * B] + noise;
    read_mode(&s, A, true);
    double per_quadrature = 0.5 * log2(before / (s.v[2 * B][2 * B] + noise));
    return l->receiver.heterodyne ? 2.0 * per_quadrature : per_quadrature;
}

static double between(kh_rng *rng, double low, double high)
{
    return low + (high - low) * kh_rng_uniform(rng);
}

static link random_link(kh_rng *rng)
{
    return (link){.receiver = {.heterodyne = kh_rng_below(rng, 2) == 1,
                               .efficiency = between(rng, 0.2, 0.99),
                               .electronic_noise = between(rng, 0.0, 0.5),
                               .excess_noise = between(rng, 0.001, 0.2),
                               .reconciliation = between(rng, 0.8, 1.0)},
                  .transmittance = pow(10.0, -between(rng, 0.1, 3.0)),
                  .variance = pow(10.0, between(rng, -0.5, 1.5))};
}

static void an_explicit_covariance_matrix_gives_the_same_key(void **state_)
{
    (void)state_;
    kh_rng rng = kh_rng_stream(1, "ref-cv", "matrix");
    double worst = 0.0;
    for (int i = 0; i < 2000; i++) {
        link l = random_link(&rng);
        double kept = l.receiver.reconciliation * known_to_sender(&l);
        double rate = kh_cv_rate(&l.receiver, l.transmittance, l.variance);
        double difference = fmax(fabs(kept - known_to_eavesdropper(&l) - rate), fabs(kept - known_by_the_others(&l) - rate));
        worst = fmax(worst, difference);
    }
    print_message("worst difference %.2e bit per symbol\n", worst);
    assert_true(worst < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_explicit_covariance_matrix_gives_the_same_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
