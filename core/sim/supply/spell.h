/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SUPPLY_SPELL_H
#define KH_CORE_SIM_SUPPLY_SPELL_H

#include "core/net/net.h"
#include "core/sim/kernel/draw.h"

/** Times in which something holds (it is broken, worked on, attacked, in a rush) and times between them.
 *
 *  Starts: after the end of the last one, or time 0, comes an exponential time with mean mtbf; or they are planned, at first_h and
 *  then every every_h (a start that finds the last one not over yet is left out). Lasts: exponential with mean mttr, or always
 *  duration_h. With random starts this is an alternating renewal process: in the long run it holds for
 *  length / (mtbf + length) of the time, whatever the law of the length (renewal theory). */
typedef struct kh_spell {
    double up_ns, down_ns;      /**< means of the time between and of the length; 0: planned, always as long */
    kh_ns first, every, length; /**< planned starts, every 0: once; length when it is always the same */
    kh_ns since;                /**< start of the present or the last one; < 0: there was none */
    double pace;                /**< random starts come so many times as often as up_ns says, 1 unless the wind blows */
    bool on;
    kh_rng rng;
} kh_spell;

/** @param mtbf_h of this entity, as the entry's may count by length; NAN with first_h
 *  @return KH_OK; KH_ERANGE (a mean time or duration that is not > 0) */
kh_status kh_spell_init(kh_spell *spell, const kh_fault *fault, double mtbf_h, kh_rng rng, kh_error *err);

/** Starts or ends it now, and says when it changes next.
 *  @return false: never again */
bool kh_spell_toggle(kh_spell *spell, kh_ns now, kh_draw draw, kh_ns *next);
/** When the first one starts. */
kh_ns kh_spell_first(kh_spell *spell, kh_draw draw);

/** Other luck from now on: the stream is reseeded, and the next change drawn anew where that is as likely at any time, however long
 *  ago the last one was (exponential times).
 *  @return false: the next change stays when it is */
bool kh_spell_reseed(kh_spell *spell, uint64_t salt, kh_ns now, kh_draw draw, kh_ns *next);

/** Changes expected up to @p end, for an estimate of the work. */
double kh_spell_changes(const kh_spell *spell, kh_ns end);

void kh_spell_visit(kh_spell *spell, kh_state *state);

#endif
