/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/survive/gain.h"

#include "solvers/flow/resolve.h"

#include <math.h>
#include <string.h>

static const double EXACT = 1e-9;
static const double NUDGE = 1e-6; /* share of a link's rate: the optimal prices there are the derivatives here, unless there is a
                                     breakpoint in between; by concavity they are on the safe side of them then */

typedef struct work {
    const kh_keyflow_problem *problem;
    kh_resolve *resolve;
    double *capacity_bps;
    const double *load_bps;
    kh_gains *gains;
} work;

static kh_status solve_with(const work *w, uint32_t link, double capacity_bps, kh_resolve_answer *answer, kh_error *err)
{
    w->capacity_bps[link] = capacity_bps;
    kh_status status = kh_resolve_solve(w->resolve, &(kh_resolve_change){w->capacity_bps, NULL}, answer, err);
    w->capacity_bps[link] = w->problem->capacity_bps[link];
    return status;
}

/* A link with room left has a price of 0 in every optimum; one that has a price of 0 in some has none for what it gets more. */
static kh_status find_prices(const work *w, uint32_t link, kh_gain *gain, kh_error *err)
{
    double here_bps = w->problem->capacity_bps[link];
    kh_resolve_answer answer;
    if (w->load_bps[link] < here_bps * (1 - EXACT))
        return KH_OK;
    if (!gain->kept) {
        KH_TRY(solve_with(w, link, here_bps * (1 + NUDGE), &answer, err));
        gain->price_low = answer.prices[link];
    }
    KH_TRY(solve_with(w, link, here_bps * (1 - NUDGE), &answer, err));
    gain->price_high = answer.prices[link];
    return KH_OK;
}

static kh_status find_gain(const work *w, uint32_t link, double module_bps, kh_error *err)
{
    kh_gains *gains = w->gains;
    kh_gain *gain = &gains->of[link];
    gain->value = gains->value;
    gain->bound = gains->bound;
    if (w->problem->capacity_bps[link] <= 0)
        return KH_OK;
    gain->first_order = gains->prices[link] * module_bps;
    gain->kept = gains->bound + gain->first_order <= gains->value * (1 + EXACT);
    if (gain->kept) {
        gain->bound += gain->first_order;
        return find_prices(w, link, gain, err);
    }
    kh_resolve_answer answer;
    KH_TRY(solve_with(w, link, w->problem->capacity_bps[link] + module_bps, &answer, err));
    gain->value = answer.value;
    gain->bound = answer.bound;
    return find_prices(w, link, gain, err);
}

static kh_status run(work *w, const double *module_bps, kh_arena *arena, kh_error *err)
{
    size_t m = w->problem->graph.n_links;
    KH_TRY(kh_resolve_create(w->problem, arena, &w->resolve, err));
    const kh_resolve_answer *whole = kh_resolve_base(w->resolve);
    w->gains->value = whole->value;
    w->gains->bound = whole->bound;
    w->load_bps = whole->load_bps;
    memcpy(w->gains->prices, whole->prices, m * sizeof *whole->prices);
    for (uint32_t e = 0; e < m; e++) {
        KH_TRY(find_gain(w, e, module_bps[e], err));
        w->gains->n_known++;
        w->gains->n_kept += w->gains->of[e].kept;
    }
    return KH_OK;
}

kh_status kh_gain_find(const kh_keyflow_problem *problem, const double *module_bps, kh_arena *arena, kh_gains *gains, kh_error *err)
{
    size_t m = problem->graph.n_links;
    *gains = (kh_gains){.prices = KH_NEW(arena, double, m), .of = KH_NEW(arena, kh_gain, m)};
    work w = {.problem = problem, .capacity_bps = KH_NEW(arena, double, m), .gains = gains};
    if (gains->prices == NULL || gains->of == NULL || w.capacity_bps == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the gains of %zu links", m);
    for (size_t e = 0; e < m; e++)
        if (!(module_bps[e] >= 0) || isinf(module_bps[e]))
            return kh_fail(err, KH_ERANGE, "link %zu: a module of %g bit/s, must be finite and >= 0", e, module_bps[e]);
    memcpy(w.capacity_bps, problem->capacity_bps, m * sizeof *w.capacity_bps);
    kh_error late = {0};
    kh_status status = run(&w, module_bps, arena, &late);
    gains->complete = status == KH_OK;
    if (status == KH_OK || (status == KH_TIMELIMIT && w.resolve != NULL))
        return KH_OK;
    if (err != NULL)
        *err = late;
    return status;
}
