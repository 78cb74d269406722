/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/validate/instance_design.h"

#include "tools/validate/instance.h"

#include <math.h>

kh_status kh_instance_design(const char *path, double theta, double node_cost, kh_arena *arena, kh_modules_problem *problem,
                             kh_error *err)
{
    kh_qpi qpi;
    kh_keyflow_problem flow;
    KH_TRY(kh_qpi_read(path, arena, &qpi, err));
    KH_TRY(kh_instance_load(path, arena, &flow, err));
    kh_modules_choice *choices = KH_NEW(arena, kh_modules_choice, qpi.n_edges);
    double *node = KH_NEW(arena, double, qpi.n_nodes);
    if (choices == NULL || node == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the instance '%s'", path);
    size_t n = 0;
    for (uint32_t e = 0; e < qpi.n_edges; e++)
        if (qpi.edges[e].rate_kbps > 0)
            choices[n++] = (kh_modules_choice){e, UINT32_MAX, qpi.edges[e].rate_kbps, qpi.edges[e].spans};
    for (size_t v = 0; v < qpi.n_nodes; v++)
        node[v] = node_cost;
    *problem = (kh_modules_problem){.graph = flow.graph,
                                    .demands = flow.demands,
                                    .n_demands = flow.n_demands,
                                    .theta = theta,
                                    .choices = choices,
                                    .n_choices = n,
                                    .node_cost = node,
                                    .time_limit_s = INFINITY};
    return KH_OK;
}
