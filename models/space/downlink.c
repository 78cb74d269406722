/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/space/downlink.h"

#include <math.h>

double kh_downlink_transmittance(const kh_downlink *link, kh_sight sight)
{
    double spread = 2.0 * link->pointing_rad * 1e3 * sight.range_km / kh_diffraction_radius_m(&link->diffraction, sight.range_km);
    return link->transmittance * kh_diffraction_collected(&link->diffraction, sight.range_km) / (1.0 + spread * spread) *
           kh_atmosphere_transmission(&link->atmosphere, sight.elevation_rad);
}

double kh_downlink_profile(const kh_downlink *link, const kh_track *track, double horizon_rad, kh_profile *profile)
{
    double half_s = kh_track_half_time_s(track, horizon_rad), step_s = half_s / KH_PROFILE_CELLS;
    for (int i = 0; i < KH_PROFILE_CELLS; i++) {
        profile->seconds[i] = 2.0 * step_s;
        profile->transmittance[i] = step_s > 0.0 ? kh_downlink_transmittance(link, kh_track_sight(track, (i + 0.5) * step_s)) : 0.0;
    }
    return 2.0 * half_s;
}
