/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/clock.h"
#include "solvers/lp/lp_backend.h"

#include <float.h>
#include <glpk.h>
#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double TOLERANCE = 1e-9;
static const double ITERATIONS_PER_LINE = 100; /* and 10,000 in any case: far above what a simplex needs */
static const double WHOLE = 1e-5;              /* GLPK's own: nearer to an integer is one */

/* One call of the solver. It lives in the caller's frame, so that all of it is known after the longjmp. */
typedef struct call {
    const kh_lp_task *task;
    const kh_lp *lp;
    kh_lp_solution *solution;
    glp_prob *problem;
    int *line; /* a column's rows or a row's columns, from 1 as GLPK wants them */
    double *value;
    double *point; /* [1 + n_columns] */
    double deadline_s;
    double bound;     /* of the tree */
    bool has_started; /* the incumbent is known to the tree */
    kh_status status; /* of look() */
    kh_error *err;
    char text[160]; /* the last line that GLPK wanted to print */
    jmp_buf give_up;
} call;

/* Nothing is printed: GLPK's own switch for that is overridden when it reports an error. */
static int keep_text(void *info, const char *text)
{
    call *c = info;
    if (strncmp(text, "Error detected", 14) != 0) /* a place in GLPK's source, after the line that says what is wrong */
        (void)snprintf(c->text, sizeof c->text, "%.*s", (int)strcspn(text, "\n"), text);
    return 1;
}

/* GLPK ends the process after this hook returns, so it must not return. */
static void leave(void *info)
{
    call *c = info;
    longjmp(c->give_up, 1);
}

static int bound_type(double lower, double upper)
{
    if (isinf(lower))
        return isinf(upper) ? GLP_FR : GLP_UP;
    if (isinf(upper))
        return GLP_LO;
    return lower < upper ? GLP_DB : GLP_FX;
}

static void load_bounds(const call *c)
{
    const kh_lp *lp = c->lp;
    for (size_t i = 0; i < lp->n_rows; i++)
        glp_set_row_bnds(c->problem, (int)i + 1, bound_type(lp->row_lower[i], lp->row_upper[i]), lp->row_lower[i],
                         lp->row_upper[i]);
    for (size_t j = 0; j < lp->n_columns; j++) {
        glp_set_col_bnds(c->problem, (int)j + 1, bound_type(lp->column_lower[j], lp->column_upper[j]), lp->column_lower[j],
                         lp->column_upper[j]);
        glp_set_obj_coef(c->problem, (int)j + 1, lp->cost[j]);
    }
}

/* Column by column, since that can stop at the deadline. */
static bool load_matrix(const call *c)
{
    const kh_lp *lp = c->lp;
    for (size_t j = 0; j < lp->n_columns; j++) {
        if (kh_clock_s() > c->deadline_s)
            return false;
        size_t n = lp->start[j + 1] - lp->start[j];
        for (size_t k = 0; k < n; k++) {
            c->line[k + 1] = (int)lp->row[lp->start[j] + k] + 1;
            c->value[k + 1] = lp->value[lp->start[j] + k];
        }
        glp_set_mat_col(c->problem, (int)j + 1, (int)n, c->line, c->value);
    }
    return true;
}

static int glpk_place(uint8_t place, int type)
{
    if (place == KH_LP_BASIC)
        return GLP_BS;
    switch (type) { /* a place that the bounds do not have becomes the one they have */
    case GLP_FR:
        return GLP_NF;
    case GLP_LO:
        return GLP_NL;
    case GLP_UP:
        return GLP_NU;
    case GLP_DB:
        return place == KH_LP_AT_UPPER ? GLP_NU : GLP_NL;
    default:
        return GLP_NS;
    }
}

static uint8_t own_place(int status)
{
    switch (status) {
    case GLP_BS:
        return KH_LP_BASIC;
    case GLP_NU:
        return KH_LP_AT_UPPER;
    case GLP_NF:
        return KH_LP_FREE;
    default:
        return KH_LP_AT_LOWER;
    }
}

static void load_basis(const call *c)
{
    const kh_lp_solution *s = c->solution;
    for (size_t i = 0; i < c->lp->n_rows; i++)
        glp_set_row_stat(c->problem, (int)i + 1, glpk_place(s->row_place[i], glp_get_row_type(c->problem, (int)i + 1)));
    for (size_t j = 0; j < c->lp->n_columns; j++)
        glp_set_col_stat(c->problem, (int)j + 1, glpk_place(s->column_place[j], glp_get_col_type(c->problem, (int)j + 1)));
}

static void copy_out(const call *c)
{
    kh_lp_solution *s = c->solution;
    for (size_t i = 0; i < c->lp->n_rows; i++) {
        s->row_place[i] = own_place(glp_get_row_stat(c->problem, (int)i + 1));
        s->dual[i] = glp_get_row_dual(c->problem, (int)i + 1);
    }
    for (size_t j = 0; j < c->lp->n_columns; j++) {
        s->column_place[j] = own_place(glp_get_col_stat(c->problem, (int)j + 1));
        s->primal[j] = glp_get_col_prim(c->problem, (int)j + 1);
    }
    s->objective = glp_get_obj_val(c->problem);
}

static int left_ms(const call *c)
{
    double left_s = c->deadline_s - kh_clock_s();
    return left_s < INT_MAX / 1000 ? (int)(1000 * fmax(left_s, 0)) : INT_MAX;
}

static int simplex(const call *c, int method)
{
    glp_smcp options;
    glp_init_smcp(&options);
    options.msg_lev = GLP_MSG_OFF;
    options.meth = method;
    options.tol_bnd = TOLERANCE;
    options.tol_dj = TOLERANCE;
    /* GLPK may go round in circles on badly scaled numbers */
    options.it_lim = (int)fmin(INT_MAX, 10000 + ITERATIONS_PER_LINE * (double)(c->lp->n_rows + c->lp->n_columns));
    options.tm_lim = left_ms(c);
    return glp_simplex(c->problem, &options);
}

static int simplex_exactly(const call *c)
{
    glp_smcp options;
    glp_init_smcp(&options);
    options.msg_lev = GLP_MSG_OFF;
    options.tm_lim = left_ms(c);
    int code = glp_exact(c->problem, &options);
    if (code == GLP_EBADB || code == GLP_ESING) { /* the basis cannot be used: that of all rows can */
        glp_std_basis(c->problem);
        code = glp_exact(c->problem, &options);
    }
    return code;
}

static kh_status judge(const call *c, int code, kh_error *err)
{
    int status = glp_get_status(c->problem);
    if (code == 0 && status == GLP_OPT) {
        copy_out(c);
        return KH_OK;
    }
    if (code == GLP_ETMLIM) {
        c->solution->objective = (double)NAN;
        if (glp_get_prim_stat(c->problem) == GLP_FEAS)
            copy_out(c);
        return kh_fail(err, KH_TIMELIMIT, "the time limit of %g s passed", c->task->time_limit_s);
    }
    if (code == 0 && (status == GLP_NOFEAS || status == GLP_INFEAS))
        return kh_fail(err, KH_INFEASIBLE, "the linear program of %zu rows and %zu columns has no feasible point", c->lp->n_rows,
                       c->lp->n_columns);
    if (code == 0 && status == GLP_UNBND)
        return kh_fail(err, KH_ERANGE, "the linear program is unbounded");
    return kh_fail(err, KH_EINTERNAL, "GLPK stopped with code %d, status %d", code, status);
}

static bool is_whole(const call *c)
{
    for (size_t j = 0; j < c->lp->n_columns; j++)
        if (c->lp->integer[j] && fabs(c->point[j + 1] - nearbyint(c->point[j + 1])) > WHOLE)
            return false;
    return true;
}

static void add_cuts(const call *c, size_t first)
{
    const kh_lp_cuts *cuts = c->task->cuts;
    for (size_t i = first; i < cuts->n; i++) {
        size_t from = i > 0 ? cuts->end[i - 1] : 0, n = cuts->end[i] - from;
        for (size_t k = 0; k < n; k++) {
            c->line[k + 1] = (int)cuts->column[from + k] + 1;
            c->value[k + 1] = cuts->value[from + k];
        }
        int row = glp_add_rows(c->problem, 1);
        glp_set_row_bnds(c->problem, row, bound_type(cuts->bounds[i][0], cuts->bounds[i][1]), cuts->bounds[i][0],
                         cuts->bounds[i][1]);
        glp_set_mat_row(c->problem, row, (int)n, c->line, c->value);
    }
}

static void separate(call *c, glp_tree *tree)
{
    for (size_t j = 1; j <= c->lp->n_columns; j++)
        c->point[j] = glp_get_col_prim(c->problem, (int)j);
    size_t before = c->task->cuts->n;
    c->status = c->task->look(c->task->user, c->point + 1, is_whole(c), c->task->cuts, c->err);
    glp_term_hook(keep_text, c); /* another library may have put its own there */
    glp_error_hook(leave, c);
    if (c->status != KH_OK)
        glp_ios_terminate(tree);
    else
        add_cuts(c, before);
}

static void visit_node(glp_tree *tree, void *info)
{
    call *c = info;
    int best = glp_ios_best_node(tree), n_nodes = 0;
    if (best != 0 && fabs(glp_ios_node_bound(tree, best)) < DBL_MAX)
        c->bound = glp_ios_node_bound(tree, best);
    glp_ios_tree_size(tree, NULL, NULL, &n_nodes);
    if (c->task->most_nodes > 0 && (size_t)n_nodes > c->task->most_nodes)
        glp_ios_terminate(tree);
    if (glp_ios_reason(tree) == GLP_IROWGEN && c->task->look != NULL)
        separate(c, tree);
    if (glp_ios_reason(tree) == GLP_IHEUR && c->task->incumbent != NULL && !c->has_started) {
        memcpy(c->point + 1, c->task->incumbent, c->lp->n_columns * sizeof *c->point);
        c->has_started = true;
        glp_ios_heur_sol(tree, c->point);
    }
}

static int branch(call *c)
{
    glp_iocp options;
    glp_init_iocp(&options);
    options.msg_lev = GLP_MSG_OFF;
    options.tm_lim = left_ms(c);
    options.tol_int = WHOLE;
    options.mip_gap = c->task->gap;
    options.mir_cuts = GLP_ON; /* Gomory's are left out: they take long after the time limit, and seldom pay */
    options.cov_cuts = GLP_ON;
    options.cb_func = visit_node;
    options.cb_info = c;
    return glp_intopt(c->problem, &options);
}

static kh_status judge_tree(const call *c, int code, kh_error *err)
{
    int status = glp_mip_status(c->problem);
    if (c->status != KH_OK)
        return c->status;
    bool has_point = status == GLP_OPT || status == GLP_FEAS;
    c->solution->objective = has_point ? glp_mip_obj_val(c->problem) : (double)NAN;
    for (size_t j = 0; has_point && j < c->lp->n_columns; j++)
        c->solution->primal[j] = glp_mip_col_val(c->problem, (int)j + 1);
    c->solution->bound = code == 0 && has_point ? c->solution->objective : c->bound;
    if ((code == 0 || code == GLP_EMIPGAP) && has_point)
        return KH_OK;
    if (code == GLP_ETMLIM)
        return kh_fail(err, KH_TIMELIMIT, "the time limit of %g s passed", c->task->time_limit_s);
    if (code == GLP_ESTOP)
        return kh_fail(err, KH_TIMELIMIT, "the limit of %zu nodes was reached", c->task->most_nodes);
    if (code == 0 && status == GLP_NOFEAS)
        return kh_fail(err, KH_INFEASIBLE, "the integer program of %zu rows and %zu columns has no feasible point", c->lp->n_rows,
                       c->lp->n_columns);
    return kh_fail(err, KH_EINTERNAL, "GLPK stopped with code %d, status %d of the integer program", code, status);
}

static kh_status search_tree(call *c, kh_error *err)
{
    for (size_t j = 0; j < c->lp->n_columns; j++)
        if (c->lp->integer[j])
            glp_set_col_kind(c->problem, (int)j + 1, GLP_IV);
    double best = c->lp->maximise ? HUGE_VAL : -HUGE_VAL;
    c->bound = best;
    return judge_tree(c, branch(c), err);
}

static int start_method(const call *c)
{
    return c->task->careful || c->task->grown || c->lp->integer != NULL ? GLP_DUALP : GLP_PRIMAL;
}

static kh_status run(call *c, kh_error *err)
{
    c->solution->objective = (double)NAN;
    c->problem = glp_create_prob();
    glp_set_obj_dir(c->problem, c->lp->maximise ? GLP_MAX : GLP_MIN);
    if (c->lp->n_rows > 0)
        glp_add_rows(c->problem, (int)c->lp->n_rows);
    if (c->lp->n_columns > 0)
        glp_add_cols(c->problem, (int)c->lp->n_columns);
    load_bounds(c);
    if (!load_matrix(c))
        return kh_fail(err, KH_TIMELIMIT, "the time limit of %g s passed while GLPK took in the linear program",
                       c->task->time_limit_s);
    if (c->solution->warm)
        load_basis(c);
    else if (c->task->careful)
        glp_adv_basis(c->problem, 0);
    if (c->task->exact)
        return judge(c, simplex_exactly(c), err);
    int code = simplex(c, start_method(c));
    if (code == GLP_EBADB || code == GLP_ESING || code == GLP_ECOND || code == GLP_EFAIL) {
        glp_adv_basis(c->problem, 0); /* the basis cannot be used: start from a fresh one */
        code = simplex(c, GLP_PRIMAL);
    }
    kh_status status = judge(c, code, err);
    if (c->lp->integer == NULL)
        return status;
    c->solution->objective = (double)NAN; /* that of the relaxation is none */
    return status == KH_OK ? search_tree(c, err) : status;
}

/* The part under setjmp: no local of this frame changes after it. */
static kh_status guard(call *c, kh_error *err)
{
    if (setjmp(c->give_up) != 0) {
        glp_free_env(); /* frees c->problem and the hooks too; no other problem of this thread is alive, see lp.h */
        return kh_fail(err, KH_ERANGE, "GLPK refused the linear program of %zu rows and %zu columns: %s", c->lp->n_rows,
                       c->lp->n_columns, c->text);
    }
    glp_term_hook(keep_text, c);
    glp_error_hook(leave, c);
    kh_status status = run(c, err);
    glp_delete_prob(c->problem);
    glp_error_hook(NULL, NULL);
    glp_term_hook(NULL, NULL);
    return status;
}

kh_status kh_lp_glpk_solve(const kh_lp_task *task, kh_lp_solution *solution, kh_error *err)
{
    const kh_lp *lp = task->lp;
    size_t longest = lp->n_columns; /* a cut may have them all */
    for (size_t j = 0; j < lp->n_columns; j++)
        longest = lp->start[j + 1] - lp->start[j] > longest ? lp->start[j + 1] - lp->start[j] : longest;
    size_t n = longest + 1;
    call c = {.task = task, .lp = lp, .solution = solution, .deadline_s = kh_clock_s() + task->time_limit_s, .err = err};
    c.line = malloc(n * sizeof *c.line);
    c.value = malloc(n * sizeof *c.value);
    c.point = malloc((lp->n_columns + 1) * sizeof *c.point);
    kh_status status;
    if (c.line == NULL || c.value == NULL || c.point == NULL)
        status = kh_fail(err, KH_ENOMEM, "no memory for a linear program of %zu entries", lp->start[lp->n_columns]);
    else
        status = guard(&c, err);
    free(c.line);
    free(c.value);
    free(c.point);
    return status;
}
