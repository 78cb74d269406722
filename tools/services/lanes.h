/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_SERVICES_LANES_H
#define KH_TOOLS_SERVICES_LANES_H

#include "solvers/light/spectrum.h"
#include "tools/services/light.h"

/** The spectrum of the line systems: an edge for each line, and one for each fibre that has fewer pairs than lines, which these
 *  then share. */
typedef struct kh_lanes {
    kh_spectrum *spectrum;
    kh_spectrum_route *of; /**< [n] the edges of each line */
    int32_t *m;            /**< [n] width of the narrowest channel of each line */
    size_t n;
} kh_lanes;

/** All of it free, from the lower edge of each line's lowest channel to the upper edge of its highest.
 *  @return KH_OK; as kh_light_find_band(), the step names the line; as kh_spectrum_create(); KH_ENOMEM */
kh_status kh_lanes_open(const kh_net *net, kh_light *light, kh_arena *arena, kh_lanes **lanes, kh_error *err);

/** The edges of all lines of a stretch. @return KH_OK, KH_ENOMEM */
kh_status kh_lanes_join(const kh_lanes *lanes, const kh_light_stretch *stretch, kh_arena *arena, kh_spectrum_route *route,
                        kh_error *err);

#endif
