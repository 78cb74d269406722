/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/units.h"
#include "core/net/geo.h"
#include "tools/import/gnpy.h"

#include <math.h>
#include <string.h>

/* --- nodes of ROADMs and transceivers --- */

/* A transceiver next to a ROADM stands at the ROADM's place. */
static uint32_t find_host(const kh_gnpy *g, const kh_gnpy_element *transceiver)
{
    for (size_t i = 0; i < transceiver->n_next; i++)
        if (g->elements[transceiver->next[i]].kind == KH_GNPY_ROADM)
            return transceiver->next[i];
    for (size_t i = 0; i < transceiver->n_previous; i++)
        if (g->elements[transceiver->previous[i]].kind == KH_GNPY_ROADM)
            return transceiver->previous[i];
    return KH_GNPY_NONE;
}

static bool is_host(const kh_gnpy *g, const kh_gnpy_element *e)
{
    return e->kind == KH_GNPY_ROADM || (e->kind == KH_GNPY_TRANSCEIVER && find_host(g, e) == KH_GNPY_NONE);
}

/* Every place has a city of its own: then cities are the names, else GNPy's uids are. */
static bool has_own_cities(const kh_gnpy *g)
{
    kh_map seen = {.arena = g->build.arena};
    for (size_t i = 0; i < g->n_elements; i++) {
        const kh_gnpy_element *e = &g->elements[i];
        if (!is_host(g, e))
            continue;
        if (e->city == NULL || e->city[0] == '\0' || kh_map_get(&seen, e->city, strlen(e->city)) != KH_MAP_NONE ||
            !kh_map_put(&seen, e->city, strlen(e->city), 1))
            return false;
    }
    return true;
}

void kh_gnpy_add_places(kh_gnpy *g)
{
    bool by_city = has_own_cities(g);
    for (size_t i = 0; i < g->n_elements; i++) {
        kh_gnpy_element *e = &g->elements[i];
        if (!is_host(g, e))
            continue;
        kh_node *node = kh_build_add(&g->build, KH_NOUN_NODES, by_city ? e->city : e->uid);
        const char *label = e->city == NULL || e->city[0] == '\0' ? e->uid : e->city;
        node->label = strcmp(label, node->id) == 0 ? NULL : label;
        node->lat_deg = e->lat_deg;
        node->lon_deg = e->lon_deg;
        e->node = kh_build_last(&g->build, KH_NOUN_NODES);
    }
    for (size_t i = 0; i < g->n_elements; i++) {
        kh_gnpy_element *e = &g->elements[i];
        if (e->kind == KH_GNPY_TRANSCEIVER && e->node == KH_GNPY_NONE)
            e->node = g->elements[find_host(g, e)].node;
    }
}

/* --- positions --- */

static const double sphere_error = 0.006, coordinate_error_km = 0.2; /* as `keyhaul check` allows them */

static kh_node *node_at(kh_gnpy *g, kh_node_id id)
{
    return &g->build.net.nodes[id.i];
}

static double distance_km(const kh_node *a, const kh_node *b)
{
    return kh_geo_distance_km(a->lat_deg, a->lon_deg, b->lat_deg, b->lon_deg);
}

static bool is_too_far(const kh_node *a, const kh_node *b, double length_km)
{
    return distance_km(a, b) * (1.0 - sphere_error) - coordinate_error_km > length_km;
}

static double line_length_km(const kh_net *net, const kh_line_system *line)
{
    return kh_net_chain_length_km(net, line->via, line->n_via);
}

/* How much smaller the picture must be for every line to be as long as its fibres; 1 when it fits. */
static double find_scale(kh_gnpy *g)
{
    double scale = 1.0;
    const kh_net *net = &g->build.net;
    for (size_t i = 0; i < net->n_line_systems; i++) {
        const kh_line_system *line = &net->line_systems[i];
        const kh_node *a = node_at(g, line->ends[0]), *b = node_at(g, line->ends[1]);
        if (is_too_far(a, b, line_length_km(net, line)))
            scale = fmin(scale, line_length_km(net, line) / distance_km(a, b));
    }
    return scale;
}

/* To a hundred-thousandth of a degree, about a metre. */
static double rounded(double degree)
{
    return round(degree * 1e5) / 1e5;
}

static void scale_positions(kh_gnpy *g, double scale, double lat_deg, double lon_deg)
{
    kh_net *net = &g->build.net;
    for (size_t i = 0; i < net->n_nodes; i++) {
        net->nodes[i].lat_deg = rounded(lat_deg + scale * (net->nodes[i].lat_deg - lat_deg));
        net->nodes[i].lon_deg = rounded(lon_deg + scale * (net->nodes[i].lon_deg - lon_deg));
    }
}

static void mark(kh_gnpy *g, const kh_node *node, const char *why)
{
    kh_build_source(&g->build, KH_NOUN_NODES, node->id, "at", true, why);
}

static void shrink_drawing(kh_gnpy *g)
{
    static const double slack = 0.98;
    kh_net *net = &g->build.net;
    double lat_deg = net->nodes[0].lat_deg, lon_deg = net->nodes[0].lon_deg, all = 1.0, scale = find_scale(g);
    while (scale < 1.0) { /* a sphere is no plane: once is nearly always enough */
        scale_positions(g, slack * scale, lat_deg, lon_deg);
        all *= slack * scale;
        scale = find_scale(g);
    }
    if (all == 1.0)
        return;
    kh_build_warn(&g->build, (kh_place){.file = g->topology_path},
                  "positions contradict the lengths of fibres, so they are those of a drawing: scaled by %.3g about '%s'", all,
                  net->nodes[0].id);
    for (size_t i = 0; i < net->n_nodes; i++)
        if (net->nodes[i].kind == KH_NODE_SITE)
            mark(g, &net->nodes[i], "a drawing, scaled to the lengths of fibres");
}

typedef struct vector {
    double x, y, z;
} vector;

static vector direction_of(const kh_node *node)
{
    double lat = kh_radian_from_degree(node->lat_deg), lon = kh_radian_from_degree(node->lon_deg);
    return (vector){cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat)};
}

/* On the great circle from a to b. */
static void put_between(const kh_node *a, const kh_node *b, double share, kh_node *node)
{
    vector u = direction_of(a), v = direction_of(b);
    double angle = distance_km(a, b) / KH_EARTH_RADIUS_KM, s = sin(angle);
    double first = s > 1e-12 ? sin((1.0 - share) * angle) / s : 1.0 - share, second = s > 1e-12 ? sin(share * angle) / s : share;
    vector w = {first * u.x + second * v.x, first * u.y + second * v.y, first * u.z + second * v.z};
    node->lat_deg = rounded(atan2(w.z, hypot(w.x, w.y)) * (180.0 / KH_PI));
    node->lon_deg = rounded(atan2(w.y, w.x) * (180.0 / KH_PI));
}

/* Whether the stated positions of the nodes on the way agree with the fibres between them. */
static bool fits(kh_gnpy *g, const kh_line_system *line)
{
    for (size_t i = 0; i < line->n_via; i++) {
        const kh_fibre *fibre = &g->build.net.fibres[line->via[i].i];
        const kh_node *a = node_at(g, fibre->ends[0]), *b = node_at(g, fibre->ends[1]);
        if (isnan(a->lat_deg) || isnan(b->lat_deg) || is_too_far(a, b, fibre->length_km))
            return false;
    }
    return true;
}

static void spread_positions(kh_gnpy *g, const kh_line_system *line)
{
    const kh_node *a = node_at(g, line->ends[0]), *b = node_at(g, line->ends[1]);
    double all_km = line_length_km(&g->build.net, line), so_far_km = 0.0;
    for (size_t i = 0; i + 1 < line->n_via; i++) {
        const kh_fibre *fibre = &g->build.net.fibres[line->via[i].i];
        so_far_km += fibre->length_km;
        kh_node *node = node_at(g, fibre->ends[1]);
        put_between(a, b, so_far_km / all_km, node);
        mark(g, node, "on the straight line between the ends, by length of fibre");
    }
}

static void place_unplaced(kh_gnpy *g)
{
    kh_net *net = &g->build.net;
    for (size_t i = 0; i < net->n_nodes; i++) {
        kh_node *node = &net->nodes[i];
        if (node->kind != KH_NODE_SITE || !(isnan(node->lat_deg) || isnan(node->lon_deg)))
            continue;
        node->lat_deg = node->lon_deg = 0.0; /* as GNPy takes it */
        mark(g, node, "none given");
    }
}

void kh_gnpy_fit_places(kh_gnpy *g)
{
    place_unplaced(g);
    if (g->build.failed || g->build.net.n_nodes == 0)
        return;
    shrink_drawing(g);
    for (size_t i = 0; i < g->build.net.n_line_systems; i++)
        if (!fits(g, &g->build.net.line_systems[i]))
            spread_positions(g, &g->build.net.line_systems[i]);
}
