/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/explain/relaxation.h"

#include "core/base/clock.h"
#include "solvers/design/modules.h"
#include "solvers/explain/extra.h"
#include "solvers/flow/given.h"
#include "solvers/flow/total.h"
#include "solvers/graph/tree.h"

#include <math.h>

static const double MODULES_LIMIT_S = 20; /* whole modules are an integer program */

typedef struct work {
    const kh_net *net;
    const kh_rates *rates;
    const kh_relaxation_options *options;
    kh_arena *arena;
    kh_relaxation *relaxation;
    kh_given given;
    uint32_t *must_of;          /* [served.n_demands] the network's demand */
    kh_keyflow_problem present; /* the demands that must be served and have a path today */
    kh_keyflow_problem served;  /* those that have one where modules may be added, the present ones among them */
    uint32_t *present_of;       /* [present.n_demands] the network's demand */
    double deadline_s;          /* of all searches together */
} work;

static kh_status no_memory(const work *w, kh_error *err)
{
    return kh_fail(err, KH_ENOMEM, "no memory to relax %zu demands", w->net->n_demands);
}

/* Of the time for one of so many searches that are still to come: what an earlier one leaves is the others'. */
static double part_of_time(const work *w, int n_searches)
{
    return fmax((w->deadline_s - kh_clock_s()) / n_searches, 0);
}

/* --- who must be served, and where modules may be added -------------------------------------------------------------------- */

static bool asks(const kh_demand *demand)
{
    return kh_demand_needs_qkd(demand) && demand->rate_bps > 0;
}

static void choose_demands(work *w)
{
    bool any_required = false;
    for (size_t k = 0; k < w->net->n_demands; k++)
        any_required = any_required || (asks(&w->net->demands[k]) && w->net->demands[k].required);
    for (size_t k = 0; k < w->net->n_demands; k++) {
        w->relaxation->must[k] = asks(&w->net->demands[k]) && (w->net->demands[k].required || !any_required);
        w->relaxation->n_must += w->relaxation->must[k];
    }
}

/* Its rate can grow: it joins two nodes that hold key, and a pair of its modules gives some. */
static bool can_grow(const work *w, size_t e)
{
    const kh_node_id *ends = w->net->qkd_links[e].ends;
    for (int i = 0; i < 2; i++) {
        kh_node_kind kind = w->net->nodes[ends[i].i].kind;
        if (kind == KH_NODE_SWITCH || kind == KH_NODE_AMPLIFIER)
            return false;
    }
    double pair_bps = w->rates->qkd[e].per_module_bps;
    return ends[0].i != ends[1].i && pair_bps > 0 && isfinite(pair_bps);
}

/* Of the demands that must be served those whose ends are joined over the links in use. */
static kh_status select_joined(work *w, const bool *use, kh_keyflow_problem *problem, uint32_t **of, kh_error *err)
{
    size_t n = w->given.problem.n_demands, m = w->net->n_qkd_links;
    kh_keyflow_demand *demands = KH_NEW(w->arena, kh_keyflow_demand, n);
    double *weight = KH_NEW(w->arena, double, m);
    kh_tree *tree = kh_tree_create(&w->given.problem.graph, use, w->arena);
    *of = KH_NEW(w->arena, uint32_t, n);
    if (demands == NULL || weight == NULL || tree == NULL || *of == NULL)
        return no_memory(w, err);
    *problem = w->given.problem;
    problem->demands = demands;
    problem->n_demands = 0;
    for (size_t i = 0; i < n; i++) {
        if (!w->relaxation->must[w->given.sent[i]])
            continue;
        const kh_keyflow_demand *demand = &w->given.problem.demands[i];
        kh_tree_grow(tree, weight, demand->ends[0], &demand->ends[1], 1);
        if (isinf(kh_tree_distance(tree, demand->ends[1])))
            continue;
        (*of)[problem->n_demands] = w->given.sent[i];
        demands[problem->n_demands++] = *demand;
    }
    return KH_OK;
}

static kh_status select_demands(work *w, kh_error *err)
{
    size_t m = w->net->n_qkd_links;
    bool *use = KH_NEW(w->arena, bool, m), *hope = KH_NEW(w->arena, bool, m);
    if (use == NULL || hope == NULL)
        return no_memory(w, err);
    for (size_t e = 0; e < m; e++) {
        use[e] = w->given.problem.capacity_bps[e] > 0;
        hope[e] = use[e] || w->relaxation->may_add[e];
    }
    KH_TRY(select_joined(w, use, &w->present, &w->present_of, err));
    KH_TRY(select_joined(w, hope, &w->served, &w->must_of, err));
    w->relaxation->n_lost = w->relaxation->n_must - w->present.n_demands;
    w->relaxation->n_hopeless = w->relaxation->n_must - w->served.n_demands;
    return KH_OK;
}

/* --- answers ---------------------------------------------------------------------------------------------------------------- */

static kh_status write_routes(const work *w, const kh_keyflow_route *routes, size_t n, const uint32_t *of, kh_relaxed *way,
                              kh_error *err)
{
    way->routes = KH_NEW(w->arena, kh_relaxed_route, n);
    if (way->routes == NULL)
        return no_memory(w, err);
    for (size_t r = 0; r < n; r++) {
        kh_route *route = &way->routes[way->n_routes++].route;
        way->routes[r].demand = (kh_demand_id){of[routes[r].demand]};
        *route = (kh_route){KH_NEW(w->arena, kh_qkd_link_id, routes[r].n_links), routes[r].n_links, routes[r].rate_bps};
        if (route->links == NULL)
            return no_memory(w, err);
        for (size_t i = 0; i < route->n_links; i++)
            route->links[i] = (kh_qkd_link_id){routes[r].links[i]};
    }
    return KH_OK;
}

static kh_status find_share(work *w, kh_error *err)
{
    kh_keyflow flow;
    kh_relaxed *way = &w->relaxation->share;
    w->present.level_cap = 1;
    w->present.time_limit_s = part_of_time(w, 4);
    KH_TRY(kh_keyflow_solve(&w->present, w->arena, &flow, err));
    *way = (kh_relaxed){.found = flow.n_routes > 0, .value = flow.value, .bound = flow.bound, .prices = flow.prices};
    return write_routes(w, flow.routes, flow.n_routes, w->present_of, way, err);
}

static kh_status find_fewer(work *w, kh_error *err)
{
    kh_relaxed *way = &w->relaxation->fewer;
    kh_keyflow flow;
    double floor, asked_bps = 0, *weight = KH_NEW(w->arena, double, w->present.n_demands);
    way->change = KH_NEW(w->arena, double, w->net->n_demands);
    if (weight == NULL || way->change == NULL)
        return no_memory(w, err);
    for (size_t k = 0; k < w->present.n_demands; k++) {
        weight[k] = 1;
        asked_bps += w->present.demands[k].requested_bps;
    }
    w->present.time_limit_s = part_of_time(w, 3);
    kh_total_problem problem = {w->present, weight, 0};
    KH_TRY(kh_total_solve(&problem, w->arena, &flow, &floor, err));
    way->found = flow.n_routes > 0;
    for (size_t k = 0; k < w->present.n_demands; k++) {
        double given_up_bps = w->present.demands[k].requested_bps - flow.rate_bps[k];
        way->change[w->present_of[k]] = fmax(given_up_bps, 0);
        way->value += fmax(given_up_bps, 0);
    }
    way->bound = fmax(asked_bps - flow.bound, 0);
    way->prices = flow.prices;
    return write_routes(w, flow.routes, flow.n_routes, w->present_of, way, err);
}

/* No way is known: none is, time was out, or numbers are too far apart for a program. */
static bool is_unknown(kh_status status)
{
    return status == KH_TIMELIMIT || status == KH_INFEASIBLE || status == KH_EINTERNAL;
}

static kh_status find_extra(work *w, kh_error *err)
{
    kh_relaxed *way = &w->relaxation->extra;
    kh_extra extra;
    kh_error failure = {0};
    w->served.time_limit_s = part_of_time(w, 2);
    w->served.mps = w->options->mps;
    kh_status status = kh_extra_solve(&w->served, w->relaxation->may_add, w->arena, &extra, &failure);
    if (is_unknown(status))
        return KH_OK;
    if (status != KH_OK) {
        if (err != NULL)
            *err = failure;
        return status;
    }
    if (!extra.possible)
        return KH_OK;
    *way = (kh_relaxed){.found = extra.n_routes > 0,
                        .value = extra.total_bps,
                        .bound = extra.bound_bps,
                        .prices = extra.prices,
                        .change = extra.extra_bps};
    return write_routes(w, extra.routes, extra.n_routes, w->must_of, way, err);
}

static double price_of(const work *w, size_t e)
{
    kh_device_id device = w->net->qkd_links[e].device;
    return device.i < w->net->n_devices ? w->net->devices[device.i].cost_eur : (double)NAN;
}

/* What stands costs nothing and is there once; pairs of the same kind may join it. */
static kh_status list_choices(const work *w, kh_modules_problem *problem, kh_error *err)
{
    size_t m = w->net->n_qkd_links;
    kh_modules_choice *choices = KH_NEW(w->arena, kh_modules_choice, 2 * m);
    if (choices == NULL)
        return no_memory(w, err);
    for (uint32_t e = 0; e < m; e++) {
        double stands_bps = w->served.capacity_bps[e], price_eur = price_of(w, e);
        if (stands_bps > 0)
            choices[problem->n_choices++] = (kh_modules_choice){e, 1, stands_bps, 0};
        if (w->relaxation->may_add[e] && price_eur >= 0 && isfinite(price_eur))
            choices[problem->n_choices++] = (kh_modules_choice){e, UINT32_MAX, w->rates->qkd[e].per_module_bps, price_eur};
    }
    problem->choices = choices;
    return KH_OK;
}

static kh_status write_modules(const work *w, const kh_modules_problem *problem, const kh_modules_design *design, kh_error *err)
{
    kh_relaxed *way = &w->relaxation->modules;
    way->change = KH_NEW(w->arena, double, w->net->n_qkd_links);
    if (way->change == NULL)
        return no_memory(w, err);
    for (size_t j = 0; j < problem->n_choices; j++)
        if (problem->choices[j].most == UINT32_MAX) {
            way->change[problem->choices[j].link] = design->count[j];
            way->value += design->count[j] * problem->choices[j].cost;
        }
    way->bound = fmin(design->bound, way->value);
    way->found = design->flow.n_routes > 0;
    KH_TRY(write_routes(w, design->flow.routes, design->flow.n_routes, w->must_of, way, err));
    for (size_t r = 0; r < way->n_routes; r++)
        way->routes[r].route.rate_bps /= fmax(design->worst, 1);
    return KH_OK;
}

static kh_status find_modules(work *w, kh_error *err)
{
    kh_modules_problem problem = {.graph = w->served.graph,
                                  .demands = w->served.demands,
                                  .n_demands = w->served.n_demands,
                                  .theta = 1,
                                  .time_limit_s = w->options->time_limit_s > 0 ? part_of_time(w, 1) : MODULES_LIMIT_S,
                                  .lp_program = w->options->lp_program};
    kh_modules_design design;
    kh_error failure = {0};
    KH_TRY(list_choices(w, &problem, err));
    kh_status status = kh_modules_solve(&problem, w->arena, &design, &failure);
    if (status == KH_OK || (status == KH_TIMELIMIT && isfinite(design.cost)))
        return write_modules(w, &problem, &design, err);
    if (is_unknown(status))
        return KH_OK;
    if (err != NULL)
        *err = failure;
    return status;
}

/* --- all of it -------------------------------------------------------------------------------------------------------------- */

static kh_status init(work *w, kh_error *err)
{
    *w->relaxation = (kh_relaxation){.must = KH_NEW(w->arena, bool, w->net->n_demands),
                                     .n_demands = w->net->n_demands,
                                     .may_add = KH_NEW(w->arena, bool, w->net->n_qkd_links),
                                     .n_links = w->net->n_qkd_links};
    if (w->relaxation->must == NULL || w->relaxation->may_add == NULL)
        return no_memory(w, err);
    KH_TRY(kh_given_make(w->net, w->rates, w->arena, &w->given, err));
    w->given.problem.lp_program = w->options->lp_program;
    choose_demands(w);
    for (size_t e = 0; e < w->net->n_qkd_links; e++)
        w->relaxation->may_add[e] = can_grow(w, e);
    return select_demands(w, err);
}

kh_status kh_relaxation_find(const kh_net *net, const kh_rates *rates, const kh_relaxation_options *options, kh_arena *arena,
                             kh_relaxation *relaxation, kh_error *err)
{
    work w = {.net = net, .rates = rates, .options = options, .arena = arena, .relaxation = relaxation};
    w.deadline_s = options->time_limit_s > 0 ? kh_clock_s() + options->time_limit_s : HUGE_VAL;
    KH_TRY(init(&w, err));
    if (w.present.n_demands > 0) {
        KH_TRY(find_share(&w, err));
        KH_TRY(find_fewer(&w, err));
    }
    if (w.served.n_demands == 0)
        return KH_OK;
    KH_TRY(find_extra(&w, err));
    return relaxation->extra.found && relaxation->extra.value > 0 ? find_modules(&w, err) : KH_OK;
}
