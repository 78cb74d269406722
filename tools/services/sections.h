/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_SERVICES_SECTIONS_H
#define KH_TOOLS_SERVICES_SECTIONS_H

#include "tools/services/services.h"

/** A way over line systems, cut into stretches of light by the fewest regenerations. */
typedef struct kh_sections {
    kh_service_state state;       /**< CARRIED: every section has a mode that works; else why not */
    kh_service_section *sections; /**< [n]; not CARRIED: the first line system on which nothing works, alone */
    size_t n;
} kh_sections;

typedef struct kh_sections_ask {
    kh_optical_route way;
    double data_gbps;
    size_t most_wavelengths; /**< of any section; SIZE_MAX: no limit */
} kh_sections_ask;

/** Regeneration is possible between any two hops. Of equal numbers of it, that with fewest wavelengths in all. A mode is chosen on
 *  each: options[0].
 *  @param arena  where sections and options live
 *  @return KH_OK, also when nothing works (with a limit on wavelengths: NO_MODE and no sections when it is too low); as
 * kh_light_find(); KH_ERANGE for the data rate; KH_ENOMEM */
kh_status kh_sections_cut(kh_light *light, const kh_sections_ask *ask, kh_arena *arena, kh_sections *out, kh_error *err);

#endif
