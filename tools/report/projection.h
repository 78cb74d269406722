/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_REPORT_PROJECTION_H
#define KH_TOOLS_REPORT_PROJECTION_H

/** Lambert's azimuthal equal-area projection of the mean sphere, centred where the network is.
 *  Source: J. P. Snyder, Map Projections - A Working Manual, USGS Professional Paper 1395 (1987), eqs. 24-2, 22-4, 22-5. */
typedef struct kh_projection {
    double lat_deg, lon_deg; /**< centre */
} kh_projection;

typedef struct kh_point {
    double x, y; /**< km east and north of the centre */
} kh_point;

/** The point opposite the centre has no image: what lies within a hair of it lands 2 radii away, due north. */
kh_point kh_projection_point(const kh_projection *projection, double lat_deg, double lon_deg);

#endif
