/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/lim2014.h"

#include "models/qkd/entropy.h"
#include "models/qkd/reconciliation.h"

#include <math.h>
#include <stdbool.h>

static const double LN2 = 0.69314718055994530942;
static const double N_TERMS = 21.0; /* error terms of the proof, eps_sec / 21 each */

/* Everything below is per pulse pair sent in the key basis (N_X), so that block size enters only through the fluctuations. */

/* e^mu Q_mu in one basis, or the same for errors, with its bounds */
typedef struct bracket {
    double low[3], high[3];
} bracket;

/* a lower bound of a count, which cannot be below zero */
static double from_below(double bound, kh_lim2014_side side)
{
    if (side == KH_LIM2014_SIDE_BETTER)
        return fmax(0.0, bound);
    return side == KH_LIM2014_SIDE_BOUND ? bound : 0.0;
}

/* lower bound of the vacuum events, eq. (2) */
static double bound_vacuum(const kh_lim2014_choice *c, const bracket *y, double tau_0, kh_lim2014_side side)
{
    return tau_0 * from_below((c->mu[1] * y->low[2] - c->mu[2] * y->high[1]) / (c->mu[1] - c->mu[2]), side);
}

/* lower bound of the single-photon events, eq. (3) */
static double bound_single(const kh_lim2014_choice *c, const bracket *y, double tau_1, double vacuum_yield)
{
    double mu_1 = c->mu[0], mu_2 = c->mu[1], mu_3 = c->mu[2];
    double squares = mu_2 * mu_2 - mu_3 * mu_3;
    double numerator = y->low[1] - y->high[2] - squares / (mu_1 * mu_1) * (y->high[0] - vacuum_yield);
    return tau_1 * mu_1 * numerator / (mu_1 * (mu_2 - mu_3) - squares);
}

/* upper bound of the single-photon errors, eq. (4) */
static double bound_errors(const kh_lim2014_choice *c, const bracket *e, double tau_1, kh_lim2014_side side)
{
    return fmax(0.0, tau_1 * (e->high[1] - from_below(e->low[2], side)) / (c->mu[1] - c->mu[2]));
}

/* gamma of eq. (5): errors of the key basis beyond the rate b seen in c test events, for d key events */
static double sample_deviation(double ln_terms, double b, double c, double d)
{
    if (b <= 0.0 || b >= 1.0)
        return 0.0;
    double spread = (c + d) / (c * d) * (1.0 - b) * b;
    double ratio = (c + d) / (c * d * (1.0 - b) * b);
    return sqrt(fmax(0.0, spread * (log(ratio) + 2.0 * ln_terms)) / (LN2 * LN2));
}

/* what was sent in one basis */
typedef struct sample {
    double pulses; /* infinite when nothing fluctuates */
    double ln_terms;
} sample;

/* the three intensities: e^mu, and what a count per pulse is worth in a bracket, e^mu / p */
typedef struct weights {
    double growth[3], worth[3];
} weights;

/* @param rate  per pulse of each intensity  @param mean  over the intensities */
static bracket bracket_evenly(const sample *s, const weights *w, const double rate[3], double mean)
{
    bracket y;
    double deviation = sqrt(0.5 * mean * s->ln_terms / s->pulses);
    for (int k = 0; k < 3; k++) {
        double centre = rate[k] * w->growth[k], away = w->worth[k] * deviation;
        y.low[k] = centre - away;
        y.high[k] = centre + away;
    }
    return y;
}

static bracket bracket_each(const sample *s, const weights *w, const kh_lim2014_choice *c, const double rate[3])
{
    bracket y;
    double l = s->ln_terms;
    for (int k = 0; k < 3; k++) {
        double centre = rate[k] * w->growth[k], unit = w->worth[k] / s->pulses, twice = 2.0 * s->pulses * c->p[k] * rate[k] * l;
        y.low[k] = centre - unit * (0.5 * l + sqrt(twice + 0.25 * l * l));
        y.high[k] = centre + unit * (l + sqrt(twice + l * l));
    }
    return y;
}

typedef struct means {
    double click, error, tau_0, tau_1;
} means;

static means average(const kh_lim2014_choice *choice, const double growth[3], const kh_lim2014_yields *yields)
{
    means m = {0};
    for (int k = 0; k < 3; k++) {
        double weight = choice->p[k] / growth[k];
        m.click += choice->p[k] * yields->click[k];
        m.error += choice->p[k] * yields->error[k];
        m.tau_0 += weight;
        m.tau_1 += weight * choice->mu[k];
    }
    return m;
}

static kh_clicks clicks_of(const kh_lim2014_setting *setting, double mu)
{
    return kh_detector_clicks(&setting->detector, setting->transmittance * mu);
}

kh_lim2014_frame kh_lim2014_frame_of(const kh_lim2014_setting *setting, double mu_3)
{
    double ln_terms = log(N_TERMS / setting->eps_sec);
    return (kh_lim2014_frame){
        .setting = *setting,
        .ln_terms = ln_terms,
        .fixed_bits = (6.0 * ln_terms + log(2.0 / setting->eps_cor)) / LN2,
        .mu_3 = mu_3,
        .growth_3 = exp(mu_3),
        .clicks_3 = clicks_of(setting, mu_3),
    };
}

static kh_lim2014_yields send(const kh_lim2014_frame *frame, const kh_lim2014_choice *choice)
{
    const kh_lim2014_setting *setting = &frame->setting;
    kh_clicks first = clicks_of(setting, choice->mu[0]), second = clicks_of(setting, choice->mu[1]);
    kh_clicks third = choice->mu[2] == frame->mu_3 ? frame->clicks_3 : clicks_of(setting, choice->mu[2]);
    return (kh_lim2014_yields){{first.click, second.click, third.click}, {first.error, second.error, third.error}};
}

double kh_lim2014_click(const kh_lim2014_frame *frame, const kh_lim2014_choice *choice)
{
    kh_lim2014_yields yields = send(frame, choice);
    double click = 0.0;
    for (int k = 0; k < 3; k++)
        click += choice->p[k] * yields.click[k];
    return click;
}

double kh_lim2014_detections(const kh_lim2014_setting *setting, const kh_lim2014_choice *choice, double n_pulses)
{
    const kh_lim2014_frame frame = kh_lim2014_frame_of(setting, choice->mu[2]);
    return n_pulses * choice->p_x * choice->p_x * kh_lim2014_click(&frame, choice);
}

/* what is known of single photons, per pulse sent in the key basis or, for single_z, in the test basis */
typedef struct bounds {
    double vacuum_x, single_x, single_z, wrong_z;
} bounds;

/* all that is known of one try */
typedef struct attempt {
    const kh_lim2014_frame *frame;
    const kh_lim2014_choice *choice;
    const kh_lim2014_yields *seen;
    means means;
    weights weights;
    sample sent[2]; /* in X, in Z */
} attempt;

/* @param rate  clicks or errors, with their mean */
static bracket bracket_yields(const attempt *a, int basis, const double rate[3], double mean)
{
    if (a->frame->setting.tail == KH_LIM2014_TAIL_HOEFFDING)
        return bracket_evenly(&a->sent[basis], &a->weights, rate, mean);
    return bracket_each(&a->sent[basis], &a->weights, a->choice, rate);
}

static bounds bound_all(const attempt *a, const kh_lim2014_piece *piece)
{
    const kh_lim2014_choice *choice = a->choice;
    const means *m = &a->means;
    bracket x = bracket_yields(a, 0, a->seen->click, m->click), z = bracket_yields(a, 1, a->seen->click, m->click);
    double vacuum_x = bound_vacuum(choice, &x, m->tau_0, piece->sides[KH_LIM2014_VACUUM_X]);
    double vacuum_z = bound_vacuum(choice, &z, m->tau_0, piece->sides[KH_LIM2014_VACUUM_Z]);
    double wrong_z = m->error;
    if (piece->errors != KH_LIM2014_ERRORS_ALL) {
        bracket errors = bracket_yields(a, 1, a->seen->error, m->error);
        double by_decoys = bound_errors(choice, &errors, m->tau_1, piece->sides[KH_LIM2014_ERRORS_3]);
        wrong_z = piece->errors == KH_LIM2014_ERRORS_BY_DECOYS ? by_decoys : fmin(by_decoys, wrong_z);
    }
    return (bounds){
        .vacuum_x = vacuum_x,
        .single_x = bound_single(choice, &x, m->tau_1, vacuum_x / m->tau_0),
        .single_z = bound_single(choice, &z, m->tau_1, vacuum_z / m->tau_0),
        .wrong_z = wrong_z,
    };
}

/* eq. (5); infinite numbers of pulses do not fluctuate */
static double bound_phase_error(const bounds *b, const sample sent[2])
{
    if (b->single_x <= 0.0 || b->single_z <= 0.0)
        return 1.0;
    double rate = b->wrong_z / b->single_z;
    if (!isfinite(sent[0].pulses))
        return rate;
    return rate + sample_deviation(sent[0].ln_terms, rate, b->single_z * sent[1].pulses, b->single_x * sent[0].pulses);
}

/* bits per detection */
static double leaked(const kh_lim2014_setting *setting, double qber, double n_x)
{
    double leak = setting->ec_efficiency * kh_entropy_of_error(qber);
    if (setting->leak == KH_LIM2014_LEAK_GREATER && isfinite(n_x))
        leak = fmax(leak, kh_reconciliation_leak(n_x, qber, setting->eps_cor) / n_x);
    return leak;
}

static weights weigh(const kh_lim2014_frame *frame, const kh_lim2014_choice *choice, bool finite)
{
    double growth_3 = choice->mu[2] == frame->mu_3 ? frame->growth_3 : exp(choice->mu[2]);
    weights w = {.growth = {exp(choice->mu[0]), exp(choice->mu[1]), growth_3}};
    for (int k = 0; k < 3 && finite; k++)
        w.worth[k] = w.growth[k] / choice->p[k];
    return w;
}

/* without fluctuations only the strongest intensity makes key */
static kh_lim2014_choice choice_infinite(const kh_lim2014_choice *choice)
{
    return (kh_lim2014_choice){.mu = {choice->mu[0], choice->mu[1], choice->mu[2]}, .p = {1.0, 0.0, 0.0}, .p_x = 1.0};
}

/* @param z_per_x  ratio of the pulses sent in both bases */
static kh_lim2014_block key_of_attempt(const attempt *a, const kh_lim2014_piece *piece, double n_x, double z_per_x)
{
    bool finite = isfinite(n_x);
    const means *m = &a->means;
    bounds b = bound_all(a, piece);
    double phase_error = bound_phase_error(&b, a->sent);
    double qber = m->error / m->click, pulses = finite ? a->sent[0].pulses : 1.0 / m->click;
    double secret = b.vacuum_x + fmax(0.0, b.single_x) * (1.0 - kh_entropy_of_error(phase_error));
    return (kh_lim2014_block){
        .key_bits = pulses * (secret - m->click * leaked(&a->frame->setting, qber, n_x)) - (finite ? a->frame->fixed_bits : 0.0),
        .n_x = finite ? n_x : 1.0,
        .pulses = pulses / (a->choice->p_x * a->choice->p_x),
        .qber = qber,
        .click = m->click,
        .vacuum_x = b.vacuum_x * pulses,
        .single_x = b.single_x * pulses,
        .single_z = b.single_z * pulses * z_per_x,
        .phase_error = phase_error,
    };
}

kh_lim2014_block kh_lim2014_frame_key_of_yields(const kh_lim2014_frame *frame, const kh_lim2014_choice *choice,
                                                const kh_lim2014_yields *yields, const kh_lim2014_piece *piece, double n_x)
{
    bool finite = isfinite(n_x);
    kh_lim2014_choice endless;
    attempt a = {.frame = frame, .choice = choice, .seen = yields, .weights = weigh(frame, choice, finite)};
    double z_per_x = 1.0;
    if (finite) {
        double ratio = (1.0 - choice->p_x) / choice->p_x;
        z_per_x = ratio * ratio;
    } else {
        endless = choice_infinite(choice);
        a.choice = &endless;
    }
    a.means = average(a.choice, a.weights.growth, yields);
    a.sent[0] = (sample){n_x / a.means.click, frame->ln_terms};
    a.sent[1] = (sample){z_per_x * n_x / a.means.click, frame->ln_terms};
    return key_of_attempt(&a, piece, n_x, z_per_x);
}

kh_lim2014_block kh_lim2014_frame_key(const kh_lim2014_frame *frame, const kh_lim2014_choice *choice, const kh_lim2014_piece *piece,
                                      double n_x)
{
    kh_lim2014_yields yields = send(frame, choice);
    return kh_lim2014_frame_key_of_yields(frame, choice, &yields, piece, n_x);
}

kh_lim2014_block kh_lim2014_key_of_yields(const kh_lim2014_setting *setting, const kh_lim2014_choice *choice,
                                          const kh_lim2014_yields *yields, double n_x)
{
    const kh_lim2014_frame frame = kh_lim2014_frame_of(setting, choice->mu[2]);
    return kh_lim2014_frame_key_of_yields(&frame, choice, yields, &(kh_lim2014_piece){.errors = setting->errors}, n_x);
}

kh_lim2014_block kh_lim2014_key(const kh_lim2014_setting *setting, const kh_lim2014_choice *choice, double n_x)
{
    const kh_lim2014_frame frame = kh_lim2014_frame_of(setting, choice->mu[2]);
    return kh_lim2014_frame_key(&frame, choice, &(kh_lim2014_piece){.errors = setting->errors}, n_x);
}
