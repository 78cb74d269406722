/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_RARE_PLAYER_H
#define KH_CORE_SIM_RARE_PLAYER_H

#include "core/base/rng.h"
#include "core/sim/engine.h"
#include "core/sim/rare.h"

/** For rare.h: one engine that is played, watched, kept and loaded over and over. */

/** States in which a threshold was met; a sample of them when there are more than room. */
typedef struct kh_rare_states {
    uint8_t **bytes; /**< [room] */
    size_t *sizes, n, room, met;
} kh_rare_states;

/** What all stages share. */
typedef struct kh_rare_player {
    const kh_rare_options *options;
    kh_sim_options sim;
    kh_engine_inputs inputs;
    kh_arena *memory; /**< of the engine; states have their own */
    kh_engine *engine;
    double rest;   /**< fill at or above which the demand rests */
    uint64_t salt; /* of the luck of the last run */
    kh_rng rng;    /**< which state a run starts from */
    kh_rare_result *result;
    kh_error *err;
} kh_rare_player;

/** A fresh engine with the luck of a repetition. @return what kh_engine_init() does */
kh_status kh_rare_player_start(kh_rare_player *player, size_t repetition);

/** Fill of the demand now, [0, 1]: of the emptiest link on its best route. */
double kh_rare_player_fill(const kh_rare_player *player);
bool kh_rare_player_is_starved(const kh_rare_player *player);
/** Time for which it was starved, up to now. */
kh_ns kh_rare_player_starved_ns(const kh_rare_player *player);
/** @param threshold 0 stands for the outage */
bool kh_rare_player_is_below(const kh_rare_player *player, double threshold);
bool kh_rare_player_is_at_rest(const kh_rare_player *player);

/** Something done after each event. */
typedef kh_status kh_rare_visitor(kh_rare_player *player, void *user);
/** Runs to the end; visits after the warm-up. */
kh_status kh_rare_player_run(kh_rare_player *player, kh_rare_visitor *visit, void *user);
/** Runs to the threshold or to rest. @param threshold < 0: to rest. @param[out] least fill on the way
 *  @return KH_OK; KH_INFEASIBLE: it came to neither; KH_EINTERRUPTED */
kh_status kh_rare_player_fall(kh_rare_player *player, double threshold, bool *passed, double *least);

/** Room for states, in @p arena, which keeps them too. */
kh_status kh_rare_states_init(const kh_rare_player *player, kh_arena *arena, size_t room, kh_rare_states *made);
/** The present state: the n-th that is met stays with probability room / n. */
kh_status kh_rare_player_keep(kh_rare_player *player, kh_rare_states *kept, kh_arena *arena);
/** Goes on from any of the states, with fresh luck. */
kh_status kh_rare_player_load(kh_rare_player *player, const kh_rare_states *from);

#endif
