/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/service/tally.h"

static bool is_starved(const kh_tally *tally)
{
    return tally->waiting > 0 || tally->missed;
}

/* Call with is_starved() from before a change, after the change. */
static void update_starved(kh_tally *tally, bool before, kh_ns now)
{
    bool after = is_starved(tally);
    if (!before && after)
        tally->starved_since = now;
    if (before && !after)
        tally->starved_ns += now - tally->starved_since;
}

void kh_tally_served(kh_tally *tally, kh_ns now, kh_ns since, bool counted)
{
    bool before = is_starved(tally);
    tally->missed = false;
    update_starved(tally, before, now);
    if (!counted)
        return;
    tally->served++;
    tally->late += now > since;
    tally->wait_s += kh_s_from_ns(now - since);
}

void kh_tally_blocked(kh_tally *tally, kh_ns now, bool counted)
{
    bool before = is_starved(tally);
    tally->missed = true;
    tally->blocked += counted;
    update_starved(tally, before, now);
}

void kh_tally_waits(kh_tally *tally, kh_ns now, int change)
{
    bool before = is_starved(tally);
    tally->waiting = (uint64_t)((int64_t)tally->waiting + change);
    update_starved(tally, before, now);
}

void kh_tally_restart(kh_tally *tally, kh_ns now)
{
    *tally = (kh_tally){.waiting = tally->waiting, .missed = tally->missed, .starved_since = now};
}

kh_ns kh_tally_starved_ns(const kh_tally *tally, kh_ns end)
{
    return tally->starved_ns + (is_starved(tally) ? end - tally->starved_since : 0);
}
