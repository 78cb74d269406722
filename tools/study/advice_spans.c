/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/study/advice.h"

#include "models/qkd/qkd.h"
#include "tools/study/path.h"
#include "tools/study/phrase.h"
#include "tools/study/words.h"

#include <math.h>

enum { MOST_SPANS = 4 };

static bool fibre_route(const kh_advice *a, kh_path *path)
{
    size_t n = a->net->n_fibres;
    kh_path_edge *edges = KH_NEW(a->arena, kh_path_edge, n);
    if (edges == NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        edges[i] = (kh_path_edge){{a->net->fibres[i].ends[0].i, a->net->fibres[i].ends[1].i}, a->net->fibres[i].length_km};
    kh_path_graph graph = {(uint32_t)a->net->n_nodes, edges, n, NULL};
    return kh_path_find(&graph, a->demand->between[0].i, a->demand->between[1].i, a->arena, path);
}

static bool uses(const kh_qkd_link *link, uint32_t fibre)
{
    for (size_t i = 0; i < link->n_via; i++)
        if (link->via[i].i == fibre)
            return true;
    return false;
}

/* The link that makes most of this fibre: one with key before one without. KH_NO_INDEX when none uses it. */
static uint32_t link_on(const kh_advice *a, uint32_t fibre)
{
    uint32_t best = KH_NO_INDEX;
    for (uint32_t i = 0; i < a->net->n_qkd_links; i++)
        if (uses(&a->net->qkd_links[i], fibre))
            if (best == KH_NO_INDEX || a->rates->qkd[i].key_rate_bps > a->rates->qkd[best].key_rate_bps)
                best = i;
    return best;
}

static bool is_beyond(const kh_advice *a, uint32_t fibre)
{
    uint32_t link = link_on(a, fibre);
    return a->net->fibres[fibre].loss_db > a->reach_db && (link == KH_NO_INDEX || a->rates->qkd[link].key_rate_bps <= 0);
}

static bool is_dark(const kh_advice *a, uint32_t fibre)
{
    uint32_t link = link_on(a, fibre);
    return link == KH_NO_INDEX || a->rates->qkd[link].key_rate_bps <= 0;
}

static void say_reach(const kh_advice *a)
{
    if (a->far_device.i == KH_NO_INDEX)
        kh_str_append(a->out, "; the library has no device that gives key at all");
    else
        kh_str_printf(a->out, "; the best device of the library, %s, reaches %.1f dB", a->net->devices[a->far_device.i].id,
                      a->reach_db);
}

static void say_span(const kh_advice *a, const kh_fibre *fibre)
{
    kh_str_append(a->out, fibre->medium == KH_MEDIUM_SUBSEA ? "the subsea span " : "the span ");
    kh_phrase_node(a->net, fibre->ends[0], a->out);
    kh_str_append(a->out, " - ");
    kh_phrase_node(a->net, fibre->ends[1], a->out);
    kh_str_append(a->out, " (");
    kh_phrase_span(fibre->length_km, fibre->loss_db, a->out);
    kh_str_append(a->out, ")");
}

/* Land: how many trusted nodes would bring the parts within half the margin of reach, and the rate that the parts then give. */
static void say_split(const kh_advice *a, const kh_fibre *fibre)
{
    size_t parts = (size_t)ceil(fibre->loss_db / a->reach_db);
    kh_device_id device;
    double rate_bps = kh_advice_reach_rate(a, fibre->loss_db / (double)parts, &device);
    if (rate_bps < 1) { /* at the very edge of the reach: one part more */
        parts++;
        rate_bps = kh_advice_reach_rate(a, fibre->loss_db / (double)parts, &device);
    }
    if (device.i == KH_NO_INDEX)
        return;
    kh_str_append(a->out, " On land, ");
    kh_phrase_count(parts - 1, "trusted node", a->out);
    kh_str_printf(a->out, " along it (%zu parts of ", parts);
    kh_phrase_span(fibre->length_km / (double)parts, fibre->loss_db / (double)parts, a->out);
    kh_str_append(a->out, ") would give ");
    kh_words_rate(rate_bps, a->out);
    kh_str_printf(a->out, " with one pair of %s on each part.", a->net->devices[device.i].id);
}

static void say_beyond(const kh_advice *a, const kh_path *path)
{
    size_t said = 0;
    for (size_t i = 0; i < path->n_edges && said < MOST_SPANS; i++) {
        const kh_fibre *fibre = &a->net->fibres[path->edges[i]];
        if (!is_beyond(a, path->edges[i]))
            continue;
        kh_str_append(a->out, said++ == 0 ? " No QKD on the shortest fibre route: " : " Nor on ");
        say_span(a, fibre);
        kh_str_append(a->out, " carries no key");
        say_reach(a);
        kh_str_append(a->out, ".");
        if (fibre->medium == KH_MEDIUM_SUBSEA)
            kh_str_append(a->out, " No trusted node can stand in the sea.");
        else if (a->reach_db > 0)
            say_split(a, fibre);
    }
}

typedef struct dark_spans {
    size_t n, without_link, without_module, without_key;
    uint32_t worst; /* fibre */
} dark_spans;

static dark_spans count_dark(const kh_advice *a, const kh_path *path)
{
    dark_spans d = {.worst = KH_NO_INDEX};
    for (size_t i = 0; i < path->n_edges; i++) {
        uint32_t fibre = path->edges[i], link = link_on(a, fibre);
        if (!is_dark(a, fibre) || is_beyond(a, fibre))
            continue;
        d.n++;
        if (link == KH_NO_INDEX)
            d.without_link++;
        else if (a->rates->qkd[link].limit == KH_LIMIT_NO_MODULE)
            d.without_module++;
        else
            d.without_key++;
        if (d.worst == KH_NO_INDEX || a->net->fibres[fibre].loss_db > a->net->fibres[d.worst].loss_db)
            d.worst = fibre;
    }
    return d;
}

static void say_part(const char *what, size_t n, bool *first, kh_str *out)
{
    if (n == 0)
        return;
    kh_str_printf(out, "%s%zu %s", *first ? "" : ", ", n, what);
    *first = false;
}

static void say_dark(const kh_advice *a, const kh_path *path, bool beyond)
{
    dark_spans d = count_dark(a, path);
    if (d.n == 0)
        return;
    bool first = true;
    kh_str_printf(a->out,
                  beyond ? " %zu more of its %zu spans carry no key though light gets through: "
                         : " On the shortest fibre route %zu of %zu spans carry no key though light gets through: ",
                  d.n, path->n_edges);
    say_part("without a QKD link", d.without_link, &first, a->out);
    say_part("with a QKD link but no pair installed", d.without_module, &first, a->out);
    say_part("with a QKD link that gives no key", d.without_key, &first, a->out);
    kh_str_append(a->out, "; the worst of them is ");
    say_span(a, &a->net->fibres[d.worst]);
    if (!beyond)
        kh_str_printf(a->out, ", within the %.1f dB of %s", a->reach_db, a->net->devices[a->far_device.i].id);
    kh_str_append(a->out, ".");
}

bool kh_advice_spans_say(kh_advice *advice)
{
    kh_path path = {0};
    if (!fibre_route(advice, &path)) {
        advice->out->failed = true;
        return false;
    }
    if (!path.found) {
        kh_str_append(advice->out, " No chain of fibres joins the two ends in this topology.");
        return false;
    }
    bool beyond = false;
    for (size_t i = 0; i < path.n_edges; i++)
        beyond = beyond || is_beyond(advice, path.edges[i]);
    say_beyond(advice, &path);
    say_dark(advice, &path, beyond);
    return beyond;
}
