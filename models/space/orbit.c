/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/space/orbit.h"

#include "core/base/units.h"

#include <math.h>

static const double GM_KM3_PER_S2 = 398600.4418;

double kh_orbit_rate(double altitude_km)
{
    double radius_km = KH_EARTH_RADIUS_KM + altitude_km;
    return sqrt(GM_KM3_PER_S2 / (radius_km * radius_km * radius_km));
}

double kh_orbit_central_angle(double altitude_km, double elevation_rad)
{
    double ratio = KH_EARTH_RADIUS_KM / (KH_EARTH_RADIUS_KM + altitude_km);
    return acos(ratio * cos(elevation_rad)) - elevation_rad;
}

kh_sight kh_track_sight(const kh_track *track, double t_s)
{
    double r = KH_EARTH_RADIUS_KM, h = track->altitude_km;
    /* 1 - cos c without cancellation: near the zenith it is the square of a small angle */
    double along = sin(0.5 * track->rate_rad_s * t_s), across = sin(0.5 * track->offset_rad);
    double below = 2.0 * (across * across + along * along - 2.0 * across * across * along * along);
    double range_km = sqrt(h * h + 2.0 * r * (r + h) * below);
    return (kh_sight){range_km, asin(fmin(1.0, (h - (r + h) * below) / range_km))};
}

double kh_track_half_time_s(const kh_track *track, double horizon_rad)
{
    double widest = kh_orbit_central_angle(track->altitude_km, horizon_rad);
    if (track->offset_rad >= widest)
        return 0.0;
    return acos(cos(widest) / cos(track->offset_rad)) / track->rate_rad_s;
}
