/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/graph/incidence.h"

#include <string.h>

static uint32_t end_of(const uint32_t *ends, size_t stride, size_t item, int which)
{
    uint32_t node;
    memcpy(&node, (const char *)ends + item * stride + (size_t)which * sizeof node, sizeof node);
    return node;
}

kh_incidence kh_incidence_build(size_t n_nodes, size_t n_items, const uint32_t *ends, size_t stride, kh_arena *arena)
{
    kh_incidence in = {KH_NEW(arena, size_t, n_nodes + 2), KH_NEW(arena, uint32_t, 2 * n_items)};
    if (in.first == NULL || in.item == NULL)
        return (kh_incidence){0};
    /* counted two places up, summed to starts one place up, which filling then moves to the ends: the starts of the nodes after */
    for (size_t i = 0; i < n_items; i++)
        for (int which = 0; which < 2; which++)
            in.first[end_of(ends, stride, i, which) + 2]++;
    for (size_t v = 0; v < n_nodes; v++)
        in.first[v + 2] += in.first[v + 1];
    for (size_t i = 0; i < n_items; i++)
        for (int which = 0; which < 2; which++)
            in.item[in.first[end_of(ends, stride, i, which) + 1]++] = (uint32_t)i;
    return in;
}
