/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/space/passes.h"

#include "core/base/units.h"
#include "models/space/orbit.h"

#include <math.h>

static const double EARTH_RATE = 7.2921159e-5;    /* rad/s against the stars */
static const double EQUATOR_RADIUS_KM = 6378.137; /* WGS 84 */
static const double FLATTENING_J2 = 1.08262668e-3;
static const double SIDEREAL_START_DEG = 99.968; /* Greenwich on 1 January 2000, 0 h; a quarter of a day a year off at most */

static unsigned month_of(double t_s)
{
    static const double ends[12] = {31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
    unsigned month = 0;
    while (month < 11 && t_s >= ends[month] * KH_S_PER_DAY)
        month++;
    return month;
}

double kh_passes_sun_elevation(const kh_station *station, double t_s)
{
    double day = t_s / KH_S_PER_DAY;
    double anomaly = kh_radian_from_degree(357.035 + 0.98560028 * day);
    double longitude = kh_radian_from_degree(279.967 + 0.98564736 * day + 1.915 * sin(anomaly) + 0.020 * sin(2.0 * anomaly));
    double tilt = kh_radian_from_degree(23.439);
    double sin_declination = sin(tilt) * sin(longitude);
    double ascension = atan2(cos(tilt) * sin(longitude), cos(longitude));
    double hour = kh_radian_from_degree(SIDEREAL_START_DEG + station->lon_deg) + EARTH_RATE * t_s - ascension;
    double lat = kh_radian_from_degree(station->lat_deg);
    return asin(sin(lat) * sin_declination + cos(lat) * sqrt(1.0 - sin_declination * sin_declination) * cos(hour));
}

double kh_passes_rate(const kh_orbit *orbit, double lat_deg)
{
    double rate = kh_orbit_rate(orbit->altitude_km), ground = EARTH_RATE * cos(kh_radian_from_degree(lat_deg));
    return sqrt(rate * rate + ground * ground - 2.0 * rate * EARTH_RATE * cos(kh_radian_from_degree(orbit->inclination_deg)));
}

/* the station as seen from the plane of the orbit: all that changes is its angle from the ascending node */
typedef struct view {
    double sin_i, cos_i, sin_lat, cos_lat;
    double node_angle, node_rate; /* station from node at the start, and its change */
    double phase, rate;           /* satellite from node */
} view;

static view look(const kh_orbit *orbit, const kh_station *station)
{
    double tilt = kh_radian_from_degree(orbit->inclination_deg), lat = kh_radian_from_degree(station->lat_deg);
    double rate = kh_orbit_rate(orbit->altitude_km), flat = EQUATOR_RADIUS_KM / (KH_EARTH_RADIUS_KM + orbit->altitude_km);
    double drift = -1.5 * FLATTENING_J2 * flat * flat * rate * cos(tilt);
    return (view){.sin_i = sin(tilt),
                  .cos_i = cos(tilt),
                  .sin_lat = sin(lat),
                  .cos_lat = cos(lat),
                  .node_angle = kh_radian_from_degree(SIDEREAL_START_DEG + station->lon_deg - orbit->ascending_node_deg),
                  .node_rate = EARTH_RATE - drift,
                  .phase = kh_radian_from_degree(orbit->phase_deg),
                  .rate = rate};
}

/* the station's parts along the node and across it within the plane */
typedef struct parts {
    double along, across, along_rate, across_rate;
} parts;

static parts split(const view *v, double t_s)
{
    double angle = v->node_angle + v->node_rate * t_s, c = cos(angle), s = sin(angle);
    return (parts){.along = v->cos_lat * c,
                   .across = v->cos_lat * s * v->cos_i + v->sin_lat * v->sin_i,
                   .along_rate = -v->cos_lat * s * v->node_rate,
                   .across_rate = v->cos_lat * c * v->cos_i * v->node_rate};
}

/* to the time near @p t_s at which the satellite is over the point of its orbit that is nearest to the station */
static double come_close(const view *v, double t_s, parts *p)
{
    *p = split(v, t_s);
    return t_s + remainder(atan2(p->across, p->along) - v->phase - v->rate * t_s, 2.0 * KH_PI) / v->rate;
}

/* to the culmination over the turning ground; @return cosine of the central angle */
static double culminate(const view *v, double over_ground, double *t_s)
{
    double cosine = 0.0;
    for (int step = 0; step < 3; step++) {
        parts p = split(v, *t_s);
        double u = v->phase + v->rate * *t_s, c = cos(u), s = sin(u);
        cosine = p.along * c + p.across * s;
        double slope = v->rate * (p.across * c - p.along * s) + p.along_rate * c + p.across_rate * s;
        *t_s += slope / (over_ground * over_ground * cosine);
    }
    return fmin(1.0, cosine);
}

void kh_passes_visit(const kh_orbit *orbit, const kh_station *station, kh_passage_visitor visit, void *user)
{
    view v = look(orbit, station);
    double widest = kh_orbit_central_angle(orbit->altitude_km, station->horizon_rad), period_s = 2.0 * KH_PI / v.rate;
    double perhaps = cos(fmin(0.5 * KH_PI, widest + 0.1)), rate = kh_passes_rate(orbit, station->lat_deg);
    parts p;
    double t_s = -3.0 * period_s;
    while (t_s < KH_PASSES_YEAR_S + period_s) {
        t_s = come_close(&v, t_s + period_s, &p);
        if (hypot(p.along, p.across) < perhaps) /* the plane of the orbit is too far from the station this time round */
            continue;
        t_s = come_close(&v, t_s, &p);
        double top_s = t_s, offset_rad = acos(culminate(&v, rate, &top_s));
        if (offset_rad >= widest || top_s < 0.0 || top_s >= KH_PASSES_YEAR_S)
            continue;
        const kh_passage passage = {.culmination_s = top_s,
                                    .offset_rad = offset_rad,
                                    .rate_rad_s = rate,
                                    .sun_elevation_rad = kh_passes_sun_elevation(station, top_s),
                                    .month = month_of(top_s)};
        visit(&passage, user);
    }
}
