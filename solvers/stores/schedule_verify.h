/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_STORES_SCHEDULE_VERIFY_H
#define KH_SOLVERS_STORES_SCHEDULE_VERIFY_H

#include "solvers/stores/schedule.h"

/** Checks a schedule from problem and schedule alone, with code of its own: no node serves two passes at a time; routes join the
 * ends of their demands over nodes that relay; links carry no more than given and chosen passes bring; every joined demand gets
 * what the value promises; prices, times of nodes and pass prices prove relaxed; value <= bound <= relaxed. That nothing between
 * value and bound is possible is the word of branch and bound.
 *  @return KH_OK; KH_UNMET: the first thing that is wrong, in words; KH_ENOMEM */
kh_status kh_schedule_verify(const kh_schedule_problem *problem, const kh_schedule *schedule, kh_error *err);

#endif
