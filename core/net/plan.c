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

bool kh_plan_demand_is_met(const kh_plan_demand *demand)
{
    return demand->rate_bps >= demand->requested_bps * (1 - 1e-9);
}

static bool on_side(const kh_cut *cut, kh_node_id node)
{
    for (size_t i = 0; i < cut->n_side; i++)
        if (cut->side[i].i == node.i)
            return true;
    return false;
}

bool kh_cut_parts(const kh_cut *cut, const kh_node_id ends[2])
{
    return on_side(cut, ends[0]) != on_side(cut, ends[1]);
}
