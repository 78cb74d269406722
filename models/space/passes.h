/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_SPACE_PASSES_H
#define KH_MODELS_SPACE_PASSES_H

#include "core/net/net.h"

/** The passes of a satellite over a station in one year of 365 days from 1 January, 0 h UTC, without leap days.
 *
 *  The orbit is circular; its plane turns with the Earth's flattening (J2), so a sun-synchronous orbit is one. Not in it: drag,
 *  and the small change of the period by J2. The sun is where the low-precision formulas of the Astronomical Almanac have it
 *  (0.01 degree; from memory). */

typedef struct kh_passage {
    double culmination_s;     /**< since the start of the year, [0, KH_PASSES_YEAR_S) */
    double offset_rad;        /**< least central angle to the station */
    double rate_rad_s;        /**< of the satellite over the turning ground then */
    double sun_elevation_rad; /**< at the station then */
    unsigned month;           /**< 0..11 */
} kh_passage;

#define KH_PASSES_YEAR_S (365.0 * 86400.0)

typedef void (*kh_passage_visitor)(const kh_passage *passage, void *user);

typedef struct kh_station {
    double lat_deg, lon_deg;
    double horizon_rad; /**< passes that culminate below are left out */
} kh_station;

/** Calls @p visit for every pass, in order of time. Cost: about 1 ms a year. */
void kh_passes_visit(const kh_orbit *orbit, const kh_station *station, kh_passage_visitor visit, void *user);

/** The rate over the ground of a satellite above @p lat_deg: |orbital motion - rotation of the Earth|, in rad/s. */
double kh_passes_rate(const kh_orbit *orbit, double lat_deg);

/** Elevation of the sun at a station, @p t_s after the start of the year. */
double kh_passes_sun_elevation(const kh_station *station, double t_s);

#endif
