/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/fluid/sharing.h"

#include <math.h>

/* By the level alone; a store that was sharing goes on until there is more than is asked for. */
static kh_fluid_position position_of(const kh_fluid_link *link)
{
    const kh_tank *tank = &link->tank;
    double dust = link->dust_bits;
    if (link->closed)
        return KH_FLUID_CLOSED;
    if (tank->reserve > 0 && (link->position == KH_FLUID_AT_RESERVE || fabs(tank->level - tank->reserve) <= dust))
        return KH_FLUID_AT_RESERVE;
    if (link->position == KH_FLUID_EMPTY || tank->level <= dust)
        return KH_FLUID_EMPTY;
    return tank->level < tank->reserve ? KH_FLUID_BELOW : KH_FLUID_FREE;
}

static void pass_all(kh_sharing *sharing, int rank)
{
    sharing->factor[rank] = sharing->factor[rank + 2] = 1;
    sharing->mode[rank] = KH_FLUID_CALM;
}

static double asked_by(const kh_fluid_link *link, kh_fluid_group group)
{
    return link->arrives_bps[group] > link->dust_bps ? link->arrives_bps[group] : 0;
}

/* Those who may wait, in order of arrival. @return what is left of @p bps */
static double share_patient(const kh_fluid_link *link, int rank, double bps, kh_sharing *sharing)
{
    double asked = asked_by(link, (kh_fluid_group)rank);
    const kh_fluid_room *room = &link->rooms[rank];
    if (asked <= bps) {
        bool waits = room->bits > 0;
        sharing->factor[rank] = 1;
        sharing->mode[rank] = waits ? KH_FLUID_DRAINS : KH_FLUID_CALM;
        sharing->surplus_bps[rank] = waits ? bps - asked : 0;
        return waits ? 0 : bps - asked;
    }
    sharing->factor[rank] = bps / asked;
    sharing->mode[rank] = room->bits >= room->limit ? KH_FLUID_FULL : KH_FLUID_GROWS;
    return 0;
}

/* Those who do not wait, in proportion to what they ask for. */
static double share_hasty(double asked, double bps, double *factor)
{
    *factor = asked <= bps ? 1 : bps / asked;
    return asked <= bps ? bps - asked : 0;
}

static void share_empty(const kh_fluid_link *link, kh_sharing *sharing)
{
    double hasty_first = asked_by(link, KH_FLUID_HASTY_FIRST), hasty = asked_by(link, KH_FLUID_HASTY);
    double left = share_patient(link, 0, kh_tank_inflow_bps(&link->tank), sharing);
    if (link->tank.reserve > 0) {
        left = share_hasty(hasty_first, left, &sharing->factor[KH_FLUID_HASTY_FIRST]);
        (void)share_patient(link, 1, 0, sharing);
        sharing->factor[KH_FLUID_HASTY] = 0;
        sharing->position = left > link->dust_bps ? KH_FLUID_BELOW : KH_FLUID_EMPTY;
        return;
    }
    left = share_patient(link, 1, left, sharing);
    double factor;
    left = share_hasty(hasty_first + hasty, left, &factor);
    sharing->factor[KH_FLUID_HASTY_FIRST] = sharing->factor[KH_FLUID_HASTY] = factor;
    sharing->position = left > link->dust_bps ? KH_FLUID_FREE : KH_FLUID_EMPTY;
}

static void share_reserve(const kh_fluid_link *link, kh_sharing *sharing)
{
    double first = asked_by(link, KH_FLUID_PATIENT_FIRST) + asked_by(link, KH_FLUID_HASTY_FIRST);
    double left = kh_tank_inflow_bps(&link->tank) - first;
    pass_all(sharing, 0);
    if (left < -link->dust_bps)
        sharing->position = KH_FLUID_BELOW;
    left = share_patient(link, 1, fmax(left, 0), sharing);
    left = share_hasty(asked_by(link, KH_FLUID_HASTY), left, &sharing->factor[KH_FLUID_HASTY]);
    if (left > link->dust_bps)
        sharing->position = KH_FLUID_FREE;
}

kh_sharing kh_sharing_of(const kh_fluid_link *link)
{
    kh_sharing sharing = {.position = position_of(link)};
    switch (sharing.position) {
    case KH_FLUID_FREE:
        pass_all(&sharing, 0);
        pass_all(&sharing, 1);
        break;
    case KH_FLUID_AT_RESERVE:
        share_reserve(link, &sharing);
        break;
    case KH_FLUID_BELOW:
        pass_all(&sharing, 0);
        (void)share_patient(link, 1, 0, &sharing);
        break;
    case KH_FLUID_EMPTY:
        share_empty(link, &sharing);
        break;
    case KH_FLUID_CLOSED:
        (void)share_patient(link, 0, 0, &sharing);
        (void)share_patient(link, 1, 0, &sharing);
        break;
    }
    return sharing;
}
