/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_SPACE_DOWNLINK_H
#define KH_MODELS_SPACE_DOWNLINK_H

#include "models/space/atmosphere.h"
#include "models/space/diffraction.h"
#include "models/space/orbit.h"

/** The way of the light from a satellite to the ground, receiver and detector not included. */
typedef struct kh_downlink {
    kh_diffraction diffraction;
    kh_atmosphere atmosphere;
    double pointing_rad;  /**< standard deviation in each axis */
    double transmittance; /**< all that does not change, (0, 1] */
} kh_downlink;

/** Mean share of the light that arrives: diffraction, pointing, air, fixed losses; (0, 1].
 *  Pointing: the mean of exp(-2 r^2/W^2) over a Gaussian error of two axes, 1 / (1 + (2 sigma L / W)^2), for a receiver small
 * against the beam radius W. Counts follow the mean; fading within a second is not seen by the key.
 *  @param sight  elevation >= 0 */
double kh_downlink_transmittance(const kh_downlink *link, kh_sight sight);

enum { KH_PROFILE_CELLS = 16 };

/** Half a pass in equal steps of time from the culmination on; the other half is its mirror image. */
typedef struct kh_profile {
    double seconds[KH_PROFILE_CELLS];       /**< of both halves together */
    double transmittance[KH_PROFILE_CELLS]; /**< in the middle of the step; falling */
} kh_profile;

/** @return seconds above the horizon; 0: the pass stays below, and the profile is empty */
double kh_downlink_profile(const kh_downlink *link, const kh_track *track, double horizon_rad, kh_profile *profile);

#endif
