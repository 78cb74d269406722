/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/plan.h"

const char *kh_objective_name(kh_objective objective)
{
    switch (objective) {
    case KH_OBJECTIVE_CONCURRENT:
        return "concurrent";
    case KH_OBJECTIVE_MAX_MIN:
        return "max-min";
    }
    return "?";
}
