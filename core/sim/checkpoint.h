/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_CHECKPOINT_H
#define KH_CORE_SIM_CHECKPOINT_H

#include "core/sim/engine.h"

/** A run in progress as bytes: a mark of what it is about, then its state. Of this version of Keyhaul on this kind of machine. */

/** Saves into an arena of the caller. @param[out] bytes [*n], in @p arena */
kh_status kh_checkpoint_save(kh_engine *engine, kh_arena *arena, const uint8_t **bytes, size_t *n, kh_error *err);

/** Loads into an engine at time 0 that was set up from the same inputs. After a failure the engine is of no use.
 *  @return KH_OK; KH_EDATA (no checkpoint, damaged, or of another network, plan, option or version); KH_ENOMEM */
kh_status kh_checkpoint_load(kh_engine *engine, const uint8_t *bytes, size_t n, kh_arena *arena, kh_error *err);

#endif
