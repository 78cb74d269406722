/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/num/num.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_min.h>
#include <gsl/gsl_roots.h>
#include <math.h>

enum { STEPS_MAX = 200 };

typedef struct call {
    kh_num_function f;
    const void *context;
} call;

static double call_gsl(double x, void *data)
{
    const call *c = (const call *)data;
    return c->f(x, c->context);
}

static int refine_root(gsl_root_fsolver *solver, double tolerance)
{
    for (int step = 0; step < STEPS_MAX; step++) {
        int code = gsl_root_fsolver_iterate(solver);
        if (code != GSL_SUCCESS)
            return code;
        code = gsl_root_test_interval(gsl_root_fsolver_x_lower(solver), gsl_root_fsolver_x_upper(solver), tolerance, 0.0);
        if (code != GSL_CONTINUE)
            return code;
    }
    return GSL_EMAXITER;
}

kh_status kh_num_root(kh_num_function f, const void *context, const double interval[2], double tolerance, double *x, kh_error *err)
{
    gsl_set_error_handler_off(); /* the library's default is to abort */
    double at_a = f(interval[0], context), at_b = f(interval[1], context);
    if (!isfinite(at_a) || !isfinite(at_b) || (at_a > 0.0 && at_b > 0.0) || (at_a < 0.0 && at_b < 0.0))
        return kh_fail(err, KH_ERANGE, "no change of sign between f(%g) = %g and f(%g) = %g", interval[0], at_a, interval[1], at_b);
    gsl_root_fsolver *solver = gsl_root_fsolver_alloc(gsl_root_fsolver_brent);
    if (solver == NULL)
        return kh_fail(err, KH_ENOMEM, "root search");
    call c = {f, context};
    gsl_function function = {call_gsl, &c};
    int code = gsl_root_fsolver_set(solver, &function, interval[0], interval[1]);
    if (code == GSL_SUCCESS)
        code = refine_root(solver, tolerance);
    double root = gsl_root_fsolver_root(solver);
    gsl_root_fsolver_free(solver);
    if (code != GSL_SUCCESS)
        return kh_fail(err, KH_EINTERNAL, "root search in [%g, %g]: %s", interval[0], interval[1], gsl_strerror(code));
    *x = root;
    return KH_OK;
}

static int refine_minimum(gsl_min_fminimizer *minimiser, double tolerance)
{
    for (int step = 0; step < STEPS_MAX; step++) {
        int code = gsl_min_fminimizer_iterate(minimiser);
        if (code == GSL_FAILURE) /* no further progress within rounding */
            return GSL_SUCCESS;
        if (code != GSL_SUCCESS)
            return code;
        code = gsl_min_test_interval(gsl_min_fminimizer_x_lower(minimiser), gsl_min_fminimizer_x_upper(minimiser), tolerance, 0.0);
        if (code != GSL_CONTINUE)
            return code;
    }
    return GSL_EMAXITER;
}

/* the valley around grid point x, with the values that Brent's method needs */
typedef struct valley {
    double x[3], value[3];
} valley;

static kh_status descend(const call *c, const valley *v, double tolerance, double *x, kh_error *err)
{
    gsl_min_fminimizer *minimiser = gsl_min_fminimizer_alloc(gsl_min_fminimizer_brent);
    if (minimiser == NULL)
        return kh_fail(err, KH_ENOMEM, "minimum search");
    call copy = *c;
    gsl_function function = {call_gsl, &copy};
    int code =
        gsl_min_fminimizer_set_with_values(minimiser, &function, v->x[1], v->value[1], v->x[0], v->value[0], v->x[2], v->value[2]);
    if (code == GSL_SUCCESS)
        code = refine_minimum(minimiser, tolerance);
    double found = gsl_min_fminimizer_x_minimum(minimiser);
    gsl_min_fminimizer_free(minimiser);
    if (code != GSL_SUCCESS)
        return kh_fail(err, KH_EINTERNAL, "minimum search in [%g, %g]: %s", v->x[0], v->x[2], gsl_strerror(code));
    *x = found;
    return KH_OK;
}

kh_status kh_num_minimum(kh_num_function f, const void *context, const double interval[2], unsigned n_grid, double *x,
                         kh_error *err)
{
    gsl_set_error_handler_off();
    double a = interval[0], step = (interval[1] - interval[0]) / n_grid;
    if (!(step > 0.0) || n_grid < 2)
        return kh_fail(err, KH_ERANGE, "no interval to search: [%g, %g] in %u steps", a, interval[1], n_grid);
    unsigned best = 0;
    double best_value = INFINITY;
    for (unsigned k = 0; k <= n_grid; k++) {
        double value = f(a + k * step, context);
        if (!isfinite(value))
            return kh_fail(err, KH_ERANGE, "f(%g) is not finite", a + k * step);
        if (value < best_value) {
            best = k;
            best_value = value;
        }
    }
    valley v = {.x = {a + (best == 0 ? 0 : best - 1) * step, a + best * step, a + (best == n_grid ? n_grid : best + 1) * step}};
    for (int k = 0; k < 3; k++)
        v.value[k] = f(v.x[k], context);
    call c = {f, context};
    if (v.value[0] > v.value[1] && v.value[2] > v.value[1])
        return descend(&c, &v, 1e-6 * (interval[1] - a), x, err);
    *x = v.x[1]; /* flat, or at an end of the interval */
    return KH_OK;
}

double kh_num_normal_quantile(double p)
{
    if (!(p > 0.0 && p < 1.0))
        return NAN;
    return gsl_cdf_ugaussian_Pinv(p);
}
