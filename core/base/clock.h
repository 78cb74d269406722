/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_BASE_CLOCK_H
#define KH_CORE_BASE_CLOCK_H

#include <time.h>

/** Seconds on a clock that never steps back, from an unspecified start. For time limits only: results never depend on it otherwise.
 */
static inline double kh_clock_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

#endif
