/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/optical/optical_route.h"

#include "models/optical/optical_plan.h"

#include <math.h>

static kh_node_id end_of(const kh_net *net, kh_optical_hop hop, bool far)
{
    return net->line_systems[hop.line.i].ends[far != hop.backward ? 1 : 0];
}

static kh_status check_hops(const kh_net *net, const kh_optical_route *route, kh_error *err)
{
    if (route->n_hops < 1 || route->n_hops > KH_OPTICAL_HOPS_MAX)
        return kh_fail(err, KH_ERANGE, "a route of %zu line systems, must be in [1, %d]", route->n_hops, KH_OPTICAL_HOPS_MAX);
    for (size_t i = 0; i < route->n_hops; i++) {
        const kh_line_system *line = &net->line_systems[route->hops[i].line.i];
        if (i > 0 && end_of(net, route->hops[i], false).i != end_of(net, route->hops[i - 1], true).i)
            return kh_fail(err, KH_EDATA, "line system '%s' does not start where the one before it ends", line->id);
        if (route->n_hops > 1 && (line->bare_ends || isnan(line->roadm_target_dbm)))
            return kh_fail(err, KH_EDATA, "line system '%s' has no ROADMs at its ends to pass light on", line->id);
    }
    return KH_OK;
}

kh_status kh_optical_route_build(const kh_net *net, const kh_optical_route *route, kh_arena *arena, kh_optical_layout *layout,
                                 kh_error *err)
{
    kh_optical_builder b = {.net = net, .arena = arena, .err = err};
    KH_TRY(check_hops(net, route, err));
    for (size_t i = 0; i < route->n_hops; i++) {
        const kh_optical_position position = {.first = i == 0, .last = i + 1 == route->n_hops};
        kh_status status = kh_optical_layout_append(&b, route->hops[i], position);
        if (status != KH_OK)
            return route->n_hops == 1 ? status
                                      : kh_while(err, status, "line system '%s'", net->line_systems[route->hops[i].line.i].id);
    }
    if (b.layout.obstacle == NULL) {
        b.layout.chain.elements = b.elements;
        b.layout.chain.n_elements = b.n;
    }
    *layout = b.layout;
    return KH_OK;
}

kh_status kh_optical_route_comb(const kh_net *net, kh_line_id line, double baud_gbd, kh_arena *arena, kh_optical_comb *comb,
                                kh_error *err)
{
    kh_optical_plan plan;
    KH_TRY(kh_optical_plan_read(net, line, arena, &plan, err));
    double *baud = KH_NEW(arena, double, plan.n);
    if (baud == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for %zu combs", plan.n);
    for (size_t k = 0; k < plan.n; k++) {
        const kh_optical_grid *grid = &plan.parts[k].grid;
        baud[k] = isnan(grid->baud_gbd) ? fmin(baud_gbd, grid->spacing_ghz) : grid->baud_gbd;
    }
    return kh_optical_plan_light(&plan, baud, arena, comb, NULL, err);
}

kh_status kh_optical_route_run(const kh_net *net, const kh_optical_route *route, const kh_optical_comb *comb, kh_arena *arena,
                               kh_optical_path *path, kh_error *err)
{
    kh_optical_layout layout = {0};
    KH_TRY(kh_optical_route_build(net, route, arena, &layout, err));
    if (layout.obstacle != NULL)
        return kh_fail(err, KH_INFEASIBLE, "%s", layout.obstacle);
    return kh_optical_run(&layout.chain, comb, (double)INFINITY, NULL, arena, path, err);
}
