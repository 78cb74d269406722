/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_FLUID_TANK_H
#define KH_CORE_SIM_FLUID_TANK_H

#include "core/sim/kernel/event.h"
#include "core/sim/stats/series.h"
#include "core/sim/supply/keystore.h"

/** A key store as a tank: its level is piecewise linear in time while key is made and taken at constant rates. Its ledger is
 *      initial + generated = taken + lost + level.
 *
 *  The production of a store that rests when full runs up and down between refill_below and capacity. That needs no events: level
 * and ledger at any later time follow in closed form, whole periods at once (MATHS.md, 2). */
typedef struct kh_tank {
    double takes_bps; /**< out */
    double level, capacity, reserve;
    double refill_below; /**< INFINITY: the production never rests, what does not fit is lost; 0: it never starts again */
    double makes_bps;    /**< production of the modules that work, while it runs */
    bool arrives;        /**< false: what is made is lost */
    bool wants_key;      /**< the production runs */
    kh_ns since;         /**< of level, wants_key and the ledger */
    double initial, generated, lost, taken;
    double lowest;
} kh_tank;

/** Filled as the policy says, nothing made or taken. */
kh_tank kh_tank_of(const kh_store_policy *policy);

/** What reaches the store at present, bit/s. */
double kh_tank_inflow_bps(const kh_tank *tank);

/** Moves on to @p now. @param now >= tank->since */
void kh_tank_advance(kh_tank *tank, kh_ns now);
/** The same, and tells @p recorder of every turn from rising to falling and back (the first and last ones of its spans). */
void kh_tank_advance_recorded(kh_tank *tank, kh_ns now, kh_recorder *recorder);

/** Takes bits at once; adds bits at once, of which what does not fit is lost. */
void kh_tank_take(kh_tank *tank, double bits);
void kh_tank_fill(kh_tank *tank, double bits);

/** All that is stored is lost. */
void kh_tank_spill(kh_tank *tank);

/** Seconds from tank->since until the level passes @p target on the way up, or on the way down; INFINITY: never at these rates. */
double kh_tank_seconds_until(const kh_tank *tank, double target, bool rising);

/** Starts the ledger afresh. */
void kh_tank_restart(kh_tank *tank);

#endif
