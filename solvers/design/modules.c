/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/modules.h"

#include "core/base/clock.h"
#include "solvers/design/climb.h"
#include "solvers/design/crowd.h"
#include "solvers/design/search.h"
#include "solvers/design/withstand.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double ROOT_SHARE = 0.2, SEARCH_SHARE = 0.5; /* of the time, by when each part ends */
static const double REGION_SHARE = 0.04;                  /* what the tree does not get */
static const double REASONS_SHARE = 0.05;                 /* the last of it */
static const double LOSSES_SHARE = 0.05;                  /* before that, for routes after losses */
static const double GROWTH = 5;                           /* of a step of the climb over the one before */
static const double MOVES = 50, FIRST_MOVES = 8;          /* of a walk, per pair of types of modules; the second: before a crowd */
static const double CROWD_MOVES = 3;                      /* of each walk of the crowd */
enum { LARGE = 60, LOOK_DEPTH = 16 };

typedef struct work {
    const kh_modules_problem *problem;
    kh_modules_design *design;
    kh_arena *arena;
    kh_root root;
    double *count; /* [n_choices + n_nodes] scratch */
    kh_search search;
    double deadline_s, end_s; /* of the search; of all */
} work;

static kh_status check_choices(const kh_modules_problem *problem, kh_error *err)
{
    for (size_t j = 0; j < problem->n_choices; j++) {
        const kh_modules_choice *c = &problem->choices[j];
        if (c->link >= problem->graph.n_links)
            return kh_fail(err, KH_ERANGE, "modules of type %zu stand on link %u of %zu", j, c->link, problem->graph.n_links);
        if (!(c->rate_bps > 0) || isinf(c->rate_bps) || !(c->cost >= 0) || isinf(c->cost))
            return kh_fail(err, KH_ERANGE, "modules of type %zu give %g bit/s for %g: must be > 0 for >= 0, and finite", j,
                           c->rate_bps, c->cost);
    }
    return KH_OK;
}

static kh_status check(const kh_modules_problem *problem, kh_error *err)
{
    KH_TRY(kh_graph_check(&problem->graph, err));
    if (!(problem->theta > 0) || isinf(problem->theta))
        return kh_fail(err, KH_ERANGE, "theta is %g, must be > 0 and finite", problem->theta);
    if (!(problem->gap >= 0))
        return kh_fail(err, KH_ERANGE, "a gap of %g, must be >= 0", problem->gap);
    for (size_t v = 0; problem->node_cost != NULL && v < problem->graph.n_nodes; v++)
        if (!(problem->node_cost[v] >= 0) || isinf(problem->node_cost[v]))
            return kh_fail(err, KH_ERANGE, "node %zu costs %g, must be >= 0 and finite", v, problem->node_cost[v]);
    for (size_t k = 0; k < problem->n_demands; k++) {
        const kh_keyflow_demand *d = &problem->demands[k];
        if (d->ends[0] >= problem->graph.n_nodes || d->ends[1] >= problem->graph.n_nodes || d->ends[0] == d->ends[1] ||
            !(d->requested_bps > 0) || isinf(d->requested_bps))
            return kh_fail(err, KH_ERANGE, "demand %zu asks for %g bit/s between nodes %u and %u of %zu", k, d->requested_bps,
                           d->ends[0], d->ends[1], problem->graph.n_nodes);
    }
    return check_choices(problem, err);
}

/* Everything that may be installed must be enough. */
static kh_status check_limits(work *w, kh_error *err)
{
    const kh_modules_problem *problem = w->problem;
    const kh_relax *relax = &w->root.relax;
    kh_keyflow flow;
    kh_enough verdict;
    size_t n = problem->n_choices;
    memcpy(w->count, relax->upper, n * sizeof *w->count);
    for (size_t j = 0; j < n; j++) { /* the ports of a link go to its best type */
        const kh_modules_choice *c = &problem->choices[j];
        double left = problem->ports != NULL ? problem->ports[c->link] : HUGE_VAL;
        for (size_t h = 0; h < n && problem->ports != NULL; h++) {
            const kh_modules_choice *o = &problem->choices[h];
            if (o->link == c->link && (o->rate_bps > c->rate_bps || (o->rate_bps == c->rate_bps && h < j)))
                left -= relax->upper[h];
        }
        w->count[j] = fmax(0, fmin(w->count[j], left));
    }
    KH_TRY(kh_enough_prove(&w->root.tester, w->count, w->deadline_s - kh_clock_s(), w->arena, &flow, &verdict, err));
    if (verdict != KH_ENOUGH_NO)
        return KH_OK;
    size_t state = w->root.tester.state;
    double share = state == 0 ? flow.value : w->root.tester.bound;
    return kh_fail(err, KH_INFEASIBLE, "%s%s%sll modules that may be installed carry %g times the requests, wanted is %g times",
                   state == 0 ? "" : "after the loss of '", state == 0 ? "" : problem->losses[state - 1].name,
                   state == 0 ? "a" : "' a", share, problem->theta);
}

/* With more types of modules cuts of regions and the search pay; below, branch and bound is sooner done. */
static bool is_large(const work *w)
{
    return w->problem->n_choices > LARGE;
}

static bool has_crowd(const work *w)
{
    return is_large(w) && w->problem->n_losses == 0;
}

static bool is_close(const work *w)
{
    return isfinite(w->search.cost) && w->search.cost - w->design->bound <= fmax(w->problem->gap, 1e-9) * w->search.cost;
}

static kh_status branch(work *w, kh_error *err)
{
    const kh_relax *relax = &w->root.relax;
    kh_branch branch = {.count = w->count};
    const kh_branch_options options = {.time_limit_s = w->deadline_s - kh_clock_s(),
                                       .gap = w->problem->gap,
                                       .incumbent = isfinite(w->search.cost) ? w->search.best : NULL};
    kh_status status = kh_branch_solve(&w->root, &options, w->arena, &branch, err);
    if (status != KH_OK && status != KH_TIMELIMIT)
        return status;
    w->design->bound = fmax(w->design->bound, kh_relax_raise(relax, branch.bound));
    if (branch.found && kh_branch_price(relax, branch.count) < w->search.cost)
        KH_TRY(kh_search_take(&w->search, branch.count, &branch.flow, err));
    return status;
}

static kh_status climb(work *w, kh_error *err)
{
    kh_climb climb = {.bound = w->design->bound, .cost = w->search.cost, .count = w->count};
    const kh_climb_options options = {.gap = w->problem->gap,
                                      .until_s = w->deadline_s,
                                      .growth = has_crowd(w) ? GROWTH : 0,
                                      .look_depth = has_crowd(w) ? LOOK_DEPTH : 0};
    kh_status status = kh_climb_run(&climb, &options, &w->root, w->arena, err);
    w->design->bound = climb.bound;
    if (climb.found)
        KH_TRY(kh_search_take(&w->search, climb.count, &climb.flow, err));
    return status;
}

static void take_bound(work *w)
{
    w->design->root_bound = w->root.relax.objective;
    w->design->bound = kh_relax_raise(&w->root.relax, w->root.relax.objective);
}

static kh_search_limits limits(const work *w, double moves, double until_s)
{
    double n = (double)w->problem->n_choices;
    return (kh_search_limits){.goal = w->design->bound / (1 - fmin(fmax(w->problem->gap, 1e-9), 0.5)),
                              .most_moves = (uint64_t)(moves * n * n),
                              .until_s = until_s};
}

static kh_status search(work *w, double until_s, kh_error *err)
{
    const kh_search_limits own = limits(w, has_crowd(w) ? FIRST_MOVES : MOVES, until_s);
    KH_TRY(kh_search_walk(&w->search, &own, err));
    return kh_search_settle(&w->search, err);
}

/* What is left of the time once the climb's next step would take too long. */
static kh_status gather(work *w, kh_error *err)
{
    const kh_search_limits own = limits(w, CROWD_MOVES, w->deadline_s);
    kh_crowd crowd;
    KH_TRY(kh_crowd_init(&crowd, &w->root, w->arena, err));
    return kh_crowd_run(&crowd, &w->search, &own, err);
}

static kh_status solve(work *w, kh_error *err)
{
    double start_s = kh_clock_s(), left_s = fmin(w->deadline_s - start_s, 1e6);
    KH_TRY(check_limits(w, err));
    kh_status closed = kh_root_close(&w->root, false, start_s + ROOT_SHARE * left_s, err);
    if (closed != KH_OK && closed != KH_TIMELIMIT)
        return closed;
    KH_TRY(kh_root_price(&w->root, w->deadline_s, err));
    take_bound(w);
    KH_TRY(search(w, start_s + SEARCH_SHARE * left_s, err));
    if (has_crowd(w) && !is_close(w)) {
        closed = kh_root_close(&w->root, true, kh_clock_s() + REGION_SHARE * left_s, err);
        if (closed != KH_OK && closed != KH_TIMELIMIT)
            return closed;
        take_bound(w);
    }
    if (is_close(w))
        return KH_OK;
    kh_status status = KH_TIMELIMIT;
    if (w->problem->lp_program == NULL)
        status = climb(w, err);
    if (w->problem->lp_program == NULL && status == KH_TIMELIMIT && has_crowd(w) && isfinite(w->deadline_s))
        KH_TRY(gather(w, err));
    if (is_close(w))
        return KH_OK;
    /* Wanted so, or the tree gave up before its time. */
    return status == KH_TIMELIMIT && kh_clock_s() < w->deadline_s ? branch(w, err) : status;
}

static void set_complete(work *w)
{
    kh_modules_design *design = w->design;
    design->complete = isfinite(design->cost) && design->cost - design->bound <= fmax(w->problem->gap, 1e-9) * design->cost;
}

static void write_design(work *w)
{
    kh_modules_design *design = w->design;
    size_t n = w->problem->n_choices;
    design->cost = w->search.cost;
    design->flow = w->search.flow;
    for (size_t j = 0; j < n && isfinite(design->cost); j++)
        design->count[j] = (uint32_t)w->search.best[j];
    for (size_t v = 0; v < w->problem->graph.n_nodes && isfinite(design->cost); v++)
        design->opened[v] = w->search.best[n + v] > 0;
    design->bound = fmin(design->bound, design->cost);
    design->worst = design->flow.value;
    design->n_cuts = w->root.relax.n_rows;
    design->n_tests = w->root.tester.n_tests;
    set_complete(w);
}

static int by_share(const void *a, const void *b)
{
    const kh_modules_reason *x = a, *y = b;
    return (x->share < y->share) - (x->share > y->share);
}

static kh_status write_program(work *w, kh_error *err)
{
    kh_lp lp;
    if (w->problem->mps == NULL)
        return KH_OK;
    KH_TRY(kh_relax_program(&w->root.relax, &lp, err));
    return kh_lp_write_mps(&lp, "Columns: counts of modules, then opened nodes; rows: limits, then cuts found.", w->problem->mps,
                           err);
}

static void describe(work *w, kh_modules_reason *reason)
{
    reason->is_cut = !reason->joins;
    if (reason->joins)
        return;
    for (size_t e = 0; e < w->problem->graph.n_links; e++)
        reason->is_cut = reason->is_cut && (reason->weight[e] == 0 || reason->weight[e] == 1);
    kh_cutset_of_weight(&w->root.space, reason->state, reason->weight, &w->root.row);
    reason->needed_bps = w->root.row.least;
}

/* The least that a link's modules add at the costs left: the cheapest ones up to its ports. */
static double fill_link(const work *w, size_t link, double *left)
{
    const kh_cutset_space *space = &w->root.space;
    double ports = w->problem->ports != NULL ? w->problem->ports[link] : HUGE_VAL, sum = 0;
    for (size_t n = space->first[link]; n < space->first[link + 1]; n++) {
        uint32_t best = space->choice[n];
        for (size_t i = space->first[link]; i < space->first[link + 1]; i++)
            if (left[space->choice[i]] < left[best])
                best = space->choice[i];
        double count = fmin(ports, w->root.relax.upper[best]);
        sum += fmin(left[best], 0) * count;
        ports -= count;
        left[best] = HUGE_VAL;
    }
    return sum;
}

/* The bound of modules.h: counts at their best for the costs that the reasons leave. */
static double proven_by_reasons(const work *w)
{
    const kh_relax *relax = &w->root.relax;
    double sum = 0;
    memcpy(w->count, relax->cost, relax->n_columns * sizeof *w->count);
    for (size_t i = 0; i < relax->n_rows; i++)
        for (size_t k = 0; k < relax->rows[i].row.n; k++)
            w->count[relax->rows[i].row.column[k]] -=
                relax->rows[i].row.value[k] * fmax(relax->rows[i].dual, 0) / relax->rows[i].row.least;
    for (size_t v = w->problem->n_choices; v < relax->n_columns; v++)
        sum += w->count[v] * (w->count[v] > 0 ? relax->lower[v] : relax->upper[v]);
    for (size_t e = 0; e < w->problem->graph.n_links; e++)
        sum += fill_link(w, e, w->count);
    for (size_t i = 0; i < relax->n_rows; i++)
        sum += fmax(relax->rows[i].dual, 0);
    return sum;
}

/* A design that cannot be shown to bear its losses is none. */
static kh_status write_after(work *w, kh_error *err)
{
    kh_modules_design *design = w->design;
    if (isinf(design->cost))
        return KH_OK;
    kh_status status = kh_withstand_route(w->problem, fmax(w->end_s - kh_clock_s(), 0), w->arena, design, err);
    if (status != KH_TIMELIMIT)
        return status;
    memset(design->count, 0, w->problem->n_choices * sizeof *design->count);
    memset(design->opened, 0, w->problem->graph.n_nodes * sizeof *design->opened);
    design->flow = (kh_keyflow){0};
    design->worst = 0;
    design->cost = INFINITY;
    design->complete = false;
    return KH_OK;
}

/* The relaxation once more with the rows that can be shown alone: their duals are the proof; without time for that, what they are
 * worth in the last one, which is a proof of less. */
static kh_status write_reasons(work *w, kh_error *err)
{
    kh_relax *relax = &w->root.relax;
    kh_modules_design *design = w->design;
    kh_error ignored = {0};
    kh_relax_keep_reasons(relax);
    design->reasons = KH_NEW(w->arena, kh_modules_reason, relax->n_rows);
    if (design->reasons == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu reasons", relax->n_rows);
    if (kh_relax_solve(relax, w->end_s - kh_clock_s(), &ignored) == KH_ENOMEM)
        return kh_fail(err, KH_ENOMEM, "no memory for the proof of a bound");
    for (size_t i = 0; i < relax->n_rows; i++) {
        const kh_relax_row *row = &relax->rows[i];
        if (!(row->dual > 0))
            continue;
        kh_modules_reason *reason = &design->reasons[design->n_reasons++];
        *reason = row->reason;
        reason->multiplier = row->dual / row->row.least;
        reason->share = row->dual;
        describe(w, reason);
    }
    qsort(design->reasons, design->n_reasons, sizeof *design->reasons, by_share);
    design->proof_bound = proven_by_reasons(w);
    design->bound = fmax(design->bound, fmin(kh_relax_raise(relax, design->proof_bound), design->cost));
    set_complete(w);
    return KH_OK;
}

kh_status kh_modules_solve(const kh_modules_problem *problem, kh_arena *arena, kh_modules_design *design, kh_error *err)
{
    KH_TRY(check(problem, err));
    size_t n = problem->n_choices + problem->graph.n_nodes;
    double now_s = kh_clock_s(), afterwards = REASONS_SHARE + (problem->n_losses > 0 ? LOSSES_SHARE : 0);
    work w = {.problem = problem,
              .design = design,
              .arena = arena,
              .count = KH_NEW(arena, double, n),
              .deadline_s = now_s + (1 - afterwards) * problem->time_limit_s,
              .end_s = now_s + problem->time_limit_s};
    *design = (kh_modules_design){.count = KH_NEW(arena, uint32_t, problem->n_choices),
                                  .opened = KH_NEW(arena, bool, problem->graph.n_nodes),
                                  .cost = INFINITY};
    if (w.count == NULL || design->count == NULL || design->opened == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a design of %zu types of modules", problem->n_choices);
    kh_status status = kh_root_init(&w.root, problem, w.deadline_s, arena, err);
    if (status == KH_OK)
        status = kh_search_init(&w.search, &w.root, arena, err);
    if (status == KH_OK)
        status = solve(&w, err);
    if (status == KH_OK || status == KH_TIMELIMIT) {
        write_design(&w);
        kh_status written = write_program(&w, err);
        if (written == KH_OK)
            written = write_after(&w, err);
        if (written == KH_OK)
            written = write_reasons(&w, err);
        if (written == KH_OK && isinf(design->cost))
            written = kh_fail(err, KH_TIMELIMIT, "the time limit of %g s passed before there was a design", problem->time_limit_s);
        status = written == KH_OK ? status : written;
    }
    kh_root_clear(&w.root);
    return status;
}
