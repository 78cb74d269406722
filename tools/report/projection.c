/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/report/projection.h"

#include "core/base/units.h"

#include <math.h>

kh_point kh_projection_point(const kh_projection *projection, double lat_deg, double lon_deg)
{
    double lat = kh_radian_from_degree(lat_deg), centre = kh_radian_from_degree(projection->lat_deg);
    double east = kh_radian_from_degree(lon_deg - projection->lon_deg);
    double cosine = sin(centre) * sin(lat) + cos(centre) * cos(lat) * cos(east);
    if (cosine < -1 + 1e-12)
        return (kh_point){0, 2 * KH_EARTH_RADIUS_KM};
    double k = KH_EARTH_RADIUS_KM * sqrt(2 / (1 + cosine));
    return (kh_point){k * cos(lat) * sin(east), k * (cos(centre) * sin(lat) - sin(centre) * cos(lat) * cos(east))};
}
