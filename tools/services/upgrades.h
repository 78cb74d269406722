/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_SERVICES_UPGRADES_H
#define KH_TOOLS_SERVICES_UPGRADES_H

#include "tools/services/services.h"

/** Fewer wavelengths for more regenerations. */
typedef struct kh_upgrades_ask {
    const kh_optical_route *ways; /**< [n_ways] in the order of their length */
    size_t n_ways;
    double data_gbps;
} kh_upgrades_ask;

/** Fills the upgrades of a service that is carried: for ever fewer wavelengths the way with the fewest regenerations, then the
 *  shortest, whether or not its spectrum is free.
 *  @return KH_OK; as kh_sections_cut() */
kh_status kh_upgrades_find(kh_light *light, const kh_upgrades_ask *ask, kh_arena *arena, kh_service *service, kh_error *err);

#endif
