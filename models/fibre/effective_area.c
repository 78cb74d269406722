/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/fibre/effective_area.h"

#include "core/base/units.h"

#include <math.h>

static const double CORE_AREA_UM2 = KH_PI * 4.2 * 4.2;
static const double REFERENCE_HZ = KH_LIGHT_M_PER_S / 1550e-9;

double kh_effective_area_um2(double area_1550_um2, double freq_hz)
{
    /* area = a^2 pi / ln V, and V is proportional to the frequency */
    return CORE_AREA_UM2 / (CORE_AREA_UM2 / area_1550_um2 + log(freq_hz / REFERENCE_HZ));
}
