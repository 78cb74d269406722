/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/verify.h"

#include "core/base/arena.h"

#include <math.h>
#include <string.h>

/* Nothing here is shared with the optimiser on purpose: an error there must not hide itself. */

static const double SAME = 1e-9;     /* relative difference of two ways to the same number */
static const double NOTHING = 1e-12; /* a share of a demand below what LP solvers resolve */

typedef struct check {
    const kh_net *net;
    const kh_rates *rates;
    const kh_plan *plan;
    kh_findings *findings;
    bool *holds, *relays; /* [n_nodes] */
    double *capacity_bps; /* [n_links] 0 where no key can flow */
    double *used_bps;     /* [n_links] recomputed */
    double *distance;     /* [n_nodes] */
    double *weight;       /* [n_links] */
    double *length;       /* [n_demands] distance under the prices, INFINITY without a path */
    bool *mark, *serves;  /* [n_nodes] on the route or the side at hand; may pass key across the cut at hand */
    bool *counted;        /* [n_links] */
} check;

static const kh_place NOWHERE;

#define WRONG(c, place, ...) kh_findings_add((c)->findings, KH_ERROR, (place), NULL, __VA_ARGS__)
#define WRONG_DEMAND(c, k, format, ...)                                                                                            \
    WRONG(c, (c)->net->demands[k].place, "demand '%s': " format, (c)->net->demands[k].id, __VA_ARGS__)
#define WRONG_LINK(c, e, format, ...)                                                                                              \
    WRONG(c, (c)->net->qkd_links[e].place, "link '%s': " format, (c)->net->qkd_links[e].id, __VA_ARGS__)

static bool is_same(double a, double b)
{
    return fabs(a - b) <= SAME * fmax(fabs(a), fabs(b));
}

static uint32_t end_of(const check *c, uint32_t link, int which)
{
    return c->net->qkd_links[link].ends[which].i;
}

static bool asks(const check *c, size_t k)
{
    const kh_demand *demand = &c->net->demands[k];
    return demand->security == KH_SECURITY_QKD || demand->security == KH_SECURITY_HYBRID;
}

/* Bellman-Ford from one node; only the source and relays pass anything on. */
static void measure_from(check *c, uint32_t source)
{
    for (size_t v = 0; v < c->net->n_nodes; v++)
        c->distance[v] = HUGE_VAL;
    c->distance[source] = 0;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t e = 0; e < c->net->n_qkd_links; e++)
            for (int turn = 0; turn < 2 && c->capacity_bps[e] > 0; turn++) {
                uint32_t from = end_of(c, e, turn), to = end_of(c, e, 1 - turn);
                double distance = c->distance[from] + c->weight[e];
                if ((c->relays[from] || from == source) && distance < c->distance[to]) {
                    c->distance[to] = distance;
                    changed = true;
                }
            }
    }
}

static void measure_demands(check *c)
{
    for (size_t e = 0; e < c->plan->n_links; e++)
        c->weight[e] = fmax(c->plan->prices[e], 0); /* a bad price is reported where the bound is checked */
    for (uint32_t v = 0; v < c->net->n_nodes; v++) {
        bool measured = false;
        for (size_t k = 0; k < c->net->n_demands; k++) {
            if (c->net->demands[k].between[0].i != v)
                continue;
            if (!measured)
                measure_from(c, v);
            measured = true;
            c->length[k] = c->distance[c->net->demands[k].between[1].i];
        }
    }
}

static bool is_joined(const check *c, size_t k)
{
    return asks(c, k) && c->net->demands[k].rate_bps > 0 && !isinf(c->length[k]);
}

/* --- routes ------------------------------------------------------------------------------------------------------------- */

static void check_relay(const check *c, size_t k, uint32_t node)
{
    if (!c->relays[node])
        WRONG_DEMAND(c, k, "relayed at '%s', which is not trusted to", c->net->nodes[node].id);
}

static bool check_hop(const check *c, size_t k, uint32_t link, uint32_t *node)
{
    if (link >= c->net->n_qkd_links) {
        WRONG_DEMAND(c, k, "a route names link %u of %zu", link, c->net->n_qkd_links);
        return false;
    }
    if (!(c->capacity_bps[link] > 0))
        WRONG_DEMAND(c, k, "a route uses link '%s', which carries no key", c->net->qkd_links[link].id);
    uint32_t a = end_of(c, link, 0), b = end_of(c, link, 1);
    if (a != *node && b != *node) {
        WRONG_DEMAND(c, k, "a route breaks before link '%s'", c->net->qkd_links[link].id);
        return false;
    }
    *node = a == *node ? b : a;
    if (c->mark[*node])
        WRONG_DEMAND(c, k, "a route passes '%s' twice", c->net->nodes[*node].id);
    c->mark[*node] = true;
    return true;
}

static void check_route(const check *c, size_t k, const kh_route *route)
{
    const kh_node_id *between = c->net->demands[k].between;
    uint32_t node = between[0].i;
    memset(c->mark, 0, c->net->n_nodes * sizeof *c->mark);
    c->mark[node] = true;
    if (!(route->rate_bps > 0) || isinf(route->rate_bps))
        WRONG_DEMAND(c, k, "a route has a rate of %g bit/s", route->rate_bps);
    for (size_t i = 0; i < route->n_links; i++) {
        if (i > 0)
            check_relay(c, k, node);
        if (!check_hop(c, k, route->links[i].i, &node))
            return;
        c->used_bps[route->links[i].i] += route->rate_bps;
    }
    if (node != between[1].i)
        WRONG_DEMAND(c, k, "a route ends at '%s' instead of '%s'", c->net->nodes[node].id, c->net->nodes[between[1].i].id);
}

static void check_demand_rate(const check *c, size_t k)
{
    const kh_plan_demand *planned = &c->plan->demands[k];
    double asked_bps = asks(c, k) ? c->net->demands[k].rate_bps : 0, sum_bps = 0;
    for (size_t r = 0; r < planned->n_routes; r++)
        sum_bps += planned->routes[r].rate_bps;
    if (!is_same(planned->requested_bps, asked_bps))
        WRONG_DEMAND(c, k, "the plan says %g bit/s are asked for, the topology %g", planned->requested_bps, asked_bps);
    if (!is_same(planned->rate_bps, sum_bps))
        WRONG_DEMAND(c, k, "gets %g bit/s, but its routes carry %g", planned->rate_bps, sum_bps);
    if (!(planned->rate_bps <= asked_bps * (1 + SAME)))
        WRONG_DEMAND(c, k, "gets %g bit/s, more than the %g asked for", planned->rate_bps, asked_bps);
}

static void check_links(const check *c)
{
    for (size_t e = 0; e < c->plan->n_links; e++) {
        const kh_plan_link *link = &c->plan->links[e];
        if (!is_same(link->capacity_bps, c->rates->qkd[e].key_rate_bps))
            WRONG_LINK(c, e, "the plan says %g bit/s of key, the rates %g", link->capacity_bps, c->rates->qkd[e].key_rate_bps);
        if (!is_same(link->used_bps, c->used_bps[e]))
            WRONG_LINK(c, e, "the plan says %g bit/s are used, the routes use %g", link->used_bps, c->used_bps[e]);
        if (c->used_bps[e] > c->capacity_bps[e] * (1 + SAME))
            WRONG_LINK(c, e, "%g bit/s are used of %g", c->used_bps[e], c->capacity_bps[e]);
    }
}

/* --- value and bound ----------------------------------------------------------------------------------------------------- */

/* Lowest share of the demands with a path, times how far all routes can be stretched together. */
static double recomputed_value(const check *c)
{
    double lowest = HUGE_VAL, stretch = HUGE_VAL;
    for (size_t k = 0; k < c->plan->n_demands; k++)
        if (is_joined(c, k))
            lowest = fmin(lowest, c->plan->demands[k].rate_bps / c->net->demands[k].rate_bps);
    for (size_t e = 0; e < c->plan->n_links; e++)
        if (c->used_bps[e] > 0)
            stretch = fmin(stretch, c->capacity_bps[e] / c->used_bps[e]);
    return isinf(lowest) || isinf(stretch) ? 0 : lowest * stretch;
}

static void check_prices(const check *c, double priced, double asked)
{
    for (size_t e = 0; e < c->plan->n_links; e++) {
        double price = c->plan->prices[e], shadow = c->plan->links[e].shadow_price;
        bool is_small = shadow <= 0 && shadow >= 0 && price * c->capacity_bps[e] <= SAME * priced;
        if (!is_small && !is_same(shadow, price / asked))
            WRONG_LINK(c, e, "the shadow price is %g, the certificate says %g", shadow, price / asked);
    }
}

static void check_bound(const check *c)
{
    double priced = 0, asked = 0;
    for (size_t e = 0; e < c->plan->n_links; e++) {
        double price = c->plan->prices[e];
        if (!(price >= 0) || isinf(price)) {
            WRONG_LINK(c, e, "the price %g is no certificate, it must be finite and >= 0", price);
            return;
        }
        priced += c->capacity_bps[e] * price;
    }
    for (size_t k = 0; k < c->plan->n_demands; k++)
        if (is_joined(c, k))
            asked += c->net->demands[k].rate_bps * c->length[k];
    double value = recomputed_value(c), bound = asked > 0 ? priced / asked : 0;
    double gap = value > 0 ? fmax(bound / value - 1, 0) : 0;
    if (!is_same(c->plan->value, value))
        WRONG(c, NOWHERE, "the value is %.12g, the routes carry %.12g", c->plan->value, value);
    if (!is_same(c->plan->bound, bound))
        WRONG(c, NOWHERE, "the bound is %.12g, the prices prove %.12g", c->plan->bound, bound);
    if (!is_same(1 + c->plan->gap, 1 + gap))
        WRONG(c, NOWHERE, "the gap is %g, value and bound leave %g", c->plan->gap, gap);
    if (value > bound * (1 + SAME) + NOTHING)
        WRONG(c, NOWHERE, "the value %.12g is above the bound %.12g", value, bound);
    if (asked > 0)
        check_prices(c, priced, asked);
}

/* --- shortfalls and cuts ------------------------------------------------------------------------------------------------- */

static bool parts(const check *c, size_t k)
{
    return c->mark[c->net->demands[k].between[0].i] != c->mark[c->net->demands[k].between[1].i];
}

static double asked_across(const check *c, bool joined)
{
    double sum_bps = 0;
    for (size_t k = 0; k < c->plan->n_demands; k++)
        if (asks(c, k) && c->net->demands[k].rate_bps > 0 && is_joined(c, k) == joined && parts(c, k))
            sum_bps += c->net->demands[k].rate_bps;
    return sum_bps;
}

/* A node that does not relay is passed only by key that starts or ends there. */
static void mark_serving(const check *c)
{
    for (size_t v = 0; v < c->net->n_nodes; v++)
        c->serves[v] = c->relays[v];
    for (size_t k = 0; k < c->plan->n_demands; k++)
        if (is_joined(c, k) && parts(c, k))
            c->serves[c->net->demands[k].between[0].i] = c->serves[c->net->demands[k].between[1].i] = true;
}

static bool crosses(const check *c, uint32_t e)
{
    uint32_t a = end_of(c, e, 0), b = end_of(c, e, 1);
    return c->capacity_bps[e] > 0 && c->mark[a] != c->mark[b];
}

static void check_capacity_cut(const check *c, size_t k, const kh_cut *cut)
{
    memset(c->counted, 0, c->net->n_qkd_links * sizeof *c->counted);
    for (size_t i = 0; i < cut->n_links; i++)
        if (cut->links[i].i < c->net->n_qkd_links)
            c->counted[cut->links[i].i] = true;
    mark_serving(c);
    double capacity_bps = 0;
    for (uint32_t e = 0; e < c->net->n_qkd_links; e++) {
        bool across = crosses(c, e) && c->serves[end_of(c, e, 0)] && c->serves[end_of(c, e, 1)];
        if (across != c->counted[e])
            WRONG_DEMAND(c, k, "link '%s' %s its cut", c->net->qkd_links[e].id, across ? "is missing in" : "does not belong to");
        if (across)
            capacity_bps += c->capacity_bps[e];
    }
    double requested_bps = asked_across(c, true);
    if (!is_same(cut->capacity_bps, capacity_bps))
        WRONG_DEMAND(c, k, "its cut is said to carry %g bit/s, the links carry %g", cut->capacity_bps, capacity_bps);
    if (!is_same(cut->requested_bps, requested_bps))
        WRONG_DEMAND(c, k, "%g bit/s are said to be asked across its cut, it is %g", cut->requested_bps, requested_bps);
}

static void check_lost_cut(const check *c, size_t k, const kh_plan_demand *planned)
{
    const kh_cut *cut = &planned->cut;
    bool by_trust = planned->shortfall == KH_SHORTFALL_UNTRUSTED;
    for (uint32_t e = 0; e < c->net->n_qkd_links; e++) {
        if (!crosses(c, e))
            continue;
        uint32_t outer = c->mark[end_of(c, e, 0)] ? end_of(c, e, 1) : end_of(c, e, 0);
        if (!by_trust || c->relays[outer] || outer == c->net->demands[k].between[1].i)
            WRONG_DEMAND(c, k, "link '%s' leads out of the cut that is said to be closed", c->net->qkd_links[e].id);
    }
    double requested_bps = asked_across(c, false);
    if (cut->n_links > 0 || cut->capacity_bps > 0)
        WRONG_DEMAND(c, k, "has no path, yet its cut is said to carry %g bit/s", cut->capacity_bps);
    if (!is_same(cut->requested_bps, requested_bps))
        WRONG_DEMAND(c, k, "%g bit/s are said to be asked across its cut, it is %g", cut->requested_bps, requested_bps);
}

/* With the named nodes trusted the demand must have a path. Changes relays for the time of the call. */
static void check_remedy(check *c, size_t k, const kh_cut *cut)
{
    if (cut->n_untrusted == 0)
        WRONG_DEMAND(c, k, "%s", "no untrusted node is named that would help");
    for (size_t i = 0; i < cut->n_untrusted; i++) {
        uint32_t v = cut->untrusted[i].i;
        if (v >= c->net->n_nodes || c->relays[v] || !c->holds[v]) {
            WRONG_DEMAND(c, k, "node %u is named as untrusted and is not", v);
            return;
        }
    }
    for (size_t i = 0; i < cut->n_untrusted; i++)
        c->relays[cut->untrusted[i].i] = true;
    measure_from(c, c->net->demands[k].between[0].i);
    if (isinf(c->distance[c->net->demands[k].between[1].i]))
        WRONG_DEMAND(c, k, "%s", "trusting the named nodes gives no path");
    for (size_t i = 0; i < cut->n_untrusted; i++)
        c->relays[cut->untrusted[i].i] = false;
}

static bool mark_side(const check *c, size_t k, const kh_cut *cut)
{
    memset(c->mark, 0, c->net->n_nodes * sizeof *c->mark);
    for (size_t i = 0; i < cut->n_side; i++) {
        if (cut->side[i].i >= c->net->n_nodes) {
            WRONG_DEMAND(c, k, "its cut names node %u of %zu", cut->side[i].i, c->net->n_nodes);
            return false;
        }
        c->mark[cut->side[i].i] = true;
    }
    const kh_node_id *between = c->net->demands[k].between;
    if (!c->mark[between[0].i] || c->mark[between[1].i]) {
        WRONG_DEMAND(c, k, "%s", "its cut does not part its ends");
        return false;
    }
    return true;
}

static kh_shortfall expected_shortfall(const check *c, size_t k)
{
    const kh_plan_demand *planned = &c->plan->demands[k];
    if (!asks(c, k))
        return KH_SHORTFALL_NOT_NEEDED;
    if (planned->rate_bps >= c->net->demands[k].rate_bps * (1 - SAME))
        return KH_SHORTFALL_NONE;
    if (is_joined(c, k))
        return KH_SHORTFALL_CAPACITY;
    return planned->shortfall == KH_SHORTFALL_UNTRUSTED ? KH_SHORTFALL_UNTRUSTED : KH_SHORTFALL_NO_PATH;
}

static void check_shortfall(check *c, size_t k)
{
    const kh_plan_demand *planned = &c->plan->demands[k];
    kh_shortfall expected = expected_shortfall(c, k);
    if (planned->shortfall != expected) {
        WRONG_DEMAND(c, k, "the reason of its shortfall is %d, must be %d", (int)planned->shortfall, (int)expected);
        return;
    }
    if (expected == KH_SHORTFALL_NONE || expected == KH_SHORTFALL_NOT_NEEDED || !mark_side(c, k, &planned->cut))
        return;
    if (expected == KH_SHORTFALL_CAPACITY) {
        check_capacity_cut(c, k, &planned->cut);
        return;
    }
    check_lost_cut(c, k, planned);
    if (expected == KH_SHORTFALL_UNTRUSTED)
        check_remedy(c, k, &planned->cut);
}

static void check_counts(const check *c)
{
    size_t n_asking = 0, n_met = 0;
    for (size_t k = 0; k < c->plan->n_demands; k++) {
        n_asking += asks(c, k);
        n_met += asks(c, k) && c->plan->demands[k].rate_bps >= c->net->demands[k].rate_bps * (1 - SAME);
    }
    if (c->plan->n_asking != n_asking || c->plan->n_met != n_met)
        WRONG(c, NOWHERE, "the plan says %zu of %zu demands are met, it is %zu of %zu", c->plan->n_met, c->plan->n_asking, n_met,
              n_asking);
}

/* --- all of it ------------------------------------------------------------------------------------------------------------ */

static bool check_sizes(const check *c)
{
    if (c->plan->n_demands == c->net->n_demands && c->plan->n_links == c->net->n_qkd_links &&
        c->rates->n_qkd == c->net->n_qkd_links)
        return true;
    WRONG(c, NOWHERE, "a plan of %zu links and %zu demands, rates of %zu links, a network of %zu links and %zu demands",
          c->plan->n_links, c->plan->n_demands, c->rates->n_qkd, c->net->n_qkd_links, c->net->n_demands);
    return false;
}

static void look_up(check *c)
{
    for (size_t v = 0; v < c->net->n_nodes; v++) {
        kh_node_kind kind = c->net->nodes[v].kind;
        c->holds[v] = kind != KH_NODE_SWITCH && kind != KH_NODE_AMPLIFIER;
        c->relays[v] = c->holds[v] && c->net->nodes[v].trusted;
    }
    for (uint32_t e = 0; e < c->net->n_qkd_links; e++) {
        uint32_t a = end_of(c, e, 0), b = end_of(c, e, 1);
        c->capacity_bps[e] = a != b && c->holds[a] && c->holds[b] ? c->rates->qkd[e].key_rate_bps : 0;
    }
}

static void check_all(check *c)
{
    look_up(c);
    measure_demands(c);
    for (size_t k = 0; k < c->plan->n_demands; k++) {
        for (size_t r = 0; r < c->plan->demands[k].n_routes; r++)
            check_route(c, k, &c->plan->demands[k].routes[r]);
        check_demand_rate(c, k);
    }
    check_links(c);
    check_bound(c);
    for (size_t k = 0; k < c->plan->n_demands; k++)
        check_shortfall(c, k);
    check_counts(c);
}

static kh_status allocate(check *c, kh_arena *arena, kh_error *err)
{
    size_t n = c->net->n_nodes, m = c->net->n_qkd_links;
    c->holds = KH_NEW(arena, bool, n);
    c->relays = KH_NEW(arena, bool, n);
    c->mark = KH_NEW(arena, bool, n);
    c->serves = KH_NEW(arena, bool, n);
    c->distance = KH_NEW(arena, double, n);
    c->capacity_bps = KH_NEW(arena, double, m);
    c->used_bps = KH_NEW(arena, double, m);
    c->weight = KH_NEW(arena, double, m);
    c->counted = KH_NEW(arena, bool, m);
    c->length = KH_NEW(arena, double, c->net->n_demands);
    if (c->holds == NULL || c->relays == NULL || c->mark == NULL || c->serves == NULL || c->distance == NULL ||
        c->capacity_bps == NULL || c->used_bps == NULL || c->weight == NULL || c->counted == NULL || c->length == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to verify a plan of %zu links", m);
    return KH_OK;
}

kh_status kh_verify(const kh_net *net, const kh_rates *rates, const kh_plan *plan, kh_findings *findings, kh_error *err)
{
    check c = {.net = net, .rates = rates, .plan = plan, .findings = findings};
    size_t before = kh_findings_count(findings, KH_ERROR);
    if (check_sizes(&c)) {
        kh_arena *arena = kh_arena_create(0);
        kh_status status = arena == NULL ? kh_fail(err, KH_ENOMEM, "no memory to verify a plan") : allocate(&c, arena, err);
        if (status == KH_OK)
            check_all(&c);
        kh_arena_destroy(arena);
        KH_TRY(status);
    }
    size_t n = kh_findings_count(findings, KH_ERROR) - before;
    if (n > 0)
        return kh_fail(err, KH_UNMET, "the plan is wrong in %zu places", n);
    return KH_OK;
}
