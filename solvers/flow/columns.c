/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/flow/columns.h"

#include "core/base/clock.h"

#include <math.h>
#include <string.h>

/* A link without a dual gets this much of a full one, so that ties go to links with room and links far too thin to matter are
   left alone. Divided by the number of links: the bound grows by at most this factor. */
static const double PRICE_FLOOR = 1e-11;
static const double PRICED = 1e-11;       /* of lambda per full link: duals of basic rows are 0 but for rounding */
static const double PROVEN = 1e-11;       /* relative gap at which a level is done */
static const double WORTH_IT = 1 - 1e-12; /* a path must be cheaper than its demand's dual by more than rounding */

/* Prices per bit/s out of the duals per full link, and the length below which a path pays. */
static void set_prices(const kh_columns *c)
{
    const kh_keyflow_problem *problem = c->problem;
    const kh_master *master = c->master;
    size_t m = problem->graph.n_links;
    for (size_t e = 0; e < m; e++)
        c->price[e] =
            problem->capacity_bps[e] > 0 ? fmax(master->link_dual[e], PRICE_FLOOR / (double)m) / problem->capacity_bps[e] : 0;
    for (size_t k = 0; k < problem->n_demands; k++)
        c->below[k] = master->unit_bps[k] > 0 ? master->demand_dual[k] / master->unit_bps[k] * WORTH_IT : 0;
}

/* Certificate C1 of the present level: lambda * sum_free(d dist) + sum_frozen(r dist) <= sum(c y) for every y >= 0. */
static double certify(const kh_columns *c, double *asked)
{
    const kh_keyflow_problem *problem = c->problem;
    double carried = 0;
    *asked = 0;
    for (size_t e = 0; e < problem->graph.n_links; e++)
        carried += problem->capacity_bps[e] * c->price[e];
    for (size_t k = 0; k < problem->n_demands; k++)
        if (c->master->frozen[k])
            carried -= c->master->unit_bps[k] * c->distance[k];
        else if (c->master->unit_bps[k] > 0)
            *asked += problem->demands[k].requested_bps * c->distance[k];
    return *asked > 0 ? carried / *asked : HUGE_VAL;
}

kh_status kh_columns_climb(const kh_columns *c, double *bound, double *prices, kh_error *err)
{
    for (;;) {
        double left_s = c->deadline_s - kh_clock_s();
        kh_error failure = {0};
        kh_status status = left_s > 0 ? kh_master_solve(c->master, left_s, &failure) : KH_TIMELIMIT;
        if (status == KH_ENOMEM || status == KH_ENOINPUT || status == KH_EWRITE) {
            if (err != NULL)
                *err = failure;
            return status;
        }
        set_prices(c);
        size_t n_added;
        KH_TRY(kh_pricer_run(c->pricer, c->price, c->below, c->pool, c->distance, &n_added, err));
        double asked, found = certify(c, &asked);
        if (found < *bound) {
            *bound = found;
            for (size_t e = 0; e < c->problem->graph.n_links; e++)
                prices[e] = c->price[e] / asked;
        }
        if (status == KH_TIMELIMIT)
            return KH_TIMELIMIT;
        if (status != KH_OK || n_added == 0 || *bound <= c->master->lambda * (1 + fmax(c->problem->gap, PROVEN)))
            return KH_OK;
    }
}

kh_status kh_columns_find_blocked(const kh_columns *c, bool *blocked, kh_error *err)
{
    size_t n_added;
    for (size_t e = 0; e < c->problem->graph.n_links; e++)
        c->price[e] = c->master->link_dual[e] > PRICED ? 1 : 0;
    memset(c->below, 0, c->problem->n_demands * sizeof *c->below);
    KH_TRY(kh_pricer_run(c->pricer, c->price, c->below, c->pool, c->distance, &n_added, err));
    for (size_t k = 0; k < c->problem->n_demands; k++)
        blocked[k] = c->distance[k] > 0;
    return KH_OK;
}
