/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/fluid/tank.h"

#include <math.h>

enum { MOST_LEGS = 4 }; /* after a rest, a fill and a rest nothing new comes */

kh_tank kh_tank_of(const kh_store_policy *policy)
{
    kh_keystore store = kh_keystore_of(policy);
    bool rests = store.refill_below != INT64_MAX;
    kh_tank tank = {.level = (double)store.level,
                    .capacity = (double)store.capacity,
                    .reserve = (double)store.reserve,
                    .refill_below = rests ? (double)store.refill_below : (double)INFINITY,
                    .arrives = true,
                    .wants_key = store.wants_key};
    tank.initial = tank.lowest = tank.level;
    return tank;
}

double kh_tank_inflow_bps(const kh_tank *tank)
{
    return tank->arrives && tank->wants_key ? tank->makes_bps : 0;
}

static double slope_of(const kh_tank *tank)
{
    return kh_tank_inflow_bps(tank) - tank->takes_bps;
}

static bool rests_when_full(const kh_tank *tank)
{
    return tank->refill_below < tank->capacity;
}

/* Seconds until the production turns on or off, or the store is full: the level is linear until then. */
static double leg_s(const kh_tank *tank)
{
    if (!tank->wants_key) {
        bool falls = tank->takes_bps > 0 && tank->refill_below > 0;
        return falls ? fmax(tank->level - tank->refill_below, 0) / tank->takes_bps : (double)INFINITY;
    }
    double slope = slope_of(tank);
    bool fills = slope > 0 && tank->level < tank->capacity;
    return fills ? (tank->capacity - tank->level) / slope : (double)INFINITY;
}

static void run_for(kh_tank *tank, double seconds)
{
    double slope = slope_of(tank);
    bool brims = slope > 0 && tank->level >= tank->capacity;
    if (brims && isfinite(tank->refill_below)) { /* refill_below = capacity: made as it is taken */
        tank->generated += tank->takes_bps * seconds;
        return;
    }
    double made = tank->wants_key ? tank->makes_bps * seconds : 0;
    tank->generated += made;
    tank->lost += tank->arrives ? 0 : made;
    *(brims ? &tank->lost : &tank->level) += slope * seconds;
    tank->lowest = fmin(tank->lowest, tank->level);
}

/* At the end of a leg: exactly at the mark, and the production turned. */
static void turn(kh_tank *tank)
{
    tank->level = tank->wants_key ? tank->capacity : tank->refill_below;
    tank->lowest = fmin(tank->lowest, tank->level);
    if (tank->wants_key && rests_when_full(tank))
        tank->wants_key = false;
    else if (!tank->wants_key)
        tank->wants_key = true;
}

/* From full with the production at rest: skips whole periods of falling and filling. @return what is left of the time */
static double skip_periods(kh_tank *tank, double seconds)
{
    double rises_bps = (tank->arrives ? tank->makes_bps : 0) - tank->takes_bps;
    if (!(tank->takes_bps > 0) || !(rises_bps > 0) || !(tank->refill_below > 0))
        return seconds;
    double swing = tank->capacity - tank->refill_below, rise_s = swing / rises_bps, period_s = swing / tank->takes_bps + rise_s;
    double periods = floor(seconds / period_s);
    if (periods < 1)
        return seconds;
    tank->generated += periods * tank->makes_bps * rise_s;
    tank->lowest = fmin(tank->lowest, tank->refill_below);
    return fmax(seconds - periods * period_s, 0);
}

void kh_tank_advance(kh_tank *tank, kh_ns now)
{
    double seconds = kh_s_from_ns(now - tank->since), leg = leg_s(tank);
    tank->since = now;
    tank->taken += tank->takes_bps * seconds;
    for (int turns = 0; leg <= seconds && turns < MOST_LEGS; turns++) {
        run_for(tank, leg);
        turn(tank);
        seconds -= leg;
        if (!tank->wants_key)
            seconds = skip_periods(tank, seconds);
        leg = leg_s(tank);
    }
    run_for(tank, seconds);
}

void kh_tank_advance_recorded(kh_tank *tank, kh_ns now, kh_recorder *recorder)
{
    if (recorder->span == 0) {
        kh_tank_advance(tank, now);
        return;
    }
    double leg = leg_s(tank);
    while (leg < kh_s_from_ns(now - tank->since)) {
        kh_ns turns = tank->since + (kh_ns)ceil(leg * KH_NS_PER_S);
        kh_tank_advance(tank, turns < now ? turns : now);
        kh_recorder_record(recorder, tank->since, llround(tank->level));
        if (recorder->records >= 4 && recorder->span_end < now) /* both extremes of this span are known */
            kh_tank_advance(tank, recorder->span_end);
        leg = leg_s(tank);
    }
    kh_tank_advance(tank, now);
    kh_recorder_record(recorder, now, llround(tank->level));
}

void kh_tank_take(kh_tank *tank, double bits)
{
    tank->level -= bits;
    tank->taken += bits;
    tank->lowest = fmin(tank->lowest, tank->level);
    if (tank->level < tank->refill_below)
        tank->wants_key = true;
}

void kh_tank_fill(kh_tank *tank, double bits)
{
    double fits = fmin(bits, tank->capacity - tank->level);
    tank->generated += bits;
    tank->level += fits;
    tank->lost += bits - fits;
    if (rests_when_full(tank) && tank->level >= tank->capacity)
        tank->wants_key = false;
}

void kh_tank_spill(kh_tank *tank)
{
    tank->lost += tank->level;
    tank->level = tank->lowest = 0;
    tank->wants_key = tank->wants_key || tank->refill_below > 0;
}

/* Within one leg; INFINITY: not in it. */
static double seconds_in_leg(const kh_tank *tank, double target, bool rising)
{
    double slope = slope_of(tank);
    bool brims = slope > 0 && tank->level >= tank->capacity;
    if (brims || !(rising ? slope > 0 : slope < 0))
        return (double)INFINITY;
    double seconds = fmax((target - tank->level) / slope, 0);
    return seconds <= leg_s(tank) ? seconds : (double)INFINITY;
}

double kh_tank_seconds_until(const kh_tank *tank, double target, bool rising)
{
    kh_tank ahead = *tank;
    double passed_s = 0;
    for (int legs = 0; legs < MOST_LEGS; legs++) {
        double seconds = seconds_in_leg(&ahead, target, rising), leg = leg_s(&ahead);
        if (isfinite(seconds) || !isfinite(leg))
            return passed_s + seconds;
        passed_s += leg;
        turn(&ahead);
    }
    return (double)INFINITY;
}

void kh_tank_restart(kh_tank *tank)
{
    tank->initial = tank->lowest = tank->level;
    tank->generated = tank->lost = tank->taken = 0;
}
