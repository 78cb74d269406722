/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_SPACE_TIMETABLE_H
#define KH_MODELS_SPACE_TIMETABLE_H

#include "core/base/arena.h"
#include "core/base/status.h"
#include "core/net/rates.h"
#include "models/space/classes.h"

/** The passes of the year that give key, one by one: over them, key_bits * clear_share sums up to the key of the year.
 *  @param classes  filled
 *  @param[out] passes  [n] in the arena, in order of culmination; NULL when there is none
 *  @return KH_OK; KH_ENOMEM  Cost: about 2 ms a year */
kh_status kh_timetable_make(const kh_classes *classes, kh_arena *arena, kh_pass **passes, size_t *n, kh_error *err);

#endif
