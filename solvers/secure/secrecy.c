/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/secure/secrecy.h"

#include "core/base/clock.h"
#include "solvers/secure/secure.h"
#include "solvers/secure/survey.h"

#include <math.h>
#include <string.h>

static kh_status no_memory(kh_error *err)
{
    return kh_fail(err, KH_ENOMEM, "no memory for a plan of secret rates");
}

static kh_status list_coalitions(const kh_secrecy_work *w, kh_secure_problem *problem, kh_error *err)
{
    const kh_plan_secrecy *s = &w->plan->secrecy;
    kh_coalition *list = KH_NEW(w->scratch, kh_coalition, s->n_coalitions);
    if (list == NULL)
        return no_memory(err);
    for (size_t j = 0; j < s->n_coalitions; j++) {
        const kh_plan_coalition *c = &s->coalitions[j];
        uint32_t *nodes = KH_NEW(w->scratch, uint32_t, c->n_nodes), *links = KH_NEW(w->scratch, uint32_t, c->n_links);
        if (nodes == NULL || links == NULL)
            return no_memory(err);
        for (size_t i = 0; i < c->n_nodes; i++)
            nodes[i] = c->nodes[i].i;
        for (size_t i = 0; i < c->n_links; i++)
            links[i] = c->links[i].i;
        list[j] = (kh_coalition){nodes, links, c->n_nodes, c->n_links};
    }
    problem->coalitions = list;
    problem->n_coalitions = s->n_coalitions;
    return KH_OK;
}

/* The same demands without secrecy: what it costs. Without time what is known of it already must do. */
static kh_status solve_plain(const kh_secrecy_work *w, const kh_secure *secure, double deadline_s, kh_error *err)
{
    kh_keyflow_problem plain = w->given->problem;
    kh_keyflow_demand *demands = KH_NEW(w->scratch, kh_keyflow_demand, plain.n_demands);
    kh_keyflow flow;
    w->plan->secrecy.plain_value = secure->plain_value;
    w->plan->secrecy.plain_bound = secure->plain_bound;
    if (secure->n_levels > 0 && kh_clock_s() >= deadline_s)
        return KH_OK;
    if (demands == NULL)
        return no_memory(err);
    plain.n_demands = 0;
    for (size_t k = 0; k < w->given->problem.n_demands; k++)
        if (secure->joined[k])
            demands[plain.n_demands++] = w->given->problem.demands[k];
    plain.demands = demands;
    plain.max_min = false;
    plain.mps = NULL;
    plain.time_limit_s = fmax(deadline_s - kh_clock_s(), 0);
    KH_TRY(kh_keyflow_solve(&plain, w->scratch, &flow, err));
    w->plan->secrecy.plain_value = flow.value;
    w->plan->secrecy.plain_bound = fmin(flow.bound, w->plan->secrecy.plain_bound);
    return KH_OK;
}

static kh_status write_suspicions(const kh_secrecy_work *w, const kh_secure *secure, kh_error *err)
{
    kh_plan_secrecy *s = &w->plan->secrecy;
    s->suspicions = KH_NEW(w->arena, kh_suspicion, secure->n_suspicions);
    if (s->suspicions == NULL)
        return no_memory(err);
    s->n_suspicions = secure->n_suspicions;
    for (size_t i = 0; i < s->n_suspicions; i++) {
        s->suspicions[i] = secure->suspicions[i];
        s->suspicions[i].demand.i = w->given->sent[secure->suspicions[i].demand.i];
    }
    return KH_OK;
}

/* One link is as long as another: only whether a path exists counts. */
static kh_status find_joined(const kh_secrecy_work *w, bool *joined, kh_error *err)
{
    const kh_keyflow_problem *problem = &w->given->problem;
    kh_survey survey;
    double *length = KH_NEW(w->scratch, double, problem->graph.n_links);
    if (length == NULL)
        return no_memory(err);
    for (size_t e = 0; e < problem->graph.n_links; e++)
        length[e] = 1;
    KH_TRY(kh_survey_disjoint(problem, length, 1, KH_DISJOINT_NODES, w->scratch, &survey, err));
    for (size_t k = 0; k < problem->n_demands; k++)
        joined[k] = survey.n_ways[k] > 0;
    return KH_OK;
}

static kh_status write_flow(const kh_secrecy_work *w, const kh_secure *secure, kh_keyflow *flow, kh_error *err)
{
    size_t n = w->given->problem.n_demands;
    *flow = (kh_keyflow){.complete = secure->complete,
                         .value = secure->value,
                         .bound = secure->bound,
                         .prices = secure->prices,
                         .joined = KH_NEW(w->scratch, bool, n),
                         .rate_bps = secure->rate_bps,
                         .routes = secure->routes,
                         .n_routes = secure->n_routes,
                         .level_prices = secure->level_prices,
                         .level = secure->level,
                         .n_levels = secure->n_levels,
                         .level_of = KH_NEW(w->scratch, uint32_t, n)};
    if (flow->joined == NULL || flow->level_of == NULL)
        return no_memory(err);
    KH_TRY(find_joined(w, flow->joined, err));
    for (size_t k = 0; k < n; k++) /* a path that cannot be secret has no level of its own: it is explained in another way */
        flow->level_of[k] = secure->joined[k] ? secure->level_of[k] : flow->joined[k] ? 0 : KH_NO_INDEX;
    if (secure->n_levels > 0)
        return KH_OK;
    flow->level_prices = KH_NEW(w->scratch, double *, 1);
    if (flow->level_prices == NULL)
        return no_memory(err);
    flow->level_prices[0] = secure->prices;
    return KH_OK;
}

kh_status kh_secrecy_solve(kh_secrecy_work *w, kh_keyflow *flow, kh_error *err)
{
    const kh_plan_secrecy *wish = &w->plan->secrecy;
    kh_secure_problem problem = {.flow = w->given->problem, .secrecy = wish->kind, .colluders = wish->colluders};
    kh_secure secure;
    double deadline_s = kh_clock_s() + problem.flow.time_limit_s;
    KH_TRY(list_coalitions(w, &problem, err));
    KH_TRY(kh_secure_solve(&problem, w->scratch, &secure, err));
    KH_TRY(solve_plain(w, &secure, deadline_s - secure.afterwards_s, err));
    KH_TRY(write_suspicions(w, &secure, err));
    for (size_t k = 0; k < problem.flow.n_demands; k++)
        w->plan->demands[w->given->sent[k]].exposed_to = secure.exposed_to[k];
    w->possible = secure.joined;
    return write_flow(w, &secure, flow, err);
}

/* --- what cannot be secret -------------------------------------------------------------------------------------------------- */

/* The ways have the demand's first end as their root. */
static kh_status name_separator(const kh_secrecy_work *w, kh_disjoint_ways *ways, size_t demand, kh_error *err)
{
    const uint32_t *ends = w->given->problem.demands[demand].ends;
    kh_plan_demand *planned = &w->plan->demands[w->given->sent[demand]];
    uint32_t *nodes = KH_NEW(w->scratch, uint32_t, w->given->problem.graph.n_nodes);
    planned->exposed_at = KH_NEW(w->arena, kh_node_id, (size_t)w->plan->secrecy.colluders + 1);
    if (nodes == NULL || planned->exposed_at == NULL)
        return no_memory(err);
    (void)kh_disjoint_ways_find(ways, ends[1], (size_t)w->plan->secrecy.colluders + 1, KH_DISJOINT_NODES);
    planned->n_exposed_at = kh_disjoint_ways_separator(ways, nodes);
    for (size_t i = 0; i < planned->n_exposed_at; i++)
        planned->exposed_at[i].i = nodes[i];
    return KH_OK;
}

static bool is_exposed(const kh_secrecy_work *w, const kh_keyflow *flow, size_t demand)
{
    return flow->joined[demand] && !w->possible[demand];
}

/* One tree serves all demands that begin at its root. */
static kh_status name_separators(const kh_secrecy_work *w, const kh_keyflow *flow, kh_disjoint_ways *ways, const double *length,
                                 kh_error *err)
{
    const kh_keyflow_problem *problem = &w->given->problem;
    for (uint32_t v = 0; v < problem->graph.n_nodes; v++) {
        bool rooted = false;
        for (size_t k = 0; k < problem->n_demands; k++) {
            if (problem->demands[k].ends[0] != v || !is_exposed(w, flow, k))
                continue;
            if (!rooted)
                kh_disjoint_ways_root(ways, length, v);
            rooted = true;
            KH_TRY(name_separator(w, ways, k, err));
        }
    }
    return KH_OK;
}

kh_status kh_secrecy_explain(const kh_secrecy_work *w, const kh_keyflow *flow, kh_error *err)
{
    const kh_keyflow_problem *problem = &w->given->problem;
    bool *use = KH_NEW(w->scratch, bool, problem->graph.n_links);
    double *length = KH_NEW(w->scratch, double, problem->graph.n_links);
    if (use == NULL || length == NULL)
        return no_memory(err);
    for (size_t e = 0; e < problem->graph.n_links; e++) {
        use[e] = problem->capacity_bps[e] > 0;
        length[e] = 1;
    }
    kh_disjoint_ways *ways = kh_disjoint_ways_create(&problem->graph, use, w->scratch);
    if (ways == NULL)
        return no_memory(err);
    for (size_t k = 0; k < problem->n_demands; k++) {
        kh_plan_demand *planned = &w->plan->demands[w->given->sent[k]];
        if (!is_exposed(w, flow, k))
            continue;
        planned->shortfall = KH_SHORTFALL_EXPOSED;
        planned->cut = (kh_cut){0};
    }
    return w->plan->secrecy.kind != KH_SECRECY_COALITIONS ? name_separators(w, flow, ways, length, err) : KH_OK;
}
