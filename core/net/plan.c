/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/plan.h"

#include <math.h>

const char *kh_objective_name(kh_objective objective)
{
    switch (objective) {
    case KH_OBJECTIVE_CONCURRENT:
        return "concurrent";
    case KH_OBJECTIVE_MAX_MIN:
        return "max-min";
    case KH_OBJECTIVE_TOTAL:
        return "total";
    }
    return "?";
}

const char *kh_coalition_kind_name(kh_coalition_kind kind)
{
    switch (kind) {
    case KH_COALITION_OPERATOR:
        return "operator";
    case KH_COALITION_COUNTRY:
        return "country";
    case KH_COALITION_DOMAIN:
        return "domain";
    case KH_COALITION_VENDOR:
        return "vendor";
    case KH_COALITION_LISTED:
        return "listed";
    }
    return "?";
}

double kh_plan_max_load(const kh_plan *plan, double value)
{
    return plan->objective != KH_OBJECTIVE_TOTAL && value > 0 ? 1 / value : (double)NAN;
}

const char *kh_secrecy_name(kh_secrecy secrecy)
{
    switch (secrecy) {
    case KH_SECRECY_NONE:
        return "none";
    case KH_SECRECY_DISJOINT:
        return "disjoint";
    case KH_SECRECY_RAMP:
        return "ramp";
    case KH_SECRECY_COALITIONS:
        return "coalitions";
    }
    return "?";
}

bool kh_plan_demand_is_met(const kh_plan_demand *demand)
{
    return demand->rate_bps >= demand->requested_bps * (1 - 1e-9);
}

static bool on_side(const kh_cut *cut, kh_node_id node)
{
    size_t low = 0, high = cut->n_side;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (cut->side[middle].i < node.i)
            low = middle + 1;
        else
            high = middle;
    }
    return low < cut->n_side && cut->side[low].i == node.i;
}

bool kh_cut_parts(const kh_cut *cut, const kh_node_id ends[2])
{
    return on_side(cut, ends[0]) != on_side(cut, ends[1]);
}

static bool passes_before(const kh_plan_demand *demand, size_t route, size_t hop)
{
    uint32_t link = demand->routes[route].links[hop].i;
    for (size_t r = 0; r <= route; r++)
        for (size_t h = 0; h < (r == route ? hop : demand->routes[r].n_links); h++)
            if (demand->routes[r].links[h].i == link)
                return true;
    return false;
}

kh_demand_epsilon kh_plan_demand_epsilon(const kh_plan_demand *demand, const kh_rates *rates)
{
    bool known = demand->n_routes > 0;
    bool made_of_all = demand->carried_bps > demand->rate_bps * (1 + 1e-9);
    kh_demand_epsilon sum = {0.0, 0.0};
    for (size_t r = 0; r < demand->n_routes; r++) {
        const kh_route *route = &demand->routes[r];
        double key = kh_rates_chain_epsilon(rates, route->links, route->n_links);
        known = known && !isnan(key);
        sum.key = made_of_all ? fmin(sum.key + key, 1) : fmax(sum.key, key);
        for (size_t h = 0; h < route->n_links; h++)
            if (!passes_before(demand, r, h))
                sum.year += rates->qkd[route->links[h].i].epsilon.year;
    }
    return known ? (kh_demand_epsilon){sum.key, fmin(sum.year, 1.0)} : (kh_demand_epsilon){(double)NAN, (double)NAN};
}
