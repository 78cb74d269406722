/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/study/advice.h"
#include "tools/study/phrase.h"
#include "tools/study/words.h"

#include <stdlib.h>

enum { MOST_NAMES = 6 };

typedef struct subject {
    const kh_net *net;
    const kh_rates *rates;
    const kh_demand *demand;
    const kh_plan_demand *plan;
    kh_str *out;
} subject;

static void say_asks(const subject *s)
{
    kh_phrase_demand(s->net, s->demand, s->out);
    kh_str_append(s->out, " asks ");
    kh_phrase_asked(s->demand, s->out);
}

/* "by way of Froxfield, Reading and Powergate": walks the links, since a link may be drawn in either direction */
static void say_route(const subject *s, const kh_route *route)
{
    if (route->n_links == 1) {
        kh_str_append(s->out, "over the QKD link ");
        kh_phrase_link(s->net, s->rates, route->links[0], s->out);
        return;
    }
    kh_str_printf(s->out, "over %zu QKD links by way of ", route->n_links);
    kh_node_id *stations = calloc(route->n_links, sizeof *stations);
    if (stations == NULL) {
        s->out->failed = true;
        return;
    }
    kh_node_id at = s->demand->between[0];
    for (size_t i = 0; i < route->n_links; i++)
        stations[i] = at = kh_node_far_end(s->net->qkd_links[route->links[i].i].ends, at);
    kh_phrase_stations(s->net, stations, route->n_links - 1, MOST_NAMES, s->out);
    free(stations);
}

static const kh_route *largest_route(const kh_plan_demand *plan)
{
    const kh_route *best = &plan->routes[0];
    for (size_t i = 1; i < plan->n_routes; i++)
        if (plan->routes[i].rate_bps > best->rate_bps)
            best = &plan->routes[i];
    return best;
}

static void say_routes(const subject *s)
{
    if (s->plan->n_routes == 0)
        return;
    const kh_route *main = largest_route(s->plan);
    kh_str_append(s->out, ", ");
    say_route(s, main);
    if (s->plan->n_routes > 1) {
        kh_str_append(s->out, " (");
        kh_words_rate(main->rate_bps, s->out);
        kh_str_append(s->out, ") and ");
        kh_phrase_count(s->plan->n_routes - 1, "further route", s->out);
    }
}

/* Under secrecy a key is made of what all routes carry. */
static void say_carried(const subject *s)
{
    if (s->plan->carried_bps <= s->plan->rate_bps * (1 + 1e-9))
        return;
    kh_str_append(s->out, " The routes carry ");
    kh_words_rate(s->plan->carried_bps, s->out);
    kh_str_append(s->out, " together; ");
    kh_words_rate(s->plan->rate_bps, s->out);
    kh_str_append(s->out, " of it are secret from those who may collude.");
}

static void say_met(const subject *s)
{
    say_asks(s);
    kh_str_append(s->out, " and gets all of it");
    say_routes(s);
    kh_str_append(s->out, ".");
    say_carried(s);
}

static void say_not_needed(const subject *s)
{
    say_asks(s);
    kh_str_append(s->out, s->demand->security == KH_SECURITY_PSK
                              ? "; it comes from pre-shared keys, so no QKD key is planned for it."
                              : "; it comes from post-quantum key exchange (PQC), so no QKD key is planned for it.");
}

static void say_shortfall(const subject *s)
{
    kh_str_append(s->out, "; the plan gives ");
    if (s->plan->rate_bps > 0) {
        kh_words_rate(s->plan->rate_bps, s->out);
        kh_str_append(s->out, " (");
        kh_phrase_share(s->plan->rate_bps, s->plan->requested_bps, s->out);
        kh_str_append(s->out, ")");
    } else {
        kh_str_append(s->out, "none");
    }
}

static void say_cut_of_one(const subject *s)
{
    const kh_cut *cut = &s->plan->cut;
    kh_str_append(s->out, " The bottleneck is the link ");
    kh_phrase_link(s->net, s->rates, cut->links[0], s->out);
    kh_str_append(s->out, ": ");
    kh_words_rate(cut->capacity_bps, s->out);
    kh_str_append(s->out, " for ");
    kh_words_rate(cut->requested_bps, s->out);
    kh_str_append(s->out, " asked across it. One more pair there would bring ");
    kh_words_rate(s->rates->qkd[cut->links[0].i].per_module_bps, s->out);
    kh_str_append(s->out, ".");
}

static void say_cut_of_many(const subject *s)
{
    const kh_cut *cut = &s->plan->cut;
    kh_str_printf(s->out, " The bottleneck is the cut of %zu links, ", cut->n_links);
    kh_phrase_list list = {.count = cut->n_links, .most = MOST_NAMES};
    for (size_t i = 0; i <= cut->n_links && kh_phrase_next(&list, s->out); i++) {
        kh_str_printf(s->out, "%s (", s->net->qkd_links[cut->links[i].i].id);
        kh_words_rate(s->rates->qkd[cut->links[i].i].key_rate_bps, s->out);
        kh_str_append(s->out, ")");
    }
    if (cut->n_side <= MOST_NAMES) {
        kh_str_append(s->out, ", around ");
        kh_phrase_nodes(s->net, cut->side, cut->n_side, MOST_NAMES, s->out);
    }
    kh_str_append(s->out, ": ");
    kh_words_rate(cut->capacity_bps, s->out);
    kh_str_append(s->out, " together for ");
    kh_words_rate(cut->requested_bps, s->out);
    kh_qkd_link_id best = kh_advice_best_link(cut, s->rates);
    kh_str_printf(s->out, " asked across it. One more pair on %s would bring ", s->net->qkd_links[best.i].id);
    kh_words_rate(s->rates->qkd[best.i].per_module_bps, s->out);
    kh_str_append(s->out, ".");
}

static void say_capacity(const subject *s)
{
    say_shortfall(s);
    say_routes(s);
    kh_str_append(s->out, ".");
    say_carried(s);
    if (s->plan->cut.capacity_bps >= s->plan->cut.requested_bps)
        return; /* secrecy or limits on routes bind, no cut does */
    if (s->plan->cut.n_links == 1)
        say_cut_of_one(s);
    else if (s->plan->cut.n_links > 1)
        say_cut_of_many(s);
}

static void say_links_without_key(const subject *s)
{
    const kh_net *net = s->net;
    kh_phrase_list list = {.most = MOST_NAMES, .comma = "; "};
    for (size_t i = 0; i < net->n_qkd_links; i++)
        list.count += kh_cut_parts(&s->plan->cut, net->qkd_links[i].ends) && s->rates->qkd[i].key_rate_bps <= 0;
    if (list.count == 0)
        return;
    kh_str_append(s->out, list.count == 1 ? " The link across gives no key: " : " The links across give no key: ");
    for (uint32_t i = 0; i < net->n_qkd_links; i++) {
        if (!kh_cut_parts(&s->plan->cut, net->qkd_links[i].ends) || s->rates->qkd[i].key_rate_bps > 0)
            continue;
        if (!kh_phrase_next(&list, s->out))
            break;
        kh_phrase_link(net, s->rates, (kh_qkd_link_id){i}, s->out);
        kh_str_printf(s->out, ": %s", kh_limit_text(s->rates->qkd[i].limit));
    }
    kh_str_append(s->out, ".");
}

static void say_no_path(const subject *s)
{
    const kh_cut *cut = &s->plan->cut;
    kh_str_append(s->out, "; the plan gives none, since no chain of QKD links with key joins the two.");
    if (cut->n_side > 1) {
        kh_str_append(s->out, " From ");
        kh_phrase_node(s->net, s->demand->between[0], s->out);
        kh_str_append(s->out, " QKD key reaches ");
        kh_phrase_count(cut->n_side - 1, "node", s->out);
        kh_str_append(s->out, " (");
        kh_phrase_list list = {.count = cut->n_side - 1, .most = MOST_NAMES};
        for (size_t i = 0; i < cut->n_side; i++)
            if (cut->side[i].i != s->demand->between[0].i && kh_phrase_next(&list, s->out))
                kh_phrase_node(s->net, cut->side[i], s->out);
        (void)kh_phrase_next(&list, s->out);
        kh_str_append(s->out, ") and stops there.");
    }
    say_links_without_key(s);
}

static void say_untrusted(const subject *s)
{
    const kh_cut *cut = &s->plan->cut;
    kh_str_append(s->out, "; the plan gives none: links with key join the two, but only through ");
    if (cut->n_untrusted == 0) {
        kh_str_append(s->out, "nodes that are not trusted.");
        return;
    }
    kh_phrase_nodes(s->net, cut->untrusted, cut->n_untrusted, MOST_NAMES, s->out);
    kh_str_append(s->out, cut->n_untrusted == 1 ? ", which is not a trusted node." : ", which are not trusted nodes.");
}

static void say_exposed(const subject *s, const kh_plan_secrecy *secrecy)
{
    if (secrecy->kind == KH_SECRECY_COALITIONS) {
        kh_str_printf(s->out, "; the plan gives none, since %s sees every way between the two",
                      secrecy->coalitions[s->plan->exposed_to].name);
        kh_str_append(s->out, ".");
        return;
    }
    uint32_t ways = secrecy->colluders + 1;
    if (secrecy->kind == KH_SECRECY_DISJOINT) {
        kh_str_printf(s->out, "; the plan gives none: %u shares need %u ways without a common relay, but ", ways, ways);
    } else {
        kh_str_append(s->out, "; the plan gives none: to be secret from ");
        kh_phrase_count(secrecy->colluders, "relay", s->out);
        kh_str_printf(s->out, " it needs %u ways without a common relay, but ", ways);
    }
    if (s->plan->n_exposed_at == 0) {
        kh_str_append(s->out, "there are only links of its own, which no relay sees: --secure would use them.");
        return;
    }
    kh_str_append(s->out, secrecy->kind == KH_SECRECY_DISJOINT ? "all over relays pass " : "all pass ");
    kh_str_append(s->out, s->plan->n_exposed_at == 1 ? "" : "one of ");
    kh_phrase_nodes(s->net, s->plan->exposed_at, s->plan->n_exposed_at, MOST_NAMES, s->out);
    kh_str_append(s->out, ".");
}

void kh_words_demand(const kh_net *net, const kh_rates *rates, const kh_plan *plan, kh_demand_id demand, kh_str *out)
{
    subject s = {net, rates, &net->demands[demand.i], &plan->demands[demand.i], out};
    if (s.plan->shortfall == KH_SHORTFALL_NONE) {
        say_met(&s);
        return;
    }
    if (s.plan->shortfall == KH_SHORTFALL_NOT_NEEDED) {
        say_not_needed(&s);
        return;
    }
    say_asks(&s);
    if (s.plan->shortfall == KH_SHORTFALL_CAPACITY)
        say_capacity(&s);
    else if (s.plan->shortfall == KH_SHORTFALL_UNTRUSTED)
        say_untrusted(&s);
    else if (s.plan->shortfall == KH_SHORTFALL_EXPOSED)
        say_exposed(&s, &plan->secrecy);
    else
        say_no_path(&s);
}
