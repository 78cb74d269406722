/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/supply/spell.h"

#include <math.h>

static const double S_PER_H = 3600;

static double zero_when_nan(double x)
{
    return isnan(x) ? 0 : x;
}

kh_status kh_spell_init(kh_spell *spell, const kh_fault *fault, double mtbf_h, kh_rng rng, kh_error *err)
{
    bool planned = !isnan(fault->first_h), fixed = !isnan(fault->duration_h);
    double start_h = planned ? zero_when_nan(fault->every_h) : mtbf_h, length_h = fixed ? fault->duration_h : fault->mttr_h;
    bool starts = planned ? fault->first_h >= 0 && start_h >= 0 : start_h > 0;
    if (!starts || !(length_h > 0))
        return kh_fail(err, KH_ERANGE, "fault on '%s': %s is %g h and %s is %g h, they must be > 0", fault->on,
                       planned ? "first_h" : "mtbf", planned ? fault->first_h : mtbf_h, fixed ? "duration_h" : "mttr", length_h);
    *spell = (kh_spell){.since = -1, .pace = 1, .rng = rng};
    if (planned) {
        spell->first = kh_ns_from_s(fault->first_h * S_PER_H);
        spell->every = kh_ns_from_s(start_h * S_PER_H);
    } else {
        spell->up_ns = mtbf_h * S_PER_H * KH_NS_PER_S;
    }
    if (fixed)
        spell->length = kh_ns_from_s(length_h * S_PER_H);
    else
        spell->down_ns = length_h * S_PER_H * KH_NS_PER_S;
    return KH_OK;
}

static kh_ns end_of(kh_spell *spell, kh_ns now, kh_draw draw)
{
    return now + (spell->down_ns > 0 ? draw(&spell->rng, spell->down_ns) : spell->length);
}

bool kh_spell_toggle(kh_spell *spell, kh_ns now, kh_draw draw, kh_ns *next)
{
    spell->on = !spell->on;
    if (spell->on) {
        spell->since = now;
        *next = end_of(spell, now, draw);
        return true;
    }
    if (spell->up_ns > 0) {
        *next = now + draw(&spell->rng, spell->up_ns / spell->pace);
        return true;
    }
    if (spell->every == 0)
        return false;
    *next = spell->since + spell->every * ((now - spell->since) / spell->every + 1);
    return true;
}

kh_ns kh_spell_first(kh_spell *spell, kh_draw draw)
{
    return spell->up_ns > 0 ? draw(&spell->rng, spell->up_ns / spell->pace) : spell->first;
}

bool kh_spell_reseed(kh_spell *spell, uint64_t salt, kh_ns now, kh_draw draw, kh_ns *next)
{
    double mean_ns = spell->on ? spell->down_ns : spell->up_ns / spell->pace;
    kh_rng_reseed(&spell->rng, salt);
    if (!(mean_ns > 0))
        return false;
    *next = now + draw(&spell->rng, mean_ns);
    return true;
}

double kh_spell_changes(const kh_spell *spell, kh_ns end)
{
    double length_ns = spell->down_ns > 0 ? spell->down_ns : (double)spell->length;
    double cycle_ns = spell->up_ns > 0 ? spell->up_ns + length_ns : (double)spell->every;
    return cycle_ns > 0 ? 2 * (double)end / cycle_ns : 2;
}

void kh_spell_visit(kh_spell *spell, kh_state *state)
{
    KH_STATE(state, spell->on);
    KH_STATE(state, spell->since);
    KH_STATE(state, spell->pace);
    KH_STATE(state, spell->rng);
}
