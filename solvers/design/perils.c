/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/perils.h"

#include "solvers/graph/tree.h"

#include <math.h>
#include <string.h>

static kh_status find_parted(const kh_modules_problem *problem, const bool *lost, kh_arena *scratch, bool *left_out, kh_error *err)
{
    size_t m = problem->graph.n_links;
    bool *use = KH_NEW(scratch, bool, m);
    double *length = KH_NEW(scratch, double, m);
    for (size_t j = 0; use != NULL && j < problem->n_choices; j++)
        use[problem->choices[j].link] |= !lost[j];
    kh_tree *tree = use != NULL && length != NULL ? kh_tree_create(&problem->graph, use, scratch) : NULL;
    if (tree == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a loss in a network of %zu links", m);
    for (size_t k = 0; k < problem->n_demands; k++) {
        const uint32_t *ends = problem->demands[k].ends;
        if (left_out[k])
            continue;
        kh_tree_grow(tree, length, ends[0], &ends[1], 1);
        left_out[k] = isinf(kh_tree_distance(tree, ends[1]));
    }
    return KH_OK;
}

kh_status kh_perils_part(const kh_modules_problem *problem, const bool *lost, bool *left_out, kh_error *err)
{
    kh_arena *scratch = kh_arena_create(0);
    kh_status status = scratch != NULL ? find_parted(problem, lost, scratch, left_out, err)
                                       : kh_fail(err, KH_ENOMEM, "no memory for a loss of %zu links", problem->graph.n_links);
    kh_arena_destroy(scratch);
    return status;
}

typedef struct work {
    const kh_modules_problem *problem;
    kh_arena *arena;
    kh_perils *perils;
    bool *lost, *ended; /* [n_choices], [n_demands] of the loss being put together */
} work;

static uint32_t *list_marked(const work *w, const bool *mark, const bool *but, size_t *n)
{
    uint32_t *list = KH_NEW(w->arena, uint32_t, w->problem->n_demands);
    *n = 0;
    for (uint32_t k = 0; list != NULL && k < w->problem->n_demands; k++)
        if (mark[k] && (but == NULL || !but[k]))
            list[(*n)++] = k;
    return list;
}

/* What is marked becomes a loss, if it takes modules. */
static kh_status add(const work *w, const char *name, kh_error *err)
{
    const kh_modules_problem *problem = w->problem;
    kh_peril *peril = &w->perils->of[w->perils->n];
    size_t n = 0;
    for (size_t j = 0; j < problem->n_choices; j++)
        n += w->lost[j];
    if (n == 0)
        return KH_OK;
    bool *lost = KH_NEW(w->arena, bool, problem->n_choices), *left_out = KH_NEW(w->arena, bool, problem->n_demands);
    if (lost == NULL || left_out == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the loss of '%s'", name);
    memcpy(lost, w->lost, problem->n_choices * sizeof *lost);
    memcpy(left_out, w->ended, problem->n_demands * sizeof *left_out);
    KH_TRY(kh_perils_part(problem, lost, left_out, err));
    peril->left_out = list_marked(w, w->ended, NULL, &peril->n_left_out);
    peril->cut_off = list_marked(w, left_out, w->ended, &peril->n_cut_off);
    if (peril->left_out == NULL || peril->cut_off == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the loss of '%s'", name);
    w->perils->losses[w->perils->n++] = (kh_modules_loss){name, lost, left_out};
    return KH_OK;
}

static kh_status list_vendors(const work *w, const char *const *vendor, kh_error *err)
{
    for (size_t j = 0; j < w->problem->n_choices; j++) {
        bool known = vendor[j] == NULL || vendor[j][0] == '\0';
        for (size_t i = 0; i < j && !known; i++)
            known = vendor[i] != NULL && strcmp(vendor[i], vendor[j]) == 0;
        if (known)
            continue;
        for (size_t i = 0; i < w->problem->n_choices; i++)
            w->lost[i] = vendor[i] != NULL && strcmp(vendor[i], vendor[j]) == 0;
        KH_TRY(add(w, vendor[j], err));
    }
    return KH_OK;
}

static kh_status list_places(const work *w, const kh_keyflow_problem *given, const kh_losses *losses, kh_error *err)
{
    kh_keyflow_problem whole = *given;
    kh_loss_view view = {KH_NEW(w->arena, double, given->graph.n_links), w->ended};
    if (view.capacity_bps == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a loss of %zu links", given->graph.n_links);
    whole.demands = w->problem->demands;
    whole.n_demands = w->problem->n_demands;
    for (size_t s = 0; s < losses->n; s++) {
        memcpy(view.capacity_bps, given->capacity_bps, given->graph.n_links * sizeof *view.capacity_bps);
        memset(view.left_out, 0, whole.n_demands * sizeof *view.left_out);
        kh_loss_apply(&losses->loss[s], &whole, &view);
        for (size_t j = 0; j < w->problem->n_choices; j++)
            w->lost[j] = !(view.capacity_bps[w->problem->choices[j].link] > 0);
        KH_TRY(add(w, losses->name[s], err));
    }
    return KH_OK;
}

kh_status kh_perils_list(const kh_net *net, const kh_keyflow_problem *given, kh_loss_kind kind, const kh_modules_problem *problem,
                         const char *const *vendor, kh_arena *arena, kh_perils *perils, kh_error *err)
{
    kh_losses losses = {0};
    bool by_vendor = kind == KH_LOSS_VENDOR;
    if (!by_vendor)
        KH_TRY(kh_losses_list(net, given, kind, arena, &losses, err));
    size_t most = by_vendor ? problem->n_choices : losses.n;
    *perils = (kh_perils){.losses = KH_NEW(arena, kh_modules_loss, most), .of = KH_NEW(arena, kh_peril, most)};
    work w = {problem, arena, perils, KH_NEW(arena, bool, problem->n_choices), KH_NEW(arena, bool, problem->n_demands)};
    if (perils->losses == NULL || perils->of == NULL || w.lost == NULL || w.ended == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu losses", most);
    return by_vendor ? list_vendors(&w, vendor, err) : list_places(&w, given, &losses, err);
}
