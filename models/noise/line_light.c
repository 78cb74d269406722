/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/noise/line_light.h"

#include "models/optical/optical_route.h"

static const double ANY_BAUD_GBD = 1e3; /* of modes yet unknown: as wide as the spacing takes */

kh_status kh_line_light_make(const kh_net *net, kh_line_id id, kh_arena *arena, kh_line_light *light, kh_error *err)
{
    light->line = &net->line_systems[id.i];
    kh_status status = kh_optical_route_comb(net, id, ANY_BAUD_GBD, arena, &light->comb, err);
    return status == KH_OK ? KH_OK : kh_while(err, status, "light of line system '%s'", light->line->id);
}

static bool is_amplified(const kh_net *net, const kh_line_system *line, kh_node_id node)
{
    if (net->nodes[node.i].kind != KH_NODE_SWITCH)
        return true;
    for (size_t i = 0; i < line->n_roadms; i++)
        if (line->roadms[i].i == node.i)
            return true;
    return false;
}

/* From the fibre back to where its span starts; @p step is -1 when the light runs in the order of the line. */
static double lost_before_db(const kh_net *net, const kh_line_system *line, size_t at, kh_node_id entry, int step)
{
    double lost_db = 0.0;
    while (!is_amplified(net, line, entry)) {
        if (step < 0 ? at == 0 : at + 1 == line->n_via)
            break;
        at = step < 0 ? at - 1 : at + 1;
        const kh_fibre *before = &net->fibres[line->via[at].i];
        lost_db += before->loss_db;
        entry = kh_node_far_end(before->ends, entry);
    }
    return lost_db;
}

bool kh_line_light_entry(const kh_net *net, const kh_line_system *line, kh_fibre_id fibre, kh_node_id entry, double *lost_db)
{
    kh_node_id node = line->ends[0];
    for (size_t i = 0; i < line->n_via; i++) {
        if (line->via[i].i == fibre.i) {
            *lost_db = lost_before_db(net, line, i, entry, entry.i == node.i ? -1 : 1);
            return true;
        }
        node = kh_node_far_end(net->fibres[line->via[i].i].ends, node);
    }
    return false;
}
