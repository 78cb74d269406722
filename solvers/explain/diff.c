/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/explain/diff.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double SAME = 1e-9; /* relative */

const char *kh_diff_kind_name(kh_diff_kind kind)
{
    switch (kind) {
    case KH_DIFF_SAME:
        return "same";
    case KH_DIFF_CHANGED:
        return "changed";
    case KH_DIFF_ADDED:
        return "added";
    case KH_DIFF_REMOVED:
        return "removed";
    }
    return "?";
}

static bool same(const double pair[2])
{
    return fabs(pair[0] - pair[1]) <= SAME * fmax(fabs(pair[0]), fabs(pair[1]));
}

/* --- by id ------------------------------------------------------------------------------------------------------------------ */

typedef struct named {
    const char *id;
    uint32_t index;
} named;

static int by_id(const void *a, const void *b)
{
    return strcmp(((const named *)a)->id, ((const named *)b)->id);
}

/* Index of an id in a sorted list, KH_NO_INDEX when it is not there. */
static uint32_t look_up(const named *list, size_t n, const char *id)
{
    if (n == 0)
        return KH_NO_INDEX;
    const named wanted = {id, 0}, *found = bsearch(&wanted, list, n, sizeof *list, by_id);
    return found != NULL ? found->index : KH_NO_INDEX;
}

static named *list_links(const kh_net *net, kh_arena *arena)
{
    named *list = KH_NEW(arena, named, net->n_qkd_links);
    for (uint32_t e = 0; list != NULL && e < net->n_qkd_links; e++)
        list[e] = (named){net->qkd_links[e].id, e};
    if (list != NULL && net->n_qkd_links > 0)
        qsort(list, net->n_qkd_links, sizeof *list, by_id);
    return list;
}

static named *list_demands(const kh_net *net, kh_arena *arena)
{
    named *list = KH_NEW(arena, named, net->n_demands);
    for (uint32_t k = 0; list != NULL && k < net->n_demands; k++)
        list[k] = (named){net->demands[k].id, k};
    if (list != NULL && net->n_demands > 0)
        qsort(list, net->n_demands, sizeof *list, by_id);
    return list;
}

/* --- links ------------------------------------------------------------------------------------------------------------------ */

static void fill_link(kh_diff_link *link, const kh_diff_side *side, uint32_t e, int which)
{
    link->id = side->net->qkd_links[e].id;
    link->modules[which] = side->net->qkd_links[e].modules;
    link->capacity_bps[which] = side->plan->links[e].capacity_bps;
    link->used_bps[which] = side->plan->links[e].used_bps;
}

static void keep_link(kh_diff *diff, kh_diff_link link, bool was, bool is)
{
    bool is_same = same(link.modules) && same(link.capacity_bps) && same(link.used_bps);
    link.kind = !was ? KH_DIFF_ADDED : !is ? KH_DIFF_REMOVED : is_same ? KH_DIFF_SAME : KH_DIFF_CHANGED;
    diff->links_of[link.kind]++;
    diff->links[diff->n_links++] = link;
}

static void compare_links(kh_diff *diff, const named *before, const named *after)
{
    const kh_net *old = diff->side[0].net, *new = diff->side[1].net;
    for (uint32_t e = 0; e < new->n_qkd_links; e++) {
        kh_diff_link link = {0};
        uint32_t was = look_up(before, old->n_qkd_links, new->qkd_links[e].id);
        if (was != KH_NO_INDEX)
            fill_link(&link, &diff->side[0], was, 0);
        fill_link(&link, &diff->side[1], e, 1);
        keep_link(diff, link, was != KH_NO_INDEX, true);
    }
    for (uint32_t e = 0; e < old->n_qkd_links; e++) {
        kh_diff_link link = {0};
        if (look_up(after, new->n_qkd_links, old->qkd_links[e].id) != KH_NO_INDEX)
            continue;
        fill_link(&link, &diff->side[0], e, 0);
        keep_link(diff, link, true, false);
    }
}

/* --- demands ---------------------------------------------------------------------------------------------------------------- */

static bool is_same_way(const kh_diff *diff, const kh_route *old, const kh_route *new)
{
    const kh_qkd_link *a = diff->side[0].net->qkd_links, *b = diff->side[1].net->qkd_links;
    if (old->n_links != new->n_links)
        return false;
    bool forward = true, backward = true;
    for (size_t i = 0; i < old->n_links; i++) {
        forward = forward && strcmp(a[old->links[i].i].id, b[new->links[i].i].id) == 0;
        backward = backward && strcmp(a[old->links[i].i].id, b[new->links[new->n_links - 1 - i].i].id) == 0;
    }
    return forward || backward;
}

/* Those of @p own that have no like among @p others; @p turn: own is the plan after. */
static const kh_route **pick_routes(const kh_diff *diff, const kh_plan_demand *own, const kh_plan_demand *others, bool turn,
                                    kh_arena *arena, size_t *n)
{
    const kh_route **list = KH_NEW(arena, const kh_route *, own->n_routes);
    *n = 0;
    for (size_t i = 0; list != NULL && i < own->n_routes; i++) {
        bool found = false;
        for (size_t j = 0; j < others->n_routes && !found; j++)
            found = turn ? is_same_way(diff, &others->routes[j], &own->routes[i])
                         : is_same_way(diff, &own->routes[i], &others->routes[j]);
        if (!found)
            list[(*n)++] = &own->routes[i];
    }
    return list;
}

static kh_status keep_demand(kh_diff *diff, uint32_t was, uint32_t is, kh_arena *arena, kh_error *err)
{
    static const kh_plan_demand none;
    const kh_plan_demand *old = was != KH_NO_INDEX ? &diff->side[0].plan->demands[was] : &none;
    const kh_plan_demand *new = is != KH_NO_INDEX ? &diff->side[1].plan->demands[is] : &none;
    kh_diff_demand demand = {.id = is != KH_NO_INDEX ? diff->side[1].net->demands[is].id : diff->side[0].net->demands[was].id,
                             .requested_bps = {old->requested_bps, new->requested_bps},
                             .rate_bps = {old->rate_bps, new->rate_bps}};
    demand.gone = pick_routes(diff, old, new, false, arena, &demand.n_gone);
    demand.fresh = pick_routes(diff, new, old, true, arena, &demand.n_fresh);
    if (demand.gone == NULL || demand.fresh == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to compare the routes of '%s'", demand.id);
    bool is_same = same(demand.requested_bps) && same(demand.rate_bps) && demand.n_gone + demand.n_fresh == 0;
    demand.kind = was == KH_NO_INDEX  ? KH_DIFF_ADDED
                  : is == KH_NO_INDEX ? KH_DIFF_REMOVED
                  : is_same           ? KH_DIFF_SAME
                                      : KH_DIFF_CHANGED;
    diff->demands_of[demand.kind]++;
    diff->demands[diff->n_demands++] = demand;
    return KH_OK;
}

static kh_status compare_demands(kh_diff *diff, const named *before, const named *after, kh_arena *arena, kh_error *err)
{
    const kh_net *old = diff->side[0].net, *new = diff->side[1].net;
    for (uint32_t k = 0; k < new->n_demands; k++)
        KH_TRY(keep_demand(diff, look_up(before, old->n_demands, new->demands[k].id), k, arena, err));
    for (uint32_t k = 0; k < old->n_demands; k++)
        if (look_up(after, new->n_demands, old->demands[k].id) == KH_NO_INDEX)
            KH_TRY(keep_demand(diff, k, KH_NO_INDEX, arena, err));
    return KH_OK;
}

kh_status kh_diff_find(kh_diff_side before, kh_diff_side after, kh_arena *arena, kh_diff *diff, kh_error *err)
{
    named *links[2] = {list_links(before.net, arena), list_links(after.net, arena)};
    named *demands[2] = {list_demands(before.net, arena), list_demands(after.net, arena)};
    *diff = (kh_diff){.side = {before, after},
                      .links = KH_NEW(arena, kh_diff_link, before.net->n_qkd_links + after.net->n_qkd_links),
                      .demands = KH_NEW(arena, kh_diff_demand, before.net->n_demands + after.net->n_demands)};
    if (links[0] == NULL || links[1] == NULL || demands[0] == NULL || demands[1] == NULL || diff->links == NULL ||
        diff->demands == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to compare two plans");
    compare_links(diff, links[0], links[1]);
    return compare_demands(diff, demands[0], demands[1], arena, err);
}
