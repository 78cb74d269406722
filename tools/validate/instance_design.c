/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/validate/instance_design.h"

#include "solvers/design/perils.h"
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

static kh_status set_loss(const kh_modules_problem *problem, bool of_nodes, uint32_t what, kh_arena *arena, kh_modules_loss *loss,
                          kh_error *err)
{
    bool *lost = KH_NEW(arena, bool, problem->n_choices), *left_out = KH_NEW(arena, bool, problem->n_demands);
    if (lost == NULL || left_out == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a loss");
    for (size_t j = 0; j < problem->n_choices; j++) {
        const uint32_t *ends = problem->graph.ends[problem->choices[j].link];
        lost[j] = of_nodes ? ends[0] == what || ends[1] == what : problem->choices[j].link == what;
    }
    for (size_t k = 0; k < problem->n_demands && of_nodes; k++)
        left_out[k] = problem->demands[k].ends[0] == what || problem->demands[k].ends[1] == what;
    *loss = (kh_modules_loss){of_nodes ? "node" : "link", lost, left_out};
    return kh_perils_part(problem, lost, left_out, err);
}

kh_status kh_instance_losses(bool of_nodes, kh_arena *arena, kh_modules_problem *problem, kh_error *err)
{
    size_t n = of_nodes ? problem->graph.n_nodes : problem->graph.n_links;
    kh_modules_loss *losses = KH_NEW(arena, kh_modules_loss, n);
    if (losses == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu losses", n);
    for (uint32_t i = 0; i < n; i++)
        KH_TRY(set_loss(problem, of_nodes, i, arena, &losses[i], err));
    problem->losses = losses;
    problem->n_losses = n;
    return KH_OK;
}
