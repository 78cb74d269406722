/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_BASE_UNITS_H
#define KH_CORE_BASE_UNITS_H

#include <math.h>

/** Constants (SI, CODATA 2018 exact values) and the few conversions. Names carry units everywhere else. */
#define KH_PI              3.14159265358979323846
#define KH_PLANCK_JS       6.62607015e-34
#define KH_LIGHT_M_PER_S   299792458.0
#define KH_S_PER_H         3600.0
#define KH_S_PER_DAY       86400.0
#define KH_LN10_PER_10     0.23025850929940456840 /* 1 dB as a natural logarithm of power */
#define KH_EARTH_RADIUS_KM 6371.0088              /* mean radius, IUGG */

static inline double kh_linear_from_db(double db)
{
    return pow(10.0, db / 10.0);
}
static inline double kh_db_from_linear(double linear)
{
    return 10.0 * log10(linear);
}
static inline double kh_watt_from_dbm(double dbm)
{
    return 1e-3 * pow(10.0, dbm / 10.0);
}
static inline double kh_dbm_from_watt(double watt)
{
    return 10.0 * log10(watt / 1e-3);
}
static inline double kh_radian_from_degree(double degree)
{
    return degree * (KH_PI / 180.0);
}

#endif
