/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/modules.h"

#include "core/base/clock.h"
#include "solvers/design/root.h"

#include <math.h>
#include <string.h>

typedef struct work {
    const kh_modules_problem *problem;
    kh_modules_design *design;
    kh_arena *arena;
    kh_root root;
    double *count; /* [n_choices + n_nodes] scratch */
    double *best;  /* [n_choices + n_nodes] the design so far */
    double deadline_s;
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
    return kh_fail(err, KH_INFEASIBLE, "all modules that may be installed carry %g of the requests, asked for is %g", flow.value,
                   problem->theta);
}

static double price(const work *w, const double *count)
{
    double sum = 0;
    for (size_t j = 0; j < w->root.relax.n_columns; j++)
        sum += w->root.relax.cost[j] * count[j];
    return sum;
}

/* Opens the nodes at which modules stand, or demands end. */
static void open_nodes(const work *w, double *count)
{
    const kh_modules_problem *problem = w->problem;
    const kh_relax *relax = &w->root.relax;
    size_t n = problem->n_choices;
    memcpy(count + n, relax->lower + n, problem->graph.n_nodes * sizeof *count);
    for (size_t j = 0; j < n; j++)
        for (int i = 0; i < 2 && count[j] > 0; i++)
            count[n + problem->graph.ends[problem->choices[j].link][i]] = 1;
}

/* Called inside branch and bound. */
static kh_status look(void *user, const double *primal, bool integral, kh_lp_cuts *cuts, kh_error *err)
{
    work *w = user;
    kh_relax *relax = &w->root.relax;
    size_t before = relax->n_rows, n_added;
    if (!integral)
        return KH_OK;
    KH_TRY(kh_root_separate(&w->root, primal, integral, &n_added, err));
    for (size_t i = before; i < relax->n_rows; i++) {
        const kh_cutset_row *row = &relax->rows[i].row;
        KH_TRY(kh_lp_cuts_add(cuts, row->n, row->column, row->value, (const double[2]){row->least, HUGE_VAL}, err));
    }
    return KH_OK;
}

/* One search for the optimum over the rows known; *stands: the routes prove it. */
static kh_status search_once(work *w, bool *stands, kh_error *err)
{
    kh_relax *relax = &w->root.relax;
    kh_modules_design *design = w->design;
    kh_lp lp;
    KH_TRY(kh_relax_program(relax, &lp, err));
    const kh_lp_separator separator = {.separate = look, .user = w};
    const kh_lp_options options = {.program = w->problem->lp_program,
                                   .time_limit_s = w->deadline_s - kh_clock_s(),
                                   .gap = w->problem->gap,
                                   .incumbent = isfinite(design->cost) ? w->best : NULL,
                                   .separator = &separator};
    kh_lp_solution solution = {.primal = w->count, .objective = (double)NAN};
    kh_status status = kh_lp_solve(&lp, &options, &solution, err);
    if (status != KH_OK && status != KH_TIMELIMIT)
        return status;
    design->bound = fmax(design->bound, kh_relax_raise(relax, solution.bound));
    *stands = false;
    if (isnan(solution.objective))
        return status;
    kh_keyflow flow;
    kh_enough verdict;
    size_t n_added = 0;
    KH_TRY(kh_enough_prove(&w->root.tester, w->count, INFINITY, w->arena, &flow, &verdict, err));
    if (verdict == KH_ENOUGH_NO)
        KH_TRY(kh_root_take_prices(&w->root, w->count, &n_added, err));
    *stands = verdict == KH_ENOUGH_YES;
    open_nodes(w, w->count);
    if (*stands && price(w, w->count) < design->cost) {
        memcpy(w->best, w->count, relax->n_columns * sizeof *w->best);
        design->cost = price(w, w->count);
        design->flow = flow;
    }
    if (!*stands && n_added == 0)
        return kh_fail(err, KH_EINTERNAL, "a design falls short of theta %g by rounding: %.12g", w->problem->theta, flow.value);
    return status;
}

static kh_status search(work *w, kh_error *err)
{
    bool stands = false;
    while (!stands) {
        kh_status status = search_once(w, &stands, err);
        if (status != KH_OK)
            return status;
    }
    return KH_OK;
}

static kh_status solve(work *w, kh_error *err)
{
    KH_TRY(check_limits(w, err));
    KH_TRY(kh_root_close(&w->root, w->deadline_s, err));
    w->design->root_bound = w->root.relax.objective;
    w->design->bound = kh_relax_raise(&w->root.relax, w->root.relax.objective);
    return search(w, err);
}

static void write_design(work *w)
{
    kh_modules_design *design = w->design;
    size_t n = w->problem->n_choices;
    for (size_t j = 0; j < n && isfinite(design->cost); j++)
        design->count[j] = (uint32_t)w->best[j];
    for (size_t v = 0; v < w->problem->graph.n_nodes && isfinite(design->cost); v++)
        design->opened[v] = w->best[n + v] > 0;
    design->bound = fmin(design->bound, design->cost);
    design->worst = design->flow.value;
    design->n_cuts = w->root.relax.n_rows;
    design->n_tests = w->root.tester.n_tests;
    design->complete = design->cost - design->bound <= fmax(w->problem->gap, 1e-9) * design->cost;
}

kh_status kh_modules_solve(const kh_modules_problem *problem, kh_arena *arena, kh_modules_design *design, kh_error *err)
{
    KH_TRY(check(problem, err));
    size_t n = problem->n_choices + problem->graph.n_nodes;
    work w = {.problem = problem,
              .design = design,
              .arena = arena,
              .count = KH_NEW(arena, double, n),
              .best = KH_NEW(arena, double, n),
              .deadline_s = kh_clock_s() + problem->time_limit_s};
    *design = (kh_modules_design){.count = KH_NEW(arena, uint32_t, problem->n_choices),
                                  .opened = KH_NEW(arena, bool, problem->graph.n_nodes),
                                  .cost = INFINITY};
    if (w.count == NULL || w.best == NULL || design->count == NULL || design->opened == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a design of %zu types of modules", problem->n_choices);
    kh_status status = kh_root_init(&w.root, problem, w.deadline_s, arena, err);
    if (status == KH_OK)
        status = solve(&w, err);
    if (status == KH_OK || status == KH_TIMELIMIT)
        write_design(&w);
    kh_root_clear(&w.root);
    return status;
}
