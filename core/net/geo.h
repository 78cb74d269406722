/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_NET_GEO_H
#define KH_CORE_NET_GEO_H

/** Great-circle distance on the mean sphere (haversine; error below 0.6 % against the ellipsoid).
 *  @param lat_*,lon_* degrees, lat in [-90, 90] @return km, NAN when an argument is NAN */
double kh_geo_distance_km(double lat_a_deg, double lon_a_deg, double lat_b_deg, double lon_b_deg);

#endif
