/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/survive/outages.h"

#include "solvers/flow/resolve.h"

#include <string.h>

typedef struct work {
    const kh_keyflow_problem *problem;
    const kh_outages_options *options;
    kh_arena *arena, *scratch; /* scratch: routes of one outcome */
    kh_resolve *resolve;
    kh_loss_view view;
    kh_outages *sweep;
} work;

void kh_loss_apply(const kh_loss *loss, const kh_keyflow_problem *problem, kh_loss_view *view)
{
    for (size_t i = 0; i < loss->n_links; i++)
        view->capacity_bps[loss->links[i]] = 0;
    for (size_t i = 0; i < loss->n_nodes; i++) {
        uint32_t v = loss->nodes[i];
        for (size_t e = 0; e < problem->graph.n_links; e++)
            if (problem->graph.ends[e][0] == v || problem->graph.ends[e][1] == v)
                view->capacity_bps[e] = 0;
        for (size_t k = 0; k < problem->n_demands; k++)
            if (problem->demands[k].ends[0] == v || problem->demands[k].ends[1] == v)
                view->left_out[k] = true;
    }
}

size_t kh_outages_count(size_t n_losses, bool pairs)
{
    return pairs ? n_losses * (n_losses - (n_losses > 0)) / 2 : n_losses;
}

static kh_status check(const kh_keyflow_problem *problem, const kh_loss *losses, size_t n_losses, kh_error *err)
{
    for (size_t i = 0; i < n_losses; i++) {
        for (size_t j = 0; j < losses[i].n_links; j++)
            if (losses[i].links[j] >= problem->graph.n_links)
                return kh_fail(err, KH_ERANGE, "loss %zu: link %u of %zu", i, losses[i].links[j], problem->graph.n_links);
        for (size_t j = 0; j < losses[i].n_nodes; j++)
            if (losses[i].nodes[j] >= problem->graph.n_nodes)
                return kh_fail(err, KH_ERANGE, "loss %zu: node %u of %zu", i, losses[i].nodes[j], problem->graph.n_nodes);
    }
    return KH_OK;
}

static bool keeps_flow(const work *w)
{
    const kh_resolve_answer *whole = kh_resolve_base(w->resolve);
    for (size_t e = 0; e < w->problem->graph.n_links; e++)
        if (w->view.capacity_bps[e] < w->problem->capacity_bps[e] && whole->load_bps[e] > 0)
            return false;
    for (size_t k = 0; k < w->problem->n_demands; k++)
        if (w->view.left_out[k] && whole->joined[k])
            return false;
    return true;
}

/* The demands of the whole that the answer has not: left out, or cut off. */
static kh_status list_missing(const work *w, const bool *joined, kh_loss_outcome *outcome, kh_error *err)
{
    const bool *before = kh_resolve_base(w->resolve)->joined;
    size_t n = 0;
    for (size_t k = 0; k < w->problem->n_demands; k++)
        n += before[k] && !joined[k];
    outcome->left_out = KH_NEW(w->arena, uint32_t, n);
    outcome->cut_off = KH_NEW(w->arena, uint32_t, n);
    if (outcome->left_out == NULL || outcome->cut_off == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu demands", n);
    for (uint32_t k = 0; k < w->problem->n_demands; k++)
        if (before[k] && !joined[k] && w->view.left_out[k])
            outcome->left_out[outcome->n_left_out++] = k;
        else if (before[k] && !joined[k])
            outcome->cut_off[outcome->n_cut_off++] = k;
    return KH_OK;
}

static kh_status show(const work *w, const kh_loss *const losses[2], const kh_loss_outcome *outcome, kh_error *err)
{
    if (w->options->inspect == NULL)
        return KH_OK;
    if (outcome->proof == KH_LOSS_KEPT)
        return w->options->inspect(w->options->user, losses, outcome, &w->sweep->whole, err);
    kh_keyflow flow;
    kh_arena_reset(w->scratch);
    KH_TRY(kh_resolve_write(w->resolve, w->scratch, &flow, err));
    return w->options->inspect(w->options->user, losses, outcome, &flow, err);
}

static kh_status try_loss(const work *w, kh_loss_outcome *outcome, kh_error *err)
{
    if (keeps_flow(w)) {
        *outcome = (kh_loss_outcome){.value = w->sweep->whole.value, .bound = w->sweep->whole.bound};
        w->sweep->n_kept++;
        return KH_OK;
    }
    kh_resolve_answer answer;
    kh_resolve_change change = {w->view.capacity_bps, w->view.left_out};
    KH_TRY(kh_resolve_solve(w->resolve, &change, &answer, err));
    *outcome = (kh_loss_outcome){.proof = KH_LOSS_SOLVED, .value = answer.value, .bound = answer.bound};
    w->sweep->n_again += answer.again;
    w->sweep->n_steps += answer.n_steps;
    return list_missing(w, answer.joined, outcome, err);
}

static kh_status try_losses(const work *w, const kh_loss *first, const kh_loss *second, kh_error *err)
{
    memcpy(w->view.capacity_bps, w->problem->capacity_bps, w->problem->graph.n_links * sizeof(double));
    memset(w->view.left_out, 0, w->problem->n_demands * sizeof(bool));
    kh_loss_view view = w->view;
    kh_loss_apply(first, w->problem, &view);
    if (second != NULL)
        kh_loss_apply(second, w->problem, &view);
    kh_loss_outcome *outcome = &w->sweep->outcome[w->sweep->n_outcomes];
    KH_TRY(try_loss(w, outcome, err));
    KH_TRY(show(w, (const kh_loss *const[2]){first, second}, outcome, err));
    w->sweep->n_outcomes++;
    return KH_OK;
}

static kh_status try_all(const work *w, const kh_loss *losses, size_t n_losses, kh_error *err)
{
    for (size_t i = 0; i < n_losses; i++)
        for (size_t j = w->options->pairs ? i + 1 : i; j < (w->options->pairs ? n_losses : i + 1); j++)
            KH_TRY(try_losses(w, &losses[i], w->options->pairs ? &losses[j] : NULL, err));
    return KH_OK;
}

static kh_status run(work *w, const kh_loss *losses, size_t n_losses, kh_error *err)
{
    kh_resolve_answer whole;
    KH_TRY(kh_resolve_create(w->problem, w->arena, &w->resolve, err));
    KH_TRY(kh_resolve_solve(w->resolve, &(kh_resolve_change){0}, &whole, err));
    KH_TRY(kh_resolve_write(w->resolve, w->arena, &w->sweep->whole, err));
    return try_all(w, losses, n_losses, err);
}

kh_status kh_outages_run(const kh_keyflow_problem *problem, const kh_loss *losses, size_t n_losses,
                         const kh_outages_options *options, kh_arena *arena, kh_outages *sweep, kh_error *err)
{
    KH_TRY(check(problem, losses, n_losses, err));
    size_t n = kh_outages_count(n_losses, options->pairs);
    *sweep = (kh_outages){.outcome = KH_NEW(arena, kh_loss_outcome, n)};
    work w = {.problem = problem,
              .options = options,
              .arena = arena,
              .scratch = kh_arena_create(0),
              .view = {KH_NEW(arena, double, problem->graph.n_links), KH_NEW(arena, bool, problem->n_demands)},
              .sweep = sweep};
    kh_error late = {0};
    kh_status status;
    if (sweep->outcome == NULL || w.view.capacity_bps == NULL || w.view.left_out == NULL || w.scratch == NULL)
        status = kh_fail(&late, KH_ENOMEM, "no memory for %zu losses", n);
    else
        status = run(&w, losses, n_losses, &late);
    kh_arena_destroy(w.scratch);
    sweep->complete = status == KH_OK;
    if (status == KH_OK || (status == KH_TIMELIMIT && sweep->whole.joined != NULL))
        return KH_OK;
    if (err != NULL)
        *err = late;
    return status;
}
