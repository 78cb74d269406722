/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/branch.h"

#include "core/base/clock.h"

#include <math.h>
#include <string.h>

static const double PROGRAM_SHARE = 0.9; /* of the time; the rest is for the routes of what it finds */

double kh_branch_price(const kh_relax *relax, const double *count)
{
    double sum = 0;
    for (size_t j = 0; j < relax->n_columns; j++)
        sum += relax->cost[j] * count[j];
    return sum;
}

void kh_branch_open_nodes(const kh_relax *relax, double *count)
{
    const kh_modules_problem *problem = relax->problem;
    size_t n = problem->n_choices;
    memcpy(count + n, relax->lower + n, problem->graph.n_nodes * sizeof *count);
    for (size_t j = 0; j < n; j++)
        for (int i = 0; i < 2 && count[j] > 0; i++)
            count[n + problem->graph.ends[problem->choices[j].link][i]] = 1;
}

/* Called inside branch and bound. Rows found before come again: this program may not have them. */
static kh_status look(void *user, const double *primal, bool integral, kh_lp_cuts *cuts, kh_error *err)
{
    kh_root *root = user;
    size_t n_added;
    if (!integral)
        return KH_OK;
    KH_TRY(kh_root_separate(root, primal, integral, &n_added, err));
    for (size_t i = 0; i < root->relax.n_rows; i++) {
        const kh_cutset_row *row = &root->relax.rows[i].row;
        if (!kh_cutset_breaks(row, primal))
            continue;
        KH_TRY(kh_lp_cuts_add(cuts, row->n, row->column, row->value, (const double[2]){row->least, HUGE_VAL}, err));
    }
    return KH_OK;
}

/* The flow itself says whether the design stands; if not, its prices become a row. */
static kh_status prove(kh_root *root, double deadline_s, kh_arena *arena, kh_branch *branch, kh_error *err)
{
    kh_enough verdict;
    size_t n_added = 0;
    KH_TRY(kh_enough_prove(&root->tester, branch->count, fmax(deadline_s - kh_clock_s(), 0), arena, &branch->flow, &verdict, err));
    branch->found = verdict == KH_ENOUGH_YES;
    if (branch->found) {
        kh_branch_open_nodes(&root->relax, branch->count);
        return kh_root_remember(root, branch->count, err);
    }
    if (verdict == KH_ENOUGH_NO)
        KH_TRY(kh_root_take_prices(root, branch->count, &n_added, err));
    if (verdict == KH_ENOUGH_UNSURE && kh_clock_s() >= deadline_s)
        return kh_fail(err, KH_TIMELIMIT, "the time limit passed before a design was routed");
    if (n_added == 0)
        return kh_fail(err, KH_EINTERNAL, "a design falls short of what is asked by rounding: carries %.12g", branch->flow.value);
    return KH_OK;
}

static kh_status search_once(kh_root *root, const kh_branch_options *options, double deadline_s, kh_arena *arena, kh_branch *branch,
                             kh_error *err)
{
    kh_lp lp;
    KH_TRY(kh_relax_program(&root->relax, &lp, err));
    const kh_lp_separator separator = {.separate = look, .user = root};
    const kh_lp_options by = {.program = root->relax.problem->lp_program,
                              .time_limit_s = PROGRAM_SHARE * (deadline_s - kh_clock_s()),
                              .gap = options->gap,
                              .incumbent = options->incumbent,
                              .separator = &separator};
    kh_lp_solution solution = {.primal = branch->count, .objective = (double)NAN};
    kh_status status = kh_lp_solve(&lp, &by, &solution, err);
    if (status != KH_OK && status != KH_TIMELIMIT)
        return status;
    branch->bound = fmax(branch->bound, solution.bound);
    if (isnan(solution.objective))
        return status;
    KH_TRY(prove(root, deadline_s, arena, branch, err));
    return status;
}

kh_status kh_branch_solve(kh_root *root, const kh_branch_options *options, kh_arena *arena, kh_branch *branch, kh_error *err)
{
    double deadline_s = kh_clock_s() + options->time_limit_s;
    branch->found = false;
    branch->bound = -HUGE_VAL;
    while (!branch->found) {
        kh_status status = search_once(root, options, deadline_s, arena, branch, err);
        if (status != KH_OK)
            return status;
    }
    return KH_OK;
}
