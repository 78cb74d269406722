/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/verify/check.h"

#include <string.h>

/* --- who may collude -------------------------------------------------------------------------------------------------------- */

static const char *group_of_node(const kh_check *c, uint32_t node)
{
    uint32_t domain = c->net->nodes[node].domain.i;
    if (domain >= c->net->n_domains)
        return NULL;
    switch (c->plan->secrecy.group) {
    case KH_COALITION_OPERATOR:
        return c->net->domains[domain].operator_name;
    case KH_COALITION_COUNTRY:
        return c->net->domains[domain].country;
    case KH_COALITION_DOMAIN:
        return c->net->domains[domain].id;
    case KH_COALITION_VENDOR:
    case KH_COALITION_LISTED:
        break;
    }
    return NULL;
}

static const char *group_of_link(const kh_check *c, uint32_t link)
{
    uint32_t device = c->net->qkd_links[link].device.i;
    return c->plan->secrecy.group == KH_COALITION_VENDOR && device < c->net->n_devices ? c->net->devices[device].vendor : NULL;
}

static bool is_named(const char *group, const char *name)
{
    return group != NULL && group[0] != '\0' && strcmp(group, name) == 0;
}

/* False when a member is none of the network's. Marks nodes in mark, links in counted. */
static bool mark_members(kh_check *c, size_t coalition)
{
    const kh_plan_coalition *who = &c->plan->secrecy.coalitions[coalition];
    memset(c->mark, 0, c->net->n_nodes * sizeof *c->mark);
    memset(c->counted, 0, c->net->n_qkd_links * sizeof *c->counted);
    for (size_t i = 0; i < who->n_nodes; i++) {
        if (who->nodes[i].i >= c->net->n_nodes || c->mark[who->nodes[i].i])
            return false;
        c->mark[who->nodes[i].i] = true;
    }
    for (size_t i = 0; i < who->n_links; i++) {
        if (who->links[i].i >= c->net->n_qkd_links || c->counted[who->links[i].i])
            return false;
        c->counted[who->links[i].i] = true;
    }
    return true;
}

static void check_members(kh_check *c, size_t coalition)
{
    const char *name = c->plan->secrecy.coalitions[coalition].name;
    for (uint32_t v = 0; v < c->net->n_nodes; v++)
        if (is_named(group_of_node(c, v), name) != c->mark[v])
            KH_WRONG_PLAN(c, "node '%s' is %s the coalition '%s'", c->net->nodes[v].id, c->mark[v] ? "wrongly in" : "missing in",
                          name);
    for (uint32_t e = 0; e < c->net->n_qkd_links; e++)
        if (is_named(group_of_link(c, e), name) != c->counted[e])
            KH_WRONG_LINK(c, e, "is %s the coalition '%s'", c->counted[e] ? "wrongly in" : "missing in", name);
}

/* Every group of the network must have its coalition. */
static void check_named(const kh_check *c, const char *group)
{
    for (size_t j = 0; group != NULL && group[0] != '\0'; j++) {
        if (j == c->plan->secrecy.n_coalitions) {
            KH_WRONG_PLAN(c, "'%s' is no coalition of the plan", group);
            return;
        }
        if (strcmp(c->plan->secrecy.coalitions[j].name, group) == 0)
            return;
    }
}

static bool check_coalitions(kh_check *c)
{
    const kh_plan_secrecy *s = &c->plan->secrecy;
    if ((s->kind == KH_SECRECY_COALITIONS) != (s->n_coalitions > 0)) {
        KH_WRONG_PLAN(c, "%zu coalitions under secrecy %d", s->n_coalitions, (int)s->kind);
        return false;
    }
    for (size_t j = 0; j < s->n_coalitions; j++) {
        if (!mark_members(c, j)) {
            KH_WRONG_PLAN(c, "the coalition '%s' names what does not exist, or twice", s->coalitions[j].name);
            return false;
        }
        if (s->group != KH_COALITION_LISTED)
            check_members(c, j);
    }
    for (uint32_t v = 0; s->kind == KH_SECRECY_COALITIONS && v < c->net->n_nodes; v++)
        check_named(c, group_of_node(c, v));
    for (uint32_t e = 0; e < c->net->n_qkd_links; e++)
        check_named(c, group_of_link(c, e));
    return true;
}

/* --- secret rates ----------------------------------------------------------------------------------------------------------- */

/* The node after a hop; routes are sound when check_routes.c found nothing, and walks stay inside the arrays in any case. */
static uint32_t step(const kh_check *c, uint32_t link, uint32_t node)
{
    return kh_check_end(c, link, 0) == node ? kh_check_end(c, link, 1) : kh_check_end(c, link, 0);
}

static bool has_known_links(const kh_check *c, const kh_route *route)
{
    for (size_t i = 0; i < route->n_links; i++)
        if (route->links[i].i >= c->net->n_qkd_links)
            return false;
    return true;
}

/* Whether the marked nodes and counted links see the keys of the route. */
static bool is_seen(const kh_check *c, size_t k, const kh_route *route)
{
    uint32_t node = c->net->demands[k].between[0].i;
    for (size_t i = 0; i < route->n_links; i++) {
        if ((i > 0 && c->mark[node]) || c->counted[route->links[i].i])
            return true;
        node = step(c, route->links[i].i, node);
    }
    return false;
}

static void lower_by_coalition(const kh_check *c, double *secret_bps)
{
    for (size_t k = 0; k < c->plan->n_demands; k++) {
        const kh_plan_demand *planned = &c->plan->demands[k];
        const kh_node_id *between = c->net->demands[k].between;
        double hidden_bps = 0;
        if (c->mark[between[0].i] || c->mark[between[1].i])
            continue;
        for (size_t r = 0; r < planned->n_routes; r++)
            if (!is_seen(c, k, &planned->routes[r]))
                hidden_bps += planned->routes[r].rate_bps;
        secret_bps[k] = fmin(secret_bps[k], hidden_bps);
    }
}

/* c->distance: what each node relays. */
static double without_worst_relays(const kh_check *c, size_t k)
{
    const kh_plan_demand *planned = &c->plan->demands[k];
    double secret_bps = planned->carried_bps;
    memset(c->distance, 0, c->net->n_nodes * sizeof *c->distance);
    for (size_t r = 0; r < planned->n_routes; r++) {
        uint32_t node = c->net->demands[k].between[0].i;
        for (size_t i = 0; i + 1 < planned->routes[r].n_links; i++) {
            node = step(c, planned->routes[r].links[i].i, node);
            c->distance[node] += planned->routes[r].rate_bps;
        }
    }
    for (uint32_t i = 0; i < c->plan->secrecy.colluders && i < c->net->n_nodes; i++) {
        uint32_t worst = 0;
        for (uint32_t v = 1; v < c->net->n_nodes; v++)
            if (c->distance[v] > c->distance[worst])
                worst = v;
        secret_bps -= c->distance[worst];
        c->distance[worst] = 0;
    }
    return secret_bps;
}

/* One set of t + 1 routes: equal rates, no node or link in common. */
static void check_set(const kh_check *c, size_t k, const kh_route *routes)
{
    memset(c->mark, 0, c->net->n_nodes * sizeof *c->mark);
    memset(c->counted, 0, c->net->n_qkd_links * sizeof *c->counted);
    for (uint32_t r = 0; r <= c->plan->secrecy.colluders; r++) {
        uint32_t node = c->net->demands[k].between[0].i;
        if (!kh_check_same(routes[r].rate_bps, routes[0].rate_bps))
            KH_WRONG_DEMAND(c, k, "shares of one key have rates of %g and %g bit/s", routes[r].rate_bps, routes[0].rate_bps);
        for (size_t i = 0; i < routes[r].n_links; i++) {
            uint32_t e = routes[r].links[i].i;
            if (c->counted[e] || (i > 0 && c->mark[node]))
                KH_WRONG_DEMAND(c, k, "two shares of one key pass '%s'", c->net->nodes[node].id);
            c->counted[e] = true;
            c->mark[node] = c->mark[node] || i > 0;
            node = step(c, e, node);
        }
    }
}

static double of_disjoint_sets(const kh_check *c, size_t k)
{
    const kh_plan_demand *planned = &c->plan->demands[k];
    size_t in_set = (size_t)c->plan->secrecy.colluders + 1;
    double secret_bps = 0;
    if (planned->n_routes % in_set != 0)
        KH_WRONG_DEMAND(c, k, "%zu routes are no sets of %zu", planned->n_routes, in_set);
    for (size_t r = 0; r + in_set <= planned->n_routes; r += in_set) {
        check_set(c, k, &planned->routes[r]);
        secret_bps += planned->routes[r].rate_bps;
    }
    return secret_bps;
}

static bool find_secret(kh_check *c, double *secret_bps)
{
    for (size_t k = 0; k < c->plan->n_demands; k++) {
        secret_bps[k] = c->plan->demands[k].carried_bps;
        for (size_t r = 0; r < c->plan->demands[k].n_routes; r++)
            if (!has_known_links(c, &c->plan->demands[k].routes[r]))
                return false; /* told where routes are checked */
    }
    for (size_t k = 0; k < c->plan->n_demands; k++) {
        if (c->plan->secrecy.kind == KH_SECRECY_RAMP)
            secret_bps[k] = without_worst_relays(c, k);
        if (c->plan->secrecy.kind == KH_SECRECY_DISJOINT)
            secret_bps[k] = of_disjoint_sets(c, k);
    }
    for (size_t j = 0; j < c->plan->secrecy.n_coalitions; j++)
        if (mark_members(c, j))
            lower_by_coalition(c, secret_bps);
    return true;
}

static void check_secret_rates(kh_check *c, double *secret_bps)
{
    if (!find_secret(c, secret_bps))
        return;
    for (size_t k = 0; k < c->plan->n_demands; k++) {
        const kh_plan_demand *planned = &c->plan->demands[k];
        double rounding_bps = KH_CHECK_SAME * fmax(planned->carried_bps, planned->rate_bps);
        if (!(fabs(planned->rate_bps - secret_bps[k]) <= rounding_bps))
            KH_WRONG_DEMAND(c, k, "gets %g bit/s, but its routes keep %g secret", planned->rate_bps, secret_bps[k]);
    }
}

/* --- what cannot be secret -------------------------------------------------------------------------------------------------- */

static size_t count_direct(const kh_check *c, size_t k)
{
    const kh_node_id *between = c->net->demands[k].between;
    size_t n = 0;
    for (uint32_t e = 0; e < c->net->n_qkd_links; e++) {
        uint32_t a = kh_check_end(c, e, 0), b = kh_check_end(c, e, 1);
        bool joins = (a == between[0].i && b == between[1].i) || (b == between[0].i && a == between[1].i);
        n += joins && c->capacity_bps[e] > 0;
    }
    return n;
}

static bool mark_exposing(kh_check *c, size_t k)
{
    const kh_plan_demand *planned = &c->plan->demands[k];
    if (c->plan->secrecy.kind == KH_SECRECY_COALITIONS)
        return planned->exposed_to < c->plan->secrecy.n_coalitions && mark_members(c, planned->exposed_to);
    memset(c->mark, 0, c->net->n_nodes * sizeof *c->mark);
    memset(c->counted, 0, c->net->n_qkd_links * sizeof *c->counted);
    for (size_t i = 0; i < planned->n_exposed_at; i++) {
        if (planned->exposed_at[i].i >= c->net->n_nodes || c->mark[planned->exposed_at[i].i])
            return false;
        c->mark[planned->exposed_at[i].i] = true;
    }
    return true;
}

/* Whether a way remains past those marked and counted; with @p skip_direct not by a link between the ends. */
static bool can_pass(kh_check *c, size_t k, bool skip_direct)
{
    const kh_node_id *between = c->net->demands[k].between;
    memset(c->serves, 0, c->net->n_nodes * sizeof *c->serves); /* reached */
    c->serves[between[0].i] = true;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t e = 0; e < c->net->n_qkd_links; e++)
            for (int turn = 0; turn < 2 && c->capacity_bps[e] > 0 && !c->counted[e]; turn++) {
                uint32_t from = kh_check_end(c, e, turn), to = kh_check_end(c, e, 1 - turn);
                bool starts = from == between[0].i, leaves = starts || (c->relays[from] && !c->mark[from]);
                if (!c->serves[from] || c->serves[to] || !leaves || (skip_direct && starts && to == between[1].i))
                    continue;
                c->serves[to] = changed = true;
            }
    }
    return c->serves[between[1].i];
}

static void check_exposed(kh_check *c, size_t k)
{
    const kh_plan_demand *planned = &c->plan->demands[k];
    const kh_node_id *between = c->net->demands[k].between;
    kh_secrecy kind = c->plan->secrecy.kind;
    if (!mark_exposing(c, k) || c->mark[between[0].i] || c->mark[between[1].i]) {
        KH_WRONG_DEMAND(c, k, "%s", "is said to be exposed, but not to whom");
        return;
    }
    size_t n_direct = count_direct(c, k);
    if (kind == KH_SECRECY_RAMP && n_direct > 0)
        KH_WRONG_DEMAND(c, k, "%s", "is said to be exposed and has a link of its own");
    if (kind != KH_SECRECY_COALITIONS && planned->n_exposed_at + n_direct > c->plan->secrecy.colluders)
        KH_WRONG_DEMAND(c, k, "%zu nodes and %zu direct links are too many to expose it", planned->n_exposed_at, n_direct);
    if (can_pass(c, k, kind == KH_SECRECY_DISJOINT))
        KH_WRONG_DEMAND(c, k, "%s", "is said to be exposed, but there is a way past those named");
    if (planned->n_routes > 0)
        KH_WRONG_DEMAND(c, k, "%s", "is said to be exposed and has routes");
}

/* --- all of it -------------------------------------------------------------------------------------------------------------- */

static bool check_wish(const kh_check *c)
{
    const kh_plan_secrecy *s = &c->plan->secrecy;
    bool known = s->kind == KH_SECRECY_DISJOINT || s->kind == KH_SECRECY_RAMP || s->kind == KH_SECRECY_COALITIONS;
    bool sound = known && s->colluders >= 1 && (s->kind != KH_SECRECY_COALITIONS || s->colluders == 1) &&
                 c->plan->objective != KH_OBJECTIVE_TOTAL;
    if (!sound)
        KH_WRONG_PLAN(c, "secrecy %d against %u at once under objective %d is none", (int)s->kind, s->colluders,
                      (int)c->plan->objective);
    return sound;
}

static kh_status check_kept(kh_check *c, kh_arena *arena, kh_error *err)
{
    double *secret_bps = KH_NEW(arena, double, c->plan->n_demands);
    if (secret_bps == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to verify the secrecy of %zu demands", c->plan->n_demands);
    if (!check_wish(c) || !check_coalitions(c))
        return KH_OK;
    check_secret_rates(c, secret_bps);
    for (size_t k = 0; k < c->plan->n_demands; k++)
        if (c->plan->demands[k].shortfall == KH_SHORTFALL_EXPOSED)
            check_exposed(c, k);
    if (!(c->plan->value <= c->plan->secrecy.plain_bound * (1 + KH_CHECK_SAME)) && c->plan->value > 0)
        KH_WRONG_PLAN(c, "the value %.12g is above the bound %.12g without secrecy", c->plan->value, c->plan->secrecy.plain_bound);
    return kh_check_worth(c, arena, err);
}

kh_status kh_check_secrecy(kh_check *c, kh_arena *arena, kh_error *err)
{
    const kh_plan_secrecy *s = &c->plan->secrecy;
    memcpy(c->worth, c->length, c->plan->n_demands * sizeof *c->worth);
    if (s->kind != KH_SECRECY_NONE)
        return check_kept(c, arena, err);
    if (s->n_coalitions > 0 || s->n_suspicions > 0)
        KH_WRONG_PLAN(c, "%s", "nothing is secret from relays, yet colluders are named");
    for (size_t k = 0; k < c->plan->n_demands; k++)
        if (!kh_check_same(c->plan->demands[k].rate_bps, c->plan->demands[k].carried_bps))
            KH_WRONG_DEMAND(c, k, "gets %g bit/s, but its routes carry %g", c->plan->demands[k].rate_bps,
                            c->plan->demands[k].carried_bps);
    return KH_OK;
}
