/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/lp.h"

#include <glpk.h>
#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double TOLERANCE = 1e-9;
static const double ITERATIONS_PER_LINE = 100; /* and 10,000 in any case: far above what a simplex needs */
static const double WIDE = 1e9; /* largest over smallest entry of a matrix that equilibration alone cannot bring together */

/* One call of the solver. It lives in the caller's frame, so that all of it is known after the longjmp. */
typedef struct call {
    const kh_lp *lp;
    kh_lp_solution *solution;
    double time_limit_s;
    glp_prob *problem;
    int *row, *column; /* triplets, from 1 as GLPK wants them */
    double *value;
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

static void load_matrix(const call *c)
{
    const kh_lp *lp = c->lp;
    size_t n = 0;
    for (size_t j = 0; j < lp->n_columns; j++)
        for (size_t k = lp->start[j]; k < lp->start[j + 1]; k++) {
            n++;
            c->row[n] = (int)lp->row[k] + 1;
            c->column[n] = (int)j + 1;
            c->value[n] = lp->value[k];
        }
    glp_load_matrix(c->problem, (int)n, c->row, c->column, c->value);
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

static int simplex(const call *c)
{
    glp_smcp options;
    glp_init_smcp(&options);
    options.msg_lev = GLP_MSG_OFF;
    options.meth = GLP_PRIMAL;
    options.tol_bnd = TOLERANCE;
    options.tol_dj = TOLERANCE;
    /* GLPK may go round in circles on badly scaled numbers */
    options.it_lim = (int)fmin(INT_MAX, 10000 + ITERATIONS_PER_LINE * (double)(c->lp->n_rows + c->lp->n_columns));
    if (c->time_limit_s < INT_MAX / 1000)
        options.tm_lim = (int)(1000 * fmax(c->time_limit_s, 0));
    return glp_simplex(c->problem, &options);
}

static kh_status judge(const call *c, int code, kh_error *err)
{
    int status = glp_get_status(c->problem);
    if (code == 0 && status == GLP_OPT) {
        copy_out(c);
        return KH_OK;
    }
    if (code == GLP_ETMLIM) {
        if (glp_get_prim_stat(c->problem) != GLP_FEAS)
            return kh_fail(err, KH_INFEASIBLE, "the time limit of %g s passed before a feasible point was found", c->time_limit_s);
        copy_out(c);
        return KH_TIMELIMIT;
    }
    if (code == 0 && status == GLP_NOFEAS)
        return kh_fail(err, KH_INFEASIBLE, "the linear program of %zu rows and %zu columns has no feasible point", c->lp->n_rows,
                       c->lp->n_columns);
    if (code == 0 && status == GLP_UNBND)
        return kh_fail(err, KH_ERANGE, "the linear program is unbounded");
    return kh_fail(err, KH_EINTERNAL, "GLPK stopped with code %d, status %d", code, status);
}

/* Geometric mean scaling takes many passes, more time than the simplex itself once the basis is warm: only where it is needed. */
static bool is_wide(const kh_lp *lp)
{
    double least = HUGE_VAL, most = 0;
    for (size_t k = 0; k < lp->start[lp->n_columns]; k++) {
        double size = fabs(lp->value[k]);
        least = size > 0 ? fmin(least, size) : least;
        most = fmax(most, size);
    }
    return most > WIDE * least;
}

static kh_status run(call *c, kh_error *err)
{
    c->problem = glp_create_prob();
    glp_set_obj_dir(c->problem, c->lp->maximise ? GLP_MAX : GLP_MIN);
    if (c->lp->n_rows > 0)
        glp_add_rows(c->problem, (int)c->lp->n_rows);
    if (c->lp->n_columns > 0)
        glp_add_cols(c->problem, (int)c->lp->n_columns);
    load_bounds(c);
    load_matrix(c);
    glp_scale_prob(c->problem, GLP_SF_EQ | GLP_SF_2N | (is_wide(c->lp) ? GLP_SF_GM : 0));
    if (c->solution->warm)
        load_basis(c);
    int code = simplex(c);
    if (code == GLP_EBADB || code == GLP_ESING || code == GLP_ECOND || code == GLP_EFAIL) {
        glp_adv_basis(c->problem, 0); /* the basis cannot be used: start from a fresh one */
        code = simplex(c);
    }
    return judge(c, code, err);
}

static bool are_bounds(double lower, double upper)
{
    return lower <= upper && lower < HUGE_VAL && upper > -HUGE_VAL;
}

static kh_status check(const kh_lp *lp, kh_error *err)
{
    if (lp->n_rows >= INT_MAX || lp->n_columns >= INT_MAX || lp->start[lp->n_columns] >= INT_MAX)
        return kh_fail(err, KH_ERANGE, "a linear program of %zu rows and %zu columns is too large", lp->n_rows, lp->n_columns);
    for (size_t i = 0; i < lp->n_rows; i++)
        if (!are_bounds(lp->row_lower[i], lp->row_upper[i]))
            return kh_fail(err, KH_ERANGE, "row %zu has bounds [%g, %g]", i, lp->row_lower[i], lp->row_upper[i]);
    for (size_t j = 0; j < lp->n_columns; j++)
        if (!are_bounds(lp->column_lower[j], lp->column_upper[j]) || !isfinite(lp->cost[j]))
            return kh_fail(err, KH_ERANGE, "column %zu has bounds [%g, %g] and cost %g", j, lp->column_lower[j],
                           lp->column_upper[j], lp->cost[j]);
    for (size_t k = 0; k < lp->start[lp->n_columns]; k++)
        if (!isfinite(lp->value[k]))
            return kh_fail(err, KH_ERANGE, "entry %zu of the matrix is %g", k, lp->value[k]);
    return KH_OK;
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

kh_status kh_lp_solve(const kh_lp *lp, double time_limit_s, kh_lp_solution *solution, kh_error *err)
{
    KH_TRY(check(lp, err));
    size_t n = lp->start[lp->n_columns] + 1;
    call c = {.lp = lp, .solution = solution, .time_limit_s = time_limit_s};
    c.row = malloc(n * sizeof *c.row);
    c.column = malloc(n * sizeof *c.column);
    c.value = malloc(n * sizeof *c.value);
    kh_status status;
    if (c.row == NULL || c.column == NULL || c.value == NULL)
        status = kh_fail(err, KH_ENOMEM, "no memory for a linear program of %zu entries", n - 1);
    else
        status = guard(&c, err);
    free(c.row);
    free(c.column);
    free(c.value);
    return status;
}
