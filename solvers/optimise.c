/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/optimise.h"

#include "core/base/clock.h"
#include "core/base/str.h"
#include "solvers/cost.h"
#include "solvers/explain/explain.h"
#include "solvers/flow/few.h"
#include "solvers/flow/given.h"
#include "solvers/flow/total.h"
#include "solvers/secure/coalitions.h"
#include "solvers/secure/secrecy.h"

#include <math.h>
#include <string.h>

static const double BINDING = 1e-10; /* share of the bound below which a price is only the floor of pricing */

/* The way from a network to plain numbers and back. */
typedef struct work {
    const kh_net *net;
    const kh_rates *rates;
    kh_arena *arena, *scratch; /* the plan's; the solvers' */
    kh_plan *plan;
    kh_given given;
    kh_keyflow flow;
    kh_secrecy_work secrecy;
} work;

static void list_demands(work *w)
{
    for (size_t k = 0; k < w->net->n_demands; k++) {
        const kh_demand *demand = &w->net->demands[k];
        if (!kh_demand_needs_qkd(demand)) {
            w->plan->demands[k].shortfall = KH_SHORTFALL_NOT_NEEDED;
            continue;
        }
        w->plan->n_asking++;
        w->plan->demands[k].requested_bps = demand->rate_bps;
    }
}

static kh_status init(work *w, kh_error *err)
{
    size_t m = w->net->n_qkd_links, k = w->net->n_demands;
    w->plan = KH_NEW(w->arena, kh_plan, 1);
    if (w->plan == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a plan of %zu links and %zu demands", m, k);
    *w->plan = (kh_plan){.prices = KH_NEW(w->arena, double, m),
                         .demands = KH_NEW(w->arena, kh_plan_demand, k),
                         .n_demands = k,
                         .links = KH_NEW(w->arena, kh_plan_link, m),
                         .n_links = m};
    if (w->plan->prices == NULL || w->plan->demands == NULL || w->plan->links == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a plan of %zu links and %zu demands", m, k);
    list_demands(w);
    return KH_OK;
}

static const char about_lambda[] =
    "Maximise lambda, the share of every request that is served at once: minimise cost = -lambda.\n"
    "c0 is lambda, the others are rates in bit/s of single routes: those that column generation left at the optimum.\n"
    "Rows: load of each link at most its rate; routes of each demand at least lambda times its request.\n";
static const char about_total[] =
    "Maximise the weighted total rate: minimise cost = -total.\n"
    "Columns are rates in bit/s of single routes: those that column generation left at the optimum.\n"
    "Rows: load of each link at most its rate; routes of each demand between its floor and its request.\n";

static const char about_secret[] =
    "Maximise lambda, the share of every request that is served at once with secret key: minimise cost = -lambda.\n"
    "c0 is lambda in units of its cost; then for each demand what some relays see of it; then routes, in units of what their\n"
    "demand asks for at that lambda: those that column generation left at the optimum.\n"
    "Rows: load of each link as a share of its rate; routes of each demand less what relays may see; then one for every relay or\n"
    "coalition that sees some of a demand.\n";

/* What rows and columns of the exported program are, in the network's words. */
static void describe(const work *w, const kh_optimise_options *options, kh_str *about)
{
    size_t row = w->net->n_qkd_links;
    kh_str_printf(about, "%s: routes of keys by Keyhaul\n%s", w->net->name,
                  options->secrecy != KH_SECRECY_NONE        ? about_secret
                  : options->objective == KH_OBJECTIVE_TOTAL ? about_total
                                                             : about_lambda);
    for (size_t e = 0; e < w->net->n_qkd_links; e++)
        kh_str_printf(about, "r%zu link %s\n", e, w->net->qkd_links[e].id);
    for (size_t k = 0; k < w->given.problem.n_demands; k++)
        kh_str_printf(about, "r%zu demand %s\n", row + k, w->net->demands[w->given.sent[k]].id);
}

static kh_status solve_total(work *w, const kh_optimise_options *options, kh_error *err)
{
    size_t n = w->given.problem.n_demands;
    double *weight = KH_NEW(w->scratch, double, n);
    if (weight == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the weights of %zu demands", n);
    for (size_t k = 0; k < n; k++)
        weight[k] = kh_demand_weight(&w->net->demands[w->given.sent[k]]);
    const kh_total_problem problem = {w->given.problem, weight, options->floor};
    return kh_total_solve(&problem, w->scratch, &w->flow, &w->plan->floor, err);
}

static bool is_limited(const kh_optimise_options *options)
{
    return options->most_paths > 0 || options->quantum_bps > 0;
}

static kh_status solve_few(work *w, const kh_optimise_options *options, kh_error *err)
{
    const kh_few_problem problem = {w->given.problem, options->most_paths, options->quantum_bps};
    kh_few_proof proof;
    KH_TRY(kh_few_solve(&problem, w->scratch, &w->flow, &proof, err));
    w->plan->most_paths = options->most_paths;
    w->plan->quantum_bps = options->quantum_bps;
    w->plan->few_bound = proof.bound;
    return KH_OK;
}

static kh_status wish_secrecy(work *w, const kh_optimise_options *options, kh_error *err)
{
    kh_plan_secrecy *wish = &w->plan->secrecy;
    if (options->secrecy == KH_SECRECY_NONE)
        return KH_OK;
    if (options->objective == KH_OBJECTIVE_TOTAL || is_limited(options))
        return kh_fail(err, KH_EUSAGE,
                       "rates secret from relays are planned with objective max-min or concurrent, over any number of routes");
    if (options->secrecy == KH_SECRECY_COALITIONS)
        return kh_coalitions_make(w->net, options->coalitions, w->arena, wish, err);
    if (options->colluders < 1)
        return kh_fail(err, KH_EUSAGE, "secrecy against %u relays: must be 1 or more", options->colluders);
    wish->kind = options->secrecy;
    wish->colluders = options->colluders;
    return KH_OK;
}

static kh_status solve_secret(work *w, kh_error *err)
{
    w->secrecy = (kh_secrecy_work){.given = &w->given, .plan = w->plan, .arena = w->arena, .scratch = w->scratch};
    return kh_secrecy_solve(&w->secrecy, &w->flow, err);
}

static kh_status solve_flow(work *w, const kh_optimise_options *options, kh_str *about, kh_error *err)
{
    if (options->mps != NULL)
        describe(w, options, about);
    if (about->failed)
        return kh_fail(err, KH_ENOMEM, "no memory to describe a linear program");
    kh_keyflow_problem *problem = &w->given.problem;
    problem->max_min = options->objective == KH_OBJECTIVE_MAX_MIN;
    problem->level_cap = 1;
    problem->time_limit_s = options->time_limit_s > 0 ? options->time_limit_s : HUGE_VAL;
    problem->gap = options->gap;
    problem->lp_program = options->lp_program;
    problem->mps = options->mps;
    problem->mps_about = kh_str_text(about);
    if (options->secrecy != KH_SECRECY_NONE)
        return solve_secret(w, err);
    if (options->objective == KH_OBJECTIVE_TOTAL)
        return solve_total(w, options, err);
    return is_limited(options) ? solve_few(w, options, err) : kh_keyflow_solve(problem, w->scratch, &w->flow, err);
}

static kh_status solve(work *w, const kh_optimise_options *options, kh_error *err)
{
    kh_str about = {0};
    kh_status status = solve_flow(w, options, &about, err);
    kh_str_clear(&about);
    w->given.problem.mps_about = NULL;
    return status;
}

static void write_links(work *w)
{
    kh_plan *plan = w->plan;
    plan->value = w->flow.value;
    plan->bound = w->flow.bound;
    plan->gap = plan->value > 0 ? fmax(plan->bound / plan->value - 1, 0) : plan->bound > 0 ? HUGE_VAL : 0;
    for (size_t e = 0; e < plan->n_links; e++) {
        plan->prices[e] = w->flow.prices[e];
        plan->links[e].capacity_bps = w->rates->qkd[e].key_rate_bps;
        bool binds = w->flow.prices[e] * w->given.problem.capacity_bps[e] > BINDING * plan->bound;
        plan->links[e].shadow_price = binds ? w->flow.prices[e] : 0;
    }
}

static kh_status write_route(work *w, const kh_keyflow_route *from, kh_route *to, kh_error *err)
{
    to->links = KH_NEW(w->arena, kh_qkd_link_id, from->n_links);
    if (to->links == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a route of %zu links", from->n_links);
    for (size_t i = 0; i < from->n_links; i++) {
        to->links[i] = (kh_qkd_link_id){from->links[i]};
        w->plan->links[from->links[i]].used_bps += from->rate_bps;
    }
    to->n_links = from->n_links;
    to->rate_bps = from->rate_bps;
    return KH_OK;
}

/* Routes come demand by demand, the busiest of each first. */
static void sort_routes(kh_plan_demand *demand)
{
    for (size_t i = 1; i < demand->n_routes; i++) {
        kh_route route = demand->routes[i];
        size_t j = i;
        for (; j > 0 && demand->routes[j - 1].rate_bps < route.rate_bps; j--)
            demand->routes[j] = demand->routes[j - 1];
        demand->routes[j] = route;
    }
}

static kh_status write_routes(work *w, kh_error *err)
{
    kh_route *routes = KH_NEW(w->arena, kh_route, w->flow.n_routes);
    if (routes == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu routes", w->flow.n_routes);
    for (size_t r = 0; r < w->flow.n_routes; r++) {
        kh_plan_demand *demand = &w->plan->demands[w->given.sent[w->flow.routes[r].demand]];
        if (demand->n_routes == 0)
            demand->routes = &routes[r];
        demand->n_routes++;
        KH_TRY(write_route(w, &w->flow.routes[r], &routes[r], err));
    }
    for (size_t i = 0; i < w->given.problem.n_demands; i++)
        w->plan->demands[w->given.sent[i]].rate_bps = w->flow.rate_bps[i];
    for (size_t k = 0; k < w->plan->n_demands; k++) {
        kh_plan_demand *demand = &w->plan->demands[k];
        sort_routes(demand);
        for (size_t r = 0; r < demand->n_routes; r++)
            demand->carried_bps += demand->routes[r].rate_bps;
        if (w->plan->secrecy.kind == KH_SECRECY_NONE)
            demand->rate_bps = demand->carried_bps;
        demand->rate_bps = fmin(demand->rate_bps, demand->requested_bps);
        w->plan->n_met += demand->shortfall != KH_SHORTFALL_NOT_NEEDED && kh_plan_demand_is_met(demand);
    }
    return KH_OK;
}

static kh_status make_plan(work *w, const kh_optimise_options *options, kh_error *err)
{
    double deadline_s = options->time_limit_s > 0 ? kh_clock_s() + options->time_limit_s : HUGE_VAL;
    if (is_limited(options) && options->objective != KH_OBJECTIVE_CONCURRENT)
        return kh_fail(err, KH_ERANGE, "few routes or whole multiples are planned for the objective concurrent only, not for %s",
                       kh_objective_name(options->objective));
    KH_TRY(kh_given_make(w->net, w->rates, w->scratch, &w->given, err));
    KH_TRY(init(w, err));
    w->plan->objective = options->objective;
    KH_TRY(wish_secrecy(w, options, err));
    KH_TRY(solve(w, options, err));
    write_links(w);
    KH_TRY(write_routes(w, err));
    kh_explain_input input = {w->net, &w->given.problem, &w->flow, w->given.sent, deadline_s};
    KH_TRY(kh_explain_plan(&input, w->plan, w->arena, w->scratch, err));
    if (w->plan->secrecy.kind != KH_SECRECY_NONE)
        KH_TRY(kh_secrecy_explain(&w->secrecy, &w->flow, err));
    return kh_cost_compute(w->net, w->plan, &w->plan->cost, err);
}

kh_status kh_optimise(const kh_net *net, const kh_rates *rates, const kh_optimise_options *options, kh_arena *arena, kh_plan **plan,
                      kh_error *err)
{
    work w = {.net = net, .rates = rates, .arena = arena, .scratch = kh_arena_create(0)};
    if (w.scratch == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the optimiser");
    kh_status status = make_plan(&w, options, err);
    bool complete = w.flow.complete;
    kh_arena_destroy(w.scratch);
    if (status != KH_OK)
        return status;
    *plan = w.plan;
    if (!complete)
        return kh_fail(err, KH_TIMELIMIT, "the time limit of %g s passed: value %g, bound %g", options->time_limit_s, w.plan->value,
                       w.plan->bound);
    return KH_OK;
}
