/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_SPACE_ORBIT_H
#define KH_MODELS_SPACE_ORBIT_H

/** Geometry of a satellite on a circular orbit over a spherical Earth. Pure functions, no checks: the callers check. */

/** Rate of the orbit, sqrt(GM / (R + h)^3), in rad/s. */
double kh_orbit_rate(double altitude_km);

/** Angle at the centre of the Earth between a station and the point under a satellite that it sees at @p elevation_rad. */
double kh_orbit_central_angle(double altitude_km, double elevation_rad);

/** One pass: the point under the satellite goes along a great circle. */
typedef struct kh_track {
    double altitude_km;
    double rate_rad_s; /**< over the ground, so the Earth's rotation is in it */
    double offset_rad; /**< least central angle to the station, [0, pi/2); 0: through the zenith */
} kh_track;

typedef struct kh_sight {
    double range_km, elevation_rad; /**< below the horizon the elevation is negative */
} kh_sight;

/** What the station sees @p t_s after (or, when negative, before) the culmination.
 *  cos(c) = cos(offset) cos(rate t), L^2 = (R + h)^2 + R^2 - 2 R (R + h) cos(c), sin(elevation) = ((R + h) cos(c) - R) / L. */
kh_sight kh_track_sight(const kh_track *track, double t_s);

/** Time from the culmination until the satellite sinks to @p horizon_rad; 0 when it never is above. */
double kh_track_half_time_s(const kh_track *track, double horizon_rad);

#endif
