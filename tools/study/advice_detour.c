/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/study/advice.h"

#include "tools/study/path.h"
#include "tools/study/phrase.h"
#include "tools/study/words.h"

#include <math.h>

enum { MOST_NAMES = 6, MOST_STATIONS = 10 };

/* Every hop costs a little, so that of two ways that cost the same the shorter one is taken. */
static const double HOP_EUR = 1;

/* Edges of the search: QKD links first (a pair to add where none gives key yet), then bare fibres (a new link on them). */
typedef struct survey {
    const kh_advice *advice;
    kh_path_edge *edges;
    bool *passes;
    kh_path route;
    size_t n_installed, n_without_module, n_bare, n_new_sites;
    double rate_bps, cost_eur; /* of one new pair on each new hop; cost of pairs and new trusted nodes */
    double longest_db;         /* of the hops to equip */
    uint32_t narrowest;        /* position on the route */
} survey;

static bool is_link(const survey *s, uint32_t edge)
{
    return edge < s->advice->net->n_qkd_links;
}

static const kh_fibre *fibre_of(const survey *s, uint32_t edge)
{
    return &s->advice->net->fibres[edge - s->advice->net->n_qkd_links];
}

static double positive(double eur)
{
    return eur > 0 ? eur : 0;
}

static double site_cost_eur(const kh_net *net, uint32_t node)
{
    const kh_node *n = &net->nodes[node];
    if (n->trusted)
        return 0;
    return positive(isnan(n->fitout_cost_eur) ? net->costs.trusted_node_eur : n->fitout_cost_eur) +
           positive(net->costs.kms_node_eur);
}

/* Half the cost of each end: a node inside a path is paid by its two edges together. */
static double ends_cost_eur(const kh_net *net, const kh_node_id ends[2])
{
    return HOP_EUR + (site_cost_eur(net, ends[0].i) + site_cost_eur(net, ends[1].i)) / 2;
}

static double link_cost_eur(const kh_advice *a, uint32_t i)
{
    const kh_qkd_link *link = &a->net->qkd_links[i];
    const kh_qkd_rate *rate = &a->rates->qkd[i];
    if (rate->key_rate_bps <= 0 && !(rate->per_module_bps > 0))
        return -1;
    double pair_eur = rate->key_rate_bps > 0 ? 0 : kh_advice_pair_cost_eur(a, (kh_qkd_link_id){i});
    return pair_eur + ends_cost_eur(a->net, link->ends);
}

static double fibre_cost_eur(const kh_advice *a, const kh_fibre *fibre)
{
    if (a->far_device.i == KH_NO_INDEX || fibre->loss_db > a->reach_db)
        return -1;
    return positive(a->net->devices[a->far_device.i].cost_eur) + ends_cost_eur(a->net, fibre->ends);
}

static bool list_edges(survey *s)
{
    const kh_advice *a = s->advice;
    const kh_net *net = a->net;
    s->edges = KH_NEW(a->arena, kh_path_edge, net->n_qkd_links + net->n_fibres);
    s->passes = KH_NEW(a->arena, bool, net->n_nodes);
    if (s->edges == NULL || s->passes == NULL)
        return false;
    for (uint32_t i = 0; i < net->n_qkd_links; i++) {
        const kh_node_id *ends = net->qkd_links[i].ends;
        s->edges[i] = (kh_path_edge){{ends[0].i, ends[1].i}, link_cost_eur(a, i)};
    }
    for (uint32_t i = 0; i < net->n_fibres; i++) {
        const kh_node_id *ends = net->fibres[i].ends;
        s->edges[net->n_qkd_links + i] = (kh_path_edge){{ends[0].i, ends[1].i}, fibre_cost_eur(a, &net->fibres[i])};
    }
    for (size_t i = 0; i < net->n_nodes; i++)
        s->passes[i] = net->nodes[i].kind != KH_NODE_SATELLITE;
    return true;
}

static bool find_route(survey *s)
{
    const kh_advice *a = s->advice;
    if (!list_edges(s))
        return false;
    kh_path_graph graph = {(uint32_t)a->net->n_nodes, s->edges, a->net->n_qkd_links + a->net->n_fibres, s->passes};
    return kh_path_find(&graph, a->demand->between[0].i, a->demand->between[1].i, a->arena, &s->route);
}

static double count_hop(survey *s, uint32_t edge)
{
    const kh_advice *a = s->advice;
    kh_device_id device;
    if (!is_link(s, edge)) {
        s->n_bare++;
        double rate_bps = kh_advice_reach_rate(a, fibre_of(s, edge)->loss_db, &device);
        s->cost_eur += device.i == KH_NO_INDEX ? 0 : positive(a->net->devices[device.i].cost_eur);
        s->longest_db = fmax(s->longest_db, fibre_of(s, edge)->loss_db);
        return rate_bps;
    }
    if (a->rates->qkd[edge].key_rate_bps > 0) {
        s->n_installed++;
        return a->rates->qkd[edge].key_rate_bps;
    }
    s->n_without_module++;
    s->cost_eur += kh_advice_pair_cost_eur(a, (kh_qkd_link_id){edge});
    s->longest_db = fmax(s->longest_db, a->rates->qkd[edge].loss_db);
    return a->rates->qkd[edge].per_module_bps;
}

static void count_route(survey *s)
{
    s->rate_bps = (double)INFINITY;
    for (size_t i = 0; i < s->route.n_edges; i++) {
        double rate_bps = count_hop(s, s->route.edges[i]);
        if (rate_bps < s->rate_bps) {
            s->rate_bps = rate_bps;
            s->narrowest = (uint32_t)i;
        }
    }
    for (size_t i = 1; i < s->route.n_edges; i++) {
        if (s->advice->net->nodes[s->route.nodes[i]].trusted)
            continue;
        s->n_new_sites++;
        s->cost_eur += site_cost_eur(s->advice->net, s->route.nodes[i]);
    }
}

static void say_node(const survey *s, size_t i)
{
    kh_phrase_node(s->advice->net, (kh_node_id){s->route.nodes[i]}, s->advice->out);
}

static bool is_new(const survey *s, uint32_t edge)
{
    return !is_link(s, edge) || s->advice->rates->qkd[edge].key_rate_bps <= 0;
}

/* The stations where both hops are new say where the detour goes; when there is none, all stations. */
static size_t list_stations(const survey *s, kh_node_id *stations)
{
    size_t n = 0;
    for (size_t i = 1; i < s->route.n_edges; i++)
        if (is_new(s, s->route.edges[i - 1]) && is_new(s, s->route.edges[i]))
            stations[n++].i = s->route.nodes[i];
    for (size_t i = 1; n == 0 && i < s->route.n_edges; i++)
        stations[i - 1].i = s->route.nodes[i];
    return n > 0 ? n : s->route.n_edges - 1;
}

static void say_way(const survey *s, bool detour)
{
    kh_str *out = s->advice->out;
    kh_str_append(out, detour ? " What would serve: the detour" : " What would serve: QKD");
    if (s->route.n_edges > 1) {
        kh_node_id *stations = KH_NEW(s->advice->arena, kh_node_id, s->route.n_edges);
        if (stations == NULL) {
            out->failed = true;
            return;
        }
        kh_str_append(out, detour ? " over " : " by way of ");
        kh_phrase_stations(s->advice->net, stations, list_stations(s, stations), MOST_STATIONS, out);
    }
    kh_str_printf(out, ", %zu hop%s in all", s->route.n_edges, s->route.n_edges == 1 ? "" : "s");
}

static void say_links_without_module(const survey *s)
{
    kh_str *out = s->advice->out;
    kh_str_printf(out, "; %zu %s in the topology without a pair (", s->n_without_module,
                  s->n_without_module == 1 ? "link stands" : "links stand");
    kh_phrase_list list = {.count = s->n_without_module, .most = MOST_NAMES};
    for (size_t i = 0; i < s->route.n_edges; i++) {
        uint32_t edge = s->route.edges[i];
        if (is_link(s, edge) && s->advice->rates->qkd[edge].key_rate_bps <= 0 && kh_phrase_next(&list, out))
            kh_str_append(out, s->advice->net->qkd_links[edge].id);
    }
    kh_str_append(out, ")");
}

static void say_bare_fibres(const survey *s)
{
    kh_str *out = s->advice->out;
    kh_str_printf(out, "; %zu %s no QKD link yet (", s->n_bare, s->n_bare == 1 ? "fibre has" : "fibres have");
    kh_phrase_list list = {.count = s->n_bare, .most = MOST_NAMES};
    for (size_t i = 0; i < s->route.n_edges; i++)
        if (!is_link(s, s->route.edges[i]) && kh_phrase_next(&list, out))
            kh_str_append(out, fibre_of(s, s->route.edges[i])->id);
    kh_str_append(out, ")");
}

static void say_new_sites(const survey *s)
{
    kh_str *out = s->advice->out;
    kh_str_append(out, " and trust in ");
    kh_phrase_list list = {.count = s->n_new_sites, .most = MOST_NAMES};
    for (size_t i = 1; i < s->route.n_edges; i++)
        if (!s->advice->net->nodes[s->route.nodes[i]].trusted && kh_phrase_next(&list, out))
            say_node(s, i);
}

static void say_effort(const survey *s)
{
    kh_str *out = s->advice->out;
    size_t pairs = s->n_without_module + s->n_bare;
    if (s->n_without_module > 0)
        say_links_without_module(s);
    if (s->n_bare > 0)
        say_bare_fibres(s);
    kh_str_append(out, ". It takes ");
    kh_phrase_count(pairs, "QKD pair", out);
    if (pairs > 0)
        kh_str_printf(out, " (worst hop %.1f dB)", s->longest_db);
    if (s->n_new_sites > 0)
        say_new_sites(s);
    if (s->cost_eur > 0) {
        kh_str_append(out, ", ");
        kh_phrase_money(s->cost_eur, out);
        kh_str_append(out, " of equipment and fit-out at this topology's prices");
    }
    kh_str_append(out, ", and brings ");
    kh_words_rate(s->rate_bps, out);
    if (s->rate_bps < s->advice->demand->rate_bps) {
        kh_str_append(out, " (");
        kh_phrase_share(s->rate_bps, s->advice->demand->rate_bps, out);
        kh_str_append(out, " of what is asked)");
    } else {
        kh_str_append(out, " (all that is asked)");
    }
    kh_str_append(out, " if no other demand uses it; the narrowest hop is ");
    say_node(s, s->narrowest);
    kh_str_append(out, " - ");
    say_node(s, s->narrowest + 1);
    kh_str_append(out, ".");
}

/* Links in the topology that nobody can compute yet: a measured rate would settle them. */
static void say_links_without_model(const kh_advice *a)
{
    kh_phrase_list list = {.most = MOST_NAMES};
    for (size_t i = 0; i < a->net->n_qkd_links; i++)
        list.count += a->rates->qkd[i].limit == KH_LIMIT_NO_MODEL;
    if (list.count == 0)
        return;
    kh_str_append(a->out, list.count == 1 ? " One link has no model yet, it counts once it is given a measured key rate: "
                                          : " Some links have no model yet, they count once they are given a measured key rate: ");
    for (size_t i = 0; i < a->net->n_qkd_links; i++)
        if (a->rates->qkd[i].limit == KH_LIMIT_NO_MODEL && kh_phrase_next(&list, a->out))
            kh_str_append(a->out, a->net->qkd_links[i].id);
    kh_str_append(a->out, ".");
}

static void say_without_fibre(const kh_advice *a, bool span_beyond_reach, bool found)
{
    if (found && !span_beyond_reach)
        return;
    bool hybrid = a->demand->security == KH_SECURITY_HYBRID;
    if (!found)
        kh_str_append(a->out, " No QKD route over the fibres of this topology joins the two.");
    kh_str_append(a->out, found ? " Without it, " : hybrid ? " Until then, " : " What would serve: ");
    kh_str_append(a->out, hybrid ? "PQC alone protects this hybrid demand" : found ? "PQC would have to serve this leg" : "PQC");
    kh_str_append(a->out, "; a satellite with a ground station on each side would be another way.");
    say_links_without_model(a);
}

void kh_advice_detour_say(kh_advice *advice, bool span_beyond_reach)
{
    survey s = {.advice = advice};
    if (!find_route(&s)) {
        advice->out->failed = true;
        return;
    }
    bool found = s.route.found && s.route.n_edges > 0;
    if (found) {
        count_route(&s);
        say_way(&s, span_beyond_reach);
        say_effort(&s);
    }
    say_without_fibre(advice, span_beyond_reach, found);
}
