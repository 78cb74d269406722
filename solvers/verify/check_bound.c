/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/verify/check.h"

static const double FLOOR = 1e-10; /* share of the bound below which a price may be told as 0: pricing has a floor */

/* Lowest share of the demands with a path, times how far all routes can be stretched together. */
static double share_carried(const kh_check *c)
{
    double lowest = HUGE_VAL, stretch = HUGE_VAL;
    for (size_t k = 0; k < c->plan->n_demands; k++)
        if (kh_check_counts(c, k))
            lowest = fmin(lowest, c->plan->demands[k].rate_bps / c->net->demands[k].rate_bps);
    for (size_t e = 0; e < c->plan->n_links; e++)
        if (c->used_bps[e] > 0)
            stretch = fmin(stretch, c->capacity_bps[e] / c->used_bps[e]);
    if (c->plan->quantum_bps > 0) /* multiples stay what they are */
        return isinf(lowest) ? 0 : lowest;
    return isinf(lowest) || isinf(stretch) ? 0 : lowest * stretch;
}

/* What an objective's own formulas make of routes and prices. */
typedef struct proof {
    double value, bound;
    double scale; /* of the prices, 1 in a sound plan: then price = shadow price; NAN: prices prove nothing */
} proof;

/* C1: lambda sum(d dist_y) <= sum(c y); of secret key with the price of a bit of it instead of dist_y. */
static proof prove_share(const kh_check *c)
{
    double priced = 0, asked = 0;
    for (size_t e = 0; e < c->plan->n_links; e++)
        priced += c->capacity_bps[e] * c->plan->prices[e];
    for (size_t k = 0; k < c->plan->n_demands; k++)
        if (kh_check_counts(c, k))
            asked += c->net->demands[k].rate_bps * c->worth[k];
    bool proves = asked > 0;
    return (proof){share_carried(c), proves ? priced / asked : 0, proves ? asked : (double)NAN};
}

/* C3: sum(w r) <= sum(c y) + sum over demands of the most that r (w - dist_y) can be between floor and request. */
static proof prove_total(const kh_check *c)
{
    proof found = {0, 0, 1};
    for (size_t e = 0; e < c->plan->n_links; e++)
        found.bound += c->capacity_bps[e] * c->plan->prices[e];
    for (size_t k = 0; k < c->plan->n_demands; k++) {
        if (!kh_check_joined(c, k))
            continue;
        double worth = 2 / (1 + c->net->demands[k].priority), asked_bps = c->net->demands[k].rate_bps;
        double rate_bps = c->plan->demands[k].rate_bps, least_bps = c->plan->floor * asked_bps;
        found.value += worth * rate_bps;
        found.bound += fmax((worth - c->length[k]) * asked_bps, (worth - c->length[k]) * least_bps);
        if (!(rate_bps >= least_bps - KH_CHECK_SAME * asked_bps))
            KH_WRONG_DEMAND(c, k, "gets %g bit/s, less than the floor of %g", rate_bps, least_bps);
    }
    return found;
}

static bool prove(const kh_check *c, proof *found)
{
    switch (c->plan->objective) {
    case KH_OBJECTIVE_CONCURRENT:
    case KH_OBJECTIVE_MAX_MIN:
        if (!kh_check_same(c->plan->floor, 0))
            KH_WRONG_PLAN(c, "a floor of %g, which this objective has none of", c->plan->floor);
        *found = prove_share(c);
        return true;
    case KH_OBJECTIVE_TOTAL:
        if (c->plan->floor >= 0 && c->plan->floor <= 1) {
            *found = prove_total(c);
            return true;
        }
        KH_WRONG_PLAN(c, "a floor of %g is no share", c->plan->floor);
        return false;
    }
    KH_WRONG_PLAN(c, "the objective %d is none", (int)c->plan->objective);
    return false;
}

static bool check_prices(const kh_check *c)
{
    for (size_t e = 0; e < c->plan->n_links; e++) {
        double price = c->plan->prices[e];
        if (!(price >= 0) || isinf(price)) {
            KH_WRONG_LINK(c, e, "the price %g is no certificate, it must be finite and >= 0", price);
            return false;
        }
        if (price > 0 && !(c->capacity_bps[e] > 0))
            KH_WRONG_LINK(c, e, "has a price of %g and carries no key", price);
    }
    return true;
}

static void check_shadow_prices(const kh_check *c, const proof *found)
{
    bool proves = !isnan(found->scale);
    if (proves && !kh_check_same(found->scale, 1))
        KH_WRONG_PLAN(c, "the prices stand for %.12g of the objective, must be 1", found->scale);
    for (size_t e = 0; e < c->plan->n_links; e++) {
        double shadow = c->plan->links[e].shadow_price, expected = c->plan->prices[e];
        if (!proves && expected > 0)
            KH_WRONG_LINK(c, e, "has a price of %g and nothing is asked", expected);
        bool is_zero = shadow <= 0 && shadow >= 0,
             is_small = expected * c->capacity_bps[e] <= FLOOR * (1 + KH_CHECK_SAME) * found->bound;
        if (!(is_zero && is_small) && !kh_check_same(shadow, expected))
            KH_WRONG_LINK(c, e, "the shadow price is %g, the certificate says %g", shadow, expected);
    }
}

/* Few routes and whole multiples. What no such plan can exceed is the solver's word: here only that it does not contradict. */
static void check_limits(const kh_check *c)
{
    const kh_plan *plan = c->plan;
    double quantum_bps = plan->quantum_bps;
    if (!(quantum_bps >= 0) || isinf(quantum_bps))
        KH_WRONG_PLAN(c, "a quantum of %g bit/s is none", quantum_bps);
    for (size_t k = 0; k < plan->n_demands; k++) {
        const kh_plan_demand *demand = &plan->demands[k];
        if (plan->most_paths > 0 && demand->n_routes > plan->most_paths)
            KH_WRONG_DEMAND(c, k, "has %zu routes, at most %zu were allowed", demand->n_routes, plan->most_paths);
        for (size_t r = 0; r < demand->n_routes && quantum_bps > 0; r++) {
            double n = demand->routes[r].rate_bps / quantum_bps;
            if (!(round(n) >= 1) || !kh_check_same(n, round(n)))
                KH_WRONG_DEMAND(c, k, "a route carries %.12g times the quantum, not a whole number", n);
        }
    }
    bool limited = plan->most_paths > 0 || quantum_bps > 0;
    if (!limited && !kh_check_same(plan->few_bound, 0))
        KH_WRONG_PLAN(c, "a bound of %g for plans with few routes, which nobody asked for", plan->few_bound);
    if (limited && !(plan->few_bound >= plan->value * (1 - KH_CHECK_SAME) && plan->few_bound <= plan->bound * (1 + KH_CHECK_SAME)))
        KH_WRONG_PLAN(c, "the bound %g of plans with few routes is not between value and bound", plan->few_bound);
}

void kh_check_bound(const kh_check *c)
{
    proof found;
    check_limits(c);
    if (!check_prices(c) || !prove(c, &found))
        return;
    double gap = found.value > 0 ? fmax(found.bound / found.value - 1, 0) : found.bound > 0 ? HUGE_VAL : 0;
    if (!kh_check_same(c->plan->value, found.value))
        KH_WRONG_PLAN(c, "the value is %.12g, the routes carry %.12g", c->plan->value, found.value);
    if (!kh_check_same(c->plan->bound, found.bound))
        KH_WRONG_PLAN(c, "the bound is %.12g, the prices prove %.12g", c->plan->bound, found.bound);
    if (isinf(gap) ? !(isinf(c->plan->gap) && c->plan->gap > 0) : !kh_check_same(1 + c->plan->gap, 1 + gap))
        KH_WRONG_PLAN(c, "the gap is %g, value and bound leave %g", c->plan->gap, gap);
    if (found.value > found.bound * (1 + KH_CHECK_SAME))
        KH_WRONG_PLAN(c, "the value %.12g is above the bound %.12g", found.value, found.bound);
    check_shadow_prices(c, &found);
}
