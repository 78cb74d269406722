/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/survive/distances.h"

#include <math.h>

kh_status kh_distances_init(kh_distances *d, const kh_graph *graph, kh_arena *arena, kh_error *err)
{
    KH_TRY(kh_graph_check(graph, err));
    size_t n = graph->n_nodes;
    const uint32_t *ends = graph->n_links > 0 ? *graph->ends : NULL;
    *d = (kh_distances){.graph = graph,
                        .of = KH_NEW(arena, double, n),
                        .at = kh_incidence_build(n, graph->n_links, ends, sizeof *graph->ends, arena),
                        .queue = KH_NEW(arena, uint32_t, n),
                        .waits = KH_NEW(arena, bool, n)};
    if (d->of == NULL || d->at.item == NULL || d->queue == NULL || d->waits == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for distances between %zu nodes", n);
    return KH_OK;
}

void kh_distances_measure(kh_distances *d, const double *length, uint32_t source)
{
    const kh_graph *graph = d->graph;
    size_t n = graph->n_nodes, head = 0, n_waiting = 1;
    for (size_t v = 0; v < n; v++)
        d->of[v] = HUGE_VAL;
    d->of[source] = 0;
    d->queue[0] = source;
    while (n_waiting > 0) {
        uint32_t tail = d->queue[head];
        head = head + 1 < n ? head + 1 : 0;
        n_waiting--;
        d->waits[tail] = false;
        if (tail != source && graph->relays != NULL && !graph->relays[tail])
            continue;
        for (size_t i = d->at.first[tail]; i < d->at.first[tail + 1]; i++) {
            uint32_t e = d->at.item[i], far = kh_graph_far_end(graph->ends[e], tail);
            double there = d->of[tail] + length[e];
            if (!(there < d->of[far]))
                continue;
            d->of[far] = there;
            if (!d->waits[far])
                d->queue[(head + n_waiting++) % n] = far;
            d->waits[far] = true;
        }
    }
}
