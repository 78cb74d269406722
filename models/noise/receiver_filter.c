/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/noise/receiver_filter.h"

#include "core/base/units.h"

#include <math.h>

static const double ADJACENT_BANDWIDTHS =
    1.5; /* the middle of the neighbouring passband and its far edge on a grid of equal ones */
static const double OTHER_BAND_NM = 50.0;
static const double ROUNDING_HZ = 1e6;

double kh_receiver_filter_isolation_db(const kh_receiver_filter *filter, double quantum_hz, double light_hz)
{
    double apart_nm = fabs(KH_LIGHT_M_PER_S / quantum_hz - KH_LIGHT_M_PER_S / light_hz) * 1e9;
    if (apart_nm >= OTHER_BAND_NM)
        return filter->passes * filter->isolation_far_db;
    bool adjacent = fabs(quantum_hz - light_hz) < ADJACENT_BANDWIDTHS * filter->bandwidth_ghz * 1e9;
    return filter->passes * (adjacent ? filter->isolation_adjacent_db : filter->isolation_db);
}

double kh_receiver_filter_clearance_hz(const kh_receiver_filter *filter, double quantum_hz, const kh_receiver_neighbour *neighbour)
{
    double apart_hz = fabs(quantum_hz - neighbour->centre_hz);
    return apart_hz - 0.5 * (filter->bandwidth_ghz * 1e9 + neighbour->width_hz) + ROUNDING_HZ;
}

kh_status kh_receiver_filter_check(const kh_receiver_filter *filter, kh_error *err)
{
    const struct {
        const char *name;
        double value, low, high;
    } parts[] = {{"bandwidth_ghz", filter->bandwidth_ghz, 0.1, 20000.0},
                 {"isolation_adjacent_db", filter->isolation_adjacent_db, 0.0, 200.0},
                 {"isolation_db", filter->isolation_db, 0.0, 200.0},
                 {"isolation_far_db", filter->isolation_far_db, 0.0, 200.0},
                 {"passes", filter->passes, 1.0, 10.0}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (!(parts[i].value >= parts[i].low && parts[i].value <= parts[i].high))
            return kh_fail(err, KH_ERANGE, "%s of the filter is %g, must be in [%g, %g]", parts[i].name, parts[i].value,
                           parts[i].low, parts[i].high);
    return KH_OK;
}
