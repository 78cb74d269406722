/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/verify/check.h"

#include <string.h>

static bool parts(const kh_check *c, size_t k)
{
    return c->mark[c->net->demands[k].between[0].i] != c->mark[c->net->demands[k].between[1].i];
}

static double asked_across(const kh_check *c, bool joined)
{
    double sum_bps = 0;
    for (size_t k = 0; k < c->plan->n_demands; k++)
        if (kh_check_asks(c, k) && c->net->demands[k].rate_bps > 0 && kh_check_joined(c, k) == joined && parts(c, k))
            sum_bps += c->net->demands[k].rate_bps;
    return sum_bps;
}

/* A node that does not relay is passed only by key that starts or ends there. */
static void mark_serving(const kh_check *c)
{
    for (size_t v = 0; v < c->net->n_nodes; v++)
        c->serves[v] = c->relays[v];
    for (size_t k = 0; k < c->plan->n_demands; k++)
        if (kh_check_joined(c, k) && parts(c, k))
            c->serves[c->net->demands[k].between[0].i] = c->serves[c->net->demands[k].between[1].i] = true;
}

static bool crosses(const kh_check *c, uint32_t e)
{
    uint32_t a = kh_check_end(c, e, 0), b = kh_check_end(c, e, 1);
    return c->capacity_bps[e] > 0 && c->mark[a] != c->mark[b];
}

static bool mark_links(const kh_check *c, size_t k, const kh_cut *cut)
{
    memset(c->counted, 0, c->net->n_qkd_links * sizeof *c->counted);
    for (size_t i = 0; i < cut->n_links; i++) {
        uint32_t e = cut->links[i].i;
        if (e >= c->net->n_qkd_links || c->counted[e]) {
            KH_WRONG_DEMAND(c, k, "its cut names link %u of %zu, or names it twice", e, c->net->n_qkd_links);
            return false;
        }
        c->counted[e] = true;
    }
    return true;
}

/* The same memory says the same. */
static const kh_cut *seen_before(const kh_check *c, const kh_cut *cut)
{
    for (size_t i = 0; i < c->n_seen; i++)
        if (c->seen[i]->side == cut->side && c->seen[i]->n_side == cut->n_side && c->seen[i]->links == cut->links &&
            c->seen[i]->n_links == cut->n_links)
            return c->seen[i];
    return NULL;
}

static double capacity_across(const kh_check *c, size_t k)
{
    double capacity_bps = 0;
    mark_serving(c);
    for (uint32_t e = 0; e < c->net->n_qkd_links; e++) {
        bool across = crosses(c, e) && c->serves[kh_check_end(c, e, 0)] && c->serves[kh_check_end(c, e, 1)];
        if (across != c->counted[e])
            KH_WRONG_DEMAND(c, k, "link '%s' %s its cut", c->net->qkd_links[e].id, across ? "is missing in" : "does not belong to");
        if (across)
            capacity_bps += c->capacity_bps[e];
    }
    return capacity_bps;
}

static void check_capacity_cut(kh_check *c, size_t k, const kh_cut *cut)
{
    const kh_cut *same = seen_before(c, cut);
    if (same == NULL && !mark_links(c, k, cut))
        return;
    double capacity_bps = same != NULL ? same->capacity_bps : capacity_across(c, k);
    double requested_bps = same != NULL ? same->requested_bps : asked_across(c, true);
    if (!kh_check_same(cut->capacity_bps, capacity_bps))
        KH_WRONG_DEMAND(c, k, "its cut is said to carry %g bit/s, the links carry %g", cut->capacity_bps, capacity_bps);
    if (!kh_check_same(cut->requested_bps, requested_bps))
        KH_WRONG_DEMAND(c, k, "%g bit/s are said to be asked across its cut, it is %g", cut->requested_bps, requested_bps);
    if (same == NULL)
        c->seen[c->n_seen++] = cut;
}

static void check_lost_cut(const kh_check *c, size_t k, const kh_plan_demand *planned)
{
    const kh_cut *cut = &planned->cut;
    bool by_trust = planned->shortfall == KH_SHORTFALL_UNTRUSTED;
    for (uint32_t e = 0; e < c->net->n_qkd_links; e++) {
        if (!crosses(c, e))
            continue;
        uint32_t outer = c->mark[kh_check_end(c, e, 0)] ? kh_check_end(c, e, 1) : kh_check_end(c, e, 0);
        if (!by_trust || c->relays[outer] || outer == c->net->demands[k].between[1].i)
            KH_WRONG_DEMAND(c, k, "link '%s' leads out of the cut that is said to be closed", c->net->qkd_links[e].id);
    }
    double requested_bps = asked_across(c, false);
    if (cut->n_links > 0 || !kh_check_same(cut->capacity_bps, 0))
        KH_WRONG_DEMAND(c, k, "has no path, yet its cut is said to carry %g bit/s", cut->capacity_bps);
    if (!kh_check_same(cut->requested_bps, requested_bps))
        KH_WRONG_DEMAND(c, k, "%g bit/s are said to be asked across its cut, it is %g", cut->requested_bps, requested_bps);
}

/* Least number of nodes to be trusted on the way between the ends: Bellman-Ford where entering a node that only lacks trust costs 1
   and the last end nothing. */
static double least_to_trust(kh_check *c, size_t k)
{
    const kh_node_id *between = c->net->demands[k].between;
    for (size_t v = 0; v < c->net->n_nodes; v++)
        c->distance[v] = HUGE_VAL;
    c->distance[between[0].i] = 0;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t e = 0; e < c->net->n_qkd_links; e++)
            for (int turn = 0; turn < 2 && c->capacity_bps[e] > 0; turn++) {
                uint32_t from = kh_check_end(c, e, turn), to = kh_check_end(c, e, 1 - turn);
                double least = c->distance[from] + (c->relays[to] || to == between[1].i ? 0 : 1);
                if (least < c->distance[to]) {
                    c->distance[to] = least;
                    changed = true;
                }
            }
    }
    return c->distance[between[1].i];
}

/* Changes relays for the time of the call. */
static bool is_path_trusting(kh_check *c, size_t k, const kh_cut *cut)
{
    for (size_t i = 0; i < cut->n_untrusted; i++)
        c->relays[cut->untrusted[i].i] = true;
    kh_check_measure(c, c->net->demands[k].between[0].i);
    for (size_t i = 0; i < cut->n_untrusted; i++)
        c->relays[cut->untrusted[i].i] = false;
    return !isinf(c->distance[c->net->demands[k].between[1].i]);
}

/* With the named nodes trusted the demand has a path, and with no fewer. */
static void check_remedy(kh_check *c, size_t k, const kh_cut *cut)
{
    for (size_t i = 0; i < cut->n_untrusted; i++) {
        uint32_t v = cut->untrusted[i].i;
        if (v >= c->net->n_nodes || c->relays[v] || !c->holds[v]) {
            KH_WRONG_DEMAND(c, k, "node %u is named as untrusted and is not", v);
            return;
        }
    }
    double least = least_to_trust(c, k);
    if ((double)cut->n_untrusted > least || (double)cut->n_untrusted < least)
        KH_WRONG_DEMAND(c, k, "%zu untrusted nodes are named, %g are the least that helps", cut->n_untrusted, least);
    else if (!is_path_trusting(c, k, cut))
        KH_WRONG_DEMAND(c, k, "%s", "trusting the named nodes gives no path");
}

static bool mark_side(const kh_check *c, size_t k, const kh_cut *cut)
{
    memset(c->mark, 0, c->net->n_nodes * sizeof *c->mark);
    for (size_t i = 0; i < cut->n_side; i++) {
        uint32_t v = cut->side[i].i;
        if (v >= c->net->n_nodes || (i > 0 && v <= cut->side[i - 1].i)) {
            KH_WRONG_DEMAND(c, k, "its cut names node %u of %zu, or out of order", v, c->net->n_nodes);
            return false;
        }
        c->mark[v] = true;
    }
    const kh_node_id *between = c->net->demands[k].between;
    if (!c->mark[between[0].i] || c->mark[between[1].i]) {
        KH_WRONG_DEMAND(c, k, "%s", "its cut does not part its ends");
        return false;
    }
    return true;
}

static kh_shortfall expected_shortfall(const kh_check *c, size_t k)
{
    const kh_plan_demand *planned = &c->plan->demands[k];
    if (!kh_check_asks(c, k))
        return KH_SHORTFALL_NOT_NEEDED;
    if (planned->rate_bps >= c->net->demands[k].rate_bps * (1 - KH_CHECK_SAME))
        return KH_SHORTFALL_NONE;
    if (kh_check_joined(c, k))
        return kh_check_counts(c, k) ? KH_SHORTFALL_CAPACITY : KH_SHORTFALL_EXPOSED;
    return planned->shortfall == KH_SHORTFALL_UNTRUSTED ? KH_SHORTFALL_UNTRUSTED : KH_SHORTFALL_NO_PATH;
}

static void check_no_cut(const kh_check *c, size_t k, const kh_cut *cut)
{
    bool says_nothing = kh_check_same(cut->capacity_bps, 0) && kh_check_same(cut->requested_bps, 0);
    if (cut->n_side > 0 || cut->n_links > 0 || cut->n_untrusted > 0 || !says_nothing)
        KH_WRONG_DEMAND(c, k, "%s", "no link is short, yet a cut is given");
}

static void check_shortfall(kh_check *c, size_t k)
{
    const kh_plan_demand *planned = &c->plan->demands[k];
    kh_shortfall expected = expected_shortfall(c, k);
    if (planned->shortfall != expected) {
        KH_WRONG_DEMAND(c, k, "the reason of its shortfall is %d, must be %d", (int)planned->shortfall, (int)expected);
        return;
    }
    if (expected == KH_SHORTFALL_NONE || expected == KH_SHORTFALL_NOT_NEEDED || expected == KH_SHORTFALL_EXPOSED) {
        check_no_cut(c, k, &planned->cut);
        return;
    }
    if (expected != KH_SHORTFALL_UNTRUSTED && planned->cut.n_untrusted > 0)
        KH_WRONG_DEMAND(c, k, "%s", "nodes are named to be trusted, which would not help");
    if (!mark_side(c, k, &planned->cut))
        return;
    if (expected == KH_SHORTFALL_CAPACITY)
        check_capacity_cut(c, k, &planned->cut);
    else
        check_lost_cut(c, k, planned);
    if (expected == KH_SHORTFALL_UNTRUSTED)
        check_remedy(c, k, &planned->cut);
}

static void check_counts(const kh_check *c)
{
    size_t n_asking = 0, n_met = 0;
    for (size_t k = 0; k < c->plan->n_demands; k++) {
        n_asking += kh_check_asks(c, k);
        n_met += kh_check_asks(c, k) && c->plan->demands[k].rate_bps >= c->net->demands[k].rate_bps * (1 - KH_CHECK_SAME);
    }
    if (c->plan->n_asking != n_asking || c->plan->n_met != n_met)
        KH_WRONG_PLAN(c, "the plan says %zu of %zu demands are met, it is %zu of %zu", c->plan->n_met, c->plan->n_asking, n_met,
                      n_asking);
}

void kh_check_cuts(kh_check *c)
{
    for (size_t k = 0; k < c->plan->n_demands; k++)
        check_shortfall(c, k);
    check_counts(c);
}
