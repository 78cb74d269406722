/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/verify/check.h"

#include <string.h>

static void check_relay(const kh_check *c, size_t k, uint32_t node)
{
    if (!c->relays[node])
        KH_WRONG_DEMAND(c, k, "relayed at '%s', which is not trusted to", c->net->nodes[node].id);
}

static bool check_hop(const kh_check *c, size_t k, uint32_t link, uint32_t *node)
{
    if (link >= c->net->n_qkd_links) {
        KH_WRONG_DEMAND(c, k, "a route names link %u of %zu", link, c->net->n_qkd_links);
        return false;
    }
    if (!(c->capacity_bps[link] > 0))
        KH_WRONG_DEMAND(c, k, "a route uses link '%s', which carries no key", c->net->qkd_links[link].id);
    uint32_t a = kh_check_end(c, link, 0), b = kh_check_end(c, link, 1);
    if (a != *node && b != *node) {
        KH_WRONG_DEMAND(c, k, "a route breaks before link '%s'", c->net->qkd_links[link].id);
        return false;
    }
    *node = a == *node ? b : a;
    if (c->mark[*node])
        KH_WRONG_DEMAND(c, k, "a route passes '%s' twice", c->net->nodes[*node].id);
    c->mark[*node] = true;
    return true;
}

void kh_check_route(const kh_check *c, size_t k, const kh_route *route)
{
    const kh_node_id *between = c->net->demands[k].between;
    uint32_t node = between[0].i;
    memset(c->mark, 0, c->net->n_nodes * sizeof *c->mark);
    c->mark[node] = true;
    if (!(route->rate_bps > 0) || isinf(route->rate_bps))
        KH_WRONG_DEMAND(c, k, "a route has a rate of %g bit/s", route->rate_bps);
    for (size_t i = 0; i < route->n_links; i++) {
        if (i > 0)
            check_relay(c, k, node);
        if (!check_hop(c, k, route->links[i].i, &node))
            return;
        c->used_bps[route->links[i].i] += route->rate_bps;
    }
    if (node != between[1].i)
        KH_WRONG_DEMAND(c, k, "a route ends at '%s' instead of '%s'", c->net->nodes[node].id, c->net->nodes[between[1].i].id);
}

static void check_demand_rate(const kh_check *c, size_t k)
{
    const kh_plan_demand *planned = &c->plan->demands[k];
    double asked_bps = kh_check_asks(c, k) ? c->net->demands[k].rate_bps : 0, sum_bps = 0;
    for (size_t r = 0; r < planned->n_routes; r++)
        sum_bps += planned->routes[r].rate_bps;
    if (!kh_check_same(planned->requested_bps, asked_bps))
        KH_WRONG_DEMAND(c, k, "the plan says %g bit/s are asked for, the topology %g", planned->requested_bps, asked_bps);
    if (!kh_check_same(planned->carried_bps, sum_bps))
        KH_WRONG_DEMAND(c, k, "is said to be carried %g bit/s, its routes carry %g", planned->carried_bps, sum_bps);
    if (!(planned->rate_bps <= asked_bps * (1 + KH_CHECK_SAME)))
        KH_WRONG_DEMAND(c, k, "gets %g bit/s, more than the %g asked for", planned->rate_bps, asked_bps);
}

static void check_links(const kh_check *c)
{
    for (size_t e = 0; e < c->plan->n_links; e++) {
        const kh_plan_link *link = &c->plan->links[e];
        if (!kh_check_same(link->capacity_bps, c->rates->qkd[e].key_rate_bps))
            KH_WRONG_LINK(c, e, "the plan says %g bit/s of key, the rates %g", link->capacity_bps, c->rates->qkd[e].key_rate_bps);
        if (!kh_check_same(link->used_bps, c->used_bps[e]))
            KH_WRONG_LINK(c, e, "the plan says %g bit/s are used, the routes use %g", link->used_bps, c->used_bps[e]);
        if (c->used_bps[e] > c->capacity_bps[e] * (1 + KH_CHECK_SAME))
            KH_WRONG_LINK(c, e, "%g bit/s are used of %g", c->used_bps[e], c->capacity_bps[e]);
    }
}

void kh_check_routes(kh_check *c)
{
    for (size_t k = 0; k < c->plan->n_demands; k++) {
        for (size_t r = 0; r < c->plan->demands[k].n_routes; r++)
            kh_check_route(c, k, &c->plan->demands[k].routes[r]);
        check_demand_rate(c, k);
    }
    check_links(c);
}
