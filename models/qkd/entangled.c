/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/entangled.h"

#include "models/num/logistic.h"
#include "models/num/simplex.h"
#include "models/qkd/tomamichel2012.h"

#include <math.h>
#include <string.h>

enum { N_FREE_MAX = KH_ENTANGLED_PARAMETERS_MAX + 1, N_GRID = 25, N_STARTS = 3 };
static const double START_SHARES[N_STARTS] = {0.3, 0.1, 0.02}; /* of the test */
static const double SHARE_MIN = 1e-6;

typedef struct search {
    const kh_qkd_system *system;
    const kh_entangled_source *source;
    kh_tomamichel2012_setting proof;
    bool finite;
    size_t first,
        n_free; /* parameters from the first one on are free: their logarithms; then, with a block, the logit of the test */
} search;

typedef struct outcome {
    kh_entangled_counts counts;
    double block_bits, key_bits, secret_fraction; /* sifted; not rounded */
} outcome;

static double test_share_of(const search *s, const double *x)
{
    double share = kh_logistic_shares(x[s->n_free - 1]).share;
    return s->finite ? fmin(fmax(share, SHARE_MIN), 1.0 - SHARE_MIN) : 0.0;
}

static void parameters_at(const search *s, const double *x, double *parameters)
{
    parameters[0] = s->source->given;
    for (size_t i = s->first; i < s->source->n_parameters; i++)
        parameters[i] = fmin(fmax(exp(x[i - s->first]), s->source->low[i]), s->source->high[i]);
}

static outcome outcome_of(const search *s, const double *parameters, double test_share)
{
    outcome o = {.counts = s->source->counts(s->system, parameters), .block_bits = INFINITY};
    if (!(o.counts.sifted_hz > 0.0))
        return o;
    if (s->finite)
        o.block_bits = kh_qkd_block_size(s->system, o.counts.sifted_hz);
    o.key_bits = kh_tomamichel2012_both(&s->proof, o.block_bits, test_share, o.counts.qber);
    o.secret_fraction = s->finite ? o.key_bits / o.block_bits : o.key_bits;
    return o;
}

/* minus the rate where there is key, else a slope that leads to key */
static double score(const double *x, const void *context)
{
    const search *s = (const search *)context;
    double parameters[KH_ENTANGLED_PARAMETERS_MAX];
    parameters_at(s, x, parameters);
    outcome o = outcome_of(s, parameters, test_share_of(s, x));
    if (!(o.counts.sifted_hz > 0.0))
        return 1e6;
    return o.secret_fraction > 0.0 ? -o.secret_fraction * o.counts.sifted_hz : -o.secret_fraction;
}

/* @param parts  of the way from low to high, on a logarithmic scale */
static void place_on_grid(const search *s, const int *parts, double share, double *x)
{
    for (size_t i = s->first; i < s->source->n_parameters && i < KH_ENTANGLED_PARAMETERS_MAX; i++) {
        double ln_low = log(s->source->low[i]), ln_high = log(s->source->high[i]);
        x[i - s->first] = ln_low + (ln_high - ln_low) * parts[i] / (N_GRID - 1.0);
    }
    if (s->finite)
        x[s->n_free - 1] = kh_logistic_inverse(share);
}

/* the best point of a grid, with a given share of the test */
static void place_best(const search *s, double share, double *x)
{
    double best = INFINITY;
    int n_first = s->first == 0 ? N_GRID : 1, n_second = s->source->n_parameters > 1 ? N_GRID : 1;
    for (int i = 0; i < n_first; i++)
        for (int j = 0; j < n_second; j++) {
            const int parts[KH_ENTANGLED_PARAMETERS_MAX] = {i, j};
            double at[N_FREE_MAX] = {0};
            place_on_grid(s, parts, share, at);
            double value = score(at, s);
            if (value < best) {
                best = value;
                memcpy(x, at, sizeof at);
            }
        }
}

static bool place_near(const search *s, double *x)
{
    const kh_qkd_key *near = s->system->near;
    size_t n = s->source->n_parameters;
    if (near == NULL || !(near->rate_bps > 0.0))
        return false;
    for (size_t i = s->first; i < n; i++)
        x[i - s->first] = log(near->parameters[i]);
    if (s->finite)
        x[s->n_free - 1] = kh_logistic_inverse(near->parameters[n] > 0.0 ? near->parameters[n] : START_SHARES[0]);
    return true;
}

static double descend(const search *s, double *x)
{
    if (s->n_free == 0)
        return score(x, s);
    kh_simplex_options coarse = {.step = 0.3, .tolerance = 1e-7, .max_calls = 500};
    kh_simplex_options fine = {.step = 0.03, .tolerance = 1e-13, .max_calls = 500};
    (void)kh_simplex_minimise(score, s, x, s->n_free, coarse);
    return kh_simplex_minimise(score, s, x, s->n_free, fine);
}

static void find_best(const search *s, double *best_x)
{
    double start[N_FREE_MAX] = {0}, best = INFINITY;
    bool warm = place_near(s, start);
    if (!warm)
        place_best(s, START_SHARES[0], start);
    int n_starts = s->finite && !warm ? N_STARTS : 1;
    for (int i = 0; i < n_starts; i++) {
        double x[N_FREE_MAX];
        memcpy(x, start, sizeof x);
        if (n_starts > 1)
            x[s->n_free - 1] = kh_logistic_inverse(START_SHARES[i]);
        double value = descend(s, x);
        if (value < best) {
            best = value;
            memcpy(best_x, x, sizeof x);
        }
    }
}

static kh_qkd_key key_at(const search *s, const double *x)
{
    kh_qkd_key key = {0};
    double test_share = test_share_of(s, x);
    parameters_at(s, x, key.parameters);
    outcome o = outcome_of(s, key.parameters, test_share);
    key.parameters[s->source->n_parameters] = test_share;
    key.qber = o.counts.qber;
    key.sifted_rate_bps = o.counts.sifted_hz;
    if (s->finite && o.counts.sifted_hz > 0.0) {
        key.block_s = o.block_bits / o.counts.sifted_hz;
        key.block_key_bits = fmax(0.0, floor(o.key_bits)); /* whole bits come out of a block */
        key.rate_bps = key.block_key_bits / key.block_s;
    } else {
        key.rate_bps = fmax(0.0, o.secret_fraction * o.counts.sifted_hz);
    }
    return key;
}

kh_qkd_key kh_entangled_key(const kh_qkd_system *system, const kh_entangled_source *source, bool finite)
{
    search s = {
        .system = system,
        .source = source,
        .proof = {.ec_efficiency = system->ec_efficiency, .eps_sec = system->eps_sec, .eps_cor = system->eps_cor},
        .finite = finite && isfinite(kh_qkd_block_size(system, 0.0)),
        .first = isnan(source->given) ? 0U : 1U,
    };
    s.n_free = source->n_parameters - s.first + (s.finite ? 1U : 0U);
    double x[N_FREE_MAX] = {0};
    find_best(&s, x);
    return key_at(&s, x);
}
