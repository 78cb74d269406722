/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/geo.h"

#include "core/base/units.h"

#include <math.h>

double kh_geo_distance_km(double lat_a_deg, double lon_a_deg, double lat_b_deg, double lon_b_deg)
{
    double lat_a = kh_radian_from_degree(lat_a_deg), lat_b = kh_radian_from_degree(lat_b_deg);
    double s_lat = sin((lat_b - lat_a) / 2), s_lon = sin(kh_radian_from_degree(lon_b_deg - lon_a_deg) / 2);
    double h = s_lat * s_lat + cos(lat_a) * cos(lat_b) * s_lon * s_lon;
    return isnan(h) ? h : 2 * KH_EARTH_RADIUS_KM * asin(sqrt(h < 1 ? h : 1)); /* rounding may leave h above 1 for antipodes */
}
