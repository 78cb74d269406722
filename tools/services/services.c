/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/services/services.h"

#include "solvers/light/routes.h"
#include "tools/services/lanes.h"
#include "tools/services/sections.h"
#include "tools/services/upgrades.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_WAYS = 8 };

static const double per_line_km = 1e-6; /* of ways of one length that over fewer lines comes first */

typedef struct planner {
    const kh_net *net;
    const kh_rates *rates;
    const kh_plan *plan;
    kh_light *light;
    kh_lanes *lanes;
    kh_arena *arena, *scratch;
    kh_services *out;
    kh_error *err;
} planner;

/* A way that light can go, waiting for spectrum. */
typedef struct candidate {
    kh_optical_route way;
    kh_sections cut;
} candidate;

static kh_status no_memory(const planner *p)
{
    return kh_fail(p->err, KH_ENOMEM, "services over line systems");
}

const char *kh_service_state_name(kh_service_state state)
{
    static const char *const names[] = {"carried",           "NO_PATH",          "NO_FEASIBLE_BAUDRATE_WITH_SPACING",
                                        "MODE_NOT_FEASIBLE", "NO_FEASIBLE_MODE", "NO_SPECTRUM"};
    return names[state];
}

bool kh_service_is_asked(const kh_demand *demand)
{
    return demand->data_gbps > 0;
}

kh_node_id kh_service_section_start(const kh_net *net, const kh_service_section *section)
{
    const kh_optical_hop *hop = &section->stretch->hops[0];
    return net->line_systems[hop->line.i].ends[hop->backward ? 1 : 0];
}

size_t kh_service_section_blocks(const kh_service_section *section)
{
    size_t n = section->slots == NULL ? 0 : 1;
    for (size_t i = 1; n > 0 && i < section->options[0].clients.wavelengths; i++)
        n += section->slots[i].n - section->slots[i - 1].n != 2 * section->slots[i].m;
    return n;
}

double kh_service_shannon_gbps(const kh_service *service)
{
    double least = (double)INFINITY;
    for (size_t i = 0; i < service->n_sections; i++) {
        const kh_service_section *section = &service->sections[i];
        bool works = section->n_options > 0 && section->options[0].light->works;
        least = fmin(least, works ? section->options[0].light->shannon_gbps : 0);
    }
    return service->n_sections > 0 ? least : 0;
}

/* --- one way --- */

static kh_status take_section(const planner *p, kh_service_section *section, const kh_spectrum_route *route, bool *taken)
{
    const kh_service_option *chosen = &section->options[0];
    size_t n = chosen->clients.wavelengths;
    int32_t m = kh_spectrum_m(chosen->light->width_ghz);
    size_t free = kh_spectrum_free(p->lanes->spectrum, route, m).slots;
    section->free_gbps = (double)free * chosen->light->rate_gbps;
    section->slots = NULL;
    *taken = false;
    if (free < n)
        return KH_OK;
    kh_spectrum_slot *slots = KH_NEW(p->arena, kh_spectrum_slot, n);
    if (slots == NULL)
        return no_memory(p);
    *taken = kh_spectrum_assign(p->lanes->spectrum, route, m, n, KH_SPECTRUM_FIRST, slots);
    if (*taken)
        section->slots = slots;
    return KH_OK;
}

/* All sections get their spectrum, or none. */
static kh_status take_way(const planner *p, kh_sections *cut, bool *taken)
{
    kh_spectrum_route *routes = KH_NEW(p->scratch, kh_spectrum_route, cut->n);
    if (routes == NULL)
        return no_memory(p);
    *taken = true;
    for (size_t i = 0; i < cut->n; i++) {
        bool section_taken = false;
        KH_TRY(kh_lanes_join(p->lanes, cut->sections[i].stretch, p->scratch, &routes[i], p->err));
        KH_TRY(take_section(p, &cut->sections[i], &routes[i], &section_taken));
        *taken = *taken && section_taken;
    }
    for (size_t i = 0; !*taken && i < cut->n; i++) {
        kh_service_section *section = &cut->sections[i];
        if (section->slots != NULL)
            kh_spectrum_give_back(p->lanes->spectrum, &routes[i], section->slots, section->options[0].clients.wavelengths);
        section->slots = NULL;
    }
    return KH_OK;
}

static double least_free_gbps(const kh_sections *cut)
{
    double least = (double)INFINITY;
    for (size_t i = 0; i < cut->n; i++)
        least = fmin(least, cut->sections[i].free_gbps);
    return least;
}

static kh_status report_way(const planner *p, const candidate *c, kh_service_state state, kh_service *out)
{
    out->state = state;
    out->sections = c->cut.sections;
    out->n_sections = c->cut.n;
    for (size_t h = 0; h < c->way.n_hops; h++) {
        out->length_km += p->rates->line[c->way.hops[h].line.i].length_km;
        out->latency_ms += p->rates->line[c->way.hops[h].line.i].latency_ms;
    }
    bool has_light = state == KH_SERVICE_CARRIED || state == KH_SERVICE_NO_SPECTRUM;
    out->capacity_gbps = has_light ? least_free_gbps(&c->cut) : 0;
    out->regenerations = has_light ? c->cut.n - 1 : 0;
    for (size_t i = 0; has_light && i < c->cut.n; i++)
        out->transceivers += 2 * c->cut.sections[i].options[0].clients.wavelengths;
    return kh_guard_follow(p->net, p->rates, &c->way, p->arena, &out->guard, p->err);
}

/* --- ways of one service --- */

static kh_status orient(const planner *p, kh_node_id from, const uint32_t *lines, size_t n, kh_optical_route *way)
{
    kh_optical_hop *hops = KH_NEW(p->arena, kh_optical_hop, n);
    if (hops == NULL)
        return no_memory(p);
    for (size_t i = 0; i < n; i++) {
        const kh_node_id *ends = p->net->line_systems[lines[i]].ends;
        hops[i] = (kh_optical_hop){{lines[i]}, ends[0].i != from.i};
        from = kh_node_far_end(ends, from);
    }
    *way = (kh_optical_route){hops, n};
    return KH_OK;
}

static kh_status find_routes(const planner *p, const kh_demand *demand, kh_routes *routes)
{
    size_t n = p->net->n_line_systems;
    uint32_t(*ends)[2] = kh_arena_alloc(p->scratch, n, sizeof *ends);
    double *length = KH_NEW(p->scratch, double, n);
    if (ends == NULL || length == NULL)
        return no_memory(p);
    for (size_t l = 0; l < n; l++) {
        ends[l][0] = p->net->line_systems[l].ends[0].i;
        ends[l][1] = p->net->line_systems[l].ends[1].i;
        length[l] = p->rates->line[l].length_km + per_line_km;
    }
    kh_graph graph = {p->net->n_nodes, n, (const uint32_t(*)[2])ends, NULL};
    return kh_routes_find(&graph, length, demand->between[0].i, demand->between[1].i, MOST_WAYS, p->scratch, routes, p->err);
}

static kh_status find_ways(const planner *p, const kh_demand *demand, candidate *ways, size_t *n)
{
    if (demand->n_over > 0 && kh_demand_over_joins(p->net, demand)) {
        *n = 1;
        uint32_t *lines = KH_NEW(p->scratch, uint32_t, demand->n_over);
        if (lines == NULL)
            return no_memory(p);
        for (size_t i = 0; i < demand->n_over; i++)
            lines[i] = demand->over[i].i;
        return orient(p, demand->between[0], lines, demand->n_over, &ways[0].way);
    }
    kh_routes routes;
    KH_TRY(find_routes(p, demand, &routes));
    *n = 0;
    for (size_t i = 0; i < routes.n; i++)
        if (routes.routes[i].n_links <= KH_OPTICAL_HOPS_MAX)
            KH_TRY(orient(p, demand->between[0], routes.routes[i].links, routes.routes[i].n_links, &ways[(*n)++].way));
    return KH_OK;
}

/* Ways come in the order of their length. One without regeneration is taken as soon as its spectrum is free. */
static kh_status try_ways(const planner *p, const kh_demand *demand, candidate *ways, size_t n, kh_service *out)
{
    bool taken = false;
    size_t most_sections = 0;
    for (size_t i = 0; i < n && !taken; i++) {
        kh_sections_ask ask = {ways[i].way, demand->data_gbps, SIZE_MAX};
        KH_TRY(kh_sections_cut(p->light, &ask, p->arena, &ways[i].cut, p->err));
        most_sections = ways[i].cut.n > most_sections ? ways[i].cut.n : most_sections;
        if (ways[i].cut.state == KH_SERVICE_CARRIED && ways[i].cut.n == 1)
            KH_TRY(take_way(p, &ways[i].cut, &taken));
        if (taken)
            return report_way(p, &ways[i], KH_SERVICE_CARRIED, out);
    }
    for (size_t sections = 2; sections <= most_sections; sections++)
        for (size_t i = 0; i < n; i++) {
            if (ways[i].cut.state != KH_SERVICE_CARRIED || ways[i].cut.n != sections)
                continue;
            KH_TRY(take_way(p, &ways[i].cut, &taken));
            if (taken)
                return report_way(p, &ways[i], KH_SERVICE_CARRIED, out);
        }
    for (size_t i = 0; i < n; i++)
        if (ways[i].cut.state == KH_SERVICE_CARRIED)
            return report_way(p, &ways[i], KH_SERVICE_NO_SPECTRUM, out);
    return report_way(p, &ways[0], ways[0].cut.state, out);
}

static kh_status find_upgrades(const planner *p, const kh_demand *demand, const candidate *ways, size_t n, kh_service *out)
{
    kh_optical_route routes[MOST_WAYS];
    for (size_t i = 0; i < n; i++)
        routes[i] = ways[i].way;
    if (out->state != KH_SERVICE_CARRIED)
        return KH_OK;
    return kh_upgrades_find(p->light, &(kh_upgrades_ask){routes, n, demand->data_gbps}, p->arena, out, p->err);
}

static kh_status plan_one(const planner *p, uint32_t demand)
{
    const kh_demand *d = &p->net->demands[demand];
    candidate ways[MOST_WAYS] = {0};
    size_t n = 0;
    kh_service made = {.capacity_gbps = (double)NAN};
    KH_TRY(kh_guard_find(p->net, p->plan, (kh_demand_id){demand}, p->arena, &made.guard, p->err));
    if (kh_service_is_asked(d)) {
        KH_TRY(find_ways(p, d, ways, &n));
        if (n > 0) {
            KH_TRY(try_ways(p, d, ways, n, &made));
            KH_TRY(find_upgrades(p, d, ways, n, &made));
        } else {
            made.state = KH_SERVICE_NO_PATH;
            made.capacity_gbps = 0;
            made.length_km = made.latency_ms = (double)NAN;
        }
    }
    p->out->of[demand] = made;
    return KH_OK;
}

/* --- all of them --- */

typedef struct turn {
    double priority;
    uint32_t demand;
} turn;

static int by_priority(const void *a, const void *b)
{
    const turn *x = a, *y = b;
    if (x->priority != y->priority)
        return x->priority < y->priority ? -1 : 1;
    return (x->demand > y->demand) - (x->demand < y->demand);
}

static kh_status plan_in_turn(const planner *p)
{
    size_t n = p->net->n_demands;
    turn *turns = KH_NEW(p->scratch, turn, n);
    if (turns == NULL)
        return no_memory(p);
    for (uint32_t i = 0; i < n; i++)
        turns[i] = (turn){p->net->demands[i].priority, i};
    if (n > 1)
        qsort(turns, n, sizeof *turns, by_priority);
    for (size_t i = 0; i < n; i++)
        KH_TRY(kh_while(p->err, plan_one(p, turns[i].demand), "demand '%s'", p->net->demands[turns[i].demand].id));
    return KH_OK;
}

static void measure_room(const planner *p)
{
    for (size_t l = 0; l < p->net->n_line_systems; l++) {
        const kh_line_rate *rate = &p->rates->line[l];
        kh_spectrum_room room = kh_spectrum_free(p->lanes->spectrum, &p->lanes->of[l], p->lanes->m[l]);
        double channel_gbps = rate->channels > 0 ? rate->capacity_gbps / rate->channels : 0;
        p->out->room[l] = (kh_service_room){room.free_ghz, room.widest_ghz, room.slots, (double)room.slots * channel_gbps};
    }
}

static kh_status plan_all(planner *p)
{
    *p->out = (kh_services){.of = KH_NEW(p->arena, kh_service, p->net->n_demands),
                            .n = p->net->n_demands,
                            .room = KH_NEW(p->arena, kh_service_room, p->net->n_line_systems),
                            .n_lines = p->net->n_line_systems};
    p->light = kh_light_create(p->net, p->arena);
    if (p->out->of == NULL || p->out->room == NULL || p->light == NULL)
        return no_memory(p);
    KH_TRY(kh_lanes_open(p->net, p->light, p->arena, &p->lanes, p->err));
    KH_TRY(plan_in_turn(p));
    measure_room(p);
    return KH_OK;
}

kh_status kh_services_plan(const kh_net *net, const kh_rates *rates, const kh_plan *plan, kh_arena *arena, kh_services **services,
                           kh_error *err)
{
    planner p = {.net = net, .rates = rates, .plan = plan, .arena = arena, .err = err};
    p.out = KH_NEW(arena, kh_services, 1);
    p.scratch = kh_arena_create(0);
    kh_status status = p.out == NULL || p.scratch == NULL ? no_memory(&p) : plan_all(&p);
    kh_arena_destroy(p.scratch);
    if (status == KH_OK)
        *services = p.out;
    return status;
}
