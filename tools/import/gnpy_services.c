/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/import/gnpy.h"

#include <math.h>
#include <string.h>

/* What a request asks for beyond two ends and a bandwidth. */
typedef struct dropped {
    size_t modes, routes;
} dropped;

static uint32_t find_end(kh_gnpy *g, const kh_json *request, const char *key)
{
    const char *uid = kh_json_as_text(kh_json_get(request, key));
    uint32_t element = uid == NULL ? KH_MAP_NONE : kh_map_get(&g->by_uid, uid, strlen(uid));
    uint32_t node = element == KH_MAP_NONE ? KH_GNPY_NONE : g->elements[element].node;
    if (node == KH_GNPY_NONE)
        kh_build_error(&g->build, kh_json_place(g->services_path, request), "name a transceiver or ROADM of the topology",
                       "%s '%s' of a request is no place in the topology", key, uid == NULL ? "" : uid);
    return node;
}

static bool is_given(const kh_json *object, const char *key)
{
    return kh_json_kind_of(kh_json_get(object, key)) != KH_JSON_NULL;
}

static void add_request(kh_gnpy *g, const kh_json *request, dropped *not_taken)
{
    uint32_t from = find_end(g, request, "source"), to = find_end(g, request, "destination");
    if (from == KH_GNPY_NONE || to == KH_GNPY_NONE)
        return;
    const kh_json *id = kh_json_get(request, "request-id");
    const kh_json *constraints = kh_json_get(kh_json_get(request, "path-constraints"), "te-bandwidth");
    kh_demand *demand = kh_build_add(&g->build, KH_NOUN_DEMANDS, kh_json_as_text(id) == NULL ? "request" : kh_json_as_text(id));
    demand->between[0].i = from;
    demand->between[1].i = to;
    demand->security = KH_SECURITY_PSK;
    demand->data_gbps = kh_gnpy_number(g, g->services_path, constraints, "path_bandwidth", (double)NAN) / 1e9;
    if (!(demand->data_gbps > 0.0))
        demand->data_gbps = NAN;
    kh_build_source(&g->build, KH_NOUN_DEMANDS, demand->id, "security", true, "GNPy's requests have no keys");
    not_taken->modes += is_given(constraints, "trx_mode") || is_given(constraints, "trx_type") ? 1 : 0;
    not_taken->routes += is_given(request, "explicit-route-objects") ? 1 : 0;
}

static void say_dropped(kh_gnpy *g, const dropped *not_taken)
{
    const kh_place place = {.file = g->services_path};
    size_t groups = kh_json_length(kh_json_get(g->services, "synchronization"));
    if (not_taken->modes > 0)
        kh_build_warn(&g->build, place, "%zu requests name a transceiver: the planner chooses among all modes instead",
                      not_taken->modes);
    if (not_taken->routes > 0)
        kh_build_warn(&g->build, place, "%zu requests name nodes on their way: dropped, the planner finds the way",
                      not_taken->routes);
    if (groups > 0)
        kh_build_warn(&g->build, place, "%zu groups of requests that must not share nodes or links: dropped", groups);
}

void kh_gnpy_add_services(kh_gnpy *g)
{
    const kh_json *list = kh_json_get(g->services, "path-request");
    dropped not_taken = {0};
    if (kh_json_length(list) == 0)
        kh_build_error(&g->build, kh_json_place(g->services_path, g->services), "give GNPy's file of services",
                       "there is no list of 'path-request'");
    for (size_t i = 0; i < kh_json_length(list); i++)
        add_request(g, kh_json_at(list, i), &not_taken);
    say_dropped(g, &not_taken);
}
