/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/study/path.h"
#include "tools/study/phrase.h"
#include "tools/study/words.h"

#include <math.h>

enum { MOST_NAMES = 8 };

typedef struct subject {
    const kh_net *net;
    const kh_rates *rates;
    const kh_plan_demand *plan;
    const kh_demand *demand;
    kh_str *out;
} subject;

static bool widest_path(const subject *s, kh_arena *arena, kh_path *path)
{
    size_t n = s->net->n_line_systems;
    kh_path_edge *edges = KH_NEW(arena, kh_path_edge, n);
    if (edges == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        const kh_line_system *line = &s->net->line_systems[i];
        edges[i] = (kh_path_edge){{line->ends[0].i, line->ends[1].i}, s->rates->line[i].capacity_gbps};
    }
    kh_path_graph graph = {(uint32_t)s->net->n_nodes, edges, n, NULL};
    return kh_path_find(&graph, s->demand->between[0].i, s->demand->between[1].i, KH_PATH_WIDEST, arena, path);
}

static void say_gbps(double gbps, kh_str *out)
{
    kh_words_rate(gbps * 1e9, out);
}

static uint32_t narrowest(const subject *s, const kh_path *path)
{
    uint32_t worst = path->edges[0];
    for (size_t i = 1; i < path->n_edges; i++)
        if (s->rates->line[path->edges[i]].capacity_gbps < s->rates->line[worst].capacity_gbps)
            worst = path->edges[i];
    return worst;
}

static void say_lines(const subject *s, const kh_path *path)
{
    double length_km = 0, latency_ms = 0;
    kh_phrase_list list = {.count = path->n_edges, .most = MOST_NAMES};
    kh_str_append(s->out, path->n_edges == 1 ? " The line system " : " The line systems ");
    for (size_t i = 0; i < path->n_edges; i++) {
        length_km += s->rates->line[path->edges[i]].length_km;
        latency_ms += s->rates->line[path->edges[i]].latency_ms;
        if (kh_phrase_next(&list, s->out))
            kh_str_append(s->out, s->net->line_systems[path->edges[i]].id);
    }
    kh_str_printf(s->out, " (%.0f km, %.1f ms one way)", length_km, latency_ms);
}

static void say_limit(const subject *s, uint32_t line)
{
    const kh_line_rate *rate = &s->rates->line[line];
    bool has_reason = rate->reason != NULL && rate->reason[0] != '\0';
    if (rate->mode.i != KH_NO_INDEX) {
        const kh_mode *mode = &s->net->modes[rate->mode.i];
        kh_str_printf(s->out, ": %.0f channel%s of ", rate->channels, rate->channels > 1 ? "s" : "");
        say_gbps(mode->rate_gbps, s->out);
        kh_str_printf(s->out, " on %s", s->net->line_systems[line].id);
        if (!has_reason)
            kh_str_printf(s->out, " (mode %s, margin %.1f dB)", mode->id, rate->margin_db);
    }
    if (has_reason)
        kh_str_printf(s->out, " (%s)", rate->reason);
    kh_str_append(s->out, ".");
}

static void say_capacity(const subject *s, const kh_path *path)
{
    say_lines(s, path);
    uint32_t worst = narrowest(s, path);
    if (path->weight <= 0) {
        kh_str_printf(s->out, " cannot carry it: %s has no mode that works", s->net->line_systems[worst].id);
    } else {
        kh_str_append(s->out, path->n_edges == 1 ? " carries up to " : " carry up to ");
        say_gbps(path->weight, s->out);
        kh_str_append(s->out, path->weight >= s->demand->data_gbps ? ", which is enough" : ", which is not enough");
    }
    say_limit(s, worst);
}

/* Lines that join the two ends without regeneration on the way: what the light does in one go. */
static void say_direct_lines(const subject *s)
{
    kh_phrase_list list = {.most = MOST_NAMES};
    const kh_node_id *ends = s->demand->between;
    for (int turn = 0; turn < 2; turn++) {
        for (size_t i = 0; i < s->net->n_line_systems; i++) {
            const kh_line_system *line = &s->net->line_systems[i];
            if ((line->ends[0].i != ends[0].i || line->ends[1].i != ends[1].i) &&
                (line->ends[1].i != ends[0].i || line->ends[0].i != ends[1].i))
                continue;
            if (turn == 0) {
                list.count++;
            } else if (kh_phrase_next(&list, s->out)) {
                kh_str_printf(s->out, "%s (%.0f km) ", line->id, s->rates->line[i].length_km);
                say_gbps(s->rates->line[i].capacity_gbps, s->out);
            }
        }
        if (list.count == 0)
            return;
        kh_str_append(s->out, turn == 0 ? " In one go of light, without regeneration: " : ".");
    }
}

static void say_no_chain(const subject *s)
{
    kh_str_append(s->out, " No chain of line systems joins the two ends");
    for (int k = 0; k < 2; k++) {
        bool has_line = false;
        for (size_t i = 0; i < s->net->n_line_systems; i++)
            has_line = has_line || s->net->line_systems[i].ends[0].i == s->demand->between[k].i ||
                       s->net->line_systems[i].ends[1].i == s->demand->between[k].i;
        if (has_line)
            continue;
        kh_str_append(s->out, "; none ends at ");
        kh_phrase_node(s->net, s->demand->between[k], s->out);
    }
    kh_str_append(s->out, ".");
}

static void say_relays(const subject *s)
{
    size_t most = 0;
    for (size_t i = 0; i < s->plan->n_routes; i++)
        if (s->plan->routes[i].n_links > most)
            most = s->plan->routes[i].n_links;
    if (most > 1) {
        kh_str_append(s->out, ", relayed hop by hop through ");
        kh_phrase_count(most - 1, "trusted node", s->out);
    } else {
        kh_str_append(s->out, " over one link, end to end");
    }
}

static void say_qkd_part(const subject *s)
{
    if (s->plan->rate_bps <= 0) {
        kh_str_append(s->out, "QKD, but the plan gives it no key");
        return;
    }
    kh_str_append(s->out, "QKD");
    say_relays(s);
    if (s->plan->shortfall != KH_SHORTFALL_NONE) {
        kh_str_append(s->out, ", with ");
        kh_phrase_share(s->plan->rate_bps, s->plan->requested_bps, s->out);
        kh_str_append(s->out, " of the key asked");
    }
}

static void say_protection(const subject *s)
{
    bool has_key = s->plan->rate_bps > 0;
    kh_str_append(s->out, " Protection: ");
    switch (s->demand->security) {
    case KH_SECURITY_PQC:
        kh_str_append(s->out, "post-quantum key exchange (PQC), end to end whatever the line; it rests on mathematics, not on QKD");
        break;
    case KH_SECURITY_PSK:
        kh_str_append(s->out, "pre-shared symmetric keys, end to end; quantum-safe as long as their delivery and store are");
        break;
    case KH_SECURITY_HYBRID:
        say_qkd_part(s);
        kh_str_append(s->out,
                      has_key ? "; and PQC end to end: an attacker must break both" : "; PQC alone protects it, end to end");
        break;
    case KH_SECURITY_QKD:
        say_qkd_part(s);
        if (!has_key)
            kh_str_append(s->out, ": nothing quantum-safe protects it");
        break;
    }
    kh_str_append(s->out, ".");
}

void kh_words_data(const kh_net *net, const kh_rates *rates, const kh_plan *plan, kh_demand_id demand, double *capacity_gbps,
                   kh_str *out)
{
    subject s = {net, rates, &plan->demands[demand.i], &net->demands[demand.i], out};
    *capacity_gbps = (double)NAN;
    if (isnan(s.demand->data_gbps) || s.demand->data_gbps <= 0)
        return;
    kh_path path = {0};
    kh_arena *arena = kh_arena_create(0);
    if (arena == NULL || !widest_path(&s, arena, &path)) {
        out->failed = true;
        kh_arena_destroy(arena);
        return;
    }
    *capacity_gbps = path.found ? path.weight : 0;
    say_gbps(s.demand->data_gbps, out);
    kh_str_append(out, " of data is asked from ");
    kh_phrase_node(net, s.demand->between[0], out);
    kh_str_append(out, " to ");
    kh_phrase_node(net, s.demand->between[1], out);
    kh_str_append(out, ".");
    if (path.found && path.n_edges > 0)
        say_capacity(&s, &path);
    else
        say_no_chain(&s);
    if (path.n_edges > 1)
        say_direct_lines(&s);
    say_protection(&s);
    kh_arena_destroy(arena);
}
