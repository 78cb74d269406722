/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/kernel/clock.h"

#include <math.h>
#include <stddef.h>
#include <time.h>

static const int64_t LONGEST_NAP_NS = 20000000; /* so soon a stop is seen */

static int64_t monotonic_ns(void *self)
{
    (void)self;
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * KH_NS_PER_S + now.tv_nsec;
}

static void nap(void *self, int64_t ns)
{
    (void)self;
    struct timespec wait = {.tv_sec = ns / KH_NS_PER_S, .tv_nsec = ns % KH_NS_PER_S};
    (void)nanosleep(&wait, NULL); /* a signal ends it early: the caller looks at the clock */
}

kh_clock kh_clock_virtual(void)
{
    return (kh_clock){.speed = 0};
}

kh_clock kh_clock_wall(kh_ns now, double speed, const kh_clock_source *source)
{
    kh_clock clock = {.speed = speed, .run_start = now, .source = {.now_ns = monotonic_ns, .sleep_ns = nap}};
    if (source != NULL)
        clock.source = *source;
    clock.wall_start = clock.source.now_ns(clock.source.self);
    return clock;
}

static double wall_since_start(const kh_clock *clock)
{
    return (double)(clock->source.now_ns(clock->source.self) - clock->wall_start);
}

kh_ns kh_clock_now(const kh_clock *clock)
{
    if (kh_clock_is_virtual(clock))
        return INT64_MAX;
    double passed = wall_since_start(clock) * clock->speed, most = KH_LONGEST_S * KH_NS_PER_S;
    return clock->run_start + (kh_ns)(passed < most ? passed : most);
}

static bool is_stopped(const kh_clock *clock)
{
    return clock->stop != NULL && *clock->stop != 0;
}

bool kh_clock_wait(kh_clock *clock, kh_ns time)
{
    if (is_stopped(clock))
        return false;
    if (kh_clock_is_virtual(clock))
        return true;
    double due = (double)(time - clock->run_start) / clock->speed, left = due - wall_since_start(clock);
    for (; left > 0; left = due - wall_since_start(clock)) {
        if (is_stopped(clock))
            return false;
        clock->source.sleep_ns(clock->source.self, left < (double)LONGEST_NAP_NS ? (int64_t)ceil(left) : LONGEST_NAP_NS);
    }
    if ((kh_ns)-left > clock->most_late)
        clock->most_late = (kh_ns)-left;
    return true;
}
