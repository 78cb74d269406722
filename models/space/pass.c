/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/space/pass.h"

#include "models/qkd/lim2014_search.h"

#include <math.h>

static const double LN2 = 0.69314718055994530942;
enum { TURNS_MAX = 4 };

/* counts of the steps so far, over seconds in which the detectors see */
typedef struct counts {
    double seconds;
    kh_lim2014_yields sum;
} counts;

static void add_step(const kh_pass_system *system, const kh_lim2014_choice *choice, double seconds, double transmittance, counts *c)
{
    kh_clicks clicks[3];
    double mean = 0.0;
    for (int k = 0; k < 3; k++) {
        clicks[k] = kh_detector_clicks(&system->setting.detector, transmittance * choice->mu[k]);
        mean += choice->p[k] * clicks[k].click;
    }
    seconds *= kh_detector_live_fraction_of_bases(&system->setting.detector, system->clock_hz * mean, choice->p_x);
    c->seconds += seconds;
    for (int k = 0; k < 3; k++) {
        c->sum.click[k] += seconds * clicks[k].click;
        c->sum.error[k] += seconds * clicks[k].error;
    }
}

typedef struct subject {
    const kh_pass_system *system;
    const kh_pass_steps *steps;
    kh_lim2014_frame frame;
} subject;

static subject subject_of(const kh_pass_system *system, const kh_pass_steps *steps)
{
    return (subject){system, steps, kh_lim2014_frame_of(&system->setting, system->mu_3)};
}

static kh_lim2014_block bound(const subject *s, const kh_lim2014_choice *choice, const kh_lim2014_piece *piece, const counts *c)
{
    kh_lim2014_yields yields;
    double mean = 0.0;
    for (int k = 0; k < 3; k++) {
        yields.click[k] = c->sum.click[k] / c->seconds;
        yields.error[k] = c->sum.error[k] / c->seconds;
        mean += choice->p[k] * yields.click[k];
    }
    double pulses = s->system->passes * s->system->clock_hz * c->seconds, n_x = pulses * choice->p_x * choice->p_x * mean;
    return kh_lim2014_frame_key_of_yields(&s->frame, choice, &yields, piece, n_x);
}

static kh_lim2014_block block_of(const subject *s, const kh_lim2014_choice *choice, const kh_lim2014_piece *piece)
{
    counts c = {0};
    for (size_t i = 0; i < s->steps->n; i++)
        add_step(s->system, choice, s->steps->seconds[i], s->steps->transmittance[i], &c);
    return bound(s, choice, piece, &c);
}

kh_lim2014_block kh_pass_block(const kh_pass_system *system, const kh_pass_steps *steps, const kh_lim2014_choice *choice)
{
    const subject s = subject_of(system, steps);
    return block_of(&s, choice, &(kh_lim2014_piece){.errors = system->setting.errors});
}

static double score(const kh_lim2014_choice *choice, const kh_lim2014_piece *piece, const void *context)
{
    kh_lim2014_block block = block_of(context, choice, piece);
    return block.key_bits > 0.0 ? -block.key_bits : kh_lim2014_score_without_key(&block);
}

static kh_pass_key key_of(const kh_pass_system *system, const kh_pass_steps *steps, const kh_lim2014_choice *choice)
{
    kh_lim2014_block block = kh_pass_block(system, steps, choice);
    kh_pass_key key = {
        .key_bits = fmax(0.0, floor(block.key_bits)), .qber = block.qber, .n_x = block.n_x, .n_steps = steps->n, .choice = *choice};
    for (size_t i = 0; i < steps->n; i++)
        key.seconds += steps->seconds[i];
    return key;
}

kh_pass_key kh_pass_best(const kh_pass_system *system, const kh_pass_steps *steps, kh_pass_search how)
{
    const kh_lim2014_choice usual = kh_lim2014_choice_usual(system->mu_3);
    if (steps->n == 0 || !(steps->seconds[0] > 0.0))
        return (kh_pass_key){.qber = (double)NAN, .choice = usual};
    const subject s = subject_of(system, steps);
    const kh_lim2014_search search = {
        .score = score, .context = &s, .mu_3 = system->mu_3, .near = how.near, .rough = how.rough && how.near != NULL ? 1e-3 : 0.0};
    kh_lim2014_choice best = kh_lim2014_search_best(&search);
    kh_pass_key key = key_of(system, steps, &best);
    if (key.key_bits > 0.0)
        return key;
    kh_pass_key none = key_of(system, steps, &usual);
    none.key_bits = 0.0;
    return none;
}

/* how many steps give the most key for this choice */
static size_t best_n_steps(const kh_pass_system *system, const kh_pass_steps *steps, const kh_lim2014_choice *choice)
{
    const subject s = subject_of(system, steps);
    counts c = {0};
    const kh_lim2014_piece piece = {.errors = system->setting.errors};
    size_t best = steps->n;
    double most = -(double)INFINITY;
    for (size_t i = 0; i < steps->n; i++) {
        add_step(system, choice, steps->seconds[i], steps->transmittance[i], &c);
        double bits = bound(&s, choice, &piece, &c).key_bits;
        if (bits > most) {
            most = bits;
            best = i + 1;
        }
    }
    return best;
}

/* Where the whole pass gives no key, its middle may. */
static kh_pass_key first_window(const kh_pass_system *system, const kh_pass_steps *steps, kh_pass_search how)
{
    kh_pass_steps window = *steps;
    if (how.near != NULL)
        window.n = best_n_steps(system, steps, how.near);
    kh_pass_key best = kh_pass_best(system, &window, how);
    for (window.n = steps->n; best.key_bits <= 0.0 && window.n > 1 && !how.rough;) {
        window.n /= 2;
        best = kh_pass_best(system, &window, how);
    }
    return best;
}

kh_pass_key kh_pass_best_window(const kh_pass_system *system, const kh_pass_steps *steps, kh_pass_search how)
{
    kh_pass_key best = first_window(system, steps, how);
    for (int turn = 0; turn < TURNS_MAX && best.key_bits > 0.0 && !how.rough; turn++) {
        kh_pass_steps window = *steps;
        window.n = best_n_steps(system, steps, &best.choice);
        if (window.n == best.n_steps)
            break;
        kh_pass_key next = kh_pass_best(system, &window, (kh_pass_search){.near = &best.choice});
        if (next.key_bits <= best.key_bits)
            break;
        best = next;
    }
    return best;
}

double kh_pass_ceiling_bits(double clock_hz, const kh_pass_steps *steps)
{
    double bits = 0.0;
    for (size_t i = 0; i < steps->n; i++)
        bits -= clock_hz * steps->seconds[i] * log1p(-steps->transmittance[i]) / LN2;
    return bits;
}
